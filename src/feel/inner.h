/*
 * inner.h - what the files of feel/ share and nobody else sees.
 * The way of a text: lex.c -> tokens -> parse.c -> a tree with NAME nodes -> check.c (scope.c, type.c, call.c) -> the same
 * tree with types, slots and, in each node, the function that evaluates it (eval.c, eval_*.c, builtin_*.c).
 */
#ifndef GUIJU_FEEL_INNER_H
#define GUIJU_FEEL_INNER_H

#include "feel/feel.h"

/* Nanoseconds over all of DMN's years need more than 64 bits; both our compilers have them. */
__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 uwide;

enum {
    FEEL_NEST_MAX = 64,        /* brackets and textual expressions of the parser */
    FEEL_CHAIN_MAX = 512,      /* height of the tree: long chains of + and * */
    FEEL_TOKENS_MAX = 8192,
    FEEL_LOCALS_MAX = 1024,
    FEEL_STRING_MAX = 1 << 20,
    FEEL_MISTAKES_MAX = 20,    /* of syntax in one text */
    FEEL_FOLD_STEPS = 20000,   /* what working out constants may cost at compile time */
    FEEL_FOR_MAX = 10000,      /* items of a range in `for` in packs */
    FEEL_ARGS_MAX = 8          /* arguments and collected items that need no memory */
};

/* ---- nodes: the public part, then the evaluator's ---- */

struct ev;
struct inode;
struct builtin;
struct builtin_param;

struct inode {
    struct feel_node n;         /* first: a feel_node of ours is an inode */
    bool (*fn)(struct ev *e, const struct inode *n, struct fv *out);
    const struct feel_cause *null_cause; /* made at compile time, so that blanks cost no memory */
    const struct builtin *builtin;
    union {                     /* by op: nodes are many */
        const struct builtin_param *takes; /* CALL: what its parameters take */
        const struct feel_type *written;   /* INSTANCE_OF: the type */
        const struct feel_member *params;  /* FUNCTION: parameters, with their types */
    };
    uint32_t params_count;
    uint32_t height;
    bool strict;                /* FEEL_PACK: blanks make =, != and in null */
    bool low_open, high_open;   /* RANGE; of the end itself */
    char sign;                  /* RANGE written with a sign */
    bool named;                 /* CALL with named arguments */
    bool in_parens;             /* written in brackets: ends a chain of and/or */
    bool folded;                /* n.value is the value: worked out at compile time */
    bool absent;                /* an argument that was left out */
    bool collect;               /* LIST made of several arguments */
    bool pure;                  /* could be worked out at compile time if its kids can */
    bool range_iter;            /* ITER from..to */
    const void *set;            /* IN: hashed constants; regex: compiled pattern */
};

static inline struct inode *kid_mut(struct feel_node *n, uint32_t i) { return (struct inode *)(void *)n->kids[i]; }
static inline const struct inode *kid(const struct inode *n, uint32_t i)
{
    return (const struct inode *)(const void *)n->n.kids[i];
}

/* ---- lexer ---- */

enum tok_kind {
    TOK_END,
    TOK_RUN,     /* letters, digits, Han: a name, part of one, or a keyword */
    TOK_NUMBER,
    TOK_STRING,
    TOK_AT,      /* @"…" */
    TOK_LPAREN, TOK_RPAREN, TOK_LBRACKET, TOK_RBRACKET, TOK_LBRACE, TOK_RBRACE,
    TOK_COMMA, TOK_COLON, TOK_DOT, TOK_DOTS, TOK_ARROW,
    TOK_PLUS, TOK_MINUS, TOK_STAR, TOK_STARS, TOK_SLASH, TOK_APOS,
    TOK_EQ, TOK_NE, TOK_LT, TOK_LE, TOK_GT, TOK_GE
};

enum keyword {
    KW_NONE,
    KW_IF, KW_THEN, KW_ELSE, KW_FOR, KW_IN, KW_RETURN, KW_SOME, KW_EVERY, KW_SATISFIES,
    KW_AND, KW_OR, KW_BETWEEN, KW_INSTANCE, KW_OF, KW_FUNCTION, KW_EXTERNAL, KW_TRUE, KW_FALSE, KW_NULL
};

struct tok {
    uint8_t kind;      /* enum tok_kind */
    uint8_t keyword;   /* enum keyword; a keyword counts only as a whole run */
    bool blank;        /* blanks or a comment stand before it */
    uint32_t off, len;
    struct str text;   /* as written; TOK_STRING, TOK_AT: decoded */
};

struct text_source {           /* a text with the place where it begins */
    struct str text;
    struct place at;
    enum feel_mode mode;
    struct diags *d;
    struct arena *a;
    struct arena *tmp; /* of what is only needed while it is compiled: tokens, lists that grow */
};

struct place place_in(const struct text_source *s, uint32_t off, uint32_t len); /* off within the text */
struct place place_in_file(const struct text_source *s, struct place p);        /* the same with off within the file */
/* True: no mistakes.  The tokens are usable in any case and end in TOK_END. */
bool feel_lex(const struct text_source *s, struct tok **toks, uint32_t *count);
enum keyword keyword_of(struct str run);
bool is_name_start(uint32_t cp);
bool is_name_part(uint32_t cp);
/* One blank between runs, none beside . / - ' + *: the form under which names are looked up. */
struct str name_normal(struct arena *a, struct str name);

/* ---- parser ---- */

/* *root is never NULL.  True: no mistakes. */
bool feel_parse(const struct text_source *s, const struct feel_scope *scope, bool tests, struct inode **root);
struct inode *node_make(struct arena *a, enum feel_op op, struct place place, uint32_t kids);
struct inode *node_null(struct arena *a, struct place place);

/* ---- types ---- */

struct str type_text(struct arena *a, const struct feel_type *t, enum lang lang);
struct str kind_text(enum fv_kind k, enum lang lang);
struct str kind_in(struct str zh, enum lang lang); /* a kind's Chinese name (or one of our few set phrases) in that language; any other text as it is */
const struct feel_type *type_join(struct arena *a, const struct feel_type *x, const struct feel_type *y);
bool type_same(const struct feel_type *x, const struct feel_type *y);
const struct feel_type *type_by_name(struct str name); /* NULL: none */
struct str type_nearest_name(struct str name);
const struct feel_type *type_of_value(struct arena *a, const struct fv *v);
static inline bool type_known(const struct feel_type *t) { return t->kind != FT_ANY && t->kind != FT_NULL; }
/* Members of composite values (date.year …) and of codes; NULL: none. */
const struct feel_member *type_builtin_member(enum ft_kind kind, struct str name);
size_t type_builtin_members(enum ft_kind kind, const struct feel_member **list);
enum { CODE_SLOT_CODE = 0x40000000, CODE_SLOT_TITLE, CODE_SLOT_ORDER };
const struct feel_member *codes_column(const struct feel_codes *c, struct str name);
const struct feel_member *member_find(const struct feel_type *t, struct str name);
bool value_instance_of(const struct fv *v, const struct feel_type *t);

/* ---- built-ins ---- */

/* One letter a kind of value that a parameter takes; bits by enum fv_kind. */
#define BIT(kind) (1u << (kind))

struct builtin_param {
    struct str name;
    uint32_t takes;      /* bits of fv_kind */
    uint32_t item_takes; /* for lists: bits of their items, 0: any */
    bool list;
    bool optional;
    bool null_ok;        /* null is an argument like others */
};

struct builtin {
    struct str name;
    const char *params;  /* "text:s, from:n, length?:n" */
    const char *result;  /* see call.c */
    uint32_t flags;
    bool (*fn)(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out);
};

enum {
    BI_NULL = 1,      /* may give null for good arguments */
    BI_LAST_LIST = 2, /* max(1, 2, 3) is max([1, 2, 3]) */
    BI_REST_LIST = 4, /* append(list, a, b): the rest is one list */
    BI_ALL_LIST = 8,  /* concatenate(a, b): all is one list */
    BI_DAILY = 16,    /* asks for the day */
    BI_IMPURE = 32,   /* never worked out at compile time */
    BI_OURS = 64,     /* not in DMN */
    BI_REGEX = 128    /* its second argument is a pattern: compiled once where it is constant */
};

extern const struct builtin builtins[];
extern const uint32_t builtins_count;
/* The first of that name; further ones of the same name follow it. */
const struct builtin *builtin_find(struct str name);
uint32_t builtin_params(const struct builtin *b, struct builtin_param out[FEEL_ARGS_MAX]);
struct str builtin_nearest(struct str name);

/* A constant pattern is compiled once, with the program.  False: it is malformed, so that the call would always be null. */
bool regex_prepare(struct arena *a, struct inode *n);

/* ---- evaluator ---- */

struct ev {
    struct feel_run *run;
    struct arena *a;
    const struct fv *vars;
    struct fv *locals;
    uint32_t vars_count;
    uint32_t locals_count;
    uint64_t steps;
    uint32_t depth;
    enum feel_mode mode;
    enum rc rc;          /* why a function returned false */
    struct err *err;
};

struct feel_closure {
    const struct inode *def;        /* FUNCTION node; NULL for a built-in or a pack's function */
    const struct builtin *builtin;
    const struct feel_function *fn;
    const struct feel_native *native;
    const struct fv *locals;        /* as they were where it was defined */
    uint32_t locals_count;
    const struct fv *vars;          /* likewise: a model hands functions from one decision to another */
    uint32_t vars_count;
};

enum rc ev_begin(struct ev *e, const struct feel_program *p, struct feel_run *run, struct fv *room, uint32_t room_count, struct err *err);
bool ev_stop(struct ev *e, const struct inode *n, const struct err_kind *kind, struct str a1);
bool ev_stop_steps(struct ev *e, const struct inode *n);

/* Evaluate n into *out.  False: the run stops (e->rc says why). */
static inline bool ev_node(struct ev *e, const struct inode *n, struct fv *out)
{
    if (__builtin_expect(e->steps == 0, 0)) return ev_stop_steps(e, n);
    e->steps--;
    return n->fn(e, n, out);
}

bool ev_const(struct ev *e, const struct inode *n, struct fv *out);
bool ev_variable(struct ev *e, const struct inode *n, struct fv *out);

/* The value of n: where it lies if it lies somewhere, else in *room.  NULL: the run stops. */
static inline const struct fv *ev_get(struct ev *e, const struct inode *n, struct fv *room)
{
    if (n->fn == ev_const) return &n->n.value;
    if (n->fn == ev_variable && n->n.slot < e->vars_count && e->vars[n->n.slot].kind != FV_NULL)
        return &e->vars[n->n.slot];
    return ev_node(e, n, room) ? room : NULL;
}

void *ev_alloc(struct ev *e, const struct inode *n, size_t size); /* NULL: the run stops */
bool ev_room(struct ev *e, const struct inode *n, size_t size);   /* is there room for so many bytes? */
bool ev_text(struct ev *e, const struct inode *n, struct str s, struct fv *out); /* copies s */

/* Nulls that know why.  All return true: null is an answer. */
bool ev_null(struct ev *e, const struct inode *n, struct fv *out, const struct err_kind *kind, struct str t1, struct str t2, struct str t3);
bool ev_null_from(const struct inode *n, const struct fv *from, struct fv *out); /* a null operand: its own cause, or n's */

bool ev_equal(struct ev *e, const struct inode *n, const struct fv *a, const struct fv *b, struct fv *out, bool negate);
bool ev_arith(struct ev *e, const struct inode *n, enum feel_op op, const struct fv *a, const struct fv *b, struct fv *out);
bool ev_in_test(struct ev *e, const struct inode *n, const struct fv *x, const struct fv *t, int *answer);
int range_holds(const struct fv_range *r, const struct fv *x); /* -1: they do not compare */
bool ev_member_of(struct ev *e, const struct inode *n, const struct fv *base, struct fv *out);
bool ev_call_closure(struct ev *e, const struct inode *n, const struct feel_closure *c, const struct fv *arg, uint32_t args, struct fv *out);
bool ev_call_builtin(struct ev *e, const struct inode *n, const struct builtin *b, const struct fv *arg, uint32_t args, struct fv *out);
bool ev_member(struct ev *e, const struct inode *n, struct fv *out);
bool ev_member_record(struct ev *e, const struct inode *n, struct fv *out);
bool ev_filter(struct ev *e, const struct inode *n, struct fv *out);
bool ev_count_filter(struct ev *e, const struct inode *n, struct fv *out);
bool ev_index(struct ev *e, const struct inode *n, struct fv *out);
bool ev_loop(struct ev *e, const struct inode *n, struct fv *out);
bool ev_context(struct ev *e, const struct inode *n, struct fv *out);
bool ev_all(struct ev *e, const struct inode *n, struct fv *out);
bool ev_parameter(struct ev *e, const struct inode *n, struct fv *out);
bool ev_dynamic(struct ev *e, const struct inode *n, struct fv *out);
bool ev_call(struct ev *e, const struct inode *n, struct fv *out);
bool ev_call_named(struct ev *e, const struct inode *n, struct fv *out);
bool ev_function(struct ev *e, const struct inode *n, struct fv *out);
bool ev_in_map(struct ev *e, const struct inode *n, struct fv *out);
bool ev_neg(struct ev *e, const struct inode *n, struct fv *out);
bool ev_arith_node(struct ev *e, const struct inode *n, struct fv *out);
/* Choose how a checked node is evaluated. */
void eval_select(struct inode *n);

/* A growing list of values in the run's arena, with FEEL's limit. */
struct fv_vec {
    struct fv *at;
    uint32_t len, cap;
};
bool vec_add(struct ev *e, const struct inode *n, struct fv_vec *v, const struct fv *x);
/* The same where the list cannot grow longer than one that is there already: records of a register may be more than FEEL_LIST_MAX. */
bool vec_keep(struct ev *e, const struct inode *n, struct fv_vec *v, const struct fv *x);
static inline struct fv vec_list(const struct fv_vec *v) { return fv_list(v->at, v->len); }
/* A list's items; a value that is no list is a list of itself. */
static inline uint32_t items_of(const struct fv *v, const struct fv **items)
{
    if (v->kind == FV_LIST) {
        *items = v->items;
        return v->count;
    }
    *items = v;
    return 1;
}

/* An argument that was left out is null with this cause. */
extern const struct feel_cause absent_argument;
static inline bool given(const struct fv *v) { return !(v->kind == FV_NULL && v->cause == &absent_argument); }

/* ---- values ---- */
struct fv fv_time(const struct tod *t);
struct fv fv_datetime(const struct datetime *t);
struct fv fv_span(struct dt_span s);
const struct fv *context_find(const struct fv *c, struct str key);
int tod_compare(const struct tod *a, const struct tod *b, bool *ok);
int datetime_compare(const struct datetime *a, const struct datetime *b, bool *ok);
bool nanos_to_span(wide n, struct dt_span *out);
bool value_parse_at(struct arena *a, struct str s, struct fv *out); /* what stands in @"…" */
void value_text(const struct fv *v, struct buf *out, bool inside); /* string() of DMN */

/* ---- showing ---- */
bool format_ok(const struct feel_type *t, struct str format);

/* ---- checking ---- */

struct local {
    struct str name;
    const struct feel_type *type;
    uint32_t slot;
    bool may_be_null;
    bool is_item;      /* of a filter: its members are bare names */
};

struct check {
    struct arena *a, *tmp;
    const struct text_source *src;
    const struct feel_scope *scope;
    enum feel_mode mode;
    struct diags *d;
    bool failed;
    bool daily;
    bool tests;             /* `?` is a name */
    VEC(struct local) locals;   /* innermost last */
    uint32_t next_slot;
    uint32_t slots;         /* most slots in use at once */
    VEC(const struct feel_node *) not_null; /* paths that are known to hold a value here */
    uint32_t input_slot;
    const struct feel_type *input;
};

void check_node(struct check *c, struct inode *n);
void check_call(struct check *c, struct inode *n);
void check_name(struct check *c, struct inode *n, bool called);
void check_member(struct check *c, struct inode *n);
void check_compare(struct check *c, struct inode *n);
void check_in(struct check *c, struct inode *n);
void check_fold(struct check *c, struct inode *n);
bool check_code_text(struct check *c, struct inode *text, const struct feel_codes *codes);
void check_finish(struct check *c, struct inode *n); /* type is known: fold, choose the evaluator */
struct local *check_local(struct check *c, struct str name, const struct feel_type *type, bool may_be_null, struct place at);
void check_leave(struct check *c, size_t locals); /* forget the locals since */
/* A mistake of meaning.  In packs an error; in DMN n becomes null with that cause and the mistake a warning. */
void check_mistake(struct check *c, struct inode *n, const struct err_kind *kind, struct place at, size_t count, const struct str *args);
#define mistake(c, n, kind, at, ...)                                                               \
    check_mistake((c), (n), (kind), (at), sizeof((struct str[]){__VA_ARGS__}) / sizeof(struct str),   \
                  (struct str[]){__VA_ARGS__})
struct str node_text(const struct check *c, const struct inode *n); /* as written, cut to 40 characters */
bool is_null_literal(const struct inode *n);
void cause_fill(struct str text[FEEL_CAUSE_TEXTS], struct str t1, struct str t2, struct str t3); /* and the English of each behind */
const struct feel_cause *cause_make(struct arena *a, const struct err_kind *kind, struct place at, struct str t1, struct str t2, struct str t3);
void check_args(struct check *c, struct inode *n, uint32_t from);
void check_null_cause(struct check *c, struct inode *n, const struct err_kind *kind, struct str t1, struct str t2);
void check_wanted(struct check *c, struct inode *n, const struct feel_type *wanted); /* text beside a choice becomes a code */
void check_unknown(struct check *c, struct inode *n, bool function);
bool comparable(const struct feel_type *x, const struct feel_type *y);
void never_equal(struct check *c, struct inode *n, struct place at, const struct feel_type *x, const struct feel_type *y);

/* ---- scopes ---- */
struct meaning {
    const struct feel_name *name;     /* of the scope, or NULL */
    const struct feel_member *member; /* of name (FN_THIS), or of item */
    const struct local *local;        /* the local itself, or the item that has member */
    const struct builtin *builtin;
};
enum { MEANINGS_MAX = 8 };
uint32_t scope_find(const struct check *c, struct str name, struct meaning out[MEANINGS_MAX]);
bool scope_knows(const struct feel_scope *scope, struct str normal_name);
uint32_t scope_input_slot(const struct feel_scope *scope);
struct str scope_nearest(const struct check *c, struct str wrong);
const struct feel_register *scope_this_register(const struct feel_scope *scope);

#endif
