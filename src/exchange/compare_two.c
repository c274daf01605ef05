/* compare_two.c - a sheet against another.  A register says how rows are told apart; its records are not looked at, for the sheets may be anybody's. */
#include "exchange/inner.h"

enum { COLS = 700, TEXT_IN_NAME = 60 };

struct line { uint32_t row; struct str *cells; struct sv *values; bool seen; };
struct page {
    struct xlsx_table table;
    struct str *titles;
    const struct pack_field **fields;    /* by column; NULL: of none */
    size_t columns;
    VEC(struct line) lines;
};
struct who { size_t line; bool several; };
struct pairing {
    struct records *rs;
    const struct pack_register *r;
    struct arena *a;
    const struct pack_field ***by;
    size_t lists;
    struct page was, now;
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
    if (f->type == FIELD_REF || record_value_parse(p->rs, f, text, p->a, &v, &none) != RC_OK) return sv_text(uni_fold_search(p->a, text));
    if (v.kind == SV_TEXT) v.s = str_dup(p->a, v.s);
    return v;
}

static enum rc page_read(struct pairing *p, struct str bytes, struct page *out, struct err *err)
{
    struct str *cells = arena_array(p->a, struct str, COLS);
    size_t at = 0;
    TRY(exchange_xlsx_read(bytes, p->r, p->a, &out->table, err));
    out->columns = csv_cells(p->a, out->table.csv, &at, cells, COLS);
    out->titles = arena_array(p->a, struct str, out->columns + 1);
    out->fields = arena_array(p->a, const struct pack_field *, out->columns + 1);
    for (size_t i = 0; i < out->columns; i++) {
        out->fields[i] = pack_field_find(p->r, cells[i]);
        out->titles[i] = out->fields[i] != NULL ? out->fields[i]->title.zh : cells[i]; /* what is worked out is no column to match by, but has its name */
        if (out->fields[i] != NULL && out->fields[i]->column == UINT32_MAX) out->fields[i] = NULL;
    }
    for (size_t n = 0; at < out->table.csv.len; n++) {
        struct line l = {.row = n < out->table.lines_count ? out->table.lines[n].row : 0, .cells = arena_array(p->a, struct str, out->columns + 1),
                         .values = arena_array(p->a, struct sv, p->r->stored_count + 1u)};
        size_t got = csv_cells(p->a, out->table.csv, &at, l.cells, out->columns);
        bool any = false;
        for (; got < out->columns; got++) l.cells[got] = STR("");
        for (size_t i = 0; i < out->columns; i++) {
            any = any || str_trim(l.cells[i]).len > 0;
            if (out->fields[i] != NULL) l.values[out->fields[i]->column] = value_of(p, out->fields[i], l.cells[i]);
        }
        if (any) vec_push(p->a, &out->lines, l);
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

static struct str called(const struct page *x, const struct line *l, const struct pack_register *r)
{
    for (size_t i = 0; i < x->columns; i++)
        if (x->fields[i] != NULL && x->fields[i]->type == FIELD_TEXT && x->fields[i] != r->key && str_trim(l->cells[i]).len > 0)
            return str_sub(str_trim(l->cells[i]), 0, utf8_offset(str_trim(l->cells[i]), TEXT_IN_NAME));
    return x->columns > 0 ? str_trim(l->cells[0]) : STR("");
}

static bool same(const struct sv *x, const struct sv *y)
{
    if (x->kind != y->kind) return false;
    return x->kind == SV_NULL || (x->kind == SV_INT ? x->i == y->i : str_eq(x->s, y->s));
}

static void put(struct pairing *p, const struct compare_line *l) { vec_push(p->a, &p->list, *l); }

static void one_row(struct pairing *p, struct map **maps, const struct line *l)
{
    struct compare_line out = {.row = l->row, .called = called(&p->now, l, p->r)};
    const struct who *w = NULL;
    for (size_t m = 0; m < p->lists && w == NULL; m++) {
        struct str text = match_text(p->a, p->by[m], l->values);
        if (text.len > 0) w = map_find(maps[m], text);
        if (w != NULL) out.by = p->by[m][0]->title.zh;
    }
    struct line *was = w == NULL ? NULL : &p->was.lines.at[w->line];
    if (w == NULL || w->several || was->seen) {
        out.kind = w == NULL ? COMPARE_ADDED : COMPARE_SEVERAL;
        p->out->count[out.kind]++;
        put(p, &out);
        return;
    }
    bool changed = false;
    was->seen = true;
    out.was_row = was->row;
    out.kind = COMPARE_CHANGED;
    for (size_t i = 0; i < p->now.columns; i++) {
        size_t k = p->column[i];
        if (k == SIZE_MAX) continue;
        const struct pack_field *f = p->now.fields[i];
        struct str x = str_trim(was->cells[k]), y = str_trim(l->cells[i]);
        if (str_eq(x, y) || (f != NULL && same(&was->values[f->column], &l->values[f->column]))) continue;
        changed = true;
        out.field = f;
        out.title = p->now.titles[i];
        out.was = x;
        out.now = y;
        put(p, &out);
    }
    p->out->count[changed ? COMPARE_CHANGED : COMPARE_SAME]++;
}

/* Which of the two it was is told with what is wrong. */
static enum rc page_of(struct pairing *p, struct str bytes, bool second, struct page *out, struct err *err)
{
    struct err why;
    err_clear(&why);
    enum rc rc = page_read(p, bytes, out, &why);
    if (rc == RC_OK) return RC_OK;
    if (rc == RC_SYSTEM || rc == RC_BROKEN) {
        if (err != NULL) *err = why;
        return rc;
    }
    return err_set(err, &E_compare_page, NO_PLACE, second ? STR("后一张表") : STR("前一张表"), second ? STR("second") : STR("first"), str_c(why.zh), str_c(why.en), str_c(why.hint_zh), str_c(why.hint_en));
}

enum rc exchange_compare_sheets(struct records *rs, const struct pack_register *r, struct str first, struct str second, const struct pack_field ***by, struct arena *a,
                                struct compare_result *out, struct err *err)
{
    struct pairing p = {.rs = rs, .r = r, .a = a, .out = out};
    *out = (struct compare_result){0};
    TRY(page_of(&p, first, false, &p.was, err));
    TRY(page_of(&p, second, true, &p.now, err));
    p.by = identities(r, by, a, &p.lists);
    TRY(lists_common(&p, err));
    p.column = arena_array(a, size_t, p.now.columns + 1);
    for (size_t i = 0; i < p.now.columns; i++) {
        p.column[i] = SIZE_MAX;
        for (size_t k = 0; k < p.was.columns && p.column[i] == SIZE_MAX; k++)
            if ((p.now.fields[i] != NULL && p.now.fields[i] == p.was.fields[k]) || (p.now.titles[i].len > 0 && str_eq(p.now.titles[i], p.was.titles[k]))) p.column[i] = k;
    }
    struct map **maps = arena_array(a, struct map *, p.lists + 1);
    for (size_t m = 0; m < p.lists; m++) {
        maps[m] = arena_new(a, struct map);
        for (size_t i = 0; i < p.was.lines.len; i++) {
            struct str text = match_text(a, p.by[m], p.was.lines.at[i].values);
            struct who *w = text.len == 0 ? NULL : map_find(maps[m], text);
            if (text.len == 0) continue;
            if (w != NULL) {
                w->several = true;
                continue;
            }
            w = arena_new(a, struct who);
            w->line = i;
            (void)map_put(a, maps[m], text, w);
        }
    }
    for (size_t i = 0; i < p.now.lines.len; i++) one_row(&p, maps, &p.now.lines.at[i]);
    for (size_t i = 0; i < p.was.lines.len; i++) {
        const struct line *l = &p.was.lines.at[i];
        if (l->seen) continue;
        struct compare_line gone = {.kind = COMPARE_GONE, .was_row = l->row, .called = called(&p.was, l, r)};
        out->count[COMPARE_GONE]++;
        put(&p, &gone);
    }
    out->lines = p.list.at;
    out->lines_count = p.list.len;
    out->sheet = p.now.table.sheet;
    out->warnings = str_cat(a, p.was.table.warnings, p.now.table.warnings);
    return RC_OK;
}
