/*
 * csv.c - RFC 4180, and the files that people really have: LF or CRLF, a tab or a semicolon for the comma, blank lines,
 * cells with line breaks in quotes.  Cells point into the text; only those with doubled quotes are copied.
 */
#include "record/inner.h"

static char guess_comma(struct str text)
{
    size_t commas = 0, tabs = 0, semicolons = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.len && (quoted || text.ptr[i] != '\n'); i++) {
        char c = text.ptr[i];
        if (c == '"') quoted = !quoted;
        else if (!quoted && c == ',') commas++;
        else if (!quoted && c == '\t') tabs++;
        else if (!quoted && c == ';') semicolons++;
    }
    if (commas > 0) return ',';
    if (tabs > 0) return '\t';
    return semicolons > 0 ? ';' : ',';
}

void csv_init(struct csv *c, struct arena *a, struct str text, size_t cells_max)
{
    if (str_starts(text, STR("\xef\xbb\xbf"))) text = str_sub(text, 3, text.len);
    *c = (struct csv){.text = text, .line = 1, .comma = guess_comma(text), .arena = a, .cells_max = cells_max};
    c->cell = arena_array(a, struct str, cells_max);
}

/* The end of a line at `at`: 0, or how many bytes it has. */
static size_t line_end(const struct csv *c, size_t at)
{
    if (c->text.ptr[at] == '\n') return 1;
    if (c->text.ptr[at] == '\r') return at + 1 < c->text.len && c->text.ptr[at + 1] == '\n' ? 2 : 1;
    return 0;
}

static enum rc on_line(const struct err_kind *kind, uint32_t line, struct err *err)
{
    char t[16];
    int len = snprintf(t, sizeof t, "%u", line);
    struct place place = {.line = line, .col = 1};
    return err_set(err, kind, place, str_of(t, (size_t)len));
}

/* A cell in quotes, from behind the first one; c->at ends behind the last one. */
static enum rc quoted(struct csv *c, struct str *out, struct err *err)
{
    size_t from = c->at, doubled = 0;
    uint32_t began = c->line;
    for (;; c->at++) {
        if (c->at >= c->text.len) return on_line(&E_import_quote, began, err);
        char ch = c->text.ptr[c->at];
        if (ch == '\n') c->line++;
        if (ch != '"') continue;
        if (c->at + 1 >= c->text.len || c->text.ptr[c->at + 1] != '"') break;
        doubled++;
        c->at++;
    }
    *out = str_sub(c->text, from, c->at);
    c->at++;
    if (doubled == 0) return RC_OK;
    if (out->len > IMPORT_CELL_MAX) return RC_OK; /* refused by its length */
    char *p = arena_try(c->arena, out->len);
    if (p == NULL) return err_set0(err, &E_import_size, NO_PLACE);
    size_t n = 0;
    for (size_t i = 0; i < out->len; i++) {
        p[n++] = out->ptr[i];
        if (out->ptr[i] == '"') i++;
    }
    *out = str_of(p, n);
    return RC_OK;
}

static enum rc cell(struct csv *c, struct str *out, struct err *err)
{
    if (c->at < c->text.len && c->text.ptr[c->at] == '"') {
        c->at++;
        TRY(quoted(c, out, err));
        while (c->at < c->text.len && c->text.ptr[c->at] == ' ') c->at++;
        bool ends = c->at >= c->text.len || c->text.ptr[c->at] == c->comma || line_end(c, c->at) > 0;
        return ends ? RC_OK : on_line(&E_import_after_quote, c->line, err);
    }
    size_t from = c->at;
    while (c->at < c->text.len && c->text.ptr[c->at] != c->comma && c->text.ptr[c->at] != '\n' && c->text.ptr[c->at] != '\r') c->at++;
    *out = str_sub(c->text, from, c->at);
    return RC_OK;
}

static enum rc record(struct csv *c, struct err *err)
{
    c->cells = 0;
    c->from = c->at;
    for (;;) {
        struct str one;
        TRY(cell(c, &one, err));
        if (one.len > IMPORT_CELL_MAX) return err_set(err, &E_import_cell, NO_PLACE, STR("262144"));
        if (c->cells < c->cells_max) c->cell[c->cells] = one;
        c->cells++; /* one too many is counted, so that the reader can say so */
        if (c->at >= c->text.len || line_end(c, c->at) > 0) break;
        c->at++;
    }
    c->to = c->at;
    if (c->at < c->text.len) {
        c->at += line_end(c, c->at);
        c->line++;
    }
    return RC_OK;
}

enum rc csv_next(struct csv *c, uint32_t *line, struct err *err)
{
    while (c->at < c->text.len) {
        *line = c->line;
        TRY(record(c, err));
        bool blank = true;
        for (size_t i = 0; i < MIN(c->cells, c->cells_max) && blank; i++) blank = str_trim(c->cell[i]).len == 0;
        if (!blank || c->cells > c->cells_max) return RC_OK;
    }
    *line = 0;
    return RC_OK;
}

static bool is_formula(struct str s)
{
    return s.len > 0 && memchr("=+-@\t\r'", s.ptr[0], 7) != NULL;
}

/* A spreadsheet takes a cell that begins with = + - @ for a formula: an apostrophe before it keeps it text. */
void csv_put_cell(struct buf *b, struct str cell_text, bool escape)
{
    bool formula = escape && is_formula(cell_text), quotes = formula;
    for (size_t i = 0; i < cell_text.len && !quotes; i++) {
        char c = cell_text.ptr[i];
        quotes = c == '"' || c == ',' || c == '\n' || c == '\r' || c == '\t' || c == ';';
    }
    if (!quotes) {
        buf_str(b, cell_text);
        return;
    }
    buf_char(b, '"');
    if (formula) buf_char(b, '\'');
    for (size_t i = 0; i < cell_text.len; i++) {
        if (cell_text.ptr[i] == '"') buf_char(b, '"');
        buf_char(b, cell_text.ptr[i]);
    }
    buf_char(b, '"');
}

struct str csv_unescape(struct str s)
{
    return s.len >= 2 && s.ptr[0] == '\'' && is_formula(str_sub(s, 1, s.len)) ? str_sub(s, 1, s.len) : s;
}
