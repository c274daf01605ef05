/* metrics.c - figures for Prometheus, and one line a request for the log: which route, how it went, how long.  Never an address, a name or a value. */
#include "http/inner.h"

static void one(struct buf *b, const char *name, const char *kind, const char *help, uint64_t value)
{
    char line[256];
    int n = snprintf(line, sizeof line, "# HELP %s %s\n# TYPE %s %s\n%s %llu\n", name, help, name, kind, name, (unsigned long long)value);
    buf_put(b, line, (size_t)n);
}

void metrics_put(struct http *h, struct buf *out)
{
    char line[256];
    one(out, "guiju_uptime_seconds", "gauge", "Seconds since the server was started.", (uint64_t)((clock_now_us() - h->started_us) / 1000000));
    one(out, "guiju_connections", "gauge", "Open connections.", atomic_load(&h->connections));
    one(out, "guiju_requests_total", "counter", "Requests begun.", atomic_load(&h->requests));
    one(out, "guiju_overloads_total", "counter", "Requests answered 503 because the queue was full.", atomic_load(&h->overloads));
    pthread_mutex_lock(&h->lock);
    uint64_t queued = h->queue_len, busy = h->busy;
    pthread_mutex_unlock(&h->lock);
    one(out, "guiju_queue", "gauge", "Requests that wait for a worker.", queued);
    one(out, "guiju_workers_busy", "gauge", "Workers that run a request.", busy);
    buf_lit(out, "# HELP guiju_answers_total Answers by route and outcome.\n# TYPE guiju_answers_total counter\n");
    for (size_t i = 0; i < routes_count; i++) {
        const struct count_of_route *c = &h->counts[i];
        uint64_t n[3] = {atomic_load(&c->done), atomic_load(&c->refused), atomic_load(&c->failed)};
        static const char *const words[] = {"done", "refused", "failed"};
        for (size_t k = 0; k < 3; k++) {
            if (n[k] == 0) continue;
            int len = snprintf(line, sizeof line, "guiju_answers_total{route=\"%s\",outcome=\"%s\"} %llu\n", routes[i].id, words[k], (unsigned long long)n[k]);
            buf_put(out, line, (size_t)len);
        }
    }
    buf_lit(out, "# HELP guiju_answer_microseconds_total Time spent by route.\n# TYPE guiju_answer_microseconds_total counter\n");
    for (size_t i = 0; i < routes_count; i++) {
        uint64_t us = atomic_load(&h->counts[i].us);
        if (us == 0) continue;
        int len = snprintf(line, sizeof line, "guiju_answer_microseconds_total{route=\"%s\"} %llu\n", routes[i].id, (unsigned long long)us);
        buf_put(out, line, (size_t)len);
    }
    buf_lit(out, "# HELP guiju_commands_total Commands that the writer of an area has answered.\n# TYPE guiju_commands_total counter\n"
                 "# HELP guiju_commits_total Transactions that they took.\n# TYPE guiju_commits_total counter\n");
    for (size_t i = 0; i < h->sites_count; i++) {
        struct area_writes w = area_writes(h->sites[i].area);
        int len = snprintf(line, sizeof line, "guiju_commands_total{area=\"%.*s\"} %llu\nguiju_commits_total{area=\"%.*s\"} %llu\n", STR_ARG(h->sites[i].name),
                           (unsigned long long)w.commands, STR_ARG(h->sites[i].name), (unsigned long long)w.commits);
        buf_put(out, line, (size_t)len);
    }
    buf_lit(out, "# HELP guiju_journal_entries Entries in the journal of an area.\n# TYPE guiju_journal_entries gauge\n");
    for (size_t i = 0; i < h->sites_count; i++) {
        int len = snprintf(line, sizeof line, "guiju_journal_entries{area=\"%.*s\"} %llu\n", STR_ARG(h->sites[i].name),
                           (unsigned long long)atomic_load(&h->sites[i].seq));
        buf_put(out, line, (size_t)len);
    }
}

void log_request(struct req *q, int64_t us)
{
    if (q->route != NULL && (q->route->flags & R_SILENT) != 0 && q->status < 500) return;
    if (q->http->o.log == HTTP_LOG_NONE || (q->http->o.log == HTTP_LOG_ERRORS && q->status < 500)) return;
    struct buf b;
    char line[320];
    buf_init(&b, 64);
    datetime_put(&b, datetime_from_us(clock_now_us()));
    struct str when = buf_view(&b);
    int n = snprintf(line, sizeof line, "{\"time\":\"%.*s\",\"method\":\"%s\",\"route\":\"%s\",\"status\":%u,\"us\":%lld,\"bytes\":%zu}\n", STR_ARG(when),
                     q->known_method ? method_name(q->method) : "?", q->route == NULL ? "page" : q->route->id, q->status, (long long)us, q->out_len);
    fwrite(line, 1, (size_t)n, stderr);
    buf_fini(&b);
}
