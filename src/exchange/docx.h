/* docx.h - what the files that fill in documents share: the tree, one document on its way, texts and values. */
#ifndef GUIJU_EXCHANGE_DOCX_H
#define GUIJU_EXCHANGE_DOCX_H

#include "exchange/form.h"

enum { DOCX_PART_MAX = 16 << 20, DOCX_ELEMENTS = 400000, DOCX_OUT_ELEMENTS = 4000000, DOCX_DEPTH = 40, DOCX_TEXT_MAX = 1 << 20 };

struct picture { struct str bytes; bool png; uint32_t number; };

struct doc {
    const struct area_view *v;
    const struct docx_options *o;
    struct arena *a;
    const struct feel_host *host;
    void *ctx;
    const struct pack_register *over;
    const uint64_t *ids;         /* the records that were chosen */
    size_t n;
    VEC(struct picture) pictures;
    struct map compiled;         /* register, text -> program */
    struct map hinted;           /* register -> struct map of id -> struct str * */
    size_t paragraph, made;
    size_t number;               /* of the row or block that is being repeated, from 1 */
    uint64_t rows, shared;       /* rows that share the height of `rows` of them: boxes in them are as much lower; shared 0: none */
    struct str tight;            /* what has no room, a line each */
    struct diags *check;         /* not NULL: nothing is evaluated, only every placeholder looked at */
    struct str named;            /* of a form that is checked: how mistakes call it */
    struct place place;
    const struct pack_procedure *procedure; /* of a form over cases; else NULL */
};

/* Where expressions stand: a record; or of a case: the whole, a line, or one of a list that it tells of (what was said, an objection). */
struct at_case { const struct feel_scope *scope; const struct fv *vars; uint32_t count; struct str key; /* which scope it is, of programs kept */ };
struct at { const struct pack_register *reg; int64_t id; const struct at_case *of; };
struct at_list { struct at *at; uint32_t count, rows; /* |rowsN: so many rows of a table, or their height */ };

/* ---- docx.c ---- */
enum rc docx_fill(struct doc *d, struct str template_bytes, struct str *out, struct err *err) MUST_USE;

/* ---- docx_tree.c ---- */
static inline bool is(const struct xn *n, const char *name) { return str_eq(n->name, str_c(name)); }
struct xn *docx_copy(struct doc *d, const struct xn *n);
void docx_take_out(struct xn *n);
void docx_put_before(struct xn *where, struct xn *n);
struct xn *docx_make(struct doc *d, struct xn *up, const char *name);
void docx_set_attr(struct doc *d, struct xn *n, const char *prefix, const char *name, struct str value);
struct docx_piece { struct xn *t; size_t from; };
struct docx_texts { VEC(struct docx_piece) list; struct str all; };
void docx_texts_of(struct doc *d, struct xn *p, struct docx_texts *out);   /* of a paragraph, without its text boxes */
void docx_set_text(struct doc *d, struct xn *t, struct str s);
void docx_break_lines(struct doc *d, struct xn *t);                        /* \n and \t as editors have them */

/* ---- docx_value.c ---- */
/* Each of a list, from an expression or "所选"; behind bars: strokes, pinyin, all (lines of a case that have left it too), rowsN, or what must hold of each. */
enum rc docx_list(struct doc *d, struct at at, struct str expr, struct str mark, struct at_list *out, struct err *err) MUST_USE;
bool docx_is_chosen(struct doc *d, struct str expr);
enum rc docx_condition(struct doc *d, struct at at, struct str expr, struct str mark, bool *yes, struct err *err) MUST_USE;
/* A mistake of a template: where it is only looked at, told, and the rest is looked at too. */
enum rc docx_mistake(struct doc *d, enum rc rc, struct err *err) MUST_USE;
/* ---- docx_case.c ---- */
struct at docx_case_whole(struct doc *d);
/* Does the program say the lines of the case itself, and nothing else? */
bool docx_case_lines(const struct at *at, const struct feel_program *p);
void docx_case_each(struct doc *d, bool all, struct at_list *out);
/* One of a list of contexts: its members, then what stands around it. */
struct at docx_case_item(struct doc *d, const struct at *around, const struct feel_type *t, const struct fv *v);
/* The placeholders of one paragraph.  It may become several: *p is the last. */
enum rc docx_paragraph(struct doc *d, struct xn *p, struct at at, struct err *err) MUST_USE;

/* ---- docx_fit.c: letters that shrink to their room ---- */
/* fit: the least room of letters; box: width and height in mm; lines: a box whose lines hang behind their dates. */
enum fit_kind { FIT_NONE, FIT_COUNT, FIT_BOX, FIT_LINES };
struct fit { enum fit_kind kind; uint64_t count, width, height; };
bool fit_parse(struct str format, struct fit *out);
/* False: it does not fit even with the smallest letters. */
bool fit_put(struct doc *d, struct xn *t, struct str text, const struct fit *f);
void fit_lines(struct doc *d, struct xn *p);   /* each line of the paragraph as one of its own, hanging */

/* ---- docx_hint.c ---- */
/* What the rules over its register say of a record, a line each with the basis; empty: nothing. */
enum rc docx_hints(struct doc *d, struct at at, struct str *out, struct err *err) MUST_USE;

#endif
