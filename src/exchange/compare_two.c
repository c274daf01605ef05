/*
 * compare_two.c - a sheet against another.  A register says how rows are told apart; its records are not looked at, for the sheets may be anybody's.
 * Both stand in files without names; of the first only where its rows begin and what tells them apart is kept, of the second nothing but what differs.
 */
#include "exchange/inner.h"

enum { COLS = 700, TEXT_IN_NAME = 60, LET_GO = 4096 };

struct line { uint64_t at; uint32_t row; bool seen; };
struct page {
    struct xlsx_table table;
    struct str *titles;
    const struct pack_field **fields;    /* by column; NULL: of none */
    size_t columns;
    size_t rows_at;                      /* behind the headings */
};
struct row { struct str *cells; struct sv *values; bool any; };
struct pairing {
    struct records *rs;
    const struct pack_register *r;
    struct arena *a;
    struct arena tmp;                    /* of the rows at hand */
    const struct pack_field ***by;
    size_t lists;
    struct keys **keys;                  /* by list: of the first's rows */
    struct page was, now;
    VEC(struct line) lines;              /* of the first */
    size_t *column;                      /* of the second's columns, that of the first; SIZE_MAX: none */
    struct compare_result *out;
    VEC(struct compare_line) list;
};

/* What a ref leads to is not asked: its text stands for itself. */
static struct sv value_of(struct pairing *p, const struct pack_field *f, struct str text)
{
    struct sv v;
    struct err none;
    text = str_trim(text);
    if (text.len == 0) return sv_null();
    if (f->type == FIELD_REF || record_value_parse(p->rs, f, text, &p->tmp, &v, &none) != RC_OK) return sv_text(uni_fold_search(&p->tmp, text));
    return v;
}

static enum rc page_read(struct pairing *p, const struct compare_sheet *sheet, struct page *out, struct err *err)
{
    struct str *cells = arena_array(p->a, struct str, COLS);
    TRY(exchange_xlsx_read_spill(sheet->bytes, sheet->from, import_folder(p->rs), p->r, p->a, &out->table, err));
    out->columns = csv_cells(p->a, out->table.csv, &out->rows_at, cells, COLS);
    out->titles = arena_array(p->a, struct str, out->columns + 1);
    out->fields = arena_array(p->a, const struct pack_field *, out->columns + 1);
    for (size_t i = 0; i < out->columns; i++) {
        out->fields[i] = pack_field_find(p->r, cells[i]);
        out->titles[i] = out->fields[i] != NULL ? out->fields[i]->title.zh : cells[i]; /* what is worked out is no column to match by, but has its name */
        if (out->fields[i] != NULL && out->fields[i]->column == UINT32_MAX) out->fields[i] = NULL;
    }
    return RC_OK;
}

/* The row that begins at *at, which is moved behind it. */
static struct row row_at(struct pairing *p, const struct page *x, size_t *at)
{
    struct row out = {.cells = arena_array(&p->tmp, struct str, x->columns + 1), .values = arena_array(&p->tmp, struct sv, p->r->stored_count + 1u)};
    size_t got = csv_cells(&p->tmp, x->table.csv, at, out.cells, x->columns);
    for (; got < x->columns; got++) out.cells[got] = STR("");
    for (size_t i = 0; i < x->columns; i++) {
        out.any = out.any || str_trim(out.cells[i]).len > 0;
        if (x->fields[i] != NULL) out.values[x->fields[i]->column] = value_of(p, x->fields[i], out.cells[i]);
    }
    return out;
}

/* Every row of a sheet that says anything. */
static enum rc each_row(struct pairing *p, const struct page *x, enum rc (*fn)(struct pairing *p, size_t at, uint32_t row, const struct row *cells, struct err *err), struct err *err)
{
    size_t at = x->rows_at;
    for (size_t n = 0; at < x->table.csv.len; n++) {
        struct arena_mark m = arena_mark(&p->tmp);
        size_t from = at;
        struct row row = row_at(p, x, &at);
        enum rc rc = row.any ? fn(p, from, n < x->table.lines_count ? x->table.lines[n].row : 0, &row, err) : RC_OK;
        arena_reset(&p->tmp, m);
        TRY(rc);
        if (n % LET_GO == 0) {
            spill_cool(p->was.table.spill);
            spill_cool(p->now.table.spill);
        }
    }
    return RC_OK;
}

static bool page_has(const struct page *x, const struct pack_field *f)
{
    for (size_t i = 0; i < x->columns; i++)
        if (x->fields[i] == f) return true;
    return false;
}

/* Only what both sheets have can tell rows apart. */
static enum rc lists_common(struct pairing *p, struct err *err)
{
    struct str wanted = STR("");
    size_t kept = 0;
    for (size_t m = 0; m < p->lists; m++) {
        bool both = true;
        for (size_t i = 0; p->by[m][i] != NULL; i++) {
            both = both && page_has(&p->was, p->by[m][i]) && page_has(&p->now, p->by[m][i]);
            wanted = str_cat(p->a, wanted, i > 0 ? STR("、") : m > 0 ? STR("；") : STR(""), p->by[m][i]->title.zh);
        }
        if (both) p->by[kept++] = p->by[m];
    }
    p->lists = kept;
    return kept > 0 ? RC_OK : err_set(err, &E_compare_identity, NO_PLACE, wanted, wanted);
}

static struct str called(struct pairing *p, const struct page *x, const struct row *l)
{
    for (size_t i = 0; i < x->columns; i++)
        if (x->fields[i] != NULL && x->fields[i]->type == FIELD_TEXT && x->fields[i] != p->r->key && str_trim(l->cells[i]).len > 0)
            return str_dup(p->a, str_sub(str_trim(l->cells[i]), 0, utf8_offset(str_trim(l->cells[i]), TEXT_IN_NAME)));
    return x->columns > 0 ? str_dup(p->a, str_trim(l->cells[0])) : STR("");
}

static bool same(const struct sv *x, const struct sv *y)
{
    if (x->kind != y->kind) return false;
    return x->kind == SV_NULL || (x->kind == SV_INT ? x->i == y->i : str_eq(x->s, y->s));
}

static void put(struct pairing *p, const struct compare_line *l) { vec_push(p->a, &p->list, *l); }

static enum rc learn(struct pairing *p, size_t at, uint32_t row, const struct row *l, struct err *err)
{
    struct line line = {.at = at, .row = row};
    for (size_t m = 0; m < p->lists; m++) {
        struct str text = match_text(&p->tmp, p->by[m], l->values);
        if (text.len > 0) TRY(keys_put(p->keys[m], text, p->lines.len, err));
    }
    vec_push(p->a, &p->lines, line);
    return RC_OK;
}

static enum rc one_row(struct pairing *p, size_t at, uint32_t row, const struct row *l, struct err *err)
{
    struct compare_line out = {.row = row};
    size_t found = 0;
    uint64_t id = 0;
    (void)at;
    (void)err;
    for (size_t m = 0; m < p->lists && found == 0; m++) {
        struct str text = match_text(&p->tmp, p->by[m], l->values);
        if (text.len > 0) found = keys_find(p->keys[m], text, &id);
        if (found > 0) out.by = p->by[m][0]->title.zh;
    }
    struct line *was = found == 0 ? NULL : &p->lines.at[id];
    if (was == NULL || found > 1 || was->seen) {
        out.kind = was == NULL ? COMPARE_ADDED : COMPARE_SEVERAL;
        out.called = called(p, &p->now, l);
        p->out->count[out.kind]++;
        put(p, &out);
        return RC_OK;
    }
    bool changed = false;
    size_t there = was->at;
    struct row old = row_at(p, &p->was, &there);
    was->seen = true;
    out.was_row = was->row;
    out.kind = COMPARE_CHANGED;
    for (size_t i = 0; i < p->now.columns; i++) {
        size_t k = p->column[i];
        if (k == SIZE_MAX) continue;
        const struct pack_field *f = p->now.fields[i];
        struct str x = str_trim(old.cells[k]), y = str_trim(l->cells[i]);
        if (str_eq(x, y) || (f != NULL && same(&old.values[f->column], &l->values[f->column]))) continue;
        if (!changed) out.called = called(p, &p->now, l);
        changed = true;
        out.field = f;
        out.title = p->now.titles[i];
        out.was = str_dup(p->a, x);
        out.now = str_dup(p->a, y);
        put(p, &out);
    }
    p->out->count[changed ? COMPARE_CHANGED : COMPARE_SAME]++;
    return RC_OK;
}

/* Which of the two it was is told with what is wrong. */
static enum rc page_of(struct pairing *p, const struct compare_sheet *sheet, bool second, struct page *out, struct err *err)
{
    struct err why;
    err_clear(&why);
    enum rc rc = page_read(p, sheet, out, &why);
    if (rc == RC_OK) return RC_OK;
    if (rc == RC_SYSTEM || rc == RC_BROKEN) {
        if (err != NULL) *err = why;
        return rc;
    }
    return err_set(err, &E_compare_page, NO_PLACE, second ? STR("后一张表") : STR("前一张表"), second ? STR("second") : STR("first"), str_c(why.zh), str_c(why.en), str_c(why.hint_zh), str_c(why.hint_en));
}

static enum rc compare(struct pairing *p, const struct compare_sheet *first, const struct compare_sheet *second, const struct pack_field ***by, struct err *err)
{
    struct arena *a = p->a;
    TRY(page_of(p, first, false, &p->was, err));
    TRY(page_of(p, second, true, &p->now, err));
    p->by = identities(p->r, by, a, &p->lists);
    TRY(lists_common(p, err));
    p->column = arena_array(a, size_t, p->now.columns + 1);
    for (size_t i = 0; i < p->now.columns; i++) {
        p->column[i] = SIZE_MAX;
        for (size_t k = 0; k < p->was.columns && p->column[i] == SIZE_MAX; k++)
            if ((p->now.fields[i] != NULL && p->now.fields[i] == p->was.fields[k]) || (p->now.titles[i].len > 0 && str_eq(p->now.titles[i], p->was.titles[k]))) p->column[i] = k;
    }
    p->keys = arena_array(a, struct keys *, p->lists + 1);
    for (size_t m = 0; m < p->lists; m++) p->keys[m] = keys_make(a);
    TRY(each_row(p, &p->was, learn, err));
    for (size_t m = 0; m < p->lists; m++) keys_sort(p->keys[m]);
    TRY(each_row(p, &p->now, one_row, err));
    for (size_t i = 0; i < p->lines.len; i++) {
        if (p->lines.at[i].seen) continue;
        struct arena_mark m = arena_mark(&p->tmp);
        size_t at = p->lines.at[i].at;
        struct row row = row_at(p, &p->was, &at);
        struct compare_line gone = {.kind = COMPARE_GONE, .was_row = p->lines.at[i].row, .called = called(p, &p->was, &row)};
        arena_reset(&p->tmp, m);
        p->out->count[COMPARE_GONE]++;
        put(p, &gone);
    }
    return RC_OK;
}

enum rc exchange_compare_sheets(struct records *rs, const struct pack_register *r, struct compare_sheet first, struct compare_sheet second, const struct pack_field ***by,
                                struct arena *a, struct compare_result *out, struct err *err)
{
    struct pairing p = {.rs = rs, .r = r, .a = a, .out = out};
    *out = (struct compare_result){0};
    arena_init(&p.tmp, (size_t)256 << 20);
    enum rc rc = compare(&p, &first, &second, by, err);
    arena_fini(&p.tmp);
    TRY(rc);
    out->lines = p.list.at;
    out->lines_count = p.list.len;
    out->sheet = p.now.table.sheet;
    out->warnings = str_cat(a, p.was.table.warnings, p.now.table.warnings);
    return RC_OK;
}
