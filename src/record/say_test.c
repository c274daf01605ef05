/* say_test.c - what people read when a check does not hold. */
#include "record/test_kit.h"

#define SAY_CHAPTER \
    "# 试用规矩\n\n" \
    "```guiju\npack: say\ntitle: 试用规矩\nversion: \"1\"\n```\n\n" \
    "```guiju\nbasis: texts\nrows: [{name: numbers, title: 号码标准, full: 号码标准, from: 2000-01-01}]\n```\n\n" \
    "```guiju\ncodes: grade\ntitle: 年级表\nrows: [{code: \"0\", title: 一年级},{code: \"1\", title: 二年级},{code: \"2\", title: 三年级},{code: \"3\", title: 四年级},{code: \"4\", title: 五年级},{code: \"5\", title: 六年级},{code: \"6\", title: 七年级},{code: \"7\", title: 八年级},{code: \"8\", title: 九年级},{code: \"9\", title: 十年级},{code: \"10\", title: 甲年级},{code: \"11\", title: 乙年级},{code: \"12\", title: 丙年级}]\n```\n\n" \
    "```guiju\nregister: one\ntitle: 名册\ndisplay: 姓名\nfields:\n" \
    "  code: {title: 编号, type: text(20), key: yes}\n" \
    "  name: {title: 姓名, type: text(10)}\n" \
    "  number: {title: 号码, type: text(20), unique: yes, check: citizen number ok(号码), class: restricted, basis: 号码标准 第三条}\n" \
    "  credit: {title: 信用代码, type: text(20), check: credit code ok(信用代码)}\n" \
    "  pin: {title: 口令, type: text(20), check: 口令 != 编号, class: restricted}\n" \
    "  age: {title: 年龄, type: number(0), check: 年龄 >= 0}\n" \
    "  grade: {title: 年级, type: choice(grade)}\n" \
    "checks: [{must: 编号 != 姓名, say: \"编号和姓名都是{姓名}\", basis: 号码标准}]\n```\n\n"

static struct err e;

static void says(struct test_area *t, const char *words, const char *zh, const char *hint)
{
    kit_expect(kit_create(t, "one", words, NULL, &e), RC_INPUT, "record.check", &e);
    if (strcmp(e.zh, zh) != 0) fail_msg("wanted %s\ngot    %s", zh, e.zh);
    assert_string_equal(e.hint_zh, hint);
}

static void numbers_say_where_they_are_wrong(void **state)
{
    struct test_area *t = *state;
    static const char *const by = "依据：号码标准 第三条";
    test_ok(kit_create(t, "one", "编号=1 号码=99880019750506001X", NULL, &e), &e);
    says(t, "编号=2 号码=998800197505060011", "“号码”的值“998800**********11”不对：校验码不符：第18位应为X", by);
    assert_non_null(strstr(e.en, "character 18 must be X"));
    says(t, "编号=2 号码=998803800102111", "“号码”的值“998803*******11”不对：应为18位，现有15位", by);
    says(t, "编号=2 号码=99880519801302011X", "“号码”的值“998805**********1X”不对：第7至14位不是出生日期", by);
    says(t, "编号=2 号码=9988001975O506001X", "“号码”的值“998800**********1X”不对：第11位应为数字", by);
    kit_expect(kit_create(t, "one", "编号=2 号码=9.98806E+17", NULL, &e), RC_INPUT, "record.check", &e);
    assert_non_null(strstr(e.zh, "现有11位（电子表格"));
}

static void credit_codes_too(void **state)
{
    struct test_area *t = *state;
    says(t, "编号=1 信用代码=11990000MB0000000A", "“信用代码”的值“11990000MB0000000A”不对：校验码不符：第18位应为J", "");
    test_ok(kit_create(t, "one", "编号=1 信用代码=11990000MB0000000J", NULL, &e), &e);
    says(t, "编号=2 信用代码=11990000MO0000000L", "“信用代码”的值“11990000MO0000000L”不对：第10位应为数字或大写字母（不用 I、O、S、V、Z）", "");
    says(t, "编号=2 信用代码=1", "“信用代码”的值“1”不对：应为18位，现有1位", "");
}

static void other_conditions_follow_a_sentence(void **state)
{
    struct test_area *t = *state;
    says(t, "编号=1 年龄=-1", "“年龄”的值“-1”不符合这一项的要求，应满足条件：年龄 >= 0", "");
    says(t, "编号=1 姓名=1", "编号和姓名都是1", "依据：号码标准");
    test_ok(kit_create(t, "one", "编号=1 年龄=18", NULL, &e), &e);
}

static void a_long_table_hints_the_nearest_only(void **state)
{
    struct test_area *t = *state;
    kit_expect(kit_create(t, "one", "编号=1 年级=三年及", NULL, &e), RC_INPUT, "value.choice", &e);
    assert_string_equal(e.hint_zh, "最接近的是“三年级”");
    kit_expect(kit_create(t, "one", "编号=1 年级=大学", NULL, &e), RC_INPUT, "value.choice", &e);
    assert_string_equal(e.hint_zh, "");
}

static void what_is_restricted_is_not_shown_whole(void **state)
{
    struct test_area *t = *state;
    says(t, "编号=abc 口令=abc", "“口令”的值“***”不符合这一项的要求，应满足条件：口令 != 编号", "");
    test_ok(kit_create(t, "one", "编号=1 号码=99880019750506001X", NULL, &e), &e);
    kit_expect(kit_create(t, "one", "编号=2 号码=99880019750506001X", NULL, &e), RC_CONFLICT, "record.unique", &e);
    assert_null(strstr(e.zh, "19750506"));
    assert_non_null(strstr(e.zh, "998800**********1X"));
}

static int setup(void **state)
{
    static struct test_area t;
    test_open(&t, KIT_TODAY, SAY_CHAPTER, (char *)NULL);
    *state = &t;
    return 0;
}

static int teardown(void **state)
{
    test_close(*state);
    return 0;
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(numbers_say_where_they_are_wrong),
        T(credit_codes_too),
        T(other_conditions_follow_a_sentence),
        T(a_long_table_hints_the_nearest_only),
        T(what_is_restricted_is_not_shown_whole),
    };
    return cmocka_run_group_tests_name("what checks say", tests, NULL, NULL);
}
