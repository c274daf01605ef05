/* vec_room.c - a thread's memory for a vector program, and the door by which a block of rows is asked for. */
#include "feel/vec.h"

#include <stdlib.h>

enum { ALIGN = 64 };

static size_t padded(size_t n) { return (n + ALIGN - 1) & ~(size_t)(ALIGN - 1); }

/* Twice: first to count, then to hand out. */
static void *take(unsigned char *memory, size_t *at, size_t size)
{
    void *p = memory == NULL ? NULL : memory + *at;
    *at += padded(size);
    return p;
}

enum { BITS = WORDS * sizeof(uint64_t) };

static size_t lay_out(struct feel_vector_room *r, unsigned char *mem)
{
    const struct feel_vector *v = r->v;
    size_t at = 0;
    for (size_t i = 0; i < v->nodes.len; i++) {
        const struct vnode *n = v->nodes.at[i];
        struct vbuf *b = &r->buf[i];
        size_t size = vec_cell_size((enum feel_cell)n->cell);
        b->cells = size == 0 ? NULL : take(mem, &at, ROWS * size);
        b->valid = take(mem, &at, BITS);
        b->no = n->type == VT_BOOL || n->type == VT_NULL ? take(mem, &at, BITS) : NULL;
        b->sel = n->shared ? take(mem, &at, BITS) : NULL;
    }
    for (uint32_t i = 0; i < v->spaces; i++) {
        struct vchunk *c = &r->chunk[i];
        c->wild = take(mem, &at, BITS);
        if (i <= SPACE_BLOCK) continue;
        c->rows = take(mem, &at, ROWS * sizeof(uint32_t));
        c->parent = take(mem, &at, ROWS * sizeof(uint32_t));
    }
    r->any.wild = take(mem, &at, BITS);
    for (int i = 0; i < 2; i++) r->wide[i] = take(mem, &at, ROWS * sizeof(int64_t));
    r->narrow = take(mem, &at, ROWS * sizeof(int32_t));
    r->nought = take(mem, &at, ROWS * sizeof(int64_t));
    r->ones = take(mem, &at, BITS);
    r->zeros = take(mem, &at, BITS);
    r->one = take(mem, &at, BITS);
    r->out_valid = take(mem, &at, BITS);
    r->out_wild = take(mem, &at, BITS);
    return at;
}

static void fill_const(struct feel_vector_room *r, const struct vnode *n)
{
    struct vbuf *b = &r->buf[n->idx];
    bool yes = n->type == VT_BOOL && n->k != 0, no = n->type == VT_BOOL && n->k == 0;
    b->stamp = 1;
    if (n->type == VT_BOOL || n->type == VT_NULL) {
        b->val = (struct vval){.cell = FEEL_CELL_I64, .cells = r->nought, .valid = r->zeros, .yes = yes ? r->ones : r->zeros, .no = no ? r->ones : r->zeros};
        return;
    }
    for (uint32_t i = 0; i < ROWS; i++) {
        if (n->cell == FEEL_CELL_I64) ((int64_t *)b->cells)[i] = n->k;
        else if (n->cell == FEEL_CELL_I32) ((int32_t *)b->cells)[i] = (int32_t)n->k;
        else ((uint32_t *)b->cells)[i] = (uint32_t)n->k;
    }
    b->val = (struct vval){.cell = n->cell, .cells = b->cells, .valid = r->ones};
}

struct feel_vector_room *feel_vector_room_make(const struct feel_vector *v)
{
    MAGIC_CHECK(v, VECTOR_MAGIC);
    struct feel_vector_room *r = calloc(1, sizeof *r);
    if (r == NULL) return NULL;
    r->magic = VROOM_MAGIC;
    r->v = v;
    r->buf = calloc(v->nodes.len + 1, sizeof *r->buf);
    size_t size = r->buf == NULL ? 0 : lay_out(r, NULL);
    r->memory = size == 0 ? NULL : aligned_alloc(ALIGN, size);
    if (r->memory == NULL) {
        feel_vector_room_free(&r);
        return NULL;
    }
    memset(r->memory, 0, size);
    (void)lay_out(r, r->memory);
    memset(r->ones, 0xff, BITS);
    r->one[0] = 1;
    r->any.n = ROWS;
    r->any.words = WORDS;
    r->stamp = 1;
    r->chunk[SPACE_ONE].n = r->chunk[SPACE_ONE].words = 1;
    r->chunk[SPACE_ONE].stamp = ++r->stamp;
    r->chunk[SPACE_ONE].asked = r->one;
    for (size_t i = 0; i < v->nodes.len; i++)
        if (v->nodes.at[i]->op == V_CONST) fill_const(r, v->nodes.at[i]);
    return r;
}

void feel_vector_room_free(struct feel_vector_room **rp)
{
    struct feel_vector_room *r = *rp;
    if (r == NULL) return;
    MAGIC_CHECK(r, VROOM_MAGIC);
    r->magic = 0;
    free(r->pairs);
    free(r->memory);
    free(r->buf);
    free(r);
    *rp = NULL;
}

static enum feel_column_kind kind_of(enum vtype t)
{
    switch (t) {
    case VT_BOOL: case VT_NULL: return FEEL_COLUMN_BOOL;
    case VT_NUM: return FEEL_COLUMN_NUMBER;
    case VT_DAY: return FEEL_COLUMN_DAY;
    case VT_DATETIME: return FEEL_COLUMN_DATETIME;
    case VT_MONTHS: return FEEL_COLUMN_MONTHS;
    case VT_SPAN: return FEEL_COLUMN_SPAN;
    case VT_CODE: return FEEL_COLUMN_CODE;
    case VT_ROW: return FEEL_COLUMN_ROW;
    case VT_ID: return FEEL_COLUMN_ID;
    case VT_TEXT: case VT_SYM: return FEEL_COLUMN_TEXT;
    }
    return FEEL_COLUMN_BOOL;
}

void feel_vector_room_steps(struct feel_vector_room *r, uint64_t steps)
{
    MAGIC_CHECK(r, VROOM_MAGIC);
    r->steps = steps;
}

/* The space of what is the same for all rows has one row: that of the pair. */
void feel_vector_room_pair(struct feel_vector_room *r, uint32_t row)
{
    MAGIC_CHECK(r, VROOM_MAGIC);
    struct vchunk *one = &r->chunk[SPACE_ONE];
    if (one->from == row) return;
    one->from = row;
    one->stamp = ++r->stamp;
    memset(one->wild, 0, BITS);
}

enum rc feel_vector_run(const struct feel_vector *v, struct feel_vector_room *r, uint32_t from, uint32_t n, const uint64_t *sel,
                        struct feel_vector_out *out, struct err *err)
{
    MAGIC_CHECK(r, VROOM_MAGIC);
    MUST(r->v == v && n <= ROWS && (from & (ROWS - 1)) + n <= ROWS);
    struct vchunk *c = &r->chunk[SPACE_BLOCK];
    const struct vnode *root = v->root;
    uint64_t all[WORDS];
    c->n = n;
    c->words = (n + 63) / 64;
    c->from = from;
    c->stamp = ++r->stamp;
    memset(c->wild, 0, BITS);
    for (uint32_t w = 0; w < c->words; w++) {
        all[w] = n - w * 64 >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << (n - w * 64)) - 1;
        if (sel != NULL) all[w] &= sel[w];
    }
    for (uint32_t w = c->words; w < WORDS; w++) all[w] = 0;
    uint64_t rows = 0;
    for (uint32_t w = 0; w < WORDS; w++) rows += (uint64_t)__builtin_popcountll(all[w]);
    if (mul_overflows(rows, r->steps == 0 ? (uint64_t)FEEL_STEPS_DEFAULT : r->steps, &r->items_left)) r->items_left = UINT64_MAX;
    r->spent = false;
    struct vval x = vec_eval(r, root, all);
    if (r->no_memory) {
        r->no_memory = false;
        return err_set0(err, &E_no_memory, NO_PLACE);
    }
    /* What is the same for all rows may be what nobody can say. */
    bool lost = (r->chunk[SPACE_ONE].wild[0] & 1) != 0 || r->spent;
    if (r->spent) r->chunk[SPACE_ONE].stamp = ++r->stamp; /* what was broken off is not kept */
    for (uint32_t w = 0; w < WORDS; w++) lost = lost || r->any.wild[w] != 0;
    bool truths = root->type == VT_BOOL || root->type == VT_NULL;
    for (uint32_t w = 0; w < c->words; w++) {
        r->out_wild[w] = lost ? all[w] : c->wild[w];
        r->out_valid[w] = truths ? x.yes[w] | x.no[w] : x.valid[w];
    }
    *out = (struct feel_vector_out){.kind = kind_of((enum vtype)root->type), .cell = truths ? FEEL_CELL_NONE : x.cell, .scale = root->scale,
                                    .cells = truths ? NULL : x.cells, .valid = r->out_valid, .yes = truths ? x.yes : NULL, .wild = r->out_wild};
    return RC_OK;
}

const struct vec_kernels *vec_kernels_best(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("fma")) return &vec_kernels_v3;
#endif
    return &vec_kernels_base;
}
