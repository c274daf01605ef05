/*
 * lists_fuzz.c - any bytes as a list that came back: compared with the register, and read as a unit's answer to what was asked.  What begins with "<" is
 * taken for the XML of a sheet.  Nothing is written, and each answer that is taken is of a record of the unit, for a field that was asked for.
 */
#include "record_area.h"
#include "sheet_package.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct unit_ask asked;

static void put(const char *code, const char *name, uint64_t above, uint64_t *made)
{
    const struct pack_register *r = fuzz_area.reg;
    struct sv *v = arena_array(&fuzz_area.arena, struct sv, r->stored_count + 1u);
    struct change c = {.command = 1, .today = 20454, .happened = ENTRY_NO_DAY};
    struct changed done;
    for (uint32_t i = 0; i < r->stored_count; i++) v[i] = (struct sv){SV_NULL, 1, {NULL, 0}};
    v[pack_field_find(r, STR("code"))->column] = sv_text(str_c(code));
    v[pack_field_find(r, STR("name"))->column] = sv_text(str_c(name));
    if (above != 0) v[pack_field_find(r, STR("parent"))->column] = sv_int((int64_t)above);
    MUST(record_create(fuzz_area.records, r, &c, v, &done, NULL) == RC_OK);
    *made = done.id;
}

static void open_lists(void)
{
    uint64_t top, ids[2];
    fuzz_open();
    MUST(store_begin_write(fuzz_area.store, NULL) == RC_OK);
    put("1", "甲", 0, &top);
    put("2", "乙", top, &ids[0]);
    put("3", "丙", top, &ids[1]);
    MUST(store_commit(fuzz_area.store, NULL) == RC_OK && store_begin_read(fuzz_area.store, NULL) == RC_OK);
    MUST(exchange_ask_make(fuzz_area.reg, STR("parent"), STR("名称"), STR("级别;津贴;党员;出生年月;日期;时间;时长"), &fuzz_area.arena, &asked, NULL) == RC_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (fuzz_area.records == NULL) open_lists();
    if (size > 256 * 1024) return 0;
    struct arena a;
    struct err err;
    struct compare_result compared;
    struct answer answer = {.q = &asked};
    arena_init(&a, (size_t)1 << 30);
    err_clear(&err);
    struct str bytes = str_of((const char *)data, size);
    uint64_t before = journal_size(fuzz_area.journal);
    if (size > 0 && data[0] == '<') bytes = sheet_package(&a, data, size);
    enum rc rc = exchange_compare(fuzz_area.records, fuzz_area.reg, bytes, NULL, &a, &compared, &err);
    MUST(rc == RC_OK || err.kind != NULL);
    for (size_t i = 0; rc == RC_OK && i < compared.lines_count; i++) MUST((compared.lines[i].kind == COMPARE_CHANGED) == (compared.lines[i].field != NULL));
    err_clear(&err);
    rc = exchange_answer_read(&asked, fuzz_area.records, NULL, STR("x.xlsx"), bytes, &a, &answer, &err);
    MUST(rc == RC_OK || err.kind != NULL);
    for (size_t i = 0; rc == RC_OK && i < answer.rows.len; i++) {
        MUST(answer.rows.at[i].id != 0 && answer.unit != 0);
        for (uint32_t k = 0; k < answer.rows.at[i].n; k++) {
            bool of = false;
            for (size_t q = 0; q < asked.asked_count; q++) of = of || answer.rows.at[i].fields[k] == asked.asked[q];
            MUST(of);
        }
    }
    MUST(journal_size(fuzz_area.journal) == before);
    arena_fini(&a);
    return 0;
}
