/*
 * decode.c - in which encoding a file is: UTF-8, else GB18030.  What is neither is told apart, because bytes of two encodings in
 * one file often still read as GB18030, and names would be wrong without a word.
 */
#include "record/inner.h"

enum { SURE = 3, SHARE = 100 }; /* so many pieces, or one in so many, and it is no accident */

/* Where a byte stands, as people count: the line from 1, the column in bytes, for the text is no text yet. */
static struct place place_of_byte(struct str text, size_t off)
{
    struct place p = {.line = 1, .col = 1, .off = (uint32_t)MIN(off, (size_t)UINT32_MAX)};
    for (size_t i = 0; i < off && i < text.len; i++) {
        p.col++;
        if (text.ptr[i] != '\n') continue;
        p.line++;
        p.col = 1;
    }
    return p;
}

/* Two bytes a character: spreadsheets call it Unicode text. */
static bool is_utf16(struct str t)
{
    if (t.len < 2) return false;
    return memcmp(t.ptr, "\xff\xfe", 2) == 0 || memcmp(t.ptr, "\xfe\xff", 2) == 0 || (t.ptr[0] == '\0') != (t.ptr[1] == '\0');
}

/* Nothing but ASCII and Chinese characters of three bytes, and at least two of those: in GB18030 that is next to impossible. */
static bool surely_utf8(struct str piece)
{
    size_t han = 0, bad_at;
    if (!utf8_ok(piece, &bad_at)) return false;
    for (size_t at = 0; at < piece.len;) {
        uint32_t cp = utf8_next(piece, &at);
        if (cp >= 0x80 && !cp_is_han(cp)) return false;
        han += cp >= 0x80;
    }
    return han >= 2;
}

static bool all_ascii(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] >= 0x80) return false;
    return true;
}

/* The text is no UTF-8: are cells of it?  Lines of the first that is and of the first that is not. */
static bool is_mixed(struct str text, uint32_t *utf8_line, uint32_t *other_line)
{
    size_t pieces = 0, sure = 0, bad_at;
    uint32_t line = 1;
    *utf8_line = *other_line = 0;
    for (size_t from = 0, at = 0; at <= text.len; at++) {
        char c = at < text.len ? text.ptr[at] : '\n';
        if (c != ',' && c != '\t' && c != '\n' && c != ';' && c != '"') continue;
        struct str piece = str_sub(text, from, at);
        from = at + 1;
        if (!all_ascii(piece)) {
            pieces++;
            if (surely_utf8(piece)) {
                if (sure++ == 0) *utf8_line = line;
            } else if (*other_line == 0 && !utf8_ok(piece, &bad_at)) {
                *other_line = line;
            }
        }
        line += c == '\n';
    }
    return *other_line > 0 && sure > 0 && (sure >= SURE || sure * SHARE >= pieces);
}

size_t import_piece(struct str text, size_t at)
{
    enum { PIECE = 8 << 20 };
    if (text.len - at <= PIECE) return text.len;
    const char *nl = memchr(text.ptr + at + PIECE, '\n', text.len - at - PIECE);
    return nl == NULL ? text.len : (size_t)(nl - text.ptr) + 1;
}

static bool all_utf8(struct str text, const struct spill *from)
{
    size_t bad_at;
    for (size_t at = 0, end; at < text.len; at = end) {
        end = import_piece(text, at);
        bool ok = utf8_ok(str_sub(text, at, end), &bad_at);
        spill_cool(from);
        if (!ok) return false;
    }
    return true;
}

enum rc import_decode(struct arena *a, struct str text, const struct spill *from, struct str *out, struct str *encoding, struct err *err)
{
    uint32_t good, other;
    if (is_utf16(text)) return err_set0(err, &E_import_utf16, NO_PLACE);
    if (all_utf8(text, from)) {
        *out = text;
        *encoding = STR("UTF-8");
        return RC_OK;
    }
    if (is_mixed(text, &good, &other)) {
        char one[16], two[16];
        int one_len = snprintf(one, sizeof one, "%u", good), two_len = snprintf(two, sizeof two, "%u", other);
        struct place place = {.line = MAX(good, other), .col = 1};
        return err_set(err, &E_import_mixed, place, str_of(one, (size_t)one_len), str_of(two, (size_t)two_len));
    }
    *encoding = STR("GB18030");
    enum rc rc = gb18030_to_utf8(a, text, out, err);
    if (rc == RC_INPUT && err != NULL) err->place = place_of_byte(text, err->place.off);
    return rc;
}
