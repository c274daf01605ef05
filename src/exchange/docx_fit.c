/*
 * docx_fit.c - letters that shrink to their room.  Word and LibreOffice break lines each in its own way: widths here are a little wider than theirs, and
 * the pitch of lines is set exactly, so that what fits here fits there.
 */
#include "exchange/docx.h"

enum { USUAL = 21, LEAST_COUNT = 12, LEAST_BOX = 10 };      /* half points */
enum { UM_HALF_POINT = 177, PITCH = 122, EM = 1000 };       /* micrometres; per cent of an em from line to line; widths in thousandths of an em */

static bool number(struct str *s, uint64_t *out)
{
    size_t n = 0;
    while (n < s->len && s->ptr[n] >= '0' && s->ptr[n] <= '9') n++;
    if (n == 0 || n > 6 || !str_to_u64(str_sub(*s, 0, n), out)) return false;
    *s = str_sub(*s, n, s->len);
    return true;
}

bool fit_parse(struct str format, struct fit *out)
{
    *out = (struct fit){0};
    struct str rest = format;
    if (str_starts(format, STR("fit"))) {
        rest = str_sub(format, 3, format.len);
        if (!number(&rest, &out->count)) return false;
        out->kind = FIT_COUNT;
        return true;
    }
    bool lines = str_starts(format, STR("lines")), box = str_starts(format, STR("box"));
    if (!lines && !box) return false;
    rest = str_sub(format, lines ? 5 : 3, format.len);
    if (!number(&rest, &out->width) || rest.len == 0 || rest.ptr[0] != 'x') return false;
    rest = str_sub(rest, 1, rest.len);
    if (!number(&rest, &out->height)) return false;
    out->kind = lines ? FIT_LINES : FIT_BOX;
    return true;
}

static uint64_t root_of(uint64_t v)
{
    uint64_t r = 0;
    while ((r + 1) * (r + 1) <= v) r++;
    return r;
}

static uint64_t advance(uint32_t cp)
{
    if (cp >= 0x80) return EM;
    if (cp >= 'A' && cp <= 'Z') return 740;
    return 560; /* digits and small letters; also of fonts for Chinese, whose digits are wider */
}

static uint64_t width_of(struct str s)
{
    uint64_t w = 0;
    for (size_t at = 0; at < s.len;) w += advance(utf8_next(s, &at));
    return w;
}

/* How many lines a line becomes where `room` is wide; words of Latin letters are not broken. */
static uint64_t wraps(struct str s, uint64_t room)
{
    uint64_t rows = 1, at_width = 0;
    for (size_t at = 0; at < s.len;) {
        size_t from = at;
        uint32_t cp = utf8_next(s, &at);
        uint64_t w = advance(cp);
        while (cp < 0x80 && cp > ' ' && at < s.len && (unsigned char)s.ptr[at] < 0x80 && (unsigned char)s.ptr[at] > ' ' && w < room) w += advance((unsigned char)s.ptr[at++]);
        if (at_width + w > room && from > 0) {
            rows++;
            at_width = 0;
        }
        at_width += w;
    }
    return rows;
}

/* A dated line's head: up to its two blanks. */
static size_t head_of(struct str line)
{
    if (line.len == 0 || line.ptr[0] < '0' || line.ptr[0] > '9') return 0;
    size_t n = 0;
    while (n < line.len && (unsigned char)line.ptr[n] < 0x80) n++;
    while (n > 0 && line.ptr[n - 1] != ' ') n--;
    return n >= 6 ? n : 0;
}

static bool next_line(struct str s, size_t *at, struct str *line)
{
    if (*at > s.len || s.len == 0) return false;
    size_t end = *at;
    while (end < s.len && s.ptr[end] != '\n') end++;
    *line = str_sub(s, *at, end > *at && s.ptr[end - 1] == '\r' ? end - 1 : end);
    *at = end + 1;
    return true;
}

static uint64_t hang_of(struct str text)
{
    uint64_t most = 0;
    struct str line;
    for (size_t at = 0; next_line(text, &at, &line);) most = MAX(most, width_of(str_trim(str_sub(line, 0, head_of(line)))));
    return most == 0 ? 0 : most + EM * 6 / 10;
}

static uint64_t rows_of(struct str text, uint64_t room, uint64_t hang, bool lines)
{
    uint64_t rows = 0;
    struct str line;
    for (size_t at = 0; next_line(text, &at, &line);) rows += wraps(lines ? str_sub(line, head_of(line), line.len) : line, room > hang ? room - hang : 1);
    return rows;
}

/* ---- into the tree ---- */

static struct xn *up_to(struct xn *n, const char *name)
{
    while (n != NULL && !is(n, name)) n = n->up;
    return n;
}

static void put_size(struct doc *d, struct xn *run, uint64_t half_points)
{
    struct xn *pr = xn_child(run, "rPr");
    if (pr == NULL) {
        pr = docx_make(d, NULL, "rPr");
        if (run->first != NULL) docx_put_before(run->first, pr);
        else xn_hang(run, pr);
    }
    struct str text = str_u64(d->a, half_points);
    struct xn *sz = xn_child(pr, "sz"), *cs = xn_child(pr, "szCs");
    docx_set_attr(d, sz != NULL ? sz : docx_make(d, pr, "sz"), "w", "val", text);
    docx_set_attr(d, cs != NULL ? cs : docx_make(d, pr, "szCs"), "w", "val", text);
}

/* A property of the paragraph, made where it is missing, in the order that the format demands. */
static struct xn *paragraph_pr(struct doc *d, struct xn *p, const char *name)
{
    static const char *const behind[] = {"ind", "contextualSpacing", "mirrorIndents", "suppressOverlap", "jc", "textDirection", "textAlignment",
                                         "textboxTightWrap", "outlineLvl", "divId", "cnfStyle", "rPr", "sectPr", "pPrChange"};
    struct xn *pr = xn_child(p, "pPr");
    if (pr == NULL) {
        pr = docx_make(d, NULL, "pPr");
        if (p->first != NULL) docx_put_before(p->first, pr);
        else xn_hang(p, pr);
    }
    struct xn *there = xn_child(pr, name);
    if (there != NULL) return there;
    there = docx_make(d, NULL, name);
    for (struct xn *c = pr->first; c != NULL; c = c->next)
        for (size_t i = strcmp(name, "ind") == 0 ? 1 : 0; i < ARRAY_LEN(behind); i++)
            if (is(c, behind[i])) {
                docx_put_before(c, there);
                return there;
            }
    xn_hang(pr, there);
    return there;
}

bool fit_put(struct doc *d, struct xn *t, struct str text, const struct fit *f)
{
    struct xn *run = up_to(t, "r"), *p = up_to(t, "p");
    uint64_t size = USUAL, count = utf8_count(text);
    if (f->kind == FIT_NONE || run == NULL || p == NULL || text.len == 0) return true;
    struct xn *pr = xn_child(run, "rPr"), *sz = pr == NULL ? NULL : xn_child(pr, "sz");
    if (sz != NULL) (void)str_to_u64(xn_attr(sz, "val"), &size);
    size = MAX(MIN(size, (uint64_t)400), (uint64_t)2);
    if (f->kind == FIT_COUNT) {
        /* Twice as many letters have half the area each. */
        if (f->count == 0 || count <= f->count) return true;
        put_size(d, run, MAX(size * root_of(f->count * 10000 / count) / 100, (uint64_t)LEAST_COUNT));
        return true;
    }
    uint64_t hang = f->kind == FIT_LINES ? hang_of(text) : 0, height = d->shared > 0 ? f->height * 1000 * d->rows / d->shared : f->height * 1000;
    bool fits = false;
    for (;; size--) {
        uint64_t room = f->width * 1000 * EM / (size * UM_HALF_POINT);
        fits = rows_of(text, room, hang, f->kind == FIT_LINES) * size * UM_HALF_POINT * PITCH / 100 <= height;
        if (fits || size <= LEAST_BOX) break;
    }
    put_size(d, run, size);
    struct xn *spacing = paragraph_pr(d, p, "spacing");
    docx_set_attr(d, spacing, "w", "before", STR("0"));
    docx_set_attr(d, spacing, "w", "after", STR("0"));
    docx_set_attr(d, spacing, "w", "line", str_u64(d->a, size * PITCH / 10));
    docx_set_attr(d, spacing, "w", "lineRule", STR("exact"));
    if (hang == 0) return fits;
    struct xn *ind = paragraph_pr(d, p, "ind");
    ind->attrs = NULL;
    ind->attrs_count = 0;
    struct str wide = str_u64(d->a, hang * size / 100);
    docx_set_attr(d, ind, "w", "left", wide);
    docx_set_attr(d, ind, "w", "hanging", wide);
    return fits;
}

void fit_lines(struct doc *d, struct xn *p)
{
    struct docx_texts x;
    struct str line;
    docx_texts_of(d, p, &x);
    struct xn *t = NULL;
    for (size_t i = 0; i < x.list.len && t == NULL; i++)
        if (xn_text(d->a, x.list.at[i].t).len > 0) t = x.list.at[i].t;
    if (t == NULL) return;
    struct str text = xn_text(d->a, t);
    for (size_t at = 0; next_line(text, &at, &line);) {
        size_t head = head_of(line);
        docx_set_text(d, t, str_cat(d->a, str_trim(str_sub(line, 0, head)), STR("\t"), str_sub(line, head, line.len)));
        if (at > text.len) break;
        struct xn *one = docx_copy(d, p);
        docx_put_before(p, one);
        docx_texts_of(d, one, &x);
        for (size_t i = 0; i < x.list.len; i++) docx_break_lines(d, x.list.at[i].t);
    }
    docx_break_lines(d, t);
}
