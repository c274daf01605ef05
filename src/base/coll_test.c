/* coll_test.c - growing arrays, maps. */
#include "base/test.h"

static void array_keeps_its_items(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1 << 22);
    VEC(uint32_t) v = {0};
    for (uint32_t n = 0; n < 10000; n++) vec_push(&a, &v, n * 3);
    assert_int_equal(v.len, 10000);
    for (uint32_t n = 0; n < 10000; n++) assert_int_equal(v.at[n], n * 3);
    VEC(struct str) t = {0};
    vec_push(&a, &t, (struct str){"ab", 2});
    EXPECT_TEXT(t.at[0], "ab");
    arena_fini(&a);
}

static void map_finds_what_was_put(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1 << 24);
    struct map m = {0};
    static int value[5000];
    assert_null(map_find(&m, STR("nothing")));
    for (int n = 0; n < 5000; n++)
        assert_true(map_put(&a, &m, str_cat(&a, STR("键"), str_i64(&a, n)), &value[n]));
    for (int n = 0; n < 5000; n++) {
        struct str key = str_cat(&a, STR("键"), str_i64(&a, n));
        assert_ptr_equal(map_find(&m, key), &value[n]);
        assert_ptr_equal(m.entry[n].value, &value[n]); /* in order of insertion */
    }
    assert_null(map_find(&m, STR("键5000")));
    assert_null(map_find(&m, STR("")));
    arena_fini(&a);
}

static void map_refuses_a_second_value(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1 << 16);
    struct map m = {0};
    int one = 1, two = 2;
    assert_true(map_put(&a, &m, STR("a"), &one));
    assert_false(map_put(&a, &m, STR("a"), &two));
    assert_ptr_equal(map_find(&m, STR("a")), &one);
    assert_int_equal(m.len, 1);
    assert_true(map_put(&a, &m, STR(""), &two));
    assert_ptr_equal(map_find(&m, STR_NONE), &two);
    arena_fini(&a);
}

static void a_map_with_room_takes_its_keys_without_more_memory(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1 << 20);
    struct map m = {0};
    char key[100][2];
    map_room(&a, &m, 100);
    size_t used = a.used;
    for (int n = 0; n < 100; n++) {
        key[n][0] = (char)('0' + n / 10);
        key[n][1] = (char)('0' + n % 10);
        assert_true(map_put(&a, &m, str_of(key[n], 2), &key[n]));
    }
    assert_int_equal(a.used, used);
    for (int n = 0; n < 100; n++) assert_ptr_equal(map_find(&m, str_of(key[n], 2)), &key[n]);
    assert_true(map_put(&a, &m, STR("one more"), &m)); /* it grows all the same */
    assert_true(a.used > used);
    assert_ptr_equal(map_find(&m, STR("42")), &key[42]);
    map_room(&a, &m, 500); /* not empty: nothing happens */
    assert_ptr_equal(map_find(&m, STR("one more")), &m);
    arena_fini(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(array_keeps_its_items),
        cmocka_unit_test(map_finds_what_was_put),
        cmocka_unit_test(map_refuses_a_second_value),
        cmocka_unit_test(a_map_with_room_takes_its_keys_without_more_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
