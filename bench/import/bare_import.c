/*
 * bare_import.c - the least that filling an area can cost: the same rows, journal rows, tiles and tree rows as a finished area has,
 * in the same tables with the same indexes, file settings and transactions, by prepared statements from values that lie ready in
 * memory.  It hashes each entry's leaf.  It reads no file, checks nothing, makes no JSON, salts, commitments or tree nodes: it copies.
 * Usage: bare_import FINISHED NEW.  Prints rows, entries, seconds of the wall clock, of the processor, and how many transactions.
 *
 * A transaction is a command of the finished area's journal; each is followed by the same fold of the log that `guiju import` makes when
 * it closes.  Commands before the first that made records (the install) are copied before the clock starts.
 */
#include "../rows.h"

#include <unistd.h>

enum { TILE_ROW = 256, TILE_SHIFT = 48 };

static int by_key(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

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
