/*
 * case_kill_test.c - kill -9 while cases are opened and acted on from several threads: case_kill_test CORE.  What was acknowledged is there, and no act is
 * there by half: a step that is done has its effect, an effect its step, and a case stands where its steps say.
 */
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "area/area.h"

enum { ROUNDS = 30, THREADS = 4, WAIT_MAX_US = 150000, ANSWER_MAX_MS = 60000 };

static const char chapter[] =
    "```guiju\npack: crash\ntitle: 试\nversion: \"1\"\nover: [core 1]\n```\n"
    "```guiju\nbasis: texts\nrows: [{name: law, title: 办法, full: 办法全文, from: 2000-01-01}]\n```\n"
    "```guiju\nrole: clerk\ntitle: 经办\nscope: area\nmay: {read: [unit]}\n```\n"
    "```guiju\nregister: unit\ntitle: 单位\ndisplay: 名称\nfields: {code: {title: 编号, type: text(20), key: yes}, name: {title: 名称, type: text(40)}}\n```\n"
    "```guiju\nregister: mark\ntitle: 记号\ndisplay: string(数)\nfields: {unit: {title: 何处, type: ref(unit), back: 记号}, n: {title: 数, type: number(0)}}\n```\n"
    "```guiju\nprocedure: short\ntitle: 短程序\nbasis: 办法\nsubject: {register: unit, title: 对象}\nopen: {by: clerk}\nlay-down: {by: clerk, basis: 办法}\nsteps:\n"
    "  - {step: a, title: 甲步, by: clerk, fields: {n: {title: 数值, type: number(0), required: yes}}}\n"
    "  - {step: b, title: 乙步, by: clerk}\n  - {step: c, title: 丙步, by: clerk, beside: yes}\n"
    "  - {step: d, title: 丁步, by: clerk, effects: [{create: mark, set: {何处: 对象, 数: 甲步.数值}}, {create: mark, set: {何处: 对象, 数: 甲步.数值}}]}\n```\n";

static char folder[64], path[96];
struct told { uint64_t id; char step[8]; };
struct worker { struct area *area; int pipe; };

static void tell(int fd, uint64_t id, const char *step)
{
    struct told t = {.id = id};
    snprintf(t.step, sizeof t.step, "%s", step);
    MUST(write(fd, &t, sizeof t) == (ssize_t)sizeof t);
}

static void *work(void *arg)
{
    static const char *const steps[] = {"a", "c", "b", "d"};
    struct worker *w = arg;
    struct err err;
    for (;;) {
        struct args_case open = {.open = {.procedure = STR("short"), .subject = STR("U"), .entry = {.happened = ENTRY_NO_DAY}}};
        struct command c = {.verb = VERB_CASE_OPEN, .happened = ENTRY_NO_DAY, .args = &open};
        struct receipt r = {0};
        if (area_submit(w->area, &c, &r, &err) != RC_OK) continue;
        tell(w->pipe, r.id, "");
        for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
            struct case_pair set = {STR("n"), STR("7")};
            struct args_case act = {.close = {.id = r.id, .step = str_c(steps[i]), .set = &set, .set_count = i == 0, .entry = {.happened = ENTRY_NO_DAY}}};
            struct command a = {.verb = VERB_CASE_ACT, .happened = ENTRY_NO_DAY, .args = &act};
            struct receipt done = {0};
            if (area_submit(w->area, &a, &done, &err) == RC_OK) tell(w->pipe, r.id, steps[i]);
        }
    }
    return NULL;
}

static void child(int fd)
{
    struct area *ar = NULL;
    struct err err;
    struct area_options o = {.disk_min = -1};
    pthread_t threads[THREADS];
    struct worker w = {.pipe = fd};
    if (area_open(str_c(path), &o, &ar, &err) != RC_OK) _exit(3);
    w.area = ar;
    for (int i = 0; i < THREADS; i++) MUST(pthread_create(&threads[i], NULL, work, &w) == 0);
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    _exit(0);
}

struct seen { struct area_view *v; struct arena *a; uint64_t steps_done, marks, cases; day_num today; };

static bool step_over(const struct case_full *c, const char *name)
{
    for (uint32_t i = 0; i < c->steps_count; i++)
        if (str_eq(c->steps[i].step->name, str_c(name))) return str_eq(c->steps[i].state, STR("done"));
    return false;
}

static enum rc one_case(void *ctx, const struct record *rec, struct err *err)
{
    struct seen *s = ctx;
    struct case_full c;
    struct arena_mark m = arena_mark(s->a);
    TRY(case_whole(s->v->records, rec->id, s->today, s->a, LANG_ZH, &c, err));
    bool a = step_over(&c, "a"), b = step_over(&c, "b"), other = step_over(&c, "c"), d = step_over(&c, "d");
    MUST(!(b || other) || a);
    MUST(!d || (b && other));
    MUST(str_eq(c.state, d ? STR("done") : STR("open")));
    for (uint32_t i = 0; i < c.steps_count; i++) {
        uint32_t group = c.steps[i].step->group;
        bool due = group == 0 || (group == 1 && a) || (group == 2 && b && other);
        MUST((c.steps[i].state.len > 0) == due); /* begun just when what comes before is over */
    }
    s->steps_done += d;
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

static uint64_t look_again(const struct told *told, size_t n, bool whole)
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
    MUST(s.marks == 2 * s.steps_done);
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
    return s.cases;
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

int main(int argc, char **argv)
{
    MUST(argc == 2);
    setup(argv[1]);
    srand(20261122);
    size_t all = 0;
    uint64_t cases = 0;
    for (int round = 0; round < ROUNDS; round++) {
        int ends[2];
        MUST(pipe(ends) == 0);
        pid_t pid = fork();
        MUST(pid >= 0);
        if (pid == 0) {
            close(ends[0]);
            child(ends[1]);
        }
        close(ends[1]);
        static struct told told[100000];
        size_t n = 0;
        /* Every other time somebody was answered first, however slow the machine; else the child may be killed while it opens. */
        if (round % 2 == 1) (void)poll(&(struct pollfd){.fd = ends[0], .events = POLLIN}, 1, ANSWER_MAX_MS);
        usleep((useconds_t)(rand() % WAIT_MAX_US));
        kill(pid, SIGKILL);
        while (n < ARRAY_LEN(told) && read(ends[0], &told[n], sizeof told[n]) == (ssize_t)sizeof told[n]) n++;
        close(ends[0]);
        int status = 0;
        waitpid(pid, &status, 0);
        MUST(WIFSIGNALED(status));
        cases = look_again(told, n, round % 10 == 9);
        all += n;
    }
    printf("%zu acts acknowledged, %llu cases, %d kills\n", all, (unsigned long long)cases, ROUNDS);
    MUST(all >= ROUNDS / 2); /* or it passes for the wrong reason */
    char line[96];
    snprintf(line, sizeof line, "rm -rf %s", folder);
    return system(line);
}
