/* decl_paper.c - the forms from which a step's papers are drafted: of what the case is about, of each candidate, of whom a line is about, of the records lines come from. */
#include "pack/inner.h"

static struct pack_form *form_named(struct load *l, const struct ynode *n)
{
    struct str *names = arena_array(l->a, struct str, l->forms.len + 1);
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
