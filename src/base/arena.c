/*
 * arena.c - blocks in a list, newest first; a reset gives back whole blocks but keeps one spare.
 * Blocks come zeroed from calloc(); only bytes that were handed out before are cleared again.
 */
#include "base/arena.h"

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif
#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define arena_poison(p, n) ASAN_POISON_MEMORY_REGION((p), (n))
#define arena_unpoison(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (n))
#else
#define arena_poison(p, n) ((void)(p), (void)(n))
#define arena_unpoison(p, n) ((void)(p), (void)(n))
#endif

enum { ARENA_ALIGN = 16, BLOCK_MIN = 4096, BLOCK_USUAL_MAX = 256 * 1024 };

struct arena_block {
    struct arena_block *older;
    size_t size;  /* bytes behind the header */
    size_t used;
    size_t dirty; /* bytes from the start that were ever handed out */
    bool lent;    /* by the caller */
    _Alignas(ARENA_ALIGN) unsigned char bytes[];
};

struct arena_undo {
    struct arena_undo *older;
    void (*fn)(void *);
    void *arg;
};

void arena_init(struct arena *a, size_t max)
{
    *a = (struct arena){.block = NULL, .spare = NULL, .undo = NULL, .used = 0, .max = max};
}

void arena_init_lent(struct arena *a, void *at, size_t len)
{
    struct arena_block *b = at;
    MUST(len > sizeof *b);
    arena_init(a, (len - sizeof *b) / ARENA_ALIGN * ARENA_ALIGN);
    *b = (struct arena_block){.size = a->max, .lent = true};
    arena_poison(b->bytes, b->size);
    a->block = b;
}

static void block_free(struct arena_block *b)
{
    if (b == NULL) return;
    arena_unpoison(b->bytes, b->size);
    if (!b->lent) free(b);
}

static void run_undo(struct arena *a, struct arena_undo *until)
{
    while (a->undo != until) {
        MUST(a->undo != NULL);
        struct arena_undo u = *a->undo;
        a->undo = u.older; /* first, so that fn may itself defer */
        u.fn(u.arg);
    }
}

void arena_fini(struct arena *a)
{
    run_undo(a, NULL);
    while (a->block != NULL) {
        struct arena_block *older = a->block->older;
        block_free(a->block);
        a->block = older;
    }
    block_free(a->spare);
    a->spare = NULL;
    a->used = 0;
}

/* A block with room for need bytes becomes the newest.  False without memory. */
static bool add_block(struct arena *a, size_t need)
{
    struct arena_block *b = a->spare;
    if (b != NULL && b->size >= need) {
        a->spare = NULL;
    } else {
        size_t size = BLOCK_MIN;
        if (a->block != NULL) size = MIN(a->block->size * 2, (size_t)BLOCK_USUAL_MAX);
        size = MAX(size, need);
        size_t total;
        if (add_overflows(size, sizeof(struct arena_block), &total)) return false;
        b = calloc(1, total);
        if (b == NULL) return false;
        b->size = size;
        arena_poison(b->bytes, b->size);
    }
    b->used = 0;
    b->older = a->block;
    a->block = b;
    return true;
}

void *arena_try(struct arena *a, size_t size)
{
    size_t need;
    if (add_overflows(size == 0 ? (size_t)1 : size, (size_t)ARENA_ALIGN - 1, &need)) return NULL;
    need &= ~((size_t)ARENA_ALIGN - 1);
    size_t used;
    if (add_overflows(a->used, need, &used) || used > a->max) return NULL;
    if (a->block == NULL || a->block->size - a->block->used < need)
        if (!add_block(a, need)) return NULL;
    struct arena_block *b = a->block;
    unsigned char *p = b->bytes + b->used;
    arena_unpoison(p, size);
    if (b->used < b->dirty) memset(p, 0, MIN(size, b->dirty - b->used));
    b->used += need;
    if (b->used > b->dirty) b->dirty = b->used;
    a->used = used;
    return p;
}

void *arena_alloc(struct arena *a, size_t size)
{
    void *p = arena_try(a, size);
    if (p == NULL) must_failed("the arena is within its maximum", __FILE__, __LINE__);
    return p;
}

void *arena_alloc_array(struct arena *a, size_t n, size_t size)
{
    size_t total = 0;
    MUST(!mul_overflows(n, size, &total));
    return arena_alloc(a, total);
}

bool arena_extend(struct arena *a, const void *p, size_t size, size_t wanted)
{
    struct arena_block *b = a->block;
    if (b == NULL || size == 0 || wanted < size || wanted > SIZE_MAX - ARENA_ALIGN) return false;
    size_t had = (size + ARENA_ALIGN - 1) & ~((size_t)ARENA_ALIGN - 1), need = (wanted + ARENA_ALIGN - 1) & ~((size_t)ARENA_ALIGN - 1), more = need - had;
    if (had > b->used || p != b->bytes + (b->used - had) || more > b->size - b->used || a->used > a->max || more > a->max - a->used) return false;
    unsigned char *tail = b->bytes + b->used;
    arena_unpoison(b->bytes + (b->used - had) + size, wanted - size);
    memset(b->bytes + (b->used - had) + size, 0, MIN(wanted, had) - size); /* the odd bytes up to the next place */
    if (b->used < b->dirty) memset(tail, 0, MIN(wanted - MIN(wanted, had), b->dirty - b->used));
    b->used += more;
    if (b->used > b->dirty) b->dirty = b->used;
    a->used += more;
    return true;
}

struct arena_mark arena_mark(const struct arena *a)
{
    return (struct arena_mark){.block = a->block,
                               .block_used = a->block == NULL ? 0 : a->block->used,
                               .undo = a->undo,
                               .used = a->used};
}

void arena_reset(struct arena *a, struct arena_mark m)
{
    run_undo(a, m.undo);
    while (a->block != m.block) {
        struct arena_block *b = a->block;
        MUST(b != NULL); /* the mark is of this arena and not newer than an earlier reset */
        a->block = b->older;
        arena_poison(b->bytes, b->size);
        /* Keep the larger usual block: a batch that crosses a block's end comes back here each time. */
        if (b->size <= BLOCK_USUAL_MAX && (a->spare == NULL || a->spare->size < b->size)) {
            block_free(a->spare);
            a->spare = b;
        } else {
            block_free(b);
        }
    }
    if (a->block != NULL) {
        MUST(m.block_used <= a->block->used);
        arena_poison(a->block->bytes + m.block_used, a->block->size - m.block_used);
        a->block->used = m.block_used;
    }
    a->used = m.used;
}

void arena_defer(struct arena *a, void (*fn)(void *), void *arg)
{
    struct arena_undo *u = arena_new(a, struct arena_undo);
    *u = (struct arena_undo){.older = a->undo, .fn = fn, .arg = arg};
    a->undo = u;
}
