/*
 * list_cells.c - values of a roster's columns by the column evaluator: some thousand lines at a time, so that no more than these are kept.
 * What columns cannot answer for (no columns for the expression, a value beyond them) is asked of the scalar evaluator by the caller.
 */
#include "exchange/inner.h"

enum { CELLS_WAVE = 16384 };

struct list_column {
    struct feel_vector *vector;      /* NULL: not by columns */
    struct feel_vector_room *room;
    struct feel_vector_out as;       /* kind and scale, of the wave */
    const struct feel_type *type;
    bool month;
    int64_t *cell;                   /* by line of the wave */
    uint8_t *what;                   /* by line: 0 nothing there, 1 a value, 2 to be asked */
};

struct list_cells {
    struct roster *roster;
    const struct pack_register *reg;
    struct roster_vectors *vectors;
    struct list_column *columns;
    uint32_t count;
    struct place_at { uint32_t place, at; } *order; /* lines of the wave by their places */
};

static bool taken(const struct feel_program *p)
{
    switch (p->type->kind) {
    case FT_BOOL:
    case FT_NUMBER:
    case FT_CODE:
    case FT_RECORD: return true;
    case FT_DATE: return p->root->op == FEEL_MEMBER; /* else a value says itself whether it is a month */
    case FT_ANY:
    case FT_STRING: /* lies as text: nothing is won */
    case FT_NULL:
    case FT_TIME:
    case FT_DATETIME:
    case FT_MONTHS:
    case FT_SPAN:
    case FT_LIST:
    case FT_CONTEXT:
    case FT_RANGE:
    case FT_FUNCTION: return false;
    }
    return false;
}

enum rc list_cells_open(struct roster *roster, day_num today, const struct pack_roster *p, struct arena *a, struct list_cells **out, struct err *err)
{
    struct list_cells *c = arena_new(a, struct list_cells);
    struct feel_why why;
    *c = (struct list_cells){.roster = roster, .reg = p->over, .columns = arena_array(a, struct list_column, p->columns_count + 1u), .count = p->columns_count};
    *out = c;
    TRY(roster_vectors_open(roster, today, &c->vectors, err));
    c->order = arena_alloc(a, CELLS_WAVE * sizeof *c->order);
    for (uint32_t i = 0; i < c->count; i++) {
        const struct feel_program *program = p->columns[i].value;
        struct list_column *k = &c->columns[i];
        if (!taken(program)) continue;
        k->vector = roster_vectors_program(c->vectors, program, p->over, NULL, &why);
        k->room = k->vector == NULL ? NULL : feel_vector_room_make(k->vector);
        if (k->room == NULL) k->vector = NULL;
        if (k->vector == NULL) continue;
        k->type = program->type;
        k->month = program->root->op == FEEL_MEMBER && program->root->member->type->month;
        k->cell = arena_array(a, int64_t, CELLS_WAVE);
        k->what = arena_array(a, uint8_t, CELLS_WAVE);
    }
    return RC_OK;
}

void list_cells_close(struct list_cells *c)
{
    for (uint32_t i = 0; c != NULL && i < c->count; i++) feel_vector_room_free(&c->columns[i].room);
    if (c != NULL) roster_vectors_close(&c->vectors);
}

static int by_place(const void *x, const void *y)
{
    const struct place_at *a = x, *b = y;
    return a->place < b->place ? -1 : a->place > b->place;
}

static bool bit(const uint64_t *words, uint32_t i) { return (words[i >> 6] >> (i & 63) & 1) != 0; }

/* The lines [first, last) of the wave's order, all of one block. */
static enum rc block(struct list_column *k, uint32_t from, uint32_t n, const uint64_t *sel, const struct place_at *first, const struct place_at *last, struct err *err)
{
    struct feel_vector_out o;
    TRY(feel_vector_run(k->vector, k->room, from, n, sel, &o, err));
    bool same = k->as.kind == o.kind && k->as.scale == o.scale;
    for (const struct place_at *p = first; p < last; p++) {
        uint32_t i = p->place - from;
        if (bit(o.wild, i) || !same) {
            k->what[p->at] = 2;
            continue;
        }
        k->what[p->at] = bit(o.valid, i);
        if (!bit(o.valid, i)) continue;
        k->cell[p->at] = o.kind == FEEL_COLUMN_BOOL ? bit(o.yes, i) : feel_cell_at(o.cells, o.cell, i);
    }
    return RC_OK;
}

/* What a block of the column is like, once a wave: asked of its first block. */
static enum rc shape(struct list_column *k, uint32_t from, uint32_t n, const uint64_t *sel, struct err *err) { return feel_vector_run(k->vector, k->room, from, n, sel, &k->as, err); }

uint32_t list_cells_wave(void) { return CELLS_WAVE; }

enum rc list_cells_fill(struct list_cells *c, const uint32_t *places, uint32_t n, struct err *err)
{
    const uint64_t *gone;
    uint32_t all = roster_places(c->roster, c->reg, &gone);
    for (uint32_t i = 0; i < n; i++) c->order[i] = (struct place_at){places[i], i};
    qsort(c->order, n, sizeof *c->order, by_place);
    for (uint32_t at = 0, to; at < n; at = to) {
        uint64_t sel[FEEL_VECTOR_WORDS] = {0};
        uint32_t from = c->order[at].place / FEEL_VECTOR * FEEL_VECTOR, rows = MIN((uint32_t)FEEL_VECTOR, all - MIN(all, from));
        for (to = at; to < n && c->order[to].place / FEEL_VECTOR * FEEL_VECTOR == from; to++) {
            uint32_t i = c->order[to].place - from;
            sel[i >> 6] |= UINT64_C(1) << (i & 63);
        }
        for (uint32_t k = 0; k < c->count; k++) {
            if (c->columns[k].vector == NULL) continue;
            if (at == 0) TRY(shape(&c->columns[k], from, rows, sel, err));
            TRY(block(&c->columns[k], from, rows, sel, &c->order[at], &c->order[to], err));
        }
    }
    return RC_OK;
}

bool list_cells_at(const struct list_cells *c, uint32_t column, uint32_t at, struct fv *out)
{
    const struct list_column *k = &c->columns[column];
    if (k->vector == NULL || k->what[at] == 2) return false;
    *out = fv_null();
    if (k->what[at] == 0) return true;
    int64_t v = k->cell[at];
    switch (k->as.kind) {
    case FEEL_COLUMN_BOOL: *out = fv_bool(v != 0); return true;
    case FEEL_COLUMN_NUMBER:
        *out = (struct fv){.kind = FV_NUMBER};
        out->num = dec_scaled(v, k->as.scale);
        return true;
    case FEEL_COLUMN_DAY:
        *out = fv_day(v);
        out->flag = k->month;
        return true;
    case FEEL_COLUMN_CODE:
        if (k->type->kind != FT_CODE || k->type->codes == NULL) return false;
        *out = (struct fv){.kind = FV_CODE};
        out->codes = k->type->codes;
        out->code = (uint32_t)v;
        return true;
    case FEEL_COLUMN_ROW:
    case FEEL_COLUMN_ID:
        if (k->type->kind != FT_RECORD || k->type->reg == NULL) return false;
        *out = (struct fv){.kind = FV_RECORD};
        out->reg = k->type->reg;
        out->id = k->as.kind == FEEL_COLUMN_ID ? v : roster_id_at(c->roster, k->type->reg->host, (uint32_t)v);
        return true;
    case FEEL_COLUMN_TEXT:
    case FEEL_COLUMN_DATETIME:
    case FEEL_COLUMN_MONTHS:
    case FEEL_COLUMN_SPAN: return false;
    }
    return false;
}
