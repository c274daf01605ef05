/* xml.h - XML as a tree in an arena: elements, attributes, text.  No entities, no document types, no network. */
#ifndef GUIJU_DMN_XML_H
#define GUIJU_DMN_XML_H

#include "base/base.h"

struct xattr {
    struct str name, value;       /* local name */
};

struct xnode {
    struct str name, ns;          /* local name; namespace address, or "" */
    const struct xattr *attrs;
    uint32_t attrs_count;
    uint32_t line;
    struct str text;              /* what stands directly inside, joined */
    struct xnode *first, *last, *next, *parent;
};

/* RC_INPUT dmn.xml, dmn.doctype; RC_LIMIT dmn.too_large, dmn.too_deep. */
enum rc xml_read(struct arena *a, struct str file, struct str text, struct xnode **out, struct err *err) MUST_USE;
struct str xml_attr(const struct xnode *n, const char *name);   /* STR_NONE: absent */
/* Children of n's own namespace; NULL: none. */
const struct xnode *xml_child(const struct xnode *n, const char *name);
const struct xnode *xml_after(const struct xnode *child, const char *name); /* the next of that name; NULL name: any */
const struct xnode *xml_any(const struct xnode *n);                         /* the first child of n's namespace */

#endif
