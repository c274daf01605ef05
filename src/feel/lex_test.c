/* lex_test.c - tokens: runs are never split, full-width signs are mended and reported, strings are decoded. */
#include "feel/test.h"

#include "feel/inner.h"

struct lexed {
    struct arena a;
    struct diags d;
    struct tok *toks;
    uint32_t count;
    bool ok;
};

static void lexed_open(struct lexed *l, const char *text, enum feel_mode mode)
{
    arena_init(&l->a, 1 << 22);
    diags_init(&l->d, &l->a, 50);
    struct text_source s = {.text = str_c(text), .mode = mode, .d = &l->d, .a = &l->a, .tmp = &l->a};
    l->ok = feel_lex(&s, &l->toks, &l->count);
}

static void one_run_is_one_token(void **state)
{
    (void)state;
    struct lexed l;
    lexed_open(&l, "任现职年限>=10", FEEL_PACK);
    assert_true(l.ok);
    assert_int_equal(l.count, 4);
    EXPECT_TEXT(l.toks[0].text, "任现职年限");
    assert_int_equal(l.toks[1].kind, TOK_GE);
    EXPECT_TEXT(l.toks[2].text, "10");
    assert_int_equal(l.toks[3].kind, TOK_END);
    arena_fini(&l.a);
}

static void keywords_are_whole_runs(void **state)
{
    (void)state;
    struct lexed l;
    lexed_open(&l, "and android 级别and", FEEL_DMN);
    assert_int_equal(l.toks[0].keyword, KW_AND);
    assert_int_equal(l.toks[1].keyword, KW_NONE);
    assert_int_equal(l.toks[2].keyword, KW_NONE);
    arena_fini(&l.a);
}

static void every_full_width_sign_is_told(void **state)
{
    (void)state;
    struct lexed l;
    lexed_open(&l, "max（１，２）＞＝“甲”", FEEL_PACK);
    assert_false(l.ok);
    assert_int_equal(l.d.errors, 7);
    /* and read as what was meant */
    assert_int_equal(l.toks[1].kind, TOK_LPAREN);
    EXPECT_TEXT(l.toks[2].text, "1");
    assert_int_equal(l.toks[6].kind, TOK_GE);
    assert_int_equal(l.toks[7].kind, TOK_STRING);
    EXPECT_TEXT(l.toks[7].text, "甲");
    arena_fini(&l.a);
}

static void full_width_signs_are_letters_in_dmn(void **state)
{
    (void)state;
    struct lexed l;
    lexed_open(&l, "count（会议）", FEEL_DMN);
    assert_true(l.ok);
    assert_int_equal(l.count, 2);
    EXPECT_TEXT(l.toks[0].text, "count（会议）");
    arena_fini(&l.a);
}

static void strings_are_decoded(void **state)
{
    (void)state;
    struct lexed l;
    lexed_open(&l, "\"a\\n\\\"\\u4e61\\uD83D\\uDC0E\\U01F40E\\d\"", FEEL_DMN);
    assert_true(l.ok);
    EXPECT_TEXT(l.toks[0].text, "a\n\"乡🐎🐎\\d");
    arena_fini(&l.a);
}

static void half_a_pair_is_no_character(void **state)
{
    (void)state;
    struct lexed l;
    lexed_open(&l, "\"\\uD83D\"", FEEL_DMN);
    EXPECT_TEXT(l.toks[0].text, "\xEF\xBF\xBD");
    arena_fini(&l.a);
}

static void ranges_are_not_decimals(void **state)
{
    (void)state;
    struct lexed l;
    lexed_open(&l, "1..5 1.5 .5 1.e", FEEL_DMN);
    EXPECT_TEXT(l.toks[0].text, "1");
    assert_int_equal(l.toks[1].kind, TOK_DOTS);
    EXPECT_TEXT(l.toks[3].text, "1.5");
    EXPECT_TEXT(l.toks[4].text, ".5");
    assert_int_equal(l.toks[6].kind, TOK_DOT);
    arena_fini(&l.a);
}

static void bad_bytes_are_told_once(void **state)
{
    (void)state;
    struct lexed l;
    lexed_open(&l, "1 + \xff\xfe", FEEL_DMN);
    assert_false(l.ok);
    assert_int_equal(l.d.errors, 1);
    assert_string_equal(err_code(&l.d.first->err), "feel.bad_char");
    assert_int_equal(l.d.first->err.place.off, 4);
    arena_fini(&l.a);
}

static void an_open_string_is_told(void **state)
{
    (void)state;
    struct lexed l;
    lexed_open(&l, "\"abc", FEEL_DMN);
    assert_false(l.ok);
    assert_string_equal(err_code(&l.d.first->err), "feel.unclosed");
    arena_fini(&l.a);
}

static void places_count_characters_and_lines(void **state)
{
    (void)state;
    struct text_source s = {.text = STR("级别 =\n 甲"), .at = {.file = 1, .line = 10, .col = 5, .off = 100}};
    struct place p = place_in(&s, 6, 1);
    assert_int_equal(p.line, 10);
    assert_int_equal(p.col, 7);
    p = place_in_file(&s, place_in(&s, 10, 3));
    assert_int_equal(p.line, 11);
    assert_int_equal(p.col, 2);
    assert_int_equal(p.off, 110);
}

static void names_have_one_form(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1 << 20);
    EXPECT_TEXT(name_normal(&a, STR("  first   name ")), "first name");
    EXPECT_TEXT(name_normal(&a, STR("a - b")), "a-b");
    EXPECT_TEXT(name_normal(&a, STR("级别")), "级别");
    arena_fini(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_run_is_one_token),
        cmocka_unit_test(keywords_are_whole_runs),
        cmocka_unit_test(every_full_width_sign_is_told),
        cmocka_unit_test(full_width_signs_are_letters_in_dmn),
        cmocka_unit_test(strings_are_decoded),
        cmocka_unit_test(half_a_pair_is_no_character),
        cmocka_unit_test(ranges_are_not_decimals),
        cmocka_unit_test(bad_bytes_are_told_once),
        cmocka_unit_test(an_open_string_is_told),
        cmocka_unit_test(places_count_characters_and_lines),
        cmocka_unit_test(names_have_one_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
