/* sqlite_rows.c - one row at a time: every statement is prepared once a table and kept, values are bound where they lie. */
#include "store/sqlite_inner.h"

static enum rc prepare_by(struct sq_store *q, void (*text)(struct buf *, const struct dialect *, const struct store_table *),
                          const struct store_table *t, sqlite3_stmt **out, struct err *err) {
    struct buf sql;
    buf_init(&sql, STORE_SQL_MAX);
    text(&sql, &sqlite_dialect, t);
    int rc = sq_compile(q, &sql, true, out);
    buf_fini(&sql);
    return rc == SQLITE_OK ? RC_OK : sq_fail_table(q, t, rc, err);
}

enum rc sq_rows_bind(struct store *s, struct arena *a, const struct store_table *t, struct store_rows **out, struct err *err) {
    struct sq_rows *r = arena_new(a, struct sq_rows);
    r->arena = a;
    /* The text that names every column: what is missing shows here and not at the first row. */
    TRY(prepare_by(sq_of(s), sql_get, t, &r->get, err));
    *out = &r->base;
    return RC_OK;
}

void sq_rows_unbind(struct store_rows *base) {
    struct sq_rows *r = sq_rows_of(base);
    sq_queries_drop(r);
    sqlite3_stmt *all[] = {r->insert, r->get, r->delete_row, r->count, r->last_key};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) (void)sqlite3_finalize(all[i]); /* repeats an error told before */
    for (size_t i = 0; i < SQ_UPDATES_MAX; i++) (void)sqlite3_finalize(r->updates[i].st);
    r->insert = r->get = r->delete_row = r->count = r->last_key = NULL;
    memset(r->updates, 0, sizeof r->updates);
}

enum rc sq_insert(struct store_rows *base, const struct sv *values, struct err *err) {
    struct sq_rows *r = sq_rows_of(base);
    const struct store_table *t = base->table;
    if (r->insert == NULL) TRY(prepare_by(sq_of_rows(base), sql_insert, t, &r->insert, err));
    sqlite3_stmt *st = r->insert;
    int rc = SQLITE_OK;
    for (uint32_t i = 0; i < t->columns_count && rc == SQLITE_OK; i++) {
        if (!value_fits(&t->columns[i], &values[i])) return store_value_refused(t, i, &values[i], err);
        rc = sq_bind(st, (int)i + 1, &values[i], SQLITE_STATIC);
    }
    if (rc == SQLITE_OK) rc = sq_run(st);
    return rc == SQLITE_OK ? RC_OK : sq_fail_row(base, rc, err);
}

static enum rc no_row(const struct store_rows *base, const struct sv *keys, struct err *err) {
    char text[160];
    size_t len = 0;
    for (uint32_t i = 0; i < base->keys_count && len + 1 < sizeof text; i++) {
        int n;
        if (keys[i].kind == SV_INT) n = snprintf(text + len, sizeof text - len, "%s%lld", i > 0 ? "," : "", (long long)keys[i].i);
        else if (keys[i].kind == SV_TEXT) n = snprintf(text + len, sizeof text - len, "%s" STR_FMT, i > 0 ? "," : "", STR_ARG(keys[i].s));
        else n = snprintf(text + len, sizeof text - len, "%s(%zu bytes)", i > 0 ? "," : "", keys[i].s.len);
        MUST(n >= 0);
        len = MIN(len + (size_t)n, sizeof text - 1);
    }
    return err_set(err, &E_store_no_row, NO_PLACE, base->table->name, str_of(text, len));
}

static int bind_keys(const struct store_rows *base, sqlite3_stmt *st, int first, const struct sv *keys) {
    int rc = SQLITE_OK;
    for (uint32_t i = 0; i < base->keys_count && rc == SQLITE_OK; i++) rc = sq_bind(st, first + (int)i, &keys[i], SQLITE_STATIC);
    return rc;
}

/* The statement that sets these columns: imports and forms change the same few again and again. */
static enum rc update_statement(struct sq_rows *r, size_t n, const uint32_t *columns, sqlite3_stmt **out, struct err *err) {
    struct sq_update *oldest = &r->updates[0];
    for (size_t i = 0; i < SQ_UPDATES_MAX; i++) {
        struct sq_update *u = &r->updates[i];
        if (u->st != NULL && u->n == n && memcmp(u->columns, columns, n * sizeof *columns) == 0) {
            u->used = ++r->clock;
            *out = u->st;
            return RC_OK;
        }
        if (u->used < oldest->used) oldest = u;
    }
    (void)sqlite3_finalize(oldest->st); /* repeats an error told before */
    oldest->st = NULL;
    if (oldest->cap < n) {
        oldest->cap = MIN(2 * n, (size_t)r->base.table->columns_count);
        oldest->columns = arena_array(r->arena, uint32_t, oldest->cap);
    }
    struct buf sql;
    buf_init(&sql, STORE_SQL_MAX);
    sql_update(&sql, &sqlite_dialect, r->base.table, n, columns);
    int rc = sq_compile(sq_of_rows(&r->base), &sql, true, &oldest->st);
    buf_fini(&sql);
    if (rc != SQLITE_OK) return sq_fail_row(&r->base, rc, err);
    memcpy(oldest->columns, columns, n * sizeof *columns);
    oldest->n = n;
    oldest->used = ++r->clock;
    *out = oldest->st;
    return RC_OK;
}

enum rc sq_update(struct store_rows *base, const struct sv *keys, size_t n, const uint32_t *columns, const struct sv *values,
                  struct err *err) {
    struct sq_rows *r = sq_rows_of(base);
    struct sq_store *q = sq_of_rows(base);
    sqlite3_stmt *st = NULL;
    TRY(update_statement(r, n, columns, &st, err));
    int rc = SQLITE_OK;
    for (size_t i = 0; i < n && rc == SQLITE_OK; i++) {
        if (!value_fits(&base->table->columns[columns[i]], &values[i]))
            return store_value_refused(base->table, columns[i], &values[i], err);
        rc = sq_bind(st, (int)i + 1, &values[i], SQLITE_STATIC);
    }
    if (rc == SQLITE_OK) rc = bind_keys(base, st, (int)n + 1, keys);
    if (rc == SQLITE_OK) rc = sq_run(st);
    if (rc != SQLITE_OK) return sq_fail_row(base, rc, err);
    return sqlite3_changes(q->db) > 0 ? RC_OK : no_row(base, keys, err);
}

enum rc sq_delete(struct store_rows *base, const struct sv *keys, struct err *err) {
    struct sq_rows *r = sq_rows_of(base);
    struct sq_store *q = sq_of_rows(base);
    if (r->delete_row == NULL) TRY(prepare_by(q, sql_delete, base->table, &r->delete_row, err));
    int rc = bind_keys(base, r->delete_row, 1, keys);
    if (rc == SQLITE_OK) rc = sq_run(r->delete_row);
    if (rc != SQLITE_OK) return sq_fail_row(base, rc, err);
    return sqlite3_changes(q->db) > 0 ? RC_OK : no_row(base, keys, err);
}

enum rc sq_get(struct store_rows *base, struct arena *a, const struct sv *keys, struct sv *out, struct err *err) {
    struct sq_rows *r = sq_rows_of(base);
    int rc = bind_keys(base, r->get, 1, keys);
    if (rc == SQLITE_OK) rc = sqlite3_step(r->get);
    enum rc result = RC_OK;
    if (rc == SQLITE_ROW) {
        for (uint32_t i = 0; i < base->table->columns_count; i++) {
            sq_column(r->get, (int)i, &out[i]);
            if (out[i].kind == SV_TEXT || out[i].kind == SV_BLOB) out[i].s = str_dup(a, out[i].s);
        }
    } else if (rc == SQLITE_DONE) {
        result = no_row(base, keys, err);
    } else {
        result = sq_fail_row(base, rc, err);
    }
    (void)sqlite3_reset(r->get); /* told above */
    return result;
}

static enum rc number(struct store_rows *base, sqlite3_stmt **st, void (*text)(struct buf *, const struct store_table *),
                      int64_t *out, struct err *err) {
    if (*st == NULL) {
        struct buf sql;
        buf_init(&sql, STORE_SQL_MAX);
        text(&sql, base->table);
        int rc = sq_compile(sq_of_rows(base), &sql, true, st);
        buf_fini(&sql);
        if (rc != SQLITE_OK) return sq_fail_row(base, rc, err);
    }
    int rc = sqlite3_step(*st);
    *out = rc == SQLITE_ROW ? sqlite3_column_int64(*st, 0) : 0;
    (void)sqlite3_reset(*st); /* told below */
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? RC_OK : sq_fail_row(base, rc, err);
}

enum rc sq_count(struct store_rows *base, int64_t *out, struct err *err) {
    return number(base, &sq_rows_of(base)->count, sql_count, out, err);
}

enum rc sq_last_key(struct store_rows *base, int64_t *out, struct err *err) {
    return number(base, &sq_rows_of(base)->last_key, sql_last_key, out, err);
}
