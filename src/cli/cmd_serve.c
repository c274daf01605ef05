/* cmd_serve.c - serve: settings from a file, the environment and flags (later ones win), then the server until SIGTERM or SIGINT. */
#include <pthread.h>
#include <malloc.h>
#include <signal.h>
#include <sys/resource.h>

#include "cli/inner.h"
#include "http/http.h"

struct setting { const char *name; struct str value; };

static struct setting *setting_find(struct setting *s, size_t n, struct str name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(str_c(s[i].name), name)) return &s[i];
    return NULL;
}

/* Lines of "name = value"; # begins a remark. */
static int read_config(struct cli *c, struct str path, struct setting *s, size_t n)
{
    struct str text;
    struct err err;
    err_clear(&err);
    if (read_file(&c->arena, path, 1 << 16, &text, &err) != RC_OK) return fail(c, &err);
    uint32_t number = 0;
    for (size_t from = 0; from < text.len;) {
        size_t to = from;
        while (to < text.len && text.ptr[to] != '\n') to++;
        struct str line = str_trim(str_sub(text, from, to));
        from = to + 1;
        number++;
        if (line.len == 0 || line.ptr[0] == '#') continue;
        size_t eq = str_find_char(line, '=');
        struct setting *one = eq == SIZE_MAX ? NULL : setting_find(s, n, str_trim(str_sub(line, 0, eq)));
        if (one == NULL) {
            fprintf(stderr, say(c, STR_FMT ":%u：不认识这一行，应写成 名称 = 值\n", STR_FMT ":%u: this line is not known; write NAME = VALUE\n"), STR_ARG(path), number);
            return EXIT_USAGE;
        }
        one->value = str_trim(str_sub(line, eq + 1, line.len));
    }
    return EXIT_DONE;
}

static bool number_setting(struct cli *c, const struct setting *s, uint32_t *out, int *status)
{
    uint64_t v = 0;
    if (s->value.len == 0) return true;
    if (str_to_u64(s->value, &v) && v > 0 && v <= 1000000) {
        *out = (uint32_t)v;
        return true;
    }
    fprintf(stderr, say(c, "设置 %s 应为 1 到 1000000 的整数\n", "the setting %s is a whole number from 1 to 1000000\n"), s->name);
    *status = EXIT_USAGE;
    return false;
}

static bool yes(struct str s) { return str_eq(s, STR("yes")) || str_eq(s, STR("1")) || str_eq(s, STR("true")); }

static void wait_for_signal(void)
{
    sigset_t set;
    int got = 0;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    (void)sigwait(&set, &got);
}

int cmd_serve(struct cli *c)
{
    enum { LISTEN, CERT, KEY, PROXY, IO, WORKERS, CONNECTIONS, EACH, QUEUE, BODY, IDLE, HEADERS, LOG, TODAY, TITLE, PROFILE, CLIENT_CA, CRL, PROXY_FROM, CERT_HEADER, COUNT };
    struct setting s[COUNT] = {{"listen", STR("127.0.0.1:8420")}, {"cert", STR("")}, {"key", STR("")}, {"behind-proxy", STR("")}, {"io-threads", STR("")},
                               {"workers", STR("")}, {"connections", STR("")}, {"connections-each", STR("")}, {"queue", STR("")}, {"body", STR("")},
                               {"idle", STR("")}, {"headers", STR("")}, {"log", STR("errors")}, {"today", STR("")}, {"title", STR("")}, {"profile", STR("")}, {"client-ca", STR("")}, {"crl", STR("")},
                               {"proxy-from", STR("")}, {"client-cert-header", STR("")}};
    static const char *const env[COUNT] = {"GUIJU_LISTEN", "GUIJU_CERT", "GUIJU_KEY", "GUIJU_BEHIND_PROXY", "GUIJU_IO_THREADS", "GUIJU_WORKERS", "GUIJU_CONNECTIONS",
                                           "GUIJU_CONNECTIONS_EACH", "GUIJU_QUEUE", "GUIJU_BODY", "GUIJU_IDLE", "GUIJU_HEADERS", "GUIJU_LOG", "GUIJU_TODAY", "GUIJU_TITLE", "GUIJU_PROFILE", "GUIJU_CLIENT_CA", "GUIJU_CRL", "GUIJU_PROXY_FROM", "GUIJU_CLIENT_CERT_HEADER"};
    struct str text;
    int status = EXIT_DONE;
    if (cli_option(c, "config", &text) && (status = read_config(c, text, s, COUNT)) != EXIT_DONE) return status;
    for (size_t i = 0; i < COUNT; i++) {
        const char *v = getenv(env[i]);
        if (v != NULL && v[0] != '\0') s[i].value = str_c(v);
        if (cli_option(c, s[i].name, &text)) s[i].value = text.len > 0 ? text : STR("yes");
    }
    struct http_options o = {.listen = s[LISTEN].value, .areas = c->words, .areas_count = c->words_count, .cert_file = s[CERT].value, .key_file = s[KEY].value,
                             .behind_proxy = yes(s[PROXY].value), .clock_confirmed = cli_flag(c, "clock-confirmed"), .titles = s[TITLE].value, .profile = s[PROFILE].value, .client_ca_file = s[CLIENT_CA].value, .crl_file = s[CRL].value, .proxy_from = s[PROXY_FROM].value, .client_cert_header = s[CERT_HEADER].value, .today = ENTRY_NO_DAY, .log = HTTP_LOG_ERRORS};
    if (!number_setting(c, &s[IO], &o.io_threads, &status) || !number_setting(c, &s[WORKERS], &o.workers, &status) ||
        !number_setting(c, &s[CONNECTIONS], &o.connections_max, &status) || !number_setting(c, &s[EACH], &o.connections_each, &status) ||
        !number_setting(c, &s[QUEUE], &o.queue_max, &status) || !number_setting(c, &s[BODY], &o.body_max, &status) || !number_setting(c, &s[IDLE], &o.idle_s, &status) ||
        !number_setting(c, &s[HEADERS], &o.headers_s, &status))
        return status;
    if (s[TODAY].value.len > 0 && !day_parse(s[TODAY].value, &o.today)) return usage(c, "--today 应写成 2026-01-31", "--today is written 2026-01-31");
    if (str_eq(s[LOG].value, STR("all"))) o.log = HTTP_LOG_ALL;
    else if (str_eq(s[LOG].value, STR("none"))) o.log = HTTP_LOG_NONE;
    else if (!str_eq(s[LOG].value, STR("errors"))) return usage(c, "--log 是 all、errors 或 none", "--log is all, errors or none");
    if ((o.cert_file.len > 0) != (o.key_file.len > 0)) return usage(c, "--cert 和 --key 要一起给", "--cert and --key go together");

#ifdef __GLIBC__
    /* A heap a thread keeps what one large answer took; few heaps, and what is large goes back at once. */
    (void)mallopt(M_ARENA_MAX, 2);
    (void)mallopt(M_MMAP_THRESHOLD, 128 * 1024);
    (void)mallopt(M_TRIM_THRESHOLD, 512 * 1024);
#endif
    /* Before any thread is made: all of them leave these signals to this one. */
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    /* What falls leaves no picture of its memory: passwords, papers and codes are in it. */
    (void)setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files);
    }
    struct http *h = NULL;
    struct err err;
    err_clear(&err);
    if (http_open(&o, &h, &err) != RC_OK) return fail(c, &err);
    size_t colon = 0;
    for (size_t i = 0; i < o.listen.len; i++)
        if (o.listen.ptr[i] == ':') colon = i;
    printf(say(c, "规矩已在 %s://" STR_FMT ":%u/ 启动（Ctrl+C 停止）\n", "guiju serves %s://" STR_FMT ":%u/ (Ctrl+C stops it)\n"), o.cert_file.len > 0 ? "https" : "http",
           STR_ARG(str_sub(o.listen, 0, colon)), (unsigned)http_port(h));
    struct buf left;
    buf_init(&left, 1 << 18);
    http_left_out(h, c->lang, &left);
    if (left.len > 0) printf(say(c, "没有装入的章（要在另外的环境里用）：\n" STR_FMT, "chapters that were left out (they need another profile):\n" STR_FMT), STR_ARG(buf_view(&left)));
    buf_fini(&left);
    fflush(stdout);
    wait_for_signal();
    http_close(&h);
    puts(say(c, "已停止，全部写入都已落盘", "stopped; everything that was acknowledged is on disk"));
    return EXIT_DONE;
}
