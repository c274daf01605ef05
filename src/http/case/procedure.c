/* procedure.c - procedures as they are declared: steps, who acts, what is asked, gates with their basis. */
#include "http/case/case.h"

bool holds_role(struct req *q, const struct str *roles, uint32_t n)
{
    size_t held = 0;
    const struct pack_role *const *mine = grant_roles(q->grant, &held);
    for (size_t i = 0; i < held; i++)
        for (uint32_t k = 0; k < n; k++)
            if (str_eq(mine[i]->d.name, roles[k])) return true;
    return false;
}

void roles_put(struct req *q, const char *key, const struct str *roles, uint32_t n)
{
    put_key(&q->j, key);
    json_array(&q->j);
    for (uint32_t i = 0; i < n; i++) {
        json_object(&q->j);
        put_text(&q->j, "name", roles[i]);
        put_text(&q->j, "title", role_title(q, roles[i]));
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
}

static void strings_put(struct req *q, const char *key, const struct str *s, uint32_t n)
{
    put_key(&q->j, key);
    json_array(&q->j);
    for (uint32_t i = 0; i < n; i++) json_string(&q->j, s[i]);
    json_end_array(&q->j);
}

static const char *type_name(const struct pack_item *it)
{
    static const char *const names[] = {"text", "number", "boolean", "date", "month", "datetime", "duration", "choice", "ref", "file"};
    return it->paper ? "paper" : names[it->f.type];
}

void item_put(struct req *q, const struct pack_item *it)
{
    struct json_out *j = &q->j;
    const struct pack_field *f = &it->f;
    json_object(j);
    put_text(j, "name", f->name);
    put_text2(q, "title", &f->title);
    put_text(j, "type", str_c(type_name(it)));
    if (f->type == FIELD_TEXT && f->len > 0) put_u64(j, "len", f->len);
    else put_null(j, "len");
    if (f->type == FIELD_NUMBER) put_u64(j, "scale", f->len);
    else put_null(j, "scale");
    put_flag(j, "each", it->each);
    put_flag(j, "required", f->required);
    put_text(j, "class", str_c(class_name(f->class)));
    put_text_or_null(j, "unit", f->unit);
    put_text_or_null(j, "ref", f->ref == NULL ? STR_NONE : f->ref->d.name);
    put_text_or_null(j, "check", f->check == NULL ? STR_NONE : f->check->text);
    put_key(j, "options");
    json_array(j);
    for (uint32_t i = 0; f->codes != NULL && i < f->codes->feel.rows_count; i++) {
        json_object(j);
        put_text(j, "code", f->codes->feel.code[i]);
        put_text2(q, "title", &f->codes->titles[i]);
        json_end_object(j);
    }
    json_end_array(j);
    roles_put(q, "sign", it->sign, it->sign_count);
    put_basis(q, f->basis, f->basis_count);
    json_end_object(j);
}

static void fields_put(struct req *q, const char *key, const struct pack_item *items, uint32_t n)
{
    put_key(&q->j, key);
    json_array(&q->j);
    for (uint32_t i = 0; i < n; i++) item_put(q, &items[i]);
    json_end_array(&q->j);
}

void gate_members(struct req *q, const struct pack_gate *g)
{
    static const char *const fails[] = {"refuse", "drop", "lay-down"};
    put_text(&q->j, "name", g->name);
    put_text2(q, "title", &g->title);
    put_text(&q->j, "fails", str_c(fails[g->fails]));
    put_flag(&q->j, "each", g->each);
    put_flag(&q->j, "reason", g->reason);
    put_flag(&q->j, "inapplicable", g->inapplicable);
    put_flag(&q->j, "exception", g->unless != NULL);
    put_text_or_null(&q->j, "must", g->must == NULL ? STR_NONE : g->must->text);
    put_basis(q, g->basis, g->basis_count);
    strings_put(q, "implements", g->implements, g->implements_count);
}

static void gates_put(struct req *q, const struct pack_gate *gates, uint32_t n)
{
    put_key(&q->j, "gates");
    json_array(&q->j);
    for (uint32_t i = 0; i < n; i++) {
        json_object(&q->j);
        gate_members(q, &gates[i]);
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
}

void share_put(struct req *q, const char *key, const struct pack_share *s, const struct pack_param_value *now)
{
    static const char *const bases[] = {"entitled", "present", "valid"};
    put_key(&q->j, key);
    if (s->param == NULL) {
        json_null(&q->j);
        return;
    }
    json_object(&q->j);
    put_text(&q->j, "base", str_c(bases[s->base]));
    put_flag(&q->j, "more", s->more);
    put_text(&q->j, "param", s->param->title);
    if (now != NULL) {
        put_text(&q->j, "p", str_i64(&q->arena, now->p));
        put_text(&q->j, "q", str_i64(&q->arena, now->q == 0 ? 1 : now->q));
        put_basis(q, now->basis, now->basis_count);
    }
    json_end_object(&q->j);
}

/* A threshold with what it comes to today in a case that was opened on that day. */
static void share_in_force(struct req *q, const char *key, const struct pack_share *s, const struct pack_procedure *p, day_num opened)
{
    share_put(q, key, s, s->param == NULL ? NULL : case_param_on(q->view->set, p, s->param, opened, q->run.today));
}

static void ballot_put(struct req *q, const struct pack_procedure *p, const struct pack_ballot *b, day_num opened)
{
    static const char *const kinds[] = {"nominate", "approve", "choose", "grade", "score"}, *const modes[] = {"sign-in", "code", "paper", "hands", "voice"};
    struct json_out *j = &q->j;
    put_key(j, "ballot");
    if (b == NULL) {
        json_null(j);
        return;
    }
    json_object(j);
    put_text(j, "name", b->d.name);
    put_text2(q, "title", &b->d.title);
    put_text(j, "kind", str_c(kinds[b->kind]));
    put_text(j, "mode", str_c(modes[b->mode]));
    put_flag(j, "secret", b->secret);
    share_in_force(q, "quorum", &b->quorum, p, opened);
    share_in_force(q, "pass", &b->pass, p, opened);
    put_key(j, "options");
    json_array(j);
    for (uint32_t i = 0; i < b->options_count; i++) {
        json_object(j);
        put_text(j, "name", b->options[i].name);
        put_text(j, "title", b->options[i].title);
        json_end_object(j);
    }
    json_end_array(j);
    put_key(j, "classes");
    json_array(j);
    for (uint32_t i = 0; i < b->classes_count; i++) {
        json_object(j);
        put_text(j, "name", b->classes[i].name);
        put_text(j, "title", b->classes[i].title);
        put_u64(j, "weight", (uint64_t)b->classes[i].weight);
        json_end_object(j);
    }
    json_end_array(j);
    put_basis(q, b->d.basis, b->d.basis_count);
    json_end_object(j);
}

static void meeting_put(struct req *q, const struct pack_meeting *m)
{
    put_key(&q->j, "meeting");
    if (m == NULL) {
        json_null(&q->j);
        return;
    }
    json_object(&q->j);
    put_text(&q->j, "body", m->body);
    put_text_or_null(&q->j, "chair", m->chair.len == 0 ? STR_NONE : role_title(q, m->chair));
    put_flag(&q->j, "speak_all", m->speak_all);
    put_flag(&q->j, "last_chair", m->last_chair);
    put_flag(&q->j, "written", m->written);
    json_end_object(&q->j);
}

static void notice_put(struct req *q, const struct pack_notice *n)
{
    put_key(&q->j, "notice");
    if (n == NULL) {
        json_null(&q->j);
        return;
    }
    json_object(&q->j);
    put_text(&q->j, "name", n->d.name);
    put_text2(q, "title", &n->d.title);
    put_flag(&q->j, "staff_only", n->staff_place);
    strings_put(q, "show", n->show_texts, n->show_count);
    put_text_or_null(&q->j, "window", n->window == NULL ? STR_NONE : n->window->text);
    put_basis(q, n->d.basis, n->d.basis_count);
    json_end_object(&q->j);
}

static void limits_put(struct req *q, const struct pack_step *s)
{
    put_key(&q->j, "limits");
    json_array(&q->j);
    for (uint32_t i = 0; i < s->limits_count; i++) {
        const struct pack_limit *l = &s->limits[i];
        json_object(&q->j);
        put_text(&q->j, "name", l->name);
        put_text_or_null(&q->j, "after", l->after == NULL ? STR_NONE : l->after->text);
        put_text_or_null(&q->j, "not_before", l->not_before == NULL ? STR_NONE : l->not_before->text);
        put_text_or_null(&q->j, "within", l->within == NULL ? STR_NONE : l->within->text);
        put_flag(&q->j, "refuse", l->refuse);
        put_basis(q, l->basis, l->basis_count);
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
}

/* From which forms its papers are drafted, and of what: the subject, a line's own record, whom a line is about. */
static void papers_put(struct req *q, const struct pack_procedure *p, const struct pack_step *s)
{
    static const char *const of[] = {"", "subject", "line", "who", "case"};
    put_key(&q->j, "papers");
    json_array(&q->j);
    for (uint32_t i = 0; i < s->papers_count; i++) {
        json_object(&q->j);
        put_text(&q->j, "form", s->papers[i]->d.name);
        put_text2(q, "title", &s->papers[i]->d.title);
        put_text(&q->j, "register", s->papers[i]->over == NULL ? STR("") : s->papers[i]->over->d.name);
        put_text(&q->j, "of", str_c(of[pack_paper_of(p, s->papers[i])]));
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
}

void step_members(struct req *q, const struct pack_procedure *p, const struct pack_step *s, day_num opened)
{
    struct json_out *j = &q->j;
    put_text(j, "name", s->name);
    put_text2(q, "title", &s->title);
    put_u64(j, "group", s->group);
    roles_put(q, "by", s->by, s->by_count);
    put_key(j, "not_by");
    json_array(j);
    for (uint32_t i = 0; i < s->not_by_count; i++) json_string(j, text2_in(&p->steps[s->not_by[i]]->title, q->lang));
    json_end_array(j);
    put_text_or_null(j, "when", s->when == NULL ? STR_NONE : s->when->text);
    strings_put(q, "kinds", s->kinds, s->kinds_count);
    fields_put(q, "fields", s->items, s->items_count);
    gates_put(q, s->gates, s->gates_count);
    limits_put(q, s);
    meeting_put(q, s->meeting);
    ballot_put(q, p, s->ballot, opened);
    notice_put(q, s->notice);
    papers_put(q, p, s);
    put_flag(j, "discretion", s->discretion);
    put_u64(j, "effects", s->effects_count);
    put_key(j, "returns");
    json_array(j);
    for (uint32_t i = 0; i < s->returns_count; i++) {
        json_object(j);
        put_text(j, "to", p->steps[s->returns[i].to]->name);
        put_text2(q, "title", &p->steps[s->returns[i].to]->title);
        put_flag(j, "mine", holds_role(q, s->returns[i].by, s->returns[i].by_count));
        json_end_object(j);
    }
    json_end_array(j);
    put_basis(q, s->basis, s->basis_count);
}

static void lines_put(struct req *q, const struct pack_lines *l)
{
    put_key(&q->j, "lines");
    if (l == NULL) {
        json_null(&q->j);
        return;
    }
    json_object(&q->j);
    put_text(&q->j, "title", l->title);
    put_text(&q->j, "one", l->one);
    put_text_or_null(&q->j, "register", l->reg == NULL ? STR_NONE : l->reg->d.name);
    put_text_or_null(&q->j, "from", l->from == NULL ? STR_NONE : l->from->d.name);
    put_text_or_null(&q->j, "who", l->who == NULL ? STR_NONE : l->who->f.name);
    put_text_or_null(&q->j, "kind", l->kind == NULL ? STR_NONE : l->kind->f.name);
    fields_put(q, "fields", l->items, l->items_count);
    json_end_object(&q->j);
}

/* Does any step name one of my roles?  Then the procedure is on my menu. */
static bool concerns(struct req *q, const struct pack_procedure *p)
{
    if (holds_role(q, p->opening->by, p->opening->by_count) || holds_role(q, p->down_by, p->down_by_count)) return true;
    for (uint32_t i = 0; i < p->steps_count; i++)
        if (holds_role(q, p->steps[i]->by, p->steps[i]->by_count)) return true;
    return false;
}

static void head_members(struct req *q, const struct pack_procedure *p)
{
    const struct pack_chapter *c = p->d.chapter;
    put_text(&q->j, "name", p->d.name);
    put_text2(q, "title", &p->d.title);
    put_key(&q->j, "subject");
    json_object(&q->j);
    put_text(&q->j, "register", p->subject->d.name);
    put_text(&q->j, "title", p->subject_title);
    json_end_object(&q->j);
    put_u64(&q->j, "steps_count", p->steps_count);
    put_flag(&q->j, "mine", concerns(q, p));
    put_flag(&q->j, "may_open", holds_role(q, p->opening->by, p->opening->by_count) && grant_may(q->grant, PACK_READ, p->subject));
    put_flag(&q->j, "may_lay_down", holds_role(q, p->down_by, p->down_by_count));
    put_basis(q, p->d.basis, p->d.basis_count);
    put_text_or_null(&q->j, "chapter", c == NULL ? STR_NONE : c->file);
    put_text_or_null(&q->j, "pack", p->d.pack < q->view->set->packs_count ? q->view->set->packs[p->d.pack].name : STR_NONE);
    put_u64(&q->j, "line", p->d.place.line);
}

enum rc route_procedures(struct req *q, struct err *err)
{
    const struct pack_set *set = q->view->set;
    (void)err;
    items_open(q, false);
    for (uint32_t i = 0; i < set->procedures_count; i++) {
        json_object(&q->j);
        head_members(q, set->procedures[i]);
        json_end_object(&q->j);
    }
    items_close(q);
    return RC_OK;
}

enum rc route_procedure(struct req *q, struct err *err)
{
    const struct pack_procedure *p = pack_procedure_find(q->view->set, q->args[0]);
    if (p == NULL) return err_set(err, &E_http_absent, NO_PLACE, q->args[0]);
    answer_json(q);
    json_object(&q->j);
    head_members(q, p);
    roles_put(q, "open_by", p->opening->by, p->opening->by_count);
    fields_put(q, "fields", p->opening->items, p->opening->items_count);
    gates_put(q, p->opening->gates, p->opening->gates_count);
    lines_put(q, p->lines);
    put_key(&q->j, "steps");
    json_array(&q->j);
    for (uint32_t i = 0; i < p->steps_count; i++) {
        json_object(&q->j);
        step_members(q, p, p->steps[i], q->run.today);
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
    json_end_object(&q->j);
    return RC_OK;
}
