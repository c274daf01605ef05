/*
 * walk.c - reading entries back, one or in order, and dropping bodies.
 */
#include "journal/inner.h"

enum { WALK_MAGIC = 0x57414c4b };
struct journal_walk {
    uint32_t magic;
    struct journal *journal;
    struct store_cursor *cursor;
    bool of_record; /* else every seq, without gaps */
    uint32_t reg;
    uint64_t record;
    uint64_t next;  /* seq that must come */
    struct entry_row row;
};

/* From the row to the entry; says in err what does not fit. */
static enum rc take_row(const struct sv *row, struct entry_row *out, struct err *err)
{
    const char *fault = entry_row_get(row, out);
    if (fault == NULL) return RC_OK;
    uint64_t seq = row[EC_SEQ].kind == SV_INT && row[EC_SEQ].i > 0 ? (uint64_t)row[EC_SEQ].i : 0;
    struct str word = str_c(fault);
    size_t dot = str_find_char(word, '.');
    struct num n;
    if (dot == SIZE_MAX) return journal_torn(err, &E_journal_torn_head, seq);
    return err_set(err, &E_journal_torn_body, NO_PLACE, num_str(&n, seq), str_sub(word, dot + 1, word.len));
}

static enum rc check_bodies(struct journal *j, const struct entry_row *r, struct err *err)
{
    for (uint32_t c = 0; c < CLASS_COUNT; c++) {
        if (r->salted[c].ptr == NULL) continue;
        struct hash h;
        entry_commit(j->hasher, (enum field_class)c, r->salted[c], &h);
        if (hash_eq(&h, &r->commit[c])) continue;
        struct num n;
        return err_set(err, &E_journal_torn_body, NO_PLACE, num_str(&n, r->e.seq), journal_class_name((enum field_class)c));
    }
    return RC_OK;
}

static enum rc no_such(const struct journal *j, uint64_t seq, struct err *err)
{
    struct num a, b;
    if (seq != 0 && seq <= j->kept.size) return journal_torn(err, &E_journal_torn_gap, seq);
    return err_set(err, &E_journal_absent, NO_PLACE, num_str(&a, seq), num_str(&b, j->tree.size));
}

/* The row of one entry, its bodies checked against its head. */
static enum rc row_at(struct journal *j, struct arena *a, uint64_t seq, struct entry_row *out, struct err *err)
{
    journal_check(j);
    if (seq == 0 || seq > MERKLE_SIZE_MAX) return no_such(j, seq, err);
    struct sv key = sv_int((int64_t)seq), row[EC_COUNT];
    enum rc rc = store_get(j->entries, a, &key, row, err);
    if (rc == RC_ABSENT) return no_such(j, seq, err);
    if (rc != RC_OK) return rc;
    TRY(take_row(row, out, err));
    return check_bodies(j, out, err);
}

enum rc journal_get(struct journal *j, struct arena *a, uint64_t seq, struct entry *out, struct err *err)
{
    struct entry_row r;
    TRY(row_at(j, a, seq, &r, err));
    *out = r.e;
    return RC_OK;
}

enum rc journal_get_raw(struct journal *j, struct arena *a, uint64_t seq, struct journal_raw *out, struct err *err)
{
    struct entry_row r;
    TRY(row_at(j, a, seq, &r, err));
    *out = (struct journal_raw){.e = r.e, .head = r.head, .mask = r.mask};
    memcpy(out->salted, r.salted, sizeof out->salted);
    memcpy(out->commit, r.commit, sizeof out->commit);
    merkle_leaf(j->hasher, r.head, &out->leaf);
    return RC_OK;
}

enum rc journal_read_raw(enum hash_alg alg, struct str head, const struct str salted[CLASS_COUNT], struct entry *out, struct hash *leaf, struct err *err)
{
    uint8_t mask = 0;
    struct hash commit[CLASS_COUNT], mine;
    struct hasher *h = hasher_make(alg);
    if (h == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    bool ok = entry_head_get(head, out, &mask, commit);
    for (uint32_t c = 0; ok && c < CLASS_COUNT; c++) {
        if (salted[c].ptr == NULL) continue;
        ok = (mask >> c & 1) != 0 && salted[c].len >= ENTRY_SALT;
        if (!ok) break;
        entry_commit(h, (enum field_class)c, salted[c], &mine);
        ok = hash_eq(&mine, &commit[c]);
        out->body[c] = str_of(salted[c].ptr + ENTRY_SALT, salted[c].len - ENTRY_SALT);
    }
    if (ok) merkle_leaf(h, head, leaf);
    hasher_free(&h);
    return ok ? RC_OK : err_set(err, &E_journal_elsewhere, NO_PLACE, STR(""));
}

static enum rc walk_open(struct journal *j, const struct store_where *where, struct journal_walk **out, struct err *err)
{
    *out = NULL;
    struct journal_walk *w = calloc(1, sizeof *w);
    if (w == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    w->magic = WALK_MAGIC;
    w->journal = j;
    struct store_query q = {.where = where, .where_count = 1}; /* every column, by seq */
    enum rc rc = store_select(j->entries, &q, &w->cursor, err);
    if (rc != RC_OK) journal_walk_close(&w);
    *out = w;
    return rc;
}

enum rc journal_walk(struct journal *j, uint64_t from_seq, struct journal_walk **out, struct err *err)
{
    journal_check(j);
    uint64_t from = from_seq == 0 ? 1 : MIN(from_seq, MERKLE_SIZE_MAX);
    struct store_where where = {EC_SEQ, SO_GE, sv_int((int64_t)from)};
    TRY(walk_open(j, &where, out, err));
    (*out)->next = from;
    return RC_OK;
}

enum rc journal_walk_record(struct journal *j, uint32_t reg, uint64_t record, struct journal_walk **out, struct err *err)
{
    journal_check(j);
    MUST(record <= MERKLE_SIZE_MAX && (record > 0 || reg == 0));
    struct store_where where = {EC_RECORD, record == 0 ? SO_NULL : SO_EQ, sv_int((int64_t)record)};
    TRY(walk_open(j, &where, out, err));
    (*out)->of_record = true;
    (*out)->reg = reg;
    (*out)->record = record;
    return RC_OK;
}

enum rc journal_next(struct journal_walk *w, const struct entry **e, struct hash *leaf, struct err *err)
{
    MAGIC_CHECK(w, WALK_MAGIC);
    *e = NULL;
    do {
        const struct sv *row = NULL;
        TRY(store_next(w->cursor, &row, err));
        if (row == NULL) return RC_OK;
        TRY(take_row(row, &w->row, err));
        if (w->of_record) continue;
        if (w->row.e.seq != w->next) return journal_torn(err, &E_journal_torn_gap, w->next);
        w->next++;
    } while (w->of_record && w->row.e.reg != w->reg);
    if (w->of_record) TRY(check_bodies(w->journal, &w->row, err));
    if (leaf != NULL) merkle_leaf(w->journal->hasher, w->row.head, leaf);
    *e = &w->row.e;
    return RC_OK;
}

void journal_walk_close(struct journal_walk **wp)
{
    struct journal_walk *w = *wp;
    if (w == NULL) return;
    MAGIC_CHECK(w, WALK_MAGIC);
    *wp = NULL;
    w->magic = 0;
    if (w->cursor != NULL) store_cursor_close(&w->cursor);
    free(w);
}

enum rc journal_erase_body(struct journal *j, uint64_t seq, enum field_class c, struct err *err)
{
    journal_check(j);
    MUST((unsigned)c < CLASS_COUNT && store_in_transaction(j->store));
    struct arena_mark m = arena_mark(&j->scratch);
    struct entry e;
    enum rc rc = journal_get(j, &j->scratch, seq, &e, err);
    struct num n;
    if (rc == RC_OK && e.body[c].ptr == NULL) rc = err_set(err, &E_journal_no_body, NO_PLACE, num_str(&n, seq), journal_class_name(c));
    else if (rc == RC_OK && e.kind == ENTRY_ERASE && c == CLASS_OPEN) rc = err_set(err, &E_journal_erase_kept, NO_PLACE, num_str(&n, seq));
    if (rc == RC_OK) {
        struct sv key = sv_int((int64_t)seq), none = sv_null();
        uint32_t column = EC_BODY + (uint32_t)c;
        rc = store_update(j->entries, &key, 1, &column, &none, err);
    }
    arena_reset(&j->scratch, m);
    return rc;
}
