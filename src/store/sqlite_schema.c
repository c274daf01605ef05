/* sqlite_schema.c - make the tables be as declared, or say what that would take. */
#include "store/sqlite_inner.h"

struct column_there {
    struct str name, type;
    int64_t pk, not_null;
};

struct index_there {
    struct str name, sql;
};

struct table_there {
    struct column_there *columns;
    size_t columns_count;
    struct index_there *indexes;
    size_t indexes_count;
    int64_t rows;
};

/* One row at a time of a small query with at most one text as argument. */
static enum rc ask(struct sq_store *q, struct str sql, const struct str *arg, sqlite3_stmt **out, struct err *err) {
    int rc = sqlite3_prepare_v2(q->db, sql.ptr, (int)sql.len, out, NULL);
    struct sv v = sv_text(arg != NULL ? *arg : STR_NONE);
    if (rc == SQLITE_OK && arg != NULL) rc = sq_bind(*out, 1, &v, SQLITE_STATIC);
    return rc == SQLITE_OK ? RC_OK : sq_fail(q, rc, err);
}

static struct str column_text(struct arena *a, sqlite3_stmt *st, int n) {
    struct sv v;
    sq_column(st, n, &v);
    return str_dup(a, v.s);
}

static enum rc load_columns(struct sq_store *q, struct arena *a, struct str table, struct table_there *there, struct err *err) {
    sqlite3_stmt *st = NULL;
    VEC(struct column_there) v = {0};
    enum rc out = ask(q, STR("SELECT name,type,pk,\"notnull\" FROM pragma_table_info(?1) ORDER BY cid"), &table, &st, err);
    int rc = SQLITE_DONE;
    while (out == RC_OK && (rc = sqlite3_step(st)) == SQLITE_ROW) {
        struct column_there c = {column_text(a, st, 0), column_text(a, st, 1), sqlite3_column_int64(st, 2),
                                 sqlite3_column_int64(st, 3)};
        vec_push(a, &v, c);
    }
    if (out == RC_OK && rc != SQLITE_DONE) out = sq_fail(q, rc, err);
    (void)sqlite3_finalize(st); /* told above */
    there->columns = v.at;
    there->columns_count = v.len;
    return out;
}

static enum rc load_indexes(struct sq_store *q, struct arena *a, struct str table, struct table_there *there, struct err *err) {
    sqlite3_stmt *st = NULL;
    VEC(struct index_there) v = {0};
    enum rc out = ask(q, STR("SELECT name,sql FROM sqlite_schema WHERE type='index' AND tbl_name=?1 AND sql IS NOT NULL"), &table,
                      &st, err);
    int rc = SQLITE_DONE;
    while (out == RC_OK && (rc = sqlite3_step(st)) == SQLITE_ROW) {
        struct index_there i = {column_text(a, st, 0), column_text(a, st, 1)};
        vec_push(a, &v, i);
    }
    if (out == RC_OK && rc != SQLITE_DONE) out = sq_fail(q, rc, err);
    (void)sqlite3_finalize(st); /* told above */
    there->indexes = v.at;
    there->indexes_count = v.len;
    return out;
}

/* The first number that a query gives, or -1 for none. */
static enum rc ask_number(struct sq_store *q, const struct buf *sql, int64_t *out, struct err *err) {
    sqlite3_stmt *st = NULL;
    int rc = sq_compile(q, sql, false, &st);
    if (rc == SQLITE_OK) rc = sqlite3_step(st);
    *out = rc == SQLITE_ROW ? sqlite3_column_int64(st, 0) : -1;
    enum rc result = rc == SQLITE_ROW || rc == SQLITE_DONE ? RC_OK : sq_fail(q, rc, err);
    (void)sqlite3_finalize(st); /* told above */
    return result;
}

struct shaping {
    struct sq_store *q;
    const struct store_table *table;
    bool dry;
    struct arena *arena;
    struct store_step ***tail;
    struct err *err;
    struct buf sql;
};

static void step_put(struct shaping *w, enum store_step_kind what, struct str name, int64_t rows) {
    if (w->arena == NULL) return;
    struct store_step *step = arena_new(w->arena, struct store_step);
    step->what = what;
    step->table = str_dup(w->arena, w->table->name);
    step->name = str_dup(w->arena, name);
    step->rows = rows;
    **w->tail = step;
    *w->tail = &step->next;
}

/* Runs w->sql, unless it is only a list that is wanted. */
static enum rc step_run(struct shaping *w, const struct store_index *index) {
    if (w->dry) return RC_OK;
    sqlite3_stmt *st = NULL;
    int rc = sq_compile(w->q, &w->sql, false, &st);
    if (rc == SQLITE_OK) rc = sqlite3_step(st);
    enum rc out = RC_OK;
    if (rc == SQLITE_CONSTRAINT_UNIQUE && index != NULL)
        out = err_set(w->err, &E_store_twice, NO_PLACE, w->table->name, w->table->columns[index->columns[0]].name);
    else if (rc != SQLITE_DONE) out = sq_fail(w->q, rc, w->err);
    (void)sqlite3_finalize(st); /* told above */
    return out;
}

static const struct column_there *find_column(const struct table_there *there, struct str name) {
    for (size_t i = 0; i < there->columns_count; i++)
        if (str_eq(there->columns[i].name, name)) return &there->columns[i];
    return NULL;
}

static enum rc changed(const struct shaping *w, struct str name) {
    return err_set(w->err, &E_store_changed, NO_PLACE, w->table->name, name);
}

static enum rc shape_columns(struct shaping *w, const struct table_there *there) {
    const struct store_table *t = w->table;
    int64_t keys = 0;
    for (size_t i = 0; i < there->columns_count; i++) keys += there->columns[i].pk > 0;
    if (keys != table_keys(t)) return changed(w, STR("primary key"));
    for (uint32_t i = 0; i < t->columns_count; i++) {
        const struct store_column *c = &t->columns[i];
        const struct column_there *have = find_column(there, c->name);
        bool key = i < table_keys(t);
        if (have == NULL && key) return changed(w, c->name);
        if (have != NULL) {
            if (!str_eq(have->type, str_c(sqlite_dialect.type[c->kind]))) return changed(w, c->name);
            if (have->pk != (key ? (int64_t)i + 1 : 0)) return changed(w, STR("primary key"));
            /* A plain id is not written NOT NULL, keys of a table without rowid are. */
            if (key && (have->not_null != 0) != (t->keys_count > 0)) return changed(w, STR("primary key"));
            continue;
        }
        buf_clear(&w->sql);
        sql_add_column(&w->sql, &sqlite_dialect, t, i);
        TRY(step_run(w, NULL));
        step_put(w, STORE_ADD_COLUMN, c->name, 0); /* rows stay as they are: the column reads as null */
    }
    return RC_OK;
}

static enum rc create_index(struct shaping *w, const struct table_there *there, const struct store_index *index) {
    const struct store_table *t = w->table;
    if (w->dry && index->unique && there->rows > 1) {
        bool all = index->open_column == UINT32_MAX || find_column(there, t->columns[index->open_column].name) != NULL;
        for (uint32_t i = 0; i < index->columns_count; i++)
            all = all && find_column(there, t->columns[index->columns[i]].name) != NULL;
        int64_t twice = -1;
        buf_clear(&w->sql);
        sql_duplicates(&w->sql, t, index);
        if (all) TRY(ask_number(w->q, &w->sql, &twice, w->err));
        if (twice > 0)
            return err_set(w->err, &E_store_twice, NO_PLACE, t->name, t->columns[index->columns[0]].name);
    }
    buf_clear(&w->sql);
    sql_create_index(&w->sql, t, index);
    TRY(step_run(w, index));
    step_put(w, STORE_CREATE_INDEX, index->name, there->rows);
    return RC_OK;
}

static enum rc shape_indexes(struct shaping *w, struct arena *scratch, const struct table_there *there) {
    const struct store_table *t = w->table;
    bool *kept = arena_array(scratch, bool, t->indexes_count + 1u);
    size_t prefix = t->name.len + 1;
    for (size_t k = 0; k < there->indexes_count; k++) {
        const struct index_there *have = &there->indexes[k];
        bool keep = false;
        for (uint32_t i = 0; i < t->indexes_count; i++) {
            buf_clear(&w->sql);
            sql_create_index(&w->sql, t, &t->indexes[i]);
            if (buf_failed(&w->sql)) return err_set0(w->err, &E_no_memory, NO_PLACE);
            if (!str_eq(have->sql, buf_view(&w->sql))) continue;
            keep = kept[i] = true;
        }
        if (keep) continue;
        buf_clear(&w->sql);
        buf_lit(&w->sql, "DROP INDEX ");
        sql_name(&w->sql, have->name);
        TRY(step_run(w, NULL));
        step_put(w, STORE_DROP_INDEX, str_sub(have->name, prefix, have->name.len), 0);
    }
    for (uint32_t i = 0; i < t->indexes_count; i++)
        if (!kept[i]) TRY(create_index(w, there, &t->indexes[i]));
    return RC_OK;
}

static enum rc shape(struct shaping *w, struct arena *scratch) {
    struct table_there there = {0};
    TRY(load_columns(w->q, scratch, w->table->name, &there, w->err));
    if (there.columns_count == 0) {
        sql_create_table(&w->sql, &sqlite_dialect, w->table);
        TRY(step_run(w, NULL));
        step_put(w, STORE_CREATE_TABLE, w->table->name, 0);
        return shape_indexes(w, scratch, &there);
    }
    TRY(load_indexes(w->q, scratch, w->table->name, &there, w->err));
    sql_count(&w->sql, w->table);
    TRY(ask_number(w->q, &w->sql, &there.rows, w->err));
    TRY(shape_columns(w, &there));
    return shape_indexes(w, scratch, &there);
}

enum rc sq_shape(struct store *s, const struct store_table *t, bool dry, struct arena *a, struct store_step ***tail,
                 struct err *err) {
    struct shaping w = {.q = sq_of(s), .table = t, .dry = dry, .arena = a, .tail = tail, .err = err};
    struct arena scratch;
    arena_init(&scratch, 16 * 1024 * 1024);
    buf_init(&w.sql, STORE_SQL_MAX);
    enum rc rc = shape(&w, &scratch);
    buf_fini(&w.sql);
    arena_fini(&scratch);
    return rc;
}

enum rc sq_names(struct store *s, struct arena *a, struct str table, struct str **names, size_t *n, struct err *err) {
    struct sq_store *q = sq_of(s);
    VEC(struct str) v = {0};
    sqlite3_stmt *st = NULL;
    bool tables = table.ptr == NULL;
    enum rc out = ask(q, tables ? STR("SELECT name FROM sqlite_schema WHERE type='table' AND substr(name,1,7)<>'sqlite_' AND "
                                      "name<>'" STORE_META_TABLE "' ORDER BY name")
                                : STR("SELECT name FROM pragma_table_info(?1) ORDER BY cid"),
                      tables ? NULL : &table, &st, err);
    int rc = SQLITE_DONE;
    while (out == RC_OK && (rc = sqlite3_step(st)) == SQLITE_ROW) {
        struct str name = column_text(a, st, 0);
        vec_push(a, &v, name);
    }
    if (out == RC_OK && rc != SQLITE_DONE) out = sq_fail(q, rc, err);
    (void)sqlite3_finalize(st); /* told above */
    if (out == RC_OK && !tables && v.len == 0) out = err_set(err, &E_store_no_table, NO_PLACE, table, STR("-"));
    *names = v.at;
    *n = v.len;
    return out;
}
