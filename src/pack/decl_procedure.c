/*
 * decl_procedure.c - procedures: what a case is about, its candidates or lines, its steps in order, and what each step's expressions see.
 * A step sees what came before it: never what comes after.
 */
#include "pack/inner.h"

void procedures_read(struct load *l, struct decl *d)
{
    struct procedure_made *m = arena_new(l->a, struct procedure_made);
    m->decl = d;
    d->made = m;
    decl_common(l, d, &m->p.d);
    m->p.idx = (uint32_t)l->procedures.len;
    (void)map_put(l->nodes, &l->procedure_by_name, d->name, m);
    vec_push(l->a, &l->procedures, &m->p);
}

/* "cn 1": a pack and its version. */
static void adopts_read(struct load *l, struct procedure_made *m)
{
    const struct ynode *n = Y_GET(m->decl->node, "adopts");
    struct str *out = arena_array(l->a, struct str, y_count(n) + 1);
    for (uint32_t i = 0; i < y_count(n); i++) {
        struct str s = y_at(n, i)->text;
        size_t blank = str_find_char(s, ' ');
        if (blank == SIZE_MAX || blank == 0 || blank + 1 == s.len) bad(l, y_at(n, i), &E_pack_adopts, s);
        out[m->p.adopts_count++] = s;
    }
    m->p.adopts = out;
}

/* ---- types ---- */

static const struct feel_type *record_type(struct load *l, const struct pack_register *r)
{
    struct feel_type *t = arena_new(l->a, struct feel_type);
    *t = (struct feel_type){.kind = FT_RECORD, .reg = &r->feel};
    return t;
}

static const struct feel_type *context_type(struct load *l, const struct feel_member *m, uint32_t count)
{
    struct feel_type *t = arena_new(l->a, struct feel_type);
    *t = (struct feel_type){.kind = FT_CONTEXT, .members = m, .members_count = count};
    return t;
}

enum of_step { OF_ALL, OF_BALLOT, OF_LINE, OF_NOTICE, OF_SUB, OF_REFER };
static const struct builtin { struct str name, title; const struct feel_type *type; enum of_step of; } builtins[] = {
    {STR_INIT("opened"), STR_INIT("开始日期"), &feel_date, OF_ALL},       {STR_INIT("closed"), STR_INIT("办结日期"), &feel_date, OF_ALL},
    {STR_INIT("by"), STR_INIT("经办人"), &feel_string, OF_ALL},           {STR_INIT("entitled"), STR_INIT("应到"), &feel_number, OF_BALLOT},
    {STR_INIT("present"), STR_INIT("实到"), &feel_number, OF_BALLOT},     {STR_INIT("valid"), STR_INIT("有效票"), &feel_number, OF_BALLOT},
    {STR_INIT("yes"), STR_INIT("同意"), &feel_number, OF_LINE},           {STR_INIT("no"), STR_INIT("反对"), &feel_number, OF_LINE},
    {STR_INIT("abstain"), STR_INIT("弃权"), &feel_number, OF_LINE},       {STR_INIT("votes"), STR_INIT("得票"), &feel_number, OF_LINE},
    {STR_INIT("score"), STR_INIT("得分"), &feel_number, OF_LINE},         {STR_INIT("passed"), STR_INIT("通过"), &feel_bool, OF_LINE},
    {STR_INIT("from"), STR_INIT("公示起"), &feel_date, OF_NOTICE},        {STR_INIT("to"), STR_INIT("公示止"), &feel_date, OF_NOTICE},
    {STR_INIT("open"), STR_INIT("未结异议"), &feel_number, OF_NOTICE},
    {STR_INIT("outcome"), STR_INIT("子案结果"), &feel_string, OF_SUB}, {STR_INIT("ended"), STR_INIT("子案终结日期"), &feel_date, OF_SUB},
    {STR_INIT("referred"), STR_INIT("上报日期"), &feel_date, OF_REFER}, {STR_INIT("answered"), STR_INIT("批复日期"), &feel_date, OF_REFER},
    {STR_INIT("answer"), STR_INIT("批复结果"), &feel_string, OF_REFER},
};

/* What of it the step that n declares has, and is it one for each line? */
static bool has_builtin(const struct builtin *b, const struct ynode *n, bool *of_line)
{
    *of_line = b->of == OF_LINE || (b->of == OF_SUB && y_yes(Y_GET(Y_GET(n, "sub"), "each"), false));
    switch (b->of) {
    case OF_BALLOT:
    case OF_LINE: return Y_GET(n, "ballot") != NULL;
    case OF_NOTICE: return Y_GET(n, "notice") != NULL;
    case OF_SUB: return Y_GET(n, "sub") != NULL;
    case OF_REFER: return Y_GET(n, "refer") != NULL;
    case OF_ALL: break;
    }
    return true;
}

static const struct feel_type *builtin_type(struct load *l, const struct builtin *b)
{
    bool word = b->type == &feel_string && (b->of == OF_SUB || b->of == OF_REFER); /* of a table of packs/core */
    const struct codes_made *c = !word ? NULL : map_find(&l->codes_by_name, b->of == OF_SUB ? STR("case_state") : STR("referral_answer"));
    if (c == NULL) return b->type;
    struct feel_type *t = arena_new(l->a, struct feel_type);
    *t = (struct feel_type){.kind = FT_CODE, .codes = &c->c.feel};
    return t;
}

static struct feel_member builtin_member(struct load *l, const struct builtin *b, bool list, uint32_t slot)
{
    const struct feel_type *t = builtin_type(l, b);
    return (struct feel_member){.name = b->name, .title = b->title, .type = list ? feel_list_of(l->a, t) : t, .slot = slot, .may_be_null = !list};
}

static bool clashes(struct load *l, const struct item_list *items, struct str name, struct str title)
{
    for (uint32_t i = 0; i < items->count; i++)
        if (str_eq(items->at[i].f.name, name) || str_eq(items->shown[i], title) || str_eq(items->at[i].f.name, title) || str_eq(items->shown[i], name)) {
            bad(l, items->names[i], &E_pack_name_taken, STR("这一步里"), items->shown[i], title, STR("this step"));
            return true;
        }
    return false;
}

/* What a step is to the steps after it. */
static const struct feel_type *step_type(struct load *l, const struct procedure_made *m, const struct pack_step *step, const struct ynode *node, const struct item_list *items, bool each)
{
    struct feel_member *out = arena_array(l->a, struct feel_member, ARRAY_LEN(builtins) + items->count + 1);
    uint32_t n = 0;
    for (size_t i = 0; i < ARRAY_LEN(builtins); i++) {
        const struct builtin *b = &builtins[i];
        bool of_line;
        if (!has_builtin(b, node, &of_line)) continue;
        if (each && clashes(l, items, b->name, b->title)) continue;
        out[n] = builtin_member(l, b, of_line && !each && m->p.lines != NULL, n);
        n++;
    }
    for (uint32_t i = 0; i < items->count; i++) {
        bool list = items->at[i].each && !each;
        out[n] = (struct feel_member){.name = items->at[i].f.name, .title = items->shown[i], .type = list ? feel_list_of(l->a, items->types[i]) : items->types[i],
                                      .slot = n, .may_be_null = !list && (!items->at[i].f.required || step->when != NULL || step->kinds_count > 0), .host = &items->at[i]};
        n++;
    }
    return context_type(l, out, n);
}

/* What a step is to itself, besides its fields: while it is open, and closes. */
static void own_make(struct load *l, const struct procedure_made *m, struct pack_step *step, const struct ynode *node)
{
    struct feel_member *once = arena_array(l->a, struct feel_member, ARRAY_LEN(builtins)), *each = arena_array(l->a, struct feel_member, ARRAY_LEN(builtins));
    for (size_t i = 0; i < ARRAY_LEN(builtins); i++) {
        const struct builtin *b = &builtins[i];
        bool of_line;
        if (b->of == OF_ALL || !has_builtin(b, node, &of_line)) continue;
        once[step->own_count] = builtin_member(l, b, of_line && m->p.lines != NULL, step->own_count);
        each[step->own_count] = builtin_member(l, b, false, step->own_count);
        step->own_count++;
        step->own_votes += b->of == OF_BALLOT || b->of == OF_LINE;
    }
    step->own_once = once;
    step->own_each = each;
}

/* ---- lines ---- */

/* Records that are drawn up before the case is opened: fields of the same name, and a ref to the subject. */
static void lines_from(struct load *l, struct procedure_made *m, struct pack_lines *p, const struct ynode *n)
{
    const struct register_made *r = register_named(l, n, 0, n->text);
    if (r == NULL || m->p.subject == NULL) return;
    const struct pack_field **fields = arena_array(l->a, const struct pack_field *, p->items_count + 1);
    const struct pack_field *subject = NULL;
    for (size_t i = 0; i < r->fields.len; i++) {
        const struct pack_field *f = r->fields.at[i]->f;
        if (f->type == FIELD_REF && f->ref == m->p.subject && f->column != UINT32_MAX) subject = f;
        for (uint32_t k = 0; k < p->items_count; k++) {
            const struct pack_field *item = &p->items[k].f;
            if (!str_eq(item->name, f->name) || f->column == UINT32_MAX) continue;
            bool same = item->type == f->type && item->ref == f->ref && (f->type == FIELD_NUMBER ? item->len == f->len : item->len >= f->len);
            for (uint32_t c = 0; same && f->codes != NULL && c < f->codes->feel.rows_count; c++) {
                uint32_t row;
                same = item->codes != NULL && feel_codes_find(&item->codes->feel, f->codes->feel.code[c], &row);
            }
            if (same) fields[k] = f;
            else bad(l, n, &E_pack_lines_from, n->text, str_cat(l->a, STR("字段“"), f->name, STR("”的类型不同")), str_cat(l->a, STR("the field \""), f->name, STR("\" is of another type")));
        }
    }
    if (subject == NULL) bad(l, n, &E_pack_lines_from, n->text, STR("没有指向案件主体的字段"), STR("no field refers to the subject"));
    if (p->who != NULL && fields[p->who->f.idx] == NULL) bad(l, n, &E_pack_lines_from, n->text, STR("没有 who 字段"), STR("the field of who is not there"));
    p->from = &r->r;
    p->from_subject = subject;
    p->from_fields = fields;
}

static void lines_make(struct load *l, struct procedure_made *m)
{
    const struct ynode *n = m->decl->node, *candidates = Y_GET(n, "candidates"), *lines = Y_GET(n, "lines");
    if (candidates != NULL && lines != NULL) bad(l, y_key(n, STR("lines")), &E_pack_lines_form, STR(""));
    const struct ynode *of = candidates != NULL ? candidates : lines;
    if (of == NULL) return;
    struct pack_lines *p = arena_new(l->a, struct pack_lines);
    p->title = y_text(Y_GET(of, "title"));
    p->one = y_text(Y_GET(of, "one"));
    if (Y_GET(of, "title") != NULL) (void)title_check(l, Y_GET(of, "title"), p->title);
    if (Y_GET(of, "one") != NULL) (void)title_check(l, Y_GET(of, "one"), p->one);
    if (candidates != NULL) {
        const struct ynode *reg = Y_GET(of, "register");
        const struct register_made *r = reg == NULL ? NULL : register_named(l, reg, 0, reg->text);
        if (r == NULL) return;
        p->reg = &r->r;
        p->type = record_type(l, p->reg);
        m->p.lines = p;
        return;
    }
    struct name_scope names = {.what_zh = STR("事项"), .what_en = STR("the lines")};
    struct item_list items;
    items_read(l, Y_GET(of, "fields"), m->decl->pack, m->p.d.name, false, &names, &items);
    p->items = items.at;
    p->items_count = items.count;
    struct feel_member *members = arena_array(l->a, struct feel_member, items.count + 1);
    for (uint32_t i = 0; i < items.count; i++)
        members[i] = (struct feel_member){.name = items.at[i].f.name, .title = items.shown[i], .type = items.types[i], .slot = i,
                                          .may_be_null = !items.at[i].f.required, .host = &items.at[i]};
    p->type = context_type(l, members, items.count);
    const struct ynode *who = Y_GET(of, "who"), *kind = Y_GET(of, "kind");
    if (who != NULL) p->who = item_named(l, p->items, p->items_count, who);
    if (kind != NULL) p->kind = item_named(l, p->items, p->items_count, kind);
    if (p->who != NULL && p->who->f.type != FIELD_REF) bad(l, who, &E_pack_lines_who, STR("who"), who->text, STR("ref "), STR("ref"));
    if (p->kind != NULL && p->kind->f.type != FIELD_CHOICE) bad(l, kind, &E_pack_lines_who, STR("kind"), kind->text, STR("choice "), STR("choice"));
    if (Y_GET(of, "from") != NULL) lines_from(l, m, p, Y_GET(of, "from"));
    if (p->who != NULL && p->who->f.type == FIELD_REF) m->p.lines = p;
}

struct str_list kinds_named(struct load *l, const struct pack_procedure *p, const struct ynode *n)
{
    struct str_list out = {.at = arena_array(l->a, struct str, y_count(n) + 1)};
    if (n == NULL) return out;
    if (p->lines == NULL || p->lines->kind == NULL || p->lines->kind->f.codes == NULL) {
        bad(l, n, &E_pack_lines_who, STR("kind"), STR(""), STR("choice "), STR("choice"));
        return out;
    }
    const struct feel_codes *codes = &p->lines->kind->f.codes->feel;
    for (uint32_t i = 0; i < y_count(n); i++) {
        uint32_t row;
        if (feel_codes_find(codes, y_at(n, i)->text, &row))
            out.at[out.count++] = codes->code[row];
        else
            bad(l, y_at(n, i), &E_pack_given_code, codes->title, y_at(n, i)->text, nearest_name(y_at(n, i)->text, codes->rows_count, codes->row_title));
    }
    return out;
}

const struct pack_step *step_named(struct load *l, const struct pack_procedure *p, const struct ynode *n)
{
    if (n == NULL) return NULL;
    const struct pack_step *s = pack_step_find(p, n->text);
    if (s != NULL) return s;
    struct str *names = arena_array(l->nodes, struct str, p->steps_count + 1u);
    for (uint32_t i = 0; i < p->steps_count; i++) names[i] = p->steps[i]->name;
    unknown(l, n, 0, n->text.len, STR("步骤"), STR("step"), p->steps_count, names);
    return NULL;
}

/* ---- scopes ---- */

struct names { struct feel_name *at; uint32_t count; };

static void name_put(struct names *n, struct str name, struct str title, const struct feel_type *type, uint32_t slot, bool may_be_null)
{
    n->at[n->count++] = (struct feel_name){.kind = FN_VARIABLE, .name = name, .title = title, .type = type, .slot = slot, .may_be_null = may_be_null};
}

/* Programs keep the names that they mean; the scope itself only where it is asked again, by papers. */
static const struct feel_scope *sealed(struct load *l, const struct feel_scope *outer, const struct names *n, bool stays)
{
    struct arena *a = stays ? l->a : l->nodes;
    struct feel_scope *s = arena_new(a, struct feel_scope);
    struct feel_name *names = arena_array(l->a, struct feel_name, n->count);
    if (n->count > 0) memcpy(names, n->at, n->count * sizeof *names);
    *s = (struct feel_scope){.outer = outer, .names = names, .names_count = n->count};
    feel_scope_seal(a, s);
    return s;
}

/* Names of what the case is about, and of the steps of earlier groups. */
static const struct feel_scope *scope_before(struct load *l, const struct procedure_made *m, const struct feel_type *case_type, const struct pack_step *step, bool each, bool paper)
{
    const struct pack_procedure *p = &m->p;
    struct names n = {.at = arena_array(l->nodes, struct feel_name, p->steps_count + 5u + PACK_PAPER_SLOTS)};
    if (p->subject != NULL) name_put(&n, STR("subject"), p->subject_title, record_type(l, p->subject), PACK_SLOT_SUBJECT, false);
    if (p->lines != NULL) {
        name_put(&n, p->lines->reg != NULL ? STR("candidates") : STR("lines"), p->lines->title, feel_list_of(l->a, p->lines->type), PACK_SLOT_LIST, false);
        if (each) name_put(&n, STR("one"), p->lines->one, p->lines->type, PACK_SLOT_ONE, false);
    }
    if (case_type != NULL) name_put(&n, STR("case"), STR("案件"), case_type, PACK_SLOT_CASE, false);
    for (uint32_t i = 0; i < p->steps_count && paper; i++) {
        const struct pack_step *s = p->steps[i];
        name_put(&n, s->name, s->title.zh, each ? s->paper_each : s->paper_once, PACK_SLOT_STEPS + i, false);
    }
    if (paper) n.count += paper_names(l, p, each, &n.at[n.count]);
    for (uint32_t i = 0; i < p->steps_count && step != NULL; i++) {
        const struct pack_step *s = p->steps[i];
        if (s->group >= step->group || s->once_type == NULL) continue;
        name_put(&n, s->name, s->title.zh, each ? s->each_type : s->once_type, PACK_SLOT_STEPS + i, false);
    }
    return sealed(l, l->global, &n, paper);
}

/* Told elsewhere. */
static bool in_items(const struct item_list *items, const struct feel_member *m)
{
    for (uint32_t i = 0; i < items->count; i++)
        if (str_eq(items->shown[i], m->title) || str_eq(items->at[i].f.name, m->name) || str_eq(items->shown[i], m->name) || str_eq(items->at[i].f.name, m->title)) return true;
    return false;
}

static struct step_scope scopes_make(struct load *l, const struct procedure_made *m, const struct feel_type *case_type, const struct pack_step *step, const struct item_list *items)
{
    struct step_scope s = {.pack = m->decl->pack};
    uint32_t first = PACK_SLOT_STEPS + m->p.steps_count;
    for (int each = 0; each < (m->p.lines != NULL ? 2 : 1); each++) {
        const struct feel_scope *before = scope_before(l, m, case_type, step, each == 1, false);
        uint32_t own = step == NULL ? 0 : step->own_count;
        const struct feel_member *of_own = own == 0 ? NULL : each == 0 ? step->own_once : step->own_each;
        struct names n = {.at = arena_array(l->nodes, struct feel_name, items->count + own + 1)};
        for (uint32_t i = 0; i < own; i++)
            if (!in_items(items, &of_own[i])) name_put(&n, of_own[i].name, of_own[i].title, of_own[i].type, first + items->count + i, of_own[i].may_be_null);
        for (uint32_t i = 0; i < items->count; i++) {
            bool list = items->at[i].each && each == 0;
            name_put(&n, items->at[i].f.name, items->shown[i], list ? feel_list_of(l->a, items->types[i]) : items->types[i], first + i, !list && !items->at[i].f.required);
        }
        if (each == 0) {
            s.before = before;
            s.once = sealed(l, before, &n, false);
        } else {
            s.each = sealed(l, before, &n, false);
        }
    }
    return s;
}

/* ---- steps ---- */

static void step_head(struct load *l, struct procedure_made *m, struct pack_step *s, const struct ynode *n)
{
    const struct ynode *title = Y_GET(n, "title");
    s->name = y_text(Y_GET(n, "step"));
    s->title = y_text2(l, title, m->decl->pack);
    if (s->title.zh.len == 0) s->title.zh = s->name;
    if (title != NULL) (void)title_check(l, title, title_of(l, title, m->decl->pack));
    if (!name_ok(s->name, true) && Y_GET(n, "step") != NULL) bad(l, Y_GET(n, "step"), &E_pack_name, s->name, STR("a-z 0-9 _"));
    s->place = Y_GET(n, "step") == NULL ? n->at : Y_GET(n, "step")->at;
    struct str_list by = roles_named(l, Y_GET(n, "by"));
    role_acts_check(l, &m->p, Y_GET(n, "by"));
    s->by = by.at;
    s->by_count = by.count;
    cites_read(l, Y_GET(n, "basis"), DAY_OPEN, DAY_OPEN, &s->basis, &s->basis_count);
    struct str_list list = names_read(l, Y_GET(n, "implements"));
    s->implements = list.at;
    s->implements_count = list.count;
}

static void steps_place(struct load *l, struct procedure_made *m)
{
    const struct ynode *list = Y_GET(m->decl->node, "steps");
    uint32_t n = y_count(list), group = 0;
    struct name_scope names = {.what_zh = str_cat(l->a, STR("程序“"), m->p.d.title.zh, STR("”")), .what_en = str_cat(l->a, STR("the procedure "), m->p.d.name)};
    struct str own[] = {STR("subject"), m->p.subject_title, STR("case"), STR("案件"), STR("one"), m->p.lines != NULL ? m->p.lines->one : STR("人选"),
                        m->p.lines != NULL ? m->p.lines->title : STR("人选名单")};
    for (size_t i = 0; i < ARRAY_LEN(own); i++)
        if (own[i].len > 0) (void)name_scope_add(l, &names, own[i], NULL, m->p.d.place);
    m->p.steps = arena_array(l->a, const struct pack_step *, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        const struct ynode *node = y_at(list, i);
        struct pack_step *s = arena_new(l->a, struct pack_step);
        step_head(l, m, s, node);
        if (i > 0 && !y_yes(Y_GET(node, "beside"), false)) group++;
        s->idx = i;
        s->group = group;
        m->p.steps[i] = s;
        if (s->name.len > 0 && name_scope_add(l, &names, s->name, Y_GET(node, "step"), s->place) && !str_eq(s->name, s->title.zh))
            (void)name_scope_add(l, &names, s->title.zh, Y_GET(node, "title"), s->place);
    }
    m->p.steps_count = n;
    m->p.groups_count = n == 0 ? 0 : group + 1;
    if (n == 0 && list != NULL) bad(l, list, &E_pack_missing_key, STR("procedure"), STR("step"));
}

static struct item_list step_items(struct load *l, const struct procedure_made *m, const struct pack_step *s, const struct ynode *n)
{
    struct name_scope names = {.what_zh = STR("这一步"), .what_en = STR("this step")};
    struct item_list items;
    items_read(l, Y_GET(n, "fields"), m->decl->pack, str_cat(l->a, m->p.d.name, STR("."), s->name), m->p.lines != NULL, &names, &items);
    (void)clashes(l, &items, STR("case"), STR("案件"));
    (void)clashes(l, &items, STR("subject"), m->p.subject_title);
    if (m->p.lines != NULL) (void)clashes(l, &items, m->p.lines->one, m->p.lines->title);
    for (uint32_t i = 0; i < m->p.steps_count; i++)
        if (m->p.steps[i]->group < s->group || s->idx == UINT32_MAX) (void)clashes(l, &items, m->p.steps[i]->name, m->p.steps[i]->title.zh);
    return items;
}

static const struct feel_type *opening_make(struct load *l, struct procedure_made *m, uint32_t *items_max)
{
    const struct ynode *open = Y_GET(m->decl->node, "open");
    struct pack_step *s = arena_new(l->a, struct pack_step);
    *s = (struct pack_step){.name = STR("open"), .title = {STR("立案"), STR("opening")}, .idx = UINT32_MAX};
    m->p.opening = s;
    struct str_list by = roles_named(l, Y_GET(open, "by"));
    role_acts_check(l, &m->p, Y_GET(open, "by"));
    s->by = by.at;
    s->by_count = by.count;
    s->place = m->p.d.place;
    struct item_list items = {0};
    if (open != NULL) {
        struct name_scope names = {.what_zh = STR("立案"), .what_en = STR("the opening")};
        items_read(l, Y_GET(open, "fields"), m->decl->pack, str_cat(l->a, m->p.d.name, STR(".open")), m->p.lines != NULL, &names, &items);
    }
    struct step_scope scope = scopes_make(l, m, NULL, NULL, &items);
    if (open != NULL) step_body(l, m, s, open, &items, &scope);
    *items_max = items.count;
    struct feel_member *members = arena_array(l->a, struct feel_member, items.count + 1);
    members[0] = (struct feel_member){.name = STR("opened"), .title = STR("立案日期"), .type = &feel_date, .slot = 0};
    for (uint32_t i = 0; i < items.count; i++)
        members[i + 1] = (struct feel_member){.name = items.at[i].f.name, .title = items.shown[i],
                                              .type = items.at[i].each ? feel_list_of(l->a, items.types[i]) : items.types[i], .slot = i + 1,
                                              .may_be_null = !items.at[i].f.required && !items.at[i].each, .host = &items.at[i]};
    return context_type(l, members, items.count + 1);
}

static void compile_one(struct load *l, struct procedure_made *m)
{
    static const struct str as_of[] = {STR_INIT("opened"), STR_INIT("act")};
    const struct ynode *n = m->decl->node, *subject = Y_GET(n, "subject"), *down = Y_GET(n, "lay-down"), *late = Y_GET(n, "late"), *steps = Y_GET(n, "steps");
    const struct ynode *title = Y_GET(subject, "title");
    m->p.subject_title = y_text(title);
    if (title != NULL) (void)title_check(l, title, title->text);
    if (y_key(n, STR("basis")) == NULL && y_key(n, STR("implements")) == NULL)
        bad(l, m->decl->name_node, &E_pack_needs_basis, str_cat(l->a, STR("procedure "), m->p.d.name));
    m->p.as_of_act = y_word(l, Y_GET(n, "as-of"), 0, 2, as_of) == 1;
    if (late != NULL) m->p.late = due_at(l, l->global, late);
    struct str_list by = roles_named(l, Y_GET(down, "by"));
    role_acts_check(l, &m->p, Y_GET(down, "by"));
    m->p.down_by = by.at;
    m->p.down_by_count = by.count;
    cites_read(l, Y_GET(down, "basis"), DAY_OPEN, DAY_OPEN, &m->p.down_basis, &m->p.down_basis_count);
    const struct ynode *trace = Y_GET(n, "trace");
    by = roles_named(l, Y_GET(trace, "by"));
    role_acts_check(l, &m->p, Y_GET(trace, "by"));
    m->p.trace_by = by.at;
    m->p.trace_by_count = by.count;
    cites_read(l, Y_GET(trace, "basis"), DAY_OPEN, DAY_OPEN, &m->p.trace_basis, &m->p.trace_basis_count);
    adopts_read(l, m);
    lines_make(l, m);
    steps_place(l, m);
    uint32_t items_max = 0;
    const struct feel_type *case_type = opening_make(l, m, &items_max);
    for (uint32_t i = 0; i < m->p.steps_count; i++) {
        struct pack_step *s = (struct pack_step *)(uintptr_t)m->p.steps[i];
        const struct ynode *node = y_at(steps, i);
        struct str_list kinds = kinds_named(l, &m->p, Y_GET(node, "for"));
        s->kinds = kinds.at;
        s->kinds_count = kinds.count;
        struct item_list items = step_items(l, m, s, node);
        own_make(l, m, s, node);
        struct step_scope scope = scopes_make(l, m, case_type, s, &items);
        step_body(l, m, s, node, &items, &scope);
        s->once_type = step_type(l, m, s, node, &items, false);
        s->each_type = m->p.lines != NULL ? step_type(l, m, s, node, &items, true) : s->once_type;
        s->paper_once = paper_step_type(l, s, s->once_type);
        s->paper_each = m->p.lines != NULL ? paper_step_type(l, s, s->each_type) : s->paper_once;
        items_max = MAX(items_max, items.count + s->own_count);
    }
    m->p.vars_count = PACK_SLOT_STEPS + m->p.steps_count + items_max + 1; /* and the one that an effect is at */
    m->p.paper_vars = PACK_SLOT_STEPS + m->p.steps_count + PACK_PAPER_SLOTS;
    m->p.paper_scope = scope_before(l, m, case_type, NULL, false, true);
    m->p.paper_line = m->p.lines == NULL ? m->p.paper_scope : scope_before(l, m, case_type, NULL, true, true);
}

/* Known of all before any: a step may open cases of a procedure that is written later. */
static void subject_find(struct load *l, struct procedure_made *m)
{
    const struct ynode *reg = Y_GET(Y_GET(m->decl->node, "subject"), "register");
    const struct register_made *r = reg == NULL ? NULL : register_named(l, reg, 0, reg->text);
    if (r != NULL) m->p.subject = &r->r;
}

void procedures_compile(struct load *l)
{
    for (size_t i = 0; i < l->procedures.len; i++) subject_find(l, (struct procedure_made *)(void *)l->procedures.at[i]);
    for (size_t i = 0; i < l->procedures.len; i++) compile_one(l, (struct procedure_made *)(void *)l->procedures.at[i]);
    for (size_t i = 0; i < l->notices.len; i++)
        if (l->notices.at[i]->step == NULL) warn_place(l, l->notices.at[i]->d.place, &E_pack_notice_unused, l->notices.at[i]->d.name);
    subs_check(l);
}
