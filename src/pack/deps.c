/*
 * deps.c - the one graph of derived fields: which needs which.
 * A circle is refused with its way round; else the fields come out in an order in which each only needs earlier ones.
 */
#include "pack/inner.h"

enum { WHITE, GREY, BLACK };

struct search {
    struct load *l;
    struct field_made *stack[512];
    uint32_t depth;
    struct field_made *from;
};

static struct field_made *made_of(const struct pack_register *reg, const struct pack_field *f)
{
    const struct register_made *m = (const struct register_made *)(const void *)reg;
    return m->fields.at[f->idx];
}

static void tell_circle(struct search *s, const struct field_made *again)
{
    struct load *l = s->l;
    struct str way = STR("");
    uint32_t i = s->depth;
    while (i > 0 && s->stack[i - 1] != again) i--;
    for (uint32_t k = i == 0 ? 0 : i - 1; k < s->depth; k++)
        way = str_cat(l->a, way, s->stack[k]->of->r.feel.title, STR("."), s->stack[k]->f->member->title, STR(" → "));
    way = str_cat(l->a, way, again->of->r.feel.title, STR("."), again->f->member->title);
    bad(l, Y_GET(again->node, "derive"), &E_pack_cycle, way);
}

static void go(struct search *s, struct field_made *f);

static void go_read(void *ctx, const struct pack_register *reg, const struct feel_member *m, const struct feel_node *at)
{
    struct search *s = ctx;
    (void)at;
    const struct pack_field *f = field_read(reg, m);
    if (f == NULL || f->column != UINT32_MAX) return;
    struct field_made *next = made_of(reg, f);
    if (next->mark == GREY)
        tell_circle(s, next);
    else if (next->mark == WHITE)
        go(s, next);
}

static void go(struct search *s, struct field_made *f)
{
    if (s->depth == ARRAY_LEN(s->stack)) {
        bad(s->l, f->name, &E_pack_too_many, STR("逐层推算的字段"), STR("512"));
        f->mark = BLACK;
        return;
    }
    f->mark = GREY;
    s->stack[s->depth++] = f;
    if (f->derive != NULL) reads_each(f->derive, go_read, s);
    if (f->otherwise != NULL) reads_each(f->otherwise, go_read, s);
    s->depth--;
    f->mark = BLACK;
    f->f->derive_rank = (uint32_t)s->l->derived.len;
    vec_push(s->l->nodes, &s->l->derived, f);
}

void deps_order(struct load *l)
{
    struct search s = {.l = l};
    for (size_t i = 0; i < l->registers.len; i++) {
        struct register_made *m = (struct register_made *)(void *)l->registers.at[i];
        for (size_t k = 0; k < m->fields.len; k++)
            if (m->fields.at[k]->f->column == UINT32_MAX && m->fields.at[k]->mark == WHITE) go(&s, m->fields.at[k]);
    }
}
