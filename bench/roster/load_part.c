/*
 * load_part.c - roster_load() alone: the columns that all rules of the area's packs need, with its indexes and lists.
 * Usage: load_part AREA [LIST].  Prints records, cells, seconds of the wall clock, of the processor, KiB of the roster, peak KiB.  LIST: a file to
 * write a line a register into, "register field field …", for the bare loop.  The time of opening the area is not in it, as it is not in bare_select's.
 */
#include "area/area.h"

#include <sys/resource.h>

static int64_t ns_of(clockid_t id)
{
    struct timespec t;
    MUST(clock_gettime(id, &t) == 0);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static bool stored(const struct roster_want *w) { return w->field != NULL && w->field->derive == NULL; }

static bool write_list(const char *file, const struct pack_set *set, const struct roster_wants *w)
{
    FILE *f = fopen(file, "w");
    if (f == NULL) return false;
    for (uint32_t i = 0; i < set->registers_count; i++) {
        bool any = false;
        for (size_t k = 0; k < w->len; k++) any = any || w->at[k].reg == set->registers[i];
        if (!any) continue;
        fprintf(f, STR_FMT, STR_ARG(set->registers[i]->d.name));
        for (size_t k = 0; k < w->len; k++)
            if (w->at[k].reg == set->registers[i] && stored(&w->at[k])) fprintf(f, " " STR_FMT, STR_ARG(w->at[k].field->name));
        fputc('\n', f);
    }
    return fclose(f) == 0;
}

static enum rc run(struct area_view *v, struct arena *a, const char *list, struct err *err)
{
    struct roster_want *want = NULL;
    struct roster *r = NULL;
    size_t n = 0;
    TRY(judge_want(v->set, NULL, a, &want, &n, err));
    struct roster_wants w = {NULL, 0, 0};
    for (size_t i = 0; i < n; i++) roster_want_put(a, &w, want[i]);
    roster_want_close(a, &w);
    int64_t from = ns_of(CLOCK_MONOTONIC), from_cpu = ns_of(CLOCK_PROCESS_CPUTIME_ID);
    TRY(roster_load(v->records, w.at, w.len, &r, err));
    int64_t ns = ns_of(CLOCK_MONOTONIC) - from, cpu = ns_of(CLOCK_PROCESS_CPUTIME_ID) - from_cpu;
    size_t records = 0, cells = 0;
    for (uint32_t i = 0; i < v->set->registers_count; i++) records += roster_rows(r, v->set->registers[i]);
    for (size_t i = 0; i < w.len; i++)
        if (stored(&w.at[i])) cells += roster_rows(r, w.at[i].reg);
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    printf("%zu %zu %.6f %.6f %zu %ld\n", records, cells, (double)ns / 1e9, (double)cpu / 1e9, roster_bytes(r) / 1024, u.ru_maxrss);
    roster_free(&r);
    if (list != NULL && !write_list(list, v->set, &w)) fprintf(stderr, "%s: cannot be written\n", list);
    return RC_OK;
}

int main(int argc, char **argv)
{
    if (argc < 2 || argc > 3) return 2;
    struct err err;
    struct area *ar = NULL;
    struct area_view v;
    struct arena a;
    err_clear(&err);
    arena_init(&a, 64 << 20);
    struct area_options o = {.read_only = true};
    enum rc rc = area_open(str_c(argv[1]), &o, &ar, &err);
    if (rc == RC_OK && (rc = area_view_open(ar, &v, &err)) == RC_OK) {
        rc = run(&v, &a, argc == 3 ? argv[2] : NULL, &err);
        area_view_close(&v);
    }
    if (rc != RC_OK) fprintf(stderr, "%s: %s\n", argv[1], err.en);
    area_close(&ar);
    arena_fini(&a);
    return rc == RC_OK ? 0 : 1;
}
