/*
 * explain.c - the tree of an expression with the value at each node, one line a node:
 *     → 任现职年限 >= 交流年限：假
 *         任现职年限：9
 * An arrow marks the conditions that decided the outcome.  Of a loop that decided on one item, that item is shown.
 */
#include "feel/table.h"

enum { EXPLAIN_TEXT = 100, EXPLAIN_VALUE = 200 };

struct explain {
    struct ev *e;
    const struct feel_program *p;
    enum lang lang;
    struct buf *out;
};

static void put_cut(struct buf *out, struct str s, size_t most)
{
    bool cut = utf8_count(s) > most;
    if (cut) s = str_sub(s, 0, utf8_offset(s, most - 1));
    for (size_t i = 0; i < s.len; i++) buf_char(out, s.ptr[i] == '\n' || s.ptr[i] == '\r' ? ' ' : s.ptr[i]);
    if (cut) buf_lit(out, "…");
}

static void put_value(struct explain *x, const struct fv *v)
{
    bool zh = x->lang == LANG_ZH;
    struct buf b;
    buf_init(&b, 1 << 16);
    if (v->kind == FV_BOOL) {
        buf_str(&b, v->b ? (zh ? STR("真") : STR("true")) : (zh ? STR("假") : STR("false")));
    } else if (v->kind == FV_NULL) {
        buf_str(&b, zh ? STR("空") : STR("null"));
        if (v->cause != NULL) {
            buf_str(&b, zh ? STR("（") : STR(" ("));
            feel_cause_show(x->e->run, v->cause, x->lang, &b);
            buf_str(&b, zh ? STR("）") : STR(")"));
        }
    } else if (v->kind == FV_LIST && v->count == 0) {
        buf_str(&b, zh ? STR("没有") : STR("none"));
    } else {
        fv_show(x->e->run, v, STR_NONE, x->lang, &b);
    }
    put_cut(x->out, buf_view(&b), EXPLAIN_VALUE);
    buf_fini(&b);
}

static void put_line(struct explain *x, const struct inode *n, const struct fv *v, int depth, bool decided)
{
    buf_str(x->out, decided ? STR("→ ") : STR("  "));
    buf_fill(x->out, ' ', (size_t)depth * 2);
    put_cut(x->out, str_sub(x->p->text, n->n.place.off, n->n.place.off + n->n.place.len), EXPLAIN_TEXT);
    buf_str(x->out, x->lang == LANG_ZH ? STR("：") : STR(": "));
    put_value(x, v);
    buf_char(x->out, '\n');
}

/* Did a kid with value k settle a node of this kind with value v? */
static bool settles(enum feel_op op, const struct fv *v, const struct fv *k)
{
    if (op != FEEL_AND && op != FEEL_OR) return k->kind == FV_BOOL;
    if (v->kind == FV_NULL) return k->kind == FV_NULL;
    bool decides = op == FEEL_OR;
    return v->b != decides || (k->kind == FV_BOOL && k->b == decides);
}

static bool node(struct explain *x, const struct inode *n, int depth, bool decided);

static bool inner(struct explain *x, const struct inode *n, const struct fv *v, int depth, bool decided)
{
    for (uint32_t i = 0; i < n->n.kids_count; i++) {
        const struct inode *k = kid(n, i);
        if (k->n.op == FEEL_LITERAL || k->absent) continue;
        if (k->n.op == FEEL_TEST || k->n.op == FEEL_ENTRY) k = kid(k, 0);
        if (k->n.op == FEEL_LITERAL) continue;
        struct fv kv;
        if (!ev_node(x->e, k, &kv)) return false;
        if (!node(x, k, depth, decided && settles(n->n.op, v, &kv))) return false;
    }
    return true;
}

/* some / every over one list: the item that decided. */
static bool deciding_item(struct explain *x, const struct inode *n, const struct fv *v, int depth, bool decided)
{
    const struct inode *it = kid(n, 0), *body = kid(n, n->n.kids_count - 1);
    struct fv list;
    const struct fv *items;
    if (!ev_node(x->e, kid(it, 0), &list)) return false;
    put_line(x, kid(it, 0), &list, depth, false);
    if (n->n.kids_count != 2 || it->range_iter || list.kind == FV_NULL || list.kind == FV_RANGE) return true;
    uint32_t count = items_of(&list, &items);
    bool wants = n->n.op == FEEL_SOME;
    if (v->kind == FV_BOOL && v->b != wants) return true; /* no single item decided */
    for (uint32_t i = 0; i < count; i++) {
        struct fv r;
        x->e->locals[it->n.slot] = items[i];
        if (!ev_node(x->e, body, &r)) return false;
        bool decides = v->kind == FV_BOOL ? r.kind == FV_BOOL && r.b == wants : r.kind == FV_NULL;
        if (!decides) continue;
        put_line(x, it, &items[i], depth, false);
        return node(x, body, depth + 1, decided);
    }
    return true;
}

static void put_row(struct explain *x, const struct feel_table *t, uint32_t row, int depth, bool decided, bool known)
{
    bool zh = x->lang == LANG_ZH;
    buf_str(x->out, decided ? STR("→ ") : STR("  "));
    buf_fill(x->out, ' ', (size_t)depth * 2);
    buf_str(x->out, zh ? STR("第 ") : STR("row "));
    buf_u64(x->out, row + 1u);
    if (zh) buf_str(x->out, STR(" 行"));
    if (!known) buf_str(x->out, zh ? STR("（得不出真假）") : STR(" (neither true nor false)"));
    buf_str(x->out, zh ? STR("：") : STR(": "));
    put_cut(x->out, t->rows[row].text, EXPLAIN_TEXT);
    buf_char(x->out, '\n');
}

/* A call of a decision table: the arguments, and the rows that hold for them. */
static bool table_rows(struct explain *x, const struct inode *call, const struct inode *body, int depth, bool decided)
{
    struct table_pick p;
    uint32_t count = call->n.kids_count;
    struct fv *arg = ev_alloc(x->e, call, ((size_t)count + 1) * sizeof *arg);
    if (arg == NULL) return false;
    for (uint32_t i = 0; i < count; i++)
        if (!ev_node(x->e, kid(call, i), &arg[i])) return false;
    struct feel_run run = *x->e->run;
    run.vars = arg;
    run.vars_count = count;
    run.steps_left = x->e->steps;
    struct fv room[16];
    struct ev in;
    x->e->rc = ev_begin(&in, call->n.ref->fn->body, &run, room, ARRAY_LEN(room), x->e->err);
    if (x->e->rc != RC_OK) return false;
    bool ok = table_pick(&in, body, &p);
    x->e->steps = in.steps;
    x->e->rc = in.rc;
    if (!ok) return false;
    const struct feel_table *t = table_of(body);
    for (uint32_t i = 0; i < p.hits_count && i < 20; i++) put_row(x, t, p.hits[i], depth, decided, true);
    if (p.unsure != UINT32_MAX && (p.hits_count == 0 || t->hit > FEEL_HIT_FIRST)) put_row(x, t, p.unsure, depth, decided, false);
    return true;
}

static bool node(struct explain *x, const struct inode *n, int depth, bool decided)
{
    struct fv v;
    if (!ev_node(x->e, n, &v)) return false;
    put_line(x, n, &v, depth, decided);
    if (n->folded || depth > FEEL_NEST_MAX) return true;
    if (n->n.op == FEEL_CALL_NAMED && n->n.ref != NULL && n->n.ref->fn != NULL && n->n.ref->fn->body != NULL) {
        const struct inode *body = (const struct inode *)(const void *)n->n.ref->fn->body->root;
        if (body->n.op == FEEL_TABLE && !table_rows(x, n, body, depth + 1, decided)) return false;
    }
    switch (n->n.op) {
    case FEEL_SOME: case FEEL_EVERY: return deciding_item(x, n, &v, depth + 1, decided);
    case FEEL_FOR: case FEEL_FUNCTION: return true; /* what happens to each item is not one value */
    case FEEL_FILTER: {
        struct fv list;
        if (!ev_node(x->e, kid(n, 0), &list)) return false;
        return node(x, kid(n, 0), depth + 1, false);
    }
    case FEEL_IF: {
        struct fv c;
        if (!ev_node(x->e, kid(n, 0), &c)) return false;
        if (!node(x, kid(n, 0), depth + 1, true)) return false;
        const struct inode *taken = kid(n, c.kind == FV_BOOL && c.b ? 1 : 2);
        return taken->n.op == FEEL_LITERAL || node(x, taken, depth + 1, decided);
    }
    case FEEL_MEMBER: /* 干部.级别: one line says it, unless the base is a calculation */
        if (n->n.kids_count == 1 && (kid(n, 0)->n.op == FEEL_VARIABLE || kid(n, 0)->n.op == FEEL_LOCAL)) return true;
        return inner(x, n, &v, depth + 1, false);
    case FEEL_LITERAL: case FEEL_VARIABLE: case FEEL_LOCAL: case FEEL_PARAMETER: case FEEL_ALL: case FEEL_NEG: case FEEL_ADD: case FEEL_SUB: case FEEL_MUL:
    case FEEL_DIV: case FEEL_POW: case FEEL_EQ: case FEEL_NE: case FEEL_LT: case FEEL_LE: case FEEL_GT: case FEEL_GE: case FEEL_AND: case FEEL_OR:
    case FEEL_BETWEEN: case FEEL_IN: case FEEL_TEST: case FEEL_INSTANCE_OF: case FEEL_ITER: case FEEL_LIST: case FEEL_CONTEXT: case FEEL_ENTRY:
    case FEEL_RANGE: case FEEL_INDEX: case FEEL_CALL: case FEEL_CALL_NAMED: case FEEL_DYNAMIC: case FEEL_TABLE: case FEEL_NAME: case FEEL_MISTAKE: case FEEL_OP_COUNT:
        return inner(x, n, &v, depth + 1, decided);
    }
    return true;
}

enum rc feel_explain(const struct feel_program *p, struct feel_run *run, enum lang lang, struct buf *out, struct err *err)
{
    struct fv room[16];
    struct ev e;
    TRY(ev_begin(&e, p, run, room, ARRAY_LEN(room), err));
    struct explain x = {.e = &e, .p = p, .lang = lang, .out = out};
    bool ok = node(&x, (const struct inode *)(const void *)p->root, 0, true);
    run->steps_left = e.steps == 0 ? 1 : e.steps;
    return ok ? RC_OK : e.rc;
}
