/*
 * guard.c - FEEL as one person may run it.
 * A filter, a count's grouping, a try of an expression may say what it likes; what it is told is only what the grant shows.  Derived fields of
 * a record in sight are worked out from everything, as they are for judging: their own class decides who sees them.
 */
#include "http/inner.h"

struct guard {
    struct feel_host host; /* first */
    struct req *q;
    const struct feel_host *inner;
    void *inner_ctx;
    const struct pack_register *last_reg;
    int64_t last_id;
    struct sight last;
    unsigned touched;      /* classes of the fields that were shown, bit n: class n */
    const struct roster *roster;   /* NULL: over the store */
    struct access_world world;     /* of the roster */
    bool strict, denied;   /* derived fields are looked into as well; something out of sight was asked for */
};

static enum rc sight_here(struct guard *g, const struct pack_register *r, int64_t id, struct sight *out, struct err *err)
{
    if (g->last_reg == r && g->last_id == id) {
        *out = g->last;
        return RC_OK;
    }
    struct req *q = g->q;
    struct record rec;
    struct err why;
    *out = SIGHT_NONE;
    const struct scope *scope = grant_scope(q->grant, PACK_READ, r);
    if (scope->uniform && !scope->terms[0].self) { /* the same for every record: no need to look at each */
        *out = (struct sight){scope->terms[0].classes, 0, false, true};
        return RC_OK;
    }
    if (g->roster != NULL && roster_has(g->roster, r, id)) {
        TRY(scope_sight(grant_scope(q->grant, PACK_READ, r), (uint64_t)id, false, &g->world, out, err));
        g->last_reg = r;
        g->last_id = id;
        g->last = *out;
        return RC_OK;
    }
    enum rc rc = record_get(q->view->records, r, (uint64_t)id, q->run.arena, &rec, &why);
    if (rc != RC_OK && rc != RC_ABSENT) {
        if (err != NULL) *err = why;
        return rc;
    }
    if (rc == RC_OK) TRY(scope_sight_of(scope, (uint64_t)id, rec.values, rec.closed_us != 0, &q->world, out, err));
    g->last_reg = r;
    g->last_id = id;
    g->last = *out;
    return RC_OK;
}

/* May this record be called by its name? */
static enum rc name_seen(struct guard *g, const struct fv *v, struct err *err)
{
    struct sight s;
    const struct pack_register *r = v->reg->host;
    TRY(sight_here(g, r, v->id, &s, err));
    if (!s.any || (record_display_classes(g->q->view->records, r) & ~(s.classes | s.self_classes | 1u)) != 0) g->denied = true;
    return RC_OK;
}

static enum rc only_seen(struct guard *g, struct feel_run *run, struct fv *list, struct err *err)
{
    if (list->kind != FV_LIST) return RC_OK;
    const struct fv *first = list->count == 0 ? NULL : &list->items[0];
    /* A list is of one register; where all of it is in scope there is nothing to look at. */
    if (first == NULL || (!g->strict && first->kind == FV_RECORD && grant_scope(g->q->grant, PACK_READ, first->reg->host)->all)) return RC_OK;
    struct fv *kept = arena_array(run->arena, struct fv, list->count + 1);
    uint32_t n = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        const struct fv *v = &list->items[i];
        struct sight s = SIGHT_NONE;
        if (v->kind == FV_RECORD) {
            TRY(sight_here(g, v->reg->host, v->id, &s, err));
            if (g->strict) TRY(name_seen(g, v, err));
            if (!s.any) {
                g->denied = true;
                continue;
            }
        }
        kept[n++] = *v;
    }
    *list = fv_list(kept, n);
    return RC_OK;
}

static enum rc member(struct feel_run *run, const struct feel_register *reg, int64_t id, const struct feel_member *m, struct fv *out, struct err *err)
{
    struct guard *g = run->host_ctx;
    const struct pack_register *r = reg->host;
    struct sight s;
    TRY(sight_here(g, r, id, &s, err));
    bool is_field = m->slot < r->fields_count;
    *out = fv_null();
    if (!s.any || (is_field && !sight_field(&s, r, m->host))) {
        g->denied = true;
        return RC_OK;
    }
    const struct pack_field *f = is_field ? m->host : NULL;
    if (f != NULL) g->touched |= 1u << f->class;
    if (g->strict && f != NULL && f->derive != NULL) {
        struct fv self = fv_null();
        self.kind = FV_RECORD;
        self.reg = reg;
        self.id = id;
        return record_derive(run, f, &self, out, err);
    }
    struct feel_run own = *run;
    own.host = g->inner;
    own.host_ctx = g->inner_ctx;
    enum rc rc = g->inner->member(&own, reg, id, m, out, err);
    run->steps_left = own.steps_left;
    if (rc == RC_OK && !is_field) rc = only_seen(g, run, out, err);
    if (rc == RC_OK && g->strict && out->kind == FV_RECORD) rc = name_seen(g, out, err);
    return rc;
}

static enum rc all(struct feel_run *run, const struct feel_register *reg, struct fv *out, struct err *err)
{
    struct guard *g = run->host_ctx;
    struct feel_run own = *run;
    own.host = g->inner;
    own.host_ctx = g->inner_ctx;
    TRY(g->inner->all(&own, reg, out, err));
    run->steps_left = own.steps_left;
    return only_seen(g, run, out, err);
}

static enum rc param(struct feel_run *run, uint32_t slot, day_num day, struct fv *out, struct err *err)
{
    struct guard *g = run->host_ctx;
    struct feel_run own = *run;
    own.host = g->inner;
    own.host_ctx = g->inner_ctx;
    return g->inner->param(&own, slot, day, out, err);
}

static enum rc display(struct feel_run *run, const struct feel_register *reg, int64_t id, struct str *out, struct err *err)
{
    struct guard *g = run->host_ctx;
    return display_of(g->q, reg->host, (uint64_t)id, out, err);
}

/* The same around another host: that of a roster in memory. */
void guard_around(struct req *q, const struct feel_host **host, void **ctx)
{
    struct guard *g = arena_new(&q->arena, struct guard);
    *g = (struct guard){.host = {.member = member, .all = all, .param = param, .display = display, .calendar = (*host)->calendar}, .q = q, .inner = *host, .inner_ctx = *ctx};
    *host = &g->host;
    *ctx = g;
    q->around = g;
}

/* Was anything asked for through the last guard_around() that is out of sight? */
bool guard_denied(const struct req *q) { return q->around != NULL && q->around->denied; }
unsigned guard_touched(const struct req *q) { return q->around == NULL ? 0 : q->around->touched; }

void guard_run(struct req *q, struct feel_run *out)
{
    if (q->guard == NULL) {
        q->guard = arena_new(&q->arena, struct guard);
        *q->guard = (struct guard){.host = {.member = member, .all = all, .param = param, .display = display, .calendar = q->host_feel->calendar},
                                   .q = q,
                                   .inner = q->host_feel,
                                   .inner_ctx = q->host_ctx};
    }
    *out = (struct feel_run){.arena = &q->arena, .host = &q->guard->host, .host_ctx = q->guard, .today = q->run.today};
}

/* Would working this out for this record touch anything out of sight, on the way too? */
enum rc guard_touches(struct req *q, const struct pack_register *r, uint64_t id, const struct fv *with, const struct feel_program *p, bool *hidden, struct err *err)
{
    struct feel_run run;
    struct fv self[2] = {fv_null(), with == NULL ? fv_null() : *with}, v = fv_null();
    if (p == NULL || *hidden) return RC_OK;
    guard_run(q, &run);
    struct guard *g = q->guard;
    self[0].kind = FV_RECORD;
    self[0].reg = &r->feel;
    self[0].id = (int64_t)id;
    run.vars = self;
    run.vars_count = 2;
    run.steps_left = 2000000;
    g->strict = true;
    g->denied = false;
    g->last_reg = NULL;
    enum rc rc = feel_run(p, &run, &v, err);
    *hidden = *hidden || g->denied;
    g->strict = false;
    return rc;
}

/* The sight of this record is known already. */
void guard_know(struct req *q, const struct pack_register *r, uint64_t id, const struct sight *s)
{
    struct feel_run run;
    guard_run(q, &run);
    q->guard->last_reg = r;
    q->guard->last_id = (int64_t)id;
    q->guard->last = *s;
}

static void roster_deferred(void *p)
{
    struct roster *r = p;
    roster_free(&r);
}

enum rc guard_over(struct req *q, const struct roster *r, struct err *err)
{
    struct feel_run run;
    struct roster *own = NULL;
    guard_run(q, &run);
    struct guard *g = q->guard;
    g->last_reg = NULL;
    g->roster = NULL;
    g->inner = q->host_feel;
    g->inner_ctx = q->host_ctx;
    if (r == NULL) return RC_OK;
    TRY(roster_pin(r, &own, err));
    arena_defer(&q->arena, roster_deferred, own);
    g->roster = own;
    g->world = roster_world(own, &q->world, &q->arena);
    roster_host(own, &g->inner, &g->inner_ctx);
    return RC_OK;
}

void guard_forget(struct req *q)
{
    if (q->guard != NULL) q->guard->last_reg = NULL;
}
