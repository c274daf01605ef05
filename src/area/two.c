/*
 * two.c - what takes two persons.  One proposes: the act is written down whole, as a record, and does nothing.  Another, who could do it himself, sees
 * exactly that and confirms it; then it is done, in the same command.  What is confirmed is compared by a keyed hash of its canonical text, so that
 * nobody confirms one thing and does another.
 */
#include "area/inner.h"

enum { VALID_DAYS = 7, CONTENT_MAX = 64 << 10, FIELDS_MAX = 500 };

const struct pack_register *pending_reg(const struct pack_set *set) { return pack_register_find(set, STR("pending_act")); }

static enum rc unfit(enum verb v, struct err *err)
{
    return err_set(err, &E_area_two_unfit, NO_PLACE, str_c(verb_title((uint16_t)v, LANG_ZH)), str_c(verb_title((uint16_t)v, LANG_EN)));
}

/* ---- an act as text ---- */

static int by_name(const void *x, const void *y)
{
    const struct pack_field *const *a = x, *const *b = y;
    return str_cmp((*a)->name, (*b)->name);
}

/* Names are the declared ones, sorted, each once: two ways to say the same give the same text.  values NULL: names only. */
static enum rc put_fields(struct json_out *j, const struct pack_register *r, uint32_t n, const struct str *names, const struct sv *values, struct arena *a, struct err *err)
{
    const struct pack_field **f = arena_array(a, const struct pack_field *, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        f[i] = pack_field_find(r, names[i]);
        if (f[i] == NULL) return err_set(err, &E_area_no_field, NO_PLACE, r->d.title.zh, names[i], STR(""));
        if (f[i]->derive != NULL) return err_set(err, &E_area_derived, NO_PLACE, f[i]->title.zh);
        for (uint32_t k = 0; k < i; k++)
            if (f[k] == f[i]) return err_set(err, &E_area_two_twice, NO_PLACE, f[i]->title.zh);
    }
    const struct pack_field **sorted = arena_array(a, const struct pack_field *, n + 1);
    for (uint32_t i = 0; i < n; i++) sorted[i] = f[i];
    if (n > 1) qsort(sorted, n, sizeof *sorted, by_name);
    json_key(j, STR("fields"));
    if (values != NULL)
        json_object(j);
    else
        json_array(j);
    for (uint32_t i = 0; i < n; i++) {
        if (values == NULL) {
            json_string(j, sorted[i]->name);
            continue;
        }
        uint32_t at = 0;
        while (f[at] != sorted[i]) at++;
        json_key(j, sorted[i]->name);
        if (values[at].kind == SV_NULL)
            json_null(j);
        else
            record_value_json(sorted[i], &values[at], j);
    }
    if (values != NULL)
        json_end_object(j);
    else
        json_end_array(j);
    return RC_OK;
}

static void put_text(struct json_out *j, const char *key, struct str s)
{
    json_key(j, str_c(key));
    json_string(j, s);
}
static void put_number(struct json_out *j, const char *key, uint64_t n)
{
    json_key(j, str_c(key));
    json_i64(j, (int64_t)n);
}

struct target { struct str reg; uint64_t id; };

static enum rc content_of(const struct pack_set *set, const struct area_packs *now, const struct command *c, struct arena *a, struct buf *b, struct target *t, struct err *err)
{
    struct json_out j;
    *t = (struct target){STR(""), 0};
    const struct pack_register *r = NULL;
    const struct args_create *create = c->args;
    const struct args_update *update = c->args;
    const struct args_close *close = c->args;
    const struct args_erase *erase = c->args;
    const struct args_export *export = c->args;
    if (c->verb == VERB_CREATE) *t = (struct target){create->reg, 0};
    if (c->verb == VERB_UPDATE) *t = (struct target){update->reg, update->id};
    if (c->verb == VERB_CLOSE) *t = (struct target){close->reg, close->id};
    if (c->verb == VERB_ERASE) *t = (struct target){erase->reg, erase->id};
    if (c->verb == VERB_EXPORT) *t = (struct target){export->reg, 0};
    if (t->reg.len == 0 && c->verb != VERB_INSTALL) return unfit(c->verb, err);
    if (c->verb != VERB_INSTALL) {
        r = pack_register_find(set, t->reg);
        if (r == NULL) return err_set(err, &E_area_no_register, NO_PLACE, t->reg, STR(""));
        t->reg = r->d.name;
    }
    json_out_init(&j, b);
    json_object(&j);
    switch ((unsigned)c->verb) {
    case VERB_CREATE: TRY(put_fields(&j, r, create->count, create->fields, create->values, a, err)); break;
    case VERB_UPDATE:
        TRY(put_fields(&j, r, update->count, update->fields, update->values, a, err));
        put_number(&j, "id", update->id);
        break;
    case VERB_CLOSE: put_number(&j, "id", close->id); break;
    case VERB_ERASE:
        put_text(&j, "basis", erase->basis);
        TRY(put_fields(&j, r, erase->count, erase->fields, NULL, a, err));
        put_number(&j, "id", erase->id);
        break;
    case VERB_EXPORT:
        put_text(&j, "columns", export->columns);
        put_text(&j, "filter", export->filter);
        put_number(&j, "personal", export->personal);
        put_text(&j, "reason", export->reason);
        break;
    case VERB_INSTALL: proposed_put(&j, now, c->args, a); break;
    default: return unfit(c->verb, err);
    }
    if (r != NULL) put_text(&j, "register", r->d.name);
    if (c->verb == VERB_EXPORT) put_number(&j, "rows", export->rows);
    put_text(&j, "verb", str_c(verb_name((uint16_t)c->verb)));
    json_end_object(&j);
    return buf_failed(b) ? err_set(err, &E_limit, NO_PLACE, STR("内容"), STR("64 KiB")) : RC_OK;
}

static struct str digest_of(struct area *ar, struct str content, struct arena *a)
{
    struct hasher *h = hasher_make(HASH_SHA256);
    struct hash sum;
    MUST(h != NULL);
    hash_of(h, &sum, str_of((const char *)ar->key_secret, sizeof ar->key_secret), content);
    hasher_free(&h);
    return str_hex(a, sum.b, sizeof sum.b);
}

/* ---- the text as an act again ---- */

static struct str text_in(const struct json *j, const char *key)
{
    const struct json *t = json_get(j, str_c(key));
    return t == NULL || t->kind != JSON_STRING ? STR("") : t->text;
}
static uint64_t number_in(const struct json *j, const char *key)
{
    const struct json *t = json_get(j, str_c(key));
    uint64_t n = 0;
    return t != NULL && t->kind == JSON_NUMBER && str_to_u64(t->text, &n) ? n : 0;
}

static enum rc fields_back(const struct pack_register *r, const struct json *j, struct arena *a, uint32_t *n, struct str **names, struct sv **values, struct err *err)
{
    const struct json *list = json_get(j, STR("fields"));
    size_t count = list == NULL ? 0 : MIN(list->count, (size_t)FIELDS_MAX);
    *names = arena_array(a, struct str, count + 1);
    *values = arena_array(a, struct sv, count + 1);
    *n = 0;
    for (const struct json *k = list == NULL ? NULL : list->first; k != NULL && *n < count; k = k->next) {
        const struct pack_field *f = pack_field_find(r, list->kind == JSON_OBJECT ? k->key : k->text);
        if (f == NULL) return err_set(err, &E_area_packs_moved, NO_PLACE, STR(""));
        (*names)[*n] = f->name;
        if (list->kind == JSON_OBJECT && k->kind != JSON_NULL) TRY(record_value_from_json(f, k, a, &(*values)[*n], err));
        (*n)++;
    }
    return RC_OK;
}

static enum rc act_of(struct store *s, const struct area_packs *now, const struct pack_set *set, struct str content, struct arena *a, struct command *out, struct err *err)
{
    struct json *j = NULL;
    TRY(json_parse(a, content, &j, err));
    struct str verb = text_in(j, "verb");
    if (str_eq(verb, str_c(verb_name(VERB_INSTALL)))) return proposed_back(s, now, j, a, out, err);
    const struct pack_register *r = pack_register_find(set, text_in(j, "register"));
    *out = (struct command){.happened = ENTRY_NO_DAY};
    if (r == NULL) return unfit(VERB_INSTALL, err);
    uint32_t n = 0;
    struct str *names = NULL;
    struct sv *values = NULL;
    TRY(fields_back(r, j, a, &n, &names, &values, err));
    if (str_eq(verb, STR("record.create"))) {
        struct args_create *g = arena_new(a, struct args_create);
        *g = (struct args_create){r->d.name, n, names, values};
        out->verb = VERB_CREATE;
        out->args = g;
    } else if (str_eq(verb, STR("record.update"))) {
        struct args_update *g = arena_new(a, struct args_update);
        *g = (struct args_update){r->d.name, number_in(j, "id"), 0, n, names, values};
        out->verb = VERB_UPDATE;
        out->args = g;
    } else if (str_eq(verb, STR("record.close"))) {
        struct args_close *g = arena_new(a, struct args_close);
        *g = (struct args_close){r->d.name, number_in(j, "id"), 0};
        out->verb = VERB_CLOSE;
        out->args = g;
    } else if (str_eq(verb, STR("record.erase"))) {
        struct args_erase *g = arena_new(a, struct args_erase);
        *g = (struct args_erase){r->d.name, number_in(j, "id"), n, names, text_in(j, "basis")};
        out->verb = VERB_ERASE;
        out->args = g;
    } else if (str_eq(verb, STR("export.note"))) {
        struct args_export *g = arena_new(a, struct args_export);
        *g = (struct args_export){r->d.name, number_in(j, "rows"), text_in(j, "columns"), text_in(j, "filter"), number_in(j, "personal") != 0, text_in(j, "reason")};
        out->verb = VERB_EXPORT;
        out->args = g;
    } else {
        return unfit(VERB_INSTALL, err);
    }
    return RC_OK;
}

/* ---- propose ---- */

static void set_value(const struct pack_register *r, struct sv *values, const char *field, struct sv v)
{
    const struct pack_field *f = pack_field_find(r, str_c(field));
    MUST(f != NULL && f->column != UINT32_MAX);
    values[f->column] = v;
}

enum rc verb_propose(struct door *d, struct err *err)
{
    const struct args_propose *g = d->command->args;
    struct area *ar = d->area;
    const struct pack_register *r = pending_reg(records_set(ar->records));
    if (r == NULL) return err_set(err, &E_area_core_missing, NO_PLACE, STR("pending_act"), STR(""));
    struct buf b;
    struct target t;
    buf_init(&b, CONTENT_MAX);
    enum rc rc = g->act->verb == VERB_INSTALL ? proposed_room(ar, r, d->change.today, err) : RC_OK;
    if (rc == RC_OK) rc = content_of(records_set(ar->records), ar->packs, g->act, &ar->batch, &b, &t, err);
    struct str content = str_dup(&ar->batch, buf_view(&b));
    buf_fini(&b);
    TRY(rc);
    struct sv *values = arena_array(&ar->batch, struct sv, r->stored_count + 1);
    set_value(r, values, "verb", sv_text(str_c(verb_name((uint16_t)g->act->verb))));
    set_value(r, values, "target_register", t.reg.len == 0 ? sv_null() : sv_text(t.reg));
    set_value(r, values, "target", t.id == 0 ? sv_null() : sv_int((int64_t)t.id));
    set_value(r, values, "content", sv_text(content));
    set_value(r, values, "digest", sv_text(digest_of(ar, content, &ar->batch)));
    set_value(r, values, "reason", g->reason.len == 0 ? sv_null() : sv_text(g->reason));
    set_value(r, values, "proposed_by", d->command->actor == 0 ? sv_null() : sv_int((int64_t)d->command->actor));
    set_value(r, values, "proposed", sv_int(d->change.today));
    set_value(r, values, "expires", sv_int(d->change.today + VALID_DAYS));
    struct changed done;
    TRY(record_create(ar->records, r, &d->change, values, &done, err));
    d->receipt->id = done.id;
    d->receipt->version = done.version;
    d->receipt->leaf = done.leaf;
    return g->act->verb == VERB_INSTALL ? proposed_keep(ar, g->act->args, r, d->change.today, err) : RC_OK;
}

/* ---- confirm ---- */

enum rc pending_read(struct area *ar, uint64_t id, const struct command *given, day_num today, struct pending *out, struct err *err)
{
    const struct pack_set *set = records_set(ar->records);
    struct arena *a = &ar->batch;
    struct record rec;
    out->reg = pending_reg(set);
    if (out->reg == NULL) return err_set(err, &E_area_core_missing, NO_PLACE, STR("pending_act"), STR(""));
    TRY(record_get(ar->records, out->reg, id, a, &rec, err));
    struct sv expires = who_value(out->reg, &rec, "expires"), by = who_value(out->reg, &rec, "proposed_by"), content = who_value(out->reg, &rec, "content");
    if (rec.closed_us != 0 || expires.kind != SV_INT || expires.i < today || content.kind != SV_TEXT) return err_set0(err, &E_area_two_over, NO_PLACE);
    out->id = id;
    out->proposed_by = by.kind == SV_INT ? (uint64_t)by.i : 0;
    if (given != NULL) {
        out->act = *given;
        out->act.happened = ENTRY_NO_DAY;
    } else {
        TRY(act_of(ar->store, ar->packs, set, content.s, a, &out->act, err));
    }
    out->act.actor = out->proposed_by;
    /* Told again in canonical words: what is about to be done is what was proposed. */
    struct buf b;
    struct target t;
    buf_init(&b, CONTENT_MAX);
    enum rc rc = content_of(set, ar->packs, &out->act, a, &b, &t, err);
    bool same = rc == RC_OK && str_eq(digest_of(ar, buf_view(&b), a), who_value(out->reg, &rec, "digest").s);
    buf_fini(&b);
    return rc != RC_OK || same ? rc : err_set0(err, &E_area_two_differs, NO_PLACE);
}

enum rc verb_confirm(struct door *d, struct err *err)
{
    const struct args_confirm *g = d->command->args;
    struct area *ar = d->area;
    struct pending p = {0};
    struct changed done;
    TRY(pending_read(ar, g->id, g->act, d->change.today, &p, err));
    const struct pack_field *fields[] = {pack_field_find(p.reg, STR("confirmed_by")), pack_field_find(p.reg, STR("confirmed"))};
    struct sv values[] = {d->command->actor == 0 ? sv_null() : sv_int((int64_t)d->command->actor), sv_int(d->change.today)};
    TRY(record_update(ar->records, p.reg, p.id, 0, &d->change, 2, fields, values, &done, err));
    TRY(record_close(ar->records, p.reg, p.id, 0, &d->change, &done, err));
    struct door inner = {.area = ar, .command = &p.act, .change = d->change, .receipt = d->receipt};
    inner.change.verb = (uint16_t)p.act.verb;
    enum rc rc = verb_find((uint16_t)p.act.verb)->run(&inner, err);
    d->new_packs = inner.new_packs;
    return rc;
}

/* ---- exports ---- */

enum rc verb_export(struct door *d, struct err *err)
{
    const struct args_export *g = d->command->args;
    struct area *ar = d->area;
    const struct pack_set *set = records_set(ar->records);
    const struct pack_register *r = pack_register_find(set, STR("export")), *of = pack_register_find(set, g->reg);
    if (r == NULL) return err_set(err, &E_area_core_missing, NO_PLACE, STR("export"), STR(""));
    if (of == NULL) return err_set(err, &E_area_no_register, NO_PLACE, g->reg, STR(""));
    struct sv *values = arena_array(&ar->batch, struct sv, r->stored_count + 1);
    uint64_t by = d->command->actor, second = d->change.actor;
    set_value(r, values, "register_name", sv_text(of->d.name));
    set_value(r, values, "rows", sv_int((int64_t)g->rows));
    set_value(r, values, "columns", sv_text(g->columns));
    set_value(r, values, "filter", sv_text(g->filter));
    set_value(r, values, "reason", g->reason.len == 0 ? sv_null() : sv_text(g->reason));
    set_value(r, values, "by", by == 0 ? sv_null() : sv_int((int64_t)by));
    set_value(r, values, "second", second == by || second == 0 ? sv_null() : sv_int((int64_t)second));
    set_value(r, values, "made", sv_int(d->change.today));
    struct changed done;
    TRY(record_create(ar->records, r, &d->change, values, &done, err));
    d->receipt->id = done.id;
    d->receipt->version = done.version;
    d->receipt->leaf = done.leaf;
    return RC_OK;
}

enum rc area_export_allowed(struct area_view *v, uint64_t id, uint64_t actor, const struct args_export *what, struct err *err)
{
    const struct pack_register *r = pack_register_find(v->set, STR("export")), *of = pack_register_find(v->set, what->reg);
    struct record rec;
    struct arena a;
    struct err ignored;
    arena_init(&a, 1 << 20);
    bool ok = r != NULL && of != NULL && record_get(v->records, r, id, &a, &rec, &ignored) == RC_OK && rec.closed_us == 0;
    if (ok) {
        struct sv by = who_value(r, &rec, "by"), made = who_value(r, &rec, "made");
        ok = (by.kind == SV_INT ? (uint64_t)by.i : 0) == actor && made.kind == SV_INT && area_today(v->area) - made.i <= 1 &&
             str_eq(who_value(r, &rec, "register_name").s, of->d.name) && str_eq(who_value(r, &rec, "columns").s, what->columns) &&
             str_eq(who_value(r, &rec, "filter").s, what->filter) && (int64_t)what->rows <= who_value(r, &rec, "rows").i;
    }
    arena_fini(&a);
    return ok ? RC_OK : err_set(err, &E_access_denied, NO_PLACE, STR("没有这次导出的登记"), STR("this export was not noted"));
}

/* ---- what waits for whom ---- */

static enum rc can_confirm(struct area_view *v, const struct grant *g, const struct record *rec, bool *yes, struct err *err)
{
    const struct pack_register *r = pending_reg(v->set);
    struct sv by = who_value(r, rec, "proposed_by"), target = who_value(r, rec, "target"), expires = who_value(r, rec, "expires");
    struct str verb = who_value(r, rec, "verb").s, name = who_value(r, rec, "target_register").s;
    *yes = false;
    if (!grant_right(g, RIGHT_CONFIRM) || expires.kind != SV_INT || expires.i < grant_today(g)) return RC_OK;
    if (by.kind == SV_INT && (uint64_t)by.i == grant_account(g)) return RC_OK;
    bool office = grant_office(g) == OFFICE_SYSTEM || grant_office(g) == OFFICE_SECURITY;
    if (grant_account(g) == 0 || (office && (str_eq(verb, STR("pack.install")) || str_eq(name, STR("role_holding")) || str_eq(name, STR("account"))))) {
        *yes = true;
        return RC_OK;
    }
    const struct pack_register *of = pack_register_find(v->set, name);
    if (of == NULL) return RC_OK;
    enum pack_verb may = str_eq(verb, STR("export.note")) ? PACK_PRINT : PACK_WRITE;
    *yes = grant_may(g, may, of);
    if (!*yes || target.kind != SV_INT) return RC_OK;
    struct sight s;
    struct access_world w = record_world(v->records);
    TRY(scope_sight(grant_scope(g, may, of), (uint64_t)target.i, false, &w, &s, err));
    *yes = s.any;
    return RC_OK;
}

struct waiting {
    struct area_view *v;
    const struct grant *g;
    struct arena *a;
    VEC(uint64_t) ids;
};

static enum rc take_waiting(void *ctx, const struct record *rec, struct err *err)
{
    struct waiting *w = ctx;
    bool yes = false;
    TRY(can_confirm(w->v, w->g, rec, &yes, err));
    if (yes) vec_push(w->a, &w->ids, rec->id);
    return RC_OK;
}

enum rc area_pending(struct area_view *v, const struct grant *g, struct arena *a, uint64_t **ids, size_t *n, struct err *err)
{
    struct waiting w = {.v = v, .g = g, .a = a};
    const struct pack_register *r = pending_reg(v->set);
    *ids = NULL;
    *n = 0;
    if (r == NULL) return RC_OK;
    TRY(record_each(v->records, r, RECORD_BY_ID, false, take_waiting, &w, err));
    *ids = w.ids.at;
    *n = w.ids.len;
    return RC_OK;
}

enum rc area_pending_act(struct area_view *v, const struct grant *g, uint64_t id, struct arena *a, struct command *act, struct str *content, struct err *err)
{
    const struct pack_register *r = pending_reg(v->set);
    struct record rec;
    bool yes = false;
    if (r == NULL) return err_set(err, &E_area_core_missing, NO_PLACE, STR("pending_act"), STR(""));
    TRY(record_get(v->records, r, id, a, &rec, err));
    TRY(can_confirm(v, g, &rec, &yes, err));
    if (!yes || rec.closed_us != 0) return err_set0(err, &E_area_two_over, NO_PLACE);
    *content = who_value(r, &rec, "content").s;
    return act_of(v->store, v->packs, v->set, *content, a, act, err);
}
