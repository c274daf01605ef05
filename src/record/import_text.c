/* import_text.c - the rows of a CSV or JSON file, one after the other, for import.c. */
#include "record/import_inner.h"

/* ---- CSV ---- */

static void csv_row(struct reading *g, const struct csv *csv, const struct column *columns, size_t count, uint32_t line)
{
    struct sv *values = reading_values(g);
    struct import_row row = {.line = line, .values = values};
    bool ok = true;
    g->row_bad = false;
    for (size_t i = count; i < csv->cells; i++) {
        if (i < csv->cells_max && str_trim(csv->cell[i]).len == 0) continue;
        struct arena *tmp = &g->rs->scratch;
        err_set(&g->err, &E_import_cells, NO_PLACE, str_u64(tmp, csv->cells), str_u64(tmp, count));
        reading_bad(g, line, (uint32_t)i + 1, STR(""), i < csv->cells_max ? csv->cell[i] : STR(""));
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const struct column *c = &columns[i];
        struct str text = i < csv->cells ? csv_unescape(csv->cell[i]) : STR("");
        bool good = true;
        if (c->is_id) good = reading_id(g, text, &row.id);
        else if (c->field != NULL) good = reading_cell(g, c->field, text, &values[c->field->column]);
        if (!good) reading_bad(g, line, (uint32_t)i + 1, c->heading, text);
        ok = ok && good;
    }
    if (ok) (void)reading_row(g, &row);
}

enum rc reading_csv(struct reading *g, struct str text, struct err *err)
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
    if (count > max) return reading_unknown(g, STR(""), err);
    struct column *columns = arena_array(g->a, struct column, count);
    for (size_t i = 0; i < count; i++) {
        enum rc rc = reading_heading(g, csv.cell[i], &columns[i], err);
        if (rc != RC_OK && err != NULL) err->place = (struct place){.line = line, .col = (uint32_t)i + 1};
        TRY(rc);
        for (size_t k = 0; k < i; k++)
            if (columns[k].field != NULL && columns[k].field == columns[i].field)
                return err_set(err, &E_import_heading_twice, NO_PLACE, columns[i].heading);
    }
    TRY(reading_headings_check(g, err));
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
        reading_bad(g, line, 0, field_title(f), STR(""));
        *ok = false;
        return RC_OK;
    }
    if (text.len > IMPORT_CELL_MAX) {
        err_set(&g->err, &E_import_cell, NO_PLACE, STR("262144"));
    } else if (reading_cell(g, f, text, out)) {
        /* The tree that holds the text goes when the row is done. */
        if (out->kind == SV_TEXT && f->type != FIELD_CHOICE) out->s = import_text(&g->room, out->s);
        return RC_OK;
    }
    reading_bad(g, line, 0, field_title(f), text);
    *ok = false;
    return RC_OK;
}

static enum rc json_row(struct reading *g, const struct json *obj, uint32_t line, struct err *err)
{
    if (obj->kind != JSON_OBJECT) {
        struct place place = {.line = line, .col = 1};
        return err_set0(err, &E_import_json, place);
    }
    struct sv *values = reading_values(g);
    struct import_row row = {.line = line, .values = values};
    bool ok = true;
    g->row_bad = false;
    for (const struct json *j = obj->first; j != NULL; j = j->next) {
        const struct pack_field *f = heading_field(g->b->reg, &g->rs->scratch, j->key);
        if (f != NULL && f->derive != NULL) continue;
        if (f != NULL) {
            reading_given(g, f);
            TRY(json_cell(g, f, j, line, &values[f->column], &ok));
        } else if (str_eq(j->key, STR("#"))) {
            bool good = g->b->reg->key != NULL || reading_id(g, j->text, &row.id);
            if (!good) reading_bad(g, line, 0, STR("#"), j->text);
            ok = ok && good;
            g->id_given = true;
        } else {
            enum rc rc = reading_unknown(g, j->key, err);
            if (err != NULL) err->place = (struct place){.line = line, .col = 1};
            return rc;
        }
    }
    if (ok) (void)reading_row(g, &row);
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

enum rc reading_json(struct reading *g, struct str text, struct err *err)
{
    if (str_starts(text, STR("\xef\xbb\xbf"))) text = str_sub(text, 3, text.len);
    struct str start = str_trim(text);
    if (start.len == 0) return err_set0(err, &E_import_empty, NO_PLACE);
    if (start.ptr[0] == '[') TRY(read_json_array(g, text, err));
    else TRY(read_json_lines(g, text, err));
    if (g->rows.len == 0 && g->plan->bad_count > 0) return RC_OK;
    return reading_headings_check(g, err);
}
