/*
 * job.c - the table of jobs: begun, read, applied, told, put away.  What they were given and found lies on disk (jobfile.c), so that a restart loses none of them; a job that
 * was being applied when the server stopped says what was written and what was not.  A job belongs to who began it; nobody else sees it.
 */
#include "http/job.h"

enum { JOBS_MAX = 64, JOBS_OWN = 16, JOBS_RUNNING = 4, LIFE_S = 24 * 3600, AWAKE_S = 600, KEY_TEXT = 64, SHOWN_MAX = 32 << 20 };
#define JOB_MEMORY ((size_t)2 << 30)
#define JOBS_DISK (UINT64_C(1) << 30)

enum job_state { JOB_READING, JOB_READY, JOB_APPLYING, JOB_DONE, JOB_FAILED, JOB_STATES };
static const char *const state_names[] = {"reading", "ready", "applying", "done", "failed"};
static const struct job_work *const kinds[] = {&import_work, &verify_work, &compare_work, &forms_work, &answers_work, &photos_work, &resumes_work};

struct job {
    struct http *http;
    struct site *site;
    struct job *next;
    char id[JOB_ID + 1], key[KEY_TEXT + 1], apply_key[KEY_TEXT + 1], digest[2 * HASH_LEN + 1], command_key[JOB_ID + 8];
    uint64_t account;
    const struct job_work *work;
    char *words;                     /* JSON */
    enum job_state state;
    bool runs, applied, dropped, started, awake, view_open;
    bool stumbled;                   /* what was asked last was refused, and may be asked otherwise */
    bool stopped;                    /* the server stopped while it was applied, and nothing of this try was found written */
    bool asked;                      /* the same, and nobody has looked yet */
    int64_t began_us, moved_us, touched_us;
    struct err err;
    pthread_t thread;
    /* While it is awake. */
    struct arena arena;
    struct area_view view;
    struct buf bytes;
    struct job_here here;
};

struct jobs { pthread_mutex_t lock; struct job *first; size_t count, running; struct jobfile files; };

static bool busy(enum job_state s) { return s == JOB_READING || s == JOB_APPLYING; }

/* ---- awake and asleep ---- */

static void job_sleep(struct job *j)
{
    if (j->view_open) area_view_close(&j->view);
    j->view_open = false;
    buf_fini(&j->bytes);
    if (j->awake) arena_fini(&j->arena);
    j->awake = false;
    j->here.ctx = NULL;
    j->here.chosen = NULL;
    j->here.chosen_count = 0;
}

static enum rc job_wake(struct job *j, bool view, struct err *err)
{
    struct job_here *h = &j->here;
    if (!j->awake) {
        arena_init(&j->arena, JOB_MEMORY);
        buf_init(&j->bytes, FILE_MAX);
        j->awake = true;
        struct json *words = NULL;
        TRY(json_parse(&j->arena, str_c(j->words), &words, err));
        h->words = words;
        enum rc rc = jobfile_get(&j->site->jobs->files, j->id, "in", FILE_MAX, &j->bytes, err);
        if (rc != RC_OK && rc != RC_ABSENT) return rc;
        h->bytes = buf_view(&j->bytes);
        h->today = j->http->o.today != ENTRY_NO_DAY ? j->http->o.today : area_today(j->site->area);
        if (j->work->wake != NULL) TRY(j->work->wake(h, err));
    }
    if (!view) return RC_OK;
    if (j->view_open) area_view_close(&j->view);
    j->view_open = false;
    TRY(area_view_open(j->site->area, &j->view, err));
    j->view_open = true;
    return RC_OK;
}

static void job_free(struct job *j)
{
    job_sleep(j);
    free(j->words);
    free(j);
}

/* ---- on disk ---- */

static void put_i64(struct json_out *o, const char *key, int64_t v)
{
    json_key(o, str_c(key));
    json_i64(o, v);
}

static enum rc job_save(struct job *j, enum job_state state, struct err *err)
{
    struct buf b;
    struct json_out o;
    buf_init(&b, 1 << 20);
    json_out_init(&o, &b);
    json_object(&o);
    put_i64(&o, "account", (int64_t)j->account);
    put_flag(&o, "applied", j->applied);
    put_text(&o, "apply_key", str_c(j->apply_key));
    put_i64(&o, "began", j->began_us);
    put_text(&o, "digest", str_c(j->digest));
    put_i64(&o, "done", (int64_t)atomic_load(&j->here.done));
    put_text(&o, "key", str_c(j->key));
    put_text(&o, "kind", str_c(j->work->kind));
    put_i64(&o, "moved", clock_now_us());
    put_text(&o, "state", str_c(state_names[state]));
    put_flag(&o, "stopped", j->stopped);
    put_i64(&o, "token", (int64_t)j->here.token);
    put_i64(&o, "total", (int64_t)atomic_load(&j->here.total));
    put_text(&o, "words", str_c(j->words));
    json_end_object(&o);
    enum rc rc = jobfile_put(&j->site->jobs->files, j->id, "job.json", buf_view(&b), err);
    buf_fini(&b);
    return rc;
}

static struct str text_of(const struct json *j, const char *name)
{
    const struct json *t = json_get(j, str_c(name));
    return t == NULL || t->kind != JSON_STRING ? STR("") : t->text;
}
static int64_t number_of(const struct json *j, const char *name)
{
    const struct json *t = json_get(j, str_c(name));
    int64_t n = 0;
    return t != NULL && t->kind == JSON_NUMBER && str_to_i64(t->text, &n) ? n : 0;
}
static bool flag_of(const struct json *j, const char *name)
{
    const struct json *t = json_get(j, str_c(name));
    return t != NULL && t->kind == JSON_TRUE;
}
static void copy_text(char *to, size_t room, struct str s)
{
    size_t n = MIN(s.len, room - 1);
    if (n > 0) memcpy(to, s.ptr, n);
    to[n] = '\0';
}
static char *words_copy(struct str s)
{
    char *p = malloc(s.len + 1);
    if (p != NULL) copy_text(p, s.len + 1, s);
    return p;
}

static struct job *job_make(struct http *h, struct site *s, const struct job_work *w, uint64_t account, struct str words)
{
    struct job *j = calloc(1, sizeof *j);
    if (j == NULL) return NULL;
    j->http = h;
    j->site = s;
    j->work = w;
    j->account = account;
    j->words = words_copy(words);
    j->here = (struct job_here){.http = h, .site = s, .job = j, .account = account, .arena = &j->arena, .view = &j->view};
    if (j->words != NULL) return j;
    free(j);
    return NULL;
}

struct loading { struct http *http; struct site *site; };

static void load_one(void *ctx, const char *id)
{
    struct loading *l = ctx;
    struct jobs *js = l->site->jobs;
    struct arena a;
    struct buf b;
    struct json *o = NULL;
    struct err ignored;
    arena_init(&a, 8 << 20);
    buf_init(&b, 1 << 20);
    bool ok = jobfile_get(&js->files, id, "job.json", 1 << 20, &b, &ignored) == RC_OK && json_parse(&a, buf_view(&b), &o, &ignored) == RC_OK && o->kind == JSON_OBJECT;
    const struct job_work *w = NULL;
    size_t state = 0;
    for (size_t i = 0; ok && i < ARRAY_LEN(kinds); i++)
        if (str_eq(text_of(o, "kind"), str_c(kinds[i]->kind))) w = kinds[i];
    while (ok && state < JOB_STATES && !str_eq(text_of(o, "state"), str_c(state_names[state]))) state++;
    ok = ok && w != NULL && state < JOB_STATES && number_of(o, "moved") > clock_now_us() - (int64_t)LIFE_S * 1000000;
    struct job *j = ok ? job_make(l->http, l->site, w, (uint64_t)number_of(o, "account"), text_of(o, "words")) : NULL;
    if (j != NULL) {
        memcpy(j->id, id, JOB_ID + 1);
        copy_text(j->key, sizeof j->key, text_of(o, "key"));
        copy_text(j->apply_key, sizeof j->apply_key, text_of(o, "apply_key"));
        copy_text(j->digest, sizeof j->digest, text_of(o, "digest"));
        (void)snprintf(j->command_key, sizeof j->command_key, "job-%s", j->id);
        j->here.key = str_c(j->command_key);
        j->here.token = (uint64_t)number_of(o, "token");
        atomic_store(&j->here.done, (uint64_t)number_of(o, "done"));
        atomic_store(&j->here.total, (uint64_t)number_of(o, "total"));
        j->applied = flag_of(o, "applied");
        j->stopped = flag_of(o, "stopped");
        j->began_us = number_of(o, "began");
        j->moved_us = number_of(o, "moved");
        j->touched_us = clock_now_us();
        j->asked = state == JOB_APPLYING;
        j->state = j->asked ? JOB_READING : (enum job_state)state;
        j->next = js->first;
        js->first = j;
        js->count++;
    } else if (!ok) {
        jobfile_drop(&js->files, id);
    }
    buf_fini(&b);
    arena_fini(&a);
}

enum rc jobs_open(struct http *h, struct site *s, struct err *err)
{
    s->jobs = calloc(1, sizeof *s->jobs);
    if (s->jobs == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    pthread_mutex_init(&s->jobs->lock, NULL);
    TRY(jobfile_open(h->o.areas[s - h->sites], &s->jobs->files, err));
    struct loading l = {h, s};
    jobfile_each(&s->jobs->files, load_one, &l);
    return RC_OK;
}

void jobs_close(struct site *s)
{
    if (s->jobs == NULL) return;
    for (struct job *j = s->jobs->first, *next; j != NULL; j = next) {
        next = j->next;
        if (j->started) pthread_join(j->thread, NULL);
        job_free(j);
    }
    pthread_mutex_destroy(&s->jobs->lock);
    free(s->jobs);
    s->jobs = NULL;
}

/* ---- what jobs do ---- */

void job_moved(struct job_here *h, uint64_t seq)
{
    uint64_t known = atomic_load(&h->site->seq);
    while (known < seq && !atomic_compare_exchange_weak(&h->site->seq, &known, seq)) {}
    if (seq != 0) events_moved(h->http);
}

struct str job_word(const struct job_here *h, const char *name) { return text_of(h->words, name); }
enum rc job_keep(struct job_here *h, const char *name, struct str bytes, struct err *err) { return jobfile_put(&h->site->jobs->files, h->job->id, name, bytes, err); }

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
    uint64_t done = atomic_load(&j->here.done), total = atomic_load(&j->here.total);
    pthread_mutex_unlock(&js->lock);
    events_job(j->http, j->site, j->account, str_c(j->id), state_names[state], done, total);
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

static void *job_main(void *arg)
{
    struct job *j = arg;
    bool applying = j->state == JOB_APPLYING, looked = j->asked;
    enum rc rc = RC_OK;
    struct err other;
    err_clear(&j->err);
    j->stumbled = false;
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
    bool again = applying && j->work->again;
    j->stumbled = again && mendable(rc);
    if (j->stumbled) rc = RC_OK;
    if (rc == RC_OK) j->applied = j->applied || applying;
    bool done = over || (applying ? !j->work->again : j->work->apply == NULL);
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
static void sweep(struct jobs *js)
{
    int64_t now = clock_now_us(), old = now - (int64_t)LIFE_S * 1000000, drowsy = now - (int64_t)AWAKE_S * 1000000;
    for (struct job **at = &js->first; *at != NULL;) {
        struct job *j = *at;
        if (!j->runs && (j->dropped || j->moved_us < old)) {
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
    sweep(s->jobs);
    pthread_mutex_unlock(&s->jobs->lock);
}

/* Under the lock. */
static bool job_start(struct jobs *js, struct job *j, enum job_state state)
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

static enum rc answer_job(struct req *q, const char *id)
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
    sweep(js);
    for (const struct job *j = js->first; j != NULL; j = j->next) own += j->account == grant_account(q->grant);
    if (js->count >= JOBS_MAX || own >= JOBS_OWN) return err_set(err, &E_http_jobs_full, NO_PLACE, str_u64(&q->arena, own >= JOBS_OWN ? own : js->count));
    if (js->running >= JOBS_RUNNING) return err_set(err, &E_http_jobs_full, NO_PLACE, str_u64(&q->arena, js->running));
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
    if (known[0] != '\0') return answer_job(q, known);
    struct job *j = job_make(q->http, q->site, w, grant_account(q->grant), text);
    if (j == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    random_bytes(id, sizeof id);
    copy_text(j->id, sizeof j->id, str_hex(&q->arena, id, sizeof id));
    (void)snprintf(j->command_key, sizeof j->command_key, "job-%s", j->id);
    copy_text(j->key, sizeof j->key, key);
    copy_text(j->digest, sizeof j->digest, digest);
    j->here.key = str_c(j->command_key);
    j->here.token = grant_token(q->grant);
    j->state = JOB_READING;
    j->began_us = j->moved_us = j->touched_us = clock_now_us();
    /* What was taken is on disk before anybody is told so. */
    if (body.len > 0) rc = jobfile_put(&js->files, j->id, "in", body, err);
    if (rc == RC_OK) rc = job_save(j, JOB_READING, err);
    bool runs = false;
    if (rc == RC_OK) {
        pthread_mutex_lock(&js->lock);
        j->next = js->first;
        js->first = j;
        js->count++;
        runs = job_start(js, j, JOB_READING);
        if (!runs) {
            js->first = j->next;
            js->count--;
            rc = err_set(err, &E_http_jobs_full, NO_PLACE, str_u64(&q->arena, js->running));
        }
        pthread_mutex_unlock(&js->lock);
    }
    if (runs) return answer_job(q, str_cz(&q->arena, str_hex(&q->arena, id, sizeof id)));
    jobfile_drop(&js->files, j->id);
    job_free(j);
    return rc;
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

static void head_put(struct req *q, const struct job *j)
{
    struct json *words = NULL;
    put_text(&q->j, "id", str_dup(&q->arena, str_c(j->id)));
    put_text(&q->j, "kind", str_c(j->work->kind));
    put_text(&q->j, "state", str_c(state_names[j->state]));
    put_u64(&q->j, "done", atomic_load(&j->here.done));
    put_u64(&q->j, "total", atomic_load(&j->here.total));
    bool known = json_parse(&q->arena, str_dup(&q->arena, str_c(j->words)), &words, NULL) == RC_OK;
    struct str reg = known ? text_of(words, "register") : STR(""), form = known ? text_of(words, "form") : STR(""), file = known ? text_of(words, "file") : STR("");
    put_text_or_null(&q->j, "file", file.len > 0 ? file : STR_NONE);
    put_text_or_null(&q->j, "register", reg.len > 0 ? reg : STR_NONE);
    if (form.len > 0) put_text(&q->j, "form", form);
    put_time(&q->j, "began", j->began_us);
    put_time(&q->j, "expires", j->moved_us + (int64_t)LIFE_S * 1000000);
    if (!j->stopped || busy(j->state)) return;
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
    sweep(js);
    for (const struct job *j = js->first; j != NULL; j = j->next) {
        if (j->account != grant_account(q->grant) || j->dropped) continue;
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
        still = busy(j->state);
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

static enum rc wrong_state(const struct job *j, struct err *err) { return err_set(err, &E_http_job_state, NO_PLACE, str_c(state_names[j->state])); }

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
    copy_text(j->apply_key, sizeof j->apply_key, key);
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
    return answer_job(q, str_cz(&q->arena, q->args[0]));
}

/* A file of the job's, to save. */
static enum rc file_put_out(struct req *q, const char *file, const char *called, struct err *err)
{
    struct jobs *js = q->site->jobs;
    char id[JOB_ID + 1] = "";
    pthread_mutex_lock(&js->lock);
    const struct job *j = job_find(q);
    enum rc rc = j == NULL ? err_set(err, &E_http_absent, NO_PLACE, q->args[0]) : busy(j->state) ? wrong_state(j, err) : RC_OK;
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
