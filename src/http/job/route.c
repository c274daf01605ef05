/* route.c - what the owner of a job asks of it: how far it is, to go on, its files, to stop. */
#include "http/job/inner.h"
#include "http/paper/leave.h"

/* Under the lock. */
static struct job *job_find(struct req *q)
{
    for (struct job *j = q->site->jobs->first; j != NULL; j = j->next)
        if (j->account == grant_account(q->grant) && j->here.token == grant_token(q->grant) && !j->dropped && str_eq(str_c(j->id), q->args[0])) {
            j->touched_us = clock_now_us();
            return j;
        }
    return NULL;
}

/* ---- routes ---- */

static void head_put(struct req *q, const struct job *j)
{
    struct json *words = NULL;
    put_text(&q->j, "id", str_dup(&q->arena, str_c(j->id)));
    put_text(&q->j, "kind", str_c(j->work->kind));
    put_text(&q->j, "state", str_c(job_state_names[j->state]));
    put_u64(&q->j, "done", atomic_load(&j->here.done));
    put_u64(&q->j, "total", atomic_load(&j->here.total));
    bool known = json_parse(&q->arena, str_dup(&q->arena, str_c(j->words)), &words, NULL) == RC_OK;
    struct str reg = known ? job_text_of(words, "register") : STR(""), form = known ? job_text_of(words, "form") : STR(""), file = known ? job_text_of(words, "file") : STR("");
    put_text_or_null(&q->j, "file", file.len > 0 ? file : STR_NONE);
    put_text_or_null(&q->j, "register", reg.len > 0 ? reg : STR_NONE);
    if (form.len > 0) put_text(&q->j, "form", form);
    put_time(&q->j, "began", j->began_us);
    put_time(&q->j, "expires", job_ends_us(j));
    if (!j->stopped || job_busy(j->state)) return;
    struct err why;
    err_set0(&why, j->work->by_bytes ? &E_http_job_stopped : &E_http_job_reread, NO_PLACE);
    put_key(&q->j, "notice");
    json_object(&q->j);
    problem_members(&q->j, &why, q->lang);
    json_end_object(&q->j);
}

enum rc route_jobs(struct req *q, struct err *err)
{
    struct jobs *js = q->site->jobs;
    (void)err;
    answer_json(q);
    json_object(&q->j);
    put_key(&q->j, "items");
    json_array(&q->j);
    pthread_mutex_lock(&js->lock);
    jobs_sweep(js);
    for (const struct job *j = js->first; j != NULL; j = j->next) {
        if (j->account != grant_account(q->grant) || j->here.token != grant_token(q->grant) || j->dropped) continue;
        json_object(&q->j);
        head_put(q, j);
        json_end_object(&q->j);
    }
    pthread_mutex_unlock(&js->lock);
    json_end_array(&q->j);
    json_end_object(&q->j);
    return RC_OK;
}

enum rc route_job(struct req *q, struct err *err)
{
    struct jobs *js = q->site->jobs;
    char id[JOB_ID + 1];
    bool still = false;
    pthread_mutex_lock(&js->lock);
    struct job *j = job_find(q);
    if (j != NULL) {
        /* After a start of the server: what was under way goes on, and what can only be applied as it was looked at is looked at again. */
        bool resting = !j->runs && (j->state == JOB_READING || (j->state == JOB_READY && !j->awake && !j->work->by_bytes));
        if (resting && j->state == JOB_READY) j->stopped = true;
        if (resting) {
            bool goes = job_start(js, j, JOB_READING);
            if (!goes) j->state = JOB_READING;
        }
        still = job_busy(j->state);
        memcpy(id, j->id, sizeof id);
        answer_json(q);
        json_object(&q->j);
        head_put(q, j);
        if (still) put_null(&q->j, "result");
        json_end_object(&q->j);
    }
    pthread_mutex_unlock(&js->lock);
    if (j == NULL) return err_set(err, &E_http_absent, NO_PLACE, q->args[0]);
    if (still) return RC_OK;
    struct buf shown;
    buf_init(&shown, SHOWN_MAX);
    enum rc rc = jobfile_get(&js->files, id, q->lang == LANG_ZH ? "zh.json" : "en.json", SHOWN_MAX, &shown, err);
    if (rc == RC_OK && shown.len > 2) {
        q->out.len--; /* one object of the two: the head is open again */
        buf_char(&q->out, ',');
        buf_str(&q->out, str_sub(buf_view(&shown), 1, shown.len));
    }
    buf_fini(&shown);
    return rc == RC_ABSENT ? err_set(err, &E_http_absent, NO_PLACE, q->args[0]) : rc;
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

static enum rc wrong_state(const struct job *j, struct err *err) { return err_set(err, &E_http_job_state, NO_PLACE, str_c(job_state_names[j->state])); }

/* Under the lock. */
static enum rc apply_begin(struct req *q, struct job *j, const struct json *body, struct str key, bool skip, struct err *err)
{
    struct jobs *js = q->site->jobs;
    /* The answer to the first try was lost on the way. */
    if (key.len > 0 && str_eq(str_c(j->apply_key), key) && !j->stopped && !j->stumbled && j->state != JOB_FAILED) return RC_OK;
    if (j->state != JOB_READY || j->runs || j->work->apply == NULL) return wrong_state(j, err);
    if (!j->work->by_bytes && !j->awake) {
        j->stopped = true;
        (void)job_start(js, j, JOB_READING);
        return err_set0(err, &E_http_job_reread, NO_PLACE);
    }
    if (!j->work->by_bytes) TRY(chosen_take(body, &j->here, err));
    j->here.skip_bad = skip;
    job_copy_text(j->apply_key, sizeof j->apply_key, key);
    return job_start(js, j, JOB_APPLYING) ? RC_OK : err_set(err, &E_http_jobs_full, NO_PLACE, str_u64(&q->arena, js->running));
}

enum rc route_job_apply(struct req *q, struct err *err)
{
    struct jobs *js = q->site->jobs;
    const struct json *body;
    bool skip = false;
    struct str key = req_header(q, "Idempotency-Key");
    TRY(req_json(q, "skip_bad skip take", &body, err));
    TRY(json_flag(body, "skip_bad", &skip, err));
    if (key.ptr == NULL || key.len > KEY_TEXT) key = STR("");
    pthread_mutex_lock(&js->lock);
    struct job *j = job_find(q);
    enum rc rc = j == NULL ? err_set(err, &E_http_absent, NO_PLACE, q->args[0]) : apply_begin(q, j, body, key, skip, err);
    pthread_mutex_unlock(&js->lock);
    TRY(rc);
    return job_answer(q, str_cz(&q->arena, q->args[0]));
}

/* A file of the job's, to save. */
static enum rc file_put_out(struct req *q, const char *file, const char *called, struct err *err)
{
    struct jobs *js = q->site->jobs;
    char id[JOB_ID + 1] = "";
    pthread_mutex_lock(&js->lock);
    const struct job *j = job_find(q);
    enum rc rc = j == NULL ? err_set(err, &E_http_absent, NO_PLACE, q->args[0]) : job_busy(j->state) ? wrong_state(j, err) : RC_OK;
    if (rc == RC_OK) memcpy(id, j->id, sizeof id);
    pthread_mutex_unlock(&js->lock);
    TRY(rc);
    TRY(jobfile_get(&js->files, id, file, FILE_MAX, &q->out, err));
    q->type = "text/csv; charset=utf-8";
    answer_header(q, "Content-Disposition", str_cat(&q->arena, STR("attachment; filename=\""), str_c(called), STR("\"")));
    return RC_OK;
}

enum rc route_job_refused(struct req *q, struct err *err) { return file_put_out(q, q->lang == LANG_ZH ? "refused.zh.csv" : "refused.en.csv", "refused.csv", err); }
/* Of a spreadsheet what was read of it, of any other file the file itself: so a page that was left goes on with it. */
enum rc route_job_table(struct req *q, struct err *err)
{
    enum rc rc = file_put_out(q, "table.csv", "table.csv", err);
    return rc == RC_ABSENT ? file_put_out(q, "in", "table.csv", err) : rc;
}

/* What was made for its owner: by his session alone, while he may still print what it is of. */
enum rc route_job_file(struct req *q, struct err *err)
{
    struct jobs *js = q->site->jobs;
    char id[JOB_ID + 1] = "";
    struct str words = STR("");
    struct json *w = NULL;
    pthread_mutex_lock(&js->lock);
    const struct job *j = job_find(q);
    enum rc rc = j == NULL || j->work != &leaving_work ? err_set(err, &E_http_absent, NO_PLACE, q->args[0]) : j->state != JOB_DONE ? wrong_state(j, err) : RC_OK;
    if (rc == RC_OK && job_ends_us(j) < clock_now_us()) rc = err_set0(err, &E_http_job_gone, NO_PLACE);
    if (rc == RC_OK) {
        memcpy(id, j->id, sizeof id);
        words = str_dup(&q->arena, str_c(j->words));
    }
    pthread_mutex_unlock(&js->lock);
    TRY(rc);
    TRY(json_parse(&q->arena, words, &w, err));
    const struct pack_register *r = pack_register_find(q->view->set, job_text_of(w, "register"));
    if (r == NULL || !grant_may(q->grant, PACK_PRINT, r)) return err_set(err, &E_http_denied, NO_PLACE, r == NULL ? STR("") : text2_in(&r->d.title, q->lang));
    struct str name = job_text_of(w, "file");
    size_t dot = name.len;
    while (dot > 0 && name.ptr[dot - 1] != '.') dot--;
    rc = jobfile_get(&js->files, id, "out", FILE_MAX, &q->out, err);
    if (rc == RC_ABSENT) return err_set0(err, &E_http_job_gone, NO_PLACE);
    TRY(rc);
    leave_as(q, str_sub(name, 0, dot > 0 ? dot - 1 : name.len), dot > 0 ? str_cz(&q->arena, str_sub(name, dot - 1, name.len)) : "");
    return RC_OK;
}

enum rc route_job_drop(struct req *q, struct err *err)
{
    struct jobs *js = q->site->jobs;
    pthread_mutex_lock(&js->lock);
    struct job *j = job_find(q);
    if (j != NULL) {
        j->dropped = true; /* one that runs is forgotten when it ends */
        atomic_store(&j->here.stop, true);
        jobs_sweep(js);
    }
    pthread_mutex_unlock(&js->lock);
    if (j == NULL) return err_set(err, &E_http_absent, NO_PLACE, q->args[0]);
    q->status = 204;
    return RC_OK;
}
