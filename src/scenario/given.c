/*
 * given.c - the rows that a scenario starts from, in an order in which every ref finds its record, whatever the order in the text; and the
 * rows that must be refused.
 */
#include "scenario/scenario_inner.h"

/* ---- order ---- */

static void rank_of(const struct pack_set *set, uint32_t idx, uint32_t *rank, bool *on_way, uint32_t *next)
{
    if (rank[idx] != 0 || on_way[idx]) return;
    on_way[idx] = true; /* registers may refer to each other in a circle: their rows are then tried again */
    const struct pack_register *r = set->registers[idx];
    for (uint32_t i = 0; i < r->fields_count; i++)
        if (r->fields[i].ref != NULL && r->fields[i].derive == NULL) rank_of(set, r->fields[i].ref->idx, rank, on_way, next);
    rank[idx] = ++*next;
}

uint32_t *register_ranks(const struct pack_set *set, struct arena *a)
{
    uint32_t *rank = arena_array(a, uint32_t, set->registers_count);
    bool *on_way = arena_array(a, bool, set->registers_count);
    uint32_t next = 0;
    for (uint32_t i = 0; i < set->registers_count; i++) rank_of(set, i, rank, on_way, &next);
    return rank;
}

struct row {
    const struct pack_given *given;
    uint32_t rank, order;
    bool done;
    struct err err;      /* why it waits */
    struct place place;
};

static int row_order(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    if (x->rank != y->rank) return x->rank < y->rank ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

/* ---- one row ---- */

/* Not RC_OK: *place says which value. */
static enum rc make_row(struct play *p, const struct pack_given *g, struct place *place, struct err *err)
{
    *place = g->place;
    struct sv *values = arena_array(p->a, struct sv, g->reg->stored_count);
    for (uint32_t i = 0; i < g->reg->stored_count; i++) values[i] = (struct sv){SV_NULL, 1, {NULL, 0}}; /* not said: defaults may fill it */
    for (uint32_t i = 0; i < g->values_count; i++) {
        const struct pack_given_value *v = &g->values[i];
        *place = v->place;
        if (v->field->derive != NULL) return err_set(err, &E_record_derived, NO_PLACE, text2_in(&v->field->title, LANG_ZH));
        struct sv *to = &values[v->field->column];
        if (v->is_null)
            *to = sv_null();
        else
            TRY(record_value_parse(p->records, v->field, v->text, p->a, to, err));
    }
    *place = g->place;
    struct changed made;
    return record_create(p->records, g->reg, &p->change, values, &made, err);
}

/* Is it the pack's mistake (to be reported) or the machine's (to be returned)? */
static bool of_pack(enum rc rc)
{
    switch (rc) {
    case RC_INPUT:
    case RC_ABSENT:
    case RC_CONFLICT:
    case RC_DENIED:
    case RC_LIMIT: return true;
    case RC_OK:
    case RC_BUSY:
    case RC_BROKEN:
    case RC_SYSTEM: return false;
    }
    return false;
}

static enum rc try_row(struct play *p, struct row *row, bool last, bool *moved, struct err *err)
{
    err_clear(&row->err);
    enum rc rc = make_row(p, row->given, &row->place, &row->err);
    if (rc == RC_OK || (rc != RC_ABSENT && of_pack(rc)) || (rc == RC_ABSENT && last)) {
        row->done = true;
        *moved = true;
        if (rc == RC_OK) return RC_OK;
        play_differ(p, &E_scenario_given, row->place, str_dup(p->a, str_c(row->err.zh)), str_dup(p->a, str_c(row->err.en)),
                    str_dup(p->a, str_c(row->err.hint_zh)), str_dup(p->a, str_c(row->err.hint_en)));
        return RC_OK;
    }
    if (rc == RC_ABSENT) return RC_OK; /* its ref may come later */
    if (err != NULL) *err = row->err;
    return rc;
}

static enum rc take_given(struct play *p, const struct pack_scenario *s, struct row *rows, size_t *n, uint32_t depth, struct err *err)
{
    if (depth > SCENARIO_BASE_MAX) return err_set(err, &E_scenario_deep, s->d.place, STR("16"));
    if (s->base != NULL) TRY(take_given(p, s->base, rows, n, depth + 1, err));
    for (uint32_t i = 0; i < s->given_count; i++) {
        if (*n == SCENARIO_ROWS_MAX) return err_set(err, &E_limit, s->d.place, STR("given"), STR("10000"));
        const struct pack_given *g = &s->given[i];
        if (rows != NULL) rows[*n] = (struct row){.given = g, .rank = p->lab->rank[g->reg->idx], .order = (uint32_t)*n, .place = g->place};
        (*n)++;
    }
    return RC_OK;
}

enum rc play_given(struct play *p, struct err *err)
{
    size_t n = 0;
    TRY(take_given(p, p->s, NULL, &n, 0, err));
    struct row *rows = arena_array(p->a, struct row, n);
    n = 0;
    TRY(take_given(p, p->s, rows, &n, 0, err));
    if (n > 1) qsort(rows, n, sizeof(*rows), row_order);
    bool moved = true, last = false;
    while (moved || !last) { /* at the end once more, and now what is still missing is a mistake */
        last = !moved;
        moved = false;
        size_t waiting = 0;
        for (size_t i = 0; i < n; i++) {
            if (rows[i].done) continue;
            TRY(try_row(p, &rows[i], last, &moved, err));
            waiting += rows[i].done ? 0 : 1;
        }
        if (waiting == 0) break;
    }
    return RC_OK;
}

enum rc play_refused(struct play *p, struct err *err)
{
    for (uint32_t i = 0; i < p->s->refused_count; i++) {
        const struct pack_given *g = p->s->refused[i].row;
        struct str code = p->s->refused[i].code;
        struct place place;
        struct err why;
        err_clear(&why);
        p->result->compared++;
        TRY(store_mark(p->lab->store, err));
        journal_mark(p->lab->journal);
        records_mark(p->records);
        enum rc rc = make_row(p, g, &place, &why);
        store_mark_undo(p->lab->store);
        journal_undo(p->lab->journal);
        records_undo(p->records);
        if (rc == RC_OK) {
            play_differ(p, &E_scenario_accepted, g->place, code);
        } else if (!of_pack(rc)) {
            if (err != NULL) *err = why;
            return rc;
        } else if (code.len > 0 && !str_eq(code, str_c(err_code(&why)))) {
            play_differ(p, &E_scenario_refused_other, g->place, code, str_c(err_code(&why)), str_dup(p->a, str_c(why.zh)),
                        str_dup(p->a, str_c(why.en)));
        }
    }
    return RC_OK;
}
