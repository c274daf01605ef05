/*
 * roster_memo.c - what derived fields came to, by row and day.  Filled by any thread without a lock: two threads that work out the same
 * value put the same; what is lost where a block is just being widened is worked out again.
 */
#include "record/roster_inner.h"

static size_t block_bytes(size_t width) { return sizeof(struct memo_block) + ROSTER_BLOCK * width; }

static struct memo_block *block_make(struct roster *r, size_t width)
{
    struct memo_block *b = calloc(1, block_bytes(width));
    if (b == NULL) return NULL;
    b->refs = 1;
    b->width = (uint8_t)width;
    roster_count(r, block_bytes(width), 0);
    return b;
}

static void block_drop(struct roster *r, struct memo_block *b)
{
    if (b == NULL || __atomic_sub_fetch(&b->refs, 1, __ATOMIC_ACQ_REL) > 0) return;
    roster_count(r, 0, block_bytes(b->width));
    free(b);
}

static size_t set_bytes(uint32_t blocks) { return sizeof(struct memo_set) + blocks * sizeof(struct memo_block *); }

static void set_drop(struct roster *r, struct memo_set *s)
{
    if (__atomic_sub_fetch(&s->refs, 1, __ATOMIC_ACQ_REL) > 0) return;
    for (uint32_t i = 0; i < s->blocks_count; i++) block_drop(r, s->blocks[i]);
    for (struct memo_retired *x = s->retired, *next; x != NULL; x = next) {
        next = x->next;
        block_drop(r, x->block);
        free(x);
    }
    roster_count(r, 0, set_bytes(s->blocks_count));
    free(s);
}

void roster_memo_sets_free(struct roster *r, struct memo_set *s)
{
    for (struct memo_set *next; s != NULL; s = next) {
        next = s->next;
        set_drop(r, s);
    }
}

void roster_memo_free(struct roster *r, struct roster_memo *m)
{
    roster_memo_sets_free(r, m->sets);
    m->sets = NULL;
}

struct memo_set *roster_memo_set(struct roster *r, struct roster_memo *m, const struct roster_table *t, day_num today)
{
    if (m->shape == MEMO_S_NONE) return NULL;
    if (!m->field->daily) today = MEMO_TIMELESS;
    struct memo_set *s = __atomic_load_n(&m->sets, __ATOMIC_ACQUIRE);
    for (; s != NULL; s = s->next)
        if (s->today == today) return s;
    pthread_mutex_lock(&r->home->lock);
    int days = 0;
    for (s = m->sets; s != NULL && s->today != today; s = s->next) days++;
    if (s == NULL && days >= MEMO_DAYS_MAX && roster_alone(r)) { /* nobody else is here: the other days can go */
        roster_memo_free(r, m);
        days = 0;
    }
    if (s == NULL && days < MEMO_DAYS_MAX) {
        uint32_t n = roster_blocks_of(t->rows_all);
        s = calloc(1, set_bytes(n));
        if (s != NULL) {
            s->refs = 1;
            s->blocks_count = n;
            s->today = today;
            s->next = m->sets;
            roster_count(r, set_bytes(n), 0);
            __atomic_store_n(&m->sets, s, __ATOMIC_RELEASE);
        }
    }
    pthread_mutex_unlock(&r->home->lock);
    return s;
}

/* ---- from one version to the next ---- */

static struct memo_block *block_clone(struct roster *r, const struct memo_block *b)
{
    struct memo_block *w = block_make(r, b->width);
    if (w == NULL) return NULL;
    const void *from = b->cells;
    void *to = w->cells;
    for (uint32_t i = 0; i < ROSTER_BLOCK; i++) w->state[i] = __atomic_load_n(&b->state[i], __ATOMIC_ACQUIRE);
    for (uint32_t i = 0; b->width == 4 && i < ROSTER_BLOCK; i++) ((int32_t *)to)[i] = __atomic_load_n((const int32_t *)from + i, __ATOMIC_RELAXED);
    for (uint32_t i = 0; b->width == 8 && i < ROSTER_BLOCK; i++) ((int64_t *)to)[i] = __atomic_load_n((const int64_t *)from + i, __ATOMIC_RELAXED);
    return w;
}

static struct memo_set *set_carry(struct roster *r, struct memo_set *old, uint32_t rows_all, const uint32_t *rows, size_t n)
{
    uint32_t blocks = roster_blocks_of(rows_all);
    struct memo_set *s = calloc(1, set_bytes(blocks));
    if (s == NULL) return NULL;
    s->refs = 1;
    s->blocks_count = blocks;
    s->today = old->today;
    roster_count(r, set_bytes(blocks), 0);
    for (uint32_t i = 0; i < MIN(blocks, old->blocks_count); i++) {
        s->blocks[i] = __atomic_load_n(&old->blocks[i], __ATOMIC_ACQUIRE);
        if (s->blocks[i] != NULL) __atomic_add_fetch(&s->blocks[i]->refs, 1, __ATOMIC_RELAXED);
    }
    for (size_t i = 0; i < n;) { /* rows ascend: a block's stand together */
        uint32_t block = rows[i] >> ROSTER_BLOCK_BITS;
        struct memo_block *b = s->blocks[block], *mine = b == NULL ? NULL : block_clone(r, b);
        for (; i < n && rows[i] >> ROSTER_BLOCK_BITS == block; i++)
            if (mine != NULL) mine->state[rows[i] & ROSTER_MASK] = MEMO_UNKNOWN;
        s->blocks[block] = mine; /* without memory the whole block is forgotten */
        block_drop(r, b);
    }
    return s;
}

void roster_memo_carry(struct roster *r, struct roster_memo *now, const struct roster_memo *old, uint32_t rows_all, const uint32_t *rows, size_t n)
{
    pthread_mutex_lock(&r->home->lock);
    struct memo_set **tail = &now->sets;
    for (struct memo_set *s = old->sets; s != NULL; s = s->next) {
        struct memo_set *next = set_carry(r, s, rows_all, rows, n);
        if (next == NULL) break;
        *tail = next;
        tail = &next->next;
    }
    pthread_mutex_unlock(&r->home->lock);
}

/* ---- cells ---- */

static int64_t cell_get(const struct memo_block *b, uint32_t i)
{
    const void *p = b->cells;
    if (b->width == 8) return __atomic_load_n((const int64_t *)p + i, __ATOMIC_RELAXED);
    return b->width == 4 ? __atomic_load_n((const int32_t *)p + i, __ATOMIC_RELAXED) : 0;
}

static void cell_put(struct memo_block *b, uint32_t i, int64_t v)
{
    void *p = b->cells;
    if (b->width == 8) __atomic_store_n((int64_t *)p + i, v, __ATOMIC_RELAXED);
    if (b->width == 4) __atomic_store_n((int32_t *)p + i, (int32_t)v, __ATOMIC_RELAXED);
}

/* What others put into the old one meanwhile may be lost: it is worked out again. */
static struct memo_block *widened(struct roster *r, struct memo_set *s, uint32_t block)
{
    pthread_mutex_lock(&r->home->lock);
    struct memo_block *old = s->blocks[block], *w = old;
    if (old->width < 8) {
        struct memo_retired *x = malloc(sizeof *x);
        w = x == NULL ? NULL : block_make(r, 8);
        if (w == NULL) {
            free(x);
        } else {
            for (uint32_t k = 0; k < ROSTER_BLOCK; k++) {
                w->state[k] = __atomic_load_n(&old->state[k], __ATOMIC_ACQUIRE);
                if (w->state[k] == MEMO_VALUE) cell_put(w, k, cell_get(old, k));
            }
            *x = (struct memo_retired){old, s->retired};
            s->retired = x;
            __atomic_store_n(&s->blocks[block], w, __ATOMIC_RELEASE);
        }
    }
    pthread_mutex_unlock(&r->home->lock);
    return w;
}

struct memo_block *roster_memo_block(struct roster *r, const struct roster_memo *m, struct memo_set *s, uint32_t block, uint8_t width)
{
    struct memo_block *b = __atomic_load_n(&s->blocks[block], __ATOMIC_ACQUIRE);
    if (b == NULL) {
        uint8_t least = m->shape == MEMO_S_BOOL ? 0 : 4;
        struct memo_block *fresh = block_make(r, MAX(width, least));
        if (fresh == NULL) return NULL;
        if (__atomic_compare_exchange_n(&s->blocks[block], &b, fresh, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) return fresh;
        block_drop(r, fresh); /* another thread was first: b is its block */
    }
    return b->width < width ? widened(r, s, block) : b;
}

bool roster_memo_get(const struct roster *r, const struct roster_memo *m, const struct memo_set *s, uint32_t row, struct fv *out)
{
    const struct memo_block *b = __atomic_load_n(&s->blocks[row >> ROSTER_BLOCK_BITS], __ATOMIC_ACQUIRE);
    if (b == NULL) return false;
    uint32_t i = row & ROSTER_MASK;
    enum memo_state state = (enum memo_state)__atomic_load_n(&b->state[i], __ATOMIC_ACQUIRE);
    if (state == MEMO_UNKNOWN || state == MEMO_AGAIN) return false;
    if (state == MEMO_NULL) {
        *out = fv_null();
        return true;
    }
    if (state != MEMO_VALUE) {
        *out = fv_bool(state == MEMO_TRUE);
        return true;
    }
    int64_t v = cell_get(b, i);
    switch ((enum memo_shape)m->shape) {
    case MEMO_S_NUMBER:
        *out = (struct fv){.kind = FV_NUMBER};
        out->num = m->field->len == 0 ? dec_i64(v) : dec_scaled(v, (int)m->field->len);
        return true;
    case MEMO_S_DAY: /* the last bit says that it is a month */
        *out = fv_day(v >> 1);
        out->flag = (uint8_t)(v & 1);
        return true;
    case MEMO_S_MONTHS: *out = fv_months(v); return true;
    case MEMO_S_CODE:
        *out = (struct fv){.kind = FV_CODE};
        out->codes = &m->field->codes->feel;
        out->code = (uint32_t)v;
        return true;
    case MEMO_S_RECORD:
        *out = (struct fv){.kind = FV_RECORD};
        out->reg = &m->field->ref->feel;
        out->id = v;
        return true;
    case MEMO_S_TEXT: *out = fv_str(roster_text(r, v)); return true;
    case MEMO_S_NONE:
    case MEMO_S_BOOL: break;
    }
    return false;
}

void roster_memo_put(struct roster *r, const struct roster_memo *m, struct memo_set *s, uint32_t row, const struct fv *v)
{
    int64_t cell = 0;
    bool fits = false;
    enum memo_state as = MEMO_VALUE;
    switch ((enum fv_kind)v->kind) {
    case FV_NULL:
        fits = true;
        as = MEMO_NULL;
        break;
    case FV_BOOL:
        fits = m->shape == MEMO_S_BOOL;
        as = v->b ? MEMO_TRUE : MEMO_FALSE;
        break;
    case FV_NUMBER:
        fits = m->shape == MEMO_S_NUMBER && dec_to_scaled(v->num, (int)m->field->len, &cell);
        break;
    case FV_DATE:
        fits = m->shape == MEMO_S_DAY;
        cell = v->day * 2 + (v->flag & 1);
        break;
    case FV_MONTHS:
        fits = m->shape == MEMO_S_MONTHS;
        cell = v->months;
        break;
    case FV_CODE:
        fits = m->shape == MEMO_S_CODE && v->codes == &m->field->codes->feel;
        cell = v->code;
        break;
    case FV_RECORD:
        fits = m->shape == MEMO_S_RECORD && v->reg == &m->field->ref->feel;
        cell = v->id;
        break;
    case FV_STRING: fits = m->shape == MEMO_S_TEXT && roster_texts_put(r, v->str, &cell, NULL) == RC_OK; break;
    case FV_TIME:
    case FV_DATETIME:
    case FV_SPAN:
    case FV_LIST:
    case FV_CONTEXT:
    case FV_RANGE:
    case FV_FUNCTION: break;
    }
    uint8_t width = m->shape == MEMO_S_BOOL ? 0 : cell < INT32_MIN || cell > INT32_MAX ? 8 : 4;
    struct memo_block *b = roster_memo_block(r, m, s, row >> ROSTER_BLOCK_BITS, width);
    if (b == NULL) return; /* no memory: nothing is remembered, and all stays right */
    uint32_t i = row & ROSTER_MASK;
    if (fits && as == MEMO_VALUE) cell_put(b, i, cell);
    __atomic_store_n(&b->state[i], (uint8_t)(fits ? as : MEMO_AGAIN), __ATOMIC_RELEASE);
}
