/* check_compare.c - comparisons and `in`: text beside a code becomes the code, and what can never hold is refused in packs. */
#include "feel/inner.h"

bool comparable(const struct feel_type *x, const struct feel_type *y)
{
    if (!type_known(x) || !type_known(y)) return true;
    if (x->kind != y->kind) return false;
    if (x->kind == FT_LIST || x->kind == FT_RANGE) return comparable(x->item, y->item);
    if (x->kind == FT_CODE) return x->codes == y->codes;
    if (x->kind == FT_RECORD) return x->reg == y->reg;
    return true;
}

static bool ordered(enum ft_kind k)
{
    return k == FT_NUMBER || k == FT_STRING || k == FT_DATE || k == FT_TIME || k == FT_DATETIME || k == FT_MONTHS || k == FT_SPAN;
}

void never_equal(struct check *c, struct inode *n, struct place at, const struct feel_type *x, const struct feel_type *y)
{
    bool months = (x->kind == FT_MONTHS && y->kind == FT_SPAN) || (x->kind == FT_SPAN && y->kind == FT_MONTHS);
    if (months) mistake(c, n, &E_feel_months_days, at, STR_NONE);
    else mistake(c, n, &E_feel_never_equal, at, type_text(c->a, x, LANG_ZH), type_text(c->a, y, LANG_ZH), type_text(c->a, x, LANG_EN), type_text(c->a, y, LANG_EN));
}

/* A text beside a choice: the row of its table, by code or title. */
bool check_code_text(struct check *c, struct inode *t, const struct feel_codes *codes)
{
    if (t->n.op != FEEL_LITERAL || t->n.value.kind != FV_STRING || codes == NULL) return true;
    uint32_t row;
    struct str text = t->n.value.str;
    if (!feel_codes_find(codes, text, &row)) {
        struct str list = STR_NONE, near_zh = STR_NONE, near_en = STR_NONE;
        VEC(struct str) names = {0};
        for (uint32_t i = 0; i < codes->rows_count; i++) {
            if (i < 12) list = i == 0 ? codes->row_title[i] : str_cat(c->a, list, STR("、"), codes->row_title[i]);
            vec_push(c->tmp, &names, codes->row_title[i]);
        }
        if (codes->rows_count > 12) list = str_cat(c->a, list, STR("……"));
        for (uint32_t i = 0; i < codes->rows_count; i++) vec_push(c->tmp, &names, codes->code[i]);
        struct str near = nearest_name(text, names.len, names.at);
        if (near.len > 0) {
            near_zh = str_cat(c->a, STR("；最接近的是“"), near, STR("”"));
            near_en = str_cat(c->a, STR("; the nearest is \""), near, STR("\""));
        }
        struct place at = t->n.place;
        diags_put(c->d, c->mode == FEEL_PACK ? SEV_ERROR : SEV_WARN, &E_feel_no_such_code, place_in_file(c->src, at), codes->title, text, list, near_zh, near_en);
        if (c->mode == FEEL_PACK) {
            c->failed = true;
            t->n.op = FEEL_MISTAKE; /* told: the comparison around it has nothing to add */
            t->n.type = &feel_any;
        }
        return false;
    }
    struct feel_type *type = arena_new(c->a, struct feel_type);
    *type = (struct feel_type){.kind = FT_CODE, .codes = codes};
    t->n.value = (struct fv){.kind = FV_CODE, .codes = codes, .code = row};
    t->n.type = type;
    return true;
}

/* Before it is checked: a text, or a list of texts, beside a value of that type. */
static void codes_beside(struct check *c, struct inode *n, const struct feel_type *t)
{
    if (t->kind == FT_LIST) t = t->item;
    if (t->kind != FT_CODE) return;
    if (n->n.op == FEEL_LITERAL) (void)check_code_text(c, n, t->codes);
    if (n->n.op == FEEL_LIST || n->n.op == FEEL_TEST)
        for (uint32_t i = 0; i < n->n.kids_count; i++) codes_beside(c, kid_mut(&n->n, i), t);
}

void check_wanted(struct check *c, struct inode *n, const struct feel_type *wanted)
{
    if (wanted->kind == FT_ANY) return;
    if (wanted->kind == FT_CODE && n->n.op == FEEL_LITERAL && n->n.value.kind == FV_STRING) {
        (void)check_code_text(c, n, wanted->codes);
        return;
    }
    bool inside = (wanted->kind == FT_CODE && n->n.op == FEEL_IF) || (wanted->kind == FT_LIST && wanted->item != NULL && wanted->item->kind == FT_CODE && n->n.op == FEEL_LIST);
    if (inside) {
        const struct feel_type *t = &feel_null_type, *inner = n->n.op == FEEL_IF ? wanted : wanted->item;
        for (uint32_t i = n->n.op == FEEL_IF ? 1 : 0; i < n->n.kids_count; i++) {
            check_wanted(c, kid_mut(&n->n, i), inner);
            t = type_join(c->a, t, n->n.kids[i]->type);
        }
        n->n.type = n->n.op == FEEL_IF ? t : feel_list_of(c->a, t);
        n->folded = n->n.constant = false;
        check_finish(c, n);
    }
    if (c->failed || feel_type_fits(n->n.type, wanted)) return;
    mistake(c, n, &E_feel_wanted, n->n.place, type_text(c->a, wanted, LANG_ZH), type_text(c->a, n->n.type, LANG_ZH), type_text(c->a, wanted, LANG_EN),
            type_text(c->a, n->n.type, LANG_EN));
}

static struct str compare_text(enum feel_op op)
{
    switch ((int)op) {
    case FEEL_EQ: return STR("=");
    case FEEL_NE: return STR("!=");
    case FEEL_LT: return STR("<");
    case FEEL_LE: return STR("<=");
    case FEEL_GT: return STR(">");
    case FEEL_GE: return STR(">=");
    default: return STR("between");
    }
}

/* May x stand beside y under this sign?  Reports where not (packs). */
static bool check_pair(struct check *c, struct inode *n, const struct inode *x, const struct inode *y, bool order, struct str sign)
{
    const struct feel_type *a = x->n.type, *b = y->n.type;
    if (order && (a->kind == FT_CODE || b->kind == FT_CODE)) {
        mistake(c, n, &E_feel_code_order, n->n.place, sign, node_text(c, a->kind == FT_CODE ? x : y));
        return false;
    }
    if (order && (is_null_literal(x) || is_null_literal(y))) {
        mistake(c, n, &E_feel_always_null, n->n.place, STR("!"));
        return false;
    }
    if (!type_known(a) || !type_known(b)) return true;
    bool list_a = a->kind == FT_LIST, list_b = b->kind == FT_LIST;
    if (list_a != list_b) {
        const struct inode *l = list_a ? x : y;
        mistake(c, n, &E_feel_list_compare, l->n.place, node_text(c, l), node_text(c, l));
        return false;
    }
    if (!comparable(a, b)) {
        bool literal_right = y->n.op == FEEL_LITERAL || x->n.op != FEEL_LITERAL;
        never_equal(c, n, literal_right ? y->n.place : x->n.place, a, b);
        return false;
    }
    if (order && !ordered(a->kind)) {
        mistake(c, n, &E_feel_type_mismatch, n->n.place, sign, type_text(c->a, a, LANG_ZH), type_text(c->a, b, LANG_ZH), type_text(c->a, a, LANG_EN),
                type_text(c->a, b, LANG_EN), STR_NONE);
        return false;
    }
    return true;
}

void check_compare(struct check *c, struct inode *n)
{
    enum feel_op op = n->n.op;
    bool pack = c->mode == FEEL_PACK, order = op != FEEL_EQ && op != FEEL_NE, ok = true;
    struct str sign = compare_text(op);
    struct inode *x = kid_mut(&n->n, 0);
    check_node(c, x);
    n->n.type = &feel_bool;
    n->pure = true;
    check_null_cause(c, n, &E_feel_c_null_operand, sign, STR_NONE);
    for (uint32_t i = 1; i < n->n.kids_count; i++) {
        struct inode *y = kid_mut(&n->n, i);
        if (!order) codes_beside(c, y, x->n.type);
        check_node(c, y);
        if (!order) codes_beside(c, x, y->n.type);
        if (pack && ok) ok = check_pair(c, n, x, y, order, sign);
        if (!type_known(x->n.type) || !type_known(y->n.type) || !comparable(x->n.type, y->n.type)) n->n.may_be_null = order || !pack;
        if (x->n.type->kind == FT_LIST || x->n.type->kind == FT_CONTEXT) n->n.may_be_null = true; /* what lies inside may not compare */
        if (is_null_literal(x) || is_null_literal(y)) n->n.may_be_null = order;
        else if (order || pack) n->n.may_be_null = n->n.may_be_null || x->n.may_be_null || y->n.may_be_null;
    }
    if (!ok) {
        n->n.type = &feel_bool; /* whatever it was meant to be, it was a condition */
        return;
    }
    n->strict = pack && !order && !is_null_literal(x) && !is_null_literal(kid(n, 1));
    check_finish(c, n);
}

/* Does a test of this type fit a value of that one? */
static bool test_fits(const struct feel_type *x, const struct feel_type *t)
{
    if (comparable(x, t)) return true;
    if ((t->kind == FT_LIST || t->kind == FT_RANGE) && t->item != NULL) return test_fits(x, t->item);
    return false;
}

/* x in (1, 10): two numbers far apart are often meant as a range.  A note only: two values are legitimate. */
static void note_pair(struct check *c, const struct inode *n)
{
    int64_t a, b;
    if (n->n.kids_count != 3) return;
    const struct feel_node *x = n->n.kids[1], *y = n->n.kids[2];
    bool numbers = x->op == FEEL_LITERAL && y->op == FEEL_LITERAL && x->value.kind == FV_NUMBER && y->value.kind == FV_NUMBER;
    if (!numbers || !dec_to_i64(x->value.num, &a) || !dec_to_i64(y->value.num, &b) || a >= b || b - a < 2) return;
    diags_put(c->d, SEV_NOTE, &E_feel_in_pair, place_in_file(c->src, n->n.place), str_i64(c->a, a), str_i64(c->a, b));
}

/* A long list of constant texts is looked up, not walked. */
static void hash_constants(struct check *c, struct inode *n)
{
    const struct inode *l = kid(n, 1);
    if (n->n.kids_count != 2 || !l->n.constant || l->n.value.kind != FV_LIST || l->n.value.count <= 8) return;
    for (uint32_t i = 0; i < l->n.value.count; i++)
        if (l->n.value.items[i].kind != FV_STRING) return;
    struct map *m = arena_new(c->a, struct map);
    for (uint32_t i = 0; i < l->n.value.count; i++) (void)map_put(c->a, m, l->n.value.items[i].str, m);
    n->set = m;
    n->fn = ev_in_map;
}

void check_in(struct check *c, struct inode *n)
{
    struct inode *x = kid_mut(&n->n, 0);
    bool pack = c->mode == FEEL_PACK, ok = true;
    check_node(c, x);
    n->n.type = &feel_bool;
    n->pure = true;
    n->strict = pack;
    n->n.may_be_null = pack ? x->n.may_be_null : !type_known(x->n.type);
    check_null_cause(c, n, &E_feel_c_null_operand, STR("in"), STR_NONE);
    for (uint32_t i = 1; i < n->n.kids_count; i++) {
        struct inode *t = kid_mut(&n->n, i), *v = t;
        bool order = false;
        if (t->n.op == FEEL_TEST) {
            v = kid_mut(&t->n, 0);
            order = t->n.name.ptr[0] == '<' || t->n.name.ptr[0] == '>';
        }
        bool condition = t->n.op == FEEL_TEST && t->n.name.ptr[0] == '?';
        if (!condition) codes_beside(c, t, x->n.type);
        check_node(c, v);
        if (t != v) {
            t->n.type = &feel_bool;
            t->pure = true;
            check_null_cause(c, t, &E_feel_c_null_operand, t->n.name, STR_NONE);
            check_finish(c, t);
        }
        if (v->n.may_be_null && !is_null_literal(v)) n->n.may_be_null = true;
        if (v->n.type->kind == FT_RANGE && !(v->n.constant && v->n.value.kind == FV_RANGE && !v->n.value.range->null_end)) n->n.may_be_null = true;
        if (condition && v->n.type->kind == FT_BOOL) continue;
        if (pack && ok && order) ok = check_pair(c, n, x, v, true, t->n.name);
        if (pack && ok && !order && !test_fits(x->n.type, v->n.type)) {
            if (x->n.type->kind == FT_LIST && v->n.type->kind != FT_LIST)
                mistake(c, n, &E_feel_list_compare, x->n.place, node_text(c, x), node_text(c, x));
            else
                never_equal(c, n, v->n.place, x->n.type, v->n.type);
            ok = false;
        }
    }
    if (!ok) {
        n->n.type = &feel_bool;
        return;
    }
    if (pack) note_pair(c, n);
    check_finish(c, n);
    if (!n->folded && !c->failed) hash_constants(c, n);
}
