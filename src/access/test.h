/* test.h - a pack and a world of records as plain tables, for the tests of access/. */
#ifndef GUIJU_ACCESS_TEST_H
#define GUIJU_ACCESS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "access/inner.h"

#define TEST_PACK \
    "# 试\n\n```guiju\npack: t\ntitle: 试\nversion: \"1\"\n```\n\n" \
    "```guiju\nbasis: law\nrows: [{name: law, title: 甲法, full: 甲法, issuer: 甲, from: 2000-01-01, status: unsettled}]\n```\n\n" \
    "```guiju\nregister: org\ntitle: 组织\ndisplay: 名称\ntree: [parent, party]\nfields:\n" \
    "  name: {title: 名称, type: text(40), required: yes}\n" \
    "  parent: {title: 上级, type: ref(org), back: 下级}\n" \
    "  party: {title: 党内上级, type: ref(org), back: 党内下级}\n```\n\n" \
    "```guiju\nregister: cadre\ntitle: 干部\ndisplay: 姓名\nfields:\n" \
    "  name: {title: 姓名, type: text(40), required: yes}\n" \
    "  idno: {title: 证件号, type: text(18), class: restricted}\n" \
    "  phone: {title: 电话, type: text(18), class: personal}\n" \
    "  nation: {title: 民族, type: text(18), class: protected}\n" \
    "  estab: {title: 编制单位, type: ref(org), back: 编制内, scope: [parent]}\n" \
    "  works: {title: 党内单位, type: ref(org), back: 党内的, scope: [党内上级]}\n```\n\n" \
    "```guiju\nregister: tenure\ntitle: 任职\ndisplay: 职务\nparent: cadre\nfields:\n" \
    "  cadre: {title: 干部, type: ref(cadre), required: yes, back: 任职}\n" \
    "  job: {title: 职务, type: text(40)}\n" \
    "  note: {title: 内情, type: text(40), class: personal, disclose: never, basis: 甲法, review: 2030-01-01}\n```\n\n" \
    "```guiju\nregister: reserve\ntitle: 后备\ndisplay: string(干部)\nparent: cadre\nclass: restricted\ndisclose: never\nbasis: 甲法\nreview: 2030-01-01\nfields:\n" \
    "  cadre: {title: 干部, type: ref(cadre), required: yes, back: 后备}\n```\n\n" \
    "```guiju\nregister: notice\ntitle: 通告\ndisplay: 题目\nfields:\n" \
    "  name: {title: 题目, type: text(40)}\n" \
    "  a: {title: 甲单位, type: ref(org), back: 甲通告}\n" \
    "  b: {title: 乙单位, type: ref(org), back: 乙通告}\n```\n\n" \
    "```guiju\nrole: clerk\ntitle: 办事员\nscope: subtree\nmay: {read: [org, cadre, tenure, reserve, notice], write: [tenure]}\nsees: [personal]\n" \
    "not-with: [checker]\n```\n\n" \
    "```guiju\nrole: checker\ntitle: 监督员\nscope: area\nmay: {read: [org, cadre], print: [cadre]}\nsees: [personal, restricted, protected]\ntwo: [print]\n```\n\n" \
    "```guiju\nrole: viewer\ntitle: 查阅员\nscope: area\nmay: {read: [org, cadre]}\n```\n\n" \
    "```guiju\nrole: chief\ntitle: 主管\nscope: unit\nmay: {read: [cadre], write: [cadre]}\nsees: [personal, restricted]\n```\n\n" \
    "```guiju\nrole: me\ntitle: 本人\nscope: self\nmay: {read: [cadre, tenure]}\nsees: [personal, restricted, protected]\n```\n\n"

struct fixture {
    struct arena arena;
    struct diags diags;
    struct pack_set *set;
    struct err err;
};

/* Organisations 1 (county) > 2, 3 (townships) > 21, 31 (villages).  Cadres 100+n stand in org n (estab), tenures 200+n and reserves 300+n are theirs. */
static inline uint64_t parent_of(uint64_t org) { return org == 1 ? 0 : org < 10 ? 1 : org / 10; }

static enum rc test_ref(void *ctx, const struct pack_field *f, uint64_t id, uint64_t *to, struct err *err)
{
    (void)ctx;
    (void)err;
    *to = 0;
    if (str_eq(f->name, STR("parent"))) *to = parent_of(id);
    if (str_eq(f->name, STR("estab"))) *to = id - 100;
    if (str_eq(f->name, STR("works"))) *to = 1;
    if (str_eq(f->name, STR("cadre"))) *to = 100 + id % 100;
    if (str_eq(f->name, STR("a")) || str_eq(f->name, STR("b"))) *to = 2;
    return RC_OK;
}

static enum rc test_below(void *ctx, const struct pack_field *tree, uint64_t node, int64_t levels, struct arena *a, uint64_t **ids, size_t *n,
                          struct err *err)
{
    (void)ctx;
    (void)err;
    static const uint64_t all[] = {1, 2, 3, 21, 31};
    *ids = arena_array(a, uint64_t, ARRAY_LEN(all));
    *n = 0;
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        int64_t depth = 0;
        uint64_t at = all[i];
        while (at != 0 && at != node) {
            at = str_eq(tree->name, STR("parent")) ? parent_of(at) : 0;
            depth++;
        }
        if (at == node && (levels < 0 || depth <= levels)) (*ids)[(*n)++] = all[i];
    }
    return RC_OK;
}

static enum rc test_subject(void *ctx, const struct pack_register *of, uint64_t id, const struct pack_register **reg, uint64_t *to, unsigned *classes,
                            struct err *err)
{
    (void)ctx;
    (void)of;
    (void)id;
    (void)err;
    *reg = NULL;
    *to = 0;
    *classes = 0;
    return RC_OK;
}

static const struct access_world test_world = {.ref = test_ref, .subject = test_subject, .below = test_below};

static inline int fixture_make(void **state)
{
    struct fixture *x = calloc(1, sizeof *x);
    arena_init(&x->arena, 256 << 20);
    diags_init(&x->diags, &x->arena, 100);
    struct pack_file *file = arena_new(&x->arena, struct pack_file);
    *file = (struct pack_file){STR("01-试.md"), STR(TEST_PACK)};
    struct pack_source src = {STR("test"), file, 1};
    struct pack_options o = {.today = 20454};
    if (pack_load(&x->arena, &src, 1, &o, &x->set, &x->diags) != RC_OK) {
        struct buf b;
        buf_init(&b, 1 << 20);
        diags_print(&x->diags, LANG_ZH, &b);
        fail_msg(STR_FMT, STR_ARG(buf_view(&b)));
    }
    *state = x;
    return 0;
}

static inline int fixture_free(void **state)
{
    struct fixture *x = *state;
    arena_fini(&x->arena);
    free(x);
    return 0;
}

static inline const struct pack_register *reg_of(const struct fixture *x, const char *name) { return pack_register_find(x->set, str_c(name)); }

#endif
