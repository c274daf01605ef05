/*
 * roster_load.c - from a snapshot of the store to columns: what is wanted and what that needs, table by table; then closed records
 * that open ones still refer to; then refs as rows and the lists on their other side.
 */
#include "record/inner.h"
#include "record/roster_inner.h"

void roster_frame(struct roster *r, const struct roster_wants *w)
{
    for (size_t i = 0; i < w->len; i++) {
        struct roster_table *t = roster_table_get(r, w->at[i].reg);
        if (w->at[i].field != NULL) roster_field_add(r, t, w->at[i].field);
    }
}

/* ---- reading a table ---- */

struct reading {
    struct roster *r;
    struct roster_table *t;
    const struct roster_table *old; /* has the rows, and its own columns; NULL: rows are read too */
    struct reg_bind *bind;
    struct roster_column **columns; /* in the order of the query, behind id and version */
    uint32_t *places;               /* of the query in the table */
    uint32_t columns_count;
};

enum { READ_ID, READ_VERSION, READ_FIXED };

static enum rc reading_open(struct roster *r, struct records *rs, struct roster_table *t, const struct roster_table *old, struct arena *a, struct reading *g,
                            struct err *err)
{
    const struct pack_register *reg = t->reg;
    *g = (struct reading){.r = r, .t = t, .old = old, .bind = bind_of(rs, reg)};
    g->columns = arena_array(a, struct roster_column *, reg->fields_count);
    g->places = arena_array(a, uint32_t, reg->fields_count + READ_FIXED);
    g->places[READ_ID] = COL_ID;
    g->places[READ_VERSION] = COL_VERSION;
    for (uint32_t i = 0; i < reg->fields_count; i++) {
        if (t->columns[i] == NULL || (old != NULL && old->columns[i] != NULL)) continue;
        g->places[READ_FIXED + g->columns_count] = COL_FIELDS + reg->fields[i].column;
        g->columns[g->columns_count++] = t->columns[i];
    }
    if (g->bind == NULL || g->bind->number == 0) return RC_OK; /* a register that the area has no table for yet has no records */
    return bind_rows(rs, g->bind, err);
}

static enum rc make_room(struct reading *g, uint32_t n, struct err *err)
{
    struct roster_table *t = g->t;
    if (n > ROSTER_ROWS_MAX - t->rows_all) return err_set(err, &E_limit, NO_PLACE, t->reg->d.name, STR("268435456"));
    while (t->cap < t->rows_all + n) {
        uint32_t cap = t->cap == 0 ? ROSTER_BLOCK : t->cap * 2;
        TRY(roster_grow(g->r, (void **)&t->ids, t->cap, cap, sizeof(int64_t), err));
        TRY(roster_grow(g->r, (void **)&t->versions, t->cap, cap, sizeof(uint32_t), err));
        t->cap = cap;
    }
    return RC_OK;
}

static enum rc wrong_id(const struct roster_table *t, struct err *err) { return err_set(err, &E_roster_kind, NO_PLACE, t->reg->d.name, STR("id")); }

/* A row by itself: of a closed record. */
static enum rc take_row(struct reading *g, const struct sv *id, const struct sv *version, const struct sv *values, struct err *err)
{
    struct roster_table *t = g->t;
    uint32_t row = t->rows_all;
    TRY(make_room(g, 1, err));
    if (id->kind != SV_INT || version->kind != SV_INT) return wrong_id(t, err);
    t->ids[row] = id->i;
    t->versions[row] = (uint32_t)version->i;
    t->rows_all++;
    for (uint32_t i = 0; i < g->columns_count; i++) TRY(roster_put(g->r, g->columns[i], t, row, &values[i], err));
    return RC_OK;
}

/* What came in one go, column by column. */
static enum rc take_strips(struct reading *g, const struct store_strip *strips, const struct buf *bytes, uint32_t n, struct err *err)
{
    struct roster_table *t = g->t;
    TRY(make_room(g, n, err));
    uint32_t row = t->rows_all;
    const int64_t *ids = strips[READ_ID].ints, *versions = strips[READ_VERSION].ints;
    bool ok = strips[READ_ID].odd == UINT32_MAX && strips[READ_VERSION].odd == UINT32_MAX;
    for (uint32_t i = 0; i < n; i++) {
        ok = ok && (row + i == 0 || (i == 0 ? t->ids[row - 1] : ids[i - 1]) < ids[i]);
        t->ids[row + i] = ids[i];
        t->versions[row + i] = (uint32_t)versions[i];
    }
    if (!ok) return wrong_id(t, err);
    t->rows_all = t->rows = row + n;
    for (uint32_t i = 0; i < g->columns_count; i++) TRY(roster_put_strip(g->r, g->columns[i], t, row, n, &strips[READ_FIXED + i], bytes, err));
    return RC_OK;
}

static struct sv strip_value(const struct store_strip *s, const struct buf *bytes, uint32_t i)
{
    if ((s->valid[i >> 6] >> (i & 63) & 1) == 0) return sv_null();
    return s->kind == SV_INT ? sv_int(s->ints[i]) : sv_text(store_text_str(&s->texts[i], bytes));
}

/* The same for rows that are here already: mostly next to each other. */
static enum rc fill_strips(struct reading *g, const struct store_strip *strips, const struct buf *bytes, uint32_t n, struct err *err)
{
    struct roster_table *t = g->t;
    const int64_t *ids = strips[READ_ID].ints;
    if (strips[READ_ID].odd != UINT32_MAX) return wrong_id(t, err);
    uint32_t first = roster_row(t, ids[0]), in_order = 0;
    while (first != ROSTER_NO_ROW && in_order < n && first + in_order < t->rows_all && roster_id(t, first + in_order) == ids[in_order]) in_order++;
    for (uint32_t i = 0; in_order == n && i < g->columns_count; i++)
        TRY(roster_put_strip(g->r, g->columns[i], t, first, n, &strips[READ_FIXED + i], bytes, err));
    for (uint32_t i = 0; in_order < n && i < n; i++) {
        uint32_t row = roster_row(t, ids[i]);
        if (row == ROSTER_NO_ROW) return wrong_id(t, err);
        for (uint32_t k = 0; k < g->columns_count; k++) {
            struct sv v = strip_value(&strips[READ_FIXED + k], bytes, i);
            if (strips[READ_FIXED + k].odd != UINT32_MAX) return wrong_id(t, err);
            TRY(roster_put(g->r, g->columns[k], t, row, &v, err));
        }
    }
    return RC_OK;
}

enum { STRIP_ROWS = 512, STRIP_TEXT_MAX = 256 * 1024 * 1024 };

static struct store_strip *strips_make(const struct reading *g, struct arena *a)
{
    struct store_strip *strips = arena_array(a, struct store_strip, READ_FIXED + g->columns_count);
    for (uint32_t i = 0; i < READ_FIXED + g->columns_count; i++) {
        bool text = i >= READ_FIXED && (g->columns[i - READ_FIXED]->shape == SHAPE_TEXT || g->columns[i - READ_FIXED]->shape == SHAPE_CODE);
        strips[i].kind = text ? SV_TEXT : SV_INT;
        strips[i].valid = arena_array(a, uint64_t, STRIP_ROWS / 64);
        if (text) strips[i].texts = arena_array(a, struct store_text, STRIP_ROWS);
        else strips[i].ints = arena_array(a, int64_t, STRIP_ROWS);
    }
    return strips;
}

static enum rc read_open(struct reading *g, struct err *err)
{
    if (g->bind == NULL || g->bind->number == 0) return RC_OK;
    struct store_where open = {.column = COL_CLOSED, .op = SO_NULL, .value = sv_null()};
    struct store_query q = {.columns = g->places, .columns_count = READ_FIXED + g->columns_count, .where = &open, .where_count = 1};
    struct store_cursor *cur = NULL;
    TRY(store_select(g->bind->rows, &q, &cur, err));
    struct arena a;
    struct buf bytes;
    arena_init(&a, (size_t)64 * 1024 * 1024);
    buf_init(&bytes, STRIP_TEXT_MAX);
    struct store_strip *strips = strips_make(g, &a);
    enum rc rc;
    uint32_t n = 0;
    do {
        buf_clear(&bytes);
        rc = store_next_many(cur, strips, STRIP_ROWS, &bytes, &n, err);
        if (rc == RC_OK && n > 0) rc = g->old != NULL ? fill_strips(g, strips, &bytes, n, err) : take_strips(g, strips, &bytes, n, err);
    } while (rc == RC_OK && n > 0);
    store_cursor_close(&cur);
    buf_fini(&bytes);
    arena_fini(&a);
    return rc;
}

enum rc roster_read_table(struct roster *r, struct records *rs, struct roster_table *t, struct arena *a, struct err *err)
{
    struct reading g;
    TRY(reading_open(r, rs, t, NULL, a, &g, err));
    TRY(read_open(&g, err));
    TRY(roster_index(r, t, err));
    return roster_pack(r, t, err);
}

enum rc roster_read_more(struct roster *r, struct records *rs, struct roster_table *t, const struct roster_table *old, struct arena *a, struct err *err)
{
    struct reading g;
    TRY(reading_open(r, rs, t, old, a, &g, err));
    if (g.columns_count == 0 || t->rows_all == 0) return RC_OK;
    for (uint32_t i = 0; i < g.columns_count; i++) TRY(roster_column_reach(r, g.columns[i], t->rows_all, err));
    TRY(read_open(&g, err));
    struct arena rows;
    arena_init(&rows, (size_t)64 * 1024 * 1024);
    struct sv *all = arena_array(&rows, struct sv, COL_FIELDS + t->reg->stored_count);
    struct arena_mark mark = arena_mark(&rows);
    enum rc rc = RC_OK;
    for (uint32_t row = t->gone == NULL ? t->rows : 0; row < t->rows_all && rc == RC_OK; row++) { /* closed ones, one by one */
        if (roster_is_open(t, row)) continue;
        struct sv key = sv_int(roster_id(t, row));
        arena_reset(&rows, mark);
        rc = store_get(g.bind->rows, &rows, &key, all, err);
        for (uint32_t k = 0; k < g.columns_count && rc == RC_OK; k++) rc = roster_put(r, g.columns[k], t, row, &all[g.places[READ_FIXED + k]], err);
    }
    arena_fini(&rows);
    return rc;
}

/* ---- closed records that open ones refer to ---- */

static int by_id(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

enum rc roster_ghosts_of(struct roster *r, const struct roster_table *target, int64_t **ids, size_t *n, struct err *err)
{
    size_t cap = 0;
    *n = 0;
    *ids = NULL;
    for (uint32_t i = 0; i < r->set->registers_count; i++) {
        struct roster_table *t = r->tables[i];
        for (uint32_t f = 0; t != NULL && f < t->reg->fields_count; f++) {
            const struct roster_column *c = t->columns[f];
            if (c == NULL || c->shape != SHAPE_ID || c->field->ref != target->reg) continue;
            for (uint32_t row = 0; row < t->rows_all; row++) {
                int64_t id;
                if (!roster_get(c, row, &id) || roster_row(target, id) != ROSTER_NO_ROW) continue;
                if (*n == cap) {
                    size_t more = cap == 0 ? 256 : cap * 2;
                    int64_t *p = realloc(*ids, more * sizeof(int64_t));
                    if (p == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
                    *ids = p;
                    cap = more;
                }
                (*ids)[(*n)++] = id;
            }
        }
    }
    if (*n == 0) return RC_OK;
    qsort(*ids, *n, sizeof(int64_t), by_id);
    size_t kept = 1;
    for (size_t i = 1; i < *n; i++)
        if ((*ids)[i] != (*ids)[kept - 1]) (*ids)[kept++] = (*ids)[i];
    *n = kept;
    return RC_OK;
}

static enum rc read_ghosts(struct reading *g, const int64_t *ids, size_t n, struct err *err)
{
    struct arena a;
    arena_init(&a, (size_t)64 * 1024 * 1024);
    MUST(g->bind != NULL && g->bind->rows != NULL);
    struct sv *all = arena_array(&a, struct sv, COL_FIELDS + g->t->reg->stored_count);
    struct sv *values = arena_array(&a, struct sv, g->columns_count + 1);
    struct arena_mark mark = arena_mark(&a);
    enum rc rc = RC_OK;
    for (size_t i = 0; i < n && rc == RC_OK; i++) {
        struct sv key = sv_int(ids[i]);
        arena_reset(&a, mark);
        rc = store_get(g->bind->rows, &a, &key, all, err);
        if (rc == RC_ABSENT) /* a ref to nothing: the store promises that there is none */
            rc = err_set(err, &E_roster_ref, NO_PLACE, g->t->reg->d.name, str_i64(&a, ids[i]));
        if (rc != RC_OK) break;
        for (uint32_t k = 0; k < g->columns_count; k++) values[k] = all[g->places[READ_FIXED + k]];
        rc = take_row(g, &all[COL_ID], &all[COL_VERSION], values, err);
    }
    arena_fini(&a);
    return rc;
}

static enum rc fetch_ghosts(struct roster *r, struct reading *readings, size_t n, struct err *err)
{
    bool more = true;
    for (int round = 0; more; round++) {
        if (round == ROSTER_GHOST_ROUNDS) return err_set(err, &E_limit, NO_PLACE, STR("引用 refs"), STR("64"));
        more = false;
        for (size_t i = 0; i < n; i++) {
            int64_t *ids = NULL;
            size_t count = 0;
            enum rc rc = roster_ghosts_of(r, readings[i].t, &ids, &count, err);
            if (rc == RC_OK && count > 0) {
                more = true;
                rc = read_ghosts(&readings[i], ids, count, err);
                if (rc == RC_OK) rc = roster_index(r, readings[i].t, err);
            }
            free(ids);
            TRY(rc);
        }
    }
    return RC_OK;
}

/* ---- refs and the lists on their other side ---- */

enum rc roster_link_refs(struct roster *r, struct err *err)
{
    for (uint32_t i = 0; i < r->set->registers_count; i++) {
        struct roster_table *t = r->tables[i];
        for (uint32_t f = 0; t != NULL && f < t->reg->fields_count; f++) {
            struct roster_column *c = t->columns[f];
            if (c == NULL || c->shape != SHAPE_ID || r->tables[c->field->ref->idx] == NULL) continue;
            c->target = r->tables[c->field->ref->idx];
            TRY(roster_own_blocks(r, c, c->blocks_count, err));
            TRY(roster_column_link(r, c, err));
        }
    }
    return RC_OK;
}

enum rc roster_build_backs(struct roster *r, const struct roster_wants *w, struct err *err)
{
    for (size_t i = 0; i < w->len; i++) {
        const struct roster_want *x = &w->at[i];
        if (!x->back) continue;
        TRY(roster_back_build(r, r->tables[x->field->ref->idx], x->field, r->tables[x->reg->idx], err));
    }
    return RC_OK;
}

static enum rc load(struct roster *r, struct records *rs, const struct roster_wants *w, struct arena *a, struct err *err)
{
    roster_frame(r, w);
    struct reading *readings = arena_array(a, struct reading, r->set->registers_count + 1);
    size_t n = 0;
    for (uint32_t i = 0; i < r->set->registers_count; i++) {
        if (r->tables[i] == NULL) continue;
        struct reading *g = &readings[n++];
        TRY(reading_open(r, rs, r->tables[i], NULL, a, g, err));
        TRY(read_open(g, err));
        TRY(roster_index(r, g->t, err));
    }
    TRY(fetch_ghosts(r, readings, n, err));
    for (size_t i = 0; i < n; i++) TRY(roster_pack(r, readings[i].t, err));
    TRY(roster_link_refs(r, err));
    return roster_build_backs(r, w, err);
}

enum rc roster_load(struct records *rs, const struct roster_want *want, size_t n, struct roster **out, struct err *err)
{
    *out = NULL;
    struct roster *r = NULL;
    TRY(roster_make(records_set(rs), &r, err));
    struct roster_version *v = r->version;
    v->seq = records_journal(rs) == NULL ? 0 : journal_size(records_journal(rs));
    for (size_t i = 0; i < n; i++) roster_want_put(&v->arena, &v->wants, want[i]);
    roster_want_close(&v->arena, &v->wants);
    enum rc rc = load(r, rs, &v->wants, &v->arena, err);
    if (rc != RC_OK) {
        roster_free(&r);
        return rc;
    }
    *out = r;
    return RC_OK;
}
