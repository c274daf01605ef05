/* credential.c - what proves who somebody is, and what keeps others from guessing it. */
#include <sodium.h>

#include "access/rows.h"

enum { FREE_FAILURES = 5 };
#define LOCK_FIRST_US (INT64_C(60) * 1000000)
#define LOCK_MOST_US (INT64_C(15) * 60 * 1000000)
#define LOCK_FORGET_US (INT64_C(86400) * 1000000)

static struct sv blob_or_null(struct str s) { return s.len == 0 ? sv_null() : sv_blob(s); }

enum rc credential_get(struct access_rows *r, uint64_t account, struct arena *a, struct credential *out, struct err *err)
{
    struct sv key = sv_int((int64_t)account), row[C_COLUMNS];
    struct err mine;
    err_clear(&mine);
    enum rc rc = store_get(r->credential, a, &key, row, &mine);
    if (rc == RC_ABSENT) return err_set0(err, &E_access_no_credential, NO_PLACE);
    if (rc != RC_OK) {
        if (err != NULL) *err = mine;
        return rc;
    }
    *out = (struct credential){.account = account,
                               .hash = row[C_HASH].kind == SV_NULL ? STR("") : row[C_HASH].s,
                               .must_change = row[C_MUST_CHANGE].i != 0,
                               .changed_us = row[C_CHANGED].i,
                               .totp = row[C_TOTP].kind == SV_NULL ? STR("") : row[C_TOTP].s,
                               .totp_on = row[C_TOTP_ON].i != 0,
                               .totp_step = row[C_TOTP_STEP].i,
                               .salt = row[C_SALT].kind == SV_NULL ? STR("") : row[C_SALT].s};
    return RC_OK;
}

enum rc credential_put(struct access_rows *r, const struct credential *c, struct err *err)
{
    struct sv row[C_COLUMNS] = {
        [C_ACCOUNT] = sv_int((int64_t)c->account), [C_HASH] = c->hash.len == 0 ? sv_null() : sv_text(c->hash),
        [C_MUST_CHANGE] = sv_int(c->must_change),  [C_CHANGED] = sv_int(c->changed_us),
        [C_TOTP] = blob_or_null(c->totp),          [C_TOTP_ON] = sv_int(c->totp_on),
        [C_TOTP_STEP] = sv_int(c->totp_step),      [C_SALT] = blob_or_null(c->salt)};
    static const uint32_t columns[] = {C_HASH, C_MUST_CHANGE, C_CHANGED, C_TOTP, C_TOTP_ON, C_TOTP_STEP, C_SALT};
    struct err mine;
    err_clear(&mine);
    enum rc rc = store_update(r->credential, &row[0], ARRAY_LEN(columns), columns, &row[1], &mine);
    if (rc == RC_ABSENT) return store_insert(r->credential, row, err);
    if (rc != RC_OK && err != NULL) *err = mine;
    return rc;
}

static struct str or_empty(const struct sv *v) { return v->kind == SV_NULL ? STR("") : v->s; }

enum rc credentials_each(struct access_rows *r, enum rc (*fn)(void *ctx, const struct credential *c, struct err *err), void *ctx, struct err *err)
{
    struct store_query q = {0};
    struct store_cursor *c = NULL;
    const struct sv *row = NULL;
    TRY(store_select(r->credential, &q, &c, err));
    enum rc rc;
    while ((rc = store_next(c, &row, err)) == RC_OK && row != NULL) {
        struct credential k = {.account = (uint64_t)row[C_ACCOUNT].i, .hash = or_empty(&row[C_HASH]), .totp = or_empty(&row[C_TOTP]), .salt = or_empty(&row[C_SALT])};
        if ((rc = fn(ctx, &k, err)) != RC_OK) break;
    }
    store_cursor_close(&c);
    return rc;
}

struct str credential_commitment(const struct credential *c, struct arena *a)
{
    crypto_hash_sha256_state h;
    uint8_t sum[32], head[16] = {0};
    for (int i = 0; i < 8; i++) head[i] = (uint8_t)(c->account >> (8 * (7 - i)));
    for (int i = 0; i < 8; i++) head[8 + i] = (uint8_t)((uint64_t)c->hash.len >> (8 * (7 - i)));
    crypto_hash_sha256_init(&h);
    crypto_hash_sha256_update(&h, (const unsigned char *)"guiju credential\n", 17);
    crypto_hash_sha256_update(&h, (const unsigned char *)c->salt.ptr, c->salt.len);
    crypto_hash_sha256_update(&h, head, sizeof head);
    crypto_hash_sha256_update(&h, (const unsigned char *)c->hash.ptr, c->hash.len);
    crypto_hash_sha256_update(&h, (const unsigned char *)c->totp.ptr, c->totp.len);
    crypto_hash_sha256_final(&h, sum);
    return str_hex(a, sum, sizeof sum);
}

/* ---- lockout ---- */

/* Names are folded by case, so that WANG and wang share one count; the hash keeps what was typed (sometimes a password) out of the file. */
static void who_hash(struct str secret, struct str who, uint8_t out[32])
{
    crypto_hash_sha256_state h;
    crypto_hash_sha256_init(&h);
    crypto_hash_sha256_update(&h, (const unsigned char *)secret.ptr, secret.len);
    for (size_t i = 0; i < who.len; i++) {
        unsigned char c = (unsigned char)(who.ptr[i] >= 'A' && who.ptr[i] <= 'Z' ? who.ptr[i] - 'A' + 'a' : who.ptr[i]);
        crypto_hash_sha256_update(&h, &c, 1);
    }
    crypto_hash_sha256_final(&h, out);
}

static enum rc lockout_read(struct access_rows *r, const uint8_t who[32], struct sv row[L_COLUMNS], bool *found, struct err *err)
{
    struct store_where where = {L_WHO, SO_EQ, sv_blob(str_of((const char *)who, 32))};
    struct store_query q = {.where = &where, .where_count = 1, .limit = 1};
    struct store_cursor *c = NULL;
    TRY(store_select(r->lockout, &q, &c, err));
    const struct sv *at = NULL;
    enum rc rc = store_next(c, &at, err);
    *found = rc == RC_OK && at != NULL;
    if (*found)
        for (int i = 1; i < L_COLUMNS; i++) row[i] = at[i];
    store_cursor_close(&c);
    return rc;
}

enum rc lockout_get(struct access_rows *r, struct str secret, struct str who, int64_t now_us, struct lockout *out, struct err *err)
{
    uint8_t key[32];
    who_hash(secret, who, key);
    struct sv row[L_COLUMNS] = {0};
    bool found = false;
    TRY(lockout_read(r, key, row, &found, err));
    *out = (struct lockout){0, 0};
    if (found && now_us - row[L_LAST].i < LOCK_FORGET_US) *out = (struct lockout){row[L_FAILURES].i, row[L_UNTIL].i};
    return RC_OK;
}

/* Rows that nobody needs any more go with the failures of others, a few at a time. */
static enum rc sweep(struct access_rows *r, int64_t now_us, struct err *err)
{
    static const uint32_t columns[] = {L_WHO};
    struct store_where where = {L_LAST, SO_LT, sv_int(now_us - LOCK_FORGET_US)};
    struct store_query q = {.columns = columns, .columns_count = 1, .where = &where, .where_count = 1, .limit = 16};
    struct store_cursor *c = NULL;
    uint8_t old[16][32];
    size_t n = 0;
    TRY(store_select(r->lockout, &q, &c, err));
    const struct sv *row = NULL;
    enum rc rc;
    while ((rc = store_next(c, &row, err)) == RC_OK && row != NULL && n < 16)
        if (row[0].s.len == 32) memcpy(old[n++], row[0].s.ptr, 32);
    store_cursor_close(&c);
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        struct sv key = sv_blob(str_of((const char *)old[i], 32));
        rc = store_delete(r->lockout, &key, err);
    }
    return rc;
}

enum rc lockout_failed(struct access_rows *r, struct str secret, struct str who, int64_t now_us, struct lockout *out, struct err *err)
{
    uint8_t key[32];
    who_hash(secret, who, key);
    struct sv row[L_COLUMNS] = {0};
    bool found = false;
    TRY(lockout_read(r, key, row, &found, err));
    int64_t failures = found && now_us - row[L_LAST].i < LOCK_FORGET_US ? row[L_FAILURES].i + 1 : 1, until = 0;
    if (failures >= FREE_FAILURES) {
        int64_t lock = LOCK_FIRST_US;
        for (int64_t i = FREE_FAILURES; i < failures && lock < LOCK_MOST_US; i++) lock *= 2;
        until = now_us + MIN(lock, LOCK_MOST_US);
    }
    row[L_WHO] = sv_blob(str_of((const char *)key, 32));
    row[L_FAILURES] = sv_int(failures);
    row[L_LAST] = sv_int(now_us);
    row[L_UNTIL] = sv_int(until);
    static const uint32_t columns[] = {L_FAILURES, L_LAST, L_UNTIL};
    if (found)
        TRY(store_update(r->lockout, &row[0], 3, columns, &row[1], err));
    else
        TRY(store_insert(r->lockout, row, err));
    *out = (struct lockout){failures, until};
    return sweep(r, now_us, err);
}

enum rc lockout_clear(struct access_rows *r, struct str secret, struct str who, struct err *err)
{
    uint8_t key[32];
    who_hash(secret, who, key);
    struct sv row[L_COLUMNS] = {0}, at = sv_blob(str_of((const char *)key, 32));
    bool found = false;
    TRY(lockout_read(r, key, row, &found, err));
    return found ? store_delete(r->lockout, &at, err) : RC_OK;
}
