/* list.c - which records, in which order, how many: what lists, counts and exports have in common. */
#include "http/inner.h"

enum { FILTER_STEPS = 2000000, FOUND_MOST = 5000 };

/* ---- filters ---- */

struct scan { struct req *q; const struct pack_register *r; unsigned classes; const struct pack_field *bad; };

static bool scan_node(void *ctx, const struct feel_node *n)
{
    struct scan *s = ctx;
    if (n->op != FEEL_MEMBER || n->reg == NULL || n->member == NULL) return true;
    const struct pack_register *r = n->reg->host;
    if (n->member->slot >= r->fields_count) return true;
    const struct pack_field *f = n->member->host;
    unsigned class = 1u << f->class;
    const struct scope *by = grant_scope_by(s->q->grant, PACK_READ, r, class, &s->q->arena);
    if (f->class == PACK_PROTECTED || (!by->all && by->terms_count == 0)) s->bad = f;
    if (r == s->r) s->classes |= class;
    return s->bad == NULL;
}

enum rc program_allowed(struct req *q, const struct pack_register *r, const struct feel_program *p, unsigned *classes, struct err *err)
{
    struct scan s = {.q = q, .r = r};
    feel_each_node(p->root, scan_node, &s);
    *classes |= s.classes;
    if (s.bad == NULL) return RC_OK;
    return err_set(err, &E_http_filter_field, NO_PLACE, text2_in(&s.bad->title, q->lang));
}

enum rc filter_compile(struct req *q, const struct pack_register *r, struct str text, const struct feel_program **out, unsigned *classes, struct err *err)
{
    struct diags d;
    struct feel_program *p = NULL;
    struct feel_source src = {.text = text, .at = {0, 1, 1, 0, 0}, .mode = FEEL_PACK, .wanted = &feel_bool};
    *out = NULL;
    if (text.ptr == NULL || str_trim(text).len == 0) return RC_OK;
    if (text.len > FEEL_TEXT_MAX) return err_set(err, &E_http_too_large, NO_PLACE, str_u64(&q->arena, FEEL_TEXT_MAX));
    diags_init(&d, &q->arena, 10);
    if (feel_compile(&q->arena, r->scope, &src, &p, &d) != RC_OK) {
        for (const struct diag *g = d.first; g != NULL; g = g->next)
            if (g->severity == SEV_ERROR) {
                *err = g->err;
                return err_rc(err);
            }
        return err_set0(err, &E_http_filter_shape, NO_PLACE);
    }
    if (p->type->kind != FT_BOOL && p->type->kind != FT_ANY) return err_set0(err, &E_http_filter_shape, NO_PLACE);
    TRY(program_allowed(q, r, p, classes, err));
    *out = p;
    return RC_OK;
}

enum rc list_from_query(struct req *q, const struct pack_register *r, enum pack_verb v, struct list *out, struct err *err)
{
    *out = (struct list){.reg = r};
    struct str closed = req_query(q, "closed"), count = req_query(q, "count");
    TRY(order_parse(q, r, req_query(q, "order"), &out->order, err));
    TRY(filter_compile(q, r, req_query(q, "filter"), &out->filter, &out->classes, err));
    TRY(req_u64(q, "limit", PAGE_DEFAULT, PAGE_MAX, &out->limit, err));
    if (out->limit == 0) out->limit = PAGE_DEFAULT;
    out->closed = str_eq(closed, STR("1"));
    out->count = str_eq(count, STR("1"));
    out->q = req_query(q, "q");
    unsigned by = out->classes | (out->order.field != NULL ? 1u << out->order.field->class : 0);
    by &= ~1u;
    out->classes = by;
    out->scope = by == 0 ? grant_scope(q->grant, v, r) : grant_scope_by(q->grant, v, r, by, &q->arena);
    return RC_OK;
}

/* ---- walking ---- */

static int by_id(const void *x, const void *y)
{
    const uint64_t *a = x, *b = y;
    return *a < *b ? -1 : *a > *b;
}

/* The view that keeps the search columns, brought up to date; under its lock. */
enum rc find_view_ready(struct site *s, struct err *err)
{
    enum rc rc = s->find_open ? area_view_again(&s->find_view, err) : area_view_open(s->area, &s->find_view, err);
    if (rc != RC_OK && s->find_open) area_view_close(&s->find_view);
    s->find_open = rc == RC_OK;
    return rc;
}

/* Those that the words find, by name, pinyin or key.  One view an area keeps the search columns; who asks takes turns. */
static enum rc found_ids(struct req *q, const struct list *l, uint64_t **ids, size_t *n, struct err *err)
{
    struct site *s = q->site;
    struct found *found = NULL;
    size_t got = 0;
    struct arena a;
    arena_init(&a, 64 << 20);
    pthread_mutex_lock(&s->find_lock);
    enum rc rc = find_view_ready(s, err);
    if (rc == RC_OK) {
        rc = record_find(s->find_view.records, l->q, FOUND_MOST, &a, &found, &got, err);
        area_view_rest(&s->find_view);
    }
    *ids = arena_array(&q->arena, uint64_t, got + 1);
    *n = 0;
    for (size_t i = 0; i < got && rc == RC_OK; i++)
        if (str_eq(found[i].reg->d.name, l->reg->d.name)) (*ids)[(*n)++] = found[i].id;
    pthread_mutex_unlock(&s->find_lock);
    arena_fini(&a);
    if (*n > 1) qsort(*ids, *n, sizeof **ids, by_id);
    return rc;
}

enum rc list_each(struct req *q, const struct list *l, size_t from,
                  enum rc (*fn)(void *ctx, const struct record *rec, const struct sight *s, size_t at, bool *stop, struct err *err), void *ctx, struct err *err)
{
    const uint64_t *ids = NULL;
    uint64_t *only = NULL;
    size_t n = 0, only_n = 0;
    bool stop = false;
    TRY(order_ids(q, l->reg, &l->order, l->closed, l->scope, l->classes, &ids, &n, err));
    if (l->q.len > 0) TRY(found_ids(q, l, &only, &only_n, err));
    struct feel_run run;
    guard_run(q, &run);
    run.arena = &q->scratch;
    q->run.arena = &q->scratch;
    enum rc rc = RC_OK;
    for (size_t i = from; i < n && !stop && rc == RC_OK; i++) {
        if (l->q.len > 0 && (only_n == 0 || bsearch(&ids[i], only, only_n, sizeof *only, by_id) == NULL)) continue;
        struct arena_mark m = arena_mark(&q->scratch);
        struct record rec;
        struct sight sight = SIGHT_NONE;
        rc = record_get(q->view->records, l->reg, ids[i], &q->scratch, &rec, err);
        if (rc == RC_OK) rc = scope_sight_of(l->scope, rec.id, rec.values, rec.closed_us != 0, &q->world, &sight, err);
        if (rc == RC_ABSENT) {
            rc = RC_OK;
            arena_reset(&q->scratch, m);
            continue;
        }
        bool holds = sight.any && (l->closed || rec.closed_us == 0);
        if (rc == RC_OK && holds && l->filter != NULL) {
            struct fv self = fv_null(), v = fv_null();
            self.kind = FV_RECORD;
            self.reg = &l->reg->feel;
            self.id = (int64_t)rec.id;
            run.vars = &self;
            run.vars_count = 1;
            run.steps_left = FILTER_STEPS;
            rc = feel_run(l->filter, &run, &v, err);
            holds = fv_is_true(&v);
        }
        if (rc == RC_OK && holds) rc = fn(ctx, &rec, &sight, i, &stop, err);
        guard_forget(q);
        arena_reset(&q->scratch, m);
    }
    q->run.arena = &q->arena;
    return rc;
}
