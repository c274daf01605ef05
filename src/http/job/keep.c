/* keep.c - a job made, woken and put to sleep, written down and found again when the server starts. */
#include "http/job/inner.h"

static const struct job_work *const kinds[] = {&import_work, &verify_work, &compare_work, &forms_work, &answers_work, &photos_work, &resumes_work, &leaving_work};
const char *const job_state_names[] = {"reading", "ready", "applying", "done", "failed"};

/* ---- awake and asleep ---- */

void job_sleep(struct job *j)
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

enum rc job_wake(struct job *j, bool view, struct err *err)
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
        h->ctx = arena_array(&j->arena, unsigned char, MAX(j->work->ctx_len, (size_t)1));
    }
    if (!view) return RC_OK;
    if (j->view_open) area_view_close(&j->view);
    j->view_open = false;
    TRY(area_view_open(j->site->area, &j->view, err));
    j->view_open = true;
    return RC_OK;
}

void job_free(struct job *j)
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

enum rc job_save(struct job *j, enum job_state state, struct err *err)
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
    put_text(&o, "state", str_c(job_state_names[state]));
    put_flag(&o, "stopped", j->stopped);
    put_i64(&o, "token", (int64_t)j->here.token);
    put_i64(&o, "total", (int64_t)atomic_load(&j->here.total));
    put_text(&o, "words", str_c(j->words));
    json_end_object(&o);
    enum rc rc = jobfile_put(&j->site->jobs->files, j->id, "job.json", buf_view(&b), err);
    buf_fini(&b);
    return rc;
}

struct str job_text_of(const struct json *j, const char *name)
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
void job_copy_text(char *to, size_t room, struct str s)
{
    size_t n = MIN(s.len, room - 1);
    if (n > 0) memcpy(to, s.ptr, n);
    to[n] = '\0';
}
static char *words_copy(struct str s)
{
    char *p = malloc(s.len + 1);
    if (p != NULL) job_copy_text(p, s.len + 1, s);
    return p;
}

struct job *job_make(struct http *h, struct site *s, const struct job_work *w, uint64_t account, struct str words)
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

/* Files that were made for somebody go sooner than what still waits for him. */
static int64_t life_us(const struct job_work *w, enum job_state state)
{
    bool soon = w->kept_s > 0 && (state == JOB_DONE || state == JOB_FAILED);
    return (soon ? w->kept_s : (int64_t)LIFE_S) * 1000000;
}
int64_t job_ends_us(const struct job *j) { return j->moved_us + life_us(j->work, j->state); }

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
        if (str_eq(job_text_of(o, "kind"), str_c(kinds[i]->kind))) w = kinds[i];
    while (ok && state < JOB_STATES && !str_eq(job_text_of(o, "state"), str_c(job_state_names[state]))) state++;
    ok = ok && w != NULL && state < JOB_STATES && number_of(o, "moved") + life_us(w, (enum job_state)state) > clock_now_us();
    struct job *j = ok ? job_make(l->http, l->site, w, (uint64_t)number_of(o, "account"), job_text_of(o, "words")) : NULL;
    if (j != NULL) {
        memcpy(j->id, id, JOB_ID + 1);
        job_copy_text(j->key, sizeof j->key, job_text_of(o, "key"));
        job_copy_text(j->apply_key, sizeof j->apply_key, job_text_of(o, "apply_key"));
        job_copy_text(j->digest, sizeof j->digest, job_text_of(o, "digest"));
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
    for (struct job *j = s->jobs->first; j != NULL; j = j->next) atomic_store(&j->here.stop, true);
    for (struct job *j = s->jobs->first, *next; j != NULL; j = next) {
        next = j->next;
        if (j->started) pthread_join(j->thread, NULL);
        job_free(j);
    }
    pthread_mutex_destroy(&s->jobs->lock);
    free(s->jobs);
    s->jobs = NULL;
}

