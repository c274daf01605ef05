/* builtin.c - the table of built-in functions, and those on booleans and contexts. */
#include "feel/builtins.h"

const struct builtin builtins[] = {
#define BUILTIN(name, params, result, flags, fn) {STR_INIT(name), params, result, flags, fn},
#include "feel/builtins.def"
#undef BUILTIN
};
const uint32_t builtins_count = ARRAY_LEN(builtins);

const struct builtin *builtin_find(struct str name)
{
    for (uint32_t i = 0; i < ARRAY_LEN(builtins); i++)
        if (str_eq(builtins[i].name, name)) return &builtins[i];
    return NULL;
}

struct str builtin_nearest(struct str name)
{
    struct str names[ARRAY_LEN(builtins)];
    for (uint32_t i = 0; i < ARRAY_LEN(builtins); i++) names[i] = builtins[i].name;
    return nearest_name(name, ARRAY_LEN(builtins), names);
}

bool bi_not(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)e, (void)n, (void)args;
    *out = fv_bool(!arg[0].b);
    return true;
}

/* The same in every particular: kind, value, and the zone as it is written. */
static bool same_zone(const struct tod *a, const struct tod *b)
{
    if (a->zone != b->zone) {
        bool utc_a = a->zone != ZONE_NONE && a->offset_s == 0, utc_b = b->zone != ZONE_NONE && b->offset_s == 0;
        return utc_a && utc_b && a->zone != ZONE_NAMED && b->zone != ZONE_NAMED;
    }
    if (a->zone == ZONE_NAMED) return str_eq(str_c(a->zone_name), str_c(b->zone_name));
    return a->offset_s == b->offset_s;
}

bool bi_is(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)e, (void)n, (void)args;
    const struct fv *a = &arg[0], *b = &arg[1];
    if (!given(a) && !given(b)) return ev_null_from(n, a, out);
    bool same = fv_equal(a, b) == 1;
    if (same && a->kind == FV_TIME) same = same_zone(a->time, b->time) && a->time->second == b->time->second;
    if (same && a->kind == FV_DATETIME) same = same_zone(&a->datetime->time, &b->datetime->time) && a->datetime->time.second == b->datetime->time.second;
    *out = fv_bool(same);
    return true;
}

/* ---- contexts ---- */

bool bi_get_value(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    const struct fv *at = &arg[0], *keys;
    uint32_t count = items_of(&arg[1], &keys);
    if (count == 0) return bad_value(e, n, out, STR("[]"));
    for (uint32_t i = 0; i < count; i++) {
        const struct fv *v = at->kind == FV_CONTEXT && keys[i].kind == FV_STRING ? context_find(at, keys[i].str) : NULL;
        if (v == NULL) return ev_null(e, n, out, &E_feel_c_no_member, keys[i].kind == FV_STRING ? keys[i].str : STR("null"), kind_text((enum fv_kind)at->kind, LANG_ZH), STR_NONE);
        at = v;
    }
    *out = *at;
    return true;
}

bool bi_get_entries(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    uint32_t count = arg[0].count;
    struct fv *items = ev_alloc(e, n, (size_t)count * sizeof *items);
    struct fv_entry *pairs = ev_alloc(e, n, (size_t)count * 2 * sizeof *pairs);
    if (items == NULL || pairs == NULL) return false;
    for (uint32_t i = 0; i < count; i++) {
        pairs[2 * i] = (struct fv_entry){STR("key"), fv_str(arg[0].entries[i].key)};
        pairs[2 * i + 1] = (struct fv_entry){STR("value"), arg[0].entries[i].value};
        items[i] = (struct fv){.kind = FV_CONTEXT, .count = 2, .entries = &pairs[2 * i]};
    }
    *out = fv_list(items, count);
    return true;
}

bool bi_context(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    const struct fv *items;
    uint32_t count = items_of(&arg[0], &items);
    struct fv_entry *to = ev_alloc(e, n, ((size_t)count + 1) * sizeof *to);
    if (to == NULL) return false;
    for (uint32_t i = 0; i < count; i++) {
        const struct fv *k = items[i].kind == FV_CONTEXT ? context_find(&items[i], STR("key")) : NULL;
        const struct fv *v = items[i].kind == FV_CONTEXT ? context_find(&items[i], STR("value")) : NULL;
        if (k == NULL || v == NULL || k->kind != FV_STRING) return bad_value(e, n, out, STR("{key, value}"));
        for (uint32_t j = 0; j < i; j++)
            if (str_eq(to[j].key, k->str)) return bad_value(e, n, out, k->str);
        to[i] = (struct fv_entry){k->str, *v};
    }
    *out = (struct fv){.kind = FV_CONTEXT, .count = count, .entries = to};
    return true;
}

static bool put_one(struct ev *e, const struct inode *n, const struct fv *c, struct str key, const struct fv *value, struct fv *out)
{
    struct fv_entry *to = ev_alloc(e, n, ((size_t)c->count + 1) * sizeof *to);
    if (to == NULL) return false;
    uint32_t count = c->count, at = 0;
    if (count > 0) memcpy(to, c->entries, (size_t)count * sizeof *to);
    while (at < count && !str_eq(to[at].key, key)) at++;
    to[at] = (struct fv_entry){key, *value};
    *out = (struct fv){.kind = FV_CONTEXT, .count = MAX(count, at + 1), .entries = to};
    return true;
}

static bool put_path(struct ev *e, const struct inode *n, const struct fv *c, const struct fv *keys, uint32_t count, const struct fv *value, struct fv *out)
{
    if (keys[0].kind != FV_STRING) return bad_value(e, n, out, STR("null"));
    if (count == 1) return put_one(e, n, c, keys[0].str, value, out);
    struct fv empty = {.kind = FV_CONTEXT}, inner;
    const struct fv *below = context_find(c, keys[0].str);
    if (below == NULL) below = &empty;
    if (below->kind != FV_CONTEXT) return bad_value(e, n, out, keys[0].str);
    if (!put_path(e, n, below, keys + 1, count - 1, value, &inner)) return false;
    if (inner.kind == FV_NULL) {
        *out = inner;
        return true;
    }
    return put_one(e, n, c, keys[0].str, &inner, out);
}

bool bi_context_put(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    const struct fv *keys;
    uint32_t count = items_of(&arg[1], &keys);
    if (count == 0 || count > FEEL_NEST_MAX) return bad_value(e, n, out, STR("[]"));
    return put_path(e, n, &arg[0], keys, count, &arg[2], out);
}

bool bi_context_merge(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    const struct fv *items;
    uint32_t count = items_of(&arg[0], &items), total = 0, len = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (items[i].kind != FV_CONTEXT) return bad_value(e, n, out, kind_text((enum fv_kind)items[i].kind, LANG_ZH));
        total += items[i].count;
    }
    struct fv_entry *to = ev_alloc(e, n, ((size_t)total + 1) * sizeof *to);
    if (to == NULL) return false;
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < items[i].count; k++) {
            uint32_t at = 0;
            while (at < len && !str_eq(to[at].key, items[i].entries[k].key)) at++;
            to[at] = items[i].entries[k];
            if (at == len) len++;
        }
    *out = (struct fv){.kind = FV_CONTEXT, .count = len, .entries = to};
    return true;
}
