/*
 * link.c - what hangs on the links of a case when it is traced: whether somebody answers for a step that is over, by what facts, and what is done about it.
 * It is in sight with the case; facts and measures for who sees restricted fields of it, and only he writes them.
 */
#include "http/case/case.h"

static bool sees(const struct sight *s, enum pack_class c) { return (s->classes >> c & 1) != 0; }

enum rc case_open_to(struct req *q, uint64_t id, struct sight *sight, bool *out, struct err *err)
{
    const struct pack_register *r;
    struct record rec;
    struct err why;
    err_clear(&why);
    TRY(case_register(q, &r, err));
    enum rc rc = record_seen(q, PACK_READ, r, id, &rec, sight, &why);
    *out = rc == RC_OK;
    if (rc == RC_OK || rc == RC_ABSENT || rc == RC_DENIED) return RC_OK;
    if (err != NULL) *err = why;
    return rc;
}

void link_slip_put(struct req *q, const struct case_found *x)
{
    put_key(&q->j, "slip");
    if (x->slip == 0) {
        json_null(&q->j);
        return;
    }
    const struct pack_slip *kind = NULL;
    for (uint32_t i = 0; i < q->view->set->slips_count; i++)
        if (str_eq(q->view->set->slips[i]->d.name, x->slip_kind)) kind = q->view->set->slips[i];
    json_object(&q->j);
    put_u64(&q->j, "id", x->slip);
    put_text(&q->j, "title", kind == NULL ? x->slip_kind : text2_in(&kind->d.title, q->lang));
    put_text(&q->j, "state", x->slip_state);
    put_text(&q->j, "state_title", slip_state_text(x->slip_state, q->lang));
    json_end_object(&q->j);
}

static void found_put(struct req *q, const struct case_found *x, const struct sight *s)
{
    bool personal = sees(s, PACK_PERSONAL), restricted = sees(s, PACK_RESTRICTED);
    struct json_out *j = &q->j;
    json_object(j);
    put_u64(j, "id", x->id);
    put_u64(j, "seq", x->seq);
    put_u64(j, "number", (uint64_t)x->number);
    put_text(j, "outcome", x->outcome);
    put_day(j, "happened", x->happened);
    put_day(j, "entered", x->entered);
    put_text_or_null(j, "person", personal && x->person.len > 0 ? x->person : STR_NONE);
    put_text_or_null(j, "by", personal && x->by.len > 0 ? x->by : STR_NONE);
    put_text_or_null(j, "second", personal && x->second.len > 0 ? x->second : STR_NONE);
    put_text_or_null(j, "finding", restricted ? x->finding : STR_NONE);
    put_text_or_null(j, "measure", restricted && x->measure.len > 0 ? x->measure : STR_NONE);
    put_flag(j, "withheld", !restricted);
    put_text_or_null(j, "basis", x->basis.len > 0 ? x->basis : STR_NONE);
    put_text(j, "paper", x->paper);
    link_slip_put(q, x);
    if (x->corrects != 0) put_u64(j, "corrects", x->corrects);
    else put_null(j, "corrects");
    if (x->corrected != 0) put_u64(j, "corrected", x->corrected);
    else put_null(j, "corrected");
    json_end_object(j);
}

static enum rc may_enter(struct req *q, const struct pack_procedure *p, const struct record *rec, const struct str **roles, uint32_t *n, bool *out, struct err *err)
{
    const struct pack_register *cases, *r = pack_register_find(q->view->set, p->subject->d.name);
    const struct pack_field *subject;
    enum access_acts acts = ACTS_NOT;
    TRY(case_register(q, &cases, err));
    TRY(req_field(q, cases, STR("subject"), &subject, err));
    case_tracers(q->view->set, p, roles, n);
    if (r != NULL) TRY(grant_acts(q->grant, *roles, *n, r, (uint64_t)rec->values[subject->column].i, &q->world, &acts, err));
    *out = acts == ACTS_YES;
    return RC_OK;
}

enum rc route_case_liabilities(struct req *q, struct err *err)
{
    const struct pack_register *cases;
    struct record rec;
    struct sight sight;
    struct case_view v;
    struct case_link *links;
    const struct str *roles;
    uint32_t n;
    size_t count;
    uint64_t id;
    bool may;
    TRY(case_seen(q, 0, &id, &rec, &sight, err));
    TRY(case_look(q->view->records, id, q->run.today, &q->arena, &v, err));
    TRY(case_links(q->view->records, id, q->run.today, &q->arena, &links, &count, err));
    TRY(case_register(q, &cases, err));
    TRY(may_enter(q, v.procedure, &rec, &roles, &n, &may, err));
    for (enum pack_class k = PACK_PERSONAL; k <= PACK_RESTRICTED; k++)
        if (sees(&sight, k)) read_note(q, cases, id, k, "card");
    answer_json(q);
    json_object(&q->j);
    put_u64(&q->j, "seq", q->view->seq);
    put_u64(&q->j, "id", id);
    put_flag(&q->j, "may", may && sees(&sight, PACK_RESTRICTED) && sees(&sight, PACK_PERSONAL));
    roles_put(q, "by", roles, n);
    put_key(&q->j, "items");
    json_array(&q->j);
    for (size_t i = 0; i < count; i++) {
        const struct pack_step *s = pack_step_find(v.procedure, links[i].step);
        json_object(&q->j);
        put_u64(&q->j, "link", links[i].step_id);
        put_text(&q->j, "step", links[i].step);
        put_text(&q->j, "title", s == NULL ? links[i].step : text2_in(&s->title, q->lang));
        put_u64(&q->j, "round", (uint64_t)links[i].round);
        put_key(&q->j, "found");
        json_array(&q->j);
        for (uint32_t k = 0; k < links[i].found_count; k++) found_put(q, &links[i].found[k], &sight);
        json_end_array(&q->j);
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
    json_end_object(&q->j);
    return RC_OK;
}

/* A slip that is named must be in sight: nobody learns by trying which there are. */
static enum rc slip_named(struct req *q, uint64_t id, struct err *err)
{
    const struct pack_register *r;
    struct record rec;
    struct sight s;
    if (id == 0) return RC_OK;
    TRY(req_register(q, STR("slip"), &r, err));
    return record_seen(q, PACK_READ, r, id, &rec, &s, err);
}

enum rc route_case_liable(struct req *q, struct err *err)
{
    struct case_act a = {.verb = VERB_CASE_LIABLE, .made = true};
    struct case_liability *g = &a.args.liable;
    const struct json *body;
    struct record rec;
    struct case_view v;
    uint64_t link = 0;
    TRY(case_seen(q, 0, &g->id, &rec, &a.sight, err));
    TRY(req_json(q, "link outcome person finding measure basis slip corrects happened paper second", &body, err));
    TRY(json_u64(body, "link", true, &link, err));
    g->step = str_cat(&q->arena, STR("#"), str_u64(&q->arena, link));
    TRY(json_text(body, "outcome", true, &g->outcome, err));
    TRY(case_text_of(body, "person", &g->person, err));
    TRY(case_text_of(body, "finding", &g->finding, err));
    TRY(case_text_of(body, "measure", &g->measure, err));
    TRY(case_text_of(body, "basis", &g->basis, err));
    TRY(json_u64(body, "slip", false, &g->slip, err));
    TRY(json_u64(body, "corrects", false, &g->corrects, err));
    TRY(case_entry_of(q, body, &a.args.entry, err));
    if (!sees(&a.sight, PACK_PERSONAL) || !sees(&a.sight, PACK_RESTRICTED))
        return err_set(err, &E_http_denied, NO_PLACE, say_in(q, "责任认定（要看得到受限的内容）", "entering who answers for it (takes sight of restricted fields)"));
    TRY(slip_named(q, g->slip, err));
    TRY(case_look(q->view->records, g->id, q->run.today, &q->arena, &v, err));
    a.p = v.procedure;
    return case_submit(q, &a, err);
}
