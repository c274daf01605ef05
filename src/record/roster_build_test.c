/* roster_build_test.c - a roster made in memory answers like one that was loaded. */
#include "record/roster_inner.h"
#include "record/test_area.h"
#include "record/test_chapter.h"

struct kit {
    struct test_area t;
    const struct pack_register *org, *post, *cadre, *tenure;
    struct roster_build *b;
    struct err e;
    struct arena arena;
    struct feel_run run;
};

static void kit_open(struct kit *k)
{
    static char text[1 << 16];
    static const char *const parts[] = {TEST_CHAPTER};
    size_t len = 0;
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        memcpy(text + len, parts[i], strlen(parts[i]));
        len += strlen(parts[i]);
    }
    memset(k, 0, sizeof *k);
    day_num today = 0;
    assert_true(day_parse(STR("2026-01-01"), &today));
    test_pack(&k->t, str_of(text, len), today);
    k->org = test_reg(&k->t, "org");
    k->post = test_reg(&k->t, "post");
    k->cadre = test_reg(&k->t, "cadre");
    k->tenure = test_reg(&k->t, "tenure");
    test_ok(roster_build_begin(k->t.set, &k->b, &k->e), &k->e);
    arena_init(&k->arena, (size_t)64 << 20);
    k->run = (struct feel_run){.arena = &k->arena, .today = today, .steps_left = FEEL_STEPS_DEFAULT};
}

static void kit_close(struct kit *k)
{
    roster_build_free(&k->b);
    arena_fini(&k->arena);
    test_close(&k->t);
}

static void column(struct kit *k, const struct pack_register *reg, const char *name, bool back)
{
    test_ok(roster_build_column(k->b, reg, test_field(reg, name), back, &k->e), &k->e);
}

static void put(struct kit *k, const struct pack_register *reg, const char *name, uint32_t row, struct sv v)
{
    test_ok(roster_build_put(k->b, reg, test_field(reg, name), row, &v, &k->e), &k->e);
}

static struct fv ask(struct kit *k, struct roster *r, const struct pack_register *reg, int64_t id, const char *name)
{
    const struct feel_member *m = NULL;
    for (uint32_t i = 0; i < reg->feel.members_count; i++)
        if (str_eq(reg->feel.members[i].name, str_c(name)) || str_eq(reg->feel.members[i].title, str_c(name))) m = &reg->feel.members[i];
    assert_non_null(m);
    roster_host(r, &k->run.host, &k->run.host_ctx);
    struct fv v;
    test_ok(k->run.host->member(&k->run, &reg->feel, id, m, &v, &k->e), &k->e);
    return v;
}

static void test_cells_refs_lists_and_derived_fields(void **state)
{
    (void)state;
    struct kit k;
    kit_open(&k);
    static const int64_t post_ids[] = {7, 30, 4000000};
    test_ok(roster_build_table(k.b, k.cadre, 3, 100, NULL, &k.e), &k.e);
    test_ok(roster_build_table(k.b, k.post, 3, 0, post_ids, &k.e), &k.e);
    test_ok(roster_build_table(k.b, k.tenure, 4, 200, NULL, &k.e), &k.e);
    column(&k, k.cadre, "name", false);
    column(&k, k.cadre, "level", false);
    column(&k, k.cadre, "party", false);
    column(&k, k.post, "name", false);
    column(&k, k.post, "seats", false);
    column(&k, k.post, "org", false); /* its register is not there: ids */
    column(&k, k.tenure, "cadre", true);
    column(&k, k.tenure, "post", true);
    column(&k, k.tenure, "since", false);
    column(&k, k.tenure, "until", false);
    put(&k, k.cadre, "name", 0, sv_text(STR("甲")));
    put(&k, k.cadre, "level", 0, sv_text(STR("142")));
    put(&k, k.cadre, "party", 0, sv_int(1));
    put(&k, k.cadre, "party", 0, sv_int(0)); /* put again: the last one holds */
    put(&k, k.post, "name", 2, sv_text(STR("局长")));
    put(&k, k.post, "seats", 2, sv_int(3));
    put(&k, k.post, "org", 2, sv_int(77));
    put(&k, k.tenure, "cadre", 3, sv_int(100));
    put(&k, k.tenure, "post", 3, sv_int(4000000));
    put(&k, k.tenure, "since", 3, sv_int(k.run.today - 3653));
    struct roster *r = NULL;
    test_ok(roster_build_finish(&k.b, &r, &k.e), &k.e);
    assert_null(k.b);
    assert_true(str_eq(ask(&k, r, k.cadre, 100, "name").str, STR("甲")));
    assert_int_equal(ask(&k, r, k.cadre, 100, "level").code, 2);
    assert_false(ask(&k, r, k.cadre, 100, "party").b);
    assert_int_equal(ask(&k, r, k.cadre, 101, "party").kind, FV_NULL);
    assert_int_equal(ask(&k, r, k.post, 4000000, "org").id, 77);
    assert_int_equal(ask(&k, r, k.tenure, 203, "post").id, 4000000);
    assert_int_equal(ask(&k, r, k.cadre, 100, "任职").count, 1);
    assert_int_equal(ask(&k, r, k.cadre, 100, "任职").items[0].id, 203);
    assert_int_equal(ask(&k, r, k.cadre, 102, "任职").count, 0);
    assert_true(str_eq(ask(&k, r, k.cadre, 100, "now").str, STR("局长")));
    assert_true(ask(&k, r, k.cadre, 100, "long").b);
    struct fv vacant = ask(&k, r, k.post, 4000000, "vacant"), two = {.kind = FV_NUMBER};
    two.num = dec_i64(2);
    assert_int_equal(fv_equal(&vacant, &two), 1);
    assert_int_equal(roster_rows(r, k.cadre), 3);
    assert_int_equal(roster_rows(r, k.org), 0);
    assert_int_equal(roster_seq(r), 0);
    assert_int_equal(roster_version(r, k.cadre, 101), 1);
    assert_false(roster_has(r, k.post, 8));
    assert_true(roster_has(r, k.post, 30));
    roster_free(&r);
    kit_close(&k);
}

static void test_runs_of_cells(void **state)
{
    (void)state;
    struct kit k;
    kit_open(&k);
    enum { N = 5000 };
    static uint8_t codes[N];
    static int32_t days[N];
    static int64_t pays[N];
    static uint32_t posts[N];
    static uint64_t valid[(N + 63) / 64], bits[(N + 63) / 64];
    test_ok(roster_build_table(k.b, k.post, N, 1, NULL, &k.e), &k.e);
    test_ok(roster_build_table(k.b, k.tenure, N, 10000, NULL, &k.e), &k.e);
    test_ok(roster_build_table(k.b, k.cadre, N, 20000, NULL, &k.e), &k.e);
    column(&k, k.post, "level", false);
    column(&k, k.post, "pay", false);
    column(&k, k.tenure, "post", true);
    column(&k, k.tenure, "since", false);
    column(&k, k.cadre, "party", false);
    for (uint32_t i = 0; i < N; i++) {
        codes[i] = (uint8_t)(i % 3);
        days[i] = (int32_t)i - 100;
        pays[i] = i == 3000 ? INT64_C(99999999999) : i;
        posts[i] = i % 7 == 0 ? UINT32_MAX : i / 2; /* what has no value may be anything */
        if (i % 7 != 0) valid[i >> 6] |= (uint64_t)1 << (i & 63);
        if (i % 3 == 0) bits[i >> 6] |= (uint64_t)1 << (i & 63);
    }
    struct roster_run run = {.row = 0, .n = N, .as = ROSTER_CELLS_U8, .cells = codes};
    test_ok(roster_build_cells(k.b, k.post, test_field(k.post, "level"), &run, &k.e), &k.e);
    run = (struct roster_run){.row = 0, .n = N, .as = ROSTER_CELLS_I64, .cells = pays}; /* wider than the column: narrowed, but one block */
    test_ok(roster_build_cells(k.b, k.post, test_field(k.post, "pay"), &run, &k.e), &k.e);
    run = (struct roster_run){.row = 0, .n = N, .as = ROSTER_CELLS_U32, .cells = posts, .valid = valid};
    test_ok(roster_build_cells(k.b, k.tenure, test_field(k.tenure, "post"), &run, &k.e), &k.e);
    run = (struct roster_run){.row = 0, .n = N, .as = ROSTER_CELLS_BIT, .cells = bits};
    test_ok(roster_build_cells(k.b, k.cadre, test_field(k.cadre, "party"), &run, &k.e), &k.e);
    run = (struct roster_run){.row = 1000, .n = 70, .as = ROSTER_CELLS_I32, .cells = days}; /* a part, not at the edge of a word */
    test_ok(roster_build_cells(k.b, k.tenure, test_field(k.tenure, "since"), &run, &k.e), &k.e);
    run = (struct roster_run){.row = 2040, .n = 100, .as = ROSTER_CELLS_I32, .cells = days}; /* over the edge of a block */
    test_ok(roster_build_cells(k.b, k.tenure, test_field(k.tenure, "since"), &run, &k.e), &k.e);
    struct roster *r = NULL;
    test_ok(roster_build_finish(&k.b, &r, &k.e), &k.e);
    const struct roster_column *pay = r->tables[k.post->idx]->columns[test_field(k.post, "pay")->idx];
    assert_int_equal(pay->blocks[0]->kind, CELL_I32);
    assert_int_equal(pay->blocks[1]->kind, CELL_I64);
    uint32_t lists = 0;
    for (uint32_t i = 0; i < N; i++) {
        struct fv level = ask(&k, r, k.post, 1 + i, "level"), post = ask(&k, r, k.tenure, 10000 + i, "post"), since = ask(&k, r, k.tenure, 10000 + i, "since");
        assert_int_equal(level.code, i % 3);
        assert_int_equal(ask(&k, r, k.cadre, 20000 + i, "party").b, i % 3 == 0);
        assert_int_equal(post.kind, i % 7 == 0 ? FV_NULL : FV_RECORD);
        if (i % 7 != 0) assert_int_equal(post.id, 1 + i / 2);
        bool dated = (i >= 1000 && i < 1070) || (i >= 2040 && i < 2140);
        assert_int_equal(since.kind, dated ? FV_DATE : FV_NULL);
        if (dated) assert_int_equal(since.day, (int64_t)(i < 2000 ? i - 1000 : i - 2040) - 100);
        lists += ask(&k, r, k.post, 1 + i, "任职").count;
        if (i % 100 == 0) arena_fini(&k.arena), arena_init(&k.arena, (size_t)64 << 20);
    }
    assert_int_equal(lists, N - (N + 6) / 7);
    assert_int_equal(roster_cell(r->tables[k.tenure->idx]->columns[test_field(k.tenure, "post")->idx]->blocks[0], 7), 0); /* no value: 0 */
    roster_free(&r);
    kit_close(&k);
}

/* Several threads ask for the same derived fields of one version at once, each by a handle of its own; one of them on another day. */
enum { SHARED_ROWS = 6000, SHARED_THREADS = 4 };

struct asker {
    struct roster *r;
    const struct kit *k;
    day_num today;
    uint32_t from;
    bool ok;
};

static bool asked_right(const struct asker *x, struct feel_run *run, int64_t id, uint32_t i)
{
    struct fv v;
    struct err e;
    err_clear(&e);
    const struct feel_register *freg = &x->k->cadre->feel;
    if (run->host->member(run, freg, id, test_field(x->k->cadre, "years")->member, &v, &e) != RC_OK) return false;
    struct fv years = {.kind = FV_NUMBER};
    years.num = dec_i64(x->today == x->k->run.today ? 9 : 10);
    if (i % 5 == 0 ? v.kind != FV_NULL : fv_equal(&v, &years) != 1) return false;
    if (run->host->member(run, freg, id, test_field(x->k->cadre, "now")->member, &v, &e) != RC_OK) return false;
    char name[32];
    int n = snprintf(name, sizeof name, "%s%u", i % 5 == 0 ? "" : "岗位", i);
    if (v.kind != FV_STRING || !str_eq(v.str, i % 5 == 0 ? STR("") : str_of(name, (size_t)n))) return false;
    if (run->host->member(run, &x->k->post->feel, 1 + i, test_field(x->k->post, "vacant")->member, &v, &e) != RC_OK) return false;
    struct fv vacant = {.kind = FV_NUMBER};
    vacant.num = dec_i64((i == 77 ? INT64_C(5000000000) : 2) - (i % 5 != 0)); /* one that needs a wider cell */
    return fv_equal(&v, &vacant) == 1;
}

static void *ask_all(void *arg)
{
    struct asker *x = arg;
    struct arena a;
    arena_init(&a, (size_t)64 << 20);
    struct feel_run run = {.arena = &a, .today = x->today};
    roster_host(x->r, &run.host, &run.host_ctx);
    struct arena_mark mark = arena_mark(&a);
    x->ok = true;
    for (uint32_t n = 0; n < SHARED_ROWS && x->ok; n++) {
        uint32_t i = (x->from + n) % SHARED_ROWS;
        run.steps_left = FEEL_STEPS_DEFAULT;
        x->ok = asked_right(x, &run, 100000 + i, i);
        arena_reset(&a, mark);
    }
    arena_fini(&a);
    roster_free(&x->r);
    return NULL;
}

static void test_threads_share_a_version(void **state)
{
    (void)state;
    struct kit k;
    kit_open(&k);
    test_ok(roster_build_table(k.b, k.cadre, SHARED_ROWS, 100000, NULL, &k.e), &k.e);
    test_ok(roster_build_table(k.b, k.post, SHARED_ROWS, 1, NULL, &k.e), &k.e);
    test_ok(roster_build_table(k.b, k.tenure, SHARED_ROWS, 200000, NULL, &k.e), &k.e);
    column(&k, k.post, "name", false);
    column(&k, k.post, "seats", false);
    column(&k, k.tenure, "cadre", true);
    column(&k, k.tenure, "post", true);
    column(&k, k.tenure, "since", false);
    column(&k, k.tenure, "until", false);
    for (uint32_t i = 0; i < SHARED_ROWS; i++) {
        char name[32];
        int n = snprintf(name, sizeof name, "岗位%u", i);
        put(&k, k.post, "name", i, sv_text(str_of(name, (size_t)n)));
        put(&k, k.post, "seats", i, sv_int(i == 77 ? INT64_C(5000000000) : 2));
        if (i % 5 == 0) continue;
        put(&k, k.tenure, "cadre", i, sv_int(100000 + i));
        put(&k, k.tenure, "post", i, sv_int(1 + i));
        put(&k, k.tenure, "since", i, sv_int(k.run.today - 3652)); /* ten years less a day */
    }
    struct roster *r = NULL;
    test_ok(roster_build_finish(&k.b, &r, &k.e), &k.e);
    struct asker askers[SHARED_THREADS];
    pthread_t threads[SHARED_THREADS];
    for (uint32_t i = 0; i < SHARED_THREADS; i++) {
        askers[i] = (struct asker){.k = &k, .today = k.run.today + (i == 3), .from = i * 500};
        test_ok(roster_pin(r, &askers[i].r, &k.e), &k.e);
    }
    roster_free(&r); /* the version stays as long as one of them has it */
    for (uint32_t i = 0; i < SHARED_THREADS; i++) assert_int_equal(pthread_create(&threads[i], NULL, ask_all, &askers[i]), 0);
    for (uint32_t i = 0; i < SHARED_THREADS; i++) assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (uint32_t i = 0; i < SHARED_THREADS; i++) assert_true(askers[i].ok);
    kit_close(&k);
}

static void test_what_a_column_cannot_hold(void **state)
{
    (void)state;
    struct kit k;
    kit_open(&k);
    test_ok(roster_build_table(k.b, k.cadre, 10, 1, NULL, &k.e), &k.e);
    test_ok(roster_build_table(k.b, k.tenure, 10, 100, NULL, &k.e), &k.e);
    column(&k, k.cadre, "level", false);
    column(&k, k.cadre, "party", false);
    column(&k, k.cadre, "name", false);
    column(&k, k.tenure, "cadre", true);
    uint8_t codes[3] = {0, 2, 3};
    uint32_t rows[2] = {9, 10};
    struct roster_run run = {.row = 4, .n = 3, .as = ROSTER_CELLS_U8, .cells = codes};
    const struct pack_field *level = test_field(k.cadre, "level"), *ref = test_field(k.tenure, "cadre"), *party = test_field(k.cadre, "party");
    assert_int_equal(roster_build_cells(k.b, k.cadre, level, &run, &k.e), RC_INPUT);
    assert_string_equal(err_code(&k.e), "roster.cell");
    assert_non_null(strstr(k.e.en, "row 6"));
    assert_non_null(strstr(k.e.en, "cadre.level"));
    run = (struct roster_run){.row = 0, .n = 2, .as = ROSTER_CELLS_U32, .cells = rows};
    assert_int_equal(roster_build_cells(k.b, k.tenure, ref, &run, &k.e), RC_INPUT);
    run = (struct roster_run){.row = 0, .n = 3, .as = ROSTER_CELLS_U8, .cells = codes};
    assert_int_equal(roster_build_cells(k.b, k.cadre, party, &run, &k.e), RC_INPUT);
    assert_int_equal(roster_build_cells(k.b, k.cadre, test_field(k.cadre, "name"), &run, &k.e), RC_INPUT); /* no text was made */
    struct sv wrong = sv_text(STR("乡科级正职")); /* a title is no code */
    assert_int_equal(roster_build_put(k.b, k.cadre, level, 0, &wrong, &k.e), RC_INPUT);
    wrong = sv_int(11);
    assert_int_equal(roster_build_put(k.b, k.tenure, ref, 0, &wrong, &k.e), RC_INPUT); /* nobody has this id */
    assert_int_equal(roster_build_put(k.b, k.cadre, level, 0, &wrong, &k.e), RC_INPUT);
    wrong = sv_text(STR("是"));
    assert_int_equal(roster_build_put(k.b, k.cadre, party, 0, &wrong, &k.e), RC_INPUT);
    struct roster *r = NULL;
    test_ok(roster_build_finish(&k.b, &r, &k.e), &k.e);
    for (int64_t id = 1; id <= 10; id++) assert_int_equal(ask(&k, r, k.cadre, id, "level").kind, FV_NULL);
    struct fv v;
    assert_int_equal(k.run.host->member(&k.run, &k.cadre->feel, 1, test_field(k.cadre, "born")->member, &v, &k.e), RC_BROKEN);
    assert_string_equal(err_code(&k.e), "roster.not_loaded");
    roster_free(&r);
    kit_close(&k);
}

static void test_a_run_costs_its_cells_only(void **state)
{
    (void)state;
    struct kit k;
    kit_open(&k);
    enum { N = 1 << 20 };
    test_ok(roster_build_table(k.b, k.cadre, N, 1, NULL, &k.e), &k.e);
    column(&k, k.cadre, "level", false);
    column(&k, k.cadre, "born", false);
    column(&k, k.cadre, "party", false);
    struct roster *r = NULL;
    test_ok(roster_build_finish(&k.b, &r, &k.e), &k.e);
    assert_true(roster_bytes(r) < (size_t)N * 6 + (1 << 20)); /* 1 + 4 + 1/8 bytes, three valid bits */
    assert_int_equal(roster_ids_at(r, k.cadre, N - 1, 4, (int64_t[4]){0}), 1);
    roster_free(&r);
    kit_close(&k);
}

static void test_given_up(void **state)
{
    (void)state;
    struct kit k;
    kit_open(&k);
    test_ok(roster_build_table(k.b, k.cadre, 10, 1, NULL, &k.e), &k.e);
    column(&k, k.cadre, "name", false);
    assert_int_equal(roster_build_table(k.b, k.post, (1u << 28) + 1, 1, NULL, &k.e), RC_LIMIT);
    roster_build_free(&k.b);
    assert_null(k.b);
    kit_close(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells_refs_lists_and_derived_fields),
        cmocka_unit_test(test_runs_of_cells),
        cmocka_unit_test(test_threads_share_a_version),
        cmocka_unit_test(test_what_a_column_cannot_hold),
        cmocka_unit_test(test_a_run_costs_its_cells_only),
        cmocka_unit_test(test_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
