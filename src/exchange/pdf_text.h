/* pdf_text.h - a PDF that is looked through: its objects, its fonts, and how codes become characters. */
#ifndef GUIJU_EXCHANGE_PDF_TEXT_H
#define GUIJU_EXCHANGE_PDF_TEXT_H

#include "exchange/text.h"

enum { PDF_WAYS = 8, WAY_PLAIN = -1, WAY_UCS2 = -2, WAY_GBK = -3 };

struct object { uint32_t num; struct str text, stream; };
struct placed { uint32_t num, idx; };
struct code_map { uint32_t num; bool wide; uint32_t *to; /* 65536, 0: none */ };
struct font { struct str name; int ways[PDF_WAYS]; size_t n; };

struct pdf {
    struct arena a, work;           /* work: of one stream */
    struct text_told *told;
    VEC(struct object) objects;
    struct placed *placed;          /* the same by their numbers */
    size_t font_refs;
    VEC(struct code_map) maps;
    VEC(struct font) fonts;
    uint64_t inflated;
    struct err *err;
};

/* pdf_objects.c.  All that is found by going through the bytes; then fonts, and their maps. */
enum rc pdf_objects(struct pdf *p, struct str what, struct str bytes) MUST_USE;
enum rc pdf_unpacked(struct pdf *p, const struct object *o, struct arena *a, struct str *out) MUST_USE; /* empty: nothing to be read */
bool pdf_name_in(struct str text, struct str key, struct str name);
struct font *pdf_font(struct pdf *p, struct str name); /* NULL: unknown */
bool pdf_edge(char c);
bool pdf_digit(char c);
bool pdf_hex(struct str s, unsigned char *out, size_t max, size_t *n, struct str *rest); /* "<5BC6>" at the front */

#endif
