/* source.c - expressions and messages inside YAML: compiled with every mistake placed in the chapter. */
#include "pack/inner.h"

/* Does the text stand in the file as one run? */
static bool straight(const struct ynode *n) { return n->segs_count == 0 || (n->segs_count == 1 && n->segs[0].off == 0); }

static struct feel_source source_of(const struct ynode *n, const struct feel_type *wanted)
{
    struct feel_source s = {.text = n->text, .mode = FEEL_PACK, .wanted = wanted};
    s.at = y_place(n, 0, SIZE_MAX);
    /* What stands in pieces is compiled as if it began a file: then offsets are those of the text, and are placed afterwards. */
    if (!straight(n)) s.at = (struct place){.file = n->at.file, .line = 1, .col = 1, .off = 0};
    return s;
}

/* Hand the mistakes of one expression on, in their places in the chapter. */
static void pass_on(struct load *l, const struct ynode *n, const struct diags *found)
{
    struct place base = y_place(n, 0, 0);
    const struct diag *before = NULL;
    for (const struct diag *g = found->first; g != NULL; before = g, g = g->next) {
        struct err e = g->err;
        /* What a comparison with a missing code cannot be follows from its being missing. */
        if (before != NULL && before->severity == SEV_ERROR && before->err.place.off == e.place.off && before->err.place.len == e.place.len) continue;
        size_t off = straight(n) ? (e.place.off >= base.off ? e.place.off - base.off : 0) : e.place.off;
        bool name = str_eq(str_c(err_code(&e)), STR("feel.unknown_name"));
        if (name && may_be_in_failed(l, str_sub(n->text, off, off + e.place.len))) continue;
        e.place = y_place(n, off, e.place.len);
        if (n->via == NULL) {
            diags_add(l->d, g->severity, &e);
            continue;
        }
        err_via(l, &e, n->via);
        if (!told_before(l, &e)) diags_add(l->d, g->severity, &e);
    }
}

struct seen {
    struct load *l;
    const struct ynode *n;
};

/* A parameter whose last value has ended gives null from then on: said where it is used. */
static bool param_in_force(void *ctx, const struct feel_node *n)
{
    struct seen *s = ctx;
    if (n->op != FEEL_PARAMETER || n->kids_count > 0 || n->slot >= s->l->set->params_count) return true;
    const struct pack_param *p = &s->l->set->params[n->slot];
    const struct pack_param_value *last = p->values_count == 0 ? NULL : &p->values[p->values_count - 1];
    if (last == NULL || last->to >= s->l->o->today) return true;
    tell_n(s->l, SEV_WARN, &E_pack_param_ended, y_place(s->n, n->place.off, n->place.len), s->n->via,
           TELL_ARGS(p->title, day_print(s->l->a, last->to)));
    return true;
}

static struct feel_program *compile(struct load *l, const struct feel_scope *scope, const struct ynode *n, const struct feel_type *wanted,
                                    const struct feel_type *input, bool tell)
{
    struct feel_source s = source_of(n, wanted);
    struct feel_program *p = NULL;
    struct diags found;
    diags_init(&found, l->a, CHECK_DIAGS_MAX);
    enum rc rc = input != NULL ? feel_compile_tests(l->a, scope, &s, input, &p, &found) : feel_compile(l->a, scope, &s, &p, &found);
    if (tell) pass_on(l, n, &found);
    if (rc != RC_OK) return NULL;
    p->at = y_place(n, 0, SIZE_MAX);
    if (tell) {
        struct seen used = {.l = l, .n = n};
        feel_each_node(p->root, param_in_force, &used);
        portable_check(l, p, n, 0);
    }
    return p;
}

struct feel_program *feel_at(struct load *l, const struct feel_scope *scope, const struct ynode *n, const struct feel_type *wanted)
{
    return compile(l, scope, n, wanted, NULL, true);
}

struct feel_program *feel_quiet(struct load *l, const struct feel_scope *scope, const struct ynode *n, const struct feel_type *wanted)
{
    return compile(l, scope, n, wanted, NULL, false);
}

struct feel_program *tests_at(struct load *l, const struct feel_scope *scope, const struct ynode *n, const struct feel_type *input)
{
    return compile(l, scope, n, NULL, input, true);
}

struct feel_message *message_at(struct load *l, const struct feel_scope *scope, const struct ynode *n)
{
    struct feel_source s = source_of(n, NULL);
    struct feel_message *m = NULL;
    struct diags found;
    diags_init(&found, l->a, CHECK_DIAGS_MAX);
    enum rc rc = feel_message_compile(l->a, scope, &s, &m, &found);
    pass_on(l, n, &found);
    for (uint32_t i = 0; rc == RC_OK && i < m->pieces_count; i++) {
        const struct feel_program *p = m->pieces[i].program;
        if (p != NULL && p->text.ptr >= n->text.ptr) portable_check(l, p, n, (size_t)(p->text.ptr - n->text.ptr));
    }
    return rc == RC_OK ? m : NULL;
}

struct feel_message *say_read(struct load *l, const struct feel_scope *scope, const struct ynode *n, struct feel_message **en)
{
    if (en != NULL) *en = NULL;
    if (n == NULL) return NULL;
    if (n->kind == Y_SCALAR) return message_at(l, scope, n);
    const struct ynode *zh = Y_GET(n, "zh"), *other = Y_GET(n, "en");
    struct feel_message *translated = other == NULL ? NULL : message_at(l, scope, other);
    if (zh == NULL) return translated;
    if (en != NULL) *en = translated;
    return message_at(l, scope, zh);
}

struct feel_program *due_at(struct load *l, const struct feel_scope *scope, const struct ynode *n)
{
    struct feel_program *p = feel_at(l, scope, n, NULL);
    if (p == NULL) return NULL;
    bool good = p->type->kind == FT_MONTHS || p->type->kind == FT_SPAN || p->type->kind == FT_ANY;
    if (p->type->kind == FT_NUMBER && p->root->op == FEEL_PARAMETER && p->root->slot < l->params.len) {
        static const struct str times[] = {STR_INIT("workday"), STR_INIT("day"), STR_INIT("month"), STR_INIT("year")};
        for (size_t i = 0; i < ARRAY_LEN(times); i++) good = good || str_eq(l->params.at[p->root->slot]->p.unit, times[i]);
    }
    if (good) return p;
    bad(l, n, &E_pack_due_type, STR(""));
    return NULL;
}

/* `=name` in prose: what it quotes must be there. */
void prose_check(struct load *l)
{
    for (size_t i = 0; i < l->prose.len; i++) {
        const struct ynode *n = y_scalar(l->nodes, l->prose.at[i].text, l->prose.at[i].at);
        (void)feel_at(l, l->global, n, NULL);
    }
}
