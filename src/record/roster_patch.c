/*
 * roster_patch.c - copy on write: a version that is being made takes what it changes for its own and leaves the rest shared.
 */
#include "record/roster_follow.h"

/* ---- frames ---- */

static struct roster_table *table_copy(struct roster *r, const struct roster_table *old)
{
    struct arena *a = &r->version->arena;
    const struct pack_register *reg = old->reg;
    struct roster_table *t = arena_new(a, struct roster_table);
    *t = *old;
    t->listed = NULL;
    (void)roster_share(t->gone);
    (void)roster_share(t->open_before);
    (void)roster_share(t->ids);
    (void)roster_share(t->deltas);
    (void)roster_share(t->version_blocks);
    (void)roster_share(t->slots);
    t->columns = arena_array(a, struct roster_column *, reg->fields_count + 1);
    t->memos = arena_array(a, struct roster_memo *, reg->fields_count + 1);
    t->backs = arena_array(a, struct roster_back, reg->backs_count + 1);
    for (uint32_t i = 0; i < reg->fields_count; i++) {
        if (old->columns[i] != NULL) {
            t->columns[i] = arena_new(a, struct roster_column);
            *t->columns[i] = *old->columns[i];
            t->columns[i]->codes = NULL;
            (void)roster_share(t->columns[i]->blocks);
        }
        if (old->memos[i] == NULL) continue;
        t->memos[i] = arena_new(a, struct roster_memo);
        t->memos[i]->field = old->memos[i]->field;
        t->memos[i]->shape = old->memos[i]->shape;
    }
    for (uint32_t i = 0; i < reg->backs_count; i++) {
        t->backs[i] = old->backs[i];
        (void)roster_share(t->backs[i].start);
        (void)roster_share(t->backs[i].rows);
    }
    return t;
}

void patch_frame(struct follow *f)
{
    struct roster *r = f->r;
    const struct roster_wants *w = &f->from->version->wants;
    for (size_t i = 0; i < w->len; i++) vec_push(&r->version->arena, &r->version->wants, w->at[i]);
    for (uint32_t i = 0; i < r->set->registers_count; i++)
        if (f->from->tables[i] != NULL) r->tables[i] = table_copy(r, f->from->tables[i]);
    for (uint32_t i = 0; i < r->set->registers_count; i++) { /* what pointed into the old version */
        struct roster_table *t = r->tables[i];
        for (uint32_t k = 0; t != NULL && k < t->reg->fields_count; k++)
            if (t->columns[k] != NULL && t->columns[k]->target != NULL) t->columns[k]->target = r->tables[t->columns[k]->target->reg->idx];
        for (uint32_t k = 0; t != NULL && k < t->reg->backs_count; k++)
            if (t->backs[k].from != NULL) t->backs[k].from = r->tables[t->backs[k].from->reg->idx];
    }
}

/* ---- places and ids ---- */

static size_t more_room(size_t n) { return n + n / 8 + 1024; }

/* From the start: ids as they are loaded, then index and the smallest form. */
static enum rc reindex(struct roster *r, struct roster_table *t, int64_t id, struct err *err)
{
    int64_t *ids = NULL;
    uint32_t n = t->rows_all;
    TRY(roster_grow(r, (void **)&ids, 0, n + 1, sizeof(int64_t), err));
    for (uint32_t i = 0; i < n; i++) ids[i] = roster_id(t, i);
    ids[n] = id;
    roster_drop(r, t->ids);
    roster_drop(r, t->deltas);
    t->ids = ids;
    t->deltas = NULL;
    t->cap = n + 1;
    t->rows_all = n + 1;
    TRY(roster_index(r, t, err));
    TRY(roster_pack_ids(r, t, err));
    t->cap = t->rows_all;
    return RC_OK;
}

/* A run that another id ends: distances and an index for what was none of either. */
static enum rc slot_put(struct roster *r, struct roster_table *t, int64_t id, uint32_t row, bool *fits, struct err *err)
{
    uint64_t at = (uint64_t)id - (uint64_t)t->first_id;
    *fits = false;
    if (t->dense) {
        if (at > (uint64_t)t->rows_all * 2 + 1024) return RC_OK;
        if (at >= t->slots_count || !roster_sole(t->slots)) {
            size_t count = MAX((size_t)at + 1, t->slots_count), cap = count > t->slots_cap ? more_room(count) : t->slots_cap;
            TRY(roster_own(r, (void **)&t->slots, t->slots_count, t->slots_cap, cap, sizeof(uint32_t), err));
            t->slots_count = count;
            t->slots_cap = cap;
        }
        t->slots[at] = row + 1;
        *fits = true;
        return RC_OK;
    }
    if ((size_t)row + row / 3 + 2 > t->slots_count) return RC_OK;
    TRY(roster_own(r, (void **)&t->slots, t->slots_count, t->slots_cap, t->slots_cap, sizeof(uint32_t), err));
    size_t h = roster_slot(id, t->slots_count);
    while (t->slots[h] != 0) h = (h + 1) & (t->slots_count - 1);
    t->slots[h] = row + 1;
    *fits = true;
    return RC_OK;
}

enum rc patch_append(struct follow *f, struct roster_table *t, int64_t id, uint32_t *row, struct err *err)
{
    struct roster *r = f->r;
    if (t->rows_all >= ROSTER_ROWS_MAX) return err_set(err, &E_limit, NO_PLACE, t->reg->d.name, STR("268435456"));
    *row = t->rows_all;
    bool run = t->ids == NULL && t->deltas == NULL;
    if (t->rows_all == 0) t->first_id = id;
    if (run && id == t->first_id + (int64_t)t->rows_all) {
        t->rows_all++;
        return RC_OK;
    }
    if (t->deltas == NULL || id < t->first_id || (uint64_t)id - (uint64_t)t->first_id > UINT32_MAX) return reindex(r, t, id, err);
    bool fits = false;
    TRY(slot_put(r, t, id, *row, &fits, err));
    if (!fits) return reindex(r, t, id, err);
    uint32_t cap = *row < t->cap ? t->cap : (uint32_t)more_room(*row + 1);
    TRY(roster_own(r, (void **)&t->deltas, *row, t->cap, cap, sizeof(uint32_t), err));
    t->cap = cap;
    t->deltas[*row] = (uint32_t)(id - t->first_id);
    t->rows_all++;
    return RC_OK;
}

/* ---- cells ---- */

enum rc roster_own_blocks(struct roster *r, struct roster_column *c, uint32_t blocks, struct err *err)
{
    uint32_t cap = blocks > c->blocks_cap ? blocks + 16 : c->blocks_cap;
    bool sole = roster_sole(c->blocks);
    if (sole && cap == c->blocks_cap) return RC_OK;
    struct roster_block **old = c->blocks, **fresh = NULL;
    TRY(roster_grow(r, (void **)&fresh, 0, cap, sizeof(void *), err));
    if (c->blocks_count > 0) memcpy(fresh, old, c->blocks_count * sizeof(void *));
    for (uint32_t i = 0; i < c->blocks_count; i++) __atomic_add_fetch(&fresh[i]->refs, 1, __ATOMIC_RELAXED);
    if (roster_leave(old)) {
        for (uint32_t i = 0; i < c->blocks_count; i++) roster_block_free(r, old[i]);
        roster_array_free(r, old);
    }
    c->blocks = fresh;
    c->blocks_cap = cap;
    return RC_OK;
}

static enum rc own_block(struct roster *r, struct roster_block **bp, struct err *err)
{
    struct roster_block *b = *bp;
    if (__atomic_load_n(&b->refs, __ATOMIC_ACQUIRE) == 1) return RC_OK;
    struct roster_block *mine = roster_block_make(r, (enum cell_kind)b->kind);
    if (mine == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    memcpy(mine->valid, b->valid, sizeof b->valid);
    memcpy(mine->cells, b->cells, roster_block_bytes((enum cell_kind)b->kind) - sizeof *b);
    roster_block_free(r, b);
    *bp = mine;
    return RC_OK;
}

static enum rc reach_column(struct roster *r, struct roster_column *c, uint32_t rows, struct err *err)
{
    if (c->blocks_count >= roster_blocks_of(rows)) return RC_OK;
    TRY(roster_own_blocks(r, c, roster_blocks_of(rows), err));
    return roster_column_reach(r, c, rows, err);
}

enum rc patch_cell(struct follow *f, struct roster_column *c, uint32_t row, bool valid, int64_t cell, struct err *err)
{
    struct roster *r = f->r;
    TRY(roster_own_blocks(r, c, roster_blocks_of(row + 1), err));
    TRY(roster_column_reach(r, c, row + 1, err));
    struct roster_block **bp = &c->blocks[row >> ROSTER_BLOCK_BITS];
    TRY(own_block(r, bp, err));
    uint32_t i = row & ROSTER_MASK;
    if (valid) return roster_put_int(r, c, row, cell, err);
    roster_cell_set(*bp, i, 0);
    (*bp)->valid[i >> 6] &= ~((uint64_t)1 << (i & 63));
    return RC_OK;
}

/* ---- versions of records ---- */

static enum rc own_versions(struct roster *r, struct roster_table *t, uint32_t blocks, struct err *err)
{
    uint32_t **old = t->version_blocks;
    uint32_t cap = t->version_cap;
    if (roster_sole(old) && blocks <= cap) return RC_OK;
    uint32_t **fresh = NULL, room = blocks > cap ? blocks + 16 : cap;
    TRY(roster_grow(r, (void **)&fresh, 0, room, sizeof(uint32_t *), err));
    for (uint32_t i = 0; old != NULL && i < cap; i++) fresh[i] = roster_share(old[i]);
    if (roster_leave(old)) {
        for (uint32_t i = 0; i < cap; i++) roster_drop(r, old[i]);
        roster_array_free(r, old);
    }
    t->version_blocks = fresh;
    t->version_cap = room;
    return RC_OK;
}

enum rc patch_version(struct follow *f, struct roster_table *t, uint32_t row, uint32_t version, struct err *err)
{
    struct roster *r = f->r;
    uint32_t n = row >> ROSTER_BLOCK_BITS;
    TRY(own_versions(r, t, roster_blocks_of(t->rows_all), err));
    uint32_t **bp = &t->version_blocks[n];
    if (*bp == NULL) {
        if (version == 1) return RC_OK;
        TRY(roster_grow(r, (void **)bp, 0, ROSTER_BLOCK, sizeof(uint32_t), err));
        for (uint32_t i = 0; i < ROSTER_BLOCK; i++) (*bp)[i] = 1;
    }
    TRY(roster_own(r, (void **)bp, ROSTER_BLOCK, ROSTER_BLOCK, ROSTER_BLOCK, sizeof(uint32_t), err));
    (*bp)[row & ROSTER_MASK] = version;
    return RC_OK;
}

enum rc patch_reach(struct follow *f, struct follow_table *t, struct err *err)
{
    struct roster_table *now = t->now;
    for (uint32_t i = 0; i < now->reg->fields_count; i++)
        if (now->columns[i] != NULL) TRY(reach_column(f->r, now->columns[i], now->rows_all, err));
    return own_versions(f->r, now, roster_blocks_of(now->rows_all), err);
}

/* ---- which places are open ---- */

enum rc patch_open(struct follow *f, struct follow_table *t, struct err *err)
{
    struct roster *r = f->r;
    struct roster_table *now = t->now;
    uint32_t rows = now->rows;
    for (size_t i = 0; i < t->opened.len; i++) rows = MAX(rows, t->opened.at[i] + 1);
    if (t->closed.len == 0 && rows == now->rows) return RC_OK;
    uint32_t blocks = roster_blocks_of(rows), words = blocks * (ROSTER_BLOCK / 64), old_words = roster_blocks_of(now->rows) * (ROSTER_BLOCK / 64);
    uint64_t *gone = NULL;
    uint32_t *before = NULL;
    TRY(roster_grow(r, (void **)&gone, 0, words, sizeof(uint64_t), err));
    if (now->gone != NULL) memcpy(gone, now->gone, old_words * sizeof(uint64_t));
    for (uint32_t row = now->rows; row < rows; row++) gone[row >> 6] |= (uint64_t)1 << (row & 63);
    for (size_t i = 0; i < t->opened.len; i++) gone[t->opened.at[i] >> 6] &= ~((uint64_t)1 << (t->opened.at[i] & 63));
    for (size_t i = 0; i < t->closed.len; i++) gone[t->closed.at[i] >> 6] |= (uint64_t)1 << (t->closed.at[i] & 63);
    roster_drop(r, now->gone);
    roster_drop(r, now->open_before);
    now->gone = NULL;
    now->open_before = NULL;
    uint32_t holes = 0;
    enum rc rc = roster_grow(r, (void **)&before, 0, blocks + 1, sizeof(uint32_t), err);
    for (uint32_t b = 0; rc == RC_OK && b < blocks; b++) {
        before[b] = (b << ROSTER_BLOCK_BITS) - holes;
        for (uint32_t k = 0; k < ROSTER_BLOCK / 64; k++) holes += (uint32_t)__builtin_popcountll(gone[b * (ROSTER_BLOCK / 64) + k]);
    }
    now->rows = rows;
    now->open = rows - holes;
    if (rc != RC_OK || holes == 0) {
        roster_drop(r, gone);
        roster_drop(r, before);
        return rc;
    }
    now->gone = gone;
    now->open_before = before;
    return RC_OK;
}

/* ---- lists of the other side ---- */

static int by_target(const void *a, const void *b)
{
    const struct ref_move *x = a, *y = b;
    if (x->target != y->target) return x->target < y->target ? -1 : 1;
    return x->row < y->row ? -1 : x->row > y->row;
}

static void sort_moves(struct ref_moves *m)
{
    if (m->len > 1) qsort(m->at, m->len, sizeof *m->at, by_target);
}

struct merge {
    const struct roster_back *old;
    struct roster_back *now;
    const struct ref_moves *went, *came;
    size_t w, c;
    uint32_t at; /* rows written */
};

/* One target's list: what stood there less what went, with what came in its order. */
static void merge_one(struct merge *m, uint32_t target, uint32_t old_rows)
{
    uint32_t from = target < old_rows ? m->old->start[target] : 0, to = target < old_rows ? m->old->start[target + 1] : 0;
    for (; from < to || (m->c < m->came->len && m->came->at[m->c].target == target);) {
        bool more = m->c < m->came->len && m->came->at[m->c].target == target;
        if (from < to && (!more || m->old->rows[from] < m->came->at[m->c].row)) {
            bool goes = m->w < m->went->len && m->went->at[m->w].target == target && m->went->at[m->w].row == m->old->rows[from];
            if (goes) m->w++;
            else m->now->rows[m->at++] = m->old->rows[from];
            from++;
        } else {
            m->now->rows[m->at++] = m->came->at[m->c++].row;
        }
    }
}

/* Targets from..to-1 keep their lists: one copy, and places that move by the same distance. */
static void keep_run(struct merge *m, uint32_t from, uint32_t to, uint32_t old_rows)
{
    uint32_t last = MIN(to, old_rows);
    if (from < last) {
        uint32_t first = m->old->start[from], n = m->old->start[last] - first, shift = m->at - first;
        for (uint32_t i = from; i < last; i++) m->now->start[i] = m->old->start[i] + shift;
        if (n > 0) memcpy(m->now->rows + m->at, m->old->rows + first, n * sizeof(uint32_t));
        m->at += n;
    }
    for (uint32_t i = MAX(from, last); i < to; i++) m->now->start[i] = m->at;
}

static enum rc patch_back(struct roster *r, const struct roster_table *old_table, struct roster_table *t, struct roster_back *b, struct ref_moves *went,
                          struct ref_moves *came, struct err *err)
{
    if (went->len == 0 && came->len == 0 && old_table->rows_all == t->rows_all) return RC_OK;
    sort_moves(went);
    sort_moves(came);
    struct roster_back old = *b;
    uint32_t old_rows = old_table->rows_all, total = old.start[old_rows] - (uint32_t)went->len + (uint32_t)came->len;
    b->start = NULL;
    b->rows = NULL;
    enum rc rc = roster_grow(r, (void **)&b->start, 0, (size_t)t->rows_all + 1, sizeof(uint32_t), err);
    if (rc == RC_OK) rc = roster_grow(r, (void **)&b->rows, 0, total, sizeof(uint32_t), err);
    struct merge m = {.old = &old, .now = b, .went = went, .came = came};
    for (uint32_t next = 0; rc == RC_OK && next < t->rows_all;) {
        uint32_t target = t->rows_all;
        if (m.w < went->len) target = went->at[m.w].target;
        if (m.c < came->len) target = MIN(target, came->at[m.c].target);
        keep_run(&m, next, target, old_rows);
        if (target < t->rows_all) {
            b->start[target] = m.at;
            merge_one(&m, target, old_rows);
            target++;
        }
        next = target;
    }
    if (rc == RC_OK) {
        b->start[t->rows_all] = m.at;
        MUST(m.at == total && m.w == went->len && m.c == came->len);
    }
    roster_drop(r, old.start);
    roster_drop(r, old.rows);
    return rc;
}

enum rc patch_backs(struct follow *f, struct follow_table *t, struct err *err)
{
    const struct pack_register *reg = t->now->reg;
    for (uint32_t i = 0; i < reg->backs_count; i++) {
        struct roster_back *b = &t->now->backs[i];
        if (b->start == NULL) continue;
        struct follow_table *from = f->tables[reg->backs[i].from->idx];
        uint32_t idx = reg->backs[i].field->idx;
        TRY(patch_back(f->r, t->old, t->now, b, &from->went[idx], &from->came[idx], err));
    }
    return RC_OK;
}
