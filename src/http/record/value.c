/* value.c - values as the API writes them, and what of a record may be shown.  docs/api.md, "Values". */
#include "http/inner.h"

enum rc req_register(struct req *q, struct str name, const struct pack_register **out, struct err *err)
{
    *out = pack_register_find(q->view->set, name);
    if (*out != NULL) return RC_OK;
    return err_set(err, &E_http_absent, NO_PLACE, name);
}

enum rc req_field(struct req *q, const struct pack_register *r, struct str name, const struct pack_field **out, struct err *err)
{
    *out = pack_field_find(r, name);
    if (*out != NULL) return RC_OK;
    struct str *names = arena_array(&q->arena, struct str, 2 * (size_t)r->fields_count + 1);
    for (uint32_t i = 0; i < r->fields_count; i++) {
        names[2 * i] = r->fields[i].name;
        names[2 * i + 1] = r->fields[i].title.zh;
    }
    return err_set(err, &E_area_no_field, NO_PLACE, text2_in(&r->d.title, q->lang), name, nearest_name(name, 2 * (size_t)r->fields_count, names));
}

/* ---- how records are called ---- */

static bool is_account(const struct pack_register *r) { return str_eq(r->d.name, STR("account")); }

/* Everything of every record is in sight: nothing has to be looked at. */
static bool sees_all(const struct scope *s) { return s->uniform && (s->terms[0].classes & (1u << PACK_RESTRICTED)) != 0 && (s->terms[0].classes & (1u << PACK_PERSONAL)) != 0; }

/* A role held, or lent, ends in the role's name: people know it by its title. */
static bool holds_role(struct req *q, const struct pack_register *r)
{
    return (str_eq(r->d.name, STR("role_holding")) || str_eq(r->d.name, STR("delegation"))) && str_eq(q->view->set->packs[r->d.pack].name, STR("core"));
}

static enum rc role_shown(struct req *q, const struct pack_register *r, uint64_t id, struct str *display, struct err *err)
{
    const struct pack_field *f = pack_field_find(r, STR("role"));
    struct record rec;
    if (f == NULL || f->column == UINT32_MAX) return RC_OK;
    TRY(record_get(q->view->records, r, id, &q->arena, &rec, err));
    struct str role = rec.values[f->column].kind == SV_TEXT ? rec.values[f->column].s : STR("");
    if (role.len == 0 || !str_ends(*display, role)) return RC_OK;
    *display = str_cat(&q->arena, str_sub(*display, 0, display->len - role.len), role_title(q, role));
    return RC_OK;
}

/* What is out of sight is called by nothing but its number. */
enum rc display_of(struct req *q, const struct pack_register *r, uint64_t id, struct str *out, struct err *err)
{
    struct str key = str_cat(&q->arena, r->d.name, STR("/"), str_u64(&q->arena, id));
    struct str *known = map_find(&q->displays, key);
    if (known != NULL) {
        *out = *known;
        return RC_OK;
    }
    known = arena_new(&q->arena, struct str);
    /* Who did something is told to everybody who may see what was done. */
    if (is_account(r) || r->display == NULL || sees_all(grant_scope(q->grant, PACK_READ, r))) TRY(record_display(q->view->records, r, id, &q->arena, known, err));
    else TRY(record_display_for(q->view->records, q->grant, r, id, &q->arena, known, err));
    if (holds_role(q, r)) TRY(role_shown(q, r, id, known, err));
    if (known->len == 0) *known = str_cat(&q->arena, STR("#"), str_u64(&q->arena, id));
    map_put(&q->arena, &q->displays, key, known);
    *out = *known;
    return RC_OK;
}

enum rc ref_put(struct req *q, const struct pack_register *r, uint64_t id, struct err *err)
{
    if (r == NULL || id == 0) {
        json_null(&q->j);
        return RC_OK;
    }
    struct str display;
    TRY(display_of(q, r, id, &display, err));
    json_object(&q->j);
    put_text(&q->j, "register", r->d.name);
    put_u64(&q->j, "id", id);
    put_text(&q->j, "display", display);
    json_end_object(&q->j);
    return RC_OK;
}

/* ---- values ---- */

static void choice_put(struct req *q, const struct pack_field *f, struct str code)
{
    uint32_t row = 0;
    bool found = f->codes != NULL && feel_codes_find(&f->codes->feel, code, &row);
    json_object(&q->j);
    put_text(&q->j, "code", code);
    put_text(&q->j, "title", found ? text2_in(&f->codes->titles[row], q->lang) : code);
    json_end_object(&q->j);
}

static enum rc file_put(struct req *q, struct str text)
{
    struct record_file f;
    if (record_file_read(text, &f)) file_value_put(q, &f, str_cat(&q->arena, STR("files/"), f.hash));
    else json_null(&q->j);
    return RC_OK;
}

enum rc value_put(struct req *q, const struct pack_field *f, const struct sv *v, struct err *err)
{
    if (v->kind == SV_NULL) {
        json_null(&q->j);
        return RC_OK;
    }
    switch (f->type) {
    case FIELD_NUMBER: json_string(&q->j, dec_print(&q->arena, dec_scaled(v->i, (int)f->len))); return RC_OK;
    case FIELD_CHOICE: choice_put(q, f, v->s); return RC_OK;
    case FIELD_REF: return ref_put(q, f->ref, (uint64_t)v->i, err);
    case FIELD_FILE: return file_put(q, v->s);
    case FIELD_TEXT:
    case FIELD_BOOL:
    case FIELD_DATE:
    case FIELD_MONTH:
    case FIELD_DATETIME:
    case FIELD_DURATION: break;
    }
    record_value_json(f, v, &q->j);
    return RC_OK;
}

/* Worked out by the store's host, and brought to the field's own form; what does not fit is empty. */
enum rc derived_get(struct req *q, const struct pack_register *r, const struct pack_field *f, uint64_t id, struct sv *out, struct err *err)
{
    struct fv v = fv_null();
    struct err why;
    *out = sv_null();
    q->run.steps_left = 0;
    TRY(q->host_feel->member(&q->run, &r->feel, (int64_t)id, f->member, &v, err));
    if (!fv_is_null(&v) && record_value_from_fv(f, &v, &q->arena, out, &why) != RC_OK) *out = sv_null();
    return RC_OK;
}

/* ---- columns ---- */

enum rc columns_parse(struct req *q, const struct pack_register *r, struct str text, struct column **out, size_t *n, struct err *err)
{
    *n = 0;
    *out = NULL;
    if (text.ptr == NULL || text.len == 0) return RC_OK;
    *out = arena_array(&q->arena, struct column, 101);
    for (size_t from = 0; from < text.len;) {
        size_t to = from;
        while (to < text.len && text.ptr[to] != ',') to++;
        struct str one = str_trim(str_sub(text, from, to));
        from = to + 1;
        if (one.len == 0) continue;
        if (*n == 100) return err_set(err, &E_http_query, NO_PLACE, STR("columns"), STR("至多 100 列"), STR("at most 100 columns"));
        struct column *c = &(*out)[(*n)++];
        size_t dot = str_find_char(one, '.');
        *c = (struct column){.name = one, .reg = r};
        if (dot == SIZE_MAX) {
            TRY(req_field(q, r, one, &c->field, err));
            continue;
        }
        TRY(req_field(q, r, str_sub(one, 0, dot), &c->via, err));
        if (c->via->type != FIELD_REF || c->via->derive != NULL)
            return err_set(err, &E_area_no_field, NO_PLACE, text2_in(&r->d.title, q->lang), one, STR(""));
        c->reg = c->via->ref;
        TRY(req_field(q, c->reg, str_sub(one, dot + 1, one.len), &c->field, err));
    }
    return RC_OK;
}

static enum rc field_value(struct req *q, const struct pack_register *r, const struct record *rec, const struct pack_field *f, struct sv *out, struct err *err)
{
    if (f->derive != NULL) return derived_get(q, r, f, rec->id, out, err);
    *out = rec->values[f->column];
    return RC_OK;
}

/* A field of what a ref leads to: by the grant for that record, not for this one. */
static enum rc far_value(struct req *q, const struct pack_register *r, const struct record *rec, const struct sight *sight, const struct column *c, const char *purpose, bool *shown,
                         struct sv *out, struct err *err)
{
    *shown = sight_field(sight, r, c->via);
    *out = sv_null();
    if (!*shown || rec->values[c->via->column].kind == SV_NULL) return RC_OK;
    uint64_t id = (uint64_t)rec->values[c->via->column].i;
    struct record far;
    struct sight s = SIGHT_NONE;
    struct err why;
    enum rc rc = record_get(q->view->records, c->reg, id, &q->arena, &far, &why);
    if (rc == RC_ABSENT) return RC_OK;
    if (rc != RC_OK) {
        *err = why;
        return rc;
    }
    TRY(scope_sight(grant_scope(q->grant, PACK_READ, c->reg), id, far.closed_us != 0, &q->world, &s, err));
    *shown = s.any && sight_field(&s, c->reg, c->field);
    if (!*shown) return RC_OK;
    TRY(field_value(q, c->reg, &far, c->field, out, err));
    if (out->kind != SV_NULL && c->field->class >= PACK_PERSONAL) read_note(q, c->reg, id, c->field->class, purpose);
    return RC_OK;
}

enum rc values_put(struct req *q, const struct pack_register *r, const struct record *rec, const struct sight *sight, const struct column *c, size_t n,
                   const char *purpose, struct err *err)
{
    size_t count = c == NULL ? r->fields_count : n;
    VEC(struct str) hidden = {0};
    put_key(&q->j, "values");
    json_object(&q->j);
    for (size_t i = 0; i < count; i++) {
        struct column own = {.field = &r->fields[c == NULL ? i : 0], .reg = r};
        if (c == NULL) own.name = own.field->name;
        const struct column *k = c == NULL ? &own : &c[i];
        struct sv v = sv_null();
        bool shown = true;
        if (k->via != NULL) {
            TRY(far_value(q, r, rec, sight, k, purpose, &shown, &v, err));
        } else {
            shown = sight_field(sight, r, k->field);
            if (shown) TRY(field_value(q, r, rec, k->field, &v, err));
            if (shown && v.kind != SV_NULL && k->field->class >= PACK_PERSONAL) read_note(q, r, rec->id, k->field->class, purpose);
        }
        if (!shown) {
            vec_push(&q->arena, &hidden, k->name);
            continue;
        }
        json_key_any(&q->j, k->name);
        TRY(value_put(q, k->field, &v, err));
    }
    json_end_object(&q->j);
    put_key(&q->j, "hidden");
    json_array(&q->j);
    for (size_t i = 0; i < hidden.len; i++) json_string(&q->j, hidden.at[i]);
    json_end_array(&q->j);
    return RC_OK;
}
