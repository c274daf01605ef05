/* model.c - a model and what it imports: elements by id, who requires whom, and the compiling of each. */
#include "dmn/inner.h"

#define ERR(id, rc, code, zh, en, hint_zh, hint_en) const struct err_kind E_##id = {rc, code, zh, en, hint_zh, hint_en};
#include "dmn/errors.def"
#undef ERR

enum { MODEL_MAGIC = 0x444d4e31 };

void model_mistake(struct dmn_model *m, const struct err_kind *kind, struct str a1, struct str a2, struct str a3)
{
    m->failed = true;
    diags_put(m->d, SEV_ERROR, kind, NO_PLACE, a1, a2, a3);
}

/* ---- reading ---- */

static bool is_model(const struct xnode *root)
{
    static const char *const versions[] = {"http://www.omg.org/spec/DMN/20180521/MODEL/", "https://www.omg.org/spec/DMN/20191111/MODEL/",
                                           "https://www.omg.org/spec/DMN/20211108/MODEL/", "https://www.omg.org/spec/DMN/20230324/MODEL/",
                                           "https://www.omg.org/spec/DMN/20240513/MODEL/"};
    if (!str_eq(root->name, STR("definitions"))) return false;
    for (size_t i = 0; i < ARRAY_LEN(versions); i++)
        if (str_eq(root->ns, str_c(versions[i]))) return true;
    return false;
}

static struct doc *doc_read(struct dmn_model *m, const struct dmn_source *s)
{
    struct xnode *root;
    struct err err;
    err_clear(&err);
    if (xml_read(m->a, s->name, s->text, &root, &err) != RC_OK) {
        m->failed = true;
        diags_add(m->d, SEV_ERROR, &err);
        return NULL;
    }
    if (!is_model(root)) {
        model_mistake(m, &E_dmn_not_model, s->name, root->name, STR_NONE);
        return NULL;
    }
    struct doc *d = arena_new(m->a, struct doc);
    *d = (struct doc){.file = s->name, .name = str_trim(xml_attr(root, "name")), .ns = str_trim(xml_attr(root, "namespace")), .root = root};
    m->docs_count++;
    return d;
}

/* Looks into files that may not be wanted: their trees are not kept. */
static struct doc *doc_of_namespace(struct dmn_model *m, struct str ns)
{
    for (size_t i = 0; i < m->sources_count; i++) {
        const struct dmn_source *s = &m->sources[i];
        if (ns.len == 0 || str_find(s->text, ns) == SIZE_MAX) continue;
        struct xnode *root;
        struct arena probe;
        struct err err;
        err_clear(&err);
        arena_init(&probe, (size_t)1 << 30);
        bool its = xml_read(&probe, s->name, s->text, &root, &err) == RC_OK && is_model(root) && str_eq(str_trim(xml_attr(root, "namespace")), ns);
        arena_fini(&probe);
        if (its) return doc_read(m, s);
    }
    return NULL;
}

static bool imports_itself(const struct doc *d, struct str ns)
{
    for (; d != NULL; d = d->importer)
        if (str_eq(d->ns, ns)) return true;
    return false;
}

static void read_imports(struct dmn_model *m, struct doc *d)
{
    uint32_t n = 0;
    for (const struct xnode *x = xml_child(d->root, "import"); x != NULL; x = xml_after(x, "import")) n++;
    d->imports = arena_array(m->a, struct import, n + 1);
    for (const struct xnode *x = xml_child(d->root, "import"); x != NULL; x = xml_after(x, "import")) {
        struct str kind = xml_attr(x, "importType");
        if (kind.len > 0 && str_find(kind, STR("DMN")) == SIZE_MAX) continue; /* of other things: PMML, schemas */
        struct import *im = &d->imports[d->imports_count++];
        *im = (struct import){.name = str_trim(xml_attr(x, "name")), .ns = str_trim(xml_attr(x, "namespace"))};
        if (m->docs_count >= DMN_MODELS_MAX) {
            model_mistake(m, &E_dmn_too_large, d->file, STR(" 64 个模型"), STR("64 models"));
            return;
        }
        if (imports_itself(d, im->ns)) {
            model_mistake(m, &E_dmn_cycle, d->file, im->ns, STR_NONE);
            continue;
        }
        im->doc = doc_of_namespace(m, im->ns);
        if (im->doc == NULL) {
            model_mistake(m, &E_dmn_no_import, d->file, im->ns, STR_NONE);
            continue;
        }
        struct doc *last = d;
        while (last->next != NULL) last = last->next;
        last->next = im->doc;
        im->doc->importer = d;
    }
}

static void add_elements(struct dmn_model *m, struct doc *d)
{
    static const struct {
        const char *name;
        enum dmn_kind kind;
    } kinds[] = {{"inputData", DMN_INPUT}, {"decision", DMN_DECISION}, {"businessKnowledgeModel", DMN_FUNCTION}, {"decisionService", DMN_SERVICE}};
    for (const struct xnode *x = xml_any(d->root); x != NULL; x = xml_after(x, NULL)) {
        size_t k = 0;
        while (k < ARRAY_LEN(kinds) && !str_eq(x->name, str_c(kinds[k].name))) k++;
        if (k == ARRAY_LEN(kinds)) continue;
        struct element *e = arena_new(m->a, struct element);
        const struct xnode *v = xml_child(x, "variable");
        *e = (struct element){.kind = kinds[k].kind, .idx = (uint32_t)m->elements.len, .id = str_trim(xml_attr(x, "id")), .doc = d, .node = x, .ft = &feel_any};
        e->name = v == NULL ? STR_NONE : str_trim(xml_attr(v, "name"));
        if (e->name.len == 0) e->name = str_trim(xml_attr(x, "name"));
        if (e->name.len == 0) {
            model_mistake(m, &E_dmn_no_name, d->file, x->name, STR_NONE);
            continue;
        }
        if (e->id.len > 0 && !map_put(m->a, &d->ids, e->id, e)) model_mistake(m, &E_dmn_duplicate, d->file, e->id, STR_NONE);
        vec_push(m->a, &m->elements, e);
    }
}

/* ---- references ---- */

static const struct element *target(struct dmn_model *m, struct doc *d, const struct xnode *ref, struct str from, struct str *import)
{
    struct str href = str_trim(xml_attr(ref, "href"));
    size_t hash = str_find_char(href, '#');
    struct str id = hash == SIZE_MAX ? href : str_sub(href, hash + 1, href.len), ns = hash == SIZE_MAX ? STR_NONE : str_sub(href, 0, hash);
    const struct element *e = NULL;
    *import = STR_NONE;
    if (ns.len == 0 || str_eq(ns, d->ns)) e = map_find(&d->ids, id);
    for (uint32_t i = 0; e == NULL && i < d->imports_count; i++) {
        if (d->imports[i].doc == NULL || !str_eq(d->imports[i].ns, ns)) continue;
        e = map_find(&d->imports[i].doc->ids, id);
        *import = d->imports[i].name;
    }
    if (e == NULL) model_mistake(m, &E_dmn_no_target, d->file, from, href);
    return e;
}

static void add_need(struct dmn_model *m, struct element *e, const struct xnode *ref)
{
    struct str import = STR_NONE;
    const struct element *what = ref == NULL ? NULL : target(m, e->doc, ref, e->name, &import);
    if (what != NULL) e->needs[e->needs_count++] = (struct need){.what = what, .import = import};
}

static void read_needs(struct dmn_model *m, struct element *e)
{
    uint32_t n = 0;
    for (const struct xnode *x = xml_any(e->node); x != NULL; x = xml_after(x, NULL)) n += 2;
    e->needs = arena_array(m->a, struct need, n + 1);
    for (const struct xnode *x = xml_child(e->node, "informationRequirement"); x != NULL; x = xml_after(x, "informationRequirement")) {
        const struct xnode *input = xml_child(x, "requiredInput");
        add_need(m, e, input != NULL ? input : xml_child(x, "requiredDecision"));
    }
    for (const struct xnode *x = xml_child(e->node, "knowledgeRequirement"); x != NULL; x = xml_after(x, "knowledgeRequirement"))
        add_need(m, e, xml_child(x, "requiredKnowledge"));
}

/* mark 1: on the way, 2: sound.  Knowledge may refer to itself: a function may call itself. */
static void find_cycles(struct dmn_model *m, struct element *e, uint32_t depth)
{
    if (e->mark == 2 || e->kind != DMN_DECISION) return;
    if (e->mark == 1) {
        model_mistake(m, &E_dmn_cycle, e->doc->file, e->name, STR_NONE);
        return;
    }
    if (depth > DMN_CHAIN_MAX) {
        model_mistake(m, &E_dmn_chain, e->doc->file, e->name, str_u64(m->a, DMN_CHAIN_MAX));
        e->mark = 2;
        return;
    }
    e->mark = 1;
    for (uint32_t i = 0; i < e->needs_count; i++) find_cycles(m, m->elements.at[e->needs[i].what->idx], depth + 1);
    e->mark = 2;
}

/* ---- compiling ---- */

/* What is required, as names: an import is a context of what is used from it. */
static void need_names(struct cx *c, struct element *e)
{
    for (uint32_t i = 0; i < e->needs_count; i++) {
        struct need *n = &e->needs[i];
        if (n->import.len == 0) {
            n->slot = cx_name(c, n->what->name, n->what->ft);
            continue;
        }
        bool first = true;
        for (uint32_t k = 0; k < i && first; k++)
            if (str_eq(e->needs[k].import, n->import)) {
                n->slot = e->needs[k].slot;
                first = false;
            }
        if (!first) continue;
        struct feel_member *list = arena_array(c->a, struct feel_member, e->needs_count + 1);
        uint32_t count = 0;
        for (uint32_t k = i; k < e->needs_count; k++) {
            if (!str_eq(e->needs[k].import, n->import)) continue;
            const struct element *w = e->needs[k].what;
            list[count] = (struct feel_member){.name = w->name, .title = w->name, .type = w->ft, .slot = count, .may_be_null = true};
            count++;
        }
        struct feel_type *t = arena_new(c->a, struct feel_type);
        *t = (struct feel_type){.kind = FT_CONTEXT, .members = list, .members_count = count};
        n->slot = cx_name(c, n->import, t);
    }
}

/* A function as FEEL sees it: calls are checked for their arguments' names and number. */
static void function_value(struct dmn_model *m, struct element *e, const struct feel_member *params, uint32_t count)
{
    struct feel_type *t = arena_new(m->a, struct feel_type);
    *t = (struct feel_type){.kind = FT_FUNCTION, .item = e->type == NULL ? &feel_any : e->type->ft, .members = params, .members_count = count};
    e->ft = t;
    e->native = (struct feel_native){.name = e->name, .params = params, .params_count = count, .call = native_call, .ctx = e};
    e->function = feel_native_value(m->a, &e->native);
}

static void declare_function(struct dmn_model *m, struct element *e)
{
    const struct xnode *logic = xml_child(e->node, "encapsulatedLogic");
    const struct dtype *t = type_of_ref(m, e->doc, xml_child(e->node, "variable"));
    e->type = t != NULL && t->kind == DT_FUNCTION && !t->collection ? t->base : t;
    uint32_t n = 0;
    for (const struct xnode *x = xml_child(logic, "formalParameter"); x != NULL; x = xml_after(x, "formalParameter")) n++;
    struct feel_member *params = arena_array(m->a, struct feel_member, n + 1);
    n = 0;
    for (const struct xnode *x = xml_child(logic, "formalParameter"); x != NULL; x = xml_after(x, "formalParameter"), n++) {
        struct str name = str_trim(xml_attr(x, "name"));
        params[n] = (struct feel_member){.name = feel_name_normal(m->a, name), .title = name, .type = &feel_any, .may_be_null = true};
    }
    function_value(m, e, params, n);
}

static void declare_service(struct dmn_model *m, struct element *e)
{
    uint32_t n = 0;
    struct str import;
    for (const struct xnode *x = xml_any(e->node); x != NULL; x = xml_after(x, NULL)) n++;
    e->inputs = arena_array(m->a, const struct element *, n + 1);
    e->outputs = arena_array(m->a, const struct element *, n + 1);
    struct feel_member *params = arena_array(m->a, struct feel_member, n + 1);
    static const char *const order[] = {"inputData", "inputDecision", "outputDecision"};
    for (size_t k = 0; k < ARRAY_LEN(order); k++)
        for (const struct xnode *x = xml_child(e->node, order[k]); x != NULL; x = xml_after(x, order[k])) {
            const struct element *what = target(m, e->doc, x, e->name, &import);
            if (what == NULL) continue;
            if (k == 2) {
                e->outputs[e->outputs_count++] = what;
                continue;
            }
            params[e->params_count] = (struct feel_member){.name = feel_name_normal(m->a, what->name), .title = what->name, .type = &feel_any, .may_be_null = true};
            e->inputs[e->params_count++] = what;
        }
    const struct dtype *t = type_of_ref(m, e->doc, xml_child(e->node, "variable"));
    e->type = t != NULL && t->kind == DT_FUNCTION && !t->collection ? t->base : t;
    if (e->outputs_count == 0) model_mistake(m, &E_dmn_no_expression, e->doc->file, e->name, STR_NONE);
    function_value(m, e, params, e->params_count);
}

static bool is_expression_of(const struct xnode *x)
{
    static const char *const others[] = {"description", "extensionElements", "question", "allowedAnswers", "variable", "informationRequirement",
                                         "knowledgeRequirement", "authorityRequirement", "supportedObjective", "impactedPerformanceIndicator",
                                         "decisionMaker", "decisionOwner", "usingProcess", "usingTask", "encapsulatedLogic"};
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        if (str_eq(x->name, str_c(others[i]))) return false;
    return true;
}

static void compile_decision(struct dmn_model *m, struct element *e, uint32_t depth)
{
    for (uint32_t i = 0; i < e->needs_count; i++) (void)element_compile(m, m->elements.at[e->needs[i].what->idx], depth + 1);
    struct cx c = {.m = m, .a = m->a, .doc = e->doc, .where = e->name, .scope = &e->doc->scope};
    need_names(&c, e);
    const struct xnode *x = xml_any(e->node);
    while (x != NULL && !is_expression_of(x)) x = xml_after(x, NULL);
    if (x != NULL) e->body = expr_compile(&c, x);
    e->slots = c.slots;
    e->ft = e->type != NULL ? e->type->ft : names_of(e->body == NULL ? NULL : e->body->ft);
}

static void compile_function(struct dmn_model *m, struct element *e)
{
    struct cx c = {.m = m, .a = m->a, .doc = e->doc, .where = e->name, .scope = &e->doc->scope};
    const struct xnode *logic = xml_child(e->node, "encapsulatedLogic");
    need_names(&c, e);
    e->self = cx_name(&c, e->name, e->ft); /* above what it requires: it may call itself */
    if (logic != NULL) e->body = function_compile(&c, logic, type_of_ref(m, e->doc, xml_child(e->node, "variable")));
    if (logic != NULL && e->type == NULL) {
        const struct dtype *t = type_of_ref(m, e->doc, logic);
        e->type = t != NULL && t->kind == DT_FUNCTION ? t->base : t;
    }
    e->slots = c.slots;
}

bool element_compile(struct dmn_model *m, struct element *e, uint32_t depth)
{
    if (e->compiled || e->compiling || depth > DMN_CHAIN_MAX) return true;
    e->compiling = true;
    if (e->kind == DMN_DECISION) compile_decision(m, e, depth);
    else if (e->kind == DMN_FUNCTION) compile_function(m, e);
    e->compiling = false;
    e->compiled = true;
    return true;
}

enum rc dmn_load(struct arena *a, const struct dmn_source *sources, size_t count, struct dmn_model **out, struct diags *d)
{
    *out = NULL;
    struct dmn_model *m = arena_new(a, struct dmn_model);
    *m = (struct dmn_model){.magic = MODEL_MAGIC, .a = a, .d = d, .sources = sources, .sources_count = count};
    MUST(count > 0);
    m->docs = doc_read(m, &sources[0]);
    if (m->docs == NULL) return RC_INPUT;
    for (struct doc *k = m->docs; k != NULL; k = k->next) read_imports(m, k);
    for (struct doc *k = m->docs; k != NULL; k = k->next) types_declare(m, k);
    for (struct doc *k = m->docs; k != NULL; k = k->next) {
        add_elements(m, k);
        for (size_t i = 0; i < k->types.len; i++) (void)type_find(m, k, k->types.entry[i].key);
    }
    for (size_t i = 0; i < m->elements.len; i++) {
        struct element *e = m->elements.at[i];
        read_needs(m, e);
        if (e->kind == DMN_FUNCTION) declare_function(m, e);
        else if (e->kind == DMN_SERVICE) declare_service(m, e);
        else e->type = type_of_ref(m, e->doc, xml_child(e->node, "variable"));
        if (e->kind == DMN_INPUT && e->type != NULL) e->ft = e->type->ft;
    }
    for (size_t i = 0; i < m->elements.len; i++) find_cycles(m, m->elements.at[i], 0);
    if (m->failed) return RC_INPUT;
    for (struct doc *k = m->docs; k != NULL; k = k->next) types_scope(m, k);
    for (size_t i = 0; i < m->elements.len; i++) (void)element_compile(m, m->elements.at[i], 0);
    m->d = NULL;
    if (m->failed) return RC_INPUT;
    *out = m;
    return RC_OK;
}

bool dmn_each(const struct dmn_model *m, size_t idx, enum dmn_kind *kind, struct str *name)
{
    MAGIC_CHECK(m, MODEL_MAGIC);
    if (idx >= m->elements.len || m->elements.at[idx]->doc != m->docs) return false; /* the model's own come first */
    *kind = m->elements.at[idx]->kind;
    *name = m->elements.at[idx]->name;
    return true;
}
