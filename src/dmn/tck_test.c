/*
 * tck_test.c - the reader of the public kit: a folder of our own with right and wrong expectations, and the kit where it is found.
 * Usage: tck_test DIR; DIR may be absent.  The kit's own figure may rise, never fall.
 */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dmn/test.h"

/* Per thousand of the cases that do not call another language, and of the mean over folders. */
enum { PASSED_AT_LEAST = 1000, MEAN_AT_LEAST = 990 };

static const char *kit_dir;

static void write_text(const char *dir, const char *name, const char *text)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static void remove_file(const char *dir, const char *name)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    assert_int_equal(unlink(path), 0);
}

#define TESTS "<testCases xmlns=\"http://www.omg.org/spec/DMN/20160719/testcase\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" " \
              "xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"><modelName>m.dmn</modelName>"
#define NODE(name, attrs, inside) "<resultNode name=\"" name "\" " attrs "><expected>" inside "</expected></resultNode>"
#define VALUE(type, text) "<value xsi:type=\"xsd:" type "\">" text "</value>"

static void right_and_wrong_expectations_are_told_apart(void **state)
{
    (void)state;
    char dir[] = "/tmp/guiju-tck-XXXXXX";
    assert_non_null(mkdtemp(dir));
    write_text(dir, "m.dmn", HEAD INPUT("n", "number") DECISION("a", NEEDS_INPUT("n") TEXT("n + 0.000000001")) DECISION("c", TEXT("{x: [1, \"b\"], y: @\"2020-01-01\"}"))
               DECISION("e", TEXT("1 + \"a\"")) DECISION("t", TEXT("@\"10:00:00Z\"")) DECISION("p", TEXT("@\"PT24H\""))
               "<decisionService id=\"s\" name=\"s\"><outputDecision href=\"#c\"/><outputDecision href=\"#e\"/></decisionService>"
               "<businessKnowledgeModel id=\"j\" name=\"j\"><encapsulatedLogic kind=\"Java\">" TEXT("{}") "</encapsulatedLogic></businessKnowledgeModel>"
               DECISION("x", KNOWS("j") TEXT("j()")) FOOT);
    write_text(dir, "m-test-01.xml", TESTS
               "<testCase id=\"right\"><inputNode name=\"n\">" VALUE("decimal", "1") "</inputNode>" NODE("a", "", VALUE("decimal", "1"))
               NODE("c", "", "<component name=\"y\">" VALUE("date", "2020-01-01") "</component><component name=\"x\"><list><item>" VALUE("double", "1") "</item><item>"
                    VALUE("string", "b") "</item></list></component>")
               NODE("e", "errorResult=\"true\"", "<value xsi:nil=\"true\"/>") NODE("t", "", VALUE("time", "10:00:00+00:00")) NODE("p", "", VALUE("duration", "P1D")) "</testCase>"
               "<testCase id=\"service\" invocableName=\"s\" type=\"decisionService\">" NODE("e", "", "<value xsi:nil=\"true\"/>")
               NODE("c", "", "<component name=\"y\">" VALUE("date", "2020-01-01") "</component><component name=\"x\"><list><item>" VALUE("decimal", "1") "</item><item>"
                    VALUE("string", "b") "</item></list></component>") "</testCase>"
               "<testCase id=\"wrong\"><inputNode name=\"n\">" VALUE("decimal", "1") "</inputNode>" NODE("a", "", VALUE("decimal", "1.1")) NODE("a", "", VALUE("string", "1"))
               NODE("c", "", "<component name=\"y\">" VALUE("date", "2020-01-01") "</component>") NODE("e", "", VALUE("boolean", "false"))
               NODE("none", "", "<value xsi:nil=\"true\"/>") NODE("x", "errorResult=\"true\"", "<value xsi:nil=\"true\"/>") "</testCase></testCases>");
    struct dmn_tck t;
    struct err err;
    err_clear(&err);
    assert_int_equal(dmn_tck_run(str_c(dir), NULL, &t, &err), RC_OK);
    assert_int_equal(t.folders, 1);
    assert_int_equal(t.total.cases, 13);
    assert_int_equal(t.total.passed, 7);
    assert_int_equal(t.total.nonnull_cases, 9);
    assert_int_equal(t.total.nonnull_passed, 5);
    assert_int_equal(t.total.external, 1);
    assert_int_equal(t.folder_mean_ppm, 538461);
    remove_file(dir, "m-test-01.xml");
    assert_int_equal(dmn_tck_run(str_c(dir), NULL, &t, &err), RC_ABSENT);
    remove_file(dir, "m.dmn");
    assert_int_equal(rmdir(dir), 0);
    assert_int_equal(dmn_tck_run(str_c(dir), NULL, &t, &err), RC_SYSTEM);
}

static void show_failed(void *ctx, struct str folder, struct str test, struct str node, struct str expected, struct str got)
{
    (void)ctx;
    print_message(STR_FMT " " STR_FMT " " STR_FMT ": expected " STR_FMT ", got " STR_FMT "\n", STR_ARG(folder), STR_ARG(test), STR_ARG(node), STR_ARG(expected), STR_ARG(got));
}

static void the_public_kit_does_not_regress(void **state)
{
    (void)state;
    struct stat st;
    if (kit_dir == NULL || stat(kit_dir, &st) != 0) {
        print_message("skipped: no kit at %s (set TCK_DIR)\n", kit_dir == NULL ? "-" : kit_dir);
        return;
    }
    struct dmn_tck_watch watch = {.failed = show_failed};
    struct dmn_tck t;
    struct err err;
    err_clear(&err);
    assert_int_equal(dmn_tck_run(str_c(kit_dir), &watch, &t, &err), RC_OK);
    print_message("%u of %u cases, %u of %u non-null, mean of %u folders %u ppm\n", t.total.passed, t.total.cases, t.total.nonnull_passed, t.total.nonnull_cases, t.folders,
                  t.folder_mean_ppm);
    assert_true((uint64_t)(t.total.passed + t.total.external) * 1000 >= (uint64_t)t.total.cases * PASSED_AT_LEAST);
    assert_true(t.folder_mean_ppm >= MEAN_AT_LEAST * 1000);
}

int main(int argc, char **argv)
{
    const char *dir = getenv("TCK_DIR");
    kit_dir = dir != NULL && dir[0] != '\0' ? dir : argc > 1 ? argv[1] : NULL;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_and_wrong_expectations_are_told_apart),
        cmocka_unit_test(the_public_kit_does_not_regress),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
