/*
 * link.c - connections: who sends headers by drops is cut off; how many are kept open after an answer; what the heap holds goes back.
 * The library gives a connection 24 KiB.  One that only stands there has touched a page of them, one that was answered all: it clears them for the
 * next request.  Pages that hold nothing but zeros are the same to a program whether they are there or not: from some hundreds of answered connections
 * on they go back to the system, on the very thread that alone works with them, so that nothing is written between looking and giving back.
 */
#include <malloc.h>
#include <microhttpd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/serve/calls.h"
#include "http/inner.h"

enum { WARM_MAX = 400 /* answered connections that keep their memory */, ROUND_SECONDS = 2, THREADS_MAX = 64 };

struct link {
    struct link *next, **prev;
    int fd;
    int64_t since_us;   /* it was opened, or answered last */
    bool in_request, answered;
    char *memory;       /* where its 24 KiB begin; NULL: not known */
};

struct links {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t thread;
    struct link *first;
    bool stop, runs;
    struct { pthread_t thread; struct link *last; bool used; } shed[THREADS_MAX]; /* by the library's threads: whose answer was the last; under the lock */
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
    for (size_t i = 0; i < THREADS_MAX; i++)
        if (r->shed[i].last == l) r->shed[i].last = NULL;
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

/* ---- memory of answered connections ---- */

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
/* A request begins where its connection's memory does, unless empty lines stood before it.  The heap's own word in front of a block tells: it is the block's size, which no
 * empty line can look like. */
static char *memory_of(const char *method)
{
    size_t size = 0;
    memcpy(&size, method - sizeof size, sizeof size);
    size &= ~(size_t)7;
    return (uintptr_t)method % 16 == 0 && size >= CONNECTION_MEMORY + 8 && size <= CONNECTION_MEMORY + 64 ? (char *)(uintptr_t)method : NULL;
}

static bool all_zero(const char *p, size_t n) { return p[0] == 0 && memcmp(p, p + 1, n - 1) == 0; }

/* On the library's thread that this connection belongs to. */
static void shed(const struct link *l)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uintptr_t from = ((uintptr_t)l->memory + page - 1) / page * page, to = ((uintptr_t)l->memory + CONNECTION_MEMORY) / page * page;
    for (uintptr_t at = to; at > from; at -= page) /* from the end: what came in for the next request stands in front */
        if (!all_zero((const char *)(at - page), page)) {
            from = at;
            break;
        }
    if (from < to) (void)madvise((void *)from, to - from, MADV_DONTNEED);
}
#else
static char *memory_of(const char *method)
{
    (void)method;
    return NULL;
}
static void shed(const struct link *l) { (void)l; }
#endif

/* Under the lock: the place of this thread. */
static struct link **last_of(struct links *r)
{
    pthread_t me = pthread_self();
    for (size_t i = 0; i < THREADS_MAX; i++) {
        if (!r->shed[i].used) {
            r->shed[i].used = true;
            r->shed[i].thread = me;
        }
        if (pthread_equal(r->shed[i].thread, me)) return &r->shed[i].last;
    }
    return NULL;
}

void link_begins(struct http *h, struct MHD_Connection *c, const char *method)
{
    struct link *l = link_of(c);
    if (l == NULL) return;
    char *memory = memory_of(method);
    pthread_mutex_lock(&h->links->lock);
    l->in_request = true;
    l->memory = memory;
    l->since_us = clock_now_us();
    pthread_mutex_unlock(&h->links->lock);
}

/* Behind this call the library clears the connection's memory; so what it holds is given back when the next one on this thread ends. */
void link_ends(struct http *h, struct MHD_Connection *c)
{
    struct link *l = link_of(c), *before = NULL;
    struct links *r = h->links;
    if (l == NULL) return;
    pthread_mutex_lock(&r->lock);
    l->in_request = false;
    l->since_us = clock_now_us();
    if (!l->answered) {
        l->answered = true;
        atomic_fetch_add(&h->answered, 1);
    }
    struct link **last = last_of(r);
    if (last != NULL) {
        before = *last;
        *last = l->memory != NULL ? l : NULL;
    }
    pthread_mutex_unlock(&r->lock);
    /* It is this thread's: nobody else closes it meanwhile. */
    if (before != NULL && before != l && !before->in_request && atomic_load(&h->answered) > WARM_MAX) shed(before);
}

bool link_closes(struct http *h, struct MHD_Connection *c)
{
    const struct link *l = link_of(c);
    return atomic_load(&h->answered) >= WARM_MAX && (l == NULL || (!l->answered && l->memory == NULL)); /* of this thread alone */
}

/* What a rush and large answers took lies scattered in the heap: in each round in which something was answered it goes back; the views themselves
 * after ten seconds, for making one anew costs more. */
static void trim(struct http *h, uint_fast64_t *seen, bool thin)
{
    uint_fast64_t asked = atomic_load(&h->requests);
    if (asked == *seen) return;
    *seen = asked;
    for (size_t i = 0; i < h->sites_count && thin; i++) site_views_thin(&h->sites[i]);
#ifdef __GLIBC__
    (void)malloc_trim(0);
#endif
}

static void *reaper_main(void *arg)
{
    struct http *h = arg;
    struct links *r = h->links;
    uint_fast64_t seen = 0, thinned = 0;
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
        if (round % 5 == 0) trim(h, &thinned, true);
        else trim(h, &seen, false);
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
