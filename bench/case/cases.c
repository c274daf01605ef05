/*
 * cases.c - cases of ten steps through the one door, journalled and durable: cases AREA CORE CLIENTS CASES (speed), or
 * cases AREA CORE scale DONE OPEN SAMPLES (what one act costs in an area that holds many).  It prints numbers, one a line: name and value.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "area/area.h"

enum { STEPS = 10 };

static const char chapter[] =
    "```guiju\npack: ten\ntitle: 十步\nversion: \"1\"\nover: [core 1]\n```\n"
    "```guiju\nbasis: texts\nrows: [{name: law, title: 办法, full: 办法全文, from: 2000-01-01}]\n```\n"
    "```guiju\nrole: clerk\ntitle: 经办\nscope: area\nmay: {read: [unit]}\n```\n"
    "```guiju\nregister: unit\ntitle: 单位\ndisplay: 名称\nfields:\n  code: {title: 编号, type: text(20), key: yes}\n"
    "  name: {title: 名称, type: text(40), required: yes}\n  seats: {title: 职数, type: number(0), required: yes}\n```\n"
    "```guiju\nprocedure: ten\ntitle: 十步程序\nbasis: 办法\nsubject: {register: unit, title: 对象}\nopen: {by: clerk}\nlay-down: {by: clerk, basis: 办法}\nsteps:\n";

static char pack_text[8192];

static void pack_make(void)
{
    size_t n = (size_t)snprintf(pack_text, sizeof pack_text, "%s", chapter);
    for (int i = 0; i < STEPS; i++)
        n += (size_t)snprintf(pack_text + n, sizeof pack_text - n,
                              "  - step: s%d\n    title: 步%c\n    by: clerk\n    fields: {n: {title: 数%c, type: number(0), required: yes}, why: {title: 由%c, type: text(60)}}\n"
                              "    gates: [{gate: g, title: 门%c, basis: 办法, must: 数%c > 0 and 对象.职数 > 0, say: \"x\"}]\n",
                              i, 'A' + i, 'A' + i, 'A' + i, 'A' + i, 'A' + i);
    n += (size_t)snprintf(pack_text + n, sizeof pack_text - n, "```\n");
    MUST(n < sizeof pack_text);
}

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Of the whole process, all threads: what an act costs, however busy the machine is with other things. */
static int64_t cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static _Noreturn void die(const struct err *e)
{
    fprintf(stderr, "%s: %s\n", err_code(e), e->en);
    exit(1);
}

static void submit(struct area *ar, enum verb verb, const void *args, struct receipt *r)
{
    struct command c = {.verb = verb, .happened = ENTRY_NO_DAY, .args = args};
    struct err err;
    err_clear(&err);
    if (area_submit(ar, &c, r, &err) != RC_OK) die(&err);
}

static uint64_t case_new(struct area *ar, struct str unit)
{
    struct args_case g = {.open = {.procedure = STR("ten"), .subject = unit, .entry = {.happened = ENTRY_NO_DAY}}};
    struct receipt r = {0};
    submit(ar, VERB_CASE_OPEN, &g, &r);
    return r.id;
}

static void case_step(struct area *ar, uint64_t id, int step)
{
    char name[8];
    snprintf(name, sizeof name, "s%d", step);
    struct case_pair set[] = {{STR("n"), STR("3")}, {STR("why"), STR("按规定办理，材料齐全")}};
    struct args_case g = {.close = {.id = id, .step = str_c(name), .set = set, .set_count = 2, .entry = {.happened = ENTRY_NO_DAY}}};
    struct receipt r = {0};
    submit(ar, VERB_CASE_ACT, &g, &r);
}

struct client { struct area *area; int number; long cases; };

static void *client_main(void *arg)
{
    struct client *c = arg;
    char unit[16];
    snprintf(unit, sizeof unit, "U%d", c->number);
    for (long i = 0; i < c->cases; i++) {
        uint64_t id = case_new(c->area, str_c(unit));
        for (int s = 0; s < STEPS; s++) case_step(c->area, id, s);
    }
    return NULL;
}

static struct area *area_ready(const char *path, const char *core, int units)
{
    struct arena a;
    struct diags d;
    struct err err;
    struct area *ar = NULL;
    struct pack_source packs[2];
    err_clear(&err);
    arena_init(&a, 512 << 20);
    diags_init(&d, &a, 10);
    pack_make();
    struct pack_file file = {STR("01.md"), str_c(pack_text)};
    if (pack_read(&a, str_c(core), &packs[0], &err) != RC_OK) die(&err);
    packs[1] = (struct pack_source){STR("ten"), &file, 1};
    struct area_options o = {.name = STR("bench")};
    if (area_create_open(str_c(path), &o, packs, 2, &d, &ar, &err) != RC_OK) die(d.first != NULL ? &d.first->err : &err);
    for (int i = 0; i < units; i++) {
        char code[16];
        snprintf(code, sizeof code, "U%d", i);
        struct str fields[] = {STR("code"), STR("name"), STR("seats")};
        struct sv values[] = {sv_text(str_c(code)), sv_text(str_c(code)), sv_int(4)};
        struct args_create g = {STR("unit"), 3, fields, values};
        struct receipt r;
        submit(ar, VERB_CREATE, &g, &r);
    }
    arena_fini(&a);
    return ar;
}

static void many(struct area *ar, int clients, long cases)
{
    pthread_t threads[64];
    struct client c[64];
    int64_t from = now_ns(), cpu = cpu_ns();
    for (int i = 0; i < clients; i++) {
        c[i] = (struct client){ar, i, cases / clients};
        MUST(pthread_create(&threads[i], NULL, client_main, &c[i]) == 0);
    }
    for (int i = 0; i < clients; i++) pthread_join(threads[i], NULL);
    double seconds = (double)(now_ns() - from) / 1e9;
    printf("cpu_seconds %.3f\n", (double)(cpu_ns() - cpu) / 1e9);
    printf("cases %ld\nseconds %.3f\ncases_a_second %.1f\n", cases / clients * clients, seconds, (double)(cases / clients * clients) / seconds);
}

static int by_value(const void *x, const void *y)
{
    int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
    return a < b ? -1 : a > b;
}

enum { OPEN, ACT, WHY, KINDS };

/* Bytes that this process has handed to the disk so far; 0 where the system does not say. */
static int64_t written(void)
{
    char text[512];
    FILE *f = fopen("/proc/self/io", "r");
    size_t n = f == NULL ? 0 : fread(text, 1, sizeof text - 1, f);
    int64_t out = 0;
    if (f != NULL) (void)fclose(f);
    text[n] = '\0';
    const char *at = strstr(text, "wchar: ");
    if (at == NULL) return 0;
    for (at += strlen("wchar: "); *at >= '0' && *at <= '9'; at++) out = out * 10 + (*at - '0');
    return out;
}

/* Medians of opening, acting and why: microseconds by the clock on the wall and by the processor, and bytes written. */
static void sampled(struct area *ar, const char *name, int samples)
{
    static const char *const what[] = {"open", "act", "why"};
    int64_t *wall[KINDS], *cpu[KINDS], *bytes[KINDS];
    for (int k = 0; k < KINDS; k++) {
        wall[k] = calloc((size_t)samples + 1, sizeof *wall[k]);
        cpu[k] = calloc((size_t)samples + 1, sizeof *cpu[k]);
        bytes[k] = calloc((size_t)samples + 1, sizeof *bytes[k]);
        MUST(wall[k] != NULL && cpu[k] != NULL && bytes[k] != NULL);
    }
    struct area_view v;
    struct err err;
    err_clear(&err);
    sync(); /* what was filled in before is not to be written back beside the samples */
    if (area_view_open(ar, &v, &err) != RC_OK) die(&err);
    for (int i = 0; i < samples; i++) {
        uint64_t id = 0;
        for (int k = 0; k < KINDS; k++) {
            struct arena a;
            struct buf b;
            arena_init(&a, 64 << 20);
            buf_init(&b, 1 << 20);
            if (k == WHY && area_view_again(&v, &err) != RC_OK) die(&err);
            int64_t w = written(), t = now_ns(), c = cpu_ns();
            if (k == OPEN) id = case_new(ar, STR("U0"));
            if (k == ACT) case_step(ar, id, 0);
            if (k == WHY && case_why(v.records, id, area_today(ar), &a, LANG_ZH, &b, &err) != RC_OK) die(&err);
            wall[k][i] = now_ns() - t;
            cpu[k][i] = cpu_ns() - c;
            bytes[k][i] = written() - w;
            buf_fini(&b);
            arena_fini(&a);
        }
    }
    area_view_close(&v);
    for (int k = 0; k < KINDS; k++) {
        qsort(wall[k], (size_t)samples, sizeof *wall[k], by_value);
        qsort(cpu[k], (size_t)samples, sizeof *cpu[k], by_value);
        printf("%s_%s_us %.1f\n%s_%s_cpu_us %.1f\n", name, what[k], (double)wall[k][samples / 2] / 1e3, name, what[k], (double)cpu[k][samples / 2] / 1e3);
        qsort(bytes[k], (size_t)samples, sizeof *bytes[k], by_value);
        printf("%s_%s_bytes %lld\n", name, what[k], (long long)bytes[k][samples / 2]);
        free(wall[k]);
        free(cpu[k]);
        free(bytes[k]);
    }
    fflush(stdout);
}

static int64_t number(const char *text)
{
    int64_t n = 0;
    MUST(str_to_i64(str_c(text), &n) && n >= 0 && n <= 100000000);
    return n;
}

/* cases AREA CORE CLIENTS CASES: whole cases, by the clock.  fill AREA CORE DONE OPEN: an area of that many.  sample AREA NAME COUNT: medians. */
int main(int argc, char **argv)
{
    MUST(argc == 5 || argc == 6);
    struct area *ar = NULL;
    if (argc == 6 && strcmp(argv[1], "cases") == 0) {
        ar = area_ready(argv[2], argv[3], 64);
        many(ar, (int)number(argv[4]), (long)number(argv[5]));
    } else if (argc == 6 && strcmp(argv[1], "fill") == 0) {
        ar = area_ready(argv[2], argv[3], 64);
        for (int64_t i = number(argv[5]); i > 0; i--) (void)case_new(ar, STR("U1"));
        if (number(argv[4]) > 0) many(ar, 32, (long)number(argv[4]));
    } else {
        struct area_options o = {.name = STR("bench")};
        struct err err;
        err_clear(&err);
        MUST(strcmp(argv[1], "sample") == 0);
        if (area_open(str_c(argv[2]), &o, &ar, &err) != RC_OK) die(&err);
        sampled(ar, argv[3], (int)number(argv[4]));
    }
    area_close(&ar);
    return 0;
}
