/*
 * table.c - decision tables (DMN 8): rows of tests and answers, all hit policies, for handbooks and for models.
 * A row holds where each of its tests does, by the three-valued `and`: one false test settles it, whatever is blank beside it.
 * In packs a row of which nobody can say makes the answer null only where the answer hangs on it; in models it does not hold.
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
    bool list = t->hit == FEEL_HIT_COLLECT || t->hit == FEEL_HIT_RULE_ORDER || t->hit == FEEL_HIT_OUTPUT_ORDER;
    return list ? feel_list_of(a, answer_type(a, t)) : answer_type(a, t);
}

/* The cells stand below the table's node for those who walk the tree. */
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
    *p = (struct feel_program){.text = t->title, .mode = t->mode, .type = feel_table_type(a, t), .may_be_null = true, .at = at};
    struct inode *n = node_make(a, FEEL_TABLE, (struct place){.file = at.file, .line = at.line, .col = at.col, .len = (uint32_t)t->title.len},
                                t->rows_count * (t->ins_count + t->outs_count) + 2 * t->ins_count + 3 * t->outs_count);
    n->n.kids_count = 0; /* cells without an expression are left out */
    n->n.name = t->title;
    n->n.type = p->type;
    n->n.may_be_null = true;
    n->set = t;
    n->fn = ev_table;
    for (uint32_t i = 0; t->in != NULL && i < t->ins_count; i++) {
        take(n, p, t->in[i].value);
        take(n, p, t->in[i].allowed);
    }
    for (uint32_t r = 0; r < t->rows_count; r++) {
        for (uint32_t i = 0; i < t->ins_count; i++) take(n, p, t->rows[r].tests[i]);
        for (uint32_t i = 0; i < t->outs_count; i++) take(n, p, t->rows[r].outs[i]);
    }
    for (uint32_t i = 0; t->out != NULL && i < t->outs_count; i++) {
        take(n, p, t->out[i].allowed);
        take(n, p, t->out[i].order);
        take(n, p, t->out[i].other);
    }
    p->root = &n->n;
    return p;
}

/* ---- which rows hold ---- */

static const struct inode *root_of(const struct feel_program *p) { return (const struct inode *)(const void *)p->root; }

/* Tests of one value, which `?` is: 1, 0, -1: nobody knows (*why); -2: the run stops. */
static int passes(struct ev *e, const struct table_pick *p, const struct feel_table *t, const struct feel_program *tests, const struct fv *value, struct fv *why)
{
    struct ev in = *e;
    struct fv v;
    in.vars = p->vars;
    in.vars_count = p->vars_count;
    p->vars[t->input_slot] = *value;
    bool ok = ev_node(&in, root_of(tests), &v);
    e->steps = in.steps;
    e->rc = in.rc;
    if (!ok) return -2;
    if (v.kind == FV_BOOL) return v.b;
    *why = v;
    return t->mode == FEEL_PACK ? -1 : 0;
}

static bool fit(struct ev *e, const struct feel_table *t, const struct feel_member *column, struct fv *v, bool *fits)
{
    *fits = true;
    if (t->fit == NULL || v->kind == FV_NULL) return true;
    struct feel_run run = *e->run;
    run.steps_left = e->steps == 0 ? 1 : e->steps;
    run.depth = e->depth;
    enum rc rc = t->fit(&run, column, v, fits, e->err);
    e->steps = run.steps_left;
    if (rc != RC_OK) e->rc = rc;
    return rc == RC_OK;
}

/* What the table is asked about.  An input that it does not take ends the matter: p->outside, p->why. */
static bool take_inputs(struct ev *e, const struct inode *n, struct table_pick *p)
{
    const struct feel_table *t = table_of(n);
    for (uint32_t i = 0; i < t->ins_count; i++) {
        struct fv *v = &p->value[i], why;
        bool fits;
        *v = i < e->vars_count ? e->vars[i] : fv_null();
        if (t->in == NULL) continue;
        if (!ev_node(e, root_of(t->in[i].value), v) || !fit(e, t, &t->ins[i], v, &fits)) return false;
        p->outside = !fits;
        p->why = *v;
        if (fits && t->in[i].allowed != NULL && v->kind != FV_NULL) {
            int ok = passes(e, p, t, t->in[i].allowed, v, &why);
            if (ok == -2) return false;
            p->outside = ok != 1;
            if (p->outside && !ev_null(e, n, &p->why, &E_feel_c_table_in, t->title, t->ins[i].title, STR_NONE)) return false;
        }
        if (p->outside) return true;
    }
    p->why = fv_null();
    return true;
}

static int row_holds(struct ev *e, const struct table_pick *p, const struct feel_table *t, const struct feel_table_row *row, struct fv *why)
{
    int answer = 1;
    for (uint32_t i = 0; i < t->ins_count; i++) {
        if (row->tests[i] == NULL) continue;
        struct fv blank;
        int ok = passes(e, p, t, row->tests[i], &p->value[i], &blank);
        if (ok == -2 || ok == 0) return ok;
        if (ok == 1 || answer < 0) continue;
        answer = -1;
        *why = blank;
    }
    return answer;
}

bool table_pick(struct ev *e, const struct inode *n, struct table_pick *p)
{
    const struct feel_table *t = table_of(n);
    *p = (struct table_pick){.unsure = UINT32_MAX, .why = fv_null(), .vars_count = MAX(t->in == NULL ? t->ins_count : e->vars_count, t->input_slot + 1)};
    p->hits = ev_alloc(e, n, ((size_t)t->rows_count + 1) * sizeof *p->hits);
    p->value = ev_alloc(e, n, ((size_t)t->ins_count + 1) * sizeof *p->value);
    p->vars = ev_alloc(e, n, (size_t)p->vars_count * sizeof *p->vars);
    if (p->hits == NULL || p->value == NULL || p->vars == NULL) return false;
    for (uint32_t i = 0; i < p->vars_count; i++) p->vars[i] = i < e->vars_count ? e->vars[i] : fv_null();
    if (!take_inputs(e, n, p)) return false;
    for (uint32_t r = 0; r < t->rows_count && !p->outside; r++) {
        struct fv why = fv_null();
        int holds = row_holds(e, p, t, &t->rows[r], &why);
        if (holds == -2) return false;
        if (holds == 1) p->hits[p->hits_count++] = r;
        if (holds == -1 && p->unsure == UINT32_MAX) {
            p->unsure = r;
            p->why = why;
        }
        if (t->hit == FEEL_HIT_FIRST && holds != 0) break;
    }
    return true;
}

/* ---- what they answer ---- */

/* One value, or a context of several. */
static bool join(struct ev *e, const struct inode *n, const struct fv *values, struct fv *out)
{
    const struct feel_table *t = table_of(n);
    if (t->outs_count == 1) {
        *out = values[0];
        return true;
    }
    struct fv_entry *entries = ev_alloc(e, n, ((size_t)t->outs_count + 1) * sizeof *entries);
    if (entries == NULL) return false;
    for (uint32_t i = 0; i < t->outs_count; i++) entries[i] = (struct fv_entry){t->outs[i].title, values[i]};
    *out = (struct fv){.kind = FV_CONTEXT, .count = t->outs_count, .entries = entries};
    return true;
}

/* A column's value, made to fit it; NULL: nothing is written there. */
static bool cell(struct ev *e, const struct inode *n, const struct table_pick *p, const struct feel_program *program, uint32_t column, bool check, struct fv *v)
{
    const struct feel_table *t = table_of(n);
    bool fits;
    struct fv why;
    *v = fv_null();
    if (program != NULL && !ev_node(e, root_of(program), v)) return false;
    if (!fit(e, t, &t->outs[column], v, &fits)) return false;
    if (!check || t->out == NULL || t->out[column].allowed == NULL || v->kind == FV_NULL) return true;
    int ok = passes(e, p, t, t->out[column].allowed, v, &why);
    if (ok == -2) return false;
    return ok == 1 || ev_null(e, n, v, &E_feel_c_table_out, t->title, t->outs[column].title, STR_NONE);
}

/* The outputs of one row, side by side. */
static bool row_values(struct ev *e, const struct inode *n, const struct table_pick *p, uint32_t row, struct fv *values)
{
    const struct feel_table *t = table_of(n);
    for (uint32_t i = 0; i < t->outs_count; i++)
        if (!cell(e, n, p, t->rows[row].outs[i], i, true, &values[i])) return false;
    return true;
}

/* No row holds: what is given for that, or what is left when nothing was collected. */
static bool none(struct ev *e, const struct inode *n, const struct table_pick *p, struct fv *out)
{
    const struct feel_table *t = table_of(n);
    bool other = false;
    if (p->unsure != UINT32_MAX) return ev_null_from(n, &p->why, out);
    for (uint32_t i = 0; t->out != NULL && i < t->outs_count; i++) other = other || t->out[i].other != NULL;
    if (other) {
        struct fv *values = ev_alloc(e, n, ((size_t)t->outs_count + 1) * sizeof *values);
        if (values == NULL) return false;
        for (uint32_t i = 0; i < t->outs_count; i++)
            if (!cell(e, n, p, t->out[i].other, i, false, &values[i])) return false;
        return join(e, n, values, out);
    }
    *out = t->hit == FEEL_HIT_COUNT ? fv_i64(0) : fv_list(NULL, 0);
    if (t->hit == FEEL_HIT_COUNT || t->hit == FEEL_HIT_COLLECT) return true;
    return ev_null(e, n, out, &E_feel_c_table_none, t->title, STR_NONE, STR_NONE);
}

static bool many(struct ev *e, const struct inode *n, const struct table_pick *p, const struct err_kind *kind, uint32_t other, struct fv *out)
{
    if (!ev_room(e, n, 256)) return false;
    return ev_null(e, n, out, kind, n->n.name, str_u64(e->a, p->hits[0] + 1u), str_u64(e->a, p->hits[other] + 1u));
}

/* Higher is better.  Where no order is written, the first column's codes have one: ranked tables rank, in others the earlier item comes first. */
static int64_t rank_of(const struct fv *order, uint32_t column, const struct fv *v)
{
    if (order->kind == FV_LIST) {
        uint32_t i = 0;
        while (i < order->count && fv_equal(&order->items[i], v) != 1) i++;
        return -(int64_t)i;
    }
    if (column > 0 || v->kind != FV_CODE) return INT64_MIN;
    return v->codes->ordered && !v->codes->high_first ? (int64_t)v->code : -(int64_t)v->code;
}

/* Rows by their outputs, the best first; equal ones stay in the order of the rows (DMN 8.2.10). */
static bool sort_rows(struct ev *e, const struct inode *n, struct fv *values, uint32_t rows)
{
    const struct feel_table *t = table_of(n);
    uint32_t width = t->outs_count;
    size_t size = width * sizeof *values;
    struct fv *order = ev_alloc(e, n, size + 1), *row = ev_alloc(e, n, size + 1);
    if (order == NULL || row == NULL) return false;
    for (uint32_t i = 0; i < width; i++) {
        order[i] = fv_null();
        if (t->out != NULL && t->out[i].order != NULL && !ev_node(e, root_of(t->out[i].order), &order[i])) return false;
    }
    for (uint32_t i = 1; i < rows; i++) {
        memcpy(row, values + (size_t)i * width, size);
        uint32_t at = i;
        for (; at > 0; at--) {
            const struct fv *above = values + (size_t)(at - 1) * width;
            int better = 0;
            for (uint32_t k = 0; k < width && better == 0; k++) {
                int64_t x = rank_of(&order[k], k, &row[k]), y = rank_of(&order[k], k, &above[k]);
                better = x > y ? 1 : x < y ? -1 : 0;
            }
            if (better <= 0) break;
            memcpy(values + (size_t)at * width, above, size);
        }
        memcpy(values + (size_t)at * width, row, size);
    }
    return true;
}

static bool summable(const struct fv *v) { return v->kind == FV_NUMBER || v->kind == FV_MONTHS || v->kind == FV_SPAN; }

/* SUM, MIN, MAX of what the rows answer. */
static bool put_together(struct ev *e, const struct inode *n, const struct fv *values, uint32_t rows, struct fv *out)
{
    enum feel_hit hit = table_of(n)->hit;
    *out = values[0];
    for (uint32_t i = 0; i < rows; i++) {
        const struct fv *v = &values[i];
        int order = 0;
        if (v->kind == FV_NULL) return ev_null_from(n, v, out);
        bool ok = hit == FEEL_HIT_SUM ? summable(v) : fv_compare(v, out, &order);
        if (!ok) return ev_null(e, n, out, &E_feel_c_table_sum, n->n.name, kind_text((enum fv_kind)v->kind, LANG_ZH), STR_NONE);
        if (hit == FEEL_HIT_SUM && i > 0 && !ev_arith(e, n, FEEL_ADD, out, v, out)) return false;
        if (out->kind == FV_NULL) return true;
        if (hit == FEEL_HIT_MIN ? order < 0 : order > 0) *out = *v;
    }
    return true;
}

static bool any(struct ev *e, const struct inode *n, const struct table_pick *p, const struct fv *values, struct fv *out)
{
    uint32_t width = table_of(n)->outs_count;
    for (uint32_t i = width; i < p->hits_count * width; i++)
        if (fv_equal(&values[i], &values[i % width]) != 1) return many(e, n, p, &E_feel_c_table_any, i / width, out);
    return join(e, n, values, out);
}

/* The rows that hold have spoken; rows: how many of them decide. */
static bool by_policy(struct ev *e, const struct inode *n, const struct table_pick *p, struct fv *values, uint32_t rows, struct fv *out)
{
    enum feel_hit hit = table_of(n)->hit;
    if ((hit == FEEL_HIT_PRIORITY || hit == FEEL_HIT_OUTPUT_ORDER) && !sort_rows(e, n, values, rows)) return false;
    if (hit == FEEL_HIT_ANY) return any(e, n, p, values, out);
    if (hit == FEEL_HIT_UNIQUE || hit == FEEL_HIT_FIRST || hit == FEEL_HIT_PRIORITY) return join(e, n, values, out);
    struct fv *list = ev_alloc(e, n, ((size_t)rows + 1) * sizeof *list);
    if (list == NULL) return false;
    for (uint32_t i = 0; i < rows; i++)
        if (!join(e, n, values + (size_t)i * table_of(n)->outs_count, &list[i])) return false;
    if (hit == FEEL_HIT_SUM || hit == FEEL_HIT_MIN || hit == FEEL_HIT_MAX) return put_together(e, n, list, rows, out);
    *out = fv_list(list, rows);
    return true;
}

/* Answers that hang on every row: one of which nobody can say leaves them open. */
static bool needs_all(enum feel_hit hit) { return hit > FEEL_HIT_FIRST; }

bool ev_table(struct ev *e, const struct inode *n, struct fv *out)
{
    const struct feel_table *t = table_of(n);
    struct table_pick p;
    if (!table_pick(e, n, &p)) return false;
    if (p.outside) {
        *out = p.why;
        return true;
    }
    if (needs_all(t->hit) && p.unsure != UINT32_MAX) return ev_null_from(n, &p.why, out);
    if (p.hits_count == 0) return none(e, n, &p, out);
    if (t->hit == FEEL_HIT_UNIQUE && p.hits_count > 1) return many(e, n, &p, &E_feel_c_table_many, 1, out);
    if (t->hit == FEEL_HIT_COUNT) {
        *out = fv_i64((int64_t)p.hits_count);
        return true;
    }
    struct fv *values = ev_alloc(e, n, ((size_t)p.hits_count * t->outs_count + 1) * sizeof *values);
    if (values == NULL) return false;
    for (uint32_t i = 0; i < p.hits_count; i++)
        if (!row_values(e, n, &p, p.hits[i], values + (size_t)i * t->outs_count)) return false;
    return by_policy(e, n, &p, values, p.hits_count, out);
}
