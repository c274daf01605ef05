/*
 * pace.c - asks at a steady rate whether answers come or not, as people do: each request has its time, and its wait is counted from then on,
 * also where all connections are still busy.  (A tool that asks again only when it was answered hides what it did not ask.)
 * Usage: pace PORT RATE SECONDS COOKIE PATH...   Prints requests, refused ones, and milliseconds: median, 99 in 100, longest.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdbool.h>
#include <unistd.h>

#include "../bare.h"

enum { LINKS = 64, IN_MAX = 1 << 20 };

struct link {
    int fd;
    bool busy;
    int64_t since;
    size_t got, want; /* bytes of the answer; want 0: its headers are not read yet */
    char *in;
};

static int dial(int port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)(const void *)&at, sizeof at) != 0) die("connect", "nobody there");
    return fd;
}

static void ask(struct link *l, const char *cookie, const char *path, int64_t due)
{
    char text[4096];
    int n = snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: %s\r\n\r\n", path, cookie);
    if (n <= 0 || (size_t)n >= sizeof text || write(l->fd, text, (size_t)n) != n) die(path, "not sent");
    l->busy = true;
    l->since = due;
    l->got = l->want = 0;
}

/* True: the whole answer is there. */
static bool hear(struct link *l, bool *good)
{
    ssize_t n = read(l->fd, l->in + l->got, IN_MAX - 1 - l->got);
    if (n <= 0) die("read", "the connection was cut");
    l->got += (size_t)n;
    l->in[l->got] = '\0';
    if (l->want == 0) {
        const char *end = strstr(l->in, "\r\n\r\n"), *length = strstr(l->in, "Content-Length: ");
        if (end == NULL) return false;
        if (length == NULL || length > end) die("answer", "no Content-Length");
        l->want = (size_t)(end - l->in) + 4 + strtoull(length + 16, NULL, 10);
    }
    *good = strncmp(l->in, "HTTP/1.1 200", 12) == 0;
    return l->got >= l->want;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    if (argc < 6) die("usage", "pace PORT RATE SECONDS COOKIE PATH...");
    int port = atoi(argv[1]), paths = argc - 5;
    double rate = atof(argv[2]), seconds = atof(argv[3]);
    size_t all = (size_t)(rate * seconds), asked = 0, done = 0, bad = 0;
    double *ms = calloc(all + 1, sizeof *ms);
    struct link link[LINKS];
    struct pollfd poll_of[LINKS];
    if (ms == NULL || all == 0) die("rate", "nothing to ask");
    for (int i = 0; i < LINKS; i++) {
        link[i] = (struct link){.fd = dial(port), .in = malloc(IN_MAX)};
        if (link[i].in == NULL) die("memory", "none");
        poll_of[i] = (struct pollfd){.fd = link[i].fd, .events = POLLIN};
    }
    int64_t start = now_ns();
    while (done < all) {
        int64_t now = now_ns(), next = start + (int64_t)((double)asked * 1e9 / rate);
        for (int i = 0; i < LINKS && asked < all && next <= now; i++) {
            if (link[i].busy) continue;
            ask(&link[i], argv[4], argv[5 + (int)(asked % (size_t)paths)], next);
            next = start + (int64_t)((double)++asked * 1e9 / rate);
        }
        int64_t left = asked < all ? next - now_ns() : 100000000;
        struct timespec wait = {.tv_nsec = left < 0 ? 1000 : left > 100000000 ? 100000000 : left};
        if (ppoll(poll_of, LINKS, &wait, NULL) <= 0) continue;
        for (int i = 0; i < LINKS; i++) {
            bool good = true;
            if ((poll_of[i].revents & (POLLIN | POLLHUP)) == 0 || !link[i].busy || !hear(&link[i], &good)) continue;
            link[i].busy = false;
            ms[done++] = (double)(now_ns() - link[i].since) / 1e6;
            bad += !good;
        }
    }
    qsort(ms, done, sizeof *ms, by_size);
    printf("%zu %zu %.3f %.3f %.3f\n", done, bad, ms[done / 2], ms[done * 99 / 100], ms[done - 1]);
    return bad > 0;
}
