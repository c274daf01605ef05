/* export.c - a list that leaves: CSV or JSON, what the grant prints, with its reason on record before a byte goes out. */
#include "http/job/job.h"
#include "http/paper/leave.h"

enum { EXPORT_ROWS = 200000 };

struct exporting { struct req *q; struct column *columns; size_t n; bool json, unmasked; uint64_t rows; };

/* A spreadsheet must not take a cell for a formula. */
static void cell_put(struct buf *b, struct str s)
{
    bool formula = s.len > 0 && (s.ptr[0] == '=' || s.ptr[0] == '+' || s.ptr[0] == '-' || s.ptr[0] == '@' || s.ptr[0] == '\'' || s.ptr[0] == '\t');
    bool quote = formula;
    for (size_t i = 0; i < s.len && !quote; i++) quote = s.ptr[i] == '"' || s.ptr[i] == ',' || s.ptr[i] == '\n' || s.ptr[i] == '\r';
    if (!quote) {
        buf_str(b, s);
        return;
    }
    buf_char(b, '"');
    if (formula) buf_char(b, '\'');
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '"') buf_char(b, '"');
        buf_char(b, s.ptr[i]);
    }
    buf_char(b, '"');
}

static enum rc csv_row(struct exporting *x, const struct record *rec, const struct sight *sight, struct err *err)
{
    struct req *q = x->q;
    for (size_t i = 0; i < x->n; i++) {
        const struct column *c = &x->columns[i];
        struct sv v = sv_null();
        struct str text = STR("");
        if (i > 0) buf_char(&q->out, ',');
        if (sight_field(sight, q->reg, c->field)) {
            if (c->field->derive != NULL) TRY(derived_get(q, q->reg, c->field, rec->id, &v, err));
            else v = rec->values[c->field->column];
        }
        if (v.kind != SV_NULL && c->field->type == FIELD_REF) TRY(display_of(q, c->field->ref, (uint64_t)v.i, &text, err));
        else if (v.kind != SV_NULL) TRY(record_value_text(q->view->records, c->field, &v, &q->scratch, &text, err));
        if (c->field->class == PACK_RESTRICTED && !x->unmasked && text.len > 0) text = str_masked(&q->scratch, text);
        if (v.kind != SV_NULL && c->field->class >= PACK_PERSONAL) read_note(q, q->reg, rec->id, c->field->class, "export");
        cell_put(&q->out, text);
    }
    buf_lit(&q->out, "\r\n");
    return RC_OK;
}

static enum rc export_row(void *ctx, const struct record *rec, const struct sight *sight, size_t at, bool *stop, struct err *err)
{
    struct exporting *x = ctx;
    struct req *q = x->q;
    (void)at;
    (void)stop;
    TRY(leave_step(q, err));
    if (++x->rows > EXPORT_ROWS || buf_failed(&q->out)) return err_set(err, &E_http_too_large, NO_PLACE, str_u64(&q->arena, OUT_MAX));
    if (!x->json) return csv_row(x, rec, sight, err);
    json_object(&q->j);
    put_u64(&q->j, "id", rec->id);
    put_u64(&q->j, "version", rec->version);
    struct sight shown = *sight;
    if (!x->unmasked) { /* programs get a number whole or not at all */
        shown.classes &= ~(1u << PACK_RESTRICTED);
        shown.self_classes &= ~(1u << PACK_RESTRICTED);
    }
    TRY(values_put(q, q->reg, rec, &shown, x->columns, x->n, "export", err));
    json_end_object(&q->j);
    return RC_OK;
}

/* An export of mine that was noted, and confirmed by a second person, for just this. */
static enum rc noted_before(struct req *q, const struct args_export *what, bool *yes, struct err *err)
{
    const struct pack_register *r = pack_register_find(q->view->set, STR("export"));
    const struct pack_field *by = r == NULL ? NULL : pack_field_find(r, STR("by"));
    uint64_t *ids = NULL;
    size_t n = 0;
    *yes = false;
    if (by == NULL) return RC_OK;
    TRY(record_back(q->view->records, r, by, grant_account(q->grant), &q->arena, &ids, &n, err));
    for (size_t i = n; i > 0 && i + 20 > n && !*yes; i--) {
        struct err ignored;
        const struct pack_field *second = pack_field_find(r, STR("second"));
        struct record rec;
        TRY(record_get(q->view->records, r, ids[i - 1], &q->arena, &rec, err));
        if (second == NULL || rec.values[second->column].kind != SV_INT) continue;
        *yes = area_export_allowed(q->view, ids[i - 1], grant_account(q->grant), what, &ignored) == RC_OK;
    }
    return RC_OK;
}

struct str export_digest(struct req *q, struct str what)
{
    return area_file_hash(&q->arena, what.ptr == NULL ? STR("") : what);
}

/* On every page: who took it out and when, and where it stands in the book of exports. */
struct str export_mark(struct req *q, struct str digest)
{
    char when[32];
    struct ymd d = ymd_of(req_today(q));
    int n = snprintf(when, sizeof when, "%04d.%02d.%02d", d.year, d.month, d.day);
    return str_cat(&q->arena, say_in(q, "内部使用　", "internal  "), grant_title(q->grant).len > 0 ? grant_title(q->grant) : grant_name(q->grant), STR("　"), str_of(str_dup(&q->arena, str_of(when, (size_t)n)).ptr, (size_t)n),
                   say_in(q, "　导出登记 ", "  export "), str_sub(digest, 0, 8));
}

/* Who, why, which register, how many, which fields: entered before the file leaves.  Where it takes two, it is proposed, and asked for again later. */
enum rc export_enter(struct req *q, const struct args_export *what, bool *go, struct err *err)
{
    struct receipt receipt;
    bool before = false;
    struct args_export args = *what;
    /* The same rows made again by a job that was cut short are the same entry. */
    if (q->job != NULL) q->key = str_cat(&q->arena, q->job->key, STR("-"), str_u64(&q->arena, what->rows));
    struct command c = {.verb = VERB_EXPORT, .happened = ENTRY_NO_DAY, .args = &args};
    *go = false;
    TRY(noted_before(q, &args, &before, err));
    TRY(reads_flush(q, err));
    *go = before;
    if (before) return RC_OK;
    enum rc rc = req_submit(q, &c, &receipt, err);
    *go = rc == RC_OK;
    if (rc != RC_DENIED || err->kind != &E_access_two) return rc;
    uint64_t id = 0;
    buf_clear(&q->out); /* what was gathered does not leave */
    q->headers_count = 0;
    c.key = STR_NONE;
    return req_propose(q, &c, what->reason, &id, err);
}

static enum rc list_enter(struct req *q, const struct exporting *x, struct str filter, struct str reason, struct err *err)
{
    struct buf names;
    bool go = false, whole = false;
    struct args_export args = {.reg = q->reg->d.name, .rows = x->rows, .filter = export_digest(q, filter), .reason = str_trim(reason)};
    buf_init(&names, 1 << 16);
    for (size_t i = 0; i < x->n && names.len < 3800; i++) {
        if (i > 0) buf_char(&names, ' ');
        buf_str(&names, x->columns[i].name);
        args.personal = args.personal || x->columns[i].field->class != PACK_OPEN;
        if (x->columns[i].field->class == PACK_RESTRICTED && x->unmasked) whole = true;
    }
    if (whole) buf_lit(&names, " *"); /* numbers left whole: the book says so */
    args.columns = str_dup(&q->arena, buf_view(&names));
    buf_fini(&names);
    return export_enter(q, &args, &go, err);
}

enum rc route_export(struct req *q, struct err *err)
{
    const struct json *body;
    struct str format, filter, order, reason;
    struct list l = {.reg = q->reg};
    struct exporting x = {.q = q};
    unsigned classes = 0;
    TRY(req_json(q, "format columns filter order reason q closed unmasked", &body, err));
    TRY(json_flag(body, "unmasked", &x.unmasked, err));
    TRY(json_text(body, "format", false, &format, err));
    TRY(json_text(body, "filter", false, &filter, err));
    TRY(json_text(body, "order", false, &order, err));
    TRY(json_text(body, "q", false, &l.q, err));
    TRY(json_flag(body, "closed", &l.closed, err));
    TRY(json_text(body, "reason", true, &reason, err));
    if (str_trim(reason).len == 0) return err_set(err, &E_http_body, NO_PLACE, STR("reason"), STR("事由"), STR("a reason"));
    if (format.len > 0 && !str_eq(format, STR("csv")) && !str_eq(format, STR("json"))) return err_set(err, &E_http_body, NO_PLACE, STR("format"), STR("csv 或 json"), STR("csv or json"));
    x.json = str_eq(format, STR("json"));
    const struct json *list = json_get(body, STR("columns"));
    if (list != NULL && list->kind != JSON_ARRAY && list->kind != JSON_NULL) return err_set(err, &E_http_body, NO_PLACE, STR("columns"), STR("列表"), STR("a list"));
    x.columns = arena_array(&q->arena, struct column, q->reg->fields_count + (list == NULL ? 0 : list->count) + 1);
    for (const struct json *m = list == NULL ? NULL : list->first; m != NULL; m = m->next) {
        const struct pack_field *f = NULL;
        if (m->kind != JSON_STRING) return err_set(err, &E_http_body, NO_PLACE, STR("columns"), STR("字段名"), STR("names of fields"));
        TRY(req_field(q, q->reg, m->text, &f, err));
        x.columns[x.n++] = (struct column){.name = f->name, .field = f, .reg = q->reg};
    }
    for (uint32_t i = 0; x.n == 0 && i < q->reg->fields_count; i++)
        if (q->reg->fields[i].derive == NULL) x.columns[x.n++] = (struct column){.name = q->reg->fields[i].name, .field = &q->reg->fields[i], .reg = q->reg};
    TRY(order_parse(q, q->reg, order, &l.order, err));
    TRY(filter_compile(q, q->reg, filter, &l.filter, &classes, err));
    l.classes = (classes | (l.order.field != NULL ? 1u << l.order.field->class : 0)) & ~1u;
    l.scope = l.classes == 0 ? grant_scope(q->grant, PACK_PRINT, q->reg) : grant_scope_by(q->grant, PACK_PRINT, q->reg, l.classes, &q->arena);
    uint64_t rows = 0;
    bool later = false;
    const char *ending = x.json ? ".json" : ".csv";
    TRY(list_count(q, &l, &rows, err));
    if (rows > EXPORT_ROWS) return err_set(err, &E_http_too_large, NO_PLACE, str_u64(&q->arena, EXPORT_ROWS));
    TRY(leave_later(q, q->reg, rows, 0, q->reg->d.name, ending, &later, err));
    if (later) return RC_OK;
    if (x.json) {
        answer_json(q);
        json_array(&q->j);
    } else {
        q->type = "text/csv; charset=utf-8";
        buf_lit(&q->out, "\xef\xbb\xbf");
        for (size_t i = 0; i < x.n; i++) {
            if (i > 0) buf_char(&q->out, ',');
            cell_put(&q->out, text2_in(&x.columns[i].field->title, q->lang));
        }
        buf_lit(&q->out, "\r\n");
    }
    TRY(list_each(q, &l, 0, export_row, &x, err));
    if (x.json) json_end_array(&q->j);
    leave_as(q, q->reg->d.name, ending);
    /* The rows that were read go to the read log before the export is entered, and both before a byte leaves. */
    return list_enter(q, &x, filter, reason, err);
}
