/* watch.c - of which registers somebody reads: whoever keeps an answer asks the journal whether these changed since. */
#include "record/inner.h"

static void saw(void *ctx, const struct store_table *t)
{
    struct record_watch *w = ctx;
    const struct records *rs = w->rs;
    if (t == &tree_table) { /* a path comes of keys and parents along it, in whatever register's tree it is */
        for (uint32_t i = 0; i < rs->binds_count; i++)
            if (rs->binds[i].reg->trees_count > 0 && rs->binds[i].number < w->count) w->numbers[rs->binds[i].number] = true;
        return;
    }
    /* A register's table stands in its bind: which one is told by where it lies, for this is asked at each read of a card. */
    uintptr_t first = (uintptr_t)&rs->binds[0].table, at = (uintptr_t)t;
    size_t idx = at < first ? SIZE_MAX : (at - first) / sizeof *rs->binds;
    if (idx < rs->binds_count && t == &rs->binds[idx].table) w->numbers[rs->binds[idx].number] = true;
    else w->other = true;
}

void record_watch(struct records *rs, struct arena *a, struct record_watch *out)
{
    MAGIC_CHECK(rs, RECORDS_MAGIC);
    *out = (struct record_watch){.rs = rs, .numbers = arena_array(a, bool, rs->numbers + 1), .count = rs->numbers + 1};
    rs->changes++; /* the handle's own host, which calls records by name, remembers nothing from before */
    kept_forget(rs);
    store_watch(rs->store, saw, out);
}

void record_watch_end(struct record_watch *w) { store_watch(w->rs->store, NULL, NULL); }
