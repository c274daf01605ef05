/*
 * bare_select.c - the least that reading a roster's columns can cost: one SELECT a table over the open records in order of id, by a
 * prepared statement; every cell is asked for as its column's type and added up (texts: their bytes and length).  Nothing is kept.
 * Usage: bare_select AREA LIST.  LIST: lines "register field field …" as load_part writes them.  Prints records, columns, seconds of the wall
 * clock, of the processor, peak KiB.
 */
#include "../bare.h"

enum { COLUMNS_MAX = 600, LINE_MAX_BYTES = 65536 };

struct table {
    char sql[LINE_MAX_BYTES];
    bool text[COLUMNS_MAX];
    int columns;
};

/* A field called as one of the fixed columns has a "_" behind its name. */
static bool is_text(sqlite3 *db, const char *table, const char *column, char found[64])
{
    char type[16];
    sqlite3_stmt *st = prepare(db, "SELECT name,type FROM pragma_table_info(?1) WHERE name=?2 OR name=?2||'_' ORDER BY length(name) DESC LIMIT 1");
    sqlite3_bind_text(st, 1, table, -1, SQLITE_STATIC);
    sqlite3_bind_text(st, 2, column, -1, SQLITE_STATIC);
    if (sqlite3_step(st) != SQLITE_ROW) die(table, column);
    snprintf(found, 64, "%s", (const char *)sqlite3_column_text(st, 0));
    snprintf(type, sizeof type, "%s", (const char *)sqlite3_column_text(st, 1));
    sqlite3_finalize(st);
    return strcmp(type, "TEXT") == 0;
}

static bool table_of(sqlite3 *db, const char *reg, char out[64])
{
    sqlite3_stmt *st = prepare(db, "SELECT * FROM reg WHERE name=?1");
    sqlite3_bind_text(st, 1, reg, -1, SQLITE_STATIC);
    bool there = sqlite3_step(st) == SQLITE_ROW;
    if (there) snprintf(out, 64, "%s", (const char *)sqlite3_column_text(st, 2));
    sqlite3_finalize(st);
    return there;
}

static bool plan(sqlite3 *db, char *line, struct table *t)
{
    char name[64], column[64];
    char *word = strtok(line, " \n");
    if (word == NULL || !table_of(db, word, name)) return false;
    int n = snprintf(t->sql, sizeof t->sql, "SELECT id,version");
    t->text[0] = t->text[1] = false;
    t->columns = 2;
    while ((word = strtok(NULL, " \n")) != NULL && t->columns < COLUMNS_MAX) {
        t->text[t->columns++] = is_text(db, name, word, column);
        n += snprintf(t->sql + n, sizeof t->sql - (size_t)n, ",\"%s\"", column);
    }
    snprintf(t->sql + n, sizeof t->sql - (size_t)n, " FROM \"%s\" WHERE closed IS NULL ORDER BY id", name);
    return true;
}

int main(int argc, char **argv)
{
    if (argc != 3) die("usage", "bare_select AREA LIST");
    static struct table tables[128];
    static char line[LINE_MAX_BYTES];
    int tables_count = 0;
    sqlite3 *db = NULL;
    if (sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) die(argv[1], sqlite3_errmsg(db));
    run_sql(db, "PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY; PRAGMA cell_size_check=ON; PRAGMA cache_size=-8192; BEGIN");
    FILE *list = fopen(argv[2], "r");
    if (list == NULL) die(argv[2], "cannot be read");
    while (tables_count < 128 && fgets(line, sizeof line, list) != NULL)
        if (plan(db, line, &tables[tables_count])) tables_count++;
    fclose(list);
    int64_t from = now_ns(), from_cpu = cpu_ns(), records = 0, columns = 0;
    uint64_t sum = 0;
    for (int i = 0; i < tables_count; i++) {
        const struct table *t = &tables[i];
        sqlite3_stmt *st = prepare(db, t->sql);
        int rc;
        while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
            for (int k = 0; k < t->columns; k++) {
                if (t->text[k]) {
                    const unsigned char *s = sqlite3_column_text(st, k);
                    sum += (uint64_t)sqlite3_column_bytes(st, k) + (s != NULL ? s[0] : 0);
                } else {
                    sum += (uint64_t)sqlite3_column_int64(st, k);
                }
            }
            records++;
        }
        if (rc != SQLITE_DONE) die(t->sql, sqlite3_errmsg(db));
        columns += t->columns;
        sqlite3_finalize(st);
    }
    int64_t ns = now_ns() - from, cpu = cpu_ns() - from_cpu;
    printf("%" PRId64 " %" PRId64 " %.6f %.6f %ld %02x\n", records, columns, (double)ns / 1e9, (double)cpu / 1e9, peak_kib(), (unsigned)(sum & 0xff));
    sqlite3_close(db);
    return 0;
}
