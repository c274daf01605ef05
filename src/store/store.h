/*
 * store.h - typed tables in one file or one schema: the only place where SQL text lives.
 *
 * Modules above declare tables (struct store_table) and work with rows of values; they never write SQL.  SQLite is one
 * back end (sqlite_*.c); PostgreSQL will be another .c behind the same functions.
 *
 * Threads: a struct store is one connection and belongs to one thread at a time.  An area has one writing connection;
 * readers open their own with store_open_reader() and see one snapshot between store_begin_read() and store_end().
 * Transactions: every write stands inside store_begin_write() .. store_commit().  After any failure but RC_CONFLICT of a
 * single statement the caller rolls back; store_rollback() never fails (where even that lacks memory, this connection answers
 * sys.no_memory to everything until a later begin has undone it).
 * Memory: values returned by cursors are valid until the next step or close; store_get() copies into the arena.
 * Failures: RC_BUSY store.locked (another writer), RC_CONFLICT store.unique, RC_LIMIT, RC_SYSTEM store.full / store.readonly / store.io,
 * RC_BROKEN store.corrupt / store.format.  A commit that failed did not happen, save RC_BROKEN store.in_doubt: then the disk let neither
 * the commit nor its undoing through, this connection writes no more, and opening again shows which it was.
 * File format, pragmas and the closed list of state that is not in the journal: README.md here.
 */
#ifndef GUIJU_STORE_H
#define GUIJU_STORE_H

#include "base/base.h"

struct store;

/* ---- values ---- */

enum sv_kind { SV_NULL, SV_INT, SV_TEXT, SV_BLOB };

struct sv {
    enum sv_kind kind;
    int64_t i;
    struct str s; /* SV_TEXT, SV_BLOB */
};

static inline struct sv sv_null(void) { return (struct sv){SV_NULL, 0, {NULL, 0}}; }
static inline struct sv sv_int(int64_t v) { return (struct sv){SV_INT, v, {NULL, 0}}; }
static inline struct sv sv_text(struct str s) { return (struct sv){SV_TEXT, 0, s}; }
static inline struct sv sv_blob(struct str s) { return (struct sv){SV_BLOB, 0, s}; }
bool sv_eq(const struct sv *a, const struct sv *b); /* null equals null */

/* ---- tables ---- */

struct store_column {
    struct str name;     /* [a-z][a-z0-9_]*, at most 40 bytes */
    enum sv_kind kind;   /* SV_INT, SV_TEXT, SV_BLOB: what may stand there beside null */
};

struct store_index {
    struct str name;           /* unique in the table; the store prefixes the table's name */
    const uint32_t *columns;   /* idx into table->columns */
    uint32_t columns_count;    /* 1..6 */
    bool unique;
    uint32_t open_column;      /* partial index: only rows where this column is null (open records); UINT32_MAX: all rows */
};

/* Column 0 is the primary key: an integer `id` given by the caller, unless keys_count > 0, then the first keys_count
 * columns together are it (WITHOUT ROWID). */
struct store_table {
    struct str name;
    const struct store_column *columns;
    uint32_t columns_count;
    uint32_t keys_count;
    const struct store_index *indexes;
    uint32_t indexes_count;
    bool journal_rebuilds;  /* rows can be rebuilt from the journal (documentation, and backup lists) */
};

/* What a migration would do, for dry runs. */
struct store_step {
    enum store_step_kind { STORE_CREATE_TABLE, STORE_ADD_COLUMN, STORE_CREATE_INDEX, STORE_DROP_INDEX } what;
    struct str table, name;
    int64_t rows;               /* touched */
    struct store_step *next;
};

/* ---- opening ---- */

enum store_mode { STORE_CREATE, STORE_WRITE, STORE_READ };

struct store_options {
    enum store_mode mode;
    bool memory;              /* an area that lives in memory only: tests, scenarios */
    bool immutable;           /* read-only media */
    uint32_t busy_ms;         /* how long to wait for another process; 0: 5000 */
    const char *vfs;          /* test shims; NULL: default */
};

enum { STORE_FORMAT = 1 };    /* user_version */

/* RC_ABSENT store.absent, RC_CONFLICT store.exists, RC_BROKEN store.not_area / store.newer, RC_SYSTEM. path is UTF-8. */
enum rc store_open(struct str path, const struct store_options *o, struct store **out, struct err *err) MUST_USE;
/* Another connection of the same area for reading, in another thread.  For a memory area: shares it. */
enum rc store_open_reader(const struct store *s, struct store **out, struct err *err) MUST_USE;
void store_close(struct store **sp);
struct str store_path(const struct store *s);

/* ---- transactions ---- */

enum rc store_begin_write(struct store *s, struct err *err) MUST_USE;   /* BEGIN IMMEDIATE */
enum rc store_begin_read(struct store *s, struct err *err) MUST_USE;    /* a snapshot until store_end() */
void store_end(struct store *s);
void store_lean(struct store *s);   /* give back the pages that are kept: for a connection that rests, between transactions */
enum rc store_commit(struct store *s, struct err *err) MUST_USE;        /* durable when it returns RC_OK */
void store_rollback(struct store *s);
bool store_in_transaction(const struct store *s);                       /* asks SQLite, not our memory */
/* A mark inside a write transaction, one at a time: undo what came since, or keep it. */
enum rc store_mark(struct store *s, struct err *err) MUST_USE;
enum rc store_mark_keep(struct store *s, struct err *err) MUST_USE;
void store_mark_undo(struct store *s);

/* From here on saw() is told of each table that is read through this handle (NULL: of a fact, or of all tables), as often as it is; saw NULL ends that.
 * Whoever keeps what reading came to knows then what it rests on. */
struct store_table;
void store_watch(struct store *s, void (*saw)(void *ctx, const struct store_table *t), void *ctx);

/* ---- schema ---- */

/* Make the tables be as declared: creates tables, adds columns and indexes, drops indexes that are no longer declared.  Never drops a
 * column or table.  dry: only list.  Inside a write transaction (or none, when dry). */
enum rc store_shape(struct store *s, const struct store_table *const *tables, size_t n, bool dry, struct arena *a,
                    struct store_step **steps, struct err *err) MUST_USE;
/* Names of the columns that are there, or of the tables where table is STR_NONE.  RC_ABSENT store.no_table. */
enum rc store_columns(struct store *s, struct arena *a, struct str table, struct str **names, size_t *n, struct err *err) MUST_USE;

/* ---- rows ---- */

/* A table bound to a connection: holds its prepared statements.  The declaration must outlive it.  Lives in the arena; statements are
 * finalised by store_close(). */
struct store_rows;
enum rc store_bind(struct store *s, struct arena *a, const struct store_table *t, struct store_rows **out, struct err *err) MUST_USE;

/* values: one a column, in declared order.  RC_CONFLICT store.unique: err names the index in text {1}, and store_conflict() is its
 * declaration.  Texts are not copied: they must live until the call returns.  RC_INPUT store.kind, store.nul. */
enum rc store_insert(struct store_rows *r, const struct sv *values, struct err *err) MUST_USE;
/* Change the columns listed of the row with this key (keys: values of the primary key). RC_ABSENT store.no_row. */
enum rc store_update(struct store_rows *r, const struct sv *keys, size_t n, const uint32_t *columns, const struct sv *values,
                     struct err *err) MUST_USE;
/* The index that the last RC_CONFLICT store.unique of these rows was about; NULL: the primary key. */
const struct store_index *store_conflict(const struct store_rows *r);
/* Only for tables off the journal. */
enum rc store_delete(struct store_rows *r, const struct sv *keys, struct err *err) MUST_USE;
/* One row, all columns, into out[columns_count], texts copied into a.  RC_ABSENT store.no_row. */
enum rc store_get(struct store_rows *r, struct arena *a, const struct sv *keys, struct sv *out, struct err *err) MUST_USE;
enum rc store_count(struct store_rows *r, int64_t *out, struct err *err) MUST_USE;
/* Greatest value of the first key column, 0 for an empty table. */
enum rc store_last_key(struct store_rows *r, int64_t *out, struct err *err) MUST_USE;

/* ---- reading many ---- */

enum store_op { SO_EQ, SO_NE, SO_LT, SO_LE, SO_GT, SO_GE, SO_NULL, SO_NOT_NULL, SO_CONTAINS, SO_STARTS };

struct store_where {
    uint32_t column;
    enum store_op op;
    struct sv value;
};

struct store_order {
    uint32_t column;
    bool descending;
};

struct store_query {
    const uint32_t *columns;        /* which to return, in this order; NULL: all */
    uint32_t columns_count;
    const struct store_where *where;  /* all must hold */
    uint32_t where_count;
    const struct store_order *order;  /* then by the primary key */
    uint32_t order_count;
    int64_t limit;                  /* 0: no limit */
    const struct sv *after;         /* NULL, or where the last page ended: its row's values of the order's columns, then of the
                                     * primary key.  Only rows behind it.  Nulls come first going up, last going down. */
};
/* Null fits no condition but SO_NULL; SO_EQ null means SO_NULL, SO_NE null means SO_NOT_NULL.  Texts compare by bytes.  At most
 * 32 conditions and 6 columns of order.  Values are copied.  A cursor lives as long as the transaction that it was opened in. */

struct store_cursor;
enum rc store_select(struct store_rows *r, const struct store_query *q, struct store_cursor **out, struct err *err) MUST_USE;
/* RC_OK with *row NULL at the end.  row[i] are the query's columns. */
enum rc store_next(struct store_cursor *c, const struct sv **row, struct err *err) MUST_USE;
/* Many rows at once, each column into an array: for readers of whole columns.  A strip a column of the query, as its kind says:
 * SV_INT: ints (0 where there is no value); SV_TEXT: texts.  valid: a bit a row, set where there is a value.  The arrays hold max rows (a multiple of
 * 64) and are overwritten.  Texts of over 8 bytes are appended to bytes; shorter ones stand in head.  *rows: how many came, fewer than max also where
 * bytes is at its soft limit of 4 MiB; 0: the end.  odd: the first row whose cell is of another kind than the strip (then no value), UINT32_MAX: none. */
struct store_text { char head[8] /* the first bytes, zeros behind */; uint32_t at, len; };
struct store_strip { enum sv_kind kind; int64_t *ints; struct store_text *texts; uint64_t *valid; uint32_t odd; };
enum rc store_next_many(struct store_cursor *c, struct store_strip *strips, uint32_t max, struct buf *bytes, uint32_t *rows, struct err *err) MUST_USE;
static inline struct str store_text_str(const struct store_text *t, const struct buf *bytes)
{
    return str_of(t->len <= sizeof t->head ? t->head : buf_view(bytes).ptr + t->at, t->len);
}
void store_cursor_close(struct store_cursor **cp);

/* ---- small facts of the store itself: name -> bytes, in table meta ---- */
enum rc store_meta_get(struct store *s, struct arena *a, struct str name, struct str *out, struct err *err) MUST_USE; /* RC_ABSENT */
enum rc store_meta_put(struct store *s, struct str name, struct str value, struct err *err) MUST_USE;

/* ---- care ---- */

/* Copy of a consistent moment to a new file: written, synced, opened again and checked.  RC_CONFLICT store.exists. */
enum rc store_backup(struct store *s, struct str to, struct err *err) MUST_USE;
/* Structural check of pages and indexes; every finding is a line in out. RC_BROKEN store.corrupt if there was one. */
enum rc store_check(struct store *s, struct buf *out, struct err *err) MUST_USE;
/* Fold the write-ahead log into the file and empty it; only the writer's connection, under a lock.  RC_BUSY store.log_held: readers
 * kept some of it back (not an error: come again).  What was erased is gone from the log when store_log_pages() is 0. */
enum rc store_checkpoint(struct store *s, struct err *err) MUST_USE;
int64_t store_log_pages(const struct store *s); /* in the write-ahead log, as the last commit or checkpoint here left it */
/* Free bytes of the disk that the area is on. */
int64_t store_disk_free(const struct store *s);

#define ERR(id, rc, code, zh, en, hint_zh, hint_en) extern const struct err_kind E_##id;
#include "store/errors.def"
#undef ERR

#endif
