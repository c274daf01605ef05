/*
 * scale.c - judging at scale, over rosters made in memory.
 *     scale county AREA TIMES PACKS... -- four RUNS [CSV] | rules RUNS | fast | slow | all RUNS THREADS
 *     scale roll MEMBERS PACKS... -- RUNS THREADS
 * Prints lines of a word and numbers, for scale.sh.  TIMES: how often the area's county is repeated.
 */
#include "scale.h"


double now_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double cpu_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double thread_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

long peak_mib(void)
{
    struct rusage u;
    (void)getrusage(RUSAGE_SELF, &u);
    return u.ru_maxrss / 1024;
}

enum { TODAY = 20553 /* 2026-04-10 */, BORN_BEFORE = 3652 /* 1980-01-01 */, LEVEL_BEFORE = 19092 /* 2022-04-10 */ };

struct scale {
    struct arena a;
    struct pack_set *set;
    struct roster *roster;
    struct county county;
    uint32_t times;
};

static enum rc load_packs(struct scale *s, char **folders, size_t n, struct err *err)
{
    struct str names[16];
    struct pack_source *packs = NULL;
    struct diags d;
    struct pack_options o = {.today = TODAY};
    size_t count = 0;
    for (size_t i = 0; i < n && i < ARRAY_LEN(names); i++) names[i] = str_c(folders[i]);
    TRY(pack_read_all(&s->a, names, n, &packs, &count, err));
    diags_init(&d, &s->a, 100);
    enum rc rc = pack_load(&s->a, packs, count, &o, &s->set, &d);
    if (rc != RC_OK) {
        struct buf b;
        buf_init(&b, 1 << 20);
        diags_print(&d, LANG_EN, &b);
        fprintf(stderr, STR_FMT, STR_ARG(buf_view(&b)));
        buf_fini(&b);
    }
    return rc;
}

static const struct pack_rule *rule_named(const struct pack_set *set, const char *name)
{
    for (uint32_t i = 0; i < set->rules_count; i++)
        if (str_eq(set->rules[i]->d.name, str_c(name))) return set->rules[i];
    return NULL;
}

/* ---- judging, as the commands do it ---- */

struct hits {
    int64_t *ids;    /* NULL: count only */
    uint64_t count, max;
};

static enum rc take(void *ctx, const struct judged *j, struct err *err)
{
    struct hits *f = ctx;
    (void)err;
    if (j->verdict != VERDICT_HOLDS) return RC_OK;
    if (f->ids != NULL && f->count < f->max) f->ids[f->count] = (int64_t)j->id;
    f->count++;
    return RC_OK;
}

static enum rc take_many(void *ctx, const struct pack_rule *rule, enum verdict v, const int64_t *ids, size_t n, struct err *err)
{
    struct hits *f = ctx;
    (void)rule, (void)err;
    if (v != VERDICT_HOLDS) return RC_OK;
    if (f->ids != NULL && f->count < f->max) memcpy(f->ids + f->count, ids, MIN(n, (size_t)(f->max - f->count)) * sizeof *ids);
    f->count += n;
    return RC_OK;
}

/* rule: NULL: all. */
static enum rc judge_some(struct roster *r, const struct pack_set *set, const struct pack_rule *rule, uint32_t threads, struct hits *f, struct err *err)
{
    struct judge_options o = {.today = TODAY, .only = rule, .bare = true, .many = take_many, .threads = threads};
    f->count = 0;
    return judge(r, set, &o, take, f, err);
}

/* ---- the county ---- */

/* What rules look at as a whole (all.轮训) belongs to the area, not to each county. */
static bool mark_all(void *ctx, const struct feel_node *n)
{
    if (n->op == FEEL_ALL) ((bool *)ctx)[n->slot] = true;
    return true;
}

static bool *whole_registers(struct scale *s)
{
    bool *whole = arena_array(&s->a, bool, s->set->registers_count + 1);
    for (uint32_t i = 0; i < s->set->rules_count; i++) {
        if (s->set->rules[i]->where != NULL) feel_each_node(s->set->rules[i]->where->root, mark_all, whole);
        feel_each_node(s->set->rules[i]->when->root, mark_all, whole);
    }
    return whole;
}

static enum rc make_county(struct scale *s, const char *path, struct err *err)
{
    struct area_options o = {.read_only = true};
    struct roster_wants w = {NULL, 0, 0};
    struct roster_want *want = NULL;
    struct area *ar = NULL;
    size_t n = 0;
    TRY(area_open(str_c(path), &o, &ar, err));
    enum rc rc = judge_want(s->set, NULL, &s->a, &want, &n, err);
    for (size_t i = 0; i < n && rc == RC_OK; i++) roster_want_put(&s->a, &w, want[i]);
    roster_want_close(&s->a, &w);
    if (rc == RC_OK) rc = county_read(ar, s->set, &w, &s->county, err);
    area_close(&ar);
    TRY(rc);
    double wall = now_s(), cpu = cpu_s();
    TRY(county_repeat(&s->county, s->set, s->times, whole_registers(s), &s->roster, err));
    printf("made %zu cadres %zu records %.3f s wall %.3f s cpu %zu MiB peak %ld MiB\n", roster_rows(s->roster, pack_register_find(s->set, STR("cadre"))),
           s->county.records * s->times, now_s() - wall, cpu_s() - cpu, roster_bytes(s->roster) >> 20, peak_mib());
    return RC_OK;
}

/* One column of all counties as a plain array, and where it has values. */
static void *plain(const struct scale *s, const char *field, size_t width, uint64_t **has)
{
    const struct county_column *c = county_column(&s->county, "cadre", field);
    MUST(c != NULL);
    uint32_t n = s->county.rows[c->reg->idx];
    size_t rows = (size_t)n * s->times;
    unsigned char *p = aligned_alloc(64, ((rows + 128) * width + 63) & ~(size_t)63);
    uint64_t *h = calloc(rows / 64 + 2, sizeof *h);
    MUST(p != NULL && h != NULL);
    memset(p, 0, ((rows + 128) * width + 63) & ~(size_t)63);
    for (uint32_t t = 0; t < s->times; t++) memcpy(p + (size_t)t * n * width, c->cells, (size_t)n * width);
    for (size_t i = 0; i < rows; i++) h[i / 64] |= (c->valid[i % n / 64] >> (i % n % 64) & 1) << (i % 64);
    *has = h;
    return p;
}

static uint8_t code(const struct scale *s, const char *field, const char *title)
{
    uint32_t row = 0;
    MUST(feel_codes_find(&county_column(&s->county, "cadre", field)->field->codes->feel, str_c(title), &row));
    return (uint8_t)row;
}

static bool write_csv(const struct scale *s, const struct four *f, int64_t first, const char *path)
{
    FILE *out = fopen(path, "w");
    if (out == NULL) return false;
    const struct feel_codes *status = &county_column(&s->county, "cadre", "status")->field->codes->feel;
    const struct feel_codes *managed = &county_column(&s->county, "cadre", "managed")->field->codes->feel;
    fprintf(out, "id,status,managed,birth,level_since\n");
    for (uint32_t i = 0; i < f->rows; i++) {
        struct ymd b = ymd_of(f->birth[i]), l = ymd_of(f->level_since[i]);
        fprintf(out, "%lld," STR_FMT "," STR_FMT ",", (long long)(first + i), STR_ARG(status->row_title[f->status[i]]), STR_ARG(managed->row_title[f->managed[i]]));
        if ((f->has_birth[i / 64] >> (i % 64) & 1) != 0) fprintf(out, "%04d-%02d-%02d", b.year, b.month, b.day);
        fputc(',', out);
        if ((f->has_level_since[i / 64] >> (i % 64) & 1) != 0) fprintf(out, "%04d-%02d-%02d", l.year, l.month, l.day);
        fputc('\n', out);
    }
    return fclose(out) == 0;
}

/* The rule's program by columns, block by block, as judging runs it before anything is told: ids may be NULL. */
static enum rc four_by_columns(const struct feel_vector *p, struct feel_vector_room *room, uint32_t rows, int64_t first_id, int64_t *ids, uint64_t *count, struct err *err)
{
    uint64_t n = 0;
    for (uint32_t from = 0; from < rows; from += FEEL_VECTOR) {
        uint32_t len = MIN((uint32_t)FEEL_VECTOR, rows - from);
        struct feel_vector_out out;
        TRY(feel_vector_run(p, room, from, len, NULL, &out, err));
        for (uint32_t w = 0; w < (len + 63) / 64; w++) {
            uint64_t bits = out.yes[w];
            MUST(out.wild[w] == 0);
            if (len - w * 64 < 64) bits &= ((uint64_t)1 << (len - w * 64)) - 1;
            if (ids == NULL) n += (uint64_t)__builtin_popcountll(bits);
            else
                for (; bits != 0; bits &= bits - 1) ids[n++] = first_id + from + w * 64 + __builtin_ctzll(bits);
        }
    }
    *count = n;
    return RC_OK;
}

static enum rc four(struct scale *s, int runs, const char *csv, struct err *err)
{
    const struct pack_rule *rule = rule_named(s->set, "four");
    uint64_t *unused;
    struct four f = {.born_before = BORN_BEFORE, .level_before = LEVEL_BEFORE};
    int64_t first = 0;
    MUST(rule != NULL);
    f.rows = (uint32_t)roster_rows(s->roster, rule->over);
    f.status = plain(s, "status", 1, &unused);
    f.managed = plain(s, "managed", 1, &unused); /* both are required: no blanks */
    uint64_t *birth = NULL, *since = NULL;
    f.birth = plain(s, "birth", 4, &birth);
    f.level_since = plain(s, "level_since", 4, &since);
    f.has_birth = birth;
    f.has_level_since = since;
    f.in_office = code(s, "status", "在职");
    f.higher = code(s, "managed", "上级管理");
    MUST(roster_ids_at(s->roster, rule->over, 0, 1, &first) == 1);
    if (csv != NULL && !write_csv(s, &f, first, csv)) return err_set(err, &E_io, NO_PLACE, str_c(csv), STR("fopen"));
    struct hits found = {.max = f.rows};
    found.ids = malloc((size_t)f.rows * sizeof *found.ids);
    int64_t *ids = malloc((size_t)f.rows * sizeof *ids);
    MUST(found.ids != NULL && ids != NULL);
    memset(found.ids, 1, (size_t)f.rows * sizeof *ids); /* no page is met for the first time while the clock runs */
    memset(ids, 1, (size_t)f.rows * sizeof *ids);
    struct roster_vectors *columns = NULL;
    struct feel_why why;
    TRY(roster_vectors_open(s->roster, TODAY, &columns, err));
    const struct feel_vector *p = roster_vectors_program(columns, rule->when, rule->over, NULL, &why);
    struct feel_vector_room *room = p == NULL ? NULL : feel_vector_room_make(p);
    MUST(room != NULL);
    for (int i = 0; i < runs; i++) {
        uint64_t k = 0, l = 0;
        double c0 = cpu_s();
        TRY(four_by_columns(p, room, f.rows, first, NULL, &k, err));
        double c1 = cpu_s();
        TRY(four_by_columns(p, room, f.rows, first, found.ids, &l, err));
        double t0 = cpu_s(), t1, t2, t3;
        uint64_t n = four_by_hand(&f, first, NULL);
        t1 = cpu_s();
        uint64_t m = four_by_hand(&f, first, ids);
        t2 = cpu_s();
        bool alike = k == n && l == n && memcmp(ids, found.ids, n * sizeof *ids) == 0;
        TRY(judge_some(s->roster, s->set, rule, 1, &found, err));
        t3 = cpu_s();
        bool same = alike && n == m && n == found.count && memcmp(ids, found.ids, n * sizeof *ids) == 0;
        printf("four %llu %s hand_count %.6f hand_ids %.6f columns_count %.6f columns_ids %.6f judge_ids %.6f\n", (unsigned long long)n, same ? "same" : "DIFFERENT", t1 - t0, t2 - t1,
               c1 - c0, t0 - c1, t3 - t2);
    }
    feel_vector_room_free(&room);
    roster_vectors_close(&columns);
    return RC_OK;
}

/* Each rule alone, told one by one, all that it needs worked out anew: the best of so many runs. */
static enum rc rules(struct scale *s, int runs, struct err *err)
{
    for (uint32_t i = 0; i < s->set->rules_count; i++) {
        const struct pack_rule *r = s->set->rules[i];
        struct hits f = {.count = 0};
        double best = 1e9;
        if (!r->raises) continue;
        for (int k = 0; k < runs; k++) {
            double t = cpu_s();
            TRY(judge_some(s->roster, s->set, r, 1, &f, err));
            t = cpu_s() - t;
            if (t < best) best = t;
        }
        printf("rule " STR_FMT " %zu %llu %.6f %s\n", STR_ARG(r->d.name), roster_rows(s->roster, r->over), (unsigned long long)f.count, best,
               r->vector_ready ? "columns" : "rows");
    }
    return RC_OK;
}

/* ---- one evaluator on each rule, nothing told: where, then when; derived fields are remembered from one rule to the next ---- */

struct asking {
    const struct feel_program *p;
    struct feel_run run;
    uint64_t steps;
};

static enum rc ask(struct asking *a, bool *yes, struct err *err)
{
    struct fv v;
    struct arena_mark mark = arena_mark(a->run.arena);
    a->run.steps_left = a->steps;
    TRY(feel_run(a->p, &a->run, &v, err));
    *yes = fv_is_true(&v);
    if (a->run.arena->used != mark.used) arena_reset(a->run.arena, mark);
    return RC_OK;
}

static enum rc row_holds(struct scale *s, const struct pack_rule *r, int64_t id, struct feel_run *run, bool *yes, struct err *err)
{
    struct fv self = {.kind = FV_RECORD};
    struct asking a = {.run = *run, .steps = UINT64_C(1) << 40};
    self.reg = &r->over->feel;
    self.id = id;
    a.run.vars = &self;
    a.run.vars_count = 1;
    *yes = true;
    (void)s;
    a.p = r->where;
    if (a.p != NULL) TRY(ask(&a, yes, err));
    a.p = r->when;
    if (*yes) TRY(ask(&a, yes, err));
    return RC_OK;
}

static enum rc blocks_hold(struct scale *s, const struct pack_rule *r, struct roster_vectors *v, int64_t first, struct feel_run *run, uint64_t *count, bool *made, struct err *err)
{
    struct feel_why why;
    struct feel_vector *where = r->where == NULL ? NULL : roster_vectors_program(v, r->where, r->over, NULL, &why), *when = roster_vectors_program(v, r->when, r->over, NULL, &why);
    struct feel_vector_room *a = where == NULL ? NULL : feel_vector_room_make(where), *b = when == NULL ? NULL : feel_vector_room_make(when);
    uint32_t rows = (uint32_t)roster_rows(s->roster, r->over);
    enum rc rc = RC_OK;
    *made = b != NULL && (r->where == NULL || a != NULL);
    *count = 0;
    for (uint32_t from = 0; from < rows && rc == RC_OK && *made; from += FEEL_VECTOR) {
        uint32_t n = MIN((uint32_t)FEEL_VECTOR, rows - from), words = (n + 63) / 64;
        uint64_t sel[FEEL_VECTOR_WORDS], wild[FEEL_VECTOR_WORDS] = {0};
        struct feel_vector_out out;
        for (uint32_t w = 0; w < words; w++) sel[w] = n - w * 64 >= 64 ? UINT64_MAX : ((uint64_t)1 << (n - w * 64)) - 1;
        if (a != NULL) {
            rc = feel_vector_run(where, a, from, n, sel, &out, err);
            for (uint32_t w = 0; w < words && rc == RC_OK; w++) {
                wild[w] = out.wild[w] & sel[w];
                sel[w] &= out.yes[w] & ~wild[w];
            }
        }
        if (rc == RC_OK) rc = feel_vector_run(when, b, from, n, sel, &out, err);
        for (uint32_t w = 0; w < words && rc == RC_OK; w++) {
            wild[w] |= out.wild[w] & sel[w];
            *count += (uint64_t)__builtin_popcountll(out.yes[w] & sel[w] & ~wild[w]);
            for (uint64_t left = wild[w]; left != 0 && rc == RC_OK; left &= left - 1) { /* the scalar evaluator is asked for these */
                bool yes = false;
                rc = row_holds(s, r, first + from + w * 64 + __builtin_ctzll(left), run, &yes, err);
                *count += yes;
            }
        }
    }
    feel_vector_room_free(&a);
    feel_vector_room_free(&b);
    return rc;
}

static enum rc alone(struct scale *s, bool by_rows, struct err *err)
{
    struct arena work;
    struct roster_vectors *v = NULL;
    struct feel_run run = {.arena = &work, .today = TODAY, .zone = s->set->zone};
    void *ctx = NULL;
    arena_init(&work, (size_t)256 << 20);
    roster_host(s->roster, &run.host, &ctx);
    run.host_ctx = ctx;
    TRY(roster_vectors_open(s->roster, TODAY, &v, err));
    for (uint32_t i = 0; i < s->set->rules_count; i++) {
        const struct pack_rule *r = s->set->rules[i];
        size_t rows = roster_rows(s->roster, r->over);
        int64_t first = 0;
        uint64_t slow = 0, fast = 0;
        bool made = false;
        if (!r->raises || roster_ids_at(s->roster, r->over, 0, 1, &first) != 1) continue;
        double t = cpu_s();
        if (!by_rows) TRY(blocks_hold(s, r, v, first, &run, &fast, &made, err));
        for (size_t k = 0; k < rows && by_rows; k++) {
            bool yes = false;
            TRY(row_holds(s, r, first + (int64_t)k, &run, &yes, err));
            slow += yes;
        }
        printf("%s " STR_FMT " %zu %llu %.6f %s\n", by_rows ? "slow" : "fast", STR_ARG(r->d.name), rows, (unsigned long long)(by_rows ? slow : fast), cpu_s() - t,
               made || by_rows ? "columns" : "rows");
    }
    roster_vectors_close(&v);
    arena_fini(&work);
    return RC_OK;
}

static enum rc all(struct scale *s, int runs, uint32_t threads, struct err *err)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < s->set->rules_count; i++) count += s->set->rules[i]->raises;
    for (int i = 0; i < runs; i++) {
        struct hits found = {0};
        double wall = now_s(), cpu = cpu_s(), here = thread_s();
        TRY(judge_some(s->roster, s->set, NULL, threads, &found, err));
        here = thread_s() - here; /* where the machine is busy the wall clock tells nothing: what the first thread had to do does */
        printf("all %u rules %llu findings %u threads %.3f s wall %.3f s cpu %.3f s in the first thread %zu MiB peak %ld MiB\n", count, (unsigned long long)found.count, threads,
               now_s() - wall, cpu_s() - cpu, here, roster_bytes(s->roster) >> 20, peak_mib());
        (void)fflush(stdout);
    }
    return RC_OK;
}

/* ---- the roll: only the rules of pack `scale` that are over members and their organisations ---- */

static enum rc roll(struct scale *s, uint32_t members, int runs, uint32_t threads, struct err *err)
{
    double wall = now_s();
    for (uint32_t i = 0; i < s->set->rules_count; i++) {
        struct pack_rule *r = s->set->rules[i];
        r->raises = r->raises && str_starts(r->d.name, STR("roll-"));
    }
    TRY(roll_make(s->set, members, 20260410, &s->roster, err));
    printf("made %u members %.3f s wall %zu MiB peak %ld MiB\n", members, now_s() - wall, roster_bytes(s->roster) >> 20, peak_mib());
    (void)fflush(stdout);
    TRY(rules(s, 1, err));
    return all(s, runs, threads, err);
}

static int number(char **argv, int argc, int i, int otherwise) { return i < argc ? (int)strtol(argv[i], NULL, 10) : otherwise; }

static enum rc run(struct scale *s, int argc, char **argv, int from, struct err *err)
{
    const char *what = argv[1];
    int packs = strcmp(what, "county") == 0 ? 4 : 3;
    TRY(load_packs(s, argv + packs, (size_t)(from - packs - 1), err));
    if (packs == 3) return roll(s, (uint32_t)number(argv, argc, 2, 0), number(argv, argc, from, 1), (uint32_t)number(argv, argc, from + 1, 1), err);
    s->times = (uint32_t)number(argv, argc, 3, 1);
    TRY(make_county(s, argv[2], err));
    for (int i = from; i < argc; i++) {
        if (strcmp(argv[i], "four") == 0) {
            TRY(four(s, number(argv, argc, i + 1, 1), i + 2 < argc && strchr(argv[i + 2], '/') != NULL ? argv[i + 2] : NULL, err));
        } else if (strcmp(argv[i], "rules") == 0) {
            TRY(rules(s, number(argv, argc, i + 1, 1), err));
        } else if (strcmp(argv[i], "fast") == 0 || strcmp(argv[i], "slow") == 0) {
            TRY(alone(s, strcmp(argv[i], "slow") == 0, err));
        } else if (strcmp(argv[i], "all") == 0) {
            TRY(all(s, number(argv, argc, i + 1, 1), (uint32_t)number(argv, argc, i + 2, 1), err));
        }
    }
    return RC_OK;
}

int main(int argc, char **argv)
{
    struct scale s = {.times = 1};
    struct err err;
    int from = 1;
    err_clear(&err);
    while (from < argc && strcmp(argv[from], "--") != 0) from++;
    if (argc < 5 || from == argc) {
        fprintf(stderr, "usage: scale county AREA TIMES PACKS... -- four RUNS [CSV] | rules RUNS | fast | slow | all RUNS THREADS\n       scale roll MEMBERS PACKS... -- RUNS THREADS\n");
        return 2;
    }
    arena_init(&s.a, (size_t)1 << 30);
    enum rc rc = run(&s, argc, argv, from + 1, &err);
    if (rc != RC_OK) fprintf(stderr, "scale: %s: %s\n", err_code(&err), err.en);
    roster_free(&s.roster);
    if (s.county.rows != NULL) county_free(&s.county);
    arena_fini(&s.a);
    return rc == RC_OK ? 0 : 1;
}
