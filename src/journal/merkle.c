/*
 * merkle.c - the tree of RFC 9162 2.1.
 * A push costs one hash on average: the peaks are the binary counter of complete subtrees, and every eighth carry finishes a tile.
 */
#include "journal/merkle.h"

void merkle_empty(struct hasher *h, struct hash *out) { hash_parts(h, 0, NULL, out); }

void merkle_leaf(struct hasher *h, struct str entry, struct hash *out)
{
    static const char leaf_mark = 0x00;
    hash_of(h, out, str_of(&leaf_mark, 1), entry);
}

void merkle_node(struct hasher *h, const struct hash *left, const struct hash *right, struct hash *out)
{
    char in[1 + 2 * HASH_LEN]; /* one piece: a hash call a part is what a small hash costs */
    in[0] = 0x01;
    memcpy(in + 1, left->b, HASH_LEN);
    memcpy(in + 1 + HASH_LEN, right->b, HASH_LEN);
    hash_of(h, out, str_of(in, sizeof in));
}

void merkle_row_root(struct hasher *h, const struct hash *row, size_t n, struct hash *out)
{
    MUST(n >= 1 && n <= MERKLE_ROW && (n & (n - 1)) == 0);
    if (n == 1) {
        *out = row[0];
        return;
    }
    struct hash up[MERKLE_ROW / 2];
    for (size_t i = 0; i < n / 2; i++) merkle_node(h, &row[2 * i], &row[2 * i + 1], &up[i]);
    for (size_t width = n / 2; width > 1; width /= 2)
        for (size_t i = 0; i < width / 2; i++) merkle_node(h, &up[2 * i], &up[2 * i + 1], &up[i]);
    *out = up[0];
}

/* ---- the growing tree ---- */

enum rc tree_push(struct tree *t, struct hasher *h, const struct hash *leaf, const struct tree_sink *sink, struct err *err)
{
    MUST(t->size < MERKLE_SIZE_MAX);
    struct hash at = *leaf;
    uint32_t bit = 0;
    t->row[0][t->size & (MERKLE_ROW - 1)] = at;
    for (; (t->size >> bit) & 1; bit++) {
        merkle_node(h, &t->peak[bit], &at, &at);
        if ((bit + 1) % MERKLE_ROW_BITS != 0) continue;
        uint32_t level = (bit + 1) / MERKLE_ROW_BITS;
        uint64_t idx = t->size >> (bit + 1);
        MUST(level < MERKLE_LEVELS);
        TRY(sink->full(sink->ctx, level - 1, idx, t->row[level - 1], &at, err));
        t->row[level][idx & (MERKLE_ROW - 1)] = at;
    }
    t->peak[bit] = at;
    t->size++;
    return RC_OK;
}

void tree_root(const struct tree *t, struct hasher *h, struct hash *out)
{
    if (t->size == 0) {
        merkle_empty(h, out);
        return;
    }
    bool any = false;
    struct hash r;
    memset(&r, 0, sizeof r);
    for (uint32_t bit = 0; bit < MERKLE_BITS; bit++) {
        if (!((t->size >> bit) & 1)) continue;
        if (any) merkle_node(h, &t->peak[bit], &r, &r);
        else r = t->peak[bit];
        any = true;
    }
    *out = r;
}

void tree_load_peaks(struct tree *t, struct hasher *h)
{
    for (uint32_t level = 0; level < MERKLE_LEVELS; level++) {
        size_t width = tree_width(t->size, level);
        const struct hash *from = t->row[level];
        for (uint32_t b = MERKLE_ROW_BITS; b-- > 0;) {
            size_t n = (size_t)1 << b;
            if (!(width & n)) continue;
            uint32_t bit = level * MERKLE_ROW_BITS + b;
            MUST(bit < MERKLE_BITS);
            merkle_row_root(h, from, n, &t->peak[bit]);
            from += n;
        }
    }
}

/* ---- over tiles ---- */

/* The largest power of two smaller than n; n >= 2 (RFC 9162 2.1.1). */
static uint64_t split(uint64_t n) { return UINT64_C(1) << (63 - __builtin_clzll(n - 1)); }

/* MTH(D[lo:hi]); lo is a multiple of the largest power of two that fits. */
static enum rc range(const struct tile_source *src, uint64_t lo, uint64_t hi, struct hash *out, struct err *err)
{
    uint64_t n = hi - lo;
    if ((n & (n - 1)) == 0) {
        uint32_t bits = (uint32_t)__builtin_ctzll(n);
        uint32_t level = bits / MERKLE_ROW_BITS;
        size_t width = (size_t)1 << (bits % MERKLE_ROW_BITS);
        const struct hash *row = NULL;
        TRY(src->read(src->ctx, level, lo >> (level * MERKLE_ROW_BITS), width, &row, err));
        merkle_row_root(src->hasher, row, width, out);
        return RC_OK;
    }
    uint64_t k = split(n);
    struct hash left, right;
    TRY(range(src, lo, lo + k, &left, err));
    TRY(range(src, lo + k, hi, &right, err));
    merkle_node(src->hasher, &left, &right, out);
    return RC_OK;
}

enum rc merkle_root(const struct tile_source *src, uint64_t size, struct hash *out, struct err *err)
{
    if (size == 0) {
        merkle_empty(src->hasher, out);
        return RC_OK;
    }
    return range(src, 0, size, out, err);
}

static void reverse(struct hash *p, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        struct hash t = p[i];
        p[i] = p[n - 1 - i];
        p[n - 1 - i] = t;
    }
}

enum rc merkle_path(const struct tile_source *src, uint64_t index, uint64_t size, struct hash out[MERKLE_PATH_MAX], size_t *n,
                    struct err *err)
{
    MUST(index < size && size <= MERKLE_SIZE_MAX);
    uint64_t lo = 0, hi = size;
    *n = 0;
    while (hi - lo > 1) { /* from the root down; the proof runs from the leaf up */
        uint64_t mid = lo + split(hi - lo);
        bool left = index < mid;
        TRY(range(src, left ? mid : lo, left ? hi : mid, &out[(*n)++], err));
        if (left) hi = mid;
        else lo = mid;
    }
    reverse(out, *n);
    return RC_OK;
}

enum rc merkle_growth(const struct tile_source *src, uint64_t from, uint64_t size, struct hash out[MERKLE_PATH_MAX], size_t *n,
                      struct err *err)
{
    MUST(from <= size && size <= MERKLE_SIZE_MAX);
    uint64_t lo = 0, hi = size;
    bool known = true; /* the verifier has this subtree's hash: it is the old root itself */
    *n = 0;
    if (from == 0 || from == size) return RC_OK;
    while (from < hi) {
        uint64_t mid = lo + split(hi - lo);
        bool left = from <= mid;
        TRY(range(src, left ? mid : lo, left ? hi : mid, &out[(*n)++], err));
        if (left) {
            hi = mid;
        } else {
            lo = mid;
            known = false;
        }
    }
    if (!known) TRY(range(src, lo, hi, &out[(*n)++], err));
    reverse(out, *n);
    return RC_OK;
}
