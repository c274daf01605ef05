/* eval_path.c - members, filters, positions, loops, contexts, and what the host answers. */
#include "feel/inner.h"

/* ---- members ---- */

static bool host_missing(struct ev *e, const struct inode *n) { return ev_stop(e, n, &E_feel_host, n->n.name); }

static bool record_member(struct ev *e, const struct inode *n, const struct fv *rec, const struct feel_member *m, struct fv *out)
{
    const struct feel_register *reg = rec->reg;
    if (e->run->host == NULL || e->run->host->member == NULL) return host_missing(e, n);
    *out = fv_null();
    e->run->steps_left = e->steps == 0 ? 1 : e->steps; /* a derived field is worked out inside: one budget for the whole */
    enum rc rc = e->run->host->member(e->run, reg, rec->id, m, out, e->err);
    e->steps = e->run->steps_left;
    if (rc != RC_OK) {
        e->rc = rc;
        return false;
    }
    if (out->kind != FV_NULL) return true;
    /* Which field of which record: an explanation starts here, and goes on inside where a derivation failed. */
    struct feel_cause *c = ev_alloc(e, n, sizeof *c);
    if (c == NULL) return false;
    *c = (struct feel_cause){.kind = out->cause == NULL ? &E_feel_c_empty_field : &E_feel_c_derived, .place = n->n.place, .reg = reg,
                             .member = (uint32_t)(m - reg->members), .id = rec->id, .inner = out->cause, .name = m->title.len > 0 ? m->title : m->name};
    out->cause = c;
    return true;
}

static bool composite_member(struct ev *e, const struct inode *n, const struct fv *v, uint32_t slot, struct fv *out)
{
    day_num day = v->kind == FV_DATE ? v->day : v->kind == FV_DATETIME ? v->datetime->day : 0;
    const struct tod *t = v->kind == FV_TIME ? v->time : v->kind == FV_DATETIME ? &v->datetime->time : NULL;
    int64_t s = v->kind == FV_SPAN ? v->span.second : 0;
    struct ymd d = ymd_of(day);
    (void)e;
    switch (slot) {
    case 0: *out = fv_i64(d.year); break;
    case 1: *out = fv_i64(d.month); break;
    case 2: *out = fv_i64(d.day); break;
    case 3: *out = fv_i64(weekday_of(day)); break;
    case 4: *out = fv_i64(t->second / 3600); break;
    case 5: *out = fv_i64(t->second / 60 % 60); break;
    case 6: {
        struct dec whole = dec_i64(t->second % 60), part = dec_scaled(t->nano, 9);
        (void)dec_add(whole, part, &whole);
        *out = fv_num(whole);
        break;
    }
    case 7:
        if (t->zone == ZONE_NONE) return ev_null_from(n, &(struct fv){.kind = FV_NULL}, out);
        *out = fv_span((struct dt_span){.second = t->offset_s});
        break;
    case 8:
        if (t->zone != ZONE_NAMED || t->zone_name == NULL) return ev_null_from(n, &(struct fv){.kind = FV_NULL}, out);
        *out = fv_str(str_c(t->zone_name));
        break;
    case 9: *out = fv_i64(v->months / 12); break;
    case 10: *out = fv_i64(v->months % 12); break;
    case 11: *out = fv_i64(s / 86400); break;
    case 12: *out = fv_i64(s / 3600 % 24); break;
    case 13: *out = fv_i64(s / 60 % 60); break;
    case 14: {
        struct dec whole = dec_i64(s % 60), part = v->span.nano < 0 ? dec_neg(dec_scaled(-(int64_t)v->span.nano, 9)) : dec_scaled(v->span.nano, 9);
        (void)dec_add(whole, part, &whole);
        *out = fv_num(whole);
        break;
    }
    case 15: *out = v->range->low; break;
    case 16: *out = v->range->high; break;
    case 17: *out = fv_bool(!v->range->low_open); break;
    default: *out = fv_bool(!v->range->high_open); break;
    }
    if (out->kind == FV_NULL && out->cause == NULL) out->cause = n->null_cause;
    return true;
}

static bool code_member(struct ev *e, const struct inode *n, const struct fv *v, const struct feel_member *m, struct fv *out)
{
    const struct feel_codes *c = v->codes;
    if (m->slot == CODE_SLOT_CODE) *out = fv_str(c->code[v->code]);
    else if (m->slot == CODE_SLOT_TITLE) *out = fv_str(c->row_title[v->code]);
    else if (m->slot == CODE_SLOT_ORDER && m->type == &feel_number && type_builtin_member(FT_CODE, m->name) == m)
        *out = fv_i64(c->high_first ? (int64_t)c->rows_count - v->code : (int64_t)v->code + 1);
    else *out = c->cells[(size_t)v->code * c->columns_count + m->slot];
    if (out->kind == FV_NULL && out->cause == NULL)
        return ev_null(e, n, out, &E_feel_c_no_member, m->title, c->row_title[v->code], STR_NONE);
    return true;
}

static bool no_member(struct ev *e, const struct inode *n, const struct fv *v, struct fv *out)
{
    return ev_null(e, n, out, &E_feel_c_no_member, n->n.name, kind_text((enum fv_kind)v->kind, LANG_ZH), STR_NONE);
}

/* base.name, whatever base turns out to be; over a list, of each item. */
bool ev_member_of(struct ev *e, const struct inode *n, const struct fv *base, struct fv *out)
{
    const struct feel_member *m = n->n.member;
    switch ((enum fv_kind)base->kind) {
    case FV_RECORD:
        if (m == NULL || base->reg->members_count == 0 || m < base->reg->members || m >= base->reg->members + base->reg->members_count)
            m = map_find(&base->reg->by_name, n->n.name);
        return m == NULL ? no_member(e, n, base, out) : record_member(e, n, base, m, out);
    case FV_CONTEXT: {
        const struct fv *v = NULL;
        if (m != NULL && m->slot < base->count && str_eq(base->entries[m->slot].key, m->name)) v = &base->entries[m->slot].value;
        if (v == NULL) v = context_find(base, n->n.name);
        if (v == NULL && m != NULL) v = context_find(base, m->name);
        if (v == NULL && m != NULL) v = context_find(base, m->title);
        for (uint32_t i = 0; v == NULL && i < base->count; i++) /* a key with blanks beside its signs */
            if (str_eq(name_normal(e->a, base->entries[i].key), n->n.name)) v = &base->entries[i].value;
        if (v == NULL) return no_member(e, n, base, out);
        *out = *v;
        if (out->kind == FV_NULL && out->cause == NULL) return ev_null(e, n, out, &E_feel_c_empty_name, n->n.name, STR_NONE, STR_NONE);
        return true;
    }
    case FV_LIST: {
        struct fv *items = ev_alloc(e, n, (size_t)base->count * sizeof *items);
        if (items == NULL) return false;
        if (e->steps < base->count) return ev_stop_steps(e, n);
        e->steps -= base->count;
        for (uint32_t i = 0; i < base->count; i++)
            if (!ev_member_of(e, n, &base->items[i], &items[i])) return false;
        *out = fv_list(items, base->count);
        return true;
    }
    case FV_CODE: {
        const struct feel_member *col = codes_column(base->codes, n->n.name);
        return col == NULL ? no_member(e, n, base, out) : code_member(e, n, base, col, out);
    }
    case FV_DATE: case FV_TIME: case FV_DATETIME: case FV_MONTHS: case FV_SPAN: case FV_RANGE: {
        static const enum ft_kind kinds[] = {[FV_DATE] = FT_DATE, [FV_TIME] = FT_TIME, [FV_DATETIME] = FT_DATETIME, [FV_MONTHS] = FT_MONTHS,
                                             [FV_SPAN] = FT_SPAN, [FV_RANGE] = FT_RANGE};
        const struct feel_member *part = type_builtin_member(kinds[base->kind], n->n.name);
        return part == NULL ? no_member(e, n, base, out) : composite_member(e, n, base, part->slot, out);
    }
    case FV_NULL: return ev_null_from(n, base, out);
    case FV_BOOL: case FV_NUMBER: case FV_STRING: case FV_FUNCTION: return no_member(e, n, base, out);
    }
    return no_member(e, n, base, out);
}

bool ev_member(struct ev *e, const struct inode *n, struct fv *out)
{
    struct fv room;
    const struct fv *base = ev_get(e, kid(n, 0), &room);
    return base != NULL && ev_member_of(e, n, base, out);
}

bool ev_member_record(struct ev *e, const struct inode *n, struct fv *out)
{
    struct fv room;
    const struct fv *base = ev_get(e, kid(n, 0), &room);
    if (base == NULL) return false;
    if (base->kind == FV_RECORD && base->reg == n->n.reg) return record_member(e, n, base, n->n.member, out);
    return ev_member_of(e, n, base, out);
}

/* A bare name in a filter over values of unknown type: the item's member if it has one, else what the name means outside. */
bool ev_dynamic(struct ev *e, const struct inode *n, struct fv *out)
{
    const struct inode *member = kid(n, 0);
    struct fv item;
    if (!ev_node(e, kid(member, 0), &item)) return false;
    if (n->n.kids_count == 1) return ev_member_of(e, member, &item, out);
    bool has = (item.kind == FV_CONTEXT && context_find(&item, member->n.name) != NULL) ||
               (item.kind == FV_RECORD && map_find(&item.reg->by_name, member->n.name) != NULL);
    return has ? ev_member_of(e, member, &item, out) : ev_node(e, kid(n, 1), out);
}

/* ---- the host ---- */

bool ev_all(struct ev *e, const struct inode *n, struct fv *out)
{
    if (e->run->host == NULL || e->run->host->all == NULL) return host_missing(e, n);
    enum rc rc = e->run->host->all(e->run, n->n.reg, out, e->err);
    if (rc != RC_OK) e->rc = rc;
    return rc == RC_OK;
}

bool ev_parameter(struct ev *e, const struct inode *n, struct fv *out)
{
    day_num day = e->run->today;
    if (n->n.kids_count > 0) {
        struct fv room;
        const struct fv *d = ev_get(e, kid(n, 0), &room);
        if (d == NULL) return false;
        if (d->kind == FV_DATETIME) day = d->datetime->day;
        else if (d->kind == FV_DATE) day = d->day;
        else if (d->kind == FV_NULL) return ev_null_from(n, d, out);
        else return ev_null(e, n, out, &E_feel_c_argument, n->n.ref->title, STR("日期"), kind_text((enum fv_kind)d->kind, LANG_ZH));
    }
    if (e->run->host == NULL || e->run->host->param == NULL) return host_missing(e, n);
    *out = fv_null();
    enum rc rc = e->run->host->param(e->run, n->n.slot, day, out, e->err);
    if (rc != RC_OK) {
        e->rc = rc;
        return false;
    }
    if (out->kind != FV_NULL || out->cause != NULL) return true;
    if (!ev_room(e, n, 64)) return false;
    return ev_null(e, n, out, &E_feel_c_param, n->n.ref->title.len > 0 ? n->n.ref->title : n->n.ref->name, day_print(e->a, day), STR_NONE);
}

/* ---- filters and positions ---- */

static bool pick(struct ev *e, const struct inode *n, const struct fv *items, uint32_t count, int64_t at, struct fv *out)
{
    if (at > 0 && at <= count) *out = items[at - 1];
    else if (at < 0 && -at <= count) *out = items[count + at];
    else {
        if (!ev_room(e, n, 128)) return false;
        return ev_null(e, n, out, &E_feel_c_index, str_i64(e->a, at), str_u64(e->a, count), STR_NONE);
    }
    if (out->kind == FV_NULL && out->cause == NULL) out->cause = n->null_cause;
    return true;
}

bool ev_index(struct ev *e, const struct inode *n, struct fv *out)
{
    struct fv lr, pr;
    const struct fv *l = ev_get(e, kid(n, 0), &lr), *items;
    if (l == NULL) return false;
    const struct fv *p = ev_get(e, kid(n, 1), &pr);
    if (p == NULL) return false;
    int64_t at;
    if (l->kind == FV_NULL) return ev_null_from(n, l, out);
    if (p->kind == FV_NULL) return ev_null_from(n, p, out);
    if (p->kind != FV_NUMBER || !dec_to_i64(p->num, &at)) return ev_null(e, n, out, &E_feel_c_filter, STR_NONE, STR_NONE, STR_NONE);
    uint32_t count = items_of(l, &items);
    return pick(e, n, items, count, at, out);
}

bool ev_filter(struct ev *e, const struct inode *n, struct fv *out)
{
    struct fv l, c;
    const struct fv *items;
    if (!ev_node(e, kid(n, 0), &l)) return false;
    if (l.kind == FV_NULL && e->mode == FEEL_PACK) return ev_null_from(n, &l, out);
    uint32_t count = items_of(&l, &items);
    if (l.kind == FV_NULL) count = 0;
    struct fv_vec kept = {0};
    const struct inode *cond = kid(n, 1);
    MUST(n->n.slot < e->locals_count);
    struct fv outer = e->locals[n->n.slot];
    for (uint32_t i = 0; i < count; i++) {
        struct arena_mark mark = arena_mark(e->a);
        e->locals[n->n.slot] = items[i];
        if (!ev_node(e, cond, &c)) return false;
        int64_t at;
        if (c.kind == FV_NUMBER && dec_to_i64(c.num, &at)) { /* a position after all */
            e->locals[n->n.slot] = outer;
            return pick(e, n, items, count, at, out);
        }
        if (c.kind != FV_BOOL && c.kind != FV_NULL) {
            e->locals[n->n.slot] = outer;
            return ev_null(e, n, out, &E_feel_c_filter, STR_NONE, STR_NONE, STR_NONE);
        }
        if (e->a->used != mark.used) arena_reset(e->a, mark); /* of a null, its cause is not asked for */
        if (c.kind == FV_BOOL && c.b && !vec_keep(e, n, &kept, &items[i])) return false;
    }
    e->locals[n->n.slot] = outer;
    *out = vec_list(&kept);
    return true;
}

/* count(list[condition]): no list of what was kept is made, and what a condition leaves in memory goes at once, so that a rule can count the
 * people of a county.  Chosen where the condition is known to be no position. */
bool ev_count_filter(struct ev *e, const struct inode *n, struct fv *out)
{
    const struct inode *filter = kid(n, 0), *cond = kid(filter, 1);
    struct fv l, c;
    const struct fv *items = NULL;
    if (!ev_node(e, kid(filter, 0), &l)) return false;
    if (l.kind == FV_NULL && e->mode == FEEL_PACK) {
        if (!ev_null_from(filter, &l, &c)) return false;
        return ev_null_from(n, &c, out);
    }
    uint32_t count = l.kind == FV_NULL ? 0 : items_of(&l, &items), kept = 0;
    MUST(filter->n.slot < e->locals_count);
    struct fv outer = e->locals[filter->n.slot];
    struct arena_mark mark = arena_mark(e->a);
    for (uint32_t i = 0; i < count; i++) {
        e->locals[filter->n.slot] = items[i];
        if (!ev_node(e, cond, &c)) return false;
        if (c.kind == FV_BOOL && c.b) kept++;
        if (e->a->used != mark.used) arena_reset(e->a, mark);
    }
    e->locals[filter->n.slot] = outer;
    *out = fv_i64(kept);
    return true;
}

/* ---- for, some, every ---- */

struct loop {
    const struct inode *n;
    struct fv_vec results;
    struct fv null;       /* the first null condition */
    bool undecided, settled;
    bool answer;
    bool dead;            /* something to walk over is null: so is the whole */
};

static bool loop_level(struct ev *e, struct loop *l, uint32_t level);

static bool loop_body(struct ev *e, struct loop *l)
{
    const struct inode *body = kid(l->n, l->n->n.kids_count - 1);
    struct fv v;
    if (!ev_node(e, body, &v)) return false;
    if (l->n->n.op == FEEL_FOR) {
        if (!vec_add(e, l->n, &l->results, &v)) return false;
        e->locals[l->n->n.slot] = vec_list(&l->results);
        return true;
    }
    bool decides = l->n->n.op == FEEL_SOME;
    if (v.kind == FV_BOOL) {
        if (v.b == decides) l->settled = l->answer = true;
        return true;
    }
    if (v.kind != FV_NULL) { /* no condition at all: the whole is null */
        l->dead = true;
        return ev_null(e, l->n, &l->null, &E_feel_c_condition, STR_NONE, STR_NONE, STR_NONE);
    }
    if (l->undecided) return true;
    l->undecided = true;
    return ev_null_from(l->n, &v, &l->null);
}

/* One item; the loops ask `settled` and `dead` themselves. */
static bool loop_one(struct ev *e, struct loop *l, uint32_t level, const struct inode *it, const struct fv *item)
{
    if (e->steps == 0) return ev_stop_steps(e, it);
    e->steps--;
    e->locals[it->n.slot] = *item;
    return level + 2 == l->n->n.kids_count ? loop_body(e, l) : loop_level(e, l, level + 1);
}

static bool loop_span(struct ev *e, struct loop *l, uint32_t level, const struct inode *it, const struct fv *a, const struct fv *b)
{
    int64_t x, y;
    bool days = a->kind == FV_DATE && b->kind == FV_DATE;
    if (days) {
        x = a->day;
        y = b->day;
    } else if (a->kind != FV_NUMBER || b->kind != FV_NUMBER || !dec_to_i64(a->num, &x) || !dec_to_i64(b->num, &y)) {
        l->dead = true;
        if (a->kind == FV_NULL || b->kind == FV_NULL) return ev_null_from(l->n, a->kind == FV_NULL ? a : b, &l->null);
        return ev_null(e, it, &l->null, &E_feel_c_ends, STR_NONE, STR_NONE, STR_NONE);
    }
    int64_t step = x <= y ? 1 : -1;
    for (int64_t i = x;; i += step) {
        struct fv v = days ? fv_day(i) : fv_i64(i);
        if (!loop_one(e, l, level, it, &v)) return false;
        if (i == y || l->settled || l->dead) return true;
    }
}

static bool loop_level(struct ev *e, struct loop *l, uint32_t level)
{
    const struct inode *it = kid(l->n, level);
    struct fv a, b;
    const struct fv *items;
    if (!ev_node(e, kid(it, 0), &a)) return false;
    if (it->range_iter) {
        if (!ev_node(e, kid(it, 1), &b)) return false;
        return loop_span(e, l, level, it, &a, &b);
    }
    if (a.kind == FV_NULL) {
        l->dead = true;
        return ev_null_from(l->n, &a, &l->null);
    }
    if (a.kind == FV_RANGE) {
        const struct fv_range *r = a.range;
        struct fv low = r->low, high = r->high;
        if (low.kind == FV_NUMBER && r->low_open && dec_add(low.num, dec_i64(1), &low.num)) low.kind = FV_NUMBER;
        if (high.kind == FV_NUMBER && r->high_open && dec_sub(high.num, dec_i64(1), &high.num)) high.kind = FV_NUMBER;
        if (low.kind == FV_DATE && r->low_open) low.day++;
        if (high.kind == FV_DATE && r->high_open) high.day--;
        int order = 0;
        if (fv_compare(&low, &high, &order) && order > 0) return true; /* nothing lies between */
        return loop_span(e, l, level, it, &low, &high);
    }
    uint32_t count = items_of(&a, &items);
    for (uint32_t i = 0; i < count && !l->settled && !l->dead; i++)
        if (!loop_one(e, l, level, it, &items[i])) return false;
    return true;
}

bool ev_loop(struct ev *e, const struct inode *n, struct fv *out)
{
    struct loop l = {.n = n};
    if (n->n.op == FEEL_FOR) e->locals[n->n.slot] = fv_list(NULL, 0);
    if (!loop_level(e, &l, 0)) return false;
    if (l.dead) *out = l.null;
    else if (n->n.op == FEEL_FOR) *out = vec_list(&l.results);
    else if (l.settled) *out = fv_bool(n->n.op == FEEL_SOME);
    else if (l.undecided) *out = l.null;
    else *out = fv_bool(n->n.op == FEEL_EVERY);
    return true;
}

bool ev_context(struct ev *e, const struct inode *n, struct fv *out)
{
    struct fv_entry *entries = ev_alloc(e, n, (size_t)n->n.kids_count * sizeof *entries);
    if (entries == NULL) return false;
    for (uint32_t i = 0; i < n->n.kids_count; i++) {
        const struct inode *entry = kid(n, i);
        entries[i].key = entry->n.name;
        if (!ev_node(e, kid(entry, 0), &entries[i].value)) return false;
        if (entry->n.slot < e->locals_count) e->locals[entry->n.slot] = entries[i].value;
    }
    *out = (struct fv){.kind = FV_CONTEXT, .count = n->n.kids_count, .entries = entries};
    return true;
}
