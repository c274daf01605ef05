/*
 * check.c - a parsed tree into a checked one: each node gets its type, whether it may be null, and its evaluator.
 * In packs a wrong type is a mistake here; in DMN it is a null at run time.  After the first mistake nothing is worked out
 * any more, but checking goes on so that every mistake of the text is told.
 */
#include "feel/inner.h"

#define ERR(id, rc, code, zh, en, hint_zh, hint_en) const struct err_kind E_##id = {rc, code, zh, en, hint_zh, hint_en};
#include "feel/errors.def"
#undef ERR

const struct feel_cause *cause_make(struct arena *a, const struct err_kind *kind, struct place at, struct str t1, struct str t2, struct str t3)
{
    struct feel_cause *c = arena_new(a, struct feel_cause);
    *c = (struct feel_cause){.kind = kind, .place = at, .name = t1};
    if (t2.len > 0 || t3.len > 0) {
        struct str *text = arena_array(a, struct str, FEEL_CAUSE_TEXTS);
        cause_fill(text, t1, t2, t3);
        c->text = text;
    }
    return c;
}

void check_mistake(struct check *c, struct inode *n, const struct err_kind *kind, struct place at, size_t count, const struct str *args)
{
    bool pack = c->mode == FEEL_PACK;
    diags_put_n(c->d, pack ? SEV_ERROR : SEV_WARN, kind, place_in_file(c->src, at), count, args);
    n->n.type = &feel_any;
    n->n.may_be_null = true;
    if (pack) {
        c->failed = true;
        return;
    }
    struct feel_cause *cause = arena_new(c->a, struct feel_cause);
    struct str *text = arena_array(c->a, struct str, FEEL_CAUSE_TEXTS);
    for (size_t i = 0; i < count && i < FEEL_CAUSE_TEXTS; i++) text[i] = args[i];
    *cause = (struct feel_cause){.kind = kind, .place = at, .name = text[0], .text = text};
    n->n.op = FEEL_LITERAL;
    n->n.kids_count = 0;
    n->n.value = fv_null();
    n->n.value.cause = cause;
    n->n.type = &feel_null_type;
    check_finish(c, n);
}

struct str node_text(const struct check *c, const struct inode *n)
{
    struct str t = str_sub(c->src->text, n->n.place.off, n->n.place.off + n->n.place.len);
    if (utf8_count(t) <= 40) return t;
    return str_cat(c->a, str_sub(t, 0, utf8_offset(t, 38)), STR("…"));
}

bool is_null_literal(const struct inode *n) { return n->n.op == FEEL_LITERAL && n->n.value.kind == FV_NULL && n->n.value.cause == NULL; }

void check_null_cause(struct check *c, struct inode *n, const struct err_kind *kind, struct str t1, struct str t2)
{
    n->null_cause = cause_make(c->a, kind, n->n.place, t1, t2, STR_NONE);
}

static struct str op_text(enum feel_op op)
{
    switch ((int)op) {
    case FEEL_NEG: case FEEL_SUB: return STR("-");
    case FEEL_ADD: return STR("+");
    case FEEL_MUL: return STR("*");
    case FEEL_DIV: return STR("/");
    case FEEL_POW: return STR("**");
    case FEEL_EQ: return STR("=");
    case FEEL_NE: return STR("!=");
    case FEEL_LT: return STR("<");
    case FEEL_LE: return STR("<=");
    case FEEL_GT: return STR(">");
    case FEEL_GE: return STR(">=");
    case FEEL_AND: return STR("and");
    case FEEL_OR: return STR("or");
    case FEEL_IN: return STR("in");
    case FEEL_BETWEEN: return STR("between");
    default: return STR("");
    }
}

/* ---- constants ---- */

void check_fold(struct check *c, struct inode *n)
{
    if (c->failed || !n->pure || n->n.op == FEEL_LITERAL) return;
    for (uint32_t i = 0; i < n->n.kids_count; i++)
        if (!n->n.kids[i]->constant) return;
    n->n.constant = true;
    if (n->n.op == FEEL_TEST || n->n.op == FEEL_ENTRY || n->n.op == FEEL_ITER) return;
    struct feel_run run = {.arena = c->a, .steps_left = FEEL_FOLD_STEPS};
    struct err err;
    err_clear(&err);
    struct ev e = {.run = &run, .a = c->a, .steps = FEEL_FOLD_STEPS, .mode = c->mode, .err = &err};
    struct fv v = fv_null();
    if (!ev_node(&e, n, &v)) return; /* too dear: left for the run, which has its own budget */
    if (v.kind == FV_NULL && v.cause != NULL && c->mode == FEEL_PACK && n->n.op != FEEL_IF) {
        /* A constant that can only be null is a mistake of writing: a 30th of February, a division by zero. */
        struct str text[FEEL_CAUSE_TEXTS];
        feel_cause_texts(v.cause, text);
        diags_put_n(c->d, SEV_ERROR, v.cause->kind, place_in_file(c->src, n->n.place), FEEL_CAUSE_TEXTS, text);
        c->failed = true;
        return;
    }
    n->n.value = v;
    n->folded = true;
    n->fn = ev_const;
    n->n.may_be_null = v.kind == FV_NULL;
    if (n->n.type->kind == FT_ANY) n->n.type = type_of_value(c->a, &v); /* duration("P1Y") is of months */
}

void check_finish(struct check *c, struct inode *n)
{
    if (n->n.op == FEEL_LITERAL) n->n.constant = true;
    if (c->failed) return;
    eval_select(n);
    check_fold(c, n);
}

/* ---- what is known not to be null here ---- */

static bool same_path(const struct feel_node *x, const struct feel_node *y)
{
    if (x->op != y->op || x->slot != y->slot || x->ref != y->ref || x->kids_count != y->kids_count) return false;
    if (x->op != FEEL_VARIABLE && x->op != FEEL_LOCAL && x->op != FEEL_MEMBER && x->op != FEEL_PARAMETER) return false;
    if (x->op == FEEL_MEMBER && !str_eq(x->name, y->name)) return false;
    for (uint32_t i = 0; i < x->kids_count; i++)
        if (!same_path(x->kids[i], y->kids[i])) return false;
    return true;
}

static void use_facts(const struct check *c, struct feel_node *n)
{
    for (size_t i = 0; n->may_be_null && i < c->not_null.len; i++)
        if (same_path(n, c->not_null.at[i])) n->may_be_null = false;
}

static void add_fact(struct check *c, const struct feel_node *n)
{
    if (n->op == FEEL_VARIABLE || n->op == FEEL_LOCAL || n->op == FEEL_MEMBER || n->op == FEEL_PARAMETER) vec_push(c->tmp, &c->not_null, n);
}

/* What follows when n is true (or, with negate, false). */
static void learn(struct check *c, const struct inode *n, bool negate)
{
    enum feel_op op = n->n.op, all = negate ? FEEL_OR : FEEL_AND;
    if (op == all) {
        for (uint32_t i = 0; i < n->n.kids_count; i++) learn(c, kid(n, i), negate);
        return;
    }
    if (op != FEEL_EQ && op != FEEL_NE && op != FEEL_LT && op != FEEL_LE && op != FEEL_GT && op != FEEL_GE) return;
    bool null_test = is_null_literal(kid(n, 0)) || is_null_literal(kid(n, 1));
    if (null_test && op != (negate ? FEEL_EQ : FEEL_NE)) return;
    if (!null_test && !n->strict && (op == FEEL_EQ || op == FEEL_NE)) return;
    add_fact(c, n->n.kids[0]);
    add_fact(c, n->n.kids[1]);
}

/* ---- arithmetic ---- */

static bool is_duration(enum ft_kind k) { return k == FT_MONTHS || k == FT_SPAN; }

/* Type of x op y, or NULL where the two do not go together. */
static const struct feel_type *arith_type(enum feel_op op, const struct feel_type *x, const struct feel_type *y)
{
    enum ft_kind a = x->kind, b = y->kind;
    if (!type_known(x) || !type_known(y)) {
        if (a == FT_NUMBER && b == FT_ANY && op != FEEL_MUL && op != FEEL_ADD) return &feel_number;
        return &feel_any;
    }
    if (a == FT_NUMBER && b == FT_NUMBER) return &feel_number;
    switch ((int)op) {
    case FEEL_ADD:
        if (a == FT_STRING && b == FT_STRING) return &feel_string;
        if (a == b && is_duration(a)) return x;
        if ((a == FT_DATE || a == FT_DATETIME) && is_duration(b)) return a == FT_DATE ? &feel_date : x;
        if (is_duration(a) && (b == FT_DATE || b == FT_DATETIME)) return b == FT_DATE ? &feel_date : y;
        if (a == FT_TIME && b == FT_SPAN) return x;
        if (a == FT_SPAN && b == FT_TIME) return y;
        return NULL;
    case FEEL_SUB:
        if (a == b && is_duration(a)) return x;
        if ((a == FT_DATE || a == FT_DATETIME) && (b == FT_DATE || b == FT_DATETIME)) return &feel_span;
        if ((a == FT_DATE || a == FT_DATETIME) && is_duration(b)) return a == FT_DATE ? &feel_date : x;
        if (a == FT_TIME && b == FT_TIME) return &feel_span;
        if (a == FT_TIME && b == FT_SPAN) return x;
        return NULL;
    case FEEL_MUL:
        if (is_duration(a) && b == FT_NUMBER) return x;
        if (a == FT_NUMBER && is_duration(b)) return y;
        return NULL;
    case FEEL_DIV:
        if (is_duration(a) && b == FT_NUMBER) return x;
        if (a == b && is_duration(a)) return &feel_number;
        return NULL;
    default: return NULL;
    }
}

static struct str arith_hint(enum feel_op op, const struct feel_type *x, const struct feel_type *y)
{
    enum ft_kind a = x->kind, b = y->kind;
    if (a == FT_CODE || b == FT_CODE) return STR("代码的文字写 .名称，位次写 .位次");
    if ((op == FEEL_ADD || op == FEEL_SUB) && a == FT_DATE && b == FT_NUMBER) return STR("加减天数写 duration(\"P30D\")，工作日用 workday add");
    if (a == FT_STRING || b == FT_STRING) return STR("拼接文字先用 string(…) 转成文字");
    return STR_NONE;
}

static void check_arith(struct check *c, struct inode *n)
{
    struct inode *x = kid_mut(&n->n, 0), *y = kid_mut(&n->n, 1);
    check_node(c, x);
    check_node(c, y);
    const struct feel_type *t = arith_type(n->n.op, x->n.type, y->n.type);
    check_null_cause(c, n, &E_feel_c_null_operand, op_text(n->n.op), STR_NONE);
    if (t == NULL && c->mode == FEEL_PACK) {
        mistake(c, n, &E_feel_type_mismatch, n->n.place, op_text(n->n.op), type_text(c->a, x->n.type, LANG_ZH), type_text(c->a, y->n.type, LANG_ZH),
                type_text(c->a, x->n.type, LANG_EN), type_text(c->a, y->n.type, LANG_EN), arith_hint(n->n.op, x->n.type, y->n.type));
        return;
    }
    n->n.type = t == NULL ? &feel_any : t;
    bool divides = n->n.op == FEEL_DIV && !(y->n.constant && y->n.value.kind == FV_NUMBER && !dec_is_zero(y->n.value.num));
    bool zones = x->n.type->kind == FT_DATETIME || x->n.type->kind == FT_TIME || y->n.type->kind == FT_DATETIME; /* with and without do not mix */
    n->n.may_be_null = x->n.may_be_null || y->n.may_be_null || divides || n->n.op == FEEL_POW || t == NULL || !type_known(t) || (zones && n->n.op == FEEL_SUB);
    n->pure = true;
    check_finish(c, n);
}

static void check_neg(struct check *c, struct inode *n)
{
    struct inode *x = kid_mut(&n->n, 0);
    check_node(c, x);
    enum ft_kind k = x->n.type->kind;
    check_null_cause(c, n, &E_feel_c_null_operand, STR("-"), STR_NONE);
    if (c->mode == FEEL_PACK && type_known(x->n.type) && k != FT_NUMBER && !is_duration(k)) {
        mistake(c, n, &E_feel_argument_type, n->n.place, STR("-"), STR(""), STR("数或时长"), type_text(c->a, x->n.type, LANG_ZH),
                STR("a number or duration"), type_text(c->a, x->n.type, LANG_EN));
        return;
    }
    n->n.type = x->n.type;
    n->n.may_be_null = x->n.may_be_null || (k != FT_NUMBER && !is_duration(k));
    n->pure = true;
    check_finish(c, n);
}

/* ---- and, or, if ---- */

static void check_joined(struct check *c, struct inode *n)
{
    size_t facts = c->not_null.len;
    bool is_or = n->n.op == FEEL_OR;
    n->n.type = &feel_bool;
    n->pure = true;
    for (uint32_t i = 0; i < n->n.kids_count; i++) {
        struct inode *k = kid_mut(&n->n, i);
        check_node(c, k);
        if (k->n.may_be_null || k->n.type->kind != FT_BOOL) n->n.may_be_null = true;
        if (c->mode == FEEL_PACK && type_known(k->n.type) && k->n.type->kind != FT_BOOL) {
            struct str list = k->n.op == FEEL_LITERAL ? node_text(c, k) : STR_NONE;
            struct inode dummy = {0};
            mistake(c, &dummy, &E_feel_not_boolean, k->n.place, op_text(n->n.op), node_text(c, k), type_text(c->a, k->n.type, LANG_ZH),
                    type_text(c->a, k->n.type, LANG_EN), list);
        }
        learn(c, k, is_or);
    }
    c->not_null.len = facts;
    check_null_cause(c, n, &E_feel_c_null_operand, op_text(n->n.op), STR_NONE);
    check_finish(c, n);
}

static void check_condition(struct check *c, struct inode *k, struct str zh, struct str en)
{
    struct inode dummy = {0};
    if (c->mode == FEEL_PACK && type_known(k->n.type) && k->n.type->kind != FT_BOOL)
        mistake(c, &dummy, &E_feel_condition, k->n.place, zh, en, type_text(c->a, k->n.type, LANG_ZH), type_text(c->a, k->n.type, LANG_EN));
}

static void check_if(struct check *c, struct inode *n)
{
    struct inode *cond = kid_mut(&n->n, 0), *x = kid_mut(&n->n, 1), *y = kid_mut(&n->n, 2);
    size_t facts = c->not_null.len;
    check_node(c, cond);
    check_condition(c, cond, STR(" if "), STR("if"));
    learn(c, cond, false);
    check_node(c, x);
    c->not_null.len = facts;
    if (!cond->n.may_be_null) learn(c, cond, true);
    check_node(c, y);
    c->not_null.len = facts;
    if (c->mode == FEEL_PACK && cond->n.may_be_null && !c->failed)
        diags_put(c->d, SEV_WARN, &E_feel_if_null, place_in_file(c->src, cond->n.place), STR_NONE);
    n->n.type = type_join(c->a, x->n.type, y->n.type);
    n->n.may_be_null = x->n.may_be_null || y->n.may_be_null;
    n->pure = true;
    check_finish(c, n);
}

/* ---- lists, contexts, ranges, loops ---- */

static void check_list(struct check *c, struct inode *n)
{
    const struct feel_type *item = &feel_null_type;
    for (uint32_t i = 0; i < n->n.kids_count; i++) {
        check_node(c, kid_mut(&n->n, i));
        item = type_join(c->a, item, n->n.kids[i]->type);
    }
    n->n.type = feel_list_of(c->a, item->kind == FT_NULL ? &feel_any : item);
    n->pure = true;
    check_finish(c, n);
}

struct local *check_local(struct check *c, struct str name, const struct feel_type *type, bool may_be_null, struct place at)
{
    struct local l = {.name = name, .type = type, .may_be_null = may_be_null, .slot = c->next_slot++};
    if (c->next_slot > c->slots) c->slots = c->next_slot;
    if (c->slots > FEEL_LOCALS_MAX && !c->failed) {
        diags_put(c->d, SEV_ERROR, &E_feel_too_deep, place_in_file(c->src, at), str_u64(c->a, FEEL_LOCALS_MAX));
        c->failed = true;
    }
    vec_push(c->tmp, &c->locals, l);
    return &c->locals.at[c->locals.len - 1];
}

void check_leave(struct check *c, size_t locals)
{
    c->locals.len = locals;
}

static void check_new_name(struct check *c, struct str name, struct place at)
{
    struct meaning m[MEANINGS_MAX];
    struct inode dummy = {0};
    if (c->mode == FEEL_PACK && scope_find(c, name, m) > 0) mistake(c, &dummy, &E_feel_local_name, at, name);
}

static void check_context(struct check *c, struct inode *n)
{
    size_t locals = c->locals.len, facts = c->not_null.len;
    uint32_t count = n->n.kids_count;
    struct feel_member *m = arena_array(c->a, struct feel_member, count);
    for (uint32_t i = 0; i < count; i++) {
        struct inode *e = kid_mut(&n->n, i), *v = kid_mut(&e->n, 0);
        for (uint32_t k = 0; k < i; k++)
            if (str_eq(n->n.kids[k]->name, e->n.name)) {
                mistake(c, n, &E_feel_duplicate_key, e->n.place, e->n.name);
                check_leave(c, locals);
                return;
            }
        check_node(c, v);
        e->n.type = v->n.type;
        e->n.may_be_null = v->n.may_be_null;
        m[i] = (struct feel_member){.name = e->n.name, .title = e->n.name, .type = v->n.type,
                                    .slot = i, .may_be_null = v->n.may_be_null};
        e->n.slot = check_local(c, name_normal(c->a, e->n.name), m[i].type, m[i].may_be_null, e->n.place)->slot;
    }
    check_leave(c, locals);
    c->not_null.len = facts;
    struct feel_type *t = arena_new(c->a, struct feel_type);
    *t = (struct feel_type){.kind = FT_CONTEXT, .members = m, .members_count = count};
    n->n.type = t;
    check_finish(c, n);
}

static void check_range(struct check *c, struct inode *n)
{
    struct inode *low = kid_mut(&n->n, 0), *high = kid_mut(&n->n, 1);
    check_node(c, low);
    check_node(c, high);
    const struct feel_type *item = type_join(c->a, low->n.type, high->n.type);
    if (c->mode == FEEL_PACK && type_known(low->n.type) && type_known(high->n.type) && !type_same(low->n.type, high->n.type)) {
        never_equal(c, n, n->n.place, low->n.type, high->n.type);
        return;
    }
    struct feel_type *t = arena_new(c->a, struct feel_type);
    *t = (struct feel_type){.kind = FT_RANGE, .item = item->kind == FT_NULL ? &feel_any : item};
    n->n.type = t;
    n->n.may_be_null = true; /* the ends may lie the wrong way round */
    n->pure = true;
    check_null_cause(c, n, &E_feel_c_null_operand, STR(".."), STR_NONE);
    check_finish(c, n);
}

static bool constant_int(const struct inode *n, int64_t *v)
{
    return n->n.constant && n->n.value.kind == FV_NUMBER && dec_to_i64(n->n.value.num, v);
}

static void check_iter(struct check *c, struct inode *it)
{
    struct inode *from = kid_mut(&it->n, 0);
    const struct feel_type *item = &feel_any;
    bool null_item = true;
    check_node(c, from);
    it->n.may_be_null = from->n.may_be_null;
    if (it->range_iter) {
        struct inode *to = kid_mut(&it->n, 1);
        check_node(c, to);
        item = from->n.type->kind == FT_DATE ? &feel_date : &feel_number;
        null_item = false;
        int64_t a = 0, b = 0;
        struct inode dummy = {0};
        if (c->mode == FEEL_PACK && (!constant_int(from, &a) || !constant_int(to, &b) || a - b >= FEEL_FOR_MAX || b - a >= FEEL_FOR_MAX))
            mistake(c, &dummy, &E_feel_for_range, it->n.place, str_i64(c->a, FEEL_FOR_MAX));
        bool days = from->n.type->kind == FT_DATE && to->n.type->kind == FT_DATE && !from->n.may_be_null && !to->n.may_be_null;
        it->n.may_be_null = !days && !(constant_int(from, &a) && constant_int(to, &b));
    } else if (from->n.type->kind == FT_LIST) {
        item = from->n.type->item;
        null_item = item->kind != FT_RECORD;
    } else if (from->n.type->kind == FT_RANGE) {
        item = from->n.type->item;
        it->n.may_be_null = true; /* its ends may be no whole numbers */
    } else if (type_known(from->n.type)) {
        struct inode dummy = {0};
        if (c->mode == FEEL_PACK)
            mistake(c, &dummy, &E_feel_not_list, from->n.place, STR("in 后面"), type_text(c->a, from->n.type, LANG_ZH), STR("what stands behind in"),
                    type_text(c->a, from->n.type, LANG_EN));
        item = from->n.type;
    }
    it->n.type = item;
    check_null_cause(c, it, &E_feel_c_null_operand, STR("in"), STR_NONE);
    check_new_name(c, it->n.name, it->n.place);
    it->n.slot = check_local(c, name_normal(c->a, it->n.name), item, null_item, it->n.place)->slot;
}

static void check_loop(struct check *c, struct inode *n)
{
    size_t locals = c->locals.len, facts = c->not_null.len;
    uint32_t iters = n->n.kids_count - 1;
    if (n->n.op == FEEL_FOR) n->n.slot = check_local(c, STR("partial"), feel_list_of(c->a, &feel_any), false, n->n.place)->slot;
    for (uint32_t i = 0; i < iters; i++) {
        check_iter(c, kid_mut(&n->n, i));
        if (n->n.kids[i]->may_be_null) n->n.may_be_null = true;
    }
    struct inode *body = kid_mut(&n->n, iters);
    check_node(c, body);
    check_leave(c, locals);
    c->not_null.len = facts;
    check_null_cause(c, n, &E_feel_c_null_operand, n->n.op == FEEL_FOR ? STR("for") : n->n.op == FEEL_SOME ? STR("some") : STR("every"), STR_NONE);
    if (n->n.op == FEEL_FOR) {
        n->n.type = feel_list_of(c->a, body->n.type->kind == FT_NULL ? &feel_any : body->n.type);
    } else {
        check_condition(c, body, STR(" satisfies "), STR("satisfies"));
        n->n.type = &feel_bool;
        n->n.may_be_null = n->n.may_be_null || body->n.may_be_null || body->n.type->kind != FT_BOOL;
    }
    check_finish(c, n);
}

static void check_function(struct check *c, struct inode *n)
{
    size_t locals = c->locals.len, facts = c->not_null.len;
    n->n.slot = c->next_slot;
    for (uint32_t i = 0; i < n->params_count; i++) {
        check_new_name(c, n->params[i].name, n->n.place);
        (void)check_local(c, name_normal(c->a, n->params[i].name), n->params[i].type, true, n->n.place);
    }
    struct inode *body = kid_mut(&n->n, 0);
    check_node(c, body);
    check_leave(c, locals);
    c->not_null.len = facts;
    struct feel_type *t = arena_new(c->a, struct feel_type);
    static const struct feel_member none;
    *t = (struct feel_type){.kind = FT_FUNCTION, .item = body->n.type, .members = n->params_count > 0 ? n->params : &none, .members_count = n->params_count};
    n->n.type = t;
    check_finish(c, n);
}

static void check_filter(struct check *c, struct inode *n)
{
    struct inode *list = kid_mut(&n->n, 0), *cond = kid_mut(&n->n, 1);
    check_node(c, list);
    const struct feel_type *t = list->n.type, *item = t->kind == FT_LIST ? t->item : t;
    bool pack = c->mode == FEEL_PACK;
    check_null_cause(c, n, &E_feel_c_null_operand, STR("[…]"), STR_NONE);
    if (pack && type_known(t) && t->kind != FT_LIST) {
        mistake(c, n, &E_feel_not_list, list->n.place, node_text(c, list), type_text(c->a, t, LANG_ZH), node_text(c, list), type_text(c->a, t, LANG_EN));
        return;
    }
    size_t locals = c->locals.len, facts = c->not_null.len;
    int64_t position;
    bool index = cond->n.op == FEEL_LITERAL && cond->n.value.kind == FV_NUMBER && dec_to_i64(cond->n.value.num, &position);
    if (index) {
        check_node(c, cond);
    } else {
        struct local *l = check_local(c, STR("item"), item, item->kind != FT_RECORD, n->n.place);
        l->is_item = true;
        n->n.slot = l->slot;
        check_node(c, cond);
        check_leave(c, locals);
        c->not_null.len = facts;
        index = !pack && cond->n.type->kind == FT_NUMBER;
        if (pack && type_known(cond->n.type) && cond->n.type->kind != FT_BOOL) {
            mistake(c, n, &E_feel_filter, cond->n.place, type_text(c->a, cond->n.type, LANG_ZH), type_text(c->a, cond->n.type, LANG_EN));
            return;
        }
    }
    n->n.op = index ? FEEL_INDEX : FEEL_FILTER;
    n->pure = index;
    if (index) {
        n->n.type = item;
        n->n.may_be_null = true;
    } else {
        n->n.type = t->kind == FT_LIST ? t : feel_list_of(c->a, t->kind == FT_NULL ? &feel_any : item);
        if (cond->n.type->kind != FT_BOOL) n->n.type = &feel_any; /* the condition may turn out to be a position */
        n->n.may_be_null = (list->n.may_be_null && pack) || cond->n.type->kind != FT_BOOL;
    }
    check_finish(c, n);
}

static void check_instance(struct check *c, struct inode *n)
{
    check_node(c, kid_mut(&n->n, 0));
    n->n.type = &feel_bool;
    n->pure = true;
    check_finish(c, n);
}

/* ---- the whole ---- */

void check_node(struct check *c, struct inode *n)
{
    switch (n->n.op) {
    case FEEL_LITERAL:
        n->n.type = type_of_value(c->a, &n->n.value);
        n->n.may_be_null = n->n.value.kind == FV_NULL;
        check_finish(c, n);
        break;
    case FEEL_NAME: check_name(c, n, false); break;
    case FEEL_MEMBER: check_member(c, n); break;
    case FEEL_NEG: check_neg(c, n); break;
    case FEEL_ADD: case FEEL_SUB: case FEEL_MUL: case FEEL_DIV: case FEEL_POW: check_arith(c, n); break;
    case FEEL_EQ: case FEEL_NE: case FEEL_LT: case FEEL_LE: case FEEL_GT: case FEEL_GE: case FEEL_BETWEEN: check_compare(c, n); break;
    case FEEL_IN: check_in(c, n); break;
    case FEEL_AND: case FEEL_OR: check_joined(c, n); break;
    case FEEL_INSTANCE_OF: check_instance(c, n); break;
    case FEEL_IF: check_if(c, n); break;
    case FEEL_FOR: case FEEL_SOME: case FEEL_EVERY: check_loop(c, n); break;
    case FEEL_LIST: check_list(c, n); break;
    case FEEL_CONTEXT: check_context(c, n); break;
    case FEEL_RANGE: check_range(c, n); break;
    case FEEL_FILTER: check_filter(c, n); break;
    case FEEL_CALL_NAMED: check_call(c, n); break;
    case FEEL_FUNCTION: check_function(c, n); break;
    case FEEL_TEST: /* a test outside in: as a range value of one side */
        check_node(c, kid_mut(&n->n, 0));
        n->n.type = &feel_any;
        n->n.may_be_null = true;
        check_finish(c, n);
        break;
    case FEEL_MISTAKE:
    case FEEL_VARIABLE: case FEEL_LOCAL: case FEEL_PARAMETER: case FEEL_ALL: case FEEL_ITER: case FEEL_ENTRY: case FEEL_INDEX: case FEEL_CALL:
    case FEEL_DYNAMIC: case FEEL_TABLE: case FEEL_OP_COUNT:
        break;
    }
    use_facts(c, &n->n);
}

static enum rc compile_in(struct arena *a, struct arena *tmp, const struct feel_scope *scope, const struct feel_source *src, const struct feel_type *input,
                          struct feel_program **out, struct diags *d)
{
    *out = NULL;
    struct text_source s = {.text = src->text, .at = src->at, .mode = src->mode, .d = d, .a = a, .tmp = tmp};
    struct inode *root;
    bool parsed = feel_parse(&s, scope, input != NULL, &root);
    struct check c = {.a = a, .tmp = tmp, .src = &s, .scope = scope, .mode = src->mode, .d = d, .failed = !parsed, .tests = input != NULL, .input = input,
                      .input_slot = input != NULL ? scope_input_slot(scope) : 0};
    check_node(&c, root);
    const struct feel_type *wanted = input != NULL ? &feel_bool : src->wanted;
    if (wanted != NULL && src->mode == FEEL_PACK) check_wanted(&c, root, wanted);
    if (c.failed) return RC_INPUT;
    struct feel_program *p = arena_new(a, struct feel_program);
    *p = (struct feel_program){.text = src->text, .mode = src->mode, .root = &root->n, .type = root->n.type, .may_be_null = root->n.may_be_null,
                               .daily = c.daily, .locals = c.slots, .at = src->at};
    *out = p;
    return RC_OK;
}

static enum rc compile(struct arena *a, const struct feel_scope *scope, const struct feel_source *src, const struct feel_type *input,
                       struct feel_program **out, struct diags *d)
{
    struct arena tmp;
    arena_init(&tmp, a->max);
    enum rc rc = compile_in(a, &tmp, scope, src, input, out, d);
    arena_fini(&tmp);
    return rc;
}

enum rc feel_compile(struct arena *a, const struct feel_scope *scope, const struct feel_source *src, struct feel_program **out, struct diags *d)
{
    return compile(a, scope, src, NULL, out, d);
}

enum rc feel_compile_tests(struct arena *a, const struct feel_scope *scope, const struct feel_source *src, const struct feel_type *input,
                           struct feel_program **out, struct diags *d)
{
    return compile(a, scope, src, input == NULL ? &feel_any : input, out, d);
}

void feel_each_node(const struct feel_node *root, bool (*fn)(void *ctx, const struct feel_node *n), void *ctx)
{
    if (!fn(ctx, root)) return;
    for (uint32_t i = 0; i < root->kids_count; i++) feel_each_node(root->kids[i], fn, ctx);
}
