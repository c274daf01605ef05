/* list.c - which records, in which order, how many: what lists, counts and exports have in common. */
#include <malloc.h>

#include "http/inner.h"

enum { FILTER_STEPS = 2000000, FOUND_MOST = 200000 };

/* ---- filters ---- */

struct scan { struct req *q; const struct pack_register *r; unsigned classes; const struct pack_field *bad; uint32_t depth; };

static bool scan_node(void *ctx, const struct feel_node *n)
{
    struct scan *s = ctx;
    if (n->op == FEEL_CALL_NAMED && n->ref != NULL && n->ref->fn != NULL && n->ref->fn->body != NULL && s->depth < 8) {
        s->depth++; /* what a function of the packs reads counts as read here */
        feel_each_node(n->ref->fn->body->root, scan_node, s);
        s->depth--;
    }
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

/* ref=FIELD:ID: what refers to a record, whether that one has a key or not.  Who may not see the record, or the field, may not ask by it. */
static enum rc via_take(struct req *q, struct list *l, struct err *err)
{
    struct str text = req_query(q, "ref");
    struct record rec;
    struct sight s;
    if (text.ptr == NULL) return RC_OK;
    size_t colon = MIN(str_find_char(text, ':'), text.len);
    TRY(req_field(q, l->reg, str_sub(text, 0, colon), &l->via, err));
    if (l->via->type != FIELD_REF || l->via->derive != NULL || colon == text.len || !str_to_u64(str_sub(text, colon + 1, text.len), &l->via_id))
        return err_set(err, &E_http_query, NO_PLACE, STR("ref"), STR("写成 字段:编号，如 cadre:12"), STR("write FIELD:NUMBER, as cadre:12"));
    const struct scope *by = grant_scope_by(q->grant, PACK_READ, l->reg, 1u << l->via->class, &q->arena);
    if (l->via->class == PACK_PROTECTED || (!by->all && by->terms_count == 0)) return err_set(err, &E_http_filter_field, NO_PLACE, text2_in(&l->via->title, q->lang));
    l->classes |= 1u << l->via->class;
    return record_seen(q, PACK_READ, l->via->ref, l->via_id, &rec, &s, err);
}

enum rc list_from_query(struct req *q, const struct pack_register *r, enum pack_verb v, struct list *out, struct err *err)
{
    *out = (struct list){.reg = r};
    struct str closed = req_query(q, "closed"), count = req_query(q, "count");
    TRY(order_parse(q, r, req_query(q, "order"), &out->order, err));
    TRY(filter_compile(q, r, req_query(q, "filter"), &out->filter, &out->classes, err));
    TRY(via_take(q, out, err));
    TRY(req_u64(q, "limit", PAGE_DEFAULT, PAGE_MAX, &out->limit, err));
    if (out->limit == 0) out->limit = PAGE_DEFAULT;
    out->closed = str_eq(closed, STR("1"));
    out->count = str_eq(count, STR("1"));
    out->q = req_query(q, "q");
    unsigned by = out->classes | order_classes(q, r, &out->order);
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
    s->find_fresh = !s->find_open;
    enum rc rc = s->find_open ? area_view_again(&s->find_view, err) : area_view_open(s->area, &s->find_view, err);
    if (rc != RC_OK && s->find_open) area_view_close(&s->find_view);
    s->find_open = rc == RC_OK;
    return rc;
}

/* Its columns were made from all names, through pages that nobody reads again, and left the heap in pieces. */
void find_view_rest(struct site *s)
{
    if (!s->find_open) return;
    area_view_rest(&s->find_view);
    if (!s->find_fresh) return;
    s->find_fresh = false;
    store_lean(s->find_view.store);
    site_views_lean(s);
    pinyin_rest();
#ifdef __GLIBC__
    (void)malloc_trim(0);
#endif
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
        const struct pack_register *there = pack_register_find(s->find_view.set, l->reg->d.name); /* its own view may be of other packs */
        if (there != NULL) rc = record_find_ids(s->find_view.records, there, l->q, FOUND_MOST, &a, &found, &got, err);
        find_view_rest(s);
    }
    *ids = arena_array(&q->arena, uint64_t, got + 1);
    *n = 0;
    for (size_t i = 0; i < got && rc == RC_OK; i++) (*ids)[(*n)++] = found[i].id;
    pthread_mutex_unlock(&s->find_lock);
    arena_fini(&a);
    if (*n > 1) qsort(*ids, *n, sizeof **ids, by_id);
    return rc;
}

/* ---- what a walk has to know ---- */

struct walk {
    struct req *q;
    const struct list *l;
    const uint64_t *ids;
    size_t n;
    uint64_t *only;
    size_t only_n;
    struct picked pick;
    struct feel_run run;
};

/* Of those that were found, if words were given. */
static enum rc only_via(struct walk *w, struct err *err)
{
    struct req *q = w->q;
    uint64_t *ids = NULL;
    size_t n = 0, kept = 0;
    TRY(record_back(q->view->records, w->l->reg, w->l->via, w->l->via_id, &q->arena, &ids, &n, err));
    for (size_t i = 0; i < n; i++)
        if (w->l->q.len == 0 || (w->only_n > 0 && bsearch(&ids[i], w->only, w->only_n, sizeof ids[i], by_id) != NULL)) ids[kept++] = ids[i];
    w->only = ids;
    w->only_n = kept;
    return RC_OK;
}

static bool narrowed(const struct list *l) { return l->q.len > 0 || l->via != NULL; }

static enum rc walk_begin(struct walk *w, struct req *q, const struct list *l, struct err *err)
{
    *w = (struct walk){.q = q, .l = l};
    TRY(order_ids(q, l->reg, &l->order, l->closed, l->scope, l->classes, &w->ids, &w->n, err));
    if (l->q.len > 0) TRY(found_ids(q, l, &w->only, &w->only_n, err));
    if (l->via != NULL) TRY(only_via(w, err));
    /* Closed records are in no roster. */
    if (l->filter != NULL && !l->closed && w->n > 0) TRY(columns_pick(q, l, &w->pick, err));
    TRY(guard_over(q, w->pick.roster, err));
    guard_run(q, &w->run);
    w->run.arena = &q->scratch;
    return RC_OK;
}

static bool walk_skips(const struct walk *w, uint64_t id)
{
    if (narrowed(w->l) && (w->only_n == 0 || bsearch(&id, w->only, w->only_n, sizeof id, by_id) == NULL)) return true;
    return w->pick.yes != NULL && !picked_has(&w->pick, id);
}

/* Where columns have not said already. */
static enum rc walk_filter(struct walk *w, uint64_t id, bool *holds, struct err *err)
{
    *holds = true;
    if (w->l->filter == NULL || w->pick.yes != NULL) return RC_OK;
    struct fv self = fv_null(), v = fv_null();
    if (w->pick.roster != NULL && !roster_has(w->pick.roster, w->l->reg, (int64_t)id)) return RC_OK;
    self.kind = FV_RECORD;
    self.reg = &w->l->reg->feel;
    self.id = (int64_t)id;
    w->run.vars = &self;
    w->run.vars_count = 1;
    w->run.steps_left = FILTER_STEPS;
    w->run.locals = NULL;
    enum rc rc = feel_run(w->l->filter, &w->run, &v, err);
    *holds = rc == RC_OK && fv_is_true(&v);
    guard_forget(w->q);
    return rc;
}

enum rc list_each(struct req *q, const struct list *l, size_t from,
                  enum rc (*fn)(void *ctx, const struct record *rec, const struct sight *s, size_t at, bool *stop, struct err *err), void *ctx, struct err *err)
{
    struct walk w;
    bool stop = false;
    TRY(walk_begin(&w, q, l, err));
    q->run.arena = &q->scratch;
    enum rc rc = RC_OK;
    for (size_t i = from; i < w.n && !stop && rc == RC_OK; i++) {
        if (walk_skips(&w, w.ids[i])) continue;
        struct arena_mark m = arena_mark(&q->scratch);
        struct record rec;
        struct sight sight = SIGHT_NONE;
        bool holds = true;
        /* Over a roster the cheap question comes first; over the store nothing is asked of a record before it is known to be in scope. */
        if (w.pick.roster != NULL) rc = walk_filter(&w, w.ids[i], &holds, err);
        if (rc == RC_OK && holds) rc = record_get(q->view->records, l->reg, w.ids[i], &q->scratch, &rec, err);
        if (rc == RC_OK && holds) rc = scope_sight_of(l->scope, rec.id, rec.values, rec.closed_us != 0, &q->world, &sight, err);
        if (rc == RC_ABSENT || (rc == RC_OK && !holds)) {
            rc = RC_OK;
            arena_reset(&q->scratch, m);
            continue;
        }
        holds = rc == RC_OK && sight.any && (l->closed || rec.closed_us == 0);
        if (holds && w.pick.roster == NULL) rc = walk_filter(&w, rec.id, &holds, err);
        if (rc == RC_OK && holds) rc = fn(ctx, &rec, &sight, i, &stop, err);
        guard_forget(q);
        arena_reset(&q->scratch, m);
    }
    q->run.arena = &q->arena;
    struct err ignored;
    (void)!guard_over(q, NULL, &ignored);
    return rc;
}

static enum rc count_one(void *ctx, const struct record *rec, const struct sight *s, size_t at, bool *stop, struct err *err)
{
    (void)rec;
    (void)s;
    (void)at;
    (void)stop;
    (void)err;
    ++*(uint64_t *)ctx;
    return RC_OK;
}

enum rc list_count(struct req *q, const struct list *l, uint64_t *n, struct err *err)
{
    struct walk w;
    *n = 0;
    if (l->closed && l->filter != NULL) return list_each(q, l, 0, count_one, n, err);
    TRY(walk_begin(&w, q, l, err));
    if (!narrowed(l) && l->filter == NULL) {
        *n = w.n;
    } else if (!narrowed(l) && w.pick.yes != NULL && l->scope->all) {
        *n = picked_count(&w.pick);
    } else if (l->filter != NULL && w.pick.yes == NULL && w.pick.roster == NULL) {
        return list_each(q, l, 0, count_one, n, err);
    } else {
        for (size_t i = 0; i < w.n; i++) {
            bool holds = true;
            struct arena_mark m = arena_mark(&q->scratch);
            if (walk_skips(&w, w.ids[i])) continue;
            TRY(walk_filter(&w, w.ids[i], &holds, err));
            arena_reset(&q->scratch, m);
            if (holds) ++*n;
        }
    }
    return guard_over(q, NULL, err);
}
