/* err_test.c - mistakes: filling, printing with carets, JSON, the nearest name. */
#include "base/test.h"

static const struct err_kind K_name = {RC_INPUT, "feel.unknown_name", "没有“{1}”", "there is no \"{1}\"",
                                       "最接近的是“{2}”", "the nearest is \"{2}\""};
static const struct err_kind K_colon = {RC_INPUT, "yaml.fullwidth_colon", "键 {1} 后面是全角冒号",
                                        "a full-width colon behind {1}", "应为半角冒号", "write a plain colon"};

static void fills_both_languages(void **state)
{
    (void)state;
    struct err e;
    err_clear(&e);
    assert_string_equal(err_code(&e), "");
    assert_int_equal(err_rc(&e), RC_OK);
    assert_int_equal(err_set(&e, &K_name, NO_PLACE, STR("年陷"), STR("年限")), RC_INPUT);
    assert_string_equal(e.zh, "没有“年陷”");
    assert_string_equal(e.en, "there is no \"年陷\"");
    assert_string_equal(e.hint_zh, "最接近的是“年限”");
    EXPECT_CODE(e, "feel.unknown_name");
    assert_int_equal(err_set(&e, &K_name, NO_PLACE, STR("年陷"), STR_NONE), RC_INPUT);
    assert_string_equal(e.hint_zh, ""); /* the first hole is empty: no hint */
    assert_int_equal(err_set(&e, &K_name, NO_PLACE, STR("年陷")), RC_INPUT);
    assert_string_equal(e.hint_en, ""); /* an argument that was not given is empty too */
    assert_int_equal(err_set0(NULL, &K_colon, NO_PLACE), RC_INPUT);
}

static void foreign_text_is_made_harmless(void **state)
{
    (void)state;
    struct err e;
    (void)err_set(&e, &K_name, NO_PLACE, STR("a\x1b[31m\nb\xff{2}"), STR("x"));
    assert_string_equal(e.zh, "没有“a [31m b\xef\xbf\xbd{2}”"); /* no escape, no line end, UTF-8, no second filling */
    /* a mark that turns the direction of what follows would let a name rewrite the sentence around it */
    (void)err_set(&e, &K_name, NO_PLACE, STR("张\xe2\x80\xae示例\xe2\x81\xa9"), STR("x"));
    assert_string_equal(e.zh, "没有“张 示例 ”");
}

static void long_text_is_cut_at_a_character(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1 << 20);
    char *p = arena_alloc(&a, 3001);
    for (size_t i = 0; i < 3000; i += 3) memcpy(p + i, "长", 3);
    struct err e;
    (void)err_set(&e, &K_name, NO_PLACE, str_of(p, 3000), str_of(p, 3000));
    assert_true(strlen(e.zh) > ERR_TEXT_MAX - 8 && strlen(e.zh) < ERR_TEXT_MAX);
    assert_true(utf8_ok(str_c(e.zh), NULL));
    assert_true(utf8_ok(str_c(e.hint_zh), NULL));
    assert_true(strlen(e.hint_zh) < ERR_HINT_MAX);
    arena_fini(&a);
}

static void place_is_counted(void **state)
{
    (void)state;
    struct place p = place_at(STR("甲乙\n丙丁x\n"), 3, 13, 1);
    assert_int_equal(p.line, 2);
    assert_int_equal(p.col, 3);
    assert_int_equal(p.file, 3);
    p = place_at(STR("ab"), 0, 99, 0);
    assert_int_equal(p.line, 1);
    assert_int_equal(p.col, 3);
}

static const char source[] = "record: cadre\ntitle：超职数配备\n  when: 任现职年陷 >= 交流年限\r\n\tx: \ty\n";

static void prints_as_people_read_it(void **state)
{
    (void)state;
    struct arena a;
    struct buf b;
    arena_init(&a, 1 << 20);
    buf_init(&b, 1 << 16);
    struct diags d;
    diags_init(&d, &a, 10);
    uint32_t file = diags_file(&d, STR("01-干部.md"), str_c(source));
    assert_int_equal(file, 1);
    size_t name = str_find(str_c(source), STR("任现职年陷"));
    diags_put(&d, SEV_ERROR, &K_name, place_at(str_c(source), file, name, 15), STR("任现职年陷"), STR("任现职年限"));
    diags_put(&d, SEV_WARN, &K_colon, place_at(str_c(source), file, 19, 0), STR("title"));
    diags_put(&d, SEV_NOTE, &K_colon, NO_PLACE, STR("x"));
    diags_sort(&d);
    diags_print(&d, LANG_ZH, &b);
    EXPECT_TEXT(buf_view(&b), "提示 yaml.fullwidth_colon：键 x 后面是全角冒号\n"
                              "  应为半角冒号\n"
                              "01-干部.md:2:6: 警告 yaml.fullwidth_colon：键 title 后面是全角冒号\n"
                              "    2 | title：超职数配备\n"
                              "      |      ^^\n"
                              "  应为半角冒号\n"
                              "01-干部.md:3:9: 错误 feel.unknown_name：没有“任现职年陷”\n"
                              "    3 |   when: 任现职年陷 >= 交流年限\n"
                              "      |         ^^^^^^^^^^\n"
                              "  最接近的是“任现职年限”\n");
    buf_clear(&b);
    diags_print(&d, LANG_EN, &b);
    assert_true(str_starts(buf_view(&b), STR("note yaml.fullwidth_colon: a full-width colon behind x\n")));
    assert_true(str_find(buf_view(&b), STR("01-干部.md:3:9: error feel.unknown_name: there is no")) != SIZE_MAX);
    assert_int_equal(d.errors, 1);
    assert_int_equal(d.warnings, 1);
    assert_int_equal(d.notes, 1);
    buf_fini(&b);
    arena_fini(&a);
}

static void carets_at_the_edges(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1 << 16);
    struct err e;
    /* Behind a tab: both lines jump alike. */
    (void)err_set(&e, &K_colon, place_at(str_c(source), 0, sizeof source - 3, 1), STR("x"));
    err_print(&e, LANG_EN, STR("f"), str_c(source), &b);
    EXPECT_TEXT(buf_view(&b), "f:4:6: error yaml.fullwidth_colon: a full-width colon behind x\n"
                              "    4 | \tx: \ty\n"
                              "      | \t   \t^\n"
                              "  write a plain colon\n");
    /* Behind the end of the text, longer than the line, beyond the lines, without a text. */
    buf_clear(&b);
    (void)err_set(&e, &K_colon, place_at(STR("ab"), 0, 2, 50), STR("x"));
    err_print(&e, LANG_EN, STR_NONE, STR("ab"), &b);
    assert_true(str_find(buf_view(&b), STR("    1 | ab\n      |   ^\n")) != SIZE_MAX);
    buf_clear(&b);
    (void)err_set(&e, &K_colon, ((struct place){0, 9, 1, 0, 1}), STR("x"));
    err_print(&e, LANG_EN, STR("f"), STR("ab"), &b);
    EXPECT_TEXT(buf_view(&b), "f:9:1: error yaml.fullwidth_colon: a full-width colon behind x\n  write a plain colon\n");
    buf_fini(&b);
}

static void a_very_long_line_shows_the_part_that_matters(void **state)
{
    (void)state;
    struct arena a;
    struct buf b, line;
    arena_init(&a, 1 << 20);
    buf_init(&b, 1 << 16);
    buf_init(&line, 1 << 16);
    buf_fill(&line, 'x', 4000);
    buf_lit(&line, "错");
    buf_fill(&line, 'y', 4000);
    struct err e;
    (void)err_set(&e, &K_colon, place_at(buf_view(&line), 0, 4000, 3), STR("x"));
    err_print(&e, LANG_EN, STR("f"), buf_view(&line), &b);
    assert_true(str_find(buf_view(&b), STR(" |…xxx")) != SIZE_MAX);
    assert_true(str_find(buf_view(&b), STR("x错y")) != SIZE_MAX);
    assert_true(str_find(buf_view(&b), STR(" ^^\n")) != SIZE_MAX);
    assert_true(b.len < 600);
    buf_fini(&line);
    buf_fini(&b);
    arena_fini(&a);
}

static void counts_beyond_the_maximum(void **state)
{
    (void)state;
    struct arena a;
    struct buf b;
    arena_init(&a, 1 << 20);
    buf_init(&b, 1 << 16);
    struct diags d;
    diags_init(&d, &a, 3);
    for (int i = 0; i < 5; i++) diags_put(&d, SEV_ERROR, &K_colon, NO_PLACE, STR("x"));
    assert_int_equal(d.errors, 5);
    diags_sort(&d);
    diags_print(&d, LANG_ZH, &b);
    assert_true(str_ends(buf_view(&b), STR("……还有 2 个没有列出\n")));
    buf_fini(&b);
    arena_fini(&a);
}

static void sorting_is_stable(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1 << 22);
    struct diags d;
    diags_init(&d, &a, 1000);
    uint64_t seed = 7;
    for (uint32_t i = 0; i < 200; i++)
        diags_put(&d, SEV_ERROR, &K_colon,
                  ((struct place){1 + (uint32_t)(next_random(&seed) % 2), 1 + (uint32_t)(next_random(&seed) % 5), 1, i, 0}),
                  STR("x"));
    diags_sort(&d);
    size_t n = 1;
    for (const struct diag *g = d.first; g->next != NULL; g = g->next, n++) {
        const struct place *x = &g->err.place, *y = &g->next->err.place;
        assert_true(x->file <= y->file);
        if (x->file == y->file) assert_true(x->line <= y->line);
        if (x->file == y->file && x->line == y->line) assert_true(x->off < y->off);
    }
    assert_int_equal(n, 200);
    struct err e;
    (void)err_set(&e, &K_colon, NO_PLACE, STR("later"));
    diags_add(&d, SEV_ERROR, &e); /* adding goes on behind the sorted list */
    assert_int_equal(d.errors, 201);
    arena_fini(&a);
}

static void json_lines_can_be_read_back(void **state)
{
    (void)state;
    struct arena a;
    struct buf b;
    arena_init(&a, 1 << 20);
    buf_init(&b, 1 << 16);
    struct diags d;
    diags_init(&d, &a, 10);
    uint32_t file = diags_file(&d, STR("a\"b.md"), STR("x\ny：z\n"));
    diags_put(&d, SEV_WARN, &K_colon, place_at(STR("x\ny：z\n"), file, 3, 3), STR("y"));
    diags_print_json(&d, &b);
    struct str line = str_sub(buf_view(&b), 0, b.len - 1);
    assert_true(str_find_char(line, '\n') == SIZE_MAX);
    struct json *j;
    struct err e;
    assert_int_equal(json_parse(&a, line, &j, &e), RC_OK);
    EXPECT_TEXT(json_get(j, STR("file"))->text, "a\"b.md");
    EXPECT_TEXT(json_get(j, STR("line"))->text, "2");
    EXPECT_TEXT(json_get(j, STR("col"))->text, "2");
    EXPECT_TEXT(json_get(j, STR("off"))->text, "3");
    EXPECT_TEXT(json_get(j, STR("len"))->text, "3");
    EXPECT_TEXT(json_get(j, STR("severity"))->text, "warning");
    EXPECT_TEXT(json_get(j, STR("code"))->text, "yaml.fullwidth_colon");
    EXPECT_TEXT(json_get(j, STR("zh"))->text, "键 y 后面是全角冒号");
    EXPECT_TEXT(json_get(j, STR("hint_en"))->text, "write a plain colon");
    buf_fini(&b);
    arena_fini(&a);
}

static void nearest_is_near(void **state)
{
    (void)state;
    const struct str names[] = {STR("任现职年限"), STR("级别"), STR("出生年月"), STR("name"), STR("birthday")};
    EXPECT_TEXT(nearest_name(STR("任现职年陷"), 5, names), "任现职年限");
    EXPECT_TEXT(nearest_name(STR("级刖"), 5, names), "级别");
    EXPECT_TEXT(nearest_name(STR("naem"), 5, names), "name");
    EXPECT_TEXT(nearest_name(STR("birtdhays"), 5, names), "birthday");
    EXPECT_TEXT(nearest_name(STR("年限"), 5, names), "任现职年限");
    EXPECT_TEXT(nearest_name(STR("现在的职务级别"), 5, names), "级别");
    EXPECT_TEXT(nearest_name(STR("date of birthday"), 5, names), "birthday");
    assert_null(nearest_name(STR("薪酬"), 5, names).ptr);
    assert_null(nearest_name(STR("月"), 5, names).ptr); /* a letter is in many */
    assert_null(nearest_name(STR("na"), 5, names).ptr);
    assert_null(nearest_name(STR("甲"), 5, names).ptr); /* another word, not a slip */
    assert_null(nearest_name(STR("zzzz"), 5, names).ptr);
    assert_null(nearest_name(STR(""), 5, names).ptr);
    assert_null(nearest_name(STR("name"), 0, NULL).ptr);
}

static void language_by_environment(void **state)
{
    (void)state;
    assert_int_equal(setenv("LC_ALL", "", 1), 0);
    assert_int_equal(setenv("LC_MESSAGES", "", 1), 0);
    assert_int_equal(setenv("LANG", "en_GB.UTF-8", 1), 0);
    assert_int_equal(lang_from_env(), LANG_EN);
    assert_int_equal(setenv("LANG", "C.UTF-8", 1), 0);
    assert_int_equal(lang_from_env(), LANG_EN);
    assert_int_equal(setenv("LC_ALL", "zh_CN.UTF-8", 1), 0);
    assert_int_equal(lang_from_env(), LANG_ZH);
    assert_int_equal(unsetenv("LC_ALL") | unsetenv("LC_MESSAGES") | unsetenv("LANG"), 0);
    assert_int_equal(lang_from_env(), LANG_ZH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_both_languages),
        cmocka_unit_test(foreign_text_is_made_harmless),
        cmocka_unit_test(long_text_is_cut_at_a_character),
        cmocka_unit_test(place_is_counted),
        cmocka_unit_test(prints_as_people_read_it),
        cmocka_unit_test(carets_at_the_edges),
        cmocka_unit_test(a_very_long_line_shows_the_part_that_matters),
        cmocka_unit_test(counts_beyond_the_maximum),
        cmocka_unit_test(sorting_is_stable),
        cmocka_unit_test(json_lines_can_be_read_back),
        cmocka_unit_test(nearest_is_near),
        cmocka_unit_test(language_by_environment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
