/* leave.c - what routes that hand out rosters, forms and statistics have in common. */
#include <errno.h>
#include <unistd.h>

#include "http/job/job.h"
#include "http/paper/leave.h"

/* ---- who sees what ---- */

static const struct scope *scope_of(struct seeing *s, const struct pack_register *r)
{
    unsigned by = s->classes & ~1u;
    return by == 0 ? grant_scope(s->q->grant, s->verb, r) : grant_scope_by(s->q->grant, s->verb, r, by, &s->q->arena);
}

/* What was read of the record before is no longer needed. */
static void fresh(struct seeing *s)
{
    if (!s->marked) s->mark = arena_mark(&s->q->scratch);
    s->marked = true;
    arena_reset(&s->q->scratch, s->mark);
    s->q->run.arena = &s->q->scratch;
}

static enum rc sight_at(struct seeing *s, const struct pack_register *r, uint64_t id, struct sight *out, struct err *err)
{
    const struct scope *scope = scope_of(s, r);
    struct record rec;
    *out = SIGHT_NONE;
    if (scope->terms_count == 0) return RC_OK;
    fresh(s);
    if (scope->uniform) {
        *out = (struct sight){scope->terms[0].classes, 0, false, true};
        return RC_OK;
    }
    TRY(record_get(s->q->view->records, r, id, &s->q->scratch, &rec, err));
    return scope_sight_of(scope, id, rec.values, rec.closed_us != 0, &s->q->world, out, err);
}

static enum rc see_record(void *ctx, const struct pack_register *r, uint64_t id, bool *yes, struct err *err)
{
    struct sight sight;
    TRY(sight_at(ctx, r, id, &sight, err));
    *yes = sight.any;
    return RC_OK;
}

static bool see_field(void *ctx, const struct pack_register *r, uint64_t id, const struct pack_field *f)
{
    struct sight sight;
    struct err ignored;
    return sight_at(ctx, r, id, &sight, &ignored) == RC_OK && sight.any && sight_field(&sight, r, f);
}

static void see_host(void *ctx, const struct feel_host **host, void **host_ctx)
{
    struct seeing *s = ctx;
    fresh(s);
    guard_around(s->q, host, host_ctx);
}

static void see_shown(void *ctx, const struct pack_register *r, uint64_t id, enum pack_class class)
{
    struct seeing *s = ctx;
    if (s->purpose != NULL) read_note(s->q, r, id, class, s->purpose);
}

static enum rc see_step(void *ctx, uint64_t done, uint64_t total, struct err *err)
{
    const struct seeing *s = ctx;
    leave_at(s->q, done, total);
    return leave_step(s->q, err);
}

static enum rc see_called(void *ctx, const struct pack_register *r, uint64_t id, struct arena *a, struct str *out, struct err *err)
{
    const struct seeing *s = ctx;
    TRY(display_of(s->q, r, id, out, err));
    *out = str_dup(a, *out);
    return RC_OK;
}

void seeing_of(struct req *q, struct seeing *s, enum pack_verb v, unsigned classes, const char *purpose)
{
    *s = (struct seeing){.sight = {.ctx = s, .record = see_record, .field = see_field, .host = see_host, .shown = see_shown, .called = see_called, .step = see_step}, .q = q, .verb = v, .classes = classes, .purpose = purpose};
}

/* ---- the same where there is no request ---- */

static enum rc job_sight_at(struct job_sight *c, const struct pack_register *r, uint64_t id, struct sight *s, struct err *err)
{
    const struct scope *scope = grant_scope(c->grant, c->verb, r);
    struct record rec;
    struct arena a;
    *s = SIGHT_NONE;
    if (scope->uniform) {
        *s = (struct sight){scope->terms[0].classes, 0, false, true};
        return RC_OK;
    }
    arena_init(&a, 16 << 20);
    enum rc rc = record_get(c->rs, r, id, &a, &rec, err);
    if (rc == RC_OK) rc = scope_sight_of(scope, id, rec.values, rec.closed_us != 0, &c->world, s, err);
    arena_fini(&a);
    return rc;
}

static enum rc job_see_record(void *ctx, const struct pack_register *r, uint64_t id, bool *yes, struct err *err)
{
    struct sight s;
    TRY(job_sight_at(ctx, r, id, &s, err));
    *yes = s.any;
    return RC_OK;
}

static bool job_see_field(void *ctx, const struct pack_register *r, uint64_t id, const struct pack_field *f)
{
    struct sight s;
    struct err ignored;
    return job_sight_at(ctx, r, id, &s, &ignored) == RC_OK && s.any && sight_field(&s, r, f);
}

static enum rc job_see_called(void *ctx, const struct pack_register *r, uint64_t id, struct arena *a, struct str *out, struct err *err)
{
    const struct job_sight *c = ctx;
    return record_display_for(c->rs, c->grant, r, id, a, out, err);
}

enum rc job_sight_open(struct job_here *h, enum pack_verb v, struct job_sight *s, struct err *err)
{
    *s = (struct job_sight){.sight = {.ctx = s, .record = job_see_record, .field = job_see_field, .called = job_see_called}, .rs = h->view->records, .verb = v};
    s->world = record_world(s->rs);
    return area_grant(h->view, h->account, &s->grant, err);
}

void job_sight_close(struct job_sight *s)
{
    grant_release(s->grant);
    s->grant = NULL;
}

bool job_chosen(const struct job_here *h, size_t i)
{
    bool named = false;
    for (size_t k = 0; k < h->chosen_count && !named; k++) named = h->chosen[k] == i;
    return named != h->skips;
}

bool job_named(const struct job_here *h, size_t i) { return !h->skips && job_chosen(h, i); }

enum { TAKEN_MOST = 2000 };

const char *line_state(unsigned char done) { return done == LINE_TAKEN ? "taken" : done == LINE_MOVED ? "moved" : "open"; }

/* What each named line is to be, and which lines they were. */
static enum rc lines_gather(struct job_here *h, struct job_lines *l, struct area_view *v, struct batch_item *items, size_t *at, size_t *n, struct err *err)
{
    for (size_t i = 0; i < l->count && *n < TAKEN_MOST; i++) {
        bool some = false;
        if (l->done[i] != LINE_OPEN || !job_named(h, i)) continue;
        TRY(l->item(h, v, i, &items[*n], &some, err));
        l->moved += l->done[i] == LINE_MOVED;
        if (some) at[(*n)++] = i;
    }
    return RC_OK;
}

enum rc job_take(struct job_here *h, struct job_lines *l, struct err *err)
{
    struct area_view v;
    struct receipt receipt = {0};
    size_t n = 0;
    struct batch_item *items = arena_array(h->arena, struct batch_item, TAKEN_MOST + 1);
    size_t *at = arena_array(h->arena, size_t, TAKEN_MOST + 1);
    l->result = (struct batch_result){0};
    l->taken = l->moved = l->last = 0;
    TRY(area_view_open(h->site->area, &v, err));
    enum rc rc = lines_gather(h, l, &v, items, at, &n, err);
    area_view_rest(&v);
    if (rc == RC_OK && n > 0) {
        struct args_batch args = {.items = items, .count = n, .ids = arena_array(h->arena, uint64_t, n + 1), .result = &l->result};
        struct command cmd = {.verb = VERB_BATCH, .actor = h->account, .token = h->token, .happened = ENTRY_NO_DAY, .args = &args};
        rc = area_submit(h->site->area, &cmd, &receipt, err);
    }
    area_view_close(&v);
    TRY(rc);
    for (size_t i = 0; i < n; i++) l->done[at[i]] = LINE_TAKEN;
    l->taken = n;
    l->last = receipt.last_seq;
    job_moved(h, receipt.last_seq);
    return RC_OK;
}

static bool shows(const struct grant *g, enum pack_verb v, const struct pack_register *r, unsigned wanted, bool own)
{
    const struct scope *s = grant_scope(g, v, r);
    for (uint32_t i = 0; i < s->terms_count; i++)
        if ((wanted & ~s->terms[i].classes) == 0 && (own || !s->terms[i].self)) return true;
    return false;
}

bool grant_shows(const struct grant *g, enum pack_verb v, const struct pack_register *r, unsigned wanted) { return shows(g, v, r, wanted, true); }
bool grant_shows_others(const struct grant *g, enum pack_verb v, const struct pack_register *r, unsigned wanted) { return shows(g, v, r, wanted, false); }

/* ---- files made beside ---- */

enum rc made_open(struct made_file *m, const char *ending, struct err *err)
{
    const char *base = getenv("TMPDIR");
    if (base == NULL || base[0] != '/' || strlen(base) > 30) base = "/tmp";
    (void)snprintf(m->folder, sizeof m->folder, "%s/guiju-out-XXXXXX", base);
    m->path[0] = '\0';
    if (mkdtemp(m->folder) == NULL) {
        m->folder[0] = '\0';
        return err_set(err, &E_io, NO_PLACE, str_c(base), str_c(strerror(errno)));
    }
    (void)snprintf(m->path, sizeof m->path, "%s/out%s", m->folder, ending);
    return RC_OK;
}

enum rc made_read(struct made_file *m, struct buf *out, struct err *err)
{
    FILE *f = fopen(m->path, "rb");
    char part[65536];
    size_t n;
    if (f == NULL) return err_set(err, &E_io, NO_PLACE, str_c(m->path), str_c(strerror(errno)));
    while ((n = fread(part, 1, sizeof part, f)) > 0) buf_str(out, str_of(part, n));
    bool bad = ferror(f) != 0;
    fclose(f);
    if (bad) return err_set(err, &E_io, NO_PLACE, str_c(m->path), STR("read"));
    return buf_failed(out) ? err_set(err, &E_http_too_large, NO_PLACE, STR("67108864")) : RC_OK;
}

void made_close(struct made_file *m)
{
    if (m->path[0] != '\0') (void)unlink(m->path);
    if (m->folder[0] != '\0') (void)rmdir(m->folder);
}

static const struct { const char *ending, *type; } types[] = {
    {".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}, {".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {".pdf", "application/pdf"}, {".zip", "application/zip"}, {".json", "application/json; charset=utf-8"}, {".csv", "text/csv; charset=utf-8"}, {".lrmx", "application/xml"},
};

const char *type_of_ending(struct str ending)
{
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (str_eq(ending, str_c(types[i].ending))) return types[i].type;
    return "application/octet-stream";
}

void leave_as(struct req *q, struct str name, const char *ending)
{
    q->type = type_of_ending(str_c(ending));
    answer_header(q, "Content-Disposition", str_cat(&q->arena, STR("attachment; filename=\""), name, str_c(ending), STR("\"")));
}

/* ---- bodies ---- */

enum rc json_day(struct req *q, const struct json *obj, const char *name, day_num absent, day_num *out, struct err *err)
{
    struct str text;
    (void)q;
    *out = absent;
    TRY(json_text(obj, name, false, &text, err));
    if (text.ptr == NULL || text.len == 0) return RC_OK;
    if (day_parse(text, out)) return RC_OK;
    return err_set(err, &E_http_body, NO_PLACE, str_c(name), STR("日期，如 2026-12-31"), STR("a date like 2026-12-31"));
}

static int by_number(const void *x, const void *y)
{
    const uint64_t *a = x, *b = y;
    return *a < *b ? -1 : *a > *b;
}

enum rc json_ids_in_order(struct req *q, const struct json *obj, const char *name, size_t max, uint64_t **out, size_t *n, struct err *err)
{
    const struct json *list = json_get(obj, str_c(name));
    *out = NULL;
    *n = 0;
    if (list == NULL || list->kind == JSON_NULL) return RC_OK;
    if (list->kind != JSON_ARRAY) return err_set(err, &E_http_body, NO_PLACE, str_c(name), STR("编号的列表"), STR("a list of numbers"));
    if (list->count > max) return err_set(err, &E_http_too_large, NO_PLACE, str_u64(&q->arena, max));
    uint64_t *ids = arena_array(&q->arena, uint64_t, list->count + 1);
    size_t got = 0;
    for (const struct json *m = list->first; m != NULL; m = m->next)
        if (m->kind != JSON_NUMBER || !str_to_u64(m->text, &ids[got++])) return err_set(err, &E_http_body, NO_PLACE, str_c(name), STR("编号的列表"), STR("a list of numbers"));
    *out = ids;
    *n = got;
    return RC_OK;
}

enum rc json_ids(struct req *q, const struct json *obj, const char *name, size_t max, uint64_t **out, size_t *n, struct err *err)
{
    size_t got = 0, kept = 0;
    TRY(json_ids_in_order(q, obj, name, max, out, &got, err));
    uint64_t *ids = *out;
    if (got > 1) qsort(ids, got, sizeof *ids, by_number);
    for (size_t i = 0; i < got; i++)
        if (kept == 0 || ids[kept - 1] != ids[i]) ids[kept++] = ids[i];
    *n = kept;
    return RC_OK;
}

enum rc json_reason(const struct json *obj, struct str *out, struct err *err)
{
    TRY(json_text(obj, "reason", true, out, err));
    *out = str_trim(*out);
    return out->len == 0 ? err_set(err, &E_http_body, NO_PLACE, STR("reason"), STR("事由"), STR("a reason")) : RC_OK;
}

enum rc ids_seen(struct req *q, enum pack_verb v, const struct pack_register *r, const uint64_t *ids, size_t n, struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        struct record rec;
        struct sight s;
        struct arena_mark m = arena_mark(&q->arena);
        TRY(record_seen(q, v, r, ids[i], &rec, &s, err));
        arena_reset(&q->arena, m);
    }
    return RC_OK;
}
