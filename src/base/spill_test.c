/* spill_test.c - files without a name, as memory. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/test.h"

static char folder[64];

static int folder_make(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/guiju-spill-XXXXXX");
    return mkdtemp(folder) == NULL;
}

static int folder_drop(void **state)
{
    (void)state;
    return rmdir(folder); /* it fails where something was left in it */
}

static size_t names(void)
{
    size_t n = 0;
    DIR *d = opendir(folder);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d)) != NULL;) n += e->d_name[0] != '.' || strlen(e->d_name) > 2;
    closedir(d);
    return n;
}

static void what_was_put_is_there(void **state)
{
    (void)state;
    struct spill *s;
    struct err e;
    assert_int_equal(spill_open(str_c(folder), &s, &e), RC_OK);
    assert_int_equal(names(), 0); /* it has no name, so nothing can be left behind */
    for (int i = 0; i < 10000; i++) assert_int_equal(spill_put(s, STR("0123456789"), &e), RC_OK);
    assert_int_equal(spill_put(s, STR(""), &e), RC_OK);
    assert_int_equal(spill_map(s, &e), RC_OK);
    struct str all = spill_view(s);
    assert_int_equal(all.len, 100000);
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < all.len; i++) assert_int_equal(all.ptr[i], '0' + (int)(i % 10));
        spill_cool(s); /* and after the pages went */
    }
    spill_close(&s);
    assert_null(s);
    spill_close(&s);
    spill_cool(s);
}

static void nothing_is_a_text_too(void **state)
{
    (void)state;
    struct spill *s;
    struct err e;
    assert_int_equal(spill_open(str_c(folder), &s, &e), RC_OK);
    assert_int_equal(spill_map(s, &e), RC_OK);
    assert_int_equal(spill_view(s).len, 0);
    spill_close(&s);
}

static void a_file_is_copied(void **state)
{
    (void)state;
    char path[96], text[3000];
    struct spill *s;
    struct err e;
    (void)snprintf(path, sizeof path, "%s/one", folder);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    memset(text, 'x', sizeof text);
    assert_int_equal(fwrite(text, 1, sizeof text, f), sizeof text);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(spill_open(str_c(folder), &s, &e), RC_OK);
    assert_int_equal(spill_copy(s, str_c(path), &e), RC_OK);
    assert_int_equal(unlink(path), 0); /* what becomes of it does not matter any more */
    assert_int_equal(spill_copy(s, str_c(path), &e), RC_SYSTEM);
    assert_string_equal(e.kind->code, "sys.io");
    assert_int_equal(spill_map(s, &e), RC_OK);
    assert_int_equal(spill_view(s).len, sizeof text);
    assert_memory_equal(spill_view(s).ptr, text, sizeof text);
    spill_close(&s);
}

static void an_arena_may_live_in_one(void **state)
{
    (void)state;
    enum { LEN = 1 << 20, ITEM = 100 };
    struct spill *s;
    struct arena a;
    struct err e;
    char *first[64];
    assert_int_equal(spill_open(str_c(folder), &s, &e), RC_OK);
    assert_int_equal(spill_room(s, LEN, &e), RC_OK);
    assert_int_equal(spill_map(s, &e), RC_OK);
    spill_lend(s, &a);
    for (size_t i = 0; i < ARRAY_LEN(first); i++) {
        first[i] = arena_alloc(&a, ITEM);
        for (size_t k = 0; k < ITEM; k++) assert_int_equal(first[i][k], 0);
        memset(first[i], (int)i + 1, ITEM);
        spill_cool(s);
    }
    for (size_t i = 0; i < ARRAY_LEN(first); i++) assert_int_equal(first[i][ITEM - 1], (int)i + 1);
    struct arena_mark m = arena_mark(&a);
    char *again = arena_alloc(&a, ITEM);
    memset(again, 9, ITEM);
    arena_reset(&a, m);
    again = arena_alloc(&a, ITEM);
    assert_int_equal(again[0], 0);
    assert_null(arena_try(&a, LEN)); /* it takes from nowhere else */
    size_t n = 0;
    while (arena_try(&a, ITEM) != NULL) n++;
    assert_true(n > LEN / ITEM / 2 && a.used <= LEN);
    arena_fini(&a);
    spill_close(&s);
}

static void what_cannot_be_is_an_error(void **state)
{
    (void)state;
    struct spill *s;
    struct err e;
    assert_int_equal(spill_open(STR("/nowhere/at/all"), &s, &e), RC_SYSTEM);
    assert_string_equal(e.kind->code, "sys.io");
    assert_null(s);
    assert_int_equal(spill_open(str_c(folder), &s, &e), RC_OK);
    assert_int_equal(spill_room(s, (size_t)1 << 62, &e), RC_SYSTEM); /* no disk is so large */
    spill_close(&s);
    assert_true(str_eq(spill_folder(STR("a.guiju")), STR(".")) && str_eq(spill_folder(STR("/a")), STR("/")) && str_eq(spill_folder(STR("x/y/a")), STR("x/y")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_put_is_there), cmocka_unit_test(nothing_is_a_text_too), cmocka_unit_test(a_file_is_copied),
        cmocka_unit_test(an_arena_may_live_in_one), cmocka_unit_test(what_cannot_be_is_an_error),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_drop);
}
