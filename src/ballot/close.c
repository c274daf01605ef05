/* close.c - casting into the urn and opening it: what was put in under a key comes out sorted, and nothing of how it came in is left. */
#include <sodium.h>

#include "ballot/inner.h"

/* ---- casting ---- */

enum rc ballot_cast(struct ballot_door *d, uint64_t id, const struct hash *voter, const struct ballot_choice *choices, uint32_t n, char receipt[BALLOT_RECEIPT_TEXT + 1],
                    struct err *err)
{
    struct urn u;
    struct ballot_rows rows;
    struct str class = STR(""), text;
    bool found = false;
    if (receipt != NULL) receipt[0] = '\0';
    TRY(urn_open(&u, d->records, id, d->arena, err));
    if (!str_eq(u.state, STR("open"))) return err_set0(err, &E_ballot_closed, NO_PLACE);
    TRY(ballot_bind(records_store(d->records), d->arena, &rows, err));
    TRY(seat_find(&rows, id, voter, d->arena, &found, &class, err));
    if (!found) return err_set0(err, &E_ballot_no_seat, NO_PLACE);
    TRY(paper_make(&u, class, choices, n, &text, err));
    uint8_t paper[PAPER_LEN] = {0}, sealed[ENVELOPE_LEN], *word = paper + PAPER_LEN - RECEIPT_LEN;
    memcpy(paper, text.ptr == NULL ? "" : text.ptr, text.len);
    if (u.b->receipts) {
        random_bytes(word, RECEIPT_LEN);
        if (receipt != NULL) (void)sodium_bin2hex(receipt, BALLOT_RECEIPT_TEXT + 1, word, RECEIPT_LEN);
    }
    bool good = sodium_init() >= 0 && crypto_box_seal(sealed, paper, sizeof paper, u.key) == 0;
    sodium_memzero(paper, sizeof paper);
    if (!good) return err_set0(err, &E_no_memory, NO_PLACE);
    TRY(records_hold(d->records, err));
    enum rc rc = seat_use(&rows, id, voter, err);
    if (rc == RC_OK) rc = envelope_put(&rows, id, str_of((const char *)sealed, sizeof sealed), err);
    rc = records_settle(d->records, rc, err);
    if (rc != RC_OK && receipt != NULL) receipt[0] = '\0';
    return rc;
}

/* ---- closing ---- */

static int by_bytes(const void *x, const void *y) { return str_cmp(*(const struct str *)x, *(const struct str *)y); }

static enum rc papers_put(struct urn *u, struct ballot_door *d, const struct str *papers, size_t n, struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        struct sv *v = arena_array(d->arena, struct sv, u->papers->stored_count + 1);
        struct changed done;
        v[u->p[P_BALLOT]->column] = sv_int((int64_t)u->id);
        v[u->p[P_NUMBER]->column] = sv_int((int64_t)i + 1);
        v[u->p[P_TEXT]->column] = papers[i].len == 0 ? sv_null() : sv_text(papers[i]);
        v[u->p[P_VALID]->column] = sv_int(paper_valid(u, papers[i]));
        TRY(record_create(d->records, u->papers, &d->change, v, &done, err));
    }
    return RC_OK;
}

/* A class of which few voted is a small group of its own, for a paper names its class.  (Piles of paper were in two tellers' hands before.) */
static bool class_small(struct urn *u, const struct str *papers, size_t n, int64_t least)
{
    if (u->b->mode != MODE_SIGN_IN && u->b->mode != MODE_CODE) return false;
    for (uint32_t c = 0; c < u->b->classes_count; c++) {
        struct str of = str_cat(u->a, u->b->classes[c].name, STR(":"));
        int64_t voted = 0;
        for (size_t i = 0; i < n; i++) voted += str_starts(papers[i], of);
        if (voted > 0 && voted < least) return true;
    }
    return false;
}

enum rc urn_finish(struct urn *u, struct ballot_door *d, struct str *papers, size_t n, int64_t present, struct str tellers, struct changed *last, struct err *err)
{
    int64_t least = records_set(d->records)->min_group;
    bool small = u->b->secret && ((int64_t)n < least || class_small(u, papers, n, least));
    if (n > 1) qsort(papers, n, sizeof *papers, by_bytes);
    u->present = present;
    struct str result;
    TRY(papers_count(u, papers, n, small, &result, err));
    if (!small) TRY(papers_put(u, d, papers, n, err));
    const struct pack_field *fields[] = {u->f[B_STATE], u->f[B_CLOSED], u->f[B_CAST], u->f[B_PRESENT], u->f[B_RESULT], u->f[B_TELLERS]};
    struct sv values[] = {sv_text(STR("closed")), sv_int(d->change.today), sv_int((int64_t)n), sv_int(present), sv_text(result), sv_text(tellers)};
    return record_update(d->records, u->reg, u->id, 0, &d->change, ARRAY_LEN(fields) - (tellers.len == 0), fields, values, last, err);
}

static enum rc envelopes_open(struct urn *u, const uint8_t *secret, const struct str *sealed, size_t n, struct str *papers, struct str *receipts, struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        uint8_t *paper = arena_alloc(u->a, PAPER_LEN + 1);
        if (sealed[i].len != ENVELOPE_LEN || crypto_box_seal_open(paper, (const uint8_t *)sealed[i].ptr, ENVELOPE_LEN, u->key, secret) != 0)
            return err_set0(err, &E_ballot_envelope, NO_PLACE);
        receipts[i] = str_hex(u->a, paper + PAPER_LEN - RECEIPT_LEN, RECEIPT_LEN);
        paper[PAPER_LEN - RECEIPT_LEN] = 0;
        papers[i] = str_c((const char *)paper);
    }
    return RC_OK;
}

/* Sorted by themselves: their order has nothing to do with that of the papers. */
static enum rc receipts_put(struct urn *u, struct ballot_door *d, struct str *receipts, size_t n, struct err *err)
{
    if (!u->b->receipts) return RC_OK;
    if (n > 1) qsort(receipts, n, sizeof *receipts, by_bytes);
    for (size_t i = 0; i < n; i++) {
        struct sv *v = arena_array(d->arena, struct sv, u->receipts->stored_count + 1);
        struct changed done;
        v[u->r[R_BALLOT]->column] = sv_int((int64_t)u->id);
        v[u->r[R_TEXT]->column] = sv_text(receipts[i]);
        TRY(record_create(d->records, u->receipts, &d->change, v, &done, err));
    }
    return RC_OK;
}

enum rc ballot_close(struct ballot_door *d, uint64_t id, const uint8_t secret[BALLOT_KEY_LEN], struct changed *last, struct err *err)
{
    struct urn u;
    struct ballot_rows rows;
    struct str *sealed;
    size_t n;
    uint8_t public_key[BALLOT_KEY_LEN];
    TRY(urn_open(&u, d->records, id, d->arena, err));
    if (!str_eq(u.state, STR("open"))) return err_set0(err, &E_ballot_closed, NO_PLACE);
    if (sodium_init() < 0 || crypto_scalarmult_base(public_key, secret) != 0 || sodium_memcmp(public_key, u.key, sizeof public_key) != 0)
        return err_set0(err, &E_ballot_key, NO_PLACE);
    TRY(ballot_bind(records_store(d->records), d->arena, &rows, err));
    TRY(envelopes_take(&rows, id, d->arena, &sealed, &n, err));
    struct str *papers = arena_array(d->arena, struct str, n + 1), *receipts = arena_array(d->arena, struct str, n + 1);
    TRY(envelopes_open(&u, secret, sealed, n, papers, receipts, err));
    TRY(records_hold(d->records, err));
    enum rc rc = urn_finish(&u, d, papers, n, (int64_t)n, STR(""), last, err);
    if (rc == RC_OK) rc = receipts_put(&u, d, receipts, n, err);
    if (rc == RC_OK) rc = rows_drop(&rows, id, d->arena, err);
    return records_settle(d->records, rc, err);
}

/* ---- its counts are taken ---- */

enum rc ballot_take(struct ballot_door *d, uint64_t id, uint64_t case_step, struct changed *last, struct err *err)
{
    struct urn u;
    TRY(urn_open(&u, d->records, id, d->arena, err));
    if (!str_eq(u.state, STR("closed"))) return err_set0(err, &E_ballot_not_closed, NO_PLACE);
    if (u.f[B_TAKEN] == NULL) return err_set(err, &E_ballot_core, NO_PLACE, STR("ballot.taken"));
    if (u.taken != 0) return err_set(err, &E_ballot_taken, NO_PLACE, u.title, str_u64(d->arena, u.taken));
    const struct pack_field *fields[] = {u.f[B_TAKEN]};
    struct sv values[] = {sv_int((int64_t)case_step)};
    return record_update(d->records, u.reg, id, 0, &d->change, 1, fields, values, last, err);
}
