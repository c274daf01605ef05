/*
 * roster_memory.c - handles, versions and their home; arrays that versions share.
 */
#include "record/roster_inner.h"

/* Before each shared array; 16 bytes, so that what follows is aligned as malloc gave it. */
struct share {
    uint32_t refs;
    uint32_t unused;
    size_t bytes;
};
_Static_assert(sizeof(struct share) == 16, "keeps the alignment");

static struct share *share_of(void *at) { return (struct share *)at - 1; }

void roster_count(struct roster *r, size_t more, size_t less) { __atomic_fetch_add(&r->home->bytes, more - less, __ATOMIC_RELAXED); }

enum rc roster_grow(struct roster *r, void **at, size_t from, size_t to, size_t item, struct err *err)
{
    size_t old = 0, bytes = 0;
    if (mul_overflows(to, item, &bytes) || mul_overflows(from, item, &old) || bytes > SIZE_MAX / 2) return err_set0(err, &E_no_memory, NO_PLACE);
    struct share *s = *at == NULL ? NULL : share_of(*at);
    MUST(s == NULL || (s->refs == 1 && s->bytes == old));
    struct share *p = realloc(s, sizeof(*p) + bytes);
    if (p == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    p->refs = 1;
    p->unused = 0;
    p->bytes = bytes;
    if (bytes > old) memset((char *)(p + 1) + old, 0, bytes - old);
    *at = p + 1;
    roster_count(r, bytes, old);
    return RC_OK;
}

bool roster_leave(void *at) { return at != NULL && __atomic_sub_fetch(&share_of(at)->refs, 1, __ATOMIC_ACQ_REL) == 0; }

void roster_array_free(struct roster *r, void *at)
{
    roster_count(r, 0, share_of(at)->bytes);
    free(share_of(at));
}

void roster_drop(struct roster *r, void *at)
{
    if (roster_leave(at)) roster_array_free(r, at);
}

void *roster_share(void *at)
{
    if (at != NULL) __atomic_add_fetch(&share_of(at)->refs, 1, __ATOMIC_RELAXED);
    return at;
}

bool roster_sole(const void *at)
{
    return at != NULL && __atomic_load_n(&((const struct share *)at - 1)->refs, __ATOMIC_ACQUIRE) == 1;
}

enum rc roster_own(struct roster *r, void **at, size_t items, size_t was_cap, size_t cap, size_t item, struct err *err)
{
    if (roster_sole(*at)) return cap > was_cap ? roster_grow(r, at, was_cap, cap, item, err) : RC_OK;
    void *fresh = NULL;
    TRY(roster_grow(r, &fresh, 0, MAX(cap, items), item, err));
    if (items > 0) memcpy(fresh, *at, items * item);
    roster_drop(r, *at);
    *at = fresh;
    return RC_OK;
}

/* ---- handles ---- */

static enum rc handle_make(struct roster_version *v, struct roster **out, struct err *err)
{
    struct roster *r = calloc(1, sizeof(*r));
    if (r == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    r->magic = ROSTER_MAGIC;
    r->version = v;
    r->home = v->home;
    r->set = v->set;
    r->tables = v->tables;
    roster_host_init(r);
    *out = r;
    return RC_OK;
}

static enum rc version_make(struct roster_home *home, const struct pack_set *set, struct roster **out, struct err *err)
{
    struct roster_version *v = calloc(1, sizeof(*v));
    if (v == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    v->refs = 1;
    v->home = home;
    v->set = set;
    arena_init(&v->arena, ROSTER_META_MAX);
    v->tables = arena_array(&v->arena, struct roster_table *, set->registers_count + 1);
    enum rc rc = handle_make(v, out, err);
    if (rc != RC_OK) {
        arena_fini(&v->arena);
        free(v);
        return rc;
    }
    __atomic_add_fetch(&home->refs, 1, __ATOMIC_RELAXED);
    roster_count(*out, sizeof(*v), 0);
    return RC_OK;
}

static void home_drop(struct roster_home *h)
{
    if (__atomic_sub_fetch(&h->refs, 1, __ATOMIC_ACQ_REL) > 0) return;
    roster_texts_free(h);
    pthread_mutex_destroy(&h->lock);
    free(h);
}

enum rc roster_make(const struct pack_set *set, struct roster **out, struct err *err)
{
    *out = NULL;
    struct roster_home *h = calloc(1, sizeof(*h));
    if (h == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    pthread_mutex_init(&h->lock, NULL);
    h->refs = 1; /* ours, till the version has it */
    h->bytes = sizeof(*h);
    enum rc rc = version_make(h, set, out, err);
    home_drop(h);
    return rc;
}

enum rc roster_make_next(const struct roster *r, struct roster **out, struct err *err)
{
    *out = NULL;
    return version_make(r->home, r->set, out, err);
}

enum rc roster_pin(const struct roster *r, struct roster **out, struct err *err)
{
    roster_check(r);
    *out = NULL;
    TRY(handle_make(r->version, out, err));
    __atomic_add_fetch(&r->version->refs, 1, __ATOMIC_RELAXED);
    return RC_OK;
}

bool roster_alone(const struct roster *r) { return __atomic_load_n(&r->version->refs, __ATOMIC_ACQUIRE) == 1; }

void roster_free(struct roster **rp)
{
    struct roster *r = *rp;
    if (r == NULL) return;
    roster_check(r);
    struct roster_version *v = r->version;
    if (__atomic_sub_fetch(&v->refs, 1, __ATOMIC_ACQ_REL) == 0) {
        for (uint32_t i = 0; i < v->set->registers_count; i++)
            if (v->tables[i] != NULL) roster_table_free(r, v->tables[i]);
        roster_count(r, 0, sizeof(*v));
        arena_fini(&v->arena);
        home_drop(v->home);
        free(v);
    }
    r->magic = 0;
    free(r);
    *rp = NULL;
}

bool roster_erased(const struct roster *r)
{
    roster_check(r);
    return __atomic_load_n(&r->home->erased, __ATOMIC_RELAXED);
}

uint64_t roster_seq(const struct roster *r)
{
    roster_check(r);
    return r->version->seq;
}

size_t roster_bytes(const struct roster *r)
{
    roster_check(r);
    return __atomic_load_n(&r->home->bytes, __ATOMIC_RELAXED) + r->version->arena.used;
}
