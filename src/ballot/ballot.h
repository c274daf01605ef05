/*
 * ballot.h - secret votes: a roll of seats, sealed envelopes, papers sorted by their bytes, and counts that anybody can redo.
 *
 * A ballot is a record (packs/core `ballot`) made under a pack's `ballot` declaration.  It lives in one of two ways.
 *   Electronic (declared: mode sign-in or code, with a permit): ballot_open() fixes the roll; while it is open its state stands beside the journal
 *   (src/store/README.md, the closed list): a seat for each voter, known by a hash, that is used or not; and for each cast an envelope of fixed size
 *   (libsodium crypto_box_seal) under a random key, WITHOUT ROWID.  Nothing else of a cast is kept: no time, no entry, no key of the command.  The
 *   secret key never lies in the area: ballot_key_make() wraps it with the words of two tellers, and the caller keeps it in a file outside.
 *   Closing is one act: all envelopes opened, the papers written as records sorted by their bytes, envelopes and seats deleted, the counts put on the record.
 *   Paper: ballot_prepare(); two tellers enter the pile apart from each other (ballot_sheet_*); neither sees the other's papers; when both have said that they
 *   are done the differences are shown, and only these may be mended; ballot_match() takes the papers when there is none left.  ballot_enter() does all
 *   of it in one, for two files.
 * Below the packs' smallest group no papers and no numbers are written, only what passed.  There is nothing to be read in between.
 * What is not detected: a server that is dishonest while it closes.
 *
 * Receipts (declared, for electronic approve ballots only): a random word is sealed in with the paper and told to the voter once; at closing all words are
 * written sorted, apart from the papers.  Who has one can see that his envelope is among those counted; what was in it nobody can show.
 *
 * Papers as text: "1=yes;2=no" by number of the candidate; a class of voters first: "a:1=top"; "!" is a void one.  At most PAPER_TEXT_MAX bytes.
 * Names stand in the order of strokes unless the declaration says otherwise; shares and differential are those in force on the day of opening.
 */
#ifndef GUIJU_BALLOT_H
#define GUIJU_BALLOT_H

#include "record/record.h"

enum { BALLOT_KEY_LEN = 32, PAPER_LEN = 512, RECEIPT_LEN = 16, PAPER_TEXT_MAX = 480, BALLOT_RECEIPT_TEXT = 2 * RECEIPT_LEN, BALLOT_CANDIDATES_MAX = 60,
       BALLOT_SEATS_MAX = 100000, BALLOT_CODE_TEXT = 24, BALLOT_WORDS_MIN = 8, BALLOT_SHEET_MAX = 1000 /* papers at a time */, BALLOT_WAITING_MAX = 500 };

struct ballot_door { struct records *records; struct arena *arena; struct change change; };

struct ballot_seat { struct hash voter; struct str class; };   /* voter: ballot_voter_*(); class: empty where there are none */
struct ballot_opening {
    struct str declaration, title;
    const struct str *candidates;
    uint32_t candidates_count;
    int64_t places;                     /* to be filled, for kind choose */
    const struct ballot_seat *seats;
    size_t seats_count;
    uint8_t public_key[BALLOT_KEY_LEN];
    struct str tellers;
    uint64_t earlier;                   /* the round before; 0: the first.  Declaration from there, candidates and places too where they are not given: the
                                           tied and the places that are left.  RC_DENIED ballot.round, ballot.last_round */
    uint64_t of_case;                   /* the case whose step it is for; 0: none, or that of the earlier round */
};
enum rc ballot_open(struct ballot_door *d, const struct ballot_opening *g, uint64_t *id, struct changed *last, struct err *err) MUST_USE;

/* One voter's choices: a candidate (name or number) and a word (approve: yes no abstain; grades: an option; choose, nominate: yes).
 * receipt (may be NULL) gets the word, or "" where the declaration gives none.  It is told once and kept nowhere readable.
 * RC_DENIED ballot.no_seat (also where the seat is used: both look alike), RC_INPUT ballot.paper_*. */
struct ballot_choice { struct str candidate, word; };
enum rc ballot_cast(struct ballot_door *d, uint64_t id, const struct hash *voter, const struct ballot_choice *choices, uint32_t n, char receipt[BALLOT_RECEIPT_TEXT + 1],
                    struct err *err) MUST_USE;

/* Is there an unused seat for this voter, and of which class?  *waits false: there is none, or it is used, or the ballot is not open: all alike. */
enum rc ballot_seat_look(struct records *rs, uint64_t id, const struct hash *voter, struct arena *a, bool *waits, struct str *class, struct err *err) MUST_USE;
/* Ballots that are open and in which this voter has an unused seat; at most BALLOT_WAITING_MAX open ones are looked at. */
enum rc ballot_seats_of(struct records *rs, const struct hash *voter, struct arena *a, uint64_t **ids, size_t *n, struct err *err) MUST_USE;

enum rc ballot_close(struct ballot_door *d, uint64_t id, const uint8_t secret[BALLOT_KEY_LEN], struct changed *last, struct err *err) MUST_USE;

/* ---- paper ---- */
enum rc ballot_prepare(struct ballot_door *d, const struct ballot_opening *g, int64_t entitled, int64_t present, uint64_t *id, struct changed *last, struct err *err) MUST_USE;
/* A teller enters n papers from number `from` on (1 is the pile's first), or again what he mistyped; done: these were the last.  After done only papers that
 * differ may be entered again.  Nothing goes into the journal.  RC_INPUT ballot.sheet_paper (with the number), RC_DENIED ballot.two_tellers, ballot.sheet_done. */
enum rc ballot_sheet_put(struct ballot_door *d, uint64_t id, struct str teller, uint32_t from, const struct str *papers, uint32_t n, bool done, struct err *err) MUST_USE;
struct ballot_difference { uint32_t number; struct str first, second; };   /* empty: that teller has no such paper */
struct ballot_sheets {
    struct str teller[2];
    uint32_t papers[2];
    bool done[2];
    struct ballot_difference *differences;   /* only when both are done */
    uint32_t differences_count;
};
enum rc ballot_sheets_look(struct records *rs, uint64_t id, struct arena *a, struct ballot_sheets *out, struct err *err) MUST_USE;
/* RC_DENIED ballot.not_done; RC_CONFLICT ballot.tellers_differ. */
enum rc ballot_match(struct ballot_door *d, uint64_t id, struct changed *last, struct err *err) MUST_USE;
/* Two files in the order of the pile: prepared, compared and closed in one.  RC_CONFLICT ballot.tellers_differ names the first line that differs. */
struct ballot_entered { struct ballot_opening opening; int64_t entitled, present; struct str first, second; };
enum rc ballot_enter(struct ballot_door *d, const struct ballot_entered *g, uint64_t *id, struct changed *last, struct err *err) MUST_USE;

/* ---- looking, counting again ---- */
struct ballot_view {
    uint64_t id, earlier, of_case;           /* 0: none */
    uint64_t taken;                          /* the step (case_step) that took its counts; 0: none has */
    const struct pack_ballot *ballot;
    struct str title, state;                 /* open entering closed */
    const struct str *candidates;
    uint32_t candidates_count;
    int64_t places, roll, present, cast, round;
    day_num opened, closed, recounted;       /* ENTRY_NO_DAY: not */
    bool recount_same;
    struct str result;                       /* canonical JSON; empty while it is not closed */
    struct str recounted_by;
    uint8_t key[BALLOT_KEY_LEN];             /* the public one, of an electronic ballot */
    const struct pack_param_value *pass, *quorum, *differential;   /* in force on the day of opening; NULL: not asked, or none */
};
enum rc ballot_look(struct records *rs, uint64_t id, struct arena *a, struct ballot_view *out, struct err *err) MUST_USE;
/* Count the papers anew; *same: they give what the record says.  text: the result as canonical JSON. */
enum rc ballot_recount(struct records *rs, uint64_t id, struct arena *a, struct str *text, bool *same, struct err *err) MUST_USE;
/* The same by two tellers, and on the record that and what came of it. */
enum rc ballot_recount_note(struct ballot_door *d, uint64_t id, struct str tellers, bool *same, struct changed *last, struct err *err) MUST_USE;
/* As people read it: for those who may see the result. */
enum rc ballot_show(struct records *rs, uint64_t id, struct arena *a, enum lang lang, struct buf *out, struct err *err) MUST_USE;
/* What the declaration lets everybody see, as canonical JSON: the result, the papers too, or RC_DENIED ballot.not_published. */
enum rc ballot_published(struct records *rs, uint64_t id, struct arena *a, struct str *json, struct err *err) MUST_USE;
/* Is the envelope with this receipt among those counted? */
enum rc ballot_receipt_find(struct records *rs, uint64_t id, struct str receipt, struct arena *a, bool *counted, struct err *err) MUST_USE;
/* The counts as a step of a case takes them: name and number, of the whole (line empty: entitled, present, valid) or of a candidate (yes no abstain; votes; option;
 * class/option).  RC_DENIED ballot.not_closed, ballot.small: of a small group there are none. */
struct ballot_count { struct str line, name; int64_t n; };
/* A step of a case took its counts: noted on the ballot, once and for all, in the transaction in which the step closes.  RC_CONFLICT ballot.taken. */
enum rc ballot_take(struct ballot_door *d, uint64_t id, uint64_t case_step, struct changed *last, struct err *err) MUST_USE;
enum rc ballot_counts(struct records *rs, uint64_t id, struct arena *a, struct ballot_count **out, uint32_t *n, struct err *err) MUST_USE;

/* May the actor see to it (open, prepare, close, take what the tellers agree on, count again), or enter papers?  By the roles that the declaration names, held over
 * the place of what its case is about; without a case, in the whole area.  Where it names none it is the operator's.  Never by a token.  To cast takes a
 * seat and nothing else. */
enum rc ballot_may(struct records *rs, const struct pack_ballot *b, uint64_t of_case, const struct grant *g, bool enter, bool *yes, struct err *err) MUST_USE;
/* Has he one of these roles anywhere? */
bool ballot_may_somewhere(const struct pack_ballot *b, const struct grant *g, bool enter);
const struct pack_ballot *ballot_declared(const struct pack_set *set, struct str name_or_title);
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
const struct store_table *const *ballot_tables(size_t *n);
/* For verify: seats used as many as envelopes, for each open ballot; nothing left of closed ones.  RC_BROKEN ballot.rows. */
enum rc ballot_rows_check(struct records *rs, struct arena *a, struct err *err) MUST_USE;

#define ERR(id, rc, code, zh, en, hint_zh, hint_en) extern const struct err_kind E_##id;
#include "ballot/errors.def"
#undef ERR

#endif
