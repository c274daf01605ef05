/*
 * vec_op.c - comparisons, arithmetic and `in` as vector nodes.
 * Constants are brought to the scale of what they stand beside; where they do not fit it exactly, the nearest whole value below decides,
 * so that x >= 1/3 on a column of tenths stays exact.
 */
#include "feel/vec.h"

static const struct vnode *literal_number(struct vmake *m, int64_t k)
{
    struct fv v = fv_i64(k);
    return vec_const(m, &v);
}

const struct vnode *vec_is_null(struct vmake *m, const struct vnode *x, bool negate)
{
    if (x == NULL) return NULL;
    if (x->op == V_CONST) return vec_truth(m, x->is_null != negate);
    struct vnode *n = vec_make(m, V_IS_NULL, VT_BOOL, 1, x, NULL, NULL);
    n->negate = negate;
    return n;
}

const struct vnode *vec_rescale(struct vmake *m, const struct vnode *x, uint8_t scale)
{
    if (x->type != VT_NUM || x->scale == scale) return x;
    if (scale > VEC_SCALE_MAX || x->scale > scale) return vec_refuse_as(m, STR("小数位太多"), STR("too many decimals"));
    int64_t by = 1;
    for (uint8_t s = x->scale; s < scale; s++) by *= 10;
    struct vnode *n;
    if (x->op == V_CONST) {
        n = vec_make(m, V_CONST, VT_NUM, 0, NULL, NULL, NULL);
        n->value = x->value;
        if (mul_overflows(x->k, by, &n->k)) return vec_refuse_as(m, STR("数太大"), STR("a number too large"));
    } else {
        n = vec_make(m, V_MUL, VT_NUM, 2, x, literal_number(m, by), NULL);
    }
    n->scale = scale;
    return n;
}

/* Brings two values to one type and scale. */
bool vec_same_type(struct vmake *m, const struct vnode **x, const struct vnode **y)
{
    const struct vnode *a = *x, *b = *y;
    if (a->type != b->type) return vec_refuse_as(m, STR("不同类型的值"), STR("values of different types")) != NULL;
    if (a->type == VT_NUM) {
        uint8_t scale = MAX(a->scale, b->scale);
        *x = vec_rescale(m, a, scale);
        *y = *x == NULL ? NULL : vec_rescale(m, b, scale);
        return *x != NULL && *y != NULL;
    }
    bool codes = a->type == VT_CODE && a->codes != b->codes, rows = (a->type == VT_ROW || a->type == VT_ID) && a->reg != b->reg;
    if (codes || rows) return vec_refuse_as(m, STR("不同代码表或台账的值"), STR("values of different code tables or registers")) != NULL;
    if (a->type == VT_TEXT && a->column->texts.pieces != b->column->texts.pieces) return vec_refuse_as(m, STR("文字"), STR("texts of different stores")) != NULL;
    return true;
}

/* x against a constant: x < k (sign '<'), x = k ('='), never ('n'), always ('y'); then perhaps the contrary. */
static const struct vnode *with_k(struct vmake *m, const struct vnode *x, char sign, int64_t k, bool negate, int of_null)
{
    struct vnode *n = vec_make(m, V_CMP_K, VT_BOOL, 1, x, NULL, NULL);
    n->sign = sign;
    n->k = k;
    n->negate = negate;
    n->of_null = (int8_t)of_null;
    return n;
}

static const struct vnode *with_const(struct vmake *m, enum feel_op op, const struct vnode *x, const struct vnode *c, bool strict)
{
    bool equality = op == FEEL_EQ || op == FEEL_NE, negate = op == FEEL_NE || op == FEEL_GT || op == FEEL_GE, above = op == FEEL_LE || op == FEEL_GT;
    int of_null = !equality || strict ? -1 : op == FEEL_NE;
    int64_t k = c->k;
    if (x->type == VT_NUM) {
        struct dec d = c->value->num, down = d;
        if (!dec_to_scaled(d, x->scale, &k)) {
            if (equality) return with_k(m, x, 'n', 0, negate, of_null);
            above = true; /* x < d and x <= d are both: x < floor + 1 */
            if (!dec_rescale(d, x->scale, DEC_FLOOR, &down) || !dec_to_scaled(down, x->scale, &k))
                return with_k(m, x, dec_cmp(d, dec_i64(0)) > 0 ? 'y' : 'n', 0, negate, of_null);
        }
    }
    if (equality) return with_k(m, x, '=', k, negate, of_null);
    if (above && k == INT64_MAX) return with_k(m, x, 'y', 0, negate, of_null);
    return with_k(m, x, '<', above ? k + 1 : k, negate, of_null);
}

static const struct vnode *texts(struct vmake *m, enum feel_op op, const struct vnode *x, const struct vnode *y, bool strict)
{
    bool equality = op == FEEL_EQ || op == FEEL_NE, swap = op == FEEL_GT || op == FEEL_LE;
    if (x->type == VT_SYM && y->type == VT_SYM && equality) {
        struct vnode *n = vec_make(m, V_CMP, VT_BOOL, 2, x, y, NULL);
        n->sign = '=';
        n->negate = op == FEEL_NE;
        n->of_null = strict ? -1 : 2;
        return n;
    }
    struct vnode *n = vec_make(m, V_TEXT_CMP, VT_BOOL, 2, swap ? y : x, swap ? x : y, NULL);
    n->sign = equality ? '=' : '<';
    n->negate = op == FEEL_NE || op == FEEL_GE || op == FEEL_LE;
    n->of_null = equality && !strict ? 2 : -1;
    return n;
}

static enum feel_op mirrored(enum feel_op op)
{
    switch ((int)op) {
    case FEEL_LT: return FEEL_GT;
    case FEEL_LE: return FEEL_GE;
    case FEEL_GT: return FEEL_LT;
    case FEEL_GE: return FEEL_LE;
    default: return op;
    }
}

static const struct vnode *truths(struct vmake *m, enum feel_op op, const struct vnode *x, const struct vnode *y, bool strict)
{
    if (op != FEEL_EQ && op != FEEL_NE) return vec_refuse_as(m, STR("真假的大小"), STR("order of booleans"));
    struct vnode *n = vec_make(m, V_SAME, VT_BOOL, 2, x, y, NULL);
    n->negate = op == FEEL_NE;
    n->of_null = strict ? -1 : 2;
    return n;
}

const struct vnode *vec_compare(struct vmake *m, const struct inode *at, enum feel_op op, const struct vnode *x, const struct vnode *y, bool strict)
{
    (void)at;
    if (x == NULL || y == NULL) return NULL;
    bool equality = op == FEEL_EQ || op == FEEL_NE;
    if (x->type == VT_NULL || y->type == VT_NULL) {
        if (!equality || strict) return vec_truth(m, -1);
        return vec_is_null(m, x->type == VT_NULL ? y : x, op == FEEL_NE);
    }
    bool text_x = x->type == VT_TEXT || x->type == VT_SYM, text_y = y->type == VT_TEXT || y->type == VT_SYM;
    if (text_x && text_y && (x->op == V_CONST || y->op == V_CONST) && x->type == VT_SYM && y->type == VT_SYM && equality)
        return with_k(m, x->op == V_CONST ? y : x, '=', x->op == V_CONST ? x->k : y->k, op == FEEL_NE, strict ? -1 : op == FEEL_NE);
    if (text_x && text_y) return texts(m, op, x, y, strict);
    if (x->type != y->type) return vec_refuse_as(m, STR("不同类型的值"), STR("values of different types"));
    if (x->type == VT_BOOL) return truths(m, op, x, y, strict);
    if (!equality && (x->type == VT_CODE || x->type == VT_ROW || x->type == VT_ID)) return vec_refuse_as(m, STR("没有大小的值"), STR("values without order"));
    if (x->type == VT_DATETIME && equality) { /* equal to the second */
        struct vnode *a = vec_make(m, V_DIV_POW, VT_DATETIME, 1, x, NULL, NULL), *b = vec_make(m, V_DIV_POW, VT_DATETIME, 1, y, NULL, NULL);
        a->sign = b->sign = 'f';
        a->k = b->k = 6;
        struct vnode *n = vec_make(m, V_CMP, VT_BOOL, 2, a, b, NULL);
        n->sign = '=';
        n->negate = op == FEEL_NE;
        n->of_null = strict ? -1 : 2;
        return n;
    }
    if (x->op == V_CONST && y->op != V_CONST) return vec_compare(m, at, mirrored(op), y, x, strict);
    bool codes = x->type == VT_CODE && x->codes != y->codes;
    if (y->op == V_CONST && x->op != V_CONST && !codes) return with_const(m, op, x, y, strict);
    if (!vec_same_type(m, &x, &y)) return NULL;
    bool swap = op == FEEL_GT || op == FEEL_LE;
    struct vnode *n = vec_make(m, V_CMP, VT_BOOL, 2, swap ? y : x, swap ? x : y, NULL);
    n->sign = equality ? '=' : '<';
    n->negate = op == FEEL_NE || op == FEEL_GE || op == FEEL_LE;
    n->of_null = equality && !strict ? 2 : -1;
    return n;
}

/* ---- arithmetic ---- */

static const struct vnode *null_of(const struct vnode *x, const struct vnode *y) { return x->type == VT_NULL ? x : y; }

static const struct vnode *plain(struct vmake *m, enum vop op, enum vtype t, const struct vnode *x, const struct vnode *y)
{
    return vec_make(m, op, t, 2, x, y, NULL);
}

/* x / c where 1 / c has few decimals: the quotient is exact in both evaluators. */
static const struct vnode *divided(struct vmake *m, const struct vnode *x, const struct vnode *y)
{
    struct dec q;
    int64_t k = 0;
    if (y->op != V_CONST || y->is_null || dec_is_zero(y->value->num)) return vec_refuse(m, STR("/"));
    uint8_t scale = 0;
    if (!dec_div(dec_i64(1), y->value->num, &q)) return vec_refuse(m, STR("/"));
    while (scale <= 9 && !dec_to_scaled(q, scale, &k)) scale++;
    struct dec back;
    if (scale > 9 || !dec_mul(q, y->value->num, &back) || dec_cmp(back, dec_i64(1)) != 0 || x->scale + scale > VEC_SCALE_MAX) return vec_refuse(m, STR("/"));
    struct vnode *n = vec_make(m, V_MUL, VT_NUM, 2, x, literal_number(m, k), NULL);
    n->scale = (uint8_t)(x->scale + scale);
    return n;
}

static const struct vnode *numbers(struct vmake *m, enum feel_op op, const struct vnode *x, const struct vnode *y)
{
    if (op == FEEL_DIV) return divided(m, x, y);
    if (x->scale > VEC_SCALE_MAX || y->scale > VEC_SCALE_MAX) return vec_refuse_as(m, STR("小数位太多"), STR("too many decimals"));
    if (op == FEEL_MUL) {
        if (x->scale + y->scale > VEC_SCALE_MAX) return vec_refuse_as(m, STR("小数位太多"), STR("too many decimals"));
        uint8_t scale = (uint8_t)(x->scale + y->scale);
        struct vnode *n = vec_make(m, V_MUL, VT_NUM, 2, x, y, NULL);
        n->scale = scale;
        return n;
    }
    if (!vec_same_type(m, &x, &y)) return NULL;
    return plain(m, op == FEEL_ADD ? V_ADD : V_SUB, VT_NUM, x, y);
}

static const struct vnode *negated(struct vmake *m, const struct vnode *x)
{
    return vec_make(m, V_NEG, (enum vtype)x->type, 1, x, NULL, NULL);
}

static const struct vnode *months_scaled(struct vmake *m, const struct vnode *months, const struct vnode *by)
{
    if (by->scale > VEC_SCALE_MAX) return vec_refuse_as(m, STR("小数位太多"), STR("too many decimals"));
    struct vnode *n = vec_make(m, V_MUL, VT_MONTHS, 2, months, by, NULL);
    n->scale = 0;
    if (by->scale == 0) return n;
    struct vnode *d = vec_make(m, V_DIV_POW, VT_MONTHS, 1, n, NULL, NULL);
    d->sign = 't';
    d->k = by->scale;
    return d;
}

static const struct vnode *days_and(struct vmake *m, const struct vnode *day, const struct vnode *d, bool minus)
{
    if (d->type == VT_MONTHS) {
        const struct vnode *key = vec_make(m, V_KEY, VT_MONTHS, 1, day, NULL, NULL);
        return vec_make(m, V_ADD_MONTHS, VT_DAY, 2, key, minus ? negated(m, d) : d, NULL);
    }
    const struct vnode *whole = vec_make(m, V_FLOOR_DAYS, VT_NUM, 1, minus ? negated(m, d) : d, NULL, NULL);
    return vec_make(m, V_DAY_ADD, VT_DAY, 2, day, whole, NULL);
}

const struct vnode *vec_arith(struct vmake *m, const struct inode *at, enum feel_op op, const struct vnode *x, const struct vnode *y)
{
    (void)at;
    if (x->type == VT_NULL || y->type == VT_NULL) return null_of(x, y);
    uint8_t a = x->type, b = y->type;
    if (a == VT_NUM && b == VT_NUM) return numbers(m, op, x, y);
    if (op == FEEL_ADD || op == FEEL_SUB) {
        if (a == b && (a == VT_MONTHS || a == VT_SPAN)) return plain(m, op == FEEL_ADD ? V_ADD : V_SUB, (enum vtype)a, x, y);
        if (a == VT_DAY && (b == VT_MONTHS || b == VT_SPAN)) return days_and(m, x, y, op == FEEL_SUB);
        if (b == VT_DAY && (a == VT_MONTHS || a == VT_SPAN) && op == FEEL_ADD) return days_and(m, y, x, false);
        if (a == VT_DAY && b == VT_DAY && op == FEEL_SUB)
            return plain(m, V_MUL, VT_SPAN, plain(m, V_SUB, VT_NUM, x, y), literal_number(m, INT64_C(86400000000)));
    }
    if (op == FEEL_MUL && a == VT_MONTHS && b == VT_NUM) return months_scaled(m, x, y);
    if (op == FEEL_MUL && a == VT_NUM && b == VT_MONTHS) return months_scaled(m, y, x);
    if (a == VT_TEXT || a == VT_SYM) return vec_refuse_as(m, STR("拼接文字"), STR("joining texts"));
    return vec_refuse_as(m, STR("这样的算术"), STR("such arithmetic"));
}

/* ---- in ---- */

/* x against a value that is known: NULL with m->why where columns cannot say. */
static const struct vnode *against(struct vmake *m, const struct inode *at, enum feel_op op, const struct vnode *x, const struct fv *v)
{
    const struct vnode *c = vec_const(m, v);
    if (c == NULL) return NULL;
    bool texts_both = (x->type == VT_TEXT || x->type == VT_SYM) && c->type == VT_SYM;
    if (!texts_both && c->type != x->type) return vec_refuse(m, STR("in"));
    return vec_compare(m, at, op, x, c, true);
}

static const struct vnode *both(struct vmake *m, const struct vnode *a, const struct vnode *b)
{
    if (a == NULL || b == NULL) return NULL;
    if (a->type == VT_NULL || b->type == VT_NULL) return vec_truth(m, -1);
    return vec_make(m, V_BOTH, VT_BOOL, 2, a, b, NULL);
}

static const struct vnode *either(struct vmake *m, const struct vnode *a, const struct vnode *b)
{
    if (a == NULL || b == NULL) return a == NULL ? b : a;
    return vec_make(m, V_OR, VT_BOOL, 2, a, b, NULL);
}

static const struct vnode *in_range(struct vmake *m, const struct inode *at, const struct vnode *x, const struct fv_range *r)
{
    const struct vnode *low = NULL, *high = NULL;
    if (r->null_end || r->sign == '!' || (r->low.kind == FV_NULL && r->high.kind == FV_NULL)) return vec_refuse(m, STR("in"));
    if (r->low.kind != FV_NULL && (low = against(m, at, r->low_open ? FEEL_GT : FEEL_GE, x, &r->low)) == NULL) return NULL;
    if (r->high.kind != FV_NULL && (high = against(m, at, r->high_open ? FEEL_LT : FEEL_LE, x, &r->high)) == NULL) return NULL;
    if (low == NULL || high == NULL) return low == NULL ? high : low;
    return both(m, low, high);
}

static const struct vnode *in_known(struct vmake *m, const struct inode *at, const struct vnode *x, const struct fv *v)
{
    if (v->kind == FV_RANGE) return in_range(m, at, x, v->range);
    if (v->kind != FV_LIST) return v->kind == FV_NULL ? vec_refuse(m, STR("in")) : against(m, at, FEEL_EQ, x, v);
    const struct vnode *any = NULL;
    for (uint32_t i = 0; i < v->count; i++) {
        const struct fv *item = &v->items[i];
        if (item->kind == FV_LIST || item->kind == FV_NULL) return vec_refuse(m, STR("in"));
        const struct vnode *one = in_known(m, at, x, item);
        if (one == NULL) return NULL;
        any = either(m, any, one);
    }
    return any == NULL ? vec_refuse(m, STR("in")) : any;
}

static const struct vnode *in_open_range(struct vmake *m, const struct inode *r, const struct vnode *x)
{
    if (r->sign != 0 || is_null_literal(kid(r, 0)) || is_null_literal(kid(r, 1))) return vec_refuse(m, STR("in"));
    const struct vnode *low = vec_share(m, vec_node(m, kid(r, 0))), *high = low == NULL ? NULL : vec_share(m, vec_node(m, kid(r, 1)));
    if (high == NULL) return NULL;
    const struct vnode *within = both(m, vec_compare(m, r, r->low_open ? FEEL_GT : FEEL_GE, x, low, true),
                                      vec_compare(m, r, r->high_open ? FEEL_LT : FEEL_LE, x, high, true));
    const struct vnode *sound = within == NULL ? NULL : vec_compare(m, r, FEEL_LE, low, high, true); /* ends the wrong way round: nobody knows */
    return sound == NULL ? NULL : vec_if(m, sound, within, vec_truth(m, -1));
}

static const struct vnode *in_test(struct vmake *m, const struct inode *n, const struct vnode *x, const struct inode *t)
{
    bool sign = t->n.op == FEEL_TEST;
    const struct inode *operand = sign ? kid(t, 0) : t;
    char c0 = sign ? t->n.name.ptr[0] : '\0', c1 = sign && t->n.name.len > 1 ? t->n.name.ptr[1] : '\0';
    enum feel_op op = c0 == '<' ? (c1 == '=' ? FEEL_LE : FEEL_LT) : c0 == '>' ? (c1 == '=' ? FEEL_GE : FEEL_GT) : c0 == '!' ? FEEL_NE : FEEL_EQ;
    if (c0 == '?') {
        const struct vnode *b = vec_node(m, operand);
        return b == NULL || b->type == VT_BOOL ? b : vec_refuse(m, STR("in"));
    }
    if (vec_fixed(m, operand)) {
        struct fv v;
        if (!vec_value(m, operand, &v)) return NULL;
        if (!sign) return in_known(m, n, x, &v);
        return v.kind == FV_NULL ? vec_refuse(m, STR("in")) : against(m, n, op, x, &v);
    }
    if (!n->strict) return vec_refuse(m, STR("in"));
    if (!sign && operand->n.op == FEEL_RANGE) return in_open_range(m, operand, x);
    if (!sign && operand->n.op == FEEL_LIST) {
        const struct vnode *any = NULL;
        for (uint32_t i = 0; i < operand->n.kids_count; i++) {
            const struct inode *k = kid(operand, i);
            if (k->n.type->kind == FT_LIST || k->n.type->kind == FT_RANGE || is_null_literal(k)) return vec_refuse(m, STR("in"));
            const struct vnode *y = vec_node(m, k), *one = y == NULL ? NULL : vec_compare(m, n, FEEL_EQ, x, y, true);
            if (one == NULL) return NULL;
            any = either(m, any, one);
        }
        return any == NULL ? vec_refuse(m, STR("in")) : any;
    }
    if (operand->n.type->kind == FT_LIST || operand->n.type->kind == FT_RANGE || operand->n.type->kind == FT_ANY || (sign && (c0 == '=' || c0 == '!')))
        return vec_refuse(m, STR("in"));
    const struct vnode *y = vec_node(m, operand);
    return y == NULL ? NULL : vec_compare(m, n, op, x, y, true);
}

/* What `x in …` says of a null: nothing in packs; elsewhere it is asked for. */
static bool in_of_null(struct vmake *m, const struct inode *n, int *answer)
{
    *answer = -1;
    bool known = true;
    for (uint32_t i = 1; i < n->n.kids_count; i++) known = known && vec_fixed(m, kid(n, i)) && !is_null_literal(kid(n, i));
    if (n->strict && known) return true;
    if (n->strict) {
        for (uint32_t i = 1; i < n->n.kids_count; i++) {
            const struct inode *t = kid(n, i), *v = t->n.op == FEEL_TEST ? kid(t, 0) : t;
            if (is_null_literal(v) || (t->n.op == FEEL_TEST && t->n.name.ptr[0] == '?')) return vec_refuse(m, STR("in")) != NULL;
        }
        return true;
    }
    if (!known) return vec_refuse(m, STR("in")) != NULL;
    struct inode nothing = *kid(n, 0), copy = *n;
    struct feel_node **kids = arena_array(m->a, struct feel_node *, n->n.kids_count);
    for (uint32_t i = 0; i < n->n.kids_count; i++) kids[i] = n->n.kids[i];
    nothing.n.op = FEEL_PARAMETER;
    nothing.n.kids_count = 0;
    nothing.n.value = fv_null();
    nothing.fn = ev_const;
    kids[0] = &nothing.n;
    copy.n.kids = kids;
    struct fv v;
    if (!vec_value(m, &copy, &v)) return false;
    *answer = v.kind == FV_BOOL ? v.b : -1;
    return true;
}

const struct vnode *vec_in(struct vmake *m, const struct inode *n)
{
    const struct vnode *x = vec_share(m, vec_node(m, kid(n, 0))), *any = NULL;
    int of_null;
    if (x == NULL) return NULL;
    if (x->type == VT_NULL || x->type == VT_BOOL) return vec_refuse(m, STR("in"));
    if (!in_of_null(m, n, &of_null)) return NULL;
    bool sure = true;
    for (uint32_t i = 1; i < n->n.kids_count; i++) {
        const struct inode *t = kid(n, i);
        if (t->n.op == FEEL_TEST && t->n.name.ptr[0] == '?') sure = false;
        const struct vnode *one = in_test(m, n, x, t);
        if (one == NULL) return NULL;
        any = either(m, any, one);
    }
    if (any == NULL) return vec_refuse(m, STR("in"));
    if (of_null < 0 || !sure) return any;
    return vec_if(m, vec_is_null(m, x, false), vec_truth(m, of_null), any);
}
