/* count.c - how many: records by one or two fields, under the same predicate as lists.  Groups too small to say of a protected or restricted field are left out. */
#include "http/inner.h"

enum { GROUPS_MAX = 5000 };

struct group { struct sv keys[2]; uint64_t count; };
struct counting { struct req *q; const struct list *l; const struct pack_field *by[2]; size_t by_n; struct map groups; VEC(struct group *) list; bool many; };

static enum rc count_row(void *ctx, const struct record *rec, const struct sight *sight, size_t at, bool *stop, struct err *err)
{
    struct counting *c = ctx;
    struct req *q = c->q;
    struct sv v[2] = {sv_null(), sv_null()};
    char key[256];
    size_t used = 0;
    (void)at;
    for (size_t i = 0; i < c->by_n; i++) {
        const struct pack_field *f = c->by[i];
        if (!sight_field(sight, c->l->reg, f)) return RC_OK;
        if (f->derive != NULL) TRY(derived_get(q, c->l->reg, f, rec->id, &v[i], err));
        else v[i] = rec->values[f->column];
        int n = v[i].kind == SV_TEXT ? snprintf(key + used, sizeof key - used, "t%.*s\n", (int)MIN(v[i].s.len, (size_t)100), v[i].s.ptr == NULL ? "" : v[i].s.ptr)
                                     : snprintf(key + used, sizeof key - used, "%d %lld\n", (int)v[i].kind, (long long)v[i].i);
        used += (size_t)n;
    }
    struct group *g = map_find(&c->groups, str_of(key, used));
    if (g == NULL) {
        if (c->list.len == GROUPS_MAX) {
            c->many = *stop = true;
            return RC_OK;
        }
        g = arena_new(&q->arena, struct group);
        for (size_t i = 0; i < c->by_n; i++) {
            g->keys[i] = v[i];
            if (v[i].kind == SV_TEXT) g->keys[i].s = str_dup(&q->arena, v[i].s);
        }
        map_put(&q->arena, &c->groups, str_dup(&q->arena, str_of(key, used)), g);
        vec_push(&q->arena, &c->list, g);
    }
    g->count++;
    return RC_OK;
}

/* ---- by columns ---- */

struct cell_group { int64_t key[2]; unsigned there; uint64_t count; };
struct cell_groups { struct cell_group *at; uint32_t *slots; size_t len, slots_count; };

enum { SLOTS = 16384 };

static bool group_add(struct cell_groups *g, const struct column_cells *c, size_t n, uint32_t place)
{
    struct cell_group k = {{0, 0}, 0, 0};
    for (size_t i = 0; i < n; i++)
        if ((c[i].valid[place >> 6] >> (place & 63) & 1) != 0) {
            k.there |= 1u << i;
            k.key[i] = c[i].cells[place];
        }
    size_t h = (size_t)(((uint64_t)k.key[0] * UINT64_C(0x9E3779B97F4A7C15)) ^ ((uint64_t)k.key[1] * UINT64_C(0xC2B2AE3D27D4EB4F)) ^ k.there) >> 20 & (SLOTS - 1);
    for (; g->slots[h] != 0; h = (h + 1) & (SLOTS - 1)) {
        struct cell_group *x = &g->at[g->slots[h] - 1];
        if (x->key[0] == k.key[0] && x->key[1] == k.key[1] && x->there == k.there) {
            x->count++;
            return true;
        }
    }
    if (g->len == GROUPS_MAX) return false;
    k.count = 1;
    g->at[g->len] = k;
    g->slots[h] = (uint32_t)++g->len;
    return true;
}

/* done false: what it is counted by has no such columns, or the filter has to be asked record by record. */
static enum rc by_columns(struct counting *c, bool *done, struct err *err)
{
    struct req *q = c->q;
    const struct list *l = c->l;
    struct roster_wants w = {0};
    struct sheet *s = NULL;
    struct column_cells cells[2];
    struct picked pick = {0};
    bool there = true, dynamic = false;
    *done = false;
    if (l->filter != NULL && !program_open(q, l->reg, l->filter, &dynamic)) return RC_OK;
    roster_want_put(&q->arena, &w, (struct roster_want){.reg = l->reg});
    if (l->filter != NULL) roster_want_program(&q->arena, &w, l->filter, false);
    for (size_t i = 0; i < c->by_n; i++) {
        if (c->by[i]->type == FIELD_TEXT || c->by[i]->type == FIELD_FILE || c->by[i]->type == FIELD_DURATION || c->by[i]->type == FIELD_DATETIME) return RC_OK;
        roster_want_put(&q->arena, &w, (struct roster_want){.reg = l->reg, .field = c->by[i]});
    }
    TRY(sheet_pin(q, &w, &s, err));
    if (l->filter != NULL) {
        TRY(columns_pick(q, l, &pick, err));
        if (pick.sheet != s || pick.yes == NULL) return RC_OK;
    }
    for (size_t i = 0; i < c->by_n && there; i++) TRY(column_cells(q, s, l->reg, c->by[i]->name, &cells[i], &there, err));
    for (size_t i = 0; i < c->by_n && there; i++) there = cells[i].kind != FEEL_COLUMN_NUMBER || cells[i].scale == c->by[i]->len;
    if (!there) return RC_OK;
    struct cell_groups g = {.at = arena_array(&q->arena, struct cell_group, GROUPS_MAX), .slots = arena_array(&q->arena, uint32_t, SLOTS)};
    const uint64_t *gone = NULL, *ids = NULL;
    uint32_t places = roster_places(sheet_roster(s), l->reg, &gone);
    size_t n = 0;
    if (l->scope->all) {
        for (uint32_t i = 0; i < places && !c->many; i++) {
            if ((gone != NULL && (gone[i >> 6] >> (i & 63) & 1) != 0) || (pick.yes != NULL && (pick.yes[i >> 6] >> (i & 63) & 1) == 0)) continue;
            c->many = !group_add(&g, cells, c->by_n, i);
        }
    } else {
        TRY(order_ids(q, l->reg, &l->order, false, l->scope, l->classes, &ids, &n, err));
        for (size_t i = 0; i < n && !c->many; i++) {
            uint32_t place = roster_place(sheet_roster(s), l->reg, (int64_t)ids[i]);
            if (place == UINT32_MAX || (pick.yes != NULL && (pick.yes[place >> 6] >> (place & 63) & 1) == 0)) continue;
            c->many = !group_add(&g, cells, c->by_n, place);
        }
    }
    for (size_t i = 0; i < g.len; i++) {
        struct group *x = arena_new(&q->arena, struct group);
        x->count = g.at[i].count;
        for (size_t k = 0; k < c->by_n; k++) {
            bool has = (g.at[i].there >> k & 1) != 0;
            x->keys[k] = !has ? sv_null() : cells[k].codes != NULL ? sv_text(cells[k].codes->code[g.at[i].key[k]]) : sv_int(g.at[i].key[k]);
        }
        vec_push(&q->arena, &c->list, x);
    }
    *done = true;
    return RC_OK;
}

static int by_keys(const void *x, const void *y)
{
    const struct group *a = *(struct group *const *)x, *b = *(struct group *const *)y;
    for (size_t i = 0; i < 2; i++) {
        if (a->keys[i].kind != b->keys[i].kind) return a->keys[i].kind == SV_NULL ? 1 : -1;
        if (a->keys[i].i != b->keys[i].i) return a->keys[i].i < b->keys[i].i ? -1 : 1;
        int c = str_cmp(a->keys[i].s, b->keys[i].s);
        if (c != 0) return c;
    }
    return 0;
}

enum rc route_counts(struct req *q, struct err *err)
{
    struct list l = {.reg = q->reg, .order = {ORDER_ID, NULL, false}};
    struct counting c = {.q = q, .l = &l};
    struct str by = req_query(q, "by");
    uint64_t suppressed = 0;
    bool delicate = false;
    for (size_t from = 0; from < by.len && c.by_n < 2;) {
        size_t to = from;
        while (to < by.len && by.ptr[to] != ',') to++;
        TRY(req_field(q, q->reg, str_trim(str_sub(by, from, to)), &c.by[c.by_n], err));
        const struct pack_field *f = c.by[c.by_n++];
        if (f->class == PACK_PROTECTED) return err_set(err, &E_http_filter_field, NO_PLACE, text2_in(&f->title, q->lang));
        if (f->class != PACK_OPEN) l.classes |= 1u << f->class;
        delicate = delicate || f->class >= PACK_RESTRICTED;
        from = to + 1;
    }
    if (c.by_n == 0) return err_set(err, &E_http_query, NO_PLACE, STR("by"), STR("写一个或两个字段"), STR("name one or two fields"));
    unsigned classes = 0;
    TRY(filter_compile(q, q->reg, req_query(q, "filter"), &l.filter, &classes, err));
    l.classes |= classes & ~1u;
    l.scope = l.classes == 0 ? grant_scope(q->grant, PACK_READ, q->reg) : grant_scope_by(q->grant, PACK_READ, q->reg, l.classes, &q->arena);
    bool done = false;
    TRY(by_columns(&c, &done, err));
    if (!done) TRY(list_each(q, &l, 0, count_row, &c, err));
    if (c.many) return err_set(err, &E_http_query, NO_PLACE, STR("by"), STR("分组太多，换一个取值较少的字段"), STR("too many groups: choose a field with fewer values"));
    if (c.list.len > 1) qsort(c.list.at, c.list.len, sizeof *c.list.at, by_keys);
    answer_json(q);
    json_object(&q->j);
    put_u64(&q->j, "seq", q->view->seq);
    put_key(&q->j, "items");
    json_array(&q->j);
    for (size_t i = 0; i < c.list.len; i++) {
        if (delicate && (int64_t)c.list.at[i]->count < q->view->set->min_group) {
            suppressed++;
            continue;
        }
        json_object(&q->j);
        put_key(&q->j, "keys");
        json_array(&q->j);
        for (size_t k = 0; k < c.by_n; k++) TRY(value_put(q, c.by[k], &c.list.at[i]->keys[k], err));
        json_end_array(&q->j);
        put_u64(&q->j, "count", c.list.at[i]->count);
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
    put_u64(&q->j, "suppressed", suppressed);
    json_end_object(&q->j);
    return RC_OK;
}
