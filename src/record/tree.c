/*
 * tree.c - the ordered path of each record in each tree of its register.
 * A path is its parent's path, then the record's own step: key text, a zero byte, the id in 8 bytes, big end first.  So paths sort
 * as people list an establishment: a record, then what is below it, siblings by key.  Texts hold no zero byte (value.c).
 * Everything here is worked out from the rows; nothing of it is in the journal.
 */
#include "record/inner.h"

bool is_tree(const struct reg_bind *b, const struct pack_field *f)
{
    for (uint32_t i = 0; i < b->reg->trees_count; i++)
        if (b->reg->trees[i] == f) return true;
    return false;
}

static enum rc rows(struct records *rs, struct err *err)
{
    if (rs->tree != NULL) return RC_OK;
    return store_bind(rs->store, &rs->arena, &tree_table, &rs->tree, err);
}

struct node {
    struct str path;
    int64_t depth; /* 1: a root; 0: not there */
};

static enum rc node_get(struct records *rs, const struct reg_bind *b, const struct pack_field *f, uint64_t id, struct arena *a,
                        struct node *out, struct err *err)
{
    TRY(rows(rs, err));
    static const uint32_t columns[] = {TREE_PATH, TREE_DEPTH};
    struct store_where where[] = {{TREE_REG, SO_EQ, sv_int(b->number)},
                                  {TREE_FIELD, SO_EQ, sv_text(f->name)},
                                  {TREE_ID, SO_EQ, sv_int((int64_t)id)}};
    struct store_query q = {.columns = columns, .columns_count = 2, .where = where, .where_count = 3, .limit = 1};
    struct store_cursor *c;
    TRY(store_select(rs->tree, &q, &c, err));
    const struct sv *row;
    enum rc rc = store_next(c, &row, err);
    *out = (struct node){STR_NONE, 0};
    if (rc == RC_OK && row != NULL) *out = (struct node){str_dup(a, row[0].s), row[1].i};
    store_cursor_close(&c);
    return rc;
}

enum rc tree_place(struct records *rs, const struct reg_bind *b, const struct pack_field *f, uint64_t id, struct arena *a, struct str *path,
                   int64_t *depth, struct err *err)
{
    struct node n;
    TRY(node_get(rs, b, f, id, a, &n, err));
    *path = n.path;
    *depth = n.depth;
    return RC_OK;
}

static struct str step(struct arena *a, const struct reg_bind *b, struct str parent, uint64_t id, const struct sv *values)
{
    struct str key = STR("");
    char number[24];
    if (b->reg->key != NULL) {
        const struct sv *v = &values[b->reg->key->column];
        if (v->kind == SV_TEXT) {
            key = v->s;
        } else if (v->kind == SV_INT) { /* numbers as keys sort by size */
            int len = snprintf(number, sizeof number, "%020lld", (long long)v->i);
            key = str_of(number, (size_t)len);
        }
    }
    char tail[9] = {0};
    for (int i = 0; i < 8; i++) tail[1 + i] = (char)(unsigned char)(id >> (8 * (7 - i)));
    return str_cat(a, parent, key, str_of(tail, sizeof tail));
}

static enum rc node_put(struct records *rs, const struct reg_bind *b, const struct pack_field *f, struct str path, uint64_t id,
                        int64_t depth, struct err *err)
{
    struct sv v[TREE_COLUMNS] = {sv_int(b->number), sv_text(f->name), sv_blob(path), sv_int((int64_t)id), sv_int(depth)};
    return store_insert(rs->tree, v, err);
}

static enum rc too_deep(const struct pack_field *f, struct err *err)
{
    return err_set(err, &E_record_depth, NO_PLACE, field_title(f), STR("32"));
}

/* Greatest depth below a path. */
static enum rc deepest(struct records *rs, const struct reg_bind *b, const struct pack_field *f, struct str path, int64_t *out,
                       struct err *err)
{
    static const uint32_t columns[] = {TREE_DEPTH};
    struct store_where where[] = {{TREE_REG, SO_EQ, sv_int(b->number)},
                                  {TREE_FIELD, SO_EQ, sv_text(f->name)},
                                  {TREE_PATH, SO_STARTS, sv_blob(path)}};
    struct store_query q = {.columns = columns, .columns_count = 1, .where = where, .where_count = 3};
    struct store_cursor *c;
    TRY(store_select(rs->tree, &q, &c, err));
    const struct sv *row;
    enum rc rc;
    while ((rc = store_next(c, &row, err)) == RC_OK && row != NULL) *out = MAX(*out, row[0].i);
    store_cursor_close(&c);
    return rc;
}

enum rc tree_check(struct records *rs, struct reg_bind *b, const struct pack_field *f, uint64_t id, const struct sv *parent,
                   struct err *err)
{
    if (parent->kind == SV_NULL) return RC_OK;
    struct arena *a = &rs->scratch;
    struct node up, self = {STR_NONE, 0};
    int64_t below = 0;
    TRY(node_get(rs, b, f, (uint64_t)parent->i, a, &up, err));
    if (id != 0) {
        TRY(node_get(rs, b, f, id, a, &self, err));
        if ((uint64_t)parent->i == id || (self.depth > 0 && str_starts(up.path, self.path)))
            return err_set(err, &E_record_circle, NO_PLACE, field_title(f), id_text(a, (uint64_t)parent->i));
        int64_t bottom = self.depth;
        TRY(deepest(rs, b, f, self.path, &bottom, err));
        below = bottom - self.depth;
    }
    return up.depth + 1 + below > TREE_DEPTH_MAX ? too_deep(f, err) : RC_OK;
}

static enum rc place(struct records *rs, struct reg_bind *b, const struct pack_field *f, uint64_t id, const struct sv *values,
                     struct node *out, struct err *err)
{
    struct node up = {STR(""), 0};
    const struct sv *parent = &values[f->column];
    if (parent->kind != SV_NULL) TRY(node_get(rs, b, f, (uint64_t)parent->i, &rs->scratch, &up, err));
    *out = (struct node){step(&rs->scratch, b, up.path, id, values), up.depth + 1};
    return RC_OK;
}

enum rc tree_added(struct records *rs, struct reg_bind *b, uint64_t id, const struct sv *values, struct err *err)
{
    TRY(rows(rs, err));
    for (uint32_t i = 0; i < b->reg->trees_count; i++) {
        struct node n;
        TRY(place(rs, b, b->reg->trees[i], id, values, &n, err));
        TRY(node_put(rs, b, b->reg->trees[i], n.path, id, n.depth, err));
    }
    return RC_OK;
}

struct moved {
    struct str path;
    uint64_t id;
    int64_t depth;
};

/* The record's path changed (parent or key): it and all below get the new head.  Read first, then written: a cursor does not
 * stand on rows that change under it. */
enum rc tree_moved(struct records *rs, struct reg_bind *b, const struct pack_field *f, uint64_t id, const struct sv *values,
                   struct err *err)
{
    struct arena *a = &rs->scratch;
    struct node old, now;
    TRY(node_get(rs, b, f, id, a, &old, err));
    TRY(place(rs, b, f, id, values, &now, err));
    if (old.depth == 0) return node_put(rs, b, f, now.path, id, now.depth, err);
    VEC(struct moved) all = {0};
    static const uint32_t columns[] = {TREE_PATH, TREE_ID, TREE_DEPTH};
    struct store_where where[] = {{TREE_REG, SO_EQ, sv_int(b->number)},
                                  {TREE_FIELD, SO_EQ, sv_text(f->name)},
                                  {TREE_PATH, SO_STARTS, sv_blob(old.path)}};
    struct store_query q = {.columns = columns, .columns_count = 3, .where = where, .where_count = 3};
    struct store_cursor *c;
    TRY(store_select(rs->tree, &q, &c, err));
    const struct sv *row;
    enum rc rc;
    while ((rc = store_next(c, &row, err)) == RC_OK && row != NULL)
        vec_push(a, &all, (struct moved){str_dup(a, row[0].s), (uint64_t)row[1].i, row[2].i});
    store_cursor_close(&c);
    TRY(rc);
    for (size_t i = 0; i < all.len; i++) {
        struct sv keys[3] = {sv_int(b->number), sv_text(f->name), sv_blob(all.at[i].path)};
        TRY(store_delete(rs->tree, keys, err));
    }
    for (size_t i = 0; i < all.len; i++) {
        const struct moved *m = &all.at[i];
        struct str path = str_cat(a, now.path, str_sub(m->path, old.path.len, m->path.len));
        TRY(node_put(rs, b, f, path, m->id, m->depth + now.depth - old.depth, err));
    }
    return RC_OK;
}

/* ---- the whole of a tree, for building and for verify ---- */

struct plan_node {
    uint64_t id;
    uint64_t parent;
    struct str step; /* its own part */
    struct str path;
    int64_t depth; /* 0: not worked out yet; -1: being worked out */
};
struct plan_nodes {
    struct plan_node *at;
    size_t len, cap;
};

static enum rc load_nodes(struct records *rs, struct reg_bind *b, const struct pack_field *f, struct arena *a, struct plan_nodes *out,
                          struct err *err)
{
    TRY(bind_rows(rs, b, err));
    struct store_query q = {0};
    struct store_cursor *c;
    TRY(store_select(b->rows, &q, &c, err));
    const struct sv *row;
    enum rc rc;
    while ((rc = store_next(c, &row, err)) == RC_OK && row != NULL) {
        const struct sv *values = row + COL_FIELDS;
        struct plan_node n = {.id = (uint64_t)row[COL_ID].i,
                              .parent = values[f->column].kind == SV_NULL ? 0 : (uint64_t)values[f->column].i,
                              .step = step(a, b, STR(""), (uint64_t)row[COL_ID].i, values)};
        vec_push(a, out, n);
    }
    store_cursor_close(&c);
    return rc;
}

static struct plan_node *find_node(const struct plan_nodes *all, uint64_t id)
{
    size_t low = 0, high = all->len; /* rows come by id */
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (all->at[mid].id == id) return &all->at[mid];
        if (all->at[mid].id < id) low = mid + 1;
        else high = mid;
    }
    return NULL;
}

/* Recursion ends at TREE_DEPTH_MAX. */
static enum rc settle(const struct plan_nodes *all, struct plan_node *n, uint32_t depth, const struct pack_field *f, struct arena *a,
                      struct err *err)
{
    if (n->depth > 0) return RC_OK;
    if (n->depth < 0) return err_set(err, &E_record_circle, NO_PLACE, field_title(f), id_text(a, n->id));
    if (depth > TREE_DEPTH_MAX) return too_deep(f, err);
    struct plan_node *up = n->parent == 0 ? NULL : find_node(all, n->parent);
    n->depth = -1;
    if (up != NULL) TRY(settle(all, up, depth + 1, f, a, err));
    n->path = up == NULL ? n->step : str_cat(a, up->path, n->step);
    n->depth = up == NULL ? 1 : up->depth + 1;
    return n->depth > TREE_DEPTH_MAX ? too_deep(f, err) : RC_OK;
}

static enum rc drop_tree(struct records *rs, struct reg_bind *b, const struct pack_field *f, struct arena *a, struct err *err)
{
    static const uint32_t columns[] = {TREE_PATH};
    struct store_where where[] = {{TREE_REG, SO_EQ, sv_int(b->number)}, {TREE_FIELD, SO_EQ, sv_text(f->name)}};
    struct store_query q = {.columns = columns, .columns_count = 1, .where = where, .where_count = 2};
    struct store_cursor *c;
    VEC(struct str) paths = {0};
    TRY(store_select(rs->tree, &q, &c, err));
    const struct sv *row;
    enum rc rc;
    while ((rc = store_next(c, &row, err)) == RC_OK && row != NULL) vec_push(a, &paths, str_dup(a, row[0].s));
    store_cursor_close(&c);
    for (size_t i = 0; i < paths.len && rc == RC_OK; i++) {
        struct sv keys[3] = {sv_int(b->number), sv_text(f->name), sv_blob(paths.at[i])};
        rc = store_delete(rs->tree, keys, err);
    }
    return rc;
}

static enum rc rebuild_one(struct records *rs, struct reg_bind *b, const struct pack_field *f, struct arena *a, struct err *err)
{
    struct plan_nodes all = {0};
    TRY(drop_tree(rs, b, f, a, err));
    TRY(load_nodes(rs, b, f, a, &all, err));
    for (size_t i = 0; i < all.len; i++) {
        TRY(settle(&all, &all.at[i], 1, f, a, err));
        TRY(node_put(rs, b, f, all.at[i].path, all.at[i].id, all.at[i].depth, err));
    }
    return RC_OK;
}

enum { TREE_MEMORY = 512 * 1024 * 1024 };

enum rc tree_rebuild(struct records *rs, struct reg_bind *b, struct err *err)
{
    TRY(rows(rs, err));
    enum rc rc = RC_OK;
    for (uint32_t i = 0; i < b->reg->trees_count && rc == RC_OK; i++) {
        struct arena a;
        arena_init(&a, TREE_MEMORY);
        rc = rebuild_one(rs, b, b->reg->trees[i], &a, err);
        arena_fini(&a);
    }
    return rc;
}

static int by_path(const void *x, const void *y)
{
    const struct plan_node *a = x, *b = y;
    return str_cmp(a->path, b->path);
}

/* The nodes as they should be, in the order of their paths, beside those that are there: one scan, and what either side has alone is found. */
static enum rc verify_one(struct records *rs, struct reg_bind *b, const struct pack_field *f, struct arena *a, bool *fits, struct err *err)
{
    struct plan_nodes all = {0};
    TRY(load_nodes(rs, b, f, a, &all, err));
    for (size_t n = 0; n < all.len; n++) {
        struct err why;
        if (settle(&all, &all.at[n], 1, f, a, &why) == RC_OK) continue;
        *fits = false;
        return RC_OK;
    }
    if (all.len > 0) qsort(all.at, all.len, sizeof *all.at, by_path);
    static const uint32_t columns[] = {TREE_PATH, TREE_ID, TREE_DEPTH};
    static const struct store_order order[] = {{TREE_PATH, false}};
    struct store_where where[] = {{TREE_REG, SO_EQ, sv_int(b->number)}, {TREE_FIELD, SO_EQ, sv_text(f->name)}};
    struct store_query q = {.columns = columns, .columns_count = 3, .where = where, .where_count = 2, .order = order, .order_count = 1};
    struct store_cursor *c;
    TRY(store_select(rs->tree, &q, &c, err));
    const struct sv *row;
    enum rc rc;
    size_t n = 0;
    while ((rc = store_next(c, &row, err)) == RC_OK && row != NULL && *fits) {
        const struct plan_node *want = n < all.len ? &all.at[n++] : NULL;
        *fits = want != NULL && (uint64_t)row[1].i == want->id && row[2].i == want->depth && str_eq(row[0].s, want->path);
    }
    store_cursor_close(&c);
    *fits = *fits && n == all.len;
    return rc;
}

enum rc tree_verify(struct records *rs, struct reg_bind *b, bool *fits, struct err *err)
{
    *fits = true;
    enum rc rc = rows(rs, err);
    for (uint32_t i = 0; i < b->reg->trees_count && rc == RC_OK && *fits; i++) {
        struct arena a;
        arena_init(&a, TREE_MEMORY);
        rc = verify_one(rs, b, b->reg->trees[i], &a, fits, err);
        arena_fini(&a);
    }
    return rc;
}

enum rc tree_walk(struct records *rs, struct reg_bind *b, enum rc (*fn)(void *ctx, uint64_t id, struct err *err), void *ctx,
                  struct err *err)
{
    TRY(rows(rs, err));
    static const uint32_t columns[] = {TREE_ID};
    static const struct store_order by_path[] = {{TREE_PATH, false}};
    struct store_where where[] = {{TREE_REG, SO_EQ, sv_int(b->number)},
                                  {TREE_FIELD, SO_EQ, sv_text(b->reg->trees[0]->name)}};
    struct store_query q = {
        .columns = columns, .columns_count = 1, .where = where, .where_count = 2, .order = by_path, .order_count = 1};
    struct store_cursor *c;
    TRY(store_select(rs->tree, &q, &c, err));
    const struct sv *row;
    enum rc rc;
    while ((rc = store_next(c, &row, err)) == RC_OK && row != NULL) {
        rc = fn(ctx, (uint64_t)row[0].i, err);
        if (rc != RC_OK) break;
    }
    store_cursor_close(&c);
    return rc;
}
