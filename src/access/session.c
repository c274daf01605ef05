/* session.c - who is signed in: a hash of the token, for some hours. */
#include "access/rows.h"

static struct sv hash_sv(const struct hash *h) { return sv_blob(hash_str(h)); }

enum rc access_session_put(struct access_rows *r, const struct access_session *s, struct err *err)
{
    struct sv row[S_COLUMNS] = {hash_sv(&s->hash),    sv_int((int64_t)s->account),  sv_int(s->made_us),     sv_int(s->seen_us),
                                sv_int(s->ends_us), sv_int((int64_t)s->factors), sv_int(s->must_change), sv_text(s->csrf)};
    return store_insert(r->session, row, err);
}

enum rc access_session_get(struct access_rows *r, const struct hash *token, int64_t now_us, struct arena *a, struct access_session *out, struct err *err)
{
    struct sv key = hash_sv(token), row[S_COLUMNS];
    struct err mine;
    err_clear(&mine);
    enum rc rc = store_get(r->session, a, &key, row, &mine);
    if (rc != RC_OK && rc != RC_ABSENT) {
        if (err != NULL) *err = mine;
        return rc;
    }
    if (rc == RC_ABSENT || now_us >= row[S_ENDS].i || now_us - row[S_SEEN].i > SESSION_IDLE_US) return err_set0(err, &E_access_no_session, NO_PLACE);
    *out = (struct access_session){.hash = *token,
                                   .account = (uint64_t)row[S_ACCOUNT].i,
                                   .made_us = row[S_MADE].i,
                                   .seen_us = row[S_SEEN].i,
                                   .ends_us = row[S_ENDS].i,
                                   .factors = (unsigned)row[S_FACTORS].i,
                                   .must_change = row[S_MUST_CHANGE].i != 0,
                                   .csrf = row[S_CSRF].s};
    return RC_OK;
}

/* Absence is normal here: another request may have signed out a moment ago. */
static enum rc absent_is_fine(enum rc rc, const struct err *mine, struct err *err)
{
    if (rc == RC_ABSENT) return RC_OK;
    if (rc != RC_OK && err != NULL) *err = *mine;
    return rc;
}

enum rc access_session_touch(struct access_rows *r, const struct hash *token, int64_t now_us, struct err *err)
{
    static const uint32_t columns[] = {S_SEEN};
    struct sv key = hash_sv(token), seen = sv_int(now_us);
    struct err mine;
    err_clear(&mine);
    return absent_is_fine(store_update(r->session, &key, 1, columns, &seen, &mine), &mine, err);
}

enum rc access_session_drop(struct access_rows *r, const struct hash *token, struct err *err)
{
    struct sv key = hash_sv(token);
    struct err mine;
    err_clear(&mine);
    return absent_is_fine(store_delete(r->session, &key, &mine), &mine, err);
}

enum { DROP_AT_ONCE = 256 };

enum rc access_session_drop_all(struct access_rows *r, uint64_t account, const struct hash *but, int64_t now_us, struct err *err)
{
    static const uint32_t columns[] = {S_HASH};
    struct store_where where = account != 0 ? (struct store_where){S_ACCOUNT, SO_EQ, sv_int((int64_t)account)}
                                            : (struct store_where){S_ENDS, SO_LE, sv_int(now_us)};
    struct store_query q = {.columns = columns, .columns_count = 1, .where = &where, .where_count = 1, .limit = DROP_AT_ONCE};
    for (;;) {
        struct hash found[DROP_AT_ONCE];
        size_t n = 0, seen = 0;
        struct store_cursor *c = NULL;
        TRY(store_select(r->session, &q, &c, err));
        const struct sv *row = NULL;
        enum rc rc;
        while ((rc = store_next(c, &row, err)) == RC_OK && row != NULL && n < DROP_AT_ONCE) {
            seen++;
            if (row[0].s.len != HASH_LEN || (but != NULL && memcmp(but->b, row[0].s.ptr, HASH_LEN) == 0)) continue;
            memcpy(found[n++].b, row[0].s.ptr, HASH_LEN);
        }
        store_cursor_close(&c);
        for (size_t i = 0; rc == RC_OK && i < n; i++) rc = access_session_drop(r, &found[i], err);
        if (rc != RC_OK || n == 0 || seen < DROP_AT_ONCE) return rc;
    }
}
