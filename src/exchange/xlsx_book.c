/* xlsx_book.c - a workbook's parts: sheets, shared texts, styles; and the rows of a sheet as texts, streamed. */
#include "exchange/inner.h"

enum { SHARED_MAX = 4 << 20, SMALL_PART = 16 << 20, SHEETS_MAX = 256, COLS_MAX = 2048, CELL_TEXT_MAX = 256 * 1024 };
#define ELEMENTS_MAX UINT64_C(400000000)
#define WHAT STR(".xlsx")

/* ---- shared texts ---- */

struct shared_read {
    struct arena *a;
    VEC(struct str) list;
    struct buf text;
    uint32_t phonetic; /* inside rPh: how a name is read, no part of it */
    bool inside_t;
};

static enum rc shared_start(void *ctx, struct str local, struct str prefix, const struct xml_attr *attrs, uint32_t n, struct err *err)
{
    struct shared_read *r = ctx;
    (void)prefix;
    (void)attrs;
    (void)n;
    if (str_eq(local, STR("si"))) {
        if (r->list.len == SHARED_MAX) return err_set(err, &E_exchange_xml_large, NO_PLACE, STR("sharedStrings"), STR("4194304"));
        buf_clear(&r->text);
    } else if (str_eq(local, STR("rPh"))) {
        r->phonetic++;
    } else if (str_eq(local, STR("t"))) {
        r->inside_t = true;
    }
    return RC_OK;
}

static enum rc shared_end(void *ctx, struct str local, struct err *err)
{
    struct shared_read *r = ctx;
    if (str_eq(local, STR("t"))) r->inside_t = false;
    else if (str_eq(local, STR("rPh"))) r->phonetic--;
    else if (str_eq(local, STR("si"))) {
        if (buf_failed(&r->text) || r->text.len + 64 + r->list.len * 32 > r->a->max - r->a->used)
            return err_set(err, &E_exchange_xml_large, NO_PLACE, STR("sharedStrings"), STR("1 GiB"));
        vec_push(r->a, &r->list, str_dup(r->a, buf_view(&r->text)));
    }
    return RC_OK;
}

static enum rc shared_text(void *ctx, struct str text, struct err *err)
{
    struct shared_read *r = ctx;
    (void)err;
    if (r->inside_t && r->phonetic == 0) buf_str(&r->text, text);
    return RC_OK;
}

static enum rc read_part(struct book *b, const char *name, const struct xml_sink *sink, struct err *err)
{
    const struct zip_entry *e = zip_in_find(b->zip, str_c(name));
    struct xml_push *p;
    if (e == NULL) return RC_OK;
    TRY(xml_push_open(b->a, e->name, sink, ELEMENTS_MAX, &p, err));
    TRY(zip_in_stream(b->zip, e, xml_push_part, p, err));
    return xml_push_end(p, err);
}

static enum rc read_shared(struct book *b, struct err *err)
{
    struct shared_read r = {.a = b->a};
    struct xml_sink sink = {.ctx = &r, .start = shared_start, .end = shared_end, .text = shared_text};
    buf_init(&r.text, CELL_TEXT_MAX);
    enum rc rc = read_part(b, "xl/sharedStrings.xml", &sink, err);
    buf_fini(&r.text);
    b->shared = r.list.at;
    b->shared_count = r.list.len;
    return rc;
}

/* ---- styles ---- */

static enum rc read_styles(struct book *b, struct err *err)
{
    const struct zip_entry *e = zip_in_find(b->zip, STR("xl/styles.xml"));
    struct str text;
    struct xn *root;
    if (e == NULL) return RC_OK;
    TRY(zip_in_read(b->zip, e, SMALL_PART, b->a, &text, err));
    TRY(xml_tree(b->a, e->name, text, 200000, &root, err));
    const struct xn *fmts = xn_child(root, "numFmts"), *xfs = xn_child(root, "cellXfs");
    VEC(uint8_t) list = {0};
    for (const struct xn *x = xn_child(xfs, "xf"); x != NULL; x = xn_next(x, "xf")) {
        uint64_t id = 0, other;
        struct str code = STR("");
        (void)str_to_u64(xn_attr(x, "numFmtId"), &id);
        for (const struct xn *f = xn_child(fmts, "numFmt"); f != NULL; f = xn_next(f, "numFmt"))
            if (str_to_u64(xn_attr(f, "numFmtId"), &other) && other == id) code = xn_attr(f, "formatCode");
        uint8_t format = (uint8_t)xlsx_format_of((uint32_t)MIN(id, (uint64_t)UINT32_MAX), code);
        vec_push(b->a, &list, format);
    }
    b->formats = list.at;
    b->formats_count = list.len;
    return RC_OK;
}

/* ---- sheets ---- */

static bool yes(struct str s) { return str_eq(s, STR("1")) || str_eq(s, STR("true")); }

static const struct zip_entry *part_of(struct book *b, const struct xn *rels, struct str id)
{
    for (const struct xn *r = xn_child(rels, "Relationship"); r != NULL; r = xn_next(r, "Relationship")) {
        if (!str_eq(xn_attr(r, "Id"), id)) continue;
        struct str target = xn_attr(r, "Target");
        if (str_starts(target, STR("/"))) return zip_in_find(b->zip, str_sub(target, 1, target.len));
        return zip_in_find(b->zip, str_cat(b->a, STR("xl/"), target));
    }
    return NULL;
}

static enum rc read_book(struct book *b, struct err *err)
{
    const struct zip_entry *book = zip_in_find(b->zip, STR("xl/workbook.xml")), *rel = zip_in_find(b->zip, STR("xl/_rels/workbook.xml.rels"));
    struct str text;
    struct xn *root, *rels;
    if (book == NULL || rel == NULL) return err_set(err, &E_exchange_zip_absent, NO_PLACE, WHAT, STR("xl/workbook.xml"));
    TRY(zip_in_read(b->zip, book, SMALL_PART, b->a, &text, err));
    TRY(xml_tree(b->a, book->name, text, 100000, &root, err));
    TRY(zip_in_read(b->zip, rel, SMALL_PART, b->a, &text, err));
    TRY(xml_tree(b->a, rel->name, text, 100000, &rels, err));
    const struct xn *pr = xn_child(root, "workbookPr"), *list = xn_child(root, "sheets");
    b->epoch_1904 = pr != NULL && yes(xn_attr(pr, "date1904"));
    VEC(struct book_sheet) sheets = {0};
    for (const struct xn *s = xn_child(list, "sheet"); s != NULL && sheets.len < SHEETS_MAX; s = xn_next(s, "sheet")) {
        struct book_sheet one = {.name = xn_attr(s, "name"), .entry = part_of(b, rels, xn_attr(s, "id"))};
        struct str state = xn_attr(s, "state");
        one.hidden = str_eq(state, STR("hidden")) || str_eq(state, STR("veryHidden"));
        if (one.entry != NULL) vec_push(b->a, &sheets, one);
    }
    b->sheets = sheets.at;
    b->sheets_count = sheets.len;
    return RC_OK;
}

enum rc book_open(struct arena *a, struct str bytes, struct book **out, struct err *err)
{
    static const char old[] = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
    struct book *b = arena_new(a, struct book);
    *out = NULL;
    b->a = a;
    if (str_starts(bytes, str_of(old, 8))) return err_set0(err, &E_exchange_old_xls, NO_PLACE);
    TRY(zip_in_open(a, WHAT, bytes, &b->zip, err));
    TRY(read_book(b, err));
    TRY(read_styles(b, err));
    TRY(read_shared(b, err));
    *out = b;
    return RC_OK;
}

bool exchange_is_xlsx(struct str bytes)
{
    /* The names of parts stand in the package as they are; but a zip of spreadsheets may hold them too. */
    if (!str_starts(bytes, STR("PK\x03\x04")) || str_find(bytes, STR("xl/workbook.xml")) == SIZE_MAX) return false;
    struct arena a;
    struct zip_in *z;
    struct err ignored;
    err_clear(&ignored);
    arena_init(&a, 16 << 20);
    bool is = zip_in_open(&a, STR("xlsx"), bytes, &z, &ignored) != RC_OK || zip_in_find(z, STR("xl/workbook.xml")) != NULL; /* what is broken is told by who reads it */
    arena_fini(&a);
    return is;
}

/* ---- rows ---- */

struct sheet_read {
    struct book *b;
    const struct book_walk *w;
    struct str name;
    struct str *cells;
    uint32_t cells_count, row, col, next_row, next_col;
    struct str type, style;   /* of the cell at hand; kept in small */
    char small[2][24];
    struct buf text;
    struct arena *row_arena;
    struct arena_mark row_mark;
    uint32_t phonetic;
    bool in_cell, in_text, in_row;
};

static struct str keep_small(struct sheet_read *r, size_t which, struct str s)
{
    size_t n = MIN(s.len, sizeof r->small[which]);
    if (n > 0) memcpy(r->small[which], s.ptr, n);
    return str_of(r->small[which], n);
}

static enum rc row_start(struct sheet_read *r, const struct xml_attr *attrs, uint32_t n, struct err *err)
{
    uint64_t row;
    r->row = str_to_u64(xml_attr_of(attrs, n, "r"), &row) && row > 0 && row <= 1048576 ? (uint32_t)row - 1 : r->next_row;
    if (r->row < r->next_row || r->row >= 1048576) return err_set(err, &E_exchange_sheet_large, NO_PLACE, r->name, STR("1048576 行 (rows)"));
    r->next_row = r->row + 1;
    r->next_col = 0;
    r->cells_count = 0;
    r->in_row = true;
    return RC_OK;
}

static enum rc cell_start(struct sheet_read *r, const struct xml_attr *attrs, uint32_t n, struct err *err)
{
    uint32_t row, col;
    struct str ref = xml_attr_of(attrs, n, "r");
    r->col = ref.ptr != NULL && xlsx_ref(ref, &row, &col) ? col : r->next_col;
    if (r->col < r->next_col) r->col = r->next_col;
    r->next_col = r->col + 1;
    r->type = keep_small(r, 0, xml_attr_of(attrs, n, "t"));
    r->style = keep_small(r, 1, xml_attr_of(attrs, n, "s"));
    r->in_cell = true;
    buf_clear(&r->text);
    (void)err;
    return RC_OK;
}

static enum rc sheet_start(void *ctx, struct str local, struct str prefix, const struct xml_attr *attrs, uint32_t n, struct err *err)
{
    struct sheet_read *r = ctx;
    (void)prefix;
    if (str_eq(local, STR("row"))) return row_start(r, attrs, n, err);
    if (str_eq(local, STR("c")) && r->in_row) return cell_start(r, attrs, n, err);
    if (r->in_cell && (str_eq(local, STR("v")) || str_eq(local, STR("t")))) r->in_text = true;
    if (r->in_cell && str_eq(local, STR("rPh"))) r->phonetic++;
    if (str_eq(local, STR("mergeCell")) && r->w->merged != NULL) {
        struct merge m;
        struct str ref = xml_attr_of(attrs, n, "ref");
        size_t colon = str_find_char(ref, ':');
        if (colon != SIZE_MAX && xlsx_ref(str_sub(ref, 0, colon), &m.row, &m.col) && xlsx_ref(str_sub(ref, colon + 1, ref.len), &m.row_to, &m.col_to) &&
            m.row <= m.row_to && m.col <= m.col_to)
            r->w->merged(r->w->ctx, m);
    }
    return RC_OK;
}

static struct str cell_value(struct sheet_read *r)
{
    struct arena *a = r->row_arena;
    struct str raw = buf_view(&r->text), out;
    bool lost = false;
    uint64_t n;
    if (str_eq(r->type, STR("s"))) {
        if (str_to_u64(str_trim(raw), &n) && n < r->b->shared_count) return r->b->shared[n];
        return STR("");
    }
    if (str_eq(r->type, STR("inlineStr")) || str_eq(r->type, STR("str"))) return str_dup(a, raw);
    raw = str_trim(raw);
    if (raw.len == 0 || str_eq(r->type, STR("e"))) return str_dup(a, raw);
    if (str_eq(r->type, STR("b"))) return str_eq(raw, STR("1")) ? STR("true") : STR("false");
    if (str_eq(r->type, STR("d"))) {
        size_t t = str_find(raw, STR("T00:00:00"));
        return str_dup(a, t == SIZE_MAX ? raw : str_sub(raw, 0, t));
    }
    enum cell_format f = str_to_u64(r->style, &n) && n < r->b->formats_count ? (enum cell_format)r->b->formats[n] : FORMAT_PLAIN;
    if (f != FORMAT_PLAIN && xlsx_date_text(a, raw, f, r->b->epoch_1904, &out)) return out;
    if (!xlsx_number_text(a, raw, &out, &lost)) return str_dup(a, raw);
    if (lost && r->w->lost != NULL) r->w->lost(r->w->ctx, r->row, r->col, out);
    return out;
}

static enum rc cell_end(struct sheet_read *r, struct err *err)
{
    r->in_cell = r->in_text = false;
    if (buf_failed(&r->text)) return err_set(err, &E_exchange_sheet_large, NO_PLACE, r->name, STR("每格 256 KiB (a cell)"));
    struct str v = cell_value(r);
    if (v.len == 0) return RC_OK;
    if (r->col >= COLS_MAX) return err_set(err, &E_exchange_sheet_large, NO_PLACE, r->name, STR("2048 列 (columns)"));
    while (r->cells_count <= r->col) r->cells[r->cells_count++] = STR("");
    r->cells[r->col] = v;
    return RC_OK;
}

static enum rc sheet_end(void *ctx, struct str local, struct err *err)
{
    struct sheet_read *r = ctx;
    if (r->in_text && (str_eq(local, STR("v")) || str_eq(local, STR("t")))) r->in_text = false;
    else if (r->in_cell && str_eq(local, STR("rPh"))) r->phonetic--;
    else if (r->in_cell && str_eq(local, STR("c"))) return cell_end(r, err);
    else if (r->in_row && str_eq(local, STR("row"))) {
        struct book_row row = {.row = r->row, .cells = r->cells, .cells_count = r->cells_count};
        r->in_row = false;
        enum rc rc = r->w->row != NULL && row.cells_count > 0 ? r->w->row(r->w->ctx, &row, err) : RC_OK;
        arena_reset(r->row_arena, r->row_mark);
        return rc;
    }
    return RC_OK;
}

static enum rc sheet_text(void *ctx, struct str text, struct err *err)
{
    struct sheet_read *r = ctx;
    (void)err;
    if (r->in_text && r->phonetic == 0) buf_str(&r->text, text);
    return RC_OK;
}

enum rc book_walk(struct book *b, const struct book_sheet *s, const struct book_walk *w, struct err *err)
{
    struct sheet_read *r = arena_new(b->a, struct sheet_read);
    struct arena row_arena;
    struct xml_sink sink = {.ctx = r, .start = sheet_start, .end = sheet_end, .text = sheet_text};
    struct xml_push *p;
    *r = (struct sheet_read){.b = b, .w = w, .name = s->name, .cells = arena_array(b->a, struct str, COLS_MAX + 1), .row_arena = &row_arena};
    arena_init(&row_arena, (size_t)COLS_MAX * CELL_TEXT_MAX);
    r->row_mark = arena_mark(&row_arena);
    buf_init(&r->text, CELL_TEXT_MAX);
    enum rc rc = xml_push_open(b->a, s->name, &sink, ELEMENTS_MAX, &p, err);
    if (rc == RC_OK) rc = zip_in_stream(b->zip, s->entry, xml_push_part, p, err);
    if (rc == RC_OK) rc = xml_push_end(p, err);
    buf_fini(&r->text);
    arena_fini(&row_arena);
    return rc;
}
