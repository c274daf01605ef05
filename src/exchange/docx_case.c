/* docx_case.c - a document of a case: where its expressions stand (the whole, a line, one of what was said), and templates looked at before they are installed. */
#include "exchange/docx.h"

struct at docx_case_whole(struct doc *d)
{
    struct at_case *of = arena_new(d->a, struct at_case);
    *of = (struct at_case){.scope = d->procedure->paper_scope, .vars = d->o->sheet == NULL ? NULL : d->o->sheet->vars, .count = d->procedure->paper_vars, .key = STR("the case")};
    return (struct at){.of = of};
}

bool docx_case_lines(const struct at *at, const struct feel_program *p)
{
    const struct feel_node *n = p->root;
    return at->of != NULL && n->op == FEEL_VARIABLE && n->ref != NULL && n->ref->kind == FN_VARIABLE && n->slot == PACK_SLOT_LIST;
}

void docx_case_each(struct doc *d, bool all, struct at_list *out)
{
    const struct case_sheet *s = d->o->sheet;
    uint32_t n = s == NULL ? 1 : s->lines_count;
    out->at = arena_array(d->a, struct at, n + 1u);
    for (uint32_t i = 0; i < n; i++) {
        if (s != NULL && !all && !s->lines[i].in) continue;
        struct at_case *of = arena_new(d->a, struct at_case);
        *of = (struct at_case){.scope = d->procedure->paper_line, .vars = s == NULL ? NULL : s->lines[i].vars, .count = d->procedure->paper_vars, .key = STR("a line")};
        out->at[out->count++] = (struct at){.of = of};
    }
}

struct at docx_case_item(struct doc *d, const struct at *around, const struct feel_type *t, const struct fv *v)
{
    struct at_case *of = arena_new(d->a, struct at_case);
    char mark[48];
    int n = snprintf(mark, sizeof mark, " %p", (const void *)t);
    *of = (struct at_case){.count = around->of->count + t->members_count, .key = str_cat(d->a, around->of->key, str_of(mark, (size_t)n))};
    struct feel_scope *scope = map_find(&d->compiled, of->key);
    if (scope == NULL) {
        struct feel_name *names = arena_array(d->a, struct feel_name, t->members_count + 1u);
        for (uint32_t i = 0; i < t->members_count; i++)
            names[i] = (struct feel_name){.kind = FN_VARIABLE, .name = t->members[i].name, .title = t->members[i].title, .type = t->members[i].type, .slot = around->of->count + i, .may_be_null = true};
        scope = arena_new(d->a, struct feel_scope);
        *scope = (struct feel_scope){.outer = around->of->scope, .names = names, .names_count = t->members_count};
        feel_scope_seal(d->a, scope);
        (void)map_put(d->a, &d->compiled, of->key, scope);
    }
    of->scope = scope;
    if (v == NULL) return (struct at){.of = of};
    struct fv *vars = arena_array(d->a, struct fv, of->count + 1u);
    memcpy(vars, around->of->vars, around->of->count * sizeof *vars);
    for (uint32_t i = 0; i < t->members_count; i++) {
        vars[around->of->count + i] = fv_null();
        for (uint32_t k = 0; k < v->count; k++)
            if (str_eq(v->entries[k].key, t->members[i].name)) vars[around->of->count + i] = v->entries[k].value;
    }
    of->vars = vars;
    return (struct at){.of = of};
}

/* ---- papers ---- */

static bool of_step(const struct pack_step *s, const struct case_sheet_line *l)
{
    bool kind = s == NULL || s->kinds_count == 0;
    for (uint32_t i = 0; !kind && i < s->kinds_count; i++) kind = str_eq(s->kinds[i], l->kind);
    return kind && l->in;
}

enum rc exchange_case_paper(struct records *rs, const struct pack_form *f, uint64_t id, struct str step, const struct case_close *given, unsigned classes, day_num today,
                            struct arena *a, struct case_paper *out, struct err *err)
{
    struct case_sheet *s = &out->sheet;
    *out = (struct case_paper){0};
    TRY(case_paper_step(rs, id, today, f, step, a, &out->step, err));
    TRY(case_sheet(rs, id, today, classes, given, a, s, err));
    const struct pack_step *at = pack_step_find(s->procedure, out->step);
    const struct pack_lines *lines = s->procedure->lines;
    out->of = pack_paper_of(s->procedure, f);
    if (out->of == PAPER_OF_CASE || out->of == PAPER_OF_NOBODY) return RC_OK;
    if (out->of == PAPER_OF_LINE && f->over != lines->reg) return record_back(rs, lines->from, lines->from_subject, s->subject, a, &out->ids, &out->n, err);
    out->ids = arena_array(a, uint64_t, s->lines_count + 1u);
    if (out->of == PAPER_OF_SUBJECT) out->ids[out->n++] = s->subject;
    for (uint32_t i = 0; out->of != PAPER_OF_SUBJECT && i < s->lines_count; i++) {
        bool there = !of_step(at, &s->lines[i]);
        for (size_t k = 0; k < out->n; k++) there = there || out->ids[k] == s->lines[i].record;
        if (!there) out->ids[out->n++] = s->lines[i].record;
    }
    return RC_OK;
}

/* ---- templates as they are installed ---- */

static enum rc check_one(const struct pack_set *set, const struct pack_form *f, const struct pack_procedure *p, struct diags *d, struct err *err)
{
    struct str bytes;
    struct arena a;
    struct area_view view = {.set = (struct pack_set *)(uintptr_t)set};
    if (exchange_template(set, f, &bytes, err) != RC_OK) return RC_OK; /* told where the form is declared */
    arena_init(&a, 256 << 20);
    struct docx_options o = {.lang = LANG_ZH};
    struct str out, named = str_cat(d->arena, f->d.title.zh, STR("（"), f->template_file, STR("）"));
    if (p != NULL && f->of_count > 1) named = str_cat(d->arena, named, STR("，程序"), p->d.title.zh);
    struct doc doc = {.v = &view, .o = &o, .a = &a, .over = p == NULL ? f->over : NULL, .procedure = p, .check = d, .named = named, .place = f->d.place};
    enum rc rc = docx_fill(&doc, bytes, &out, err);
    if (rc != RC_OK) diags_put(d, SEV_ERROR, &E_docx_form, f->d.place, named, str_dup(d->arena, str_c(err->zh)), str_dup(d->arena, str_c(err->en)), STR(""), STR(""));
    arena_fini(&a);
    return RC_OK;
}

enum rc exchange_forms_check(const struct pack_set *set, struct diags *d)
{
    size_t before = d->errors;
    for (uint32_t i = 0; i < set->forms_count; i++) {
        const struct pack_form *f = set->forms[i];
        struct err err;
        err_clear(&err);
        if (f->format != FORM_DOCX || f->over == NULL) continue;
        if (f->of_count == 0) TRY(check_one(set, f, NULL, d, &err));
        for (uint32_t k = 0; k < f->of_count; k++) TRY(check_one(set, f, f->of[k], d, &err));
    }
    return d->errors > before ? RC_INPUT : RC_OK;
}
