/*
 * leaving.c - a file that takes long is made beside the request, as a job.
 * The handler that would answer at once runs again on the job's thread, over a request without a connection and with the grant of who began it as it is then: what is
 * refused, asked of a second person, masked, marked and entered in the book of exports is decided in one place, whichever way the file is made.  The entry carries a key of
 * the job's own, so that one that was cut short and is made again is entered once.
 * The file lies with the job, for its owner alone, for two hours.
 */
#include "http/job/job.h"
#include "http/paper/leave.h"

enum { AT_ONCE_ROWS = 1000, KEPT_S = 2 * 3600 };
#define JOBS_DISK (UINT64_C(1) << 30)

struct leaving { uint64_t pending, size; };

/* ---- in the request ---- */

enum rc leave_later(struct req *q, const struct pack_register *r, uint64_t rows, uint64_t at_once, struct str name, const char *ending, bool *later, struct err *err)
{
    struct str wish = req_header(q, "Prefer");
    *later = false;
    if (q->job != NULL) {
        leave_at(q, 0, rows);
        return RC_OK;
    }
    if (q->bearer) return RC_OK; /* a job is an account's, and may know more than its token */
    if (rows <= (at_once == 0 ? AT_ONCE_ROWS : at_once) && !str_eq(wish, STR("respond-async"))) return RC_OK;
    *later = true;
    q->out.len = 0;
    q->headers_count = 0;
    const struct pair words[] = {{STR("file"), str_cat(&q->arena, name, str_c(ending))}, {STR("register"), r->d.name}, {STR("route"), str_c(q->route->id)},
                                 {STR("arg"), q->args[0]}, {STR("lang"), q->lang == LANG_ZH ? STR("zh") : STR("en")}};
    return job_begin(q, &leaving_work, words, ARRAY_LEN(words), err);
}

void leave_at(struct req *q, uint64_t done, uint64_t total)
{
    if (q->job == NULL) return;
    atomic_store(&q->job->total, total);
    atomic_store(&q->job->done, done);
}

enum rc leave_step(struct req *q, struct err *err)
{
    if (q->job == NULL) return RC_OK;
    uint64_t done = atomic_fetch_add(&q->job->done, 1) + 1, total = atomic_load(&q->job->total);
    if (done > total) atomic_store(&q->job->done, total);
    return job_stops(q->job) ? err_set0(err, &E_http_job_cancelled, NO_PLACE) : RC_OK;
}

/* ---- on the job's thread ---- */

static const struct route *route_named(struct str id)
{
    for (size_t i = 0; i < routes_count; i++)
        if (str_eq(str_c(routes[i].id), id)) return &routes[i];
    return NULL;
}

/* The disk that jobs share: a file that does not fit is not kept. */
static enum rc keep_file(struct job_here *h, struct str bytes, struct err *err)
{
    if (jobs_bytes(h->site) + bytes.len > JOBS_DISK) return err_set(err, &E_http_jobs_disk, NO_PLACE, STR("1 GiB"));
    return job_keep(h, "out", bytes, err);
}

static enum rc leaving_run(struct job_here *h, struct err *err)
{
    struct leaving *x = h->ctx;
    struct req *q = req_make(h->http, STR("/"));
    if (q == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    q->job = h;
    q->site = h->site;
    q->lang = str_eq(job_word(h, "lang"), STR("en")) ? LANG_EN : LANG_ZH;
    q->args[0] = job_word(h, "arg");
    q->route = route_named(job_word(h, "route"));
    q->session.account = h->account;
    buf_str(&q->body, h->bytes);
    enum rc rc = q->route == NULL ? err_set0(err, &E_http_no_route, NO_PLACE) : req_view_lend(q, h->view, err);
    if (rc == RC_OK) rc = area_grant(h->view, h->account, &q->grant, err);
    if (rc == RC_OK) rc = gate_ask(q, err);
    if (rc == RC_OK) rc = q->route->run(q, err);
    if (rc == RC_OK && job_stops(h)) rc = err_set0(err, &E_http_job_cancelled, NO_PLACE);
    if (rc == RC_OK && buf_failed(&q->out)) rc = err_set(err, &E_http_too_large, NO_PLACE, str_u64(h->arena, OUT_MAX));
    x->pending = rc == RC_OK ? q->proposed : 0;
    x->size = q->out.len;
    if (rc == RC_OK && x->pending == 0) rc = keep_file(h, buf_view(&q->out), err);
    h->over = rc == RC_OK && x->pending == 0;
    if (h->over) atomic_store(&h->done, atomic_load(&h->total));
    q->view = NULL; /* the job's own */
    req_free(q);
    return rc;
}

static enum rc leaving_put(struct req *q, struct job_here *h, bool applied, bool failed, struct err *err)
{
    const struct leaving *x = h->ctx;
    (void)applied;
    (void)err;
    if (failed || !result_open(q, h->over || x->pending != 0)) return RC_OK;
    put_text_or_null(&q->j, "name", x->pending == 0 ? job_word(h, "file") : STR_NONE);
    put_u64(&q->j, "size", x->pending == 0 ? x->size : 0);
    if (x->pending == 0) put_null(&q->j, "pending");
    else put_u64(&q->j, "pending", x->pending);
    json_end_object(&q->j);
    return RC_OK;
}

/* Applied: a second person was asked, and it is tried again. */
const struct job_work leaving_work = {.kind = "leaving", .ctx_len = sizeof(struct leaving), .read = leaving_run, .apply = leaving_run, .put = leaving_put, .again = true, .by_bytes = true, .kept_s = KEPT_S};
