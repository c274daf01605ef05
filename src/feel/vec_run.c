/*
 * vec_run.c - running a vector program: truth, comparisons, arithmetic, days.
 * Each node writes into buffers of its own; a node with several users keeps what it came to for the rows it was asked for.
 * `sel` says for which rows the answer counts: the others hold anything, and only rows that count become wild.
 */
#include "feel/vec.h"

static inline struct vval truth(const struct vbuf *b) { return (struct vval){.cell = FEEL_CELL_NONE, .yes = b->valid, .no = b->no}; }
static inline struct vval cells(const struct vbuf *b, uint8_t cell) { return (struct vval){.cell = cell, .cells = b->cells, .valid = b->valid}; }

static bool none(const uint64_t *bits, uint32_t words)
{
    uint64_t any = 0;
    for (uint32_t w = 0; w < words; w++) any |= bits[w];
    return any == 0;
}

const int64_t *vec_wide(struct feel_vector_room *r, const struct vval *x, int which, uint32_t words)
{
    if (x->cell == FEEL_CELL_I64) return x->cells;
    r->v->k->widen[x->cell](x->cells, words, r->wide[which]);
    return r->wide[which];
}

static void wild(struct vchunk *c, const uint64_t *bits, const uint64_t *valid, const uint64_t *sel)
{
    for (uint32_t w = 0; w < c->words; w++) c->wild[w] |= bits[w] & valid[w] & sel[w];
}

static void valid_both(const struct vbuf *b, const struct vval *x, const struct vval *y, uint32_t words)
{
    for (uint32_t w = 0; w < words; w++) b->valid[w] = x->valid[w] & y->valid[w];
}

/* ---- truth ---- */

static struct vval run_joined(struct feel_vector_room *r, const struct vnode *n, const uint64_t *sel)
{
    const struct vchunk *c = vec_chunk(r, n);
    struct vbuf *b = &r->buf[n->idx];
    uint64_t rest[WORDS], on[WORDS], off[WORDS]; /* on: nothing against it yet; off: settled */
    bool and = n->op == V_AND;
    for (uint32_t w = 0; w < c->words; w++) {
        rest[w] = on[w] = sel[w];
        off[w] = 0;
    }
    for (uint32_t i = 0; i < n->kids_count; i++) {
        if (i > 0 && none(rest, c->words)) break;
        struct vval x = vec_eval(r, n->kids[i], rest);
        const uint64_t *go = and ? x.yes : x.no, *stop = and ? x.no : x.yes;
        for (uint32_t w = 0; w < c->words; w++) {
            on[w] &= go[w];
            off[w] |= stop[w] & rest[w];
            rest[w] = sel[w] & ~off[w];
        }
    }
    for (uint32_t w = 0; w < c->words; w++) {
        uint64_t kept = on[w] & ~off[w];
        b->valid[w] = and ? kept : off[w];
        b->no[w] = and ? off[w] : kept;
    }
    return truth(b);
}

static struct vval run_if(struct feel_vector_room *r, const struct vnode *n, const uint64_t *sel)
{
    const struct vchunk *c = vec_chunk(r, n);
    struct vbuf *b = &r->buf[n->idx];
    uint64_t pick[WORDS], left[WORDS];
    struct vval cond = vec_eval(r, n->kids[0], sel);
    for (uint32_t w = 0; w < c->words; w++) {
        pick[w] = cond.yes[w] & sel[w];
        left[w] = sel[w] & ~pick[w];
    }
    struct vval x = vec_eval(r, n->kids[1], pick), y = vec_eval(r, n->kids[2], left);
    if (n->type == VT_BOOL) {
        for (uint32_t w = 0; w < c->words; w++) {
            uint64_t yes = (x.yes[w] & pick[w]) | (y.yes[w] & left[w]), no = (x.no[w] & pick[w]) | (y.no[w] & left[w]);
            b->valid[w] = yes;
            b->no[w] = no;
        }
        return truth(b);
    }
    const int64_t *p = vec_wide(r, &x, 0, c->words), *q = vec_wide(r, &y, 1, c->words);
    int64_t *to = n->cell == FEEL_CELL_I64 ? b->cells : r->wide[0];
    r->v->k->blend(p, q, pick, c->words, to);
    if (n->cell != FEEL_CELL_I64) r->v->k->narrow(to, c->words, b->cells); /* rows, codes: 32 bits either way */
    for (uint32_t w = 0; w < c->words; w++) b->valid[w] = (x.valid[w] & pick[w]) | (y.valid[w] & left[w]);
    return cells(b, n->cell);
}

static struct vval run_same(struct feel_vector_room *r, const struct vnode *n, const uint64_t *sel)
{
    const struct vchunk *c = vec_chunk(r, n);
    struct vbuf *b = &r->buf[n->idx];
    struct vval x = vec_eval(r, n->kids[0], sel), y = vec_eval(r, n->kids[1], sel);
    for (uint32_t w = 0; w < c->words; w++) {
        uint64_t yes = (x.yes[w] & y.yes[w]) | (x.no[w] & y.no[w]), no = (x.yes[w] & y.no[w]) | (x.no[w] & y.yes[w]);
        if (n->of_null == 2) {
            uint64_t xv = x.yes[w] | x.no[w], yv = y.yes[w] | y.no[w];
            yes |= ~xv & ~yv;
            no |= xv ^ yv;
        }
        b->valid[w] = n->negate ? no : yes;
        b->no[w] = n->negate ? yes : no;
    }
    return truth(b);
}

static struct vval run_both(struct feel_vector_room *r, const struct vnode *n, const uint64_t *sel)
{
    const struct vchunk *c = vec_chunk(r, n);
    struct vbuf *b = &r->buf[n->idx];
    struct vval x = vec_eval(r, n->kids[0], sel), y = vec_eval(r, n->kids[1], sel);
    for (uint32_t w = 0; w < c->words; w++) {
        uint64_t known = (x.yes[w] | x.no[w]) & (y.yes[w] | y.no[w]), yes = x.yes[w] & y.yes[w];
        b->valid[w] = yes;
        b->no[w] = known & ~yes;
    }
    return truth(b);
}

static struct vval run_is_null(struct feel_vector_room *r, const struct vnode *n, const uint64_t *sel)
{
    const struct vchunk *c = vec_chunk(r, n);
    struct vbuf *b = &r->buf[n->idx];
    struct vval x = vec_eval(r, n->kids[0], sel);
    for (uint32_t w = 0; w < c->words; w++) {
        uint64_t there = n->kids[0]->type == VT_BOOL ? x.yes[w] | x.no[w] : x.valid[w];
        b->valid[w] = n->negate ? there : ~there;
        b->no[w] = n->negate ? ~there : there;
    }
    return truth(b);
}

/* ---- comparison ---- */

/* What the bits of a comparison say of values, and what is said of nulls. */
static struct vval settled(const struct vchunk *c, const struct vbuf *b, const uint64_t *valid, bool negate, int of_null)
{
    uint64_t flip = negate ? ~UINT64_C(0) : 0, yes_null = of_null == 1 ? ~UINT64_C(0) : 0, no_null = of_null == 0 ? ~UINT64_C(0) : 0;
    for (uint32_t w = 0; w < c->words; w++) {
        uint64_t bits = b->valid[w] ^ flip, v = valid[w];
        b->valid[w] = (bits & v) | (yes_null & ~v);
        b->no[w] = (~bits & v) | (no_null & ~v);
    }
    return truth(b);
}

static void cell_range(uint8_t cell, int64_t *low, int64_t *high)
{
    *low = cell == FEEL_CELL_I32 ? INT32_MIN : cell == FEEL_CELL_I64 ? INT64_MIN : 0;
    *high = cell == FEEL_CELL_U8 ? UINT8_MAX : cell == FEEL_CELL_U16 ? UINT16_MAX : cell == FEEL_CELL_U32 ? UINT32_MAX : cell == FEEL_CELL_I32 ? INT32_MAX : INT64_MAX;
}

static struct vval run_cmp_k(struct feel_vector_room *r, const struct vnode *n, const uint64_t *sel)
{
    const struct vchunk *c = vec_chunk(r, n);
    struct vbuf *b = &r->buf[n->idx];
    struct vval x = vec_eval(r, n->kids[0], sel);
    int64_t low, high;
    cell_range(x.cell, &low, &high);
    char sign = n->sign;
    if (sign == '=' && (n->k < low || n->k > high)) sign = 'n';
    if (sign == '<' && n->k > high) sign = 'y';
    if (sign == '<' && n->k < low) sign = 'n';
    if (sign == '=') r->v->k->eq_k[x.cell](x.cells, n->k, c->words, b->valid);
    else if (sign == '<') r->v->k->lt_k[x.cell](x.cells, n->k, c->words, b->valid);
    else memset(b->valid, sign == 'y' ? 0xff : 0, c->words * sizeof(uint64_t));
    return settled(c, b, x.valid, n->negate, n->of_null);
}

static struct vval run_any_k(struct feel_vector_room *r, const struct vnode *n, const uint64_t *sel)
{
    const struct vchunk *c = vec_chunk(r, n);
    struct vbuf *b = &r->buf[n->idx];
    struct vval x = vec_eval(r, n->kids[0], sel);
    int64_t low, high, k[4];
    uint32_t fit = 0;
    cell_range(x.cell, &low, &high);
    for (uint32_t i = 0; i < 4; i++)
        if (n->k4[i] >= low && n->k4[i] <= high) k[fit++] = n->k4[i];
    for (uint32_t i = fit; i < 4 && fit > 0; i++) k[i] = k[0];
    if (fit > 0) r->v->k->any_k[x.cell](x.cells, k, c->words, b->valid);
    else memset(b->valid, 0, c->words * sizeof(uint64_t));
    return settled(c, b, x.valid, n->negate, n->of_null);
}

static struct vval run_cmp(struct feel_vector_room *r, const struct vnode *n, const uint64_t *sel)
{
    const struct vchunk *c = vec_chunk(r, n);
    struct vbuf *b = &r->buf[n->idx];
    struct vval x = vec_eval(r, n->kids[0], sel), y = vec_eval(r, n->kids[1], sel);
    uint8_t cell = x.cell;
    const void *p = x.cells, *q = y.cells;
    if (x.cell != y.cell) {
        cell = FEEL_CELL_I64;
        p = vec_wide(r, &x, 0, c->words);
        q = vec_wide(r, &y, 1, c->words);
    }
    if (n->sign == '=') r->v->k->eq_v[cell](p, q, c->words, b->valid);
    else r->v->k->lt_v[cell](p, q, c->words, b->valid);
    uint64_t valid[WORDS];
    for (uint32_t w = 0; w < c->words; w++) {
        valid[w] = x.valid[w] & y.valid[w];
        if (n->of_null != 2) continue;
        b->valid[w] = (b->valid[w] & valid[w]) | (~x.valid[w] & ~y.valid[w]); /* two blanks are equal, one is not */
        valid[w] = ~UINT64_C(0);
    }
    return settled(c, b, valid, n->negate, -1);
}

/* ---- codes ---- */

static struct vval run_lut(struct feel_vector_room *r, const struct vnode *n, const uint64_t *sel)
{
    const struct vchunk *c = vec_chunk(r, n);
    struct vbuf *b = &r->buf[n->idx];
    struct vval x = vec_eval(r, n->kids[0], sel);
    bool truths = n->type == VT_BOOL, blank_null = n->lut_null[n->lut_count] != 0;
    int64_t of_blank = n->lut[n->lut_count];
    memset(b->valid, 0, c->words * sizeof(uint64_t));
    if (truths) memset(b->no, 0, c->words * sizeof(uint64_t));
    for (uint32_t w = 0; w < c->words; w++) {
        uint64_t yes = 0, no = 0, blank = sel[w] & ~x.valid[w];
        for (uint64_t bits = sel[w] & x.valid[w]; bits != 0; bits &= bits - 1) {
            uint32_t bit = (uint32_t)__builtin_ctzll(bits), i = w * 64 + bit;
            uint32_t code = (uint32_t)vec_cell(&x, i);
            uint64_t there = (uint64_t)(n->lut_null[code] == 0) << bit;
            if (truths) {
                uint64_t is = (uint64_t)(n->lut[code] != 0) << bit;
                yes |= there & is;
                no |= there & ~is;
            } else {
                yes |= there;
                if (n->cell == FEEL_CELL_I64) ((int64_t *)b->cells)[i] = n->lut[code];
                else ((uint32_t *)b->cells)[i] = (uint32_t)n->lut[code];
            }
        }
        for (uint64_t bits = blank_null || truths ? 0 : blank; bits != 0; bits &= bits - 1) {
            uint32_t i = w * 64 + (uint32_t)__builtin_ctzll(bits);
            if (n->cell == FEEL_CELL_I64) ((int64_t *)b->cells)[i] = of_blank;
            else ((uint32_t *)b->cells)[i] = (uint32_t)of_blank;
        }
        if (!blank_null && (!truths || of_blank != 0)) yes |= blank;
        if (!blank_null && truths && of_blank == 0) no |= blank;
        b->valid[w] = yes;
        if (truths) b->no[w] = no;
    }
    return truths ? truth(b) : cells(b, n->cell);
}

/* ---- numbers ---- */

static struct vval run_arith(struct feel_vector_room *r, const struct vnode *n, const uint64_t *sel)
{
    struct vchunk *c = vec_chunk(r, n);
    struct vbuf *b = &r->buf[n->idx];
    uint64_t over[WORDS];
    struct vval x = vec_eval(r, n->kids[0], sel), y = {.cell = FEEL_CELL_I64, .cells = r->nought, .valid = r->ones};
    if (n->op != V_NEG) y = vec_eval(r, n->kids[1], sel);
    const int64_t *p = vec_wide(r, &x, 0, c->words), *q = vec_wide(r, &y, 1, c->words);
    if (n->op == V_ADD) r->v->k->add(p, q, c->words, b->cells, over);
    else if (n->op == V_MUL) r->v->k->mul(p, q, c->words, b->cells, over);
    else if (n->op == V_NEG) r->v->k->sub(q, p, c->words, b->cells, over);
    else r->v->k->sub(p, q, c->words, b->cells, over);
    valid_both(b, &x, &y, c->words);
    wild(c, over, b->valid, sel);
    return cells(b, FEEL_CELL_I64);
}

static struct vval run_extreme(struct feel_vector_room *r, const struct vnode *n, const uint64_t *sel)
{
    const struct vchunk *c = vec_chunk(r, n);
    struct vbuf *b = &r->buf[n->idx];
    struct vval x = vec_eval(r, n->kids[0], sel), y = vec_eval(r, n->kids[1], sel);
    const int64_t *p = vec_wide(r, &x, 0, c->words), *q = vec_wide(r, &y, 1, c->words);
    int64_t *to = b->cells;
    if (n->op == V_MAX)
        for (uint32_t i = 0; i < c->words * 64; i++) to[i] = p[i] > q[i] ? p[i] : q[i];
    else
        for (uint32_t i = 0; i < c->words * 64; i++) to[i] = p[i] < q[i] ? p[i] : q[i];
    valid_both(b, &x, &y, c->words);
    return cells(b, FEEL_CELL_I64);
}

static int64_t divided(int64_t v, int64_t by, char way)
{
    int64_t q = v / by, rest = v % by;
    if (way == 'f') return q - (rest < 0);
    return way == 'c' ? q + (rest > 0) : q;
}

/* One operand, value by value. */
static struct vval run_unary(struct feel_vector_room *r, const struct vnode *n, const uint64_t *sel)
{
    struct vchunk *c = vec_chunk(r, n);
    struct vbuf *b = &r->buf[n->idx];
    struct vval x = vec_eval(r, n->kids[0], sel);
    const int64_t *p = vec_wide(r, &x, 0, c->words);
    int64_t *to = b->cells, by = INT64_C(86400000000);
    char way = 'f';
    if (n->op == V_ABS) {
        uint64_t lowest[WORDS];
        r->v->k->eq_k[FEEL_CELL_I64](p, INT64_MIN, c->words, lowest);
        wild(c, lowest, x.valid, sel);
        for (uint32_t i = 0; i < c->words * 64; i++) to[i] = p[i] < 0 ? (int64_t)(0 - (uint64_t)p[i]) : p[i];
    } else {
        if (n->op == V_DIV_POW) {
            by = 1;
            for (int64_t i = 0; i < n->k; i++) by *= 10;
            way = n->sign;
        }
        for (uint32_t i = 0; i < c->words * 64; i++) to[i] = divided(p[i], by, way);
    }
    return (struct vval){.cell = FEEL_CELL_I64, .cells = to, .valid = x.valid};
}

/* ---- days ---- */

/* Days in 32 bits; those beyond what kernels know become wild. */
static const int32_t *days(struct feel_vector_room *r, struct vchunk *c, const struct vval *x, const uint64_t *sel)
{
    uint64_t beyond[WORDS];
    if (x->cell == FEEL_CELL_I32) {
        r->v->k->outside32(x->cells, (int32_t)-VEC_DAY_MAX, (int32_t)VEC_DAY_MAX, c->words, beyond);
        wild(c, beyond, x->valid, sel);
        return x->cells;
    }
    const int64_t *p = vec_wide(r, x, 0, c->words);
    r->v->k->outside(p, -VEC_DAY_MAX, VEC_DAY_MAX, c->words, beyond);
    wild(c, beyond, x->valid, sel);
    r->v->k->narrow(p, c->words, r->narrow);
    return r->narrow;
}

static struct vval run_key(struct feel_vector_room *r, const struct vnode *n, const uint64_t *sel)
{
    struct vchunk *c = vec_chunk(r, n);
    struct vbuf *b = &r->buf[n->idx];
    struct vval x = vec_eval(r, n->kids[0], sel);
    r->v->k->month_key(days(r, c, &x, sel), n->op == V_KEY_LAST, c->words, b->cells);
    return (struct vval){.cell = FEEL_CELL_I32, .cells = b->cells, .valid = x.valid};
}

static struct vval run_months(struct feel_vector_room *r, const struct vnode *n, const uint64_t *sel)
{
    const struct vchunk *c = vec_chunk(r, n);
    struct vbuf *b = &r->buf[n->idx];
    struct vval x[4];
    for (uint32_t i = 0; i < n->kids_count; i++) x[i] = vec_eval(r, n->kids[i], sel);
    if (n->op == V_FULL_MONTHS) {
        r->v->k->full(x[0].cells, x[1].cells, x[2].cells, x[3].cells, c->words, b->cells);
        valid_both(b, &x[0], &x[2], c->words);
    } else {
        r->v->k->months(x[0].cells, x[1].cells, c->words, b->cells);
        valid_both(b, &x[0], &x[1], c->words);
    }
    return cells(b, FEEL_CELL_I32);
}

static struct vval run_full_years(struct feel_vector_room *r, const struct vnode *n, const uint64_t *sel)
{
    const struct vchunk *c = vec_chunk(r, n);
    struct vbuf *b = &r->buf[n->idx];
    struct vval x = vec_eval(r, n->kids[0], sel);
    r->v->k->div_trunc(x.cells, 12, c->words, b->cells);
    return (struct vval){.cell = FEEL_CELL_I32, .cells = b->cells, .valid = x.valid};
}

static struct vval run_add_months(struct feel_vector_room *r, const struct vnode *n, const uint64_t *sel)
{
    struct vchunk *c = vec_chunk(r, n);
    struct vbuf *b = &r->buf[n->idx];
    uint64_t beyond[WORDS];
    struct vval x = vec_eval(r, n->kids[0], sel), y = vec_eval(r, n->kids[1], sel);
    const int64_t *months = vec_wide(r, &y, 1, c->words);
    r->v->k->outside(months, -VEC_MONTHS_MAX, VEC_MONTHS_MAX, c->words, beyond);
    valid_both(b, &x, &y, c->words);
    wild(c, beyond, b->valid, sel);
    r->v->k->add_months(x.cells, months, c->words, b->cells);
    return cells(b, FEEL_CELL_I64);
}

static struct vval run_day_add(struct feel_vector_room *r, const struct vnode *n, const uint64_t *sel)
{
    struct vchunk *c = vec_chunk(r, n);
    struct vbuf *b = &r->buf[n->idx];
    uint64_t beyond[WORDS];
    struct vval x = vec_eval(r, n->kids[0], sel), y = vec_eval(r, n->kids[1], sel);
    const int64_t *p = vec_wide(r, &x, 0, c->words), *q = vec_wide(r, &y, 1, c->words);
    valid_both(b, &x, &y, c->words);
    r->v->k->add(p, q, c->words, b->cells, beyond);
    wild(c, beyond, b->valid, sel);
    r->v->k->outside(b->cells, -VEC_DAY_MAX, VEC_DAY_MAX, c->words, beyond);
    wild(c, beyond, b->valid, sel);
    return cells(b, FEEL_CELL_I64);
}

static struct vval run_part(struct feel_vector_room *r, const struct vnode *n, const uint64_t *sel)
{
    struct vchunk *c = vec_chunk(r, n);
    struct vbuf *b = &r->buf[n->idx];
    struct vval x = vec_eval(r, n->kids[0], sel);
    if (n->k == 3) r->v->k->weekday(days(r, c, &x, sel), c->words, b->cells);
    else r->v->k->key_part(x.cells, (int)n->k, c->words, b->cells);
    return (struct vval){.cell = FEEL_CELL_I32, .cells = b->cells, .valid = x.valid};
}

/* ---- one node ---- */

static struct vval run_self(struct feel_vector_room *r, const struct vnode *n)
{
    const struct vchunk *c = vec_chunk(r, n);
    struct vbuf *b = &r->buf[n->idx];
    if (c->rows != NULL) return (struct vval){.cell = FEEL_CELL_U32, .cells = c->rows, .valid = r->ones};
    uint32_t *to = b->cells;
    for (uint32_t i = 0; i < c->words * 64; i++) to[i] = c->from + i;
    return (struct vval){.cell = FEEL_CELL_U32, .cells = to, .valid = r->ones};
}

static struct vval run(struct feel_vector_room *r, const struct vnode *n, const uint64_t *sel)
{
    switch ((enum vop)n->op) {
    case V_CONST: return r->buf[n->idx].val;
    case V_COLUMN: return vec_run_column(r, n, sel);
    case V_SELF: return run_self(r, n);
    case V_SPREAD: return vec_run_spread(r, n, sel);
    case V_LUT: return run_lut(r, n, sel);
    case V_IS_NULL: return run_is_null(r, n, sel);
    case V_CMP_K: return run_cmp_k(r, n, sel);
    case V_ANY_K: return run_any_k(r, n, sel);
    case V_CMP: return run_cmp(r, n, sel);
    case V_SAME: return run_same(r, n, sel);
    case V_AND: case V_OR: return run_joined(r, n, sel);
    case V_NOT: {
        struct vval x = vec_eval(r, n->kids[0], sel);
        return (struct vval){.cell = FEEL_CELL_NONE, .yes = x.no, .no = x.yes};
    }
    case V_BOTH: return run_both(r, n, sel);
    case V_IF: return run_if(r, n, sel);
    case V_ADD: case V_SUB: case V_MUL: case V_NEG: return run_arith(r, n, sel);
    case V_MIN: case V_MAX: return run_extreme(r, n, sel);
    case V_DIV_POW: case V_ABS: case V_FLOOR_DAYS: return run_unary(r, n, sel);
    case V_DAY_ADD: return run_day_add(r, n, sel);
    case V_KEY: case V_KEY_LAST: return run_key(r, n, sel);
    case V_MONTHS_BETWEEN: case V_FULL_MONTHS: return run_months(r, n, sel);
    case V_FULL_YEARS: return run_full_years(r, n, sel);
    case V_ADD_MONTHS: return run_add_months(r, n, sel);
    case V_PART: return run_part(r, n, sel);
    case V_TEXT_CMP: return vec_run_text(r, n, sel);
    case V_AGG: return vec_run_agg(r, n, sel);
    }
    MUST(false);
    return (struct vval){0};
}

struct vval vec_eval(struct feel_vector_room *r, const struct vnode *n, const uint64_t *sel)
{
    struct vbuf *b = &r->buf[n->idx];
    if (n->space == SPACE_ANY) { /* a constant, or what was made of constants: once */
        if (b->stamp == 0) {
            b->val = run(r, n, r->ones);
            b->stamp = 1;
        }
        return b->val;
    }
    if (!n->shared) return run(r, n, sel);
    const struct vchunk *c = &r->chunk[n->space];
    bool there = b->stamp == c->stamp;
    uint64_t more = 0, all[WORDS];
    for (uint32_t w = 0; w < c->words; w++) {
        uint64_t had = there ? b->sel[w] : 0;
        more |= sel[w] & ~had;
        all[w] = sel[w] | had;
    }
    if (there && more == 0) return b->val;
    b->stamp = 0; /* not to be taken for an answer while it is being made */
    b->val = run(r, n, all);
    b->stamp = c->stamp;
    memcpy(b->sel, all, c->words * sizeof(uint64_t));
    return b->val;
}
