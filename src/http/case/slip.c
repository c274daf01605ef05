/*
 * slip.c - slips: which of them are in scope and whose turn it is, one with its life, and the acts on it.  A slip is in scope where the record is that
 * it is on (access says so); personal and restricted words of it follow what is in sight of that record, and those whose turn it is read the answer that
 * they are to judge as far as its class lets.  All acts go through area_submit(), which asks the roles that the kind of slip names.
 */
#include "http/case/case.h"

enum { SLIP_WAITING_MAX = 30, SLIP_VALUES_MAX = 100 };

static bool shows(unsigned classes, enum pack_class c) { return (classes >> c & 1) != 0; }

static enum rc slip_seen(struct req *q, uint64_t *id, struct record *rec, struct sight *sight, struct err *err)
{
    const struct pack_register *r;
    TRY(req_register(q, STR("slip"), &r, err));
    TRY(req_id(q, 0, id, err));
    return record_seen(q, PACK_READ, r, *id, rec, sight, err);
}

/* What I may do to it now. */
static enum rc may_of(struct req *q, const struct slip_view *v, unsigned *may, struct err *err)
{
    struct slip_door d = {.records = q->view->records, .arena = &q->arena, .change = {.today = q->run.today},
                          .actor = {.account = grant_account(q->grant), .grant = q->grant}};
    *may = 0;
    return v->kind == NULL ? RC_OK : slip_may(&d, v->id, may, err);
}

static void may_put(struct req *q, unsigned may)
{
    static const struct { unsigned bit; const char *word; } all[] = {
        {SLIP_MAY_REPLY, "reply"}, {SLIP_MAY_ACCEPT, "accept"}, {SLIP_MAY_ACCEPT, "send-back"}, {SLIP_MAY_WITHDRAW, "withdraw"}, {SLIP_MAY_ESCALATE, "escalate"}, {SLIP_MAY_DECLINE, "decline"}};
    put_key(&q->j, "may");
    json_array(&q->j);
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        if ((may & all[i].bit) != 0) json_string(&q->j, str_c(all[i].word));
    json_end_array(&q->j);
}

/* Whose turn: who is to answer, or who is to accept; nobody's once it has ended. */
static void turn_put(struct req *q, const struct slip_view *v, unsigned may)
{
    bool open = str_eq(v->state, STR("open")), replied = str_eq(v->state, STR("replied"));
    struct str role = open ? v->role : replied && v->kind != NULL ? v->kind->accept : STR("");
    put_key(&q->j, "turn");
    if (!open && !replied) {
        json_null(&q->j);
        return;
    }
    json_object(&q->j);
    put_text(&q->j, "what", open ? STR("reply") : STR("accept"));
    roles_put(q, "by", &role, role.len > 0); /* none: the person that the record is */
    put_flag(&q->j, "mine", (may & (SLIP_MAY_REPLY | SLIP_MAY_ACCEPT)) != 0);
    json_end_object(&q->j);
}

/* What is the same in the list and for one; members of an object that is open. */
static enum rc members(struct req *q, const struct slip_view *v, unsigned may, struct err *err)
{
    put_u64(&q->j, "id", v->id);
    put_key(&q->j, "kind");
    json_object(&q->j);
    put_text(&q->j, "name", v->kind_name);
    put_text(&q->j, "title", v->kind == NULL ? v->kind_name : text2_in(&v->kind->d.title, q->lang));
    json_end_object(&q->j);
    put_key(&q->j, "subject");
    TRY(ref_put(q, pack_register_find(q->view->set, v->reg), v->subject, err));
    put_text(&q->j, "state", v->state);
    put_text(&q->j, "state_title", slip_state_text(v->state, q->lang));
    put_flag(&q->j, "overdue", v->overdue);
    put_day(&q->j, "issued", v->issued);
    put_day(&q->j, "due", v->due);
    put_day(&q->j, "closed", v->closed);
    put_day(&q->j, "proposed", v->proposed);
    put_day(&q->j, "declined", v->declined);
    turn_put(q, v, may);
    may_put(q, may);
    return RC_OK;
}

/* ---- one ---- */

static enum rc classes_of(struct req *q, const struct slip_view *v, const struct sight *sight, unsigned *classes, struct err *err)
{
    const struct pack_register *r = pack_register_find(q->view->set, v->reg);
    struct record rec;
    struct sight there = SIGHT_NONE;
    *classes = 1u << PACK_OPEN;
    if (r == NULL) return RC_OK;
    TRY(record_seen(q, PACK_READ, r, v->subject, &rec, &there, err));
    *classes |= there.classes & (sight->classes | 1u << PACK_RESTRICTED);
    return RC_OK;
}

static void personal_put(struct req *q, const char *key, struct str text, unsigned classes)
{
    put_text_or_null(&q->j, key, text.len > 0 && shows(classes, PACK_PERSONAL) ? text : STR_NONE);
}

static const struct slip_answer *answer_to(const struct slip_view *v, struct str name)
{
    for (uint32_t i = 0; i < v->answers_count; i++)
        if (str_eq(v->answers[i].name, name)) return &v->answers[i];
    return NULL;
}

/* In the order in which they are asked. */
static void answers_put(struct req *q, const struct slip_view *v, unsigned classes)
{
    put_key(&q->j, "answers");
    json_array(&q->j);
    for (uint32_t i = 0; v->kind != NULL && i < v->kind->fields_count; i++) {
        const struct pack_field *f = &v->kind->fields[i];
        const struct slip_answer *a = answer_to(v, f->name);
        if (a == NULL) continue;
        bool shown = shows(classes, a->class) && (a->class != PACK_OPEN || shows(classes, PACK_PERSONAL)); /* the register keeps answers as personal */
        json_object(&q->j);
        put_text(&q->j, "name", f->name);
        put_text2(q, "title", &f->title);
        struct record_file file;
        if (shown && a->paper && record_file_read(a->text, &file) && file.name.len > 0) {
            put_text(&q->j, "value", file.name);
            put_key(&q->j, "file");
            file_value_put(q, &file, str_cat(&q->arena, STR("slips/"), str_u64(&q->arena, v->id), STR("/files/"), file.hash));
        } else if (shown) put_text(&q->j, "value", a->text);
        else put_flag(&q->j, "hidden", true);
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
}

static void fields_put(struct req *q, const struct pack_slip *k)
{
    put_key(&q->j, "fields");
    json_array(&q->j);
    for (uint32_t i = 0; k != NULL && i < k->fields_count; i++) item_put(q, &(struct pack_item){.f = k->fields[i], .paper = k->fields[i].type == FIELD_FILE});
    json_end_array(&q->j);
}

/* The case that it rests on; one that is out of sight is told as closed. */
static enum rc case_put(struct req *q, uint64_t id, struct err *err)
{
    struct sight s;
    struct case_view c;
    bool open;
    put_key(&q->j, "case");
    if (id == 0) {
        json_null(&q->j);
        return RC_OK;
    }
    TRY(case_open_to(q, id, &s, &open, err));
    json_object(&q->j);
    if (open) {
        TRY(case_look(q->view->records, id, q->run.today, &q->arena, &c, err));
        put_u64(&q->j, "case", id);
        put_text(&q->j, "title", shows(s.classes, PACK_PERSONAL) ? c.title : text2_in(&c.procedure->d.title, q->lang));
        put_text(&q->j, "state", c.state);
    } else {
        put_flag(&q->j, "closed", true);
    }
    json_end_object(&q->j);
    return RC_OK;
}

enum rc route_slip(struct req *q, struct err *err)
{
    struct record rec;
    struct sight sight;
    struct slip_view v;
    uint64_t id;
    unsigned classes, may;
    const struct pack_register *r;
    struct json_out *j = &q->j;
    TRY(slip_seen(q, &id, &rec, &sight, err));
    TRY(slip_look(q->view->records, id, q->run.today, &q->arena, &v, err));
    TRY(classes_of(q, &v, &sight, &classes, err));
    TRY(may_of(q, &v, &may, err));
    TRY(req_register(q, STR("slip"), &r, err));
    if (shows(classes, PACK_PERSONAL)) read_note(q, r, id, PACK_PERSONAL, "card");
    for (uint32_t i = 0; i < v.answers_count; i++)
        if (v.answers[i].class >= PACK_RESTRICTED && shows(classes, v.answers[i].class)) read_note(q, r, id, v.answers[i].class, "card");
    answer_json(q);
    json_object(j);
    put_u64(j, "seq", q->view->seq);
    TRY(members(q, &v, may, err));
    put_key(j, "finding");
    if (v.finding != 0) TRY(finding_one_put(q, v.finding, err));
    else json_null(j);
    roles_put(q, "to", &v.role, v.role.len > 0);
    if (v.kind != NULL) {
        roles_put(q, "accepted_by", &v.kind->accept, v.kind->accept.len > 0);
        put_basis(q, v.kind->d.basis, v.kind->d.basis_count);
        put_text_or_null(j, "next_grade", v.kind->next == NULL ? STR_NONE : text2_in(&v.kind->next->d.title, q->lang));
    }
    personal_put(q, "about", v.matter, classes);
    put_text_or_null(j, "rests_on", v.basis.len > 0 ? v.basis : STR_NONE);
    put_text_or_null(j, "say", v.say.len > 0 ? v.say : STR_NONE);
    personal_put(q, "by", v.by, classes);
    personal_put(q, "reason", v.reason, classes);
    put_day(j, "replied", v.replied);
    put_day(j, "effect", v.effect);
    put_flag(j, "lapsed", v.lapsed);
    put_u64(j, "sent_back", (uint64_t)v.sent_back);
    personal_put(q, "declined_why", v.declined_why, classes);
    TRY(case_put(q, v.of_case, err));
    if (v.earlier != 0) put_u64(j, "earlier", v.earlier);
    else put_null(j, "earlier");
    if (v.next != 0) put_u64(j, "next", v.next);
    else put_null(j, "next");
    fields_put(q, v.kind);
    answers_put(q, &v, classes);
    json_end_object(j);
    return RC_OK;
}

/* ---- the list ---- */

struct slips { struct req *q; const struct pack_register *reg; const struct pack_field *state, *finding; struct str want; bool waiting, brief; uint64_t of, limit, shown, last_at, last_id; bool more; };

static enum rc slips_begin(struct req *q, struct slips *l, struct list *list, struct err *err)
{
    *l = (struct slips){.q = q};
    TRY(req_register(q, STR("slip"), &l->reg, err));
    l->state = pack_field_find(l->reg, STR("state"));
    l->finding = pack_field_find(l->reg, STR("finding"));
    if (l->state == NULL || l->finding == NULL) return err_set(err, &E_http_absent, NO_PLACE, STR("slip"));
    *list = (struct list){.reg = l->reg, .order = {ORDER_ID, NULL, true}, .scope = grant_scope(q->grant, PACK_READ, l->reg)};
    return RC_OK;
}

static bool wanted(const struct slips *l, const struct record *rec)
{
    const struct sv *s = &rec->values[l->state->column], *f = &rec->values[l->finding->column];
    struct str state = s->kind == SV_TEXT ? s->s : STR("");
    bool live = str_eq(state, STR("open")) || str_eq(state, STR("replied"));
    if (l->of != 0 && (f->kind != SV_INT || (uint64_t)f->i != l->of)) return false;
    if (l->want.len == 0) return true;
    if (str_eq(l->want, STR("live"))) return live;
    if (str_eq(l->want, STR("ended"))) return !live;
    return str_eq(l->want, state);
}

static enum rc slip_row(void *ctx, const struct record *rec, const struct sight *sight, size_t at, bool *stop, struct err *err)
{
    struct slips *l = ctx;
    struct req *q = l->q;
    struct slip_view v;
    unsigned may;
    (void)sight;
    if (!wanted(l, rec)) return RC_OK;
    TRY(slip_look(q->view->records, rec->id, q->run.today, &q->arena, &v, err));
    TRY(may_of(q, &v, &may, err));
    if (l->waiting && (may & (SLIP_MAY_REPLY | SLIP_MAY_ACCEPT)) == 0) return RC_OK;
    if (l->shown == l->limit) {
        l->more = true;
        *stop = true;
        return RC_OK;
    }
    l->shown++;
    l->last_at = at;
    l->last_id = v.id;
    json_object(&q->j);
    if (!l->brief) {
        TRY(members(q, &v, may, err));
    } else {
        struct str kind = v.kind == NULL ? v.kind_name : text2_in(&v.kind->d.title, q->lang), who;
        const struct pack_register *r = pack_register_find(q->view->set, v.reg);
        put_text(&q->j, "kind", STR("slip"));
        put_text(&q->j, "title", str_cat(&q->arena, (may & SLIP_MAY_REPLY) != 0 ? say_in(q, "回复", "Answer: ") : say_in(q, "认可回复：", "Accept: "), kind));
        if (r == NULL) who = STR("");
        else TRY(display_of(q, r, v.subject, &who, err));
        put_text(&q->j, "line", str_cat(&q->arena, who, v.overdue ? say_in(q, "（逾期）", " (overdue)") : STR("")));
        put_text(&q->j, "link", str_cat(&q->arena, STR("/slips/"), str_u64(&q->arena, v.id)));
    }
    json_end_object(&q->j);
    return RC_OK;
}

/* Slips that rest on a case, by its link: of a case that is out of sight nobody learns which there are. */
static enum rc of_case(struct req *q, const struct slips *l, uint64_t id, struct list *list, struct err *err)
{
    struct sight s;
    bool open = false;
    list->via = pack_field_find(l->reg, STR("of_case"));
    list->via_id = id;
    if (list->via != NULL) TRY(case_open_to(q, id, &s, &open, err));
    return open ? RC_OK : err_set(err, &E_http_absent, NO_PLACE, STR("case"));
}

enum rc route_slips(struct req *q, struct err *err)
{
    struct slips l;
    struct list list;
    size_t from = 0;
    uint64_t on = 0;
    struct str after = req_query(q, "after");
    TRY(slips_begin(q, &l, &list, err));
    TRY(req_u64(q, "case", 0, UINT64_MAX, &on, err));
    if (on != 0) TRY(of_case(q, &l, on, &list, err));
    l.want = req_query(q, "state");
    if (l.want.ptr == NULL || l.want.len == 0) l.want = STR("live");
    if (!named_in("live ended all open replied done gone escalated withdrawn", l.want))
        return err_set(err, &E_http_query, NO_PLACE, STR("state"), STR("live、ended、all 或者一种状态"), STR("live, ended, all or one state"));
    if (str_eq(l.want, STR("all"))) l.want = STR("");
    l.waiting = str_eq(req_query(q, "waiting"), STR("1"));
    TRY(req_u64(q, "finding", 0, UINT64_MAX, &l.of, err));
    TRY(req_u64(q, "limit", PAGE_DEFAULT, PAGE_MAX, &l.limit, err));
    if (l.limit == 0) l.limit = PAGE_DEFAULT;
    uint64_t mark = 191 + l.of * 8 + on * 16411 + (l.waiting ? 1 : 0);
    for (size_t i = 0; i < l.want.len; i++) mark = mark * 1000003 + (unsigned char)l.want.ptr[i];
    TRY(newest_start(q, &list, after, mark, &from, err));
    items_open(q, true);
    TRY(list_each(q, &list, from, slip_row, &l, err));
    items_next(q, l.more ? cursor_put(q, q->view->seq, l.last_at, l.last_id, mark) : STR_NONE);
    return RC_OK;
}

enum rc slip_waiting_put(struct req *q, struct err *err)
{
    struct slips l;
    struct list list;
    const struct pack_register *r = pack_register_find(q->view->set, STR("slip"));
    if (r == NULL || q->view->set->slips_count == 0 || !grant_may(q->grant, PACK_READ, r)) return RC_OK;
    TRY(slips_begin(q, &l, &list, err));
    l.want = STR("live");
    l.waiting = l.brief = true;
    l.limit = SLIP_WAITING_MAX;
    return list_each(q, &list, 0, slip_row, &l, err);
}

enum rc route_slip_kinds(struct req *q, struct err *err)
{
    const struct pack_set *set = q->view->set;
    (void)err;
    items_open(q, false);
    for (uint32_t i = 0; i < set->slips_count; i++) {
        const struct pack_slip *k = set->slips[i];
        json_object(&q->j);
        put_text(&q->j, "name", k->d.name);
        put_text2(q, "title", &k->d.title);
        put_basis(q, k->d.basis, k->d.basis_count);
        put_flag(&q->j, "may_issue", k->issue_count > 0 ? holds_role(q, k->issue, k->issue_count) : holds_role(q, &k->accept, k->accept.len > 0));
        put_text_or_null(&q->j, "next_grade", k->next == NULL ? STR_NONE : text2_in(&k->next->d.title, q->lang));
        put_key(&q->j, "case");
        if (k->of_case == NULL) {
            json_null(&q->j);
        } else {
            json_object(&q->j);
            put_text(&q->j, "name", k->of_case->d.name);
            put_text2(q, "title", &k->of_case->d.title);
            json_end_object(&q->j);
        }
        fields_put(q, k);
        json_end_object(&q->j);
    }
    items_close(q);
    return RC_OK;
}

/* ---- acts ---- */

static enum rc text_or_empty(const struct json *body, const char *name, struct str *out, struct err *err)
{
    TRY(json_text(body, name, false, out, err));
    if (out->ptr == NULL) *out = STR("");
    return RC_OK;
}

static enum rc act(struct req *q, enum verb verb, struct args_slip *g, struct receipt *r, struct err *err)
{
    struct command c = {.verb = verb, .happened = ENTRY_NO_DAY, .args = g};
    return req_submit(q, &c, r, err);
}

static enum rc act_told(struct req *q, enum verb verb, struct args_slip *g, struct err *err)
{
    struct receipt r;
    TRY(act(q, verb, g, &r, err));
    receipt_put(q, &r);
    return RC_OK;
}

static enum rc many(struct req *q, enum verb verb, struct args_slip *g, struct err *err)
{
    struct receipt r;
    uint64_t count = 0;
    g->count = &count;
    TRY(act(q, verb, g, &r, err));
    answer_json(q);
    json_object(&q->j);
    receipt_members(q, &r);
    put_u64(&q->j, "issued", count);
    json_end_object(&q->j);
    return RC_OK;
}

/* On what: a finding or a record that I see; what I do not see is as if it were not there. */
static enum rc aim_at(struct req *q, const struct json *body, struct slip_opening *o, struct err *err)
{
    const struct pack_register *r = NULL;
    struct record rec;
    struct sight sight;
    struct str reg;
    TRY(json_u64(body, "finding", false, &o->finding, err));
    TRY(json_text(body, "register", false, &reg, err));
    TRY(req_register(q, o->finding != 0 ? STR("finding") : reg.ptr == NULL ? STR("") : reg, &r, err));
    if (o->finding != 0) return record_seen(q, PACK_READ, r, o->finding, &rec, &sight, err);
    TRY(json_u64(body, "id", true, &o->subject, err));
    o->reg = r->d.name;
    return record_seen(q, PACK_READ, r, o->subject, &rec, &sight, err);
}

enum rc route_slip_open(struct req *q, struct err *err)
{
    const struct json *body;
    struct args_slip g = {0};
    struct receipt r;
    TRY(req_json(q, "kind finding register id to about basis case all rule", &body, err));
    TRY(json_flag(body, "all", &g.all, err));
    TRY(text_or_empty(body, "rule", &g.text, err));
    if (g.all) return many(q, VERB_SLIP_OPEN, &g, err);
    TRY(text_or_empty(body, "kind", &g.opening.kind, err));
    TRY(text_or_empty(body, "to", &g.opening.role, err));
    TRY(text_or_empty(body, "about", &g.opening.matter, err));
    TRY(text_or_empty(body, "basis", &g.opening.basis, err));
    TRY(json_u64(body, "case", false, &g.opening.of_case, err));
    g.text = STR("");
    TRY(aim_at(q, body, &g.opening, err));
    TRY(act(q, VERB_SLIP_OPEN, &g, &r, err));
    q->status = 201;
    receipt_put(q, &r);
    return RC_OK;
}

enum rc route_slip_reply(struct req *q, struct err *err)
{
    struct record rec;
    struct sight sight;
    const struct json *body, *values;
    struct args_slip g = {0};
    TRY(slip_seen(q, &g.id, &rec, &sight, err));
    TRY(req_json(q, "values", &body, err));
    values = json_get(body, STR("values"));
    if (values == NULL || values->kind != JSON_OBJECT || values->count > SLIP_VALUES_MAX) return err_set(err, &E_http_body, NO_PLACE, STR("values"), STR("对象"), STR("an object"));
    struct slip_value *out = arena_array(&q->arena, struct slip_value, values->count + 1);
    for (const struct json *m = values->first; m != NULL; m = m->next) {
        struct str text = m->text;
        if (m->kind == JSON_NULL) continue;
        if (m->kind == JSON_OBJECT) TRY(file_value_take(q, m->key, m, &text, err)); /* kept here; else a text: its number or place */
        else if (m->kind == JSON_TRUE || m->kind == JSON_FALSE) text = m->kind == JSON_TRUE ? STR("是") : STR("否");
        else if (m->kind != JSON_STRING && m->kind != JSON_NUMBER) return err_set(err, &E_http_body, NO_PLACE, m->key, STR("一个值"), STR("one value"));
        if (text.len > 0) out[g.values_count++] = (struct slip_value){m->key, text};
    }
    g.values = out;
    return act_told(q, VERB_SLIP_REPLY, &g, err);
}

static enum rc with_text(struct req *q, enum verb verb, const char *member, struct err *err)
{
    struct record rec;
    struct sight sight;
    const struct json *body;
    struct args_slip g = {0};
    TRY(slip_seen(q, &g.id, &rec, &sight, err));
    TRY(req_json(q, member, &body, err));
    TRY(text_or_empty(body, member, &g.text, err));
    return act_told(q, verb, &g, err);
}

enum rc route_slip_accept(struct req *q, struct err *err) { return with_text(q, VERB_SLIP_ACCEPT, "note", err); }
enum rc route_slip_back(struct req *q, struct err *err) { return with_text(q, VERB_SLIP_BACK, "reason", err); }
enum rc route_slip_decline(struct req *q, struct err *err) { return with_text(q, VERB_SLIP_DECLINE, "reason", err); }
enum rc route_slip_withdraw(struct req *q, struct err *err) { return with_text(q, VERB_SLIP_WITHDRAW, "reason", err); }

enum rc route_slip_escalate(struct req *q, struct err *err)
{
    const struct json *body;
    const struct pack_register *r;
    struct record rec;
    struct sight sight;
    struct args_slip g = {0};
    TRY(req_json(q, "id", &body, err));
    TRY(json_u64(body, "id", false, &g.id, err));
    TRY(req_register(q, STR("slip"), &r, err));
    if (g.id != 0) TRY(record_seen(q, PACK_READ, r, g.id, &rec, &sight, err));
    return many(q, VERB_SLIP_ESCALATE, &g, err);
}
