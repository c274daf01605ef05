/* test.h - for the tests of this folder only: cmocka, and compiling and running a text in the invented area of world.h. */
#ifndef GUIJU_FEEL_TEST_H
#define GUIJU_FEEL_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "feel/world.h"

static inline void expect_text(struct str got, const char *want, const char *file, int line)
{
    if (str_eq(got, str_c(want))) return;
    print_error("want \"%s\"\n got \"" STR_FMT "\"\n", want, STR_ARG(got));
    _fail(file, line);
}
#define EXPECT_TEXT(got, want) expect_text((got), (want), __FILE__, __LINE__)

struct kit {
    struct arena a;
    struct world w;
    struct diags d;
    struct feel_run run;
    struct fv self;
    struct err err;
    struct buf b;
};

static inline void kit_open(struct kit *k)
{
    arena_init(&k->a, (size_t)256 << 20);
    world_make(&k->w, &k->a);
    diags_init(&k->d, &k->a, 50);
    err_clear(&k->err);
    buf_init(&k->b, 1 << 20);
    k->self = world_record(&k->w.cadre, 1);
    k->run = (struct feel_run){.arena = &k->a, .host = &k->w.host, .host_ctx = &k->w, .vars = &k->self, .vars_count = 1};
    (void)day_parse(STR("2026-01-01"), &k->run.today);
}

static inline void kit_close(struct kit *k)
{
    buf_fini(&k->b);
    arena_fini(&k->a);
}

/* Compile in packs, over a cadre.  NULL: mistakes, in k->d. */
static inline const struct feel_program *kit_compile(struct kit *k, const char *text)
{
    struct feel_program *p = NULL;
    struct feel_source src = {.text = str_c(text), .mode = FEEL_PACK};
    diags_init(&k->d, &k->a, 50);
    return feel_compile(&k->a, world_scope(&k->w, &k->w.cadre), &src, &p, &k->d) == RC_OK ? p : NULL;
}

/* The same of a text that must be right. */
__attribute__((returns_nonnull)) static inline const struct feel_program *kit_good(struct kit *k, const char *text)
{
    const struct feel_program *p = kit_compile(k, text);
    if (p == NULL) print_error("%s: %s\n", text, k->d.first == NULL ? "" : k->d.first->err.zh);
    MUST(p != NULL);
    return p;
}

/* The nth mistake; one without a code where there are fewer. */
__attribute__((returns_nonnull)) static inline const struct err *kit_mistake(const struct kit *k, size_t nth)
{
    static const struct err none;
    const struct diag *x = k->d.first;
    while (x != NULL && nth-- > 0) x = x->next;
    return x == NULL ? &none : &x->err;
}

#endif
