/*
 * keep.c - what a person was told of a record, kept until anything that it was made of changes.
 *
 * An answer is found again only by what it depends on: the grant itself (which area makes anew when anything that it rests on changes), the record,
 * the language, the day, and the packs; and only while no entry of the journal behind the one that it was made at speaks of a register that was read
 * for it (record_watch()).  So a view finds what it would have made itself, whatever its seq is.  The text is kept without its seq, which each answer
 * has of its own.
 */
#include "http/inner.h"

enum { WAYS = 4, SETS = 2048, KEPT_BYTES = 13 << 19, KEPT_ONE_MAX = 64 << 10, GRANTS = 64, REGISTERS = 4096, BEHIND_MAX = 4096, RESTS_MAX = 512 };

struct kept {
    uint64_t grant;       /* its number here */
    uint64_t id, seq, used;
    day_num today, clock_day;
    uint32_t number;      /* of the register */
    uint32_t version;
    enum lang lang;
    uint32_t rests_count, reads_count;
    size_t len, size;
    const char *text;     /* behind the seq */
    const uint16_t *rests; /* numbers of registers */
    struct noted reads[]; /* then rests, then the text */
};

struct kept_answers {
    const struct pack_set *set;
    struct area_packs *packs;      /* keeps set alive */
    uint64_t known;                /* changed[] tells of the journal up to here */
    uint64_t base;                 /* and of nothing before this */
    uint64_t clock;
    size_t bytes, hand;
    struct { struct grant *grant; uint64_t number, used; } grants[GRANTS];
    struct kept *at[SETS * WAYS];
    uint64_t changed[REGISTERS];   /* the last entry of each */
};

static const char opening[] = "{\"seq\":";

/* ---- under the lock ---- */

static void drop(struct kept_answers *k, size_t i)
{
    if (k->at[i] == NULL) return;
    k->bytes -= k->at[i]->size;
    free(k->at[i]);
    k->at[i] = NULL;
}

static void drop_all(struct kept_answers *k)
{
    for (size_t i = 0; i < ARRAY_LEN(k->at); i++) drop(k, i);
    for (size_t i = 0; i < GRANTS; i++) {
        grant_release(k->grants[i].grant);
        k->grants[i].grant = NULL;
        k->grants[i].number = k->grants[i].used = 0;
    }
}

void kept_free(struct site *s)
{
    struct kept_answers *k = s->kept;
    if (k == NULL) return;
    drop_all(k);
    area_packs_release(k->packs);
    free(k);
    s->kept = NULL;
}

static void begin_anew(struct kept_answers *k, struct req *q)
{
    drop_all(k);
    if (k->set != q->view->set) {
        area_packs_release(k->packs);
        k->packs = area_view_packs(q->view);
        k->set = q->view->set;
    }
    k->known = k->base = q->view->seq;
}

/* What was written since is looked at once.  False: nothing that is kept is for this view. */
static bool follow(struct kept_answers *k, struct req *q)
{
    uint64_t seq = q->view->seq;
    if (seq < k->base || (k->set != q->view->set && seq < k->known)) return false;
    if (k->set != q->view->set || (seq > k->known && seq - k->known > BEHIND_MAX)) begin_anew(k, q);
    if (seq <= k->known) return true;
    struct journal_walk *w = NULL;
    const struct entry *e = NULL;
    struct err ignored;
    bool good = journal_walk(q->view->journal, k->known + 1, &w, &ignored) == RC_OK;
    while (good && (good = journal_next(w, &e, NULL, &ignored) == RC_OK) && e != NULL && e->seq <= seq) {
        bool plain = e->kind == ENTRY_CREATE || e->kind == ENTRY_UPDATE || e->kind == ENTRY_CLOSE;
        if (plain && e->reg < REGISTERS) k->changed[e->reg] = e->seq;
        else good = e->kind == ENTRY_REFUSED; /* erasing by law, other packs, and whatever else there will be: nothing is kept */
    }
    journal_walk_close(&w);
    if (good) k->known = seq;
    else begin_anew(k, q);
    return true;
}

static struct kept_answers *kept_of(struct site *s)
{
    if (s->kept == NULL) s->kept = calloc(1, sizeof *s->kept);
    return s->kept;
}

/* 0: not known here. */
static uint64_t grant_number(struct kept_answers *k, const struct grant *g)
{
    for (size_t i = 0; i < GRANTS; i++) {
        if (k->grants[i].grant != g) continue;
        k->grants[i].used = ++k->clock;
        return k->grants[i].number;
    }
    return 0;
}

/* A grant that is held is no other grant: numbers are never given twice, so what a grant that went leaves behind is found by nobody. */
static uint64_t grant_take(struct kept_answers *k, struct grant *g)
{
    uint64_t known = grant_number(k, g);
    size_t to = 0;
    if (known != 0) return known;
    for (size_t i = 0; i < GRANTS; i++)
        if (k->grants[i].used < k->grants[to].used) to = i;
    grant_release(k->grants[to].grant);
    k->grants[to].grant = grant_hold(g);
    k->grants[to].number = k->grants[to].used = ++k->clock;
    return k->grants[to].number;
}

static size_t set_of(uint64_t grant, uint32_t number, uint64_t id)
{
    uint64_t h = (id * UINT64_C(0x9e3779b97f4a7c15)) ^ (number * UINT64_C(0xc2b2ae3d27d4eb4f)) ^ (grant * UINT64_C(0x165667b19e3779f9));
    h ^= h >> 29;
    h *= UINT64_C(0xbf58476d1ce4e5b9);
    return (size_t)(h >> 32) % SETS * WAYS;
}

static bool same(const struct kept *x, const struct req *q, uint64_t grant, uint32_t number, uint64_t id, day_num clock_day)
{
    return x->grant == grant && x->number == number && x->id == id && x->lang == q->lang && x->today == q->run.today && x->clock_day == clock_day;
}

static bool still_true(const struct kept_answers *k, const struct kept *x, uint64_t seq)
{
    if (x->seq > seq || x->seq < k->base) return false;
    for (uint32_t i = 0; i < x->rests_count; i++)
        if (k->changed[x->rests[i]] > x->seq) return false;
    return true;
}

/* How records are called goes by the clock's day, also where a day was fixed for the rest. */
static day_num clock_day(struct req *q)
{
    if (q->http->o.today == ENTRY_NO_DAY) return q->run.today;
    return civil_day(q->view->set->zone, clock_now_us());
}

/* ---- finding ---- */

bool keep_find(struct req *q, uint64_t id, uint32_t *version)
{
    struct site *s = q->site;
    uint32_t number = record_number(q->view->records, q->reg);
    day_num day = clock_day(q);
    bool found = false;
    pthread_mutex_lock(&s->keep_lock);
    struct kept_answers *k = kept_of(s);
    uint64_t grant = k != NULL && follow(k, q) ? grant_number(k, q->grant) : 0;
    for (size_t i = set_of(grant, number, id), end = i + WAYS; grant != 0 && i < end && !found; i++) {
        struct kept *x = k->at[i];
        if (x == NULL || !same(x, q, grant, number, id, day)) continue;
        if (!still_true(k, x, q->view->seq)) {
            if (x->seq <= q->view->seq) drop(k, i);
            break;
        }
        found = true;
        x->used = ++k->clock;
        *version = x->version;
        answer_json(q);
        buf_put(&q->out, opening, sizeof opening - 1);
        buf_str(&q->out, str_u64(&q->arena, q->view->seq));
        buf_put(&q->out, x->text, x->len);
        for (uint32_t n = 0; n < x->reads_count; n++) read_note(q, x->reads[n].reg, x->reads[n].id, x->reads[n].class, x->reads[n].purpose);
    }
    pthread_mutex_unlock(&s->keep_lock);
    return found;
}

/* ---- keeping ---- */

void keep_begin(struct req *q, struct keeping *k)
{
    *k = (struct keeping){.clock_day = clock_day(q)};
    record_watch(q->view->records, &q->arena, &k->watch);
}

static struct kept *make(struct req *q, const struct keeping *g, size_t from)
{
    size_t reads_n = 0, rests_n = 0;
    const struct noted *reads = reads_noted(q, &reads_n);
    for (uint32_t i = 0; i < g->watch.count; i++) rests_n += g->watch.numbers[i];
    size_t len = q->out.len - from, head = sizeof(struct kept) + reads_n * sizeof *reads, size = head + rests_n * sizeof(uint16_t) + len;
    if (size > KEPT_ONE_MAX || rests_n > RESTS_MAX) return NULL;
    struct kept *x = malloc(size);
    if (x == NULL) return NULL;
    uint16_t *rests = (uint16_t *)(void *)((char *)x + head);
    char *text = (char *)(rests + rests_n);
    *x = (struct kept){.reads_count = (uint32_t)reads_n, .len = len, .size = size, .text = text, .rests = rests};
    for (size_t i = 0; i < reads_n; i++) x->reads[i] = reads[i];
    for (uint32_t i = 0; i < g->watch.count; i++)
        if (g->watch.numbers[i]) rests[x->rests_count++] = (uint16_t)i;
    memcpy(text, q->out.ptr + from, len);
    return x;
}

static void make_room(struct kept_answers *k, size_t size)
{
    for (size_t n = 0; k->bytes + size > KEPT_BYTES && n < ARRAY_LEN(k->at); n++) {
        drop(k, k->hand);
        k->hand = (k->hand + 1) % ARRAY_LEN(k->at);
    }
}

void keep_end(struct req *q, struct keeping *g, uint64_t id, uint32_t version, bool good)
{
    struct site *s = q->site;
    size_t from = sizeof opening - 1;
    record_watch_end(&g->watch);
    /* Something that the journal does not tell of; or midnight came by. */
    if (!good || g->watch.other || g->watch.count > REGISTERS || buf_failed(&q->out) || q->out.len <= from || clock_day(q) != g->clock_day) return;
    MUST(memcmp(q->out.ptr, opening, from) == 0);
    while (from < q->out.len && q->out.ptr[from] >= '0' && q->out.ptr[from] <= '9') from++;
    struct kept *x = make(q, g, from);
    if (x == NULL) return;
    x->id = id;
    x->seq = q->view->seq;
    x->version = version;
    x->lang = q->lang;
    x->today = q->run.today;
    x->clock_day = g->clock_day;
    x->number = record_number(q->view->records, q->reg);
    pthread_mutex_lock(&s->keep_lock);
    struct kept_answers *k = kept_of(s);
    if (k != NULL && follow(k, q)) {
        make_room(k, x->size);
        x->grant = grant_take(k, q->grant);
        x->used = ++k->clock;
        size_t first = set_of(x->grant, x->number, id), to = first;
        for (size_t i = first; i < first + WAYS; i++) {
            if (k->at[i] == NULL || same(k->at[i], q, x->grant, x->number, id, g->clock_day)) {
                to = i;
                break;
            }
            if (k->at[i]->used < k->at[to]->used) to = i;
        }
        drop(k, to);
        k->bytes += x->size;
        k->at[to] = x;
        x = NULL;
    }
    pthread_mutex_unlock(&s->keep_lock);
    free(x);
}
