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
    struct roster_block *b = aligned_alloc(64, (roster_block_bytes(k) + 63) & ~(size_t)63);
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
static inline size_t seen_slot(uint64_t bytes, size_t len) { return (size_t)((bytes ^ len) * 0x9E3779B97F4A7C15u >> 58); }

static enum rc code_find(struct roster *r, struct roster_column *c, const struct roster_table *t, uint32_t row, struct str s, uint32_t *out,
                         struct err *err)
{
    const struct feel_codes *codes = &c->field->codes->feel;
    uint32_t found = 0;
    bool ok = feel_codes_find(codes, s, &found) && str_eq(codes->code[found], s);
    for (uint32_t i = 0; !ok && i < codes->rows_count; i++) /* a title of one row may be the code of another */
        if (str_eq(codes->code[i], s)) {
            found = i;
            ok = true;
        }
    if (!ok)
        return err_set(err, &E_roster_code, NO_PLACE, field_path(r, t, c->field), str_i64(&r->version->arena, roster_id(t, row)), s, codes->title);
    *out = found;
    return RC_OK;
}

static inline enum rc code_row(struct roster *r, struct roster_column *c, const struct roster_table *t, uint32_t row, struct str s,
                               uint64_t bytes, uint32_t *out, struct err *err)
{
    if (s.len > 8 || c->codes == NULL) return code_find(r, c, t, row, s, out, err);
    struct code_seen *seen = &c->codes[seen_slot(bytes, s.len)];
    if (seen->bytes == bytes && seen->len == s.len + 1) {
        *out = seen->row;
        return RC_OK;
    }
    TRY(code_find(r, c, t, row, s, out, err));
    *seen = (struct code_seen){.bytes = bytes, .len = (uint32_t)s.len + 1, .row = *out};
    return RC_OK;
}

enum rc roster_column_reach(struct roster *r, struct roster_column *c, uint32_t rows, struct err *err)
{
    while (c->blocks_count < roster_blocks_of(rows)) {
        if (c->blocks_count == c->blocks_cap) {
            uint32_t cap = c->blocks_cap == 0 ? 8 : c->blocks_cap * 2;
            TRY(roster_grow(r, (void **)&c->blocks, c->blocks_cap, cap, sizeof(void *), err));
            c->blocks_cap = cap;
        }
        c->blocks[c->blocks_count] = roster_block_make(r, (enum cell_kind)c->start);
        if (c->blocks[c->blocks_count] == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
        c->blocks_count++;
    }
    return RC_OK;
}

static enum rc wrong_kind(struct roster *r, const struct roster_column *c, const struct roster_table *t, uint32_t row, struct err *err)
{
    return err_set(err, &E_roster_kind, NO_PLACE, field_path(r, t, c->field), str_i64(&r->version->arena, roster_id(t, row)));
}

enum rc roster_put(struct roster *r, struct roster_column *c, const struct roster_table *t, uint32_t row, const struct sv *v, struct err *err)
{
    TRY(roster_column_reach(r, c, row + 1, err));
    if (v->kind == SV_NULL) return RC_OK;
    bool text = c->shape == SHAPE_TEXT || c->shape == SHAPE_CODE;
    if (text != (v->kind == SV_TEXT) || v->kind == SV_BLOB) return wrong_kind(r, c, t, row, err);
    int64_t cell = v->i;
    if (c->shape == SHAPE_TEXT) {
        TRY(roster_texts_put(r, v->s, &cell, err));
    } else if (c->shape == SHAPE_CODE) {
        uint32_t code = 0;
        uint64_t bytes = 0;
        if (v->s.len > 0) memcpy(&bytes, v->s.ptr, MIN(v->s.len, sizeof bytes));
        TRY(code_row(r, c, t, row, v->s, bytes, &code, err));
        cell = code;
    } else if (c->shape == SHAPE_BOOL) {
        cell = cell != 0;
    }
    return roster_put_int(r, c, row, cell, err);
}

/* ---- strips: many rows of one column at once ---- */

/* n bits from `bits` into the block's, from bit `at` on. */
static void valid_set(struct roster_block *b, uint32_t at, const uint64_t *bits, uint32_t from, uint32_t n)
{
    for (uint32_t i = 0; i < n;) {
        uint32_t to_bit = (at + i) & 63, from_bit = (from + i) & 63, k = MIN(MIN(64 - to_bit, 64 - from_bit), n - i);
        uint64_t word = bits[(from + i) >> 6] >> from_bit;
        if (k < 64) word &= ((uint64_t)1 << k) - 1;
        b->valid[(at + i) >> 6] |= word << to_bit;
        i += k;
    }
}

static bool all_fit(const int64_t *v, uint32_t n)
{
    uint64_t wide = 0;
    for (uint32_t i = 0; i < n; i++) wide |= ((uint64_t)v[i] + 0x80000000u) >> 32;
    return wide == 0;
}

/* Cells of a strip that stand in one block.  ints are 0 where there is no value. */
static enum rc strip_ints(struct roster *r, struct roster_column *c, uint32_t row, const struct store_strip *s, uint32_t from, uint32_t n, struct err *err)
{
    struct roster_block *b = c->blocks[row >> ROSTER_BLOCK_BITS];
    uint32_t at = row & ROSTER_MASK;
    void *cells = b->cells;
    const int64_t *v = s->ints + from;
    if (b->kind == CELL_I32 && all_fit(v, n)) {
        int32_t *to = (int32_t *)cells + at;
        for (uint32_t i = 0; i < n; i++) to[i] = (int32_t)v[i];
    } else if (b->kind == CELL_I64) {
        memcpy((int64_t *)cells + at, v, n * sizeof(int64_t));
    } else {
        for (uint32_t i = 0; i < n; i++)
            if ((s->valid[(from + i) >> 6] >> ((from + i) & 63) & 1) != 0) TRY(roster_put_int(r, c, row + i, c->shape == SHAPE_BOOL ? v[i] != 0 : v[i], err));
        return RC_OK;
    }
    valid_set(b, at, s->valid, from, n);
    return RC_OK;
}

static enum rc strip_texts_held(struct roster *r, struct roster_column *c, const struct roster_table *t, uint32_t row, const struct store_strip *s,
                           const struct buf *bytes, uint32_t n, struct err *err)
{
    for (uint32_t i = 0; i < n; i++) {
        if ((s->valid[i >> 6] >> (i & 63) & 1) == 0) continue;
        int64_t cell;
        struct str text = store_text_str(&s->texts[i], bytes);
        if (c->shape == SHAPE_CODE) {
            uint32_t code = 0;
            uint64_t head;
            memcpy(&head, s->texts[i].head, sizeof head);
            TRY(code_row(r, c, t, row + i, text, head, &code, err));
            roster_cell_set(c->blocks[(row + i) >> ROSTER_BLOCK_BITS], (row + i) & ROSTER_MASK, code);
            continue;
        }
        TRY(roster_texts_put_here(r, text, &cell, err));
        TRY(roster_put_int(r, c, row + i, cell, err));
    }
    return RC_OK;
}

/* The lock once for all of them: others may be remembering texts in the same heap. */
static enum rc strip_texts(struct roster *r, struct roster_column *c, const struct roster_table *t, uint32_t row, const struct store_strip *s,
                           const struct buf *bytes, uint32_t n, struct err *err)
{
    pthread_mutex_lock(&r->home->lock);
    enum rc rc = strip_texts_held(r, c, t, row, s, bytes, n, err);
    pthread_mutex_unlock(&r->home->lock);
    return rc;
}

enum rc roster_put_strip(struct roster *r, struct roster_column *c, const struct roster_table *t, uint32_t row, uint32_t n, const struct store_strip *s,
                         const struct buf *bytes, struct err *err)
{
    TRY(roster_column_reach(r, c, row + n, err));
    if (s->odd != UINT32_MAX) return wrong_kind(r, c, t, row + s->odd, err);
    if (s->kind == SV_TEXT) return strip_texts(r, c, t, row, s, bytes, n, err);
    for (uint32_t i = 0; i < n;) {
        uint32_t k = MIN(n - i, (uint32_t)ROSTER_BLOCK - ((row + i) & ROSTER_MASK));
        TRY(strip_ints(r, c, row + i, s, i, k, err));
        i += k;
    }
    return RC_OK;
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
