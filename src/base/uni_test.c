/* uni_test.c - UTF-8, widths, folding, GB18030, pinyin, order. */
#include "base/test.h"

#include <pthread.h>

static struct arena arena;

static int begin(void **state)
{
    (void)state;
    arena_init(&arena, 64 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static void every_code_point_round_trips(void **state)
{
    (void)state;
    for (uint32_t cp = 0; cp <= 0x10ffff; cp++) {
        char t[4];
        size_t n = utf8_put(t, cp), at = 0;
        bool surrogate = cp >= 0xd800 && cp <= 0xdfff;
        assert_true(utf8_ok(str_of(t, n), NULL));
        assert_true(utf8_next(str_of(t, n), &at) == (surrogate ? 0xfffd : cp));
        assert_true(at == n);
        for (size_t cut = 1; cut < n; cut++) assert_false(utf8_ok(str_of(t, cut), NULL));
    }
    char t[4];
    assert_int_equal(utf8_put(t, 0x110000), 3); /* U+FFFD */
}

static void broken_utf8_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t bad;
    } cases[] = {{"abc\x80", 3},          {"\xc0\xaf", 0},     {"\xc1\xbf", 0},         {"\xe0\x80\x80", 0},     {"甲\xed\xa0\x80", 3},
                 {"\xf0\x80\x80\x80", 0}, {"\xf4\x90\x80\x80", 0}, {"\xf5\x80\x80\x80", 0}, {"12345678\xff", 8},     {"1234567\xe5\xbc", 7},
                 {"\xe5x\x80", 0},        {"\xfe", 0}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        size_t bad = 99;
        assert_false(utf8_ok(str_c(cases[i].text), &bad));
        assert_int_equal(bad, cases[i].bad);
        size_t at = bad;
        assert_int_equal(utf8_next(str_c(cases[i].text), &at), 0xfffd);
        assert_int_equal(at, bad + 1); /* one byte, so that what follows is not swallowed */
    }
    struct err e;
    assert_int_equal(utf8_check(STR("ab\ncd\xff"), &e), RC_INPUT);
    EXPECT_CODE(e, "text.utf8");
    assert_int_equal(e.place.line, 2);
    assert_int_equal(e.place.col, 3);
    assert_int_equal(e.place.off, 5);
    assert_string_equal(e.hint_en, "");
    assert_int_equal(utf8_check(STR("\xd5\xc5\xc8\xfd"), &e), RC_INPUT); /* 张三 in GBK */
    assert_string_equal(e.hint_en, "it looks like GB18030: save it as UTF-8");
    assert_int_equal(utf8_check(STR("张三"), &e), RC_OK);
}

static void counts_and_offsets(void **state)
{
    (void)state;
    assert_int_equal(utf8_count(STR("a甲𠮷")), 3);
    assert_int_equal(utf8_count(STR_NONE), 0);
    assert_int_equal(utf8_offset(STR("a甲𠮷"), 2), 4);
    assert_int_equal(utf8_offset(STR("a甲𠮷"), 3), 8);
    assert_int_equal(utf8_offset(STR("a甲𠮷"), 9), 8);
}

static void columns(void **state)
{
    (void)state;
    assert_int_equal(str_width(STR("abc")), 3);
    assert_int_equal(str_width(STR("甲乙")), 4);
    assert_int_equal(str_width(STR("：（Ａ")), 6);
    assert_int_equal(str_width(STR("e\xcc\x81")), 1); /* a mark over its letter */
    assert_int_equal(str_width(STR("𠮷")), 2);
    assert_int_equal(str_width(STR("\t\x01")), 0);
    assert_int_equal(str_width(STR("·é“”")), 4);
    struct buf b;
    buf_init(&b, 100);
    buf_pad(&b, STR("甲"), 4, false);
    buf_char(&b, '|');
    buf_pad(&b, STR("乙"), 4, true);
    buf_char(&b, '|');
    buf_pad(&b, STR("too long"), 3, true);
    EXPECT_TEXT(buf_view(&b), "甲  |  乙|too long");
    buf_fini(&b);
    assert_true(cp_is_han(0x5f20) && cp_is_han(0x20bb7) && cp_is_han(0x3007) && cp_is_han(0xf900) && cp_is_han(0x3400));
    assert_false(cp_is_han('a') || cp_is_han(0x3042) || cp_is_han(0xff21) || cp_is_han(0xac00) || cp_is_han(0x3001));
}

static void normal_forms(void **state)
{
    (void)state;
    EXPECT_TEXT(uni_nfc(&arena, STR("e\xcc\x81")), "é");
    EXPECT_TEXT(uni_nfc(&arena, STR("张三 abc")), "张三 abc");
    EXPECT_TEXT(uni_nfc(&arena, STR("か\xe3\x82\x99")), "が");
    EXPECT_TEXT(uni_nfc(&arena, STR("Ａ１")), "Ａ１");
    EXPECT_TEXT(uni_nfc(&arena, STR("\xef\xa4\x80")), "豈"); /* U+F900 */
    EXPECT_TEXT(uni_nfc(&arena, STR("a\xff")), "a\xef\xbf\xbd");
    EXPECT_TEXT(uni_nfc(&arena, STR("")), "");
    EXPECT_TEXT(uni_nfc(&arena, STR("中\xcc\x81")), "中\xcc\x81"); /* a mark at the very end */
    EXPECT_TEXT(uni_nfkc(&arena, STR("Ａ１（㈠")), "A1((一)");
    EXPECT_TEXT(uni_nfkc(&arena, STR("ﷺ")), "صلى الله عليه وسلم"); /* one becomes eighteen */
    EXPECT_TEXT(uni_upper(&arena, STR("abcß中")), "ABCSS中");
    EXPECT_TEXT(uni_lower(&arena, STR("ABCİ")), "abci\xcc\x87");
    EXPECT_TEXT(uni_lower(&arena, STR("I")), "i"); /* the root's, not Turkey's */
    EXPECT_TEXT(uni_upper(&arena, STR("x1")), "X1");
}

static void keys_fold(void **state)
{
    (void)state;
    EXPECT_TEXT(uni_fold_key(&arena, STR("　１１０１０１１９８５０３０１００１Ｘ ")), "11010119850301001X");
    EXPECT_TEXT(uni_fold_key(&arena, STR("阿依古丽•买买提")), "阿依古丽·买买提");
    EXPECT_TEXT(uni_fold_key(&arena, STR("阿依古丽・买买提")), "阿依古丽·买买提");
    EXPECT_TEXT(uni_fold_key(&arena, STR("张 三")), "张 三"); /* inside, a blank counts */
    EXPECT_TEXT(uni_fold_key(&arena, STR("（甲）")), "（甲）");
    EXPECT_TEXT(uni_fold_key(&arena, STR("aB")), "aB");
    EXPECT_TEXT(uni_fold_key(&arena, STR(" 　\t")), "");
    EXPECT_TEXT(uni_fold_key(&arena, STR("")), "");
    EXPECT_TEXT(uni_fold_key(&arena, STR("\xff\xff")), "\xef\xbf\xbd\xef\xbf\xbd");
}

static void search_folds(void **state)
{
    (void)state;
    EXPECT_TEXT(uni_fold_search(&arena, STR("张　三")), "张三");
    EXPECT_TEXT(uni_fold_search(&arena, STR(" Zhang San ")), "zhangsan");
    EXPECT_TEXT(uni_fold_search(&arena, STR("阿依古丽·买买提")), "阿依古丽买买提");
    EXPECT_TEXT(uni_fold_search(&arena, STR("ＡＢｃ１")), "abc1");
    EXPECT_TEXT(uni_fold_search(&arena, STR("")), "");
    assert_true(uni_has_private(STR("张\xee\x80\x80")));
    assert_true(uni_has_private(STR("\xf3\xb0\x80\x80")));
    assert_false(uni_has_private(STR("张三𠮷")));
}

static void gb18030(void **state)
{
    (void)state;
    struct str out;
    struct err e;
    assert_int_equal(gb18030_to_utf8(&arena, STR("a,\xd5\xc5\xc8\xfd\n"), &out, &e), RC_OK);
    EXPECT_TEXT(out, "a,张三\n");
    assert_int_equal(gb18030_to_utf8(&arena, STR("\x95\x32\x90\x31"), &out, &e), RC_OK); /* four bytes: U+20087 */
    EXPECT_TEXT(out, "\xf0\xa0\x82\x87");
    assert_int_equal(gb18030_to_utf8(&arena, STR(""), &out, &e), RC_OK);
    EXPECT_TEXT(out, "");
    assert_int_equal(gb18030_to_utf8(&arena, STR("\xd5\xc5\n\xd5\xc5\xff\xd5"), &out, &e), RC_INPUT);
    EXPECT_CODE(e, "text.gb18030");
    assert_int_equal(e.place.off, 5);
    assert_int_equal(e.place.line, 2);
    assert_int_equal(gb18030_to_utf8(&arena, STR("ab\xd5"), &out, &e), RC_INPUT); /* cut in half */
    assert_int_equal(e.place.off, 2);
    assert_int_equal(gb18030_to_utf8(&arena, STR("\x81\x30\x81"), &out, &e), RC_INPUT);
    assert_int_equal(e.place.off, 0);
}

static void pinyin(void **state)
{
    (void)state;
    static const struct {
        const char *text, *full, *initials;
        bool is_name;
    } cases[] = {
        {"张三", "zhang san", "zs", true},
        {"单雄", "shan xiong", "sx", true},
        {"单位", "dan wei", "dw", false},
        {"曾国", "zeng guo", "zg", true},
        {"曾经", "ceng jing", "cj", false},
        {"仇英", "qiu ying", "qy", true},
        {"解明", "xie ming", "xm", true},
        {"查良", "zha liang", "zl", true},
        {"区伯", "ou bo", "ob", true},
        {"李单", "li dan", "ld", true}, /* only the first character is a surname */
        {"尉迟恭", "yu chi gong", "ycg", true},
        {"万俟明", "mo qi ming", "mqm", true},
        {"万里", "wan li", "wl", true},
        {"单于明", "chan yu ming", "cym", true},
        {"单于", "shan yu", "sy", true},
        {"欧阳明", "ou yang ming", "oym", true},
        {"令狐冲", "ling hu chong", "lhc", true},
        {"吕女略", "lv nv lve", "lnl", true},
        {" 单雄", "shan xiong", "sx", true},
        {"第2处A组", "di 2 chu A zu", "d2cAz", false},
        {"阿依·古丽", "a yi gu li", "aygl", true},
        {"Zhang San", "Zhang San", "ZhangSan", true},
        {"１号", "1 hao", "1h", false},
        {"あ張é", "zhang", "z", false},
        {"·", "", "", false},
        {"", "", "", true},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        EXPECT_TEXT(pinyin_full(&arena, str_c(cases[i].text), cases[i].is_name), cases[i].full);
        EXPECT_TEXT(pinyin_initials(&arena, str_c(cases[i].text), cases[i].is_name), cases[i].initials);
    }
    pinyin_rest();
    pinyin_rest();
    EXPECT_TEXT(pinyin_full(&arena, STR("张𠀀黹"), false), "zhang he zhi"); /* the first was asked, the others come now */
}

/* Every character of GB 2312 has a reading, of letters only. */
static void common_characters_all_have_readings(void **state)
{
    (void)state;
    struct arena_mark m = arena_mark(&arena);
    size_t n = 0;
    for (unsigned row = 0xb0; row <= 0xf7; row++)
        for (unsigned cell = 0xa1; cell <= 0xfe; cell++) {
            if (row == 0xd7 && cell > 0xf9) continue;
            char gb[2] = {(char)row, (char)cell};
            struct str c, p;
            struct err e;
            assert_int_equal(gb18030_to_utf8(&arena, str_of(gb, 2), &c, &e), RC_OK);
            p = pinyin_full(&arena, c, false);
            if (p.len == 0 || p.len > 6) fail_msg(STR_FMT " has no reading", STR_ARG(c));
            for (size_t i = 0; i < p.len; i++) assert_true(p.ptr[i] >= 'a' && p.ptr[i] <= 'z');
            arena_reset(&arena, m);
            n++;
        }
    assert_int_equal(n, 6763);
}

static int compare(enum sort_order order, const char *x, const char *y)
{
    return str_cmp(uni_sort_key(&arena, order, str_c(x)), uni_sort_key(&arena, order, str_c(y)));
}

static void sort_keys(void **state)
{
    (void)state;
    static const char *const by_pinyin[] = {"", "阿依", "陈一", "丁二", "李四", "李五", "王六", "张三", "张三丰"};
    for (size_t i = 1; i < ARRAY_LEN(by_pinyin); i++) assert_true(compare(SORT_PINYIN, by_pinyin[i - 1], by_pinyin[i]) < 0);
    static const char *const by_strokes[] = {"丁二", "王六", "李四", "张三", "陈一", "魏七"};
    for (size_t i = 1; i < ARRAY_LEN(by_strokes); i++) {
        if (i == 3) continue; /* 李 and 张 have seven strokes both */
        assert_true(compare(SORT_STROKES, by_strokes[i - 1], by_strokes[i]) < 0);
    }
    assert_true(compare(SORT_PINYIN, "陈", "丁") < 0);
    assert_true(compare(SORT_STROKES, "陈", "丁") > 0);
    assert_int_equal(compare(SORT_PINYIN, "张三", "张三"), 0);
    assert_int_equal(compare(SORT_PINYIN, "e\xcc\x81", "é"), 0);
    /* Long texts: the key comes in parts, and only their ends differ. */
    struct buf b;
    buf_init(&b, 1 << 20);
    for (int i = 0; i < 3000; i++) buf_lit(&b, "张");
    struct str one = str_cat(&arena, buf_view(&b), STR("阿")), two = str_cat(&arena, buf_view(&b), STR("一"));
    assert_true(str_cmp(uni_sort_key(&arena, SORT_PINYIN, one), uni_sort_key(&arena, SORT_PINYIN, two)) < 0);
    buf_fini(&b);
    assert_true(strlen(uni_icu_version()) >= 2);
}

static void *spell_all(void *arg)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    bool *ok = arg;
    *ok = true;
    for (uint32_t cp = 0x4e00; cp < 0x5200; cp++) {
        char t[4];
        struct str s = str_of(t, utf8_put(t, cp)), first = pinyin_full(&a, s, false);
        if (!str_eq(first, pinyin_full(&a, s, false))) *ok = false;
        if (uni_sort_key(&a, SORT_STROKES, s).len == 0) *ok = false;
        int32_t offset;
        if (!zone_offset_at("Asia/Shanghai", 0, false, &offset) || offset != 28800) *ok = false;
    }
    if (!str_eq(pinyin_full(&a, STR("一丁"), false), STR("yi ding"))) *ok = false;
    arena_fini(&a);
    return NULL;
}

static void threads_may_share_the_tables(void **state)
{
    (void)state;
    pthread_t thread[4];
    bool ok[4] = {false, false, false, false};
    for (int i = 0; i < 4; i++) assert_int_equal(pthread_create(&thread[i], NULL, spell_all, &ok[i]), 0);
    for (int i = 0; i < 4; i++) assert_int_equal(pthread_join(thread[i], NULL), 0);
    for (int i = 0; i < 4; i++) assert_true(ok[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_may_share_the_tables), /* first: the tables are empty yet */
        cmocka_unit_test(every_code_point_round_trips),
        cmocka_unit_test(broken_utf8_is_found),
        cmocka_unit_test(counts_and_offsets),
        cmocka_unit_test(columns),
        cmocka_unit_test(normal_forms),
        cmocka_unit_test(keys_fold),
        cmocka_unit_test(search_folds),
        cmocka_unit_test(gb18030),
        cmocka_unit_test(pinyin),
        cmocka_unit_test(common_characters_all_have_readings),
        cmocka_unit_test(sort_keys),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
