/*
 * crew.h - several threads for one piece of work that comes in parts.
 * crew_start() calls fn(ctx, worker) in further threads, as worker 1 and up; crew_join() calls it here, as worker 0, and waits for them all.
 * Between the two the caller may do something else that the work does not touch.  fn takes parts (crew_part) until none is left, so with no
 * further thread at all the work is done just the same: where the system gives fewer threads there are fewer.
 * What the parts come to must not hang on who did them; then nothing does on how many threads there were.
 */
#ifndef GUIJU_BASE_CREW_H
#define GUIJU_BASE_CREW_H

#include "base/core.h"

enum { CREW_MAX = 16 };

struct crew {
    void (*fn)(void *ctx, uint32_t worker);
    void *ctx;
    uint32_t next, parts;                  /* atomically */
    uint32_t others;                       /* threads that were started */
    struct crew_seat { struct crew *crew; unsigned long thread; uint32_t worker; } seat[CREW_MAX - 1];
};

/* threads: all in all, 1 to CREW_MAX.  c stays where it is until crew_join(). */
void crew_start(struct crew *c, uint32_t threads, uint32_t parts, void (*fn)(void *ctx, uint32_t worker), void *ctx);
void crew_join(struct crew *c);
/* The next part, each once, in order of asking.  False: none is left. */
bool crew_part(struct crew *c, uint32_t *part);
/* Processors of this machine that are in use, at most max. */
uint32_t crew_cores(uint32_t max);

#endif
