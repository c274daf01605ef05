/* eval_test.c - running: causes down to the root, limits that stop, no memory for scalars, values shown and written. */
#include "feel/test.h"

static struct kit k;
static int open_kit(void **state)
{
    (void)state;
    kit_open(&k);
    return 0;
}
static int close_kit(void **state)
{
    (void)state;
    kit_close(&k);
    return 0;
}

static struct fv run_ok(const char *text)
{
    struct fv v = fv_null();
    const struct feel_program *p = kit_good(&k, text);
    assert_int_equal(feel_run(p, &k.run, &v, &k.err), RC_OK);
    return v;
}

static void a_null_knows_whose_field_is_empty(void **state)
{
    (void)state;
    k.self = world_record(&k.w.cadre, 3);
    struct fv v = run_ok("级别 = \"131\" and 任现职");
    assert_int_equal(v.kind, FV_BOOL); /* false and null is false: 任现职 is false */
    v = run_ok("级别 = \"131\"");
    assert_int_equal(v.kind, FV_NULL);
    const struct feel_cause *f = feel_cause_field(v.cause);
    assert_non_null(f);
    assert_ptr_equal(f->reg, &k.w.cadre);
    assert_int_equal(f->id, 3);
    EXPECT_TEXT(f->reg->members[f->member].title, "级别");
    feel_cause_show(&k.run, v.cause, LANG_ZH, &k.b);
    EXPECT_TEXT(buf_view(&k.b), "丁的“级别”未填");
}

static void a_cause_goes_through_derived_fields(void **state)
{
    (void)state;
    k.self = world_record(&k.w.cadre, 3);
    struct fv v = run_ok("任现职年限 >= 交流年限");
    assert_int_equal(v.kind, FV_NULL);
    EXPECT_TEXT(feel_cause_field(v.cause)->name, "任现职时间");
    assert_string_equal(feel_cause_root(v.cause)->kind->code, "feel.empty_list");
    feel_cause_show(&k.run, v.cause, LANG_ZH, &k.b);
    EXPECT_TEXT(buf_view(&k.b), "丁的“任现职年限”算不出来，因为丁的“任现职时间”算不出来，因为“min”的列表是空的");
    buf_clear(&k.b);
    feel_cause_show(&k.run, v.cause, LANG_EN, &k.b);
    EXPECT_TEXT(buf_view(&k.b), "丁: \"任现职年限\" cannot be worked out because 丁: \"任现职时间\" cannot be worked out because the list given to \"min\" is empty");
}

static void causes_speak_english_too(void **state)
{
    (void)state;
    struct feel_program *p;
    struct fv v;
    struct feel_source src = {.text = STR("1 + \"a\""), .mode = FEEL_DMN};
    assert_int_equal(feel_compile(&k.a, NULL, &src, &p, &k.d), RC_OK);
    assert_int_equal(feel_run(p, &k.run, &v, &k.err), RC_OK);
    feel_cause_show(&k.run, v.cause, LANG_EN, &k.b);
    EXPECT_TEXT(buf_view(&k.b), "\"+\" does not go with these: number, string");
    assert_null(kit_compile(&k, "date(2026, 4, 31)")); /* and so do constants that can only be null */
    assert_string_equal(kit_mistake(&k, 0)->en, "\"date\" does not take this value: there is no such day");
}

static void without_a_calendar_days_of_work_are_null(void **state)
{
    (void)state;
    struct feel_host host = k.w.host;
    host.calendar = NULL;
    k.run.host = &host;
    struct fv v = run_ok("workday add(today(), 5)");
    assert_int_equal(v.kind, FV_NULL);
    assert_string_equal(v.cause->kind->code, "feel.no_calendar");
    v = run_ok("workdays between(today(), today()) > 1");
    assert_string_equal(feel_cause_root(v.cause)->kind->code, "feel.no_calendar");
}

static void steps_stop_a_run(void **state)
{
    (void)state;
    struct fv v;
    const struct feel_program *p = kit_good(&k, "count(for i in 1..10000 return i) > 0");
    k.run.steps_left = 500;
    assert_int_equal(feel_run(p, &k.run, &v, &k.err), RC_LIMIT);
    assert_string_equal(err_code(&k.err), "feel.steps");
    k.run.steps_left = 100000;
    assert_int_equal(feel_run(p, &k.run, &v, &k.err), RC_OK);
    assert_true(k.run.steps_left < 100000 - 10000);
}

static void memory_stops_a_run(void **state)
{
    (void)state;
    struct fv v;
    struct arena small;
    arena_init(&small, 20000);
    const struct feel_program *p = kit_good(&k, "count(for i in 1..10000 return i) > 0");
    k.run.arena = &small;
    assert_int_equal(feel_run(p, &k.run, &v, &k.err), RC_LIMIT);
    assert_string_equal(err_code(&k.err), "feel.memory");
    arena_fini(&small);
}

static void depth_stops_a_run(void **state)
{
    (void)state;
    struct fv v;
    const struct feel_program *p = kit_good(&k, "1 = 1");
    k.run.depth = FEEL_DEPTH_MAX + 1;
    assert_int_equal(feel_run(p, &k.run, &v, &k.err), RC_LIMIT);
    assert_string_equal(err_code(&k.err), "feel.depth");
}

static enum rc broken(struct feel_run *run, const struct feel_register *reg, int64_t id, const struct feel_member *m, struct fv *out, struct err *err)
{
    (void)run, (void)reg, (void)id, (void)m, (void)out;
    return err_set(err, &E_io, NO_PLACE, STR("disk"), STR("gone"));
}

static void the_hosts_failure_stops_a_run(void **state)
{
    (void)state;
    struct fv v;
    struct feel_host host = k.w.host;
    host.member = broken;
    k.run.host = &host;
    const struct feel_program *p = kit_good(&k, "true or 姓名 = \"x\"");
    assert_int_equal(feel_run(p, &k.run, &v, &k.err), RC_OK); /* never asked */
    p = kit_good(&k, "姓名 = \"x\" or true");
    assert_int_equal(feel_run(p, &k.run, &v, &k.err), RC_SYSTEM);
    assert_string_equal(err_code(&k.err), "sys.io");
}

static void scalars_cost_no_memory(void **state)
{
    (void)state;
    struct feel_name names[] = {{.kind = FN_VARIABLE, .name = STR("a"), .type = &feel_date, .slot = 0, .may_be_null = true},
                                {.kind = FN_VARIABLE, .name = STR("b"), .type = &feel_date, .slot = 1},
                                {.kind = FN_VARIABLE, .name = STR("c"), .type = &feel_string, .slot = 2},
                                {.kind = FN_VARIABLE, .name = STR("d"), .type = &feel_number, .slot = 3}};
    struct feel_scope s = {.names = names, .names_count = 4};
    struct feel_program *p;
    struct fv vars[4] = {fv_day(10000), fv_day(16000), fv_str(STR("y")), fv_i64(4)}, v;
    feel_scope_seal(&k.a, &s);
    struct feel_source src = {.text = STR("years and months duration(a, b) >= duration(\"P10Y\") and (c in [\"x\", \"y\"]) and max(0, d - 1) * 2 > 3 and a + duration(\"P1M\") < b"), .mode = FEEL_PACK};
    assert_int_equal(feel_compile(&k.a, &s, &src, &p, &k.d), RC_OK);
    k.run.vars = vars;
    k.run.vars_count = 4;
    size_t before = k.a.used;
    for (int i = 0; i < 100; i++) {
        assert_int_equal(feel_run(p, &k.run, &v, &k.err), RC_OK);
        assert_true(fv_is_true(&v));
    }
    assert_int_equal(k.a.used, before);
    vars[0] = fv_null(); /* nor does a blank */
    assert_int_equal(feel_run(p, &k.run, &v, &k.err), RC_OK);
    assert_int_equal(v.kind, FV_NULL);
    assert_string_equal(v.cause->kind->code, "feel.empty_name");
    assert_int_equal(k.a.used, before);
}

static void programs_are_not_changed_by_runs(void **state)
{
    (void)state;
    const struct feel_program *p = kit_good(&k, "count(任职[任职时间 < today()])");
    struct fv v;
    int64_t n = 0;
    for (int64_t id = 1; id <= 4; id++) {
        k.self = world_record(&k.w.cadre, id);
        assert_int_equal(feel_run(p, &k.run, &v, &k.err), RC_OK);
        assert_true(dec_to_i64(v.num, &n));
        assert_int_equal(n, id == 1 ? 2 : id == 3 ? 0 : 1);
    }
}

static struct str shown(const struct fv *v, const char *format, enum lang lang)
{
    buf_clear(&k.b);
    fv_show(&k.run, v, str_c(format), lang, &k.b);
    return buf_view(&k.b);
}

static void values_are_shown_to_people(void **state)
{
    (void)state;
    struct fv v = run_ok("出生年月");
    EXPECT_TEXT(shown(&v, "", LANG_ZH), "1975年3月");
    EXPECT_TEXT(shown(&v, "", LANG_EN), "1975-03");
    EXPECT_TEXT(shown(&v, "yyyy.MM", LANG_ZH), "1975.03");
    v = run_ok("today()");
    EXPECT_TEXT(shown(&v, "", LANG_ZH), "2026年1月1日");
    EXPECT_TEXT(shown(&v, "yyyy/M/d", LANG_ZH), "2026/1/1");
    v = run_ok("1234567.895");
    EXPECT_TEXT(shown(&v, "", LANG_ZH), "1234567.895");
    EXPECT_TEXT(shown(&v, "0.00", LANG_ZH), "1234567.90");
    EXPECT_TEXT(shown(&v, "#,##0.0", LANG_ZH), "1,234,567.9");
    v = run_ok("0.125");
    EXPECT_TEXT(shown(&v, "0%", LANG_ZH), "13%");
    EXPECT_TEXT(shown(&v, "00.0", LANG_ZH), "00.1");
    v = run_ok("-0.5");
    EXPECT_TEXT(shown(&v, "0.00", LANG_ZH), "-0.50");
    v = run_ok("级别");
    EXPECT_TEXT(shown(&v, "", LANG_ZH), "乡科级副职");
    v = run_ok("任职.职位");
    EXPECT_TEXT(shown(&v, "", LANG_ZH), "副局长、局长");
    v = run_ok("duration(\"P1Y2M\")");
    EXPECT_TEXT(shown(&v, "", LANG_ZH), "1年2个月");
    EXPECT_TEXT(shown(&v, "", LANG_EN), "1 year 2 months");
    v = run_ok("duration(\"P30DT2H\")");
    EXPECT_TEXT(shown(&v, "", LANG_ZH), "30天2小时");
    v = run_ok("任现职");
    EXPECT_TEXT(shown(&v, "", LANG_ZH), "是");
    /* Entries are called by the titles of the value's type. */
    static const struct feel_member line[] = {{.name = STR_INIT("who"), .title = STR_INIT("人选"), .type = &feel_string}};
    struct feel_type context = {.kind = FT_CONTEXT, .members = line, .members_count = 1}, list = {.kind = FT_LIST, .item = &context};
    v = run_ok("[{who: \"甲\", n: 1}]");
    EXPECT_TEXT(shown(&v, "", LANG_ZH), "who：甲；n：1");
    buf_clear(&k.b);
    fv_show_as(&k.run, &v, &list, STR_NONE, LANG_ZH, &k.b);
    EXPECT_TEXT(buf_view(&k.b), "人选：甲；n：1");
}

static void values_are_printed_as_literals(void **state)
{
    (void)state;
    static const char *const texts[] = {"[1, \"a\\\"b\\\\\", null]", "{a: 1, \"x-y\": [true]}", "@\"2026-01-31\"", "@\"P1Y\"", "[1..5)", "(>= 3)", "@\"10:00:00+08:00\"", "-0.5", "\"x\\ny\""};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct feel_program *p;
        struct fv v;
        struct feel_source src = {.text = str_c(texts[i]), .mode = FEEL_DMN};
        assert_int_equal(feel_compile(&k.a, NULL, &src, &p, &k.d), RC_OK);
        assert_int_equal(feel_run(p, &k.run, &v, &k.err), RC_OK);
        buf_clear(&k.b);
        fv_print(&v, &k.b);
        EXPECT_TEXT(buf_view(&k.b), texts[i]);
    }
}

static void values_become_json_and_come_back(void **state)
{
    (void)state;
    struct json *j;
    struct fv v;
    struct json_out out;
    assert_int_equal(json_parse(&k.a, STR("{\"b\": [1, 2.50, \"x\", null, true], \"a\": {\"n\": 12345678901234567890}}"), &j, &k.err), RC_OK);
    assert_int_equal(fv_from_json(&k.a, j, &v, &k.err), RC_OK);
    json_out_init(&out, &k.b);
    fv_to_json(&v, &out);
    EXPECT_TEXT(buf_view(&k.b), "{\"a\":{\"n\":\"12345678901234567890\"},\"b\":[1,\"2.5\",\"x\",null,true]}");
    buf_clear(&k.b);
    v = run_ok("{b: @\"2026-01-31\", a: 级别, c: this, d: @\"P1Y\"}");
    json_out_init(&out, &k.b);
    fv_to_json(&v, &out);
    EXPECT_TEXT(buf_view(&k.b), "{\"a\":\"142\",\"b\":\"2026-01-31\",\"c\":1,\"d\":\"P1Y\"}");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, open_kit, close_kit)
    const struct CMUnitTest tests[] = {
        T(a_null_knows_whose_field_is_empty), T(a_cause_goes_through_derived_fields), T(causes_speak_english_too), T(without_a_calendar_days_of_work_are_null), T(steps_stop_a_run), T(memory_stops_a_run),
        T(depth_stops_a_run), T(the_hosts_failure_stops_a_run), T(scalars_cost_no_memory), T(programs_are_not_changed_by_runs), T(values_are_shown_to_people),
        T(values_are_printed_as_literals), T(values_become_json_and_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
