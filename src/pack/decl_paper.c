/*
 * decl_paper.c - the forms from which a step's papers are drafted: of the case itself, of what it is about, of each candidate, of whom a line is about, of
 * the records lines come from.  And what expressions of a form over a case see: all that gates see, of every step, and what papers alone tell.
 */
#include "pack/inner.h"

static struct pack_form *form_named(struct load *l, const struct ynode *n)
{
    struct str *names = arena_array(l->nodes, struct str, l->forms.len + 1);
    for (size_t i = 0; i < l->forms.len; i++) {
        if (str_eq(l->forms.at[i]->d.name, n->text)) return l->forms.at[i];
        names[i] = l->forms.at[i]->d.name;
    }
    unknown(l, n, 0, n->text.len, STR("表单"), STR("form"), l->forms.len, names);
    return NULL;
}

enum pack_paper_of pack_paper_of(const struct pack_procedure *p, const struct pack_form *f)
{
    const struct pack_lines *lines = p->lines;
    for (uint32_t i = 0; i < f->of_count; i++)
        if (f->of[i] == p || str_eq(f->of[i]->d.name, p->d.name)) return PAPER_OF_CASE; /* p may be of earlier packs */
    if (f->of_count > 0) return PAPER_OF_NOBODY;
    if (f->over == p->subject) return PAPER_OF_SUBJECT;
    if (lines == NULL || f->over == NULL) return PAPER_OF_NOBODY;
    if (f->over == lines->reg || f->over == lines->from) return PAPER_OF_LINE;
    return lines->who != NULL && lines->who->f.ref == f->over ? PAPER_OF_WHO : PAPER_OF_NOBODY;
}

void papers_link(struct load *l)
{
    for (size_t i = 0; i < l->procedures.len; i++) {
        struct procedure_made *m = (struct procedure_made *)(void *)l->procedures.at[i];
        const struct ynode *steps = Y_GET(m->decl->node, "steps");
        for (uint32_t s = 0; s < m->p.steps_count; s++) {
            struct pack_step *step = (struct pack_step *)(uintptr_t)m->p.steps[s];
            const struct ynode *list = Y_GET(y_at(steps, s), "papers");
            step->papers = arena_array(l->a, const struct pack_form *, y_count(list) + 1);
            for (uint32_t k = 0; k < y_count(list); k++) {
                const struct pack_form *f = form_named(l, y_at(list, k));
                if (f == NULL) continue;
                if (f->over != NULL && pack_paper_of(&m->p, f) == PAPER_OF_NOBODY) {
                    bad(l, y_at(list, k), &E_pack_paper, f->d.name, f->over->d.title.zh, m->p.d.title.zh, f->over->d.name, m->p.d.name);
                    continue;
                }
                step->papers[step->papers_count++] = f;
            }
        }
    }
}

/* ---- forms over cases ---- */

enum told_when { TOLD_ALWAYS, TOLD_VOTE, TOLD_MEETING, TOLD_NOTICE };
enum told_type { TOLD_TEXT, TOLD_DATE, TOLD_SAID, TOLD_OBJECTIONS };
static const struct told { struct str name, title; enum told_type type; enum told_when when; } tolds[] = {
    {STR_INIT("grounds"), STR_INIT("办理理由"), TOLD_TEXT, TOLD_ALWAYS},
    {STR_INIT("body"), STR_INIT("会议名称"), TOLD_TEXT, TOLD_MEETING},
    {STR_INIT("said"), STR_INIT("会议发言"), TOLD_SAID, TOLD_VOTE},
    {STR_INIT("posted"), STR_INIT("张贴日期"), TOLD_DATE, TOLD_NOTICE},
    {STR_INIT("posting"), STR_INIT("公示正文"), TOLD_TEXT, TOLD_NOTICE},
    {STR_INIT("objections"), STR_INIT("异议"), TOLD_OBJECTIONS, TOLD_NOTICE},
};

static const struct feel_type *code_type(struct load *l, struct str name)
{
    const struct codes_made *c = map_find(&l->codes_by_name, name);
    if (c == NULL) return &feel_string;
    struct feel_type *t = arena_new(l->a, struct feel_type);
    *t = (struct feel_type){.kind = FT_CODE, .codes = &c->c.feel};
    return t;
}

static const struct feel_type *told_type(struct load *l, enum told_type which)
{
    if (which == TOLD_TEXT) return &feel_string;
    if (which == TOLD_DATE) return &feel_date;
    const struct feel_member said[] = {
        {.name = STR("member"), .title = STR("发言人"), .type = &feel_string}, {.name = STR("stance"), .title = STR("表态"), .type = code_type(l, STR("case_stance")), .may_be_null = true},
        {.name = STR("words"), .title = STR("意见"), .type = &feel_string, .may_be_null = true}, {.name = STR("chair"), .title = STR("主持"), .type = &feel_bool}};
    const struct feel_member objected[] = {
        {.name = STR("number"), .title = STR("编号"), .type = &feel_number}, {.name = STR("received"), .title = STR("收到日期"), .type = &feel_date},
        {.name = STR("words"), .title = STR("内容"), .type = &feel_string, .may_be_null = true}, {.name = STR("answer"), .title = STR("答复"), .type = &feel_string, .may_be_null = true},
        {.name = STR("answered"), .title = STR("答复日期"), .type = &feel_date, .may_be_null = true},
        {.name = STR("outcome"), .title = STR("结论"), .type = code_type(l, STR("objection_outcome")), .may_be_null = true}};
    bool of_said = which == TOLD_SAID;
    uint32_t n = of_said ? ARRAY_LEN(said) : ARRAY_LEN(objected);
    struct feel_member *m = arena_array(l->a, struct feel_member, n);
    memcpy(m, of_said ? said : objected, n * sizeof *m);
    for (uint32_t i = 0; i < n; i++) m[i].slot = i;
    struct feel_type *t = arena_new(l->a, struct feel_type);
    *t = (struct feel_type){.kind = FT_CONTEXT, .members = m, .members_count = n};
    return feel_list_of(l->a, t);
}

static bool named_so(const struct feel_type *t, const struct told *x)
{
    for (uint32_t i = 0; i < t->members_count; i++)
        if (str_eq(t->members[i].name, x->name) || str_eq(t->members[i].title, x->title) || str_eq(t->members[i].name, x->title) || str_eq(t->members[i].title, x->name)) return true;
    return false;
}

const struct feel_type *paper_step_type(struct load *l, const struct pack_step *s, const struct feel_type *t)
{
    struct feel_member *m = arena_array(l->a, struct feel_member, t->members_count + ARRAY_LEN(tolds));
    uint32_t n = t->members_count;
    if (n > 0) memcpy(m, t->members, n * sizeof *m);
    for (size_t i = 0; i < ARRAY_LEN(tolds); i++) {
        const struct told *x = &tolds[i];
        bool has = x->when == TOLD_ALWAYS || (x->when == TOLD_VOTE && (s->ballot != NULL || s->meeting != NULL)) || (x->when == TOLD_MEETING && s->meeting != NULL) ||
                   (x->when == TOLD_NOTICE && s->notice != NULL);
        if (!has || named_so(t, x)) continue; /* a field of the step of that name goes before */
        m[n] = (struct feel_member){.name = x->name, .title = x->title, .type = told_type(l, x->type), .slot = n, .may_be_null = x->type == TOLD_TEXT || x->type == TOLD_DATE};
        n++;
    }
    struct feel_type *out = arena_new(l->a, struct feel_type);
    *out = (struct feel_type){.kind = FT_CONTEXT, .members = m, .members_count = n};
    return out;
}

/* Is the name still free in this procedure? */
static bool free_name(const struct pack_procedure *p, struct str name, struct str title)
{
    for (uint32_t i = 0; i < p->steps_count; i++)
        if (str_eq(p->steps[i]->name, name) || str_eq(p->steps[i]->title.zh, title) || str_eq(p->steps[i]->name, title) || str_eq(p->steps[i]->title.zh, name)) return false;
    return !str_eq(p->subject_title, title) && (p->lines == NULL || (!str_eq(p->lines->one, title) && !str_eq(p->lines->title, title)));
}

uint32_t paper_names(struct load *l, const struct pack_procedure *p, bool each, struct feel_name *out)
{
    uint32_t n = 0, first = PACK_SLOT_STEPS + p->steps_count;
    if (each && free_name(p, STR("line_state"), STR("事项状态")))
        out[n++] = (struct feel_name){.kind = FN_VARIABLE, .name = STR("line_state"), .title = STR("事项状态"), .type = code_type(l, STR("case_line_state")), .slot = first + PACK_PAPER_STATE};
    if (free_name(p, STR("case_title"), STR("案件标题")))
        out[n++] = (struct feel_name){.kind = FN_VARIABLE, .name = STR("case_title"), .title = STR("案件标题"), .type = &feel_string, .slot = first + PACK_PAPER_TITLE, .may_be_null = true};
    return n;
}

void form_of_read(struct load *l, struct pack_form *f, const struct ynode *n)
{
    const struct register_made *r = map_find(&l->register_by_name, STR("case"));
    if (r != NULL) f->over = &r->r;
    f->of = arena_array(l->a, const struct pack_procedure *, y_count(n) + 1);
    for (uint32_t i = 0; i < y_count(n); i++) {
        const struct ynode *one = y_at(n, i);
        const struct pack_procedure *found = NULL;
        struct str *names = arena_array(l->nodes, struct str, 2 * l->procedures.len + 1);
        for (size_t k = 0; k < l->procedures.len; k++) {
            const struct pack_procedure *p = l->procedures.at[k];
            names[2 * k] = p->d.name;
            names[2 * k + 1] = p->d.title.zh;
            if (str_eq(p->d.name, one->text)) found = p;
        }
        if (found != NULL) f->of[f->of_count++] = found;
        else if (map_find(&l->left_out, one->text) == NULL) unknown(l, one, 0, one->text.len, STR("程序"), STR("procedure"), 2 * l->procedures.len, names);
    }
}
