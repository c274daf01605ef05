/*
 * link.c - connections: who sends headers by drops is cut off; how many are kept open after an answer; what the heap holds goes back.
 * The library gives a connection 24 KiB.  One that only stands there has touched a page of them, one that was answered all: it clears them for the
 * next request.  So some hundreds are kept open after an answer, and what comes on top is closed behind it.
 */
#include <malloc.h>
#include <microhttpd.h>
#include <sys/socket.h>

#include "http/inner.h"

void links_notify(void *cls, struct MHD_Connection *c, void **ctx, enum MHD_ConnectionNotificationCode code);

enum { KEPT_OPEN_MAX = 400, ROUND_SECONDS = 2 };

struct link {
    struct link *next, **prev;
    int fd;
    int64_t since_us;   /* it was opened, or answered last */
    bool in_request, answered;
};

struct links {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t thread;
    struct link *first;
    bool stop, runs;
};

void links_notify(void *cls, struct MHD_Connection *c, void **ctx, enum MHD_ConnectionNotificationCode code)
{
    struct http *h = cls;
    struct links *r = h->links;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        atomic_fetch_add(&h->connections, 1);
        struct link *l = calloc(1, sizeof *l);
        const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
        *ctx = l;
        if (l == NULL || info == NULL) return;
        l->fd = info->connect_fd;
        l->since_us = clock_now_us();
        pthread_mutex_lock(&r->lock);
        l->next = r->first;
        l->prev = &r->first;
        if (l->next != NULL) l->next->prev = &l->next;
        r->first = l;
        pthread_mutex_unlock(&r->lock);
        return;
    }
    atomic_fetch_sub(&h->connections, 1);
    struct link *l = *ctx;
    if (l == NULL) return;
    pthread_mutex_lock(&r->lock);
    if (l->prev != NULL) {
        *l->prev = l->next;
        if (l->next != NULL) l->next->prev = l->prev;
    }
    pthread_mutex_unlock(&r->lock);
    if (l->answered) atomic_fetch_sub(&h->answered, 1);
    free(l);
    *ctx = NULL;
}

static struct link *link_of(struct MHD_Connection *c)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info == NULL ? NULL : info->socket_context;
}

void link_mark(struct http *h, struct MHD_Connection *c, bool in_request)
{
    struct link *l = link_of(c);
    if (l == NULL) return;
    pthread_mutex_lock(&h->links->lock);
    l->in_request = in_request;
    l->since_us = clock_now_us();
    if (!in_request && !l->answered) {
        l->answered = true;
        atomic_fetch_add(&h->answered, 1);
    }
    pthread_mutex_unlock(&h->links->lock);
}

bool link_closes(struct http *h, struct MHD_Connection *c)
{
    const struct link *l = link_of(c);
    return atomic_load(&h->answered) >= KEPT_OPEN_MAX && (l == NULL || !l->answered); /* l->answered is this thread's */
}

/* What a rush and large answers took lies scattered in the heap: every ten seconds in which something was answered it goes back. */
static void trim(struct http *h, uint_fast64_t *seen)
{
    uint_fast64_t asked = atomic_load(&h->requests);
    if (asked == *seen) return;
    *seen = asked;
    for (size_t i = 0; i < h->sites_count; i++) site_views_thin(&h->sites[i]);
#ifdef __GLIBC__
    (void)malloc_trim(0);
#endif
}

static void *reaper_main(void *arg)
{
    struct http *h = arg;
    struct links *r = h->links;
    uint_fast64_t seen = 0;
    pthread_mutex_lock(&r->lock);
    for (uint64_t round = 1; !r->stop; round++) {
        struct timespec t;
        clock_gettime(CLOCK_REALTIME, &t);
        t.tv_sec += ROUND_SECONDS;
        (void)pthread_cond_timedwait(&r->wake, &r->lock, &t);
        int64_t late = clock_now_us() - (int64_t)(h->o.idle_s + h->o.headers_s) * 1000000;
        for (struct link *l = r->first; l != NULL; l = l->next)
            if (!l->in_request && l->since_us < late) (void)shutdown(l->fd, SHUT_RDWR);
        if (r->stop) break;
        pthread_mutex_unlock(&r->lock); /* each request marks its connection: nobody waits for what follows */
        if (round % 30 == 0)
            for (size_t i = 0; i < h->sites_count; i++) jobs_tick(&h->sites[i]);
        if (round % 5 == 0) trim(h, &seen);
        pthread_mutex_lock(&r->lock);
    }
    pthread_mutex_unlock(&r->lock);
    return NULL;
}

enum rc links_open(struct http *h, struct err *err)
{
    h->links = calloc(1, sizeof *h->links);
    if (h->links == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    pthread_mutex_init(&h->links->lock, NULL);
    pthread_cond_init(&h->links->wake, NULL);
    return RC_OK;
}

enum rc links_watch(struct http *h, struct err *err)
{
    if (pthread_create(&h->links->thread, NULL, reaper_main, h) != 0) return err_set0(err, &E_no_memory, NO_PLACE);
    h->links->runs = true;
    return RC_OK;
}

void links_close(struct http *h)
{
    struct links *r = h->links;
    if (r == NULL) return;
    if (r->runs) {
        pthread_mutex_lock(&r->lock);
        r->stop = true;
        pthread_cond_broadcast(&r->wake);
        pthread_mutex_unlock(&r->lock);
        pthread_join(r->thread, NULL);
    }
    pthread_mutex_destroy(&r->lock);
    pthread_cond_destroy(&r->wake);
    free(r);
    h->links = NULL;
}
