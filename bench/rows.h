/*
 * rows.h - the rows of a finished area in memory, and a new file of the same tables, indexes and settings to put them into by prepared
 * statements: what the bare loops that write share.
 */
#ifndef GUIJU_BENCH_ROWS_H
#define GUIJU_BENCH_ROWS_H

#include "bare.h"

enum { TABLES_MAX = 512 };

/* A table of the finished area, row by row in memory. */
struct table {
    char name[64];
    int columns;
    bool records; /* a register: rows belong to entries by id */
    size_t rows, cap;
    sqlite3_value **value; /* rows * columns */
    int64_t *key;          /* value of the first column, where it is a number */
    sqlite3_stmt *insert;
    size_t next; /* not yet written */
};

static struct table tables[TABLES_MAX];
static size_t tables_count;

static inline void load(sqlite3 *db, struct table *t)
{
    bool tree = strcmp(t->name, "tree") == 0, keyed = t->records || strncmp(t->name, "journal_", 8) == 0;
    char *sql = sqlite3_mprintf("SELECT * FROM \"%w\"%s", t->name, tree ? " ORDER BY id,reg,field" : keyed ? " ORDER BY 1" : "");
    if (sql == NULL) die(t->name, "no memory");
    sqlite3_stmt *st = prepare(db, sql);
    sqlite3_free(sql);
    t->columns = sqlite3_column_count(st);
    int rc;
    while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
        if (t->rows == t->cap) {
            t->cap = t->cap == 0 ? 1024 : t->cap * 2;
            t->value = realloc(t->value, t->cap * (size_t)t->columns * sizeof(sqlite3_value *));
            t->key = realloc(t->key, t->cap * sizeof *t->key);
            if (t->value == NULL || t->key == NULL) die(t->name, "no memory");
        }
        for (int i = 0; i < t->columns; i++) {
            sqlite3_value *v = sqlite3_value_dup(sqlite3_column_value(st, i));
            if (v == NULL) die(t->name, "no memory");
            t->value[t->rows * (size_t)t->columns + (size_t)i] = v;
        }
        t->key[t->rows++] = sqlite3_column_int64(st, tree ? 3 : 0);
    }
    if (rc != SQLITE_DONE) die(t->name, sqlite3_errmsg(db));
    sqlite3_finalize(st);
}

static inline struct table *find(const char *name)
{
    for (size_t i = 0; i < tables_count; i++)
        if (strcmp(tables[i].name, name) == 0) return &tables[i];
    die(name, "no such table in the finished area");
}

static inline void put(sqlite3 *db, struct table *t)
{
    sqlite3_value **row = t->value + t->next++ * (size_t)t->columns;
    for (int i = 0; i < t->columns; i++) {
        sqlite3_value *v = row[i];
        int rc = SQLITE_OK, len;
        switch (sqlite3_value_type(v)) {
        case SQLITE_INTEGER: rc = sqlite3_bind_int64(t->insert, i + 1, sqlite3_value_int64(v)); break;
        case SQLITE_TEXT:
            len = sqlite3_value_bytes(v);
            rc = sqlite3_bind_text(t->insert, i + 1, (const char *)sqlite3_value_text(v), len, SQLITE_STATIC);
            break;
        case SQLITE_BLOB:
            len = sqlite3_value_bytes(v);
            rc = sqlite3_bind_blob(t->insert, i + 1, len > 0 ? sqlite3_value_blob(v) : "", len, SQLITE_STATIC);
            break;
        default: rc = sqlite3_bind_null(t->insert, i + 1); break;
        }
        if (rc != SQLITE_OK) die(t->name, sqlite3_errmsg(db));
    }
    if (sqlite3_step(t->insert) != SQLITE_DONE) die(t->name, sqlite3_errmsg(db));
    sqlite3_reset(t->insert);
}

static inline void open_new(sqlite3 *from, const char *path, sqlite3 **out)
{
    sqlite3 *db = NULL;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) die(path, sqlite3_errmsg(db));
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    run_sql(db, "PRAGMA page_size=8192; PRAGMA secure_delete=ON; PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0;"
                "PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY; PRAGMA synchronous=FULL; PRAGMA cell_size_check=ON; PRAGMA cache_size=-32768");
    sqlite3_stmt *st = prepare(from, "SELECT type,name,sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type='index'");
    run_sql(db, "BEGIN");
    while (sqlite3_step(st) == SQLITE_ROW) {
        run_sql(db, (const char *)sqlite3_column_text(st, 2));
        if (strcmp((const char *)sqlite3_column_text(st, 0), "table") != 0) continue;
        if (tables_count == TABLES_MAX) die(path, "too many tables");
        struct table *t = &tables[tables_count++];
        (void)snprintf(t->name, sizeof t->name, "%s", (const char *)sqlite3_column_text(st, 1));
        t->records = strncmp(t->name, "r_", 2) == 0;
    }
    run_sql(db, "COMMIT");
    sqlite3_finalize(st);
    for (size_t i = 0; i < tables_count; i++) {
        struct table *t = &tables[i];
        load(from, t);
        sqlite3_str *sql = sqlite3_str_new(db);
        sqlite3_str_appendf(sql, "INSERT INTO \"%w\" VALUES(", t->name);
        for (int c = 0; c < t->columns; c++) sqlite3_str_appendall(sql, c == 0 ? "?" : ",?");
        sqlite3_str_appendchar(sql, 1, ')');
        char *text = sqlite3_str_finish(sql);
        if (text == NULL) die(t->name, "no memory");
        t->insert = prepare(db, text);
        sqlite3_free(text);
    }
    *out = db;
}

/* Of the header of entry n. */
static inline const unsigned char *head_of(const struct table *entries, size_t n) { return sqlite3_value_blob(entries->value[n * (size_t)entries->columns + 2]); }
static inline size_t head_len(const struct table *entries, size_t n) { return (size_t)sqlite3_value_bytes(entries->value[n * (size_t)entries->columns + 2]); }
static inline uint64_t command_of(const struct table *entries, size_t n) { return be64(head_of(entries, n) + 16); }
static inline uint32_t register_of(const struct table *entries, size_t n) { return (uint32_t)(be64(head_of(entries, n)) & UINT32_MAX); }

#endif
