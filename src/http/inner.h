/* inner.h - what the files of http/ share.  Nothing outside includes it; only server.c, answer.c and event.c know libmicrohttpd. */
#ifndef GUIJU_HTTP_INNER_H
#define GUIJU_HTTP_INNER_H

#include <pthread.h>
#include <stdatomic.h>

#include "access/access.h"
#include "http/http.h"

struct MHD_Connection;
struct MHD_Daemon;
struct MHD_Response;

enum {
    HTTP_MAGIC = 0x50545448, /* "HTTP" */
    URL_MAX = 8192,
    PARTS_MAX = 12,
    QUERY_MAX = 32,
    HEADERS_MAX = 8,
    ARENA_MAX = 256 << 20,
    OUT_MAX = 64 << 20,
    FILE_MAX = 64 << 20,
    PAGE_DEFAULT = 50,
    PAGE_MAX = 200,
    VIEWS_KEPT = 4,
    VIEWS_WARM = 3,
    CONNECTION_MEMORY = 24 * 1024
};

/* ---- routes ---- */

enum method { M_GET, M_POST, M_PATCH, M_PUT, M_DELETE, M_HEAD, M_COUNT };

/* What a route asks for before its handler is called.  {r} in a path is a register: RECORD asks want a grant for it. */
enum ask {
    ASK_NOTHING,   /* without signing in */
    ASK_SESSION,   /* anybody who signed in; what is shown depends on the grant */
    ASK_FIRST,     /* the same, also while a first password must be changed */
    ASK_READ,      /* of the register {r} */
    ASK_WRITE,
    ASK_ACT,
    ASK_PRINT,
    ASK_ACCOUNTS,  /* the rights of the three administrators */
    ASK_PACKS,
    ASK_ROLES,
    ASK_AUDIT,
    ASK_CONFIRM,
    ASK_JUDGE,     /* may act on findings */
    ASK_COUNT
};

enum {
    R_QUICK = 1,   /* answered on the thread that reads the socket: never waits for the writer */
    R_FILE = 2,    /* the body is a file, up to FILE_MAX */
    R_ROOT = 4,    /* the path stands alone, not below an area */
    R_SILENT = 8,  /* no line in the log and no figure: not even that it was asked, and when */
    R_STANDS = 16, /* who may come in may be others behind it: streams are looked at */
    R_SLOW = 32    /* slow by purpose, and asked by anybody: at most half of the workers are at these */
};

struct req;
struct route {
    const char *id, *path;
    enum method method;
    enum ask ask;
    unsigned flags;
    enum rc (*run)(struct req *q, struct err *err);
    const char *query;       /* "q filter limit": names that may stand behind ? */
    const char *body, *answer; /* names of schemas in openapi.c; "" for none */
    const char *zh, *en;
};
extern const struct route routes[];
extern const size_t routes_count;
/* NULL: none.  allowed: methods that this path takes, for 405 and Allow (bits by enum method). */
const struct route *route_find(enum method m, const struct str *parts, size_t n, struct str *captured, unsigned *allowed);
const char *method_name(enum method m);
const char *ask_name(enum ask a, enum lang lang);

/* ---- areas ---- */

struct idle_view {
    struct area_view view;
    struct idle_view *next;
};

struct order_cache;
struct kept_answers;
struct sheet;
struct jobs;
struct job_here;

/* An area that is served. */
struct site {
    struct str name;          /* in addresses */
    struct str title;         /* on pages */
    struct area *area;
    pthread_mutex_t lock;     /* guards the views kept and what is remembered */
    struct idle_view *idle;
    uint32_t idle_count;
    atomic_uint idle_hint;    /* the same, read without the lock */
    pthread_mutex_t find_lock; /* one view keeps the search columns; who searches takes turns */
    struct area_view find_view;
    bool find_open, find_fresh; /* just made: its columns too */
    pthread_mutex_t order_lock;
    struct order_cache *orders;
    pthread_mutex_t keep_lock;
    struct kept_answers *kept;
    pthread_mutex_t sheet_lock;
    struct sheet *sheet;      /* columns of the newest snapshot that was asked about */
    struct jobs *jobs;
    atomic_uint pdfs;         /* LibreOffice is at work for so many */
    atomic_uint_fast64_t seq; /* newest that this process knows of */
    struct visits { int64_t hour; uint32_t all; uint8_t by[256]; } visits; /* objections from outside in this hour, by a mix of their addresses */
};

/* ---- the server ---- */

struct count_of_route {
    atomic_uint_fast64_t done, refused, failed, us;
};
struct worker_queue;

struct http {
    uint32_t magic;
    struct arena arena;
    struct http_options o;
    struct site *sites;
    size_t sites_count;
    struct MHD_Daemon *daemon;
    bool tls;
    enum pack_profile profile;
    char *cert, *key, *client_ca;
    struct cards *cards;      /* NULL: no client certificates */
    struct proxies *proxies;  /* NULL: none are named */
    uint16_t port;
    atomic_bool stopping;

    pthread_mutex_t lock;     /* guards the queue */
    pthread_cond_t work, idle;
    struct req *first, **last;
    uint32_t queue_len, busy, slow_len, slow_busy; /* slow: of these, R_SLOW */
    pthread_t *workers;
    uint32_t workers_count;
    bool workers_stop;

    struct events *events;
    struct links *links;
    struct count_of_route *counts;
    atomic_uint_fast64_t connections, answered /* of these, at least once */, overloads, requests, uploading /* bytes that large bodies may come to */;
    int64_t started_us;
};

/* ---- a request ---- */

struct pair { struct str name, value; };

struct req {
    struct http *http;
    struct MHD_Connection *conn;
    struct arena arena, scratch;     /* scratch: reset from record to record */
    struct str path;                 /* decoded, for nothing but files of the web application */
    struct str parts[PARTS_MAX];     /* of the path, decoded */
    size_t parts_count;
    struct str args[4];              /* what stood for {…} */
    struct pair query[QUERY_MAX];
    size_t query_count;
    enum method method;
    bool known_method, bad_url, head;
    const char *bad_why;
    const struct route *route;
    enum lang lang;
    struct buf body;
    size_t body_max;
    bool body_over, secure;
    size_t reserved;                 /* of h->uploading */
    struct str host;
    int64_t started_us;

    /* who asks */
    struct site *site;
    struct str token;                /* of the cookie or the bearer */
    bool bearer;
    struct access_session session;
    struct grant *grant;

    /* what is read */
    struct idle_view *idle;
    struct area_view *view;          /* NULL: none yet */
    struct access_world world;
    const struct pack_register *reg; /* {r} */
    struct feel_run run;             /* over the store, for derived fields */
    const struct feel_host *host_feel;
    void *host_ctx;
    struct map displays;             /* "cadre/12" -> struct str * */
    struct reads *reads;
    struct guard *guard, *around;
    uint64_t case_id;                /* whose papers are shown */
    struct job_here *job;            /* run on a job's thread, without a connection; NULL: a request */
    uint64_t proposed;               /* the act that a second person was asked about */
    struct str key;                  /* of the command, where no header gives one */

    /* the answer */
    unsigned status;
    struct buf out;
    struct json_out j;
    const char *type;
    struct pair headers[HEADERS_MAX];
    size_t headers_count;
    struct MHD_Response *made;       /* a response that is not out: files, events */
    size_t out_len;

    bool begun, finished, flush_due;
    bool tired;                      /* the session is to be kept awake: where the writer may be waited for */
    struct req *next;
};

/* request.c */
struct req *req_make(struct http *h, struct str url);
void req_free(struct req *q);
void req_take_url(struct req *q, struct str url);
struct str req_query(const struct req *q, const char *name);      /* STR_NONE: not there */
bool req_has(const struct req *q, const char *name);
struct str req_header(struct req *q, const char *name);            /* STR_NONE */
struct str req_cookie(struct req *q, const char *name);
/* Numbers of the query; RC_INPUT http.query. */
enum rc req_u64(struct req *q, const char *name, uint64_t absent, uint64_t max, uint64_t *out, struct err *err) MUST_USE;
bool named_in(const char *names, struct str name);                 /* "a b c" */
/* The body as a JSON object, nothing but these members (names: "a b c"). */
enum rc req_json(struct req *q, const char *names, const struct json **out, struct err *err) MUST_USE;
enum rc json_text(const struct json *obj, const char *name, bool wanted, struct str *out, struct err *err) MUST_USE; /* STR_NONE: absent */
enum rc json_u64(const struct json *obj, const char *name, bool wanted, uint64_t *out, struct err *err) MUST_USE;
enum rc json_flag(const struct json *obj, const char *name, bool *out, struct err *err) MUST_USE;
enum rc req_id(struct req *q, size_t arg, uint64_t *out, struct err *err) MUST_USE;
/* If-Match: "3"; RC_INPUT http.if_match. */
enum rc req_version(struct req *q, uint32_t *out, struct err *err) MUST_USE;
struct str percent_decode(struct arena *a, struct str s, bool plus, bool *ok);
/* The body is a file; its name is in X-Guiju-Filename, or plain.  RC_INPUT http.body: no body, or no name that a file may have. */
enum rc req_file_name(struct req *q, struct str plain, struct str *out, struct err *err) MUST_USE;
struct str say_in(const struct req *q, const char *zh, const char *en);

/* view.c: one snapshot, kept between requests */
enum rc req_view(struct req *q, struct err *err) MUST_USE;
void req_view_give(struct req *q);   /* before the writer is waited for */
enum rc site_open(struct http *h, struct site *s, struct err *err) MUST_USE;
void site_close(struct site *s);
void site_views_close(struct site *s);
enum rc site_view_take(struct site *s, struct idle_view **out, struct err *err) MUST_USE;
void site_view_give(struct site *s, struct idle_view *i);
void site_views_thin(struct site *s);   /* a rush is over: a few are enough */
void site_views_lean(struct site *s); /* those that wait keep no pages and no rows */
day_num req_today(struct req *q);
enum rc req_view_lend(struct req *q, struct area_view *v, struct err *err) MUST_USE; /* another's, which must outlive the request */

/* answer.c */
void answer_json(struct req *q);                 /* begins q->j */
void answer_header(struct req *q, const char *name, struct str value);
void answer_err(struct req *q, const struct err *err);
unsigned status_of(const struct err *err);
int answer_send(struct req *q);                  /* enum MHD_Result */
void problem_open(struct json_out *j, const struct err *err, unsigned status, enum lang lang); /* the caller ends the object */
void problem_body(struct json_out *j, const struct err *err, unsigned status, enum lang lang);
void problem_members(struct json_out *j, const struct err *err, enum lang lang);

/* {"seq":…,"items":[ … ]} as lists are answered; seq only where the answer is of a moment.  items_next: with "next", a cursor or null. */
void items_open(struct req *q, bool seq);
void items_close(struct req *q);
void items_next(struct req *q, struct str next);
/* "result" of a job: null before it was applied (false), else an object that the caller fills and ends. */
bool result_open(struct req *q, bool applied);

/* json helpers: key and value in one */
void put_text(struct json_out *j, const char *key, struct str value);
void put_text_or_null(struct json_out *j, const char *key, struct str value);
void put_u64(struct json_out *j, const char *key, uint64_t value);
void put_flag(struct json_out *j, const char *key, bool value);
void put_null(struct json_out *j, const char *key);
void put_day(struct json_out *j, const char *key, day_num day); /* ENTRY_NO_DAY, DAY_OPEN: null */
void put_time(struct json_out *j, const char *key, int64_t us);
void put_key(struct json_out *j, const char *key);
void put_text2(struct req *q, const char *key, const struct text2 *t);
void put_basis(struct req *q, const struct pack_cite *cites, uint32_t n);

/* session.c: where a request comes from; empty on the machine itself */
struct str address_of(struct req *q);

/* link.c: connections */
enum rc links_open(struct http *h, struct err *err) MUST_USE;
enum rc links_watch(struct http *h, struct err *err) MUST_USE; /* from here on those that are too slow are cut off */
void links_close(struct http *h);
void link_begins(struct http *h, struct MHD_Connection *c, const char *method /* as the library gave it */);
void link_ends(struct http *h, struct MHD_Connection *c);
bool link_closes(struct http *h, struct MHD_Connection *c);    /* behind this answer: its memory cannot be given back, and enough others hold theirs */

/* event.c: who listens is asked again whether he may. */
void events_look(struct http *h);

/* server.c */
bool work_put(struct req *q); /* false: the queue is full */
void req_run(struct req *q);

/* gate.c: who asks, and what for */
enum rc gate_pass(struct req *q, struct err *err) MUST_USE;
enum rc enter(struct req *q, struct err *err) MUST_USE; /* session.c: the session behind the token, and its grant; waits for nobody */
enum rc gate_enter(struct req *q, struct err *err) MUST_USE; /* the same by what a request has shown before: the token, the certificate */
enum rc gate_ask(struct req *q, struct err *err) MUST_USE; /* what the route asks of this grant; finds {r} */
struct str gate_cookie(struct req *q, struct str token, bool clear);
/* In scope?  RC_ABSENT http.absent, as if it were not there. */
enum rc sight_of(struct req *q, enum pack_verb v, const struct pack_register *r, const struct record *rec, struct sight *out, struct err *err) MUST_USE;
enum rc record_seen(struct req *q, enum pack_verb v, const struct pack_register *r, uint64_t id, struct record *rec, struct sight *sight, struct err *err) MUST_USE;
/* What a program reads must be in sight of everybody in this grant's scope; RC_DENIED http.filter_field.  classes: of the fields read. */
enum rc program_allowed(struct req *q, const struct pack_register *r, const struct feel_program *p, unsigned *classes, struct err *err) MUST_USE;

/* guard.c: FEEL over what the grant shows: fields out of sight are empty, records out of scope are not in lists */
void guard_run(struct req *q, struct feel_run *out);
void guard_know(struct req *q, const struct pack_register *r, uint64_t id, const struct sight *s);
void guard_around(struct req *q, const struct feel_host **host, void **ctx);
bool guard_denied(const struct req *q);
unsigned guard_touched(const struct req *q); /* classes that it showed */
void guard_forget(struct req *q);
/* From here on over a roster: NULL: over the store again.  The roster has what the program reads; scopes are asked of its columns. */
enum rc guard_over(struct req *q, const struct roster *r, struct err *err) MUST_USE;
/* with: the other record of a pair; NULL: none. */
enum rc guard_touches(struct req *q, const struct pack_register *r, uint64_t id, const struct fv *with, const struct feel_program *p, bool *hidden, struct err *err) MUST_USE;

/* export.c: what leaves.  go false: it takes two persons; it was proposed, and 202 is answered. */
enum rc export_enter(struct req *q, const struct args_export *what, bool *go, struct err *err) MUST_USE;
struct str export_digest(struct req *q, struct str what);
struct str export_mark(struct req *q, struct str digest);

/* job.c: long work */
enum rc jobs_open(struct http *h, struct site *s, struct err *err) MUST_USE;
void jobs_close(struct site *s);
void jobs_tick(struct site *s);   /* once a minute: what is over goes */

/*
 * keep.c: what a person was told of a record, kept until anything that it was made of changes.
 * One answer is one grant's (the same account, roles, places, token and day), in one language, of one day.  It rests on registers; the journal says
 * whether one of these changed since.  The read log is written for each time that it is told.
 */
struct keeping { struct record_watch watch; day_num clock_day; };
bool keep_find(struct req *q, uint64_t id, uint32_t *version);     /* true: the answer is made */
void keep_begin(struct req *q, struct keeping *k);
void keep_end(struct req *q, struct keeping *k, uint64_t id, uint32_t version, bool good);
void kept_free(struct site *s);

/* read.c: the read log of a request */
void read_note(struct req *q, const struct pack_register *r, uint64_t id, enum pack_class c, const char *purpose);
struct noted { const struct pack_register *reg; uint64_t id; enum pack_class class; const char *purpose /* lives as long as the program */; };
const struct noted *reads_noted(const struct req *q, size_t *n);
bool reads_wait(const struct req *q); /* must be durable before the answer leaves */
enum rc reads_flush(struct req *q, struct err *err) MUST_USE;

/* value.c */
enum rc value_put(struct req *q, const struct pack_field *f, const struct sv *v, struct err *err) MUST_USE;
enum rc derived_get(struct req *q, const struct pack_register *r, const struct pack_field *f, uint64_t id, struct sv *out, struct err *err) MUST_USE;
enum rc ref_put(struct req *q, const struct pack_register *r, uint64_t id, struct err *err) MUST_USE; /* {"register","id","display"} */
enum rc display_of(struct req *q, const struct pack_register *r, uint64_t id, struct str *out, struct err *err) MUST_USE;
enum rc req_register(struct req *q, struct str name, const struct pack_register **out, struct err *err) MUST_USE;
enum rc req_field(struct req *q, const struct pack_register *r, struct str name, const struct pack_field **out, struct err *err) MUST_USE;
/* A column of a list: a field, or a field of what a ref leads to. */
struct column { struct str name; const struct pack_field *via, *field; const struct pack_register *reg; };
enum rc columns_parse(struct req *q, const struct pack_register *r, struct str text, struct column **out, size_t *n, struct err *err) MUST_USE;
/* "values":{…},"hidden":[…] of a record. */
enum rc values_put(struct req *q, const struct pack_register *r, const struct record *rec, const struct sight *sight, const struct column *c, size_t n,
                   const char *purpose, struct err *err) MUST_USE;

/* order.c: ids of a register in an order, remembered */
struct order { enum { ORDER_ID, ORDER_KEY, ORDER_TREE, ORDER_PINYIN, ORDER_STROKES, ORDER_FIELD, ORDER_HOUSE /* as its register declares it */ } kind;
               const struct pack_field *field; bool down; };
enum rc order_parse(struct req *q, const struct pack_register *r, struct str text, struct order *out, struct err *err) MUST_USE;
enum rc order_ids(struct req *q, const struct pack_register *r, const struct order *o, bool closed, const struct scope *scope, unsigned classes,
                  const uint64_t **ids, size_t *n, struct err *err) MUST_USE;
void orders_free(struct site *s);
enum rc wrote_any(struct req *q, const uint32_t *numbers, size_t n, uint64_t from, bool *yes, struct err *err) MUST_USE;
bool scope_registers(struct req *q, const struct scope *scope, uint32_t *numbers, size_t max, size_t *n);
/* house.c: the order that a register declares. */
bool house_open(struct req *q, const struct pack_register *r);
unsigned house_classes(struct req *q, const struct pack_register *r);
enum rc house_moved(struct req *q, const struct pack_register *r, const struct scope *scope, uint64_t from, bool *yes, struct err *err) MUST_USE;
/* *out: the same ids in the declared order, equal ones as they came; the caller frees it.  open: without asking about each member. */
enum rc house_sort(struct req *q, const struct pack_register *r, const uint64_t *ids, size_t n, bool open, bool closed, uint64_t **out, struct err *err) MUST_USE;
unsigned order_classes(struct req *q, const struct pack_register *r, const struct order *o); /* of what the order reads */

/* column.c: over the roster that the area keeps */
struct list;
enum rc sheet_pin(struct req *q, const struct roster_wants *want, struct sheet **out, struct err *err) MUST_USE; /* given back with the request */
const struct roster *sheet_roster(const struct sheet *s);
void sheets_free(struct site *s);
/* Which open records the list's filter holds for.  yes NULL: not by columns, or not for this grant; roster NULL: not even record by record over it. */
struct picked { struct sheet *sheet; const struct pack_register *reg; const uint64_t *yes, *ids; uint64_t low, range; const struct roster *roster; };
enum rc columns_pick(struct req *q, const struct list *l, struct picked *out, struct err *err) MUST_USE;
bool picked_has(const struct picked *p, uint64_t id);
uint64_t picked_count(const struct picked *p);
/* May this program be worked out for everybody in the list's scope without asking about each member?  dynamic: it reaches for members that only a run knows. */
bool program_open(struct req *q, const struct pack_register *r, const struct feel_program *p, bool *dynamic);
/* What a program reads, and what deciding over scopes on the way reads. */
void guard_wants(struct req *q, const struct pack_register *r, const struct feel_program *p, struct roster_wants *w);
/* A column of values by place, where the field or program has one.  kind, cells, valid as in feel.h; refs are ids. */
struct column_cells { const int64_t *cells; const uint64_t *valid; uint32_t places; enum feel_column_kind kind; uint8_t scale; const struct feel_codes *codes; const struct pack_register *to; };
enum rc column_cells(struct req *q, struct sheet *s, const struct pack_register *r, struct str text, struct column_cells *out, bool *there, struct err *err) MUST_USE;
struct sv cell_sv(const struct column_cells *c, uint32_t place);

/* record.c */
struct str cursor_put(struct req *q, uint64_t seq, uint64_t at, uint64_t id, uint64_t mark);
enum rc cursor_take(struct req *q, struct str text, uint64_t mark, uint64_t *seq, uint64_t *at, uint64_t *id, struct err *err) MUST_USE;

/* change.c */
enum rc req_submit(struct req *q, struct command *c, struct receipt *out, struct err *err) MUST_USE;
enum rc req_submit_as(struct req *q, uint64_t actor, struct command *c, struct receipt *out, struct err *err) MUST_USE;
void receipt_put(struct req *q, const struct receipt *r);
/* What somebody keeps under his own name (views, rosters, questions): made, or where id is not 0 changed but for the last fields that stay; answered with its receipt. */
enum rc own_keep(struct req *q, const struct pack_register *reg, uint64_t id, uint32_t version, uint32_t count, uint32_t stay, const struct str *names, const struct sv *values, struct err *err) MUST_USE;
enum rc own_drop(struct req *q, const struct pack_register *reg, uint64_t id, uint32_t version, struct err *err) MUST_USE;
void receipt_members(struct req *q, const struct receipt *r);
/* Values as pages send them, of fields that this person may write. */
struct given { struct str *names; struct sv *values; const struct pack_field **fields; uint32_t n; };
enum rc values_take(struct req *q, const struct json *values, struct given *g, struct err *err) MUST_USE;

/* rule.c: "info" …; hidden: something that the rule reads of this record is out of sight */
const char *severity_name(enum pack_severity s);
enum rc rule_seen(struct req *q, const struct pack_rule *r, uint64_t id, const struct fv *with, bool *hidden, struct err *err) MUST_USE;
size_t sources_of(const struct pack_set *set, struct arena *a, struct pack_source **out);

/* pending.c */
enum rc req_propose(struct req *q, const struct command *act, struct str reason, uint64_t *id, struct err *err) MUST_USE;
/* done false: it takes two; it was proposed and answered 202. */
enum rc req_submit_or_propose(struct req *q, struct command *c, struct str reason, struct receipt *r, bool *done, struct err *err) MUST_USE;
enum rc waiting_put(struct req *q, struct err *err) MUST_USE; /* items of "waiting" */

/* case.c: what waits for me in cases, as items of "waiting" */
enum rc case_waiting_put(struct req *q, struct err *err) MUST_USE;

/* finding.c: one as the list shows it; null where it is not for me to see */
enum rc finding_one_put(struct req *q, uint64_t id, struct err *err) MUST_USE;

/* urn.c: ballots in which I have a seat that waits */
enum rc ballot_waiting_put(struct req *q, struct err *err) MUST_USE;

/* slip.c: slips that I am to answer or to accept, as items of "waiting" */
enum rc slip_waiting_put(struct req *q, struct err *err) MUST_USE;

/* own.c */
enum rc corrections_mine_put(struct req *q, struct err *err) MUST_USE;                  /* items */
enum rc corrections_waiting(struct req *q, size_t *n, struct err *err) MUST_USE;       /* how many I may decide */

/* file.c: a file as a value: from {"hash","name"}, a hash or the whole text to the text that is kept; and as it is answered */
enum rc file_value_take(struct req *q, struct str key, const struct json *j, struct str *out, struct err *err) MUST_USE;
void file_value_put(struct req *q, const struct record_file *f, struct str href);

/* card.c: certificates of clients.  print: SHA-256 of the certificate; true only of one that holds, today, by the authorities and lists of this server. */
enum rc cards_open(struct http *h, char *ca, struct str crl, struct err *err) MUST_USE;
void cards_close(struct http *h);
bool card_shown(struct req *q, struct str *print);
/* A session that began with a certificate lasts while the same one is shown; RC_DENIED access.no_session. */
enum rc card_still(struct req *q, struct err *err) MUST_USE;
bool cards_there(const struct http *h); /* can anybody come in by one? */

/* proxy.c: a proxy that speaks TLS for us */
enum rc proxy_open(struct http *h, struct err *err) MUST_USE;
bool from_proxy(struct req *q);              /* this very connection is the proxy's */
bool proxy_card(struct req *q, struct str *der); /* what it says that the client showed, unchecked */
bool card_print_of(struct arena *a, struct str given, struct str *print);

/* meta.c */
const char *class_name(enum pack_class c);
bool register_writable(struct req *q, const struct pack_register *r);
bool field_writable(struct req *q, const struct pack_register *r, const struct pack_field *f);

/* account.c: a role as people call it, an office too. */
struct str role_title(struct req *q, struct str role);

/* list.c */
struct list { const struct pack_register *reg; struct order order; const struct feel_program *filter; bool closed; struct str q; uint64_t limit; bool count;
              const struct scope *scope; unsigned classes;
              const struct pack_field *via; uint64_t via_id; /* only those whose ref leads there; NULL: all */ };
enum rc filter_compile(struct req *q, const struct pack_register *r, struct str text, const struct feel_program **out, unsigned *classes, struct err *err) MUST_USE;
enum rc list_from_query(struct req *q, const struct pack_register *r, enum pack_verb v, struct list *out, struct err *err) MUST_USE;
/* Each record in order; fn returns RC_OK to go on, sets *stop to end. */
enum rc list_count(struct req *q, const struct list *l, uint64_t *n, struct err *err) MUST_USE;
enum rc list_each(struct req *q, const struct list *l, size_t from, enum rc (*fn)(void *ctx, const struct record *rec, const struct sight *s, size_t at, bool *stop, struct err *err),
                  void *ctx, struct err *err) MUST_USE;

/* record.c: where the next page of a list by falling ids begins (after: a cursor of the list called mark; empty: at the front). */
enum rc newest_start(struct req *q, const struct list *l, struct str after, uint64_t mark, size_t *from, struct err *err) MUST_USE;

/* asset.c, generated */
struct asset { const char *path, *type; const uint8_t *plain, *gzip, *brotli; uint32_t plain_len, gzip_len, brotli_len; bool hashed; const char *etag; };
extern const struct asset assets[];
extern const size_t assets_count;
void asset_answer(struct req *q);

enum rc find_view_ready(struct site *s, struct err *err) MUST_USE;
void find_view_rest(struct site *s); /* under its lock, when it has been asked */

/* event.c */
enum rc events_open(struct http *h, struct err *err) MUST_USE;
void events_stop(struct http *h);   /* before the daemon stops */
void events_close(struct http *h);  /* after */
void events_moved(struct http *h);  /* something was committed */
void events_job(struct http *h, struct site *site, uint64_t account, struct str id, const char *state, uint64_t done, uint64_t total);

/* metrics.c */
void metrics_put(struct http *h, struct buf *out);
void log_request(struct req *q, int64_t us);

#define ROUTE(id, method, path, ask, flags, query, body, answer, zh, en) enum rc route_##id(struct req *q, struct err *err);
#include "http/routes.def"
#undef ROUTE

#endif
