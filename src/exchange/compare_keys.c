/*
 * compare_keys.c - what tells rows or records apart, by the million: of each text a digest of 16 bytes and a number, sorted.  Texts that differ with the same digest nobody
 * can make (SHA-256, cut), so a digest stands for its text.
 */
#include "exchange/inner.h"

struct key_row { uint64_t digest[2], id; };
struct keys {
    struct hasher *h;
    struct buf rows; /* of struct key_row: a block that grows where it lies */
};

enum { KEYS_MAX = 64 << 20 };

static void keys_free(void *arg)
{
    struct keys *k = arg;
    hasher_free(&k->h);
    buf_fini(&k->rows);
}

struct keys *keys_make(struct arena *a)
{
    struct keys *k = arena_new(a, struct keys);
    k->h = hasher_make(HASH_SHA256);
    MUST(k->h != NULL);
    buf_init(&k->rows, (size_t)KEYS_MAX * sizeof(struct key_row));
    arena_defer(a, keys_free, k);
    return k;
}

static struct key_row row_of(struct keys *k, struct str text, uint64_t id)
{
    struct hash sum;
    struct key_row row = {.id = id};
    hash_of(k->h, &sum, text);
    memcpy(row.digest, sum.b, sizeof row.digest);
    return row;
}

enum rc keys_put(struct keys *k, struct str text, uint64_t id, struct err *err)
{
    struct key_row row = row_of(k, text, id);
    buf_put(&k->rows, (const char *)&row, sizeof row);
    return buf_failed(&k->rows) ? err_set0(err, &E_no_memory, NO_PLACE) : RC_OK;
}

static int by_digest(const void *x, const void *y)
{
    const struct key_row *a = x, *b = y;
    for (size_t i = 0; i < 2; i++)
        if (a->digest[i] != b->digest[i]) return a->digest[i] < b->digest[i] ? -1 : 1;
    return a->id < b->id ? -1 : a->id > b->id;
}

/* The block is malloc's: it is aligned for anything. */
static struct key_row *rows_of(const struct keys *k) { return (struct key_row *)(void *)k->rows.ptr; }

void keys_sort(struct keys *k)
{
    if (k->rows.len > 0) qsort(rows_of(k), k->rows.len / sizeof(struct key_row), sizeof(struct key_row), by_digest);
}

size_t keys_find(struct keys *k, struct str text, uint64_t *id)
{
    const struct key_row *at = rows_of(k), wanted = row_of(k, text, 0);
    size_t n = k->rows.len / sizeof *at, from = 0, to = n;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        if (by_digest(&at[mid], &wanted) < 0) from = mid + 1;
        else to = mid;
    }
    size_t found = 0;
    for (; from + found < n && found < 2 && memcmp(at[from + found].digest, wanted.digest, sizeof wanted.digest) == 0; found++) continue;
    if (found > 0) *id = at[from].id;
    return found;
}
