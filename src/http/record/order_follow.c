/* order_follow.c - an order after something was written: a few records are taken out and put in where they belong now. */
#include "http/record/order.h"


enum rc order_news(struct req *q, const struct pack_register *r, uint64_t from, struct news *out, struct err *err)
{
    out->n = 0;
    out->much = q->view->seq - from > BEHIND_MAX;
    if (out->much || q->view->seq == from) return RC_OK;
    struct journal_walk *w = NULL;
    const struct entry *e = NULL;
    uint32_t number = record_number(q->view->records, r);
    TRY(journal_walk(q->view->journal, from + 1, &w, err));
    enum rc rc;
    while ((rc = journal_next(w, &e, NULL, err)) == RC_OK && e != NULL && !out->much && e->seq <= q->view->seq) {
        if (e->kind == ENTRY_INSTALL) out->much = true;
        if (e->reg != number) continue;
        size_t i = 0;
        while (i < out->n && out->ids[i] != e->record) i++;
        if (i == NEWS_MAX) out->much = true;
        else if (i == out->n) out->ids[out->n++] = e->record;
    }
    journal_walk_close(&w);
    return rc;
}

/* Does what the order is made by depend on more than the register's own rows? */
bool order_depends(const struct order *o) { return o->field != NULL && o->field->derive != NULL; }

/* ---- a few records changed: they are taken out and put in where they belong now ---- */

struct spot { struct str key; int64_t number; bool empty; };

static enum rc spot_of(struct req *q, const struct pack_register *r, const struct order *o, const struct record *rec, struct arena *a, struct spot *out, struct err *err)
{
    *out = (struct spot){.key = STR("")};
    if (o->field == NULL) return record_order_key(q->view->records, r, record_orders[o->kind], rec, a, &out->key, err);
    const struct sv *v = &rec->values[o->field->column];
    uint32_t row = 0;
    out->empty = v->kind == SV_NULL;
    if (v->kind == SV_INT) out->number = v->i;
    if (v->kind == SV_TEXT) out->key = str_dup(a, v->s);
    if (o->field->type == FIELD_CHOICE && !out->empty && feel_codes_find(&o->field->codes->feel, v->s, &row)) {
        out->key = STR("");
        out->number = row;
    }
    return RC_OK;
}

/* Where the one stands against the other, in the order's own direction. */
static int spot_cmp(const struct order *o, const struct spot *x, uint64_t xid, const struct spot *y, uint64_t yid)
{
    if (x->empty != y->empty) return x->empty ? 1 : -1;
    int c = x->number < y->number ? -1 : x->number > y->number;
    if (c == 0) c = str_cmp(x->key, y->key);
    if (c == 0) c = xid < yid ? -1 : xid > yid;
    return o->down && !x->empty ? -c : c;
}

static enum rc put_in(struct req *q, const struct pack_register *r, const struct order *o, bool closed, uint64_t id, uint64_t *ids, size_t *n, struct err *err)
{
    struct record rec;
    struct spot mine;
    size_t low = 0, high = *n;
    struct arena_mark m = arena_mark(&q->scratch);
    enum rc rc = id == 0 ? RC_ABSENT : record_get(q->view->records, r, id, &q->scratch, &rec, err);
    if (rc == RC_ABSENT) return RC_OK; /* an entry that names no record: a refusal, say */
    if (rc != RC_OK) return rc;
    if (rec.closed_us != 0 && !closed) return RC_OK;
    TRY(spot_of(q, r, o, &rec, &q->scratch, &mine, err));
    while (low < high) {
        struct arena_mark probe = arena_mark(&q->scratch);
        struct record other;
        struct spot its;
        size_t mid = low + (high - low) / 2;
        TRY(record_get(q->view->records, r, ids[mid], &q->scratch, &other, err));
        TRY(spot_of(q, r, o, &other, &q->scratch, &its, err));
        if (spot_cmp(o, &its, ids[mid], &mine, id) < 0) low = mid + 1;
        else high = mid;
        arena_reset(&q->scratch, probe);
    }
    memmove(ids + low + 1, ids + low, (*n - low) * sizeof *ids);
    ids[low] = id;
    ++*n;
    arena_reset(&q->scratch, m);
    return RC_OK;
}

static bool is_new(const struct order_list *l, uint64_t id)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->ids[i] == id) return false;
    return true;
}

enum rc order_follow(struct req *q, const struct pack_register *r, const struct order *o, bool closed, const struct order_list *l, const struct news *news, uint64_t **ids,
                      size_t *n, bool *done, struct err *err)
{
    *done = false;
    if (news->much || order_depends(o) || o->kind == ORDER_HOUSE) return RC_OK;
    /* A record of a tree that moves takes along what is below it. */
    for (size_t i = 0; o->kind == ORDER_TREE && i < news->n; i++)
        if (!is_new(l, news->ids[i])) return RC_OK;
    uint64_t *next = malloc((l->n + news->n + 1) * sizeof *next);
    if (next == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    size_t len = 0, from = 0;
    for (size_t i = 0; i < l->n; i++) {
        bool changed = false;
        for (size_t k = 0; k < news->n; k++) changed = changed || news->ids[k] == l->ids[i];
        if (!changed) continue;
        memcpy(next + len, l->ids + from, (i - from) * sizeof *next);
        len += i - from;
        from = i + 1;
    }
    if (from < l->n) memcpy(next + len, l->ids + from, (l->n - from) * sizeof *next); /* an empty list has no ids at all */
    len += l->n - from;
    enum rc rc = RC_OK;
    for (size_t k = 0; k < news->n && rc == RC_OK; k++) rc = put_in(q, r, o, closed, news->ids[k], next, &len, err);
    if (rc != RC_OK) free(next);
    *ids = rc == RC_OK ? next : NULL;
    *n = len;
    *done = rc == RC_OK;
    return rc;
}
