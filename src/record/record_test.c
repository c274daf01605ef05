/* record_test.c - create, update, close, erase; history, trees, names, search, derived fields. */
#include "record/test_kit.h"

static uint64_t make(struct test_area *t, const char *reg, const char *words)
{
    uint64_t id = 0;
    struct err e;
    test_ok(kit_create(t, reg, words, &id, &e), &e);
    return id;
}

static void refused(struct test_area *t, const char *reg, const char *words, enum rc rc, const char *code)
{
    struct err e;
    uint64_t before = journal_size(t->journal);
    kit_expect(kit_create(t, reg, words, NULL, &e), rc, code, &e);
    assert_int_equal(journal_size(t->journal), before); /* a refusal leaves nothing */
}

static struct changed change_it(struct test_area *t, const char *reg, uint64_t id, const char *words)
{
    struct changed done;
    struct err e;
    test_ok(kit_update(t, reg, id, 0, words, &done, &e), &e);
    return done;
}

static void a_record_is_a_row_and_an_entry(void **state)
{
    struct test_area *t = *state;
    uint64_t id = make(t, "cadre", "编号=C1 姓名=甲 级别=乡科级正职 津贴=12.50");
    struct record rec;
    struct entry e;
    struct err err;
    test_ok(record_get(t->records, test_reg(t, "cadre"), id, &t->arena, &rec, &err), &err);
    assert_int_equal(rec.version, 1);
    assert_int_equal(rec.closed_us, 0);
    assert_int_equal(rec.seq, journal_size(t->journal));
    test_ok(journal_get(t->journal, &t->arena, rec.seq, &e, &err), &err);
    assert_int_equal(e.record, id);
    assert_int_equal(e.kind, ENTRY_CREATE);
    assert_text(e.body[CLASS_OPEN], "{\"code\":\"C1\",\"level\":\"141\",\"party\":true,\"pay\":\"12.5\"}");
    assert_text(e.body[CLASS_PERSONAL], "{\"name\":\"甲\"}");
    assert_null(e.body[CLASS_RESTRICTED].ptr);
    assert_text(kit_text(t, "cadre", id, "党员"), "是"); /* by default */
}

static void what_is_wrong_is_refused_before_anything_is_written(void **state)
{
    struct test_area *t = *state;
    make(t, "cadre", "编号=C1 姓名=甲 证件号=X1");
    refused(t, "cadre", "编号=C2", RC_INPUT, "record.required");
    refused(t, "cadre", "编号=C1 姓名=乙", RC_CONFLICT, "record.unique");
    refused(t, "cadre", "编号=C2 姓名=乙 证件号=X1", RC_CONFLICT, "record.unique");
    refused(t, "cadre", "编号=Ｃ１ 姓名=乙", RC_CONFLICT, "record.unique"); /* full-width forms fold in keys */
    refused(t, "cadre", "编号=C2 姓名=乙 津贴=-1", RC_INPUT, "record.check");
    refused(t, "cadre", "编号=C2 姓名=乙 出生年月=1990.01 参加工作时间=1989-12-31", RC_INPUT, "record.check");
    refused(t, "cadre", "编号=C2 姓名=乙 单位=#999", RC_ABSENT, "record.absent");
    struct err e;
    struct changed done;
    struct sv values[16] = {{SV_NULL, 0, {NULL, 0}}};
    const struct pack_register *r = test_reg(t, "cadre");
    values[test_field(r, "编号")->column] = sv_text(STR("C2"));
    values[test_field(r, "姓名")->column] = sv_text(STR("乙"));
    values[test_field(r, "单位")->column] = sv_int(999);
    kit_expect(record_create(t->records, r, &t->change, values, &done, &e), RC_INPUT, "record.ref", &e);
    values[test_field(r, "单位")->column] = sv_null();
    values[test_field(r, "级别")->column] = sv_text(STR("999"));
    kit_expect(record_create(t->records, r, &t->change, values, &done, &e), RC_INPUT, "value.choice", &e);
}

static void sets_of_fields_are_unique_together(void **state)
{
    struct test_area *t = *state;
    make(t, "org", "编码=O1 名称=县水利局");
    make(t, "org", "编码=O2 名称=县教育局");
    make(t, "post", "编码=P1 所属组织=O1 名称=局长 职数=1");
    make(t, "post", "编码=P2 所属组织=O2 名称=局长 职数=1");
    refused(t, "post", "编码=P3 所属组织=O1 名称=局长 职数=2", RC_CONFLICT, "record.unique");
}

static void an_update_writes_what_changed_and_nothing_else(void **state)
{
    struct test_area *t = *state;
    uint64_t id = make(t, "cadre", "编号=C1 姓名=甲 津贴=1");
    struct changed done = change_it(t, "cadre", id, "津贴=2 姓名=甲");
    assert_int_equal(done.version, 2);
    struct entry e;
    struct err err;
    test_ok(journal_get(t->journal, &t->arena, done.seq, &e, &err), &err);
    assert_text(e.body[CLASS_OPEN], "{\"pay\":2}");
    assert_null(e.body[CLASS_PERSONAL].ptr);
    uint64_t size = journal_size(t->journal);
    assert_true(change_it(t, "cadre", id, "津贴=2.00").unchanged);
    assert_int_equal(journal_size(t->journal), size);
    done = change_it(t, "cadre", id, "津贴=");
    test_ok(journal_get(t->journal, &t->arena, done.seq, &e, &err), &err);
    assert_text(e.body[CLASS_OPEN], "{\"pay\":null}");
    kit_expect(kit_update(t, "cadre", id, 1, "津贴=3", &done, &err), RC_CONFLICT, "record.version", &err);
    kit_expect(kit_update(t, "cadre", id, 3, "姓名=", &done, &err), RC_INPUT, "record.required", &err);
    kit_expect(kit_update(t, "cadre", 999, 0, "津贴=3", &done, &err), RC_ABSENT, "record.absent", &err);
    kit_expect(kit_update(t, "cadre", id, 3, "现任职务=局长", &done, &err), RC_INPUT, "record.derived", &err);
    test_ok(kit_update(t, "cadre", id, 3, "津贴=3", &done, &err), &err);
}

static void only_checks_that_read_a_change_are_run(void **state)
{
    struct test_area *t = *state;
    make(t, "org", "编码=O1 名称=县水利局");
    make(t, "post", "编码=P1 所属组织=O1 名称=局长 职数=1");
    make(t, "cadre", "编号=C1 姓名=甲");
    uint64_t id = make(t, "tenure", "干部=C1 职位=P1 任职时间=2020-01-01");
    struct changed done;
    struct err e;
    kit_expect(kit_update(t, "tenure", id, 0, "免职时间=2019-12-31", &done, &e), RC_INPUT, "record.check", &e);
    assert_non_null(strstr(e.zh, "甲"));
    /* With the start unknown the condition cannot be answered, and so does not refuse. */
    change_it(t, "tenure", id, "任职时间= 免职时间=2019-12-31");
    kit_expect(kit_update(t, "tenure", id, 0, "任职时间=2020-01-01", &done, &e), RC_INPUT, "record.check", &e);
}

static void closing_frees_what_was_unique(void **state)
{
    struct test_area *t = *state;
    const struct pack_register *r = test_reg(t, "cadre");
    uint64_t id = make(t, "cadre", "编号=C1 姓名=甲");
    struct changed done;
    struct err e;
    kit_expect(record_close(t->records, r, id, 7, &t->change, &done, &e), RC_CONFLICT, "record.version", &e);
    test_ok(record_close(t->records, r, id, 1, &t->change, &done, &e), &e);
    assert_int_equal(done.version, 2);
    kit_expect(record_close(t->records, r, id, 0, &t->change, &done, &e), RC_CONFLICT, "record.closed", &e);
    kit_expect(kit_update(t, "cadre", id, 0, "姓名=乙", &done, &e), RC_CONFLICT, "record.closed", &e);
    uint64_t next = make(t, "cadre", "编号=C1 姓名=乙");
    uint64_t found;
    test_ok(record_resolve(t->records, r, STR("C1"), &found, &e), &e);
    assert_int_equal(found, next);
    assert_true(next > id);
}

static void trees_refuse_circles_and_keep_their_order(void **state)
{
    struct test_area *t = *state;
    uint64_t county = make(t, "org", "编码=10 名称=县");
    uint64_t west = make(t, "org", "编码=30 名称=西乡 上级=10");
    uint64_t east = make(t, "org", "编码=20 名称=东乡 上级=10");
    uint64_t village = make(t, "org", "编码=21 名称=东村 上级=20");
    struct changed done;
    struct err e;
    kit_expect(kit_update(t, "org", county, 0, "上级=21", &done, &e), RC_INPUT, "record.circle", &e);
    kit_expect(kit_update(t, "org", county, 0, "上级=10", &done, &e), RC_INPUT, "record.circle", &e);
    change_it(t, "org", east, "上级=30"); /* the village goes with it */
    kit_expect(kit_update(t, "org", west, 0, "上级=21", &done, &e), RC_INPUT, "record.circle", &e);
    change_it(t, "org", west, "编码=05");
    bool fits;
    test_ok(tree_verify(t->records, bind_of(t->records, test_reg(t, "org")), &fits, &e), &e);
    assert_true(fits);
    (void)village;
    char code[8] = "21";
    for (int depth = 5; depth <= 32; depth++) {
        char words[80];
        snprintf(words, sizeof words, "编码=d%02d 名称=级 上级=%s", depth, code);
        make(t, "org", words);
        snprintf(code, sizeof code, "d%02d", depth);
    }
    refused(t, "org", "编码=d33 名称=级 上级=d32", RC_LIMIT, "record.depth");
    uint64_t root = make(t, "org", "编码=99 名称=省");
    (void)root;
    kit_expect(kit_update(t, "org", county, 0, "上级=99", &done, &e), RC_LIMIT, "record.depth", &e);
}

static void trees_of_one_register_stand_apart(void **state)
{
    struct test_area *t = *state;
    uint64_t county = make(t, "org", "编码=1 名称=县"), bureau = make(t, "org", "编码=2 名称=局 上级=1");
    struct changed done;
    struct err e;
    change_it(t, "org", county, "党内上级=2"); /* in the other tree the county may stand below */
    kit_expect(kit_update(t, "org", bureau, 0, "党内上级=1", &done, &e), RC_INPUT, "record.circle", &e);
    kit_expect(kit_update(t, "org", county, 0, "上级=2", &done, &e), RC_INPUT, "record.circle", &e);
    bool fits;
    test_ok(tree_verify(t->records, bind_of(t->records, test_reg(t, "org")), &fits, &e), &e);
    assert_true(fits);
}

struct names {
    char text[512];
    size_t len;
    struct test_area *t;
    const char *reg;
};

static enum rc put_name(void *ctx, const struct record *rec, struct err *err)
{
    struct names *n = ctx;
    struct str s;
    TRY(record_display(n->t->records, test_reg(n->t, n->reg), rec->id, &n->t->arena, &s, err));
    n->len += (size_t)snprintf(n->text + n->len, sizeof n->text - n->len, "%s" STR_FMT, n->len > 0 ? " " : "", STR_ARG(s));
    return RC_OK;
}

static const char *names_in(struct test_area *t, const char *reg, enum record_order order)
{
    static struct names n;
    struct err e;
    n = (struct names){.t = t, .reg = reg};
    test_ok(record_each(t->records, test_reg(t, reg), order, false, put_name, &n, &e), &e);
    return n.text;
}

static void orders_are_those_people_know(void **state)
{
    struct test_area *t = *state;
    make(t, "cadre", "编号=C3 姓名=张三");
    make(t, "cadre", "编号=C1 姓名=丁一");
    make(t, "cadre", "编号=C2 姓名=王五");
    assert_string_equal(names_in(t, "cadre", RECORD_BY_ID), "张三 丁一 王五");
    assert_string_equal(names_in(t, "cadre", RECORD_BY_KEY), "丁一 王五 张三");
    assert_string_equal(names_in(t, "cadre", RECORD_BY_PINYIN), "丁一 王五 张三");
    make(t, "cadre", "编号=C0 姓名=安二"); /* 安 has 6 strokes, 丁 2, 王 4, 张 7 */
    assert_string_equal(names_in(t, "cadre", RECORD_BY_STROKES), "丁一 王五 安二 张三");
    assert_string_equal(names_in(t, "cadre", RECORD_BY_PINYIN), "安二 丁一 王五 张三");
    make(t, "org", "编码=20 名称=乙局");
    make(t, "org", "编码=10 名称=甲局");
    make(t, "org", "编码=05 名称=乙科 上级=20");
    assert_string_equal(names_in(t, "org", RECORD_BY_TREE), "甲局 乙局 乙科");
}

static void records_are_found_by_what_people_call_them(void **state)
{
    struct test_area *t = *state;
    const struct pack_register *r = test_reg(t, "cadre"), *post = test_reg(t, "post");
    uint64_t one = make(t, "cadre", "编号=C1 姓名=甲 证件号=X9"), two = make(t, "cadre", "编号=C2 姓名=乙"), three = make(t, "cadre", "编号=C3 姓名=乙");
    make(t, "org", "编码=O1 名称=县水利局");
    uint64_t chief = make(t, "post", "编码=P1 所属组织=O1 名称=局长 职数=1");
    uint64_t id;
    struct err e;
    test_ok(record_resolve(t->records, r, STR(" C1 "), &id, &e), &e);
    assert_int_equal(id, one);
    test_ok(record_resolve(t->records, r, STR("甲"), &id, &e), &e);
    assert_int_equal(id, one);
    test_ok(record_resolve(t->records, r, STR("X9"), &id, &e), &e);
    assert_int_equal(id, one);
    test_ok(record_resolve(t->records, post, STR("县水利局局长"), &id, &e), &e);
    assert_int_equal(id, chief);
    char hash[16];
    snprintf(hash, sizeof hash, "#%d", (int)two);
    test_ok(record_resolve(t->records, r, str_c(hash), &id, &e), &e);
    assert_int_equal(id, two);
    kit_expect(record_resolve(t->records, r, STR("乙"), &id, &e), RC_CONFLICT, "record.several", &e);
    kit_expect(record_resolve(t->records, r, STR("戊"), &id, &e), RC_ABSENT, "record.absent", &e);
    kit_expect(record_resolve(t->records, r, STR("#0"), &id, &e), RC_ABSENT, "record.absent", &e);
    kit_expect(record_resolve(t->records, r, STR(""), &id, &e), RC_ABSENT, "record.absent", &e);
    (void)three;
}

static const char *found(struct test_area *t, const char *text)
{
    static char out[256];
    struct found *f;
    size_t n, len = 0;
    struct err e;
    test_ok(record_find(t->records, str_c(text), 10, &t->arena, &f, &n, &e), &e);
    out[0] = '\0';
    for (size_t i = 0; i < n; i++) len += (size_t)snprintf(out + len, sizeof out - len, "%s" STR_FMT, i > 0 ? " " : "", STR_ARG(f[i].display));
    return out;
}

static void search_knows_parts_pinyin_and_initials(void **state)
{
    struct test_area *t = *state;
    make(t, "cadre", "编号=C1 姓名=张小明");
    uint64_t id = make(t, "cadre", "编号=C2 姓名=单雄");
    make(t, "cadre", "编号=C3 姓名=张大明");
    assert_string_equal(found(t, "小明"), "张小明");
    assert_string_equal(found(t, "zxm"), "张小明");
    assert_string_equal(found(t, "ZhangDaMing"), "张大明");
    assert_string_equal(found(t, "zhang"), "张小明 张大明");
    assert_string_equal(found(t, "shan"), "单雄"); /* as a surname */
    assert_string_equal(found(t, "dx"), "单雄");   /* and as a word */
    assert_string_equal(found(t, "C3"), "张大明");
    assert_string_equal(found(t, "李"), "");
    assert_string_equal(found(t, " "), "");
    make(t, "cadre", "编号=C4 姓名=王　五");
    static const char *const ways[] = {"王五", "王　五", "王 五", "wangwu", "WW", "wangw", "五", "C4", "c4"};
    for (size_t i = 0; i < ARRAY_LEN(ways); i++) assert_string_equal(found(t, ways[i]), "王　五");
    change_it(t, "cadre", id, "姓名=李雄");
    assert_string_equal(found(t, "李"), "李雄");
    assert_string_equal(found(t, "shan"), "");
    struct changed done;
    struct err e;
    test_ok(record_close(t->records, test_reg(t, "cadre"), id, 0, &t->change, &done, &e), &e);
    assert_string_equal(found(t, "李"), "");
}

static struct fv member(struct test_area *t, const char *reg, uint64_t id, const char *name)
{
    const struct pack_register *r = test_reg(t, reg);
    const struct feel_member *m = NULL;
    for (uint32_t i = 0; i < r->feel.members_count; i++)
        if (str_eq(r->feel.members[i].title, str_c(name))) m = &r->feel.members[i];
    assert_non_null(m);
    struct feel_run run = {.arena = &t->arena, .today = KIT_TODAY};
    struct fv v;
    struct err e;
    record_host(t->records, &t->arena, &run.host, &run.host_ctx);
    test_ok(run.host->member(&run, &r->feel, (int64_t)id, m, &v, &e), &e);
    return v;
}

static void assert_number(struct fv v, int64_t want)
{
    assert_int_equal(v.kind, FV_NUMBER);
    assert_int_equal(dec_cmp(v.num, dec_i64(want)), 0);
}

static void derived_fields_follow_refs_both_ways(void **state)
{
    struct test_area *t = *state;
    uint64_t org = make(t, "org", "编码=O1 名称=县水利局");
    uint64_t chief = make(t, "post", "编码=P1 所属组织=O1 名称=局长 职数=1"), deputy = make(t, "post", "编码=P2 所属组织=O1 名称=副局长 职数=4");
    uint64_t one = make(t, "cadre", "编号=C1 姓名=甲 单位=O1"), two = make(t, "cadre", "编号=C2 姓名=乙");
    make(t, "tenure", "干部=C1 职位=P1 任职时间=2020-01-01");
    make(t, "tenure", "干部=C1 职位=P2 任职时间=2021-01-01"); /* one person, two posts; one post, two persons */
    uint64_t last = make(t, "tenure", "干部=C2 职位=P2 任职时间=2021-01-01");
    assert_number(member(t, "org", org, "核定职数"), 5);
    assert_number(member(t, "post", deputy, "现有人数"), 2);
    assert_number(member(t, "post", deputy, "空缺"), 2);
    assert_text(member(t, "cadre", one, "现任职务").str, "局长、副局长");
    assert_text(member(t, "cadre", one, "单位名称").str, "县水利局");
    assert_int_equal(member(t, "cadre", two, "单位名称").kind, FV_NULL);
    change_it(t, "tenure", last, "免职时间=2025-01-01");
    assert_number(member(t, "post", deputy, "现有人数"), 1);
    assert_number(member(t, "post", chief, "空缺"), 0);
    assert_int_equal(member(t, "cadre", one, "任职").count, 2);
    uint64_t empty = make(t, "org", "编码=O2 名称=空局");
    assert_number(member(t, "org", empty, "核定职数"), 0); /* otherwise */
}

static void the_past_is_read_back(void **state)
{
    struct test_area *t = *state;
    const struct pack_register *r = test_reg(t, "cadre");
    t->change.happened = KIT_TODAY - 30;
    uint64_t id = make(t, "cadre", "编号=C1 姓名=甲 津贴=1 党员=是");
    uint64_t first = journal_size(t->journal);
    make(t, "cadre", "编号=C2 姓名=乙");
    struct changed second = change_it(t, "cadre", id, "津贴= 姓名=甲甲");
    struct changed closed;
    struct err e;
    test_ok(record_close(t->records, r, id, 0, &t->change, &closed, &e), &e);
    struct record rec;
    test_ok(record_get_as_of(t->records, r, id, second.seq - 1, &t->arena, &rec, &e), &e);
    assert_int_equal(rec.version, 1);
    assert_int_equal(rec.values[test_field(r, "津贴")->column].i, 100);
    test_ok(record_get_as_of(t->records, r, id, second.seq, &t->arena, &rec, &e), &e);
    assert_int_equal(rec.version, 2);
    assert_int_equal(rec.closed_us, 0);
    assert_int_equal(rec.values[test_field(r, "津贴")->column].kind, SV_NULL);
    test_ok(record_get_as_of(t->records, r, id, closed.seq, &t->arena, &rec, &e), &e);
    assert_true(rec.closed_us > 0);
    kit_expect(record_get_as_of(t->records, r, id, first - 1, &t->arena, &rec, &e), RC_ABSENT, "record.not_yet", &e);
    kit_expect(record_get_as_of(t->records, r, 999, first, &t->arena, &rec, &e), RC_ABSENT, "record.absent", &e);

    struct history_line *lines;
    size_t n;
    test_ok(record_history(t->records, r, id, &t->arena, &lines, &n, &e), &e);
    assert_int_equal(n, 3);
    assert_int_equal(lines[0].count, 4);
    assert_int_equal(lines[0].happened, KIT_TODAY - 30);
    assert_true(lines[0].time_us > lines[0].happened); /* both times are kept */
    assert_int_equal(lines[1].count, 2);
    assert_text(lines[1].fields[0]->name, "name");
    assert_text(lines[1].before[0].s, "甲");
    assert_text(lines[1].after[0].s, "甲甲");
    assert_int_equal(lines[1].before[1].i, 100);
    assert_int_equal(lines[1].after[1].kind, SV_NULL);
    assert_int_equal(lines[2].kind, ENTRY_CLOSE);
    assert_int_equal(lines[2].count, 0);
    kit_expect(record_history(t->records, r, 999, &t->arena, &lines, &n, &e), RC_ABSENT, "record.absent", &e);
}

static void erasing_reaches_the_row_and_every_body(void **state)
{
    struct test_area *t = *state;
    const struct pack_register *r = test_reg(t, "cadre");
    const struct pack_field *born = test_field(r, "出生年月"), *code = test_field(r, "编号"), *name = test_field(r, "姓名");
    uint64_t id = make(t, "cadre", "编号=C1 姓名=甲 出生年月=1985.03 津贴=1");
    uint64_t first = journal_size(t->journal);
    change_it(t, "cadre", id, "出生年月=1986.03");
    struct changed done;
    struct err e;
    kit_expect(record_erase(t->records, r, id, &t->change, 1, &born, STR(" "), &done, &e), RC_INPUT, "record.basis", &e);
    kit_expect(record_erase(t->records, r, id, &t->change, 1, &code, STR("法"), &done, &e), RC_INPUT, "record.erased_key", &e);
    test_ok(record_erase(t->records, r, id, &t->change, 1, &born, STR("个人信息保护法 第四十七条"), &done, &e), &e);
    struct record rec;
    test_ok(record_get(t->records, r, id, &t->arena, &rec, &e), &e);
    assert_int_equal(rec.values[born->column].kind, SV_NULL);
    assert_text(rec.values[name->column].s, "甲"); /* stood in the same body, was entered again */
    assert_int_equal(rec.version, 4);
    struct entry entry;
    test_ok(journal_get(t->journal, &t->arena, first, &entry, &e), &e);
    assert_null(entry.body[CLASS_PERSONAL].ptr);
    assert_true(entry.erased[CLASS_PERSONAL]);
    assert_non_null(entry.body[CLASS_OPEN].ptr);
    test_ok(record_get_as_of(t->records, r, id, first, &t->arena, &rec, &e), &e);
    assert_int_equal(rec.values[born->column].kind, SV_NULL); /* gone from the past too */
    struct history_line *lines;
    size_t n;
    test_ok(record_history(t->records, r, id, &t->arena, &lines, &n, &e), &e);
    assert_int_equal(n, 4);
    bool said = false;
    for (uint32_t i = 0; i < lines[0].count; i++) said = said || (lines[0].fields[i] == born && lines[0].erased[i]);
    assert_true(said);
    assert_int_equal(lines[2].kind, ENTRY_ERASE);

    test_ok(record_erase(t->records, r, id, &t->change, 0, NULL, STR("依法"), &done, &e), &e); /* everything but the open key */
    test_ok(record_get(t->records, r, id, &t->arena, &rec, &e), &e);
    for (uint32_t i = 0; i < r->stored_count; i++) assert_true(i == code->column || rec.values[i].kind == SV_NULL);
    assert_text(rec.values[code->column].s, "C1");
    struct journal_report jr;
    struct record_report rr;
    test_ok(records_verify(t->records, &t->arena, &jr, &rr, &e), &e);
    assert_int_equal(jr.first_bad, 0);
    if (rr.first_bad != 0) fail_msg("%s", rr.why.zh);
    assert_true(rr.erased > 0);
}

static void ids_come_back_after_an_undo_and_never_after_a_commit(void **state)
{
    struct test_area *t = *state;
    struct err e;
    uint64_t one = make(t, "cadre", "编号=C1 姓名=甲");
    test_ok(store_mark(t->store, &e), &e);
    journal_mark(t->journal);
    records_mark(t->records);
    uint64_t two = make(t, "cadre", "编号=C2 姓名=乙");
    store_mark_undo(t->store);
    journal_undo(t->journal);
    records_undo(t->records);
    assert_int_equal(make(t, "org", "编码=O1 名称=局"), two); /* one counter for all registers */
    assert_int_equal(two, one + 1);
    test_ok(store_commit(t->store, &e), &e);
    journal_keep(t->journal);
    records_keep(t->records);
    test_ok(store_begin_write(t->store, &e), &e);
    make(t, "cadre", "编号=C3 姓名=丙");
    store_rollback(t->store);
    journal_drop(t->journal);
    records_drop(t->records);
    test_ok(store_begin_write(t->store, &e), &e);
    assert_int_equal(make(t, "cadre", "编号=C4 姓名=丁"), two + 1);
    records_refresh(t->records); /* as if another process had written */
    assert_int_equal(make(t, "cadre", "编号=C5 姓名=戊"), two + 2);
}

static void registers_keep_their_numbers_and_tables_grow(void **state)
{
    struct test_area *t = *state;
    struct err e;
    make(t, "cadre", "编号=C1 姓名=甲");
    uint32_t number = record_number(t->records, test_reg(t, "cadre"));
    assert_ptr_equal(record_register(t->records, number), test_reg(t, "cadre"));
    assert_null(record_register(t->records, 999));
    struct store_step *steps;
    test_ok(records_shape(t->store, t->set, true, &t->arena, &steps, &e), &e);
    assert_null(steps); /* nothing to do */
    test_ok(records_shape(t->store, t->set, false, &t->arena, &steps, &e), &e);
    struct records *again;
    test_ok(records_open(t->store, t->journal, t->set, &again, &e), &e);
    assert_int_equal(record_number(again, test_reg(t, "cadre")), number);
    records_close(&again);
    assert_null(again);
}

/* ---- at random ---- */

enum { STEPS = 600, PEOPLE_MAX = 40, KEPT = 4 };

static uint32_t dice(uint32_t *seed, uint32_t n)
{
    *seed = *seed * 1664525U + 1013904223U;
    return (*seed >> 8) % n;
}

/* What the model knows of one record after one entry. */
struct moment {
    uint64_t seq, id;
    char text[KEPT][24];
};

static const char *const kept_fields[KEPT] = {"姓名", "津贴", "出生年月", "级别"};

static void note(struct test_area *t, struct moment *m, uint64_t id)
{
    *m = (struct moment){.seq = journal_size(t->journal), .id = id};
    for (int i = 0; i < KEPT; i++) {
        struct str s = kit_text(t, "cadre", id, kept_fields[i]);
        snprintf(m->text[i], sizeof m->text[i], STR_FMT, STR_ARG(s));
    }
}

static void change_at_random(struct test_area *t, uint32_t *seed, uint64_t id)
{
    static const char *const levels[] = {"", "131", "141", "142"};
    char words[120];
    struct changed done;
    struct err e;
    snprintf(words, sizeof words, "姓名=人%u 津贴=%u.%u 出生年月=%u.%02u 级别=%s", dice(seed, 9), dice(seed, 4), dice(seed, 3), 1950 + dice(seed, 50),
             1 + dice(seed, 12), levels[dice(seed, 4)]);
    enum rc rc = kit_update(t, "cadre", id, 0, words, &done, &e);
    if (rc != RC_OK) kit_expect(rc, RC_CONFLICT, "record.closed", &e);
}

/* Every state that there ever was is read back from the journal, and the whole fits the rows. */
static void the_past_at_random(void **state)
{
    struct test_area *t = *state;
    const struct pack_register *r = test_reg(t, "cadre");
    static struct moment past[STEPS];
    uint64_t ids[PEOPLE_MAX];
    bool erased[PEOPLE_MAX] = {false};
    size_t people = 0, moments = 0;
    uint32_t seed = 7;
    struct err e;
    struct changed done;
    for (int step = 0; step < STEPS; step++) {
        uint32_t what = dice(&seed, 20);
        if (people < PEOPLE_MAX && (people == 0 || what < 3)) {
            char words[64];
            snprintf(words, sizeof words, "编号=C%zu 姓名=人%zu", people, people);
            ids[people] = make(t, "cadre", words);
            note(t, &past[moments++], ids[people++]);
            continue;
        }
        uint32_t who = dice(&seed, (uint32_t)people);
        if (what == 19) {
            const struct pack_field *born = test_field(r, "出生年月");
            test_ok(record_erase(t->records, r, ids[who], &t->change, 1, &born, STR("依法"), &done, &e), &e);
            erased[who] = true;
        } else if (what == 18) {
            enum rc rc = record_close(t->records, r, ids[who], 0, &t->change, &done, &e);
            if (rc != RC_OK) kit_expect(rc, RC_CONFLICT, "record.closed", &e);
        } else {
            change_at_random(t, &seed, ids[who]);
        }
        note(t, &past[moments++], ids[who]);
    }
    for (size_t i = 0; i < moments; i++) {
        struct record rec;
        size_t who = 0;
        while (ids[who] != past[i].id) who++;
        test_ok(record_get_as_of(t->records, r, past[i].id, past[i].seq, &t->arena, &rec, &e), &e);
        for (int k = 0; k < KEPT && !erased[who]; k++) { /* an erasure takes the past with it */
            const struct pack_field *f = test_field(r, kept_fields[k]);
            struct str s;
            test_ok(record_value_text(t->records, f, &rec.values[f->column], &t->arena, &s, &e), &e);
            assert_text(s, past[i].text[k]);
        }
    }
    struct journal_report jr;
    struct record_report rr;
    test_ok(records_verify(t->records, &t->arena, &jr, &rr, &e), &e);
    assert_int_equal(jr.first_bad, 0);
    if (rr.first_bad != 0) fail_msg("%s", rr.why.zh);
    assert_int_equal(rr.records, people);
    assert_true(rr.erased > 0);
}

#define ITEM_HEAD "# 试\n\n```guiju\npack: kit\ntitle: 试\nversion: \"1\"\n```\n\n```guiju\n"
#define ITEM_1 ITEM_HEAD "register: item\ntitle: 事项\ndisplay: 名称\nfields:\n  code: {title: 编码, type: text(9), key: yes}\n  name: {title: 名称, type: text(9)}\n```\n"
#define ITEM_2 ITEM_HEAD "register: matter\ntitle: 事由\nwas: [item]\ndisplay: 称呼\ntree: above\nfields:\n  code: {title: 编码, type: text(9), key: yes}\n" \
    "  label: {title: 称呼, type: text(20), was: [name]}\n  id: {title: 号, type: number(0)}\n  above: {title: 上级, type: ref(matter), back: 下级}\n```\n"

/* A later pack renames a register and a field, adds a field that is called like a column of ours, and makes a tree. */
static void a_rename_keeps_the_past(void **state)
{
    (void)state;
    struct test_area t, later;
    struct err e;
    test_open(&t, KIT_TODAY, ITEM_1, (char *)NULL);
    uint64_t id = make(&t, "item", "编码=A 名称=甲");
    make(&t, "item", "编码=B 名称=乙");
    records_close(&t.records);
    later = t;
    test_pack(&later, STR(ITEM_2), KIT_TODAY);
    struct store_step *steps;
    test_ok(records_shape(t.store, later.set, false, &later.arena, &steps, &e), &e);
    test_ok(records_open(t.store, t.journal, later.set, &later.records, &e), &e);
    assert_text(kit_text(&later, "matter", id, "称呼"), "甲");
    change_it(&later, "matter", id, "称呼=甲甲 号=7 上级=B");
    const struct pack_register *r = test_reg(&later, "matter");
    struct history_line *lines;
    size_t n;
    test_ok(record_history(later.records, r, id, &later.arena, &lines, &n, &e), &e);
    assert_int_equal(n, 2);
    assert_text(lines[0].fields[1]->name, "label"); /* what was called name then */
    assert_text(lines[0].after[1].s, "甲");
    struct journal_report jr;
    struct record_report rr;
    test_ok(records_verify(later.records, &later.arena, &jr, &rr, &e), &e);
    if (rr.first_bad != 0) fail_msg("%s", rr.why.zh);
    assert_int_equal(rr.records, 2);
    records_close(&later.records);
    arena_fini(&later.arena);
    test_close(&t);
}

#define PAY(type) ITEM_HEAD "register: item\ntitle: 事项\ndisplay: 编码\nfields:\n  code: {title: 编码, type: text(9), key: yes}\n  pay: {title: 津贴, type: " type "}\n```\n"

static enum rc reshape(struct test_area *t, struct test_area *later, struct str text, struct err *e)
{
    struct store_step *steps;
    err_clear(e);
    *later = *t;
    later->records = NULL;
    test_pack(later, text, KIT_TODAY);
    TRY(records_shape(t->store, later->set, true, &later->arena, &steps, e));
    TRY(records_shape(t->store, later->set, false, &later->arena, &steps, e));
    return records_open(t->store, t->journal, later->set, &later->records, e);
}

static void a_number_may_get_more_decimals_and_nothing_else(void **state)
{
    (void)state;
    struct test_area t, later;
    struct err e;
    test_open(&t, KIT_TODAY, PAY("number(1)"), (char *)NULL);
    uint64_t id = make(&t, "item", "编码=A 津贴=12.5");
    make(&t, "item", "编码=B");
    static const struct str refused_types[] = {STR_INIT(PAY("number(0)")), STR_INIT(PAY("text(9)")), STR_INIT(PAY("date"))};
    for (size_t i = 0; i < ARRAY_LEN(refused_types); i++) {
        kit_expect(reshape(&t, &later, refused_types[i], &e), RC_INPUT, "record.retype", &e);
        arena_fini(&later.arena);
    }
    test_ok(reshape(&t, &later, STR(PAY("number(3)")), &e), &e);
    assert_text(kit_text(&later, "item", id, "津贴"), "12.5");
    struct journal_report jr;
    struct record_report rr;
    test_ok(records_verify(later.records, &later.arena, &jr, &rr, &e), &e);
    if (rr.first_bad != 0) fail_msg("%s", rr.why.zh);
    change_it(&later, "item", id, "津贴=12.125");
    test_ok(records_verify(later.records, &later.arena, &jr, &rr, &e), &e);
    assert_int_equal(rr.first_bad, 0);
    records_close(&later.records);
    arena_fini(&later.arena);
    test_close(&t);
}

static int setup(void **state)
{
    static struct test_area t;
    kit_open(&t);
    *state = &t;
    return 0;
}

static int teardown(void **state)
{
    test_close(*state);
    return 0;
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_record_is_a_row_and_an_entry),
        T(what_is_wrong_is_refused_before_anything_is_written),
        T(sets_of_fields_are_unique_together),
        T(an_update_writes_what_changed_and_nothing_else),
        T(only_checks_that_read_a_change_are_run),
        T(closing_frees_what_was_unique),
        T(trees_refuse_circles_and_keep_their_order),
        T(trees_of_one_register_stand_apart),
        T(orders_are_those_people_know),
        T(records_are_found_by_what_people_call_them),
        T(search_knows_parts_pinyin_and_initials),
        T(derived_fields_follow_refs_both_ways),
        T(the_past_is_read_back),
        T(erasing_reaches_the_row_and_every_body),
        T(the_past_at_random),
        T(ids_come_back_after_an_undo_and_never_after_a_commit),
        T(registers_keep_their_numbers_and_tables_grow),
        cmocka_unit_test(a_rename_keeps_the_past),
        cmocka_unit_test(a_number_may_get_more_decimals_and_nothing_else),
    };
    return cmocka_run_group_tests_name("records", tests, NULL, NULL);
}
