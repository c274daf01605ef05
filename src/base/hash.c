/*
 * hash.c - SHA-256 and SM3 by libcrypto, random bytes by libsodium.
 * SHA-256 goes through SHA256_Init/Update/Final although OpenSSL 3 calls them deprecated: for the
 * 33 and 65 bytes of a tree's leaf and node they took 97 ns where EVP with a fetched method and a
 * reused context took 127 to 170 ns (OpenSSL 3.0, SHA extensions).  They are the same code
 * beneath.  SM3 has no such door, so it takes EVP.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <sodium.h>

#include "base/hash.h"

enum { HASHER_MAGIC = 0x68617368, PARTS_MAX = 8 };

struct hasher {
    uint32_t magic;
    enum hash_alg alg;
    bool started;
    SHA256_CTX sha;
    EVP_MD *md; /* SM3 only */
    EVP_MD_CTX *ctx;
};

struct hasher *hasher_make(enum hash_alg alg)
{
    struct hasher *h = calloc(1, sizeof *h);
    if (h == NULL) return NULL;
    h->magic = HASHER_MAGIC;
    h->alg = alg;
    if (alg == HASH_SHA256) return h;
    if (alg == HASH_SM3) {
        h->md = EVP_MD_fetch(NULL, "SM3", NULL);
        h->ctx = EVP_MD_CTX_new();
        if (h->md != NULL && h->ctx != NULL && EVP_MD_get_size(h->md) == HASH_LEN) return h;
    }
    hasher_free(&h);
    return NULL;
}

void hasher_free(struct hasher **hp)
{
    if (hp == NULL || *hp == NULL) return;
    MAGIC_CHECK(*hp, HASHER_MAGIC);
    EVP_MD_CTX_free((*hp)->ctx);
    EVP_MD_free((*hp)->md);
    OPENSSL_cleanse(*hp, sizeof **hp);
    free(*hp);
    *hp = NULL;
}

enum hash_alg hasher_alg(const struct hasher *h)
{
    MAGIC_CHECK(h, HASHER_MAGIC);
    return h->alg;
}

void hash_start(struct hasher *h)
{
    MAGIC_CHECK(h, HASHER_MAGIC);
    h->started = true;
    if (h->alg == HASH_SHA256)
        MUST(SHA256_Init(&h->sha) == 1);
    else
        MUST(EVP_DigestInit_ex2(h->ctx, h->md, NULL) == 1);
}

void hash_more(struct hasher *h, const void *bytes, size_t len)
{
    MAGIC_CHECK(h, HASHER_MAGIC);
    MUST(h->started);
    if (len == 0) return;
    if (h->alg == HASH_SHA256)
        MUST(SHA256_Update(&h->sha, bytes, len) == 1);
    else
        MUST(EVP_DigestUpdate(h->ctx, bytes, len) == 1);
}

void hash_end(struct hasher *h, struct hash *out)
{
    MAGIC_CHECK(h, HASHER_MAGIC);
    MUST(h->started);
    h->started = false;
    if (h->alg == HASH_SHA256) {
        MUST(SHA256_Final(out->b, &h->sha) == 1);
    } else {
        unsigned len = 0;
        MUST(EVP_DigestFinal_ex(h->ctx, out->b, &len) == 1 && len == HASH_LEN);
    }
}

void hash_parts(struct hasher *h, size_t n, const struct str *parts, struct hash *out)
{
    MUST(n <= PARTS_MAX);
    hash_start(h);
    for (size_t i = 0; i < n; i++) hash_more(h, parts[i].ptr, parts[i].len);
    hash_end(h, out);
}

bool hash_eq(const struct hash *a, const struct hash *b)
{
    return CRYPTO_memcmp(a->b, b->b, HASH_LEN) == 0;
}

struct str hash_str(const struct hash *h)
{
    return str_of((const char *)h->b, HASH_LEN);
}

/* ---- random bytes ---- */

enum { RANDOM_BUFFER = 4096 };

static _Thread_local struct {
    unsigned char bytes[RANDOM_BUFFER];
    size_t left; /* the last `left` bytes are fresh */
} pool;

static pthread_once_t random_once = PTHREAD_ONCE_INIT;

/* A child has a copy of its parent's buffer: only the thread that forked lives on in it. */
static void forget_in_child(void)
{
    sodium_memzero(&pool, sizeof pool);
}

static void random_begin(void)
{
    MUST(sodium_init() >= 0);
    MUST(pthread_atfork(NULL, NULL, forget_in_child) == 0);
}

void random_bytes(void *out, size_t len)
{
    MUST(pthread_once(&random_once, random_begin) == 0);
    if (len == 0) return;
    if (len > RANDOM_BUFFER / 4) { /* large wants go to the system at once */
        randombytes_buf(out, len);
        return;
    }
    if (pool.left < len) {
        randombytes_buf(pool.bytes, RANDOM_BUFFER);
        pool.left = RANDOM_BUFFER;
    }
    unsigned char *from = pool.bytes + RANDOM_BUFFER - pool.left;
    memcpy(out, from, len);
    sodium_memzero(from, len);
    pool.left -= len;
}
