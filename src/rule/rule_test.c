/* rule_test.c - verdicts, their reasons, and what is told of them. */
#include "record/test_area.h"
#include "record/test_chapter.h"
#include "rule/rule_inner.h"

static day_num day(const char *text)
{
    day_num d = 0;
    assert_true(day_parse(str_c(text), &d));
    return d;
}

struct seen {
    struct arena arena;
    VEC(struct judged) list;
    size_t stop_after; /* 0: never */
};

static enum rc take(void *ctx, const struct judged *j, struct err *err)
{
    struct seen *s = ctx;
    struct judged copy = *j;
    struct arena *a = &s->arena;
    copy.display = str_dup(a, j->display);
    copy.key = str_dup(a, j->key);
    copy.say = str_dup(a, j->say);
    copy.reads = str_dup(a, j->reads);
    copy.missing.display = str_dup(a, j->missing.display);
    copy.missing.why = str_dup(a, j->missing.why);
    copy.values = NULL;
    vec_push(a, &s->list, copy);
    if (s->stop_after > 0 && s->list.len == s->stop_after) return err_set0(err, &E_no_memory, NO_PLACE);
    return RC_OK;
}

struct bed {
    struct test_area t;
    struct roster *roster;
    struct seen seen;
    struct judge_options o;
    uint64_t c[8], post;
};

static void bed_open(struct bed *b, const char *rules)
{
    memset(b, 0, sizeof(*b));
    test_open(&b->t, day("2026-01-01"), TEST_CHAPTER, rules, (char *)NULL);
    arena_init(&b->seen.arena, (size_t)64 << 20);
    b->o = (struct judge_options){.today = day("2026-01-01"), .undetermined = true, .excepted = true};
}

/* 甲 full term; 乙 a day short; 丙 deferred; 丁 no tenure; 戊 out of scope; 己 deferred, but may not be; 庚 no level */
static void bed_people(struct bed *b)
{
    struct test_area *t = &b->t;
    test_make(t, "org", "编码=SL 名称=水务局");
    b->post = test_make(t, "post", "编码=SL1 所属组织=SL 名称=副局长 层次=142 职数=4");
    b->c[0] = test_make(t, "cadre", "编号=C1 姓名=甲 级别=乡科级副职 党员=是");
    b->c[1] = test_make(t, "cadre", "编号=C2 姓名=乙 级别=乡科级副职 党员=是 出生年月=1980.01");
    b->c[2] = test_make(t, "cadre", "编号=C3 姓名=丙 级别=乡科级副职 暂缓至=2026-01-01");
    b->c[3] = test_make(t, "cadre", "编号=C4 姓名=丁 级别=乡科级副职");
    b->c[4] = test_make(t, "cadre", "编号=C5 姓名=戊 级别=县处级正职");
    b->c[5] = test_make(t, "cadre", "编号=C6 姓名=己 级别=乡科级正职 暂缓至=2027-01-01 不得暂缓=是");
    b->c[6] = test_make(t, "cadre", "编号=C7 姓名=庚");
    test_make(t, "tenure", "干部=C1 职位=SL1 任职时间=2016-01-01");
    test_make(t, "tenure", "干部=C2 职位=SL1 任职时间=2016-01-02");
    test_make(t, "tenure", "干部=C3 职位=SL1 任职时间=2010-01-01");
    test_make(t, "tenure", "干部=C5 职位=SL1 任职时间=2010-01-01");
    test_make(t, "tenure", "干部=C6 职位=SL1 任职时间=2010-01-01");
    test_make(t, "tenure", "干部=C7 职位=SL1 任职时间=2020-01-01");
}

static void bed_load(struct bed *b, const struct pack_rule *only)
{
    struct roster_want *want;
    size_t n;
    struct err e;
    test_ok(judge_want(b->t.set, only, &b->t.arena, &want, &n, &e), &e);
    test_ok(roster_load(b->t.records, want, n, &b->roster, &e), &e);
}

static void bed_judge(struct bed *b)
{
    struct err e;
    b->seen.list.len = 0;
    test_ok(judge(b->roster, b->t.set, &b->o, take, &b->seen, &e), &e);
}

static void bed_close(struct bed *b)
{
    roster_free(&b->roster);
    arena_fini(&b->seen.arena);
    test_close(&b->t);
}

static const struct pack_rule *rule_of(const struct bed *b, const char *name)
{
    const struct pack_rule *r = pack_rule_find(b->t.set, str_c(name));
    if (r == NULL) fail_msg("no rule %s", name);
    return r;
}

__attribute__((noinline)) static const struct judged *judged_of(const struct bed *b, struct str rule, uint64_t id)
{
    for (size_t i = 0; i < b->seen.list.len; i++)
        if (b->seen.list.at[i].id == id && str_eq(b->seen.list.at[i].rule->d.name, rule)) return &b->seen.list.at[i];
    return NULL;
}

static const struct judged *of(const struct bed *b, const char *rule, uint64_t id) { return judged_of(b, str_c(rule), id); }

static void assert_verdict(const struct bed *b, const char *rule, uint64_t id, enum verdict v)
{
    const struct judged *j = of(b, rule, id);
    if (j == NULL) fail_msg("%s says nothing of #%llu", rule, (unsigned long long)id);
    else assert_string_equal(verdict_name(j->verdict), verdict_name(v));
}

static void test_verdicts(void **state)
{
    (void)state;
    struct bed b;
    bed_open(&b, TEST_RULES);
    bed_people(&b);
    bed_load(&b, NULL);
    bed_judge(&b);
    assert_verdict(&b, "rotation-due", b.c[0], VERDICT_HOLDS);        /* ten years to the day */
    assert_null(of(&b, "rotation-due", b.c[1]));                      /* a day short */
    assert_verdict(&b, "rotation-due", b.c[2], VERDICT_EXCEPTED);     /* the last day of the deferral counts */
    assert_verdict(&b, "rotation-due", b.c[3], VERDICT_UNDETERMINED);
    assert_null(of(&b, "rotation-due", b.c[4]));                      /* out of scope */
    assert_verdict(&b, "rotation-due", b.c[5], VERDICT_HOLDS);        /* the exception is excepted */
    assert_null(of(&b, "rotation-due", b.c[6]));                      /* no level, but the term is short in any case */
    assert_verdict(&b, "overfilled", b.post, VERDICT_HOLDS);
    assert_null(of(&b, "rotation-deferred", b.c[2]));                 /* raises nothing: no finding of its own */
    assert_ptr_equal(of(&b, "rotation-due", b.c[2])->exception, rule_of(&b, "rotation-deferred"));
    assert_null(of(&b, "rotation-due", b.c[2])->conflict);
    bed_close(&b);
}

static void test_missing_ignore(void **state)
{
    (void)state;
    struct bed b;
    bed_open(&b, TEST_RULES);
    bed_people(&b);
    bed_load(&b, NULL);
    bed_judge(&b);
    for (int i = 0; i < 7; i++) assert_null(of(&b, "born-missing", b.c[i])); /* 甲 has no month of birth: ignored */
    bed_close(&b);
}

static void test_what_is_told(void **state)
{
    (void)state;
    struct bed b;
    bed_open(&b, TEST_RULES);
    bed_people(&b);
    bed_load(&b, NULL);
    bed_judge(&b);
    const struct judged *j = of(&b, "rotation-due", b.c[0]);
    assert_true(str_eq(j->display, STR("甲")));
    assert_true(str_eq(j->key, STR("C1")));
    assert_true(str_eq(j->say, STR("甲任副局长已满10年（自2016年1月1日起）")));
    assert_true(str_find(j->reads, STR("tenure/")) != SIZE_MAX);
    assert_true(str_find(j->reads, STR("@1.since")) != SIZE_MAX);
    assert_true(str_find(j->reads, STR("cadre/")) == 0);
    const struct judged *post = of(&b, "overfilled", b.post);
    assert_true(str_eq(post->say, STR("水务局副局长核定4名，现有6名")));
    const struct judged *gap = of(&b, "rotation-due", b.c[3]);
    assert_non_null(gap->missing.reg);
    assert_true(str_eq(gap->missing.field->name, STR("since")));
    assert_int_equal(gap->missing.id, b.c[3]);
    assert_true(str_eq(gap->missing.owner, STR("干部科")));
    assert_true(str_eq(gap->missing.display, STR("丁")));
    assert_true(gap->missing.why.len > 0);
    assert_int_equal(gap->say.len, 0);
    bed_close(&b);
}

static void test_order_is_by_rule_then_id(void **state)
{
    (void)state;
    struct bed b;
    bed_open(&b, TEST_RULES);
    bed_people(&b);
    bed_load(&b, NULL);
    bed_judge(&b);
    size_t n = b.seen.list.len;
    assert_true(n >= 4);
    for (size_t i = 1; i < n; i++) {
        const struct judged *x = &b.seen.list.at[i - 1], *y = &b.seen.list.at[i];
        assert_true(x->rule->idx < y->rule->idx || (x->rule == y->rule && x->id < y->id));
    }
    struct str first = str_dup(&b.t.arena, b.seen.list.at[0].reads);
    bed_judge(&b); /* again, now with everything remembered */
    assert_int_equal(b.seen.list.len, n);
    assert_true(str_eq(first, b.seen.list.at[0].reads));
    bed_close(&b);
}

static void test_options(void **state)
{
    (void)state;
    struct bed b;
    bed_open(&b, TEST_RULES);
    bed_people(&b);
    bed_load(&b, NULL);
    b.o.undetermined = b.o.excepted = false;
    bed_judge(&b);
    for (size_t i = 0; i < b.seen.list.len; i++) assert_int_equal(b.seen.list.at[i].verdict, VERDICT_HOLDS);
    assert_int_equal(b.seen.list.len, 3);
    b.o.bare = true;
    bed_judge(&b);
    assert_int_equal(b.seen.list.len, 3);
    assert_int_equal(b.seen.list.at[0].say.len, 0);
    b.o = (struct judge_options){.today = day("2026-01-01"), .only = rule_of(&b, "rotation-deferred")};
    bed_judge(&b); /* asked for by name, a rule that raises nothing answers too */
    assert_int_equal(b.seen.list.len, 1);
    assert_int_equal(b.seen.list.at[0].id, b.c[2]);
    b.o = (struct judge_options){.today = day("2026-01-02"), .excepted = true};
    bed_judge(&b);
    assert_verdict(&b, "rotation-due", b.c[1], VERDICT_HOLDS); /* a day later */
    assert_verdict(&b, "rotation-due", b.c[2], VERDICT_HOLDS); /* and the deferral is over */
    bed_close(&b);
}

static void test_the_callback_can_stop(void **state)
{
    (void)state;
    struct bed b;
    bed_open(&b, TEST_RULES);
    bed_people(&b);
    bed_load(&b, NULL);
    b.seen.stop_after = 2;
    struct err e;
    err_clear(&e);
    assert_int_equal(judge(b.roster, b.t.set, &b.o, take, &b.seen, &e), RC_SYSTEM);
    assert_int_equal(b.seen.list.len, 2);
    bed_close(&b);
}

static void test_only_needed_columns(void **state)
{
    (void)state;
    struct bed b;
    bed_open(&b, TEST_RULES);
    const struct pack_register *org = test_reg(&b.t, "org");
    struct roster_want *want;
    size_t n;
    struct err e;
    test_ok(judge_want(b.t.set, rule_of(&b, "born-missing"), &b.t.arena, &want, &n, &e), &e);
    for (size_t i = 0; i < n; i++) assert_ptr_not_equal(want[i].reg, org);
    bool born = false;
    for (size_t i = 0; i < n; i++) born = born || want[i].field == test_field(test_reg(&b.t, "cadre"), "born");
    assert_true(born);
    bed_close(&b);
}

static bool has(const struct buf *b, const char *text) { return str_find(buf_view(b), str_c(text)) != SIZE_MAX; }

#define assert_has(b, text)                                                                        \
    do {                                                                                           \
        if (!has((b), (text))) fail_msg("no \"%s\" in:\n" STR_FMT, (text), STR_ARG(buf_view(b)));  \
    } while (0)

static void test_explain(void **state)
{
    (void)state;
    struct bed b;
    bed_open(&b, TEST_RULES);
    bed_people(&b);
    const struct pack_rule *rule = rule_of(&b, "rotation-due");
    bed_load(&b, rule);
    struct buf out;
    buf_init(&out, 1 << 20);
    enum verdict v;
    struct err e;
    test_ok(judge_explain(b.roster, b.t.set, rule, b.c[1], 0, day("2026-01-01"), LANG_ZH, &out, &v, &e), &e);
    assert_int_equal(v, VERDICT_NO);
    assert_has(&out, "rotation-due");
    assert_has(&out, "试用办法 第一条");
    assert_has(&out, "没有满足：任现职年限 >= 交流年限");
    assert_has(&out, "full years(任现职时间, today())"); /* how the derived value came about */
    buf_clear(&out);
    test_ok(judge_explain(b.roster, b.t.set, rule, b.c[2], 0, day("2026-01-01"), LANG_ZH, &out, &v, &e), &e);
    assert_int_equal(v, VERDICT_EXCEPTED);
    assert_has(&out, "例外：rotation-deferred（经批准暂缓）");
    buf_clear(&out);
    test_ok(judge_explain(b.roster, b.t.set, rule, b.c[3], 0, day("2026-01-01"), LANG_ZH, &out, &v, &e), &e);
    assert_int_equal(v, VERDICT_UNDETERMINED);
    assert_has(&out, "不能判断：缺 干部“丁”的任现职时间（由干部科填写）");
    buf_clear(&out);
    test_ok(judge_explain(b.roster, b.t.set, rule, b.c[4], 0, day("2026-01-01"), LANG_EN, &out, &v, &e), &e);
    assert_int_equal(v, VERDICT_OUT);
    assert_has(&out, "verdict: out of scope, failed: ");
    buf_clear(&out);
    test_ok(judge_explain(b.roster, b.t.set, rule, b.c[0], 0, day("2026-01-01"), LANG_EN, &out, &v, &e), &e);
    assert_int_equal(v, VERDICT_HOLDS);
    assert_has(&out, "as of: 2026-01-01");
    assert_int_equal(judge_explain(b.roster, b.t.set, rule, 99999, 0, day("2026-01-01"), LANG_ZH, &out, &v, &e), RC_ABSENT);
    assert_string_equal(err_code(&e), "rule.absent");
    buf_fini(&out);
    bed_close(&b);
}

static void test_explain_agrees_with_judge(void **state)
{
    (void)state;
    struct bed b;
    bed_open(&b, TEST_RULES);
    bed_people(&b);
    bed_load(&b, NULL);
    bed_judge(&b);
    struct buf out;
    buf_init(&out, 1 << 20);
    struct err e;
    for (uint32_t r = 0; r < b.t.set->rules_count; r++) {
        const struct pack_rule *rule = b.t.set->rules[r];
        const int64_t *ids = roster_ids(b.roster, rule->over);
        for (size_t i = 0; rule->raises && i < roster_rows(b.roster, rule->over); i++) {
            enum verdict v;
            buf_clear(&out);
            test_ok(judge_why(b.roster, b.t.set, rule, (uint64_t)ids[i], 0, b.o.today, LANG_ZH, &out, &v, &e), &e);
            const struct judged *j = judged_of(&b, rule->d.name, (uint64_t)ids[i]);
            if (j == NULL)
                assert_true(v == VERDICT_OUT || v == VERDICT_NO);
            else
                assert_int_equal(j->verdict, v);
            assert_true(str_find_char(buf_view(&out), '\n') == SIZE_MAX);
        }
    }
    buf_fini(&out);
    bed_close(&b);
}

struct json_ctx {
    struct buf out, text;
};

static enum rc take_json(void *ctx, const struct judged *j, struct err *err)
{
    (void)err;
    struct json_ctx *c = ctx;
    judged_json(j, &c->out);
    judged_text(j, LANG_ZH, &c->text);
    return RC_OK;
}

static void test_json_lines(void **state)
{
    (void)state;
    struct bed b;
    bed_open(&b, TEST_RULES);
    bed_people(&b);
    bed_load(&b, NULL);
    struct json_ctx c;
    buf_init(&c.out, 1 << 20);
    buf_init(&c.text, 1 << 20);
    struct err e;
    test_ok(judge(b.roster, b.t.set, &b.o, take_json, &c, &e), &e);
    struct str rest = buf_view(&c.out);
    size_t lines = 0, gaps = 0;
    while (rest.len > 0) {
        size_t end = str_find_char(rest, '\n');
        assert_true(end != SIZE_MAX);
        struct json *j = NULL;
        test_ok(json_parse(&b.t.arena, str_sub(rest, 0, end), &j, &e), &e);
        static const char *const keys[] = {"rule", "register", "id", "key", "display", "severity", "verdict", "values", "reads", "basis"};
        for (size_t k = 0; k < ARRAY_LEN(keys); k++)
            if (json_get(j, str_c(keys[k])) == NULL) fail_msg("no %s", keys[k]);
        const struct json *missing = json_get(j, STR("missing"));
        if (missing != NULL) {
            gaps++;
            assert_true(str_eq(json_get(missing, STR("owner"))->text, STR("干部科")));
        }
        lines++;
        rest = str_sub(rest, end + 1, rest.len);
    }
    assert_int_equal(lines, 5);
    assert_int_equal(gaps, 1);
    assert_has(&c.out, "\"exception\":\"rotation-deferred\"");
    assert_has(&c.text, "严重  水务局副局长（SL1）  水务局副局长核定4名，现有6名\n");
    assert_has(&c.text, "例外  丙（C3）  经批准暂缓\n");
    assert_has(&c.text, "不能判断  丁（C4）  干部“丁”的任现职时间（由干部科填写）：");
    buf_fini(&c.out);
    buf_fini(&c.text);
    bed_close(&b);
}

static void test_an_unsure_exception_leaves_it_undetermined(void **state)
{
    (void)state;
    struct bed b;
    bed_open(&b,
             "```guiju\nrule: base\ntitle: 基本\nbasis: 试用办法 第一条\nover: cadre\nwhen: 任现职年限 >= 交流年限\nraise: {say: \"{姓名}\"}\n```\n\n"
             "```guiju\nrule: but\ntitle: 但书\nbasis: 试用办法 第二条\nover: cadre\noverrides: [base]\nwhen: 党员\nraise: none\n```\n\n"
             "```guiju\nrule: other\ntitle: 另一但书\nbasis: 试用办法 第二条\nover: cadre\noverrides: [base]\nwhen: 不得暂缓\nmissing: ignore\n"
             "raise: {severity: info, say: \"{姓名}\"}\n```\n\n");
    bed_people(&b);
    uint64_t both = test_make(&b.t, "cadre", "编号=C9 姓名=辛 党员=是 不得暂缓=是");
    test_make(&b.t, "tenure", "干部=C9 职位=SL1 任职时间=2000-01-01");
    bed_load(&b, NULL);
    bed_judge(&b);
    assert_verdict(&b, "base", b.c[0], VERDICT_EXCEPTED);      /* 党员 */
    assert_verdict(&b, "base", b.c[2], VERDICT_UNDETERMINED);  /* nobody knows whether he is */
    const struct judged *j = of(&b, "base", b.c[2]);
    assert_true(str_eq(j->missing.field->name, STR("party")));
    assert_verdict(&b, "base", b.c[5], VERDICT_EXCEPTED);      /* the other exception holds: that decides */
    assert_null(of(&b, "base", b.c[5])->conflict);
    assert_verdict(&b, "base", both, VERDICT_EXCEPTED);
    assert_ptr_equal(of(&b, "base", both)->conflict, rule_of(&b, "other")); /* two exceptions that raise different things */
    bed_close(&b);
}

static void test_the_budget_of_steps(void **state)
{
    (void)state;
    struct bed b;
    bed_open(&b,
             "```guiju\nregister: load\ntitle: 负载\ndisplay: 名称\nowner: 编办\nfields:\n  name: {title: 名称, type: text(10)}\n"
             "  heavy: {title: 重, type: boolean, derive: \"some x in 1..100, y in 1..100, z in 1..100 satisfies x + y + z = 0\"}\n```\n\n"
             "```guiju\nrule: loops\ntitle: 循环\nbasis: 试用办法 第一条\nover: load\n"
             "when: some x in 1..100, y in 1..100, z in 1..100, w in 1..100 satisfies 名称 = \"无\"\nraise: {say: \"{名称}\"}\n```\n\n"
             "```guiju\nrule: inside\ntitle: 循环在推算里\nbasis: 试用办法 第一条\nover: load\n"
             "when: some x in all.负载 satisfies x.重\nraise: {say: \"{名称}\"}\n```\n\n");
    char words[32];
    for (int i = 0; i < 20; i++) {
        snprintf(words, sizeof words, "名称=L%d", i);
        test_make(&b.t, "load", words);
    }
    bed_load(&b, NULL);
    static const char *const names[] = {"loops", "inside"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct err e;
        err_clear(&e);
        b.o.only = rule_of(&b, names[i]);
        b.o.by_rows = i == 1; /* by columns the derived field is worked out once for each record, not once in each record's budget */
        assert_int_equal(judge(b.roster, b.t.set, &b.o, take, &b.seen, &e), RC_LIMIT);
        assert_string_equal(err_code(&e), "rule.steps");
        assert_non_null(strstr(e.zh, names[i])); /* it names the rule */
    }
    assert_int_equal(b.seen.list.len, 0);
    bed_close(&b);
}

static void test_the_limit_of_memory(void **state)
{
    (void)state;
    struct bed b;
    bed_open(&b,
             "```guiju\nregister: load\ntitle: 负载\ndisplay: 名称\nowner: 编办\nfields:\n  name: {title: 名称, type: text(10)}\n```\n\n"
             "```guiju\nrule: lists\ntitle: 许多列表\nbasis: 试用办法 第一条\nover: load\n"
             "when: some x in 1..100, y in 1..100, z in 1..100 satisfies count(all.负载) = 0\nraise: {say: \"{名称}\"}\n```\n\n");
    for (int i = 0; i < 900; i++) test_make(&b.t, "load", "名称=L");
    bed_load(&b, NULL);
    struct err e;
    err_clear(&e);
    assert_int_equal(judge(b.roster, b.t.set, &b.o, take, &b.seen, &e), RC_LIMIT);
    assert_string_equal(err_code(&e), "rule.limit");
    assert_non_null(strstr(e.zh, "lists"));
    bed_close(&b);
}

#define PAIR_RULES \
    "```guiju\nrule: unserved\ntitle: 没有在这里任过职\nbasis: 试用办法 第一条\nover: cadre\neach: {register: org, title: 哪里}\n" \
    "when: not(some 件 in 任职 satisfies 件.职位.所属组织 = 哪里) and 党员\nraise: {say: \"{姓名}：{哪里.名称}\"}\n```\n\n" \
    "```guiju\nrule: new\ntitle: 新设的不算\nbasis: 试用办法 第一条\nover: cadre\neach: {register: org, title: 单位}\noverrides: [unserved]\n" \
    "when: 单位.名称 = \"新局\"\nraise: none\n```\n\n" \
    "```guiju\nrule: away\ntitle: 暂缓的一概不算\nbasis: 试用办法 第一条\nover: cadre\noverrides: [unserved]\nwhen: 暂缓至 != null\nraise: none\n```\n\n"

/* Each record with each of the other register; exceptions of the pair, and of the record whatever the other is. */
static void test_pairs(void **state)
{
    (void)state;
    struct bed b;
    struct err e;
    bed_open(&b, PAIR_RULES);
    struct test_area *t = &b.t;
    uint64_t sl = test_make(t, "org", "编码=SL 名称=水务局"), ny = test_make(t, "org", "编码=NY 名称=农业局"), xj = test_make(t, "org", "编码=XJ 名称=新局");
    test_make(t, "post", "编码=SL1 所属组织=SL 名称=副局长 层次=142 职数=4");
    uint64_t c1 = test_make(t, "cadre", "编号=C1 姓名=甲 党员=是"), c2 = test_make(t, "cadre", "编号=C2 姓名=乙 党员=是 暂缓至=2027-01-01"), c3 = test_make(t, "cadre", "编号=C3 姓名=丙");
    test_make(t, "tenure", "干部=C1 职位=SL1 任职时间=2016-01-01");
    bed_load(&b, NULL);
    static const struct { const char *rule; int c, o; enum verdict v; } want[] = { /* in the order in which they are told */
        {"unserved", 1, 0, VERDICT_EXCEPTED}, {"unserved", 2, 0, VERDICT_UNDETERMINED}, {"unserved", 0, 1, VERDICT_HOLDS}, {"unserved", 1, 1, VERDICT_EXCEPTED},
        {"unserved", 2, 1, VERDICT_UNDETERMINED}, {"unserved", 0, 2, VERDICT_EXCEPTED}, {"unserved", 1, 2, VERDICT_EXCEPTED}, {"unserved", 2, 2, VERDICT_UNDETERMINED}};
    uint64_t c[] = {c1, c2, c3}, o[] = {sl, ny, xj};
    for (int way = 0; way < 2; way++) {
        b.o.by_rows = way == 1;
        bed_judge(&b);
        assert_int_equal(b.seen.list.len, ARRAY_LEN(want));
        for (size_t i = 0; i < ARRAY_LEN(want); i++) {
            const struct judged *j = &b.seen.list.at[i];
            assert_int_equal(j->id, c[want[i].c]);
            assert_int_equal(j->with, o[want[i].o]);
            assert_string_equal(verdict_name(j->verdict), verdict_name(want[i].v));
        }
    }
    assert_true(str_eq(b.seen.list.at[2].say, STR("甲：农业局")));
    const struct pack_rule *rule = rule_of(&b, "unserved");
    struct buf out;
    enum verdict v;
    buf_init(&out, 1 << 20);
    test_ok(judge_explain(b.roster, b.t.set, rule, c1, ny, b.o.today, LANG_ZH, &out, &v, &e), &e);
    assert_int_equal(v, VERDICT_HOLDS);
    assert_true(str_find(buf_view(&out), STR("对照：组织 农业局")) != SIZE_MAX);
    buf_clear(&out);
    test_ok(judge_why(b.roster, b.t.set, rule, c1, sl, b.o.today, LANG_ZH, &out, &v, &e), &e);
    assert_int_equal(v, VERDICT_NO);
    assert_int_equal(judge_why(b.roster, b.t.set, rule, c1, 0, b.o.today, LANG_ZH, &out, &v, &e), RC_ABSENT);
    assert_string_equal(err_code(&e), "rule.absent");
    assert_int_equal(judge_why(b.roster, b.t.set, rule, c1, c2, b.o.today, LANG_ZH, &out, &v, &e), RC_ABSENT);
    buf_fini(&out);
    bed_close(&b);
}

static void test_empty_register(void **state)
{
    (void)state;
    struct bed b;
    bed_open(&b, TEST_RULES);
    bed_load(&b, NULL);
    bed_judge(&b);
    assert_int_equal(b.seen.list.len, 0);
    bed_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_missing_ignore),
        cmocka_unit_test(test_what_is_told),
        cmocka_unit_test(test_order_is_by_rule_then_id),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_the_callback_can_stop),
        cmocka_unit_test(test_only_needed_columns),
        cmocka_unit_test(test_explain),
        cmocka_unit_test(test_explain_agrees_with_judge),
        cmocka_unit_test(test_json_lines),
        cmocka_unit_test(test_an_unsure_exception_leaves_it_undetermined),
        cmocka_unit_test(test_the_budget_of_steps),
        cmocka_unit_test(test_the_limit_of_memory),
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_empty_register),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
