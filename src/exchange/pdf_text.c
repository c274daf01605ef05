/*
 * pdf_text.c - what a PDF says, line by line, to look for a word in it (its objects and fonts: pdf_objects.c).
 * The text operators are followed with their matrices, so that pieces on one height are one line; codes become characters by the ToUnicode maps of the fonts that bear the
 * name in use (several pages may use one name for several fonts: the line is told once for each), by the known Chinese encodings, or as plain letters.
 * Not read: streams packed otherwise than by Flate, pictures of text.  What is locked by a password is refused, for it cannot be looked through.
 */
#include <math.h>

#include "exchange/pdf_text.h"

enum { LINE_MAX_BYTES = 4096, DEPTH_MAX = 32, ARENA_BYTES = 256 << 20 };

struct matrix { double a, b, c, d, e, f; };

/* ---- the text of a page ---- */

struct page {
    struct pdf *p;
    struct matrix ctm[DEPTH_MAX], tm, line;
    size_t depth;
    double size, leading, y, x_end;
    bool some;
    const struct font *font;
    struct { char text[LINE_MAX_BYTES]; size_t len; } way[PDF_WAYS];
};

static struct matrix times(struct matrix m, struct matrix n)
{
    return (struct matrix){m.a * n.a + m.b * n.c, m.a * n.b + m.b * n.d, m.c * n.a + m.d * n.c, m.c * n.b + m.d * n.d, m.e * n.a + m.f * n.c + n.e, m.e * n.b + m.f * n.d + n.f};
}
static const struct matrix unit = {1, 0, 0, 1, 0, 0};

static void line_ends(struct page *g)
{
    for (size_t k = 0; k < PDF_WAYS; k++) {
        bool before = false;
        struct str line = str_of(g->way[k].text, g->way[k].len);
        for (size_t i = 0; i < k && !before; i++) before = str_eq(line, str_of(g->way[i].text, g->way[i].len));
        if (!before && line.len > 0) text_tell(g->p->told, line);
    }
    for (size_t k = 0; k < PDF_WAYS; k++) g->way[k].len = 0;
    g->some = false;
}

static void put_char(struct page *g, size_t way, uint32_t c)
{
    if (c < 0x20 || (c >= 0xd800 && c < 0xe000) || c > 0x10ffff || g->way[way].len + 4 > LINE_MAX_BYTES) return;
    g->way[way].len += utf8_put(g->way[way].text + g->way[way].len, c);
}

static void put_piece(struct page *g, size_t at, int way, struct str s)
{
    const unsigned char *b = (const unsigned char *)s.ptr;
    if (way == WAY_GBK) {
        g->way[at].len += text_from_gbk(g->p->told, s, g->way[at].text + g->way[at].len, LINE_MAX_BYTES - g->way[at].len);
        return;
    }
    bool wide = way == WAY_UCS2 || (way >= 0 && g->p->maps.at[way].wide);
    for (size_t i = 0; i < s.len; i += wide ? 2 : 1) {
        uint32_t code = wide && i + 1 < s.len ? (uint32_t)b[i] << 8 | b[i + 1] : b[i];
        put_char(g, at, way >= 0 ? g->p->maps.at[way].to[code] : way == WAY_PLAIN && code >= 0x7f ? 0 : code);
    }
}

static void show(struct page *g, struct str s)
{
    struct matrix m = times(g->tm, g->ctm[g->depth]);
    double scale = fabs(g->size) * (fabs(m.d) + fabs(m.c)), wide = fabs(g->size) * (fabs(m.a) + fabs(m.b));
    if (!(scale > 0.01)) scale = 1;
    bool same = g->some && fabs(m.f - g->y) < 0.4 * scale && m.e - g->x_end < 1.5 * wide;
    if (!same) line_ends(g);
    for (size_t k = 0; k < PDF_WAYS; k++) {
        int way = g->font != NULL && g->font->n > 0 ? g->font->ways[k % g->font->n] : g->p->maps.len > 0 && g->font == NULL ? (int)(k % g->p->maps.len) : WAY_PLAIN;
        put_piece(g, k, way, s);
    }
    if (!same) g->x_end = m.e;
    g->x_end = MAX(g->x_end, m.e) + wide * (double)(s.len + 1) / 2;
    g->y = m.f;
    g->some = true;
}

static double number_of(struct str s)
{
    double v = 0, part = 1;
    bool minus = false, dot = false;
    for (size_t i = 0; i < s.len && i < 24; i++) {
        if (s.ptr[i] == '-') minus = true;
        else if (s.ptr[i] == '.') dot = true;
        else if (pdf_digit(s.ptr[i]) && dot) v += (part /= 10) * (s.ptr[i] - '0');
        else if (pdf_digit(s.ptr[i])) v = v * 10 + (s.ptr[i] - '0');
    }
    return minus ? -v : v;
}

/* "(…)" from its bracket on, unescaped into the arena; *end behind it. */
static struct str string_read(struct str s, struct arena *a, size_t *end)
{
    size_t n = 0, i = 1, depth = 1, close = 1;
    for (; close < s.len && depth > 0; close++) {
        if (s.ptr[close] == '\\') close++;
        else depth += s.ptr[close] == '(' ? 1 : s.ptr[close] == ')' ? SIZE_MAX : 0;
    }
    s = str_sub(s, 0, MIN(close, s.len));
    depth = 1;
    char *p = arena_alloc(a, s.len + 1);
    for (; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '(') depth++;
        if (c == ')' && --depth == 0) break;
        if (c == '\\' && i + 1 < s.len) {
            c = s.ptr[++i];
            if (c == '\r' || c == '\n') continue;
            if (c >= '0' && c <= '7') {
                unsigned v = 0;
                size_t k = 0;
                for (; k < 3 && i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '7'; k++) v = v * 8 + (unsigned)(s.ptr[i++] - '0');
                i--;
                p[n++] = (char)(unsigned char)v;
                continue;
            }
            c = c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c == 'b' ? '\b' : c == 'f' ? '\f' : c;
        }
        p[n++] = c;
    }
    *end = i < s.len ? i + 1 : s.len;
    return str_of(p, n);
}

static struct str hex_read(struct str s, struct arena *a, size_t *end)
{
    size_t close = str_find_char(s, '>'), n = 0;
    struct str rest;
    if (close == SIZE_MAX) close = s.len - 1;
    unsigned char *p = arena_alloc(a, close / 2 + 2);
    if (!pdf_hex(str_sub(s, 0, close + 1), p, close / 2 + 1, &n, &rest)) n = 0;
    *end = close + 1;
    return str_of((const char *)p, n);
}

static void operate(struct page *g, struct str op, const double *v, size_t n, struct str name, struct str text)
{
#define IS(word) str_eq(op, STR(word))
    struct matrix m = n >= 6 ? (struct matrix){v[n - 6], v[n - 5], v[n - 4], v[n - 3], v[n - 2], v[n - 1]} : unit;
    if (IS("q") && g->depth + 1 < DEPTH_MAX) {
        g->ctm[g->depth + 1] = g->ctm[g->depth];
        g->depth++;
    } else if (IS("Q") && g->depth > 0) {
        g->depth--;
    } else if (IS("cm") && n >= 6) {
        g->ctm[g->depth] = times(m, g->ctm[g->depth]);
    } else if (IS("BT")) {
        g->tm = g->line = unit;
    } else if (IS("Tf") && n >= 1) {
        g->size = v[n - 1];
        g->font = pdf_font(g->p, name);
    } else if (IS("TL") && n >= 1) {
        g->leading = v[n - 1];
    } else if (IS("Tm") && n >= 6) {
        g->tm = g->line = m;
    } else if ((IS("Td") || IS("TD")) && n >= 2) {
        if (IS("TD")) g->leading = -v[n - 1];
        g->tm = g->line = times((struct matrix){1, 0, 0, 1, v[n - 2], v[n - 1]}, g->line);
    } else if (IS("T*") || IS("'") || IS("\"")) {
        g->tm = g->line = times((struct matrix){1, 0, 0, 1, 0, -g->leading}, g->line);
    }
    if (IS("Tj") || IS("TJ") || IS("'") || IS("\"")) show(g, text);
#undef IS
}

static void page_read(struct pdf *p, struct page *g, struct str s)
{
    double v[8];
    size_t n = 0, i = 0;
    struct str name = STR(""), text = STR("");
    struct buf pieces;
    *g = (struct page){.p = p, .tm = unit, .line = unit};
    g->ctm[0] = unit;
    buf_init(&pieces, 1 << 20);
    struct arena_mark mark = arena_mark(&p->work);
    while (i < s.len) {
        struct str here = str_sub(s, i, s.len);
        char c = here.ptr[0];
        size_t end = 1;
        if (c == '%') {
            while (end < here.len && here.ptr[end] != '\n' && here.ptr[end] != '\r') end++;
        } else if (c == '(') {
            buf_str(&pieces, string_read(here, &p->work, &end));
        } else if (c == '<' && here.len > 1 && here.ptr[1] != '<') {
            buf_str(&pieces, hex_read(here, &p->work, &end));
        } else if (c == '/' || !pdf_edge(c)) {
            while (end < here.len && !pdf_edge(here.ptr[end])) end++;
            struct str word = str_sub(here, 0, end);
            if (c == '/') name = str_sub(word, 1, word.len);
            else if (pdf_digit(c) || c == '-' || c == '.' || c == '+') {
                if (n == ARRAY_LEN(v)) memmove(v, v + 1, --n * sizeof v[0]);
                v[n++] = number_of(word);
            } else {
                text = buf_view(&pieces);
                operate(g, word, v, n, name, text);
                if (str_eq(word, STR("ID"))) { /* a picture in the text */
                    size_t at = str_find(here, STR("EI"));
                    end = at == SIZE_MAX ? here.len : at + 2;
                }
                n = 0;
                buf_clear(&pieces);
                arena_reset(&p->work, mark);
            }
        }
        i += end;
    }
    line_ends(g);
    buf_fini(&pieces);
    arena_reset(&p->work, mark);
}

enum rc exchange_pdf_lines(struct str what, struct str bytes, struct str word, void (*line)(void *ctx, struct str line), void *ctx, struct err *err)
{
    struct text_told told = {.line = line, .ctx = ctx, .word = word};
    struct pdf p = {.told = &told, .err = err};
    struct page *g = calloc(1, sizeof *g);
    if (g == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    arena_init(&p.a, ARENA_BYTES);
    arena_init(&p.work, ARENA_BYTES);
    text_open(&told);
    enum rc rc = pdf_objects(&p, what, bytes);
    for (size_t i = 0; i < p.objects.len && rc == RC_OK; i++) {
        struct str text;
        struct arena_mark mark = arena_mark(&p.work);
        if (pdf_name_in(p.objects.at[i].text, STR("/Type"), STR("/ObjStm"))) continue;
        rc = pdf_unpacked(&p, &p.objects.at[i], &p.work, &text);
        if (rc == RC_OK && str_find(text, STR("BT")) != SIZE_MAX && str_find(text, STR("begincmap")) == SIZE_MAX) page_read(&p, g, text);
        arena_reset(&p.work, mark);
    }
    text_close(&told);
    arena_fini(&p.work);
    arena_fini(&p.a);
    free(g);
    return rc;
}
