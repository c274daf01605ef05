/*
 * vec_walk.c - lists: where their items come from, which stay, and what is made of them for each row of the space around.
 */
#include "feel/vec.h"

static uint8_t open_space(struct vmake *m, uint8_t parent, const struct feel_register *reg)
{
    struct feel_vector *v = m->v;
    if (v->spaces == VEC_SPACES_MAX) {
        (void)vec_refuse_as(m, STR("太多列表"), STR("too many lists"));
        return SPACE_ANY;
    }
    v->space[v->spaces] = (struct vspace){.parent = parent, .depth = (uint8_t)(v->space[parent].depth + 1), .reg = reg};
    return (uint8_t)v->spaces++;
}

static const struct vnode *items(struct vmake *m, uint8_t space, const struct feel_register *reg)
{
    struct vnode *n = vec_make(m, V_SELF, VT_ROW, 0, NULL, NULL, NULL);
    n->space = space;
    n->reg = reg;
    return n;
}

static bool walk(struct vmake *m, const struct inode *n, uint8_t parent, struct vlist *out);

/* A local that stands for an item, for as long as something is made in its scope. */
static struct vbind *local_open(struct vmake *m, uint32_t slot, const struct vnode *item, struct vbind *before)
{
    if (slot >= m->f->locals_count) return NULL;
    struct vbind *b = &m->f->locals[slot];
    *before = *b;
    *b = (struct vbind){.bound = true, .node = item};
    return b;
}

static bool keep_where(struct vmake *m, uint8_t space, const struct vnode *cond)
{
    if (cond == NULL) return false;
    if (cond->type != VT_BOOL && cond->type != VT_NULL) return vec_refuse_as(m, STR("按位置取"), STR("a position in a filter")) != NULL;
    struct vspace *s = &m->v->space[space];
    if (s->conds_count == s->conds_cap) {
        uint32_t cap = s->conds_cap == 0 ? 4 : s->conds_cap * 2;
        const struct vnode **to = arena_array(m->a, const struct vnode *, cap);
        for (uint32_t i = 0; i < s->conds_count; i++) to[i] = s->conds[i];
        s->conds = to;
        s->conds_cap = cap;
    }
    s->conds[s->conds_count++] = vec_at(m, cond, space);
    return true;
}

static bool walk_filter(struct vmake *m, const struct inode *n, uint8_t parent, struct vlist *out)
{
    if (!walk(m, kid(n, 0), parent, out)) return false;
    const struct inode *c = kid(n, 1);
    if (c->n.type->kind != FT_BOOL && c->n.type->kind != FT_NULL) return vec_refuse_as(m, STR("按位置取"), STR("a position in a filter")) != NULL;
    struct vbind before, *b = local_open(m, n->n.slot, vec_share(m, out->item), &before);
    if (b == NULL) return vec_refuse(m, STR("item")) != NULL;
    const struct vnode *cond = vec_node(m, c);
    *b = before;
    return keep_where(m, out->space, cond);
}

static bool walk_back(struct vmake *m, const struct inode *n, uint8_t parent, struct vlist *out)
{
    const struct vnode *rec = vec_node(m, kid(n, 0));
    if (rec == NULL) return false;
    if (rec->type != VT_ROW || n->n.member == NULL || n->n.reg == NULL || rec->reg != n->n.reg) return vec_refuse(m, n->n.name) != NULL;
    struct feel_back back = {0};
    if (!m->o->columns->back(m->o->columns_ctx, n->n.reg, n->n.member, &back)) return vec_refuse(m, n->n.name) != NULL;
    rec = vec_share(m, vec_at(m, rec, parent));
    out->space = open_space(m, parent, back.from);
    if (out->space == SPACE_ANY) return false;
    m->v->space[out->space].of = rec;
    m->v->space[out->space].back = back;
    out->item = items(m, out->space, back.from);
    return true;
}

static bool walk_all(struct vmake *m, const struct inode *n, uint8_t parent, struct vlist *out)
{
    const struct feel_register *reg = n->n.reg;
    const uint64_t *gone = NULL;
    uint32_t rows = 0, left = 0;
    if (reg == NULL || !m->o->columns->rows(m->o->columns_ctx, reg, &rows, &gone)) return vec_refuse(m, STR("all")) != NULL;
    out->space = open_space(m, parent, reg);
    if (out->space == SPACE_ANY) return false;
    m->v->space[out->space].all = true;
    m->v->space[out->space].all_rows = rows;
    m->v->space[out->space].gone = gone;
    for (uint32_t i = 0; gone != NULL && i < rows; i++) left += (uint32_t)(gone[i >> 6] >> (i & 63) & 1);
    m->v->space[out->space].all_open = rows - left;
    out->item = items(m, out->space, reg);
    return true;
}

static bool walk_member(struct vmake *m, const struct inode *n, uint8_t parent, struct vlist *out)
{
    if (!walk(m, kid(n, 0), parent, out)) return false;
    const struct vnode *x = out->item;
    const struct feel_type *item = kid(n, 0)->n.type->item;
    if (n->n.type->item == NULL || n->n.type->item->kind == FT_LIST) return vec_refuse_as(m, STR("列表的列表"), STR("lists of lists")) != NULL;
    if (x->type == VT_ROW && n->n.member != NULL && item != NULL && item->kind == FT_RECORD && item->reg == x->reg)
        out->item = vec_column(m, x, x->reg, n->n.member);
    else if (x->type == VT_CODE)
        out->item = vec_code_member(m, n, x);
    else
        out->item = vec_refuse(m, n->n.name);
    return out->item != NULL;
}

/* for x in list return …, of one list. */
static bool walk_for(struct vmake *m, const struct inode *n, uint8_t parent, struct vlist *out)
{
    const struct inode *it = kid(n, 0);
    if (n->n.kids_count != 2 || it->range_iter || kid(it, 0)->n.type->kind != FT_LIST) return vec_refuse(m, STR("for")) != NULL;
    if (!walk(m, kid(it, 0), parent, out)) return false;
    struct vbind before, part_before, *b = local_open(m, it->n.slot, vec_share(m, out->item), &before), *part = local_open(m, n->n.slot, NULL, &part_before);
    if (b == NULL || part == NULL) return vec_refuse(m, STR("for")) != NULL;
    const struct vnode *x = vec_node(m, kid(n, 1));
    *part = part_before;
    *b = before;
    if (x != NULL) x = vec_at(m, x, out->space);
    out->item = x;
    return x != NULL;
}

static bool walk(struct vmake *m, const struct inode *n, uint8_t parent, struct vlist *out)
{
    *out = (struct vlist){.space = SPACE_ANY};
    if (m->mode != FEEL_PACK) return vec_refuse_as(m, STR("列表"), STR("lists")) != NULL; /* there a null is an empty list, or a list of one */
    if (n->n.type->kind != FT_LIST) return vec_refuse_as(m, STR("列表"), STR("lists")) != NULL;
    if (m->depth >= VEC_DEPTH_MAX) return vec_refuse_as(m, STR("表达式太大"), STR("an expression too large")) != NULL;
    m->depth++;
    bool ok;
    if (n->n.op == FEEL_MEMBER && kid(n, 0)->n.type->kind == FT_RECORD) ok = walk_back(m, n, parent, out);
    else if (n->n.op == FEEL_MEMBER && kid(n, 0)->n.type->kind == FT_LIST) ok = walk_member(m, n, parent, out);
    else if (n->n.op == FEEL_ALL || (n->n.op == FEEL_MEMBER && n->n.reg != NULL && kid(n, 0)->n.op == FEEL_ALL)) ok = walk_all(m, n, parent, out);
    else if (n->n.op == FEEL_FILTER) ok = walk_filter(m, n, parent, out);
    else if (n->n.op == FEEL_FOR) ok = walk_for(m, n, parent, out);
    else ok = (n->n.name.len > 0 ? vec_refuse(m, n->n.name) : vec_refuse_as(m, STR("列表"), STR("lists"))) != NULL;
    m->depth--;
    return ok;
}

static uint8_t around(struct vmake *m, const struct inode *n)
{
    uint8_t s = vec_depends(m, n);
    return s == SPACE_ANY ? SPACE_ONE : s;
}

static struct vnode *made(struct vmake *m, enum vagg agg, enum vtype type, uint8_t parent, uint8_t space, const struct vnode *item)
{
    if (item != NULL && item->type == VT_NUM && item->scale > VEC_SCALE_MAX) (void)vec_refuse_as(m, STR("小数位太多"), STR("too many decimals"));
    struct vnode *x = vec_make(m, V_AGG, type, 0, NULL, NULL, NULL);
    x->space = parent;
    x->over = space;
    x->agg = agg;
    x->item = item;
    x->cost = 60 + (item == NULL ? 0 : item->cost);
    for (uint32_t i = 0; i < m->v->space[space].conds_count; i++) x->cost += m->v->space[space].conds[i]->cost;
    return x;
}

static bool summable(uint8_t t) { return t == VT_NUM || t == VT_MONTHS || t == VT_SPAN; }

const struct vnode *vec_aggregate(struct vmake *m, const struct inode *n, const struct inode *list, enum vagg agg)
{
    struct vlist l;
    uint8_t parent = around(m, n);
    if (!walk(m, list, parent, &l)) return NULL;
    const struct vnode *x = vec_at(m, l.item, l.space);
    bool cells = x->type != VT_BOOL && x->type != VT_TEXT && x->type != VT_NULL && !(x->type == VT_NUM && x->scale > VEC_SCALE_MAX);
    bool ordered = summable(x->type) || x->type == VT_DAY || x->type == VT_DATETIME;
    struct vnode *r;
    switch (agg) {
    case VA_COUNT: return made(m, agg, VT_NUM, parent, l.space, NULL);
    case VA_DISTINCT: return cells ? made(m, agg, VT_NUM, parent, l.space, x) : vec_refuse(m, n->n.name);
    case VA_SUM: case VA_MIN: case VA_MAX:
        if (agg == VA_SUM ? !summable(x->type) : !ordered) return vec_refuse(m, n->n.name);
        r = made(m, agg, (enum vtype)x->type, parent, l.space, x);
        r->scale = x->scale;
        return r;
    case VA_ANY: case VA_ALL:
        if (x->type != VT_BOOL) return vec_refuse(m, n->n.name);
        return made(m, agg, VT_BOOL, parent, l.space, x);
    case VA_CONTAINS: {
        const struct vnode *y = vec_node(m, kid(n, 1));
        if (y == NULL) return NULL;
        const struct vnode *eq = vec_compare(m, n, FEEL_EQ, x, y, false);
        if (eq == NULL) return NULL;
        return made(m, VA_ANY, VT_BOOL, parent, l.space, vec_at(m, eq, l.space));
    }
    case VA_PICK: break;
    }
    return vec_refuse(m, n->n.name);
}

const struct vnode *vec_index(struct vmake *m, const struct inode *n)
{
    struct vlist l;
    struct fv at;
    int64_t k = 0;
    if (!vec_fixed(m, kid(n, 1)) || kid(n, 0)->n.type->kind != FT_LIST) return vec_refuse_as(m, STR("按位置取"), STR("a position"));
    if (!vec_value(m, kid(n, 1), &at)) return NULL;
    if (at.kind != FV_NUMBER || !dec_to_i64(at.num, &k) || k == 0 || k < -1 || k > 1000000) return vec_refuse_as(m, STR("按位置取"), STR("a position"));
    uint8_t parent = around(m, n);
    if (!walk(m, kid(n, 0), parent, &l)) return NULL;
    const struct vnode *x = vec_at(m, l.item, l.space);
    if (x->type == VT_BOOL || x->type == VT_NULL || (x->type == VT_NUM && x->scale > VEC_SCALE_MAX)) return vec_refuse_as(m, STR("按位置取"), STR("a position"));
    struct vnode *r = made(m, VA_PICK, (enum vtype)x->type, parent, l.space, x);
    r->k = k;
    r->scale = x->scale;
    r->codes = x->codes;
    r->reg = x->reg;
    r->column = x->column;
    return r;
}

const struct vnode *vec_some(struct vmake *m, const struct inode *n)
{
    const struct inode *it = kid(n, 0);
    struct vlist l;
    if (n->n.kids_count != 2 || it->range_iter || kid(it, 0)->n.type->kind != FT_LIST) return vec_refuse(m, n->n.op == FEEL_SOME ? STR("some") : STR("every"));
    uint8_t parent = around(m, n);
    if (!walk(m, kid(it, 0), parent, &l)) return NULL;
    struct vbind before, *b = local_open(m, it->n.slot, vec_share(m, vec_at(m, l.item, l.space)), &before);
    if (b == NULL) return vec_refuse(m, STR("some"));
    const struct vnode *x = vec_node(m, kid(n, 1));
    *b = before;
    if (x == NULL) return NULL;
    if (x->type != VT_BOOL && x->type != VT_NULL) return vec_refuse_as(m, STR("不是真假的条件"), STR("a condition that is not boolean"));
    return made(m, n->n.op == FEEL_SOME ? VA_ANY : VA_ALL, VT_BOOL, parent, l.space, vec_at(m, x, l.space));
}
