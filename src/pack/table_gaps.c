/*
 * table_gaps.c - does a decision table answer always, and only once?
 * Each input is cut at the end points that stand in its cells: between two of them every value goes the same way, so one sample of each
 * piece speaks for all.  Code tables are gone through row by row.  Pieces on which the same rows hold are one.  What is left is multiplied
 * out, with a bound.  All this for each day on which a parameter in the cells changes.  A blank is no gap: it has its own answer, null.
 */
#include "pack/inner.h"

enum {
    PIECES_MAX = 20000,      /* of one input */
    TESTS_MAX = 4000000,     /* cells times pieces */
    STEPS_MAX = 4000000,     /* of multiplying out, in words of rows */
    DAYS_MAX = 400,
    TOLD_MAX = 5
};

struct point {
    struct fv v;
    bool end;                /* an end point of a cell: says more to people than a value in between */
};
struct axis {
    VEC(struct point) points;
    uint64_t *rows;          /* by point: which rows hold there */
    bool any;                /* every cell is `-`: one point that stands for all */
};
struct gaps {
    struct load *l;
    const struct table_made *m;
    struct arena arena;      /* values of one day */
    struct feel_run run;
    struct feel_host host;
    struct axis *axes;
    uint32_t *chosen;
    uint32_t words;          /* of a set of rows */
    uint64_t **with;         /* by input: rows that hold for the points chosen so far */
    uint64_t *ever;
    uint64_t steps;
    uint32_t told;
    bool over, since_shown;
    day_num day;
};

static const struct feel_table *table_of(const struct gaps *g) { return &g->m->t; }
static bool has(const uint64_t *set, uint32_t r) { return (set[r / 64] >> (r % 64) & 1) != 0; }

static const struct ynode *cell_of(const struct gaps *g, uint32_t row, uint32_t col)
{
    return g->m->cells[(size_t)row * (table_of(g)->ins_count + table_of(g)->outs_count) + col];
}

static enum rc on_day(struct feel_run *run, uint32_t slot, day_num day, struct fv *out, struct err *err)
{
    struct gaps *g = run->host_ctx;
    (void)err;
    MUST(slot < g->l->set->params_count);
    *out = pack_param_on(&g->l->set->params[slot], day);
    return RC_OK;
}

/* A program at a value of `?`, or without one; null where it gives none. */
static struct fv run_at(struct gaps *g, const struct feel_program *p, const struct fv *vars, uint32_t count)
{
    struct fv v = fv_null();
    struct err err;
    err_clear(&err);
    g->run.vars = vars;
    g->run.vars_count = count;
    g->run.steps_left = 1000000;
    return feel_run(p, &g->run, &v, &err) == RC_OK ? v : fv_null();
}

/* ---- end points ---- */

static bool open_node(void *ctx, const struct feel_node *n)
{
    bool *open = ctx;
    if (n->op == FEEL_VARIABLE || n->op == FEEL_ALL || n->op == FEEL_CALL_NAMED) *open = true;
    if (n->op == FEEL_CALL && (str_eq(n->name, STR("today")) || str_eq(n->name, STR("now")))) *open = true;
    return !*open;
}

/* Depends on nothing but parameters. */
static bool closed(const struct feel_node *n)
{
    bool open = false;
    feel_each_node(n, open_node, &open);
    return !open;
}

typedef void end_fn(struct gaps *g, const struct feel_program *p, const struct feel_node *end, struct axis *x);

/* The ends in one cell.  False: the cell is no comparison of the input with what is known. */
static bool ends_each(struct gaps *g, const struct feel_program *p, const struct feel_node *n, uint32_t input, bool text, end_fn *fn, struct axis *x)
{
    if (n->op == FEEL_LITERAL) return n->value.kind == FV_BOOL && n->value.b;
    if (n->op == FEEL_CALL && str_eq(n->name, STR("not")) && n->kids_count == 1) return ends_each(g, p, n->kids[0], input, text, fn, x);
    if (n->op != FEEL_IN || n->kids[0]->op != FEEL_VARIABLE || n->kids[0]->slot != input) return false;
    for (uint32_t i = 1; i < n->kids_count; i++) {
        const struct feel_node *t = n->kids[i];
        bool sign = t->op == FEEL_TEST;
        if (sign && (t->name.ptr[0] == '?' || (text && (t->name.ptr[0] == '<' || t->name.ptr[0] == '>')))) return false;
        if (sign) t = t->kids[0];
        if (!closed(t)) return false;
        if (t->op != FEEL_RANGE) {
            fn(g, p, t, x);
            continue;
        }
        if (text) return false;
        for (uint32_t k = 0; k < t->kids_count; k++)
            if (!(t->kids[k]->op == FEEL_LITERAL && t->kids[k]->value.kind == FV_NULL)) fn(g, p, t->kids[k], x);
    }
    return true;
}

static void no_end(struct gaps *g, const struct feel_program *p, const struct feel_node *end, struct axis *x)
{
    (void)g;
    (void)p;
    (void)end;
    (void)x;
}

static void put_end(struct gaps *g, struct axis *x, const struct fv *v)
{
    if (v->kind == FV_LIST) {
        for (uint32_t i = 0; i < v->count; i++) put_end(g, x, &v->items[i]);
    } else if (v->kind == FV_RANGE) {
        put_end(g, x, &v->range->low);
        put_end(g, x, &v->range->high);
    } else if (v->kind != FV_NULL && x->points.len < PIECES_MAX) {
        vec_push(&g->arena, &x->points, (struct point){*v, true});
    }
}

static void take_end(struct gaps *g, const struct feel_program *p, const struct feel_node *end, struct axis *x)
{
    struct feel_program one = *p;
    one.root = end;
    struct fv v = run_at(g, &one, NULL, 0);
    put_end(g, x, &v);
}

/* ---- samples ---- */

static int by_value(const void *a, const void *b)
{
    int order = 0;
    (void)fv_compare(&((const struct point *)a)->v, &((const struct point *)b)->v, &order);
    return order;
}

/* On the input's own grid: number(0) has no 59.5, a month no 15th. */
static bool on_grid(const struct type_read *t, const struct fv *v)
{
    struct dec d;
    if (v->kind == FV_NUMBER) return !t->sized || (dec_rescale(v->num, (int)t->len, DEC_FLOOR, &d) && dec_cmp(d, v->num) == 0);
    return v->kind != FV_DATE || t->type != FIELD_MONTH || ymd_of(v->day).day == 1;
}

/* A value a little above v (or below). */
static bool beside(const struct type_read *t, const struct fv *v, bool below, struct fv *out)
{
    *out = *v;
    switch (v->kind) {
    case FV_NUMBER: {
        struct dec step = t->sized ? dec_scaled(1, (int)t->len) : dec_i64(1), low = v->num;
        if (t->sized && !dec_rescale(v->num, (int)t->len, below ? DEC_CEILING : DEC_FLOOR, &low)) return false;
        return below ? dec_sub(low, step, &out->num) : dec_add(low, step, &out->num);
    }
    case FV_DATE:
        if (t->type == FIELD_MONTH) {
            struct ymd first = ymd_of(v->day);
            bool inside = first.day > 1;
            first.day = 1;
            out->flag = 1;
            if (below && inside) out->day = day_of(first);
            return (below && inside) || day_add_months(day_of(first), below ? -1 : 1, &out->day);
        }
        out->day += below ? -1 : 1;
        return day_ok(out->day);
    case FV_MONTHS: out->months += below ? -1 : 1; return true;
    case FV_SPAN: out->span.second += below ? -1 : 1; return true;
    default: return false;
    }
}

static bool between(const struct type_read *t, const struct fv *a, const struct fv *b, struct fv *out)
{
    int order = 0;
    if (a->kind == FV_NUMBER && !t->sized) {
        struct dec sum;
        *out = *a;
        return b->kind == FV_NUMBER && dec_add(a->num, b->num, &sum) && dec_div(sum, dec_i64(2), &out->num);
    }
    return beside(t, a, false, out) && fv_compare(out, b, &order) && order < 0;
}

static void ordered_samples(struct gaps *g, const struct type_read *t, struct axis *x)
{
    struct point *end = x->points.at;
    size_t n = x->points.len;
    if (n == 0) return;
    qsort(end, n, sizeof *end, by_value);
    x->points.at = NULL;
    x->points.len = x->points.cap = 0;
    struct fv v;
    if (beside(t, &end[0].v, true, &v)) vec_push(&g->arena, &x->points, (struct point){v, false});
    for (size_t i = 0; i < n; i++) {
        int order = 1;
        if (i > 0 && fv_compare(&end[i - 1].v, &end[i].v, &order) && order == 0) continue;
        if (i > 0 && between(t, &end[i - 1].v, &end[i].v, &v)) vec_push(&g->arena, &x->points, (struct point){v, false});
        if (on_grid(t, &end[i].v)) vec_push(&g->arena, &x->points, end[i]);
    }
    if (beside(t, &end[n - 1].v, false, &v)) vec_push(&g->arena, &x->points, (struct point){v, false});
}

static void samples(struct gaps *g, uint32_t input)
{
    const struct feel_table *t = table_of(g);
    const struct type_read *type = &g->m->types[input];
    struct axis *x = &g->axes[input];
    x->points.at = NULL;
    x->points.len = x->points.cap = 0;
    if (x->any) {
        vec_push(&g->arena, &x->points, (struct point){fv_null(), false});
        return;
    }
    if (type->type == FIELD_BOOL) {
        vec_push(&g->arena, &x->points, (struct point){fv_bool(true), true});
        vec_push(&g->arena, &x->points, (struct point){fv_bool(false), true});
        return;
    }
    if (type->type == FIELD_CHOICE && type->codes != NULL) {
        for (uint32_t r = 0; r < type->codes->feel.rows_count && r < PIECES_MAX; r++) {
            struct fv v = {.kind = FV_CODE, .codes = &type->codes->feel};
            v.code = r;
            vec_push(&g->arena, &x->points, (struct point){v, true});
        }
        return;
    }
    for (uint32_t r = 0; r < t->rows_count; r++) {
        const struct feel_program *p = t->rows[r].tests[input];
        if (p != NULL) (void)ends_each(g, p, p->root, t->ins_count, false, take_end, x);
    }
    if (type->type == FIELD_TEXT || type->type == FIELD_FILE)
        vec_push(&g->arena, &x->points, (struct point){fv_str(STR("（其他文字）")), false});
    else
        ordered_samples(g, type, x);
}

/* ---- which rows hold at which piece ---- */

static bool too_large(struct gaps *g, struct str zh, struct str en)
{
    if (!g->over) bad(g->l, g->m->decl->name_node, &E_pack_table_large, table_of(g)->title, zh, en);
    g->over = true;
    return false;
}

static bool axis_make(struct gaps *g, uint32_t input)
{
    const struct feel_table *t = table_of(g);
    struct axis *x = &g->axes[input];
    samples(g, input);
    size_t n = x->points.len;
    if (n >= PIECES_MAX || n * t->rows_count > TESTS_MAX) return too_large(g, str_cat(g->l->a, STR("“"), t->ins[input].title, STR("”的取值太多")), STR("an input has too many values"));
    struct fv *vars = arena_array(&g->arena, struct fv, (size_t)t->ins_count + 1);
    x->rows = arena_array(&g->arena, uint64_t, (n + 1) * g->words);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t *set = x->rows + kept * g->words;
        memset(set, 0, g->words * sizeof *set);
        vars[input] = vars[t->ins_count] = x->points.at[i].v;
        for (uint32_t r = 0; r < t->rows_count; r++) {
            const struct feel_program *p = t->rows[r].tests[input];
            struct arena_mark mark = arena_mark(&g->arena);
            struct fv v = p == NULL ? fv_bool(true) : run_at(g, p, vars, t->ins_count + 1);
            arena_reset(&g->arena, mark);
            if (fv_is_true(&v)) set[r / 64] |= UINT64_C(1) << (r % 64);
        }
        size_t same = 0;
        while (same < kept && memcmp(x->rows + same * g->words, set, g->words * sizeof *set) != 0) same++;
        if (same == kept) {
            x->points.at[kept++] = x->points.at[i];
        } else if (x->points.at[i].end && !x->points.at[same].end) {
            x->points.at[same] = x->points.at[i];
        }
    }
    x->points.len = kept;
    return true;
}

/* ---- telling ---- */

static struct str value_text(struct gaps *g, const struct fv *v)
{
    struct buf b;
    if (v->kind == FV_CODE) return str_cat(&g->arena, STR("\""), v->codes->row_title[v->code], STR("\""));
    buf_init(&b, 4096);
    fv_print(v, &b);
    struct str out = str_dup(&g->arena, buf_view(&b));
    buf_fini(&b);
    return out;
}

static struct str witness(struct gaps *g)
{
    const struct feel_table *t = table_of(g);
    struct str out = STR("");
    for (uint32_t i = 0; i < t->ins_count; i++) {
        if (g->axes[i].any) continue;
        out = str_cat(&g->arena, out, out.len > 0 ? STR("、") : STR(""), t->ins[i].title, STR(" = "), value_text(g, &g->axes[i].points.at[g->chosen[i]].v));
    }
    return out.len > 0 ? out : STR("任何输入 (any input)");
}

static struct str since(struct gaps *g, bool zh)
{
    if (!g->since_shown) return STR("");
    struct str day = day_print(&g->arena, g->day);
    return zh ? str_cat(&g->arena, STR("（"), day, STR(" 起的参数值）")) : str_cat(&g->arena, STR(" (parameters from "), day, STR(")"));
}

/* The cells that keep a row from holding: how many, and the last one's column. */
static uint32_t misses(const struct gaps *g, uint32_t row, uint32_t *col)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < table_of(g)->ins_count; i++) {
        if (has(g->axes[i].rows + (size_t)g->chosen[i] * g->words, row)) continue;
        n++;
        *col = i;
    }
    return n;
}

/* Does the cell name this very value as an end? */
static bool ends_at(struct gaps *g, uint32_t row, uint32_t col)
{
    struct axis found = {.rows = NULL};
    const struct feel_program *p = table_of(g)->rows[row].tests[col];
    const struct fv *v = &g->axes[col].points.at[g->chosen[col]].v;
    if (p == NULL) return false;
    (void)ends_each(g, p, p->root, table_of(g)->ins_count, false, take_end, &found);
    for (size_t i = 0; i < found.points.len; i++)
        if (fv_equal(&found.points.at[i].v, v) == 1) return true;
    return false;
}

static void tell_gap(struct gaps *g)
{
    const struct feel_table *t = table_of(g);
    const struct ynode *at = NULL, *other = NULL;
    uint32_t best = 0;
    for (uint32_t r = 0; r < t->rows_count; r++) {
        uint32_t col = 0, n = misses(g, r, &col);
        uint32_t near = n != 1 ? 0 : ends_at(g, r, col) ? 2 : 1;
        if (near == 0 || near < best) continue;
        other = near > best ? NULL : at;
        at = cell_of(g, r, col);
        best = near;
    }
    g->told++;
    struct str nearby = at == NULL ? STR("") : other == NULL ? at->text : str_cat(&g->arena, other->text, STR("”、“"), at->text);
    bad(g->l, at != NULL ? at : g->m->decl->name_node, &E_pack_table_gap, t->title, witness(g), since(g, true), since(g, false), nearby);
}

/* Rows that hold together may answer alike where hit is any. */
static bool differ(struct gaps *g, uint32_t r, uint32_t s)
{
    const struct feel_table *t = table_of(g);
    if (t->hit != FEEL_HIT_ANY) return true;
    struct fv *vars = arena_array(&g->arena, struct fv, (size_t)t->ins_count + 1);
    for (uint32_t i = 0; i < t->ins_count; i++) vars[i] = g->axes[i].points.at[g->chosen[i]].v;
    for (uint32_t c = 0; c < t->outs_count; c++) {
        if (str_eq(cell_of(g, r, t->ins_count + c)->text, cell_of(g, s, t->ins_count + c)->text)) continue;
        struct fv x = run_at(g, t->rows[r].outs[c], vars, t->ins_count), y = run_at(g, t->rows[s].outs[c], vars, t->ins_count);
        if (fv_equal(&x, &y) != 1) return true;
    }
    return false;
}

static void tell_overlap(struct gaps *g, const uint64_t *set)
{
    const struct feel_table *t = table_of(g);
    struct str zh = STR(""), en = STR("");
    uint32_t first = UINT32_MAX, last = 0;
    for (uint32_t r = 0; r < t->rows_count; r++) {
        if (!has(set, r) || (first != UINT32_MAX && !differ(g, first, r))) continue;
        struct str n = str_u64(&g->arena, r + 1u);
        zh = str_cat(&g->arena, zh, first == UINT32_MAX ? STR("") : STR("、"), STR("第 "), n, STR(" 行"));
        en = str_cat(&g->arena, en, first == UINT32_MAX ? STR("") : STR(", "), n);
        if (first == UINT32_MAX) first = r;
        last = r;
    }
    if (first == last || first == UINT32_MAX) return;
    g->told++;
    bad(g->l, cell_of(g, last, 0), &E_pack_table_overlap, t->title, zh, en, witness(g), since(g, true), since(g, false));
}

/* ---- multiplying out ---- */

static void leaf(struct gaps *g, const uint64_t *set)
{
    enum feel_hit hit = table_of(g)->hit;
    uint32_t holds = 0;
    bool first = true;
    for (uint32_t w = 0; w < g->words; w++) {
        holds += (uint32_t)__builtin_popcountll(set[w]);
        uint64_t counts = set[w];
        if (hit == FEEL_HIT_FIRST) counts = first ? set[w] & (~set[w] + 1) : 0; /* the others do not decide here */
        if (set[w] != 0) first = false;
        g->ever[w] |= counts;
    }
    if (holds == 0 && hit <= FEEL_HIT_PRIORITY) tell_gap(g);
    if (holds > 1 && (hit == FEEL_HIT_UNIQUE || hit == FEEL_HIT_ANY)) tell_overlap(g, set);
}

static void multiply(struct gaps *g, uint32_t input, const uint64_t *above)
{
    const struct feel_table *t = table_of(g);
    if (input == t->ins_count) {
        leaf(g, above);
        return;
    }
    struct axis *x = &g->axes[input];
    for (uint32_t i = 0; i < x->points.len && g->told < TOLD_MAX && !g->over; i++) {
        uint64_t any = 0;
        g->steps += g->words;
        if (g->steps > STEPS_MAX) {
            (void)too_large(g, STR("输入的组合太多"), STR("the inputs have too many combinations"));
            return;
        }
        g->chosen[input] = i;
        for (uint32_t w = 0; w < g->words; w++) any |= g->with[input][w] = above[w] & x->rows[(size_t)i * g->words + w];
        if (any != 0 || input + 1 == t->ins_count) {
            multiply(g, input + 1, g->with[input]);
        } else if (t->hit <= FEEL_HIT_PRIORITY) { /* whatever the rest: one gap speaks for all */
            for (uint32_t k = input + 1; k < t->ins_count; k++) g->chosen[k] = 0;
            tell_gap(g);
        }
    }
}

/* ---- days ---- */

struct param_days {
    struct gaps *g;
    VEC(day_num) days;
    VEC(const struct pack_param *) params;
};

static bool gather_days(void *ctx, const struct feel_node *n)
{
    struct param_days *d = ctx;
    struct load *l = d->g->l;
    if (n->op != FEEL_PARAMETER || n->slot >= l->set->params_count) return true;
    const struct pack_param *p = &l->set->params[n->slot];
    for (size_t i = 0; i < d->params.len; i++)
        if (d->params.at[i] == p) return true;
    vec_push(l->a, &d->params, p);
    for (uint32_t i = 0; i < p->values_count; i++) vec_push(l->a, &d->days, p->values[i].from);
    return true;
}

static int by_day(const void *a, const void *b)
{
    day_num x = *(const day_num *)a, y = *(const day_num *)b;
    return x < y ? -1 : x > y;
}

static bool cells_known(struct gaps *g)
{
    const struct feel_table *t = table_of(g);
    for (uint32_t i = 0; i < t->ins_count; i++) {
        enum field_type type = g->m->types[i].type;
        bool text = type == FIELD_TEXT || type == FIELD_FILE;
        g->axes[i].any = true;
        for (uint32_t r = 0; r < t->rows_count; r++) {
            const struct feel_program *p = t->rows[r].tests[i];
            if (p == NULL) continue;
            g->axes[i].any = false;
            bool known = type != FIELD_REF && type != FIELD_DATETIME && ends_each(g, p, p->root, t->ins_count, text, no_end, &g->axes[i]);
            if (known) continue;
            const struct ynode *cell = cell_of(g, r, i);
            warn(g->l, cell, &E_pack_table_unchecked, t->title, cell->text, cell->text);
            return false;
        }
    }
    return true;
}

static void one_day(struct gaps *g, uint64_t *all)
{
    const struct feel_table *t = table_of(g);
    for (uint32_t i = 0; i < t->ins_count; i++) {
        if (!axis_make(g, i)) return;
        if (g->axes[i].points.len == 0) { /* end points without a value that day */
            return;
        }
    }
    multiply(g, 0, all);
}

void table_gaps(struct load *l, const struct table_made *m)
{
    struct gaps g = {.l = l, .m = m, .host = {.param = on_day, .calendar = l->set->calendar}};
    const struct feel_table *t = &m->t;
    if (t->rows_count == 0) return;
    arena_init(&g.arena, (size_t)128 << 20);
    g.words = (t->rows_count + 63) / 64;
    g.axes = arena_array(&g.arena, struct axis, (size_t)t->ins_count + 1);
    g.chosen = arena_array(&g.arena, uint32_t, (size_t)t->ins_count + 1);
    g.with = arena_array(&g.arena, uint64_t *, (size_t)t->ins_count + 1);
    g.ever = arena_array(&g.arena, uint64_t, g.words);
    uint64_t *all = arena_array(&g.arena, uint64_t, g.words);
    for (uint32_t i = 0; i < t->ins_count; i++) g.with[i] = arena_array(&g.arena, uint64_t, g.words);
    for (uint32_t r = 0; r < t->rows_count; r++) all[r / 64] |= UINT64_C(1) << (r % 64);
    g.run = (struct feel_run){.arena = &g.arena, .host = &g.host, .host_ctx = &g};
    if (!cells_known(&g)) goto done;

    struct param_days d = {.g = &g};
    for (uint32_t r = 0; r < t->rows_count; r++)
        for (uint32_t i = 0; i < t->ins_count; i++)
            if (t->rows[r].tests[i] != NULL) feel_each_node(t->rows[r].tests[i]->root, gather_days, &d);
    g.since_shown = d.params.len > 0;
    if (d.days.len == 0) vec_push(l->a, &d.days, l->o->today);
    if (d.days.len > DAYS_MAX) (void)too_large(&g, STR("参数值的变动太多"), STR("parameters change too often"));
    qsort(d.days.at, d.days.len, sizeof d.days.at[0], by_day);
    bool looked = false;
    for (size_t i = 0; i < d.days.len && g.told == 0 && !g.over; i++) { /* one day's mistakes are enough to mend */
        bool in_force = i == 0 || d.days.at[i] != d.days.at[i - 1];
        for (size_t k = 0; k < d.params.len && in_force; k++) in_force = pack_param_on(d.params.at[k], d.days.at[i]).kind != FV_NULL;
        if (!in_force) continue;
        struct arena_mark mark = arena_mark(&g.arena);
        g.day = g.run.today = d.days.at[i];
        one_day(&g, all);
        arena_reset(&g.arena, mark);
        looked = true;
    }
    for (uint32_t r = 0; r < t->rows_count && looked && g.told == 0 && !g.over; r++)
        if (!has(g.ever, r)) warn(l, cell_of(&g, r, 0), &E_pack_table_never, t->title, str_u64(l->a, r + 1u));
done:
    arena_fini(&g.arena);
}
