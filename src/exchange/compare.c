/*
 * compare.c - a list in a spreadsheet against a register.  Who is who: by the key, by what is unique, by the identity that the caller names.
 * Nothing is written: what is accepted goes through an import or a change of its own.
 * Of the register only ids and what tells its records apart are kept, of the sheet only what differs: values are read again where a row fits.
 */
#include "exchange/inner.h"

struct person { uint64_t id; bool seen; };

struct comparing {
    struct records *rs;
    const struct pack_register *r;
    struct arena *a;
    const struct pack_field ***by;
    size_t lists;
    struct str *by_names;
    struct keys **keys;       /* by list */
    struct arena row;         /* of the row or record at hand */
    VEC(struct person) people; /* by id */
    VEC(struct compare_line) lines;
    struct compare_result *out;
    const struct exchange_sight *sight;
};

static enum rc learn(void *ctx, const struct record *rec, struct err *err)
{
    struct comparing *c = ctx;
    bool yes = true;
    if (c->sight != NULL) TRY(c->sight->record(c->sight->ctx, c->r, rec->id, &yes, err));
    if (!yes) return RC_OK;
    struct person p = {.id = rec->id};
    MUST(c->people.len == 0 || c->people.at[c->people.len - 1].id < p.id);
    vec_push(c->a, &c->people, p);
    for (size_t m = 0; m < c->lists; m++) {
        struct arena_mark mark = arena_mark(&c->row);
        struct str text = match_text(&c->row, c->by[m], rec->values);
        for (size_t i = 0; c->sight != NULL && c->by[m][i] != NULL; i++)
            if (!c->sight->field(c->sight->ctx, c->r, rec->id, c->by[m][i])) text = STR("");
        enum rc rc = text.len == 0 ? RC_OK : keys_put(c->keys[m], text, rec->id, err);
        arena_reset(&c->row, mark);
        TRY(rc);
    }
    return RC_OK;
}

static struct person *person_of(struct comparing *c, uint64_t id)
{
    size_t from = 0, to = c->people.len;
    while (from + 1 < to) {
        size_t at = from + (to - from) / 2;
        if (c->people.at[at].id <= id) from = at;
        else to = at;
    }
    return &c->people.at[from];
}

static struct str names_of(struct arena *a, const struct pack_field *const *fields)
{
    struct str s = STR("");
    for (size_t i = 0; fields[i] != NULL; i++) s = str_cat(a, s, i > 0 ? STR("、") : STR(""), fields[i]->title.zh);
    return s;
}

static void put(struct comparing *c, const struct compare_line *l) { vec_push(c->a, &c->lines, *l); }

static struct str called(struct comparing *c, uint64_t id)
{
    struct str s;
    struct err none;
    return sight_called(c->rs, c->sight, c->r, id, c->a, &s, &none) == RC_OK ? s : STR("?");
}

static struct str text_of(struct comparing *c, const struct pack_field *f, const struct sv *v)
{
    struct str s = STR("");
    struct err none;
    if (v->kind != SV_NULL && record_value_text(c->rs, f, v, c->a, &s, &none) != RC_OK) s = STR("?");
    return s;
}

static bool same(const struct sv *a, const struct sv *b)
{
    if (a->kind != b->kind) return false;
    return a->kind == SV_NULL || (a->kind == SV_INT ? a->i == b->i : str_eq(a->s, b->s));
}

/* One row of the file.  cells: as they are written; fields: NULL for what is no stored field. */
static enum rc one_row(struct comparing *c, uint32_t row, const struct str *cells, const struct pack_field *const *fields, size_t n, struct err *err)
{
    struct sv *values = arena_array(&c->row, struct sv, c->r->stored_count + 1u);
    bool *bad = arena_array(&c->row, bool, c->r->stored_count + 1u);
    struct str first = STR("");
    for (size_t i = 0; i < n; i++) {
        struct err none;
        if (fields[i] == NULL) continue;
        struct sv *v = &values[fields[i]->column];
        if (record_value_parse(c->rs, fields[i], cells[i], &c->row, v, &none) != RC_OK) {
            *v = sv_null();
            bad[fields[i]->column] = true; /* it differs, whatever it was to be */
        }
        if (first.len == 0 && fields[i]->type == FIELD_TEXT && fields[i] != c->r->key) first = str_trim(cells[i]);
    }
    struct compare_line l = {.row = row, .called = first};
    size_t m = 0, found = 0;
    uint64_t id = 0;
    for (; m < c->lists && found == 0; m++) {
        struct str text = match_text(&c->row, c->by[m], values);
        if (text.len > 0) found = keys_find(c->keys[m], text, &id);
        if (found > 0) l.by = c->by_names[m];
    }
    if (found != 1) {
        l.kind = found == 0 ? COMPARE_ADDED : COMPARE_SEVERAL;
        if (found == 0) {
            struct str *kept_cells = arena_array(c->a, struct str, n + 1);
            for (size_t i = 0; i < n; i++) kept_cells[i] = str_dup(c->a, str_trim(cells[i]));
            l.cells = kept_cells;
        }
        l.called = str_dup(c->a, l.called);
        c->out->count[l.kind]++;
        put(c, &l);
        return RC_OK;
    }
    struct person *p = person_of(c, id);
    struct record rec;
    bool changed = false;
    l.id = id;
    if (p->seen) { /* a second row for the same person */
        l.kind = COMPARE_SEVERAL;
        l.called = called(c, id);
        c->out->count[l.kind]++;
        put(c, &l);
        return RC_OK;
    }
    p->seen = true;
    TRY(record_get(c->rs, c->r, id, &c->row, &rec, err));
    for (size_t i = 0; i < n; i++) {
        const struct pack_field *f = fields[i];
        if (f != NULL && c->sight != NULL && !c->sight->field(c->sight->ctx, c->r, id, f)) continue;
        if (f == NULL || (!bad[f->column] && same(&values[f->column], &rec.values[f->column]))) continue;
        if (!changed) l.called = called(c, id);
        changed = true;
        l.kind = COMPARE_CHANGED;
        l.field = f;
        l.was = str_dup(c->a, text_of(c, f, &rec.values[f->column])); /* it may be the value itself */
        l.now = str_dup(c->a, str_trim(cells[i]));
        put(c, &l);
    }
    c->out->count[changed ? COMPARE_CHANGED : COMPARE_SAME]++;
    return RC_OK;
}

/* The CSV that exchange_xlsx_read() makes: every cell in quotes. */
size_t csv_cells(struct arena *a, struct str s, size_t *at, struct str *cells, size_t max)
{
    size_t n = 0;
    while (*at < s.len) {
        if (s.ptr[*at] != '"') return n;
        size_t from = ++*at;
        struct buf b;
        buf_init(&b, s.len + 1);
        while (*at < s.len) {
            if (s.ptr[*at] == '"') {
                if (*at + 1 < s.len && s.ptr[*at + 1] == '"') ++*at;
                else break;
            }
            buf_char(&b, s.ptr[(*at)++]);
        }
        (void)from;
        struct str cell = buf_view(&b);
        if (cell.len > 1 && cell.ptr[0] == '\'' && strchr("=+-@'\t", cell.ptr[1]) != NULL) cell = str_sub(cell, 1, cell.len);
        if (n < max) cells[n++] = str_dup(a, cell);
        buf_fini(&b);
        ++*at; /* the quote */
        if (*at >= s.len || s.ptr[(*at)++] == '\n') return n;
    }
    return n;
}

/* How its records are told apart: the key, what is unique, then the caller's own lists. */
const struct pack_field ***identities(const struct pack_register *r, const struct pack_field ***by, struct arena *a, size_t *n)
{
    size_t more = 0;
    *n = 0;
    while (by != NULL && by[more] != NULL) more++;
    const struct pack_field ***out = arena_array(a, const struct pack_field **, r->fields_count + more + 2);
    for (uint32_t i = 0; i < r->fields_count; i++) {
        const struct pack_field *f = &r->fields[i];
        if ((!f->key && !f->unique) || f->column == UINT32_MAX) continue;
        const struct pack_field **one = arena_array(a, const struct pack_field *, 2);
        one[0] = f;
        out[(*n)++] = one;
    }
    for (size_t i = 0; i < more; i++) out[(*n)++] = by[i];
    return out;
}

static enum rc compare(struct comparing *c, struct str bytes, const struct spill *from, const struct pack_field ***by, struct err *err);

enum rc exchange_compare(struct records *rs, const struct pack_register *r, struct str bytes, const struct pack_field ***by, struct arena *a, struct compare_result *out, struct err *err)
{
    return exchange_compare_seen(rs, r, bytes, NULL, by, NULL, a, out, err);
}

enum rc exchange_compare_seen(struct records *rs, const struct pack_register *r, struct str bytes, const struct spill *from, const struct pack_field ***by,
                              const struct exchange_sight *sight, struct arena *a, struct compare_result *out, struct err *err)
{
    struct comparing c = {.rs = rs, .r = r, .a = a, .out = out, .sight = sight};
    *out = (struct compare_result){0};
    arena_init(&c.row, (size_t)256 << 20);
    enum rc rc = compare(&c, bytes, from, by, err);
    arena_fini(&c.row);
    return rc;
}

static enum rc compare(struct comparing *c, struct str bytes, const struct spill *from, const struct pack_field ***by, struct err *err)
{
    enum { COLS = 700, LET_GO = 4096 };
    const struct pack_register *r = c->r;
    struct compare_result *out = c->out;
    struct arena *a = c->a;
    struct xlsx_table t;
    TRY(exchange_xlsx_read_spill(bytes, from, import_folder(c->rs), r, a, &t, err));
    c->by = identities(r, by, a, &c->lists);
    c->by_names = arena_array(a, struct str, c->lists + 1);
    c->keys = arena_array(a, struct keys *, c->lists + 1);
    for (size_t m = 0; m < c->lists; m++) {
        c->keys[m] = keys_make(a);
        c->by_names[m] = names_of(a, c->by[m]);
    }
    TRY(record_each(c->rs, r, RECORD_BY_ID, false, learn, c, err));
    for (size_t m = 0; m < c->lists; m++) keys_sort(c->keys[m]);
    struct str *cells = arena_array(a, struct str, COLS);
    const struct pack_field **fields = arena_array(a, const struct pack_field *, COLS);
    size_t at = 0, n = csv_cells(a, t.csv, &at, cells, COLS);
    for (size_t i = 0; i < n; i++) {
        fields[i] = pack_field_find(r, cells[i]);
        if (fields[i] != NULL && fields[i]->column == UINT32_MAX) fields[i] = NULL;
    }
    for (size_t row = 0; at < t.csv.len; row++) {
        struct arena_mark m = arena_mark(&c->row);
        size_t got = csv_cells(&c->row, t.csv, &at, cells, COLS);
        for (; got < n; got++) cells[got] = STR("");
        TRY(one_row(c, row < t.lines_count ? t.lines[row].row : 0, cells, fields, n, err));
        arena_reset(&c->row, m);
        if (row % LET_GO == 0) spill_cool(t.spill);
    }
    for (size_t i = 0; i < c->people.len; i++) {
        if (c->people.at[i].seen) continue;
        struct compare_line l = {.kind = COMPARE_GONE, .id = c->people.at[i].id, .called = called(c, c->people.at[i].id)};
        out->count[COMPARE_GONE]++;
        put(c, &l);
    }
    out->lines = c->lines.at;
    out->lines_count = c->lines.len;
    out->sheet = t.sheet;
    out->fields = fields;
    out->fields_count = n;
    out->warnings = t.warnings;
    return RC_OK;
}
