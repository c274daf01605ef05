/*
 * test_kit.h - the handbook and the small helpers of the tests of record/ itself: classes, checks, a default, a tree, keys, sets that are
 * unique together, a register without a key.
 */
#ifndef GUIJU_RECORD_TEST_KIT_H
#define GUIJU_RECORD_TEST_KIT_H

#include "record/inner.h"
#include "record/test_area.h"

#define KIT_CHAPTER \
    "# 试用规矩\n\n" \
    "```guiju\npack: kit\ntitle: 试用规矩\nversion: \"1\"\n```\n\n" \
    "```guiju\ncodes: level\ntitle: 层次\norder: high-first\n" \
    "rows: [{code: \"131\", title: 县处级正职}, {code: \"141\", title: 乡科级正职}, {code: \"142\", title: 乡科级副职}]\n```\n\n" \
    "```guiju\nregister: org\ntitle: 组织\ndisplay: 名称\ntree: [parent, party_parent]\nfields:\n" \
    "  code: {title: 编码, type: text(20), key: yes}\n" \
    "  name: {title: 名称, type: text(100), required: yes}\n" \
    "  parent: {title: 上级, type: ref(org), back: 下级}\n" \
    "  party_parent: {title: 党内上级, type: ref(org), back: 党内下级}\n" \
    "  seats: {title: 核定职数, type: number(0), derive: sum(职位.职数), otherwise: 0}\n```\n\n" \
    "```guiju\nregister: post\ntitle: 职位\ndisplay: 所属组织.名称 + 名称\nunique: [[org, name]]\nfields:\n" \
    "  code: {title: 编码, type: text(20), key: yes}\n" \
    "  org: {title: 所属组织, type: ref(org), required: yes, back: 职位}\n" \
    "  name: {title: 名称, type: text(60), required: yes}\n" \
    "  seats: {title: 职数, type: number(0), required: yes, check: 职数 >= 0}\n" \
    "  held: {title: 现有人数, type: number(0), derive: \"count(任职[免职时间 = null])\"}\n" \
    "  vacant: {title: 空缺, type: number(0), derive: \"职数 - 现有人数\"}\n```\n\n" \
    , \
    "```guiju\nregister: cadre\ntitle: 干部\ndisplay: 姓名\nfields:\n" \
    "  code: {title: 编号, type: text(20), key: yes}\n" \
    "  name: {title: 姓名, type: text(10), required: yes, class: personal}\n" \
    "  idno: {title: 证件号, type: text(18), unique: yes, class: restricted}\n" \
    "  level: {title: 级别, type: choice(level)}\n" \
    "  born: {title: 出生年月, type: month, class: personal}\n" \
    "  joined: {title: 参加工作时间, type: date, check: 参加工作时间 >= 出生年月}\n" \
    "  pay: {title: 津贴, type: number(2), check: 津贴 >= 0}\n" \
    "  party: {title: 党员, type: boolean, default: true}\n" \
    "  org: {title: 单位, type: ref(org), back: 人员}\n" \
    "  seen_at: {title: 核对时间, type: datetime}\n" \
    "  leave: {title: 假期, type: duration}\n" \
    "  now: {title: 现任职务, type: text(200), derive: 'string join(任职[免职时间 = null].职位.名称, \"、\")'}\n" \
    "  place: {title: 单位名称, type: text(100), derive: 单位.名称}\n```\n\n" \
    "```guiju\nregister: tenure\ntitle: 任职\ndisplay: 干部.姓名 + 职位.名称\nparent: cadre\n" \
    "checks: [{must: 免职时间 >= 任职时间, say: \"{干部.姓名}的免职时间{免职时间}早于任职时间{任职时间}\"}]\nfields:\n" \
    "  cadre: {title: 干部, type: ref(cadre), required: yes, back: 任职}\n" \
    "  post: {title: 职位, type: ref(post), required: yes, back: 任职}\n" \
    "  since: {title: 任职时间, type: date}\n" \
    "  until: {title: 免职时间, type: date}\n```\n\n"

#define KIT_TODAY 20454 /* 2026-01-01 */

UNUSED static void kit_open(struct test_area *t) { test_open(t, KIT_TODAY, KIT_CHAPTER, (char *)NULL); }

UNUSED static void kit_expect(enum rc rc, enum rc want, const char *code, const struct err *e)
{
    if (rc != want || strcmp(err_code(e), code) != 0) fail_msg("wanted %d %s, got %d %s %s", want, code, rc, err_code(e), e->zh);
}

/* "字段=值 字段=" to fields and values; false with *e set where a value does not parse. */
struct kit_words {
    const struct pack_field *fields[16];
    struct sv values[16];
    uint32_t n;
};

UNUSED static enum rc kit_words(struct test_area *t, const struct pack_register *r, const char *words, struct kit_words *w, struct err *e)
{
    struct str rest = str_c(words);
    w->n = 0;
    while (rest.len > 0) {
        size_t end = str_find_char(rest, ' ');
        struct str word = str_sub(rest, 0, end);
        rest = end == SIZE_MAX ? STR("") : str_sub(rest, end + 1, rest.len);
        size_t eq = str_find_char(word, '=');
        assert_true(eq != SIZE_MAX && w->n < 16);
        w->fields[w->n] = pack_field_find(r, str_sub(word, 0, eq));
        assert_non_null(w->fields[w->n]);
        TRY(record_value_parse(t->records, w->fields[w->n], str_sub(word, eq + 1, word.len), &t->arena, &w->values[w->n], e));
        w->n++;
    }
    return RC_OK;
}

UNUSED static enum rc kit_create(struct test_area *t, const char *reg, const char *words, uint64_t *id, struct err *e)
{
    const struct pack_register *r = test_reg(t, reg);
    struct kit_words w;
    struct changed done = {0};
    err_clear(e);
    TRY(kit_words(t, r, words, &w, e));
    struct sv *values = arena_array(&t->arena, struct sv, r->stored_count + 1);
    for (uint32_t i = 0; i < w.n; i++) values[w.fields[i]->column] = w.values[i];
    TRY(record_create(t->records, r, &t->change, values, &done, e));
    if (id != NULL) *id = done.id;
    return RC_OK;
}

UNUSED static enum rc kit_update(struct test_area *t, const char *reg, uint64_t id, uint32_t version, const char *words, struct changed *done,
                                 struct err *e)
{
    const struct pack_register *r = test_reg(t, reg);
    struct kit_words w;
    err_clear(e);
    TRY(kit_words(t, r, words, &w, e));
    return record_update(t->records, r, id, version, &t->change, w.n, w.fields, w.values, done, e);
}

/* A field as text, of the record as it is. */
UNUSED static struct str kit_text(struct test_area *t, const char *reg, uint64_t id, const char *field)
{
    const struct pack_register *r = test_reg(t, reg);
    const struct pack_field *f = test_field(r, field);
    struct record rec;
    struct str text;
    struct err e;
    test_ok(record_get(t->records, r, id, &t->arena, &rec, &e), &e);
    test_ok(record_value_text(t->records, f, &rec.values[f->column], &t->arena, &text, &e), &e);
    return text;
}

#define assert_text(have, want)                                                                    \
    do {                                                                                           \
        struct str have_ = (have);                                                                 \
        if (!str_eq(have_, str_c(want))) fail_msg("wanted \"%s\", got \"" STR_FMT "\"", (want), STR_ARG(have_)); \
    } while (0)

#endif
