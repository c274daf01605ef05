/*
 * vector.c - a block of records at once.  where and when give two bit sets each; the verdicts are what eval.c makes of one record, said of 64
 * at a time.  Rows that columns cannot answer for are decided one by one, as are rules that columns cannot take.
 */
#include "rule/rule_inner.h"

enum { WORDS = RULE_BLOCK / 64 };

static bool columns_open(struct bench *b)
{
    struct err err;
    err_clear(&err);
    if (b->columns != NULL) return true;
    if (b->lender == NULL && roster_vectors_open(b->roster, b->today, &b->vectors, &err) != RC_OK) return false;
    if (b->vectors != NULL) roster_vectors_threads(b->vectors, b->threads);
    b->columns = calloc(b->set->rules_count + 1, sizeof *b->columns);
    return b->columns != NULL;
}

static struct rule_columns *columns_of(struct bench *b, const struct pack_rule *rule)
{
    if (!columns_open(b)) return NULL;
    struct rule_columns *c = &b->columns[rule->idx];
    if (c->tried) return c;
    struct feel_why why;
    c->tried = true;
    if (b->lender != NULL) {
        const struct rule_columns *of = b->lender->columns == NULL ? NULL : &b->lender->columns[rule->idx];
        MUST(of == NULL || of->tried);
        c->when = of == NULL ? NULL : of->when;
        c->where = of == NULL ? NULL : of->where;
    } else {
        c->when = roster_vectors_program(b->vectors, rule->when, rule->over, rule->each, &why);
        if (c->when != NULL && rule->where != NULL) c->where = roster_vectors_program(b->vectors, rule->where, rule->over, rule->each, &why);
    }
    c->taken = c->when != NULL && (rule->where == NULL || c->where != NULL);
    if (!c->taken) return c;
    c->when_room = feel_vector_room_make(c->when);
    c->where_room = c->where == NULL ? NULL : feel_vector_room_make(c->where);
    c->taken = c->when_room != NULL && (c->where == NULL || c->where_room != NULL);
    if (c->when_room != NULL) feel_vector_room_steps(c->when_room, b->steps);
    if (c->where_room != NULL) feel_vector_room_steps(c->where_room, b->steps);
    return c;
}

void rule_prepare(struct bench *b, const struct pack_rule *rule, uint32_t depth)
{
    if (depth > RULE_EXCEPT_MAX || b->by_rows) return;
    (void)columns_of(b, rule);
    for (uint32_t i = 0; i < rule->excepted_by_count; i++)
        if (rule->excepted_by[i]->over == rule->over) rule_prepare(b, rule->excepted_by[i], depth + 1);
}

void bench_columns_free(struct bench *b)
{
    for (uint32_t i = 0; b->columns != NULL && i < b->set->rules_count; i++) {
        feel_vector_room_free(&b->columns[i].when_room);
        feel_vector_room_free(&b->columns[i].where_room);
    }
    free(b->columns);
    b->columns = NULL;
    roster_vectors_close(&b->vectors);
}

static void put(struct rule_bits *out, uint32_t i, enum verdict v)
{
    uint64_t bit = UINT64_C(1) << (i & 63);
    switch (v) {
    case VERDICT_OUT: out->out[i >> 6] |= bit; break;
    case VERDICT_NO: break;
    case VERDICT_HOLDS: out->holds[i >> 6] |= bit; break;
    case VERDICT_EXCEPTED: out->excepted[i >> 6] |= bit; break;
    case VERDICT_UNDETERMINED: out->unsure[i >> 6] |= bit; break;
    }
}

/* One by one: the rows of sel. */
static enum rc by_rows(struct bench *b, const struct pack_rule *rule, uint32_t from, const uint64_t *sel, uint32_t depth, struct rule_bits *out, struct err *err)
{
    struct arena_mark mark = arena_mark(&b->arena);
    for (uint32_t w = 0; w < WORDS; w++)
        for (uint64_t left = sel[w]; left != 0; left &= left - 1) {
            uint32_t i = w * 64 + (uint32_t)__builtin_ctzll(left);
            int64_t id = roster_id_at(b->roster, rule->over, from + i);
            struct ruling r;
            bench_aim(b, rule, (uint64_t)id);
            enum rc rc = rule_decide(b, rule, depth, &r, err);
            if (rc == RC_LIMIT && err != NULL) return rule_limit_named(b, rule, id, err);
            if (rc != RC_OK) return rc;
            put(out, i, r.verdict);
            if (b->arena.used != mark.used) arena_reset(&b->arena, mark);
        }
    return RC_OK;
}

/* The rows of sel by columns.  Those for which columns cannot say are added to wild. */
static enum rc by_columns(struct bench *b, const struct pack_rule *rule, uint32_t from, uint32_t n, const uint64_t *sel, uint32_t depth, struct rule_bits *out,
                          uint64_t *wild, struct err *err)
{
    const struct rule_columns *c = columns_of(b, rule);
    uint64_t yes[WORDS], null[WORDS], rest[WORDS], strays[WORDS] = {0}, any = 0;
    uint32_t words = (n + 63) / 64;
    memset(out, 0, sizeof *out);
    if (depth >= RULE_EXCEPT_MAX) return err_set(err, &E_rule_depth, NO_PLACE, rule->d.name, STR("16"));
    if (c == NULL || !c->taken) return by_rows(b, rule, from, sel, depth, out, err);
    if (rule->each != NULL) {
        feel_vector_room_pair(c->when_room, b->pair);
        if (c->where != NULL) feel_vector_room_pair(c->where_room, b->pair);
    }
    for (uint32_t w = 0; w < WORDS; w++) {
        yes[w] = rest[w] = sel[w];
        null[w] = 0;
    }
    if (c->where != NULL) {
        struct feel_vector_out o;
        TRY(feel_vector_run(c->where, c->where_room, from, n, sel, &o, err));
        for (uint32_t w = 0; w < words; w++) {
            uint64_t no = sel[w] & o.valid[w] & ~o.yes[w];
            strays[w] |= o.wild[w] & sel[w];
            out->out[w] = no;
            yes[w] = sel[w] & o.yes[w];
            null[w] = sel[w] & ~o.valid[w];
            rest[w] = sel[w] & ~no;
        }
    }
    for (uint32_t w = 0; w < words; w++) any |= rest[w];
    if (any != 0) {
        struct feel_vector_out o;
        TRY(feel_vector_run(c->when, c->when_room, from, n, rest, &o, err));
        for (uint32_t w = 0; w < words; w++) {
            uint64_t no = rest[w] & o.valid[w] & ~o.yes[w], unsure = rest[w] & ~no & (null[w] | ~o.valid[w]);
            strays[w] |= o.wild[w] & rest[w];
            out->holds[w] = yes[w] & rest[w] & o.yes[w] & o.valid[w];
            out->unsure[w] = rule->missing_ignore ? 0 : unsure;
        }
    }
    for (uint32_t w = 0; w < words; w++) {
        wild[w] |= strays[w];
        out->holds[w] &= ~strays[w];
        out->unsure[w] &= ~strays[w];
        out->out[w] &= ~strays[w];
    }
    if (rule->excepted_by_count == 0) return RC_OK;
    uint64_t excepted[WORDS] = {0}, open[WORDS] = {0}, some = 0;
    for (uint32_t w = 0; w < words; w++) some |= out->holds[w];
    for (uint32_t i = 0; i < rule->excepted_by_count && some != 0; i++) {
        const struct pack_rule *x = rule->excepted_by[i];
        if (x->over != rule->over) continue;
        struct rule_bits inner;
        TRY(by_columns(b, x, from, n, out->holds, depth + 1, &inner, wild, err));
        for (uint32_t w = 0; w < words; w++) {
            excepted[w] |= inner.holds[w];
            open[w] |= inner.unsure[w];
        }
    }
    for (uint32_t w = 0; w < words; w++) {
        out->excepted[w] = excepted[w];
        out->unsure[w] |= open[w] & ~excepted[w];
        out->holds[w] &= ~excepted[w] & ~open[w];
    }
    return RC_OK;
}

enum rc rule_block(struct bench *b, const struct pack_rule *rule, uint32_t from, uint32_t n, struct rule_bits *out, struct err *err)
{
    const uint64_t *gone;
    uint64_t sel[WORDS] = {0}, wild[WORDS] = {0}, strays = 0;
    MUST(n <= RULE_BLOCK && from + n <= roster_places(b->roster, rule->over, &gone));
    for (uint32_t w = 0; w * 64 < n; w++) sel[w] = n - w * 64 >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << (n - w * 64)) - 1;
    for (uint32_t i = 0; gone != NULL && i < n; i++)
        if ((gone[(from + i) >> 6] >> ((from + i) & 63) & 1) != 0) sel[i >> 6] &= ~(UINT64_C(1) << (i & 63));
    memset(out, 0, sizeof *out);
    if (b->by_rows) return by_rows(b, rule, from, sel, 0, out, err);
    TRY(by_columns(b, rule, from, n, sel, 0, out, wild, err));
    for (uint32_t w = 0; w < WORDS; w++) strays |= wild[w];
    if (strays == 0) return RC_OK;
    for (uint32_t w = 0; w < WORDS; w++) {
        out->out[w] &= ~wild[w];
        out->holds[w] &= ~wild[w];
        out->excepted[w] &= ~wild[w];
        out->unsure[w] &= ~wild[w];
    }
    return by_rows(b, rule, from, wild, 0, out, err);
}
