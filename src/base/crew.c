/* crew.c - threads that come and go with one piece of work. */
#include "base/base.h"

#include <pthread.h>
#include <unistd.h>

enum { CREW_STACK = 8 << 20 }; /* as the first thread's: evaluation nests */
_Static_assert(sizeof(pthread_t) == sizeof(unsigned long), "the header names no pthread type");

static void *work(void *arg)
{
    const struct crew_seat *s = arg;
    s->crew->fn(s->crew->ctx, s->worker);
    return NULL;
}

void crew_start(struct crew *c, uint32_t threads, uint32_t parts, void (*fn)(void *ctx, uint32_t worker), void *ctx)
{
    MUST(threads >= 1 && threads <= CREW_MAX);
    *c = (struct crew){.fn = fn, .ctx = ctx, .parts = parts};
    pthread_attr_t attr;
    if (threads == 1 || parts < 2 || pthread_attr_init(&attr) != 0) return;
    (void)pthread_attr_setstacksize(&attr, CREW_STACK);
    uint32_t wanted = MIN(threads, parts) - 1;
    for (uint32_t i = 0; i < wanted; i++) {
        struct crew_seat *s = &c->seat[i];
        pthread_t t;
        *s = (struct crew_seat){.crew = c, .worker = i + 1};
        if (pthread_create(&t, &attr, work, s) != 0) break;
        s->thread = (unsigned long)t;
        c->others++;
    }
    (void)pthread_attr_destroy(&attr);
}

void crew_join(struct crew *c)
{
    c->fn(c->ctx, 0);
    for (uint32_t i = 0; i < c->others; i++) MUST(pthread_join((pthread_t)c->seat[i].thread, NULL) == 0);
    c->others = 0;
}

bool crew_part(struct crew *c, uint32_t *part)
{
    *part = __atomic_fetch_add(&c->next, 1, __ATOMIC_RELAXED);
    return *part < c->parts;
}

uint32_t crew_cores(uint32_t max)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : (uint32_t)n < max ? (uint32_t)n : max;
}
