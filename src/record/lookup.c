/*
 * lookup.c - the refs of a file: texts to ids through memory.
 * A register that a file of many rows refers to is read once: its keys, unique values and names, open records only.  Where it is much larger
 * than the file, its indexes are asked instead, until a text is met that they do not know.  Displays that are worked out are worked out
 * once an import, when the first text is met that is nothing else.  What is found otherwise is remembered.
 */
#include "record/inner.h"

struct known {
    uint64_t id, other; /* other: a second record of that name; 0: none */
};

struct lookup {
    struct reg_bind *b;
    struct map keys;  /* keys and unique values -> struct known */
    struct map names; /* displays */
    struct map asked; /* what the store answered */
    bool loaded, named;
    bool sized, large; /* large: many more records than the file has rows */
};

enum { MANY_ROWS = 1000, LARGE = 16 }; /* reading a record costs a sixteenth of asking the index */

void lookups_init(struct lookups *l, struct records *rs, struct arena *a, size_t rows)
{
    *l = (struct lookups){.rs = rs, .arena = a, .rows = rows, .many = rows > MANY_ROWS};
    l->of = arena_array(a, struct lookup *, rs->binds_count);
}

static void learn(struct arena *a, struct map *m, struct str text, uint64_t id)
{
    struct known *k = map_find(m, text);
    if (k != NULL) {
        if (k->id != id && k->other == 0) k->other = id;
        return;
    }
    k = arena_new(a, struct known);
    k->id = id;
    MUST(map_put(a, m, str_dup(a, text), k));
}

static enum rc load(struct lookups *l, struct lookup *u, struct reg_bind *b, struct err *err)
{
    TRY(bind_rows(l->rs, b, err));
    struct arena *tmp = &l->rs->scratch;
    /* Only the columns that are learnt from: a record may have fifty. */
    uint32_t *columns = arena_array(l->arena, uint32_t, b->reg->uniques_count + 2), n = 0;
    const struct pack_field **fields = arena_array(l->arena, const struct pack_field *, b->reg->uniques_count + 2);
    columns[n++] = COL_ID;
    for (uint32_t i = 0; i < b->reg->uniques_count; i++) {
        const struct pack_field *f = &b->reg->fields[b->reg->uniques[i].fields[0]];
        if (b->reg->uniques[i].count != 1 || f->type == FIELD_REF) continue;
        fields[n] = f;
        columns[n++] = COL_FIELDS + f->column;
    }
    uint32_t keys = n;
    if (b->name_field != NULL) columns[n++] = COL_FIELDS + b->name_field->column;
    struct store_where where[] = {{COL_CLOSED, SO_NULL, sv_null()}};
    struct store_query q = {.columns = columns, .columns_count = n, .where = where, .where_count = 1};
    struct store_cursor *c;
    TRY(store_select(b->rows, &q, &c, err));
    const struct sv *row;
    enum rc rc;
    while ((rc = store_next(c, &row, err)) == RC_OK && row != NULL) {
        struct arena_mark m = arena_mark(tmp);
        uint64_t id = (uint64_t)row[0].i;
        for (uint32_t i = 1; i < keys; i++)
            if (row[i].kind != SV_NULL) learn(l->arena, &u->keys, value_plain(tmp, fields[i], &row[i]), id);
        if (keys < n && row[keys].kind != SV_NULL) learn(l->arena, &u->names, row[keys].s, id);
        arena_reset(tmp, m);
    }
    store_cursor_close(&c);
    u->loaded = true;
    u->named = b->name_field != NULL;
    return rc;
}

/* Every open record by its display. */
static enum rc load_names(struct lookups *l, struct lookup *u, struct err *err)
{
    struct reg_bind *b = u->b;
    u->named = true;
    if (b->reg->display == NULL) return RC_OK;
    static const uint32_t columns[] = {COL_ID};
    struct store_where where[] = {{COL_CLOSED, SO_NULL, sv_null()}};
    struct store_query q = {.columns = columns, .columns_count = 1, .where = where, .where_count = 1};
    struct store_cursor *c;
    VEC(uint64_t) ids = {0};
    TRY(store_select(b->rows, &q, &c, err));
    const struct sv *row;
    enum rc rc;
    while ((rc = store_next(c, &row, err)) == RC_OK && row != NULL) vec_push(l->arena, &ids, (uint64_t)row[0].i);
    store_cursor_close(&c);
    for (size_t i = 0; i < ids.len && rc == RC_OK; i++) {
        struct arena_mark m = arena_mark(&l->rs->scratch);
        struct str s = STR_NONE;
        rc = record_display(l->rs, b->reg, ids.at[i], &l->rs->scratch, &s, err);
        if (rc == RC_OK && s.len > 0) learn(l->arena, &u->names, s, ids.at[i]);
        arena_reset(&l->rs->scratch, m);
    }
    return rc;
}

/* Read it, unless it is so large that asking its indexes costs less. */
static enum rc ready(struct lookups *l, struct lookup *u, struct err *err)
{
    if (!l->many || u->loaded || u->large) return RC_OK;
    if (!u->sized) {
        int64_t count = 0;
        TRY(bind_rows(l->rs, u->b, err));
        TRY(store_count(u->b->rows, &count, err));
        u->sized = true;
        u->large = (uint64_t)count / LARGE > l->rows;
    }
    return u->large ? RC_OK : load(l, u, u->b, err);
}

static const struct known *by_memory(const struct lookup *u, struct str text)
{
    const struct known *k = map_find(&u->keys, text);
    /* A name is only taken where nothing else could be meant: a number may be a record's own. */
    if (k == NULL && text.len > 0 && text.ptr[0] != '#' && (text.ptr[0] < '0' || text.ptr[0] > '9')) k = map_find(&u->names, text);
    return k;
}

static enum rc take(const struct lookup *u, const struct known *k, struct str text, uint64_t *id, struct err *err)
{
    if (k->other != 0) return err_several(err, u->b->reg, text, k->id, k->other);
    *id = k->id;
    return RC_OK;
}

/* In the order of record_resolve(), but displays come from memory. */
static enum rc ask(struct lookups *l, struct lookup *u, struct str text, uint64_t *id, struct err *err)
{
    const struct known *k = map_find(&u->asked, text);
    if (k != NULL) return take(u, k, text, id, err);
    struct arena_mark m = arena_mark(&l->rs->scratch);
    int n = 0;
    enum rc rc = resolve_exact(l->rs, u->b, text, id, &n, err);
    if (rc == RC_OK && n == 0 && u->large && !u->loaded) { /* a name, perhaps: those have no index */
        rc = load(l, u, u->b, err);
        if (rc == RC_OK && (k = by_memory(u, text)) != NULL) {
            arena_reset(&l->rs->scratch, m);
            return take(u, k, text, id, err);
        }
    }
    if (rc == RC_OK && n == 0 && !u->named) rc = load_names(l, u, err);
    if (rc == RC_OK && n == 0) {
        k = map_find(&u->names, text);
        rc = k != NULL ? take(u, k, text, id, err) : resolve_past(l->rs, u->b, text, id, err);
    }
    arena_reset(&l->rs->scratch, m);
    if (rc == RC_OK) learn(l->arena, &u->asked, text, *id);
    return rc;
}

enum rc lookup_find(struct lookups *l, const struct pack_register *r, struct str text, uint64_t *id, struct err *err)
{
    struct lookup *u = l->of[r->idx];
    struct reg_bind *b = bind_of(l->rs, r);
    if (u == NULL) {
        u = l->of[r->idx] = arena_new(l->arena, struct lookup);
        u->b = b;
    }
    TRY(ready(l, u, err));
    text = str_trim(text);
    const struct known *k = by_memory(u, text);
    if (k == NULL) return ask(l, u, text, id, err);
    return take(u, k, text, id, err);
}
