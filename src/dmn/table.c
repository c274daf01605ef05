/* table.c - decision tables: what a model writes of one, as a table of FEEL (feel/table.c answers it). */
#include "dmn/inner.h"

static enum feel_hit hit_of(struct cx *c, struct str policy, struct str aggregation)
{
    static const struct {
        const char *name, *letter;
        enum feel_hit hit;
    } policies[] = {{"UNIQUE", "U", FEEL_HIT_UNIQUE}, {"FIRST", "F", FEEL_HIT_FIRST}, {"PRIORITY", "P", FEEL_HIT_PRIORITY}, {"ANY", "A", FEEL_HIT_ANY},
                    {"COLLECT", "C", FEEL_HIT_COLLECT}, {"RULE ORDER", "R", FEEL_HIT_RULE_ORDER}, {"OUTPUT ORDER", "O", FEEL_HIT_OUTPUT_ORDER}};
    static const struct {
        const char *name;
        enum feel_hit hit;
    } aggregations[] = {{"", FEEL_HIT_COLLECT}, {"SUM", FEEL_HIT_SUM}, {"COUNT", FEEL_HIT_COUNT}, {"MIN", FEEL_HIT_MIN}, {"MAX", FEEL_HIT_MAX}};
    enum feel_hit hit = FEEL_HIT_COUNT;
    struct str wrong = policy;
    for (size_t i = 0; i < ARRAY_LEN(policies); i++)
        if (str_eq(policy, str_c(policies[i].name)) || str_eq(policy, str_c(policies[i].letter))) hit = policies[i].hit;
    if (policy.len == 0) return FEEL_HIT_UNIQUE;
    if (hit == FEEL_HIT_COLLECT) {
        wrong = aggregation;
        for (size_t i = 0; i < ARRAY_LEN(aggregations); i++)
            if (str_eq(aggregation, str_c(aggregations[i].name))) return aggregations[i].hit;
    }
    if (hit != FEEL_HIT_COUNT && hit != FEEL_HIT_COLLECT) return hit;
    model_mistake(c->m, &E_dmn_bad_policy, c->doc->file, wrong, STR_NONE);
    return FEEL_HIT_UNIQUE;
}

/* A column's values meet their type as all values of a model do. */
static enum rc fit(struct feel_run *run, const struct feel_member *column, struct fv *v, bool *fits, struct err *err)
{
    struct work *w = run->host_ctx;
    struct err *outer = w->err;
    uint32_t depth = w->run.depth;
    w->err = err;
    w->run.depth = run->depth;
    w->run.steps_left = run->steps_left;
    enum rc rc = value_fit(w, column->host, column->title, v, fits);
    run->steps_left = w->run.steps_left;
    w->run.depth = depth;
    w->err = outer;
    return rc;
}

static uint32_t count_of(const struct xnode *x, const char *name)
{
    uint32_t n = 0;
    for (const struct xnode *k = xml_child(x, name); k != NULL; k = xml_after(k, name)) n++;
    return n;
}

static struct feel_member column(struct str name, const struct dtype *type)
{
    return (struct feel_member){.name = name, .title = name, .type = type == NULL ? &feel_any : type->ft, .may_be_null = true,
                                .host = (void *)(uintptr_t)type};
}

/* What could not be compiled is reported; in its place stands what any model means by it. */
static const struct feel_program *instead(struct cx *c, const struct feel_program *p, struct str text)
{
    return p != NULL ? p : cx_feel(c, text, 1);
}

static const struct feel_program *tests_of(struct cx *c, const struct xnode *x, const struct feel_type *input)
{
    return x == NULL || text_of(x).len == 0 ? NULL : cx_tests(c, text_of(x), x->line, input);
}

static void compile_inputs(struct cx *c, const struct xnode *x, struct feel_table *t)
{
    uint32_t n = count_of(x, "input");
    struct feel_member *ins = arena_array(c->a, struct feel_member, n + 1);
    struct feel_table_in *in = arena_array(c->a, struct feel_table_in, n + 1);
    for (const struct xnode *k = xml_child(x, "input"); k != NULL; k = xml_after(k, "input")) {
        const struct xnode *e = xml_child(k, "inputExpression");
        struct str text = e == NULL ? STR_NONE : text_of(e);
        ins[t->ins_count] = column(text, type_of_ref(c->m, c->doc, e));
        in[t->ins_count].value = instead(c, text.len == 0 ? NULL : cx_feel(c, text, e->line), STR("null"));
        in[t->ins_count++].allowed = tests_of(c, xml_child(k, "inputValues"), &feel_any);
    }
    t->ins = ins;
    t->in = in;
}

static void compile_outputs(struct cx *c, const struct xnode *x, struct feel_table *t)
{
    uint32_t n = count_of(x, "output");
    struct feel_member *outs = arena_array(c->a, struct feel_member, n + 1);
    struct feel_table_out *out = arena_array(c->a, struct feel_table_out, n + 1);
    bool ranked = t->hit == FEEL_HIT_PRIORITY || t->hit == FEEL_HIT_OUTPUT_ORDER;
    for (const struct xnode *k = xml_child(x, "output"); k != NULL; k = xml_after(k, "output")) {
        const struct xnode *v = xml_child(k, "outputValues"), *d = xml_child(k, "defaultOutputEntry");
        struct feel_table_out *o = &out[t->outs_count];
        outs[t->outs_count++] = column(str_trim(xml_attr(k, "name")), type_of_ref(c->m, c->doc, k));
        o->allowed = tests_of(c, v, &feel_any);
        if (o->allowed != NULL && ranked) o->order = cx_feel(c, str_cat(c->a, STR("["), text_of(v), STR("\n]")), v->line);
        if (d != NULL && text_of(d).len > 0) o->other = instead(c, cx_feel(c, text_of(d), d->line), STR("null"));
    }
    t->outs = outs;
    t->out = out;
}

/* A test that is left blank or "-" holds for anything; an output that is left blank is null. */
static const struct feel_program *compile_test(struct cx *c, const struct xnode *k, const struct feel_type *input)
{
    struct str text = text_of(k);
    if (text.len == 0 || str_eq(text, STR("-"))) return NULL;
    return instead(c, cx_tests(c, text, k->line, input), STR("false"));
}

static bool compile_cells(struct cx *c, const struct xnode *rule, const struct feel_table *t, bool input, const struct feel_program ***out)
{
    const char *name = input ? "inputEntry" : "outputEntry";
    uint32_t n = count_of(rule, name), want = input ? t->ins_count : t->outs_count, i = 0;
    if (n != want) {
        model_mistake(c->m, &E_dmn_bad_table, c->doc->file, str_u64(c->a, n), str_u64(c->a, want));
        return false;
    }
    *out = arena_array(c->a, const struct feel_program *, n + 1);
    for (const struct xnode *k = xml_child(rule, name); k != NULL; k = xml_after(k, name), i++) {
        if (input) (*out)[i] = compile_test(c, k, t->ins[i].type);
        else if (text_of(k).len > 0) (*out)[i] = cx_feel(c, text_of(k), k->line);
    }
    return true;
}

const struct feel_program *table_compile(struct cx *c, const struct xnode *x)
{
    struct feel_table *t = arena_new(c->a, struct feel_table);
    *t = (struct feel_table){.title = c->where, .mode = FEEL_DMN, .input_slot = c->next_slot, .fit = fit};
    t->hit = hit_of(c, str_trim(xml_attr(x, "hitPolicy")), str_trim(xml_attr(x, "aggregation")));
    if (c->next_slot + 1 > c->slots) c->slots = c->next_slot + 1;
    compile_inputs(c, x, t);
    compile_outputs(c, x, t);
    if (t->outs_count == 0) {
        model_mistake(c->m, &E_dmn_no_expression, c->doc->file, STR("decisionTable"), STR_NONE);
        return NULL;
    }
    struct feel_table_row *rows = arena_array(c->a, struct feel_table_row, count_of(x, "rule") + 1);
    for (const struct xnode *k = xml_child(x, "rule"); k != NULL; k = xml_after(k, "rule")) {
        struct feel_table_row *r = &rows[t->rows_count++];
        if (!compile_cells(c, k, t, true, &r->tests) || !compile_cells(c, k, t, false, &r->outs)) return NULL;
    }
    t->rows = rows;
    return feel_table_program(c->a, t, NO_PLACE);
}
