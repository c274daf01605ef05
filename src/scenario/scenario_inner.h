/*
 * scenario_inner.h - what the files of scenario/ share: a lab, and one scenario being played in it.
 */
#ifndef GUIJU_SCENARIO_INNER_H
#define GUIJU_SCENARIO_INNER_H

#include "procedure/procedure.h"
#include "scenario/scenario.h"

enum { SCENARIO_ARENA_MAX = 512 * 1024 * 1024, SCENARIO_TEXT_MAX = 64 * 1024 };

struct scenario_lab {
    uint32_t magic;
    const struct pack_set *set;
    struct store *store;
    struct journal *journal;
    struct records *records;
    uint32_t *rank;          /* by reg->idx: registers that others refer to come first */
    struct arena arena;      /* reset after each scenario */
    void (*watch)(void *ctx, const struct scenario_seen *s);
    void *watch_ctx;
};

enum { LAB_MAGIC = 0x4c414220 };

struct play {
    struct scenario_lab *lab;
    const struct pack_scenario *s;
    const struct pack_set *set;     /* with the parameters that the scenario sets */
    struct records *records;
    struct arena *a;
    struct diags *report;
    struct scenario_result *result;
    struct change change;
    struct roster *roster;
};

/* Put a difference into the report. */
void play_differ_n(struct play *p, const struct err_kind *kind, struct place place, size_t n, const struct str *args);
#define play_differ(p, kind, place, ...) \
    play_differ_n((p), (kind), (place), sizeof((struct str[]){__VA_ARGS__}) / sizeof(struct str), (struct str[]){__VA_ARGS__})
struct str play_text(struct play *p, struct buf *b); /* into the arena; frees the buffer */

/* given.c */
enum rc play_given(struct play *p, struct err *err) MUST_USE;
enum rc play_refused(struct play *p, struct err *err) MUST_USE;
uint32_t *register_ranks(const struct pack_set *set, struct arena *a);

/* acts.c */
enum rc play_acts(struct play *p, struct err *err) MUST_USE;

/* findings.c */
enum rc play_findings(struct play *p, struct err *err) MUST_USE;

/* values.c */
enum rc play_records(struct play *p, struct err *err) MUST_USE;

/* ---- slips.c ---- */
/* the_case: that acts were last done in; *last: the slip issued last. */
enum rc play_slip(struct play *p, struct slip_door *d, const struct pack_act *a, uint64_t the_case, uint64_t *last, struct err *err) MUST_USE;
enum rc play_slip_expect(struct play *p, uint64_t last, struct err *err) MUST_USE;

#endif
