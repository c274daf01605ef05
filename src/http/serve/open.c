/*
 * open.c - the server opened and closed: what its options ask for, the areas, the workers, libmicrohttpd.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include "exchange/exchange.h"
#include "http/serve/calls.h"
#include "http/inner.h"

enum { CLOSE_SECONDS = 20 };

static enum rc read_pem(struct str path, char **out, struct err *err)
{
    char name[4096];
    if (path.len >= sizeof name) return err_set(err, &E_http_tls, NO_PLACE, path);
    memcpy(name, path.ptr, path.len);
    name[path.len] = '\0';
    FILE *f = fopen(name, "rb");
    if (f == NULL) return err_set(err, &E_http_tls, NO_PLACE, str_c(strerror(errno)));
    char *text = calloc(1, 1 << 18);
    size_t n = text == NULL ? 0 : fread(text, 1, (1 << 18) - 1, f);
    fclose(f);
    if (n == 0) {
        free(text);
        return err_set(err, &E_http_tls, NO_PLACE, path);
    }
    *out = text;
    return RC_OK;
}

static bool loopback(const struct sockaddr *a)
{
    if (a->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, a, sizeof in);
        return (ntohl(in.sin_addr.s_addr) >> 24) == 127;
    }
    struct sockaddr_in6 in6;
    memcpy(&in6, a, sizeof in6);
    return IN6_IS_ADDR_LOOPBACK(&in6.sin6_addr);
}

static enum rc resolve_listen(struct http *h, struct sockaddr_storage *out, struct err *err)
{
    struct str text = h->o.listen;
    size_t colon = SIZE_MAX;
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == ':') colon = i;
    uint64_t port = 0;
    if (colon == SIZE_MAX || colon == 0 || !str_to_u64(str_sub(text, colon + 1, text.len), &port) || port > 65535)
        return err_set(err, &E_http_listen_text, NO_PLACE, text);
    struct str host = str_sub(text, 0, colon);
    if (host.ptr[0] == '[' && host.ptr[host.len - 1] == ']') host = str_sub(host, 1, host.len - 1);
    struct addrinfo want = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_PASSIVE}, *got = NULL;
    if (str_eq(host, STR("localhost"))) host = STR("127.0.0.1");
    if (getaddrinfo(str_cz(&h->arena, host), str_cz(&h->arena, str_u64(&h->arena, port)), &want, &got) != 0 || got == NULL)
        return err_set(err, &E_http_listen_text, NO_PLACE, text);
    memcpy(out, got->ai_addr, got->ai_addrlen);
    freeaddrinfo(got);
    return RC_OK;
}

/* Where the server stands: what a chapter of an area needs must not be more.  A single machine is one that nobody else reaches. */
static enum rc profile_settle(struct http *h, struct err *err)
{
    struct sockaddr_storage at;
    memset(&at, 0, sizeof at);
    TRY(resolve_listen(h, &at, err));
    bool near = loopback((const struct sockaddr *)(const void *)&at);
    h->profile = near && !h->o.behind_proxy ? PROFILE_ALONE : PROFILE_INTERNAL;
    if (h->o.profile.len > 0 && !pack_profile_find(h->o.profile, &h->profile))
        return err_set(err, &E_http_config, NO_PLACE, STR("profile"), STR("应为 public、internal 或 stand-alone"), STR("it is public, internal or stand-alone"));
    if (h->o.profile.len > 0 && h->profile == PROFILE_ALONE && !near)
        return err_set(err, &E_http_config, NO_PLACE, STR("profile"), STR("单机的只在本机地址上监听"), STR("a stand-alone machine listens on its own address only"));
    return RC_OK;
}

static enum rc daemon_start(struct http *h, struct err *err)
{
    struct sockaddr_storage at;
    memset(&at, 0, sizeof at);
    TRY(resolve_listen(h, &at, err));
    const struct sockaddr *sa = (const struct sockaddr *)(const void *)&at;
    bool near = loopback(sa);
    if (!near && !h->tls && !h->o.behind_proxy)
        return err_set(err, &E_http_config, NO_PLACE, STR("listen"), STR("不在本机回环上监听时，要有证书（--cert、--key），或者写明由代理加密（--behind-proxy）"),
                       STR("off loopback there must be a certificate (--cert, --key), or --behind-proxy where a proxy encrypts"));
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC | MHD_USE_TURBO;
    if (at.ss_family == AF_INET6) flags |= MHD_USE_IPv6;
    struct MHD_OptionItem tls[] = {{MHD_OPTION_HTTPS_MEM_CERT, 0, h->cert},
                                   {MHD_OPTION_HTTPS_MEM_KEY, 0, h->key},
                                   {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t) "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"},
                                   {h->client_ca != NULL ? MHD_OPTION_HTTPS_MEM_TRUST : MHD_OPTION_END, 0, h->client_ca},
                                   {MHD_OPTION_END, 0, NULL}};
    struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
    if (h->tls) flags |= MHD_USE_TLS;
    unsigned each = h->o.connections_each != 0 ? h->o.connections_each : near || h->o.behind_proxy ? 0 : 512;
    errno = 0;
    h->daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_request, h, MHD_OPTION_SOCK_ADDR, sa, MHD_OPTION_THREAD_POOL_SIZE,
                                 (unsigned)h->o.io_threads, MHD_OPTION_CONNECTION_LIMIT, (unsigned)h->o.connections_max,
                                 MHD_OPTION_PER_IP_CONNECTION_LIMIT, each, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)h->o.idle_s,
                                 MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY, MHD_OPTION_NOTIFY_COMPLETED, on_completed, h,
                                 MHD_OPTION_NOTIFY_CONNECTION, links_notify, h, MHD_OPTION_URI_LOG_CALLBACK, on_url, h,
                                 MHD_OPTION_LISTEN_BACKLOG_SIZE, 1024u, MHD_OPTION_STRICT_FOR_CLIENT, 1,
                                 MHD_OPTION_ARRAY, h->tls ? tls : none, MHD_OPTION_END);
    if (h->daemon == NULL)
        return err_set(err, &E_http_listen, NO_PLACE, h->o.listen, str_c(errno != 0 ? strerror(errno) : h->tls ? "TLS" : "?"));
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_BIND_PORT);
    h->port = info == NULL ? 0 : info->port;
    return RC_OK;
}

/* "guiju/changgeng/uuid": the middle names the area in addresses. */
static struct str site_name(struct str full)
{
    size_t a = str_find_char(full, '/');
    if (a == SIZE_MAX) return full;
    struct str rest = str_sub(full, a + 1, full.len);
    size_t b = str_find_char(rest, '/');
    return b == SIZE_MAX ? rest : str_sub(rest, 0, b);
}

/* The title given for a name; a title without a name is everybody's. */
static struct str site_title(struct str titles, struct str name)
{
    for (size_t from = 0; from < titles.len;) {
        struct str rest = str_sub(titles, from, titles.len);
        size_t end = MIN(str_find_char(rest, ';'), rest.len);
        struct str one = str_trim(str_sub(rest, 0, end));
        size_t eq = str_find_char(one, '=');
        if (one.len > 0 && eq == SIZE_MAX) return one;
        if (eq != SIZE_MAX && eq + 1 < one.len && str_eq(str_trim(str_sub(one, 0, eq)), name)) return str_trim(str_sub(one, eq + 1, one.len));
        from += end + 1;
    }
    return name;
}

static enum rc sites_open(struct http *h, struct err *err)
{
    h->sites = arena_array(&h->arena, struct site, h->o.areas_count + 1);
    for (size_t i = 0; i < h->o.areas_count; i++) {
        struct site *s = &h->sites[i];
        struct area_options ao = {.clock_confirmed = h->o.clock_confirmed, .today = h->o.today == ENTRY_NO_DAY ? 0 : h->o.today, .profiled = true, .profile = h->profile, .forms_check = exchange_forms_check};
        pthread_mutex_init(&s->lock, NULL);
        pthread_mutex_init(&s->find_lock, NULL);
        pthread_mutex_init(&s->order_lock, NULL);
        pthread_mutex_init(&s->sheet_lock, NULL);
        pthread_mutex_init(&s->keep_lock, NULL);
        h->sites_count++;
        TRY(area_open(h->o.areas[i], &ao, &s->area, err));
        s->name = str_dup(&h->arena, site_name(area_name(s->area)));
        s->title = str_dup(&h->arena, site_title(h->o.titles, s->name));
        for (size_t k = 0; k < i; k++)
            if (str_eq(h->sites[k].name, s->name)) return err_set(err, &E_http_site_twice, NO_PLACE, s->name);
        TRY(site_open(h, s, err));
    }
    return RC_OK;
}

static enum rc threads_start(struct http *h, struct err *err)
{
    h->workers = calloc(h->o.workers, sizeof *h->workers);
    if (h->workers == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    for (uint32_t i = 0; i < h->o.workers; i++) {
        if (pthread_create(&h->workers[i], NULL, worker_main, h) != 0) return err_set0(err, &E_no_memory, NO_PLACE);
        h->workers_count++;
    }
    TRY(links_watch(h, err));
    return events_open(h, err);
}

enum rc http_open(const struct http_options *o, struct http **out, struct err *err)
{
    struct http *h = calloc(1, sizeof *h);
    if (h == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    h->magic = HTTP_MAGIC;
    arena_init(&h->arena, 16 << 20);
    h->o = *o;
    if (h->o.io_threads == 0) h->o.io_threads = 2;
    if (h->o.workers == 0) h->o.workers = 8;
    if (h->o.connections_max == 0) h->o.connections_max = 16384;
    if (h->o.queue_max == 0) h->o.queue_max = 512;
    if (h->o.body_max == 0) h->o.body_max = 1 << 20;
    if (h->o.idle_s == 0) h->o.idle_s = 30;
    if (h->o.headers_s == 0) h->o.headers_s = 30;
    h->o.listen = str_dup(&h->arena, o->listen);
    h->started_us = clock_now_us();
    h->last = &h->first;
    pthread_mutex_init(&h->lock, NULL);
    pthread_cond_init(&h->work, NULL);
    pthread_cond_init(&h->idle, NULL);
    h->counts = calloc(routes_count, sizeof *h->counts);
    enum rc rc = h->counts == NULL ? err_set0(err, &E_no_memory, NO_PLACE) : links_open(h, err);
    if (rc == RC_OK && (o->cert_file.len > 0 || o->key_file.len > 0)) {
        rc = read_pem(o->cert_file, &h->cert, err);
        if (rc == RC_OK) rc = read_pem(o->key_file, &h->key, err);
        h->tls = rc == RC_OK;
    }
    if (rc == RC_OK && o->client_ca_file.len > 0) {
        bool told = h->tls || o->client_cert_header.len > 0;
        rc = told ? read_pem(o->client_ca_file, &h->client_ca, err) : err_set(err, &E_http_config, NO_PLACE, STR("client-ca"), STR("要和 --cert、--key 一起给，或者写明代理用哪个请求头交来证书（--client-cert-header）"),
                                                                              STR("it goes with --cert and --key, or with the header in which a proxy hands certificates on (--client-cert-header)"));
        if (rc == RC_OK) rc = cards_open(h, h->client_ca, o->crl_file, err);
    } else if (rc == RC_OK && o->crl_file.len > 0) {
        rc = err_set(err, &E_http_config, NO_PLACE, STR("crl"), STR("要和 --client-ca 一起给"), STR("it goes with --client-ca"));
    }
    if (rc == RC_OK) rc = proxy_open(h, err);
    if (rc == RC_OK) rc = profile_settle(h, err);
    if (rc == RC_OK) rc = sites_open(h, err);
    if (rc == RC_OK) rc = threads_start(h, err);
    if (rc == RC_OK) rc = daemon_start(h, err);
    if (rc != RC_OK) {
        http_close(&h);
        return rc;
    }
    *out = h;
    return RC_OK;
}

uint16_t http_port(const struct http *h) { return h->port; }

void http_left_out(const struct http *h, enum lang lang, struct buf *out)
{
    for (size_t i = 0; i < h->sites_count; i++) {
        struct area_view v;
        struct err ignored;
        if (area_view_open(h->sites[i].area, &v, &ignored) != RC_OK) continue;
        for (uint32_t k = 0; k < v.set->chapters_count; k++) {
            const struct pack_chapter *c = &v.set->chapters[k];
            if (!c->left_out) continue;
            buf_str(out, h->sites[i].name);
            buf_lit(out, " ");
            buf_str(out, c->file);
            buf_lit(out, " (");
            buf_str(out, str_c(pack_profile_title(c->wants, lang)));
            buf_lit(out, ")\n");
        }
        area_view_close(&v);
    }
}

static void drain(struct http *h)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_sec += CLOSE_SECONDS;
    pthread_mutex_lock(&h->lock);
    while (h->busy > 0 || h->queue_len > 0)
        if (pthread_cond_timedwait(&h->idle, &h->lock, &t) != 0) break;
    h->workers_stop = true;
    pthread_cond_broadcast(&h->work);
    pthread_mutex_unlock(&h->lock);
}

void http_close(struct http **hp)
{
    if (hp == NULL || *hp == NULL) return;
    struct http *h = *hp;
    MAGIC_CHECK(h, HTTP_MAGIC);
    atomic_store(&h->stopping, true);
    if (h->daemon != NULL) {
        MHD_socket fd = MHD_quiesce_daemon(h->daemon);
        if (fd != MHD_INVALID_SOCKET) (void)close(fd);
    }
    drain(h);
    for (uint32_t i = 0; i < h->workers_count; i++) pthread_join(h->workers[i], NULL);
    events_stop(h);
    if (h->daemon != NULL) MHD_stop_daemon(h->daemon);
    links_close(h);
    for (size_t i = 0; i < h->sites_count; i++) site_close(&h->sites[i]); /* a job that still works says how far it is to the last */
    events_close(h);
    pthread_mutex_destroy(&h->lock);
    pthread_cond_destroy(&h->work);
    pthread_cond_destroy(&h->idle);
    free(h->workers);
    free(h->counts);
    cards_close(h);
    free(h->proxies);
    free(h->client_ca);
    free(h->cert);
    free(h->key);
    arena_fini(&h->arena);
    h->magic = 0;
    free(h);
    *hp = NULL;
}
