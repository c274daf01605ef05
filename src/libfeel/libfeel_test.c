/* libfeel_test.c - the library as its users have it: by libfeel.h alone. */
#include "libfeel/libfeel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct feel_var vars[] = {{"age", "number"}, {"joined", "date"}, {"任现职年限", "number"}, {"tags", "list<string>"},
                                       {"home", "context<town: string, since: date>"}, {"any", NULL}, {"full name", "string"},
                                       {"pause", "days and time duration"}, {"at", "date and time"}};
enum { AGE, JOINED, YEARS, TAGS, HOME, ANY, FULL_NAME, PAUSE, AT, VARS };

struct kit {
    struct feel_names *names;
    struct feel_values *values;
    struct feel_error error;
};

static int set_up(void **state)
{
    static struct kit k;
    k = (struct kit){0};
    if (feel_names_make(vars, VARS, &k.names, &k.error) != FEEL_OK) return 1;
    k.values = feel_values_make(k.names, 0);
    *state = &k;
    return k.values == NULL;
}

static int tear_down(void **state)
{
    struct kit *k = *state;
    feel_values_free(&k->values);
    feel_names_free(&k->names);
    return 0;
}

static struct feel_expr *make_as(struct kit *k, const char *text, const struct feel_options *o)
{
    struct feel_expr *e = NULL;
    k->error = (struct feel_error){0};
    (void)feel_expr_make(k->names, text, o, &e, &k->error, 1, NULL);
    return e;
}

static void gives_as(struct kit *k, const char *text, const struct feel_options *o, const char *wanted)
{
    struct feel_expr *e = make_as(k, text, o);
    if (e == NULL) print_error("%s: %s\n", text, k->error.en);
    assert_non_null(e);
    assert_int_equal(feel_eval(k->values, e, &k->error), FEEL_OK);
    assert_string_equal(feel_result_text(k->values), wanted);
    feel_expr_free(&e);
    assert_null(e);
}

static void gives(struct kit *k, const char *text, const char *wanted) { gives_as(k, text, NULL, wanted); }

static void refuses(struct kit *k, const char *text, const struct feel_options *o, const char *code)
{
    struct feel_expr *e = make_as(k, text, o);
    assert_null(e);
    assert_string_equal(k->error.code, code);
    assert_true(k->error.zh[0] != '\0' && k->error.en[0] != '\0');
}

static void set_json(struct kit *k, const char *json) { assert_int_equal(feel_set_json(k->values, json, &k->error), FEEL_OK); }

static void refuses_json(struct kit *k, const char *json, const char *code)
{
    assert_int_not_equal(feel_set_json(k->values, json, &k->error), FEEL_OK);
    assert_string_equal(k->error.code, code);
}

static void values_from_json(void **state)
{
    struct kit *k = *state;
    set_json(k, "{\"age\": 40, \"joined\": \"2010-03-01\", \"任现职年限\": \"12.50\", \"tags\": [\"a\", \"b\"], \"stranger\": [1],"
                "\"home\": {\"town\": \"Changgeng\", \"since\": \"2001-02-03\"}, \"full name\": \"Jia Yi\", \"pause\": \"PT90M\", \"at\": \"2026-01-31T12:00:00Z\"}");
    gives(k, "age >= 18 and joined < @\"2026-01-01\"", "true");
    gives(k, "任现职年限 + 0.1", "12.6");
    gives(k, "count(tags)", "2");
    gives(k, "home.since + @\"P1M\"", "@\"2001-03-03\"");
    gives(k, "full name", "\"Jia Yi\"");
    gives(k, "pause", "@\"PT1H30M\"");
    gives(k, "at.year", "2026");
    gives(k, "any", "null");
    set_json(k, "{\"age\": null}");
    gives(k, "age = null and joined != null", "true");
    feel_values_clear(k->values);
    gives(k, "joined", "null");
    set_json(k, "{}");
}

static void values_that_do_not_fit_change_nothing(void **state)
{
    struct kit *k = *state;
    set_json(k, "{\"age\": 40, \"joined\": \"2010-03-01\"}");
    refuses_json(k, "{\"age\": 41, \"joined\": \"2010-02-30\"}", "libfeel.type");
    assert_non_null(strstr(k->error.en, "joined"));
    refuses_json(k, "{\"age\": \"many\"}", "libfeel.type");
    refuses_json(k, "{\"age\": true}", "libfeel.type");
    refuses_json(k, "{\"tags\": [\"a\", 1]}", "libfeel.type");
    refuses_json(k, "{\"home\": {\"since\": \"yesterday\"}}", "libfeel.type");
    refuses_json(k, "[1]", "libfeel.json_object");
    refuses_json(k, "{\"age\": 41", "json.syntax");
    refuses_json(k, NULL, "json.syntax");
    gives(k, "[age, joined]", "[40, @\"2010-03-01\"]");
    char deep[400] = "{\"any\": ";
    memset(deep + strlen(deep), '[', 200);
    refuses_json(k, deep, "json.depth");
}

static void values_one_by_one(void **state)
{
    struct kit *k = *state;
    struct feel_error *e = &k->error;
    assert_int_equal(feel_set_int(k->values, AGE, -7, e), FEEL_OK);
    assert_int_equal(feel_set_date(k->values, JOINED, 2024, 2, 29, e), FEEL_OK);
    assert_int_equal(feel_set_text(k->values, YEARS, "1e3", e), FEEL_OK);
    assert_int_equal(feel_set_text(k->values, FULL_NAME, "甲", e), FEEL_OK);
    assert_int_equal(feel_set_bool(k->values, ANY, 1, e), FEEL_OK);
    gives(k, "[age, joined, 任现职年限, full name, any]", "[-7, @\"2024-02-29\", 1000, \"甲\", true]");
    assert_int_equal(feel_set_null(k->values, AGE, e), FEEL_OK);
    gives(k, "age", "null");
    assert_int_equal(feel_set_date(k->values, JOINED, 2023, 2, 29, e), FEEL_WRONG);
    assert_string_equal(e->code, "libfeel.date");
    assert_int_equal(feel_set_date(k->values, JOINED, 2023, 300, 1, e), FEEL_WRONG);
    assert_int_equal(feel_set_int(k->values, JOINED, 1, e), FEEL_WRONG);
    assert_string_equal(e->code, "libfeel.type");
    assert_int_equal(feel_set_text(k->values, PAUSE, "P1Y", e), FEEL_WRONG);
    assert_int_equal(feel_set_text(k->values, FULL_NAME, "\xff", e), FEEL_WRONG);
    assert_int_equal(feel_set_int(k->values, VARS + 1, 1, e), FEEL_WRONG);
    assert_string_equal(e->code, "libfeel.number");
    assert_int_equal(feel_set_clock(k->values, 0, "Mars/Olympus", e), FEEL_WRONG);
    assert_string_equal(e->code, "libfeel.zone");
    gives(k, "joined", "@\"2024-02-29\"");
}

static void the_clock_is_an_argument(void **state)
{
    struct kit *k = *state;
    assert_int_equal(feel_set_clock(k->values, INT64_C(1767220200000000), "Asia/Shanghai", &k->error), FEEL_OK); /* 2025-12-31T22:30:00Z */
    gives(k, "today()", "@\"2026-01-01\"");
    assert_int_equal(feel_set_clock(k->values, INT64_C(1767220200000000), NULL, &k->error), FEEL_OK);
    gives(k, "today()", "@\"2025-12-31\"");
    struct feel_expr *e = make_as(k, "today()", NULL);
    assert_true(feel_expr_is_daily(e));
    feel_expr_free(&e);
}

static void results(void **state)
{
    struct kit *k = *state;
    int64_t i = 0;
    struct feel_expr *e = make_as(k, "{b: 1.50, a: @\"2026-01-31\", c: [true, null]}", NULL);
    assert_int_equal(feel_eval(k->values, e, &k->error), FEEL_OK);
    assert_int_equal(feel_result_kind(k->values), FEEL_IS_CONTEXT);
    assert_string_equal(feel_result_json(k->values), "{\"a\":\"2026-01-31\",\"b\":\"1.5\",\"c\":[true,null]}");
    assert_int_equal(feel_result_bool(k->values), -1);
    assert_int_equal(feel_result_int(k->values, &i), 0);
    feel_expr_free(&e);
    e = make_as(k, "6 * 7", NULL);
    assert_int_equal(feel_eval(k->values, e, &k->error), FEEL_OK);
    assert_int_equal(feel_result_int(k->values, &i), 1);
    assert_int_equal(i, 42);
    assert_string_equal(feel_expr_type(e, FEEL_EN), "number");
    assert_string_equal(feel_expr_type(e, FEEL_ZH), "数");
    assert_false(feel_expr_may_be_null(e));
    assert_false(feel_expr_is_daily(e));
    feel_expr_free(&e);
    e = make_as(k, "age > 1 or any = 2", NULL);
    assert_true(feel_expr_reads(e, AGE) && feel_expr_reads(e, ANY) && !feel_expr_reads(e, JOINED) && !feel_expr_reads(e, 1000));
    feel_expr_free(&e);
}

static void null_knows_why(void **state)
{
    struct kit *k = *state;
    struct feel_expr *e = make_as(k, "1 / (age - 40)", NULL);
    set_json(k, "{\"age\": 40}");
    assert_int_equal(feel_eval(k->values, e, &k->error), FEEL_OK);
    assert_int_equal(feel_result_kind(k->values), FEEL_IS_NULL);
    assert_string_equal(feel_result_code(k->values), "feel.divide_by_zero");
    assert_true(strlen(feel_result_cause(k->values, FEEL_EN)) > 0 && strlen(feel_result_cause(k->values, FEEL_ZH)) > 0);
    const char *tree = NULL;
    assert_int_equal(feel_expr_explain(k->values, e, FEEL_EN, &tree, &k->error), FEEL_OK);
    assert_non_null(strstr(tree, "(age - 40): 0"));
    feel_expr_free(&e);
    gives(k, "null", "null");
    assert_string_equal(feel_result_code(k->values), "");
}

static void mistakes_have_places_and_hints(void **state)
{
    struct kit *k = *state;
    const struct feel_options strict = {.strict = 1}, typed = {.strict = 1, .result = "boolean"}, bad = {.input = "nmber"};
    struct feel_error errors[2] = {{{0}, 0, 0, 0, 0, 0, {0}, {0}, {0}, {0}}};
    struct feel_expr *e;
    size_t count = 0;
    refuses(k, "age +", NULL, "feel.syntax");
    refuses(k, "", NULL, "feel.empty");
    refuses(k, "任现职年现 > 3", &strict, "feel.unknown_name");
    assert_non_null(strstr(k->error.hint_en, "任现职年限"));
    assert_int_equal(k->error.line, 1);
    assert_int_equal(k->error.column, 1);
    assert_int_equal(k->error.length, 15);
    refuses(k, "age + 1", &typed, "feel.wanted");
    refuses(k, "< 5", &bad, "feel.bad_type");
    assert_int_equal(feel_expr_make(k->names, "agee > 1 and joind = 2 or \"a\" + 1", &strict, &e, errors, 2, &count), FEEL_WRONG);
    assert_int_equal(count, 3); /* more than there was room for */
    assert_string_equal(errors[1].code, "feel.unknown_name");
    assert_int_equal(errors[1].column, 14);
    /* The letter of DMN: null, and a warning. */
    assert_int_equal(feel_expr_make(k->names, "agee > 1", NULL, &e, errors, 2, &count), FEEL_OK);
    assert_int_equal(count, 1);
    assert_true(errors[0].warning);
    feel_expr_free(&e);
    assert_int_equal(feel_expr_make(k->names, "age +", NULL, &e, NULL, 0, NULL), FEEL_WRONG);
}

static void unary_tests(void **state)
{
    struct kit *k = *state;
    const struct feel_options number = {.input = "number"}, date = {.input = "date", .strict = 1};
    set_json(k, "{\"?\": 5, \"age\": 3}");
    gives_as(k, "< age, [4..5]", &number, "true");
    gives_as(k, "not(5)", &number, "false");
    set_json(k, "{\"?\": \"2026-01-31\"}");
    gives_as(k, "> @\"2026-01-01\"", &date, "true");
    set_json(k, "{\"?\": true}");
    struct feel_expr *e = make_as(k, "5", &number);
    assert_int_equal(feel_eval(k->values, e, &k->error), FEEL_WRONG);
    assert_string_equal(k->error.code, "libfeel.type");
    feel_expr_free(&e);
}

static void names_are_checked(void **state)
{
    struct kit *k = *state;
    struct feel_names *n = NULL;
    const struct feel_var twice[] = {{"a b", NULL}, {"a  b", NULL}}, empty[] = {{"", NULL}}, type[] = {{"x", "list<nmber>"}}, open[] = {{"x", "list<number"}},
                          more[] = {{"x", "number number"}}, none[] = {{"x", ""}};
    assert_int_equal(feel_names_make(twice, 2, &n, &k->error), FEEL_WRONG);
    assert_string_equal(k->error.code, "libfeel.twice");
    assert_int_equal(feel_names_make(empty, 1, &n, &k->error), FEEL_WRONG);
    assert_string_equal(k->error.code, "libfeel.name");
    assert_int_equal(feel_names_make(type, 1, &n, &k->error), FEEL_WRONG);
    assert_string_equal(k->error.code, "feel.bad_type");
    assert_string_equal(k->error.hint_en, "the nearest is \"number\"");
    assert_int_equal(feel_names_make(open, 1, &n, &k->error), FEEL_WRONG);
    assert_int_equal(feel_names_make(more, 1, &n, &k->error), FEEL_WRONG);
    assert_int_equal(feel_names_make(none, 1, &n, &k->error), FEEL_WRONG);
    assert_null(n);
    assert_int_equal(feel_names_make(NULL, 0, &n, &k->error), FEEL_OK);
    struct feel_values *v = feel_values_make(n, 1);
    struct feel_expr *e = make_as(k, "age", NULL), *plain = NULL;
    assert_int_equal(feel_expr_make(n, "1 + 1", NULL, &plain, NULL, 0, NULL), FEEL_OK);
    feel_names_free(&n);
    assert_int_equal(feel_eval(v, plain, &k->error), FEEL_OK);
    assert_string_equal(feel_result_text(v), "2");
    assert_int_equal(feel_eval(v, e, &k->error), FEEL_WRONG);
    assert_string_equal(k->error.code, "libfeel.names");
    feel_expr_free(&plain);
    feel_expr_free(&e);
    feel_values_free(&v);
    feel_values_free(&v);
}

static void limits(void **state)
{
    struct kit *k = *state;
    struct feel_values *small = feel_values_make(k->names, 1);
    struct feel_expr *e = make_as(k, "for i in 1..99999 return \"text\" + string(i)", NULL);
    assert_int_equal(feel_eval(small, e, &k->error), FEEL_TOO_MUCH);
    assert_string_equal(feel_result_text(small), "null");
    char json[1024];
    memset(json, ' ', sizeof json);
    json[sizeof json - 1] = '\0';
    assert_int_equal(feel_set_json(small, json, &k->error), FEEL_TOO_MUCH);
    assert_string_equal(k->error.code, "libfeel.json_long");
    /* Setting again and again takes no more than there is, once cleared. */
    for (int i = 0; i < 5000; i++) {
        feel_values_clear(small);
        assert_int_equal(feel_set_text(small, FULL_NAME, "a name of some length, as names are", &k->error), FEEL_OK);
    }
    feel_expr_free(&e);
    feel_values_free(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(values_from_json, set_up, tear_down),
        cmocka_unit_test_setup_teardown(values_that_do_not_fit_change_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(values_one_by_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_clock_is_an_argument, set_up, tear_down),
        cmocka_unit_test_setup_teardown(results, set_up, tear_down),
        cmocka_unit_test_setup_teardown(null_knows_why, set_up, tear_down),
        cmocka_unit_test_setup_teardown(mistakes_have_places_and_hints, set_up, tear_down),
        cmocka_unit_test_setup_teardown(unary_tests, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_are_checked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(limits, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
