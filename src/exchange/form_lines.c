/*
 * form_lines.c - dated lines, as résumés are written: read loosely (any separator, full-width or not), written strictly.
 *     2010.03--2012.05  what it was
 *     2012.05--         what it is
 *     （其间：2011.09--2014.07  what lies within the line above）
 * A line that begins with no date continues the one above.
 */
#include "exchange/form.h"

struct scan { struct str s; size_t at; };

static uint32_t peek(const struct scan *c, size_t *next)
{
    *next = c->at;
    if (c->at >= c->s.len) return 0;
    uint32_t cp = utf8_next(c->s, next);
    if (cp >= 0xff01 && cp <= 0xff5e) cp -= 0xfee0; /* full-width */
    if (cp == 0x3000 || cp == 0xa0) cp = ' ';
    return cp;
}

static bool take(struct scan *c, uint32_t want)
{
    size_t next;
    if (peek(c, &next) != want) return false;
    c->at = next;
    return true;
}

static void blanks(struct scan *c)
{
    size_t next;
    for (uint32_t cp = peek(c, &next); cp == ' ' || cp == '\t'; cp = peek(c, &next)) c->at = next;
}

static int digit(struct scan *c)
{
    size_t next;
    uint32_t cp = peek(c, &next);
    if (cp < '0' || cp > '9') return -1;
    c->at = next;
    return (int)(cp - '0');
}

/* 1990.01 1990-1 1990/01 199001 1990年1月, a day behind it is left out.  exact: nothing was. */
static bool month_read(struct scan *c, day_num *out, bool *exact)
{
    struct scan s = *c;
    int year = 0, month = 0, d;
    for (int i = 0; i < 4; i++) {
        if ((d = digit(&s)) < 0) return false;
        year = year * 10 + d;
    }
    size_t next;
    uint32_t cp = peek(&s, &next);
    bool mark = cp == '.' || cp == '-' || cp == '/' || cp == 0x5e74 || cp == 0x3002 || cp == 0xb7 || cp == 0xff0e;
    if (mark) s.at = next;
    if (mark && cp == '-' && peek(&s, &next) == '-') return false; /* 1990--1992: years alone */
    if ((d = digit(&s)) < 0) return false;
    month = d;
    struct scan one = s;
    d = digit(&s);
    if (d >= 0 && month * 10 + d <= 12) month = month * 10 + d;
    else if (!mark) return false;
    else s = one;
    if (year < 1900 || year > 2999 || month < 1 || month > 12) return false;
    (void)take(&s, 0x6708); /* 月 */
    struct scan day = s;
    bool more = take(&day, '.') || take(&day, '/') || !mark;
    if (more && digit(&day) >= 0) {
        (void)digit(&day);
        (void)take(&day, 0x65e5);
        *exact = false;
        s = day;
    }
    *out = day_of((struct ymd){year, (int8_t)month, 1});
    *c = s;
    return true;
}

static bool is_dash(uint32_t cp)
{
    return cp == '-' || cp == '~' || cp == '_' || (cp >= 0x2010 && cp <= 0x2015) || cp == 0x2212 || cp == 0xfe63 || cp == 0x301c || cp == 0x81f3 || cp == 0x5230 || cp == 0x2500 ||
           cp == 0x4e00 || cp == 0x2014;
}

/* From, until, and what comes behind.  False: no such line. */
static bool range_read(struct str line, struct form_line *out, bool *exact)
{
    struct scan c = {line, 0};
    size_t next;
    *exact = true;
    blanks(&c);
    if (!month_read(&c, &out->from, exact)) return false;
    blanks(&c);
    bool dash = false;
    for (uint32_t cp = peek(&c, &next); is_dash(cp) || (dash && cp == ' '); cp = peek(&c, &next)) {
        dash = dash || cp != ' ';
        c.at = next;
    }
    if (!dash) return false;
    out->open = !month_read(&c, &out->until, exact);
    if (out->open) {
        blanks(&c);
        struct str rest = str_sub(c.s, c.at, c.s.len);
        static const struct str now[] = {STR_INIT("至今"), STR_INIT("今"), STR_INIT("现在"), STR_INIT("目前")};
        for (size_t i = 0; i < ARRAY_LEN(now); i++)
            if (str_starts(rest, now[i])) {
                c.at += now[i].len;
                break;
            }
    }
    blanks(&c);
    uint32_t cp = peek(&c, &next);
    if (cp == ':' || cp == ',' || cp == 0x3001) c.at = next;
    blanks(&c);
    out->text = str_trim(str_sub(c.s, c.at, c.s.len));
    return out->text.len > 0;
}

static bool at_mark(struct str s, size_t at, const char *const *marks, size_t n, size_t *len)
{
    for (size_t i = 0; i < n; i++) {
        struct str m = str_c(marks[i]);
        if (at + m.len <= s.len && memcmp(s.ptr + at, m.ptr, m.len) == 0) {
            *len = m.len;
            return true;
        }
    }
    return false;
}

/* （其间：A；B） as lines of their own.  False: it is something else, and stays text. */
static bool within_read(struct form_lines *out, struct arena *a, struct str s)
{
    static const char *const open[] = {"（其间", "(其间", "其间", "（期间", "(期间"}, *const shut[] = {"）", ")"}, *const cut[] = {"；", ";"};
    size_t len = 0, at, from, first = out->lines.len;
    s = str_trim(s);
    if (!at_mark(s, 0, open, ARRAY_LEN(open), &len)) return false;
    bool bracket = s.ptr[0] != '\xe5' && s.ptr[0] != '\xe6'; /* not begun by the word itself */
    at = len;
    if (at_mark(s, at, (const char *const[]){"：", ":", "，", ","}, 4, &len)) at += len;
    size_t end = s.len;
    if (bracket) {
        if (str_ends(s, str_c(shut[0]))) end -= 3;
        else if (str_ends(s, str_c(shut[1]))) end -= 1;
        else return false;
    }
    bool good = true;
    for (from = at; from <= end && good;) {
        size_t to = from;
        while (to < end && !at_mark(s, to, cut, ARRAY_LEN(cut), &len)) to++;
        struct form_line l = {.within = true};
        bool exact;
        struct str one = str_trim(str_sub(s, from, to));
        if (one.len > 0) {
            good = range_read(one, &l, &exact) && exact;
            if (good) vec_push(a, &out->lines, l);
        }
        from = to + (to < end ? len : 1);
    }
    if (!good || out->lines.len == first) {
        out->lines.len = first;
        return false;
    }
    return true;
}

/* The part of a line's own text that says what lies within. */
static void within_inside(struct form_lines *out, struct arena *a, size_t main)
{
    struct str t = out->lines.at[main].text;
    size_t at = str_find(t, STR("（其间"));
    if (at == SIZE_MAX) at = str_find(t, STR("(其间"));
    if (at == SIZE_MAX || at == 0) return;
    struct str before = str_trim(str_sub(t, 0, at)), inside = str_sub(t, at, t.len);
    if (before.len > 0 && within_read(out, a, inside)) out->lines.at[main].text = before;
}

void form_lines_read(struct arena *a, struct str text, struct form_lines *out)
{
    *out = (struct form_lines){.fits = true};
    size_t main = SIZE_MAX;
    for (size_t at = 0; at < text.len;) {
        size_t end = at;
        while (end < text.len && text.ptr[end] != '\n' && text.ptr[end] != '\r') end++;
        struct str line = str_trim(str_sub(text, at, end));
        struct form_line l = {0};
        bool exact = true;
        at = end + 1;
        if (line.len == 0) continue;
        if (range_read(line, &l, &exact)) {
            if (!exact) out->fits = false;
            main = out->lines.len;
            vec_push(a, &out->lines, l);
            within_inside(out, a, main);
        } else if (main == SIZE_MAX) {
            out->fits = false;
            if (out->odd.len == 0) out->odd = line;
        } else if (!within_read(out, a, line)) {
            /* A date that is none may hide here: it is told, and the text kept. */
            if (line.ptr[0] >= '0' && line.ptr[0] <= '9') {
                out->fits = false;
                if (out->odd.len == 0) out->odd = line;
            }
            struct form_line *m = &out->lines.at[main];
            m->text = str_cat(a, m->text, line);
        }
    }
}

static void month_put(struct buf *b, day_num d)
{
    struct ymd v = ymd_of(d);
    char text[16];
    int n = snprintf(text, sizeof text, "%04d.%02d", v.year, v.month);
    buf_put(b, text, (size_t)n);
}

static void range_put(struct buf *b, const struct form_line *l)
{
    month_put(b, l->from);
    buf_lit(b, "--");
    if (l->open) buf_fill(b, ' ', 7);
    else month_put(b, l->until);
    buf_lit(b, "  ");
    buf_str(b, l->text);
}

void form_lines_put(struct buf *b, const struct form_line *lines, size_t n, struct str line_end)
{
    for (size_t i = 0; i < n;) {
        if (b->len > 0) buf_str(b, line_end);
        if (!lines[i].within) {
            range_put(b, &lines[i++]);
            continue;
        }
        buf_lit(b, "（其间：");
        for (size_t first = i; i < n && lines[i].within; i++) {
            if (i > first) buf_lit(b, "；");
            range_put(b, &lines[i]);
        }
        buf_lit(b, "）");
    }
}

/* Lines by their begin; what lies within stands behind the line that it lies in. */
void form_lines_sort(struct form_line *lines, size_t n)
{
    for (size_t i = 1; i < n; i++) { /* few, and nearly sorted */
        struct form_line l = lines[i];
        size_t k = i;
        while (k > 0 && (lines[k - 1].from > l.from || (lines[k - 1].from == l.from && lines[k - 1].within && !l.within))) {
            lines[k] = lines[k - 1];
            k--;
        }
        lines[k] = l;
    }
}

struct form_line form_line_of(const struct pack_form_group *g, const struct sv *v)
{
    bool open = v[g->until->column].kind == SV_NULL;
    return (struct form_line){.from = v[g->from->column].i, .until = open ? 0 : v[g->until->column].i, .open = open,
                              .within = g->within != NULL && v[g->within->column].i == 1, .text = v[g->text->column].s};
}
