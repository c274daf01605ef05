/* inner.h - what the files of ballot/ share. */
#ifndef GUIJU_BALLOT_INNER_H
#define GUIJU_BALLOT_INNER_H

#include "ballot/ballot.h"

enum { B_DECLARATION, B_TITLE, B_STATE, B_OPENED, B_CANDIDATES, B_PLACES, B_ROLL, B_PRESENT, B_KEY, B_TELLERS, B_CLOSED, B_CAST, B_RESULT, B_FIELDS };
enum { P_BALLOT, P_NUMBER, P_TEXT, P_VALID, P_FIELDS };
enum { ENVELOPE_LEN = PAPER_LEN + 48 };

struct urn {                              /* one ballot, and the registers it is kept in */
    struct records *rs;
    struct arena *a;
    const struct pack_register *reg, *papers;
    const struct pack_field *f[B_FIELDS], *p[P_FIELDS];
    uint64_t id;
    const struct pack_ballot *b;
    struct str title, state, result;
    struct str *candidates;
    uint32_t candidates_count;
    int64_t places, roll, present, cast;
    uint8_t key[BALLOT_KEY_LEN];
};
enum rc urn_registers(struct urn *u, struct records *rs, struct arena *a, struct err *err) MUST_USE;
enum rc urn_open(struct urn *u, struct records *rs, uint64_t id, struct arena *a, struct err *err) MUST_USE;

/* ---- rows.c ---- */
struct ballot_rows { struct store_rows *seats, *envelopes; };
enum rc ballot_bind(struct store *s, struct arena *a, struct ballot_rows *out, struct err *err) MUST_USE;
enum rc seat_put(struct ballot_rows *r, uint64_t ballot, const struct ballot_seat *s, struct err *err) MUST_USE;
/* *found false: no such seat, or used. */
enum rc seat_find(struct ballot_rows *r, uint64_t ballot, const struct hash *voter, struct arena *a, bool *found, struct str *class, struct err *err) MUST_USE;
enum rc seat_use(struct ballot_rows *r, uint64_t ballot, const struct hash *voter, struct err *err) MUST_USE;
enum rc envelope_put(struct ballot_rows *r, uint64_t ballot, struct str sealed, struct err *err) MUST_USE;
enum rc envelopes_take(struct ballot_rows *r, uint64_t ballot, struct arena *a, struct str **sealed, size_t *n, struct err *err) MUST_USE;
enum rc rows_count(struct ballot_rows *r, uint64_t ballot, struct arena *a, int64_t *envelopes, int64_t *used, int64_t *seats, struct err *err) MUST_USE;
enum rc rows_drop(struct ballot_rows *r, uint64_t ballot, struct arena *a, struct err *err) MUST_USE;

/* ---- paper.c ---- */
enum rc paper_make(struct urn *u, struct str class, const struct ballot_choice *c, uint32_t n, struct str *out, struct err *err) MUST_USE;
bool paper_valid(const struct urn *u, struct str text);   /* as the declaration allows */

/* ---- count.c ---- */
enum rc papers_count(struct urn *u, const struct str *papers, const bool *valid, size_t n, bool small, struct str *json, struct err *err) MUST_USE;

#endif
