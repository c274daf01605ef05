/* sqlite_query.c - cursors.  Texts of queries are kept by shape; a query inside one of the same shape gets a statement of its own. */
#include "store/sqlite_inner.h"

static struct sq_cursor *cursor_of(struct store_cursor *c) { return (struct sq_cursor *)(void *)c; }

static enum rc query_prepare(struct sq_rows *r, const struct plan *p, bool keep, sqlite3_stmt **out, struct err *err) {
    struct buf sql;
    buf_init(&sql, STORE_SQL_MAX);
    sql_select(&sql, &sqlite_dialect, r->base.table, p);
    int rc = sq_compile(sq_of_rows(&r->base), &sql, keep, out);
    buf_fini(&sql);
    return rc == SQLITE_OK ? RC_OK : sq_fail_row(&r->base, rc, err);
}

/* A ready statement for this plan; *slot is where it is kept, or -1. */
static enum rc query_statement(struct sq_rows *r, const struct plan *p, sqlite3_stmt **out, int *slot, struct err *err) {
    int free_slot = -1;
    *slot = -1;
    if (p->shape_len > PLAN_SHAPE_MAX) return query_prepare(r, p, false, out, err);
    for (int i = 0; i < SQ_QUERIES_MAX; i++) {
        struct sq_query *k = &r->queries[i];
        if (k->busy) continue;
        if (k->st != NULL && k->shape_len == p->shape_len && memcmp(k->shape, p->shape, p->shape_len * sizeof *p->shape) == 0) {
            *slot = i;
            *out = k->st;
            return RC_OK;
        }
        if (free_slot < 0 || k->used < r->queries[free_slot].used) free_slot = i;
    }
    if (free_slot < 0) return query_prepare(r, p, false, out, err);
    struct sq_query *k = &r->queries[free_slot];
    (void)sqlite3_finalize(k->st); /* repeats an error told before */
    k->st = NULL;
    if (k->shape == NULL) k->shape = arena_array(r->arena, uint32_t, PLAN_SHAPE_MAX);
    TRY(query_prepare(r, p, true, &k->st, err));
    memcpy(k->shape, p->shape, p->shape_len * sizeof *p->shape);
    k->shape_len = p->shape_len;
    *slot = free_slot;
    *out = k->st;
    return RC_OK;
}

static enum rc open_plan(struct sq_rows *r, const struct plan *p, struct store_cursor **out, struct err *err) {
    sqlite3_stmt *st = NULL;
    int slot;
    TRY(query_statement(r, p, &st, &slot, err));
    int rc = SQLITE_OK;
    for (uint32_t i = 0; i < p->holes_count && rc == SQLITE_OK; i++) rc = sq_bind(st, (int)i + 1, &p->holes[i], SQLITE_TRANSIENT);
    struct sq_cursor *c = NULL;
    if (rc == SQLITE_OK) {
        c = sqlite3_malloc64(sizeof *c + p->columns_count * sizeof c->row[0]);
        if (c == NULL) rc = SQLITE_NOMEM;
    }
    if (c == NULL) {
        if (slot < 0) (void)sqlite3_finalize(st); /* never stepped */
        return sq_fail(sq_of_rows(&r->base), rc, err);
    }
    memset(c, 0, sizeof *c);
    c->st = st;
    c->slot = slot;
    c->columns_count = p->columns_count;
    if (slot >= 0) {
        r->queries[slot].busy = true;
        r->queries[slot].used = ++r->clock;
    }
    c->next = r->open;
    c->link = &r->open;
    if (c->next != NULL) c->next->link = &c->next;
    r->open = c;
    *out = &c->base;
    return RC_OK;
}

enum rc sq_select(struct store_rows *base, const struct store_query *query, struct store_cursor **out, struct err *err) {
    struct plan p;
    enum rc rc = plan_make(&p, base->table, query, err);
    if (rc == RC_OK) rc = open_plan(sq_rows_of(base), &p, out, err);
    plan_fini(&p);
    return rc;
}

enum rc sq_next(struct store_cursor *base, const struct sv **row, struct err *err) {
    struct sq_cursor *c = cursor_of(base);
    int rc = sqlite3_step(c->st);
    if (rc == SQLITE_ROW) {
        for (uint32_t i = 0; i < c->columns_count; i++) sq_column(c->st, (int)i, &c->row[i]);
        *row = c->row;
        return RC_OK;
    }
    enum rc out = rc == SQLITE_DONE ? RC_OK : sq_fail_row(base->rows, rc, err);
    (void)sqlite3_reset(c->st); /* at once: a statement at its end should hold no snapshot */
    return out;
}

static inline void strip_text(struct store_strip *s, uint32_t row, sqlite3_value *v, struct buf *bytes) {
    struct store_text *t = &s->texts[row];
    const void *p = sqlite3_value_blob(v);
    uint32_t len = p == NULL ? 0 : (uint32_t)sqlite3_value_bytes(v);
    t->len = len;
    t->at = 0;
    memset(t->head, 0, sizeof t->head);
    if (len <= sizeof t->head) {
        if (len > 0) memcpy(t->head, p, len);
        return;
    }
    memcpy(t->head, p, sizeof t->head);
    t->at = (uint32_t)bytes->len;
    buf_put(bytes, p, len);
}

static inline void strip_cell(struct store_strip *s, uint32_t row, sqlite3_value *v, struct buf *bytes) {
    int type = sqlite3_value_type(v);
    if (s->kind == SV_INT) s->ints[row] = 0;
    if (type == SQLITE_NULL) return;
    if (s->kind == SV_INT && type == SQLITE_INTEGER) {
        s->ints[row] = sqlite3_value_int64(v);
    } else if (s->kind == SV_TEXT && type == SQLITE_TEXT) {
        strip_text(s, row, v, bytes);
    } else {
        if (s->odd == UINT32_MAX) s->odd = row;
        return;
    }
    s->valid[row >> 6] |= (uint64_t)1 << (row & 63);
}

enum rc sq_next_many(struct store_cursor *base, struct store_strip *strips, uint32_t max, struct buf *bytes, uint32_t *rows, bool *end,
                     struct err *err) {
    struct sq_cursor *c = cursor_of(base);
    for (uint32_t i = 0; i < c->columns_count; i++) {
        memset(strips[i].valid, 0, max / 8);
        strips[i].odd = UINT32_MAX;
    }
    uint32_t n = 0;
    int rc = SQLITE_ROW;
    while (n < max && bytes->len < STORE_STRIP_BYTES && (rc = sqlite3_step(c->st)) == SQLITE_ROW) {
        for (uint32_t i = 0; i < c->columns_count; i++) strip_cell(&strips[i], n, sqlite3_column_value(c->st, (int)i), bytes);
        n++;
    }
    *rows = n;
    *end = rc != SQLITE_ROW;
    enum rc out = RC_OK;
    if (*end) {
        if (rc != SQLITE_DONE) out = sq_fail_row(base->rows, rc, err);
        (void)sqlite3_reset(c->st); /* at once: a statement at its end should hold no snapshot */
    }
    if (out == RC_OK && buf_failed(bytes)) out = err_set0(err, &E_no_memory, NO_PLACE);
    return out;
}

void sq_cursor_close(struct store_cursor *base) {
    struct sq_cursor *c = cursor_of(base);
    if (base->rows != NULL) {
        struct sq_rows *r = sq_rows_of(base->rows);
        *c->link = c->next;
        if (c->next != NULL) c->next->link = c->link;
        if (c->slot >= 0) {
            (void)sqlite3_reset(c->st); /* repeats an error told before */
            (void)sqlite3_clear_bindings(c->st); /* lets go of what was searched for; always SQLITE_OK */
            r->queries[c->slot].busy = false;
        } else {
            (void)sqlite3_finalize(c->st); /* repeats an error told before */
        }
    }
    sqlite3_free(c);
}

/* The rows go: open cursors lose their statements and say so when asked for more. */
void sq_queries_drop(struct sq_rows *r) {
    for (struct sq_cursor *c = r->open, *next; c != NULL; c = next) {
        next = c->next;
        if (c->slot < 0) (void)sqlite3_finalize(c->st); /* repeats an error told before */
        c->st = NULL;
        c->base.rows = NULL;
        r->base.store->cursors_open--;
    }
    r->open = NULL;
    for (size_t i = 0; i < SQ_QUERIES_MAX; i++) {
        (void)sqlite3_finalize(r->queries[i].st); /* repeats an error told before */
        r->queries[i] = (struct sq_query){0};
    }
}
