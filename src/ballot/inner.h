/* inner.h - what the files of ballot/ share. */
#ifndef GUIJU_BALLOT_INNER_H
#define GUIJU_BALLOT_INNER_H

#include "ballot/ballot.h"

enum { B_DECLARATION, B_TITLE, B_STATE, B_OPENED, B_CANDIDATES, B_PLACES, B_ROLL, B_PRESENT, B_KEY, B_TELLERS, B_CLOSED, B_CAST, B_RESULT, B_ROUND, B_EARLIER,
       B_RECOUNTED, B_RECOUNTED_BY, B_SAME, B_CASE, B_TAKEN, B_FIELDS };
enum { P_BALLOT, P_NUMBER, P_TEXT, P_VALID, P_FIELDS };
enum { R_BALLOT, R_TEXT, R_FIELDS };
enum { ENVELOPE_LEN = PAPER_LEN + 48 };

struct urn {                              /* one ballot, and the registers it is kept in */
    struct records *rs;
    struct arena *a;
    const struct pack_register *reg, *papers, *receipts;
    const struct pack_field *f[B_FIELDS], *p[P_FIELDS], *r[R_FIELDS];
    uint64_t id, earlier, of_case, taken;
    const struct pack_ballot *b;
    struct str title, state, result, recounted_by;
    struct str *candidates;
    uint32_t candidates_count;
    int64_t places, roll, present, cast, round, opened, closed, recounted;
    bool same;
    uint8_t key[BALLOT_KEY_LEN];
};

/* ---- urn.c ---- */
enum rc urn_registers(struct urn *u, struct records *rs, struct arena *a, struct err *err) MUST_USE;
enum rc urn_open(struct urn *u, struct records *rs, uint64_t id, struct arena *a, struct err *err) MUST_USE;
enum rc urn_declared(struct urn *u, struct str name, struct err *err) MUST_USE;
/* A parameter as of the day on which the ballot was opened; NULL: none in force. */
const struct pack_param_value *urn_value(const struct urn *u, const struct pack_param *p);

/* ---- open.c ---- */
/* The declaration, the earlier round; candidates and places go into the urn.  seats: there is a roll; printed: the paper was printed already, so names stay
 * as they are given. */
enum rc opening_take(struct urn *u, struct ballot_door *d, const struct ballot_opening *g, bool seats, bool printed, struct err *err) MUST_USE;
enum rc present_check(int64_t entitled, int64_t present, struct err *err) MUST_USE;
enum rc opening_put(struct urn *u, struct ballot_door *d, const struct ballot_opening *g, struct str state, int64_t roll, int64_t present, struct changed *out, struct err *err) MUST_USE;

/* ---- close.c ---- */
/* Sort, write the papers unless the group is small, count, and put the counts on the record. */
enum rc urn_finish(struct urn *u, struct ballot_door *d, struct str *papers, size_t n, int64_t present, struct str tellers, struct changed *last, struct err *err) MUST_USE;

/* ---- rows.c ---- */
struct ballot_rows { struct store_rows *seats, *envelopes, *sheets; };
struct sheet_row { struct str teller; int64_t number; struct str text; };   /* number 0: this teller is done; text: how many papers */
enum rc ballot_bind(struct store *s, struct arena *a, struct ballot_rows *out, struct err *err) MUST_USE;
enum rc seat_put(struct ballot_rows *r, uint64_t ballot, const struct ballot_seat *s, struct err *err) MUST_USE;
/* *found false: no such seat, or used. */
enum rc seat_find(struct ballot_rows *r, uint64_t ballot, const struct hash *voter, struct arena *a, bool *found, struct str *class, struct err *err) MUST_USE;
/* The next ballot that has seats; 0: none. */
enum rc seats_next(struct ballot_rows *r, uint64_t after, uint64_t *ballot, struct err *err) MUST_USE;
enum rc seat_use(struct ballot_rows *r, uint64_t ballot, const struct hash *voter, struct err *err) MUST_USE;
enum rc envelope_put(struct ballot_rows *r, uint64_t ballot, struct str sealed, struct err *err) MUST_USE;
enum rc envelopes_take(struct ballot_rows *r, uint64_t ballot, struct arena *a, struct str **sealed, size_t *n, struct err *err) MUST_USE;
enum rc sheet_put(struct ballot_rows *r, uint64_t ballot, const struct sheet_row *row, struct arena *a, struct err *err) MUST_USE;
enum rc sheets_take(struct ballot_rows *r, uint64_t ballot, struct arena *a, struct sheet_row **rows, size_t *n, struct err *err) MUST_USE;
struct rows_sum { int64_t envelopes, used, seats, sheets; };
enum rc rows_count(struct ballot_rows *r, uint64_t ballot, struct arena *a, struct rows_sum *out, struct err *err) MUST_USE;
enum rc rows_drop(struct ballot_rows *r, uint64_t ballot, struct arena *a, struct err *err) MUST_USE;

/* ---- paper.c ---- */
/* What stands on a paper: the one parser of its text.  valid: as the declaration allows; else the rest says nothing. */
struct paper { bool valid; uint32_t class_idx; const struct str *words /* by candidate; empty: not marked */; };
struct paper paper_read(const struct urn *u, struct str text);
bool paper_valid(const struct urn *u, struct str text);
enum rc paper_make(struct urn *u, struct str class, const struct ballot_choice *c, uint32_t n, struct str *out, struct err *err) MUST_USE;

/* ---- count.c ---- */
enum rc papers_count(struct urn *u, const struct str *papers, size_t n, bool small, struct str *json, struct err *err) MUST_USE;

#endif
