/*
 * apply.c - a plan becomes records: parents first, each row by its key an update, else new; what is the same already writes nothing.
 * A row that is refused has written nothing, so the next one can go on.
 */
#include "record/inner.h"

enum { MANY_ROWS = 1000, SMALL_TABLE = 64, LARGE_TABLE = 8, NO_ROW = -1 };

/* Rows that are wholly like an open record, for registers without a key: hash of the values -> id.  Where the register is much larger than the
 * file and its records hang on others, those of the same parent are looked at instead. */
struct twins {
    uint64_t *hash;
    int64_t *id;
    size_t slots; /* a power of two; 0: none */
    const struct pack_field *parent;
    int64_t last;     /* id: what this import made is no twin */
    struct map taken; /* ids, as 8 bytes: each is the twin of one row only */
};

struct applying {
    struct records *rs;
    struct reg_bind *b;
    struct import_plan *plan;
    const struct change *c;
    struct arena *a;   /* the plan's */
    struct arena mine; /* goes at the end */
    struct import_result *out;
    uint64_t *ids; /* by row: the record it became; 0: not yet, or refused */
    bool *done;
    struct map keys; /* key text -> id + 1 as a pointer-sized number */
    bool keys_loaded, table_empty, skip_bad;
    struct twins twins;
    const struct pack_field **fields; /* given, for update */
    struct sv *values;
    struct err err;
    uint32_t told, told_line; /* problems of the row that is told of */
};

/* ---- which record is it? ---- */

static void *id_value(int64_t id) { return (void *)(uintptr_t)(uint64_t)(id + 1); }
static int64_t value_id(const void *p) { return (int64_t)(uint64_t)(uintptr_t)p - 1; }

/* Read all keys at once where the file has about as many rows as the register; else the index is asked row by row. */
static enum rc load_keys(struct applying *x, struct err *err)
{
    const struct pack_field *key = x->b->reg->key;
    int64_t count = 0;
    TRY(store_count(x->b->rows, &count, err));
    x->table_empty = count == 0;
    if (x->table_empty || key == NULL || key->type != FIELD_TEXT) return RC_OK;
    if (x->plan->rows_count < MANY_ROWS || (uint64_t)count / 20 > x->plan->rows_count) return RC_OK;
    const uint32_t columns[] = {COL_ID, COL_FIELDS + key->column};
    struct store_where where[] = {{COL_CLOSED, SO_NULL, sv_null()}};
    struct store_query q = {.columns = columns, .columns_count = 2, .where = where, .where_count = 1};
    struct store_cursor *c;
    TRY(store_select(x->b->rows, &q, &c, err));
    const struct sv *row;
    enum rc rc;
    while ((rc = store_next(c, &row, err)) == RC_OK && row != NULL) {
        if (row[1].kind == SV_TEXT) (void)map_put(&x->mine, &x->keys, str_dup(&x->mine, row[1].s), id_value(row[0].i));
    }
    store_cursor_close(&c);
    x->keys_loaded = true;
    return rc;
}

static bool in_identity(const struct pack_field *f) { return f->init == NULL; } /* a blank there may have become the default */

static uint64_t mix(uint64_t h, uint64_t v)
{
    h ^= v + UINT64_C(0x9e3779b97f4a7c15) + (h << 6) + (h >> 2);
    return h * UINT64_C(0xff51afd7ed558ccd);
}

static uint64_t row_hash(const struct applying *x, const struct sv *values)
{
    uint64_t h = 1;
    for (uint32_t i = 0; i < x->plan->given_count; i++) {
        const struct pack_field *f = x->plan->given[i];
        const struct sv *v = &values[f->column];
        if (!in_identity(f)) continue;
        h = mix(h, v->kind == SV_NULL ? 0 : v->kind == SV_INT ? (uint64_t)v->i + 1 : str_hash(v->s));
    }
    return h ^ (h >> 29);
}

static bool given(const struct applying *x, const struct pack_field *f)
{
    for (uint32_t i = 0; i < x->plan->given_count; i++)
        if (x->plan->given[i] == f) return true;
    return false;
}

static enum rc load_twins(struct applying *x, struct err *err)
{
    int64_t count = 0;
    TRY(store_count(x->b->rows, &count, err));
    x->table_empty = count == 0;
    if (x->table_empty) return RC_OK;
    const struct pack_field *parent = x->b->reg->parent;
    if (parent != NULL && given(x, parent) && (uint64_t)count / LARGE_TABLE > x->plan->rows_count) {
        x->twins.parent = parent;
        return store_last_key(x->b->rows, &x->twins.last, err);
    }
    size_t slots = SMALL_TABLE;
    while (slots < (size_t)count * 2) slots *= 2;
    x->twins = (struct twins){.hash = arena_array(&x->mine, uint64_t, slots), .id = arena_array(&x->mine, int64_t, slots), .slots = slots};
    struct store_where where[] = {{COL_CLOSED, SO_NULL, sv_null()}};
    struct store_query q = {.where = where, .where_count = 1};
    struct store_cursor *c;
    TRY(store_select(x->b->rows, &q, &c, err));
    const struct sv *row;
    enum rc rc;
    while ((rc = store_next(c, &row, err)) == RC_OK && row != NULL) {
        uint64_t h = row_hash(x, row + COL_FIELDS);
        size_t i = h & (slots - 1);
        while (x->twins.id[i] != 0) i = (i + 1) & (slots - 1);
        x->twins.hash[i] = h;
        x->twins.id[i] = row[COL_ID].i;
    }
    store_cursor_close(&c);
    return rc;
}

static bool same_row(const struct applying *x, const struct sv *mine, const struct sv *theirs)
{
    for (uint32_t i = 0; i < x->plan->given_count; i++) {
        const struct pack_field *f = x->plan->given[i];
        const struct sv *v = &mine[f->column];
        if (!in_identity(f) && v->kind == SV_NULL) continue;
        if (!sv_same(v, &theirs[f->column])) return false;
    }
    return true;
}

static enum rc twin_beside(struct applying *x, const struct sv *values, uint64_t *id, struct err *err)
{
    const struct pack_field *parent = x->twins.parent;
    struct store_where where[] = {{COL_FIELDS + parent->column, SO_EQ, values[parent->column]}, {COL_CLOSED, SO_NULL, sv_null()}};
    struct store_query q = {.where = where, .where_count = 2};
    struct store_cursor *c;
    TRY(store_select(x->b->rows, &q, &c, err));
    const struct sv *row;
    enum rc rc;
    while ((rc = store_next(c, &row, err)) == RC_OK && row != NULL) {
        uint64_t found = (uint64_t)row[COL_ID].i;
        struct str name = str_of((const char *)&found, sizeof found);
        if (row[COL_ID].i > x->twins.last || !same_row(x, values, row + COL_FIELDS) || map_find(&x->twins.taken, name) != NULL) continue;
        *id = found;
        (void)map_put(&x->mine, &x->twins.taken, str_dup(&x->mine, name), x);
        break;
    }
    store_cursor_close(&c);
    return rc;
}

/* Each record is the twin of one row only: two like rows of a file are two records, the first time and the second. */
static enum rc find_twin(struct applying *x, const struct sv *values, uint64_t *id, struct err *err)
{
    *id = 0;
    if (x->twins.parent != NULL) return twin_beside(x, values, id, err);
    if (x->twins.slots == 0) return RC_OK;
    uint64_t h = row_hash(x, values);
    for (size_t i = h & (x->twins.slots - 1); x->twins.id[i] != 0; i = (i + 1) & (x->twins.slots - 1)) {
        if (x->twins.hash[i] != h || x->twins.id[i] < 0) continue;
        struct arena_mark m = arena_mark(&x->rs->scratch);
        struct record rec;
        enum rc rc = row_get(x->rs, x->b, (uint64_t)x->twins.id[i], &x->rs->scratch, &rec, err);
        bool same = rc == RC_OK && same_row(x, values, rec.values);
        arena_reset(&x->rs->scratch, m);
        TRY(rc);
        if (!same) continue;
        *id = (uint64_t)x->twins.id[i];
        x->twins.id[i] = -x->twins.id[i];
        return RC_OK;
    }
    return RC_OK;
}

static enum rc find_record(struct applying *x, const struct import_row *row, uint64_t *id, struct err *err)
{
    const struct pack_field *key = x->b->reg->key;
    *id = row->id;
    if (row->id != 0 || x->table_empty) return RC_OK;
    if (key == NULL) return find_twin(x, row->values, id, err);
    const struct sv *v = &row->values[key->column];
    if (x->keys_loaded) {
        const void *found = map_find(&x->keys, v->s);
        if (found != NULL) *id = (uint64_t)value_id(found);
        return RC_OK;
    }
    int n = 0;
    return find_by_value(x->rs, x->b, key->column, v, false, id, &n, err);
}

/* ---- one row ---- */

static enum rc refuse(struct applying *x, const struct import_row *row, const struct pack_field *f, struct str text)
{
    x->plan->bad_rows++;
    import_bad_add(x->plan, x->a, row->line, 0, f == NULL ? STR("") : field_title(f), text, &x->err);
    return RC_OK;
}

static enum rc tell_problem(void *ctx, const struct pack_field *f, const struct err *why, struct err *err)
{
    struct applying *x = ctx;
    struct err one = *why;
    (void)err;
    import_bad_add(x->plan, x->a, x->told_line, 0, f == NULL ? STR("") : field_title(f), STR(""), &one);
    x->told++;
    return RC_OK;
}

/* All that is wrong with a row, field by field, as a page would tell it; where that finds nothing, what stopped the row. */
static enum rc refuse_whole(struct applying *x, const struct import_row *row, struct sv *values, uint64_t id)
{
    uint32_t count = x->b->reg->stored_count;
    struct err ignored;
    struct record old;
    bool *only = arena_array(&x->rs->scratch, bool, count + 1);
    x->told = 0;
    x->told_line = row->line;
    bool there = id != 0 && row_get(x->rs, x->b, id, &x->rs->scratch, &old, &ignored) == RC_OK && old.closed_us == 0;
    for (uint32_t i = 0; there && i < count; i++) {
        const struct pack_field *f = x->b->stored[i];
        only[i] = given(x, f) && (values[i].kind != SV_NULL || f->init == NULL);
        if (!only[i]) values[i] = old.values[i];
    }
    struct record_trial t = {.values = values, .only = there ? only : NULL, .today = x->c->today, .problem = tell_problem, .ctx = x};
    if ((id == 0 || there) && record_try(x->rs, x->b->reg, id, &t, &ignored) == RC_OK && x->told > 0) {
        x->plan->bad_rows++;
        return RC_OK;
    }
    return refuse(x, row, NULL, STR(""));
}

static struct str line_text(const struct applying *x, size_t row, char out[16])
{
    int len = snprintf(out, 16, "%u", x->plan->rows[row].line);
    return str_of(out, (size_t)len);
}

/* The row is well but for the one that it refers to.  Where one bad row stops the file this is not worth a line: there may be hundreds below it. */
static void refuse_follower(struct applying *x, const struct import_row *row, const struct pack_field *f)
{
    char line[16];
    if (!x->skip_bad) return;
    err_set(&x->err, &E_import_row_failed, NO_PLACE, field_title(f), line_text(x, (size_t)row->values[f->column].i - 1, line));
    (void)refuse(x, row, f, row->values[f->column].s);
}

/* Refs to rows of the file become the ids that those rows got. */
static bool settle(struct applying *x, const struct import_row *row, struct sv *values)
{
    for (uint32_t i = 0; i < x->b->refs_count; i++) {
        const struct pack_field *f = x->b->refs[i];
        struct sv *v = &values[f->column];
        if (v->kind != SV_TEXT) continue;
        size_t target = (size_t)v->i - 1;
        if (x->ids[target] == 0) {
            refuse_follower(x, row, f);
            return false;
        }
        *v = sv_int((int64_t)x->ids[target]);
    }
    return true;
}

static enum rc write_row(struct applying *x, const struct import_row *row, struct sv *values, uint64_t *at, struct changed *done)
{
    struct import_row settled = {.line = row->line, .values = values, .id = row->id};
    TRY(find_record(x, &settled, at, &x->err));
    uint64_t id = *at;
    if (id == 0) {
        TRY(write_create(x->rs, x->b, x->c, values, WRITE_TRUSTED, done, &x->err));
        x->out->created++;
        return RC_OK;
    }
    struct record old;
    TRY(row_get(x->rs, x->b, id, &x->rs->scratch, &old, &x->err));
    if (old.closed_us != 0) return err_set(&x->err, &E_record_closed, NO_PLACE, reg_title(x->b->reg), str_u64(&x->rs->scratch, id));
    uint32_t n = 0;
    for (uint32_t i = 0; i < x->plan->given_count; i++) {
        const struct pack_field *f = x->plan->given[i];
        if (values[f->column].kind == SV_NULL && f->init != NULL) continue;
        x->fields[n] = f;
        x->values[n++] = values[f->column];
    }
    TRY(write_update(x->rs, x->b, &old, x->c, n, x->fields, x->values, WRITE_TRUSTED, done, &x->err));
    if (done->unchanged) x->out->unchanged++;
    else x->out->updated++;
    return RC_OK;
}

/* What a person can mend makes the row bad; anything else stops the import. */
static bool mendable(enum rc rc) { return rc == RC_INPUT || rc == RC_CONFLICT || rc == RC_ABSENT || rc == RC_LIMIT; }

static enum rc apply_row(struct applying *x, size_t n)
{
    const struct import_row *row = &x->plan->rows[n];
    uint32_t count = x->b->reg->stored_count;
    if (n % IMPORT_COOL_EACH == 0) import_cool(x->plan);
    struct arena_mark m = arena_mark(&x->rs->scratch);
    struct sv *values = arena_array(&x->rs->scratch, struct sv, count);
    if (count > 0) memcpy(values, row->values, count * sizeof *values);
    enum rc rc = RC_OK;
    if (settle(x, row, values)) {
        struct changed done = {0};
        uint64_t at = row->id;
        rc = write_row(x, row, values, &at, &done);
        if (rc == RC_OK) {
            x->ids[n] = done.id;
            if (!done.unchanged) {
                if (x->out->first_seq == 0) x->out->first_seq = done.seq;
                x->out->last_seq = done.seq;
            }
        } else if (mendable(rc)) {
            rc = refuse_whole(x, row, values, at);
        }
    }
    x->done[n] = true;
    arena_reset(&x->rs->scratch, m);
    return rc;
}

/* ---- parents before children ---- */

/* Rows that wait for row n, as lists in two arrays. */
struct waiting {
    uint32_t *count; /* by row: for how many it waits */
    int64_t *first;  /* by row: of those that wait for it, idx of link */
    int64_t *next;
    uint32_t *who;
    size_t links;
};

static enum rc apply_waiting(struct applying *x, struct waiting *w, size_t start)
{
    VEC(uint32_t) ready = {0};
    struct arena_mark m = arena_mark(&x->mine);
    vec_push(&x->mine, &ready, (uint32_t)start);
    enum rc rc = RC_OK;
    for (size_t i = 0; i < ready.len && rc == RC_OK; i++) {
        size_t n = ready.at[i];
        rc = apply_row(x, n);
        for (int64_t l = w->first[n]; l != NO_ROW; l = w->next[l])
            if (--w->count[w->who[l]] == 0) vec_push(&x->mine, &ready, w->who[l]);
    }
    arena_reset(&x->mine, m);
    return rc;
}

/* ---- circles: what is left when no row can go on ---- */

/* Rows that reach each other (Tarjan), without recursion: a file may hold a chain of any length. */
struct circles {
    uint32_t *seen, *low; /* by row: when it was met, from 1; the earliest that it reaches */
    uint32_t *stack, *path, *edge; /* edge: by row, the ref to look at next */
    uint32_t *circle;     /* by row: number of its circle, from 1; 0: only waits for one */
    size_t on_stack, depth;
    uint32_t time, count;
};

/* The row that a ref of row n waits for; SIZE_MAX: none. */
static size_t waits_for(const struct applying *x, size_t n, uint32_t ref)
{
    const struct sv *v = &x->plan->rows[n].values[x->b->refs[ref]->column];
    return v->kind == SV_TEXT && !x->done[(size_t)v->i - 1] ? (size_t)v->i - 1 : SIZE_MAX;
}

static void meet(struct circles *c, size_t n)
{
    c->seen[n] = c->low[n] = ++c->time;
    c->stack[c->on_stack++] = c->path[c->depth++] = (uint32_t)n;
}

static void leave(struct circles *c, const struct applying *x, size_t n)
{
    enum { SETTLED = 0 };
    size_t size = 0;
    c->depth--;
    if (c->depth > 0) c->low[c->path[c->depth - 1]] = MIN(c->low[c->path[c->depth - 1]], c->low[n]);
    if (c->low[n] != c->seen[n]) return;
    while (c->stack[c->on_stack - 1 - size] != n) size++;
    bool circle = size > 0;
    for (uint32_t i = 0; i < x->b->refs_count && !circle; i++) circle = waits_for(x, n, i) == n;
    c->count += circle;
    for (size_t i = 0; i <= size; i++) {
        uint32_t member = c->stack[--c->on_stack];
        c->circle[member] = circle ? c->count : SETTLED;
        c->low[member] = UINT32_MAX; /* no longer on the stack: reaches nobody who is */
        c->seen[member] = UINT32_MAX;
    }
}

static void find_circles(struct circles *c, const struct applying *x, size_t start)
{
    meet(c, start);
    while (c->depth > 0) {
        size_t n = c->path[c->depth - 1];
        if (c->edge[n] == x->b->refs_count) {
            leave(c, x, n);
            continue;
        }
        size_t up = waits_for(x, n, c->edge[n]++);
        if (up == SIZE_MAX) continue;
        if (c->seen[up] == 0) meet(c, up);
        else c->low[n] = MIN(c->low[n], c->seen[up]);
    }
}

/* Only the rows of a circle are to blame, each by the ref that leads along it. */
static void refuse_circles(struct applying *x)
{
    size_t rows = x->plan->rows_count;
    struct circles c = {.seen = arena_array(&x->mine, uint32_t, rows),
                        .low = arena_array(&x->mine, uint32_t, rows),
                        .stack = arena_array(&x->mine, uint32_t, rows),
                        .path = arena_array(&x->mine, uint32_t, rows),
                        .edge = arena_array(&x->mine, uint32_t, rows),
                        .circle = arena_array(&x->mine, uint32_t, rows)};
    for (size_t n = 0; n < rows; n++)
        if (!x->done[n] && c.seen[n] == 0) find_circles(&c, x, n);
    for (size_t n = 0; n < rows; n++) {
        bool told = x->done[n];
        for (uint32_t i = 0; i < x->b->refs_count && !told; i++) {
            const struct import_row *row = &x->plan->rows[n];
            const struct pack_field *f = x->b->refs[i];
            size_t up = waits_for(x, n, i);
            if (up == SIZE_MAX || (c.circle[n] != 0 && c.circle[up] != c.circle[n])) continue;
            told = true;
            if (c.circle[n] == 0) {
                refuse_follower(x, row, f);
                continue;
            }
            char line[16];
            if (up == n) err_set(&x->err, &E_import_itself, NO_PLACE, field_title(f));
            else err_set(&x->err, &E_import_circle, NO_PLACE, field_title(f), line_text(x, up, line));
            (void)refuse(x, row, f, row->values[f->column].s);
        }
    }
}

static enum rc apply_ordered(struct applying *x, size_t links)
{
    size_t rows = x->plan->rows_count;
    struct waiting w = {.count = arena_array(&x->mine, uint32_t, rows),
                        .first = arena_array(&x->mine, int64_t, rows),
                        .next = arena_array(&x->mine, int64_t, links),
                        .who = arena_array(&x->mine, uint32_t, links)};
    for (size_t n = 0; n < rows; n++) w.first[n] = NO_ROW;
    for (size_t n = rows; n-- > 0;) { /* backwards, so that each list is in the file's order */
        for (uint32_t i = 0; i < x->b->refs_count && x->plan->rows[n].values != NULL; i++) {
            const struct sv *v = &x->plan->rows[n].values[x->b->refs[i]->column];
            if (v->kind != SV_TEXT) continue;
            size_t target = (size_t)v->i - 1;
            w.who[w.links] = (uint32_t)n;
            w.next[w.links] = w.first[target];
            w.first[target] = (int64_t)w.links++;
            w.count[n]++;
        }
    }
    /* Rows that are bad already let those go on that wait for them, to be refused in their turn. */
    for (size_t n = 0; n < rows; n++) {
        if (x->plan->rows[n].values != NULL) continue;
        x->done[n] = true;
        for (int64_t l = w.first[n]; l != NO_ROW; l = w.next[l]) w.count[w.who[l]]--;
    }
    for (size_t n = 0; n < rows; n++)
        if (w.count[n] == 0 && !x->done[n]) TRY(apply_waiting(x, &w, n));
    refuse_circles(x);
    return RC_OK;
}

static enum rc apply_all(struct applying *x)
{
    size_t rows = x->plan->rows_count, links = 0;
    for (uint32_t i = 0; i < x->b->refs_count; i++) {
        const struct pack_field *f = x->b->refs[i];
        for (size_t n = 0; n < rows && f->ref == x->b->reg; n++) {
            if (n % IMPORT_COOL_EACH == 0) import_cool(x->plan);
            links += x->plan->rows[n].values != NULL && x->plan->rows[n].values[f->column].kind == SV_TEXT;
        }
    }
    x->ids = x->out->ids != NULL ? x->out->ids : arena_array(&x->mine, uint64_t, rows);
    x->done = arena_array(&x->mine, bool, rows);
    TRY(x->b->reg->key != NULL ? load_keys(x, &x->err) : load_twins(x, &x->err));
    if (links > 0) return apply_ordered(x, links);
    for (size_t n = 0; n < rows; n++)
        if (x->plan->rows[n].values != NULL) TRY(apply_row(x, n));
    return RC_OK;
}

static int by_line(const void *p, const void *q)
{
    const struct import_bad *a = p, *b = q;
    if (a->line != b->line) return a->line < b->line ? -1 : 1;
    return a->err.place.col < b->err.place.col ? -1 : a->err.place.col > b->err.place.col;
}

enum rc import_apply(struct records *rs, struct import_plan *plan, const struct change *c, bool skip_bad, struct arena *a,
                     struct import_result *out, struct err *err)
{
    struct reg_bind *b = bind_of(rs, plan->reg);
    *out = (struct import_result){.ids = out->ids};
    MUST(rs->journal != NULL);
    TRY(bind_rows(rs, b, err));
    struct applying *x = arena_new(a, struct applying);
    *x = (struct applying){.rs = rs, .b = b, .plan = plan, .c = c, .a = a, .out = out, .skip_bad = skip_bad};
    arena_init(&x->mine, (size_t)4 * 1024 * 1024 * 1024);
    x->fields = arena_array(&x->mine, const struct pack_field *, plan->given_count);
    x->values = arena_array(&x->mine, struct sv, plan->given_count);
    enum rc rc = apply_all(x);
    arena_fini(&x->mine);
    if (plan->bad_count > 1) qsort(plan->bad, plan->bad_count, sizeof *plan->bad, by_line);
    out->refused = plan->bad_rows;
    if (rc == RC_OK && !skip_bad && plan->bad_count > 0) {
        x->err = plan->bad[0].err;
        rc = err_rc(&x->err);
    }
    if (rc != RC_OK && err != NULL) *err = x->err;
    return rc;
}

void import_refuse(struct import_plan *plan, size_t row, struct arena *a, struct err *why)
{
    plan->bad_rows++;
    import_bad_add(plan, a, plan->rows[row].line, 0, STR(""), STR(""), why);
}

void import_refused(struct import_plan *plan)
{
    if (plan->bad_count > 1) qsort(plan->bad, plan->bad_count, sizeof *plan->bad, by_line);
}
