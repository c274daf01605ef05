/*
 * event.c - server-sent events: that something was committed, that a job moved.  They say no more than a seq: what changed is asked for by the
 * ordinary routes, under the grant.  A stream ends after a while, and the browser comes again.  At each beat it is asked anew whether who listens may
 * still come in, as a request would be asked; and at once where this server itself changed who may.  It does not keep its session awake.
 */
#include <microhttpd.h>

#include "http/inner.h"

enum { STREAM_SECONDS = 900, BEAT_SECONDS = 15, STREAMS_MAX = 2000, STREAMS_OWN = 64, STREAM_BUF = 16 * 1024 };

struct stream {
    struct http *http;
    struct site *site;
    uint64_t account;
    bool bearer;
    char token[ACCESS_TOKEN_TEXT + 1];
    const struct route *route;
    struct MHD_Connection *conn;
    struct buf waiting;
    int64_t ends_us;
    uint64_t told;
    bool suspended, ended, look;
    struct stream *next, **prev;
};

struct events {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t thread;
    struct stream *first;
    size_t count;
    bool stop, moved;
    int64_t beat_us;
};

/* Under the lock. */
static void wake(struct stream *s)
{
    if (!s->suspended) return;
    s->suspended = false;
    MHD_resume_connection(s->conn);
}

static void say(struct stream *s, const char *event, const char *data)
{
    /* Who does not read loses nothing but notices: the next one says the newest seq. */
    if (s->ended || s->waiting.len > STREAM_BUF / 2) return;
    buf_lit(&s->waiting, "event: ");
    buf_str(&s->waiting, str_c(event));
    buf_lit(&s->waiting, "\ndata: ");
    buf_str(&s->waiting, str_c(data));
    buf_lit(&s->waiting, "\n\n");
    wake(s);
}

/* On the thread that reads this connection, and without the lock: its certificate is looked at too. */
static bool may_listen(struct stream *s)
{
    struct err ignored;
    struct req *q = req_make(s->http, STR("/"));
    if (q == NULL) return false;
    q->conn = s->conn;
    q->site = s->site;
    q->route = s->route;
    q->bearer = s->bearer;
    q->token = str_c(s->token);
    bool yes = gate_enter(q, &ignored) == RC_OK;
    req_free(q);
    return yes;
}

static ssize_t read_stream(void *cls, uint64_t pos, char *out, size_t max)
{
    struct stream *s = cls;
    struct events *e = s->http->events;
    (void)pos;
    pthread_mutex_lock(&e->lock);
    ssize_t n = 0;
    if (s->look && !s->ended) {
        s->look = false;
        pthread_mutex_unlock(&e->lock);
        bool yes = may_listen(s);
        pthread_mutex_lock(&e->lock);
        if (!yes) buf_clear(&s->waiting);
        s->ended = s->ended || !yes;
    }
    if (s->waiting.len > 0) {
        size_t give = MIN(max, s->waiting.len);
        memcpy(out, s->waiting.ptr, give);
        memmove(s->waiting.ptr, s->waiting.ptr + give, s->waiting.len - give);
        s->waiting.len -= give;
        n = (ssize_t)give;
    } else if (s->ended) {
        n = MHD_CONTENT_READER_END_OF_STREAM;
    } else {
        s->suspended = true;
        MHD_suspend_connection(s->conn);
    }
    pthread_mutex_unlock(&e->lock);
    return n;
}

static void free_stream(void *cls)
{
    struct stream *s = cls;
    struct events *e = s->http->events;
    pthread_mutex_lock(&e->lock);
    *s->prev = s->next;
    if (s->next != NULL) s->next->prev = s->prev;
    e->count--;
    pthread_mutex_unlock(&e->lock);
    buf_fini(&s->waiting);
    explicit_bzero(s->token, sizeof s->token);
    free(s);
}

enum rc route_events(struct req *q, struct err *err)
{
    struct events *e = q->http->events;
    struct stream *s = calloc(1, sizeof *s);
    if (s == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    s->http = q->http;
    s->site = q->site;
    s->account = grant_account(q->grant);
    s->bearer = q->bearer;
    if (q->token.len >= sizeof s->token) {
        free(s);
        return err_set0(err, &E_access_no_session, NO_PLACE);
    }
    memcpy(s->token, q->token.ptr, q->token.len);
    s->route = q->route;
    q->tired = false;
    s->conn = q->conn;
    s->ends_us = clock_now_us() + (int64_t)STREAM_SECONDS * 1000000;
    s->told = q->view->seq;
    buf_init(&s->waiting, STREAM_BUF);
    char first[96];
    snprintf(first, sizeof first, "retry: 3000\nevent: commit\ndata: {\"seq\":%llu}\n\n", (unsigned long long)s->told);
    buf_str(&s->waiting, str_c(first));
    pthread_mutex_lock(&e->lock);
    size_t own = 0; /* nobody takes what is there for all */
    for (const struct stream *o = e->first; o != NULL; o = o->next) own += o->site == s->site && o->account == s->account;
    bool room = e->count < STREAMS_MAX && own < STREAMS_OWN && !e->stop;
    if (room) {
        s->next = e->first;
        s->prev = &e->first;
        if (s->next != NULL) s->next->prev = &s->next;
        e->first = s;
        e->count++;
    }
    pthread_mutex_unlock(&e->lock);
    if (!room) {
        buf_fini(&s->waiting);
        explicit_bzero(s->token, sizeof s->token);
        free(s);
        return err_set0(err, &E_http_overload, NO_PLACE);
    }
    q->made = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, read_stream, s, free_stream);
    if (q->made == NULL) {
        free_stream(s);
        return err_set0(err, &E_no_memory, NO_PLACE);
    }
    q->type = "text/event-stream; charset=utf-8";
    answer_header(q, "X-Accel-Buffering", STR("no"));
    return RC_OK;
}

void events_moved(struct http *h)
{
    struct events *e = h->events;
    pthread_mutex_lock(&e->lock);
    e->moved = true;
    pthread_cond_signal(&e->wake);
    pthread_mutex_unlock(&e->lock);
}

void events_look(struct http *h)
{
    struct events *e = h->events;
    pthread_mutex_lock(&e->lock);
    for (struct stream *s = e->first; s != NULL; s = s->next) {
        s->look = true;
        wake(s);
    }
    pthread_mutex_unlock(&e->lock);
}

void events_job(struct http *h, struct site *site, uint64_t account, struct str id, const char *state, uint64_t done, uint64_t total)
{
    struct events *e = h->events;
    char data[256];
    snprintf(data, sizeof data, "{\"id\":\"%.*s\",\"state\":\"%s\",\"done\":%llu,\"total\":%llu}", STR_ARG(id), state, (unsigned long long)done,
             (unsigned long long)total);
    pthread_mutex_lock(&e->lock);
    for (struct stream *s = e->first; s != NULL; s = s->next)
        if (s->site == site && s->account == account) say(s, "job", data);
    pthread_mutex_unlock(&e->lock);
}

/* Another process may have written: the file is asked, once a second, while somebody listens. */
static void look(struct http *h)
{
    for (size_t i = 0; i < h->sites_count; i++) {
        struct idle_view *v = NULL;
        struct err ignored;
        if (site_view_take(&h->sites[i], &v, &ignored) != RC_OK) continue;
        uint64_t seq = v->view.seq, known = atomic_load(&h->sites[i].seq);
        site_view_give(&h->sites[i], v);
        while (known < seq && !atomic_compare_exchange_weak(&h->sites[i].seq, &known, seq)) {}
    }
}

static void *events_main(void *arg)
{
    struct http *h = arg;
    struct events *e = h->events;
    pthread_mutex_lock(&e->lock);
    while (!e->stop) {
        struct timespec t;
        clock_gettime(CLOCK_REALTIME, &t);
        t.tv_sec += 1;
        if (!e->moved) (void)pthread_cond_timedwait(&e->wake, &e->lock, &t);
        e->moved = false;
        if (e->first == NULL) continue;
        pthread_mutex_unlock(&e->lock);
        look(h);
        pthread_mutex_lock(&e->lock);
        int64_t now = clock_now_us();
        bool beat = now - e->beat_us > (int64_t)BEAT_SECONDS * 1000000;
        if (beat) e->beat_us = now;
        for (struct stream *s = e->first; s != NULL; s = s->next) {
            uint64_t seq = atomic_load(&s->site->seq);
            char data[48];
            if (seq > s->told) {
                snprintf(data, sizeof data, "{\"seq\":%llu}", (unsigned long long)seq);
                s->told = seq;
                say(s, "commit", data);
            } else if (beat && s->waiting.len == 0) {
                buf_lit(&s->waiting, ":\n\n");
            }
            if (beat) {
                s->look = true;
                wake(s);
            }
            if (now > s->ends_us) {
                s->ended = true;
                wake(s);
            }
        }
    }
    pthread_mutex_unlock(&e->lock);
    return NULL;
}

enum rc events_open(struct http *h, struct err *err)
{
    h->events = calloc(1, sizeof *h->events);
    if (h->events == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    pthread_mutex_init(&h->events->lock, NULL);
    pthread_cond_init(&h->events->wake, NULL);
    if (pthread_create(&h->events->thread, NULL, events_main, h) == 0) return RC_OK;
    free(h->events);
    h->events = NULL;
    return err_set0(err, &E_no_memory, NO_PLACE);
}

/* Streams are told to end and woken, so that no connection is suspended when the daemon stops. */
void events_stop(struct http *h)
{
    struct events *e = h->events;
    if (e == NULL) return;
    pthread_mutex_lock(&e->lock);
    e->stop = true;
    pthread_cond_signal(&e->wake);
    for (struct stream *s = e->first; s != NULL; s = s->next) {
        s->ended = true;
        wake(s);
    }
    pthread_mutex_unlock(&e->lock);
    pthread_join(e->thread, NULL);
}

void events_close(struct http *h)
{
    if (h->events == NULL) return;
    pthread_mutex_destroy(&h->events->lock);
    pthread_cond_destroy(&h->events->wake);
    free(h->events);
    h->events = NULL;
}
