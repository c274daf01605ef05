/*
 * ask.c - one question to many units: a spreadsheet for each with what is known in locked cells, the returns merged cell by cell, and who has not
 * answered.  Nothing is kept of a question: a unit has answered when the fields that were asked for are filled in.
 */
#include "exchange/form.h"

static const struct pack_field *field_named(const struct pack_register *over, struct arena *a, struct str name, struct err *err)
{
    const struct pack_field *f = pack_field_find(over, name);
    struct str *names = arena_array(a, struct str, over->fields_count + 1u);
    for (uint32_t i = 0; i < over->fields_count; i++) names[i] = over->fields[i].title.zh;
    if (f != NULL && f->column != UINT32_MAX && f->type != FIELD_FILE) return f;
    (void)err_set(err, &E_ask_field, NO_PLACE, over->feel.title, name, nearest_name(name, over->fields_count, names));
    return NULL;
}

static enum rc fields_named(const struct pack_register *over, struct arena *a, struct str text, const struct pack_field ***out, size_t *n, struct err *err)
{
    *out = arena_array(a, const struct pack_field *, over->fields_count + 1u);
    *n = 0;
    for (size_t at = 0; at <= text.len && *n < over->fields_count;) {
        size_t end = at;
        while (end < text.len && text.ptr[end] != ';') end++;
        struct str one = str_trim(str_sub(text, at, end));
        at = end + 1;
        if (one.len == 0) continue;
        if (((*out)[*n] = field_named(over, a, one, err)) == NULL) return RC_ABSENT;
        ++*n;
    }
    return RC_OK;
}

enum rc exchange_ask_make(const struct pack_register *over, struct str by, struct str shown, struct str asked, struct arena *a, struct unit_ask *out, struct err *err)
{
    *out = (struct unit_ask){.over = over};
    if (over->key == NULL || over->key->type != FIELD_TEXT) return err_set(err, &E_ask_key, NO_PLACE, over->feel.title);
    if ((out->by = field_named(over, a, by, err)) == NULL) return RC_ABSENT;
    if (out->by->type != FIELD_REF) return err_set(err, &E_ask_by, NO_PLACE, by);
    TRY(fields_named(over, a, shown, &out->shown, &out->shown_count, err));
    TRY(fields_named(over, a, asked, &out->asked, &out->asked_count, err));
    if (out->asked_count == 0) return err_set(err, &E_ask_field, NO_PLACE, over->feel.title, asked, STR(""));
    for (size_t i = 0; i < out->asked_count; i++)
        if (out->asked[i]->key || out->asked[i] == out->by) return err_set(err, &E_ask_field, NO_PLACE, over->feel.title, out->asked[i]->title.zh, STR(""));
    out->class = over->key->class;
    for (size_t i = 0; i < out->shown_count; i++) out->class = MAX(out->class, out->shown[i]->class);
    for (size_t i = 0; i < out->asked_count; i++) out->class = MAX(out->class, out->asked[i]->class);
    return RC_OK;
}

/* ---- who is asked, and who still has blanks ---- */

static int by_id(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static bool meant(const struct unit_ask *q, uint64_t id) { return q->only_count == 0 || bsearch(&id, q->only, q->only_count, sizeof id, by_id) != NULL; }

struct counting { const struct unit_ask *q; const struct exchange_sight *sight; struct arena *a; struct map by; VEC(struct ask_unit) list; };

static enum rc count(void *ctx, const struct record *rec, struct err *err)
{
    struct counting *c = ctx;
    const struct sv *unit = &rec->values[c->q->by->column];
    bool seen = true;
    if (!meant(c->q, rec->id)) return RC_OK;
    if (c->sight != NULL) TRY(c->sight->record(c->sight->ctx, c->q->over, rec->id, &seen, err));
    if (!seen || unit->kind == SV_NULL) return RC_OK;
    struct str key = str_of((const char *)&unit->i, sizeof unit->i);
    size_t at = (size_t)(uintptr_t)map_find(&c->by, key);
    if (at == 0) {
        struct ask_unit one = {.unit = (uint64_t)unit->i};
        vec_push(c->a, &c->list, one);
        at = c->list.len;
        (void)map_put(c->a, &c->by, str_dup(c->a, key), (void *)(uintptr_t)at);
    }
    struct ask_unit *u = &c->list.at[at - 1];
    u->rows++;
    for (size_t i = 0; i < c->q->asked_count; i++) {
        const struct pack_field *f = c->q->asked[i];
        if (c->sight != NULL && !c->sight->field(c->sight->ctx, c->q->over, rec->id, f)) continue;
        u->cells++;
        u->blanks += rec->values[f->column].kind == SV_NULL;
    }
    return RC_OK;
}

enum rc exchange_ask_units(struct records *rs, const struct unit_ask *q, const struct exchange_sight *sight, struct arena *a, struct ask_unit **out, size_t *n, struct err *err)
{
    struct counting c = {.q = q, .sight = sight, .a = a};
    const struct pack_register *units = q->by->ref;
    TRY(record_each(rs, q->over, RECORD_BY_KEY, false, count, &c, err));
    for (size_t i = 0; i < c.list.len; i++) {
        struct record rec;
        struct ask_unit *u = &c.list.at[i];
        TRY(sight_called(rs, sight, units, u->unit, a, &u->called, err));
        TRY(record_get(rs, units, u->unit, a, &rec, err));
        u->key = units->key != NULL && rec.values[units->key->column].kind == SV_TEXT ? rec.values[units->key->column].s : str_u64(a, u->unit);
    }
    *out = c.list.at;
    *n = c.list.len;
    return RC_OK;
}

/* ---- out ---- */

struct writing { struct records *rs; const struct unit_ask *q; uint64_t unit; const struct pack_field **fields; size_t n; struct sheet *sheet; struct arena row; uint64_t rows; const struct exchange_sight *sight; };

static enum rc write_row(void *ctx, const struct record *rec, struct err *err)
{
    struct writing *w = ctx;
    const struct sv *unit = &rec->values[w->q->by->column];
    bool seen = true;
    if (unit->kind == SV_NULL || (uint64_t)unit->i != w->unit || !meant(w->q, rec->id)) return RC_OK;
    if (w->sight != NULL) TRY(w->sight->record(w->sight->ctx, w->q->over, rec->id, &seen, err));
    if (!seen) return RC_OK;
    struct arena_mark m = arena_mark(&w->row);
    struct cell *cells = arena_array(&w->row, struct cell, w->n);
    for (size_t i = 0; i < w->n; i++) {
        const struct sv *v = &rec->values[w->fields[i]->column];
        struct str text = STR("");
        bool yes = w->sight == NULL || w->sight->field(w->sight->ctx, w->q->over, rec->id, w->fields[i]);
        if (v->kind != SV_NULL && yes) TRY(record_value_text(w->rs, w->fields[i], v, &w->row, &text, err));
        if (i > 0 && i <= w->q->shown_count && w->fields[i]->class >= PACK_RESTRICTED) text = str_masked(&w->row, text); /* enough to know who it is */
        if (text.len > 0 && w->fields[i]->class >= PACK_PERSONAL && w->sight != NULL && w->sight->shown != NULL) w->sight->shown(w->sight->ctx, w->q->over, rec->id, w->fields[i]->class);
        cells[i] = text.len == 0 ? (struct cell){.kind = CELL_BLANK} : (struct cell){.kind = CELL_TEXT, .text = text};
    }
    w->rows++;
    enum rc rc = sheet_row(w->sheet, cells, err);
    arena_reset(&w->row, m);
    return rc;
}

enum rc exchange_ask_write(struct records *rs, const struct unit_ask *q, const struct ask_unit *u, struct str note, const struct exchange_sight *sight, struct str path, uint64_t *rows, struct err *err)
{
    static const struct str yes_no[] = {STR_INIT("是"), STR_INIT("否")};
    enum { CHOICES_MAX = 300, WIDE = 40 };
    struct arena a;
    arena_init(&a, 64 << 20);
    struct writing w = {.rs = rs, .q = q, .unit = u->unit, .sight = sight, .n = 1 + q->shown_count + q->asked_count};
    w.fields = arena_array(&a, const struct pack_field *, w.n);
    struct sheet_column *columns = arena_array(&a, struct sheet_column, w.n);
    w.fields[0] = q->over->key;
    for (size_t i = 0; i < q->shown_count; i++) w.fields[1 + i] = q->shown[i];
    for (size_t i = 0; i < q->asked_count; i++) w.fields[1 + q->shown_count + i] = q->asked[i];
    for (size_t i = 0; i < w.n; i++) {
        const struct pack_field *f = w.fields[i];
        columns[i] = (struct sheet_column){.title = f->title.zh, .locked = i <= q->shown_count, .width = f->type == FIELD_TEXT ? MIN(MAX(f->len, (uint32_t)str_width(f->title.zh) + 2), (uint32_t)WIDE) : 14};
        if (f->type == FIELD_BOOL) {
            columns[i].choices = yes_no;
            columns[i].choices_count = 2;
        } else if (f->type == FIELD_CHOICE && f->codes->feel.rows_count <= CHOICES_MAX) {
            columns[i].choices = f->codes->feel.row_title;
            columns[i].choices_count = f->codes->feel.rows_count;
        }
    }
    arena_init(&w.row, 16 << 20);
    struct sheet_options o = {.title = str_cat(&a, u->called, STR("　"), q->over->d.title.zh), .note = note, .protect = true};
    enum rc rc = sheet_open(path, &o, columns, (uint32_t)w.n, &w.sheet, err);
    if (rc == RC_OK) rc = record_each(rs, q->over, RECORD_BY_KEY, false, write_row, &w, err);
    if (w.sheet != NULL) {
        enum rc closed = sheet_close(&w.sheet, rc == RC_OK, rc == RC_OK ? err : NULL);
        if (rc == RC_OK) rc = closed;
    }
    *rows = w.rows;
    arena_fini(&w.row);
    arena_fini(&a);
    return rc;
}

/* ---- back ---- */

static void note(struct answer *x, struct arena *a, uint32_t row, struct str field, struct str text, const struct err *why)
{
    struct answer_note n = {.row = row, .field = field, .text = text, .err = *why};
    vec_push(a, &x->notes, n);
}

static bool same(const struct sv *x, const struct sv *y)
{
    return x->kind == y->kind && (x->kind == SV_NULL || (x->kind == SV_INT ? x->i == y->i : str_eq(x->s, y->s)));
}

static enum rc answer_row(const struct unit_ask *q, struct records *rs, const struct exchange_sight *sight, const struct import_row *row, uint32_t line, struct arena *a, struct answer *x, struct err *err)
{
    const struct sv *key = &row->values[q->over->key->column];
    struct record now;
    struct err why;
    uint64_t id = 0;
    bool seen = true;
    err_clear(&why);
    if (key->kind == SV_TEXT) {
        enum rc rc = record_find_by(rs, q->over, q->over->key, key, &id, &why);
        if (rc == RC_SYSTEM || rc == RC_BROKEN) return rc;
    }
    if (id != 0 && sight != NULL) TRY(sight->record(sight->ctx, q->over, id, &seen, err));
    if (id == 0 || !seen || !meant(q, id)) {
        (void)err_set(&why, &E_ask_nobody, NO_PLACE, key->kind == SV_TEXT ? key->s : STR(""));
        note(x, a, line, q->over->key->title.zh, STR(""), &why);
        return RC_OK;
    }
    TRY(record_get(rs, q->over, id, a, &now, err));
    const struct sv *unit = &now.values[q->by->column];
    if (x->unit == 0 && unit->kind == SV_INT) x->unit = (uint64_t)unit->i;
    if (unit->kind != SV_INT || (uint64_t)unit->i != x->unit) {
        (void)err_set(&why, &E_ask_unit, NO_PLACE, key->s);
        note(x, a, line, q->by->title.zh, STR(""), &why);
        return RC_OK;
    }
    for (size_t i = 0; i < q->shown_count; i++) { /* somebody took the lock off */
        const struct sv *v = &row->values[q->shown[i]->column];
        if ((v->kind == SV_NULL && v->i == 1) || q->shown[i]->class >= PACK_RESTRICTED || same(v, &now.values[q->shown[i]->column])) continue;
        (void)err_set0(&why, &E_ask_locked, NO_PLACE);
        note(x, a, line, q->shown[i]->title.zh, STR(""), &why);
    }
    struct answer_row made = {.row = line, .id = id, .version = now.version, .fields = arena_array(a, const struct pack_field *, q->asked_count), .values = arena_array(a, struct sv, q->asked_count),
                              .from = arena_array(a, uint32_t, q->asked_count)};
    for (size_t i = 0; i < q->asked_count; i++) {
        const struct sv *v = &row->values[q->asked[i]->column];
        if (v->kind == SV_NULL || same(v, &now.values[q->asked[i]->column])) continue; /* a blank says nothing */
        made.fields[made.n] = q->asked[i];
        made.values[made.n++] = *v;
    }
    x->answered++;
    if (made.n > 0) vec_push(a, &x->rows, made);
    return RC_OK;
}

enum rc exchange_answer_read(const struct unit_ask *q, struct records *rs, const struct exchange_sight *sight, struct str name, struct str bytes, struct arena *a, struct answer *x, struct err *err)
{
    struct xlsx_table table;
    struct import_plan plan;
    *x = (struct answer){.name = str_dup(a, name), .q = q};
    TRY(exchange_xlsx_read(bytes, q->over, a, &table, err));
    TRY(import_read(rs, q->over, table.csv, false, a, &plan, err));
    for (size_t i = 0; i < plan.bad_count; i++) {
        const struct pack_field *f = plan.bad[i].field.len == 0 ? NULL : pack_field_find(q->over, plan.bad[i].field);
        note(x, a, exchange_xlsx_row(&table, plan.bad[i].line), f == NULL ? plan.bad[i].field : f->title.zh, plan.bad[i].text, &plan.bad[i].err);
    }
    for (size_t i = 0; i < plan.rows_count; i++)
        if (plan.rows[i].values != NULL) TRY(answer_row(q, rs, sight, &plan.rows[i], exchange_xlsx_row(&table, plan.rows[i].line), a, x, err));
    return RC_OK;
}

static enum rc submit(struct answer *x, struct area *area, size_t from, size_t to, struct command c, struct arena *a, struct err *err)
{
    struct receipt r = {0};
    struct batch_item *items = arena_array(a, struct batch_item, to - from + 1);
    for (size_t i = from; i < to; i++) {
        const struct answer_row *w = &x->rows.at[i];
        items[i - from] = (struct batch_item){.kind = BATCH_UPDATE, .reg = x->q->over, .id = w->id, .if_version = w->version, .count = w->n, .fields = w->fields, .values = w->values, .from = w->from};
    }
    struct args_batch args = {.items = items, .count = to - from, .ids = arena_array(a, uint64_t, to - from + 1)};
    c.args = &args;
    TRY(area_submit(area, &c, &r, err));
    x->written += to - from;
    return RC_OK;
}

enum rc exchange_answer_apply(struct answer *x, struct area *area, uint64_t actor, uint64_t token, struct arena *a, struct err *err)
{
    struct command c = {.verb = VERB_BATCH, .actor = actor, .token = token, .happened = ENTRY_NO_DAY};
    struct err why;
    err_clear(&why);
    if (x->rows.len == 0) return RC_OK;
    enum rc rc = submit(x, area, 0, x->rows.len, c, a, &why);
    for (size_t i = 0; rc != RC_OK && i < x->rows.len; i++) { /* each alone: only what is refused stays out, and is told at its row */
        if (rc == RC_SYSTEM || rc == RC_BROKEN || rc == RC_BUSY) {
            if (err != NULL) *err = why;
            return rc;
        }
        err_clear(&why);
        if (submit(x, area, i, i + 1, c, a, &why) != RC_OK) note(x, a, x->rows.at[i].row, STR(""), STR(""), &why);
    }
    return RC_OK;
}

enum rc exchange_answers_read(const struct unit_ask *q, struct records *rs, const struct exchange_sight *sight, struct str name, struct str bytes, struct arena *a, struct answers *out, struct err *err)
{
    struct zip_part one = {.name = name, .bytes = bytes}, *parts = &one;
    size_t n = 1;
    if (!exchange_is_xlsx(bytes)) TRY(exchange_zip_read(name, bytes, STR(".xlsx"), a, &parts, &n, err));
    for (size_t i = 0; i < n; i++) {
        struct answer x;
        struct err why;
        err_clear(&why);
        enum rc rc = exchange_answer_read(q, rs, sight, parts[i].name, parts[i].bytes, a, &x, &why);
        if (rc == RC_SYSTEM || rc == RC_BROKEN) {
            if (err != NULL) *err = why;
            return rc;
        }
        if (rc != RC_OK) {
            note(&x, a, 0, STR(""), STR(""), &why);
            x.rows.len = 0;
        }
        x.usable = rc == RC_OK;
        vec_push(a, &out->list, x);
    }
    return RC_OK;
}
