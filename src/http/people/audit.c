/* audit.c - what the audit administrator looks at: refused entries, and which route asks for what; and what is kept about oneself. */
#include "http/inner.h"

enum { REFUSALS_BACK = 20000, REFUSALS_MAX = 200, KEPT_MAX = 500 };

enum rc route_audit_routes(struct req *q, struct err *err)
{
    (void)err;
    items_open(q, false);
    for (size_t i = 0; i < routes_count; i++) {
        json_object(&q->j);
        put_text(&q->j, "method", str_c(method_name(routes[i].method)));
        put_text(&q->j, "path", str_c(routes[i].path));
        put_text(&q->j, "asks", str_c(ask_name(routes[i].ask, q->lang)));
        put_text(&q->j, "title", str_c(q->lang == LANG_ZH ? routes[i].zh : routes[i].en));
        json_end_object(&q->j);
    }
    items_close(q);
    return RC_OK;
}

struct refusal { uint64_t seq, actor; int64_t time_us; uint16_t verb; struct str register_name, code; };

static struct str code_of(struct req *q, struct str body)
{
    struct json *j = NULL;
    struct err ignored;
    if (body.ptr == NULL || json_parse(&q->arena, body, &j, &ignored) != RC_OK) return STR("");
    const struct json *code = json_get(j, STR("code"));
    return code == NULL ? STR("") : code->text;
}

enum rc route_audit_refusals(struct req *q, struct err *err)
{
    struct journal_walk *w = NULL;
    const struct entry *e = NULL;
    VEC(struct refusal) list = {0};
    uint64_t limit = 0, from = q->view->seq > REFUSALS_BACK ? q->view->seq - REFUSALS_BACK + 1 : 1;
    TRY(req_u64(q, "limit", PAGE_DEFAULT, REFUSALS_MAX, &limit, err));
    TRY(journal_walk(q->view->journal, from, &w, err));
    enum rc rc;
    while ((rc = journal_next(w, &e, NULL, err)) == RC_OK && e != NULL) {
        if (e->kind != ENTRY_REFUSED) continue;
        const struct pack_register *r = e->reg == 0 ? NULL : record_register(q->view->records, e->reg);
        vec_push(&q->arena, &list, (struct refusal){e->seq, e->actor, e->time_us, e->verb, r == NULL ? STR_NONE : r->d.name, code_of(q, e->body[CLASS_OPEN])});
    }
    journal_walk_close(&w);
    TRY(rc);
    answer_json(q);
    json_object(&q->j);
    put_key(&q->j, "items");
    json_array(&q->j);
    for (size_t i = list.len, shown = 0; i > 0 && shown < limit; i--, shown++) {
        const struct refusal *x = &list.at[i - 1];
        json_object(&q->j);
        put_u64(&q->j, "seq", x->seq);
        put_time(&q->j, "time", x->time_us);
        put_key(&q->j, "actor");
        TRY(ref_put(q, pack_register_find(q->view->set, STR("account")), x->actor, err));
        put_text(&q->j, "verb", str_c(verb_title(x->verb, q->lang)));
        put_text_or_null(&q->j, "register", x->register_name);
        put_text(&q->j, "code", x->code);
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
    put_null(&q->j, "next");
    json_end_object(&q->j);
    return RC_OK;
}

/* ---- about oneself ---- */

static enum rc kept_put(struct req *q, const struct pack_register *r, uint64_t id, size_t *shown, struct err *err)
{
    struct record rec;
    struct sight s;
    struct str display;
    struct err ignored;
    if (*shown == KEPT_MAX || record_seen(q, PACK_READ, r, id, &rec, &s, &ignored) != RC_OK) return RC_OK;
    /* As the person concerned, whatever else the roles show. */
    s.classes = 0;
    if (s.self_classes == 0) return RC_OK;
    TRY(display_of(q, r, id, &display, err));
    json_object(&q->j);
    put_text(&q->j, "register", r->d.name);
    put_text(&q->j, "title", text2_in(&r->d.title, q->lang));
    put_u64(&q->j, "id", id);
    put_text(&q->j, "display", display);
    TRY(values_put(q, r, &rec, &s, NULL, 0, "mine", err));
    json_end_object(&q->j);
    ++*shown;
    return RC_OK;
}

enum rc route_mine(struct req *q, struct err *err)
{
    const struct pack_register *r = NULL;
    uint64_t id = grant_person(q->grant, &r);
    size_t shown = 0;
    answer_json(q);
    json_object(&q->j);
    put_u64(&q->j, "seq", q->view->seq);
    put_key(&q->j, "person");
    TRY(ref_put(q, r, id, err));
    put_key(&q->j, "items");
    json_array(&q->j);
    if (r != NULL) {
        TRY(kept_put(q, r, id, &shown, err));
        for (uint32_t i = 0; i < r->backs_count; i++) {
            const struct pack_back *b = &r->backs[i];
            uint64_t *ids = NULL;
            size_t n = 0;
            if (b->from->parent != b->field) continue;
            TRY(record_back(q->view->records, b->from, b->field, id, &q->arena, &ids, &n, err));
            for (size_t k = 0; k < n; k++) TRY(kept_put(q, b->from, ids[k], &shown, err));
        }
    }
    json_end_array(&q->j);
    put_key(&q->j, "corrections");
    json_array(&q->j);
    TRY(corrections_mine_put(q, err));
    json_end_array(&q->j);
    json_end_object(&q->j);
    return RC_OK;
}
