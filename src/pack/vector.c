/*
 * vector.c - may the vector evaluator take a rule?  It runs over columns: a condition over this record's own fields, parameters,
 * plain arithmetic, comparisons and three-valued logic.  What it cannot take is named for `guiju pack check`.
 */
#include "pack/inner.h"

struct why {
    struct str text;
};

static struct str plain_member(const struct feel_node *n)
{
    const struct feel_node *of = n->kids_count > 0 ? n->kids[0] : NULL;
    if (of == NULL) return STR("路径");
    if (of->op == FEEL_VARIABLE) return n->type->kind == FT_LIST || n->type->kind == FT_RECORD ? STR("别的记录") : STR("");
    /* A column of a code table is a look-up by row. */
    if (of->type->kind == FT_CODE) return STR("");
    return of->type->kind == FT_RECORD ? STR("所指记录的字段") : STR("值的部分");
}

static bool look(void *ctx, const struct feel_node *n)
{
    struct why *w = ctx;
    if (w->text.len > 0) return false;
    switch (n->op) {
    case FEEL_LITERAL:
        if (n->value.kind == FV_LIST || n->value.kind == FV_CONTEXT || n->value.kind == FV_FUNCTION) w->text = STR("列表");
        break;
    case FEEL_MEMBER: w->text = plain_member(n); break;
    case FEEL_PARAMETER:
        if (n->kids_count > 0 && n->kids[0] != NULL && !n->kids[0]->constant) w->text = STR("按记录的日期取参数");
        break;
    case FEEL_VARIABLE:
    case FEEL_NEG:
    case FEEL_ADD:
    case FEEL_SUB:
    case FEEL_MUL:
    case FEEL_DIV:
    case FEEL_EQ:
    case FEEL_NE:
    case FEEL_LT:
    case FEEL_LE:
    case FEEL_GT:
    case FEEL_GE:
    case FEEL_AND:
    case FEEL_OR:
    case FEEL_BETWEEN:
    case FEEL_IN:
    case FEEL_TEST:
    case FEEL_RANGE:
    case FEEL_IF: break;
    case FEEL_CALL:
        if (!str_eq(n->name, STR("not")) && !str_eq(n->name, STR("today"))) w->text = n->name;
        break;
    case FEEL_LOCAL:
    case FEEL_ALL:
    case FEEL_POW:
    case FEEL_INSTANCE_OF:
    case FEEL_FOR:
    case FEEL_SOME:
    case FEEL_EVERY:
    case FEEL_ITER:
    case FEEL_LIST:
    case FEEL_CONTEXT:
    case FEEL_ENTRY:
    case FEEL_FILTER:
    case FEEL_INDEX:
    case FEEL_CALL_NAMED:
    case FEEL_FUNCTION:
    case FEEL_DYNAMIC:
    case FEEL_TABLE:
    case FEEL_NAME:
    case FEEL_MISTAKE:
    case FEEL_OP_COUNT: w->text = STR("列表、循环或函数"); break;
    }
    return w->text.len == 0;
}

void vector_check(struct pack_rule *r, const struct load *l)
{
    struct why w = {STR("")};
    (void)l;
    if (r->where != NULL) feel_each_node(r->where->root, look, &w);
    if (r->when != NULL && w.text.len == 0) feel_each_node(r->when->root, look, &w);
    r->vector_ready = w.text.len == 0 && r->when != NULL;
    r->vector_why = w.text;
}
