/*
 * bare.h - what the bare loops share.  They stand on sqlite3 and libcrypto alone: no header of src/ is included here, so that
 * what they are compared with cannot slow them down or speed them up.
 * A bare loop is the least that a program could do with the same bytes; where it leaves something out, its own comment says what.
 */
#ifndef GUIJU_BENCH_BARE_H
#define GUIJU_BENCH_BARE_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <sqlite3.h>

static inline _Noreturn void die(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s\n", what, why);
    exit(1);
}

static inline int64_t now_ns(void)
{
    struct timespec t;
    if (clock_gettime(CLOCK_MONOTONIC, &t) != 0) die("clock", "no monotonic clock");
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Of this process: user and system together. */
static inline int64_t cpu_ns(void)
{
    struct timespec t;
    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) != 0) die("clock", "no clock of the process");
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static inline long peak_kib(void)
{
    struct rusage u;
    if (getrusage(RUSAGE_SELF, &u) != 0) return 0;
    return u.ru_maxrss;
}

static inline void run_sql(sqlite3 *db, const char *sql)
{
    char *why = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK) die(sql, why != NULL ? why : "?");
}

static inline sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *st = NULL;
    if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &st, NULL) != SQLITE_OK) die(sql, sqlite3_errmsg(db));
    return st;
}

/* The journal's hash, without anything around it: SHA-256 by the door that costs least, SM3 by EVP, which has no other. */
struct bare_hash {
    bool sm3;
    EVP_MD *md;
    EVP_MD_CTX *ctx;
};

static inline void bare_hash_open(struct bare_hash *h, bool sm3)
{
    *h = (struct bare_hash){.sm3 = sm3};
    if (!sm3) return;
    h->md = EVP_MD_fetch(NULL, "SM3", NULL);
    h->ctx = EVP_MD_CTX_new();
    if (h->md == NULL || h->ctx == NULL) die("SM3", "not in this libcrypto");
}

/* H(first byte || a || b); b may be empty. */
static inline void bare_hash(const struct bare_hash *h, unsigned char first, const void *a, size_t a_len, const void *b, size_t b_len,
                             unsigned char out[32])
{
    if (!h->sm3) {
        SHA256_CTX c;
        SHA256_Init(&c);
        SHA256_Update(&c, &first, 1);
        SHA256_Update(&c, a, a_len);
        if (b_len > 0) SHA256_Update(&c, b, b_len);
        SHA256_Final(out, &c);
        return;
    }
    EVP_DigestInit_ex2(h->ctx, h->md, NULL);
    EVP_DigestUpdate(h->ctx, &first, 1);
    EVP_DigestUpdate(h->ctx, a, a_len);
    if (b_len > 0) EVP_DigestUpdate(h->ctx, b, b_len);
    EVP_DigestFinal_ex(h->ctx, out, NULL);
}

/* Does the area at hand hash by SM3? */
static inline bool area_is_sm3(sqlite3 *db)
{
    sqlite3_stmt *st = prepare(db, "SELECT value FROM meta WHERE name='journal_hash'");
    bool sm3 = sqlite3_step(st) == SQLITE_ROW && sqlite3_column_bytes(st, 0) == 3 && memcmp(sqlite3_column_blob(st, 0), "sm3", 3) == 0;
    sqlite3_finalize(st);
    return sm3;
}

static inline uint64_t be64(const unsigned char *p)
{
    uint64_t v = 0;
    for (int i = 0; i < 8; i++) v = v << 8 | p[i];
    return v;
}

#endif
