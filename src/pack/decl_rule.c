/* decl_rule.c - rules: whom they concern, what is wrong, what they raise, and which rules except which. */
#include "pack/inner.h"

struct rule_made {
    struct pack_rule r; /* first */
    struct decl *decl;
    uint8_t mark;
};

static const struct str severities[] = {STR_INIT("info"), STR_INIT("warn"), STR_INIT("serious")};

void rules_read(struct load *l, struct decl *d)
{
    static const struct str exceptions[] = {STR_INIT("closed"), STR_INIT("open")}, missing[] = {STR_INIT("report"), STR_INIT("ignore")};
    struct rule_made *m = arena_new(l->a, struct rule_made);
    const struct ynode *n = d->node, *raise = Y_GET(n, "raise");
    m->decl = d;
    d->made = m;
    decl_common(l, d, &m->r.d);
    m->r.idx = (uint32_t)l->rules.len;
    m->r.template_name = d->via != NULL ? d->via->template_name : STR("");
    m->r.exceptions_open = y_word(l, Y_GET(n, "exceptions"), 0, 2, exceptions) == 1;
    m->r.missing_ignore = y_word(l, Y_GET(n, "missing"), 0, 2, missing) == 1;
    m->r.raises = raise != NULL && raise->kind == Y_MAP;
    int severity = m->r.raises ? y_word(l, Y_GET(raise, "severity"), PACK_WARN, ARRAY_LEN(severities), severities) : PACK_INFO;
    m->r.severity = severity < 0 ? PACK_WARN : (enum pack_severity)severity;
    if (y_key(n, STR("basis")) == NULL && y_key(n, STR("implements")) == NULL)
        bad(l, d->name_node, &E_pack_needs_basis, str_cat(l->a, STR("rule "), d->name));
    if (!m->r.raises && raise != NULL && y_key(n, STR("overrides")) == NULL) bad(l, raise, &E_pack_raise_none, STR(""));
    (void)map_put(l->nodes, &l->rule_by_name, d->name, m);
    vec_push(l->a, &l->rules, &m->r);
}

/* ---- what to show: by default what `when` reads ---- */

struct shown {
    const struct feel_node *nodes[64];
    uint32_t count;
};

/* this.a.b */
static bool of_this(const struct feel_node *n)
{
    while (n->op == FEEL_MEMBER && n->kids_count == 1) n = n->kids[0];
    return n->op == FEEL_VARIABLE;
}

static void collect(struct shown *s, const struct feel_node *n)
{
    bool plain = n->op == FEEL_VARIABLE && n->type != NULL && n->type->kind != FT_RECORD && n->type->kind != FT_CONTEXT;
    bool name = n->op == FEEL_PARAMETER || plain || (n->op == FEEL_MEMBER && of_this(n));
    bool records = n->type != NULL && n->type->kind == FT_LIST && n->type->item != NULL && n->type->item->kind == FT_RECORD;
    if (name && !records) {
        if (s->count < ARRAY_LEN(s->nodes)) s->nodes[s->count++] = n;
        return;
    }
    for (uint32_t i = 0; i < n->kids_count; i++)
        if (n->kids[i] != NULL) collect(s, n->kids[i]);
}

struct shown_names names_shown(struct load *l, const struct feel_scope *scope, const struct feel_program *p, const struct ynode *text_of)
{
    struct shown s = {0};
    collect(&s, p->root);
    struct shown_names out = {.programs = arena_array(l->a, const struct feel_program *, s.count + 1),
                              .titles = arena_array(l->a, struct str, s.count + 1)};
    for (uint32_t i = 0; i < s.count; i++) {
        const struct feel_node *n = s.nodes[i];
        struct str text = str_sub(text_of->text, n->place.off, (size_t)n->place.off + n->place.len);
        struct str title = n->op == FEEL_PARAMETER && n->kids_count == 0 && n->ref != NULL ? n->ref->title
                           : n->op == FEEL_MEMBER && n->kids[0]->op == FEEL_VARIABLE && n->kids[0]->type->kind == FT_RECORD && n->member != NULL &&
                                   n->kids[0]->ref != NULL && n->kids[0]->ref->kind == FN_THIS
                               ? n->member->title : text;
        bool twice = false;
        for (uint32_t k = 0; k < out.count; k++) twice = twice || str_eq(out.titles[k], title);
        if (twice) continue;
        const struct ynode *part = y_scalar(l->nodes, text, y_place(text_of, n->place.off, n->place.len));
        struct feel_program *program = feel_quiet(l, scope, part, NULL);
        if (program == NULL) continue;
        out.titles[out.count] = title;
        out.programs[out.count++] = program;
    }
    return out;
}

static void show_default(struct load *l, struct rule_made *m, const struct ynode *when)
{
    struct shown_names s = names_shown(l, m->r.scope, m->r.when, when);
    m->r.show = s.programs;
    m->r.show_titles = s.titles;
    m->r.show_count = s.count;
}

static void show_read(struct load *l, struct rule_made *m, const struct ynode *show, struct str site_zh, struct str site_en)
{
    uint32_t n = y_count(show);
    const struct feel_program **programs = arena_array(l->a, const struct feel_program *, n + 1);
    struct str *titles = arena_array(l->a, struct str, n + 1);
    uint32_t count = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct ynode *item = y_at(show, i);
        struct feel_program *p = feel_at(l, m->r.scope, item, NULL);
        if (p == NULL) continue;
        reach_check(l, p, item, USE_RULE, site_zh, site_en);
        titles[count] = item->text;
        programs[count++] = p;
    }
    m->r.show = programs;
    m->r.show_titles = titles;
    m->r.show_count = count;
}

/* ---- */

static struct feel_program *condition(struct load *l, struct rule_made *m, const struct ynode *n, bool exception, struct str site_zh, struct str site_en)
{
    if (n == NULL) return NULL;
    struct feel_program *p = feel_at(l, m->r.scope, n, &feel_bool);
    if (p == NULL) return NULL;
    reach_check(l, p, n, USE_RULE, site_zh, site_en);
    literals_check(l, p, n, m->decl->pack, true);
    tighten_check(l, p, n, exception);
    if (reach_of(p).daily) m->r.daily = true;
    return p;
}

/* The day on which the matter falls due, a date of the record; or how long the answer to the slip may take. */
static struct feel_program *raise_due(struct load *l, struct rule_made *m, const struct ynode *raise, const struct ynode *due, struct str site_zh, struct str site_en)
{
    struct feel_program *p = feel_at(l, m->r.scope, due, NULL);
    if (p == NULL) return NULL;
    reach_check(l, p, due, USE_RULE, site_zh, site_en);
    if (p->type->kind == FT_DATE) return p;
    if (y_key(raise, STR("slip")) == NULL) bad(l, due, &E_pack_no_slip, STR("due"));
    return due_at(l, m->r.scope, due);
}

/* "cond" or "cond and (where)": what is written keeps its place in the file. */
static struct ynode *joined(struct load *l, const struct ynode *over, struct str cond, const struct ynode *where)
{
    struct ynode *n = y_scalar(l->nodes, cond, over->at);
    if (where == NULL || where->kind != Y_SCALAR) return n;
    struct str head = str_cat(l->a, cond, STR(" and ("));
    struct yseg *segs = arena_array(l->a, struct yseg, 3 + where->segs_count);
    uint32_t count = 0;
    segs[count++] = (struct yseg){0, over->at};
    if (where->segs_count == 0) segs[count++] = (struct yseg){(uint32_t)head.len, where->at};
    for (uint32_t i = 0; i < where->segs_count; i++) segs[count++] = (struct yseg){(uint32_t)head.len + where->segs[i].off, where->segs[i].at};
    segs[count++] = (struct yseg){(uint32_t)(head.len + where->text.len), over->at};
    n->text = str_cat(l->a, head, where->text, STR(")"));
    n->segs = segs;
    n->segs_count = count;
    n->via = where->via;
    return n;
}

/* Steps are compiled after rules: looked up as they are written. */
static bool step_written(struct load *l, const struct procedure_made *p, const struct ynode *over, size_t off, struct str *name)
{
    const struct ynode *steps = Y_GET(p->decl->node, "steps");
    struct str *names = arena_array(l->nodes, struct str, 2 * (size_t)y_count(steps) + 1);
    for (uint32_t i = 0; i < y_count(steps); i++) {
        const struct ynode *n = y_at(steps, i);
        names[2 * i] = y_text(Y_GET(n, "step"));
        names[2 * i + 1] = y_text(Y_GET(n, "title"));
        if (!str_eq(names[2 * i], *name) && !str_eq(names[2 * i + 1], *name)) continue;
        *name = names[2 * i];
        return true;
    }
    unknown(l, over, off, name->len, STR("步骤"), STR("step"), 2 * (size_t)y_count(steps), names);
    return false;
}

/* A register; or a procedure: its cases; or PROCEDURE.STEP: the rounds of that step.  These are records of packs/core, and *where becomes only those. */
static const struct register_made *over_find(struct load *l, const struct ynode *over, const struct ynode **where)
{
    if (over == NULL || map_find(&l->register_by_name, over->text) != NULL) return over == NULL ? NULL : register_named(l, over, 0, over->text);
    size_t dot = str_find_char(over->text, '.');
    struct str name = dot == SIZE_MAX ? over->text : str_sub(over->text, 0, dot), step = dot == SIZE_MAX ? STR("") : str_sub(over->text, dot + 1, over->text.len);
    const struct procedure_made *p = map_find(&l->procedure_by_name, name);
    if (p == NULL) return register_named(l, over, 0, over->text);
    struct register_made *core = map_find(&l->register_by_name, step.len == 0 ? STR("case") : STR("case_step"));
    if (core == NULL) return register_named(l, over, 0, over->text);
    struct str cond = str_cat(l->a, STR("procedure = \""), p->p.d.name, STR("\""));
    if (step.len > 0) {
        if (!step_written(l, p, over, dot + 1, &step)) return NULL;
        cond = str_cat(l->a, STR("case.procedure = \""), p->p.d.name, STR("\" and step = \""), step, STR("\""));
    }
    *where = joined(l, over, cond, *where);
    return core;
}

/* Over pairs: a second register, each record of which is called by a name of its own. */
static bool each_read(struct load *l, struct rule_made *m, const struct register_made *over)
{
    const struct ynode *n = Y_GET(m->decl->node, "each"), *reg = Y_GET(n, "register"), *title = Y_GET(n, "title");
    m->r.scope = over->r.scope;
    if (n == NULL) return true;
    if (reg == NULL || title == NULL || !title_check(l, title, title->text)) return false;
    const struct register_made *each = register_named(l, reg, 0, reg->text);
    if (each == NULL) return false;
    m->r.each = &each->r;
    m->r.each_title = title->text;
    struct feel_type *t = arena_new(l->a, struct feel_type);
    *t = (struct feel_type){.kind = FT_RECORD, .reg = &each->r.feel};
    struct feel_name *name = arena_new(l->a, struct feel_name);
    *name = (struct feel_name){.kind = FN_VARIABLE, .name = STR("with"), .title = title->text, .type = t, .slot = 1};
    struct feel_scope *s = arena_new(l->a, struct feel_scope);
    *s = (struct feel_scope){.outer = over->r.scope, .names = name, .names_count = 1};
    feel_scope_seal(l->a, s);
    m->r.scope = s;
    return true;
}

static void raise_compile(struct load *l, struct rule_made *m, const struct ynode *raise, struct str site_zh, struct str site_en)
{
    const struct ynode *say = Y_GET(raise, "say"), *due = Y_GET(raise, "due"), *to = Y_GET(raise, "to"), *slip = Y_GET(raise, "slip");
    m->r.slip = slip_named(l, slip);
    if (to != NULL && role_named(l, to) != NULL) m->r.to = to->text;
    if (m->r.over == NULL) return;
    m->r.say = say_read(l, m->r.scope, say, &m->r.say_en);
    if (say != NULL) reach_check_message(l, m->r.say, say, USE_RULE, site_zh, site_en);
    if (due != NULL) m->r.due = raise_due(l, m, raise, due, site_zh, site_en);
}

void rules_compile(struct load *l)
{
    for (size_t i = 0; i < l->rules.len; i++) {
        struct rule_made *m = (struct rule_made *)(void *)l->rules.at[i];
        const struct ynode *n = m->decl->node, *over = Y_GET(n, "over"), *when = Y_GET(n, "when"), *show = Y_GET(n, "show");
        const struct ynode *raise = Y_GET(n, "raise");
        struct str site_zh = str_cat(l->a, STR("规则“"), m->r.d.title.zh, STR("”")), site_en = str_cat(l->a, STR("the rule \""), m->r.d.name, STR("\""));
        const struct ynode *where = Y_GET(n, "where");
        const struct register_made *reg = over_find(l, over, &where);
        if (reg != NULL && each_read(l, m, reg)) {
            m->r.over = &reg->r;
            bool exception = y_key(n, STR("overrides")) != NULL && !m->r.raises;
            m->r.where = condition(l, m, where, exception, site_zh, site_en);
            m->r.when = condition(l, m, when, exception, site_zh, site_en);
            if (show != NULL)
                show_read(l, m, show, site_zh, site_en);
            else if (m->r.when != NULL)
                show_default(l, m, when);
            vector_check(&m->r, l);
        }
        if (m->r.raises) raise_compile(l, m, raise, site_zh, site_en);
    }
}

/* ---- exceptions ---- */

static void circle_go(struct load *l, struct rule_made *m, struct rule_made **stack, uint32_t depth)
{
    m->mark = 1;
    stack[depth++] = m;
    for (uint32_t i = 0; i < m->r.overrides_count && depth < 256; i++) {
        struct rule_made *next = (struct rule_made *)(uintptr_t)m->r.overrides[i];
        if (next->mark == 0) {
            circle_go(l, next, stack, depth);
        } else if (next->mark == 1) {
            struct str way = STR("");
            uint32_t from = 0;
            while (from < depth && stack[from] != next) from++;
            for (; from < depth; from++) way = str_cat(l->a, way, stack[from]->r.d.name, STR(" → "));
            bad(l, Y_GET(next->decl->node, "overrides"), &E_pack_overrides_self, str_cat(l->a, way, next->r.d.name));
        }
    }
    m->mark = 2;
}

static bool overrides_it(const struct pack_rule *r, const struct pack_rule *base)
{
    for (uint32_t i = 0; i < r->overrides_count; i++)
        if (r->overrides[i] == base) return true;
    return false;
}

/* this.x, without anything between. */
static const struct feel_member *own_member(const struct feel_node *n)
{
    return n->op == FEEL_MEMBER && n->kids_count == 1 && n->kids[0]->op == FEEL_VARIABLE && n->kids[0]->slot == 0 ? n->member : NULL;
}

/* Do two conditions exclude each other for a plain reason: one field, two values?  Conditions joined by `and` are looked at in turn. */
static bool exclude(const struct feel_node *x, const struct feel_node *y, int depth)
{
    if (depth > 8) return false;
    for (uint32_t i = 0; x->op == FEEL_AND && i < x->kids_count; i++)
        if (exclude(x->kids[i], y, depth + 1)) return true;
    for (uint32_t i = 0; x->op != FEEL_AND && y->op == FEEL_AND && i < y->kids_count; i++)
        if (exclude(x, y->kids[i], depth + 1)) return true;
    if (x->op != FEEL_EQ || y->op != FEEL_EQ || own_member(x->kids[0]) == NULL || own_member(x->kids[0]) != own_member(y->kids[0])) return false;
    const struct feel_node *a = x->kids[1], *b = y->kids[1];
    return a->op == FEEL_LITERAL && b->op == FEEL_LITERAL && fv_equal(&a->value, &b->value) == 0;
}

static bool exclude_rules(const struct pack_rule *x, const struct pack_rule *y)
{
    const struct feel_program *a[2] = {x->where, x->when}, *b[2] = {y->where, y->when};
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < 2; k++)
            if (a[i] != NULL && b[k] != NULL && exclude(a[i]->root, b[k]->root, 0)) return true;
    return false;
}

/* Two exceptions that could hold at once and do not come to the same. */
static void clashes_warn(struct load *l, const struct pack_rule *base)
{
    for (uint32_t i = 0; i < base->excepted_by_count; i++)
        for (uint32_t k = i + 1; k < base->excepted_by_count; k++) {
            const struct pack_rule *x = base->excepted_by[i], *y = base->excepted_by[k];
            if (!x->raises && !y->raises) continue;
            if (overrides_it(x, y) || overrides_it(y, x) || exclude_rules(x, y)) continue;
            const struct rule_made *m = (const struct rule_made *)(const void *)y;
            warn(l, m->decl->name_node, &E_pack_exceptions_clash, base->d.name, x->d.name, y->d.name);
        }
}

void rules_link(struct load *l)
{
    size_t n = l->rules.len;
    struct str *names = arena_array(l->nodes, struct str, n + 1);
    uint32_t *excepted = arena_array(l->a, uint32_t, n + 1);
    for (size_t i = 0; i < n; i++) names[i] = l->rules.at[i]->d.name;
    for (size_t i = 0; i < n; i++) {
        struct rule_made *m = (struct rule_made *)(void *)l->rules.at[i];
        const struct ynode *list = Y_GET(m->decl->node, "overrides");
        const struct pack_rule **out = arena_array(l->a, const struct pack_rule *, y_count(list) + 1);
        for (uint32_t k = 0; k < y_count(list); k++) {
            const struct ynode *item = y_at(list, k);
            struct rule_made *base = map_find(&l->rule_by_name, item->text);
            if (base == NULL) {
                unknown(l, item, 0, item->text.len, STR("规则"), STR("rule"), n, names);
                continue;
            }
            if (base->r.over != m->r.over && base->r.over != NULL && m->r.over != NULL)
                bad(l, item, &E_pack_overrides_over, base->r.d.name);
            if (m->r.each != NULL && base->r.each != m->r.each && base->r.over == m->r.over) bad(l, item, &E_pack_overrides_each, base->r.d.name);
            if (base->decl->pack != m->decl->pack && !base->r.exceptions_open)
                bad(l, item, &E_pack_not_open, base->r.d.name, STR("exceptions: open"), STR("写它的例外"), STR("an exception to it"));
            out[m->r.overrides_count++] = &base->r;
            excepted[base->r.idx]++;
        }
        m->r.overrides = out;
    }
    for (size_t i = 0; i < n; i++) l->rules.at[i]->excepted_by = arena_array(l->a, const struct pack_rule *, excepted[i] + 1u);
    for (size_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < l->rules.at[i]->overrides_count; k++) {
            struct pack_rule *base = (struct pack_rule *)(uintptr_t)l->rules.at[i]->overrides[k];
            base->excepted_by[base->excepted_by_count++] = l->rules.at[i];
        }
    for (size_t i = 0; i < n; i++) clashes_warn(l, l->rules.at[i]);
    struct rule_made **stack = arena_array(l->a, struct rule_made *, 257);
    for (size_t i = 0; i < n; i++) {
        struct rule_made *m = (struct rule_made *)(void *)l->rules.at[i];
        if (m->mark == 0) circle_go(l, m, stack, 0);
    }
}
