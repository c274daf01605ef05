/*
 * bare_writes.c - the least that writing records one request at a time can cost: from entry FIRST on, the record's row, the journal's and the
 * key's of a finished area are put into the same tables with the same indexes and file settings, EACH to a durable transaction.
 * It speaks no HTTP, checks nothing, makes no JSON or hashes but the leaf's.
 * Usage: bare_writes FINISHED NEW FIRST EACH.  Prints entries, transactions, seconds of the wall clock, of the processor.
 */
#include "../rows.h"

#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc != 5) die("usage", "bare_writes FINISHED NEW FIRST EACH");
    sqlite3 *from = NULL, *db = NULL;
    if (sqlite3_open_v2(argv[1], &from, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) die(argv[1], sqlite3_errmsg(from));
    struct bare_hash h;
    bare_hash_open(&h, area_is_sm3(from));
    open_new(from, argv[2], &db);
    struct table *entries = find("journal_entry"), *keys = find("command_key"), *reg = find("reg");
    struct table *by_number[TABLES_MAX] = {0};
    for (size_t i = 0; i < reg->rows; i++) {
        const char *made = (const char *)sqlite3_value_text(reg->value[i * (size_t)reg->columns + 2]);
        if (reg->key[i] > 0 && reg->key[i] < TABLES_MAX) by_number[reg->key[i]] = find(made);
    }

    /* What was there before, before the clock starts.  A record made from FIRST on has an id from its entry on. */
    size_t first = (size_t)strtoull(argv[3], NULL, 10) - 1;
    double each = strtod(argv[4], NULL);
    if (first >= entries->rows || each < 1) die(argv[1], "there is nothing from there on");
    int64_t first_id = INT64_MAX;
    for (size_t n = first; n < entries->rows; n++) {
        int64_t id = (int64_t)be64(head_of(entries, n) + 48);
        if (head_of(entries, n)[1] == 1 && id < first_id) first_id = id;
    }
    size_t keys_first = keys->rows > entries->rows - first ? keys->rows - (entries->rows - first) : 0;
    run_sql(db, "BEGIN IMMEDIATE");
    for (size_t i = 0; i < tables_count; i++) {
        struct table *t = &tables[i];
        size_t until = t == entries ? first : t == keys ? keys_first : t->rows;
        while (t->next < until && !(t->records && t->key[t->next] >= first_id)) put(db, t);
    }
    run_sql(db, "COMMIT");
    run_sql(db, "PRAGMA wal_checkpoint(TRUNCATE)");
    sqlite3_stmt *begin = prepare(db, "BEGIN IMMEDIATE"), *commit = prepare(db, "COMMIT"), *head = prepare(db, "SELECT max(seq) FROM journal_entry");

    size_t done = 0, commits = 0;
    double due = 0;
    unsigned char leaf[32];
    int64_t start = now_ns(), start_cpu = cpu_ns();
    for (size_t n = first; n < entries->rows;) {
        due += each;
        sqlite3_step(begin);
        sqlite3_reset(begin);
        (void)sqlite3_step(head);
        sqlite3_reset(head);
        for (; n < entries->rows && (double)done < due; n++, done++) {
            uint32_t number = register_of(entries, n);
            struct table *t = number < TABLES_MAX ? by_number[number] : NULL;
            if (head_of(entries, n)[1] == 1 && t != NULL && t->next < t->rows) put(db, t);
            bare_hash(&h, 0, head_of(entries, n), head_len(entries, n), NULL, 0, leaf);
            put(db, entries);
            if (keys->next < keys->rows) put(db, keys);
        }
        if (sqlite3_step(commit) != SQLITE_DONE) die("COMMIT", sqlite3_errmsg(db));
        sqlite3_reset(commit);
        if (++commits % 256 == 0) run_sql(db, "PRAGMA wal_checkpoint(TRUNCATE)");
    }
    int64_t ns = now_ns() - start, cpu = cpu_ns() - start_cpu;
    printf("%zu %zu %.6f %.6f\n", done, commits, (double)ns / 1e9, (double)cpu / 1e9);
    fflush(stdout);
    _exit(0); /* what lies in memory is the system's to give back */
}
