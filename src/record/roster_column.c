/*
 * roster_column.c - blocks of cells and the text heap.
 */
#include "record/roster_inner.h"

enum rc roster_grow(struct roster *r, void **at, size_t from, size_t to, size_t item, struct err *err)
{
    size_t old = 0, bytes = 0;
    void *p = NULL;
    if (mul_overflows(to, item, &bytes) || mul_overflows(from, item, &old)) return err_set0(err, &E_no_memory, NO_PLACE);
    p = realloc(*at, bytes == 0 ? 1 : bytes);
    if (p == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    if (bytes > old) memset((char *)p + old, 0, bytes - old);
    *at = p;
    r->bytes = r->bytes - old + bytes;
    return RC_OK;
}

void roster_drop(struct roster *r, void *at, size_t bytes)
{
    if (at == NULL) return;
    free(at);
    r->bytes -= bytes;
}

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
    r->bytes += roster_block_bytes(k);
    return b;
}

static void block_free(struct roster *r, struct roster_block *b)
{
    if (b == NULL || --b->refs > 0) return;
    roster_drop(r, b, roster_block_bytes((enum cell_kind)b->kind));
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
    block_free(r, b);
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

/* ---- texts: a length of one to three bytes, seven bits each, then the bytes ---- */

enum { LENGTH_MAX = 3 };

static size_t length_put(char *at, size_t len)
{
    size_t n = 0;
    for (; len >= 0x80; len >>= 7) at[n++] = (char)(len | 0x80);
    at[n++] = (char)len;
    return n;
}

static enum rc chunk_add(struct roster *r, struct err *err)
{
    struct roster_texts *t = &r->texts;
    if (t->count == t->cap) {
        size_t cap = t->cap == 0 ? 16 : t->cap * 2;
        TRY(roster_grow(r, (void **)&t->chunks, t->cap, cap, sizeof(char *), err));
        t->cap = cap;
    }
    char *chunk = malloc(TEXT_CHUNK);
    if (chunk == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    r->bytes += TEXT_CHUNK;
    t->chunks[t->count++] = chunk;
    t->used = 0;
    return RC_OK;
}

enum rc roster_texts_put(struct roster *r, struct str s, int64_t *cell, struct err *err)
{
    struct roster_texts *t = &r->texts;
    if (s.len > ROSTER_TEXT_MAX) return err_set(err, &E_limit, NO_PLACE, STR("文字 text"), STR("1048568"));
    uint64_t hash = str_hash(s);
    size_t slot = (size_t)(hash & (TEXT_CACHE - 1));
    if (t->count > 0 && t->cache[slot].hash == hash && str_eq(roster_text(r, t->cache[slot].cell), s)) {
        *cell = t->cache[slot].cell;
        return RC_OK;
    }
    if (t->count == 0 || TEXT_CHUNK - t->used < s.len + LENGTH_MAX) TRY(chunk_add(r, err));
    *cell = (int64_t)((uint64_t)(t->count - 1) << TEXT_CHUNK_BITS | (uint64_t)t->used);
    char *at = t->chunks[t->count - 1] + t->used;
    size_t n = length_put(at, s.len);
    if (s.len > 0) memcpy(at + n, s.ptr, s.len);
    t->used += n + s.len;
    t->cache[slot].hash = hash;
    t->cache[slot].cell = *cell;
    return RC_OK;
}

struct str roster_text(const struct roster *r, int64_t cell)
{
    uint64_t c = (uint64_t)cell;
    if (r->texts.count == 0) return STR("");
    const unsigned char *at = (const unsigned char *)r->texts.chunks[c >> TEXT_CHUNK_BITS] + (c & (TEXT_CHUNK - 1));
    size_t len = 0;
    unsigned shift = 0;
    while (*at >= 0x80) {
        len |= (size_t)(*at++ & 0x7F) << shift;
        shift += 7;
    }
    len |= (size_t)*at++ << shift;
    return str_of((const char *)at, len);
}

/* ---- columns ---- */

static struct str field_path(struct roster *r, const struct roster_table *t, const struct pack_field *f)
{
    return str_cat(&r->arena, t->reg->d.name, STR("."), f->name);
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
        return err_set(err, &E_roster_code, NO_PLACE, field_path(r, t, c->field), str_i64(&r->arena, roster_id(t, row)), s, codes->title);
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
        return err_set(err, &E_roster_kind, NO_PLACE, field_path(r, t, c->field), str_i64(&r->arena, roster_id(t, row)));
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
        block_free(r, from);
        c->blocks[n] = to;
    }
    c->shape = SHAPE_ROW;
    c->start = CELL_U32;
    return RC_OK;
}

void roster_column_free(struct roster *r, struct roster_column *c)
{
    for (uint32_t n = 0; n < c->blocks_count; n++) block_free(r, c->blocks[n]);
    roster_drop(r, c->blocks, c->blocks_cap * sizeof(void *));
    c->blocks = NULL;
    c->blocks_count = c->blocks_cap = 0;
}
