/* meta.c - what is declared, as far as the grant reaches: registers, fields, codes, roles; and the routes that need no sign-in. */
#include "http/inner.h"

enum rc route_healthz(struct req *q, struct err *err)
{
    (void)err;
    answer_json(q);
    json_object(&q->j);
    put_flag(&q->j, "ok", !atomic_load(&q->http->stopping));
    json_end_object(&q->j);
    if (atomic_load(&q->http->stopping)) q->status = 503;
    return RC_OK;
}

/* How busy a server is, and with what, is for who runs it: asked on the machine itself, not through a proxy. */
enum rc route_metrics(struct req *q, struct err *err)
{
    if (address_of(q).len > 0) return err_set0(err, &E_http_no_route, NO_PLACE);
    q->type = "text/plain; version=0.0.4; charset=utf-8";
    metrics_put(q->http, &q->out);
    return RC_OK;
}

enum rc route_areas(struct req *q, struct err *err)
{
    (void)err;
    answer_json(q);
    json_object(&q->j);
    put_key(&q->j, "items");
    json_array(&q->j);
    for (size_t i = 0; i < q->http->sites_count; i++) {
        json_object(&q->j);
        put_text(&q->j, "name", q->http->sites[i].name);
        put_text(&q->j, "title", q->http->sites[i].title);
        put_flag(&q->j, "certificates", q->http->cards != NULL);
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
    json_end_object(&q->j);
    return RC_OK;
}

const char *class_name(enum pack_class c)
{
    static const char *const names[] = {"open", "personal", "restricted", "protected"};
    return names[c];
}

static const char *type_name(enum field_type t)
{
    static const char *const names[] = {"text", "number", "boolean", "date", "month", "datetime", "duration", "choice", "ref", "file"};
    return names[t];
}

static bool never_written(const struct pack_register *r)
{
    static const struct str engine[] = {STR_INIT("finding"), STR_INIT("pack_install")};
    for (size_t i = 0; i < ARRAY_LEN(engine); i++)
        if (str_eq(r->d.name, engine[i])) return true;
    return false;
}

bool register_writable(struct req *q, const struct pack_register *r) { return !never_written(r) && grant_may(q->grant, PACK_WRITE, r); }

/* May any record's field of this class be written at all by this grant? */
bool field_writable(struct req *q, const struct pack_register *r, const struct pack_field *f)
{
    if (f->derive != NULL || !register_writable(q, r) || f->retired != DAY_OPEN) return false;
    const struct scope *s = grant_scope_by(q->grant, PACK_WRITE, r, 1u << f->class, &q->arena);
    return s->all || s->terms_count > 0;
}

static void field_put(struct req *q, const struct pack_register *r, const struct pack_field *f)
{
    struct json_out *j = &q->j;
    json_object(j);
    put_text(j, "name", f->name);
    put_text2(q, "title", &f->title);
    put_text2(q, "label", &f->label);
    put_text(j, "type", str_c(type_name(f->type)));
    if (f->type == FIELD_TEXT && f->len > 0) put_u64(j, "len", f->len);
    else put_null(j, "len");
    if (f->type == FIELD_NUMBER) put_u64(j, "scale", f->len);
    else put_null(j, "scale");
    put_text_or_null(j, "codes", f->codes == NULL ? STR_NONE : f->codes->d.name);
    put_text_or_null(j, "ref", f->ref == NULL ? STR_NONE : f->ref->d.name);
    put_flag(j, "required", f->required);
    put_flag(j, "key", f->key);
    put_flag(j, "unique", f->unique || f->key);
    put_flag(j, "derived", f->derive != NULL);
    put_flag(j, "daily", f->daily);
    put_flag(j, "tree", f->tree);
    put_text(j, "class", str_c(class_name(f->class)));
    put_text_or_null(j, "unit", f->unit);
    put_text_or_null(j, "owner", f->owner.len > 0 ? f->owner : r->owner);
    put_basis(q, f->basis, f->basis_count);
    put_text_or_null(j, "feel", f->derive == NULL ? STR_NONE : f->derive->text);
    put_flag(j, "default", f->init != NULL);
    put_flag(j, "may_write", field_writable(q, r, f));
    json_end_object(j);
}

static void names_put(struct json_out *j, const char *key, size_t n, const struct str *names)
{
    put_key(j, key);
    json_array(j);
    for (size_t i = 0; i < n; i++)
        if (names[i].len > 0) json_string(j, names[i]);
    json_end_array(j);
}

static void register_put(struct req *q, const struct pack_register *r)
{
    struct json_out *j = &q->j;
    struct str orders[5] = {STR("id"), r->key != NULL ? STR("key") : STR(""), r->trees_count > 0 || r->order_count > 0 ? STR("tree") : STR(""), STR("pinyin"), STR("strokes")};
    json_object(j);
    put_text(j, "name", r->d.name);
    put_text2(q, "title", &r->d.title);
    put_key(j, "titles");
    json_object(j);
    put_text(j, "zh", r->d.title.zh);
    put_text(j, "en", r->d.title.en);
    json_end_object(j);
    put_text2(q, "label", &r->d.label);
    put_text_or_null(j, "owner", r->owner);
    put_text(j, "class", str_c(class_name(r->class)));
    put_text_or_null(j, "key", r->key == NULL ? STR_NONE : r->key->name);
    put_text_or_null(j, "parent", r->parent == NULL ? STR_NONE : r->parent->name);
    put_key(j, "trees");
    json_array(j);
    for (uint32_t i = 0; i < r->trees_count; i++) {
        json_object(j);
        put_text(j, "field", r->trees[i]->name);
        put_text2(q, "title", &r->trees[i]->title);
        json_end_object(j);
    }
    json_end_array(j);
    names_put(j, "orders", ARRAY_LEN(orders), orders);
    put_key(j, "may");
    json_object(j);
    put_flag(j, "read", grant_may(q->grant, PACK_READ, r));
    put_flag(j, "write", register_writable(q, r));
    put_flag(j, "act", grant_may(q->grant, PACK_ACT, r));
    put_flag(j, "print", grant_may(q->grant, PACK_PRINT, r));
    json_end_object(j);
    put_basis(q, r->d.basis, r->d.basis_count);
    put_key(j, "fields");
    json_array(j);
    for (uint32_t i = 0; i < r->fields_count; i++) field_put(q, r, &r->fields[i]);
    json_end_array(j);
    put_key(j, "backs");
    json_array(j);
    for (uint32_t i = 0; i < r->backs_count; i++) {
        if (!grant_may(q->grant, PACK_READ, r->backs[i].from)) continue;
        json_object(j);
        put_text(j, "name", r->backs[i].member->name);
        put_text(j, "title", r->backs[i].title);
        put_text(j, "register", r->backs[i].from->d.name);
        put_text(j, "field", r->backs[i].field->name);
        put_flag(j, "group", r->backs[i].from->parent == r->backs[i].field);
        json_end_object(j);
    }
    json_end_array(j);
    json_end_object(j);
}

static bool any_verb(struct req *q, const struct pack_register *r)
{
    return grant_may(q->grant, PACK_READ, r) || grant_may(q->grant, PACK_WRITE, r) || grant_may(q->grant, PACK_ACT, r) || grant_may(q->grant, PACK_PRINT, r);
}

static void codes_put(struct req *q, const struct pack_codes *c)
{
    json_key_any(&q->j, c->d.name);
    json_object(&q->j);
    put_text2(q, "title", &c->d.title);
    put_flag(&q->j, "ordered", c->feel.ordered);
    put_key(&q->j, "rows");
    json_array(&q->j);
    for (uint32_t i = 0; i < c->feel.rows_count; i++) {
        json_object(&q->j);
        put_text(&q->j, "code", c->feel.code[i]);
        put_text2(q, "title", &c->titles[i]);
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
    json_end_object(&q->j);
}

/* Choices that a field declares for itself stand in no list of the set: "register.field". */
static void own_codes_put(struct req *q)
{
    const struct pack_set *set = q->view->set;
    struct map seen = {0};
    for (uint32_t i = 0; i < set->codes_count; i++) (void)map_put(&q->arena, &seen, set->codes[i]->d.name, q);
    for (uint32_t i = 0; i < set->registers_count; i++) {
        const struct pack_register *r = set->registers[i];
        for (uint32_t k = 0; any_verb(q, r) && k < r->fields_count; k++) {
            const struct pack_codes *c = r->fields[k].codes;
            if (c == NULL || map_find(&seen, c->d.name) != NULL) continue;
            (void)map_put(&q->arena, &seen, c->d.name, q);
            codes_put(q, c);
        }
    }
}

enum rc route_meta(struct req *q, struct err *err)
{
    const struct pack_set *set = q->view->set;
    (void)err;
    answer_json(q);
    json_object(&q->j);
    put_text(&q->j, "area", q->site->name);
    put_text(&q->j, "title", q->site->title);
    put_day(&q->j, "today", q->run.today);
    put_u64(&q->j, "seq", q->view->seq);
    put_key(&q->j, "packs");
    json_array(&q->j);
    for (uint32_t i = 0; i < set->packs_count; i++) {
        json_object(&q->j);
        put_text(&q->j, "name", set->packs[i].name);
        put_text(&q->j, "version", set->packs[i].version);
        put_text2(q, "title", &set->packs[i].title);
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
    put_key(&q->j, "registers");
    json_array(&q->j);
    for (uint32_t i = 0; i < set->registers_count; i++)
        if (any_verb(q, set->registers[i])) register_put(q, set->registers[i]);
    json_end_array(&q->j);
    put_key(&q->j, "codes");
    json_object(&q->j);
    for (uint32_t i = 0; i < set->codes_count; i++) codes_put(q, set->codes[i]);
    own_codes_put(q);
    json_end_object(&q->j);
    put_key(&q->j, "roles");
    json_array(&q->j);
    for (uint32_t i = 0; i < set->roles_count; i++) {
        json_object(&q->j);
        put_text(&q->j, "name", set->roles[i]->d.name);
        put_text2(q, "title", &set->roles[i]->d.title);
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
    json_end_object(&q->j);
    return RC_OK;
}
