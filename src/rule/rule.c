/*
 * rule.c - which columns the rules need, and the walk over rules and records.
 */
#include "rule/rule_inner.h"

/* ---- wants ---- */

static void want_rule(struct arena *a, struct roster_wants *w, const struct pack_rule *rule, uint32_t depth)
{
    roster_want_program(a, w, rule->where, false);
    roster_want_program(a, w, rule->when, false);
    for (uint32_t i = 0; depth < RULE_EXCEPT_MAX && i < rule->excepted_by_count; i++) want_rule(a, w, rule->excepted_by[i], depth + 1);
}

static void want_shown(struct arena *a, struct roster_wants *w, const struct pack_rule *rule)
{
    roster_want_display(a, w, rule->over);
    for (uint32_t i = 0; i < rule->show_count; i++) roster_want_program(a, w, rule->show[i], true);
    for (uint32_t i = 0; rule->say != NULL && i < rule->say->pieces_count; i++)
        roster_want_program(a, w, rule->say->pieces[i].program, true);
}

static bool judged_rule(const struct pack_rule *rule, const struct pack_rule *only) { return only != NULL ? rule == only : rule->raises; }

enum rc judge_want(const struct pack_set *set, const struct pack_rule *only, struct arena *a, struct roster_want **want, size_t *n, struct err *err)
{
    (void)err;
    struct roster_wants w = {NULL, 0, 0};
    for (uint32_t i = 0; i < set->rules_count; i++) {
        const struct pack_rule *rule = set->rules[i];
        if (!judged_rule(rule, only)) continue;
        roster_want_put(a, &w, (struct roster_want){.reg = rule->over, .field = NULL, .back = false});
        want_rule(a, &w, rule, 0);
    }
    /* What a gap is found in must be called by its name: of every register read so far. */
    roster_want_close(a, &w);
    size_t read = w.len;
    for (size_t i = 0; i < read; i++)
        if (w.at[i].field == NULL) roster_want_display(a, &w, w.at[i].reg);
    for (uint32_t i = 0; i < set->rules_count; i++)
        if (judged_rule(set->rules[i], only)) want_shown(a, &w, set->rules[i]);
    *want = w.at;
    *n = w.len;
    return RC_OK;
}

/* ---- judging ---- */

static bool reported(const struct judge_options *o, enum verdict v)
{
    switch (v) {
    case VERDICT_HOLDS: return true;
    case VERDICT_EXCEPTED: return o->excepted;
    case VERDICT_UNDETERMINED: return o->undetermined;
    case VERDICT_OUT:
    case VERDICT_NO: return false;
    }
    return false;
}

static enum rc judge_rule(struct bench *b, const struct pack_rule *rule, const struct judge_options *o, enum rc (*fn)(void *ctx, const struct judged *j, struct err *err),
                       void *ctx, struct err *err)
{
    int64_t ids[RULE_BLOCK];
    uint8_t verdicts[RULE_BLOCK];
    struct arena_mark mark = arena_mark(&b->arena), told = arena_mark(&b->told);
    for (size_t at = 0, n; (n = roster_ids_at(b->roster, rule->over, at, RULE_BLOCK, ids)) > 0; at += n) {
        TRY(rule_block(b, rule, ids, n, verdicts, err));
        for (size_t i = 0; i < n; i++) {
            if (!reported(o, (enum verdict)verdicts[i])) continue;
            struct judged j;
            TRY(rule_report(b, rule, (uint64_t)ids[i], (enum verdict)verdicts[i], o->bare, &j, err));
            TRY(fn(ctx, &j, err));
            arena_reset(&b->arena, mark);
            arena_reset(&b->told, told);
        }
    }
    return RC_OK;
}

enum rc judge(struct roster *roster, const struct pack_set *set, const struct judge_options *o, enum rc (*fn)(void *ctx, const struct judged *j, struct err *err),
                       void *ctx, struct err *err)
{
    struct bench b;
    bench_init(&b, roster, set, o->today, o->lang);
    enum rc rc = RC_OK;
    for (uint32_t i = 0; i < set->rules_count && rc == RC_OK; i++)
        if (judged_rule(set->rules[i], o->only)) rc = judge_rule(&b, set->rules[i], o, fn, ctx, err);
    bench_fini(&b);
    return rc;
}
