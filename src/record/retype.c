/*
 * retype.c - what a column's values mean is written down beside the table, so that a later pack cannot read them as something else.
 * Fact shape_<register's number>: one line a stored field, "column type scale".  A scale may grow (the rows are multiplied; what the journal
 * says of them stays the same text); codes, durations and file hashes may become text; anything else is refused.
 */
#include "record/inner.h"

static const struct str type_words[] = {
    [FIELD_TEXT] = STR_INIT("text"),         [FIELD_NUMBER] = STR_INIT("number"),     [FIELD_BOOL] = STR_INIT("boolean"),
    [FIELD_DATE] = STR_INIT("date"),         [FIELD_MONTH] = STR_INIT("month"),       [FIELD_DATETIME] = STR_INIT("datetime"),
    [FIELD_DURATION] = STR_INIT("duration"), [FIELD_CHOICE] = STR_INIT("choice"),     [FIELD_REF] = STR_INIT("ref"),
    [FIELD_FILE] = STR_INIT("file")};

static struct str fact_name(struct arena *a, uint32_t number) { return str_cat(a, STR("shape_"), str_u64(a, number)); }

static struct str column_of(const struct store_table *t, const struct pack_field *f) { return t->columns[COL_FIELDS + f->column].name; }

/* The line of a column in the fact; false: the column is new. */
static bool find_line(struct str fact, struct str column, struct str *type, uint64_t *scale)
{
    while (fact.len > 0) {
        size_t end = str_find_char(fact, '\n');
        struct str line = str_sub(fact, 0, end), rest;
        fact = end == SIZE_MAX ? STR("") : str_sub(fact, end + 1, fact.len);
        size_t one = str_find_char(line, ' ');
        if (one == SIZE_MAX || !str_eq(str_sub(line, 0, one), column)) continue;
        rest = str_sub(line, one + 1, line.len);
        size_t two = str_find_char(rest, ' ');
        *type = str_sub(rest, 0, two);
        return two != SIZE_MAX && str_to_u64(str_sub(rest, two + 1, rest.len), scale);
    }
    return false;
}

static bool may_become(struct str old, const struct pack_field *f)
{
    if (str_eq(old, type_words[f->type])) return true;
    if (f->type != FIELD_TEXT) return false;
    return str_eq(old, type_words[FIELD_CHOICE]) || str_eq(old, type_words[FIELD_DURATION]) || str_eq(old, type_words[FIELD_FILE]);
}

static enum rc fact_get(struct store *s, struct arena *a, uint32_t number, struct str *out, struct err *err)
{
    enum rc rc = store_meta_get(s, a, fact_name(a, number), out, err);
    if (rc != RC_ABSENT) return rc;
    *out = STR("");
    return RC_OK;
}

enum rc retype_check(struct store *s, const struct pack_register *r, uint32_t number, const struct store_table *t, struct arena *a,
                     struct err *err)
{
    struct str fact, type;
    uint64_t scale = 0;
    TRY(fact_get(s, a, number, &fact, err));
    for (uint32_t i = 0; i < r->fields_count; i++) {
        const struct pack_field *f = &r->fields[i];
        if (f->derive != NULL || !find_line(fact, column_of(t, f), &type, &scale)) continue;
        bool narrower = f->type == FIELD_NUMBER && f->len < scale;
        if (!may_become(type, f) || narrower)
            return err_set(err, &E_record_retype, NO_PLACE, reg_title(r), field_title(f), str_cat(a, type, STR("("), str_u64(a, scale), STR(")")),
                           str_cat(a, type_words[f->type], STR("("), str_u64(a, f->type == FIELD_NUMBER ? f->len : 0), STR(")")));
    }
    return RC_OK;
}

/* Multiply a column.  Keys first, then writes: a cursor does not stand on rows that change under it. */
static enum rc rescale(struct store *s, const struct store_table *t, const struct pack_field *f, uint64_t digits, struct err *err)
{
    struct arena a;
    arena_init(&a, (size_t)1024 * 1024 * 1024);
    struct store_rows *rows;
    enum rc rc = store_bind(s, &a, t, &rows, err);
    const uint32_t column = COL_FIELDS + f->column, columns[] = {COL_ID, column};
    struct store_where where[] = {{column, SO_NOT_NULL, sv_null()}};
    struct store_query q = {.columns = columns, .columns_count = 2, .where = where, .where_count = 1};
    struct store_cursor *c = NULL;
    VEC(struct sv) cells = {0}; /* id, value, id, value */
    if (rc == RC_OK) rc = store_select(rows, &q, &c, err);
    const struct sv *row = NULL;
    while (rc == RC_OK && (rc = store_next(c, &row, err)) == RC_OK && row != NULL) {
        vec_push(&a, &cells, row[0]);
        vec_push(&a, &cells, row[1]);
    }
    store_cursor_close(&c);
    for (size_t i = 0; i + 1 < cells.len && rc == RC_OK; i += 2) {
        struct sv v = cells.at[i + 1];
        for (uint64_t d = 0; d < digits && rc == RC_OK; d++)
            if (mul_overflows(v.i, (int64_t)10, &v.i)) rc = err_set(err, &E_value_range, NO_PLACE, field_title(f), str_i64(&a, cells.at[i + 1].i));
        if (rc == RC_OK) rc = store_update(rows, &cells.at[i], 1, &column, &v, err);
    }
    arena_fini(&a);
    return rc;
}

enum rc retype_apply(struct store *s, const struct pack_register *r, uint32_t number, const struct store_table *t, struct arena *a,
                     struct err *err)
{
    struct str old, type;
    uint64_t scale = 0;
    struct buf now;
    TRY(fact_get(s, a, number, &old, err));
    buf_init(&now, BODY_MAX);
    enum rc rc = RC_OK;
    for (uint32_t i = 0; i < r->fields_count && rc == RC_OK; i++) {
        const struct pack_field *f = &r->fields[i];
        if (f->derive != NULL) continue;
        buf_str(&now, column_of(t, f));
        buf_char(&now, ' ');
        buf_str(&now, type_words[f->type]);
        buf_char(&now, ' ');
        buf_u64(&now, f->type == FIELD_NUMBER ? f->len : 0);
        buf_char(&now, '\n');
        if (f->type == FIELD_NUMBER && find_line(old, column_of(t, f), &type, &scale) && f->len > scale)
            rc = rescale(s, t, f, f->len - scale, err);
    }
    if (rc == RC_OK && buf_failed(&now)) rc = err_set0(err, &E_record_body_too_big, NO_PLACE);
    if (rc == RC_OK && !str_eq(old, buf_view(&now))) rc = store_meta_put(s, fact_name(a, number), buf_view(&now), err);
    buf_fini(&now);
    return rc;
}
