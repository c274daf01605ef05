/* request.c - what came in: address, query, headers, cookies, a JSON body.  Everything from outside is checked here, once. */
#include <microhttpd.h>

#include "http/inner.h"

struct str say_in(const struct req *q, const char *zh, const char *en) { return str_c(q->lang == LANG_ZH ? zh : en); }

static int hex_of(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/* Refused: half an escape, U+0000, control characters, what is no UTF-8. */
struct str percent_decode(struct arena *a, struct str s, bool plus, bool *ok)
{
    char *p = arena_alloc(a, s.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '+' && plus) c = ' ';
        if (c == '%') {
            int high = i + 2 < s.len ? hex_of(s.ptr[i + 1]) : -1, low = high >= 0 ? hex_of(s.ptr[i + 2]) : -1;
            if (high < 0 || low < 0) {
                *ok = false;
                return STR("");
            }
            c = (char)(high * 16 + low);
            i += 2;
        }
        /* A filter may have several lines; a path has none. */
        if ((unsigned char)c < 0x20 && (!plus || (c != '\t' && c != '\n' && c != '\r'))) *ok = false;
        p[n++] = c;
    }
    size_t bad = 0;
    struct str out = str_of(p, n);
    if (!utf8_ok(out, &bad)) *ok = false;
    return *ok ? out : STR("");
}

static void take_path(struct req *q, struct str path)
{
    bool ok = path.len > 0 && path.ptr[0] == '/';
    size_t from = 1;
    q->path = path;
    for (size_t i = 1; ok && i <= path.len; i++) {
        if (i < path.len && path.ptr[i] != '/') continue;
        struct str part = percent_decode(&q->arena, str_sub(path, from, i), false, &ok);
        if (!ok || str_eq(part, STR("..")) || str_eq(part, STR(".")) || str_find_char(part, '/') != SIZE_MAX || str_find_char(part, '\\') != SIZE_MAX) {
            ok = false;
            break;
        }
        if (part.len > 0 || i < path.len) {
            if (q->parts_count == PARTS_MAX) {
                /* Nothing that is ours is so deep. */
                q->parts_count = PARTS_MAX;
                q->parts[0] = STR("?");
                from = i + 1;
                continue;
            }
            q->parts[q->parts_count++] = part;
        }
        from = i + 1;
    }
    if (!ok) {
        q->bad_url = true;
        q->bad_why = "path";
    }
}

static void take_query(struct req *q, struct str text)
{
    bool ok = true;
    for (size_t from = 0; from < text.len && ok;) {
        size_t to = from;
        while (to < text.len && text.ptr[to] != '&') to++;
        struct str one = str_sub(text, from, to);
        from = to + 1;
        if (one.len == 0) continue;
        size_t eq = str_find_char(one, '=');
        struct pair *p = &q->query[q->query_count];
        if (q->query_count == QUERY_MAX) {
            ok = false;
            break;
        }
        p->name = percent_decode(&q->arena, str_sub(one, 0, eq == SIZE_MAX ? one.len : eq), true, &ok);
        p->value = eq == SIZE_MAX ? STR("") : percent_decode(&q->arena, str_sub(one, eq + 1, one.len), true, &ok);
        for (size_t i = 0; i < q->query_count; i++)
            if (str_eq(q->query[i].name, p->name)) ok = false; /* two values of one name: which one counts, nobody says */
        q->query_count++;
    }
    if (!ok) {
        q->bad_url = true;
        q->bad_why = "query";
    }
}

void req_take_url(struct req *q, struct str url)
{
    if (url.len > URL_MAX) {
        q->bad_url = true;
        q->bad_why = "URL";
        return;
    }
    url = str_dup(&q->arena, url);
    size_t mark = str_find_char(url, '?');
    take_path(q, mark == SIZE_MAX ? url : str_sub(url, 0, mark));
    if (mark != SIZE_MAX && !q->bad_url) take_query(q, str_sub(url, mark + 1, url.len));
}

struct req *req_make(struct http *h, struct str url)
{
    struct req *q = calloc(1, sizeof *q);
    if (q == NULL) return NULL;
    q->http = h;
    q->started_us = clock_now_us();
    arena_init(&q->arena, ARENA_MAX);
    arena_init(&q->scratch, ARENA_MAX);
    q->body_max = h->o.body_max;
    buf_init(&q->body, FILE_MAX + 1);
    buf_init(&q->out, OUT_MAX);
    q->status = 200;
    req_take_url(q, url);
    return q;
}

void req_free(struct req *q)
{
    if (q == NULL) return;
    req_view_give(q);
    grant_release(q->grant);
    if (q->made != NULL) MHD_destroy_response(q->made);
    buf_fini(&q->body);
    buf_fini(&q->out);
    arena_fini(&q->scratch);
    arena_fini(&q->arena);
    free(q);
}

bool req_has(const struct req *q, const char *name)
{
    for (size_t i = 0; i < q->query_count; i++)
        if (str_eq(q->query[i].name, str_c(name))) return true;
    return false;
}

struct str req_query(const struct req *q, const char *name)
{
    for (size_t i = 0; i < q->query_count; i++)
        if (str_eq(q->query[i].name, str_c(name))) return q->query[i].value;
    return STR_NONE;
}

enum rc req_u64(struct req *q, const char *name, uint64_t absent, uint64_t max, uint64_t *out, struct err *err)
{
    struct str text = req_query(q, name);
    *out = absent;
    if (text.ptr == NULL || text.len == 0) return RC_OK;
    if (str_to_u64(text, out) && *out <= max) return RC_OK;
    struct str top = str_u64(&q->arena, max);
    return err_set(err, &E_http_query, NO_PLACE, str_c(name), str_cat(&q->arena, STR("应为 0 到 "), top, STR(" 的整数")),
                   str_cat(&q->arena, STR("a whole number from 0 to "), top));
}

struct str req_header(struct req *q, const char *name)
{
    const char *v = q->conn == NULL ? NULL : MHD_lookup_connection_value(q->conn, MHD_HEADER_KIND, name);
    if (v == NULL) return STR_NONE;
    struct str s = str_c(v);
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] < 0x20 || s.ptr[i] == 0x7f) return STR_NONE;
    return s;
}

struct str req_cookie(struct req *q, const char *name)
{
    struct str all = req_header(q, "Cookie"), wanted = str_c(name), found = STR_NONE;
    for (size_t from = 0; all.ptr != NULL && from < all.len;) {
        size_t to = from;
        while (to < all.len && all.ptr[to] != ';') to++;
        struct str one = str_trim(str_sub(all, from, to));
        size_t eq = str_find_char(one, '=');
        if (eq != SIZE_MAX && str_eq(str_sub(one, 0, eq), wanted)) {
            if (found.ptr != NULL) return STR_NONE; /* two of them: one was planted */
            found = str_sub(one, eq + 1, one.len);
        }
        from = to + 1;
    }
    return found;
}

/* ---- bodies ---- */

static bool type_is_json(struct str type)
{
    size_t semi = str_find_char(type, ';');
    struct str t = str_trim(str_sub(type, 0, semi == SIZE_MAX ? type.len : semi));
    return t.len == 16 && strncasecmp(t.ptr, "application/json", 16) == 0;
}

bool named_in(const char *names, struct str name)
{
    struct str list = str_c(names);
    for (size_t from = 0; from < list.len;) {
        size_t to = from;
        while (to < list.len && list.ptr[to] != ' ') to++;
        if (str_eq(str_sub(list, from, to), name)) return true;
        from = to + 1;
    }
    return false;
}

static struct str nearest_of(const char *names, struct str wrong)
{
    struct str list = str_c(names), known[32];
    size_t n = 0;
    for (size_t from = 0; from < list.len && n < ARRAY_LEN(known);) {
        size_t to = from;
        while (to < list.len && list.ptr[to] != ' ') to++;
        known[n++] = str_sub(list, from, to);
        from = to + 1;
    }
    return nearest_name(wrong, n, known);
}

static const struct json nothing = {.kind = JSON_OBJECT};

/* Members that nobody asked for are refused, not passed over: what a page sends by mistake, or a stranger by design, shows. */
enum rc req_json(struct req *q, const char *names, const struct json **out, struct err *err)
{
    struct str text = buf_view(&q->body), type = req_header(q, "Content-Type");
    *out = &nothing;
    if (text.len == 0) return RC_OK;
    if (q->conn != NULL && (type.ptr == NULL || !type_is_json(type)))
        return err_set(err, &E_http_type, NO_PLACE, type.ptr == NULL ? STR("") : type, STR("application/json"));
    TRY(utf8_check(text, err));
    struct json *j = NULL;
    TRY(json_parse(&q->arena, text, &j, err));
    if (j->kind != JSON_OBJECT) return err_set(err, &E_http_body, NO_PLACE, STR("{}"), STR("对象"), STR("an object"));
    for (const struct json *m = j->first; m != NULL; m = m->next)
        if (!named_in(names, m->key)) return err_set(err, &E_http_unknown, NO_PLACE, m->key, nearest_of(names, m->key));
    *out = j;
    return RC_OK;
}

enum rc json_text(const struct json *obj, const char *name, bool wanted, struct str *out, struct err *err)
{
    const struct json *m = json_get(obj, str_c(name));
    *out = STR_NONE;
    if (m == NULL || m->kind == JSON_NULL) return wanted ? err_set(err, &E_http_body, NO_PLACE, str_c(name), STR("文字"), STR("a string")) : RC_OK;
    if (m->kind != JSON_STRING) return err_set(err, &E_http_body, NO_PLACE, str_c(name), STR("文字"), STR("a string"));
    *out = m->text.ptr == NULL ? STR("") : m->text;
    return RC_OK;
}

enum rc json_u64(const struct json *obj, const char *name, bool wanted, uint64_t *out, struct err *err)
{
    const struct json *m = json_get(obj, str_c(name));
    *out = 0;
    if ((m == NULL || m->kind == JSON_NULL) && !wanted) return RC_OK;
    if (m != NULL && m->kind == JSON_NUMBER && str_to_u64(m->text, out)) return RC_OK;
    return err_set(err, &E_http_body, NO_PLACE, str_c(name), STR("整数"), STR("a whole number"));
}

enum rc json_flag(const struct json *obj, const char *name, bool *out, struct err *err)
{
    const struct json *m = json_get(obj, str_c(name));
    *out = m != NULL && m->kind == JSON_TRUE;
    if (m == NULL || m->kind == JSON_TRUE || m->kind == JSON_FALSE || m->kind == JSON_NULL) return RC_OK;
    return err_set(err, &E_http_body, NO_PLACE, str_c(name), STR("是或否"), STR("true or false"));
}

enum rc req_id(struct req *q, size_t arg, uint64_t *out, struct err *err)
{
    if (str_to_u64(q->args[arg], out) && *out > 0 && *out <= (UINT64_C(1) << 53) - 1) return RC_OK;
    return err_set(err, &E_http_absent, NO_PLACE, q->args[arg]);
}

enum rc req_version(struct req *q, uint32_t *out, struct err *err)
{
    struct str tag = req_header(q, "If-Match");
    uint64_t v = 0;
    if (tag.ptr == NULL || tag.len == 0) return err_set0(err, &E_http_if_match, NO_PLACE);
    if (tag.len > 2 && tag.ptr[0] == '"' && tag.ptr[tag.len - 1] == '"') tag = str_sub(tag, 1, tag.len - 1);
    if (!str_to_u64(tag, &v) || v == 0 || v > UINT32_MAX) return err_set0(err, &E_http_if_match, NO_PLACE);
    *out = (uint32_t)v;
    return RC_OK;
}

enum rc req_file_name(struct req *q, struct str plain, struct str *out, struct err *err)
{
    enum { NAME_MAX_BYTES = 300 };
    struct str name = req_header(q, "X-Guiju-Filename");
    bool ok = true;
    name = name.ptr == NULL ? STR("") : percent_decode(&q->arena, name, false, &ok);
    if (q->body.len == 0) return err_set(err, &E_http_body, NO_PLACE, STR("body"), STR("文件"), STR("a file"));
    if (!ok || name.len > NAME_MAX_BYTES || utf8_check(name, err) != RC_OK) return err_set(err, &E_http_body, NO_PLACE, STR("X-Guiju-Filename"), STR("文件名"), STR("a file name"));
    *out = name.len > 0 ? name : plain;
    return RC_OK;
}
