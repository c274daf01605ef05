/*
 * bare_http.c - the least that a server on libmicrohttpd can cost: every request is answered with the same bytes from memory, headers and all,
 * by as many threads as guiju uses.  It knows no path, no session, no store.
 * Usage: bare_http PORT ANSWER.  ANSWER: as it came over the line, headers and body.  Ends when its standard input does.
 */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_MAX = 1 << 20, HEADERS_MAX = 40, THREADS = 2 };

struct answer {
    char text[ANSWER_MAX];
    const char *body, *name[HEADERS_MAX], *value[HEADERS_MAX];
    size_t body_len, headers;
};

static struct answer answer;

static void take(const char *path)
{
    FILE *f = fopen(path, "rb");
    size_t n = f == NULL ? 0 : fread(answer.text, 1, sizeof answer.text - 1, f);
    char *end = strstr(answer.text, "\r\n\r\n");
    if (n == 0 || end == NULL) {
        fprintf(stderr, "%s: no answer in it\n", path);
        exit(1);
    }
    fclose(f);
    answer.body = end + 4;
    answer.body_len = n - (size_t)(answer.body - answer.text);
    *end = '\0';
    for (char *line = strstr(answer.text, "\r\n"); line != NULL && answer.headers < HEADERS_MAX;) {
        line[0] = '\0';
        line += 2;
        char *next = strstr(line, "\r\n"), *colon = strstr(line, ": ");
        /* These the library writes itself. */
        if (colon != NULL && strncmp(line, "Date:", 5) != 0 && strncmp(line, "Content-Length:", 15) != 0 && strncmp(line, "Connection:", 11) != 0) {
            *colon = '\0';
            answer.name[answer.headers] = line;
            answer.value[answer.headers++] = colon + 2;
        }
        if (next != NULL) next[0] = '\0';
        line = next;
    }
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *c, const char *url, const char *method, const char *version, const char *data, size_t *size, void **ctx)
{
    static int seen;
    (void)cls, (void)url, (void)method, (void)version, (void)data, (void)size;
    if (*ctx == NULL) {
        *ctx = &seen;
        return MHD_YES;
    }
    struct MHD_Response *r = MHD_create_response_from_buffer(answer.body_len, (void *)(uintptr_t)answer.body, MHD_RESPMEM_PERSISTENT);
    for (size_t i = 0; i < answer.headers; i++) (void)MHD_add_response_header(r, answer.name[i], answer.value[i]);
    enum MHD_Result ok = MHD_queue_response(c, MHD_HTTP_OK, r);
    MHD_destroy_response(r);
    return ok;
}

int main(int argc, char **argv)
{
    if (argc != 3) return 2;
    take(argv[2]);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct MHD_Daemon *d = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TURBO, 0, NULL, NULL, on_request, NULL, MHD_OPTION_SOCK_ADDR, &at,
                                            MHD_OPTION_THREAD_POOL_SIZE, (unsigned)THREADS, MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u, MHD_OPTION_END);
    if (d == NULL) return 1;
    while (getchar() != EOF) {}
    MHD_stop_daemon(d);
    return 0;
}
