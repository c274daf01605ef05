/* arena_test.c - memory by lifetime. */
#include "base/test.h"

static void memory_is_zero_and_aligned(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1 << 20);
    for (size_t n = 0; n < 300; n++) {
        unsigned char *p = arena_alloc(&a, n);
        assert_int_equal((uintptr_t)p % 16, 0);
        for (size_t i = 0; i < n; i++) assert_int_equal(p[i], 0);
        memset(p, 0xee, n);
    }
    arena_fini(&a);
    assert_int_equal(a.used, 0);
}

static void maximum_holds(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1000);
    assert_null(arena_try(&a, 1001));
    assert_non_null(arena_try(&a, 900));
    assert_null(arena_try(&a, 100));
    assert_non_null(arena_try(&a, 64));
    assert_null(arena_try(&a, SIZE_MAX));
    assert_true(a.used <= a.max);
    arena_fini(&a);
}

static void reset_gives_back_and_clears(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1 << 20);
    char *keep = arena_alloc(&a, 10);
    memcpy(keep, "keep", 5);
    struct arena_mark m = arena_mark(&a);
    size_t used = a.used;
    for (int round = 0; round < 5; round++) {
        for (int n = 0; n < 50; n++) {
            unsigned char *p = arena_alloc(&a, 1000); /* over several blocks */
            for (size_t i = 0; i < 1000; i++) assert_int_equal(p[i], 0);
            memset(p, 0xff, 1000);
        }
        arena_reset(&a, m);
        assert_int_equal(a.used, used);
        assert_string_equal(keep, "keep");
    }
    arena_fini(&a);
}

static void reset_of_an_empty_arena(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1 << 20);
    struct arena_mark m = arena_mark(&a);
    memset(arena_alloc(&a, 5000), 1, 5000);
    arena_reset(&a, m);
    unsigned char *p = arena_alloc(&a, 5000);
    for (size_t i = 0; i < 5000; i++) assert_int_equal(p[i], 0);
    arena_fini(&a);
}

static char trail[8];
static void leave_trail(void *arg)
{
    size_t n = strlen(trail);
    trail[n] = *(const char *)arg;
    trail[n + 1] = '\0';
}

static void deferred_runs_newest_first(void **state)
{
    (void)state;
    static char one = '1', two = '2', three = '3';
    struct arena a;
    arena_init(&a, 1 << 16);
    trail[0] = '\0';
    arena_defer(&a, leave_trail, &one);
    struct arena_mark m = arena_mark(&a);
    arena_defer(&a, leave_trail, &two);
    arena_defer(&a, leave_trail, &three);
    arena_reset(&a, m);
    assert_string_equal(trail, "32");
    arena_fini(&a);
    assert_string_equal(trail, "321");
}

static void over_the_maximum(void)
{
    struct arena a;
    arena_init(&a, 100);
    memset(arena_alloc(&a, 101), 0, 1);
}

static void product_overflows(void)
{
    struct arena a;
    arena_init(&a, SIZE_MAX);
    memset(arena_alloc_array(&a, SIZE_MAX / 2, 3), 0, 1);
}

static void within_the_maximum(void)
{
    struct arena a;
    arena_init(&a, 200);
    memset(arena_alloc_array(&a, 10, 10), 0, 100);
    arena_fini(&a);
}

static void more_than_allowed_stops_the_program(void **state)
{
    (void)state;
    assert_true(breaks(over_the_maximum));
    assert_true(breaks(product_overflows));
    assert_false(breaks(within_the_maximum));
}

static void what_was_handed_out_last_may_grow_where_it_is(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 8192);
    memset(arena_alloc(&a, 16), 3, 16);
    struct arena_mark m = arena_mark(&a);
    memset(arena_alloc(&a, 1000), 7, 1000);
    arena_reset(&a, m);
    unsigned char *p = arena_alloc(&a, 24);
    memset(p, 1, 24);
    assert_true(arena_extend(&a, p, 24, 400));
    for (size_t i = 0; i < 400; i++) assert_int_equal(p[i], i < 24 ? 1 : 0); /* what lay there before is cleared */
    unsigned char *next = arena_alloc(&a, 8);
    assert_true(next >= p + 400);
    assert_false(arena_extend(&a, p, 400, 500));   /* something lies behind it now */
    assert_false(arena_extend(&a, next, 8, 4));     /* that would be less */
    assert_false(arena_extend(&a, next, 8, 9000));  /* over the maximum, and over the block */
    assert_true(arena_extend(&a, next, 8, 64));
    arena_fini(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zero_and_aligned), cmocka_unit_test(maximum_holds),
        cmocka_unit_test(reset_gives_back_and_clears), cmocka_unit_test(reset_of_an_empty_arena),
        cmocka_unit_test(deferred_runs_newest_first), cmocka_unit_test(what_was_handed_out_last_may_grow_where_it_is),
        cmocka_unit_test(more_than_allowed_stops_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
