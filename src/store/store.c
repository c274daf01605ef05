/* store.c - the public doors: handles, states, declarations and values are checked here, then the back end does the work. */
#include "store/inner.h"

#define ERR(id, rc, code, zh, en, hint_zh, hint_en) const struct err_kind E_##id = {rc, code, zh, en, hint_zh, hint_en};
#include "store/errors.def"
#undef ERR

bool sv_eq(const struct sv *a, const struct sv *b) {
    if (a->kind != b->kind) return false;
    switch (a->kind) {
    case SV_NULL: return true;
    case SV_INT: return a->i == b->i;
    case SV_TEXT: case SV_BLOB: return str_eq(a->s, b->s);
    }
    MUST(false);
}

/* ---- declarations ---- */

bool store_name_ok(struct str name) {
    if (name.len == 0 || name.len > STORE_NAME_MAX || name.ptr[0] < 'a' || name.ptr[0] > 'z') return false;
    for (size_t i = 1; i < name.len; i++) {
        char c = name.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) return false;
    }
    return true;
}

static enum rc bad_table(const struct store_table *t, const char *what, struct err *err) {
    return err_set(err, &E_store_table, NO_PLACE, t->name, str_c(what));
}

static enum rc index_check(const struct store_table *t, uint32_t idx, struct err *err) {
    const struct store_index *i = &t->indexes[idx];
    if (!store_name_ok(i->name)) return err_set(err, &E_store_name, NO_PLACE, i->name);
    if (i->columns_count < 1 || i->columns_count > STORE_INDEX_COLUMNS_MAX) return bad_table(t, "index columns", err);
    for (uint32_t k = 0; k < i->columns_count; k++) {
        if (i->columns[k] >= t->columns_count) return bad_table(t, "index column", err);
        for (uint32_t j = 0; j < k; j++)
            if (i->columns[j] == i->columns[k]) return bad_table(t, "index column twice", err);
    }
    if (i->open_column != UINT32_MAX && i->open_column >= t->columns_count) return bad_table(t, "open_column", err);
    for (uint32_t k = 0; k < idx; k++)
        if (str_eq(t->indexes[k].name, i->name)) return bad_table(t, "index name twice", err);
    return RC_OK;
}

enum rc store_table_check(const struct store_table *t, struct err *err) {
    /* sqlite_ and pg_ belong to the data bases, meta to us. */
    if (!store_name_ok(t->name) || str_starts(t->name, STR("sqlite_")) || str_starts(t->name, STR("pg_")) ||
        str_eq(t->name, STR(STORE_META_TABLE)))
        return err_set(err, &E_store_name, NO_PLACE, t->name);
    if (t->columns_count < 1 || t->columns_count > STORE_COLUMNS_MAX) return bad_table(t, "columns", err);
    if (t->keys_count > t->columns_count || t->keys_count > STORE_KEYS_MAX) return bad_table(t, "keys", err);
    if (t->indexes_count > STORE_INDEXES_MAX) return bad_table(t, "indexes", err);
    for (uint32_t i = 0; i < t->columns_count; i++) {
        const struct store_column *c = &t->columns[i];
        if (!store_name_ok(c->name)) return err_set(err, &E_store_name, NO_PLACE, c->name);
        if (c->kind != SV_INT && c->kind != SV_TEXT && c->kind != SV_BLOB) return bad_table(t, "kind of a column", err);
        for (uint32_t k = 0; k < i; k++)
            if (str_eq(t->columns[k].name, c->name)) return bad_table(t, "column twice", err);
    }
    if (t->keys_count == 0 && t->columns[0].kind != SV_INT) return bad_table(t, "key must be an integer", err);
    for (uint32_t i = 0; i < t->indexes_count; i++) TRY(index_check(t, i, err));
    return RC_OK;
}

enum rc store_value_refused(const struct store_table *t, uint32_t column, const struct sv *v, struct err *err) {
    char name[2 * STORE_NAME_MAX + 2];
    struct str column_name = t->columns[column].name;
    int len = snprintf(name, sizeof name, STR_FMT "." STR_FMT, STR_ARG(t->name), STR_ARG(column_name));
    MUST(len > 0);
    struct str shown = str_of(name, MIN((size_t)len, sizeof name - 1));
    if (v->kind == SV_TEXT && t->columns[column].kind == SV_TEXT && !value_fits(&t->columns[column], v))
        return err_set(err, &E_store_nul, NO_PLACE, shown);
    return err_set(err, &E_store_kind, NO_PLACE, shown);
}

static bool index_has(const struct store_table *t, const struct store_index *i, struct str columns) {
    size_t at = 0;
    for (uint32_t k = 0; k < i->columns_count; k++) {
        struct str name = t->columns[i->columns[k]].name;
        struct str rest = str_sub(columns, at, columns.len);
        if (k > 0) {
            if (!str_starts(rest, STR(","))) return false;
            rest = str_sub(rest, 1, rest.len);
            at++;
        }
        if (!str_starts(rest, name) || (rest.len > name.len && rest.ptr[name.len] != ',')) return false;
        at += name.len;
    }
    return at == columns.len;
}

enum rc store_conflict_set(struct store_rows *r, struct str columns, struct err *err) {
    const struct store_table *t = r->table;
    r->conflict = NULL;
    for (uint32_t i = 0; i < t->indexes_count && r->conflict == NULL; i++)
        if (t->indexes[i].unique && index_has(t, &t->indexes[i], columns)) r->conflict = &t->indexes[i];
    return err_set(err, &E_store_unique, NO_PLACE, r->conflict != NULL ? r->conflict->name : t->columns[0].name, t->name, columns);
}

/* ---- opening ---- */

static void store_check_handle(const struct store *s) { MAGIC_CHECK(s, STORE_MAGIC); }

static const struct backend *backend_of(struct str path) {
    if (str_starts(path, STR("postgresql:")) || str_starts(path, STR("postgres:"))) return NULL;
    return &sqlite_backend;
}

enum rc store_open(struct str path, const struct store_options *o, struct store **out, struct err *err) {
    *out = NULL;
    const struct backend *be = backend_of(path);
    if (be == NULL) return err_set(err, &E_store_back_end, NO_PLACE, str_sub(path, 0, str_find_char(path, ':')));
    if (!o->memory && (path.len == 0 || path.len > 3000 || memchr(path.ptr, 0, path.len) != NULL))
        return err_set(err, &E_store_absent, NO_PLACE, path);
    return be->open(path, o, out, err);
}

enum rc store_open_reader(const struct store *s, struct store **out, struct err *err) {
    store_check_handle(s);
    *out = NULL;
    return s->be->open_reader(s, out, err);
}

void store_close(struct store **sp) {
    struct store *s = *sp;
    if (s == NULL) return;
    store_check_handle(s);
    s->be->rollback(s);
    for (struct store_rows *r = s->rows, *next; r != NULL; r = next) {
        next = r->next;
        s->be->unbind(r);
        r->store = NULL;
    }
    s->magic = 0;
    s->be->close(s);
    *sp = NULL;
}

struct str store_path(const struct store *s) {
    store_check_handle(s);
    return str_c(s->path);
}

/* What is open and could not be undone must not be read as if it were there. */
static enum rc check_usable(const struct store *s, struct err *err) {
    return s->stuck ? err_set0(err, &E_no_memory, NO_PLACE) : RC_OK;
}

/* ---- transactions ---- */

enum rc store_begin_write(struct store *s, struct err *err) {
    store_check_handle(s);
    MUST(s->state == STORE_IDLE);
    if (s->mode == STORE_READ)
        return err_set(err, &E_store_reader, NO_PLACE, str_c(s->path));
    if (s->in_doubt) return err_set(err, &E_store_in_doubt, NO_PLACE, str_c(s->path));
    s->epoch++; /* also when it fails: the back end stops cursors first */
    TRY(s->be->begin(s, true, err));
    s->state = STORE_WRITING;
    s->marked = s->spoiled = false;
    return RC_OK;
}

enum rc store_begin_read(struct store *s, struct err *err) {
    store_check_handle(s);
    MUST(s->state == STORE_IDLE);
    s->epoch++;
    TRY(s->be->begin(s, false, err));
    s->state = STORE_READING;
    return RC_OK;
}

static void ended(struct store *s) {
    s->state = STORE_IDLE;
    s->marked = s->spoiled = false;
    s->epoch++;
}

void store_end(struct store *s) {
    store_check_handle(s);
    MUST(s->state != STORE_WRITING);
    if (s->state == STORE_READING) s->be->rollback(s);
    ended(s);
}

void store_lean(struct store *s) {
    store_check_handle(s);
    if (s->state == STORE_IDLE) s->be->lean(s);
}

enum rc store_commit(struct store *s, struct err *err) {
    store_check_handle(s);
    MUST(s->state == STORE_WRITING);
    enum rc rc;
    if (s->spoiled || !s->be->in_transaction(s)) {
        s->be->rollback(s);
        rc = err_set(err, &E_store_rolled_back, NO_PLACE, str_c(s->path));
    } else {
        rc = s->be->commit(s, err);
    }
    ended(s);
    return rc;
}

void store_rollback(struct store *s) {
    store_check_handle(s);
    MUST(s->state != STORE_READING);
    if (s->state == STORE_WRITING) s->be->rollback(s);
    ended(s);
}

bool store_in_transaction(const struct store *s) {
    store_check_handle(s);
    return s->be->in_transaction(s);
}

enum rc store_mark(struct store *s, struct err *err) {
    store_check_handle(s);
    MUST(s->state == STORE_WRITING && !s->marked);
    if (s->spoiled) return err_set(err, &E_store_rolled_back, NO_PLACE, str_c(s->path));
    TRY(s->be->mark(s, err));
    s->marked = true;
    return RC_OK;
}

enum rc store_mark_keep(struct store *s, struct err *err) {
    store_check_handle(s);
    MUST(s->state == STORE_WRITING && s->marked);
    s->marked = false;
    if (s->spoiled) return err_set(err, &E_store_rolled_back, NO_PLACE, str_c(s->path));
    return s->be->mark_keep(s, err);
}

void store_mark_undo(struct store *s) {
    store_check_handle(s);
    MUST(s->state == STORE_WRITING && s->marked);
    s->marked = false;
    /* Cursors opened since may stand on rows that go. */
    s->epoch++;
    if (!s->be->mark_undo(s)) s->spoiled = true;
}

/* ---- who watches what is read ---- */

void store_watch(struct store *s, void (*saw)(void *ctx, const struct store_table *t), void *ctx) {
    store_check_handle(s);
    s->saw = saw;
    s->saw_ctx = ctx;
}

static void tell_read(const struct store *s, const struct store_table *t) {
    if (s->saw != NULL) s->saw(s->saw_ctx, t);
}

/* ---- schema ---- */

enum rc store_shape(struct store *s, const struct store_table *const *tables, size_t n, bool dry, struct arena *a,
                    struct store_step **steps, struct err *err) {
    store_check_handle(s);
    MUST(dry || s->state == STORE_WRITING);
    TRY(check_usable(s, err));
    struct store_step *first = NULL, **tail = &first;
    for (size_t i = 0; i < n; i++) TRY(store_table_check(tables[i], err));
    for (size_t i = 0; i < n; i++) TRY(s->be->shape(s, tables[i], dry, a, &tail, err));
    if (steps != NULL) *steps = first;
    return RC_OK;
}

enum rc store_columns(struct store *s, struct arena *a, struct str table, struct str **names, size_t *n, struct err *err) {
    store_check_handle(s);
    TRY(check_usable(s, err));
    tell_read(s, NULL);
    return s->be->names(s, a, table, names, n, err);
}

/* ---- rows ---- */

static void rows_gone(void *arg) {
    struct store_rows *r = arg;
    struct store *s = r->store;
    if (s == NULL) return; /* the store was closed before its arena went */
    *r->link = r->next;
    if (r->next != NULL) r->next->link = r->link;
    s->be->unbind(r);
    r->store = NULL;
}

enum rc store_bind(struct store *s, struct arena *a, const struct store_table *t, struct store_rows **out, struct err *err) {
    store_check_handle(s);
    *out = NULL;
    TRY(store_table_check(t, err));
    struct store_rows *r = NULL;
    TRY(s->be->bind(s, a, t, &r, err));
    r->magic = ROWS_MAGIC;
    r->store = s;
    r->table = t;
    r->keys_count = table_keys(t);
    r->next = s->rows;
    r->link = &s->rows;
    if (r->next != NULL) r->next->link = &r->next;
    s->rows = r;
    arena_defer(a, rows_gone, r);
    *out = r;
    return RC_OK;
}

/* Rows of a store that was closed are our own mistake. */
static struct store *rows_check(const struct store_rows *r) {
    MAGIC_CHECK(r, ROWS_MAGIC);
    MUST(r->store != NULL);
    return r->store;
}

static enum rc rows_check_write(const struct store_rows *r, struct err *err) {
    const struct store *s = rows_check(r);
    MUST(s->state == STORE_WRITING);
    if (s->spoiled) return err_set(err, &E_store_rolled_back, NO_PLACE, str_c(s->path));
    return RC_OK;
}

static enum rc keys_check(const struct store_rows *r, const struct sv *keys, struct err *err) {
    for (uint32_t i = 0; i < r->keys_count; i++)
        if (keys[i].kind == SV_NULL || !value_fits(&r->table->columns[i], &keys[i]))
            return store_value_refused(r->table, i, &keys[i], err);
    return RC_OK;
}

enum rc store_insert(struct store_rows *r, const struct sv *values, struct err *err) {
    TRY(rows_check_write(r, err));
    TRY(keys_check(r, values, err));
    return r->store->be->insert(r, values, err);
}

enum rc store_update(struct store_rows *r, const struct sv *keys, size_t n, const uint32_t *columns, const struct sv *values,
                     struct err *err) {
    TRY(rows_check_write(r, err));
    TRY(keys_check(r, keys, err));
    MUST(n > 0 && n <= r->table->columns_count);
    for (size_t i = 0; i < n; i++) MUST(columns[i] >= r->keys_count && columns[i] < r->table->columns_count);
    return r->store->be->update(r, keys, n, columns, values, err);
}

enum rc store_delete(struct store_rows *r, const struct sv *keys, struct err *err) {
    TRY(rows_check_write(r, err));
    TRY(keys_check(r, keys, err));
    return r->store->be->delete_row(r, keys, err);
}

enum rc store_get(struct store_rows *r, struct arena *a, const struct sv *keys, struct sv *out, struct err *err) {
    TRY(check_usable(rows_check(r), err));
    TRY(keys_check(r, keys, err));
    tell_read(r->store, r->table);
    return r->store->be->get(r, a, keys, out, err);
}

enum rc store_count(struct store_rows *r, int64_t *out, struct err *err) {
    *out = 0;
    TRY(check_usable(rows_check(r), err));
    tell_read(r->store, r->table);
    return r->store->be->count(r, out, err);
}

enum rc store_last_key(struct store_rows *r, int64_t *out, struct err *err) {
    *out = 0;
    TRY(check_usable(rows_check(r), err));
    MUST(r->table->columns[0].kind == SV_INT);
    tell_read(r->store, r->table);
    return r->store->be->last_key(r, out, err);
}

const struct store_index *store_conflict(const struct store_rows *r) {
    rows_check(r);
    return r->conflict;
}

/* ---- reading many ---- */

enum rc store_select(struct store_rows *r, const struct store_query *q, struct store_cursor **out, struct err *err) {
    struct store *s = rows_check(r);
    *out = NULL;
    TRY(check_usable(s, err));
    struct store_cursor *c = NULL;
    tell_read(s, r->table);
    TRY(s->be->select(r, q, &c, err));
    c->magic = CURSOR_MAGIC;
    c->be = s->be;
    c->rows = r;
    c->epoch = s->epoch;
    c->done = false;
    s->cursors_open++;
    *out = c;
    return RC_OK;
}

enum rc store_next(struct store_cursor *c, const struct sv **row, struct err *err) {
    MAGIC_CHECK(c, CURSOR_MAGIC);
    *row = NULL;
    if (c->done) return RC_OK;
    if (c->rows == NULL || c->rows->store->epoch != c->epoch) return err_set0(err, &E_store_stale, NO_PLACE);
    enum rc rc = c->rows->store->be->next(c, row, err);
    if (rc != RC_OK) c->epoch = UINT64_MAX; /* going on would begin again from the first row */
    else if (*row == NULL) c->done = true;
    return rc;
}

enum rc store_next_many(struct store_cursor *c, struct store_strip *strips, uint32_t max, struct buf *bytes, uint32_t *rows, struct err *err) {
    MAGIC_CHECK(c, CURSOR_MAGIC);
    MUST(max > 0 && max % 64 == 0);
    *rows = 0;
    if (c->done) return RC_OK;
    if (c->rows == NULL || c->rows->store->epoch != c->epoch) return err_set0(err, &E_store_stale, NO_PLACE);
    bool end = false;
    enum rc rc = c->rows->store->be->next_many(c, strips, max, bytes, rows, &end, err);
    if (rc != RC_OK) c->epoch = UINT64_MAX;
    else c->done = end;
    return rc;
}

void store_cursor_close(struct store_cursor **cp) {
    struct store_cursor *c = *cp;
    if (c == NULL) return;
    MAGIC_CHECK(c, CURSOR_MAGIC);
    c->magic = 0;
    if (c->rows != NULL) c->rows->store->cursors_open--;
    c->be->cursor_close(c);
    *cp = NULL;
}

/* ---- facts ---- */

enum rc store_meta_get(struct store *s, struct arena *a, struct str name, struct str *out, struct err *err) {
    store_check_handle(s);
    TRY(check_usable(s, err));
    tell_read(s, NULL);
    return s->be->meta_get(s, a, name, out, err);
}

enum rc store_meta_put(struct store *s, struct str name, struct str value, struct err *err) {
    store_check_handle(s);
    MUST(s->state == STORE_WRITING);
    if (s->spoiled) return err_set(err, &E_store_rolled_back, NO_PLACE, str_c(s->path));
    if (!store_name_ok(name)) return err_set(err, &E_store_name, NO_PLACE, name);
    if (value.len > STORE_META_MAX) return err_set(err, &E_store_too_big, NO_PLACE, STR("1048576"));
    return s->be->meta_put(s, name, value, err);
}

/* ---- care ---- */

enum rc store_backup(struct store *s, struct str to, struct err *err) {
    store_check_handle(s);
    MUST(s->state == STORE_IDLE);
    TRY(check_usable(s, err));
    return s->be->backup(s, to, err);
}

enum rc store_check(struct store *s, struct buf *out, struct err *err) {
    store_check_handle(s);
    TRY(check_usable(s, err));
    return s->be->check(s, out, err);
}

enum rc store_checkpoint(struct store *s, struct err *err) {
    store_check_handle(s);
    MUST(s->state == STORE_IDLE);
    if (s->mode == STORE_READ)
        return err_set(err, &E_store_reader, NO_PLACE, str_c(s->path));
    TRY(check_usable(s, err));
    return s->be->checkpoint(s, err);
}

int64_t store_log_pages(const struct store *s) {
    store_check_handle(s);
    return s->be->log_pages(s);
}

int64_t store_disk_free(const struct store *s) {
    store_check_handle(s);
    return s->be->disk_free(s);
}
