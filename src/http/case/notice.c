/*
 * notice.c - public notices: without signing in, only what their declaration makes public, only while their window runs (or for good, where they say so),
 * and not for search machines.  An objection gets a number and a receipt; with the receipt one asks what came of it.
 */
#include <sodium.h>

#include "http/case/case.h"

enum { SHOWN_MOST = 200, TEXT_MAX_ = 4000, BY_MAX = 60, HOUR_AREA = 200, HOUR_ADDRESS = 6 };

struct board { const struct pack_register *r[4]; const struct pack_field *step, *name, *posted, *from, *to, *text, *of_case, *step_state, *case_state, *procedure, *of_notice, *number, *received, *receipt, *answer, *outcome, *answered; };
enum { B_NOTICE, B_STEP, B_CASE, B_OBJECTION };

static enum rc board_of(struct req *q, struct board *b, struct err *err)
{
    static const char *const names[] = {"case_notice", "case_step", "case", "case_objection"};
    for (int i = 0; i < 4; i++) TRY(req_register(q, str_c(names[i]), &b->r[i], err));
    const struct { int reg; const char *name; const struct pack_field **to; } fields[] = {
        {B_NOTICE, "step", &b->step}, {B_NOTICE, "notice", &b->name}, {B_NOTICE, "posted", &b->posted}, {B_NOTICE, "from", &b->from}, {B_NOTICE, "to", &b->to},
        {B_NOTICE, "text", &b->text}, {B_STEP, "case", &b->of_case}, {B_STEP, "state", &b->step_state}, {B_CASE, "state", &b->case_state}, {B_CASE, "procedure", &b->procedure},
        {B_OBJECTION, "notice", &b->of_notice}, {B_OBJECTION, "number", &b->number}, {B_OBJECTION, "received", &b->received}, {B_OBJECTION, "receipt", &b->receipt},
        {B_OBJECTION, "answer", &b->answer}, {B_OBJECTION, "outcome", &b->outcome}, {B_OBJECTION, "answered", &b->answered}};
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        *fields[i].to = pack_field_find(b->r[fields[i].reg], str_c(fields[i].name));
        if (*fields[i].to == NULL) return err_set(err, &E_http_absent, NO_PLACE, str_c(fields[i].name));
    }
    return RC_OK;
}

static struct str text_in(const struct record *rec, const struct pack_field *f) { return rec->values[f->column].kind == SV_TEXT ? rec->values[f->column].s : STR(""); }
static int64_t number_in(const struct record *rec, const struct pack_field *f) { return rec->values[f->column].kind == SV_INT ? rec->values[f->column].i : ENTRY_NO_DAY; }

/* As it hangs: what is declared of it, and where it stands. */
struct hanging { struct record rec; const struct pack_notice *n; uint64_t of_case; bool open; };

static const struct pack_notice *declared(struct req *q, const struct record *of_case, struct str procedure, struct str name)
{
    const struct pack_procedure *p = case_procedure(q, of_case, procedure);
    for (uint32_t i = 0; p != NULL && i < p->steps_count; i++)
        if (p->steps[i]->notice != NULL && str_eq(p->steps[i]->notice->d.name, name)) return p->steps[i]->notice;
    return NULL;
}

/* *found false: it is not there for the world: not begun, over, gone back on, laid down, or for the unit's own staff. */
static enum rc hanging_get(struct req *q, const struct board *b, uint64_t id, bool also_past, struct hanging *h, bool *found, struct err *err)
{
    struct record step, of_case;
    *found = false;
    enum rc rc = record_get(q->view->records, b->r[B_NOTICE], id, &q->arena, &h->rec, err);
    if (rc == RC_ABSENT) return RC_OK;
    TRY(rc);
    TRY(record_get(q->view->records, b->r[B_STEP], (uint64_t)number_in(&h->rec, b->step), &q->arena, &step, err));
    h->of_case = (uint64_t)number_in(&step, b->of_case);
    TRY(record_get(q->view->records, b->r[B_CASE], h->of_case, &q->arena, &of_case, err));
    h->n = declared(q, &of_case, text_in(&of_case, b->procedure), text_in(&h->rec, b->name));
    if (h->n == NULL || h->n->staff_place) return RC_OK;
    struct str state = text_in(&step, b->step_state), whole = text_in(&of_case, b->case_state);
    bool stands = (str_eq(state, STR("open")) || str_eq(state, STR("done"))) && (str_eq(whole, STR("open")) || str_eq(whole, STR("done")));
    day_num today = q->run.today;
    bool hangs = number_in(&h->rec, b->posted) <= today && (today <= number_in(&h->rec, b->to) || h->n->keep);
    h->open = stands && str_eq(state, STR("open")) && hangs && today <= number_in(&h->rec, b->to) && !h->n->staff_object;
    *found = also_past || (stands && hangs);
    return RC_OK;
}

static void notice_members(struct req *q, const struct board *b, const struct hanging *h)
{
    int64_t to = number_in(&h->rec, b->to);
    put_u64(&q->j, "id", h->rec.id);
    put_text2(q, "title", &h->n->d.title);
    put_text2(q, "procedure", &h->n->of->d.title);
    put_day(&q->j, "posted", number_in(&h->rec, b->posted));
    put_day(&q->j, "from", number_in(&h->rec, b->from));
    put_day(&q->j, "to", to);
    put_u64(&q->j, "days_left", to >= q->run.today ? (uint64_t)(to - q->run.today) : 0);
    put_flag(&q->j, "may_object", h->open);
    put_text(&q->j, "text", text_in(&h->rec, b->text));
    put_basis(q, h->n->d.basis, h->n->d.basis_count);
}

static void not_indexed(struct req *q)
{
    answer_header(q, "X-Robots-Tag", STR("noindex, nofollow, noarchive"));
}

/* Is there a declaration of this name that hangs for good?  Of all others the window alone says that they are over, without looking at their case. */
static bool kept(struct req *q, struct str name)
{
    for (uint32_t i = 0; i < q->view->set->procedures_count; i++) {
        const struct pack_procedure *p = q->view->set->procedures[i];
        for (uint32_t k = 0; k < p->steps_count; k++)
            if (p->steps[k]->notice != NULL && p->steps[k]->notice->keep && str_eq(p->steps[k]->notice->d.name, name)) return true;
    }
    return false;
}

static enum rc over(struct req *q, const struct board *b, uint64_t id, bool *out, struct err *err)
{
    struct record rec;
    TRY(record_get(q->view->records, b->r[B_NOTICE], id, &q->arena, &rec, err));
    *out = number_in(&rec, b->posted) > q->run.today || (number_in(&rec, b->to) < q->run.today && !kept(q, text_in(&rec, b->name)));
    return RC_OK;
}

enum rc route_notices(struct req *q, struct err *err)
{
    static const struct scope everything = {.all = true};
    const struct order newest = {ORDER_ID, NULL, true};
    struct board b;
    const uint64_t *ids = NULL;
    size_t n = 0, shown = 0;
    TRY(req_view(q, err));
    answer_json(q);
    not_indexed(q);
    json_object(&q->j);
    put_text(&q->j, "area", q->site->title);
    put_day(&q->j, "today", q->run.today);
    put_key(&q->j, "items");
    json_array(&q->j);
    if (pack_register_find(q->view->set, STR("case_notice")) != NULL) {
        TRY(board_of(q, &b, err));
        TRY(order_ids(q, b.r[B_NOTICE], &newest, false, &everything, 0, &ids, &n, err));
        for (size_t i = 0; i < n && shown < SHOWN_MOST; i++) {
            struct hanging h;
            bool found = false;
            struct arena_mark m = arena_mark(&q->arena);
            TRY(over(q, &b, ids[i], &found, err));
            arena_reset(&q->arena, m);
            if (found) continue;
            TRY(hanging_get(q, &b, ids[i], false, &h, &found, err));
            if (!found) continue;
            json_object(&q->j);
            notice_members(q, &b, &h);
            json_end_object(&q->j);
            shown++;
        }
    }
    json_end_array(&q->j);
    json_end_object(&q->j);
    return RC_OK;
}

static enum rc notice_asked(struct req *q, struct board *b, bool also_past, struct hanging *h, struct err *err)
{
    uint64_t id;
    bool found;
    TRY(req_id(q, 0, &id, err));
    TRY(req_view(q, err));
    TRY(board_of(q, b, err));
    TRY(hanging_get(q, b, id, also_past, h, &found, err));
    if (found) return RC_OK;
    not_indexed(q);
    return err_set(err, &E_http_absent, NO_PLACE, str_cat(&q->arena, say_in(q, "公示/", "notice/"), str_u64(&q->arena, id)));
}

enum rc route_notice(struct req *q, struct err *err)
{
    struct board b;
    struct hanging h;
    TRY(notice_asked(q, &b, false, &h, err));
    answer_json(q);
    not_indexed(q);
    json_object(&q->j);
    put_text(&q->j, "area", q->site->title);
    put_day(&q->j, "today", q->run.today);
    notice_members(q, &b, &h);
    json_end_object(&q->j);
    return RC_OK;
}

/* ---- objections from outside ---- */

/* So many an hour from one address and in all: a wall that anybody can write on must not be written full. */
static enum rc often(struct req *q, struct err *err)
{
    struct visits *v = &q->site->visits;
    struct str from = address_of(q);
    uint64_t slot = UINT64_C(1469598103934665603);
    for (size_t i = 0; i < from.len; i++) slot = (slot ^ (unsigned char)from.ptr[i]) * UINT64_C(1099511628211);
    int64_t hour = clock_now_us() / INT64_C(3600000000);
    pthread_mutex_lock(&q->site->lock);
    if (v->hour != hour) *v = (struct visits){.hour = hour};
    bool full = v->all >= HOUR_AREA || (from.len > 0 && v->by[slot % ARRAY_LEN(v->by)] >= HOUR_ADDRESS);
    if (!full) {
        v->all++;
        v->by[slot % ARRAY_LEN(v->by)]++;
    }
    pthread_mutex_unlock(&q->site->lock);
    return full ? err_set0(err, &E_http_often, NO_PLACE) : RC_OK;
}

static enum rc objection_text(const struct json *body, const char *name, bool wanted, size_t max, struct str *out, struct err *err)
{
    TRY(json_text(body, name, wanted, out, err));
    *out = out->ptr == NULL ? STR("") : str_trim(*out);
    if (wanted && out->len == 0) return err_set(err, &E_http_body, NO_PLACE, str_c(name), STR("内容"), STR("some text"));
    if (out->len > max) return err_set(err, &E_http_too_large, NO_PLACE, str_c(max == BY_MAX ? "60" : "4000"));
    return RC_OK;
}

enum rc route_notice_object(struct req *q, struct err *err)
{
    struct board b;
    struct hanging h;
    struct args_case g = {.entry = {.happened = ENTRY_NO_DAY}};
    struct command c = {.verb = VERB_CASE_OBJECT, .happened = ENTRY_NO_DAY, .args = &g};
    struct receipt r;
    struct record rec;
    const struct json *body;
    TRY(notice_asked(q, &b, false, &h, err));
    if (!h.open) return err_set(err, &E_http_absent, NO_PLACE, say_in(q, "可以提异议的公示", "notice that takes objections"));
    TRY(req_json(q, "text by", &body, err));
    TRY(objection_text(body, "text", true, TEXT_MAX_, &g.text, err));
    TRY(objection_text(body, "by", false, BY_MAX, &g.by, err));
    TRY(often(q, err));
    g.id = h.of_case;
    TRY(req_submit_as(q, 0, &c, &r, err));
    req_view_give(q);
    TRY(req_view(q, err));
    TRY(board_of(q, &b, err));
    TRY(record_get(q->view->records, b.r[B_OBJECTION], r.id, &q->arena, &rec, err));
    answer_json(q);
    not_indexed(q);
    q->status = 201;
    json_object(&q->j);
    put_u64(&q->j, "number", (uint64_t)number_in(&rec, b.number));
    put_text(&q->j, "receipt", text_in(&rec, b.receipt));
    put_day(&q->j, "received", number_in(&rec, b.received));
    json_end_object(&q->j);
    return RC_OK;
}

static bool same(struct str a, struct str b) { return a.len == b.len && a.len > 0 && sodium_memcmp(a.ptr, b.ptr, a.len) == 0; }

/* What came of it: for whoever has the receipt, also after the window. */
enum rc route_notice_receipt(struct req *q, struct err *err)
{
    struct board b;
    struct hanging h;
    uint64_t *ids;
    size_t n;
    TRY(notice_asked(q, &b, true, &h, err));
    TRY(record_back(q->view->records, b.r[B_OBJECTION], b.of_notice, h.rec.id, &q->arena, &ids, &n, err));
    for (size_t i = 0; i < n; i++) {
        struct record rec;
        TRY(record_get(q->view->records, b.r[B_OBJECTION], ids[i], &q->arena, &rec, err));
        if (!same(text_in(&rec, b.receipt), q->args[1])) continue;
        answer_json(q);
        not_indexed(q);
        json_object(&q->j);
        put_u64(&q->j, "number", (uint64_t)number_in(&rec, b.number));
        put_day(&q->j, "received", number_in(&rec, b.received));
        put_day(&q->j, "answered", number_in(&rec, b.answered));
        put_text_or_null(&q->j, "outcome", text_in(&rec, b.outcome));
        put_text_or_null(&q->j, "answer", text_in(&rec, b.answer));
        json_end_object(&q->j);
        return RC_OK;
    }
    return err_set(err, &E_http_absent, NO_PLACE, say_in(q, "这个回执", "this receipt"));
}
