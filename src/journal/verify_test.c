/*
 * verify_test.c - every way in which a journal can be torn is named by its entry.
 */
#include "journal/test_area.h"

static void expect(struct area *ar, uint64_t seq, const char *what)
{
    struct journal_report r;
    assert_ok(journal_verify(ar->j, &ar->a, NULL, NULL, &r, &E));
    if (r.first_bad != seq) print_message("entry %llu: %.*s\n", (unsigned long long)r.first_bad, (int)r.what.len, r.what.ptr);
    assert_int_equal(r.first_bad, seq);
    assert_true(str_eq(r.what, str_c(what)));
}

/* 600 entries in two full rows and a rest; then seq 601 erases the personal body of 300. */
static void start(struct area *ar)
{
    area_start(ar, NULL, HASH_SHA256);
    fill(ar, 600);
    erase(ar, 300, CLASS_PERSONAL);
    fill(ar, 9);
}

static enum rc count(void *ctx, const struct entry *e, struct err *err)
{
    uint64_t *n = ctx;
    (void)err;
    assert_int_equal(e->seq, ++*n);
    assert_int_equal(e->erased[CLASS_PERSONAL], e->seq == 300);
    return RC_OK;
}

static enum rc stop_at_7(void *ctx, const struct entry *e, struct err *err)
{
    (void)ctx;
    return e->seq == 7 ? err_set0(err, &E_no_memory, NO_PLACE) : RC_OK;
}

static void a_sound_journal(void **state)
{
    (void)state;
    struct area ar;
    struct journal_report r;
    uint64_t n = 0;
    area_start(&ar, NULL, HASH_SHA256);
    assert_ok(journal_verify(ar.j, &ar.a, count, &n, &r, &E));
    assert_int_equal(r.entries + r.bodies + r.erased + r.first_bad + n, 0);
    area_stop(&ar);
    start(&ar);
    assert_ok(journal_verify(ar.j, &ar.a, count, &n, &r, &E));
    assert_int_equal(r.first_bad, 0);
    assert_null(r.what.ptr);
    assert_int_equal(n, 610);
    assert_int_equal(r.entries, 610);
    assert_int_equal(r.erased, 1);
    assert_int_equal(r.bodies, 610 + 610 / 3 + 610 / 5 - 1 - (601 % 3 == 0) - (601 % 5 == 0));
    assert_code(journal_verify(ar.j, &ar.a, stop_at_7, NULL, &r, &E), RC_SYSTEM, &E, "sys.no_memory");
    begin(&ar); /* also inside a transaction, before its commit */
    put_many(&ar, 3);
    assert_ok(journal_verify(ar.j, &ar.a, NULL, NULL, &r, &E));
    assert_int_equal(r.first_bad, 0);
    assert_int_equal(r.entries, 613);
    store_rollback(ar.s);
    journal_drop(ar.j);
    expect(&ar, 0, "");
    area_stop(&ar);
}

static void a_deleted_entry(void **state)
{
    (void)state;
    struct area ar;
    start(&ar);
    row_drop(&ar, 605);
    expect(&ar, 605, "entry");
    row_drop(&ar, 42);
    expect(&ar, 42, "entry");
    row_drop(&ar, 1);
    expect(&ar, 1, "entry");
    area_stop(&ar);
    start(&ar);
    row_drop(&ar, 610); /* the tail: seen by those who knew it, or by a checkpoint */
    expect(&ar, 610, "entry");
    area_reopen(&ar);
    assert_int_equal(journal_size(ar.j), 609);
    expect(&ar, 0, "");
    area_stop(&ar);
}

static void a_changed_head(void **state)
{
    (void)state;
    struct area ar;
    start(&ar);
    row_flip(&ar, 400, EC_HEAD, 47); /* the actor */
    expect(&ar, 400, "leaf");
    row_flip(&ar, 256, EC_HEAD, 61); /* the verb */
    expect(&ar, 256, "leaf");
    row_flip(&ar, 100, EC_HEAD, 64); /* a commitment: the body no longer fits either, and the body is looked at first */
    expect(&ar, 100, "body.open");
    row_flip(&ar, 90, EC_HEAD, 0);
    expect(&ar, 90, "head");
    row_flip(&ar, 80, EC_HEAD, 15);
    expect(&ar, 80, "head"); /* a number that is not its place */
    row_flip(&ar, 70, EC_HEAD, 55);
    expect(&ar, 70, "record");
    row_set(&ar, 60, EC_RECORD, sv_int(7)); /* hidden from its record's history */
    expect(&ar, 60, "record");
    row_flip(&ar, 50, EC_HEAD, 24);
    expect(&ar, 50, "leaf"); /* ahead in time: the next ones would be behind */
    area_stop(&ar);
    start(&ar);
    row_flip(&ar, 607, EC_HEAD, 61); /* in the row that is not full: only who has it open can tell */
    expect(&ar, 607, "leaf");
    area_reopen(&ar);
    expect(&ar, 0, ""); /* hence checkpoints outside */
    area_stop(&ar);
}

/* Heads that were made anew, consistently, with times and commands that run backwards. */
static void rewrite_head(struct area *ar, uint64_t seq, int64_t time_us, uint64_t command)
{
    struct sv row[EC_COUNT];
    struct entry e;
    uint8_t mask, head[ENTRY_HEAD_MAX];
    struct hash c[CLASS_COUNT];
    row_get(ar, seq, row);
    assert_true(entry_head_get(row[EC_HEAD].s, &e, &mask, c));
    e.time_us = time_us;
    e.command = command;
    row_set(ar, seq, EC_HEAD, sv_blob(str_of((char *)head, entry_head_put(&e, mask, c, head))));
}

static void time_and_command_run_forward(void **state)
{
    (void)state;
    struct area ar;
    start(&ar);
    struct entry e;
    assert_ok(journal_get(ar.j, &ar.a, 606, &e, &E));
    rewrite_head(&ar, 607, e.time_us, e.command + 1);
    expect(&ar, 607, "time");
    rewrite_head(&ar, 607, e.time_us + 1, e.command - 1);
    expect(&ar, 607, "command");
    rewrite_head(&ar, 607, e.time_us + 5, e.command + 1);
    expect(&ar, 0, ""); /* as it was */
    area_stop(&ar);
}

static void a_changed_body(void **state)
{
    (void)state;
    struct area ar;
    start(&ar);
    row_flip(&ar, 609, EC_BODY + CLASS_PERSONAL, 20);
    expect(&ar, 609, "body.personal");
    row_flip(&ar, 500, EC_BODY + CLASS_RESTRICTED, 3); /* the salt */
    expect(&ar, 500, "body.restricted");
    row_set(&ar, 400, EC_BODY + CLASS_OPEN, sv_blob(STR("short")));
    expect(&ar, 400, "body.open");
    row_set(&ar, 200, EC_BODY + CLASS_PROTECTED, sv_blob(STR("0123456789abcdef{}")));
    expect(&ar, 200, "extra.protected");
    struct sv row[EC_COUNT];
    row_get(&ar, 150, row); /* another entry's body of the same class */
    row_set(&ar, 120, EC_BODY + CLASS_PERSONAL, row[EC_BODY + CLASS_PERSONAL]);
    expect(&ar, 120, "body.personal");
    area_stop(&ar);
}

static void a_missing_body(void **state)
{
    (void)state;
    struct area ar;
    start(&ar);
    row_set(&ar, 610, EC_BODY + CLASS_OPEN, sv_null());
    expect(&ar, 610, "gone.open");
    row_set(&ar, 450, EC_BODY + CLASS_RESTRICTED, sv_null());
    expect(&ar, 450, "gone.restricted");
    row_set(&ar, 451, EC_BODY + CLASS_OPEN, sv_null());
    expect(&ar, 450, "gone.restricted");
    row_set(&ar, 300, EC_BODY + CLASS_RESTRICTED, sv_null()); /* 601 names its personal body only */
    expect(&ar, 300, "gone.restricted");
    area_stop(&ar);
    start(&ar); /* the erase entry's own list cannot go */
    row_set(&ar, 601, EC_BODY + CLASS_OPEN, sv_null());
    expect(&ar, 300, "gone.personal");
    area_stop(&ar);
}

static void what_was_erased_came_back(void **state)
{
    (void)state;
    struct area ar;
    struct sv row[EC_COUNT];
    area_start(&ar, NULL, HASH_SHA256);
    fill(&ar, 600);
    row_get(&ar, 300, row);
    erase(&ar, 300, CLASS_PERSONAL);
    fill(&ar, 9);
    expect(&ar, 0, "");
    row_set(&ar, 300, EC_BODY + CLASS_PERSONAL, row[EC_BODY + CLASS_PERSONAL]);
    expect(&ar, 601, "erase");
    area_stop(&ar);
}

static void an_erase_entry_that_names_too_much(void **state)
{
    (void)state;
    static const char *const lists[] = {"{\"bodies\":[[300,\"personal\"]]}", "{\"bodies\":[[9,\"personal\"]]}", "{\"bodies\":[[1,\"protected\"]]}"};
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) { /* erased before; still there; never there */
        struct area ar;
        start(&ar);
        begin(&ar);
        struct entry e = next_entry(&ar);
        e.kind = ENTRY_ERASE;
        e.body[CLASS_OPEN] = str_of(lists[i], strlen(lists[i]));
        put(&ar, e);
        commit(&ar);
        expect(&ar, 611, "erase");
        area_stop(&ar);
    }
}

/* The earliest finding counts, though what is missing is known only at the end. */
static void the_first_of_several(void **state)
{
    (void)state;
    struct area ar;
    start(&ar);
    row_flip(&ar, 400, EC_BODY + CLASS_OPEN, 18);
    expect(&ar, 400, "body.open"); /* 300 is missing, but 601, behind the break, names it */
    row_set(&ar, 5, EC_BODY + CLASS_OPEN, sv_null());
    expect(&ar, 5, "gone.open");
    row_drop(&ar, 2);
    expect(&ar, 2, "entry");
    area_stop(&ar);
}

static void torn_tiles(void **state)
{
    (void)state;
    struct area ar;
    struct sv t[TC_COUNT], u[TC_COUNT];
    start(&ar);
    tile_get(&ar, 0, 0, t);
    tile_get(&ar, 0, 1, u);
    tile_set(&ar, 0, 0, u[TC_ROOT].s, u[TC_HASHES].s); /* swapped */
    tile_set(&ar, 0, 1, t[TC_ROOT].s, t[TC_HASHES].s);
    expect(&ar, 1, "leaf");
    tile_set(&ar, 0, 0, t[TC_ROOT].s, t[TC_HASHES].s);
    expect(&ar, 257, "leaf");
    tile_set(&ar, 0, 1, u[TC_ROOT].s, changed(&ar, u[TC_HASHES].s, 32 * 10 + 5));
    expect(&ar, 267, "leaf");
    tile_set(&ar, 0, 1, changed(&ar, u[TC_ROOT].s, 0), u[TC_HASHES].s);
    expect(&ar, 257, "tile");
    tile_set(&ar, 0, 1, u[TC_ROOT].s, str_sub(u[TC_HASHES].s, 0, 100));
    expect(&ar, 257, "tile");
    tile_drop(&ar, 0, 1);
    expect(&ar, 257, "tile");
    tile_add(&ar, 0, 1, u[TC_ROOT].s, u[TC_HASHES].s);
    expect(&ar, 0, "");
    tile_add(&ar, 0, 2, u[TC_ROOT].s, u[TC_HASHES].s);
    expect(&ar, 610, "tile");
    tile_drop(&ar, 0, 2);
    tile_add(&ar, 1, 0, u[TC_ROOT].s, u[TC_HASHES].s);
    expect(&ar, 610, "tile");
    area_stop(&ar);
}

static void the_row_above(void **state)
{
    (void)state;
    struct area ar;
    struct sv t[TC_COUNT];
    area_start(&ar, NULL, HASH_SHA256);
    fill(&ar, 65600);
    tile_get(&ar, 1, 0, t);
    expect(&ar, 0, "");
    tile_set(&ar, 1, 0, t[TC_ROOT].s, changed(&ar, t[TC_HASHES].s, 500));
    expect(&ar, 1, "tile");
    tile_set(&ar, 1, 0, changed(&ar, t[TC_ROOT].s, 31), t[TC_HASHES].s);
    expect(&ar, 1, "tile");
    tile_drop(&ar, 1, 0);
    expect(&ar, 1, "tile");
    tile_add(&ar, 1, 0, t[TC_ROOT].s, t[TC_HASHES].s);
    expect(&ar, 0, "");
    area_stop(&ar);
}

/* Many missing bodies over many pages of bits, all named: nothing is found, and one that is not named is. */
static void thousands_of_erased_bodies(void **state)
{
    (void)state;
    enum { N = 9000 };
    struct area ar;
    struct buf b;
    struct json_out o;
    static struct erased_body list[N / 3];
    size_t n = 0;
    area_start(&ar, NULL, HASH_SHA256);
    fill(&ar, N);
    begin(&ar);
    for (uint64_t seq = 3; seq <= N; seq += 3) {
        list[n++] = (struct erased_body){seq, CLASS_PERSONAL};
        assert_ok(journal_erase_body(ar.j, seq, CLASS_PERSONAL, &E));
    }
    for (size_t half = 0; half < 2; half++) { /* the later ones first */
        buf_init(&b, 1 << 20);
        json_out_init(&o, &b);
        json_object(&o);
        journal_put_erased(&o, half == 0 ? list + n / 2 : list, half == 0 ? n - n / 2 : n / 2);
        json_end_object(&o);
        struct entry e = next_entry(&ar);
        e.kind = ENTRY_ERASE;
        e.body[CLASS_OPEN] = buf_view(&b);
        put(&ar, e);
        buf_fini(&b);
    }
    commit(&ar);
    expect(&ar, 0, "");
    row_set(&ar, 8190, EC_BODY + CLASS_RESTRICTED, sv_null());
    expect(&ar, 8190, "gone.restricted");
    row_set(&ar, 4096, EC_BODY + CLASS_OPEN, sv_null());
    expect(&ar, 4096, "gone.open");
    row_set(&ar, 4095, EC_BODY + CLASS_OPEN, sv_null());
    expect(&ar, 4095, "gone.open");
    area_stop(&ar);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sound_journal), cmocka_unit_test(a_deleted_entry), cmocka_unit_test(a_changed_head),
        cmocka_unit_test(time_and_command_run_forward), cmocka_unit_test(a_changed_body), cmocka_unit_test(a_missing_body),
        cmocka_unit_test(what_was_erased_came_back), cmocka_unit_test(an_erase_entry_that_names_too_much),
        cmocka_unit_test(the_first_of_several), cmocka_unit_test(torn_tiles), cmocka_unit_test(the_row_above),
        cmocka_unit_test(thousands_of_erased_bodies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
