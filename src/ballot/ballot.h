/*
 * ballot.h - secret votes: a roll of seats, sealed envelopes, papers sorted by their bytes, and counts that anybody can redo.
 *
 * A ballot is a record (packs/core `ballot`) made under a pack's `ballot` declaration.  While it is open its state stands beside the journal
 * (src/store/README.md, the closed list): a seat for each voter, known by a hash, that is used or not; and for each cast an envelope of fixed
 * size (libsodium crypto_box_seal) under a random key, WITHOUT ROWID.  Nothing else of a cast is kept: no time, no entry, no key of the command.
 * The secret key never lies in the area: ballot_key_make() wraps it with the words of two tellers, and the caller keeps it in a file outside.
 *
 * Closing is one act: all envelopes are opened, the papers written as records sorted by their bytes, envelopes and seats deleted, the counts put on
 * the record.  Below the packs' smallest group no papers and no numbers are written, only what passed.
 * What is not detected: a server that is dishonest while it closes.  No receipt is given that shows what was on a paper.
 *
 * Papers as text: "1=yes;2=no" by number of the candidate; a class of voters first: "a:1=top".  At most PAPER_LEN bytes.
 */
#ifndef GUIJU_BALLOT_H
#define GUIJU_BALLOT_H

#include "record/record.h"

enum { BALLOT_KEY_LEN = 32, PAPER_LEN = 512, BALLOT_CANDIDATES_MAX = 60, BALLOT_SEATS_MAX = 100000, BALLOT_CODE_TEXT = 24, BALLOT_WORDS_MIN = 8 };

struct ballot_door { struct records *records; struct arena *arena; struct change change; };

struct ballot_seat { struct hash voter; struct str class; };   /* voter: ballot_voter_*(); class: empty where there are none */
struct ballot_opening {
    struct str declaration, title;
    const struct str *candidates;       /* in the order printed */
    uint32_t candidates_count;
    int64_t places;                     /* to be filled, for kind choose */
    const struct ballot_seat *seats;
    size_t seats_count;
    uint8_t public_key[BALLOT_KEY_LEN];
    struct str tellers;
};
enum rc ballot_open(struct ballot_door *d, const struct ballot_opening *g, uint64_t *id, struct changed *last, struct err *err) MUST_USE;

/* One voter's choices: a candidate (name or number) and a word (approve: yes no abstain; grades: an option; choose, nominate: yes).
 * RC_DENIED ballot.no_seat (also where the seat is used: both look alike), RC_INPUT ballot.paper_*. */
struct ballot_choice { struct str candidate, word; };
enum rc ballot_cast(struct ballot_door *d, uint64_t id, const struct hash *voter, const struct ballot_choice *choices, uint32_t n, struct err *err) MUST_USE;

enum rc ballot_close(struct ballot_door *d, uint64_t id, const uint8_t secret[BALLOT_KEY_LEN], struct changed *last, struct err *err) MUST_USE;

/* Papers that two tellers typed in apart from each other, in the order of the pile: opened and closed in one.  Lines as papers, a void one "!".
 * RC_CONFLICT ballot.tellers_differ names the first line that differs; nothing is written then. */
struct ballot_entered { struct ballot_opening opening; int64_t entitled, present; struct str first, second; };
enum rc ballot_enter(struct ballot_door *d, const struct ballot_entered *g, uint64_t *id, struct changed *last, struct err *err) MUST_USE;

/* ---- counts ---- */
/* Count the papers anew; *same: they give what the record says.  text: the result as canonical JSON. */
enum rc ballot_recount(struct records *rs, uint64_t id, struct arena *a, struct str *text, bool *same, struct err *err) MUST_USE;
/* As people read it. */
enum rc ballot_show(struct records *rs, uint64_t id, struct arena *a, enum lang lang, struct buf *out, struct err *err) MUST_USE;
bool ballot_owns(const struct pack_register *r);

/* ---- keys and codes ---- */
/* A pair of keys; the secret one wrapped by the words of both tellers, as text for a file.  Slow by purpose.  RC_INPUT ballot.words. */
enum rc ballot_key_make(struct str words1, struct str words2, uint8_t public_key[BALLOT_KEY_LEN], struct buf *wrapped, struct err *err) MUST_USE;
/* RC_DENIED ballot.key: other words, or not a key's file.  The caller wipes secret. */
enum rc ballot_key_open(struct str wrapped, struct str words1, struct str words2, uint8_t secret[BALLOT_KEY_LEN], struct err *err) MUST_USE;
void ballot_code_make(char out[BALLOT_CODE_TEXT + 1]);
void ballot_voter_code(struct str code, struct hash *out);
void ballot_voter_account(uint64_t account, struct hash *out);

/* ---- rows off the journal ---- */
/* Every table here, for the area to make and to check. */
const struct store_table *const *ballot_tables(size_t *n);
/* For verify: seats used as many as envelopes, for each open ballot; none for closed ones.  RC_BROKEN ballot.rows. */
enum rc ballot_rows_check(struct records *rs, struct arena *a, struct err *err) MUST_USE;

#define ERR(id, rc, code, zh, en, hint_zh, hint_en) extern const struct err_kind E_##id;
#include "ballot/errors.def"
#undef ERR

#endif
