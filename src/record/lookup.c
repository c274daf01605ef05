/*
 * lookup.c - the refs of a large file: texts to ids through memory.
 * A register that a file of many rows refers to is read once: its keys, its unique values and its names, open records only.  What is
 * not found so, and small files, go to record_resolve(), and the answer is remembered.
 */
#include "record/inner.h"

struct known {
    uint64_t id;
    bool several;
};

struct lookup {
    const struct reg_bind *b;
    struct map keys;  /* keys and unique values -> struct known */
    struct map names;
    struct map asked; /* answers of record_resolve() */
    bool loaded;
};

void lookups_init(struct lookups *l, struct records *rs, struct arena *a, bool many)
{
    *l = (struct lookups){.rs = rs, .arena = a, .many = many};
    l->of = arena_array(a, struct lookup *, rs->binds_count);
}

static void learn(struct arena *a, struct map *m, struct str text, uint64_t id)
{
    struct known *k = map_find(m, text);
    if (k != NULL) {
        k->several = k->several || k->id != id;
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
    struct store_where where[] = {{COL_CLOSED, SO_NULL, sv_null()}};
    struct store_query q = {.where = where, .where_count = 1};
    struct store_cursor *c;
    TRY(store_select(b->rows, &q, &c, err));
    const struct sv *row;
    enum rc rc;
    while ((rc = store_next(c, &row, err)) == RC_OK && row != NULL) {
        struct arena_mark m = arena_mark(tmp);
        struct record rec = record_of_row(row);
        for (uint32_t i = 0; i < b->reg->uniques_count; i++) {
            if (b->reg->uniques[i].count != 1) continue;
            const struct pack_field *f = &b->reg->fields[b->reg->uniques[i].fields[0]];
            if (f->type != FIELD_REF && rec.values[f->column].kind != SV_NULL)
                learn(l->arena, &u->keys, value_plain(tmp, f, &rec.values[f->column]), rec.id);
        }
        if (b->name_field != NULL && rec.values[b->name_field->column].kind != SV_NULL)
            learn(l->arena, &u->names, rec.values[b->name_field->column].s, rec.id);
        arena_reset(tmp, m);
    }
    store_cursor_close(&c);
    u->loaded = true;
    return rc;
}

static enum rc ask(struct lookups *l, struct lookup *u, struct str text, uint64_t *id, struct err *err)
{
    struct known *k = map_find(&u->asked, text);
    if (k != NULL) {
        *id = k->id;
        return RC_OK;
    }
    TRY(record_resolve(l->rs, u->b->reg, text, id, err));
    learn(l->arena, &u->asked, text, *id);
    return RC_OK;
}

enum rc lookup_find(struct lookups *l, const struct pack_register *r, struct str text, uint64_t *id, struct err *err)
{
    struct lookup *u = l->of[r->idx];
    struct reg_bind *b = bind_of(l->rs, r);
    if (u == NULL) {
        u = l->of[r->idx] = arena_new(l->arena, struct lookup);
        u->b = b;
    }
    if (l->many && !u->loaded) TRY(load(l, u, b, err));
    text = str_trim(text);
    const struct known *k = map_find(&u->keys, text);
    /* A name is only taken where nothing else could be meant: a number may be a record's own. */
    if (k == NULL && text.len > 0 && text.ptr[0] != '#' && (text.ptr[0] < '0' || text.ptr[0] > '9')) k = map_find(&u->names, text);
    if (k == NULL) return ask(l, u, text, id, err);
    if (k->several) return err_set(err, &E_record_several, NO_PLACE, reg_title(r), text);
    *id = k->id;
    return RC_OK;
}
