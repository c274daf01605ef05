/* base64.c - RFC 4648 4, with line breaks overlooked when reading. */
#if defined(__x86_64__)
#include <tmmintrin.h>
#endif

#include "exchange/form.h"

#define X 255
static const unsigned char value_of[256] = {
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, 62, X, X, X, 63, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, X, X, X, X, X, X,
    X, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, X, X, X, X, X,
    X, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
};
#undef X

#if defined(__x86_64__)
/*
 * Sixteen letters at a time, where the processor can (SSSE3).  A letter is told by its two nibbles: each has a table of the groups that it may stand in, and what is in no
 * group of both is no letter.  Its value is the letter and a difference that its high nibble has ('/' alone among those of 2 has its own).
 */
static bool can_sixteen(void) { return __builtin_cpu_supports("ssse3") != 0; }

__attribute__((target("ssse3"))) static size_t sixteen(struct str s, size_t i, char *p, size_t *n)
{
    const __m128i nibble = _mm_set1_epi8(0x0f), none = _mm_setzero_si128(), slash = _mm_set1_epi8('/');
    /* By high nibble the group it opens, by low nibble the groups that do not have it: 2x is '+' '/', 3x digits, 4x 6x letters from 1, 5x 7x letters up to 10. */
    const __m128i high_in = _mm_setr_epi8(0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10);
    const __m128i low_out = _mm_setr_epi8(0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x13, 0x1a, 0x1b, 0x1b, 0x1b, 0x1a);
    const __m128i moves = _mm_setr_epi8(0, 63 - '/', 62 - '+', 52 - '0', -'A', -'A', 26 - 'a', 26 - 'a', 0, 0, 0, 0, 0, 0, 0, 0);
    const __m128i order = _mm_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
    size_t at = *n;
    for (; i + 16 <= s.len; i += 16) {
        __m128i c, high, value;
        memcpy(&c, s.ptr + i, sizeof c);
        high = _mm_and_si128(_mm_srli_epi32(c, 4), nibble);
        __m128i wrong = _mm_and_si128(_mm_shuffle_epi8(high_in, high), _mm_shuffle_epi8(low_out, _mm_and_si128(c, nibble)));
        if (_mm_movemask_epi8(_mm_cmpeq_epi8(wrong, none)) != 0xffff) break;
        value = _mm_add_epi8(c, _mm_shuffle_epi8(moves, _mm_add_epi8(_mm_cmpeq_epi8(c, slash), high)));
        value = _mm_maddubs_epi16(value, _mm_set1_epi32(0x01400140)); /* two of six bits are twelve */
        value = _mm_madd_epi16(value, _mm_set1_epi32(0x00011000));    /* two of twelve are twenty-four */
        value = _mm_shuffle_epi8(value, order);
        memcpy(p + at, &value, sizeof value); /* twelve bytes, and four that the next ones take */
        at += 12;
    }
    *n = at;
    return i;
}
#else
static bool can_sixteen(void) { return false; }
static size_t sixteen(struct str s, size_t i, char *p, size_t *n)
{
    (void)s, (void)p, (void)n;
    return i;
}
#endif

/* Four letters at a time, as far as there are nothing but letters: a photograph has a hundred thousand. */
static size_t letters(struct str s, size_t i, char *p, size_t *n)
{
    const unsigned char *c = (const unsigned char *)s.ptr;
    size_t at = *n;
    for (; i + 4 <= s.len; i += 4) {
        unsigned a = value_of[c[i]], b = value_of[c[i + 1]], d = value_of[c[i + 2]], e = value_of[c[i + 3]];
        if (((a | b | d | e) & 0xc0) != 0) break;
        uint32_t bits = a << 18 | b << 12 | d << 6 | e;
        p[at++] = (char)(bits >> 16);
        p[at++] = (char)(bits >> 8);
        p[at++] = (char)bits;
    }
    *n = at;
    return i;
}

bool base64_read(struct arena *a, struct str s, struct str *out)
{
    enum { SPARE = 16 }; /* the last piece of sixteen writes four bytes more than it says */
    char *p = arena_try(a, s.len / 4 * 3 + SPARE);
    bool wide = can_sixteen();
    if (p == NULL) return false;
    size_t n = 0, pad = 0;
    uint32_t bits = 0, have = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (have == 0 && pad == 0 && wide) i = sixteen(s, i, p, &n);
        if (have == 0 && pad == 0) i = letters(s, i, p, &n);
        if (i == s.len) break;
        unsigned char c = (unsigned char)s.ptr[i];
        if (c == ' ' || c == '\n' || c == '\r' || c == '\t') continue;
        if (c == '=') {
            if (++pad > 2) return false;
            continue;
        }
        uint32_t v = value_of[c];
        if (v > 63 || pad > 0) return false; /* no letter, or something behind the end */
        bits = bits << 6 | v;
        if (++have == 4) {
            p[n++] = (char)(bits >> 16);
            p[n++] = (char)(bits >> 8);
            p[n++] = (char)bits;
            bits = have = 0;
        }
    }
    if (have == 1) return false;
    if (have > 1) {
        bits <<= 6 * (4 - have);
        p[n++] = (char)(bits >> 16);
        if (have == 3) p[n++] = (char)(bits >> 8);
    }
    *out = str_of(p, n);
    return true;
}

void base64_put(struct buf *b, struct str s)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < s.len; i += 3) {
        size_t have = MIN(s.len - i, (size_t)3);
        uint32_t v = (uint32_t)(unsigned char)s.ptr[i] << 16;
        if (have > 1) v |= (uint32_t)(unsigned char)s.ptr[i + 1] << 8;
        if (have > 2) v |= (unsigned char)s.ptr[i + 2];
        char four[4] = {digits[v >> 18], digits[v >> 12 & 63], have > 1 ? digits[v >> 6 & 63] : '=', have > 2 ? digits[v & 63] : '='};
        buf_put(b, four, 4);
    }
}

/* Width and height of a JPEG or PNG by its heads; false: neither. */
bool photo_size(struct str s, uint32_t *width, uint32_t *height)
{
    const unsigned char *p = (const unsigned char *)s.ptr;
    *width = *height = 0;
    if (s.len > 24 && memcmp(p, "\x89PNG\r\n\x1a\n", 8) == 0) {
        *width = (uint32_t)p[16] << 24 | (uint32_t)p[17] << 16 | (uint32_t)p[18] << 8 | p[19];
        *height = (uint32_t)p[20] << 24 | (uint32_t)p[21] << 16 | (uint32_t)p[22] << 8 | p[23];
        return true;
    }
    if (s.len < 4 || p[0] != 0xff || p[1] != 0xd8 || p[2] != 0xff) return false;
    for (size_t at = 2; at + 9 < s.len;) {
        if (p[at] != 0xff) return true;
        unsigned char kind = p[at + 1];
        if (kind == 0xff) {
            at++;
            continue;
        }
        if (kind >= 0xc0 && kind <= 0xcf && kind != 0xc4 && kind != 0xc8 && kind != 0xcc) {
            *height = (uint32_t)p[at + 5] << 8 | p[at + 6];
            *width = (uint32_t)p[at + 7] << 8 | p[at + 8];
            return true;
        }
        if (kind == 0xda || kind == 0xd9) return true;
        at += 2 + ((size_t)p[at + 2] << 8 | p[at + 3]);
    }
    return true;
}
