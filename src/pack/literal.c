/*
 * literal.c - no number of the law stands in an expression: a condition holds no numbers but 0, 1 and 100, and no durations.
 * What is no measure is let pass: positions (of texts, of lists, of decimals) and the parts of a calendar date.
 */
#include "pack/inner.h"

struct look {
    struct load *l;
    const struct ynode *n;
    uint32_t pack;
};

static bool allowed(const struct fv *v)
{
    int64_t i;
    return dec_to_i64(v->num, &i) && (i == 0 || i == 1 || i == -1 || i == 100);
}

static void tell(struct look *k, const struct feel_node *n, struct str zh, struct str en)
{
    enum severity sev = k->l->literals_warn[k->pack] ? SEV_WARN : SEV_ERROR;
    struct str word = str_sub(k->n->text, n->place.off, (size_t)n->place.off + n->place.len);
    tell_n(k->l, sev, &E_pack_literal, y_place(k->n, n->place.off, n->place.len), k->n->via, TELL_ARGS(zh, word, en));
}

/* Built-ins whose arguments are positions, or make a date. */
static bool positions(struct str name)
{
    static const struct str words[] = {STR_INIT("substring"), STR_INIT("decimal"), STR_INIT("round up"), STR_INIT("round down"), STR_INIT("round half up"),
                                       STR_INIT("round half down"), STR_INIT("floor"), STR_INIT("ceiling"), STR_INIT("date"), STR_INIT("sublist"),
                                       STR_INIT("remove"), STR_INIT("insert before"), STR_INIT("split"), STR_INIT("matches")};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_eq(words[i], name)) return true;
    return false;
}

static bool plain_literal(const struct feel_node *n)
{
    return n->op == FEEL_LITERAL || (n->op == FEEL_NEG && n->kids_count == 1 && n->kids[0]->op == FEEL_LITERAL);
}

/* Everything below a condition. */
static void condition(struct look *k, const struct feel_node *n)
{
    if (n->op == FEEL_LITERAL) {
        if (n->value.kind == FV_NUMBER && !allowed(&n->value)) tell(k, n, STR("数字"), STR("number"));
        if (n->value.kind == FV_MONTHS || n->value.kind == FV_SPAN) tell(k, n, STR("时长"), STR("duration"));
        return;
    }
    if (n->op == FEEL_CALL && str_eq(n->name, STR("duration")) && n->kids_count == 1 && n->kids[0]->op == FEEL_LITERAL) {
        tell(k, n, STR("时长"), STR("duration"));
        return;
    }
    bool skip = n->op == FEEL_CALL && positions(n->name);
    for (uint32_t i = 0; i < n->kids_count; i++) {
        if (n->kids[i] == NULL) continue;
        if (skip && i > 0 && plain_literal(n->kids[i])) continue;
        if (skip && str_eq(n->name, STR("date")) && plain_literal(n->kids[i])) continue;
        if (n->op == FEEL_INDEX && i == 1 && plain_literal(n->kids[i])) continue;
        condition(k, n->kids[i]);
    }
}

/* Conditions inside of what is worked out. */
static void conditions_within(struct look *k, const struct feel_node *n)
{
    switch ((int)n->op) {
    case FEEL_EQ:
    case FEEL_NE:
    case FEEL_LT:
    case FEEL_LE:
    case FEEL_GT:
    case FEEL_GE:
    case FEEL_BETWEEN:
    case FEEL_IN: condition(k, n); return;
    default: break;
    }
    for (uint32_t i = 0; i < n->kids_count; i++)
        if (n->kids[i] != NULL) conditions_within(k, n->kids[i]);
}

void literals_check(struct load *l, const struct feel_program *p, const struct ynode *n, uint32_t pack, bool whole)
{
    struct look k = {.l = l, .n = n, .pack = pack};
    if (whole)
        condition(&k, p->root);
    else
        conditions_within(&k, p->root);
}
