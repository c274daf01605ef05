/* verify_test.c - rows changed behind the journal's back are found, and the first entry that does not fit is named. */
#include "record/test_kit.h"

enum { PEOPLE = 5 };

struct area_of_five {
    struct test_area t;
    uint64_t id[PEOPLE], made[PEOPLE];
    uint64_t updated, closed;
    struct reg_bind *b;
};

static struct record_report report;
static struct journal_report journal;

static void verify(struct area_of_five *f)
{
    struct err e;
    test_ok(records_verify(f->t.records, &f->t.arena, &journal, &report, &e), &e);
    assert_int_equal(journal.first_bad, 0);
}

static void expect(struct area_of_five *f, uint64_t seq, const char *code, const char *word)
{
    verify(f);
    if (report.first_bad != seq || strcmp(err_code(&report.why), code) != 0)
        fail_msg("wanted %llu %s, got %llu %s %s", (unsigned long long)seq, code, (unsigned long long)report.first_bad, err_code(&report.why),
                 report.why.zh);
    if (strstr(report.why.zh, word) == NULL) fail_msg("no %s in %s", word, report.why.zh);
    assert_true(report.what.len > 0);
}

static void tamper(struct area_of_five *f, uint64_t id, uint32_t column, struct sv v)
{
    struct sv key = sv_int((int64_t)id);
    struct err e;
    test_ok(bind_rows(f->t.records, f->b, &e), &e);
    test_ok(store_update(f->b->rows, &key, 1, &column, &v, &e), &e);
}

static uint32_t column(const struct area_of_five *f, const char *title) { return COL_FIELDS + test_field(f->b->reg, title)->column; }

static int setup(void **state)
{
    static struct area_of_five f;
    memset(&f, 0, sizeof f);
    kit_open(&f.t);
    f.b = bind_of(f.t.records, test_reg(&f.t, "cadre"));
    struct err e;
    struct changed done;
    for (int i = 0; i < PEOPLE; i++) {
        char words[64];
        snprintf(words, sizeof words, "编号=C%d 姓名=人%d 津贴=%d", i, i, i);
        test_ok(kit_create(&f.t, "cadre", words, &f.id[i], &e), &e);
        f.made[i] = journal_size(f.t.journal);
    }
    test_ok(kit_update(&f.t, "cadre", f.id[1], 0, "津贴=100 级别=141", &done, &e), &e);
    f.updated = done.seq;
    test_ok(record_close(f.t.records, f.b->reg, f.id[2], 0, &f.t.change, &done, &e), &e);
    f.closed = done.seq;
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct area_of_five *f = *state;
    test_close(&f->t);
    return 0;
}

static void what_is_whole_passes(void **state)
{
    struct area_of_five *f = *state;
    verify(f);
    assert_int_equal(report.first_bad, 0);
    assert_int_equal(report.records, PEOPLE);
    assert_int_equal(report.entries, PEOPLE + 2);
    assert_int_equal(report.erased, 0);
}

static void a_changed_cell_is_named(void **state)
{
    struct area_of_five *f = *state;
    tamper(f, f->id[3], column(f, "津贴"), sv_int(999900));
    expect(f, f->made[3], "verify.value", "津贴");
    assert_non_null(strstr(report.why.zh, "9999"));
    assert_non_null(strstr(report.why.en, "9999"));
}

static void a_cell_set_by_a_later_entry_names_that_entry(void **state)
{
    struct area_of_five *f = *state;
    tamper(f, f->id[1], column(f, "津贴"), sv_int(100));
    expect(f, f->updated, "verify.value", "津贴");
    tamper(f, f->id[1], column(f, "姓名"), sv_text(STR("别人")));
    expect(f, f->made[1], "verify.value", "姓名"); /* the earlier of two */
}

static void every_kind_of_cell_is_compared(void **state)
{
    struct area_of_five *f = *state;
    static const char *const texts[] = {"证件号", "假期", "级别"}, *const numbers[] = {"出生年月", "参加工作时间", "党员", "单位", "核对时间"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        tamper(f, f->id[4], column(f, texts[i]), sv_text(STR("131")));
        expect(f, f->made[4], "verify.value", texts[i]);
        tamper(f, f->id[4], column(f, texts[i]), sv_null());
    }
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        bool party = strcmp(numbers[i], "党员") == 0;
        tamper(f, f->id[4], column(f, numbers[i]), sv_int(party ? 0 : -987654321));
        expect(f, f->made[4], "verify.value", numbers[i]);
        tamper(f, f->id[4], column(f, numbers[i]), party ? sv_int(1) : sv_null());
    }
    verify(f);
    assert_int_equal(report.first_bad, 0);
}

static void nonsense_in_a_cell_is_a_finding_not_a_crash(void **state)
{
    struct area_of_five *f = *state;
    tamper(f, f->id[4], column(f, "党员"), sv_int(77));
    expect(f, f->made[4], "verify.value", "党员");
    tamper(f, f->id[4], column(f, "党员"), sv_int(1));
    tamper(f, f->id[4], column(f, "参加工作时间"), sv_int(INT64_MAX));
    expect(f, f->made[4], "verify.value", "参加工作时间");
}

static void heads_of_rows_are_compared(void **state)
{
    struct area_of_five *f = *state;
    tamper(f, f->id[0], COL_VERSION, sv_int(9));
    expect(f, f->made[0], "verify.head", "版本");
    tamper(f, f->id[0], COL_VERSION, sv_int(1));
    tamper(f, f->id[0], COL_SEQ, sv_int((int64_t)f->made[1]));
    expect(f, f->made[0], "verify.head", "最后一条纪实");
    tamper(f, f->id[0], COL_SEQ, sv_int((int64_t)f->made[0]));
    tamper(f, f->id[2], COL_CLOSED, sv_null()); /* opened again */
    expect(f, f->closed, "verify.head", "关闭时间");
}

static void a_vanished_row_is_missed(void **state)
{
    struct area_of_five *f = *state;
    struct sv key = sv_int((int64_t)f->id[3]);
    struct err e;
    test_ok(bind_rows(f->t.records, f->b, &e), &e);
    test_ok(store_delete(f->b->rows, &key, &e), &e);
    expect(f, f->made[3], "verify.vanished", "干部");
    key = sv_int((int64_t)f->id[4]); /* the last one too */
    test_ok(store_delete(f->b->rows, &key, &e), &e);
    expect(f, f->made[3], "verify.vanished", "干部");
    key = sv_int((int64_t)f->id[1]);
    test_ok(store_delete(f->b->rows, &key, &e), &e);
    expect(f, f->made[1], "verify.vanished", "干部");
}

static void a_row_that_no_entry_made_is_found(void **state)
{
    struct area_of_five *f = *state;
    struct sv row[COL_FIELDS + 32] = {{SV_NULL, 0, {NULL, 0}}};
    struct err e;
    test_ok(bind_rows(f->t.records, f->b, &e), &e);
    row[COL_ID] = sv_int(1000);
    row[COL_VERSION] = sv_int(1);
    row[COL_SEQ] = sv_int(4);
    row[column(f, "编号")] = sv_text(STR("C9"));
    test_ok(store_insert(f->b->rows, row, &e), &e);
    expect(f, 4, "verify.unmade", "1000");
}

static void the_order_of_a_tree_is_checked(void **state)
{
    struct area_of_five *f = *state;
    struct err e;
    test_ok(kit_create(&f->t, "org", "编码=O1 名称=县", NULL, &e), &e);
    test_ok(kit_create(&f->t, "org", "编码=O2 名称=局 上级=O1", NULL, &e), &e);
    verify(f);
    assert_int_equal(report.first_bad, 0);
    const struct sv *row;
    struct store_query q = {.limit = 1};
    struct store_cursor *c;
    test_ok(store_select(f->t.records->tree, &q, &c, &e), &e);
    test_ok(store_next(c, &row, &e), &e);
    struct sv keys[3];
    for (int i = 0; i < 3; i++) keys[i] = sv_copy(&f->t.arena, &row[i]);
    store_cursor_close(&c);
    test_ok(store_delete(f->t.records->tree, keys, &e), &e);
    verify(f);
    assert_string_equal(err_code(&report.why), "verify.tree");
    struct reg_bind *b = bind_of(f->t.records, test_reg(&f->t, "org"));
    test_ok(tree_rebuild(f->t.records, b, &e), &e);
    verify(f);
    assert_int_equal(report.first_bad, 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(what_is_whole_passes),
        T(a_changed_cell_is_named),
        T(a_cell_set_by_a_later_entry_names_that_entry),
        T(every_kind_of_cell_is_compared),
        T(nonsense_in_a_cell_is_a_finding_not_a_crash),
        T(heads_of_rows_are_compared),
        T(a_vanished_row_is_missed),
        T(a_row_that_no_entry_made_is_found),
        T(the_order_of_a_tree_is_checked),
    };
    return cmocka_run_group_tests_name("verify of registers", tests, NULL, NULL);
}
