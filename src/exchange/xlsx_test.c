/* xlsx_test.c - spreadsheets in and out: what people's files look like, what is refused, and that out and in changes nothing. */
#include <unistd.h>

#include "exchange/test_zip.h"

#define CHAPTER \
    "# 试\n\n```guiju\npack: kit\ntitle: 试\nversion: \"1\"\n```\n\n" \
    "```guiju\nregister: org\ntitle: 组织\ndisplay: 名称\ntree: [parent]\nfields:\n" \
    "  code: {title: 编码, type: text(20), key: yes}\n  name: {title: 名称, type: text(100), required: yes}\n" \
    "  parent: {title: 上级, type: ref(org), back: 下级}\n```\n\n" \
    "```guiju\nregister: cadre\ntitle: 干部\ndisplay: 姓名\nfields:\n" \
    "  code: {title: 编号, type: text(20), key: yes}\n" \
    "  name: {title: 姓名, type: text(40), required: yes}\n" \
    "  idno: {title: 证件号, type: text(18)}\n" \
    "  sex: {title: 性别, type: choice, options: [男, 女]}\n" \
    "  born: {title: 出生年月, type: month}\n" \
    "  joined: {title: 参加工作, type: date}\n" \
    "  pay: {title: 津贴, type: number(2)}\n" \
    "  member: {title: 党员, type: boolean}\n" \
    "  note: {title: 备注, type: text(400)}\n" \
    "  org: {title: 单位, type: ref(org), back: 人员}\n" \
    "  twice: {title: 倍, type: number(2), derive: 津贴 * 2}\n```\n\n" \
    "```guiju\nregister: line\ntitle: 经历\ndisplay: 干部.姓名 + 内容\nparent: cadre\nfields:\n" \
    "  cadre: {title: 干部, type: ref(cadre), required: yes, back: 经历}\n  text: {title: 内容, type: text(100)}\n```\n"

static void kit(struct test_area *t) { test_open(t, 20454, CHAPTER, (char *)NULL); }

#define SHEET_HEAD "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>"

static struct str workbook(struct arena *a, const char *sheet1, const char *sheet2, const char *shared, const char *styles, bool epoch_1904)
{
    struct str book = str_cat(a, STR("<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" "
                                     "xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><workbookPr date1904=\""),
                              epoch_1904 ? STR("1") : STR("0"),
                              STR("\"/><sheets><sheet name=\"说明\" sheetId=\"1\" r:id=\"rId1\"/><sheet name=\"名册\" sheetId=\"2\" r:id=\"rId2\"/></sheets></workbook>"));
    const struct test_part parts[] = {
        {"xl/workbook.xml", book},
        {"xl/_rels/workbook.xml.rels", STR("<Relationships><Relationship Id=\"rId1\" Target=\"worksheets/sheet1.xml\"/>"
                                           "<Relationship Id=\"rId2\" Target=\"/xl/worksheets/sheet2.xml\"/></Relationships>")},
        {"xl/worksheets/sheet1.xml", str_c(sheet1)},
        {"xl/worksheets/sheet2.xml", str_c(sheet2)},
        {"xl/sharedStrings.xml", str_c(shared)},
        {"xl/styles.xml", str_c(styles)},
    };
    return test_zip(a, parts, ARRAY_LEN(parts));
}

#define STYLES "<styleSheet><numFmts><numFmt numFmtId=\"176\" formatCode=\"yyyy&quot;年&quot;m&quot;月&quot;\"/></numFmts>" \
               "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"176\"/></cellXfs></styleSheet>"

static struct xlsx_table read_ok(struct test_area *t, struct str bytes, const char *reg)
{
    struct xlsx_table out;
    struct err e;
    test_ok(exchange_xlsx_read(bytes, test_reg(t, reg), &t->arena, &out, &e), &e);
    return out;
}

static void sheet_is_chosen_by_its_headings(void **state)
{
    (void)state;
    struct test_area t;
    kit(&t);
    struct str x = workbook(
        &t.arena, SHEET_HEAD "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>填表说明：姓名要写全</t></is></c></row></sheetData></worksheet>",
        SHEET_HEAD
        "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c></row>"
        "<row r=\"2\"><c r=\"A2\" t=\"s\"><v>1</v></c><c r=\"B2\" t=\"s\"><v>2</v></c><c r=\"C2\" t=\"inlineStr\"><is><t>出生</t></is></c>"
        "<c r=\"D2\" t=\"inlineStr\"><is><t>基本</t></is></c></row>"
        "<row r=\"3\"><c r=\"C3\" t=\"inlineStr\"><is><t>年月</t></is></c><c r=\"D3\" t=\"inlineStr\"><is><t>津贴</t></is></c><c r=\"E3\" t=\"inlineStr\"><is><t>参加工作</t></is></c></row>"
        "<row r=\"5\"><c r=\"A5\" t=\"inlineStr\"><is><t>C1</t></is></c><c r=\"B5\" t=\"s\"><v>3</v></c><c r=\"C5\" s=\"2\"><v>31107</v></c>"
        "<c r=\"D5\"><v>1.1000000000000001</v></c><c r=\"E5\" s=\"1\"><v>45292</v></c></row>"
        "<row r=\"6\"><c r=\"A6\" t=\"str\"><f>1+1</f><v>C2</v></c><c r=\"B6\" t=\"inlineStr\"><is><t>=1+1</t></is></c><c r=\"D6\"><v>12345678901234567</v></c></row>"
        "</sheetData><mergeCells count=\"4\"><mergeCell ref=\"A1:E1\"/><mergeCell ref=\"A2:A3\"/><mergeCell ref=\"B2:B3\"/><mergeCell ref=\"D2:E2\"/></mergeCells></worksheet>",
        "<sst><si><t>干部花名册</t></si><si><t>编号</t></si><si><r><t>姓</t></r><r><t>名</t></r><rPh><t>xing</t></rPh></si><si><t>张三</t></si></sst>", STYLES, false);
    assert_true(exchange_is_xlsx(x));
    struct xlsx_table out = read_ok(&t, x, "cadre");
    assert_string_equal(out.sheet.ptr, "名册");
    assert_string_equal(out.csv.ptr, "\"code\",\"name\",\"born\",\"pay\",\"joined\"\n"
                                     "\"C1\",\"张三\",\"1985-03\",\"1.1\",\"2024-01-01\"\n"
                                     "\"C2\",\"'=1+1\",\"\",\"12345678901234600\",\"\"\n");
    assert_int_equal(exchange_xlsx_row(&out, 2), 5);
    assert_int_equal(exchange_xlsx_row(&out, 3), 6);
    assert_int_equal(exchange_xlsx_row(NULL, 3), 3);
    assert_true(str_find(out.warnings, STR("第 6 行")) != SIZE_MAX);
    test_close(&t);
}

static void dates_of_1904_and_cells_merged_downwards(void **state)
{
    (void)state;
    struct test_area t;
    kit(&t);
    struct str x = workbook(&t.arena, SHEET_HEAD "</sheetData></worksheet>",
                            SHEET_HEAD "<row><c t=\"inlineStr\"><is><t>编号</t></is></c><c t=\"inlineStr\"><is><t>姓名</t></is></c><c t=\"inlineStr\"><is><t>参加工作</t></is></c>"
                                       "<c t=\"inlineStr\"><is><t>单位</t></is></c></row>"
                                       "<row><c t=\"inlineStr\"><is><t>C1</t></is></c><c t=\"inlineStr\"><is><t>甲</t></is></c><c s=\"1\"><v>0</v></c><c t=\"inlineStr\"><is><t>水利局</t></is></c></row>"
                                       "<row><c t=\"inlineStr\"><is><t>C2</t></is></c><c t=\"inlineStr\"><is><t>乙\n丙</t></is></c><c s=\"1\"><v>43830.5</v></c></row>"
                                       "<row/><row><c t=\"inlineStr\"><is><t>C3</t></is></c></row>"
                                       "</sheetData><mergeCells><mergeCell ref=\"D2:D3\"/></mergeCells></worksheet>",
                            "<sst/>", STYLES, true);
    struct xlsx_table out = read_ok(&t, x, "cadre");
    assert_string_equal(out.csv.ptr, "\"code\",\"name\",\"joined\",\"org\"\n"
                                     "\"C1\",\"甲\",\"1904-01-01\",\"水利局\"\n"
                                     "\"C2\",\"乙\n丙\",\"2024-01-01 12:00:00\",\"水利局\"\n"
                                     "\"C3\",\"\",\"\",\"\"\n");
    assert_int_equal(exchange_xlsx_row(&out, 5), 5); /* the line break inside is counted */
    test_close(&t);
}

static void refused(struct test_area *t, struct str bytes, const char *code)
{
    struct xlsx_table out;
    struct err e;
    err_clear(&e);
    if (exchange_xlsx_read(bytes, test_reg(t, "cadre"), &t->arena, &out, &e) == RC_OK) fail_msg("not refused, wanted %s", code);
    assert_string_equal(err_code(&e), code);
}

static void hostile_files_are_refused_with_a_reason(void **state)
{
    (void)state;
    struct test_area t;
    kit(&t);
    struct arena *a = &t.arena;
    refused(&t, STR(""), "exchange.zip");
    refused(&t, STR("PK\x03\x04 xl/workbook.xml nonsense"), "exchange.zip");
    refused(&t, STR("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old"), "exchange.old_xls");
    struct test_part out_of[] = {{"../../etc/x", STR("y")}, {"xl/workbook.xml", STR("<a/>")}};
    refused(&t, test_zip(a, out_of, 2), "exchange.zip_path");
    struct test_part none[] = {{"word/document.xml", STR("<a/>")}};
    refused(&t, test_zip(a, none, 1), "exchange.zip_absent");
    /* A bomb: 64 MiB of one letter. */
    size_t big = 64 << 20;
    char *zeros = malloc(big);
    memset(zeros, 'A', big);
    struct test_part bomb[] = {{"xl/workbook.xml", STR("<a/>")}, {"xl/worksheets/sheet1.xml", str_of(zeros, big)}};
    refused(&t, test_zip(a, bomb, 2), "exchange.zip_bomb");
    free(zeros);
    /* External entities. */
    const char *xxe = "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>" SHEET_HEAD "<row><c t=\"inlineStr\"><is><t>&e;</t></is></c></row></sheetData></worksheet>";
    refused(&t, workbook(a, xxe, xxe, "<sst/>", STYLES, false), "exchange.doctype");
    /* Deeper than anything real. */
    struct buf deep;
    buf_init(&deep, 1 << 20);
    for (int i = 0; i < 1000; i++) buf_lit(&deep, "<a>");
    for (int i = 0; i < 1000; i++) buf_lit(&deep, "</a>");
    buf_char(&deep, '\0');
    refused(&t, workbook(a, deep.ptr, "<a/>", "<sst/>", STYLES, false), "exchange.xml_deep");
    buf_fini(&deep);
    refused(&t, workbook(a, "<worksheet><sheetData>", "<a/>", "<sst/>", STYLES, false), "exchange.xml");
    refused(&t, workbook(a, SHEET_HEAD "<row><c t=\"inlineStr\"><is><t>收入</t></is></c></row></sheetData></worksheet>", "<a/>", "<sst/>", STYLES, false), "exchange.sheet_none");
    test_close(&t);
}

static void too_many_entries(void **state)
{
    (void)state;
    struct test_area t;
    kit(&t);
    struct test_part *parts = arena_array(&t.arena, struct test_part, ZIP_ENTRIES_MAX + 1);
    for (size_t i = 0; i <= ZIP_ENTRIES_MAX; i++)
        parts[i] = (struct test_part){str_cz(&t.arena, str_cat(&t.arena, STR("f"), str_u64(&t.arena, i))), STR("")};
    refused(&t, test_zip(&t.arena, parts, ZIP_ENTRIES_MAX + 1), "exchange.zip_entries");
    test_close(&t);
}

static void numbers_and_days(void **state)
{
    (void)state;
    static const struct { const char *raw, *text; bool lost; } numbers[] = {
        {"1", "1", false}, {"0", "0", false}, {"-0.50", "-0.5", false}, {"1.1000000000000001", "1.1", false}, {"0.30000000000000004", "0.3", false},
        {"1E3", "1000", false}, {"1.5e-3", "0.0015", false}, {"9.9999999999999999", "10", false}, {"123456789012345", "123456789012345", false},
        {"1234567890123456", "1234567890123460", true}, {"1.10101199001011E+17", "110101199001011000", true}, {"", NULL, false}, {"x", NULL, false},
        {"1e9999", NULL, false}, {"1 2", NULL, false}};
    static const struct { const char *raw; enum cell_format f; bool e1904; const char *text; } days[] = {
        {"1", FORMAT_DAY, false, "1900-01-01"}, {"59", FORMAT_DAY, false, "1900-02-28"}, {"60", FORMAT_DAY, false, NULL}, {"61", FORMAT_DAY, false, "1900-03-01"},
        {"45292", FORMAT_DAY, false, "2024-01-01"}, {"45292", FORMAT_MONTH, false, "2024-01"}, {"45292.25", FORMAT_DAY_TIME, false, "2024-01-01 06:00:00"},
        {"0.5", FORMAT_TIME, false, "12:00:00"}, {"0", FORMAT_DAY, true, "1904-01-01"}, {"-1", FORMAT_DAY, false, NULL}, {"99999999", FORMAT_DAY, false, NULL},
        {"45292.999999999", FORMAT_DAY_TIME, false, "2024-01-02 00:00:00"}};
    static const struct { const char *code; enum cell_format f; } formats[] = {
        {"General", FORMAT_PLAIN}, {"0.00", FORMAT_PLAIN}, {"yyyy-mm-dd", FORMAT_DAY}, {"yyyy.mm", FORMAT_MONTH}, {"[$-804]yyyy\"年\"m\"月\";@", FORMAT_MONTH},
        {"yyyy/m/d h:mm", FORMAT_DAY_TIME}, {"h:mm:ss", FORMAT_TIME}, {"[h]:mm", FORMAT_TIME}, {"#,##0\"d\"", FORMAT_PLAIN}, {"@", FORMAT_PLAIN}, {"\"m\"0", FORMAT_PLAIN}};
    struct arena a;
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        struct str out = STR_NONE;
        bool lost;
        bool ok = xlsx_number_text(&a, str_c(numbers[i].raw), &out, &lost);
        if (ok != (numbers[i].text != NULL) || (ok && (!str_eq(out, str_c(numbers[i].text)) || lost != numbers[i].lost)))
            fail_msg("%s: " STR_FMT, numbers[i].raw, STR_ARG(out));
    }
    for (size_t i = 0; i < ARRAY_LEN(days); i++) {
        struct str out = STR_NONE;
        bool ok = xlsx_date_text(&a, str_c(days[i].raw), days[i].f, days[i].e1904, &out);
        if (ok != (days[i].text != NULL) || (ok && !str_eq(out, str_c(days[i].text)))) fail_msg("%s: " STR_FMT, days[i].raw, STR_ARG(out));
    }
    for (size_t i = 0; i < ARRAY_LEN(formats); i++)
        if (xlsx_format_of(200, str_c(formats[i].code)) != formats[i].f) fail_msg("%s", formats[i].code);
    assert_int_equal(xlsx_format_of(31, STR("")), FORMAT_DAY);
    assert_int_equal(xlsx_format_of(57, STR("")), FORMAT_MONTH);
    uint32_t row, col;
    assert_true(xlsx_ref(STR("BC12"), &row, &col) && row == 11 && col == 54);
    assert_true(xlsx_ref(STR("$A$1"), &row, &col) && row == 0 && col == 0);
    assert_false(xlsx_ref(STR("12"), &row, &col));
    assert_false(xlsx_ref(STR("ZZZZ1"), &row, &col));
    assert_false(xlsx_ref(STR("A0"), &row, &col));
    arena_fini(&a);
}

static void import_again(struct test_area *t, const char *reg, const struct export_options *o, uint64_t *created, uint64_t *updated, uint64_t *unchanged)
{
    char path[] = "/tmp/guiju-xlsx-XXXXXX";
    struct err e;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    uint64_t rows;
    test_ok(exchange_xlsx_register(t->records, test_reg(t, reg), o, str_c(path), &rows, &e), &e);
    struct xlsx_table table = read_ok(t, test_slurp(&t->arena, path), reg);
    unlink(path);
    struct import_plan plan;
    struct import_result result = {0};
    test_ok(import_read(t->records, test_reg(t, reg), table.csv, false, &t->arena, &plan, &e), &e);
    test_ok(import_apply(t->records, &plan, &t->change, false, &t->arena, &result, &e), &e);
    assert_int_equal(rows, result.created + result.updated + result.unchanged);
    *created = result.created;
    *updated = result.updated;
    *unchanged = result.unchanged;
}

static void out_and_in_changes_nothing(void **state)
{
    (void)state;
    struct test_area t;
    kit(&t);
    (void)test_make(&t, "org", "编码=A 名称=水利局");
    (void)test_make(&t, "org", "编码=007 名称=水库 上级=A");
    (void)test_make(&t, "cadre", "编号=C1 姓名=张三 证件号=99010119800512001X 性别=男 出生年月=1980-05 参加工作=1999-12-31 津贴=-12.50 党员=是 单位=007");
    (void)test_make(&t, "cadre", "编号=0012 姓名=李四 备注==1+1 性别=女 出生年月=1899-05 参加工作=1899-12-31 津贴=99999999999999.99 党员=否");
    (void)test_make(&t, "cadre", "编号=C3 姓名=王五 备注='=x 津贴=0.1");
    (void)test_make(&t, "cadre", "编号=C4 姓名=赵六 备注=@a 津贴=0");
    (void)test_make(&t, "cadre", "编号=C5 姓名=-钱 备注='已退");
    (void)test_make(&t, "line", "干部=C1 内容=甲");
    (void)test_make(&t, "line", "干部=C1 内容=甲");
    static const char *const regs[] = {"org", "cadre", "line"};
    static const uint64_t counts[] = {2, 5, 2};
    for (size_t i = 0; i < ARRAY_LEN(regs); i++) {
        for (int more = 0; more < 2; more++) {
            struct export_options o = {.order = RECORD_BY_ID, .derived = more == 1, .ids = more == 1, .today = 20454};
            uint64_t created, updated, unchanged;
            import_again(&t, regs[i], &o, &created, &updated, &unchanged);
            if (created != 0 || updated != 0 || unchanged != counts[i])
                fail_msg("%s: %d created, %d updated, %d unchanged", regs[i], (int)created, (int)updated, (int)unchanged);
        }
    }
    test_close(&t);
}

static void sheets_for_people(void **state)
{
    (void)state;
    struct test_area t;
    kit(&t);
    char path[] = "/tmp/guiju-sheet-XXXXXX";
    struct err e;
    int fd = mkstemp(path);
    close(fd);
    const struct str sexes[] = {STR("男"), STR("女")};
    struct str many[100];
    for (size_t i = 0; i < ARRAY_LEN(many); i++) many[i] = str_cat(&t.arena, STR("选项第"), str_u64(&t.arena, i));
    const struct sheet_column columns[] = {{.title = STR("编号"), .locked = true}, {.title = STR("姓名"), .choices = many, .choices_count = 30}, {.title = STR("性别"), .group = STR("基本"), .choices = sexes, .choices_count = 2},
                                           {.title = STR("出生年月"), .group = STR("基本"), .month = true}, {.title = STR("备注"), .choices = many, .choices_count = 100}};
    struct sheet_options o = {.title = STR("花名册"), .note = STR("截至 2026-01-01"), .paper = PAPER_A3, .protect = true, .blank_rows = 10};
    struct sheet *s;
    test_ok(sheet_open(str_c(path), &o, columns, 5, &s, &e), &e);
    const struct cell cells[5] = {{.kind = CELL_TEXT, .text = STR("C1")}, {.kind = CELL_TEXT, .text = STR("=cmd|' /C calc'!A0")}, {.kind = CELL_BLANK},
                                  {.kind = CELL_MONTH, .number = 5599}, {.kind = CELL_BLANK}};
    test_ok(sheet_row(s, cells, &e), &e);
    test_ok(sheet_close(&s, true, &e), &e);
    struct str bytes = test_slurp(&t.arena, path);
    struct xlsx_table out = read_ok(&t, bytes, "cadre");
    assert_string_equal(out.csv.ptr, "\"code\",\"name\",\"sex\",\"born\",\"note\"\n\"C1\",\"'=cmd|' /C calc'!A0\",\"\",\"1985-05\",\"\"\n");
    struct zip_in *z;
    struct str xml;
    test_ok(zip_in_open(&t.arena, STR("x"), bytes, &z, &e), &e);
    test_ok(zip_in_read(z, zip_in_find(z, STR("xl/worksheets/sheet1.xml")), 1 << 20, &t.arena, &xml, &e), &e);
    static const char *const wanted[] = {"<sheetProtection", "paperSize=\"8\"", "orientation=\"landscape\"", "state=\"frozen\"", "dataValidation ", "\"男,女\"", "mergeCell ref=\"C3:D3\"",
                                         "mergeCell ref=\"A3:A4\"", "选项!$A$1"};
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
        if (str_find(xml, str_c(wanted[i])) == SIZE_MAX) fail_msg("no %s in " STR_FMT, wanted[i], STR_ARG(xml));
    assert_true(str_find(xml, STR("<f>")) == SIZE_MAX); /* nothing computes */
    assert_true(str_find(xml, STR("选项第0,")) == SIZE_MAX); /* 150 characters, 330 bytes: more than the library has room for in the cell's own list */
    /* What is thrown away leaves the file that was there. */
    test_ok(sheet_open(str_c(path), &o, columns, 5, &s, &e), &e);
    test_ok(sheet_close(&s, false, &e), &e);
    assert_true(str_eq(test_slurp(&t.arena, path), bytes));
    unlink(path);
    err_clear(&e);
    assert_int_equal(sheet_open(STR("/nowhere/x.xlsx"), &o, columns, 5, &s, &e), RC_SYSTEM);
    assert_int_equal(sheet_open(str_c(path), &o, columns, 0, &s, &e), RC_SYSTEM);
    test_close(&t);
}

static void trees_are_written_as_they_were(void **state)
{
    (void)state;
    struct arena a;
    struct err e;
    struct xn *n;
    arena_init(&a, 1 << 24);
    static const char text[] = "<w:a xmlns:w=\"urn:w\" w:b=\"1 &amp; &quot;2&quot;\"><w:c>甲 &lt;乙&gt;</w:c> <d xmlns=\"u\"/>&#13;</w:a>";
    test_ok(xml_tree(&a, STR("t"), str_c(text), 100, &n, &e), &e);
    struct buf b;
    buf_init(&b, 1 << 16);
    xn_put(&b, n);
    assert_true(str_eq(buf_view(&b), str_c(text)));
    buf_fini(&b);
    err_clear(&e);
    assert_int_equal(xml_tree(&a, STR("t"), STR("<a><b/><b/></a>"), 2, &n, &e), RC_LIMIT);
    assert_int_equal(xml_tree(&a, STR("t"), STR("<!DOCTYPE a><a/>"), 2, &n, &e), RC_INPUT);
    assert_string_equal(err_code(&e), "exchange.doctype");
    assert_int_equal(xml_tree(&a, STR("t"), STR("<a>&x;</a>"), 20, &n, &e), RC_INPUT);
    assert_int_equal(xml_tree(&a, STR("t"), STR(""), 20, &n, &e), RC_INPUT);
    arena_fini(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_and_days),
        cmocka_unit_test(trees_are_written_as_they_were),
        cmocka_unit_test(sheet_is_chosen_by_its_headings),
        cmocka_unit_test(dates_of_1904_and_cells_merged_downwards),
        cmocka_unit_test(hostile_files_are_refused_with_a_reason),
        cmocka_unit_test(too_many_entries),
        cmocka_unit_test(out_and_in_changes_nothing),
        cmocka_unit_test(sheets_for_people),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
