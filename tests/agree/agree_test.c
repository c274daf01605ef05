/*
 * agree_test.c - both evaluators agree: random typed expressions over random columns, row by row, in blocks of 1, 3 and 2048 rows.
 * agree_test [--seed N] [--count N] [--show]: count defaults to GUIJU_AGREE, else to 20,000.  The same seed makes the same expressions.
 * Expressions that the checker refuses are drawn again; those that columns cannot take are counted, and must stay few.
 */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>

enum { COUNT = 20000, SHOWN = 20 };

struct tally {
    struct agreed sum;
    bool show;
    struct { char why[80]; size_t n; } whys[100];
    size_t whys_count;
};

static void count_why(struct tally *t, struct str why)
{
    if (why.len >= sizeof t->whys[0].why) why.len = sizeof t->whys[0].why - 1;
    for (size_t i = 0; i < t->whys_count; i++)
        if (str_eq(str_c(t->whys[i].why), why)) {
            t->whys[i].n++;
            return;
        }
    if (t->whys_count == ARRAY_LEN(t->whys)) return;
    memcpy(t->whys[t->whys_count].why, why.ptr, why.len);
    t->whys[t->whys_count++].n = 1;
}

static void take_why(void *ctx, const struct feel_program *p, struct feel_why why)
{
    struct tally *t = ctx;
    count_why(t, why.en);
    if (t->show) fprintf(stderr, "refused (%.*s): %.*s\n", (int)why.en.len, why.en.ptr, (int)p->text.len, p->text.ptr);
}

/* What once was answered differently, in each mode, over columns of every size. */
static const char *const kept[] = {
    "ceiling((if r.o_t1 >= \"b\" then 99999999999999999999 else null))", /* no cell holds it */
    "(if r.o_m1 != m1 then 99999999999999999999 else null) <= abs(P0)",
    "sum(for x in kids return 99999999999999999999)",
    "max(for x in all.child return 1/3) > 0.3",
};

static bool kept_agree(struct tally *t)
{
    static const enum world_size sizes[] = {WORLD_SMALL, WORLD_SMALL, WORLD_SMALL, WORLD_MANY_CHILDREN, WORLD_LONG};
    bool ok = true;
    for (size_t s = 0; s < ARRAY_LEN(sizes); s++) {
        struct world *w = world_make(s + 1, sizes[s]);
        for (size_t i = 0; i < ARRAY_LEN(kept); i++) {
            size_t taken = 0;
            for (int mode = 0; mode < 2; mode++) {
                const struct feel_program *p = world_compile(w, kept[i], mode == 0 ? FEEL_PACK : FEEL_DMN);
                taken += p != NULL;
                ok = (p == NULL || world_agree(w, p, &t->sum, NULL, NULL)) && ok;
            }
            if (taken == 0) fprintf(stderr, "does not compile: %s\n", kept[i]);
            ok = ok && taken > 0;
            world_drop(w);
        }
        world_free(&w);
    }
    t->sum = (struct agreed){0}; /* the run's sum is of what was drawn */
    return ok;
}

/* A condition that walks all records for each record is broken off, not run to its end; one that walks none has nothing to run out of. */
static bool budget_holds(void)
{
    struct world *w = world_make(1, WORLD_LONG);
    const struct feel_program *wide = world_compile(w, "count(all.main[item.n0 > this.n0]) > 3", FEEL_PACK), *narrow = world_compile(w, "c1 = c2 or b1", FEEL_PACK);
    const struct feel_program *fixed = world_compile(w, "count(all.main[item.b1]) > 3", FEEL_PACK);
    size_t rows = w->table[0].rows;
    bool ok = wide != NULL && narrow != NULL && fixed != NULL && world_wild(w, wide, 1000) == rows && world_wild(w, wide, 0) == 0 && world_wild(w, narrow, 1) == 0 &&
              world_wild(w, fixed, 1) == rows && world_wild(w, fixed, 2) == 0; /* worked out once for all rows */
    if (!ok) fprintf(stderr, "the budget of steps does not hold: %zu %zu\n", world_wild(w, wide, 1000), world_wild(w, fixed, 2));
    world_free(&w);
    return ok;
}

static size_t number_of(const char *s)
{
    size_t n = 0;
    for (; *s >= '0' && *s <= '9'; s++) n = n * 10 + (size_t)(*s - '0');
    return n;
}

int main(int argc, char **argv)
{
    const char *wanted = getenv("GUIJU_AGREE");
    uint64_t seed = 1;
    size_t count = wanted != NULL ? number_of(wanted) : COUNT, tried = 0;
    bool show = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--show") == 0) show = true;
        else if (i + 1 < argc && strcmp(argv[i], "--seed") == 0) seed = number_of(argv[++i]);
        else if (i + 1 < argc && strcmp(argv[i], "--count") == 0) count = number_of(argv[++i]);
    }
    struct tally t = {.show = show};
    if (!kept_agree(&t) || !budget_holds()) return 1;
    struct world *w = NULL;
    uint64_t worlds = 0;
    for (size_t left = 0; tried < count && t.sum.wrong < SHOWN; tried++, left--) {
        if (left == 0) { /* other columns now and then */
            enum world_size size = worlds % 100 == 19 ? WORLD_LONG : worlds % 25 == 7 ? WORLD_MANY_CHILDREN : WORLD_SMALL;
            world_free(&w);
            w = world_make(seed * 1000003 + worlds++, size);
            left = size == WORLD_SMALL ? 40 : 5;
        }
        enum feel_mode mode;
        const struct feel_program *p = world_draw(w, &mode);
        (void)world_agree(w, p, &t.sum, take_why, &t);
        world_drop(w);
        if (show && tried % 10000 == 9999) fprintf(stderr, "%zu: %zu wrong\n", tried + 1, t.sum.wrong);
    }
    world_free(&w);
    printf("%zu expressions: %zu by columns over %zu rows (%zu left to the other evaluator), %zu refused, %zu wrong\n", tried, t.sum.made, t.sum.rows, t.sum.wild, t.sum.refused, t.sum.wrong);
    if (show)
        for (size_t i = 0; i < t.whys_count; i++) printf("  %6zu %s\n", t.whys[i].n, t.whys[i].why);
    if (t.sum.wrong > 0) return 1;
    return t.sum.refused * 4 > tried ? 1 : 0;
}
