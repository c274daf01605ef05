/*
 * scene.h - a small life of an area, for the crash and fault tests: made, shaped, written to, folded, closed, opened again, copied.
 * Transaction k writes three people (one with a photo of many pages), changes one of them, a mark and a fact, and undoes a fourth.
 * Whoever looks later can tell for each k whether all of it is there, or nothing, or (a fault of the store) a part.
 */
#ifndef GUIJU_STORE_SCENE_H
#define GUIJU_STORE_SCENE_H

#include "fault/fault.h"
#include "store/test.h"

enum { SCENE_TX = 6, SCENE_SHAPED = 0 /* bit */ };

struct scene {
    struct fault_disk *disk; /* may be NULL */
    const char *vfs;
    char dir[64], path[96], copy[96];
    uint64_t acked;  /* bit k: transaction k was acknowledged; bit 0: the area was made and shaped */
    uint64_t doubt;  /* bit k: store.in_doubt was said of it */
    bool copied;
    unsigned failures;
    const char *call; /* the call that is being made */
    char codes[400];  /* of the failures, for messages */
};

/* Every failure is one that people can act on: it has a code of the list and says something in both languages. */
static inline void scene_failed(struct scene *c, const struct err *e) {
    static const char *const codes[] = {"store.full", "store.io", "store.readonly", "store.cant_open", "store.in_doubt",
                                        "store.rolled_back", "sys.no_memory"};
    bool known = false;
    /* A copy that cannot be read back is called damaged: SQLite's check does not say why it could not read a page. */
    if (strcmp(c->call, "backup") == 0) known = strcmp(err_code(e), "store.corrupt") == 0;
    for (size_t i = 0; i < ARRAY_LEN(codes); i++) known = known || strcmp(err_code(e), codes[i]) == 0;
    if (!known || e->zh[0] == 0 || e->en[0] == 0) {
        print_error("%s gave \"%s\": %s\n", c->call, err_code(e), e->en);
        fail();
    }
    size_t len = strlen(c->codes);
    (void)snprintf(c->codes + len, sizeof c->codes - len, " %s:%s", c->call, err_code(e));
    c->failures++;
}

#define SCENE(c, name, expression)                                                                                               \
    do {                                                                                                                         \
        struct err err_ = {0}, *const err = &err_;                                                                               \
        (c)->call = name;                                                                                                        \
        enum rc scene_rc_ = (expression);                                                                                        \
        if (scene_rc_ != RC_OK) {                                                                                                \
            scene_failed((c), &err_);                                                                                            \
            if (err_rc(&err_) != scene_rc_) fail();                                                                              \
            return scene_rc_;                                                                                                    \
        }                                                                                                                        \
    } while (0)

static inline enum rc scene_shape(struct scene *c, struct store *s) {
    const struct store_table *const tables[] = {&person_table, &mark_table};
    SCENE(c, "begin", store_begin_write(s, err));
    SCENE(c, "shape", store_shape(s, tables, 2, false, NULL, NULL, err));
    SCENE(c, "commit", store_commit(s, err));
    c->acked |= 1u << SCENE_SHAPED;
    return RC_OK;
}

static inline enum rc scene_write(struct scene *c, struct store *s, struct store_rows *person, struct store_rows *mark, int64_t k) {
    static char photo[20000];
    struct sv v[P_COUNT], key = sv_int(10 * k + 1), done = sv_text(STR("done"));
    uint32_t name = P_NAME;
    for (int64_t i = 1; i <= 3; i++) {
        char code[24];
        (void)snprintf(code, sizeof code, "%lld-%lld", (long long)k, (long long)i);
        person_row(v, 10 * k + i, code, "张三", 1980);
        if (i == 2) v[P_PHOTO] = sv_blob(str_of(photo, sizeof photo));
        SCENE(c, "insert", store_insert(person, v, err));
    }
    SCENE(c, "update", store_update(person, &key, 1, &name, &done, err));
    struct sv m[3] = {sv_int(k), sv_text(STR("kind")), sv_null()};
    SCENE(c, "insert", store_insert(mark, m, err));
    SCENE(c, "mark", store_mark(s, err));
    person_row(v, 10 * k + 9, NULL, "undone", 0);
    SCENE(c, "insert", store_insert(person, v, err));
    store_mark_undo(s);
    char number[8];
    (void)snprintf(number, sizeof number, "%d", (int)k);
    SCENE(c, "meta", store_meta_put(s, STR("last"), str_c(number), err));
    return RC_OK;
}

static inline enum rc scene_commit(struct scene *c, struct store *s) {
    SCENE(c, "commit", store_commit(s, err));
    return RC_OK;
}

static inline enum rc scene_begin(struct scene *c, struct store *s) {
    SCENE(c, "begin", store_begin_write(s, err));
    return RC_OK;
}

static inline void scene_tx(struct scene *c, struct store *s, struct store_rows *person, struct store_rows *mark, int64_t k) {
    if (scene_begin(c, s) != RC_OK) return;
    enum rc rc = scene_write(c, s, person, mark, k);
    if (rc == RC_OK) {
        rc = scene_commit(c, s);
        if (rc == RC_OK) c->acked |= 1u << k;
        if (rc == RC_BROKEN) c->doubt |= 1u << k;
    }
    store_rollback(s); /* never fails, also where there is nothing to undo */
    if (store_in_transaction(s)) { /* not even that had memory: then nothing can be read */
        struct err err;
        int64_t n;
        MUST_FAIL(store_count(person, &n, &err), RC_SYSTEM, "sys.no_memory");
    }
    if (c->disk != NULL) fault_note(c->disk, c->acked);
}

static inline enum rc scene_open(struct scene *c, enum store_mode mode, struct store **s) {
    struct store_options o = {.mode = mode, .vfs = c->vfs, .busy_ms = 20};
    SCENE(c, "open", store_open(str_c(c->path), &o, s, err));
    return RC_OK;
}

static inline enum rc scene_bind(struct scene *c, struct store *s, struct arena *a, struct store_rows **person, struct store_rows **mark) {
    SCENE(c, "bind", store_bind(s, a, &person_table, person, err));
    SCENE(c, "bind", store_bind(s, a, &mark_table, mark, err));
    return RC_OK;
}

static inline enum rc scene_fold(struct scene *c, struct store *s) {
    SCENE(c, "checkpoint", store_checkpoint(s, err));
    return RC_OK;
}

static inline enum rc scene_copy(struct scene *c, struct store *s) {
    SCENE(c, "backup", store_backup(s, str_c(c->copy), err));
    return RC_OK;
}

static inline enum rc scene_read(struct scene *c, struct store_rows *person) {
    struct store_where w = {P_NAME, SO_STARTS, sv_text(STR("张"))};
    struct store_order o = {P_BORN, true};
    struct store_query q = {.where = &w, .where_count = 1, .order = &o, .order_count = 1, .limit = 5};
    struct store_cursor *cursor = NULL;
    const struct sv *row;
    struct err e;
    SCENE(c, "select", store_select(person, &q, &cursor, err));
    enum rc rc;
    while ((rc = store_next(cursor, &row, &e)) == RC_OK && row != NULL) {}
    c->call = "next";
    if (rc != RC_OK) scene_failed(c, &e);
    store_cursor_close(&cursor);
    return RC_OK;
}

/* Part of the life between opening and closing: transactions first..last. */
static inline void scene_live(struct scene *c, struct store *s, int64_t first, int64_t last, bool copy) {
    struct arena a;
    struct store_rows *person = NULL, *mark = NULL;
    arena_init(&a, 1 << 20);
    for (int i = 0; i < 2 && mark == NULL; i++) (void)scene_bind(c, s, &a, &person, &mark); /* told to scene_failed() */
    for (int64_t k = first; mark != NULL && k <= last; k++) {
        scene_tx(c, s, person, mark, k);
        (void)scene_read(c, person); /* told to scene_failed() */
        if (k == 2 || k == SCENE_TX - 1) (void)scene_fold(c, s); /* told to scene_failed() */
    }
    if (copy) c->copied = scene_copy(c, s) == RC_OK;
    arena_fini(&a);
}

static inline void scene_run(struct scene *c) {
    struct store *s = NULL;
    for (int i = 0; i < 2 && s == NULL; i++) (void)scene_open(c, STORE_CREATE, &s); /* told to scene_failed() */
    if (s == NULL) return;
    for (int i = 0; i < 2 && c->acked == 0; i++) {
        (void)scene_shape(c, s); /* told to scene_failed() */
        store_rollback(s);
    }
    if (c->disk != NULL) fault_note(c->disk, c->acked);
    if (c->acked != 0) scene_live(c, s, 1, SCENE_TX / 2, false);
    store_close(&s);
    if (c->acked == 0) return;
    for (int i = 0; i < 2 && s == NULL; i++) (void)scene_open(c, STORE_WRITE, &s); /* told to scene_failed() */
    if (s == NULL) return;
    scene_live(c, s, SCENE_TX / 2 + 1, SCENE_TX, true);
    store_close(&s);
}

static inline void scene_init(struct scene *c, struct fault_disk *disk) {
    *c = (struct scene){.disk = disk, .vfs = disk != NULL ? fault_vfs(disk) : NULL};
    dir_make(c->dir);
    (void)snprintf(c->path, sizeof c->path, "%s/area", c->dir);
    (void)snprintf(c->copy, sizeof c->copy, "%s/copy", c->dir);
}

/* Which transactions are there?  Fails the test where one is there in part. */
static inline uint64_t scene_look(const char *path, const char *what) {
    struct err err;
    struct store_options o = {.mode = STORE_WRITE, .busy_ms = 20};
    struct store *s = NULL;
    struct arena a;
    struct store_rows *person = NULL, *mark = NULL;
    uint64_t there = 1u << SCENE_SHAPED;
    arena_init(&a, 8 << 20);
    if (store_open(str_c(path), &o, &s, &err) != RC_OK || store_bind(s, &a, &person_table, &person, &err) != RC_OK) {
        /* Before the area was made: it is not one, and says so. */
        bool fine = strcmp(err_code(&err), "store.not_area") == 0 || strcmp(err_code(&err), "store.absent") == 0 ||
                    strcmp(err_code(&err), "store.no_table") == 0;
        if (!fine) {
            print_error("%s: %s\n", what, err.en);
            fail();
        }
        store_close(&s);
        arena_fini(&a);
        return 0;
    }
    MUST_OK(store_bind(s, &a, &mark_table, &mark, &err));
    int64_t last = 0;
    for (int64_t k = 1; k <= SCENE_TX; k++) {
        int found = 0;
        struct sv key = sv_int(10 * k + 9), got[P_COUNT];
        MUST_FAIL(store_get(person, &a, &key, got, &err), RC_ABSENT, "store.no_row");
        for (int64_t i = 1; i <= 3; i++) {
            key = sv_int(10 * k + i);
            enum rc rc = store_get(person, &a, &key, got, &err);
            assert_true(rc == RC_OK || rc == RC_ABSENT);
            if (rc != RC_OK) continue;
            found++;
            if (i == 1) found += str_eq(got[P_NAME].s, STR("done"));
            if (i == 2) found += got[P_PHOTO].s.len == 20000;
        }
        struct sv keys[2] = {sv_int(k), sv_text(STR("kind"))}, m[3];
        found += store_get(mark, &a, keys, m, &err) == RC_OK;
        if (found != 0 && found != 6) {
            print_error("%s: transaction %d is there in part (%d of 6)\n", what, (int)k, found);
            fail();
        }
        if (found == 6) {
            there |= UINT64_C(1) << k;
            last = k;
        }
    }
    struct str fact = STR("0");
    char want[8];
    (void)snprintf(want, sizeof want, "%d", (int)last);
    enum rc rc = store_meta_get(s, &a, STR("last"), &fact, &err);
    assert_true(rc == RC_OK || rc == RC_ABSENT);
    assert_true(str_eq(rc == RC_OK ? fact : STR("0"), str_c(want)));
    struct buf findings;
    buf_init(&findings, 10000);
    if (store_check(s, &findings, &err) != RC_OK) {
        print_error("%s: " STR_FMT, what, STR_ARG(buf_view(&findings)));
        fail();
    }
    buf_fini(&findings);
    /* And it can be written to. */
    MUST_OK(store_begin_write(s, &err));
    MUST_OK(store_meta_put(s, STR("looked"), STR("1"), &err));
    MUST_OK(store_commit(s, &err));
    store_close(&s);
    arena_fini(&a);
    return there;
}

static inline void scene_expect(const char *path, uint64_t acked, uint64_t maybe, const char *what) {
    uint64_t there = scene_look(path, what);
    if ((there & acked) == acked && (there & ~(acked | maybe)) == 0) return;
    print_error("%s: acknowledged %#llx, may be there %#llx, found %#llx\n", what, (unsigned long long)acked,
                (unsigned long long)maybe, (unsigned long long)there);
    fail();
}

static inline void scene_fini(struct scene *c) { dir_remove(c->dir); }

#endif
