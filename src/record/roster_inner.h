/*
 * roster_inner.h - what the roster's files share: versions, blocks, columns, tables, memos.
 *
 * A struct roster is one thread's handle on a version.  A version is what stood at one seq and never changes; a later one shares the
 * blocks, arrays and memos that did not change and has copies of those that did.  What all versions of one roster share is its home:
 * the text heap and the count of bytes.
 * A column is a row of blocks of ROSTER_BLOCK cells; a block is one piece of memory, so that versions can share it and a vector
 * evaluator gets whole arrays.  Cells without a value are 0.
 * Threads: a version under construction is one thread's.  Afterwards everything but memos and the text heap is only read; memos are
 * filled by any thread, each cell before its state (release, acquire), all threads to the same value.
 */
#ifndef GUIJU_RECORD_ROSTER_INNER_H
#define GUIJU_RECORD_ROSTER_INNER_H

#include <pthread.h>

#include "record/record.h"

enum { ROSTER_BLOCK_BITS = 11, ROSTER_BLOCK = 1 << ROSTER_BLOCK_BITS, ROSTER_MASK = ROSTER_BLOCK - 1 };
enum { ROSTER_ROWS_MAX = 1 << 28, ROSTER_META_MAX = 256 * 1024 * 1024, ROSTER_TEXT_MAX = (1 << 20) - 8, ROSTER_GHOST_ROUNDS = 64 };
#define ROSTER_NO_ROW UINT32_MAX

/* How the cells of a block are kept.  A block of narrow integers that meets a wide one is widened alone. */
enum cell_kind { CELL_BIT, CELL_U8, CELL_U16, CELL_U32, CELL_I32, CELL_I64 };

struct roster_block {
    uint32_t refs;                          /* arrays of blocks that hold it; atomic */
    uint8_t kind;                           /* enum cell_kind */
    uint64_t valid[ROSTER_BLOCK / 64];      /* bit set: there is a value */
    _Alignas(64) unsigned char cells[];
};

enum column_shape {
    SHAPE_BOOL,   /* CELL_BIT */
    SHAPE_DAY,    /* CELL_I32, widened to CELL_I64 */
    SHAPE_INT,    /* CELL_I32, widened to CELL_I64: scaled numbers, microseconds */
    SHAPE_CODE,   /* CELL_U8, CELL_U16 or CELL_U32 as the code table is long: its row */
    SHAPE_ID,     /* CELL_I64: a ref whose register is not loaded */
    SHAPE_ROW,    /* CELL_U32: a ref, row of the target's table */
    SHAPE_TEXT    /* CELL_U32, widened to CELL_I64: place in the text heap */
};

struct roster_column {
    const struct pack_field *field;
    uint8_t shape;                          /* enum column_shape */
    uint8_t start;                          /* kind of a new block */
    struct roster_block **blocks;           /* shared array */
    uint32_t blocks_count, blocks_cap;
    const struct roster_table *target;      /* SHAPE_ROW; of the same version */
    struct code_seen *codes;                /* SHAPE_CODE, while cells are put: CODES_SEEN short codes met lately */
};

enum { CODES_SEEN = 64 };
struct code_seen { uint64_t bytes; uint32_t len, row; };

/* What a derived field came to, by row.  Blocks come into being when a row of theirs is asked for. */
enum memo_state { MEMO_UNKNOWN, MEMO_NULL, MEMO_FALSE, MEMO_TRUE, MEMO_VALUE, MEMO_AGAIN /* does not fit: work it out each time */ };
enum memo_shape { MEMO_S_NONE, MEMO_S_BOOL, MEMO_S_NUMBER, MEMO_S_DAY, MEMO_S_MONTHS, MEMO_S_CODE, MEMO_S_RECORD, MEMO_S_TEXT };

struct memo_block {
    uint32_t refs;                          /* sets that hold it; atomic */
    uint8_t width;                          /* bytes of a cell: 0 (the state says it all), 4, or 8 where a value did not fit */
    uint8_t state[ROSTER_BLOCK];            /* enum memo_state; atomic: written after the cell, read before it */
    _Alignas(8) unsigned char cells[];      /* atomic; MEMO_S_DAY: day * 2 + is a month */
};

/* A block that a wider one replaced: readers may still be at it. */
struct memo_retired { struct memo_block *block; struct memo_retired *next; };

/* Of one day (timeless fields: of MEMO_TIMELESS). */
struct memo_set {
    uint32_t refs;                          /* memos that hold it; atomic */
    uint32_t blocks_count;
    day_num today;
    struct memo_set *next;                  /* of another day */
    struct memo_retired *retired;           /* under the home's lock */
    struct memo_block *blocks[];            /* by block of rows; NULL: nothing known; atomic */
};
#define MEMO_TIMELESS INT64_MIN
enum { MEMO_DAYS_MAX = 4 };

struct roster_memo {
    const struct pack_field *field;
    uint8_t shape;                          /* enum memo_shape */
    struct memo_set *sets;                  /* newest first; atomic */
};

/* The records that refer to a row: rows[start[row] .. start[row + 1]).  In order of rows, which is that of ids among open records. */
struct roster_back {
    const struct roster_table *from;
    uint32_t *start;                        /* shared arrays */
    uint32_t *rows;
};

/* Rows are places.  Open records stand at places below `rows` in order of ids; closed ones that an open record refers to stand anywhere.
 * After loading and building places 0 .. rows-1 are all open and `gone` is NULL.  In a version that has followed changes a record that
 * was closed stays at its place, with its bit in `gone`: whoever walks places below `rows` must pass over those. */
struct roster_table {
    const struct pack_register *reg;
    uint32_t rows;                          /* places among which the open records are */
    uint32_t rows_all;                      /* all places */
    uint32_t open;                          /* open records: rows less the bits of gone */
    uint64_t *gone;                         /* shared array: bit by place, of those below rows; NULL: all of them are open */
    uint32_t *open_before;                  /* with gone: open records before each block; shared array */
    uint32_t cap;
    int64_t *ids;                           /* while loading; afterwards only where ids lie more than 2^32 apart; shared array, as all below */
    uint32_t *deltas;                       /* id - first_id; NULL with ids NULL: a run, the id of row n is first_id + n */
    int64_t first_id;                       /* the lowest */
    uint32_t *versions;                     /* while loading; afterwards in blocks */
    uint32_t **version_blocks;              /* shared array of shared arrays; NULL: all of the block are 1 */
    uint32_t version_cap;
    uint32_t *slots;                        /* row + 1: dense by id - first_id, or open addressing; none for a run */
    size_t slots_count, slots_cap;
    bool dense;
    int64_t *listed;                        /* roster_ids(), made when asked for; atomic */
    struct roster_column **columns;         /* by field->idx; NULL: not loaded */
    struct roster_memo **memos;             /* by field->idx; NULL: not derived, or not wanted */
    struct roster_back *backs;              /* by back; start NULL: not built */
};

enum { TEXT_CHUNK_BITS = 20, TEXT_CHUNK = 1 << TEXT_CHUNK_BITS, TEXT_CACHE = 4096 };

struct text_list {                          /* of chunks; a longer one replaces it, the old stays till the end: readers may be at it */
    struct text_list *older;
    size_t cap;
    char *chunks[];
};

struct roster_texts {
    struct text_list *list;                 /* atomic */
    size_t count;
    size_t used;                            /* of the newest chunk */
    struct { uint64_t hash; int64_t cell; } cache[TEXT_CACHE];  /* texts met lately are kept once */
};

/* What all versions of a roster share. */
struct roster_home {
    uint32_t refs;                          /* versions; atomic */
    size_t bytes;                           /* of all versions; atomic */
    bool erased;                            /* a record was erased by law since the first: its texts are still in the heap; atomic */
    pthread_mutex_t lock;                   /* of the text heap, of memo sets coming and going, of what is retired */
    struct roster_texts texts;
};

struct roster_version {
    uint32_t refs;                          /* handles; atomic */
    struct roster_home *home;
    struct arena arena;                     /* the frame: tables, lists of columns; while it is made only */
    const struct pack_set *set;
    struct roster_table **tables;           /* by reg->idx; NULL: not loaded */
    struct roster_wants wants;              /* closed; none: built without a store */
    uint64_t seq;
};

struct roster {
    uint32_t magic;
    struct roster_version *version;
    struct roster_home *home;
    const struct pack_set *set;
    struct roster_table **tables;           /* the version's */
    struct roster_read *reads;              /* tracing: see roster_trace() */
    size_t reads_max;
    size_t *reads_count;
    bool tracing;
    struct feel_host host;
};

#define ROSTER_MAGIC 0x524f5354u
#define roster_check(r) MAGIC_CHECK((r), ROSTER_MAGIC)

/* ---- roster_memory.c: handles, versions, counted memory ---- */
enum rc roster_make(const struct pack_set *set, struct roster **out, struct err *err) MUST_USE;                   /* a home, an empty version */
enum rc roster_make_next(const struct roster *r, struct roster **out, struct err *err) MUST_USE;                  /* an empty version of the same home */
/* Arrays with a count of holders before them; realloc, zeroed, counted in bytes.  Only an array with one holder may grow. */
enum rc roster_grow(struct roster *r, void **at, size_t from, size_t to, size_t item, struct err *err) MUST_USE;
void roster_drop(struct roster *r, void *at);         /* one holder less; NULL: nothing */
void *roster_share(void *at);                         /* one more */
bool roster_sole(const void *at);                     /* is the caller the only holder?  NULL: no */
/* An array that only the caller holds, with room for cap items; copies the first `items` of one that others hold too. */
enum rc roster_own(struct roster *r, void **at, size_t items, size_t was_cap, size_t cap, size_t item, struct err *err) MUST_USE;
/* The same for arrays of pointers: true for the last holder, who lets go of what the array holds and then of the array. */
bool roster_leave(void *at);                          /* NULL: false */
void roster_array_free(struct roster *r, void *at);
void roster_count(struct roster *r, size_t more, size_t less); /* bytes */

/* ---- roster_load.c: parts of loading ---- */
void roster_frame(struct roster *r, const struct roster_wants *w);  /* empty tables, columns and memos for what is not there yet */
enum rc roster_read_table(struct roster *r, struct records *rs, struct roster_table *t, struct arena *a, struct err *err) MUST_USE; /* open records; indexed, packed */
/* Columns that `old` lacks, for the rows that it has. */
enum rc roster_read_more(struct roster *r, struct records *rs, struct roster_table *t, const struct roster_table *old, struct arena *a, struct err *err) MUST_USE;
/* Ids that refs lead to and the target lacks, ascending; free() them. */
enum rc roster_ghosts_of(struct roster *r, const struct roster_table *target, int64_t **ids, size_t *n, struct err *err) MUST_USE;
enum rc roster_link_refs(struct roster *r, struct err *err) MUST_USE;   /* ids as rows, wherever the target is loaded */
enum rc roster_build_backs(struct roster *r, const struct roster_wants *w, struct err *err) MUST_USE; /* those that are not there yet */

/* ---- roster_frame.c ---- */
struct roster_table *roster_table_get(struct roster *r, const struct pack_register *reg); /* made where there is none */
void roster_field_add(struct roster *r, struct roster_table *t, const struct pack_field *f); /* a column, or the memo of a derived field */
/* The list of `target` for a ref of `from` whose cells are rows.  Nothing where the ref has no list, or it is there. */
enum rc roster_back_build(struct roster *r, struct roster_table *target, const struct pack_field *f, const struct roster_table *from,
                          struct err *err) MUST_USE;
void roster_table_free(struct roster *r, struct roster_table *t);

/* ---- roster_text.c ---- */
enum rc roster_texts_put(struct roster *r, struct str s, int64_t *cell, struct err *err) MUST_USE; /* any thread */
enum rc roster_texts_put_here(struct roster *r, struct str s, int64_t *cell, struct err *err) MUST_USE; /* nobody else has the home, or its lock is held */
struct str roster_text(const struct roster *r, int64_t cell);
void roster_texts_free(struct roster_home *h);

/* ---- roster_column.c ---- */
enum column_shape roster_shape_of(const struct pack_field *f);
enum rc roster_put(struct roster *r, struct roster_column *c, const struct roster_table *t, uint32_t row, const struct sv *v, struct err *err) MUST_USE;
/* n cells from a row on.  ints of a strip are 0 where there is no value. */
enum rc roster_put_strip(struct roster *r, struct roster_column *c, const struct roster_table *t, uint32_t row, uint32_t n, const struct store_strip *s,
                         const struct buf *bytes, struct err *err) MUST_USE;
enum rc roster_column_reach(struct roster *r, struct roster_column *c, uint32_t rows, struct err *err) MUST_USE; /* blocks for so many rows */
/* Refs held as ids become rows of the target.  All must be there. */
enum rc roster_column_link(struct roster *r, struct roster_column *c, struct err *err) MUST_USE;
void roster_column_free(struct roster *r, struct roster_column *c);
/* The column's array of blocks, held by it alone, with room for so many. */
enum rc roster_own_blocks(struct roster *r, struct roster_column *c, uint32_t blocks, struct err *err) MUST_USE;
size_t roster_block_bytes(enum cell_kind k);
struct roster_block *roster_block_make(struct roster *r, enum cell_kind k); /* empty; NULL: no memory */
void roster_block_free(struct roster *r, struct roster_block *b);           /* one holder less; may be NULL */
void roster_cell_set(struct roster_block *b, uint32_t i, int64_t v);
bool roster_cell_fits(enum cell_kind k, int64_t v);
enum rc roster_put_int(struct roster *r, struct roster_column *c, uint32_t row, int64_t v, struct err *err) MUST_USE; /* the block is there */

static inline uint32_t roster_blocks_of(uint32_t rows) { return (uint32_t)(((uint64_t)rows + ROSTER_BLOCK - 1) >> ROSTER_BLOCK_BITS); }

static inline bool roster_valid(const struct roster_block *b, uint32_t i) { return (b->valid[i >> 6] >> (i & 63) & 1) != 0; }

static inline int64_t roster_cell(const struct roster_block *b, uint32_t i)
{
    const void *p = b->cells;
    switch ((enum cell_kind)b->kind) {
    case CELL_BIT: return (int64_t)(((const uint64_t *)p)[i >> 6] >> (i & 63) & 1);
    case CELL_U8: return ((const uint8_t *)p)[i];
    case CELL_U16: return ((const uint16_t *)p)[i];
    case CELL_U32: return ((const uint32_t *)p)[i];
    case CELL_I32: return ((const int32_t *)p)[i];
    case CELL_I64: return ((const int64_t *)p)[i];
    }
    return 0;
}

/* False: empty. */
static inline bool roster_get(const struct roster_column *c, uint32_t row, int64_t *out)
{
    const struct roster_block *b = c->blocks[row >> ROSTER_BLOCK_BITS];
    if (!roster_valid(b, row & ROSTER_MASK)) return false;
    *out = roster_cell(b, row & ROSTER_MASK);
    return true;
}

/* ---- roster.c ---- */
enum rc roster_index(struct roster *r, struct roster_table *t, struct err *err) MUST_USE;  /* build id -> row */
enum rc roster_pack(struct roster *r, struct roster_table *t, struct err *err) MUST_USE;   /* all rows are there: ids and versions as small as they go */
enum rc roster_pack_ids(struct roster *r, struct roster_table *t, struct err *err) MUST_USE; /* indexed: ids as small as they go */
uint32_t roster_row_version(const struct roster_table *t, uint32_t row);

static inline int64_t roster_id(const struct roster_table *t, uint32_t row)
{
    if (t->deltas != NULL) return t->first_id + (int64_t)t->deltas[row];
    return t->ids != NULL ? t->ids[row] : t->first_id + (int64_t)row;
}

static inline size_t roster_slot(int64_t id, size_t slots) { return (size_t)((uint64_t)id * 0x9E3779B97F4A7C15u >> 17) & (slots - 1); }

static inline uint32_t roster_row(const struct roster_table *t, int64_t id)
{
    uint64_t at = (uint64_t)id - (uint64_t)t->first_id;
    if (t->slots == NULL) return at < t->rows_all ? (uint32_t)at : ROSTER_NO_ROW; /* a run, or nothing */
    if (t->dense) return at < t->slots_count ? t->slots[at] - 1 : ROSTER_NO_ROW;  /* 0 - 1 is ROSTER_NO_ROW */
    size_t h = roster_slot(id, t->slots_count);
    while (t->slots[h] != 0) {
        uint32_t row = t->slots[h] - 1;
        if (roster_id(t, row) == id) return row;
        h = (h + 1) & (t->slots_count - 1);
    }
    return ROSTER_NO_ROW;
}

static inline bool roster_is_open(const struct roster_table *t, uint32_t row)
{
    return row < t->rows && (t->gone == NULL || (t->gone[row >> 6] >> (row & 63) & 1) == 0);
}

/* ---- roster_memo.c ---- */
/* The set of this day, made where there is none; NULL: nothing is remembered (no memory, or a shape that is not kept). */
struct memo_set *roster_memo_set(struct roster *r, struct roster_memo *m, const struct roster_table *t, day_num today);
/* False: not known.  Any thread. */
bool roster_memo_get(const struct roster *r, const struct roster_memo *m, const struct memo_set *s, uint32_t row, struct fv *out);
/* Any thread; all put the same. */
void roster_memo_put(struct roster *r, const struct roster_memo *m, struct memo_set *s, uint32_t row, const struct fv *v);
/* The block of a row for whole blocks of values, at least `width` bytes a cell; NULL: no memory.  Write cells, then states, atomically. */
struct memo_block *roster_memo_block(struct roster *r, const struct roster_memo *m, struct memo_set *s, uint32_t block, uint8_t width);
/* What an earlier version's memo knows, but for these rows (ascending). */
void roster_memo_carry(struct roster *r, struct roster_memo *now, const struct roster_memo *old, uint32_t rows_all, const uint32_t *rows, size_t n);
void roster_memo_free(struct roster *r, struct roster_memo *m);
void roster_memo_sets_free(struct roster *r, struct memo_set *s); /* one holder less of each in the list */
bool roster_alone(const struct roster *r);                        /* nobody else can be at this version */

/* ---- roster_host.c ---- */
void roster_host_init(struct roster *r);

#endif
