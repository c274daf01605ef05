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
    if (rule->each != NULL) roster_want_display(a, w, rule->each);
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
        if (rule->each != NULL) roster_want_put(a, &w, (struct roster_want){.reg = rule->each, .field = NULL, .back = false});
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

enum verdict rule_verdict_at(const struct rule_bits *v, uint32_t w, uint64_t bit)
{
    if ((v->holds[w] & bit) != 0) return VERDICT_HOLDS;
    return (v->excepted[w] & bit) != 0 ? VERDICT_EXCEPTED : VERDICT_UNDETERMINED;
}

/* Ids and verdicts only: nothing is made, so nothing need be given back. */
static enum rc tell_bare(struct bench *b, const struct pack_rule *rule, const struct judge_options *o, uint32_t from, const struct rule_bits *v,
                         const struct told *t, struct err *err)
{
    struct judged j = {.rule = rule, .with = rule->each == NULL ? 0 : (uint64_t)b->self[1].id};
    int64_t first;
    bool run = roster_ids_run(b->roster, rule->over, &first);
    for (uint32_t w = 0; w < RULE_BLOCK / 64; w++)
        for (uint64_t left = rule_reported(o, v, w); left != 0; left &= left - 1) {
            uint32_t place = from + w * 64 + (uint32_t)__builtin_ctzll(left);
            j.id = (uint64_t)(run ? first + (int64_t)place : roster_id_at(b->roster, rule->over, place));
            j.verdict = rule_verdict_at(v, w, left & -left);
            TRY(t->fn(t->ctx, &j, err));
        }
    return RC_OK;
}

static enum rc tell_many(const struct bench *b, const struct pack_rule *rule, const struct judge_options *o, uint32_t from, const uint64_t *bits,
                         enum verdict verdict, const struct told *t, struct err *err)
{
    int64_t ids[RULE_BLOCK], first;
    size_t n = 0;
    if (roster_ids_run(b->roster, rule->over, &first)) {
        first += from;
        for (uint32_t w = 0; w < RULE_BLOCK / 64; w++)
            for (uint64_t left = bits[w]; left != 0; left &= left - 1) ids[n++] = first + w * 64 + __builtin_ctzll(left);
    } else {
        for (uint32_t w = 0; w < RULE_BLOCK / 64; w++)
            for (uint64_t left = bits[w]; left != 0; left &= left - 1)
                ids[n++] = roster_id_at(b->roster, rule->over, from + w * 64 + (uint32_t)__builtin_ctzll(left));
    }
    return n == 0 ? RC_OK : o->many(t->ctx, rule, verdict, ids, n, err);
}

static enum rc tell_sets(const struct bench *b, const struct pack_rule *rule, const struct judge_options *o, uint32_t from, const struct rule_bits *v,
                         const struct told *t, struct err *err)
{
    TRY(tell_many(b, rule, o, from, v->holds, VERDICT_HOLDS, t, err));
    if (o->excepted) TRY(tell_many(b, rule, o, from, v->excepted, VERDICT_EXCEPTED, t, err));
    return o->undetermined ? tell_many(b, rule, o, from, v->unsure, VERDICT_UNDETERMINED, t, err) : RC_OK;
}

static enum rc tell_block(struct bench *b, const struct pack_rule *rule, const struct judge_options *o, uint32_t from, const struct rule_bits *v,
                          uint32_t skip, const struct told *t, struct err *err)
{
    struct arena_mark mark = arena_mark(&b->arena), told = arena_mark(&b->told);
    for (uint32_t w = 0; w < RULE_BLOCK / 64; w++)
        for (uint64_t left = rule_reported(o, v, w); left != 0; left &= left - 1) {
            uint32_t i = w * 64 + (uint32_t)__builtin_ctzll(left);
            struct judged j;
            if (skip > 0) {
                skip--;
                continue;
            }
            int64_t id = roster_id_at(b->roster, rule->over, from + i);
            TRY(rule_report(b, rule, (uint64_t)id, rule_verdict_at(v, w, left & -left), o->bare, &j, err));
            TRY(t->fn(t->ctx, &j, err));
            if (b->arena.used != mark.used) arena_reset(&b->arena, mark);
            if (b->told.used != told.used) arena_reset(&b->told, told);
        }
    return RC_OK;
}

enum rc rule_tell(struct bench *b, const struct pack_rule *rule, const struct judge_options *o, uint32_t from, const struct rule_bits *v, uint32_t skip,
                  const struct told *t, struct err *err)
{
    if (!o->bare) return tell_block(b, rule, o, from, v, skip, t, err);
    return o->many != NULL ? tell_sets(b, rule, o, from, v, t, err) : tell_bare(b, rule, o, from, v, t, err);
}

static enum rc judge_rule(struct bench *b, const struct pack_rule *rule, const struct judge_options *o, const struct told *t, struct err *err)
{
    const uint64_t *gone;
    struct rule_bits v;
    uint32_t places = roster_places(b->roster, rule->over, &gone), pairs = bench_pairs(b, rule);
    for (uint32_t with = 0; with < pairs; with++) {
        if (!bench_pair(b, rule, with)) continue;
        for (uint32_t from = 0; from < places; from += RULE_BLOCK) {
            TRY(rule_block(b, rule, from, MIN(places - from, (uint32_t)RULE_BLOCK), &v, err));
            TRY(rule_tell(b, rule, o, from, &v, 0, t, err));
        }
    }
    return RC_OK;
}

/* Asked before anything is told, so that the answer does not hang on what came before. */
static enum rc pairs_fit(struct bench *b, const struct pack_rule *rule, struct err *err)
{
    if (rule->each == NULL) return RC_OK;
    uint64_t x = roster_rows(b->roster, rule->over), y = roster_rows(b->roster, rule->each), all;
    if (!mul_overflows(x, y, &all) && all <= RULE_PAIRS_MAX) return RC_OK;
    return err_set(err, &E_rule_pairs, NO_PLACE, rule->d.name, str_u64(&b->told, x), str_u64(&b->told, y), str_u64(&b->told, RULE_PAIRS_MAX));
}

enum rc judge(struct roster *roster, const struct pack_set *set, const struct judge_options *o, enum rc (*fn)(void *ctx, const struct judged *j, struct err *err),
                       void *ctx, struct err *err)
{
    struct bench b;
    struct told t = {fn, ctx};
    uint32_t n = 0;
    enum rc rc = RC_OK;
    const struct pack_rule **rules = calloc(set->rules_count + 1u, sizeof(*rules));
    if (rules == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    for (uint32_t i = 0; i < set->rules_count; i++)
        if (judged_rule(set->rules[i], o->only)) rules[n++] = set->rules[i];
    bench_init(&b, roster, set, o->today, o->lang);
    b.by_rows = o->by_rows;
    b.threads = MIN(MAX(o->threads, 1u), (uint32_t)CREW_MAX);
    for (uint32_t i = 0; i < n && rc == RC_OK; i++) rc = pairs_fit(&b, rules[i], err);
    if (rc != RC_OK) n = 0;
    else if (b.threads > 1) rc = judge_by_crew(&b, rules, n, o, &t, err);
    else
        for (uint32_t i = 0; i < n && rc == RC_OK; i++) rc = judge_rule(&b, rules[i], o, &t, err);
    bench_fini(&b);
    free(rules);
    return rc;
}
