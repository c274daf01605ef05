/* crash_test.c - the power goes at every moment of an area's life: exactly what was acknowledged is there afterwards. */
#include "store/scene.h"

static void look_at(const struct scene *c, size_t moment, enum fault_how how, uint64_t seed) {
    char dir[64], path[96], what[128];
    dir_make(dir);
    (void)snprintf(path, sizeof path, "%s/area", dir);
    (void)snprintf(what, sizeof what, "moment %zu of %zu, %s, seed %llu", moment, fault_moments(c->disk), fault_how_name(how),
                   (unsigned long long)seed);
    assert_true(fault_image(c->disk, moment, how, seed, dir));
    uint64_t acked = fault_noted(c->disk, moment);
    /* The one in flight may have made it: nobody was told either way. */
    scene_expect(path, acked, acked + 1, what);
    dir_remove(dir);
}

static void the_power_goes_at_any_moment(void **state) {
    (void)state;
    struct fault_disk *disk = fault_disk_make();
    struct scene c;
    scene_init(&c, disk);
    fault_record(disk);
    scene_run(&c);
    assert_int_equal(c.failures, 0);
    assert_int_equal(c.acked, (2u << SCENE_TX) - 1);
    size_t n = fault_moments(disk), syncs = 0;
    assert_true(n > 100);
    for (size_t m = 0; m < n; m++) {
        /* A killed process: everything it wrote is there. */
        look_at(&c, m, FAULT_KEEP, 0);
        if (!fault_moment_is_sync(disk, m)) continue;
        syncs++;
        look_at(&c, m, FAULT_DROP, 0);
        look_at(&c, m, FAULT_REORDER, 1);
        look_at(&c, m, FAULT_TORN, 2);
        look_at(&c, m, FAULT_TORN, 3);
    }
    assert_true(syncs > 20);
    scene_fini(&c);
    fault_disk_free(&disk);
}

/* The machinery itself: with the syncs taken out of the record, the same test must find a loss. */
static void a_disk_without_syncs_loses_what_was_acknowledged(void **state) {
    (void)state;
    struct fault_disk *disk = fault_disk_make();
    struct scene c;
    scene_init(&c, disk);
    struct err err;
    struct store *s = NULL;
    struct store_options o = {.mode = STORE_CREATE, .vfs = c.vfs};
    MUST_OK(store_open(str_c(c.path), &o, &s, &err));
    store_close(&s);
    fault_record(disk);
    o.mode = STORE_WRITE;
    MUST_OK(store_open(str_c(c.path), &o, &s, &err));
    MUST_OK(store_begin_write(s, &err));
    MUST_OK(store_meta_put(s, STR("kept"), STR("1"), &err));
    MUST_OK(store_commit(s, &err));
    fault_note(disk, 1);
    /* The moment right before the sync of that commit: what was acknowledged only afterwards is not there. */
    size_t before = 0;
    for (size_t m = 0; m < fault_moments(disk); m++)
        if (fault_noted(disk, m) == 0 && fault_moment_is_sync(disk, m) && m + 1 < fault_moments(disk)) before = m - 1;
    char dir[64], path[96];
    for (int synced = 0; synced < 2; synced++) {
        dir_make(dir);
        (void)snprintf(path, sizeof path, "%s/area", dir);
        assert_true(fault_image(disk, synced ? fault_moments(disk) - 1 : before, FAULT_DROP, 0, dir));
        struct store *found = NULL;
        struct arena a;
        struct str fact;
        arena_init(&a, 1 << 16);
        struct store_options plain = {.mode = STORE_WRITE};
        MUST_OK(store_open(str_c(path), &plain, &found, &err));
        assert_int_equal(store_meta_get(found, &a, STR("kept"), &fact, &err), synced ? RC_OK : RC_ABSENT);
        store_close(&found);
        arena_fini(&a);
        dir_remove(dir);
    }
    store_close(&s);
    scene_fini(&c);
    fault_disk_free(&disk);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_power_goes_at_any_moment),
        cmocka_unit_test(a_disk_without_syncs_loses_what_was_acknowledged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
