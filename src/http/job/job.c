/*
 * job.c - jobs at work: begun, run on threads of their own, told, ended, swept away.  What they were given and found lies on disk (keep.c), so that a restart loses none of
 * them; a job that was being applied when the server stopped says what was written and what was not.  A job belongs to who began it; nobody else sees it.
 */
#include "http/job/inner.h"

/* ---- what jobs do ---- */

void job_moved(struct job_here *h, uint64_t seq)
{
    uint64_t known = atomic_load(&h->site->seq);
    while (known < seq && !atomic_compare_exchange_weak(&h->site->seq, &known, seq)) {}
    if (seq != 0) events_moved(h->http);
}

struct str job_word(const struct job_here *h, const char *name) { return job_text_of(h->words, name); }
enum rc job_keep(struct job_here *h, const char *name, struct str bytes, struct err *err) { return jobfile_put(&h->site->jobs->files, h->job->id, name, bytes, err); }

bool job_stops(const struct job_here *h) { return atomic_load(&h->stop); }
uint64_t jobs_bytes(struct site *s) { return jobfile_bytes(&s->jobs->files); }

/* What is told from now on, in both languages. */
static enum rc job_tell(struct job *j, bool failed, struct err *err)
{
    enum rc rc = RC_OK;
    for (unsigned lang = 0; lang < 2 && rc == RC_OK; lang++) {
        struct req *q = calloc(1, sizeof *q);
        if (q == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
        arena_init(&q->arena, ARENA_MAX);
        buf_init(&q->out, SHOWN_MAX);
        json_out_init(&q->j, &q->out);
        q->lang = lang == 0 ? LANG_ZH : LANG_EN;
        json_object(&q->j);
        if (j->stumbled) {
            put_key(&q->j, "problem");
            json_object(&q->j);
            problem_members(&q->j, &j->err, q->lang);
            json_end_object(&q->j);
        }
        if (j->here.ctx != NULL) rc = j->work->put(q, &j->here, j->applied, failed, err);
        if (failed) {
            put_key(&q->j, "result");
            json_object(&q->j);
            problem_members(&q->j, &j->err, q->lang);
            json_end_object(&q->j);
        }
        json_end_object(&q->j);
        if (rc == RC_OK && buf_failed(&q->out)) rc = err_set(err, &E_http_too_large, NO_PLACE, STR("33554432"));
        if (rc == RC_OK) rc = jobfile_put(&j->site->jobs->files, j->id, lang == 0 ? "zh.json" : "en.json", buf_view(&q->out), err);
        buf_fini(&q->out);
        arena_fini(&q->arena);
        free(q);
    }
    return rc;
}

/* Under the lock: the one that waits longest. */
static void start_next(struct jobs *js)
{
    struct job *oldest = NULL;
    for (struct job *j = js->first; j != NULL; j = j->next)
        if (!j->runs && !j->dropped && j->state == JOB_READING && !atomic_load(&j->here.stop)) oldest = j;
    if (oldest != NULL) (void)job_start(js, oldest, JOB_READING);
}

static void job_end(struct job *j, enum job_state state)
{
    struct jobs *js = j->site->jobs;
    struct err ignored;
    (void)job_save(j, state, &ignored); /* where that fails, the next start looks again */
    if (j->work->by_bytes || state == JOB_DONE || state == JOB_FAILED) job_sleep(j);
    pthread_mutex_lock(&js->lock);
    j->state = state;
    j->runs = false;
    j->moved_us = j->touched_us = clock_now_us();
    js->running--;
    start_next(js);
    uint64_t done = atomic_load(&j->here.done), total = atomic_load(&j->here.total);
    pthread_mutex_unlock(&js->lock);
    events_job(j->http, j->site, j->account, str_c(j->id), job_state_names[state], done, total);
}

static bool mendable(enum rc rc) { return rc == RC_INPUT || rc == RC_DENIED || rc == RC_CONFLICT || rc == RC_BUSY || rc == RC_ABSENT; }

/* The server had stopped while it was applied.  True: it was written, and nothing remains to be done. */
static bool job_look(struct job *j, enum rc *rc)
{
    bool done = false;
    j->asked = false;
    j->stopped = true;
    if (j->work->look == NULL) return false;
    *rc = job_wake(j, true, &j->err);
    if (*rc == RC_OK) *rc = j->work->look(&j->here, &done, &j->err);
    if (done) j->applied = true;
    if (done) j->stopped = false;
    return done;
}

static void job_leave(struct job *j)
{
    struct jobs *js = j->site->jobs;
    job_sleep(j);
    pthread_mutex_lock(&js->lock);
    j->runs = false;
    js->running--;
    start_next(js);
    pthread_mutex_unlock(&js->lock);
}

static void *job_main(void *arg)
{
    struct job *j = arg;
    bool applying = j->state == JOB_APPLYING, looked = j->asked;
    enum rc rc = RC_OK;
    struct err other;
    err_clear(&j->err);
    j->stumbled = j->here.over = false;
    bool over = looked && job_look(j, &rc);
    if (rc == RC_OK && !over && looked && j->work->by_bytes) {
        /* Nothing was written: it stands where it stood before. */
        job_end(j, JOB_READY);
        return NULL;
    }
    if (rc == RC_OK && !over && applying) {
        j->stopped = false;
        rc = job_save(j, JOB_APPLYING, &j->err);
    }
    if (rc == RC_OK && !over) rc = job_wake(j, !applying || j->work->by_bytes, &j->err);
    if (rc == RC_OK && !over) rc = applying ? j->work->apply(&j->here, &j->err) : j->work->read(&j->here, &j->err);
    if (j->view_open) area_view_rest(&j->view);
    if (rc != RC_OK && j->err.kind == &E_http_job_cancelled) {
        /* Its owner's wish: it goes.  The server's: on disk it stands as it did, and goes on when the server does. */
        job_leave(j);
        return NULL;
    }
    bool again = applying && j->work->again;
    j->stumbled = again && mendable(rc);
    if (j->stumbled) rc = RC_OK;
    if (rc == RC_OK) j->applied = j->applied || applying;
    bool done = over || j->here.over || (applying ? !j->work->again : j->work->apply == NULL);
    enum rc told = job_tell(j, rc != RC_OK, &other);
    if (told != RC_OK && rc == RC_OK && !done) {
        rc = told;
        j->err = other;
        (void)job_tell(j, true, &other);
    }
    job_end(j, rc != RC_OK ? JOB_FAILED : done ? JOB_DONE : JOB_READY);
    return NULL;
}

/* ---- keeping them ---- */

/* Under the lock: what is over goes, with its files; what nobody looked at for a while gives its memory back. */
void jobs_sweep(struct jobs *js)
{
    int64_t now = clock_now_us(), drowsy = now - (int64_t)AWAKE_S * 1000000;
    for (struct job **at = &js->first; *at != NULL;) {
        struct job *j = *at;
        if (!j->runs && (j->dropped || job_ends_us(j) < now)) {
            *at = j->next;
            js->count--;
            if (j->started) pthread_join(j->thread, NULL); /* its last line has been run */
            jobfile_drop(&js->files, j->id);
            job_free(j);
            continue;
        }
        if (!j->runs && j->awake && j->touched_us < drowsy) job_sleep(j);
        at = &j->next;
    }
}

void jobs_tick(struct site *s)
{
    if (s->jobs == NULL) return;
    pthread_mutex_lock(&s->jobs->lock);
    jobs_sweep(s->jobs);
    pthread_mutex_unlock(&s->jobs->lock);
}

/* Under the lock. */
bool job_start(struct jobs *js, struct job *j, enum job_state state)
{
    enum job_state was = j->state;
    if (j->runs || js->running >= JOBS_RUNNING) return false;
    if (j->started) pthread_join(j->thread, NULL);
    j->state = state;
    j->runs = true;
    if (state == JOB_READING) j->applied = false; /* what is read again has nothing of before */
    j->started = pthread_create(&j->thread, NULL, job_main, j) == 0;
    if (!j->started) {
        j->state = was;
        j->runs = false;
        return false;
    }
    js->running++;
    return true;
}

static void words_put(struct buf *b, const struct pair *words, size_t n)
{
    struct json_out o;
    json_out_init(&o, b);
    json_object(&o);
    for (size_t i = 0; i < n; i++) {
        json_key_any(&o, words[i].name);
        json_string(&o, words[i].value.ptr == NULL ? STR("") : words[i].value);
    }
    json_end_object(&o);
}

enum rc job_answer(struct req *q, const char *id)
{
    q->status = 202;
    answer_json(q);
    json_object(&q->j);
    put_text(&q->j, "job", str_dup(&q->arena, str_c(id)));
    json_end_object(&q->j);
    return RC_OK;
}

/* Under the lock: the job that was begun with this key.  RC_CONFLICT area.key_reused where it was begun with something else. */
static enum rc begun_before(struct jobs *js, uint64_t account, struct str key, struct str digest, struct job **out, struct err *err)
{
    *out = NULL;
    for (struct job *j = js->first; j != NULL && key.len > 0; j = j->next) {
        if (j->account != account || j->dropped || !str_eq(str_c(j->key), key)) continue;
        if (!str_eq(str_c(j->digest), digest)) return err_set(err, &E_area_key_reused, NO_PLACE, key, STR(""));
        *out = j;
        return RC_OK;
    }
    return RC_OK;
}

/* Under the lock. */
static enum rc room(struct req *q, struct jobs *js, struct err *err)
{
    size_t own = 0;
    jobs_sweep(js);
    for (const struct job *j = js->first; j != NULL; j = j->next) own += j->account == grant_account(q->grant);
    if (js->count >= JOBS_MAX || own >= JOBS_OWN) return err_set(err, &E_http_jobs_full, NO_PLACE, str_u64(&q->arena, own >= JOBS_OWN ? own : js->count));
    if (jobfile_bytes(&js->files) + q->body.len > JOBS_DISK) return err_set(err, &E_http_jobs_disk, NO_PLACE, STR("1 GiB"));
    return RC_OK;
}

enum rc job_begin(struct req *q, const struct job_work *w, const struct pair *words, size_t n, struct err *err)
{
    struct jobs *js = q->site->jobs;
    struct str key = req_header(q, "Idempotency-Key");
    struct job *before = NULL;
    struct buf b;
    uint8_t id[JOB_ID / 2];
    if (key.ptr == NULL || key.len > KEY_TEXT) key = STR("");
    buf_init(&b, 1 << 20);
    words_put(&b, words, n);
    struct str text = str_dup(&q->arena, buf_view(&b)), body = buf_view(&q->body);
    buf_fini(&b);
    struct str digest = area_file_hash(&q->arena, str_cat(&q->arena, str_c(w->kind), STR("\n"), text, STR("\n"), area_file_hash(&q->arena, body)));
    pthread_mutex_lock(&js->lock);
    enum rc rc = begun_before(js, grant_account(q->grant), key, digest, &before, err);
    if (rc == RC_OK && before == NULL) rc = room(q, js, err);
    char known[JOB_ID + 1] = "";
    if (before != NULL) memcpy(known, before->id, sizeof known);
    pthread_mutex_unlock(&js->lock);
    TRY(rc);
    if (known[0] != '\0') return job_answer(q, known);
    struct job *j = job_make(q->http, q->site, w, grant_account(q->grant), text);
    if (j == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    random_bytes(id, sizeof id);
    job_copy_text(j->id, sizeof j->id, str_hex(&q->arena, id, sizeof id));
    (void)snprintf(j->command_key, sizeof j->command_key, "job-%s", j->id);
    job_copy_text(j->key, sizeof j->key, key);
    job_copy_text(j->digest, sizeof j->digest, digest);
    j->here.key = str_c(j->command_key);
    j->here.token = grant_token(q->grant);
    j->state = JOB_READING;
    j->began_us = j->moved_us = j->touched_us = clock_now_us();
    /* What was taken is on disk before anybody is told so. */
    if (body.len > 0) rc = jobfile_put(&js->files, j->id, "in", body, err);
    if (rc == RC_OK) rc = job_save(j, JOB_READING, err);
    if (rc == RC_OK) {
        pthread_mutex_lock(&js->lock);
        j->next = js->first;
        js->first = j;
        js->count++;
        (void)job_start(js, j, JOB_READING); /* else it waits for one that runs to end */
        pthread_mutex_unlock(&js->lock);
        return job_answer(q, str_cz(&q->arena, str_hex(&q->arena, id, sizeof id)));
    }
    jobfile_drop(&js->files, j->id);
    job_free(j);
    return rc;
}

