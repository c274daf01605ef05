/*
 * county.c - one invented county's columns, repeated.  The county comes from `guiju demo` by its seed; each repetition's refs lead to its own rows, so
 * that ten million people are so many counties side by side, each with all its registers.
 */
#include "scale.h"

#define TEXT_NONE INT64_MIN

/* ---- reading ---- */

static enum roster_cells cells_of(const struct pack_field *f)
{
    switch (f->type) {
    case FIELD_BOOL: return ROSTER_CELLS_BIT;
    case FIELD_CHOICE: return f->codes->feel.rows_count <= 256 ? ROSTER_CELLS_U8 : ROSTER_CELLS_U16;
    case FIELD_REF: return ROSTER_CELLS_U32;
    case FIELD_DATE: case FIELD_MONTH: return ROSTER_CELLS_I32;
    case FIELD_TEXT: case FIELD_DURATION: case FIELD_FILE: case FIELD_NUMBER: case FIELD_DATETIME: break;
    }
    return ROSTER_CELLS_I64;
}

static bool is_text(const struct pack_field *f) { return f->type == FIELD_TEXT || f->type == FIELD_DURATION || f->type == FIELD_FILE; }

static size_t cell_bytes(enum roster_cells as, uint32_t rows)
{
    static const size_t width[] = {0, 1, 2, 4, 4, 8};
    return as == ROSTER_CELLS_BIT ? ((size_t)rows / 64 + 1) * 8 : ((size_t)rows + 64) * width[as];
}

static void cell_put(const struct county_column *c, uint32_t row, int64_t v)
{
    c->valid[row / 64] |= (uint64_t)1 << (row % 64);
    switch (c->as) {
    case ROSTER_CELLS_BIT: ((uint64_t *)c->cells)[row / 64] |= (uint64_t)(v != 0) << (row % 64); break;
    case ROSTER_CELLS_U8: ((uint8_t *)c->cells)[row] = (uint8_t)v; break;
    case ROSTER_CELLS_U16: ((uint16_t *)c->cells)[row] = (uint16_t)v; break;
    case ROSTER_CELLS_U32: ((uint32_t *)c->cells)[row] = (uint32_t)v; break;
    case ROSTER_CELLS_I32: ((int32_t *)c->cells)[row] = (int32_t)v; break;
    case ROSTER_CELLS_I64: ((int64_t *)c->cells)[row] = v; break;
    }
}

struct reading {
    struct county *c;
    const struct pack_register *from, *to; /* the area's, the set's */
    VEC(int64_t) ids;
    int64_t **ids_by_reg;
    struct county_column *columns; /* of this register */
    uint32_t count;
    uint32_t row;
    bool texts_only;
};

static const struct pack_field *field_named(const struct pack_register *r, struct str name)
{
    for (uint32_t i = 0; i < r->fields_count; i++)
        if (str_eq(r->fields[i].name, name)) return &r->fields[i];
    return NULL;
}

static enum rc take_id(void *ctx, const struct record *rec, struct err *err)
{
    struct reading *r = ctx;
    (void)err;
    vec_push(&r->c->a, &r->ids, (int64_t)rec->id);
    return RC_OK;
}

static int64_t row_of(const int64_t *ids, uint32_t n, int64_t id)
{
    uint32_t lo = 0, hi = n;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (ids[mid] < id) lo = mid + 1;
        else hi = mid;
    }
    return lo < n && ids[lo] == id ? (int64_t)lo : -1;
}

static enum rc take_values(void *ctx, const struct record *rec, struct err *err)
{
    struct reading *r = ctx;
    (void)err;
    for (uint32_t i = 0; i < r->count; i++) {
        const struct county_column *c = &r->columns[i];
        const struct pack_field *f = field_named(r->from, c->field->name);
        MUST(f != NULL);
        const struct sv *v = &rec->values[f->column];
        uint32_t code = 0;
        if (v->kind == SV_NULL) continue;
        if (is_text(c->field)) { /* the text itself: its place is only known to the roster that gets it */
            struct str *s = arena_new(&r->c->a, struct str);
            *s = str_dup(&r->c->a, v->s);
            cell_put(c, r->row, (int64_t)(intptr_t)s);
        } else if (c->field->type == FIELD_CHOICE) {
            if (feel_codes_find(&c->field->codes->feel, v->s, &code)) cell_put(c, r->row, code);
        } else if (c->field->type == FIELD_REF) {
            int64_t row = row_of(r->ids_by_reg[c->field->ref->idx], r->c->rows[c->field->ref->idx], v->i);
            if (row >= 0) cell_put(c, r->row, row);
        } else {
            cell_put(c, r->row, v->i);
        }
    }
    r->row++;
    return RC_OK;
}

enum rc county_read(struct area *ar, const struct pack_set *set, const struct roster_wants *wants, struct county *c, struct err *err)
{
    struct area_view v;
    *c = (struct county){0};
    arena_init(&c->a, (size_t)4 << 30);
    TRY(area_view_open(ar, &v, err));
    c->rows = arena_array(&c->a, uint32_t, set->registers_count + 1);
    c->columns = arena_array(&c->a, struct county_column, wants->len + 1);
    bool *wanted = arena_array(&c->a, bool, set->registers_count + 1);
    struct reading r = {.c = c};
    r.ids_by_reg = arena_array(&c->a, int64_t *, set->registers_count + 1);
    for (size_t i = 0; i < wants->len; i++) wanted[wants->at[i].reg->idx] = true;
    enum rc rc = RC_OK;
    for (uint32_t i = 0; i < set->registers_count && rc == RC_OK; i++) {
        r.from = pack_register_find(v.set, set->registers[i]->d.name);
        if (!wanted[i] || r.from == NULL) continue;
        r.ids.at = NULL;
        r.ids.len = r.ids.cap = 0;
        rc = record_each(v.records, r.from, RECORD_BY_ID, false, take_id, &r, err);
        r.ids_by_reg[i] = r.ids.at;
        c->rows[i] = (uint32_t)r.ids.len;
        c->records += r.ids.len;
    }
    for (uint32_t i = 0; i < set->registers_count && rc == RC_OK; i++) {
        r.from = pack_register_find(v.set, set->registers[i]->d.name);
        r.to = set->registers[i];
        if (!wanted[i] || r.from == NULL) continue;
        r.columns = c->columns + c->columns_count;
        r.count = r.row = 0;
        for (size_t k = 0; k < wants->len; k++) {
            const struct roster_want *w = &wants->at[k];
            if (w->reg != r.to || w->field == NULL || w->field->derive != NULL) continue;
            struct county_column *col = NULL;
            for (uint32_t m = 0; m < r.count; m++)
                if (r.columns[m].field == w->field) col = &r.columns[m];
            if (col == NULL) {
                col = &r.columns[r.count++];
                *col = (struct county_column){.reg = r.to, .field = w->field, .as = cells_of(w->field)};
                if (w->field->type == FIELD_REF) col->to = w->field->ref;
                col->cells = arena_alloc(&c->a, cell_bytes(col->as, c->rows[i]));
                col->valid = arena_array(&c->a, uint64_t, c->rows[i] / 64 + 1);
            }
            col->back = col->back || w->back;
        }
        c->columns_count += r.count;
        rc = record_each(v.records, r.from, RECORD_BY_ID, false, take_values, &r, err);
    }
    area_view_close(&v);
    return rc;
}

void county_free(struct county *c) { arena_fini(&c->a); }

const struct county_column *county_column(const struct county *c, const char *reg, const char *field)
{
    for (uint32_t i = 0; i < c->columns_count; i++)
        if (str_eq(c->columns[i].reg->d.name, str_c(reg)) && str_eq(c->columns[i].field->name, str_c(field))) return &c->columns[i];
    return NULL;
}

/* ---- repeating ---- */

/* Texts are put into the roster once; their places are what is repeated. */
static enum rc put_texts(struct county *c, struct county_column *col, struct roster_build *b, struct err *err)
{
    int64_t *cells = col->cells;
    for (uint32_t i = 0; i < c->rows[col->reg->idx]; i++) {
        if ((col->valid[i / 64] >> (i % 64) & 1) == 0) continue;
        TRY(roster_build_text(b, *(const struct str *)(intptr_t)cells[i], &cells[i], err));
    }
    return RC_OK;
}

static enum rc repeat_column(struct county *c, struct county_column *col, uint32_t times, const bool *whole, struct roster_build *b, struct err *err)
{
    uint32_t n = c->rows[col->reg->idx];
    TRY(roster_build_column(b, col->reg, col->field, col->back, err));
    if (is_text(col->field)) TRY(put_texts(c, col, b, err));
    uint32_t *rows = col->to == NULL ? NULL : malloc(((size_t)n + 1) * sizeof *rows);
    enum rc rc = RC_OK;
    if (whole[col->reg->idx]) times = 1;
    for (uint32_t t = 0; t < times && rc == RC_OK && n > 0; t++) {
        struct roster_run run = {.row = t * n, .n = n, .as = col->as, .cells = col->cells, .valid = col->valid};
        if (rows != NULL) {
            uint32_t shift = whole[col->to->idx] ? 0 : t * c->rows[col->to->idx];
            for (uint32_t i = 0; i < n; i++) rows[i] = ((const uint32_t *)col->cells)[i] + shift;
            run.cells = rows;
        }
        rc = roster_build_cells(b, col->reg, col->field, &run, err);
    }
    free(rows);
    return rc;
}

enum rc county_repeat(struct county *c, const struct pack_set *set, uint32_t times, const bool *whole, struct roster **out, struct err *err)
{
    struct roster_build *b = NULL;
    TRY(roster_build_begin(set, &b, err));
    enum rc rc = RC_OK;
    int64_t id = 1;
    for (uint32_t i = 0; i < set->registers_count && rc == RC_OK; i++) {
        uint32_t rows = c->rows[i] * (whole[i] ? 1 : times);
        rc = roster_build_table(b, set->registers[i], rows, id, NULL, err);
        id += rows;
    }
    for (uint32_t i = 0; i < c->columns_count && rc == RC_OK; i++) rc = repeat_column(c, &c->columns[i], times, whole, b, err);
    if (rc == RC_OK) return roster_build_finish(&b, out, err);
    roster_build_free(&b);
    return rc;
}
