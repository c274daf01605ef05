/*
 * walk_test.c - the procedures of shipped packs walked with acts that no scenario means: scenario_walk_test ROUNDS SEED PACK...
 * Each scenario that acts is played again and again with its acts left out, doubled, out of order, by others, on other days, with values and votes missing, with acts of
 * its other cases between.  After each act every case must be in a state that its procedure allows; what is refused wrote nothing and says why, in both languages.
 */
#include "procedure/procedure.h"
#include "scenario/scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCENARIOS_MAX = 1000, ACTS_MAX = 200 };

struct walk {
    uint64_t seed, acts, done, refused, cases;
    struct map words;            /* by which acts were refused */
    struct arena kept;
};

static uint32_t dice(struct walk *w, uint32_t n)
{
    w->seed = w->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(w->seed >> 33) % n;
}

static void ok(enum rc rc, const struct err *e)
{
    if (rc == RC_OK) return;
    (void)fprintf(stderr, "%s %s\n", err_code(e), e->en);
    abort();
}

/* ---- what must hold ---- */

struct looking { const struct scenario_seen *s; struct walk *w; };

static enum rc one_case(void *ctx, const struct record *rec, struct err *err)
{
    struct looking *l = ctx;
    struct arena a;
    struct case_full c;
    arena_init(&a, 64 << 20);
    TRY(case_whole(l->s->records, rec->id, l->s->today, &a, LANG_ZH, &c, err));
    bool open = str_eq(c.state, STR("open")), done = str_eq(c.state, STR("done"));
    MUST(open || done || str_eq(c.state, STR("laid-down")) || str_eq(c.state, STR("ended")));
    int64_t front = -1; /* the group in which something is open or locked */
    for (uint32_t i = 0; i < c.steps_count; i++) {
        const struct case_step *s = &c.steps[i];
        bool is_open = str_eq(s->state, STR("open")), locked = str_eq(s->state, STR("locked"));
        MUST(!is_open || open);
        MUST(!locked || !open);
        MUST(!done || str_eq(s->state, STR("done")) || str_eq(s->state, STR("skipped")));
        if (!is_open && !locked) continue;
        MUST(front < 0 || front == (int64_t)s->step->group);
        front = s->step->group;
    }
    for (uint32_t i = 0; i < c.steps_count && front >= 0; i++) {
        const struct case_step *s = &c.steps[i];
        if (s->step->group < (uint32_t)front) MUST(s->state.len > 0 && !str_eq(s->state, STR("open")));
        if (s->step->group > (uint32_t)front) MUST(s->state.len == 0);
        for (uint32_t r = 0; r < s->rounds_count; r++) /* a sub-case is open only while its step is */
            for (uint32_t k = 0; k < s->rounds[r].subs_count; k++) MUST(!str_eq(s->rounds[r].subs[k].state, STR("open")) || str_eq(s->rounds[r].state, STR("open")));
    }
    uint32_t in = 0;
    for (uint32_t i = 0; i < c.lines_count; i++) in += str_eq(c.lines[i].state, STR("in")) || str_eq(c.lines[i].state, STR("done"));
    MUST(!open || in > 0 || c.procedure->lines == NULL);
    l->w->cases++;
    arena_fini(&a);
    return RC_OK;
}

static void seen(void *ctx, const struct scenario_seen *s)
{
    struct walk *w = ctx;
    struct err e;
    w->acts++;
    if (s->rc != RC_OK) {
        w->refused++;
        MUST(s->before == s->after);
        MUST(s->err->kind != NULL && s->err->zh[0] != '\0' && s->err->en[0] != '\0' && s->word.len > 0);
        if (map_find(&w->words, s->word) == NULL) (void)map_put(&w->kept, &w->words, str_dup(&w->kept, s->word), w);
        return;
    }
    w->done++;
    struct looking l = {s, w};
    ok(record_each(s->records, pack_register_find(records_set(s->records), STR("case")), RECORD_BY_ID, false, one_case, &l, &e), &e);
}

/* ---- acts that nobody means ---- */

static struct str person(struct walk *w, const struct pack_scenario *s, struct str otherwise)
{
    return s->people_count == 0 ? otherwise : s->people[dice(w, s->people_count)].name;
}

/* One value less, or one that is nonsense. */
static void values_bent(struct walk *w, struct arena *a, struct pack_pair **at, uint32_t *n)
{
    if (*n == 0) return;
    struct pack_pair *copy = arena_array(a, struct pack_pair, *n);
    memcpy(copy, *at, *n * sizeof *copy);
    uint32_t i = dice(w, *n);
    if (dice(w, 2) == 0) copy[i].text = dice(w, 2) == 0 ? STR("否") : STR("乱");
    else copy[i] = copy[--*n];
    *at = copy;
}

static void act_bent(struct walk *w, struct arena *a, const struct pack_scenario *s, struct pack_act *x)
{
    switch (dice(w, 8)) {
    case 0: x->by = person(w, s, x->by); break;
    case 1: x->day += (int64_t)dice(w, 40) - 20; break;
    case 2: values_bent(w, a, &x->set, &x->set_count); break;
    case 3: values_bent(w, a, &x->counts, &x->counts_count); break;
    case 4: x->each_count -= x->each_count > 0; break;
    case 5: x->votes_count -= x->votes_count > 0; break;
    case 6: x->reasons_count = 0; break;
    default: x->happened = x->day - (int64_t)dice(w, 5); break;
    }
}

static struct pack_scenario bent(struct walk *w, struct arena *a, const struct pack_scenario *of)
{
    struct pack_scenario s = *of;
    struct pack_act *acts = arena_array(a, struct pack_act, ACTS_MAX);
    uint32_t n = 0;
    for (uint32_t i = 0; i < of->acts_count && n + 3 < ACTS_MAX; i++) {
        uint32_t how = dice(w, 14);
        if (how == 0) continue;                                                                /* left out */
        acts[n] = how == 1 ? of->acts[dice(w, of->acts_count)] : of->acts[i];                   /* another one instead */
        acts[n].refused = STR("");
        if (how < 6) act_bent(w, a, of, &acts[n]);
        n++;
        if (how == 6 || (how < 6 && dice(w, 2) == 0)) acts[n++] = of->acts[i];                  /* twice; or what was bent as it should be */
        if (how == 7 && n > 1) {                                                               /* before the one before */
            struct pack_act x = acts[n - 1];
            acts[n - 1] = acts[n - 2];
            acts[n - 2] = x;
        }
    }
    s.acts = acts;
    s.acts_count = n;
    s.expect_case_count = s.expect_out_count = s.expect_slip_count = s.tests_count = s.findings_count = s.undetermined_count = s.excepted_count = s.records_count = s.refused_count = 0;
    return s;
}

static void play(struct walk *w, struct scenario_lab *lab, const struct pack_scenario *of)
{
    struct arena a;
    struct diags d;
    struct scenario_result r;
    struct err e;
    arena_init(&a, 64 << 20);
    diags_init(&d, &a, 200);
    struct pack_scenario s = bent(w, &a, of);
    ok(scenario_lab_run(lab, &s, &d, &r, &e), &e);
    arena_fini(&a);
}

int main(int argc, char **argv)
{
    static struct walk w;
    struct arena a;
    struct diags d;
    struct err e;
    struct pack_source *packs;
    struct pack_set *set = NULL;
    struct scenario_lab *lab = NULL;
    uint64_t rounds = 0;
    size_t n = 0;
    MUST(argc > 3 && str_to_u64(str_c(argv[1]), &rounds) && str_to_u64(str_c(argv[2]), &w.seed));
    arena_init(&a, (size_t)2 << 30);
    arena_init(&w.kept, 16 << 20);
    diags_init(&d, &a, 100);
    err_clear(&e);
    struct str *folders = arena_array(&a, struct str, (size_t)argc);
    for (int i = 3; i < argc; i++) folders[i - 3] = str_c(argv[i]);
    ok(pack_read_all(&a, folders, (size_t)argc - 3, &packs, &n, &e), &e);
    struct pack_options o = {.today = 20454, .scenarios = true};
    if (pack_load(&a, packs, n, &o, &set, &d) != RC_OK) {
        (void)fprintf(stderr, "%s\n", d.first == NULL ? "?" : d.first->err.en);
        return 1;
    }
    ok(scenario_lab_open(set, &lab, &e), &e);
    scenario_lab_watch(lab, seen, &w);
    uint32_t played = 0;
    for (uint64_t round = 0; round < rounds; round++)
        for (uint32_t i = 0; i < set->scenarios_count; i++) {
            if (set->scenarios[i]->acts_count < 2) continue;
            play(&w, lab, set->scenarios[i]);
            played++;
        }
    (void)printf("%u walks of %u procedures: %llu acts, %llu done, %llu refused by %zu words; cases looked at %llu times\n", played, set->procedures_count, (unsigned long long)w.acts,
                 (unsigned long long)w.done, (unsigned long long)w.refused, w.words.len, (unsigned long long)w.cases);
    for (size_t i = 0; i < w.words.len; i++) (void)printf(" " STR_FMT, STR_ARG(w.words.entry[i].key));
    (void)printf("\n");
    MUST(w.done > w.acts / 10 && w.refused > w.acts / 20 && w.words.len > 20 && w.cases > w.done);
    scenario_lab_close(&lab);
    arena_fini(&w.kept);
    arena_fini(&a);
    return 0;
}
