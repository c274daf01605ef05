/*
 * journal.c - opening, appending, and coming back from what was rolled back.
 */
#include "journal/inner.h"

#include <inttypes.h>
#include <sodium.h>

#define ERR(id, rc, code, zh, en, hint_zh, hint_en) const struct err_kind E_##id = {rc, code, zh, en, hint_zh, hint_en};
#include "journal/errors.def"
#undef ERR

/* ---- tables ---- */

static const struct store_column entry_columns[EC_COUNT] = {
    [EC_SEQ] = {STR_INIT("seq"), SV_INT},
    [EC_RECORD] = {STR_INIT("record"), SV_INT},
    [EC_HEAD] = {STR_INIT("head"), SV_BLOB},
    [EC_BODY + CLASS_OPEN] = {STR_INIT("body_open"), SV_BLOB},
    [EC_BODY + CLASS_PERSONAL] = {STR_INIT("body_personal"), SV_BLOB},
    [EC_BODY + CLASS_RESTRICTED] = {STR_INIT("body_restricted"), SV_BLOB},
    [EC_BODY + CLASS_PROTECTED] = {STR_INIT("body_protected"), SV_BLOB},
};
/* Ids are unique in the area, and the key behind an index entry is seq: one small column is the whole index (register, record, seq). */
static const uint32_t entry_by_record[] = {EC_RECORD};
static const struct store_index entry_indexes[] = {
    {STR_INIT("record"), entry_by_record, ARRAY_LEN(entry_by_record), false, UINT32_MAX},
};
const struct store_table journal_entry_table = {
    .name = STR_INIT("journal_entry"),
    .columns = entry_columns,
    .columns_count = EC_COUNT,
    .indexes = entry_indexes,
    .indexes_count = ARRAY_LEN(entry_indexes),
};

static const struct store_column tile_columns[TC_COUNT] = {
    [TC_KEY] = {STR_INIT("tile"), SV_INT},
    [TC_ROOT] = {STR_INIT("root"), SV_BLOB}, /* before the hashes: read without touching the pages behind */
    [TC_HASHES] = {STR_INIT("hashes"), SV_BLOB},
};
const struct store_table journal_tile_table = {
    .name = STR_INIT("journal_tile"),
    .columns = tile_columns,
    .columns_count = TC_COUNT,
    .journal_rebuilds = true,
};

#define META_FORMAT STR("journal_format")
#define META_HASH STR("journal_hash")
#define FORMAT STR("1")

/* ---- messages ---- */

struct str num_str(struct num *n, uint64_t v)
{
    int len = snprintf(n->text, sizeof n->text, "%" PRIu64, v);
    MUST(len > 0);
    return str_of(n->text, (size_t)len);
}

enum rc journal_torn(struct err *err, const struct err_kind *kind, uint64_t seq)
{
    struct num n;
    return err_set(err, kind, NO_PLACE, num_str(&n, seq));
}

/* ---- points to come back to ---- */

static void point_set(const struct journal *j, struct journal_point *p)
{
    p->size = j->tree.size;
    p->command = j->last_command;
    p->time_us = j->last_time;
    p->leaf = j->last_leaf;
    for (uint32_t bit = 0; bit < MERKLE_BITS; bit++)
        if ((p->size >> bit) & 1) p->peak[bit] = j->tree.peak[bit];
    memset(p->saved, 0, sizeof p->saved);
}

static void point_restore(struct journal *j, const struct journal_point *p)
{
    MUST(p->size <= j->tree.size);
    j->tree.size = p->size;
    j->last_command = p->command;
    j->last_time = p->time_us;
    j->last_leaf = p->leaf;
    for (uint32_t bit = 0; bit < MERKLE_BITS; bit++)
        if ((p->size >> bit) & 1) j->tree.peak[bit] = p->peak[bit];
    for (uint32_t level = 0; level < MERKLE_LEVELS; level++)
        if (p->saved[level]) memcpy(j->tree.row[level], p->row[level], sizeof p->row[level]);
    tiles_forget(j);
}

/* The row is full and will be overwritten: what each point had of it is its beginning. */
static void point_save_row(struct journal_point *p, uint32_t level, const struct hash *row)
{
    if (p->saved[level]) return;
    memcpy(p->row[level], row, sizeof p->row[level]);
    p->saved[level] = true;
}

static enum rc row_full(void *ctx, uint32_t level, uint64_t idx, const struct hash *row, const struct hash *root, struct err *err)
{
    struct journal *j = ctx;
    if (!j->reading_others) TRY(tiles_put(j, level, idx, row, root, err));
    point_save_row(&j->mark, level, row);
    point_save_row(&j->kept, level, row);
    return RC_OK;
}

static enum rc grow(struct journal *j, const struct entry *e, const struct hash *leaf, struct err *err)
{
    struct tree_sink sink = {row_full, j};
    TRY(tree_push(&j->tree, j->hasher, leaf, &sink, err));
    j->last_command = e->command;
    j->last_time = e->time_us;
    j->last_leaf = *leaf;
    return RC_OK;
}

void journal_mark(struct journal *j)
{
    journal_check(j);
    point_set(j, &j->mark);
}

void journal_undo(struct journal *j)
{
    journal_check(j);
    point_restore(j, &j->mark);
}

void journal_keep(struct journal *j)
{
    journal_check(j);
    point_set(j, &j->kept);
    point_set(j, &j->mark);
}

void journal_drop(struct journal *j)
{
    journal_check(j);
    point_restore(j, &j->kept);
    point_set(j, &j->mark);
}

/* ---- reading heads ---- */

enum rc heads_open(struct journal *j, uint64_t from, struct store_cursor **out, struct err *err)
{
    static const uint32_t columns[] = {EC_SEQ, EC_HEAD};
    struct store_where where = {EC_SEQ, SO_GE, sv_int((int64_t)from)};
    struct store_query q = {
        .columns = columns, .columns_count = ARRAY_LEN(columns), .where = &where, .where_count = 1};
    return store_select(j->entries, &q, out, err);
}

enum rc heads_next(struct journal *j, struct store_cursor *c, uint64_t seq, bool *there, struct entry *e, struct hash *leaf, struct err *err)
{
    const struct sv *row = NULL;
    uint8_t mask;
    struct hash commit[CLASS_COUNT];
    TRY(store_next(c, &row, err));
    *there = row != NULL;
    if (row == NULL) return RC_OK;
    if (row[0].kind != SV_INT || row[0].i != (int64_t)seq) return journal_torn(err, &E_journal_torn_gap, seq);
    bool ok = row[1].kind == SV_BLOB && entry_head_get(row[1].s, e, &mask, commit) && e->seq == seq;
    if (!ok) return journal_torn(err, &E_journal_torn_head, seq);
    merkle_leaf(j->hasher, row[1].s, leaf);
    return RC_OK;
}

/* ---- making and opening ---- */

enum rc journal_create(struct store *s, const struct journal_options *o, struct err *err)
{
    struct arena a;
    arena_init(&a, 1024 * 1024);
    struct str old;
    enum rc rc = store_meta_get(s, &a, META_FORMAT, &old, NULL);
    if (rc == RC_OK) {
        rc = err_set0(err, &E_journal_exists, NO_PLACE);
        goto done;
    }
    struct str name = o->alg == HASH_SM3 ? STR("sm3") : STR("sha256");
    struct hasher *h = hasher_make(o->alg);
    if (h == NULL) {
        rc = err_set(err, &E_journal_no_hash, NO_PLACE, name);
        goto done;
    }
    hasher_free(&h);
    const struct store_table *tables[] = {&journal_entry_table, &journal_tile_table};
    struct store_step *steps = NULL;
    rc = store_shape(s, tables, ARRAY_LEN(tables), false, &a, &steps, err);
    if (rc == RC_OK) rc = store_meta_put(s, META_HASH, name, err);
    if (rc == RC_OK) rc = store_meta_put(s, META_FORMAT, FORMAT, err);
done:
    arena_fini(&a);
    return rc;
}

static enum rc read_alg(struct journal *j, enum hash_alg *alg, struct err *err)
{
    struct str format, name;
    if (store_meta_get(j->store, &j->scratch, META_FORMAT, &format, err) == RC_ABSENT) return err_set0(err, &E_journal_none, NO_PLACE);
    TRY(store_meta_get(j->store, &j->scratch, META_FORMAT, &format, err));
    if (!str_eq(format, FORMAT)) return err_set(err, &E_journal_format, NO_PLACE, format, FORMAT);
    TRY(store_meta_get(j->store, &j->scratch, META_HASH, &name, err));
    if (str_eq(name, STR("sha256"))) *alg = HASH_SHA256;
    else if (str_eq(name, STR("sm3"))) *alg = HASH_SM3;
    else return err_set(err, &E_journal_format, NO_PLACE, name, STR("sha256, sm3"));
    return RC_OK;
}

/* Heads behind the last full tile of level 0, and the one that ends it. */
static enum rc load_heads(struct journal *j, uint64_t size, struct err *err)
{
    uint64_t full = size & ~(uint64_t)(MERKLE_ROW - 1);
    uint64_t from = full == 0 ? 1 : full;
    struct store_cursor *c = NULL;
    TRY(heads_open(j, from, &c, err));
    enum rc rc = RC_OK;
    for (uint64_t seq = from; rc == RC_OK; seq++) {
        struct entry e;
        struct hash leaf;
        bool there;
        rc = heads_next(j, c, seq, &there, &e, &leaf, err);
        if (rc != RC_OK || !there) break;
        if (e.time_us <= j->last_time || e.command < j->last_command) {
            rc = journal_torn(err, &E_journal_torn_head, seq);
            break;
        }
        j->last_time = e.time_us;
        j->last_command = e.command;
        j->last_leaf = leaf;
        if (seq > full) j->tree.row[0][(seq - 1) & (MERKLE_ROW - 1)] = leaf;
        else if (!hash_eq(&leaf, &j->cache[0].row[MERKLE_ROW - 1])) rc = journal_torn(err, &E_journal_torn_leaf, seq);
    }
    store_cursor_close(&c);
    return rc;
}

/* The newest full tile has not the root that stands beside it: which entry does not fit it? */
static enum rc blame_tile(struct journal *j, uint64_t idx, struct err *err)
{
    struct store_cursor *c = NULL;
    uint64_t first = (idx << MERKLE_ROW_BITS) + 1;
    TRY(heads_open(j, first, &c, err));
    enum rc rc = RC_OK;
    for (uint64_t seq = first; rc == RC_OK && seq < first + MERKLE_ROW; seq++) {
        struct entry e;
        struct hash leaf;
        bool there;
        rc = heads_next(j, c, seq, &there, &e, &leaf, err);
        if (rc == RC_OK && !there) break;
        if (rc == RC_OK && !hash_eq(&leaf, &j->cache[0].row[seq - first])) rc = journal_torn(err, &E_journal_torn_leaf, seq);
    }
    store_cursor_close(&c);
    return rc == RC_OK ? journal_torn_at_tile(err, 0, idx) : rc; /* none: then the root is wrong */
}

static enum rc load(struct journal *j, struct err *err)
{
    int64_t last = 0;
    TRY(store_last_key(j->entries, &last, err));
    uint64_t size = last < 0 ? 0 : (uint64_t)last;
    if (size > MERKLE_SIZE_MAX) return journal_torn(err, &E_journal_torn_head, size);
    j->tree.size = size;
    TRY(tiles_load_rows(j, err));
    uint64_t full = tree_tiles(size, 0);
    if (full > 0) { /* the newest full tile is the one that a torn write would hit */
        struct hash root, computed;
        TRY(tiles_get(j, 0, full - 1, j->cache[0].row, &root, err));
        merkle_row_root(j->hasher, j->cache[0].row, MERKLE_ROW, &computed);
        if (!hash_eq(&root, &computed)) return blame_tile(j, full - 1, err);
    }
    TRY(load_heads(j, size, err));
    tree_load_peaks(&j->tree, j->hasher);
    journal_keep(j);
    return RC_OK;
}

enum rc journal_open(struct store *s, struct journal **out, struct err *err)
{
    *out = NULL;
    struct journal *j = calloc(1, sizeof *j);
    if (j == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    j->magic = JOURNAL_MAGIC;
    j->store = s;
    arena_init(&j->arena, 1024 * 1024);
    arena_init(&j->scratch, 256 * 1024 * 1024);
    bool own = !store_in_transaction(s); /* all that is read at opening is of one moment */
    enum rc rc = RC_OK;
    if (own) rc = store_begin_read(s, err);
    if (rc != RC_OK) {
        journal_close(&j);
        return rc;
    }
    enum hash_alg alg = HASH_SHA256;
    rc = read_alg(j, &alg, err);
    if (rc == RC_OK && (j->hasher = hasher_make(alg)) == NULL)
        rc = err_set(err, &E_journal_no_hash, NO_PLACE, alg == HASH_SM3 ? STR("SM3") : STR("SHA-256"));
    if (rc == RC_OK) rc = store_bind(s, &j->arena, &journal_entry_table, &j->entries, err);
    if (rc == RC_OK) rc = store_bind(s, &j->arena, &journal_tile_table, &j->tiles, err);
    if (rc == RC_OK) rc = load(j, err);
    if (own) store_end(s);
    if (rc != RC_OK) journal_close(&j);
    *out = j;
    return rc;
}

void journal_close(struct journal **jp)
{
    struct journal *j = *jp;
    if (j == NULL) return;
    journal_check(j);
    *jp = NULL;
    j->magic = 0;
    if (j->salted != NULL) sodium_memzero(j->salted, j->salted_cap);
    free(j->salted);
    hasher_free(&j->hasher);
    arena_fini(&j->scratch);
    arena_fini(&j->arena);
    free(j);
}

uint64_t journal_size(const struct journal *j)
{
    journal_check(j);
    return j->tree.size;
}

enum hash_alg journal_alg(const struct journal *j)
{
    journal_check(j);
    return hasher_alg(j->hasher);
}

int64_t journal_last_time(const struct journal *j)
{
    journal_check(j);
    return j->last_time;
}

uint64_t journal_last_command(const struct journal *j)
{
    journal_check(j);
    return j->last_command;
}

void journal_root(const struct journal *j, struct hash *out)
{
    journal_check(j);
    tree_root(&j->tree, j->hasher, out);
}

enum rc journal_refresh(struct journal *j, bool *moved, struct err *err)
{
    journal_check(j);
    MUST(j->tree.size == j->kept.size);
    *moved = false;
    uint64_t old = j->tree.size;
    struct store_cursor *c = NULL;
    TRY(heads_open(j, old == 0 ? 1 : old, &c, err));
    j->reading_others = true;
    enum rc rc = RC_OK;
    for (uint64_t seq = old == 0 ? 1 : old; rc == RC_OK; seq++) {
        struct entry e;
        struct hash leaf;
        bool there;
        rc = heads_next(j, c, seq, &there, &e, &leaf, err);
        if (rc != RC_OK) break;
        if (!there) {
            struct num a, b;
            int64_t last = 0;
            if (seq == old && old != 0 && (rc = store_last_key(j->entries, &last, err)) == RC_OK)
                rc = err_set(err, &E_journal_cut, NO_PLACE, num_str(&a, old), num_str(&b, last < 0 ? 0 : (uint64_t)last));
            break;
        }
        if (seq == old) { /* is it still the one that we know? */
            if (!hash_eq(&leaf, &j->last_leaf)) rc = journal_torn(err, &E_journal_torn_leaf, seq);
        } else if (e.time_us <= j->last_time || e.command < j->last_command) {
            rc = journal_torn(err, &E_journal_torn_head, seq);
        } else {
            rc = grow(j, &e, &leaf, err);
        }
    }
    store_cursor_close(&c);
    j->reading_others = false;
    if (rc != RC_OK) {
        journal_drop(j);
        return rc;
    }
    *moved = j->tree.size > old;
    if (*moved) journal_keep(j);
    return RC_OK;
}

/* ---- appending ---- */

static enum rc refuse(struct err *err, const char *field) { return err_set(err, &E_journal_entry, NO_PLACE, str_c(field)); }

static enum rc room_for(struct journal *j, size_t need, struct err *err)
{
    if (need <= j->salted_cap) return RC_OK;
    size_t cap = MAX(need, (size_t)64 * 1024);
    char *p = malloc(cap);
    if (p == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    if (j->salted != NULL) sodium_memzero(j->salted, j->salted_cap);
    free(j->salted);
    j->salted = p;
    j->salted_cap = cap;
    return RC_OK;
}

/* An erase entry that verify could not read would make every body it names a break. */
static enum rc check_erased(struct journal *j, const struct entry *e, struct err *err)
{
    struct arena_mark m = arena_mark(&j->scratch);
    struct erased_body *list = NULL;
    size_t n = 0;
    bool ok = entry_erased_get(&j->scratch, e->body[CLASS_OPEN], e->seq, &list, &n);
    arena_reset(&j->scratch, m);
    return ok ? RC_OK : err_set0(err, &E_journal_erase_list, NO_PLACE);
}

static enum rc check_entry(struct journal *j, const struct entry *e, uint8_t *mask, size_t *bytes, struct err *err)
{
    *mask = 0;
    *bytes = 0;
    for (uint32_t c = 0; c < CLASS_COUNT; c++) {
        if (e->body[c].ptr == NULL) continue;
        if (e->body[c].len > ENTRY_BODY_MAX) {
            struct num a, b;
            return err_set(err, &E_journal_body_too_big, NO_PLACE, journal_class_name((enum field_class)c), num_str(&a, e->body[c].len),
                           num_str(&b, ENTRY_BODY_MAX));
        }
        *mask |= (uint8_t)(1u << c);
        *bytes += ENTRY_SALT + e->body[c].len;
    }
    if (e->seq > MERKLE_SIZE_MAX) return err_set0(err, &E_journal_full, NO_PLACE);
    if (e->time_us <= j->last_time) return refuse(err, "time");
    if (e->command < j->last_command) return refuse(err, "command");
    const char *fault = entry_fault(e, *mask);
    if (fault != NULL) return refuse(err, fault);
    return e->kind == ENTRY_ERASE ? check_erased(j, e, err) : RC_OK;
}

enum rc journal_append(struct journal *j, struct entry *e, struct hash *leaf, struct err *err)
{
    journal_check(j);
    MUST(store_in_transaction(j->store));
    uint8_t mask;
    size_t bytes;
    e->seq = j->tree.size + 1;
    TRY(check_entry(j, e, &mask, &bytes, err));
    TRY(room_for(j, bytes, err));

    struct sv row[EC_COUNT];
    struct hash commit[CLASS_COUNT];
    char *at = j->salted;
    for (uint32_t c = 0; c < CLASS_COUNT; c++) {
        row[EC_BODY + c] = sv_null();
        if (!(mask & (1u << c))) continue;
        struct str salted = str_of(at, ENTRY_SALT + e->body[c].len);
        random_bytes(at, ENTRY_SALT);
        memcpy(at + ENTRY_SALT, e->body[c].ptr, e->body[c].len);
        entry_commit(j->hasher, (enum field_class)c, salted, &commit[c]);
        row[EC_BODY + c] = sv_blob(salted);
        at += salted.len;
    }
    uint8_t head[ENTRY_HEAD_MAX];
    struct str head_str = str_of((const char *)head, entry_head_put(e, mask, commit, head));
    struct hash leaf_hash;
    merkle_leaf(j->hasher, head_str, &leaf_hash);
    row[EC_SEQ] = sv_int((int64_t)e->seq);
    row[EC_RECORD] = e->record == 0 ? sv_null() : sv_int((int64_t)e->record);
    row[EC_HEAD] = sv_blob(head_str);
    TRY(store_insert(j->entries, row, err));
    TRY(grow(j, e, &leaf_hash, err));
    if (leaf != NULL) *leaf = leaf_hash;
    return RC_OK;
}
