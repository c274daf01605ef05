/*
 * change.c - create, update, close: everything is checked, then the row and its entry are written together.
 * The row goes first: where a unique index refuses it, nothing was written yet.
 */
#include "record/inner.h"

/* ---- what may be refused ---- */

static enum rc check_values(const struct reg_bind *b, const struct sv *values, const bool *only, struct err *err)
{
    for (uint32_t i = 0; i < b->reg->stored_count; i++)
        if (only == NULL || only[i]) TRY(value_check(b->stored[i], &values[i], err));
    return RC_OK;
}

static enum rc check_refs(struct records *rs, const struct reg_bind *b, uint64_t id, const struct sv *values, const bool *only,
                          struct err *err)
{
    for (uint32_t i = 0; i < b->refs_count; i++) {
        const struct pack_field *f = b->refs[i];
        const struct sv *v = &values[f->column];
        if (v->kind == SV_NULL || (only != NULL && !only[f->column])) continue;
        if (f->ref == b->reg && (uint64_t)v->i == id) continue; /* itself: a tree refuses that in its own words */
        struct arena_mark m = arena_mark(&rs->scratch);
        struct record target;
        enum rc rc = v->i <= 0 ? RC_ABSENT : row_get(rs, bind_of(rs, f->ref), (uint64_t)v->i, &rs->scratch, &target, err);
        if (rc == RC_ABSENT)
            rc = err_set(err, &E_record_ref, NO_PLACE, field_title(f), reg_title(f->ref), str_i64(&rs->scratch, v->i));
        arena_reset(&rs->scratch, m);
        TRY(rc);
    }
    return RC_OK;
}

static enum rc check_required(const struct reg_bind *b, const struct sv *values, const bool *only, struct err *err)
{
    for (uint32_t i = 0; i < b->reg->stored_count; i++) {
        const struct pack_field *f = b->stored[i];
        if (!f->required || values[i].kind != SV_NULL || (only != NULL && !only[i])) continue;
        return err_set(err, &E_record_required, NO_PLACE, reg_title(b->reg), field_title(f));
    }
    return RC_OK;
}

static bool touches(const struct need *n, const struct reg_bind *b, const bool *only)
{
    if (only == NULL) return true;
    for (uint32_t i = 0; i < b->reg->stored_count; i++)
        if (only[i] && bit_get(n->reads, b->stored[i]->idx)) return true;
    return false;
}

/* Conditions over the record as it will be.  A condition that cannot be answered, for want of a value, does not refuse: what is
 * missing is for `required` and for rules to say. */
static enum rc check_needs(struct records *rs, struct reg_bind *b, uint64_t id, day_num today, const struct sv *values, const bool *only,
                           struct err *err)
{
    enum rc rc = RC_OK;
    if (b->needs_count == 0) return RC_OK;
    if (rs->host == NULL) rs->host = host_make(rs, &rs->arena);
    struct fv self = {.kind = FV_RECORD, .reg = &b->reg->feel, .id = (int64_t)id};
    host_overlay(rs->host, b, id, values);
    for (uint32_t i = 0; i < b->needs_count && rc == RC_OK; i++) {
        const struct need *n = &b->needs[i];
        if (!touches(n, b, only) || (n->field != NULL && values[n->field->column].kind == SV_NULL)) continue;
        struct arena_mark m = arena_mark(&rs->scratch);
        struct feel_run run = host_run(rs->host, &rs->scratch, today, &self);
        struct fv v;
        rc = feel_run(n->program, &run, &v, err);
        if (rc == RC_OK && v.kind == FV_BOOL && !v.b) rc = say_check(&run, b, n, values, err);
        arena_reset(&rs->scratch, m);
    }
    host_overlay(rs->host, NULL, 0, NULL);
    return rc;
}

static enum rc fill_defaults(struct records *rs, struct reg_bind *b, uint64_t id, day_num today, struct sv *values, struct err *err)
{
    if (!b->has_init) return RC_OK;
    if (rs->host == NULL) rs->host = host_make(rs, &rs->arena);
    struct fv self = {.kind = FV_RECORD, .reg = &b->reg->feel, .id = (int64_t)id};
    host_overlay(rs->host, b, id, values);
    enum rc rc = RC_OK;
    for (uint32_t i = 0; i < b->reg->fields_count && rc == RC_OK; i++) {
        const struct pack_field *f = &b->reg->fields[i];
        if (f->init == NULL || f->derive != NULL || values[f->column].kind != SV_NULL) continue;
        struct feel_run run = host_run(rs->host, &rs->scratch, today, &self);
        struct fv v;
        rc = feel_run(f->init, &run, &v, err);
        if (rc == RC_OK) rc = record_value_from_fv(f, &v, &rs->scratch, &values[f->column], err);
    }
    host_overlay(rs->host, NULL, 0, NULL);
    return rc;
}

/* The index refused: say which value, and whose it is. */
static enum rc say_unique(struct records *rs, struct reg_bind *b, const struct sv *values, struct err *err)
{
    const struct store_index *index = store_conflict(b->rows);
    struct str titles = STR(""), texts = STR(""), whose = STR("");
    struct arena *a = &rs->scratch;
    if (index == NULL) return err_set(err, &E_verify_order, NO_PLACE, STR("?"), STR("?"));
    for (uint32_t i = 0; i < index->columns_count; i++) {
        const struct pack_field *f = b->stored[index->columns[i] - COL_FIELDS];
        titles = i == 0 ? field_title(f) : str_cat(a, titles, STR("、"), field_title(f));
        texts = i == 0 ? value_shown(a, f, &values[f->column]) : str_cat(a, texts, STR("、"), value_shown(a, f, &values[f->column]));
    }
    if (index->columns_count == 1) {
        const struct pack_field *f = b->stored[index->columns[0] - COL_FIELDS];
        uint64_t id = 0;
        int n = 0;
        TRY(find_by_value(rs, b, f->column, &values[f->column], false, &id, &n, err));
        if (n > 0) whose = str_cat(a, reg_title(b->reg), id_text(a, id));
    }
    return err_set(err, &E_record_unique, NO_PLACE, titles, texts, whose.len > 0 ? whose : reg_title(b->reg));
}

/* ---- writing ---- */

void entry_start(struct records *rs, const struct reg_bind *b, const struct change *c, enum entry_kind kind, uint64_t id,
                 uint32_t version, struct entry *e)
{
    /* The entry's time is settled here, because a closed row keeps it too. */
    int64_t now = c->time_us != 0 ? c->time_us : clock_now_us(), last = journal_last_time(rs->journal);
    *e = (struct entry){.command = c->command,
                        .time_us = now > last ? now : last + 1,
                        .happened = c->happened,
                        .actor = c->actor,
                        .verb = c->verb,
                        .kind = (uint8_t)kind,
                        .reg = b->number,
                        .record = id,
                        .version = version};
}

static enum rc append(struct records *rs, struct entry *e, uint64_t seq, struct changed *out, struct err *err)
{
    TRY(journal_append(rs->journal, e, &out->leaf, err));
    MUST(e->seq == seq);
    out->id = e->record;
    out->version = e->version;
    out->seq = seq;
    out->unchanged = false;
    return RC_OK;
}

static enum rc create(struct records *rs, struct reg_bind *b, const struct change *c, const struct sv *values, unsigned how,
                      struct changed *out, struct err *err)
{
    uint32_t n = b->reg->stored_count;
    uint64_t id;
    TRY(bind_rows(rs, b, err));
    TRY(next_id(rs, &id, err));
    struct sv *row = arena_array(&rs->scratch, struct sv, COL_FIELDS + n), *mine = row + COL_FIELDS;
    for (uint32_t i = 0; i < n; i++) mine[i] = values[i].kind == SV_NULL ? sv_null() : values[i];
    if ((how & WRITE_TRUSTED) == 0) TRY(check_values(b, mine, NULL, err));
    TRY(fill_defaults(rs, b, id, c->today, mine, err));
    TRY(check_required(b, mine, NULL, err));
    if ((how & WRITE_TRUSTED) == 0) TRY(check_refs(rs, b, id, mine, NULL, err));
    for (uint32_t i = 0; i < b->reg->trees_count; i++)
        TRY(tree_check(rs, b, b->reg->trees[i], 0, &mine[b->reg->trees[i]->column], err));
    TRY(check_needs(rs, b, id, c->today, mine, NULL, err));

    struct entry e;
    uint64_t seq = journal_size(rs->journal) + 1;
    entry_start(rs, b, c, ENTRY_CREATE, id, 1, &e);
    TRY(body_make(rs, b, mine, NULL, &e, err));
    row[COL_ID] = sv_int((int64_t)id);
    row[COL_VERSION] = sv_int(1);
    row[COL_SEQ] = sv_int((int64_t)seq);
    row[COL_CLOSED] = sv_null();
    enum rc rc = store_insert(b->rows, row, err);
    if (rc == RC_CONFLICT) return say_unique(rs, b, mine, err);
    TRY(rc);
    TRY(append(rs, &e, seq, out, err));
    if (b->reg->trees_count > 0) TRY(tree_added(rs, b, id, mine, err));
    rs->next_id++;
    kept_put(rs, b, row);
    return RC_OK;
}

enum rc write_create(struct records *rs, struct reg_bind *b, const struct change *c, const struct sv *values, unsigned how,
                     struct changed *out, struct err *err)
{
    struct arena_mark m = arena_mark(&rs->scratch);
    enum rc rc = create(rs, b, c, values, how, out, err);
    arena_reset(&rs->scratch, m);
    return rc;
}

enum rc record_create(struct records *rs, const struct pack_register *r, const struct change *c, const struct sv *values,
                      struct changed *out, struct err *err)
{
    struct reg_bind *b = bind_of(rs, r);
    MUST(rs->journal != NULL);
    return write_create(rs, b, c, values, 0, out, err);
}

/* Write the changed columns of a row with its new version and entry. */
static enum rc update_row(struct records *rs, struct reg_bind *b, uint64_t id, uint32_t version, uint64_t seq, const struct sv *values,
                          const bool *only, int64_t closed_us, struct err *err)
{
    uint32_t n = b->reg->stored_count, count = 0;
    uint32_t *columns = arena_array(&rs->scratch, uint32_t, COL_FIELDS + n);
    struct sv *v = arena_array(&rs->scratch, struct sv, COL_FIELDS + n), key = sv_int((int64_t)id);
    columns[count] = COL_VERSION;
    v[count++] = sv_int(version);
    columns[count] = COL_SEQ;
    v[count++] = sv_int((int64_t)seq);
    if (closed_us != 0) {
        columns[count] = COL_CLOSED;
        v[count++] = sv_int(closed_us);
    }
    for (uint32_t i = 0; i < n && only != NULL; i++) {
        if (!only[i]) continue;
        columns[count] = COL_FIELDS + i;
        v[count++] = values[i].kind == SV_NULL ? sv_null() : values[i];
    }
    enum rc rc = store_update(b->rows, &key, count, columns, v, err);
    rs->changes++;
    if (rc == RC_OK) kept_change(rs, b, id, count, columns, v);
    return rc == RC_CONFLICT ? say_unique(rs, b, values, err) : rc;
}

static enum rc move_in_trees(struct records *rs, struct reg_bind *b, uint64_t id, const struct sv *values, const bool *only, struct err *err)
{
    bool key = b->reg->key != NULL && only[b->reg->key->column];
    for (uint32_t i = 0; i < b->reg->trees_count; i++)
        if (key || only[b->reg->trees[i]->column]) TRY(tree_moved(rs, b, b->reg->trees[i], id, values, err));
    return RC_OK;
}

static enum rc update(struct records *rs, struct reg_bind *b, const struct record *old, const struct change *c, uint32_t n,
                      const struct pack_field *const *fields, const struct sv *values, unsigned how, struct changed *out, struct err *err)
{
    uint32_t count = b->reg->stored_count;
    struct sv *now = arena_array(&rs->scratch, struct sv, count);
    bool *only = arena_array(&rs->scratch, bool, count), any = false;
    if (count > 0) memcpy(now, old->values, count * sizeof *now);
    for (uint32_t i = 0; i < n; i++) {
        const struct pack_field *f = fields[i];
        if (f->derive != NULL) return err_set(err, &E_record_derived, NO_PLACE, field_title(f));
        MUST(b->stored[f->column] == f);
        if (sv_not_given(&values[i]) || sv_same(&values[i], &old->values[f->column])) continue;
        now[f->column] = values[i];
        only[f->column] = any = true;
    }
    *out = (struct changed){.id = old->id, .version = old->version, .seq = old->seq, .unchanged = true};
    if (!any) return RC_OK;
    if ((how & WRITE_TRUSTED) == 0) TRY(check_values(b, now, only, err));
    TRY(check_required(b, now, only, err));
    if ((how & WRITE_TRUSTED) == 0) TRY(check_refs(rs, b, old->id, now, only, err));
    for (uint32_t i = 0; i < b->reg->trees_count; i++) {
        const struct pack_field *f = b->reg->trees[i];
        if (only[f->column]) TRY(tree_check(rs, b, f, old->id, &now[f->column], err));
    }
    TRY(check_needs(rs, b, old->id, c->today, now, only, err));

    struct entry e;
    uint64_t seq = journal_size(rs->journal) + 1;
    entry_start(rs, b, c, ENTRY_UPDATE, old->id, old->version + 1, &e);
    TRY(body_make(rs, b, now, only, &e, err));
    TRY(update_row(rs, b, old->id, e.version, seq, now, only, 0, err));
    TRY(append(rs, &e, seq, out, err));
    return move_in_trees(rs, b, old->id, now, only, err);
}

enum rc write_update(struct records *rs, struct reg_bind *b, const struct record *old, const struct change *c, uint32_t n,
                     const struct pack_field *const *fields, const struct sv *values, unsigned how, struct changed *out, struct err *err)
{
    struct arena_mark m = arena_mark(&rs->scratch);
    enum rc rc = update(rs, b, old, c, n, fields, values, how, out, err);
    arena_reset(&rs->scratch, m);
    return rc;
}

/* The record as it is, if it may be changed from the version that the caller knows. */
static enum rc open_row(struct records *rs, struct reg_bind *b, uint64_t id, uint32_t version, bool closed_too, struct record *old,
                        struct err *err)
{
    struct arena *a = &rs->scratch;
    MUST(rs->journal != NULL);
    TRY(row_get(rs, b, id, a, old, err));
    if (old->closed_us != 0 && !closed_too)
        return err_set(err, &E_record_closed, NO_PLACE, reg_title(b->reg), str_u64(a, id));
    if (version != 0 && version != old->version)
        return err_set(err, &E_record_version, NO_PLACE, reg_title(b->reg), str_u64(a, id), str_u64(a, version), str_u64(a, old->version));
    return RC_OK;
}

enum rc record_update(struct records *rs, const struct pack_register *r, uint64_t id, uint32_t version, const struct change *c, uint32_t n,
                      const struct pack_field *const *fields, const struct sv *values, struct changed *out, struct err *err)
{
    struct reg_bind *b = bind_of(rs, r);
    struct arena_mark m = arena_mark(&rs->scratch);
    struct record old;
    enum rc rc = open_row(rs, b, id, version, false, &old, err);
    if (rc == RC_OK) rc = update(rs, b, &old, c, n, fields, values, 0, out, err);
    arena_reset(&rs->scratch, m);
    return rc;
}

static enum rc close_row(struct records *rs, struct reg_bind *b, const struct record *old, const struct change *c, struct changed *out,
                         struct err *err)
{
    struct entry e;
    uint64_t seq = journal_size(rs->journal) + 1;
    entry_start(rs, b, c, ENTRY_CLOSE, old->id, old->version + 1, &e);
    TRY(update_row(rs, b, old->id, e.version, seq, old->values, NULL, e.time_us, err));
    return append(rs, &e, seq, out, err);
}

enum rc record_close(struct records *rs, const struct pack_register *r, uint64_t id, uint32_t version, const struct change *c,
                     struct changed *out, struct err *err)
{
    struct reg_bind *b = bind_of(rs, r);
    struct arena_mark m = arena_mark(&rs->scratch);
    struct record old;
    enum rc rc = open_row(rs, b, id, version, false, &old, err);
    if (rc == RC_OK) rc = close_row(rs, b, &old, c, out, err);
    arena_reset(&rs->scratch, m);
    return rc;
}

/* ---- erase ---- */

struct erasing {
    bool *named; /* by column */
    bool *kept;  /* stood in a body that goes, and still holds: to be entered again */
    VEC(struct erased_body) drop;
};

static enum rc choose_fields(const struct reg_bind *b, uint32_t n, const struct pack_field *const *fields, bool *named, struct err *err)
{
    for (uint32_t i = 0; i < n; i++) {
        const struct pack_field *f = fields[i];
        if (f->derive != NULL) return err_set(err, &E_record_derived, NO_PLACE, field_title(f));
        if (f->key && f->class == PACK_OPEN) return err_set(err, &E_record_erased_key, NO_PLACE, field_title(f));
        named[f->column] = true;
    }
    for (uint32_t i = 0; i < b->reg->stored_count && n == 0; i++) named[i] = !(b->stored[i]->key && b->stored[i]->class == PACK_OPEN);
    return RC_OK;
}

/* A body goes whole, so what else it said must be said again. */
static enum rc look_at_body(const struct reg_bind *b, struct arena *a, const struct entry *e, uint32_t class, struct erasing *x,
                            struct err *err)
{
    struct json *j;
    TRY(json_parse(a, e->body[class], &j, err));
    bool goes = false;
    for (const struct json *k = j->first; k != NULL; k = k->next) {
        const struct pack_field *f = bind_field(b, k->key);
        if (f != NULL && x->named[f->column] && k->kind != JSON_NULL) goes = true;
    }
    if (!goes) return RC_OK;
    vec_push(a, &x->drop, (struct erased_body){e->seq, (enum field_class)class});
    for (const struct json *k = j->first; k != NULL; k = k->next) {
        const struct pack_field *f = bind_field(b, k->key);
        if (f != NULL && !x->named[f->column]) x->kept[f->column] = true;
    }
    return RC_OK;
}

static enum rc find_bodies(struct records *rs, const struct reg_bind *b, uint64_t id, struct erasing *x, struct err *err)
{
    struct journal_walk *w;
    TRY(journal_walk_record(rs->journal, b->number, id, &w, err));
    const struct entry *e;
    enum rc rc;
    while ((rc = journal_next(w, &e, NULL, err)) == RC_OK && e != NULL) {
        if (e->kind == ENTRY_ERASE) continue; /* says no values */
        for (uint32_t c = 0; c < CLASS_COUNT && rc == RC_OK; c++)
            if (e->body[c].ptr != NULL) rc = look_at_body(b, &rs->scratch, e, c, x, err);
        if (rc != RC_OK) break;
    }
    journal_walk_close(&w);
    return rc;
}

static void erase_body(const struct reg_bind *b, struct str basis, const struct erasing *x, struct buf *out)
{
    struct json_out j;
    json_out_init(&j, out);
    json_object(&j);
    json_key(&j, STR("basis"));
    json_string(&j, basis);
    journal_put_erased(&j, x->drop.at, x->drop.len);
    json_key(&j, STR("fields"));
    json_array(&j);
    for (uint32_t i = 0; i < b->reg->stored_count; i++)
        if (x->named[b->sorted[i]->column]) json_string(&j, b->sorted[i]->name);
    json_end_array(&j);
    json_end_object(&j);
}

static enum rc write_erase(struct records *rs, struct reg_bind *b, const struct record *old, const struct change *c, struct str basis,
                           struct erasing *x, struct changed *out, struct err *err)
{
    uint32_t n = b->reg->stored_count;
    struct sv *now = arena_array(&rs->scratch, struct sv, n);
    bool again = false;
    for (uint32_t i = 0; i < n; i++) {
        now[i] = x->named[i] ? sv_null() : old->values[i];
        x->kept[i] = x->kept[i] && now[i].kind != SV_NULL;
        again = again || x->kept[i];
    }
    struct entry e;
    uint64_t seq = journal_size(rs->journal) + 1;
    entry_start(rs, b, c, ENTRY_ERASE, old->id, old->version + 1, &e);
    buf_clear(&rs->body[CLASS_OPEN]);
    erase_body(b, basis, x, &rs->body[CLASS_OPEN]);
    if (buf_failed(&rs->body[CLASS_OPEN])) return err_set0(err, &E_record_body_too_big, NO_PLACE);
    e.body[CLASS_OPEN] = buf_view(&rs->body[CLASS_OPEN]);
    TRY(update_row(rs, b, old->id, e.version, seq, now, x->named, 0, err));
    TRY(append(rs, &e, seq, out, err));
    for (size_t i = 0; i < x->drop.len; i++)
        TRY(journal_erase_body(rs->journal, x->drop.at[i].seq, x->drop.at[i].c, err));
    if (again) {
        entry_start(rs, b, c, ENTRY_UPDATE, old->id, old->version + 2, &e);
        TRY(body_make(rs, b, now, x->kept, &e, err));
        TRY(update_row(rs, b, old->id, e.version, seq + 1, now, x->kept, 0, err));
        TRY(append(rs, &e, seq + 1, out, err));
    }
    return move_in_trees(rs, b, old->id, now, x->named, err);
}

enum rc record_erase(struct records *rs, const struct pack_register *r, uint64_t id, const struct change *c, uint32_t n,
                     const struct pack_field *const *fields, struct str basis, struct changed *out, struct err *err)
{
    struct reg_bind *b = bind_of(rs, r);
    struct arena_mark m = arena_mark(&rs->scratch);
    struct record old;
    struct erasing x = {0};
    x.named = arena_array(&rs->scratch, bool, r->stored_count);
    x.kept = arena_array(&rs->scratch, bool, r->stored_count);
    enum rc rc = str_trim(basis).len == 0 ? err_set0(err, &E_record_basis, NO_PLACE) : open_row(rs, b, id, 0, true, &old, err);
    if (rc == RC_OK) rc = choose_fields(b, n, fields, x.named, err);
    if (rc == RC_OK) rc = find_bodies(rs, b, id, &x, err);
    if (rc == RC_OK) rc = write_erase(rs, b, &old, c, basis, &x, out, err);
    kept_forget(rs); /* what is erased is not kept anywhere */
    arena_reset(&rs->scratch, m);
    return rc;
}
