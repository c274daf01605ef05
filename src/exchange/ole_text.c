/*
 * ole_text.c - what an old Office file (.doc, .xls, .ppt, .wps, .et) says, to look for a word in it.
 * The compound file's sectors are put in the order of their chains, so that no line is torn; within a stream nothing of the formats is followed: runs of UTF-16 at either
 * parity and of GB18030 that read as text are lines.  A chain that lies is followed no further than the file is long; what is not reached is looked at as it lies.
 */
#include "exchange/text.h"

#define SECTOR_END UINT32_C(0xfffffffc) /* and above: no sector */
enum { RUN_MAX = 2000 };

/* ---- what several files share ---- */

void text_open(struct text_told *t)
{
    t->gbk = iconv_open("UTF-8", "GB18030");
    t->open = t->gbk != (iconv_t)-1;
}
void text_close(struct text_told *t)
{
    if (t->open) iconv_close(t->gbk);
    t->open = false;
}
void text_tell(struct text_told *t, struct str line)
{
    if (str_find(line, t->word) != SIZE_MAX) t->line(t->ctx, line);
}

size_t text_from_gbk(struct text_told *t, struct str s, char *out, size_t max)
{
    char *in = (char *)(uintptr_t)s.ptr, *to = out;
    size_t left = s.len, room = max;
    if (!t->open) return 0;
    (void)iconv(t->gbk, NULL, NULL, NULL, NULL);
    while (left > 0 && room >= 4) {
        if (iconv(t->gbk, &in, &left, &to, &room) != (size_t)-1) break;
        if (left == 0 || room < 4) break;
        in++;
        left--;
    }
    return (size_t)(to - out);
}

/* ---- runs ---- */

static bool reads(uint32_t c)
{
    return (c >= 0x20 && c < 0x7f) || (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3000 && c <= 0x303f) || (c >= 0xff00 && c <= 0xffef) || c == 0x2605 || c == 0x2606 || c == '\t' || (c >= 0x2010 && c <= 0x2026);
}

static void wide_runs(struct text_told *t, struct str s, size_t from)
{
    char line[RUN_MAX * 4];
    size_t len = 0, chars = 0;
    for (size_t i = from; i + 1 < s.len; i += 2) {
        uint32_t c = (uint32_t)(unsigned char)s.ptr[i] | (uint32_t)(unsigned char)s.ptr[i + 1] << 8;
        if (reads(c) && chars < RUN_MAX) {
            len += utf8_put(line + len, c);
            chars++;
            continue;
        }
        if (chars >= 2) text_tell(t, str_of(line, len));
        len = chars = 0;
    }
    if (chars >= 2) text_tell(t, str_of(line, len));
}

static void narrow_runs(struct text_told *t, struct str s)
{
    char line[RUN_MAX * 4];
    size_t from = 0, i = 0;
    while (i <= s.len) {
        unsigned char c = i < s.len ? (unsigned char)s.ptr[i] : 0, d = i + 1 < s.len ? (unsigned char)s.ptr[i + 1] : 0;
        bool two = c >= 0x81 && c <= 0xfe && d >= 0x40 && d != 0x7f && d != 0xff, one = c >= 0x20 && c < 0x7f;
        if ((two || one) && i - from < RUN_MAX) {
            i += two ? 2 : 1;
            continue;
        }
        if (i - from >= 4 && memmem(s.ptr + from, i - from, "\xc3\xdc", 2) != NULL) text_tell(t, str_of(line, text_from_gbk(t, str_sub(s, from, i), line, sizeof line)));
        i += two || one ? 0 : 1;
        from = i;
    }
}

static void look(struct text_told *t, struct str s)
{
    wide_runs(t, s, 0);
    wide_runs(t, s, 1);
    narrow_runs(t, s);
}

/* ---- sectors ---- */

static uint32_t u32_at(struct str s, size_t at)
{
    uint32_t v = 0;
    if (at + 4 <= s.len)
        for (size_t k = 0; k < 4; k++) v |= (uint32_t)(unsigned char)s.ptr[at + k] << (8 * k);
    return at + 4 <= s.len ? v : SECTOR_END;
}

struct ole { struct str all; uint64_t size; uint32_t sectors, *next; unsigned char *seen; };

static size_t place(const struct ole *o, uint32_t sector) { return (size_t)(((uint64_t)sector + 1) * o->size); }

/* One sector of the table of chains. */
static void table_take(struct ole *o, uint32_t sector, uint32_t *filled)
{
    if (sector >= o->sectors) return;
    o->seen[sector] = 1;
    for (uint64_t k = 0; k < o->size / 4 && *filled < o->sectors; k++) o->next[(*filled)++] = u32_at(o->all, place(o, sector) + (size_t)k * 4);
}

enum rc exchange_ole_lines(struct str what, struct str bytes, struct str word, void (*line)(void *ctx, struct str line), void *ctx, struct err *err)
{
    struct text_told told = {.line = line, .ctx = ctx, .word = word};
    struct ole o = {.all = bytes};
    uint32_t shift = bytes.len < 512 ? 0 : (unsigned char)bytes.ptr[30], filled = 0;
    (void)what;
    text_open(&told);
    if (shift != 9 && shift != 12) { /* no order to be had */
        look(&told, bytes);
        text_close(&told);
        return RC_OK;
    }
    o.size = (uint64_t)1 << shift;
    o.sectors = (uint32_t)MIN(bytes.len / o.size, (uint64_t)1 << 24);
    o.next = calloc((size_t)o.sectors + 1, sizeof *o.next);
    o.seen = calloc((size_t)o.sectors + 1, 1);
    char *stream = malloc(bytes.len + 1);
    enum rc rc = o.next == NULL || o.seen == NULL || stream == NULL ? err_set0(err, &E_no_memory, NO_PLACE) : RC_OK;
    for (size_t i = 0; rc == RC_OK && i < 109; i++) table_take(&o, u32_at(bytes, 76 + i * 4), &filled);
    uint32_t more = u32_at(bytes, 68);
    for (uint32_t round = 0; rc == RC_OK && more < o.sectors && round < o.sectors; round++) {
        for (uint64_t k = 0; k + 1 < o.size / 4; k++) table_take(&o, u32_at(bytes, place(&o, more) + (size_t)k * 4), &filled);
        o.seen[more] = 1;
        more = u32_at(bytes, place(&o, more) + (size_t)o.size - 4);
        if (more < o.sectors && o.seen[more]) break;
    }
    for (uint32_t i = filled; rc == RC_OK && i <= o.sectors; i++) o.next[i] = SECTOR_END;
    /* Which sectors nobody leads to: there chains begin. */
    unsigned char *led = rc == RC_OK ? calloc((size_t)o.sectors + 1, 1) : NULL;
    if (rc == RC_OK && led == NULL) rc = err_set0(err, &E_no_memory, NO_PLACE);
    for (uint32_t i = 0; rc == RC_OK && i < o.sectors; i++)
        if (o.next[i] < o.sectors) led[o.next[i]] = 1;
    for (int round = 0; round < 2 && rc == RC_OK; round++)
        for (uint32_t i = 0; i < o.sectors; i++) {
            size_t len = 0;
            if (o.seen[i] || (round == 0 && led[i])) continue; /* a ring has no beginning: the second round opens it anywhere */
            for (uint32_t at = i; at < o.sectors && !o.seen[at]; at = o.next[at]) {
                o.seen[at] = 1;
                size_t from = place(&o, at), n = from >= bytes.len ? 0 : (size_t)MIN((uint64_t)(bytes.len - from), o.size);
                memcpy(stream + len, bytes.ptr + MIN(from, bytes.len), n);
                len += n;
            }
            look(&told, str_of(stream, len));
        }
    free(led);
    free(stream);
    free(o.seen);
    free(o.next);
    text_close(&told);
    return rc;
}
