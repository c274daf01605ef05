/* answer.c - what goes out: JSON, problems (RFC 9457), headers that every answer has. */
#include <microhttpd.h>

#include "http/inner.h"

/* ---- JSON in one line ---- */

void put_key(struct json_out *j, const char *key) { json_key_any(j, str_c(key)); }

void items_open(struct req *q, bool seq)
{
    answer_json(q);
    json_object(&q->j);
    if (seq) put_u64(&q->j, "seq", q->view->seq);
    put_key(&q->j, "items");
    json_array(&q->j);
}

void items_close(struct req *q)
{
    json_end_array(&q->j);
    json_end_object(&q->j);
}

void items_next(struct req *q, struct str next)
{
    json_end_array(&q->j);
    put_text_or_null(&q->j, "next", next);
    json_end_object(&q->j);
}

bool result_open(struct req *q, bool applied)
{
    put_key(&q->j, "result");
    if (applied) json_object(&q->j);
    else json_null(&q->j);
    return applied;
}

void put_text(struct json_out *j, const char *key, struct str value)
{
    put_key(j, key);
    json_string(j, value.ptr == NULL ? STR("") : value);
}

void put_text_or_null(struct json_out *j, const char *key, struct str value)
{
    put_key(j, key);
    if (value.len == 0) json_null(j);
    else json_string(j, value);
}

void put_u64(struct json_out *j, const char *key, uint64_t value)
{
    put_key(j, key);
    json_i64(j, (int64_t)value);
}

void put_flag(struct json_out *j, const char *key, bool value)
{
    put_key(j, key);
    json_bool(j, value);
}

void put_null(struct json_out *j, const char *key)
{
    put_key(j, key);
    json_null(j);
}

void put_day(struct json_out *j, const char *key, day_num day)
{
    struct buf b;
    put_key(j, key);
    if (!day_ok(day)) {
        json_null(j);
        return;
    }
    buf_init(&b, 64);
    day_put(&b, day);
    json_string(j, buf_view(&b));
    buf_fini(&b);
}

void put_time(struct json_out *j, const char *key, int64_t us)
{
    struct buf b;
    buf_init(&b, 64);
    datetime_put(&b, datetime_from_us(us));
    put_text(j, key, buf_view(&b));
    buf_fini(&b);
}

void put_text2(struct req *q, const char *key, const struct text2 *t) { put_text(&q->j, key, text2_in(t, q->lang)); }

void put_basis(struct req *q, const struct pack_cite *cites, uint32_t n)
{
    put_key(&q->j, "basis");
    json_array(&q->j);
    for (uint32_t i = 0; i < n; i++) {
        json_object(&q->j);
        put_text(&q->j, "title", cites[i].text == NULL ? STR("") : cites[i].text->title);
        put_text_or_null(&q->j, "article", cites[i].at);
        if (cites[i].text != NULL) {
            put_text_or_null(&q->j, "url", cites[i].text->url);
            put_flag(&q->j, "unsettled", cites[i].text->unsettled);
        }
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
}

void answer_json(struct req *q)
{
    q->type = "application/json; charset=utf-8";
    json_out_init(&q->j, &q->out);
}

void answer_header(struct req *q, const char *name, struct str value)
{
    MUST(q->headers_count < HEADERS_MAX);
    q->headers[q->headers_count++] = (struct pair){str_c(name), str_dup(&q->arena, value)};
}

/* ---- problems ---- */

/* Kinds whose status says more than their rc. */
static const struct { const char *code; unsigned status; } special[] = {
    {"http.sign_in", 401},         {"access.no_session", 401}, {"access.sign_in", 401},   {"http.method", 405},       {"http.too_large", 413},
    {"http.type", 415},            {"http.if_match", 428},     {"http.often", 429},       {"access.locked", 429},     {"record.version", 412}, {"area.case_moved", 412},
    {"http.slow", 408},            {"record.check", 422},      {"record.required", 422},  {"record.checks", 422},     {"record.ref", 422},
    {"record.unique", 409},        {"feel.steps", 422},        {"http.problems", 422},    {"http.filter_field", 403}, {"area.no_field", 422},
    {"area.derived", 422},         {"json.depth", 400},
};

unsigned status_of(const struct err *err)
{
    const char *code = err_code(err);
    for (size_t i = 0; i < ARRAY_LEN(special); i++)
        if (strcmp(special[i].code, code) == 0) return special[i].status;
    if (strncmp(code, "value.", 6) == 0) return 422;
    if (strncmp(code, "case.", 5) == 0 && err_rc(err) == RC_DENIED) return strcmp(code, "case.role") == 0 || strcmp(code, "case.scope") == 0 || strcmp(code, "case.not_by") == 0 ? 403 : 422;
    if (strncmp(code, "slip.", 5) == 0 && err_rc(err) == RC_DENIED) return strcmp(code, "slip.role") == 0 ? 403 : 422;
    if (strncmp(code, "feel.", 5) == 0 && err_rc(err) == RC_INPUT) return 422;
    switch (err_rc(err)) {
    case RC_OK: return 200;
    case RC_INPUT: return 400;
    case RC_DENIED: return 403;
    case RC_ABSENT: return 404;
    case RC_CONFLICT: return 409;
    case RC_LIMIT: return 413;
    case RC_BUSY: return 503;
    case RC_BROKEN:
    case RC_SYSTEM:
    default: return 500;
    }
}

static const char *status_title(unsigned status, enum lang lang)
{
    static const struct { unsigned status; const char *zh, *en; } rows[] = {
        {400, "请求有误", "Bad request"},       {401, "尚未登录", "Not signed in"},      {403, "没有权限", "Not allowed"},   {404, "没有", "Not found"},
        {405, "方法不对", "Method not allowed"}, {408, "请求超时", "Request timeout"},    {409, "冲突", "Conflict"},          {412, "版本已变", "Changed meanwhile"},
        {413, "太大", "Too large"},             {415, "类型不对", "Unsupported type"},   {422, "不能接受", "Not acceptable"}, {428, "缺少版本", "Version wanted"},
        {429, "过于频繁", "Too many requests"},  {503, "繁忙", "Busy"},                  {500, "系统出错", "Server error"}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (rows[i].status == status) return lang == LANG_ZH ? rows[i].zh : rows[i].en;
    return "";
}

void problem_members(struct json_out *j, const struct err *err, enum lang lang)
{
    put_text(j, "code", str_c(err_code(err)));
    put_text(j, "detail", str_c(lang == LANG_ZH ? err->zh : err->en));
    put_text_or_null(j, "hint", str_c(lang == LANG_ZH ? err->hint_zh : err->hint_en));
}

/* All but the end: a refusal of a case has more to tell. */
void problem_open(struct json_out *j, const struct err *err, unsigned status, enum lang lang)
{
    struct buf b;
    buf_init(&b, 256);
    buf_lit(&b, "urn:guiju:error:");
    buf_str(&b, str_c(err_code(err)));
    json_object(j);
    put_text(j, "type", buf_view(&b));
    put_text(j, "title", str_c(status_title(status, lang)));
    put_u64(j, "status", status);
    problem_members(j, err, lang);
    put_key(j, "place");
    if (err->place.line == 0) {
        json_null(j);
    } else {
        json_object(j);
        put_u64(j, "file", err->place.file);
        put_u64(j, "line", err->place.line);
        put_u64(j, "column", err->place.col);
        put_u64(j, "offset", err->place.off);
        put_u64(j, "length", err->place.len);
        json_end_object(j);
    }
    put_null(j, "field");
    put_key(j, "problems");
    json_array(j);
    json_end_array(j);
    buf_fini(&b);
}

void problem_body(struct json_out *j, const struct err *err, unsigned status, enum lang lang)
{
    problem_open(j, err, status, lang);
    json_end_object(j);
}

/* What the system or a damaged file says stays in the log: a path is nothing for the world. */
static const struct err *for_the_world(const struct err *err, struct err *copy)
{
    if (err_rc(err) != RC_SYSTEM && err_rc(err) != RC_BROKEN) return err;
    *copy = *err;
    snprintf(copy->zh, sizeof copy->zh, "系统出错，没有办成；详情在服务器日志里");
    snprintf(copy->en, sizeof copy->en, "the server failed; its log says why");
    copy->hint_zh[0] = copy->hint_en[0] = '\0';
    copy->place = NO_PLACE;
    return copy;
}

/* A line is a line, whatever stands in it. */
static void log_error(const struct err *err)
{
    struct buf b;
    struct json_out j;
    buf_init(&b, 8192);
    json_out_init(&j, &b);
    json_object(&j);
    put_text(&j, "level", STR("error"));
    put_text(&j, "code", str_c(err_code(err)));
    put_text(&j, "detail", str_c(err->en));
    json_end_object(&j);
    fprintf(stderr, "%.*s\n", STR_ARG(buf_view(&b)));
    buf_fini(&b);
}

void answer_err(struct req *q, const struct err *err)
{
    struct err copy;
    if (q->made != NULL) {
        MHD_destroy_response(q->made);
        q->made = NULL;
    }
    buf_clear(&q->out);
    q->headers_count = 0;
    q->status = status_of(err);
    if (q->status == 503 || q->status == 429) answer_header(q, "Retry-After", STR("1"));
    if (q->status >= 500 && q->status != 503 && q->http->o.log != HTTP_LOG_NONE)
        log_error(err);
    err = for_the_world(err, &copy);
    json_out_init(&q->j, &q->out);
    q->type = "application/problem+json; charset=utf-8";
    problem_body(&q->j, err, q->status, q->lang);
}

/* ---- sending ---- */

static const char policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

static void common_headers(struct req *q, struct MHD_Response *r)
{
    bool cached = false;
    (void)MHD_add_response_header(r, "Content-Security-Policy", policy);
    (void)MHD_add_response_header(r, "X-Content-Type-Options", "nosniff");
    (void)MHD_add_response_header(r, "X-Frame-Options", "DENY");
    (void)MHD_add_response_header(r, "Referrer-Policy", "no-referrer");
    (void)MHD_add_response_header(r, "Cross-Origin-Opener-Policy", "same-origin");
    (void)MHD_add_response_header(r, "Cross-Origin-Resource-Policy", "same-origin");
    if (q->secure) (void)MHD_add_response_header(r, "Strict-Transport-Security", "max-age=31536000");
    for (size_t i = 0; i < q->headers_count; i++) {
        (void)MHD_add_response_header(r, str_cz(&q->arena, q->headers[i].name), str_cz(&q->arena, q->headers[i].value));
        if (str_eq(q->headers[i].name, STR("Cache-Control"))) cached = true;
    }
    if (!cached) (void)MHD_add_response_header(r, "Cache-Control", "no-store");
    if (q->type != NULL) (void)MHD_add_response_header(r, "Content-Type", q->type);
}

int answer_send(struct req *q)
{
    struct MHD_Response *r = q->made;
    if (r == NULL) {
        if (buf_failed(&q->out)) {
            struct err err;
            buf_clear(&q->out);
            err_set(&err, &E_http_too_large, NO_PLACE, str_u64(&q->arena, OUT_MAX));
            answer_err(q, &err);
        }
        q->out_len = q->out.len;
        if (q->out.len == 0) {
            r = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
        } else {
            r = MHD_create_response_from_buffer(q->out.len, q->out.ptr, MHD_RESPMEM_MUST_FREE);
            if (r != NULL) buf_init(&q->out, OUT_MAX); /* its memory belongs to the response now */
        }
        if (r == NULL) return MHD_NO;
    }
    q->made = NULL;
    common_headers(q, r);
    if (link_closes(q->http, q->conn)) (void)MHD_add_response_header(r, MHD_HTTP_HEADER_CONNECTION, "close");
    enum MHD_Result sent = MHD_queue_response(q->conn, q->status, r);
    MHD_destroy_response(r);
    return (int)sent;
}
