/*
 * table.c - decision tables (DMN 8): the body of a function that is written in rows.
 * A row holds where each of its tests does, by the three-valued `and`: one false test settles it, whatever is blank beside it.
 * A row of which nobody can say makes the answer null only where the answer hangs on it.
 */
#include "feel/table.h"

/* ---- making ---- */

static const struct feel_type *answer_type(struct arena *a, const struct feel_table *t)
{
    if (t->outs_count == 1) return t->outs[0].type;
    struct feel_type *c = arena_new(a, struct feel_type);
    *c = (struct feel_type){.kind = FT_CONTEXT, .members = t->outs, .members_count = t->outs_count};
    return c;
}

const struct feel_type *feel_table_type(struct arena *a, const struct feel_table *t)
{
    if (t->hit == FEEL_HIT_COUNT) return &feel_number;
    return t->hit == FEEL_HIT_COLLECT ? feel_list_of(a, answer_type(a, t)) : answer_type(a, t);
}

static void take(struct inode *n, struct feel_program *p, const struct feel_program *cell)
{
    if (cell == NULL) return;
    n->n.kids[n->n.kids_count++] = (struct feel_node *)(uintptr_t)cell->root;
    if (cell->locals > p->locals) p->locals = cell->locals;
    p->daily = p->daily || cell->daily;
}

struct feel_program *feel_table_program(struct arena *a, const struct feel_table *t, struct place at)
{
    struct feel_program *p = arena_new(a, struct feel_program);
    *p = (struct feel_program){.text = t->title, .mode = FEEL_PACK, .type = feel_table_type(a, t), .may_be_null = true, .at = at};
    uint32_t width = t->ins_count + t->outs_count;
    struct inode *n = node_make(a, FEEL_TABLE, (struct place){.file = at.file, .line = at.line, .col = at.col, .len = (uint32_t)t->title.len},
                                t->rows_count * width);
    n->n.kids_count = 0; /* cells without an expression are left out */
    n->n.name = t->title;
    n->n.type = p->type;
    n->n.may_be_null = true;
    n->set = t;
    n->fn = ev_table;
    for (uint32_t r = 0; r < t->rows_count; r++) {
        for (uint32_t i = 0; i < t->ins_count; i++) take(n, p, t->rows[r].tests[i]);
        for (uint32_t i = 0; i < t->outs_count; i++) take(n, p, t->rows[r].outs[i]);
    }
    p->root = &n->n;
    return p;
}

/* ---- running ---- */

static const struct inode *root_of(const struct feel_program *p) { return (const struct inode *)(const void *)p->root; }

/* 1, 0, -1: nobody knows (*why); -2: the run stops. */
static int row_holds(struct ev *e, const struct feel_table *t, const struct feel_table_row *row, struct fv *vars, struct fv *why)
{
    int answer = 1;
    for (uint32_t i = 0; i < t->ins_count; i++) {
        struct fv v;
        if (row->tests[i] == NULL) continue;
        vars[t->ins_count] = vars[i];
        if (!ev_node(e, root_of(row->tests[i]), &v)) return -2;
        if (v.kind == FV_BOOL && !v.b) return 0;
        if (v.kind == FV_BOOL || answer < 0) continue;
        answer = -1;
        *why = v;
    }
    return answer;
}

bool table_pick(struct ev *e, const struct inode *n, struct table_pick *p)
{
    const struct feel_table *t = table_of(n);
    *p = (struct table_pick){.unsure = UINT32_MAX, .why = fv_null()};
    p->hits = ev_alloc(e, n, ((size_t)t->rows_count + 1) * sizeof *p->hits);
    struct fv *vars = ev_alloc(e, n, ((size_t)t->ins_count + 1) * sizeof *vars);
    if (p->hits == NULL || vars == NULL) return false;
    for (uint32_t i = 0; i < t->ins_count; i++) vars[i] = i < e->vars_count ? e->vars[i] : fv_null();
    struct ev in = *e;
    in.vars = vars;
    in.vars_count = t->ins_count + 1;
    bool ok = true;
    for (uint32_t r = 0; r < t->rows_count && ok; r++) {
        struct fv why = fv_null();
        int holds = row_holds(&in, t, &t->rows[r], vars, &why);
        ok = holds != -2;
        if (holds == 1) p->hits[p->hits_count++] = r;
        if (holds == -1 && p->unsure == UINT32_MAX) {
            p->unsure = r;
            p->why = why;
        }
        if (t->hit == FEEL_HIT_FIRST && holds != 0) break;
    }
    e->steps = in.steps;
    e->rc = in.rc;
    return ok;
}

static bool row_answer(struct ev *e, const struct inode *n, uint32_t row, struct fv *out)
{
    const struct feel_table *t = table_of(n);
    const struct feel_table_row *r = &t->rows[row];
    if (t->outs_count == 1) return ev_node(e, root_of(r->outs[0]), out);
    struct fv_entry *entries = ev_alloc(e, n, (size_t)t->outs_count * sizeof *entries);
    if (entries == NULL) return false;
    for (uint32_t i = 0; i < t->outs_count; i++) {
        entries[i].key = t->outs[i].title;
        if (!ev_node(e, root_of(r->outs[i]), &entries[i].value)) return false;
    }
    *out = (struct fv){.kind = FV_CONTEXT, .count = t->outs_count, .entries = entries};
    return true;
}

static bool none(struct ev *e, const struct inode *n, const struct table_pick *p, struct fv *out)
{
    if (p->unsure != UINT32_MAX) return ev_null_from(n, &p->why, out);
    return ev_null(e, n, out, &E_feel_c_table_none, n->n.name, STR_NONE, STR_NONE);
}

static bool many(struct ev *e, const struct inode *n, const struct table_pick *p, uint32_t other, struct fv *out)
{
    if (!ev_room(e, n, 256)) return false;
    return ev_null(e, n, out, &E_feel_c_table_many, n->n.name, str_u64(e->a, p->hits[0] + 1u), str_u64(e->a, p->hits[other] + 1u));
}

/* Ranked tables rank; in others the earlier item comes first. */
static int64_t priority_of(const struct fv *v)
{
    if (v->kind == FV_CONTEXT && v->count > 0) v = &v->entries[0].value;
    if (v->kind != FV_CODE) return INT64_MIN;
    return v->codes->ordered && !v->codes->high_first ? (int64_t)v->code : -(int64_t)v->code;
}

static bool add_up(struct ev *e, const struct inode *n, enum feel_hit hit, struct fv *sum, const struct fv *v, bool first)
{
    int order = 0;
    if (v->kind == FV_NULL) return ev_null_from(n, v, sum);
    if (first) {
        *sum = *v;
        return true;
    }
    if (hit == FEEL_HIT_SUM) return ev_arith(e, n, FEEL_ADD, sum, v, sum);
    if (!fv_compare(v, sum, &order)) return ev_null(e, n, sum, &E_feel_c_compare, kind_text((enum fv_kind)v->kind, LANG_ZH), kind_text((enum fv_kind)sum->kind, LANG_ZH), STR_NONE);
    if (hit == FEEL_HIT_MIN ? order < 0 : order > 0) *sum = *v;
    return true;
}

/* Answers that are made of all rows that hold: one of which nobody can say leaves them open. */
static bool of_all(struct ev *e, const struct inode *n, const struct table_pick *p, struct fv *out)
{
    enum feel_hit hit = table_of(n)->hit;
    struct fv_vec list = {0};
    if (p->unsure != UINT32_MAX) return ev_null_from(n, &p->why, out);
    if (hit == FEEL_HIT_COUNT) {
        *out = fv_i64((int64_t)p->hits_count);
        return true;
    }
    if (hit != FEEL_HIT_COLLECT && p->hits_count == 0) return none(e, n, p, out);
    for (uint32_t i = 0; i < p->hits_count; i++) {
        struct fv v;
        if (!row_answer(e, n, p->hits[i], &v)) return false;
        if (hit == FEEL_HIT_COLLECT) {
            if (!vec_add(e, n, &list, &v)) return false;
        } else {
            if (!add_up(e, n, hit, out, &v, i == 0)) return false;
            if (out->kind == FV_NULL) return true;
        }
    }
    if (hit == FEEL_HIT_COLLECT) *out = vec_list(&list);
    return true;
}

static bool best_of(struct ev *e, const struct inode *n, const struct table_pick *p, struct fv *out)
{
    if (p->unsure != UINT32_MAX || p->hits_count == 0) return none(e, n, p, out);
    for (uint32_t i = 0; i < p->hits_count; i++) {
        struct fv v;
        if (!row_answer(e, n, p->hits[i], &v)) return false;
        if (i == 0 || priority_of(&v) > priority_of(out)) *out = v;
    }
    return true;
}

bool ev_table(struct ev *e, const struct inode *n, struct fv *out)
{
    struct table_pick p;
    if (!table_pick(e, n, &p)) return false;
    switch (table_of(n)->hit) {
    case FEEL_HIT_UNIQUE:
        if (p.hits_count > 1) return many(e, n, &p, 1, out);
        return p.hits_count == 0 ? none(e, n, &p, out) : row_answer(e, n, p.hits[0], out);
    case FEEL_HIT_FIRST: return p.hits_count == 0 ? none(e, n, &p, out) : row_answer(e, n, p.hits[0], out);
    case FEEL_HIT_ANY:
        if (p.hits_count == 0) return none(e, n, &p, out);
        if (!row_answer(e, n, p.hits[0], out)) return false;
        for (uint32_t i = 1; i < p.hits_count; i++) {
            struct fv v;
            if (!row_answer(e, n, p.hits[i], &v)) return false;
            if (fv_equal(&v, out) != 1) return many(e, n, &p, i, out);
        }
        return true;
    case FEEL_HIT_PRIORITY: return best_of(e, n, &p, out);
    case FEEL_HIT_COLLECT: case FEEL_HIT_SUM: case FEEL_HIT_MIN: case FEEL_HIT_MAX: case FEEL_HIT_COUNT: break;
    }
    return of_all(e, n, &p, out);
}
