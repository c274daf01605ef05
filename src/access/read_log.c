/*
 * read_log.c - who looked at what: a row an hour, reader, record, class and purpose.  Rows get into the journal by the hash of their batch, so
 * that none can be taken out unseen.
 */
#include "access/rows.h"

static void row_of(const struct access_read *x, struct sv row[R_COLUMNS])
{
    row[R_HOUR] = sv_int(x->hour);
    row[R_READER] = sv_int((int64_t)x->reader);
    row[R_REG] = sv_int(x->reg);
    row[R_RECORD] = sv_int((int64_t)x->record);
    row[R_CLASS] = sv_int((int64_t)x->class);
    row[R_PURPOSE] = sv_text(x->purpose);
    row[R_BATCH] = sv_int(0);
}

enum rc read_log_put(struct access_rows *r, const struct access_read *rows, size_t n, size_t *added, struct err *err)
{
    size_t new_rows = 0;
    for (size_t i = 0; i < n; i++) {
        struct sv row[R_COLUMNS];
        struct err mine;
        err_clear(&mine);
        MUST(rows[i].purpose.len > 0 && rows[i].purpose.len <= 40);
        row_of(&rows[i], row);
        enum rc rc = store_insert(r->read_log, row, &mine);
        if (rc == RC_CONFLICT) continue; /* read already in this hour */
        if (rc != RC_OK) {
            if (err != NULL) *err = mine;
            return rc;
        }
        new_rows++;
    }
    if (added != NULL) *added = new_rows;
    return RC_OK;
}

enum rc read_log_of(struct access_rows *r, uint32_t reg, uint64_t record, struct arena *a, struct access_read_line **out, size_t *n, struct err *err)
{
    static const uint32_t columns[] = {R_HOUR, R_READER, R_CLASS, R_PURPOSE};
    struct store_where where[] = {{R_REG, SO_EQ, sv_int(reg)}, {R_RECORD, SO_EQ, sv_int((int64_t)record)}};
    struct store_order order = {R_HOUR, true};
    struct store_query q = {.columns = columns, .columns_count = 4, .where = where, .where_count = 2, .order = &order, .order_count = 1, .limit = 10000};
    struct store_cursor *c = NULL;
    VEC(struct access_read_line) lines = {0};
    TRY(store_select(r->read_log, &q, &c, err));
    const struct sv *row = NULL;
    enum rc rc;
    while ((rc = store_next(c, &row, err)) == RC_OK && row != NULL)
        vec_push(a, &lines, (struct access_read_line){row[0].i, (uint64_t)row[1].i, (enum pack_class)row[2].i, str_dup(a, row[3].s)});
    store_cursor_close(&c);
    *out = lines.at;
    *n = lines.len;
    return rc;
}

static void hash_i64(struct hasher *h, int64_t v)
{
    uint8_t b[8];
    for (int i = 0; i < 8; i++) b[i] = (uint8_t)((uint64_t)v >> (8 * (7 - i)));
    hash_more(h, b, sizeof b);
}

enum rc read_log_hash(struct access_rows *r, uint64_t batch, struct hash *out, size_t *n, struct err *err)
{
    struct store_where where = {R_BATCH, SO_EQ, sv_int((int64_t)batch)};
    struct store_query q = {.where = &where, .where_count = 1}; /* by the primary key: sorted */
    struct store_cursor *c = NULL;
    struct hasher *h = hasher_make(HASH_SHA256);
    MUST(h != NULL);
    hash_start(h);
    hash_more(h, "guiju reads\n", 12);
    size_t count = 0;
    enum rc rc = store_select(r->read_log, &q, &c, err);
    const struct sv *row = NULL;
    while (rc == RC_OK && (rc = store_next(c, &row, err)) == RC_OK && row != NULL) {
        for (int i = 0; i < R_PURPOSE; i++) hash_i64(h, row[i].i);
        hash_i64(h, (int64_t)row[R_PURPOSE].s.len);
        hash_more(h, row[R_PURPOSE].s.ptr, row[R_PURPOSE].s.len);
        count++;
    }
    store_cursor_close(&c);
    hash_end(h, out);
    hasher_free(&h);
    *n = count;
    return rc;
}

enum { MARK_AT_ONCE = 512 };

enum rc read_log_batch(struct access_rows *r, uint64_t batch, struct hash *out, size_t *n, struct err *err)
{
    MUST(batch != 0);
    TRY(read_log_hash(r, 0, out, n, err));
    struct store_where where = {R_BATCH, SO_EQ, sv_int(0)};
    struct store_query q = {.where = &where, .where_count = 1, .limit = MARK_AT_ONCE};
    static const uint32_t columns[] = {R_BATCH};
    struct arena a;
    arena_init(&a, 8 << 20);
    enum rc rc = RC_OK;
    for (size_t left = *n; rc == RC_OK && left > 0;) {
        struct arena_mark m = arena_mark(&a);
        struct sv(*keys)[R_KEYS] = arena_alloc(&a, sizeof(struct sv[R_KEYS]) * MARK_AT_ONCE);
        size_t got = 0;
        struct store_cursor *c = NULL;
        const struct sv *row = NULL;
        rc = store_select(r->read_log, &q, &c, err);
        while (rc == RC_OK && got < MARK_AT_ONCE && (rc = store_next(c, &row, err)) == RC_OK && row != NULL) {
            for (int i = 0; i < R_KEYS; i++) keys[got][i] = row[i].kind == SV_TEXT ? sv_text(str_dup(&a, row[i].s)) : row[i];
            got++;
        }
        store_cursor_close(&c);
        struct sv value = sv_int((int64_t)batch);
        for (size_t i = 0; rc == RC_OK && i < got; i++) rc = store_update(r->read_log, keys[i], 1, columns, &value, err);
        MUST(rc != RC_OK || (got > 0 && got <= left));
        left -= rc == RC_OK ? got : 0;
        arena_reset(&a, m);
    }
    arena_fini(&a);
    return rc;
}

enum rc read_log_last_batch(struct access_rows *r, int64_t *out, struct err *err)
{
    static const uint32_t columns[] = {R_BATCH};
    struct store_order order = {R_BATCH, true};
    struct store_query q = {.columns = columns, .columns_count = 1, .order = &order, .order_count = 1, .limit = 1};
    struct store_cursor *c = NULL;
    const struct sv *row = NULL;
    *out = 0;
    TRY(store_select(r->read_log, &q, &c, err));
    enum rc rc = store_next(c, &row, err);
    if (rc == RC_OK && row != NULL) *out = row[0].i;
    store_cursor_close(&c);
    return rc;
}
