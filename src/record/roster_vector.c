/*
 * roster_vector.c - the roster's columns as the vector evaluator reads them.  Stored columns are lent block by block as they lie.  A derived
 * field becomes a whole column when a program first asks for it: by its own vector program, and by the scalar evaluator for the rows which that
 * one leaves open.  What it reads is asked for on the way, so fields come into being in the order in which they need each other.
 */
#include "record/inner.h"
#include "record/roster_inner.h"

struct vector_table {
    struct feel_column **columns;   /* by field; NULL: not asked for */
    bool *refused;                  /* by field: there is none */
};

/* What one thread needs to make blocks of derived columns. */
struct vector_hand {
    struct roster *r;
    const struct feel_host *host;
    void *host_ctx;
    struct arena a;                 /* the first hand's: programs and columns; all: blocks */
    struct arena scratch;           /* of single runs of the scalar evaluator */
    struct err err;
};

struct roster_vectors {
    uint32_t magic;
    struct roster *r;
    day_num today;
    struct vector_hand hand[CREW_MAX];
    uint32_t hands, threads;        /* hands that are there; wanted.  The first is the caller's, on the roster that it gave */
    struct vector_table *tables;    /* by reg->idx */
    char *const *pieces;            /* of texts, as they were */
    enum rc rc;                     /* what went wrong while a column was made */
    struct err err;
};

#define VECTORS_MAGIC 0x52564543u
#define VECTORS_MAX ((size_t)1 << 40)

static const struct feel_columns vector_columns;

/* ---- stored fields ---- */

static uint8_t cell_of(const struct roster_block *b)
{
    switch ((enum cell_kind)b->kind) {
    case CELL_BIT: return FEEL_CELL_BIT;
    case CELL_U8: return FEEL_CELL_U8;
    case CELL_U16: return FEEL_CELL_U16;
    case CELL_U32: return FEEL_CELL_U32;
    case CELL_I32: return FEEL_CELL_I32;
    case CELL_I64: return FEEL_CELL_I64;
    }
    return FEEL_CELL_NONE;
}

/* Values of a block that is being made. */
struct draft {
    int64_t value[ROSTER_BLOCK];
    uint64_t valid[ROSTER_BLOCK / 64], wild[ROSTER_BLOCK / 64];
};

static void set(uint64_t *bits, uint32_t i) { bits[i >> 6] |= UINT64_C(1) << (i & 63); }
static bool bit(const uint64_t *bits, uint32_t i) { return (bits[i >> 6] >> (i & 63) & 1) != 0; }

/* The draft in cells as narrow as its values are.  False: no memory. */
static bool keep(struct arena *a, const struct feel_column *c, const struct draft *d, struct feel_block *b)
{
    int64_t low = 0, high = 0;
    bool some = false, strays = false;
    for (uint32_t i = 0; i < ROSTER_BLOCK; i++) {
        if (!bit(d->valid, i)) continue;
        low = MIN(low, d->value[i]);
        high = MAX(high, d->value[i]);
        some = true;
    }
    for (uint32_t w = 0; w < ROSTER_BLOCK / 64; w++) strays = strays || d->wild[w] != 0;
    enum feel_cell cell = c->kind == FEEL_COLUMN_BOOL ? FEEL_CELL_BIT : FEEL_CELL_I64;
    if (cell != FEEL_CELL_BIT && low >= 0 && high <= UINT8_MAX) cell = FEEL_CELL_U8;
    else if (cell != FEEL_CELL_BIT && low >= INT32_MIN && high <= INT32_MAX) cell = FEEL_CELL_I32;
    if (c->kind == FEEL_COLUMN_ROW) cell = FEEL_CELL_U32;
    if (c->kind == FEEL_COLUMN_CODE && cell != FEEL_CELL_U8) cell = FEEL_CELL_U32;
    if (!some && !strays) {
        *b = (struct feel_block){.cell = FEEL_CELL_NONE};
        return true;
    }
    size_t size = cell == FEEL_CELL_BIT ? ROSTER_BLOCK / 8 : cell == FEEL_CELL_U8 ? ROSTER_BLOCK : cell == FEEL_CELL_I64 ? ROSTER_BLOCK * 8 : ROSTER_BLOCK * 4;
    unsigned char *cells = arena_try(a, size);
    uint64_t *valid = arena_try(a, sizeof d->valid), *wild = strays ? arena_try(a, sizeof d->wild) : NULL;
    if (cells == NULL || valid == NULL || (strays && wild == NULL)) return false;
    memcpy(valid, d->valid, sizeof d->valid);
    if (wild != NULL) memcpy(wild, d->wild, sizeof d->wild);
    void *p = cells;
    for (uint32_t i = 0; i < ROSTER_BLOCK; i++) {
        int64_t x = bit(d->valid, i) ? d->value[i] : 0;
        if (cell == FEEL_CELL_BIT) ((uint64_t *)p)[i >> 6] |= (uint64_t)(x != 0) << (i & 63);
        else if (cell == FEEL_CELL_U8) cells[i] = (uint8_t)x;
        else if (cell == FEEL_CELL_U32) ((uint32_t *)p)[i] = (uint32_t)x;
        else if (cell == FEEL_CELL_I32) ((int32_t *)p)[i] = (int32_t)x;
        else ((int64_t *)p)[i] = x;
    }
    *b = (struct feel_block){.cells = cells, .valid = valid, .wild = wild, .cell = (uint8_t)cell};
    return true;
}

/* Durations lie as texts; those of months become a column. */
static bool durations(struct roster_vectors *v, const struct roster_column *c, const struct feel_column *to, struct feel_block *blocks, uint32_t n)
{
    struct draft *d = arena_try(&v->hand[0].a, sizeof *d);
    if (d == NULL) return false;
    for (uint32_t k = 0; k < n; k++) {
        memset(d, 0, sizeof *d);
        for (uint32_t i = 0; k < c->blocks_count && i < ROSTER_BLOCK; i++) {
            int64_t months;
            if (!roster_valid(c->blocks[k], i)) continue;
            if (months_parse(roster_text(v->r, roster_cell(c->blocks[k], i)), &months)) {
                d->value[i] = months;
                set(d->valid, i);
            } else {
                set(d->wild, i);
            }
        }
        if (!keep(&v->hand[0].a, to, d, &blocks[k])) return false;
    }
    return true;
}

static bool stored(struct roster_vectors *v, const struct roster_table *t, const struct roster_column *c, struct feel_column *out)
{
    uint32_t n = roster_blocks_of(t->rows_all);
    struct feel_block *blocks = arena_try(&v->hand[0].a, (n + 1) * sizeof *blocks);
    if (blocks == NULL) return false;
    out->blocks = blocks;
    out->rows = t->rows_all;
    out->texts = (struct feel_texts){.pieces = &v->pieces, .bits = TEXT_CHUNK_BITS};
    if (c->shape == SHAPE_ID) out->kind = FEEL_COLUMN_ID;
    if (c->field->type == FIELD_DURATION) return durations(v, c, out, blocks, n);
    for (uint32_t k = 0; k < n; k++) {
        blocks[k] = (struct feel_block){.cell = FEEL_CELL_NONE};
        if (k >= c->blocks_count) continue;
        blocks[k] = (struct feel_block){.cells = c->blocks[k]->cells, .valid = c->blocks[k]->valid, .cell = cell_of(c->blocks[k])};
    }
    return true;
}

/* ---- derived fields ---- */

struct making {
    struct roster_vectors *v;
    const struct roster_table *t;
    const struct pack_field *f;
    struct feel_column *to;
    struct feel_block *blocks;
    const struct feel_vector *derive, *otherwise;
    struct crew crew;
    struct making_hand {
        struct vector_hand *hand;
        struct feel_vector_room *room, *other_room;
        struct draft *draft;
        enum rc rc;
    } by[CREW_MAX];
};

/* A number of the program's scale in that of the field.  False: it would have to be rounded, or does not fit. */
static bool scaled(int64_t x, uint8_t from, uint8_t to, int64_t *out)
{
    for (; from < to; from++)
        if (mul_overflows(x, INT64_C(10), &x)) return false;
    for (; from > to; from--) {
        if (x % 10 != 0) return false;
        x /= 10;
    }
    *out = x;
    return true;
}

/* What a vector program answered, for the rows in sel. */
static void take(const struct making *m, const struct feel_vector_out *o, const uint64_t *sel, uint32_t n, struct draft *d)
{
    for (uint32_t i = 0; i < n; i++) {
        if (!bit(sel, i)) continue;
        if (bit(o->wild, i)) {
            set(d->wild, i);
            continue;
        }
        if (!bit(o->valid, i)) continue;
        int64_t x = o->kind == FEEL_COLUMN_BOOL ? bit(o->yes, i) : feel_cell_at(o->cells, o->cell, i);
        bool ok = o->kind == m->to->kind && (o->kind != FEEL_COLUMN_NUMBER || scaled(x, o->scale, m->to->scale, &x));
        if (ok && o->kind == FEEL_COLUMN_DAY && !day_ok(x)) ok = false;
        if (ok && m->f->type == FIELD_MONTH) x -= ymd_of(x).day - 1;
        d->value[i] = x;
        set(ok ? d->valid : d->wild, i);
    }
}

/* The scalar evaluator for one row.  True: the row is no longer wild. */
static bool take_one(const struct making *m, const struct making_hand *by, uint32_t row, uint32_t i, struct draft *d)
{
    struct vector_hand *v = by->hand;
    struct fv self = {.kind = FV_RECORD}, x;
    struct err err;
    err_clear(&err);
    self.reg = &m->t->reg->feel;
    self.id = roster_id(m->t, row);
    struct arena_mark mark = arena_mark(&v->scratch);
    struct feel_run run = {.arena = &v->scratch, .host = v->host, .host_ctx = v->host_ctx, .today = m->v->today, .zone = v->r->set->zone, .vars = &self,
                           .vars_count = 1};
    bool ok = record_derive(&run, m->f, &self, &x, &err) == RC_OK, there = true;
    int64_t k = 0;
    if (ok && x.kind == FV_NULL) there = false;
    else if (ok && x.kind == FV_BOOL && m->to->kind == FEEL_COLUMN_BOOL) k = x.b;
    else if (ok && x.kind == FV_NUMBER && m->to->kind == FEEL_COLUMN_NUMBER) ok = dec_to_scaled(x.num, m->to->scale, &k);
    else if (ok && x.kind == FV_DATE && m->to->kind == FEEL_COLUMN_DAY) k = x.day;
    else if (ok && x.kind == FV_MONTHS && m->to->kind == FEEL_COLUMN_MONTHS) k = x.months;
    else if (ok && x.kind == FV_CODE && m->to->kind == FEEL_COLUMN_CODE && x.codes == m->to->codes) k = x.code;
    else ok = false;
    arena_reset(&v->scratch, mark);
    if (!ok) return false;
    d->value[i] = k;
    if (there) set(d->valid, i);
    return true;
}

static enum rc make_block(const struct making *m, struct making_hand *by, uint32_t block, struct err *err)
{
    uint32_t from = block << ROSTER_BLOCK_BITS, n = MIN((uint32_t)ROSTER_BLOCK, m->t->rows_all - from);
    uint64_t all[ROSTER_BLOCK / 64] = {0};
    struct feel_vector_out o;
    struct draft *d = by->draft;
    memset(d, 0, sizeof *d);
    for (uint32_t i = 0; i < n; i++) set(all, i);
    TRY(feel_vector_run(m->derive, by->room, from, n, all, &o, err));
    take(m, &o, all, n, d);
    if (m->otherwise != NULL) {
        uint64_t blank = 0;
        for (uint32_t w = 0; w < ROSTER_BLOCK / 64; w++) {
            all[w] &= ~d->valid[w] & ~d->wild[w];
            blank |= all[w];
        }
        if (blank != 0) {
            TRY(feel_vector_run(m->otherwise, by->other_room, from, n, all, &o, err));
            take(m, &o, all, n, d);
        }
    }
    for (uint32_t i = 0; i < n; i++)
        if (bit(d->wild, i) && take_one(m, by, from + i, i, d)) d->wild[i >> 6] &= ~(UINT64_C(1) << (i & 63));
    return keep(&by->hand->a, m->to, d, &m->blocks[block]) ? RC_OK : err_set0(err, &E_no_memory, NO_PLACE);
}

static void make_blocks(void *ctx, uint32_t worker)
{
    struct making *m = ctx;
    struct making_hand *by = &m->by[worker];
    uint32_t block;
    while (by->rc == RC_OK && crew_part(&m->crew, &block)) by->rc = make_block(m, by, block, &by->hand->err);
}

static void hand_open(struct roster_vectors *v, struct roster *r)
{
    struct vector_hand *h = &v->hand[v->hands];
    h->r = r;
    arena_init(&h->a, VECTORS_MAX);
    arena_init(&h->scratch, (size_t)256 << 20);
    roster_host(r, &h->host, &h->host_ctx);
    v->hands++;
}

/* Rooms for as many threads as the column has work for.  How many there are. */
static uint32_t hands_for(struct making *m, uint32_t blocks)
{
    enum { BLOCKS_A_THREAD = 8 };
    struct roster_vectors *v = m->v;
    uint32_t wanted = MIN(v->threads, 1 + blocks / BLOCKS_A_THREAD), n = 0;
    struct roster *pin;
    struct err ignored; /* fewer threads, then */
    for (; n < wanted; n++) {
        struct making_hand *by = &m->by[n];
        if (n == v->hands && roster_pin(v->r, &pin, &ignored) != RC_OK) break;
        if (n == v->hands) hand_open(v, pin);
        by->hand = &v->hand[n];
        by->room = feel_vector_room_make(m->derive);
        by->other_room = m->otherwise == NULL ? NULL : feel_vector_room_make(m->otherwise);
        by->draft = calloc(1, sizeof *by->draft);
        err_clear(&by->hand->err);
        if (by->room == NULL || by->draft == NULL || (m->otherwise != NULL && by->other_room == NULL)) break;
    }
    return n;
}

static bool derived(struct roster_vectors *v, const struct roster_table *t, const struct pack_field *f, struct feel_column *out, struct feel_why *why)
{
    uint32_t n = roster_blocks_of(t->rows_all);
    struct making m = {.v = v, .t = t, .f = f, .to = out};
    out->rows = t->rows_all;
    out->texts = (struct feel_texts){.pieces = &v->pieces, .bits = TEXT_CHUNK_BITS};
    m.derive = roster_vectors_program(v, f->derive, t->reg, NULL, why);
    if (m.derive != NULL && f->otherwise != NULL) m.otherwise = roster_vectors_program(v, f->otherwise, t->reg, NULL, why);
    if (m.derive == NULL || (f->otherwise != NULL && m.otherwise == NULL)) return false;
    out->blocks = m.blocks = arena_try(&v->hand[0].a, (n + 1) * sizeof *m.blocks);
    uint32_t hands = m.blocks == NULL ? 0 : hands_for(&m, n);
    enum rc rc = hands == 0 ? err_set0(&v->err, &E_no_memory, NO_PLACE) : RC_OK;
    if (rc == RC_OK) {
        crew_start(&m.crew, hands, n, make_blocks, &m);
        crew_join(&m.crew);
    }
    for (uint32_t i = 0; i < CREW_MAX; i++) {
        if (rc == RC_OK && m.by[i].rc != RC_OK) {
            rc = m.by[i].rc;
            v->err = m.by[i].hand->err;
        }
        feel_vector_room_free(&m.by[i].room);
        feel_vector_room_free(&m.by[i].other_room);
        free(m.by[i].draft);
    }
    if (rc != RC_OK) v->rc = rc;
    return rc == RC_OK;
}

/* ---- what feel asks ---- */

static bool column(void *ctx, const struct feel_register *reg, const struct feel_member *mem, struct feel_column *out, struct feel_why *why)
{
    struct roster_vectors *v = ctx;
    const struct pack_register *r = reg->host;
    const struct roster_table *t = v->r->tables[r->idx];
    struct vector_table *vt = &v->tables[r->idx];
    if (t == NULL || mem->slot >= r->fields_count || v->rc != RC_OK) return false;
    const struct pack_field *f = &r->fields[mem->slot];
    if (vt->columns == NULL) {
        vt->columns = arena_array(&v->hand[0].a, struct feel_column *, r->fields_count + 1);
        vt->refused = arena_array(&v->hand[0].a, bool, r->fields_count + 1);
    }
    if (vt->refused[f->idx]) return false;
    if (vt->columns[f->idx] == NULL) {
        struct feel_column *c = arena_new(&v->hand[0].a, struct feel_column);
        bool ok = pack_column(f, c);
        if (ok && t->columns[f->idx] != NULL) ok = stored(v, t, t->columns[f->idx], c);
        else if (ok && t->memos[f->idx] != NULL) ok = derived(v, t, f, c, why);
        else ok = false;
        vt->refused[f->idx] = !ok;
        if (!ok) return false;
        vt->columns[f->idx] = c;
    }
    *out = *vt->columns[f->idx];
    return true;
}

static bool back(void *ctx, const struct feel_register *reg, const struct feel_member *mem, struct feel_back *out)
{
    const struct roster_vectors *v = ctx;
    const struct pack_register *r = reg->host;
    const struct roster_table *t = v->r->tables[r->idx];
    if (t == NULL || mem->slot < r->fields_count || mem->slot - r->fields_count >= r->backs_count) return false;
    const struct roster_back *b = &t->backs[mem->slot - r->fields_count];
    if (b->start == NULL) return false;
    *out = (struct feel_back){.from = &b->from->reg->feel, .start = b->start, .rows = b->rows};
    return true;
}

static bool rows(void *ctx, const struct feel_register *reg, uint32_t *n, const uint64_t **gone)
{
    const struct roster_vectors *v = ctx;
    const struct pack_register *r = reg->host;
    const struct roster_table *t = v->r->tables[r->idx];
    if (t == NULL) return false;
    *n = t->rows;
    *gone = t->gone;
    return true;
}

static const struct feel_columns vector_columns = {.column = column, .back = back, .rows = rows};

/* ---- the door ---- */

enum rc roster_vectors_open(struct roster *r, day_num today, struct roster_vectors **out, struct err *err)
{
    roster_check(r);
    *out = NULL;
    struct roster_vectors *v = calloc(1, sizeof *v);
    if (v == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    v->magic = VECTORS_MAGIC;
    v->r = r;
    v->today = today;
    v->threads = 1;
    hand_open(v, r);
    v->tables = arena_array(&v->hand[0].a, struct vector_table, r->set->registers_count + 1);
    const struct text_list *texts = __atomic_load_n(&r->home->texts.list, __ATOMIC_ACQUIRE);
    v->pieces = texts == NULL ? NULL : texts->chunks;
    *out = v;
    return RC_OK;
}

void roster_vectors_close(struct roster_vectors **vp)
{
    struct roster_vectors *v = *vp;
    if (v == NULL) return;
    MAGIC_CHECK(v, VECTORS_MAGIC);
    for (uint32_t i = 0; i < v->hands; i++) {
        arena_fini(&v->hand[i].scratch);
        arena_fini(&v->hand[i].a);
        if (i > 0) roster_free(&v->hand[i].r);
    }
    v->magic = 0;
    free(v);
    *vp = NULL;
}

void roster_vectors_threads(struct roster_vectors *v, uint32_t threads)
{
    MAGIC_CHECK(v, VECTORS_MAGIC);
    MUST(threads >= 1 && threads <= CREW_MAX);
    v->threads = threads;
}

struct feel_vector *roster_vectors_program(struct roster_vectors *v, const struct feel_program *p, const struct pack_register *self, const struct pack_register *pair,
                                           struct feel_why *why)
{
    MAGIC_CHECK(v, VECTORS_MAGIC);
    struct feel_vector_options o = {.columns = &vector_columns, .columns_ctx = v, .self = &self->feel, .pair = pair == NULL ? NULL : &pair->feel, .host = v->hand[0].host, .host_ctx = v->hand[0].host_ctx,
                                    .today = v->today, .zone = v->r->set->zone};
    struct feel_vector *made = v->rc == RC_OK ? feel_vector_make(&v->hand[0].a, p, &o, why) : NULL;
    return v->rc == RC_OK ? made : NULL;
}

uint32_t roster_places(const struct roster *r, const struct pack_register *reg, const uint64_t **gone)
{
    roster_check(r);
    const struct roster_table *t = r->tables[reg->idx];
    *gone = t == NULL ? NULL : t->gone;
    return t == NULL ? 0 : t->rows;
}

bool roster_ids_run(const struct roster *r, const struct pack_register *reg, int64_t *first)
{
    const struct roster_table *t = r->tables[reg->idx];
    *first = t == NULL ? 0 : t->first_id;
    return t != NULL && t->ids == NULL && t->deltas == NULL;
}

int64_t roster_id_at(const struct roster *r, const struct pack_register *reg, uint32_t place) { return roster_id(r->tables[reg->idx], place); }
