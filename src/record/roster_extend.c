/*
 * roster_extend.c - more columns over the same rows: a version of the same seq that has what was there, shared, and what is asked for besides.
 * What derived fields came to is forgotten: what they showed of records may be wider now.
 */
#include "record/roster_follow.h"

enum { EXTEND_ARENA_MAX = 1024 * 1024 * 1024 };

static enum rc read_tables(struct follow *f, struct err *err)
{
    struct roster *r = f->r;
    for (uint32_t i = 0; i < r->set->registers_count; i++) {
        if (r->tables[i] == NULL) continue;
        f->tables[i] = follow_table_make(f, i);
        struct follow_table *t = f->tables[i];
        if (t->bind->number != 0) TRY(bind_rows(f->rs, t->bind, err));
        if (t->old == NULL) TRY(roster_read_table(r, f->rs, t->now, f->a, err));
        else TRY(roster_read_more(r, f->rs, t->now, t->old, f->a, err));
    }
    return RC_OK;
}

static enum rc add_ghosts(struct follow *f, struct follow_table *t, struct err *err)
{
    int64_t *ids = NULL;
    size_t n = 0;
    enum rc rc = roster_ghosts_of(f->r, t->now, &ids, &n, err);
    for (size_t i = 0; i < n && rc == RC_OK; i++) {
        uint32_t row;
        rc = patch_append(f, t->now, ids[i], &row, err);
        if (rc != RC_OK) break;
        t->any = true;
        vec_push(f->a, &f->ghosts, (struct ghost){t, row});
    }
    free(ids);
    return rc;
}

static enum rc reach_all(struct follow *f, struct err *err)
{
    for (uint32_t i = 0; i < f->r->set->registers_count; i++)
        if (f->tables[i] != NULL && f->tables[i]->any) TRY(patch_reach(f, f->tables[i], err));
    return RC_OK;
}

/* Closed records that the new columns refer to, and that these refer to, till there are no more. */
static enum rc fetch_ghosts(struct follow *f, struct err *err)
{
    struct arena rows;
    arena_init(&rows, (size_t)64 * 1024 * 1024);
    enum rc rc = RC_OK;
    bool more = true;
    for (int round = 0; more && rc == RC_OK; round++) {
        if (round == ROSTER_GHOST_ROUNDS) rc = err_set(err, &E_limit, NO_PLACE, STR("引用 refs"), STR("64"));
        for (uint32_t i = 0; i < f->r->set->registers_count && rc == RC_OK; i++)
            if (f->tables[i] != NULL) rc = add_ghosts(f, f->tables[i], err);
        more = f->ghosts.len > 0;
        if (rc == RC_OK) rc = follow_ghosts(f, &rows, err);
        if (rc == RC_OK) rc = reach_all(f, err);
    }
    arena_fini(&rows);
    return rc;
}

static enum rc extend(struct follow *f, struct err *err)
{
    const struct roster_wants *w = &f->r->version->wants;
    TRY(read_tables(f, err));
    TRY(fetch_ghosts(f, err));
    TRY(roster_link_refs(f->r, err));
    for (uint32_t i = 0; i < f->r->set->registers_count; i++)
        if (f->tables[i] != NULL && f->tables[i]->old != NULL) TRY(patch_backs(f, f->tables[i], err));
    return roster_build_backs(f->r, w, err);
}

enum rc roster_extend(const struct roster *r, struct records *rs, const struct roster_want *want, size_t n, struct roster **out, struct err *err)
{
    roster_check(r);
    *out = NULL;
    MUST(records_journal(rs) != NULL && r->version->wants.len > 0);
    if (records_set(rs) != r->set) return err_set0(err, &E_roster_packs, NO_PLACE);
    if (journal_size(records_journal(rs)) != r->version->seq) return err_set0(err, &E_roster_ahead, NO_PLACE);
    struct arena a;
    struct roster *next = NULL;
    TRY(roster_make_next(r, &next, err));
    arena_init(&a, EXTEND_ARENA_MAX);
    struct follow f = {.r = next, .from = r, .rs = rs, .a = &a};
    f.tables = arena_array(&a, struct follow_table *, next->set->registers_count + 1);
    struct roster_version *v = next->version;
    v->seq = r->version->seq;
    patch_frame(&f);
    for (size_t i = 0; i < n; i++) roster_want_put(&v->arena, &v->wants, want[i]);
    roster_want_close(&v->arena, &v->wants);
    roster_frame(next, &v->wants);
    enum rc rc = extend(&f, err);
    arena_fini(&a);
    if (rc != RC_OK) roster_free(&next);
    *out = next;
    return rc;
}
