/* message_test.c - texts with expressions in them, and the tree with its values. */
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

static enum rc compile(const char *text, struct feel_message **m)
{
    struct feel_source src = {.text = str_c(text), .mode = FEEL_PACK, .at = {.file = 1, .line = 7, .col = 10, .off = 100}};
    diags_init(&k.d, &k.a, 20);
    return feel_message_compile(&k.a, world_scope(&k.w, &k.w.cadre), &src, m, &k.d);
}

static struct str message(const char *text, enum lang lang)
{
    struct feel_message *m;
    assert_int_equal(compile(text, &m), RC_OK);
    buf_clear(&k.b);
    assert_int_equal(feel_message_show(m, &k.run, lang, &k.b, &k.err), RC_OK);
    return buf_view(&k.b);
}

static void messages_hold_values(void **state)
{
    (void)state;
    EXPECT_TEXT(message("{姓名}任现职已满{任现职年限}年（自{任现职时间}起），应当交流", LANG_ZH), "甲任现职已满10年（自2016年1月1日起），应当交流");
    EXPECT_TEXT(message("{本记录}：{级别}，{出生年月|yyyy.MM}", LANG_ZH), "甲：乡科级副职，1975.03");
    EXPECT_TEXT(message("{任职.职位}", LANG_ZH), "副局长、局长");
    EXPECT_TEXT(message("{{{姓名}}}", LANG_ZH), "{甲}");
    EXPECT_TEXT(message("没有花括号", LANG_ZH), "没有花括号");
    EXPECT_TEXT(message("", LANG_ZH), "");
    EXPECT_TEXT(message("{if 任现职 then \"}|{\" else \"无\"}", LANG_ZH), "}|{");
    EXPECT_TEXT(message("{ {a: 1}.a }", LANG_ZH), "1");
    EXPECT_TEXT(message("{任现职年限 / 3|0.00}", LANG_ZH), "3.33");
}

static void a_blank_says_what_is_missing(void **state)
{
    (void)state;
    k.self = world_record(&k.w.cadre, 3);
    EXPECT_TEXT(message("{姓名}自{任现职时间}", LANG_ZH), "丁自〔缺：任现职时间〕");
    EXPECT_TEXT(message("{姓名}任职{任现职年限}年", LANG_ZH), "丁任职〔缺：任现职时间〕年");
    EXPECT_TEXT(message("{级别}", LANG_EN), "[missing: 级别]");
    EXPECT_TEXT(message("{任职[1].任职时间}", LANG_ZH), "〔缺：任职[1].任职时间〕");
}

static void mistakes_in_messages_tell_their_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *code;
        uint32_t col;
    } cases[] = {
        {"共{任现职年陷}年", "feel.unknown_name", 12}, {"共{任现职年限年", "feel.message_brace", 11}, {"共}年", "feel.message_brace", 11},
        {"{级别 = \"科员\"}", "feel.no_such_code", 16}, {"{姓名|0.00}", "feel.bad_format", 14}, {"{任现职年限|yyyy}", "feel.bad_format", 17}, {"{}", "feel.empty", 11},
        {"{任现职时间|}", "feel.bad_format", 17}, {"{1 +}", "feel.syntax", 14}, {"{{a: 1}.a}", "feel.message_brace", 16},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct feel_message *m;
        assert_int_not_equal(compile(cases[i].text, &m), RC_OK);
        const struct err *e = kit_mistake(&k, 0);
        if (strcmp(err_code(e), cases[i].code) != 0 || e->place.col != cases[i].col) print_error("%s: %s at %u\n", cases[i].text, err_code(e), e->place.col);
        assert_string_equal(err_code(e), cases[i].code);
        assert_int_equal(e->place.line, 7);
        assert_int_equal(e->place.col, cases[i].col);
        assert_int_equal(e->place.file, 1);
    }
    struct feel_message *m;
    assert_int_equal(compile("{甲}{乙}", &m), RC_INPUT);
    assert_int_equal(k.d.errors, 2);
}

static struct str explained(const char *text)
{
    const struct feel_program *p = kit_good(&k, text);
    buf_clear(&k.b);
    assert_int_equal(feel_explain(p, &k.run, LANG_ZH, &k.b, &k.err), RC_OK);
    return buf_view(&k.b);
}

static void explain_shows_each_value(void **state)
{
    (void)state;
    EXPECT_TEXT(explained("级别.层级 = \"乡科级\" and 任现职年限 >= 交流年限"),
                "→ 级别.层级 = \"乡科级\" and 任现职年限 >= 交流年限：真\n"
                "→   级别.层级 = \"乡科级\"：真\n"
                "      级别.层级：乡科级\n"
                "        级别：乡科级副职\n"
                "→   任现职年限 >= 交流年限：真\n"
                "      任现职年限：10\n"
                "      交流年限：10\n");
}

static void explain_marks_what_failed(void **state)
{
    (void)state;
    k.self = world_record(&k.w.cadre, 2);
    EXPECT_TEXT(explained("级别.层级 = \"乡科级\" and 任现职年限 >= 交流年限"),
                "→ 级别.层级 = \"乡科级\" and 任现职年限 >= 交流年限：假\n"
                "    级别.层级 = \"乡科级\"：真\n"
                "      级别.层级：乡科级\n"
                "        级别：乡科级副职\n"
                "→   任现职年限 >= 交流年限：假\n"
                "      任现职年限：9\n"
                "      交流年限：10\n");
}

static void explain_shows_why_null(void **state)
{
    (void)state;
    k.self = world_record(&k.w.cadre, 3);
    EXPECT_TEXT(explained("任现职 or 级别 = \"131\""),
                "→ 任现职 or 级别 = \"131\"：空（丁的“级别”未填）\n"
                "    任现职：假\n"
                "→   级别 = \"131\"：空（丁的“级别”未填）\n"
                "      级别：空（丁的“级别”未填）\n");
}

static void explain_shows_the_item_that_decided(void **state)
{
    (void)state;
    EXPECT_TEXT(explained("every t in 任职 satisfies t.免职时间 = null"),
                "→ every t in 任职 satisfies t.免职时间 = null：假\n"
                "    任职：甲副局长、甲局长\n"
                "    t：甲局长\n"
                "→     t.免职时间 = null：假\n"
                "        t.免职时间：2015年12月31日\n");
}

static void explain_needs_no_more_than_a_run(void **state)
{
    (void)state;
    const struct feel_program *p = kit_good(&k, "count(for i in 1..10000 return i) > 0");
    k.run.steps_left = 100;
    assert_int_equal(feel_explain(p, &k.run, LANG_ZH, &k.b, &k.err), RC_LIMIT);
    assert_string_equal(err_code(&k.err), "feel.steps");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, open_kit, close_kit)
    const struct CMUnitTest tests[] = {
        T(messages_hold_values), T(a_blank_says_what_is_missing), T(mistakes_in_messages_tell_their_place), T(explain_shows_each_value), T(explain_marks_what_failed),
        T(explain_shows_why_null), T(explain_shows_the_item_that_decided), T(explain_needs_no_more_than_a_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
