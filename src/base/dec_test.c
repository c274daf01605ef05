/* dec_test.c - decimals: text, rounding, arithmetic, ordering. */
#include "base/test.h"

static struct arena arena;

static int begin(void **state)
{
    (void)state;
    arena_init(&arena, 64 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static struct dec num(const char *text)
{
    struct dec v = dec_i64(0);
    if (!dec_parse(str_c(text), &v)) fail_msg("\"%s\" is not read as a number", text);
    return v;
}

#define EXPECT_DEC(v, want) EXPECT_TEXT(dec_print(&arena, (v)), (want))

static void reads_and_prints_canonically(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"0", "0"},
        {"-0", "0"},
        {"-0.00", "0"},
        {"0e99999", "0"},
        {"0e-99999", "0"},
        {"00012", "12"},
        {".5", "0.5"},
        {"-.5", "-0.5"},
        {"1.50", "1.5"},
        {"100", "100"},
        {"1e2", "100"},
        {"1E+2", "100"},
        {"12.5e-3", "0.0125"},
        {"1200e-2", "12"},
        {"-3.14159", "-3.14159"},
        {"18446744073709551616", "18446744073709551616"},
        {"9999999999999999999999999999999999", "9999999999999999999999999999999999"},
        {"0.0000000000000000000000000000000001", "0.0000000000000000000000000000000001"},
        {"1.0000000000000000000000000000000000000000", "1"},
        /* the 35th digit rounds half to even */
        {"12345678901234567890123456789012345", "12345678901234567890123456789012340"},
        {"12345678901234567890123456789012355", "12345678901234567890123456789012360"},
        {"123456789012345678901234567890123450001", "123456789012345678901234567890123500000"},
        {"12345678901234567890123456789012345.01", "12345678901234567890123456789012350"},
        {"99999999999999999999999999999999996", "100000000000000000000000000000000000"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) EXPECT_DEC(num(cases[i][0]), cases[i][1]);
}

static void refuses_what_is_not_a_number(void **state)
{
    (void)state;
    static const char *const cases[] = {"", "-", "+1", ".", "1.", "-.", "1..2", "1.2.3", "e5", "1e", "1e+", "1e5.0", " 1",
                                        "1 ", "1,000", "0x10", "inf", "NaN", "１", "1e9999", "1e6145", "--1", "1-",
                                        "1e99999999999999999999", "1_000", "."};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct dec v = dec_i64(7);
        if (dec_parse(str_c(cases[i]), &v)) fail_msg("\"%s\" was read as a number", cases[i]);
        EXPECT_DEC(v, "7"); /* left alone */
    }
}

static void the_ends_of_the_range(void **state)
{
    (void)state;
    struct dec large = num("9.999999999999999999999999999999999e6144"), v;
    struct str text = dec_print(&arena, large);
    assert_int_equal(text.len, 6145);
    assert_true(dec_parse(text, &v));
    assert_int_equal(dec_cmp(v, large), 0);
    assert_false(dec_mul(large, dec_i64(10), &v));
    assert_false(dec_add(large, large, &v));
    EXPECT_DEC(num("1e-6177"), "0");
    struct dec small = num("1e-6176");
    assert_int_equal(dec_cmp(small, dec_i64(0)), 1);
    text = dec_print(&arena, small);
    assert_int_equal(text.len, 6178);
    assert_true(dec_parse(text, &v));
    assert_int_equal(dec_cmp(v, small), 0);
    assert_int_equal(dec_cmp(num("6e-6177"), small), 0); /* rounded to the grain */
    assert_int_equal(dec_cmp(num("15e-6177"), num("2e-6176")), 0);
    text = dec_print(&arena, num("-1234567890123456789012345678901234e-6176")); /* the longest text */
    assert_true(dec_parse(text, &v));
    struct buf b;
    buf_init(&b, 1 << 16);
    dec_put(&b, v);
    assert_true(str_eq(buf_view(&b), text));
    buf_fini(&b);
}

static void text_round_trip(void **state)
{
    (void)state;
    uint64_t seed = 11;
    struct arena_mark m = arena_mark(&arena);
    for (int n = 0; n < 20000; n++) {
        char t[60];
        size_t len = 0, digits = 1 + (size_t)(next_random(&seed) % 34), point = (size_t)(next_random(&seed) % 36);
        if (next_random(&seed) % 2 == 0) t[len++] = '-';
        for (size_t i = 0; i < digits; i++) {
            if (i == point && i > 0) t[len++] = '.';
            t[len++] = (char)('0' + next_random(&seed) % 10);
        }
        struct dec v, back;
        assert_true(dec_parse(str_of(t, len), &v));
        struct str s = dec_print(&arena, v);
        assert_true(dec_parse(s, &back));
        assert_int_equal(dec_cmp(v, back), 0);
        assert_true(dec_hash(v) == dec_hash(back));
        assert_true(str_eq(dec_print(&arena, back), s));
        assert_true(s.len == 1 || s.ptr[0] != '0' || s.ptr[1] == '.');
        arena_reset(&arena, m);
    }
}

static void integers_and_scales(void **state)
{
    (void)state;
    int64_t i = 5;
    assert_true(dec_to_i64(dec_i64(INT64_MIN), &i) && i == INT64_MIN);
    assert_true(dec_to_i64(dec_i64(INT64_MAX), &i) && i == INT64_MAX);
    assert_true(dec_to_i64(num("12.00"), &i) && i == 12);
    assert_true(dec_to_i64(num("-1e3"), &i) && i == -1000);
    assert_true(dec_to_i64(num("0e100"), &i) && i == 0);
    i = 5;
    assert_false(dec_to_i64(num("12.5"), &i));
    assert_false(dec_to_i64(num("9223372036854775808"), &i));
    assert_false(dec_to_i64(num("-9223372036854775809"), &i));
    assert_false(dec_to_i64(num("1e300"), &i));
    assert_false(dec_to_i64(num("1e-300"), &i));
    assert_int_equal(i, 5);
    EXPECT_DEC(dec_scaled(12345, 2), "123.45");
    EXPECT_DEC(dec_scaled(INT64_MIN, 34), "-0.0000000000000009223372036854775808");
    EXPECT_DEC(dec_scaled(-100, 2), "-1");
    assert_true(dec_to_scaled(num("123.45"), 2, &i) && i == 12345);
    assert_true(dec_to_scaled(num("-0.1"), 2, &i) && i == -10);
    assert_true(dec_to_scaled(num("9223372036854775807e-18"), 18, &i) && i == INT64_MAX);
    assert_false(dec_to_scaled(num("0.001"), 2, &i));
    assert_false(dec_to_scaled(num("92233720368547758.08"), 2, &i));
    uint64_t seed = 3;
    for (int n = 0; n < 5000; n++) {
        int64_t v = (int64_t)(next_random(&seed) >> (n % 63)), back;
        assert_true(dec_to_i64(dec_i64(v), &back) && back == v);
        assert_true(dec_to_scaled(dec_scaled(v, n % 35), n % 35, &back) && back == v);
    }
}

static void adds_exactly(void **state)
{
    (void)state;
    struct dec v;
    assert_true(dec_add(num("0.1"), num("0.2"), &v));
    EXPECT_DEC(v, "0.3");
    assert_true(dec_sub(num("1"), num("0.9"), &v));
    EXPECT_DEC(v, "0.1");
    assert_true(dec_sub(num("5.5"), num("5.50"), &v));
    EXPECT_DEC(v, "0");
    assert_true(dec_add(num("9999999999999999999999999999999999"), num("1"), &v));
    EXPECT_DEC(v, "10000000000000000000000000000000000");
    assert_true(dec_add(num("9999999999999999999999999999999999"), num("9999999999999999999999999999999999"), &v));
    EXPECT_DEC(v, "20000000000000000000000000000000000"); /* 19999…98 rounded */
    assert_true(dec_add(num("1e34"), num("0.1"), &v));
    EXPECT_DEC(v, "10000000000000000000000000000000000");
    /* Against integers: the quick ways and the library must agree. */
    uint64_t seed = 17;
    for (int n = 0; n < 5000; n++) {
        int64_t x = (int64_t)(next_random(&seed) >> 33) - (1 << 30), y = (int64_t)(next_random(&seed) >> 33) - (1 << 30), got;
        assert_true(dec_add(dec_i64(x), dec_i64(y), &v) && dec_to_i64(v, &got) && got == x + y);
        assert_true(dec_sub(dec_i64(x), dec_i64(y), &v) && dec_to_i64(v, &got) && got == x - y);
        assert_true(dec_mul(dec_i64(x), dec_i64(y), &v) && dec_to_i64(v, &got) && got == x * y);
        assert_true(dec_add(dec_scaled(x, 3), dec_scaled(y, 5), &v) && dec_to_scaled(v, 5, &got) && got == x * 100 + y);
        assert_int_equal(dec_cmp(dec_i64(x), dec_i64(y)), (x > y) - (x < y));
        assert_int_equal(dec_cmp(dec_scaled(x, 2), dec_scaled(y * 10, 3)), (x > y) - (x < y));
        if (y != 0) {
            int64_t m = x % y;
            if (m != 0 && (m < 0) != (y < 0)) m += y;
            assert_true(dec_mod(dec_i64(x), dec_i64(y), &v) && dec_to_i64(v, &got) && got == m);
        }
    }
}

static void multiplies_and_divides(void **state)
{
    (void)state;
    struct dec v = dec_i64(7);
    assert_true(dec_mul(num("1.1"), num("1.1"), &v));
    EXPECT_DEC(v, "1.21");
    assert_true(dec_mul(num("-2"), num("0"), &v));
    EXPECT_DEC(v, "0");
    assert_true(dec_is_zero(v));
    assert_true(dec_div(num("1"), num("3"), &v));
    EXPECT_DEC(v, "0.3333333333333333333333333333333333");
    assert_true(dec_div(num("2"), num("3"), &v));
    EXPECT_DEC(v, "0.6666666666666666666666666666666667");
    assert_true(dec_div(num("10"), num("4"), &v));
    EXPECT_DEC(v, "2.5");
    assert_true(dec_div(num("100"), num("10"), &v));
    EXPECT_DEC(v, "10");
    v = dec_i64(7);
    assert_false(dec_div(num("1"), num("0.0"), &v));
    assert_false(dec_div(num("0"), num("0"), &v));
    assert_false(dec_div(num("1e6000"), num("1e-6000"), &v));
    EXPECT_DEC(v, "7");
}

static void powers(void **state)
{
    (void)state;
    struct dec v = dec_i64(7);
    static const char *const cases[][3] = {
        {"2", "10", "1024"},     {"10", "-5", "0.00001"},  {"-2", "3", "-8"},
        {"-2", "-2", "0.25"},    {"0", "0", "1"},          {"0", "5", "0"},
        {"1.05", "2", "1.1025"}, {"4", "0.5", "2"},        {"5", "0", "1"},
        {"10", "6000", NULL},    {"1", "-9999999", "1"},   {"3", "-1", "0.3333333333333333333333333333333333"},
        {"2", "112", "5192296858534827628530496329220096"},
        {"1.0425", "360", "3216495.235922553244997909911366284"}, /* rounded once, at the end */
        {"1864523", "10", "507782173386813613073591680156318100000000000000000000000000000"},
        {"43842963", "-7", "0.000000000000000000000000000000000000000000000000000003211446718348606785080619673744976"},
        {"1.0425", "0.5", "1.021028892833106853604066754693721"},
        {"-1", "999999999", "-1"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_true(dec_pow(num(cases[i][0]), num(cases[i][1]), &v));
        if (cases[i][2] != NULL) EXPECT_DEC(v, cases[i][2]);
    }
    v = dec_i64(7);
    assert_false(dec_pow(num("0"), num("-1"), &v));
    assert_false(dec_pow(num("-2"), num("0.5"), &v));
    assert_false(dec_pow(num("10"), num("7000"), &v));
    EXPECT_DEC(v, "7");
}

static void modulo_takes_the_divisors_sign(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"12", "5", "2"},      {"-12", "5", "3"},       {"12", "-5", "-3"},        {"-12", "-5", "-2"},
        {"10.1", "4.5", "1.1"}, {"-10.1", "4.5", "3.4"}, {"10.1", "-4.5", "-3.4"}, {"-10.1", "-4.5", "-1.1"},
        {"-10", "5", "0"},     {"1e30", "7", "1"},      {"0", "3", "0"},
    };
    struct dec v = dec_i64(7);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_true(dec_mod(num(cases[i][0]), num(cases[i][1]), &v));
        EXPECT_DEC(v, cases[i][2]);
    }
    assert_false(dec_mod(num("1"), num("0"), &v));
}

static void roots_and_logarithms(void **state)
{
    (void)state;
    struct dec v = dec_i64(7);
    assert_true(dec_sqrt(num("16"), &v));
    EXPECT_DEC(v, "4");
    assert_true(dec_sqrt(num("2"), &v));
    EXPECT_DEC(v, "1.414213562373095048801688724209698");
    assert_true(dec_exp(num("0"), &v));
    EXPECT_DEC(v, "1");
    assert_true(dec_exp(num("1"), &v));
    EXPECT_DEC(v, "2.718281828459045235360287471352662");
    assert_true(dec_log(num("10"), &v));
    EXPECT_DEC(v, "2.302585092994045684017991454684364");
    assert_true(dec_log(num("1"), &v));
    EXPECT_DEC(v, "0");
    v = dec_i64(7);
    assert_false(dec_sqrt(num("-1"), &v));
    assert_false(dec_log(num("0"), &v));
    assert_false(dec_log(num("-1"), &v));
    assert_false(dec_exp(num("1e6"), &v));
    EXPECT_DEC(v, "7");
}

static void rounds_in_seven_ways(void **state)
{
    (void)state;
    static const char *const in[] = {"2.5", "-2.5", "3.5", "2.4", "-2.6", "2", "-0.5", "0.05"};
    static const char *const want[7][8] = {
        /* half even */ {"2", "-2", "4", "2", "-3", "2", "0", "0"},
        /* half up   */ {"3", "-3", "4", "2", "-3", "2", "-1", "0"},
        /* half down */ {"2", "-2", "3", "2", "-3", "2", "0", "0"},
        /* up        */ {"3", "-3", "4", "3", "-3", "2", "-1", "1"},
        /* down      */ {"2", "-2", "3", "2", "-2", "2", "0", "0"},
        /* floor     */ {"2", "-3", "3", "2", "-3", "2", "-1", "0"},
        /* ceiling   */ {"3", "-2", "4", "3", "-2", "2", "0", "1"},
    };
    struct dec v;
    for (int mode = DEC_HALF_EVEN; mode <= DEC_CEILING; mode++)
        for (size_t i = 0; i < ARRAY_LEN(in); i++) {
            assert_true(dec_rescale(num(in[i]), 0, (enum dec_round)mode, &v));
            EXPECT_DEC(v, want[mode][i]);
        }
    assert_true(dec_rescale(num("1.005"), 2, DEC_HALF_UP, &v));
    EXPECT_DEC(v, "1.01");
    assert_true(dec_rescale(num("1250"), -2, DEC_HALF_EVEN, &v));
    EXPECT_DEC(v, "1200");
    assert_true(dec_rescale(num("1.5"), 10, DEC_HALF_EVEN, &v)); /* nothing to drop */
    EXPECT_DEC(v, "1.5");
    assert_true(dec_rescale(num("9999999999999999999999999999999999"), -1, DEC_UP, &v));
    EXPECT_DEC(v, "10000000000000000000000000000000000");
    assert_true(dec_rescale(num("1e-6000"), 0, DEC_UP, &v));
    EXPECT_DEC(v, "1");
    assert_true(dec_rescale(num("1e-6000"), 0, DEC_HALF_UP, &v));
    EXPECT_DEC(v, "0");
    assert_true(dec_rescale(num("5"), -6111, DEC_DOWN, &v));
    EXPECT_DEC(v, "0");
    assert_false(dec_rescale(num("5"), 6177, DEC_DOWN, &v));
    assert_false(dec_rescale(num("5"), -6112, DEC_DOWN, &v));
}

static void orders_and_hashes_by_value(void **state)
{
    (void)state;
    static const char *const rising[] = {"-1e6000", "-12.5", "-12.49", "-1e-30", "0", "1e-6176", "0.1", "1", "1.01", "99", "1e20", "1e6144"};
    for (size_t i = 0; i < ARRAY_LEN(rising); i++)
        for (size_t j = 0; j < ARRAY_LEN(rising); j++)
            assert_int_equal(dec_cmp(num(rising[i]), num(rising[j])), (i > j) - (i < j));
    assert_int_equal(dec_cmp(num("1.0"), num("1.000")), 0);
    assert_int_equal(dec_cmp(num("-0"), num("0.0")), 0);
    assert_true(dec_hash(num("1.0")) == dec_hash(num("1")));
    assert_true(dec_hash(num("1e3")) == dec_hash(num("1000.000")));
    assert_true(dec_hash(num("-0.0")) == dec_hash(num("0")));
    assert_true(dec_hash(num("1")) != dec_hash(num("-1")));
    assert_true(dec_hash(num("1")) != dec_hash(num("10")));
    assert_true(dec_is_int(num("5.00")) && dec_is_int(num("1e40")) && dec_is_int(num("0.0")));
    assert_false(dec_is_int(num("5.01")));
    EXPECT_DEC(dec_neg(num("5")), "-5");
    EXPECT_DEC(dec_neg(num("0")), "0");
    EXPECT_DEC(dec_abs(num("-5.5")), "5.5");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_prints_canonically), cmocka_unit_test(refuses_what_is_not_a_number),
        cmocka_unit_test(the_ends_of_the_range),        cmocka_unit_test(text_round_trip),
        cmocka_unit_test(integers_and_scales),          cmocka_unit_test(adds_exactly),
        cmocka_unit_test(multiplies_and_divides),       cmocka_unit_test(powers),
        cmocka_unit_test(modulo_takes_the_divisors_sign), cmocka_unit_test(roots_and_logarithms),
        cmocka_unit_test(rounds_in_seven_ways),         cmocka_unit_test(orders_and_hashes_by_value),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
