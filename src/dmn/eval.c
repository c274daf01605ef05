/* eval.c - boxed expressions evaluated. */
#include "dmn/inner.h"

enum rc work_program(struct work *w, const struct feel_program *p, struct frame f, struct fv *out)
{
    struct feel_run run = w->run;
    run.vars = f.vars;
    run.vars_count = f.count;
    enum rc rc = feel_run(p, &run, out, w->err);
    w->run.steps_left = run.steps_left;
    return rc;
}

static enum rc frame_copy(struct work *w, struct frame f, struct frame *out)
{
    TRY(work_alloc(w, f.count, sizeof *f.vars, (void **)&out->vars));
    if (f.count > 0) memcpy(out->vars, f.vars, f.count * sizeof *f.vars);
    out->count = f.count;
    return RC_OK;
}

static enum rc eval_context(struct work *w, const struct expr *e, struct frame outer, struct fv *out)
{
    struct fv_entry *list;
    struct frame f;
    bool fits;
    TRY(frame_copy(w, outer, &f)); /* functions keep what they saw: entries never change under them */
    TRY(work_alloc(w, e->parts_count, sizeof *list, (void **)&list));
    for (uint32_t i = 0; i < e->parts_count; i++) {
        const struct part *p = &e->parts[i];
        struct fv v;
        TRY(expr_eval(w, p->e, f, &v));
        TRY(value_fit(w, p->type, p->name, &v, &fits));
        f.vars[p->slot] = v;
        list[i] = (struct fv_entry){p->name, v};
    }
    if (e->a != NULL) return expr_eval(w, e->a, f, out);
    *out = (struct fv){.kind = FV_CONTEXT, .count = e->parts_count, .entries = list};
    return RC_OK;
}

static enum rc eval_invocation(struct work *w, const struct expr *e, struct frame f, struct fv *out)
{
    struct fv fn, *args;
    struct str *names;
    bool fits;
    TRY(expr_eval(w, e->a, f, &fn));
    TRY(work_alloc(w, e->parts_count, sizeof *args, (void **)&args));
    TRY(work_alloc(w, e->parts_count, sizeof *names, (void **)&names));
    for (uint32_t i = 0; i < e->parts_count; i++) {
        const struct part *p = &e->parts[i];
        args[i] = fv_null();
        if (p->e != NULL) TRY(expr_eval(w, p->e, f, &args[i]));
        TRY(value_fit(w, p->type, p->name, &args[i], &fits));
        names[i] = p->name;
    }
    struct feel_run run = w->run;
    run.vars = f.vars;
    run.vars_count = f.count;
    enum rc rc = feel_call(&run, &fn, names, args, e->parts_count, out, w->err);
    w->run.steps_left = run.steps_left;
    return rc;
}

struct boxed_function {
    const struct expr *def;
    struct frame frame;
};

static enum rc boxed_call(struct feel_run *run, const struct feel_native *fn, const struct fv *args, struct fv *out, struct err *err)
{
    struct work *w = run->host_ctx;
    const struct boxed_function *b = fn->ctx;
    struct frame f;
    uint32_t depth = w->run.depth;
    bool fits = true;
    (void)err;
    TRY(frame_copy(w, b->frame, &f));
    for (uint32_t i = 0; i < b->def->parts_count; i++) {
        const struct part *p = &b->def->parts[i];
        f.vars[p->slot] = args[i];
        TRY(value_fit(w, p->type, p->name, &f.vars[p->slot], &fits));
        if (fits) continue;
        *out = f.vars[p->slot];
        return RC_OK;
    }
    w->run.depth = run->depth;
    w->run.steps_left = run->steps_left;
    enum rc rc = expr_eval(w, b->def->b, f, out);
    w->run.depth = depth;
    run->steps_left = w->run.steps_left;
    return rc;
}

static enum rc eval_function(struct work *w, const struct expr *e, struct frame f, struct fv *out)
{
    struct boxed_function *b;
    struct feel_native *n;
    TRY(work_alloc(w, 1, sizeof *b, (void **)&b));
    TRY(work_alloc(w, 1, sizeof *n, (void **)&n));
    b->def = e;
    TRY(frame_copy(w, f, &b->frame));
    *n = (struct feel_native){.name = e->what, .params = e->params, .params_count = e->parts_count, .call = boxed_call, .ctx = b};
    *out = feel_native_value(w->run.arena, n);
    return RC_OK;
}

static enum rc eval_list(struct work *w, const struct expr *e, struct frame f, struct fv *out)
{
    struct fv *items;
    TRY(work_alloc(w, e->parts_count, sizeof *items, (void **)&items));
    for (uint32_t i = 0; i < e->parts_count; i++) TRY(expr_eval(w, e->parts[i].e, f, &items[i]));
    *out = fv_list(items, e->parts_count);
    return RC_OK;
}

static enum rc eval_relation(struct work *w, const struct expr *e, struct frame f, struct fv *out)
{
    uint32_t rows = e->columns == 0 ? 0 : e->parts_count / e->columns;
    struct fv *items;
    bool fits;
    TRY(work_alloc(w, rows, sizeof *items, (void **)&items));
    for (uint32_t r = 0; r < rows; r++) {
        struct fv_entry *list;
        TRY(work_alloc(w, e->columns, sizeof *list, (void **)&list));
        for (uint32_t i = 0; i < e->columns; i++) {
            const struct part *p = &e->parts[(size_t)r * e->columns + i];
            list[i].key = p->name;
            TRY(expr_eval(w, p->e, f, &list[i].value));
            TRY(value_fit(w, p->type, p->name, &list[i].value, &fits));
        }
        items[r] = (struct fv){.kind = FV_CONTEXT, .count = e->columns, .entries = list};
    }
    *out = fv_list(items, rows);
    return RC_OK;
}

/* What a loop runs over: a list, a range of whole numbers or of days; any other value is the only one. */
struct walk {
    struct fv over;
    int64_t at, end;
    bool range, days, null;
};

static void walk_begin(struct walk *k, const struct fv *over)
{
    *k = (struct walk){.over = *over};
    k->null = over->kind == FV_NULL;
    if (over->kind == FV_RANGE) {
        const struct fv_range *r = over->range;
        k->range = true;
        k->days = r->low.kind == FV_DATE && r->high.kind == FV_DATE;
        if (k->days) {
            k->at = r->low.day;
            k->end = r->high.day;
        } else if (r->low.kind != FV_NUMBER || r->high.kind != FV_NUMBER || !dec_to_i64(r->low.num, &k->at) || !dec_to_i64(r->high.num, &k->end)) {
            k->null = true;
        }
        if (r->low_open) k->at++;
        if (r->high_open) k->end--;
        k->end++;
    } else if (over->kind == FV_LIST) {
        k->end = over->count;
    } else {
        k->end = 1;
    }
}

static bool walk_next(struct walk *k, struct fv *out)
{
    if (k->null || k->at >= k->end) return false;
    if (k->range) *out = k->days ? fv_day(k->at) : fv_i64(k->at);
    else *out = k->over.kind == FV_LIST ? k->over.items[k->at] : k->over;
    k->at++;
    return true;
}

struct results {
    struct fv *at;
    uint32_t len, cap;
};

static enum rc results_add(struct work *w, struct results *r, const struct fv *v)
{
    if (r->len == FEEL_LIST_MAX) return err_set(w->err, &E_feel_list_max, NO_PLACE, STR("100000"));
    if (r->len == r->cap) {
        struct fv *more;
        uint32_t cap = r->cap == 0 ? 16 : r->cap * 2;
        TRY(work_alloc(w, cap, sizeof *more, (void **)&more));
        if (r->len > 0) memcpy(more, r->at, r->len * sizeof *more);
        r->at = more;
        r->cap = cap;
    }
    r->at[r->len++] = *v;
    return RC_OK;
}

static enum rc eval_for(struct work *w, const struct expr *e, struct frame outer, struct fv *out)
{
    struct fv over, item;
    struct walk k;
    struct results r = {0};
    TRY(expr_eval(w, e->a, outer, &over));
    walk_begin(&k, &over);
    if (k.null) return null_for(w, &E_dmn_c_not_list, STR("for"), STR_NONE, out);
    while (walk_next(&k, &item)) {
        struct frame f;
        struct fv v;
        TRY(frame_copy(w, outer, &f));
        f.vars[e->slot] = item;
        f.vars[e->slot + 1] = fv_list(r.at, r.len);
        TRY(expr_eval(w, e->b, f, &v));
        TRY(results_add(w, &r, &v));
    }
    *out = fv_list(r.at, r.len);
    return RC_OK;
}

/* some: a disjunction, every: a conjunction; a condition that is no condition makes the whole null. */
static enum rc eval_quantified(struct work *w, const struct expr *e, struct frame outer, struct fv *out)
{
    bool some = e->kind == EX_SOME, found = false;
    struct str name = some ? STR("some") : STR("every");
    struct fv over, item;
    struct walk k;
    TRY(expr_eval(w, e->a, outer, &over));
    walk_begin(&k, &over);
    if (k.null) return null_for(w, &E_dmn_c_not_list, name, STR_NONE, out);
    while (walk_next(&k, &item)) {
        struct frame f;
        struct fv v;
        TRY(frame_copy(w, outer, &f));
        f.vars[e->slot] = item;
        TRY(expr_eval(w, e->b, f, &v));
        if (v.kind != FV_BOOL) return null_for(w, &E_dmn_c_condition, name, STR_NONE, out);
        if (v.b == some) found = true;
    }
    *out = fv_bool(found == some);
    return RC_OK;
}

static enum rc eval_filter(struct work *w, const struct expr *e, struct frame outer, struct fv *out)
{
    struct fv over, item;
    struct walk k;
    struct results r = {0};
    TRY(expr_eval(w, e->a, outer, &over));
    if (e->kind == EX_FILTER_TEXT) {
        struct frame f;
        if (e->program == NULL) return null_for(w, &E_dmn_c_broken, e->what, STR_NONE, out);
        TRY(frame_copy(w, outer, &f));
        f.vars[e->slot] = over;
        return work_program(w, e->program, f, out);
    }
    if (over.kind == FV_NULL) return null_for(w, &E_dmn_c_not_list, STR("filter"), STR_NONE, out);
    walk_begin(&k, &over);
    while (walk_next(&k, &item)) {
        struct frame f;
        struct fv v;
        TRY(frame_copy(w, outer, &f));
        f.vars[e->slot] = item;
        TRY(expr_eval(w, e->b, f, &v));
        if (v.kind != FV_BOOL && v.kind != FV_NULL) return null_for(w, &E_dmn_c_condition, STR("filter"), STR_NONE, out);
        if (fv_is_true(&v)) TRY(results_add(w, &r, &item));
    }
    *out = fv_list(r.at, r.len);
    return RC_OK;
}

static enum rc eval_if(struct work *w, const struct expr *e, struct frame f, struct fv *out)
{
    struct fv v;
    TRY(expr_eval(w, e->a, f, &v));
    return expr_eval(w, fv_is_true(&v) ? e->b : e->c, f, out);
}

static enum rc eval_kind(struct work *w, const struct expr *e, struct frame f, struct fv *out)
{
    switch (e->kind) {
    case EX_LITERAL: return e->program == NULL ? null_for(w, &E_dmn_c_broken, e->what, STR_NONE, out) : work_program(w, e->program, f, out);
    case EX_CONTEXT: return eval_context(w, e, f, out);
    case EX_INVOCATION: return eval_invocation(w, e, f, out);
    case EX_FUNCTION: return eval_function(w, e, f, out);
    case EX_LIST: return eval_list(w, e, f, out);
    case EX_RELATION: return eval_relation(w, e, f, out);
    case EX_IF: return eval_if(w, e, f, out);
    case EX_FILTER: case EX_FILTER_TEXT: return eval_filter(w, e, f, out);
    case EX_FOR: return eval_for(w, e, f, out);
    case EX_SOME: case EX_EVERY: return eval_quantified(w, e, f, out);
    case EX_EXTERNAL: return err_set(w->err, &E_dmn_external, NO_PLACE, STR("function"), e->what);
    }
    return RC_OK;
}

enum rc expr_eval(struct work *w, const struct expr *e, struct frame f, struct fv *out)
{
    bool fits;
    if (w->run.steps_left < 2) return err_set0(w->err, &E_dmn_steps, NO_PLACE);
    w->run.steps_left--;
    TRY(eval_kind(w, e, f, out));
    return value_fit(w, e->type, e->what, out, &fits);
}
