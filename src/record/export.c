/*
 * export.c - records as CSV that a spreadsheet opens and that import reads back, or as JSON lines; and the bad rows of an import.
 */
#include "record/inner.h"

enum { FLUSH = 64 * 1024, LINE_MAX_BYTES = 64 * 1024 * 1024 };

struct exporting {
    struct records *rs;
    struct reg_bind *b;
    bool json, derived_too, own_id, ids;
    struct host *host;
    struct arena host_arena;
    struct lookups lookups; /* displays that name one record only; in host_arena */
    day_num today;
    struct buf buf;
    enum rc (*write)(void *ctx, struct str bytes, struct err *err);
    void *ctx;
};

static enum rc flush(struct exporting *x, size_t above, struct err *err)
{
    if (buf_failed(&x->buf)) return err_set(err, &E_limit, NO_PLACE, STR("CSV"), STR("64 MiB"));
    if (x->buf.len <= above) return RC_OK;
    TRY(x->write(x->ctx, buf_view(&x->buf), err));
    buf_clear(&x->buf);
    return RC_OK;
}

/* A field's value, a derived one worked out. */
static enum rc value_of(struct exporting *x, const struct pack_field *f, const struct record *rec, struct sv *out, struct err *err)
{
    if (f->derive == NULL) {
        *out = rec->values[f->column];
        return RC_OK;
    }
    struct fv self = {.kind = FV_RECORD, .reg = &x->b->reg->feel, .id = (int64_t)rec->id}, v;
    struct feel_run run = host_run(x->host, &x->rs->scratch, x->today, &self);
    TRY(record_derive(&run, f, &self, &v, err));
    *out = sv_null();
    struct err why;
    if (record_value_from_fv(f, &v, &x->rs->scratch, out, &why) != RC_OK) *out = sv_null(); /* a text longer than declared, and the like */
    return RC_OK;
}

/* A value as import reads it.  A record without a key is named by its display where no other is called so: its number means nothing elsewhere. */
static enum rc text_of(struct exporting *x, const struct pack_field *f, const struct sv *v, struct str *out, struct err *err)
{
    TRY(record_value_text(x->rs, f, v, &x->rs->scratch, out, err));
    if (f->type != FIELD_REF || v->kind == SV_NULL || x->ids || !str_starts(*out, STR("#"))) return RC_OK;
    struct str display;
    struct err none;
    uint64_t id = 0;
    TRY(record_display(x->rs, f->ref, (uint64_t)v->i, &x->rs->scratch, &display, err));
    enum rc rc = lookup_find(&x->lookups, f->ref, display, &id, &none);
    if (rc == RC_OK && id == (uint64_t)v->i) *out = display;
    if (rc != RC_SYSTEM && rc != RC_BROKEN) return RC_OK;
    if (err != NULL) *err = none;
    return rc;
}

static void put_cell(struct exporting *x, const struct pack_field *f, struct str text, bool first)
{
    if (!first) buf_char(&x->buf, ',');
    bool plain = f != NULL && f->type != FIELD_TEXT && f->type != FIELD_REF && f->type != FIELD_CHOICE;
    csv_put_cell(&x->buf, text, !plain); /* -5 is a number, not a formula */
}

static enum rc csv_line(struct exporting *x, const struct record *rec, struct err *err)
{
    bool first = true;
    if (x->own_id) {
        csv_put_cell(&x->buf, id_text(&x->rs->scratch, rec->id), true);
        first = false;
    }
    for (uint32_t i = 0; i < x->b->reg->fields_count; i++) {
        const struct pack_field *f = &x->b->reg->fields[i];
        if (f->derive != NULL && !x->derived_too) continue;
        struct sv v;
        struct str text;
        TRY(value_of(x, f, rec, &v, err));
        TRY(text_of(x, f, &v, &text, err));
        put_cell(x, f, text, first);
        first = false;
    }
    buf_lit(&x->buf, "\r\n");
    return RC_OK;
}

static enum rc json_line(struct exporting *x, const struct record *rec, struct err *err)
{
    struct json_out j;
    json_out_init(&j, &x->buf);
    json_object(&j);
    if (x->own_id) {
        json_key_any(&j, STR("#"));
        json_i64(&j, (int64_t)rec->id);
    }
    for (uint32_t i = 0; i < x->b->reg->fields_count; i++) {
        const struct pack_field *f = &x->b->reg->fields[i];
        if (f->derive != NULL && !x->derived_too) continue;
        struct sv v;
        TRY(value_of(x, f, rec, &v, err));
        if (v.kind == SV_NULL) continue;
        json_key_any(&j, f->name);
        if (f->type == FIELD_REF) {
            struct str text;
            TRY(text_of(x, f, &v, &text, err));
            json_string(&j, text);
        } else {
            record_value_json(f, &v, &j);
        }
    }
    json_end_object(&j);
    buf_char(&x->buf, '\n');
    return RC_OK;
}

static enum rc one(void *ctx, const struct record *rec, struct err *err)
{
    struct exporting *x = ctx;
    struct arena_mark m = arena_mark(&x->rs->scratch);
    enum rc rc = x->json ? json_line(x, rec, err) : csv_line(x, rec, err);
    arena_reset(&x->rs->scratch, m);
    return rc == RC_OK ? flush(x, FLUSH, err) : rc;
}

static void headings(struct exporting *x)
{
    bool first = true;
    buf_lit(&x->buf, "\xef\xbb\xbf"); /* without it spreadsheets take UTF-8 for GBK */
    if (x->own_id) {
        buf_char(&x->buf, '#');
        first = false;
    }
    for (uint32_t i = 0; i < x->b->reg->fields_count; i++) {
        const struct pack_field *f = &x->b->reg->fields[i];
        if (f->derive != NULL && !x->derived_too) continue;
        put_cell(x, NULL, field_title(f), first);
        first = false;
    }
    buf_lit(&x->buf, "\r\n");
}

enum rc record_export(struct records *rs, const struct pack_register *r, const struct export_options *o,
                      enum rc (*write)(void *ctx, struct str bytes, struct err *err), void *ctx, struct err *err)
{
    struct exporting x = {.rs = rs,
                          .b = bind_of(rs, r),
                          .json = o->json,
                          .derived_too = o->derived,
                          .own_id = o->ids && r->key == NULL,
                          .ids = o->ids,
                          .today = o->today,
                          .write = write,
                          .ctx = ctx};
    buf_init(&x.buf, LINE_MAX_BYTES);
    arena_init(&x.host_arena, SCRATCH_MAX);
    x.host = host_make(rs, &x.host_arena);
    lookups_init(&x.lookups, rs, &x.host_arena, SIZE_MAX / 2);
    if (!o->json) headings(&x);
    enum rc rc = record_each(rs, r, o->order, false, one, &x, err);
    if (rc == RC_OK) rc = flush(&x, 0, err);
    arena_fini(&x.host_arena);
    buf_fini(&x.buf);
    return rc;
}

/* ---- bad rows ---- */

static void put_reasons(const struct import_plan *p, size_t from, size_t to, enum lang lang, struct buf *out)
{
    struct buf b;
    buf_init(&b, 64 * 1024);
    for (size_t i = from; i < to; i++) {
        const struct import_bad *bad = &p->bad[i];
        if (i > from) buf_str(&b, lang == LANG_ZH ? STR("；") : STR("; "));
        buf_str(&b, str_c(lang == LANG_ZH ? bad->err.zh : bad->err.en));
        const char *hint = lang == LANG_ZH ? bad->err.hint_zh : bad->err.hint_en;
        if (hint[0] == '\0') continue;
        buf_str(&b, lang == LANG_ZH ? STR("，") : STR(", "));
        buf_str(&b, str_c(hint));
    }
    csv_put_cell(out, buf_view(&b), true);
    buf_fini(&b);
}

static size_t same_line(const struct import_plan *p, size_t from)
{
    size_t to = from;
    while (to < p->bad_count && p->bad[to].line == p->bad[from].line) to++;
    return to;
}

/* A JSON file has no rows to give back: line, field, what stood there, why. */
static void bad_list(const struct import_plan *p, enum lang lang, struct buf *out)
{
    buf_str(out, lang == LANG_ZH ? STR("行号,字段,原文,原因\r\n") : STR("line,field,text,reason\r\n"));
    for (size_t i = 0; i < p->bad_count; i++) {
        buf_u64(out, p->bad[i].line);
        buf_char(out, ',');
        csv_put_cell(out, p->bad[i].field, true);
        buf_char(out, ',');
        csv_put_cell(out, p->bad[i].text, true);
        buf_char(out, ',');
        put_reasons(p, i, i + 1, lang, out);
        buf_lit(out, "\r\n");
    }
}

static void bad_rows(const struct import_plan *p, struct csv *c, enum lang lang, struct buf *out)
{
    uint32_t line;
    if (csv_next(c, &line, NULL) != RC_OK || line == 0) return;
    size_t width = MIN(c->cells, c->cells_max), next = 0;
    for (size_t i = 0; i < width; i++) {
        csv_put_cell(out, c->cell[i], true);
        buf_char(out, ',');
    }
    buf_str(out, lang == LANG_ZH ? STR("行号,原因\r\n") : STR("line,reason\r\n"));
    while (next < p->bad_count && csv_next(c, &line, NULL) == RC_OK && line != 0) {
        if (line != p->bad[next].line) continue;
        size_t to = same_line(p, next), cells = MIN(c->cells, c->cells_max);
        for (size_t i = 0; i < MAX(cells, width); i++) {
            if (i < cells) csv_put_cell(out, csv_unescape(c->cell[i]), true);
            buf_char(out, ',');
        }
        buf_u64(out, line);
        buf_char(out, ',');
        put_reasons(p, next, to, lang, out);
        buf_lit(out, "\r\n");
        next = to;
    }
}

void import_bad_csv(const struct import_plan *plan, struct str text, enum lang lang, struct buf *out)
{
    struct arena a;
    arena_init(&a, text.len * 4 + 16 * 1024 * 1024);
    struct str utf8, encoding;
    buf_lit(out, "\xef\xbb\xbf");
    if (plan->json || import_decode(&a, text, plan->keep == NULL ? NULL : plan->keep->text, &utf8, &encoding, NULL) != RC_OK) {
        bad_list(plan, lang, out);
    } else {
        struct csv c;
        csv_init(&c, &a, utf8, (size_t)plan->reg->fields_count * 2 + 16);
        bad_rows(plan, &c, lang, out);
    }
    arena_fini(&a);
}
