/* pending.c - what takes two: one proposes, another looks at exactly that and confirms it.  All of it is kept and compared by area/, changed chapters too. */
#include "http/inner.h"

enum { PENDING_SHOWN = 200 };

/* ---- proposing ---- */

enum rc req_propose(struct req *q, const struct command *act, struct str reason, uint64_t *id, struct err *err)
{
    struct args_propose args = {.act = act, .reason = str_trim(reason)};
    struct command c = {.verb = VERB_PROPOSE, .happened = ENTRY_NO_DAY, .args = &args};
    struct receipt r;
    if (args.reason.len == 0) return err_set(err, &E_http_body, NO_PLACE, STR("reason"), STR("事由：这件事要另一人确认"), STR("a reason: this takes a second person"));
    if (q->key.len > 0) q->key = str_cat(&q->arena, q->key, STR("-two")); /* the act itself has the other */
    TRY(req_submit(q, &c, &r, err));
    *id = q->proposed = r.id;
    q->status = 202;
    answer_json(q);
    json_object(&q->j);
    put_u64(&q->j, "pending", r.id);
    put_u64(&q->j, "last_seq", r.last_seq);
    json_end_object(&q->j);
    return RC_OK;
}

enum rc req_submit_or_propose(struct req *q, struct command *c, struct str reason, struct receipt *r, bool *done, struct err *err)
{
    uint64_t id = 0;
    enum rc rc = req_submit(q, c, r, err);
    *done = rc == RC_OK;
    if (rc != RC_DENIED || err->kind != &E_access_two) return rc;
    c->key = STR_NONE;
    return req_propose(q, c, reason, &id, err);
}

/* ---- what waits ---- */

static struct sv value_of(const struct pack_register *r, const struct record *rec, const char *field)
{
    const struct pack_field *f = pack_field_find(r, str_c(field));
    return f == NULL || f->derive != NULL ? sv_null() : rec->values[f->column];
}

static struct str act_title(struct req *q, struct str verb)
{
    for (unsigned v = 1; v < VERB_END; v++)
        if (str_eq(str_c(verb_name((uint16_t)v)), verb)) return str_c(verb_title((uint16_t)v, q->lang));
    return verb;
}

static enum rc pending_put(struct req *q, const struct pack_register *r, uint64_t id, bool mine, struct err *err)
{
    struct record rec;
    TRY(record_get(q->view->records, r, id, &q->arena, &rec, err));
    struct sv verb = value_of(r, &rec, "verb"), reg = value_of(r, &rec, "target_register"), target = value_of(r, &rec, "target"), reason = value_of(r, &rec, "reason"),
              by = value_of(r, &rec, "proposed_by"), day = value_of(r, &rec, "proposed"), ends = value_of(r, &rec, "expires"), content = value_of(r, &rec, "content");
    const struct pack_register *of = reg.kind == SV_TEXT ? pack_register_find(q->view->set, reg.s) : NULL;
    json_object(&q->j);
    put_u64(&q->j, "id", id);
    put_text(&q->j, "kind", STR("act"));
    put_text(&q->j, "verb", verb.s);
    put_text(&q->j, "title", str_cat(&q->arena, act_title(q, verb.s), of == NULL ? STR("") : STR(" "), of == NULL ? STR("") : text2_in(&of->d.title, q->lang)));
    put_text_or_null(&q->j, "line", reason.s);
    put_key(&q->j, "by");
    TRY(ref_put(q, pack_register_find(q->view->set, STR("account")), by.kind == SV_INT ? (uint64_t)by.i : 0, err));
    put_day(&q->j, "time", day.kind == SV_INT ? day.i : ENTRY_NO_DAY);
    put_day(&q->j, "until", ends.kind == SV_INT ? ends.i : ENTRY_NO_DAY);
    put_text(&q->j, "state", STR("waiting"));
    put_flag(&q->j, "may_confirm", !mine);
    put_text_or_null(&q->j, "why_not", mine ? say_in(q, "由另一人确认", "another person confirms it") : STR_NONE);
    put_key(&q->j, "target");
    TRY(ref_put(q, of, target.kind == SV_INT ? (uint64_t)target.i : 0, err));
    put_key(&q->j, "detail");
    if (content.kind == SV_TEXT && !mine) json_raw(&q->j, content.s);
    else json_null(&q->j);
    json_end_object(&q->j);
    return RC_OK;
}

enum rc waiting_put(struct req *q, struct err *err)
{
    const struct pack_register *r = pack_register_find(q->view->set, STR("pending_act"));
    uint64_t *ids = NULL;
    size_t n = 0;
    size_t corrections = 0;
    if (r == NULL || q->bearer) return RC_OK;
    TRY(corrections_waiting(q, &corrections, err));
    if (corrections > 0) {
        json_object(&q->j);
        put_text(&q->j, "kind", STR("correction"));
        put_text(&q->j, "title", q->lang == LANG_ZH ? str_cat(&q->arena, STR("更正申请 "), str_u64(&q->arena, corrections), STR(" 件，待您答复"))
                                                    : str_cat(&q->arena, str_u64(&q->arena, corrections), STR(" requests for correction wait for you")));
        put_null(&q->j, "line");
        put_text(&q->j, "link", STR("corrections"));
        json_end_object(&q->j);
    }
    TRY(area_pending(q->view, q->grant, &q->arena, &ids, &n, err));
    for (size_t i = 0; i < n && i < 20; i++) {
        struct record rec;
        TRY(record_get(q->view->records, r, ids[i], &q->arena, &rec, err));
        struct sv verb = value_of(r, &rec, "verb"), reason = value_of(r, &rec, "reason");
        json_object(&q->j);
        put_text(&q->j, "kind", STR("pending"));
        put_text(&q->j, "title", str_cat(&q->arena, act_title(q, verb.s), q->lang == LANG_ZH ? STR("，待您确认") : STR(": waits for you")));
        put_text_or_null(&q->j, "line", reason.s);
        put_text(&q->j, "link", str_cat(&q->arena, STR("pending/"), str_u64(&q->arena, ids[i])));
        json_end_object(&q->j);
    }
    return RC_OK;
}

enum rc route_pending(struct req *q, struct err *err)
{
    const struct pack_register *r = NULL;
    uint64_t *ids = NULL, *own = NULL;
    size_t n = 0, own_n = 0;
    TRY(req_register(q, STR("pending_act"), &r, err));
    TRY(area_pending(q->view, q->grant, &q->arena, &ids, &n, err));
    const struct pack_field *by = pack_field_find(r, STR("proposed_by"));
    if (by != NULL) TRY(record_back(q->view->records, r, by, grant_account(q->grant), &q->arena, &own, &own_n, err));
    items_open(q, true);
    for (size_t i = 0; i < n && i < PENDING_SHOWN; i++) TRY(pending_put(q, r, ids[i], false, err));
    for (size_t i = 0; i < own_n && i < PENDING_SHOWN; i++) TRY(pending_put(q, r, own[i], true, err));
    items_close(q);
    return RC_OK;
}

/* ---- saying yes or no ---- */

/* The act, if it is mine to confirm. */
static enum rc act_shown(struct req *q, uint64_t id, struct command *shown, struct err *err)
{
    struct str content;
    enum rc rc = area_pending_act(q->view, q->grant, id, &q->arena, shown, &content, err);
    return rc == RC_ABSENT || rc == RC_CONFLICT ? err_set(err, &E_http_absent, NO_PLACE, str_u64(&q->arena, id)) : rc;
}

/* A changed chapter is looked at before it is confirmed: what it was, what it would be. */
enum rc route_pending_text(struct req *q, struct err *err)
{
    struct command shown;
    uint64_t id = 0;
    TRY(req_id(q, 0, &id, err));
    TRY(act_shown(q, id, &shown, err));
    const struct args_install *g = shown.verb == VERB_INSTALL ? shown.args : NULL;
    struct pack_source *now = NULL;
    size_t n = sources_of(q->view->set, &q->arena, &now);
    answer_json(q);
    json_object(&q->j);
    put_key(&q->j, "items");
    json_array(&q->j);
    for (size_t i = 0; g != NULL && i < g->packs_count; i++) {
        struct str name = pack_source_name(&g->packs[i]);
        const struct pack_source *was = NULL;
        for (size_t k = 0; k < n; k++)
            if (str_eq(pack_source_name(&now[k]), name)) was = &now[k];
        for (size_t k = 0; k < g->packs[i].files_count; k++) {
            const struct pack_file *f = &g->packs[i].files[k], *old = NULL;
            for (size_t o = 0; was != NULL && o < was->files_count; o++)
                if (str_eq(was->files[o].name, f->name)) old = &was->files[o];
            if ((old != NULL && str_eq(old->text, f->text)) || !str_ends(f->name, STR(".md"))) continue;
            json_object(&q->j);
            put_text(&q->j, "pack", name);
            put_text(&q->j, "file", f->name);
            put_text_or_null(&q->j, "before", old == NULL ? STR_NONE : old->text);
            put_text(&q->j, "after", f->text);
            json_end_object(&q->j);
        }
    }
    json_end_array(&q->j);
    json_end_object(&q->j);
    return RC_OK;
}

enum rc route_pending_confirm(struct req *q, struct err *err)
{
    struct receipt receipt;
    struct args_confirm args = {0};
    struct command shown;
    TRY(req_id(q, 0, &args.id, err));
    TRY(act_shown(q, args.id, &shown, err));
    struct command c = {.verb = VERB_CONFIRM, .happened = ENTRY_NO_DAY, .args = &args};
    TRY(req_submit(q, &c, &receipt, err));
    receipt_put(q, &receipt);
    return RC_OK;
}

enum rc route_pending_refuse(struct req *q, struct err *err)
{
    const struct json *body;
    struct str reason;
    struct command shown;
    struct receipt receipt;
    struct args_close args = {.reg = STR("pending_act")};
    TRY(req_id(q, 0, &args.id, err));
    TRY(req_json(q, "reason", &body, err));
    TRY(json_text(body, "reason", true, &reason, err));
    TRY(act_shown(q, args.id, &shown, err));
    /* Who could confirm it may lay it aside; the close is the system's, since nobody writes to this register by hand. */
    struct command c = {.verb = VERB_CLOSE, .happened = ENTRY_NO_DAY, .args = &args};
    TRY(req_submit_as(q, 0, &c, &receipt, err));
    receipt_put(q, &receipt);
    return RC_OK;
}

/* ---- who read ---- */

static enum rc reads_put(struct req *q, const struct pack_register *r, uint64_t id, struct err *err)
{
    struct access_read_line *lines = NULL;
    size_t n = 0;
    TRY(area_reads_of(q->view, q->grant, r, id, &q->arena, &lines, &n, err));
    for (size_t i = 0; i < n && i < 500; i++) {
        json_object(&q->j);
        put_time(&q->j, "time", lines[i].hour * INT64_C(3600000000));
        put_key(&q->j, "reader");
        TRY(ref_put(q, pack_register_find(q->view->set, STR("account")), lines[i].reader, err));
        put_text(&q->j, "class", str_c(class_name(lines[i].class)));
        put_text(&q->j, "purpose", lines[i].purpose);
        put_text(&q->j, "register", r->d.name);
        put_u64(&q->j, "record", id);
        json_end_object(&q->j);
    }
    return RC_OK;
}

enum rc route_mine_reads(struct req *q, struct err *err)
{
    const struct pack_register *r = NULL;
    uint64_t id = grant_person(q->grant, &r);
    answer_json(q);
    json_object(&q->j);
    put_key(&q->j, "items");
    json_array(&q->j);
    if (r != NULL) TRY(reads_put(q, r, id, err));
    json_end_array(&q->j);
    put_null(&q->j, "next");
    json_end_object(&q->j);
    return RC_OK;
}

enum rc route_audit_reads(struct req *q, struct err *err)
{
    const struct pack_register *r = NULL;
    uint64_t id = 0;
    struct str name = req_query(q, "register");
    TRY(req_u64(q, "record", 0, UINT64_C(1) << 53, &id, err));
    answer_json(q);
    json_object(&q->j);
    put_key(&q->j, "items");
    json_array(&q->j);
    if (name.len > 0) {
        TRY(req_register(q, name, &r, err));
        TRY(reads_put(q, r, id, err));
    }
    json_end_array(&q->j);
    put_null(&q->j, "next");
    json_end_object(&q->j);
    return RC_OK;
}
