/* str_test.c - text and buffers. */
#include "base/test.h"

static void compares_by_bytes(void **state)
{
    (void)state;
    assert_true(str_eq(STR("甲"), STR("甲")));
    assert_false(str_eq(STR("甲"), STR("甲乙")));
    assert_true(str_eq(STR_NONE, STR("")));
    assert_true(str_cmp(STR("a"), STR("b")) < 0);
    assert_true(str_cmp(STR("ab"), STR("a")) > 0);
    assert_true(str_cmp(STR("\x7f"), STR("\x80")) < 0);
    assert_int_equal(str_cmp(STR_NONE, STR("")), 0);
}

static void finds_and_cuts(void **state)
{
    (void)state;
    assert_true(str_starts(STR("cn.rule"), STR("cn.")));
    assert_false(str_starts(STR("cn"), STR("cn.")));
    assert_true(str_starts(STR_NONE, STR("")));
    assert_true(str_ends(STR("a.md"), STR(".md")));
    assert_false(str_ends(STR("md"), STR(".md")));
    assert_int_equal(str_find(STR("abcabc"), STR("ca")), 2);
    assert_true(str_find(STR("abc"), STR("abcd")) == SIZE_MAX);
    assert_int_equal(str_find(STR("abc"), STR("")), 0);
    assert_int_equal(str_find_char(STR("a:b:c"), ':'), 1);
    assert_true(str_find_char(STR_NONE, ':') == SIZE_MAX);
    EXPECT_TEXT(str_sub(STR("abcdef"), 2, 4), "cd");
    EXPECT_TEXT(str_sub(STR("abc"), 2, 99), "c");
    EXPECT_TEXT(str_sub(STR("abc"), 5, 2), "");
    EXPECT_TEXT(str_trim(STR(" \t甲 乙\r\n")), "甲 乙");
    EXPECT_TEXT(str_trim(STR(" \n")), "");
}

static void numbers_are_strict(void **state)
{
    (void)state;
    int64_t i = 7;
    uint64_t u = 7;
    assert_true(str_to_i64(STR("-9223372036854775808"), &i));
    assert_true(i == INT64_MIN);
    assert_true(str_to_i64(STR("9223372036854775807"), &i));
    assert_true(i == INT64_MAX);
    assert_true(str_to_u64(STR("18446744073709551615"), &u));
    assert_true(u == UINT64_MAX);
    i = 7;
    assert_false(str_to_i64(STR("9223372036854775808"), &i));
    assert_false(str_to_i64(STR("-9223372036854775809"), &i));
    assert_false(str_to_u64(STR("18446744073709551616"), &u));
    assert_false(str_to_i64(STR(""), &i));
    assert_false(str_to_i64(STR("-"), &i));
    assert_false(str_to_i64(STR("+1"), &i));
    assert_false(str_to_i64(STR(" 1"), &i));
    assert_false(str_to_i64(STR("1x"), &i));
    assert_false(str_to_i64(STR("１"), &i));
    assert_false(str_to_u64(STR("-1"), &u));
    assert_true(i == 7);
}

static void integers_come_back(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1 << 20);
    uint64_t seed = 1;
    for (int n = 0; n < 2000; n++) {
        int64_t v = (int64_t)(next_random(&seed) >> (n % 64)), back = 0;
        if (n % 2 == 1) v = -v;
        assert_true(str_to_i64(str_i64(&a, v), &back));
        assert_true(back == v);
    }
    EXPECT_TEXT(str_i64(&a, INT64_MIN), "-9223372036854775808");
    EXPECT_TEXT(str_u64(&a, UINT64_MAX), "18446744073709551615");
    EXPECT_TEXT(str_u64(&a, 0), "0");
    EXPECT_TEXT(str_hex(&a, "\x00\xff\x1a", 3), "00ff1a");
    arena_fini(&a);
}

static void copies_end_in_nul(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 4096);
    char text[] = {'x', 'y', 'z'};
    const char *c = str_cz(&a, str_of(text, 2));
    assert_string_equal(c, "xy");
    assert_string_equal(str_cz(&a, STR_NONE), "");
    struct str s = str_cat(&a, STR("甲"), STR_NONE, STR("乙"));
    EXPECT_TEXT(s, "甲乙");
    assert_int_equal(s.ptr[s.len], 0);
    assert_true(str_c(NULL).ptr == NULL);
    arena_fini(&a);
}

static void hash_tells_texts_apart(void **state)
{
    (void)state;
    assert_true(str_hash(STR("abc")) == str_hash(str_sub(STR("xabcx"), 1, 4)));
    char t[64] = {0};
    uint64_t seen[64];
    for (size_t n = 0; n < 64; n++) { /* runs of zeros differ by their length alone */
        seen[n] = str_hash(str_of(t, n));
        for (size_t m = 0; m < n; m++) assert_true(seen[m] != seen[n]);
    }
    for (size_t n = 0; n < 64; n++) { /* every byte counts */
        t[n] = 1;
        assert_true(str_hash(str_of(t, 64)) != str_hash(str_of((char[64]){0}, 64)));
        t[n] = 0;
    }
}

static void buffer_grows_and_stays_failed(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 10);
    EXPECT_TEXT(buf_view(&b), "");
    buf_lit(&b, "abc");
    buf_i64(&b, -12);
    buf_fill(&b, '.', 2);
    EXPECT_TEXT(buf_view(&b), "abc-12..");
    buf_hex(&b, "\xab", 1);
    EXPECT_TEXT(buf_view(&b), "abc-12..ab");
    assert_false(buf_failed(&b));
    buf_char(&b, 'x');
    assert_true(buf_failed(&b));
    buf_lit(&b, "y");
    EXPECT_TEXT(buf_view(&b), "abc-12..ab");
    buf_clear(&b);
    assert_false(buf_failed(&b));
    buf_u64(&b, 5);
    EXPECT_TEXT(buf_view(&b), "5");
    char *p = buf_room(&b, 3);
    assert_non_null(p);
    memcpy(p, "678", 3);
    buf_grew(&b, 3);
    EXPECT_TEXT(buf_view(&b), "5678");
    assert_null(buf_room(&b, SIZE_MAX));
    assert_true(buf_failed(&b));
    buf_fini(&b);
}

static void buffer_of_no_size_takes_nothing(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 0);
    buf_put(&b, "x", 0);
    assert_false(buf_failed(&b));
    buf_char(&b, 'x');
    assert_true(buf_failed(&b));
    buf_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compares_by_bytes),    cmocka_unit_test(finds_and_cuts),
        cmocka_unit_test(numbers_are_strict),   cmocka_unit_test(integers_come_back),
        cmocka_unit_test(copies_end_in_nul),    cmocka_unit_test(hash_tells_texts_apart),
        cmocka_unit_test(buffer_grows_and_stays_failed), cmocka_unit_test(buffer_of_no_size_takes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
