/* roster_test.c - columns in memory answer as the store does. */
#include "record/inner.h"
#include "record/roster_inner.h"
#include "record/test_area.h"
#include "record/test_chapter.h"

static day_num day(const char *text)
{
    day_num d = 0;
    assert_true(day_parse(str_c(text), &d));
    return d;
}

static void open_area(struct test_area *t) { test_open(t, day("2026-01-01"), TEST_CHAPTER, (char *)NULL); }

/* Everything of every register. */
static struct roster *load_all(struct test_area *t)
{
    struct roster_wants w = {NULL, 0, 0};
    for (uint32_t i = 0; i < t->set->registers_count; i++) {
        const struct pack_register *r = t->set->registers[i];
        roster_want_display(&t->arena, &w, r);
        for (uint32_t f = 0; f < r->fields_count; f++)
            roster_want_put(&t->arena, &w, (struct roster_want){.reg = r, .field = &r->fields[f], .back = r->fields[f].ref != NULL && r->fields[f].derive == NULL});
    }
    struct err e;
    struct roster *roster = NULL;
    test_ok(roster_load(t->records, w.at, w.len, &roster, &e), &e);
    return roster;
}

static struct roster *load_fields(struct test_area *t, const char *reg, const char *a, const char *b)
{
    const struct pack_register *r = test_reg(t, reg);
    struct roster_want w[2] = {{.reg = r, .field = test_field(r, a)}, {.reg = r, .field = test_field(r, b)}};
    struct err e;
    struct roster *roster = NULL;
    test_ok(roster_load(t->records, w, 2, &roster, &e), &e);
    return roster;
}

struct asking {
    struct arena arena;
    struct feel_run run;
    struct err err;
};

static void asking_init(struct asking *q, struct roster *r, day_num today)
{
    arena_init(&q->arena, (size_t)256 << 20);
    q->run = (struct feel_run){.arena = &q->arena, .today = today, .steps_left = FEEL_STEPS_DEFAULT};
    roster_host(r, &q->run.host, &q->run.host_ctx);
}

static struct fv ask(struct asking *q, const struct pack_register *reg, uint64_t id, const char *name)
{
    const struct feel_member *m = NULL;
    for (uint32_t i = 0; i < reg->feel.members_count; i++)
        if (str_eq(reg->feel.members[i].title, str_c(name)) || str_eq(reg->feel.members[i].name, str_c(name))) m = &reg->feel.members[i];
    if (m == NULL) fail_msg("no member %s", name);
    struct fv v;
    test_ok(q->run.host->member(&q->run, &reg->feel, (int64_t)id, m, &v, &q->err), &q->err);
    return v;
}

static struct str printed(struct asking *q, struct fv v)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    fv_print(&v, &b);
    struct str s = str_dup(&q->arena, buf_view(&b));
    buf_fini(&b);
    return s;
}

#define assert_value(q, reg, id, name, text)                                                      \
    do {                                                                                           \
        struct str got_ = printed((q), ask((q), (reg), (id), (name)));                             \
        if (!str_eq(got_, str_c(text))) fail_msg("%s is " STR_FMT ", not %s", (name), STR_ARG(got_), (text)); \
    } while (0)

static void test_every_type_and_blank(void **state)
{
    (void)state;
    struct test_area t;
    open_area(&t);
    test_make(&t, "org", "编码=SL 名称=水务局");
    uint64_t post = test_make(&t, "post", "编码=SL1 所属组织=SL 名称=局长 层次=乡科级正职 职数=1 津贴=-12.50");
    uint64_t c1 = test_make(&t, "cadre", "编号=C1 姓名=甲 级别=乡科级副职 出生年月=1985.03 党员=是 暂缓至=2027-12-31 核对时间=2026-01-02T03:04:05 假期=P1Y2M");
    uint64_t c2 = test_make(&t, "cadre", "编号=C2 姓名=乙 党员=否 假期=P30D");
    uint64_t ten = test_make(&t, "tenure", "干部=C1 职位=SL1 任职时间=2016-01-01");
    struct roster *r = load_all(&t);
    struct asking q;
    asking_init(&q, r, day("2026-01-01"));
    const struct pack_register *cadre = test_reg(&t, "cadre"), *p = test_reg(&t, "post"), *tenure = test_reg(&t, "tenure");
    assert_value(&q, cadre, c1, "姓名", "\"甲\"");
    assert_value(&q, cadre, c1, "党员", "true");
    assert_value(&q, cadre, c1, "暂缓至", "@\"2027-12-31\"");
    assert_value(&q, cadre, c1, "假期", "@\"P1Y2M\"");
    assert_value(&q, cadre, c2, "假期", "@\"P30D\"");
    struct fv born = ask(&q, cadre, c1, "出生年月");
    assert_int_equal(born.kind, FV_DATE);
    assert_int_equal(born.flag, 1);
    assert_int_equal(born.day, day("1985-03-01"));
    struct fv seen = ask(&q, cadre, c1, "核对时间");
    assert_int_equal(seen.kind, FV_DATETIME);
    struct fv level = ask(&q, cadre, c1, "级别");
    assert_int_equal(level.kind, FV_CODE);
    assert_int_equal(level.code, 2);
    assert_value(&q, p, post, "津贴", "-12.5");
    struct fv of = ask(&q, tenure, ten, "干部");
    assert_int_equal(of.kind, FV_RECORD);
    assert_int_equal(of.id, c1);
    assert_value(&q, cadre, c2, "党员", "false");
    static const char *const blanks[] = {"级别", "出生年月", "暂缓至", "核对时间"};
    for (size_t i = 0; i < ARRAY_LEN(blanks); i++) assert_int_equal(ask(&q, cadre, c2, blanks[i]).kind, FV_NULL);
    assert_int_equal(ask(&q, p, post, "任职").count, 1);
    assert_int_equal(ask(&q, cadre, c2, "任职").count, 0);
    assert_int_equal(roster_version(r, cadre, (int64_t)c1), 1);
    assert_int_equal(roster_version(r, cadre, 999999), 0);
    arena_fini(&q.arena);
    roster_free(&r);
    test_close(&t);
}

static void test_derived_values(void **state)
{
    (void)state;
    struct test_area t;
    open_area(&t);
    test_make(&t, "org", "编码=SL 名称=水务局");
    uint64_t post = test_make(&t, "post", "编码=SL1 所属组织=SL 名称=局长 层次=乡科级正职 职数=3");
    uint64_t c1 = test_make(&t, "cadre", "编号=C1 姓名=甲 级别=乡科级副职");
    uint64_t c2 = test_make(&t, "cadre", "编号=C2 姓名=乙");
    test_make(&t, "tenure", "干部=C1 职位=SL1 任职时间=2016-01-02");
    test_make(&t, "tenure", "干部=C2 职位=SL1 任职时间=2010-01-01 免职时间=2020-01-01");
    struct roster *r = load_all(&t);
    struct asking q;
    asking_init(&q, r, day("2026-01-01"));
    const struct pack_register *cadre = test_reg(&t, "cadre"), *p = test_reg(&t, "post"), *org = test_reg(&t, "org");
    for (int pass = 0; pass < 2; pass++) { /* worked out, then remembered */
        assert_value(&q, p, post, "现有人数", "1");
        assert_value(&q, p, post, "空缺", "2");
        assert_value(&q, cadre, c1, "任现职年限", "9");
        assert_value(&q, cadre, c1, "任职已久", "false");
        assert_value(&q, cadre, c1, "现任职务", "\"局长\"");
        assert_int_equal(ask(&q, cadre, c1, "职级").code, 2);
        assert_int_equal(ask(&q, cadre, c1, "首个职位").id, post);
        assert_int_equal(ask(&q, cadre, c2, "任现职年限").kind, FV_NULL);
        assert_int_equal(ask(&q, cadre, c2, "任现职时间").kind, FV_NULL);
        assert_value(&q, org, (uint64_t)roster_ids(r, org)[0], "核定职数", "3");
    }
    q.run.today = day("2026-01-02"); /* another day: what was remembered does not count */
    assert_value(&q, cadre, c1, "任现职年限", "10");
    assert_value(&q, cadre, c1, "任职已久", "true");
    q.run.today = day("2026-01-01");
    assert_value(&q, cadre, c1, "任职已久", "false");
    arena_fini(&q.arena);
    roster_free(&r);
    test_close(&t);
}

static void test_null_carries_its_cause_while_tracing(void **state)
{
    (void)state;
    struct test_area t;
    open_area(&t);
    uint64_t c1 = test_make(&t, "cadre", "编号=C1 姓名=甲");
    struct roster *r = load_all(&t);
    struct asking q;
    asking_init(&q, r, day("2026-01-01"));
    const struct pack_register *cadre = test_reg(&t, "cadre");
    assert_null(ask(&q, cadre, c1, "任职已久").cause); /* remembered: no chain */
    roster_trace(r, NULL, 0, NULL);
    struct fv v = ask(&q, cadre, c1, "任职已久");
    assert_int_equal(v.kind, FV_NULL);
    bool since = false, years = false;
    for (const struct feel_cause *c = v.cause; c != NULL; c = c->inner) {
        if (c->reg == NULL) continue;
        assert_int_equal(c->id, c1);
        since = since || str_eq(c->reg->members[c->member].name, STR("since"));
        years = years || str_eq(c->reg->members[c->member].name, STR("years"));
    }
    assert_true(since);
    assert_true(years);
    roster_trace_end(r);
    arena_fini(&q.arena);
    roster_free(&r);
    test_close(&t);
}

static void test_trace_names_what_was_read(void **state)
{
    (void)state;
    struct test_area t;
    open_area(&t);
    test_make(&t, "org", "编码=SL 名称=水务局");
    test_make(&t, "post", "编码=SL1 所属组织=SL 名称=局长 层次=乡科级正职 职数=3");
    uint64_t c1 = test_make(&t, "cadre", "编号=C1 姓名=甲");
    uint64_t ten = test_make(&t, "tenure", "干部=C1 职位=SL1 任职时间=2016-01-02");
    struct roster *r = load_all(&t);
    struct asking q;
    asking_init(&q, r, day("2026-01-01"));
    struct roster_read reads[8];
    size_t n = 0;
    roster_trace(r, reads, 8, &n);
    (void)ask(&q, test_reg(&t, "cadre"), c1, "任现职年限");
    (void)ask(&q, test_reg(&t, "cadre"), c1, "任现职年限");
    roster_trace_end(r);
    assert_int_equal(n, 2); /* each once */
    assert_int_equal(reads[0].id, ten);
    assert_int_equal(reads[1].id, ten);
    assert_int_equal(reads[0].version, 1);
    assert_true(str_eq(reads[0].field->name, STR("until")));
    assert_true(str_eq(reads[1].field->name, STR("since")));
    roster_trace(r, reads, 1, &n); /* fewer places than reads: all are counted */
    (void)ask(&q, test_reg(&t, "cadre"), c1, "任现职年限");
    roster_trace_end(r);
    assert_int_equal(n, 2);
    arena_fini(&q.arena);
    roster_free(&r);
    test_close(&t);
}

static void test_only_what_is_wanted_is_loaded(void **state)
{
    (void)state;
    struct test_area t;
    open_area(&t);
    uint64_t c1 = test_make(&t, "cadre", "编号=C1 姓名=甲 党员=是");
    struct roster *r = load_fields(&t, "cadre", "name", "born");
    struct asking q;
    asking_init(&q, r, day("2026-01-01"));
    const struct pack_register *cadre = test_reg(&t, "cadre"), *post = test_reg(&t, "post");
    assert_value(&q, cadre, c1, "姓名", "\"甲\"");
    struct fv v;
    struct err e;
    err_clear(&e);
    assert_int_equal(q.run.host->member(&q.run, &cadre->feel, (int64_t)c1, test_field(cadre, "party")->member, &v, &e), RC_BROKEN);
    assert_string_equal(err_code(&e), "roster.not_loaded");
    assert_int_equal(q.run.host->all(&q.run, &post->feel, &v, &e), RC_BROKEN);
    assert_int_equal(roster_rows(r, post), 0);
    assert_null(roster_ids(r, post));
    assert_false(roster_has(r, post, 1));
    struct str shown; /* the display was not wanted, yet a name is always given */
    test_ok(q.run.host->display(&q.run, &post->feel, 7, &shown, &e), &e);
    assert_true(str_eq(shown, STR("#7")));
    arena_fini(&q.arena);
    roster_free(&r);
    test_close(&t);
}

static void test_closed_records_are_left_out_but_answer_refs(void **state)
{
    (void)state;
    struct test_area t;
    open_area(&t);
    test_make(&t, "org", "编码=SL 名称=水务局");
    uint64_t post = test_make(&t, "post", "编码=SL1 所属组织=SL 名称=局长 层次=乡科级正职 职数=3");
    uint64_t c1 = test_make(&t, "cadre", "编号=C1 姓名=甲");
    uint64_t c2 = test_make(&t, "cadre", "编号=C2 姓名=乙");
    uint64_t t1 = test_make(&t, "tenure", "干部=C1 职位=SL1 任职时间=2016-01-02");
    uint64_t t2 = test_make(&t, "tenure", "干部=C1 职位=SL1 任职时间=2018-01-02");
    struct err e;
    struct changed done;
    const struct pack_register *p = test_reg(&t, "post"), *tenure = test_reg(&t, "tenure"), *cadre = test_reg(&t, "cadre"), *org = test_reg(&t, "org");
    test_ok(record_close(t.records, p, post, 0, &t.change, &done, &e), &e);
    test_ok(record_close(t.records, tenure, t2, 0, &t.change, &done, &e), &e);
    test_ok(record_close(t.records, cadre, c2, 0, &t.change, &done, &e), &e);
    struct roster *r = load_all(&t);
    assert_int_equal(roster_rows(r, p), 0);
    assert_int_equal(roster_rows(r, cadre), 1);
    assert_false(roster_has(r, p, (int64_t)post));
    assert_false(roster_has(r, cadre, (int64_t)c2));
    assert_true(roster_has(r, cadre, (int64_t)c1));
    struct asking q;
    asking_init(&q, r, day("2026-01-01"));
    struct fv of = ask(&q, tenure, t1, "职位"), all;
    assert_int_equal(of.id, post);
    assert_value(&q, p, post, "名称", "\"局长\"");      /* an open record still refers to it */
    assert_int_equal(ask(&q, cadre, c1, "任职").count, 1); /* the closed one is not in the list */
    assert_value(&q, cadre, c1, "现任职务", "\"局长\"");
    test_ok(q.run.host->all(&q.run, &p->feel, &all, &e), &e);
    assert_int_equal(all.count, 0);
    assert_int_equal(ask(&q, org, (uint64_t)roster_ids(r, org)[0], "职位").count, 0);
    arena_fini(&q.arena);
    roster_free(&r);
    test_close(&t);
}

/* A seeded county; ids of the registers are interleaved, so that some tables are found by hash. */
static uint32_t dice(uint64_t *seed, uint32_t sides)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33) % sides;
}

static void fill(struct test_area *t, int cadres)
{
    uint64_t seed = 7;
    char words[256];
    static const char *const levels[] = {"县处级正职", "乡科级正职", "乡科级副职"};
    for (int i = 0; i < 6; i++) {
        snprintf(words, sizeof words, "编码=O%d 名称=单位%d", i, i);
        test_make(t, "org", words);
    }
    int posts = 0;
    for (int i = 0; i < cadres; i++) {
        if (i % 9 == 0) {
            snprintf(words, sizeof words, "编码=P%d 所属组织=O%u 名称=岗位%d 层次=%s 职数=%u 津贴=%u.%02u", posts, dice(&seed, 6), posts % 40,
                     levels[dice(&seed, 3)], dice(&seed, 4), dice(&seed, 2000000000), dice(&seed, 100));
            test_make(t, "post", words);
            posts++;
        }
        int n = snprintf(words, sizeof words, "编号=C%d 姓名=某%d", i, i);
        if (dice(&seed, 5) > 0) n += snprintf(words + n, sizeof words - (size_t)n, " 级别=%s", levels[dice(&seed, 3)]);
        if (dice(&seed, 5) > 0) n += snprintf(words + n, sizeof words - (size_t)n, " 出生年月=19%02u.%02u", 50 + dice(&seed, 50), 1 + dice(&seed, 12));
        if (dice(&seed, 3) > 0) n += snprintf(words + n, sizeof words - (size_t)n, " 党员=%s", dice(&seed, 2) ? "是" : "否");
        if (dice(&seed, 9) == 0) snprintf(words + n, sizeof words - (size_t)n, " 暂缓至=2026-0%u-11", 1 + dice(&seed, 9));
        test_make(t, "cadre", words);
        for (uint32_t k = dice(&seed, 3); k > 0; k--) {
            n = snprintf(words, sizeof words, "干部=C%d 职位=P%u 任职时间=20%02u-0%u-15", i, dice(&seed, (uint32_t)posts), dice(&seed, 20), 1 + dice(&seed, 9));
            if (dice(&seed, 3) == 0) snprintf(words + n, sizeof words - (size_t)n, " 免职时间=2021-0%u-15", 1 + dice(&seed, 9));
            test_make(t, "tenure", words);
        }
    }
}

static bool same_value(const struct fv *a, const struct fv *b)
{
    if (a->kind != b->kind) return false;
    if (a->kind == FV_NULL) return true;
    if (a->kind == FV_RECORD) return a->id == b->id && a->reg == b->reg;
    if (a->kind == FV_LIST) {
        if (a->count != b->count) return false;
        for (uint32_t i = 0; i < a->count; i++)
            if (!same_value(&a->items[i], &b->items[i])) return false;
        return true;
    }
    return fv_equal(a, b) == 1 && (a->kind != FV_DATE || a->flag == b->flag);
}

static void test_agrees_with_the_store(void **state)
{
    (void)state;
    struct test_area t;
    open_area(&t);
    fill(&t, 2600);
    struct roster *r = load_all(&t);
    struct asking q;
    asking_init(&q, r, day("2026-05-01"));
    struct arena other;
    arena_init(&other, (size_t)1 << 30);
    struct feel_run run = {.arena = &other, .today = q.run.today, .steps_left = FEEL_STEPS_DEFAULT};
    size_t compared = 0;
    record_host(t.records, &t.arena, &run.host, &run.host_ctx);
    for (uint32_t i = 0; i < t.set->registers_count; i++) {
        const struct pack_register *reg = t.set->registers[i];
        for (size_t row = 0; row < roster_rows(r, reg); row++) {
            if (row % 7 != 0 && row < 2030) continue; /* a part of the first block, all around its end */
            int64_t id = roster_ids(r, reg)[row];
            for (uint32_t m = 0; m < reg->feel.members_count; m++) {
                struct arena_mark m1 = arena_mark(&q.arena), m2 = arena_mark(&other);
                struct fv a, b;
                q.run.steps_left = run.steps_left = FEEL_STEPS_DEFAULT;
                test_ok(q.run.host->member(&q.run, &reg->feel, id, &reg->feel.members[m], &a, &q.err), &q.err);
                test_ok(run.host->member(&run, &reg->feel, id, &reg->feel.members[m], &b, &q.err), &q.err);
                if (!same_value(&a, &b))
                    fail_msg("%.*s of #%lld: " STR_FMT " in memory, " STR_FMT " in the store", STR_ARG(reg->feel.members[m].name), (long long)id,
                             STR_ARG(printed(&q, a)), STR_ARG(printed(&q, b)));
                compared++;
                arena_reset(&q.arena, m1);
                arena_reset(&other, m2);
            }
        }
    }
    assert_true(compared > 10000);
    bool hashed = false; /* the data must have met both ways of finding a row */
    for (uint32_t i = 0; i < t.set->registers_count; i++) hashed = hashed || (r->tables[i]->slots != NULL && !r->tables[i]->dense);
    assert_true(hashed);
    arena_fini(&other);
    arena_fini(&q.arena);
    roster_free(&r);
    test_close(&t);
}

static void test_memory_a_record(void **state)
{
    (void)state;
    struct test_area t;
    open_area(&t);
    fill(&t, 4096);
    struct roster *r = load_all(&t);
    struct asking q;
    asking_init(&q, r, day("2026-05-01"));
    const struct pack_register *cadre = test_reg(&t, "cadre");
    for (size_t i = 0; i < roster_rows(r, cadre); i++) (void)ask(&q, cadre, (uint64_t)roster_ids(r, cadre)[i], "任职已久");
    assert_true(roster_bytes(r) > 4096 * 64);
    assert_true(roster_bytes(r) < 4096 * 1024); /* with children, memos, texts: under 1 KiB a cadre */
    arena_fini(&q.arena);
    roster_free(&r);
    test_close(&t);
}

static void test_wide_numbers_widen_one_block(void **state)
{
    (void)state;
    struct test_area t;
    open_area(&t);
    test_make(&t, "org", "编码=SL 名称=水务局");
    uint64_t p1 = test_make(&t, "post", "编码=A 所属组织=SL 名称=甲 层次=131 职数=1 津贴=21474836.47");
    uint64_t p2 = test_make(&t, "post", "编码=B 所属组织=SL 名称=乙 层次=131 职数=1 津贴=-99999999999.99");
    uint64_t p3 = test_make(&t, "post", "编码=C 所属组织=SL 名称=丙 层次=131 职数=1 津贴=0.01");
    struct roster *r = load_fields(&t, "post", "pay", "code");
    const struct pack_register *p = test_reg(&t, "post");
    assert_int_equal(r->tables[p->idx]->columns[test_field(p, "pay")->idx]->blocks[0]->kind, CELL_I64);
    struct asking q;
    asking_init(&q, r, 0);
    assert_value(&q, p, p1, "津贴", "21474836.47");
    assert_value(&q, p, p2, "津贴", "-99999999999.99");
    assert_value(&q, p, p3, "津贴", "0.01");
    arena_fini(&q.arena);
    roster_free(&r);
    test_close(&t);
}

/* A disk that does not hold what it must: loading stops, nothing is guessed. */
static void test_a_code_outside_its_table(void **state)
{
    (void)state;
    struct test_area t;
    open_area(&t);
    uint64_t c1 = test_make(&t, "cadre", "编号=C1 姓名=甲 级别=乡科级副职");
    const struct pack_register *cadre = test_reg(&t, "cadre");
    const struct pack_field *level = test_field(cadre, "level");
    struct reg_bind *b = bind_of(t.records, cadre);
    struct err e;
    struct sv key = sv_int((int64_t)c1), wrong = sv_text(STR("999"));
    uint32_t column = COL_FIELDS + level->column;
    test_ok(bind_rows(t.records, b, &e), &e);
    test_ok(store_update(b->rows, &key, 1, &column, &wrong, &e), &e);
    struct roster_want want = {.reg = cadre, .field = level};
    struct roster *r = NULL;
    assert_int_equal(roster_load(t.records, &want, 1, &r, &e), RC_BROKEN);
    assert_string_equal(err_code(&e), "roster.code");
    assert_null(r);
    struct sv title = sv_text(STR("乡科级副职")); /* a title is no code either */
    test_ok(store_update(b->rows, &key, 1, &column, &title, &e), &e);
    assert_int_equal(roster_load(t.records, &want, 1, &r, &e), RC_BROKEN);
    test_close(&t);
}

static void test_a_ref_to_nothing(void **state)
{
    (void)state;
    struct test_area t;
    open_area(&t);
    test_make(&t, "cadre", "编号=C1 姓名=甲");
    test_make(&t, "org", "编码=SL 名称=水务局");
    test_make(&t, "post", "编码=P 所属组织=SL 名称=乙 层次=131 职数=1");
    uint64_t ten = test_make(&t, "tenure", "干部=C1 职位=P 任职时间=2016-01-02");
    const struct pack_register *tenure = test_reg(&t, "tenure"), *post = test_reg(&t, "post");
    const struct pack_field *ref = test_field(tenure, "post");
    struct reg_bind *b = bind_of(t.records, tenure);
    struct err e;
    struct sv key = sv_int((int64_t)ten), wrong = sv_int(123456);
    uint32_t column = COL_FIELDS + ref->column;
    test_ok(bind_rows(t.records, b, &e), &e);
    test_ok(store_update(b->rows, &key, 1, &column, &wrong, &e), &e);
    struct roster_want want[2] = {{.reg = tenure, .field = ref}, {.reg = post, .field = NULL}};
    struct roster *r = NULL;
    assert_int_equal(roster_load(t.records, want, 2, &r, &e), RC_BROKEN);
    assert_string_equal(err_code(&e), "roster.ref");
    test_ok(roster_load(t.records, want, 1, &r, &e), &e); /* where nobody looks through the ref it stays an id */
    struct asking q;
    asking_init(&q, r, 0);
    assert_int_equal(ask(&q, tenure, ten, "职位").id, 123456);
    arena_fini(&q.arena);
    roster_free(&r);
    test_close(&t);
}

static void test_texts_of_every_length(void **state)
{
    (void)state;
    struct test_area t;
    open_area(&t);
    struct roster *r = load_fields(&t, "cadre", "name", "code");
    static const size_t lengths[] = {0, 1, 127, 128, 129, 16383, 16384, 16385, 700000, 400000, ROSTER_TEXT_MAX, 5};
    char *big = malloc(ROSTER_TEXT_MAX + 2);
    assert_non_null(big);
    int64_t cells[ARRAY_LEN(lengths)], again = 0;
    struct err e;
    for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
        memset(big, 'a' + (int)i, lengths[i]);
        test_ok(roster_texts_put(r, str_of(big, lengths[i]), &cells[i], &e), &e);
    }
    for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
        struct str s = roster_text(r, cells[i]);
        assert_int_equal(s.len, lengths[i]);
        for (size_t k = 0; k < s.len; k += 997) assert_int_equal(s.ptr[k], 'a' + (int)i);
    }
    memset(big, 'a' + (int)ARRAY_LEN(lengths) - 1, 5);
    test_ok(roster_texts_put(r, str_of(big, 5), &again, &e), &e);
    assert_int_equal(again, cells[ARRAY_LEN(lengths) - 1]); /* met again: kept once */
    assert_int_equal(roster_texts_put(r, str_of(big, ROSTER_TEXT_MAX + 1), &again, &e), RC_LIMIT);
    free(big);
    roster_free(&r);
    test_close(&t);
}

static void test_versions_and_ways_of_finding(void **state)
{
    (void)state;
    struct test_area t;
    open_area(&t);
    uint64_t run[40], thin[40];
    char words[64];
    struct err e;
    struct changed done;
    const struct pack_register *cadre = test_reg(&t, "cadre"), *org = test_reg(&t, "org"), *post = test_reg(&t, "post");
    for (int i = 0; i < 40; i++) {
        snprintf(words, sizeof words, "编码=O%d 名称=单位", i);
        run[i] = test_make(&t, "org", words);
    }
    for (int i = 0; i < 40; i++) { /* a thin table: 60 ids of others between two of its own */
        snprintf(words, sizeof words, "编码=P%d 所属组织=O%d 名称=岗位 层次=131 职数=1", i, i);
        thin[i] = test_make(&t, "post", words);
        for (int k = 0; k < 60; k++) {
            snprintf(words, sizeof words, "编号=C%d-%d 姓名=甲", i, k);
            test_make(&t, "cadre", words);
        }
    }
    const struct pack_field *seats = test_field(post, "seats");
    struct sv two = sv_int(2);
    for (int i = 0; i < 3; i++) {
        two.i = i + 5;
        test_ok(record_update(t.records, post, thin[7], 0, &t.change, 1, &seats, &two, &done, &e), &e);
    }
    struct roster *r = load_all(&t);
    assert_null(r->tables[org->idx]->slots);        /* a run */
    assert_null(r->tables[org->idx]->deltas);
    assert_true(r->tables[cadre->idx]->dense);
    assert_non_null(r->tables[post->idx]->slots);
    assert_false(r->tables[post->idx]->dense);      /* a hash */
    assert_int_equal(roster_version(r, post, (int64_t)thin[7]), 4);
    assert_int_equal(roster_version(r, post, (int64_t)thin[8]), 1);
    assert_int_equal(roster_version(r, org, (int64_t)run[0]), 1);
    int64_t ids[64];
    assert_int_equal(roster_ids_at(r, org, 0, 64, ids), 40);
    assert_int_equal(roster_ids_at(r, org, 39, 64, ids), 1);
    assert_int_equal(roster_ids_at(r, org, 40, 64, ids), 0);
    assert_int_equal(roster_ids_at(r, post, 3, 2, ids), 2);
    assert_int_equal(ids[0], thin[3]);
    for (int i = 0; i < 40; i++) {
        assert_true(roster_has(r, org, (int64_t)run[i]));
        assert_false(roster_has(r, post, (int64_t)run[i]));
        assert_true(roster_has(r, post, (int64_t)thin[i]));
        assert_false(roster_has(r, org, (int64_t)thin[i]));
        assert_int_equal(roster_ids(r, post)[i], thin[i]);
    }
    assert_false(roster_has(r, org, -1));
    assert_false(roster_has(r, org, INT64_MAX));
    assert_false(roster_has(r, post, INT64_MIN));
    roster_free(&r);
    test_close(&t);
}

static void test_a_wide_value_is_remembered(void **state)
{
    (void)state;
    struct test_area t;
    open_area(&t);
    test_make(&t, "org", "编码=SL 名称=水务局");
    test_make(&t, "post", "编码=A 所属组织=SL 名称=甲 层次=131 职数=4000000000");
    uint64_t small = test_make(&t, "org", "编码=SX 名称=水务站");
    test_make(&t, "post", "编码=B 所属组织=SX 名称=乙 层次=131 职数=3");
    struct roster *r = load_all(&t);
    const struct pack_register *org = test_reg(&t, "org");
    struct asking q;
    asking_init(&q, r, 0);
    for (int pass = 0; pass < 2; pass++) {
        assert_value(&q, org, small, "核定职数", "3"); /* before and after the block was widened */
        assert_value(&q, org, (uint64_t)roster_ids(r, org)[0], "核定职数", "4000000000");
    }
    const struct roster_memo *m = r->tables[org->idx]->memos[test_field(org, "seats")->idx];
    assert_int_equal(m->sets->blocks[0]->width, 8);
    arena_fini(&q.arena);
    roster_free(&r);
    test_close(&t);
}

static void test_empty_area(void **state)
{
    (void)state;
    struct test_area t;
    open_area(&t);
    struct roster *r = load_all(&t);
    for (uint32_t i = 0; i < t.set->registers_count; i++) {
        assert_int_equal(roster_rows(r, t.set->registers[i]), 0);
        assert_false(roster_has(r, t.set->registers[i], 1));
    }
    struct asking q;
    asking_init(&q, r, 0);
    struct fv v;
    const struct pack_register *cadre = test_reg(&t, "cadre");
    assert_int_equal(q.run.host->member(&q.run, &cadre->feel, 1, &cadre->feel.members[0], &v, &q.err), RC_BROKEN);
    roster_new_day(r);
    arena_fini(&q.arena);
    roster_free(&r);
    roster_free(&r); /* NULL by now */
    test_close(&t);
}

static void test_wants_of_a_program(void **state)
{
    (void)state;
    struct test_area t;
    open_area(&t);
    const struct pack_register *cadre = test_reg(&t, "cadre"), *tenure = test_reg(&t, "tenure");
    struct roster_wants w = {NULL, 0, 0};
    roster_want_program(&t.arena, &w, test_field(cadre, "long")->derive, false);
    assert_int_equal(w.len, 2); /* the register, and 任现职年限 */
    roster_want_close(&t.arena, &w);
    bool back = false, since = false, until = false, name = false;
    for (size_t i = 0; i < w.len; i++) {
        const struct roster_want *x = &w.at[i];
        if (x->reg == tenure && x->field == test_field(tenure, "cadre")) back = x->back;
        since = since || x->field == test_field(tenure, "since");
        until = until || x->field == test_field(tenure, "until");
        name = name || x->field == test_field(cadre, "name");
    }
    assert_true(back && since && until);
    assert_false(name); /* nothing reads it */
    size_t n = w.len;
    roster_want_close(&t.arena, &w);
    assert_int_equal(w.len, n);
    test_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_type_and_blank),
        cmocka_unit_test(test_derived_values),
        cmocka_unit_test(test_null_carries_its_cause_while_tracing),
        cmocka_unit_test(test_trace_names_what_was_read),
        cmocka_unit_test(test_only_what_is_wanted_is_loaded),
        cmocka_unit_test(test_closed_records_are_left_out_but_answer_refs),
        cmocka_unit_test(test_agrees_with_the_store),
        cmocka_unit_test(test_memory_a_record),
        cmocka_unit_test(test_wide_numbers_widen_one_block),
        cmocka_unit_test(test_a_code_outside_its_table),
        cmocka_unit_test(test_a_ref_to_nothing),
        cmocka_unit_test(test_texts_of_every_length),
        cmocka_unit_test(test_versions_and_ways_of_finding),
        cmocka_unit_test(test_a_wide_value_is_remembered),
        cmocka_unit_test(test_empty_area),
        cmocka_unit_test(test_wants_of_a_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
