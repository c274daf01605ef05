/* sql.c - SQL text for rows and tables.  Names are checked before they come here and quoted anyway; values are always holes. */
#include "store/inner.h"

#define c_str(b, text) buf_str((b), str_c(text))

const struct dialect sqlite_dialect = {
    .hole = '?',
    .type = {"", "INTEGER", "TEXT", "BLOB"},
    .table_tail = " STRICT",
    .table_tail_keys = " WITHOUT ROWID, STRICT",
    .contains = {"instr(", ",", ")>0"},
    .asc = "", /* SQLite's own order: nulls first going up, last going down */
    .desc = " DESC",
};

void sql_name(struct buf *b, struct str name) {
    buf_char(b, '"');
    buf_str(b, name);
    buf_char(b, '"');
}

static void hole(struct buf *b, const struct dialect *d, uint64_t n) {
    buf_char(b, d->hole);
    buf_u64(b, n);
}

static void names(struct buf *b, const struct store_table *t, const uint32_t *columns, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        if (i > 0) buf_char(b, ',');
        sql_name(b, t->columns[columns != NULL ? columns[i] : i].name);
    }
}

static void where_key(struct buf *b, const struct dialect *d, const struct store_table *t, uint64_t first_hole) {
    buf_lit(b, " WHERE ");
    for (uint32_t i = 0; i < table_keys(t); i++) {
        if (i > 0) buf_lit(b, " AND ");
        sql_name(b, t->columns[i].name);
        buf_char(b, '=');
        hole(b, d, first_hole + i);
    }
}

void sql_create_table(struct buf *b, const struct dialect *d, const struct store_table *t) {
    buf_lit(b, "CREATE TABLE ");
    sql_name(b, t->name);
    buf_char(b, '(');
    for (uint32_t i = 0; i < t->columns_count; i++) {
        if (i > 0) buf_char(b, ',');
        sql_name(b, t->columns[i].name);
        buf_char(b, ' ');
        c_str(b, d->type[t->columns[i].kind]);
        if (i == 0 && t->keys_count == 0) buf_lit(b, " PRIMARY KEY");
        if (i < t->keys_count) buf_lit(b, " NOT NULL");
    }
    if (t->keys_count > 0) {
        buf_lit(b, ",PRIMARY KEY(");
        names(b, t, NULL, t->keys_count);
        buf_char(b, ')');
    }
    buf_char(b, ')');
    c_str(b, t->keys_count > 0 ? d->table_tail_keys : d->table_tail);
}

void sql_add_column(struct buf *b, const struct dialect *d, const struct store_table *t, uint32_t column) {
    buf_lit(b, "ALTER TABLE ");
    sql_name(b, t->name);
    buf_lit(b, " ADD COLUMN ");
    sql_name(b, t->columns[column].name);
    buf_char(b, ' ');
    c_str(b, d->type[t->columns[column].kind]);
}

/* The dot stands in no name, so that table.index is unique in the schema. */
void sql_index_name(struct buf *b, struct str table, struct str index) {
    buf_str(b, table);
    buf_char(b, '.');
    buf_str(b, index);
}

void sql_create_index(struct buf *b, const struct store_table *t, const struct store_index *i) {
    if (i->unique) buf_lit(b, "CREATE UNIQUE INDEX \"");
    else buf_lit(b, "CREATE INDEX \"");
    sql_index_name(b, t->name, i->name);
    buf_lit(b, "\" ON ");
    sql_name(b, t->name);
    buf_char(b, '(');
    names(b, t, i->columns, i->columns_count);
    buf_char(b, ')');
    if (i->open_column != UINT32_MAX) {
        buf_lit(b, " WHERE ");
        sql_name(b, t->columns[i->open_column].name);
        buf_lit(b, " IS NULL");
    }
}

void sql_duplicates(struct buf *b, const struct store_table *t, const struct store_index *i) {
    buf_lit(b, "SELECT 1 FROM ");
    sql_name(b, t->name);
    buf_lit(b, " WHERE ");
    for (uint32_t k = 0; k < i->columns_count; k++) {
        if (k > 0) buf_lit(b, " AND ");
        sql_name(b, t->columns[i->columns[k]].name);
        buf_lit(b, " IS NOT NULL");
    }
    if (i->open_column != UINT32_MAX) {
        buf_lit(b, " AND ");
        sql_name(b, t->columns[i->open_column].name);
        buf_lit(b, " IS NULL");
    }
    buf_lit(b, " GROUP BY ");
    names(b, t, i->columns, i->columns_count);
    buf_lit(b, " HAVING count(*)>1 LIMIT 1");
}

void sql_insert(struct buf *b, const struct dialect *d, const struct store_table *t) {
    buf_lit(b, "INSERT INTO ");
    sql_name(b, t->name);
    buf_char(b, '(');
    names(b, t, NULL, t->columns_count);
    buf_lit(b, ") VALUES(");
    for (uint32_t i = 0; i < t->columns_count; i++) {
        if (i > 0) buf_char(b, ',');
        hole(b, d, i + 1u);
    }
    buf_char(b, ')');
}

void sql_update(struct buf *b, const struct dialect *d, const struct store_table *t, size_t n, const uint32_t *columns) {
    buf_lit(b, "UPDATE ");
    sql_name(b, t->name);
    buf_lit(b, " SET ");
    for (size_t i = 0; i < n; i++) {
        if (i > 0) buf_char(b, ',');
        sql_name(b, t->columns[columns[i]].name);
        buf_char(b, '=');
        hole(b, d, i + 1u);
    }
    where_key(b, d, t, n + 1u);
}

void sql_delete(struct buf *b, const struct dialect *d, const struct store_table *t) {
    buf_lit(b, "DELETE FROM ");
    sql_name(b, t->name);
    where_key(b, d, t, 1);
}

void sql_get(struct buf *b, const struct dialect *d, const struct store_table *t) {
    buf_lit(b, "SELECT ");
    names(b, t, NULL, t->columns_count);
    buf_lit(b, " FROM ");
    sql_name(b, t->name);
    where_key(b, d, t, 1);
}

void sql_count(struct buf *b, const struct store_table *t) {
    buf_lit(b, "SELECT count(*) FROM ");
    sql_name(b, t->name);
}

void sql_last_key(struct buf *b, const struct store_table *t) {
    buf_lit(b, "SELECT ");
    sql_name(b, t->columns[0].name);
    buf_lit(b, " FROM ");
    sql_name(b, t->name);
    buf_lit(b, " ORDER BY ");
    sql_name(b, t->columns[0].name);
    buf_lit(b, " DESC LIMIT 1");
}

/* ---- queries ---- */

static void shape_put(struct plan *p, uint32_t v) {
    if (p->shape_len < PLAN_SHAPE_MAX) p->shape[p->shape_len++] = v;
    else p->shape_len = PLAN_SHAPE_MAX + 1;
}

static void hole_put(struct plan *p, const struct sv *v) {
    MUST(p->holes_count < PLAN_HOLES_MAX);
    p->holes[p->holes_count++] = *v;
}

/* The least text above all that start with s: its last code point plus one, carrying at U+10FFFF.  Valid UTF-8, since a
 * back end may insist on it; bytes of UTF-8 sort as code points do.  False: there is none. */
static bool text_above(struct str s, struct buf *out) {
    size_t len = s.len;
    while (len > 0) {
        size_t at = len - 1;
        while (at > 0 && ((unsigned char)s.ptr[at] & 0xC0) == 0x80) at--;
        size_t behind = at;
        uint32_t cp = utf8_next(str_of(s.ptr, len), &behind);
        if (cp < 0x10FFFF) {
            buf_put(out, s.ptr, at);
            buf_utf8(out, cp == 0xD7FF ? 0xE000 : cp + 1);
            return true;
        }
        len = at;
    }
    return false;
}

static bool blob_above(struct str s, struct buf *out) {
    size_t len = s.len;
    while (len > 0 && (unsigned char)s.ptr[len - 1] == 0xFF) len--;
    if (len == 0) return false;
    buf_put(out, s.ptr, len - 1);
    buf_char(out, (char)((unsigned char)s.ptr[len - 1] + 1));
    return true;
}

static enum rc bad_query(const struct store_table *t, const char *what, struct err *err) {
    return err_set(err, &E_store_table, NO_PLACE, t->name, str_c(what));
}

static const struct sv *after_value(const struct plan *p, uint32_t i) { return &p->query->after[i]; }

/* The i-th part of the order in force: declared ones first, then the key columns going up. */
static struct store_order order_at(const struct plan *p, uint32_t i) {
    if (i < p->query->order_count) return p->query->order[i];
    return (struct store_order){i - p->query->order_count, false};
}

enum rc plan_make(struct plan *p, const struct store_table *t, const struct store_query *q, struct err *err) {
    p->query = q;
    p->holes_count = p->shape_len = p->after_count = 0;
    p->columns_count = q->columns == NULL ? t->columns_count : q->columns_count;
    buf_init(&p->bounds, STORE_ROW_MAX);
    if (q->where_count > STORE_WHERE_MAX || q->order_count > STORE_ORDER_MAX || p->columns_count == 0 ||
        p->columns_count > STORE_COLUMNS_MAX || q->limit < 0)
        return bad_query(t, "query too large", err);
    size_t offset[STORE_WHERE_MAX + 1] = {0};
    bool bounded[STORE_WHERE_MAX] = {false};

    shape_put(p, q->columns == NULL ? UINT32_MAX : q->columns_count);
    for (uint32_t i = 0; q->columns != NULL && i < q->columns_count; i++) {
        if (q->columns[i] >= t->columns_count) return bad_query(t, "no such column in a query", err);
        shape_put(p, q->columns[i]);
    }
    for (uint32_t i = 0; i < q->where_count; i++) {
        struct store_where w = q->where[i];
        if (w.column >= t->columns_count) return bad_query(t, "no such column in a query", err);
        if (w.value.kind == SV_NULL && w.op == SO_EQ) w.op = SO_NULL;
        if (w.value.kind == SV_NULL && w.op == SO_NE) w.op = SO_NOT_NULL;
        const struct store_column *c = &t->columns[w.column];
        if (w.op != SO_NULL && w.op != SO_NOT_NULL) {
            if (!value_fits(c, &w.value)) return store_value_refused(t, w.column, &w.value, err);
            /* Part-of-text has a meaning for texts and bytes only, and none for null. */
            if ((w.op == SO_CONTAINS || w.op == SO_STARTS) && (w.value.kind == SV_INT || w.value.kind == SV_NULL))
                return store_value_refused(t, w.column, &w.value, err);
        }
        offset[i] = p->bounds.len;
        if (w.op == SO_STARTS) {
            bounded[i] = c->kind == SV_TEXT ? text_above(w.value.s, &p->bounds) : blob_above(w.value.s, &p->bounds);
            if (!bounded[i]) w.op = SO_GE;
        }
        offset[i + 1] = p->bounds.len;
        p->where[i] = w;
    }
    if (buf_failed(&p->bounds)) return err_set0(err, &E_no_memory, NO_PLACE);
    for (uint32_t i = 0; i < q->where_count; i++) {
        const struct store_where *w = &p->where[i];
        shape_put(p, w->column << 4 | (uint32_t)w->op);
        if (w->op == SO_NULL || w->op == SO_NOT_NULL) continue;
        hole_put(p, &w->value);
        if (w->op == SO_STARTS) {
            struct sv above = {w->value.kind, 0, str_of(p->bounds.ptr + offset[i], offset[i + 1] - offset[i])};
            hole_put(p, &above);
        }
    }
    shape_put(p, UINT32_MAX);
    for (uint32_t i = 0; i < q->order_count; i++) {
        if (q->order[i].column >= t->columns_count) return bad_query(t, "no such column in an order", err);
        shape_put(p, q->order[i].column << 1 | (q->order[i].descending ? 1u : 0u));
    }
    shape_put(p, UINT32_MAX);
    if (q->after != NULL) {
        p->after_count = q->order_count + table_keys(t);
        for (uint32_t i = 0; i < p->after_count; i++) {
            const struct sv *v = after_value(p, i);
            uint32_t column = order_at(p, i).column;
            if (!value_fits(&t->columns[column], v)) return store_value_refused(t, column, v, err);
            shape_put(p, v->kind == SV_NULL ? 0 : 1);
            if (v->kind != SV_NULL) hole_put(p, v);
        }
    }
    shape_put(p, q->limit > 0 ? 1 : 0);
    if (q->limit > 0) {
        struct sv limit = sv_int(q->limit);
        hole_put(p, &limit);
    }
    return RC_OK;
}

void plan_fini(struct plan *p) { buf_fini(&p->bounds); }

static uint64_t sql_where(struct buf *b, const struct dialect *d, const struct store_table *t, const struct store_where *w,
                          uint64_t n) {
    static const char *const op[] = {"=", "<>", "<", "<=", ">", ">="};
    struct str name = t->columns[w->column].name;
    switch (w->op) {
    case SO_EQ: case SO_NE: case SO_LT: case SO_LE: case SO_GT: case SO_GE:
        sql_name(b, name);
        c_str(b, op[w->op]);
        hole(b, d, n);
        return n + 1;
    case SO_NULL:
        sql_name(b, name);
        buf_lit(b, " IS NULL");
        return n;
    case SO_NOT_NULL:
        sql_name(b, name);
        buf_lit(b, " IS NOT NULL");
        return n;
    case SO_CONTAINS:
        c_str(b, d->contains[0]);
        sql_name(b, name);
        c_str(b, d->contains[1]);
        hole(b, d, n);
        c_str(b, d->contains[2]);
        return n + 1;
    case SO_STARTS:
        sql_name(b, name);
        buf_lit(b, ">=");
        hole(b, d, n);
        buf_lit(b, " AND ");
        sql_name(b, name);
        buf_char(b, '<');
        hole(b, d, n + 1);
        return n + 2;
    }
    MUST(false);
}

static bool never_null(const struct store_table *t, const struct plan *p, uint32_t column) {
    if (column < table_keys(t)) return true;
    for (uint32_t i = 0; i < p->query->where_count; i++)
        if (p->where[i].column == column && p->where[i].op != SO_NULL) return true;
    return false;
}

/* Rows behind `after`: at the first place where they differ, they differ in the order's direction.  Nulls come first going
 * up and last going down. */
static void sql_after(struct buf *b, const struct dialect *d, const struct store_table *t, const struct plan *p,
                      uint64_t first_hole) {
    struct store_order lead = order_at(p, 0);
    if (after_value(p, 0)->kind != SV_NULL && (!lead.descending || never_null(t, p, lead.column))) {
        /* Follows from what stands below, but lets an index find the place. */
        sql_name(b, t->columns[lead.column].name);
        c_str(b, lead.descending ? "<=" : ">=");
        hole(b, d, first_hole);
        buf_lit(b, " AND ");
    }
    buf_char(b, '(');
    for (uint32_t i = 0; i < p->after_count; i++) {
        if (i > 0) buf_lit(b, " OR ");
        buf_char(b, '(');
        uint64_t n = first_hole;
        for (uint32_t k = 0; k <= i; k++) {
            struct store_order o = order_at(p, k);
            struct str name = t->columns[o.column].name;
            bool null = after_value(p, k)->kind == SV_NULL;
            if (k > 0) buf_lit(b, " AND ");
            if (k == i && null && o.descending) buf_lit(b, "1=0");
            else if (k == i && !null && o.descending && !never_null(t, p, o.column)) {
                buf_char(b, '(');
                sql_name(b, name);
                buf_char(b, '<');
                hole(b, d, n);
                buf_lit(b, " OR ");
                sql_name(b, name);
                buf_lit(b, " IS NULL)");
            } else {
                sql_name(b, name);
                if (null) c_str(b, k == i ? " IS NOT NULL" : " IS NULL");
                else {
                    buf_char(b, k < i ? '=' : o.descending ? '<' : '>');
                    hole(b, d, n);
                }
            }
            if (!null) n++;
        }
        buf_char(b, ')');
    }
    buf_char(b, ')');
}

void sql_select(struct buf *b, const struct dialect *d, const struct store_table *t, const struct plan *p) {
    const struct store_query *q = p->query;
    buf_lit(b, "SELECT ");
    names(b, t, q->columns, p->columns_count);
    buf_lit(b, " FROM ");
    sql_name(b, t->name);
    uint64_t n = 1;
    for (uint32_t i = 0; i < q->where_count; i++) {
        c_str(b, i == 0 ? " WHERE " : " AND ");
        n = sql_where(b, d, t, &p->where[i], n);
    }
    if (p->after_count > 0) {
        c_str(b, q->where_count == 0 ? " WHERE " : " AND ");
        sql_after(b, d, t, p, n);
    }
    buf_lit(b, " ORDER BY ");
    for (uint32_t i = 0; i < q->order_count + table_keys(t); i++) {
        struct store_order o = order_at(p, i);
        if (i > 0) buf_char(b, ',');
        sql_name(b, t->columns[o.column].name);
        c_str(b, o.descending ? d->desc : d->asc);
    }
    if (q->limit > 0) {
        buf_lit(b, " LIMIT ");
        hole(b, d, p->holes_count);
    }
}
