/* decl_function.c - functions, and what decision tables share with them: they see what they are given and the parameters, and do not go round in circles. */
#include "pack/inner.h"

uint32_t members_read(struct load *l, const struct ynode *map, uint32_t pack, struct name_scope *scope, struct feel_member *out, struct type_read *types)
{
    uint32_t made = 0;
    for (uint32_t i = 0; map != NULL && i < map->count; i++) {
        const struct ynode *name = map->keys[i], *p = map->kids[i];
        struct type_read t = {.type = FIELD_TEXT};
        if (p == NULL) continue;
        if (!name_ok(name->text, true)) bad(l, name, &E_pack_name, name->text, STR("a-z 0-9 _"));
        const struct ynode *type = Y_GET(p, "type"), *shown = Y_GET(p, "title");
        struct str word = shown == NULL ? name->text : title_of(l, shown, pack);
        if (shown != NULL) (void)title_check(l, shown, word);
        if (name_scope_add(l, scope, name->text, name, name->at) && shown != NULL && !str_eq(word, name->text))
            (void)name_scope_add(l, scope, word, shown, y_place(shown, 0, 0));
        const struct feel_type *ft = &feel_any;
        if (type != NULL && type_read(l, type, false, false, &t) && (t.type != FIELD_REF || register_named(l, type, t.ref_off, t.ref) != NULL))
            ft = type_feel(l, &t);
        if (types != NULL) types[made] = t;
        out[made] = (struct feel_member){.name = name->text, .title = word, .type = ft, .slot = made, .may_be_null = true};
        made++;
    }
    return made;
}

void function_params(struct load *l, struct function_made *f, const struct feel_member *params, uint32_t count)
{
    struct feel_name *names = arena_array(l->a, struct feel_name, count + 1);
    for (uint32_t i = 0; i < count; i++)
        names[i] = (struct feel_name){.kind = FN_VARIABLE, .name = params[i].name, .title = params[i].title, .type = params[i].type, .slot = i,
                                      .may_be_null = true};
    f->f.params = params;
    f->f.params_count = count;
    f->scope = arena_new(l->nodes, struct feel_scope);
    *f->scope = (struct feel_scope){.names = names, .names_count = count};
}

void functions_read(struct load *l, struct decl *d)
{
    struct function_made *f = arena_new(l->a, struct function_made);
    struct pack_decl *common = arena_new(l->a, struct pack_decl);
    const struct ynode *title = Y_GET(d->node, "title"), *in = Y_GET(d->node, "in"), *out = Y_GET(d->node, "out");
    f->decl = d;
    d->made = f;
    decl_common(l, d, common);
    f->f.name = d->name;
    f->f.title = title == NULL ? d->name : title_of(l, title, d->pack);
    f->f.result = &feel_any;
    f->f.host = f;
    if (title != NULL) (void)title_check(l, title, f->f.title);
    struct type_read t;
    if (out != NULL && type_read(l, out, false, false, &t) &&
        (t.type != FIELD_REF || register_named(l, out, t.ref_off, t.ref) != NULL))
        f->f.result = type_feel(l, &t);
    uint32_t n = in == NULL ? 0 : in->count;
    struct feel_member *params = arena_array(l->a, struct feel_member, n + 1);
    struct name_scope scope = {.what_zh = STR("函数的参数"), .what_en = STR("the function's inputs")};
    function_params(l, f, params, members_read(l, in, d->pack, &scope, params, NULL));
    vec_push(l->a, &l->functions, f);
}

struct calls {
    struct load *l;
    struct function_made *stack[64];
    uint32_t depth;
};

static void go(struct calls *c, struct function_made *f);

static bool go_node(void *ctx, const struct feel_node *n)
{
    struct calls *c = ctx;
    if (n->op != FEEL_CALL_NAMED || n->ref == NULL || n->ref->fn == NULL || n->ref->fn->host == NULL) return true;
    struct function_made *next = n->ref->fn->host;
    if (next->mark == 0) {
        go(c, next);
    } else if (next->mark == 1) {
        struct str way = STR("");
        uint32_t from = 0;
        while (from < c->depth && c->stack[from] != next) from++;
        for (uint32_t i = from; i < c->depth; i++) way = str_cat(c->l->a, way, c->stack[i]->f.title, STR(" → "));
        const struct ynode *is = Y_GET(next->decl->node, "is");
        bad(c->l, is != NULL ? is : next->decl->name_node, &E_pack_function_cycle, str_cat(c->l->a, way, next->f.title));
    }
    return true;
}

static void go(struct calls *c, struct function_made *f)
{
    f->mark = 1;
    if (f->body != NULL && c->depth < ARRAY_LEN(c->stack)) {
        c->stack[c->depth++] = f;
        feel_each_node(f->body->root, go_node, c);
        c->depth--;
    } else if (c->depth == ARRAY_LEN(c->stack)) {
        bad(c->l, f->decl->name_node, &E_pack_too_many, STR("逐层调用的函数"), STR("64"));
    }
    f->mark = 2;
}

void functions_compile(struct load *l)
{
    for (size_t i = 0; i < l->functions.len; i++) {
        struct function_made *f = l->functions.at[i];
        const struct ynode *is = Y_GET(f->decl->node, "is");
        f->scope->outer = l->pure;
        feel_scope_seal(l->nodes, f->scope);
        if (f->table != NULL) pack_table_compile(l, f);
        if (is == NULL) continue;
        f->body = feel_at(l, f->scope, is, f->f.result->kind == FT_ANY ? NULL : f->f.result);
        f->f.body = f->body;
        if (f->body != NULL) literals_check(l, f->body, is, f->decl->pack, false);
    }
    struct calls c = {.l = l};
    for (size_t i = 0; i < l->functions.len; i++)
        if (l->functions.at[i]->mark == 0) go(&c, l->functions.at[i]);
    for (size_t i = 0; i < l->functions.len; i++)
        if (l->functions.at[i]->table != NULL && l->functions.at[i]->body != NULL) table_gaps(l, l->functions.at[i]->table);
}
