/* change.c - commands: create, change, close, erase, check as one types, take back.  All go through area_submit(); nothing is written here. */
#include "http/inner.h"

enum { WAIT_SECONDS = 30 };
#define UNDO_US (INT64_C(24) * 3600 * 1000000)

/* A key keeps a hash of what was sent: of papers that would be enough to try which they were.  And area/keys.c does not tell two ballots' commands apart. */
static bool keyless(enum verb v) { return v >= VERB_BALLOT_OPEN && v <= VERB_BALLOT_RECOUNT; }

/* The snapshot ends first: whoever waits must not hold the log.  The view stays, for the packs that our names are of. */
enum rc req_submit(struct req *q, struct command *c, struct receipt *out, struct err *err) { return req_submit_as(q, grant_account(q->grant), c, out, err); }

/* actor 0: the system's own, where the route has asked for the right to set it going. */
enum rc req_submit_as(struct req *q, uint64_t actor, struct command *c, struct receipt *out, struct err *err)
{
    struct str key = req_header(q, "Idempotency-Key");
    c->actor = actor;
    c->token = actor == 0 ? 0 : grant_token(q->grant);
    if (key.ptr == NULL && q->key.len > 0) key = q->key;
    if (key.ptr != NULL && c->key.ptr == NULL && actor != 0 && !keyless(c->verb)) c->key = str_dup(&q->arena, key);
    c->deadline_us = clock_now_us() + (int64_t)WAIT_SECONDS * 1000000;
    *out = (struct receipt){0};
    if (q->view != NULL) area_view_rest(q->view);
    TRY(area_submit(q->site->area, c, out, err));
    uint64_t known = atomic_load(&q->site->seq);
    while (known < out->last_seq && !atomic_compare_exchange_weak(&q->site->seq, &known, out->last_seq)) {}
    if (out->first_seq != 0) events_moved(q->http);
    return RC_OK;
}

void receipt_put(struct req *q, const struct receipt *r)
{
    answer_json(q);
    json_object(&q->j);
    receipt_members(q, r);
    json_end_object(&q->j);
}

void receipt_members(struct req *q, const struct receipt *r)
{
    put_u64(&q->j, "command", r->command);
    put_u64(&q->j, "first_seq", r->first_seq);
    put_u64(&q->j, "last_seq", r->last_seq);
    put_u64(&q->j, "id", r->id);
    put_u64(&q->j, "version", r->version);
    put_text(&q->j, "leaf", r->first_seq == 0 ? STR("") : str_hex(&q->arena, r->leaf.b, HASH_LEN));
    put_flag(&q->j, "repeated", r->repeated);
}

/* ---- values as pages send them ---- */

/* Canonical, or as they were answered ({"code"…}, {"id"…}), or as people type them. */
static enum rc value_take(struct req *q, const struct pack_field *f, const struct json *j, struct sv *out, struct err *err)
{
    if (f->type == FIELD_FILE && j->kind != JSON_NULL) {
        struct str text;
        TRY(file_value_take(q, f->name, j, &text, err));
        return record_value_parse(q->view->records, f, text, &q->arena, out, err);
    }
    if (j->kind == JSON_OBJECT) {
        const struct json *inner = json_get(j, f->type == FIELD_CHOICE ? STR("code") : STR("id"));
        if (inner == NULL) return err_set(err, &E_http_body, NO_PLACE, f->name, STR("值"), STR("a value"));
        j = inner;
    }
    if (j->kind == JSON_STRING && f->type != FIELD_TEXT) return record_value_parse(q->view->records, f, j->text, &q->arena, out, err);
    if (j->kind == JSON_STRING && str_trim(j->text).len == 0) {
        *out = sv_null();
        return RC_OK;
    }
    return record_value_from_json(f, j, &q->arena, out, err);
}


static enum rc not_allowed(struct req *q, const struct pack_field *f, struct err *err)
{
    if (f->derive != NULL) return err_set(err, &E_area_derived, NO_PLACE, text2_in(&f->title, q->lang));
    return err_set(err, &E_access_field, NO_PLACE, text2_in(&f->title, q->lang));
}

/* A ref may lead only to what its writer may see; nobody learns by trying whether something else is there. */
static enum rc ref_seen(struct req *q, const struct pack_field *f, const struct sv *v, struct err *err)
{
    if (f->type != FIELD_REF || v->kind != SV_INT) return RC_OK;
    struct record rec;
    struct sight s;
    return record_seen(q, PACK_READ, f->ref, (uint64_t)v->i, &rec, &s, err);
}

enum rc values_take(struct req *q, const struct json *values, struct given *g, struct err *err)
{
    if (values == NULL || values->kind != JSON_OBJECT || values->count == 0) return err_set(err, &E_http_body, NO_PLACE, STR("values"), STR("对象"), STR("an object"));
    g->names = arena_array(&q->arena, struct str, values->count);
    g->values = arena_array(&q->arena, struct sv, values->count);
    g->fields = arena_array(&q->arena, const struct pack_field *, values->count);
    for (const struct json *m = values->first; m != NULL; m = m->next) {
        const struct pack_field *f = NULL;
        TRY(req_field(q, q->reg, m->key, &f, err));
        if (!field_writable(q, q->reg, f)) return not_allowed(q, f, err);
        for (uint32_t i = 0; i < g->n; i++)
            if (g->fields[i] == f) return err_set(err, &E_http_body, NO_PLACE, m->key, STR("只写一次的字段"), STR("a field given once"));
        g->fields[g->n] = f;
        g->names[g->n] = f->name;
        TRY(value_take(q, f, m, &g->values[g->n], err));
        TRY(ref_seen(q, f, &g->values[g->n], err));
        g->n++;
    }
    return RC_OK;
}

/* The record as it will be must be in the writer's own scope. */
static enum rc stays_in_scope(struct req *q, uint64_t id, const struct sv *values, struct err *err)
{
    struct sight s = SIGHT_NONE;
    TRY(scope_sight_of(grant_scope(q->grant, PACK_WRITE, q->reg), id, values, false, &q->world, &s, err));
    return s.any ? RC_OK : err_set(err, &E_access_scope, NO_PLACE, text2_in(&q->reg->d.title, LANG_ZH), text2_in(&q->reg->d.title, LANG_EN));
}

static enum rc only_by_engine(struct req *q, struct err *err)
{
    return register_writable(q, q->reg) ? RC_OK : err_set(err, &E_http_read_only, NO_PLACE, text2_in(&q->reg->d.title, q->lang));
}

static enum rc take_happened(const struct json *body, struct command *c, struct err *err)
{
    struct str day;
    c->happened = ENTRY_NO_DAY;
    TRY(json_text(body, "happened", false, &day, err));
    if (day.ptr != NULL && !day_parse(day, &c->happened)) return err_set(err, &E_http_body, NO_PLACE, STR("happened"), STR("日期"), STR("a date"));
    return RC_OK;
}

/* ---- create, change, close, erase ---- */

enum rc route_record_create(struct req *q, struct err *err)
{
    const struct json *body;
    struct given g = {0};
    struct command c = {.verb = VERB_CREATE};
    struct receipt r;
    TRY(only_by_engine(q, err));
    TRY(req_json(q, "values happened", &body, err));
    TRY(take_happened(body, &c, err));
    TRY(values_take(q, json_get(body, STR("values")), &g, err));
    struct sv *all = arena_array(&q->arena, struct sv, q->reg->stored_count + 1);
    for (uint32_t i = 0; i < g.n; i++) all[g.fields[i]->column] = g.values[i];
    TRY(stays_in_scope(q, 0, all, err));
    struct args_create args = {.reg = q->reg->d.name, .count = g.n, .fields = g.names, .values = g.values};
    c.args = &args;
    TRY(req_submit(q, &c, &r, err));
    receipt_put(q, &r);
    q->status = 201;
    answer_header(q, "Location", str_cat(&q->arena, STR("/api/v1/areas/"), q->site->name, STR("/registers/"), args.reg, STR("/records/"), str_u64(&q->arena, r.id)));
    return RC_OK;
}

enum rc route_record_patch(struct req *q, struct err *err)
{
    const struct json *body;
    struct given g = {0};
    struct command c = {.verb = VERB_UPDATE};
    struct receipt r;
    struct record rec;
    struct sight sight;
    uint64_t id = 0;
    uint32_t version = 0;
    TRY(only_by_engine(q, err));
    TRY(req_id(q, 1, &id, err));
    TRY(record_seen(q, PACK_WRITE, q->reg, id, &rec, &sight, err));
    TRY(req_version(q, &version, err));
    TRY(req_json(q, "values happened", &body, err));
    TRY(take_happened(body, &c, err));
    TRY(values_take(q, json_get(body, STR("values")), &g, err));
    struct sv *all = arena_array(&q->arena, struct sv, q->reg->stored_count + 1);
    memcpy(all, rec.values, q->reg->stored_count * sizeof *all);
    for (uint32_t i = 0; i < g.n; i++) {
        /* One who may not see a field of this record may not fill it either: he would learn from what is refused. */
        if (!sight_field(&sight, q->reg, g.fields[i])) return not_allowed(q, g.fields[i], err);
        all[g.fields[i]->column] = g.values[i];
    }
    TRY(stays_in_scope(q, id, all, err));
    struct args_update args = {.reg = q->reg->d.name, .id = id, .if_version = version, .count = g.n, .fields = g.names, .values = g.values};
    c.args = &args;
    TRY(req_submit(q, &c, &r, err));
    receipt_put(q, &r);
    answer_header(q, "ETag", str_cat(&q->arena, STR("\""), str_u64(&q->arena, r.version), STR("\"")));
    return RC_OK;
}

enum rc route_record_close(struct req *q, struct err *err)
{
    const struct json *body;
    struct command c = {.verb = VERB_CLOSE};
    struct receipt r;
    struct record rec;
    struct sight sight;
    struct args_close args = {0};
    TRY(only_by_engine(q, err));
    TRY(req_id(q, 1, &args.id, err));
    TRY(record_seen(q, PACK_WRITE, q->reg, args.id, &rec, &sight, err));
    TRY(req_version(q, &args.if_version, err));
    TRY(req_json(q, "happened", &body, err));
    TRY(take_happened(body, &c, err));
    args.reg = q->reg->d.name;
    c.args = &args;
    TRY(req_submit(q, &c, &r, err));
    receipt_put(q, &r);
    return RC_OK;
}

/* ---- checks as one types ---- */

struct typed { struct req *q; struct json_out problems, derived; struct buf p, d; const struct sight *sight; size_t count; };

static enum rc typed_problem(void *ctx, const struct pack_field *f, const struct err *why, struct err *err)
{
    struct typed *t = ctx;
    (void)err;
    json_object(&t->problems);
    put_text_or_null(&t->problems, "field", f == NULL ? STR_NONE : f->name);
    problem_members(&t->problems, why, t->q->lang);
    json_end_object(&t->problems);
    t->count++;
    return RC_OK;
}

static enum rc typed_derived(void *ctx, const struct pack_field *f, const struct sv *v, struct err *err)
{
    struct typed *t = ctx;
    struct req *q = t->q;
    if (!sight_field(t->sight, q->reg, f)) return RC_OK;
    struct json_out keep = q->j;
    q->j = t->derived;
    json_key_any(&q->j, f->name);
    enum rc rc = value_put(q, f, v, err);
    t->derived = q->j;
    q->j = keep;
    return rc;
}

enum rc route_check(struct req *q, struct err *err)
{
    const struct json *body, *values;
    uint64_t id = 0;
    struct record rec = {0};
    struct sight sight = {.classes = 0, .any = true};
    TRY(only_by_engine(q, err));
    TRY(req_json(q, "id values", &body, err));
    TRY(json_u64(body, "id", false, &id, err));
    struct sv *all = arena_array(&q->arena, struct sv, q->reg->stored_count + 1);
    bool *only = arena_array(&q->arena, bool, q->reg->stored_count + 1);
    if (id != 0) {
        TRY(record_seen(q, PACK_WRITE, q->reg, id, &rec, &sight, err));
        memcpy(all, rec.values, q->reg->stored_count * sizeof *all);
    }
    struct typed t = {.q = q};
    buf_init(&t.p, 1 << 20);
    buf_init(&t.d, 1 << 20);
    json_out_init(&t.problems, &t.p);
    json_out_init(&t.derived, &t.d);
    json_array(&t.problems);
    json_object(&t.derived);
    values = json_get(body, STR("values"));
    enum rc rc = values == NULL || values->kind == JSON_OBJECT ? RC_OK : err_set(err, &E_http_body, NO_PLACE, STR("values"), STR("对象"), STR("an object"));
    for (const struct json *m = values == NULL ? NULL : values->first; m != NULL && rc == RC_OK; m = m->next) {
        const struct pack_field *f = NULL;
        struct err why;
        err_clear(&why);
        rc = req_field(q, q->reg, m->key, &f, err);
        if (rc != RC_OK) break;
        enum rc one = field_writable(q, q->reg, f) && (id == 0 || sight_field(&sight, q->reg, f)) ? RC_OK : not_allowed(q, f, &why);
        if (one == RC_OK) one = value_take(q, f, m, &all[f->derive == NULL ? f->column : 0], &why);
        if (one == RC_OK) one = ref_seen(q, f, &all[f->column], &why);
        if (f->derive == NULL) only[f->column] = one == RC_OK;
        if (one != RC_OK) rc = typed_problem(&t, f, &why, err);
    }
    if (rc == RC_OK && id == 0) rc = scope_sight_of(grant_scope(q->grant, PACK_WRITE, q->reg), 0, all, false, &q->world, &sight, err);
    t.sight = &sight;
    struct record_trial trial = {.values = all, .only = id == 0 ? NULL : only, .today = q->run.today, .problem = typed_problem, .derived = typed_derived, .ctx = &t};
    if (rc == RC_OK) rc = record_try(q->view->records, q->reg, id, &trial, err);
    if (rc == RC_OK) {
        json_end_array(&t.problems);
        json_end_object(&t.derived);
        answer_json(q);
        json_object(&q->j);
        put_key(&q->j, "problems");
        json_raw(&q->j, buf_view(&t.p));
        put_key(&q->j, "derived");
        json_raw(&q->j, buf_view(&t.d));
        json_end_object(&q->j);
    }
    buf_fini(&t.p);
    buf_fini(&t.d);
    return rc;
}

/* ---- taking back ---- */

static const struct history_line *line_of(const struct history_line *lines, size_t n, uint64_t seq)
{
    for (size_t i = 0; i < n; i++)
        if (lines[i].seq == seq) return &lines[i];
    return NULL;
}

enum rc route_undo(struct req *q, struct err *err)
{
    const struct json *body;
    uint64_t id = 0, seq = 0;
    struct record rec;
    struct sight sight;
    struct history_line *lines = NULL;
    size_t n = 0;
    struct receipt r;
    TRY(only_by_engine(q, err));
    TRY(req_id(q, 1, &id, err));
    TRY(record_seen(q, PACK_WRITE, q->reg, id, &rec, &sight, err));
    TRY(req_json(q, "seq", &body, err));
    TRY(json_u64(body, "seq", true, &seq, err));
    TRY(record_history(q->view->records, q->reg, id, &q->arena, &lines, &n, err));
    const struct history_line *l = line_of(lines, n, seq);
    if (l == NULL) return err_set(err, &E_http_absent, NO_PLACE, str_u64(&q->arena, seq));
    if (l->kind != ENTRY_UPDATE) return err_set0(err, &E_http_undo_kind, NO_PLACE);
    if (rec.seq != seq) return err_set0(err, &E_http_undo_moved, NO_PLACE);
    if (clock_now_us() - l->time_us > UNDO_US) return err_set0(err, &E_http_undo_late, NO_PLACE);
    struct str *names = arena_array(&q->arena, struct str, l->count + 1);
    struct sv *all = arena_array(&q->arena, struct sv, q->reg->stored_count + 1);
    memcpy(all, rec.values, q->reg->stored_count * sizeof *all);
    for (uint32_t i = 0; i < l->count; i++) {
        const struct pack_field *f = l->fields[i];
        if (!field_writable(q, q->reg, f) || !sight_field(&sight, q->reg, f)) return not_allowed(q, f, err);
        names[i] = f->name;
        TRY(ref_seen(q, f, &l->before[i], err));
        all[f->column] = l->before[i];
    }
    TRY(stays_in_scope(q, id, all, err));
    struct args_update args = {.reg = q->reg->d.name, .id = id, .if_version = rec.version, .count = l->count, .fields = names, .values = l->before};
    struct command c = {.verb = VERB_UPDATE, .happened = ENTRY_NO_DAY, .args = &args};
    TRY(req_submit(q, &c, &r, err));
    receipt_put(q, &r);
    return RC_OK;
}
