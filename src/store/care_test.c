/* care_test.c - declared tables, backup, structural check, erasing. */
#include "store/inner.h"
#include "store/test.h"

#include <sqlite3.h>

static int set_up(void **state) {
    *state = fix_make(false);
    return 0;
}

static int set_up_memory(void **state) {
    *state = fix_make(true);
    return 0;
}

static int tear_down(void **state) {
    fix_free(*state);
    return 0;
}

/* ---- declarations ---- */

/* Steps as text: "table person; index person.code;". */
static struct str steps_text(struct fix *f, const struct store_step *step) {
    static const char *const what[] = {"table", "column", "index", "drop"};
    struct buf b;
    buf_init(&b, 4000);
    for (; step != NULL; step = step->next) {
        buf_str(&b, str_c(what[step->what]));
        buf_char(&b, ' ');
        buf_str(&b, step->table);
        buf_char(&b, '.');
        buf_str(&b, step->name);
        buf_char(&b, ' ');
        buf_i64(&b, step->rows);
        buf_lit(&b, "; ");
    }
    struct str out = str_dup(&f->arena, buf_view(&b));
    buf_fini(&b);
    return out;
}

static enum rc shape_one(struct fix *f, const struct store_table *t, bool dry, struct str *text, struct err *err) {
    struct store_step *steps = NULL;
    if (!dry) TRY(store_begin_write(f->s, err));
    enum rc rc = store_shape(f->s, &t, 1, dry, &f->arena, &steps, err);
    if (!dry && rc == RC_OK) rc = store_commit(f->s, err);
    else if (!dry) store_rollback(f->s);
    *text = steps_text(f, steps);
    return rc;
}

#define EXPECT_STEPS(got, want)                                                                                                  \
    do {                                                                                                                         \
        if (!str_eq((got), str_c(want))) {                                                                                       \
            print_error("want \"%s\", got \"" STR_FMT "\"\n", (want), STR_ARG(got));                                             \
            fail();                                                                                                              \
        }                                                                                                                        \
    } while (0)

static void tables_grow_as_their_declaration_grows(void **state) {
    struct fix *f = *state;
    struct err err;
    struct str text;
    MUST_OK(store_begin_write(f->s, &err));
    fix_put(f, 1, "A", "x", 1980);
    fix_put(f, 2, "B", "y", 1981);
    MUST_OK(store_commit(f->s, &err));
    MUST_OK(shape_one(f, &person_table, false, &text, &err));
    EXPECT_STEPS(text, ""); /* nothing to do twice */

    static const struct store_column more[] = {{STR_INIT("id"), SV_INT},   {STR_INIT("code"), SV_TEXT},  {STR_INIT("name"), SV_TEXT},
                                               {STR_INIT("rank"), SV_TEXT}, {STR_INIT("born"), SV_INT}, {STR_INIT("select"), SV_INT}};
    static const uint32_t by_rank[] = {3, 4}, by_code[] = {1};
    static const struct store_index indexes[] = {{STR_INIT("rank"), by_rank, 2, false, UINT32_MAX},
                                                 {STR_INIT("code"), by_code, 1, true, UINT32_MAX}};
    static const struct store_table grown = {STR_INIT("person"), more, 6, 0, indexes, 2, true};
    const char *want = "column person.rank 0; column person.select 0; drop person.code 0; drop person.name_born 0; "
                       "index person.rank 2; index person.code 2; ";
    MUST_OK(shape_one(f, &grown, true, &text, &err));
    EXPECT_STEPS(text, want);
    struct str *names;
    size_t n;
    MUST_OK(store_columns(f->s, &f->arena, STR("person"), &names, &n, &err));
    assert_int_equal(n, P_COUNT); /* a dry run does nothing */
    struct store_rows *old = f->person;
    MUST_OK(shape_one(f, &grown, false, &text, &err));
    EXPECT_STEPS(text, want);
    MUST_OK(shape_one(f, &grown, true, &text, &err));
    EXPECT_STEPS(text, "");
    MUST_OK(store_columns(f->s, &f->arena, STR("person"), &names, &n, &err));
    assert_int_equal(n, P_COUNT + 2); /* photo and closed_at stay */
    MUST_OK(store_columns(f->s, &f->arena, STR_NONE, &names, &n, &err));
    assert_int_equal(n, 2);
    assert_true(str_eq(names[0], STR("mark")));
    MUST_FAIL(store_columns(f->s, &f->arena, STR("nobody"), &names, &n, &err), RC_ABSENT, "store.no_table");

    struct store_rows *r = NULL;
    struct sv key = sv_int(2), got[6], rank = sv_text(STR("科级"));
    uint32_t column = 3;
    MUST_OK(store_bind(f->s, &f->arena, &grown, &r, &err));
    MUST_OK(store_get(r, &f->arena, &key, got, &err));
    assert_int_equal(got[3].kind, SV_NULL);
    assert_int_equal(got[4].i, 1981);
    MUST_OK(store_begin_write(f->s, &err));
    MUST_OK(store_update(r, &key, 1, &column, &rank, &err));
    MUST_OK(store_commit(f->s, &err));
    /* Those bound under the old declaration still see what they declared. */
    struct sv all[P_COUNT];
    MUST_OK(store_get(old, &f->arena, &key, all, &err));
    assert_true(str_eq(all[P_NAME].s, STR("y")));
}

static void types_and_keys_do_not_change(void **state) {
    struct fix *f = *state;
    struct err err;
    struct str text;
    struct store_column columns[P_COUNT];
    memcpy(columns, person_columns, sizeof columns);
    columns[P_BORN].kind = SV_TEXT;
    struct store_table t = {STR("person"), columns, P_COUNT, 0, NULL, 0, true};
    MUST_FAIL(shape_one(f, &t, false, &text, &err), RC_CONFLICT, "store.changed");
    MUST_FAIL(shape_one(f, &t, true, &text, &err), RC_CONFLICT, "store.changed");
    columns[P_BORN].kind = SV_INT;
    t.keys_count = 2;
    MUST_FAIL(shape_one(f, &t, false, &text, &err), RC_CONFLICT, "store.changed");
    t.keys_count = 1; /* the same column, another kind of table */
    MUST_FAIL(shape_one(f, &t, false, &text, &err), RC_CONFLICT, "store.changed");
    t.keys_count = 0;
    columns[P_ID].name = STR("number");
    MUST_FAIL(shape_one(f, &t, false, &text, &err), RC_CONFLICT, "store.changed");
}

static void unique_indexes_over_doubles_are_refused(void **state) {
    struct fix *f = *state;
    struct err err;
    struct str text;
    MUST_OK(store_begin_write(f->s, &err));
    fix_put(f, 1, "A", "same", 1980);
    fix_put(f, 2, "B", "same", 1980);
    fix_put(f, 3, NULL, NULL, 0);
    fix_put(f, 4, NULL, NULL, 0);
    MUST_OK(store_commit(f->s, &err));
    static const struct store_index indexes[] = {{STR_INIT("one_name"), person_by_name, 2, true, P_CLOSED}};
    static const struct store_table strict = {STR_INIT("person"), person_columns, P_COUNT, 0, indexes, 1, true};
    MUST_FAIL(shape_one(f, &strict, true, &text, &err), RC_CONFLICT, "store.unique");
    assert_non_null(strstr(err.en, "name"));
    MUST_FAIL(shape_one(f, &strict, false, &text, &err), RC_CONFLICT, "store.unique");
    struct sv key = sv_int(2), one = sv_int(1);
    uint32_t closed = P_CLOSED;
    MUST_OK(store_begin_write(f->s, &err));
    MUST_OK(store_update(f->person, &key, 1, &closed, &one, &err));
    MUST_OK(store_commit(f->s, &err));
    MUST_OK(shape_one(f, &strict, true, &text, &err));
    MUST_OK(shape_one(f, &strict, false, &text, &err));
}

static void a_change_of_tables_rolls_back_whole(void **state) {
    struct fix *f = *state;
    struct err err;
    static const struct store_column columns[] = {{STR_INIT("id"), SV_INT}};
    static const struct store_table first = {STR_INIT("first"), columns, 1, 0, NULL, 0, false};
    const struct store_table *t = &first;
    MUST_OK(store_begin_write(f->s, &err));
    MUST_OK(store_shape(f->s, &t, 1, false, NULL, NULL, &err));
    store_rollback(f->s);
    struct str *names;
    size_t n;
    MUST_FAIL(store_columns(f->s, &f->arena, STR("first"), &names, &n, &err), RC_ABSENT, "store.no_table");
    struct store_rows *r = NULL;
    MUST_FAIL(store_bind(f->s, &f->arena, &first, &r, &err), RC_ABSENT, "store.no_table");
    int64_t count;
    MUST_OK(store_count(f->person, &count, &err)); /* statements made before still serve */
}

static void wrong_declarations_are_refused(void **state) {
    (void)state;
    struct err err;
    static const char *const bad[] = {"", "Person", "9a", "_a", "a-b", "a\"b", "a b", "人员", "sqlite_x", "pg_x", "meta",
                                      "a23456789012345678901234567890123456789012"};
    static const struct store_column id[] = {{STR_INIT("id"), SV_INT}};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct store_table t = {str_c(bad[i]), id, 1, 0, NULL, 0, false};
        MUST_FAIL(store_table_check(&t, &err), RC_INPUT, "store.name");
    }
    assert_true(store_name_ok(STR("a234567890123456789012345678901234567890"))); /* 40 bytes */
    assert_false(store_name_ok(STR("a2345678901234567890123456789012345678901")));
    struct store_column columns[] = {{STR("id"), SV_INT}, {STR("a"), SV_TEXT}, {STR("a"), SV_TEXT}};
    struct store_table t = {STR("t"), columns, 3, 0, NULL, 0, false};
    MUST_FAIL(store_table_check(&t, &err), RC_INPUT, "store.table"); /* twice */
    columns[2].name = STR("B");
    MUST_FAIL(store_table_check(&t, &err), RC_INPUT, "store.name");
    columns[2] = (struct store_column){STR("b"), SV_NULL};
    MUST_FAIL(store_table_check(&t, &err), RC_INPUT, "store.table");
    columns[2].kind = SV_BLOB;
    columns[0].kind = SV_TEXT;
    MUST_FAIL(store_table_check(&t, &err), RC_INPUT, "store.table"); /* a key of text needs keys_count */
    t.keys_count = 1;
    MUST_OK(store_table_check(&t, &err));
    t.keys_count = 4;
    MUST_FAIL(store_table_check(&t, &err), RC_INPUT, "store.table");
    t.keys_count = 1;
    uint32_t over[] = {3}, twice[] = {1, 1}, fine[] = {1};
    struct store_index i[2] = {{STR("i"), over, 1, false, UINT32_MAX}, {STR("i"), fine, 1, false, UINT32_MAX}};
    t.indexes = i;
    t.indexes_count = 1;
    MUST_FAIL(store_table_check(&t, &err), RC_INPUT, "store.table");
    i[0].columns = twice;
    i[0].columns_count = 2;
    MUST_FAIL(store_table_check(&t, &err), RC_INPUT, "store.table");
    i[0] = i[1];
    MUST_OK(store_table_check(&t, &err));
    i[0].open_column = 9;
    MUST_FAIL(store_table_check(&t, &err), RC_INPUT, "store.table");
    i[0].open_column = UINT32_MAX;
    t.indexes_count = 2;
    MUST_FAIL(store_table_check(&t, &err), RC_INPUT, "store.table"); /* one name twice */
    i[0].name = STR("x;y");
    MUST_FAIL(store_table_check(&t, &err), RC_INPUT, "store.name");
}

/* ---- backup ---- */

static void a_backup_is_an_area(void **state) {
    struct fix *f = *state;
    struct err err;
    char to[128], part[140];
    (void)snprintf(to, sizeof to, "%s/copy", f->dir);
    (void)snprintf(part, sizeof part, "%s.part", to);
    MUST_OK(store_begin_write(f->s, &err));
    for (int64_t i = 1; i <= 500; i++) fix_put(f, i, NULL, "张三", i);
    MUST_OK(store_meta_put(f->s, STR("fact"), STR("1"), &err));
    MUST_OK(store_commit(f->s, &err));
    MUST_OK(store_backup(f->s, str_c(to), &err));
    struct stat st;
    assert_int_equal(stat(to, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_not_equal(stat(part, &st), 0);
    MUST_FAIL(store_backup(f->s, str_c(to), &err), RC_CONFLICT, "store.exists");
    MUST_OK(store_begin_write(f->s, &err)); /* the area goes on, the copy does not */
    fix_put(f, 501, NULL, "later", 0);
    MUST_OK(store_commit(f->s, &err));
    struct store_options o = {.mode = STORE_READ, .immutable = true};
    for (int i = 0; i < 2; i++) {
        struct store *copy = NULL;
        struct store_rows *r = NULL;
        struct arena a;
        int64_t n;
        struct str fact;
        arena_init(&a, 1 << 20);
        MUST_OK(store_open(str_c(to), &o, &copy, &err));
        MUST_OK(store_bind(copy, &a, &person_table, &r, &err));
        MUST_OK(store_count(r, &n, &err));
        assert_int_equal(n, 500);
        MUST_OK(store_meta_get(copy, &a, STR("fact"), &fact, &err));
        store_close(&copy);
        arena_fini(&a);
        o = (struct store_options){.mode = STORE_WRITE}; /* and it can be worked in */
    }
}

static void a_backup_that_cannot_be_leaves_nothing(void **state) {
    struct fix *f = *state;
    struct err err;
    char to[200];
    (void)snprintf(to, sizeof to, "%s/no/copy", f->dir);
    MUST_FAIL(store_backup(f->s, str_c(to), &err), RC_ABSENT, "store.absent");
    (void)snprintf(to, sizeof to, "%s/copy.part", f->dir);
    FILE *out = fopen(to, "wb");
    assert_non_null(out);
    (void)fclose(out);
    (void)snprintf(to, sizeof to, "%s/copy", f->dir);
    MUST_FAIL(store_backup(f->s, str_c(to), &err), RC_CONFLICT, "store.exists");
    assert_non_null(strstr(err.en, "copy.part"));
    MUST_FAIL(store_backup(f->s, STR(""), &err), RC_ABSENT, "store.absent");
}

/* ---- damage ---- */

static void overwrite(const char *path, long at, const void *bytes, size_t len) {
    FILE *out = fopen(path, "rb+");
    assert_non_null(out);
    assert_int_equal(fseek(out, at, SEEK_SET), 0);
    assert_int_equal(fwrite(bytes, 1, len, out), len);
    assert_int_equal(fclose(out), 0);
}

static void damage_is_found_and_named(void **state) {
    struct fix *f = *state;
    struct err err;
    MUST_OK(store_begin_write(f->s, &err));
    for (int64_t i = 1; i <= 2000; i++) fix_put(f, i, NULL, "张三张三张三", i);
    MUST_OK(store_commit(f->s, &err));
    MUST_OK(store_checkpoint(f->s, &err));
    store_close(&f->s);
    struct stat st;
    assert_int_equal(stat(f->path, &st), 0);
    char noise[64];
    memset(noise, 0xEE, sizeof noise);
    for (long page = 2; page * 8192 < st.st_size; page += 3) overwrite(f->path, page * 8192, noise, sizeof noise);
    struct store_options o = {.mode = STORE_READ, .immutable = true};
    MUST_OK(store_open(str_c(f->path), &o, &f->s, &err));
    struct buf b;
    buf_init(&b, 100000);
    MUST_FAIL(store_check(f->s, &b, &err), RC_BROKEN, "store.corrupt");
    assert_true(b.len > 0);
    buf_fini(&b);
    struct store_rows *r = NULL;
    struct store_query q = {0};
    struct store_cursor *c = NULL;
    const struct sv *row;
    enum rc rc = RC_OK;
    MUST_OK(store_bind(f->s, &f->arena, &person_table, &r, &err));
    MUST_OK(store_select(r, &q, &c, &err));
    do rc = store_next(c, &row, &err);
    while (rc == RC_OK && row != NULL);
    assert_int_equal(rc, RC_BROKEN);
    EXPECT_CODE(err, "store.corrupt");
    MUST_FAIL(store_next(c, &row, &err), RC_CONFLICT, "store.stale"); /* and does not begin again */
    store_cursor_close(&c);
}

static void values_beyond_the_limit_are_refused(void **state) {
    struct fix *f = *state;
    struct err err;
    size_t len = (size_t)STORE_ROW_MAX + 1;
    char *much = calloc(1, len);
    assert_non_null(much);
    struct sv v[P_COUNT];
    person_row(v, 1, NULL, NULL, 0);
    v[P_PHOTO] = sv_blob(str_of(much, len));
    MUST_OK(store_begin_write(f->s, &err));
    MUST_FAIL(store_insert(f->person, v, &err), RC_LIMIT, "store.too_big");
    v[P_PHOTO] = sv_blob(str_of(much, 1000));
    MUST_OK(store_insert(f->person, v, &err)); /* nothing was spoilt */
    MUST_OK(store_commit(f->s, &err));
    free(much);
}

/* ---- erasing ---- */

static bool file_has(const char *path, const char *text) {
    FILE *in = fopen(path, "rb");
    if (in == NULL) return false;
    size_t len = 0, want = strlen(text);
    char *all = malloc(8 << 20);
    assert_non_null(all);
    len = fread(all, 1, 8 << 20, in);
    (void)fclose(in);
    bool found = memmem(all, len, text, want) != NULL;
    free(all);
    return found;
}

static void what_was_erased_leaves_the_disk(void **state) {
    struct fix *f = *state;
    struct err err;
    char log[128];
    (void)snprintf(log, sizeof log, "%s-wal", f->path);
    const char *secret = "SECRET-OF-A-PERSON";
    MUST_OK(store_begin_write(f->s, &err));
    fix_put(f, 1, "A", secret, 0);
    struct sv m[3] = {sv_int(1), sv_text(STR("k")), sv_text(str_c(secret))};
    MUST_OK(store_insert(f->mark, m, &err));
    MUST_OK(store_commit(f->s, &err));
    assert_true(file_has(log, secret));
    MUST_OK(store_checkpoint(f->s, &err));
    assert_true(file_has(f->path, secret));
    struct sv key = sv_int(1), none = sv_null();
    uint32_t name = P_NAME;
    MUST_OK(store_begin_write(f->s, &err));
    MUST_OK(store_update(f->person, &key, 1, &name, &none, &err));
    MUST_OK(store_delete(f->mark, m, &err));
    MUST_OK(store_commit(f->s, &err));
    MUST_OK(store_checkpoint(f->s, &err));
    assert_int_equal(store_log_pages(f->s), 0);
    assert_false(file_has(f->path, secret));
    assert_false(file_has(log, secret));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(tables_grow_as_their_declaration_grows, set_up, tear_down),
        {"tables_grow_as_their_declaration_grows (memory)", tables_grow_as_their_declaration_grows, set_up_memory, tear_down, NULL},
        cmocka_unit_test_setup_teardown(types_and_keys_do_not_change, set_up, tear_down),
        cmocka_unit_test_setup_teardown(unique_indexes_over_doubles_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_change_of_tables_rolls_back_whole, set_up, tear_down),
        cmocka_unit_test(wrong_declarations_are_refused),
        cmocka_unit_test_setup_teardown(a_backup_is_an_area, set_up, tear_down),
        {"a_backup_is_an_area (memory)", a_backup_is_an_area, set_up_memory, tear_down, NULL},
        cmocka_unit_test_setup_teardown(a_backup_that_cannot_be_leaves_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(damage_is_found_and_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(values_beyond_the_limit_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_erased_leaves_the_disk, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
