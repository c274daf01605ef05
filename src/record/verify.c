/*
 * verify.c - the journal replayed against the registers, in one pass and in bounded memory.
 * Ids are given in ascending order, so the creates of a register come in the order of its rows: a cursor a register walks beside the
 * journal, and what either side has alone is found when they part.  A record of one entry is compared as bytes: the row, written as its
 * entry would be, against the entry.  A record of several is folded from its own entries when its create comes by.
 */
#include "record/inner.h"

struct beside {
    struct store_cursor *cursor;
    struct store_rows *rows;
    const struct sv *row; /* the next one that no create has come by for */
};

struct verifying {
    struct records *rs;
    struct record_report *out;
    struct beside *of; /* by register number */
    struct arena mine; /* of one record */
    struct arena cursors;
    uint64_t last_id;
    uint64_t entries, folded; /* of records */
    struct buf bytes;
    struct err why;
};

/* Keep the earliest entry that does not fit. */
static void wrong(struct verifying *v, uint64_t seq)
{
    struct record_report *o = v->out;
    if (o->first_bad != 0 && o->first_bad <= seq) return;
    o->first_bad = seq == 0 ? 1 : seq;
    o->why = v->why;
}

static struct str num(struct verifying *v, uint64_t n) { return str_u64(&v->mine, n); }

static enum rc step(struct beside *s, struct err *err)
{
    s->row = NULL;
    return s->cursor == NULL ? RC_OK : store_next(s->cursor, &s->row, err);
}

/* ---- one record ---- */

static void wrong_value(struct verifying *v, const struct reg_bind *b, uint64_t id, const struct pack_field *f, uint64_t seq,
                        const struct sv *journal, const struct sv *row)
{
    struct str says = journal->kind == SV_NULL ? STR("空 (empty)") : value_plain(&v->mine, f, journal);
    struct str has = row->kind == SV_NULL ? STR("空 (empty)") : value_plain(&v->mine, f, row);
    err_set(&v->why, &E_verify_value, NO_PLACE, reg_title(b->reg), num(v, id), field_title(f), num(v, seq), says, has);
    wrong(v, seq);
}

static void wrong_head(struct verifying *v, const struct reg_bind *b, uint64_t id, const struct err_kind *kind, uint64_t seq,
                       struct str want, struct str have)
{
    err_set(&v->why, kind, NO_PLACE, reg_title(b->reg), num(v, id), num(v, seq), want, have);
    wrong(v, seq);
}

/* A damaged cell may hold what its field cannot: such a value is never printed as JSON. */
static bool kinds_fit(const struct reg_bind *b, const struct sv *values)
{
    for (uint32_t i = 0; i < b->reg->stored_count; i++) {
        const struct sv *x = &values[i];
        if (x->kind != SV_NULL && x->kind != field_kind(b->stored[i])) return false;
        if (b->stored[i]->type == FIELD_BOOL && x->kind == SV_INT && x->i != 0 && x->i != 1) return false;
    }
    return true;
}

static void compare_fold(struct verifying *v, const struct reg_bind *b, const struct record *rec, const struct fold *f)
{
    for (uint32_t i = 0; i < b->reg->fields_count; i++) {
        const struct pack_field *field = &b->reg->fields[i];
        if (field->derive != NULL || sv_same(&f->values[field->column], &rec->values[field->column])) continue;
        uint64_t seq = f->set_by[field->column];
        wrong_value(v, b, rec->id, field, seq != 0 ? seq : rec->seq, &f->values[field->column], &rec->values[field->column]);
    }
    if (rec->version != f->version) wrong_head(v, b, rec->id, &E_verify_version, f->seq, num(v, f->version), num(v, rec->version));
    if (rec->seq != f->seq) wrong_head(v, b, rec->id, &E_verify_last, f->seq, num(v, f->seq), num(v, rec->seq));
    if (rec->closed_us != f->closed_us)
        wrong_head(v, b, rec->id, &E_verify_closed, f->seq, str_i64(&v->mine, f->closed_us), str_i64(&v->mine, rec->closed_us));
    struct dropped gone;
    if (!fold_drops_explained(f, &gone)) {
        err_set(&v->why, &E_verify_body, NO_PLACE, num(v, gone.seq), STR("内容不见了，没有消除的纪实 (gone without an erasure)"));
        wrong(v, gone.seq);
    }
    v->out->erased += f->erased;
}

static enum rc fold_record(struct verifying *v, struct reg_bind *b, const struct record *rec, struct err *err)
{
    struct fold f;
    fold_init(&f, b, &v->mine);
    struct journal_walk *w;
    TRY(journal_walk_record(v->rs->journal, b->number, rec->id, &w, err));
    const struct entry *e;
    enum rc rc;
    bool readable = true;
    while ((rc = journal_next(w, &e, NULL, err)) == RC_OK && e != NULL) {
        v->folded++;
        if (!readable) continue;
        if (e->version != f.version + 1) {
            wrong_head(v, b, rec->id, &E_verify_version, e->seq, num(v, f.version + 1), num(v, e->version));
            readable = false;
        } else if (fold_entry(&f, e, &v->why) != RC_OK) {
            wrong(v, e->seq);
            readable = false;
        }
    }
    journal_walk_close(&w);
    TRY(rc);
    if (readable) compare_fold(v, b, rec, &f);
    return RC_OK;
}

/* True: the row is just what its create says. */
static bool same_bytes(struct verifying *v, const struct reg_bind *b, const struct record *rec, const struct entry *e)
{
    if (rec->version != 1 || rec->seq != e->seq || rec->closed_us != 0 || !kinds_fit(b, rec->values)) return false;
    for (int c = 0; c < CLASS_COUNT; c++) {
        if (e->erased[c]) return false;
        buf_clear(&v->bytes);
        body_put(b, (enum field_class)c, rec->values, NULL, &v->bytes);
        struct str row = buf_view(&v->bytes), entry = e->body[c];
        if (row.len != entry.len || (row.len > 0 && memcmp(row.ptr, entry.ptr, row.len) != 0)) return false;
    }
    return true;
}

static enum rc compare(struct verifying *v, struct reg_bind *b, const struct record *rec, const struct entry *e, struct err *err)
{
    v->out->records++;
    if (same_bytes(v, b, rec, e)) {
        v->folded++;
        return RC_OK;
    }
    return fold_record(v, b, rec, err); /* several entries, or a difference to be named */
}

/* ---- beside the journal ---- */

static enum rc start(struct verifying *v, struct reg_bind *b, struct beside *s, struct err *err)
{
    TRY(store_bind(v->rs->store, &v->cursors, &b->table, &s->rows, err));
    struct store_query q = {0};
    TRY(store_select(s->rows, &q, &s->cursor, err));
    return step(s, err);
}

static void unmade(struct verifying *v, const struct reg_bind *b, const struct sv *row)
{
    err_set(&v->why, &E_verify_unmade, NO_PLACE, reg_title(b->reg), num(v, (uint64_t)row[COL_ID].i));
    wrong(v, row[COL_SEQ].kind == SV_INT && row[COL_SEQ].i > 0 ? (uint64_t)row[COL_SEQ].i : 1);
}

static enum rc on_create(struct verifying *v, struct reg_bind *b, const struct entry *e, struct err *err)
{
    struct beside *s = &v->of[b->number];
    if (e->record <= v->last_id) {
        err_set(&v->why, &E_verify_order, NO_PLACE, num(v, e->seq), num(v, e->record));
        wrong(v, e->seq);
    }
    v->last_id = e->record;
    while (s->row != NULL && (uint64_t)s->row[COL_ID].i < e->record) {
        unmade(v, b, s->row);
        TRY(step(s, err));
    }
    if (s->row == NULL || (uint64_t)s->row[COL_ID].i != e->record) {
        err_set(&v->why, &E_verify_vanished, NO_PLACE, num(v, e->seq), reg_title(b->reg), num(v, e->record));
        wrong(v, e->seq);
        return RC_OK;
    }
    struct record rec = record_of_row(s->row);
    TRY(compare(v, b, &rec, e, err));
    return step(s, err);
}

static enum rc on_entry(void *ctx, const struct entry *e, struct err *err)
{
    struct verifying *v = ctx;
    v->out->entries++;
    if (e->record == 0 || e->kind > ENTRY_ERASE) return RC_OK;
    v->entries++;
    struct reg_bind *b = bind_number(v->rs, e->reg);
    if (b == NULL) {
        err_set(&v->why, &E_verify_register, NO_PLACE, num(v, e->seq), num(v, e->reg));
        wrong(v, e->seq);
        return RC_OK;
    }
    enum rc rc = RC_OK;
    if (e->kind == ENTRY_CREATE) rc = on_create(v, b, e, err);
    arena_reset(&v->mine, (struct arena_mark){0});
    return rc;
}

static enum rc rest(struct verifying *v, struct err *err)
{
    for (uint32_t i = 0; i < v->rs->binds_count; i++) {
        struct reg_bind *b = &v->rs->binds[i];
        if (b->number == 0) continue;
        struct beside *s = &v->of[b->number];
        while (s->row != NULL) {
            unmade(v, b, s->row);
            TRY(step(s, err));
        }
        bool fits = true;
        if (b->reg->trees_count > 0 && v->out->first_bad == 0) TRY(tree_verify(v->rs, b, &fits, err));
        if (!fits) {
            err_set(&v->why, &E_verify_tree, NO_PLACE, reg_title(b->reg));
            wrong(v, v->out->entries);
        }
    }
    return RC_OK;
}

/* Entries of records that no create made: looked for only where the sums say that there are some. */
static enum rc orphans(struct verifying *v, struct err *err)
{
    if (v->entries == v->folded || v->out->first_bad != 0) return RC_OK;
    struct journal_walk *w;
    TRY(journal_walk(v->rs->journal, 1, &w, err));
    const struct entry *e;
    enum rc rc;
    while ((rc = journal_next(w, &e, NULL, err)) == RC_OK && e != NULL) {
        if (e->record == 0 || e->kind > ENTRY_ERASE || e->kind == ENTRY_CREATE) continue;
        struct reg_bind *b = bind_number(v->rs, e->reg);
        struct record rec;
        bool there = b != NULL && row_get(v->rs, b, e->record, &v->mine, &rec, &v->why) == RC_OK;
        arena_reset(&v->mine, (struct arena_mark){0});
        if (there) continue;
        err_set(&v->why, &E_verify_orphan, NO_PLACE, num(v, e->seq), num(v, e->record), num(v, e->reg));
        wrong(v, e->seq);
        break;
    }
    journal_walk_close(&w);
    return rc;
}

enum rc records_verify(struct records *rs, struct arena *a, struct journal_report *journal, struct record_report *out, struct err *err)
{
    MAGIC_CHECK(rs, RECORDS_MAGIC);
    MUST(rs->journal != NULL);
    *out = (struct record_report){0};
    struct verifying v = {.rs = rs, .out = out};
    arena_init(&v.mine, SCRATCH_MAX);
    arena_init(&v.cursors, SCRATCH_MAX);
    buf_init(&v.bytes, BODY_MAX);
    v.of = arena_array(&v.cursors, struct beside, rs->numbers + 1);
    enum rc rc = RC_OK;
    for (uint32_t i = 0; i < rs->binds_count && rc == RC_OK; i++)
        if (rs->binds[i].number > 0) rc = start(&v, &rs->binds[i], &v.of[rs->binds[i].number], err);
    if (rc == RC_OK) rc = journal_verify(rs->journal, a, on_entry, &v, journal, err);
    /* Behind a bad entry the journal was not read on: what is left over on either side says nothing then. */
    if (rc == RC_OK && journal->first_bad == 0) rc = rest(&v, err);
    if (rc == RC_OK && journal->first_bad == 0) rc = orphans(&v, err);
    for (uint32_t i = 0; i < rs->numbers; i++) store_cursor_close(&v.of[i].cursor);
    if (out->first_bad != 0) out->what = str_dup(a, str_c(out->why.zh));
    buf_fini(&v.bytes);
    arena_fini(&v.mine);
    arena_fini(&v.cursors);
    return rc;
}
