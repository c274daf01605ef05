/*
 * bare_scan.c - the least that checking a journal can cost: every row of journal_entry in order of seq, and three small hashes an
 * entry (a leaf over its head, a node over two hashes, a commitment over one body).  Nothing is compared or remembered.
 * Usage: bare_scan AREA [all].  "all": a commitment over every body, as many hashes as the journal has.  Prints entries, seconds of the wall clock, of the processor, peak KiB, hashes an entry.
 */
#include "../bare.h"

enum { SEQ, RECORD, HEAD, BODY, BODIES = 4 };

int main(int argc, char **argv)
{
    if (argc < 2 || argc > 3) die("usage", "bare_scan AREA [all]");
    bool all = argc == 3 && strcmp(argv[2], "all") == 0;
    sqlite3 *db = NULL;
    if (sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) die(argv[1], sqlite3_errmsg(db));
    run_sql(db, "PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY; PRAGMA cell_size_check=ON; PRAGMA cache_size=-8192; BEGIN");
    struct bare_hash h;
    bare_hash_open(&h, area_is_sm3(db));
    int64_t from = now_ns(), from_cpu = cpu_ns(), entries = 0, hashes = 0;
    unsigned char last[32] = {0}, leaf[32], other[32], sum = 0;
    sqlite3_stmt *st = prepare(db, "SELECT seq,record,head,body_open,body_personal,body_restricted,body_protected FROM journal_entry ORDER BY seq");
    int rc;
    while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
        bare_hash(&h, 0, sqlite3_column_blob(st, HEAD), (size_t)sqlite3_column_bytes(st, HEAD), NULL, 0, leaf);
        bare_hash(&h, 1, last, 32, leaf, 32, last);
        hashes += 2;
        for (int i = 0; i < BODIES; i++) {
            const void *body = sqlite3_column_blob(st, BODY + i);
            size_t len = (size_t)sqlite3_column_bytes(st, BODY + i);
            if (body == NULL) continue;
            unsigned char class = (unsigned char)i;
            bare_hash(&h, 2, &class, 1, body, len, other);
            sum ^= other[0];
            hashes++;
            if (!all) break;
        }
        entries++;
    }
    if (rc != SQLITE_DONE) die(argv[1], sqlite3_errmsg(db));
    int64_t ns = now_ns() - from, cpu = cpu_ns() - from_cpu;
    printf("%" PRId64 " %.6f %.6f %ld %.2f %02x%02x\n", entries, (double)ns / 1e9, (double)cpu / 1e9, peak_kib(),
           entries > 0 ? (double)hashes / (double)entries : 0.0, last[0], sum);
    sqlite3_finalize(st);
    sqlite3_close(db);
    return 0;
}
