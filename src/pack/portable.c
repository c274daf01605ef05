/*
 * portable.c - what other DMN tools would read otherwise, or not at all (pack lint --portable).
 * None of it is a mistake here; it is told so that a chapter can be written to be read alike everywhere.
 * Names with signs need no look: no title may hold one.
 */
#include "pack/inner.h"

struct look {
    struct load *l;
    const struct feel_program *p;
    const struct ynode *n;
    size_t base; /* of the program within the node's text */
};

static struct str written(const struct look *k, const struct feel_node *n)
{
    return str_sub(k->p->text, n->place.off, (size_t)n->place.off + n->place.len);
}

#define say(k, at, kind, ...)                                                                                                 \
    tell_n((k)->l, SEV_WARN, (kind), y_place((k)->n, (k)->base + (at)->place.off, (at)->place.len), (k)->n->via, TELL_ARGS(__VA_ARGS__))

static bool is_null(const struct feel_node *n) { return n->op == FEEL_LITERAL && n->value.kind == FV_NULL; }

/* Is the end of `x in …` open, so that what follows could belong to it? */
static bool in_is_open(const struct look *k, const struct feel_node *in)
{
    struct str text = k->p->text;
    size_t end = (size_t)in->place.off + in->place.len;
    const struct feel_node *last = in->kids[in->kids_count - 1];
    bool range_end = last->op == FEEL_RANGE && (size_t)last->place.off + last->place.len == end;
    if (end > 0 && end <= text.len && text.ptr[end - 1] == ')' && !range_end) return false;
    while (end < text.len && (text.ptr[end] == ' ' || text.ptr[end] == '\n')) end++;
    return end >= text.len || text.ptr[end] != ')';
}

static void look_joined(struct look *k, const struct feel_node *n)
{
    for (uint32_t i = 0; i + 1 < n->kids_count; i++) {
        const struct feel_node *in = n->kids[i];
        if (in->op == FEEL_IN && in->kids_count > 1 && in_is_open(k, in))
            say(k, in, &E_pack_portable_in, written(k, in), n->op == FEEL_AND ? STR("and") : STR("or"));
    }
}

static void look_function(struct look *k, const struct feel_node *n)
{
    struct str zh = STR("标准里没有相当的写法；写成 function 并在说明里写清算法"), en = STR("DMN has nothing like it; make it a function and say how it reckons");
    if (!feel_is_ours(n->name)) return;
    if (str_eq(n->name, STR("full years"))) {
        zh = STR("years and months duration(甲, 乙).years；二月二十九日起算的在平年差一天");
        en = STR("years and months duration(a, b).years; from a 29th of February it differs by a day");
    } else if (str_eq(n->name, STR("full months"))) {
        zh = STR("用 years and months duration(甲, 乙) 的 .years * 12 + .months；月底起算的会差一天");
        en = STR(".years * 12 + .months of years and months duration(a, b); from a month's end it differs by a day");
    }
    say(k, n, &E_pack_portable_function, n->name, zh, en);
}

static bool look(void *ctx, const struct feel_node *n)
{
    struct look *k = ctx;
    switch ((int)n->op) {
    case FEEL_EQ:
    case FEEL_NE:
        if (n->may_be_null && !is_null(n->kids[0]) && !is_null(n->kids[1])) say(k, n, &E_pack_portable_blank, written(k, n), written(k, n->kids[n->kids[0]->may_be_null ? 0 : 1]));
        break;
    case FEEL_IN:
        if (n->may_be_null && n->kids[0]->may_be_null) say(k, n, &E_pack_portable_blank, written(k, n), written(k, n->kids[0]));
        break;
    case FEEL_AND:
    case FEEL_OR: look_joined(k, n); break;
    case FEEL_CALL: look_function(k, n); break;
    case FEEL_MEMBER:
        if (n->kids_count > 0 && n->kids[0]->type->kind == FT_CODE) say(k, n, &E_pack_portable_code, written(k, n));
        break;
    default: break;
    }
    return true;
}

void portable_check(struct load *l, const struct feel_program *p, const struct ynode *n, size_t base)
{
    struct look k = {.l = l, .p = p, .n = n, .base = base};
    if (l->o->portable) feel_each_node(p->root, look, &k);
}
