/* view.c - snapshots of areas.  One is made once and brought up to date for each request: opening a connection costs more than most answers. */
#include "http/inner.h"

enum { VIEW_WORN = 4 << 20 };

enum rc site_open(struct http *h, struct site *s, struct err *err)
{
    struct area_view v;
    TRY(area_view_open(s->area, &v, err));
    atomic_store(&s->seq, v.seq);
    enum rc rc = pack_profile_fits(v.set, h->profile, err);
    area_view_close(&v);
    TRY(rc);
    return jobs_open(h, s, err);
}

void site_views_close(struct site *s)
{
    while (s->idle != NULL) {
        struct idle_view *i = s->idle;
        s->idle = i->next;
        area_view_close(&i->view);
        free(i);
    }
    if (s->find_open) area_view_close(&s->find_view);
    s->find_open = false;
}

void site_close(struct site *s)
{
    jobs_close(s);
    site_views_close(s);
    orders_free(s);
    kept_free(s);
    sheets_free(s);
    area_close(&s->area);
    pthread_mutex_destroy(&s->lock);
    pthread_mutex_destroy(&s->find_lock);
    pthread_mutex_destroy(&s->order_lock);
    pthread_mutex_destroy(&s->sheet_lock);
    pthread_mutex_destroy(&s->keep_lock);
}

enum rc site_view_take(struct site *s, struct idle_view **out, struct err *err)
{
    pthread_mutex_lock(&s->lock);
    struct idle_view *i = s->idle;
    if (i != NULL) {
        s->idle = i->next;
        s->idle_count--;
        atomic_store(&s->idle_hint, s->idle_count);
    }
    pthread_mutex_unlock(&s->lock);
    if (i == NULL) {
        i = calloc(1, sizeof *i);
        if (i == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
        enum rc rc = area_view_open(s->area, &i->view, err);
        if (rc != RC_OK) {
            free(i);
            return rc;
        }
    } else {
        enum rc rc = area_view_again(&i->view, err);
        if (rc != RC_OK) {
            area_view_close(&i->view);
            free(i);
            return rc;
        }
    }
    *out = i;
    return RC_OK;
}

/* Kept without its snapshot: an idle one must not hold back the log. */
void site_view_give(struct site *s, struct idle_view *i)
{
    area_view_rest(&i->view);
    if (atomic_load(&s->idle_hint) >= VIEWS_WARM) { /* after a rush: it stays open, but keeps no pages and no rows */
        store_lean(i->view.store);
        records_lean(i->view.records);
    }
    pthread_mutex_lock(&s->lock);
    bool worn = i->view.own != NULL && i->view.own->used > VIEW_WORN; /* what was bound for single answers has piled up */
    bool keep = s->idle_count < VIEWS_KEPT && !worn;
    if (keep) {
        i->next = s->idle;
        s->idle = i;
        s->idle_count++;
        atomic_store(&s->idle_hint, s->idle_count);
    }
    pthread_mutex_unlock(&s->lock);
    if (keep) return;
    area_view_close(&i->view);
    free(i);
}

void site_views_thin(struct site *s)
{
    struct idle_view *out = NULL;
    pthread_mutex_lock(&s->lock);
    struct idle_view **at = &s->idle;
    for (uint32_t n = 0; *at != NULL && n < VIEWS_WARM; n++) at = &(*at)->next;
    out = *at;
    *at = NULL;
    s->idle_count = MIN(s->idle_count, (uint32_t)VIEWS_WARM);
    atomic_store(&s->idle_hint, s->idle_count);
    pthread_mutex_unlock(&s->lock);
    for (struct idle_view *next; out != NULL; out = next) {
        next = out->next;
        area_view_close(&out->view);
        free(out);
    }
}

/* Views that wait keep no pages and no rows. */
void site_views_lean(struct site *s)
{
    pthread_mutex_lock(&s->lock);
    for (struct idle_view *i = s->idle; i != NULL; i = i->next) {
        store_lean(i->view.store);
        records_lean(i->view.records);
    }
    pthread_mutex_unlock(&s->lock);
}

enum rc req_view_lend(struct req *q, struct area_view *v, struct err *err)
{
    q->view = v;
    TRY(pack_profile_fits(q->view->set, q->http->profile, err)); /* another process may have installed what may not be served here */
    record_host(q->view->records, &q->arena, &q->host_feel, &q->host_ctx);
    q->run = (struct feel_run){.arena = &q->arena, .host = q->host_feel, .host_ctx = q->host_ctx, .today = req_today(q)};
    q->world = record_world(q->view->records);
    uint64_t known = atomic_load(&q->site->seq);
    while (known < q->view->seq && !atomic_compare_exchange_weak(&q->site->seq, &known, q->view->seq)) {}
    return RC_OK;
}

enum rc req_view(struct req *q, struct err *err)
{
    if (q->view != NULL) return RC_OK;
    TRY(site_view_take(q->site, &q->idle, err));
    return req_view_lend(q, &q->idle->view, err);
}

void req_view_give(struct req *q)
{
    if (q->idle == NULL) return;
    site_view_give(q->site, q->idle);
    q->idle = NULL;
    q->view = NULL;
}

day_num req_today(struct req *q)
{
    if (q->http->o.today != ENTRY_NO_DAY) return q->http->o.today;
    return civil_day(q->view != NULL ? q->view->set->zone : PACK_ZONE, clock_now_us());
}
