/*
 * check_call.c - calls: built-ins, a pack's functions, dated parameters, and function values.
 * A built-in's parameters are written as "text:s, from:n, length?:n".  One letter a kind of value: a any, n number, s string,
 * b boolean, d date, t time, D date and time, m months duration, p days duration, L list, N list of numbers, S of strings,
 * B of booleans, c context, r range, f function, k code; `?` after the name: may be left out; `~` before the letters: null is a value.
 * Results are the same letters, or `=` the type of the first argument, `i` the item of its list, `l` a list as it is.
 */
#include "feel/inner.h"

static uint32_t letter_bits(char l)
{
    switch (l) {
    case 'a': return ~0u;
    case 'n': return BIT(FV_NUMBER);
    case 's': return BIT(FV_STRING);
    case 'b': return BIT(FV_BOOL);
    case 'd': return BIT(FV_DATE);
    case 't': return BIT(FV_TIME);
    case 'D': return BIT(FV_DATETIME);
    case 'm': return BIT(FV_MONTHS);
    case 'p': return BIT(FV_SPAN);
    case 'c': return BIT(FV_CONTEXT);
    case 'r': return BIT(FV_RANGE);
    case 'f': return BIT(FV_FUNCTION);
    case 'k': return BIT(FV_CODE);
    case 'L': case 'N': case 'S': case 'B': return BIT(FV_LIST);
    default: return 0;
    }
}

uint32_t builtin_params(const struct builtin *b, struct builtin_param out[FEEL_ARGS_MAX])
{
    struct str s = str_c(b->params);
    uint32_t n = 0;
    while (s.len > 0 && n < FEEL_ARGS_MAX) {
        size_t comma = str_find_char(s, ',');
        struct str one = str_trim(comma == SIZE_MAX ? s : str_sub(s, 0, comma));
        s = comma == SIZE_MAX ? STR_NONE : str_sub(s, comma + 1, s.len);
        size_t colon = str_find_char(one, ':');
        MUST(colon != SIZE_MAX);
        struct builtin_param p = {.name = str_sub(one, 0, colon)};
        if (str_ends(p.name, STR("?"))) {
            p.optional = true;
            p.name.len--;
        }
        for (size_t i = colon + 1; i < one.len; i++) {
            char l = one.ptr[i];
            if (l == '~') {
                p.null_ok = true;
                continue;
            }
            p.takes |= letter_bits(l);
            if (l == 'L' || l == 'N' || l == 'S' || l == 'B') p.list = true;
            if (l == 'N') p.item_takes = BIT(FV_NUMBER);
            if (l == 'S') p.item_takes = BIT(FV_STRING);
            if (l == 'B') p.item_takes = BIT(FV_BOOL);
        }
        out[n++] = p;
    }
    return n;
}

static uint32_t type_bits(const struct feel_type *t)
{
    switch (t->kind) {
    case FT_ANY: case FT_NULL: return ~0u;
    case FT_BOOL: return BIT(FV_BOOL);
    case FT_NUMBER: return BIT(FV_NUMBER);
    case FT_STRING: return BIT(FV_STRING);
    case FT_DATE: return BIT(FV_DATE);
    case FT_TIME: return BIT(FV_TIME);
    case FT_DATETIME: return BIT(FV_DATETIME);
    case FT_MONTHS: return BIT(FV_MONTHS);
    case FT_SPAN: return BIT(FV_SPAN);
    case FT_LIST: return BIT(FV_LIST);
    case FT_CONTEXT: return BIT(FV_CONTEXT);
    case FT_RANGE: return BIT(FV_RANGE);
    case FT_FUNCTION: return BIT(FV_FUNCTION);
    case FT_CODE: return BIT(FV_CODE);
    case FT_RECORD: return BIT(FV_RECORD);
    }
    return ~0u;
}

static const struct feel_type *bits_type(uint32_t bits, bool item)
{
    static const struct feel_type *const types[] = {&feel_bool, &feel_number, &feel_string, &feel_date, &feel_time, &feel_datetime, &feel_months, &feel_span};
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (bits == type_bits(types[i])) return types[i];
    if (!item && bits == BIT(FV_LIST)) return type_by_name(STR("list"));
    if (!item && bits == BIT(FV_CONTEXT)) return type_by_name(STR("context"));
    if (!item && bits == BIT(FV_RANGE)) return type_by_name(STR("range"));
    if (!item && bits == BIT(FV_FUNCTION)) return type_by_name(STR("function"));
    return &feel_any;
}

static struct str bits_text(struct check *c, uint32_t bits, enum lang lang)
{
    struct str s = STR_NONE;
    for (uint32_t k = 0; k <= FV_RECORD; k++)
        if ((bits & BIT(k)) != 0 && k != FV_NULL) s = s.len == 0 ? kind_text((enum fv_kind)k, lang) : str_cat(c->a, s, lang == LANG_ZH ? STR("或") : STR(" or "), kind_text((enum fv_kind)k, lang));
    return s;
}

static const struct feel_type *result_type(struct check *c, const struct builtin *b, const struct inode *n)
{
    const struct feel_type *first = n->n.kids_count > 0 ? n->n.kids[0]->type : &feel_any;
    const struct feel_type *item = first->kind == FT_LIST && first->item != NULL ? first->item : &feel_any;
    switch (b->result[0]) {
    case '=': return first;
    case 'i': return item->month ? &feel_date : item;
    case 'l': return first->kind == FT_LIST ? first : feel_list_of(c->a, first->kind == FT_NULL ? &feel_any : first);
    case 'N': return feel_list_of(c->a, &feel_number);
    case 'S': return feel_list_of(c->a, &feel_string);
    default: return bits_type(letter_bits(b->result[0]), false);
    }
}

static struct inode *collected(struct check *c, struct inode *const *args, uint32_t count, struct place place)
{
    struct inode *l = node_make(c->a, FEEL_LIST, place, count);
    const struct feel_type *item = &feel_null_type;
    for (uint32_t i = 0; i < count; i++) {
        l->n.kids[i] = &args[i]->n;
        item = type_join(c->a, item, args[i]->n.type);
    }
    l->n.type = feel_list_of(c->a, item->kind == FT_NULL ? &feel_any : item);
    l->collect = true;
    l->pure = true;
    check_finish(c, l);
    return l;
}

static bool fits_param(const struct feel_type *t, const struct builtin_param *p)
{
    uint32_t bits = type_bits(t);
    if (t->kind == FT_ANY || t->kind == FT_NULL) return true;
    if (t->kind == FT_LIST && p->list && p->item_takes != 0 && t->item != NULL) return (type_bits(t->item) & p->item_takes) != 0;
    return (bits & p->takes) != 0;
}

/* Why this row of the table does not take these arguments; NULL: it does. */
enum misfit { FITS, MISFIT_COUNT, MISFIT_NAME, MISFIT_TYPE };

static enum misfit try_builtin(struct check *c, const struct builtin *b, struct inode *n, struct inode **args, uint32_t count, struct inode **out, uint32_t *out_count,
                               uint32_t *which)
{
    struct builtin_param p[FEEL_ARGS_MAX];
    uint32_t params = builtin_params(b, p);
    *which = 0;
    if (n->named) {
        for (uint32_t i = 0; i < params; i++) out[i] = NULL;
        for (uint32_t i = 0; i < count; i++) {
            uint32_t k = 0;
            while (k < params && !str_eq(p[k].name, args[i]->n.name)) k++;
            *which = i;
            if (args[i]->n.op != FEEL_ENTRY || k == params || out[k] != NULL) return MISFIT_NAME;
            out[k] = kid_mut(&args[i]->n, 0);
        }
        count = params;
    } else {
        bool to_list = (b->flags & (BI_LAST_LIST | BI_REST_LIST | BI_ALL_LIST)) != 0;
        uint32_t keep = (b->flags & BI_REST_LIST) != 0 ? 1 : 0;
        bool all = (b->flags & BI_ALL_LIST) != 0, only_list = (b->flags & BI_LAST_LIST) != 0 && count == 1;
        if (to_list && count == 0) return MISFIT_COUNT;
        if (to_list && (all || !only_list) && count > keep) {
            for (uint32_t i = 0; i < keep; i++) out[i] = args[i];
            out[keep] = collected(c, args + keep, count - keep, n->n.place);
            count = keep + 1;
        } else {
            if (count > params) return MISFIT_COUNT;
            for (uint32_t i = 0; i < count; i++) out[i] = args[i];
        }
        for (uint32_t i = count; i < params; i++) out[i] = NULL;
    }
    for (uint32_t i = 0; i < params; i++) {
        if (out[i] == NULL && !p[i].optional) return MISFIT_COUNT;
        if (out[i] == NULL) {
            out[i] = node_null(c->a, n->n.place);
            out[i]->absent = true;
            out[i]->n.value.cause = &absent_argument;
            out[i]->n.name = STR("absent");
            out[i]->n.type = &feel_null_type;
            out[i]->n.constant = true;
            out[i]->fn = ev_const;
        }
    }
    *out_count = params;
    for (uint32_t i = 0; i < params; i++) {
        *which = i;
        const struct feel_type *t = out[i]->n.type;
        bool single = p[i].list && t->kind != FT_LIST && !out[i]->absent && type_known(t);
        if (single || !fits_param(t, &p[i])) return MISFIT_TYPE;
    }
    return FITS;
}

static struct str param_names(struct check *c, const struct builtin *b)
{
    struct builtin_param p[FEEL_ARGS_MAX];
    uint32_t params = builtin_params(b, p);
    struct str s = STR_NONE;
    for (uint32_t i = 0; i < params; i++) s = i == 0 ? p[i].name : str_cat(c->a, s, STR("、"), p[i].name);
    return s;
}

static struct str param_counts(struct check *c, const struct builtin *b)
{
    struct builtin_param p[FEEL_ARGS_MAX];
    uint32_t params = builtin_params(b, p), least = 0;
    for (uint32_t i = 0; i < params; i++) least += p[i].optional ? 0 : 1;
    return least == params ? str_u64(c->a, params) : str_cat(c->a, str_u64(c->a, least), STR("–"), str_u64(c->a, params));
}

static void misfit(struct check *c, struct inode *n, const struct builtin *b, enum misfit why, struct inode **args, uint32_t count, struct inode **out, uint32_t which)
{
    if (why == MISFIT_COUNT) {
        mistake(c, n, &E_feel_arity, n->n.place, b->name, str_u64(c->a, count), param_counts(c, b));
    } else if (why == MISFIT_NAME) {
        struct inode *a = args[which];
        mistake(c, n, &E_feel_argument_name, a->n.place, b->name, a->n.op == FEEL_ENTRY ? a->n.name : node_text(c, a), param_names(c, b));
    } else {
        struct builtin_param p[FEEL_ARGS_MAX];
        (void)builtin_params(b, p);
        const struct feel_type *t = out[which]->n.type;
        struct str zh = bits_text(c, p[which].takes, LANG_ZH), en = bits_text(c, p[which].takes, LANG_EN);
        if (p[which].item_takes != 0) {
            zh = str_cat(c->a, bits_text(c, p[which].item_takes, LANG_ZH), STR("的列表"));
            en = str_cat(c->a, STR("list of "), bits_text(c, p[which].item_takes, LANG_EN));
        }
        mistake(c, n, &E_feel_argument_type, out[which]->n.place, b->name, p[which].name, zh, type_text(c->a, t, LANG_ZH), en, type_text(c->a, t, LANG_EN));
    }
}

static bool call_may_be_null(const struct builtin *b, const struct inode *n)
{
    struct builtin_param p[FEEL_ARGS_MAX];
    uint32_t params = builtin_params(b, p);
    if ((b->flags & BI_NULL) != 0) return true;
    for (uint32_t i = 0; i < params; i++) {
        const struct feel_node *k = n->n.kids[i];
        if (kid(n, i)->absent || p[i].null_ok) continue;
        if (k->may_be_null || !type_known(k->type) || !fits_param(k->type, &p[i])) return true;
        if (p[i].item_takes != 0 && (k->type->kind != FT_LIST || !type_known(k->type->item))) return true;
    }
    return false;
}

static void call_builtin(struct check *c, struct inode *n, const struct builtin *b, struct inode **args, uint32_t count)
{
    struct inode **out = arena_array(c->tmp, struct inode *, FEEL_ARGS_MAX + 1);
    uint32_t out_count = 0, which = 0;
    enum misfit why = MISFIT_COUNT;
    const struct builtin *best = b, *row = b;
    enum misfit best_why = FITS;
    struct inode *best_args[FEEL_ARGS_MAX + 1] = {NULL};
    uint32_t best_which = 0;
    if (c->mode == FEEL_PACK && str_eq(b->name, STR("now"))) {
        mistake(c, n, &E_feel_now, n->n.place, STR_NONE);
        return;
    }
    for (; row < builtins + builtins_count && str_eq(row->name, b->name); row++) {
        why = try_builtin(c, row, n, args, count, out, &out_count, &which);
        if (why == FITS) break;
        if (best_why == FITS || why > best_why) { /* report (and in DMN, run) the one that came nearest */
            best_why = why;
            best = row;
            best_which = which;
            for (uint32_t i = 0; i < FEEL_ARGS_MAX; i++) best_args[i] = out[i];
        }
    }
    if (why != FITS && best_why == MISFIT_TYPE && c->mode == FEEL_DMN) { /* DMN finds out at run time */
        struct builtin_param p[FEEL_ARGS_MAX];
        row = best;
        out_count = builtin_params(best, p);
        for (uint32_t i = 0; i < out_count; i++) out[i] = best_args[i];
        why = FITS;
    }
    if (why != FITS) {
        misfit(c, n, best, best_why, args, count, best_args, best_which);
        return;
    }
    n->n.op = FEEL_CALL;
    n->n.name = row->name;
    n->n.slot = (uint32_t)(row - builtins);
    n->builtin = row;
    n->n.kids = arena_array(c->a, struct feel_node *, out_count);
    n->n.kids_count = out_count;
    for (uint32_t i = 0; i < out_count; i++) n->n.kids[i] = &out[i]->n;
    struct builtin_param read[FEEL_ARGS_MAX];
    uint32_t takes_count = builtin_params(row, read);
    struct builtin_param *takes = arena_array(c->a, struct builtin_param, takes_count);
    memcpy(takes, read, takes_count * sizeof *takes);
    n->takes = takes;
    n->n.type = result_type(c, row, n);
    n->n.may_be_null = call_may_be_null(row, n);
    if ((row->flags & BI_DAILY) != 0) c->daily = true;
    n->pure = (row->flags & (BI_DAILY | BI_IMPURE)) == 0;
    check_null_cause(c, n, &E_feel_c_null_any, row->name, STR_NONE);
    if ((row->flags & BI_REGEX) != 0 && !regex_prepare(c->a, n)) {
        const struct inode *pattern = kid(n, 1);
        mistake(c, n, &E_feel_c_regex, pattern->n.place, pattern->n.value.str);
        return;
    }
    check_finish(c, n);
}

/* Put arguments into the order of the parameters.  False: reported. */
static bool order_args(struct check *c, struct inode *n, struct str name, const struct feel_member *params, uint32_t params_count, struct inode **args, uint32_t count,
                       struct inode **out)
{
    struct str names = STR_NONE;
    for (uint32_t i = 0; i < params_count; i++) names = i == 0 ? params[i].title : str_cat(c->a, names, STR("、"), params[i].title);
    if (count != params_count) {
        mistake(c, n, &E_feel_arity, n->n.place, name, str_u64(c->a, count), str_u64(c->a, params_count));
        return false;
    }
    for (uint32_t i = 0; i < count; i++) out[i] = NULL;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t k = i;
        if (n->named) {
            for (k = 0; k < params_count; k++)
                if (str_eq(params[k].name, args[i]->n.name) || str_eq(params[k].title, args[i]->n.name)) break;
            if (args[i]->n.op != FEEL_ENTRY || k == params_count || out[k] != NULL) {
                mistake(c, n, &E_feel_argument_name, args[i]->n.place, name, args[i]->n.name, names);
                return false;
            }
        }
        out[k] = n->named ? kid_mut(&args[i]->n, 0) : args[i];
    }
    return true;
}

static void call_function(struct check *c, struct inode *n, const struct feel_name *f, struct inode **args, uint32_t count)
{
    const struct feel_function *fn = f->fn;
    struct inode **out = arena_array(c->tmp, struct inode *, fn->params_count + 1);
    if (!order_args(c, n, f->title, fn->params, fn->params_count, args, count, out)) return;
    n->n.ref = f;
    n->n.name = f->name;
    n->n.kids = arena_array(c->a, struct feel_node *, count);
    n->n.kids_count = count;
    for (uint32_t i = 0; i < count; i++) {
        const struct feel_type *want = fn->params[i].type;
        n->n.kids[i] = &out[i]->n;
        if (c->mode != FEEL_PACK || want == NULL) continue;
        if (want->kind == FT_CODE && out[i]->n.op == FEEL_LITERAL) (void)check_code_text(c, out[i], want->codes);
        if (feel_type_fits(out[i]->n.type, want)) continue;
        mistake(c, n, &E_feel_argument_type, out[i]->n.place, f->title, fn->params[i].title, type_text(c->a, want, LANG_ZH), type_text(c->a, out[i]->n.type, LANG_ZH),
                type_text(c->a, want, LANG_EN), type_text(c->a, out[i]->n.type, LANG_EN));
        return;
    }
    n->n.type = fn->result == NULL ? &feel_any : fn->result;
    n->n.may_be_null = true;
    c->daily = true; /* the body may ask for a parameter of the day */
    check_null_cause(c, n, &E_feel_c_null_any, f->title, STR_NONE);
    check_finish(c, n);
}

static void call_value(struct check *c, struct inode *n, struct inode *callee, struct inode **args)
{
    const struct feel_type *t = callee->n.type;
    if (type_known(t) && t->kind != FT_FUNCTION) {
        mistake(c, n, &E_feel_not_callable, callee->n.place, node_text(c, callee));
        return;
    }
    if (t->kind == FT_FUNCTION && t->members != NULL && t->item != NULL) {
        uint32_t count = n->n.kids_count - 1;
        struct inode **out = arena_array(c->tmp, struct inode *, count + t->members_count + 1);
        if (!order_args(c, n, node_text(c, callee), t->members, t->members_count, args, count, out)) return;
        for (uint32_t i = 0; i < count; i++) n->n.kids[i + 1] = &out[i]->n;
        n->named = false;
        n->n.type = t->item;
    } else {
        n->n.type = &feel_any;
    }
    n->n.may_be_null = true;
    check_null_cause(c, n, &E_feel_c_not_function, node_text(c, callee), STR_NONE);
    check_finish(c, n);
}

void check_call(struct check *c, struct inode *n)
{
    struct inode *callee = kid_mut(&n->n, 0);
    uint32_t count = n->n.kids_count - 1;
    struct inode **args = arena_array(c->tmp, struct inode *, count + 1); /* as written, names in args[i]->n.name */
    for (uint32_t i = 0; i < count; i++) {
        args[i] = kid_mut(&n->n, i + 1);
        struct inode *v = args[i]->n.op == FEEL_ENTRY ? kid_mut(&args[i]->n, 0) : args[i];
        check_node(c, v);
        if (v != args[i]) args[i]->n.type = v->n.type;
    }
    if (callee->n.op == FEEL_NAME) {
        struct meaning m[MEANINGS_MAX];
        uint32_t found = scope_find(c, callee->n.name, m), use = 0;
        if (found > 0 && m[0].builtin != NULL) {
            call_builtin(c, n, m[0].builtin, args, count);
            return;
        }
        for (uint32_t i = found; i-- > 0;) {
            bool fn = m[i].name != NULL && m[i].member == NULL && (m[i].name->kind == FN_FUNCTION || m[i].name->kind == FN_PARAMETER);
            bool value = m[i].local != NULL && m[i].member == NULL && !type_known(m[i].local->type);
            value = value || (m[i].local != NULL && m[i].member == NULL && m[i].local->type->kind == FT_FUNCTION);
            value = value || (m[i].name != NULL && m[i].member == NULL && m[i].name->type != NULL && (m[i].name->type->kind == FT_FUNCTION || m[i].name->type->kind == FT_ANY));
            if (fn || value || m[i].builtin != NULL) use = i + 1;
        }
        const struct meaning *u = use > 0 ? &m[use - 1] : NULL;
        if (u != NULL && u->builtin != NULL) {
            call_builtin(c, n, u->builtin, args, count);
            return;
        }
        if (u != NULL && u->name != NULL && u->name->kind == FN_FUNCTION && u->name->fn != NULL) {
            call_function(c, n, u->name, args, count);
            return;
        }
        if (u != NULL && u->name != NULL && u->name->kind == FN_PARAMETER) {
            if (count != 1) {
                mistake(c, n, &E_feel_arity, n->n.place, u->name->title, str_u64(c->a, count), STR("1"));
                return;
            }
            struct inode *day = args[0]->n.op == FEEL_ENTRY ? kid_mut(&args[0]->n, 0) : args[0];
            if (c->mode == FEEL_PACK && type_known(day->n.type) && day->n.type->kind != FT_DATE) {
                mistake(c, n, &E_feel_argument_type, day->n.place, u->name->title, STR("日期"), STR("日期"), type_text(c->a, day->n.type, LANG_ZH), STR("a date"),
                        type_text(c->a, day->n.type, LANG_EN));
                return;
            }
            n->n.op = FEEL_PARAMETER;
            n->n.kids_count = 1;
            n->n.kids[0] = &day->n;
            n->n.slot = u->name->slot;
            n->n.ref = u->name;
            n->n.name = u->name->name;
            n->n.type = u->name->type == NULL ? &feel_any : u->name->type;
            n->n.may_be_null = u->name->may_be_null || day->n.may_be_null;
            check_null_cause(c, n, &E_feel_c_null_argument, u->name->title, STR("日期"));
            check_finish(c, n);
            return;
        }
        check_name(c, callee, true);
    } else {
        check_node(c, callee);
    }
    if (callee->n.op == FEEL_LITERAL && callee->n.value.kind == FV_NULL) { /* DMN: an unknown function */
        n->n.type = &feel_any;
        n->n.may_be_null = true;
        check_null_cause(c, n, &E_feel_c_not_function, node_text(c, callee), STR_NONE);
        check_finish(c, n);
        return;
    }
    call_value(c, n, callee, args);
}
