/*
 * findings.c - the rules that a scenario tests, judged over its records, against what it expects.
 */
#include "scenario/scenario_inner.h"

enum { CHAIN_MAX = 12 };

struct outcome {
    const struct pack_rule *rule;
    uint64_t id, with;
    enum verdict verdict;
    const struct pack_rule *exception;
    struct str display;
    const struct feel_member *chain[CHAIN_MAX]; /* the members on the way to the null's root */
    uint32_t chain_count;
    bool expected;
};

struct outcomes {
    struct play *p;
    VEC(struct outcome) list;
};

static enum rc take(void *ctx, const struct judged *j, struct err *err)
{
    (void)err;
    struct outcomes *o = ctx;
    struct outcome x = {.rule = j->rule, .id = j->id, .with = j->with, .verdict = j->verdict, .exception = j->exception};
    x.display = j->rule->each == NULL ? str_dup(o->p->a, j->display) : str_cat(o->p->a, j->display, STR(" × "), j->with_display);
    for (const struct feel_cause *c = j->chain; c != NULL && x.chain_count < CHAIN_MAX; c = c->inner)
        if (c->reg != NULL && c->member < c->reg->members_count) x.chain[x.chain_count++] = &c->reg->members[c->member];
    vec_push(o->p->a, &o->list, x);
    return RC_OK;
}

static struct outcome *outcome_find(struct outcomes *o, const struct pack_rule *rule, uint64_t id, uint64_t with)
{
    for (size_t i = 0; i < o->list.len; i++)
        if (o->list.at[i].rule == rule && o->list.at[i].id == id && o->list.at[i].with == with) return &o->list.at[i];
    return NULL;
}

/* What really came out and why, in both languages. */
static enum rc why(struct play *p, const struct pack_rule *rule, uint64_t id, uint64_t with, struct str text[2], struct err *err)
{
    for (int lang = LANG_ZH; lang <= LANG_EN; lang++) {
        struct buf b;
        enum verdict v;
        buf_init(&b, SCENARIO_TEXT_MAX);
        enum rc rc = judge_why(p->roster, p->set, rule, id, with, p->s->today, (enum lang)lang, &b, &v, err);
        text[lang] = play_text(p, &b);
        TRY(rc);
    }
    return RC_OK;
}

/* *id 0: there is no such record; it was reported. */
static enum rc resolve(struct play *p, const struct pack_register *reg, struct str name, struct place place, uint64_t *id, struct err *err)
{
    struct err e;
    err_clear(&e);
    *id = 0;
    enum rc rc = record_resolve(p->records, reg, name, id, &e);
    if (rc == RC_OK) return RC_OK;
    *id = 0;
    if (rc != RC_ABSENT && rc != RC_CONFLICT && rc != RC_INPUT) {
        if (err != NULL) *err = e;
        return rc;
    }
    play_differ(p, &E_scenario_name, place, name, str_dup(p->a, str_c(e.zh)), str_dup(p->a, str_c(e.en)));
    return RC_OK;
}

/* Of a rule over pairs "RECORD × OTHER". */
static enum rc resolve_named(struct play *p, const struct pack_rule *rule, struct str name, struct place place, uint64_t *id, uint64_t *with, struct err *err)
{
    *with = 0;
    if (rule->each == NULL) return resolve(p, rule->over, name, place, id, err);
    struct str times = STR(" × ");
    size_t at = str_find(name, times);
    *id = 0;
    if (at == SIZE_MAX) {
        play_differ(p, &E_scenario_name, place, name, STR("规则逐对判断，要写成“记录 × 对照的记录”"), STR("the rule is over pairs: write \"RECORD × OTHER\""));
        return RC_OK;
    }
    TRY(resolve(p, rule->over, str_sub(name, 0, at), place, id, err));
    if (*id == 0) return RC_OK;
    TRY(resolve(p, rule->each, str_sub(name, at + times.len, name.len), place, with, err));
    if (*with == 0) *id = 0;
    return RC_OK;
}

struct kinds {
    enum verdict verdict;
    const struct err_kind *lacks;  /* expected, but not so */
    const struct err_kind *more;   /* so, but not expected */
};

/* The field that is said to be missing: any on the way, by name or title. */
static bool chain_has(const struct outcome *o, struct str detail)
{
    for (uint32_t i = 0; i < o->chain_count; i++)
        if (str_eq(o->chain[i]->name, detail) || str_eq(o->chain[i]->title, detail)) return true;
    return false;
}

static enum rc detail_check(struct play *p, const struct outcome *o, struct str name, struct str detail, struct place place, struct err *err)
{
    if (o->verdict == VERDICT_UNDETERMINED && !chain_has(o, detail)) {
        struct str text[2];
        TRY(why(p, o->rule, o->id, o->with, text, err));
        play_differ(p, &E_scenario_missing, place, o->rule->d.name, name, detail, text[LANG_ZH], text[LANG_EN]);
    }
    if (o->verdict == VERDICT_EXCEPTED && !str_eq(o->exception->d.name, detail) && !str_eq(o->exception->d.title.zh, detail) &&
        !str_eq(o->exception->d.title.en, detail))
        play_differ(p, &E_scenario_exception, place, o->rule->d.name, name, detail, o->exception->d.name);
    return RC_OK;
}

static enum rc compare(struct play *p, struct outcomes *all, const struct pack_rule *rule, const struct pack_expect_finding *x,
                       const struct kinds *k, struct err *err)
{
    struct place place = x == NULL ? p->s->d.place : x->place;
    for (uint32_t i = 0; x != NULL && i < x->records_count; i++) {
        uint64_t id;
        p->result->compared++;
        uint64_t with = 0;
        TRY(resolve_named(p, rule, x->records[i], place, &id, &with, err));
        if (id == 0) continue;
        struct outcome *o = outcome_find(all, rule, id, with);
        if (o == NULL || o->verdict != k->verdict) {
            struct str text[2];
            TRY(why(p, rule, id, with, text, err));
            play_differ(p, k->lacks, place, rule->d.name, x->records[i], text[LANG_ZH], text[LANG_EN]);
            continue;
        }
        o->expected = true;
        if (x->details != NULL && x->details[i].len > 0) TRY(detail_check(p, o, x->records[i], x->details[i], place, err));
    }
    for (size_t i = 0; i < all->list.len; i++) {
        const struct outcome *o = &all->list.at[i];
        if (o->rule != rule || o->verdict != k->verdict || o->expected) continue;
        struct str text[2];
        TRY(why(p, rule, o->id, o->with, text, err));
        play_differ(p, k->more, place, rule->d.name, o->display, text[LANG_ZH], text[LANG_EN]);
    }
    return RC_OK;
}

static const struct pack_expect_finding *of_rule(const struct pack_expect_finding *list, uint32_t n, const struct pack_rule *rule)
{
    for (uint32_t i = 0; i < n; i++)
        if (list[i].rule == rule) return &list[i];
    return NULL;
}

static enum rc compare_rule(struct play *p, struct outcomes *all, const struct pack_rule *rule, struct err *err)
{
    static const struct kinds holds = {VERDICT_HOLDS, &E_scenario_not_found, &E_scenario_found};
    static const struct kinds gaps = {VERDICT_UNDETERMINED, &E_scenario_not_undetermined, &E_scenario_undetermined};
    static const struct kinds except = {VERDICT_EXCEPTED, &E_scenario_not_excepted, &E_scenario_excepted};
    const struct pack_scenario *s = p->s;
    const struct pack_expect_finding *found = of_rule(s->findings, s->findings_count, rule);
    const struct pack_expect_finding *gap = of_rule(s->undetermined, s->undetermined_count, rule);
    const struct pack_expect_finding *out = of_rule(s->excepted, s->excepted_count, rule);
    if (found != NULL || rule->raises) {
        p->result->compared++;
        TRY(compare(p, all, rule, found, &holds, err));
    }
    if (gap != NULL) TRY(compare(p, all, rule, gap, &gaps, err));
    if (out != NULL) TRY(compare(p, all, rule, out, &except, err));
    return RC_OK;
}

static enum rc load(struct play *p, struct err *err)
{
    struct roster_wants w = {NULL, 0, 0};
    for (uint32_t i = 0; i < p->set->rules_count; i++) {
        const struct pack_rule *rule = p->set->rules[i];
        if (!scenario_tests(p->s, rule)) continue;
        struct roster_want *want;
        size_t n;
        TRY(judge_want(p->set, rule, p->a, &want, &n, err));
        for (size_t k = 0; k < n; k++) roster_want_put(p->a, &w, want[k]);
    }
    return roster_load(p->records, w.at, w.len, &p->roster, err);
}

enum rc play_findings(struct play *p, struct err *err)
{
    struct outcomes all = {.p = p, .list = {NULL, 0, 0}};
    struct judge_options o = {.today = p->s->today, .undetermined = true, .excepted = true, .lang = LANG_ZH};
    bool any = false;
    for (uint32_t i = 0; i < p->set->rules_count; i++) any = any || scenario_tests(p->s, p->set->rules[i]);
    if (!any) return RC_OK;
    TRY(load(p, err));
    for (uint32_t i = 0; i < p->set->rules_count; i++) {
        o.only = p->set->rules[i];
        if (!scenario_tests(p->s, o.only)) continue;
        TRY(judge(p->roster, p->set, &o, take, &all, err));
        TRY(compare_rule(p, &all, o.only, err));
    }
    return RC_OK;
}
