/*
 * order.c - the ids of a register in an order, as one grant may see them.
 * Made once, kept by the area, and checked against the journal: entries of other registers leave it as it is.
 */
#include "http/inner.h"

enum { ORDERS_MAX = 96, BEHIND_MAX = 4096 };

struct order_list {
    struct str key;          /* register, order, closed or not */
    uint64_t account;        /* whose scope it was cut to; 0: whole */
    const struct grant *grant;
    uint64_t *ids;
    size_t n;
    uint64_t seq, base_seq, used;
    day_num today;
    atomic_uint refs;
    struct order_list *next;
};

struct order_cache {
    struct order_list *first;
    size_t count;
    uint64_t clock;
};

static void list_drop(struct order_list *l)
{
    if (l == NULL || atomic_fetch_sub(&l->refs, 1) != 1) return;
    free(l->ids);
    free((void *)(uintptr_t)l->key.ptr);
    free(l);
}

static void drop_deferred(void *p) { list_drop(p); }

void orders_free(struct site *s)
{
    struct order_cache *c = s->orders;
    if (c == NULL) return;
    for (struct order_list *l = c->first, *next; l != NULL; l = next) {
        next = l->next;
        list_drop(l);
    }
    free(c);
    s->orders = NULL;
}

/* ---- what is asked for ---- */

static bool orderable(const struct pack_field *f) { return f->type != FIELD_FILE && f->class != PACK_PROTECTED; }

static struct str order_names(struct req *q, const struct pack_register *r)
{
    return str_cat(&q->arena, STR("id"), r->key != NULL ? STR(" key") : STR(""), r->trees_count > 0 ? STR(" tree") : STR(""),
                   STR(" pinyin strokes"), q->lang == LANG_ZH ? STR(" 字段 -字段") : STR(" FIELD -FIELD"));
}

enum rc order_parse(struct req *q, const struct pack_register *r, struct str text, struct order *out, struct err *err)
{
    *out = (struct order){.kind = r->trees_count > 0 ? ORDER_TREE : r->key != NULL ? ORDER_KEY : ORDER_ID};
    if (text.ptr == NULL || text.len == 0) return RC_OK;
    out->down = text.ptr[0] == '-';
    struct str name = out->down ? str_sub(text, 1, text.len) : text;
    static const struct { struct str name; int kind; } words[] = {{STR_INIT("id"), ORDER_ID}, {STR_INIT("key"), ORDER_KEY}, {STR_INIT("tree"), ORDER_TREE},
                                                                  {STR_INIT("pinyin"), ORDER_PINYIN}, {STR_INIT("strokes"), ORDER_STROKES}};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (!str_eq(words[i].name, name)) continue;
        out->kind = words[i].kind;
        bool there = (out->kind != ORDER_KEY || r->key != NULL) && (out->kind != ORDER_TREE || r->trees_count > 0);
        return there ? RC_OK : err_set(err, &E_http_order, NO_PLACE, text2_in(&r->d.title, q->lang), text, order_names(q, r));
    }
    out->kind = ORDER_FIELD;
    out->field = pack_field_find(r, name);
    if (out->field == NULL || !orderable(out->field)) return err_set(err, &E_http_order, NO_PLACE, text2_in(&r->d.title, q->lang), text, order_names(q, r));
    return RC_OK;
}

static struct str order_key(struct req *q, const struct pack_register *r, const struct order *o, bool closed)
{
    return str_cat(&q->arena, r->d.name, STR("\n"), str_u64(&q->arena, (uint64_t)o->kind), o->field == NULL ? STR("") : o->field->name,
                   o->down ? STR("-") : STR("+"), closed ? STR("c") : STR("o"));
}

/* ---- making one ---- */

struct sorted { struct str text; int64_t number; uint64_t id; bool empty; };
struct making {
    struct req *q;
    const struct pack_register *r;
    const struct order *o;
    struct arena *a;
    VEC(struct sorted) rows;
};

static enum rc take_row(void *ctx, const struct record *rec, struct err *err)
{
    struct making *m = ctx;
    struct sorted s = {.id = rec->id, .empty = true};
    const struct pack_field *f = m->o->field;
    struct arena_mark mark = arena_mark(&m->q->scratch);
    if (f != NULL) {
        struct sv v;
        if (f->derive != NULL) TRY(derived_get(m->q, m->r, f, rec->id, &v, err));
        else v = rec->values[f->column];
        s.empty = v.kind == SV_NULL;
        if (v.kind == SV_INT) s.number = v.i;
        if (v.kind == SV_TEXT) s.text = str_dup(m->a, v.s);
        uint32_t row = 0;
        if (f->type == FIELD_CHOICE && !s.empty && feel_codes_find(&f->codes->feel, s.text, &row)) {
            s.text = STR("");
            s.number = row;
        }
    }
    vec_push(m->a, &m->rows, s);
    arena_reset(&m->q->scratch, mark);
    return RC_OK;
}

/* Empty ones last, whichever way. */
static int by_value(const void *x, const void *y)
{
    const struct sorted *a = x, *b = y;
    if (a->empty != b->empty) return a->empty ? 1 : -1;
    if (a->number != b->number) return a->number < b->number ? -1 : 1;
    int c = str_cmp(a->text, b->text);
    return c != 0 ? c : a->id < b->id ? -1 : a->id > b->id;
}

static void turn(struct sorted *s, size_t n)
{
    for (size_t i = 0; n > 0 && i < n / 2; i++) {
        struct sorted t = s[i];
        s[i] = s[n - 1 - i];
        s[n - 1 - i] = t;
    }
}

static enum rc make_ids(struct req *q, const struct pack_register *r, const struct order *o, bool closed, uint64_t **ids, size_t *n, struct err *err)
{
    static const enum record_order orders[] = {RECORD_BY_ID, RECORD_BY_KEY, RECORD_BY_TREE, RECORD_BY_PINYIN, RECORD_BY_STROKES, RECORD_BY_ID};
    struct arena a;
    arena_init(&a, (size_t)2 << 30);
    struct making m = {q, r, o, &a, {0}};
    struct arena *keep_arena = q->run.arena;
    q->run.arena = &q->scratch;
    enum rc rc = record_each(q->view->records, r, orders[o->kind], closed, take_row, &m, err);
    q->run.arena = keep_arena;
    if (rc == RC_OK && o->field != NULL && m.rows.len > 1) {
        qsort(m.rows.at, m.rows.len, sizeof *m.rows.at, by_value);
        size_t full = 0;
        while (full < m.rows.len && !m.rows.at[full].empty) full++;
        if (o->down) turn(m.rows.at, full);
    } else if (rc == RC_OK && o->down) {
        turn(m.rows.at, m.rows.len);
    }
    *ids = rc == RC_OK ? malloc((m.rows.len + 1) * sizeof **ids) : NULL;
    if (rc == RC_OK && *ids == NULL) rc = err_set0(err, &E_no_memory, NO_PLACE);
    for (size_t i = 0; rc == RC_OK && i < m.rows.len; i++) (*ids)[i] = m.rows.at[i].id;
    *n = m.rows.len;
    arena_fini(&a);
    return rc;
}

/* ---- keeping it ---- */

/* Has the register changed in (from, view's seq]? */
static enum rc moved(struct req *q, const struct pack_register *r, uint64_t from, bool *yes, struct err *err)
{
    *yes = q->view->seq - from > BEHIND_MAX;
    if (*yes || q->view->seq == from) return RC_OK;
    struct journal_walk *w = NULL;
    const struct entry *e = NULL;
    uint32_t number = record_number(q->view->records, r);
    TRY(journal_walk(q->view->journal, from + 1, &w, err));
    enum rc rc;
    while ((rc = journal_next(w, &e, NULL, err)) == RC_OK && e != NULL && !*yes && e->seq <= q->view->seq) *yes = e->reg == number || e->kind == ENTRY_INSTALL;
    journal_walk_close(&w);
    return rc;
}

static struct order_list *cached(struct site *s, struct str key, uint64_t account)
{
    if (s->orders == NULL) s->orders = calloc(1, sizeof *s->orders);
    if (s->orders == NULL) return NULL;
    for (struct order_list *l = s->orders->first; l != NULL; l = l->next)
        if (l->account == account && str_eq(l->key, key)) {
            l->used = ++s->orders->clock;
            atomic_fetch_add(&l->refs, 1);
            return l;
        }
    return NULL;
}

static void keep(struct site *s, struct order_list *l)
{
    struct order_cache *c = s->orders;
    struct order_list **oldest = NULL;
    for (struct order_list **at = &c->first; *at != NULL;) {
        struct order_list *o = *at;
        if (o->account == l->account && str_eq(o->key, l->key)) {
            *at = o->next;
            c->count--;
            list_drop(o);
            continue;
        }
        if (oldest == NULL || o->used < (*oldest)->used) oldest = at;
        at = &o->next;
    }
    if (c->count >= ORDERS_MAX && oldest != NULL && *oldest != NULL) {
        struct order_list *o = *oldest;
        *oldest = o->next;
        c->count--;
        list_drop(o);
    }
    l->used = ++c->clock;
    l->next = c->first;
    c->first = l;
    c->count++;
    atomic_fetch_add(&l->refs, 1);
}

static struct order_list *list_make(struct str key, uint64_t *ids, size_t n)
{
    struct order_list *l = calloc(1, sizeof *l);
    char *text = malloc(key.len + 1);
    if (l == NULL || text == NULL) {
        free(l);
        free(text);
        return NULL;
    }
    memcpy(text, key.ptr, key.len);
    text[key.len] = '\0';
    l->key = str_of(text, key.len);
    l->ids = ids;
    l->n = n;
    atomic_init(&l->refs, 1);
    return l;
}

/* Does what the order is made by depend on more than the register's own rows? */
static bool depends(const struct pack_register *r, const struct order *o)
{
    (void)r;
    return o->field != NULL && o->field->derive != NULL;
}

static enum rc base_list(struct req *q, const struct pack_register *r, const struct order *o, bool closed, struct str key, struct order_list **out,
                         struct err *err)
{
    struct site *s = q->site;
    pthread_mutex_lock(&s->order_lock);
    struct order_list *l = cached(s, key, 0);
    enum rc rc = RC_OK;
    bool stale = l == NULL || l->seq > q->view->seq || (l->today != q->run.today && o->field != NULL && o->field->daily);
    if (!stale && depends(r, o)) stale = l->seq != q->view->seq;
    if (!stale) rc = moved(q, r, l->seq, &stale, err);
    if (rc == RC_OK && stale) {
        uint64_t *ids = NULL;
        size_t n = 0;
        list_drop(l);
        l = NULL;
        rc = make_ids(q, r, o, closed, &ids, &n, err);
        if (rc == RC_OK) {
            l = list_make(key, ids, n);
            if (l == NULL) {
                free(ids);
                rc = err_set0(err, &E_no_memory, NO_PLACE);
            } else {
                l->base_seq = q->view->seq;
                l->today = q->run.today;
                keep(s, l);
            }
        }
    }
    if (rc == RC_OK && l != NULL) l->seq = q->view->seq;
    pthread_mutex_unlock(&s->order_lock);
    if (rc != RC_OK) {
        list_drop(l);
        l = NULL;
    }
    *out = l;
    return rc;
}

static int by_id(const void *x, const void *y)
{
    const uint64_t *a = x, *b = y;
    return *a < *b ? -1 : *a > *b;
}

/* Those of the whole that this grant may see, in the same order. */
static enum rc cut(struct req *q, const struct order_list *base, const struct scope *scope, bool closed, uint64_t **ids, size_t *n, struct err *err)
{
    struct arena a;
    uint64_t *mine = NULL;
    size_t mine_n = 0;
    *n = 0;
    *ids = NULL;
    arena_init(&a, (size_t)2 << 30);
    enum rc rc = record_scope_ids(q->view->records, scope, closed, &a, &mine, &mine_n, err);
    if (rc == RC_OK) *ids = malloc((mine_n + 1) * sizeof **ids);
    if (rc == RC_OK && *ids == NULL) rc = err_set0(err, &E_no_memory, NO_PLACE);
    for (size_t i = 0; rc == RC_OK && mine_n > 0 && i < base->n; i++)
        if (bsearch(&base->ids[i], mine, mine_n, sizeof *mine, by_id) != NULL) (*ids)[(*n)++] = base->ids[i];
    arena_fini(&a);
    return rc;
}

enum rc order_ids(struct req *q, const struct pack_register *r, const struct order *o, bool closed, const struct scope *scope, unsigned classes,
                  const uint64_t **ids, size_t *n, struct err *err)
{
    struct order_list *base = NULL, *mine = NULL;
    struct str key = order_key(q, r, o, closed);
    *n = 0;
    *ids = NULL;
    if (!scope->all && scope->terms_count == 0) return RC_OK;
    TRY(base_list(q, r, o, closed, key, &base, err));
    MUST(base != NULL);
    if (scope->all) {
        arena_defer(&q->arena, drop_deferred, base);
        *ids = base->ids;
        *n = base->n;
        return RC_OK;
    }
    struct site *s = q->site;
    struct str own = str_cat(&q->arena, key, STR("\n"), str_u64(&q->arena, scope->verb), STR("\n"), str_u64(&q->arena, classes), STR("\n"),
                             q->bearer ? str_hex(&q->arena, q->session.hash.b, HASH_LEN) : STR("")); /* a token may be narrower than its account */
    uint64_t account = grant_account(q->grant);
    pthread_mutex_lock(&s->order_lock);
    mine = cached(s, own, account);
    /* A scope may run over refs of other registers: it is cut anew when anything was written. */
    if (mine != NULL && (mine->grant != q->grant || mine->seq != q->view->seq)) {
        list_drop(mine);
        mine = NULL;
    }
    pthread_mutex_unlock(&s->order_lock);
    enum rc rc = RC_OK;
    if (mine == NULL) {
        uint64_t *cut_ids = NULL;
        size_t cut_n = 0;
        rc = cut(q, base, scope, closed, &cut_ids, &cut_n, err);
        mine = rc == RC_OK ? list_make(own, cut_ids, cut_n) : NULL;
        if (mine == NULL) {
            free(cut_ids);
            if (rc == RC_OK) rc = err_set0(err, &E_no_memory, NO_PLACE);
        } else {
            mine->account = account;
            mine->grant = q->grant; /* compared only: a grant of the cache lives at least as long as its seq */
            mine->seq = q->view->seq;
            pthread_mutex_lock(&s->order_lock);
            keep(s, mine);
            pthread_mutex_unlock(&s->order_lock);
        }
    }
    list_drop(base);
    if (rc != RC_OK) return rc;
    arena_defer(&q->arena, drop_deferred, mine);
    *ids = mine->ids;
    *n = mine->n;
    return RC_OK;
}
