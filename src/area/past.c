/*
 * past.c - packs that were in force before, for the cases that began under them: read again from the area's own texts, compiled once and kept
 * on a shelf that all handles share; bound to the store of each handle that asks.
 */
#include "area/inner.h"

enum { SHELF_MAX = 16, BOUND_MAX = 64 };

struct shelf {
    pthread_mutex_t lock;
    struct shelved { uint64_t install, now; struct area_packs *packs; uint64_t used; } at[SHELF_MAX];
    uint64_t clock;
};

/* What one handle has bound.  Nothing of it goes before the handle's snapshot does: callers hold on to procedures. */
struct past_bound {
    struct area *area;
    struct store *store;
    struct journal *journal;
    const struct area_packs *now;
    struct record_past past;
    struct bound { uint64_t install; struct area_packs *packs; struct records *records; } at[BOUND_MAX];
    size_t count;
};

enum rc shelf_make(struct area *ar, struct err *err)
{
    ar->shelf = calloc(1, sizeof *ar->shelf);
    if (ar->shelf == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    pthread_mutex_init(&ar->shelf->lock, NULL);
    return RC_OK;
}

void shelf_free(struct area *ar)
{
    if (ar->shelf == NULL) return;
    for (size_t i = 0; i < SHELF_MAX; i++) area_packs_release(ar->shelf->at[i].packs);
    pthread_mutex_destroy(&ar->shelf->lock);
    free(ar->shelf);
    ar->shelf = NULL;
}

/* The columns are those of today: a number that has got more decimals since is stored with them. */
static void scales_follow(struct pack_set *old, const struct pack_set *now)
{
    for (uint32_t i = 0; i < old->registers_count; i++) {
        const struct pack_register *today = pack_register_find(now, old->registers[i]->d.name);
        for (uint32_t k = 0; today != NULL && k < old->registers[i]->fields_count; k++) {
            struct pack_field *f = (struct pack_field *)(uintptr_t)&old->registers[i]->fields[k];
            const struct pack_field *g = f->type == FIELD_NUMBER && f->column != UINT32_MAX ? pack_field_find(today, f->name) : NULL;
            if (g != NULL && g->type == FIELD_NUMBER) f->len = g->len;
        }
    }
}

static struct area_packs *taken(struct shelf *s, uint64_t install, uint64_t now)
{
    struct area_packs *p = NULL;
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < SHELF_MAX && p == NULL; i++)
        if (s->at[i].packs != NULL && s->at[i].install == install && s->at[i].now == now) {
            p = s->at[i].packs;
            s->at[i].used = ++s->clock;
            atomic_fetch_add(&p->refs, 1);
        }
    pthread_mutex_unlock(&s->lock);
    return p;
}

static void put(struct shelf *s, uint64_t install, uint64_t now, struct area_packs *p)
{
    pthread_mutex_lock(&s->lock);
    struct shelved *to = &s->at[0];
    for (size_t i = 0; i < SHELF_MAX; i++)
        if (s->at[i].packs == NULL || (to->packs != NULL && s->at[i].used < to->used)) to = &s->at[i];
    area_packs_release(to->packs);
    atomic_fetch_add(&p->refs, 1);
    *to = (struct shelved){install, now, p, ++s->clock};
    pthread_mutex_unlock(&s->lock);
}

static enum rc at(void *ctx, uint64_t install, struct records **out, struct err *err)
{
    struct past_bound *b = ctx;
    for (size_t i = 0; i < b->count; i++)
        if (b->at[i].install == install) {
            *out = b->at[i].records;
            return RC_OK;
        }
    if (b->count == BOUND_MAX) return err_set0(err, &E_area_past_many, NO_PLACE);
    struct area_packs *p = taken(b->area->shelf, install, b->now->install_seq);
    if (p == NULL) {
        TRY(area_packs_read_at(b->store, install, &p, err));
        scales_follow((struct pack_set *)(uintptr_t)p->set, b->now->set);
        put(b->area->shelf, install, b->now->install_seq, p);
    }
    struct bound *to = &b->at[b->count];
    *to = (struct bound){install, p, NULL};
    enum rc rc = area_packs_bind(p, b->store, b->journal, &to->records, err);
    if (rc != RC_OK) {
        area_packs_release(p);
        return rc;
    }
    b->count++;
    *out = to->records;
    return RC_OK;
}

enum rc past_bind(struct area *ar, struct store *s, struct journal *j, struct records *rs, const struct area_packs *now, struct past_bound **out, struct err *err)
{
    struct past_bound *b = calloc(1, sizeof *b);
    *out = b;
    if (b == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    *b = (struct past_bound){.area = ar, .store = s, .journal = j, .now = now};
    b->past = (struct record_past){.ctx = b, .install = now->install_seq, .at = at};
    record_past_set(rs, &b->past);
    return RC_OK;
}

void past_clear(struct past_bound *b)
{
    for (size_t i = 0; b != NULL && i < b->count; i++) {
        records_close(&b->at[i].records);
        area_packs_release(b->at[i].packs);
    }
    if (b != NULL) b->count = 0;
}

void past_free(struct past_bound **bp)
{
    past_clear(*bp);
    free(*bp);
    *bp = NULL;
}
