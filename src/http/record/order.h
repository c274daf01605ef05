/* order.h - what the files of orders share: ids in an order, remembered (order_keep.c), followed (order_follow.c), made (order.c). */
#ifndef GUIJU_HTTP_ORDER_H
#define GUIJU_HTTP_ORDER_H

#include "http/inner.h"

enum { ORDERS_MAX = 96, BEHIND_MAX = 4096, NEWS_MAX = 64 };

static const enum record_order record_orders[] = {RECORD_BY_ID, RECORD_BY_KEY, RECORD_BY_TREE, RECORD_BY_PINYIN, RECORD_BY_STROKES, RECORD_BY_ID, RECORD_BY_ID};

struct order_list {
    struct str key;          /* register, order, closed or not */
    uint64_t account;        /* whose scope it was cut to; 0: whole */
    struct grant *grant;     /* held */
    uint64_t *ids;
    size_t n;
    uint64_t seq, base_seq, used;
    day_num today;
    atomic_uint refs;
    struct order_list *next;
};

/* ---- order_keep.c; find and keep under the site's order_lock.  Whoever has one gives it back with drop. ---- */
void order_list_drop(struct order_list *l); /* may be NULL */
struct order_list *order_list_find(struct site *s, struct str key, uint64_t account);
void order_list_keep(struct site *s, struct order_list *l);
struct order_list *order_list_make(struct str key, uint64_t *ids, size_t n); /* takes ids over; NULL without memory */

/* ---- order_follow.c ---- */
/* What was written in (from, view's seq]: `much` where it is too much to look at, or other packs; else which records of r, each once. */
struct news { bool much; uint64_t ids[NEWS_MAX]; size_t n; };
enum rc order_news(struct req *q, const struct pack_register *r, uint64_t from, struct news *out, struct err *err) MUST_USE;
bool order_depends(const struct order *o);
/* *done false: to be made anew instead. */
enum rc order_follow(struct req *q, const struct pack_register *r, const struct order *o, bool closed, const struct order_list *l, const struct news *news, uint64_t **ids, size_t *n,
                     bool *done, struct err *err) MUST_USE;

#endif
