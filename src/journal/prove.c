/*
 * prove.c - roots and proofs of an open journal, from its tiles.
 */
#include "journal/inner.h"


static enum rc out_of_range(const struct journal *j, uint64_t x, uint64_t y, struct err *err)
{
    struct num a, b, c;
    return err_set(err, &E_journal_size, NO_PLACE, num_str(&a, x), num_str(&b, y), num_str(&c, j->tree.size));
}

static enum rc take(struct arena *a, uint64_t index, uint64_t size, const struct hash *path, size_t n, struct proof *out)
{
    *out = (struct proof){.index = index, .size = size, .path = arena_array(a, struct hash, n), .path_len = n};
    if (n > 0) memcpy(out->path, path, n * sizeof *path);
    return RC_OK;
}

enum rc journal_root_at(struct journal *j, uint64_t size, struct hash *out, struct err *err)
{
    journal_check(j);
    if (size > j->tree.size) return out_of_range(j, size, size, err);
    struct tile_source src = tiles_source(j);
    return merkle_root(&src, size, out, err);
}

enum rc journal_prove(struct journal *j, struct arena *a, uint64_t seq, uint64_t size, struct proof *out, struct err *err)
{
    journal_check(j);
    if (seq == 0 || seq > size || size > j->tree.size) return out_of_range(j, seq, size, err);
    struct tile_source src = tiles_source(j);
    struct hash path[MERKLE_PATH_MAX];
    size_t n;
    TRY(merkle_path(&src, seq - 1, size, path, &n, err));
    return take(a, seq - 1, size, path, n, out);
}

enum rc journal_prove_growth(struct journal *j, struct arena *a, uint64_t from_size, uint64_t size, struct proof *out, struct err *err)
{
    journal_check(j);
    if (from_size > size || size > j->tree.size) return out_of_range(j, from_size, size, err);
    struct tile_source src = tiles_source(j);
    struct hash path[MERKLE_PATH_MAX];
    size_t n;
    TRY(merkle_growth(&src, from_size, size, path, &n, err));
    return take(a, from_size, size, path, n, out);
}
