/* xml.c - XML by libxml2's SAX2 events, in parts; a DOCTYPE stops it, so that there are no entities but the five. */
#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#include "exchange/inner.h"

enum { ATTRS_MAX = 64, SPACES_MAX = 128 };

struct xml_push {
    struct arena *a;
    struct str what;
    const struct xml_sink *sink;
    xmlParserCtxtPtr ctxt;
    xmlSAXHandler sax;
    uint64_t elements, elements_max;
    uint32_t depth;
    struct err *err;
    enum rc rc;
};

static void stop(struct xml_push *p, enum rc rc)
{
    if (p->rc == RC_OK && rc != RC_OK) {
        p->rc = rc;
        xmlStopParser(p->ctxt);
    }
}

static void on_doctype(void *ctx, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
    struct xml_push *p = ctx;
    (void)name;
    (void)external;
    (void)system;
    if (p->rc == RC_OK) stop(p, err_set(p->err, &E_exchange_doctype, NO_PLACE, p->what));
}

static struct str view(const xmlChar *s) { return s == NULL ? STR("") : str_c((const char *)s); }

static void on_start(void *ctx, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri, int ns_count, const xmlChar **ns, int attr_count, int defaulted,
                     const xmlChar **attr)
{
    struct xml_push *p = ctx;
    (void)uri;
    (void)defaulted;
    if (p->rc != RC_OK) return;
    if (++p->elements > p->elements_max) {
        stop(p, err_set(p->err, &E_exchange_xml_large, NO_PLACE, p->what, str_u64(p->a, p->elements_max)));
        return;
    }
    if (p->depth == XML_DEPTH) {
        stop(p, err_set(p->err, &E_exchange_xml_deep, NO_PLACE, p->what, str_u64(p->a, XML_DEPTH)));
        return;
    }
    p->depth++;
    if (attr_count > ATTRS_MAX || ns_count > SPACES_MAX / 2) {
        stop(p, err_set(p->err, &E_exchange_xml_large, NO_PLACE, p->what, str_u64(p->a, ATTRS_MAX)));
        return;
    }
    if (p->sink->spaces != NULL && ns_count > 0) {
        struct str pairs[SPACES_MAX];
        for (int i = 0; i < ns_count * 2; i++) pairs[i] = view(ns[i]);
        p->sink->spaces(p->sink->ctx, pairs, (uint32_t)ns_count);
    }
    if (p->sink->start == NULL) return;
    struct xml_attr attrs[ATTRS_MAX];
    for (int i = 0; i < attr_count; i++) {
        const xmlChar **one = attr + (ptrdiff_t)i * 5;
        attrs[i] = (struct xml_attr){.name = view(one[0]), .value = str_of((const char *)one[3], (size_t)(one[4] - one[3])), .ns = view(one[1])};
    }
    stop(p, p->sink->start(p->sink->ctx, view(local), view(prefix), attrs, (uint32_t)attr_count, p->err));
}

static void on_end(void *ctx, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
    struct xml_push *p = ctx;
    (void)prefix;
    (void)uri;
    if (p->depth > 0) p->depth--;
    if (p->rc == RC_OK && p->sink->end != NULL) stop(p, p->sink->end(p->sink->ctx, view(local), p->err));
}

static void on_text(void *ctx, const xmlChar *s, int len)
{
    struct xml_push *p = ctx;
    if (p->rc == RC_OK && len > 0 && p->sink->text != NULL) stop(p, p->sink->text(p->sink->ctx, str_of((const char *)s, (size_t)len), p->err));
}

static void free_push(void *arg)
{
    struct xml_push *p = arg;
    if (p->ctxt == NULL) return;
    if (p->ctxt->myDoc != NULL) xmlFreeDoc(p->ctxt->myDoc);
    p->ctxt->myDoc = NULL;
    xmlFreeParserCtxt(p->ctxt);
    p->ctxt = NULL;
}

/* What libxml2 has to say of an encoding it says to nobody in particular, on standard error. */
static void hush(void *ctx, xmlErrorPtr e) { (void)ctx, (void)e; }
static void hush_words(void *ctx, const char *format, ...) { (void)ctx, (void)format; }

enum rc xml_push_open(struct arena *a, struct str what, const struct xml_sink *sink, uint64_t elements_max, struct xml_push **out, struct err *err)
{
    struct xml_push *p = arena_new(a, struct xml_push);
    *p = (struct xml_push){.a = a, .what = what, .sink = sink, .elements_max = elements_max};
    p->sax = (xmlSAXHandler){.initialized = XML_SAX2_MAGIC, .internalSubset = on_doctype, .startElementNs = on_start, .endElementNs = on_end,
                             .characters = on_text, .ignorableWhitespace = on_text, .cdataBlock = on_text};
    p->ctxt = xmlCreatePushParserCtxt(&p->sax, p, NULL, 0, NULL);
    if (p->ctxt == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    xmlSetStructuredErrorFunc(NULL, hush); /* of this thread */
    xmlSetGenericErrorFunc(NULL, hush_words);
    /* NOENT: else an ampersand in an attribute comes as "&#38;".  There is nothing else to expand: a DOCTYPE ends the reading. */
    /* No handler of errors: libxml2 is silent then, and what was wrong is asked for afterwards. */
    (void)xmlCtxtUseOptions(p->ctxt, XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    arena_defer(a, free_push, p);
    *out = p;
    return RC_OK;
}

static enum rc fed(struct xml_push *p, int bad, struct err *err)
{
    if (p->rc != RC_OK) return p->rc;
    if (bad == 0) return RC_OK;
    const xmlError *e = xmlCtxtGetLastError(p->ctxt);
    struct str why = e != NULL && e->message != NULL ? str_trim(str_c(e->message)) : STR("not well-formed");
    p->rc = err_set(err, &E_exchange_xml, NO_PLACE, p->what, str_u64(p->a, e != NULL && e->line > 0 ? (uint64_t)e->line : 1), why);
    return p->rc;
}

enum rc xml_push_part(void *push, struct str part, struct err *err)
{
    struct xml_push *p = push;
    enum { STEP = 1 << 15 }; /* libxml2 copies what it is given: no more at once than stays near */
    p->err = err;
    for (size_t at = 0; at < part.len && p->rc == RC_OK; at += STEP) {
        struct str one = str_sub(part, at, at + STEP);
        TRY(fed(p, xmlParseChunk(p->ctxt, one.ptr, (int)one.len, 0), err));
    }
    return p->rc;
}

enum rc xml_push_end(struct xml_push *p, struct err *err)
{
    p->err = err;
    if (p->rc != RC_OK) return p->rc;
    int bad = xmlParseChunk(p->ctxt, "", 0, 1);
    if (bad == 0 && p->elements == 0) bad = 1;
    return fed(p, bad, err);
}

enum rc xml_parse(struct arena *a, struct str what, struct str text, const struct xml_sink *sink, uint64_t elements_max, struct err *err)
{
    struct xml_push *p;
    TRY(xml_push_open(a, what, sink, elements_max, &p, err));
    enum rc rc = xml_push_part(p, text, err);
    if (rc == RC_OK) rc = xml_push_end(p, err);
    free_push(p);
    return rc;
}

struct str xml_attr_of(const struct xml_attr *attrs, uint32_t n, const char *local)
{
    for (uint32_t i = 0; i < n; i++)
        if (str_eq(attrs[i].name, str_c(local))) return attrs[i].value;
    return STR_NONE;
}

/* ---- a tree that can be written again ---- */

struct growing {
    struct arena *a;
    struct xn *root, *at;
    const struct str *spaces;
    uint32_t spaces_count;
    const struct xml_take *take; /* may be NULL */
    struct buf *text;
};

void xn_hang(struct xn *up, struct xn *n)
{
    n->up = up;
    n->prev = up->last;
    n->next = NULL;
    if (up->last == NULL) up->first = n;
    else up->last->next = n;
    up->last = n;
}

static struct xn *hang(struct growing *g, struct xn *n)
{
    if (g->at != NULL) xn_hang(g->at, n);
    else if (g->root == NULL) g->root = n;
    return n;
}

static void text_done(struct growing *g)
{
    if (g->text->len == 0) return;
    if (g->at != NULL) {
        struct xn *n = arena_new(g->a, struct xn);
        n->text = str_dup(g->a, buf_view(g->text));
        (void)hang(g, n);
    }
    buf_clear(g->text);
}

static void tree_spaces(void *ctx, const struct str *pairs, uint32_t n)
{
    struct growing *g = ctx;
    struct str *copy = arena_array(g->a, struct str, 2 * (size_t)n);
    for (uint32_t i = 0; i < 2 * n; i++) copy[i] = str_dup(g->a, pairs[i]);
    g->spaces = copy;
    g->spaces_count = n;
}

static enum rc tree_start(void *ctx, struct str local, struct str prefix, const struct xml_attr *attrs, uint32_t count, struct err *err)
{
    struct growing *g = ctx;
    (void)err;
    text_done(g);
    struct xn *n = arena_new(g->a, struct xn);
    n->name = str_dup(g->a, local);
    n->prefix = str_dup(g->a, prefix);
    n->attrs_count = count;
    n->attrs = arena_array(g->a, struct xml_attr, count + 1u);
    for (uint32_t i = 0; i < count; i++)
        n->attrs[i] = (struct xml_attr){.name = str_dup(g->a, attrs[i].name), .value = str_dup(g->a, attrs[i].value), .ns = str_dup(g->a, attrs[i].ns)};
    n->spaces = g->spaces;
    n->spaces_count = g->spaces_count;
    g->spaces_count = 0;
    g->at = hang(g, n);
    return RC_OK;
}

static enum rc tree_end(void *ctx, struct str local, struct err *err)
{
    struct growing *g = ctx;
    (void)local;
    (void)err;
    bool taken = g->take != NULL && g->at != NULL && g->at->first == NULL && g->text->len > 0 && g->take->take(g->take->ctx, g->a, g->at, buf_view(g->text));
    if (taken) buf_clear(g->text);
    text_done(g);
    if (g->at != NULL) g->at = g->at->up;
    return RC_OK;
}

static enum rc tree_text(void *ctx, struct str text, struct err *err)
{
    struct growing *g = ctx;
    (void)err;
    buf_str(g->text, text);
    return RC_OK;
}

enum rc xml_tree_take(struct arena *a, struct str what, struct str text, uint64_t elements_max, const struct xml_take *take, struct xn **out, struct err *err)
{
    struct buf own;
    struct growing g = {.a = a, .take = take, .text = take != NULL ? take->b : &own};
    struct xml_sink sink = {.ctx = &g, .start = tree_start, .end = tree_end, .text = tree_text, .spaces = tree_spaces};
    *out = NULL;
    /* What the tree may come to, texts twice and a node for each two elements: foreign input must not reach the arena's own limit. */
    uint64_t nodes = MIN(elements_max, (uint64_t)text.len / 4 + 1);
    if (nodes * 2 * (sizeof(struct xn) + 64) + 3 * text.len > a->max - a->used)
        return err_set(err, &E_exchange_xml_large, NO_PLACE, what, str_u64(a, elements_max));
    buf_init(&own, 2 * text.len + 64); /* UTF-16 and GB18030 are shorter than what they become */
    buf_clear(g.text);
    enum rc rc = xml_parse(a, what, text, &sink, elements_max, err);
    buf_fini(&own);
    if (rc == RC_OK) *out = g.root;
    return rc;
}

enum rc xml_tree(struct arena *a, struct str what, struct str text, uint64_t elements_max, struct xn **out, struct err *err)
{
    return xml_tree_take(a, what, text, elements_max, NULL, out, err);
}

static struct xn *named(struct xn *n, struct str local)
{
    for (; n != NULL; n = n->next)
        if (str_eq(n->name, local)) return n;
    return NULL;
}

struct xn *xn_child(const struct xn *n, const char *local) { return n == NULL ? NULL : named(n->first, str_c(local)); }
struct xn *xn_next(const struct xn *n, const char *local) { return named(n->next, str_c(local)); }

static void gather(struct buf *b, const struct xn *n)
{
    if (n->name.len == 0) buf_str(b, n->text);
    for (const struct xn *c = n->first; c != NULL; c = c->next) gather(b, c);
}

struct str xn_text(struct arena *a, const struct xn *n)
{
    if (n == NULL) return STR("");
    if (n->first != NULL && n->first == n->last && n->first->name.len == 0) return n->first->text;
    struct buf b;
    buf_init(&b, SIZE_MAX / 2);
    gather(&b, n);
    struct str s = str_dup(a, buf_view(&b));
    buf_fini(&b);
    return s;
}

struct str xn_attr(const struct xn *n, const char *local) { return xml_attr_of(n->attrs, n->attrs_count, local); }

void xml_put_text(struct buf *b, struct str s, bool attr)
{
    size_t from = 0;
    for (size_t i = 0; i <= s.len; i++) {
        unsigned char c = i < s.len ? (unsigned char)s.ptr[i] : '<';
        bool bad = c < 0x20 && c != '\t' && c != '\n' && c != '\r';
        bool special = c == '<' || c == '>' || c == '&' || c == '\r' || (attr && (c == '"' || c == '\n' || c == '\t'));
        if (!bad && !special) continue;
        if (i > from) buf_put(b, s.ptr + from, i - from);
        from = i + 1;
        if (i == s.len) break;
        if (c == '<') buf_lit(b, "&lt;");
        else if (c == '>') buf_lit(b, "&gt;");
        else if (c == '&') buf_lit(b, "&amp;");
        else if (c == '"') buf_lit(b, "&quot;");
        else if (c == '\r') buf_lit(b, "&#13;"); /* a bare one would be read as a line end */
        else if (c == '\n') buf_lit(b, "&#10;");
        else if (c == '\t') buf_lit(b, "&#9;");
    }
}

static void put_name(struct buf *b, struct str prefix, struct str name)
{
    buf_str(b, prefix);
    if (prefix.len > 0) buf_char(b, ':');
    buf_str(b, name);
}

void xn_put(struct buf *b, const struct xn *n)
{
    if (n->name.len == 0) {
        xml_put_text(b, n->text, false);
        return;
    }
    buf_char(b, '<');
    put_name(b, n->prefix, n->name);
    for (uint32_t i = 0; i < n->spaces_count; i++) {
        buf_lit(b, " xmlns");
        if (n->spaces[2 * i].len > 0) buf_char(b, ':');
        buf_str(b, n->spaces[2 * i]);
        buf_lit(b, "=\"");
        xml_put_text(b, n->spaces[2 * i + 1], true);
        buf_char(b, '"');
    }
    for (uint32_t i = 0; i < n->attrs_count; i++) {
        buf_char(b, ' ');
        put_name(b, n->attrs[i].ns, n->attrs[i].name);
        buf_lit(b, "=\"");
        xml_put_text(b, n->attrs[i].value, true);
        buf_char(b, '"');
    }
    if (n->first == NULL) {
        buf_lit(b, "/>");
        return;
    }
    buf_char(b, '>');
    for (const struct xn *c = n->first; c != NULL; c = c->next) xn_put(b, c);
    buf_lit(b, "</");
    put_name(b, n->prefix, n->name);
    buf_char(b, '>');
}
