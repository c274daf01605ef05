/* base64.c - RFC 4648 4, with line breaks overlooked when reading. */
#include "exchange/form.h"

bool base64_read(struct arena *a, struct str s, struct str *out)
{
    char *p = arena_try(a, s.len / 4 * 3 + 4);
    size_t n = 0, pad = 0;
    uint32_t bits = 0, have = 0;
    if (p == NULL) return false;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        uint32_t v;
        if (c == ' ' || c == '\n' || c == '\r' || c == '\t') continue;
        if (c == '=') {
            if (++pad > 2) return false;
            continue;
        }
        if (c >= 'A' && c <= 'Z') v = c - 'A';
        else if (c >= 'a' && c <= 'z') v = c - 'a' + 26u;
        else if (c >= '0' && c <= '9') v = c - '0' + 52u;
        else if (c == '+') v = 62;
        else if (c == '/') v = 63;
        else return false;
        if (pad > 0) return false; /* something behind the end */
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
