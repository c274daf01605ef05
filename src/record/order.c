/*
 * order.c - the ids of a register in an order: from indexes where there is one, else from one column and sort keys made of it.
 * A list of a million is wanted in a second or two after a start, so no row is read whole.
 */
#include "record/inner.h"

enum { SORT_MEMORY = 1024 * 1024 * 1024 };

struct ids { uint64_t *at; size_t len, cap; };

static enum rc ids_put(struct ids *ids, uint64_t id, struct err *err)
{
    if (ids->len == ids->cap) {
        size_t cap = ids->cap * 2 + 256;
        uint64_t *more = realloc(ids->at, cap * sizeof *more);
        if (more == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
        ids->at = more;
        ids->cap = cap;
    }
    ids->at[ids->len++] = id;
    return RC_OK;
}

/* by UINT32_MAX: by id. */
static enum rc by_index(struct records *rs, struct reg_bind *b, uint32_t by, enum store_op closed, struct ids *ids, struct err *err)
{
    static const uint32_t columns[] = {COL_ID};
    struct store_where where = {COL_CLOSED, closed, sv_null()};
    struct store_order order = {by, false};
    struct store_query q = {.columns = columns, .columns_count = 1, .where = &where, .where_count = closed == SO_EQ ? 0 : 1, .order = &order, .order_count = by == UINT32_MAX ? 0 : 1};
    struct store_cursor *c = NULL;
    const struct sv *row = NULL;
    TRY(bind_rows(rs, b, err));
    TRY(store_select(b->rows, &q, &c, err));
    enum rc rc;
    while ((rc = store_next(c, &row, err)) == RC_OK && row != NULL && (rc = ids_put(ids, (uint64_t)row[0].i, err)) == RC_OK) {}
    store_cursor_close(&c);
    return rc;
}

/* ---- trees: their paths know of no closing ---- */

struct treed { struct ids *out; const struct ids *closed; };

static int by_id(const void *x, const void *y)
{
    const uint64_t *a = x, *b = y;
    return *a < *b ? -1 : *a > *b;
}

static enum rc tree_one(void *ctx, uint64_t id, struct err *err)
{
    const struct treed *t = ctx;
    if (t->closed->len > 0 && bsearch(&id, t->closed->at, t->closed->len, sizeof id, by_id) != NULL) return RC_OK;
    return ids_put(t->out, id, err);
}

static enum rc by_tree(struct records *rs, struct reg_bind *b, bool closed_too, struct ids *ids, struct err *err)
{
    struct ids closed = {0};
    struct treed t = {ids, &closed};
    enum rc rc = closed_too ? RC_OK : by_index(rs, b, UINT32_MAX, SO_NOT_NULL, &closed, err);
    if (rc == RC_OK) rc = tree_walk(rs, b, tree_one, &t, err);
    free(closed.at);
    return rc;
}

/* ---- names: sort keys; most are told apart by their first bytes ---- */

struct named { uint64_t head, id; const unsigned char *rest; size_t rest_len; };
struct naming { struct arena keys; struct named *at; size_t len, cap; };

static int by_name(const void *x, const void *y)
{
    const struct named *a = x, *b = y;
    if (a->head != b->head) return a->head < b->head ? -1 : 1;
    size_t n = MIN(a->rest_len, b->rest_len);
    int c = n == 0 ? 0 : memcmp(a->rest, b->rest, n);
    if (c != 0) return c;
    if (a->rest_len != b->rest_len) return a->rest_len < b->rest_len ? -1 : 1;
    return a->id < b->id ? -1 : a->id > b->id;
}

static enum rc name_put(struct naming *m, uint64_t id, struct str key, struct err *err)
{
    struct named x = {.id = id};
    for (size_t i = 0; i < sizeof x.head; i++) x.head = x.head << 8 | (i < key.len ? (unsigned char)key.ptr[i] : 0); /* sort keys hold no zero but at their end */
    if (key.len > sizeof x.head) {
        struct str rest = str_dup(&m->keys, str_sub(key, sizeof x.head, key.len));
        x.rest = (const unsigned char *)rest.ptr;
        x.rest_len = rest.len;
    }
    if (m->len == m->cap) {
        size_t cap = m->cap * 2 + 256;
        struct named *more = realloc(m->at, cap * sizeof *more);
        if (more == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
        m->at = more;
        m->cap = cap;
    }
    m->at[m->len++] = x;
    return RC_OK;
}

static enum rc name_each(struct records *rs, struct reg_bind *b, enum sort_order order, bool closed_too, struct naming *m, struct err *err)
{
    uint32_t columns[] = {COL_ID, b->name_field != NULL ? COL_FIELDS + b->name_field->column : (uint32_t)COL_ID};
    struct store_where where = {COL_CLOSED, SO_NULL, sv_null()};
    struct store_query q = {.columns = columns, .columns_count = b->name_field != NULL ? 2 : 1, .where = &where, .where_count = closed_too ? 0 : 1};
    struct store_cursor *c = NULL;
    const struct sv *row = NULL;
    TRY(bind_rows(rs, b, err));
    TRY(store_select(b->rows, &q, &c, err));
    enum rc rc;
    while ((rc = store_next(c, &row, err)) == RC_OK && row != NULL) {
        struct arena_mark mark = arena_mark(&rs->scratch);
        struct str text = STR_NONE;
        uint64_t id = (uint64_t)row[0].i;
        if (b->name_field != NULL) text = value_plain(&rs->scratch, b->name_field, &row[1]);
        else rc = record_display(rs, b->reg, id, &rs->scratch, &text, err);
        if (rc == RC_OK) rc = name_put(m, id, uni_sort_key(&rs->scratch, order, text), err);
        arena_reset(&rs->scratch, mark);
        if (rc != RC_OK) break;
    }
    store_cursor_close(&c);
    return rc;
}

static enum rc by_names(struct records *rs, struct reg_bind *b, enum sort_order order, bool closed_too, struct ids *ids, struct err *err)
{
    struct naming m = {.at = NULL};
    arena_init(&m.keys, SORT_MEMORY);
    enum rc rc = name_each(rs, b, order, closed_too, &m, err);
    if (rc == RC_OK && m.len > 1) qsort(m.at, m.len, sizeof *m.at, by_name);
    for (size_t i = 0; i < m.len && rc == RC_OK; i++) rc = ids_put(ids, m.at[i].id, err);
    free(m.at);
    arena_fini(&m.keys);
    return rc;
}

enum rc record_order_ids(struct records *rs, const struct pack_register *r, enum record_order order, bool closed_too, uint64_t **ids, size_t *n, struct err *err)
{
    struct reg_bind *b = bind_of(rs, r);
    struct ids out = {0};
    enum store_op open = closed_too ? SO_EQ : SO_NULL;
    uint32_t key = r->key == NULL ? UINT32_MAX : COL_FIELDS + r->key->column;
    enum rc rc = RC_OK;
    switch (order) {
    case RECORD_BY_ID: rc = by_index(rs, b, UINT32_MAX, open, &out, err); break;
    case RECORD_BY_KEY: rc = by_index(rs, b, key, open, &out, err); break;
    case RECORD_BY_TREE: rc = r->trees_count > 0 ? by_tree(rs, b, closed_too, &out, err) : by_index(rs, b, key, open, &out, err); break;
    case RECORD_BY_PINYIN: rc = by_names(rs, b, SORT_PINYIN, closed_too, &out, err); break;
    case RECORD_BY_STROKES: rc = by_names(rs, b, SORT_STROKES, closed_too, &out, err); break;
    }
    if (rc != RC_OK) {
        free(out.at);
        out = (struct ids){0};
    }
    *ids = out.at;
    *n = out.len;
    return rc;
}
