/*
 * vec_call.c - built-ins and members that columns know; functions and decision tables of packs, written out in place.
 */
#include "feel/vec.h"

#include "feel/builtins.h"

static const struct vnode *arg(struct vmake *m, const struct inode *n, uint32_t i, enum vtype want)
{
    const struct vnode *x = vec_node(m, kid(n, i));
    if (x == NULL || x->type == VT_NULL || x->type == want) return x;
    return vec_refuse(m, n->n.name);
}

/* ---- members ---- */

static const struct vnode *key(struct vmake *m, const struct vnode *day, bool last)
{
    return vec_make(m, last ? V_KEY_LAST : V_KEY, VT_MONTHS, 1, vec_share(m, day), NULL, NULL);
}

static const struct vnode *part(struct vmake *m, const struct inode *n, const struct vnode *day)
{
    const struct feel_member *p = type_builtin_member(FT_DATE, n->n.name);
    if (p == NULL) return vec_refuse(m, n->n.name);
    struct vnode *x = vec_make(m, V_PART, VT_NUM, 1, p->slot == 3 ? day : key(m, day, false), NULL, NULL);
    x->k = p->slot;
    return x;
}

const struct vnode *vec_member(struct vmake *m, const struct inode *n)
{
    const struct inode *of = kid(n, 0);
    if (n->n.type->kind == FT_LIST) return vec_refuse_as(m, STR("列表作为结果"), STR("a list as the result"));
    if (of->n.type->kind == FT_LIST) return vec_refuse_as(m, STR("列表作为结果"), STR("a list as the result"));
    const struct vnode *x = vec_node(m, of);
    if (x == NULL || x->type == VT_NULL) return x;
    if (of->n.type->kind == FT_RECORD) {
        if (n->n.member == NULL || n->n.reg == NULL || x->reg != n->n.reg) return vec_refuse(m, n->n.name);
        return vec_column(m, x, n->n.reg, n->n.member);
    }
    if (x->type == VT_DAY && of->n.type->kind == FT_DATE) return part(m, n, x);
    if (x->type == VT_CODE) return vec_code_member(m, n, x);
    return vec_refuse(m, n->n.name);
}

/* ---- built-ins ---- */

static const struct vnode *extreme(struct vmake *m, const struct inode *n, const struct inode *list, bool max)
{
    const struct vnode *best = NULL;
    for (uint32_t i = 0; i < list->n.kids_count; i++) {
        const struct vnode *x = vec_node(m, kid(list, i));
        if (x == NULL) return NULL;
        if (x->type == VT_NULL) return x;
        if (x->type != VT_NUM && x->type != VT_DAY && x->type != VT_MONTHS && x->type != VT_SPAN) return vec_refuse(m, n->n.name);
        if (best != NULL && !vec_same_type(m, &best, &x)) return NULL;
        best = best == NULL ? x : vec_make(m, max ? V_MAX : V_MIN, (enum vtype)x->type, 2, best, x, NULL);
    }
    return best == NULL ? vec_refuse(m, n->n.name) : best;
}

static const struct vnode *total(struct vmake *m, const struct inode *n, const struct inode *list)
{
    const struct vnode *sum = NULL;
    for (uint32_t i = 0; i < list->n.kids_count; i++) {
        const struct vnode *x = vec_node(m, kid(list, i));
        if (x == NULL || x->type == VT_NULL) return x;
        if (x->type != VT_NUM && x->type != VT_MONTHS) return vec_refuse(m, n->n.name);
        if (sum != NULL && !vec_same_type(m, &sum, &x)) return NULL;
        sum = sum == NULL ? x : vec_make(m, V_ADD, (enum vtype)x->type, 2, sum, x, NULL);
    }
    return sum == NULL ? vec_refuse(m, n->n.name) : sum;
}

static const struct vnode *over_list(struct vmake *m, const struct inode *n, enum vagg agg)
{
    const struct inode *list = kid(n, 0);
    if (list->n.op == FEEL_LIST) {
        if (agg == VA_MIN || agg == VA_MAX) return extreme(m, n, list, agg == VA_MAX);
        if (agg == VA_SUM) return total(m, n, list);
        return vec_refuse(m, n->n.name);
    }
    if (agg == VA_COUNT && list->n.op == FEEL_CALL && list->builtin != NULL && list->builtin->fn == bi_distinct)
        return vec_aggregate(m, n, kid(list, 0), VA_DISTINCT);
    return vec_aggregate(m, n, list, agg);
}

static const struct vnode *full(struct vmake *m, const struct inode *n, bool years)
{
    const struct vnode *a = arg(m, n, 0, VT_DAY), *b = a == NULL ? NULL : arg(m, n, 1, VT_DAY);
    if (b == NULL) return NULL;
    if (a->type == VT_NULL || b->type == VT_NULL) return vec_truth(m, -1);
    struct vnode *f = vec_make(m, V_FULL_MONTHS, VT_NUM, 2, key(m, a, false), key(m, b, false), NULL);
    const struct vnode **kids = arena_array(m->a, const struct vnode *, 4);
    kids[0] = f->kids[0];
    kids[1] = vec_at(m, key(m, a, true), f->space);
    kids[2] = f->kids[1];
    kids[3] = vec_at(m, key(m, b, true), f->space);
    f->kids = kids;
    f->kids_count = 4;
    f->scale = 0;
    return years ? vec_make(m, V_FULL_YEARS, VT_NUM, 1, f, NULL, NULL) : f;
}

static const struct vnode *whole(struct vmake *m, const struct inode *n, char sign)
{
    if (n->n.kids_count > 1 && !kid(n, 1)->absent) return vec_refuse(m, n->n.name);
    const struct vnode *x = arg(m, n, 0, VT_NUM);
    if (x == NULL || x->type == VT_NULL || x->scale == 0) return x;
    struct vnode *d = vec_make(m, V_DIV_POW, VT_NUM, 1, x, NULL, NULL);
    d->sign = sign;
    d->k = x->scale;
    d->scale = 0;
    return d;
}

const struct vnode *vec_call(struct vmake *m, const struct inode *n)
{
    const struct builtin *b = n->builtin;
    const struct vnode *x, *y;
    if (b == NULL) return vec_refuse(m, n->n.name);
    if (b->fn == bi_not) {
        x = arg(m, n, 0, VT_BOOL);
        return x == NULL || x->type == VT_NULL ? x : vec_make(m, V_NOT, VT_BOOL, 1, x, NULL, NULL);
    }
    if (b->fn == bi_count) return over_list(m, n, VA_COUNT);
    if (b->fn == bi_sum) return over_list(m, n, VA_SUM);
    if (b->fn == bi_min) return over_list(m, n, VA_MIN);
    if (b->fn == bi_max) return over_list(m, n, VA_MAX);
    if (b->fn == bi_any) return over_list(m, n, VA_ANY);
    if (b->fn == bi_all) return over_list(m, n, VA_ALL);
    if (b->fn == bi_list_contains) return over_list(m, n, VA_CONTAINS);
    if (b->fn == bi_full_years) return full(m, n, true);
    if (b->fn == bi_full_months) return full(m, n, false);
    if (b->fn == bi_months_between) {
        x = arg(m, n, 0, VT_DAY);
        y = x == NULL ? NULL : arg(m, n, 1, VT_DAY);
        if (y == NULL) return NULL;
        if (x->type == VT_NULL || y->type == VT_NULL) return vec_truth(m, -1);
        return vec_make(m, V_MONTHS_BETWEEN, VT_MONTHS, 2, key(m, x, false), key(m, y, false), NULL);
    }
    if (b->fn == bi_floor) return whole(m, n, 'f');
    if (b->fn == bi_ceiling) return whole(m, n, 'c');
    if (b->fn == bi_abs) {
        x = vec_node(m, kid(n, 0));
        if (x == NULL || x->type == VT_NULL) return x;
        if (x->type != VT_NUM && x->type != VT_MONTHS && x->type != VT_SPAN) return vec_refuse(m, n->n.name);
        return vec_make(m, V_ABS, (enum vtype)x->type, 1, x, NULL, NULL);
    }
    return vec_refuse(m, n->n.name);
}

/* ---- functions and tables of packs ---- */

const struct vnode *vec_call_named(struct vmake *m, const struct inode *n)
{
    const struct feel_function *fn = n->n.ref == NULL ? NULL : n->n.ref->fn;
    if (fn == NULL || fn->body == NULL || m->calls >= FEEL_DEPTH_MAX / 2 || n->n.kids_count != fn->params_count) return vec_refuse(m, n->n.name);
    uint32_t count = n->n.kids_count;
    struct vbind *vars = arena_array(m->a, struct vbind, count + 2);
    for (uint32_t i = 0; i < count; i++) {
        const struct inode *k = kid(n, i);
        if (k->n.op == FEEL_ENTRY || k->n.type->kind == FT_LIST) return vec_refuse(m, fn->title.len > 0 ? fn->title : fn->name);
        vars[i].bound = true;
        if (vec_fixed(m, k)) {
            struct fv *v = arena_new(m->a, struct fv);
            if (!vec_value(m, k, v)) return NULL;
            vars[i].fixed = v;
        } else {
            vars[i].node = vec_share(m, vec_node(m, k));
            if (vars[i].node == NULL) return NULL;
            /* What came to a constant is one to the function too. */
            if (vars[i].node->op == V_CONST) vars[i].fixed = vars[i].node->value;
        }
    }
    struct vframe f = {.p = fn->body, .vars = vars, .vars_count = count, .locals = arena_array(m->a, struct vbind, fn->body->locals + 1), .locals_count = fn->body->locals};
    struct vframe *outer = m->f;
    m->f = &f;
    m->calls++;
    const struct vnode *x = vec_node(m, (const struct inode *)(const void *)fn->body->root);
    m->calls--;
    m->f = outer;
    return x;
}

static const struct vnode *row_holds(struct vmake *m, const struct feel_table *t, const struct feel_table_row *row)
{
    const struct vnode *all = NULL;
    for (uint32_t i = 0; i < t->ins_count; i++) {
        if (row->tests[i] == NULL) continue;
        struct vframe *f = m->f, in = *f;
        struct vbind *vars = arena_array(m->a, struct vbind, t->ins_count + 1);
        for (uint32_t k = 0; k < t->ins_count; k++) vars[k] = k < f->vars_count ? f->vars[k] : (struct vbind){0};
        vars[t->ins_count] = vars[i]; /* ? */
        in.p = row->tests[i];
        in.vars = vars;
        in.vars_count = t->ins_count + 1;
        in.locals = arena_array(m->a, struct vbind, in.p->locals + 1);
        in.locals_count = in.p->locals;
        m->f = &in;
        const struct vnode *x = vec_node(m, (const struct inode *)(const void *)in.p->root);
        m->f = f;
        if (x == NULL) return NULL;
        if (x->type != VT_BOOL && x->type != VT_NULL) return vec_refuse(m, t->title);
        all = all == NULL ? x : vec_make(m, V_AND, VT_BOOL, 2, all, x, NULL);
    }
    return all == NULL ? vec_truth(m, 1) : all;
}

static const struct vnode *row_answer(struct vmake *m, const struct feel_program *p)
{
    struct vframe *f = m->f, in = *f;
    if (p == NULL) return vec_truth(m, -1);
    in.p = p;
    in.locals = arena_array(m->a, struct vbind, p->locals + 1);
    in.locals_count = p->locals;
    m->f = &in;
    const struct vnode *out = vec_node(m, (const struct inode *)(const void *)p->root);
    m->f = f;
    return out;
}

/* Unique and first of one output: one after the other from the last row up. */
const struct vnode *vec_table(struct vmake *m, const struct inode *n)
{
    const struct feel_table *t = n->set;
    bool plain = t->in == NULL && t->out == NULL && t->fit == NULL && t->mode == FEEL_PACK && t->input_slot == t->ins_count;
    if (!plain || (t->hit != FEEL_HIT_UNIQUE && t->hit != FEEL_HIT_FIRST) || t->outs_count != 1) return vec_refuse(m, t->title);
    const struct vnode **holds = arena_array(m->a, const struct vnode *, t->rows_count + 1);
    const struct vnode *answer = vec_truth(m, -1), *seen = NULL, *many = NULL;
    for (uint32_t r = 0; r < t->rows_count; r++) {
        holds[r] = vec_share(m, row_holds(m, t, &t->rows[r]));
        if (holds[r] == NULL) return NULL;
        if (t->hit == FEEL_HIT_FIRST) continue;
        if (seen != NULL) {
            const struct vnode *again = vec_make(m, V_AND, VT_BOOL, 2, seen, holds[r], NULL);
            many = many == NULL ? again : vec_make(m, V_OR, VT_BOOL, 2, many, again, NULL);
        }
        seen = vec_share(m, seen == NULL ? holds[r] : vec_make(m, V_OR, VT_BOOL, 2, seen, holds[r], NULL));
    }
    for (uint32_t r = t->rows_count; r-- > 0;) {
        const struct vnode *out = row_answer(m, t->rows[r].outs[0]);
        if (out == NULL) return NULL;
        if (t->hit == FEEL_HIT_FIRST) answer = vec_if(m, vec_is_null(m, holds[r], false), vec_truth(m, -1), answer);
        answer = vec_if(m, holds[r], out, answer);
        if (answer == NULL) return NULL;
    }
    return many == NULL ? answer : vec_if(m, many, vec_truth(m, -1), answer);
}
