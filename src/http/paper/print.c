/*
 * print.c - forms put out, one or many, guarded as every export is, and the one record that hangs on each of some people.
 */
#include <time.h>

#include "http/job/job.h"
#include "http/paper/leave.h"

enum { PRINT_MOST = 500, FILL_MOST = 500, PDFS_AT_ONCE = 2, AT_ONCE = 20 };

/* Records that hang on one are seen one by one: the form puts all of them out. */
static enum rc hanging_seen(struct req *q, const struct pack_form *f, uint64_t id, struct err *err)
{
    for (uint32_t i = 0; i < f->groups_count; i++) {
        const struct pack_register *r = f->groups[i].reg;
        uint64_t *ids = NULL;
        size_t n = 0;
        TRY(record_back(q->view->records, r, r->parent, id, &q->arena, &ids, &n, err));
        for (size_t k = 0; k < n; k++) {
            struct record rec;
            struct sight s;
            TRY(record_get(q->view->records, r, ids[k], &q->arena, &rec, err));
            TRY(scope_sight_of(grant_scope(q->grant, PACK_READ, r), ids[k], rec.values, rec.closed_us != 0, &q->world, &s, err));
            unsigned wanted = form_classes(f, r);
            if (!s.any || (wanted & ~(s.classes | s.self_classes)) != 0)
                return err_set(err, &E_http_form_fields, NO_PLACE, text2_in(&f->d.title, q->lang), text2_in(&r->d.title, q->lang));
            for (unsigned c = PACK_PERSONAL; c <= PACK_PROTECTED; c++)
                if ((wanted & (1u << c)) != 0) read_note(q, r, ids[k], (enum pack_class)c, "print");
        }
    }
    return RC_OK;
}

static enum rc file_name(struct req *q, const struct pack_form *f, uint64_t id, struct str *out, struct err *err)
{
    struct record rec;
    struct str key = str_cat(&q->arena, f->over->d.name, STR("-"), str_u64(&q->arena, id));
    TRY(record_get(q->view->records, f->over, id, &q->arena, &rec, err));
    if (f->over->key != NULL && f->over->key->class == PACK_OPEN && rec.values[f->over->key->column].kind == SV_TEXT) key = rec.values[f->over->key->column].s;
    char *p = arena_alloc(&q->arena, key.len + 1);
    for (size_t i = 0; i < key.len; i++) {
        bool plain = (key.ptr[i] >= '0' && key.ptr[i] <= '9') || (key.ptr[i] >= 'A' && key.ptr[i] <= 'Z') || (key.ptr[i] >= 'a' && key.ptr[i] <= 'z');
        p[i] = plain ? key.ptr[i] : '-';
    }
    *out = str_of(p, key.len);
    return RC_OK;
}

/* Who took it out, behind the last element: editors of forms read elements alone. */
static struct str with_mark(struct req *q, struct str xml, struct str mark)
{
    char *p = arena_alloc(&q->arena, mark.len + 1);
    for (size_t i = 0; i < mark.len; i++) p[i] = mark.ptr[i] == '-' || mark.ptr[i] == '>' ? ' ' : mark.ptr[i];
    return str_cat(&q->arena, xml, STR("<!-- "), str_of(p, mark.len), STR(" -->\n"));
}

static enum rc put_xml(struct req *q, const struct pack_form *f, const uint64_t *ids, size_t n, struct str mark, struct err *err)
{
    struct zip_part *parts = arena_array(&q->arena, struct zip_part, n + 1);
    unsigned wanted = form_classes(f, f->over);
    for (size_t i = 0; i < n; i++) {
        struct str name;
        struct record rec;
        struct sight s;
        TRY(leave_step(q, err));
        TRY(record_seen(q, PACK_PRINT, f->over, ids[i], &rec, &s, err));
        if ((wanted & ~(s.classes | s.self_classes)) != 0) return err_set(err, &E_http_form_fields, NO_PLACE, text2_in(&f->d.title, q->lang), text2_in(&f->over->d.title, q->lang));
        TRY(hanging_seen(q, f, ids[i], err));
        TRY(exchange_form_write(q->view, q->grant, f, ids[i], &q->arena, &parts[i].bytes, err));
        parts[i].bytes = with_mark(q, parts[i].bytes, mark);
        TRY(file_name(q, f, ids[i], &name, err));
        parts[i].name = str_cat(&q->arena, name, STR("."), f->extension);
        for (unsigned c = PACK_PERSONAL; c <= PACK_PROTECTED; c++)
            if ((wanted & (1u << c)) != 0) read_note(q, f->over, ids[i], (enum pack_class)c, "print");
    }
    if (n == 1) {
        buf_str(&q->out, parts[0].bytes);
        return RC_OK;
    }
    struct made_file m;
    TRY(made_open(&m, ".zip", err));
    enum rc rc = exchange_zip_write(str_c(m.path), parts, n, err);
    if (rc == RC_OK) rc = made_read(&m, &q->out, err);
    made_close(&m);
    return rc;
}

/* LibreOffice takes a processor for seconds: two at once.  A job waits for its turn, a request does not. */
static enum rc pdf_turn(struct req *q, struct err *err)
{
    while (atomic_fetch_add(&q->site->pdfs, 1) >= PDFS_AT_ONCE) {
        atomic_fetch_sub(&q->site->pdfs, 1);
        if (q->job == NULL) return err_set(err, &E_http_jobs_full, NO_PLACE, STR("PDF"));
        if (job_stops(q->job)) return err_set0(err, &E_http_job_cancelled, NO_PLACE);
        const struct timespec t = {0, 200 * 1000 * 1000};
        (void)nanosleep(&t, NULL);
    }
    return RC_OK;
}

enum rc document_answer(struct req *q, struct str bytes, bool pdf, struct err *err)
{
    if (pdf) {
        TRY(pdf_turn(q, err));
        enum rc rc = exchange_pdf(bytes, &q->arena, &bytes, err);
        atomic_fetch_sub(&q->site->pdfs, 1);
        TRY(rc);
    }
    buf_str(&q->out, bytes);
    return buf_failed(&q->out) ? err_set(err, &E_http_too_large, NO_PLACE, STR("67108864")) : RC_OK;
}

static enum rc put_document(struct req *q, const struct pack_form *f, const uint64_t *ids, size_t n, day_num as_of, bool pdf, struct str mark, struct err *err)
{
    struct str template_bytes, bytes;
    struct seeing see;
    seeing_of(q, &see, PACK_PRINT, 0, "print");
    struct docx_options o = {.as_of = as_of, .lang = LANG_ZH, .sight = &see.sight, .grant = q->grant, .mark = n > 1 ? mark : STR(""), .note = mark}; /* on one person's paper, which may go out, it is not printed */
    TRY(exchange_template(q->view->set, f, &template_bytes, err));
    enum rc rc = exchange_docx(q->view, template_bytes, f->over, ids, n, &o, &q->arena, &bytes, err);
    q->run.arena = &q->arena;
    TRY(rc);
    if (guard_denied(q)) return err_set(err, &E_http_form_fields, NO_PLACE, text2_in(&f->d.title, q->lang), text2_in(&f->over->d.title, q->lang));
    for (size_t i = 0; i < n; i++)
        for (unsigned c = PACK_PERSONAL; c <= PACK_PROTECTED; c++)
            if ((guard_touched(q) & (1u << c)) != 0) read_note(q, f->over, ids[i], (enum pack_class)c, "print");
    return document_answer(q, bytes, pdf, err);
}

static struct str described(struct req *q, const struct pack_form *f, const uint64_t *ids, size_t n)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    buf_str(&b, f->d.name);
    for (size_t i = 0; i < n; i++) {
        buf_char(&b, ' ');
        buf_u64(&b, ids[i]);
    }
    struct str s = export_digest(q, buf_view(&b));
    buf_fini(&b);
    return s;
}

enum rc route_form_print(struct req *q, struct err *err)
{
    const struct json *body;
    const struct pack_form *f;
    struct str format, reason;
    uint64_t *ids = NULL;
    size_t n = 0;
    day_num as_of;
    bool go = false, later = false;
    TRY(form_of(q, &f, err));
    TRY(req_json(q, "ids format reason as_of", &body, err));
    TRY(json_ids_in_order(q, body, "ids", PRINT_MOST, &ids, &n, err));
    TRY(json_reason(body, &reason, err));
    TRY(json_day(q, body, "as_of", req_today(q), &as_of, err));
    TRY(json_text(body, "format", false, &format, err));
    if (n == 0) return err_set(err, &E_http_body, NO_PLACE, STR("ids"), STR("1 到 500 个编号"), STR("1 to 500 numbers"));
    if (format.len == 0) format = f->extension;
    bool pdf = f->format == FORM_DOCX && str_eq(format, STR("pdf"));
    if (!pdf && !str_eq(format, f->extension)) return err_set(err, &E_http_body, NO_PLACE, STR("format"), f->extension, f->extension);
    TRY(form_allowed(q, PACK_PRINT, f, err));
    struct args_export note = {.reg = f->over->d.name, .rows = n, .columns = f->d.name, .filter = described(q, f, ids, n), .personal = true, .reason = reason};
    const char *ending = f->format != FORM_XML ? pdf ? ".pdf" : ".docx" : n > 1 ? ".zip" : str_cz(&q->arena, str_cat(&q->arena, STR("."), f->extension));
    TRY(ids_seen(q, PACK_PRINT, f->over, ids, n, err));
    TRY(leave_later(q, f->over, n, pdf ? 1 : AT_ONCE, f->d.name, ending, &later, err));
    if (later) return RC_OK;
    if (f->format == FORM_XML) TRY(put_xml(q, f, ids, n, export_mark(q, note.filter), err));
    else TRY(put_document(q, f, ids, n, as_of, pdf, export_mark(q, note.filter), err));
    leave_as(q, f->d.name, ending);
    return export_enter(q, &note, &go, err);
}

/* ---- the one record that hangs on each ---- */

/* A register of which each record of another has at most one: its parent is unique. */
static enum rc one_each(struct req *q, struct err *err)
{
    const struct pack_register *r = q->reg;
    if (r->parent != NULL && r->parent->unique && r->parent->type == FIELD_REF) return RC_OK;
    return err_set(err, &E_http_one_each, NO_PLACE, text2_in(&r->d.title, q->lang));
}

enum rc route_under(struct req *q, struct err *err)
{
    const struct json *body;
    uint64_t *ids = NULL;
    size_t n = 0;
    TRY(one_each(q, err));
    TRY(req_json(q, "ids", &body, err));
    TRY(json_ids_in_order(q, body, "ids", FILL_MOST, &ids, &n, err));
    struct column *columns = arena_array(&q->arena, struct column, q->reg->fields_count + 1u);
    size_t columns_n = 0;
    for (uint32_t i = 0; i < q->reg->fields_count; i++)
        if (q->reg->fields[i].derive == NULL) columns[columns_n++] = (struct column){.name = q->reg->fields[i].name, .field = &q->reg->fields[i], .reg = q->reg};
    answer_json(q);
    json_object(&q->j);
    put_u64(&q->j, "seq", q->view->seq);
    put_key(&q->j, "items");
    json_array(&q->j);
    for (size_t i = 0; i < n; i++) {
        struct record rec;
        struct sight s;
        struct sv of = sv_int((int64_t)ids[i]);
        uint64_t id = 0;
        TRY(record_seen(q, PACK_READ, q->reg->parent->ref, ids[i], &rec, &s, err));
        TRY(record_find_by(q->view->records, q->reg, q->reg->parent, &of, &id, err));
        json_object(&q->j);
        put_key(&q->j, "of");
        TRY(ref_put(q, q->reg->parent->ref, ids[i], err));
        if (id != 0 && record_seen(q, PACK_READ, q->reg, id, &rec, &s, err) == RC_OK) {
            put_u64(&q->j, "id", rec.id);
            put_u64(&q->j, "version", rec.version);
            TRY(values_put(q, q->reg, &rec, &s, columns, columns_n, "card", err));
        } else {
            put_null(&q->j, "id");
            put_null(&q->j, "version");
            put_null(&q->j, "values");
        }
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
    json_end_object(&q->j);
    return RC_OK;
}

/* {"rows":[{"of":ID,"values":{…}}]}: all or none, as one change each that is made or new. */
enum rc route_fill(struct req *q, struct err *err)
{
    const struct json *body;
    struct receipt receipt;
    struct batch_result result = {0};
    TRY(one_each(q, err));
    if (!register_writable(q, q->reg)) return err_set(err, &E_http_read_only, NO_PLACE, text2_in(&q->reg->d.title, q->lang));
    TRY(req_json(q, "rows", &body, err));
    const struct json *rows = json_get(body, STR("rows"));
    if (rows == NULL || rows->kind != JSON_ARRAY || rows->count == 0 || rows->count > FILL_MOST)
        return err_set(err, &E_http_body, NO_PLACE, STR("rows"), STR("1 到 500 行"), STR("1 to 500 rows"));
    struct batch_item *items = arena_array(&q->arena, struct batch_item, rows->count + 1);
    uint64_t *made = arena_array(&q->arena, uint64_t, rows->count + 1);
    size_t n = 0;
    for (const struct json *m = rows->first; m != NULL; m = m->next) {
        struct given g = {0};
        struct record rec;
        struct sight s;
        uint64_t of = 0, id = 0;
        if (m->kind != JSON_OBJECT) return err_set(err, &E_http_body, NO_PLACE, STR("rows"), STR("行"), STR("rows"));
        TRY(json_u64(m, "of", true, &of, err));
        TRY(values_take(q, json_get(m, STR("values")), &g, err));
        for (uint32_t i = 0; i < g.n; i++)
            if (g.fields[i] == q->reg->parent) return err_set(err, &E_http_body, NO_PLACE, q->reg->parent->name, STR("写在 of 里"), STR("given as \"of\""));
        TRY(record_seen(q, PACK_READ, q->reg->parent->ref, of, &rec, &s, err));
        struct sv parent = sv_int((int64_t)of);
        TRY(record_find_by(q->view->records, q->reg, q->reg->parent, &parent, &id, err));
        struct batch_item *it = &items[n++];
        if (id != 0) {
            TRY(record_seen(q, PACK_WRITE, q->reg, id, &rec, &s, err));
            *it = (struct batch_item){.kind = BATCH_UPDATE, .reg = q->reg, .id = id, .if_version = rec.version, .count = g.n, .fields = g.fields, .values = g.values};
            continue;
        }
        const struct pack_field **fields = arena_array(&q->arena, const struct pack_field *, g.n + 1u);
        struct sv *values = arena_array(&q->arena, struct sv, g.n + 1u);
        for (uint32_t i = 0; i < g.n; i++) {
            fields[i] = g.fields[i];
            values[i] = g.values[i];
        }
        fields[g.n] = q->reg->parent;
        values[g.n] = parent;
        *it = (struct batch_item){.kind = BATCH_CREATE, .reg = q->reg, .count = g.n + 1, .fields = fields, .values = values};
    }
    struct args_batch args = {.items = items, .count = n, .ids = made, .result = &result};
    struct command c = {.verb = VERB_BATCH, .happened = ENTRY_NO_DAY, .args = &args};
    TRY(req_submit(q, &c, &receipt, err));
    answer_json(q);
    json_object(&q->j);
    receipt_members(q, &receipt);
    put_u64(&q->j, "created", result.created);
    put_u64(&q->j, "updated", result.updated);
    put_u64(&q->j, "unchanged", result.unchanged);
    json_end_object(&q->j);
    return RC_OK;
}
