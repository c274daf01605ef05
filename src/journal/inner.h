/*
 * inner.h - what the parts of journal/ share: the open journal, its tables, its tiles.
 */
#ifndef GUIJU_JOURNAL_INNER_H
#define GUIJU_JOURNAL_INNER_H

#include "journal/entry.h"
#include "journal/journal.h"
#include "journal/merkle.h"

/* Columns of table journal_entry and journal_tile (README.md, "Tables"). */
enum { EC_SEQ, EC_RECORD, EC_HEAD, EC_BODY, EC_COUNT = EC_BODY + CLASS_COUNT };
enum { TC_KEY, TC_ROOT, TC_HASHES, TC_COUNT };
enum { TILE_LEVEL_SHIFT = 48, TILE_BYTES = MERKLE_ROW * HASH_LEN };

extern const struct store_table journal_entry_table;
extern const struct store_table journal_tile_table;

/* A state to come back to.  A row of the tree is saved when it is about to be overwritten for the first time since. */
struct journal_point {
    uint64_t size;
    uint64_t command;
    int64_t time_us;
    struct hash leaf; /* of the last entry */
    struct hash peak[MERKLE_BITS];
    bool saved[MERKLE_LEVELS];
    struct hash row[MERKLE_LEVELS][MERKLE_ROW];
};

struct tile_cache {
    uint64_t next; /* idx + 1; 0: nothing here */
    struct hash row[MERKLE_ROW];
};

enum { JOURNAL_MAGIC = 0x4a524e4c };
struct journal {
    uint32_t magic;
    bool reading_others; /* tiles that fill up are in the store already */
    struct store *store;
    struct store_rows *entries, *tiles;
    struct arena arena;   /* of the bound tables */
    struct arena scratch; /* of one call */
    struct hasher *hasher;
    struct tree tree;
    uint64_t last_command;
    int64_t last_time;
    struct hash last_leaf;
    struct journal_point mark, kept;
    struct tile_cache cache[MERKLE_LEVELS];
    char *salted; /* salt and body of the entry being appended; kept between calls */
    size_t salted_cap;
};
#define journal_check(j) MAGIC_CHECK((j), JOURNAL_MAGIC)

/* Numbers inside messages, without an arena. */
struct num {
    char text[24];
};
struct str num_str(struct num *n, uint64_t v);
enum rc journal_torn(struct err *err, const struct err_kind *kind, uint64_t seq);
enum rc journal_torn_at_tile(struct err *err, uint32_t level, uint64_t idx);

/* Heads from seq on, in order, without bodies. */
enum rc heads_open(struct journal *j, uint64_t from, struct store_cursor **out, struct err *err) MUST_USE;
/* The next: RC_BROKEN where it is not seq, or malformed.  *there false at the end. */
enum rc heads_next(struct journal *j, struct store_cursor *c, uint64_t seq, bool *there, struct entry *e, struct hash *leaf, struct err *err) MUST_USE;

/* tiles.c */
static inline int64_t tile_key(uint32_t level, uint64_t idx) { return (int64_t)((uint64_t)level << TILE_LEVEL_SHIFT | idx); }
enum rc tiles_put(struct journal *j, uint32_t level, uint64_t idx, const struct hash *row, const struct hash *root, struct err *err) MUST_USE;
/* A full tile of the store; RC_BROKEN journal.torn where it is not there or not 8192 bytes. */
enum rc tiles_get(struct journal *j, uint32_t level, uint64_t idx, struct hash row[MERKLE_ROW], struct hash *root, struct err *err) MUST_USE;
/* Fill the rows above level 0 of a tree of j->tree.size from the roots of full tiles; checks that no others are there. */
enum rc tiles_load_rows(struct journal *j, struct err *err) MUST_USE;
struct tile_source tiles_source(struct journal *j);
void tiles_forget(struct journal *j); /* what is cached */

#endif
