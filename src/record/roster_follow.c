/*
 * roster_follow.c - a later version from an earlier one: which records the journal's entries between the two seqs are about, and what the
 * rows of these records are at the new snapshot.  Bodies are not read: the row says where it all came to.
 */
#include "record/roster_follow.h"

enum { FOLLOW_MIN = 1024, FOLLOW_PART = 8, HOLES_PART = 4, FOLLOW_ARENA_MAX = 1024 * 1024 * 1024 };

/* ---- what the entries are about ---- */

static enum rc read_entries(struct follow *f, bool *reload, struct err *err)
{
    struct journal_walk *w = NULL;
    const struct entry *e = NULL;
    enum rc rc;
    TRY(journal_walk(records_journal(f->rs), f->from->version->seq + 1, &w, err));
    while ((rc = journal_next(w, &e, NULL, err)) == RC_OK && e != NULL) {
        if (e->kind == ENTRY_INSTALL || e->kind == ENTRY_EPOCH) *reload = true;
        if (e->kind == ENTRY_ERASE) __atomic_store_n(&f->r->home->erased, true, __ATOMIC_RELAXED);
        if (e->reg == 0 || e->record == 0 || *reload) continue;
        const struct pack_register *reg = record_register(f->rs, e->reg);
        struct follow_table *t = reg == NULL ? NULL : f->tables[reg->idx];
        if (t != NULL) vec_push(f->a, &t->ids, (int64_t)e->record);
    }
    journal_walk_close(&w);
    return rc;
}

static int by_id(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static void sort_ids(struct follow_table *t)
{
    if (t->ids.len < 2) return;
    qsort(t->ids.at, t->ids.len, sizeof(int64_t), by_id);
    size_t kept = 1;
    for (size_t i = 1; i < t->ids.len; i++)
        if (t->ids.at[i] != t->ids.at[kept - 1]) t->ids.at[kept++] = t->ids.at[i];
    t->ids.len = kept;
}

/* ---- cells of a row ---- */

/* The place of a record that something refers to; a closed one that was not here gets a place, and its cells later. */
static enum rc place_of(struct follow *f, const struct roster_column *c, int64_t id, uint32_t *row, struct err *err)
{
    struct follow_table *t = f->tables[c->field->ref->idx];
    *row = roster_row(t->now, id);
    if (*row != ROSTER_NO_ROW) return RC_OK;
    TRY(patch_append(f, t->now, id, row, err));
    t->any = true;
    vec_push(f->a, &f->ghosts, (struct ghost){t, *row});
    return RC_OK;
}

static enum rc code_of(struct follow *f, const struct follow_table *t, const struct roster_column *c, int64_t id, struct str s, int64_t *cell, struct err *err)
{
    const struct feel_codes *codes = &c->field->codes->feel;
    for (uint32_t i = 0; i < codes->rows_count; i++)
        if (str_eq(codes->code[i], s)) {
            *cell = i;
            return RC_OK;
        }
    return err_set(err, &E_roster_code, NO_PLACE, str_cat(f->a, t->now->reg->d.name, STR("."), c->field->name), str_i64(f->a, id), s, codes->title);
}

/* What the store holds as a cell; the same text keeps its place. */
static enum rc cell_of(struct follow *f, const struct follow_table *t, const struct roster_column *c, int64_t id, const struct sv *v, bool had, int64_t old,
                       int64_t *cell, struct err *err)
{
    bool text = c->shape == SHAPE_TEXT || c->shape == SHAPE_CODE;
    if (text != (v->kind == SV_TEXT) || v->kind == SV_BLOB)
        return err_set(err, &E_roster_kind, NO_PLACE, str_cat(f->a, t->now->reg->d.name, STR("."), c->field->name), str_i64(f->a, id));
    uint32_t row = 0;
    switch ((enum column_shape)c->shape) {
    case SHAPE_TEXT:
        if (had && str_eq(roster_text(f->r, old), v->s)) {
            *cell = old;
            return RC_OK;
        }
        return roster_texts_put(f->r, v->s, cell, err);
    case SHAPE_CODE: return code_of(f, t, c, id, v->s, cell, err);
    case SHAPE_ROW:
        TRY(place_of(f, c, v->i, &row, err));
        *cell = row;
        return RC_OK;
    case SHAPE_BOOL: *cell = v->i != 0; return RC_OK;
    case SHAPE_DAY:
    case SHAPE_INT:
    case SHAPE_ID: *cell = v->i; return RC_OK;
    }
    return RC_OK;
}

struct row_state { bool was_open, is_open, fresh; };

static enum rc follow_cell(struct follow *f, struct follow_table *t, struct roster_column *c, uint32_t row, struct row_state s, int64_t id, const struct sv *v,
                           struct err *err)
{
    int64_t old = 0, cell = 0;
    bool had = !s.fresh && roster_get(c, row, &old), has = v->kind != SV_NULL;
    if (has) TRY(cell_of(f, t, c, id, v, had, old, &cell, err));
    uint32_t idx = c->field->idx;
    if (had != has || (has && cell != old)) {
        t->fields[idx / 64] |= (uint64_t)1 << (idx % 64);
        TRY(patch_cell(f, c, row, has, cell, err));
    }
    if (c->shape != SHAPE_ROW) return RC_OK;
    bool stood = had && s.was_open, stands = has && s.is_open;
    if (stood && !(stands && cell == old)) vec_push(f->a, &t->went[idx], (struct ref_move){(uint32_t)old, row});
    if (stands && !(stood && cell == old)) vec_push(f->a, &t->came[idx], (struct ref_move){(uint32_t)cell, row});
    return RC_OK;
}

static enum rc follow_row(struct follow *f, struct follow_table *t, uint32_t row, bool fresh, struct arena *rows, struct err *err)
{
    struct roster_table *now = t->now;
    int64_t id = roster_id(now, row);
    struct sv key = sv_int(id), *all = arena_array(rows, struct sv, COL_FIELDS + now->reg->stored_count);
    enum rc rc = store_get(t->bind->rows, rows, &key, all, err);
    if (rc == RC_ABSENT) return err_set(err, &E_roster_ref, NO_PLACE, now->reg->d.name, str_i64(f->a, id));
    TRY(rc);
    struct row_state s = {.fresh = fresh, .was_open = !fresh && roster_is_open(t->old, row), .is_open = all[COL_CLOSED].kind == SV_NULL};
    if (!fresh && !s.was_open) s.is_open = false; /* closed before: it stays so */
    if (s.is_open && !s.was_open) vec_push(f->a, &t->opened, row);
    if (s.was_open && !s.is_open) vec_push(f->a, &t->closed, row);
    t->any = true;
    t->came_or_went = t->came_or_went || s.is_open != s.was_open;
    vec_push(f->a, &t->rows, row);
    TRY(patch_version(f, now, row, (uint32_t)all[COL_VERSION].i, err));
    for (uint32_t i = 0; i < now->reg->fields_count; i++)
        if (now->columns[i] != NULL) TRY(follow_cell(f, t, now->columns[i], row, s, id, &all[COL_FIELDS + now->reg->fields[i].column], err));
    return RC_OK;
}

/* ---- tables ---- */

/* Records that were not here get places first, so that refs among new ones find them.  One that is closed by now gets none: it
 * comes as one that is referred to, if it is. */
static enum rc place_new(struct follow *f, struct follow_table *t, struct arena *rows, struct err *err)
{
    for (size_t i = 0; i < t->ids.len; i++) {
        if (roster_row(t->old, t->ids.at[i]) != ROSTER_NO_ROW) continue;
        struct arena_mark m = arena_mark(rows);
        struct sv key = sv_int(t->ids.at[i]), *all = arena_array(rows, struct sv, COL_FIELDS + t->now->reg->stored_count);
        enum rc rc = store_get(t->bind->rows, rows, &key, all, err);
        bool open = rc == RC_OK && all[COL_CLOSED].kind == SV_NULL;
        arena_reset(rows, m);
        if (rc != RC_OK && rc != RC_ABSENT) return rc;
        uint32_t row;
        if (open) TRY(patch_append(f, t->now, t->ids.at[i], &row, err));
    }
    return RC_OK;
}

static enum rc follow_rows(struct follow *f, struct follow_table *t, struct arena *rows, struct err *err)
{
    for (size_t i = 0; i < t->ids.len; i++) {
        uint32_t row = roster_row(t->now, t->ids.at[i]);
        if (row == ROSTER_NO_ROW) continue; /* closed, and nobody refers to it */
        struct arena_mark m = arena_mark(rows);
        TRY(follow_row(f, t, row, row >= t->old->rows_all, rows, err));
        arena_reset(rows, m);
    }
    return RC_OK;
}

static enum rc each_table(struct follow *f, enum rc (*fn)(struct follow *f, struct follow_table *t, struct arena *rows, struct err *err), struct arena *rows,
                          struct err *err)
{
    for (uint32_t i = 0; i < f->r->set->registers_count; i++)
        if (f->tables[i] != NULL && f->tables[i]->ids.len > 0) TRY(fn(f, f->tables[i], rows, err));
    return RC_OK;
}

enum rc follow_ghosts(struct follow *f, struct arena *rows, struct err *err)
{
    for (size_t i = 0; i < f->ghosts.len; i++) { /* the list grows as they refer to others; one whose own entries came by is read twice */
        struct ghost g = f->ghosts.at[i];
        if (i >= ROSTER_ROWS_MAX) return err_set(err, &E_limit, NO_PLACE, STR("引用 refs"), STR("268435456"));
        struct arena_mark m = arena_mark(rows);
        size_t opened = g.t->opened.len;
        TRY(follow_row(f, g.t, g.row, true, rows, err));
        if (g.t->opened.len > opened) /* open, and neither here before nor made by an entry */
            return err_set(err, &E_roster_kind, NO_PLACE, g.t->now->reg->d.name, str_i64(f->a, roster_id(g.t->now, g.row)));
        arena_reset(rows, m);
    }
    f->ghosts.len = 0;
    return RC_OK;
}

static enum rc follow_all(struct follow *f, struct err *err)
{
    struct arena rows;
    arena_init(&rows, (size_t)64 * 1024 * 1024);
    enum rc rc = RC_OK;
    for (uint32_t i = 0; i < f->r->set->registers_count && rc == RC_OK; i++)
        if (f->tables[i] != NULL && f->tables[i]->bind->number != 0) rc = bind_rows(f->rs, f->tables[i]->bind, err);
    if (rc == RC_OK) rc = each_table(f, place_new, &rows, err);
    if (rc == RC_OK) rc = each_table(f, follow_rows, &rows, err);
    if (rc == RC_OK) rc = follow_ghosts(f, &rows, err);
    arena_fini(&rows);
    for (uint32_t i = 0; i < f->r->set->registers_count && rc == RC_OK; i++) {
        struct follow_table *t = f->tables[i];
        if (t == NULL || !t->any) continue;
        rc = patch_reach(f, t, err);
        if (rc == RC_OK) rc = patch_open(f, t, err);
    }
    for (uint32_t i = 0; i < f->r->set->registers_count && rc == RC_OK; i++)
        if (f->tables[i] != NULL) rc = patch_backs(f, f->tables[i], err);
    return rc == RC_OK ? forget(f, err) : rc;
}

struct follow_table *follow_table_make(struct follow *f, uint32_t i)
{
    struct follow_table *t = arena_new(f->a, struct follow_table);
    uint32_t fields = f->r->tables[i]->reg->fields_count;
    t->old = f->from->tables[i];
    t->now = f->r->tables[i];
    t->bind = bind_of(f->rs, t->now->reg);
    t->fields = arena_array(f->a, uint64_t, fields / 64 + 1);
    t->went = arena_array(f->a, struct ref_moves, fields + 1);
    t->came = arena_array(f->a, struct ref_moves, fields + 1);
    return t;
}

static void follow_init(struct follow *f)
{
    patch_frame(f);
    for (uint32_t i = 0; i < f->r->set->registers_count; i++)
        if (f->from->tables[i] != NULL) f->tables[i] = follow_table_make(f, i);
}

/* Many changes, or many places of closed records: reading all of it is less work, and gives the places back. */
static bool too_many(const struct follow *f)
{
    size_t changes = 0, places = 0, holes = 0;
    for (uint32_t i = 0; i < f->r->set->registers_count; i++) {
        const struct follow_table *t = f->tables[i];
        if (t == NULL) continue;
        changes += t->ids.len;
        places += t->old->rows_all;
        holes += t->old->rows - t->old->open;
    }
    return changes > places / FOLLOW_PART + FOLLOW_MIN || holes > places / HOLES_PART + FOLLOW_MIN;
}

static enum rc follow(const struct roster *r, struct records *rs, struct roster *next, bool *reload, struct err *err)
{
    struct arena a;
    arena_init(&a, FOLLOW_ARENA_MAX);
    struct follow f = {.r = next, .from = r, .rs = rs, .a = &a};
    f.tables = arena_array(&a, struct follow_table *, next->set->registers_count + 1);
    follow_init(&f);
    next->version->seq = journal_size(records_journal(rs));
    enum rc rc = read_entries(&f, reload, err);
    for (uint32_t i = 0; i < next->set->registers_count; i++)
        if (f.tables[i] != NULL) sort_ids(f.tables[i]);
    *reload = *reload || too_many(&f);
    if (rc == RC_OK && !*reload) rc = follow_all(&f, err);
    arena_fini(&a);
    return rc;
}

enum rc roster_follow(const struct roster *r, struct records *rs, struct roster **out, struct err *err)
{
    roster_check(r);
    *out = NULL;
    MUST(records_journal(rs) != NULL && r->version->wants.len > 0);
    if (records_set(rs) != r->set) return err_set0(err, &E_roster_packs, NO_PLACE);
    uint64_t seq = journal_size(records_journal(rs));
    if (seq < r->version->seq) return err_set0(err, &E_roster_ahead, NO_PLACE);
    if (seq == r->version->seq) return roster_pin(r, out, err);
    struct roster *next = NULL;
    bool reload = false;
    TRY(roster_make_next(r, &next, err));
    enum rc rc = follow(r, rs, next, &reload, err);
    if (rc != RC_OK || reload) roster_free(&next);
    if (rc == RC_OK && reload) return roster_load(rs, r->version->wants.at, r->version->wants.len, out, err);
    *out = next;
    return rc;
}
