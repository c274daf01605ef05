/*
 * hash_part.c - journal_verify() alone, without the replay against the registers.
 * Usage: hash_part AREA.  Prints entries, seconds of the wall clock, of the processor, peak KiB.  The time of opening is not in it, as it is not in bare_scan's.
 */
#include "journal/journal.h"

#include <sys/resource.h>

static int64_t ns_of(clockid_t id)
{
    struct timespec t;
    MUST(clock_gettime(id, &t) == 0);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int stop(const struct err *err)
{
    fprintf(stderr, "%s\n", err->en);
    return 1;
}

int main(int argc, char **argv)
{
    struct err err;
    struct store *s = NULL;
    struct journal *j = NULL;
    struct arena a;
    struct journal_report report;
    struct store_options o = {.mode = STORE_READ};
    err_clear(&err);
    if (argc != 2) return 2;
    arena_init(&a, 16 << 20);
    if (store_open(str_c(argv[1]), &o, &s, &err) != RC_OK || store_begin_read(s, &err) != RC_OK || journal_open(s, &j, &err) != RC_OK)
        return stop(&err);
    int64_t from = ns_of(CLOCK_MONOTONIC), from_cpu = ns_of(CLOCK_PROCESS_CPUTIME_ID);
    if (journal_verify(j, &a, NULL, NULL, &report, &err) != RC_OK) return stop(&err);
    int64_t ns = ns_of(CLOCK_MONOTONIC) - from, cpu = ns_of(CLOCK_PROCESS_CPUTIME_ID) - from_cpu;
    if (report.first_bad != 0) {
        fprintf(stderr, "%s: entry %llu: " STR_FMT "\n", argv[1], (unsigned long long)report.first_bad, STR_ARG(report.what));
        return 1;
    }
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    printf("%llu %.6f %.6f %ld\n", (unsigned long long)report.entries, (double)ns / 1e9, (double)cpu / 1e9, u.ru_maxrss);
    journal_close(&j);
    store_end(s);
    store_close(&s);
    arena_fini(&a);
    return 0;
}
