/*
 * arena.h - memory by lifetime.
 * Three lifetimes: process, request, batch (a mark on the request's arena, reset to).
 * An arena has a maximum from birth.  arena_alloc() over the maximum returns NULL where
 * arena_try() is used; arena_alloc() itself never returns NULL: it calls the arena's limit
 * handler, by default MUST.  Parsers of foreign input size their arena for their input limit and
 * check sizes first, so that bad input ends in RC_LIMIT, not there.
 * Threads: one arena, one thread.  Memory is zeroed.
 */
#ifndef GUIJU_BASE_ARENA_H
#define GUIJU_BASE_ARENA_H

#include "base/core.h"

struct arena_block;
struct arena_undo;

struct arena {
    struct arena_block *block; /* newest first */
    struct arena_block *spare; /* one block kept over a reset, so that batches do not beat malloc */
    struct arena_undo *undo;
    size_t used;  /* bytes handed out, all blocks */
    size_t max;
};

struct arena_mark {
    struct arena_block *block;
    size_t block_used;
    struct arena_undo *undo;
    size_t used;
};

void arena_init(struct arena *a, size_t max);
/* Its memory is `at` alone, zeroed and aligned for anything; not given back. */
void arena_init_lent(struct arena *a, void *at, size_t len);
void arena_fini(struct arena *a); /* runs what was deferred, newest first */
void *arena_try(struct arena *a, size_t size) MUST_USE; /* NULL over max or without memory */
void *arena_alloc(struct arena *a, size_t size) MUST_USE __attribute__((returns_nonnull));
#define arena_new(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define arena_array(a, type, n) ((type *)arena_alloc_array((a), (n), sizeof(type)))
void *arena_alloc_array(struct arena *a, size_t n, size_t size) MUST_USE __attribute__((returns_nonnull));
/* More room behind p, which has size bytes of this arena now, without moving it: only where nothing was handed out since.  False: it stays as it is. */
bool arena_extend(struct arena *a, const void *p, size_t size, size_t wanted);
struct arena_mark arena_mark(const struct arena *a);
void arena_reset(struct arena *a, struct arena_mark m); /* runs what was deferred since */
void arena_defer(struct arena *a, void (*fn)(void *), void *arg);

#endif
