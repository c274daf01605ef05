/*
 * see.c - what access/ needs of records to judge, and records as a grant shows them.
 * What is not in scope answers as if it were not there; what is in scope and not in sight is empty.
 */
#include "record/inner.h"

/* ---- the world: refs, trees, subjects ---- */

static enum rc world_ref(void *ctx, const struct pack_field *f, uint64_t id, uint64_t *to, struct err *err)
{
    struct records *rs = ctx;
    *to = 0;
    /* Whose field it is: its column is only known with its register. */
    struct reg_bind *b = NULL;
    for (uint32_t i = 0; i < rs->binds_count && b == NULL; i++)
        if (f >= rs->binds[i].reg->fields && f < rs->binds[i].reg->fields + rs->binds[i].reg->fields_count) b = &rs->binds[i];
    MUST(b != NULL && f->column != UINT32_MAX);
    TRY(bind_rows(rs, b, err));
    const uint32_t column = COL_FIELDS + f->column;
    struct store_where where = {COL_ID, SO_EQ, sv_int((int64_t)id)};
    struct store_query q = {.columns = &column, .columns_count = 1, .where = &where, .where_count = 1, .limit = 1};
    struct store_cursor *c;
    TRY(store_select(b->rows, &q, &c, err));
    const struct sv *row;
    enum rc rc = store_next(c, &row, err);
    if (rc == RC_OK && row != NULL && row[0].kind == SV_INT && row[0].i > 0) *to = (uint64_t)row[0].i;
    store_cursor_close(&c);
    return rc;
}

static unsigned classes_of(const struct roster_wants *w)
{
    unsigned classes = 1u << PACK_OPEN;
    for (size_t i = 0; i < w->len; i++)
        if (w->at[i].field != NULL) classes |= 1u << w->at[i].field->class;
    return classes;
}

/* The classes of what a rule reads and says: who may not see these may not see that the rule spoke. */
static unsigned rule_classes(struct records *rs, const struct pack_rule *rule)
{
    if (rs->rule_classes == NULL) rs->rule_classes = arena_array(&rs->arena, unsigned char, rs->set->rules_count + 1);
    unsigned char *known = &rs->rule_classes[rule->idx];
    if (*known != 0) return *known;
    struct arena_mark m = arena_mark(&rs->scratch);
    struct roster_wants w = {0};
    roster_want_program(&rs->scratch, &w, rule->where, false);
    roster_want_program(&rs->scratch, &w, rule->when, false);
    for (uint32_t i = 0; i < rule->show_count; i++) roster_want_program(&rs->scratch, &w, rule->show[i], false);
    if (rule->each != NULL) roster_want_display(&rs->scratch, &w, rule->each);
    const struct feel_message *says[] = {rule->say, rule->say_en};
    for (size_t k = 0; k < ARRAY_LEN(says); k++)
        for (uint32_t i = 0; says[k] != NULL && i < says[k]->pieces_count; i++)
            roster_want_program(&rs->scratch, &w, says[k]->pieces[i].program, true);
    *known = (unsigned char)classes_of(&w);
    arena_reset(&rs->scratch, m);
    return *known;
}

static enum rc world_subject(void *ctx, const struct pack_register *of, uint64_t id, const struct pack_register **reg, uint64_t *to,
                             unsigned *classes, struct err *err)
{
    struct records *rs = ctx;
    *reg = NULL;
    *to = 0;
    *classes = 1u << PACK_OPEN;
    const struct pack_field *f[3] = {pack_field_find(of, STR("subject_register")), pack_field_find(of, STR("subject")), pack_field_find(of, STR("rule"))};
    for (size_t i = 0; i < 2; i++)
        if (f[i] == NULL || f[i]->column == UINT32_MAX) return RC_OK;
    struct arena_mark m = arena_mark(&rs->scratch);
    struct record rec;
    enum rc rc = row_get(rs, bind_of(rs, of), id, &rs->scratch, &rec, err);
    if (rc == RC_OK && rec.values[f[0]->column].kind == SV_TEXT && rec.values[f[1]->column].kind == SV_INT) {
        *reg = pack_register_find(rs->set, rec.values[f[0]->column].s);
        *to = (uint64_t)rec.values[f[1]->column].i;
        const struct pack_rule *rule = f[2] != NULL && rec.values[f[2]->column].kind == SV_TEXT ? pack_rule_find(rs->set, rec.values[f[2]->column].s) : NULL;
        /* A rule that the packs no longer have: nobody can say what it read. */
        if (f[2] != NULL) *classes = rule != NULL ? rule_classes(rs, rule) : 1u << PACK_OPEN | 1u << PACK_PERSONAL | 1u << PACK_RESTRICTED;
    }
    arena_reset(&rs->scratch, m);
    if (rc != RC_ABSENT) return rc;
    err_clear(err);
    return RC_OK;
}

static int by_id(const void *x, const void *y)
{
    uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
    return a < b ? -1 : a > b;
}

static enum rc world_below(void *ctx, const struct pack_field *tree, uint64_t node, int64_t levels, struct arena *a, uint64_t **ids, size_t *n,
                           struct err *err)
{
    struct records *rs = ctx;
    VEC(uint64_t) found = {0};
    *ids = NULL;
    *n = 0;
    struct str path = STR_NONE;
    int64_t depth = 0;
    TRY(tree_place(rs, bind_of(rs, tree->ref), tree, node, &rs->scratch, &path, &depth, err));
    if (depth == 0) return RC_OK;
    static const uint32_t columns[] = {TREE_ID, TREE_DEPTH};
    struct store_where where[] = {{TREE_REG, SO_EQ, sv_int(bind_of(rs, tree->ref)->number)},
                                  {TREE_FIELD, SO_EQ, sv_text(tree->name)},
                                  {TREE_PATH, SO_STARTS, sv_blob(path)}};
    struct store_query q = {.columns = columns, .columns_count = 2, .where = where, .where_count = 3};
    struct store_cursor *c;
    TRY(store_select(rs->tree, &q, &c, err));
    const struct sv *row;
    enum rc rc;
    while ((rc = store_next(c, &row, err)) == RC_OK && row != NULL)
        if (levels < 0 || row[1].i <= depth + levels) vec_push(a, &found, (uint64_t)row[0].i);
    store_cursor_close(&c);
    if (found.len > 1) qsort(found.at, found.len, sizeof *found.at, by_id);
    *ids = found.at;
    *n = found.len;
    return rc;
}

/* Of the packs that the case began with. */
static enum rc world_procedure(void *ctx, const struct pack_register *of, uint64_t id, const struct pack_procedure **out, struct err *err)
{
    struct records *rs = ctx, *then = rs;
    *out = NULL;
    const struct pack_field *f = pack_field_find(of, STR("procedure")), *since = pack_field_find(of, STR("install"));
    if (f == NULL || f->column == UINT32_MAX) return RC_OK;
    struct arena_mark m = arena_mark(&rs->scratch);
    struct record rec;
    enum rc rc = row_get(rs, bind_of(rs, of), id, &rs->scratch, &rec, err);
    uint64_t install = rc == RC_OK && since != NULL && since->column != UINT32_MAX && rec.values[since->column].kind == SV_INT ? (uint64_t)rec.values[since->column].i : 0;
    if (install != 0 && rs->past != NULL && rs->past->install != install) rc = rs->past->at(rs->past->ctx, install, &then, err);
    for (uint32_t i = 0; rc == RC_OK && i < then->set->procedures_count; i++)
        if (str_eq(then->set->procedures[i]->d.name, rec.values[f->column].s)) *out = then->set->procedures[i];
    arena_reset(&rs->scratch, m);
    return rc == RC_ABSENT ? RC_OK : rc;
}

struct access_world record_world(struct records *rs)
{
    return (struct access_world){.ctx = rs, .ref = world_ref, .subject = world_subject, .procedure = world_procedure, .below = world_below};
}

/* ---- one record ---- */

enum rc record_see(struct records *rs, const struct grant *g, const struct pack_register *r, uint64_t id, struct arena *a, struct record *out,
                   struct sight *sight, struct err *err)
{
    struct reg_bind *b = bind_of(rs, r);
    struct access_world w = record_world(rs);
    struct sight mine;
    TRY(row_get(rs, b, id, a, out, err));
    TRY(scope_sight_of(grant_scope(g, PACK_READ, r), id, out->values, out->closed_us != 0, &w, &mine, err));
    if (!mine.any) {
        struct str text = id_text(a, id);
        *out = (struct record){0};
        return err_absent(err, r, text);
    }
    struct sv *values = arena_array(a, struct sv, r->stored_count + 1);
    for (uint32_t i = 0; i < r->stored_count; i++)
        if (sight_field(&mine, r, b->stored[i])) values[i] = out->values[i];
    out->values = values;
    if (sight != NULL) *sight = mine;
    return RC_OK;
}

unsigned record_display_classes(struct records *rs, const struct pack_register *r)
{
    struct reg_bind *b = bind_of(rs, r);
    if (b->display_classes != 0) return b->display_classes;
    struct arena_mark m = arena_mark(&rs->scratch);
    struct roster_wants w = {0};
    roster_want_display(&rs->scratch, &w, r);
    b->display_classes = classes_of(&w);
    arena_reset(&rs->scratch, m);
    return b->display_classes;
}

enum rc record_display_for(struct records *rs, const struct grant *g, const struct pack_register *r, uint64_t id, struct arena *a, struct str *out,
                           struct err *err)
{
    unsigned need = record_display_classes(rs, r);
    bool shown = need == 1u << PACK_OPEN && r->class == PACK_OPEN && r->disclose == DISCLOSE_ALWAYS;
    if (!shown) {
        struct access_world w = record_world(rs);
        struct sight s;
        TRY(scope_sight(grant_scope(g, PACK_READ, r), id, false, &w, &s, err));
        shown = s.any && (need & ~(s.classes | s.self_classes)) == 0;
    }
    if (shown) return record_display(rs, r, id, a, out, err);
    *out = id_text(a, id);
    return RC_OK;
}

/* ---- many ---- */

struct id_list {
    uint64_t *at;
    size_t len, cap;
};

/* Few are looked up by the ref's index one by one; many by one pass over the rows. */
enum { BY_INDEX_MAX = 2048 };

static enum rc gather(struct records *rs, struct reg_bind *b, uint32_t column, const struct sv *equal, const uint64_t *among, size_t among_count,
                      bool closed_too, struct arena *a, struct id_list *out, struct err *err)
{
    TRY(bind_rows(rs, b, err));
    const uint32_t columns[] = {COL_ID, column};
    struct store_where where[2];
    uint32_t n = 0;
    if (equal != NULL) where[n++] = (struct store_where){column, SO_EQ, *equal};
    if (!closed_too) where[n++] = (struct store_where){COL_CLOSED, SO_NULL, sv_null()};
    struct store_query q = {.columns = columns, .columns_count = 2, .where = where, .where_count = n};
    const struct scope_term set = {.ids = among, .ids_count = among_count};
    struct store_cursor *c;
    TRY(store_select(b->rows, &q, &c, err));
    const struct sv *row;
    enum rc rc;
    while ((rc = store_next(c, &row, err)) == RC_OK && row != NULL) {
        if (among != NULL && (row[1].kind != SV_INT || !scope_has_id(&set, (uint64_t)row[1].i))) continue;
        vec_push(a, out, (uint64_t)row[0].i);
    }
    store_cursor_close(&c);
    return rc;
}

static void sort_once(struct id_list *l)
{
    if (l->len < 2) return;
    qsort(l->at, l->len, sizeof *l->at, by_id);
    size_t k = 1;
    for (size_t i = 1; i < l->len; i++)
        if (l->at[i] != l->at[k - 1]) l->at[k++] = l->at[i];
    l->len = k;
}

static enum rc of_term(struct records *rs, const struct scope *s, const struct scope_term *t, bool closed_too, struct arena *a, struct id_list *out,
                       struct err *err)
{
    struct reg_bind *own = bind_of(rs, s->reg);
    if (t->all || t->subject) return gather(rs, own, COL_ID, NULL, NULL, 0, closed_too, a, out, err);
    if (t->path_len == 0) {
        for (size_t i = 0; i < t->ids_count; i++) {
            struct sv id = sv_int((int64_t)t->ids[i]);
            TRY(gather(rs, own, COL_ID, &id, NULL, 0, closed_too, a, out, err));
        }
        return RC_OK;
    }
    const uint64_t *ids = t->ids;
    size_t count = t->ids_count;
    for (uint32_t step = t->path_len; step-- > 0 && count > 0;) {
        struct reg_bind *b = step == 0 ? own : bind_of(rs, t->path[step - 1]->ref);
        struct id_list got = {0};
        bool any = closed_too || step > 0; /* the way may lead through closed records */
        if (count > BY_INDEX_MAX) {
            TRY(gather(rs, b, COL_FIELDS + t->path[step]->column, NULL, ids, count, any, a, &got, err));
        } else {
            for (size_t i = 0; i < count; i++) {
                struct sv id = sv_int((int64_t)ids[i]);
                TRY(gather(rs, b, COL_FIELDS + t->path[step]->column, &id, NULL, 0, any, a, &got, err));
            }
        }
        sort_once(&got);
        ids = got.at;
        count = got.len;
    }
    for (size_t i = 0; i < count; i++) vec_push(a, out, ids[i]);
    return RC_OK;
}

enum rc record_scope_ids(struct records *rs, const struct scope *s, bool closed_too, struct arena *a, uint64_t **ids, size_t *n, struct err *err)
{
    struct id_list all = {0};
    bool ask = false; /* what follows from more than ids is asked one by one */
    for (uint32_t i = 0; i < s->terms_count; i++) {
        ask = ask || s->terms[i].subject || s->terms[i].self;
        TRY(of_term(rs, s, &s->terms[i], closed_too, a, &all, err));
        if (s->terms[i].all) break;
    }
    sort_once(&all);
    struct access_world w = record_world(rs);
    size_t k = 0;
    for (size_t i = 0; ask && !s->all && i < all.len; i++) {
        struct sight sight;
        bool closed = false;
        if (closed_too && s->reg->disclose == DISCLOSE_ON_CLOSE) {
            struct arena_mark m = arena_mark(&rs->scratch);
            struct record rec;
            TRY(row_get(rs, bind_of(rs, s->reg), all.at[i], &rs->scratch, &rec, err));
            closed = rec.closed_us != 0;
            arena_reset(&rs->scratch, m);
        }
        TRY(scope_sight(s, all.at[i], closed, &w, &sight, err));
        if (sight.any) all.at[k++] = all.at[i];
    }
    if (ask && !s->all) all.len = k;
    *ids = all.at;
    *n = all.len;
    return RC_OK;
}

/* ---- small look-ups that have no grant: for the engine itself ---- */

enum rc record_back(struct records *rs, const struct pack_register *r, const struct pack_field *ref, uint64_t id, struct arena *a, uint64_t **ids, size_t *n,
                    struct err *err)
{
    struct id_list got = {0};
    struct sv v = sv_int((int64_t)id);
    TRY(gather(rs, bind_of(rs, r), COL_FIELDS + ref->column, &v, NULL, 0, false, a, &got, err));
    sort_once(&got);
    *ids = got.at;
    *n = got.len;
    return RC_OK;
}

enum rc record_holding(struct records *rs, const struct pack_register *r, const struct pack_field *file, struct str hash, struct arena *a, uint64_t **ids, size_t *n,
                       struct err *err)
{
    struct reg_bind *b = bind_of(rs, r);
    struct id_list got = {0};
    struct store_cursor *c;
    const struct sv *row;
    TRY(bind_rows(rs, b, err));
    static const uint32_t columns[] = {COL_ID};
    struct store_where where = {COL_FIELDS + file->column, SO_STARTS, sv_text(hash)};
    struct store_query q = {.columns = columns, .columns_count = 1, .where = &where, .where_count = 1};
    TRY(store_select(b->rows, &q, &c, err));
    enum rc rc;
    while ((rc = store_next(c, &row, err)) == RC_OK && row != NULL) vec_push(a, &got, (uint64_t)row[0].i);
    store_cursor_close(&c);
    sort_once(&got);
    *ids = got.at;
    *n = got.len;
    return rc;
}

enum rc record_find_by(struct records *rs, const struct pack_register *r, const struct pack_field *f, const struct sv *v, uint64_t *id, struct err *err)
{
    int n = 0;
    *id = 0;
    return find_by_value(rs, bind_of(rs, r), f->column, v, false, id, &n, err);
}
