/* test_area.h - a journal in a store of its own, for the tests of journal.c and verify.c. */
#ifndef GUIJU_JOURNAL_TEST_AREA_H
#define GUIJU_JOURNAL_TEST_AREA_H

#include "journal/test_util.h"

#include "journal/inner.h"

static struct err E;

struct area {
    struct store *s;
    struct journal *j;
    struct arena a;
    struct store_rows *entries, *tiles; /* to look behind the journal's back */
    struct hash *leaf;                  /* of every entry, in order */
    size_t leaf_cap;
};

static inline void area_bind(struct area *ar)
{
    assert_ok(store_bind(ar->s, &ar->a, &journal_entry_table, &ar->entries, &E));
    assert_ok(store_bind(ar->s, &ar->a, &journal_tile_table, &ar->tiles, &E));
}

static inline void area_start(struct area *ar, const char *path, enum hash_alg alg)
{
    *ar = (struct area){.s = NULL};
    arena_init(&ar->a, 64 * 1024 * 1024);
    struct store_options so = {.mode = STORE_CREATE, .memory = path == NULL};
    struct journal_options jo = {alg};
    assert_ok(store_open(path == NULL ? STR("memory") : str_c(path), &so, &ar->s, &E));
    assert_ok(store_begin_write(ar->s, &E));
    assert_ok(journal_create(ar->s, &jo, &E));
    assert_ok(store_commit(ar->s, &E));
    assert_ok(journal_open(ar->s, &ar->j, &E));
    area_bind(ar);
}

static inline void area_stop(struct area *ar)
{
    journal_close(&ar->j);
    arena_fini(&ar->a);
    store_close(&ar->s);
    free(ar->leaf);
}

static inline void area_reopen(struct area *ar)
{
    journal_close(&ar->j);
    assert_ok(journal_open(ar->s, &ar->j, &E));
}

static inline void begin(struct area *ar) { assert_ok(store_begin_write(ar->s, &E)); }

static inline void commit(struct area *ar)
{
    assert_ok(store_commit(ar->s, &E));
    journal_keep(ar->j);
}

static inline struct entry next_entry(const struct area *ar)
{
    return (struct entry){.command = journal_last_command(ar->j) + 1,
                          .time_us = journal_last_time(ar->j) + 5,
                          .happened = ENTRY_NO_DAY,
                          .actor = 3,
                          .verb = 12,
                          .kind = ENTRY_UPDATE,
                          .reg = 2,
                          .record = 100 + journal_size(ar->j) % 7,
                          .version = 2,
                          .body = {STR_INIT("{\"a\":1}")}};
}

static inline void put(struct area *ar, struct entry e)
{
    struct hash leaf;
    uint64_t n = journal_size(ar->j);
    assert_ok(journal_append(ar->j, &e, &leaf, &E));
    assert_int_equal(e.seq, n + 1);
    assert_int_equal(journal_size(ar->j), n + 1);
    if (n >= ar->leaf_cap) {
        ar->leaf_cap = 2 * (size_t)n + 1024;
        ar->leaf = realloc(ar->leaf, ar->leaf_cap * sizeof *ar->leaf);
        assert_non_null(ar->leaf);
    }
    ar->leaf[n] = leaf;
}

/* n entries inside the open transaction; every third has a personal body, every fifth a restricted one. */
static inline void put_many(struct area *ar, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct entry e = next_entry(ar);
        uint64_t seq = journal_size(ar->j) + 1;
        if (seq % 3 == 0) e.body[CLASS_PERSONAL] = STR("{\"b\":\"x\"}");
        if (seq % 5 == 0) e.body[CLASS_RESTRICTED] = STR("{\"c\":\"y\"}");
        put(ar, e);
    }
}

static inline void fill(struct area *ar, size_t n)
{
    begin(ar);
    put_many(ar, n);
    commit(ar);
}

/* The root as RFC 9162 2.1.1 defines it. */
static inline struct hash naive_root(struct hasher *h, const struct hash *leaf, size_t n)
{
    struct hash out;
    if (n == 0) {
        merkle_empty(h, &out);
        return out;
    }
    if (n == 1) return leaf[0];
    size_t k = 1;
    while (k * 2 < n) k *= 2;
    struct hash l = naive_root(h, leaf, k), r = naive_root(h, leaf + k, n - k);
    merkle_node(h, &l, &r, &out);
    return out;
}

static inline void assert_root(struct area *ar)
{
    struct hash got;
    journal_root(ar->j, &got);
    assert_hash(got, naive_root(ar->j->hasher, ar->leaf, (size_t)journal_size(ar->j)));
}

/* Erase a body and say so in an entry of its own, as record/ does. */
static inline void erase(struct area *ar, uint64_t seq, enum field_class c)
{
    struct buf b;
    struct json_out o;
    struct erased_body list[] = {{seq, c}};
    buf_init(&b, 4096);
    json_out_init(&o, &b);
    json_object(&o);
    journal_put_erased(&o, list, 1);
    json_end_object(&o);
    begin(ar);
    assert_ok(journal_erase_body(ar->j, seq, c, &E));
    struct entry e = next_entry(ar);
    e.kind = ENTRY_ERASE;
    e.body[CLASS_OPEN] = buf_view(&b);
    put(ar, e);
    commit(ar);
    buf_fini(&b);
}

/* ---- behind the journal's back ---- */

static inline void row_get(struct area *ar, uint64_t seq, struct sv row[EC_COUNT])
{
    struct sv key = sv_int((int64_t)seq);
    assert_ok(store_get(ar->entries, &ar->a, &key, row, &E));
}

static inline void row_set(struct area *ar, uint64_t seq, uint32_t column, struct sv v)
{
    struct sv key = sv_int((int64_t)seq);
    begin(ar);
    assert_ok(store_update(ar->entries, &key, 1, &column, &v, &E));
    assert_ok(store_commit(ar->s, &E));
}

static inline void row_drop(struct area *ar, uint64_t seq)
{
    struct sv key = sv_int((int64_t)seq);
    begin(ar);
    assert_ok(store_delete(ar->entries, &key, &E));
    assert_ok(store_commit(ar->s, &E));
}

static inline struct str changed(struct area *ar, struct str s, size_t at)
{
    struct str out = str_dup(&ar->a, s);
    char *p = arena_alloc(&ar->a, s.len);
    memcpy(p, out.ptr, s.len);
    p[at] ^= 0x01;
    return str_of(p, s.len);
}

/* Flip a bit of a blob in a row. */
static inline void row_flip(struct area *ar, uint64_t seq, uint32_t column, size_t at)
{
    struct sv row[EC_COUNT];
    row_get(ar, seq, row);
    row_set(ar, seq, column, sv_blob(changed(ar, row[column].s, at)));
}

static inline void tile_get(struct area *ar, uint32_t level, uint64_t idx, struct sv row[TC_COUNT])
{
    struct sv key = sv_int(tile_key(level, idx));
    assert_ok(store_get(ar->tiles, &ar->a, &key, row, &E));
}

static inline void tile_set(struct area *ar, uint32_t level, uint64_t idx, struct str root, struct str hashes)
{
    struct sv key = sv_int(tile_key(level, idx)), v[] = {sv_blob(root), sv_blob(hashes)};
    uint32_t columns[] = {TC_ROOT, TC_HASHES};
    begin(ar);
    assert_ok(store_update(ar->tiles, &key, 2, columns, v, &E));
    assert_ok(store_commit(ar->s, &E));
}

static inline void tile_drop(struct area *ar, uint32_t level, uint64_t idx)
{
    struct sv key = sv_int(tile_key(level, idx));
    begin(ar);
    assert_ok(store_delete(ar->tiles, &key, &E));
    assert_ok(store_commit(ar->s, &E));
}

static inline void tile_add(struct area *ar, uint32_t level, uint64_t idx, struct str root, struct str hashes)
{
    struct sv v[] = {sv_int(tile_key(level, idx)), sv_blob(root), sv_blob(hashes)};
    begin(ar);
    assert_ok(store_insert(ar->tiles, v, &E));
    assert_ok(store_commit(ar->s, &E));
}

#endif
