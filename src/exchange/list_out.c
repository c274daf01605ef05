/* list_out.c - rosters to a spreadsheet, to CSV, to a table for people. */
#include <errno.h>
#include <unistd.h>

#include "exchange/inner.h"

struct out {
    const struct pack_roster *p;
    const struct list_options *o;
    struct str path;
    struct sheet *sheet;
    FILE *file;
    struct buf line;
    struct arena a;
    uint32_t n;
};

struct str day_words(struct arena *a, day_num d, enum lang lang)
{
    struct ymd v = ymd_of(d);
    char text[64];
    int n = lang == LANG_ZH ? snprintf(text, sizeof text, "截至 %d年%d月%d日", v.year, v.month, v.day) : snprintf(text, sizeof text, "as of %04d-%02d-%02d", v.year, v.month, v.day);
    return str_dup(a, str_of(text, (size_t)n));
}

void cell_text_put(struct buf *b, const struct cell *c)
{
    switch (c->kind) {
    case CELL_BLANK: return;
    case CELL_TEXT: buf_str(b, c->text); return;
    case CELL_NUMBER: dec_put(b, dec_scaled(c->number, (int)c->scale)); return;
    case CELL_DATE: day_put(b, c->number); return;
    case CELL_MONTH:
        day_put(b, c->number);
        b->len -= MIN(b->len, (size_t)3);
        return;
    }
}

/* ---- xlsx ---- */

static enum rc xlsx_begin(void *ctx, const struct sheet_column *columns, uint32_t n, struct err *err)
{
    struct out *x = ctx;
    struct sheet_options o = {.title = text2_in(&x->p->d.title, x->o->lang), .paper = x->p->a3 ? PAPER_A3 : PAPER_A4, .portrait = x->p->portrait};
    struct sheet_column *copy = arena_array(&x->a, struct sheet_column, n);
    memcpy(copy, columns, n * sizeof *copy);
    o.note = day_words(&x->a, x->o->as_of, x->o->lang);
    if (x->o->mark.len > 0) o.note = str_cat(&x->a, o.note, STR("　"), x->o->mark);
    return sheet_open(x->path, &o, copy, n, &x->sheet, err);
}

static enum rc xlsx_row(void *ctx, enum list_row kind, const struct cell *cells, struct err *err)
{
    struct out *x = ctx;
    (void)kind;
    return sheet_row(x->sheet, cells, err);
}

/* ---- CSV ---- */

static void csv_cell(struct buf *b, struct str s, bool plain)
{
    bool quote = false, escape = !plain && s.len > 0 && (s.ptr[0] == '=' || s.ptr[0] == '+' || s.ptr[0] == '-' || s.ptr[0] == '@' || s.ptr[0] == '\'' || s.ptr[0] == '\t');
    for (size_t i = 0; i < s.len; i++) quote = quote || s.ptr[i] == '"' || s.ptr[i] == ',' || s.ptr[i] == '\n' || s.ptr[i] == '\r';
    if (quote) buf_char(b, '"');
    if (escape) buf_char(b, '\'');
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '"') buf_char(b, '"');
        buf_char(b, s.ptr[i]);
    }
    if (quote) buf_char(b, '"');
}

static enum rc csv_flush(struct out *x, struct err *err)
{
    buf_lit(&x->line, "\r\n");
    bool ok = !buf_failed(&x->line) && fwrite(x->line.ptr, 1, x->line.len, x->file) == x->line.len;
    buf_clear(&x->line);
    return ok ? RC_OK : err_set(err, &E_exchange_xlsx_write, NO_PLACE, x->path, str_c(strerror(errno)));
}

static enum rc csv_begin(void *ctx, const struct sheet_column *columns, uint32_t n, struct err *err)
{
    struct out *x = ctx;
    x->n = n;
    buf_lit(&x->line, "\xef\xbb\xbf");
    for (uint32_t i = 0; i < n; i++) {
        if (i > 0) buf_char(&x->line, ',');
        csv_cell(&x->line, columns[i].title, false);
    }
    return csv_flush(x, err);
}

static enum rc csv_row(void *ctx, enum list_row kind, const struct cell *cells, struct err *err)
{
    struct out *x = ctx;
    if (kind != LIST_DATA) return RC_OK; /* a program that reads it counts for itself */
    struct buf one;
    buf_init(&one, 1 << 20);
    for (uint32_t i = 0; i < x->n; i++) {
        if (i > 0) buf_char(&x->line, ',');
        buf_clear(&one);
        cell_text_put(&one, &cells[i]);
        csv_cell(&x->line, buf_view(&one), cells[i].kind != CELL_TEXT);
    }
    buf_fini(&one);
    return csv_flush(x, err);
}

enum rc exchange_roster_file(struct records *rs, const struct pack_roster *p, const struct list_options *o, struct str path, uint64_t *rows, struct err *err)
{
    struct out x = {.p = p, .o = o, .path = path};
    struct list_sink sink = {.ctx = &x, .begin = xlsx_begin, .row = xlsx_row};
    enum rc rc = RC_OK;
    arena_init(&x.a, 1 << 24);
    if (str_ends(uni_lower(&x.a, path), STR(".docx"))) {
        arena_fini(&x.a);
        return roster_docx(rs, p, o, path, rows, err);
    }
    buf_init(&x.line, 64 << 20);
    bool xlsx = str_ends(uni_lower(&x.a, path), STR(".xlsx"));
    const char *part = str_cz(&x.a, str_cat(&x.a, path, STR(".part")));
    if (!xlsx) {
        sink = (struct list_sink){.ctx = &x, .begin = csv_begin, .row = csv_row};
        x.file = fopen(part, "wb");
        if (x.file == NULL) rc = err_set(err, &E_exchange_xlsx_write, NO_PLACE, path, str_c(strerror(errno)));
    }
    if (rc == RC_OK) rc = exchange_roster_run(rs, p, o, &sink, rows, err);
    if (xlsx) {
        enum rc closed = sheet_close(&x.sheet, rc == RC_OK, rc == RC_OK ? err : NULL);
        if (rc == RC_OK) rc = closed;
    } else if (x.file != NULL) {
        bool ok = fclose(x.file) == 0 && (rc != RC_OK || rename(part, str_cz(&x.a, path)) == 0);
        if (rc == RC_OK && !ok) rc = err_set(err, &E_exchange_xlsx_write, NO_PLACE, path, str_c(strerror(errno)));
        if (rc != RC_OK) (void)unlink(part);
    }
    buf_fini(&x.line);
    arena_fini(&x.a);
    return rc;
}

/* ---- a table for people ---- */

struct screen { struct buf *out; VEC(struct str) cells; VEC(enum list_row) kinds; struct arena a; uint32_t n; size_t *width; };

static enum rc screen_begin(void *ctx, const struct sheet_column *columns, uint32_t n, struct err *err)
{
    struct screen *s = ctx;
    (void)err;
    s->n = n;
    s->width = arena_array(&s->a, size_t, n);
    for (uint32_t i = 0; i < n; i++) {
        vec_push(&s->a, &s->cells, str_dup(&s->a, columns[i].title));
        s->width[i] = str_width(columns[i].title);
    }
    vec_push(&s->a, &s->kinds, LIST_GROUP);
    return RC_OK;
}

static enum rc screen_row(void *ctx, enum list_row kind, const struct cell *cells, struct err *err)
{
    struct screen *s = ctx;
    struct buf b;
    enum { WIDE = 40, KEPT_MAX = 1 << 29 };
    if (s->a.used > KEPT_MAX) return err_set(err, &E_exchange_rows_max, NO_PLACE, STR("…"));
    buf_init(&b, 1 << 20);
    for (uint32_t i = 0; i < s->n; i++) {
        buf_clear(&b);
        cell_text_put(&b, &cells[i]);
        struct str t = str_dup(&s->a, buf_view(&b));
        for (size_t k = 0; k < t.len; k++)
            if (t.ptr[k] == '\n' || t.ptr[k] == '\r') t.len = k;
        vec_push(&s->a, &s->cells, t);
        if (kind == LIST_DATA) s->width[i] = MIN(MAX(s->width[i], str_width(t)), (size_t)WIDE);
    }
    buf_fini(&b);
    vec_push(&s->a, &s->kinds, kind);
    return RC_OK;
}

enum rc exchange_roster_text(struct records *rs, const struct pack_roster *p, const struct list_options *o, struct buf *out, uint64_t *rows, struct err *err)
{
    struct screen s = {.out = out};
    struct list_sink sink = {.ctx = &s, .begin = screen_begin, .row = screen_row};
    arena_init(&s.a, (size_t)1 << 30);
    enum rc rc = exchange_roster_run(rs, p, o, &sink, rows, err);
    if (rc == RC_OK) {
        buf_str(out, text2_in(&p->d.title, o->lang));
        buf_lit(out, "  ");
        buf_str(out, day_words(&s.a, o->as_of, o->lang));
        buf_char(out, '\n');
    }
    for (size_t r = 0; rc == RC_OK && r < s.kinds.len; r++) {
        for (uint32_t i = 0; i < s.n; i++) {
            struct str t = s.cells.at[r * s.n + i];
            if (i > 0) buf_lit(out, "  ");
            if (i + 1 == s.n) buf_str(out, t);
            else buf_pad(out, t, s.width[i], false);
        }
        buf_char(out, '\n');
    }
    arena_fini(&s.a);
    return rc;
}
