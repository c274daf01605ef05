/*
 * inner.h - what the parts of store/ share.
 * store.c checks handles, states and values and calls the back end through struct backend; sql.c writes SQL text for any
 * back end; sqlite_*.c are the SQLite back end.  A second back end is a second struct backend and a second struct dialect.
 */
#ifndef GUIJU_STORE_INNER_H
#define GUIJU_STORE_INNER_H

#include "store/store.h"

enum {
    STORE_NAME_MAX = 40,
    STORE_COLUMNS_MAX = 1000,
    STORE_INDEXES_MAX = 200,
    STORE_INDEX_COLUMNS_MAX = 6,
    STORE_KEYS_MAX = 6,
    STORE_WHERE_MAX = 32,
    STORE_ORDER_MAX = 6,
    STORE_ROW_MAX = 64 * 1024 * 1024, /* bytes of one row */
    STORE_SQL_MAX = 1024 * 1024,
    STORE_META_MAX = 1024 * 1024,
    STORE_STRIP_BYTES = 4 * 1024 * 1024 /* of texts in one go of store_next_many() */
};

#define STORE_META_TABLE "meta"

/* ---- handles ---- */

enum store_state { STORE_IDLE, STORE_READING, STORE_WRITING };

struct backend;

struct store {
    uint32_t magic;
    const struct backend *be;
    char *path; /* as the caller gave it */
    enum store_mode mode;
    enum store_state state;
    bool marked;
    bool spoiled;  /* a statement failed in a way after which only rollback is safe */
    bool stuck;    /* even ROLLBACK lacked memory: nothing may be read until a later begin has undone what is open */
    bool in_doubt; /* a commit is neither confirmed nor undone on disk: no more writes */
    uint64_t epoch; /* grows as transactions begin and end: cursors of an earlier one are stale */
    uint32_t cursors_open;
    struct store_rows *rows; /* bound here, newest first */
    void (*saw)(void *ctx, const struct store_table *t); /* NULL: nobody watches */
    void *saw_ctx;
};

struct store_rows {
    uint32_t magic;
    struct store *store; /* NULL once the store was closed */
    const struct store_table *table;
    uint32_t keys_count;
    struct store_rows *next, **link;
    const struct store_index *conflict; /* of the last store.unique; NULL: the primary key */
};

struct store_cursor {
    uint32_t magic;
    const struct backend *be;
    struct store_rows *rows; /* NULL once the rows went: the back end lets its part go then */
    uint64_t epoch;
    bool done;
};

enum { STORE_MAGIC = 0x53544f52, ROWS_MAGIC = 0x524f5753, CURSOR_MAGIC = 0x43555253 };

struct backend {
    enum rc (*open)(struct str path, const struct store_options *o, struct store **out, struct err *err);
    enum rc (*open_reader)(const struct store *s, struct store **out, struct err *err);
    void (*close)(struct store *s); /* frees s */
    enum rc (*begin)(struct store *s, bool write, struct err *err);
    enum rc (*commit)(struct store *s, struct err *err); /* after a failure nothing is open */
    void (*rollback)(struct store *s);
    void (*lean)(struct store *s);
    bool (*in_transaction)(const struct store *s);
    enum rc (*mark)(struct store *s, struct err *err);
    enum rc (*mark_keep)(struct store *s, struct err *err);
    bool (*mark_undo)(struct store *s);
    enum rc (*shape)(struct store *s, const struct store_table *t, bool dry, struct arena *a, struct store_step ***tail,
                     struct err *err);
    enum rc (*names)(struct store *s, struct arena *a, struct str table, struct str **names, size_t *n, struct err *err);
    enum rc (*bind)(struct store *s, struct arena *a, const struct store_table *t, struct store_rows **out, struct err *err);
    void (*unbind)(struct store_rows *r);
    enum rc (*insert)(struct store_rows *r, const struct sv *values, struct err *err);
    enum rc (*update)(struct store_rows *r, const struct sv *keys, size_t n, const uint32_t *columns, const struct sv *values,
                      struct err *err);
    enum rc (*delete_row)(struct store_rows *r, const struct sv *keys, struct err *err);
    enum rc (*get)(struct store_rows *r, struct arena *a, const struct sv *keys, struct sv *out, struct err *err);
    enum rc (*count)(struct store_rows *r, int64_t *out, struct err *err);
    enum rc (*last_key)(struct store_rows *r, int64_t *out, struct err *err);
    enum rc (*select)(struct store_rows *r, const struct store_query *q, struct store_cursor **out, struct err *err);
    enum rc (*next)(struct store_cursor *c, const struct sv **row, struct err *err);
    enum rc (*next_many)(struct store_cursor *c, struct store_strip *strips, uint32_t max, struct buf *bytes, uint32_t *rows, bool *end,
                         struct err *err);
    void (*cursor_close)(struct store_cursor *c);
    enum rc (*meta_get)(struct store *s, struct arena *a, struct str name, struct str *out, struct err *err);
    enum rc (*meta_put)(struct store *s, struct str name, struct str value, struct err *err);
    enum rc (*backup)(struct store *s, struct str to, struct err *err);
    enum rc (*check)(struct store *s, struct buf *out, struct err *err);
    enum rc (*checkpoint)(struct store *s, struct err *err);
    int64_t (*log_pages)(const struct store *s);
    int64_t (*disk_free)(const struct store *s);
};

extern const struct backend sqlite_backend;

/* ---- common checks (store.c) ---- */

bool store_name_ok(struct str name);
enum rc store_table_check(const struct store_table *t, struct err *err) MUST_USE;
static inline uint32_t table_keys(const struct store_table *t) { return t->keys_count > 0 ? t->keys_count : 1; }

/* May this value stand in this column?  Key columns are never null. */
enum rc store_value_refused(const struct store_table *t, uint32_t column, const struct sv *v, struct err *err);
static inline bool value_fits(const struct store_column *c, const struct sv *v) {
    if (v->kind == SV_NULL || v->kind == SV_INT) return v->kind == SV_NULL || c->kind == SV_INT;
    return v->kind == c->kind && (v->kind == SV_BLOB || v->s.len == 0 || memchr(v->s.ptr, 0, v->s.len) == NULL);
}

/* Fill r->conflict and err from the comma-separated columns that collided. */
enum rc store_conflict_set(struct store_rows *r, struct str columns, struct err *err);

/* ---- SQL text (sql.c) ---- */

struct dialect {
    char hole;                /* '?' gives ?1, '$' gives $1 */
    const char *type[4];      /* by enum sv_kind */
    const char *table_tail;   /* after the closing bracket, table with an integer id */
    const char *table_tail_keys; /* the same for tables with several key columns */
    const char *contains[3];  /* before the column, between column and hole, after */
    const char *asc, *desc;   /* where nulls sort: first going up, last going down */
};
extern const struct dialect sqlite_dialect;

void sql_name(struct buf *b, struct str name); /* quoted */
void sql_create_table(struct buf *b, const struct dialect *d, const struct store_table *t);
void sql_add_column(struct buf *b, const struct dialect *d, const struct store_table *t, uint32_t column);
void sql_index_name(struct buf *b, struct str table, struct str index); /* not quoted: table.index */
void sql_create_index(struct buf *b, const struct store_table *t, const struct store_index *i);
void sql_duplicates(struct buf *b, const struct store_table *t, const struct store_index *i);
void sql_insert(struct buf *b, const struct dialect *d, const struct store_table *t);
/* Holes: the columns in order, then the keys. */
void sql_update(struct buf *b, const struct dialect *d, const struct store_table *t, size_t n, const uint32_t *columns);
void sql_delete(struct buf *b, const struct dialect *d, const struct store_table *t);
void sql_get(struct buf *b, const struct dialect *d, const struct store_table *t);
void sql_count(struct buf *b, const struct store_table *t);
void sql_last_key(struct buf *b, const struct store_table *t);

/* A query made ready: what is bound, in order, and the numbers that name its text.  Two queries of one shape have one text. */
enum { PLAN_HOLES_MAX = 2 * STORE_WHERE_MAX + STORE_ORDER_MAX + STORE_KEYS_MAX + 1, PLAN_SHAPE_MAX = 192 };
struct plan {
    const struct store_query *query;
    uint32_t after_count;
    uint32_t columns_count;
    uint32_t holes_count;
    struct sv holes[PLAN_HOLES_MAX];
    uint32_t shape[PLAN_SHAPE_MAX];
    uint32_t shape_len; /* PLAN_SHAPE_MAX + 1: too long to be cached */
    struct buf bounds;  /* upper bounds of SO_STARTS */
    struct store_where where[STORE_WHERE_MAX];
};
enum rc plan_make(struct plan *p, const struct store_table *t, const struct store_query *q, struct err *err) MUST_USE;
void plan_fini(struct plan *p);
void sql_select(struct buf *b, const struct dialect *d, const struct store_table *t, const struct plan *p);

/* ---- where files are (place.c) ---- */

/* NULL if an area may live there, else the name of the file system for the message. */
const char *place_refused(long fs_magic, const char *fs_type);
enum rc place_check(const char *path, struct str shown, struct err *err) MUST_USE;
bool place_is_readonly(const char *path);
int64_t place_free(const char *path);
enum rc place_sync_file(const char *path, struct err *err) MUST_USE;
enum rc place_sync_folder_of(const char *path, struct err *err) MUST_USE;
const char *errno_text(int code); /* never depends on the locale */
/* system call failed: full, readonly, io by errno */
enum rc place_fail(struct err *err, struct str path, const char *call, int code);

#endif
