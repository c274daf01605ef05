/* test.h - for the tests of this folder only: a folder that goes away, two tables, short ways to say a row. */
#ifndef GUIJU_STORE_TEST_H
#define GUIJU_STORE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/store.h"

#define EXPECT_CODE(err, want) assert_string_equal(err_code(&(err)), (want))
#define MUST_OK(call)                                                                                                            \
    do {                                                                                                                         \
        enum rc must_ok_ = (call);                                                                                               \
        if (must_ok_ != RC_OK) {                                                                                                 \
            print_error("%s\n", err.en);                                                                                         \
            assert_int_equal(must_ok_, RC_OK);                                                                                   \
        }                                                                                                                        \
    } while (0)
/* The call fails with this rc and this code. */
#define MUST_FAIL(call, rc_, code_)                                                                                              \
    do {                                                                                                                         \
        err_clear(&err);                                                                                                         \
        assert_int_equal((call), (rc_));                                                                                         \
        EXPECT_CODE(err, (code_));                                                                                               \
    } while (0)

enum { P_ID, P_CODE, P_NAME, P_BORN, P_PHOTO, P_CLOSED, P_COUNT };
static const struct store_column person_columns[] = {
    {STR_INIT("id"), SV_INT},   {STR_INIT("code"), SV_TEXT},  {STR_INIT("name"), SV_TEXT},
    {STR_INIT("born"), SV_INT}, {STR_INIT("photo"), SV_BLOB}, {STR_INIT("closed_at"), SV_INT}};
static const uint32_t person_by_code[] = {P_CODE}, person_by_name[] = {P_NAME, P_BORN};
static const struct store_index person_indexes[] = {
    {STR_INIT("code"), person_by_code, 1, true, P_CLOSED}, {STR_INIT("name_born"), person_by_name, 2, false, UINT32_MAX}};
static const struct store_table person_table = {STR_INIT("person"), person_columns, P_COUNT, 0, person_indexes, 2, true};

static const struct store_column mark_columns[] = {
    {STR_INIT("person"), SV_INT}, {STR_INIT("kind"), SV_TEXT}, {STR_INIT("note"), SV_TEXT}};
static const struct store_table mark_table = {STR_INIT("mark"), mark_columns, 3, 2, NULL, 0, false};

struct fix {
    char dir[64];
    char path[96];
    bool memory;
    struct arena arena;
    struct store *s;
    struct store_rows *person, *mark;
};

static inline void person_row(struct sv v[P_COUNT], int64_t id, const char *code, const char *name, int64_t born) {
    v[P_ID] = sv_int(id);
    v[P_CODE] = code != NULL ? sv_text(str_c(code)) : sv_null();
    v[P_NAME] = name != NULL ? sv_text(str_c(name)) : sv_null();
    v[P_BORN] = born != 0 ? sv_int(born) : sv_null();
    v[P_PHOTO] = sv_null();
    v[P_CLOSED] = sv_null();
}

static inline void dir_make(char dir[64]) {
    /* In memory where there is such a folder: hundreds of areas are made, and their syncs prove nothing here. */
    (void)snprintf(dir, 64, "/dev/shm/guiju-store-XXXXXX");
    if (mkdtemp(dir) != NULL) return;
    (void)snprintf(dir, 64, "/tmp/guiju-store-XXXXXX");
    assert_non_null(mkdtemp(dir));
}

static inline void dir_remove(const char *dir) {
    DIR *d = opendir(dir);
    assert_non_null(d);
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
        char name[400];
        if (e->d_name[0] == '.') continue;
        (void)snprintf(name, sizeof name, "%s/%s", dir, e->d_name);
        (void)unlink(name); /* rmdir below tells */
    }
    closedir(d);
    assert_int_equal(rmdir(dir), 0);
}

static inline void fix_shape(struct fix *f) {
    struct err err;
    const struct store_table *const tables[] = {&person_table, &mark_table};
    MUST_OK(store_begin_write(f->s, &err));
    MUST_OK(store_shape(f->s, tables, 2, false, &f->arena, NULL, &err));
    MUST_OK(store_commit(f->s, &err));
}

static inline void fix_bind(struct fix *f) {
    struct err err;
    MUST_OK(store_bind(f->s, &f->arena, &person_table, &f->person, &err));
    MUST_OK(store_bind(f->s, &f->arena, &mark_table, &f->mark, &err));
}

static inline struct fix *fix_make(bool memory) {
    struct err err;
    struct fix *f = calloc(1, sizeof *f);
    if (f == NULL) abort();
    f->memory = memory;
    dir_make(f->dir);
    (void)snprintf(f->path, sizeof f->path, "%s/area", f->dir);
    arena_init(&f->arena, 64 << 20);
    struct store_options o = {.mode = STORE_CREATE, .memory = memory, .busy_ms = 20};
    MUST_OK(store_open(str_c(f->path), &o, &f->s, &err));
    fix_shape(f);
    fix_bind(f);
    return f;
}

static inline void fix_free(struct fix *f) {
    store_close(&f->s);
    arena_fini(&f->arena);
    dir_remove(f->dir);
    free(f);
}

static inline void fix_put(struct fix *f, int64_t id, const char *code, const char *name, int64_t born) {
    struct err err;
    struct sv v[P_COUNT];
    person_row(v, id, code, name, born);
    MUST_OK(store_insert(f->person, v, &err));
}

/* The ids that a query gives, as "1 2 3". */
static inline struct str query_ids(struct fix *f, const struct store_query *q) {
    struct err err;
    struct store_cursor *c = NULL;
    struct buf b;
    buf_init(&b, 100000);
    MUST_OK(store_select(f->person, q, &c, &err));
    for (const struct sv *row;;) {
        MUST_OK(store_next(c, &row, &err));
        if (row == NULL) break;
        if (b.len > 0) buf_char(&b, ' ');
        buf_i64(&b, row[0].i);
    }
    store_cursor_close(&c);
    struct str out = str_dup(&f->arena, buf_view(&b));
    buf_fini(&b);
    return out;
}

static inline void expect_ids(struct fix *f, const struct store_query *q, const char *want, int line) {
    struct str got = query_ids(f, q);
    if (str_eq(got, str_c(want))) return;
    print_error("line %d: want \"%s\", got \"" STR_FMT "\"\n", line, want, STR_ARG(got));
    fail();
}
#define EXPECT_IDS(f, q, want) expect_ids((f), (q), (want), __LINE__)

#endif
