/*
 * xlsx_register.c - a register as a spreadsheet.  What stands in its cells is what the CSV export says, so that both are read back alike;
 * its lines are taken as they come.
 */
#include "exchange/inner.h"

enum { COLUMNS_MAX = 1200, CHOICES_MAX = 300 };

struct taking {
    struct arena a;
    const struct pack_register *reg;
    const struct export_options *o;
    struct str path;
    struct sheet *sheet;
    struct sheet_column *columns;
    const struct pack_field **fields; /* NULL: "#" */
    struct cell *cells;
    uint32_t n, at;
    bool headed, quoted, was_quote, begun; /* begun: something of this line was seen */
    struct buf cell;
    struct arena_mark row;
    uint64_t rows;
};

static void column_of(struct taking *t, uint32_t i, struct str heading)
{
    const struct pack_field *f = str_eq(heading, STR("#")) ? NULL : pack_field_find(t->reg, heading);
    struct sheet_column *c = &t->columns[i];
    t->fields[i] = f;
    *c = (struct sheet_column){.title = str_dup(&t->a, heading), .locked = true};
    if (f == NULL) return;
    c->locked = f->key || f->derive != NULL;
    c->number = f->type == FIELD_NUMBER;
    c->scale = f->len;
    c->date = f->type == FIELD_DATE;
    c->month = f->type == FIELD_MONTH;
    static const struct str yes_no[] = {STR_INIT("是"), STR_INIT("否")};
    if (f->type == FIELD_BOOL) {
        c->choices = yes_no;
        c->choices_count = 2;
    } else if (f->type == FIELD_CHOICE && f->codes->feel.rows_count <= CHOICES_MAX) {
        c->choices = f->codes->feel.row_title;
        c->choices_count = f->codes->feel.rows_count;
    }
    if (f->type == FIELD_TEXT) c->width = MIN(MAX(f->len, (uint32_t)str_width(c->title) + 2), 40);
}

static struct cell cell_of(struct taking *t, const struct pack_field *f, struct str text)
{
    struct cell c = {.kind = text.len == 0 ? CELL_BLANK : CELL_TEXT};
    struct dec d;
    day_num day;
    bool month = false;
    if (text.len == 0) return c;
    if (f != NULL && f->type == FIELD_NUMBER && dec_parse(text, &d) && dec_to_scaled(d, (int)f->len, &c.number)) {
        c.kind = CELL_NUMBER;
        c.scale = f->len;
        return c;
    }
    if (f != NULL && (f->type == FIELD_DATE || f->type == FIELD_MONTH) && day_parse_loose(text, &day, &month)) {
        c.kind = f->type == FIELD_DATE ? CELL_DATE : CELL_MONTH;
        c.number = day;
        return c;
    }
    /* The apostrophe is for CSV: a text in a spreadsheet is no formula. */
    if (text.len > 1 && text.ptr[0] == '\'' && strchr("=+-@'\t", text.ptr[1]) != NULL) text = str_sub(text, 1, text.len);
    c.text = str_dup(&t->a, text);
    return c;
}

static enum rc cell_done(struct taking *t)
{
    struct str text = buf_view(&t->cell);
    if (t->at < COLUMNS_MAX) {
        if (!t->headed) {
            column_of(t, t->at, text);
        } else if (t->at < t->n) {
            t->cells[t->at] = cell_of(t, t->fields[t->at], text);
        }
        t->at++;
    }
    buf_clear(&t->cell);
    return RC_OK;
}

static enum rc line_done(struct taking *t, struct err *err)
{
    TRY(cell_done(t));
    uint32_t count = t->at;
    t->at = 0;
    t->begun = false;
    if (t->headed) {
        for (uint32_t i = count; i < t->n; i++) t->cells[i] = (struct cell){.kind = CELL_BLANK};
        TRY(sheet_row(t->sheet, t->cells, err));
        t->rows++;
        arena_reset(&t->a, t->row);
        return RC_OK;
    }
    struct sheet_options so = {.name = t->reg->d.title.zh, .plain = true, .blank_rows = 500};
    if (utf8_count(so.name) > 31 || so.name.len == 0) so.name = STR("Sheet1");
    t->headed = true;
    t->n = count;
    t->row = arena_mark(&t->a);
    return sheet_open(t->path, &so, t->columns, t->n, &t->sheet, err);
}

static enum rc take(void *ctx, struct str bytes, struct err *err)
{
    struct taking *t = ctx;
    if (!t->headed && t->at == 0 && !t->begun && str_starts(bytes, STR("\xef\xbb\xbf"))) bytes = str_sub(bytes, 3, bytes.len);
    for (size_t i = 0; i < bytes.len; i++) {
        char c = bytes.ptr[i];
        bool after_quote = t->was_quote;
        t->was_quote = false;
        t->begun = true;
        if (t->quoted) {
            if (c == '"') {
                t->quoted = false;
                t->was_quote = true;
            } else {
                buf_char(&t->cell, c);
            }
        } else if (c == '"') {
            if (after_quote) buf_char(&t->cell, '"');
            t->quoted = true;
        } else if (c == ',') {
            TRY(cell_done(t));
        } else if (c == '\n') {
            TRY(line_done(t, err));
        } else if (c != '\r') {
            buf_char(&t->cell, c);
        }
    }
    return RC_OK;
}

enum rc exchange_xlsx_register(struct records *rs, const struct pack_register *r, const struct export_options *o, struct str path, uint64_t *rows, struct err *err)
{
    struct taking *t = calloc(1, sizeof *t);
    if (t == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    arena_init(&t->a, (size_t)256 << 20);
    buf_init(&t->cell, 1 << 20);
    t->reg = r;
    t->o = o;
    t->path = path;
    t->columns = arena_array(&t->a, struct sheet_column, COLUMNS_MAX);
    t->fields = arena_array(&t->a, const struct pack_field *, COLUMNS_MAX);
    t->cells = arena_array(&t->a, struct cell, COLUMNS_MAX);
    enum rc rc = record_export(rs, r, o, take, t, err);
    enum rc closed = sheet_close(&t->sheet, rc == RC_OK, rc == RC_OK ? err : NULL);
    if (rc == RC_OK) rc = closed;
    *rows = t->rows;
    buf_fini(&t->cell);
    arena_fini(&t->a);
    free(t);
    return rc;
}
