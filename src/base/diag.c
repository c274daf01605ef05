/* diag.c - many mistakes: collected with the texts they are in, sorted, printed. */
#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/uni.h"

struct diag_file {
    struct diag_file *older;
    struct str name, text;
};

void diags_init(struct diags *d, struct arena *a, size_t max)
{
    *d = (struct diags){.arena = a, .max = max};
    d->last = &d->first;
}

uint32_t diags_file(struct diags *d, struct str name, struct str text)
{
    MUST(d->files_count < UINT32_MAX);
    struct diag_file *f = arena_new(d->arena, struct diag_file);
    *f = (struct diag_file){.older = d->files, .name = name, .text = text};
    d->files = f;
    d->files_count++;
    return (uint32_t)d->files_count;
}

static const struct diag_file *file_of(const struct diags *d, uint32_t file)
{
    if (file == 0 || file > d->files_count) return NULL;
    const struct diag_file *f = d->files;
    for (size_t n = d->files_count; n > file; n--) f = f->older;
    return f;
}

struct str diags_file_name(const struct diags *d, uint32_t file)
{
    const struct diag_file *f = file_of(d, file);
    return f == NULL ? STR_NONE : f->name;
}

struct str diags_file_text(const struct diags *d, uint32_t file)
{
    const struct diag_file *f = file_of(d, file);
    return f == NULL ? STR_NONE : f->text;
}

static struct diag *add(struct diags *d, enum severity sev)
{
    switch (sev) {
    case SEV_ERROR: d->errors++; break;
    case SEV_WARN: d->warnings++; break;
    case SEV_NOTE: d->notes++; break;
    }
    if (d->errors + d->warnings + d->notes > d->max) return NULL;
    struct diag *g = arena_new(d->arena, struct diag);
    g->severity = sev;
    *d->last = g;
    d->last = &g->next;
    return g;
}

void diags_add(struct diags *d, enum severity sev, const struct err *e)
{
    MUST(e->kind != NULL);
    struct diag *g = add(d, sev);
    if (g != NULL) g->err = *e;
}

void diags_put_n(struct diags *d, enum severity sev, const struct err_kind *kind, struct place place,
                 size_t n, const struct str *args)
{
    struct diag *g = add(d, sev);
    if (g != NULL) (void)err_set_n(&g->err, kind, place, n, args);
}

static bool after(const struct diag *x, const struct diag *y)
{
    const struct place *a = &x->err.place, *b = &y->err.place;
    if (a->file != b->file) return a->file > b->file;
    if (a->line != b->line) return a->line > b->line;
    return a->col > b->col;
}

/* Merge sort of a list: stable, and the depth is the logarithm of max. */
static struct diag *sorted(struct diag *list, size_t n)
{
    if (n < 2) return list;
    struct diag *right = list, *cut = NULL;
    for (size_t i = 0; i < n / 2; i++) {
        cut = right;
        right = right->next;
    }
    MUST(cut != NULL);
    cut->next = NULL;
    struct diag *left = sorted(list, n / 2), *first = NULL, **last = &first;
    right = sorted(right, n - n / 2);
    while (left != NULL && right != NULL) {
        struct diag **from = after(left, right) ? &right : &left;
        *last = *from;
        last = &(*from)->next;
        *from = *last;
    }
    *last = left != NULL ? left : right;
    return first;
}

void diags_sort(struct diags *d)
{
    size_t n = 0;
    for (struct diag *g = d->first; g != NULL; g = g->next) n++;
    d->first = sorted(d->first, n);
    d->last = &d->first;
    while (*d->last != NULL) d->last = &(*d->last)->next;
}

/* ---- printing for people ---- */

enum { NUMBER_WIDTH = 5, LINE_COLUMNS_MAX = 160, LINE_COLUMNS_BEFORE = 60 };

/* Line number `line` of text, without its end. */
static struct str line_of(struct str text, uint32_t line)
{
    size_t at = 0;
    for (uint32_t n = 1; n < line; n++) {
        size_t end = str_find_char(str_sub(text, at, text.len), '\n');
        if (end == SIZE_MAX) return STR_NONE;
        at += end + 1;
    }
    struct str rest = str_sub(text, at, text.len);
    rest = str_sub(rest, 0, str_find_char(rest, '\n'));
    if (rest.len > 0 && rest.ptr[rest.len - 1] == '\r') rest.len--;
    return rest;
}

/* Source as shown: a control character is a blank, or it would steer the terminal. */
static void put_source(struct buf *out, struct str s)
{
    for (size_t at = 0; at < s.len;) {
        uint32_t cp = utf8_next(s, &at);
        buf_utf8(out, cp == '\t' ? cp : cp < 0x20 || (cp >= 0x7f && cp < 0xa0) ? ' ' : cp);
    }
}

/* Keep the columns of a very long line that are round the caret. */
static struct str window(struct str line, size_t *from, size_t *to, bool *cut_left, bool *cut_right)
{
    *cut_left = *cut_right = false;
    if (str_width(line) <= LINE_COLUMNS_MAX) return line;
    size_t begin = 0, before = str_width(str_sub(line, 0, *from));
    while (before > LINE_COLUMNS_BEFORE) before -= (size_t)cp_width(utf8_next(line, &begin));
    size_t end = begin, columns = 0;
    while (end < line.len && columns < LINE_COLUMNS_MAX) columns += (size_t)cp_width(utf8_next(line, &end));
    *cut_left = begin > 0;
    *cut_right = end < line.len;
    *to = MIN(*to, end) - begin;
    *from -= begin;
    return str_sub(line, begin, end);
}

static void put_line_with_caret(struct str text, struct place p, struct buf *out)
{
    struct str line = line_of(text, p.line);
    if (line.ptr == NULL || text.len == 0) return; /* a place in a text that is not at hand */
    size_t from = utf8_offset(line, p.col == 0 ? 0 : p.col - 1);
    size_t to = p.len > line.len - from ? line.len : from + p.len;
    if (to == from && from < line.len) utf8_next(line, &to);
    bool cut_left, cut_right;
    line = window(line, &from, &to, &cut_left, &cut_right);

    char number[24];
    int n = snprintf(number, sizeof number, "%*u", NUMBER_WIDTH, (unsigned)p.line);
    MUST(n > 0 && (size_t)n < sizeof number);
    buf_put(out, number, (size_t)n);
    buf_str(out, cut_left ? STR(" |…") : STR(" | "));
    put_source(out, line);
    if (cut_right) buf_lit(out, "…");
    buf_char(out, '\n');
    buf_fill(out, ' ', (size_t)n);
    buf_lit(out, " | ");
    for (size_t at = 0; at < from;) { /* tabs stay tabs, so that both lines jump alike */
        uint32_t cp = utf8_next(line, &at);
        if (cp == '\t')
            buf_char(out, '\t');
        else
            buf_fill(out, ' ', cp < 0x20 || (cp >= 0x7f && cp < 0xa0) ? 1 : (size_t)cp_width(cp));
    }
    buf_fill(out, '^', MAX(str_width(str_sub(line, from, to)), (size_t)1));
    buf_char(out, '\n');
}

static struct str severity_word(enum severity sev, enum lang lang)
{
    switch (sev) {
    case SEV_WARN: return lang == LANG_EN ? STR("warning") : STR("警告");
    case SEV_NOTE: return lang == LANG_EN ? STR("note") : STR("提示");
    case SEV_ERROR: break;
    }
    return lang == LANG_EN ? STR("error") : STR("错误");
}

static void print_one(const struct err *e, enum severity sev, enum lang lang, struct str name,
                      struct str text, struct buf *out)
{
    const struct place *p = &e->place;
    if (name.len > 0) {
        put_source(out, name);
        if (p->line != 0) {
            buf_char(out, ':');
            buf_u64(out, p->line);
            buf_char(out, ':');
            buf_u64(out, p->col);
        }
        buf_lit(out, ": ");
    }
    buf_str(out, severity_word(sev, lang));
    buf_char(out, ' ');
    buf_str(out, str_c(err_code(e)));
    buf_str(out, lang == LANG_EN ? STR(": ") : STR("："));
    buf_str(out, str_c(lang == LANG_EN ? e->en : e->zh));
    buf_char(out, '\n');
    if (p->line != 0 && text.len > 0) put_line_with_caret(text, *p, out);
    struct str hint = str_c(lang == LANG_EN ? e->hint_en : e->hint_zh);
    if (hint.len > 0) {
        buf_lit(out, "  ");
        buf_str(out, hint);
        buf_char(out, '\n');
    }
}

void diags_print(const struct diags *d, enum lang lang, struct buf *out)
{
    for (const struct diag *g = d->first; g != NULL; g = g->next)
        print_one(&g->err, g->severity, lang, diags_file_name(d, g->err.place.file),
                  diags_file_text(d, g->err.place.file), out);
    size_t all = d->errors + d->warnings + d->notes;
    if (all > d->max) {
        buf_str(out, lang == LANG_EN ? STR("… and ") : STR("……还有 "));
        buf_u64(out, all - d->max);
        buf_str(out, lang == LANG_EN ? STR(" more not shown\n") : STR(" 个没有列出\n"));
    }
}

void err_print(const struct err *e, enum lang lang, struct str file_name, struct str text, struct buf *out)
{
    if (e == NULL || e->kind == NULL) return;
    print_one(e, SEV_ERROR, lang, file_name, text, out);
}

void diags_print_json(const struct diags *d, struct buf *out)
{
    static const char *const word[] = {"error", "warning", "note"};
    for (const struct diag *g = d->first; g != NULL; g = g->next) {
        const struct err *e = &g->err;
        struct json_out j;
        json_out_init(&j, out);
        json_object(&j);
        json_key_any(&j, STR("file"));
        json_string(&j, diags_file_name(d, e->place.file));
        json_key_any(&j, STR("line"));
        json_i64(&j, e->place.line);
        json_key_any(&j, STR("col"));
        json_i64(&j, e->place.col);
        json_key_any(&j, STR("off"));
        json_i64(&j, e->place.off);
        json_key_any(&j, STR("len"));
        json_i64(&j, e->place.len);
        json_key_any(&j, STR("severity"));
        json_string(&j, str_c(word[g->severity]));
        json_key_any(&j, STR("code"));
        json_string(&j, str_c(err_code(e)));
        json_key_any(&j, STR("zh"));
        json_string(&j, str_c(e->zh));
        json_key_any(&j, STR("en"));
        json_string(&j, str_c(e->en));
        json_key_any(&j, STR("hint_zh"));
        json_string(&j, str_c(e->hint_zh));
        json_key_any(&j, STR("hint_en"));
        json_string(&j, str_c(e->hint_en));
        json_end_object(&j);
        buf_char(out, '\n');
    }
}
