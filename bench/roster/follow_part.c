/*
 * follow_part.c - what it costs the kept roster to follow: the columns of all rules are loaded and judged over once (so that
 * what derived fields come to is remembered and must be carried on), then one record after another is changed by a command, and
 * each time the roster of the new seq is asked for.  Then one record is made, and closed.
 * Usage: follow_part AREA CHANGES.  AREA is written to.  Prints records, seconds of loading, milliseconds of a follow after an update (median, most),
 * after a new record, after a closing.
 */
#include "area/area.h"

enum { CHANGES_MAX = 1000 };

struct bench_run {
    struct area *area;
    struct arena arena;
    struct err err;
};

static double now_s(void)
{
    struct timespec t;
    MUST(clock_gettime(CLOCK_MONOTONIC, &t) == 0);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static enum rc nothing(void *ctx, const struct judged *j, struct err *err)
{
    (void)ctx;
    (void)j;
    (void)err;
    return RC_OK;
}

/* Seconds of getting the roster that stands at a new view. */
static enum rc ask(struct bench_run *b, bool judging, double *seconds, size_t *records, uint64_t *first)
{
    struct area_view v;
    struct roster_want *want = NULL;
    struct roster *r = NULL;
    size_t n = 0;
    struct err *err = &b->err;
    TRY(area_view_open(b->area, &v, err));
    enum rc rc = judge_want(v.set, NULL, &b->arena, &want, &n, err);
    double from = now_s();
    if (rc == RC_OK) rc = area_roster(&v, want, n, &r, err);
    *seconds = now_s() - from;
    struct judge_options o = {.today = area_today(b->area), .bare = true};
    if (rc == RC_OK && judging) rc = judge(r, v.set, &o, nothing, NULL, err);
    if (rc == RC_OK) {
        const struct pack_register *cadre = pack_register_find(v.set, STR("cadre"));
        *records = 0;
        for (uint32_t i = 0; i < v.set->registers_count; i++) *records += roster_rows(r, v.set->registers[i]);
        int64_t id = 0;
        if (roster_ids_at(r, cadre, roster_rows(r, cadre) / 2, 1, &id) == 1) *first = (uint64_t)id;
    }
    roster_free(&r);
    area_view_close(&v);
    return rc;
}

static enum rc update(struct bench_run *b, uint64_t id, int64_t n)
{
    struct str field = STR("name");
    char text[32];
    int len = snprintf(text, sizeof text, "改名%lld", (long long)n);
    struct sv value = sv_text(str_of(text, (size_t)len));
    struct args_update args = {STR("cadre"), id, 0, 1, &field, &value};
    struct command c = {.verb = VERB_UPDATE, .happened = ENTRY_NO_DAY, .args = &args};
    return area_submit(b->area, &c, NULL, &b->err);
}

static enum rc create(struct bench_run *b, uint64_t cadre, uint64_t *id)
{
    struct str fields[] = {STR("cadre"), STR("day"), STR("by"), STR("occasion")};
    struct sv values[] = {sv_int((int64_t)cadre), sv_int(20000), sv_text(STR("某甲")), sv_text(STR("年度"))};
    struct args_create args = {STR("talk"), 4, fields, values};
    struct command c = {.verb = VERB_CREATE, .happened = ENTRY_NO_DAY, .args = &args};
    struct receipt r;
    enum rc rc = area_submit(b->area, &c, &r, &b->err);
    *id = r.id;
    return rc;
}

static enum rc close_it(struct bench_run *b, uint64_t id)
{
    struct args_close args = {STR("talk"), id, 0};
    struct command c = {.verb = VERB_CLOSE, .happened = ENTRY_NO_DAY, .args = &args};
    return area_submit(b->area, &c, NULL, &b->err);
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static enum rc run(struct bench_run *b, int changes)
{
    static double each[CHANGES_MAX];
    double load, made = 0, closed = 0;
    size_t records = 0;
    uint64_t id = 0, other = 0, talk = 0;
    TRY(ask(b, true, &load, &records, &id));
    for (int i = 0; i < changes; i++) {
        TRY(update(b, id, i));
        TRY(ask(b, false, &each[i], &records, &other));
    }
    qsort(each, (size_t)changes, sizeof each[0], by_size);
    TRY(create(b, id, &talk));
    TRY(ask(b, false, &made, &records, &other));
    TRY(close_it(b, talk));
    TRY(ask(b, false, &closed, &records, &other));
    struct area_roster_work work;
    area_roster_work(b->area, &work);
    MUST(work.loads == 1 && work.follows == (uint64_t)changes + 2);
    printf("%zu %.6f %.3f %.3f %.3f %.3f\n", records, load, each[changes / 2] * 1e3, each[changes - 1] * 1e3, made * 1e3, closed * 1e3);
    return RC_OK;
}

int main(int argc, char **argv)
{
    uint64_t changes = 0;
    if (argc != 3 || !str_to_u64(str_c(argv[2]), &changes) || changes == 0 || changes > CHANGES_MAX) return 2;
    struct bench_run b = {.area = NULL};
    struct area_options o = {.disk_min = -1};
    err_clear(&b.err);
    arena_init(&b.arena, (size_t)1 << 30);
    enum rc rc = area_open(str_c(argv[1]), &o, &b.area, &b.err);
    if (rc == RC_OK) rc = run(&b, (int)changes);
    if (rc != RC_OK) fprintf(stderr, "%s: %s\n", argv[1], b.err.en);
    area_close(&b.area);
    arena_fini(&b.arena);
    return rc == RC_OK ? 0 : 1;
}
