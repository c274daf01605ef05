/* decl_step.c - what one step asks and does: gates, limits, the meeting, who goes on, effects, ways back. */
#include "pack/inner.h"

struct stepping {
    struct load *l;
    struct procedure_made *m;
    struct pack_step *step;
    const struct step_scope *scope;
};

static const struct feel_scope *scope_of(struct stepping *k, const struct ynode *n, bool each)
{
    if (!each || k->scope->each != NULL) return each ? k->scope->each : k->scope->once;
    bad(k->l, n, &E_pack_each, n->text);
    return k->scope->once;
}

static struct feel_program *condition(struct stepping *k, const struct feel_scope *scope, const struct ynode *n, struct str zh, struct str en)
{
    if (n == NULL) return NULL;
    struct feel_program *p = feel_at(k->l, scope, n, &feel_bool);
    if (p == NULL) return NULL;
    reach_check(k->l, p, n, USE_GATE, zh, en);
    literals_check(k->l, p, n, k->scope->pack, true);
    tighten_check(k->l, p, n, true);
    return p;
}

/* ---- gates ---- */

static void gate_read(struct stepping *k, struct pack_gate *g, const struct ynode *n, struct map *seen)
{
    static const struct str at[] = {STR_INIT("open"), STR_INIT("agenda"), STR_INIT("close")}, severities[] = {STR_INIT("block"), STR_INIT("reason")};
    static const struct str fails[] = {STR_INIT("refuse"), STR_INIT("drop"), STR_INIT("lay-down")};
    struct load *l = k->l;
    const struct ynode *name = Y_GET(n, "gate"), *must = Y_GET(n, "must"), *unless = Y_GET(n, "unless"), *needs = Y_GET(n, "needs"), *each = Y_GET(n, "each");
    g->name = y_text(name);
    g->title = y_text2(l, Y_GET(n, "title"), k->scope->pack);
    g->place = name == NULL ? n->at : name->at;
    if (name != NULL && !name_ok(g->name, false)) bad(l, name, &E_pack_name, g->name, STR("a-z 0-9 _ -"));
    if (name != NULL && !map_put(l->a, seen, g->name, g)) bad(l, name, &E_pack_name_taken, STR("这一步"), g->name, g->name, STR("this step"));
    int w = y_word(l, Y_GET(n, "at"), GATE_CLOSE, 3, at), f = y_word(l, Y_GET(n, "fails"), GATE_REFUSE, 3, fails);
    g->at = w < 0 ? GATE_CLOSE : (enum pack_gate_at)w;
    g->fails = f < 0 ? GATE_REFUSE : (enum pack_gate_fails)f;
    g->each = y_yes(each, false);
    g->reason = y_word(l, Y_GET(n, "severity"), 0, 2, severities) == 1;
    g->inapplicable = y_yes(Y_GET(n, "inapplicable"), false);
    if (g->fails == GATE_DROP && !g->each && each == NULL) bad(l, Y_GET(n, "fails"), &E_pack_missing_key, STR("gate"), STR("each: yes"));
    if (y_key(n, STR("basis")) == NULL && y_key(n, STR("implements")) == NULL) bad(l, name == NULL ? n : name, &E_pack_needs_basis, str_cat(l->a, STR("gate "), g->name));
    cites_read(l, Y_GET(n, "basis"), DAY_OPEN, DAY_OPEN, &g->basis, &g->basis_count);
    struct str_list list = names_read(l, Y_GET(n, "implements"));
    g->implements = list.at;
    g->implements_count = list.count;
    const struct feel_scope *scope = scope_of(k, each == NULL ? n : each, g->each);
    struct str zh = str_cat(l->a, STR("门槛“"), g->title.zh, STR("”")), en = str_cat(l->a, STR("the gate \""), g->name, STR("\""));
    g->must = condition(k, scope, must, zh, en);
    g->unless = condition(k, scope, unless, zh, en);
    g->say = say_read(l, scope, Y_GET(n, "say"), &g->say_en);
    if (g->say != NULL) reach_check_message(l, g->say, Y_GET(n, "say"), USE_GATE, zh, en);
    if (g->must != NULL) {
        struct shown_names s = names_shown(l, scope, g->must, must);
        g->show = s.programs;
        g->show_titles = s.titles;
        g->show_count = s.count;
    }
    if (needs != NULL && unless == NULL) bad(l, needs, &E_pack_missing_key, STR("gate"), STR("unless"));
    g->needs = arena_array(l->a, const struct pack_item *, y_count(needs) + 1);
    for (uint32_t i = 0; i < y_count(needs); i++) {
        const struct pack_item *it = item_named(l, k->step->items, k->step->items_count, y_at(needs, i));
        if (it != NULL) g->needs[g->needs_count++] = it;
    }
}

static void gates_read(struct stepping *k, const struct ynode *list)
{
    struct map seen = {0};
    k->step->gates = arena_array(k->l->a, struct pack_gate, y_count(list) + 1);
    for (uint32_t i = 0; i < y_count(list); i++) gate_read(k, &k->step->gates[k->step->gates_count++], y_at(list, i), &seen);
}

/* ---- limits ---- */

static void limits_read(struct stepping *k, const struct ynode *list)
{
    static const struct str late[] = {STR_INIT("finding"), STR_INIT("refuse")};
    struct load *l = k->l;
    k->step->limits = arena_array(l->a, struct pack_limit, y_count(list) + 1);
    for (uint32_t i = 0; i < y_count(list); i++) {
        const struct ynode *n = y_at(list, i), *after = Y_GET(n, "after"), *before = Y_GET(n, "not-before"), *within = Y_GET(n, "within"), *remind = Y_GET(n, "remind");
        struct pack_limit *x = &k->step->limits[k->step->limits_count++];
        x->name = y_text(Y_GET(n, "limit"));
        x->place = n->at;
        if (after != NULL) x->after = feel_at(l, k->scope->once, after, &feel_date);
        if (before != NULL) x->not_before = due_at(l, k->scope->once, before);
        if (within != NULL) x->within = due_at(l, k->scope->once, within);
        if (remind != NULL) x->remind = due_at(l, k->scope->once, remind);
        if (before == NULL && within == NULL) bad(l, n, &E_pack_one_of, STR("not-before within"));
        x->refuse = y_word(l, Y_GET(n, "late"), 0, 2, late) == 1;
        if (y_key(n, STR("basis")) == NULL) bad(l, n, &E_pack_needs_basis, str_cat(l->a, STR("limit "), x->name));
        cites_read(l, Y_GET(n, "basis"), DAY_OPEN, DAY_OPEN, &x->basis, &x->basis_count);
    }
}

/* ---- effects ---- */

static void effect_set(struct stepping *k, struct pack_effect *e, const struct register_made *r, const struct feel_scope *scope, const struct ynode *set)
{
    struct load *l = k->l;
    if (set == NULL || !expect_shape(l, set, Y_MAP, STR("set"))) return;
    e->fields = arena_array(l->a, const struct pack_field *, set->count + 1);
    e->values = arena_array(l->a, const struct feel_program *, set->count + 1);
    for (uint32_t i = 0; i < set->count; i++) {
        const struct pack_field *f = field_named(l, r, set->keys[i]);
        if (f == NULL || set->kids[i] == NULL || !expect_shape(l, set->kids[i], Y_SCALAR, set->keys[i]->text)) continue;
        if (f->column == UINT32_MAX) {
            bad(l, set->keys[i], &E_pack_given_derived, set->keys[i]->text);
            continue;
        }
        const struct feel_type *wanted = f->member == NULL || f->member->type->kind == FT_ANY ? NULL : f->member->type;
        /* Two tables of options may hold the same words: the value is looked up by its title when it is written. */
        struct feel_program *p = wanted != NULL && wanted->kind == FT_CODE ? feel_quiet(l, scope, set->kids[i], NULL) : NULL;
        if (p == NULL || (p->type->kind != FT_CODE && p->type->kind != FT_STRING)) p = feel_at(l, scope, set->kids[i], wanted);
        if (p == NULL) continue;
        literals_check(l, p, set->kids[i], k->scope->pack, false);
        e->fields[e->count] = f;
        e->values[e->count++] = p;
    }
    for (uint32_t i = 0; e->kind == EFFECT_CREATE && i < r->r.fields_count; i++) {
        const struct pack_field *f = &r->r.fields[i];
        bool given = !f->required || f->init != NULL || f->derive != NULL;
        for (uint32_t c = 0; c < e->count; c++) given = given || e->fields[c] == f;
        if (!given) bad(l, set, &E_pack_missing_key, r->r.d.title.zh, f->title.zh);
    }
}

/* Once for each of a list, which is called by a name of its own. */
static const struct feel_scope *over_read(struct stepping *k, struct pack_effect *e, const struct ynode *n, const struct feel_scope *scope)
{
    struct load *l = k->l;
    const struct ynode *over = Y_GET(n, "over"), *one = Y_GET(n, "one");
    if (over == NULL || one == NULL) {
        bad(l, n, &E_pack_missing_key, STR("effect"), over == NULL ? STR("over") : STR("one"));
        return scope;
    }
    struct feel_program *p = feel_at(l, scope, over, NULL);
    (void)title_check(l, one, one->text);
    if (p == NULL) return scope;
    if (p->type->kind != FT_LIST) {
        bad(l, over, &E_pack_effect_form, STR("over 应是一个列表"), STR("over should be a list"));
        return scope;
    }
    e->over = p;
    e->one_slot = PACK_SLOT_STEPS + k->m->p.steps_count + k->step->items_count + k->step->own_count;
    struct feel_name *name = arena_new(l->a, struct feel_name);
    *name = (struct feel_name){.kind = FN_VARIABLE, .name = one->text, .title = one->text, .type = p->type->item, .slot = e->one_slot};
    struct feel_scope *s = arena_new(l->nodes, struct feel_scope);
    *s = (struct feel_scope){.outer = scope, .names = name, .names_count = 1};
    feel_scope_seal(l->nodes, s);
    return s;
}

static void effect_read(struct stepping *k, struct pack_effect *e, const struct ynode *n)
{
    static const struct str words[] = {STR_INIT("create"), STR_INIT("update"), STR_INIT("close")};
    struct load *l = k->l;
    const struct ynode *target = NULL, *each = Y_GET(n, "each"), *which = Y_GET(n, "which"), *when = Y_GET(n, "when");
    int given = 0;
    for (int i = 0; i < 3; i++) {
        const struct ynode *t = y_get(n, words[i]);
        if (t == NULL) continue;
        target = t;
        e->kind = (enum pack_effect_kind)i;
        given++;
    }
    e->place = n->at;
    if (given != 1) {
        bad(l, n, &E_pack_one_of, STR("create update close"));
        return;
    }
    const struct register_made *r = register_named(l, target, 0, target->text);
    if (r == NULL) return;
    e->reg = &r->r;
    e->each = y_yes(each, false);
    struct str_list kinds = Y_GET(n, "for") == NULL ? (struct str_list){0} : kinds_named(l, &k->m->p, Y_GET(n, "for"));
    e->kinds = kinds.at;
    e->kinds_count = kinds.count;
    const struct feel_scope *scope = scope_of(k, each == NULL ? n : each, e->each);
    if (Y_GET(n, "over") != NULL || Y_GET(n, "one") != NULL) scope = over_read(k, e, n, scope);
    if (e->kind != EFFECT_CREATE) {
        struct feel_type *t = arena_new(l->a, struct feel_type);
        *t = (struct feel_type){.kind = FT_RECORD, .reg = &r->r.feel};
        if (which == NULL && e->over != NULL)
            e->which = feel_at(l, scope, Y_GET(n, "one"), t); /* the one itself */
        else if (which == NULL && Y_GET(n, "over") == NULL)
            bad(l, n, &E_pack_missing_key, STR("effect"), STR("which"));
        else if (which != NULL)
            e->which = feel_at(l, scope, which, t);
    } else if (which != NULL) {
        bad(l, which, &E_pack_effect_form, STR("create 不写 which"), STR("create has no which"));
    }
    if (when != NULL) e->when = feel_at(l, scope, when, &feel_bool);
    if (e->kind != EFFECT_CLOSE)
        effect_set(k, e, r, scope, Y_GET(n, "set"));
    else if (Y_GET(n, "set") != NULL)
        bad(l, Y_GET(n, "set"), &E_pack_effect_form, STR("close 不写 set"), STR("close has no set"));
}

/* ---- the rest ---- */

static void returns_read(struct stepping *k, const struct ynode *list)
{
    struct load *l = k->l;
    k->step->returns = arena_array(l->a, struct pack_return, y_count(list) + 1);
    for (uint32_t i = 0; i < y_count(list); i++) {
        const struct ynode *n = y_at(list, i), *to = Y_GET(n, "to"), *when = Y_GET(n, "when");
        const struct pack_step *s = step_named(l, &k->m->p, to);
        if (s == NULL) continue;
        if (s->group >= k->step->group) {
            bad(l, to, &E_pack_step_later, to->text);
            continue;
        }
        struct pack_return *r = &k->step->returns[k->step->returns_count++];
        struct str_list by = roles_named(l, Y_GET(n, "by"));
        role_acts_check(l, &k->m->p, Y_GET(n, "by"));
        *r = (struct pack_return){.to = s->idx, .by = by.at, .by_count = by.count};
        if (when != NULL) r->when = feel_at(l, k->scope->once, when, &feel_bool);
    }
}

static const struct pack_meeting *meeting_read(struct stepping *k, const struct ynode *n)
{
    static const struct str speak[] = {STR_INIT("all"), STR_INIT("any")}, last[] = {STR_INIT("chair"), STR_INIT("none")};
    if (n == NULL) return NULL;
    struct pack_meeting *m = arena_new(k->l->a, struct pack_meeting);
    *m = (struct pack_meeting){.body = y_text(Y_GET(n, "body")), .chair = y_text(Y_GET(n, "chair"))};
    (void)role_named(k->l, Y_GET(n, "chair"));
    m->speak_all = y_word(k->l, Y_GET(n, "speak"), 0, 2, speak) == 0;
    m->last_chair = y_word(k->l, Y_GET(n, "last"), 0, 2, last) == 0;
    m->written = y_yes(Y_GET(n, "written"), false);
    return m;
}

static void not_by_read(struct stepping *k, const struct ynode *list)
{
    uint32_t *out = arena_array(k->l->a, uint32_t, y_count(list) + 1);
    for (uint32_t i = 0; i < y_count(list); i++) {
        const struct pack_step *s = step_named(k->l, &k->m->p, y_at(list, i));
        if (s == NULL) continue;
        if (s->group >= k->step->group) bad(k->l, y_at(list, i), &E_pack_step_later, y_at(list, i)->text);
        out[k->step->not_by_count++] = s->idx;
    }
    k->step->not_by = out;
}

void step_body(struct load *l, struct procedure_made *m, struct pack_step *step, const struct ynode *n, struct item_list *items, const struct step_scope *scope)
{
    struct stepping k = {l, m, step, scope};
    const struct ynode *when = Y_GET(n, "when"), *keep = Y_GET(n, "keep"), *effects = Y_GET(n, "effects");
    step->items = items->at;
    step->items_count = items->count;
    items_check(l, items, scope);
    if (when != NULL) step->when = feel_at(l, scope->before, when, &feel_bool);
    not_by_read(&k, Y_GET(n, "not-by"));
    step->discretion = y_yes(Y_GET(n, "discretion"), false);
    gates_read(&k, Y_GET(n, "gates"));
    limits_read(&k, Y_GET(n, "limits"));
    step->meeting = meeting_read(&k, Y_GET(n, "meeting"));
    step->ballot = ballot_named(l, Y_GET(n, "ballot"));
    step->by_ballot = y_yes(Y_GET(n, "by-ballot"), false);
    if (step->by_ballot && Y_GET(n, "ballot") == NULL) bad(l, Y_GET(n, "by-ballot"), &E_pack_missing_key, STR("step"), STR("ballot"));
    if (step->by_ballot && step->ballot != NULL && (step->ballot->mode == MODE_HANDS || step->ballot->mode == MODE_VOICE))
        bad(l, Y_GET(n, "by-ballot"), &E_pack_ballot_key, STR("by-ballot"));
    if (Y_GET(n, "sub") != NULL) step->sub = sub_read(l, m, Y_GET(n, "sub"), scope);
    if (Y_GET(n, "refer") != NULL) step->refer = refer_read(l, m, Y_GET(n, "refer"), scope);
    step->notice = notice_of_step(l, &m->p, step, Y_GET(n, "notice"), scope);
    if (keep != NULL) {
        const struct feel_scope *s = scope_of(&k, keep, true);
        step->keep = feel_at(l, s, keep, &feel_bool);
    }
    step->effects = arena_array(l->a, struct pack_effect, y_count(effects) + 1);
    for (uint32_t i = 0; i < y_count(effects); i++) effect_read(&k, &step->effects[step->effects_count++], y_at(effects, i));
    returns_read(&k, Y_GET(n, "returns"));
}
