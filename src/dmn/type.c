/* type.c - item definitions: names to types, with what they allow. */
#include "dmn/inner.h"

const struct dtype dtype_any = {.name = STR_INIT("Any"), .kind = DT_ANY, .done = true, .ft = &feel_any};

static const struct feel_type list_any = {.kind = FT_LIST, .item = &feel_any};
static const struct feel_type context_any = {.kind = FT_CONTEXT};
static const struct feel_type function_any = {.kind = FT_FUNCTION};
static const struct feel_type range_any = {.kind = FT_RANGE, .item = &feel_any};

static const struct {
    struct str name;
    struct dtype type;
} basic[] = {
#define BASIC(text, t) {STR_INIT(text), {.name = STR_INIT(text), .kind = DT_SIMPLE, .done = true, .ft = &t, .simple = &t}}
    BASIC("number", feel_number),
    BASIC("string", feel_string),
    BASIC("boolean", feel_bool),
    BASIC("date", feel_date),
    BASIC("time", feel_time),
    BASIC("date and time", feel_datetime),
    BASIC("dateTime", feel_datetime),
    BASIC("days and time duration", feel_span),
    BASIC("dayTimeDuration", feel_span),
    BASIC("years and months duration", feel_months),
    BASIC("yearMonthDuration", feel_months),
    BASIC("list", list_any),
    BASIC("context", context_any),
    BASIC("function", function_any),
    BASIC("range", range_any),
#undef BASIC
};

static const struct dtype *type_basic(struct str name)
{
    if (str_eq(name, STR("Any")) || str_eq(name, STR("any"))) return &dtype_any;
    for (size_t i = 0; i < ARRAY_LEN(basic); i++)
        if (str_eq(basic[i].name, name)) return &basic[i].type;
    return NULL;
}

void types_declare(struct dmn_model *m, struct doc *doc)
{
    for (const struct xnode *x = xml_child(doc->root, "itemDefinition"); x != NULL; x = xml_after(x, "itemDefinition")) {
        struct dtype *t = arena_new(m->a, struct dtype);
        *t = (struct dtype){.name = str_trim(xml_attr(x, "name")), .ft = &feel_any, .node = x};
        if (t->name.len == 0) model_mistake(m, &E_dmn_no_name, doc->file, STR("itemDefinition"), STR_NONE);
        else if (!map_put(m->a, &doc->types, t->name, t)) model_mistake(m, &E_dmn_duplicate, doc->file, t->name, STR_NONE);
    }
}

static void type_fill(struct dmn_model *m, struct doc *doc, struct dtype *t, uint32_t depth);

static const struct dtype *find_at(struct dmn_model *m, struct doc *doc, struct str ref, uint32_t depth)
{
    ref = str_trim(ref);
    if (str_starts(ref, STR("feel:"))) ref = str_sub(ref, 5, ref.len);
    struct dtype *t = map_find(&doc->types, ref);
    struct doc *home = doc;
    for (uint32_t i = 0; t == NULL && i < doc->imports_count; i++) {
        const struct import *im = &doc->imports[i];
        if (im->doc == NULL) continue;
        if (im->name.len == 0) t = map_find(&im->doc->types, ref);
        else if (str_starts(ref, im->name) && ref.len > im->name.len && (ref.ptr[im->name.len] == '.' || ref.ptr[im->name.len] == ':'))
            t = map_find(&im->doc->types, str_sub(ref, im->name.len + 1, ref.len));
        if (t != NULL) home = im->doc;
    }
    if (t == NULL) return type_basic(ref);
    type_fill(m, home, t, depth);
    return t;
}

static const struct dtype *find_or_any(struct dmn_model *m, struct doc *doc, struct str ref, uint32_t depth)
{
    const struct dtype *t = find_at(m, doc, ref, depth);
    if (t != NULL) return t;
    struct str *names = arena_array(m->a, struct str, doc->types.len + 1);
    for (size_t i = 0; i < doc->types.len; i++) names[i] = doc->types.entry[i].key;
    model_mistake(m, &E_dmn_no_type, doc->file, ref, nearest_name(ref, doc->types.len, names));
    return &dtype_any;
}

const struct dtype *type_find(struct dmn_model *m, struct doc *doc, struct str ref) { return find_or_any(m, doc, ref, 0); }

static void scope_types(struct dmn_model *m, struct doc *to, const struct doc *from, struct str prefix)
{
    for (size_t i = 0; i < from->types.len; i++) {
        const struct dtype *t = from->types.entry[i].value;
        struct str name = prefix.len == 0 ? t->name : str_cat(m->a, prefix, STR("."), t->name);
        struct feel_type *ft = arena_new(m->a, struct feel_type); /* maps hold what may change */
        *ft = *t->ft;
        (void)map_put(m->a, &to->feel_types, feel_name_normal(m->a, name), ft);
    }
}

void types_scope(struct dmn_model *m, struct doc *doc)
{
    scope_types(m, doc, doc, STR_NONE);
    for (uint32_t i = 0; i < doc->imports_count; i++)
        if (doc->imports[i].doc != NULL) scope_types(m, doc, doc->imports[i].doc, doc->imports[i].name);
    doc->scope = (struct feel_scope){.types = &doc->feel_types};
    feel_scope_seal(m->a, &doc->scope);
}

const struct dtype *type_of_ref(struct dmn_model *m, struct doc *doc, const struct xnode *x)
{
    struct str ref = x == NULL ? STR_NONE : str_trim(xml_attr(x, "typeRef"));
    return ref.len == 0 ? NULL : type_find(m, doc, ref);
}

static const struct feel_program *tests_of(struct dmn_model *m, struct doc *doc, const struct xnode *x, const char *name, struct str where)
{
    const struct xnode *c = xml_child(x, name);
    struct str text = c == NULL ? STR_NONE : text_of(c);
    if (text.len == 0) return NULL;
    struct cx cx = {.m = m, .a = m->a, .doc = doc, .where = where};
    return cx_tests(&cx, text, c->line, &feel_any);
}

static const struct feel_type *context_type(struct arena *a, const struct dtype *t)
{
    struct feel_member *list = arena_array(a, struct feel_member, t->members_count + 1);
    for (uint32_t i = 0; i < t->members_count; i++)
        list[i] = (struct feel_member){.name = t->members[i].name, .title = t->members[i].name, .type = t->members[i].type->ft, .slot = i, .may_be_null = true};
    struct feel_type *ft = arena_new(a, struct feel_type);
    *ft = (struct feel_type){.kind = FT_CONTEXT, .members = list, .members_count = t->members_count};
    return ft;
}

static void fill_members(struct dmn_model *m, struct doc *doc, struct dtype *t, const struct xnode *first, const char *name, uint32_t depth)
{
    uint32_t n = 0;
    for (const struct xnode *x = first; x != NULL; x = xml_after(x, name)) n++;
    t->members = arena_array(m->a, struct dmember, n + 1);
    for (const struct xnode *x = first; x != NULL; x = xml_after(x, name)) {
        struct dmember *e = &t->members[t->members_count++];
        e->name = str_trim(xml_attr(x, "name"));
        if (t->kind == DT_FUNCTION) {
            struct str ref = xml_attr(x, "typeRef");
            e->type = ref.len == 0 ? &dtype_any : find_or_any(m, doc, ref, depth + 1);
            continue;
        }
        struct dtype *inner = arena_new(m->a, struct dtype);
        *inner = (struct dtype){.name = str_cat(m->a, t->name, STR("."), e->name), .ft = &feel_any, .node = x};
        type_fill(m, doc, inner, depth + 1);
        e->type = inner;
    }
}

/* A type that contains itself is known as far as it goes: FEEL sees `any` where the circle closes. */
static void type_fill(struct dmn_model *m, struct doc *doc, struct dtype *t, uint32_t depth)
{
    if (t->done || t->busy) return;
    if (depth > TYPE_DEPTH_MAX) {
        model_mistake(m, &E_dmn_too_deep, doc->file, str_u64(m->a, TYPE_DEPTH_MAX), STR_NONE);
        return;
    }
    t->busy = true;
    const struct xnode *x = t->node, *component = xml_child(x, "itemComponent"), *fn = xml_child(x, "functionItem");
    struct str ref = local_text(x, "typeRef");
    if (ref.len == 0) ref = str_trim(xml_attr(x, "typeRef"));
    const struct feel_type *ft = &feel_any;
    t->collection = str_eq(str_trim(xml_attr(x, "isCollection")), STR("true"));
    if (component != NULL) {
        t->kind = DT_CONTEXT;
        fill_members(m, doc, t, component, "itemComponent", depth);
        ft = context_type(m->a, t);
    } else if (fn != NULL) {
        t->kind = DT_FUNCTION;
        fill_members(m, doc, t, xml_child(fn, "parameters"), "parameters", depth);
        struct str gives = xml_attr(fn, "outputTypeRef");
        t->base = gives.len == 0 ? &dtype_any : find_or_any(m, doc, gives, depth + 1);
        struct feel_type *f = arena_new(m->a, struct feel_type);
        *f = *context_type(m->a, t);
        f->kind = FT_FUNCTION;
        f->item = t->base->ft;
        t->simple = ft = f;
    } else if (ref.len > 0) {
        t->kind = DT_ALIAS;
        t->base = find_or_any(m, doc, ref, depth + 1);
        if (t->base->busy) {
            model_mistake(m, &E_dmn_type_cycle, doc->file, t->name, STR_NONE);
            t->kind = DT_ANY;
        } else {
            ft = t->base->ft;
        }
    }
    t->allowed = tests_of(m, doc, x, "allowedValues", t->name);
    t->whole = tests_of(m, doc, x, "typeConstraint", t->name);
    t->ft = t->collection ? feel_list_of(m->a, ft) : ft;
    t->busy = false;
    t->done = true;
}
