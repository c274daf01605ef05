/* decl_form.c - forms, rosters, reports: what a file or a paper holds of records.  Which elements and columns there are is said here, never in C. */
#include "pack/inner.h"

struct form_made { struct pack_form f; struct decl *decl; };     /* the public struct first, in each */
struct roster_made { struct pack_roster r; struct decl *decl; };
struct report_made { struct pack_report r; struct decl *decl; };

void forms_read(struct load *l, struct decl *d)
{
    struct form_made *m = arena_new(l->a, struct form_made);
    m->decl = d;
    d->made = m;
    decl_common(l, d, &m->f.d);
    vec_push(l->a, &l->forms, &m->f);
}

void rosters_read(struct load *l, struct decl *d)
{
    struct roster_made *m = arena_new(l->a, struct roster_made);
    m->decl = d;
    d->made = m;
    decl_common(l, d, &m->r.d);
    vec_push(l->a, &l->rosters, &m->r);
}

void reports_read(struct load *l, struct decl *d)
{
    struct report_made *m = arena_new(l->a, struct report_made);
    m->decl = d;
    d->made = m;
    decl_common(l, d, &m->r.d);
    vec_push(l->a, &l->reports, &m->r);
}

/* ---- what the three share ---- */

static const struct register_made *over_of(struct load *l, const struct ynode *n)
{
    const struct ynode *over = Y_GET(n, "over");
    return over == NULL ? NULL : register_named(l, over, 0, over->text);
}

static struct feel_program *program_of(struct load *l, const struct register_made *r, const struct ynode *n, const struct feel_type *wanted,
                                       enum pack_use site, const struct pack_decl *d)
{
    if (n == NULL || r == NULL) return NULL;
    struct feel_program *p = feel_at(l, r->r.scope, n, wanted);
    if (p == NULL) return NULL;
    reach_check(l, p, n, site, str_cat(l->a, STR("“"), d->title.zh, STR("”")), str_cat(l->a, STR("\""), d->name, STR("\"")));
    return p;
}

/* ---- rosters ---- */

static void roster_compile(struct load *l, struct roster_made *m)
{
    static const struct str papers[] = {STR_INIT("A4"), STR_INIT("A3")};
    const struct ynode *n = m->decl->node, *columns = Y_GET(n, "columns"), *order = Y_GET(n, "order");
    const struct register_made *r = over_of(l, n);
    struct pack_roster *p = &m->r;
    if (r == NULL) return;
    p->over = &r->r;
    /* What picks, sorts or groups people is a list filter: there the same holds as in rules. */
    p->where = program_of(l, r, Y_GET(n, "where"), &feel_bool, USE_RULE, &p->d);
    p->group = program_of(l, r, Y_GET(n, "group"), NULL, USE_RULE, &p->d);
    p->a3 = y_word(l, Y_GET(n, "paper"), 0, ARRAY_LEN(papers), papers) == 1;
    p->portrait = y_yes(Y_GET(n, "portrait"), false);
    struct pack_roster_column *list = arena_array(l->a, struct pack_roster_column, y_count(columns) + 1);
    for (uint32_t i = 0; i < y_count(columns); i++) {
        const struct ynode *row = y_at(columns, i), *value = Y_GET(row, "value");
        struct feel_program *value_program = program_of(l, r, value, NULL, USE_FORM, &p->d);
        if (value_program == NULL) continue;
        enum pack_class class = reach_of(value_program).class;
        if (class > p->class) p->class = class;
        int64_t width = y_int(Y_GET(row, "width"), 0);
        list[p->columns_count++] = (struct pack_roster_column){.title = y_text(Y_GET(row, "title")), .above = y_text(Y_GET(row, "above")), .format = y_text(Y_GET(row, "format")),
                                                               .value = value_program, .class = class, .width = width > 0 && width < 200 ? (uint32_t)width : 0,
                                                               .total = y_yes(Y_GET(row, "total"), false)};
    }
    p->columns = list;
    struct pack_roster_order *by = arena_array(l->a, struct pack_roster_order, y_count(order) + 1);
    for (uint32_t i = 0; i < y_count(order); i++) {
        const struct ynode *item = y_at(order, i);
        struct pack_roster_order one = {.strokes = str_eq(item->text, STR("strokes"))};
        bool word = one.strokes || str_eq(item->text, STR("pinyin"));
        if (!word) one.value = program_of(l, r, item, NULL, USE_RULE, &p->d);
        if (word || one.value != NULL) by[p->order_count++] = one;
    }
    p->order = by;
}

/* ---- reports ---- */

static const struct pack_report_line *lines_compile(struct load *l, struct report_made *m, const struct register_made *r, const struct ynode *rows, uint32_t *count)
{
    uint32_t n = y_count(rows);
    struct pack_report_line *out = arena_array(l->a, struct pack_report_line, n + 1);
    struct str *titles = arena_array(l->a, struct str, n + 1);
    for (uint32_t i = 0; i < n; i++) titles[i] = y_text(Y_GET(y_at(rows, i), "title"));
    for (uint32_t i = 0; i < n; i++) {
        const struct ynode *row = y_at(rows, i), *of = Y_GET(row, "of"), *when = Y_GET(row, "when");
        out[i] = (struct pack_report_line){.title = titles[i], .of = UINT32_MAX};
        out[i].when = program_of(l, r, when, &feel_bool, USE_REPORT, &m->r.d);
        if (out[i].when != NULL && reach_of(out[i].when).class == PACK_PROTECTED) m->r.guarded = true;
        if (of == NULL) continue;
        for (uint32_t k = 0; k < i; k++) /* a whole stands before its parts: so there are no circles */
            if (str_eq(titles[k], of->text)) out[i].of = k;
        if (out[i].of == UINT32_MAX) unknown(l, of, 0, of->text.len, STR("项目"), STR("line"), i, titles);
    }
    *count = n;
    return out;
}

static void report_compile(struct load *l, struct report_made *m)
{
    const struct ynode *n = m->decl->node;
    const struct register_made *r = over_of(l, n);
    if (r == NULL) return;
    m->r.over = &r->r;
    m->r.where = program_of(l, r, Y_GET(n, "where"), &feel_bool, USE_REPORT, &m->r.d);
    m->r.rows = lines_compile(l, m, r, Y_GET(n, "rows"), &m->r.rows_count);
    m->r.columns = lines_compile(l, m, r, Y_GET(n, "columns"), &m->r.columns_count);
}

static uint32_t line_at(struct load *l, const struct ynode *n, const struct pack_report_line *lines, uint32_t count)
{
    struct str *titles = arena_array(l->a, struct str, count + 1u);
    for (uint32_t i = 0; n != NULL && i < count; i++) {
        if (str_eq(lines[i].title, n->text)) return i;
        titles[i] = lines[i].title;
    }
    if (n != NULL) unknown(l, n, 0, n->text.len, STR("项目"), STR("line"), count, titles);
    return UINT32_MAX;
}

/* Cells of two tables that must be equal: when all tables are known. */
static void report_ties(struct load *l, struct report_made *m)
{
    const struct ynode *rows = Y_GET(m->decl->node, "agrees");
    struct pack_report_tie *out = arena_array(l->a, struct pack_report_tie, y_count(rows) + 1);
    struct str *names = arena_array(l->nodes, struct str, l->reports.len + 1);
    for (size_t i = 0; i < l->reports.len; i++) names[i] = l->reports.at[i]->d.name;
    for (uint32_t i = 0; i < y_count(rows); i++) {
        const struct ynode *row = y_at(rows, i), *with = Y_GET(row, "with");
        struct pack_report_tie t = {.row = line_at(l, Y_GET(row, "row"), m->r.rows, m->r.rows_count), .column = line_at(l, Y_GET(row, "column"), m->r.columns, m->r.columns_count)};
        for (size_t k = 0; with != NULL && k < l->reports.len; k++)
            if (str_eq(names[k], with->text)) t.with = l->reports.at[k];
        if (with != NULL && t.with == NULL) unknown(l, with, 0, with->text.len, STR("统计表"), STR("report"), l->reports.len, names);
        if (t.with == NULL) continue;
        t.with_row = line_at(l, Y_GET(row, "with-row"), t.with->rows, t.with->rows_count);
        t.with_column = line_at(l, Y_GET(row, "with-column"), t.with->columns, t.with->columns_count);
        if (t.row != UINT32_MAX && t.column != UINT32_MAX && t.with_row != UINT32_MAX && t.with_column != UINT32_MAX) out[m->r.ties_count++] = t;
    }
    m->r.ties = out;
}

/* ---- forms ---- */

static const struct pack_given_value *set_values(struct load *l, const struct register_made *r, const struct ynode *map, uint32_t *count)
{
    *count = 0;
    if (map == NULL) return NULL;
    if (map->kind != Y_MAP) {
        bad(l, map, &E_pack_shape, STR("set"), STR("一组“名称: …”"), y_kind_zh(map), STR("a group of \"name: …\""), y_kind_en(map));
        return NULL;
    }
    struct pack_given_value *out = arena_array(l->a, struct pack_given_value, map->count + 1);
    for (uint32_t i = 0; i < map->count; i++) {
        const struct ynode *key = map->keys[i], *n = map->kids[i];
        const struct pack_field *f = field_named(l, r, key);
        if (f == NULL || n == NULL || n->kind != Y_SCALAR) continue;
        const struct field_made *made = r->fields.at[f->idx];
        struct fv v;
        if (f->column == UINT32_MAX) bad(l, key, &E_pack_given_derived, key->text);
        else if (!made->bad && !value_read(l, made->type, n->text, &v))
            bad(l, n, &E_pack_given, f->member->title, n->text, type_zh(f->type), type_en(f->type));
        else out[(*count)++] = (struct pack_given_value){.field = f, .text = n->text, .place = y_place(n, 0, SIZE_MAX)};
    }
    return out;
}

static const struct pack_field *stored_field(struct load *l, const struct register_made *r, const struct ynode *n)
{
    if (n == NULL || r == NULL) return NULL;
    const struct pack_field *f = field_named(l, r, n);
    if (f != NULL && f->column == UINT32_MAX) {
        bad(l, n, &E_pack_given_derived, n->text);
        return NULL;
    }
    return f;
}

static void group_compile(struct load *l, const struct form_made *m, const struct ynode *name, const struct ynode *n, struct pack_form_group *g, struct register_made **of)
{
    const struct ynode *reg = Y_GET(n, "register"), *lines = Y_GET(n, "lines");
    struct register_made *r = reg == NULL ? NULL : register_named(l, reg, 0, reg->text);
    *of = r;
    *g = (struct pack_form_group){.name = name->text, .element = y_text(Y_GET(n, "element")), .item = y_text(Y_GET(n, "item"))};
    if (r == NULL) return;
    g->reg = &r->r;
    if (r->r.parent == NULL || r->r.parent->ref != m->f.over) bad(l, reg, &E_pack_form_child, r->r.feel.title, m->f.over->feel.title);
    g->set = set_values(l, r, Y_GET(n, "set"), &g->set_count);
    g->has = stored_field(l, r, Y_GET(n, "has"));
    g->list = g->item.len > 0;
    if (lines == NULL) return;
    if (y_count(lines) < 3 || y_count(lines) > 4) {
        bad(l, lines, &E_pack_form_part, STR("lines"), STR("起、止、文字，可以再写一个“其间”"), STR("from, until, text, and maybe the one that marks what lies within"));
        return;
    }
    g->from = stored_field(l, r, y_at(lines, 0));
    g->until = stored_field(l, r, y_at(lines, 1));
    g->text = stored_field(l, r, y_at(lines, 2));
    if (y_count(lines) == 4) g->within = stored_field(l, r, y_at(lines, 3));
    bool fits = g->from != NULL && g->until != NULL && g->text != NULL && g->from->type == FIELD_MONTH && g->until->type == FIELD_MONTH && g->text->type == FIELD_TEXT &&
                (g->within == NULL || g->within->type == FIELD_BOOL);
    if (!fits) {
        bad(l, lines, &E_pack_form_part, STR("lines"), STR("两个 month 字段、一个 text 字段，“其间”是 boolean 字段"), STR("two months, a text; what marks is a boolean"));
        g->from = NULL;
    }
}

static bool is_day(const struct pack_field *f) { return f != NULL && (f->type == FIELD_DATE || f->type == FIELD_MONTH); }

static void rebuild_compile(struct load *l, const struct form_made *m, const struct ynode *n, struct pack_form_group *g)
{
    const struct ynode *reg = Y_GET(n, "register"), *text = Y_GET(n, "text"), *within = Y_GET(n, "within");
    struct register_made *r = reg == NULL ? NULL : register_named(l, reg, 0, reg->text);
    if (r == NULL || g->from == NULL) return;
    struct pack_form_rebuild *b = arena_new(l->a, struct pack_form_rebuild);
    *b = (struct pack_form_rebuild){.reg = &r->r, .from = stored_field(l, r, Y_GET(n, "from")), .until = stored_field(l, r, Y_GET(n, "until"))};
    if (r->r.parent == NULL || r->r.parent->ref != m->f.over) bad(l, reg, &E_pack_form_child, r->r.feel.title, m->f.over->feel.title);
    b->text = program_of(l, r, text, &feel_string, USE_FORM, &m->f.d);
    b->within = program_of(l, r, within, &feel_bool, USE_FORM, &m->f.d);
    if (is_day(b->from) && is_day(b->until)) {
        if (b->text != NULL) g->rebuild = b;
    } else {
        bad(l, n, &E_pack_form_part, STR("rebuild"), STR("from 和 until 是 date 或者 month 字段"), STR("from and until, fields of type date or month"));
    }
}

static bool as_fits(enum form_as as, const struct pack_field *f)
{
    switch (as) {
    case FORM_AS_TEXT: return f->type != FIELD_FILE && f->type != FIELD_REF;
    case FORM_AS_MONTH: return f->type == FIELD_MONTH;
    case FORM_AS_DAY: return f->type == FIELD_DATE || f->type == FIELD_MONTH;
    case FORM_AS_PHOTO: return f->type == FIELD_FILE;
    }
    return false;
}

static void elements_compile(struct load *l, struct form_made *m, const struct register_made *over, struct register_made **group_regs)
{
    static const struct str as_words[] = {STR_INIT("text"), STR_INIT("month"), STR_INIT("day"), STR_INIT("photo")};
    const struct ynode *rows = Y_GET(m->decl->node, "elements");
    struct pack_form *f = &m->f;
    struct pack_form_element *out = arena_array(l->a, struct pack_form_element, y_count(rows) + 1);
    struct str *names = arena_array(l->nodes, struct str, f->groups_count + 1u);
    for (uint32_t g = 0; g < f->groups_count; g++) names[g] = f->groups[g].name;
    for (uint32_t i = 0; i < y_count(rows); i++) {
        const struct ynode *row = y_at(rows, i), *group = Y_GET(row, "group"), *element = Y_GET(row, "element"), *field = Y_GET(row, "field"), *as = Y_GET(row, "as");
        struct pack_form_element e = {.element = y_text(element), .group = FORM_OWN, .old = y_text(Y_GET(row, "old")), .optional = y_yes(Y_GET(row, "optional"), false)};
        const struct register_made *r = over;
        if (element == NULL) continue;
        e.place = y_place(element, 0, SIZE_MAX);
        for (uint32_t g = 0; group != NULL && g < f->groups_count; g++)
            if (str_eq(names[g], group->text)) e.group = g;
        if (group != NULL && e.group == FORM_OWN) {
            unknown(l, group, 0, group->text.len, STR("组"), STR("group"), f->groups_count, names);
            continue;
        }
        if (e.group != FORM_OWN) r = group_regs[e.group];
        e.field = stored_field(l, r, field);
        int word = y_word(l, as, FORM_AS_TEXT, ARRAY_LEN(as_words), as_words);
        if (e.field == NULL || word < 0) continue;
        e.as = (enum form_as)word;
        if (!as_fits(e.as, e.field)) {
            bad(l, as != NULL ? as : field, &E_pack_given, e.field->member->title, as_words[word], type_zh(e.field->type), type_en(e.field->type));
            continue;
        }
        for (uint32_t k = 0; k < f->elements_count; k++) /* within one list an element is named once too */
            if (str_eq(out[k].element, e.element) && (out[k].group == e.group || (e.group == FORM_OWN && out[k].group == FORM_OWN)))
                bad(l, element, &E_pack_duplicate, STR("element"), e.element, place_text(l, out[k].place));
        out[f->elements_count++] = e;
    }
    f->elements = out;
}

static void match_compile(struct load *l, struct form_made *m, const struct register_made *over)
{
    const struct ynode *n = Y_GET(m->decl->node, "match");
    bool nested = n != NULL && n->kind == Y_LIST && n->count > 0 && n->kids[0]->kind == Y_LIST;
    uint32_t lists = n == NULL ? 0 : nested ? n->count : 1, made = 0;
    const struct pack_field ***out = arena_array(l->a, const struct pack_field **, lists + 1u);
    for (uint32_t i = 0; i < lists; i++) {
        const struct ynode *one = nested ? n->kids[i] : n;
        const struct pack_field **fields = arena_array(l->a, const struct pack_field *, y_count(one) + 1u);
        uint32_t count = 0;
        for (uint32_t k = 0; k < y_count(one); k++) {
            const struct pack_field *f = stored_field(l, over, y_at(one, k));
            if (f != NULL) fields[count++] = f;
        }
        if (count > 0) out[made++] = fields;
    }
    m->f.match = out;
}

static void keep_compile(struct load *l, struct form_made *m, struct register_made **group_regs)
{
    const struct ynode *n = Y_GET(m->decl->node, "keep");
    if (n == NULL) return;
    size_t dot = str_find_char(n->text, '.');
    struct str group = str_sub(n->text, 0, dot == SIZE_MAX ? n->text.len : dot);
    for (uint32_t g = 0; dot != SIZE_MAX && g < m->f.groups_count; g++) {
        if (!str_eq(m->f.groups[g].name, group) || group_regs[g] == NULL) continue;
        struct ynode *field = y_scalar(l->nodes, str_sub(n->text, dot + 1, n->text.len), y_place(n, dot + 1, SIZE_MAX));
        const struct pack_field *f = stored_field(l, group_regs[g], field);
        if (f == NULL) return;
        if (f->type == FIELD_FILE && !m->f.groups[g].list && m->f.groups[g].from == NULL) {
            m->f.keep = f;
            m->f.keep_group = g;
            return;
        }
    }
    bad(l, n, &E_pack_form_part, STR("keep"), STR("写成 组.字段，字段的类型是 file"), STR("GROUP.FIELD, a field of type file"));
}

/* The template of a document is among the files of the packs. */
static void template_check(struct load *l, const struct pack_form *f, const struct form_made *m, const struct ynode *n)
{
    bool there = false;
    struct str *known = arena_array(l->a, struct str, l->assets.len + 1);
    if (f->format != FORM_DOCX) return;
    if (f->template_file.len == 0) {
        bad(l, m->decl->name_node, &E_pack_form_part, STR("template"), STR("模板文件名"), STR("the name of a template"));
        return;
    }
    for (size_t i = 0; i < l->assets.len; i++) {
        known[i] = l->assets.at[i].name;
        there = there || str_eq(known[i], f->template_file);
    }
    if (!there) unknown(l, Y_GET(n, "template"), 0, f->template_file.len, STR("模板文件"), STR("template"), l->assets.len, known);
}

static void form_compile(struct load *l, struct form_made *m)
{
    static const struct str formats[] = {STR_INIT("xml"), STR_INIT("docx")};
    const struct ynode *n = m->decl->node, *groups = Y_GET(n, "groups"), *as_of = Y_GET(n, "as-of"), *checks = Y_GET(n, "checks");
    const struct ynode *of = Y_GET(n, "of");
    const struct register_made *over = over_of(l, n);
    struct pack_form *f = &m->f;
    int format = y_word(l, Y_GET(n, "format"), 0, ARRAY_LEN(formats), formats);
    f->format = format == 1 ? FORM_DOCX : FORM_XML;
    f->template_file = y_text(Y_GET(n, "template"));
    f->root = y_text(Y_GET(n, "root"));
    f->extension = y_text(Y_GET(n, "extension"));
    if ((of == NULL) == (Y_GET(n, "over") == NULL)) bad(l, m->decl->name_node, &E_pack_form_part, STR("over / of"), STR("台账（over）或者程序（of），写其中一个"), STR("a register (over) or procedures (of), one of them"));
    if (of != NULL) {
        form_of_read(l, f, of);
        if (f->format != FORM_DOCX || Y_GET(n, "roster") != NULL || groups != NULL || Y_GET(n, "elements") != NULL || checks != NULL)
            bad(l, of, &E_pack_form_part, STR("of"), STR("案件的表单是 docx 模板，不写 roster、groups、elements、checks"), STR("a form over cases is a docx template, without roster, groups, elements, checks"));
        template_check(l, f, m, n);
        return;
    }
    if (over == NULL) return;
    f->over = &over->r;
    if (f->format == FORM_XML && f->root.len == 0) bad(l, m->decl->name_node, &E_pack_form_part, STR("root"), STR("根元素的名称"), STR("the name of the root element"));
    const struct ynode *roster = Y_GET(n, "roster");
    struct str *rosters = arena_array(l->a, struct str, l->rosters.len + 1);
    for (size_t i = 0; roster != NULL && i < l->rosters.len; i++) {
        rosters[i] = l->rosters.at[i]->d.name;
        if (str_eq(rosters[i], roster->text)) f->roster = l->rosters.at[i];
    }
    if (roster != NULL && f->roster == NULL) unknown(l, roster, 0, roster->text.len, STR("名册"), STR("roster"), l->rosters.len, rosters);
    if (f->roster != NULL && f->roster->over != f->over)
        bad(l, roster, &E_pack_form_part, STR("roster"), STR("同一本台账的名册"), STR("a roster over the same register"));
    template_check(l, f, m, n);
    uint32_t count = groups == NULL ? 0 : groups->count;
    struct pack_form_group *list = arena_array(l->a, struct pack_form_group, count + 1u);
    struct register_made **regs = arena_array(l->a, struct register_made *, count + 1u);
    for (uint32_t i = 0; i < count; i++)
        if (groups->kids[i] != NULL) group_compile(l, m, groups->keys[i], groups->kids[i], &list[i], &regs[i]);
    for (uint32_t i = 0; i < count; i++)
        if (groups->kids[i] != NULL && Y_GET(groups->kids[i], "rebuild") != NULL) rebuild_compile(l, m, Y_GET(groups->kids[i], "rebuild"), &list[i]);
    f->groups = list;
    f->groups_count = count;
    f->fresh = set_values(l, over, Y_GET(n, "new"), &f->fresh_count);
    elements_compile(l, m, over, regs);
    match_compile(l, m, over);
    keep_compile(l, m, regs);
    struct str_list days = names_read(l, as_of);
    f->as_of = days.at;
    f->as_of_count = days.count;
    for (uint32_t i = 0; i < days.count; i++) {
        bool there = false;
        struct str *known = arena_array(l->a, struct str, f->elements_count + 1u);
        for (uint32_t e = 0; e < f->elements_count; e++) {
            known[e] = f->elements[e].element;
            there = there || str_eq(known[e], days.at[i]);
        }
        if (!there) unknown(l, y_at(as_of, i), 0, days.at[i].len, STR("元素"), STR("element"), f->elements_count, known);
    }
    struct pack_form_check *out = arena_array(l->a, struct pack_form_check, y_count(checks) + 1);
    struct str *names = arena_array(l->nodes, struct str, l->rules.len + 1);
    for (size_t i = 0; i < l->rules.len; i++) names[i] = l->rules.at[i]->d.name;
    for (uint32_t i = 0; i < y_count(checks); i++) {
        const struct ynode *row = checks->kind == Y_LIST ? checks->kids[i] : checks, *rule = Y_GET(row, "rule"), *must = Y_GET(row, "must"), *say = Y_GET(row, "say");
        struct pack_form_check c = {.element = y_text(Y_GET(row, "element"))};
        if (rule == NULL && (must == NULL || say == NULL)) {
            bad(l, row, &E_pack_form_part, STR("checks"), STR("写 rule，或者写 must 和 say"), STR("a rule, or must and say"));
            continue;
        }
        if (rule == NULL) {
            c.must = program_of(l, over, must, &feel_bool, USE_FORM, &f->d);
            if (c.must != NULL) literals_check(l, c.must, must, m->decl->pack, true);
            c.say = say_read(l, over->r.scope, say, &c.say_en);
            if (c.must != NULL && c.say != NULL) out[f->checks_count++] = c;
            continue;
        }
        for (size_t k = 0; k < l->rules.len; k++)
            if (str_eq(names[k], rule->text)) c.rule = l->rules.at[k];
        if (c.rule == NULL) unknown(l, rule, 0, rule->text.len, STR("规则"), STR("rule"), l->rules.len, names);
        else out[f->checks_count++] = c;
    }
    f->checks = out;
}

void forms_compile(struct load *l)
{
    for (size_t i = 0; i < l->rosters.len; i++) roster_compile(l, (struct roster_made *)(void *)l->rosters.at[i]);
    for (size_t i = 0; i < l->forms.len; i++) form_compile(l, (struct form_made *)(void *)l->forms.at[i]);
    for (size_t i = 0; i < l->reports.len; i++) report_compile(l, (struct report_made *)(void *)l->reports.at[i]);
    for (size_t i = 0; i < l->reports.len; i++) report_ties(l, (struct report_made *)(void *)l->reports.at[i]);
}
