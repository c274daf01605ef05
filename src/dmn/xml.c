/* xml.c - XML by libxml2's SAX2 events, straight into an arena; the parser is stopped at the first thing that we do not take. */
#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>

#include "dmn/dmn.h"
#include "dmn/xml.h"

struct piece {
    struct str text;
    struct piece *next;
};

struct open_node {
    struct xnode *node;
    struct piece *first, **last;
    size_t text_len;
};

struct reader {
    struct arena *a;
    struct str file;
    struct err *err;
    xmlParserCtxtPtr ctxt;
    struct xnode *root;
    struct open_node open[DMN_DEPTH_MAX];
    uint32_t depth;
    uint32_t nodes;
    enum rc rc;
};

static void stop(struct reader *r, enum rc rc)
{
    if (r->rc == RC_OK) r->rc = rc;
    xmlStopParser(r->ctxt);
}

static struct str copy(struct reader *r, const xmlChar *s)
{
    return s == NULL ? STR("") : str_dup(r->a, str_c((const char *)s));
}

static void on_doctype(void *ctx, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
    struct reader *r = ctx;
    (void)name;
    (void)external;
    (void)system;
    stop(r, err_set(r->err, &E_dmn_doctype, NO_PLACE, r->file));
}

static void on_start(void *ctx, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri, int ns_count, const xmlChar **ns, int attr_count, int defaulted,
                     const xmlChar **attr)
{
    struct reader *r = ctx;
    (void)prefix;
    (void)ns_count;
    (void)ns;
    (void)defaulted;
    if (r->rc != RC_OK) return;
    r->nodes += 1 + (uint32_t)attr_count;
    if (r->nodes > DMN_NODES_MAX) {
        stop(r, err_set(r->err, &E_dmn_too_large, NO_PLACE, r->file, STR(" 400000 个元素"), STR("400000 elements")));
        return;
    }
    if (r->depth == DMN_DEPTH_MAX) {
        stop(r, err_set(r->err, &E_dmn_too_deep, NO_PLACE, r->file, str_u64(r->a, DMN_DEPTH_MAX)));
        return;
    }
    struct xnode *n = arena_new(r->a, struct xnode), *up = r->depth > 0 ? r->open[r->depth - 1].node : NULL;
    n->name = copy(r, local);
    /* Nearly all elements are of their parent's namespace: one copy serves them. */
    n->ns = up != NULL && uri != NULL && str_eq(up->ns, str_c((const char *)uri)) ? up->ns : copy(r, uri);
    int line = xmlSAX2GetLineNumber(r->ctxt);
    n->line = line > 0 ? (uint32_t)line : 1;
    n->parent = up;
    if (attr_count > 0) {
        struct xattr *list = arena_array(r->a, struct xattr, (size_t)attr_count);
        for (int i = 0; i < attr_count; i++) {
            const xmlChar **one = attr + (ptrdiff_t)i * 5;
            list[i].name = copy(r, one[0]);
            list[i].value = str_dup(r->a, str_of((const char *)one[3], (size_t)(one[4] - one[3])));
        }
        n->attrs = list;
        n->attrs_count = (uint32_t)attr_count;
    }
    if (up == NULL) r->root = n;
    else if (up->last == NULL) up->first = up->last = n;
    else {
        up->last->next = n;
        up->last = n;
    }
    r->open[r->depth] = (struct open_node){.node = n};
    r->open[r->depth].last = &r->open[r->depth].first;
    r->depth++;
}

static void on_end(void *ctx, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
    struct reader *r = ctx;
    (void)local;
    (void)prefix;
    (void)uri;
    if (r->rc != RC_OK || r->depth == 0) return;
    struct open_node *o = &r->open[--r->depth];
    char *text = arena_alloc(r->a, o->text_len + 1);
    size_t at = 0;
    for (struct piece *p = o->first; p != NULL; p = p->next) {
        memcpy(text + at, p->text.ptr, p->text.len);
        at += p->text.len;
    }
    o->node->text = str_of(text, at);
}

static void on_text(void *ctx, const xmlChar *s, int len)
{
    struct reader *r = ctx;
    if (r->rc != RC_OK || r->depth == 0 || len <= 0) return;
    struct open_node *o = &r->open[r->depth - 1];
    if (o->node->first != NULL && str_trim(str_of((const char *)s, (size_t)len)).len == 0) return; /* between elements */
    struct piece *p = arena_new(r->a, struct piece);
    p->text = str_dup(r->a, str_of((const char *)s, (size_t)len));
    *o->last = p;
    o->last = &p->next;
    o->text_len += (size_t)len;
}

enum rc xml_read(struct arena *a, struct str file, struct str text, struct xnode **out, struct err *err)
{
    *out = NULL;
    if (text.len > DMN_TEXT_MAX) return err_set(err, &E_dmn_too_large, NO_PLACE, file, STR(" 16 MiB"), STR("16 MiB"));
    if (text.len == 0) return err_set(err, &E_dmn_xml, NO_PLACE, file, STR("1"), STR("empty"));
    struct reader *r = arena_new(a, struct reader);
    *r = (struct reader){.a = a, .file = file, .err = err};
    xmlParserCtxtPtr c = xmlCreateMemoryParserCtxt(text.ptr, (int)text.len);
    if (c == NULL) return err_set0(err, &E_dmn_memory, NO_PLACE);
    r->ctxt = c;
    xmlSAXHandler sax = {.initialized = XML_SAX2_MAGIC, .internalSubset = on_doctype, .startElementNs = on_start, .endElementNs = on_end,
                         .characters = on_text, .cdataBlock = on_text};
    xmlSAXHandlerPtr own = c->sax;
    c->sax = &sax;
    c->userData = r;
    /* No handler of errors: libxml2 is silent then, and what was wrong is asked for afterwards. */
    (void)xmlCtxtUseOptions(c, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    int bad = xmlParseDocument(c);
    enum rc rc = r->rc;
    if (rc == RC_OK && (bad != 0 || c->wellFormed == 0 || r->root == NULL)) {
        const xmlError *e = xmlCtxtGetLastError(c);
        struct str why = e != NULL && e->message != NULL ? str_trim(str_c(e->message)) : STR("not well-formed");
        rc = err_set(err, &E_dmn_xml, NO_PLACE, file, str_u64(a, e != NULL && e->line > 0 ? (uint64_t)e->line : 1), why);
    }
    c->sax = own;
    if (c->myDoc != NULL) {
        xmlFreeDoc(c->myDoc);
        c->myDoc = NULL;
    }
    xmlFreeParserCtxt(c);
    if (rc == RC_OK) *out = r->root;
    return rc;
}

struct str xml_attr(const struct xnode *n, const char *name)
{
    struct str want = str_c(name);
    for (uint32_t i = 0; i < n->attrs_count; i++)
        if (str_eq(n->attrs[i].name, want)) return n->attrs[i].value;
    return STR_NONE;
}

static const struct xnode *from(const struct xnode *n, struct str ns, const char *name)
{
    for (; n != NULL; n = n->next)
        if (str_eq(n->ns, ns) && (name == NULL || str_eq(n->name, str_c(name)))) return n;
    return NULL;
}

const struct xnode *xml_child(const struct xnode *n, const char *name) { return n == NULL ? NULL : from(n->first, n->ns, name); }
const struct xnode *xml_after(const struct xnode *child, const char *name) { return from(child->next, child->ns, name); }
const struct xnode *xml_any(const struct xnode *n) { return from(n->first, n->ns, NULL); }
