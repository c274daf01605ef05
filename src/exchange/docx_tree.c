/* docx_tree.c - the tree of a document: nodes copied, hung and taken out; the texts of a paragraph, however many runs they are broken over. */
#include "exchange/docx.h"

struct xn *docx_copy(struct doc *d, const struct xn *n)
{
    struct xn *c = arena_new(d->a, struct xn);
    *c = *n;
    d->made++;
    c->first = c->last = c->next = c->prev = c->up = NULL;
    for (const struct xn *k = n->first; k != NULL; k = k->next) {
        struct xn *kid = docx_copy(d, k);
        kid->up = c;
        kid->prev = c->last;
        if (c->last == NULL) c->first = kid;
        else c->last->next = kid;
        c->last = kid;
    }
    return c;
}

void docx_take_out(struct xn *n)
{
    if (n->prev != NULL) n->prev->next = n->next;
    else n->up->first = n->next;
    if (n->next != NULL) n->next->prev = n->prev;
    else n->up->last = n->prev;
    n->next = n->prev = NULL;
}

void docx_put_before(struct xn *where, struct xn *n)
{
    n->up = where->up;
    n->prev = where->prev;
    n->next = where;
    if (where->prev != NULL) where->prev->next = n;
    else where->up->first = n;
    where->prev = n;
}

struct xn *docx_make(struct doc *d, struct xn *up, const char *name)
{
    struct xn *n = arena_new(d->a, struct xn);
    n->name = str_c(name);
    n->prefix = STR("w");
    if (up != NULL) xn_hang(up, n);
    return n;
}

void docx_set_attr(struct doc *d, struct xn *n, const char *prefix, const char *name, struct str value)
{
    for (uint32_t i = 0; i < n->attrs_count; i++)
        if (str_eq(n->attrs[i].name, str_c(name))) {
            struct xml_attr *own = arena_array(d->a, struct xml_attr, n->attrs_count);
            memcpy(own, n->attrs, n->attrs_count * sizeof *own);
            own[i].value = value;
            n->attrs = own;
            return;
        }
    struct xml_attr *more = arena_array(d->a, struct xml_attr, n->attrs_count + 1u);
    if (n->attrs_count > 0) memcpy(more, n->attrs, n->attrs_count * sizeof *more);
    more[n->attrs_count] = (struct xml_attr){.name = str_c(name), .value = value, .ns = str_c(prefix)};
    n->attrs = more;
    n->attrs_count++;
}

/* ---- texts of a paragraph ---- */

static void texts_below(struct doc *d, struct xn *n, struct docx_texts *x, struct buf *all)
{
    for (struct xn *c = n->first; c != NULL; c = c->next) {
        if (is(c, "p") || is(c, "txbxContent")) continue; /* a text box has paragraphs of its own */
        if (is(c, "t")) {
            struct docx_piece p = {c, all->len};
            vec_push(d->a, &x->list, p);
            buf_str(all, xn_text(d->a, c));
        } else {
            texts_below(d, c, x, all);
        }
    }
}

void docx_texts_of(struct doc *d, struct xn *p, struct docx_texts *out)
{
    struct buf all;
    *out = (struct docx_texts){0};
    buf_init(&all, DOCX_TEXT_MAX);
    texts_below(d, p, out, &all);
    out->all = str_dup(d->a, buf_view(&all));
    buf_fini(&all);
}

void docx_set_text(struct doc *d, struct xn *t, struct str s)
{
    t->first = t->last = NULL;
    if (s.len > 0) xn_set_text(d->a, t, s);
    docx_set_attr(d, t, "xml", "space", STR("preserve"));
}

/* The text of a t with line breaks and tabs as the editor has them. */
void docx_break_lines(struct doc *d, struct xn *t)
{
    struct str s = xn_text(d->a, t);
    for (size_t at = 0; at < s.len; at++) {
        if (s.ptr[at] != '\n' && s.ptr[at] != '\t') continue;
        struct xn *before = docx_make(d, NULL, "t"), *mark = docx_make(d, NULL, s.ptr[at] == '\n' ? "br" : "tab");
        docx_set_text(d, before, str_sub(s, 0, at > 0 && s.ptr[at] == '\n' && s.ptr[at - 1] == '\r' ? at - 1 : at));
        docx_put_before(t, before);
        docx_put_before(t, mark);
        s = str_sub(s, at + 1, s.len);
        at = (size_t)-1;
        docx_set_text(d, t, s);
    }
}
