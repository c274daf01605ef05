/*
 * rule_inner.h - what the files of rule/ share: a bench, on which one rule after the other is judged.
 */
#ifndef GUIJU_RULE_INNER_H
#define GUIJU_RULE_INNER_H

#include "rule/rule.h"

enum {
    RULE_BLOCK = 2048,          /* records judged at a time: the roster's block */
    RULE_STEPS = 10000000,      /* of one record, exceptions and all */
    RULE_STEPS_A_ROW = 64,      /* and for each record that is loaded: a condition may look at all of them once */
    RULE_PAIRS_MAX = 50000000,  /* of one rule over pairs */
    RULE_EXCEPT_MAX = 16,       /* exceptions of exceptions */
    RULE_ARENA_MAX = 256 * 1024 * 1024,
    RULE_TOLD_MAX = 64 * 1024 * 1024,
    RULE_TEXT_MAX = 256 * 1024,
    RULE_READS_MAX = 64         /* references kept of one finding */
};

struct rule_columns {           /* of one rule: its conditions as vector programs */
    bool tried, taken;
    struct feel_vector *where, *when;
    struct feel_vector_room *where_room, *when_room;
};

struct bench {
    struct roster *roster;
    const struct pack_set *set;
    const struct feel_host *host;
    void *ctx;
    struct arena arena;         /* what evaluation makes; a pack may fill it, and that is RC_LIMIT.  Reset after each record */
    struct arena told;          /* what is told of a record: ours to bound.  Reset likewise */
    struct feel_run run;
    struct fv self[2];          /* the record; the other one of a pair */
    uint32_t pair;              /* the place of that one */
    uint64_t steps;             /* budget of one record */
    struct roster_vectors *vectors;      /* opened when a rule first asks */
    struct rule_columns *columns;        /* by rule->idx */
    const struct bench *lender;          /* a further thread's: whose programs these are, each made before this bench is set to work */
    uint32_t threads;                    /* that may make derived columns */
    bool by_rows;                        /* never by columns: to hold one way against the other */
    enum lang lang;
    day_num today;
};

void bench_init(struct bench *b, struct roster *roster, const struct pack_set *set, day_num today, enum lang lang);
void bench_fini(struct bench *b);
void bench_aim(struct bench *b, const struct pack_rule *rule, uint64_t id); /* at a record */
/* A rule over pairs is judged for one record of `each` after the other: so many places (1 without `each`), and the one at this place.  False: none is open there. */
uint32_t bench_pairs(const struct bench *b, const struct pack_rule *rule);
bool bench_pair(struct bench *b, const struct pack_rule *rule, uint32_t place);
void bench_pair_id(struct bench *b, const struct pack_rule *rule, uint64_t with); /* by its id, for the scalar evaluator alone */

/* ---- eval.c ---- */
/* -1: null, else false or true; *cause is that of the null. */
enum rc bench_ask(struct bench *b, const struct feel_program *p, int *answer, const struct feel_cause **cause, struct err *err) MUST_USE;
enum rc bench_value(struct bench *b, const struct feel_program *p, struct fv *out, struct err *err) MUST_USE;

struct ruling {
    enum verdict verdict;
    const struct pack_rule *exception;   /* which one holds */
    const struct feel_cause *cause;      /* of VERDICT_UNDETERMINED */
    const struct pack_rule *unsure;      /* the rule (this one, or an exception) whose condition is null */
};
/* The whole rule on the record that the bench is aimed at. */
enum rc rule_decide(struct bench *b, const struct pack_rule *rule, uint32_t depth, struct ruling *out, struct err *err) MUST_USE;
/* What a condition ran out of, with the rule and the record: FEEL knows neither. */
enum rc rule_limit_named(struct bench *b, const struct pack_rule *rule, int64_t id, struct err *err) MUST_USE;

/* ---- vector.c ---- */
/* Verdicts of a block as bit sets: bit i is the record at place from + i.  In none of them: it does not hold, or no open record stands there. */
struct rule_bits {
    uint64_t out[RULE_BLOCK / 64], holds[RULE_BLOCK / 64], excepted[RULE_BLOCK / 64], unsure[RULE_BLOCK / 64];
};
/* n places from `from` on, all of one block of the roster.  By columns where they can take the rule, else record by record: the same bits.
 * What is to be told of a record is worked out afterwards, and only for the few that are reported. */
enum rc rule_block(struct bench *b, const struct pack_rule *rule, uint32_t from, uint32_t n, struct rule_bits *out, struct err *err) MUST_USE;
void bench_columns_free(struct bench *b);
/* The programs of a rule and of its exceptions are there, or known not to be. */
void rule_prepare(struct bench *b, const struct pack_rule *rule, uint32_t depth);

/* ---- rule.c ---- */
static inline uint64_t rule_reported(const struct judge_options *o, const struct rule_bits *v, uint32_t w)
{
    return v->holds[w] | (o->excepted ? v->excepted[w] : 0) | (o->undetermined ? v->unsure[w] : 0);
}
enum verdict rule_verdict_at(const struct rule_bits *v, uint32_t w, uint64_t bit); /* of one that is reported */
struct told { enum rc (*fn)(void *ctx, const struct judged *j, struct err *err); void *ctx; };
/* A block's verdicts as options ask: to fn or to many.  skip: so many were told already. */
enum rc rule_tell(struct bench *b, const struct pack_rule *rule, const struct judge_options *o, uint32_t from, const struct rule_bits *v, uint32_t skip,
                  const struct told *t, struct err *err) MUST_USE;

/* ---- crew.c ---- */
/* All of these rules by several threads.  b is this thread's. */
enum rc judge_by_crew(struct bench *b, const struct pack_rule *const *rules, uint32_t n, const struct judge_options *o, const struct told *t, struct err *err) MUST_USE;

/* ---- report.c ---- */
enum rc rule_report(struct bench *b, const struct pack_rule *rule, uint64_t id, enum verdict v, bool bare, struct judged *out, struct err *err) MUST_USE;
/* The null to blame: the deepest that is a member of a record, else the deepest; what is missing there. */
const struct feel_cause *rule_root(const struct feel_cause *c);
enum rc rule_missing(struct bench *b, const struct feel_cause *c, struct rule_missing *out, struct err *err) MUST_USE;
enum rc bench_display(struct bench *b, const struct pack_register *reg, uint64_t id, struct str *display, struct str *key, struct err *err) MUST_USE;
/* A buffer's text into `told`; RC_LIMIT rule.too_long. */
enum rc bench_text(struct bench *b, const struct pack_rule *rule, struct buf *from, struct str *out, struct err *err) MUST_USE;

/* ---- out.c ---- */
void missing_put(const struct rule_missing *m, enum lang lang, struct buf *out);

#endif
