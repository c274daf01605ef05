/*
 * feel.h - FEEL, the expression language of OMG DMN 1.5: compile, check, run, explain.
 *
 * A text is compiled once against a scope (the names it may use, with their types) into a program, and
 * run many times against an environment (values of variables, a host that answers for records, a day).
 * A program is immutable and may be run by many threads at once, each with its own struct feel_run.
 *
 * Three outcomes of a run are always told apart: a value, null (a value too: FV_NULL, with the cause
 * where a mistake made it), and an error (RC_LIMIT: the step budget; RC_SYSTEM, RC_BROKEN: from the host).
 * FEEL itself never fails: a wrong operand gives null with a cause.
 *
 * Two modes.  FEEL_DMN follows the specification to the letter.  FEEL_PACK is what handbooks use: a blank
 * makes =, != and `in` null unless the other side is the literal null; full-width punctuation outside
 * strings is refused; a name with two meanings is refused; filters must be boolean.
 * `in` binds tighter than `and`: x in [1,2] and y is (x in [1,2]) and y.
 *
 * Memory: programs and their diagnostics live in the arena given at compile time; values made by a run live in
 * run->arena, which the caller marks and resets.  Numbers are decimal128, see base/dec.h.
 */
#ifndef GUIJU_FEEL_H
#define GUIJU_FEEL_H

#include "base/base.h"

/* ---- values ---- */

enum fv_kind {
    FV_NULL,
    FV_BOOL,
    FV_NUMBER,
    FV_STRING,
    FV_DATE,
    FV_TIME,
    FV_DATETIME,
    FV_MONTHS,   /* years and months duration */
    FV_SPAN,     /* days and time duration */
    FV_LIST,
    FV_CONTEXT,
    FV_RANGE,
    FV_FUNCTION,
    FV_CODE,     /* a row of a code table */
    FV_RECORD    /* a record of a register, known by its id; members come from the host */
};

struct feel_cause; /* why a null is null */
struct feel_closure;
struct feel_register;
struct feel_codes;
struct feel_type;
struct feel_scope;

struct fv {
    uint8_t kind;    /* enum fv_kind */
    uint8_t flag;    /* FV_DATE: 1 where it is a month (its first day); FV_RANGE: see struct fv_range */
    uint32_t count;  /* FV_LIST, FV_CONTEXT: items */
    union {
        const struct feel_cause *cause;    /* FV_NULL: NULL where the value is simply absent */
        const struct feel_codes *codes;    /* FV_CODE */
        const struct feel_register *reg;   /* FV_RECORD */
        int64_t pad;
    };
    union {
        bool b;
        struct dec num;
        struct str str;
        day_num day;
        const struct tod *time;
        const struct datetime *datetime;
        int64_t months;
        struct dt_span span;
        const struct fv *items;            /* FV_LIST */
        const struct fv_entry *entries;    /* FV_CONTEXT, in order written */
        const struct fv_range *range;
        const struct feel_closure *fn;
        uint32_t code;                     /* FV_CODE: row of codes */
        int64_t id;                        /* FV_RECORD */
    };
};

struct fv_entry {
    struct str key;
    struct fv value;
};

struct fv_range {
    struct fv low, high;          /* FV_NULL: open on that side (>= 5 and the like) */
    bool low_open, high_open;
    char sign;                    /* written as (< 5), (= 5), (!= 5): the sign's first character; else 0 */
    bool null_end;                /* an end is written as null: nobody knows what lies within */
};

/* Why a null came about.  `inner` is the null that it grew from, so that an explanation can go to the root. */
struct feel_cause {
    const struct err_kind *kind;
    struct place place;
    uint32_t member;
    struct str name;                       /* the kind's first hole */
    const struct str *text;                /* all FEEL_CAUSE_TEXTS holes; NULL: there is only the name.  Nearly each node has a cause ready: it is small */
    const struct feel_register *reg;       /* an empty field of a record: which one; else NULL */
    int64_t id;
    const struct feel_cause *inner;
};
enum { FEEL_CAUSE_TEXTS = 6 };
/* Its holes, in the order of err_set(). */
void feel_cause_texts(const struct feel_cause *c, struct str out[FEEL_CAUSE_TEXTS]);

struct fv fv_null(void);
struct fv fv_bool(bool b);
struct fv fv_num(struct dec d);
struct fv fv_i64(int64_t v);
struct fv fv_str(struct str s);
struct fv fv_day(day_num d);
struct fv fv_months(int64_t m);
struct fv fv_list(const struct fv *items, uint32_t count);
/* A copy that lives in another arena; a null takes its causes along.  False: lists, contexts, functions and the like are not copied. */
bool fv_copy(struct arena *a, const struct fv *v, struct fv *out);
static inline bool fv_is_null(const struct fv *v) { return v->kind == FV_NULL; }
static inline bool fv_is_true(const struct fv *v) { return v->kind == FV_BOOL && v->b; }

/* Equality as DMN 10.3.2.13 (null for kinds that do not compare): -1 null, 0 false, 1 true. */
int fv_equal(const struct fv *a, const struct fv *b);
/* Order of two values of one ordered kind; false if they do not order. */
bool fv_compare(const struct fv *a, const struct fv *b, int *out);
/* As a FEEL literal on one line: "text", @"2026-01-31", [1, 2], {a: 1}, null. */
void fv_print(const struct fv *v, struct buf *out);
/* As people read it: 2026年1月31日, a code's title, numbers without trailing zeros, lists joined by 、.
 * Records print through run->host->display.  format may be STR_NONE, or as in {出生|yyyy.MM}, {金额|0.00}. */
struct feel_run;
void fv_show(struct feel_run *run, const struct fv *v, struct str format, enum lang lang, struct buf *out);
/* The same; entries of contexts are called by the titles that type, the value's own, gives them.  NULL: by their names. */
void fv_show_as(struct feel_run *run, const struct fv *v, const struct feel_type *type, struct str format, enum lang lang, struct buf *out);
/* From JSON: numbers become decimals, objects contexts; strings stay strings. */
enum rc fv_from_json(struct arena *a, const struct json *j, struct fv *out, struct err *err) MUST_USE;
/* What a text stands for where JSON has no kind of its own: numbers, days, times, durations (ISO), by the type that is wanted.
 * FV_NULL where it stands for no value of that type. */
enum rc fv_from_text(struct arena *a, const struct feel_type *t, struct str text, struct fv *out, struct err *err) MUST_USE;
/* To canonical JSON; dates, durations as ISO strings; codes as their code; records as their id. */
void fv_to_json(const struct fv *v, struct json_out *out);

/* ---- types ---- */

enum ft_kind {
    FT_ANY,
    FT_NULL,
    FT_BOOL,
    FT_NUMBER,
    FT_STRING,
    FT_DATE,
    FT_TIME,
    FT_DATETIME,
    FT_MONTHS,
    FT_SPAN,
    FT_LIST,
    FT_CONTEXT,
    FT_RANGE,
    FT_FUNCTION,
    FT_CODE,
    FT_RECORD
};

struct feel_member {              /* of a context or record type */
    struct str name;              /* ASCII */
    struct str title;             /* Chinese; may equal name */
    const struct feel_type *type;
    uint32_t slot;                /* what the host is asked for */
    bool may_be_null;
    void *host;                   /* the owner's own description, for its analyses */
};

struct feel_type {
    enum ft_kind kind;
    const struct feel_type *item;            /* FT_LIST, FT_RANGE: of what; FT_FUNCTION: result */
    const struct feel_member *members;       /* FT_CONTEXT: entries; FT_FUNCTION: parameters */
    uint32_t members_count;
    const struct feel_codes *codes;          /* FT_CODE */
    const struct feel_register *reg;         /* FT_RECORD */
    bool month;                              /* FT_DATE: a month */
};

extern const struct feel_type feel_any, feel_bool, feel_number, feel_string, feel_date, feel_month, feel_time, feel_datetime,
    feel_months, feel_span, feel_null_type;
const struct feel_type *feel_list_of(struct arena *a, const struct feel_type *item);
/* As people say it: 数, 文字, 日期, 列表（数） … or number, string, list<number>. */
void feel_type_print(const struct feel_type *t, enum lang lang, struct buf *out);
/* As FEEL writes them: number, list<string>, context<a: number, b: date> and so on.  RC_INPUT: the mistakes are in d. */
enum rc feel_type_parse(struct arena *a, const struct feel_scope *scope, struct str text, const struct feel_type **out, struct diags *d) MUST_USE;
bool feel_type_fits(const struct feel_type *value, const struct feel_type *wanted);

/* A register as expressions see it.  Built by pack/, which fills members when all registers are known.
 * Members: stored fields, derived fields, and lists of the records that refer to this one (FT_LIST of FT_RECORD). */
struct feel_register {
    struct str name, title;
    const struct feel_member *members;
    uint32_t members_count;
    uint32_t number;               /* the host's own */
    void *host;
    struct map by_name;            /* name or title -> struct feel_member *, filled by feel_register_seal() */
};
void feel_register_seal(struct arena *a, struct feel_register *r);

/* A code table.  Rows have a code, a title, an order, and further attributes as text, number, … values. */
struct feel_codes {
    struct str name, title;
    uint32_t rows_count;
    const struct str *code;        /* by row */
    const struct str *row_title;
    uint32_t columns_count;
    const struct feel_member *columns;   /* slot = column idx */
    const struct fv *cells;              /* row * columns_count + column */
    bool ordered;                        /* rows have ranks: .位次 / .order is the row's place from 1, higher is higher */
    bool high_first;                     /* row 0 is the highest */
    struct map by_text;                  /* code or title -> (void *)(row + 1) */
    void *host;
};
void feel_codes_seal(struct arena *a, struct feel_codes *c);
bool feel_codes_find(const struct feel_codes *c, struct str code_or_title, uint32_t *row);

/* ---- scopes ---- */

enum feel_name_kind {
    FN_VARIABLE,   /* run->vars[slot] */
    FN_PARAMETER,  /* host->param(slot, day): a dated value; NAME is that of today(), NAME(date) that of another day */
    FN_FUNCTION,   /* a function of the pack */
    FN_THIS,       /* run->vars[slot] is a record, its members are bare names too */
    FN_ALL         /* `all.干部`: member slot = register number; host->all() */
};

struct feel_function {
    struct str name, title;
    const struct feel_member *params;
    uint32_t params_count;
    const struct feel_type *result;
    const struct feel_program *body;   /* may be set after callers were compiled; run->vars are its arguments */
    void *host;
};

struct feel_name {
    enum feel_name_kind kind;
    struct str name, title;
    const struct feel_type *type;
    uint32_t slot;
    bool may_be_null;
    const struct feel_function *fn;
    void *host;
};

/* What an expression may use.  Scopes nest; look-up is flat: in FEEL_PACK a bare name with two meanings anywhere in
 * the chain is feel.ambiguous.  Immutable after feel_scope_seal(). */
struct feel_scope {
    const struct feel_scope *outer;
    const struct feel_name *names;
    uint32_t names_count;
    const struct map *types;       /* types beyond FEEL's own, for `instance of` and parameters: name in normal form -> feel_type; may be NULL */
    struct map by_name;
};
void feel_scope_seal(struct arena *a, struct feel_scope *s);

/* ---- compiled programs ---- */

enum feel_op {
#define NODE(id) FEEL_##id,
#include "feel/nodes.def"
#undef NODE
    FEEL_OP_COUNT
};

/* A node of the checked tree.  Read by explain, by pack's analyses (literals, parameters and their direction,
 * fields read) and by the evaluators. */
struct feel_node {
    enum feel_op op;
    struct place place;                /* off and len within the expression's text; line, col in its file */
    const struct feel_type *type;      /* static; feel_any where unknown */
    bool may_be_null;
    bool constant;
    uint32_t kids_count;
    struct feel_node **kids;
    struct fv value;                   /* literals */
    struct str name;                   /* names, members, built-ins as written */
    uint32_t slot;                     /* variable, member, parameter, built-in */
    const struct feel_name *ref;       /* FN_… the name meant, where one is */
    const struct feel_member *member;  /* FEEL_MEMBER */
    const struct feel_register *reg;   /* FEEL_MEMBER: of which register */
};

enum feel_mode { FEEL_DMN, FEEL_PACK };

struct feel_source {
    struct str text;      /* the expression; must outlive the program */
    struct place at;      /* where it begins in its file: file, line, col, off; line 0: no file */
    enum feel_mode mode;
    const struct feel_type *wanted;  /* NULL or feel_any: any type will do */
    bool wanted_list;                /* reserved; false */
};

struct feel_program {
    struct str text;
    enum feel_mode mode;
    const struct feel_node *root;
    const struct feel_type *type;
    bool may_be_null;
    bool daily;            /* asks for today() or for a parameter of today: its answer may change without a change of records */
    uint32_t locals;       /* slots that a run needs for its own variables */
    struct place at;
};

/* Compile and check.  Every mistake goes to d (the parser recovers); RC_INPUT if there was one, *out is NULL then.
 * Warnings do not fail. */
enum rc feel_compile(struct arena *a, const struct feel_scope *scope, const struct feel_source *src,
                     struct feel_program **out, struct diags *d) MUST_USE;

/* Walk a checked tree in evaluation order; fn returns false to leave a node's kids out. */
void feel_each_node(const struct feel_node *root, bool (*fn)(void *ctx, const struct feel_node *n), void *ctx);

/* ---- running ---- */

/* Answers for records.  All pointers may be NULL where a scope has no such names.  Values are valid until the run's arena is
 * reset.  Anything but RC_OK stops the run. */
struct feel_host {
    /* A member of a record.  An empty field is FV_NULL without cause (feel adds which field it was). */
    enum rc (*member)(struct feel_run *run, const struct feel_register *reg, int64_t id, const struct feel_member *m,
                      struct fv *out, struct err *err);
    /* All records of a register, as FV_RECORD items. */
    enum rc (*all)(struct feel_run *run, const struct feel_register *reg, struct fv *out, struct err *err);
    /* A dated parameter's value on a day; FV_NULL where none is in force. */
    enum rc (*param)(struct feel_run *run, uint32_t slot, day_num day, struct fv *out, struct err *err);
    /* How a record is called. */
    enum rc (*display)(struct feel_run *run, const struct feel_register *reg, int64_t id, struct str *out, struct err *err);
    const struct calendar *calendar;   /* for workday add and workdays between; NULL: they give null with that cause */
};

struct feel_run {
    struct arena *arena;
    const struct feel_host *host;
    void *host_ctx;
    day_num today;
    int64_t now_us;            /* for now() in FEEL_DMN; packs have no now() */
    const char *zone;          /* civil zone of now(); NULL: UTC */
    const struct fv *vars;     /* by slot of the scope */
    uint32_t vars_count;
    uint64_t steps_left;       /* budget; RC_LIMIT feel.steps at its end.  0 at start: FEEL_STEPS_DEFAULT */
    uint32_t depth;            /* of calls; limit 64 */
    struct fv *locals;         /* feel's own */
};
enum { FEEL_STEPS_DEFAULT = 100000000, FEEL_DEPTH_MAX = 64, FEEL_TEXT_MAX = 8192, FEEL_LIST_MAX = 100000 };

enum rc feel_run(const struct feel_program *p, struct feel_run *run, struct fv *out, struct err *err) MUST_USE;

/* A function that C answers: what the functions of a decision model are to FEEL.  It gets as many arguments as it has
 * parameters; what they must be it checks itself.  The description must outlive the value. */
struct feel_native {
    struct str name;
    const struct feel_member *params;
    uint32_t params_count;
    enum rc (*call)(struct feel_run *run, const struct feel_native *fn, const struct fv *args, struct fv *out, struct err *err);
    const void *ctx;
};
struct fv feel_native_value(struct arena *a, const struct feel_native *fn);
/* Call a function value, by order or (names not NULL) by names.  What is no function, or does not take these arguments, gives null with its cause. */
enum rc feel_call(struct feel_run *run, const struct fv *fn, const struct str *names, const struct fv *args, uint32_t count, struct fv *out,
                  struct err *err) MUST_USE;
/* Is v of that type, as `instance of` asks? */
bool feel_instance_of(const struct fv *v, const struct feel_type *t);

/* The tree with the value at each node, as people read it: one line a node, indented, the text of the node and its value;
 * nodes that decided the outcome are marked; a null shows its cause. */
enum rc feel_explain(const struct feel_program *p, struct feel_run *run, enum lang lang, struct buf *out, struct err *err) MUST_USE;
/* The sentence of a cause: which field is empty, which operand was wrong. */
void feel_cause_show(struct feel_run *run, const struct feel_cause *c, enum lang lang, struct buf *out);
/* The null that everything grew from. */
const struct feel_cause *feel_cause_root(const struct feel_cause *c);
/* The innermost empty or underivable field of a record on the way there (reg, member, id); NULL: none had a part in it. */
const struct feel_cause *feel_cause_field(const struct feel_cause *c);

/* ---- vectors: the same programs over whole columns ----
 *
 * A checked program is made into a vector program for the columns of one host and one day, and run over blocks of up to FEEL_VECTOR
 * rows.  It answers exactly as feel_run() would for each row: value or null.  Rows for which it cannot say (a number too large for its
 * scale, a day beyond all calendars, a cell that a column could not hold) come back marked; the caller asks feel_run() for them.
 * Programs that use what has no columns are refused with the reason.  Causes of nulls are not kept: who reports a null asks feel_run().
 * Threads: a vector program is immutable and shared; each thread has its own feel_vector_room.
 * Memory: the program lives in the arena given; what the host gave it (columns, lists) must stay as it is while the program is used.
 */
enum { FEEL_VECTOR = 2048, FEEL_VECTOR_WORDS = FEEL_VECTOR / 64 };

enum feel_cell { FEEL_CELL_NONE /* all blank */, FEEL_CELL_BIT, FEEL_CELL_U8, FEEL_CELL_U16, FEEL_CELL_U32, FEEL_CELL_I32, FEEL_CELL_I64 };
/* Row i of cells of that width. */
static inline int64_t feel_cell_at(const void *cells, unsigned cell, uint32_t i)
{
    switch (cell) {
    case FEEL_CELL_BIT: return (int64_t)(((const uint64_t *)cells)[i >> 6] >> (i & 63) & 1);
    case FEEL_CELL_U8: return ((const uint8_t *)cells)[i];
    case FEEL_CELL_U16: return ((const uint16_t *)cells)[i];
    case FEEL_CELL_U32: return ((const uint32_t *)cells)[i];
    case FEEL_CELL_I32: return ((const int32_t *)cells)[i];
    case FEEL_CELL_I64: return ((const int64_t *)cells)[i];
    default: return 0;
    }
}
enum feel_column_kind {
    FEEL_COLUMN_BOOL,      /* BIT */
    FEEL_COLUMN_NUMBER,    /* value * 10^scale */
    FEEL_COLUMN_DAY,       /* days since 1970-01-01 */
    FEEL_COLUMN_DATETIME,  /* microseconds since 1970 in UTC */
    FEEL_COLUMN_MONTHS,
    FEEL_COLUMN_SPAN,      /* microseconds */
    FEEL_COLUMN_CODE,      /* row of codes */
    FEEL_COLUMN_ROW,       /* a record, as the number of its row among those of `reg` */
    FEEL_COLUMN_ID,        /* a record, of which nothing but its identity is known */
    FEEL_COLUMN_TEXT       /* place in texts */
};

/* FEEL_VECTOR cells, aligned as their size is; cells behind the last row are there and may hold anything that is a cell. */
struct feel_block {
    const void *cells;
    const uint64_t *valid;  /* bit set: there is a value.  NULL: all have one */
    const uint64_t *wild;   /* bit set: ask feel_run().  NULL: none */
    uint8_t cell;           /* enum feel_cell */
};

/* Texts lie in pieces: cell >> bits says which, the rest where in it: a length (seven bits a byte, low first, high bit: goes on), then the bytes. */
struct feel_texts {
    char *const *const *pieces; /* the list may move between two runs */
    uint32_t bits;
};

struct feel_column {
    enum feel_column_kind kind;
    uint8_t scale;                      /* NUMBER: 0..18 */
    const struct feel_codes *codes;     /* CODE */
    const struct feel_register *reg;    /* ROW, ID */
    struct feel_texts texts;            /* TEXT */
    const struct feel_block *blocks;    /* NULL while packs are only checked */
    uint32_t rows;
};

/* The records of `from` that refer to row n: rows[start[n] .. start[n + 1]), as numbers of rows. */
struct feel_back {
    const struct feel_register *from;
    const uint32_t *start, *rows;
};

/* What stands in the way of columns, in words. */
struct feel_why { struct str zh, en; };

/* Columns of a host.  Each answers false where it has none: the program is refused then, *why may say more. */
struct feel_columns {
    bool (*column)(void *ctx, const struct feel_register *reg, const struct feel_member *m, struct feel_column *out, struct feel_why *why);
    bool (*back)(void *ctx, const struct feel_register *reg, const struct feel_member *m, struct feel_back *out);
    /* Of all.X: the places 0 .. *rows - 1, without those whose bit is set in *gone (NULL: none is). */
    bool (*rows)(void *ctx, const struct feel_register *reg, uint32_t *rows, const uint64_t **gone);
};

struct feel_vector_options {
    const struct feel_columns *columns;
    void *columns_ctx;
    const struct feel_register *self;   /* variable 0 is a row of it */
    const struct feel_register *pair;   /* NULL; variable 1 is a row of it, one for all rows of a run: feel_vector_room_pair() */
    const struct feel_host *host;       /* for what is the same for all rows: parameters, calendars */
    void *host_ctx;
    day_num today;
    const char *zone;
};

struct feel_vector;
struct feel_vector_room;

/* NULL: not by columns, and *why says in words what stands in the way (kinds of node, functions, fields). */
struct feel_vector *feel_vector_make(struct arena *a, const struct feel_program *p, const struct feel_vector_options *o, struct feel_why *why);

struct feel_vector_out {
    enum feel_column_kind kind;
    uint8_t cell, scale;
    const void *cells;        /* not of BOOL */
    const uint64_t *valid;    /* there is a value */
    const uint64_t *yes;      /* BOOL: true; valid and not yes: false */
    const uint64_t *wild;     /* ask feel_run(); the other answers of these rows mean nothing */
};
/* A thread's memory for a program.  NULL: there is none. */
struct feel_vector_room *feel_vector_room_make(const struct feel_vector *v);
void feel_vector_room_free(struct feel_vector_room **roomp);
/* The budget that feel_run() has for one row (0: FEEL_STEPS_DEFAULT).  A run that walks more items of lists than all its rows' budgets together
 * is broken off, and every row of it is wild: feel_run() then says what it ran out of. */
void feel_vector_room_steps(struct feel_vector_room *room, uint64_t steps);
/* Which row of `pair` the next runs are about; before the first run of a program that was made with one. */
void feel_vector_room_pair(struct feel_vector_room *room, uint32_t row);
/* Rows from .. from + n of self, none beyond the block of FEEL_VECTOR rows that `from` lies in.  sel: which of them are asked for (bit 0 is row
 * `from`; NULL: all); bits of others mean nothing in the answer.  What *out points to is valid until the room is used again. */
enum rc feel_vector_run(const struct feel_vector *v, struct feel_vector_room *room, uint32_t from, uint32_t n, const uint64_t *sel,
                        struct feel_vector_out *out, struct err *err) MUST_USE;

/* ---- unary tests (DMN 10.3.2.7): "< 5, [7..9]", with ? for the input ---- */
/* Compiles to a boolean program; the input is variable `?` of type `input`, added as the last variable slot after scope's. */
enum rc feel_compile_tests(struct arena *a, const struct feel_scope *scope, const struct feel_source *src,
                           const struct feel_type *input, struct feel_program **out, struct diags *d) MUST_USE;

/* ---- decision tables (DMN 8): rows of tests and answers; the body of a pack's function, or a model's boxed expression ---- */
enum feel_hit {
    FEEL_HIT_UNIQUE, FEEL_HIT_ANY, FEEL_HIT_FIRST, FEEL_HIT_PRIORITY, FEEL_HIT_COLLECT, FEEL_HIT_SUM, FEEL_HIT_MIN, FEEL_HIT_MAX,
    FEEL_HIT_COUNT, FEEL_HIT_RULE_ORDER, FEEL_HIT_OUTPUT_ORDER
};
struct feel_table_row {
    const struct feel_program **tests; /* by input; NULL: anything */
    const struct feel_program **outs;  /* by output; NULL: null */
    struct str text;                   /* as people read it */
};
/* What models say of their columns beyond type and name.  Any may be NULL. */
struct feel_table_in {
    const struct feel_program *value;   /* what is tested; never NULL */
    const struct feel_program *allowed; /* tests: of any other value the table knows nothing, its answer is null */
};
struct feel_table_out {
    const struct feel_program *allowed; /* tests: any other value is null */
    const struct feel_program *order;   /* a list, best first: for PRIORITY and OUTPUT_ORDER.  NULL: the rank of a code in the first column decides */
    const struct feel_program *other;   /* where no row holds; one column that has it is enough */
};
struct feel_table {
    struct str title;
    enum feel_hit hit;
    enum feel_mode mode;                /* FEEL_PACK: a row of which nobody can say leaves open what hangs on it; FEEL_DMN: it does not hold */
    const struct feel_member *ins, *outs;
    uint32_t ins_count, outs_count;
    uint32_t input_slot;                /* of `?` in the tests; a pack's table: ins_count */
    const struct feel_table_row *rows;
    uint32_t rows_count;
    const struct feel_table_in *in;     /* by input; NULL: run->vars are the inputs themselves */
    const struct feel_table_out *out;   /* by output; NULL: nothing more is said of them */
    /* Makes a value fit its column's type (column->host); what does not fit becomes null, and an input that does not is the answer.
     * NULL: values are taken as they are. */
    enum rc (*fit)(struct feel_run *run, const struct feel_member *column, struct fv *v, bool *fits, struct err *err);
};
/* What it answers: a value, a context of several outputs, a list of either (collect, rule order, output order), a number (count). */
const struct feel_type *feel_table_type(struct arena *a, const struct feel_table *t);
/* The program that answers it.  A pack's table is the body of the function that has ins for parameters: run->vars are its arguments, and tests
 * were made by feel_compile_tests() in a scope whose only variables are the inputs, in their order.  A model's table sees the variables of the
 * place where it stands.  The table must outlive the program. */
struct feel_program *feel_table_program(struct arena *a, const struct feel_table *t, struct place at);

/* ---- messages: text with {expression} or {expression|format}; {{ and }} are braces ---- */
struct feel_message {
    struct feel_piece {
        struct str text;                      /* plain text, where program is NULL */
        const struct feel_program *program;
        struct str format;
    } *pieces;
    uint32_t pieces_count;
};
enum rc feel_message_compile(struct arena *a, const struct feel_scope *scope, const struct feel_source *src,
                             struct feel_message **out, struct diags *d) MUST_USE;
/* A null piece prints 〔缺：任现职时间〕. */
enum rc feel_message_show(const struct feel_message *m, struct feel_run *run, enum lang lang, struct buf *out, struct err *err) MUST_USE;

/* ---- names ---- */
/* May this be the title of something in a pack (pack-docs: NFC, no keyword or function name, no punctuation)?  NULL: yes; else the kind of mistake. */
const struct err_kind *feel_title_check(struct str title);
bool feel_is_builtin(struct str name);
bool feel_is_ours(struct str name); /* a built-in that DMN does not have */
/* One blank between words, none beside . / - ' + *: the form under which names are looked up. */
struct str feel_name_normal(struct arena *a, struct str name);

#define ERR(id, rc, code, zh, en, hint_zh, hint_en) extern const struct err_kind E_##id;
#include "feel/errors.def"
#undef ERR

#endif
