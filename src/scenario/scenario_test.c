/* scenario_test.c - what a pack expects is compared with what comes out, and every difference is told at its place. */
#include "record/test_area.h"
#include "record/test_chapter.h"
#include "scenario/scenario.h"

#define PEOPLE                                                                                                                              \
    "given:\n"                                                                                                                              \
    "  tenure:\n"                                                                                                                           \
    "    - {干部: C1, 职位: SL01, 任职时间: 2016-01-01}\n"                                                                                  \
    "    - {干部: C2, 职位: SL01, 任职时间: 2016-01-02}\n"                                                                                  \
    "    - {干部: C3, 职位: SL01, 任职时间: 2010-03-01}\n"                                                                                  \
    "  cadre: [{编号: C1, 姓名: 甲, 级别: 乡科级副职}, {编号: C2, 姓名: 乙, 级别: 乡科级副职},\n"                                           \
    "          {编号: C3, 姓名: 丙, 级别: 乡科级副职, 暂缓至: 2027-12-31}, {编号: C4, 姓名: 丁, 级别: 乡科级副职}]\n"                       \
    "  post: [{编码: SL01, 所属组织: 水务局, 名称: 副局长, 层次: 乡科级副职, 职数: 2}]\n"                                                   \
    "  org: [{编码: SX, 名称: 水务站, 上级: SL}, {编码: SL, 名称: 水务局}]\n"

struct bed {
    struct test_area t; /* only its pack and its diagnostics */
    struct scenario_lab *lab;
};

static void bed_open(struct bed *b, const char *scenarios)
{
    static char text[1 << 16];
    const char *const parts[] = {TEST_CHAPTER, TEST_RULES, scenarios};
    size_t len = 0;
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        size_t n = strlen(parts[i]);
        assert_true(n < sizeof text - len);
        memcpy(text + len, parts[i], n);
        len += n;
    }
    day_num today = 0;
    assert_true(day_parse(STR("2026-01-01"), &today));
    struct err e;
    memset(b, 0, sizeof(*b));
    test_pack(&b->t, str_of(text, len), today);
    test_ok(scenario_lab_open(b->t.set, &b->lab, &e), &e);
}

static void bed_close(struct bed *b)
{
    scenario_lab_close(&b->lab);
    arena_fini(&b->t.arena);
}

static const struct pack_scenario *scenario_of(const struct bed *b, const char *name)
{
    for (uint32_t i = 0; i < b->t.set->scenarios_count; i++)
        if (str_eq(b->t.set->scenarios[i]->d.name, str_c(name))) return b->t.set->scenarios[i];
    fail_msg("no scenario %s", name);
    return NULL;
}

static struct scenario_result run(struct bed *b, const char *name)
{
    struct err e;
    struct scenario_result r;
    test_ok(scenario_lab_run(b->lab, scenario_of(b, name), &b->t.diags, &r, &e), &e);
    return r;
}

static void assert_passes(struct bed *b, const char *name)
{
    struct scenario_result r = run(b, name);
    if (r.differ > 0) {
        struct buf out;
        buf_init(&out, 1 << 20);
        diags_print(&b->t.diags, LANG_ZH, &out);
        fail_msg("%s:\n" STR_FMT, name, STR_ARG(buf_view(&out)));
    }
    assert_true(r.compared > 0);
}

/* The errors reported, as codes in order: "scenario.found scenario.value". */
static void assert_differs(struct bed *b, const char *name, const char *codes)
{
    struct buf got;
    buf_init(&got, 4096);
    size_t before = b->t.diags.errors;
    struct scenario_result r = run(b, name);
    size_t i = 0;
    for (const struct diag *d = b->t.diags.first; d != NULL; d = d->next) {
        if (d->severity != SEV_ERROR || i++ < before) continue; /* the loader's notes stay */
        if (buf_view(&got).len > 0) buf_char(&got, ' ');
        buf_str(&got, str_c(err_code(&d->err)));
        assert_true(d->err.place.line > 0);
        assert_true(d->err.en[0] != '\0');
    }
    if (!str_eq(buf_view(&got), str_c(codes))) {
        struct buf out;
        buf_init(&out, 1 << 20);
        diags_print(&b->t.diags, LANG_ZH, &out);
        fail_msg("%s gave " STR_FMT ", not %s:\n" STR_FMT, name, STR_ARG(buf_view(&got)), codes, STR_ARG(buf_view(&out)));
    }
    assert_int_equal(r.differ, b->t.diags.errors - before);
    buf_fini(&got);
}

static const struct diag *last_diag(const struct bed *b)
{
    const struct diag *d = b->t.diags.first;
    while (d != NULL && d->next != NULL) d = d->next;
    assert_non_null(d);
    return d;
}

#define SCENARIO(name, more) \
    "```guiju\nscenario: " name "\ntitle: 试\ntoday: 2026-01-01\ntests: [rotation-due, rotation-deferred, overfilled]\n" more "```\n\n"

static const char good[] = SCENARIO("good", PEOPLE
    "expect:\n"
    "  findings: {rotation-due: [甲], overfilled: [SL01]}\n"
    "  excepted: {rotation-due: {丙: rotation-deferred}}\n"
    "  undetermined: {rotation-due: {丁: 任现职时间}}\n"
    "  records: {post: {SL01: {现有人数: 3, 空缺: 0, 层次: 乡科级副职}}, cadre: {甲: {任现职年限: 10, 任职已久: 是, 首个职位: SL01}, 丁: {任现职时间: }}}\n");

static void test_a_good_one_passes(void **state)
{
    (void)state;
    struct bed b;
    bed_open(&b, good);
    assert_passes(&b, "good");
    assert_passes(&b, "good"); /* nothing is left of the first time */
    struct scenario_result r;
    struct err e;
    test_ok(scenario_run(b.t.set, scenario_of(&b, "good"), &b.t.diags, &r, &e), &e);
    assert_int_equal(r.differ, 0);
    bed_close(&b);
}

static void test_findings_that_differ(void **state)
{
    (void)state;
    struct bed b;
    bed_open(&b, SCENARIO("lacks", PEOPLE "expect:\n  findings: {rotation-due: [甲, 乙], overfilled: [SL01]}\n")
                 SCENARIO("more", PEOPLE "expect:\n  findings: {overfilled: [SL01]}\n")
                 SCENARIO("wrong-name", PEOPLE "expect:\n  findings: {rotation-due: [甲, 无此人], overfilled: [SL01]}\n"));
    assert_differs(&b, "lacks", "scenario.not_found");
    const struct diag *d = last_diag(&b);
    assert_non_null(strstr(d->err.zh, "乙"));
    assert_non_null(strstr(d->err.zh, "没有满足：任现职年限 >= 交流年限")); /* the reason, not only the fact */
    assert_non_null(strstr(d->err.en, "does not hold"));
    assert_differs(&b, "more", "scenario.found");
    assert_non_null(strstr(last_diag(&b)->err.zh, "甲任副局长已满10年"));
    assert_differs(&b, "wrong-name", "scenario.name");
    bed_close(&b);
}

static void test_gaps_and_exceptions_that_differ(void **state)
{
    (void)state;
    struct bed b;
    bed_open(&b, SCENARIO("no-gap", PEOPLE "expect:\n  findings: {rotation-due: [甲], overfilled: [SL01]}\n  undetermined: {rotation-due: {乙: 任现职时间, 丁: 任现职时间}}\n")
                 SCENARIO("other-gap", PEOPLE "expect:\n  findings: {rotation-due: [甲], overfilled: [SL01]}\n  undetermined: {rotation-due: {丁: 级别}}\n")
                 SCENARIO("no-exception", PEOPLE "expect:\n  findings: {rotation-due: [甲], overfilled: [SL01]}\n  excepted: {rotation-due: {甲: rotation-deferred}}\n"));
    assert_differs(&b, "no-gap", "scenario.not_undetermined");
    assert_differs(&b, "other-gap", "scenario.missing");
    assert_differs(&b, "no-exception", "scenario.not_excepted scenario.excepted"); /* not 甲; and 丙 was not named */
    bed_close(&b);
}

static void test_values_that_differ(void **state)
{
    (void)state;
    struct bed b;
    bed_open(&b, SCENARIO("values", PEOPLE
        "expect:\n  findings: {rotation-due: [甲], overfilled: [SL01]}\n"
        "  records: {post: {SL01: {现有人数: 2}}, cadre: {丁: {任现职年限: 3}, 甲: {级别: 乡科级正职, 暂缓至: }}}\n"));
    assert_differs(&b, "values", "scenario.value scenario.value scenario.value");
    bed_close(&b);
}

static void test_rows_that_are_refused(void **state)
{
    (void)state;
    struct bed b;
    bed_open(&b, SCENARIO("bad-row", "given:\n  org: [{编码: SL, 名称: 水务局}]\n  post: [{编码: P1, 所属组织: SL, 名称: 甲, 层次: 乡科级正职, 职数: -1}]\n")
                 SCENARIO("bad-ref", "given:\n  post: [{编码: P1, 所属组织: XX, 名称: 甲, 层次: 乡科级正职, 职数: 1}]\n")
                 SCENARIO("twice", "given:\n  org: [{编码: SL, 名称: 水务局}, {编码: SL, 名称: 水务站}]\n"));
    assert_differs(&b, "bad-row", "scenario.given");
    assert_differs(&b, "bad-ref", "scenario.given");
    assert_differs(&b, "twice", "scenario.given");
    bed_close(&b);
}

static void test_expected_refusals(void **state)
{
    (void)state;
    struct bed b;
    bed_open(&b, SCENARIO("refusals", "given:\n  org: [{编码: SL, 名称: 水务局}]\n  post: [{编码: P1, 所属组织: SL, 名称: 甲, 层次: 乡科级正职, 职数: 1}]\n"
                          "expect:\n  refused:\n"
                          "    - {register: post, record: {编码: P2, 所属组织: SL, 名称: 乙, 层次: 乡科级正职, 职数: -1}, code: record.check}\n"
                          "    - {register: post, record: {编码: P1, 所属组织: SL, 名称: 丙, 层次: 乡科级正职, 职数: 1}, code: record.unique}\n"
                          "    - {register: post, record: {编码: P3, 所属组织: SL, 名称: 丁, 层次: 省部级, 职数: 1}, code: value.choice}\n")
                 SCENARIO("mistaken", "given:\n  org: [{编码: SL, 名称: 水务局}]\n"
                          "expect:\n  refused:\n"
                          "    - {register: org, record: {编码: SX, 名称: 水务站}, code: record.check}\n"
                          "    - {register: org, record: {编码: SL, 名称: 水务站}, code: record.check}\n"));
    assert_passes(&b, "refusals");
    assert_passes(&b, "refusals");
    assert_differs(&b, "mistaken", "scenario.accepted scenario.refused_other");
    bed_close(&b);
}

static void test_base_and_parameters(void **state)
{
    (void)state;
    struct bed b;
    bed_open(&b, SCENARIO("base", PEOPLE)
                 SCENARIO("tighter", "base: base\nwith: {交流年限: 9}\nexpect:\n  findings: {rotation-due: [甲, 乙], overfilled: [SL01]}\n")
                 SCENARIO("again", "base: base\nexpect:\n  findings: {rotation-due: [甲], overfilled: [SL01]}\n"));
    assert_passes(&b, "tighter");
    assert_passes(&b, "again"); /* the parameter is the pack's own again */
    assert_differs(&b, "base", "scenario.found scenario.found"); /* expects nothing of the rules that it tests */
    bed_close(&b);
}

static void test_which_rules_are_tested(void **state)
{
    (void)state;
    struct bed b;
    bed_open(&b, good);
    const struct pack_scenario *s = scenario_of(&b, "good");
    assert_true(scenario_tests(s, pack_rule_find(b.t.set, STR("rotation-due"))));
    assert_false(scenario_tests(s, pack_rule_find(b.t.set, STR("born-missing"))));
    bed_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_good_one_passes),
        cmocka_unit_test(test_findings_that_differ),
        cmocka_unit_test(test_gaps_and_exceptions_that_differ),
        cmocka_unit_test(test_values_that_differ),
        cmocka_unit_test(test_rows_that_are_refused),
        cmocka_unit_test(test_expected_refusals),
        cmocka_unit_test(test_base_and_parameters),
        cmocka_unit_test(test_which_rules_are_tested),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
