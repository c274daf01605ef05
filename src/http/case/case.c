/*
 * case.c - one case as a path of steps with what is done, missing and why.  Who may see a case is access's
 * to say (the roles that its procedure names, within their scope); what of it is shown goes by the classes of its fields.
 */
#include "http/case/case.h"

enum rc case_register(struct req *q, const struct pack_register **out, struct err *err) { return req_register(q, STR("case"), out, err); }

enum rc case_seen(struct req *q, size_t arg, uint64_t *id, struct record *rec, struct sight *sight, struct err *err)
{
    const struct pack_register *r;
    TRY(case_register(q, &r, err));
    TRY(req_id(q, arg, id, err));
    q->case_id = *id;
    return record_seen(q, PACK_READ, r, *id, rec, sight, err);
}

enum rc case_seen_id(struct req *q, uint64_t id, struct err *err)
{
    const struct pack_register *r;
    struct record rec;
    struct sight sight;
    TRY(case_register(q, &r, err));
    return record_seen(q, PACK_READ, r, id, &rec, &sight, err);
}

static bool sees(const struct sight *s, enum pack_class c) { return (s->classes >> c & 1) != 0; }

bool case_gate_seen(const struct sight *sight, const struct pack_procedure *p, const struct pack_gate *g) { return (case_gate_classes(p, g) & ~sight->classes) == 0; }

/* Cases keep the packs that they began with: a step that today's packs have renamed, or given to others, is still open as it was. */
const struct pack_procedure *case_procedure(struct req *q, const struct record *rec, struct str name)
{
    const struct pack_procedure *now = pack_procedure_find(q->view->set, name);
    const struct pack_register *r = pack_register_find(q->view->set, STR("case"));
    const struct pack_field *f = r == NULL ? NULL : pack_field_find(r, STR("install"));
    const struct record_past *past = record_past(q->view->records);
    const struct sv *install = f == NULL ? NULL : &rec->values[f->column];
    if (install == NULL || install->kind != SV_INT || past == NULL || past->install == (uint64_t)install->i) return now;
    struct records *then;
    struct err none;
    err_clear(&none);
    if (past->at(past->ctx, (uint64_t)install->i, &then, &none) != RC_OK) return now;
    return pack_procedure_find(records_set(then), name);
}

/* ---- values ---- */

/* A ref of a case may lead into packs that it was begun under: it is looked up anew by name. */
static enum rc item_value(struct req *q, const struct pack_item *it, const struct sv *v, struct err *err)
{
    struct record_file f;
    if (it->paper && v->kind == SV_TEXT && q->case_id != 0 && record_file_read(v->s, &f) && f.name.len > 0) {
        file_value_put(q, &f, str_cat(&q->arena, STR("cases/"), str_u64(&q->arena, q->case_id), STR("/files/"), f.hash));
        return RC_OK;
    }
    if (v->kind == SV_NULL || it->f.type != FIELD_REF) return value_put(q, &it->f, v, err);
    const struct pack_register *r = pack_register_find(q->view->set, it->f.ref->d.name);
    return ref_put(q, r, (uint64_t)v->i, err);
}

enum rc items_put(struct req *q, const char *key, const struct pack_item *items, uint32_t n, const struct sv *values, bool each, const struct sight *sight, struct err *err)
{
    put_key(&q->j, key);
    json_array(&q->j);
    for (uint32_t i = 0; i < n && values != NULL; i++) {
        if (items[i].each != each || values[i].kind == SV_NULL) continue;
        json_object(&q->j);
        put_text(&q->j, "name", items[i].f.name);
        put_text2(q, "title", &items[i].f.title);
        if (sees(sight, items[i].f.class)) {
            put_key(&q->j, "value");
            TRY(item_value(q, &items[i], &values[i], err));
        } else {
            put_flag(&q->j, "hidden", true);
        }
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
    return RC_OK;
}

static void votes_put(struct req *q, const struct case_votes *v, bool seen)
{
    put_key(&q->j, "votes");
    if (!v->voted || !seen) {
        json_null(&q->j);
        return;
    }
    json_object(&q->j);
    put_key(&q->j, "counts");
    json_object(&q->j);
    for (uint32_t i = 0; i < v->count; i++) {
        json_key_any(&q->j, v->at[i].name);
        json_i64(&q->j, v->at[i].n);
    }
    json_end_object(&q->j);
    if (v->has_passed) put_flag(&q->j, "passed", v->passed);
    else put_null(&q->j, "passed");
    put_text_or_null(&q->j, "score", v->score);
    json_end_object(&q->j);
}

/* ---- rounds ---- */

static void objections_put(struct req *q, const struct case_posted *n, const struct sight *sight)
{
    put_key(&q->j, "objections");
    json_array(&q->j);
    for (uint32_t i = 0; i < n->objections_count; i++) {
        const struct case_objected *o = &n->objections[i];
        json_object(&q->j);
        put_u64(&q->j, "id", o->id);
        put_u64(&q->j, "number", (uint64_t)o->number);
        put_day(&q->j, "received", o->received);
        put_day(&q->j, "answered", o->answered);
        put_text_or_null(&q->j, "outcome", o->outcome);
        /* Who objected, and the receipt by which he asks, are for those who handle it. */
        put_text_or_null(&q->j, "text", sees(sight, PACK_RESTRICTED) ? o->text : STR_NONE);
        put_text_or_null(&q->j, "by", sees(sight, PACK_RESTRICTED) ? o->by : STR_NONE);
        put_text_or_null(&q->j, "answer", sees(sight, PACK_RESTRICTED) ? o->answer : STR_NONE);
        put_u64(&q->j, "seq", o->seq);
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
}

static void notices_put(struct req *q, const struct case_round *r, const struct sight *sight)
{
    put_key(&q->j, "notices");
    json_array(&q->j);
    for (uint32_t i = 0; i < r->notices_count; i++) {
        const struct case_posted *n = &r->notices[i];
        json_object(&q->j);
        put_u64(&q->j, "id", n->id);
        put_u64(&q->j, "seq", n->seq);
        put_day(&q->j, "posted", n->posted);
        put_day(&q->j, "from", n->from);
        put_day(&q->j, "to", n->to);
        put_text_or_null(&q->j, "text", sees(sight, PACK_PERSONAL) ? n->text : STR_NONE);
        objections_put(q, n, sight);
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
}

static enum rc round_put(struct req *q, const struct pack_step *p, const struct case_round *r, const struct sight *sight, bool seen_seen, struct err *err)
{
    struct json_out *j = &q->j;
    bool personal = sees(sight, PACK_PERSONAL);
    json_object(j);
    put_u64(j, "id", r->id);
    put_u64(j, "seq", r->seq);
    put_u64(j, "round", (uint64_t)r->round);
    put_text(j, "state", r->state);
    put_day(j, "opened", r->opened);
    put_day(j, "happened", r->happened);
    put_day(j, "entered", r->entered);
    put_flag(j, "late", r->late);
    put_text_or_null(j, "paper", r->paper);
    put_text_or_null(j, "by", personal ? r->by : STR_NONE);
    put_text_or_null(j, "second", personal ? r->second : STR_NONE);
    put_text_or_null(j, "signatures", personal ? r->signatures : STR_NONE);
    put_text_or_null(j, "reason", personal ? r->reason : STR_NONE);
    put_text_or_null(j, "irregular", seen_seen ? r->irregular : STR_NONE);
    put_text_or_null(j, "seen", seen_seen ? r->seen : STR_NONE);
    TRY(items_put(q, "values", p->items, p->items_count, r->values, false, sight, err));
    votes_put(q, &r->votes, personal);
    put_key(j, "parts");
    json_array(j);
    for (uint32_t i = 0; i < r->parts_count; i++) {
        json_object(j);
        put_u64(j, "line", r->parts[i].line);
        TRY(items_put(q, "values", p->items, p->items_count, r->parts[i].values, true, sight, err));
        votes_put(q, &r->parts[i].votes, personal);
        json_end_object(j);
    }
    json_end_array(j);
    put_key(j, "opinions");
    json_array(j);
    for (uint32_t i = 0; personal && i < r->said_count; i++) {
        json_object(j);
        put_text(j, "member", r->said[i].member);
        put_text_or_null(j, "stance", r->said[i].stance);
        put_text_or_null(j, "says", r->said[i].text);
        put_flag(j, "chair", r->said[i].chair);
        if (r->said[i].line >= 0) put_u64(j, "line", (uint64_t)r->said[i].line);
        json_end_object(j);
    }
    json_end_array(j);
    notices_put(q, r, sight);
    json_end_object(j);
    return RC_OK;
}

/* ---- what open steps wait for ---- */

static void need_put(struct req *q, const struct pack_procedure *p, const struct case_need *n, const struct sight *sight)
{
    static const char *const kinds[] = {"field", "vote", "reason", "from", "by", "notice", "window", "objections", "gate", "later", "sub", "referral"};
    struct json_out *j = &q->j;
    json_object(j);
    put_text(j, "kind", str_c(kinds[n->kind]));
    put_flag(j, "holds", n->holds);
    put_flag(j, "unknown", n->unknown);
    if (n->line >= 0) put_u64(j, "line", (uint64_t)n->line);
    if (n->day != ENTRY_NO_DAY) put_day(j, "day", n->day);
    if (n->kind == NEED_OBJECTIONS) put_u64(j, "count", (uint64_t)n->count);
    if (n->item != NULL) {
        put_text(j, "item", n->item->f.name);
        put_text2(q, "title", &n->item->f.title);
    }
    if (n->limit != NULL) {
        put_text(j, "limit", n->limit->name);
        put_basis(q, n->limit->basis, n->limit->basis_count);
    }
    if (n->gate != NULL) {
        bool seen = case_gate_seen(sight, p, n->gate);
        put_key(j, "gate");
        json_object(j);
        gate_members(q, n->gate);
        json_end_object(j);
        put_text_or_null(j, "say", seen ? n->say : STR_NONE);
        put_text_or_null(j, "values", seen ? n->values : STR_NONE);
        put_flag(j, "withheld", !seen);
    }
    json_end_object(j);
}

/* May he do here what is asked of one of these roles?  The role must be held over the place of the case's subject. */
enum rc case_acts_on(struct req *q, const struct str *roles, uint32_t n, struct str reg, uint64_t id, bool *out, struct err *err)
{
    const struct pack_register *r = pack_register_find(q->view->set, reg);
    enum access_acts acts = ACTS_NOT;
    if (r != NULL && id != 0) TRY(grant_acts(q->grant, roles, n, r, id, &q->world, &acts, err));
    *out = acts == ACTS_YES;
    return RC_OK;
}

enum rc case_acts_in(struct req *q, const struct case_full *c, const struct str *roles, uint32_t n, bool *out, struct err *err)
{
    return case_acts_on(q, roles, n, c->procedure->subject->d.name, c->subject, out, err);
}

/* One who did a step that this one must not be done by the same hand as. */
bool case_barred(struct req *q, const struct case_full *c, const struct case_step *s)
{
    uint64_t me = grant_account(q->grant);
    for (uint32_t i = 0; i < s->step->not_by_count; i++) {
        const struct case_step *other = &c->steps[s->step->not_by[i]];
        for (uint32_t r = 0; r < other->rounds_count; r++)
            if (other->rounds[r].round == other->round && other->rounds[r].account == me && me != 0) return true;
    }
    return false;
}

/* What a step saw may tell of all that its gates read. */
static bool sees_seen(const struct sight *sight, const struct pack_procedure *p, const struct pack_step *s)
{
    for (uint32_t i = 0; i < s->gates_count; i++)
        if (!case_gate_seen(sight, p, &s->gates[i])) return false;
    return sees(sight, PACK_PERSONAL);
}

static enum rc step_put(struct req *q, const struct case_full *c, const struct case_step *s, const struct sight *sight, struct err *err)
{
    struct json_out *j = &q->j;
    bool open = str_eq(s->state, STR("open")), may = false;
    if (open) TRY(case_acts_in(q, c, s->step->by, s->step->by_count, &may, err));
    json_object(j);
    step_members(q, c->procedure, s->step, c->opened);
    put_text_or_null(j, "state", s->state);
    put_u64(j, "round", (uint64_t)s->round);
    put_flag(j, "mine", may && !case_barred(q, c, s));
    put_flag(j, "barred", open && case_barred(q, c, s));
    put_key(j, "needs");
    json_array(j);
    for (uint32_t i = 0; i < s->needs_count; i++) need_put(q, c->procedure, &s->needs[i], sight);
    json_end_array(j);
    put_key(j, "rounds");
    json_array(j);
    bool seen = sees_seen(sight, c->procedure, s->step);
    for (uint32_t i = 0; i < s->rounds_count; i++) TRY(round_put(q, s->step, &s->rounds[i], sight, seen, err));
    json_end_array(j);
    json_end_object(j);
    return RC_OK;
}

static const struct pack_register *line_register(struct req *q, const struct pack_lines *l)
{
    return pack_register_find(q->view->set, l->reg != NULL ? l->reg->d.name : l->who->f.ref->d.name);
}

static enum rc lines_put(struct req *q, const struct case_full *c, const struct sight *sight, struct err *err)
{
    const struct pack_lines *p = c->procedure->lines;
    put_key(&q->j, "lines");
    json_array(&q->j);
    for (uint32_t i = 0; p != NULL && i < c->lines_count; i++) {
        const struct case_line *l = &c->lines[i];
        json_object(&q->j);
        put_u64(&q->j, "id", l->id);
        put_u64(&q->j, "number", (uint64_t)l->number);
        put_key(&q->j, "record");
        TRY(ref_put(q, line_register(q, p), l->record, err));
        put_text_or_null(&q->j, "kind", l->kind);
        put_text(&q->j, "state", l->state);
        put_text_or_null(&q->j, "left_step", l->left_step);
        put_text_or_null(&q->j, "left_by", l->left_by);
        TRY(items_put(q, "values", p->items, p->items_count, p->reg != NULL ? NULL : l->values, false, sight, err));
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
    if (p == NULL) return RC_OK;
    put_key(&q->j, "lines_of");
    json_object(&q->j);
    put_text(&q->j, "title", p->title);
    put_text(&q->j, "one", p->one);
    put_text_or_null(&q->j, "register", p->reg == NULL ? STR_NONE : p->reg->d.name);
    put_key(&q->j, "fields");
    json_array(&q->j);
    for (uint32_t i = 0; i < p->items_count; i++) item_put(q, &p->items[i]);
    json_end_array(&q->j);
    json_end_object(&q->j);
    return RC_OK;
}

/* Does the procedure in force say that it takes over cases of a version that this one began with?  packs: "name version hash; …". */
static bool adoptable(struct req *q, const struct pack_procedure *now, struct str packs)
{
    bool any = false;
    for (uint32_t i = 0; i < now->adopts_count; i++)
        any = any || str_find(str_cat(&q->arena, STR("; "), packs), str_cat(&q->arena, STR("; "), now->adopts[i], STR(" "))) != SIZE_MAX;
    return any;
}

enum rc route_case(struct req *q, struct err *err)
{
    struct record rec;
    struct sight sight;
    struct case_full c;
    uint64_t id;
    struct json_out *j = &q->j;
    TRY(case_seen(q, 0, &id, &rec, &sight, err));
    TRY(case_whole(q->view->records, id, q->run.today, &q->arena, q->lang, &c, err));
    bool personal = sees(&sight, PACK_PERSONAL);
    const struct pack_register *r;
    TRY(case_register(q, &r, err));
    for (enum pack_class k = PACK_PERSONAL; k <= PACK_RESTRICTED; k++)
        if (sees(&sight, k)) read_note(q, r, id, k, "card");
    answer_json(q);
    json_object(j);
    put_u64(j, "seq", q->view->seq);
    put_u64(j, "id", id);
    put_u64(j, "version", c.seq);
    put_u64(j, "opened_seq", c.opened_seq);
    put_key(j, "procedure");
    json_object(j);
    put_text(j, "name", c.procedure->d.name);
    put_text2(q, "title", &c.procedure->d.title);
    put_basis(q, c.procedure->d.basis, c.procedure->d.basis_count);
    put_text_or_null(j, "chapter", c.procedure->d.chapter == NULL ? STR_NONE : c.procedure->d.chapter->file);
    put_u64(j, "line", c.procedure->d.place.line);
    json_end_object(j);
    put_text(j, "title", personal ? c.title : text2_in(&c.procedure->d.title, q->lang));
    put_text(j, "subject_title", c.procedure->subject_title);
    put_key(j, "subject");
    TRY(ref_put(q, pack_register_find(q->view->set, c.procedure->subject->d.name), c.subject, err));
    put_text(j, "state", c.state);
    put_day(j, "opened", c.opened);
    put_day(j, "entered", c.entered);
    put_day(j, "ended", c.ended);
    put_text_or_null(j, "by", personal ? c.by : STR_NONE);
    put_text_or_null(j, "reason", personal ? c.reason : STR_NONE);
    put_text(j, "packs", c.packs);
    bool down, reopen;
    TRY(case_acts_in(q, &c, c.procedure->down_by, c.procedure->down_by_count, &down, err));
    TRY(case_acts_in(q, &c, c.procedure->opening->by, c.procedure->opening->by_count, &reopen, err));
    put_flag(j, "may_lay_down", down && str_eq(c.state, STR("open")));
    put_flag(j, "may_reopen", reopen && str_eq(c.state, STR("laid-down")));
    bool deferred = c.lines_count == 0 && str_eq(c.state, STR("ended"));
    for (uint32_t i = 0; i < c.lines_count; i++) deferred = deferred || str_eq(c.lines[i].state, STR("deferred"));
    const struct pack_procedure *now = pack_procedure_find(q->view->set, c.procedure->d.name);
    put_flag(j, "may_take_up", reopen && deferred);
    put_flag(j, "may_adopt", down && str_eq(c.state, STR("open")) && now != NULL && now != c.procedure && adoptable(q, now, c.packs));
    put_flag(j, "may_prove", personal && sees(&sight, PACK_RESTRICTED));
    roles_put(q, "lay_down_by", c.procedure->down_by, c.procedure->down_by_count);
    TRY(items_put(q, "values", c.procedure->opening->items, c.procedure->opening->items_count, c.values, false, &sight, err));
    TRY(lines_put(q, &c, &sight, err));
    put_key(j, "steps");
    json_array(j);
    for (uint32_t i = 0; i < c.steps_count; i++) TRY(step_put(q, &c, &c.steps[i], &sight, err));
    json_end_array(j);
    json_end_object(j);
    answer_header(q, "ETag", str_cat(&q->arena, STR("\""), str_u64(&q->arena, c.seq), STR("\"")));
    return RC_OK;
}
