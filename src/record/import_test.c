/* import_test.c - files in and out. */
#include "record/test_kit.h"

static struct import_plan plan;
static struct import_result result;

static enum rc load(struct test_area *t, const char *reg, struct str text, bool json, bool skip_bad, struct err *e)
{
    err_clear(e);
    result = (struct import_result){0};
    TRY(import_read(t->records, test_reg(t, reg), text, json, &t->arena, &plan, e));
    struct err why;
    test_ok(store_mark(t->store, &why), &why);
    journal_mark(t->journal);
    records_mark(t->records);
    enum rc rc = import_apply(t->records, &plan, &t->change, skip_bad, &t->arena, &result, e);
    if (rc == RC_OK) {
        test_ok(store_mark_keep(t->store, &why), &why);
    } else { /* as the caller must */
        store_mark_undo(t->store);
        journal_undo(t->journal);
        records_undo(t->records);
    }
    return rc;
}

static void loads(struct test_area *t, const char *reg, const char *text, bool json, unsigned created, unsigned updated, unsigned unchanged)
{
    struct err e;
    enum rc rc = load(t, reg, str_c(text), json, false, &e);
    if (rc != RC_OK) test_fail_err(&e);
    assert_int_equal(result.created, created);
    assert_int_equal(result.updated, updated);
    assert_int_equal(result.unchanged, unchanged);
}

static void refuses(struct test_area *t, const char *reg, const char *text, bool json, const char *code)
{
    struct err e;
    uint64_t before = journal_size(t->journal);
    enum rc rc = load(t, reg, str_c(text), json, false, &e);
    if (rc == RC_OK || strcmp(err_code(&e), code) != 0) fail_msg("wanted %s, got %d %s %s", code, rc, err_code(&e), e.zh);
    assert_int_equal(journal_size(t->journal), before);
}

static uint64_t id_of(struct test_area *t, const char *reg, const char *name)
{
    uint64_t id;
    struct err e;
    test_ok(record_resolve(t->records, test_reg(t, reg), str_c(name), &id, &e), &e);
    return id;
}

static const char *const orgs = "编码,名称,上级\r\nO3,科,O2\r\nO1,县,\r\nO2,局,O1\r\n";

static void children_may_stand_before_their_parents(void **state)
{
    struct test_area *t = *state;
    loads(t, "org", orgs, false, 3, 0, 0);
    assert_text(kit_text(t, "org", id_of(t, "org", "O3"), "上级"), "O2");
    bool fits;
    struct err e;
    test_ok(tree_verify(t->records, bind_of(t->records, test_reg(t, "org")), &fits, &e), &e);
    assert_true(fits);
    refuses(t, "org", "编码,名称,上级\nA,甲,B\nB,乙,A\n", false, "import.circle");
    refuses(t, "org", "编码,名称,上级\nA,甲,A\n", false, "import.circle");
    refuses(t, "org", "编码,名称,上级\nO1,县,O3\n", false, "record.circle");
    refuses(t, "org", "编码,名称,上级\nA,甲,无\n", false, "record.absent");
}

static void the_same_file_twice_changes_nothing(void **state)
{
    struct test_area *t = *state;
    loads(t, "org", orgs, false, 3, 0, 0);
    uint64_t size = journal_size(t->journal);
    loads(t, "org", orgs, false, 0, 0, 3);
    static const char *const cadres = "编号,姓名,党员,津贴\nC1,甲,,1\nC2,乙,否,\n"; /* 党员 has a default: the blank one is true by now */
    loads(t, "cadre", cadres, false, 2, 0, 0);
    loads(t, "cadre", cadres, false, 0, 0, 2);
    loads(t, "cadre", "编号,津贴\nC1,1.00\nC2,5\n", false, 0, 1, 1);
    loads(t, "cadre", "编号,津贴\nC2,\n", false, 0, 1, 0);
    assert_int_equal(kit_text(t, "cadre", id_of(t, "cadre", "C2"), "津贴").len, 0);
    assert_int_equal(journal_size(t->journal), size + 4);
}

static void rows_without_a_key_are_known_by_all_they_say(void **state)
{
    struct test_area *t = *state;
    static const char *const tenures = "干部,职位,任职时间\nC1,P1,2020-01-01\nC1,P2,2021.1.1\nC1,P2,2021.1.1\n";
    loads(t, "org", "编码,名称\nO1,局\n", false, 1, 0, 0);
    loads(t, "post", "编码,所属组织,名称,职数\nP1,局,局长,1\nP2,O1,副局长,4\n", false, 2, 0, 0);
    loads(t, "cadre", "编号,姓名\nC1,甲\n", false, 1, 0, 0);
    loads(t, "tenure", tenures, false, 3, 0, 0); /* two rows alike are two records */
    loads(t, "tenure", tenures, false, 0, 0, 3);
    loads(t, "tenure", "干部,职位,任职时间\n甲,局局长,2020-01-02\n", false, 1, 0, 0); /* by display */
    char text[128];
    uint64_t id = result.last_seq;
    struct entry e;
    struct err err;
    test_ok(journal_get(t->journal, &t->arena, id, &e, &err), &err);
    snprintf(text, sizeof text, "#,免职时间\n#%d,2025-01-01\n", (int)e.record);
    loads(t, "tenure", text, false, 0, 1, 0); /* by number */
    refuses(t, "tenure", "#,免职时间\n#99999,2025-01-01\n", false, "record.absent");
    refuses(t, "tenure", "#,免职时间\n甲,2025-01-01\n", false, "import.id");
}

static void wrong_headings(void **state)
{
    struct test_area *t = *state;
    loads(t, "cadre", "\xef\xbb\xbf*编号 ,ｎａｍｅ,序号,现任职务\nC1,甲,1,\n", false, 1, 0, 0);
    assert_true(str_find(plan.warnings, STR("序号")) != SIZE_MAX);
    assert_true(str_find(plan.warnings, STR("现任职务")) != SIZE_MAX);
    refuses(t, "cadre", "编号,姓明\nC1,甲\n", false, "import.heading");
    struct err e;
    (void)load(t, "cadre", STR("编号,姓明\nC1,甲\n"), false, false, &e);
    assert_non_null(strstr(e.hint_zh, "姓名"));
    refuses(t, "cadre", "编号,姓名,name\nC1,甲,乙\n", false, "import.heading_twice");
    refuses(t, "cadre", "姓名\n甲\n", false, "import.no_key");
    refuses(t, "cadre", "", false, "import.empty");
    refuses(t, "cadre", "序号\n1\n", false, "import.empty");
    refuses(t, "cadre", "编号,姓名\nC1,\"甲\n", false, "import.quote");
}

static void headings_with_units_and_blanks(void **state)
{
    struct test_area *t = *state;
    struct err e;
    loads(t, "cadre", "编号*,姓　名,出生年月（岁）,【必填】 级 别,序 号\nC1,甲,1980.01,141,1\n", false, 1, 0, 0);
    assert_text(kit_text(t, "cadre", id_of(t, "cadre", "C1"), "姓名"), "甲");
    assert_text(kit_text(t, "cadre", id_of(t, "cadre", "C1"), "出生年月"), "1980-01");
    assert_true(str_find(plan.warnings, STR("“出生年月（岁）”这一列按“出生年月”导入")) != SIZE_MAX);
    assert_true(str_find(plan.warnings, STR("“姓　名”这一列按“姓名”导入")) != SIZE_MAX);
    assert_true(str_find(plan.warnings, STR("“编号")) == SIZE_MAX); /* a star alone is no guess */
    loads(t, "cadre", "编 号,Name,\"津贴\n(元)\"\nC1,乙,3\n", false, 0, 1, 0);
    assert_text(kit_text(t, "cadre", id_of(t, "cadre", "C1"), "津贴"), "3");
    kit_expect(load(t, "cadre", STR("编号,出身年月（岁）\nC1,1980.01\n"), false, false, &e), RC_INPUT, "import.heading", &e);
    assert_non_null(strstr(e.hint_zh, "出生年月"));
    refuses(t, "cadre", "编号,（岁）\nC1,1\n", false, "import.heading");
    refuses(t, "cadre", "编号,出生年月,出生年月(岁)\nC1,1980.01,1980.02\n", false, "import.heading_twice");
}

/* "line:code" of what was bad. */
static const char *bad(void)
{
    static char out[512];
    size_t n = 0;
    out[0] = '\0';
    for (size_t i = 0; i < plan.bad_count; i++)
        n += (size_t)snprintf(out + n, sizeof out - n, "%s%u:%s:" STR_FMT, i > 0 ? " " : "", plan.bad[i].line, err_code(&plan.bad[i].err),
                              STR_ARG(plan.bad[i].field));
    return out;
}

static const char *const mixed = "编号,姓名,级别,参加工作时间,津贴\n"
                                 "C1,甲,乡科级正职,2001.7.1,1\n"
                                 "C2,乙,乡科级正,2001-07,x\n"
                                 ",丙,,,\n"
                                 "C1,丁,,,\n"
                                 "C5,戊,,,-1\n"
                                 "C6,己,,,,多\n"
                                 "C7,,,,\n"
                                 "C8,庚,142,,2\n";

static void good_rows_load_and_bad_ones_are_told(void **state)
{
    struct test_area *t = *state;
    struct err e;
    uint64_t before = journal_size(t->journal);
    assert_int_equal(load(t, "cadre", str_c(mixed), false, false, &e), RC_INPUT);
    assert_int_equal(journal_size(t->journal), before);
    assert_int_equal(e.place.line, 3);
    test_ok(load(t, "cadre", str_c(mixed), false, true, &e), &e);
    assert_int_equal(result.created, 2);
    assert_int_equal(result.refused, 6);
    assert_string_equal(bad(), "3:value.choice:级别 3:value.day_missing:参加工作时间 3:value.number:津贴 4:import.key_blank:编号 "
                               "5:import.key_twice:编号 6:record.check:津贴 7:import.cells: 8:record.required:姓名");
    assert_text(plan.bad[0].text, "乡科级正");
    assert_non_null(strstr(plan.bad[0].err.hint_zh, "乡科级正职"));

    struct buf b;
    buf_init(&b, 1 << 20);
    import_bad_csv(&plan, str_c(mixed), LANG_ZH, &b);
    assert_true(str_find(buf_view(&b), STR("C5,戊,,,'-1")) != SIZE_MAX || str_find(buf_view(&b), STR("C5,戊,,,\"'-1\"")) != SIZE_MAX);
    assert_true(str_find(buf_view(&b), STR("C8")) == SIZE_MAX);
    /* Mended by hand, it loads as it is: the columns of lines and reasons are passed over. */
    char mended[4096];
    struct str s = buf_view(&b);
    size_t line = str_find(s, STR("C5,戊")), end = str_find(str_sub(s, line, s.len), STR("\r\n"));
    int n = snprintf(mended, sizeof mended, STR_FMT STR_FMT, (int)str_find(s, STR("\r\n")) + 2, s.ptr, (int)end, s.ptr + line);
    char *minus = strstr(mended, "'-1");
    assert_non_null(minus);
    minus[1] = '+';
    test_ok(load(t, "cadre", str_of(mended, (size_t)n), false, false, &e), &e);
    assert_int_equal(result.created, 1);
    buf_fini(&b);
}

static void children_of_a_bad_row_are_bad_too(void **state)
{
    struct test_area *t = *state;
    struct err e;
    test_ok(load(t, "org", STR("编码,名称,上级\nA,,\nB,乙,A\nC,丙,B\nD,丁,\n"), false, true, &e), &e);
    assert_int_equal(result.created, 1);
    assert_string_equal(bad(), "2:record.required:名称 3:import.row_failed:上级 4:import.row_failed:上级");
}

static void circles_blame_their_own_rows_and_their_own_field(void **state)
{
    struct test_area *t = *state;
    struct err e;
    /* A names itself in the second tree, B and C stand below it; D and E refer to each other, F to E. */
    static const char *const text = "编码,名称,上级,党内上级\nA,甲,,A\nB,乙,A,A\nC,丙,B,\nD,丁,E,\nE,戊,D,\nF,己,,E\nG,庚,,\n";
    kit_expect(load(t, "org", str_c(text), false, false, &e), RC_INPUT, "import.circle", &e);
    assert_string_equal(bad(), "2:import.circle:党内上级 5:import.circle:上级 6:import.circle:上级");
    assert_non_null(strstr(plan.bad[0].err.zh, "本行自己"));
    assert_non_null(strstr(plan.bad[1].err.zh, "第 6 行"));
    assert_int_equal(plan.bad_rows, 3);
    test_ok(load(t, "org", str_c(text), false, true, &e), &e); /* what is left out is told, row by row */
    assert_int_equal(result.created, 1);
    assert_int_equal(result.refused, 6);
    assert_string_equal(bad(), "2:import.circle:党内上级 3:import.row_failed:上级 4:import.row_failed:上级 5:import.circle:上级 "
                               "6:import.circle:上级 7:import.row_failed:党内上级");
    /* A row between two circles is in neither. */
    kit_expect(load(t, "org", STR("编码,名称,上级,党内上级\nH,甲,H,\nI,乙,H,\nJ,丙,I,J\n"), false, false, &e), RC_INPUT, "import.circle", &e);
    assert_string_equal(bad(), "2:import.circle:上级 4:import.circle:党内上级");
}

static void gb18030_is_found_out(void **state)
{
    struct test_area *t = *state;
    struct err e;
    /* 编号,姓名 / C1,张三 */
    static const char gbk[] = "\xb1\xe0\xba\xc5,\xd0\xd5\xc3\xfb\nC1,\xd5\xc5\xc8\xfd\n";
    test_ok(load(t, "cadre", str_of(gbk, sizeof gbk - 1), false, false, &e), &e);
    assert_text(plan.encoding, "GB18030");
    assert_text(kit_text(t, "cadre", id_of(t, "cadre", "C1"), "姓名"), "张三");
    kit_expect(load(t, "cadre", STR("\xb1\xe0\xba\xc5,\xd0\xd5\xc3\xfb\nC1,\xff\xff\n"), false, false, &e), RC_INPUT, "text.gb18030", &e);
    assert_int_equal(e.place.line, 2);
    assert_int_equal(e.place.col, 4);
    loads(t, "cadre", "编号,姓名\nC3,王\xee\x80\x80\n", false, 1, 0, 0);
    assert_true(str_find(plan.warnings, STR("第 2 行")) != SIZE_MAX);
    loads(t, "cadre", "编号,姓名\nC2,李四\n", false, 1, 0, 0);
    assert_text(plan.encoding, "UTF-8");
}

static void other_encodings_are_named(void **state)
{
    struct test_area *t = *state;
    struct err e;
    static const char wide[] = "\xff\xfe\x16\x7f\xf7\x53", big[] = "\xfe\xff\x7f\x16", bare[] = "c\0o\0d\0e\0,\0";
    kit_expect(load(t, "cadre", str_of(wide, sizeof wide - 1), false, false, &e), RC_INPUT, "import.utf16", &e);
    kit_expect(load(t, "cadre", str_of(big, sizeof big - 1), false, false, &e), RC_INPUT, "import.utf16", &e);
    kit_expect(load(t, "cadre", str_of(bare, sizeof bare - 1), false, false, &e), RC_INPUT, "import.utf16", &e);
    /* 编号,姓名 / C1,张三 in GB18030, then 李四 in UTF-8: it would read as GB18030, wrongly. */
    static const char two[] = "\xb1\xe0\xba\xc5,\xd0\xd5\xc3\xfb\nC1,\xd5\xc5\xc8\xfd\nC2,李四\n";
    kit_expect(load(t, "cadre", str_of(two, sizeof two - 1), false, false, &e), RC_INPUT, "import.mixed", &e);
    assert_non_null(strstr(e.zh, "第 3 行有 UTF-8"));
    assert_non_null(strstr(e.zh, "第 1 行有不是"));
    /* The other way round: one name in a file of UTF-8. */
    kit_expect(load(t, "cadre", STR("编号,姓名\nC1,\xd5\xc5\xc8\xfd\n"), false, false, &e), RC_INPUT, "import.mixed", &e);
    assert_int_equal(e.place.line, 2);
    /* 联通 in GB18030 reads as UTF-8 by itself; the file is still one encoding. */
    test_ok(load(t, "cadre", STR("\xb1\xe0\xba\xc5,\xd0\xd5\xc3\xfb\nC1,\xc1\xaa\xcd\xa8\n"), false, false, &e), &e);
    assert_text(kit_text(t, "cadre", id_of(t, "cadre", "C1"), "姓名"), "联通");
}

static void json_lines_and_arrays(void **state)
{
    struct test_area *t = *state;
    loads(t, "cadre", "{\"code\":\"C1\",\"name\":\"甲\",\"pay\":\"12.5\",\"party\":false}\n\n{\"编号\":\"C2\",\"姓名\":\"乙\",\"pay\":3}\n", true, 2, 0, 0);
    loads(t, "cadre", "[{\"code\":\"C1\",\"pay\":null},\n {\"code\":\"C2\",\"born\":\"1985-03\"}]", true, 0, 2, 0);
    assert_int_equal(kit_text(t, "cadre", id_of(t, "cadre", "C1"), "津贴").len, 0);
    assert_text(kit_text(t, "cadre", id_of(t, "cadre", "C2"), "津贴"), "3"); /* what a row does not say stays */
    assert_text(kit_text(t, "cadre", id_of(t, "cadre", "C1"), "党员"), "否");
    refuses(t, "cadre", "{\"code\":\"C3\",\"name\":\"丙\",\"no\":1}\n", true, "import.heading");
    refuses(t, "cadre", "{\"code\":\"C3\",\"name\":[1]}\n", true, "import.json");
    refuses(t, "cadre", "[1]", true, "import.json");
    refuses(t, "cadre", "{\"code\":\"C3\"", true, "json.syntax");
    refuses(t, "cadre", "", true, "import.empty");
}

static enum rc collect(void *ctx, struct str bytes, struct err *err)
{
    (void)err;
    buf_str(ctx, bytes);
    return RC_OK;
}

static void what_goes_out_comes_in_again(void **state)
{
    struct test_area *t = *state;
    struct err e;
    loads(t, "org", "编码,名称\nO1,局\n", false, 1, 0, 0);
    loads(t, "cadre",
          "编号,姓名,证件号,级别,出生年月,参加工作时间,津贴,党员,单位,核对时间,假期\n"
          "C1,=甲,X1,141,1985.03,2001-07-01,12.50,是,O1,2026-01-01 09:30,P18M\n"
          "C2,\"乙,\"\"丙\"\"\",,,,,,否,,,\n",
          false, 2, 0, 0);
    for (int json = 0; json < 2; json++) {
        struct buf b;
        buf_init(&b, 1 << 20);
        test_ok(record_export(t->records, test_reg(t, "cadre"), &(struct export_options){RECORD_BY_KEY, json != 0, true, true, KIT_TODAY}, collect, &b, &e), &e);
        char *text = arena_alloc(&t->arena, b.len + 1);
        memcpy(text, b.ptr, b.len);
        loads(t, "cadre", text, json != 0, 0, 0, 2);
        buf_fini(&b);
    }
    struct buf b;
    buf_init(&b, 1 << 20);
    test_ok(record_export(t->records, test_reg(t, "cadre"), &(struct export_options){RECORD_BY_KEY, false, true, true, KIT_TODAY}, collect, &b, &e), &e);
    assert_true(str_find(buf_view(&b), STR("\"'=甲\"")) != SIZE_MAX); /* no formula */
    assert_true(str_find(buf_view(&b), STR("2026-01-01 09:30:00")) != SIZE_MAX);
    assert_true(str_find(buf_view(&b), STR("单位名称")) != SIZE_MAX);
    buf_fini(&b);
}

static void large_files_take_the_other_way_and_come_to_the_same(void **state)
{
    struct test_area *t = *state;
    struct err e;
    struct buf orgs_csv, cadres;
    buf_init(&orgs_csv, 1 << 20);
    buf_init(&cadres, 1 << 24);
    buf_lit(&orgs_csv, "编码,名称,上级\n");
    buf_lit(&cadres, "编号,姓名,单位\n");
    for (int i = 0; i < 1500; i++) {
        char line[128];
        int n = snprintf(line, sizeof line, "O%d,局%d,%s%.*d\n", i, i, i == 0 ? "" : "O", i == 0 ? 0 : 1, i == 0 ? 0 : (i - 1) / 8);
        buf_put(&orgs_csv, line, (size_t)n);
        n = snprintf(line, sizeof line, "C%d,人%d,%s%d\n", i, i, i % 2 == 0 ? "O" : "局", i);
        buf_put(&cadres, line, (size_t)n);
    }
    for (unsigned round = 0; round < 2; round++) {
        test_ok(load(t, "org", buf_view(&orgs_csv), false, false, &e), &e);
        assert_int_equal(round == 0 ? result.created : result.unchanged, 1500);
        test_ok(load(t, "cadre", buf_view(&cadres), false, false, &e), &e);
        assert_int_equal(round == 0 ? result.created : result.unchanged, 1500);
    }
    assert_text(kit_text(t, "cadre", id_of(t, "cadre", "C77"), "单位"), "O77");
    buf_fini(&orgs_csv);
    buf_fini(&cadres);
}

/* More posts than a single look-up would scan, referred to by a display that is worked out. */
static void refs_by_display_are_found_among_any_number(void **state)
{
    enum { POSTS = 21000 };
    struct test_area *t = *state;
    struct err e;
    struct buf posts, tenures;
    buf_init(&posts, 1 << 24);
    buf_init(&tenures, 1 << 24);
    loads(t, "org", "编码,名称\nO1,局\nO2,局办\n", false, 2, 0, 0);
    loads(t, "cadre", "编号,姓名\nC1,甲\nC2,甲\nC3,乙\n", false, 3, 0, 0);
    buf_lit(&posts, "编码,所属组织,名称,职数\nPA,O1,办主任,1\nPB,O2,主任,1\n"); /* both are called 局办主任 */
    buf_lit(&tenures, "干部,职位,任职时间\n");
    for (int i = 0; i < POSTS; i++) {
        char line[64];
        int n = snprintf(line, sizeof line, "P%d,O1,岗%d,1\n", i, i);
        buf_put(&posts, line, (size_t)n);
        n = snprintf(line, sizeof line, "C3,局岗%d,2020-01-01\n", POSTS - 1 - i);
        if (i < 2000) buf_put(&tenures, line, (size_t)n);
    }
    test_ok(load(t, "post", buf_view(&posts), false, false, &e), &e);
    test_ok(load(t, "tenure", buf_view(&tenures), false, false, &e), &e);
    assert_int_equal(result.created, 2000);
    loads(t, "tenure", "干部,职位,任职时间\n乙,局岗7,2021-01-01\nC3,P8,2021-01-01\n", false, 2, 0, 0); /* a small file too */
    kit_expect(load(t, "tenure", STR("干部,职位\nC3,局办主任\n"), false, false, &e), RC_CONFLICT, "record.several", &e);
    char both[64];
    snprintf(both, sizeof both, "#%llu、#%llu", (unsigned long long)id_of(t, "post", "PA"), (unsigned long long)id_of(t, "post", "PB"));
    assert_non_null(strstr(e.zh, both));
    kit_expect(load(t, "tenure", STR("干部,职位\n甲,P1\n"), false, false, &e), RC_CONFLICT, "record.several", &e);
    snprintf(both, sizeof both, "#%llu、#%llu", (unsigned long long)id_of(t, "cadre", "C1"), (unsigned long long)id_of(t, "cadre", "C2"));
    assert_non_null(strstr(e.zh, both));
    kit_expect(load(t, "tenure", STR("干部,职位\nC3,局岗\n"), false, false, &e), RC_ABSENT, "record.absent", &e);
    kit_expect(load(t, "org", STR("编码,名称,上级\nA,同,\nB,同,\nC,丙,同\n"), false, false, &e), RC_CONFLICT, "record.several", &e);
    assert_non_null(strstr(e.zh, "第 2 行、第 3 行"));
    buf_fini(&posts);
    buf_fini(&tenures);
}

/* Then indexes are asked instead of reading registers whole; it comes to the same. */
static void a_file_much_smaller_than_its_registers(void **state)
{
    enum { POSTS = 18000, TENURES = 1100 };
    struct test_area *t = *state;
    struct err e;
    struct buf posts, tenures;
    buf_init(&posts, 1 << 24);
    buf_init(&tenures, 1 << 24);
    loads(t, "org", "编码,名称\nO1,局\n", false, 1, 0, 0);
    loads(t, "cadre", "编号,姓名\nC1,甲\nC2,乙\nC3,丙\n", false, 3, 0, 0);
    buf_lit(&posts, "编码,所属组织,名称,职数\n");
    buf_lit(&tenures, "干部,职位,任职时间\n");
    for (int i = 0; i < POSTS; i++) {
        char line[64];
        int n = snprintf(line, sizeof line, "P%d,O1,岗%d,1\n", i, i);
        buf_put(&posts, line, (size_t)n);
        n = snprintf(line, sizeof line, "C%d,%s%d,2020-01-01\n", 2 + i % 2, i % 3 == 0 ? "局岗" : "P", i);
        if (i < TENURES) buf_put(&tenures, line, (size_t)n);
    }
    test_ok(load(t, "post", buf_view(&posts), false, false, &e), &e);
    for (unsigned round = 0; round < 2; round++) { /* keys by the index, displays by reading all */
        test_ok(load(t, "tenure", buf_view(&tenures), false, false, &e), &e);
        assert_int_equal(round == 0 ? result.created : result.unchanged, TENURES);
    }
    static const char *const few = "干部,职位,任职时间\nC2,P4,2020-01-01\nC1,P5,2020-01-01\nC1,P5,2020-01-01\n";
    loads(t, "tenure", few, false, 2, 0, 1); /* two rows alike are two records */
    loads(t, "tenure", few, false, 0, 0, 3);
    loads(t, "tenure", "干部,职位,任职时间\nC1,P5,2020-01-02\nC3,P5,2020-01-01\n", false, 1, 0, 1);
    refuses(t, "tenure", "干部,职位,任职时间\nC1,P99999,2020-01-01\n", false, "record.absent");
    buf_fini(&posts);
    buf_fini(&tenures);
}

static int setup(void **state)
{
    static struct test_area t;
    kit_open(&t);
    *state = &t;
    return 0;
}

static int teardown(void **state)
{
    test_close(*state);
    return 0;
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(children_may_stand_before_their_parents),
        T(the_same_file_twice_changes_nothing),
        T(rows_without_a_key_are_known_by_all_they_say),
        T(wrong_headings),
        T(headings_with_units_and_blanks),
        T(good_rows_load_and_bad_ones_are_told),
        T(children_of_a_bad_row_are_bad_too),
        T(circles_blame_their_own_rows_and_their_own_field),
        T(gb18030_is_found_out),
        T(other_encodings_are_named),
        T(json_lines_and_arrays),
        T(what_goes_out_comes_in_again),
        T(large_files_take_the_other_way_and_come_to_the_same),
        T(refs_by_display_are_found_among_any_number),
        T(a_file_much_smaller_than_its_registers),
    };
    return cmocka_run_group_tests_name("files in and out", tests, NULL, NULL);
}
