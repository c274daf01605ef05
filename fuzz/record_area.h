/*
 * record_area.h - for the doors of csv and json: an area in memory with a small register that has a field of each type, made once.
 * Each input is read, applied with bad rows left out, and undone.
 */
#ifndef GUIJU_FUZZ_RECORD_AREA_H
#define GUIJU_FUZZ_RECORD_AREA_H

#include "record/record.h"

static const char fuzz_chapter[] =
    "# Fuzz\n\n```guiju\npack: fuzz\ntitle: 试\nversion: \"1\"\n```\n\n"
    "```guiju\ncodes: level\ntitle: 层次\nrows: [{code: \"1\", title: 正职}, {code: \"2\", title: 副职}]\n```\n\n"
    "```guiju\nregister: org\ntitle: 组织\ndisplay: 名称\ntree: parent\nfields:\n"
    "  code: {title: 编码, type: text(20), key: yes}\n"
    "  name: {title: 名称, type: text(30), required: yes, class: personal}\n"
    "  parent: {title: 上级, type: ref(org), back: 下级}\n"
    "  level: {title: 级别, type: choice(level)}\n"
    "  pay: {title: 津贴, type: number(2), check: 津贴 >= 0}\n"
    "  party: {title: 党员, type: boolean, default: true}\n"
    "  born: {title: 出生年月, type: month}\n"
    "  since: {title: 日期, type: date}\n"
    "  seen: {title: 时间, type: datetime}\n"
    "  leave: {title: 时长, type: duration}\n```\n";

static struct {
    struct arena arena;
    struct store *store;
    struct journal *journal;
    struct records *records;
    const struct pack_register *reg;
} fuzz_area;

static void fuzz_open(void)
{
    static const struct store_options so = {.mode = STORE_CREATE, .memory = true};
    static const struct journal_options jo = {.alg = HASH_SHA256};
    static struct pack_file file = {.name = STR_INIT("01.md")};
    file.text = str_of(fuzz_chapter, sizeof fuzz_chapter - 1);
    struct pack_source source = {.where = STR_INIT("fuzz"), .files = &file, .files_count = 1};
    struct pack_options po = {0};
    struct diags d;
    struct pack_set *set = NULL;
    struct store_step *steps;
    arena_init(&fuzz_area.arena, (size_t)256 << 20);
    diags_init(&d, &fuzz_area.arena, 10);
    bool ok = pack_load(&fuzz_area.arena, &source, 1, &po, &set, &d) == RC_OK &&
              store_open(STR("fuzz"), &so, &fuzz_area.store, NULL) == RC_OK && store_begin_write(fuzz_area.store, NULL) == RC_OK &&
              journal_create(fuzz_area.store, &jo, NULL) == RC_OK &&
              records_shape(fuzz_area.store, set, false, &fuzz_area.arena, &steps, NULL) == RC_OK &&
              store_commit(fuzz_area.store, NULL) == RC_OK && journal_open(fuzz_area.store, &fuzz_area.journal, NULL) == RC_OK &&
              records_open(fuzz_area.store, fuzz_area.journal, set, &fuzz_area.records, NULL) == RC_OK;
    MUST(ok);
    fuzz_area.reg = pack_register_find(set, STR("org"));
}

UNUSED static void fuzz_import(const uint8_t *data, size_t size, bool json)
{
    if (fuzz_area.records == NULL) fuzz_open();
    if (size > 64 * 1024) return;
    struct arena a;
    struct import_plan plan;
    struct import_result result = {0};
    struct err err;
    struct buf bad;
    struct str text = str_of((const char *)data, size);
    struct change c = {.command = 1, .happened = ENTRY_NO_DAY};
    arena_init(&a, (size_t)512 << 20);
    buf_init(&bad, 16 << 20);
    MUST(store_begin_write(fuzz_area.store, &err) == RC_OK);
    if (import_read(fuzz_area.records, fuzz_area.reg, text, json, &a, &plan, &err) == RC_OK) {
        enum rc rc = import_apply(fuzz_area.records, &plan, &c, true, &a, &result, &err);
        MUST(rc == RC_OK);
        MUST(result.created + result.updated + result.unchanged + result.refused >= plan.rows_count);
        import_bad_csv(&plan, text, LANG_ZH, &bad);
    } else {
        MUST(err.kind != NULL && err.zh[0] != '\0');
    }
    store_rollback(fuzz_area.store);
    journal_drop(fuzz_area.journal);
    records_drop(fuzz_area.records);
    buf_fini(&bad);
    arena_fini(&a);
}

#endif
