/*
 * vec_make.c - from a checked tree to a vector program: what is fixed, columns, logic.
 * What does not depend on a record is asked of the scalar evaluator once, what depends on one code only for each row of its table
 * (vec_codes.c).  So both evaluators agree there by construction; the rest is in vec_op.c, vec_call.c and vec_walk.c.
 */
#include "feel/vec.h"

#include "feel/builtins.h"

const struct vnode *vec_refuse_as(struct vmake *m, struct str zh, struct str en)
{
    if (m->why.zh.len == 0) m->why = (struct feel_why){zh, en};
    return NULL;
}

const struct vnode *vec_refuse(struct vmake *m, struct str name)
{
    return name.len > 0 ? vec_refuse_as(m, name, name) : vec_refuse_as(m, STR("没有名字的函数"), STR("a function without a name"));
}

static bool truth_type(const struct vnode *x) { return x->type == VT_BOOL; }

static enum feel_cell cell_of(enum vop op, enum vtype t)
{
    switch (t) {
    case VT_NULL: case VT_BOOL: return FEEL_CELL_NONE;
    case VT_CODE: case VT_ROW: case VT_SYM: return FEEL_CELL_U32;
    case VT_NUM: case VT_MONTHS:
        if (op == V_KEY || op == V_KEY_LAST || op == V_MONTHS_BETWEEN || op == V_FULL_MONTHS || op == V_FULL_YEARS || op == V_PART) return FEEL_CELL_I32;
        return FEEL_CELL_I64;
    case VT_DAY: case VT_DATETIME: case VT_SPAN: case VT_ID: case VT_TEXT: return FEEL_CELL_I64;
    }
    return FEEL_CELL_I64;
}

uint8_t vec_deeper(const struct vmake *m, uint8_t a, uint8_t b)
{
    if (a == SPACE_ANY) return b;
    if (b == SPACE_ANY) return a;
    return m->v->space[a].depth >= m->v->space[b].depth ? a : b;
}

const struct vnode *vec_share(struct vmake *m, const struct vnode *x)
{
    if (x != NULL && x->op != V_CONST && x->op != V_SELF && !(x->op == V_COLUMN && x->kids_count == 0)) m->v->nodes.at[x->idx]->shared = true;
    return x;
}

const struct vnode *vec_at(struct vmake *m, const struct vnode *x, uint8_t space)
{
    MUST(x != NULL);
    if (x->space == SPACE_ANY || x->space == space) return x;
    MUST(space != SPACE_ONE && space != SPACE_ANY);
    const struct vnode *y = vec_share(m, vec_at(m, x, m->v->space[space].parent));
    MUST(y != NULL);
    for (size_t i = 0; i < m->v->nodes.len; i++) {
        struct vnode *o = m->v->nodes.at[i];
        if (o->op != V_SPREAD || o->space != space || o->kids[0] != y) continue;
        o->shared = true;
        return o;
    }
    struct vnode *n = vec_make(m, V_SPREAD, (enum vtype)y->type, 1, y, NULL, NULL);
    n->space = space;
    n->scale = y->scale;
    n->codes = y->codes;
    n->reg = y->reg;
    n->column = y->column;
    n->cell = y->cell;
    return n;
}

struct vnode *vec_make(struct vmake *m, enum vop op, enum vtype type, uint32_t kids, const struct vnode *x, const struct vnode *y, const struct vnode *z)
{
    const struct vnode *k[3] = {x, y, z};
    struct vnode *n = arena_new(m->a, struct vnode);
    n->op = (uint8_t)op;
    n->type = (uint8_t)type;
    n->cell = (uint8_t)cell_of(op, type);
    n->of_null = -1;
    n->space = SPACE_ANY;
    n->cost = op == V_AGG ? 60 : op == V_TEXT_CMP ? 20 : 1;
    n->kids_count = (uint16_t)kids;
    n->kids = kids == 0 ? NULL : arena_array(m->a, const struct vnode *, kids);
    for (uint32_t i = 0; i < kids; i++) n->space = vec_deeper(m, n->space, k[i]->space);
    for (uint32_t i = 0; i < kids; i++) {
        if (k[i]->type == VT_NUM && k[i]->scale > VEC_SCALE_MAX) (void)vec_refuse_as(m, STR("小数位太多"), STR("too many decimals")); /* no cell holds it: comparisons look at the constant itself */
        n->kids[i] = op == V_SPREAD || n->space == SPACE_ANY ? k[i] : vec_at(m, k[i], n->space);
        n->cost += k[i]->cost;
    }
    if (kids > 0) {
        n->scale = n->kids[0]->scale;
        n->codes = n->kids[0]->codes;
        n->reg = n->kids[0]->reg;
        n->column = n->kids[0]->column;
    }
    n->idx = (uint32_t)m->v->nodes.len;
    vec_push(m->a, &m->v->nodes, n);
    return n;
}

uint32_t vec_sym(struct vmake *m, struct str s)
{
    for (size_t i = 0; i < m->v->syms.len; i++)
        if (str_eq(m->v->syms.at[i], s)) return (uint32_t)i;
    vec_push(m->a, &m->v->syms, str_dup(m->a, s));
    return (uint32_t)m->v->syms.len - 1;
}

/* ---- what is the same for all rows ---- */

static bool has_all(void *ctx, const struct feel_node *n)
{
    bool *found = ctx;
    if (n->op == FEEL_ALL) *found = true;
    if (n->op == FEEL_CALL_NAMED && n->ref != NULL && n->ref->fn != NULL && n->ref->fn->body != NULL && !*found)
        feel_each_node(n->ref->fn->body->root, has_all, found);
    return !*found;
}

bool vec_body_all(const struct inode *n)
{
    bool found = false;
    if (n->n.ref != NULL && n->n.ref->fn != NULL && n->n.ref->fn->body != NULL) feel_each_node(n->n.ref->fn->body->root, has_all, &found);
    return found;
}

static const struct vbind *bind_of(const struct vmake *m, const struct inode *n)
{
    const struct vframe *f = m->f;
    if (n->n.op == FEEL_VARIABLE) return n->n.slot < f->vars_count ? &f->vars[n->n.slot] : NULL;
    if (n->n.op == FEEL_LOCAL) return n->n.slot < f->locals_count ? &f->locals[n->n.slot] : NULL;
    return NULL;
}

bool vec_fixed(struct vmake *m, const struct inode *n)
{
    if (n->folded || n->n.op == FEEL_LITERAL) return true;
    if (n->n.op == FEEL_VARIABLE || n->n.op == FEEL_LOCAL) {
        const struct vbind *b = bind_of(m, n);
        if (b == NULL) return n->n.op == FEEL_LOCAL;
        return b->bound ? b->fixed != NULL : n->n.op == FEEL_LOCAL;
    }
    if (n->n.op == FEEL_ALL || n->n.op == FEEL_DYNAMIC || (n->n.op == FEEL_CALL_NAMED && vec_body_all(n))) return false;
    for (uint32_t i = 0; i < n->n.kids_count; i++)
        if (!vec_fixed(m, kid(n, i))) return false;
    return true;
}

uint8_t vec_depends(struct vmake *m, const struct inode *n)
{
    if (n->folded || n->n.op == FEEL_LITERAL) return SPACE_ANY;
    const struct vbind *b = bind_of(m, n);
    if (b != NULL && b->node != NULL) return b->node->space;
    uint8_t s = n->n.op == FEEL_ALL || (n->n.op == FEEL_CALL_NAMED && vec_body_all(n)) ? SPACE_ONE : SPACE_ANY;
    for (uint32_t i = 0; i < n->n.kids_count; i++) s = vec_deeper(m, s, vec_depends(m, kid(n, i)));
    return s;
}

/* A run of the scalar evaluator on a part of a program. */
bool vec_part_run(struct vmake *m, const struct inode *n, const struct fv *vars, uint32_t vars_count, struct fv *out)
{
    const struct vframe *f = m->f;
    struct fv room[16];
    struct ev e;
    struct err err;
    struct feel_run run = {.arena = m->a, .host = m->o->host, .host_ctx = m->o->host_ctx, .today = m->o->today, .zone = m->o->zone, .vars = vars,
                           .vars_count = vars_count, .steps_left = VEC_FIXED_STEPS};
    err_clear(&err);
    if (ev_begin(&e, f->p, &run, room, 16, &err) != RC_OK) return vec_refuse_as(m, STR("常量"), STR("constant")) != NULL;
    for (uint32_t i = 0; i < f->p->locals && i < f->locals_count; i++)
        if (f->locals[i].bound && f->locals[i].fixed != NULL) e.locals[i] = *f->locals[i].fixed;
    run.locals = e.locals;
    if (!ev_node(&e, n, out)) return vec_refuse_as(m, STR("常量"), STR("constant")) != NULL;
    return true;
}

bool vec_value(struct vmake *m, const struct inode *n, struct fv *out)
{
    const struct vframe *f = m->f;
    struct fv *vars = arena_array(m->a, struct fv, f->vars_count + 1);
    for (uint32_t i = 0; i < f->vars_count; i++) vars[i] = f->vars[i].fixed != NULL ? *f->vars[i].fixed : fv_null();
    return vec_part_run(m, n, vars, f->vars_count, out);
}

/* ---- constants ---- */

static bool span_us(struct dt_span s, int64_t *out)
{
    if (s.nano % 1000 != 0) return false;
    int64_t us;
    if (mul_overflows(s.second, INT64_C(1000000), &us)) return false;
    return !add_overflows(us, s.nano / 1000, out);
}

/* The value as cells have it.  False: no cell can hold it. */
bool vec_cell_value(struct vmake *m, const struct fv *v, uint8_t *type, uint8_t *scale, int64_t *k)
{
    int64_t second;
    int32_t nano;
    *scale = 0;
    switch ((enum fv_kind)v->kind) {
    case FV_NULL: *type = VT_NULL; *k = 0; return true;
    case FV_BOOL: *type = VT_BOOL; *k = v->b; return true;
    case FV_NUMBER:
        *type = VT_NUM;
        while (*scale <= VEC_SCALE_MAX && !dec_to_scaled(v->num, *scale, k)) (*scale)++;
        if (*scale > VEC_SCALE_MAX) *k = 0;
        return true; /* a scale beyond the limit: good for comparisons only */
    case FV_STRING: *type = VT_SYM; *k = vec_sym(m, v->str); return true;
    case FV_DATE: *type = VT_DAY; *k = v->day; return true;
    case FV_DATETIME:
        *type = VT_DATETIME;
        if (v->datetime->time.zone == ZONE_NONE || !datetime_to_utc(*v->datetime, &second, &nano) || nano % 1000 != 0) return false;
        return !mul_overflows(second, INT64_C(1000000), k) && !add_overflows(*k, (int64_t)(nano / 1000), k);
    case FV_MONTHS: *type = VT_MONTHS; *k = v->months; return true;
    case FV_SPAN: *type = VT_SPAN; return span_us(v->span, k);
    case FV_CODE: *type = VT_CODE; *k = v->code; return true;
    case FV_TIME: case FV_LIST: case FV_CONTEXT: case FV_RANGE: case FV_FUNCTION: case FV_RECORD: return false;
    }
    return false;
}

const struct vnode *vec_const(struct vmake *m, const struct fv *v)
{
    uint8_t type, scale;
    int64_t k = 0;
    if (!vec_cell_value(m, v, &type, &scale, &k)) return vec_refuse_as(m, STR("列表、区间一类的值"), STR("a list, range or the like"));
    struct vnode *n = vec_make(m, V_CONST, (enum vtype)type, 0, NULL, NULL, NULL);
    struct fv *copy = arena_new(m->a, struct fv);
    *copy = *v;
    n->value = copy;
    n->k = k;
    n->scale = scale;
    n->is_null = type == VT_NULL;
    n->codes = v->kind == FV_CODE ? v->codes : NULL;
    return n;
}

const struct vnode *vec_truth(struct vmake *m, int answer)
{
    struct fv v = answer < 0 ? fv_null() : fv_bool(answer == 1);
    return vec_const(m, &v);
}

/* ---- columns ---- */

const struct vnode *vec_column(struct vmake *m, const struct vnode *rec, const struct feel_register *reg, const struct feel_member *mem)
{
    static const uint8_t types[] = {[FEEL_COLUMN_BOOL] = VT_BOOL, [FEEL_COLUMN_NUMBER] = VT_NUM, [FEEL_COLUMN_DAY] = VT_DAY, [FEEL_COLUMN_DATETIME] = VT_DATETIME,
                                    [FEEL_COLUMN_MONTHS] = VT_MONTHS, [FEEL_COLUMN_SPAN] = VT_SPAN, [FEEL_COLUMN_CODE] = VT_CODE, [FEEL_COLUMN_ROW] = VT_ROW,
                                    [FEEL_COLUMN_ID] = VT_ID, [FEEL_COLUMN_TEXT] = VT_TEXT};
    if (rec->type == VT_NULL) return rec;
    if (rec->type != VT_ROW) return vec_refuse_as(m, STR("没有装入的记录"), STR("records that are not loaded"));
    bool own = rec->op == V_SELF && rec->space == SPACE_BLOCK;
    for (size_t i = 0; i < m->v->nodes.len; i++) {
        struct vnode *o = m->v->nodes.at[i];
        if (o->op != V_COLUMN || o->member != mem || o->space != rec->space || (o->kids_count == 0) != own || (!own && o->kids[0] != rec)) continue;
        return vec_share(m, o);
    }
    struct feel_column *c = arena_new(m->a, struct feel_column);
    struct feel_why why = {STR_NONE, STR_NONE};
    if (!m->o->columns->column(m->o->columns_ctx, reg, mem, c, &why))
        return why.zh.len > 0 ? vec_refuse_as(m, why.zh, why.en) : vec_refuse_as(m, mem->title.len > 0 ? mem->title : mem->name, mem->name);
    struct vnode *n = vec_make(m, V_COLUMN, (enum vtype)types[c->kind], own ? 0 : 1, rec, NULL, NULL);
    n->space = rec->space;
    n->column = c;
    n->member = mem;
    n->scale = c->scale;
    n->codes = c->codes;
    n->reg = c->reg;
    n->cost = own ? 2 : 8 + rec->cost;
    if (n->type != VT_BOOL) n->cell = own ? FEEL_CELL_I64 : n->cell;
    return n;
}

static const struct vnode *variable(struct vmake *m, const struct inode *n)
{
    const struct vbind *b = bind_of(m, n);
    if (b == NULL || !b->bound || b->node == NULL) return n->n.name.len > 0 ? vec_refuse(m, n->n.name) : vec_refuse_as(m, STR("变量"), STR("a variable"));
    return vec_share(m, b->node);
}

static const struct vnode *joined(struct vmake *m, const struct inode *n)
{
    uint32_t count = n->n.kids_count;
    const struct vnode **k = arena_array(m->a, const struct vnode *, count);
    uint8_t space = SPACE_ANY;
    for (uint32_t i = 0; i < count; i++) {
        const struct vnode *x = vec_node(m, kid(n, i));
        if (x == NULL) return NULL;
        if (x->type != VT_BOOL && x->type != VT_NULL) return vec_refuse_as(m, STR("不是真假的条件"), STR("a condition that is not boolean"));
        uint32_t at = i;
        for (; at > 0 && k[at - 1]->cost > x->cost; at--) k[at] = k[at - 1]; /* the cheap ones spare the dear ones rows; the answer is the same */
        k[at] = x;
        space = vec_deeper(m, space, x->space);
    }
    struct vnode *j = vec_make(m, n->n.op == FEEL_AND ? V_AND : V_OR, VT_BOOL, 0, NULL, NULL, NULL);
    j->space = space;
    j->kids_count = (uint16_t)count;
    j->kids = k;
    for (uint32_t i = 0; i < count; i++) {
        k[i] = space == SPACE_ANY ? k[i] : vec_at(m, k[i], space);
        j->cost += k[i]->cost;
    }
    return j;
}

const struct vnode *vec_if(struct vmake *m, const struct vnode *c, const struct vnode *x, const struct vnode *y)
{
    if (c == NULL || x == NULL || y == NULL) return NULL;
    if (c->type == VT_NULL) return y;
    if (!truth_type(c)) return vec_refuse_as(m, STR("不是真假的条件"), STR("a condition that is not boolean"));
    if (x->type == VT_NULL && y->type == VT_NULL) return x;
    if (x->type != VT_NULL && y->type != VT_NULL && !vec_same_type(m, &x, &y)) return NULL;
    const struct vnode *t = x->type == VT_NULL ? y : x;
    struct vnode *n = vec_make(m, V_IF, (enum vtype)t->type, 3, c, x, y);
    n->scale = t->scale;
    n->codes = t->codes;
    n->reg = t->reg;
    n->column = t->column;
    return n;
}

static const struct vnode *compared(struct vmake *m, const struct inode *n)
{
    const struct vnode *x = vec_node(m, kid(n, 0)), *y = x == NULL ? NULL : vec_node(m, kid(n, 1));
    return y == NULL ? NULL : vec_compare(m, n, n->n.op, x, y, n->strict);
}

static const struct vnode *between(struct vmake *m, const struct inode *n)
{
    const struct vnode *x = vec_share(m, vec_node(m, kid(n, 0)));
    const struct vnode *low = x == NULL ? NULL : vec_node(m, kid(n, 1)), *high = low == NULL ? NULL : vec_node(m, kid(n, 2));
    if (high == NULL) return NULL;
    const struct vnode *a = vec_compare(m, n, FEEL_GE, x, low, true), *b = a == NULL ? NULL : vec_compare(m, n, FEEL_LE, x, high, true);
    if (b == NULL) return NULL;
    return a->type == VT_NULL || b->type == VT_NULL ? vec_truth(m, -1) : vec_make(m, V_BOTH, VT_BOOL, 2, a, b, NULL);
}

static const struct vnode *node(struct vmake *m, const struct inode *n)
{
    const struct vnode *x, *y, *z;
    bool done;
    if (vec_fixed(m, n)) {
        struct fv v;
        return vec_value(m, n, &v) ? vec_const(m, &v) : NULL;
    }
    x = vec_lut(m, n, &done);
    if (done) return x;
    switch ((int)n->n.op) {
    case FEEL_VARIABLE: case FEEL_LOCAL: return variable(m, n);
    case FEEL_MEMBER: return vec_member(m, n);
    case FEEL_AND: case FEEL_OR: return joined(m, n);
    case FEEL_EQ: case FEEL_NE: case FEEL_LT: case FEEL_LE: case FEEL_GT: case FEEL_GE: return compared(m, n);
    case FEEL_BETWEEN: return between(m, n);
    case FEEL_IN: return vec_in(m, n);
    case FEEL_NEG:
        x = vec_node(m, kid(n, 0));
        if (x == NULL || x->type == VT_NULL) return x;
        if (x->type != VT_NUM && x->type != VT_MONTHS && x->type != VT_SPAN) return vec_refuse(m, STR("-"));
        return vec_make(m, V_NEG, (enum vtype)x->type, 1, x, NULL, NULL);
    case FEEL_ADD: case FEEL_SUB: case FEEL_MUL: case FEEL_DIV:
        x = vec_node(m, kid(n, 0));
        y = x == NULL ? NULL : vec_node(m, kid(n, 1));
        return y == NULL ? NULL : vec_arith(m, n, n->n.op, x, y);
    case FEEL_IF:
        x = vec_node(m, kid(n, 0));
        y = x == NULL ? NULL : vec_node(m, kid(n, 1));
        z = y == NULL ? NULL : vec_node(m, kid(n, 2));
        return vec_if(m, x, y, z);
    case FEEL_INDEX: return vec_index(m, n);
    case FEEL_SOME: case FEEL_EVERY: return vec_some(m, n);
    case FEEL_CALL: return vec_call(m, n);
    case FEEL_CALL_NAMED: return vec_call_named(m, n);
    case FEEL_TABLE: return vec_table(m, n);
    case FEEL_ALL: case FEEL_LIST: case FEEL_FILTER: case FEEL_FOR: return vec_refuse_as(m, STR("列表作为结果"), STR("a list as the result"));
    case FEEL_POW: return vec_refuse(m, STR("**"));
    case FEEL_INSTANCE_OF: return vec_refuse(m, STR("instance of"));
    default: return vec_refuse_as(m, STR("函数值、一组值一类"), STR("functions, contexts and the like"));
    }
}

const struct vnode *vec_node(struct vmake *m, const struct inode *n)
{
    if (m->why.zh.len > 0) return NULL;
    if (m->depth >= VEC_DEPTH_MAX || m->v->nodes.len >= VEC_NODES_MAX) return vec_refuse_as(m, STR("表达式太大"), STR("an expression too large"));
    m->depth++;
    const struct vnode *x = node(m, n);
    m->depth--;
    MUST(x != NULL || m->why.zh.len > 0);
    return x;
}

/* ---- the door ---- */

struct feel_vector *feel_vector_make(struct arena *a, const struct feel_program *p, const struct feel_vector_options *o, struct feel_why *why)
{
    struct feel_vector *v = arena_new(a, struct feel_vector);
    v->magic = VECTOR_MAGIC;
    v->a = a;
    v->k = vec_kernels_best();
    v->spaces = 2;
    v->space[SPACE_ONE] = (struct vspace){.parent = SPACE_ONE, .depth = 0};
    v->space[SPACE_BLOCK] = (struct vspace){.parent = SPACE_ONE, .depth = 1, .reg = o->self};
    struct vbind vars[2] = {{.bound = true}, {.bound = true}};
    struct vframe f = {.p = p, .vars = vars, .vars_count = o->pair == NULL ? 1 : 2, .locals = arena_array(a, struct vbind, p->locals + 1), .locals_count = p->locals};
    struct vmake m = {.v = v, .a = a, .o = o, .f = &f, .mode = p->mode};
    struct vnode *rows = vec_make(&m, V_SELF, VT_ROW, 0, NULL, NULL, NULL);
    rows->space = SPACE_BLOCK;
    rows->reg = o->self;
    vars[0].node = rows;
    if (o->pair != NULL) {
        struct vnode *pair = vec_make(&m, V_SELF, VT_ROW, 0, NULL, NULL, NULL);
        pair->space = SPACE_ONE;
        pair->reg = o->pair;
        vars[1].node = pair;
    }
    const struct vnode *root = vec_node(&m, (const struct inode *)(const void *)p->root);
    *why = m.why;
    if (root == NULL || m.why.zh.len > 0) return NULL;
    if (root->type == VT_NUM && root->scale > VEC_SCALE_MAX) {
        *why = (struct feel_why){STR("小数位太多"), STR("too many decimals")};
        return NULL;
    }
    v->root = root->space == SPACE_ANY ? root : vec_at(&m, root, SPACE_BLOCK);
    return v;
}
