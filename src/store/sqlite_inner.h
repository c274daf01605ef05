/*
 * sqlite_inner.h - what the parts of the SQLite back end share.
 *   sqlite_open.c    opening, pragmas, closing, the lock file
 *   sqlite_tx.c      transactions, marks, facts in meta, the meaning of SQLite's error codes
 *   sqlite_schema.c  tables as declared
 *   sqlite_rows.c    one row at a time: the hot path of imports
 *   sqlite_query.c   cursors
 *   sqlite_care.c    backup, check, checkpoint
 *   sqlite_mem.c     areas in memory: a small VFS, so that they have the same log, snapshots and locks as files
 */
#ifndef GUIJU_STORE_SQLITE_INNER_H
#define GUIJU_STORE_SQLITE_INNER_H

#include "store/inner.h"

#include <sqlite3.h>

enum { AREA_APPLICATION_ID = 0x4755494A /* GUIJ */, AREA_PAGE_SIZE = 8192 };

/* Statements that every connection keeps ready.  ROLLBACK above all: it must not need memory when there is none. */
enum fixed {
    FIX_BEGIN_WRITE, FIX_BEGIN_READ, FIX_COMMIT, FIX_ROLLBACK, FIX_MARK, FIX_MARK_KEEP, FIX_MARK_UNDO,
    FIX_TOUCH, FIX_PEEK, FIX_META_GET, FIX_META_PUT, FIX_COUNT
};

struct mem_disk;

struct sq_store {
    struct store base; /* first */
    sqlite3 *db;
    struct mem_disk *disk; /* of an area in memory, else NULL */
    char *real;            /* absolute path, links resolved; the name in the memory disk */
    char *vfs;             /* NULL: SQLite's default */
    int lock_fd;           /* AREA.lock, or -1 */
    bool locked;
    bool immutable;
    uint32_t busy_ms;
    int log_pages;
    int commit_errno; /* while a failed commit is told */
    sqlite3_stmt *fixed[FIX_COUNT];
};

static inline struct sq_store *sq_of(struct store *s) { return (struct sq_store *)(void *)s; }
static inline const struct sq_store *sq_of_const(const struct store *s) { return (const struct sq_store *)(const void *)s; }

/* sqlite_open.c */
enum rc sq_open(struct str path, const struct store_options *o, struct store **out, struct err *err) MUST_USE;
enum rc sq_open_reader(const struct store *s, struct store **out, struct err *err) MUST_USE;
void sq_close(struct store *s);
enum rc sq_lock(struct sq_store *q, struct err *err) MUST_USE; /* AREA.lock, at most busy_ms */
bool sq_try_lock(struct sq_store *q);
void sq_unlock(struct sq_store *q);
/* file: URI of a path; free with sqlite3_free. NULL: no memory */
char *sq_uri(const char *path, const char *query);

/* sqlite_tx.c */
enum rc sq_fail(struct sq_store *q, int rc, struct err *err); /* the meaning of rc for people; spoils the transaction if need be */
enum rc sq_fail_row(struct store_rows *r, int rc, struct err *err); /* the same, knows of unique */
enum rc sq_fail_table(struct sq_store *q, const struct store_table *t, int rc, struct err *err); /* knows of missing tables */
int sq_compile(struct sq_store *q, const struct buf *sql, bool keep, sqlite3_stmt **out); /* keep: for many uses */
int sq_run(sqlite3_stmt *st); /* step to the end and reset: SQLITE_OK or why not */
int sq_bind(sqlite3_stmt *st, int n, const struct sv *v, sqlite3_destructor_type how);
void sq_column(sqlite3_stmt *st, int n, struct sv *out);
enum rc sq_begin(struct store *s, bool write, struct err *err);
enum rc sq_commit(struct store *s, struct err *err);
void sq_rollback(struct store *s);
void sq_lean(struct store *s);
bool sq_in_transaction(const struct store *s);
enum rc sq_mark(struct store *s, struct err *err);
enum rc sq_mark_keep(struct store *s, struct err *err);
bool sq_mark_undo(struct store *s);
enum rc sq_meta_get(struct store *s, struct arena *a, struct str name, struct str *out, struct err *err);
enum rc sq_meta_put(struct store *s, struct str name, struct str value, struct err *err);

/* sqlite_schema.c */
enum rc sq_shape(struct store *s, const struct store_table *t, bool dry, struct arena *a, struct store_step ***tail,
                 struct err *err);
enum rc sq_names(struct store *s, struct arena *a, struct str table, struct str **names, size_t *n, struct err *err);

/* sqlite_rows.c */
enum { SQ_UPDATES_MAX = 12, SQ_QUERIES_MAX = 24 };

struct sq_update {
    sqlite3_stmt *st;
    uint32_t *columns;
    size_t n, cap;
    uint64_t used;
};

struct sq_cursor {
    struct store_cursor base; /* first */
    sqlite3_stmt *st;
    struct sq_cursor *next, **link; /* among the open ones of the rows */
    int slot;                       /* in queries[], or -1: the statement is its own */
    uint32_t columns_count;
    struct sv row[];
};

/* A query text kept ready. */
struct sq_query {
    sqlite3_stmt *st;
    bool busy;
    uint64_t used;
    uint32_t shape_len;
    uint32_t *shape; /* PLAN_SHAPE_MAX */
};

struct sq_rows {
    struct store_rows base; /* first */
    struct arena *arena;
    sqlite3_stmt *insert, *get, *delete_row, *count, *last_key;
    struct sq_update updates[SQ_UPDATES_MAX];
    struct sq_query queries[SQ_QUERIES_MAX];
    struct sq_cursor *open;
    uint64_t clock;
};

static inline struct sq_rows *sq_rows_of(struct store_rows *r) { return (struct sq_rows *)(void *)r; }
static inline struct sq_store *sq_of_rows(struct store_rows *r) { return sq_of(r->store); }

enum rc sq_rows_bind(struct store *s, struct arena *a, const struct store_table *t, struct store_rows **out, struct err *err);
void sq_rows_unbind(struct store_rows *r);
enum rc sq_insert(struct store_rows *r, const struct sv *values, struct err *err);
enum rc sq_update(struct store_rows *r, const struct sv *keys, size_t n, const uint32_t *columns, const struct sv *values,
                  struct err *err);
enum rc sq_delete(struct store_rows *r, const struct sv *keys, struct err *err);
enum rc sq_get(struct store_rows *r, struct arena *a, const struct sv *keys, struct sv *out, struct err *err);
enum rc sq_count(struct store_rows *r, int64_t *out, struct err *err);
enum rc sq_last_key(struct store_rows *r, int64_t *out, struct err *err);

/* sqlite_query.c */
enum rc sq_select(struct store_rows *r, const struct store_query *query, struct store_cursor **out, struct err *err);
enum rc sq_next(struct store_cursor *c, const struct sv **row, struct err *err);
enum rc sq_next_many(struct store_cursor *c, struct store_strip *strips, uint32_t max, struct buf *bytes, uint32_t *rows, bool *end,
                     struct err *err);
void sq_cursor_close(struct store_cursor *c);
void sq_queries_drop(struct sq_rows *r);

/* sqlite_care.c */
enum rc sq_backup(struct store *s, struct str to, struct err *err);
enum rc sq_check(struct store *s, struct buf *out, struct err *err);
enum rc sq_checkpoint(struct store *s, struct err *err);
int sq_fold(struct sq_store *q, int *frames, int *folded); /* the lock must be held */
int64_t sq_log_pages(const struct store *s);
int64_t sq_disk_free(const struct store *s);

/* sqlite_mem.c: one registered VFS a disk, gone with its last holder. */
struct mem_disk *mem_disk_make(void); /* NULL: no memory */
const char *mem_disk_vfs(const struct mem_disk *d);
struct mem_disk *mem_disk_hold(struct mem_disk *d);
void mem_disk_drop(struct mem_disk *d);

#endif
