/*
 * merkle.h - the tree of RFC 9162 2.1: hashes, a frontier that grows leaf by leaf, roots and proofs over tile rows.
 * Knows neither store nor entries.  Tile level l, row n holds the hashes of the complete subtrees of 256^l leaves, 256 a row.
 */
#ifndef GUIJU_JOURNAL_MERKLE_H
#define GUIJU_JOURNAL_MERKLE_H

#include "base/base.h"

enum {
    MERKLE_ROW_BITS = 8,
    MERKLE_ROW = 256,       /* hashes a tile */
    MERKLE_LEVELS = 7,      /* 256^7 > 2^53 */
    MERKLE_BITS = 54,
    MERKLE_PATH_MAX = 64    /* hashes in any proof */
};
#define MERKLE_SIZE_MAX ((UINT64_C(1) << 53) - 1)

/* RFC 9162 2.1.1: nothing, one leaf, two children. */
void merkle_empty(struct hasher *h, struct hash *out);
void merkle_leaf(struct hasher *h, struct str entry, struct hash *out);
void merkle_node(struct hasher *h, const struct hash *left, const struct hash *right, struct hash *out); /* out may be either child */
/* Root over n hashes of one row; n a power of two up to 256. */
void merkle_row_root(struct hasher *h, const struct hash *row, size_t n, struct hash *out);

/* ---- a tree that only grows; 64 KiB, constant ---- */

struct tree {
    uint64_t size;
    struct hash peak[MERKLE_BITS];               /* root of the complete subtree of 2^bit leaves, where size has the bit */
    struct hash row[MERKLE_LEVELS][MERKLE_ROW];  /* the unfinished tile of each level; its width follows from size */
};

/* Told of every tile that is full, before the tree has grown: on failure the tree is as it was. */
struct tree_sink {
    enum rc (*full)(void *ctx, uint32_t level, uint64_t idx, const struct hash *row, const struct hash *root, struct err *err);
    void *ctx;
};
enum rc tree_push(struct tree *t, struct hasher *h, const struct hash *leaf, const struct tree_sink *sink, struct err *err) MUST_USE;
void tree_root(const struct tree *t, struct hasher *h, struct hash *out);
/* Compute the peaks after size and rows were filled in. */
void tree_load_peaks(struct tree *t, struct hasher *h);
static inline size_t tree_width(uint64_t size, uint32_t level)
{
    return (size_t)(size >> (level * MERKLE_ROW_BITS)) & (MERKLE_ROW - 1);
}
/* Full tiles of a level in a tree of this size. */
static inline uint64_t tree_tiles(uint64_t size, uint32_t level) { return size >> ((level + 1) * MERKLE_ROW_BITS); }

/* ---- roots and proofs, for any size up to what the source has ---- */

struct tile_source {
    struct hasher *hasher;
    /* n hashes of tile level `level` from `first` on, all in one row; *out is valid until the next read. */
    enum rc (*read)(void *ctx, uint32_t level, uint64_t first, size_t n, const struct hash **out, struct err *err);
    void *ctx;
};
enum rc merkle_root(const struct tile_source *src, uint64_t size, struct hash *out, struct err *err) MUST_USE;
/* RFC 9162 2.1.3.1; index < size. */
enum rc merkle_path(const struct tile_source *src, uint64_t index, uint64_t size, struct hash out[MERKLE_PATH_MAX], size_t *n,
                    struct err *err) MUST_USE;
/* RFC 9162 2.1.4.1; from <= size.  Empty for from 0 and from == size. */
enum rc merkle_growth(const struct tile_source *src, uint64_t from, uint64_t size, struct hash out[MERKLE_PATH_MAX], size_t *n,
                      struct err *err) MUST_USE;

/* RFC 9162 2.1.3.2 and 2.1.4.2, with a hasher at hand. */
bool merkle_path_holds(struct hasher *h, uint64_t index, uint64_t size, const struct hash *path, size_t n, const struct hash *leaf,
                       const struct hash *root);
bool merkle_growth_holds(struct hasher *h, uint64_t from, uint64_t size, const struct hash *path, size_t n, const struct hash *old_root,
                         const struct hash *root);

#endif
