/*
 * vector_fuzz.c - any text as an expression over random columns: what the vector evaluator says must be what the scalar one says, row by row.
 * The first byte chooses the columns, the second the mode; the rest is the expression, in the names of tests/agree/world.c
 * (b1, n0, n2, d1, c1, r, p, kids, all.child, P0 …).  Steps are bounded, so that a hang is a find.
 */
#include "world.h"

enum { WORLDS = 4 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct world *worlds[WORLDS]; /* columns that are the same each time: made once */
    struct agreed sum = {0};
    struct feel_program *p = NULL;
    struct diags d;
    if (size < 3 || size > 2000) return 0;
    struct world **wp = &worlds[data[0] % WORLDS];
    if (*wp == NULL) *wp = world_make(data[0] % WORLDS + 1u, WORLD_SMALL);
    struct world *w = *wp;
    w->steps = 2000;
    diags_init(&d, &w->scratch, 10);
    struct feel_source src = {.text = str_dup(&w->scratch, str_of((const char *)data + 2, size - 2)), .mode = (data[1] & 1) != 0 ? FEEL_DMN : FEEL_PACK};
    if (feel_compile(&w->scratch, &w->site, &src, &p, &d) == RC_OK) MUST(world_agree(w, p, &sum, NULL, NULL));
    world_drop(w);
    return 0;
}
