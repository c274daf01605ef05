/* vec_codes.c - what one code decides alone: asked of the scalar evaluator for each row of the table and for null, then looked up. */
#include "feel/vec.h"

/* ---- what one code decides ---- */

bool vec_same_path(const struct inode *x, const struct inode *y)
{
    if (x->n.op != y->n.op || x->n.slot != y->n.slot || x->n.kids_count != y->n.kids_count || x->n.member != y->n.member) return false;
    if (x->n.op != FEEL_VARIABLE && x->n.op != FEEL_LOCAL && x->n.op != FEEL_MEMBER) return false;
    if (x->n.op == FEEL_MEMBER && !str_eq(x->n.name, y->n.name)) return false;
    for (uint32_t i = 0; i < x->n.kids_count; i++)
        if (!vec_same_path(kid(x, i), kid(y, i))) return false;
    return true;
}

static bool is_path(const struct inode *n) { return n->n.op == FEEL_VARIABLE || n->n.op == FEEL_LOCAL || n->n.op == FEEL_MEMBER; }

/* Does n hang on one code alone?  *leaf is its path. */
static bool one_code(struct vmake *m, const struct inode *n, const struct inode **leaf)
{
    if (vec_fixed(m, n)) return true;
    if (n->n.type->kind == FT_CODE && is_path(n) && !(n->n.op == FEEL_MEMBER && kid(n, 0)->n.type->kind == FT_CODE)) {
        if (*leaf == NULL) *leaf = n;
        return vec_same_path(*leaf, n);
    }
    switch ((int)n->n.op) {
    case FEEL_MEMBER:
        if (kid(n, 0)->n.type->kind != FT_CODE) return false;
        break;
    case FEEL_CALL_NAMED:
        if (n->n.ref == NULL || n->n.ref->fn == NULL || vec_body_all(n)) return false;
        break;
    case FEEL_NEG: case FEEL_ADD: case FEEL_SUB: case FEEL_MUL: case FEEL_DIV: case FEEL_EQ: case FEEL_NE: case FEEL_LT: case FEEL_LE: case FEEL_GT:
    case FEEL_GE: case FEEL_AND: case FEEL_OR: case FEEL_BETWEEN: case FEEL_IN: case FEEL_TEST: case FEEL_IF: case FEEL_LIST: case FEEL_CALL: case FEEL_ENTRY:
        break;
    default: return false;
    }
    for (uint32_t i = 0; i < n->n.kids_count; i++)
        if (!one_code(m, kid(n, i), leaf)) return false;
    return true;
}

/* The same tree with the code as variable 0 and everything else worked out.  NULL: m->why. */
static struct inode *with_code(struct vmake *m, const struct inode *n, const struct inode *leaf)
{
    struct inode *c = arena_new(m->a, struct inode);
    *c = *n;
    bool frame = n->n.op == FEEL_TEST || n->n.op == FEEL_ENTRY; /* is looked into, not evaluated */
    if (!frame && (n->n.op == FEEL_LITERAL || n->folded)) return c;
    if (!frame && vec_fixed(m, n)) {
        if (!vec_value(m, n, &c->n.value)) return NULL;
        c->n.op = FEEL_PARAMETER; /* whatever it was: its value is there */
        c->n.kids_count = 0;
        c->fn = ev_const;
        return c;
    }
    if (is_path(n) && vec_same_path(n, leaf)) {
        c->n.op = FEEL_VARIABLE;
        c->n.slot = 0;
        c->n.kids_count = 0;
        c->fn = ev_variable;
        return c;
    }
    c->n.kids = arena_array(m->a, struct feel_node *, n->n.kids_count + 1);
    for (uint32_t i = 0; i < n->n.kids_count; i++) {
        struct inode *k = with_code(m, kid(n, i), leaf);
        if (k == NULL) return NULL;
        c->n.kids[i] = &k->n;
    }
    return c;
}

static const struct vnode *few_codes(struct vmake *m, const struct vnode *code, const int64_t *lut, uint32_t rows, int of_null)
{
    for (int want = 1; want >= 0; want--) {
        int64_t k[4];
        uint32_t n = 0;
        for (uint32_t i = 0; i < rows; i++)
            if (lut[i] == want) {
                if (n < 4) k[n] = i;
                n++;
            }
        if (n == 0 || n > 4) continue;
        struct vnode *x = vec_make(m, n == 1 ? V_CMP_K : V_ANY_K, VT_BOOL, 1, code, NULL, NULL);
        for (uint32_t i = 0; i < 4; i++) x->k4[i] = k[i < n ? i : 0];
        x->k = k[0];
        x->sign = '=';
        x->negate = want == 0;
        x->of_null = (int8_t)of_null;
        return x;
    }
    return NULL;
}

const struct vnode *vec_from_codes(struct vmake *m, const struct vnode *code, const struct fv *answers)
{
    uint32_t rows = code->codes->rows_count;
    uint8_t type = VT_NULL, scale = 0;
    int64_t *lut = arena_array(m->a, int64_t, MAX(rows + 1, 257u));
    uint8_t *nulls = arena_array(m->a, uint8_t, MAX(rows + 1, 257u)), *scales = arena_array(m->a, uint8_t, rows + 1);
    const struct feel_codes *codes = NULL;
    bool some_null = false;
    for (uint32_t i = 0; i <= rows; i++) {
        uint8_t t;
        if (!vec_cell_value(m, &answers[i], &t, &scales[i], &lut[i])) return vec_refuse_as(m, STR("列表、区间一类的值"), STR("a list, range or the like"));
        nulls[i] = t == VT_NULL;
        some_null = some_null || (t == VT_NULL && i < rows);
        if (t == VT_NULL) continue;
        if (type == VT_NULL) type = t;
        if (type != t || (answers[i].kind == FV_CODE && codes != NULL && codes != answers[i].codes)) return vec_refuse_as(m, STR("不同类型的值"), STR("values of different types"));
        if (answers[i].kind == FV_CODE) codes = answers[i].codes;
        scale = MAX(scale, scales[i]);
    }
    if (type == VT_NULL) return vec_truth(m, -1);
    if (scale > VEC_SCALE_MAX) return vec_refuse_as(m, STR("小数位太多"), STR("too many decimals"));
    for (uint32_t i = 0; i <= rows && type == VT_NUM; i++)
        for (uint8_t s = scales[i]; s < scale && nulls[i] == 0; s++)
            if (mul_overflows(lut[i], INT64_C(10), &lut[i])) return vec_refuse_as(m, STR("数太大"), STR("a number too large"));
    if (type == VT_BOOL && !some_null && rows > 0) {
        const struct vnode *few = few_codes(m, code, lut, rows, nulls[rows] != 0 ? -1 : (int)lut[rows]);
        if (few != NULL) return few;
    }
    struct vnode *n = vec_make(m, V_LUT, (enum vtype)type, 1, code, NULL, NULL);
    n->lut = lut;
    n->lut_null = nulls;
    n->lut_count = rows;
    n->scale = scale;
    n->codes = codes;
    return n;
}

const struct vnode *vec_lut(struct vmake *m, const struct inode *n, bool *done)
{
    const struct inode *leaf = NULL;
    *done = false;
    if (!one_code(m, n, &leaf) || leaf == NULL || leaf == n) return NULL;
    enum ft_kind t = n->n.type->kind;
    if (t == FT_LIST || t == FT_RANGE || t == FT_CONTEXT || t == FT_FUNCTION || t == FT_RECORD) return NULL;
    const struct feel_codes *codes = leaf->n.type->codes;
    if (codes == NULL || codes->rows_count > VEC_CODES_MAX) return NULL;
    *done = true;
    const struct vnode *code = vec_node(m, leaf);
    if (code == NULL) return NULL;
    if (code->type != VT_CODE || code->codes != codes) return vec_refuse_as(m, STR("代码"), STR("a code"));
    const struct inode *c = with_code(m, n, leaf);
    if (c == NULL) return NULL;
    struct fv *answers = arena_array(m->a, struct fv, codes->rows_count + 1);
    for (uint32_t i = 0; i <= codes->rows_count; i++) {
        struct fv var = {.kind = FV_CODE, .codes = codes, .code = i};
        if (i == codes->rows_count) var = fv_null();
        if (!vec_part_run(m, c, &var, 1, &answers[i])) return NULL;
    }
    return vec_from_codes(m, code, answers);
}

const struct vnode *vec_code_member(struct vmake *m, const struct inode *n, const struct vnode *code)
{
    if (code->codes == NULL || code->codes->rows_count > VEC_CODES_MAX) return vec_refuse_as(m, STR("代码"), STR("a code"));
    struct inode var = *kid(n, 0), member = *n;
    struct feel_node *kids[1] = {&var.n};
    var.n.op = FEEL_VARIABLE;
    var.n.slot = 0;
    var.n.kids_count = 0;
    var.fn = ev_variable;
    member.n.kids = kids;
    member.fn = ev_member;
    struct fv *answers = arena_array(m->a, struct fv, code->codes->rows_count + 1);
    for (uint32_t i = 0; i <= code->codes->rows_count; i++) {
        struct fv v = {.kind = FV_CODE, .codes = code->codes, .code = i};
        if (i == code->codes->rows_count) v = fv_null();
        if (!vec_part_run(m, &member, &v, 1, &answers[i])) return NULL;
    }
    return vec_from_codes(m, code, answers);
}
