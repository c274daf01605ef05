/* run.c - asking a model: decisions and what they require, functions, services. */
#include "dmn/inner.h"

static enum rc decide(struct work *w, const struct element *e, struct fv *out);

static enum rc frame_of(struct work *w, const struct element *e, struct frame *f)
{
    f->count = e->slots + 1;
    TRY(work_alloc(w, f->count, sizeof *f->vars, (void **)&f->vars));
    for (uint32_t i = 0; i < f->count; i++) f->vars[i] = fv_null();
    for (uint32_t i = 0; i < e->needs_count; i++) {
        const struct need *n = &e->needs[i];
        struct fv v = n->what->function;
        if (n->what->kind == DMN_INPUT || n->what->kind == DMN_DECISION) TRY(decide(w, n->what, &v));
        if (n->import.len == 0) {
            f->vars[n->slot] = v;
            continue;
        }
        struct fv *c = &f->vars[n->slot];
        struct fv_entry *list;
        TRY(work_alloc(w, c->count + 1, sizeof *list, (void **)&list));
        if (c->kind == FV_CONTEXT) memcpy(list, c->entries, c->count * sizeof *list);
        list[c->kind == FV_CONTEXT ? c->count : 0] = (struct fv_entry){n->what->name, v};
        *c = (struct fv){.kind = FV_CONTEXT, .count = c->kind == FV_CONTEXT ? c->count + 1 : 1, .entries = list};
    }
    return RC_OK;
}

static enum rc decide_now(struct work *w, const struct element *e, struct fv *out)
{
    struct frame f;
    bool fits;
    if (e->kind == DMN_INPUT) return null_for(w, &E_dmn_c_not_given, e->name, STR_NONE, out);
    TRY(frame_of(w, e, &f));
    if (e->body == NULL) return null_for(w, &E_dmn_c_broken, e->name, STR_NONE, out);
    TRY(expr_eval(w, e->body, f, out));
    return value_fit(w, e->type, e->name, out, &fits);
}

/* Each decision once a run, however many require it. */
static enum rc decide(struct work *w, const struct element *e, struct fv *out)
{
    struct answer *a = &w->cell[e->idx];
    if (a->state == 2) {
        *out = a->value;
        return RC_OK;
    }
    if (w->chain >= DMN_CHAIN_MAX || a->state == 1) return err_set(w->err, &E_dmn_depth, NO_PLACE, str_u64(w->run.arena, DMN_CHAIN_MAX));
    a->state = 1;
    w->chain++;
    enum rc rc = decide_now(w, e, out);
    w->chain--;
    a->state = rc == RC_OK ? 2 : 0;
    a->value = *out;
    return rc;
}

/* ---- functions and services ---- */

static enum rc call_function(struct work *w, const struct element *e, const struct fv *args, struct fv *out)
{
    struct frame f;
    bool fits;
    TRY(frame_of(w, e, &f));
    if (e->body == NULL) return null_for(w, &E_dmn_c_broken, e->name, STR_NONE, out);
    f.vars[e->self] = e->function;
    for (uint32_t i = 0; i < e->body->parts_count; i++) {
        const struct part *p = &e->body->parts[i];
        f.vars[p->slot] = args[i];
        TRY(value_fit(w, p->type, p->name, &f.vars[p->slot], &fits));
        if (fits) continue;
        *out = f.vars[p->slot];
        return RC_OK;
    }
    TRY(expr_eval(w, e->body->b, f, out));
    return value_fit(w, e->type, e->name, out, &fits);
}

/* A service sees what it is given and nothing of the answers outside it. */
static enum rc call_service(struct work *w, const struct element *e, const struct fv *args, struct fv *out)
{
    struct answer *outer = w->cell, *cell;
    struct fv_entry *list;
    enum rc rc = RC_OK;
    bool fits = true;
    size_t n = w->m->elements.len;
    TRY(work_alloc(w, n, sizeof *cell, (void **)&cell));
    TRY(work_alloc(w, e->outputs_count, sizeof *list, (void **)&list));
    for (uint32_t i = 0; i < e->params_count; i++) {
        const struct element *in = e->inputs[i];
        cell[in->idx] = (struct answer){.state = 2, .value = args[i]};
        TRY(value_fit(w, in->type, in->name, &cell[in->idx].value, &fits));
        if (fits) continue;
        *out = cell[in->idx].value;
        return RC_OK;
    }
    w->cell = cell;
    for (uint32_t i = 0; i < e->outputs_count && rc == RC_OK; i++) {
        list[i].key = e->outputs[i]->name;
        rc = decide(w, e->outputs[i], &list[i].value);
    }
    w->cell = outer;
    if (rc != RC_OK) return rc;
    *out = e->outputs_count == 1 ? list[0].value : (struct fv){.kind = FV_CONTEXT, .count = e->outputs_count, .entries = list};
    return value_fit(w, e->type, e->name, out, &fits);
}

enum rc native_call(struct feel_run *run, const struct feel_native *fn, const struct fv *args, struct fv *out, struct err *err)
{
    struct work *w = run->host_ctx;
    const struct element *e = fn->ctx;
    uint32_t depth = w->run.depth;
    if (run->depth >= FEEL_DEPTH_MAX) return err_set(err, &E_dmn_depth, NO_PLACE, str_u64(run->arena, FEEL_DEPTH_MAX));
    w->run.depth = run->depth;
    w->run.steps_left = run->steps_left;
    enum rc rc = e->kind == DMN_SERVICE ? call_service(w, e, args, out) : call_function(w, e, args, out);
    w->run.depth = depth;
    run->steps_left = w->run.steps_left;
    return rc;
}

/* ---- from outside ---- */

/* By the name of its variable or its own; a decision before an input datum; "import.name" within an import. */
static const struct element *find_in(const struct dmn_model *m, const struct doc *d, struct str name, bool invocable)
{
    const struct element *input = NULL;
    for (size_t i = 0; i < m->elements.len; i++) {
        const struct element *e = m->elements.at[i];
        bool its = invocable ? e->kind == DMN_SERVICE || e->kind == DMN_FUNCTION : e->kind == DMN_INPUT || e->kind == DMN_DECISION;
        if (!its || e->doc != d || (!str_eq(e->name, name) && !str_eq(str_trim(xml_attr(e->node, "name")), name))) continue;
        if (invocable || e->kind == DMN_DECISION) return e;
        input = e;
    }
    for (uint32_t k = 0; input == NULL && k < d->imports_count; k++) {
        const struct import *im = &d->imports[k];
        if (im->name.len == 0) input = find_in(m, im->doc, name, invocable);
        else if (name.len > im->name.len && str_starts(name, im->name) && name.ptr[im->name.len] == '.')
            input = find_in(m, im->doc, str_sub(name, im->name.len + 1, name.len), invocable);
    }
    return input;
}

static const struct element *find_named(const struct dmn_model *m, struct str name, bool invocable) { return find_in(m, m->docs, name, invocable); }

static struct str near_name(struct arena *a, const struct dmn_model *m, struct str name, bool invocable)
{
    struct str *names = arena_array(a, struct str, m->elements.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < m->elements.len; i++) {
        enum dmn_kind k = m->elements.at[i]->kind;
        if (invocable ? k == DMN_SERVICE || k == DMN_FUNCTION : k == DMN_DECISION) names[n++] = m->elements.at[i]->name;
    }
    return nearest_name(name, n, names);
}

/* A context given for an import holds what is given within it.  What nobody asks for is passed over. */
static enum rc take_given(struct work *w, const struct doc *d, struct str name, const struct fv *v)
{
    const struct element *e = find_in(w->m, d, name, false);
    bool fits;
    if (e != NULL) {
        struct answer *a = &w->cell[e->idx];
        *a = (struct answer){.state = 2, .value = *v};
        return value_fit(w, e->type, e->name, &a->value, &fits);
    }
    for (uint32_t k = 0; v->kind == FV_CONTEXT && k < d->imports_count; k++) {
        if (d->imports[k].name.len == 0 || !str_eq(d->imports[k].name, name)) continue;
        for (uint32_t i = 0; i < v->count; i++) TRY(take_given(w, d->imports[k].doc, v->entries[i].key, &v->entries[i].value));
    }
    return RC_OK;
}

static enum rc begin(struct work *w, const struct dmn_model *m, struct dmn_run *run, struct err *err)
{
    *w = (struct work){.m = m, .texts = run->texts, .err = err};
    w->run = (struct feel_run){.arena = run->arena, .host_ctx = w, .today = run->today, .now_us = run->now_us, .zone = run->zone,
                               .steps_left = run->steps_left == 0 ? FEEL_STEPS_DEFAULT : run->steps_left};
    TRY(work_alloc(w, m->elements.len, sizeof *w->cell, (void **)&w->cell));
    for (size_t i = 0; i < run->given_count; i++) TRY(take_given(w, m->docs, run->given[i].name, &run->given[i].value));
    w->texts = false;
    return RC_OK;
}

enum rc dmn_decide(const struct dmn_model *m, struct str decision, struct dmn_run *run, struct fv *out, struct err *err)
{
    struct work w;
    *out = fv_null();
    const struct element *e = find_named(m, decision, false);
    if (e == NULL) return err_set(err, &E_dmn_no_decision, NO_PLACE, decision, near_name(run->arena, m, decision, false));
    TRY(begin(&w, m, run, err));
    enum rc rc = decide(&w, e, out);
    run->steps_left = w.run.steps_left;
    return rc;
}

enum rc dmn_invoke(const struct dmn_model *m, struct str name, struct dmn_run *run, struct fv *out, struct err *err)
{
    struct work w;
    *out = fv_null();
    const struct element *e = find_named(m, name, true);
    if (e == NULL) return err_set(err, &E_dmn_no_invocable, NO_PLACE, name, near_name(run->arena, m, name, true));
    TRY(begin(&w, m, run, err));
    struct fv *args;
    TRY(work_alloc(&w, e->native.params_count, sizeof *args, (void **)&args));
    for (uint32_t i = 0; i < e->native.params_count; i++) {
        args[i] = fv_null();
        for (size_t k = 0; k < run->given_count; k++)
            if (str_eq(feel_name_normal(run->arena, run->given[k].name), e->native.params[i].name)) args[i] = run->given[k].value;
    }
    enum rc rc = native_call(&w.run, &e->native, args, out, err);
    run->steps_left = w.run.steps_left;
    return rc;
}
