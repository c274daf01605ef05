/* check_test.c - what the checker says: places, nearest names, several mistakes at once, types, nullness, the shape of trees. */
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

static void an_unknown_name_tells_its_place_and_neighbour(void **state)
{
    (void)state;
    assert_null(kit_compile(&k, "姓名 = \"甲\" and 任现职年陷 >= 交流年限"));
    const struct err *e = kit_mistake(&k, 0);
    assert_string_equal(err_code(e), "feel.unknown_name");
    assert_int_equal(e->place.line, 1);
    assert_int_equal(e->place.col, 14);
    assert_int_equal(e->place.len, strlen("任现职年陷"));
    assert_string_equal(e->zh, "台账“干部”没有“任现职年陷”，也没有名为“任现职年陷”的参数或函数");
    assert_string_equal(e->hint_zh, "最接近的是“任现职年限”");
}

static void several_mistakes_are_told_at_once(void **state)
{
    (void)state;
    assert_null(kit_compile(&k, "任现职年陷 > 3 and 级别 = \"乡科\" and 姓名 + 1 = 2 and count(任职[职数 = 1]) > 0"));
    assert_int_equal(k.d.errors, 4);
    assert_string_equal(err_code(kit_mistake(&k, 0)), "feel.unknown_name");
    assert_string_equal(err_code(kit_mistake(&k, 1)), "feel.no_such_code");
    assert_string_equal(err_code(kit_mistake(&k, 2)), "feel.type_mismatch");
    assert_string_equal(err_code(kit_mistake(&k, 3)), "feel.unknown_name");
}

static void syntax_and_meaning_are_told_together(void **state)
{
    (void)state;
    assert_null(kit_compile(&k, "[1, , 2][1] > 任现职年陷"));
    assert_int_equal(k.d.errors, 2);
    assert_string_equal(err_code(kit_mistake(&k, 0)), "feel.syntax");
    assert_string_equal(err_code(kit_mistake(&k, 1)), "feel.unknown_name");
}

static void a_missing_row_lists_the_rows(void **state)
{
    (void)state;
    assert_null(kit_compile(&k, "级别 = \"乡科级正\""));
    const struct err *e = kit_mistake(&k, 0);
    assert_string_equal(err_code(e), "feel.no_such_code");
    assert_int_equal(e->place.col, 6);
    assert_int_equal(e->place.len, strlen("\"乡科级正\""));
    assert_string_equal(e->hint_zh, "应为下列之一：县处级正职、县处级副职、乡科级正职、乡科级副职；最接近的是“乡科级正职”");
}

static void an_ambiguous_name_tells_the_ways_out(void **state)
{
    (void)state;
    assert_null(kit_compile(&k, "count(all.干部[级别 = \"131\"]) > 0"));
    const struct err *e = kit_mistake(&k, 0);
    assert_string_equal(err_code(e), "feel.ambiguous");
    assert_string_equal(e->hint_zh, "写明是哪一个：item.级别、this.级别");
}

static void hints_say_what_to_write(void **state)
{
    (void)state;
    static const struct {
        const char *text, *hint;
    } cases[] = {
        {"级别 < \"县处级正职\"", "比较位次：级别.位次 < …"},
        {"姓名 = \"甲\" or \"乙\"", "要列出几个值，写成 in (\"乙\", …)"},
        {"级别 层级 = \"乡科级\"", "两个名字之间应有一点：级别.层级"},
        {"级别层级 = \"乡科级\"", "两个名字之间应有一点：级别.层级"},
        {"级别in (\"131\")", "关键字前后要有空格：级别 in"},
        {"任现职时间 > 2010-03-01", "日期写成 @\"2010-03-01\""},
        {"max（1, 2)", "应为半角“(”"},
        {"任职.任职时间 = today()", "写成 some x in 任职.任职时间 satisfies x.…，或取其中一个：任职.任职时间[1]"},
        {"now() > now()", "用 today()"},
        {"影响期至 < null", "要看是否空缺，写 = null 或 != null"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_null(kit_compile(&k, cases[i].text));
        assert_string_equal(kit_mistake(&k, 0)->hint_zh, cases[i].hint);
    }
}

static void a_pair_that_looks_like_a_range_is_noted(void **state)
{
    (void)state;
    assert_non_null(kit_compile(&k, "身高 in (150, 180)"));
    assert_int_equal(k.d.notes, 1);
    assert_string_equal(kit_mistake(&k, 0)->hint_zh, "区间写 [150..180]");
    assert_non_null(kit_compile(&k, "身高 in [150..180] and 身高 in (150, 151, 180) and 身高 in (1, 2)"));
    assert_int_equal(k.d.notes, 0);
}

static void english_is_complete(void **state)
{
    (void)state;
    assert_null(kit_compile(&k, "姓名 + 1"));
    assert_string_equal(kit_mistake(&k, 0)->en, "\"+\" does not go with string and number");
    assert_null(kit_compile(&k, "count(1)"));
    assert_string_equal(kit_mistake(&k, 0)->en, "the parameter \"list\" of \"count\" must be list, not number");
}

static void places_are_those_of_the_file(void **state)
{
    (void)state;
    struct feel_program *p;
    struct feel_source src = {.text = STR("1 +\n  任现职年陷"), .mode = FEEL_PACK, .at = {.file = 3, .line = 40, .col = 12, .off = 1000}};
    diags_init(&k.d, &k.a, 5);
    assert_int_equal(feel_compile(&k.a, world_scope(&k.w, &k.w.cadre), &src, &p, &k.d), RC_INPUT);
    const struct err *e = kit_mistake(&k, 0);
    assert_int_equal(e->place.file, 3);
    assert_int_equal(e->place.line, 41);
    assert_int_equal(e->place.col, 3);
    assert_int_equal(e->place.off, 1006);
}

static void types_are_known(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *type;
    } cases[] = {
        {"任现职年限 + 1", "数"}, {"任职", "列表（记录“任职”）"}, {"任职.职位.名称", "列表（文字）"}, {"级别", "代码“职务层次”"}, {"级别.层级", "文字"},
        {"出生年月", "月份"}, {"任现职时间 + 试用期", "日期"}, {"任现职时间 - today()", "天数时长"}, {"duration(\"P1Y\")", "年月时长"},
        {"if 任现职 then 1 else null", "数"}, {"任职[1]", "记录“任职”"}, {"for x in 任职 return x.任职时间", "列表（日期）"}, {"任现职年限 > 3", "真假"},
        {"min(任职.任职时间)", "日期"}, {"满年(today())", "数"}, {"[1..5]", "区间（数）"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct feel_program *p = kit_good(&k, cases[i].text);
        buf_clear(&k.b);
        feel_type_print(p->type, LANG_ZH, &k.b);
        EXPECT_TEXT(buf_view(&k.b), cases[i].type);
    }
}

static void nullness_is_known(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool null;
    } cases[] = {
        {"姓名", false}, {"级别", true}, {"级别 = null", false}, {"级别 = \"131\"", true}, {"姓名 = \"甲\"", false}, {"任现职年限 > 3", true},
        {"影响期至 != null and 影响期至 < today()", false}, {"影响期至 = null or 影响期至 < today()", false}, {"影响期至 < today() or 影响期至 = null", true},
        {"if 影响期至 = null then today() else 影响期至", false}, {"if 影响期至 != null then 影响期至 else today()", false}, {"任职[1]", true}, {"任职", false},
        {"count(任职) > 0", false}, {"min(任职.任职时间)", true}, {"1 / 身高", true}, {"身高 != null and 1 / 身高 > 0", true}, {"count(任职) / 2", false},
        {"some t in 任职 satisfies t.免职时间 = null", false}, {"some t in 任职 satisfies t.免职时间 < today()", true},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct feel_program *p = kit_good(&k, cases[i].text);
        if (p->may_be_null != cases[i].null) print_error("%s\n", cases[i].text);
        assert_int_equal(p->may_be_null, cases[i].null);
    }
}

static void daily_is_known(void **state)
{
    (void)state;
    assert_true(kit_good(&k, "影响期至 < today()")->daily);
    assert_true(kit_good(&k, "身高 < 交流年限")->daily);
    assert_false(kit_good(&k, "身高 < 交流年限(任职[1].任职时间)")->daily);
    assert_false(kit_good(&k, "身高 > 170")->daily);
}

static bool count_ops(void *ctx, const struct feel_node *n)
{
    uint32_t *counts = ctx;
    counts[n->op]++;
    return true;
}

static void trees_keep_their_shape(void **state)
{
    (void)state;
    uint32_t n[FEEL_OP_COUNT] = {0};
    const struct feel_program *p = kit_good(&k, "任现职年限 >= 交流年限 and 级别 in (\"131\", \"132\") and count(任职[免职时间 = null]) > 1 + 1");
    feel_each_node(p->root, count_ops, n);
    assert_int_equal(n[FEEL_AND], 1);
    assert_int_equal(p->root->kids_count, 3);
    assert_int_equal(n[FEEL_PARAMETER], 1);
    assert_int_equal(n[FEEL_FILTER], 1);
    assert_int_equal(n[FEEL_MEMBER], 4); /* 任现职年限 级别 任职 免职时间 */
    assert_int_equal(n[FEEL_NAME], 0);
    assert_int_equal(n[FEEL_ADD], 1); /* worked out, but still there to be read */
    const struct feel_node *sum = p->root->kids[2]->kids[1];
    assert_true(sum->constant);
    assert_int_equal(dec_cmp(sum->value.num, dec_i64(2)), 0);
    const struct feel_node *member = p->root->kids[0]->kids[0];
    assert_ptr_equal(member->reg, &k.w.cadre);
    assert_ptr_equal(member->member, &k.w.cadre.members[8]);
    assert_ptr_equal(p->root->kids[0]->kids[1]->ref, &k.w.names.names[0]);
}

static void wanted_types_hold(void **state)
{
    (void)state;
    struct feel_program *p;
    const struct feel_scope *s = world_scope(&k.w, &k.w.cadre);
    struct feel_source src = {.text = STR("姓名"), .mode = FEEL_PACK, .wanted = &feel_bool};
    diags_init(&k.d, &k.a, 5);
    assert_int_equal(feel_compile(&k.a, s, &src, &p, &k.d), RC_INPUT);
    assert_string_equal(err_code(kit_mistake(&k, 0)), "feel.wanted");
    src = (struct feel_source){.text = STR("if 任现职 then \"131\" else \"县处级副职\""), .mode = FEEL_PACK, .wanted = &k.w.level_t};
    assert_int_equal(feel_compile(&k.a, s, &src, &p, &k.d), RC_OK);
    struct fv v;
    assert_int_equal(feel_run(p, &k.run, &v, &k.err), RC_OK);
    assert_int_equal(v.kind, FV_CODE);
    assert_int_equal(v.code, 0);
    src.text = STR("\"131\"");
    assert_int_equal(feel_compile(&k.a, s, &src, &p, &k.d), RC_OK);
    src.text = STR("if 任现职 then \"131\" else \"科员\"");
    assert_int_equal(feel_compile(&k.a, s, &src, &p, &k.d), RC_INPUT);
    src.text = STR("null");
    assert_int_equal(feel_compile(&k.a, s, &src, &p, &k.d), RC_OK);
}

static void unary_tests_test_the_input(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t in;
        int want; /* -1: null */
    } cases[] = {
        {"< 5", 4, 1}, {"< 5", 5, 0}, {"[7..9]", 8, 1}, {"1, 2, > 10", 11, 1}, {"1, 2, > 10", 3, 0}, {"not(1, 2)", 1, 0}, {"not(1, 2)", 3, 1}, {"-", 3, 1},
        {"? > 2 and ? < 4", 3, 1}, {"? > 2 and ? < 4", 4, 0}, {"= 3", 3, 1}, {"!= 3", 3, 0}, {"count([1,2,3])", 3, 1}, {"null", 3, 0}, {"(3..5]", 3, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct feel_program *p;
        struct feel_source src = {.text = str_c(cases[i].text), .mode = FEEL_PACK};
        struct fv vars[2] = {k.self, fv_i64(cases[i].in)}, v;
        diags_init(&k.d, &k.a, 5);
        if (feel_compile_tests(&k.a, world_scope(&k.w, &k.w.cadre), &src, &feel_number, &p, &k.d) != RC_OK) {
            print_error("%s: %s\n", cases[i].text, kit_mistake(&k, 0)->zh);
            fail();
        }
        k.run.vars = vars;
        k.run.vars_count = 2;
        assert_int_equal(feel_run(p, &k.run, &v, &k.err), RC_OK);
        int got = v.kind == FV_NULL ? -1 : v.b;
        if (got != cases[i].want) print_error("%s\n", cases[i].text);
        assert_int_equal(got, cases[i].want);
    }
    struct feel_program *p;
    struct feel_source src = {.text = STR("< \"a\""), .mode = FEEL_PACK};
    assert_int_equal(feel_compile_tests(&k.a, NULL, &src, &feel_number, &p, &k.d), RC_INPUT);
    src.text = STR("\"a\", 5");
    assert_int_equal(feel_compile_tests(&k.a, NULL, &src, &feel_number, &p, &k.d), RC_INPUT);
    src.text = STR("1,");
    assert_int_equal(feel_compile_tests(&k.a, NULL, &src, &feel_number, &p, &k.d), RC_INPUT);
    src.text = STR("\"县处级正职\", \"乡科级\"");
    assert_int_equal(feel_compile_tests(&k.a, NULL, &src, &k.w.level_t, &p, &k.d), RC_INPUT);
}

static void titles_are_checked(void **state)
{
    (void)state;
    assert_null(feel_title_check(STR("任现职年限")));
    assert_null(feel_title_check(STR("first name")));
    assert_null(feel_title_check(STR("买买提·吐尔逊")));
    assert_ptr_equal(feel_title_check(STR("")), &E_feel_title_empty);
    assert_ptr_equal(feel_title_check(STR("and")), &E_feel_title_keyword);
    assert_ptr_equal(feel_title_check(STR("profit and loss")), &E_feel_title_keyword);
    assert_ptr_equal(feel_title_check(STR("count")), &E_feel_title_keyword);
    assert_ptr_equal(feel_title_check(STR("date and time")), &E_feel_title_keyword);
    assert_ptr_equal(feel_title_check(STR("职务（层次）")), &E_feel_title_char);
    assert_ptr_equal(feel_title_check(STR("a-b")), &E_feel_title_char);
    assert_ptr_equal(feel_title_check(STR("two  blanks")), &E_feel_title_char);
    assert_ptr_equal(feel_title_check(STR("blank ")), &E_feel_title_char);
    assert_ptr_equal(feel_title_check(STR("1级")), &E_feel_title_start);
    assert_ptr_equal(feel_title_check(STR("?x")), &E_feel_title_start);
    assert_ptr_equal(feel_title_check(STR("e\xCC\x81" "a")), &E_feel_title_nfc);
    assert_ptr_equal(feel_title_check(STR("a\xE2\x80\x8D" "b")), &E_feel_title_char);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, open_kit, close_kit)
    const struct CMUnitTest tests[] = {
        T(an_unknown_name_tells_its_place_and_neighbour), T(several_mistakes_are_told_at_once), T(syntax_and_meaning_are_told_together), T(a_missing_row_lists_the_rows),
        T(an_ambiguous_name_tells_the_ways_out), T(hints_say_what_to_write), T(a_pair_that_looks_like_a_range_is_noted), T(english_is_complete), T(places_are_those_of_the_file), T(types_are_known),
        T(nullness_is_known), T(daily_is_known), T(trees_keep_their_shape), T(wanted_types_hold), T(unary_tests_test_the_input), T(titles_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
