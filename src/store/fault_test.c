/* fault_test.c - the first, second, third ... call for the disk or for memory fails, until the whole life passes. */
#include "store/scene.h"

/* After a life with faults: heal, open again, look; then the same after a loss of power. */
static void look_after(struct scene *c, const char *what) {
    /* A transaction that nobody was told of is not there; of one in doubt nobody knows until now. */
    if (c->acked != 0) scene_expect(c->path, c->acked, c->doubt, what);
    if (c->disk == NULL) return;
    static const enum fault_how hows[] = {FAULT_DROP, FAULT_TORN};
    for (size_t i = 0; c->acked != 0 && i < ARRAY_LEN(hows); i++) {
        char dir[64], path[96], text[400];
        dir_make(dir);
        (void)snprintf(path, sizeof path, "%s/area", dir);
        (void)snprintf(text, sizeof text, "%s, then %s", what, fault_how_name(hows[i]));
        assert_true(fault_image(c->disk, fault_moments(c->disk) - 1, hows[i], 1, dir));
        scene_expect(path, c->acked, c->doubt, text);
        dir_remove(dir);
    }
}

static bool one_life(enum fault_error e, uint64_t nth, bool forever) {
    struct fault_disk *disk = fault_disk_make();
    struct scene c;
    char what[600];
    scene_init(&c, disk);
    fault_record(disk);
    fault_fail(disk, e, nth, forever);
    scene_run(&c);
    bool hit = fault_hits(disk) > 0;
    (void)snprintf(what, sizeof what, "%s at call %llu%s (%s):%s", fault_error_name(e), (unsigned long long)nth,
                   forever ? " and on" : "", fault_where(disk), c.codes);
    fault_fail(disk, e, 0, false);
    look_after(&c, what);
    /* A passing fault costs at most the transaction that it met, and what stands on it. */
    uint64_t all = (2u << SCENE_TX) - 1, lost = all & ~c.acked;
    if (!forever && (lost & (lost - 1)) != 0) {
        print_error("%s: lost %#llx\n", what, (unsigned long long)lost);
        fail();
    }
    if (c.copied) scene_expect(c.copy, c.acked, 0, what);
    else assert_int_not_equal(c.failures, 0);
    scene_fini(&c);
    fault_disk_free(&disk);
    return hit;
}

static void every_call(enum fault_error e) {
    uint64_t n = 1;
    while (one_life(e, n, false)) n++;
    print_message("%s: %llu calls failed in turn\n", fault_error_name(e), (unsigned long long)n - 1);
    assert_true(n > 40);
    /* A disk that stays broken: a few places suffice. */
    for (uint64_t at = 1; at < n; at += 1 + n / 25) assert_true(one_life(e, at, true));
}

static void every_call_gives_an_input_or_output_error(void **state) {
    (void)state;
    every_call(FAULT_EIO);
}

static void every_call_finds_the_disk_full(void **state) {
    (void)state;
    every_call(FAULT_FULL);
}

static void every_call_finds_the_disk_read_only(void **state) {
    (void)state;
    every_call(FAULT_READONLY);
}

static bool one_life_without_memory(uint64_t nth, bool forever) {
    struct scene c;
    char what[600];
    int64_t live = fault_alloc_live();
    scene_init(&c, NULL);
    fault_alloc_fail(nth, forever);
    scene_run(&c);
    bool hit = fault_alloc_hits() > 0;
    (void)snprintf(what, sizeof what, "allocation %llu%s:%s", (unsigned long long)nth, forever ? " and on" : "", c.codes);
    fault_alloc_fail(0, false);
    if (fault_alloc_live() != live) {
        print_error("%s: %lld blocks were not freed\n", what, (long long)(fault_alloc_live() - live));
        fail();
    }
    look_after(&c, what);
    uint64_t all = (2u << SCENE_TX) - 1, lost = all & ~c.acked;
    if (!forever && (lost & (lost - 1)) != 0) {
        print_error("%s: lost %#llx\n", what, (unsigned long long)lost);
        fail();
    }
    scene_fini(&c);
    return hit;
}

static void every_allocation_fails(void **state) {
    (void)state;
    /* One life to warm up what SQLite keeps for ever. */
    assert_false(one_life_without_memory(1000000000, false));
    /* There are thousands: the first ones each, then ever larger steps; FAULT_ALL=1 in the environment tries every one. */
    bool all = getenv("FAULT_ALL") != NULL;
    uint64_t n = 1, tried = 0;
    for (uint64_t step = 1; one_life_without_memory(n, false); n += step, tried++) step = all ? 1 : 1 + tried / 8;
    print_message("%llu of about %llu allocations failed in turn\n", (unsigned long long)tried, (unsigned long long)n);
    assert_true(tried > 100);
    for (uint64_t at = 1; at < n; at += 1 + n / 15) assert_true(one_life_without_memory(at, true));
}

int main(void) {
    fault_alloc_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_call_gives_an_input_or_output_error),
        cmocka_unit_test(every_call_finds_the_disk_full),
        cmocka_unit_test(every_call_finds_the_disk_read_only),
        cmocka_unit_test(every_allocation_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
