/*
 * house.c - the order that a register declares (`order:`): people by unit, then by place in the team; posts likewise.
 * Where everything that it reads is in sight everywhere it is worked out once for all, over columns where there are such; else for each account
 * over its own records, under the guard: what it may not see sorts as if it were empty.
 */
#include "http/inner.h"

enum { RANKS_MAX = 1 << 24, STEPS = 200000, EMPTY = 1 };

/* A record and what it is compared by. */
struct place_of { int64_t value[PACK_ORDER_MAX]; uint32_t at; uint8_t empty; };

bool house_open(struct req *q, const struct pack_register *r)
{
    bool dynamic = false;
    for (uint32_t i = 0; i < r->order_count; i++)
        if (!program_open(q, r, r->order[i], &dynamic)) return false;
    return true;
}

/* Of the register's own fields: who may not sort by them sees another order. */
unsigned house_classes(struct req *q, const struct pack_register *r)
{
    unsigned classes = 0;
    struct err ignored;
    for (uint32_t i = 0; i < r->order_count; i++) (void)!program_allowed(q, r, r->order[i], &classes, &ignored);
    return classes & ~1u;
}

static void house_wants(struct req *q, const struct pack_register *r, bool open, struct roster_wants *w)
{
    roster_want_put(&q->arena, w, (struct roster_want){.reg = r});
    for (uint32_t i = 0; i < r->order_count; i++) {
        roster_want_program(&q->arena, w, r->order[i], false);
        if (r->order[i]->type->kind == FT_RECORD) roster_want_put(&q->arena, w, (struct roster_want){.reg = r->order[i]->type->reg->host});
        if (!open) guard_wants(q, r, r->order[i], w);
    }
}

enum rc house_moved(struct req *q, const struct pack_register *r, const struct scope *scope, uint64_t from, bool *yes, struct err *err)
{
    uint32_t numbers[128];
    size_t n = 0;
    struct roster_wants w = {0};
    *yes = q->view->seq != from;
    if (!*yes) return RC_OK;
    house_wants(q, r, true, &w);
    roster_want_close(&q->arena, &w);
    if (!scope->all && !scope_registers(q, scope, numbers, ARRAY_LEN(numbers), &n)) return RC_OK;
    for (size_t i = 0; i < w.len; i++) {
        if (n == ARRAY_LEN(numbers)) return RC_OK;
        numbers[n++] = record_number(q->view->records, w.at[i].reg);
    }
    return wrote_any(q, numbers, n, from, yes, err);
}

/* ---- where a record of a tree stands ---- */

struct ranks { uint64_t low; size_t count; uint32_t *rank; };

static enum rc ranks_take(struct req *q, const struct pack_register *r, struct ranks *out, struct err *err)
{
    struct order tree = {.kind = ORDER_TREE};
    /* The tree's order is no secret of any record of it: whoever sees that somebody is in a unit sees the unit. */
    static const struct scope_term whole_term = {.all = true, .classes = 1u << PACK_OPEN};
    struct scope whole = {.reg = r, .grant = q->grant, .verb = PACK_READ, .terms = &whole_term, .terms_count = 1, .all = true, .uniform = true};
    const uint64_t *ids = NULL;
    size_t n = 0;
    uint64_t high = 0;
    *out = (struct ranks){.low = UINT64_MAX};
    TRY(order_ids(q, r, &tree, true, &whole, 0, &ids, &n, err));
    for (size_t i = 0; i < n; i++) {
        out->low = MIN(out->low, ids[i]);
        high = MAX(high, ids[i]);
    }
    if (n == 0) return RC_OK;
    out->count = (size_t)(high - out->low) + 1;
    if (out->count > RANKS_MAX) return err_set(err, &E_http_too_large, NO_PLACE, str_u64(&q->arena, RANKS_MAX));
    out->rank = arena_array(&q->arena, uint32_t, out->count);
    for (size_t i = 0; i < n; i++) out->rank[ids[i] - out->low] = (uint32_t)i + 1;
    return RC_OK;
}

static bool rank_of(const struct ranks *k, uint64_t id, int64_t *out)
{
    *out = id >= k->low && id - k->low < k->count ? k->rank[id - k->low] : 0;
    return *out != 0;
}

/* ---- values ---- */

static bool value_of(const struct feel_program *p, const struct ranks *ranks, const struct fv *v, int64_t *out)
{
    switch ((int)v->kind) {
    case FV_RECORD: return p->type->kind == FT_RECORD && v->reg == p->type->reg && rank_of(ranks, (uint64_t)v->id, out);
    case FV_CODE: *out = v->code; return true;
    case FV_BOOL: *out = !v->b; return true; /* yes before no */
    case FV_DATE: *out = v->day; return true;
    case FV_NUMBER: return dec_to_scaled(v->num, 6, out);
    default: return false;
    }
}

static void set_empty(struct place_of *p, uint32_t i) { p->empty = (uint8_t)(p->empty | EMPTY << i); }

/* False in *done: the expression has no column, or another than it should. */
static enum rc by_columns(struct req *q, struct sheet *s, const struct pack_register *r, uint32_t i, const struct ranks *ranks, const uint64_t *ids, size_t n, struct place_of *rows,
                          bool *done, struct err *err)
{
    struct column_cells c;
    TRY(column_cells(q, s, r, r->order[i]->text, &c, done, err));
    for (size_t k = 0; *done && k < n; k++) {
        uint32_t place = roster_place(sheet_roster(s), r, (int64_t)ids[rows[k].at]);
        bool has = place != UINT32_MAX && (c.valid[place >> 6] >> (place & 63) & 1) != 0;
        int64_t v = has ? c.cells[place] : 0;
        if (has && c.to != NULL) has = rank_of(ranks, (uint64_t)v, &v);
        else if (has && c.kind == FEEL_COLUMN_BOOL) v = !v;
        rows[k].value[i] = v;
        if (!has) set_empty(&rows[k], i);
    }
    return RC_OK;
}

static enum rc by_rows(struct req *q, const struct pack_register *r, uint32_t i, const struct ranks *ranks, const uint64_t *ids, size_t n, struct place_of *rows, struct err *err)
{
    struct feel_run run;
    guard_run(q, &run);
    run.arena = &q->scratch;
    enum rc rc = RC_OK;
    for (size_t k = 0; k < n && rc == RC_OK; k++) {
        struct fv self = fv_null(), v = fv_null();
        struct arena_mark m = arena_mark(&q->scratch);
        self.kind = FV_RECORD;
        self.reg = &r->feel;
        self.id = (int64_t)ids[rows[k].at];
        run.vars = &self;
        run.vars_count = 1;
        run.steps_left = STEPS;
        run.locals = NULL;
        rc = feel_run(r->order[i], &run, &v, err);
        if (rc == RC_LIMIT) { /* one record that is too much to work out does not take the list away */
            rc = RC_OK;
            v = fv_null();
        }
        if (rc != RC_OK || !value_of(r->order[i], ranks, &v, &rows[k].value[i])) set_empty(&rows[k], i);
        guard_forget(q);
        arena_reset(&q->scratch, m);
    }
    return rc;
}

/* ---- sorting ---- */

static int by_place(const void *x, const void *y)
{
    const struct place_of *a = x, *b = y;
    for (int i = 0; i < PACK_ORDER_MAX; i++) {
        unsigned ea = a->empty >> i & 1u, eb = b->empty >> i & 1u;
        if (ea != eb) return ea != 0 ? 1 : -1;
        if (ea == 0 && a->value[i] != b->value[i]) return a->value[i] < b->value[i] ? -1 : 1;
    }
    return a->at < b->at ? -1 : a->at > b->at;
}

static enum rc fill(struct req *q, const struct pack_register *r, const uint64_t *ids, size_t n, bool open, bool closed, struct place_of *rows, struct err *err)
{
    struct roster_wants w = {0};
    struct sheet *s = NULL;
    enum rc rc = RC_OK;
    if (!closed) {
        house_wants(q, r, open, &w);
        TRY(sheet_pin(q, &w, &s, err));
        TRY(guard_over(q, sheet_roster(s), err));
    }
    for (uint32_t i = 0; i < r->order_count && rc == RC_OK; i++) {
        struct ranks ranks = {0};
        bool done = false;
        if (r->order[i]->type->kind == FT_RECORD) rc = ranks_take(q, r->order[i]->type->reg->host, &ranks, err);
        if (rc == RC_OK && open && !closed) rc = by_columns(q, s, r, i, &ranks, ids, n, rows, &done, err);
        if (rc == RC_OK && !done) rc = by_rows(q, r, i, &ranks, ids, n, rows, err);
    }
    if (rc != RC_OK) return rc;
    return guard_over(q, NULL, err);
}

enum rc house_sort(struct req *q, const struct pack_register *r, const uint64_t *ids, size_t n, bool open, bool closed, uint64_t **out, struct err *err)
{
    struct place_of *rows = calloc(n + 1, sizeof *rows);
    uint64_t *sorted = malloc((n + 1) * sizeof *sorted);
    enum rc rc = rows == NULL || sorted == NULL ? err_set0(err, &E_no_memory, NO_PLACE) : RC_OK;
    for (size_t i = 0; rc == RC_OK && i < n; i++) rows[i].at = (uint32_t)i;
    if (rc == RC_OK) rc = fill(q, r, ids, n, open, closed, rows, err);
    if (rc == RC_OK && n > 1) qsort(rows, n, sizeof *rows, by_place);
    for (size_t i = 0; rc == RC_OK && i < n; i++) sorted[i] = ids[rows[i].at];
    free(rows);
    if (rc != RC_OK) free(sorted);
    *out = rc == RC_OK ? sorted : NULL;
    return rc;
}
