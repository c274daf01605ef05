/*
 * rows.c - seats, envelopes, and sheets that tellers type, off the journal.  All tables are WITHOUT ROWID; an envelope lies under a random key, so
 * neither its place nor any number tells when it came.
 */
#include "ballot/inner.h"

enum { SEAT_BALLOT, SEAT_VOTER, SEAT_CLASS, SEAT_USED, SEAT_COLUMNS };
enum { ENV_BALLOT, ENV_KEY, ENV_SEALED, ENV_COLUMNS };

static const struct store_column seat_columns[] = {{STR_INIT("ballot"), SV_INT}, {STR_INIT("voter"), SV_BLOB}, {STR_INIT("class"), SV_TEXT}, {STR_INIT("used"), SV_INT}};
static const struct store_table table_seat = {.name = STR_INIT("ballot_seat"), .columns = seat_columns, .columns_count = SEAT_COLUMNS, .keys_count = 2};
static const struct store_column envelope_columns[] = {{STR_INIT("ballot"), SV_INT}, {STR_INIT("key"), SV_BLOB}, {STR_INIT("sealed"), SV_BLOB}};
static const struct store_table table_envelope = {.name = STR_INIT("ballot_envelope"), .columns = envelope_columns, .columns_count = ENV_COLUMNS, .keys_count = 2};

enum { SHEET_BALLOT, SHEET_TELLER, SHEET_NUMBER, SHEET_TEXT, SHEET_COLUMNS };
static const struct store_column sheet_columns[] = {{STR_INIT("ballot"), SV_INT}, {STR_INIT("teller"), SV_TEXT}, {STR_INIT("number"), SV_INT}, {STR_INIT("text"), SV_TEXT}};
static const struct store_table table_sheet = {.name = STR_INIT("ballot_sheet"), .columns = sheet_columns, .columns_count = SHEET_COLUMNS, .keys_count = 3};

const struct store_table *const *ballot_tables(size_t *n)
{
    static const struct store_table *const tables[] = {&table_seat, &table_envelope, &table_sheet};
    *n = ARRAY_LEN(tables);
    return tables;
}

enum rc ballot_bind(struct store *s, struct arena *a, struct ballot_rows *out, struct err *err)
{
    TRY(store_bind(s, a, &table_seat, &out->seats, err));
    TRY(store_bind(s, a, &table_envelope, &out->envelopes, err));
    return store_bind(s, a, &table_sheet, &out->sheets, err);
}

enum rc seat_put(struct ballot_rows *r, uint64_t ballot, const struct ballot_seat *s, struct err *err)
{
    struct sv row[SEAT_COLUMNS] = {sv_int((int64_t)ballot), sv_blob(hash_str(&s->voter)), sv_text(s->class.ptr == NULL ? STR("") : s->class), sv_int(0)};
    return store_insert(r->seats, row, err);
}

enum rc seat_find(struct ballot_rows *r, uint64_t ballot, const struct hash *voter, struct arena *a, bool *found, struct str *class, struct err *err)
{
    struct sv key[2] = {sv_int((int64_t)ballot), sv_blob(hash_str(voter))}, row[SEAT_COLUMNS];
    struct err mine;
    err_clear(&mine);
    enum rc rc = store_get(r->seats, a, key, row, &mine);
    *found = rc == RC_OK && row[SEAT_USED].i == 0;
    if (rc == RC_OK) *class = row[SEAT_CLASS].s;
    if (rc == RC_OK || rc == RC_ABSENT) return RC_OK;
    if (err != NULL) *err = mine;
    return rc;
}

/* From ballot to ballot of those that have seats: only open ones do. */
enum rc seats_next(struct ballot_rows *r, uint64_t after, uint64_t *ballot, struct err *err)
{
    static const uint32_t first[] = {0};
    struct store_where where = {0, SO_GT, sv_int((int64_t)after)};
    struct store_order order = {0, false};
    struct store_query q = {.columns = first, .columns_count = 1, .where = &where, .where_count = 1, .order = &order, .order_count = 1, .limit = 1};
    struct store_cursor *c;
    const struct sv *row = NULL;
    *ballot = 0;
    TRY(store_select(r->seats, &q, &c, err));
    enum rc rc = store_next(c, &row, err);
    if (rc == RC_OK && row != NULL) *ballot = (uint64_t)row[0].i;
    store_cursor_close(&c);
    return rc;
}

enum rc seat_use(struct ballot_rows *r, uint64_t ballot, const struct hash *voter, struct err *err)
{
    static const uint32_t used[] = {SEAT_USED};
    struct sv key[2] = {sv_int((int64_t)ballot), sv_blob(hash_str(voter))}, one = sv_int(1);
    return store_update(r->seats, key, 1, used, &one, err);
}

enum rc envelope_put(struct ballot_rows *r, uint64_t ballot, struct str sealed, struct err *err)
{
    uint8_t random[24];
    random_bytes(random, sizeof random);
    struct sv row[ENV_COLUMNS] = {sv_int((int64_t)ballot), sv_blob(str_of((const char *)random, sizeof random)), sv_blob(sealed)};
    return store_insert(r->envelopes, row, err);
}

struct keys { VEC(struct str) key; VEC(struct str) body; int64_t used; };

static enum rc walk(struct store_rows *rows, uint64_t ballot, uint32_t key, uint32_t body, struct arena *a, struct keys *out, struct err *err)
{
    struct store_where where = {0, SO_EQ, sv_int((int64_t)ballot)};
    struct store_query q = {.where = &where, .where_count = 1};
    struct store_cursor *c;
    const struct sv *row;
    TRY(store_select(rows, &q, &c, err));
    enum rc rc;
    while ((rc = store_next(c, &row, err)) == RC_OK && row != NULL) {
        vec_push(a, &out->key, str_dup(a, row[key].s));
        if (body != 0 && row[body].kind == SV_BLOB) vec_push(a, &out->body, str_dup(a, row[body].s));
        if (body != 0 && row[body].kind == SV_INT) out->used += row[body].i;
    }
    store_cursor_close(&c);
    return rc;
}

enum rc envelopes_take(struct ballot_rows *r, uint64_t ballot, struct arena *a, struct str **sealed, size_t *n, struct err *err)
{
    struct keys k = {0};
    TRY(walk(r->envelopes, ballot, ENV_KEY, ENV_SEALED, a, &k, err));
    *sealed = k.body.at;
    *n = k.body.len;
    return RC_OK;
}

enum rc sheet_put(struct ballot_rows *r, uint64_t ballot, const struct sheet_row *g, struct arena *a, struct err *err)
{
    static const uint32_t text[] = {SHEET_TEXT};
    struct sv row[SHEET_COLUMNS] = {sv_int((int64_t)ballot), sv_text(g->teller), sv_int(g->number), sv_text(g->text)}, old[SHEET_COLUMNS];
    struct err mine;
    err_clear(&mine);
    enum rc rc = store_get(r->sheets, a, row, old, &mine);
    if (rc == RC_ABSENT) return store_insert(r->sheets, row, err);
    if (rc == RC_OK) return store_update(r->sheets, row, 1, text, &row[SHEET_TEXT], err);
    if (err != NULL) *err = mine;
    return rc;
}

enum rc sheets_take(struct ballot_rows *r, uint64_t ballot, struct arena *a, struct sheet_row **rows, size_t *n, struct err *err)
{
    struct store_where where = {0, SO_EQ, sv_int((int64_t)ballot)};
    struct store_query q = {.where = &where, .where_count = 1};
    struct store_cursor *c;
    const struct sv *row;
    VEC(struct sheet_row) all = {0};
    TRY(store_select(r->sheets, &q, &c, err));
    enum rc rc;
    while ((rc = store_next(c, &row, err)) == RC_OK && row != NULL)
        vec_push(a, &all, (struct sheet_row){str_dup(a, row[SHEET_TELLER].s), row[SHEET_NUMBER].i, str_dup(a, row[SHEET_TEXT].s)});
    store_cursor_close(&c);
    *rows = all.at;
    *n = all.len;
    return rc;
}

enum rc rows_count(struct ballot_rows *r, uint64_t ballot, struct arena *a, struct rows_sum *out, struct err *err)
{
    struct keys e = {0}, s = {0};
    struct sheet_row *sheets;
    size_t n;
    TRY(walk(r->envelopes, ballot, ENV_KEY, 0, a, &e, err));
    TRY(walk(r->seats, ballot, SEAT_VOTER, SEAT_USED, a, &s, err));
    TRY(sheets_take(r, ballot, a, &sheets, &n, err));
    *out = (struct rows_sum){(int64_t)e.key.len, s.used, (int64_t)s.key.len, (int64_t)n};
    return RC_OK;
}

enum rc rows_drop(struct ballot_rows *r, uint64_t ballot, struct arena *a, struct err *err)
{
    struct keys e = {0}, s = {0};
    struct sheet_row *sheets;
    size_t n;
    TRY(walk(r->envelopes, ballot, ENV_KEY, 0, a, &e, err));
    TRY(walk(r->seats, ballot, SEAT_VOTER, 0, a, &s, err));
    TRY(sheets_take(r, ballot, a, &sheets, &n, err));
    for (size_t i = 0; i < e.key.len; i++) {
        struct sv key[2] = {sv_int((int64_t)ballot), sv_blob(e.key.at[i])};
        TRY(store_delete(r->envelopes, key, err));
    }
    for (size_t i = 0; i < s.key.len; i++) {
        struct sv key[2] = {sv_int((int64_t)ballot), sv_blob(s.key.at[i])};
        TRY(store_delete(r->seats, key, err));
    }
    for (size_t i = 0; i < n; i++) {
        struct sv key[3] = {sv_int((int64_t)ballot), sv_text(sheets[i].teller), sv_int(sheets[i].number)};
        TRY(store_delete(r->sheets, key, err));
    }
    return RC_OK;
}
