/*
 * server.c - requests: read by libmicrohttpd, answered here or by the workers.
 * A request is answered on the thread that read it where its route is quick; else its connection is suspended while a worker runs the
 * handler, which may wait for the writer of an area.  A full queue answers 503 at once: nothing waits that cannot be served soon.
 */
#include <microhttpd.h>

#include "http/serve/calls.h"
#include "http/inner.h"

enum { BODY_SECONDS = 60, FILE_SECONDS = 600, BODY_SMALL = 64 * 1024 /* what is larger is taken from who may, and from nobody else */ };
#define UPLOADS_MAX (UINT64_C(512) << 20) /* of all bodies that are larger, together */

/* ---- workers ---- */

void req_run(struct req *q)
{
    struct err err;
    err_clear(&err);
    enum rc rc = q->flush_due ? RC_OK : gate_pass(q, &err);
    if (rc == RC_OK && !q->flush_due) rc = q->route->run(q, &err);
    /* A quick answer that shows restricted fields waits for the read log, and a session is kept awake by the writer, but not on this thread. */
    if (rc == RC_OK && !q->flush_due && (q->route->flags & R_QUICK) != 0 && (q->tired || reads_wait(q))) {
        q->flush_due = true;
        return;
    }
    if (rc == RC_OK) rc = reads_flush(q, &err);
    if (rc != RC_OK) answer_err(q, &err);
    req_view_give(q);
    if (q->tired) area_session_awake(q->site->area, q->token);
    q->tired = false;
    if (rc == RC_OK && (q->route->flags & R_STANDS) != 0) events_look(q->http);
}

bool work_put(struct req *q)
{
    struct http *h = q->http;
    bool slow = (q->route->flags & R_SLOW) != 0;
    pthread_mutex_lock(&h->lock);
    bool room = h->queue_len < h->o.queue_max && !h->workers_stop && (!slow || h->slow_len < h->o.queue_max / 2);
    if (room) {
        h->slow_len += slow;
        q->next = NULL;
        *h->last = q;
        h->last = &q->next;
        h->queue_len++;
        pthread_cond_signal(&h->work);
    }
    pthread_mutex_unlock(&h->lock);
    return room;
}

/* Under the lock: the one that waits longest; who signs in does not keep all the others waiting.  NULL: none that may begin now. */
static struct req *take(struct http *h)
{
    uint32_t slow_most = MAX(h->o.workers / 2, 1u);
    for (struct req **at = &h->first; *at != NULL; at = &(*at)->next) {
        struct req *q = *at;
        bool slow = (q->route->flags & R_SLOW) != 0;
        if (slow && h->slow_busy >= slow_most) continue;
        *at = q->next;
        if (h->last == &q->next) h->last = at;
        h->queue_len--;
        h->busy++;
        h->slow_len -= slow;
        h->slow_busy += slow;
        return q;
    }
    return NULL;
}

void *worker_main(void *arg)
{
    struct http *h = arg;
    pthread_mutex_lock(&h->lock);
    for (;;) {
        struct req *q;
        while ((q = take(h)) == NULL && (h->first != NULL || !h->workers_stop)) pthread_cond_wait(&h->work, &h->lock);
        if (h->workers_stop && h->first == NULL) pthread_cond_broadcast(&h->work); /* nothing comes after it: the others need not wait */
        if (q == NULL) break;
        bool slow = (q->route->flags & R_SLOW) != 0;
        pthread_mutex_unlock(&h->lock);
        req_run(q);
        q->finished = true;
        MHD_resume_connection(q->conn);
        pthread_mutex_lock(&h->lock);
        h->busy--;
        h->slow_busy -= slow;
        if (h->busy == 0 && h->queue_len == 0) pthread_cond_broadcast(&h->idle);
    }
    pthread_mutex_unlock(&h->lock);
    return NULL;
}

/* ---- requests ---- */

void *on_url(void *cls, const char *uri, struct MHD_Connection *c)
{
    (void)c;
    return req_make(cls, str_c(uri));
}

static bool take_method(struct req *q, const char *text)
{
    for (unsigned i = 0; i < M_COUNT; i++)
        if (strcmp(text, method_name((enum method)i)) == 0) {
            q->method = (enum method)i;
            return true;
        }
    return false;
}

static enum lang lang_of(struct req *q)
{
    struct str wish = req_header(q, "Accept-Language");
    return wish.len >= 2 && (wish.ptr[0] == 'e' || wish.ptr[0] == 'E') && (wish.ptr[1] == 'n' || wish.ptr[1] == 'N') ? LANG_EN : LANG_ZH;
}

static struct str allowed_text(struct req *q, unsigned allowed)
{
    struct buf b;
    buf_init(&b, 128);
    for (unsigned i = 0; i < M_COUNT; i++) {
        if ((allowed >> i & 1) == 0) continue;
        if (b.len > 0) buf_lit(&b, ", ");
        buf_str(&b, str_c(method_name((enum method)i)));
    }
    struct str s = str_dup(&q->arena, buf_view(&b));
    buf_fini(&b);
    return s;
}

static bool is_api(const struct req *q)
{
    return q->parts_count > 0 && (str_eq(q->parts[0], STR("api")) || str_eq(q->parts[0], STR("healthz")) || str_eq(q->parts[0], STR("metrics")));
}

/* A large body is read for who may send it, as far as all of them have room.  It is asked again behind it: nothing is held while it comes in. */
static enum rc begin_large(struct req *q, size_t bytes, struct err *err)
{
    enum rc rc = gate_pass(q, err);
    req_view_give(q);
    grant_release(q->grant);
    q->grant = NULL;
    q->tired = false;
    TRY(rc);
    q->reserved = bytes;
    if (atomic_fetch_add(&q->http->uploading, bytes) + bytes <= UPLOADS_MAX) return RC_OK;
    atomic_fetch_add(&q->http->overloads, 1);
    return err_set0(err, &E_http_overload, NO_PLACE);
}

/* Everything that can be refused before a byte of the body is read. */
static enum rc begin(struct req *q, const char *method, struct err *err)
{
    q->known_method = take_method(q, method);
    q->lang = lang_of(q);
    q->host = req_header(q, "Host");
    q->secure = q->http->tls || (from_proxy(q) && str_eq(req_header(q, "X-Forwarded-Proto"), STR("https")));
    if (q->bad_url) return err_set(err, &E_http_malformed, NO_PLACE, str_c(q->bad_why));
    if (!q->known_method) return err_set(err, &E_http_method, NO_PLACE, str_sub(str_c(method), 0, 20), STR("GET"));
    if (!is_api(q)) {
        if (q->method != M_GET && q->method != M_HEAD) return err_set(err, &E_http_method, NO_PLACE, str_c(method), STR("GET"));
        return RC_OK;
    }
    unsigned allowed = 0;
    q->route = route_find(q->method, q->parts, q->parts_count, q->args, &allowed);
    if (q->route == NULL && allowed != 0) {
        struct str list = allowed_text(q, allowed);
        return err_set(err, &E_http_method, NO_PLACE, str_c(method), list);
    }
    if (q->route == NULL) return err_set0(err, &E_http_no_route, NO_PLACE);
    for (size_t i = 0; i < q->query_count; i++)
        if (!named_in(q->route->query, q->query[i].name)) return err_set(err, &E_http_query_name, NO_PLACE, q->query[i].name, STR(""));
    if ((q->route->flags & R_FILE) != 0) q->body_max = FILE_MAX;
    if (q->route->ask == ASK_NOTHING) q->body_max = MIN(q->body_max, (size_t)BODY_SMALL);
    struct str length = req_header(q, "Content-Length");
    uint64_t n = 0;
    if (length.ptr != NULL && (!str_to_u64(length, &n) || n > q->body_max)) return err_set(err, &E_http_too_large, NO_PLACE, str_u64(&q->arena, q->body_max));
    if (length.ptr == NULL && req_header(q, "Transfer-Encoding").ptr != NULL) n = q->body_max;
    return n > BODY_SMALL ? begin_large(q, n, err) : RC_OK;
}

static enum MHD_Result refuse_now(struct req *q, const struct err *err)
{
    answer_err(q, err);
    q->finished = true;
    return (enum MHD_Result)answer_send(q);
}

static enum MHD_Result take_body(struct req *q, const char *data, size_t *size)
{
    int64_t seconds = q->body_max > q->http->o.body_max ? FILE_SECONDS : BODY_SECONDS;
    if (clock_now_us() - q->started_us > seconds * 1000000) return MHD_NO;
    if (q->body.len + *size > q->body_max) {
        /* A stream without a stated length: what is too much is thrown away, and after that the line is cut. */
        if (q->body_over) return MHD_NO;
        q->body_over = true;
        buf_clear(&q->body);
    }
    if (!q->body_over) buf_put(&q->body, data, *size);
    *size = 0;
    return buf_failed(&q->body) ? MHD_NO : MHD_YES;
}

enum MHD_Result on_request(void *cls, struct MHD_Connection *c, const char *url, const char *method, const char *version, const char *data,
                                  size_t *size, void **ctx)
{
    struct http *h = cls;
    struct req *q = *ctx;
    struct err err;
    (void)url;
    (void)version;
    if (q == NULL) return MHD_NO;
    err_clear(&err);
    if (!q->begun) {
        q->begun = true;
        q->conn = c;
        atomic_fetch_add(&h->requests, 1);
        link_begins(h, c, method);
        if (begin(q, method, &err) != RC_OK) return refuse_now(q, &err);
        return MHD_YES;
    }
    if (q->finished) return (enum MHD_Result)answer_send(q);
    if (*size > 0) return take_body(q, data, size);
    if (q->body_over) {
        err_set(&err, &E_http_too_large, NO_PLACE, str_u64(&q->arena, q->body_max));
        return refuse_now(q, &err);
    }
    if (q->route == NULL) {
        asset_answer(q);
        q->finished = true;
        return (enum MHD_Result)answer_send(q);
    }
    if ((q->route->flags & R_QUICK) != 0) {
        req_run(q);
        q->finished = !q->flush_due;
        if (q->finished) return (enum MHD_Result)answer_send(q);
    }
    MHD_suspend_connection(c);
    if (work_put(q)) return MHD_YES;
    MHD_resume_connection(c);
    atomic_fetch_add(&h->overloads, 1);
    err_set0(&err, &E_http_overload, NO_PLACE);
    answer_err(q, &err);
    q->finished = true;
    return MHD_YES; /* sent when MHD calls again */
}

void on_completed(void *cls, struct MHD_Connection *c, void **ctx, enum MHD_RequestTerminationCode code)
{
    struct http *h = cls;
    struct req *q = *ctx;
    (void)code;
    if (q == NULL) return;
    link_ends(h, c);
    atomic_fetch_sub(&h->uploading, q->reserved);
    int64_t us = clock_now_us() - q->started_us;
    if (q->route != NULL && (q->route->flags & R_SILENT) == 0) {
        struct count_of_route *n = &h->counts[q->route - routes];
        atomic_fetch_add(&n->us, (uint64_t)us);
        if (q->status >= 500) atomic_fetch_add(&n->failed, 1);
        else if (q->status >= 400) atomic_fetch_add(&n->refused, 1);
        else atomic_fetch_add(&n->done, 1);
    }
    log_request(q, us);
    req_free(q);
    *ctx = NULL;
}
