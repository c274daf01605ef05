/*
 * eval.c - running a checked tree: the door, nulls with their cause, logic and comparison.
 * Each node holds the function that evaluates it, chosen once by eval_select().  Scalars cost no memory: causes of nulls
 * are made at compile time wherever they say nothing about the value.
 */
#include "feel/builtins.h"
#include "feel/inner.h"
#include "feel/table.h"

const struct feel_cause absent_argument;

/* ---- stopping, memory ---- */

bool ev_stop(struct ev *e, const struct inode *n, const struct err_kind *kind, struct str a1)
{
    e->rc = err_set(e->err, kind, n == NULL ? NO_PLACE : n->n.place, a1);
    return false;
}

bool ev_stop_steps(struct ev *e, const struct inode *n) { return ev_stop(e, n, &E_feel_steps, STR_NONE); }

bool ev_room(struct ev *e, const struct inode *n, size_t size)
{
    size_t need;
    if (add_overflows(size, e->a->used, &need) || need > e->a->max) return ev_stop(e, n, &E_feel_memory, STR_NONE);
    return true;
}

void *ev_alloc(struct ev *e, const struct inode *n, size_t size)
{
    void *p = arena_try(e->a, size);
    if (p == NULL) (void)ev_stop(e, n, &E_feel_memory, STR_NONE);
    return p;
}

bool ev_text(struct ev *e, const struct inode *n, struct str s, struct fv *out)
{
    if (s.len > FEEL_STRING_MAX) return ev_stop(e, n, &E_feel_text_max, STR("1048576"));
    char *p = ev_alloc(e, n, s.len + 1);
    if (p == NULL) return false;
    if (s.len > 0) memcpy(p, s.ptr, s.len);
    p[s.len] = '\0';
    *out = fv_str(str_of(p, s.len));
    return true;
}

bool vec_add(struct ev *e, const struct inode *n, struct fv_vec *v, const struct fv *x)
{
    if (v->len >= FEEL_LIST_MAX) return ev_stop(e, n, &E_feel_list_max, STR("100000"));
    return vec_keep(e, n, v, x);
}

bool vec_keep(struct ev *e, const struct inode *n, struct fv_vec *v, const struct fv *x)
{
    if (v->len == v->cap) {
        uint32_t more = v->cap == 0 ? 8 : v->cap * 2;
        struct fv *p = ev_alloc(e, n, (size_t)more * sizeof *p);
        if (p == NULL) return false;
        if (v->len > 0) memcpy(p, v->at, (size_t)v->len * sizeof *p);
        v->at = p;
        v->cap = more;
    }
    v->at[v->len++] = *x;
    return true;
}

/* ---- nulls ---- */

bool ev_null(struct ev *e, const struct inode *n, struct fv *out, const struct err_kind *kind, struct str t1, struct str t2, struct str t3)
{
    struct feel_cause *c = ev_alloc(e, n, sizeof *c);
    if (c == NULL) return false;
    *c = (struct feel_cause){.kind = kind, .place = n->n.place, .name = t1};
    if (t2.len > 0 || t3.len > 0) {
        struct str *text = ev_alloc(e, n, FEEL_CAUSE_TEXTS * sizeof *text);
        if (text == NULL) return false;
        cause_fill(text, t1, t2, t3);
        c->text = text;
    }
    *out = (struct fv){.kind = FV_NULL, .cause = c};
    return true;
}

bool ev_null_from(const struct inode *n, const struct fv *from, struct fv *out)
{
    const struct feel_cause *c = from->kind == FV_NULL && from->cause != NULL && from->cause != &absent_argument ? from->cause : n->null_cause;
    *out = (struct fv){.kind = FV_NULL, .cause = c};
    return true;
}

void cause_fill(struct str text[FEEL_CAUSE_TEXTS], struct str t1, struct str t2, struct str t3)
{
    const struct str said[] = {t1, t2, t3};
    for (size_t i = 0; i < ARRAY_LEN(said); i++) {
        text[i] = said[i];
        text[i + ARRAY_LEN(said)] = kind_in(said[i], LANG_EN);
    }
}

void feel_cause_texts(const struct feel_cause *c, struct str out[FEEL_CAUSE_TEXTS])
{
    if (c->text == NULL) cause_fill(out, c->name, STR_NONE, STR_NONE);
    else memcpy(out, c->text, FEEL_CAUSE_TEXTS * sizeof *out);
}

const struct feel_cause *feel_cause_root(const struct feel_cause *c)
{
    while (c != NULL && c->inner != NULL) c = c->inner;
    return c;
}

const struct feel_cause *feel_cause_field(const struct feel_cause *c)
{
    const struct feel_cause *found = NULL;
    for (; c != NULL; c = c->inner)
        if (c->reg != NULL) found = c;
    return found;
}

/* ---- leaves ---- */

bool ev_const(struct ev *e, const struct inode *n, struct fv *out)
{
    (void)e;
    *out = n->n.value;
    return true;
}

bool ev_variable(struct ev *e, const struct inode *n, struct fv *out)
{
    *out = n->n.slot < e->vars_count ? e->vars[n->n.slot] : fv_null();
    if (out->kind == FV_NULL && out->cause == NULL) out->cause = n->null_cause;
    return true;
}

static bool ev_local(struct ev *e, const struct inode *n, struct fv *out)
{
    *out = n->n.slot < e->locals_count ? e->locals[n->n.slot] : fv_null();
    if (out->kind == FV_NULL && out->cause == NULL) out->cause = n->null_cause;
    return true;
}

static bool ev_list(struct ev *e, const struct inode *n, struct fv *out)
{
    uint32_t count = n->n.kids_count;
    struct fv *items = ev_alloc(e, n, (size_t)count * sizeof *items);
    if (items == NULL) return false;
    for (uint32_t i = 0; i < count; i++)
        if (!ev_node(e, kid(n, i), &items[i])) return false;
    *out = fv_list(items, count);
    return true;
}

static bool ev_range(struct ev *e, const struct inode *n, struct fv *out)
{
    struct fv_range *r = ev_alloc(e, n, sizeof *r);
    int order = 0;
    if (r == NULL || !ev_node(e, kid(n, 0), &r->low) || !ev_node(e, kid(n, 1), &r->high)) return false;
    r->low_open = n->low_open;
    r->high_open = n->high_open;
    r->sign = n->sign;
    r->null_end = n->sign == 0 && (is_null_literal(kid(n, 0)) || is_null_literal(kid(n, 1)));
    bool low = r->low.kind != FV_NULL, high = r->high.kind != FV_NULL;
    if ((!low && !is_null_literal(kid(n, 0))) || (!high && !is_null_literal(kid(n, 1)))) return ev_null_from(n, low ? &r->high : &r->low, out);
    if (low && high && (!fv_compare(&r->low, &r->high, &order) || order > 0)) return ev_null(e, n, out, &E_feel_c_ends, STR_NONE, STR_NONE, STR_NONE);
    *out = (struct fv){.kind = FV_RANGE, .range = r};
    return true;
}

/* ---- logic ---- */

/* One function for both: `decides` is the value that settles it. */
static bool ev_joined(struct ev *e, const struct inode *n, struct fv *out, bool decides)
{
    struct fv null = {.kind = FV_BOOL};
    bool undecided = false;
    for (uint32_t i = 0; i < n->n.kids_count; i++) {
        struct fv room;
        const struct fv *v = ev_get(e, kid(n, i), &room);
        if (v == NULL) return false;
        if (v->kind == FV_BOOL) {
            if (v->b == decides) {
                *out = fv_bool(decides);
                return true;
            }
        } else if (!undecided) {
            undecided = true;
            if (v->kind == FV_NULL) (void)ev_null_from(n, v, &null);
            else if (!ev_null(e, n, &null, &E_feel_c_boolean, decides ? STR("or") : STR("and"), kind_text((enum fv_kind)v->kind, LANG_ZH), STR_NONE)) return false;
        }
    }
    *out = undecided ? null : fv_bool(!decides);
    return true;
}

static bool ev_and(struct ev *e, const struct inode *n, struct fv *out) { return ev_joined(e, n, out, false); }
static bool ev_or(struct ev *e, const struct inode *n, struct fv *out) { return ev_joined(e, n, out, true); }

static bool ev_if(struct ev *e, const struct inode *n, struct fv *out)
{
    struct fv room;
    const struct fv *c = ev_get(e, kid(n, 0), &room);
    if (c == NULL) return false;
    return ev_node(e, kid(n, c->kind == FV_BOOL && c->b ? 1 : 2), out);
}

static bool ev_instance_of(struct ev *e, const struct inode *n, struct fv *out)
{
    struct fv room;
    const struct fv *v = ev_get(e, kid(n, 0), &room);
    if (v == NULL) return false;
    *out = fv_bool(value_instance_of(v, n->written));
    return true;
}

/* ---- comparison ---- */

static bool not_comparable(struct ev *e, const struct inode *n, const struct fv *a, const struct fv *b, struct fv *out)
{
    if (a->kind == FV_NULL) return ev_null_from(n, a, out);
    if (b->kind == FV_NULL) return ev_null_from(n, b, out);
    return ev_null(e, n, out, &E_feel_c_compare, kind_text((enum fv_kind)a->kind, LANG_ZH), kind_text((enum fv_kind)b->kind, LANG_ZH), STR_NONE);
}

bool ev_equal(struct ev *e, const struct inode *n, const struct fv *a, const struct fv *b, struct fv *out, bool negate)
{
    if (n->strict && (a->kind == FV_NULL || b->kind == FV_NULL)) return ev_null_from(n, a->kind == FV_NULL ? a : b, out);
    int r = fv_equal(a, b);
    if (r < 0) return not_comparable(e, n, a, b, out);
    *out = fv_bool((r == 1) != negate);
    return true;
}

/* The order of the two kids: 2 stands for "null, already in *out", 3 for "the run stops". */
static int order_of(struct ev *e, const struct inode *n, struct fv *out)
{
    struct fv x, y;
    int order = 0;
    const struct fv *a = ev_get(e, kid(n, 0), &x);
    if (a == NULL) return 3;
    const struct fv *b = ev_get(e, kid(n, 1), &y);
    if (b == NULL) return 3;
    if (a->kind == FV_NUMBER && b->kind == FV_NUMBER) return dec_cmp(a->num, b->num);
    if (a->kind == FV_DATE && b->kind == FV_DATE) return a->day < b->day ? -1 : a->day > b->day;
    if (fv_compare(a, b, &order)) return order;
    return not_comparable(e, n, a, b, out) ? 2 : 3;
}

static bool ev_ordered(struct ev *e, const struct inode *n, struct fv *out)
{
    int order = order_of(e, n, out);
    if (order == 2) return true;
    if (order == 3) return false;
    bool holds;
    switch ((int)n->n.op) {
    case FEEL_LT: holds = order < 0; break;
    case FEEL_LE: holds = order <= 0; break;
    case FEEL_GT: holds = order > 0; break;
    default: holds = order >= 0; break;
    }
    *out = fv_bool(holds);
    return true;
}

static bool ev_equality(struct ev *e, const struct inode *n, struct fv *out)
{
    struct fv x, y;
    const struct fv *a = ev_get(e, kid(n, 0), &x);
    if (a == NULL) return false;
    const struct fv *b = ev_get(e, kid(n, 1), &y);
    if (b == NULL) return false;
    return ev_equal(e, n, a, b, out, n->n.op == FEEL_NE);
}

static bool ev_between(struct ev *e, const struct inode *n, struct fv *out)
{
    struct fv x, y, z;
    int low = 0, high = 0;
    const struct fv *v = ev_get(e, kid(n, 0), &x);
    if (v == NULL) return false;
    const struct fv *a = ev_get(e, kid(n, 1), &y);
    if (a == NULL) return false;
    const struct fv *b = ev_get(e, kid(n, 2), &z);
    if (b == NULL) return false;
    if (!fv_compare(v, a, &low)) return not_comparable(e, n, v, a, out);
    if (!fv_compare(v, b, &high)) return not_comparable(e, n, v, b, out);
    *out = fv_bool(low >= 0 && high <= 0);
    return true;
}

/* ---- in ---- */

/* 1 yes, 0 no, -1 nobody can say: then *blame is what cannot be compared. */
static int in_value(const struct fv *x, const struct fv *t, bool strict, const struct fv **blame)
{
    *blame = t;
    if (t->kind == FV_LIST) {
        if (x->kind == FV_LIST && fv_equal(x, t) == 1) return 1;
        for (uint32_t i = 0; i < t->count; i++) {
            const struct fv *item = &t->items[i];
            if (fv_equal(x, item) == 1) return 1;
            if (item->kind == FV_RANGE && x->kind != FV_RANGE && range_holds(item->range, x) == 1) return 1;
            if (item->kind == FV_NULL) *blame = item;
        }
        return strict && *blame != t ? -1 : 0;
    }
    if (t->kind == FV_RANGE && x->kind != FV_RANGE) return range_holds(t->range, x);
    if (t->kind == FV_NULL && (strict || t->cause != NULL)) return -1;
    return fv_equal(x, t);
}

bool ev_in_test(struct ev *e, const struct inode *n, const struct fv *x, const struct fv *t, int *answer)
{
    (void)e;
    const struct fv *blame;
    *answer = in_value(x, t, n->strict, &blame);
    return true;
}

/* A test with a sign: "< 5". */
static int in_sign(char c0, char c1, const struct fv *x, const struct fv *t)
{
    int order = 0;
    if (c0 == '=' || c0 == '!') {
        int r = fv_equal(x, t);
        return r < 0 ? -1 : (r == 1) == (c0 == '=');
    }
    if (!fv_compare(x, t, &order)) return -1;
    if (c0 == '<') return c1 == '=' ? order <= 0 : order < 0;
    return c1 == '=' ? order >= 0 : order > 0;
}

static bool ev_in(struct ev *e, const struct inode *n, struct fv *out)
{
    struct fv xr, tr, null = fv_null();
    bool undecided = false;
    const struct fv *x = ev_get(e, kid(n, 0), &xr);
    if (x == NULL) return false;
    for (uint32_t i = 1; i < n->n.kids_count; i++) {
        const struct inode *k = kid(n, i);
        bool sign = k->n.op == FEEL_TEST;
        const struct inode *operand = sign ? kid(k, 0) : k;
        const struct fv *t = ev_get(e, operand, &tr);
        if (t == NULL) return false;
        const struct fv *blame = t;
        int r;
        if (sign && k->n.name.ptr[0] == '?') {
            if (t->kind == FV_BOOL) r = t->b;
            else r = in_value(x, t, n->strict, &blame);
        } else if (n->strict && x->kind == FV_NULL) {
            r = is_null_literal(operand) && (!sign || k->n.name.ptr[0] == '=') ? 1 : -1;
        } else if (sign) {
            r = in_sign(k->n.name.ptr[0], k->n.name.len > 1 ? k->n.name.ptr[1] : '\0', x, t);
        } else {
            r = in_value(x, t, n->strict && !is_null_literal(operand), &blame);
        }
        if (r == 1) {
            *out = fv_bool(true);
            return true;
        }
        if (r < 0 && !undecided) {
            undecided = true;
            if (!not_comparable(e, n, x, blame, &null)) return false;
        }
    }
    *out = undecided ? null : fv_bool(false);
    return true;
}

bool ev_in_map(struct ev *e, const struct inode *n, struct fv *out)
{
    struct fv room;
    const struct fv *x = ev_get(e, kid(n, 0), &room);
    if (x == NULL) return false;
    if (x->kind == FV_NULL && n->strict) return ev_null_from(n, x, out);
    *out = fv_bool(x->kind == FV_STRING && map_find(n->set, x->str) != NULL);
    return true;
}

/* A test that stands alone: (= 5), (!= 5): a range of one value, or nothing. */
static bool ev_test(struct ev *e, const struct inode *n, struct fv *out)
{
    struct fv v;
    if (!ev_node(e, kid(n, 0), &v)) return false;
    if (v.kind == FV_NULL) return ev_null_from(n, &v, out);
    struct fv_range *r = ev_alloc(e, n, sizeof *r);
    if (r == NULL) return false;
    char c0 = n->n.name.ptr[0];
    bool closed = n->n.name.len > 1 || c0 == '=';
    *r = (struct fv_range){.low = c0 == '<' ? fv_null() : v, .high = c0 == '>' ? fv_null() : v, .low_open = !(closed && c0 != '<'), .high_open = !(closed && c0 != '>'), .sign = c0};
    *out = (struct fv){.kind = FV_RANGE, .range = r};
    return true;
}

/* ---- choosing ---- */

static bool counts_filter(const struct inode *n)
{
    if (n->builtin == NULL || n->builtin->fn != bi_count || n->n.kids_count != 1) return false;
    const struct inode *filter = kid(n, 0);
    return filter->fn == ev_filter && kid(filter, 1)->n.type->kind == FT_BOOL;
}

void eval_select(struct inode *n)
{
    switch (n->n.op) {
    case FEEL_LITERAL: n->fn = ev_const; break;
    case FEEL_VARIABLE: n->fn = ev_variable; break;
    case FEEL_LOCAL: n->fn = ev_local; break;
    case FEEL_PARAMETER: n->fn = ev_parameter; break;
    case FEEL_MEMBER: n->fn = n->n.reg != NULL && n->n.member != NULL ? ev_member_record : ev_member; break;
    case FEEL_ALL: n->fn = ev_all; break;
    case FEEL_NEG: n->fn = ev_neg; break;
    case FEEL_ADD: case FEEL_SUB: case FEEL_MUL: case FEEL_DIV: case FEEL_POW: n->fn = ev_arith_node; break;
    case FEEL_EQ: case FEEL_NE: n->fn = ev_equality; break;
    case FEEL_LT: case FEEL_LE: case FEEL_GT: case FEEL_GE: n->fn = ev_ordered; break;
    case FEEL_AND: n->fn = ev_and; break;
    case FEEL_OR: n->fn = ev_or; break;
    case FEEL_BETWEEN: n->fn = ev_between; break;
    case FEEL_IN: n->fn = ev_in; break;
    case FEEL_TEST: n->fn = ev_test; break;
    case FEEL_INSTANCE_OF: n->fn = ev_instance_of; break;
    case FEEL_IF: n->fn = ev_if; break;
    case FEEL_FOR: case FEEL_SOME: case FEEL_EVERY: n->fn = ev_loop; break;
    case FEEL_LIST: n->fn = ev_list; break;
    case FEEL_CONTEXT: n->fn = ev_context; break;
    case FEEL_RANGE: n->fn = ev_range; break;
    case FEEL_FILTER: n->fn = ev_filter; break;
    case FEEL_INDEX: n->fn = ev_index; break;
    case FEEL_CALL: n->fn = counts_filter(n) ? ev_count_filter : ev_call; break;
    case FEEL_CALL_NAMED: n->fn = ev_call_named; break;
    case FEEL_FUNCTION: n->fn = ev_function; break;
    case FEEL_DYNAMIC: n->fn = ev_dynamic; break;
    case FEEL_TABLE: n->fn = ev_table; break;
    case FEEL_ITER: case FEEL_ENTRY: case FEEL_NAME: case FEEL_MISTAKE: case FEEL_OP_COUNT: n->fn = ev_const; break;
    }
}

/* ---- the door ---- */

enum rc ev_begin(struct ev *e, const struct feel_program *p, struct feel_run *run, struct fv *room, uint32_t room_count, struct err *err)
{
    struct fv *locals = room;
    if (run->depth > FEEL_DEPTH_MAX) return err_set(err, &E_feel_depth, NO_PLACE, STR("64"));
    if (p->locals > room_count) {
        locals = arena_try(run->arena, (size_t)p->locals * sizeof *locals);
        if (locals == NULL) return err_set0(err, &E_feel_memory, NO_PLACE);
    }
    for (uint32_t i = 0; i < p->locals; i++) locals[i] = fv_null();
    *e = (struct ev){.run = run, .a = run->arena, .vars = run->vars, .locals = locals, .vars_count = run->vars_count, .locals_count = p->locals,
                     .steps = run->steps_left == 0 ? FEEL_STEPS_DEFAULT : run->steps_left, .depth = run->depth, .mode = p->mode, .rc = RC_OK, .err = err};
    return RC_OK;
}

enum { LOCALS_ON_STACK = 16 };

enum rc feel_run(const struct feel_program *p, struct feel_run *run, struct fv *out, struct err *err)
{
    struct fv room[LOCALS_ON_STACK];
    struct ev e;
    TRY(ev_begin(&e, p, run, room, LOCALS_ON_STACK, err));
    struct fv *outer = run->locals;
    run->locals = e.locals;
    bool ok = ev_node(&e, (const struct inode *)(const void *)p->root, out);
    run->locals = outer;
    run->steps_left = e.steps == 0 ? 1 : e.steps;
    return ok ? RC_OK : e.rc;
}
