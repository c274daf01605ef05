/* coll.c - growing arrays, maps from text. */
#include "base/coll.h"

void vec_grow_(struct arena *a, void **at, size_t *cap, size_t len, size_t item)
{
    size_t more = 8, size = 0;
    if (*cap != 0) MUST(!mul_overflows(*cap, (size_t)2, &more));
    MUST(!mul_overflows(more, item, &size));
    void *old;
    memcpy(&old, at, sizeof old); /* by bytes: *at is really a T * */
    if (len == *cap && len > 0 && arena_extend(a, old, len * item, size)) {
        *cap = more;
        return;
    }
    void *p = arena_alloc(a, size);
    if (len > 0) memcpy(p, old, len * item);
    memcpy(at, &p, sizeof p);
    *cap = more;
}

/* Index of the slot that holds key, or of the free one where it belongs. */
static size_t slot_of(const struct map *m, struct str key, uint64_t hash)
{
    size_t mask = m->slots - 1;
    for (size_t i = (size_t)hash & mask;; i = (i + 1) & mask) {
        uint32_t n = m->slot[i];
        if (n == 0) return i;
        const struct map_entry *e = &m->entry[n - 1];
        if (e->hash == hash && str_eq(e->key, key)) return i;
    }
}

static void map_grow(struct arena *a, struct map *m)
{
    size_t slots = m->slots == 0 ? 16 : m->slots * 2;
    MUST(slots <= UINT32_MAX);
    uint32_t *slot = arena_array(a, uint32_t, slots);
    for (size_t n = 0; n < m->len; n++) {
        size_t i = (size_t)m->entry[n].hash & (slots - 1);
        while (slot[i] != 0) i = (i + 1) & (slots - 1);
        slot[i] = (uint32_t)(n + 1);
    }
    m->slot = slot;
    m->slots = slots;
}

void map_room(struct arena *a, struct map *m, size_t n)
{
    if (m->len > 0 || n == 0) return;
    size_t slots = 16;
    while (slots / 2 < n) slots *= 2;
    MUST(slots <= UINT32_MAX);
    m->slot = arena_array(a, uint32_t, slots);
    m->slots = slots;
    m->entry = arena_array(a, struct map_entry, n);
    m->cap = n;
}

bool map_put(struct arena *a, struct map *m, struct str key, void *value)
{
    if (m->len >= m->slots / 2) map_grow(a, m); /* at most half full: short probes */
    uint64_t hash = str_hash(key);
    size_t i = slot_of(m, key, hash);
    if (m->slot[i] != 0) return false;
    if (m->len == m->cap) {
        size_t cap = m->cap == 0 ? 8 : m->cap * 2;
        struct map_entry *entry = arena_array(a, struct map_entry, cap);
        if (m->len > 0) memcpy(entry, m->entry, m->len * sizeof *entry);
        m->entry = entry;
        m->cap = cap;
    }
    m->entry[m->len++] = (struct map_entry){.key = key, .hash = hash, .value = value};
    m->slot[i] = (uint32_t)m->len;
    return true;
}

void *map_find(const struct map *m, struct str key)
{
    if (m->len == 0) return NULL;
    uint32_t n = m->slot[slot_of(m, key, str_hash(key))];
    return n == 0 ? NULL : m->entry[n - 1].value;
}
