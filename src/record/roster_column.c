/*
 * roster_column.c - blocks of cells.
 */
#include "record/roster_inner.h"

enum column_shape roster_shape_of(const struct pack_field *f)
{
    switch (f->type) {
    case FIELD_BOOL: return SHAPE_BOOL;
    case FIELD_DATE:
    case FIELD_MONTH: return SHAPE_DAY;
    case FIELD_NUMBER:
    case FIELD_DATETIME: return SHAPE_INT;
    case FIELD_CHOICE: return SHAPE_CODE;
    case FIELD_REF: return SHAPE_ID;
    case FIELD_TEXT:
    case FIELD_DURATION:
    case FIELD_FILE: return SHAPE_TEXT;
    }
    return SHAPE_TEXT;
}

static size_t cells_bytes(enum cell_kind k)
{
    switch (k) {
    case CELL_BIT: return ROSTER_BLOCK / 8;
    case CELL_U8: return ROSTER_BLOCK;
    case CELL_U16: return ROSTER_BLOCK * sizeof(uint16_t);
    case CELL_U32:
    case CELL_I32: return ROSTER_BLOCK * sizeof(uint32_t);
    case CELL_I64: return ROSTER_BLOCK * sizeof(int64_t);
    }
    return 0;
}

size_t roster_block_bytes(enum cell_kind k) { return sizeof(struct roster_block) + cells_bytes(k); }

struct roster_block *roster_block_make(struct roster *r, enum cell_kind k)
{
    struct roster_block *b = aligned_alloc(16, (roster_block_bytes(k) + 15) & ~(size_t)15);
    if (b == NULL) return NULL;
    memset(b, 0, roster_block_bytes(k));
    b->refs = 1;
    b->kind = (uint8_t)k;
    roster_count(r, roster_block_bytes(k), 0);
    return b;
}

void roster_block_free(struct roster *r, struct roster_block *b)
{
    if (b == NULL || __atomic_sub_fetch(&b->refs, 1, __ATOMIC_ACQ_REL) > 0) return;
    roster_count(r, 0, roster_block_bytes((enum cell_kind)b->kind));
    free(b);
}

void roster_cell_set(struct roster_block *b, uint32_t i, int64_t v)
{
    void *p = b->cells;
    switch ((enum cell_kind)b->kind) {
    case CELL_BIT:
        if (v != 0) ((uint64_t *)p)[i >> 6] |= (uint64_t)1 << (i & 63);
        else ((uint64_t *)p)[i >> 6] &= ~((uint64_t)1 << (i & 63));
        break;
    case CELL_U8: ((uint8_t *)p)[i] = (uint8_t)v; break;
    case CELL_U16: ((uint16_t *)p)[i] = (uint16_t)v; break;
    case CELL_U32: ((uint32_t *)p)[i] = (uint32_t)v; break;
    case CELL_I32: ((int32_t *)p)[i] = (int32_t)v; break;
    case CELL_I64: ((int64_t *)p)[i] = v; break;
    }
    b->valid[i >> 6] |= (uint64_t)1 << (i & 63);
}

bool roster_cell_fits(enum cell_kind k, int64_t v)
{
    switch (k) {
    case CELL_BIT: return v == 0 || v == 1;
    case CELL_U8: return v >= 0 && v <= UINT8_MAX;
    case CELL_U16: return v >= 0 && v <= UINT16_MAX;
    case CELL_U32: return v >= 0 && v <= UINT32_MAX;
    case CELL_I32: return v >= INT32_MIN && v <= INT32_MAX;
    case CELL_I64: return true;
    }
    return false;
}

/* The same values in wider cells. */
static struct roster_block *widen(struct roster *r, struct roster_block *b, enum cell_kind k)
{
    struct roster_block *w = roster_block_make(r, k);
    if (w == NULL) return NULL;
    for (uint32_t i = 0; i < ROSTER_BLOCK; i++)
        if (roster_valid(b, i)) roster_cell_set(w, i, roster_cell(b, i));
    roster_block_free(r, b);
    return w;
}

enum rc roster_put_int(struct roster *r, struct roster_column *c, uint32_t row, int64_t v, struct err *err)
{
    struct roster_block **bp = &c->blocks[row >> ROSTER_BLOCK_BITS];
    if (!roster_cell_fits((enum cell_kind)(*bp)->kind, v)) {
        struct roster_block *w = widen(r, *bp, CELL_I64);
        if (w == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
        *bp = w;
    }
    roster_cell_set(*bp, row & ROSTER_MASK, v);
    return RC_OK;
}

/* ---- columns ---- */

static struct str field_path(struct roster *r, const struct roster_table *t, const struct pack_field *f)
{
    return str_cat(&r->version->arena, t->reg->d.name, STR("."), f->name);
}

/* Codes are short and few: a small cache by their bytes spares the hash of the table. */
static enum rc code_row(struct roster *r, struct roster_column *c, const struct roster_table *t, uint32_t row, struct str s,
                        uint32_t *out, struct err *err)
{
    const struct feel_codes *codes = &c->field->codes->feel;
    uint64_t bytes = 0;
    size_t slot = 0;
    if (s.len <= 8) {
        memcpy(&bytes, s.ptr, s.len);
        slot = (size_t)((bytes ^ s.len) * 0x9E3779B97F4A7C15u >> 58);
        if (c->codes[slot].bytes == bytes && c->codes[slot].len == s.len + 1) {
            *out = c->codes[slot].row;
            return RC_OK;
        }
    }
    uint32_t found = 0;
    bool ok = feel_codes_find(codes, s, &found) && str_eq(codes->code[found], s);
    for (uint32_t i = 0; !ok && i < codes->rows_count; i++) /* a title of one row may be the code of another */
        if (str_eq(codes->code[i], s)) {
            found = i;
            ok = true;
        }
    if (!ok)
        return err_set(err, &E_roster_code, NO_PLACE, field_path(r, t, c->field), str_i64(&r->version->arena, roster_id(t, row)), s, codes->title);
    if (s.len <= 8) {
        c->codes[slot].bytes = bytes;
        c->codes[slot].len = (uint32_t)s.len + 1;
        c->codes[slot].row = found;
    }
    *out = found;
    return RC_OK;
}

enum rc roster_put(struct roster *r, struct roster_column *c, const struct roster_table *t, uint32_t row, const struct sv *v, struct err *err)
{
    uint32_t block = row >> ROSTER_BLOCK_BITS;
    if (block == c->blocks_count) {
        if (block == c->blocks_cap) {
            uint32_t cap = c->blocks_cap == 0 ? 8 : c->blocks_cap * 2;
            TRY(roster_grow(r, (void **)&c->blocks, c->blocks_cap, cap, sizeof(void *), err));
            c->blocks_cap = cap;
        }
        c->blocks[block] = roster_block_make(r, (enum cell_kind)c->start);
        if (c->blocks[block] == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
        c->blocks_count++;
    }
    if (v->kind == SV_NULL) return RC_OK;
    bool text = c->shape == SHAPE_TEXT || c->shape == SHAPE_CODE;
    if (text != (v->kind == SV_TEXT) || v->kind == SV_BLOB)
        return err_set(err, &E_roster_kind, NO_PLACE, field_path(r, t, c->field), str_i64(&r->version->arena, roster_id(t, row)));
    int64_t cell = v->i;
    if (c->shape == SHAPE_TEXT) {
        TRY(roster_texts_put(r, v->s, &cell, err));
    } else if (c->shape == SHAPE_CODE) {
        uint32_t code = 0;
        TRY(code_row(r, c, t, row, v->s, &code, err));
        cell = code;
    } else if (c->shape == SHAPE_BOOL) {
        cell = cell != 0;
    }
    return roster_put_int(r, c, row, cell, err);
}

enum rc roster_column_link(struct roster *r, struct roster_column *c, struct err *err)
{
    for (uint32_t n = 0; n < c->blocks_count; n++) {
        struct roster_block *from = c->blocks[n];
        struct roster_block *to = roster_block_make(r, CELL_U32);
        if (to == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
        for (uint32_t i = 0; i < ROSTER_BLOCK; i++) {
            if (!roster_valid(from, i)) continue;
            uint32_t row = roster_row(c->target, roster_cell(from, i));
            MUST(row != ROSTER_NO_ROW); /* what is missing was fetched, or refused, before */
            roster_cell_set(to, i, row);
        }
        roster_block_free(r, from);
        c->blocks[n] = to;
    }
    c->shape = SHAPE_ROW;
    c->start = CELL_U32;
    return RC_OK;
}

void roster_column_free(struct roster *r, struct roster_column *c)
{
    if (roster_leave(c->blocks)) {
        for (uint32_t n = 0; n < c->blocks_count; n++) roster_block_free(r, c->blocks[n]);
        roster_array_free(r, c->blocks);
    }
    c->blocks = NULL;
    c->blocks_count = c->blocks_cap = 0;
}
