/*
 * inner.h - what the files of dmn/ share.
 * The way of a model: xml.c -> model.c (elements, imports, requirements) -> type.c (item definitions) -> expr.c, table.c (boxed
 * expressions over FEEL programs) -> run.c (decisions, services, functions), value.c (values made to fit their types).
 *
 * Variables: an element (a decision, a function) has a frame of values; names get their slots while compiling, and the scopes of
 * FEEL say which slot.  Inner names (context entries, iteration variables, parameters) take slots above the outer ones.
 */
#ifndef GUIJU_DMN_INNER_H
#define GUIJU_DMN_INNER_H

#include "dmn/dmn.h"
#include "dmn/xml.h"

enum { EXPR_DEPTH_MAX = 64, TYPE_DEPTH_MAX = 32, SLOTS_MAX = 4096 };

/* ---- types ---- */

enum dtype_kind { DT_ANY, DT_SIMPLE, DT_ALIAS, DT_CONTEXT, DT_FUNCTION };

struct dtype {
    struct str name;
    enum dtype_kind kind;
    bool collection;
    bool busy, done;                     /* while resolving */
    const struct feel_type *ft;          /* of the whole */
    const struct feel_type *simple;      /* DT_SIMPLE; DT_FUNCTION: the function's type */
    const struct dtype *base;            /* DT_ALIAS; DT_FUNCTION: what it gives */
    struct dmember {
        struct str name;
        const struct dtype *type;
    } *members;                          /* DT_CONTEXT: entries; DT_FUNCTION: parameters */
    uint32_t members_count;
    const struct feel_program *allowed;  /* of each item */
    const struct feel_program *whole;    /* typeConstraint: of the collection itself */
    const struct xnode *node;
};

extern const struct dtype dtype_any;

/* ---- expressions ---- */

enum expr_kind { EX_LITERAL, EX_CONTEXT, EX_INVOCATION, EX_FUNCTION, EX_LIST, EX_RELATION, EX_IF, EX_FILTER, EX_FILTER_TEXT, EX_FOR, EX_SOME, EX_EVERY, EX_EXTERNAL };

struct part {
    struct str name;
    uint32_t slot;
    const struct dtype *type;
    struct expr *e;
};

struct expr {
    enum expr_kind kind;
    struct str what;                     /* how messages call it */
    const struct dtype *type;            /* what its value is made to fit; NULL: anything */
    const struct feel_type *ft;          /* static: what FEEL may know of it */
    const struct feel_program *program;  /* EX_LITERAL (a decision table is one), EX_FILTER_TEXT; NULL: broken */
    struct part *parts;                  /* entries, bindings, parameters, items, rows * columns */
    uint32_t parts_count;
    uint32_t columns;                    /* EX_RELATION */
    struct expr *a, *b, *c;              /* IF; FILTER and loops: in, body; CONTEXT: result; INVOCATION: function; FUNCTION: body */
    uint32_t slot;                       /* item, iteration variable, what is filtered; FOR: partial follows it */
    const struct feel_member *params;    /* EX_FUNCTION */
};

/* ---- models ---- */

struct doc;

struct element {
    enum dmn_kind kind;
    uint32_t idx;                        /* over all models loaded */
    struct str id, name;
    struct doc *doc;
    const struct xnode *node;
    const struct dtype *type;            /* of its variable; a function's: of what it gives */
    uint8_t mark;                        /* cycles */
    bool compiled, compiling;
    struct need {
        const struct element *what;
        struct str import;               /* name under which it is seen; "": directly */
        uint32_t slot;
    } *needs;                            /* decisions: what they require; functions: the knowledge they require */
    uint32_t needs_count;
    struct expr *body;                   /* decision, function */
    uint32_t slots;                      /* size of a frame */
    uint32_t self;                       /* functions: slot of themselves */
    uint32_t params_count;               /* of services */
    const struct element **inputs;       /* services: what a parameter stands for */
    const struct element **outputs;
    uint32_t outputs_count;
    struct feel_native native;
    struct fv function;                  /* functions and services as values */
    const struct feel_type *ft;          /* what FEEL knows of the variable */
};

struct import {
    struct str name, ns;
    struct doc *doc;
};

/* A model as it was imported: one that is imported along two ways is there twice, each with inputs of its own. */
struct doc {
    struct str file, name, ns;
    const struct xnode *root;
    struct import *imports;
    uint32_t imports_count;
    struct map types;                    /* name -> struct dtype * */
    struct map ids;                      /* id -> struct element * */
    struct map feel_types;               /* what FEEL may call types here, those of imports with their prefix */
    struct feel_scope scope;             /* the outermost of every expression */
    const struct doc *importer;          /* NULL: the model itself */
    struct doc *next;
};

struct dmn_model {
    uint32_t magic;
    struct arena *a;
    struct diags *d;                     /* while loading */
    const struct dmn_source *sources;
    size_t sources_count;
    struct doc *docs;                    /* the model itself first */
    uint32_t docs_count;
    VEC(struct element *) elements;
    bool failed;
};

/* ---- compiling ---- */

struct cx {
    struct dmn_model *m;
    struct arena *a;
    struct doc *doc;
    struct str where;                    /* the element, for messages */
    const struct feel_scope *scope;
    uint32_t next_slot, slots;
    uint32_t depth;
};

struct cx_mark {
    const struct feel_scope *scope;
    uint32_t next_slot;
};

static inline struct cx_mark cx_here(const struct cx *c) { return (struct cx_mark){c->scope, c->next_slot}; }
static inline void cx_back(struct cx *c, struct cx_mark m)
{
    c->scope = m.scope;
    c->next_slot = m.next_slot;
}
uint32_t cx_name(struct cx *c, struct str name, const struct feel_type *t);   /* a new innermost name */
/* Compile FEEL; NULL: wrong, and reported. */
const struct feel_program *cx_feel(struct cx *c, struct str text, uint32_t line);
const struct feel_program *cx_tests(struct cx *c, struct str text, uint32_t line, const struct feel_type *input);
/* What FEEL may know of a value that nobody declared: names of entries only. */
const struct feel_type *names_of(const struct feel_type *t);
struct expr *expr_compile(struct cx *c, const struct xnode *x);
/* formalParameters and a body; type: the declared function type, or NULL. */
struct expr *function_compile(struct cx *c, const struct xnode *x, const struct dtype *type);
/* A decision table as a program of FEEL; NULL: wrong, and reported. */
const struct feel_program *table_compile(struct cx *c, const struct xnode *x);
struct str text_of(const struct xnode *x);     /* of its <text>, trimmed */
struct str local_text(const struct xnode *x, const char *name);
void model_mistake(struct dmn_model *m, const struct err_kind *kind, struct str a1, struct str a2, struct str a3);
void types_declare(struct dmn_model *m, struct doc *doc);
void types_scope(struct dmn_model *m, struct doc *doc);      /* when all types are known */
const struct dtype *type_find(struct dmn_model *m, struct doc *doc, struct str ref);  /* never NULL */
const struct dtype *type_of_ref(struct dmn_model *m, struct doc *doc, const struct xnode *x); /* by its typeRef; NULL: none */
bool element_compile(struct dmn_model *m, struct element *e, uint32_t depth);

/* ---- running ---- */

struct work {
    const struct dmn_model *m;
    struct feel_run run;                 /* what every program starts from; steps_left counts down here */
    struct answer {
        uint8_t state;                   /* 0 not yet, 1 at work, 2 there */
        struct fv value;
    } *cell;                             /* by element */
    uint32_t chain;
    bool texts;
    struct err *err;
};

struct frame {
    struct fv *vars;
    uint32_t count;
};

enum rc work_alloc(struct work *w, size_t n, size_t size, void **out) MUST_USE;
enum rc work_program(struct work *w, const struct feel_program *p, struct frame f, struct fv *out) MUST_USE;
enum rc expr_eval(struct work *w, const struct expr *e, struct frame f, struct fv *out) MUST_USE;
enum rc null_for(struct work *w, const struct err_kind *kind, struct str t1, struct str t2, struct fv *out) MUST_USE;
/* Make a value fit its type (DMN 10.3.2.9.4); what does not fit is null with its cause, and *fits says so. */
enum rc value_fit(struct work *w, const struct dtype *t, struct str what, struct fv *v, bool *fits) MUST_USE;
enum rc native_call(struct feel_run *run, const struct feel_native *fn, const struct fv *args, struct fv *out, struct err *err);

#endif
