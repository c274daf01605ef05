/*
 * hang.c - what hangs on a case: the one above, its sub-cases, what was put to a superior level, the ballots whose counts a step took; and the acts on them.
 * A case beside it that is out of its reader's sight is told as closed: that it is there, at which step, whether that waits for it, and nothing of what it is.
 */
#include "http/case/ballot.h"

static bool sees(const struct sight *s, enum pack_class c) { return (s->classes >> c & 1) != 0; }

static enum rc acts_here(struct req *q, const struct case_full *c, const struct str *roles, uint32_t n, bool *out, struct err *err)
{
    const struct pack_register *r = pack_register_find(q->view->set, c->procedure->subject->d.name);
    enum access_acts acts = ACTS_NOT;
    if (r != NULL && c->subject != 0) TRY(grant_acts(q->grant, roles, n, r, c->subject, &q->world, &acts, err));
    *out = acts == ACTS_YES;
    return RC_OK;
}

/* ---- another case, as far as it is in sight; members of an object that is open ---- */

static enum rc case_members(struct req *q, uint64_t id, bool *open, struct err *err)
{
    struct sight s;
    struct case_view v;
    const struct pack_register *cases;
    TRY(case_open_to(q, id, &s, open, err));
    if (!*open) {
        put_flag(&q->j, "closed", true);
        return RC_OK;
    }
    TRY(case_register(q, &cases, err));
    TRY(case_look(q->view->records, id, q->run.today, &q->arena, &v, err));
    if (sees(&s, PACK_PERSONAL)) read_note(q, cases, id, PACK_PERSONAL, "list");
    put_u64(&q->j, "case", id);
    put_text(&q->j, "title", sees(&s, PACK_PERSONAL) ? v.title : text2_in(&v.procedure->d.title, q->lang));
    put_text(&q->j, "state", v.state);
    put_key(&q->j, "at");
    json_array(&q->j);
    for (uint32_t i = 0; i < v.at_count && str_eq(v.state, STR("open")); i++) {
        const struct pack_step *step = pack_step_find(v.procedure, v.at[i]);
        if (step == NULL) continue;
        json_object(&q->j);
        put_text2(q, "title", &step->title);
        roles_put(q, "by", step->by, step->by_count);
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
    return RC_OK;
}

static enum rc above_put(struct req *q, uint64_t id, struct err *err)
{
    struct case_above above;
    struct case_view v;
    bool open;
    TRY(case_above(q->view->records, id, &q->arena, &above, err));
    put_key(&q->j, "above");
    if (above.case_id == 0) {
        json_null(&q->j);
        return RC_OK;
    }
    json_object(&q->j);
    TRY(case_members(q, above.case_id, &open, err));
    if (open) {
        TRY(case_look(q->view->records, above.case_id, q->run.today, &q->arena, &v, err));
        const struct pack_step *s = pack_step_find(v.procedure, above.step);
        put_text(&q->j, "step", above.step);
        put_text(&q->j, "step_title", s == NULL ? above.step : text2_in(&s->title, q->lang));
        for (uint32_t i = 0; above.line != 0 && i < v.lines_count; i++)
            if (v.lines[i].id == above.line) {
                put_key(&q->j, "line");
                TRY(ref_put(q, pack_register_find(q->view->set, v.procedure->lines->reg != NULL ? v.procedure->lines->reg->d.name : v.procedure->lines->who->f.ref->d.name), v.lines[i].record, err));
            }
    }
    json_end_object(&q->j);
    return RC_OK;
}

static enum rc sub_put(struct req *q, const struct case_below *b, int64_t round, struct err *err)
{
    bool open;
    json_object(&q->j);
    put_u64(&q->j, "round", (uint64_t)round);
    if (b->line >= 0) put_u64(&q->j, "line", (uint64_t)b->line);
    put_day(&q->j, "ended", b->ended);
    TRY(case_members(q, b->id, &open, err));
    if (!open) put_text(&q->j, "state", b->state);
    json_end_object(&q->j);
    return RC_OK;
}

/* ---- what was put to a superior level ---- */

static void referral_put(struct req *q, const struct case_referred *r, int64_t round, bool personal)
{
    struct json_out *j = &q->j;
    json_object(j);
    put_u64(j, "id", r->id);
    put_u64(j, "seq", r->seq);
    put_u64(j, "round", (uint64_t)round);
    put_u64(j, "number", (uint64_t)r->number);
    put_text(j, "to", r->to);
    put_day(j, "sent", r->sent);
    put_day(j, "entered", r->entered);
    put_text(j, "paper", r->paper);
    put_text_or_null(j, "reason", personal ? r->reason : STR_NONE);
    put_text_or_null(j, "by", personal && r->by.len > 0 ? r->by : STR_NONE);
    put_text_or_null(j, "outcome", r->outcome.len > 0 ? r->outcome : STR_NONE);
    put_day(j, "answered", r->answered);
    put_day(j, "answer_entered", r->answer_entered);
    put_text_or_null(j, "answer", personal && r->answer.len > 0 ? r->answer : STR_NONE);
    put_text_or_null(j, "answer_paper", r->answer_paper.len > 0 ? r->answer_paper : STR_NONE);
    put_text_or_null(j, "answer_by", personal && r->answer_by.len > 0 ? r->answer_by : STR_NONE);
    json_end_object(j);
}

/* A ballot that its reader has no part in is told by its day alone. */
static void ballot_put(struct req *q, const struct case_ballot *b)
{
    struct ballot_seen s;
    struct err none;
    err_clear(&none);
    bool open = ballot_seen(q, b->id, &s, &none) == RC_OK;
    json_object(&q->j);
    if (open) {
        put_u64(&q->j, "id", b->id);
        put_text(&q->j, "title", b->title);
    } else {
        put_flag(&q->j, "closed", true);
    }
    put_day(&q->j, "ended", b->closed);
    put_day(&q->j, "recounted", b->recounted);
    put_flag(&q->j, "recount_same", b->recount_same);
    json_end_object(&q->j);
}

/* ---- a step ---- */

static void sub_decl_put(struct req *q, const struct case_step *s)
{
    const struct pack_sub *sub = s->step->sub;
    const struct pack_procedure *now = sub == NULL ? NULL : pack_procedure_find(q->view->set, sub->proc->d.name);
    put_key(&q->j, "sub");
    if (sub == NULL) {
        json_null(&q->j);
        return;
    }
    const struct pack_procedure *p = now == NULL ? sub->proc : now;
    json_object(&q->j);
    put_text(&q->j, "procedure", p->d.name);
    put_text2(q, "title", &p->d.title);
    put_flag(&q->j, "each", sub->each);
    roles_put(q, "by", p->opening->by, p->opening->by_count);
    put_flag(&q->j, "may_open", now != NULL && str_eq(s->state, STR("open")) && holds_role(q, p->opening->by, p->opening->by_count));
    put_text_or_null(&q->j, "lines", p->lines == NULL ? STR_NONE : p->lines->title);
    put_key(&q->j, "fields");
    json_array(&q->j);
    for (uint32_t i = 0; i < p->opening->items_count; i++) item_put(q, &p->opening->items[i]);
    json_end_array(&q->j);
    json_end_object(&q->j);
}

static enum rc refer_decl_put(struct req *q, const struct case_full *c, const struct case_step *s, struct err *err)
{
    const struct pack_refer *r = s->step->refer;
    put_key(&q->j, "refer");
    if (r == NULL) {
        json_null(&q->j);
        return RC_OK;
    }
    const struct str *by = r->by_count > 0 ? r->by : s->step->by;
    uint32_t n = r->by_count > 0 ? r->by_count : s->step->by_count;
    bool mine = false, waits = false, agreed = false;
    if (str_eq(s->state, STR("open"))) TRY(acts_here(q, c, by, n, &mine, err));
    for (uint32_t i = 0; i < s->rounds_count; i++) {
        const struct case_round *x = &s->rounds[i];
        if (x->round != s->round || x->referrals_count == 0) continue;
        struct str outcome = x->referrals[x->referrals_count - 1].outcome;
        waits = outcome.len == 0;
        agreed = str_eq(outcome, STR("agreed"));
    }
    json_object(&q->j);
    put_text(&q->j, "to", r->to);
    roles_put(q, "by", by, n);
    put_flag(&q->j, "stays", r->stays);
    put_flag(&q->j, "waits", waits);
    put_flag(&q->j, "may_refer", mine && !waits && !agreed);
    put_flag(&q->j, "may_reply", mine && waits);
    json_end_object(&q->j);
    return RC_OK;
}

static bool hangs(const struct case_step *s)
{
    bool any = s->step->sub != NULL || s->step->refer != NULL;
    for (uint32_t i = 0; i < s->rounds_count; i++) any = any || s->rounds[i].ballots_count > 0;
    return any;
}

static enum rc step_around(struct req *q, const struct case_full *c, const struct case_step *s, bool personal, struct err *err)
{
    json_object(&q->j);
    put_text(&q->j, "step", s->step->name);
    put_text2(q, "title", &s->step->title);
    put_flag(&q->j, "open", str_eq(s->state, STR("open")));
    sub_decl_put(q, s);
    TRY(refer_decl_put(q, c, s, err));
    put_key(&q->j, "subs");
    json_array(&q->j);
    for (uint32_t i = 0; i < s->rounds_count; i++)
        for (uint32_t k = 0; k < s->rounds[i].subs_count; k++) TRY(sub_put(q, &s->rounds[i].subs[k], s->rounds[i].round, err));
    json_end_array(&q->j);
    put_key(&q->j, "referrals");
    json_array(&q->j);
    for (uint32_t i = 0; i < s->rounds_count; i++)
        for (uint32_t k = 0; k < s->rounds[i].referrals_count; k++) referral_put(q, &s->rounds[i].referrals[k], s->rounds[i].round, personal);
    json_end_array(&q->j);
    put_key(&q->j, "ballots");
    json_array(&q->j);
    for (uint32_t i = 0; i < s->rounds_count; i++)
        for (uint32_t k = 0; k < s->rounds[i].ballots_count; k++) ballot_put(q, &s->rounds[i].ballots[k]);
    json_end_array(&q->j);
    json_end_object(&q->j);
    return RC_OK;
}

/* Who answers for a step: that it was found, and how it ended; facts and measures are asked for by themselves (restricted). */
static enum rc liabilities_put(struct req *q, const struct case_full *c, bool personal, struct err *err)
{
    struct case_link *links;
    size_t n;
    TRY(case_links(q->view->records, c->id, q->run.today, &q->arena, &links, &n, err));
    put_key(&q->j, "liabilities");
    json_array(&q->j);
    for (size_t i = 0; i < n; i++) {
        const struct pack_step *s = pack_step_find(c->procedure, links[i].step);
        for (uint32_t k = 0; k < links[i].found_count; k++) {
            const struct case_found *f = &links[i].found[k];
            json_object(&q->j);
            put_u64(&q->j, "id", f->id);
            put_text(&q->j, "step", links[i].step);
            put_text(&q->j, "title", s == NULL ? links[i].step : text2_in(&s->title, q->lang));
            put_text(&q->j, "outcome", f->outcome);
            put_text_or_null(&q->j, "person", personal && f->person.len > 0 ? f->person : STR_NONE);
            put_day(&q->j, "happened", f->happened);
            put_flag(&q->j, "corrected", f->corrected != 0);
            link_slip_put(q, f);
            json_end_object(&q->j);
        }
    }
    json_end_array(&q->j);
    return RC_OK;
}

enum rc route_case_around(struct req *q, struct err *err)
{
    struct record rec;
    struct sight sight;
    struct case_full c;
    const struct pack_register *cases;
    uint64_t id;
    TRY(case_seen(q, 0, &id, &rec, &sight, err));
    TRY(case_whole(q->view->records, id, q->run.today, &q->arena, q->lang, &c, err));
    TRY(case_register(q, &cases, err));
    if (sees(&sight, PACK_PERSONAL)) read_note(q, cases, id, PACK_PERSONAL, "card");
    answer_json(q);
    json_object(&q->j);
    put_u64(&q->j, "seq", q->view->seq);
    put_u64(&q->j, "id", id);
    put_u64(&q->j, "version", c.seq);
    TRY(above_put(q, id, err));
    put_key(&q->j, "steps");
    json_array(&q->j);
    for (uint32_t i = 0; i < c.steps_count; i++)
        if (hangs(&c.steps[i])) TRY(step_around(q, &c, &c.steps[i], sees(&sight, PACK_PERSONAL), err));
    json_end_array(&q->j);
    TRY(liabilities_put(q, &c, sees(&sight, PACK_PERSONAL), err));
    json_end_object(&q->j);
    return RC_OK;
}

/* ---- acts ---- */

/* Who opens it sees of it what his role there sees. */
static struct sight opener_sees(struct req *q, const struct pack_procedure *p)
{
    struct sight s = {.classes = 1u << PACK_OPEN, .any = true};
    size_t n = 0;
    const struct pack_role *const *roles = grant_roles(q->grant, &n);
    for (size_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < p->opening->by_count; k++)
            if (str_eq(roles[i]->d.name, p->opening->by[k])) s.classes |= roles[i]->sees;
    return s;
}

enum rc route_case_sub_open(struct req *q, struct err *err)
{
    struct case_act a = {.verb = VERB_CASE_OPEN, .made = true};
    struct case_opening *o = &a.args.open;
    const struct json *body;
    TRY(case_begin(q, &a, err));
    TRY(req_json(q, "step line lines values" CASE_ENTRY, &body, err));
    TRY(json_text(body, "step", true, &o->under_step, err));
    TRY(case_text_of(body, "line", &o->under_line, err));
    o->under = a.args.id;
    o->procedure = o->subject = STR("");
    const struct pack_step *s = pack_step_find(a.p, o->under_step);
    a.step = s == NULL ? STR("") : s->name;
    const struct pack_procedure *p = s == NULL || s->sub == NULL ? NULL : pack_procedure_find(q->view->set, s->sub->proc->d.name);
    if (p != NULL) {
        struct sight there = opener_sees(q, p);
        TRY(case_opening_lines(q, p, json_get(body, STR("lines")), &there, o, err));
        TRY(case_pairs_of(q, json_get(body, STR("values")), STR("values"), p->opening->items, p->opening->items_count, &there, &o->set, &o->set_count, err));
        a.p = p; /* what refuses it is a gate of its own opening, or none */
        a.sight = there;
        a.step = STR("");
    }
    TRY(case_entry_of(q, body, &o->entry, err));
    return case_submit(q, &a, err);
}

static enum rc at_step(struct req *q, enum verb verb, const char *members, const char *text, struct case_act *a, const struct json **body, struct err *err)
{
    *a = (struct case_act){.verb = verb};
    TRY(case_begin(q, a, err));
    TRY(req_json(q, members, body, err));
    TRY(json_text(*body, "step", true, &a->args.step, err));
    const struct pack_step *s = pack_step_find(a->p, a->args.step);
    a->step = s == NULL ? STR("") : s->name;
    TRY(case_text_of(*body, text, &a->args.text, err));
    return case_entry_of(q, *body, &a->args.entry, err);
}

enum rc route_case_refer(struct req *q, struct err *err)
{
    struct case_act a;
    const struct json *body;
    TRY(at_step(q, VERB_CASE_REFER, "step reason" CASE_ENTRY, "reason", &a, &body, err));
    a.made = true;
    return case_submit(q, &a, err);
}

enum rc route_case_reply(struct req *q, struct err *err)
{
    struct case_act a;
    const struct json *body;
    TRY(at_step(q, VERB_CASE_REPLY, "step outcome text" CASE_ENTRY, "text", &a, &body, err));
    TRY(json_text(body, "outcome", true, &a.args.outcome, err));
    return case_submit(q, &a, err);
}
