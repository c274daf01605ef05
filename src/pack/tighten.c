/*
 * tighten.c - the base must mean what it says: a parameter that may only be tightened must tighten wherever it is used.
 * For each parameter in a condition the sign of its use is derived: does the condition hold for more or for less when the value
 * grows?  False counts as less than true, a list with fewer items as less than one with more.
 */
#include "pack/inner.h"

enum sign { SAME = 0, MORE = 1, LESS = 2, UNSURE = 3 }; /* joined by |: MORE | LESS is UNSURE */

static enum sign join(enum sign a, enum sign b) { return (enum sign)((unsigned)a | (unsigned)b); }
static enum sign flip(enum sign s) { return s == MORE ? LESS : s == LESS ? MORE : s; }

enum { DEPTH_MAX = 40 };

/* What was found out of a program is kept: derived fields over derived fields are otherwise walked again and again. */
struct known {
    const struct feel_program *p;
    int value;
};
struct ask {
    struct load *l;
    uint32_t slot;         /* which parameter */
    int depth;             /* of derived fields and functions */
    VEC(struct known) signs;
    VEC(struct known) positive;
};

static enum sign sign_of(struct ask *k, const struct feel_node *n);

static bool not_below_zero(const struct feel_node *n)
{
    return n->op == FEEL_LITERAL && n->value.kind == FV_NUMBER && dec_cmp(n->value.num, dec_i64(0)) >= 0;
}

/* Does the field's own check say `field >= 0`, or more? */
static bool checked_sign(const struct pack_field *f, const struct feel_node *n)
{
    if (n->op == FEEL_AND) {
        for (uint32_t i = 0; i < n->kids_count; i++)
            if (checked_sign(f, n->kids[i])) return true;
        return false;
    }
    if (n->kids_count < 2 || n->kids[0]->op != FEEL_MEMBER || n->kids[0]->member != f->member) return false;
    if (n->op == FEEL_GE || n->op == FEEL_GT) return not_below_zero(n->kids[1]);
    if (n->op == FEEL_IN && n->kids_count == 2 && n->kids[1]->op == FEEL_RANGE) return not_below_zero(n->kids[1]->kids[0]);
    return n->op == FEEL_BETWEEN && not_below_zero(n->kids[1]);
}

static bool never_negative(struct ask *k, const struct feel_node *n, int depth);

static bool field_never_negative(struct ask *k, const struct pack_field *f, int depth)
{
    if (f->derive == NULL) return f->check != NULL && checked_sign(f, f->check->root);
    for (size_t i = 0; i < k->positive.len; i++)
        if (k->positive.at[i].p == f->derive) return k->positive.at[i].value != 0;
    bool good = never_negative(k, f->derive->root, depth + 1) && (f->otherwise == NULL || never_negative(k, f->otherwise->root, depth + 1));
    vec_push(k->l->nodes, &k->positive, (struct known){f->derive, good});
    return good;
}

static bool never_negative(struct ask *k, const struct feel_node *n, int depth)
{
    if (depth > DEPTH_MAX) return false;
    bool all = n->kids_count > 0, any = false;
    switch ((int)n->op) {
    case FEEL_LITERAL: return not_below_zero(n);
    case FEEL_PARAMETER: {
        if (n->slot >= k->l->set->params_count) return false;
        const struct pack_param *p = &k->l->set->params[n->slot];
        for (uint32_t i = 0; i < p->values_count; i++)
            if (p->values[i].value.kind != FV_NUMBER || dec_cmp(p->values[i].value.num, dec_i64(0)) < 0) return false;
        return p->values_count > 0;
    }
    case FEEL_MEMBER: {
        const struct pack_register *reg = n->reg == NULL ? NULL : n->reg->host;
        const struct pack_field *f = reg == NULL ? NULL : field_read(reg, n->member);
        return f != NULL && field_never_negative(k, f, depth);
    }
    case FEEL_CALL:
        if (str_eq(n->name, STR("count")) || str_eq(n->name, STR("string length")) || str_eq(n->name, STR("abs"))) return true;
        for (uint32_t i = 0; i < n->kids_count; i++) {
            bool good = never_negative(k, n->kids[i], depth + 1);
            all = all && good;
            any = any || good;
        }
        if (str_eq(n->name, STR("max")) && n->kids_count > 1) return any;
        return all && (str_eq(n->name, STR("sum")) || str_eq(n->name, STR("min")) || str_eq(n->name, STR("max")) || str_eq(n->name, STR("mean")));
    case FEEL_ADD:
    case FEEL_MUL:
    case FEEL_DIV:
    case FEEL_LIST:
        for (uint32_t i = 0; i < n->kids_count; i++) all = all && never_negative(k, n->kids[i], depth + 1);
        return all;
    default: return false;
    }
}

static enum sign kid_sign(struct ask *k, const struct feel_node *n, uint32_t i)
{
    return i < n->kids_count && n->kids[i] != NULL ? sign_of(k, n->kids[i]) : SAME;
}

static enum sign all_same(struct ask *k, const struct feel_node *n, uint32_t from)
{
    for (uint32_t i = from; i < n->kids_count; i++)
        if (kid_sign(k, n, i) != SAME) return UNSURE;
    return SAME;
}

static enum sign product(struct ask *k, const struct feel_node *n, bool divide)
{
    enum sign a = kid_sign(k, n, 0), b = kid_sign(k, n, 1);
    if (divide) b = flip(b);
    if (a == SAME && b == SAME) return SAME;
    if (b == SAME && never_negative(k, n->kids[1], 0)) return a;
    if (a == SAME && never_negative(k, n->kids[0], 0) && (!divide || never_negative(k, n->kids[1], 0))) return b;
    return UNSURE;
}

static enum sign call_sign(struct ask *k, const struct feel_node *n)
{
    static const struct { struct str name; const char *signs; } known[] = {
        {STR_INIT("not"), "-"},          {STR_INIT("count"), "+"},           {STR_INIT("min"), "++++++++"},
        {STR_INIT("max"), "++++++++"},   {STR_INIT("sum"), "++++++++"},      {STR_INIT("workday add"), "++"},
        {STR_INIT("full years"), "-+"},  {STR_INIT("full months"), "-+"},    {STR_INIT("workdays between"), "-+"},
        {STR_INIT("floor"), "+="},       {STR_INIT("ceiling"), "+="},        {STR_INIT("decimal"), "+="},
        {STR_INIT("round up"), "+="},    {STR_INIT("round down"), "+="},     {STR_INIT("round half up"), "+="},
        {STR_INIT("round half down"), "+="}, {STR_INIT("all"), "++++++++"},  {STR_INIT("any"), "++++++++"}};
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (!str_eq(known[i].name, n->name)) continue;
        enum sign out = SAME;
        for (uint32_t a = 0; a < n->kids_count; a++) {
            enum sign s = kid_sign(k, n, a);
            char c = a < strlen(known[i].signs) ? known[i].signs[a] : '=';
            out = join(out, c == '+' ? s : c == '-' ? flip(s) : s == SAME ? SAME : UNSURE);
        }
        /* More items make a sum, a least or a greatest larger or smaller: it depends on them. */
        if (out != SAME && n->kids_count == 1 && n->kids[0]->op == FEEL_FILTER && !str_eq(n->name, STR("count"))) return UNSURE;
        return out;
    }
    return all_same(k, n, 0);
}

static enum sign program_sign(struct ask *k, const struct feel_program *p)
{
    if (p == NULL) return SAME;
    if (k->depth >= DEPTH_MAX) return UNSURE;
    for (size_t i = 0; i < k->signs.len; i++)
        if (k->signs.at[i].p == p) return (enum sign)k->signs.at[i].value;
    k->depth++;
    enum sign s = sign_of(k, p->root);
    k->depth--;
    vec_push(k->l->nodes, &k->signs, (struct known){p, (int)s});
    return s;
}

static enum sign test_sign(struct ask *k, enum sign value, const struct feel_node *test)
{
    if (test->op == FEEL_TEST && test->kids_count == 1) {
        enum sign operand = kid_sign(k, test, 0);
        char c = test->name.len > 0 ? test->name.ptr[0] : '=';
        if (c == '<') return join(flip(value), operand);
        if (c == '>') return join(value, flip(operand));
        return value == SAME && operand == SAME ? SAME : UNSURE;
    }
    if (test->op == FEEL_RANGE) { /* low <= value <= high */
        enum sign low = kid_sign(k, test, 0), high = kid_sign(k, test, 1);
        return value != SAME ? UNSURE : join(flip(low), high);
    }
    return value == SAME && sign_of(k, test) == SAME ? SAME : UNSURE;
}

static enum sign sign_of(struct ask *k, const struct feel_node *n)
{
    enum sign out = SAME;
    switch (n->op) {
    case FEEL_LITERAL:
    case FEEL_VARIABLE:
    case FEEL_LOCAL:
    case FEEL_ALL:
    case FEEL_NAME:
    case FEEL_MISTAKE: return SAME;
    case FEEL_PARAMETER:
        if (kid_sign(k, n, 0) != SAME) return UNSURE;
        return n->slot == k->slot ? MORE : SAME;
    case FEEL_MEMBER: {
        const struct pack_register *reg = n->reg == NULL ? NULL : n->reg->host;
        const struct pack_field *f = reg == NULL ? NULL : field_read(reg, n->member);
        if (f != NULL && f->derive != NULL) out = join(program_sign(k, f->derive), program_sign(k, f->otherwise));
        enum sign of = kid_sign(k, n, 0);
        return of == SAME ? out : n->kids[0]->type->kind == FT_LIST && out == SAME ? of : UNSURE;
    }
    case FEEL_NEG: return flip(kid_sign(k, n, 0));
    case FEEL_ADD:
    case FEEL_AND:
    case FEEL_OR:
    case FEEL_LIST:
        for (uint32_t i = 0; i < n->kids_count; i++) out = join(out, kid_sign(k, n, i));
        return out;
    case FEEL_SUB:
    case FEEL_GT:
    case FEEL_GE: return join(kid_sign(k, n, 0), flip(kid_sign(k, n, 1)));
    case FEEL_LT:
    case FEEL_LE: return join(flip(kid_sign(k, n, 0)), kid_sign(k, n, 1));
    case FEEL_MUL: return product(k, n, false);
    case FEEL_DIV: return product(k, n, true);
    case FEEL_BETWEEN:
        if (kid_sign(k, n, 0) != SAME) return UNSURE;
        return join(flip(kid_sign(k, n, 1)), kid_sign(k, n, 2));
    case FEEL_IN:
        for (uint32_t i = 1; i < n->kids_count; i++) out = join(out, test_sign(k, kid_sign(k, n, 0), n->kids[i]));
        return out;
    case FEEL_IF:
        if (kid_sign(k, n, 0) != SAME) return UNSURE;
        return join(kid_sign(k, n, 1), kid_sign(k, n, 2));
    case FEEL_ITER: return n->kids_count == 1 ? kid_sign(k, n, 0) : all_same(k, n, 0);
    case FEEL_FOR:
        for (uint32_t i = 0; i < n->kids_count; i++) out = join(out, kid_sign(k, n, i));
        return out;
    case FEEL_SOME:
    case FEEL_EVERY:
        for (uint32_t i = 0; i + 1 < n->kids_count; i++) {
            enum sign s = kid_sign(k, n, i);
            out = join(out, n->op == FEEL_SOME ? s : flip(s));
        }
        return join(out, kid_sign(k, n, n->kids_count - 1));
    case FEEL_FILTER: return join(kid_sign(k, n, 0), kid_sign(k, n, 1));
    case FEEL_CALL: return call_sign(k, n);
    case FEEL_CALL_NAMED: {
        if (all_same(k, n, 0) != SAME) return UNSURE;
        return n->ref == NULL || n->ref->fn == NULL ? SAME : program_sign(k, n->ref->fn->body);
    }
    case FEEL_POW:
    case FEEL_EQ:
    case FEEL_NE:
    case FEEL_TEST:
    case FEEL_INSTANCE_OF:
    case FEEL_CONTEXT:
    case FEEL_ENTRY:
    case FEEL_RANGE:
    case FEEL_INDEX:
    case FEEL_FUNCTION:
    case FEEL_DYNAMIC:
    case FEEL_TABLE:
    case FEEL_OP_COUNT: break;
    }
    return all_same(k, n, 0);
}

/* ---- which parameters, and where they are named ---- */

struct found {
    uint32_t slots[64];
    struct place places[64];
    uint32_t count;
    struct place at;
    int depth;
    struct load *l;
    VEC(const struct feel_program *) seen;
};

static bool find_params(void *ctx, const struct feel_node *n)
{
    struct found *f = ctx;
    struct place at = f->depth == 0 ? n->place : f->at;
    if (n->op == FEEL_PARAMETER && f->count < ARRAY_LEN(f->slots)) {
        for (uint32_t i = 0; i < f->count; i++)
            if (f->slots[i] == n->slot) return true;
        f->slots[f->count] = n->slot;
        f->places[f->count++] = at;
    }
    const struct pack_register *reg = n->op == FEEL_MEMBER && n->reg != NULL ? n->reg->host : NULL;
    const struct pack_field *field = reg == NULL ? NULL : field_read(reg, n->member);
    const struct feel_program *inner = field != NULL ? field->derive : NULL;
    if (n->op == FEEL_CALL_NAMED && n->ref != NULL && n->ref->fn != NULL) inner = n->ref->fn->body;
    for (size_t i = 0; i < f->seen.len; i++)
        if (f->seen.at[i] == inner) inner = NULL;
    if (inner != NULL && f->depth < DEPTH_MAX) {
        vec_push(f->l->nodes, &f->seen, inner);
        struct place outer = f->at;
        if (f->depth == 0) f->at = n->place;
        f->depth++;
        feel_each_node(inner->root, find_params, f);
        f->depth--;
        f->at = outer;
    }
    return true;
}

void tighten_check(struct load *l, const struct feel_program *p, const struct ynode *n, bool exception)
{
    struct found f = {.l = l};
    feel_each_node(p->root, find_params, &f);
    for (uint32_t i = 0; i < f.count; i++) {
        const struct pack_param *param = &l->set->params[f.slots[i]];
        if (param->tighten != TIGHTEN_UP && param->tighten != TIGHTEN_DOWN) continue;
        struct ask k = {.l = l, .slot = f.slots[i]};
        enum sign s = sign_of(&k, p->root);
        if (exception) s = flip(s);
        bool up = param->tighten == TIGHTEN_UP;
        if (s == UNSURE)
            tell_n(l, SEV_WARN, &E_pack_tighten_unknown, y_place(n, f.places[i].off, f.places[i].len), n->via, TELL_ARGS(param->title));
        else if ((s == LESS && up) || (s == MORE && !up))
            bad_part(l, n, f.places[i].off, f.places[i].len, &E_pack_tighten_wrong, param->title, up ? STR("up") : STR("down"), up ? STR("大") : STR("小"));
    }
}
