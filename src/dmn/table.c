/* table.c - decision tables: DMN 8, all hit policies, aggregations, output order, allowed values and defaults. */
#include "dmn/inner.h"

/* ---- compiling ---- */

static enum policy policy_of(struct cx *c, struct str s)
{
    static const struct {
        const char *name, *letter;
        enum policy policy;
    } all[] = {{"UNIQUE", "U", HIT_UNIQUE}, {"FIRST", "F", HIT_FIRST}, {"PRIORITY", "P", HIT_PRIORITY}, {"ANY", "A", HIT_ANY},
               {"COLLECT", "C", HIT_COLLECT}, {"RULE ORDER", "R", HIT_RULE_ORDER}, {"OUTPUT ORDER", "O", HIT_OUTPUT_ORDER}};
    if (s.len == 0) return HIT_UNIQUE;
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        if (str_eq(s, str_c(all[i].name)) || str_eq(s, str_c(all[i].letter))) return all[i].policy;
    model_mistake(c->m, &E_dmn_bad_policy, c->doc->file, s, STR_NONE);
    return HIT_UNIQUE;
}

static enum aggregation aggregation_of(struct cx *c, struct str s)
{
    static const char *const names[] = {"", "SUM", "COUNT", "MIN", "MAX"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_eq(s, str_c(names[i]))) return (enum aggregation)i;
    model_mistake(c->m, &E_dmn_bad_policy, c->doc->file, s, STR_NONE);
    return AGG_NONE;
}

static uint32_t count_of(const struct xnode *x, const char *name)
{
    uint32_t n = 0;
    for (const struct xnode *k = xml_child(x, name); k != NULL; k = xml_after(k, name)) n++;
    return n;
}

static void compile_inputs(struct cx *c, const struct xnode *x, struct table *t)
{
    t->in = arena_array(c->a, struct column_in, count_of(x, "input") + 1);
    for (const struct xnode *k = xml_child(x, "input"); k != NULL; k = xml_after(k, "input")) {
        struct column_in *in = &t->in[t->ins++];
        const struct xnode *e = xml_child(k, "inputExpression"), *v = xml_child(k, "inputValues");
        in->type = type_of_ref(c->m, c->doc, e);
        struct str text = e == NULL ? STR_NONE : text_of(e);
        if (text.len > 0) in->value = cx_feel(c, text, e->line);
        in->broken = in->value == NULL;
        if (v != NULL && text_of(v).len > 0) in->allowed = cx_tests(c, text_of(v), v->line, &feel_any);
    }
}

static void compile_outputs(struct cx *c, const struct xnode *x, struct table *t)
{
    t->out = arena_array(c->a, struct column_out, count_of(x, "output") + 1);
    for (const struct xnode *k = xml_child(x, "output"); k != NULL; k = xml_after(k, "output")) {
        struct column_out *out = &t->out[t->outs++];
        const struct xnode *v = xml_child(k, "outputValues"), *d = xml_child(k, "defaultOutputEntry");
        out->name = str_trim(xml_attr(k, "name"));
        out->type = type_of_ref(c->m, c->doc, k);
        if (v != NULL && text_of(v).len > 0) {
            out->allowed = cx_tests(c, text_of(v), v->line, &feel_any);
            if (out->allowed != NULL && (t->policy == HIT_PRIORITY || t->policy == HIT_OUTPUT_ORDER))
                out->order = cx_feel(c, str_cat(c->a, STR("["), text_of(v), STR("\n]")), v->line);
        }
        if (d != NULL && text_of(d).len > 0) {
            out->has_other = true;
            out->other = cx_feel(c, text_of(d), d->line);
        }
    }
}

static struct cell compile_cell(struct cx *c, const struct xnode *k, const struct feel_type *input)
{
    struct cell cell = {0};
    struct str text = text_of(k);
    if (input != NULL && (text.len == 0 || str_eq(text, STR("-")))) {
        cell.any = true;
    } else if (text.len > 0) {
        cell.p = input != NULL ? cx_tests(c, text, k->line, input) : cx_feel(c, text, k->line);
        cell.broken = cell.p == NULL;
    } else {
        cell.any = true; /* an output that is left blank is null */
    }
    return cell;
}

static bool compile_cells(struct cx *c, const struct xnode *rule, const char *name, uint32_t want, const struct table *t, bool input, struct cell **out)
{
    uint32_t n = count_of(rule, name), i = 0;
    if (n != want) {
        model_mistake(c->m, &E_dmn_bad_table, c->doc->file, str_u64(c->a, n), str_u64(c->a, want));
        return false;
    }
    *out = arena_array(c->a, struct cell, n + 1);
    for (const struct xnode *k = xml_child(rule, name); k != NULL; k = xml_after(k, name), i++)
        (*out)[i] = compile_cell(c, k, !input ? NULL : t->in[i].type == NULL ? &feel_any : t->in[i].type->ft);
    return true;
}

struct table *table_compile(struct cx *c, const struct xnode *x)
{
    struct table *t = arena_new(c->a, struct table);
    t->policy = policy_of(c, str_trim(xml_attr(x, "hitPolicy")));
    t->aggregation = t->policy == HIT_COLLECT ? aggregation_of(c, str_trim(xml_attr(x, "aggregation"))) : AGG_NONE;
    t->slot = c->next_slot;
    if (c->next_slot + 1 > c->slots) c->slots = c->next_slot + 1;
    compile_inputs(c, x, t);
    compile_outputs(c, x, t);
    if (t->outs == 0) {
        model_mistake(c->m, &E_dmn_no_expression, c->doc->file, STR("decisionTable"), STR_NONE);
        return NULL;
    }
    t->rules = arena_array(c->a, struct rule, count_of(x, "rule") + 1);
    for (const struct xnode *k = xml_child(x, "rule"); k != NULL; k = xml_after(k, "rule")) {
        struct rule *r = &t->rules[t->rules_count++];
        if (!compile_cells(c, k, "inputEntry", t->ins, t, true, &r->in) || !compile_cells(c, k, "outputEntry", t->outs, t, false, &r->out)) return NULL;
    }
    return t;
}

/* ---- running ---- */

static enum rc input_values(struct work *w, const struct table *t, struct frame f, struct fv *value, bool *bad, struct fv *out)
{
    for (uint32_t i = 0; i < t->ins; i++) {
        const struct column_in *in = &t->in[i];
        bool fits = true;
        value[i] = fv_null();
        if (!in->broken) TRY(work_program(w, in->value, f, &value[i]));
        TRY(value_fit(w, in->type, STR("?"), &value[i], &fits));
        if (!fits) {
            *out = value[i];
            *bad = true;
            return RC_OK;
        }
        if (in->allowed == NULL || fv_is_null(&value[i])) continue;
        struct fv ok;
        f.vars[t->slot] = value[i];
        TRY(work_program(w, in->allowed, f, &ok));
        if (fv_is_true(&ok)) continue;
        *bad = true;
        return null_for(w, &E_dmn_c_input_value, str_u64(w->run.arena, i + 1), STR_NONE, out);
    }
    return RC_OK;
}

static enum rc rule_matches(struct work *w, const struct table *t, const struct rule *r, struct frame f, const struct fv *value, bool *yes)
{
    *yes = true;
    for (uint32_t i = 0; i < t->ins && *yes; i++) {
        struct fv ok;
        if (r->in[i].any) continue;
        *yes = false;
        if (r->in[i].broken) continue;
        f.vars[t->slot] = value[i];
        TRY(work_program(w, r->in[i].p, f, &ok));
        *yes = fv_is_true(&ok);
    }
    return RC_OK;
}

/* The outputs of a rule: a value, or a context where there are several. */
static enum rc rule_outputs(struct work *w, const struct table *t, const struct rule *r, struct frame f, struct fv *values)
{
    for (uint32_t i = 0; i < t->outs; i++) {
        const struct column_out *o = &t->out[i];
        bool fits;
        values[i] = fv_null();
        if (r->out[i].p != NULL) TRY(work_program(w, r->out[i].p, f, &values[i]));
        TRY(value_fit(w, o->type, o->name, &values[i], &fits));
        if (o->allowed == NULL || fv_is_null(&values[i])) continue;
        struct fv ok;
        f.vars[t->slot] = values[i];
        TRY(work_program(w, o->allowed, f, &ok));
        if (!fv_is_true(&ok)) TRY(null_for(w, &E_dmn_c_output_value, o->name, STR_NONE, &values[i]));
    }
    return RC_OK;
}

static enum rc joined(struct work *w, const struct table *t, const struct fv *values, struct fv *out)
{
    if (t->outs == 1) {
        *out = values[0];
        return RC_OK;
    }
    struct fv_entry *list;
    TRY(work_alloc(w, t->outs, sizeof *list, (void **)&list));
    for (uint32_t i = 0; i < t->outs; i++) list[i] = (struct fv_entry){t->out[i].name, values[i]};
    *out = (struct fv){.kind = FV_CONTEXT, .count = t->outs, .entries = list};
    return RC_OK;
}

/* Where values stand in their columns' order, first column first: 0 is best, what is not there is last. */
static uint32_t rank_of(const struct fv *order, const struct fv *value)
{
    uint32_t n = order->kind == FV_LIST ? order->count : 0, i = 0;
    while (i < n && fv_equal(&order->items[i], value) != 1) i++;
    return i;
}

static enum rc sort_rules(struct work *w, const struct table *t, struct frame f, struct fv *values, uint32_t rows)
{
    struct fv *order, *row;
    TRY(work_alloc(w, t->outs, sizeof *order, (void **)&order));
    TRY(work_alloc(w, t->outs, sizeof *row, (void **)&row));
    for (uint32_t i = 0; i < t->outs; i++) {
        order[i] = fv_null();
        if (t->out[i].order != NULL) TRY(work_program(w, t->out[i].order, f, &order[i]));
    }
    size_t size = t->outs * sizeof *row;
    for (uint32_t i = 1; i < rows; i++) { /* stable: equal outputs stay in the order of their rules */
        memcpy(row, values + (size_t)i * t->outs, size);
        uint32_t at = i;
        for (; at > 0; at--) {
            const struct fv *above = values + (size_t)(at - 1) * t->outs;
            int better = 0;
            for (uint32_t k = 0; k < t->outs && better == 0; k++) {
                uint32_t x = rank_of(&order[k], &row[k]), y = rank_of(&order[k], &above[k]);
                better = x < y ? 1 : x > y ? -1 : 0;
            }
            if (better <= 0) break;
            memcpy(values + (size_t)at * t->outs, above, size);
        }
        memcpy(values + (size_t)at * t->outs, row, size);
    }
    return RC_OK;
}

static enum rc aggregate(struct work *w, enum aggregation how, const struct fv *values, uint32_t n, struct fv *out)
{
    *out = n > 0 ? values[0] : fv_null();
    if (how == AGG_COUNT) {
        *out = fv_i64(n);
        return RC_OK;
    }
    for (uint32_t i = 0; i < n; i++) {
        int order = 0;
        bool ok = how == AGG_SUM ? values[i].kind == FV_NUMBER : fv_compare(&values[i], out, &order);
        if (ok && how == AGG_SUM && i > 0) ok = dec_add(out->num, values[i].num, &out->num);
        if (!ok) return null_for(w, &E_dmn_c_aggregate, STR_NONE, STR_NONE, out);
        if (how != AGG_SUM && (how == AGG_MIN ? order < 0 : order > 0)) *out = values[i];
    }
    return RC_OK;
}

static enum rc no_rule(struct work *w, const struct table *t, struct frame f, struct fv *out)
{
    bool other = false;
    struct fv *values;
    TRY(work_alloc(w, t->outs, sizeof *values, (void **)&values));
    for (uint32_t i = 0; i < t->outs; i++) {
        bool fits;
        values[i] = fv_null();
        other = other || t->out[i].has_other;
        if (t->out[i].other != NULL) TRY(work_program(w, t->out[i].other, f, &values[i]));
        TRY(value_fit(w, t->out[i].type, t->out[i].name, &values[i], &fits));
    }
    if (other) return joined(w, t, values, out);
    if (t->aggregation == AGG_COUNT) {
        *out = fv_i64(0);
        return RC_OK;
    }
    if (t->policy == HIT_COLLECT && t->aggregation == AGG_NONE) { /* nothing was collected; elsewhere no answer is null */
        *out = fv_list(NULL, 0);
        return RC_OK;
    }
    return null_for(w, &E_dmn_c_no_rule, STR_NONE, STR_NONE, out);
}

static enum rc by_policy(struct work *w, const struct table *t, struct frame f, struct fv *values, uint32_t rows, struct fv *out)
{
    struct fv *list;
    switch (t->policy) {
    case HIT_UNIQUE:
        if (rows > 1) return null_for(w, &E_dmn_c_unique, str_u64(w->run.arena, rows), STR_NONE, out);
        return joined(w, t, values, out);
    case HIT_FIRST: return joined(w, t, values, out);
    case HIT_ANY:
        for (uint32_t i = t->outs; i < rows * t->outs; i++)
            if (fv_equal(&values[i], &values[i % t->outs]) != 1) return null_for(w, &E_dmn_c_any, STR_NONE, STR_NONE, out);
        return joined(w, t, values, out);
    case HIT_PRIORITY:
        TRY(sort_rules(w, t, f, values, rows));
        return joined(w, t, values, out);
    case HIT_OUTPUT_ORDER: TRY(sort_rules(w, t, f, values, rows)); break;
    case HIT_COLLECT: case HIT_RULE_ORDER: break;
    }
    TRY(work_alloc(w, rows, sizeof *list, (void **)&list));
    for (uint32_t i = 0; i < rows; i++) TRY(joined(w, t, values + (size_t)i * t->outs, &list[i]));
    if (t->aggregation != AGG_NONE) return aggregate(w, t->aggregation, list, rows, out);
    *out = fv_list(list, rows);
    return RC_OK;
}

enum rc table_eval(struct work *w, const struct table *t, struct frame f, struct fv *out)
{
    struct fv *value, *values;
    uint32_t rows = 0;
    bool bad = false;
    TRY(work_alloc(w, t->ins, sizeof *value, (void **)&value));
    TRY(input_values(w, t, f, value, &bad, out));
    if (bad) return RC_OK;
    TRY(work_alloc(w, (size_t)t->rules_count * t->outs, sizeof *values, (void **)&values));
    for (uint32_t i = 0; i < t->rules_count; i++) {
        bool yes;
        TRY(rule_matches(w, t, &t->rules[i], f, value, &yes));
        if (!yes) continue;
        TRY(rule_outputs(w, t, &t->rules[i], f, values + (size_t)rows * t->outs));
        rows++;
        if (t->policy == HIT_FIRST) break;
    }
    return rows == 0 ? no_rule(w, t, f, out) : by_policy(w, t, f, values, rows, out);
}
