/* scale.h - rosters made in memory for judging at scale, and what is measured over them. */
#ifndef GUIJU_BENCH_SCALE_H
#define GUIJU_BENCH_SCALE_H

#include "area/area.h"
#include "rule/rule.h"

#include <sys/resource.h>
#include <time.h>

double now_s(void);     /* of the wall clock */
double cpu_s(void);     /* of this process, all threads */
long peak_mib(void);

/* The columns of one stored field of one county, as they are repeated: cells of the width that rosters begin with. */
struct county_column {
    const struct pack_register *reg;   /* of the set that is judged */
    const struct pack_field *field;
    const struct pack_register *to;    /* a ref: whose rows; else NULL */
    bool back;
    enum roster_cells as;
    void *cells;
    uint64_t *valid;
};
struct county {
    struct arena a;
    uint32_t *rows;                    /* by register */
    struct county_column *columns;
    uint32_t columns_count;
    size_t records;
};
/* Reads from an area the columns that these wants name; they are of `set`, which has the same registers as the area. */
enum rc county_read(struct area *ar, const struct pack_set *set, const struct roster_wants *wants, struct county *out, struct err *err) MUST_USE;
/* `times` counties side by side: each refers to itself.  whole: by register, those that are there once for all. */
enum rc county_repeat(struct county *c, const struct pack_set *set, uint32_t times, const bool *whole, struct roster **out, struct err *err) MUST_USE;
void county_free(struct county *c);
const struct county_column *county_column(const struct county *c, const char *reg, const char *field);

/* Party members and their organisations, from a seed: as many columns as the rules of pack `scale` read. */
enum rc roll_make(const struct pack_set *set, uint32_t members, uint64_t seed, struct roster **out, struct err *err) MUST_USE;

/* hand.c: the rule `four` as people write it by hand, over plain arrays.  ids may be NULL: count only. */
struct four {
    const uint8_t *status, *managed;
    const int32_t *birth, *level_since;
    const uint64_t *has_birth, *has_level_since; /* bit set: there is a value */
    uint32_t rows;
    uint8_t in_office, higher;                   /* codes */
    int32_t born_before, level_before;
};
uint64_t four_by_hand(const struct four *f, int64_t first_id, int64_t *ids);

#endif
