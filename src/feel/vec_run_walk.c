/*
 * vec_run_walk.c - columns, gathers through references, what is spread over the items of lists and gathered from them, texts.
 */
#include "feel/vec.h"

#include <stdlib.h>

/* ---- columns ---- */

static bool bit(const uint64_t *bits, uint32_t i) { return (bits[i >> 6] >> (i & 63) & 1) != 0; }

/* Bits from..from + 64 * words of a block, moved to the front. */
static void bits_from(const uint64_t *of, uint32_t from, uint32_t words, uint64_t *out)
{
    uint32_t at = from >> 6, by = from & 63;
    for (uint32_t w = 0; w < words; w++) {
        uint64_t low = at + w < WORDS ? of[at + w] : 0, high = at + w + 1 < WORDS ? of[at + w + 1] : 0;
        out[w] = by == 0 ? low : low >> by | high << (64 - by);
    }
}

/* Blocks lie apart, and the processor's own look-ahead ends with each page: the next one is asked for while this one is at work. */
static void ask_ahead(const struct feel_column *col, uint32_t block)
{
    if ((uint64_t)(block + 1) * ROWS >= col->rows) return;
    const struct feel_block *k = &col->blocks[block + 1];
    if (k->cell == FEEL_CELL_NONE || k->cell == FEEL_CELL_BIT) return;
    size_t bytes = vec_cell_size((enum feel_cell)k->cell) * ROWS;
    for (size_t at = 0; at < bytes; at += 64) __builtin_prefetch((const unsigned char *)k->cells + at, 0, 2);
    if (k->valid != NULL)
        for (size_t at = 0; at < WORDS * sizeof(uint64_t); at += 64) __builtin_prefetch((const unsigned char *)k->valid + at, 0, 2);
}

static struct vval own_column(struct feel_vector_room *r, const struct vnode *n, const uint64_t *sel)
{
    struct vchunk *c = vec_chunk(r, n);
    struct vbuf *b = &r->buf[n->idx];
    const struct feel_column *col = n->column;
    uint32_t off = c->from & (ROWS - 1);
    bool truth = n->type == VT_BOOL;
    MUST(c->from + c->n <= col->rows);
    const struct feel_block *k = &col->blocks[c->from / ROWS];
    if (k->wild != NULL) {
        uint64_t lost[WORDS];
        bits_from(k->wild, off, c->words, lost);
        for (uint32_t w = 0; w < c->words; w++) c->wild[w] |= lost[w] & sel[w];
    }
    if (k->cell == FEEL_CELL_NONE) return (struct vval){.cell = truth ? FEEL_CELL_NONE : FEEL_CELL_I64, .cells = r->nought, .valid = r->zeros, .yes = r->zeros, .no = r->zeros};
    if (truth) {
        uint64_t there[WORDS], on[WORDS];
        bits_from(k->valid == NULL ? r->ones : k->valid, off, c->words, there);
        bits_from(k->cells, off, c->words, on);
        for (uint32_t w = 0; w < c->words; w++) {
            b->valid[w] = there[w] & on[w];
            b->no[w] = there[w] & ~on[w];
        }
        return (struct vval){.cell = FEEL_CELL_NONE, .yes = b->valid, .no = b->no};
    }
    ask_ahead(col, c->from / ROWS);
    if (off == 0) return (struct vval){.cell = k->cell, .cells = k->cells, .valid = k->valid == NULL ? r->ones : k->valid};
    size_t size = vec_cell_size((enum feel_cell)k->cell);
    memcpy(b->cells, (const unsigned char *)k->cells + off * size, c->n * size);
    if (k->valid == NULL) return (struct vval){.cell = k->cell, .cells = b->cells, .valid = r->ones};
    bits_from(k->valid, off, c->words, b->valid);
    return (struct vval){.cell = k->cell, .cells = b->cells, .valid = b->valid};
}

static int64_t block_cell(const struct feel_block *k, uint32_t i)
{
    struct vval x = {.cell = k->cell, .cells = k->cells};
    return vec_cell(&x, i);
}

static void put(const struct vnode *n, const struct vbuf *b, uint32_t i, int64_t v)
{
    if (n->cell == FEEL_CELL_I64) ((int64_t *)b->cells)[i] = v;
    else if (n->cell == FEEL_CELL_I32) ((int32_t *)b->cells)[i] = (int32_t)v;
    else ((uint32_t *)b->cells)[i] = (uint32_t)v;
}

/* The cells of other rows: only those that are asked for are touched. */
static struct vval gathered(struct feel_vector_room *r, const struct vnode *n, const uint64_t *sel)
{
    struct vchunk *c = vec_chunk(r, n);
    struct vbuf *b = &r->buf[n->idx];
    const struct feel_column *col = n->column;
    struct vval rec = vec_eval(r, n->kids[0], sel);
    const uint32_t *rows = rec.cells;
    bool truth = n->type == VT_BOOL;
    for (uint32_t w = 0; w < c->words; w++) {
        uint64_t there = 0, on = 0, lost = 0;
        for (uint64_t left = sel[w] & rec.valid[w]; left != 0; left &= left - 1) {
            uint32_t at = (uint32_t)__builtin_ctzll(left), i = w * 64 + at, row = rec.cell == FEEL_CELL_U32 ? rows[i] : (uint32_t)vec_cell(&rec, i);
            const struct feel_block *k = &col->blocks[row / ROWS];
            uint32_t p = row & (ROWS - 1);
            if (k->wild != NULL) lost |= (uint64_t)bit(k->wild, p) << at;
            if (k->cell == FEEL_CELL_NONE || (k->valid != NULL && !bit(k->valid, p))) continue;
            there |= UINT64_C(1) << at;
            if (truth) on |= (uint64_t)bit(k->cells, p) << at;
            else put(n, b, i, block_cell(k, p));
        }
        c->wild[w] |= lost;
        b->valid[w] = truth ? there & on : there;
        if (truth) b->no[w] = there & ~on;
    }
    if (truth) return (struct vval){.cell = FEEL_CELL_NONE, .yes = b->valid, .no = b->no};
    return (struct vval){.cell = n->cell, .cells = b->cells, .valid = b->valid};
}

struct vval vec_run_column(struct feel_vector_room *r, const struct vnode *n, const uint64_t *sel)
{
    return n->kids_count == 0 ? own_column(r, n, sel) : gathered(r, n, sel);
}

struct vval vec_run_spread(struct feel_vector_room *r, const struct vnode *n, const uint64_t *sel)
{
    const struct vchunk *c = vec_chunk(r, n);
    struct vbuf *b = &r->buf[n->idx];
    struct vval x = vec_eval(r, n->kids[0], vec_chunk(r, n->kids[0])->asked);
    bool truth = n->type == VT_BOOL;
    for (uint32_t w = 0; w < c->words; w++) {
        uint64_t yes = 0, no = 0;
        for (uint64_t left = sel[w]; left != 0; left &= left - 1) {
            uint32_t at = (uint32_t)__builtin_ctzll(left), i = w * 64 + at, p = c->parent == NULL ? 0 : c->parent[i];
            if (truth) {
                yes |= (uint64_t)bit(x.yes, p) << at;
                no |= (uint64_t)bit(x.no, p) << at;
            } else if (bit(x.valid, p)) {
                yes |= UINT64_C(1) << at;
                put(n, b, i, vec_cell(&x, p));
            }
        }
        b->valid[w] = yes;
        if (truth) b->no[w] = no;
    }
    if (truth) return (struct vval){.cell = FEEL_CELL_NONE, .yes = b->valid, .no = b->no};
    return (struct vval){.cell = n->cell, .cells = b->cells, .valid = b->valid};
}

/* ---- lists ---- */

struct gather {                     /* of one aggregate, for the rows of the space around */
    struct feel_vector_room *r;
    const struct vnode *n;
    struct vbuf *b;
    struct vchunk *around, *c;
    const struct vspace *s;
    uint64_t had[WORDS], null[WORDS], hit[WORDS];
    uint32_t seen[ROWS];            /* VA_PICK */
};

static void set(uint64_t *bits, uint32_t i) { bits[i >> 6] |= UINT64_C(1) << (i & 63); }

static void take_value(struct gather *g, const struct vval *x, uint32_t i, uint32_t p)
{
    int64_t *to = g->b->cells, v = vec_cell(x, i);
    bool first = !bit(g->had, p);
    if (g->n->agg == VA_SUM && add_overflows(to[p], v, &to[p])) set(g->around->wild, p);
    if (g->n->agg == VA_MIN && (first || v < to[p])) to[p] = v;
    if (g->n->agg == VA_MAX && (first || v > to[p])) to[p] = v;
    set(g->had, p);
}

static void take_picked(struct gather *g, const struct vval *x, uint32_t i, uint32_t p)
{
    if (g->n->k > 0 && (int64_t)++g->seen[p] != g->n->k) return;
    bool there = bit(x->valid, i);
    g->null[p >> 6] &= ~(UINT64_C(1) << (p & 63));
    if (there) put(g->n, g->b, p, vec_cell(x, i));
    else set(g->null, p);
    set(g->had, p);
}

static void take_pair(struct gather *g, const struct vval *x, uint32_t i, uint32_t p)
{
    struct feel_vector_room *r = g->r;
    if (r->pairs_len == r->pairs_cap) {
        size_t cap = r->pairs_cap == 0 ? 1024 : r->pairs_cap * 2;
        struct vpair *more = realloc(r->pairs, cap * sizeof *more);
        if (more == NULL) {
            r->no_memory = true;
            return;
        }
        r->pairs = more;
        r->pairs_cap = cap;
    }
    bool there = bit(x->valid, i);
    r->pairs[r->pairs_len++] = (struct vpair){.parent = p, .null = !there, .value = there ? vec_cell(x, i) : 0};
}

static void take_items(struct gather *g, const uint64_t *kept)
{
    const struct vchunk *c = g->c;
    const uint32_t *parent = c->parent;
    if (g->n->agg == VA_COUNT) {
        int64_t *to = g->b->cells;
        EACH_BIT(i, kept, c->words) to[parent[i]]++;
        return;
    }
    struct vval x = vec_eval(g->r, g->n->item, kept);
    if (g->n->agg == VA_ANY || g->n->agg == VA_ALL) {
        const uint64_t *decides = g->n->agg == VA_ANY ? x.yes : x.no;
        for (uint32_t w = 0; w < c->words; w++) {
            for (uint64_t left = kept[w] & decides[w]; left != 0; left &= left - 1) set(g->hit, parent[w * 64 + (uint32_t)__builtin_ctzll(left)]);
            for (uint64_t left = kept[w] & ~x.yes[w] & ~x.no[w]; left != 0; left &= left - 1) set(g->null, parent[w * 64 + (uint32_t)__builtin_ctzll(left)]);
        }
        return;
    }
    EACH_BIT(i, kept, c->words) {
        uint32_t p = parent[i];
        if (g->n->agg == VA_PICK) take_picked(g, &x, i, p);
        else if (g->n->agg == VA_DISTINCT) take_pair(g, &x, i, p);
        else if (bit(x.valid, i)) take_value(g, &x, i, p);
        else set(g->null, p);
    }
}

/* The items at hand: which stay, and what they come to. */
static void flush(struct gather *g)
{
    struct vchunk *c = g->c;
    uint64_t kept[WORDS];
    if (c->n == 0) return;
    if (g->r->items_left < c->n || g->r->spent) { /* an item costs the scalar evaluator a step at least: let it say what runs out */
        g->r->spent = true;
        c->n = 0;
        return;
    }
    g->r->items_left -= c->n;
    c->words = (c->n + 63) / 64;
    c->stamp = ++g->r->stamp;
    for (uint32_t w = 0; w < c->words; w++) {
        kept[w] = c->n - w * 64 >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << (c->n - w * 64)) - 1;
        c->wild[w] = 0;
    }
    for (uint32_t i = 0; g->s->gone != NULL && i < c->n; i++)
        if (bit(g->s->gone, c->rows[i])) kept[i >> 6] &= ~(UINT64_C(1) << (i & 63));
    for (uint32_t i = 0; i < g->s->conds_count; i++) {
        struct vval x = vec_eval(g->r, g->s->conds[i], kept);
        for (uint32_t w = 0; w < c->words; w++) kept[w] &= x.yes[w] | c->wild[w];
    }
    take_items(g, kept);
    EACH_BIT(i, c->wild, c->words) set(g->around->wild, c->parent[i]);
    c->n = 0;
}

static void walk(struct gather *g, uint32_t p, uint32_t low, uint32_t high)
{
    struct vchunk *c = g->c;
    while (low < high && !g->r->spent) {
        uint32_t n = MIN((uint32_t)ROWS - c->n, high - low);
        for (uint32_t i = 0; i < n; i++) c->parent[c->n + i] = p;
        if (g->s->all)
            for (uint32_t i = 0; i < n; i++) c->rows[c->n + i] = low + i;
        else
            memcpy(c->rows + c->n, g->s->back.rows + low, n * sizeof(uint32_t));
        c->n += n;
        low += n;
        if (c->n == ROWS) flush(g);
    }
}

static int by_pair(const void *a, const void *b)
{
    const struct vpair *x = a, *y = b;
    if (x->parent != y->parent) return x->parent < y->parent ? -1 : 1;
    if (x->null != y->null) return x->null < y->null ? -1 : 1;
    return x->value < y->value ? -1 : x->value > y->value;
}

static void count_distinct(struct gather *g, size_t from)
{
    struct feel_vector_room *r = g->r;
    int64_t *to = g->b->cells;
    size_t n = r->pairs_len - from;
    struct vpair *p = r->pairs + from;
    if (n > 1) qsort(p, n, sizeof *p, by_pair);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || by_pair(&p[i - 1], &p[i]) != 0) to[p[i].parent]++;
    r->pairs_len = from;
}

static struct vval answer(struct gather *g, const uint64_t *live)
{
    struct vbuf *b = g->b;
    uint32_t words = g->around->words;
    enum vagg agg = g->n->agg;
    bool truth = agg == VA_ANY || agg == VA_ALL;
    for (uint32_t w = 0; w < words; w++) {
        uint64_t hit = live[w] & g->hit[w], rest = live[w] & ~g->hit[w] & ~g->null[w];
        if (truth) {
            b->valid[w] = agg == VA_ANY ? hit : rest;
            b->no[w] = agg == VA_ANY ? rest : hit;
        } else {
            b->valid[w] = agg == VA_COUNT || agg == VA_DISTINCT ? live[w] : live[w] & g->had[w] & ~g->null[w];
        }
    }
    if (truth) return (struct vval){.cell = FEEL_CELL_NONE, .yes = b->valid, .no = b->no};
    return (struct vval){.cell = g->n->cell, .cells = b->cells, .valid = b->valid};
}

struct vval vec_run_agg(struct feel_vector_room *r, const struct vnode *n, const uint64_t *sel)
{
    const struct vspace *s = &r->v->space[n->over];
    struct gather g = {.r = r, .n = n, .b = &r->buf[n->idx], .around = vec_chunk(r, n), .c = &r->chunk[n->over], .s = s};
    uint64_t live[WORDS];
    uint32_t words = g.around->words;
    struct vval of = {.cell = FEEL_CELL_NONE};
    size_t pairs = r->pairs_len;
    if (!s->all) of = vec_eval(r, s->of, sel);
    for (uint32_t w = 0; w < words; w++) live[w] = s->all ? sel[w] : sel[w] & of.valid[w];
    if (g.b->cells != NULL && n->agg != VA_PICK) memset(g.b->cells, 0, (size_t)words * 64 * sizeof(int64_t));
    if (n->agg == VA_COUNT && s->conds_count == 0) {
        int64_t *to = g.b->cells;
        EACH_BIT(i, live, words) {
            uint32_t row = (uint32_t)vec_cell(&of, i);
            to[i] = s->all ? s->all_open : s->back.start[row + 1] - s->back.start[row];
        }
        return answer(&g, live);
    }
    const uint64_t *asked = g.around->asked;
    g.around->asked = sel;
    g.c->n = 0;
    EACH_BIT(i, live, words) {
        uint32_t row = s->all ? 0 : (uint32_t)vec_cell(&of, i);
        walk(&g, i, s->all ? 0 : s->back.start[row], s->all ? s->all_rows : s->back.start[row + 1]);
    }
    flush(&g);
    g.around->asked = asked;
    if (n->agg == VA_DISTINCT) count_distinct(&g, pairs);
    return answer(&g, live);
}

/* ---- texts ---- */

static struct str text_at(const struct feel_vector_room *r, const struct vnode *n, const struct vval *x, uint32_t i)
{
    uint64_t cell = (uint64_t)vec_cell(x, i);
    if (n->type == VT_SYM) return r->v->syms.at[cell];
    const struct feel_texts *t = &n->column->texts;
    const unsigned char *at = (const unsigned char *)(*t->pieces)[cell >> t->bits] + (cell & ((UINT64_C(1) << t->bits) - 1));
    size_t len = 0;
    unsigned shift = 0;
    while (*at >= 0x80) {
        len |= (size_t)(*at++ & 0x7F) << shift;
        shift += 7;
    }
    len |= (size_t)*at++ << shift;
    return str_of((const char *)at, len);
}

struct vval vec_run_text(struct feel_vector_room *r, const struct vnode *n, const uint64_t *sel)
{
    const struct vchunk *c = vec_chunk(r, n);
    struct vbuf *b = &r->buf[n->idx];
    struct vval x = vec_eval(r, n->kids[0], sel), y = vec_eval(r, n->kids[1], sel);
    for (uint32_t w = 0; w < c->words; w++) {
        uint64_t both = sel[w] & x.valid[w] & y.valid[w], yes = 0, known = both;
        for (uint64_t left = both; left != 0; left &= left - 1) {
            uint32_t at = (uint32_t)__builtin_ctzll(left), i = w * 64 + at;
            struct str p = text_at(r, n->kids[0], &x, i), q = text_at(r, n->kids[1], &y, i);
            bool holds = n->sign == '=' ? str_eq(p, q) : str_cmp(p, q) < 0;
            yes |= (uint64_t)holds << at;
        }
        if (n->of_null == 2) {
            yes |= sel[w] & ~x.valid[w] & ~y.valid[w];
            known = sel[w];
        }
        b->valid[w] = n->negate ? known & ~yes : yes;
        b->no[w] = n->negate ? yes : known & ~yes;
    }
    return (struct vval){.cell = FEEL_CELL_NONE, .yes = b->valid, .no = b->no};
}
