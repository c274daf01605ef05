/* utf8.c - UTF-8 (RFC 3629: shortest form, no surrogates, up to U+10FFFF) and columns on a terminal. */
#include <unicode/uchar.h>

#include "base/uni.h"

/* Length of the well-formed sequence at p (n bytes are there), or 0. */
static size_t sequence(const unsigned char *p, size_t n, uint32_t *cp)
{
    unsigned c = p[0];
    if (c < 0x80) {
        *cp = c;
        return 1;
    }
    size_t len;
    uint32_t v, least;
    if (c >= 0xc2 && c <= 0xdf) {
        len = 2;
        v = c & 0x1f;
        least = 0x80;
    } else if (c >= 0xe0 && c <= 0xef) {
        len = 3;
        v = c & 0x0f;
        least = 0x800;
    } else if (c >= 0xf0 && c <= 0xf4) {
        len = 4;
        v = c & 0x07;
        least = 0x10000;
    } else {
        return 0;
    }
    if (n < len) return 0;
    for (size_t i = 1; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80) return 0;
        v = v << 6 | (p[i] & 0x3fU);
    }
    if (v < least || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff)) return 0;
    *cp = v;
    return len;
}

uint32_t utf8_next(struct str s, size_t *at)
{
    MUST(*at < s.len);
    uint32_t cp = 0xfffd;
    size_t n = sequence((const unsigned char *)s.ptr + *at, s.len - *at, &cp);
    *at += n == 0 ? 1 : n;
    return n == 0 ? 0xfffd : cp;
}

size_t utf8_put(char out[4], uint32_t cp)
{
    if (cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff)) cp = 0xfffd;
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xc0 | cp >> 6);
        out[1] = (char)(0x80 | (cp & 0x3f));
        return 2;
    }
    if (cp < 0x10000) {
        out[0] = (char)(0xe0 | cp >> 12);
        out[1] = (char)(0x80 | (cp >> 6 & 0x3f));
        out[2] = (char)(0x80 | (cp & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | cp >> 18);
    out[1] = (char)(0x80 | (cp >> 12 & 0x3f));
    out[2] = (char)(0x80 | (cp >> 6 & 0x3f));
    out[3] = (char)(0x80 | (cp & 0x3f));
    return 4;
}

void buf_utf8(struct buf *b, uint32_t cp)
{
    char t[4];
    buf_put(b, t, utf8_put(t, cp));
}

bool utf8_ok(struct str s, size_t *bad_at)
{
    const unsigned char *p = (const unsigned char *)s.ptr;
    size_t i = 0;
    while (i < s.len) {
        if (s.len - i >= 8) { /* eight ASCII bytes at a time */
            uint64_t w;
            memcpy(&w, p + i, 8);
            if ((w & UINT64_C(0x8080808080808080)) == 0) {
                i += 8;
                continue;
            }
        }
        if (p[i] < 0x80) {
            i++;
            continue;
        }
        /* Most of what is written: U+1000 to U+CFFF, where no three bytes are too long a form or a surrogate. */
        if (p[i] >= 0xe1 && p[i] <= 0xec && s.len - i >= 3 && (p[i + 1] & 0xc0) == 0x80 && (p[i + 2] & 0xc0) == 0x80) {
            i += 3;
            continue;
        }
        uint32_t cp;
        size_t n = sequence(p + i, s.len - i, &cp);
        if (n == 0) {
            if (bad_at != NULL) *bad_at = i;
            return false;
        }
        i += n;
    }
    return true;
}

/* Bytes that make whole GB18030 characters, some of them of two bytes? */
static bool like_gb18030(struct str s)
{
    const unsigned char *p = (const unsigned char *)s.ptr;
    size_t pairs = 0;
    for (size_t i = 0; i < s.len;) {
        if (p[i] < 0x80) {
            i++;
            continue;
        }
        if (p[i] == 0x80 || p[i] == 0xff || s.len - i < 2) return false;
        unsigned trail = p[i + 1];
        if (trail >= 0x30 && trail <= 0x39) {
            if (s.len - i < 4 || p[i + 2] < 0x81 || p[i + 2] == 0xff || p[i + 3] < 0x30 || p[i + 3] > 0x39)
                return false;
            i += 4;
        } else {
            if (trail < 0x40 || trail == 0x7f || trail == 0xff) return false;
            i += 2;
            pairs++;
        }
    }
    return pairs > 0;
}

enum rc utf8_check(struct str s, struct err *err)
{
    size_t bad;
    if (utf8_ok(s, &bad)) return RC_OK;
    char t[24];
    int n = snprintf(t, sizeof t, "%zu", bad + 1);
    MUST(n > 0 && (size_t)n < sizeof t);
    return err_set(err, &E_utf8, place_at(s, 0, bad, 1), str_of(t, (size_t)n),
                   like_gb18030(s) ? STR("GB18030") : STR_NONE);
}

size_t utf8_count(struct str s)
{
    size_t n = 0;
    for (size_t at = 0; at < s.len; n++) utf8_next(s, &at);
    return n;
}

size_t utf8_offset(struct str s, size_t nth)
{
    size_t at = 0;
    while (nth > 0 && at < s.len) {
        utf8_next(s, &at);
        nth--;
    }
    return at;
}

int cp_width(uint32_t cp)
{
    if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0)) return 0;
    if (cp < 0x300) return 1;
    if (cp >= 0x4e00 && cp <= 0x9fff) return 2;
    switch (u_charType((UChar32)cp)) {
    case U_NON_SPACING_MARK:
    case U_ENCLOSING_MARK:
    case U_FORMAT_CHAR:
    case U_LINE_SEPARATOR:
    case U_PARAGRAPH_SEPARATOR: return 0;
    default: break;
    }
    int w = u_getIntPropertyValue((UChar32)cp, UCHAR_EAST_ASIAN_WIDTH);
    return w == U_EA_WIDE || w == U_EA_FULLWIDTH ? 2 : 1;
}

size_t str_width(struct str s)
{
    size_t w = 0;
    for (size_t at = 0; at < s.len;) w += (size_t)cp_width(utf8_next(s, &at));
    return w;
}

void buf_pad(struct buf *b, struct str s, size_t width, bool right_align)
{
    size_t w = str_width(s);
    size_t blanks = w < width ? width - w : 0;
    if (right_align) buf_fill(b, ' ', blanks);
    buf_str(b, s);
    if (!right_align) buf_fill(b, ' ', blanks);
}

bool cp_is_han(uint32_t cp)
{
    if (cp < 0x2e80) return false;
    if (cp >= 0x4e00 && cp <= 0x9fff) return true;
    return cp == 0x3007 || u_hasBinaryProperty((UChar32)cp, UCHAR_UNIFIED_IDEOGRAPH) ||
           (cp >= 0xf900 && cp <= 0xfaff);
}

struct str str_masked(struct arena *a, struct str s)
{
    enum { KEPT = 4 };
    size_t n = utf8_count(s);
    if (n <= KEPT) return STR("****");
    return str_cat(a, STR("****"), str_sub(s, utf8_offset(s, n - KEPT), s.len));
}
