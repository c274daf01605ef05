/*
 * test_area.h - for tests of record/ and of what stands on it: a pack from a text, an area in memory with its tables, and records made
 * from words ("编号=C1 姓名=甲").
 */
#ifndef GUIJU_RECORD_TEST_AREA_H
#define GUIJU_RECORD_TEST_AREA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "record/record.h"

struct test_area {
    struct arena arena;
    struct diags diags;
    struct pack_set *set;
    struct store *store;
    struct journal *journal;
    struct records *records;
    struct change change;
};

UNUSED static void test_fail_err(const struct err *e)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    err_print(e, LANG_ZH, STR(""), STR(""), &b);
    fail_msg(STR_FMT, STR_ARG(buf_view(&b)));
}

#define test_ok(call, e)                                                                           \
    do {                                                                                           \
        err_clear(e);                                                                              \
        if ((call) != RC_OK) test_fail_err(e);                                                     \
    } while (0)

UNUSED static void test_pack(struct test_area *t, struct str text, day_num today)
{
    arena_init(&t->arena, (size_t)1 << 30);
    diags_init(&t->diags, &t->arena, 100);
    struct pack_file *file = arena_new(&t->arena, struct pack_file);
    *file = (struct pack_file){.name = STR("01-试.md"), .text = str_dup(&t->arena, text)};
    struct pack_source src = {.where = STR("test"), .files = file, .files_count = 1};
    struct pack_options o = {.today = today, .scenarios = true};
    enum rc rc = pack_load(&t->arena, &src, 1, &o, &t->set, &t->diags);
    if (rc != RC_OK || t->set == NULL) {
        struct buf b;
        buf_init(&b, 1 << 20);
        diags_print(&t->diags, LANG_ZH, &b);
        fail_msg(STR_FMT, STR_ARG(buf_view(&b)));
    }
}

/* An empty area in memory with a write transaction open; the chapter comes in parts, NULL ends them. */
UNUSED static void test_open(struct test_area *t, day_num today, ...)
{
    static char text[1 << 16];
    struct err e;
    size_t len = 0;
    va_list parts;
    va_start(parts, today);
    for (const char *part = va_arg(parts, const char *); part != NULL; part = va_arg(parts, const char *)) {
        size_t n = strlen(part);
        assert_true(n < sizeof text - len);
        memcpy(text + len, part, n);
        len += n;
    }
    va_end(parts);
    memset(t, 0, sizeof(*t));
    test_pack(t, str_of(text, len), today);
    struct store_options so = {.mode = STORE_CREATE, .memory = true};
    struct journal_options jo = {.alg = HASH_SHA256};
    struct store_step *steps = NULL;
    test_ok(store_open(STR("test"), &so, &t->store, &e), &e);
    test_ok(store_begin_write(t->store, &e), &e);
    test_ok(journal_create(t->store, &jo, &e), &e);
    test_ok(records_shape(t->store, t->set, false, &t->arena, &steps, &e), &e);
    test_ok(store_commit(t->store, &e), &e);
    test_ok(journal_open(t->store, &t->journal, &e), &e);
    test_ok(records_open(t->store, t->journal, t->set, &t->records, &e), &e);
    test_ok(store_begin_write(t->store, &e), &e);
    t->change = (struct change){.command = 1, .today = today, .happened = ENTRY_NO_DAY};
}

UNUSED static void test_close(struct test_area *t)
{
    if (t->store != NULL && store_in_transaction(t->store)) store_rollback(t->store);
    if (t->records != NULL) records_close(&t->records);
    if (t->journal != NULL) journal_close(&t->journal);
    if (t->store != NULL) store_close(&t->store);
    arena_fini(&t->arena);
}

UNUSED static const struct pack_register *test_reg(const struct test_area *t, const char *name)
{
    const struct pack_register *r = pack_register_find(t->set, str_c(name));
    if (r == NULL) fail_msg("no register %s", name);
    return r;
}

UNUSED static const struct pack_field *test_field(const struct pack_register *r, const char *name)
{
    const struct pack_field *f = pack_field_find(r, str_c(name));
    if (f == NULL) fail_msg("no field %s", name);
    return f;
}

/* words: "编号=C1 姓名=甲" */
UNUSED static uint64_t test_make(struct test_area *t, const char *reg, const char *words)
{
    const struct pack_register *r = test_reg(t, reg);
    struct sv *values = arena_array(&t->arena, struct sv, r->stored_count + 1);
    for (uint32_t i = 0; i < r->stored_count; i++) values[i] = (struct sv){SV_NULL, 1, {NULL, 0}};
    struct str rest = str_c(words);
    struct err e;
    while (rest.len > 0) {
        size_t end = str_find_char(rest, ' ');
        struct str word = end == SIZE_MAX ? rest : str_sub(rest, 0, end);
        rest = end == SIZE_MAX ? STR("") : str_sub(rest, end + 1, rest.len);
        size_t eq = str_find_char(word, '=');
        assert_true(eq != SIZE_MAX);
        const struct pack_field *f = pack_field_find(r, str_sub(word, 0, eq));
        if (f == NULL) fail_msg("no field in " STR_FMT, STR_ARG(word));
        test_ok(record_value_parse(t->records, f, str_sub(word, eq + 1, word.len), &t->arena, &values[f->column], &e), &e);
    }
    struct changed made;
    test_ok(record_create(t->records, r, &t->change, values, &made, &e), &e);
    return made.id;
}

#endif
