/*
 * xlsx_read.c - the sheet that fits a register, as CSV.  Two walks: the first finds the row of headings and what is merged, which a sheet
 * tells only behind its rows; the second writes.  So a sheet is never in memory as cells.
 */
#include "exchange/inner.h"

enum { HEAD_ROWS = 30, HEAD_COLS = 600, MERGES_MAX = 200000, CSV_MAX = INT32_MAX, WARNINGS = 8 };

/* The beginning of a sheet, where headings may stand. */
struct top {
    struct arena *a;
    struct str (*cells)[HEAD_COLS];
    uint32_t cols;
    VEC(struct merge) merges;
};

static enum rc top_row(void *ctx, const struct book_row *row, struct err *err)
{
    struct top *t = ctx;
    (void)err;
    if (row->row >= HEAD_ROWS) return RC_OK;
    for (uint32_t i = 0; i < row->cells_count && i < HEAD_COLS; i++) {
        t->cells[row->row][i] = str_dup(t->a, row->cells[i]);
        if (row->cells[i].len > 0) t->cols = MAX(t->cols, i + 1);
    }
    return RC_OK;
}

static void top_merged(void *ctx, struct merge m)
{
    struct top *t = ctx;
    if (t->merges.len < MERGES_MAX) vec_push(t->a, &t->merges, m);
}

static struct str merged_text(const struct top *t, uint32_t row, uint32_t col)
{
    if (t->cells[row][col].len > 0) return t->cells[row][col];
    for (size_t i = 0; i < t->merges.len; i++) {
        const struct merge *m = &t->merges.at[i];
        if (row >= m->row && row <= m->row_to && col >= m->col && col <= m->col_to && m->row < HEAD_ROWS && m->col < HEAD_COLS) return t->cells[m->row][m->col];
    }
    return STR("");
}

/* A heading is what stands lowest; where that says nothing to the register, with what stands above it. */
static struct str heading_at(const struct top *t, const struct pack_register *r, uint32_t row, uint32_t col, const struct pack_field **f)
{
    struct str leaf = merged_text(t, row, col);
    *f = leaf.len > 0 ? record_heading(r, t->a, leaf) : NULL;
    if (*f != NULL || row == 0) return leaf;
    struct str above = merged_text(t, row - 1, col);
    if (above.len == 0 || str_eq(above, leaf)) return leaf;
    struct str both = str_cat(t->a, above, leaf);
    *f = record_heading(r, t->a, both);
    if (*f != NULL) return both;
    return leaf;
}

struct fit { const struct book_sheet *sheet; struct top *top; uint32_t row, score; bool key; };

static void fit_sheet(const struct pack_register *r, const struct book_sheet *s, struct top *t, struct fit *best)
{
    for (uint32_t row = 0; row < HEAD_ROWS; row++) {
        uint32_t score = 0;
        bool key = r->key == NULL, own = false;
        for (uint32_t col = 0; col < t->cols; col++) {
            const struct pack_field *f;
            (void)heading_at(t, r, row, col, &f);
            own = own || t->cells[row][col].len > 0;
            score += f != NULL;
            key = key || (f != NULL && f == r->key);
        }
        /* A line of a title that happens to be a field's name is no row of headings where another row fits better. */
        if (!own || score == 0 || (best->sheet != NULL && (best->key && !key))) continue;
        if (best->sheet == NULL || score > best->score || (key && !best->key)) *best = (struct fit){s, t, row, score, key};
    }
}

static enum rc find_headings(struct book *b, const struct pack_register *r, struct fit *best, struct err *err)
{
    *best = (struct fit){0};
    for (size_t i = 0; i < b->sheets_count; i++) {
        struct top *t = arena_new(b->a, struct top);
        t->a = b->a;
        t->cells = arena_alloc(b->a, sizeof(struct str) * HEAD_ROWS * HEAD_COLS);
        struct book_walk w = {.ctx = t, .row = top_row, .merged = top_merged};
        if (b->sheets[i].hidden && b->sheets_count > 1) continue;
        TRY(book_walk(b, &b->sheets[i], &w, err));
        fit_sheet(r, &b->sheets[i], t, best);
    }
    if (best->sheet != NULL) return RC_OK;
    struct str some = STR("");
    for (uint32_t i = 0; i < r->fields_count && i < 4; i++) some = str_cat(b->a, some, i > 0 ? STR("、") : STR(""), r->fields[i].title.zh);
    return err_set(err, &E_exchange_sheet_none, NO_PLACE, r->d.title.zh, some, str_u64(b->a, HEAD_ROWS));
}

/* ---- the rows ---- */

struct writing {
    struct arena *a;
    const struct fit *fit;
    uint32_t cols;
    uint32_t line; /* of the CSV, next */
    uint32_t last; /* row of data written last, for what is merged downwards */
    struct str *above;  /* by column: the text that a merge repeats */
    uint32_t *above_to; /* to which row, + 1 */
    size_t merge_at;
    struct buf out, warnings;
    struct spill *spill;       /* where what is written goes; NULL: it stays in out */
    const struct spill *from;  /* where the package lies; may be NULL */
    uint64_t spilt;
    uint32_t warned;
    VEC(struct xlsx_line) lines;
};

/* As export writes: what begins like a formula gets an apostrophe, which import takes off again. */
static uint32_t put_cell(struct buf *b, struct str s)
{
    static const char special[] = "=+-@'\t";
    uint32_t breaks = 0;
    bool escape = s.len > 0 && strchr(special, s.ptr[0]) != NULL && s.ptr[0] != '\0';
    buf_char(b, '"');
    if (escape) buf_char(b, '\'');
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '"') buf_char(b, '"');
        breaks += s.ptr[i] == '\n';
        buf_char(b, s.ptr[i]);
    }
    buf_char(b, '"');
    return breaks;
}

static int by_row(const void *x, const void *y)
{
    const struct merge *a = x, *b = y;
    return a->row < b->row ? -1 : a->row > b->row;
}

static enum rc flush(struct writing *w, struct err *err)
{
    TRY(spill_put(w->spill, buf_view(&w->out), err));
    w->spilt += w->out.len;
    buf_clear(&w->out);
    return RC_OK;
}

static enum rc write_row(void *ctx, const struct book_row *row, struct err *err)
{
    struct writing *w = ctx;
    if (row->row <= w->fit->row) return RC_OK;
    bool some = false;
    for (uint32_t i = 0; i < row->cells_count && i < w->cols && !some; i++) some = str_trim(row->cells[i]).len > 0;
    if (!some) return RC_OK;
    /* Merges of one column that begin here: their text stands in every row that they cover. */
    const struct top *t = w->fit->top;
    for (; w->merge_at < t->merges.len && t->merges.at[w->merge_at].row <= row->row; w->merge_at++) {
        const struct merge *m = &t->merges.at[w->merge_at];
        if (m->row != row->row || m->col != m->col_to || m->col >= w->cols || m->col >= row->cells_count) continue;
        w->above[m->col] = str_dup(w->a, row->cells[m->col]);
        w->above_to[m->col] = m->row_to + 1;
    }
    uint32_t line = w->line++;
    struct xlsx_line at = {line, row->row + 1};
    vec_push(w->a, &w->lines, at);
    for (uint32_t i = 0; i < w->cols; i++) {
        struct str s = i < row->cells_count ? row->cells[i] : STR("");
        if (s.len == 0 && w->above_to[i] > row->row) s = w->above[i];
        if (i > 0) buf_char(&w->out, ',');
        w->line += put_cell(&w->out, s);
    }
    buf_char(&w->out, '\n');
    enum { FLUSH = 1 << 20, LET_GO = 8192 };
    if (w->lines.len % LET_GO == 0) spill_cool(w->from);
    if (w->spill != NULL && w->out.len >= FLUSH) TRY(flush(w, err));
    if (buf_failed(&w->out) || w->spilt + w->out.len > CSV_MAX) return err_set(err, &E_exchange_sheet_large, NO_PLACE, w->fit->sheet->name, STR("2 GiB"));
    return RC_OK;
}

static void lost(void *ctx, uint32_t row, uint32_t col, struct str text)
{
    struct writing *w = ctx;
    char at[32];
    if (row <= w->fit->row || col >= w->cols || w->warned++ >= WARNINGS) return;
    int n = snprintf(at, sizeof at, "第 %u 行：", row + 1);
    buf_put(&w->warnings, at, (size_t)n);
    buf_str(&w->warnings, text);
    buf_lit(&w->warnings, " 是数字格式，表格软件只留 15 位，后面的已经丢失；请改成文本重新填写 (digits lost: make the cell a text)\n");
}

static void write_headings(struct writing *w, const struct pack_register *r)
{
    for (uint32_t i = 0; i < w->cols; i++) {
        const struct pack_field *f;
        struct str s = heading_at(w->fit->top, r, w->fit->row, i, &f);
        if (i > 0) buf_char(&w->out, ',');
        w->line += put_cell(&w->out, f != NULL ? f->name : s);
    }
    buf_char(&w->out, '\n');
    w->line++;
}

/* All that was written, as one text. */
static enum rc gather(struct writing *w, struct xlsx_table *out, struct err *err)
{
    if (w->spill == NULL) {
        if (w->out.len + w->warnings.len + 64 > w->a->max - w->a->used) return err_set(err, &E_exchange_sheet_large, NO_PLACE, w->fit->sheet->name, STR("内存 (memory)"));
        out->csv = str_dup(w->a, buf_view(&w->out));
        return RC_OK;
    }
    TRY(flush(w, err));
    TRY(spill_map(w->spill, err));
    out->csv = spill_view(w->spill);
    out->spill = w->spill;
    return RC_OK;
}

enum rc exchange_xlsx_read(struct str bytes, const struct pack_register *r, struct arena *a, struct xlsx_table *out, struct err *err)
{
    return exchange_xlsx_read_spill(bytes, NULL, STR(""), r, a, out, err);
}

enum rc exchange_xlsx_read_spill(struct str bytes, const struct spill *from, struct str folder, const struct pack_register *r, struct arena *a, struct xlsx_table *out, struct err *err)
{
    enum { LARGE = 4 << 20 };
    struct err none;
    struct book *b;
    struct fit fit;
    *out = (struct xlsx_table){0};
    TRY(book_open(a, bytes, &b, err));
    TRY(find_headings(b, r, &fit, err));
    struct writing w = {.a = a, .fit = &fit, .cols = fit.top->cols, .line = 1, .from = from};
    if (folder.len > 0 && bytes.len >= LARGE && spill_open(folder, &w.spill, &none) == RC_OK) spill_defer(a, w.spill);
    const struct pack_field *f;
    while (w.cols > 0 && heading_at(fit.top, r, fit.row, w.cols - 1, &f).len == 0) w.cols--;
    if (fit.top->merges.len > 1) qsort(fit.top->merges.at, fit.top->merges.len, sizeof *fit.top->merges.at, by_row);
    w.above = arena_array(a, struct str, w.cols + 1u);
    w.above_to = arena_array(a, uint32_t, w.cols + 1u);
    buf_init(&w.out, CSV_MAX);
    buf_init(&w.warnings, 64 * 1024);
    write_headings(&w, r);
    struct book_walk walk = {.ctx = &w, .row = write_row, .lost = lost};
    enum rc rc = book_walk(b, fit.sheet, &walk, err);
    *out = (struct xlsx_table){.sheet = fit.sheet->name, .lines = w.lines.at, .lines_count = w.lines.len, .warnings = str_dup(a, buf_view(&w.warnings))};
    if (rc == RC_OK) rc = gather(&w, out, err);
    buf_fini(&w.out);
    buf_fini(&w.warnings);
    return rc;
}

uint32_t exchange_xlsx_row(const struct xlsx_table *t, uint32_t csv_line)
{
    if (t == NULL || t->lines_count == 0) return csv_line;
    size_t low = 0, high = t->lines_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (t->lines[mid].csv < csv_line) low = mid + 1;
        else high = mid;
    }
    return low < t->lines_count && t->lines[low].csv == csv_line ? t->lines[low].row : csv_line;
}
