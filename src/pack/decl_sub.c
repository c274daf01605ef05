/* decl_sub.c - a step that opens cases of another procedure, and a step that is put to a superior level. */
#include "pack/inner.h"

enum { SUB_DEPTH_MAX = 8 };

static const struct procedure_made *proc_named(struct load *l, const struct ynode *n)
{
    const struct procedure_made *p = map_find(&l->procedure_by_name, n->text);
    if (p != NULL) return p;
    struct str *names = arena_array(l->nodes, struct str, l->procedures.len + 1);
    for (size_t i = 0; i < l->procedures.len; i++) names[i] = l->procedures.at[i]->d.name;
    unknown(l, n, 0, n->text.len, STR("程序"), STR("procedure"), l->procedures.len, names);
    return NULL;
}

static unsigned ends_read(struct load *l, const struct ynode *n)
{
    static const struct str words[] = {STR_INIT("done"), STR_INIT("ended"), STR_INIT("laid-down")};
    unsigned out = 0;
    for (uint32_t i = 0; i < y_count(n); i++) {
        int w = y_word(l, y_at(n, i), 0, ARRAY_LEN(words), words);
        if (w >= 0) out |= 1u << w;
    }
    return n == NULL ? SUB_DONE : out;
}

const struct pack_sub *sub_read(struct load *l, const struct procedure_made *m, const struct ynode *n, const struct step_scope *scope)
{
    static const struct str fails[] = {STR_INIT("refuse"), STR_INIT("drop")};
    const struct ynode *proc = Y_GET(n, "procedure"), *subject = Y_GET(n, "subject"), *each = Y_GET(n, "each");
    const struct procedure_made *p = proc == NULL ? NULL : proc_named(l, proc);
    struct pack_sub *s = arena_new(l->a, struct pack_sub);
    s->each = y_yes(each, false);
    s->ends = ends_read(l, Y_GET(n, "ends"));
    s->drop = y_word(l, Y_GET(n, "fails"), 0, 2, fails) == 1;
    if (s->each && m->p.lines == NULL) {
        bad(l, each, &E_pack_each, STR("sub"));
        return NULL;
    }
    if (s->drop && !s->each) bad(l, Y_GET(n, "fails"), &E_pack_missing_key, STR("sub"), STR("each: yes"));
    if (p == NULL || p->p.subject == NULL || subject == NULL) return NULL;
    struct feel_type *t = arena_new(l->a, struct feel_type);
    *t = (struct feel_type){.kind = FT_RECORD, .reg = &p->p.subject->feel};
    s->proc = &p->p;
    s->subject = feel_at(l, s->each ? scope->each : scope->before, subject, t);
    return s->subject == NULL ? NULL : s;
}

const struct pack_refer *refer_read(struct load *l, const struct procedure_made *m, const struct ynode *n, const struct step_scope *scope)
{
    static const struct str refused[] = {STR_INIT("end"), STR_INIT("stay")};
    const struct ynode *when = Y_GET(n, "when");
    struct pack_refer *r = arena_new(l->a, struct pack_refer);
    struct str_list by = roles_named(l, Y_GET(n, "by"));
    role_acts_check(l, &m->p, Y_GET(n, "by"));
    *r = (struct pack_refer){.to = y_text(Y_GET(n, "to")), .by = by.at, .by_count = by.count, .stays = y_word(l, Y_GET(n, "refused"), 0, 2, refused) == 1};
    if (when != NULL) r->when = feel_at(l, scope->before, when, &feel_bool);
    return r;
}

/* Cases open cases, but never their own kind again, and not without end. */
static void go(struct load *l, const struct pack_procedure *from, const struct pack_procedure *p, uint32_t depth)
{
    for (uint32_t i = 0; i < p->steps_count; i++) {
        const struct pack_sub *s = p->steps[i]->sub;
        if (s == NULL) continue;
        struct str zh = STR(""), en = STR("");
        if (s->proc == from) {
            zh = str_cat(l->a, STR("程序“"), from->d.title.zh, STR("”经步骤“"), p->steps[i]->title.zh, STR("”又开它自己的案件"));
            en = str_cat(l->a, from->d.name, STR(" opens cases of itself by the step "), p->steps[i]->name);
        } else if (depth == SUB_DEPTH_MAX) {
            zh = STR("子案套子案超过 8 层");
            en = STR("sub-cases within sub-cases are more than 8 deep");
        }
        if (zh.len > 0) {
            bad_place(l, p->steps[i]->place, &E_pack_sub, zh, en);
            return;
        }
        go(l, from, s->proc, depth + 1);
    }
}

void subs_check(struct load *l)
{
    for (size_t i = 0; i < l->procedures.len; i++) go(l, l->procedures.at[i], l->procedures.at[i], 0);
}
