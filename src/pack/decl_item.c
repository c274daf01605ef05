/* decl_item.c - fields that are only written, never worked out: those of slips, of steps, of lines. */
#include "pack/inner.h"

bool plain_field(struct load *l, const struct ynode *name, const struct ynode *f, uint32_t pack, struct str owner, const struct str *not_here,
                 size_t not_count, struct type_read *t, struct pack_field *out)
{
    static const struct str computes[] = {STR_INIT("derive"), STR_INIT("otherwise"), STR_INIT("default"), STR_INIT("key"),
                                          STR_INIT("unique"), STR_INIT("back"), STR_INIT("tree")};
    for (size_t k = 0; k < ARRAY_LEN(computes) + not_count; k++) {
        const struct ynode *key = y_key(f, k < ARRAY_LEN(computes) ? computes[k] : not_here[k - ARRAY_LEN(computes)]);
        if (key != NULL) bad(l, key, &E_pack_field_clash, name->text, STR("这里的字段不能写这一键"), STR("a field here cannot have this key"));
    }
    if (!name_ok(name->text, true)) bad(l, name, &E_pack_name, name->text, STR("a-z 0-9 _"));
    const struct ynode *type = Y_GET(f, "type"), *options = Y_GET(f, "options");
    if (type == NULL || !type_read(l, type, true, options != NULL, t)) return false;
    if (t->type == FIELD_REF && register_named(l, type, t->ref_off, t->ref) == NULL) return false;
    int class_value = class_word(l, Y_GET(f, "class"), PACK_OPEN);
    *out = (struct pack_field){.name = name->text, .type = t->type, .len = t->len, .codes = t->codes, .retired = DAY_OPEN,
                               .class = (enum pack_class)class_value, .place = y_place(name, 0, SIZE_MAX)};
    out->use = use_bits(l, Y_GET(f, "use"), class_value == PACK_PROTECTED ? USE_FORM | USE_REPORT : USE_ALL);
    out->title = out->label = y_text2(l, Y_GET(f, "title"), pack);
    if (Y_GET(f, "label") != NULL) out->label = y_text2(l, Y_GET(f, "label"), pack);
    out->unit = y_text(Y_GET(f, "unit"));
    out->owner = y_text(Y_GET(f, "owner"));
    out->required = y_yes(Y_GET(f, "required"), false);
    cites_read(l, Y_GET(f, "basis"), DAY_OPEN, DAY_OPEN, &out->basis, &out->basis_count);
    if (t->type == FIELD_REF) out->ref = &((struct register_made *)map_find(&l->register_by_name, t->ref))->r;
    if (t->type == FIELD_CHOICE && t->codes == NULL)
        t->codes = out->codes = codes_inline(l, options, str_cat(l->a, owner, STR("."), name->text), out->title.zh);
    return true;
}

void items_read(struct load *l, const struct ynode *fields, uint32_t pack, struct str owner, bool each_ok, struct name_scope *names, struct item_list *out)
{
    uint32_t n = fields == NULL ? 0 : fields->count;
    *out = (struct item_list){.at = arena_array(l->a, struct pack_item, n + 1), .types = arena_array(l->nodes, const struct feel_type *, n + 1),
                              .shown = arena_array(l->nodes, struct str, n + 1), .nodes = arena_array(l->nodes, struct ynode *, n + 1),
                              .names = arena_array(l->nodes, struct ynode *, n + 1)};
    for (uint32_t i = 0; i < n; i++) {
        struct ynode *name = fields->keys[i], *f = fields->kids[i];
        struct type_read t;
        struct pack_item *it = &out->at[out->count];
        if (f == NULL || !plain_field(l, name, f, pack, owner, NULL, 0, &t, &it->f)) continue;
        const struct ynode *title = Y_GET(f, "title"), *each = Y_GET(f, "each");
        struct str shown = title == NULL ? name->text : title_of(l, title, pack);
        if (title != NULL) (void)title_check(l, title, shown);
        if (shown.len == 0) shown = name->text;
        if (!name_scope_add(l, names, name->text, name, name->at)) continue;
        if (!str_eq(uni_nfkc(l->nodes, name->text), uni_nfkc(l->nodes, shown))) (void)name_scope_add(l, names, shown, title, title->at);
        it->each = y_yes(each, false);
        if (it->each && !each_ok) bad(l, each, &E_pack_each, name->text);
        struct str_list sign = roles_named(l, Y_GET(f, "signed"));
        it->sign = sign.at;
        it->sign_count = sign.count;
        it->f.idx = it->f.column = out->count;
        it->paper = it->f.type == FIELD_FILE;
        if (it->paper) { /* named by its number or place, or a file that is kept (record_file_text()) */
            it->f.type = FIELD_TEXT;
            it->f.len = 400;
        }
        out->types[out->count] = type_feel(l, &t);
        struct feel_member *member = arena_new(l->a, struct feel_member);
        *member = (struct feel_member){.name = name->text, .title = shown, .type = out->types[out->count], .slot = out->count};
        it->f.member = member;
        out->shown[out->count] = shown;
        out->nodes[out->count] = f;
        out->names[out->count++] = name;
    }
}

/* The conditions on single fields, when all that they may read is known. */
void items_check(struct load *l, struct item_list *items, const struct step_scope *scope)
{
    for (uint32_t i = 0; i < items->count; i++) {
        const struct ynode *check = Y_GET(items->nodes[i], "check");
        if (check == NULL) continue;
        struct feel_program *p = feel_at(l, items->at[i].each ? scope->each : scope->once, check, &feel_bool);
        items->at[i].f.check = p;
        if (p == NULL) continue;
        literals_check(l, p, check, scope->pack, true);
        tighten_check(l, p, check, true);
    }
}

const struct pack_item *item_named(struct load *l, const struct pack_item *items, uint32_t count, const struct ynode *n)
{
    struct str *names = arena_array(l->nodes, struct str, (size_t)count * 2 + 1);
    for (uint32_t i = 0; i < count; i++) {
        if (str_eq(items[i].f.name, n->text) || str_eq(items[i].f.title.zh, n->text)) return &items[i];
        names[2 * i] = items[i].f.name;
        names[2 * i + 1] = items[i].f.title.zh;
    }
    unknown(l, n, 0, n->text.len, STR("这一步的字段"), STR("field of this step"), (size_t)count * 2, names);
    return NULL;
}

struct str_list roles_named(struct load *l, const struct ynode *n)
{
    struct str_list out = {.at = arena_array(l->a, struct str, y_count(n) + 1)};
    for (uint32_t i = 0; i < y_count(n); i++)
        if (role_named(l, y_at(n, i)) != NULL) out.at[out.count++] = y_at(n, i)->text;
    return out;
}
