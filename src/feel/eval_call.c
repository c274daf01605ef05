/* eval_call.c - calling: arguments are made to fit what a parameter takes (DMN 10.3.2.9.4), or the call is null with its cause. */
#include "feel/inner.h"

/* Does an argument fit?  Changes it where DMN converts.  False: *out holds the null. */
static bool fit(struct ev *e, const struct inode *n, const struct builtin *b, const struct builtin_param *p, struct fv *arg, struct fv *single, struct fv *out, bool *ok)
{
    *ok = true;
    if (arg->kind == FV_NULL) {
        if (arg->cause == &absent_argument || p->null_ok) return true;
        *ok = false;
        if (arg->cause != NULL) return ev_null_from(n, arg, out);
        return ev_null(e, n, out, &E_feel_c_null_argument, b->name, p->name, STR_NONE);
    }
    if ((p->takes & BIT(arg->kind)) == 0) {
        if (p->list && e->mode == FEEL_DMN && (p->item_takes == 0 || (p->item_takes & BIT(arg->kind)) != 0)) {
            *single = *arg;
            *arg = fv_list(single, 1);
            return true;
        }
        if (arg->kind == FV_LIST && arg->count == 1 && (p->takes & BIT(arg->items[0].kind)) != 0 && e->mode == FEEL_DMN) {
            *arg = arg->items[0];
            return true;
        }
        *ok = false;
        return ev_null(e, n, out, &E_feel_c_argument, b->name, p->name, kind_text((enum fv_kind)arg->kind, LANG_ZH));
    }
    if (p->item_takes == 0) return true;
    for (uint32_t i = 0; i < arg->count; i++) {
        enum fv_kind k = (enum fv_kind)arg->items[i].kind;
        if (k == FV_NULL || (p->item_takes & BIT(k)) != 0) continue;
        *ok = false;
        return ev_null(e, n, out, &E_feel_c_argument, b->name, p->name, kind_text(k, LANG_ZH));
    }
    return true;
}

static bool call_fitted(struct ev *e, const struct inode *n, const struct builtin *b, const struct builtin_param *p, uint32_t params, struct fv *arg, struct fv *out)
{
    struct fv single[FEEL_ARGS_MAX];
    for (uint32_t i = 0; i < params; i++) {
        if (arg[i].kind != FV_NULL && (p[i].takes & BIT(arg[i].kind)) != 0 && p[i].item_takes == 0) continue;
        bool ok;
        if (!fit(e, n, b, &p[i], &arg[i], &single[i], out, &ok)) return false;
        if (!ok) return true;
    }
    return b->fn(e, n, arg, params, out);
}

bool ev_call(struct ev *e, const struct inode *n, struct fv *out)
{
    struct fv arg[FEEL_ARGS_MAX], items[FEEL_ARGS_MAX];
    uint32_t count = n->n.kids_count;
    for (uint32_t i = 0; i < count; i++) {
        const struct inode *k = kid(n, i);
        if (k->collect && !k->folded && k->n.kids_count <= FEEL_ARGS_MAX) { /* max(a, b): no list is made */
            for (uint32_t j = 0; j < k->n.kids_count; j++)
                if (!ev_node(e, kid(k, j), &items[j])) return false;
            arg[i] = fv_list(items, k->n.kids_count);
        } else if (!ev_node(e, k, &arg[i])) {
            return false;
        }
    }
    return call_fitted(e, n, n->builtin, n->takes, count, arg, out);
}

bool ev_call_builtin(struct ev *e, const struct inode *n, const struct builtin *b, const struct fv *given_args, uint32_t count, struct fv *out)
{
    struct builtin_param p[FEEL_ARGS_MAX];
    struct fv arg[FEEL_ARGS_MAX];
    uint32_t params = builtin_params(b, p);
    bool variadic = (b->flags & (BI_LAST_LIST | BI_ALL_LIST)) != 0 && params == 1 && count != 1;
    if (variadic) {
        arg[0] = fv_list(given_args, count);
    } else {
        if (count > params) return ev_null(e, n, out, &E_feel_c_not_function, b->name, STR_NONE, STR_NONE);
        for (uint32_t i = 0; i < params; i++) {
            if (i < count) arg[i] = given_args[i];
            else if (p[i].optional) arg[i] = (struct fv){.kind = FV_NULL, .cause = &absent_argument};
            else return ev_null(e, n, out, &E_feel_c_null_argument, b->name, p[i].name, STR_NONE);
        }
    }
    return call_fitted(e, n, b, p, params, arg, out);
}

bool ev_function(struct ev *e, const struct inode *n, struct fv *out)
{
    struct feel_closure *c = ev_alloc(e, n, sizeof *c);
    if (c == NULL) return false;
    struct fv *copy = ev_alloc(e, n, ((size_t)e->locals_count + 1) * sizeof *copy);
    if (copy == NULL) return false;
    if (e->locals_count > 0) memcpy(copy, e->locals, (size_t)e->locals_count * sizeof *copy);
    struct fv *vars = ev_alloc(e, n, ((size_t)e->vars_count + 1) * sizeof *vars);
    if (vars == NULL) return false;
    if (e->vars_count > 0) memcpy(vars, e->vars, (size_t)e->vars_count * sizeof *vars);
    *c = (struct feel_closure){.def = n, .locals = copy, .locals_count = e->locals_count, .vars = vars, .vars_count = e->vars_count};
    *out = (struct fv){.kind = FV_FUNCTION, .fn = c};
    return true;
}

static bool call_pack(struct ev *e, const struct inode *n, const struct feel_function *fn, const struct fv *arg, uint32_t count, struct fv *out)
{
    if (fn->body == NULL) return ev_stop(e, n, &E_feel_host, fn->name);
    if (e->depth >= FEEL_DEPTH_MAX) return ev_stop(e, n, &E_feel_depth, STR("64"));
    struct feel_run run = *e->run;
    run.vars = arg;
    run.vars_count = count;
    run.steps_left = e->steps == 0 ? 1 : e->steps;
    run.depth = e->depth + 1;
    enum rc rc = feel_run(fn->body, &run, out, e->err);
    e->steps = run.steps_left;
    if (rc != RC_OK) e->rc = rc;
    return rc == RC_OK;
}

static bool call_native(struct ev *e, const struct inode *n, const struct feel_native *fn, const struct fv *arg, uint32_t count, struct fv *out)
{
    if (count != fn->params_count) return ev_null(e, n, out, &E_feel_c_not_function, fn->name, STR_NONE, STR_NONE);
    if (e->depth >= FEEL_DEPTH_MAX) return ev_stop(e, n, &E_feel_depth, STR("64"));
    struct feel_run run = *e->run;
    run.steps_left = e->steps == 0 ? 1 : e->steps;
    run.depth = e->depth + 1;
    enum rc rc = fn->call(&run, fn, arg, out, e->err);
    e->steps = run.steps_left;
    if (rc != RC_OK) e->rc = rc;
    return rc == RC_OK;
}

/* An argument for a parameter with a type (DMN 10.3.2.9.4): x for [x], [x] for x, a date for its midnight in UTC.  False: *out holds the null. */
static bool fit_typed(struct ev *e, const struct inode *n, const struct feel_member *p, struct fv *v, struct fv *out, bool *fits)
{
    *fits = true;
    if (v->kind == FV_NULL || p->type->kind == FT_ANY || value_instance_of(v, p->type)) return true;
    if (v->kind == FV_LIST && v->count == 1 && value_instance_of(&v->items[0], p->type)) {
        *v = v->items[0];
        return true;
    }
    if (p->type->kind == FT_LIST && p->type->item != NULL && value_instance_of(v, p->type->item)) {
        struct fv *items = ev_alloc(e, n, sizeof *items);
        if (items == NULL) return false;
        *items = *v;
        *v = fv_list(items, 1);
        return true;
    }
    if (p->type->kind == FT_DATETIME && v->kind == FV_DATE) {
        struct datetime *dt = ev_alloc(e, n, sizeof *dt);
        if (dt == NULL) return false;
        *dt = (struct datetime){.day = v->day, .time = {.zone = ZONE_OFFSET}};
        *v = (struct fv){.kind = FV_DATETIME, .datetime = dt};
        return true;
    }
    *fits = false;
    return ev_null(e, n, out, &E_feel_c_argument, n->n.name, p->name, kind_text((enum fv_kind)v->kind, LANG_ZH));
}

bool ev_call_closure(struct ev *e, const struct inode *n, const struct feel_closure *c, const struct fv *arg, uint32_t count, struct fv *out)
{
    if (c->builtin != NULL) return ev_call_builtin(e, n, c->builtin, arg, count, out);
    if (c->fn != NULL) {
        if (count != c->fn->params_count) return ev_null(e, n, out, &E_feel_c_not_function, c->fn->title, STR_NONE, STR_NONE);
        return call_pack(e, n, c->fn, arg, count, out);
    }
    if (c->native != NULL) return call_native(e, n, c->native, arg, count, out);
    const struct inode *def = c->def;
    if (count != def->params_count) return ev_null(e, n, out, &E_feel_c_not_function, n->n.name, STR_NONE, STR_NONE);
    if (e->depth >= FEEL_DEPTH_MAX) return ev_stop(e, n, &E_feel_depth, STR("64"));
    struct fv *locals = ev_alloc(e, n, ((size_t)c->locals_count + count + 1) * sizeof *locals);
    if (locals == NULL) return false;
    if (c->locals_count > 0) memcpy(locals, c->locals, (size_t)c->locals_count * sizeof *locals);
    for (uint32_t i = 0; i < count; i++) {
        struct fv *v = &locals[def->n.slot + i];
        bool fits;
        *v = arg[i];
        if (!fit_typed(e, n, &def->params[i], v, out, &fits)) return false;
        if (!fits) return true;
    }
    struct ev in = *e;
    in.vars = c->vars;
    in.vars_count = c->vars_count;
    in.locals = locals;
    in.locals_count = MAX(c->locals_count, def->n.slot + count);
    in.depth++;
    bool ok = ev_node(&in, kid(def, 0), out);
    e->steps = in.steps;
    e->rc = in.rc;
    return ok;
}

static uint32_t closure_params(const struct feel_closure *c, const struct feel_member **params)
{
    *params = c->def != NULL ? c->def->params : c->native != NULL ? c->native->params : c->fn != NULL ? c->fn->params : NULL;
    return c->def != NULL ? c->def->params_count : c->native != NULL ? c->native->params_count : c->fn != NULL ? c->fn->params_count : 0;
}

bool ev_call_named(struct ev *e, const struct inode *n, struct fv *out)
{
    struct fv few[FEEL_ARGS_MAX], *arg = few, callee;
    uint32_t from = n->n.ref != NULL ? 0 : 1, count = n->n.kids_count - from;
    if (n->named) memset(few, 0, sizeof few); /* a name given twice leaves another out: null */
    if (count > FEEL_ARGS_MAX) {
        arg = ev_alloc(e, n, (size_t)count * sizeof *arg);
        if (arg == NULL) return false;
    }
    if (from == 1 && !ev_node(e, kid(n, 0), &callee)) return false;
    for (uint32_t i = 0; i < count; i++) {
        const struct inode *k = kid(n, from + i);
        uint32_t at = i;
        if (k->n.op == FEEL_ENTRY) { /* by name: where the function that turned up has it */
            const struct feel_member *params = NULL;
            if (from == 1 && callee.kind == FV_FUNCTION && closure_params(callee.fn, &params) == count && params != NULL) {
                for (at = 0; at < count && !str_eq(params[at].name, k->n.name); at++) continue;
                if (at == count) return ev_null(e, n, out, &E_feel_c_not_function, n->n.name, STR_NONE, STR_NONE);
            }
            k = kid(k, 0);
        }
        if (!ev_node(e, k, &arg[at])) return false;
    }
    if (from == 0) return call_pack(e, n, n->n.ref->fn, arg, count, out);
    if (callee.kind == FV_NULL) return ev_null_from(n, &callee, out);
    if (callee.kind != FV_FUNCTION) return ev_null(e, n, out, &E_feel_c_not_function, n->n.name, STR_NONE, STR_NONE);
    return ev_call_closure(e, n, callee.fn, arg, count, out);
}

/* ---- from outside ---- */

struct fv feel_native_value(struct arena *a, const struct feel_native *fn)
{
    struct feel_closure *c = arena_new(a, struct feel_closure);
    c->native = fn;
    return (struct fv){.kind = FV_FUNCTION, .fn = c};
}

struct str feel_name_normal(struct arena *a, struct str name) { return name_normal(a, name); }

bool feel_instance_of(const struct fv *v, const struct feel_type *t) { return value_instance_of(v, t); }

/* Arguments by name into the order of the parameters.  False: a name fits none, or one comes twice. */
static bool order_by_name(const struct feel_closure *c, const struct str *names, const struct fv *args, uint32_t *count, struct fv *out)
{
    struct builtin_param p[FEEL_ARGS_MAX];
    const struct feel_member *params = NULL;
    uint32_t n = c->builtin != NULL ? builtin_params(c->builtin, p) : closure_params(c, &params);
    uint64_t seen = 0;
    if (n > 64 || *count > n || (c->builtin == NULL && *count != n)) return false;
    for (uint32_t i = 0; i < n; i++) out[i] = (struct fv){.kind = FV_NULL, .cause = &absent_argument};
    for (uint32_t i = 0; i < *count; i++) {
        uint32_t at = 0;
        while (at < n && !str_eq(c->builtin != NULL ? p[at].name : params[at].name, names[i])) at++;
        if (at == n || (seen >> at & 1) != 0) return false;
        seen |= UINT64_C(1) << at;
        out[at] = args[i];
    }
    for (uint32_t i = 0; c->builtin != NULL && i < n; i++)
        if ((seen >> i & 1) == 0 && !p[i].optional) return false;
    *count = n;
    return true;
}

enum rc feel_call(struct feel_run *run, const struct fv *fn, const struct str *names, const struct fv *args, uint32_t count, struct fv *out, struct err *err)
{
    static const struct inode here = {.n = {.op = FEEL_CALL_NAMED, .name = STR_INIT("function"), .type = &feel_any}};
    struct fv ordered[64];
    struct ev e = {.run = run, .a = run->arena, .vars = run->vars, .vars_count = run->vars_count,
                   .steps = run->steps_left == 0 ? FEEL_STEPS_DEFAULT : run->steps_left, .depth = run->depth, .mode = FEEL_DMN, .rc = RC_OK, .err = err};
    bool ok;
    if (fn->kind != FV_FUNCTION) {
        ok = fn->kind == FV_NULL ? ev_null_from(&here, fn, out) : ev_null(&e, &here, out, &E_feel_c_not_function, here.n.name, STR_NONE, STR_NONE);
    } else if (names != NULL && !order_by_name(fn->fn, names, args, &count, ordered)) {
        ok = ev_null(&e, &here, out, &E_feel_c_not_function, here.n.name, STR_NONE, STR_NONE);
    } else {
        ok = ev_call_closure(&e, &here, fn->fn, names != NULL ? ordered : args, count, out);
    }
    run->steps_left = e.steps == 0 ? 1 : e.steps;
    return ok ? RC_OK : e.rc;
}
