/*
 * sheet.c - spreadsheets out, by libxlsxwriter with constant memory: rows go to the file as they come, so each is written once and in order.
 * Whatever is text is written as a text: a cell that begins with = is shown, never computed.
 */
#include <errno.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "exchange/inner.h"

#ifdef __SANITIZE_ADDRESS__
/* libxlsxwriter 1.1.4 keeps the formula of a list of choices: a few bytes a workbook, and nothing that we could free. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) { return "leak:lxw_strdup\n"; }
#endif

enum { LIST_TEXT_MAX = 255, LISTS_MAX = 64, NUMBER_MAX_DIGITS = 15, CELL_CHARS_MAX = 32767 };

struct sheet {
    lxw_workbook *book;
    lxw_worksheet *sheet, *lists;
    const struct sheet_column *columns;
    uint32_t n;
    struct sheet_options o;
    lxw_row_t row, first;
    lxw_format *title, *note, *head, *text, *text_open, *strong;
    lxw_format *number[10], *number_open[10], *number_strong[10], *date[2], *date_open[2];
    struct arena arena;
    const char *path, *part;
    struct buf cell;
    uint32_t lists_made;
    lxw_error failed;
};

static lxw_format *format(struct sheet *s, const char *code, bool strong, bool open)
{
    lxw_format *f = workbook_add_format(s->book);
    format_set_font_name(f, "宋体");
    format_set_font_size(f, 10.5);
    format_set_align(f, LXW_ALIGN_VERTICAL_CENTER);
    if (!s->o.plain) {
        format_set_border(f, LXW_BORDER_THIN);
        format_set_text_wrap(f);
    }
    if (code != NULL) format_set_num_format(f, code);
    if (strong) format_set_bold(f);
    if (open) format_set_unlocked(f);
    return f;
}

static void formats(struct sheet *s)
{
    static const char *const codes[10] = {"0", "0.0", "0.00", "0.000", "0.0000", "0.00000", "0.000000", "0.0000000", "0.00000000", "0.000000000"};
    s->title = workbook_add_format(s->book);
    format_set_font_name(s->title, "方正小标宋简体");
    format_set_font_size(s->title, 18);
    format_set_align(s->title, LXW_ALIGN_CENTER);
    format_set_align(s->title, LXW_ALIGN_VERTICAL_CENTER);
    s->note = workbook_add_format(s->book);
    format_set_font_name(s->note, "楷体");
    format_set_align(s->note, LXW_ALIGN_RIGHT);
    s->head = format(s, NULL, true, false);
    format_set_align(s->head, LXW_ALIGN_CENTER);
    if (!s->o.plain) format_set_bg_color(s->head, 0xF2F2F2);
    s->text = format(s, "@", false, false);
    s->text_open = format(s, "@", false, true);
    s->strong = format(s, "@", true, false);
    for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
        s->number[i] = format(s, codes[i], false, false);
        s->number_open[i] = format(s, codes[i], false, true);
        s->number_strong[i] = format(s, codes[i], true, false);
    }
    for (size_t i = 0; i < 2; i++) {
        s->date[i] = format(s, i == 0 ? "yyyy-mm-dd" : "yyyy.mm", false, false);
        s->date_open[i] = format(s, i == 0 ? "yyyy-mm-dd" : "yyyy.mm", false, true);
        format_set_align(s->date[i], LXW_ALIGN_CENTER);
        format_set_align(s->date_open[i], LXW_ALIGN_CENTER);
    }
}

static void note_error(struct sheet *s, lxw_error e)
{
    if (s->failed == LXW_NO_ERROR) s->failed = e;
}

static const char *cz(struct sheet *s, struct str text)
{
    buf_clear(&s->cell);
    buf_str(&s->cell, str_sub(text, 0, utf8_offset(text, CELL_CHARS_MAX)));
    buf_char(&s->cell, '\0');
    return buf_failed(&s->cell) ? "" : s->cell.ptr;
}

static uint32_t width_of(const struct sheet_column *c)
{
    if (c->width > 0) return c->width;
    uint32_t least = c->date ? 11 : c->month ? 9 : c->number ? 8 : 10;
    return MIN(MAX(least, (uint32_t)str_width(c->title) + 2), 30);
}

/* ---- headings ---- */

static void put_head(struct sheet *s)
{
    bool groups = false;
    for (uint32_t i = 0; i < s->n; i++) groups = groups || s->columns[i].group.len > 0;
    lxw_row_t top = s->row, low = groups ? top + 1 : top;
    for (uint32_t i = 0; i < s->n; i++) {
        const struct sheet_column *c = &s->columns[i];
        bool grouped = groups && c->group.len > 0;
        note_error(s, worksheet_write_string(s->sheet, top, (lxw_col_t)i, cz(s, grouped ? c->group : c->title), s->head));
    }
    for (uint32_t i = 0; groups && i < s->n;) {
        uint32_t to = i;
        while (to + 1 < s->n && s->columns[i].group.len > 0 && str_eq(s->columns[to + 1].group, s->columns[i].group)) to++;
        if (to > i) note_error(s, worksheet_merge_range(s->sheet, top, (lxw_col_t)i, top, (lxw_col_t)to, cz(s, s->columns[i].group), s->head));
        i = to + 1;
    }
    /* Merging downwards pads the row below, which sends this one to the file: all of it stands by now, and what is written again is refused. */
    for (uint32_t i = 0; groups && i < s->n; i++)
        if (s->columns[i].group.len == 0) (void)worksheet_merge_range(s->sheet, top, (lxw_col_t)i, low, (lxw_col_t)i, cz(s, s->columns[i].title), s->head);
    for (uint32_t i = 0; groups && i < s->n; i++)
        if (s->columns[i].group.len > 0) note_error(s, worksheet_write_string(s->sheet, low, (lxw_col_t)i, cz(s, s->columns[i].title), s->head));
    s->row = low + 1;
    s->first = s->row;
    worksheet_freeze_panes(s->sheet, s->row, 0);
    note_error(s, worksheet_repeat_rows(s->sheet, top, low));
}

static void put_top(struct sheet *s)
{
    lxw_col_t last = (lxw_col_t)(s->n - 1);
    struct { struct str text; lxw_format *f; double high; } lines[] = {{s->o.title, s->title, 32}, {s->o.note, s->note, 18}};
    for (size_t i = 0; i < ARRAY_LEN(lines) && !s->o.plain; i++) {
        if (lines[i].text.len == 0) continue;
        note_error(s, worksheet_set_row(s->sheet, s->row, lines[i].high, NULL));
        if (last > 0) note_error(s, worksheet_merge_range(s->sheet, s->row, 0, s->row, last, cz(s, lines[i].text), lines[i].f));
        else note_error(s, worksheet_write_string(s->sheet, s->row, 0, cz(s, lines[i].text), lines[i].f));
        s->row++;
    }
}

/* Printed forms shrink to the width of the page and are numbered; blocks of data are left as they are. */
static void page(struct sheet *s)
{
    worksheet_set_paper(s->sheet, s->o.paper == PAPER_A3 ? 8 : 9);
    if (!s->o.portrait) worksheet_set_landscape(s->sheet);
    worksheet_fit_to_pages(s->sheet, 1, 0);
    worksheet_set_margins(s->sheet, 0.5, 0.5, 0.6, 0.6);
    worksheet_center_horizontally(s->sheet);
    note_error(s, worksheet_set_footer(s->sheet, "&C第 &P 页，共 &N 页"));
}

enum rc sheet_open(struct str path, const struct sheet_options *o, const struct sheet_column *columns, uint32_t n, struct sheet **out, struct err *err)
{
    *out = NULL;
    if (n == 0) return err_set(err, &E_exchange_xlsx_write, NO_PLACE, path, STR("没有列 (no columns)"));
    struct sheet *s = calloc(1, sizeof *s);
    if (s == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    arena_init(&s->arena, 64 << 20);
    buf_init(&s->cell, 256 * 1024);
    s->columns = columns;
    s->n = n;
    s->o = *o;
    s->path = str_cz(&s->arena, path);
    /* What is begun never stands under its name: a file is there whole, or not at all. */
    s->part = str_cz(&s->arena, str_cat(&s->arena, path, STR(".part")));
    FILE *probe = fopen(s->part, "wb"); /* that library would complain on stderr, and only at the end */
    if (probe == NULL) {
        enum rc rc = err_set(err, &E_exchange_xlsx_write, NO_PLACE, path, str_c(strerror(errno))), closed = sheet_close(&s, false, NULL);
        MUST(closed == RC_OK);
        return rc;
    }
    fclose(probe);
    lxw_workbook_options wo = {.constant_memory = LXW_TRUE};
    s->book = workbook_new_opt(s->part, &wo);
    s->sheet = s->book == NULL ? NULL : workbook_add_worksheet(s->book, o->name.len > 0 ? str_cz(&s->arena, o->name) : NULL);
    if (s->sheet == NULL) {
        enum rc closed = sheet_close(&s, false, NULL);
        MUST(closed == RC_OK);
        return err_set(err, &E_exchange_xlsx_write, NO_PLACE, path, str_c(strerror(errno)));
    }
    formats(s);
    for (uint32_t i = 0; i < n; i++) note_error(s, worksheet_set_column(s->sheet, (lxw_col_t)i, (lxw_col_t)i, (double)width_of(&columns[i]), NULL));
    page(s);
    put_top(s);
    put_head(s);
    *out = s;
    return RC_OK;
}

/* ---- cells ---- */

static double power(uint32_t scale)
{
    double p = 1;
    while (scale-- > 0) p *= 10;
    return p;
}

/* Digits of the number, so that what a spreadsheet cannot hold exactly stays a text. */
static bool fits_number(const struct cell *c)
{
    static const int64_t most = INT64_C(999999999999999);
    return c->scale < 10 && c->number <= most && c->number >= -most;
}

static double serial_of(day_num d) { return (double)(d - day_of((struct ymd){1899, 12, 30})); }

static lxw_error put_cell(struct sheet *s, lxw_col_t col, const struct cell *c)
{
    const struct sheet_column *k = &s->columns[col];
    bool open = s->o.protect && !k->locked;
    lxw_format *text = c->strong ? s->strong : open ? s->text_open : s->text;
    static const day_num first = -25508; /* 1900-03-01: before that the two epochs quarrel about a day */
    struct arena_mark m = arena_mark(&s->arena);
    struct buf b;
    lxw_error e;
    switch (c->kind) {
    case CELL_NUMBER:
        if (fits_number(c)) {
            lxw_format **f = c->strong ? s->number_strong : open ? s->number_open : s->number;
            return worksheet_write_number(s->sheet, s->row, col, (double)c->number / power(c->scale), f[c->scale]);
        }
        e = worksheet_write_string(s->sheet, s->row, col, cz(s, dec_print(&s->arena, dec_scaled(c->number, (int)c->scale))), text);
        arena_reset(&s->arena, m);
        return e;
    case CELL_DATE:
    case CELL_MONTH:
        if (c->number >= first) {
            size_t month = c->kind == CELL_MONTH;
            return worksheet_write_number(s->sheet, s->row, col, serial_of(c->number), open ? s->date_open[month] : s->date[month]);
        }
        buf_init(&b, 32);
        day_put(&b, c->number);
        e = worksheet_write_string(s->sheet, s->row, col, cz(s, str_sub(buf_view(&b), 0, c->kind == CELL_MONTH ? 7 : 10)), text);
        buf_fini(&b);
        return e;
    case CELL_TEXT:
        if (c->text.len > 0) return worksheet_write_string(s->sheet, s->row, col, cz(s, c->text), text);
        break;
    case CELL_BLANK: break;
    }
    return s->o.plain && !open ? LXW_NO_ERROR : worksheet_write_blank(s->sheet, s->row, col, text);
}

enum rc sheet_row(struct sheet *s, const struct cell *cells, struct err *err)
{
    if (s->row >= SHEET_ROWS_MAX) return err_set(err, &E_exchange_rows_max, NO_PLACE, str_u64(&s->arena, SHEET_ROWS_MAX));
    for (uint32_t i = 0; i < s->n; i++) note_error(s, put_cell(s, (lxw_col_t)i, &cells[i]));
    s->row++;
    if (s->failed == LXW_NO_ERROR) return RC_OK;
    return err_set(err, &E_exchange_xlsx_write, NO_PLACE, str_c(s->path), str_c(lxw_strerror(s->failed)));
}

/* ---- choices ---- */

static void put_list(struct sheet *s, uint32_t col, lxw_row_t last)
{
    const struct sheet_column *c = &s->columns[col];
    size_t len = 0;
    bool comma = false;
    for (uint32_t i = 0; i < c->choices_count; i++) {
        len += c->choices[i].len + 1; /* the library counts characters and has room for as many bytes: a Chinese list of over 85 characters would write behind it */
        comma = comma || str_find_char(c->choices[i], ',') != SIZE_MAX;
    }
    char title[] = "不在可选范围", message[] = "请从下拉框里选一项，或者清空。", formula[64];
    lxw_data_validation v = {.validate = LXW_VALIDATION_TYPE_LIST, .ignore_blank = LXW_VALIDATION_ON, .show_error = LXW_VALIDATION_ON,
                             .error_title = title, .error_message = message};
    if (len <= LIST_TEXT_MAX && !comma) {
        char **list = arena_alloc(&s->arena, sizeof(char *) * (c->choices_count + 1));
        for (uint32_t i = 0; i < c->choices_count; i++) { /* not const in that library */
            list[i] = arena_alloc(&s->arena, c->choices[i].len + 1);
            memcpy(list[i], c->choices[i].ptr, c->choices[i].len);
        }
        v.value_list = list;
    } else { /* a long list stands on a sheet of its own, in a row */
        if (s->lists == NULL) {
            s->lists = workbook_add_worksheet(s->book, "选项");
            if (s->lists == NULL) return;
            worksheet_hide(s->lists);
        }
        for (uint32_t i = 0; i < c->choices_count && i < LXW_COL_MAX - 1; i++)
            note_error(s, worksheet_write_string(s->lists, s->lists_made, (lxw_col_t)i, cz(s, c->choices[i]), NULL));
        char to[16] = {0};
        lxw_col_to_name(to, (lxw_col_t)MIN(c->choices_count, (uint32_t)LXW_COL_MAX - 1) - 1, LXW_TRUE);
        (void)snprintf(formula, sizeof formula, "=选项!$A$%u:%s$%u", s->lists_made + 1, to, s->lists_made + 1);
        v.value_formula = formula;
        v.validate = LXW_VALIDATION_TYPE_LIST_FORMULA;
        s->lists_made++;
    }
    note_error(s, worksheet_data_validation_range(s->sheet, s->first, (lxw_col_t)col, last, (lxw_col_t)col, &v));
}

static void finish(struct sheet *s)
{
    lxw_row_t last = MIN(s->row + s->o.blank_rows, (lxw_row_t)1048575);
    uint32_t lists = 0;
    for (; s->o.protect && s->row < last; s->row++) /* rows to be filled in are open too */
        for (uint32_t i = 0; i < s->n; i++)
            if (!s->columns[i].locked) note_error(s, worksheet_write_blank(s->sheet, s->row, (lxw_col_t)i, s->text_open));
    for (uint32_t i = 0; i < s->n; i++)
        if (s->columns[i].choices_count > 0 && last > s->first && lists++ < LISTS_MAX) put_list(s, i, last - 1);
    if (s->o.protect) {
        lxw_protection p = {.format_columns = LXW_TRUE, .format_rows = LXW_TRUE, .sort = LXW_TRUE, .autofilter = LXW_TRUE};
        worksheet_protect(s->sheet, NULL, &p);
    }
}

enum rc sheet_close(struct sheet **sp, bool keep, struct err *err)
{
    struct sheet *s = *sp;
    enum rc rc = RC_OK;
    if (s == NULL) return RC_OK;
    if (s->book != NULL) {
        if (keep) finish(s);
        lxw_error e = workbook_close(s->book);
        if (keep && s->failed == LXW_NO_ERROR) s->failed = e;
        if (keep && s->failed == LXW_NO_ERROR && rename(s->part, s->path) != 0)
            rc = err_set(err, &E_exchange_xlsx_write, NO_PLACE, str_c(s->path), str_c(strerror(errno)));
        else if (keep && s->failed != LXW_NO_ERROR)
            rc = err_set(err, &E_exchange_xlsx_write, NO_PLACE, str_c(s->path), str_c(lxw_strerror(s->failed)));
        if (!keep || rc != RC_OK) (void)unlink(s->part);
    }
    buf_fini(&s->cell);
    arena_fini(&s->arena);
    free(s);
    *sp = NULL;
    return rc;
}
