/*
 * paper.c - the papers of a case: which step takes which, drafted from what the case holds within sight of who asks, and filed with the number or the file that
 * was signed.  A draft leaves as every export does, and who acts at the step is who drafts; of an irregular step nothing comes out.
 */
#include "http/case/case.h"
#include "http/paper/leave.h"

enum { PAPERS_MOST = 500 };

static bool sees(const struct sight *s, enum pack_class c) { return (s->classes >> c & 1) != 0; }

/* ---- which there are ---- */

struct listing {
    struct req *q;
    const struct case_full *c;
    const struct sight *sight;
    const struct case_drafted *all;
    size_t n;
};

static const struct case_drafted *drafted_of(const struct listing *l, const struct case_step *s, struct str form)
{
    for (size_t i = 0; i < l->n; i++)
        if (str_eq(l->all[i].step, s->step->name) && l->all[i].round == s->round && str_eq(l->all[i].form, form)) return &l->all[i];
    return NULL;
}

static void file_put(struct req *q, struct str text, bool seen)
{
    struct record_file f;
    put_key(&q->j, "file");
    if (!seen || text.len == 0 || !record_file_read(text, &f) || f.name.len == 0) json_null(&q->j);
    else file_value_put(q, &f, str_cat(&q->arena, STR("files/"), f.hash));
}

/* Whose roles print this register: to be told to who acts here and may not. */
static struct str printers(struct req *q, const struct pack_register *r)
{
    struct str out = STR("");
    const struct pack_set *set = q->view->set;
    for (uint32_t i = 0; i < set->roles_count; i++) {
        const struct pack_role *role = set->roles[i];
        bool may = false;
        for (uint32_t k = 0; k < role->may_count && !may; k++) may = role->may[k].verb == PACK_PRINT && role->may[k].reg == r;
        if (may) out = str_cat(&q->arena, out, out.len > 0 ? say_in(q, "、", ", ") : STR(""), text2_in(&role->d.title, q->lang));
    }
    return out;
}

static void paper_put(struct listing *l, const struct case_step *s, const struct pack_form *f, bool acts)
{
    struct req *q = l->q;
    const struct case_drafted *x = drafted_of(l, s, f->d.name);
    static const char *const of[] = {"", "subject", "line", "who", "case"};
    bool begun = str_eq(s->state, STR("open")) || str_eq(s->state, STR("done")), irregular = str_eq(s->state, STR("irregular")), personal = sees(l->sight, PACK_PERSONAL);
    const char *state = x != NULL && x->filed != ENTRY_NO_DAY ? "filed" : irregular ? "shut" : !begun ? "ahead" : x != NULL ? "drafted" : "missing";
    json_object(&q->j);
    put_text(&q->j, "step", s->step->name);
    put_text2(q, "step_title", &s->step->title);
    put_text(&q->j, "form", f->d.name);
    put_text2(q, "title", &f->d.title);
    put_text(&q->j, "of", str_c(of[pack_paper_of(l->c->procedure, f)]));
    put_text(&q->j, "state", str_c(state));
    bool drafts = begun && acts && f->format == FORM_DOCX, prints = f->of_count > 0 || grant_may(q->grant, PACK_PRINT, f->over);
    put_flag(&q->j, "may_draft", drafts && prints);
    put_text_or_null(&q->j, "printed_by", drafts && !prints ? printers(q, f->over) : STR_NONE);
    put_flag(&q->j, "may_file", (begun || irregular) && acts);
    put_day(&q->j, "drafted", x == NULL ? ENTRY_NO_DAY : x->drafted);
    put_text_or_null(&q->j, "drafted_by", x != NULL && personal && x->drafted_by.len > 0 ? x->drafted_by : STR_NONE);
    put_day(&q->j, "filed", x == NULL ? ENTRY_NO_DAY : x->filed);
    put_text_or_null(&q->j, "filed_by", x != NULL && personal && x->filed_by.len > 0 ? x->filed_by : STR_NONE);
    put_text_or_null(&q->j, "number", x != NULL && x->number.len > 0 ? x->number : STR_NONE);
    file_put(q, x == NULL ? STR("") : x->file, personal);
    json_end_object(&q->j);
}

/* The forms of today's packs, and those that only the case's own know. */
static enum rc step_papers(struct listing *l, const struct case_step *s, struct err *err)
{
    struct req *q = l->q;
    const struct pack_procedure *now = pack_procedure_find(q->view->set, l->c->procedure->d.name);
    const struct pack_step *today = now == NULL ? NULL : pack_step_find(now, s->step->name);
    const struct pack_register *r = pack_register_find(q->view->set, l->c->procedure->subject->d.name);
    enum access_acts acts = ACTS_NOT;
    if (r != NULL) TRY(grant_acts(q->grant, s->step->by, s->step->by_count, r, l->c->subject, &q->world, &acts, err));
    for (uint32_t i = 0; today != NULL && i < today->papers_count; i++) paper_put(l, s, today->papers[i], acts == ACTS_YES);
    for (uint32_t i = 0; i < s->step->papers_count; i++) {
        bool there = false;
        for (uint32_t k = 0; today != NULL && k < today->papers_count; k++) there = there || str_eq(today->papers[k]->d.name, s->step->papers[i]->d.name);
        const struct pack_form *f = there ? NULL : pack_form_find(q->view->set, s->step->papers[i]->d.name);
        if (f != NULL) paper_put(l, s, f, acts == ACTS_YES);
    }
    return RC_OK;
}

enum rc route_case_papers(struct req *q, struct err *err)
{
    struct record rec;
    struct sight sight;
    struct case_full c;
    struct case_drafted *all;
    const struct pack_register *r;
    uint64_t id;
    struct listing l = {.q = q, .c = &c, .sight = &sight};
    TRY(case_seen(q, 0, &id, &rec, &sight, err));
    TRY(case_whole(q->view->records, id, q->run.today, &q->arena, q->lang, &c, err));
    TRY(case_papers(q->view->records, id, q->run.today, &q->arena, &all, &l.n, err));
    TRY(case_register(q, &r, err));
    if (sees(&sight, PACK_PERSONAL)) read_note(q, r, id, PACK_PERSONAL, "card");
    l.all = all;
    answer_json(q);
    json_object(&q->j);
    put_u64(&q->j, "seq", q->view->seq);
    put_u64(&q->j, "id", id);
    put_flag(&q->j, "pdf", exchange_pdf_there());
    put_key(&q->j, "items");
    json_array(&q->j);
    for (uint32_t i = 0; i < c.steps_count; i++)
        if (!str_eq(c.steps[i].state, STR("skipped"))) TRY(step_papers(&l, &c.steps[i], err));
    json_end_array(&q->j);
    json_end_object(&q->j);
    return RC_OK;
}

/* ---- drafts ---- */

static enum rc form_here(struct req *q, const struct pack_form **out, struct err *err)
{
    *out = pack_form_find(q->view->set, q->args[1]);
    return *out != NULL && (*out)->format == FORM_DOCX ? RC_OK : err_set(err, &E_http_absent, NO_PLACE, q->args[1]);
}

static enum rc words(const struct json *body, const char *name, struct str *out, struct err *err)
{
    TRY(json_text(body, name, false, out, err));
    if (out->ptr == NULL) *out = STR("");
    return RC_OK;
}

/* It is entered that he drafts it: by who acts at the step, and else nothing leaves. */
static enum rc note_draft(struct req *q, uint64_t id, const struct pack_form *f, struct str step, struct err *err)
{
    char word[80] = "";
    struct args_case args = {.paper = {.id = id, .step = step, .form = f->d.name}, .entry = {.happened = ENTRY_NO_DAY}, .refused = word, .refused_max = sizeof word};
    struct command c = {.verb = VERB_CASE_PAPER, .key = STR(""), .happened = ENTRY_NO_DAY, .args = &args}; /* the request's key is that of the export */
    struct receipt r;
    return req_submit(q, &c, &r, err);
}

static enum rc make(struct req *q, const struct pack_form *f, const struct case_paper *paper, uint64_t id, day_num as_of, struct str mark, bool pdf, struct err *err)
{
    struct str template_bytes, bytes;
    struct seeing see;
    bool of_case = paper->of == PAPER_OF_CASE;
    size_t people = of_case ? paper->sheet.lines_count : paper->n;
    if (!of_case) TRY(ids_seen(q, PACK_PRINT, f->over, paper->ids, paper->n, err));
    seeing_of(q, &see, of_case ? PACK_READ : PACK_PRINT, 0, "print");
    struct docx_options o = {.as_of = as_of, .lang = LANG_ZH, .sight = &see.sight, .grant = q->grant, .mark = people > 1 && !of_case ? mark : STR(""), .note = mark,
                             .sheet = of_case ? &paper->sheet : NULL};
    TRY(exchange_template(q->view->set, f, &template_bytes, err));
    enum rc rc = exchange_docx(q->view, template_bytes, f->over, paper->ids, paper->n, &o, &q->arena, &bytes, err);
    q->run.arena = &q->arena;
    TRY(rc);
    if (guard_denied(q)) return err_set(err, &E_http_form_fields, NO_PLACE, text2_in(&f->d.title, q->lang), text2_in(&f->over->d.title, q->lang));
    for (size_t i = 0; i < (of_case ? 1 : paper->n); i++)
        for (unsigned k = PACK_PERSONAL; k <= PACK_PROTECTED; k++)
            if ((guard_touched(q) & (1u << k)) != 0) read_note(q, f->over, of_case ? id : paper->ids[i], (enum pack_class)k, "print");
    return document_answer(q, bytes, pdf, err);
}

enum rc route_case_paper_draft(struct req *q, struct err *err)
{
    struct record rec;
    struct case_act a = {.verb = VERB_CASE_ACT};
    struct case_view v;
    struct case_paper paper;
    const struct json *body, *given;
    const struct pack_form *f;
    struct str step, format, reason;
    uint64_t id;
    day_num as_of;
    bool go = false;
    TRY(case_seen(q, 0, &id, &rec, &a.sight, err));
    TRY(form_here(q, &f, err));
    TRY(req_json(q, "step format as_of reason given", &body, err));
    TRY(words(body, "step", &step, err));
    TRY(words(body, "format", &format, err));
    TRY(words(body, "reason", &reason, err));
    if (str_trim(reason).len == 0) /* what it is for is said by where it is drafted */
        reason = str_cat(&q->arena, say_in(q, "起草文书：", "drafting "), text2_in(&f->d.title, q->lang), say_in(q, "，案件 #", ", case #"), str_u64(&q->arena, id));
    TRY(json_day(q, body, "as_of", req_today(q), &as_of, err));
    bool pdf = str_eq(format, STR("pdf"));
    if (!pdf && format.len > 0 && !str_eq(format, STR("docx"))) return err_set(err, &E_http_body, NO_PLACE, STR("format"), STR("docx 或 pdf"), STR("docx or pdf"));
    if (f->of_count == 0) TRY(form_allowed(q, PACK_PRINT, f, err));
    given = json_get(body, STR("given"));
    TRY(case_look(q->view->records, id, q->run.today, &q->arena, &v, err));
    a.p = v.procedure;
    if (given != NULL && given->kind != JSON_NULL) TRY(case_close_of(q, given, &a, err));
    TRY(exchange_case_paper(q->view->records, f, id, step, given == NULL || given->kind == JSON_NULL ? NULL : &a.args.close, a.sight.classes, q->run.today, &q->arena, &paper, err));
    const struct pack_step *at = pack_step_find(v.procedure, paper.step);
    const struct pack_register *r = pack_register_find(q->view->set, v.procedure->subject->d.name);
    enum access_acts acts = ACTS_NOT;
    if (r != NULL && at != NULL) TRY(grant_acts(q->grant, at->by, at->by_count, r, paper.sheet.subject, &q->world, &acts, err));
    if (acts != ACTS_YES) return err_set(err, &E_http_denied, NO_PLACE, text2_in(&f->d.title, q->lang));
    size_t people = paper.of == PAPER_OF_CASE ? paper.sheet.lines_count : paper.n;
    if (people > PAPERS_MOST || (paper.of != PAPER_OF_CASE && paper.n == 0))
        return err_set(err, &E_http_body, NO_PLACE, STR("form"), STR("这一步有 1 到 500 个人选的文书"), STR("a paper of 1 to 500 people of this step"));
    struct str what = str_cat(&q->arena, f->d.name, STR(" case/"), str_u64(&q->arena, id), STR(" "), paper.step);
    struct args_export note = {.reg = f->over->d.name, .rows = MAX(people, 1), .columns = f->d.name, .filter = export_digest(q, what), .personal = true, .reason = reason};
    TRY(make(q, f, &paper, id, as_of, export_mark(q, note.filter), pdf, err));
    leave_as(q, f->d.name, pdf ? ".pdf" : ".docx");
    TRY(export_enter(q, &note, &go, err));
    enum rc rc = go ? note_draft(q, id, f, paper.step, err) : RC_OK;
    if (rc != RC_OK) buf_clear(&q->out); /* nothing leaves */
    return rc;
}

/* ---- filing ---- */

enum rc route_case_paper_file(struct req *q, struct err *err)
{
    struct case_act a = {.verb = VERB_CASE_PAPER, .made = true};
    struct case_paper_given *g = &a.args.paper;
    const struct json *body, *file;
    const struct pack_form *f;
    struct record rec;
    struct case_view v;
    uint64_t id;
    TRY(case_seen(q, 0, &id, &rec, &a.sight, err));
    TRY(form_here(q, &f, err));
    TRY(req_json(q, "step number file", &body, err));
    *g = (struct case_paper_given){.id = id, .form = f->d.name};
    TRY(words(body, "step", &g->step, err));
    TRY(words(body, "number", &g->number, err));
    g->file = STR("");
    file = json_get(body, STR("file"));
    if (file != NULL && file->kind != JSON_NULL) TRY(file_value_take(q, STR("file"), file, &g->file, err));
    if (str_trim(g->number).len + g->file.len == 0) return err_set(err, &E_http_body, NO_PLACE, STR("number"), STR("文号，或者签好的文书（file）"), STR("a number, or the signed paper (file)"));
    if (g->file.len > 0 && !sees(&a.sight, PACK_PERSONAL)) return err_set(err, &E_http_denied, NO_PLACE, text2_in(&f->d.title, q->lang));
    TRY(case_look(q->view->records, id, q->run.today, &q->arena, &v, err));
    a.p = v.procedure;
    a.step = g->step;
    a.args.entry.happened = ENTRY_NO_DAY;
    return case_submit(q, &a, err);
}
