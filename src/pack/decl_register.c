/* decl_register.c - registers and their fields as they are written; links and expressions come later. */
#include "pack/inner.h"

static const struct str class_words[] = {STR_INIT("open"), STR_INIT("personal"), STR_INIT("restricted"), STR_INIT("protected")};
static const struct str reserved[] = {STR_INIT("this"), STR_INIT("item"), STR_INIT("all"), STR_INIT("param"),
                                      STR_INIT("本记录"), STR_INIT("全部"), STR_INIT("参数")};

unsigned use_bits(struct load *l, const struct ynode *n, unsigned absent)
{
    static const struct str words[] = {STR_INIT("rule"), STR_INIT("gate"), STR_INIT("score"), STR_INIT("points"), STR_INIT("notice"),
                                       STR_INIT("form"), STR_INIT("report")};
    if (n == NULL) return absent;
    unsigned bits = 0;
    for (uint32_t i = 0; i < y_count(n); i++) {
        int w = y_word(l, y_at(n, i), 0, ARRAY_LEN(words), words);
        if (w >= 0) bits |= 1u << w;
    }
    return bits;
}

int class_word(struct load *l, const struct ynode *n, int absent)
{
    int w = y_word(l, n, absent, ARRAY_LEN(class_words), class_words);
    return w < 0 ? absent : w;
}

static unsigned use_of_class(int class) { return class == PACK_PROTECTED ? USE_FORM | USE_REPORT : USE_ALL; }

/* never is a promise to the person concerned not to be told: it takes a law and a day on which it is looked at again. */
static int disclose_word(struct load *l, const struct ynode *map, int absent, struct str title)
{
    static const struct str words[] = {STR_INIT("always"), STR_INIT("on-close"), STR_INIT("never")};
    const struct ynode *n = Y_GET(map, "disclose");
    int w = y_word(l, n, absent, ARRAY_LEN(words), words);
    if (n == NULL || w != DISCLOSE_NEVER) return w < 0 ? absent : w;
    if (y_key(map, STR("basis")) == NULL) bad(l, n, &E_pack_disclose, title, STR("basis"));
    if (y_key(map, STR("review")) == NULL) bad(l, n, &E_pack_disclose, title, STR("review"));
    return w;
}

/* Name and title in the register's one scope.  False: there is a field of that name already.  A name or title that is refused for
 * another reason still stands, so that its uses are not missed. */
static bool names_add(struct load *l, struct register_made *m, const struct ynode *name, const struct ynode *title, struct str shown)
{
    for (size_t i = 0; i < ARRAY_LEN(reserved); i++)
        if (str_eq(reserved[i], name->text) || str_eq(reserved[i], shown)) {
            bad(l, str_eq(reserved[i], shown) && title != NULL ? title : name, &E_pack_name_taken, STR("内置的名称"), reserved[i], STR("docs/packs.md"),
                STR("the list of built-in names"));
            return true;
        }
    if (!name_scope_add(l, m->names, name->text, name, name->at)) return false;
    if (title != NULL && !str_eq(uni_nfkc(l->nodes, name->text), uni_nfkc(l->nodes, shown))) (void)name_scope_add(l, m->names, shown, title, title->at);
    return true;
}

static void clash(struct load *l, const struct field_made *f, struct str key, struct str zh, struct str en)
{
    const struct ynode *at = y_key(f->node, key);
    bad(l, at == NULL ? f->name : at, &E_pack_field_clash, f->name->text, zh, en);
}

static void clashes_check(struct load *l, const struct field_made *f)
{
    static const struct str stored_only[] = {STR_INIT("required"), STR_INIT("key"), STR_INIT("unique"), STR_INIT("default"), STR_INIT("check"),
                                             STR_INIT("tree"), STR_INIT("back"), STR_INIT("scope")};
    const struct ynode *n = f->node;
    bool derived = y_key(n, STR("derive")) != NULL;
    for (size_t i = 0; derived && i < ARRAY_LEN(stored_only); i++)
        if (y_key(n, stored_only[i]) != NULL)
            clash(l, f, stored_only[i], STR("推算的字段不能写这一键"), STR("a derived field cannot have this key"));
    if (!derived && y_key(n, STR("otherwise")) != NULL) clash(l, f, STR("otherwise"), STR("otherwise 要和 derive 一起写"), STR("otherwise goes with derive"));
    static const struct str step_only[] = {STR_INIT("each"), STR_INIT("signed")};
    for (size_t i = 0; i < ARRAY_LEN(step_only); i++)
        if (y_key(n, step_only[i]) != NULL) clash(l, f, step_only[i], STR("这一键只用在步骤的字段上"), STR("only fields of steps have this key"));
    if (f->bad) return;
    bool ref = f->type->type == FIELD_REF;
    if (!ref && y_key(n, STR("back")) != NULL) clash(l, f, STR("back"), STR("只有 ref 字段有 back"), STR("only a ref has back"));
    if (!ref && y_key(n, STR("scope")) != NULL) clash(l, f, STR("scope"), STR("只有 ref 字段能说明范围"), STR("only a ref says where a record stands"));
    if (!ref && y_key(n, STR("tree")) != NULL) clash(l, f, STR("tree"), STR("只有 ref 字段能成树"), STR("only a ref makes a tree"));
    bool options = y_key(n, STR("options")) != NULL;
    if (options && (f->type->type != FIELD_CHOICE || f->type->codes != NULL))
        clash(l, f, STR("options"), STR("options 只和 type: choice 一起写"), STR("options goes with type: choice"));
    if (derived && f->type->type == FIELD_FILE) clash(l, f, STR("derive"), STR("文件不能推算"), STR("a file cannot be derived"));
    if (f->first.key && f->type->type != FIELD_TEXT && f->type->type != FIELD_NUMBER)
        clash(l, f, STR("key"), STR("主键应为 text 或 number"), STR("a key is a text or a number"));
    if (f->first.unique && f->type->type == FIELD_FILE) clash(l, f, STR("unique"), STR("文件不能要求唯一"), STR("a file cannot be unique"));
}

void register_fields(struct load *l, struct register_made *m, struct ynode *fields, uint32_t pack)
{
    for (uint32_t i = 0; i < fields->count; i++) {
        struct ynode *name = fields->keys[i], *n = fields->kids[i];
        if (n == NULL) continue;
        if (m->fields.len == FIELDS_MAX) {
            bad(l, name, &E_pack_too_many, STR("字段"), STR("500"));
            return;
        }
        if (!name_ok(name->text, true)) {
            bad(l, name, &E_pack_name, name->text, STR("a-z 0-9 _"));
            continue;
        }
        const struct ynode *title = Y_GET(n, "title"), *type = Y_GET(n, "type"), *options = Y_GET(n, "options"), *class = Y_GET(n, "class");
        struct str shown = title == NULL ? name->text : title_of(l, title, pack);
        struct field_made *f = arena_new(l->nodes, struct field_made);
        *f = (struct field_made){.name = name, .node = n, .of = m, .pack = pack, .class_written = class != NULL};
        f->type = arena_new(l->nodes, struct type_read);
        f->bad = type == NULL || !type_read(l, type, true, options != NULL, f->type);
        if (title != NULL) (void)title_check(l, title, shown); /* what is refused still stands, so that its uses are not missed */
        if (shown.len == 0) shown = name->text;
        f->shown = shown;
        if (!names_add(l, m, name, title, shown)) continue;
        struct pack_field *p = &f->first;
        int class_value = class_word(l, class, (int)m->r.class);
        *p = (struct pack_field){.name = name->text, .type = f->type->type, .len = f->type->len, .codes = f->type->codes,
                                 .required = y_yes(Y_GET(n, "required"), false), .key = y_yes(Y_GET(n, "key"), false),
                                 .unique = y_yes(Y_GET(n, "unique"), false), .tree = y_yes(Y_GET(n, "tree"), false),
                                 .back = y_text(Y_GET(n, "back")), .class = (enum pack_class)class_value, .unit = y_text(Y_GET(n, "unit")),
                                 .owner = Y_GET(n, "owner") == NULL ? m->r.owner : y_text(Y_GET(n, "owner")),
                                 .retired = y_day(Y_GET(n, "retired"), DAY_OPEN), .place = y_place(name, 0, SIZE_MAX)};
        p->title = y_text2(l, title, pack);
        if (p->title.zh.len == 0) p->title.zh = name->text;
        p->label = Y_GET(n, "label") == NULL ? p->title : y_text2(l, Y_GET(n, "label"), pack);
        p->use = use_bits(l, Y_GET(n, "use"), use_of_class(class_value)) & m->r.use;
        p->disclose = (enum pack_disclose)disclose_word(l, n, (int)m->r.disclose, shown);
        cites_read(l, Y_GET(n, "basis"), DAY_OPEN, p->retired, &p->basis, &p->basis_count);
        struct str_list was = names_read(l, Y_GET(n, "was"));
        p->was = was.at;
        p->was_count = was.count;
        struct str_list scope = names_read(l, Y_GET(n, "scope"));
        p->scope = scope.at;
        p->scope_count = scope.count;
        if (p->key) p->required = p->unique = true;
        clashes_check(l, f);
        if (!f->bad && f->type->type == FIELD_CHOICE && f->type->codes == NULL)
            f->type->codes = p->codes = codes_inline(l, options, str_cat(l->a, m->r.d.name, STR("."), name->text), shown);
        vec_push(l->nodes, &m->fields, f);
    }
}

void registers_read(struct load *l, struct decl *d)
{
    struct register_made *m = arena_new(l->a, struct register_made);
    const struct ynode *n = d->node, *title = Y_GET(n, "title");
    m->decl = d;
    d->made = m;
    decl_common(l, d, &m->r.d);
    struct str shown = title_of(l, title, d->pack);
    if (title != NULL) (void)title_check(l, title, shown);
    if (shown.len > 0) (void)map_put(l->nodes, &l->register_by_name, shown, m);
    if (shown.len == 0) shown = d->name;
    m->r.feel.name = d->name;
    m->r.feel.title = shown;
    m->r.feel.host = &m->r;
    m->r.class = (enum pack_class)class_word(l, Y_GET(n, "class"), PACK_OPEN);
    m->r.use = use_bits(l, Y_GET(n, "use"), use_of_class((int)m->r.class));
    m->r.owner = y_text(Y_GET(n, "owner"));
    m->r.disclose = (enum pack_disclose)disclose_word(l, n, DISCLOSE_ALWAYS, shown);
    m->names = arena_new(l->nodes, struct name_scope);
    m->names->what_zh = str_cat(l->a, STR("台账“"), shown, STR("”"));
    m->names->what_en = str_cat(l->a, STR("the register \""), shown, STR("\""));
    m->r.idx = m->r.feel.number = (uint32_t)l->registers.len;
    (void)map_put(l->nodes, &l->register_by_name, d->name, m);
    vec_push(l->a, &l->registers, &m->r);
    struct ynode *fields = Y_GET(n, "fields");
    if (fields != NULL) register_fields(l, m, fields, d->pack);
}

struct register_made *register_named(struct load *l, const struct ynode *n, size_t off, struct str name)
{
    struct register_made *m = map_find(&l->register_by_name, name);
    if (m != NULL) return m;
    size_t some = nearest_worth(l) ? l->registers.len : 0, count = 0;
    struct str *names = arena_array(l->nodes, struct str, some * 2 + 1);
    for (size_t i = 0; i < some; i++) {
        names[count++] = l->registers.at[i]->feel.name;
        names[count++] = l->registers.at[i]->feel.title;
    }
    unknown(l, n, off, name.len, STR("台账"), STR("register"), count, names);
    return NULL;
}
