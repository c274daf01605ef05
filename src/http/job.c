/*
 * job.c - work that takes longer than a request: reading and applying a file, verifying an area.  A job belongs to who began it; nobody else sees it.
 * It keeps its view for the packs that its plan was made under, not its snapshot.  Jobs live in memory: a restart forgets those that were not applied.
 */
#include "exchange/exchange.h"

#include "http/job.h"

enum { JOBS_MAX = 16, JOBS_RUNNING = 4, PREVIEW_ROWS = 20, BAD_SHOWN = 500, ROWS_AT_ONCE = 100000, JOB_LIFE_S = 3600 };
#define JOB_MEMORY ((size_t)2 << 30)

enum job_state { JOB_READING, JOB_READY, JOB_APPLYING, JOB_DONE, JOB_FAILED };

struct job {
    struct http *http;
    struct site *site;
    struct job *next;
    char id[33];
    uint64_t account;
    bool verify, json, skip_bad, dropped;
    enum job_state state;
    struct arena arena;
    struct str reg, text;
    char *bytes;
    struct xlsx_table sheet;
    struct area_view view;
    bool view_open;
    struct import_plan plan;
    struct import_result result;
    struct area_report report;
    struct err err;
    int64_t touched_us;
    pthread_t thread;
    bool joined, applied, stumbled;   /* stumbled: what was asked last was refused, and may be asked otherwise */
    const struct job_work *work;     /* NULL: an import of a table, or verify */
    struct job_here here;
};

struct jobs { pthread_mutex_t lock; struct job *first; size_t count, running; };

static const char *const state_names[] = {"reading", "ready", "applying", "done", "failed"};

static void job_free(struct job *j)
{
    if (j->view_open) area_view_close(&j->view);
    free(j->bytes);
    arena_fini(&j->arena);
    free(j);
}

enum rc jobs_open(struct site *s, struct err *err)
{
    s->jobs = calloc(1, sizeof *s->jobs);
    if (s->jobs == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    pthread_mutex_init(&s->jobs->lock, NULL);
    return RC_OK;
}

void jobs_close(struct site *s)
{
    if (s->jobs == NULL) return;
    for (struct job *j = s->jobs->first, *next; j != NULL; j = next) {
        next = j->next;
        if (!j->joined) pthread_join(j->thread, NULL);
        job_free(j);
    }
    pthread_mutex_destroy(&s->jobs->lock);
    free(s->jobs);
    s->jobs = NULL;
}

static void set_state(struct job *j, enum job_state state)
{
    struct jobs *js = j->site->jobs;
    pthread_mutex_lock(&js->lock);
    j->state = state;
    j->touched_us = clock_now_us();
    if (state != JOB_READING && state != JOB_APPLYING) js->running--;
    uint64_t total = j->work != NULL ? atomic_load(&j->here.total) : j->plan.rows_count;
    pthread_mutex_unlock(&js->lock);
    events_job(j->http, j->site, j->account, str_c(j->id), state_names[state], state == JOB_DONE ? total : 0, total);
}

/* ---- what jobs do ---- */

static enum rc read_file(struct job *j)
{
    struct err *err = &j->err;
    TRY(area_view_open(j->site->area, &j->view, err));
    j->view_open = true;
    const struct pack_register *r = pack_register_find(j->view.set, j->reg);
    if (r == NULL) return err_set(err, &E_http_absent, NO_PLACE, j->reg);
    if (!j->json && exchange_is_xlsx(j->text)) {
        TRY(exchange_xlsx_read(j->text, r, &j->arena, &j->sheet, err));
        j->text = j->sheet.csv;
    }
    TRY(import_read(j->view.records, r, j->text, j->json, &j->arena, &j->plan, err));
    if (j->plan.rows_count > ROWS_AT_ONCE) return err_set(err, &E_http_too_large, NO_PLACE, STR("100000"));
    return RC_OK;
}

void job_moved(struct job_here *h, uint64_t seq)
{
    uint64_t known = atomic_load(&h->site->seq);
    while (known < seq && !atomic_compare_exchange_weak(&h->site->seq, &known, seq)) {}
    if (seq != 0) events_moved(h->http);
}

static enum rc work_run(struct job *j, bool applying)
{
    if (applying) return j->work->apply(&j->here, &j->err);
    TRY(area_view_open(j->site->area, &j->view, &j->err));
    j->view_open = true;
    return j->work->read(&j->here, &j->err);
}

static enum rc apply_plan(struct job *j)
{
    struct args_import args = {.plan = &j->plan, .skip_bad = j->skip_bad, .arena = &j->arena, .result = &j->result};
    struct command c = {.verb = VERB_IMPORT, .actor = j->account, .happened = ENTRY_NO_DAY, .args = &args};
    struct receipt r;
    TRY(area_submit(j->site->area, &c, &r, &j->err));
    j->result.first_seq = r.first_seq;
    j->result.last_seq = r.last_seq;
    uint64_t known = atomic_load(&j->site->seq);
    while (known < r.last_seq && !atomic_compare_exchange_weak(&j->site->seq, &known, r.last_seq)) {}
    events_moved(j->http);
    return RC_OK;
}

static void *job_main(void *arg)
{
    struct job *j = arg;
    bool applying = j->state == JOB_APPLYING;
    enum rc rc = j->work != NULL ? work_run(j, applying) : j->verify ? area_verify(j->site->area, STR_NONE, &j->arena, &j->report, &j->err) : applying ? apply_plan(j) : read_file(j);
    if (j->view_open) area_view_rest(&j->view);
    bool again = applying && j->work != NULL && j->work->again;
    j->stumbled = again && (rc == RC_INPUT || rc == RC_DENIED || rc == RC_CONFLICT || rc == RC_BUSY || rc == RC_ABSENT);
    if (j->stumbled) rc = RC_OK;
    j->applied = j->applied || applying;
    bool done = applying ? j->work == NULL || !j->work->again : j->verify || (j->work != NULL && j->work->apply == NULL);
    set_state(j, rc != RC_OK ? JOB_FAILED : done ? JOB_DONE : JOB_READY);
    return NULL;
}

/* ---- keeping them ---- */

/* Under the lock: what is finished and forgotten goes. */
static void sweep(struct jobs *js)
{
    int64_t old = clock_now_us() - (int64_t)JOB_LIFE_S * 1000000;
    for (struct job **at = &js->first; *at != NULL;) {
        struct job *j = *at;
        bool runs = j->state == JOB_READING || j->state == JOB_APPLYING;
        if (runs || !(j->dropped || j->touched_us < old)) {
            at = &j->next;
            continue;
        }
        *at = j->next;
        js->count--;
        if (!j->joined) pthread_join(j->thread, NULL); /* its last line has been run */
        job_free(j);
    }
}

static enum rc job_start(struct req *q, struct job *j, struct err *err)
{
    struct jobs *js = q->site->jobs;
    uint8_t id[16];
    random_bytes(id, sizeof id);
    memcpy(j->id, str_hex(&q->arena, id, sizeof id).ptr, 33);
    j->http = q->http;
    j->site = q->site;
    j->account = grant_account(q->grant);
    j->here.http = q->http;
    j->here.site = q->site;
    j->here.account = j->account;
    j->here.token = grant_token(q->grant);
    j->here.arena = &j->arena;
    j->here.view = &j->view;
    j->here.bytes = j->text;
    j->here.today = req_today(q);
    j->state = JOB_READING;
    j->touched_us = clock_now_us();
    pthread_mutex_lock(&js->lock);
    sweep(js);
    bool room = js->count < JOBS_MAX && js->running < JOBS_RUNNING;
    size_t n = js->running;
    if (room) {
        js->running++;
        js->count++;
        j->next = js->first;
        js->first = j;
        room = pthread_create(&j->thread, NULL, job_main, j) == 0;
        if (!room) {
            js->running--;
            js->count--;
            js->first = j->next;
        }
    }
    pthread_mutex_unlock(&js->lock);
    if (!room) {
        job_free(j);
        return err_set(err, &E_http_jobs_full, NO_PLACE, str_u64(&q->arena, n));
    }
    q->status = 202;
    answer_json(q);
    json_object(&q->j);
    put_text(&q->j, "job", str_c(j->id));
    json_end_object(&q->j);
    return RC_OK;
}

static struct job *job_make(void)
{
    struct job *j = calloc(1, sizeof *j);
    if (j != NULL) arena_init(&j->arena, JOB_MEMORY);
    return j;
}

enum rc job_new(struct req *q, const struct job_work *w, struct job **out, struct arena **a, struct err *err)
{
    struct job *j = job_make();
    if (j == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    j->work = w;
    j->bytes = q->body.ptr;
    j->text = str_of(q->body.ptr, q->body.len);
    buf_init(&q->body, 1);
    *out = j;
    *a = &j->arena;
    return RC_OK;
}

enum rc job_go(struct req *q, struct job *j, void *ctx, struct err *err)
{
    j->here.ctx = ctx;
    return job_start(q, j, err);
}

/* Under the lock. */
static struct job *job_find(struct req *q)
{
    for (struct job *j = q->site->jobs->first; j != NULL; j = j->next)
        if (j->account == grant_account(q->grant) && !j->dropped && str_eq(str_c(j->id), q->args[0])) {
            j->touched_us = clock_now_us();
            return j;
        }
    return NULL;
}

/* ---- routes ---- */

enum rc route_import(struct req *q, struct err *err)
{
    struct str type = req_header(q, "Content-Type");
    bool json = str_starts(type, STR("application/json")), csv = type.ptr == NULL || str_starts(type, STR("text/csv")) || str_starts(type, STR("application/octet-stream")),
         sheet = str_starts(type, STR("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"));
    if (!register_writable(q, q->reg)) return err_set(err, &E_http_read_only, NO_PLACE, text2_in(&q->reg->d.title, q->lang));
    if (!json && !csv && !sheet) return err_set(err, &E_http_type, NO_PLACE, type, STR("text/csv, application/json"));
    if (q->body.len == 0) return err_set(err, &E_http_body, NO_PLACE, STR("body"), STR("文件"), STR("a file"));
    struct job *j = job_make();
    if (j == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    j->json = json;
    j->reg = str_dup(&j->arena, q->reg->d.name);
    j->bytes = q->body.ptr; /* the body is the job's now */
    j->text = str_of(q->body.ptr, q->body.len);
    buf_init(&q->body, 1);
    return job_start(q, j, err);
}

enum rc route_verify(struct req *q, struct err *err)
{
    struct job *j = job_make();
    if (j == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    j->verify = true;
    return job_start(q, j, err);
}

static struct str cell_text(struct req *q, const struct pack_field *f, const struct sv *v)
{
    struct str text = STR("");
    struct err ignored;
    if (v->kind == SV_NULL) return text;
    if (f->type == FIELD_REF && v->kind == SV_TEXT) return v->s;
    if (record_value_text(NULL, f, v, &q->arena, &text, &ignored) != RC_OK && v->kind == SV_INT) text = str_cat(&q->arena, STR("#"), str_i64(&q->arena, v->i));
    return text;
}

static void plan_put(struct req *q, struct job *j)
{
    const struct import_plan *p = &j->plan;
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
        put_u64(&q->j, "line", exchange_xlsx_row(&j->sheet, p->rows[i].line));
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
    put_key(&q->j, "bad");
    json_array(&q->j);
    for (size_t i = 0; i < p->bad_count && i < BAD_SHOWN; i++) {
        json_object(&q->j);
        put_u64(&q->j, "line", exchange_xlsx_row(&j->sheet, p->bad[i].line));
        put_text_or_null(&q->j, "field", p->bad[i].field);
        problem_members(&q->j, &p->bad[i].err, q->lang);
        put_text_or_null(&q->j, "text", p->bad[i].text);
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
}

static void result_put(struct req *q, struct job *j)
{
    put_key(&q->j, "result");
    json_object(&q->j);
    if (j->state == JOB_FAILED) {
        problem_members(&q->j, &j->err, q->lang);
    } else if (j->verify) {
        put_u64(&q->j, "entries", j->report.journal.entries);
        put_u64(&q->j, "records", j->report.records.records);
        put_u64(&q->j, "erased", j->report.journal.erased);
        put_u64(&q->j, "checkpoints", j->report.checkpoints);
        put_flag(&q->j, "tail_seen", j->report.tail_seen);
    } else {
        put_u64(&q->j, "created", j->result.created);
        put_u64(&q->j, "updated", j->result.updated);
        put_u64(&q->j, "unchanged", j->result.unchanged);
        put_u64(&q->j, "refused", j->result.refused);
        put_u64(&q->j, "first_seq", j->result.first_seq);
        put_u64(&q->j, "last_seq", j->result.last_seq);
    }
    json_end_object(&q->j);
}

enum rc route_job(struct req *q, struct err *err)
{
    struct jobs *js = q->site->jobs;
    enum rc rc = RC_OK;
    pthread_mutex_lock(&js->lock);
    struct job *j = job_find(q);
    if (j != NULL) {
        bool still = j->state == JOB_READING || j->state == JOB_APPLYING;
        answer_json(q);
        json_object(&q->j);
        put_text(&q->j, "id", str_c(j->id));
        put_text(&q->j, "kind", j->work != NULL ? str_c(j->work->kind) : j->verify ? STR("verify") : STR("import"));
        put_text(&q->j, "state", str_c(state_names[j->state]));
        put_u64(&q->j, "done", j->work != NULL ? atomic_load(&j->here.done) : j->state == JOB_DONE ? j->plan.rows_count : 0);
        put_u64(&q->j, "total", j->work != NULL ? atomic_load(&j->here.total) : j->state == JOB_READING ? 0 : j->plan.rows_count);
        if (j->stumbled && !still) {
            put_key(&q->j, "problem");
            json_object(&q->j);
            problem_members(&q->j, &j->err, q->lang);
            json_end_object(&q->j);
        }
        if (j->work != NULL && !still && j->state != JOB_FAILED) rc = j->work->put(q, &j->here, j->applied, err);
        if (!j->verify && !still && j->plan.reg != NULL) plan_put(q, j);
        if (j->state == JOB_FAILED || (j->state == JOB_DONE && j->work == NULL)) result_put(q, j);
        else if (j->work == NULL || still) put_null(&q->j, "result");
        json_end_object(&q->j);
    }
    pthread_mutex_unlock(&js->lock);
    return j == NULL ? err_set(err, &E_http_absent, NO_PLACE, q->args[0]) : rc;
}

/* "take" or "skip": numbers of what the job told. */
static enum rc chosen_take(const struct json *body, struct job_here *h, struct err *err)
{
    const struct json *take = json_get(body, STR("take")), *skip = json_get(body, STR("skip")), *list = take != NULL ? take : skip;
    h->skips = take == NULL;
    h->chosen_count = 0;
    if (list == NULL || list->kind == JSON_NULL) return RC_OK;
    if (list->kind != JSON_ARRAY || (take != NULL && skip != NULL)) return err_set(err, &E_http_body, NO_PLACE, STR("take"), STR("编号的列表"), STR("a list of numbers"));
    uint64_t *ids = arena_array(h->arena, uint64_t, list->count + 1);
    for (const struct json *m = list->first; m != NULL; m = m->next)
        if (m->kind != JSON_NUMBER || !str_to_u64(m->text, &ids[h->chosen_count++]))
            return err_set(err, &E_http_body, NO_PLACE, h->skips ? STR("skip") : STR("take"), STR("编号的列表"), STR("a list of numbers"));
    h->chosen = ids;
    return RC_OK;
}

static enum rc wrong_state(struct job *j, struct err *err) { return err_set(err, &E_http_job_state, NO_PLACE, str_c(state_names[j->state])); }

enum rc route_job_apply(struct req *q, struct err *err)
{
    struct jobs *js = q->site->jobs;
    const struct json *body;
    bool skip = false;
    TRY(req_json(q, "skip_bad skip take", &body, err));
    TRY(json_flag(body, "skip_bad", &skip, err));
    pthread_mutex_lock(&js->lock);
    struct job *j = job_find(q);
    enum rc rc = j == NULL ? err_set(err, &E_http_absent, NO_PLACE, q->args[0]) : j->state != JOB_READY || j->verify ? wrong_state(j, err) : j->work != NULL ? chosen_take(body, &j->here, err) : RC_OK;
    if (rc == RC_OK && js->running >= JOBS_RUNNING) rc = err_set(err, &E_http_jobs_full, NO_PLACE, str_u64(&q->arena, js->running));
    if (rc == RC_OK) {
        pthread_join(j->thread, NULL); /* it has read; it is at its end */
        j->joined = true;
        j->skip_bad = skip;
        j->state = JOB_APPLYING;
        js->running++;
        if (pthread_create(&j->thread, NULL, job_main, j) != 0) {
            js->running--;
            j->state = JOB_FAILED;
            rc = err_set0(err, &E_no_memory, NO_PLACE);
        } else {
            j->joined = false;
        }
    }
    pthread_mutex_unlock(&js->lock);
    if (rc != RC_OK) return rc;
    q->status = 202;
    answer_json(q);
    json_object(&q->j);
    put_text(&q->j, "job", q->args[0]);
    json_end_object(&q->j);
    return RC_OK;
}

enum rc route_job_refused(struct req *q, struct err *err)
{
    struct jobs *js = q->site->jobs;
    pthread_mutex_lock(&js->lock);
    struct job *j = job_find(q);
    enum rc rc = j == NULL ? err_set(err, &E_http_absent, NO_PLACE, q->args[0])
                 : j->verify || j->plan.reg == NULL || j->state == JOB_READING || j->state == JOB_APPLYING ? wrong_state(j, err) : RC_OK;
    if (rc == RC_OK) {
        import_bad_csv(&j->plan, j->text, q->lang, &q->out);
        q->type = "text/csv; charset=utf-8";
        answer_header(q, "Content-Disposition", STR("attachment; filename=\"refused.csv\""));
    }
    pthread_mutex_unlock(&js->lock);
    return rc;
}

enum rc route_job_drop(struct req *q, struct err *err)
{
    struct jobs *js = q->site->jobs;
    pthread_mutex_lock(&js->lock);
    struct job *j = job_find(q);
    if (j != NULL) {
        j->dropped = true; /* one that runs is forgotten when it ends */
        sweep(js);
    }
    pthread_mutex_unlock(&js->lock);
    if (j == NULL) return err_set(err, &E_http_absent, NO_PLACE, q->args[0]);
    q->status = 204;
    return RC_OK;
}
