/*
 * http.h - the server: the API of docs/api.md and the web application, from one process for several areas.
 *
 * Requests arrive on libmicrohttpd's threads (epoll).  Quick routes are answered there; the others suspend their connection and run on worker
 * threads, where they may wait for an area's writer.  A request has an arena, a language, a session and at most one snapshot of one area: all
 * that one answer shows comes from one seq.  Which route asks for what stands in routes.def, and only there.
 * No record leaves without a grant made by src/access.
 * Threads: http_open() and http_close() from one thread; everything else is inside.
 * Failures: RC_INPUT http.listen_text, http.config; RC_SYSTEM http.listen, http.tls; those of area_open() with the area's path.
 */
#ifndef GUIJU_HTTP_H
#define GUIJU_HTTP_H

#include "area/area.h"

enum http_log { HTTP_LOG_NONE, HTTP_LOG_ERRORS, HTTP_LOG_ALL };

struct http_options {
    struct str listen;            /* "127.0.0.1:8420", "[::1]:8420", "127.0.0.1:0" for any free port */
    const struct str *areas;      /* paths */
    size_t areas_count;
    struct str cert_file, key_file; /* PEM; both or none: TLS */
    struct str client_ca_file, crl_file; /* PEM: whose client certificates are taken, and which of them were taken back; read again when it changes */
    bool behind_proxy;            /* a proxy speaks TLS: cookies are Secure, the caller's address is its X-Forwarded-For */
    struct str proxy_from;        /* "10.0.0.5 ::1": whose headers these are; empty: anybody's who reaches the address that is listened on */
    struct str client_cert_header; /* in which that proxy hands on the client's certificate: PEM, percent-encoded, or DER in base64.  With behind_proxy, proxy_from, client_ca_file */
    uint32_t io_threads;          /* 0: 2 */
    uint32_t workers;             /* 0: 8 */
    uint32_t connections_max;     /* 0: 16384 */
    uint32_t connections_each;    /* of one address; 0: 512, on loopback and behind a proxy not limited */
    uint32_t queue_max;           /* requests that wait for a worker; 0: 512 */
    uint32_t body_max;            /* bytes of a JSON body; 0: 1 MiB.  Files have limits of their own */
    uint32_t idle_s;              /* 0: 30 */
    uint32_t headers_s;           /* after which a request whose headers still come is cut off; 0: 30 */
    enum http_log log;
    bool clock_confirmed;
    struct str profile;           /* "public", "internal", "stand-alone"; empty: stand-alone on loopback, else internal.  What a chapter needs is its lowest */
    struct str titles;            /* how pages call the areas: "长庚县" where there is one, else "changgeng=长庚县;…"; empty: their names */
    day_num today;                /* tests and demonstrations fix the day; ENTRY_NO_DAY: the area's civil date */
};

struct http;
/* Open the areas, listen, answer. */
enum rc http_open(const struct http_options *o, struct http **out, struct err *err) MUST_USE;
uint16_t http_port(const struct http *h);
/* Chapters that the areas left out, a line each: they ask for more than the profile that the area was made for. */
void http_left_out(const struct http *h, enum lang lang, struct buf *out);
/* Take no new requests, answer those that are under way, close the areas. */
void http_close(struct http **hp);

/* Is a file of this name one that the pages would take: its kind by its bytes, its size, marks of secrecy?  type: its media type; called: its name, with the ending
 * of its kind.  RC_INPUT http.file_type, http.file_differs, http.file_name; RC_DENIED http.file_secret, http.file_macros; RC_LIMIT http.too_large. */
enum rc http_file_check(struct str name, struct str bytes, struct arena *a, struct str *type, struct str *called, struct err *err) MUST_USE;

/* The route table as text, for documentation and tests: one line a route. */
void http_routes_print(struct buf *out, enum lang lang);

#define ERR(id, rc, code, zh, en, hint_zh, hint_en) extern const struct err_kind E_##id;
#include "http/errors.def"
#undef ERR

#endif
