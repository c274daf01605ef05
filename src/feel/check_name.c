/* check_name.c - bare names and paths: what they mean, and what is said where they mean nothing or too much. */
#include "feel/inner.h"

/* ---- unknown and ambiguous ---- */

static bool known(const struct check *c, struct str name)
{
    struct meaning m[MEANINGS_MAX];
    return scope_find(c, name, m) > 0;
}

/* "级别 层级": two names that want a dot between them. */
static struct str dotted(const struct check *c, struct str name)
{
    size_t blank = str_find_char(name, ' ');
    if (blank == SIZE_MAX || !known(c, str_sub(name, 0, blank))) return STR_NONE;
    return str_cat(c->a, str_sub(name, 0, blank), STR("."), str_sub(name, blank + 1, name.len));
}

/* "级别in": a keyword that wants a blank. */
static struct str glued_keyword(const struct check *c, struct str name)
{
    static const char *const words[] = {"and", "or", "in", "between", "then", "else", "return", "satisfies", "not"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        struct str w = str_c(words[i]);
        if (name.len <= w.len) continue;
        struct str front = str_sub(name, 0, name.len - w.len), back = str_sub(name, w.len, name.len);
        if (str_ends(name, w) && known(c, front)) return str_cat(c->a, front, STR(" "), w);
        if (str_starts(name, w) && known(c, back)) return str_cat(c->a, w, STR(" "), back);
    }
    return STR_NONE;
}

/* "职位级别": one run that is two names side by side. */
static struct str split_run(const struct check *c, struct str name)
{
    for (size_t at = 0; at < name.len;) {
        (void)utf8_next(name, &at);
        if (at >= name.len) break;
        struct meaning m[MEANINGS_MAX];
        if (scope_find(c, str_sub(name, 0, at), m) == 0) continue;
        const struct feel_type *t = m[0].member != NULL ? m[0].member->type : m[0].name != NULL ? m[0].name->type : NULL;
        if (t != NULL && t->kind == FT_LIST) t = t->item;
        if (t != NULL && member_find(t, str_sub(name, at, name.len)) != NULL)
            return str_cat(c->a, str_sub(name, 0, at), STR("."), str_sub(name, at, name.len));
    }
    return STR_NONE;
}

void check_unknown(struct check *c, struct inode *n, bool function)
{
    struct str name = n->n.name;
    struct str hint = glued_keyword(c, name);
    if (hint.len > 0) {
        mistake(c, n, &E_feel_unknown_blank, n->n.place, name, hint);
        return;
    }
    hint = dotted(c, name);
    if (hint.len == 0) hint = split_run(c, name);
    if (hint.len > 0) {
        mistake(c, n, &E_feel_unknown_dot, n->n.place, name, hint);
        return;
    }
    struct str near = scope_nearest(c, name);
    const struct feel_register *reg = scope_this_register(c->scope);
    if (function) mistake(c, n, &E_feel_unknown_function, n->n.place, name, near);
    else if (reg != NULL) mistake(c, n, &E_feel_unknown_name_in, n->n.place, name, near, reg->title);
    else mistake(c, n, &E_feel_unknown_name, n->n.place, name, near);
}

static void ambiguous(struct check *c, struct inode *n, const struct meaning *m, uint32_t count)
{
    struct str ways = STR_NONE;
    for (uint32_t i = 0; i < count; i++) {
        struct str way = n->n.name;
        if (m[i].local != NULL && m[i].member != NULL) way = str_cat(c->a, STR("item."), n->n.name);
        else if (m[i].name != NULL && m[i].member != NULL) way = str_cat(c->a, m[i].name->name, STR("."), n->n.name);
        else if (m[i].name != NULL && m[i].name->kind == FN_PARAMETER) way = str_cat(c->a, STR("param."), n->n.name);
        ways = ways.len == 0 ? way : str_cat(c->a, ways, STR("、"), way);
    }
    mistake(c, n, &E_feel_ambiguous, n->n.place, n->n.name, ways);
}

/* ---- turning a NAME node into what it means ---- */

static struct inode *local_node(struct check *c, const struct local *l, struct place place)
{
    struct inode *n = node_make(c->a, FEEL_LOCAL, place, 0);
    n->n.slot = l->slot;
    n->n.name = l->name;
    n->n.type = l->type;
    n->n.may_be_null = l->may_be_null;
    check_null_cause(c, n, &E_feel_c_empty_name, l->name, STR_NONE);
    check_finish(c, n);
    return n;
}

static struct inode *variable_node(struct check *c, const struct feel_name *f, struct place place)
{
    struct inode *n = node_make(c->a, FEEL_VARIABLE, place, 0);
    n->n.slot = f->slot;
    n->n.name = f->name;
    n->n.ref = f;
    n->n.type = f->type == NULL ? &feel_any : f->type;
    n->n.may_be_null = f->may_be_null;
    if (f->may_be_null || f->type == NULL || f->type->kind != FT_RECORD) /* the record that is looked at is always there */
        check_null_cause(c, n, &E_feel_c_empty_name, f->title.len > 0 ? f->title : f->name, STR_NONE);
    check_finish(c, n);
    return n;
}

static void member_node(struct check *c, struct inode *n, struct inode *base, const struct feel_member *m)
{
    n->n.op = FEEL_MEMBER;
    n->n.kids_count = 1;
    n->n.kids = arena_array(c->a, struct feel_node *, 1);
    n->n.kids[0] = &base->n;
    n->n.member = m;
    n->n.slot = m == NULL ? 0 : m->slot;
    n->n.type = m == NULL ? &feel_any : m->type;
    n->n.reg = base->n.type->kind == FT_RECORD ? base->n.type->reg : NULL;
    n->n.may_be_null = m == NULL || base->n.may_be_null || m->may_be_null;
    check_null_cause(c, n, &E_feel_c_null_path, n->n.name, STR_NONE);
    check_finish(c, n);
}

static void parameter_node(struct check *c, struct inode *n, const struct feel_name *f)
{
    n->n.op = FEEL_PARAMETER;
    n->n.slot = f->slot;
    n->n.ref = f;
    n->n.type = f->type == NULL ? &feel_any : f->type;
    n->n.may_be_null = f->may_be_null;
    if (n->n.kids_count == 0) c->daily = true; /* the value in force on the day of the run */
    check_null_cause(c, n, &E_feel_c_null_operand, f->title, STR_NONE);
    check_finish(c, n);
}

static void function_value(struct check *c, struct inode *n, const struct feel_function *fn, const struct builtin *b)
{
    struct feel_closure *cl = arena_new(c->a, struct feel_closure);
    cl->fn = fn;
    cl->builtin = b;
    n->n.op = FEEL_LITERAL;
    n->n.kids_count = 0;
    n->n.value = (struct fv){.kind = FV_FUNCTION, .fn = cl};
    n->n.type = type_by_name(STR("function"));
    check_finish(c, n);
}

static bool callable(const struct meaning *m)
{
    if (m->builtin != NULL) return true;
    const struct feel_type *t = m->member != NULL ? m->member->type : m->local != NULL ? m->local->type : m->name->type;
    if (m->name != NULL && m->member == NULL && (m->name->kind == FN_FUNCTION || m->name->kind == FN_PARAMETER)) return true;
    return t != NULL && (t->kind == FT_FUNCTION || t->kind == FT_ANY);
}

/* The innermost filter item whose members nobody knows before the run. */
static const struct local *unknown_item(const struct check *c)
{
    for (size_t i = c->locals.len; i-- > 0;) {
        const struct local *l = &c->locals.at[i];
        if (l->is_item) return l->type->kind == FT_ANY || (l->type->kind == FT_CONTEXT && l->type->members == NULL) ? l : NULL;
    }
    return NULL;
}

static void take_meaning(struct check *c, struct inode *n, const struct meaning *m)
{
    if (m->builtin != NULL) {
        function_value(c, n, NULL, m->builtin);
    } else if (m->local != NULL && m->member == NULL) {
        struct place at = n->n.place;
        bool parens = n->in_parens;
        *n = *local_node(c, m->local, at);
        n->in_parens = parens;
    } else if (m->local != NULL) {
        member_node(c, n, local_node(c, m->local, n->n.place), m->member);
    } else if (m->member != NULL) {
        member_node(c, n, variable_node(c, m->name, n->n.place), m->member);
    } else {
        switch (m->name->kind) {
        case FN_VARIABLE: case FN_THIS: *n = *variable_node(c, m->name, n->n.place); break;
        case FN_PARAMETER: parameter_node(c, n, m->name); break;
        case FN_FUNCTION: function_value(c, n, m->name->fn, NULL); break;
        case FN_ALL: /* kept for check_member; alone it means nothing */
            n->n.op = FEEL_NAME;
            n->n.ref = m->name;
            n->n.type = m->name->type;
            break;
        }
    }
}

void check_name(struct check *c, struct inode *n, bool called)
{
    struct meaning m[MEANINGS_MAX];
    if (c->input != NULL && str_eq(n->n.name, STR("?"))) {
        static const struct feel_name input_name = {.kind = FN_VARIABLE, .name = STR_INIT("?"), .title = STR_INIT("?")};
        struct feel_name *f = arena_new(c->a, struct feel_name);
        *f = input_name;
        f->type = c->input;
        f->slot = c->input_slot;
        f->may_be_null = true;
        *n = *variable_node(c, f, n->n.place);
        return;
    }
    if (str_eq(n->n.name, STR("?"))) {
        mistake(c, n, &E_feel_no_input, n->n.place, STR_NONE);
        return;
    }
    uint32_t count = scope_find(c, n->n.name, m), kept = 0;
    for (uint32_t i = 0; i < count; i++) /* a call means a function; a bare name means one only if nothing else */
        if (called ? callable(&m[i]) : m[i].builtin == NULL || count == 1) m[kept++] = m[i];
    if (kept > 0) count = kept;
    const struct local *dynamic = c->mode == FEEL_DMN && !called ? unknown_item(c) : NULL;
    if (dynamic != NULL && count > 0 && m[0].local != NULL && m[0].local >= dynamic) dynamic = NULL; /* nearer than the item's members */
    if (dynamic != NULL) {
        struct inode *member = node_make(c->a, FEEL_MEMBER, n->n.place, 0), *outer = NULL;
        member->n.name = n->n.name;
        member_node(c, member, local_node(c, dynamic, n->n.place), NULL);
        if (count > 0) {
            outer = node_make(c->a, FEEL_NAME, n->n.place, 0);
            outer->n.name = n->n.name;
            take_meaning(c, outer, &m[0]);
        }
        n->n.op = FEEL_DYNAMIC;
        n->n.kids_count = outer == NULL ? 1 : 2;
        n->n.kids = arena_array(c->a, struct feel_node *, 2);
        n->n.kids[0] = &member->n;
        if (outer != NULL) n->n.kids[1] = &outer->n;
        n->n.type = &feel_any;
        n->n.may_be_null = true;
        check_finish(c, n);
        return;
    }
    if (count == 0) {
        check_unknown(c, n, called);
        return;
    }
    if (c->mode == FEEL_PACK && count > 1) {
        ambiguous(c, n, m, count);
        return;
    }
    take_meaning(c, n, &m[0]);
    if (n->n.op == FEEL_NAME && n->n.ref != NULL && !called) n->n.may_be_null = true;
}

/* ---- paths ---- */

/* Type of t.name: over a list it maps.  False: there is no such member; *m NULL and true: known only at run time. */
static bool path_type(struct check *c, const struct feel_type *t, struct str name, const struct feel_member **m, const struct feel_type **type)
{
    if (t->kind == FT_LIST) {
        const struct feel_type *inner;
        if (!path_type(c, t->item, name, m, &inner)) return false;
        *type = feel_list_of(c->a, inner);
        return true;
    }
    *m = member_find(t, name);
    *type = *m != NULL ? (*m)->type : &feel_any;
    if (t->kind == FT_RANGE && *m != NULL && (*m)->type->kind == FT_ANY) *type = t->item;
    return *m != NULL || !type_known(t) || (t->kind == FT_CONTEXT && t->members == NULL);
}

static void unknown_member(struct check *c, struct inode *n, const struct feel_type *t)
{
    while (t->kind == FT_LIST) t = t->item;
    const struct feel_member *list = NULL;
    size_t count = 0;
    if (t->kind == FT_RECORD && t->reg != NULL) {
        list = t->reg->members;
        count = t->reg->members_count;
    } else if (t->kind == FT_CONTEXT) {
        list = t->members;
        count = t->members_count;
    } else if (t->kind != FT_CODE) {
        count = type_builtin_members(t->kind, &list);
    }
    VEC(struct str) names = {0};
    for (size_t i = 0; i < count; i++) {
        vec_push(c->tmp, &names, list[i].title);
        vec_push(c->tmp, &names, list[i].name);
    }
    if (t->kind == FT_CODE) {
        for (uint32_t i = 0; t->codes != NULL && i < t->codes->columns_count; i++) vec_push(c->tmp, &names, t->codes->columns[i].title);
        count = type_builtin_members(FT_CODE, &list);
        for (size_t i = 0; i < count; i++) vec_push(c->tmp, &names, list[i].title);
    }
    struct str near = nearest_name(n->n.name, names.len, names.at);
    uint32_t len = (uint32_t)n->n.name.len, end = n->n.place.off + n->n.place.len;
    struct place at = place_in(c->src, end > len ? end - len : 0, len);
    struct str zh = type_text(c->a, t, LANG_ZH), en = type_text(c->a, t, LANG_EN);
    if (t->kind == FT_RECORD && t->reg != NULL) zh = str_cat(c->a, STR("台账“"), t->reg->title, STR("”"));
    mistake(c, n, &E_feel_unknown_member, at, n->n.name, near, zh, en);
}

static bool is_qualifier(const struct check *c, const struct inode *k, const char *en, const char *zh)
{
    return k->n.op == FEEL_NAME && (str_eq(k->n.name, str_c(en)) || str_eq(k->n.name, str_c(zh))) && !known(c, k->n.name);
}

static bool qualified_parameter(struct check *c, struct inode *n)
{
    if (!is_qualifier(c, kid_mut(&n->n, 0), "param", "参数")) return false;
    for (const struct feel_scope *s = c->scope; s != NULL; s = s->outer) {
        const struct feel_name *f = map_find(&s->by_name, name_normal(c->a, n->n.name));
        if (f == NULL || f->kind != FN_PARAMETER) continue;
        n->n.kids_count = 0;
        parameter_node(c, n, f);
        return true;
    }
    return false;
}

void check_member(struct check *c, struct inode *n)
{
    struct inode *base = kid_mut(&n->n, 0);
    if (qualified_parameter(c, n)) return;
    check_node(c, base);
    if (base->n.op == FEEL_NAME && base->n.ref != NULL && base->n.ref->kind == FN_ALL) {
        const struct feel_member *m = base->n.type == NULL ? NULL : member_find(base->n.type, n->n.name);
        if (m == NULL) {
            unknown_member(c, n, base->n.type == NULL ? &feel_any : base->n.type);
            return;
        }
        n->n.op = FEEL_ALL;
        n->n.kids_count = 0;
        n->n.slot = m->slot;
        n->n.member = m;
        n->n.ref = base->n.ref;
        n->n.type = m->type;
        n->n.reg = m->type->kind == FT_LIST ? m->type->item->reg : NULL;
        check_finish(c, n);
        return;
    }
    const struct feel_member *m = NULL;
    const struct feel_type *type = &feel_any, *t = base->n.type;
    if (!path_type(c, t, n->n.name, &m, &type)) {
        if (c->mode == FEEL_PACK) {
            unknown_member(c, n, t);
            return;
        }
        m = NULL; /* DMN asks again at run time */
    }
    while (t->kind == FT_LIST) t = t->item;
    n->n.member = m;
    n->n.slot = m == NULL ? 0 : m->slot;
    n->n.type = type;
    n->n.reg = t->kind == FT_RECORD ? t->reg : NULL;
    n->n.may_be_null = m == NULL || base->n.may_be_null || (m->may_be_null && base->n.type->kind != FT_LIST);
    n->pure = t->kind != FT_RECORD && m != NULL;
    check_null_cause(c, n, &E_feel_c_null_path, n->n.name, STR_NONE);
    check_finish(c, n);
}
