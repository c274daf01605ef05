/* value_test.c - what people type becomes a value, and comes back as it should look. */
#include "record/test_kit.h"

static struct pack_field field(enum field_type type, uint32_t len)
{
    return (struct pack_field){.name = STR_INIT("f"), .title = {STR_INIT("栏"), STR_INIT("")}, .type = type, .len = len};
}

static struct arena arena;

static struct sv good(const struct pack_field *f, const char *text)
{
    struct sv v;
    struct err e;
    test_ok(record_value_parse(NULL, f, str_c(text), &arena, &v, &e), &e);
    return v;
}

static void bad(const struct pack_field *f, const char *text, const char *code)
{
    struct sv v;
    struct err e;
    err_clear(&e);
    kit_expect(record_value_parse(NULL, f, str_c(text), &arena, &v, &e), RC_INPUT, code, &e);
    assert_non_null(strstr(e.zh, "栏"));
}

static const char *text_of(const struct pack_field *f, struct sv v)
{
    struct str s;
    struct err e;
    test_ok(record_value_text(NULL, f, &v, &arena, &s, &e), &e);
    return str_cz(&arena, s);
}

static const char *json_of(const struct pack_field *f, struct sv v)
{
    struct buf b;
    struct json_out j;
    buf_init(&b, 4096);
    json_out_init(&j, &b);
    record_value_json(f, &v, &j);
    const char *s = str_cz(&arena, buf_view(&b));
    buf_fini(&b);
    return s;
}

/* JSON and back is the same value. */
static void round_trip(const struct pack_field *f, struct sv v)
{
    struct json *j;
    struct sv back;
    struct err e;
    test_ok(json_parse(&arena, str_c(json_of(f, v)), &j, &e), &e);
    test_ok(record_value_from_json(f, j, &arena, &back, &e), &e);
    assert_true(sv_same(&v, &back));
}

static void dates_in_the_shapes_people_type(void **state)
{
    (void)state;
    struct pack_field d = field(FIELD_DATE, 0), m = field(FIELD_MONTH, 0);
    static const char *const days[] = {"1985-03-01", "1985.03.01", "1985/3/1", "19850301", "1985年3月1日", "１９８５.３.１", " 1985-03-01　"};
    for (size_t i = 0; i < ARRAY_LEN(days); i++) assert_string_equal(text_of(&d, good(&d, days[i])), "1985-03-01");
    static const char *const months[] = {"1985.03", "1985-03", "198503", "1985年3月", "1985-03-01"};
    for (size_t i = 0; i < ARRAY_LEN(months); i++) assert_string_equal(text_of(&m, good(&m, months[i])), "1985-03");
    bad(&d, "1985.03", "value.day_missing");
    bad(&d, "1985-02-30", "value.date");
    bad(&d, "昨天", "value.date");
    bad(&m, "1985-03-15", "value.month"); /* the day would be lost */
    bad(&m, "1985.13", "value.month");
    round_trip(&d, good(&d, "0001-01-01"));
    round_trip(&m, good(&m, "9999-12"));
}

static void numbers_keep_every_digit(void **state)
{
    (void)state;
    struct pack_field whole = field(FIELD_NUMBER, 0), money = field(FIELD_NUMBER, 2);
    assert_int_equal(good(&money, "12.5").i, 1250);
    assert_int_equal(good(&money, "-0.05").i, -5);
    assert_int_equal(good(&money, "１，２３４.５０").i, 123450);
    assert_int_equal(good(&money, "1,234.50").i, 123450);
    assert_int_equal(good(&whole, "007").i, 7);
    assert_string_equal(text_of(&money, sv_int(1250)), "12.5");
    assert_string_equal(text_of(&money, sv_int(-5)), "-0.05");
    assert_string_equal(text_of(&money, sv_int(0)), "0");
    assert_string_equal(json_of(&money, sv_int(1200)), "12");
    assert_string_equal(json_of(&money, sv_int(1250)), "\"12.5\"");
    assert_string_equal(json_of(&whole, sv_int(INT64_C(9007199254740993))), "\"9007199254740993\"");
    bad(&money, "1.234", "value.scale");
    bad(&whole, "1.5", "value.scale");
    bad(&whole, "十二", "value.number");
    bad(&whole, "-", "value.number");
    bad(&whole, "99999999999999999999", "value.range");
    round_trip(&money, sv_int(INT64_MAX));
    round_trip(&money, sv_int(INT64_MIN));
}

static void booleans_are_yes_or_no(void **state)
{
    (void)state;
    struct pack_field f = field(FIELD_BOOL, 0);
    static const char *const yes[] = {"是", "true", "TRUE", "1", "１", "Yes"}, *const no[] = {"否", "false", "0", "no"};
    for (size_t i = 0; i < ARRAY_LEN(yes); i++) assert_int_equal(good(&f, yes[i]).i, 1);
    for (size_t i = 0; i < ARRAY_LEN(no); i++) assert_int_equal(good(&f, no[i]).i, 0);
    assert_string_equal(text_of(&f, sv_int(1)), "是");
    bad(&f, "2", "value.boolean");
    bad(&f, "也许", "value.boolean");
    round_trip(&f, sv_int(0));
}

static void texts_keep_their_bytes_but_keys_fold(void **state)
{
    (void)state;
    struct pack_field f = field(FIELD_TEXT, 4), key = field(FIELD_TEXT, 20);
    key.key = true;
    assert_true(str_eq(good(&f, "　阿依·古 ").s, STR("阿依·古")));
    assert_true(str_eq(good(&key, "Ａ１２").s, STR("A12")));
    assert_true(str_eq(good(&f, "Ａ１２").s, STR("Ａ１２")));
    assert_int_equal(good(&f, "  ").kind, SV_NULL);
    assert_int_equal(good(&f, "　").kind, SV_NULL);
    bad(&f, "一二三四五", "value.too_long");
    bad(&f, "a\x01", "value.text");
    round_trip(&f, sv_text(STR("\"\\\n")));
}

static void texts_hold_nothing_that_nobody_sees(void **state)
{
    (void)state;
    struct pack_field name = field(FIELD_TEXT, 200), note = field(FIELD_TEXT, 201), any = field(FIELD_TEXT, 0), key = field(FIELD_TEXT, 20);
    key.key = true;
    static const char *const hidden[] = {"张\u202e三", "张\u2066三", "张\u2069三", "\u200b张三", "张\u200f三", "张\u202a三", "张\ufeff三"};
    for (size_t i = 0; i < ARRAY_LEN(hidden); i++) {
        bad(&name, hidden[i], "value.hidden");
        bad(&note, hidden[i], "value.hidden");
        bad(&key, hidden[i], "value.hidden");
    }
    struct sv v, kept = sv_text(STR("张\u202e三"));
    struct err e;
    kit_expect(record_value_parse(NULL, &name, STR("张\u202e三"), &arena, &v, &e), RC_INPUT, "value.hidden", &e);
    assert_non_null(strstr(e.zh, "U+202E（第 2 个）"));
    kit_expect(value_check(&name, &kept, &e), RC_INPUT, "value.hidden", &e); /* by whatever door it comes */
    round_trip(&name, kept);                                                 /* what an earlier version wrote is still read */
    bad(&name, "张\n三", "value.lines");
    bad(&name, "a\r\nb", "value.lines");
    bad(&key, "a\nb", "value.lines");
    bad(&key, "张\u2028三", "value.lines");
    assert_true(str_eq(good(&note, "一\n二").s, STR("一\n二")));
    assert_true(str_eq(good(&any, "一\r\n二").s, STR("一\r\n二")));
    assert_true(str_eq(good(&name, "张三\n").s, STR("张三"))); /* around a text it is only a blank */
    assert_true(str_eq(good(&name, "a\tb").s, STR("a\tb")));
}

static void times_and_durations(void **state)
{
    (void)state;
    struct pack_field t = field(FIELD_DATETIME, 0), d = field(FIELD_DURATION, 0);
    assert_true(good(&t, "1970-01-02 00:00").i == INT64_C(86400000000));
    assert_true(good(&t, "1970-01-01T08:00:00+08:00").i == 0);
    assert_string_equal(json_of(&t, sv_int(INT64_C(1500000))), "\"1970-01-01T00:00:01.5Z\"");
    assert_string_equal(json_of(&t, sv_int(-1)), "\"1969-12-31T23:59:59.999999Z\"");
    round_trip(&t, sv_int(-1));
    assert_true(str_eq(good(&d, "P18M").s, STR("P1Y6M")));
    assert_true(str_eq(good(&d, "P30D").s, STR("P30D")));
    bad(&t, "1970-01-01 25:00", "value.datetime");
    bad(&t, "中午", "value.datetime");
    bad(&d, "一年", "value.duration");
    bad(&d, "P1Y1D", "value.duration");
}

static void choices_by_code_or_title(void **state)
{
    struct test_area *t = *state;
    const struct pack_field *f = test_field(test_reg(t, "cadre"), "级别");
    assert_true(str_eq(good(f, "141").s, STR("141")));
    assert_true(str_eq(good(f, "乡科级正职").s, STR("141")));
    assert_true(str_eq(good(f, "１４１").s, STR("141")));
    assert_string_equal(text_of(f, sv_text(STR("141"))), "乡科级正职");
    struct sv v;
    struct err e;
    kit_expect(record_value_parse(NULL, f, STR("乡科级正"), &arena, &v, &e), RC_INPUT, "value.choice", &e);
    assert_string_equal(e.hint_zh, "应为下列之一：县处级正职、乡科级正职、乡科级副职");
    assert_string_equal(e.hint_en, "one of: 县处级正职、乡科级正职、乡科级副职");
    kit_expect(record_value_parse(NULL, f, STR("?"), &arena, &v, &e), RC_INPUT, "value.choice", &e);
    assert_non_null(strstr(e.hint_zh, "县处级正职"));
    round_trip(f, sv_text(STR("142")));
}

static void json_of_the_wrong_kind_is_refused(void **state)
{
    struct test_area *t = *state;
    const struct pack_register *r = test_reg(t, "cadre");
    static const char *const cases[][2] = {{"津贴", "true"}, {"姓名", "1"}, {"党员", "\"是\""}, {"参加工作时间", "20200101"}, {"单位", "\"O1\""}, {"津贴", "[1]"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct json *j;
        struct sv v;
        struct err e;
        test_ok(json_parse(&arena, str_c(cases[i][1]), &j, &e), &e);
        kit_expect(record_value_from_json(test_field(r, cases[i][0]), j, &arena, &v, &e), RC_INPUT, "value.type", &e);
    }
}

static void feel_values_come_and_go(void **state)
{
    struct test_area *t = *state;
    const struct pack_register *r = test_reg(t, "cadre");
    static const char *const cases[][2] = {{"姓名", "甲"}, {"津贴", "12.5"}, {"级别", "141"}, {"出生年月", "1985.03"}, {"参加工作时间", "2001-07-01"},
                                           {"党员", "否"}, {"核对时间", "2026-01-01 09:30"}, {"假期", "P1Y6M"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct pack_field *f = test_field(r, cases[i][0]);
        struct sv v = good(f, cases[i][1]), back;
        struct fv fv;
        struct err e;
        record_value_fv(f, &v, &arena, &fv);
        test_ok(record_value_from_fv(f, &fv, &arena, &back, &e), &e);
        assert_true(sv_same(&v, &back));
    }
    struct fv text = fv_str(STR("甲"));
    struct sv v;
    struct err e;
    kit_expect(record_value_from_fv(test_field(r, "津贴"), &text, &arena, &v, &e), RC_INPUT, "value.type", &e);
}

/* A file is its hash, or the hash with size, type and name behind it. */
static void files_keep_what_they_are_called(void **state)
{
    static const char hash[] = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";
    static const char *const bad[] = {"", " 1", " 1 image/png", " 1 image/png ", " x image/png a.png", " 01 image/png a.png", " -1 image/png a.png", " 1 image a.png", " 1 image/ a.png", " 1 IMAGE/PNG a.png",
                                      " 1 image/png a/b.png", " 1 image/png a\\b.png", " 1 image/png ..", " 1 image/png  a.png", " 1 image/png a.png ", " 1 image/png a\nb.png",
                                      " 1 image/png \xe2\x80\xaegnp.exe", " 1 image/png a\xff.png", "0"};
    struct record_file f;
    (void)state;
    assert_true(record_file_read(str_c(hash), &f));
    assert_int_equal(f.name.len, 0);
    for (size_t i = 1; i < ARRAY_LEN(bad); i++) assert_false(record_file_read(str_cat(&arena, str_c(hash), str_c(bad[i])), &f));
    assert_false(record_file_read(str_sub(str_c(hash), 0, 63), &f));
    assert_false(record_file_read(STR("2D711642B726B04401627CA9FBAC32F5C8530FB1903CC4DB02258717921A4881"), &f)); /* as kept: small letters */
    struct str text = str_cat(&arena, str_c(hash), STR(" 20 application/pdf 考察材料 (1).pdf"));
    assert_true(record_file_read(text, &f));
    assert_int_equal(f.size, 20);
    assert_true(str_eq(f.type, STR("application/pdf")));
    assert_true(str_eq(f.name, STR("考察材料 (1).pdf")));
    assert_true(str_eq(record_file_text(&arena, &f), text));
    assert_true(str_eq(record_file_hash(text), str_c(hash)));
    char *name = arena_alloc(&arena, RECORD_FILE_NAME_MAX + 1);
    memset(name, 'a', RECORD_FILE_NAME_MAX + 1);
    assert_true(record_file_name_ok(str_of(name, RECORD_FILE_NAME_MAX)));
    assert_false(record_file_name_ok(str_of(name, RECORD_FILE_NAME_MAX + 1)));
}

static int setup(void **state)
{
    static struct test_area t;
    arena_init(&arena, (size_t)64 << 20);
    kit_open(&t);
    *state = &t;
    return 0;
}

static int teardown(void **state)
{
    test_close(*state);
    arena_fini(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_in_the_shapes_people_type), cmocka_unit_test(numbers_keep_every_digit),
        cmocka_unit_test(booleans_are_yes_or_no),          cmocka_unit_test(texts_keep_their_bytes_but_keys_fold),
        cmocka_unit_test(texts_hold_nothing_that_nobody_sees),
        cmocka_unit_test(times_and_durations),             cmocka_unit_test(choices_by_code_or_title),
        cmocka_unit_test(json_of_the_wrong_kind_is_refused), cmocka_unit_test(feel_values_come_and_go),
        cmocka_unit_test(files_keep_what_they_are_called),
    };
    return cmocka_run_group_tests_name("values of fields", tests, setup, teardown);
}
