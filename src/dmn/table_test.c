/* table_test.c - decision tables: each hit policy where it holds and where it is violated. */
#include "dmn/test.h"

#define TABLE(policy, columns, rules) \
    HEAD INPUT("n", "number") DECISION("a", NEEDS_INPUT("n") "<decisionTable " policy "><input><inputExpression><text>n</text></inputExpression></input>" columns rules \
         "</decisionTable>") FOOT
#define RULE(in, out) "<rule><inputEntry><text>" in "</text></inputEntry><outputEntry><text>" out "</text></outputEntry></rule>"
#define OUT "<output name=\"o\"/>"
#define THREE RULE("&gt; 1", "\"b\"") RULE("&gt; 2", "\"c\"") RULE("&gt; 3", "\"a\"")
#define ORDER "<output name=\"o\"><outputValues><text>\"a\", \"b\", \"c\"</text></outputValues></output>"

static void unique(void **state)
{
    (void)state;
    EXPECT(TABLE("", OUT, THREE), "{n: 2}", "a", "\"b\"");
    EXPECT_CODE(TABLE("", OUT, THREE), "{n: 3}", "a", "feel.table_many");
    EXPECT_CODE(TABLE("hitPolicy=\"UNIQUE\"", OUT, THREE), "{n: 1}", "a", "feel.table_none");
    EXPECT(TABLE("", "<output><defaultOutputEntry><text>\"d\"</text></defaultOutputEntry></output>", THREE), "{n: 1}", "a", "\"d\"");
    EXPECT(TABLE("", OUT, RULE("-", "n + 1")), NULL, "a", "null");
    EXPECT(TABLE("", OUT, RULE("-", "\"any\"")), NULL, "a", "\"any\"");
    EXPECT(TABLE("", OUT, RULE("? &gt; 1 and odd(?)", "\"odd\"")), "{n: 3}", "a", "\"odd\"");
    EXPECT(TABLE("", OUT, RULE("not(1, 2)", "\"else\"")), "{n: 3}", "a", "\"else\"");
}

static void any_first_and_rule_order(void **state)
{
    (void)state;
    EXPECT(TABLE("hitPolicy=\"ANY\"", OUT, RULE("&gt; 1", "1") RULE("&gt; 2", "1.0")), "{n: 3}", "a", "1");
    EXPECT_CODE(TABLE("hitPolicy=\"ANY\"", OUT, THREE), "{n: 3}", "a", "feel.table_any");
    EXPECT(TABLE("hitPolicy=\"FIRST\"", OUT, THREE), "{n: 4}", "a", "\"b\"");
    EXPECT(TABLE("hitPolicy=\"RULE ORDER\"", OUT, THREE), "{n: 4}", "a", "[\"b\", \"c\", \"a\"]");
    EXPECT_CODE(TABLE("hitPolicy=\"RULE ORDER\"", OUT, THREE), "{n: 0}", "a", "feel.table_none");
    EXPECT_CODE(TABLE("hitPolicy=\"BEST\"", OUT, THREE), "{n: 4}", "a", "dmn.bad_policy");
}

static void priority_and_output_order(void **state)
{
    (void)state;
    EXPECT(TABLE("hitPolicy=\"PRIORITY\"", ORDER, THREE), "{n: 4}", "a", "\"a\"");
    EXPECT(TABLE("hitPolicy=\"PRIORITY\"", ORDER, THREE), "{n: 3}", "a", "\"b\"");
    EXPECT(TABLE("hitPolicy=\"OUTPUT ORDER\"", ORDER, THREE), "{n: 4}", "a", "[\"a\", \"b\", \"c\"]");
    EXPECT(TABLE("hitPolicy=\"OUTPUT ORDER\"", OUT, THREE), "{n: 4}", "a", "[\"b\", \"c\", \"a\"]");
}

/* The second column decides where the first is alike; values that no column names come last. */
static void priority_over_two_columns(void **state)
{
    (void)state;
#define PAIRS(policy) HEAD INPUT("n", "number") DECISION("a", NEEDS_INPUT("n") "<decisionTable hitPolicy=\"" policy "\"><input><inputExpression><text>n</text></inputExpression></input>" \
        "<output name=\"x\"><outputValues><text>1, 2, 3</text></outputValues></output><output name=\"y\"><outputValues><text>\"p\", \"q\"</text></outputValues></output>" \
        PAIR_RULE("&gt; 0", "2", "\"q\"") PAIR_RULE("&gt; 0", "2", "\"p\"") PAIR_RULE("&gt; 5", "1", "\"z\"") PAIR_RULE("&gt; 5", "1", "\"q\"") "</decisionTable>") FOOT
#define PAIR_RULE(in, x, y) "<rule><inputEntry><text>" in "</text></inputEntry><outputEntry><text>" x "</text></outputEntry><outputEntry><text>" y "</text></outputEntry></rule>"
    EXPECT(PAIRS("PRIORITY"), "{n: 1}", "a", "{x: 2, y: \"p\"}");
    EXPECT(PAIRS("PRIORITY"), "{n: 6}", "a", "{x: 1, y: \"q\"}");
    EXPECT(PAIRS("OUTPUT ORDER"), "{n: 6}", "a", "[{x: 1, y: \"q\"}, {x: 1, y: null}, {x: 2, y: \"p\"}, {x: 2, y: \"q\"}]");
    EXPECT_CODE(PAIRS("PRIORITY"), "{n: 0}", "a", "feel.table_none");
}

static void collect(void **state)
{
    (void)state;
    EXPECT(TABLE("hitPolicy=\"COLLECT\" aggregation=\"SUM\"", OUT, RULE("&gt; 1", "@\"P1M\"") RULE("&gt; 2", "@\"P11M\"")), "{n: 3}", "a", "@\"P1Y\"");
    EXPECT(TABLE("hitPolicy=\"COLLECT\" aggregation=\"MAX\"", OUT, RULE("&gt; 1", "\"x\"") RULE("&gt; 2", "\"y\"")), "{n: 3}", "a", "\"y\"");
    EXPECT(TABLE("hitPolicy=\"COLLECT\" aggregation=\"MIN\"", OUT, RULE("&gt; 1", "1") RULE("&gt; 2", "")), "{n: 3}", "a", "null");
    EXPECT_CODE(TABLE("hitPolicy=\"COLLECT\" aggregation=\"SUM\"", OUT, RULE("&gt; 1", "\"x\"")), "{n: 2}", "a", "feel.table_sum");
    EXPECT(TABLE("hitPolicy=\"COLLECT\"", "<output><defaultOutputEntry><text>7</text></defaultOutputEntry></output>", THREE), "{n: 1}", "a", "7");
#define SUMS(how) TABLE("hitPolicy=\"COLLECT\" " how, OUT, RULE("&gt; 1", "10") RULE("&gt; 2", "5") RULE("&gt; 3", "20") RULE("&lt; 0", "\"text\"") RULE("&lt; -1", "1"))
    EXPECT(SUMS(""), "{n: 4}", "a", "[10, 5, 20]");
    EXPECT(SUMS(""), "{n: 0}", "a", "[]");
    EXPECT(SUMS("aggregation=\"SUM\""), "{n: 4}", "a", "35");
    EXPECT(SUMS("aggregation=\"COUNT\""), "{n: 4}", "a", "3");
    EXPECT(SUMS("aggregation=\"COUNT\""), "{n: 0}", "a", "0");
    EXPECT(SUMS("aggregation=\"MIN\""), "{n: 4}", "a", "5");
    EXPECT(SUMS("aggregation=\"MAX\""), "{n: 4}", "a", "20");
    EXPECT_CODE(SUMS("aggregation=\"MAX\""), "{n: 0}", "a", "feel.table_none");
    EXPECT_CODE(SUMS("aggregation=\"SUM\""), "{n: -2}", "a", "feel.table_sum");
    EXPECT_CODE(SUMS("aggregation=\"MAX\""), "{n: -2}", "a", "feel.table_sum");
    EXPECT_CODE(SUMS("aggregation=\"MEAN\""), "{n: 4}", "a", "dmn.bad_policy");
}

static void several_columns(void **state)
{
    (void)state;
#define PAIR(policy) HEAD INPUT("n", "number") DECISION("a", NEEDS_INPUT("n") "<decisionTable " policy "><input><inputExpression typeRef=\"number\"><text>n</text></inputExpression>" \
        "<inputValues><text>[0..9]</text></inputValues></input><output name=\"x\" typeRef=\"string\"><outputValues><text>\"hi\",\"lo\"</text></outputValues>" \
        "<defaultOutputEntry><text>\"lo\"</text></defaultOutputEntry></output><output name=\"y\"/>" \
        "<rule><inputEntry><text>5</text></inputEntry><outputEntry><text>\"hi\"</text></outputEntry><outputEntry><text>n</text></outputEntry></rule>" \
        "<rule><inputEntry><text>[5..6]</text></inputEntry><outputEntry><text>\"off\"</text></outputEntry><outputEntry><text>2</text></outputEntry></rule></decisionTable>") FOOT
    EXPECT(PAIR("hitPolicy=\"FIRST\""), "{n: 5}", "a", "{x: \"hi\", y: 5}");
    EXPECT(PAIR("hitPolicy=\"FIRST\""), "{n: 6}", "a", "{x: null, y: 2}");
    EXPECT(PAIR("hitPolicy=\"FIRST\""), "{n: 1}", "a", "{x: \"lo\", y: null}");
    EXPECT_CODE(PAIR("hitPolicy=\"FIRST\""), "{n: 10}", "a", "feel.table_in");
    EXPECT(PAIR("hitPolicy=\"COLLECT\""), "{n: 5}", "a", "[{x: \"hi\", y: 5}, {x: null, y: 2}]");
    EXPECT_CODE(TABLE("", OUT, "<rule><inputEntry><text>1</text></inputEntry></rule>"), NULL, NULL, "dmn.bad_table");
    EXPECT_CODE(TABLE("", "", RULE("1", "1")), NULL, NULL, "dmn.no_expression");
    EXPECT(TABLE("", OUT, RULE("&gt;", "1") RULE("5", "2")), "{n: 5}", "a", "2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unique), cmocka_unit_test(any_first_and_rule_order), cmocka_unit_test(priority_and_output_order), cmocka_unit_test(priority_over_two_columns), cmocka_unit_test(collect),
        cmocka_unit_test(several_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
