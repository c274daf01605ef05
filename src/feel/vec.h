/*
 * vec.h - the vector evaluator's own: nodes, spaces, and how they are made and run.
 *
 * A vector program is a tree of vnodes.  Each belongs to a space: a set of rows that it has values for.  Space 0 has one row (what is
 * the same for all), space 1 the rows of a block, and each list that is walked over opens a further one whose rows are the items of
 * all rows of the space around it, 2048 at a time.  What is known in an outer space is spread over an inner one by the number of its parent row.
 *
 * Truth is two bit sets: yes and no; neither is null.  Other values are cells beside a bit set of those that are there.
 * A row that the kernels cannot answer for is `wild`: it goes up to its parent row, and at the top the scalar evaluator is asked.
 */
#ifndef GUIJU_FEEL_VEC_H
#define GUIJU_FEEL_VEC_H

#include "feel/inner.h"
#include "feel/vec_kernels.h"

enum { ROWS = FEEL_VECTOR, WORDS = FEEL_VECTOR_WORDS, VEC_SPACES_MAX = 16, VEC_NODES_MAX = 4000, VEC_DEPTH_MAX = 200, VEC_CODES_MAX = 4096,
       VEC_FIXED_STEPS = 10000000, /* what a part that is the same for all rows may cost */
       VEC_SCALE_MAX = 18, SPACE_ONE = 0, SPACE_BLOCK = 1, SPACE_ANY = UINT8_MAX /* a constant: at home everywhere */ };

enum vtype { VT_NULL, VT_BOOL, VT_NUM, VT_DAY, VT_DATETIME, VT_MONTHS, VT_SPAN, VT_CODE, VT_ROW, VT_ID, VT_TEXT, VT_SYM /* text of the program's own list */ };

enum vop {
    V_CONST,
    V_COLUMN,    /* kid: which rows; none: those of the block itself */
    V_SELF,      /* the rows of a space, as row numbers */
    V_SPREAD,    /* kid, of the space around */
    V_LUT,       /* kid: a code */
    V_IS_NULL,   /* negate: is there */
    V_CMP_K,     /* kid against k: sign '=', '<'; negate; of_null: the answer for null */
    V_ANY_K,     /* kid among k4 */
    V_CMP,       /* two kids of one type and scale */
    V_SAME,      /* two truth values: equal */
    V_AND, V_OR, V_NOT,
    V_BOTH,      /* and, but null as soon as one is */

    V_IF,
    V_ADD, V_SUB, V_MUL,
    V_DAY_ADD,   /* a day and whole days */
    V_FLOOR_DAYS,/* microseconds to whole days, downwards */
    V_DIV_POW,   /* by 10^k: sign 'f' floor, 'c' ceiling, 't' towards zero */
    V_NEG, V_ABS,
    V_MIN, V_MAX,/* null as soon as one is */
    V_KEY, V_KEY_LAST, V_MONTHS_BETWEEN, V_FULL_MONTHS, V_FULL_YEARS, V_ADD_MONTHS, V_PART,
    V_TEXT_CMP,  /* sign; kids are TEXT or SYM */
    V_AGG        /* over space `over` */
};

enum vagg { VA_COUNT, VA_SUM, VA_MIN, VA_MAX, VA_ANY, VA_ALL, VA_PICK, VA_DISTINCT, VA_CONTAINS };

struct vnode {
    uint8_t op, type, scale, space;
    uint8_t cell;            /* of its own buffer */
    bool negate, shared;
    int8_t of_null;          /* V_CMP_K, V_CMP, V_ANY_K: -1 null, 0, 1; V_CMP with 2: null equals null */
    char sign;
    uint16_t kids_count;
    uint32_t idx;            /* of its buffers */
    const struct vnode **kids;
    int64_t k;
    int64_t k4[4];
    bool is_null;            /* V_CONST */
    const struct fv *value;  /* V_CONST: what it was */
    const struct feel_codes *codes;
    const struct feel_register *reg;
    const struct feel_column *column;
    const struct feel_member *member; /* V_COLUMN */
    const int64_t *lut;      /* V_LUT: by code, then null; truth: 0, 1 */
    const uint8_t *lut_null; /* V_LUT: by code, then null: 1 where null */
    uint32_t lut_count;
    uint32_t over;           /* V_AGG */
    enum vagg agg;
    const struct vnode *item;/* V_AGG: the value of an item; NULL: the item itself counts */
    uint32_t cost;
};

/* Where the rows of a space come from. */
struct vspace {
    uint8_t parent, depth;
    bool all;                      /* every record of reg, for each parent row */
    uint32_t all_rows;
    const uint64_t *gone;          /* of them: passed over */
    uint32_t all_open;
    const struct vnode *of;        /* in parent: whose list it is; NULL with `all` */
    struct feel_back back;
    const struct feel_register *reg;
    const struct vnode **conds;    /* in this space: an item stays where each is true */
    uint32_t conds_count, conds_cap;
};

struct feel_vector {
    uint32_t magic;
    const struct vec_kernels *k;
    struct arena *a;
    const struct vnode *root;
    struct vspace space[VEC_SPACES_MAX];
    uint32_t spaces;
    VEC(struct vnode *) nodes;
    VEC(struct str) syms;
};
#define VECTOR_MAGIC 0x56454331u

/* ---- making ---- */

struct vbind {                     /* what a variable or a local stands for */
    bool bound;                    /* by us; otherwise the scalar evaluator binds it, inside what it is asked for */
    const struct vnode *node;      /* NULL though bound: nothing that columns know */
    const struct fv *fixed;        /* its value where it is the same for all rows */
};

struct vframe {                    /* of one program: the rule's, or an inlined function's */
    const struct feel_program *p;
    struct vbind *vars;
    uint32_t vars_count;
    struct vbind *locals;
    uint32_t locals_count;
};

struct vmake {
    struct feel_vector *v;
    struct arena *a;
    const struct feel_vector_options *o;
    struct vframe *f;
    uint32_t depth, calls;
    struct feel_why why;
    enum feel_mode mode;
};

/* A list: the space of its items. */
struct vlist {
    uint8_t space;
    const struct vnode *item;      /* its items' values; for records their row */
};

const struct vnode *vec_node(struct vmake *m, const struct inode *n); /* NULL: m->why */
const struct vnode *vec_refuse_as(struct vmake *m, struct str zh, struct str en); /* the first reason stands */
const struct vnode *vec_refuse(struct vmake *m, struct str name);                    /* a word of FEEL or of the packs */
struct vnode *vec_make(struct vmake *m, enum vop op, enum vtype type, uint32_t kids, const struct vnode *x, const struct vnode *y, const struct vnode *z);
const struct vnode *vec_const(struct vmake *m, const struct fv *v);
const struct vnode *vec_truth(struct vmake *m, int answer); /* -1 null */
const struct vnode *vec_at(struct vmake *m, const struct vnode *x, uint8_t space); /* x, spread as far in as that */
uint8_t vec_deeper(const struct vmake *m, uint8_t a, uint8_t b);
bool vec_fixed(struct vmake *m, const struct inode *n);  /* the same for all rows? */
bool vec_value(struct vmake *m, const struct inode *n, struct fv *out); /* by the scalar evaluator; false: m->why */
uint8_t vec_depends(struct vmake *m, const struct inode *n); /* the innermost space it needs */
bool vec_part_run(struct vmake *m, const struct inode *n, const struct fv *vars, uint32_t vars_count, struct fv *out); /* the scalar evaluator on a part */
bool vec_cell_value(struct vmake *m, const struct fv *v, uint8_t *type, uint8_t *scale, int64_t *k); /* as cells have it; false: none can hold it */
bool vec_body_all(const struct inode *n); /* a call of a function that reads all.x */
const struct vnode *vec_lut(struct vmake *m, const struct inode *n, bool *done);
const struct vnode *vec_compare(struct vmake *m, const struct inode *n, enum feel_op op, const struct vnode *x, const struct vnode *y, bool strict);
const struct vnode *vec_rescale(struct vmake *m, const struct vnode *x, uint8_t scale);
bool vec_same_type(struct vmake *m, const struct vnode **x, const struct vnode **y);
const struct vnode *vec_arith(struct vmake *m, const struct inode *n, enum feel_op op, const struct vnode *x, const struct vnode *y);
const struct vnode *vec_in(struct vmake *m, const struct inode *n);
const struct vnode *vec_call(struct vmake *m, const struct inode *n);
const struct vnode *vec_call_named(struct vmake *m, const struct inode *n);
const struct vnode *vec_member(struct vmake *m, const struct inode *n);
const struct vnode *vec_index(struct vmake *m, const struct inode *n);
const struct vnode *vec_some(struct vmake *m, const struct inode *n);
const struct vnode *vec_aggregate(struct vmake *m, const struct inode *n, const struct inode *list, enum vagg agg);
const struct vnode *vec_column(struct vmake *m, const struct vnode *rec, const struct feel_register *reg, const struct feel_member *mem);
const struct vnode *vec_code_member(struct vmake *m, const struct inode *n, const struct vnode *code);
const struct vnode *vec_from_codes(struct vmake *m, const struct vnode *code, const struct fv *answers); /* by row, then for null */
const struct vnode *vec_share(struct vmake *m, const struct vnode *x); /* used twice: worked out once */
const struct vnode *vec_is_null(struct vmake *m, const struct vnode *x, bool negate);
bool vec_same_path(const struct inode *x, const struct inode *y);
const struct vnode *vec_table(struct vmake *m, const struct inode *n);
const struct vnode *vec_if(struct vmake *m, const struct vnode *c, const struct vnode *x, const struct vnode *y);
uint32_t vec_sym(struct vmake *m, struct str s);

/* ---- running ---- */

struct vval {
    uint8_t cell;
    const void *cells;
    const uint64_t *valid;
    const uint64_t *yes, *no;
};

struct vbuf {                      /* of one node */
    void *cells;                   /* ROWS of its cell, or NULL */
    uint64_t *valid;               /* truth: yes */
    uint64_t *no;                  /* truth only */
    uint64_t *sel;                 /* shared: which rows have been worked out */
    uint64_t stamp;                /* shared: in which chunk */
    struct vval val;
};

struct vchunk {                    /* of one space: the rows at hand */
    uint32_t n, words, from;
    uint32_t *rows;                /* NULL: from, from + 1 … */
    uint32_t *parent;              /* place among the rows of the parent's chunk */
    uint64_t stamp;
    uint64_t *wild;
    const uint64_t *asked;         /* the rows of this space for which an inner space is being walked */
};

struct feel_vector_room {
    uint32_t magic;
    const struct feel_vector *v;
    unsigned char *memory;
    struct vbuf *buf;
    struct vchunk chunk[VEC_SPACES_MAX];
    struct vchunk any;             /* of constants */
    int64_t *wide[2];              /* operands widened, for the length of one operation */
    int32_t *narrow;
    int64_t *nought;               /* ROWS cells of zero */
    uint64_t *ones, *zeros, *one;  /* bit sets: all, none, the first */
    uint64_t *out_valid, *out_wild;
    uint64_t stamp;
    struct vpair { uint32_t parent; uint8_t null; int64_t value; } *pairs;  /* count(distinct values()) */
    size_t pairs_len, pairs_cap;
    uint64_t steps;                /* budget of a row; 0: FEEL_STEPS_DEFAULT */
    uint64_t items_left;           /* of lists, for all rows of this run together */
    bool no_memory, spent;
};
#define VROOM_MAGIC 0x56454332u

struct vval vec_eval(struct feel_vector_room *r, const struct vnode *n, const uint64_t *sel);
struct vval vec_run_agg(struct feel_vector_room *r, const struct vnode *n, const uint64_t *sel);
struct vval vec_run_text(struct feel_vector_room *r, const struct vnode *n, const uint64_t *sel);
struct vval vec_run_column(struct feel_vector_room *r, const struct vnode *n, const uint64_t *sel);
struct vval vec_run_spread(struct feel_vector_room *r, const struct vnode *n, const uint64_t *sel);
const int64_t *vec_wide(struct feel_vector_room *r, const struct vval *x, int which, uint32_t words);

static inline struct vchunk *vec_chunk(struct feel_vector_room *r, const struct vnode *n) { return n->space == SPACE_ANY ? &r->any : &r->chunk[n->space]; }

static inline int64_t vec_cell(const struct vval *x, uint32_t i) { return feel_cell_at(x->cells, x->cell, i); }

static inline size_t vec_cell_size(enum feel_cell c)
{
    switch (c) {
    case FEEL_CELL_U8: return 1;
    case FEEL_CELL_U16: return 2;
    case FEEL_CELL_U32: case FEEL_CELL_I32: return 4;
    case FEEL_CELL_I64: return 8;
    case FEEL_CELL_NONE: case FEEL_CELL_BIT: break;
    }
    return 0;
}

/* Each set bit below n words, in order. */
#define EACH_BIT(i, bits, words)                                                                   \
    for (uint32_t w_ = 0; w_ < (words); w_++)                                                      \
        for (uint64_t b_ = (bits)[w_]; b_ != 0; b_ &= b_ - 1)                                      \
            for (uint32_t i = w_ * 64 + (uint32_t)__builtin_ctzll(b_), once_ = 1; once_ != 0; once_ = 0)

#endif
