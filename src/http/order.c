/*
 * order.c - the ids of a register in an order, as one grant may see them.
 * Made once, kept by the area, and checked against the journal: entries of other registers leave it as it is.
 */
#include "http/inner.h"

enum { ORDERS_MAX = 96, BEHIND_MAX = 4096, NEWS_MAX = 64 };

static const enum record_order record_orders[] = {RECORD_BY_ID, RECORD_BY_KEY, RECORD_BY_TREE, RECORD_BY_PINYIN, RECORD_BY_STROKES, RECORD_BY_ID, RECORD_BY_ID};

struct order_list {
    struct str key;          /* register, order, closed or not */
    uint64_t account;        /* whose scope it was cut to; 0: whole */
    struct grant *grant;     /* held */
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
    grant_release(l->grant);
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
    return str_cat(&q->arena, STR("id"), r->key != NULL ? STR(" key") : STR(""), r->trees_count > 0 || r->order_count > 0 ? STR(" tree") : STR(""),
                   STR(" pinyin strokes"), q->lang == LANG_ZH ? STR(" 字段 -字段") : STR(" FIELD -FIELD"));
}

enum rc order_parse(struct req *q, const struct pack_register *r, struct str text, struct order *out, struct err *err)
{
    *out = (struct order){.kind = r->trees_count > 0 ? ORDER_TREE : r->order_count > 0 ? ORDER_HOUSE : r->key != NULL ? ORDER_KEY : ORDER_ID};
    if (text.ptr == NULL || text.len == 0) return RC_OK;
    out->down = text.ptr[0] == '-';
    struct str name = out->down ? str_sub(text, 1, text.len) : text;
    static const struct { struct str name; int kind; } words[] = {{STR_INIT("id"), ORDER_ID}, {STR_INIT("key"), ORDER_KEY}, {STR_INIT("tree"), ORDER_TREE},
                                                                  {STR_INIT("pinyin"), ORDER_PINYIN}, {STR_INIT("strokes"), ORDER_STROKES}};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (!str_eq(words[i].name, name)) continue;
        out->kind = words[i].kind;
        if (out->kind == ORDER_TREE && r->trees_count == 0) out->kind = ORDER_HOUSE;
        bool there = (out->kind != ORDER_KEY || r->key != NULL) && (out->kind != ORDER_HOUSE || r->order_count > 0);
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

/* By whole columns, where the values of the field lie in one. */
static enum rc by_column(struct making *m, bool *done, struct err *err)
{
    struct req *q = m->q;
    struct roster_wants w = {0};
    struct sheet *s = NULL;
    struct column_cells c;
    const struct pack_field *f = m->o->field;
    const uint64_t *gone = NULL;
    *done = false;
    if (f->type == FIELD_TEXT || f->type == FIELD_FILE || f->type == FIELD_DURATION || f->type == FIELD_DATETIME) return RC_OK;
    roster_want_put(&q->arena, &w, (struct roster_want){.reg = m->r});
    roster_want_put(&q->arena, &w, (struct roster_want){.reg = m->r, .field = f});
    TRY(sheet_pin(q, &w, &s, err));
    TRY(column_cells(q, s, m->r, f->name, &c, done, err));
    if (!*done) return RC_OK;
    uint32_t places = roster_places(sheet_roster(s), m->r, &gone);
    for (uint32_t i = 0; i < places; i++) {
        if (gone != NULL && (gone[i >> 6] >> (i & 63) & 1) != 0) continue;
        struct sorted x = {.id = (uint64_t)roster_id_at(sheet_roster(s), m->r, i), .number = c.cells[i], .empty = (c.valid[i >> 6] >> (i & 63) & 1) == 0};
        vec_push(m->a, &m->rows, x);
    }
    return RC_OK;
}

/* By what records say of themselves: no row is read whole. */
static enum rc plain_ids(struct req *q, const struct pack_register *r, const struct order *o, bool closed, uint64_t **ids, size_t *n, struct err *err)
{
    TRY(record_order_ids(q->view->records, r, record_orders[o->kind], closed, ids, n, err));
    for (size_t i = 0; o->down && i < *n / 2; i++) {
        uint64_t t = (*ids)[i];
        (*ids)[i] = (*ids)[*n - 1 - i];
        (*ids)[*n - 1 - i] = t;
    }
    return RC_OK;
}

static enum rc make_ids(struct req *q, const struct pack_register *r, const struct order *o, bool closed, uint64_t **ids, size_t *n, struct err *err)
{
    if (o->field == NULL) return plain_ids(q, r, o, closed, ids, n, err);
    struct arena a;
    arena_init(&a, (size_t)2 << 30);
    struct making m = {q, r, o, &a, {0}};
    struct arena *keep_arena = q->run.arena;
    bool done = false;
    enum rc rc = closed ? RC_OK : by_column(&m, &done, err);
    q->run.arena = &q->scratch;
    if (rc == RC_OK && !done) rc = record_each(q->view->records, r, RECORD_BY_ID, closed, take_row, &m, err);
    q->run.arena = keep_arena;
    if (rc == RC_OK && m.rows.len > 1) {
        qsort(m.rows.at, m.rows.len, sizeof *m.rows.at, by_value);
        size_t full = 0;
        while (full < m.rows.len && !m.rows.at[full].empty) full++;
        if (o->down) turn(m.rows.at, full);
    }
    *ids = rc == RC_OK ? malloc((m.rows.len + 1) * sizeof **ids) : NULL;
    if (rc == RC_OK && *ids == NULL) rc = err_set0(err, &E_no_memory, NO_PLACE);
    for (size_t i = 0; rc == RC_OK && i < m.rows.len; i++) (*ids)[i] = m.rows.at[i].id;
    *n = m.rows.len;
    arena_fini(&a);
    return rc;
}

/* ---- keeping it ---- */

/* What was written in (from, view's seq]: `much` where it is too much to look at, or other packs; else which records of r, each once. */
struct news { bool much; uint64_t ids[NEWS_MAX]; size_t n; };

static enum rc news_since(struct req *q, const struct pack_register *r, uint64_t from, struct news *out, struct err *err)
{
    out->n = 0;
    out->much = q->view->seq - from > BEHIND_MAX;
    if (out->much || q->view->seq == from) return RC_OK;
    struct journal_walk *w = NULL;
    const struct entry *e = NULL;
    uint32_t number = record_number(q->view->records, r);
    TRY(journal_walk(q->view->journal, from + 1, &w, err));
    enum rc rc;
    while ((rc = journal_next(w, &e, NULL, err)) == RC_OK && e != NULL && !out->much && e->seq <= q->view->seq) {
        if (e->kind == ENTRY_INSTALL) out->much = true;
        if (e->reg != number) continue;
        size_t i = 0;
        while (i < out->n && out->ids[i] != e->record) i++;
        if (i == NEWS_MAX) out->much = true;
        else if (i == out->n) out->ids[out->n++] = e->record;
    }
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
static bool depends(const struct order *o) { return o->field != NULL && o->field->derive != NULL; }

/* ---- a few records changed: they are taken out and put in where they belong now ---- */

struct spot { struct str key; int64_t number; bool empty; };

static enum rc spot_of(struct req *q, const struct pack_register *r, const struct order *o, const struct record *rec, struct arena *a, struct spot *out, struct err *err)
{
    *out = (struct spot){.key = STR("")};
    if (o->field == NULL) return record_order_key(q->view->records, r, record_orders[o->kind], rec, a, &out->key, err);
    const struct sv *v = &rec->values[o->field->column];
    uint32_t row = 0;
    out->empty = v->kind == SV_NULL;
    if (v->kind == SV_INT) out->number = v->i;
    if (v->kind == SV_TEXT) out->key = str_dup(a, v->s);
    if (o->field->type == FIELD_CHOICE && !out->empty && feel_codes_find(&o->field->codes->feel, v->s, &row)) {
        out->key = STR("");
        out->number = row;
    }
    return RC_OK;
}

/* Where the one stands against the other, in the order's own direction. */
static int spot_cmp(const struct order *o, const struct spot *x, uint64_t xid, const struct spot *y, uint64_t yid)
{
    if (x->empty != y->empty) return x->empty ? 1 : -1;
    int c = x->number < y->number ? -1 : x->number > y->number;
    if (c == 0) c = str_cmp(x->key, y->key);
    if (c == 0) c = xid < yid ? -1 : xid > yid;
    return o->down && !x->empty ? -c : c;
}

static enum rc put_in(struct req *q, const struct pack_register *r, const struct order *o, bool closed, uint64_t id, uint64_t *ids, size_t *n, struct err *err)
{
    struct record rec;
    struct spot mine;
    size_t low = 0, high = *n;
    struct arena_mark m = arena_mark(&q->scratch);
    enum rc rc = id == 0 ? RC_ABSENT : record_get(q->view->records, r, id, &q->scratch, &rec, err);
    if (rc == RC_ABSENT) return RC_OK; /* an entry that names no record: a refusal, say */
    if (rc != RC_OK) return rc;
    if (rec.closed_us != 0 && !closed) return RC_OK;
    TRY(spot_of(q, r, o, &rec, &q->scratch, &mine, err));
    while (low < high) {
        struct arena_mark probe = arena_mark(&q->scratch);
        struct record other;
        struct spot its;
        size_t mid = low + (high - low) / 2;
        TRY(record_get(q->view->records, r, ids[mid], &q->scratch, &other, err));
        TRY(spot_of(q, r, o, &other, &q->scratch, &its, err));
        if (spot_cmp(o, &its, ids[mid], &mine, id) < 0) low = mid + 1;
        else high = mid;
        arena_reset(&q->scratch, probe);
    }
    memmove(ids + low + 1, ids + low, (*n - low) * sizeof *ids);
    ids[low] = id;
    ++*n;
    arena_reset(&q->scratch, m);
    return RC_OK;
}

static bool is_new(const struct order_list *l, uint64_t id)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->ids[i] == id) return false;
    return true;
}

/* *done false: made anew instead. */
static enum rc follow(struct req *q, const struct pack_register *r, const struct order *o, bool closed, const struct order_list *l, const struct news *news, uint64_t **ids,
                      size_t *n, bool *done, struct err *err)
{
    *done = false;
    if (news->much || depends(o) || o->kind == ORDER_HOUSE) return RC_OK;
    /* A record of a tree that moves takes along what is below it. */
    for (size_t i = 0; o->kind == ORDER_TREE && i < news->n; i++)
        if (!is_new(l, news->ids[i])) return RC_OK;
    uint64_t *next = malloc((l->n + news->n + 1) * sizeof *next);
    if (next == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    size_t len = 0, from = 0;
    for (size_t i = 0; i < l->n; i++) {
        bool changed = false;
        for (size_t k = 0; k < news->n; k++) changed = changed || news->ids[k] == l->ids[i];
        if (!changed) continue;
        memcpy(next + len, l->ids + from, (i - from) * sizeof *next);
        len += i - from;
        from = i + 1;
    }
    memcpy(next + len, l->ids + from, (l->n - from) * sizeof *next);
    len += l->n - from;
    enum rc rc = RC_OK;
    for (size_t k = 0; k < news->n && rc == RC_OK; k++) rc = put_in(q, r, o, closed, news->ids[k], next, &len, err);
    if (rc != RC_OK) free(next);
    *ids = rc == RC_OK ? next : NULL;
    *n = len;
    *done = rc == RC_OK;
    return rc;
}

static enum rc base_list(struct req *q, const struct pack_register *r, const struct order *o, bool closed, struct str key, struct order_list **out,
                         struct err *err)
{
    struct site *s = q->site;
    struct news *news = arena_new(&q->arena, struct news);
    pthread_mutex_lock(&s->order_lock);
    struct order_list *l = cached(s, key, 0);
    enum rc rc = RC_OK;
    bool stale = l == NULL || l->seq > q->view->seq || (l->today != q->run.today && o->field != NULL && o->field->daily), made = false;
    if (!stale && depends(o)) stale = l->seq != q->view->seq;
    uint64_t *ids = NULL;
    size_t n = 0;
    if (!stale) {
        rc = news_since(q, r, l->seq, news, err);
        stale = rc == RC_OK && (news->much || news->n > 0);
        if (stale) rc = follow(q, r, o, closed, l, news, &ids, &n, &made, err);
    }
    if (rc == RC_OK && stale) {
        list_drop(l);
        l = NULL;
        if (!made) rc = make_ids(q, r, o, closed, &ids, &n, err);
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

/* ---- those that one grant may see ---- */

static int by_id(const void *x, const void *y)
{
    const uint64_t *a = x, *b = y;
    return *a < *b ? -1 : *a > *b;
}

/* Those of the whole that are among mine, in the same order. */
static enum rc cut_to(const struct order_list *base, const uint64_t *mine, size_t mine_n, uint64_t *ids, size_t *n, struct err *err)
{
    uint64_t low = mine[0], range = mine[mine_n - 1] - low + 1;
    bool dense = range <= (uint64_t)mine_n * 512 + 65536;
    uint64_t *bits = dense ? calloc(range / 64 + 1, sizeof *bits) : NULL;
    if (dense && bits == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    for (size_t i = 0; dense && i < mine_n; i++) bits[(mine[i] - low) >> 6] |= UINT64_C(1) << ((mine[i] - low) & 63);
    for (size_t i = 0; i < base->n; i++) {
        uint64_t id = base->ids[i], at = id - low;
        if (dense ? id >= low && at < range && (bits[at >> 6] >> (at & 63) & 1) != 0 : bsearch(&id, mine, mine_n, sizeof *mine, by_id) != NULL) ids[(*n)++] = id;
    }
    free(bits);
    return RC_OK;
}

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
    if (rc == RC_OK && mine_n > 0) rc = cut_to(base, mine, mine_n, *ids, n, err);
    arena_fini(&a);
    return rc;
}

/* Was anything of these registers written since, or other packs? */
enum rc wrote_any(struct req *q, const uint32_t *numbers, size_t n, uint64_t from, bool *yes, struct err *err)
{
    *yes = q->view->seq < from || q->view->seq - from > BEHIND_MAX;
    if (*yes || q->view->seq == from) return RC_OK;
    struct journal_walk *w = NULL;
    const struct entry *e = NULL;
    TRY(journal_walk(q->view->journal, from + 1, &w, err));
    enum rc rc;
    while ((rc = journal_next(w, &e, NULL, err)) == RC_OK && e != NULL && !*yes && e->seq <= q->view->seq) {
        *yes = e->kind == ENTRY_INSTALL;
        for (size_t i = 0; i < n; i++) *yes = *yes || e->reg == numbers[i];
    }
    journal_walk_close(&w);
    return rc;
}

/* The registers whose records decide who is in scope: its own, and those on the ways.  False: too many, or more than refs. */
bool scope_registers(struct req *q, const struct scope *scope, uint32_t *numbers, size_t max, size_t *n)
{
    if (*n == max) return false;
    numbers[(*n)++] = record_number(q->view->records, scope->reg);
    for (uint32_t i = 0; i < scope->terms_count; i++) {
        if (scope->terms[i].subject || *n + scope->terms[i].path_len > max) return false;
        for (uint32_t k = 0; k < scope->terms[i].path_len; k++) numbers[(*n)++] = record_number(q->view->records, scope->terms[i].path[k]->ref);
    }
    return true;
}

static enum rc scope_moved(struct req *q, const struct scope *scope, uint64_t from, bool *yes, struct err *err)
{
    uint32_t numbers[64];
    size_t n = 0;
    *yes = !scope_registers(q, scope, numbers, ARRAY_LEN(numbers), &n);
    if (*yes) *yes = q->view->seq != from;
    else return wrote_any(q, numbers, n, from, yes, err);
    return RC_OK;
}

/* A scope of its own to each account; a token may be narrower than its account. */
static struct str own_key(struct req *q, struct str key, const struct scope *scope, unsigned classes)
{
    return str_cat(&q->arena, key, STR("\n"), str_u64(&q->arena, scope->verb), STR("\n"), str_u64(&q->arena, classes), STR("\n"),
                   q->bearer ? str_hex(&q->arena, q->session.hash.b, HASH_LEN) : STR(""));
}

/* Kept for this account and grant; the caller holds what comes out. */
static enum rc mine_keep(struct req *q, struct str key, uint64_t *ids, size_t n, uint64_t base_seq, struct order_list **out, struct err *err)
{
    struct site *s = q->site;
    struct order_list *l = list_make(key, ids, n);
    if (l == NULL) {
        free(ids);
        return err_set0(err, &E_no_memory, NO_PLACE);
    }
    l->account = grant_account(q->grant);
    l->grant = grant_hold(q->grant);
    l->seq = q->view->seq;
    l->base_seq = base_seq;
    l->today = q->run.today;
    pthread_mutex_lock(&s->order_lock);
    keep(s, l);
    pthread_mutex_unlock(&s->order_lock);
    *out = l;
    return RC_OK;
}

/* ---- as a register declares it: lists as people keep them, by unit and then by place in the team (house.c works it out) ---- */

static enum rc house_ids(struct req *q, const struct pack_register *r, const struct order *o, bool closed, const struct scope *scope, unsigned classes, const uint64_t **ids,
                         size_t *n, struct err *err)
{
    struct site *s = q->site;
    struct order plain = {.kind = r->key != NULL ? ORDER_KEY : ORDER_ID};
    bool whole = scope->all && house_open(q, r);
    struct str own = own_key(q, order_key(q, r, o, closed), scope, classes);
    if (whole) own = order_key(q, r, o, closed);
    pthread_mutex_lock(&s->order_lock);
    struct order_list *l = cached(s, own, whole ? 0 : grant_account(q->grant));
    bool stale = l == NULL || l->seq > q->view->seq || (!whole && l->grant != q->grant) || l->today != q->run.today;
    pthread_mutex_unlock(&s->order_lock);
    enum rc rc = stale ? RC_OK : house_moved(q, r, scope, l->seq, &stale, err);
    if (rc == RC_OK && stale) {
        const uint64_t *from = NULL;
        uint64_t *made = NULL;
        size_t count = 0;
        list_drop(l);
        l = NULL;
        TRY(order_ids(q, r, &plain, closed, scope, classes, &from, &count, err));
        TRY(house_sort(q, r, from, count, whole, closed, &made, err));
        if (o->down) {
            for (size_t i = 0; i < count / 2; i++) {
                uint64_t t = made[i];
                made[i] = made[count - 1 - i];
                made[count - 1 - i] = t;
            }
        }
        TRY(mine_keep(q, own, made, count, q->view->seq, &l, err));
        if (whole) l->account = 0;
    }
    if (rc != RC_OK) {
        list_drop(l);
        return rc;
    }
    arena_defer(&q->arena, drop_deferred, l);
    *ids = l->ids;
    *n = l->n;
    return RC_OK;
}

unsigned order_classes(struct req *q, const struct pack_register *r, const struct order *o)
{
    if (o->kind == ORDER_HOUSE) return house_classes(q, r);
    return o->field != NULL ? 1u << o->field->class : 0;
}

enum rc order_ids(struct req *q, const struct pack_register *r, const struct order *o, bool closed, const struct scope *scope, unsigned classes,
                  const uint64_t **ids, size_t *n, struct err *err)
{
    struct order_list *base = NULL, *mine = NULL;
    struct str key = order_key(q, r, o, closed);
    *n = 0;
    *ids = NULL;
    if (!scope->all && scope->terms_count == 0) return RC_OK;
    if (o->kind == ORDER_HOUSE) return house_ids(q, r, o, closed, scope, classes, ids, n, err);
    TRY(base_list(q, r, o, closed, key, &base, err));
    MUST(base != NULL);
    if (scope->all) {
        arena_defer(&q->arena, drop_deferred, base);
        *ids = base->ids;
        *n = base->n;
        return RC_OK;
    }
    struct site *s = q->site;
    struct str own = own_key(q, key, scope, classes);
    uint64_t account = grant_account(q->grant);
    pthread_mutex_lock(&s->order_lock);
    mine = cached(s, own, account);
    bool stale = mine == NULL || mine->grant != q->grant || mine->base_seq != base->base_seq;
    pthread_mutex_unlock(&s->order_lock);
    enum rc rc = stale ? RC_OK : scope_moved(q, scope, mine->seq, &stale, err);
    if (stale || rc != RC_OK) {
        list_drop(mine);
        mine = NULL;
    }
    if (rc == RC_OK && mine == NULL) {
        uint64_t *cut_ids = NULL;
        size_t cut_n = 0;
        rc = cut(q, base, scope, closed, &cut_ids, &cut_n, err);
        if (rc == RC_OK) rc = mine_keep(q, own, cut_ids, cut_n, base->base_seq, &mine, err);
    }
    list_drop(base);
    if (rc != RC_OK) return rc;
    arena_defer(&q->arena, drop_deferred, mine);
    *ids = mine->ids;
    *n = mine->n;
    return RC_OK;
}
