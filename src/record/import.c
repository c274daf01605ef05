/*
 * import.c - a file read and checked against a register: nothing is written here.
 * Every cell is looked at, so that all mistakes of a file are told at once.
 */
#include "record/inner.h"

struct column {
    struct str heading;
    const struct pack_field *field; /* NULL: "#" or passed over */
    bool is_id;
};

/* Where a text of the file itself stands: rows by key, rows by name.  Only for registers that refer to themselves. */
struct own {
    size_t row; /* idx of plan->rows */
    uint32_t line, other; /* other: of the second row of that name; 0: it is the only one */
};

struct reading {
    struct records *rs;
    struct reg_bind *b;
    struct arena *a;
    struct import_plan *plan;
    struct lookups lookups;
    struct import_room room;
    struct map keys, names; /* -> struct own */
    VEC(struct import_row) rows;
    struct buf warnings;
    bool own_refs; /* the register refers to itself */
    bool *given;   /* by column */
    VEC(const struct pack_field *) order;
    bool id_given;
    bool row_bad; /* the row at hand is counted already */
    struct err err; /* of the cell at hand: too large for each stack frame */
};

/* ---- bad rows ---- */

void import_bad_add(struct import_plan *p, struct arena *a, uint32_t line, uint32_t col, struct str field, struct str text, struct err *err)
{
    err->place = (struct place){.line = line, .col = col};
    if (p->bad_count >= IMPORT_BAD_MAX) return;
    /* The array doubles: its room is its length rounded up to a power of two. */
    if ((p->bad_count & (p->bad_count - 1)) == 0) {
        size_t cap = p->bad_count == 0 ? 1 : p->bad_count * 2;
        struct import_bad *more = arena_try(a, cap * sizeof *more);
        if (more == NULL) return;
        if (p->bad_count > 0) memcpy(more, p->bad, p->bad_count * sizeof *more);
        p->bad = more;
    }
    struct str shown = str_sub(text, 0, utf8_offset(text, 60));
    p->bad[p->bad_count++] = (struct import_bad){.line = line, .err = *err, .field = field, .text = str_dup(a, shown)};
}

static void bad(struct reading *g, uint32_t line, uint32_t col, struct str field, struct str text)
{
    if (!g->row_bad) g->plan->bad_rows++;
    g->row_bad = true;
    import_bad_add(g->plan, g->a, line, col, field, text, &g->err);
}

static int by_line(const void *x, const void *y)
{
    const struct import_bad *a = x, *b = y;
    if (a->line != b->line) return a->line < b->line ? -1 : 1;
    return a->err.place.col < b->err.place.col ? -1 : a->err.place.col > b->err.place.col;
}

/* ---- headings ---- */

static enum rc unknown_heading(const struct reading *g, struct str heading, struct err *err)
{
    const struct pack_register *r = g->b->reg;
    struct str *titles = arena_array(g->a, struct str, r->fields_count);
    for (uint32_t i = 0; i < r->fields_count; i++) titles[i] = field_title(&r->fields[i]);
    return err_set(err, &E_import_heading, NO_PLACE, heading, reg_title(r), nearest_name(heading_bare(g->a, heading), r->fields_count, titles));
}

static void warn(struct reading *g, const char *zh, struct str what, const char *en)
{
    buf_str(&g->warnings, str_c(zh));
    buf_str(&g->warnings, what);
    buf_str(&g->warnings, str_c(en));
    buf_char(&g->warnings, '\n');
}

/* Characters of private use look right on one machine only: the names of people are worth a word. */
static void warn_private(struct reading *g, struct str text)
{
    enum { SHOWN = 5 };
    uint32_t line = 1, shown = 0;
    bool some = false;
    for (size_t at = 0, to; at < text.len && !some; at = to) {
        to = import_piece(text, at);
        some = uni_has_private(str_sub(text, at, to));
        spill_cool(g->room.from);
    }
    if (!some) return;
    for (size_t at = 0; at < text.len && shown < SHOWN; line++) {
        size_t end = str_find_char(str_sub(text, at, text.len), '\n');
        end = end == SIZE_MAX ? text.len : at + end;
        char number[16];
        int len = snprintf(number, sizeof number, "%u", line);
        if (uni_has_private(str_sub(text, at, end))) {
            warn(g, "第 ", str_of(number, (size_t)len), " 行有私用区字符，换一台机器就认不出 (a character of private use)");
            shown++;
        }
        at = end + 1;
    }
}

static void add_given(struct reading *g, const struct pack_field *f)
{
    if (g->given[f->column]) return;
    g->given[f->column] = true;
    vec_push(g->a, &g->order, f);
}

/* What one heading means.  Columns that tell of rows, not of records, are passed over: numbers of lines, reasons of an earlier try. */
static enum rc take_heading(struct reading *g, struct str heading, struct column *out, struct err *err)
{
    static const struct str passed[] = {STR_INIT("序号"), STR_INIT("行号"), STR_INIT("原因"), STR_INIT("line"), STR_INIT("reason")};
    const struct pack_register *r = g->b->reg;
    *out = (struct column){.heading = str_trim(heading)};
    const struct pack_field *f = heading_field(r, g->a, out->heading);
    struct str bare = heading_bare(g->a, out->heading);
    bool other = str_eq(bare, STR("#"));
    for (size_t i = 0; i < ARRAY_LEN(passed); i++) other = other || str_eq(bare, passed[i]);
    if (f == NULL && !other && (f = heading_guess(r, g->a, out->heading)) != NULL) {
        struct str what = str_cat(g->a, out->heading, STR("”这一列按“"), field_title(f));
        warn(g, "“", what, "”导入 (heading taken for that field)");
    }
    if (f != NULL && f->derive != NULL) {
        warn(g, "“", field_title(f), "”是推算出来的，这一列不导入 (derived: not imported)");
        return RC_OK;
    }
    if (f != NULL) {
        out->field = f;
        add_given(g, f);
        return RC_OK;
    }
    if (str_eq(bare, STR("#"))) {
        out->is_id = r->key == NULL; /* with a key, a number of another area must not name a record of this one */
        g->id_given = g->id_given || out->is_id;
        return RC_OK;
    }
    for (size_t i = 0; i < ARRAY_LEN(passed); i++) {
        if (!str_eq(bare, passed[i])) continue;
        warn(g, "“", bare, "”这一列不导入 (column passed over)");
        return RC_OK;
    }
    return unknown_heading(g, heading, err);
}

static enum rc check_headings(const struct reading *g, struct err *err)
{
    const struct pack_field *key = g->b->reg->key;
    if (g->order.len == 0) return err_set0(err, &E_import_empty, NO_PLACE);
    if (key != NULL && !g->given[key->column]) return err_set(err, &E_import_no_key, NO_PLACE, field_title(key));
    return RC_OK;
}

/* ---- cells and rows ---- */

static bool refers_to_self(const struct reading *g, const struct pack_field *f) { return f->type == FIELD_REF && f->ref == g->b->reg; }

static bool take_cell(struct reading *g, const struct pack_field *f, struct str text, struct sv *out)
{
    struct arena *tmp = &g->rs->scratch;
    enum rc rc;
    if (f->type != FIELD_REF) {
        rc = record_value_parse(g->rs, f, text, tmp, out, &g->err);
        /* Most texts point into the file; what was folded was made in the scratch. */
        bool inside = out->kind == SV_TEXT && out->s.ptr >= text.ptr && out->s.ptr <= text.ptr + text.len;
        if (rc == RC_OK && out->kind == SV_TEXT && !inside && f->type != FIELD_CHOICE) out->s = import_text(&g->room, out->s);
        return rc == RC_OK;
    }
    struct sv trimmed;
    static const struct pack_field plain = {.type = FIELD_TEXT};
    rc = record_value_parse(NULL, &plain, text, tmp, &trimmed, &g->err); /* blanks, control characters */
    if (rc != RC_OK || trimmed.kind == SV_NULL || refers_to_self(g, f)) { /* its own records: when all rows are known */
        *out = trimmed;
        return rc == RC_OK;
    }
    uint64_t id;
    rc = lookup_find(&g->lookups, f->ref, trimmed.s, &id, &g->err);
    *out = sv_int((int64_t)id);
    return rc == RC_OK;
}

static bool take_id(struct reading *g, struct str text, uint64_t *id)
{
    text = str_trim(text);
    if (text.len == 0) return true;
    struct str digits = str_starts(text, STR("#")) ? str_sub(text, 1, text.len) : text;
    if (str_to_u64(digits, id) && *id > 0) return true;
    err_set(&g->err, &E_import_id, NO_PLACE, text);
    return false;
}

static void learn(struct arena *a, struct map *m, struct str text, size_t row, uint32_t line)
{
    struct own *o = map_find(m, text);
    if (o != NULL) {
        if (o->other == 0) o->other = line;
        return;
    }
    o = arena_new(a, struct own);
    *o = (struct own){.row = row, .line = line};
    MUST(map_put(a, m, text, o));
}

/* The row is whole: is its key given, and only once?  False: it is bad. */
static bool take_row(struct reading *g, struct import_row *row)
{
    const struct pack_field *key = g->b->reg->key, *name = g->b->name_field;
    if (key != NULL) {
        const struct sv *v = &row->values[key->column];
        if (v->kind == SV_NULL) {
            err_set(&g->err, &E_import_key_blank, NO_PLACE, field_title(key));
            bad(g, row->line, 0, field_title(key), STR(""));
            return false;
        }
        struct arena_mark m = arena_mark(&g->rs->scratch);
        struct str text = value_plain(&g->rs->scratch, key, v);
        if (v->kind != SV_TEXT && g->own_refs) text = str_dup(g->a, text);
        const struct own *o = g->own_refs ? map_find(&g->keys, text) : NULL;
        uint32_t line = o != NULL ? o->line : g->own_refs ? 0 : import_met(&g->room, g->rows.at, g->rows.len, v, key->column, text);
        if (line != 0) {
            err_set(&g->err, &E_import_key_twice, NO_PLACE, field_title(key), text, str_u64(&g->rs->scratch, line));
            bad(g, row->line, 0, field_title(key), text);
        } else if (g->own_refs) {
            learn(g->a, &g->keys, text, g->rows.len, row->line);
        }
        arena_reset(&g->rs->scratch, m);
        if (line != 0) return false;
    }
    if (g->own_refs && name != NULL && row->values[name->column].kind == SV_TEXT)
        learn(g->a, &g->names, row->values[name->column].s, g->rows.len, row->line);
    vec_push(g->room.big, &g->rows, *row);
    if (g->rows.len % IMPORT_COOL_EACH == 0) import_cool(g->plan);
    return true;
}

static struct sv *new_values(struct reading *g)
{
    struct sv *values = arena_array(g->room.big, struct sv, g->b->reg->stored_count);
    for (uint32_t i = 0; i < g->b->reg->stored_count; i++) values[i] = sv_absent();
    return values;
}

/* ---- CSV ---- */

static void csv_row(struct reading *g, const struct csv *csv, const struct column *columns, size_t count, uint32_t line)
{
    struct sv *values = new_values(g);
    struct import_row row = {.line = line, .values = values};
    bool ok = true;
    g->row_bad = false;
    for (size_t i = count; i < csv->cells; i++) {
        if (i < csv->cells_max && str_trim(csv->cell[i]).len == 0) continue;
        struct arena *tmp = &g->rs->scratch;
        err_set(&g->err, &E_import_cells, NO_PLACE, str_u64(tmp, csv->cells), str_u64(tmp, count));
        bad(g, line, (uint32_t)i + 1, STR(""), i < csv->cells_max ? csv->cell[i] : STR(""));
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const struct column *c = &columns[i];
        struct str text = i < csv->cells ? csv_unescape(csv->cell[i]) : STR("");
        bool good = true;
        if (c->is_id) good = take_id(g, text, &row.id);
        else if (c->field != NULL) good = take_cell(g, c->field, text, &values[c->field->column]);
        if (!good) bad(g, line, (uint32_t)i + 1, c->heading, text);
        ok = ok && good;
    }
    if (ok) (void)take_row(g, &row);
}

static enum rc read_csv(struct reading *g, struct str text, struct err *err)
{
    enum { EXTRA = 16 }; /* headings that are passed over, cells too many */
    size_t max = (size_t)g->b->reg->fields_count * 2 + EXTRA;
    struct csv csv;
    csv_init(&csv, g->a, text, max);
    uint32_t line;
    TRY(csv_next(&csv, &line, err));
    if (line == 0) return err_set0(err, &E_import_empty, NO_PLACE);
    size_t count = csv.cells;
    while (count > 0 && count <= max && str_trim(csv.cell[count - 1]).len == 0) count--; /* commas at the end of every line */
    if (count > max) return unknown_heading(g, STR(""), err);
    struct column *columns = arena_array(g->a, struct column, count);
    for (size_t i = 0; i < count; i++) {
        enum rc rc = take_heading(g, csv.cell[i], &columns[i], err);
        if (rc != RC_OK && err != NULL) err->place = (struct place){.line = line, .col = (uint32_t)i + 1};
        TRY(rc);
        for (size_t k = 0; k < i; k++)
            if (columns[k].field != NULL && columns[k].field == columns[i].field)
                return err_set(err, &E_import_heading_twice, NO_PLACE, columns[i].heading);
    }
    TRY(check_headings(g, err));
    for (;;) {
        TRY(csv_next(&csv, &line, err));
        if (line == 0) return RC_OK;
        struct arena_mark m = arena_mark(&g->rs->scratch);
        csv_row(g, &csv, columns, count, line);
        arena_reset(&g->rs->scratch, m);
    }
}

/* ---- JSON ---- */

static enum rc json_cell(struct reading *g, const struct pack_field *f, const struct json *j, uint32_t line, struct sv *out, bool *ok)
{
    struct str text = j->text;
    switch (j->kind) {
    case JSON_NULL: *out = sv_null(); return RC_OK;
    case JSON_TRUE: text = STR("true"); break;
    case JSON_FALSE: text = STR("false"); break;
    case JSON_NUMBER:
        if (f->type == FIELD_REF) text = str_cat(&g->rs->scratch, STR("#"), text);
        break;
    case JSON_STRING: break;
    case JSON_ARRAY:
    case JSON_OBJECT:
        err_set0(&g->err, &E_import_json, NO_PLACE);
        bad(g, line, 0, field_title(f), STR(""));
        *ok = false;
        return RC_OK;
    }
    if (text.len > IMPORT_CELL_MAX) {
        err_set(&g->err, &E_import_cell, NO_PLACE, STR("262144"));
    } else if (take_cell(g, f, text, out)) {
        /* The tree that holds the text goes when the row is done. */
        if (out->kind == SV_TEXT && f->type != FIELD_CHOICE) out->s = import_text(&g->room, out->s);
        return RC_OK;
    }
    bad(g, line, 0, field_title(f), text);
    *ok = false;
    return RC_OK;
}

static enum rc json_row(struct reading *g, const struct json *obj, uint32_t line, struct err *err)
{
    if (obj->kind != JSON_OBJECT) {
        struct place place = {.line = line, .col = 1};
        return err_set0(err, &E_import_json, place);
    }
    struct sv *values = new_values(g);
    struct import_row row = {.line = line, .values = values};
    bool ok = true;
    g->row_bad = false;
    for (const struct json *j = obj->first; j != NULL; j = j->next) {
        const struct pack_field *f = heading_field(g->b->reg, &g->rs->scratch, j->key);
        if (f != NULL && f->derive != NULL) continue;
        if (f != NULL) {
            add_given(g, f);
            TRY(json_cell(g, f, j, line, &values[f->column], &ok));
        } else if (str_eq(j->key, STR("#"))) {
            bool good = g->b->reg->key != NULL || take_id(g, j->text, &row.id);
            if (!good) bad(g, line, 0, STR("#"), j->text);
            ok = ok && good;
            g->id_given = true;
        } else {
            enum rc rc = unknown_heading(g, j->key, err);
            if (err != NULL) err->place = (struct place){.line = line, .col = 1};
            return rc;
        }
    }
    if (ok) (void)take_row(g, &row);
    return RC_OK;
}

static uint32_t line_of(struct str text, size_t from, size_t to, uint32_t line)
{
    for (size_t i = from; i < to && i < text.len; i++) line += text.ptr[i] == '\n';
    return line;
}

static enum rc read_json_array(struct reading *g, struct str text, struct err *err)
{
    struct arena a;
    struct json *all;
    arena_init(&a, text.len * 96 + 1024 * 1024);
    enum rc rc = json_parse(&a, text, &all, err);
    uint32_t line = 1;
    size_t at = 0;
    for (const struct json *j = rc == RC_OK ? all->first : NULL; j != NULL && rc == RC_OK; j = j->next) {
        line = line_of(text, at, j->off, line);
        at = j->off;
        struct arena_mark m = arena_mark(&g->rs->scratch);
        rc = json_row(g, j, line, err);
        arena_reset(&g->rs->scratch, m);
    }
    arena_fini(&a);
    return rc;
}

static enum rc read_json_lines(struct reading *g, struct str text, struct err *err)
{
    uint32_t line = 0;
    for (size_t at = 0; at < text.len;) {
        const char *nl = memchr(text.ptr + at, '\n', text.len - at);
        size_t end = nl == NULL ? text.len : (size_t)(nl - text.ptr);
        struct str one = str_trim(str_sub(text, at, end));
        at = end + 1;
        line++;
        if (one.len == 0) continue;
        if (one.len > BODY_MAX) return err_set(err, &E_import_cell, NO_PLACE, STR("1048576"));
        struct arena_mark m = arena_mark(&g->rs->scratch);
        struct json *j;
        enum rc rc = json_parse(&g->rs->scratch, one, &j, err);
        if (rc == RC_OK) rc = json_row(g, j, line, err);
        else if (err != NULL) err->place = (struct place){.line = line, .col = MAX(err->place.col, 1U)};
        arena_reset(&g->rs->scratch, m);
        TRY(rc);
    }
    return RC_OK;
}

static enum rc read_json(struct reading *g, struct str text, struct err *err)
{
    if (str_starts(text, STR("\xef\xbb\xbf"))) text = str_sub(text, 3, text.len);
    struct str start = str_trim(text);
    if (start.len == 0) return err_set0(err, &E_import_empty, NO_PLACE);
    if (start.ptr[0] == '[') TRY(read_json_array(g, text, err));
    else TRY(read_json_lines(g, text, err));
    if (g->rows.len == 0 && g->plan->bad_count > 0) return RC_OK;
    return check_headings(g, err);
}

/* ---- refs among the rows of the file ---- */

/* A record that is there already, else a row of this file by key, else by name.  Such a ref keeps its text; i is the row, from 1. */
static bool settle_ref(struct reading *g, const struct pack_field *f, struct sv *v)
{
    const struct own *o = map_find(&g->keys, v->s);
    if (o == NULL && g->b->reg->key != NULL) o = map_find(&g->keys, uni_fold_key(&g->rs->scratch, v->s));
    uint64_t id;
    if (o == NULL && lookup_find(&g->lookups, f->ref, v->s, &id, &g->err) == RC_OK) {
        *v = sv_int((int64_t)id);
        return true;
    }
    if (o == NULL) o = map_find(&g->names, v->s);
    if (o != NULL && o->other != 0) {
        struct arena *tmp = &g->rs->scratch;
        err_set(&g->err, &E_import_several, NO_PLACE, v->s, str_u64(tmp, o->line), str_u64(tmp, o->other));
    }
    if (o == NULL || o->other != 0) return false;
    v->i = (int64_t)o->row + 1;
    return true;
}

static void settle_refs(struct reading *g)
{
    if (!g->own_refs) return;
    for (size_t n = 0; n < g->rows.len; n++) {
        if (n % IMPORT_COOL_EACH == 0) import_cool(g->plan);
        struct import_row *row = &g->rows.at[n];
        struct sv *values = NULL;
        memcpy(&values, &row->values, sizeof values); /* ours: const is for readers of the plan */
        bool ok = true;
        g->row_bad = false;
        for (uint32_t i = 0; i < g->b->refs_count; i++) {
            const struct pack_field *f = g->b->refs[i];
            struct sv *v = &values[f->column];
            if (!refers_to_self(g, f) || v->kind != SV_TEXT) continue;
            struct arena_mark m = arena_mark(&g->rs->scratch);
            struct str text = v->s;
            bool good = settle_ref(g, f, v);
            if (!good) bad(g, row->line, 0, field_title(f), text);
            ok = ok && good;
            arena_reset(&g->rs->scratch, m);
        }
        if (!ok) row->values = NULL; /* keeps its place: others may refer to it by number */
    }
}

static enum rc read_from(struct records *rs, const struct pack_register *r, struct str text, struct spill *from, bool json, struct arena *a, struct import_plan *out,
                         struct err *err)
{
    struct reading *g = arena_new(a, struct reading);
    *g = (struct reading){.rs = rs, .b = bind_of(rs, r), .a = a, .plan = out, .room = {.a = a, .big = a, .from = from}};
    *out = (struct import_plan){.reg = r, .json = json};
    g->given = arena_array(a, bool, r->stored_count);
    for (uint32_t i = 0; i < g->b->refs_count; i++) g->own_refs = g->own_refs || refers_to_self(g, g->b->refs[i]);
    TRY(bind_rows(rs, g->b, err));
    size_t lines = 0;
    TRY(import_make_room(&g->room, rs, r, text, json, g->own_refs, out, &lines, err));
    g->rows.at = arena_array(g->room.big, struct import_row, lines + 1);
    g->rows.cap = lines + 1;
    TRY(import_decode(a, text, from, &text, &out->encoding, err));
    lookups_init(&g->lookups, rs, a, lines);
    buf_init(&g->warnings, 64 * 1024);
    warn_private(g, text);
    enum rc rc = json ? read_json(g, text, err) : read_csv(g, text, err);
    if (rc == RC_OK) settle_refs(g);
    if (rc == RC_OK && out->bad_count > 1) qsort(out->bad, out->bad_count, sizeof *out->bad, by_line);
    out->warnings = str_dup(a, buf_view(&g->warnings));
    buf_fini(&g->warnings);
    out->given = g->order.at;
    out->given_count = (uint32_t)g->order.len;
    out->rows = g->rows.at;
    out->rows_count = g->rows.len;
    return rc;
}

enum rc import_read(struct records *rs, const struct pack_register *r, struct str text, bool json, struct arena *a, struct import_plan *out, struct err *err)
{
    return read_from(rs, r, text, NULL, json, a, out, err);
}

enum rc import_read_spill(struct records *rs, const struct pack_register *r, struct spill *text, bool json, struct arena *a, struct import_plan *out, struct err *err)
{
    return read_from(rs, r, spill_view(text), text, json, a, out, err);
}
