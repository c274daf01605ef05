/*
 * read.c - one record, many records in an order, a record by what people call it.
 */
#include "record/inner.h"

enum rc err_absent(struct err *err, const struct pack_register *r, struct str text)
{
    return err_set(err, &E_record_absent, NO_PLACE, reg_title(r), text);
}

struct record record_of_row(const struct sv *row)
{
    return (struct record){.id = (uint64_t)row[COL_ID].i,
                           .version = (uint32_t)row[COL_VERSION].i,
                           .seq = (uint64_t)row[COL_SEQ].i,
                           .closed_us = row[COL_CLOSED].kind == SV_NULL ? 0 : row[COL_CLOSED].i,
                           .values = row + COL_FIELDS};
}

enum rc row_get(struct records *rs, struct reg_bind *b, uint64_t id, struct arena *a, struct record *out, struct err *err)
{
    TRY(bind_rows(rs, b, err));
    struct sv key = sv_int((int64_t)id), *row = arena_array(a, struct sv, b->table.columns_count);
    if (kept_get(rs, b, id, a, row)) {
        *out = record_of_row(row);
        return RC_OK;
    }
    enum rc rc = id == 0 || id > INT64_MAX ? RC_ABSENT : store_get(b->rows, a, &key, row, err);
    if (rc == RC_ABSENT) {
        char text[32];
        int len = snprintf(text, sizeof text, "#%llu", (unsigned long long)id);
        return err_absent(err, b->reg, str_of(text, (size_t)len));
    }
    if (rc == RC_OK) *out = record_of_row(row);
    if (rc == RC_OK) kept_put(rs, b, row);
    return rc;
}

enum rc record_get(struct records *rs, const struct pack_register *r, uint64_t id, struct arena *a, struct record *out, struct err *err)
{
    return row_get(rs, bind_of(rs, r), id, a, out, err);
}

enum rc record_back_rows(struct records *rs, const struct pack_register *r, const struct pack_field *ref, uint64_t id, struct arena *a, struct record **rows, size_t *n,
                         struct err *err)
{
    struct reg_bind *b = bind_of(rs, r);
    VEC(struct record) all = {0};
    TRY(bind_rows(rs, b, err));
    struct store_where where[] = {{COL_FIELDS + ref->column, SO_EQ, sv_int((int64_t)id)}, {COL_CLOSED, SO_NULL, sv_null()}};
    struct store_query q = {.where = where, .where_count = ARRAY_LEN(where)};
    struct store_cursor *c;
    TRY(store_select(b->rows, &q, &c, err));
    const struct sv *row;
    enum rc rc;
    while ((rc = store_next(c, &row, err)) == RC_OK && row != NULL) {
        struct sv *own = arena_array(a, struct sv, b->table.columns_count);
        for (uint32_t i = 0; i < b->table.columns_count; i++) {
            own[i] = row[i];
            if (own[i].kind == SV_TEXT || own[i].kind == SV_BLOB) own[i].s = str_dup(a, own[i].s);
        }
        vec_push(a, &all, record_of_row(own));
    }
    store_cursor_close(&c);
    *rows = all.at;
    *n = all.len;
    return rc;
}

/* ---- how records are called ---- */

static day_num today_of(const struct records *rs)
{
    return civil_day(rs->set->zone, clock_now_us());
}

enum rc record_display(struct records *rs, const struct pack_register *r, uint64_t id, struct arena *a, struct str *out, struct err *err)
{
    struct reg_bind *b = bind_of(rs, r);
    if (rs->host == NULL) rs->host = host_make(rs, &rs->arena);
    if (rs->journal == NULL) rs->changes++; /* without a journal nobody says whether the snapshot is still the same */
    struct arena_mark m = arena_mark(&rs->scratch);
    struct feel_run run = host_run(rs->host, &rs->scratch, today_of(rs), NULL);
    run.vars_count = 0;
    struct str s = STR_NONE;
    enum rc rc = host_display_text(&run, b, id, &s, err);
    if (rc == RC_OK) *out = a == &rs->scratch ? s : str_dup(a, s);
    if (a != &rs->scratch) arena_reset(&rs->scratch, m); /* our own callers reset it themselves */
    return rc;
}

/* other: the second record, where there is one. */
static enum rc find_two(struct records *rs, struct reg_bind *b, uint32_t column, const struct sv *v, bool closed, uint64_t *id, uint64_t *other,
                        int *n, struct err *err)
{
    TRY(bind_rows(rs, b, err));
    static const uint32_t columns[] = {COL_ID};
    struct store_where where[] = {{COL_CLOSED, closed ? SO_NOT_NULL : SO_NULL, sv_null()}, {COL_FIELDS + column, SO_EQ, *v}};
    struct store_query q = {.columns = columns, .columns_count = 1, .where = where, .where_count = 2, .limit = 2};
    struct store_cursor *c;
    *n = 0;
    TRY(store_select(b->rows, &q, &c, err));
    const struct sv *row;
    enum rc rc;
    while ((rc = store_next(c, &row, err)) == RC_OK && row != NULL) {
        if ((*n)++ == 0) *id = (uint64_t)row[0].i;
        else *other = (uint64_t)row[0].i;
    }
    store_cursor_close(&c);
    return rc;
}

enum rc find_by_value(struct records *rs, struct reg_bind *b, uint32_t column, const struct sv *v, bool closed, uint64_t *id, int *n,
                      struct err *err)
{
    uint64_t other;
    return find_two(rs, b, column, v, closed, id, &other, n, err);
}

/* By the key and the fields that are unique by themselves. */
static enum rc by_unique(struct records *rs, struct reg_bind *b, struct str text, bool closed, uint64_t *id, uint64_t *other, int *n, struct err *err)
{
    for (uint32_t i = 0; i < b->reg->uniques_count; i++) {
        if (b->reg->uniques[i].count != 1) continue;
        const struct pack_field *f = &b->reg->fields[b->reg->uniques[i].fields[0]];
        struct sv v;
        struct err why;
        if (f->type == FIELD_REF || record_value_parse(NULL, f, text, &rs->scratch, &v, &why) != RC_OK || v.kind == SV_NULL) continue;
        TRY(find_two(rs, b, f->column, &v, closed, id, other, n, err));
        if (*n > 0) return RC_OK;
    }
    return RC_OK;
}

enum { RESOLVE_SCAN_MAX = 20000 };

/* By a display that is worked out: all of a small register are looked at. */
static enum rc by_display(struct records *rs, struct reg_bind *b, struct str text, uint64_t *id, uint64_t *other, int *n, struct err *err)
{
    if (b->name_field != NULL) {
        struct sv v = sv_text(text);
        return find_two(rs, b, b->name_field->column, &v, false, id, other, n, err);
    }
    if (b->reg->display == NULL) return RC_OK;
    static const uint32_t columns[] = {COL_ID};
    struct store_where where[] = {{COL_CLOSED, SO_NULL, sv_null()}};
    struct store_query q = {.columns = columns, .columns_count = 1, .where = where, .where_count = 1, .limit = RESOLVE_SCAN_MAX + 1};
    struct store_cursor *c;
    VEC(uint64_t) ids = {0};
    TRY(store_select(b->rows, &q, &c, err));
    const struct sv *row;
    enum rc rc;
    while ((rc = store_next(c, &row, err)) == RC_OK && row != NULL) vec_push(&rs->scratch, &ids, (uint64_t)row[0].i);
    store_cursor_close(&c);
    if (ids.len > RESOLVE_SCAN_MAX) return rc;
    for (size_t i = 0; i < ids.len && rc == RC_OK && *n < 2; i++) {
        struct arena_mark m = arena_mark(&rs->scratch);
        struct str s = STR_NONE;
        rc = record_display(rs, b->reg, ids.at[i], &rs->scratch, &s, err);
        if (rc == RC_OK && str_eq(s, text)) *((*n)++ == 0 ? id : other) = ids.at[i];
        arena_reset(&rs->scratch, m);
    }
    return rc;
}

enum rc err_several(struct err *err, const struct pack_register *r, struct str text, uint64_t one, uint64_t other)
{
    char a[24], b[24];
    int a_len = snprintf(a, sizeof a, "#%llu", (unsigned long long)one), b_len = snprintf(b, sizeof b, "#%llu", (unsigned long long)other);
    return err_set(err, &E_record_several, NO_PLACE, reg_title(r), text, str_of(a, (size_t)a_len), str_of(b, (size_t)b_len));
}

enum rc resolve_exact(struct records *rs, struct reg_bind *b, struct str text, uint64_t *id, int *n, struct err *err)
{
    TRY(bind_rows(rs, b, err));
    struct record rec;
    uint64_t number = 0, other = 0;
    *n = 0;
    if (str_starts(text, STR("#")) && str_to_u64(str_sub(text, 1, text.len), &number)) {
        TRY(row_get(rs, b, number, &rs->scratch, &rec, err));
        *id = number;
        *n = 1;
        return RC_OK;
    }
    TRY(by_unique(rs, b, text, false, id, &other, n, err));
    if (*n > 1) return err_several(err, b->reg, text, *id, other);
    if (*n == 0 && str_to_u64(text, &number)) {
        enum rc rc = row_get(rs, b, number, &rs->scratch, &rec, err);
        if (rc != RC_OK) return rc == RC_ABSENT ? RC_OK : rc;
        *id = number;
        *n = 1;
    }
    return RC_OK;
}

enum rc resolve_past(struct records *rs, struct reg_bind *b, struct str text, uint64_t *id, struct err *err)
{
    uint64_t other = 0;
    int n = 0;
    TRY(by_unique(rs, b, text, true, id, &other, &n, err));
    if (n == 0) return err_absent(err, b->reg, text);
    return n == 1 ? RC_OK : err_several(err, b->reg, text, *id, other);
}

static enum rc resolve(struct records *rs, struct reg_bind *b, struct str text, uint64_t *id, struct err *err)
{
    uint64_t other = 0;
    int n = 0;
    TRY(resolve_exact(rs, b, text, id, &n, err));
    if (n == 0) TRY(by_display(rs, b, text, id, &other, &n, err));
    if (n == 0) return resolve_past(rs, b, text, id, err);
    return n == 1 ? RC_OK : err_several(err, b->reg, text, *id, other);
}

enum rc record_resolve(struct records *rs, const struct pack_register *r, struct str text, uint64_t *id, struct err *err)
{
    struct reg_bind *b = bind_of(rs, r);
    struct arena_mark m = arena_mark(&rs->scratch);
    enum rc rc = resolve(rs, b, str_trim(text), id, err);
    arena_reset(&rs->scratch, m);
    return rc;
}

/* ---- many, in an order ---- */

struct walk {
    struct records *rs;
    struct reg_bind *b;
    bool closed_too;
    enum rc (*fn)(void *ctx, const struct record *rec, struct err *err);
    void *ctx;
};

static enum rc walk_id(void *ctx, uint64_t id, struct err *err)
{
    struct walk *w = ctx;
    struct arena_mark m = arena_mark(&w->rs->scratch);
    struct record rec;
    enum rc rc = row_get(w->rs, w->b, id, &w->rs->scratch, &rec, err);
    if (rc == RC_OK && (w->closed_too || rec.closed_us == 0)) rc = w->fn(w->ctx, &rec, err);
    arena_reset(&w->rs->scratch, m);
    return rc;
}

static enum rc walk_table(struct walk *w, const struct pack_field *key, struct err *err)
{
    struct store_where where[] = {{COL_CLOSED, SO_NULL, sv_null()}};
    struct store_order order[] = {{key == NULL ? (uint32_t)COL_ID : COL_FIELDS + key->column, false}};
    struct store_query q = {.where = where, .where_count = w->closed_too ? 0 : 1, .order = order, .order_count = key == NULL ? 0 : 1};
    struct store_cursor *c;
    TRY(store_select(w->b->rows, &q, &c, err));
    const struct sv *row;
    enum rc rc;
    while ((rc = store_next(c, &row, err)) == RC_OK && row != NULL) {
        struct record rec = record_of_row(row);
        rc = w->fn(w->ctx, &rec, err);
        if (rc != RC_OK) break;
    }
    store_cursor_close(&c);
    return rc;
}

static enum rc walk_sorted(struct walk *w, enum record_order order, struct err *err)
{
    uint64_t *ids = NULL;
    size_t n = 0;
    TRY(record_order_ids(w->rs, w->b->reg, order, w->closed_too, &ids, &n, err));
    enum rc rc = RC_OK;
    for (size_t i = 0; i < n && rc == RC_OK; i++) rc = walk_id(w, ids[i], err);
    free(ids);
    return rc;
}

/* Nothing sorts before everything; numbers by size. */
static struct str key_bytes(struct arena *a, const struct sv *v)
{
    if (v->kind == SV_TEXT) return str_cat(a, STR("t"), v->s);
    if (v->kind != SV_INT) return STR("");
    char b[9] = {'i'};
    uint64_t u = (uint64_t)v->i ^ UINT64_C(1) << 63;
    for (int i = 0; i < 8; i++) b[1 + i] = (char)(unsigned char)(u >> (8 * (7 - i)));
    return str_dup(a, str_of(b, sizeof b));
}

enum rc record_order_key(struct records *rs, const struct pack_register *r, enum record_order order, const struct record *rec, struct arena *a, struct str *out,
                         struct err *err)
{
    struct reg_bind *b = bind_of(rs, r);
    int64_t depth = 0;
    *out = STR("");
    if (order == RECORD_BY_ID) return RC_OK;
    if (order == RECORD_BY_TREE && r->trees_count > 0) return tree_place(rs, b, r->trees[0], rec->id, a, out, &depth, err);
    if (order == RECORD_BY_KEY || order == RECORD_BY_TREE) {
        if (r->key != NULL) *out = key_bytes(a, &rec->values[r->key->column]);
        return RC_OK;
    }
    struct str text = STR_NONE;
    if (b->name_field != NULL) text = value_plain(a, b->name_field, &rec->values[b->name_field->column]);
    else TRY(record_display(rs, r, rec->id, a, &text, err));
    *out = str_dup(a, uni_sort_key(a, order == RECORD_BY_PINYIN ? SORT_PINYIN : SORT_STROKES, text));
    return RC_OK;
}

enum rc record_each(struct records *rs, const struct pack_register *r, enum record_order order, bool closed_too,
                    enum rc (*fn)(void *ctx, const struct record *rec, struct err *err), void *ctx, struct err *err)
{
    struct walk w = {rs, bind_of(rs, r), closed_too, fn, ctx};
    TRY(bind_rows(rs, w.b, err));
    switch (order) {
    case RECORD_BY_ID: return walk_table(&w, NULL, err);
    case RECORD_BY_KEY: return walk_table(&w, r->key, err);
    case RECORD_BY_TREE:
        if (r->trees_count == 0) return walk_table(&w, r->key, err);
        return tree_walk(rs, w.b, walk_id, &w, err);
    case RECORD_BY_PINYIN:
    case RECORD_BY_STROKES: return walk_sorted(&w, order, err);
    }
    return RC_OK;
}
