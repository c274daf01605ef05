/*
 * roster_forget.c - which derived values no longer hold after a follow.
 *
 * A value of D at row x was worked out by going from x over refs and lists that D's program names, to fields that it reads.  So it can
 * only have changed where one of the records on the way changed, and x is found by going back from every changed record over the same refs and
 * lists, as they are now and (for records that changed themselves) as they were.  That ignores in which order the program goes, and
 * finds too many rather than too few.  Where it would be very many, or the way back is not known (all records of a register, refs that are derived
 * themselves), everything that D came to is forgotten.
 */
#include "record/roster_follow.h"

enum { DIRT_PART = 8, DIRT_MIN = 256 };

/* Rows, each once, in the order in which they came; beyond most: all of them. */
struct rows {
    struct row_list list;
    uint32_t *slots; /* row + 1, open addressing */
    uint32_t slots_count, most;
    bool all;
};

static bool rows_has(const struct rows *s, uint32_t row)
{
    if (s->all) return true;
    if (s->slots_count == 0) return false;
    uint32_t h = row * 0x9E3779B1u;
    for (h &= s->slots_count - 1; s->slots[h] != 0; h = (h + 1) & (s->slots_count - 1))
        if (s->slots[h] == row + 1) return true;
    return false;
}

static void slot_add(struct rows *s, uint32_t row)
{
    uint32_t h = (row * 0x9E3779B1u) & (s->slots_count - 1);
    while (s->slots[h] != 0) h = (h + 1) & (s->slots_count - 1);
    s->slots[h] = row + 1;
}

static void rows_add(struct arena *a, struct rows *s, uint32_t row)
{
    if (rows_has(s, row)) return;
    if (s->list.len >= s->most) {
        s->all = true;
        return;
    }
    if (s->list.len * 2 >= s->slots_count) {
        s->slots_count = s->slots_count == 0 ? 64 : s->slots_count * 2;
        s->slots = arena_array(a, uint32_t, s->slots_count);
        for (size_t i = 0; i < s->list.len; i++) slot_add(s, s->list.at[i]);
    }
    slot_add(s, row);
    vec_push(a, &s->list, row);
}

/* ---- what a program reads ---- */

struct member_read { const struct pack_register *reg; uint32_t slot; };

struct program_reads {
    struct arena *a;
    VEC(struct member_read) members;
    VEC(const struct pack_register *) whole;   /* all records of it */
    VEC(const struct pack_register *) touched; /* records of it are at hand, and may be displayed */
    VEC(const struct feel_function *) functions;
};

static void touch(struct program_reads *p, const struct pack_register *reg)
{
    for (size_t i = 0; i < p->touched.len; i++)
        if (p->touched.at[i] == reg) return;
    vec_push(p->a, &p->touched, reg);
}

static void read_member(struct program_reads *p, const struct pack_register *reg, uint32_t slot)
{
    for (size_t i = 0; i < p->members.len; i++)
        if (p->members.at[i].reg == reg && p->members.at[i].slot == slot) return;
    vec_push(p->a, &p->members, (struct member_read){reg, slot});
    touch(p, reg);
    if (slot >= reg->fields_count) touch(p, reg->backs[slot - reg->fields_count].from);
    else if (reg->fields[slot].ref != NULL) touch(p, reg->fields[slot].ref);
}

static bool read_node(void *ctx, const struct feel_node *n)
{
    struct program_reads *p = ctx;
    if (n->op == FEEL_MEMBER && n->reg != NULL && n->member != NULL) read_member(p, n->reg->host, n->member->slot);
    if (n->op == FEEL_ALL) {
        const struct feel_type *t = n->type;
        while (t != NULL && t->kind == FT_LIST) t = t->item;
        const struct feel_register *reg = n->reg != NULL ? n->reg : t != NULL && t->kind == FT_RECORD ? t->reg : NULL;
        if (reg != NULL) vec_push(p->a, &p->whole, reg->host);
    }
    if (n->op == FEEL_CALL_NAMED && n->ref != NULL && n->ref->fn != NULL && n->ref->fn->body != NULL) {
        for (size_t i = 0; i < p->functions.len; i++)
            if (p->functions.at[i] == n->ref->fn) return true;
        vec_push(p->a, &p->functions, n->ref->fn);
        feel_each_node(n->ref->fn->body->root, read_node, p);
    }
    return true;
}

static void read_program(struct program_reads *p, const struct feel_program *program)
{
    if (program != NULL) feel_each_node(program->root, read_node, p);
}

/* ---- going back ---- */

enum dirt_state { DIRT_UNKNOWN, DIRT_WORKING, DIRT_DONE };
struct dirt { enum dirt_state state; struct rows rows; };

struct forgetting {
    struct follow *f;
    struct dirt **dirts; /* by reg->idx, then field->idx */
};

/* One derived field: rows of each register from which it is gone back. */
struct search_back {
    struct forgetting *g;
    struct program_reads reads;
    struct rows **sets; /* by reg->idx */
    bool all;
};

static struct rows *set_of(struct search_back *s, const struct pack_register *reg)
{
    if (s->sets[reg->idx] == NULL) {
        s->sets[reg->idx] = arena_new(s->g->f->a, struct rows);
        s->sets[reg->idx]->most = s->g->f->tables[reg->idx]->now->rows_all / DIRT_PART + DIRT_MIN;
    }
    return s->sets[reg->idx];
}

static void add(struct search_back *s, const struct pack_register *reg, uint32_t row)
{
    struct rows *set = set_of(s, reg);
    rows_add(s->g->f->a, set, row);
    s->all = s->all || set->all;
}

static void add_list(struct search_back *s, const struct pack_register *reg, const struct row_list *rows)
{
    for (size_t i = 0; i < rows->len && !s->all; i++) add(s, reg, rows->at[i]);
}

static bool field_changed(const struct follow_table *t, uint32_t idx) { return (t->fields[idx / 64] >> (idx % 64) & 1) != 0; }

static const struct rows *dirt_of(struct forgetting *g, const struct pack_register *reg, const struct pack_field *f);

static void seed(struct search_back *s)
{
    struct follow *f = s->g->f;
    for (size_t i = 0; i < s->reads.whole.len && !s->all; i++) {
        const struct follow_table *t = f->tables[s->reads.whole.at[i]->idx];
        s->all = t != NULL && t->any;
    }
    for (size_t i = 0; i < s->reads.members.len && !s->all; i++) {
        struct member_read m = s->reads.members.at[i];
        const struct follow_table *t = f->tables[m.reg->idx];
        if (t == NULL) continue;
        if (m.slot >= m.reg->fields_count) {
            const struct pack_back *b = &m.reg->backs[m.slot - m.reg->fields_count];
            const struct follow_table *from = f->tables[b->from->idx];
            if (from != NULL && (from->came_or_went || field_changed(from, b->field->idx))) add_list(s, b->from, &from->rows);
        } else if (m.reg->fields[m.slot].derive != NULL) {
            const struct rows *d = dirt_of(s->g, m.reg, &m.reg->fields[m.slot]);
            if (d->all) s->all = true;
            else add_list(s, m.reg, &d->list);
        } else if (field_changed(t, m.slot)) {
            add_list(s, m.reg, &t->rows);
        }
    }
}

static const struct roster_back *list_by(const struct roster_table *target, const struct pack_field *ref)
{
    for (uint32_t i = 0; i < target->reg->backs_count; i++)
        if (target->reg->backs[i].field == ref && target->backs[i].start != NULL) return &target->backs[i];
    return NULL;
}

/* Records whose ref leads to one of the set: by the list, which lacks closed ones; or by looking at every row. */
static void over_ref(struct search_back *s, const struct pack_register *reg, const struct roster_column *c, size_t from)
{
    const struct rows *to = set_of(s, c->field->ref);
    const struct roster_table *t = s->g->f->tables[reg->idx]->now;
    const struct roster_back *b = list_by(c->target, c->field);
    for (size_t i = from; b != NULL && i < to->list.len && !s->all; i++)
        for (uint32_t k = b->start[to->list.at[i]]; k < b->start[to->list.at[i] + 1] && !s->all; k++) add(s, reg, b->rows[k]);
    if (b != NULL && t->gone == NULL && t->rows == t->rows_all) return;
    for (uint32_t row = b != NULL && t->gone == NULL ? t->rows : 0; row < t->rows_all && !s->all; row++) {
        int64_t cell;
        if (b != NULL && roster_is_open(t, row)) continue;
        if (roster_get(c, row, &cell) && rows_has(to, (uint32_t)cell)) add(s, reg, row);
    }
}

/* The record on whose list a row stands, and stood. */
static void over_list(struct search_back *s, const struct pack_back *b, size_t from)
{
    const struct follow_table *t = s->g->f->tables[b->from->idx];
    const struct rows *rows = set_of(s, b->from);
    const struct roster_column *now = t->now->columns[b->field->idx], *old = t->old->columns[b->field->idx];
    for (size_t i = from; i < rows->list.len && !s->all; i++) {
        uint32_t row = rows->list.at[i];
        int64_t cell;
        if (roster_get(now, row, &cell)) add(s, b->field->ref, (uint32_t)cell);
        if (row < t->old->rows_all && roster_get(old, row, &cell)) add(s, b->field->ref, (uint32_t)cell);
    }
}

static void go_back(struct search_back *s)
{
    struct follow *f = s->g->f;
    size_t n = s->reads.members.len;
    size_t *done = arena_array(f->a, size_t, n + 1);
    for (bool more = true; more && !s->all;) {
        more = false;
        for (size_t i = 0; i < n && !s->all; i++) {
            struct member_read m = s->reads.members.at[i];
            const struct pack_field *field = m.slot < m.reg->fields_count ? &m.reg->fields[m.slot] : NULL;
            const struct pack_register *via = field == NULL ? m.reg->backs[m.slot - m.reg->fields_count].from : field->ref;
            if (via == NULL || f->tables[via->idx] == NULL || f->tables[m.reg->idx] == NULL || s->sets[via->idx] == NULL) continue;
            size_t from = done[i];
            done[i] = s->sets[via->idx]->list.len;
            if (from == done[i]) continue;
            more = true;
            if (field == NULL) {
                over_list(s, &m.reg->backs[m.slot - m.reg->fields_count], from);
            } else if (field->derive != NULL) {
                s->all = true;
            } else if (f->tables[m.reg->idx]->now->columns[m.slot] != NULL) {
                over_ref(s, m.reg, f->tables[m.reg->idx]->now->columns[m.slot], from);
            }
        }
    }
}

static void find_dirt(struct forgetting *g, const struct pack_register *reg, const struct pack_field *field, struct dirt *d)
{
    struct follow *f = g->f;
    const struct follow_table *t = f->tables[reg->idx];
    struct search_back s = {.g = g, .reads = {.a = f->a}};
    s.sets = arena_array(f->a, struct rows *, f->r->set->registers_count + 1);
    read_program(&s.reads, field->derive);
    read_program(&s.reads, field->otherwise);
    for (size_t i = 0; i < s.reads.touched.len; i++) { /* the list grows as displays touch others */
        const struct pack_register *r = s.reads.touched.at[i];
        if (f->tables[r->idx] == NULL) continue;
        read_program(&s.reads, r->display);
        if (r->key != NULL) read_member(&s.reads, r, r->key->idx);
    }
    for (uint32_t row = t->old->rows_all; row < t->now->rows_all && !s.all; row++) add(&s, reg, row);
    if (!s.all) seed(&s);
    if (!s.all) go_back(&s);
    bool circle = d->rows.all;
    d->rows = *set_of(&s, reg);
    d->rows.all = d->rows.all || s.all || circle;
    d->state = DIRT_DONE;
}

static const struct rows *dirt_of(struct forgetting *g, const struct pack_register *reg, const struct pack_field *f)
{
    struct dirt *d = &g->dirts[reg->idx][f->idx];
    if (d->state == DIRT_WORKING) d->rows.all = true; /* a display that comes back to its own field: no value may be kept */
    if (d->state == DIRT_UNKNOWN) {
        d->state = DIRT_WORKING;
        find_dirt(g, reg, f, d);
    }
    return &d->rows;
}

static int by_row(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

enum rc forget(struct follow *f, struct err *err)
{
    (void)err;
    struct forgetting g = {.f = f};
    uint32_t n = f->r->set->registers_count;
    g.dirts = arena_array(f->a, struct dirt *, n + 1);
    for (uint32_t i = 0; i < n; i++)
        if (f->tables[i] != NULL) g.dirts[i] = arena_array(f->a, struct dirt, f->tables[i]->now->reg->fields_count + 1);
    for (uint32_t i = 0; i < n; i++) {
        struct follow_table *t = f->tables[i];
        for (uint32_t k = 0; t != NULL && k < t->now->reg->fields_count; k++) {
            struct roster_memo *now = t->now->memos[k], *old = t->old->memos[k];
            if (now == NULL || __atomic_load_n(&old->sets, __ATOMIC_ACQUIRE) == NULL) continue;
            const struct rows *d = dirt_of(&g, t->now->reg, now->field);
            if (d->all) continue;
            uint32_t *rows = arena_array(f->a, uint32_t, d->list.len + 1);
            if (d->list.len > 0) memcpy(rows, d->list.at, d->list.len * sizeof *rows);
            if (d->list.len > 1) qsort(rows, d->list.len, sizeof *rows, by_row);
            roster_memo_carry(f->r, now, old, t->now->rows_all, rows, d->list.len);
        }
    }
    return RC_OK;
}
