/*
 * bare_case.c - the least that a program could do to keep the same cases: bare_case AREA OUT.  Reads the journal of an area that cases.c made and writes
 * the same journal rows and the same changes of rows into a database of the same settings: eight commands a transaction, one prepared statement a kind,
 * a SHA-256 leaf an entry.  It checks nothing, keeps no index but keys, and makes no tree.
 */
#include "../bare.h"

enum { BATCH = 8, REGS = 200 };

struct row { int64_t seq, record, command; int kind, reg; struct { const void *p; int n; } head, body[4]; };

static uint64_t big(const unsigned char *p, int n)
{
    uint64_t v = 0;
    for (int i = 0; i < n; i++) v = v << 8 | p[i];
    return v;
}

static struct row *rows_read(sqlite3 *db, size_t *count)
{
    struct row *rows = NULL;
    size_t n = 0, cap = 0;
    sqlite3_stmt *st = prepare(db, "SELECT seq, record, head, body_open, body_personal, body_restricted, body_protected FROM journal_entry ORDER BY seq");
    while (sqlite3_step(st) == SQLITE_ROW) {
        if (n == cap) {
            cap = cap == 0 ? 4096 : cap * 2;
            rows = realloc(rows, cap * sizeof *rows);
            if (rows == NULL) die("memory", "none");
        }
        struct row *r = &rows[n++];
        *r = (struct row){.seq = sqlite3_column_int64(st, 0), .record = sqlite3_column_int64(st, 1)};
        for (int i = 0; i < 5; i++) {
            int len = sqlite3_column_bytes(st, 2 + i);
            void *copy = NULL;
            if (sqlite3_column_type(st, 2 + i) != SQLITE_NULL) {
                copy = malloc((size_t)len + 1);
                if (copy == NULL) die("memory", "none");
                memcpy(copy, sqlite3_column_blob(st, 2 + i), (size_t)len);
            }
            if (i == 0) {
                r->head.p = copy;
                r->head.n = len;
            } else {
                r->body[i - 1].p = copy;
                r->body[i - 1].n = len;
            }
        }
        const unsigned char *h = r->head.p;
        r->kind = h[1];
        r->reg = (int)big(h + 4, 4);
        r->command = (int64_t)big(h + 16, 8);
    }
    sqlite3_finalize(st);
    *count = n;
    return rows;
}

static void bind_blobs(sqlite3_stmt *st, int from, const struct row *r)
{
    for (int i = 0; i < 4; i++)
        if (r->body[i].p != NULL)
            sqlite3_bind_blob(st, from + i, r->body[i].p, r->body[i].n, SQLITE_STATIC);
        else
            sqlite3_bind_null(st, from + i);
}

static void step(sqlite3 *db, sqlite3_stmt *st)
{
    if (sqlite3_step(st) != SQLITE_DONE) die("step", sqlite3_errmsg(db));
    sqlite3_reset(st);
}

int main(int argc, char **argv)
{
    sqlite3 *from = NULL, *db = NULL;
    if (argc != 3) die("usage", "bare_case AREA OUT");
    if (sqlite3_open_v2(argv[1], &from, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) die(argv[1], "cannot open");
    size_t n = 0;
    struct row *rows = rows_read(from, &n);
    sqlite3_close(from);
    remove(argv[2]);
    if (sqlite3_open(argv[2], &db) != SQLITE_OK) die(argv[2], "cannot make");
    run_sql(db, "PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;");
    run_sql(db, "CREATE TABLE entry(seq INTEGER PRIMARY KEY, record INTEGER, head BLOB, a BLOB, b BLOB, c BLOB, d BLOB, leaf BLOB) STRICT; CREATE INDEX entry_record ON entry(record)");
    sqlite3_stmt *insert[REGS] = {NULL}, *update[REGS] = {NULL};
    for (int i = 0; i < REGS; i++) {
        char sql[200];
        snprintf(sql, sizeof sql, "CREATE TABLE r%d(id INTEGER PRIMARY KEY, a BLOB, b BLOB, c BLOB, d BLOB) STRICT", i);
        run_sql(db, sql);
        snprintf(sql, sizeof sql, "INSERT INTO r%d VALUES(?,?,?,?,?)", i);
        insert[i] = prepare(db, sql);
        snprintf(sql, sizeof sql, "UPDATE r%d SET a=coalesce(?2,a), b=coalesce(?3,b), c=coalesce(?4,c), d=coalesce(?5,d) WHERE id=?1", i);
        update[i] = prepare(db, sql);
    }
    sqlite3_stmt *entry = prepare(db, "INSERT INTO entry VALUES(?,?,?,?,?,?,?,?)");
    struct bare_hash h;
    bare_hash_open(&h, false);
    int64_t begin = now_ns(), cpu = cpu_ns(), commands = 0, last = -1;
    run_sql(db, "BEGIN IMMEDIATE");
    for (size_t i = 0; i < n; i++) {
        const struct row *r = &rows[i];
        if (r->command != last) {
            last = r->command;
            if (commands++ % BATCH == 0 && commands > 1) run_sql(db, "COMMIT; BEGIN IMMEDIATE");
        }
        unsigned char leaf[32];
        SHA256_CTX x;
        SHA256_Init(&x);
        SHA256_Update(&x, "\0", 1);
        SHA256_Update(&x, r->head.p, (size_t)r->head.n);
        SHA256_Final(leaf, &x);
        sqlite3_bind_int64(entry, 1, r->seq);
        sqlite3_bind_int64(entry, 2, r->record);
        sqlite3_bind_blob(entry, 3, r->head.p, r->head.n, SQLITE_STATIC);
        bind_blobs(entry, 4, r);
        sqlite3_bind_blob(entry, 8, leaf, 32, SQLITE_STATIC);
        step(db, entry);
        if (r->reg <= 0 || r->reg >= REGS || r->kind > 2) continue;
        sqlite3_stmt *st = r->kind == 1 ? insert[r->reg] : update[r->reg];
        sqlite3_bind_int64(st, 1, r->record);
        bind_blobs(st, 2, r);
        step(db, st);
    }
    run_sql(db, "COMMIT");
    printf("entries %zu\ncommands %" PRId64 "\nseconds %.3f\ncpu_seconds %.3f\n", n, commands, (double)(now_ns() - begin) / 1e9, (double)(cpu_ns() - cpu) / 1e9);
    return 0;
}
