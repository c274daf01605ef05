/* str.c - text and buffers. */
#include "base/str.h"
#include "base/arena.h"

#include <pthread.h>
#include <sys/auxv.h>

struct str str_c(const char *c_text)
{
    return c_text == NULL ? STR_NONE : str_of(c_text, strlen(c_text));
}

bool str_eq(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

int str_cmp(struct str a, struct str b)
{
    size_t n = MIN(a.len, b.len);
    int c = n == 0 ? 0 : memcmp(a.ptr, b.ptr, n);
    if (c != 0) return c < 0 ? -1 : 1;
    return a.len == b.len ? 0 : a.len < b.len ? -1 : 1;
}

bool str_starts(struct str s, struct str prefix)
{
    return s.len >= prefix.len && str_eq(str_of(s.ptr, prefix.len), prefix);
}

bool str_ends(struct str s, struct str suffix)
{
    if (s.len < suffix.len) return false;
    return suffix.len == 0 || memcmp(s.ptr + (s.len - suffix.len), suffix.ptr, suffix.len) == 0;
}

size_t str_find(struct str s, struct str needle)
{
    if (needle.len == 0) return 0;
    if (s.len < needle.len) return SIZE_MAX;
    const char *p = memmem(s.ptr, s.len, needle.ptr, needle.len);
    return p == NULL ? SIZE_MAX : (size_t)(p - s.ptr);
}

size_t str_find_char(struct str s, char c)
{
    const char *p = s.len == 0 ? NULL : memchr(s.ptr, c, s.len);
    return p == NULL ? SIZE_MAX : (size_t)(p - s.ptr);
}

struct str str_sub(struct str s, size_t from, size_t to)
{
    to = MIN(to, s.len);
    from = MIN(from, to);
    return str_of(s.ptr == NULL ? NULL : s.ptr + from, to - from);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct str str_trim(struct str s)
{
    while (s.len > 0 && is_blank(s.ptr[0])) {
        s.ptr++;
        s.len--;
    }
    while (s.len > 0 && is_blank(s.ptr[s.len - 1])) s.len--;
    return s;
}

/* ---- hashing: multiply-and-fold, keyed once a process so that foreign keys cannot be chosen to collide ---- */

static uint64_t hash_key[2];
static pthread_once_t hash_key_once = PTHREAD_ONCE_INIT;

static void hash_key_make(void)
{
    const void *random = (const void *)getauxval(AT_RANDOM); /* 16 bytes from the kernel, per process */
    MUST(random != NULL);
    memcpy(hash_key, random, sizeof hash_key);
    hash_key[0] ^= UINT64_C(0x9e3779b97f4a7c15);
    hash_key[1] |= 1;
}

static uint64_t fold(uint64_t a, uint64_t b)
{
    __extension__ unsigned __int128 p = (unsigned __int128)a * b;
    return (uint64_t)p ^ (uint64_t)(p >> 64);
}

static uint64_t load(const char *p, size_t n)
{
    uint64_t v = 0;
    memcpy(&v, p, n);
    return v;
}

uint64_t str_hash(struct str s)
{
    MUST(pthread_once(&hash_key_once, hash_key_make) == 0);
    uint64_t h = hash_key[0] ^ (uint64_t)s.len;
    const char *p = s.ptr;
    size_t left = s.len;
    for (; left > 16; p += 16, left -= 16)
        h = fold(load(p, 8) ^ hash_key[1], load(p + 8, 8) ^ h);
    uint64_t x = 0, y = 0;
    if (left > 8) {
        x = load(p, 8);
        y = load(p + 8, left - 8);
    } else if (left > 0) {
        x = load(p, left);
    }
    h = fold(x ^ hash_key[1], y ^ h);
    return fold(h ^ UINT64_C(0xa0761d6478bd642f), hash_key[1] ^ UINT64_C(0xe7037ed1a0b428db));
}

/* ---- text in an arena ---- */

struct str str_dup(struct arena *a, struct str s)
{
    size_t size = 0;
    MUST(!add_overflows(s.len, (size_t)1, &size));
    char *p = arena_alloc(a, size);
    if (s.len > 0) memcpy(p, s.ptr, s.len);
    return str_of(p, s.len);
}

const char *str_cz(struct arena *a, struct str s)
{
    return str_dup(a, s).ptr;
}

struct str str_cat_n(struct arena *a, size_t n, const struct str *parts)
{
    size_t size = 1;
    for (size_t i = 0; i < n; i++) MUST(!add_overflows(size, parts[i].len, &size));
    char *p = arena_alloc(a, size);
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        if (parts[i].len > 0) memcpy(p + at, parts[i].ptr, parts[i].len);
        at += parts[i].len;
    }
    return str_of(p, at);
}

enum { INT_TEXT_MAX = 24 };

/* Digits of v written to the end of t; returns where they begin. */
static const char *digits_u64(char t[INT_TEXT_MAX], uint64_t v, bool negative)
{
    char *p = t + INT_TEXT_MAX;
    do {
        *--p = (char)('0' + (int)(v % 10));
        v /= 10;
    } while (v != 0);
    if (negative) *--p = '-';
    return p;
}

static const char *digits_i64(char t[INT_TEXT_MAX], int64_t v)
{
    return digits_u64(t, v < 0 ? 0 - (uint64_t)v : (uint64_t)v, v < 0);
}

struct str str_i64(struct arena *a, int64_t v)
{
    char t[INT_TEXT_MAX];
    const char *p = digits_i64(t, v);
    return str_dup(a, str_of(p, (size_t)(t + INT_TEXT_MAX - p)));
}

struct str str_u64(struct arena *a, uint64_t v)
{
    char t[INT_TEXT_MAX];
    const char *p = digits_u64(t, v, false);
    return str_dup(a, str_of(p, (size_t)(t + INT_TEXT_MAX - p)));
}

static void put_hex(char *to, const void *bytes, size_t len)
{
    static const char digit[] = "0123456789abcdef";
    const unsigned char *p = bytes;
    for (size_t i = 0; i < len; i++) {
        to[2 * i] = digit[p[i] >> 4];
        to[2 * i + 1] = digit[p[i] & 15];
    }
}

struct str str_hex(struct arena *a, const void *bytes, size_t len)
{
    size_t size = 0;
    MUST(!mul_overflows(len, (size_t)2, &size) && !add_overflows(size, (size_t)1, &size));
    char *p = arena_alloc(a, size);
    put_hex(p, bytes, len);
    return str_of(p, len * 2);
}

bool str_to_u64(struct str s, uint64_t *out)
{
    if (s.len == 0) return false;
    uint64_t v = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9') return false;
        if (mul_overflows(v, (uint64_t)10, &v)) return false;
        if (add_overflows(v, (uint64_t)(s.ptr[i] - '0'), &v)) return false;
    }
    *out = v;
    return true;
}

bool str_to_i64(struct str s, int64_t *out)
{
    bool negative = s.len > 0 && s.ptr[0] == '-';
    uint64_t v;
    if (!str_to_u64(negative ? str_sub(s, 1, s.len) : s, &v)) return false;
    if (v > (uint64_t)INT64_MAX + (negative ? 1 : 0)) return false;
    if (negative)
        *out = v == (uint64_t)INT64_MAX + 1 ? INT64_MIN : -(int64_t)v;
    else
        *out = (int64_t)v;
    return true;
}

/* ---- buffers ---- */

void buf_init(struct buf *b, size_t max)
{
    *b = (struct buf){.ptr = NULL, .len = 0, .cap = 0, .max = max, .failed = false};
}

void buf_fini(struct buf *b)
{
    free(b->ptr);
    *b = (struct buf){.ptr = NULL, .len = 0, .cap = 0, .max = b->max, .failed = false};
}

void buf_clear(struct buf *b)
{
    b->len = 0;
    b->failed = false;
}

char *buf_room(struct buf *b, size_t len)
{
    if (b->failed) return NULL;
    size_t need;
    if (add_overflows(b->len, len, &need) || need > b->max) {
        b->failed = true;
        return NULL;
    }
    if (need > b->cap || b->ptr == NULL) {
        size_t cap = MAX(b->cap, (size_t)64);
        while (cap < need)
            if (mul_overflows(cap, (size_t)2, &cap)) cap = need;
        cap = MIN(cap, MAX(b->max, (size_t)1));
        char *p = realloc(b->ptr, cap);
        if (p == NULL) {
            b->failed = true;
            return NULL;
        }
        b->ptr = p;
        b->cap = cap;
    }
    return b->ptr + b->len;
}

void buf_grew(struct buf *b, size_t len)
{
    MUST(!b->failed && len <= b->cap - b->len);
    b->len += len;
}

void buf_put(struct buf *b, const void *bytes, size_t len)
{
    if (len == 0) return;
    if (!b->failed && b->cap <= b->max && len <= b->cap - b->len) {
        memcpy(b->ptr + b->len, bytes, len);
        b->len += len;
        return;
    }
    char *p = buf_room(b, len);
    if (p == NULL) return;
    memcpy(p, bytes, len);
    b->len += len;
}

void buf_str(struct buf *b, struct str s)
{
    buf_put(b, s.ptr, s.len);
}

void buf_char(struct buf *b, char c)
{
    if (!b->failed && b->cap <= b->max && b->len < b->cap) {
        b->ptr[b->len++] = c;
        return;
    }
    char *p = buf_room(b, 1);
    if (p == NULL) return;
    *p = c;
    b->len++;
}

void buf_fill(struct buf *b, char c, size_t n)
{
    if (n == 0) return;
    char *p = buf_room(b, n);
    if (p == NULL) return;
    memset(p, c, n);
    b->len += n;
}

void buf_i64(struct buf *b, int64_t v)
{
    char t[INT_TEXT_MAX];
    const char *p = digits_i64(t, v);
    buf_put(b, p, (size_t)(t + INT_TEXT_MAX - p));
}

void buf_u64(struct buf *b, uint64_t v)
{
    char t[INT_TEXT_MAX];
    const char *p = digits_u64(t, v, false);
    buf_put(b, p, (size_t)(t + INT_TEXT_MAX - p));
}

void buf_hex(struct buf *b, const void *bytes, size_t len)
{
    size_t size;
    if (mul_overflows(len, (size_t)2, &size)) {
        b->failed = true;
        return;
    }
    char *p = buf_room(b, size);
    if (p == NULL) return;
    put_hex(p, bytes, len);
    b->len += size;
}

bool buf_failed(const struct buf *b)
{
    return b->failed;
}

struct str buf_view(const struct buf *b)
{
    return b->ptr == NULL ? str_of("", 0) : str_of(b->ptr, b->len);
}
