/*
 * own.c - what a person may ask for of what is kept: corrections and objections, and who decides them; programs that act for somebody (tokens);
 * erasing by law, which takes two.
 * A request for correction is a record of packs/core that no grant shows: these routes alone tell it, to who asked and to who could write what it is about.
 */
#include "http/inner.h"

enum { SHOWN_MAX = 200, TOKEN_DAYS = 366 };

static struct sv value_of(const struct pack_register *r, const struct record *rec, const char *field)
{
    const struct pack_field *f = pack_field_find(r, str_c(field));
    return f == NULL || f->derive != NULL ? sv_null() : rec->values[f->column];
}

static struct str text_of(const struct pack_register *r, const struct record *rec, const char *field)
{
    struct sv v = value_of(r, rec, field);
    return v.kind == SV_TEXT ? v.s : STR("");
}

static day_num day_of_field(const struct pack_register *r, const struct record *rec, const char *field)
{
    struct sv v = value_of(r, rec, field);
    return v.kind == SV_INT ? v.i : ENTRY_NO_DAY;
}

static uint64_t id_of_field(const struct pack_register *r, const struct record *rec, const char *field)
{
    struct sv v = value_of(r, rec, field);
    return v.kind == SV_INT && v.i > 0 ? (uint64_t)v.i : 0;
}

/* ---- erasing ---- */

enum rc route_erase(struct req *q, struct err *err)
{
    const struct json *body;
    struct record rec;
    struct sight sight;
    struct receipt r;
    struct str reason;
    struct args_erase args = {.reg = q->reg->d.name};
    struct command c = {.verb = VERB_ERASE, .happened = ENTRY_NO_DAY, .args = &args};
    bool done = false;
    if (!register_writable(q, q->reg)) return err_set(err, &E_http_read_only, NO_PLACE, text2_in(&q->reg->d.title, q->lang));
    TRY(req_id(q, 1, &args.id, err));
    TRY(record_seen(q, PACK_WRITE, q->reg, args.id, &rec, &sight, err));
    TRY(req_json(q, "fields basis reason", &body, err));
    TRY(json_text(body, "basis", true, &args.basis, err));
    TRY(json_text(body, "reason", false, &reason, err));
    if (str_trim(args.basis).len == 0) return err_set(err, &E_http_body, NO_PLACE, STR("basis"), STR("依据"), STR("the legal basis"));
    const struct json *list = json_get(body, STR("fields"));
    if (list == NULL || list->kind != JSON_ARRAY || list->count == 0) return err_set(err, &E_http_body, NO_PLACE, STR("fields"), STR("至少一个字段名"), STR("names of fields, one at least"));
    struct str *names = arena_array(&q->arena, struct str, list->count);
    for (const struct json *m = list->first; m != NULL; m = m->next) {
        const struct pack_field *f = NULL;
        if (m->kind != JSON_STRING) return err_set(err, &E_http_body, NO_PLACE, STR("fields"), STR("字段名"), STR("names of fields"));
        TRY(req_field(q, q->reg, m->text, &f, err));
        if (f->derive != NULL) return err_set(err, &E_area_derived, NO_PLACE, text2_in(&f->title, q->lang));
        if (!sight_field(&sight, q->reg, f)) return err_set(err, &E_access_field, NO_PLACE, text2_in(&f->title, q->lang));
        names[args.count++] = f->name;
    }
    args.fields = names;
    TRY(req_submit_or_propose(q, &c, reason.len > 0 ? reason : args.basis, &r, &done, err));
    if (done) receipt_put(q, &r);
    return RC_OK;
}

/* ---- tokens ---- */

static enum rc token_put(struct req *q, const struct pack_register *r, uint64_t id, struct err *err)
{
    struct record rec;
    TRY(record_get(q->view->records, r, id, &q->arena, &rec, err));
    if (rec.closed_us != 0) return RC_OK;
    json_object(&q->j);
    put_u64(&q->j, "id", id);
    put_key(&q->j, "account");
    TRY(ref_put(q, pack_register_find(q->view->set, STR("account")), id_of_field(r, &rec, "account"), err));
    put_text(&q->j, "title", text_of(r, &rec, "title"));
    put_text(&q->j, "verbs", text_of(r, &rec, "verbs"));
    put_text(&q->j, "registers", text_of(r, &rec, "registers"));
    put_day(&q->j, "since", day_of_field(r, &rec, "since"));
    put_day(&q->j, "until", day_of_field(r, &rec, "until"));
    put_flag(&q->j, "mine", id_of_field(r, &rec, "account") == grant_account(q->grant));
    json_end_object(&q->j);
    return RC_OK;
}

struct tokens { struct req *q; const struct pack_register *r; size_t shown; };

static enum rc token_row(void *ctx, const struct record *rec, struct err *err)
{
    struct tokens *t = ctx;
    if (t->shown++ >= SHOWN_MAX) return RC_OK;
    return token_put(t->q, t->r, rec->id, err);
}

/* One's own; the three administrators see all: what they are, never what opens them. */
enum rc route_tokens(struct req *q, struct err *err)
{
    struct tokens t = {.q = q};
    uint64_t *ids = NULL;
    size_t n = 0;
    TRY(req_register(q, STR("api_token"), &t.r, err));
    items_open(q, true);
    if (grant_office(q->grant) != OFFICE_NONE) {
        TRY(record_each(q->view->records, t.r, RECORD_BY_ID, false, token_row, &t, err));
    } else {
        const struct pack_field *ref = pack_field_find(t.r, STR("account"));
        if (ref != NULL) TRY(record_back(q->view->records, t.r, ref, grant_account(q->grant), &q->arena, &ids, &n, err));
        for (size_t i = 0; i < n && i < SHOWN_MAX; i++) TRY(token_put(q, t.r, ids[i], err));
    }
    items_close(q);
    return RC_OK;
}

static enum rc names_joined(struct req *q, const struct json *list, const char *member, bool registers, struct str *out, struct err *err)
{
    *out = STR("");
    if (list == NULL || list->kind == JSON_NULL) return RC_OK;
    if (list->kind != JSON_ARRAY) return err_set(err, &E_http_body, NO_PLACE, str_c(member), STR("列表"), STR("a list"));
    for (const struct json *m = list->first; m != NULL; m = m->next) {
        const struct pack_register *r = NULL;
        if (m->kind != JSON_STRING) return err_set(err, &E_http_body, NO_PLACE, str_c(member), STR("名称"), STR("names"));
        if (registers) TRY(req_register(q, m->text, &r, err));
        /* A scope that names what its owner may not read says nothing, and looks as if it did. */
        if (r != NULL && !grant_may(q->grant, PACK_READ, r)) return err_set(err, &E_http_absent, NO_PLACE, m->text);
        *out = out->len == 0 ? m->text : str_cat(&q->arena, *out, STR(" "), m->text);
    }
    return RC_OK;
}

enum rc route_token_make(struct req *q, struct err *err)
{
    const struct json *body;
    struct str title, until_text, verbs, registers;
    day_num until = 0, today = grant_today(q->grant);
    struct receipt r;
    struct hash hash;
    char token[ACCESS_TOKEN_TEXT + 1];
    TRY(req_json(q, "title verbs registers until", &body, err));
    if (q->bearer) return err_set(err, &E_http_denied, NO_PLACE, say_in(q, "令牌不能再做令牌", "a token makes no tokens"));
    TRY(json_text(body, "title", true, &title, err));
    TRY(json_text(body, "until", true, &until_text, err));
    if (!day_parse(until_text, &until) || until < today || until - today > TOKEN_DAYS)
        return err_set(err, &E_http_body, NO_PLACE, STR("until"), STR("从今天起一年以内的日期"), STR("a date within a year from today"));
    TRY(names_joined(q, json_get(body, STR("verbs")), "verbs", false, &verbs, err));
    TRY(names_joined(q, json_get(body, STR("registers")), "registers", true, &registers, err));
    if (verbs.len == 0) return err_set(err, &E_http_body, NO_PLACE, STR("verbs"), STR("read、write、act、print 中的几个"), STR("some of read, write, act, print"));
    access_token_make(token);
    MUST(access_token_hash(str_c(token), &hash));
    static const struct str fields[] = {STR_INIT("account"), STR_INIT("title"), STR_INIT("hash"), STR_INIT("verbs"), STR_INIT("registers"), STR_INIT("since"), STR_INIT("until")};
    struct sv values[] = {sv_int((int64_t)grant_account(q->grant)), sv_text(str_trim(title)), sv_text(str_hex(&q->arena, hash.b, HASH_LEN)), sv_text(verbs),
                          registers.len == 0 ? sv_null() : sv_text(registers), sv_int(today), sv_int(until)};
    struct args_create args = {.reg = STR("api_token"), .count = ARRAY_LEN(fields), .fields = fields, .values = values};
    struct command c = {.verb = VERB_CREATE, .happened = ENTRY_NO_DAY, .args = &args};
    /* The same idempotency key again is a conflict, for the second token is another one: nobody is told a token that opens nothing. */
    TRY(req_submit(q, &c, &r, err));
    q->status = 201;
    answer_json(q);
    json_object(&q->j);
    receipt_members(q, &r);
    put_text(&q->j, "token", str_c(token));
    json_end_object(&q->j);
    answer_header(q, "Cache-Control", STR("no-store"));
    return RC_OK;
}

enum rc route_token_drop(struct req *q, struct err *err)
{
    const struct pack_register *r = NULL;
    struct record rec;
    struct sight sight;
    struct receipt receipt;
    struct args_close args = {.reg = STR("api_token")};
    struct command c = {.verb = VERB_CLOSE, .happened = ENTRY_NO_DAY, .args = &args};
    TRY(req_register(q, STR("api_token"), &r, err));
    TRY(req_id(q, 0, &args.id, err));
    TRY(record_seen(q, PACK_WRITE, r, args.id, &rec, &sight, err));
    TRY(req_submit(q, &c, &receipt, err));
    receipt_put(q, &receipt);
    return RC_OK;
}

/* ---- corrections and objections ---- */

static enum rc correction_register(struct req *q, const struct pack_register **out, struct err *err)
{
    *out = pack_register_find(q->view->set, STR("correction"));
    return *out != NULL ? RC_OK : err_set(err, &E_http_gone, NO_PLACE, say_in(q, "这个辖区的内置台账还没有“更正申请”，请先更新规矩集", "the area's core pack has no register of corrections yet: install the new one"));
}

/* Could this account set it right himself?  That is who decides, but never on what he asked for himself. */
static enum rc may_decide(struct req *q, const struct pack_register *of, uint64_t id, bool *yes, struct err *err)
{
    struct record rec;
    struct sight s = SIGHT_NONE;
    struct err why;
    *yes = false;
    if (of == NULL || !grant_may(q->grant, PACK_WRITE, of) || record_get(q->view->records, of, id, &q->arena, &rec, &why) != RC_OK) return RC_OK;
    TRY(scope_sight_of(grant_scope(q->grant, PACK_WRITE, of), id, rec.values, rec.closed_us != 0, &q->world, &s, err));
    *yes = s.any;
    return RC_OK;
}

static enum rc correction_put(struct req *q, const struct pack_register *r, const struct record *rec, bool decide, struct err *err)
{
    const struct pack_register *of = pack_register_find(q->view->set, text_of(r, rec, "subject_register")), *accounts = pack_register_find(q->view->set, STR("account"));
    const struct pack_field *f = of == NULL ? NULL : pack_field_find(of, text_of(r, rec, "field"));
    json_object(&q->j);
    put_u64(&q->j, "id", rec->id);
    put_u64(&q->j, "version", rec->version);
    put_text(&q->j, "kind", text_of(r, rec, "kind"));
    put_text(&q->j, "register", text_of(r, rec, "subject_register"));
    put_text(&q->j, "register_title", of == NULL ? STR("") : text2_in(&of->d.title, q->lang));
    put_key(&q->j, "record");
    TRY(ref_put(q, of, id_of_field(r, rec, "subject"), err));
    put_text(&q->j, "field", text_of(r, rec, "field"));
    put_text(&q->j, "field_title", f == NULL ? STR("") : text2_in(&f->title, q->lang));
    put_text(&q->j, "text", text_of(r, rec, "text"));
    put_key(&q->j, "by");
    TRY(ref_put(q, accounts, id_of_field(r, rec, "by"), err));
    put_day(&q->j, "asked", day_of_field(r, rec, "asked"));
    put_text(&q->j, "state", text_of(r, rec, "state"));
    put_text_or_null(&q->j, "answer", text_of(r, rec, "answer"));
    put_key(&q->j, "decided_by");
    TRY(ref_put(q, accounts, id_of_field(r, rec, "decided_by"), err));
    put_day(&q->j, "decided", day_of_field(r, rec, "decided"));
    put_flag(&q->j, "may_decide", decide);
    json_end_object(&q->j);
    if (decide) read_note(q, r, rec->id, PACK_PERSONAL, "correction");
    return RC_OK;
}

/* What I asked for, newest first. */
enum rc corrections_mine_put(struct req *q, struct err *err)
{
    const struct pack_register *r = pack_register_find(q->view->set, STR("correction"));
    const struct pack_field *by = r == NULL ? NULL : pack_field_find(r, STR("by"));
    uint64_t *ids = NULL;
    size_t n = 0;
    if (by != NULL) TRY(record_back(q->view->records, r, by, grant_account(q->grant), &q->arena, &ids, &n, err));
    for (size_t i = n; i > 0 && n - i < SHOWN_MAX; i--) {
        struct record rec;
        TRY(record_get(q->view->records, r, ids[i - 1], &q->arena, &rec, err));
        TRY(correction_put(q, r, &rec, false, err));
    }
    return RC_OK;
}

struct deciding { struct req *q; const struct pack_register *r; size_t shown; bool print; };

static enum rc deciding_row(void *ctx, const struct record *rec, struct err *err)
{
    struct deciding *d = ctx;
    struct req *q = d->q;
    bool yes = false;
    if (d->shown >= SHOWN_MAX || !str_eq(text_of(d->r, rec, "state"), STR("open")) || id_of_field(d->r, rec, "by") == grant_account(q->grant)) return RC_OK;
    struct str reg = text_of(d->r, rec, "subject_register");
    TRY(may_decide(q, pack_register_find(q->view->set, reg), id_of_field(d->r, rec, "subject"), &yes, err));
    if (!yes) return RC_OK;
    d->shown++;
    return d->print ? correction_put(q, d->r, rec, true, err) : RC_OK;
}

enum rc corrections_waiting(struct req *q, size_t *n, struct err *err)
{
    struct deciding d = {.q = q, .r = pack_register_find(q->view->set, STR("correction"))};
    *n = 0;
    if (d.r == NULL) return RC_OK;
    TRY(record_each(q->view->records, d.r, RECORD_BY_ID, false, deciding_row, &d, err));
    *n = d.shown;
    return RC_OK;
}

enum rc route_corrections(struct req *q, struct err *err)
{
    struct deciding d = {.q = q, .print = true};
    TRY(correction_register(q, &d.r, err));
    items_open(q, true);
    TRY(record_each(q->view->records, d.r, RECORD_BY_ID, false, deciding_row, &d, err));
    items_close(q);
    return RC_OK;
}

/* Only of what is kept about oneself: what `disclose` lets him see of it. */
enum rc route_correction_ask(struct req *q, struct err *err)
{
    const struct json *body;
    const struct pack_register *r = NULL, *of = NULL, *person_reg = NULL;
    const struct pack_field *f = NULL;
    struct str reg, field, text, kind;
    struct record rec;
    struct sight sight;
    struct receipt receipt;
    uint64_t id = 0, person = grant_person(q->grant, &person_reg);
    TRY(correction_register(q, &r, err));
    TRY(req_json(q, "register id field text kind", &body, err));
    TRY(json_text(body, "register", true, &reg, err));
    TRY(json_u64(body, "id", true, &id, err));
    TRY(json_text(body, "field", false, &field, err));
    TRY(json_text(body, "text", true, &text, err));
    TRY(json_text(body, "kind", false, &kind, err));
    if (kind.len == 0) kind = STR("correct");
    if (!str_eq(kind, STR("correct")) && !str_eq(kind, STR("object"))) return err_set(err, &E_http_body, NO_PLACE, STR("kind"), STR("correct 或 object"), STR("correct or object"));
    if (utf8_count(str_trim(text)) < 2 || utf8_count(text) > 1000) return err_set(err, &E_http_body, NO_PLACE, STR("text"), STR("2 到 1000 个字"), STR("2 to 1000 characters"));
    TRY(req_register(q, reg, &of, err));
    TRY(record_seen(q, PACK_READ, of, id, &rec, &sight, err));
    bool mine = of == person_reg && id == person;
    if (!mine && of->parent != NULL && of->parent->ref == person_reg && person_reg != NULL) mine = rec.values[of->parent->column].kind == SV_INT && (uint64_t)rec.values[of->parent->column].i == person;
    if (!mine || q->bearer) return err_set(err, &E_http_denied, NO_PLACE, say_in(q, "只能对本人的记录申请更正", "corrections are asked for of one's own records"));
    if (field.len > 0) TRY(req_field(q, of, field, &f, err));
    if (f != NULL && !sight_field(&sight, of, f)) return err_set(err, &E_access_field, NO_PLACE, text2_in(&f->title, q->lang));
    static const struct str fields[] = {STR_INIT("kind"), STR_INIT("subject_register"), STR_INIT("subject"), STR_INIT("field"), STR_INIT("text"), STR_INIT("by"), STR_INIT("asked"), STR_INIT("state")};
    struct sv values[] = {sv_text(kind), sv_text(of->d.name), sv_int((int64_t)id), f == NULL ? sv_null() : sv_text(f->name), sv_text(str_trim(text)), sv_int((int64_t)grant_account(q->grant)),
                          sv_int(grant_today(q->grant)), sv_text(STR("open"))};
    struct args_create args = {.reg = STR("correction"), .count = ARRAY_LEN(fields), .fields = fields, .values = values};
    struct command c = {.verb = VERB_CREATE, .happened = ENTRY_NO_DAY, .args = &args};
    /* Nobody writes to this register by hand: the engine enters what was asked, and who asked. */
    TRY(req_submit_as(q, 0, &c, &receipt, err));
    receipt_put(q, &receipt);
    q->status = 201;
    return RC_OK;
}

enum rc route_correction_decide(struct req *q, struct err *err)
{
    const struct json *body;
    const struct pack_register *r = NULL;
    struct record rec;
    struct str answer;
    struct err why;
    struct receipt receipt;
    uint64_t id = 0;
    bool accept = false, yes = false;
    TRY(correction_register(q, &r, err));
    TRY(req_id(q, 0, &id, err));
    TRY(req_json(q, "accept answer", &body, err));
    TRY(json_flag(body, "accept", &accept, err));
    TRY(json_text(body, "answer", true, &answer, err));
    if (utf8_count(str_trim(answer)) < 2) return err_set(err, &E_http_body, NO_PLACE, STR("answer"), STR("答复，至少两个字"), STR("an answer of two characters at least"));
    if (record_get(q->view->records, r, id, &q->arena, &rec, &why) != RC_OK) return err_set(err, &E_http_absent, NO_PLACE, q->args[0]);
    TRY(may_decide(q, pack_register_find(q->view->set, text_of(r, &rec, "subject_register")), id_of_field(r, &rec, "subject"), &yes, err));
    if (!yes) return err_set(err, &E_http_absent, NO_PLACE, q->args[0]);
    if (id_of_field(r, &rec, "by") == grant_account(q->grant) || q->bearer) return err_set(err, &E_http_denied, NO_PLACE, say_in(q, "自己提出的由别人办", "what one asked for oneself another decides"));
    if (!str_eq(text_of(r, &rec, "state"), STR("open"))) return err_set(err, &E_http_decided, NO_PLACE, text_of(r, &rec, "answer"));
    static const struct str fields[] = {STR_INIT("state"), STR_INIT("answer"), STR_INIT("decided_by"), STR_INIT("decided")};
    struct sv values[] = {sv_text(accept ? STR("accepted") : STR("refused")), sv_text(str_trim(answer)), sv_int((int64_t)grant_account(q->grant)), sv_int(grant_today(q->grant))};
    struct args_update args = {.reg = STR("correction"), .id = id, .if_version = rec.version, .count = ARRAY_LEN(fields), .fields = fields, .values = values};
    struct command c = {.verb = VERB_UPDATE, .happened = ENTRY_NO_DAY, .args = &args};
    TRY(req_submit_as(q, 0, &c, &receipt, err));
    receipt_put(q, &receipt);
    return RC_OK;
}
