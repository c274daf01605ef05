/* order_keep.c - orders that were asked for, the newest so many of an area: whole ones for everybody, cut ones for whom they were cut. */
#include "http/record/order.h"

struct order_cache {
    struct order_list *first;
    size_t count, ids; /* ids: of all lists together */
    uint64_t clock;
};

enum { IDS_KEPT = 1 << 20, LISTS_KEPT = 8 };

void order_list_drop(struct order_list *l)
{
    if (l == NULL || atomic_fetch_sub(&l->refs, 1) != 1) return;
    grant_release(l->grant);
    free(l->ids);
    free((void *)(uintptr_t)l->key.ptr);
    free(l);
}

void orders_free(struct site *s)
{
    struct order_cache *c = s->orders;
    if (c == NULL) return;
    for (struct order_list *l = c->first, *next; l != NULL; l = next) {
        next = l->next;
        order_list_drop(l);
    }
    free(c);
    s->orders = NULL;
}

struct order_list *order_list_find(struct site *s, struct str key, uint64_t account)
{
    if (s->orders == NULL) s->orders = calloc(1, sizeof *s->orders);
    if (s->orders == NULL) return NULL;
    for (struct order_list *l = s->orders->first; l != NULL; l = l->next)
        if (l->account == account && str_eq(l->key, key)) {
            l->used = ++s->orders->clock;
            atomic_fetch_add(&l->refs, 1);
            return l;
        }
    return NULL;
}

static void take_out(struct order_cache *c, struct order_list **at)
{
    struct order_list *l = *at;
    *at = l->next;
    c->count--;
    c->ids -= l->n;
    order_list_drop(l);
}

static struct order_list **oldest_of(struct order_cache *c)
{
    struct order_list **oldest = &c->first;
    for (struct order_list **at = &c->first; *at != NULL; at = &(*at)->next)
        if ((*at)->used < (*oldest)->used) oldest = at;
    return oldest;
}

void order_list_keep(struct site *s, struct order_list *l)
{
    struct order_cache *c = s->orders;
    if (c == NULL) return; /* no memory: it is not remembered */
    for (struct order_list **at = &c->first; *at != NULL;) {
        if ((*at)->account == l->account && str_eq((*at)->key, l->key)) take_out(c, at);
        else at = &(*at)->next;
    }
    /* In a county many lists of many readers; of a register of a million a few. */
    while (c->first != NULL && (c->count >= ORDERS_MAX || c->ids + l->n > MAX((size_t)IDS_KEPT, LISTS_KEPT * l->n))) take_out(c, oldest_of(c));
    l->used = ++c->clock;
    l->next = c->first;
    c->first = l;
    c->count++;
    c->ids += l->n;
    atomic_fetch_add(&l->refs, 1);
}

struct order_list *order_list_make(struct str key, uint64_t *ids, size_t n)
{
    struct order_list *l = calloc(1, sizeof *l);
    char *text = malloc(key.len + 1);
    if (l == NULL || text == NULL) {
        free(l);
        free(text);
        return NULL;
    }
    memcpy(text, key.ptr, key.len);
    text[key.len] = '\0';
    l->key = str_of(text, key.len);
    l->ids = ids;
    l->n = n;
    atomic_init(&l->refs, 1);
    return l;
}
