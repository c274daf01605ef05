/* register_link.c - what a register is to others: refs, the lists on their other side, trees, and what FEEL sees of it all. */
#include "pack/inner.h"

/* How many refs lead from one register to another? */
static uint32_t refs_between(const struct register_made *from, const struct register_made *to)
{
    uint32_t n = 0;
    for (size_t i = 0; i < from->fields.len; i++)
        if (from->fields.at[i]->first.ref == &to->r && Y_GET(from->fields.at[i]->node, "derive") == NULL) n++;
    return n;
}

static void refs_find(struct load *l, struct register_made *m)
{
    for (size_t i = 0; i < m->fields.len; i++) {
        struct field_made *f = m->fields.at[i];
        if (f->bad || f->type->type != FIELD_REF) continue;
        const struct register_made *to = register_named(l, Y_GET(f->node, "type"), f->type->ref_off, f->type->ref);
        if (to == NULL)
            f->bad = true;
        else
            f->first.ref = &to->r;
    }
}

/* The public fields: now their number is known, and they stay where they are. */
static void fields_place(struct load *l, struct register_made *m)
{
    uint32_t n = (uint32_t)m->fields.len, column = 0;
    m->out = arena_array(l->a, struct pack_field, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        struct field_made *f = m->fields.at[i];
        m->out[i] = f->first;
        f->f = &m->out[i];
        f->f->idx = i;
        bool derived = y_key(f->node, STR("derive")) != NULL;
        f->f->column = derived ? UINT32_MAX : column++;
        f->feel_type = f->bad ? &feel_any : type_feel(l, f->type);
        if (f->f->key) {
            if (m->r.key != NULL)
                bad(l, y_key(f->node, STR("key")), &E_pack_field_clash, f->name->text, STR("一本台账只能有一个主键"), STR("a register has one key only"));
            else
                m->r.key = f->f;
        }
    }
    m->r.fields = m->out;
    m->r.fields_count = n;
    m->r.stored_count = column;
}

struct pack_field *field_named(struct load *l, const struct register_made *m, const struct ynode *n)
{
    for (uint32_t i = 0; i < m->r.fields_count; i++)
        if (str_eq(m->out[i].name, n->text) || str_eq(m->fields.at[i]->shown, n->text)) return &m->out[i];
    size_t some = nearest_worth(l) ? m->r.fields_count : 0, count = 0;
    struct str *names = arena_array(l->nodes, struct str, some * 2 + 1);
    for (size_t i = 0; i < some; i++) {
        names[count++] = m->out[i].name;
        names[count++] = m->fields.at[i]->shown;
    }
    unknown(l, n, 0, n->text.len, str_cat(l->a, m->names->what_zh, STR("的字段")), str_cat(l->a, STR("field of "), m->names->what_en), count, names);
    return NULL;
}

static void trees_find(struct load *l, struct register_made *m)
{
    const struct ynode *list = Y_GET(m->decl->node, "tree"), *parent = Y_GET(m->decl->node, "parent");
    for (uint32_t i = 0; i < y_count(list); i++) {
        struct pack_field *f = field_named(l, m, y_at(list, i));
        if (f == NULL) continue;
        f->tree = true;
        if (f->ref != &m->r && !m->fields.at[f->idx]->bad) bad(l, y_at(list, i), &E_pack_tree, f->title.zh);
    }
    VEC(const struct pack_field *) trees = {0};
    for (uint32_t i = 0; i < m->r.fields_count; i++) {
        const struct pack_field *f = &m->out[i];
        if (!f->tree) continue;
        const struct ynode *key = y_key(m->fields.at[i]->node, STR("tree"));
        if (f->ref == &m->r)
            vec_push(l->a, &trees, f);
        else if (key != NULL && f->ref != NULL)
            bad(l, key, &E_pack_tree, f->title.zh);
    }
    m->r.trees = trees.at;
    m->r.trees_count = (uint32_t)trees.len;
    if (parent != NULL) {
        /* Who wrote the register's name is told the field's. */
        for (uint32_t i = 0; i < m->r.fields_count; i++)
            if (m->out[i].ref != NULL && str_eq(m->out[i].ref->feel.name, parent->text) && y_get(Y_GET(m->decl->node, "fields"), parent->text) == NULL) {
                bad(l, parent, &E_pack_unknown, str_cat(l->a, m->names->what_zh, STR("的字段")), parent->text, m->out[i].name,
                    str_cat(l->a, STR("field of "), m->names->what_en));
                return;
            }
        const struct pack_field *f = field_named(l, m, parent);
        if (f != NULL && f->type != FIELD_REF)
            bad(l, parent, &E_pack_field_clash, f->title.zh, STR("parent 应是 ref 字段"), STR("parent is a ref"));
        else
            m->r.parent = f;
    }
}

/* `scope: [parent]` of a ref to org: the trees named are trees of org. */
static void scopes_check(struct load *l, struct register_made *m)
{
    for (uint32_t i = 0; i < m->r.fields_count; i++) {
        const struct pack_field *f = &m->out[i];
        const struct ynode *list = Y_GET(m->fields.at[i]->node, "scope");
        if (list == NULL || f->ref == NULL) continue;
        for (uint32_t k = 0; k < y_count(list); k++) {
            const struct ynode *n = y_at(list, k);
            bool found = false;
            struct str *names = arena_array(l->nodes, struct str, f->ref->trees_count + 1);
            for (uint32_t t = 0; t < f->ref->trees_count; t++) {
                const struct pack_field *tree = f->ref->trees[t];
                names[t] = tree->name;
                found = found || str_eq(tree->name, n->text) || str_eq(tree->title.zh, n->text);
            }
            if (!found)
                unknown(l, n, 0, n->text.len, str_cat(l->a, STR("台账“"), f->ref->d.name, STR("”的树")), str_cat(l->a, STR("tree of "), f->ref->d.name),
                        f->ref->trees_count, names);
        }
    }
}

static void uniques_find(struct load *l, struct register_made *m)
{
    VEC(struct unique_set) sets = {0};
    for (uint32_t i = 0; i < m->r.fields_count; i++) {
        if (!m->out[i].unique) continue;
        uint32_t *one = arena_new(l->a, uint32_t);
        *one = i;
        struct unique_set set = {.fields = one, .count = 1};
        vec_push(l->a, &sets, set);
    }
    const struct ynode *n = Y_GET(m->decl->node, "unique");
    bool nested = n != NULL && n->kind == Y_LIST && n->count > 0 && n->kids[0]->kind == Y_LIST;
    for (uint32_t i = 0; n != NULL && i < (nested ? n->count : 1); i++) {
        const struct ynode *list = nested ? n->kids[i] : n;
        uint32_t *fields = arena_array(l->a, uint32_t, y_count(list) + 1), count = 0;
        for (uint32_t k = 0; k < y_count(list); k++) {
            const struct ynode *name = y_at(list, k);
            const struct pack_field *f = field_named(l, m, name);
            if (f == NULL) continue;
            if (f->column == UINT32_MAX)
                bad(l, name, &E_pack_field_clash, f->title.zh, STR("推算的字段不能要求唯一"), STR("a derived field cannot be unique"));
            else
                fields[count++] = f->idx;
        }
        struct unique_set set = {.fields = fields, .count = count};
        if (count > 0) vec_push(l->a, &sets, set);
    }
    m->r.uniques = sets.at;
    m->r.uniques_count = (uint32_t)sets.len;
}

/* The list on the other side of each ref: its own name, or the register's title where only one ref leads there. */
static void backs_find(struct load *l, struct register_made *m)
{
    for (size_t i = 0; i < m->fields.len; i++) {
        const struct field_made *f = m->fields.at[i];
        if (f->f->ref == NULL || f->f->column == UINT32_MAX) continue; /* a derived ref has no other side */
        struct register_made *to = (struct register_made *)(uintptr_t)f->f->ref;
        const struct ynode *back = Y_GET(f->node, "back");
        struct pack_back b = {.from = &m->r, .field = f->f};
        if (back != NULL) {
            b.title = back->text;
            if (!title_check(l, back, b.title) || !name_scope_add(l, to->names, b.title, back, back->at)) continue;
        } else {
            if (refs_between(m, to) != 1 || y_key(f->node, STR("back")) != NULL) continue;
            b.title = m->r.feel.title;
            const struct ynode *at = Y_GET(f->node, "type");
            if (!name_scope_add(l, to->names, b.title, at, at->at)) continue;
            if (!str_eq(b.title, m->r.feel.name) && !name_scope_add(l, to->names, m->r.feel.name, at, at->at)) continue;
        }
        vec_push(l->a, &to->backs, b);
    }
}

static const struct feel_type *record_list(struct load *l, const struct pack_register *r)
{
    struct feel_type *t = arena_new(l->a, struct feel_type);
    *t = (struct feel_type){.kind = FT_RECORD, .reg = &r->feel};
    return feel_list_of(l->a, t);
}

static void members_make(struct load *l, struct register_made *m)
{
    uint32_t fields = m->r.fields_count, backs = (uint32_t)m->backs.len;
    m->members = arena_array(l->a, struct feel_member, (size_t)fields + backs + 1);
    for (uint32_t i = 0; i < fields; i++) {
        struct field_made *f = m->fields.at[i];
        m->members[i] = (struct feel_member){.name = f->f->name, .title = f->shown, .type = f->feel_type, .slot = i,
                                             .may_be_null = !f->f->required, .host = f->f};
        f->f->member = &m->members[i];
    }
    for (uint32_t i = 0; i < backs; i++) {
        struct pack_back *b = &m->backs.at[i];
        bool own_name = str_eq(b->title, b->from->feel.title);
        m->members[fields + i] = (struct feel_member){.name = own_name ? b->from->feel.name : b->title, .title = b->title,
                                                      .type = record_list(l, b->from), .slot = fields + i, .host = b};
        b->member = &m->members[fields + i];
    }
    m->r.backs = m->backs.at;
    m->r.backs_count = backs;
    m->r.feel.members = m->members;
    m->r.feel.members_count = fields + backs;
    feel_register_seal(l->a, &m->r.feel);
}

static void scope_make(struct load *l, struct register_made *m)
{
    struct feel_type *t = arena_new(l->a, struct feel_type);
    *t = (struct feel_type){.kind = FT_RECORD, .reg = &m->r.feel};
    struct feel_name *name = arena_new(l->a, struct feel_name);
    *name = (struct feel_name){.kind = FN_THIS, .name = STR("this"), .title = STR("本记录"), .type = t, .slot = 0, .host = &m->r};
    struct feel_scope *s = arena_new(l->a, struct feel_scope);
    *s = (struct feel_scope){.outer = l->global, .names = name, .names_count = 1};
    feel_scope_seal(l->a, s);
    m->r.scope = s;
}

#define EACH_REGISTER(l, m)                                                                                                  \
    for (size_t m##_i = 0; m##_i < (l)->registers.len; m##_i++)                                                              \
        for (struct register_made *m = (struct register_made *)(void *)(l)->registers.at[m##_i]; m != NULL; m = NULL)

void registers_link(struct load *l)
{
    struct name_scope titles = {.what_zh = STR("台账"), .what_en = STR("the registers")};
    l->pure = arena_new(l->a, struct feel_scope);
    l->global = arena_new(l->a, struct feel_scope);
    EACH_REGISTER(l, m) refs_find(l, m);
    EACH_REGISTER(l, m) fields_place(l, m);
    EACH_REGISTER(l, m) backs_find(l, m);
    EACH_REGISTER(l, m) {
        trees_find(l, m);
        uniques_find(l, m);
        members_make(l, m);
        scope_make(l, m);
        const struct ynode *title = Y_GET(m->decl->node, "title");
        bool named = name_scope_add(l, &titles, m->r.feel.name, m->decl->name_node, m->decl->name_node->at);
        if (named && title != NULL && !str_eq(m->r.feel.name, m->r.feel.title))
            (void)name_scope_add(l, &titles, m->r.feel.title, title, y_place(title, 0, 0));
    }
    EACH_REGISTER(l, m) scopes_check(l, m);
}

/* ---- names that every expression sees ---- */

void scope_global(struct load *l)
{
    size_t n = l->params.len + l->functions.len;
    struct feel_name *names = arena_array(l->a, struct feel_name, n + 1);
    struct name_scope scope = {.what_zh = STR("参数和函数"), .what_en = STR("parameters and functions")};
    size_t k = 0;
    for (size_t i = 0; i < l->params.len; i++) {
        const struct pack_param *p = &l->set->params[i];
        const struct pack_param_value *last = p->values_count == 0 ? NULL : &p->values[p->values_count - 1];
        names[k++] = (struct feel_name){.kind = FN_PARAMETER, .name = p->name, .title = p->title, .type = p->feel_type, .slot = (uint32_t)i,
                                        .may_be_null = last == NULL || last->to != DAY_OPEN, .host = &l->set->params[i]};
        struct str both[2] = {uni_nfkc(l->nodes, p->name), uni_nfkc(l->nodes, p->title)};
        for (int b = 0; b < 2; b++)
            if (map_find(&scope.seen, both[b]) == NULL) (void)name_scope_add(l, &scope, both[b], NULL, p->place);
    }
    for (size_t i = 0; i < l->functions.len; i++) {
        struct function_made *f = l->functions.at[i];
        struct feel_type *t = arena_new(l->a, struct feel_type);
        *t = (struct feel_type){.kind = FT_FUNCTION, .item = f->f.result, .members = f->f.params, .members_count = f->f.params_count};
        names[k++] = (struct feel_name){.kind = FN_FUNCTION, .name = f->f.name, .title = f->f.title, .type = t, .fn = &f->f, .host = f};
        if (name_scope_add(l, &scope, f->f.name, f->decl->name_node, f->decl->name_node->at) && !str_eq(f->f.name, f->f.title)) {
            const struct ynode *title = Y_GET(f->decl->node, "title");
            (void)name_scope_add(l, &scope, f->f.title, title, y_place(title, 0, 0));
        }
    }
    *l->pure = (struct feel_scope){.names = names, .names_count = (uint32_t)k};
    feel_scope_seal(l->a, l->pure);

    struct feel_member *registers = arena_array(l->a, struct feel_member, l->registers.len + 1);
    for (size_t i = 0; i < l->registers.len; i++) {
        struct pack_register *r = l->registers.at[i];
        registers[i] = (struct feel_member){.name = r->feel.name, .title = r->feel.title, .type = record_list(l, r), .slot = r->idx, .host = r};
    }
    struct feel_type *t = arena_new(l->a, struct feel_type);
    *t = (struct feel_type){.kind = FT_CONTEXT, .members = registers, .members_count = (uint32_t)l->registers.len};
    struct feel_name *all = arena_new(l->a, struct feel_name);
    *all = (struct feel_name){.kind = FN_ALL, .name = STR("all"), .title = STR("全部"), .type = t};
    *l->global = (struct feel_scope){.outer = l->pure, .names = all, .names_count = 1};
    feel_scope_seal(l->a, l->global);
}
