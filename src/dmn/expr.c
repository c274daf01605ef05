/* expr.c - boxed expressions compiled: FEEL programs, and the names that each part sees. */
#include "dmn/inner.h"

/* ---- names and programs ---- */

uint32_t cx_name(struct cx *c, struct str name, const struct feel_type *t)
{
    uint32_t slot = c->next_slot++;
    if (c->next_slot > c->slots) c->slots = c->next_slot;
    if (slot >= SLOTS_MAX) {
        model_mistake(c->m, &E_dmn_too_large, c->where, STR(" 4096 个变量"), STR("4096 variables"));
        slot = 0;
    }
    struct feel_name *n = arena_new(c->a, struct feel_name);
    *n = (struct feel_name){.kind = FN_VARIABLE, .name = name, .title = name, .type = t == NULL ? &feel_any : t, .slot = slot, .may_be_null = true};
    struct feel_scope *s = arena_new(c->a, struct feel_scope);
    *s = (struct feel_scope){.outer = c->scope, .names = n, .names_count = name.len > 0 ? 1 : 0};
    if (name.len == 0) { /* a place without a name still keeps its slot from `?` */
        n->name = n->title = STR(" ");
        s->names_count = 1;
    }
    feel_scope_seal(c->a, s);
    c->scope = s;
    return slot;
}

const struct feel_type *names_of(const struct feel_type *t)
{
    if (t == NULL) return &feel_any;
    if (t->kind == FT_CONTEXT && t->members != NULL) return t;
    if (t->kind == FT_LIST && t->item != NULL && t->item->kind == FT_CONTEXT && t->item->members != NULL) return t;
    return &feel_any;
}

static struct feel_source source_of(struct cx *c, struct str text, uint32_t line)
{
    struct str name = str_cat(c->a, c->doc->file, STR(":"), str_u64(c->a, line), STR(" "), c->where);
    struct feel_source s = {.text = text, .mode = FEEL_DMN};
    s.at = (struct place){.file = diags_file(c->m->d, name, text), .line = 1, .col = 1};
    return s;
}

/* DMN turns what is wrong in meaning into null: those are warnings, and no concern of who loads a model. */
const struct feel_program *cx_feel(struct cx *c, struct str text, uint32_t line)
{
    struct feel_program *p = NULL;
    struct feel_source s = source_of(c, text, line);
    return feel_compile(c->a, c->scope, &s, &p, c->m->d) == RC_OK ? p : NULL;
}

const struct feel_program *cx_tests(struct cx *c, struct str text, uint32_t line, const struct feel_type *input)
{
    struct feel_program *p = NULL;
    struct feel_source s = source_of(c, text, line);
    if (c->next_slot + 1 > c->slots) c->slots = c->next_slot + 1;
    return feel_compile_tests(c->a, c->scope, &s, input, &p, c->m->d) == RC_OK ? p : NULL;
}

struct str local_text(const struct xnode *x, const char *name)
{
    const struct xnode *t = xml_child(x, name);
    return t == NULL ? STR_NONE : str_trim(t->text);
}

struct str text_of(const struct xnode *x) { return local_text(x, "text"); }

/* ---- the kinds ---- */

static struct expr *expr_make(struct cx *c, enum expr_kind kind)
{
    struct expr *e = arena_new(c->a, struct expr);
    *e = (struct expr){.kind = kind, .what = c->where, .ft = &feel_any};
    return e;
}

static struct expr *broken(struct cx *c) { return expr_make(c, EX_LITERAL); }

static struct expr *missing(struct cx *c, const struct xnode *x)
{
    model_mistake(c->m, &E_dmn_no_expression, c->doc->file, x->name, STR_NONE);
    return broken(c);
}

static bool is_expression(struct str name)
{
    static const char *const names[] = {"literalExpression", "context", "invocation", "functionDefinition", "list", "relation", "conditional",
                                        "filter", "for", "some", "every", "decisionTable"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_eq(name, str_c(names[i]))) return true;
    return false;
}

/* The first (or, from a sibling, the next) expression among the children. */
static const struct xnode *expression_in(const struct xnode *x)
{
    for (const struct xnode *k = xml_any(x); k != NULL; k = xml_after(k, NULL))
        if (is_expression(k->name)) return k;
    return NULL;
}

static struct expr *inside(struct cx *c, const struct xnode *x)
{
    const struct xnode *k = x == NULL ? NULL : expression_in(x);
    return k == NULL ? NULL : expr_compile(c, k);
}

static struct expr *inside_of(struct cx *c, const struct xnode *x, const char *name)
{
    struct expr *e = inside(c, xml_child(x, name));
    return e == NULL ? missing(c, x) : e;
}

static bool feel_language(struct str uri)
{
    return uri.len == 0 || str_find(uri, STR("FEEL")) != SIZE_MAX || str_find(uri, STR("feel")) != SIZE_MAX;
}

/* Was the only thing wrong that FEEL calls another language? */
static bool wants_external(const struct diags *d, size_t before)
{
    const struct diag *last = d->first;
    while (last != NULL && last->next != NULL) last = last->next;
    return d->errors > before && last != NULL && last->err.kind == &E_feel_external;
}

static struct expr *compile_literal(struct cx *c, const struct xnode *x)
{
    struct expr *e = expr_make(c, EX_LITERAL);
    if (!feel_language(xml_attr(x, "expressionLanguage"))) {
        e->kind = EX_EXTERNAL;
        e->what = xml_attr(x, "expressionLanguage");
        return e;
    }
    struct str text = text_of(x);
    if (text.len == 0) return e;
    size_t errors = c->m->d->errors;
    e->program = cx_feel(c, text, x->line);
    if (e->program != NULL) e->ft = e->program->type;
    else if (wants_external(c->m->d, errors)) {
        e->kind = EX_EXTERNAL;
        e->what = STR("external");
    }
    return e;
}

static uint32_t count_of(const struct xnode *x, const char *name)
{
    uint32_t n = 0;
    for (const struct xnode *k = xml_child(x, name); k != NULL; k = xml_after(k, name)) n++;
    return n;
}

static struct expr *compile_context(struct cx *c, const struct xnode *x)
{
    struct expr *e = expr_make(c, EX_CONTEXT);
    struct cx_mark here = cx_here(c);
    uint32_t n = count_of(x, "contextEntry");
    e->parts = arena_array(c->a, struct part, n + 1);
    struct feel_member *members = arena_array(c->a, struct feel_member, n + 1);
    for (const struct xnode *k = xml_child(x, "contextEntry"); k != NULL; k = xml_after(k, "contextEntry")) {
        const struct xnode *v = xml_child(k, "variable");
        struct str name = v == NULL ? STR_NONE : str_trim(xml_attr(v, "name"));
        if (name.len == 0) {
            e->a = inside(c, k);
            if (e->a == NULL) e->a = missing(c, k);
            continue;
        }
        struct part *p = &e->parts[e->parts_count];
        *p = (struct part){.name = name, .type = type_of_ref(c->m, c->doc, v)};
        p->e = inside(c, k);
        if (p->e == NULL) p->e = missing(c, k);
        const struct feel_type *t = p->type != NULL ? p->type->ft : names_of(p->e->ft);
        p->slot = cx_name(c, name, t);
        members[e->parts_count] = (struct feel_member){.name = name, .title = name, .type = t, .slot = e->parts_count, .may_be_null = true};
        e->parts_count++;
    }
    cx_back(c, here);
    if (e->a != NULL) {
        e->ft = e->a->ft;
        return e;
    }
    struct feel_type *ft = arena_new(c->a, struct feel_type);
    *ft = (struct feel_type){.kind = FT_CONTEXT, .members = members, .members_count = e->parts_count};
    e->ft = ft;
    return e;
}

static struct expr *compile_invocation(struct cx *c, const struct xnode *x)
{
    struct expr *e = expr_make(c, EX_INVOCATION);
    e->a = inside(c, x);
    if (e->a == NULL) return missing(c, x);
    e->parts = arena_array(c->a, struct part, count_of(x, "binding") + 1);
    for (const struct xnode *k = xml_child(x, "binding"); k != NULL; k = xml_after(k, "binding")) {
        const struct xnode *v = xml_child(k, "parameter");
        struct part *p = &e->parts[e->parts_count++];
        p->name = v == NULL ? STR_NONE : feel_name_normal(c->a, str_trim(xml_attr(v, "name")));
        p->type = type_of_ref(c->m, c->doc, v);
        p->e = inside(c, k); /* a binding without expression passes null */
    }
    return e;
}

/* formalParameter... and a body: boxed functions and the logic of knowledge models. */
struct expr *function_compile(struct cx *c, const struct xnode *x, const struct dtype *type)
{
    struct expr *e = expr_make(c, EX_FUNCTION);
    struct str kind = xml_attr(x, "kind");
    struct cx_mark here = cx_here(c);
    uint32_t n = count_of(x, "formalParameter");
    struct feel_member *params = arena_array(c->a, struct feel_member, n + 1);
    e->parts = arena_array(c->a, struct part, n + 1);
    for (const struct xnode *k = xml_child(x, "formalParameter"); k != NULL; k = xml_after(k, "formalParameter")) {
        struct part *p = &e->parts[e->parts_count];
        p->name = str_trim(xml_attr(k, "name"));
        p->type = type_of_ref(c->m, c->doc, k);
        if (p->type == NULL && type != NULL && type->kind == DT_FUNCTION && e->parts_count < type->members_count) p->type = type->members[e->parts_count].type;
        p->slot = cx_name(c, p->name, p->type == NULL ? &feel_any : p->type->ft);
        params[e->parts_count++] = (struct feel_member){.name = feel_name_normal(c->a, p->name), .title = p->name, .type = &feel_any, .may_be_null = true};
    }
    e->params = params;
    if (kind.len > 0 && !str_eq(kind, STR("FEEL"))) {
        e->b = expr_make(c, EX_EXTERNAL);
        e->b->what = kind;
    } else {
        e->b = inside(c, x);
        if (e->b == NULL) e->b = missing(c, x);
    }
    cx_back(c, here);
    return e;
}

static struct expr *compile_items(struct cx *c, const struct xnode *x, enum expr_kind kind)
{
    struct expr *e = expr_make(c, kind);
    uint32_t n = 0;
    for (const struct xnode *k = xml_any(x); k != NULL; k = xml_after(k, NULL)) n += is_expression(k->name) ? 1 : 0;
    e->parts = arena_array(c->a, struct part, n + 1);
    for (const struct xnode *k = xml_any(x); k != NULL; k = xml_after(k, NULL))
        if (is_expression(k->name)) e->parts[e->parts_count++].e = expr_compile(c, k);
    return e;
}

static struct expr *compile_relation(struct cx *c, const struct xnode *x)
{
    struct expr *e = expr_make(c, EX_RELATION);
    uint32_t columns = count_of(x, "column"), rows = count_of(x, "row");
    e->columns = columns;
    if (columns == 0) return e;
    struct feel_member *members = arena_array(c->a, struct feel_member, columns);
    struct part *heads = arena_array(c->a, struct part, columns);
    uint32_t i = 0;
    for (const struct xnode *k = xml_child(x, "column"); k != NULL; k = xml_after(k, "column"), i++) {
        heads[i].name = str_trim(xml_attr(k, "name"));
        heads[i].type = type_of_ref(c->m, c->doc, k);
        members[i] = (struct feel_member){.name = heads[i].name, .title = heads[i].name, .type = heads[i].type == NULL ? &feel_any : heads[i].type->ft, .slot = i,
                                          .may_be_null = true};
    }
    e->parts = arena_array(c->a, struct part, (size_t)columns * rows + 1);
    for (const struct xnode *row = xml_child(x, "row"); row != NULL; row = xml_after(row, "row")) {
        struct expr *cells = compile_items(c, row, EX_LIST);
        if (cells->parts_count != columns) {
            model_mistake(c->m, &E_dmn_bad_table, c->doc->file, str_u64(c->a, cells->parts_count), str_u64(c->a, columns));
            continue;
        }
        for (i = 0; i < columns; i++) {
            e->parts[e->parts_count] = heads[i];
            e->parts[e->parts_count++].e = cells->parts[i].e;
        }
    }
    struct feel_type *row = arena_new(c->a, struct feel_type);
    *row = (struct feel_type){.kind = FT_CONTEXT, .members = members, .members_count = columns};
    e->ft = feel_list_of(c->a, row);
    return e;
}

/* What is filtered gets a hidden name; a condition written in FEEL is then a filter of FEEL, entries of the item and all. */
static struct expr *compile_filter(struct cx *c, const struct xnode *x)
{
    struct expr *e = expr_make(c, EX_FILTER);
    e->a = inside_of(c, x, "in");
    const struct xnode *match = xml_child(x, "match"), *k = match == NULL ? NULL : expression_in(match);
    if (k == NULL) return missing(c, x);
    struct cx_mark here = cx_here(c);
    if (str_eq(k->name, STR("literalExpression")) && text_of(k).len > 0) {
        struct str hidden = STR("list__to__filter");
        e->kind = EX_FILTER_TEXT;
        e->slot = cx_name(c, hidden, names_of(e->a->ft));
        e->program = cx_feel(c, str_cat(c->a, hidden, STR("["), text_of(k), STR("\n]")), k->line);
    } else {
        const struct feel_type *t = names_of(e->a->ft);
        e->slot = cx_name(c, STR("item"), t->kind == FT_LIST ? t->item : t);
        e->b = expr_compile(c, k);
    }
    cx_back(c, here);
    e->ft = names_of(e->a->ft);
    return e;
}

static struct expr *compile_loop(struct cx *c, const struct xnode *x, enum expr_kind kind)
{
    struct expr *e = expr_make(c, kind);
    e->a = inside_of(c, x, "in");
    struct cx_mark here = cx_here(c);
    const struct feel_type *t = names_of(e->a->ft);
    e->slot = cx_name(c, str_trim(xml_attr(x, "iteratorVariable")), t->kind == FT_LIST ? t->item : t);
    if (kind == EX_FOR) (void)cx_name(c, STR("partial"), &feel_any);
    e->b = inside_of(c, x, kind == EX_FOR ? "return" : "satisfies");
    cx_back(c, here);
    return e;
}

static struct expr *compile_if(struct cx *c, const struct xnode *x)
{
    struct expr *e = expr_make(c, EX_IF);
    e->a = inside_of(c, x, "if");
    e->b = inside_of(c, x, "then");
    e->c = inside_of(c, x, "else");
    return e;
}

static struct expr *compile_kind(struct cx *c, const struct xnode *x)
{
    if (str_eq(x->name, STR("literalExpression"))) return compile_literal(c, x);
    if (str_eq(x->name, STR("context"))) return compile_context(c, x);
    if (str_eq(x->name, STR("invocation"))) return compile_invocation(c, x);
    if (str_eq(x->name, STR("functionDefinition"))) return function_compile(c, x, NULL);
    if (str_eq(x->name, STR("list"))) return compile_items(c, x, EX_LIST);
    if (str_eq(x->name, STR("relation"))) return compile_relation(c, x);
    if (str_eq(x->name, STR("conditional"))) return compile_if(c, x);
    if (str_eq(x->name, STR("filter"))) return compile_filter(c, x);
    if (str_eq(x->name, STR("for"))) return compile_loop(c, x, EX_FOR);
    if (str_eq(x->name, STR("some"))) return compile_loop(c, x, EX_SOME);
    if (str_eq(x->name, STR("every"))) return compile_loop(c, x, EX_EVERY);
    if (str_eq(x->name, STR("decisionTable"))) {
        struct expr *e = expr_make(c, EX_LITERAL);
        e->program = table_compile(c, x);
        return e;
    }
    model_mistake(c->m, &E_dmn_bad_element, c->doc->file, x->name, STR_NONE);
    return broken(c);
}

struct expr *expr_compile(struct cx *c, const struct xnode *x)
{
    if (c->depth >= EXPR_DEPTH_MAX) {
        model_mistake(c->m, &E_dmn_too_deep, c->doc->file, str_u64(c->a, EXPR_DEPTH_MAX), STR_NONE);
        return broken(c);
    }
    c->depth++;
    struct expr *e = compile_kind(c, x);
    c->depth--;
    if (e->type == NULL && e->kind != EX_FUNCTION) e->type = type_of_ref(c->m, c->doc, x);
    if (e->type != NULL) e->ft = e->type->ft;
    return e;
}
