/*
 * roster.c - ids and rows: finding, listing; tracing.
 */
#include "record/roster_inner.h"

/* Ids come from one counter: a table filled in one go is a run of them and needs no index; one filled over the years lies among
 * the others' ids, where a plain array serves as long as it is not too thin, else a hash. */
enum rc roster_index(struct roster *r, struct roster_table *t, struct err *err)
{
    roster_drop(r, t->slots);
    t->slots = NULL;
    t->slots_count = t->slots_cap = 0;
    t->first_id = 0;
    if (t->rows_all == 0) return RC_OK;
    int64_t low = t->ids[0], high = t->ids[0];
    bool run = true;
    for (uint32_t i = 0; i < t->rows_all; i++) {
        low = MIN(low, t->ids[i]);
        high = MAX(high, t->ids[i]);
        run = run && t->ids[i] == t->ids[0] + (int64_t)i;
    }
    t->first_id = low;
    if (run) return RC_OK;
    uint64_t range = (uint64_t)high - (uint64_t)low + 1;
    t->dense = range != 0 && range <= (uint64_t)t->rows_all * 2 + 1024;
    size_t slots = 16;
    if (t->dense)
        slots = (size_t)range;
    else
        while (slots < (size_t)t->rows_all + t->rows_all / 3 + 1) slots *= 2;
    TRY(roster_grow(r, (void **)&t->slots, 0, slots, sizeof(uint32_t), err));
    t->slots_count = t->slots_cap = slots;
    for (uint32_t row = 0; row < t->rows_all; row++) {
        size_t h;
        if (t->dense) {
            h = (size_t)((uint64_t)t->ids[row] - (uint64_t)low);
        } else {
            h = roster_slot(t->ids[row], slots);
            while (t->slots[h] != 0) h = (h + 1) & (slots - 1);
        }
        t->slots[h] = row + 1;
    }
    return RC_OK;
}

enum rc roster_pack_ids(struct roster *r, struct roster_table *t, struct err *err)
{
    bool wide = false;
    for (uint32_t i = 0; i < t->rows_all; i++) wide = wide || (uint64_t)t->ids[i] - (uint64_t)t->first_id > UINT32_MAX;
    if (wide) return roster_grow(r, (void **)&t->ids, t->cap, t->rows_all, sizeof(int64_t), err);
    if (t->slots != NULL) {
        TRY(roster_grow(r, (void **)&t->deltas, 0, t->rows_all, sizeof(uint32_t), err));
        for (uint32_t i = 0; i < t->rows_all; i++) t->deltas[i] = (uint32_t)(t->ids[i] - t->first_id);
    }
    roster_drop(r, t->ids);
    t->ids = NULL;
    return RC_OK;
}

enum rc roster_pack(struct roster *r, struct roster_table *t, struct err *err)
{
    t->open = t->rows;
    if (t->rows_all == 0) return RC_OK;
    uint32_t blocks = roster_blocks_of(t->rows_all);
    TRY(roster_grow(r, (void **)&t->version_blocks, 0, blocks, sizeof(uint32_t *), err));
    t->version_cap = blocks;
    for (uint32_t n = 0; n < blocks; n++) {
        uint32_t from = n << ROSTER_BLOCK_BITS, rows = MIN(t->rows_all - from, (uint32_t)ROSTER_BLOCK);
        bool ones = true;
        for (uint32_t i = 0; i < rows; i++) ones = ones && t->versions[from + i] == 1;
        if (ones) continue;
        TRY(roster_grow(r, (void **)&t->version_blocks[n], 0, ROSTER_BLOCK, sizeof(uint32_t), err));
        memcpy(t->version_blocks[n], t->versions + from, rows * sizeof(uint32_t));
    }
    roster_drop(r, t->versions);
    t->versions = NULL;
    TRY(roster_pack_ids(r, t, err));
    t->cap = t->rows_all;
    return RC_OK;
}

uint32_t roster_row_version(const struct roster_table *t, uint32_t row)
{
    const uint32_t *block = t->version_blocks[row >> ROSTER_BLOCK_BITS];
    return block == NULL ? 1 : block[row & ROSTER_MASK];
}

static const struct roster_table *table_of(const struct roster *r, const struct pack_register *reg)
{
    roster_check(r);
    return r->tables[reg->idx];
}

size_t roster_rows(const struct roster *r, const struct pack_register *reg)
{
    const struct roster_table *t = table_of(r, reg);
    return t == NULL ? 0 : t->open;
}

/* The place of the open record with this ordinal: the last block that begins at or before it, then open bit by open bit. */
static uint32_t place_of(const struct roster_table *t, size_t nth)
{
    uint32_t low = 0, high = roster_blocks_of(t->rows);
    while (high - low > 1) {
        uint32_t mid = low + (high - low) / 2;
        if (t->open_before[mid] <= nth) low = mid;
        else high = mid;
    }
    size_t left = nth - t->open_before[low];
    uint32_t row = low << ROSTER_BLOCK_BITS;
    for (;; row++)
        if (roster_is_open(t, row) && left-- == 0) return row;
}

size_t roster_ids_at(const struct roster *r, const struct pack_register *reg, size_t from, size_t max, int64_t *out)
{
    const struct roster_table *t = table_of(r, reg);
    size_t n = t == NULL || from >= t->open ? 0 : MIN(t->open - from, max);
    if (n == 0) return 0;
    if (t->gone == NULL) {
        for (size_t i = 0; i < n; i++) out[i] = roster_id(t, (uint32_t)(from + i));
        return n;
    }
    uint32_t row = place_of(t, from);
    for (size_t i = 0; i < n; row++)
        if (roster_is_open(t, row)) out[i++] = roster_id(t, row);
    return n;
}

const int64_t *roster_ids(const struct roster *r, const struct pack_register *reg)
{
    roster_check(r);
    struct roster_table *t = r->tables[reg->idx];
    if (t == NULL || t->open == 0) return NULL;
    int64_t *listed = __atomic_load_n(&t->listed, __ATOMIC_ACQUIRE);
    if (listed != NULL) return listed;
    struct roster counted = *r; /* the bytes go to the home */
    int64_t *fresh = NULL;
    if (roster_grow(&counted, (void **)&fresh, 0, t->open, sizeof(int64_t), NULL) != RC_OK) return NULL;
    (void)roster_ids_at(r, reg, 0, t->open, fresh);
    if (__atomic_compare_exchange_n(&t->listed, &listed, fresh, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) return fresh;
    roster_drop(&counted, fresh); /* another thread was first */
    return listed;
}

bool roster_has(const struct roster *r, const struct pack_register *reg, int64_t id)
{
    const struct roster_table *t = table_of(r, reg);
    return t != NULL && roster_is_open(t, roster_row(t, id));
}

uint32_t roster_version(const struct roster *r, const struct pack_register *reg, int64_t id)
{
    const struct roster_table *t = table_of(r, reg);
    if (t == NULL) return 0;
    uint32_t row = roster_row(t, id);
    return row == ROSTER_NO_ROW ? 0 : roster_row_version(t, row);
}

void roster_new_day(struct roster *r)
{
    roster_check(r);
    if (!roster_alone(r)) return; /* others may be at it; days are told apart anyway */
    for (uint32_t i = 0; i < r->set->registers_count; i++) {
        struct roster_table *t = r->tables[i];
        for (uint32_t f = 0; t != NULL && f < t->reg->fields_count; f++)
            if (t->memos[f] != NULL && t->memos[f]->field->daily) roster_memo_free(r, t->memos[f]);
    }
}

void roster_trace(struct roster *r, struct roster_read *into, size_t max, size_t *n)
{
    roster_check(r);
    MUST(!r->tracing);
    r->tracing = true;
    r->reads = into;
    r->reads_max = into == NULL ? 0 : max;
    r->reads_count = n;
    if (n != NULL) *n = 0;
}

void roster_trace_end(struct roster *r)
{
    roster_check(r);
    r->tracing = false;
    r->reads = NULL;
    r->reads_max = 0;
    r->reads_count = NULL;
}
