/* crew_test.c - every part is done once, however many threads there are. */
#include "base/test.h"

enum { PARTS = 1000 };

struct job { struct crew crew; uint32_t done[PARTS + 1]; uint32_t workers; };

static void work(void *ctx, uint32_t worker)
{
    struct job *j = ctx;
    uint32_t part;
    __atomic_fetch_or(&j->workers, 1u << worker, __ATOMIC_RELAXED);
    while (crew_part(&j->crew, &part)) __atomic_fetch_add(&j->done[part], 1, __ATOMIC_RELAXED);
}

static void check_parts(uint32_t threads, uint32_t parts)
{
    struct job j = {0};
    crew_start(&j.crew, threads, parts, work, &j);
    crew_join(&j.crew);
    for (uint32_t i = 0; i < parts; i++) assert_int_equal(j.done[i], 1);
    assert_int_equal(j.done[parts], 0);
    assert_true((j.workers & 1) != 0);
    assert_true(j.workers < 1u << threads);
}

static void each_part_is_done_once(void **state)
{
    (void)state;
    for (uint32_t threads = 1; threads <= CREW_MAX; threads += 3) check_parts(threads, PARTS);
}

static void few_parts_need_few_threads(void **state)
{
    (void)state;
    check_parts(4, 0);
    check_parts(4, 1);
    check_parts(4, 3);
}

static void cores_are_at_least_one(void **state)
{
    (void)state;
    assert_in_range(crew_cores(4), 1, 4);
    assert_int_equal(crew_cores(1), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_part_is_done_once), cmocka_unit_test(few_parts_need_few_threads), cmocka_unit_test(cores_are_at_least_one)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
