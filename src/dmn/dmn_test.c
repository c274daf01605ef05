/* dmn_test.c - small models: what loads and what does not, what is answered and what is null and why. */
#include "dmn/test.h"

static void xml_that_is_none_is_refused(void **state)
{
    (void)state;
    EXPECT_CODE("", NULL, NULL, "dmn.xml");
    EXPECT_CODE("<definitions", NULL, NULL, "dmn.xml");
    EXPECT_CODE(HEAD "<decision></definitions>", NULL, NULL, "dmn.xml");
    EXPECT_CODE("<a xmlns=\"urn:x\"/>", NULL, NULL, "dmn.not_model");
    EXPECT_CODE("<definitions xmlns=\"urn:x\"/>", NULL, NULL, "dmn.not_model");
    EXPECT_CODE(HEAD "\x01" FOOT, NULL, NULL, "dmn.xml");
    EXPECT_CODE(HEAD "&unknown;" FOOT, NULL, NULL, "dmn.xml");
}

static void document_types_and_entities_are_refused(void **state)
{
    (void)state;
    EXPECT_CODE("<!DOCTYPE definitions [<!ENTITY a \"x\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]>" HEAD "&c;" FOOT,
                NULL, NULL, "dmn.doctype");
    EXPECT_CODE("<!DOCTYPE definitions SYSTEM \"file:///etc/passwd\">" HEAD FOOT, NULL, NULL, "dmn.doctype");
    EXPECT_CODE("<!DOCTYPE d [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>" HEAD DECISION("a", TEXT("&x;")) FOOT, NULL, NULL, "dmn.doctype");
}

static void what_is_too_deep_is_refused(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_str(&b, str_c(HEAD));
    for (int i = 0; i < 200; i++) buf_lit(&b, "<extensionElements>");
    for (int i = 0; i < 200; i++) buf_lit(&b, "</extensionElements>");
    buf_lit(&b, "</definitions>");
    struct dmn_source s = {.name = STR("m.dmn"), .text = buf_view(&b)};
    assert_string_equal(ask_files(&s, 1, NULL, NULL).code, "dmn.too_deep");
    buf_clear(&b);
    buf_str(&b, str_c(HEAD "<decision name=\"a\" id=\"a\">"));
    for (int i = 0; i < 70; i++) buf_lit(&b, "<list>");
    for (int i = 0; i < 70; i++) buf_lit(&b, "</list>");
    buf_lit(&b, "</decision></definitions>");
    s.text = buf_view(&b);
    assert_string_equal(ask_files(&s, 1, NULL, NULL).code, "dmn.too_deep");
    buf_fini(&b);
}

static void names_and_references_must_hold(void **state)
{
    (void)state;
    EXPECT_CODE(HEAD "<decision id=\"a\">" TEXT("1") "</decision>" FOOT, NULL, NULL, "dmn.no_name");
    EXPECT_CODE(HEAD DECISION("a", TEXT("1")) DECISION("a", TEXT("2")) FOOT, NULL, NULL, "dmn.duplicate");
    EXPECT_CODE(HEAD DECISION("a", NEEDS("b") TEXT("1")) FOOT, NULL, NULL, "dmn.no_target");
    EXPECT_CODE(HEAD INPUT("x", "tNone") FOOT, NULL, NULL, "dmn.no_type");
    EXPECT_CODE(HEAD "<itemDefinition name=\"t\"><typeRef>t</typeRef></itemDefinition>" FOOT, NULL, NULL, "dmn.type_cycle");
    EXPECT_CODE(HEAD "<import name=\"i\" namespace=\"urn:none\"/>" FOOT, NULL, NULL, "dmn.no_import");
    EXPECT_CODE(HEAD DECISION("a", TEXT("1")) FOOT, NULL, "b", "dmn.no_decision");
    EXPECT_CODE(HEAD DECISION("a", TEXT("1")) FOOT, NULL, "!a", "dmn.no_invocable");
    EXPECT_CODE(HEAD DECISION("a", "<puzzle/>") FOOT, NULL, NULL, "dmn.bad_element");
    EXPECT_CODE(HEAD DECISION("a", "<conditional><if>" TEXT("true") "</if></conditional>") FOOT, NULL, NULL, "dmn.no_expression");
}

static void circles_of_requirements_are_refused(void **state)
{
    (void)state;
    EXPECT_CODE(HEAD DECISION("a", NEEDS("a") TEXT("1")) FOOT, NULL, NULL, "dmn.cycle");
    EXPECT_CODE(HEAD DECISION("a", NEEDS("b") TEXT("b")) DECISION("b", NEEDS("c") TEXT("c")) DECISION("c", NEEDS("a") TEXT("a")) FOOT, NULL, NULL, "dmn.cycle");
    EXPECT(HEAD DECISION("a", NEEDS("b") NEEDS("c") TEXT("b + c")) DECISION("b", NEEDS("c") TEXT("c")) DECISION("c", TEXT("1")) FOOT, NULL, "a", "2");
}

static void a_broken_expression_is_null_and_the_rest_answers(void **state)
{
    (void)state;
    static const char model[] = HEAD DECISION("bad", TEXT("1 + ")) DECISION("good", TEXT("1 + 1")) DECISION("none", "") FOOT;
    EXPECT_CODE(model, NULL, "bad", "dmn.c_broken");
    EXPECT_CODE(model, NULL, "none", "dmn.c_broken");
    EXPECT(model, NULL, "good", "2");
}

static void inputs_meet_their_types(void **state)
{
    (void)state;
    static const char model[] = HEAD "<itemDefinition name=\"tColour\"><typeRef>string</typeRef><allowedValues><text>\"red\", \"blue\"</text></allowedValues></itemDefinition>"
        "<itemDefinition name=\"tPair\"><itemComponent name=\"n\"><typeRef>number</typeRef></itemComponent>"
        "<itemComponent name=\"c\" isCollection=\"true\"><typeRef>tColour</typeRef></itemComponent></itemDefinition>"
        INPUT("n", "number") INPUT("c", "tColour") INPUT("p", "tPair")
        DECISION("dn", NEEDS_INPUT("n") TEXT("n + 1")) DECISION("dc", NEEDS_INPUT("c") TEXT("c")) DECISION("dp", NEEDS_INPUT("p") TEXT("p.c")) FOOT;
    EXPECT(model, "{n: 1}", "dn", "2");
    EXPECT(model, "{n: [1]}", "dn", "2");
    EXPECT_CODE(model, "{n: \"1\"}", "dn", "dmn.c_type");
    EXPECT_CODE(model, NULL, "dn", "dmn.c_not_given");
    EXPECT(model, "{c: \"red\"}", "dc", "\"red\"");
    EXPECT_CODE(model, "{c: \"green\"}", "dc", "dmn.c_type");
    EXPECT(model, "{p: {n: 1, c: \"red\"}}", "dp", "[\"red\"]");
    EXPECT_CODE(model, "{p: {n: 1}}", "dp", "dmn.c_type");
    EXPECT_CODE(model, "{p: {n: 1, c: [\"red\", \"green\"]}}", "dp", "dmn.c_type");
}

static void expressions_know_the_types_of_the_model(void **state)
{
    (void)state;
    static const char model[] = HEAD "<itemDefinition name=\"t Pair\"><itemComponent name=\"n\"><typeRef>number</typeRef></itemComponent></itemDefinition>"
        DECISION("a", TEXT("[{n: 1} instance of t Pair, {n: \"1\"} instance of t Pair, 1 instance of t Pair]"))
        DECISION("b", TEXT("(function(p: t Pair) p.n)({n: 3})")) DECISION("c", TEXT("(function(p: t Pair) p.n)(3)"))
        DECISION("d", TEXT("1 instance of t Nothing")) FOOT;
    EXPECT(model, NULL, "a", "[true, false, false]");
    EXPECT(model, NULL, "b", "3");
    EXPECT_CODE(model, NULL, "c", "feel.argument");
    EXPECT_CODE(model, NULL, "d", "dmn.c_broken");
}

static void boxed_expressions(void **state)
{
    (void)state;
    EXPECT(HEAD DECISION("a", "<context><contextEntry><variable name=\"x y\"/>" TEXT("2") "</contextEntry><contextEntry><variable name=\"z\"/>" TEXT("x y * 3")
           "</contextEntry></context>") FOOT, NULL, "a", "{x y: 2, z: 6}");
    EXPECT(HEAD DECISION("a", "<context><contextEntry><variable name=\"x\"/>" TEXT("2") "</contextEntry><contextEntry>" TEXT("x + 1") "</contextEntry></context>") FOOT,
           NULL, "a", "3");
    EXPECT(HEAD DECISION("a", "<list>" TEXT("1") TEXT("\"b\"") "</list>") FOOT, NULL, "a", "[1, \"b\"]");
    EXPECT(HEAD DECISION("a", "<relation><column name=\"k\"/><column name=\"v\"/><row>" TEXT("1") TEXT("2") "</row></relation>") FOOT, NULL, "a", "[{k: 1, v: 2}]");
    EXPECT_CODE(HEAD DECISION("a", "<relation><column name=\"k\"/><row>" TEXT("1") TEXT("2") "</row></relation>") FOOT, NULL, "a", "dmn.bad_table");
    EXPECT(HEAD DECISION("a", "<conditional><if>" TEXT("null") "</if><then>" TEXT("1") "</then><else>" TEXT("2") "</else></conditional>") FOOT, NULL, "a", "2");
    EXPECT(HEAD DECISION("a", "<filter><in>" TEXT("[{n: 1}, {n: 5}]") "</in><match>" TEXT("n &gt; 2") "</match></filter>") FOOT, NULL, "a", "[{n: 5}]");
    EXPECT(HEAD DECISION("a", "<filter><in>" TEXT("[1, 5]") "</in><match><conditional><if>" TEXT("item = 1") "</if><then>" TEXT("true") "</then><else>" TEXT("false")
           "</else></conditional></match></filter>") FOOT, NULL, "a", "[1]");
    EXPECT(HEAD DECISION("a", "<for iteratorVariable=\"i\"><in>" TEXT("[1..3]") "</in><return>" TEXT("i + count(partial)") "</return></for>") FOOT, NULL, "a", "[1, 3, 5]");
    EXPECT_CODE(HEAD DECISION("a", "<for iteratorVariable=\"i\"><in>" TEXT("null") "</in><return>" TEXT("i") "</return></for>") FOOT, NULL, "a", "dmn.c_not_list");
    EXPECT(HEAD DECISION("a", "<some iteratorVariable=\"i\"><in>" TEXT("[1, 2]") "</in><satisfies>" TEXT("i = 2") "</satisfies></some>") FOOT, NULL, "a", "true");
    EXPECT(HEAD DECISION("a", "<every iteratorVariable=\"i\"><in>" TEXT("[1, 2]") "</in><satisfies>" TEXT("i = 2") "</satisfies></every>") FOOT, NULL, "a", "false");
    EXPECT(HEAD DECISION("a", "<every iteratorVariable=\"i\"><in>" TEXT("[]") "</in><satisfies>" TEXT("false") "</satisfies></every>") FOOT, NULL, "a", "true");
    EXPECT_CODE(HEAD DECISION("a", "<some iteratorVariable=\"i\"><in>" TEXT("[1]") "</in><satisfies>" TEXT("i") "</satisfies></some>") FOOT, NULL, "a", "dmn.c_condition");
}

static void functions_keep_what_they_saw(void **state)
{
    (void)state;
    EXPECT(HEAD INPUT("x", "number") DECISION("f", NEEDS_INPUT("x") TEXT("function(y) x + y")) DECISION("a", NEEDS("f") TEXT("f(10)")) FOOT, "{x: 1}", "a", "11");
    EXPECT(HEAD INPUT("x", "number")
           DECISION("f", NEEDS_INPUT("x") "<functionDefinition><formalParameter name=\"y\" typeRef=\"number\"/>" TEXT("x + y") "</functionDefinition>")
           DECISION("a", NEEDS("f") TEXT("f(y: 10)")) DECISION("b", NEEDS("f") TEXT("f(\"10\")")) FOOT, "{x: 1}", "a", "11");
    EXPECT(HEAD DECISION("fs", "<for iteratorVariable=\"i\"><in>" TEXT("[1, 2]") "</in><return><functionDefinition>" TEXT("i") "</functionDefinition></return></for>")
           DECISION("a", NEEDS("fs") TEXT("[fs[1](), fs[2]()]")) FOOT, NULL, "a", "[1, 2]");
}

static const char knowledge[] = HEAD
    "<businessKnowledgeModel id=\"fact\" name=\"fact\"><variable name=\"fact\"/><encapsulatedLogic><formalParameter name=\"n\" typeRef=\"number\"/>"
    TEXT("if n &lt;= 1 then 1 else n * fact(n - 1)") "</encapsulatedLogic></businessKnowledgeModel>"
    "<businessKnowledgeModel id=\"java\" name=\"java\"><encapsulatedLogic kind=\"Java\"><formalParameter name=\"n\"/>" TEXT("{}")
    "</encapsulatedLogic></businessKnowledgeModel>"
    DECISION("a", KNOWS("fact") TEXT("fact(5)")) DECISION("b", KNOWS("fact") TEXT("fact(1, 2)")) DECISION("c", KNOWS("fact") TEXT("fact(\"x\")"))
    DECISION("d", KNOWS("fact") TEXT("fact(1000)")) DECISION("e", KNOWS("java") TEXT("java(1)"))
    DECISION("f", KNOWS("fact") "<invocation>" TEXT("fact") "<binding><parameter name=\"n\"/>" TEXT("3") "</binding></invocation>")
    DECISION("g", KNOWS("fact") "<invocation>" TEXT("fact") "<binding><parameter name=\"m\"/>" TEXT("3") "</binding></invocation>")
    DECISION("h", "<invocation>" TEXT("substring") "<binding><parameter name=\"start position\"/>" TEXT("2") "</binding><binding><parameter name=\"string\"/>" TEXT("\"abc\"")
             "</binding></invocation>")
    DECISION("i", "<invocation>" TEXT("1") "</invocation>")
    DECISION("j", TEXT("function(x) external {java: {class: \"java.lang.Math\", method signature: \"cos(double)\"}}")) FOOT;

static void knowledge_models_are_called(void **state)
{
    (void)state;
    EXPECT(knowledge, NULL, "a", "120");
    EXPECT(knowledge, "{n: 4}", "!fact", "24");
    EXPECT(knowledge, NULL, "b", "null");
    EXPECT_CODE(knowledge, NULL, "c", "dmn.c_type");
    EXPECT(knowledge, NULL, "f", "6");
    EXPECT_CODE(knowledge, NULL, "g", "feel.not_a_function");
    EXPECT(knowledge, NULL, "h", "\"bc\"");
    EXPECT_CODE(knowledge, NULL, "i", "feel.not_a_function");
    EXPECT_CODE(knowledge, NULL, "e", "dmn.external");
    EXPECT_CODE(knowledge, NULL, "j", "dmn.external");
    assert_int_equal(ask(knowledge, NULL, "d").rc, RC_LIMIT);
}

static void services_see_only_what_they_are_given(void **state)
{
    (void)state;
    static const char model[] = HEAD INPUT("x", "number") DECISION("inner", TEXT("\"own\"")) DECISION("out", NEEDS("inner") NEEDS_INPUT("x") TEXT("[inner, x]"))
        DECISION("more", TEXT("1"))
        "<decisionService id=\"s\" name=\"s\"><outputDecision href=\"#out\"/><inputDecision href=\"#inner\"/><inputData href=\"#x\"/></decisionService>"
        "<decisionService id=\"two\" name=\"two\"><outputDecision href=\"#out\"/><outputDecision href=\"#more\"/></decisionService>"
        DECISION("a", NEEDS("inner") KNOWS("s") TEXT("[s(1, \"given\"), inner]")) DECISION("b", KNOWS("s") TEXT("s(\"x\", 1)")) FOOT;
    EXPECT(model, "{x: 7}", "a", "[[\"given\", 1], \"own\"]");
    EXPECT_CODE(model, NULL, "b", "dmn.c_type");
    EXPECT(model, "{x: 2, inner: 3}", "!s", "[3, 2]");
    EXPECT(model, "{x: 2}", "!two", "{out: [\"own\", null], more: 1}");
    EXPECT_CODE(HEAD "<decisionService id=\"s\" name=\"s\"/>" FOOT, NULL, NULL, "dmn.no_expression");
}

static void imports_are_there_once_for_each_way(void **state)
{
    (void)state;
    static const char base[] = "<definitions xmlns=\"https://www.omg.org/spec/DMN/20191111/MODEL/\" namespace=\"urn:base\" name=\"base\">"
        "<itemDefinition name=\"tName\"><typeRef>string</typeRef></itemDefinition>" INPUT("who", "tName") DECISION("hello", NEEDS_INPUT("who") TEXT("\"hello \" + who")) FOOT;
    static const char mid[] = "<definitions xmlns=\"https://www.omg.org/spec/DMN/20211108/MODEL/\" namespace=\"urn:mid\" name=\"mid\">"
        "<import name=\"base\" namespace=\"urn:base\" importType=\"https://www.omg.org/spec/DMN/20191111/MODEL/\"/>"
        DECISION("say", "<informationRequirement><requiredDecision href=\"urn:base#hello\"/></informationRequirement>" TEXT("base.hello + \"!\"")) FOOT;
    static const char top[] = HEAD "<import name=\"left one\" namespace=\"urn:mid\" importType=\"https://www.omg.org/spec/DMN/20191111/MODEL/\"/>"
        "<import name=\"base\" namespace=\"urn:base\" importType=\"https://www.omg.org/spec/DMN/20191111/MODEL/\"/>" INPUT("t", "base.tName")
        DECISION("a", "<informationRequirement><requiredDecision href=\"urn:mid#say\"/></informationRequirement>"
                 "<informationRequirement><requiredDecision href=\"urn:base#hello\"/></informationRequirement>" TEXT("[left one.say, base.hello]")) FOOT;
    struct dmn_source s[] = {{STR("top.dmn"), str_c(top)}, {STR("base.dmn"), str_c(base)}, {STR("mid.dmn"), str_c(mid)}};
    struct asked r = ask_files(s, 3, "{left one: {base: {who: \"A\"}}, base: {who: \"B\"}}", "a");
    assert_int_equal(r.load, RC_OK);
    assert_string_equal(r.value, "[\"hello A!\", \"hello B\"]");
    r = ask_files(s, 3, "{\"base.who\": \"C\"}", "base.hello");
    assert_string_equal(r.value, "\"hello C\"");
    r = ask_files(s, 2, NULL, "a");
    assert_string_equal(r.code, "dmn.no_import");
    static const char ring[] = "<definitions xmlns=\"https://www.omg.org/spec/DMN/20230324/MODEL/\" namespace=\"urn:base\" name=\"r\"><import name=\"x\" namespace=\"urn:main\"/>" FOOT;
    struct dmn_source t[] = {{STR("top.dmn"), str_c(HEAD "<import name=\"b\" namespace=\"urn:base\"/>" FOOT)}, {STR("ring.dmn"), str_c(ring)}};
    assert_string_equal(ask_files(t, 2, NULL, NULL).code, "dmn.cycle");
}

static void a_run_that_never_ends_is_stopped(void **state)
{
    (void)state;
    static const char model[] = HEAD DECISION("a", "<for iteratorVariable=\"i\"><in>" TEXT("[1..1000000]") "</in><return><for iteratorVariable=\"j\"><in>" TEXT("[1..1000000]")
        "</in><return>" TEXT("i * j") "</return></for></return></for>") FOOT;
    assert_int_equal(ask(model, NULL, "a").rc, RC_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(xml_that_is_none_is_refused),
        cmocka_unit_test(document_types_and_entities_are_refused),
        cmocka_unit_test(what_is_too_deep_is_refused),
        cmocka_unit_test(names_and_references_must_hold),
        cmocka_unit_test(circles_of_requirements_are_refused),
        cmocka_unit_test(a_broken_expression_is_null_and_the_rest_answers),
        cmocka_unit_test(inputs_meet_their_types),
        cmocka_unit_test(expressions_know_the_types_of_the_model),
        cmocka_unit_test(boxed_expressions),
        cmocka_unit_test(functions_keep_what_they_saw),
        cmocka_unit_test(knowledge_models_are_called),
        cmocka_unit_test(services_see_only_what_they_are_given),
        cmocka_unit_test(imports_are_there_once_for_each_way),
        cmocka_unit_test(a_run_that_never_ends_is_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
