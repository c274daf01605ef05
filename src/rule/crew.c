/*
 * crew.c - the same judgement by several threads.  Blocks of records are dealt out in batches: each task is some blocks of one rule, worked out by
 * whoever comes by, on a handle of the roster, rooms and arenas of its own.  What was found is told by the first thread, task by task in their order,
 * while the others are at the next batch.
 * Only answers come from the others, never an error: a task that could not be finished (a limit, memory, more to tell than a task keeps) is taken up
 * by the first thread where it stopped, as if it had been alone.  So nothing that is told, an error among it, hangs on how many threads there are.
 */
#include "rule/rule_inner.h"

enum {
    TASK_BLOCKS = 16, TASK_BLOCKS_TOLD = 4,
    TASKS_BARE = 128, TASKS_TOLD = 32, /* ids and verdicts only; with what is to be told */
    TASK_TOLD_MAX = 2 << 20            /* what a task keeps of that */
};

struct task {
    const struct pack_rule *rule;
    uint32_t with;               /* place of the other record of a pair */
    uint32_t from, n;            /* places */
    uint32_t done;               /* whole blocks whose verdicts are known */
    struct rule_bits bits[TASK_BLOCKS];
    struct { struct judged *at; uint32_t count; } found[TASK_BLOCKS];
    struct arena arena, told;
};

struct batch { struct task *task; uint32_t count; };

struct shift {
    const struct judge_options *o;
    struct bench *bench[CREW_MAX];
    struct bench others[CREW_MAX];
    struct crew crew;
    struct batch *at;            /* the batch that is worked on */
};

static void swap(struct arena *a, struct arena *b)
{
    struct arena t = *a;
    *a = *b;
    *b = t;
}

/* False: not all of the block, and nothing of later ones. */
static bool report(struct bench *b, const struct judge_options *o, struct task *t, uint32_t block, struct err *err)
{
    const struct rule_bits *v = &t->bits[block];
    uint32_t n = 0, *count = &t->found[block].count;
    for (uint32_t w = 0; w < RULE_BLOCK / 64; w++) n += (uint32_t)__builtin_popcountll(rule_reported(o, v, w));
    struct judged *at = t->found[block].at = n == 0 ? NULL : arena_try(&b->told, n * sizeof *at);
    if (n > 0 && at == NULL) return false;
    for (uint32_t w = 0; w < RULE_BLOCK / 64; w++)
        for (uint64_t left = rule_reported(o, v, w); left != 0; left &= left - 1) {
            uint32_t place = t->from + block * RULE_BLOCK + w * 64 + (uint32_t)__builtin_ctzll(left);
            int64_t id = roster_id_at(b->roster, t->rule->over, place);
            if (b->arena.used + b->told.used > TASK_TOLD_MAX) return false;
            if (rule_report(b, t->rule, (uint64_t)id, rule_verdict_at(v, w, left & -left), false, &at[*count], err) != RC_OK) return false;
            ++*count;
        }
    return true;
}

static void task_run(struct bench *b, const struct judge_options *o, struct task *t)
{
    struct err ignored; /* the first thread meets it again, in its turn */
    err_clear(&ignored);
    (void)bench_pair(b, t->rule, t->with);
    for (uint32_t at = 0; at < t->n; at += RULE_BLOCK) {
        uint32_t block = t->done;
        if (rule_block(b, t->rule, t->from + at, MIN(t->n - at, (uint32_t)RULE_BLOCK), &t->bits[block], &ignored) != RC_OK) return;
        t->done++;
        if (!o->bare && !report(b, o, t, block, &ignored)) return;
    }
}

static void work(void *ctx, uint32_t worker)
{
    struct shift *s = ctx;
    struct bench *b = s->bench[worker];
    uint32_t part;
    while (crew_part(&s->crew, &part)) {
        struct task *t = &s->at->task[part];
        swap(&b->arena, &t->arena);
        swap(&b->told, &t->told);
        task_run(b, s->o, t);
        swap(&b->arena, &t->arena);
        swap(&b->told, &t->told);
    }
}

/* What the others left open is done here. */
static enum rc tell(struct bench *b, const struct judge_options *o, const struct task *t, const struct told *to, struct err *err)
{
    (void)bench_pair(b, t->rule, t->with);
    for (uint32_t at = 0, block = 0; at < t->n; at += RULE_BLOCK, block++) {
        struct rule_bits own;
        const struct rule_bits *v = &t->bits[block];
        if (block >= t->done) {
            TRY(rule_block(b, t->rule, t->from + at, MIN(t->n - at, (uint32_t)RULE_BLOCK), &own, err));
            v = &own;
        }
        for (uint32_t i = 0; i < t->found[block].count; i++) TRY(to->fn(to->ctx, &t->found[block].at[i], err));
        TRY(rule_tell(b, t->rule, o, t->from + at, v, t->found[block].count, to, err));
    }
    return RC_OK;
}

/* ---- dealing out ---- */

struct dealing { const struct pack_rule *const *rules; uint32_t n, rule, with, from; };

static void task_clear(struct task *t)
{
    struct arena_mark start = {0};
    arena_reset(&t->arena, start);
    arena_reset(&t->told, start);
    memset(t->found, 0, sizeof t->found);
    t->done = 0;
}

static void deal(struct bench *b, const struct judge_options *o, struct dealing *d, struct batch *out)
{
    uint32_t max = o->bare ? TASKS_BARE : TASKS_TOLD, size = RULE_BLOCK * (o->bare ? TASK_BLOCKS : TASK_BLOCKS_TOLD);
    const uint64_t *gone;
    for (out->count = 0; out->count < max && d->rule < d->n;) {
        const struct pack_rule *rule = d->rules[d->rule];
        uint32_t places = roster_places(b->roster, rule->over, &gone);
        if (places == 0 || d->with >= bench_pairs(b, rule)) {
            d->rule++;
            d->with = d->from = 0;
            continue;
        }
        if (d->from >= places || !bench_pair(b, rule, d->with)) {
            d->with++;
            d->from = 0;
            continue;
        }
        if (d->from == 0) rule_prepare(b, rule, 0);
        struct task *t = &out->task[out->count++];
        task_clear(t);
        t->rule = rule;
        t->with = d->with;
        t->from = d->from;
        t->n = MIN(size, places - d->from);
        d->from += t->n;
    }
}

static enum rc hands(struct shift *s, struct bench *b, struct err *err)
{
    s->bench[0] = b;
    for (uint32_t i = 1; i < b->threads; i++) {
        struct roster *pin;
        TRY(roster_pin(b->roster, &pin, err));
        s->bench[i] = &s->others[i];
        bench_init(s->bench[i], pin, b->set, b->today, b->lang);
        s->bench[i]->by_rows = b->by_rows;
        s->bench[i]->lender = b;
    }
    return RC_OK;
}

static bool batch_make(struct batch *b, uint32_t n)
{
    b->task = calloc(n, sizeof *b->task);
    for (uint32_t i = 0; b->task != NULL && i < n; i++) {
        arena_init(&b->task[i].arena, RULE_ARENA_MAX);
        arena_init(&b->task[i].told, RULE_TOLD_MAX);
    }
    return b->task != NULL;
}

static void batch_free(struct batch *b, uint32_t n)
{
    for (uint32_t i = 0; b->task != NULL && i < n; i++) {
        arena_fini(&b->task[i].told);
        arena_fini(&b->task[i].arena);
    }
    free(b->task);
}

enum rc judge_by_crew(struct bench *b, const struct pack_rule *const *rules, uint32_t n, const struct judge_options *o, const struct told *t, struct err *err)
{
    uint32_t max = o->bare ? TASKS_BARE : TASKS_TOLD;
    struct batch batch[2] = {{0}, {0}}, *now = &batch[0], *next = &batch[1];
    struct dealing d = {.rules = rules, .n = n};
    struct shift *s = calloc(1, sizeof *s);
    enum rc rc = s != NULL && batch_make(now, max) && batch_make(next, max) ? RC_OK : err_set0(err, &E_no_memory, NO_PLACE);
    if (rc == RC_OK) rc = hands(s, b, err);
    if (rc == RC_OK) {
        s->o = o;
        next->count = 0;
        deal(b, o, &d, now);
    }
    /* `next` was worked out and is told while the others begin with `now`. */
    while (rc == RC_OK && (now->count > 0 || next->count > 0)) {
        s->at = now;
        crew_start(&s->crew, b->threads, now->count, work, s);
        for (uint32_t i = 0; i < next->count && rc == RC_OK; i++) rc = tell(b, o, &next->task[i], t, err);
        crew_join(&s->crew);
        struct batch *told = next;
        next = now;
        now = told;
        if (rc == RC_OK) deal(b, o, &d, now);
    }
    for (uint32_t i = 1; s != NULL && i < CREW_MAX && s->bench[i] != NULL; i++) {
        struct roster *pin = s->bench[i]->roster;
        bench_fini(s->bench[i]);
        roster_free(&pin);
    }
    batch_free(&batch[0], max);
    batch_free(&batch[1], max);
    free(s);
    return rc;
}
