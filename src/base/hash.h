/*
 * hash.h - SHA-256 (FIPS 180-4) and SM3 (GB/T 32905-2016) by OpenSSL, random bytes by libsodium.
 * Small hashes are the hot path of journal and verify: no allocation a call.
 */
#ifndef GUIJU_BASE_HASH_H
#define GUIJU_BASE_HASH_H

#include "base/core.h"
#include "base/str.h"

enum hash_alg { HASH_SHA256 = 1, HASH_SM3 = 2 };
enum { HASH_LEN = 32 };

struct hash {
    uint8_t b[HASH_LEN];
};

struct hasher; /* one a thread */
struct hasher *hasher_make(enum hash_alg alg); /* NULL: the algorithm is not in this libcrypto */
void hasher_free(struct hasher **hp);
enum hash_alg hasher_alg(const struct hasher *h);
/* H(part 1 || part 2 || ...), at most 8 parts. */
void hash_parts(struct hasher *h, size_t n, const struct str *parts, struct hash *out);
#define hash_of(h, out, ...)                                                                       \
    hash_parts((h), sizeof((struct str[]){__VA_ARGS__}) / sizeof(struct str), (struct str[]){__VA_ARGS__}, (out))
void hash_start(struct hasher *h);
void hash_more(struct hasher *h, const void *bytes, size_t len);
void hash_end(struct hasher *h, struct hash *out);
bool hash_eq(const struct hash *a, const struct hash *b); /* constant time */
struct str hash_str(const struct hash *h); /* the 32 bytes as a str */

/* Buffered random bytes from the system, one buffer a thread (wiped on use). */
void random_bytes(void *out, size_t len);

#endif
