/*
 * bare_import.c - the least that filling an area can cost: the same rows, journal rows, tiles and tree rows as a finished area has,
 * in the same tables with the same indexes, file settings and transactions, by prepared statements from values that lie ready in
 * memory.  It hashes each entry's leaf.  It reads no file, checks nothing, makes no JSON, salts, commitments or tree nodes: it copies.
 * Usage: bare_import FINISHED NEW.  Prints rows, entries, seconds of the wall clock, of the processor, and how many transactions.
 *
 * A transaction is a command of the finished area's journal; each is followed by the same fold of the log that `guiju import` makes when
 * it closes.  Commands before the first that made records (the install) are copied before the clock starts.
 */
#include "../bare.h"

#include <unistd.h>

enum { TABLES_MAX = 512, TILE_ROW = 256, TILE_SHIFT = 48 };

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

static void load(sqlite3 *db, struct table *t)
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

static struct table *find(const char *name)
{
    for (size_t i = 0; i < tables_count; i++)
        if (strcmp(tables[i].name, name) == 0) return &tables[i];
    die(name, "no such table in the finished area");
}

static void put(sqlite3 *db, struct table *t)
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

static void open_new(sqlite3 *from, const char *path, sqlite3 **out)
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

static int by_key(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static const unsigned char *head_of(const struct table *entries, size_t n) { return sqlite3_value_blob(entries->value[n * (size_t)entries->columns + 2]); }
static size_t head_len(const struct table *entries, size_t n) { return (size_t)sqlite3_value_bytes(entries->value[n * (size_t)entries->columns + 2]); }
static uint64_t command_of(const struct table *entries, size_t n) { return be64(head_of(entries, n) + 16); }
static uint32_t register_of(const struct table *entries, size_t n) { return (uint32_t)(be64(head_of(entries, n)) & UINT32_MAX); }

int main(int argc, char **argv)
{
    if (argc != 3) die("usage", "bare_import FINISHED NEW");
    sqlite3 *from = NULL, *db = NULL;
    if (sqlite3_open_v2(argv[1], &from, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) die(argv[1], sqlite3_errmsg(from));
    struct bare_hash h;
    bare_hash_open(&h, area_is_sm3(from));
    open_new(from, argv[2], &db);

    struct table *entries = find("journal_entry"), *tiles = find("journal_tile"), *tree = find("tree"), *reg = find("reg");
    struct table *by_number[TABLES_MAX] = {0};
    for (size_t i = 0; i < reg->rows; i++) {
        const char *made = (const char *)sqlite3_value_text(reg->value[i * (size_t)reg->columns + 2]);
        if (reg->key[i] > 0 && reg->key[i] < TABLES_MAX) by_number[reg->key[i]] = find(made);
    }
    unsigned char(*leaf)[32] = malloc((entries->rows + 1) * 32);
    if (leaf == NULL) die("leaves", "no memory");

    /* Everything that is no record, and the entries of the install, before the clock starts. */
    size_t n = 0, rows = 0, commits = 0;
    run_sql(db, "BEGIN IMMEDIATE");
    for (size_t i = 0; i < tables_count; i++)
        while (!tables[i].records && &tables[i] != entries && &tables[i] != tiles && &tables[i] != tree && tables[i].next < tables[i].rows) put(db, &tables[i]);
    for (; n < entries->rows && register_of(entries, n) == 0; n++) put(db, entries);
    run_sql(db, "COMMIT");
    run_sql(db, "PRAGMA wal_checkpoint(TRUNCATE)");
    sqlite3_stmt *begin = prepare(db, "BEGIN IMMEDIATE"), *commit = prepare(db, "COMMIT");

    size_t first = n;
    int64_t start = now_ns(), start_cpu = cpu_ns();
    while (n < entries->rows) {
        uint64_t command = command_of(entries, n);
        sqlite3_step(begin);
        sqlite3_reset(begin);
        for (; n < entries->rows && command_of(entries, n) == command; n++) {
            uint32_t number = register_of(entries, n);
            struct table *t = number < TABLES_MAX ? by_number[number] : NULL;
            if (head_of(entries, n)[1] != 1 || t == NULL) die(argv[1], "an entry that is no create: fill the area by imports of new records only");
            int64_t id = (int64_t)be64(head_of(entries, n) + 48);
            if (t->next >= t->rows || t->key[t->next] != id) die(argv[1], "rows and entries do not run side by side");
            put(db, t);
            rows++;
            bare_hash(&h, 0, head_of(entries, n), head_len(entries, n), NULL, 0, leaf[n]);
            put(db, entries);
            while (tree->next < tree->rows && tree->key[tree->next] == id) put(db, tree);
            if ((n + 1) % TILE_ROW == 0)
                for (size_t k = n + 1, level = 0; k % TILE_ROW == 0; k /= TILE_ROW, level++) {
                    int64_t key = (int64_t)(level << TILE_SHIFT) + (int64_t)(k / TILE_ROW) - 1;
                    const int64_t *at = bsearch(&key, tiles->key, tiles->rows, sizeof key, by_key);
                    if (at == NULL) die(argv[1], "a tile is missing");
                    tiles->next = (size_t)(at - tiles->key);
                    put(db, tiles);
                }
        }
        if (sqlite3_step(commit) != SQLITE_DONE) die("COMMIT", sqlite3_errmsg(db));
        sqlite3_reset(commit);
        commits++;
        run_sql(db, "PRAGMA wal_checkpoint(TRUNCATE)");
    }
    int64_t ns = now_ns() - start, cpu = cpu_ns() - start_cpu;

    /* The leaves are those of the tiles: what was timed was the right work. */
    for (size_t i = 0; i < tiles->rows && tiles->key[i] < (int64_t)1 << TILE_SHIFT; i++) {
        const unsigned char *hashes = sqlite3_value_blob(tiles->value[i * (size_t)tiles->columns + 2]);
        for (size_t k = 0; k < TILE_ROW; k++) {
            size_t at = (size_t)tiles->key[i] * TILE_ROW + k;
            if (at >= first && memcmp(hashes + 32 * k, leaf[at], 32) != 0) die(argv[1], "a leaf differs");
        }
    }
    printf("%zu %zu %.6f %.6f %zu\n", rows, entries->rows - first, (double)ns / 1e9, (double)cpu / 1e9, commits);
    fflush(stdout);
    _exit(0); /* what lies in memory is the system's to give back */
}
