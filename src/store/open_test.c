/* open_test.c - what is an area and what is not; who may open it; what is set. */
#include "store/inner.h"
#include "store/test.h"

#include <errno.h>
#include <sqlite3.h>

struct place_fix {
    char dir[64], path[96];
};

static int set_up(void **state) {
    struct place_fix *f = calloc(1, sizeof *f);
    if (f == NULL) abort();
    dir_make(f->dir);
    (void)snprintf(f->path, sizeof f->path, "%s/area", f->dir);
    *state = f;
    return 0;
}

static int tear_down(void **state) {
    struct place_fix *f = *state;
    dir_remove(f->dir);
    free(f);
    return 0;
}

static enum rc open_as(const struct place_fix *f, enum store_mode mode, struct store **s, struct err *err) {
    struct store_options o = {.mode = mode, .busy_ms = 20};
    return store_open(str_c(f->path), &o, s, err);
}

static void make_area(const struct place_fix *f) {
    struct err err;
    struct store *s = NULL;
    MUST_OK(open_as(f, STORE_CREATE, &s, &err));
    store_close(&s);
}

/* By a connection of its own: what another program would see or do. */
static void foreign(const struct place_fix *f, const char *sql) {
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static int64_t foreign_number(const struct place_fix *f, const char *sql) {
    sqlite3 *db = NULL;
    sqlite3_stmt *st = NULL;
    assert_int_equal(sqlite3_open_v2(f->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(st, 0);
    (void)sqlite3_finalize(st);
    (void)sqlite3_close(db);
    return n;
}

static void write_file(const char *path, const void *bytes, size_t len) {
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, len, out), len);
    assert_int_equal(fclose(out), 0);
}

static void made_areas_have_the_format_of_the_manual(void **state) {
    struct place_fix *f = *state;
    make_area(f);
    assert_int_equal(foreign_number(f, "PRAGMA application_id"), 0x4755494A);
    assert_int_equal(foreign_number(f, "PRAGMA user_version"), STORE_FORMAT);
    assert_int_equal(foreign_number(f, "PRAGMA page_size"), 8192);
    assert_int_equal(foreign_number(f, "SELECT count(*) FROM pragma_table_list WHERE name='meta' AND strict=1 AND wr=1"), 1);
    unsigned char head[100];
    FILE *in = fopen(f->path, "rb");
    assert_non_null(in);
    assert_int_equal(fread(head, 1, sizeof head, in), sizeof head);
    (void)fclose(in);
    assert_memory_equal(head + 68, "GUIJ", 4);
    assert_int_equal(head[18], 2); /* WAL */
    struct stat st;
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600); /* nobody else's business */
}

static void a_missing_area_is_absent(void **state) {
    struct place_fix *f = *state;
    struct err err;
    struct store *s = NULL;
    MUST_FAIL(open_as(f, STORE_WRITE, &s, &err), RC_ABSENT, "store.absent");
    MUST_FAIL(open_as(f, STORE_READ, &s, &err), RC_ABSENT, "store.absent");
    assert_null(s);
    struct stat st;
    assert_int_not_equal(stat(f->path, &st), 0); /* asking makes nothing */
    struct store_options o = {.mode = STORE_CREATE};
    char deep[200];
    (void)snprintf(deep, sizeof deep, "%s/no/area", f->dir);
    MUST_FAIL(store_open(str_c(deep), &o, &s, &err), RC_ABSENT, "store.absent");
    MUST_FAIL(store_open(STR(""), &o, &s, &err), RC_ABSENT, "store.absent");
    MUST_FAIL(store_open(str_of("a\0b", 3), &o, &s, &err), RC_ABSENT, "store.absent");
    MUST_FAIL(store_open(STR("postgresql://host/x"), &o, &s, &err), RC_INPUT, "store.back_end");
}

static void making_overwrites_nothing(void **state) {
    struct place_fix *f = *state;
    struct err err;
    struct store *s = NULL;
    write_file(f->path, "a letter", 8);
    MUST_FAIL(open_as(f, STORE_CREATE, &s, &err), RC_CONFLICT, "store.exists");
    char back[9] = {0};
    FILE *in = fopen(f->path, "rb");
    assert_non_null(in);
    assert_int_equal(fread(back, 1, 8, in), 8);
    (void)fclose(in);
    assert_string_equal(back, "a letter");
    MUST_FAIL(open_as(f, STORE_WRITE, &s, &err), RC_BROKEN, "store.not_area");
}

static void what_is_no_area_is_refused_and_left_alone(void **state) {
    struct place_fix *f = *state;
    struct err err;
    struct store *s = NULL;
    write_file(f->path, "", 0);
    MUST_FAIL(open_as(f, STORE_WRITE, &s, &err), RC_BROKEN, "store.not_area");
    char noise[9000];
    memset(noise, 'x', sizeof noise);
    write_file(f->path, noise, sizeof noise);
    MUST_FAIL(open_as(f, STORE_READ, &s, &err), RC_BROKEN, "store.not_area");
    assert_int_equal(unlink(f->path), 0);
    foreign(f, "CREATE TABLE other(a)");
    int64_t before = foreign_number(f, "PRAGMA schema_version");
    MUST_FAIL(open_as(f, STORE_WRITE, &s, &err), RC_BROKEN, "store.not_area");
    assert_int_equal(foreign_number(f, "PRAGMA schema_version"), before);
    char name[128];
    struct stat st;
    (void)snprintf(name, sizeof name, "%s.lock", f->path);
    assert_int_not_equal(stat(name, &st), 0); /* no litter beside a file that is not ours */
    struct store_options o = {.mode = STORE_WRITE};
    MUST_FAIL(store_open(str_c(f->dir), &o, &s, &err), RC_BROKEN, "store.not_area");
}

static void newer_and_torn_formats_are_refused(void **state) {
    struct place_fix *f = *state;
    struct err err;
    struct store *s = NULL;
    make_area(f);
    foreign(f, "PRAGMA user_version=2");
    MUST_FAIL(open_as(f, STORE_WRITE, &s, &err), RC_BROKEN, "store.newer");
    assert_non_null(strstr(err.en, "format 2"));
    MUST_FAIL(open_as(f, STORE_READ, &s, &err), RC_BROKEN, "store.newer");
    foreign(f, "PRAGMA user_version=0");
    MUST_FAIL(open_as(f, STORE_WRITE, &s, &err), RC_BROKEN, "store.format");
    foreign(f, "PRAGMA user_version=1; DROP TABLE meta");
    MUST_FAIL(open_as(f, STORE_WRITE, &s, &err), RC_BROKEN, "store.format");
}

static void odd_names_are_names(void **state) {
    struct place_fix *f = *state;
    struct err err;
    static const char *const odd[] = {"县 100%.db?mode=memory", "a#b&c", "%41", "一'\";--"};
    for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
        struct store *s = NULL, *r = NULL;
        char path[200];
        struct stat st;
        (void)snprintf(path, sizeof path, "%s/%s", f->dir, odd[i]);
        struct store_options o = {.mode = STORE_CREATE};
        MUST_OK(store_open(str_c(path), &o, &s, &err));
        assert_int_equal(stat(path, &st), 0);
        assert_true(st.st_size > 0);
        MUST_OK(store_open_reader(s, &r, &err));
        assert_true(str_eq(store_path(r), str_c(path)));
        char copy[220];
        (void)snprintf(copy, sizeof copy, "%s copy", path);
        MUST_OK(store_backup(s, str_c(copy), &err));
        assert_int_equal(stat(copy, &st), 0);
        store_close(&r);
        store_close(&s);
    }
}

static void one_writer_at_a_time(void **state) {
    struct place_fix *f = *state;
    struct err err;
    struct store *a = NULL, *b = NULL;
    make_area(f);
    MUST_OK(open_as(f, STORE_WRITE, &a, &err));
    MUST_OK(store_begin_write(a, &err));
    MUST_OK(open_as(f, STORE_WRITE, &b, &err)); /* opening does not wait for a writer */
    MUST_FAIL(store_begin_write(b, &err), RC_BUSY, "store.locked");
    MUST_FAIL(store_checkpoint(b, &err), RC_BUSY, "store.locked"); /* a checkpoint never meets a write */
    MUST_OK(store_commit(a, &err));
    MUST_OK(store_checkpoint(b, &err));
    MUST_OK(store_begin_write(b, &err));
    MUST_FAIL(store_begin_write(a, &err), RC_BUSY, "store.locked");
    store_rollback(b);
    MUST_OK(store_begin_write(a, &err));
    store_close(&a); /* closing gives the lock back */
    MUST_OK(store_begin_write(b, &err));
    store_rollback(b);
    store_close(&b);
}

/* Somebody with a SQLite of his own does not know of AREA.lock. */
static void a_foreign_writer_is_waited_for_and_told_of(void **state) {
    struct place_fix *f = *state;
    struct err err;
    struct store *s = NULL;
    make_area(f);
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    MUST_OK(open_as(f, STORE_WRITE, &s, &err));
    MUST_FAIL(store_begin_write(s, &err), RC_BUSY, "store.locked");
    assert_int_equal(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    MUST_OK(store_begin_write(s, &err));
    store_rollback(s);
    store_close(&s);
    (void)sqlite3_close(db);
}

static void a_reader_writes_nothing(void **state) {
    struct place_fix *f = *state;
    struct err err;
    struct store *s = NULL;
    make_area(f);
    MUST_OK(open_as(f, STORE_READ, &s, &err));
    MUST_FAIL(store_begin_write(s, &err), RC_SYSTEM, "store.readonly");
    MUST_OK(store_begin_read(s, &err));
    store_end(s);
    store_close(&s);
}

static void read_only_media(void **state) {
    struct place_fix *f = *state;
    struct err err;
    struct store *s = NULL;
    struct arena a;
    struct str fact;
    arena_init(&a, 1 << 16);
    MUST_OK(open_as(f, STORE_CREATE, &s, &err));
    MUST_OK(store_begin_write(s, &err));
    MUST_OK(store_meta_put(s, STR("kept"), STR("1"), &err));
    MUST_OK(store_commit(s, &err));
    store_close(&s);
    /* Closing folds nothing in: the log is still there, and opened as media the fact would be missing. */
    struct store_options o = {.mode = STORE_READ, .immutable = true};
    MUST_FAIL(store_open(str_c(f->path), &o, &s, &err), RC_SYSTEM, "store.log_left");
    MUST_OK(open_as(f, STORE_WRITE, &s, &err));
    MUST_OK(store_checkpoint(s, &err));
    store_close(&s);
    MUST_OK(store_open(str_c(f->path), &o, &s, &err));
    MUST_OK(store_meta_get(s, &a, STR("kept"), &fact, &err));
    store_close(&s);
    o.mode = STORE_WRITE;
    MUST_FAIL(store_open(str_c(f->path), &o, &s, &err), RC_SYSTEM, "store.readonly");
    arena_fini(&a);
}

static void network_file_systems_are_refused(void **state) {
    (void)state;
    static const uint32_t refused[] = {0x6969, 0xFF534D42, 0xFE534D42, 0x517B, 0x01021997, 0x00C36400};
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) assert_non_null(place_refused((long)refused[i], "x"));
    assert_non_null(place_refused(0x65735546, "fuse.sshfs"));
    assert_non_null(place_refused(0x65735546, "virtiofs"));
    assert_string_equal(place_refused(0x65735546, ""), "FUSE"); /* what cannot be known is refused */
    assert_null(place_refused(0x65735546, "fuseblk"));
    static const uint32_t fine[] = {0xEF53, 0x58465342, 0x9123683E, 0x01021994, 0x794C7630, 0x2FC12FC1};
    for (size_t i = 0; i < ARRAY_LEN(fine); i++) assert_null(place_refused((long)fine[i], "x"));
    struct err err;
    MUST_FAIL(place_check("/no/such/place", STR("x"), &err), RC_SYSTEM, "store.io");
}

static void errors_of_the_system_keep_their_meaning(void **state) {
    (void)state;
    struct err err;
    MUST_FAIL(place_fail(&err, STR("a"), "write", ENOSPC), RC_SYSTEM, "store.full");
    MUST_FAIL(place_fail(&err, STR("a"), "write", EDQUOT), RC_SYSTEM, "store.full");
    MUST_FAIL(place_fail(&err, STR("a"), "write", EROFS), RC_SYSTEM, "store.readonly");
    MUST_FAIL(place_fail(&err, STR("a"), "open", EACCES), RC_SYSTEM, "store.readonly");
    MUST_FAIL(place_fail(&err, STR("a"), "open", ENOMEM), RC_SYSTEM, "sys.no_memory");
    MUST_FAIL(place_fail(&err, STR("a"), "write", EIO), RC_SYSTEM, "store.io");
    assert_true(err.hint_zh[0] != 0 && err.hint_en[0] != 0);
}

/* What one process left in the log is durable and visible to the next. */
static void a_killed_writer_leaves_its_commits(void **state) {
    struct place_fix *f = *state;
    struct err err;
    struct store *s = NULL;
    struct arena a;
    struct str fact;
    arena_init(&a, 1 << 16);
    make_area(f);
    MUST_OK(open_as(f, STORE_WRITE, &s, &err));
    MUST_OK(store_begin_write(s, &err));
    MUST_OK(store_meta_put(s, STR("kept"), STR("1"), &err));
    MUST_OK(store_commit(s, &err));
    store_close(&s);
    MUST_OK(open_as(f, STORE_WRITE, &s, &err));
    assert_int_equal(store_log_pages(s), 0); /* folded in at opening */
    MUST_OK(store_meta_get(s, &a, STR("kept"), &fact, &err));
    store_close(&s);
    arena_fini(&a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(made_areas_have_the_format_of_the_manual, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_missing_area_is_absent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(making_overwrites_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_area_is_refused_and_left_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(newer_and_torn_formats_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(odd_names_are_names, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_writer_at_a_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_foreign_writer_is_waited_for_and_told_of, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_reader_writes_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(read_only_media, set_up, tear_down),
        cmocka_unit_test(network_file_systems_are_refused),
        cmocka_unit_test(errors_of_the_system_keep_their_meaning),
        cmocka_unit_test_setup_teardown(a_killed_writer_leaves_its_commits, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
