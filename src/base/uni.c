/*
 * uni.c - normal forms, case, folding for keys and for search, GB18030.
 * ICU works in UTF-16; most of our text is ASCII and unified Han, for which nothing changes, so that
 * a look at the bytes spares the way there and back.
 */
#include <unicode/ucnv.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/uversion.h>

#include "base/uni.h"

enum { UNI_TEXT_MAX = 1 << 28 }; /* ICU counts in int32_t, and normal forms grow */

/* ---- to UTF-16 and back, on the heap for the length of a call ---- */

struct wide_text {
    UChar *at;
    int32_t len, cap;
};

static struct wide_text wide_room(size_t len)
{
    MUST(len <= UNI_TEXT_MAX);
    struct wide_text w = {.at = malloc((len + 1) * sizeof(UChar)), .cap = (int32_t)len + 1};
    MUST(w.at != NULL);
    return w;
}

/* Broken bytes become U+FFFD. */
static struct wide_text to_wide(struct str s)
{
    struct wide_text w = wide_room(s.len);
    UErrorCode e = U_ZERO_ERROR;
    u_strFromUTF8WithSub(w.at, w.cap, &w.len, s.ptr == NULL ? "" : s.ptr, (int32_t)s.len, 0xfffd, NULL, &e);
    MUST(U_SUCCESS(e));
    return w;
}

static struct str from_wide(struct arena *a, const UChar *at, int32_t len)
{
    int32_t need = 0;
    UErrorCode e = U_ZERO_ERROR;
    u_strToUTF8WithSub(NULL, 0, &need, at, len, 0xfffd, NULL, &e);
    e = U_ZERO_ERROR;
    char *p = arena_alloc(a, (size_t)need + 1);
    u_strToUTF8WithSub(p, need + 1, &need, at, len, 0xfffd, NULL, &e);
    MUST(U_SUCCESS(e));
    return str_of(p, (size_t)need);
}

/* ---- what needs no ICU ---- */

static bool all_ascii(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] >= 0x80) return false;
    return true;
}

static bool plain_han(uint32_t cp)
{
    return cp >= 0x4e00 && cp <= 0x9fa5;
}

/* Characters that no normal form changes and that combine with nothing before them. */
static bool inert(uint32_t cp, bool compatibility)
{
    if (cp < 0x80 || plain_han(cp)) return true;
    if (cp == 0x3001 || cp == 0x3002 || cp == 0x300a || cp == 0x300b || cp == 0x201c || cp == 0x201d) return true;
    return !compatibility && (cp == 0x3000 || (cp >= 0xff01 && cp <= 0xff5e) || cp == 0xb7);
}

static struct str normal_form(struct arena *a, struct str s, bool compatibility)
{
    bool unchanged = true;
    for (size_t at = 0; at < s.len && unchanged;) unchanged = inert(utf8_next(s, &at), compatibility);
    if (unchanged) return str_dup(a, s);
    UErrorCode e = U_ZERO_ERROR;
    const UNormalizer2 *n = compatibility ? unorm2_getNFKCInstance(&e) : unorm2_getNFCInstance(&e);
    MUST(U_SUCCESS(e));
    struct wide_text in = to_wide(s);
    struct wide_text out = wide_room((size_t)in.len * 2 + 16);
    out.len = unorm2_normalize(n, in.at, in.len, out.at, out.cap, &e);
    if (e == U_BUFFER_OVERFLOW_ERROR) { /* one character may become eighteen */
        free(out.at);
        out = wide_room((size_t)out.len);
        e = U_ZERO_ERROR;
        out.len = unorm2_normalize(n, in.at, in.len, out.at, out.cap, &e);
    }
    MUST(U_SUCCESS(e));
    struct str r = from_wide(a, out.at, out.len);
    free(in.at);
    free(out.at);
    return r;
}

struct str uni_nfc(struct arena *a, struct str s)
{
    return normal_form(a, s, false);
}

struct str uni_nfkc(struct arena *a, struct str s)
{
    return normal_form(a, s, true);
}

static struct str change_case(struct arena *a, struct str s, bool upper)
{
    if (all_ascii(s)) {
        char *p = arena_alloc(a, s.len + 1);
        for (size_t i = 0; i < s.len; i++) {
            char c = s.ptr[i];
            if (upper && c >= 'a' && c <= 'z') c = (char)(c - 'a' + 'A');
            if (!upper && c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
            p[i] = c;
        }
        return str_of(p, s.len);
    }
    struct wide_text in = to_wide(s), out = wide_room((size_t)in.len * 3 + 1); /* ΐ becomes three */
    UErrorCode e = U_ZERO_ERROR;
    out.len = upper ? u_strToUpper(out.at, out.cap, in.at, in.len, "", &e)
                    : u_strToLower(out.at, out.cap, in.at, in.len, "", &e);
    MUST(U_SUCCESS(e));
    struct str r = from_wide(a, out.at, out.len);
    free(in.at);
    free(out.at);
    return r;
}

struct str uni_upper(struct arena *a, struct str s)
{
    return change_case(a, s, true);
}

struct str uni_lower(struct arena *a, struct str s)
{
    return change_case(a, s, false);
}

/* ---- folding ---- */

static bool is_blank(uint32_t cp)
{
    return cp == ' ' || (cp >= '\t' && cp <= '\r') || cp == 0xa0 || cp == 0x3000 || (cp >= 0x2000 && cp <= 0x200b) ||
           cp == 0x202f || cp == 0x205f || cp == 0xfeff;
}

/* The dots that stand inside names of people: · • ‧ ∙ ⋅ ・ ･ */
static bool is_dot(uint32_t cp)
{
    return cp == 0xb7 || cp == 0x2022 || cp == 0x2027 || cp == 0x2219 || cp == 0x22c5 || cp == 0x30fb || cp == 0xff65;
}

struct str uni_fold_key(struct arena *a, struct str s)
{
    s = uni_nfc(a, s);
    char *p = arena_alloc(a, s.len + 1); /* nothing here grows */
    size_t len = 0, end = 0;
    for (size_t at = 0; at < s.len;) {
        uint32_t cp = utf8_next(s, &at);
        bool blank = is_blank(cp);
        if (blank && len == 0) continue;
        if ((cp >= 0xff10 && cp <= 0xff19) || (cp >= 0xff21 && cp <= 0xff3a) || (cp >= 0xff41 && cp <= 0xff5a))
            cp -= 0xfee0;
        else if (is_dot(cp))
            cp = 0xb7;
        char t[4];
        size_t n = utf8_put(t, cp);
        MUST(len + n <= s.len); /* uni_nfc() left no broken bytes, the only ones that would grow */
        memcpy(p + len, t, n);
        len += n;
        if (!blank) end = len;
    }
    p[end] = '\0';
    return str_of(p, end);
}

struct str uni_fold_search(struct arena *a, struct str s)
{
    s = uni_lower(a, uni_nfkc(a, s));
    char *p = arena_alloc(a, s.len + 1);
    size_t len = 0;
    for (size_t at = 0; at < s.len;) {
        size_t from = at;
        uint32_t cp = utf8_next(s, &at);
        if (is_blank(cp) || is_dot(cp)) continue;
        memcpy(p + len, s.ptr + from, at - from);
        len += at - from;
    }
    return str_of(p, len);
}

bool uni_has_private(struct str s)
{
    /* They begin with EE, EF, F3 or F4; Han and ASCII do not, so most texts need no decoding. */
    size_t from = 0;
    while (from < s.len && (unsigned char)s.ptr[from] < 0xee) from++;
    for (size_t at = from; at < s.len;) {
        uint32_t cp = utf8_next(s, &at);
        if ((cp >= 0xe000 && cp <= 0xf8ff) || (cp >= 0xf0000 && cp <= 0xffffd) || (cp >= 0x100000 && cp <= 0x10fffd))
            return true;
    }
    return false;
}

/* ---- GB18030 ---- */

static enum rc bad_gb18030(struct str in, size_t off, struct err *err)
{
    char t[24];
    int n = snprintf(t, sizeof t, "%zu", off + 1);
    MUST(n > 0 && (size_t)n < sizeof t);
    /* Lines are counted in bytes here: a line end is never part of a GB18030 character. */
    struct place p = place_at(in, 0, off, 1);
    return err_set(err, &E_gb18030, p, str_of(t, (size_t)n));
}

enum rc gb18030_to_utf8(struct arena *a, struct str in, struct str *out, struct err *err)
{
    *out = STR("");
    if (in.len > UNI_TEXT_MAX) return err_set(err, &E_limit, NO_PLACE, STR("GB18030"), STR("256 MiB"));
    UErrorCode e = U_ZERO_ERROR;
    UConverter *c = ucnv_open("gb18030", &e);
    if (U_FAILURE(e)) return err_set(err, &E_io, NO_PLACE, STR("ICU gb18030"), str_c(u_errorName(e)));
    ucnv_setToUCallBack(c, UCNV_TO_U_CALLBACK_STOP, NULL, NULL, NULL, &e);
    MUST(U_SUCCESS(e));
    struct wide_text w = wide_room(in.len + 1);
    UChar *to = w.at;
    const char *from = in.ptr == NULL ? "" : in.ptr, *begin = from;
    ucnv_toUnicode(c, &to, w.at + w.cap, &from, begin + in.len, NULL, true, &e);
    enum rc rc = RC_OK;
    if (U_FAILURE(e)) {
        char bad[16];
        int8_t bad_len = (int8_t)sizeof bad;
        UErrorCode e2 = U_ZERO_ERROR;
        ucnv_getInvalidChars(c, bad, &bad_len, &e2);
        size_t used = (size_t)(from - begin), back = U_SUCCESS(e2) && bad_len > 0 ? (size_t)bad_len : 0;
        rc = bad_gb18030(in, used >= back ? used - back : 0, err);
    } else {
        *out = from_wide(a, w.at, (int32_t)(to - w.at));
    }
    free(w.at);
    ucnv_close(c);
    return rc;
}

const char *uni_icu_version(void)
{
    return U_ICU_VERSION;
}
