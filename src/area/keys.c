/* keys.c - idempotency keys: the same key twice does the thing once. */
#include "area/inner.h"

enum { KEY_MAX = 64 };
#define KEY_KEPT_US (INT64_C(30) * 86400 * 1000000)

static const struct store_column key_columns[] = {
    {STR_INIT("actor"), SV_INT},     {STR_INIT("key"), SV_TEXT},     {STR_INIT("hash"), SV_BLOB}, {STR_INIT("command"), SV_INT},
    {STR_INIT("first_seq"), SV_INT}, {STR_INIT("last_seq"), SV_INT}, {STR_INIT("id"), SV_INT},    {STR_INIT("version"), SV_INT},
    {STR_INIT("leaf"), SV_BLOB},     {STR_INIT("time_us"), SV_INT},
};
enum { K_ACTOR, K_KEY, K_HASH, K_COMMAND, K_FIRST, K_LAST, K_ID, K_VERSION, K_LEAF, K_TIME, K_COLUMNS };
static const uint32_t key_time[] = {K_TIME};
static const struct store_index key_indexes[] = {{STR_INIT("time"), key_time, 1, false, UINT32_MAX}};
const struct store_table table_command_key = {.name = STR_INIT("command_key"),
                                              .columns = key_columns,
                                              .columns_count = K_COLUMNS,
                                              .keys_count = 2,
                                              .indexes = key_indexes,
                                              .indexes_count = 1};

static void hash_u64(struct hasher *h, uint64_t v) { hash_more(h, &v, sizeof v); }
static void hash_text(struct hasher *h, struct str s)
{
    hash_u64(h, s.len);
    hash_more(h, s.ptr == NULL ? "" : s.ptr, s.len);
}

static void hash_fields(struct hasher *h, uint32_t count, const struct str *fields, const struct sv *values)
{
    hash_u64(h, count);
    for (uint32_t i = 0; i < count; i++) {
        hash_text(h, fields[i]);
        if (values == NULL) continue;
        hash_u64(h, (uint64_t)values[i].kind);
        hash_u64(h, (uint64_t)values[i].i);
        hash_text(h, values[i].s);
    }
}

/* The arguments go in under the area's secret, so that the row tells nothing to who can guess them. */
static void arguments_hash(struct area *ar, const struct command *c, struct hash *out)
{
    struct hasher *h = hasher_make(HASH_SHA256);
    MUST(h != NULL);
    hash_start(h);
    hash_more(h, ar->key_secret, sizeof ar->key_secret);
    hash_u64(h, (uint64_t)c->verb);
    hash_u64(h, (uint64_t)c->happened);
    switch (c->verb) {
    case VERB_CREATE: {
        const struct args_create *g = c->args;
        hash_text(h, g->reg);
        hash_fields(h, g->count, g->fields, g->values);
        break;
    }
    case VERB_UPDATE: {
        const struct args_update *g = c->args;
        hash_text(h, g->reg);
        hash_u64(h, g->id);
        hash_u64(h, g->if_version);
        hash_fields(h, g->count, g->fields, g->values);
        break;
    }
    case VERB_CLOSE: {
        const struct args_close *g = c->args;
        hash_text(h, g->reg);
        hash_u64(h, g->id);
        break;
    }
    case VERB_ERASE: {
        const struct args_erase *g = c->args;
        hash_text(h, g->reg);
        hash_u64(h, g->id);
        hash_fields(h, g->count, g->fields, NULL);
        hash_text(h, g->basis);
        break;
    }
    case VERB_IMPORT: {
        const struct args_import *g = c->args;
        hash_text(h, g->plan->reg->d.name);
        hash_u64(h, g->plan->rows_count);
        for (size_t i = 0; i < g->plan->rows_count; i++)
            for (uint32_t k = 0; g->plan->rows[i].values != NULL && k < g->plan->given_count; k++) {
                if (k == 0 && i % IMPORT_COOL_EACH == 0) import_cool(g->plan);
                const struct sv *v = &g->plan->rows[i].values[g->plan->given[k]->column];
                hash_u64(h, (uint64_t)v->i);
                hash_text(h, v->s);
            }
        break;
    }
    case VERB_BATCH: {
        const struct args_batch *g = c->args;
        hash_u64(h, g->count);
        for (size_t i = 0; i < g->count; i++) {
            const struct batch_item *it = &g->items[i];
            hash_u64(h, (uint64_t)it->kind);
            hash_text(h, it->reg->d.name);
            hash_u64(h, it->id);
            for (uint32_t k = 0; k < it->count; k++) {
                hash_text(h, it->fields[k]->name);
                hash_u64(h, it->from == NULL ? 0 : it->from[k]);
            }
            hash_u64(h, it->count);
            for (uint32_t k = 0; k < it->count; k++) {
                hash_u64(h, (uint64_t)it->values[k].kind);
                hash_u64(h, (uint64_t)it->values[k].i);
                hash_text(h, it->values[k].s);
            }
        }
        for (size_t i = 0; i < g->files_count; i++) hash_text(h, g->files[i].hash);
        break;
    }
    case VERB_CASE_OPEN:
    case VERB_CASE_ACT:
    case VERB_CASE_PUBLISH:
    case VERB_CASE_OBJECT:
    case VERB_CASE_ANSWER:
    case VERB_CASE_RETURN:
    case VERB_CASE_ADOPT:
    case VERB_CASE_AGAIN:
    case VERB_CASE_REFER:
    case VERB_CASE_LIABLE:
    case VERB_CASE_PAPER:
    case VERB_CASE_REPLY:
    case VERB_CASE_DOWN: {
        struct buf b;
        buf_init(&b, 64 << 20);
        case_args_text(c->args, &b);
        hash_text(h, buf_view(&b));
        buf_fini(&b);
        break;
    }
    case VERB_SLIP_OPEN:
    case VERB_SLIP_REPLY:
    case VERB_SLIP_ACCEPT:
    case VERB_SLIP_BACK:
    case VERB_SLIP_ESCALATE:
    case VERB_SLIP_DECLINE:
    case VERB_SLIP_WITHDRAW: {
        struct buf b;
        buf_init(&b, 1 << 20);
        slip_args_text(c->args, &b);
        hash_text(h, buf_view(&b));
        buf_fini(&b);
        break;
    }
    case VERB_BALLOT_OPEN:
    case VERB_BALLOT_CAST:
    case VERB_BALLOT_CLOSE:
    case VERB_BALLOT_ENTER:
    case VERB_BALLOT_PREPARE:
    case VERB_BALLOT_SHEET:
    case VERB_BALLOT_MATCH:
    case VERB_BALLOT_RECOUNT:
    case VERB_INSTALL:
    case VERB_JUDGE:
    case VERB_EPOCH:
    case VERB_PASSWORD:
    case VERB_SESSION:
    case VERB_READS:
    case VERB_PROPOSE:
    case VERB_CONFIRM:
    case VERB_EXPORT:
    case VERB_SWEEP:
    case VERB_END:
    default: break; /* these carry no key */
    }
    hash_end(h, out);
    hasher_free(&h);
}

static void receipt_of(const struct sv *row, struct receipt *out)
{
    *out = (struct receipt){.command = (uint64_t)row[K_COMMAND].i,
                            .first_seq = (uint64_t)row[K_FIRST].i,
                            .last_seq = (uint64_t)row[K_LAST].i,
                            .id = (uint64_t)row[K_ID].i,
                            .version = (uint32_t)row[K_VERSION].i,
                            .repeated = true};
    if (row[K_LEAF].s.len == HASH_LEN) memcpy(out->leaf.b, row[K_LEAF].s.ptr, HASH_LEN);
}

enum rc key_find(struct area *ar, const struct command *c, bool *found, struct receipt *out, struct err *err)
{
    *found = false;
    if (c->key.len == 0) return RC_OK;
    if (c->key.len > KEY_MAX) return err_set0(err, &E_area_key_long, NO_PLACE);
    struct sv keys[2] = {sv_int((int64_t)c->actor), sv_text(c->key)}, row[K_COLUMNS];
    struct err none;
    err_clear(&none);
    enum rc rc = store_get(ar->keys, &ar->batch, keys, row, &none);
    if (rc == RC_ABSENT) return RC_OK;
    if (rc != RC_OK) {
        if (err != NULL) *err = none;
        return rc;
    }
    struct hash sum;
    arguments_hash(ar, c, &sum);
    if (!str_eq(row[K_HASH].s, hash_str(&sum))) return err_set(err, &E_area_key_reused, NO_PLACE, c->key, STR(""));
    *found = true;
    receipt_of(row, out);
    return RC_OK;
}

enum rc area_receipt(struct area_view *v, uint64_t actor, struct str key, bool *found, struct receipt *out, struct err *err)
{
    struct arena a;
    struct store_rows *rows = NULL;
    struct sv keys[2] = {sv_int((int64_t)actor), sv_text(key)}, row[K_COLUMNS];
    struct err none;
    arena_init(&a, 1 << 20);
    err_clear(&none);
    *found = false;
    enum rc rc = store_bind(v->store, &a, &table_command_key, &rows, &none);
    if (rc == RC_OK) rc = store_get(rows, &a, keys, row, &none);
    *found = rc == RC_OK;
    if (*found) receipt_of(row, out);
    arena_fini(&a);
    if (rc != RC_OK && rc != RC_ABSENT && err != NULL) *err = none;
    return rc == RC_ABSENT ? RC_OK : rc;
}

enum rc key_put(struct area *ar, const struct command *c, const struct receipt *r, int64_t now_us, struct err *err)
{
    if (c->key.len == 0) return RC_OK;
    struct hash sum;
    arguments_hash(ar, c, &sum);
    struct sv row[K_COLUMNS] = {
        sv_int((int64_t)c->actor),      sv_text(c->key),               sv_blob(hash_str(&sum)),  sv_int((int64_t)r->command),
        sv_int((int64_t)r->first_seq),  sv_int((int64_t)r->last_seq),  sv_int((int64_t)r->id),   sv_int((int64_t)r->version),
        sv_blob(hash_str(&r->leaf)),    sv_int(now_us)};
    return store_insert(ar->keys, row, err);
}

/* Keys older than 30 days go, a thousand at a time, inside a transaction that is open anyway. */
enum rc key_sweep(struct area *ar, int64_t now_us, struct err *err)
{
    static const uint32_t wanted[] = {K_ACTOR, K_KEY};
    struct store_where where = {K_TIME, SO_LT, sv_int(now_us - KEY_KEPT_US)};
    struct store_query q = {.columns = wanted, .columns_count = 2, .where = &where, .where_count = 1, .limit = 1000};
    struct store_cursor *cur = NULL;
    VEC(struct sv) old = {0};
    TRY(store_select(ar->keys, &q, &cur, err));
    const struct sv *row = NULL;
    enum rc rc;
    while ((rc = store_next(cur, &row, err)) == RC_OK && row != NULL) {
        vec_push(&ar->batch, &old, row[0]);
        vec_push(&ar->batch, &old, sv_text(str_dup(&ar->batch, row[1].s)));
    }
    store_cursor_close(&cur);
    for (size_t i = 0; rc == RC_OK && i + 1 < old.len; i += 2) rc = store_delete(ar->keys, &old.at[i], err);
    return rc;
}

/* A receipt names entries that exist, and the last of them by its leaf. */
static enum rc check_receipt(struct area_view *v, const struct sv *row, struct err *err)
{
    uint64_t first = (uint64_t)row[K_FIRST].i, last = (uint64_t)row[K_LAST].i;
    if (last == 0 && first == 0) return RC_OK;
    struct journal_walk *w = NULL;
    const struct entry *e = NULL;
    struct hash leaf;
    bool fits = first >= 1 && first <= last && last <= v->seq;
    enum rc rc = RC_OK;
    if (fits) {
        rc = journal_walk(v->journal, last, &w, err);
        if (rc == RC_OK) rc = journal_next(w, &e, &leaf, err);
        fits = rc == RC_OK && e != NULL && e->command == (uint64_t)row[K_COMMAND].i;
        /* A command of many entries gives no leaf. */
        fits = fits && (first != last || str_eq(row[K_LEAF].s, hash_str(&leaf)));
        journal_walk_close(&w);
    }
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)last);
    return rc != RC_OK || fits ? rc : err_set(err, &E_area_receipt, NO_PLACE, row[K_KEY].s, str_of(digits, (size_t)len));
}

enum rc keys_check(struct area_view *v, struct err *err)
{
    struct arena a;
    struct store_rows *keys = NULL;
    struct store_cursor *c = NULL;
    struct store_query q = {0};
    const struct sv *row = NULL;
    arena_init(&a, 1 << 20);
    enum rc rc = store_bind(v->store, &a, &table_command_key, &keys, err);
    if (rc == RC_OK) rc = store_select(keys, &q, &c, err);
    while (rc == RC_OK && (rc = store_next(c, &row, err)) == RC_OK && row != NULL) rc = check_receipt(v, row, err);
    store_cursor_close(&c);
    arena_fini(&a);
    return rc;
}
