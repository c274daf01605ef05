/*
 * import.c - a table into a register, as a job: read, then tried through the one door (every check that the true import makes, nothing written), then written.
 * What is written is read from the bytes again, so that what was looked at an hour ago cannot be written over what others did since.  Its command carries the job's own key:
 * the same job is written once, however often it is asked for.  verify is here too.
 */
#include "exchange/exchange.h"
#include "http/job/job.h"

enum { PREVIEW_ROWS = 20, BAD_SHOWN = 500, ROWS_AT_ONCE = 100000 };

struct importing {
    struct xlsx_table sheet;
    struct str text;
    struct import_plan plan;
    struct import_result result;
    bool recovered;               /* what was written is known from the journal alone */
};

static enum rc load(struct job_here *h, struct err *err)
{
    struct importing *m = h->ctx;
    const struct pack_register *r = pack_register_find(h->view->set, job_word(h, "register"));
    bool json = str_eq(job_word(h, "type"), STR("json"));
    if (r == NULL) return err_set(err, &E_http_absent, NO_PLACE, job_word(h, "register"));
    m->text = h->bytes;
    m->sheet = (struct xlsx_table){0};
    m->plan = (struct import_plan){0};
    if (!json && exchange_is_xlsx(h->bytes)) {
        TRY(exchange_xlsx_read_spill(h->bytes, NULL, import_folder(h->view->records), r, h->arena, &m->sheet, err));
        m->text = m->sheet.csv;
    }
    if (m->sheet.spill != NULL) TRY(import_read_spill(h->view->records, r, m->sheet.spill, false, h->arena, &m->plan, err));
    else TRY(import_read(h->view->records, r, m->text, json, h->arena, &m->plan, err));
    if (m->plan.rows_count > ROWS_AT_ONCE) return err_set(err, &E_http_too_large, NO_PLACE, STR("100000"));
    atomic_store(&h->total, m->plan.rows_count);
    return RC_OK;
}

/* The rows that were refused, as a file to be mended: in both languages, for the plan is not kept. */
static enum rc keep_refused(struct job_here *h, struct err *err)
{
    struct importing *m = h->ctx;
    enum rc rc = RC_OK;
    for (unsigned lang = 0; lang < 2 && rc == RC_OK; lang++) {
        struct buf b;
        buf_init(&b, OUT_MAX);
        import_bad_csv(&m->plan, m->text, lang == 0 ? LANG_ZH : LANG_EN, &b);
        rc = job_keep(h, lang == 0 ? "refused.zh.csv" : "refused.en.csv", buf_view(&b), err);
        buf_fini(&b);
    }
    return rc;
}

/* Everything that the door and the checks say, as if it were written. */
static enum rc rehearse(struct job_here *h, struct err *err)
{
    struct importing *m = h->ctx;
    m->result = (struct import_result){.ids = arena_array(h->arena, uint64_t, m->plan.rows_count + 1)};
    struct args_import args = {.plan = &m->plan, .skip_bad = true, .arena = h->arena, .result = &m->result, .dry = true};
    struct command c = {.verb = VERB_IMPORT, .actor = h->account, .token = h->token, .happened = ENTRY_NO_DAY, .args = &args};
    TRY(area_try(h->site->area, &c, err));
    m->result.refused = m->plan.bad_rows;
    return RC_OK;
}

static enum rc import_job_read(struct job_here *h, struct err *err)
{
    struct importing *m = h->ctx;
    TRY(load(h, err));
    if (m->sheet.csv.len > 0) TRY(job_keep(h, "table.csv", m->sheet.csv, err));
    area_view_rest(h->view); /* whoever waits for the writer must not hold the log */
    TRY(rehearse(h, err));
    return keep_refused(h, err);
}

static enum rc write_plan(struct job_here *h, struct receipt *r, struct err *err)
{
    struct importing *m = h->ctx;
    m->result = (struct import_result){0};
    struct args_import args = {.plan = &m->plan, .skip_bad = h->skip_bad, .arena = h->arena, .result = &m->result};
    struct command c = {.verb = VERB_IMPORT, .actor = h->account, .token = h->token, .key = h->key, .happened = ENTRY_NO_DAY, .args = &args};
    return area_submit(h->site->area, &c, r, err);
}

/* Of who sees a part: the rows that are not his are found in a rehearsal, and left out. */
static enum rc write_own(struct job_here *h, struct receipt *r, struct err *err)
{
    struct importing *m = h->ctx;
    TRY(area_view_again(h->view, err));
    TRY(load(h, err));
    area_view_rest(h->view);
    TRY(rehearse(h, err));
    struct import_plan told = m->plan;
    const uint64_t *made = m->result.ids;
    TRY(area_view_again(h->view, err));
    TRY(load(h, err));
    area_view_rest(h->view);
    if (told.rows_count != m->plan.rows_count) return err_set0(err, &E_http_job_reread, NO_PLACE);
    for (size_t i = 0; i < m->plan.rows_count; i++)
        if (made[i] == 0) m->plan.rows[i].values = NULL;
    TRY(write_plan(h, r, err));
    m->plan.bad = told.bad;
    m->plan.bad_count = told.bad_count;
    m->plan.bad_rows = told.bad_rows;
    m->result.refused = told.bad_rows;
    return RC_OK;
}

struct counted { uint64_t created, updated; };

static enum rc count_written(struct job_here *h, const struct receipt *r, struct counted *out, struct err *err)
{
    struct journal_walk *w = NULL;
    const struct entry *e = NULL;
    *out = (struct counted){0};
    if (r->first_seq == 0) return RC_OK;
    TRY(journal_walk(h->view->journal, r->first_seq, &w, err));
    enum rc rc;
    while ((rc = journal_next(w, &e, NULL, err)) == RC_OK && e != NULL && e->seq <= r->last_seq) {
        out->created += e->kind == ENTRY_CREATE;
        out->updated += e->kind == ENTRY_UPDATE;
    }
    journal_walk_close(&w);
    return rc;
}

/* Was this job written, though nobody heard of it?  Its key knows. */
static enum rc import_look(struct job_here *h, bool *done, struct err *err)
{
    struct importing *m = h->ctx;
    struct receipt r = {0};
    struct counted n;
    TRY(area_receipt(h->view, h->account, h->key, done, &r, err));
    if (!*done) return RC_OK;
    TRY(count_written(h, &r, &n, err));
    m->recovered = true;
    m->result = (struct import_result){.created = n.created, .updated = n.updated, .first_seq = r.first_seq, .last_seq = r.last_seq};
    atomic_store(&h->done, atomic_load(&h->total));
    return RC_OK;
}

static enum rc import_job_apply(struct job_here *h, struct err *err)
{
    struct importing *m = h->ctx;
    struct receipt r = {0};
    TRY(load(h, err));
    area_view_rest(h->view);
    enum rc rc = write_plan(h, &r, err);
    if (rc == RC_DENIED && h->skip_bad && err->kind == &E_access_scope) rc = write_own(h, &r, err);
    if (rc != RC_OK) {
        struct err ignored;
        if (m->plan.bad_rows > 0) (void)keep_refused(h, &ignored);
        return rc;
    }
    if (r.repeated) {
        bool done = false;
        TRY(area_view_again(h->view, err));
        TRY(import_look(h, &done, err));
    }
    m->result.first_seq = r.first_seq;
    m->result.last_seq = r.last_seq;
    atomic_store(&h->done, m->plan.rows_count);
    job_moved(h, r.last_seq);
    struct err ignored;
    (void)keep_refused(h, &ignored); /* it is written: a full disk does not make it otherwise */
    return RC_OK;
}

/* ---- told ---- */

static struct str cell_text(struct req *q, const struct pack_field *f, const struct sv *v)
{
    struct str text = STR("");
    struct err ignored;
    if (v->kind == SV_NULL) return text;
    if (f->type == FIELD_REF && v->kind == SV_TEXT) return v->s;
    if (record_value_text(NULL, f, v, &q->arena, &text, &ignored) != RC_OK && v->kind == SV_INT) text = str_cat(&q->arena, STR("#"), str_i64(&q->arena, v->i));
    return text;
}

static void bad_put(struct req *q, const struct importing *m, const struct import_bad *b)
{
    const struct pack_register *r = m->plan.reg;
    struct str field = b->field;
    /* Headings are as the file has them; a page knows fields by their names. */
    for (uint32_t i = 0; i < r->fields_count; i++)
        if (str_eq(r->fields[i].title.zh, b->field)) field = r->fields[i].name;
    json_object(&q->j);
    put_u64(&q->j, "line", exchange_xlsx_row(&m->sheet, b->line));
    put_u64(&q->j, "row", b->line);
    put_text_or_null(&q->j, "field", field.len > 0 ? field : STR_NONE);
    problem_members(&q->j, &b->err, q->lang);
    put_text_or_null(&q->j, "text", b->text);
    json_end_object(&q->j);
}

static void plan_put(struct req *q, const struct importing *m)
{
    const struct import_plan *p = &m->plan;
    put_key(&q->j, "headings");
    json_array(&q->j);
    for (uint32_t i = 0; i < p->given_count; i++) {
        json_object(&q->j);
        put_text(&q->j, "heading", text2_in(&p->given[i]->title, q->lang));
        put_text(&q->j, "field", p->given[i]->name);
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
    put_key(&q->j, "preview");
    json_array(&q->j);
    for (size_t i = 0, shown = 0; i < p->rows_count && shown < PREVIEW_ROWS; i++) {
        if (p->rows[i].values == NULL) continue;
        json_object(&q->j);
        put_u64(&q->j, "line", exchange_xlsx_row(&m->sheet, p->rows[i].line));
        put_key(&q->j, "values");
        json_object(&q->j);
        for (uint32_t k = 0; k < p->given_count; k++) put_text(&q->j, str_cz(&q->arena, p->given[k]->name), cell_text(q, p->given[k], &p->rows[i].values[p->given[k]->column]));
        json_end_object(&q->j);
        json_end_object(&q->j);
        shown++;
    }
    json_end_array(&q->j);
    put_u64(&q->j, "bad_count", p->bad_rows);
    put_text_or_null(&q->j, "encoding", p->encoding);
    put_text_or_null(&q->j, "warnings", p->warnings);
    put_flag(&q->j, "table", m->sheet.csv.len > 0);
    put_key(&q->j, "bad");
    json_array(&q->j);
    for (size_t i = 0; i < p->bad_count && i < BAD_SHOWN; i++) bad_put(q, m, &p->bad[i]);
    json_end_array(&q->j);
}

static void counts_put(struct req *q, const char *key, const struct importing *m, bool written)
{
    put_key(&q->j, key);
    json_object(&q->j);
    put_u64(&q->j, "created", m->result.created);
    put_u64(&q->j, "updated", m->result.updated);
    if (!m->recovered) {
        put_u64(&q->j, "unchanged", m->result.unchanged);
        put_u64(&q->j, "refused", m->result.refused);
    }
    if (written) {
        put_u64(&q->j, "first_seq", m->result.first_seq);
        put_u64(&q->j, "last_seq", m->result.last_seq);
        put_flag(&q->j, "recovered", m->recovered);
    }
    json_end_object(&q->j);
}

static enum rc import_put(struct req *q, struct job_here *h, bool applied, bool failed, struct err *err)
{
    const struct importing *m = h->ctx;
    (void)err;
    if (m->plan.reg != NULL) plan_put(q, m);
    if (failed) return RC_OK;
    if (applied) {
        counts_put(q, "result", m, true);
    } else {
        counts_put(q, "would", m, false);
        put_null(&q->j, "result");
    }
    return RC_OK;
}

const struct job_work import_work = {.kind = "import", .ctx_len = sizeof(struct importing), .read = import_job_read, .apply = import_job_apply, .put = import_put, .look = import_look, .by_bytes = true};

enum rc route_import(struct req *q, struct err *err)
{
    struct str type = req_header(q, "Content-Type"), name;
    bool json = str_starts(type, STR("application/json")), csv = type.ptr == NULL || str_starts(type, STR("text/csv")) || str_starts(type, STR("application/octet-stream")),
         sheet = str_starts(type, STR("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"));
    if (!register_writable(q, q->reg)) return err_set(err, &E_http_read_only, NO_PLACE, text2_in(&q->reg->d.title, q->lang));
    if (!json && !csv && !sheet) return err_set(err, &E_http_type, NO_PLACE, type, STR("text/csv, application/json, .xlsx"));
    TRY(req_file_name(q, STR(""), &name, err));
    const struct pair words[] = {{STR("file"), name}, {STR("register"), q->reg->d.name}, {STR("type"), json ? STR("json") : STR("csv")}};
    return job_begin(q, &import_work, words, ARRAY_LEN(words), err);
}

/* ---- verify ---- */

static enum rc verify_read(struct job_here *h, struct err *err)
{
    area_view_rest(h->view);
    return area_verify(h->site->area, STR_NONE, h->arena, h->ctx, err);
}

static enum rc verify_put(struct req *q, struct job_here *h, bool applied, bool failed, struct err *err)
{
    const struct area_report *r = h->ctx;
    (void)applied;
    (void)err;
    if (failed) return RC_OK;
    put_key(&q->j, "result");
    json_object(&q->j);
    put_u64(&q->j, "entries", r->journal.entries);
    put_u64(&q->j, "records", r->records.records);
    put_u64(&q->j, "erased", r->journal.erased);
    put_u64(&q->j, "checkpoints", r->checkpoints);
    put_flag(&q->j, "tail_seen", r->tail_seen);
    json_end_object(&q->j);
    return RC_OK;
}

const struct job_work verify_work = {.kind = "verify", .ctx_len = sizeof(struct area_report), .read = verify_read, .put = verify_put};

enum rc route_verify(struct req *q, struct err *err) { return job_begin(q, &verify_work, NULL, 0, err); }
