/* world.h - a small invented area for the tests of feel/: posts, cadres and their tenures, a code table, parameters. */
#ifndef GUIJU_FEEL_WORLD_H
#define GUIJU_FEEL_WORLD_H

#include "feel/feel.h"

struct world {
    struct arena *a;
    struct feel_register org, post, cadre, tenure;
    struct feel_codes level, verdict;
    struct feel_type org_t, post_t, cadre_t, tenure_t, level_t, verdict_t, all_t;
    struct feel_function full;          /* 满年(起) */
    struct feel_scope names;            /* parameters, functions, all */
    struct feel_scope site;             /* this record */
    struct feel_host host;
    struct calendar *calendar;
    const struct feel_program *derived[8];
    uint32_t asked;                     /* members that were asked for */
};

void world_make(struct world *w, struct arena *a);
/* The scope of an expression over a register; NULL: parameters and functions only. */
const struct feel_scope *world_scope(struct world *w, const struct feel_register *reg);
struct fv world_record(const struct feel_register *reg, int64_t id);
struct feel_register *world_register(struct world *w, struct str title);

#endif
