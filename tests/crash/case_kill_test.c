/*
 * case_kill_test.c - kill -9 while cases are opened and acted on: case_kill_test CORE.  What was acknowledged is there, and no act is there by half: a step that
 * is done has its effect, an effect its step, a case stands where its steps say, a sub-case hangs on a step that is open, a referral on its step.
 * The child kills itself right before the nth write to the disk (tests/fault), so nothing hangs on how fast the machine is: first from several threads, n at random,
 * then one thread through the same acts, n = 1, 2, 3 … until it comes through alive.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "area/area.h"
#include "fault/fault.h"

enum { ROUNDS = 16, THREADS = 4, WRITES_MAX = 400, STEPS_MAX = 12 };

static const char chapter[] =
    "```guiju\npack: crash\ntitle: 试\nversion: \"1\"\nover: [core 1]\n```\n"
    "```guiju\nbasis: texts\nrows: [{name: law, title: 办法, full: 办法全文, from: 2000-01-01}]\n```\n"
    "```guiju\nrole: clerk\ntitle: 经办\nscope: area\nmay: {read: [unit]}\n```\n"
    "```guiju\nregister: unit\ntitle: 单位\ndisplay: 名称\nfields: {code: {title: 编号, type: text(20), key: yes}, name: {title: 名称, type: text(40)}}\n```\n"
    "```guiju\nregister: mark\ntitle: 记号\ndisplay: string(数)\nfields: {unit: {title: 何处, type: ref(unit), back: 记号}, n: {title: 数, type: number(0)}}\n```\n"
    "```guiju\nprocedure: short\ntitle: 短程序\nbasis: 办法\nsubject: {register: unit, title: 对象}\nopen: {by: clerk}\nlay-down: {by: clerk, basis: 办法}\nsteps:\n"
    "  - {step: a, title: 甲步, by: clerk, fields: {n: {title: 数值, type: number(0), required: yes}}}\n"
    "  - {step: b, title: 乙步, by: clerk}\n  - {step: c, title: 丙步, by: clerk, beside: yes}\n"
    "  - {step: d, title: 丁步, by: clerk, effects: [{create: mark, set: {何处: 对象, 数: 甲步.数值}}, {create: mark, set: {何处: 对象, 数: 甲步.数值}}]}\n```\n"
    "```guiju\nprocedure: long\ntitle: 长程序\nbasis: 办法\nsubject: {register: unit, title: 对象}\nopen: {by: clerk}\nlay-down: {by: clerk, basis: 办法}\nsteps:\n"
    "  - {step: ask, title: 请示, by: clerk, refer: {to: 上级}}\n"
    "  - {step: under, title: 先办, by: clerk, sub: {procedure: short, subject: 对象}}\n"
    "  - {step: put, title: 入账, by: clerk, effects: [{create: mark, set: {何处: 对象, 数: \"1\"}}]}\n```\n";

static char folder[64], path[96];
struct told { uint64_t id; char step[8]; };
struct worker { struct area *area; int pipe; bool once; };

static void tell(int fd, uint64_t id, const char *step)
{
    struct told t = {.id = id};
    snprintf(t.step, sizeof t.step, "%s", step);
    MUST(write(fd, &t, sizeof t) == (ssize_t)sizeof t);
}

static uint64_t send(struct worker *w, enum verb verb, struct args_case *g, uint64_t of, const char *step)
{
    struct command c = {.verb = verb, .happened = ENTRY_NO_DAY, .args = g};
    struct receipt r = {0};
    struct err err;
    if (area_submit(w->area, &c, &r, &err) != RC_OK) return 0;
    tell(w->pipe, of == 0 ? r.id : of, step);
    return r.id;
}

/* The four steps of a short one. */
static void short_one(struct worker *w, uint64_t id)
{
    static const char *const steps[] = {"a", "c", "b", "d"};
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        struct case_pair set = {STR("n"), STR("7")};
        struct args_case act = {.close = {.id = id, .step = str_c(steps[i]), .set = &set, .set_count = i == 0, .entry = {.happened = ENTRY_NO_DAY}}};
        (void)send(w, VERB_CASE_ACT, &act, id, steps[i]);
    }
}

static void close_step(struct worker *w, uint64_t id, const char *step)
{
    struct args_case act = {.close = {.id = id, .step = str_c(step), .entry = {.happened = ENTRY_NO_DAY}}};
    (void)send(w, VERB_CASE_ACT, &act, id, step);
}

static void long_one(struct worker *w)
{
    struct args_case open = {.open = {.procedure = STR("long"), .subject = STR("U"), .entry = {.happened = ENTRY_NO_DAY}}};
    uint64_t id = send(w, VERB_CASE_OPEN, &open, 0, "");
    struct args_case refer = {.id = id, .step = STR("ask"), .text = STR("请示"), .entry = {.happened = ENTRY_NO_DAY, .paper = STR("一号")}};
    (void)send(w, VERB_CASE_REFER, &refer, id, "");
    struct args_case reply = {.id = id, .step = STR("ask"), .outcome = STR("agreed"), .text = STR("同意"), .entry = {.happened = ENTRY_NO_DAY, .paper = STR("二号")}};
    (void)send(w, VERB_CASE_REPLY, &reply, id, "");
    close_step(w, id, "ask");
    struct args_case sub = {.open = {.under = id, .under_step = STR("under"), .entry = {.happened = ENTRY_NO_DAY}}};
    short_one(w, send(w, VERB_CASE_OPEN, &sub, 0, ""));
    close_step(w, id, "under");
    close_step(w, id, "put");
    struct args_case again = {.open = {.procedure = STR("long"), .subject = STR("U"), .entry = {.happened = ENTRY_NO_DAY}}};
    id = send(w, VERB_CASE_OPEN, &again, 0, "");
    struct args_case down = {.id = id, .text = STR("不办了"), .entry = {.happened = ENTRY_NO_DAY}};
    (void)send(w, VERB_CASE_DOWN, &down, id, "");
}

static void *work(void *arg)
{
    struct worker *w = arg;
    do {
        struct args_case open = {.open = {.procedure = STR("short"), .subject = STR("U"), .entry = {.happened = ENTRY_NO_DAY}}};
        uint64_t id = send(w, VERB_CASE_OPEN, &open, 0, "");
        short_one(w, id);
        long_one(w);
    } while (!w->once);
    return NULL;
}

/* Several threads go on until the kill; one alone goes through once. */
static void child(int fd, uint64_t nth, bool alone)
{
    struct area *ar = NULL;
    struct err err;
    struct fault_disk *d = fault_disk_make();
    struct area_options o = {.disk_min = -1, .vfs = fault_vfs(d)};
    pthread_t threads[THREADS];
    struct worker w = {.pipe = fd, .once = alone};
    if (area_open(str_c(path), &o, &ar, &err) != RC_OK) _exit(3);
    w.area = ar;
    fault_kill(d, nth);
    for (int i = 0; i < (alone ? 1 : THREADS); i++) MUST(pthread_create(&threads[i], NULL, work, &w) == 0);
    for (int i = 0; i < (alone ? 1 : THREADS); i++) (void)pthread_join(threads[i], NULL);
    fault_kill(d, 0);
    _exit(0);
}

struct seen { struct area_view *v; struct arena *a; uint64_t shorts, longs, subs, laid_down, marks, cases; day_num today; };

static bool step_over(const struct case_full *c, const char *name)
{
    for (uint32_t i = 0; i < c->steps_count; i++)
        if (str_eq(c->steps[i].step->name, str_c(name))) return str_eq(c->steps[i].state, STR("done"));
    return false;
}

static void one_short(struct seen *s, const struct case_full *c)
{
    bool a = step_over(c, "a"), b = step_over(c, "b"), other = step_over(c, "c"), d = step_over(c, "d");
    MUST(!(b || other) || a);
    MUST(!d || (b && other));
    MUST(str_eq(c->state, d ? STR("done") : STR("open")));
    for (uint32_t i = 0; i < c->steps_count; i++) {
        uint32_t group = c->steps[i].step->group;
        bool due = group == 0 || (group == 1 && a) || (group == 2 && b && other);
        MUST((c->steps[i].state.len > 0) == due); /* begun just when what comes before is over */
    }
    s->shorts += d;
}

static void one_long(struct seen *s, const struct case_full *c)
{
    bool ask = step_over(c, "ask"), under = step_over(c, "under"), put = step_over(c, "put"), down = str_eq(c->state, STR("laid-down"));
    MUST((!under || ask) && (!put || under));
    MUST(str_eq(c->state, put ? STR("done") : down ? STR("laid-down") : STR("open")));
    for (uint32_t i = 0; i < c->steps_count; i++) {
        const struct case_step *x = &c->steps[i];
        MUST((x->state.len > 0) == (i == 0 || (i == 1 && ask) || (i == 2 && under)));
        MUST(!down || !str_eq(x->state, STR("open"))); /* laid down: nothing stands open beside */
        if (x->rounds_count == 0) continue;
        const struct case_round *r = &x->rounds[x->rounds_count - 1];
        if (i == 0 && ask) MUST(r->referrals_count == 1);
        if (i == 1 && under) MUST(r->subs_count == 1 && str_eq(r->subs[0].state, STR("done")));
        s->subs += r->subs_count;
    }
    s->longs += put;
    s->laid_down += down;
}

static enum rc one_case(void *ctx, const struct record *rec, struct err *err)
{
    struct seen *s = ctx;
    struct case_full c;
    struct arena_mark m = arena_mark(s->a);
    TRY(case_whole(s->v->records, rec->id, s->today, s->a, LANG_ZH, &c, err));
    if (str_eq(c.procedure->d.name, STR("short"))) one_short(s, &c);
    else one_long(s, &c);
    s->cases++;
    arena_reset(s->a, m);
    return RC_OK;
}

static enum rc one_mark(void *ctx, const struct record *rec, struct err *err)
{
    (void)rec;
    (void)err;
    ((struct seen *)ctx)->marks++;
    return RC_OK;
}

static struct seen look_again(const struct told *told, size_t n, bool whole)
{
    struct area *ar = NULL;
    struct err err;
    struct area_options o = {.disk_min = -1};
    struct arena a;
    struct area_view v;
    arena_init(&a, 1 << 30);
    err_clear(&err);
    if (area_open(str_c(path), &o, &ar, &err) != RC_OK || area_view_open(ar, &v, &err) != RC_OK) {
        fprintf(stderr, "%s %s\n", err_code(&err), err.en);
        abort();
    }
    struct seen s = {.v = &v, .a = &a, .today = area_today(ar)};
    MUST(record_each(v.records, pack_register_find(v.set, STR("case")), RECORD_BY_ID, false, one_case, &s, &err) == RC_OK);
    MUST(record_each(v.records, pack_register_find(v.set, STR("mark")), RECORD_BY_ID, false, one_mark, &s, &err) == RC_OK);
    MUST(s.marks == 2 * s.shorts + s.longs);
    for (size_t i = 0; i < n; i++) {
        struct case_full c;
        struct arena_mark m = arena_mark(&a);
        MUST(case_whole(v.records, told[i].id, s.today, &a, LANG_ZH, &c, &err) == RC_OK);
        MUST(told[i].step[0] == '\0' || step_over(&c, told[i].step));
        arena_reset(&a, m);
    }
    area_view_close(&v);
    struct area_report report;
    if (whole) MUST(area_verify(ar, STR_NONE, &a, &report, &err) == RC_OK);
    area_close(&ar);
    arena_fini(&a);
    return s;
}

static void setup(const char *core)
{
    struct arena a;
    struct diags d;
    struct err err;
    struct pack_source packs[2];
    struct pack_file file = {STR("01.md"), str_c(chapter)};
    snprintf(folder, sizeof folder, "/tmp/guiju-case-XXXXXX");
    MUST(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/a.guiju", folder);
    arena_init(&a, 512 << 20);
    diags_init(&d, &a, 10);
    MUST(pack_read(&a, str_c(core), &packs[0], &err) == RC_OK);
    packs[1] = (struct pack_source){STR("crash"), &file, 1};
    struct area_options o = {.disk_min = -1};
    struct area *ar = NULL;
    if (area_create_open(str_c(path), &o, packs, 2, &d, &ar, &err) != RC_OK) {
        fprintf(stderr, "%s\n", d.first != NULL ? d.first->err.en : err.en);
        abort();
    }
    struct str fields[] = {STR("code"), STR("name")};
    struct sv values[] = {sv_text(STR("U")), sv_text(STR("单位"))};
    struct args_create g = {STR("unit"), 2, fields, values};
    struct command c = {.verb = VERB_CREATE, .happened = ENTRY_NO_DAY, .args = &g};
    MUST(area_submit(ar, &c, NULL, &err) == RC_OK);
    area_close(&ar);
    arena_fini(&a);
}

/* Killed: true; else it came through. */
static bool round_of(uint64_t nth, bool alone, bool whole, size_t *all, struct seen *seen)
{
    static struct told told[100000];
    int ends[2], status = 0;
    size_t n = 0;
    MUST(pipe(ends) == 0);
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid == 0) {
        close(ends[0]);
        child(ends[1], nth, alone);
    }
    close(ends[1]);
    while (n < ARRAY_LEN(told) && read(ends[0], &told[n], sizeof told[n]) == (ssize_t)sizeof told[n]) n++;
    close(ends[0]);
    MUST(waitpid(pid, &status, 0) == pid);
    bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    MUST(killed || (alone && WIFEXITED(status) && WEXITSTATUS(status) == 0));
    *seen = look_again(told, n, whole);
    *all += n;
    return killed;
}

int main(int argc, char **argv)
{
    MUST(argc == 2);
    setup(argv[1]);
    srand(20261122);
    size_t all = 0;
    struct seen s = {0};
    uint64_t kills = ROUNDS, nth = 1;
    for (int round = 0; round < ROUNDS; round++) MUST(round_of(1 + (uint64_t)(rand() % WRITES_MAX), false, round % 8 == 7, &all, &s));
    for (; round_of(nth, true, false, &all, &s); nth += nth < 40 ? 1 : 7) kills++;
    (void)round_of(1, true, true, &all, &s); /* and the journal is whole */
    printf("%zu acts acknowledged, %llu cases (%llu laid down, %llu sub-cases), %llu kills, the last before write %llu\n", all, (unsigned long long)s.cases, (unsigned long long)s.laid_down,
           (unsigned long long)s.subs, (unsigned long long)kills, (unsigned long long)nth);
    MUST(all >= ROUNDS && s.shorts > 0 && s.longs > 0 && s.subs > 0 && s.laid_down > 0 && nth > 40); /* or it passes for the wrong reason */
    char line[96];
    snprintf(line, sizeof line, "rm -rf %s", folder);
    return system(line);
}
