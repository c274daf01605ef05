/*
 * kept.c - the rows that the writer has read or written last.  An act reads a record, looks whether what it refers to is there, and changes it: three
 * times the same row.  Kept only by a handle that writes, which is told of all that may change a row behind its back: undone marks, dropped batches,
 * other processes' entries (records_undo, records_drop, records_refresh).
 */
#include "record/inner.h"

enum { ROWS = 256, BYTES = 4 * 1024 * 1024 };

struct kept_rows {
    struct arena arena;
    struct { const struct reg_bind *b; uint64_t id; struct sv *row; } at[ROWS];
};

static void fini(void *arg)
{
    struct kept_rows *k = arg;
    arena_fini(&k->arena);
}

static size_t place(const struct reg_bind *b, uint64_t id) { return (id * 31 + b->number) % ROWS; }

void kept_forget(struct records *rs)
{
    struct kept_rows *k = rs->kept;
    if (k == NULL || k->arena.used == 0) return;
    arena_reset(&k->arena, (struct arena_mark){0});
    memset(k->at, 0, sizeof k->at);
}

static struct sv *find(const struct records *rs, const struct reg_bind *b, uint64_t id)
{
    if (rs->next_id == 0 || rs->kept == NULL) return NULL;
    size_t at = place(b, id);
    return rs->kept->at[at].b == b && rs->kept->at[at].id == id ? rs->kept->at[at].row : NULL;
}

bool kept_get(const struct records *rs, const struct reg_bind *b, uint64_t id, struct arena *a, struct sv *row)
{
    const struct sv *found = find(rs, b, id);
    for (uint32_t i = 0; found != NULL && i < b->table.columns_count; i++) row[i] = sv_copy(a, &found[i]);
    return found != NULL;
}

void kept_put(struct records *rs, const struct reg_bind *b, const struct sv *row)
{
    if (rs->next_id == 0) return;
    if (rs->kept == NULL) {
        rs->kept = arena_new(&rs->arena, struct kept_rows);
        arena_init(&rs->kept->arena, (size_t)256 * 1024 * 1024);
        arena_defer(&rs->arena, fini, rs->kept);
    }
    struct kept_rows *k = rs->kept;
    if (k->arena.used > BYTES) kept_forget(rs);
    uint64_t id = (uint64_t)row[COL_ID].i;
    size_t at = place(b, id);
    struct sv *copy = arena_array(&k->arena, struct sv, b->table.columns_count);
    for (uint32_t i = 0; i < b->table.columns_count; i++) copy[i] = sv_copy(&k->arena, &row[i]);
    k->at[at].b = b;
    k->at[at].id = id;
    k->at[at].row = copy;
}

void kept_change(struct records *rs, const struct reg_bind *b, uint64_t id, uint32_t n, const uint32_t *columns, const struct sv *values)
{
    struct sv *row = find(rs, b, id);
    for (uint32_t i = 0; row != NULL && i < n; i++) row[columns[i]] = sv_copy(&rs->kept->arena, &values[i]);
}
