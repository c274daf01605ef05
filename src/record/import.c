/*
 * import.c - a file read and checked against a register: nothing is written here.
 * Every cell is looked at, so that all mistakes of a file are told at once.
 */
#include "record/import_inner.h"

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

void reading_bad(struct reading *g, uint32_t line, uint32_t col, struct str field, struct str text)
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

enum rc reading_unknown(const struct reading *g, struct str heading, struct err *err)
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

void reading_given(struct reading *g, const struct pack_field *f)
{
    if (g->given[f->column]) return;
    g->given[f->column] = true;
    vec_push(g->a, &g->order, f);
}

/* What one heading means.  Columns that tell of rows, not of records, are passed over: numbers of lines, reasons of an earlier try. */
enum rc reading_heading(struct reading *g, struct str heading, struct column *out, struct err *err)
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
        reading_given(g, f);
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
    return reading_unknown(g, heading, err);
}

enum rc reading_headings_check(const struct reading *g, struct err *err)
{
    const struct pack_field *key = g->b->reg->key;
    if (g->order.len == 0) return err_set0(err, &E_import_empty, NO_PLACE);
    if (key != NULL && !g->given[key->column]) return err_set(err, &E_import_no_key, NO_PLACE, field_title(key));
    return RC_OK;
}

/* ---- cells and rows ---- */

static bool refers_to_self(const struct reading *g, const struct pack_field *f) { return f->type == FIELD_REF && f->ref == g->b->reg; }

bool reading_cell(struct reading *g, const struct pack_field *f, struct str text, struct sv *out)
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

bool reading_id(struct reading *g, struct str text, uint64_t *id)
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
bool reading_row(struct reading *g, struct import_row *row)
{
    const struct pack_field *key = g->b->reg->key, *name = g->b->name_field;
    if (key != NULL) {
        const struct sv *v = &row->values[key->column];
        if (v->kind == SV_NULL) {
            err_set(&g->err, &E_import_key_blank, NO_PLACE, field_title(key));
            reading_bad(g, row->line, 0, field_title(key), STR(""));
            return false;
        }
        struct arena_mark m = arena_mark(&g->rs->scratch);
        struct str text = value_plain(&g->rs->scratch, key, v);
        if (v->kind != SV_TEXT && g->own_refs) text = str_dup(g->a, text);
        const struct own *o = g->own_refs ? map_find(&g->keys, text) : NULL;
        uint32_t line = o != NULL ? o->line : g->own_refs ? 0 : import_met(&g->room, g->rows.at, g->rows.len, v, key->column, text);
        if (line != 0) {
            err_set(&g->err, &E_import_key_twice, NO_PLACE, field_title(key), text, str_u64(&g->rs->scratch, line));
            reading_bad(g, row->line, 0, field_title(key), text);
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

struct sv *reading_values(struct reading *g)
{
    struct sv *values = arena_array(g->room.big, struct sv, g->b->reg->stored_count);
    for (uint32_t i = 0; i < g->b->reg->stored_count; i++) values[i] = sv_absent();
    return values;
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
            if (!good) reading_bad(g, row->line, 0, field_title(f), text);
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
    enum rc rc = json ? reading_json(g, text, err) : reading_csv(g, text, err);
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
