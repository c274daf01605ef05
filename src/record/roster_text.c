/*
 * roster_text.c - the text heap: chunks of 1 MiB that never move; a length of one to three bytes, seven bits each, then the bytes.
 */
#include "record/roster_inner.h"

enum { LENGTH_MAX = 3, LIST_FIRST = 64 };

static size_t length_put(char *at, size_t len)
{
    size_t n = 0;
    for (; len >= 0x80; len >>= 7) at[n++] = (char)(len | 0x80);
    at[n++] = (char)len;
    return n;
}

static enum rc chunk_add(struct roster *r, struct err *err)
{
    struct roster_texts *t = &r->home->texts;
    if (t->list == NULL || t->count == t->list->cap) {
        size_t cap = t->list == NULL ? LIST_FIRST : t->list->cap * 2, bytes = sizeof(struct text_list) + cap * sizeof(char *);
        struct text_list *l = calloc(1, bytes);
        if (l == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
        l->cap = cap;
        l->older = t->list;
        for (size_t i = 0; i < t->count; i++) l->chunks[i] = t->list->chunks[i];
        __atomic_store_n(&t->list, l, __ATOMIC_RELEASE);
        roster_count(r, bytes, 0);
    }
    char *chunk = malloc(TEXT_CHUNK);
    if (chunk == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    roster_count(r, TEXT_CHUNK, 0);
    __atomic_store_n(&t->list->chunks[t->count], chunk, __ATOMIC_RELEASE);
    t->count++;
    t->used = 0;
    return RC_OK;
}

static enum rc put_new(struct roster *r, struct str s, int64_t *cell, struct err *err)
{
    struct roster_texts *t = &r->home->texts;
    if (t->count == 0 || TEXT_CHUNK - t->used < s.len + LENGTH_MAX) TRY(chunk_add(r, err));
    *cell = (int64_t)((uint64_t)(t->count - 1) << TEXT_CHUNK_BITS | (uint64_t)t->used);
    char *at = t->list->chunks[t->count - 1] + t->used;
    size_t n = length_put(at, s.len);
    if (s.len > 0) memcpy(at + n, s.ptr, s.len);
    t->used += n + s.len;
    return RC_OK;
}

enum rc roster_texts_put_here(struct roster *r, struct str s, int64_t *cell, struct err *err)
{
    struct roster_texts *t = &r->home->texts;
    if (s.len > ROSTER_TEXT_MAX) return err_set(err, &E_limit, NO_PLACE, STR("文字 text"), STR("1048568"));
    uint64_t hash = str_hash(s);
    size_t slot = (size_t)(hash & (TEXT_CACHE - 1));
    if (t->count > 0 && t->cache[slot].hash == hash && str_eq(roster_text(r, t->cache[slot].cell), s)) {
        *cell = t->cache[slot].cell;
        return RC_OK;
    }
    TRY(put_new(r, s, cell, err));
    t->cache[slot].hash = hash;
    t->cache[slot].cell = *cell;
    return RC_OK;
}

enum rc roster_texts_put(struct roster *r, struct str s, int64_t *cell, struct err *err)
{
    pthread_mutex_lock(&r->home->lock);
    enum rc rc = roster_texts_put_here(r, s, cell, err);
    pthread_mutex_unlock(&r->home->lock);
    return rc;
}

struct str roster_text(const struct roster *r, int64_t cell)
{
    uint64_t c = (uint64_t)cell;
    const struct text_list *list = __atomic_load_n(&r->home->texts.list, __ATOMIC_ACQUIRE);
    if (list == NULL) return STR("");
    const char *chunk = __atomic_load_n(&list->chunks[c >> TEXT_CHUNK_BITS], __ATOMIC_ACQUIRE);
    const unsigned char *at = (const unsigned char *)chunk + (c & (TEXT_CHUNK - 1));
    size_t len = 0;
    unsigned shift = 0;
    while (*at >= 0x80) {
        len |= (size_t)(*at++ & 0x7F) << shift;
        shift += 7;
    }
    len |= (size_t)*at++ << shift;
    return str_of((const char *)at, len);
}

void roster_texts_free(struct roster_home *h)
{
    struct text_list *l = h->texts.list;
    for (size_t i = 0; i < h->texts.count; i++) free(l->chunks[i]);
    for (struct text_list *older; l != NULL; l = older) {
        older = l->older;
        free(l);
    }
}
