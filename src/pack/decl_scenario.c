/* decl_scenario.c - scenarios: the pack's own tests.  What they say of registers, fields and rules is checked here; they run elsewhere. */
#include "pack/inner.h"

struct scenario_made {
    struct pack_scenario s; /* first */
    struct decl *decl;
    uint8_t mark;
};

void scenarios_read(struct load *l, struct decl *d)
{
    struct scenario_made *m = arena_new(l->a, struct scenario_made);
    m->decl = d;
    d->made = m;
    decl_common(l, d, &m->s.d);
    m->s.today = y_day(Y_GET(d->node, "today"), 0);
    (void)map_put(l->nodes, &l->scenario_by_name, d->name, m);
    vec_push(l->a, &l->scenarios, &m->s);
}

/* ---- records ---- */

static struct field_made *made_named(struct load *l, const struct register_made *r, const struct ynode *n)
{
    const struct pack_field *f = field_named(l, r, n);
    return f == NULL ? NULL : r->fields.at[f->idx];
}

bool expect_shape(struct load *l, const struct ynode *n, enum ykind kind, struct str what)
{
    if (n->kind == kind) return true;
    if (kind == Y_MAP)
        bad(l, n, &E_pack_shape, what, STR("一组“名称: …”"), y_kind_zh(n), STR("a group of \"name: …\""), y_kind_en(n));
    else
        bad(l, n, &E_pack_shape, what, kind == Y_LIST ? STR("列表") : STR("一段文字"), y_kind_zh(n), kind == Y_LIST ? STR("a list") : STR("a text"), y_kind_en(n));
    return false;
}

static void value_check(struct load *l, const struct field_made *f, const struct ynode *n)
{
    if (!f->bad) plain_value_check(l, f->f, n);
}

void plain_value_check(struct load *l, const struct pack_field *f, const struct ynode *n)
{
    struct fv v;
    struct type_read t = {.type = f->type, .len = f->len, .sized = true, .codes = f->codes};
    if (value_read(l, &t, n->text, &v)) return;
    if (f->type == FIELD_CHOICE) {
        const struct feel_codes *c = &f->codes->feel;
        bad(l, n, &E_pack_given_code, c->title, n->text, nearest_name(n->text, c->rows_count, c->row_title));
        return;
    }
    struct str zh = type_zh(f->type), en = type_en(f->type);
    if (f->type == FIELD_TEXT) {
        zh = str_cat(l->a, STR("不超过 "), str_u64(l->a, f->len), STR(" 字的文字"));
        en = str_cat(l->a, STR("a text of at most "), str_u64(l->a, f->len), STR(" characters"));
    } else if (f->type == FIELD_NUMBER) {
        zh = str_cat(l->a, STR("最多 "), str_u64(l->a, f->len), STR(" 位小数的数"));
        en = str_cat(l->a, STR("a number with at most "), str_u64(l->a, f->len), STR(" decimals"));
    }
    bad(l, n, &E_pack_given, f->member != NULL ? f->member->title : f->title.zh, n->text, zh, en);
}

/* loose: rows that shall be refused may hold what is wrong. */
static struct pack_given_value *values_read(struct load *l, const struct register_made *r, const struct ynode *map, bool derived_too, bool loose,
                                            uint32_t *count)
{
    struct pack_given_value *out = arena_array(l->a, struct pack_given_value, map->count + 1);
    *count = 0;
    for (uint32_t i = 0; i < map->count; i++) {
        const struct ynode *key = map->keys[i], *n = map->kids[i];
        const struct field_made *f = made_named(l, r, key);
        if (f == NULL || !expect_shape(l, n, Y_SCALAR, key->text)) continue;
        if (!derived_too && f->f->column == UINT32_MAX) {
            bad(l, key, &E_pack_given_derived, key->text);
            continue;
        }
        for (uint32_t k = 0; k < *count; k++)
            if (out[k].field == f->f) bad(l, key, &E_pack_yaml_duplicate_key, key->text, str_u64(l->a, out[k].place.line));
        if (!n->empty && !loose) value_check(l, f, n);
        out[(*count)++] = (struct pack_given_value){.field = f->f, .text = n->text, .is_null = n->empty, .place = y_place(n, 0, SIZE_MAX)};
    }
    return out;
}

struct pack_given_value *given_values(struct load *l, const struct register_made *r, const struct ynode *map, uint32_t *count)
{
    return values_read(l, r, map, false, false, count);
}

static void given_read(struct load *l, struct scenario_made *m, const struct ynode *given)
{
    VEC(struct pack_given) out = {0};
    if (given != NULL && expect_shape(l, given, Y_MAP, STR("given")))
        for (uint32_t i = 0; i < given->count; i++) {
            const struct register_made *r = register_named(l, given->keys[i], 0, given->keys[i]->text);
            const struct ynode *rows = given->kids[i];
            for (uint32_t k = 0; r != NULL && k < y_count(rows); k++) {
                const struct ynode *row = y_at(rows, k);
                if (!expect_shape(l, row, Y_MAP, given->keys[i]->text)) continue;
                struct pack_given g = {.reg = &r->r, .place = row->at};
                g.values = values_read(l, r, row, false, false, &g.values_count);
                vec_push(l->a, &out, g);
            }
        }
    m->s.given = out.at;
    m->s.given_count = (uint32_t)out.len;
}

static void with_read(struct load *l, struct scenario_made *m, const struct ynode *with)
{
    if (with == NULL || !expect_shape(l, with, Y_MAP, STR("with"))) return;
    m->s.with = arena_alloc(l->a, sizeof *m->s.with * (with->count + 1));
    for (uint32_t i = 0; i < with->count; i++) {
        const struct ynode *key = with->keys[i];
        const struct param_made *p = param_named(l, key->text);
        if (p == NULL) {
            size_t some = nearest_worth(l) ? l->params.len : 0, n = 0;
            struct str *names = arena_array(l->nodes, struct str, some * 2 + 1);
            for (size_t k = 0; k < some; k++) {
                names[n++] = l->params.at[k]->p.name;
                names[n++] = l->params.at[k]->p.title;
            }
            unknown(l, key, 0, key->text.len, STR("参数"), STR("parameter"), n, names);
            continue;
        }
        int64_t num, den;
        if (!expect_shape(l, with->kids[i], Y_SCALAR, key->text)) continue;
        if (!param_value_parse(l, p, with->kids[i], &m->s.with[m->s.with_count].value, &num, &den)) continue;
        m->s.with[m->s.with_count].p = num;
        m->s.with[m->s.with_count].q = den;
        m->s.with[m->s.with_count++].param = &l->set->params[p->p.slot];
    }
}

/* ---- expectations ---- */

static const struct pack_rule *rule_named(struct load *l, const struct ynode *n)
{
    const struct pack_rule *r = map_find(&l->rule_by_name, n->text);
    if (r != NULL) return r;
    size_t some = nearest_worth(l) ? l->rules.len : 0;
    struct str *names = arena_array(l->nodes, struct str, some + 1);
    for (size_t i = 0; i < some; i++) names[i] = l->rules.at[i]->d.name;
    unknown(l, n, 0, n->text.len, STR("规则"), STR("rule"), some, names);
    return NULL;
}

/* {rule: [record]} or, with details, {rule: {record: detail}}. */
static struct pack_expect_finding *findings_read(struct load *l, const struct ynode *n, struct str what, bool details, bool detail_rule, uint32_t *count)
{
    *count = 0;
    if (n == NULL || (n->kind == Y_LIST && n->count == 0) || !expect_shape(l, n, Y_MAP, what)) return NULL;
    struct pack_expect_finding *out = arena_array(l->a, struct pack_expect_finding, n->count + 1);
    for (uint32_t i = 0; i < n->count; i++) {
        const struct pack_rule *rule = rule_named(l, n->keys[i]);
        const struct ynode *v = n->kids[i];
        if (rule == NULL) continue;
        struct pack_expect_finding *e = &out[(*count)++];
        *e = (struct pack_expect_finding){.rule = rule, .place = n->keys[i]->at};
        if (details) {
            if (!expect_shape(l, v, Y_MAP, n->keys[i]->text)) continue;
            e->records = arena_array(l->a, struct str, v->count + 1);
            e->details = arena_array(l->a, struct str, v->count + 1);
            for (uint32_t k = 0; k < v->count; k++) {
                if (!expect_shape(l, v->kids[k], Y_SCALAR, v->keys[k]->text)) continue;
                if (detail_rule && rule_named(l, v->kids[k]) == NULL) continue;
                if (!detail_rule) { /* a field of some register */
                    bool found = false;
                    for (size_t r = 0; r < l->registers.len && !found; r++) found = pack_field_find(l->registers.at[r], v->kids[k]->text) != NULL;
                    if (!found && rule->over != NULL) (void)field_named(l, (const struct register_made *)(const void *)rule->over, v->kids[k]);
                }
                e->records[e->records_count] = v->keys[k]->text;
                e->details[e->records_count++] = v->kids[k]->text;
            }
        } else {
            uint32_t items = v->kind == Y_SCALAR && v->empty ? 0 : y_count(v);
            e->records = arena_array(l->a, struct str, items + 1);
            e->details = arena_array(l->a, struct str, items + 1);
            for (uint32_t k = 0; k < items; k++) {
                if (!expect_shape(l, y_at(v, k), Y_SCALAR, n->keys[i]->text)) continue;
                e->details[e->records_count] = STR("");
                e->records[e->records_count++] = y_at(v, k)->text;
            }
        }
    }
    return out;
}

static void records_read(struct load *l, struct scenario_made *m, const struct ynode *n)
{
    VEC(struct pack_expect_record) out = {0};
    if (n != NULL && expect_shape(l, n, Y_MAP, STR("records")))
        for (uint32_t i = 0; i < n->count; i++) {
            const struct register_made *r = register_named(l, n->keys[i], 0, n->keys[i]->text);
            const struct ynode *recs = n->kids[i];
            if (r == NULL || !expect_shape(l, recs, Y_MAP, n->keys[i]->text)) continue;
            for (uint32_t k = 0; k < recs->count; k++) {
                if (!expect_shape(l, recs->kids[k], Y_MAP, recs->keys[k]->text)) continue;
                struct pack_expect_record e = {.reg = &r->r, .record = recs->keys[k]->text, .place = recs->keys[k]->at};
                e.values = values_read(l, r, recs->kids[k], true, false, &e.values_count);
                vec_push(l->a, &out, e);
            }
        }
    m->s.records = out.at;
    m->s.records_count = (uint32_t)out.len;
}

static void refused_read(struct load *l, struct scenario_made *m, const struct ynode *n)
{
    if (n == NULL) return;
    m->s.refused = arena_alloc(l->a, sizeof *m->s.refused * (y_count(n) + 1));
    for (uint32_t i = 0; i < y_count(n); i++) {
        const struct ynode *row = y_at(n, i), *reg = Y_GET(row, "register"), *record = Y_GET(row, "record"), *code = Y_GET(row, "code");
        if (reg == NULL || record == NULL || code == NULL || !expect_shape(l, record, Y_MAP, STR("record"))) continue;
        const struct register_made *r = register_named(l, reg, 0, reg->text);
        if (r == NULL) continue;
        struct pack_given *g = arena_new(l->a, struct pack_given);
        *g = (struct pack_given){.reg = &r->r, .place = record->at};
        g->values = values_read(l, r, record, false, true, &g->values_count);
        m->s.refused[m->s.refused_count].reg = &r->r;
        m->s.refused[m->s.refused_count].row = g;
        m->s.refused[m->s.refused_count++].code = code->text;
    }
}

static void tests_check(struct load *l, const struct ynode *n)
{
    for (uint32_t i = 0; i < y_count(n); i++) {
        const struct ynode *item = y_at(n, i);
        VEC(struct str) names = {0};
        bool found = false;
        for (size_t k = 0; k < l->decls.len && !found; k++) found = str_eq(l->decls.at[k]->name, item->text);
        for (size_t k = 0; k < l->decls.len && !found && nearest_worth(l); k++) vec_push(l->nodes, &names, l->decls.at[k]->name);
        if (!found) unknown(l, item, 0, item->text.len, STR("声明"), STR("declaration"), names.len, names.at);
    }
}

static void base_link(struct load *l, struct scenario_made *m)
{
    const struct ynode *n = Y_GET(m->decl->node, "base");
    if (n == NULL) return;
    struct scenario_made *base = map_find(&l->scenario_by_name, n->text);
    if (base == NULL) {
        size_t some = nearest_worth(l) ? l->scenarios.len : 0;
        struct str *names = arena_array(l->nodes, struct str, some + 1);
        for (size_t i = 0; i < some; i++) names[i] = l->scenarios.at[i]->d.name;
        unknown(l, n, 0, n->text.len, STR("场景"), STR("scenario"), some, names);
        return;
    }
    for (const struct scenario_made *b = base; b != NULL; b = (const struct scenario_made *)(const void *)b->s.base)
        if (b == m) {
            bad(l, n, &E_pack_scenario_circle, STR(""));
            return;
        }
    m->s.base = &base->s;
}

/* A rule that no scenario names is told, once. */
static void untested_report(struct load *l)
{
    struct map tested = {0};
    for (size_t i = 0; i < l->scenarios.len; i++) {
        const struct pack_scenario *s = l->scenarios.at[i];
        for (uint32_t k = 0; k < s->tests_count; k++) (void)map_put(l->a, &tested, s->tests[k], l);
        for (uint32_t k = 0; k < s->findings_count; k++) (void)map_put(l->a, &tested, s->findings[k].rule->d.name, l);
    }
    for (size_t i = 0; i < l->rules.len; i++) {
        const struct pack_rule *r = l->rules.at[i];
        if (map_find(&tested, r->d.name) == NULL) note_place(l, r->d.place, &E_pack_rule_untested, r->d.name);
    }
}

void scenarios_link(struct load *l)
{
    for (size_t i = 0; i < l->scenarios.len; i++) {
        struct scenario_made *m = (struct scenario_made *)(void *)l->scenarios.at[i];
        const struct ynode *n = m->decl->node, *expect = Y_GET(n, "expect");
        struct str_list tests = names_read(l, Y_GET(n, "tests"));
        m->s.tests = tests.at;
        m->s.tests_count = tests.count;
        tests_check(l, Y_GET(n, "tests"));
        base_link(l, m);
        given_read(l, m, Y_GET(n, "given"));
        with_read(l, m, Y_GET(n, "with"));
        m->s.findings = findings_read(l, Y_GET(expect, "findings"), STR("findings"), false, false, &m->s.findings_count);
        m->s.undetermined = findings_read(l, Y_GET(expect, "undetermined"), STR("undetermined"), true, false, &m->s.undetermined_count);
        m->s.excepted = findings_read(l, Y_GET(expect, "excepted"), STR("excepted"), true, true, &m->s.excepted_count);
        records_read(l, m, Y_GET(expect, "records"));
        refused_read(l, m, Y_GET(expect, "refused"));
        people_read(l, &m->s, n);
    }
    for (size_t i = 0; i < l->scenarios.len; i++) {
        struct scenario_made *m = (struct scenario_made *)(void *)l->scenarios.at[i];
        acts_read(l, &m->s, m->decl->node);
    }
    /* A scenario without expectations serves others as their base, or nobody. */
    for (size_t i = 0; i < l->scenarios.len; i++) {
        const struct scenario_made *m = (const struct scenario_made *)(const void *)l->scenarios.at[i];
        bool is_base = y_key(m->decl->node, STR("expect")) != NULL || y_key(m->decl->node, STR("do")) != NULL;
        for (size_t k = 0; k < l->scenarios.len && !is_base; k++) is_base = l->scenarios.at[k]->base == &m->s;
        if (!is_base) warn_place(l, m->s.d.place, &E_pack_scenario_empty, STR(""));
    }
    untested_report(l);
}
