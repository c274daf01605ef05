/*
 * eval.c - one rule on one record.
 * where and when are one condition in three-valued logic: false on either side is no, null is "cannot be judged" only where the other
 * side does not already say no.  An exception that cannot be judged leaves the rule it excepts undetermined: nobody is accused by a gap.
 */
#include "rule/rule_inner.h"

void bench_init(struct bench *b, struct roster *roster, const struct pack_set *set, day_num today, enum lang lang)
{
    *b = (struct bench){.roster = roster, .set = set, .today = today, .lang = lang, .threads = 1};
    arena_init(&b->arena, RULE_ARENA_MAX);
    arena_init(&b->told, RULE_TOLD_MAX);
    roster_host(roster, &b->host, &b->ctx);
    b->steps = RULE_STEPS;
    for (uint32_t i = 0; i < set->registers_count; i++) b->steps += RULE_STEPS_A_ROW * roster_rows(roster, set->registers[i]);
    b->run = (struct feel_run){.arena = &b->arena, .host = b->host, .host_ctx = b->ctx, .today = today, .zone = set->zone,
                               .vars = b->self, .vars_count = 2, .steps_left = b->steps};
}

void bench_fini(struct bench *b)
{
    bench_columns_free(b);
    arena_fini(&b->told);
    arena_fini(&b->arena);
}

void bench_aim(struct bench *b, const struct pack_rule *rule, uint64_t id)
{
    b->self[0] = (struct fv){.kind = FV_RECORD};
    b->self[0].reg = &rule->over->feel;
    b->self[0].id = (int64_t)id;
    b->run.steps_left = b->steps;
}

uint32_t bench_pairs(const struct bench *b, const struct pack_rule *rule)
{
    const uint64_t *gone;
    return rule->each == NULL ? 1 : roster_places(b->roster, rule->each, &gone);
}

void bench_pair_id(struct bench *b, const struct pack_rule *rule, uint64_t with)
{
    b->self[1] = fv_null();
    if (rule->each == NULL) return;
    b->self[1] = (struct fv){.kind = FV_RECORD};
    b->self[1].reg = &rule->each->feel;
    b->self[1].id = (int64_t)with;
}

bool bench_pair(struct bench *b, const struct pack_rule *rule, uint32_t place)
{
    const uint64_t *gone = NULL;
    b->pair = place;
    if (rule->each != NULL) (void)roster_places(b->roster, rule->each, &gone);
    if (gone != NULL && (gone[place >> 6] >> (place & 63) & 1) != 0) return false;
    bench_pair_id(b, rule, rule->each == NULL ? 0 : (uint64_t)roster_id_at(b->roster, rule->each, place));
    return true;
}

enum rc bench_value(struct bench *b, const struct feel_program *p, struct fv *out, struct err *err)
{
    b->run.depth = 0;
    b->run.locals = NULL; /* the last ones went with the arena's reset */
    if (b->run.steps_left == 0) return err_set0(err, &E_feel_steps, NO_PLACE);
    return feel_run(p, &b->run, out, err);
}

enum rc bench_ask(struct bench *b, const struct feel_program *p, int *answer, const struct feel_cause **cause, struct err *err)
{
    struct fv v;
    TRY(bench_value(b, p, &v, err));
    *answer = v.kind == FV_BOOL ? v.b : -1;
    if (cause != NULL) *cause = v.kind == FV_NULL ? v.cause : NULL;
    return RC_OK;
}

static enum rc except(struct bench *b, const struct pack_rule *rule, uint32_t depth, struct ruling *out, struct err *err)
{
    if (depth >= RULE_EXCEPT_MAX) return err_set(err, &E_rule_depth, NO_PLACE, rule->d.name, STR("16"));
    struct ruling unsure = {.verdict = VERDICT_HOLDS};
    for (uint32_t i = 0; i < rule->excepted_by_count; i++) {
        const struct pack_rule *x = rule->excepted_by[i];
        if (x->over != rule->over) continue;
        struct ruling r;
        TRY(rule_decide(b, x, depth + 1, &r, err));
        if (r.verdict == VERDICT_HOLDS) {
            *out = (struct ruling){.verdict = VERDICT_EXCEPTED, .exception = x};
            return RC_OK;
        }
        if (r.verdict == VERDICT_UNDETERMINED && unsure.verdict == VERDICT_HOLDS) unsure = r;
    }
    *out = unsure;
    return RC_OK;
}

enum rc rule_decide(struct bench *b, const struct pack_rule *rule, uint32_t depth, struct ruling *out, struct err *err)
{
    *out = (struct ruling){.verdict = VERDICT_NO};
    int where = 1, when = 1;
    const struct feel_cause *where_cause = NULL, *when_cause = NULL;
    if (rule->where != NULL) TRY(bench_ask(b, rule->where, &where, &where_cause, err));
    if (where == 0) {
        out->verdict = VERDICT_OUT;
        return RC_OK;
    }
    TRY(bench_ask(b, rule->when, &when, &when_cause, err));
    if (when == 0) return RC_OK;
    if (where < 0 || when < 0) {
        if (rule->missing_ignore) return RC_OK;
        *out = (struct ruling){.verdict = VERDICT_UNDETERMINED, .cause = where < 0 ? where_cause : when_cause, .unsure = rule};
        return RC_OK;
    }
    if (rule->excepted_by_count > 0) return except(b, rule, depth, out, err);
    out->verdict = VERDICT_HOLDS;
    return RC_OK;
}

/* What a condition ran out of, with the rule and the record: FEEL knows neither. */
enum rc rule_limit_named(struct bench *b, const struct pack_rule *rule, int64_t id, struct err *err)
{
    struct err inner = *err;
    struct str number = str_i64(&b->told, id), reg = text2_in(&rule->over->d.title, LANG_ZH);
    if (inner.kind == &E_rule_depth) return RC_LIMIT;
    if (inner.kind == &E_feel_steps) return err_set(err, &E_rule_steps, NO_PLACE, rule->d.name, reg, number);
    return err_set(err, &E_rule_limit, NO_PLACE, rule->d.name, reg, number, str_c(inner.zh), str_c(inner.en));
}
