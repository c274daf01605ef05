/*
 * roster_world.c - what access/ asks of records, answered from columns: scopes over many records at the price of array reads.
 * What the roster does not have (registers and refs that nobody wanted, closed records) is asked of the store.
 */
#include "record/roster_inner.h"

struct roster_world {
    const struct roster *r;
    struct access_world store;
    const struct roster_table *last; /* whose field was asked for last */
};

static const struct roster_table *table_with(struct roster_world *w, const struct pack_field *f)
{
    const struct roster_table *t = w->last;
    if (t != NULL && f >= t->reg->fields && f < t->reg->fields + t->reg->fields_count) return t;
    for (uint32_t i = 0; i < w->r->set->registers_count; i++) {
        t = w->r->tables[i];
        if (t == NULL || f < t->reg->fields || f >= t->reg->fields + t->reg->fields_count) continue;
        w->last = t;
        return t;
    }
    return NULL;
}

static enum rc ref(void *ctx, const struct pack_field *f, uint64_t id, uint64_t *to, struct err *err)
{
    struct roster_world *w = ctx;
    const struct roster_table *t = table_with(w, f);
    const struct roster_column *c = t == NULL ? NULL : t->columns[f->idx];
    uint32_t row = c == NULL ? ROSTER_NO_ROW : roster_row(t, (int64_t)id);
    int64_t v = 0;
    if (row == ROSTER_NO_ROW || (c->shape != SHAPE_ROW && c->shape != SHAPE_ID)) return w->store.ref(w->store.ctx, f, id, to, err);
    *to = 0;
    if (roster_get(c, row, &v)) *to = (uint64_t)(c->shape == SHAPE_ROW ? roster_id(c->target, (uint32_t)v) : v);
    return RC_OK;
}

static enum rc subject(void *ctx, const struct pack_register *of, uint64_t id, const struct pack_register **reg, uint64_t *to, unsigned *classes, struct err *err)
{
    const struct roster_world *w = ctx;
    return w->store.subject(w->store.ctx, of, id, reg, to, classes, err);
}

static enum rc procedure(void *ctx, const struct pack_register *of, uint64_t id, const struct pack_procedure **out, struct err *err)
{
    const struct roster_world *w = ctx;
    return w->store.procedure(w->store.ctx, of, id, out, err);
}

static enum rc below(void *ctx, const struct pack_field *tree, uint64_t node, int64_t levels, struct arena *a, uint64_t **ids, size_t *n, struct err *err)
{
    const struct roster_world *w = ctx;
    return w->store.below(w->store.ctx, tree, node, levels, a, ids, n, err);
}

struct access_world roster_world(const struct roster *r, const struct access_world *store, struct arena *a)
{
    roster_check(r);
    struct roster_world *w = arena_new(a, struct roster_world);
    *w = (struct roster_world){.r = r, .store = *store};
    return (struct access_world){.ctx = w, .ref = ref, .subject = subject, .procedure = procedure, .below = below};
}

uint32_t roster_place(const struct roster *r, const struct pack_register *reg, int64_t id)
{
    roster_check(r);
    const struct roster_table *t = r->tables[reg->idx];
    uint32_t row = t == NULL ? ROSTER_NO_ROW : roster_row(t, id);
    return row != ROSTER_NO_ROW && roster_is_open(t, row) ? row : UINT32_MAX;
}
