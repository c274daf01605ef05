/*
 * roster.c - the roster that an open area keeps: loaded when it is first asked for; columns that are asked for later are read in beside;
 * followed when a later snapshot asks; one loader at a time.  Readers pin a version under a short lock and never wait for one who loads, unless they need
 * what he makes.
 */
#include "area/inner.h"

enum { KEPT_MAX = 4, WANTS_MAX = 16 * 1024 * 1024 };

/* Versions of one set of wants and packs. */
struct kept_rosters {
    pthread_mutex_t loading;        /* held while one loads or follows; taken before `lock` */
    pthread_mutex_t lock;           /* guards what stands below */
    struct roster *version[KEPT_MAX]; /* newest first */
    struct area_packs *packs;
    struct arena arena;             /* wants */
    struct roster_wants wants;      /* closed */
    struct area_roster_work work;
};

enum rc area_rosters_init(struct area *ar, struct err *err)
{
    struct kept_rosters *k = calloc(1, sizeof *k);
    if (k == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    pthread_mutex_init(&k->loading, NULL);
    pthread_mutex_init(&k->lock, NULL);
    arena_init(&k->arena, WANTS_MAX);
    ar->rosters = k;
    return RC_OK;
}

static void let_go(struct kept_rosters *k)
{
    for (int i = 0; i < KEPT_MAX; i++) roster_free(&k->version[i]);
    area_packs_release(k->packs);
    k->packs = NULL;
    k->wants = (struct roster_wants){NULL, 0, 0};
    arena_fini(&k->arena);
    arena_init(&k->arena, WANTS_MAX);
}

void area_rosters_fini(struct area *ar)
{
    struct kept_rosters *k = ar->rosters;
    if (k == NULL) return;
    let_go(k);
    arena_fini(&k->arena);
    pthread_mutex_destroy(&k->lock);
    pthread_mutex_destroy(&k->loading);
    free(k);
    ar->rosters = NULL;
}

void area_roster_forget(struct area *ar)
{
    MAGIC_CHECK(ar, AREA_MAGIC);
    pthread_mutex_lock(&ar->rosters->lock);
    let_go(ar->rosters);
    pthread_mutex_unlock(&ar->rosters->lock);
}

void area_roster_work(struct area *ar, struct area_roster_work *out)
{
    MAGIC_CHECK(ar, AREA_MAGIC);
    struct kept_rosters *k = ar->rosters;
    pthread_mutex_lock(&k->lock);
    *out = k->work;
    out->bytes = k->version[0] == NULL ? 0 : roster_bytes(k->version[0]);
    out->seq = k->version[0] == NULL ? 0 : roster_seq(k->version[0]);
    pthread_mutex_unlock(&k->lock);
}

/* ---- under the lock ---- */

static bool covers(const struct roster_wants *have, const struct roster_want *want, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool found = false;
        for (size_t k = 0; k < have->len && !found; k++)
            found = have->at[k].reg == want[i].reg && have->at[k].field == want[i].field && (have->at[k].back || !want[i].back);
        if (!found) return false;
    }
    return true;
}

static bool fits(const struct kept_rosters *k, const struct area_view *v, const struct roster_want *want, size_t n)
{
    return k->version[0] != NULL && k->packs->set == v->set && covers(&k->wants, want, n);
}

/* The version of this seq, pinned; *out NULL: there is none. */
static enum rc pin_at(const struct kept_rosters *k, uint64_t seq, struct roster **out, struct err *err)
{
    *out = NULL;
    for (int i = 0; i < KEPT_MAX && k->version[i] != NULL; i++)
        if (roster_seq(k->version[i]) == seq) return roster_pin(k->version[i], out, err);
    return RC_OK;
}

/* A version of the same columns and packs, newer than what is there. */
static void publish(struct kept_rosters *k, struct roster *r)
{
    roster_free(&k->version[KEPT_MAX - 1]);
    memmove(&k->version[1], &k->version[0], (KEPT_MAX - 1) * sizeof k->version[0]);
    k->version[0] = r;
}

/* ---- loading ---- */

/* The next version from the newest.  *out stays NULL where everything must be loaded instead. */
static enum rc follow(struct kept_rosters *k, const struct area_view *v, struct roster **out, struct err *err)
{
    struct roster *base = NULL, *next = NULL;
    pthread_mutex_lock(&k->lock);
    enum rc rc = k->version[0] == NULL ? RC_OK : roster_pin(k->version[0], &base, err); /* forgotten meanwhile, perhaps */
    pthread_mutex_unlock(&k->lock);
    if (rc != RC_OK || base == NULL) return rc;
    rc = roster_follow(base, v->records, &next, err);
    if (rc == RC_OK && roster_erased(next)) roster_free(&next); /* what was erased by law leaves memory too: load anew */
    roster_free(&base);
    if (rc != RC_OK || next == NULL) return rc;
    pthread_mutex_lock(&k->lock);
    rc = roster_pin(next, out, err);
    k->work.follows++;
    if (k->version[0] != NULL && rc == RC_OK) publish(k, next);
    else roster_free(&next);
    pthread_mutex_unlock(&k->lock);
    return rc;
}

/* Keep this one from now on, and none of the older ones: they lack columns, or are of other packs, or hold what was erased. */
static void start_from(struct kept_rosters *k, const struct area_view *v, const struct roster_wants *w, struct roster *r)
{
    let_go(k);
    for (size_t i = 0; i < w->len; i++) vec_push(&k->arena, &k->wants, w->at[i]);
    k->packs = v->packs;
    atomic_fetch_add(&k->packs->refs, 1);
    k->version[0] = r;
}

/* What was asked for so far under these packs, and this: read in beside what is there, or all of it. */
static enum rc widen(struct kept_rosters *k, const struct area_view *v, const struct roster_want *want, size_t n, struct roster **out, struct err *err)
{
    struct arena a;
    struct roster_wants w = {NULL, 0, 0};
    struct roster *base = NULL, *r = NULL;
    arena_init(&a, WANTS_MAX);
    pthread_mutex_lock(&k->lock);
    bool same = k->packs != NULL && k->packs->set == v->set;
    for (size_t i = 0; same && i < k->wants.len; i++) roster_want_put(&a, &w, k->wants.at[i]);
    enum rc rc = same && k->version[0] != NULL ? roster_pin(k->version[0], &base, err) : RC_OK;
    pthread_mutex_unlock(&k->lock);
    for (size_t i = 0; i < n; i++) roster_want_put(&a, &w, want[i]);
    roster_want_close(&a, &w);
    bool beside = base != NULL && roster_seq(base) == v->seq && !roster_erased(base);
    if (rc == RC_OK) rc = beside ? roster_extend(base, v->records, want, n, &r, err) : roster_load(v->records, w.at, w.len, &r, err);
    if (rc == RC_OK && (rc = roster_pin(r, out, err)) == RC_OK) {
        pthread_mutex_lock(&k->lock);
        start_from(k, v, &w, r);
        r = NULL;
        if (beside) k->work.widened++;
        else k->work.loads++;
        pthread_mutex_unlock(&k->lock);
    }
    roster_free(&r);
    roster_free(&base);
    arena_fini(&a);
    return rc;
}

/* With `loading` held. */
static enum rc make(struct kept_rosters *k, const struct area_view *v, const struct roster_want *want, size_t n, struct roster **out, struct err *err)
{
    pthread_mutex_lock(&k->lock);
    bool ready = fits(k, v, want, n), older = false, later = false;
    enum rc rc = ready ? pin_at(k, v->seq, out, err) : RC_OK; /* another thread made it while we waited */
    if (k->version[0] != NULL) {
        older = roster_seq(k->version[0]) > v->seq || k->packs->install_seq > v->packs->install_seq;
        later = k->packs->set == v->set && roster_seq(k->version[0]) < v->seq;
    }
    pthread_mutex_unlock(&k->lock);
    if (rc != RC_OK || *out != NULL) return rc;
    if (older) { /* of a snapshot that is gone for all others: for this reader alone */
        pthread_mutex_lock(&k->lock);
        k->work.alone++;
        pthread_mutex_unlock(&k->lock);
        return roster_load(v->records, want, n, out, err);
    }
    if (later) TRY(follow(k, v, out, err));
    if (ready && *out != NULL) return RC_OK;
    roster_free(out); /* it lacks columns, but stands at our seq now */
    return widen(k, v, want, n, out, err);
}

enum rc area_roster(struct area_view *v, const struct roster_want *want, size_t n, struct roster **out, struct err *err)
{
    struct kept_rosters *k = v->area->rosters;
    *out = NULL;
    pthread_mutex_lock(&k->lock);
    enum rc rc = fits(k, v, want, n) ? pin_at(k, v->seq, out, err) : RC_OK;
    pthread_mutex_unlock(&k->lock);
    if (rc != RC_OK || *out != NULL) return rc;
    pthread_mutex_lock(&k->loading);
    rc = make(k, v, want, n, out, err);
    pthread_mutex_unlock(&k->loading);
    return rc;
}

struct area_packs *area_view_packs(const struct area_view *v)
{
    atomic_fetch_add(&v->packs->refs, 1);
    return v->packs;
}
