/*
 * roster_want.c - which columns a program needs, found by walking its checked tree.
 */
#include "record/roster_inner.h"

void roster_want_put(struct arena *a, struct roster_wants *w, struct roster_want want)
{
    for (size_t i = 0; i < w->len; i++)
        if (w->at[i].reg == want.reg && w->at[i].field == want.field) {
            w->at[i].back = w->at[i].back || want.back;
            return;
        }
    vec_push(a, w, want);
}

struct walk {
    struct arena *a;
    struct roster_wants *w;
    VEC(const struct feel_function *) seen; /* functions may call each other many times, though not in circles */
};

static void want_member(struct walk *k, const struct feel_register *freg, const struct feel_member *m)
{
    const struct pack_register *reg = freg->host;
    roster_want_put(k->a, k->w, (struct roster_want){.reg = reg, .field = NULL, .back = false});
    if (m->slot < reg->fields_count) {
        const struct pack_field *f = &reg->fields[m->slot];
        roster_want_put(k->a, k->w, (struct roster_want){.reg = reg, .field = f, .back = false});
        return;
    }
    const struct pack_back *b = &reg->backs[m->slot - reg->fields_count];
    roster_want_put(k->a, k->w, (struct roster_want){.reg = b->from, .field = NULL, .back = false});
    roster_want_put(k->a, k->w, (struct roster_want){.reg = b->from, .field = b->field, .back = true});
}

static const struct feel_register *record_of(const struct feel_type *t)
{
    while (t != NULL && t->kind == FT_LIST) t = t->item;
    return t != NULL && t->kind == FT_RECORD ? t->reg : NULL;
}

static bool walk_node(void *ctx, const struct feel_node *n)
{
    struct walk *k = ctx;
    if (n->op == FEEL_MEMBER && n->reg != NULL && n->member != NULL) want_member(k, n->reg, n->member);
    if (n->op == FEEL_ALL) {
        const struct feel_register *reg = n->reg != NULL ? n->reg : record_of(n->type);
        if (reg != NULL) roster_want_put(k->a, k->w, (struct roster_want){.reg = reg->host, .field = NULL, .back = false});
    }
    if (n->op == FEEL_CALL_NAMED && n->ref != NULL && n->ref->fn != NULL && n->ref->fn->body != NULL) {
        const struct feel_function *fn = n->ref->fn;
        bool seen = false;
        for (size_t i = 0; i < k->seen.len; i++) seen = seen || k->seen.at[i] == fn;
        if (!seen) {
            vec_push(k->a, &k->seen, fn);
            feel_each_node(fn->body->root, walk_node, k);
        }
    }
    return true;
}

void roster_want_program(struct arena *a, struct roster_wants *w, const struct feel_program *p, bool shown)
{
    if (p == NULL) return;
    struct walk k = {.a = a, .w = w, .seen = {NULL, 0, 0}};
    feel_each_node(p->root, walk_node, &k);
    const struct feel_register *reg = record_of(p->type);
    if (shown && reg != NULL) roster_want_display(a, w, reg->host);
}

void roster_want_display(struct arena *a, struct roster_wants *w, const struct pack_register *r)
{
    roster_want_put(a, w, (struct roster_want){.reg = r, .field = NULL, .back = false});
    if (r->key != NULL) roster_want_put(a, w, (struct roster_want){.reg = r, .field = r->key, .back = false});
    roster_want_program(a, w, r->display, false);
}

/* Derived fields bring what they read, until nothing new comes. */
void roster_want_close(struct arena *a, struct roster_wants *w)
{
    for (size_t i = 0; i < w->len; i++) {
        const struct roster_want x = w->at[i];
        roster_want_put(a, w, (struct roster_want){.reg = x.reg, .field = NULL, .back = false});
        if (x.field == NULL) continue;
        roster_want_program(a, w, x.field->derive, false);
        roster_want_program(a, w, x.field->otherwise, false);
        if (x.back && x.field->ref != NULL)
            roster_want_put(a, w, (struct roster_want){.reg = x.field->ref, .field = NULL, .back = false});
    }
}
