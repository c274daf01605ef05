/* people.h - for tests of who comes in: an area in memory with packs/core and a small field, organisations, cadres, accounts. */
#ifndef GUIJU_AREA_PEOPLE_H
#define GUIJU_AREA_PEOPLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "area/area.h"

#define FIELD_PACK \
    "# 试\n\n```guiju\npack: field\ntitle: 试\nversion: \"1\"\nover: [core 1]\n```\n\n" \
    "```guiju\nbasis: law\nrows: [{name: law, title: 甲法, full: 甲法, issuer: 甲, from: 2000-01-01, status: unsettled}]\n```\n\n" \
    "```guiju\nregister: org\ntitle: 组织\ndisplay: 名称\nowner: 编办\ntree: [parent]\nfields:\n" \
    "  code: {title: 编码, type: text(20), key: yes}\n" \
    "  name: {title: 名称, type: text(40), required: yes}\n" \
    "  parent: {title: 上级, type: ref(org), back: 下级}\n```\n\n" \
    "```guiju\nregister: cadre\ntitle: 干部\ndisplay: 姓名\nowner: 组织部\nfields:\n" \
    "  code: {title: 编号, type: text(20), key: yes}\n" \
    "  name: {title: 姓名, type: text(40), required: yes, class: personal}\n" \
    "  idno: {title: 证件号, type: text(18), class: restricted}\n" \
    "  nation: {title: 民族, type: text(18), class: protected}\n" \
    "  org: {title: 单位, type: ref(org), back: 人员}\n```\n\n" \
    "```guiju\nregister: tenure\ntitle: 任职\ndisplay: 职务\nowner: 组织部\nparent: cadre\nfields:\n" \
    "  cadre: {title: 干部, type: ref(cadre), required: yes, back: 任职}\n" \
    "  job: {title: 职务, type: text(40), required: yes}\n```\n\n" \
    "```guiju\nregister: secret\ntitle: 内情\ndisplay: 题目\nowner: 组织部\nparent: cadre\ndisclose: never\nbasis: 甲法\nreview: 2030-01-01\nfields:\n" \
    "  cadre: {title: 干部, type: ref(cadre), required: yes, back: 内情}\n" \
    "  name: {title: 题目, type: text(40)}\n```\n\n" \
    "```guiju\nrule: no-idno\ntitle: 缺证件号\nbasis: 甲法\nover: cadre\nwhen: 证件号 = null\nraise: {severity: warn, say: \"{姓名}\"}\n```\n\n" \
    "```guiju\nrule: no-org\ntitle: 缺单位\nbasis: 甲法\nover: cadre\nwhen: 编号 != null\nraise: {severity: warn, say: \"有\"}\n```\n\n" \
    "```guiju\nprocedure: look\ntitle: 了解情况\nbasis: 甲法\nsubject: {register: cadre, title: 对象}\nopen: {by: checker}\nlay-down: {by: checker, basis: 甲法}\n" \
    "steps:\n  - {step: talk, title: 谈话, by: checker, fields: {text: {title: 谈话内容, type: text(100), required: yes}}}\n```\n\n" \
    "```guiju\nprocedure: move\ntitle: 调整\nbasis: 甲法\nsubject: {register: cadre, title: 何人}\nopen: {by: clerk}\nlay-down: {by: clerk, basis: 甲法}\n" \
    "steps:\n  - {step: ask, title: 提出, by: clerk, fields: {n: {title: 件数, type: number(0), required: yes}}, " \
    "gates: [{gate: some, title: 有件数, basis: 甲法, must: 件数 > 0, say: \"没有件数\"}]}\n" \
    "  - {step: agree, title: 同意, by: checker, fields: {text: {title: 意见, type: text(100)}}}\n```\n\n" \
    "```guiju\nrole: watcher\ntitle: 旁观\nscope: subtree\nmay: {read: [org, move], act: [look]}\n```\n\n" \
    "```guiju\nrole: clerk\ntitle: 办事员\nscope: subtree\nmay: {read: [org, cadre, tenure, secret], write: [cadre, tenure, dismissal], print: [cadre]}\nsees: [personal]\n" \
    "not-with: [checker]\nterm: duration(\"P30D\")\n```\n\n" \
    "```guiju\nrole: checker\ntitle: 监督员\nscope: area\nmay: {read: [org, cadre, tenure], write: [cadre], print: [cadre]}\n" \
    "sees: [personal, restricted, protected]\ntwo: [write]\n```\n\n"

struct people {
    struct arena arena;
    struct diags diags;
    struct err err;
    struct area *area;
    uint64_t county, east, west, east_cadre, west_cadre;
};

UNUSED static void people_print(struct people *x)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    diags_print(&x->diags, LANG_ZH, &b);
    if (x->err.kind != NULL) err_print(&x->err, LANG_ZH, STR(""), STR(""), &b);
    fprintf(stderr, STR_FMT "\n", STR_ARG(buf_view(&b)));
    buf_fini(&b);
}

#define OK(call)                                                                                                           \
    do {                                                                                                                   \
        err_clear(&x->err);                                                                                                \
        enum rc ok_rc = (call);                                                                                            \
        if (ok_rc != RC_OK) people_print(x);                                                                               \
        assert_int_equal(ok_rc, RC_OK);                                                                                    \
    } while (0)
#define REFUSED(call, want)                                                                                                \
    do {                                                                                                                   \
        err_clear(&x->err);                                                                                                \
        enum rc no_rc = (call);                                                                                            \
        assert_int_not_equal(no_rc, RC_OK);                                                                                \
        assert_string_equal(err_code(&x->err), (want));                                                                    \
    } while (0)

/* name value name value … NULL; a value that begins with # is a number or a ref's id, with @ a day. */
struct words { struct str fields[16]; struct sv values[16]; uint32_t n; };
UNUSED static struct words words_of(const char *const *list)
{
    struct words w = {.n = 0};
    for (size_t i = 0; list[i] != NULL; i += 2) {
        struct str v = str_c(list[i + 1]);
        int64_t number = 0;
        w.fields[w.n] = str_c(list[i]);
        if (v.len > 0 && (v.ptr[0] == '#' || v.ptr[0] == '@')) {
            assert_true(str_to_i64(str_sub(v, 1, v.len), &number));
            w.values[w.n++] = sv_int(number);
        } else {
            w.values[w.n++] = v.len == 0 ? sv_null() : sv_text(v);
        }
    }
    return w;
}

UNUSED static enum rc people_create(struct people *x, uint64_t actor, const char *reg, const char *const *list, uint64_t *id)
{
    struct words w = words_of(list);
    struct args_create g = {str_c(reg), w.n, w.fields, w.values};
    struct command c = {.verb = VERB_CREATE, .actor = actor, .happened = ENTRY_NO_DAY, .args = &g};
    struct receipt r = {0};
    enum rc rc = area_submit(x->area, &c, &r, &x->err);
    if (id != NULL && rc == RC_OK) *id = r.id;
    return rc;
}

UNUSED static enum rc people_update(struct people *x, uint64_t actor, const char *reg, uint64_t id, const char *const *list)
{
    struct words w = words_of(list);
    struct args_update g = {str_c(reg), id, 0, w.n, w.fields, w.values};
    struct command c = {.verb = VERB_UPDATE, .actor = actor, .happened = ENTRY_NO_DAY, .args = &g};
    return area_submit(x->area, &c, NULL, &x->err);
}

UNUSED static enum rc people_close(struct people *x, uint64_t actor, const char *reg, uint64_t id)
{
    struct args_close g = {str_c(reg), id, 0};
    struct command c = {.verb = VERB_CLOSE, .actor = actor, .happened = ENTRY_NO_DAY, .args = &g};
    return area_submit(x->area, &c, NULL, &x->err);
}

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

UNUSED static const char *number_text(struct people *x, uint64_t n) { return str_cz(&x->arena, str_cat(&x->arena, STR("#"), str_u64(&x->arena, n))); }
UNUSED static const char *today_text(struct people *x, int64_t plus)
{
    return str_cz(&x->arena, str_cat(&x->arena, STR("@"), str_i64(&x->arena, area_today(x->area) + plus)));
}

UNUSED static uint64_t people_account(struct people *x, const char *name)
{
    uint64_t id = 0;
    OK(people_create(x, 0, "account", LIST("name", name, "title", name, "since", today_text(x, -5)), &id));
    return id;
}

UNUSED static enum rc people_role(struct people *x, uint64_t actor, uint64_t account, const char *role, uint64_t node, uint64_t *id)
{
    if (node == 0)
        return people_create(x, actor, "role_holding", LIST("account", number_text(x, account), "role", role, "since", today_text(x, -5)), id);
    return people_create(x, actor, "role_holding",
                         LIST("account", number_text(x, account), "role", role, "since", today_text(x, -5), "scope_register", "org", "tree", "parent", "node",
                              number_text(x, node)),
                         id);
}

/* An account with a role. */
UNUSED static uint64_t people_with(struct people *x, const char *name, const char *role, uint64_t node)
{
    uint64_t id = people_account(x, name);
    OK(people_role(x, 0, id, role, node, NULL));
    return id;
}

UNUSED static int people_make(void **state)
{
    struct people *x = calloc(1, sizeof *x);
    arena_init(&x->arena, 512 << 20);
    diags_init(&x->diags, &x->arena, 100);
    struct pack_source packs[2];
    static struct pack_file field = {STR_INIT("01-field.md"), STR_INIT(FIELD_PACK)};
    OK(pack_read(&x->arena, STR(PACKS_CORE), &packs[0], &x->err));
    packs[1] = (struct pack_source){STR("field"), &field, 1};
    struct area_options o = {.memory = true, .name = STR("people")};
    OK(area_create_open(STR("people"), &o, packs, 2, &x->diags, &x->area, &x->err));
    area_password_cost(x->area, &access_cost_tests);
    OK(people_create(x, 0, "org", LIST("code", "0", "name", "县"), &x->county));
    OK(people_create(x, 0, "org", LIST("code", "1", "name", "东乡", "parent", number_text(x, x->county)), &x->east));
    OK(people_create(x, 0, "org", LIST("code", "2", "name", "西乡", "parent", number_text(x, x->county)), &x->west));
    OK(people_create(x, 0, "cadre", LIST("code", "E", "name", "甲", "idno", "510000", "nation", "汉", "org", number_text(x, x->east)), &x->east_cadre));
    OK(people_create(x, 0, "cadre", LIST("code", "W", "name", "乙", "org", number_text(x, x->west)), &x->west_cadre));
    *state = x;
    return 0;
}

UNUSED static int people_free(void **state)
{
    struct people *x = *state;
    area_close(&x->area);
    arena_fini(&x->arena);
    free(x);
    return 0;
}

#endif
