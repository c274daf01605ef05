/* pack_test.c - what a loaded set holds: members and slots, ranks, layers, scopes, shown values, places; and comparing two sets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pack/pack.h"

#define HEAD \
    "```guiju\npack: trial\ntitle: {zh: 试用, en: Trial}\nversion: \"1\"\n```\n" \
    "```guiju\nbasis: texts\nrows: [{name: law, title: 试用办法, full: 试用办法全文, from: 2000-01-01, articles: 20}]\n```\n"
#define REGISTERS \
    "```guiju\ncodes: level\ntitle: 层次\norder: high-first\ncolumns: {tier: {title: 层级, type: text(10)}, pay: {title: 津贴, type: number}}\n" \
    "rows: [{code: \"131\", title: {zh: 县处级正职, en: county head}, tier: 县处级, pay: 1.50}, {code: \"141\", title: 乡科级正职, tier: 乡科级}]\n```\n" \
    "```guiju\nparams: exchange\nrows:\n" \
    "  - {name: years_max, title: 交流年限, type: number, unit: year, tighten: down, from: 2000-01-01, to: 2009-12-31, value: 12, basis: 试用办法 第一条}\n" \
    "  - {name: years_max, from: 2010-01-01, value: 10, basis: 试用办法 第二条}\n" \
    "  - {name: share, title: 比例, type: fraction, from: 2000-01-01, value: 20%, basis: 试用办法}\n```\n" \
    "```guiju\ncalendar: work\nrows: [{day: 2026-01-01, to: 2026-01-03}, {day: 2026-01-04, kind: work}]\n```\n" \
    "```guiju\ndefaults: d\nmin-group: 8\n```\n" \
    "```guiju\nrole: clerk\ntitle: 经办人\nscope: unit\nmay: {read: [org, post], write: post}\nsees: [personal]\nnot-with: [auditor]\ntwo: write\n```\n" \
    "```guiju\nrole: auditor\ntitle: 审计人\nscope: area\nmay: {print: org}\n```\n" \
    "```guiju\nslip: reminder\ntitle: 提醒单\ndue: duration(\"P10D\")\naccept: clerk\nnext: reminder\n" \
    "fields: {reason: {title: 原因, type: text(400), required: yes}}\nsay: 请答复\n```\n" \
    "```guiju\nregister: org\ntitle: 组织\ndisplay: 名称\nowner: 编办\ntree: parent\nfields:\n" \
    "  code: {title: 编码, type: text(20), key: yes}\n" \
    "  name: {title: 名称, type: text(100), required: yes, label: 单位名称（全称）, class: personal}\n" \
    "  vacant: {title: 空缺数, type: number(0), derive: sum(职位.空缺), otherwise: 0}\n" \
    "  parent: {title: 上级, type: ref(org), back: 下级}\n```\n" \
    "```guiju\nregister: post\ntitle: 职位\ndisplay: 所属组织.名称 + 名称\nunique: [[org, name]]\nfields:\n" \
    "  org: {title: 所属组织, type: ref(org), required: yes}\n" \
    "  vacant: {title: 空缺, type: number(0), derive: \"max(0, 职数 - 现有人数)\"}\n" \
    "  name: {title: 名称, type: text(60), required: yes}\n" \
    "  level: {title: 层次, type: choice(level)}\n" \
    "  seats: {title: 职数, type: number(0), required: yes, default: 1}\n" \
    "  held: {title: 现有人数, type: number(0), derive: \"count(任职[免职时间 = null])\"}\n" \
    "  years: {title: 年数, type: number(0), derive: \"full years(设立日期, today())\"}\n" \
    "  since: {title: 设立日期, type: date}\n" \
    "  old: {title: 年久, type: boolean, derive: 年数 >= 交流年限}\n```\n" \
    "```guiju\nregister: tenure\ntitle: 任职\ndisplay: 职位.名称\nparent: post\nfields:\n" \
    "  post: {title: 职位, type: ref(post), required: yes}\n" \
    "  until: {title: 免职时间, type: date}\n```\n"
#define RULES \
    "```guiju\nrule: overfilled\ntitle: 超职数\nbasis: 试用办法 第四条\nover: post\nwhen: 现有人数 > 职数\n" \
    "raise: {severity: serious, slip: reminder, to: clerk, say: {zh: \"{本记录}超{现有人数 - 职数}名\", en: \"{name} is over\"}}\n```\n" \
    "```guiju\nrule: old-post\ntitle: 年久\nbasis: 试用办法\nover: post\nwhere: 层次.层级 = \"乡科级\"\nwhen: 年久 and 所属组织.空缺数 > 0\nraise: {say: \"{名称}\"}\n```\n" \
    "```guiju\nrule: except\ntitle: 除外\nbasis: 试用办法\nover: post\noverrides: old-post\nwhen: 职数 = 0 and upper case(名称) = \"X\"\nraise: none\n```\n" \
    "```guiju\nscenario: s\ntitle: 场景\ntoday: 2026-01-01\ntests: [overfilled]\nwith: {交流年限: 8}\n" \
    "given: {post: [{名称: 甲, 职数: 1, 设立日期: }]}\nexpect: {findings: {overfilled: [甲]}, records: {post: {甲: {空缺: 0}}}}\n```\n"

struct world {
    struct arena arena;
    struct diags diags;
    struct pack_set *set;
};

static void load_texts(struct world *w, size_t n, const struct str *texts, bool scenarios)
{
    arena_init(&w->arena, (size_t)256 << 20);
    diags_init(&w->diags, &w->arena, 200);
    struct pack_source *s = arena_array(&w->arena, struct pack_source, n);
    for (size_t i = 0; i < n; i++) {
        s[i].files = arena_new(&w->arena, struct pack_file);
        s[i].files[0] = (struct pack_file){.name = STR("01.md"), .text = texts[i]};
        s[i].files_count = 1;
    }
    struct pack_options o = {.today = 20454, .scenarios = scenarios}; /* 2026-01-01 */
    w->set = NULL;
    enum rc rc = pack_load(&w->arena, s, n, &o, &w->set, &w->diags);
    assert_int_equal(rc == RC_OK, w->set != NULL);
    if (rc == RC_OK) return;
    struct buf b;
    buf_init(&b, 1 << 20);
    diags_print(&w->diags, LANG_ZH, &b);
    if (w->diags.errors > 0 && w->set != NULL) print_message(STR_FMT, STR_ARG(buf_view(&b)));
    buf_fini(&b);
}

static void load(struct world *w, const char *text)
{
    struct str one = str_c(text);
    load_texts(w, 1, &one, true);
}

static void unload(struct world *w) { arena_fini(&w->arena); }

static const struct pack_field *field(const struct world *w, const char *reg, const char *name)
{
    const struct pack_register *r = pack_register_find(w->set, str_c(reg));
    assert_non_null(r);
    const struct pack_field *f = pack_field_find(r, str_c(name));
    assert_non_null(f);
    return f;
}

#define SAME(got, want) assert_true(str_eq((got), STR(want)))

static void members_come_fields_first_then_lists(void **state)
{
    struct world w;
    (void)state;
    load(&w, HEAD REGISTERS RULES);
    assert_non_null(w.set);
    const struct pack_register *org = pack_register_find(w.set, STR("组织"));
    assert_ptr_equal(org, pack_register_find(w.set, STR("org")));
    assert_null(pack_register_find(w.set, STR("机构")));
    assert_int_equal(org->fields_count, 4);
    assert_int_equal(org->stored_count, 3);
    assert_int_equal(org->backs_count, 2);
    assert_int_equal(org->feel.members_count, 6);
    assert_ptr_equal(org->feel.host, org);
    assert_int_equal(org->feel.number, org->idx);
    for (uint32_t i = 0; i < org->fields_count; i++) {
        const struct pack_field *f = &org->fields[i];
        assert_int_equal(f->idx, i);
        assert_ptr_equal(f->member, &org->feel.members[i]);
        assert_int_equal(f->member->slot, i);
        assert_ptr_equal(f->member->host, f);
    }
    assert_int_equal(org->fields[2].column, UINT32_MAX); /* derived between stored ones */
    assert_int_equal(org->fields[3].column, 2);
    for (uint32_t i = 0; i < org->backs_count; i++) {
        assert_int_equal(org->backs[i].member->slot, org->fields_count + i);
        assert_ptr_equal(org->backs[i].member->host, &org->backs[i]);
        assert_int_equal(org->backs[i].member->type->kind, FT_LIST);
    }
    SAME(org->backs[0].title, "下级");
    SAME(org->backs[1].title, "职位"); /* the register's title, where one ref leads there */
    SAME(org->backs[1].member->name, "post");
    assert_int_equal(org->trees_count, 1);
    assert_ptr_equal(org->trees[0], pack_field_find(org, STR("上级")));
    assert_ptr_equal(org->key, pack_field_find(org, STR("编码")));
    assert_true(org->key->required && org->key->unique);
    SAME(org->owner, "编办");
    SAME(org->fields[0].owner, "编办");
    SAME(org->fields[1].label.zh, "单位名称（全称）");
    assert_ptr_equal(pack_register_find(w.set, STR("任职"))->parent, field(&w, "任职", "职位"));
    const struct pack_register *post = pack_register_find(w.set, STR("post"));
    assert_int_equal(post->uniques_count, 1);
    assert_int_equal(post->uniques[0].count, 2);
    assert_int_equal(post->uniques[0].fields[1], field(&w, "post", "名称")->idx);
    assert_ptr_equal(post->scope->names[0].type->reg, &post->feel);
    assert_null(pack_field_find(post, STR("名陈")));
    unload(&w);
}

static void derived_fields_know_their_order_and_the_day(void **state)
{
    struct world w;
    (void)state;
    load(&w, HEAD REGISTERS RULES);
    assert_non_null(w.set);
    const struct pack_field *held = field(&w, "post", "held"), *vacant = field(&w, "post", "vacant"), *sum = field(&w, "org", "vacant");
    const struct pack_field *years = field(&w, "post", "years"), *old = field(&w, "post", "old");
    assert_true(held->derive_rank < vacant->derive_rank && vacant->derive_rank < sum->derive_rank);
    assert_true(years->derive_rank < old->derive_rank);
    assert_false(held->daily || vacant->daily || sum->daily);
    assert_true(years->daily && old->daily);
    assert_false(sum->member->may_be_null); /* otherwise: 0 */
    assert_true(years->member->may_be_null);
    assert_false(held->member->may_be_null);
    assert_non_null(field(&w, "post", "seats")->init);
    assert_non_null(sum->otherwise);
    unload(&w);
}

static void codes_and_parameters(void **state)
{
    struct world w;
    (void)state;
    load(&w, HEAD REGISTERS RULES);
    assert_non_null(w.set);
    assert_int_equal(w.set->codes_count, 1);
    const struct pack_codes *c = w.set->codes[0];
    uint32_t row = 9;
    assert_true(feel_codes_find(&c->feel, STR("乡科级正职"), &row));
    assert_int_equal(row, 1);
    assert_true(feel_codes_find(&c->feel, STR("131"), &row));
    assert_int_equal(row, 0);
    assert_false(feel_codes_find(&c->feel, STR("county head"), &row)); /* translations never change a rule */
    SAME(c->titles[0].en, "county head");
    assert_true(c->feel.ordered && c->feel.high_first);
    struct str cell = dec_print(&w.arena, c->feel.cells[1].num);
    SAME(cell, "1.5");
    assert_int_equal(c->feel.cells[3].kind, FV_NULL);
    assert_true(c->feel.columns[1].may_be_null && !c->feel.columns[0].may_be_null);

    assert_int_equal(w.set->params_count, 2);
    const struct pack_param *p = &w.set->params[0];
    assert_int_equal(p->values_count, 2);
    day_num day;
    const struct { const char *day, *value; } on[] = {{"1999-12-31", NULL}, {"2000-01-01", "12"}, {"2009-12-31", "12"}, {"2010-01-01", "10"}, {"2099-01-01", "10"}};
    for (size_t i = 0; i < ARRAY_LEN(on); i++) {
        assert_true(day_parse(str_c(on[i].day), &day));
        struct fv v = pack_param_on(p, day);
        assert_int_equal(v.kind, on[i].value == NULL ? FV_NULL : FV_NUMBER);
        if (on[i].value != NULL) assert_true(str_eq(dec_print(&w.arena, v.num), str_c(on[i].value)));
    }
    assert_int_equal(w.set->params[1].values[0].p, 1);
    assert_int_equal(w.set->params[1].values[0].q, 5);
    struct buf b;
    buf_init(&b, 1000);
    pack_basis_print(p->values[1].basis, p->values[1].basis_count, &b);
    SAME(buf_view(&b), "试用办法 第二条");
    buf_fini(&b);
    unload(&w);
}

static void rules_know_what_to_show_and_who_excepts_them(void **state)
{
    struct world w;
    (void)state;
    load(&w, HEAD REGISTERS RULES);
    assert_non_null(w.set);
    const struct pack_rule *over = pack_rule_find(w.set, STR("overfilled")), *old = pack_rule_find(w.set, STR("old-post"));
    const struct pack_rule *except = pack_rule_find(w.set, STR("except"));
    assert_null(pack_rule_find(w.set, STR("超职数")));
    assert_int_equal(over->severity, PACK_SERIOUS);
    assert_ptr_equal(over->slip, w.set->slips[0]);
    assert_ptr_equal(w.set->slips[0]->next, w.set->slips[0]);
    assert_int_equal(w.set->slips[0]->fields_count, 1);
    SAME(over->to, "clerk");
    assert_non_null(over->say_en);
    assert_false(over->daily);
    assert_int_equal(over->show_count, 2);
    SAME(over->show_titles[0], "现有人数");
    SAME(over->show_titles[1], "职数");
    assert_true(over->vector_ready);
    assert_true(old->daily); /* through a derived field */
    assert_true(old->vector_ready); /* lists, references and other derived fields have columns */
    assert_int_equal(old->vector_why.zh.len, 0);
    assert_false(except->vector_ready);
    SAME(except->vector_why.zh, "upper case");
    assert_int_equal(old->show_count, 2);
    SAME(old->show_titles[1], "所属组织.空缺数");
    assert_int_equal(old->excepted_by_count, 1);
    assert_ptr_equal(old->excepted_by[0], except);
    assert_ptr_equal(except->overrides[0], old);
    assert_false(except->raises);
    assert_int_equal(old->d.place.line, except->d.place.line - 9);
    unload(&w);
}

static void people_calendar_and_scenarios(void **state)
{
    struct world w;
    (void)state;
    load(&w, HEAD REGISTERS RULES);
    assert_non_null(w.set);
    assert_int_equal(w.set->min_group, 8);
    assert_string_equal(w.set->zone, "Asia/Shanghai");
    assert_non_null(w.set->calendar);
    day_num day;
    bool work;
    assert_true(day_parse(STR("2026-01-04"), &day)); /* a Sunday that is worked */
    assert_true(calendar_is_work(w.set->calendar, day, &work) && work);
    assert_true(calendar_is_work(w.set->calendar, day - 2, &work) && !work);
    assert_false(calendar_is_work(w.set->calendar, day + 400, &work)); /* beyond its last year nothing is guessed */
    const struct pack_role *clerk = w.set->roles[0];
    SAME(clerk->scope, "unit");
    assert_int_equal(clerk->may_count, 3);
    assert_int_equal(clerk->may[2].verb, PACK_WRITE);
    assert_int_equal(clerk->sees, 1u << PACK_OPEN | 1u << PACK_PERSONAL);
    assert_int_equal(clerk->two, 1u << PACK_WRITE);
    assert_int_equal(clerk->not_with_count, 1);
    assert_int_equal(w.set->scenarios_count, 1);
    const struct pack_scenario *s = w.set->scenarios[0];
    assert_int_equal(s->given_count, 1);
    assert_int_equal(s->given[0].values_count, 3);
    assert_true(s->given[0].values[2].is_null && !s->given[0].values[0].is_null);
    assert_int_equal(s->with_count, 1);
    assert_ptr_equal(s->with[0].param, &w.set->params[0]);
    SAME(s->findings[0].records[0], "甲");
    assert_ptr_equal(s->records[0].values[0].field, field(&w, "post", "vacant"));
    const struct pack_decl *d = map_find(&w.set->by_decl, STR("rule overfilled"));
    assert_ptr_equal(d, &pack_rule_find(w.set, STR("overfilled"))->d);
    SAME(w.set->packs[0].title.en, "Trial");
    SAME(text2_in(&w.set->packs[0].title, LANG_EN), "Trial");
    SAME(text2_in(&d->title, LANG_EN), "超职数"); /* no translation */
    unload(&w);
    struct str text = STR(HEAD REGISTERS RULES);
    load_texts(&w, 1, &text, false);
    assert_int_equal(w.set->scenarios_count, 0);
    unload(&w);
}

static void classes_follow_what_is_derived(void **state)
{
    struct world w;
    (void)state;
    load(&w, HEAD "```guiju\nregister: cadre\ntitle: 干部\ndisplay: 姓名\nfields:\n"
                  "  name: {title: 姓名, type: text(40), required: yes, class: personal}\n"
                  "  secret: {title: 密, type: text(40), class: restricted, use: [rule, form]}\n"
                  "  people: {title: 民族, type: text(40), class: protected}\n"
                  "  a: {title: 甲, type: text(40), derive: 姓名}\n"
                  "  b: {title: 乙, type: text(40), derive: 甲 + 密}\n"
                  "  c: {title: 丙, type: number(0), class: open, derive: string length(密)}\n"
                  "  d: {title: 丁, type: text(40), class: open, derive: 民族}\n```\n");
    assert_non_null(w.set);
    assert_int_equal(field(&w, "cadre", "a")->class, PACK_PERSONAL);
    assert_int_equal(field(&w, "cadre", "b")->class, PACK_RESTRICTED);
    assert_int_equal(field(&w, "cadre", "b")->use, USE_RULE | USE_FORM);
    assert_int_equal(field(&w, "cadre", "c")->class, PACK_OPEN); /* said so, and warned of */
    assert_int_equal(field(&w, "cadre", "d")->class, PACK_PROTECTED); /* nobody can say so of this */
    assert_int_equal(field(&w, "cadre", "people")->use, USE_FORM | USE_REPORT);
    assert_int_equal(w.diags.warnings, 2);
    unload(&w);
}

static void layers_give_the_strictest_value_of_each_day(void **state)
{
    struct world w;
    (void)state;
    const struct str texts[] = {
        STR("```guiju\npack: base\ntitle: 上\nversion: \"1\"\n```\n```guiju\nbasis: t\nrows: [{name: law, title: 办法, full: 办法, from: 2000-01-01}]\n```\n"
            "```guiju\nparams: p\nrows:\n  - {name: days, title: 天数, type: number, tighten: up, from: 2000-01-01, to: 2029-12-31, value: 5, basis: 办法}\n"
            "  - {name: days, from: 2030-01-01, value: 9, basis: 办法}\n"
            "  - {name: free, title: 随意, type: number, tighten: free, from: 2000-01-01, value: 5, basis: 办法}\n```\n"),
        STR("```guiju\npack: mid\ntitle: 中\nversion: \"1\"\nover: base 1\n```\n"
            "```guiju\nextend: params(p)\nrows:\n  - {name: days, from: 2020-01-01, value: 7, basis: 办法}\n  - {name: free, from: 2020-01-01, value: 3, basis: 办法}\n```\n"),
        STR("```guiju\npack: low\ntitle: 下\nversion: \"1\"\nover: [mid 1]\n```\n"
            "```guiju\nextend: params(p)\nrows:\n  - {name: days, from: 2025-01-01, to: 2026-12-31, value: 8, basis: 办法}\n"
            "  - {name: days, from: 2027-01-01, value: 7, basis: 办法}\n  - {name: free, from: 2025-01-01, to: 2025-12-31, value: 9, basis: 办法}\n```\n")};
    load_texts(&w, 3, texts, true);
    assert_non_null(w.set);
    assert_int_equal(w.diags.warnings, 2); /* 7 is overtaken by the base's 9, twice */
    const struct { const char *day; int64_t days, free; } on[] = {
        {"2019-12-31", 5, 5}, {"2020-01-01", 7, 3}, {"2024-12-31", 7, 3}, {"2025-06-01", 8, 9}, {"2026-06-01", 8, 3}, {"2027-01-01", 7, 3}, {"2030-01-01", 9, 3}};
    for (size_t i = 0; i < ARRAY_LEN(on); i++) {
        day_num day;
        int64_t v = -1;
        assert_true(day_parse(str_c(on[i].day), &day));
        assert_true(dec_to_i64(pack_param_on(&w.set->params[0], day).num, &v) && v == on[i].days);
        assert_true(dec_to_i64(pack_param_on(&w.set->params[1], day).num, &v) && v == on[i].free);
    }
    assert_int_equal(w.set->packs[2].over_count, 1);
    assert_int_equal(w.set->packs[2].over[0], 1);
    assert_false(hash_eq(&w.set->packs[0].hash, &w.set->packs[1].hash));
    unload(&w);
}

/* The hash covers names and bounds: moving a byte from one chapter to the next is another pack. */
static void the_hash_is_of_names_and_texts(void **state)
{
    (void)state;
    struct hash h[3];
    const char *parts[3][2] = {{HEAD, "后文"}, {HEAD "后", "文"}, {HEAD, "后文"}};
    for (int i = 0; i < 3; i++) {
        struct arena a;
        arena_init(&a, (size_t)64 << 20);
        struct diags d;
        diags_init(&d, &a, 20);
        struct pack_file files[2] = {{STR("01.md"), str_c(parts[i][0])}, {STR("02.md"), str_c(parts[i][1])}};
        struct pack_source s = {.where = STR(""), .files = files, .files_count = 2};
        struct pack_options o = {.today = 20454};
        struct pack_set *set;
        assert_int_equal(pack_load(&a, &s, 1, &o, &set, &d), RC_OK);
        h[i] = set->packs[0].hash;
        arena_fini(&a);
    }
    assert_false(hash_eq(&h[0], &h[1]));
    assert_true(hash_eq(&h[0], &h[2]));
}

/* ---- errors stand where they are made ---- */

static const struct diag *first_error(const struct world *w)
{
    for (const struct diag *g = w->diags.first; g != NULL; g = g->next)
        if (g->severity == SEV_ERROR) return g;
    must_failed("an error was told", __FILE__, __LINE__);
}

static void offsets_are_of_the_file(void **state)
{
    static const char *const texts[] = {
        HEAD "```guiju\nregister: a\ntitle: 甲\ndisplay: 名陈\nfields: {n: {title: 名称, type: text(4), required: yes}}\n```\n",
        HEAD "```guiju\nregister: a\ntitle: 甲\ndisplay: '名陈'\nfields: {n: {title: 名称, type: text(4), required: yes}}\n```\n",
        HEAD "```guiju\nregister: a\ntitle: 甲\ndisplay: \"\\\"x\\\" + 名陈\"\nfields: {n: {title: 名称, type: text(4), required: yes}}\n```\n",
        HEAD "```guiju\nregister: a\ntitle: 甲\ndisplay: |\n  \"甲\" +\n    名陈\nfields: {n: {title: 名称, type: text(4), required: yes}}\n```\n",
        HEAD "```guiju\r\nregister: a\r\ntitle: 甲\r\ndisplay: 名陈\r\nfields: {n: {title: 名称, type: text(4), required: yes}}\r\n```\r\n",
        "\xEF\xBB\xBF" HEAD "```guiju\nregister: a\ntitle: 甲\ndisplay: |\n\n  名陈\nfields: {n: {title: 名称, type: text(4), required: yes}}\n```\n",
        HEAD "```guiju\ntemplate: t\ntitle: 模\nof: register\nwith: {x: {type: feel}}\nbody: {display: '\"甲\" + $x', fields: {n: {title: 名称, type: text(4), required: yes}}}\n```\n"
             "```guiju\nuse: t(a)\ntitle: 甲\nwith: {x: 名陈}\n```\n",
        HEAD "`=名陈` 在正文里\n",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct world w;
        load(&w, texts[i]);
        assert_null(w.set);
        const struct diag *g = first_error(&w);
        assert_string_equal(err_code(&g->err), "feel.unknown_name");
        size_t at = str_find(str_c(texts[i]), STR("名陈"));
        assert_int_equal(g->err.place.off, at);
        assert_int_equal(g->err.place.len, 6);
        struct place p = place_at(str_c(texts[i]), 1, at, 6);
        assert_int_equal(g->err.place.line, p.line);
        assert_int_equal(g->err.place.col, p.col);
        assert_int_equal(w.diags.errors, 1);
        unload(&w);
    }
}

static void gb18030_is_recognised(void **state)
{
    struct world w;
    (void)state;
    load(&w, "# \xB5\xDA\xD2\xBB\xD5\xC2\n"); /* 第一章 */
    assert_null(w.set);
    assert_string_equal(err_code(&first_error(&w)->err), "text.not_utf8");
    assert_non_null(strstr(first_error(&w)->err.hint_zh, "GB18030"));
    unload(&w);
    load(&w, HEAD "a\x01" "b\n");
    assert_string_equal(err_code(&first_error(&w)->err), "text.control");
    unload(&w);
}

static void sizes_have_limits(void **state)
{
    struct world w;
    struct buf b;
    (void)state;
    buf_init(&b, 8 << 20);
    buf_lit(&b, HEAD "```guiju\ncodes: c\ntitle: 大\nnote: ");
    buf_fill(&b, 'x', 70000);
    buf_lit(&b, "\nrows: [{code: a, title: b}]\n```\n");
    struct str text = buf_view(&b);
    load_texts(&w, 1, &text, true);
    assert_string_equal(err_code(&first_error(&w)->err), "pack.too_large");
    unload(&w);
    buf_clear(&b);
    buf_fill(&b, 'x', (1 << 20) + 1);
    text = buf_view(&b);
    load_texts(&w, 1, &text, true);
    assert_string_equal(err_code(&first_error(&w)->err), "pack.too_large");
    unload(&w);
    buf_clear(&b);
    buf_lit(&b, HEAD "```guiju\nregister: r\ntitle: 大\ndisplay: 甲0\nfields:\n");
    for (int i = 0; i < 501; i++) {
        char line[100];
        int n = snprintf(line, sizeof line, "  f%d: {title: 甲%d, type: text(4), required: yes}\n", i, i);
        buf_put(&b, line, (size_t)n);
    }
    buf_lit(&b, "```\n");
    text = buf_view(&b);
    load_texts(&w, 1, &text, true);
    assert_string_equal(err_code(&first_error(&w)->err), "pack.too_many");
    unload(&w);
    buf_fini(&b);
}

/* ---- folders ---- */

static void write_file(const char *dir, const char *name, const char *text)
{
    char path[300];
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
    assert_int_equal(fclose(f), 0);
}

static void chapters_are_read_in_byte_order(void **state)
{
    static const char *const names[] = {"02-b.md", "01-a.md", "README.md", "1-x.md", "01-a.en.md", "03-c.txt", "03.md"};
    (void)state;
    char dir[] = "/tmp/guiju-pack-XXXXXX";
    assert_non_null(mkdtemp(dir));
    struct arena a;
    struct err err;
    struct pack_source s;
    arena_init(&a, (size_t)16 << 20);
    assert_int_equal(pack_read(&a, str_c(dir), &s, &err), RC_ABSENT);
    assert_string_equal(err_code(&err), "pack.no_chapters");
    for (size_t i = 0; i < ARRAY_LEN(names); i++) write_file(dir, names[i], names[i]);
    assert_int_equal(pack_read(&a, str_cat(&a, str_c(dir), STR("/")), &s, &err), RC_OK);
    assert_int_equal(s.files_count, 3);
    SAME(s.files[0].name, "01-a.md");
    SAME(s.files[1].name, "02-b.md");
    SAME(s.files[2].name, "03.md");
    SAME(s.files[0].text, "01-a.md");
    assert_true(str_eq(s.where, str_c(dir)));
    assert_int_equal(pack_read(&a, STR("/nowhere/at/all"), &s, &err), RC_ABSENT);
    assert_string_equal(err_code(&err), "pack.no_folder");
    char folder[300];
    (void)snprintf(folder, sizeof folder, "%s/04-folder.md", dir);
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(pack_read(&a, str_c(dir), &s, &err), RC_SYSTEM);
    assert_string_equal(err_code(&err), "pack.io");
    assert_int_equal(rmdir(folder), 0);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        char path[300];
        (void)snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(rmdir(dir), 0);
    arena_fini(&a);
}

/* ---- comparing ---- */

#define BEFORE \
    HEAD "```guiju\ncodes: k\ntitle: 类\nrows: [{code: \"1\", title: 甲}, {code: \"2\", title: 乙}]\n```\n" \
         "```guiju\nregister: r\ntitle: 台账甲\ndisplay: 名称\nfields:\n  name: {title: 名称, type: text(40), required: yes}\n" \
         "  n: {title: 数, type: number(2), class: personal}\n  k: {title: 类别, type: choice(k)}\n  up: {title: 上级, type: ref(r)}\n" \
         "  d: {title: 长度, type: number(0), derive: string length(名称)}\n```\n" \
         "```guiju\nregister: s\ntitle: 台账乙\ndisplay: 名称\nfields: {name: {title: 名称, type: text(40), required: yes}}\n```\n"

static void nothing_is_lost_in_silence(void **state)
{
    static const struct { const char *text; size_t lost; } after[] = {
        {BEFORE, 0},
        /* renamed with was:, widened, a code more, a derived field gone */
        {HEAD "```guiju\ncodes: k\ntitle: 类\nrows: [{code: \"1\", title: 甲甲}, {code: \"2\", title: 乙}, {code: \"3\", title: 丙}]\n```\n"
              "```guiju\nregister: r2\ntitle: 台账\nwas: r\ndisplay: 名称\nfields:\n  full_name: {title: 名称, was: [name], type: text(60), required: yes}\n"
              "  n: {title: 数, type: number(3), class: restricted}\n  k: {title: 类别, type: choice(k)}\n  up: {title: 上级, type: ref(r2)}\n```\n"
              "```guiju\nregister: s\ntitle: 台账乙\nretired: 2026-01-01\ndisplay: 名称\nfields: {name: {title: 名称, type: text(40), required: yes}}\n```\n", 0},
        /* s gone; name narrower, n another type, k without a code, up to another register: gone altogether */
        {HEAD "```guiju\ncodes: k\ntitle: 类\nrows: [{code: \"1\", title: 甲}]\n```\n"
              "```guiju\nregister: r\ntitle: 台账甲\ndisplay: 名称\nfields:\n  name: {title: 名称, type: text(30), required: yes}\n"
              "  n: {title: 数, type: text(2)}\n  k: {title: 类别, type: choice(k)}\n  d: {title: 长度, type: number(0)}\n```\n", 5},
        /* what was entered is derived; a lower class; another register */
        {HEAD "```guiju\ncodes: k\ntitle: 类\nrows: [{code: \"1\", title: 甲}, {code: \"2\", title: 乙}]\n```\n"
              "```guiju\nregister: r\ntitle: 台账甲\ndisplay: 名称\nfields:\n  name: {title: 名称, type: text(40), required: yes}\n"
              "  n: {title: 数, type: number(2)}\n  k: {title: 类别, type: choice(k), derive: null}\n  up: {title: 上级, type: ref(s)}\n```\n"
              "```guiju\nregister: s\ntitle: 台账乙\ndisplay: 名称\nfields: {name: {title: 名称, type: text(40), required: yes}}\n```\n", 3},
    };
    (void)state;
    struct world before;
    load(&before, BEFORE);
    assert_non_null(before.set);
    for (size_t i = 0; i < ARRAY_LEN(after); i++) {
        struct world w;
        load(&w, after[i].text);
        assert_non_null(w.set);
        size_t errors = w.diags.errors;
        enum rc rc = pack_compare(before.set, w.set, &w.diags);
        assert_int_equal(w.diags.errors - errors, after[i].lost);
        assert_int_equal(rc, after[i].lost == 0 ? RC_OK : RC_INPUT);
        if (after[i].lost > 0) assert_string_equal(err_code(&first_error(&w)->err), "pack.loses");
        unload(&w);
    }
    unload(&before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_come_fields_first_then_lists),
        cmocka_unit_test(derived_fields_know_their_order_and_the_day),
        cmocka_unit_test(codes_and_parameters),
        cmocka_unit_test(rules_know_what_to_show_and_who_excepts_them),
        cmocka_unit_test(people_calendar_and_scenarios),
        cmocka_unit_test(classes_follow_what_is_derived),
        cmocka_unit_test(layers_give_the_strictest_value_of_each_day),
        cmocka_unit_test(the_hash_is_of_names_and_texts),
        cmocka_unit_test(offsets_are_of_the_file),
        cmocka_unit_test(gb18030_is_recognised),
        cmocka_unit_test(sizes_have_limits),
        cmocka_unit_test(chapters_are_read_in_byte_order),
        cmocka_unit_test(nothing_is_lost_in_silence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
