/* asset.c - the web application, from the binary: names by hash are cached for a year, the page itself is asked for anew each time. */
#include <microhttpd.h>

#include "http/inner.h"

static const char no_web[] =
    "<!doctype html><html lang=\"zh\"><meta charset=\"utf-8\"><title>规矩</title><body><h1>规矩</h1><p>这个程序在编译时没有带上网页部分：先构建 web/，再重新编译。接口在 /api/v1 之下照常可用。</p>"
    "<p lang=\"en\">This program was built without its pages: build web/, then compile again. The API below /api/v1 works.</p></body></html>\n";

static const struct asset *asset_find(struct str path)
{
    for (size_t i = 0; i < assets_count; i++)
        if (str_eq(str_c(assets[i].path), path)) return &assets[i];
    return NULL;
}

static bool takes(struct req *q, const char *coding)
{
    struct str all = req_header(q, "Accept-Encoding");
    return all.ptr != NULL && str_find(all, str_c(coding)) != SIZE_MAX;
}

static void give(struct req *q, const uint8_t *bytes, size_t len)
{
    q->made = MHD_create_response_from_buffer(len, (void *)(uintptr_t)bytes, MHD_RESPMEM_PERSISTENT);
    q->out_len = len;
}

void asset_answer(struct req *q)
{
    const struct asset *a = asset_find(q->path);
    /* Addresses of pages are the application's own: whatever is no file gets its page. */
    bool file = q->parts_count > 0 && str_find_char(q->parts[q->parts_count - 1], '.') != SIZE_MAX;
    if (a == NULL && !file) a = asset_find(STR("/index.html"));
    if (a == NULL && assets_count == 0 && !file) {
        q->type = "text/html; charset=utf-8";
        buf_str(&q->out, str_c(no_web));
        return;
    }
    if (a == NULL) {
        struct err err;
        err_set0(&err, &E_http_no_route, NO_PLACE);
        answer_err(q, &err);
        return;
    }
    struct str known = req_header(q, "If-None-Match");
    q->type = a->type;
    answer_header(q, "Cache-Control", a->hashed ? STR("public, max-age=31536000, immutable") : STR("no-cache"));
    answer_header(q, "ETag", str_c(a->etag));
    if (known.ptr != NULL && str_eq(known, str_c(a->etag))) {
        q->status = 304;
        return;
    }
    answer_header(q, "Vary", STR("Accept-Encoding"));
    if (a->brotli_len > 0 && takes(q, "br")) {
        answer_header(q, "Content-Encoding", STR("br"));
        give(q, a->brotli, a->brotli_len);
    } else if (a->gzip_len > 0 && takes(q, "gzip")) {
        answer_header(q, "Content-Encoding", STR("gzip"));
        give(q, a->gzip, a->gzip_len);
    } else {
        give(q, a->plain, a->plain_len);
    }
}
