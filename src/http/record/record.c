/* record.c - reading records: lists page by page, one record, what happened to it. */
#include <sodium.h>

#include "http/inner.h"

/* ---- cursors: opaque, of one list at one seq ---- */

struct cursor { uint64_t seq, at, id, list; };

static uint64_t list_mark(struct req *q, const struct list *l)
{
    /* What makes two lists different; not a secret, only a check against mixing them up. */
    struct str f = req_query(q, "filter"), o = req_query(q, "order"), s = req_query(q, "q"), via = req_query(q, "ref");
    struct str all = str_cat(&q->arena, l->reg->d.name, STR("\n"), f.ptr == NULL ? STR("") : f, STR("\n"), o.ptr == NULL ? STR("") : o, STR("\n"),
                             s.ptr == NULL ? STR("") : s, l->closed ? STR("c") : STR("o"), STR("\n"), via.ptr == NULL ? STR("") : via);
    uint64_t h = UINT64_C(1469598103934665603);
    for (size_t i = 0; i < all.len; i++) h = (h ^ (unsigned char)all.ptr[i]) * UINT64_C(1099511628211);
    return h;
}

struct str cursor_put(struct req *q, uint64_t seq, uint64_t at, uint64_t id, uint64_t mark)
{
    uint64_t raw[4] = {seq, at, id, mark};
    char text[64];
    if (sodium_bin2base64(text, sizeof text, (const unsigned char *)raw, sizeof raw, sodium_base64_VARIANT_URLSAFE_NO_PADDING) == NULL) return STR("");
    return str_dup(&q->arena, str_c(text));
}

enum rc cursor_take(struct req *q, struct str text, uint64_t mark, uint64_t *seq, uint64_t *at, uint64_t *id, struct err *err)
{
    uint64_t raw[4];
    size_t len = 0;
    (void)q;
    if (sodium_base642bin((unsigned char *)raw, sizeof raw, text.ptr, text.len, NULL, &len, NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        len != sizeof raw || raw[3] != mark)
        return err_set0(err, &E_http_cursor, NO_PLACE);
    *seq = raw[0];
    *at = raw[1];
    *id = raw[2];
    return RC_OK;
}

enum rc newest_start(struct req *q, const struct list *l, struct str after, uint64_t mark, size_t *from, struct err *err)
{
    const uint64_t *ids = NULL;
    size_t n = 0;
    uint64_t seq, at, last;
    *from = 0;
    if (after.ptr == NULL || after.len == 0) return RC_OK;
    TRY(cursor_take(q, after, mark, &seq, &at, &last, err));
    TRY(order_ids(q, l->reg, &l->order, l->closed, l->scope, l->classes, &ids, &n, err));
    while (*from < n && ids[*from] >= last) (*from)++;
    return RC_OK;
}

/* Where the next page begins: behind the last record shown, wherever it stands now. */
static enum rc start_of(struct req *q, const struct list *l, size_t *from, struct err *err)
{
    struct str after = req_query(q, "after");
    *from = 0;
    if (after.ptr == NULL || after.len == 0) return RC_OK;
    uint64_t seq, at, id;
    TRY(cursor_take(q, after, list_mark(q, l), &seq, &at, &id, err));
    const uint64_t *ids = NULL;
    size_t n = 0;
    TRY(order_ids(q, l->reg, &l->order, l->closed, l->scope, l->classes, &ids, &n, err));
    if (at < n && ids[at] == id) {
        *from = (size_t)at + 1;
        return RC_OK;
    }
    for (size_t i = 0; i < n; i++)
        if (ids[i] == id) {
            *from = i + 1;
            return RC_OK;
        }
    *from = (size_t)MIN(at, n); /* it is gone: what stood behind it has moved up */
    return RC_OK;
}

struct page {
    struct req *q;
    const struct list *l;
    struct column *columns;
    size_t columns_count;
    uint64_t shown, total;
    size_t last_at;
    uint64_t last_id;
    bool more;
};

static enum rc page_row(void *ctx, const struct record *rec, const struct sight *sight, size_t at, bool *stop, struct err *err)
{
    struct page *p = ctx;
    struct req *q = p->q;
    p->total++;
    if (p->shown == p->l->limit) {
        p->more = true;
        *stop = !p->l->count;
        return RC_OK;
    }
    struct str display;
    TRY(display_of(q, p->l->reg, rec->id, &display, err));
    json_object(&q->j);
    put_u64(&q->j, "id", rec->id);
    put_u64(&q->j, "version", rec->version);
    put_text(&q->j, "display", display);
    if (p->l->closed) put_flag(&q->j, "closed", rec->closed_us != 0);
    TRY(values_put(q, p->l->reg, rec, sight, p->columns, p->columns_count, "list", err));
    json_end_object(&q->j);
    p->shown++;
    p->last_at = at;
    p->last_id = rec->id;
    return RC_OK;
}

enum rc route_records(struct req *q, struct err *err)
{
    struct list l;
    struct page p = {.q = q, .l = &l};
    size_t from = 0;
    TRY(list_from_query(q, q->reg, PACK_READ, &l, err));
    TRY(columns_parse(q, q->reg, req_query(q, "columns"), &p.columns, &p.columns_count, err));
    TRY(start_of(q, &l, &from, err));
    answer_json(q);
    json_object(&q->j);
    put_u64(&q->j, "seq", q->view->seq);
    put_key(&q->j, "items");
    json_array(&q->j);
    /* A count is of all, not of what is left. */
    bool counted = l.count;
    l.count = false;
    if (counted) TRY(list_count(q, &l, &p.total, err));
    uint64_t total = p.total;
    TRY(list_each(q, &l, from, page_row, &p, err));
    json_end_array(&q->j);
    if (p.more) put_text(&q->j, "next", cursor_put(q, q->view->seq, p.last_at, p.last_id, list_mark(q, &l)));
    else put_null(&q->j, "next");
    if (counted) put_u64(&q->j, "count", total);
    json_end_object(&q->j);
    return RC_OK;
}

/* ---- one ---- */

/* How many records refer to this one, as far as they are in scope.  More than so many are not counted one by one. */
enum { BACKS_COUNTED = 1000 };

static enum rc backs_put(struct req *q, const struct pack_register *r, uint64_t id, const struct sight *sight, struct err *err)
{
    struct feel_run run;
    guard_run(q, &run);
    put_key(&q->j, "backs");
    json_array(&q->j);
    for (uint32_t i = 0; i < r->backs_count; i++) {
        const struct pack_back *b = &r->backs[i];
        if (!grant_may(q->grant, PACK_READ, b->from)) continue;
        struct fv list = fv_null();
        struct arena_mark m = arena_mark(&q->scratch);
        run.arena = &q->scratch;
        run.steps_left = 0;
        guard_know(q, r, id, sight);
        TRY(run.host->member(&run, &r->feel, (int64_t)id, b->member, &list, err));
        json_object(&q->j);
        put_text(&q->j, "register", b->from->d.name);
        put_text(&q->j, "field", b->field->name);
        put_text(&q->j, "title", b->title);
        put_u64(&q->j, "count", list.kind == FV_LIST ? list.count : 0);
        json_end_object(&q->j);
        guard_forget(q);
        arena_reset(&q->scratch, m);
    }
    json_end_array(&q->j);
    return RC_OK;
}

static void etag_put(struct req *q, uint32_t version) { answer_header(q, "ETag", str_cat(&q->arena, STR("\""), str_u64(&q->arena, version), STR("\""))); }

static enum rc card_put(struct req *q, uint64_t id, uint64_t as_of, uint32_t *now, struct err *err)
{
    struct record rec;
    struct sight sight;
    struct str display;
    TRY(record_seen(q, PACK_READ, q->reg, id, &rec, &sight, err));
    *now = rec.version;
    struct column *stored = NULL;
    size_t stored_n = 0;
    if (as_of > 0) {
        /* Seen as it may be seen today: the past opens nothing that is shut now. */
        if (as_of > q->view->seq) return err_set(err, &E_http_query, NO_PLACE, STR("as_of"), STR("还没有这一条纪实"), STR("there is no such entry yet"));
        TRY(record_get_as_of(q->view->records, q->reg, id, as_of, &q->arena, &rec, err));
        stored = arena_array(&q->arena, struct column, q->reg->fields_count + 1);
        for (uint32_t i = 0; i < q->reg->fields_count; i++)
            if (q->reg->fields[i].derive == NULL)
                stored[stored_n++] = (struct column){.name = q->reg->fields[i].name, .field = &q->reg->fields[i], .reg = q->reg};
    }
    TRY(display_of(q, q->reg, id, &display, err));
    answer_json(q);
    json_object(&q->j);
    put_u64(&q->j, "seq", q->view->seq);
    put_u64(&q->j, "id", id);
    put_u64(&q->j, "version", rec.version);
    put_text(&q->j, "display", display);
    put_flag(&q->j, "closed", rec.closed_us != 0);
    TRY(values_put(q, q->reg, &rec, &sight, stored, stored_n, "card", err));
    if (as_of == 0) TRY(backs_put(q, q->reg, id, &sight, err));
    json_end_object(&q->j);
    return RC_OK;
}

enum rc route_record_get(struct req *q, struct err *err)
{
    uint64_t id = 0, as_of = 0;
    uint32_t version = 0;
    struct keeping k;
    TRY(req_id(q, 1, &id, err));
    TRY(req_u64(q, "as_of", 0, UINT64_C(1) << 53, &as_of, err));
    if (as_of > 0) return card_put(q, id, as_of, &version, err);
    if (keep_find(q, id, &version)) {
        etag_put(q, version);
        return RC_OK;
    }
    keep_begin(q, &k);
    enum rc rc = card_put(q, id, 0, &version, err);
    keep_end(q, &k, id, version, rc == RC_OK);
    if (rc == RC_OK) etag_put(q, version);
    return rc;
}
