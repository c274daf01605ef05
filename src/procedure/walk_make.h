/* walk_make.h - procedures drawn at random for walk_test.c: what they declare is always allowed, and otherwise anything. */
#ifndef GUIJU_WALK_MAKE_H
#define GUIJU_WALK_MAKE_H

#include "base/base.h"

#include <stdarg.h>
#include <stdio.h>

struct draw { uint64_t seed; struct buf *b; };

static uint32_t drawn(struct draw *d, uint32_t n)
{
    d->seed = d->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(d->seed >> 33) % n;
}

__attribute__((format(printf, 2, 3))) static void write_out(struct draw *d, const char *format, ...)
{
    char text[600];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    MUST(n > 0 && (size_t)n < sizeof text);
    buf_str(d->b, str_of(text, (size_t)n));
}

enum { DRAW_STEPS = 7 };

/* kind 0: no lines, 1: candidates, 2: lines with fields. */
static void step_draw(struct draw *d, int p, int j, int kind, uint32_t *group, const uint32_t *groups, bool *noticed)
{
    static const char *const by[] = {"clerk", "head", "[clerk, head]"};
    bool lines = kind != 0, beside = j > 0 && drawn(d, 5) == 0, ballot = drawn(d, 4) == 0;
    const char *one = kind == 1 ? "人选" : "事项.谁";
    if (j > 0 && !beside) (*group)++;
    write_out(d, "  - step: s%d\n    title: 步%c%c\n    by: %s\n", j, 'A' + p, 'A' + j, by[drawn(d, 3)]);
    if (beside) write_out(d, "    beside: yes\n");
    if (j > 0 && drawn(d, 5) == 0) write_out(d, "    when: 对象.职数 > 1\n");
    if (kind == 2 && drawn(d, 4) == 0) write_out(d, "    for: [%s]\n", drawn(d, 2) == 0 ? "进" : "出");
    bool own = drawn(d, 2) == 0, each = lines && drawn(d, 2) == 0;
    if (own || each) {
        write_out(d, "    fields:\n");
        if (own) write_out(d, "      n: {title: 数%c%c, type: number(0)%s%s}\n", 'A' + p, 'A' + j, drawn(d, 2) == 0 ? ", required: yes" : "", "");
        if (each) write_out(d, "      m: {title: 值%c%c, type: number(0), each: yes%s}\n", 'A' + p, 'A' + j, drawn(d, 2) == 0 ? ", required: yes" : "");
    }
    if (own || each || drawn(d, 3) == 0) {
        write_out(d, "    gates:\n");
        if (own) write_out(d, "      - {gate: g1, title: 门%c%c, basis: 办法, must: 数%c%c > 0, say: \"x\"%s}\n", 'A' + p, 'A' + j, 'A' + p, 'A' + j, drawn(d, 3) == 0 ? ", severity: reason" : "");
        if (each) write_out(d, "      - {gate: g2, title: 逐%c%c, basis: 办法, each: yes, must: 值%c%c > 0, say: \"x\"%s}\n", 'A' + p, 'A' + j, 'A' + p, 'A' + j, drawn(d, 2) == 0 ? ", fails: drop" : "");
        if (!own && !each) write_out(d, "      - {gate: seats, title: 职%c%c, basis: 办法, at: %s, must: 对象.职数 > 0, say: \"x\"}\n", 'A' + p, 'A' + j, drawn(d, 2) == 0 ? "open" : "close");
    }
    if (ballot) write_out(d, "    ballot: %s\n", lines && drawn(d, 3) == 0 ? "pick" : "vote");
    if (drawn(d, 4) == 0) write_out(d, "    meeting: {body: 会, chair: head, speak: %s, last: %s}\n", drawn(d, 2) == 0 ? "all" : "any", drawn(d, 2) == 0 ? "chair" : "none");
    if (!*noticed && !ballot && drawn(d, 5) == 0) {
        write_out(d, "    notice: post%d\n", p);
        *noticed = true;
    }
    if (p > 0 && drawn(d, 4) == 0) { /* of an earlier one: never in a circle */
        bool all = lines && drawn(d, 2) == 0;
        write_out(d, "    sub: {procedure: r%d, subject: 对象%s%s%s}\n", (int)drawn(d, (uint32_t)p), all ? ", each: yes" : "", all && drawn(d, 2) == 0 ? ", fails: drop" : "",
                  drawn(d, 3) == 0 ? ", ends: [done, ended]" : "");
    }
    if (drawn(d, 5) == 0) write_out(d, "    refer: {to: 上级, refused: %s%s}\n", drawn(d, 2) == 0 ? "stay" : "end", drawn(d, 3) == 0 ? ", when: 对象.职数 > 1" : "");
    if (drawn(d, 6) == 0) write_out(d, "    discretion: yes\n");
    int to = j == 0 ? 0 : (int)drawn(d, (uint32_t)j);
    if (j > 0 && drawn(d, 3) == 0 && groups[to] < *group) write_out(d, "    returns: [{to: s%d}]\n", to);
    to = j == 0 ? 0 : (int)drawn(d, (uint32_t)j);
    if (j > 0 && drawn(d, 6) == 0 && groups[to] < *group) write_out(d, "    not-by: [s%d]\n", to);
    if (lines && drawn(d, 4) == 0)
        write_out(d, drawn(d, 3) == 0 ? "    effects: [{update: person, over: 对象.人员, one: 在编, when: 在编.所在 = 对象, set: {所在: \"null\"}}, {update: person, each: yes, which: %s, set: {所在: 对象}}]\n"
                                      : "    effects: [{update: person, each: yes, which: %s, set: {所在: 对象}}]\n", one);
    else if (drawn(d, 6) == 0)
        write_out(d, "    limits: [{limit: soon, basis: 办法, after: 案件.立案日期, %s: 公示期, late: %s}]\n", drawn(d, 2) == 0 ? "not-before" : "within", drawn(d, 2) == 0 ? "refuse" : "finding");
}

/* Its notice, if it has one, is declared behind it. */
static void procedure_draw(struct draw *d, int p)
{
    uint32_t group = 0, groups[DRAW_STEPS];
    int kind = (int)drawn(d, 3), steps = 1 + (int)drawn(d, DRAW_STEPS);
    bool noticed = false;
    write_out(d, "```guiju\nprocedure: r%d\ntitle: 程序%c\nbasis: 办法\nsubject: {register: unit, title: 对象}\n", p, 'A' + p);
    if (kind == 1) write_out(d, "candidates: {register: person, title: 人选名单, one: 人选}\n");
    if (kind == 2)
        write_out(d, "lines: {title: 事项表, one: 事项, who: who, kind: kind, fields: {who: {title: 谁, type: ref(person), required: yes}, "
                     "kind: {title: 种类, type: choice, options: [进, 出], required: yes}}}\n");
    write_out(d, "open: {by: [clerk, head]}\nlay-down: {by: head, basis: 办法}\n%s%ssteps:\n", drawn(d, 2) == 0 ? "late: 公示期\n" : "", drawn(d, 3) != 0 ? "trace: {by: head, basis: 办法}\n" : "");
    for (int j = 0; j < steps; j++) {
        step_draw(d, p, j, kind, &group, groups, &noticed);
        groups[j] = group;
    }
    write_out(d, "```\n");
    if (noticed)
        write_out(d, "```guiju\nnotice: post%d\ntitle: 公示%c\nbasis: 办法\nof: r%d\nshow: [对象.名称]\nsay: \"{对象.名称}\"\nwindow: 公示期\n%s```\n", p, 'A' + p, p,
                  drawn(d, 2) == 0 ? "starts: same-day\n" : "");
}

#endif
