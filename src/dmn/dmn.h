/*
 * dmn.h - decision models of OMG DMN 1.2 to 1.5: load, decide, and judge ourselves by the public test kit.
 *
 * A model is read from XML (no network, no entities, no document types; limits on size and depth) together with the models that it
 * may import, and compiled once: every expression is FEEL in FEEL_DMN mode.  A model is immutable after dmn_load(); a run touches
 * only its own arena.
 *
 * Three outcomes are told apart as in feel.h: a value, null with its cause (a violated hit policy, a value that does not fit its
 * type), and an error (RC_ABSENT: no such decision; RC_LIMIT: steps, depth; RC_INPUT dmn.external: a function in another language).
 *
 * Memory: models and their diagnostics live in the arena given to dmn_load(), values in run->arena.
 */
#ifndef GUIJU_DMN_H
#define GUIJU_DMN_H

#include "feel/feel.h"

enum {
    DMN_TEXT_MAX = 16 << 20,  /* bytes of one file */
    DMN_NODES_MAX = 400000,   /* elements and attributes of one file */
    DMN_DEPTH_MAX = 100,      /* elements within elements */
    DMN_MODELS_MAX = 64,      /* a model and what it imports */
    DMN_CHAIN_MAX = 200       /* decisions that need decisions */
};

struct dmn_source {
    struct str name;   /* file name, for diagnostics and for imports by location */
    struct str text;
};

struct dmn_model;

/* Read and compile sources[0] and whichever of the others it imports.  RC_INPUT: it is no model (every mistake is in d).
 * RC_OK with d->errors > 0: single expressions do not compile; a decision that needs one of them is null and says so. */
enum rc dmn_load(struct arena *a, const struct dmn_source *sources, size_t count, struct dmn_model **out, struct diags *d) MUST_USE;

/* What can be asked for: names of decisions and services of the model itself.  False: no more. */
enum dmn_kind { DMN_INPUT, DMN_DECISION, DMN_FUNCTION, DMN_SERVICE };
bool dmn_each(const struct dmn_model *m, size_t idx, enum dmn_kind *kind, struct str *name);

struct dmn_value {
    struct str name;   /* of an input datum, or of a decision whose answer is to be taken as given; "import.name" for those of an import */
    struct fv value;
};

struct dmn_run {
    struct arena *arena;
    day_num today;
    int64_t now_us;
    const char *zone;
    const struct dmn_value *given;
    size_t given_count;
    bool texts;            /* strings stand for dates, times and durations where those are wanted (JSON) */
    uint64_t steps_left;   /* 0 at start: FEEL_STEPS_DEFAULT */
};

/* The value of a decision; inputs that were not given are null.  RC_ABSENT dmn.no_decision. */
enum rc dmn_decide(const struct dmn_model *m, struct str decision, struct dmn_run *run, struct fv *out, struct err *err) MUST_USE;
/* Call a decision service or a business knowledge model with the given values as arguments by name.
 * A service with several outputs gives a context. */
enum rc dmn_invoke(const struct dmn_model *m, struct str name, struct dmn_run *run, struct fv *out, struct err *err) MUST_USE;

/* ---- the public test kit (github.com/dmn-tck/tck) ---- */

struct dmn_tck_count {
    uint32_t cases, passed;                  /* a case is a result node */
    uint32_t nonnull_cases, nonnull_passed;  /* those that expect something else than null */
    uint32_t external;                       /* failed because they call another language */
};

struct dmn_tck {
    struct dmn_tck_count total;
    uint32_t folders;
    uint32_t folder_mean_ppm;                /* the mean over folders of passed / cases, in millionths */
    int64_t took_us;
};

struct dmn_tck_watch {                       /* either may be NULL */
    void (*folder)(void *ctx, struct str name, const struct dmn_tck_count *count);
    void (*failed)(void *ctx, struct str folder, struct str test, struct str node, struct str expected, struct str got);
    void *ctx;
};

/* Run all folders under dir that hold a model and tests.  RC_ABSENT: there is none. */
enum rc dmn_tck_run(struct str dir, const struct dmn_tck_watch *watch, struct dmn_tck *out, struct err *err) MUST_USE;

#define ERR(id, rc, code, zh, en, hint_zh, hint_en) extern const struct err_kind E_##id;
#include "dmn/errors.def"
#undef ERR

#endif
