/*
 * roster_frame.c - tables, columns and memos, empty and given back; refs as rows and the lists on their other side.  Loading from the
 * store and building in memory both stand on it.
 */
#include "record/roster_inner.h"

struct roster_table *roster_table_get(struct roster *r, const struct pack_register *reg)
{
    if (r->tables[reg->idx] != NULL) return r->tables[reg->idx];
    struct roster_table *t = arena_new(&r->version->arena, struct roster_table);
    t->reg = reg;
    t->columns = arena_array(&r->version->arena, struct roster_column *, reg->fields_count + 1);
    t->memos = arena_array(&r->version->arena, struct roster_memo *, reg->fields_count + 1);
    t->backs = arena_array(&r->version->arena, struct roster_back, reg->backs_count + 1);
    r->tables[reg->idx] = t;
    return t;
}

static enum memo_shape memo_shape_of(const struct pack_field *f)
{
    switch (f->type) {
    case FIELD_BOOL: return MEMO_S_BOOL;
    case FIELD_NUMBER: return MEMO_S_NUMBER;
    case FIELD_DATE:
    case FIELD_MONTH: return MEMO_S_DAY;
    case FIELD_DURATION: return MEMO_S_MONTHS;
    case FIELD_CHOICE: return MEMO_S_CODE;
    case FIELD_REF: return MEMO_S_RECORD;
    case FIELD_TEXT:
    case FIELD_FILE: return MEMO_S_TEXT;
    case FIELD_DATETIME: return MEMO_S_NONE;
    }
    return MEMO_S_NONE;
}

static enum cell_kind start_of(const struct pack_field *f, enum column_shape shape)
{
    switch (shape) {
    case SHAPE_BOOL: return CELL_BIT;
    case SHAPE_DAY:
    case SHAPE_INT: return CELL_I32;
    case SHAPE_CODE: return f->codes->feel.rows_count > UINT16_MAX ? CELL_U32 : f->codes->feel.rows_count > UINT8_MAX ? CELL_U16 : CELL_U8;
    case SHAPE_TEXT:
    case SHAPE_ROW: return CELL_U32;
    case SHAPE_ID: return CELL_I64;
    }
    return CELL_I64;
}

void roster_field_add(struct roster *r, struct roster_table *t, const struct pack_field *f)
{
    if (f->derive != NULL) {
        if (t->memos[f->idx] != NULL) return;
        struct roster_memo *m = arena_new(&r->version->arena, struct roster_memo);
        m->field = f;
        m->shape = (uint8_t)memo_shape_of(f);
        t->memos[f->idx] = m;
        return;
    }
    if (t->columns[f->idx] != NULL) return;
    struct roster_column *c = arena_new(&r->version->arena, struct roster_column);
    c->field = f;
    c->shape = (uint8_t)roster_shape_of(f);
    c->start = (uint8_t)start_of(f, (enum column_shape)c->shape);
    if (c->shape == SHAPE_CODE) c->codes = arena_array(&r->version->arena, struct code_seen, CODES_SEEN);
    t->columns[f->idx] = c;
}

/* ---- lists on the other side of a ref ---- */

/* Counting sort by target, a block at a time: two passes over the column, no further memory. */
static void count_back(const struct roster_column *c, const struct roster_table *from, uint32_t *start)
{
    int64_t to;
    for (uint32_t row = 0; row < from->rows; row++)
        if (roster_is_open(from, row) && roster_get(c, row, &to)) start[to]++;
}

enum rc roster_back_build(struct roster *r, struct roster_table *target, const struct pack_field *f, const struct roster_table *from, struct err *err)
{
    const struct pack_register *reg = target->reg;
    struct roster_back *b = NULL;
    for (uint32_t i = 0; i < reg->backs_count; i++)
        if (reg->backs[i].field == f) b = &target->backs[i];
    if (b == NULL || b->start != NULL) return RC_OK;
    const struct roster_column *c = from->columns[f->idx];
    TRY(roster_grow(r, (void **)&b->start, 0, (size_t)target->rows_all + 1, sizeof(uint32_t), err));
    count_back(c, from, b->start);
    uint32_t sum = 0;
    for (uint32_t i = 0; i <= target->rows_all; i++) {
        uint32_t here = b->start[i];
        sum += here;
        b->start[i] = sum; /* the end of its part: filled backwards below */
    }
    TRY(roster_grow(r, (void **)&b->rows, 0, sum, sizeof(uint32_t), err));
    int64_t to;
    for (uint32_t row = from->rows; row-- > 0;)
        if (roster_is_open(from, row) && roster_get(c, row, &to)) b->rows[--b->start[to]] = row;
    b->from = from;
    return RC_OK;
}

void roster_table_free(struct roster *r, struct roster_table *t)
{
    for (uint32_t i = 0; i < t->reg->fields_count; i++) {
        if (t->columns[i] != NULL) roster_column_free(r, t->columns[i]);
        if (t->memos[i] != NULL) roster_memo_free(r, t->memos[i]);
    }
    for (uint32_t i = 0; i < t->reg->backs_count; i++) {
        roster_drop(r, t->backs[i].start);
        roster_drop(r, t->backs[i].rows);
    }
    if (roster_leave(t->version_blocks)) {
        for (uint32_t i = 0; i < t->version_cap; i++) roster_drop(r, t->version_blocks[i]);
        roster_array_free(r, t->version_blocks);
    }
    roster_drop(r, t->gone);
    roster_drop(r, t->open_before);
    roster_drop(r, t->ids);
    roster_drop(r, t->deltas);
    roster_drop(r, t->versions);
    roster_drop(r, t->slots);
    roster_drop(r, t->listed);
}
