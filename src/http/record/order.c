/*
 * order.c - the ids of a register in an order, as one grant may see them.
 * Made once, kept by the area, and checked against the journal: entries of other registers leave it as it is.
 */
#include "http/record/order.h"

static void drop_deferred(void *p) { order_list_drop(p); }

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

static enum rc base_list(struct req *q, const struct pack_register *r, const struct order *o, bool closed, struct str key, struct order_list **out,
                         struct err *err)
{
    struct site *s = q->site;
    struct news *news = arena_new(&q->arena, struct news);
    pthread_mutex_lock(&s->order_lock);
    struct order_list *l = order_list_find(s, key, 0);
    enum rc rc = RC_OK;
    bool stale = l == NULL || l->seq > q->view->seq || (l->today != q->run.today && o->field != NULL && o->field->daily), made = false;
    if (!stale && order_depends(o)) stale = l->seq != q->view->seq;
    uint64_t *ids = NULL;
    size_t n = 0;
    if (!stale) {
        rc = order_news(q, r, l->seq, news, err);
        stale = rc == RC_OK && (news->much || news->n > 0);
        if (stale) rc = order_follow(q, r, o, closed, l, news, &ids, &n, &made, err);
    }
    if (rc == RC_OK && stale) {
        order_list_drop(l);
        l = NULL;
        if (!made) rc = make_ids(q, r, o, closed, &ids, &n, err);
        if (rc == RC_OK) {
            l = order_list_make(key, ids, n);
            if (l == NULL) {
                free(ids);
                rc = err_set0(err, &E_no_memory, NO_PLACE);
            } else {
                l->base_seq = q->view->seq;
                l->today = q->run.today;
                order_list_keep(s, l);
            }
        }
    }
    if (rc == RC_OK && l != NULL) l->seq = q->view->seq;
    pthread_mutex_unlock(&s->order_lock);
    if (rc != RC_OK) {
        order_list_drop(l);
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
    struct order_list *l = order_list_make(key, ids, n);
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
    order_list_keep(s, l);
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
    struct order_list *l = order_list_find(s, own, whole ? 0 : grant_account(q->grant));
    bool stale = l == NULL || l->seq > q->view->seq || (!whole && l->grant != q->grant) || l->today != q->run.today;
    pthread_mutex_unlock(&s->order_lock);
    enum rc rc = stale ? RC_OK : house_moved(q, r, scope, l->seq, &stale, err);
    if (rc == RC_OK && stale) {
        const uint64_t *from = NULL;
        uint64_t *made = NULL;
        size_t count = 0;
        order_list_drop(l);
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
        order_list_drop(l);
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
    mine = order_list_find(s, own, account);
    bool stale = mine == NULL || mine->grant != q->grant || mine->base_seq != base->base_seq;
    pthread_mutex_unlock(&s->order_lock);
    enum rc rc = stale ? RC_OK : scope_moved(q, scope, mine->seq, &stale, err);
    if (stale || rc != RC_OK) {
        order_list_drop(mine);
        mine = NULL;
    }
    if (rc == RC_OK && mine == NULL) {
        uint64_t *cut_ids = NULL;
        size_t cut_n = 0;
        rc = cut(q, base, scope, closed, &cut_ids, &cut_n, err);
        if (rc == RC_OK) rc = mine_keep(q, own, cut_ids, cut_n, base->base_seq, &mine, err);
    }
    order_list_drop(base);
    if (rc != RC_OK) return rc;
    arena_defer(&q->arena, drop_deferred, mine);
    *ids = mine->ids;
    *n = mine->n;
    return RC_OK;
}
