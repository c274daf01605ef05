/*
 * roster_build.c - a roster made in memory: whole runs of cells are copied where their width is the column's own, else put one by one.
 */
#include "record/roster_inner.h"

struct roster_build {
    struct roster *r;
    struct roster_wants backs; /* refs whose lists are wanted */
};

enum rc roster_build_begin(const struct pack_set *set, struct roster_build **out, struct err *err)
{
    *out = NULL;
    struct roster_build *b = calloc(1, sizeof(*b));
    if (b == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    enum rc rc = roster_make(set, &b->r, err);
    if (rc != RC_OK) {
        free(b);
        return rc;
    }
    *out = b;
    return RC_OK;
}

void roster_build_free(struct roster_build **bp)
{
    if (*bp == NULL) return;
    roster_free(&(*bp)->r);
    free(*bp);
    *bp = NULL;
}

enum rc roster_build_table(struct roster_build *b, const struct pack_register *reg, uint32_t rows, int64_t first_id, const int64_t *ids, struct err *err)
{
    struct roster *r = b->r;
    MUST(r->tables[reg->idx] == NULL);
    if (rows > ROSTER_ROWS_MAX) return err_set(err, &E_limit, NO_PLACE, reg->d.name, STR("268435456"));
    struct roster_table *t = roster_table_get(r, reg);
    for (uint32_t i = 0; i < reg->fields_count; i++)
        if (reg->fields[i].derive != NULL) roster_field_add(r, t, &reg->fields[i]);
    if (ids == NULL || rows == 0) {
        t->first_id = first_id;
    } else {
        TRY(roster_grow(r, (void **)&t->ids, 0, rows, sizeof(int64_t), err));
        t->cap = rows;
        for (uint32_t i = 0; i < rows; i++) {
            MUST(i == 0 || ids[i] > ids[i - 1]);
            t->ids[i] = ids[i];
        }
    }
    t->rows = t->rows_all = rows;
    if (t->ids != NULL) {
        TRY(roster_index(r, t, err));
        TRY(roster_pack_ids(r, t, err));
    }
    t->cap = rows;
    t->open = rows;
    t->version_cap = roster_blocks_of(rows);
    return roster_grow(r, (void **)&t->version_blocks, 0, roster_blocks_of(rows), sizeof(uint32_t *), err); /* all are 1 */
}

enum rc roster_build_column(struct roster_build *b, const struct pack_register *reg, const struct pack_field *f, bool back, struct err *err)
{
    struct roster *r = b->r;
    struct roster_table *t = r->tables[reg->idx];
    MUST(t != NULL && f->derive == NULL && t->columns[f->idx] == NULL);
    roster_field_add(r, t, f);
    struct roster_column *c = t->columns[f->idx];
    if (c->shape == SHAPE_ID && r->tables[f->ref->idx] != NULL) {
        c->shape = SHAPE_ROW;
        c->start = CELL_U32;
        c->target = r->tables[f->ref->idx];
    }
    if (back) {
        MUST(c->shape == SHAPE_ROW);
        roster_want_put(&r->version->arena, &b->backs, (struct roster_want){.reg = reg, .field = f, .back = true});
    }
    uint32_t blocks = roster_blocks_of(t->rows_all);
    TRY(roster_grow(r, (void **)&c->blocks, 0, blocks, sizeof(void *), err));
    c->blocks_cap = blocks;
    for (; c->blocks_count < blocks; c->blocks_count++) {
        c->blocks[c->blocks_count] = roster_block_make(r, (enum cell_kind)c->start);
        if (c->blocks[c->blocks_count] == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    }
    return RC_OK;
}

enum rc roster_build_text(struct roster_build *b, struct str s, int64_t *cell, struct err *err) { return roster_texts_put(b->r, s, cell, err); }

static struct roster_column *column_of(struct roster_build *b, const struct pack_register *reg, const struct pack_field *f)
{
    const struct roster_table *t = b->r->tables[reg->idx];
    MUST(t != NULL && t->columns[f->idx] != NULL);
    return t->columns[f->idx];
}

/* As the refused value's field, row and text. */
static enum rc refused(const struct pack_register *reg, const struct pack_field *f, uint32_t row, struct str v, struct err *err)
{
    char text[128], number[16];
    int len = snprintf(text, sizeof text, STR_FMT "." STR_FMT, STR_ARG(reg->d.name), STR_ARG(f->name));
    int digits = snprintf(number, sizeof number, "%u", row);
    MUST(len > 0 && digits > 0);
    return err_set(err, &E_roster_cell, NO_PLACE, str_of(text, MIN((size_t)len, sizeof text - 1)), str_of(number, (size_t)digits), v);
}

static enum rc refused_cell(const struct pack_register *reg, const struct pack_field *f, uint32_t row, int64_t v, struct err *err)
{
    char number[24];
    int len = snprintf(number, sizeof number, "%lld", (long long)v);
    return refused(reg, f, row, str_of(number, (size_t)len), err);
}

enum rc roster_build_put(struct roster_build *b, const struct pack_register *reg, const struct pack_field *f, uint32_t row, const struct sv *v, struct err *err)
{
    struct roster_column *c = column_of(b, reg, f);
    const struct roster_table *t = b->r->tables[reg->idx];
    MUST(row < t->rows_all);
    if (v->kind == SV_NULL) return RC_OK;
    struct sv cell = *v;
    if (c->shape == SHAPE_ROW) {
        if (v->kind != SV_INT) return refused(reg, f, row, v->s, err);
        uint32_t to = roster_row(c->target, v->i);
        if (to == ROSTER_NO_ROW) return refused_cell(reg, f, row, v->i, err);
        cell.i = to;
    }
    uint32_t code = 0;
    if (c->shape == SHAPE_CODE) {
        bool ok = v->kind == SV_TEXT && feel_codes_find(&f->codes->feel, v->s, &code) && str_eq(f->codes->feel.code[code], v->s);
        if (!ok) return v->kind == SV_TEXT ? refused(reg, f, row, v->s, err) : refused_cell(reg, f, row, v->i, err);
    }
    bool text = c->shape == SHAPE_TEXT || c->shape == SHAPE_CODE;
    if (text != (v->kind == SV_TEXT) || v->kind == SV_BLOB) return text ? refused_cell(reg, f, row, v->i, err) : refused(reg, f, row, v->s, err);
    return roster_put(b->r, c, t, row, &cell, err);
}

/* What a cell of this column may be, from..to. */
static void bounds_of(const struct roster *r, const struct roster_column *c, int64_t *from, int64_t *to)
{
    *from = 0;
    switch ((enum column_shape)c->shape) {
    case SHAPE_BOOL: *to = 1; break;
    case SHAPE_CODE: *to = (int64_t)c->field->codes->feel.rows_count - 1; break;
    case SHAPE_ROW: *to = (int64_t)c->target->rows_all - 1; break;
    case SHAPE_TEXT: *to = r->home->texts.count == 0 ? -1 : (int64_t)((r->home->texts.count - 1) << TEXT_CHUNK_BITS | (r->home->texts.used - 1)); break;
    case SHAPE_DAY:
    case SHAPE_INT:
    case SHAPE_ID:
        *from = INT64_MIN;
        *to = INT64_MAX;
        break;
    }
}

static int64_t given(const struct roster_run *run, uint32_t i)
{
    switch (run->as) {
    case ROSTER_CELLS_BIT: return (int64_t)(((const uint64_t *)run->cells)[i >> 6] >> (i & 63) & 1);
    case ROSTER_CELLS_U8: return ((const uint8_t *)run->cells)[i];
    case ROSTER_CELLS_U16: return ((const uint16_t *)run->cells)[i];
    case ROSTER_CELLS_U32: return ((const uint32_t *)run->cells)[i];
    case ROSTER_CELLS_I32: return ((const int32_t *)run->cells)[i];
    case ROSTER_CELLS_I64: return ((const int64_t *)run->cells)[i];
    }
    return 0;
}

static bool same_width(enum roster_cells as, enum cell_kind k)
{
    return (as == ROSTER_CELLS_BIT && k == CELL_BIT) || (as == ROSTER_CELLS_U8 && k == CELL_U8) || (as == ROSTER_CELLS_U16 && k == CELL_U16) ||
           (as == ROSTER_CELLS_U32 && k == CELL_U32) || (as == ROSTER_CELLS_I32 && k == CELL_I32) || (as == ROSTER_CELLS_I64 && k == CELL_I64);
}

static size_t width_of(enum roster_cells as)
{
    switch (as) {
    case ROSTER_CELLS_BIT:
    case ROSTER_CELLS_U8: return 1;
    case ROSTER_CELLS_U16: return 2;
    case ROSTER_CELLS_U32:
    case ROSTER_CELLS_I32: return 4;
    case ROSTER_CELLS_I64: return 8;
    }
    return 0;
}

static inline bool has(const struct roster_run *run, uint32_t i) { return run->valid == NULL || (run->valid[i >> 6] >> (i & 63) & 1) != 0; }

/* A part of a run that stands in one block, of the block's own width: one copy.  Its cells are within bounds; what has no value is 0. */
static void copy_whole(struct roster_block *block, uint32_t at, const struct roster_run *run, uint32_t from, uint32_t n)
{
    size_t w = width_of(run->as);
    if (run->as == ROSTER_CELLS_BIT || run->valid != NULL) {
        for (uint32_t i = 0; i < n; i++)
            if (has(run, from + i)) roster_cell_set(block, at + i, given(run, from + i));
        return;
    }
    memcpy(block->cells + at * w, (const unsigned char *)run->cells + from * w, n * w);
    for (uint32_t i = 0; i < n;) {
        uint32_t bit = (at + i) & 63, k = MIN(64 - bit, n - i);
        block->valid[(at + i) >> 6] |= (k == 64 ? UINT64_MAX : ((uint64_t)1 << k) - 1) << bit;
        i += k;
    }
}

enum rc roster_build_cells(struct roster_build *b, const struct pack_register *reg, const struct pack_field *f, const struct roster_run *run, struct err *err)
{
    struct roster_column *c = column_of(b, reg, f);
    MUST(run->row <= b->r->tables[reg->idx]->rows_all && run->n <= b->r->tables[reg->idx]->rows_all - run->row);
    int64_t from = 0, to = 0;
    bounds_of(b->r, c, &from, &to);
    if (from != INT64_MIN)
        for (uint32_t i = 0; i < run->n; i++) {
            int64_t v = given(run, i);
            if ((v < from || v > to) && has(run, i)) return refused_cell(reg, f, run->row + i, v, err);
        }
    for (uint32_t done = 0; done < run->n;) {
        uint32_t row = run->row + done, at = row & ROSTER_MASK, n = MIN(run->n - done, (uint32_t)ROSTER_BLOCK - at);
        if (same_width(run->as, (enum cell_kind)c->blocks[row >> ROSTER_BLOCK_BITS]->kind)) {
            copy_whole(c->blocks[row >> ROSTER_BLOCK_BITS], at, run, done, n);
        } else {
            for (uint32_t i = 0; i < n; i++)
                if (has(run, done + i)) TRY(roster_put_int(b->r, c, row + i, given(run, done + i), err));
        }
        done += n;
    }
    return RC_OK;
}

enum rc roster_build_finish(struct roster_build **bp, struct roster **out, struct err *err)
{
    struct roster_build *b = *bp;
    *out = NULL;
    enum rc rc = RC_OK;
    for (size_t i = 0; i < b->backs.len && rc == RC_OK; i++) {
        const struct roster_want *w = &b->backs.at[i];
        rc = roster_back_build(b->r, b->r->tables[w->field->ref->idx], w->field, b->r->tables[w->reg->idx], err);
    }
    if (rc == RC_OK) {
        *out = b->r;
        b->r = NULL;
    }
    roster_build_free(bp);
    return rc;
}
