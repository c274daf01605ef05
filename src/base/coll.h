/*
 * coll.h - growing arrays and maps from text, in an arena.
 * vec: struct { T *at; size_t len, cap; } grown by vec_push(); old storage stays in the arena until it goes.
 * map: text -> pointer-sized value; keys are kept by reference; order of insertion can be walked.
 */
#ifndef GUIJU_BASE_COLL_H
#define GUIJU_BASE_COLL_H

#include "base/arena.h"
#include "base/str.h"

#define VEC(T)                                                                                     \
    struct {                                                                                       \
        T *at;                                                                                     \
        size_t len, cap;                                                                           \
    }

void vec_grow_(struct arena *a, void **at, size_t *cap, size_t len, size_t item);
#define vec_push(a, v, ...)                                                                        \
    do {                                                                                           \
        if ((v)->len == (v)->cap)                                                                  \
            vec_grow_((a), (void **)&(v)->at, &(v)->cap, (v)->len, sizeof(*(v)->at));              \
        (v)->at[(v)->len++] = __VA_ARGS__;                                                         \
    } while (0)

struct map_entry {
    struct str key;
    uint64_t hash;
    void *value;
};

struct map {
    struct map_entry *entry; /* in order of insertion */
    uint32_t *slot;          /* open addressing, idx + 1 */
    size_t len, cap, slots;
};

/* Room for n keys at once, in a map that is still empty: nothing is left behind by growing. */
void map_room(struct arena *a, struct map *m, size_t n);
/* False if the key is there already (the old value stays). */
bool map_put(struct arena *a, struct map *m, struct str key, void *value);
void *map_find(const struct map *m, struct str key); /* NULL: absent */

#endif
