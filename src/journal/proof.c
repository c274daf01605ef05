/*
 * proof.c - checking proofs, step by step as RFC 9162 writes it; needs neither journal nor store.
 */
#include "journal/journal.h"
#include "journal/merkle.h"

/* Climb to where this subtree is a right child, or to the left edge. */
static void climb(uint64_t *fn, uint64_t *sn)
{
    while (!(*fn & 1) && *fn != 0) {
        *fn >>= 1;
        *sn >>= 1;
    }
}

bool merkle_path_holds(struct hasher *h, uint64_t index, uint64_t size, const struct hash *path, size_t n, const struct hash *leaf,
                       const struct hash *root)
{
    if (index >= size || n > MERKLE_PATH_MAX) return false;
    uint64_t fn = index, sn = size - 1;
    struct hash r = *leaf;
    for (size_t i = 0; i < n; i++) { /* RFC 9162 2.1.3.2 (4) */
        if (sn == 0) return false;
        if ((fn & 1) || fn == sn) {
            merkle_node(h, &path[i], &r, &r);
            climb(&fn, &sn);
        } else {
            merkle_node(h, &r, &path[i], &r);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && hash_eq(&r, root);
}

bool merkle_growth_holds(struct hasher *h, uint64_t from, uint64_t size, const struct hash *path, size_t n, const struct hash *old_root,
                         const struct hash *root)
{
    if (from > size || n > MERKLE_PATH_MAX) return false;
    if (from == size) return n == 0 && hash_eq(old_root, root);
    if (from == 0) { /* anything grows out of nothing, if the old root is that of nothing */
        struct hash nothing;
        merkle_empty(h, &nothing);
        return n == 0 && hash_eq(old_root, &nothing);
    }
    if (n == 0) return false;
    uint64_t fn = from - 1, sn = size - 1;
    while (fn & 1) { /* RFC 9162 2.1.4.2 (4) */
        fn >>= 1;
        sn >>= 1;
    }
    bool whole = (from & (from - 1)) == 0; /* the old root itself begins the path */
    struct hash fr = whole ? *old_root : path[0], sr = fr;
    for (size_t i = whole ? 0 : 1; i < n; i++) {
        if (sn == 0) return false;
        if ((fn & 1) || fn == sn) {
            merkle_node(h, &path[i], &fr, &fr);
            merkle_node(h, &path[i], &sr, &sr);
            climb(&fn, &sn);
        } else {
            merkle_node(h, &sr, &path[i], &sr);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && hash_eq(&fr, old_root) && hash_eq(&sr, root);
}

bool proof_holds(enum hash_alg alg, const struct proof *p, const struct hash *leaf, const struct hash *root)
{
    struct hasher *h = hasher_make(alg);
    if (h == NULL) return false;
    bool ok = merkle_path_holds(h, p->index, p->size, p->path, p->path_len, leaf, root);
    hasher_free(&h);
    return ok;
}

bool growth_holds(enum hash_alg alg, const struct proof *p, const struct hash *old_root, const struct hash *root)
{
    struct hasher *h = hasher_make(alg);
    if (h == NULL) return false;
    bool ok = merkle_growth_holds(h, p->index, p->size, p->path, p->path_len, old_root, root);
    hasher_free(&h);
    return ok;
}
