/*
 * merkle_test.c - the tree and its proofs against the vectors of Certificate Transparency and against a naive tree that is written
 * from the definitions of RFC 9162 2.1 by recursion, for every pair of sizes up to 300.
 */
#include "journal/test_util.h"

#include "journal/journal.h"
#include "journal/merkle.h"

static struct err E;

/* ---- the naive tree: RFC 9162 2.1.1, 2.1.3.1, 2.1.4.1 word by word ---- */

static size_t below(size_t n)
{
    size_t k = 1;
    while (k * 2 < n) k *= 2;
    return k;
}

static struct hash naive_node(struct hasher *h, struct hash l, struct hash r)
{
    struct hash out;
    hash_start(h);
    hash_more(h, "\x01", 1);
    hash_more(h, l.b, HASH_LEN);
    hash_more(h, r.b, HASH_LEN);
    hash_end(h, &out);
    return out;
}

/* What was computed for leaves base[lo .. lo+n) once: the definitions alone would cost minutes under a sanitiser. */
enum { SIZES = 300 };
static struct {
    const struct hash *base;
    struct hash at[SIZES][SIZES + 1];
    bool known[SIZES][SIZES + 1];
} memo;

static void memo_over(const struct hash *base)
{
    memset(&memo, 0, sizeof memo);
    memo.base = base;
}

static struct hash naive_mth(struct hasher *h, const struct hash *leaf, size_t n)
{
    struct hash out;
    if (memo.base != NULL && leaf >= memo.base && leaf < memo.base + SIZES && n > 1) {
        size_t lo = (size_t)(leaf - memo.base), k = below(n);
        if (!memo.known[lo][n]) {
            memo.at[lo][n] = naive_node(h, naive_mth(h, leaf, k), naive_mth(h, leaf + k, n - k));
            memo.known[lo][n] = true;
        }
        return memo.at[lo][n];
    }
    if (n == 0) {
        hash_start(h);
        hash_end(h, &out);
        return out;
    }
    if (n == 1) return leaf[0];
    size_t k = below(n);
    return naive_node(h, naive_mth(h, leaf, k), naive_mth(h, leaf + k, n - k));
}

static size_t naive_path(struct hasher *h, size_t m, const struct hash *leaf, size_t n, struct hash *out)
{
    if (n == 1) return 0;
    size_t k = below(n), len;
    if (m < k) {
        len = naive_path(h, m, leaf, k, out);
        out[len] = naive_mth(h, leaf + k, n - k);
    } else {
        len = naive_path(h, m - k, leaf + k, n - k, out);
        out[len] = naive_mth(h, leaf, k);
    }
    return len + 1;
}

static size_t naive_subproof(struct hasher *h, size_t m, const struct hash *leaf, size_t n, bool whole, struct hash *out)
{
    if (m == n) {
        if (whole) return 0;
        out[0] = naive_mth(h, leaf, n);
        return 1;
    }
    size_t k = below(n), len;
    if (m <= k) {
        len = naive_subproof(h, m, leaf, k, whole, out);
        out[len] = naive_mth(h, leaf + k, n - k);
    } else {
        len = naive_subproof(h, m - k, leaf + k, n - k, false, out);
        out[len] = naive_mth(h, leaf, k);
    }
    return len + 1;
}

/* ---- a tile source in memory: full rows as the sink gave them, the rest from the tree ---- */

enum { TILES0 = 300 };
struct memory {
    struct hasher *h;
    struct tree tree;
    struct hash full0[TILES0][MERKLE_ROW];
    struct hash full1[2][MERKLE_ROW];
    size_t full0_count, full1_count;
    bool refuse;
};

static enum rc keep(void *ctx, uint32_t level, uint64_t idx, const struct hash *row, const struct hash *root, struct err *err)
{
    struct memory *m = ctx;
    struct hash r;
    if (m->refuse) return err_set0(err, &E_no_memory, NO_PLACE);
    merkle_row_root(m->h, row, MERKLE_ROW, &r);
    assert_hash(r, *root);
    assert_true(level < 2);
    if (level == 0) {
        assert_int_equal(idx, m->full0_count);
        memcpy(m->full0[m->full0_count++], row, sizeof m->full0[0]);
    } else {
        assert_int_equal(idx, m->full1_count);
        memcpy(m->full1[m->full1_count++], row, sizeof m->full1[0]);
    }
    return RC_OK;
}

static enum rc get(void *ctx, uint32_t level, uint64_t first, size_t n, const struct hash **out, struct err *err)
{
    struct memory *m = ctx;
    (void)err;
    uint64_t idx = first >> 8;
    size_t off = (size_t)first & 255;
    assert_true(off + n <= MERKLE_ROW);
    if (level == 0 && idx < m->full0_count) *out = &m->full0[idx][off];
    else if (level == 1 && idx < m->full1_count) *out = &m->full1[idx][off];
    else {
        assert_true(off + n <= tree_width(m->tree.size, level));
        *out = &m->tree.row[level][off];
    }
    return RC_OK;
}

static struct memory *memory_make(enum hash_alg alg)
{
    struct memory *m = calloc(1, sizeof *m);
    assert_non_null(m);
    m->h = hasher_make(alg);
    assert_non_null(m->h);
    return m;
}

static void memory_free(struct memory *m)
{
    hasher_free(&m->h);
    free(m);
}

static void push(struct memory *m, const struct hash *leaf)
{
    struct tree_sink sink = {keep, m};
    assert_ok(tree_push(&m->tree, m->h, leaf, &sink, &E));
}

static struct tile_source source(struct memory *m) { return (struct tile_source){m->h, get, m}; }

static struct hash nth_leaf(struct hasher *h, size_t i)
{
    struct hash out;
    char text[4] = {(char)(i >> 8), (char)i, 'x', 'y'};
    merkle_leaf(h, str_of(text, sizeof text), &out);
    return out;
}

/* ---- the vectors of Certificate Transparency ---- */

static const char *const ct_inputs[8] = {"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
static const char *const ct_roots[8] = {
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c", "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

static const struct {
    uint64_t index, size;
    size_t n;
    const char *path[3];
} ct_paths[] = {
    {0, 1, 0, {NULL}},
    {0, 8, 3, {"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7", "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
               "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}},
    {5, 8, 3, {"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b", "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
               "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}},
    {2, 3, 1, {"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"}},
    {1, 5, 3, {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d", "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
               "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}},
};
static const struct {
    uint64_t from, size;
    size_t n;
    const char *path[3];
} ct_growths[] = {
    {1, 1, 0, {NULL}},
    {1, 8, 3, {"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7", "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
               "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}},
    {6, 8, 3, {"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a", "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
               "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}},
    {2, 5, 2, {"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}},
};

static struct memory *ct_tree(struct hash leaf[8])
{
    struct memory *m = memory_make(HASH_SHA256);
    struct hash root;
    tree_root(&m->tree, m->h, &root);
    assert_hash(root, hash_hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    for (size_t i = 0; i < 8; i++) {
        uint8_t in[16];
        size_t len;
        from_hex(ct_inputs[i], in, &len);
        merkle_leaf(m->h, str_of((const char *)in, len), &leaf[i]);
        push(m, &leaf[i]);
        tree_root(&m->tree, m->h, &root);
        assert_hash(root, hash_hex(ct_roots[i]));
        assert_hash(naive_mth(m->h, leaf, i + 1), root);
    }
    return m;
}

static void published_vectors(void **state)
{
    (void)state;
    struct hash leaf[8], got[MERKLE_PATH_MAX], root;
    struct memory *m = ct_tree(leaf);
    struct tile_source src = source(m);
    size_t n;
    for (uint64_t size = 1; size <= 8; size++) {
        assert_ok(merkle_root(&src, size, &root, &E));
        assert_hash(root, hash_hex(ct_roots[size - 1]));
    }
    for (size_t i = 0; i < ARRAY_LEN(ct_paths); i++) {
        assert_ok(merkle_path(&src, ct_paths[i].index, ct_paths[i].size, got, &n, &E));
        assert_int_equal(n, ct_paths[i].n);
        for (size_t k = 0; k < n; k++) assert_hash(got[k], hash_hex(ct_paths[i].path[k]));
        struct proof p = {ct_paths[i].index, ct_paths[i].size, got, n};
        root = hash_hex(ct_roots[p.size - 1]);
        assert_true(proof_holds(HASH_SHA256, &p, &leaf[p.index], &root));
        assert_false(proof_holds(HASH_SM3, &p, &leaf[p.index], &root) && n > 0);
    }
    for (size_t i = 0; i < ARRAY_LEN(ct_growths); i++) {
        assert_ok(merkle_growth(&src, ct_growths[i].from, ct_growths[i].size, got, &n, &E));
        assert_int_equal(n, ct_growths[i].n);
        for (size_t k = 0; k < n; k++) assert_hash(got[k], hash_hex(ct_growths[i].path[k]));
        struct proof p = {ct_growths[i].from, ct_growths[i].size, got, n};
        struct hash old = hash_hex(ct_roots[p.index - 1]);
        root = hash_hex(ct_roots[p.size - 1]);
        assert_true(growth_holds(HASH_SHA256, &p, &old, &root));
        assert_false(growth_holds(HASH_SM3, &p, &old, &root) && n > 0);
    }
    memory_free(m);
}

/* ---- every size up to 300 against the naive tree ---- */

static void all_pairs(enum hash_alg alg, size_t step)
{
    static struct hash leaf[SIZES], root[SIZES + 1];
    struct memory *m = memory_make(alg);
    struct tile_source src = source(m);
    for (size_t n = 0; n < SIZES; n++) leaf[n] = nth_leaf(m->h, n);
    memo_over(leaf);
    for (size_t n = 0; n <= SIZES; n++) {
        if (n > 0) push(m, &leaf[n - 1]);
        tree_root(&m->tree, m->h, &root[n]);
        assert_hash(root[n], naive_mth(m->h, leaf, n));
    }
    for (size_t size = 0; size <= SIZES; size += step) {
        struct hash got[MERKLE_PATH_MAX], want[MERKLE_PATH_MAX], r;
        size_t n;
        assert_ok(merkle_root(&src, size, &r, &E));
        assert_hash(r, root[size]);
        for (size_t i = 0; i < size; i++) {
            assert_ok(merkle_path(&src, i, size, got, &n, &E));
            assert_int_equal(n, naive_path(m->h, i, leaf, size, want));
            assert_memory_equal(got, want, n * sizeof *got);
            assert_true(merkle_path_holds(m->h, i, size, got, n, &leaf[i], &root[size]));
        }
        for (size_t from = 0; from <= size; from++) {
            assert_ok(merkle_growth(&src, from, size, got, &n, &E));
            assert_int_equal(n, from == 0 ? 0 : naive_subproof(m->h, from, leaf, size, true, want));
            assert_memory_equal(got, want, n * sizeof *got);
            assert_true(merkle_growth_holds(m->h, from, size, got, n, &root[from], &root[size]));
        }
    }
    memo_over(NULL);
    memory_free(m);
}

static void every_size_sha256(void **state)
{
    (void)state;
    all_pairs(HASH_SHA256, 1);
}

static void every_size_sm3(void **state)
{
    (void)state;
    all_pairs(HASH_SM3, 7); /* the shape is the same: fewer sizes, all indexes */
}

/* ---- proofs that must not hold ---- */

static void flip_all(struct hasher *h, bool growth, uint64_t index, uint64_t size, struct hash *path, size_t n, const struct hash *a,
                     const struct hash *root)
{
    for (size_t k = 0; k < n; k++)
        for (size_t b = 0; b < HASH_LEN; b++) {
            path[k].b[b] ^= 0x40;
            assert_false(growth ? merkle_growth_holds(h, index, size, path, n, a, root) : merkle_path_holds(h, index, size, path, n, a, root));
            path[k].b[b] ^= 0x40;
        }
    for (size_t b = 0; b < HASH_LEN; b++) {
        struct hash bad_a = *a, bad_root = *root;
        bad_a.b[b] ^= 1;
        bad_root.b[b] ^= 1;
        /* From nothing, the proof is empty and says nothing of the new root: it is not asked of. */
        assert_false(growth ? merkle_growth_holds(h, index, size, path, n, &bad_a, root) : merkle_path_holds(h, index, size, path, n, &bad_a, root));
        assert_false(growth ? merkle_growth_holds(h, index, size, path, n, a, &bad_root)
                            : merkle_path_holds(h, index, size, path, n, a, &bad_root));
    }
}

static void wrong_proofs_fail(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 2, 3, 5, 8, 21, 64, 100, 255, 256, 257, 300};
    static struct hash leaf[SIZES], root[SIZES + 1];
    struct memory *m = memory_make(HASH_SHA256);
    struct tile_source src = source(m);
    for (size_t n = 0; n < SIZES; n++) {
        tree_root(&m->tree, m->h, &root[n]);
        leaf[n] = nth_leaf(m->h, n);
        push(m, &leaf[n]);
    }
    tree_root(&m->tree, m->h, &root[SIZES]);
    for (size_t s = 0; s < ARRAY_LEN(sizes); s++) {
        size_t size = sizes[s], n;
        struct hash path[MERKLE_PATH_MAX + 1];
        for (size_t i = 0; i < size; i += 1 + size / 9) {
            assert_ok(merkle_path(&src, i, size, path, &n, &E));
            flip_all(m->h, false, i, size, path, n, &leaf[i], &root[size]);
            for (size_t k = 0; k < size; k++) /* another place in the tree; the path could be equal only there */
                if (k != i) assert_false(merkle_path_holds(m->h, k, size, path, n, &leaf[i], &root[size]));
            assert_false(merkle_path_holds(m->h, size, size, path, n, &leaf[i], &root[size]));
            assert_false(merkle_path_holds(m->h, i, 2 * size, path, n, &leaf[i], &root[size]));
            path[n] = root[size];
            assert_false(merkle_path_holds(m->h, i, size, path, n + 1, &leaf[i], &root[size]));
            if (n > 0) assert_false(merkle_path_holds(m->h, i, size, path, n - 1, &leaf[i], &root[size]));
            if (n > 0) assert_false(merkle_path_holds(m->h, i, size, path + 1, n - 1, &leaf[i], &root[size]));
        }
        for (size_t from = 1; from < size; from += 1 + size / 9) {
            assert_ok(merkle_growth(&src, from, size, path, &n, &E));
            flip_all(m->h, true, from, size, path, n, &root[from], &root[size]);
            assert_false(merkle_growth_holds(m->h, from - 1, size, path, n, &root[from], &root[size]));
            assert_false(merkle_growth_holds(m->h, from + 1, size, path, n, &root[from], &root[size]));
            assert_false(merkle_growth_holds(m->h, from, 2 * size, path, n, &root[from], &root[size]));
            assert_false(merkle_growth_holds(m->h, from, size, path, n, &root[size], &root[from]));
            path[n] = path[n - 1];
            assert_false(merkle_growth_holds(m->h, from, size, path, n + 1, &root[from], &root[size]));
            assert_false(merkle_growth_holds(m->h, from, size, path, n - 1, &root[from], &root[size]));
            assert_false(merkle_growth_holds(m->h, from, size, path, 0, &root[from], &root[size]));
        }
        assert_true(merkle_growth_holds(m->h, size, size, NULL, 0, &root[size], &root[size]));
        assert_false(merkle_growth_holds(m->h, size, size, path, 1, &root[size], &root[size]));
        assert_false(merkle_growth_holds(m->h, size, size, NULL, 0, &root[size], &root[0]));
        assert_true(merkle_growth_holds(m->h, 0, size, NULL, 0, &root[0], &root[size]));
        assert_false(merkle_growth_holds(m->h, 0, size, NULL, 0, &root[1], &root[size]));
        assert_false(merkle_growth_holds(m->h, 0, size, path, 1, &root[0], &root[size]));
        assert_false(merkle_growth_holds(m->h, size + 1, size, NULL, 0, &root[size], &root[size]));
    }
    struct proof none = {0, 0, NULL, 0};
    assert_false(proof_holds(HASH_SHA256, &none, &leaf[0], &root[0]));
    struct proof longer = {0, 1, NULL, MERKLE_PATH_MAX + 1};
    assert_false(proof_holds(HASH_SHA256, &longer, &leaf[0], &root[1]));
    assert_false(growth_holds(HASH_SHA256, &longer, &root[0], &root[1]));
    memory_free(m);
}

/* ---- more than one level of tiles ---- */

static void three_levels(void **state)
{
    (void)state;
    enum { N = 66000 }; /* 257 full rows, one full row of level 1, one hash on level 2 */
    struct memory *m = memory_make(HASH_SHA256);
    struct tile_source src = source(m);
    struct hash *leaf = calloc(N, sizeof *leaf);
    assert_non_null(leaf);
    for (size_t i = 0; i < N; i++) {
        char text[4] = {(char)(i >> 16), (char)(i >> 8), (char)i, 0};
        merkle_leaf(m->h, str_of(text, sizeof text), &leaf[i]);
        push(m, &leaf[i]);
    }
    assert_int_equal(m->full0_count, 257);
    assert_int_equal(m->full1_count, 1);
    struct hash root, old, path[MERKLE_PATH_MAX], want[MERKLE_PATH_MAX];
    size_t n;
    tree_root(&m->tree, m->h, &root);
    assert_hash(root, naive_mth(m->h, leaf, N));
    static const size_t at[] = {0, 255, 256, 4711, 65279, 65535, 65536, 65791, 65792, N - 1};
    for (size_t i = 0; i < ARRAY_LEN(at); i++) {
        assert_ok(merkle_path(&src, at[i], N, path, &n, &E));
        assert_int_equal(n, naive_path(m->h, at[i], leaf, N, want));
        assert_memory_equal(path, want, n * sizeof *path);
        assert_true(merkle_path_holds(m->h, at[i], N, path, n, &leaf[at[i]], &root));
        assert_ok(merkle_growth(&src, at[i], N, path, &n, &E));
        assert_ok(merkle_root(&src, at[i], &old, &E));
        assert_hash(old, naive_mth(m->h, leaf, at[i]));
        assert_true(merkle_growth_holds(m->h, at[i], N, path, n, &old, &root));
    }
    /* The peaks follow from rows and size. */
    struct tree *copy = malloc(sizeof *copy);
    assert_non_null(copy);
    *copy = m->tree;
    memset(copy->peak, 0xee, sizeof copy->peak);
    tree_load_peaks(copy, m->h);
    struct hash again;
    tree_root(copy, m->h, &again);
    assert_hash(again, root);
    free(copy);
    free(leaf);
    memory_free(m);
}

static void a_refused_tile_leaves_the_tree(void **state)
{
    (void)state;
    struct memory *m = memory_make(HASH_SHA256);
    struct hash leaf, before, after, want[256];
    for (size_t i = 0; i < 255; i++) {
        want[i] = nth_leaf(m->h, i);
        push(m, &want[i]);
    }
    tree_root(&m->tree, m->h, &before);
    m->refuse = true;
    struct tree_sink sink = {keep, m};
    leaf = nth_leaf(m->h, 999);
    assert_code(tree_push(&m->tree, m->h, &leaf, &sink, &E), RC_SYSTEM, &E, "sys.no_memory");
    assert_int_equal(m->tree.size, 255);
    tree_root(&m->tree, m->h, &after);
    assert_hash(before, after);
    m->refuse = false;
    want[255] = nth_leaf(m->h, 255);
    push(m, &want[255]);
    tree_root(&m->tree, m->h, &after);
    assert_hash(after, naive_mth(m->h, want, 256));
    memory_free(m);
}

static void marks_of_the_three_domains_differ(void **state)
{
    (void)state;
    struct hasher *h = hasher_make(HASH_SHA256);
    struct hash l = nth_leaf(h, 1), r = nth_leaf(h, 2), node, leaf;
    char both[2 * HASH_LEN];
    memcpy(both, l.b, HASH_LEN);
    memcpy(both + HASH_LEN, r.b, HASH_LEN);
    merkle_node(h, &l, &r, &node);
    merkle_leaf(h, str_of(both, sizeof both), &leaf);
    assert_memory_not_equal(node.b, leaf.b, HASH_LEN); /* an inner node is never a leaf of the same bytes */
    struct hash swapped;
    merkle_node(h, &r, &l, &swapped);
    assert_memory_not_equal(node.b, swapped.b, HASH_LEN);
    merkle_node(h, &l, &r, &l); /* result over an input */
    assert_hash(l, node);
    hasher_free(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_vectors), cmocka_unit_test(every_size_sha256), cmocka_unit_test(every_size_sm3),
        cmocka_unit_test(wrong_proofs_fail), cmocka_unit_test(three_levels),      cmocka_unit_test(a_refused_tile_leaves_the_tree),
        cmocka_unit_test(marks_of_the_three_domains_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
