/*
 * area.h - an open area: the one door through which everything changes, and the snapshots through which all is read.
 *
 * One writer thread takes queued commands in order, runs a batch of them in one transaction, and acknowledges none before
 * COMMIT.  Verbs are plain functions of (records, command): they see what the commands before them did, check everything before
 * they write, and return a receipt or a refusal.  A refused command changes no record.
 * Another process may write to the same file between two batches: each batch begins with BEGIN IMMEDIATE and compares the
 * journal's head with what this process remembers; entries that came between are taken in first.
 *
 * Threads: area_submit() and area_view_open() from any thread; a view belongs to one thread.
 * Files beside AREA: AREA.key (signing key, 0600), AREA.checkpoints (signed notes, append-only), AREA.lock.
 */
#ifndef GUIJU_AREA_H
#define GUIJU_AREA_H

#include "ballot/ballot.h"
#include "procedure/procedure.h"
#include "rule/rule.h"

struct area;

struct area_options {
    bool memory;               /* no files at all: tests */
    enum hash_alg alg;         /* when made; 0: SHA-256 */
    struct str name;           /* when made; empty: from the path */
    uint32_t queue_max;        /* commands waiting; 0: 4096 */
    uint64_t queue_bytes_max;  /* 0: 256 MiB */
    uint32_t actor_share;      /* of the queue in percent; 0: 50 */
    uint32_t batch_max;        /* commands in a transaction; 0: 256 */
    int64_t disk_min;          /* free bytes below which only erase and close run; 0: 256 MiB; -1: not asked */
    uint32_t busy_ms;          /* how long to wait for another process; 0: 5000 */
    day_num today;             /* the day on which acts on cases are entered, for examples and tests; 0: by the clock.  Entries of the journal keep the clock's time */
    bool clock_confirmed;      /* an operator says that the clock is right though it stepped */
    bool profiled;             /* no chapter above this profile is installed through this handle: RC_DENIED pack.profile */
    enum pack_profile profile;
    bool read_only;            /* no writer thread; AREA may lie on read-only media */
    const char *vfs;           /* test shims */
    struct str key_file;       /* empty: AREA.key */
    struct str checkpoint_file; /* empty: AREA.checkpoints */
    enum rc (*forms_check)(const struct pack_set *set, struct diags *d); /* packs that are installed are held to it too (exchange_forms_check(), which stands above); NULL: nothing more */
};

/* Make an area and install the packs in it.  RC_CONFLICT store.exists.  Mistakes of the packs go to d. */
enum rc area_create(struct str path, const struct area_options *o, const struct pack_source *packs, size_t packs_count,
                    struct diags *d, struct err *err) MUST_USE;
/* The same, and open it: the only way for an area in memory. */
enum rc area_create_open(struct str path, const struct area_options *o, const struct pack_source *packs, size_t packs_count,
                         struct diags *d, struct area **out, struct err *err) MUST_USE;
/* RC_ABSENT, RC_BROKEN, RC_BUSY, RC_SYSTEM. */
enum rc area_open(struct str path, const struct area_options *o, struct area **out, struct err *err) MUST_USE;
/* Drains the queue, writes a checkpoint if something was written, stops the writer. */
void area_close(struct area **ap);

/* ---- commands ---- */

enum verb {
#define VERB(number, id, name, run, zh, en) VERB_##id = number,
#include "area/verbs.def"
#undef VERB
    VERB_END
};
const char *verb_name(uint16_t verb);           /* "record.create"; "?" for an unknown one */
const char *verb_title(uint16_t verb, enum lang lang);

struct command {
    enum verb verb;
    uint64_t actor;            /* record id of the account; 0: the operator at the command line */
    uint64_t token;            /* api_token by which the actor came (grant_token()), which narrows what he may; 0: none */
    struct str key;            /* idempotency key, up to 64 bytes, best a UUIDv7; empty: none */
    int64_t happened;          /* day_num, or ENTRY_NO_DAY */
    int64_t deadline_us;       /* give up (RC_BUSY) if not begun by then; 0: none */
    const void *args;          /* the verb's struct args_…; must live until area_submit() returns */
};

struct receipt {
    uint64_t command;
    uint64_t first_seq, last_seq;   /* 0,0: nothing had to be written */
    uint64_t id;                    /* of the record that a single-record verb made or changed */
    uint32_t version;
    struct hash leaf;               /* of the last entry */
    bool repeated;                  /* this key was done before: the receipt of then */
};

struct args_create { struct str reg; uint32_t count; const struct str *fields; const struct sv *values; };
struct args_update { struct str reg; uint64_t id; uint32_t if_version; uint32_t count; const struct str *fields; const struct sv *values; };
struct args_close { struct str reg; uint64_t id; uint32_t if_version; };
struct args_erase { struct str reg; uint64_t id; uint32_t count; const struct str *fields; struct str basis; };
/* dry (with skip_bad, and result->ids): everything is done and asked as it would be, bad rows are told, rows outside the actor's scope too, and all of it is undone: see area_try(). */
struct args_import { struct import_plan *plan; bool skip_bad; struct arena *arena; struct import_result *result; bool dry; };
struct args_install { const struct pack_source *packs; size_t packs_count; struct diags *d; };
struct judge_finding { const struct pack_rule *rule; uint64_t id, with; struct str reads; }; /* with: the other record of a pair, else 0 */
struct judge_kept { const struct pack_rule *rule; uint64_t id, with; };
struct args_judge { const struct judge_finding *findings; size_t count; day_num today; struct str only; /* rule; empty: all were judged */
                    const struct judge_kept *kept; size_t kept_count; /* undetermined now: their open findings stay */
                    uint64_t *opened, *closed;
                    struct slip_day *slips; /* what the day brought to slips, where all rules were judged; NULL: not asked */ };
struct args_session { const struct access_session *put; const struct hash *drop; const struct hash *touch; struct str failed[2]; struct str clear[2]; uint64_t account; int64_t totp_step; };
struct args_reads { const struct access_read *rows; size_t count; struct access_read *mine; /* the writer's own */ };
/* What takes two persons: proposed, with a reason, and confirmed by another who could do it himself; then it is done, in that command.  The receipt of a
 * proposal has the id to confirm.  confirm: act NULL, or the same act again.  What waits is state: it is all in the area, and outlives any process.  Acts: record.create, .update, .close, .erase, export.note,
 * pack.install.  RC_CONFLICT area.two_over, area.two_differs. */
struct args_propose { const struct command *act; struct str reason; };
struct args_confirm { uint64_t id; const struct command *act; };
/* An export or a print of many: noted before it leaves; 50 rows and more with personal columns take two.  columns: names by blanks; filter: a digest of the
 * conditions, 64 hex digits; personal: a column is not open. */
struct args_export { struct str reg; uint64_t rows; struct str columns, filter; bool personal; struct str reason; };
struct args_password { const struct credential *credential; const struct hash *keep; struct str old_hash; bool sessions_end; };
/* Many changes as one: all or none.  fields and values as in a record's; what a create does not give takes its default.
 * from[i] n: the value of field i is the id of item n - 1, which came before.  Files are written first; hash: area_file_hash(). */
enum batch_kind { BATCH_CREATE, BATCH_UPDATE, BATCH_CLOSE };
struct batch_item { enum batch_kind kind; const struct pack_register *reg; uint64_t id; uint32_t if_version; uint32_t count;
                    const struct pack_field *const *fields; const struct sv *values; const uint32_t *from; };
struct batch_file { struct str bytes, hash, type, name; /* of what is brought alone: as its giver calls it */ };
struct batch_result { uint64_t created, updated, closed, unchanged; size_t failed; /* item from 1; 0: none */ };
struct args_batch { const struct batch_item *items; size_t count; const struct batch_file *files; size_t files_count; uint64_t *ids; struct batch_result *result; };
/* Drop bytes that nothing names; what was named or brought since is left.  The operator's.  RC_INPUT area.sweep_core. */
struct args_sweep { const struct str *hashes; size_t count; uint64_t seq; uint64_t *files, *bytes; /* dropped; NULL: not asked */ };
struct args_epoch { struct str why; struct str verifier; /* of the key that signs from now on; empty: as before */ };

/* The verbs of cases (procedure/procedure.h says what they do): open for CASE_OPEN, close for CASE_ACT, the rest for the others.  The receipt's id is
 * that of the case, or of the notice, objection or referral that was made. */
struct args_case {
    struct case_opening open;
    struct case_close close;
    uint64_t id, number;
    struct str step, text, by;
    struct str outcome;            /* CASE_REPLY */
    bool upheld;
    struct case_entry entry;
    struct case_liability liable;  /* CASE_LIABLE */
    struct case_paper_given paper; /* CASE_PAPER */
    uint64_t ballot;               /* CASE_ACT: the counts are those of this closed ballot (then none are given); 0: as given */
    uint64_t if_seq;               /* the case as somebody saw it (case_seq()); RC_CONFLICT area.case_moved; 0: not asked */
    char *refused;                 /* the word of what refused it, cut to fit; NULL: not asked */
    size_t refused_max;
};

/* The verbs of slips (rule/rule.h says what they do).  SLIP_OPEN: opening, or with `all` every finding (of one rule, where text names it); SLIP_REPLY: values; the
 * others: id, and text as the note or reason; SLIP_ESCALATE without an id: all that are overdue.  The receipt's id is that of the slip (issued last); *count: how many. */
struct args_slip {
    struct slip_opening opening;
    bool all;
    uint64_t id;
    const struct slip_value *values;
    uint32_t values_count;
    struct str text;
    uint64_t *count;               /* NULL: not asked */
};

/* The verbs of ballots (ballot/ballot.h says what they do; ballot_may() who may).  A cast carries no key and no token, and who signed in votes by his seat; else
 * voter is the hash of a code. */
struct args_ballot {
    struct ballot_opening opening;     /* BALLOT_OPEN, BALLOT_PREPARE, BALLOT_ENTER */
    uint64_t id;                       /* the others */
    struct hash voter;
    const struct ballot_choice *choices;
    uint32_t choices_count;
    char *receipt;                     /* BALLOT_CAST: room for BALLOT_RECEIPT_TEXT + 1, or NULL */
    uint8_t secret[BALLOT_KEY_LEN];
    int64_t entitled, present;
    struct str first, second;
    struct str teller;                 /* BALLOT_SHEET of the operator: who types; of an account it is himself.  BALLOT_RECOUNT: who counts */
    uint32_t from, papers_count;
    const struct str *papers;
    bool done;
    bool *same;                        /* BALLOT_RECOUNT; NULL: not asked */
};

/* Waits until the command is committed or refused.  RC_BUSY area.queue_full, area.deadline, area.stopping; RC_CONFLICT area.key_reused. */
enum rc area_submit(struct area *ar, const struct command *c, struct receipt *out, struct err *err) MUST_USE;
/* A dry import: RC_OK where it would be done, though nothing is written. */
enum rc area_try(struct area *ar, const struct command *c, struct err *err) MUST_USE;
/* Since it was opened: commands that were answered, refused ones too, and the transactions that they took.  Any thread. */
struct area_writes { uint64_t commands, commits; };
struct area_writes area_writes(struct area *ar);

/* ---- reading ---- */

/* One snapshot: everything read through a view comes from one seq.  Keep it short (60 s). */
struct area_view {
    struct area *area;
    struct store *store;
    struct journal *journal;
    struct records *records;
    const struct pack_set *set;
    struct area_packs *packs;      /* keeps set alive */
    uint64_t seq;
    int64_t opened_us;
    struct arena *own;             /* what is bound to the store lives as long as the store does */
    struct access_rows *rows;
    struct store_rows *files, *pieces, *uploads;
    struct past_bound *past;
};
enum rc area_view_open(struct area *ar, struct area_view *out, struct err *err) MUST_USE;
void area_view_close(struct area_view *v);
/* Keep a view without its snapshot, and take a fresh one with it later: for servers.  Between the two nothing may be read through it; after
 * again() all that came from it before is gone, set too where packs were installed.  On failure close it. */
void area_view_rest(struct area_view *v);
enum rc area_view_again(struct area_view *v, struct err *err) MUST_USE;

/* Was this key used by this actor, and for what?  Whoever asked and heard no answer learns by it whether the thing was done. */
enum rc area_receipt(struct area_view *v, uint64_t actor, struct str key, bool *found, struct receipt *out, struct err *err) MUST_USE;

/* ---- the roster that the area keeps (record/record.h) ----
 * Registers in memory, as they stand at this view's seq: loaded at the first call; columns asked for later are read in beside; followed when a
 * later view asks, which costs milliseconds.  *out is the caller's own handle, for its thread: what a request shows of it and of the view is of one seq.  Give it
 * back with roster_free() before the view is closed or rested.  Any thread, each with its own view; one loads at a time, and those that need what it
 * makes wait.  A view that is older than the last four versions gets a roster of its own.  Erasing by law makes the next one be loaded anew. */
enum rc area_roster(struct area_view *v, const struct roster_want *want, size_t n, struct roster **out, struct err *err) MUST_USE;
/* A roster that is to outlive its view needs the packs that it was loaded under: hold them as long. */
struct area_packs *area_view_packs(const struct area_view *v);
void area_packs_release(struct area_packs *p);   /* may be NULL */
void area_roster_forget(struct area *ar);   /* give the memory back; handles that are out stay good */
struct area_roster_work { uint64_t loads, widened, follows, alone /* for older views */; size_t bytes; uint64_t seq; };
void area_roster_work(struct area *ar, struct area_roster_work *out);

/* ---- the key of an electronic ballot: a file beside the area, AREA.ballot-…, 0600, made once, never in the area nor in its backups ---- */
/* RC_SYSTEM io.  wrapped: as ballot_key_make() gives it. */
enum rc area_ballot_key_put(struct area *ar, const uint8_t public_key[BALLOT_KEY_LEN], struct str wrapped, struct err *err) MUST_USE;
/* RC_ABSENT area.ballot_key: it is not there.  file: another place; empty: beside the area. */
enum rc area_ballot_key_get(struct area *ar, const uint8_t public_key[BALLOT_KEY_LEN], struct str file, struct arena *a, struct str *wrapped, struct err *err) MUST_USE;
/* What it could open is gone: so is the key. */
void area_ballot_key_drop(struct area *ar, const uint8_t public_key[BALLOT_KEY_LEN], struct str file);
struct str area_ballot_key_file(struct area *ar, const uint8_t public_key[BALLOT_KEY_LEN], struct arena *a);

/* ---- who comes in (access/access.h) ----
 * Accounts, roles held, delegations, tokens and acts that wait for a second person are records of packs/core; they change by record.create,
 * record.update and record.close like others, under rules of their own (door.c).  Passwords, codes and sessions stand beside the journal. */

/* What this account may, on this snapshot; 0: the operator.  Give it back with grant_release(), before the view is closed.  Cheap: grants are kept
 * until something that they rest on changes.  RC_DENIED access.closed, RC_ABSENT: there is no such account. */
enum rc area_grant(struct area_view *v, uint64_t account, struct grant **out, struct err *err) MUST_USE;
/* Of an API token (sent as a bearer): what its account may, narrowed.  RC_DENIED access.no_session for all that does not fit. */
enum rc area_grant_token(struct area_view *v, struct str token, struct grant **out, struct err *err) MUST_USE;

struct area_sign_in {
    struct str name, password;
    struct str code;           /* of an authenticator; empty: none given */
    struct str from;           /* address, for the lockout of addresses; empty: none */
    struct str certificate;    /* that TLS has checked: its fingerprint; empty: none */
};
struct area_signed_in {
    uint64_t account;
    char token[ACCESS_TOKEN_TEXT + 1];  /* for the cookie; kept nowhere but there */
    char csrf[ACCESS_TOKEN_TEXT + 1];
    bool must_change;          /* nothing but password.set is allowed yet */
    int64_t ends_us;
};
/* Slow by purpose (Argon2id in the caller's thread).  Whatever is wrong, the name, the password, the code: RC_DENIED access.sign_in after the same work;
 * RC_DENIED access.locked with the seconds left, for known and unknown names alike. */
enum rc area_sign_in(struct area *ar, const struct area_sign_in *in, struct area_signed_in *out, struct err *err) MUST_USE;
/* By a client certificate that TLS has checked: SHA-256 of its DER, 64 hex digits.  Not for an account that asks for both (`both`). */
enum rc area_sign_in_certificate(struct area *ar, struct str fingerprint, struct area_signed_in *out, struct err *err) MUST_USE;
/* Who a session's cookie stands for.  RC_DENIED access.no_session.  Keeps the session awake (writes at most once a minute a session). */
enum rc area_session(struct area_view *v, struct str token, struct arena *a, struct access_session *out, struct err *err) MUST_USE;
/* The same, but writes nothing and waits for nobody: tired says that it is time for area_session_awake(), which takes the writer.  Who only looks on whether a session
 * still stands does not keep it awake. */
enum rc area_session_look(struct area_view *v, struct str token, struct arena *a, struct access_session *out, bool *tired, struct err *err) MUST_USE;
void    area_session_awake(struct area *ar, struct str token);
enum rc area_sign_out(struct area *ar, struct str token, struct err *err) MUST_USE;

/* Set a password: one's own (the old one must fit; the other sessions end), or, by who has RIGHT_ACCOUNTS or the operator (actor 0), somebody's, who
 * has to change it at the first sign-in.  RC_INPUT access.password_*. */
struct area_password { uint64_t actor, account; struct str old, now; struct str keep_session; /* token of the session that stays */
                       bool lasting; /* the operator's: need not be changed at the first sign-in (demonstrations) */ };
enum rc area_password_set(struct area *ar, const struct area_password *p, struct err *err) MUST_USE;
/* Authenticator of one's own: begin gives the secret and the URI to show; it counts once a code of it was given.  drop: by its owner with the
 * password, by RIGHT_ACCOUNTS, or the operator. */
enum rc area_totp_begin(struct area *ar, uint64_t actor, uint64_t account, struct buf *uri, struct err *err) MUST_USE;
enum rc area_totp_confirm(struct area *ar, uint64_t account, struct str code, struct err *err) MUST_USE;
enum rc area_totp_drop(struct area *ar, uint64_t actor, uint64_t account, struct err *err) MUST_USE;
struct area_credential { bool password, must_change, totp; int64_t changed_us; };
enum rc area_credential(struct area_view *v, uint64_t account, struct area_credential *out, struct err *err) MUST_USE;
/* How Argon2id is paid for; tests and demos may make it cheap before anybody signs in. */
void area_password_cost(struct area *ar, const struct access_cost *cost);

/* ---- files: bytes off the journal, by hash; a record's field holds the hash (record_file_read() for what stands behind it) ----
 * Nothing gives bytes without asking: by a field that the grant sees, a paper of a case that it sees, or a hash that some field in its sight holds.  All that is
 * not there, and all that is not in sight, is RC_ABSENT area.file_absent, in the same words; RC_BROKEN area.file_broken: not the bytes of that hash.
 * Who signed in may only name files that he brought within a day, that he sees, or that the record or case has: RC_DENIED area.file_claim. */
enum { AREA_FILE_MAX = 64 << 20 };
struct str area_file_hash(struct arena *a, struct str bytes);   /* SHA-256 as 64 hex digits */
/* What the field of this record holds; g NULL: nobody. */
enum rc area_file_of(const struct area_view *v, const struct grant *g, const struct pack_register *r, const struct pack_field *f, uint64_t id, struct arena *a, struct str *out,
                     struct err *err) MUST_USE;
/* For whoever asks with a hash in hand.  *held says which field lets him, for the read log and for what it is called there. */
struct area_file_held { const struct pack_register *reg; uint64_t id; enum pack_class class; struct record_file file; };
enum rc area_file_see(const struct area_view *v, const struct grant *g, struct str hash, struct arena *a, struct str *out, struct area_file_held *held, struct err *err) MUST_USE;
/* A paper that was kept in a step of this case, in its opening or its lines. */
enum rc area_file_case(const struct area_view *v, const struct grant *g, uint64_t id, struct str hash, struct arena *a, struct str *out, struct area_file_held *held, struct err *err) MUST_USE;
/* A paper in the answer to this slip: for who sees the slip and, as far as the paper's class asks, the record that it is on. */
enum rc area_file_slip(const struct area_view *v, const struct grant *g, uint64_t id, struct str hash, struct arena *a, struct str *out, struct area_file_held *held, struct err *err) MUST_USE;
/* What this account brought in the last day (VERB_BATCH of files without items), and how it called it. */
enum rc area_file_brought(const struct area_view *v, uint64_t account, struct str hash, struct arena *a, struct record_file *out, bool *found, struct err *err) MUST_USE;
/* Bytes that no entry of the journal names, in any record, case or history, and that nobody brought within a day: to be given to VERB_SWEEP with the view's seq. */
enum rc area_files_unnamed(struct area_view *v, struct arena *a, struct str **hashes, size_t *n, struct err *err) MUST_USE;

/* ---- who read what (engine.md 21 in words: one row an hour for a reader, record, class, purpose) ----
 * Called before an answer leaves, with the rows of the personal, restricted and protected fields that it shows (reg: record_number(); hour is set here).  With
 * restricted or protected ones it returns when their rows are durable; personal ones are written within a second.  The same read again in the hour costs
 * nothing.  RC_OK or the answer must not leave. */
enum rc area_read_note(struct area *ar, const struct access_read *rows, size_t n, struct err *err) MUST_USE;
/* Acts that this grant could confirm, oldest first; one of them, with the text that is confirmed (canonical JSON) and the act: of an install the packs whole, as they would be. */
enum rc area_pending(struct area_view *v, const struct grant *g, struct arena *a, uint64_t **ids, size_t *n, struct err *err) MUST_USE;
enum rc area_pending_act(struct area_view *v, const struct grant *g, uint64_t id, struct arena *a, struct command *act, struct str *content, struct err *err) MUST_USE;
/* Was this export noted for this actor, today or yesterday, for at least so many rows?  Asked before the first byte leaves. */
enum rc area_export_allowed(struct area_view *v, uint64_t id, uint64_t actor, const struct args_export *what, struct err *err) MUST_USE;
/* Who read this record, newest first: for the audit administrator, and for the person concerned as far as `disclose` lets. */
enum rc area_reads_of(struct area_view *v, const struct grant *g, const struct pack_register *r, uint64_t id, struct arena *a, struct access_read_line **out, size_t *n,
                      struct err *err) MUST_USE;

struct str area_name(const struct area *ar);       /* origin of checkpoints: "guiju.local/<name>/<uuid>" */
day_num area_today(const struct area *ar);         /* civil date of the packs' zone */
uint64_t area_size(const struct area *ar);

/* What an install would do: tables and columns made, rows touched, what would be lost.  RC_INPUT with the mistakes in d. */
enum rc area_install_dry(struct area *ar, const struct pack_source *packs, size_t n, struct arena *a, struct store_step **steps, struct diags *d, struct err *err) MUST_USE;

/* ---- a text that stands alone ----
 * Behind the text come the journal's entries of these records with their paths to a signed head; the hash of the text is under the same signature.  classes: bit n:
 * bodies of class n are given; the others stay out, and the heads prove all the same.  RC_ABSENT journal.key_absent: the signing key is not here. */
struct area_proof_of { const struct pack_register *reg; uint64_t id; unsigned classes; };
enum rc area_prove(struct area_view *v, struct str text, const struct area_proof_of *of, size_t n, struct arena *a, struct buf *out, struct err *err) MUST_USE;
/* Without any area.  verifier: the key that it must be signed by; empty: whatever key the file names, which proves only that nothing was changed since, by who has not
 * that key.  RC_INPUT area.proof_form; RC_BROKEN area.proof_text, area.proof_entry, area.proof_key, note.signature, journal.body_differs. */
struct area_proof_seen { struct str text, origin, extension, verifier; uint64_t size, entries, bodies, first_seq, last_seq; };
bool area_proof_is(struct str file);
enum rc area_prove_check(struct str file, struct str verifier, struct arena *a, struct area_proof_seen *out, struct err *err) MUST_USE;

/* ---- care ---- */

/* Sign the journal's head and append the note to the file outside.  note may be NULL. */
enum rc area_checkpoint(struct area *ar, struct buf *note, struct err *err) MUST_USE;
/* The notes that were signed so far, oldest first; none: RC_OK with *n 0. */
enum rc area_notes(struct area *ar, struct arena *a, struct str **notes, size_t *n, struct err *err) MUST_USE;
struct str area_verifier(const struct area *ar);   /* the public key, as in the journal's first entry */

struct area_report {
    struct journal_report journal;
    struct record_report records;
    size_t checkpoints;            /* that were compared */
    size_t torn;                   /* notes that are no notes: a file that was cut while one was appended */
    bool tail_seen;                /* a checkpoint outside the file covers the head; false: a cut tail could not be seen */
    uint64_t newest_checkpoint;    /* size that it stands for */
    struct str structure;          /* lines of the structural check; empty: sound */
};
/* Recompute everything.  against: a file of checkpoint notes; empty: AREA.checkpoints where it is there.
 * RC_BROKEN with the first entry, record or checkpoint that does not fit. */
enum rc area_verify(struct area *ar, struct str against, struct arena *a, struct area_report *out, struct err *err) MUST_USE;
enum rc area_backup(struct area *ar, struct str to, struct err *err) MUST_USE;
/* Copy a backup to a new path, verify it, and begin a new epoch in it. */
enum rc area_restore(struct str backup, struct str to, const struct area_options *o, struct err *err) MUST_USE;

#define ERR(id, rc, code, zh, en, hint_zh, hint_en) extern const struct err_kind E_##id;
#include "area/errors.def"
#undef ERR

#endif
