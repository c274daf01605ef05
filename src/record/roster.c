/*
 * roster.c - the roster as a handle: finding rows, counting bytes, letting go.
 */
#include "record/roster_inner.h"

/* Ids come from one counter: a table filled in one go is a run of them, and a plain array finds a row fastest. */
enum rc roster_index(struct roster *r, struct roster_table *t, struct err *err)
{
    roster_drop(r, t->slots, t->slots_count * sizeof(uint32_t));
    t->slots = NULL;
    t->slots_count = 0;
    if (t->rows_all == 0) return RC_OK;
    int64_t low = t->ids[0], high = t->ids[0];
    for (uint32_t i = 0; i < t->rows_all; i++) {
        low = MIN(low, t->ids[i]);
        high = MAX(high, t->ids[i]);
    }
    uint64_t range = (uint64_t)high - (uint64_t)low + 1;
    t->dense = range != 0 && range <= (uint64_t)t->rows_all * 4 + 1024;
    t->first_id = low;
    size_t slots = 16;
    if (t->dense)
        slots = (size_t)range;
    else
        while (slots < (size_t)t->rows_all * 2) slots *= 2;
    TRY(roster_grow(r, (void **)&t->slots, 0, slots, sizeof(uint32_t), err));
    t->slots_count = slots;
    for (uint32_t row = 0; row < t->rows_all; row++) {
        size_t h;
        if (t->dense) {
            h = (size_t)((uint64_t)t->ids[row] - (uint64_t)low);
        } else {
            h = (size_t)((uint64_t)t->ids[row] * 0x9E3779B97F4A7C15u >> 17) & (slots - 1);
            while (t->slots[h] != 0) h = (h + 1) & (slots - 1);
        }
        t->slots[h] = row + 1;
    }
    return RC_OK;
}

static void table_free(struct roster *r, struct roster_table *t)
{
    for (uint32_t i = 0; i < t->reg->fields_count; i++) {
        if (t->columns[i] != NULL) roster_column_free(r, t->columns[i]);
        if (t->memos[i] != NULL) roster_memo_clear(r, t->memos[i]);
    }
    for (uint32_t i = 0; i < t->reg->backs_count; i++) {
        free(t->backs[i].start);
        free(t->backs[i].rows);
    }
    free(t->ids);
    free(t->versions);
    free(t->slots);
}

void roster_free(struct roster **rp)
{
    struct roster *r = *rp;
    if (r == NULL) return;
    roster_check(r);
    for (uint32_t i = 0; i < r->set->registers_count; i++)
        if (r->tables[i] != NULL) table_free(r, r->tables[i]);
    for (size_t i = 0; i < r->texts.count; i++) free(r->texts.chunks[i]);
    free(r->texts.chunks);
    arena_fini(&r->arena);
    r->magic = 0;
    free(r);
    *rp = NULL;
}

uint64_t roster_seq(const struct roster *r)
{
    roster_check(r);
    return r->seq;
}

size_t roster_bytes(const struct roster *r)
{
    roster_check(r);
    return r->bytes + r->arena.used;
}

static const struct roster_table *table_of(const struct roster *r, const struct pack_register *reg)
{
    roster_check(r);
    return r->tables[reg->idx];
}

size_t roster_rows(const struct roster *r, const struct pack_register *reg)
{
    const struct roster_table *t = table_of(r, reg);
    return t == NULL ? 0 : t->rows;
}

const int64_t *roster_ids(const struct roster *r, const struct pack_register *reg)
{
    const struct roster_table *t = table_of(r, reg);
    return t == NULL ? NULL : t->ids;
}

bool roster_has(const struct roster *r, const struct pack_register *reg, int64_t id)
{
    const struct roster_table *t = table_of(r, reg);
    return t != NULL && roster_row(t, id) < t->rows; /* a closed one lies behind */
}

uint32_t roster_version(const struct roster *r, const struct pack_register *reg, int64_t id)
{
    const struct roster_table *t = table_of(r, reg);
    if (t == NULL) return 0;
    uint32_t row = roster_row(t, id);
    return row == ROSTER_NO_ROW ? 0 : t->versions[row];
}

void roster_new_day(struct roster *r)
{
    roster_check(r);
    for (uint32_t i = 0; i < r->set->registers_count; i++) {
        struct roster_table *t = r->tables[i];
        for (uint32_t f = 0; t != NULL && f < t->reg->fields_count; f++)
            if (t->memos[f] != NULL && t->memos[f]->field->daily) roster_memo_clear(r, t->memos[f]);
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
