/*
 * feel_rate.c - one rule, compiled once, over contexts in memory: evaluations a second of processor time of one core.
 *     feel_rate write COUNT FILE      contexts as text, one a line: a b c d (for the other engines)
 *     feel_rate run FILE ROUNDS [dmn|pack]   prints: evaluations, true, null, seconds wall, seconds processor (one line a round)
 * All values are there before the clock starts, here as in the other engines.
 */
#include "feel/feel.h"

#include <time.h>

#define RULE "years and months duration(a, b) >= duration(\"P10Y\") and (c in [\"x\",\"y\"]) and d > 3"

static uint64_t next(uint64_t *s)
{
    uint64_t z = (*s += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* a: 1990 to 2019; b: up to thirty years later; c: one of four texts; d: 0 to 9.9. */
static int write_contexts(uint64_t count, const char *path)
{
    FILE *f = fopen(path, "w");
    uint64_t s = 20260410;
    if (f == NULL) return 1;
    for (uint64_t i = 0; i < count; i++) {
        day_num a = 7305 + (day_num)(next(&s) % 10957), b = a + (day_num)(next(&s) % 10957);
        struct ymd x = ymd_of(a), y = ymd_of(b);
        char c = "xyzw"[next(&s) % 4];
        unsigned d = (unsigned)(next(&s) % 100);
        fprintf(f, "%04d-%02d-%02d %04d-%02d-%02d %c %u.%u\n", x.year, x.month, x.day, y.year, y.month, y.day, c, d / 10, d % 10);
    }
    return fclose(f) != 0;
}

static uint64_t read_contexts(const char *path, struct arena *a, struct fv **out)
{
    FILE *f = fopen(path, "r");
    char line[128], d1[16], d2[16], c[8], n[16];
    uint64_t count = 0, i = 0;
    if (f == NULL) return 0;
    while (fgets(line, sizeof line, f) != NULL) count++;
    rewind(f);
    struct fv *v = *out = arena_array(a, struct fv, count * 4);
    for (; fgets(line, sizeof line, f) != NULL; i++, v += 4) {
        day_num day;
        struct dec num;
        if (sscanf(line, "%15s %15s %7s %15s", d1, d2, c, n) != 4 || !dec_parse(str_c(n), &num)) break;
        MUST(day_parse(str_c(d1), &day));
        v[0] = fv_day(day);
        MUST(day_parse(str_c(d2), &day));
        v[1] = fv_day(day);
        v[2] = fv_str(str_dup(a, str_c(c)));
        v[3] = fv_num(num);
    }
    (void)fclose(f);
    return i;
}

static double seconds(clockid_t clock)
{
    struct timespec t;
    (void)clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int run(const char *path, int rounds, enum feel_mode mode)
{
    static const struct feel_name names[] = {
        {.kind = FN_VARIABLE, .name = STR_INIT("a"), .title = STR_INIT("a"), .type = &feel_date, .slot = 0, .may_be_null = true},
        {.kind = FN_VARIABLE, .name = STR_INIT("b"), .title = STR_INIT("b"), .type = &feel_date, .slot = 1, .may_be_null = true},
        {.kind = FN_VARIABLE, .name = STR_INIT("c"), .title = STR_INIT("c"), .type = &feel_string, .slot = 2, .may_be_null = true},
        {.kind = FN_VARIABLE, .name = STR_INIT("d"), .title = STR_INIT("d"), .type = &feel_number, .slot = 3, .may_be_null = true}};
    struct arena a, work;
    struct diags d;
    struct feel_program *p = NULL;
    struct fv *contexts = NULL;
    struct err err;
    arena_init(&a, (size_t)1 << 32);
    arena_init(&work, 1 << 20);
    diags_init(&d, &a, 10);
    struct feel_scope scope = {.names = names, .names_count = ARRAY_LEN(names)};
    feel_scope_seal(&a, &scope);
    struct feel_source src = {.text = STR(RULE), .mode = mode};
    MUST(feel_compile(&a, &scope, &src, &p, &d) == RC_OK);
    uint64_t count = read_contexts(path, &a, &contexts);
    struct arena_mark mark = arena_mark(&work);
    for (int r = 0; r < rounds; r++) {
        uint64_t yes = 0, null = 0;
        double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
        for (uint64_t i = 0; i < count; i++) {
            struct feel_run one = {.arena = &work, .today = 20553, .vars = contexts + i * 4, .vars_count = 4};
            struct fv v;
            MUST(feel_run(p, &one, &v, &err) == RC_OK);
            yes += fv_is_true(&v);
            null += fv_is_null(&v);
            arena_reset(&work, mark);
        }
        printf("%llu %llu %llu %.6f %.6f\n", (unsigned long long)count, (unsigned long long)yes, (unsigned long long)null,
               seconds(CLOCK_MONOTONIC) - wall, seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu);
    }
    arena_fini(&work);
    arena_fini(&a);
    return count == 0;
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "write") == 0) return write_contexts(strtoull(argv[2], NULL, 10), argv[3]);
    if (argc >= 4 && strcmp(argv[1], "run") == 0)
        return run(argv[2], (int)strtol(argv[3], NULL, 10), argc > 4 && strcmp(argv[4], "pack") == 0 ? FEEL_PACK : FEEL_DMN);
    fprintf(stderr, "usage: feel_rate write COUNT FILE | run FILE ROUNDS [dmn|pack]\n");
    return 2;
}
