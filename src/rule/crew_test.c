/* crew_test.c - any number of threads say the same, word for word, and end with the same error. */
#include "record/test_area.h"
#include "record/test_chapter.h"
#include "rule/rule.h"

enum { CADRES = 20000, POSTS = 40, ORGS = 3 };

/* One that columns take, one that they do not (it makes a text), one that most records raise. */
#define CREW_RULES \
    "```guiju\nrule: many\ntitle: 多数\nbasis: 试用办法 第六条\nover: cadre\nwhen: 任现职时间 < @\"2025-06-01\"\nraise: {say: \"{姓名}{任现职时间}\"}\n```\n\n" \
    "```guiju\nrule: by-rows\ntitle: 逐条\nbasis: 试用办法 第七条\nover: cadre\nwhen: 'starts with(姓名, \"甲\")'\nraise: {severity: serious, say: \"{姓名}\"}\n```\n\n" \
    "```guiju\nrule: terms\ntitle: 任期\nbasis: 试用办法 第八条\nover: tenure\nwhen: 干部.任现职年限 >= 交流年限 and 免职时间 = null\nraise: {say: \"{本记录}\"}\n```\n\n" \
    "```guiju\nrule: pairs\ntitle: 逐对\nbasis: 试用办法 第九条\nover: cadre\neach: {register: org, title: 哪个单位}\nwhere: 级别.层级 = \"乡科级\"\n" \
    "when: not(some 件 in 任职 satisfies 件.职位.所属组织 = 哪个单位 and 件.免职时间 = null) and 党员 and 哪个单位.核定职数 > 0\nraise: {say: \"{姓名}没有在{哪个单位.名称}任职\"}\n```\n\n"

/* More pairs than are looked at. */
#define TOO_MANY \
    "```guiju\nrule: too-many\ntitle: 太多\nbasis: 试用办法 第九条\nover: cadre\neach: {register: tenure, title: 哪次}\nwhen: 姓名 = 哪次.职位.名称\nraise: {say: \"{姓名}\"}\n```\n\n"

struct kit {
    struct test_area t;
    struct roster *roster;
    struct err e;
    day_num today;
};

static uint64_t mixed(uint64_t i) { return (i + 1) * UINT64_C(0x9E3779B97F4A7C15) >> 40; }

static void put(struct kit *k, struct roster_build *b, const struct pack_register *reg, const char *name, uint32_t row, struct sv v)
{
    test_ok(roster_build_put(b, reg, test_field(reg, name), row, &v, &k->e), &k->e);
}

static void fill(struct kit *k, struct roster_build *b)
{
    static const char *const names[] = {"甲", "乙", "丙", "丁", "甲乙"}, *const levels[] = {"131", "141", "142"};
    const struct pack_register *org = test_reg(&k->t, "org"), *post = test_reg(&k->t, "post"), *cadre = test_reg(&k->t, "cadre"), *tenure = test_reg(&k->t, "tenure");
    for (uint32_t i = 0; i < ORGS; i++) put(k, b, org, "name", i, sv_text(STR("局")));
    for (uint32_t i = 0; i < POSTS; i++) {
        put(k, b, post, "name", i, sv_text(STR("岗")));
        put(k, b, post, "seats", i, sv_int((int64_t)i * 20));
        put(k, b, post, "org", i, sv_int(1 + i % ORGS));
    }
    for (uint32_t i = 0; i < CADRES; i++) {
        uint64_t r = mixed(i);
        put(k, b, cadre, "name", i, sv_text(str_c(names[r % 5])));
        if (r % 11 != 0) put(k, b, cadre, "level", i, sv_text(str_c(levels[r % 3])));
        if (r % 13 != 0) put(k, b, cadre, "party", i, sv_int(r % 2 == 0));
        if (r % 17 == 0) put(k, b, cadre, "deferred", i, sv_int(k->today + 30));
        if (r % 34 == 0) put(k, b, cadre, "urgent", i, sv_int(1));
        if (r % 7 == 0) continue; /* no tenure */
        put(k, b, tenure, "cadre", i, sv_int(1000 + i));
        put(k, b, tenure, "post", i, sv_int((int64_t)(100 + r % POSTS)));
        if (r % 19 != 0) put(k, b, tenure, "since", i, sv_int(k->today - (int64_t)(r % 6000)));
        if (r % 23 == 0) put(k, b, tenure, "until", i, sv_int(k->today));
    }
}

static void kit_open_with(struct kit *k, const char *more)
{
    const char *const parts[] = {TEST_CHAPTER, TEST_RULES CREW_RULES, more};
    struct buf text;
    struct roster_build *b = NULL;
    struct roster_want *want;
    size_t n;
    memset(k, 0, sizeof *k);
    assert_true(day_parse(STR("2026-01-01"), &k->today));
    buf_init(&text, 1 << 20);
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) buf_str(&text, str_c(parts[i]));
    test_pack(&k->t, buf_view(&text), k->today);
    test_ok(judge_want(k->t.set, NULL, &k->t.arena, &want, &n, &k->e), &k->e);
    test_ok(roster_build_begin(k->t.set, &b, &k->e), &k->e);
    test_ok(roster_build_table(b, test_reg(&k->t, "org"), ORGS, 1, NULL, &k->e), &k->e);
    test_ok(roster_build_table(b, test_reg(&k->t, "post"), POSTS, 100, NULL, &k->e), &k->e);
    test_ok(roster_build_table(b, test_reg(&k->t, "cadre"), CADRES, 1000, NULL, &k->e), &k->e);
    test_ok(roster_build_table(b, test_reg(&k->t, "tenure"), CADRES, 100000, NULL, &k->e), &k->e);
    for (size_t i = 0; i < n; i++)
        if (want[i].field != NULL && want[i].field->derive == NULL) test_ok(roster_build_column(b, want[i].reg, want[i].field, want[i].back, &k->e), &k->e);
    fill(k, b);
    test_ok(roster_build_finish(&b, &k->roster, &k->e), &k->e);
    buf_fini(&text);
}

static void kit_open(struct kit *k) { kit_open_with(k, ""); }

static void kit_close(struct kit *k)
{
    roster_free(&k->roster);
    test_close(&k->t);
}

struct said {
    struct buf text;
    size_t count, pairs, stop_after; /* 0: never */
    enum lang lang;
};

static enum rc note(void *ctx, const struct judged *j, struct err *err)
{
    struct said *s = ctx;
    if (j->with != 0) s->pairs++;
    judged_json(j, &s->text);
    judged_text(j, s->lang, &s->text);
    return ++s->count == s->stop_after ? err_set0(err, &E_no_memory, NO_PLACE) : RC_OK;
}

static enum rc note_many(void *ctx, const struct pack_rule *rule, enum verdict v, const int64_t *ids, size_t n, struct err *err)
{
    struct said *s = ctx;
    (void)err;
    for (size_t i = 0; i < n; i++) {
        buf_str(&s->text, rule->d.name);
        buf_str(&s->text, str_c(verdict_name(v)));
        buf_i64(&s->text, ids[i]);
    }
    s->count += n;
    return RC_OK;
}

static enum rc say(struct kit *k, struct judge_options o, size_t stop_after, struct said *s)
{
    *s = (struct said){.stop_after = stop_after, .lang = o.lang};
    buf_init(&s->text, 512 << 20);
    o.today = k->today;
    return judge(k->roster, k->t.set, &o, note, s, &k->e);
}

/* One thread against others; how much was said. */
static size_t same(struct kit *k, struct judge_options o, size_t stop_after, enum rc want)
{
    static const uint32_t threads[] = {2, 3, 8};
    struct said one, more;
    assert_int_equal(say(k, o, stop_after, &one), want);
    char code[64];
    (void)snprintf(code, sizeof code, "%s", want == RC_OK ? "" : err_code(&k->e));
    for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
        o.threads = threads[i];
        assert_int_equal(say(k, o, stop_after, &more), want);
        if (want != RC_OK) assert_string_equal(err_code(&k->e), code);
        assert_int_equal(one.count, more.count);
        assert_true(str_eq(buf_view(&one.text), buf_view(&more.text)));
        buf_fini(&more.text);
    }
    size_t n = one.count;
    if (want == RC_OK) assert_true(one.pairs > 0 || o.many != NULL);
    buf_fini(&one.text);
    return n;
}

static void what_is_told_is_the_same(void **state)
{
    (void)state;
    struct kit k;
    kit_open(&k);
    size_t found = same(&k, (struct judge_options){.undetermined = true, .excepted = true}, 0, RC_OK);
    assert_true(found > 2 * CADRES); /* more of a block than a task keeps */
    assert_true(same(&k, (struct judge_options){.lang = LANG_EN}, 0, RC_OK) < found);
    kit_close(&k);
}

static void ids_alone_are_the_same(void **state)
{
    (void)state;
    struct kit k;
    kit_open(&k);
    size_t one = same(&k, (struct judge_options){.undetermined = true, .excepted = true, .bare = true}, 0, RC_OK);
    assert_int_equal(one, same(&k, (struct judge_options){.undetermined = true, .excepted = true, .bare = true, .by_rows = true}, 0, RC_OK));
    assert_int_equal(one, same(&k, (struct judge_options){.undetermined = true, .excepted = true, .bare = true, .many = note_many}, 0, RC_OK));
    kit_close(&k);
}

static void who_listens_may_stop(void **state)
{
    (void)state;
    struct kit k;
    kit_open(&k);
    for (size_t at = 1; at < 20000; at = at * 7 + 3) assert_int_equal(same(&k, (struct judge_options){.undetermined = true}, at, RC_SYSTEM), at);
    kit_close(&k);
}

/* Which pairs hold is what a plain look at the records says, by columns and one by one. */
static void pairs_hold_as_the_records_say(void **state)
{
    (void)state;
    struct kit k;
    struct said ways[2];
    kit_open(&k);
    const struct pack_rule *rule = pack_rule_find(k.t.set, STR("pairs"));
    assert_true(rule->vector_ready);
    for (int i = 0; i < 2; i++) assert_int_equal(say(&k, (struct judge_options){.only = rule, .undetermined = true, .by_rows = i == 1}, 0, &ways[i]), RC_OK);
    assert_true(ways[0].count > 1000);
    assert_int_equal(ways[0].count, ways[0].pairs);
    assert_true(str_eq(buf_view(&ways[0].text), buf_view(&ways[1].text)));
    size_t expected = 0;
    for (uint32_t i = 0; i < CADRES; i++) {
        uint64_t r = mixed(i);
        bool has_level = r % 11 != 0, section = r % 3 != 0, known = r % 13 != 0, member = r % 2 == 0, holds_post = r % 7 != 0 && r % 23 != 0;
        uint32_t at = (uint32_t)(r % POSTS % ORGS);
        for (uint32_t org = 0; org < ORGS; org++) {
            bool there = holds_post && at == org;
            if (there || (has_level && !section) || (known && !member)) continue;
            expected++; /* holds; or, a level or a membership that nobody entered, cannot be judged */
        }
    }
    assert_int_equal(ways[0].count, expected);
    for (int i = 0; i < 2; i++) buf_fini(&ways[i].text);
    kit_close(&k);
}

static void too_many_pairs_are_refused_before_anything_is_told(void **state)
{
    (void)state;
    struct kit k;
    kit_open_with(&k, TOO_MANY);
    assert_int_equal(same(&k, (struct judge_options){.undetermined = true}, 0, RC_LIMIT), 0);
    assert_string_equal(err_code(&k.e), "rule.pairs");
    assert_non_null(strstr(k.e.zh, "too-many"));
    kit_close(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_told_is_the_same), cmocka_unit_test(ids_alone_are_the_same), cmocka_unit_test(who_listens_may_stop),
                                      cmocka_unit_test(pairs_hold_as_the_records_say), cmocka_unit_test(too_many_pairs_are_refused_before_anything_is_told)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
