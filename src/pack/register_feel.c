/*
 * register_feel.c - the expressions of registers: derived fields, checks, defaults, display, keep.
 * Derived fields are compiled twice: once to see what needs what, then in that order, when it is known which may be null.
 */
#include "pack/inner.h"

#define EACH_REGISTER(l, m)                                                                                                  \
    for (size_t m##_i = 0; m##_i < (l)->registers.len; m##_i++)                                                              \
        for (struct register_made *m = (struct register_made *)(void *)(l)->registers.at[m##_i]; m != NULL; m = NULL)

static const struct feel_type *wanted_of(const struct field_made *f)
{
    /* A duration may be of months or of days: its kind is looked at afterwards. */
    return f->feel_type->kind == FT_ANY ? NULL : f->feel_type;
}

static void first_look(struct load *l, struct field_made *f)
{
    const struct ynode *derive = Y_GET(f->node, "derive"), *otherwise = Y_GET(f->node, "otherwise");
    const struct feel_scope *scope = f->of->r.scope;
    f->f->member = &f->of->members[f->f->idx];
    if (f->f->column != UINT32_MAX) return;
    f->of->members[f->f->idx].may_be_null = true;
    if (derive == NULL) return;
    f->derive = feel_quiet(l, scope, derive, wanted_of(f));
    if (f->derive == NULL) (void)feel_at(l, scope, derive, wanted_of(f)); /* told once, here */
    if (otherwise == NULL) return;
    f->otherwise = feel_quiet(l, scope, otherwise, wanted_of(f));
    if (f->otherwise == NULL) (void)feel_at(l, scope, otherwise, wanted_of(f));
}

static void duration_check(struct load *l, const struct field_made *f, const struct feel_program *p, const struct ynode *n)
{
    if (p == NULL || f->f->type != FIELD_DURATION) return;
    if (p->type->kind == FT_MONTHS || p->type->kind == FT_SPAN || p->type->kind == FT_ANY) return;
    bad(l, n, &E_pack_shape, f->name->text, STR("时长"), STR("别的类型"), STR("a duration"), STR("of another type"));
}

/* What a derived field reads decides where it may be read, and how closely it is kept. */
static void settle(struct load *l, struct field_made *f)
{
    struct reach r = {.use = USE_ALL};
    const struct feel_program *parts[2] = {f->derive, f->otherwise};
    for (int i = 0; i < 2; i++) {
        if (parts[i] == NULL) continue;
        struct reach p = reach_of(parts[i]);
        r.use &= p.use;
        r.class = MAX(r.class, p.class);
        r.daily = r.daily || p.daily;
    }
    f->f->use &= r.use;
    f->f->daily = r.daily;
    if (r.class <= f->f->class) return;
    static const struct str words[] = {STR_INIT("open"), STR_INIT("personal"), STR_INIT("restricted"), STR_INIT("protected")};
    if (f->class_written)
        warn(l, Y_GET(f->node, "class"), &E_pack_class_lower, f->f->member->title, words[f->f->class], words[r.class]);
    /* Who writes the class down knows that a count or a sum tells less than its records; nobody does for what is protected. */
    if (!f->class_written || r.class == PACK_PROTECTED) f->f->class = r.class;
}

static void second_look(struct load *l, struct field_made *f)
{
    const struct ynode *derive = Y_GET(f->node, "derive"), *otherwise = Y_GET(f->node, "otherwise");
    const struct feel_scope *scope = f->of->r.scope;
    struct feel_member *m = &f->of->members[f->f->idx];
    if (f->derive != NULL) f->derive = feel_at(l, scope, derive, wanted_of(f));
    if (f->otherwise != NULL) f->otherwise = feel_at(l, scope, otherwise, wanted_of(f));
    f->f->derive = f->derive;
    f->f->otherwise = f->otherwise;
    bool null_left = f->derive == NULL || f->derive->may_be_null;
    m->may_be_null = null_left && (f->otherwise == NULL || f->otherwise->may_be_null);
    if (f->derive != NULL) {
        duration_check(l, f, f->derive, derive);
        literals_check(l, f->derive, derive, f->pack, false);
    }
    if (f->otherwise != NULL) duration_check(l, f, f->otherwise, otherwise);
    settle(l, f);
}

static void stored_field(struct load *l, struct field_made *f)
{
    const struct ynode *init = Y_GET(f->node, "default"), *check = Y_GET(f->node, "check");
    if (f->f->column == UINT32_MAX) return;
    if (init != NULL) {
        struct feel_program *p = feel_at(l, l->global, init, wanted_of(f));
        duration_check(l, f, p, init);
        f->f->init = p;
    }
    if (check == NULL) return;
    struct feel_program *p = feel_at(l, f->of->r.scope, check, &feel_bool);
    f->f->check = p;
    if (p == NULL) return;
    reach_check_write(l, p, check);
    literals_check(l, p, check, f->pack, true);
    tighten_check(l, p, check, true); /* what must hold is stricter where it holds for less, as with exceptions */
}

static void checks_compile(struct load *l, struct register_made *m)
{
    const struct ynode *list = Y_GET(m->decl->node, "checks");
    uint32_t n = y_count(list);
    struct pack_check *out = arena_array(l->a, struct pack_check, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        const struct ynode *c = y_at(list, i), *must = Y_GET(c, "must"), *say = Y_GET(c, "say");
        if (must == NULL) continue;
        struct feel_program *p = feel_at(l, m->r.scope, must, &feel_bool);
        out[i].must = p;
        out[i].say = say_read(l, m->r.scope, say, &out[i].say_en);
        out[i].place = y_place(must, 0, SIZE_MAX);
        cites_read(l, Y_GET(c, "basis"), DAY_OPEN, DAY_OPEN, &out[i].basis, &out[i].basis_count);
        if (p == NULL) continue;
        reach_check_write(l, p, must);
        literals_check(l, p, must, m->decl->pack, true);
        tighten_check(l, p, must, true);
    }
    m->r.checks = out;
    m->r.checks_count = n;
}

static bool sortable(const struct feel_type *t)
{
    if (t->kind == FT_RECORD) return t->reg != NULL && ((const struct pack_register *)t->reg->host)->trees_count > 0;
    return t->kind == FT_NUMBER || t->kind == FT_DATE || t->kind == FT_CODE || t->kind == FT_BOOL;
}

/* How lists of it stand: what sorts people is held to what filters them. */
static void order_compile(struct load *l, struct register_made *m)
{
    const struct ynode *list = Y_GET(m->decl->node, "order");
    const struct feel_program **out = arena_array(l->a, const struct feel_program *, PACK_ORDER_MAX);
    for (uint32_t i = 0; i < y_count(list); i++) {
        const struct ynode *item = y_at(list, i);
        struct feel_program *p = feel_at(l, m->r.scope, item, NULL);
        if (p == NULL) continue;
        reach_check(l, p, item, USE_RULE, STR("台账的次序"), STR("the order of a register"));
        if (i >= PACK_ORDER_MAX || !sortable(p->type)) bad(l, item, &E_pack_list_order, item->text);
        else out[m->r.order_count++] = p;
    }
    m->r.order = out;
}

void registers_compile(struct load *l)
{
    EACH_REGISTER(l, m)
        for (size_t i = 0; i < m->fields.len; i++) first_look(l, m->fields.at[i]);
    deps_order(l);
    for (size_t i = 0; i < l->derived.len; i++) second_look(l, l->derived.at[i]);
    EACH_REGISTER(l, m)
        for (size_t i = 0; i < m->fields.len; i++) stored_field(l, m->fields.at[i]);
    EACH_REGISTER(l, m) {
        const struct ynode *display = Y_GET(m->decl->node, "display"), *keep = Y_GET(m->decl->node, "keep");
        checks_compile(l, m);
        order_compile(l, m);
        if (keep != NULL) m->r.keep = due_at(l, m->r.scope, keep);
        if (display == NULL) continue;
        struct feel_program *p = feel_at(l, m->r.scope, display, &feel_string);
        m->r.display = p;
        /* What a record is called stands in every finding and notice. */
        if (p != NULL && reach_of(p).class == PACK_PROTECTED)
            reach_check(l, p, display, USE_RULE, STR("记录的称呼"), STR("what a record is called"));
    }
}
