/* builtin_list.c - lists.  Positions count from 1, or from the end where negative. */
#include "feel/builtins.h"

bool bi_list_contains(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)e, (void)n, (void)args;
    bool found = false;
    for (uint32_t i = 0; i < arg[0].count && !found; i++) found = fv_equal(&arg[0].items[i], &arg[1]) == 1;
    *out = fv_bool(found);
    return true;
}

bool bi_count(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)e, (void)n, (void)args;
    *out = fv_i64(arg[0].count);
    return true;
}

static bool extreme(struct ev *e, const struct inode *n, const struct fv *list, int sign, struct fv *out)
{
    if (list->count == 0) return ev_null(e, n, out, &E_feel_c_empty_list, n->n.name, STR_NONE, STR_NONE);
    const struct fv *best = &list->items[0];
    for (uint32_t i = 0; i < list->count; i++) {
        const struct fv *v = &list->items[i];
        int order = 0;
        if (v->kind == FV_NULL) return ev_null_from(n, v, out);
        if (!fv_compare(v, best, &order))
            return ev_null(e, n, out, &E_feel_c_compare, kind_text((enum fv_kind)best->kind, LANG_ZH), kind_text((enum fv_kind)v->kind, LANG_ZH), STR_NONE);
        if (order * sign > 0) best = v;
    }
    *out = *best;
    return true;
}

bool bi_min(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    return extreme(e, n, &arg[0], -1, out);
}

bool bi_max(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    return extreme(e, n, &arg[0], 1, out);
}

static bool quantity(struct ev *e, const struct inode *n, const struct fv *list, bool decides, struct fv *out)
{
    const struct fv *odd = NULL;
    for (uint32_t i = 0; i < list->count; i++) {
        const struct fv *v = &list->items[i];
        if (v->kind == FV_BOOL && v->b == decides) {
            *out = fv_bool(decides);
            return true;
        }
        if (v->kind != FV_BOOL && (odd == NULL || odd->kind == FV_NULL)) odd = v;
    }
    if (odd == NULL) *out = fv_bool(!decides);
    else if (odd->kind == FV_NULL) return ev_null_from(n, odd, out);
    else return ev_null(e, n, out, &E_feel_c_argument, n->n.name, STR("list"), kind_text((enum fv_kind)odd->kind, LANG_ZH));
    return true;
}

bool bi_all(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    return quantity(e, n, &arg[0], false, out);
}

bool bi_any(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    return quantity(e, n, &arg[0], true, out);
}

/* Where position p of a list lies, from 0.  `beyond`: one behind the end will do. */
static bool place_of(const struct fv *p, uint32_t count, bool beyond, uint32_t *at)
{
    int64_t v;
    struct dec whole;
    if (!dec_rescale(p->num, 0, DEC_DOWN, &whole) || !dec_to_i64(whole, &v) || v == 0) return false;
    if (v < 0) v += (int64_t)count + 1;
    if (v < 1 || v > (int64_t)count + (beyond ? 1 : 0)) return false;
    *at = (uint32_t)(v - 1);
    return true;
}

static bool no_place(struct ev *e, const struct inode *n, const struct fv *p, uint32_t count, struct fv *out)
{
    if (!ev_room(e, n, 8192)) return false;
    return ev_null(e, n, out, &E_feel_c_index, dec_print(e->a, p->num), str_u64(e->a, count), STR_NONE);
}

bool bi_sublist(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    uint32_t at;
    int64_t len = INT64_MAX;
    if (!place_of(&arg[1], arg[0].count, false, &at)) return no_place(e, n, &arg[1], arg[0].count, out);
    if (given(&arg[2]) && (!dec_to_i64(arg[2].num, &len) || len < 1)) return bad_value(e, n, out, STR("length"));
    if (given(&arg[2]) && len > (int64_t)(arg[0].count - at)) return bad_value(e, n, out, STR("length"));
    uint32_t count = len > (int64_t)(arg[0].count - at) ? arg[0].count - at : (uint32_t)len;
    *out = fv_list(arg[0].items + at, count);
    return true;
}

static bool add_all(struct ev *e, const struct inode *n, struct fv_vec *v, const struct fv *list)
{
    const struct fv *items;
    uint32_t count = items_of(list, &items);
    for (uint32_t i = 0; i < count; i++)
        if (!vec_add(e, n, v, &items[i])) return false;
    return true;
}

bool bi_append(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    struct fv_vec v = {0};
    if (!add_all(e, n, &v, &arg[0]) || !add_all(e, n, &v, &arg[1])) return false;
    *out = vec_list(&v);
    return true;
}

bool bi_concatenate(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    struct fv_vec v = {0};
    for (uint32_t i = 0; i < arg[0].count; i++) {
        if (arg[0].items[i].kind == FV_NULL) return ev_null_from(n, &arg[0].items[i], out);
        if (!add_all(e, n, &v, &arg[0].items[i])) return false;
    }
    *out = vec_list(&v);
    return true;
}

bool bi_insert(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    uint32_t at;
    struct fv_vec v = {0};
    int64_t p;
    if (!place_of(&arg[1], arg[0].count, true, &at)) return no_place(e, n, &arg[1], arg[0].count, out);
    if (dec_to_i64(arg[1].num, &p) && p < 0 && at >= arg[0].count) return no_place(e, n, &arg[1], arg[0].count, out);
    for (uint32_t i = 0; i <= arg[0].count; i++) {
        if (i == at && !vec_add(e, n, &v, &arg[2])) return false;
        if (i < arg[0].count && !vec_add(e, n, &v, &arg[0].items[i])) return false;
    }
    *out = vec_list(&v);
    return true;
}

bool bi_remove(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    uint32_t at;
    struct fv_vec v = {0};
    if (!place_of(&arg[1], arg[0].count, false, &at)) return no_place(e, n, &arg[1], arg[0].count, out);
    for (uint32_t i = 0; i < arg[0].count; i++)
        if (i != at && !vec_add(e, n, &v, &arg[0].items[i])) return false;
    *out = vec_list(&v);
    return true;
}

bool bi_list_replace(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    if (arg[1].kind == FV_FUNCTION) return bi_list_replace_if(e, n, arg, args, out);
    uint32_t at;
    struct fv_vec v = {0};
    if (!place_of(&arg[1], arg[0].count, false, &at)) return no_place(e, n, &arg[1], arg[0].count, out);
    for (uint32_t i = 0; i < arg[0].count; i++)
        if (!vec_add(e, n, &v, i == at ? &arg[2] : &arg[0].items[i])) return false;
    *out = vec_list(&v);
    return true;
}

bool bi_list_replace_if(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    struct fv_vec v = {0};
    for (uint32_t i = 0; i < arg[0].count; i++) {
        struct fv pair[2] = {arg[0].items[i], arg[2]}, hit;
        if (!ev_call_closure(e, n, arg[1].fn, pair, 2, &hit)) return false;
        if (hit.kind != FV_BOOL) {
            if (hit.kind == FV_NULL) return ev_null_from(n, &hit, out);
            return ev_null(e, n, out, &E_feel_c_condition, STR_NONE, STR_NONE, STR_NONE);
        }
        if (!vec_add(e, n, &v, hit.b ? &arg[2] : &arg[0].items[i])) return false;
    }
    *out = vec_list(&v);
    return true;
}

bool bi_reverse(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    struct fv *items = ev_alloc(e, n, (size_t)arg[0].count * sizeof *items);
    if (items == NULL) return false;
    for (uint32_t i = 0; i < arg[0].count; i++) items[i] = arg[0].items[arg[0].count - 1 - i];
    *out = fv_list(items, arg[0].count);
    return true;
}

bool bi_index_of(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    struct fv_vec v = {0};
    for (uint32_t i = 0; i < arg[0].count; i++) {
        struct fv at = fv_i64((int64_t)i + 1);
        if (fv_equal(&arg[0].items[i], &arg[1]) == 1 && !vec_add(e, n, &v, &at)) return false;
    }
    *out = vec_list(&v);
    return true;
}

enum { DISTINCT_FEW = 16 };

/* Values whose equality a hash can stand for: all of one kind, and of one table or register. */
static bool hashable(const struct fv *list)
{
    const struct fv *first = list->items;
    if (list->count <= DISTINCT_FEW) return false;
    if (first->kind != FV_RECORD && first->kind != FV_CODE && first->kind != FV_STRING && first->kind != FV_DATE) return false;
    for (uint32_t i = 1; i < list->count; i++) {
        const struct fv *v = &list->items[i];
        if (v->kind != first->kind || (v->kind == FV_RECORD && v->reg != first->reg) || (v->kind == FV_CODE && v->codes != first->codes)) return false;
    }
    return true;
}

static uint64_t value_hash(const struct fv *v)
{
    if (v->kind == FV_STRING) return str_hash(v->str);
    uint64_t x = v->kind == FV_RECORD ? (uint64_t)v->id : v->kind == FV_CODE ? v->code : (uint64_t)v->day;
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    return x ^ (x >> 31);
}

/* The people of a county are more than each against each can tell apart. */
static bool distinct_hashed(struct ev *e, const struct inode *n, const struct fv *list, struct fv *out)
{
    struct fv_vec v = {0};
    uint32_t slots = DISTINCT_FEW * 4;
    while (slots / 2 < list->count && slots <= UINT32_MAX / 4) slots *= 2;
    uint32_t *at = ev_alloc(e, n, (size_t)slots * sizeof *at); /* place in v, from 1 */
    if (at == NULL) return false;
    memset(at, 0, (size_t)slots * sizeof *at);
    if (e->steps <= list->count) return ev_stop_steps(e, n);
    e->steps -= list->count;
    for (uint32_t i = 0; i < list->count; i++) {
        uint32_t slot = (uint32_t)value_hash(&list->items[i]) & (slots - 1);
        while (at[slot] != 0 && fv_equal(&v.at[at[slot] - 1], &list->items[i]) != 1) slot = (slot + 1) & (slots - 1);
        if (at[slot] != 0) continue;
        if (!vec_keep(e, n, &v, &list->items[i])) return false;
        at[slot] = v.len;
    }
    *out = vec_list(&v);
    return true;
}

static bool distinct(struct ev *e, const struct inode *n, const struct fv *list, struct fv *out)
{
    if (hashable(list)) return distinct_hashed(e, n, list, out);
    struct fv_vec v = {0};
    for (uint32_t i = 0; i < list->count; i++) {
        bool seen = false;
        for (uint32_t k = 0; k < v.len && !seen; k++) seen = fv_equal(&v.at[k], &list->items[i]) == 1;
        if (e->steps <= v.len) return ev_stop_steps(e, n); /* each against each costs */
        e->steps -= v.len;
        if (!seen && !vec_add(e, n, &v, &list->items[i])) return false;
    }
    *out = vec_list(&v);
    return true;
}

bool bi_distinct(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    return distinct(e, n, &arg[0], out);
}

bool bi_union(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    struct fv all;
    if (!bi_concatenate(e, n, arg, args, &all)) return false;
    if (all.kind == FV_NULL) {
        *out = all;
        return true;
    }
    return distinct(e, n, &all, out);
}

static bool flat(struct ev *e, const struct inode *n, const struct fv *list, struct fv_vec *v, int depth)
{
    if (depth > FEEL_NEST_MAX) return ev_stop(e, n, &E_feel_depth, STR("64"));
    for (uint32_t i = 0; i < list->count; i++) {
        bool ok = list->items[i].kind == FV_LIST ? flat(e, n, &list->items[i], v, depth + 1) : vec_add(e, n, v, &list->items[i]);
        if (!ok) return false;
    }
    return true;
}

bool bi_flatten(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    struct fv_vec v = {0};
    if (!flat(e, n, &arg[0], &v, 0)) return false;
    *out = vec_list(&v);
    return true;
}

/* ---- sort: by merging, so that equals keep their order and the function is asked n log n times ---- */

struct sorting {
    struct ev *e;
    const struct inode *n;
    const struct feel_closure *precedes;
    struct fv null;
    bool undecided;
};

/* Does b stand before a?  False: the run stops. */
static bool goes_before(struct sorting *s, const struct fv *b, const struct fv *a, bool *answer)
{
    *answer = false;
    if (s->precedes == NULL) {
        int order = 0;
        if (!fv_compare(b, a, &order)) {
            s->undecided = true;
            return ev_null(s->e, s->n, &s->null, &E_feel_c_compare, kind_text((enum fv_kind)a->kind, LANG_ZH), kind_text((enum fv_kind)b->kind, LANG_ZH), STR_NONE);
        }
        *answer = order < 0;
        return true;
    }
    struct fv pair[2] = {*b, *a}, r;
    if (!ev_call_closure(s->e, s->n, s->precedes, pair, 2, &r)) return false;
    if (r.kind == FV_BOOL) {
        *answer = r.b;
        return true;
    }
    s->undecided = true;
    if (r.kind == FV_NULL && r.cause != NULL) return ev_null_from(s->n, &r, &s->null);
    return ev_null(s->e, s->n, &s->null, &E_feel_c_condition, STR_NONE, STR_NONE, STR_NONE);
}

static bool merge_sort(struct sorting *s, struct fv *v, struct fv *room, uint32_t count)
{
    if (count < 2) return true;
    uint32_t half = count / 2, i = 0, j = half, k = 0;
    if (!merge_sort(s, v, room, half) || !merge_sort(s, v + half, room, count - half)) return false;
    memcpy(room, v, (size_t)count * sizeof *v);
    while (i < half && j < count) {
        bool second;
        if (!goes_before(s, &room[j], &room[i], &second)) return false;
        v[k++] = second ? room[j++] : room[i++];
        if (s->undecided) return true;
    }
    while (i < half) v[k++] = room[i++];
    while (j < count) v[k++] = room[j++];
    return true;
}

bool bi_sort(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    struct sorting s = {.e = e, .n = n, .precedes = arg[1].kind == FV_FUNCTION ? arg[1].fn : NULL};
    uint32_t count = arg[0].count;
    struct fv *v = ev_alloc(e, n, (size_t)count * sizeof *v), *room = ev_alloc(e, n, (size_t)count * sizeof *room);
    if (v == NULL || room == NULL) return false;
    if (count > 0) memcpy(v, arg[0].items, (size_t)count * sizeof *v);
    if (!merge_sort(&s, v, room, count)) return false;
    *out = s.undecided ? s.null : fv_list(v, count);
    return true;
}
