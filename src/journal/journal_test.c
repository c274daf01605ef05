/*
 * journal_test.c - making, appending, reading back, coming back from rollbacks, two processes, tiles as files.
 */
#include "journal/test_area.h"

#include <sys/stat.h>
#include <unistd.h>

static void an_empty_journal(void **state)
{
    (void)state;
    struct area ar;
    struct store *bare = NULL;
    struct journal *j = NULL;
    struct store_options so = {.mode = STORE_CREATE, .memory = true};
    assert_ok(store_open(STR("memory"), &so, &bare, &E));
    assert_code(journal_open(bare, &j, &E), RC_ABSENT, &E, "journal.none");
    assert_null(j);
    store_close(&bare);

    area_start(&ar, NULL, HASH_SHA256);
    assert_int_equal(journal_size(ar.j), 0);
    assert_int_equal(journal_last_time(ar.j), 0);
    assert_int_equal(journal_last_command(ar.j), 0);
    assert_int_equal(journal_alg(ar.j), HASH_SHA256);
    struct hash root;
    journal_root(ar.j, &root);
    assert_hash(root, hash_hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    assert_ok(journal_root_at(ar.j, 0, &root, &E));
    assert_hash(root, hash_hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    struct entry e;
    struct proof p;
    assert_code(journal_get(ar.j, &ar.a, 0, &e, &E), RC_ABSENT, &E, "journal.absent");
    assert_code(journal_get(ar.j, &ar.a, 1, &e, &E), RC_ABSENT, &E, "journal.absent");
    assert_code(journal_root_at(ar.j, 1, &root, &E), RC_INPUT, &E, "journal.size");
    assert_code(journal_prove(ar.j, &ar.a, 1, 0, &p, &E), RC_INPUT, &E, "journal.size");
    assert_ok(journal_prove_growth(ar.j, &ar.a, 0, 0, &p, &E));
    assert_true(growth_holds(HASH_SHA256, &p, &root, &root));
    struct journal_walk *w = NULL;
    const struct entry *got = &e;
    assert_ok(journal_walk(ar.j, 0, &w, &E));
    assert_ok(journal_next(w, &got, NULL, &E));
    assert_null(got);
    journal_walk_close(&w);
    journal_walk_close(&w);
    begin(&ar);
    struct journal_options again = {HASH_SM3};
    assert_code(journal_create(ar.s, &again, &E), RC_CONFLICT, &E, "journal.exists");
    store_rollback(ar.s);
    area_stop(&ar);
}

static void what_was_appended_is_read_back(void **state)
{
    (void)state;
    struct area ar;
    area_start(&ar, NULL, HASH_SHA256);
    begin(&ar);
    struct entry e = {.command = 9, .time_us = 1000, .happened = 20000, .actor = 4, .verb = 7, .kind = ENTRY_CREATE, .reg = 3, .record = 55, .version = 1,
                      .body = {STR_INIT("{\"n\":1}"), STR_INIT("{\"p\":\"\xe5\xbc\xa0\xe4\xb8\x89\"}"), {NULL, 0}, STR_INIT("{}")}};
    struct entry other = {.command = 9, .time_us = 1001, .happened = ENTRY_NO_DAY, .kind = ENTRY_REFUSED, .verb = 8, .actor = 6};
    struct entry same_id = {.command = 10, .time_us = 1002, .happened = ENTRY_NO_DAY, .kind = ENTRY_UPDATE, .reg = 3, .record = 55, .version = 2,
                            .body = {STR_INIT("{\"n\":2}")}};
    put(&ar, e);
    put(&ar, other);
    put(&ar, same_id);
    commit(&ar);
    struct entry got;
    assert_ok(journal_get(ar.j, &ar.a, 1, &got, &E));
    assert_int_equal(got.seq, 1);
    assert_int_equal(got.command, 9);
    assert_int_equal(got.time_us, 1000);
    assert_int_equal(got.happened, 20000);
    assert_int_equal(got.actor, 4);
    assert_int_equal(got.verb, 7);
    assert_int_equal(got.kind, ENTRY_CREATE);
    assert_int_equal(got.reg, 3);
    assert_int_equal(got.record, 55);
    assert_int_equal(got.version, 1);
    for (size_t c = 0; c < CLASS_COUNT; c++) {
        assert_int_equal(got.body[c].ptr == NULL, e.body[c].ptr == NULL);
        assert_true(str_eq(got.body[c], e.body[c]) && !got.erased[c]);
    }
    struct journal_walk *w = NULL;
    const struct entry *p = NULL;
    struct hash leaf;
    assert_ok(journal_walk(ar.j, 1, &w, &E));
    for (uint64_t seq = 1; seq <= 3; seq++) {
        assert_ok(journal_next(w, &p, &leaf, &E));
        assert_non_null(p);
        assert_int_equal(p->seq, seq);
        assert_hash(leaf, ar.leaf[seq - 1]);
    }
    assert_ok(journal_next(w, &p, &leaf, &E));
    assert_null(p);
    journal_walk_close(&w);
    assert_ok(journal_walk(ar.j, 3, &w, &E));
    assert_ok(journal_next(w, &p, NULL, &E));
    assert_int_equal(p->seq, 3);
    journal_walk_close(&w);
    assert_ok(journal_walk_record(ar.j, 3, 55, &w, &E));
    assert_ok(journal_next(w, &p, NULL, &E));
    assert_int_equal(p->seq, 1);
    assert_ok(journal_next(w, &p, &leaf, &E));
    assert_int_equal(p->seq, 3);
    assert_hash(leaf, ar.leaf[2]);
    assert_ok(journal_next(w, &p, NULL, &E));
    assert_null(p);
    journal_walk_close(&w);
    assert_ok(journal_walk_record(ar.j, 4, 55, &w, &E)); /* another register has no such record */
    assert_ok(journal_next(w, &p, NULL, &E));
    assert_null(p);
    journal_walk_close(&w);
    /* The leaf is the hash of the head's bytes, and two equal bodies have different commitments. */
    struct sv row[EC_COUNT];
    row_get(&ar, 1, row);
    merkle_leaf(ar.j->hasher, row[EC_HEAD].s, &leaf);
    assert_hash(leaf, ar.leaf[0]);
    assert_int_equal(row[EC_HEAD].s.len, 64 + 3 * 32);
    row_get(&ar, 2, row);
    assert_int_equal(row[EC_HEAD].s.len, 64);
    assert_int_equal(row[EC_RECORD].kind, SV_NULL);
    area_stop(&ar);
}

static void wrong_entries_are_refused(void **state)
{
    (void)state;
    struct area ar;
    area_start(&ar, NULL, HASH_SHA256);
    fill(&ar, 10);
    begin(&ar);
    struct hash before, after;
    journal_root(ar.j, &before);
#define REFUSED(change, rc, code)                                                                                                          \
    do {                                                                                                                                   \
        struct entry e = next_entry(&ar);                                                                                                  \
        change;                                                                                                                            \
        assert_code(journal_append(ar.j, &e, NULL, &E), rc, &E, code);                                                                     \
    } while (0)
    REFUSED(e.time_us = journal_last_time(ar.j), RC_INPUT, "journal.entry");
    REFUSED(e.time_us = journal_last_time(ar.j) - 1, RC_INPUT, "journal.entry");
    REFUSED(e.command = journal_last_command(ar.j) - 1, RC_INPUT, "journal.entry");
    REFUSED(e.kind = 0, RC_INPUT, "journal.entry");
    REFUSED(e.kind = 99, RC_INPUT, "journal.entry");
    REFUSED(e.record = 0, RC_INPUT, "journal.entry");
    REFUSED(e.version = 1, RC_INPUT, "journal.entry");
    REFUSED(e.kind = ENTRY_ERASE, RC_INPUT, "journal.erase_list");
    REFUSED((e.kind = ENTRY_ERASE, e.body[CLASS_OPEN] = STR("{\"bodies\":[[11,\"open\"]]}")), RC_INPUT, "journal.erase_list");
    char *big = calloc(1, ENTRY_BODY_MAX + 1);
    assert_non_null(big);
    REFUSED((e.body[CLASS_PERSONAL] = str_of(big, ENTRY_BODY_MAX + 1)), RC_LIMIT, "journal.body_too_big");
#undef REFUSED
    journal_root(ar.j, &after);
    assert_hash(before, after);
    assert_int_equal(journal_size(ar.j), 10);
    struct entry e = next_entry(&ar); /* the limit itself fits */
    memset(big, ' ', ENTRY_BODY_MAX);
    e.body[CLASS_PERSONAL] = str_of(big, ENTRY_BODY_MAX);
    e.command = journal_last_command(ar.j); /* another entry of the same command */
    put(&ar, e);
    commit(&ar);
    assert_ok(journal_get(ar.j, &ar.a, 11, &e, &E));
    assert_int_equal(e.body[CLASS_PERSONAL].len, ENTRY_BODY_MAX);
    free(big);
    area_stop(&ar);
}

static void roots_and_proofs(void **state)
{
    (void)state;
    struct area ar;
    area_start(&ar, NULL, HASH_SHA256);
    begin(&ar);
    for (size_t i = 0; i < 600; i++) {
        put_many(&ar, 1);
        if (i % 37 == 0 || i % 256 > 253) assert_root(&ar);
    }
    commit(&ar);
    struct hash root, old;
    journal_root(ar.j, &root);
    struct proof p;
    for (uint64_t size = 1; size <= 600; size += 1 + size / 8) {
        assert_ok(journal_root_at(ar.j, size, &root, &E));
        assert_hash(root, naive_root(ar.j->hasher, ar.leaf, (size_t)size));
        for (uint64_t seq = 1; seq <= size; seq += 1 + size / 9) {
            assert_ok(journal_prove(ar.j, &ar.a, seq, size, &p, &E));
            assert_int_equal(p.index, seq - 1);
            assert_true(proof_holds(HASH_SHA256, &p, &ar.leaf[seq - 1], &root));
            assert_false(proof_holds(HASH_SHA256, &p, &ar.leaf[seq % size], &root) && size > 1);
            assert_ok(journal_prove_growth(ar.j, &ar.a, seq, size, &p, &E));
            assert_ok(journal_root_at(ar.j, seq, &old, &E));
            assert_true(growth_holds(HASH_SHA256, &p, &old, &root));
        }
    }
    assert_code(journal_prove(ar.j, &ar.a, 0, 10, &p, &E), RC_INPUT, &E, "journal.size");
    assert_code(journal_prove(ar.j, &ar.a, 11, 10, &p, &E), RC_INPUT, &E, "journal.size");
    assert_code(journal_prove(ar.j, &ar.a, 1, 601, &p, &E), RC_INPUT, &E, "journal.size");
    assert_code(journal_prove_growth(ar.j, &ar.a, 11, 10, &p, &E), RC_INPUT, &E, "journal.size");
    assert_code(journal_prove_growth(ar.j, &ar.a, 1, 601, &p, &E), RC_INPUT, &E, "journal.size");
    area_stop(&ar);
}

static void reopening_finds_the_same_frontier(void **state)
{
    (void)state;
    struct area ar;
    static const size_t stops[] = {1, 2, 255, 256, 257, 511, 512, 513, 600};
    area_start(&ar, NULL, HASH_SHA256);
    for (size_t i = 0; i < ARRAY_LEN(stops); i++) {
        fill(&ar, stops[i] - (size_t)journal_size(ar.j));
        int64_t t = journal_last_time(ar.j);
        uint64_t c = journal_last_command(ar.j);
        area_reopen(&ar);
        assert_int_equal(journal_size(ar.j), stops[i]);
        assert_int_equal(journal_last_time(ar.j), t);
        assert_int_equal(journal_last_command(ar.j), c);
        assert_root(&ar);
    }
    area_stop(&ar);
}

/* ---- rollbacks ---- */

static void undo_to_the_mark(void **state)
{
    (void)state;
    struct area ar;
    area_start(&ar, NULL, HASH_SHA256);
    fill(&ar, 250);
    begin(&ar);
    put_many(&ar, 3);
    struct hash before, after;
    static const size_t bursts[] = {0, 1, 3, 4, 300, 800}; /* within the row, to its end, past one and several rows */
    for (size_t i = 0; i < ARRAY_LEN(bursts); i++) {
        int64_t t = journal_last_time(ar.j);
        uint64_t c = journal_last_command(ar.j);
        assert_ok(store_mark(ar.s, &E));
        journal_mark(ar.j);
        journal_root(ar.j, &before);
        put_many(&ar, bursts[i]);
        store_mark_undo(ar.s);
        journal_undo(ar.j);
        journal_root(ar.j, &after);
        assert_hash(before, after);
        assert_int_equal(journal_size(ar.j), 253);
        assert_int_equal(journal_last_time(ar.j), t);
        assert_int_equal(journal_last_command(ar.j), c);
    }
    /* A kept mark, then one that is undone, with proofs read in between: what was cached must go. */
    assert_ok(store_mark(ar.s, &E));
    journal_mark(ar.j);
    put_many(&ar, 10);
    assert_ok(store_mark_keep(ar.s, &E));
    assert_ok(store_mark(ar.s, &E));
    journal_mark(ar.j);
    put_many(&ar, 300);
    struct proof p;
    struct hash root;
    assert_ok(journal_prove(ar.j, &ar.a, 260, 500, &p, &E));
    store_mark_undo(ar.s);
    journal_undo(ar.j);
    put_many(&ar, 300);
    assert_root(&ar);
    commit(&ar);
    journal_root(ar.j, &root);
    for (uint64_t seq = 1; seq <= journal_size(ar.j); seq += 11) {
        assert_ok(journal_prove(ar.j, &ar.a, seq, journal_size(ar.j), &p, &E));
        assert_true(proof_holds(HASH_SHA256, &p, &ar.leaf[seq - 1], &root));
    }
    area_reopen(&ar);
    assert_root(&ar);
    area_stop(&ar);
}

static void drop_to_what_was_kept(void **state)
{
    (void)state;
    struct area ar;
    area_start(&ar, NULL, HASH_SHA256);
    fill(&ar, 200);
    struct hash kept, after;
    journal_root(ar.j, &kept);
    static const size_t bursts[] = {1, 56, 57, 900};
    for (size_t i = 0; i < ARRAY_LEN(bursts); i++) {
        begin(&ar);
        put_many(&ar, bursts[i]);
        assert_ok(store_mark(ar.s, &E));
        journal_mark(ar.j);
        put_many(&ar, 300);
        store_rollback(ar.s);
        journal_drop(ar.j);
        journal_root(ar.j, &after);
        assert_hash(kept, after);
        assert_int_equal(journal_size(ar.j), 200);
    }
    fill(&ar, 400);
    assert_root(&ar);
    area_reopen(&ar);
    assert_root(&ar);
    area_stop(&ar);
}

/* Past 65,536 entries a row of level 1 fills up, and a rollback takes it back. */
static void two_levels_of_tiles(void **state)
{
    (void)state;
    struct area ar;
    area_start(&ar, NULL, HASH_SHA256);
    fill(&ar, 65500);
    assert_root(&ar);
    struct hash kept, after;
    journal_root(ar.j, &kept);
    begin(&ar);
    put_many(&ar, 400);
    assert_root(&ar);
    store_rollback(ar.s);
    journal_drop(ar.j);
    journal_root(ar.j, &after);
    assert_hash(kept, after);
    fill(&ar, 65536 - 65500);
    area_reopen(&ar);
    assert_root(&ar);
    fill(&ar, 300);
    area_reopen(&ar);
    assert_root(&ar);
    struct proof p;
    struct hash root;
    journal_root(ar.j, &root);
    static const uint64_t seqs[] = {1, 256, 257, 65280, 65536, 65537, 65793, 65836};
    for (size_t i = 0; i < ARRAY_LEN(seqs); i++) {
        assert_ok(journal_prove(ar.j, &ar.a, seqs[i], journal_size(ar.j), &p, &E));
        assert_true(proof_holds(HASH_SHA256, &p, &ar.leaf[seqs[i] - 1], &root));
    }
    struct journal_report r;
    assert_ok(journal_verify(ar.j, &ar.a, NULL, NULL, &r, &E));
    assert_int_equal(r.first_bad, 0);
    assert_int_equal(r.entries, 65836);
    area_stop(&ar);
}

/* ---- another process ---- */

static char folder[] = "/tmp/guiju-journal-XXXXXX";
static char file_path[160];

static const char *file_named(const char *name)
{
    snprintf(file_path, sizeof file_path, "%s/%s", folder, name);
    return file_path;
}

static int folder_make(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int folder_gone(void **state)
{
    (void)state;
    char command[200];
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

static void second_open(struct area *two, const char *name)
{
    *two = (struct area){.s = NULL};
    arena_init(&two->a, 1 << 20);
    struct store_options so = {.mode = STORE_WRITE};
    assert_ok(store_open(str_c(file_named(name)), &so, &two->s, &E));
    assert_ok(journal_open(two->s, &two->j, &E));
    area_bind(two);
}

static void two_processes(void **state)
{
    (void)state;
    struct area one, two;
    bool moved = true;
    area_start(&one, file_named("two"), HASH_SHA256);
    second_open(&two, "two");
    assert_ok(journal_refresh(two.j, &moved, &E));
    assert_false(moved);
    struct hash a, b;
    static const size_t bursts[] = {1, 254, 1, 1, 300, 700};
    for (size_t i = 0; i < ARRAY_LEN(bursts); i++) {
        fill(&one, bursts[i]);
        begin(&two);
        assert_ok(journal_refresh(two.j, &moved, &E));
        store_rollback(two.s);
        assert_true(moved);
        journal_root(one.j, &a);
        journal_root(two.j, &b);
        assert_hash(a, b);
        assert_int_equal(journal_size(two.j), journal_size(one.j));
        assert_int_equal(journal_last_time(two.j), journal_last_time(one.j));
        assert_int_equal(journal_last_command(two.j), journal_last_command(one.j));
        assert_ok(journal_refresh(two.j, &moved, &E));
        assert_false(moved);
    }
    fill(&two, 300); /* and the other way round, past the end of a row */
    assert_ok(journal_refresh(one.j, &moved, &E));
    assert_true(moved);
    journal_root(one.j, &a);
    journal_root(two.j, &b);
    assert_hash(a, b);
    struct proof p;
    assert_ok(journal_prove(one.j, &one.a, 1500, journal_size(one.j), &p, &E));
    fill(&two, 1); /* a stale writer cannot overwrite: the number is taken */
    begin(&one);
    struct entry e = next_entry(&one);
    assert_code(journal_append(one.j, &e, NULL, &E), RC_CONFLICT, &E, "store.unique");
    store_rollback(one.s);
    journal_drop(one.j);
    assert_ok(journal_refresh(one.j, &moved, &E));
    assert_true(moved);
    area_stop(&two);
    area_stop(&one);
}

static void refresh_sees_a_torn_head(void **state)
{
    (void)state;
    struct area one, two;
    bool moved;
    area_start(&one, file_named("torn"), HASH_SHA256);
    fill(&one, 300);
    second_open(&two, "torn");
    fill(&one, 5);
    row_flip(&one, 303, EC_HEAD, 0); /* no head at all */
    assert_code(journal_refresh(two.j, &moved, &E), RC_BROKEN, &E, "journal.torn");
    assert_false(moved);
    assert_int_equal(journal_size(two.j), 300); /* it stands where it stood */
    row_flip(&one, 303, EC_HEAD, 0);
    row_drop(&one, 302);
    assert_code(journal_refresh(two.j, &moved, &E), RC_BROKEN, &E, "journal.torn");
    for (uint64_t seq = 300; seq <= 305; seq++)
        if (seq != 302) row_drop(&one, seq);
    assert_code(journal_refresh(two.j, &moved, &E), RC_BROKEN, &E, "journal.torn"); /* cut */
    area_stop(&two);
    area_stop(&one);
    area_start(&one, file_named("torn2"), HASH_SHA256);
    fill(&one, 300);
    second_open(&two, "torn2");
    row_flip(&one, 300, EC_HEAD, 47); /* the head that both know is another one now */
    assert_code(journal_refresh(two.j, &moved, &E), RC_BROKEN, &E, "journal.torn");
    area_stop(&two);
    area_stop(&one);
}

/* ---- what opening notices ---- */

static void expect_torn(struct area *ar)
{
    struct journal *j = NULL;
    err_clear(&E);
    assert_code(journal_open(ar->s, &j, &E), RC_BROKEN, &E, "journal.torn");
    assert_null(j);
}

static void opening_a_torn_journal(void **state)
{
    (void)state;
    struct area ar;
    struct sv t[TC_COUNT], u[TC_COUNT];
    area_start(&ar, NULL, HASH_SHA256);
    fill(&ar, 600);
    tile_get(&ar, 0, 1, t);
    tile_get(&ar, 0, 0, u);
    tile_drop(&ar, 0, 1);
    expect_torn(&ar);
    tile_add(&ar, 0, 1, u[TC_ROOT].s, u[TC_HASHES].s); /* the wrong one */
    expect_torn(&ar);
    tile_set(&ar, 0, 1, changed(&ar, t[TC_ROOT].s, 3), t[TC_HASHES].s);
    expect_torn(&ar);
    tile_set(&ar, 0, 1, t[TC_ROOT].s, changed(&ar, t[TC_HASHES].s, 77));
    expect_torn(&ar);
    tile_set(&ar, 0, 1, t[TC_ROOT].s, str_sub(t[TC_HASHES].s, 0, 8160));
    expect_torn(&ar);
    tile_set(&ar, 0, 1, t[TC_ROOT].s, t[TC_HASHES].s);
    area_reopen(&ar); /* whole again */
    tile_add(&ar, 0, 2, t[TC_ROOT].s, t[TC_HASHES].s);
    expect_torn(&ar);
    tile_drop(&ar, 0, 2);
    tile_add(&ar, 3, 0, t[TC_ROOT].s, t[TC_HASHES].s);
    expect_torn(&ar);
    tile_drop(&ar, 3, 0);
    row_flip(&ar, 512, EC_HEAD, 40); /* ends the newest row */
    expect_torn(&ar);
    row_flip(&ar, 512, EC_HEAD, 40);
    row_flip(&ar, 555, EC_HEAD, 15); /* its number */
    expect_torn(&ar);
    row_flip(&ar, 555, EC_HEAD, 15);
    row_drop(&ar, 590);
    expect_torn(&ar);
    area_stop(&ar);
}

/* ---- erasing ---- */

static void erased_bodies(void **state)
{
    (void)state;
    struct area ar;
    struct entry e;
    area_start(&ar, NULL, HASH_SHA256);
    fill(&ar, 30);
    struct hash root;
    erase(&ar, 15, CLASS_PERSONAL);
    assert_ok(journal_get(ar.j, &ar.a, 15, &e, &E));
    assert_true(e.erased[CLASS_PERSONAL]);
    assert_null(e.body[CLASS_PERSONAL].ptr);
    assert_true(str_eq(e.body[CLASS_RESTRICTED], STR("{\"c\":\"y\"}")) && !e.erased[CLASS_RESTRICTED]);
    assert_root(&ar); /* the leaf stands */
    struct proof p;
    journal_root(ar.j, &root);
    assert_ok(journal_prove(ar.j, &ar.a, 15, 31, &p, &E));
    assert_true(proof_holds(HASH_SHA256, &p, &ar.leaf[14], &root));
    begin(&ar);
    assert_code(journal_erase_body(ar.j, 15, CLASS_PERSONAL, &E), RC_ABSENT, &E, "journal.no_body"); /* twice */
    assert_code(journal_erase_body(ar.j, 1, CLASS_PERSONAL, &E), RC_ABSENT, &E, "journal.no_body");  /* never there */
    assert_code(journal_erase_body(ar.j, 99, CLASS_OPEN, &E), RC_ABSENT, &E, "journal.absent");
    assert_code(journal_erase_body(ar.j, 31, CLASS_OPEN, &E), RC_INPUT, &E, "journal.erase_kept");
    store_rollback(ar.s);
    area_stop(&ar);
}

static void a_changed_body_is_not_read(void **state)
{
    (void)state;
    struct area ar;
    struct entry e;
    struct journal_walk *w = NULL;
    const struct entry *p;
    area_start(&ar, NULL, HASH_SHA256);
    fill(&ar, 10);
    row_flip(&ar, 4, EC_BODY + CLASS_OPEN, 20);
    assert_code(journal_get(ar.j, &ar.a, 4, &e, &E), RC_BROKEN, &E, "journal.torn");
    assert_ok(journal_walk_record(ar.j, 2, 103, &w, &E));
    assert_code(journal_next(w, &p, NULL, &E), RC_BROKEN, &E, "journal.torn");
    journal_walk_close(&w);
    row_drop(&ar, 6);
    assert_code(journal_get(ar.j, &ar.a, 6, &e, &E), RC_BROKEN, &E, "journal.torn"); /* it was there: not merely absent */
    assert_ok(journal_walk(ar.j, 5, &w, &E));
    assert_ok(journal_next(w, &p, NULL, &E));
    assert_code(journal_next(w, &p, NULL, &E), RC_BROKEN, &E, "journal.torn");
    journal_walk_close(&w);
    area_stop(&ar);
}

/* ---- SM3 ---- */

static void an_sm3_area(void **state)
{
    (void)state;
    struct area ar;
    area_start(&ar, NULL, HASH_SM3);
    assert_int_equal(journal_alg(ar.j), HASH_SM3);
    struct hash root;
    journal_root(ar.j, &root); /* SM3 of nothing */
    assert_hash(root, hash_hex("1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b"));
    fill(&ar, 300);
    area_reopen(&ar);
    assert_int_equal(journal_alg(ar.j), HASH_SM3);
    assert_root(&ar);
    journal_root(ar.j, &root);
    struct proof p;
    assert_ok(journal_prove(ar.j, &ar.a, 17, 300, &p, &E));
    assert_true(proof_holds(HASH_SM3, &p, &ar.leaf[16], &root));
    assert_false(proof_holds(HASH_SHA256, &p, &ar.leaf[16], &root));
    struct journal_report r;
    assert_ok(journal_verify(ar.j, &ar.a, NULL, NULL, &r, &E));
    assert_int_equal(r.first_bad, 0);
    assert_int_equal(r.entries, 300);
    area_stop(&ar);
}

/* ---- tiles as files ---- */

static struct str file_bytes(struct arena *a, const char *path)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    char *p = arena_alloc(a, 10000);
    size_t n = fread(p, 1, 10000, f);
    fclose(f);
    return str_of(p, n);
}

static void exported_tiles(void **state)
{
    (void)state;
    struct area ar;
    area_start(&ar, NULL, HASH_SHA256);
    fill(&ar, 600);
    assert_int_equal(mkdir(file_named("out"), 0700), 0);
    char out[170];
    snprintf(out, sizeof out, "%s", file_path);
    assert_ok(journal_export_tiles(ar.j, str_c(out), &E));
    struct str got = file_bytes(&ar.a, file_named("out/tile/0/001"));
    assert_int_equal(got.len, 8192);
    assert_memory_equal(got.ptr, ar.leaf + 256, 8192);
    got = file_bytes(&ar.a, file_named("out/tile/0/002.p/88"));
    assert_int_equal(got.len, 88 * 32);
    assert_memory_equal(got.ptr, ar.leaf + 512, 88 * 32);
    got = file_bytes(&ar.a, file_named("out/tile/1/000.p/2"));
    assert_int_equal(got.len, 64);
    assert_memory_equal(got.ptr, naive_root(ar.j->hasher, ar.leaf, 256).b, 32);
    assert_int_not_equal(access(file_named("out/tile/2"), F_OK), 0);
    fill(&ar, 200);
    assert_ok(journal_export_tiles(ar.j, str_c(out), &E)); /* what is there and equal stays */
    assert_int_equal(access(file_named("out/tile/0/002"), F_OK), 0);
    assert_int_equal(access(file_named("out/tile/0/003.p/32"), F_OK), 0);
    FILE *f = fopen(file_named("out/tile/0/001"), "r+b");
    assert_non_null(f);
    fputc('!', f);
    fclose(f);
    assert_code(journal_export_tiles(ar.j, str_c(out), &E), RC_CONFLICT, &E, "journal.tile_differs");
    assert_int_equal(journal_export_tiles(ar.j, STR("/nonexistent/folder"), &E), RC_SYSTEM);
    area_stop(&ar);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_journal),     cmocka_unit_test(what_was_appended_is_read_back),
        cmocka_unit_test(wrong_entries_are_refused), cmocka_unit_test(roots_and_proofs),
        cmocka_unit_test(reopening_finds_the_same_frontier), cmocka_unit_test(undo_to_the_mark),
        cmocka_unit_test(drop_to_what_was_kept), cmocka_unit_test(two_levels_of_tiles),
        cmocka_unit_test(two_processes),        cmocka_unit_test(refresh_sees_a_torn_head),
        cmocka_unit_test(opening_a_torn_journal), cmocka_unit_test(erased_bodies),
        cmocka_unit_test(a_changed_body_is_not_read), cmocka_unit_test(an_sm3_area),
        cmocka_unit_test(exported_tiles),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_gone);
}
