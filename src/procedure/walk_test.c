/*
 * walk_test.c - random procedures walked by random people with random acts, also hostile ones: walk_test CORE ACTS SEED.
 * After each act the case must be in a state that its declaration allows; a refusal has its word and its sentence, and wrote nothing;
 * at the end replaying the journal gives the same records.
 */
#include "record/test_area.h"
#include "procedure/procedure.h"
#include "procedure/walk_make.h"

#include <stdio.h>
#include <stdlib.h>

static const char chapter[] =
    "```guiju\npack: walk\ntitle: 走\nversion: \"1\"\n```\n"
    "```guiju\nbasis: texts\nrows: [{name: law, title: 办法, full: 办法全文, from: 2000-01-01}]\n```\n"
    "```guiju\nparams: p\nrows:\n"
    "  - {name: days, title: 公示期, type: number, unit: day, tighten: up, from: 2000-01-01, value: 3, basis: 办法}\n"
    "  - {name: most, title: 到会, type: fraction, tighten: up, from: 2000-01-01, value: 2/3, basis: 办法}\n"
    "  - {name: half, title: 过半, type: fraction, tighten: up, from: 2000-01-01, value: 1/2, basis: 办法}\n```\n"
    "```guiju\nrole: clerk\ntitle: 经办\nscope: area\nmay: {read: [unit]}\n```\n"
    "```guiju\nrole: head\ntitle: 负责人\nscope: area\nmay: {read: [unit]}\n```\n"
    "```guiju\nregister: unit\ntitle: 单位\ndisplay: 名称\nfields:\n"
    "  name: {title: 名称, type: text(40), required: yes}\n  seats: {title: 职数, type: number(0), required: yes}\n```\n"
    "```guiju\nregister: person\ntitle: 人员\ndisplay: 姓名\nfields:\n"
    "  name: {title: 姓名, type: text(40), required: yes}\n  unit: {title: 所在, type: ref(unit), back: 人员}\n```\n"
    "```guiju\nregister: stay\ntitle: 任用\ndisplay: 何人.姓名\nfields:\n"
    "  who: {title: 何人, type: ref(person), required: yes, back: 任用}\n  where: {title: 何处, type: ref(unit), required: yes, back: 任用}\n```\n"
    "```guiju\nballot: vote\ntitle: 表决\nbasis: 办法\nkind: approve\nquorum: {base: entitled, at-least: 到会}\npass: {base: entitled, more-than: 过半}\n```\n"
    "```guiju\nballot: pick\ntitle: 推选\nbasis: 办法\nkind: choose\npass: {base: present, more-than: 过半}\n```\n"
    "```guiju\nnotice: post\ntitle: 公示书\nbasis: 办法\nof: choose\nshow: [人选.姓名]\nsay: \"{人选.姓名}\"\nwindow: 公示期\n```\n"
    "```guiju\nprocedure: choose\ntitle: 选用\nbasis: 办法\nsubject: {register: unit, title: 用人单位}\n"
    "candidates: {register: person, title: 人选名单, one: 人选}\nopen: {by: clerk}\nlay-down: {by: head, basis: 办法}\ntrace: {by: head, basis: 办法}\nlate: 公示期\nsteps:\n"
    "  - step: draft\n    title: 动议\n    by: clerk\n"
    "    fields: {n: {title: 人数, type: number(0), required: yes, check: 人数 > 0}, good: {title: 合格, type: boolean, each: yes, required: yes}}\n"
    "    gates:\n"
    "      - {gate: seats, title: 有职数, basis: 办法, must: 用人单位.职数 >= 人数, say: \"x\"}\n"
    "      - {gate: good, title: 合格, basis: 办法, each: yes, must: 合格, fails: drop, say: \"{人选}\"}\n"
    "  - {step: ask, title: 征求意见, by: clerk, fields: {say: {title: 意见, type: text(20), each: yes}}}\n"
    "  - {step: file, title: 档案, by: head, beside: yes, not-by: [draft], discretion: yes}\n"
    "  - step: extra\n    title: 加试\n    by: clerk\n    when: 动议.人数 > 1\n"
    "    fields: {mark: {title: 分数, type: number(0), each: yes, required: yes}}\n    keep: 分数 > 0\n    returns: [{to: draft}]\n"
    "  - {step: decide, title: 讨论, by: head, ballot: vote, returns: [{to: ask, by: head}]}\n"
    "  - {step: notice, title: 公示, by: clerk, notice: post, returns: [{to: decide}]}\n"
    "  - step: join\n    title: 任用\n    by: clerk\n    effects: [{create: stay, each: yes, set: {何人: 人选, 何处: 用人单位}}]\n"
    "  - {step: after, title: 回访, by: clerk, returns: [{to: notice}], limits: [{limit: soon, basis: 办法, after: 任用.办结日期, not-before: 公示期}]}\n```\n"
    "```guiju\nprocedure: batch\ntitle: 批次\nbasis: 办法\nsubject: {register: unit, title: 单位乙}\n"
    "lines: {title: 事项表, one: 事项, who: who, kind: kind, fields: {who: {title: 谁, type: ref(person), required: yes}, kind: {title: 种类, type: choice, options: [进, 出], required: yes}}}\n"
    "open: {by: [clerk, head], gates: [{gate: some, title: 有职数, basis: 办法, must: 单位乙.职数 > 0, say: \"x\"}]}\nlay-down: {by: head, basis: 办法}\nsteps:\n"
    "  - {step: elect, title: 推选步, by: head, for: [进], ballot: pick}\n"
    "  - {step: leave, title: 离开, by: clerk, for: [出], beside: yes, effects: [{update: person, each: yes, which: 事项.谁, set: {所在: \"null\"}}]}\n"
    "  - {step: enter, title: 进入, by: clerk, for: [进], effects: [{update: person, each: yes, which: 事项.谁, set: {所在: 单位乙}}], returns: [{to: elect}]}\n```\n";

enum { UNITS = 3, PEOPLE = 8, CASES = 12, DRAWN = 8 };

struct walk {
    struct test_area t;
    uint64_t seed;
    uint64_t cases[CASES];
    size_t cases_count;
    day_num today;
    uint64_t done, refused, subs, refers, found, corrected;
    struct map words;
};

static uint32_t dice(struct walk *w, uint32_t n)
{
    w->seed = w->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(w->seed >> 33) % n;
}

static void open_area(struct walk *w, const char *core, day_num today)
{
    struct test_area *t = &w->t;
    struct err e;
    memset(t, 0, sizeof *t);
    arena_init(&t->arena, (size_t)2 << 30);
    diags_init(&t->diags, &t->arena, 100);
    struct pack_source s[2];
    struct buf text;
    struct draw draw = {w->seed * 977 + 5, &text};
    buf_init(&text, 1 << 20);
    buf_str(&text, str_c(chapter));
    for (int p = 0; p < DRAWN; p++) procedure_draw(&draw, p);
    struct pack_file file = {STR("01.md"), str_dup(&t->arena, buf_view(&text))};
    buf_fini(&text);
    test_ok(pack_read(&t->arena, str_c(core), &s[0], &e), &e);
    s[1] = (struct pack_source){.where = STR("walk"), .files = &file, .files_count = 1};
    struct pack_options o = {.today = today, .scenarios = true};
    if (pack_load(&t->arena, s, 2, &o, &t->set, &t->diags) != RC_OK) {
        struct buf b;
        buf_init(&b, 1 << 20);
        diags_print(&t->diags, LANG_ZH, &b);
        (void)fprintf(stderr, STR_FMT, STR_ARG(buf_view(&b)));
        abort();
    }
    struct store_options so = {.mode = STORE_CREATE, .memory = true};
    struct journal_options jo = {.alg = HASH_SHA256};
    struct store_step *steps = NULL;
    test_ok(store_open(STR("walk"), &so, &t->store, &e), &e);
    test_ok(store_begin_write(t->store, &e), &e);
    test_ok(journal_create(t->store, &jo, &e), &e);
    test_ok(records_shape(t->store, t->set, false, &t->arena, &steps, &e), &e);
    test_ok(store_commit(t->store, &e), &e);
    test_ok(journal_open(t->store, &t->journal, &e), &e);
    test_ok(records_open(t->store, t->journal, t->set, &t->records, &e), &e);
    test_ok(store_begin_write(t->store, &e), &e);
    t->change = (struct change){.command = 1, .today = today, .happened = ENTRY_NO_DAY};
}

static void fill(struct walk *w)
{
    struct err e;
    struct changed done;
    const struct pack_register *unit = pack_register_find(w->t.set, STR("unit")), *person = pack_register_find(w->t.set, STR("person"));
    for (int i = 0; i < UNITS; i++) {
        struct sv v[2] = {sv_text(str_cat(&w->t.arena, STR("单位"), str_i64(&w->t.arena, i))), sv_int(i * 2)};
        test_ok(record_create(w->t.records, unit, &w->t.change, v, &done, &e), &e);
    }
    for (int i = 0; i < PEOPLE; i++) {
        struct sv v[2] = {sv_text(str_cat(&w->t.arena, STR("人"), str_i64(&w->t.arena, i))), sv_null()};
        test_ok(record_create(w->t.records, person, &w->t.change, v, &done, &e), &e);
    }
}

/* ---- random arguments ---- */

static struct str person_name(struct walk *w, struct arena *a)
{
    if (dice(w, 30) == 0) return STR("没有这个人");
    return str_cat(a, STR("人"), str_i64(a, dice(w, PEOPLE)));
}

static struct str value_of(struct walk *w, const struct pack_item *it, struct arena *a)
{
    if (dice(w, 80) == 0) return STR("乱");
    switch ((int)it->f.type) {
    case FIELD_NUMBER: return str_i64(a, (int64_t)dice(w, 4) + 1 - (dice(w, 8) == 0) * 2);
    case FIELD_BOOL: return dice(w, 5) == 0 ? STR("否") : STR("是");
    case FIELD_CHOICE: return it->f.codes->feel.row_title[dice(w, it->f.codes->feel.rows_count)];
    case FIELD_REF: return person_name(w, a);
    default: return STR("话");
    }
}

static struct case_pair *values(struct walk *w, const struct pack_item *items, uint32_t n, bool each, struct arena *a, uint32_t *count)
{
    struct case_pair *out = arena_array(a, struct case_pair, n + 2);
    *count = 0;
    for (uint32_t i = 0; i < n; i++)
        if (items[i].each == each && dice(w, 60) != 0) out[(*count)++] = (struct case_pair){items[i].f.name, value_of(w, &items[i], a)};
    if (dice(w, 60) == 0) out[(*count)++] = (struct case_pair){STR("nonsense"), STR("1")};
    return out;
}

static struct case_pair *counts(struct walk *w, struct arena *a, bool of_line, bool choose, uint32_t *n)
{
    static const char *const line[] = {"同意", "反对", "弃权"}, *const total[] = {"应到", "实到", "应选"};
    struct case_pair *out = arena_array(a, struct case_pair, 4);
    *n = 0;
    if (of_line && (choose || dice(w, 15) == 0)) {
        out[(*n)++] = (struct case_pair){STR("得票"), str_i64(a, dice(w, 12))};
        return out;
    }
    for (int i = 0; i < 3; i++) {
        int64_t v = of_line ? (i == 0 ? 5 + dice(w, 5) : dice(w, 2)) : i == 0 ? 10 : i == 1 ? 5 + dice(w, 7) : 1;
        if (dice(w, 60) != 0) out[(*n)++] = (struct case_pair){str_c(of_line ? line[i] : total[i]), str_i64(a, v)};
    }
    return out;
}

/* Who answers for a step: it changes nothing of the case, whatever its state. */
static enum rc liable(struct walk *w, struct case_door *d, uint64_t id, const struct pack_step *s, const struct pack_procedure *p, struct case_entry *e, struct arena *a,
                      struct case_refused *why, struct err *err)
{
    static const char *const said[] = {"clear", "没有问题", "fault", "有责任", "fault", "不好说"};
    struct case_done done = {0};
    struct case_liability g = {.id = id, .step = s->name, .outcome = str_c(said[dice(w, 6)]), .finding = dice(w, 12) == 0 ? STR("") : STR("事实")};
    struct case_link *links;
    size_t n;
    test_ok(case_links(w->t.records, id, w->today, a, &links, &n, err), err);
    bool fault = dice(w, 20) == 0 || str_eq(g.outcome, STR("fault")) || str_eq(g.outcome, STR("有责任"));
    if (fault && dice(w, 12) != 0) g.person = STR("某甲");
    if (fault && dice(w, 12) != 0) g.measure = STR("提醒谈话");
    if (fault && dice(w, 12) != 0) g.basis = STR("办法");
    if (n > 0 && dice(w, 4) != 0) { /* one of its rounds, mostly over; and sometimes one before is corrected, also of another step or one corrected already */
        const struct case_link *l = &links[dice(w, (uint32_t)n)];
        g.step = str_cat(a, STR("#"), str_i64(a, (int64_t)(dice(w, 15) == 0 ? id : l->step_id)));
        if (dice(w, 8) == 0) l = &links[dice(w, (uint32_t)n)];
        if (l->found_count > 0 && dice(w, 4) != 0) g.corrects = l->found[dice(w, 4) == 0 ? dice(w, l->found_count) : l->found_count - 1].id;
    }
    if (dice(w, 20) == 0) g.slip = id;
    if (dice(w, 8) != 0) e->paper = STR("认定书");
    if (p->trace_by_count > 0 && dice(w, 6) != 0) d->actor.roles = p->trace_by;
    uint64_t before = journal_size(w->t.journal);
    struct case_view was, now;
    test_ok(case_look(w->t.records, id, w->today, a, &was, err), err);
    enum rc rc = case_liable(d, &g, e, &done, why, err);
    if (rc != RC_OK) return rc;
    MUST(journal_size(w->t.journal) == before + 1 && p->trace_by_count > 0);
    test_ok(case_look(w->t.records, id, w->today, a, &now, err), err);
    MUST(str_eq(was.state, now.state) && was.at_count == now.at_count && was.irregular_count == now.irregular_count);
    return rc;
}

/* ---- one act ---- */

static enum rc act(struct walk *w, struct case_door *d, struct arena *a, struct case_refused *why, struct err *err)
{
    struct case_done done = {0};
    struct case_pair reasons[] = {{STR("discretion"), dice(w, 4) == 0 ? STR("") : STR("看过了")}, {STR("seats"), STR("硬来")}};
    struct case_entry e = {.happened = ENTRY_NO_DAY, .reasons = reasons, .reasons_count = 2};
    if (dice(w, 20) == 0) e.happened = w->today - (int64_t)dice(w, 9) + 1;
    if (dice(w, 3) == 0) e.paper = STR("文");
    if (dice(w, 3) == 0) e.second = dice(w, 2) == 0 ? STR("某甲") : STR("某丁");
    if (dice(w, 25) == 0) e.irregular = STR("事后才知道");
    if (w->cases_count == 0 || dice(w, 9) == 0) {
        struct case_of_line *lines = arena_array(a, struct case_of_line, 5);
        const struct pack_procedure *p = w->t.set->procedures[dice(w, w->t.set->procedures_count)];
        uint32_t n = dice(w, 8) == 0 || (p->lines == NULL && dice(w, 20) != 0) ? 0 : 1 + dice(w, 4);
        for (uint32_t i = 0; i < n; i++) {
            lines[i].line = person_name(w, a);
            if (p->lines != NULL && p->lines->reg == NULL) lines[i].values = values(w, p->lines->items, p->lines->items_count, false, a, &lines[i].count);
        }
        struct case_opening g = {.procedure = p->d.name, .subject = str_cat(a, STR("单位"), str_i64(a, dice(w, UNITS))), .lines = lines, .lines_count = n, .entry = e};
        struct case_close *taken = arena_array(a, struct case_close, p->steps_count + 1);
        for (uint32_t i = 0; dice(w, 6) == 0 && i < 2 && i < p->steps_count; i++) {
            taken[i] = (struct case_close){.step = p->steps[dice(w, 8) == 0 ? dice(w, p->steps_count) : i]->name, .entry = {.happened = w->today - (int64_t)dice(w, 3)}};
            taken[i].set = values(w, p->steps[i]->items, p->steps[i]->items_count, false, a, &taken[i].set_count);
            g.taken_count = i + 1;
        }
        g.taken = taken;
        if (g.taken_count > 0 && dice(w, 4) != 0) {
            g.entry.happened = w->today - 4;
            g.entry.paper = STR("案卷");
            g.entry.second = STR("某丁二");
        }
        enum rc rc = case_open(d, &g, &done, why, err);
        if (rc == RC_OK) w->cases[w->cases_count < CASES ? w->cases_count++ : dice(w, CASES)] = done.id;
        return rc;
    }
    uint64_t id = w->cases[dice(w, (uint32_t)w->cases_count)];
    struct case_view v;
    test_ok(case_look(w->t.records, id, w->today, a, &v, err), err);
    const struct pack_procedure *p = v.procedure;
    const struct pack_step *s = p->steps[dice(w, p->steps_count)];
    if (v.at_count > 0 && dice(w, 5) != 0) s = pack_step_find(p, v.at[dice(w, v.at_count)]);
    if (dice(w, 6) != 0) { /* mostly somebody who may */
        d->actor.roles = s->by;
        d->actor.name = str_eq(s->by[0], STR("head")) ? STR("某乙") : dice(w, 2) == 0 ? STR("某甲") : STR("某丁");
    }
    if (s->sub != NULL && dice(w, 3) != 0) {
        struct case_opening g = {.under = id, .under_step = s->name, .entry = e};
        if (v.lines_count > 0 && dice(w, 2) == 0) g.under_line = str_i64(a, 1 + dice(w, v.lines_count));
        struct case_of_line *lines = arena_array(a, struct case_of_line, 2);
        const struct pack_lines *pl = s->sub->proc->lines;
        lines[0].line = person_name(w, a);
        if (pl != NULL && pl->reg == NULL) lines[0].values = values(w, pl->items, pl->items_count, false, a, &lines[0].count);
        g.lines = lines;
        g.lines_count = pl != NULL;
        if (dice(w, 40) == 0) g.subject = STR("单位1");
        d->actor.roles = s->sub->proc->opening->by;
        enum rc rc = case_open(d, &g, &done, why, err);
        if (rc == RC_OK) w->cases[w->cases_count < CASES ? w->cases_count++ : dice(w, CASES)] = done.id;
        return rc;
    }
    if (s->refer != NULL && dice(w, 3) != 0) {
        static const char *const said[] = {"agreed", "同意", "agreed", "refused", "back", "不知道"};
        if (dice(w, 5) != 0) e.paper = STR("文号");
        return dice(w, 2) == 0 ? case_refer(d, id, s->name, dice(w, 9) == 0 ? STR("") : STR("请示"), &e, &done, why, err)
                               : case_reply(d, id, s->name, str_c(said[dice(w, 6)]), dice(w, 4) == 0 ? STR("") : STR("批"), &e, &done, why, err);
    }
    switch (dice(w, 15)) {
    case 14:
    case 13: return liable(w, d, id, s, p, &e, a, why, err);
    case 12: {
        enum rc rc = case_again(d, id, dice(w, 5) == 0 ? STR("") : STR("再议"), &e, &done, why, err);
        if (rc == RC_OK) w->cases[w->cases_count < CASES ? w->cases_count++ : dice(w, CASES)] = done.id;
        return rc;
    }
    case 0: return case_lay_down(d, id, dice(w, 9) == 0 ? STR("放下") : STR(""), &e, &done, why, err);
    case 1: return case_return(d, id, p->steps[dice(w, p->steps_count)]->name, dice(w, 5) == 0 ? STR("") : STR("退"), &e, &done, why, err);
    case 2: return case_object(d, id, STR("有意见"), STR(""), &e, &done, why, err);
    case 3: return case_answer(d, id, 0, STR("答"), dice(w, 5) == 0, &e, &done, why, err);
    case 4: return case_publish(d, id, s->name, &e, &done, why, err);
    default: break;
    }
    struct case_close g = {.id = id, .step = s->name, .all_signed = true, .entry = e};
    struct case_of_line *each = arena_array(a, struct case_of_line, v.lines_count + 1), *votes = arena_array(a, struct case_of_line, v.lines_count + 1);
    g.set = values(w, s->items, s->items_count, false, a, &g.set_count);
    bool wants_each = false;
    for (uint32_t i = 0; i < s->items_count; i++) wants_each = wants_each || s->items[i].each;
    for (uint32_t i = 0; i < v.lines_count; i++) {
        if (!str_eq(v.lines[i].state, STR("in")) && dice(w, 20) != 0) continue;
        struct str name = str_i64(a, i + 1);
        each[g.each_count].line = votes[g.votes_count].line = name;
        if (wants_each) {
            each[g.each_count].values = values(w, s->items, s->items_count, true, a, &each[g.each_count].count);
            g.each_count++;
        }
        if (s->ballot != NULL && dice(w, 30) != 0) {
            votes[g.votes_count].values = counts(w, a, true, s->ballot->kind == BALLOT_CHOOSE, &votes[g.votes_count].count);
            g.votes_count++;
        }
    }
    g.each = each;
    g.votes = votes;
    if (s->ballot != NULL) g.counts = counts(w, a, false, false, &g.counts_count);
    if (s->ballot != NULL && p->lines == NULL) {
        uint32_t more = 0;
        struct case_pair *both = arena_array(a, struct case_pair, 8), *yes = counts(w, a, true, false, &more);
        for (uint32_t i = 0; i < g.counts_count; i++) both[i] = g.counts[i];
        for (uint32_t i = 0; i < more; i++) both[g.counts_count + i] = yes[i];
        g.counts = both;
        g.counts_count += more;
    }
    struct case_pair *defer = arena_array(a, struct case_pair, 2);
    if (v.lines_count > 0 && (s->meeting != NULL ? dice(w, 4) == 0 : dice(w, 60) == 0)) {
        uint32_t off = dice(w, v.lines_count);
        defer[0] = (struct case_pair){str_i64(a, off + 1), dice(w, 6) == 0 ? STR("") : STR("再看看")};
        g.defer = defer;
        g.defer_count = 1;
        uint32_t kept = 0; /* mostly nothing is given for it */
        for (uint32_t i = 0; i < g.votes_count; i++)
            if (!str_eq(votes[i].line, defer[0].name) || dice(w, 8) == 0) votes[kept++] = votes[i];
        g.votes_count = kept;
        kept = 0;
        for (uint32_t i = 0; i < g.each_count; i++)
            if (!str_eq(each[i].line, defer[0].name)) each[kept++] = each[i];
        g.each_count = kept;
    }
    struct case_opinion *said = arena_array(a, struct case_opinion, 12);
    if (s->meeting != NULL ? dice(w, 2) == 0 : dice(w, 60) == 0) {
        g.opinions_count = 1 + dice(w, 11);
        for (uint32_t i = 0; i < g.opinions_count; i++)
            said[i] = (struct case_opinion){.member = str_cat(a, STR("委员"), str_i64(a, dice(w, 20) == 0 ? 0 : i)), .text = STR("说"), .chair = i + 1 == g.opinions_count};
        g.opinions = said;
    }
    return case_close(d, &g, &done, why, err);
}

/* ---- what must hold ---- */

static const char *state_of(struct walk *w, uint64_t id, const char *step)
{
    static char out[40];
    struct err e;
    const struct pack_register *r = pack_register_find(w->t.set, STR("case_step"));
    const struct pack_field *f_case = pack_field_find(r, STR("case")), *f_step = pack_field_find(r, STR("step")), *f_state = pack_field_find(r, STR("state"));
    struct arena a;
    arena_init(&a, 1 << 26);
    const struct feel_host *host;
    void *ctx;
    const struct pack_register *c = pack_register_find(w->t.set, STR("case"));
    record_host(w->t.records, &a, &host, &ctx);
    struct feel_run run = {.arena = &a, .host = host, .host_ctx = ctx, .today = w->today};
    struct fv list;
    out[0] = '\0';
    for (uint32_t i = 0; i < c->backs_count; i++)
        if (c->backs[i].from == r && c->backs[i].field == f_case) test_ok(host->member(&run, &c->feel, (int64_t)id, c->backs[i].member, &list, &e), &e);
    uint32_t current = 0;
    for (uint32_t i = 0; i < list.count; i++) {
        struct record rec;
        test_ok(record_get(w->t.records, r, (uint64_t)list.items[i].id, &a, &rec, &e), &e);
        if (!str_eq(rec.values[f_step->column].s, str_c(step)) || str_eq(rec.values[f_state->column].s, STR("returned"))) continue;
        current++;
        (void)snprintf(out, sizeof out, STR_FMT, STR_ARG(rec.values[f_state->column].s));
    }
    MUST(current <= 1); /* one round of a step counts */
    arena_fini(&a);
    return out;
}

/* A sub-case does not outlive the step that asked for it, and knows where it hangs. */
static void below_check(struct walk *w, uint64_t id, const struct case_view *v, struct arena *a)
{
    struct case_below *subs;
    struct case_above above;
    struct case_view top;
    struct err e;
    size_t n;
    test_ok(case_subs(w->t.records, id, w->today, a, &subs, &n, &e), &e);
    for (size_t i = 0; i < n; i++) {
        bool open = str_eq(subs[i].state, STR("open"));
        MUST(!open || str_eq(v->state, STR("open")));
        MUST(!open || strcmp(state_of(w, id, str_cz(a, subs[i].step)), "open") == 0);
        MUST(open == (subs[i].ended == ENTRY_NO_DAY));
        test_ok(case_above(w->t.records, subs[i].id, a, &above, &e), &e);
        MUST(above.case_id == id && str_eq(above.step, subs[i].step));
        w->subs++;
    }
    test_ok(case_above(w->t.records, id, a, &above, &e), &e);
    if (above.case_id == 0 || !str_eq(v->state, STR("open"))) return;
    test_ok(case_look(w->t.records, above.case_id, w->today, a, &top, &e), &e);
    MUST(str_eq(top.state, STR("open")));
}

/* A referral waits only at a step that is open, one at a time, and a step that is over has no answer outstanding. */
static void referred_check(struct walk *w, uint64_t id, struct arena *a)
{
    struct case_full c;
    struct err e;
    test_ok(case_whole(w->t.records, id, w->today, a, LANG_ZH, &c, &e), &e);
    for (uint32_t i = 0; i < c.steps_count; i++)
        for (uint32_t r = 0; r < c.steps[i].rounds_count; r++) {
            const struct case_round *x = &c.steps[i].rounds[r];
            uint32_t waiting = 0;
            for (uint32_t k = 0; k < x->referrals_count; k++) {
                const struct case_referred *f = &x->referrals[k];
                MUST(c.steps[i].step->refer != NULL && f->number == k + 1 && f->reason.len > 0 && f->paper.len > 0);
                MUST((f->answered == ENTRY_NO_DAY) == (f->outcome.len == 0));
                MUST(f->answered == ENTRY_NO_DAY || f->answered >= f->sent);
                waiting += f->answered == ENTRY_NO_DAY;
                w->refers++;
            }
            MUST(waiting <= 1 && (waiting == 0 || (!str_eq(x->state, STR("done")) && !str_eq(x->state, STR("skipped")))));
        }
}

/* What was found stands with a round that is over, whole, and is corrected once at most, by a later one of the same round. */
static void found_check(struct walk *w, uint64_t id, struct arena *a)
{
    struct case_link *links;
    struct err e;
    size_t n;
    test_ok(case_links(w->t.records, id, w->today, a, &links, &n, &e), &e);
    for (size_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < links[i].found_count; k++) {
            const struct case_found *f = &links[i].found[k];
            bool fault = str_eq(f->outcome, STR("fault"));
            MUST(fault || str_eq(f->outcome, STR("clear")));
            MUST(f->number == (int64_t)k + 1 && f->finding.len > 0 && f->paper.len > 0);
            MUST(!fault || (f->person.len > 0 && f->measure.len > 0 && f->basis.len > 0));
            MUST(fault || (f->measure.len == 0 && f->slip == 0));
            uint32_t by = 0, of = f->corrects == 0;
            for (uint32_t m = 0; m < links[i].found_count; m++) {
                by += links[i].found[m].corrects == f->id;
                of += m < k && links[i].found[m].id == f->corrects;
                MUST(links[i].found[m].corrects != f->id || (m > k && f->corrected == links[i].found[m].id));
            }
            MUST(by <= 1 && of == 1 && (by == 1) == (f->corrected != 0));
            w->found++;
            w->corrected += by;
        }
}

static void check(struct walk *w, uint64_t id, struct arena *a)
{
    struct case_view v;
    struct err e;
    test_ok(case_look(w->t.records, id, w->today, a, &v, &e), &e);
    const struct pack_procedure *p = v.procedure;
    bool open = str_eq(v.state, STR("open")), done = str_eq(v.state, STR("done")), down = str_eq(v.state, STR("laid-down"));
    MUST(open || done || down || str_eq(v.state, STR("ended")));
    int64_t front = -1;  /* the group in which something is open or locked */
    for (uint32_t i = 0; i < p->steps_count; i++) {
        char s[40];
        (void)snprintf(s, sizeof s, "%s", state_of(w, id, str_cz(a, p->steps[i]->name)));
        bool here = strcmp(s, "open") == 0 || strcmp(s, "locked") == 0;
        MUST(!here || !done);
        MUST(strcmp(s, "locked") != 0 || !open);
        MUST(strcmp(s, "open") != 0 || open);
        MUST(strcmp(s, "irregular") != 0 || !done);
        if (here) {
            MUST(front < 0 || front == (int64_t)p->steps[i]->group);
            front = p->steps[i]->group;
        }
        if (done) MUST(strcmp(s, "done") == 0 || strcmp(s, "skipped") == 0);
    }
    for (uint32_t i = 0; i < p->steps_count && front >= 0; i++) {
        const char *s = state_of(w, id, str_cz(a, p->steps[i]->name));
        if (p->steps[i]->group < (uint32_t)front) MUST(s[0] != '\0' && strcmp(s, "open") != 0);
        if (p->steps[i]->group > (uint32_t)front) MUST(s[0] == '\0');
    }
    below_check(w, id, &v, a);
    referred_check(w, id, a);
    found_check(w, id, a);
    uint32_t in = 0;
    for (uint32_t i = 0; i < v.lines_count; i++) in += str_eq(v.lines[i].state, STR("in")) || str_eq(v.lines[i].state, STR("done"));
    MUST(!open || in > 0 || p->lines == NULL);
}

static void one(struct walk *w)
{
    static const struct { const char *name, *role; } people[] = {{"某甲", "clerk"}, {"某乙", "head"}, {"某丙", "nobody"}, {"某丁", "clerk"}};
    struct arena a;
    struct err err;
    struct case_refused why = {STR(""), STR("")};
    arena_init(&a, 1 << 28);
    uint32_t who = dice(w, 6) == 0 ? dice(w, 4) : dice(w, 2);
    struct str role = str_c(people[who].role);
    struct case_door d = {.records = w->t.records, .arena = &a, .change = w->t.change, .actor = {.name = str_c(people[who].name), .roles = &role, .roles_count = 1}, .twice = true};
    d.change.today = w->today;
    uint64_t before = journal_size(w->t.journal);
    err_clear(&err);
    enum rc rc = act(w, &d, &a, &why, &err);
    if (rc != RC_OK) {
        MUST(journal_size(w->t.journal) == before);
        MUST(err.kind != NULL && err.zh[0] != '\0' && err.en[0] != '\0');
        MUST(rc == RC_DENIED || rc == RC_INPUT || rc == RC_ABSENT || rc == RC_CONFLICT);
        MUST((rc == RC_DENIED) == (why.what.len > 0));
        w->refused++;
        struct str word = str_dup(&w->t.arena, why.what.len > 0 ? why.what : str_c(err_code(&err)));
        (void)map_put(&w->t.arena, &w->words, word, w);
    } else {
        MUST(journal_size(w->t.journal) > before);
        w->done++;
    }
    for (size_t i = 0; i < w->cases_count; i++)
        if (rc == RC_OK || dice(w, 50) == 0) check(w, w->cases[i], &a);
    arena_fini(&a);
}

int main(int argc, char **argv)
{
    MUST(argc == 4);
    static struct walk w;
    uint64_t acts = 0;
    MUST(str_to_u64(str_c(argv[2]), &acts) && str_to_u64(str_c(argv[3]), &w.seed));
    w.today = 20454;
    open_area(&w, argv[1], w.today);
    fill(&w);
    for (uint64_t i = 0; i < acts; i++) {
        if (dice(&w, 4) == 0) w.today++;
        one(&w);
    }
    struct err e;
    test_ok(store_commit(w.t.store, &e), &e);
    struct journal_report jr;
    struct record_report rr;
    test_ok(store_begin_read(w.t.store, &e), &e);
    test_ok(records_verify(w.t.records, &w.t.arena, &jr, &rr, &e), &e);
    MUST(rr.first_bad == 0);
    (void)printf("%llu acts: %llu done, %llu refused by %zu words; %llu entries replayed\n", (unsigned long long)acts, (unsigned long long)w.done,
                 (unsigned long long)w.refused, w.words.len, (unsigned long long)rr.entries);
    for (size_t i = 0; i < w.words.len; i++) (void)printf(" " STR_FMT, STR_ARG(w.words.entry[i].key));
    (void)printf("\n%llu sub-cases, %llu referrals, %llu liabilities, %llu corrected\n", (unsigned long long)w.subs, (unsigned long long)w.refers, (unsigned long long)w.found, (unsigned long long)w.corrected);
    (void)fflush(stdout);
    MUST(w.done > acts / 20 && w.words.len > 12 && (acts < 5000 || (w.subs > 0 && w.refers > 0 && w.found > 0)));
    store_end(w.t.store);
    test_close(&w.t);
    return 0;
}
