/*
 * scenario.h - the tests that a pack carries: records that are given, a day, and what must come out.
 *
 * A lab is an area in memory with the tables of one pack set.  Each scenario writes its records through the same door as everybody (record_create,
 * inside a write transaction), is judged over a roster of that very transaction, and is rolled back: the next one finds an empty area, and
 * hundreds take seconds.
 *
 * What is compared: for every rule named in `tests` or in `findings`, exactly the findings expected (a rule that raises nothing only where it is
 * named); for rules under `undetermined` and `excepted`, exactly those, and the field that is missing or the exception where it is said; the values of
 * `records`, stored and derived, field by field; the rows that must be refused, by error code.
 * Every difference is a diagnostic at the place where it was expected, in Chinese and English.
 * Threads: a lab is one thread's.  Failures (other than RC_OK): the machine, never the pack.
 */
#ifndef GUIJU_SCENARIO_H
#define GUIJU_SCENARIO_H

#include "rule/rule.h"

enum { SCENARIO_BASE_MAX = 16, SCENARIO_ROWS_MAX = 10000 };

struct scenario_lab;

struct scenario_result {
    uint32_t compared;   /* expectations looked at */
    uint32_t differ;     /* diagnostics put into the report */
};

/* set must outlive the lab. */
enum rc scenario_lab_open(const struct pack_set *set, struct scenario_lab **out, struct err *err) MUST_USE;
void scenario_lab_close(struct scenario_lab **lp);
enum rc scenario_lab_run(struct scenario_lab *lab, const struct pack_scenario *s, struct diags *report, struct scenario_result *out, struct err *err) MUST_USE;

/* After each act of every scenario that is run: for tests that play acts which no scenario means.  Refused: rc is not RC_OK, word says by what, err why.
 * before, after: how many entries the journal had and has. */
struct scenario_seen { struct records *records; const struct pack_act *act; uint64_t the_case, before, after; day_num today; enum rc rc; struct str word; const struct err *err; };
void scenario_lab_watch(struct scenario_lab *lab, void (*fn)(void *ctx, const struct scenario_seen *s), void *ctx);

/* One scenario in a lab of its own. */
enum rc scenario_run(const struct pack_set *set, const struct pack_scenario *s, struct diags *report, struct scenario_result *out, struct err *err) MUST_USE;

/* Does it name the rule, in tests or in what it expects? */
bool scenario_tests(const struct pack_scenario *s, const struct pack_rule *rule);

#define ERR(id, rc, code, zh, en, hint_zh, hint_en) extern const struct err_kind E_##id;
#include "scenario/errors.def"
#undef ERR

#endif
