/*
 * journal.h - the append-only record of what was changed, by whom, when, by which command.
 *
 * Entries are numbered 1..n without gaps; the Merkle tree of RFC 9162 (SHA-256, or SM3 chosen when the area is made) stands over
 * their heads, one root for 1..n.  Nothing here changes or removes a head.  A head is a binary record of ids and commitments, under
 * 1 KiB; what was changed stands beside it as one body a field class: 16 bytes of salt and canonical JSON of the new values.  The
 * commitment in the head is the hash of class, salt and body, so that erase can drop a body and every proof still holds.
 * Bytes on disk, tiles, notes, and why the root proves what it does: README.md here.
 *
 * Threads: a struct journal belongs to the thread of its store connection.  Memory: results live in the arena passed in.
 */
#ifndef GUIJU_JOURNAL_H
#define GUIJU_JOURNAL_H

#include "store/store.h"

struct journal;

enum entry_kind {
    ENTRY_CREATE = 1,  /* record: new, version 1 */
    ENTRY_UPDATE = 2,
    ENTRY_CLOSE = 3,
    ENTRY_ERASE = 4,   /* the bodies named in this entry's open body (journal_put_erased) are gone; so are the fields */
    ENTRY_INSTALL = 5, /* a pack set came into force: names, versions, hashes, schema difference */
    ENTRY_EPOCH = 6,   /* a new epoch after a restore */
    ENTRY_REFUSED = 7  /* actor, verb, target, code; no arguments */
};

enum field_class { CLASS_OPEN, CLASS_PERSONAL, CLASS_RESTRICTED, CLASS_PROTECTED, CLASS_COUNT };
struct str journal_class_name(enum field_class c); /* "open", "personal", "restricted", "protected" */

struct entry {
    uint64_t seq;               /* set by append */
    uint64_t command;           /* number of the command in this area; its entries are consecutive */
    int64_t time_us;            /* when it was written down: max(now, last + 1) */
    int64_t happened;           /* day_num on which it happened, or ENTRY_NO_DAY */
    uint64_t actor;             /* record id of the account, 0: the system */
    uint16_t verb;              /* of the command table */
    uint8_t kind;               /* enum entry_kind */
    uint32_t reg;               /* number of the register in this area; 0: none */
    uint64_t record;            /* id; 0: none */
    uint32_t version;           /* of the record after this entry */
    struct str body[CLASS_COUNT]; /* canonical JSON; ptr NULL: no such class in this entry, or erased */
    bool erased[CLASS_COUNT];   /* on reading: there was a body, its commitment stands, it is gone */
};
#define ENTRY_NO_DAY INT64_MIN

struct journal_options {
    enum hash_alg alg;          /* only when created; later read from the store */
};

/* Create the tables (inside a write transaction). */
enum rc journal_create(struct store *s, const struct journal_options *o, struct err *err) MUST_USE;
/* Open over a connection, for reading or writing; rebuilds the frontier.  RC_BROKEN journal.torn if heads and tiles do not fit. */
enum rc journal_open(struct store *s, struct journal **out, struct err *err) MUST_USE;
void journal_close(struct journal **jp);

uint64_t journal_size(const struct journal *j);
enum hash_alg journal_alg(const struct journal *j);
int64_t journal_last_time(const struct journal *j);
uint64_t journal_last_command(const struct journal *j);
void journal_root(const struct journal *j, struct hash *out); /* of 1..size; hash of nothing for an empty one */

/* Append inside the open write transaction.  Sets e->seq; leaf gets the leaf hash (may be NULL).  After a failure other than RC_INPUT and
 * RC_LIMIT the transaction (or its mark) must be rolled back.  RC_LIMIT journal.body_too_big (1 MiB a class), journal.full; RC_INPUT journal.entry
 * names the field that breaks a rule: time_us grows, command never falls, both from 1; CREATE, UPDATE, CLOSE have a record, CREATE alone has
 * version 1; ENTRY_ERASE has an open body that lists what it erases (journal.erase_list). */
enum rc journal_append(struct journal *j, struct entry *e, struct hash *leaf, struct err *err) MUST_USE;
/* After the store rolled back (whole, or to its mark): forget what was appended since the last journal_keep() or journal_mark(). */
void journal_mark(struct journal *j);
void journal_undo(struct journal *j);  /* to the mark */
void journal_keep(struct journal *j);  /* after COMMIT */
void journal_drop(struct journal *j);  /* after ROLLBACK: back to the last journal_keep() */
/* Another process moved the head: read the heads that came since.  *moved says whether there were any.  Nothing may be pending.
 * RC_BROKEN journal.torn: what we knew is no longer there (a file was exchanged or cut). */
enum rc journal_refresh(struct journal *j, bool *moved, struct err *err) MUST_USE;

/* Read one, or walk from seq; entries of one record in order (0, 0: those of no record).  get and walk_record check bodies against their commitments
 * (RC_BROKEN journal.torn); the plain walk leaves that to verify.  A walk lives inside one transaction.  The bodies of one entry can
 * come to 4 MiB: an arena for get must hold that. */
enum rc journal_get(struct journal *j, struct arena *a, uint64_t seq, struct entry *out, struct err *err) MUST_USE; /* RC_ABSENT */
/* The same entry as it is hashed: for proofs that are checked elsewhere.  salted: 16 bytes of salt, then the body; ptr NULL: no such class, or erased. */
struct journal_raw { struct entry e; struct str head; struct str salted[CLASS_COUNT]; struct hash commit[CLASS_COUNT]; uint8_t mask; struct hash leaf; };
enum rc journal_get_raw(struct journal *j, struct arena *a, uint64_t seq, struct journal_raw *out, struct err *err) MUST_USE;
/* A head and bodies that came from elsewhere (salted; ptr NULL: not given): does each body fit its commitment?  leaf: to be held against a proof.
 * RC_BROKEN journal.torn. */
enum rc journal_read_raw(enum hash_alg alg, struct str head, const struct str salted[CLASS_COUNT], struct entry *out, struct hash *leaf, struct err *err) MUST_USE;
struct journal_walk;
enum rc journal_walk(struct journal *j, uint64_t from_seq, struct journal_walk **out, struct err *err) MUST_USE;
enum rc journal_walk_record(struct journal *j, uint32_t reg, uint64_t record, struct journal_walk **out, struct err *err) MUST_USE;
/* RC_OK with *e NULL at the end; *e is valid until the next call.  leaf may be NULL. */
enum rc journal_next(struct journal_walk *w, const struct entry **e, struct hash *leaf, struct err *err) MUST_USE;
void journal_walk_close(struct journal_walk **wp);

/* Drop a body of an entry (inside a write transaction that also appends ENTRY_ERASE).  RC_ABSENT journal.absent, journal.no_body (never
 * there, or gone already); RC_INPUT journal.erase_kept: the open body of an ENTRY_ERASE stays. */
enum rc journal_erase_body(struct journal *j, uint64_t seq, enum field_class c, struct err *err) MUST_USE;
struct erased_body {
    uint64_t seq;
    enum field_class c;
};
/* Into the open JSON object of an ENTRY_ERASE: "bodies":[[seq,"class"],...], sorted by seq and class.  Name a body once, in the entry that goes
 * with its erasing; other keys ("basis", "fields") are the caller's. */
void journal_put_erased(struct json_out *out, const struct erased_body *list, size_t n);

/* ---- proofs (RFC 9162 2.1.3, 2.1.4) ----
 * For any size up to journal_size().  RC_INPUT journal.size.  Growth from size 0 is an empty proof. */
struct proof {
    uint64_t index;   /* of the leaf, from 0; or the smaller size */
    uint64_t size;
    struct hash *path;
    size_t path_len;
};
enum rc journal_root_at(struct journal *j, uint64_t size, struct hash *out, struct err *err) MUST_USE;
enum rc journal_prove(struct journal *j, struct arena *a, uint64_t seq, uint64_t size, struct proof *out, struct err *err) MUST_USE;
enum rc journal_prove_growth(struct journal *j, struct arena *a, uint64_t from_size, uint64_t size, struct proof *out, struct err *err) MUST_USE;
bool proof_holds(enum hash_alg alg, const struct proof *p, const struct hash *leaf, const struct hash *root);
bool growth_holds(enum hash_alg alg, const struct proof *p, const struct hash *old_root, const struct hash *root);

/* ---- checkpoints: signed notes (C2SP signed-note, tlog-checkpoint) ---- */
struct checkpoint {
    struct str origin;     /* the area's name and UUID */
    uint64_t size;
    struct hash root;
    struct str extension;  /* further lines, e.g. "time 2026-11-22T03:00:00Z", may be empty; no line end behind the last */
    enum hash_alg alg;     /* set on reading (line "hash sm3"; none: SHA-256); signing takes its own argument */
};
/* Ed25519 keys: a file outside the area, mode 0600; made where it is missing. */
struct signer;
enum rc signer_make(struct str key_file, struct str name, struct err *err) MUST_USE;  /* RC_CONFLICT: there is one */
enum rc signer_open(struct str key_file, struct signer **out, struct err *err) MUST_USE;
void signer_close(struct signer **sp);
struct str signer_verifier(const struct signer *s);  /* "name+keyhash+base64": the public key as C2SP writes it */
enum rc checkpoint_sign(const struct checkpoint *c, enum hash_alg alg, const struct signer *s, struct buf *note, struct err *err) MUST_USE;
/* Parse a note and check its signature by the verifier key; verifier STR_NONE: parse only. RC_INPUT note.malformed, RC_BROKEN note.signature. */
enum rc checkpoint_read(struct arena *a, struct str note, struct str verifier, struct checkpoint *out, struct err *err) MUST_USE;
/* Append a note to the file outside, synced; a line of ---- stands behind each note. */
enum rc checkpoint_file_append(struct str file, struct str note, struct err *err) MUST_USE;
enum rc checkpoint_file_read(struct arena *a, struct str file, struct str **notes, size_t *n, struct err *err) MUST_USE;

/* ---- verify: recompute everything that the journal alone can prove ---- */
struct journal_report {
    uint64_t entries;
    uint64_t bodies, erased;
    uint64_t first_bad;      /* seq of the first entry that does not fit; 0: none */
    struct str what;         /* which part of it: a word of README.md, "What verify says" */
};
/* A finding is no failure: RC_OK with report->first_bad set.  RC_BROKEN and others: it could not be read through.
 * each (may be NULL) sees every sound entry in order up to the first bad one, for replay above; returning other than RC_OK stops. */
enum rc journal_verify(struct journal *j, struct arena *a,
                       enum rc (*each)(void *ctx, const struct entry *e, struct err *err), void *ctx,
                       struct journal_report *report, struct err *err) MUST_USE;

/* Write full and partial tiles as files (C2SP tlog-tiles paths tile/0/000 …) below a folder that is there.  A file that is there already must
 * hold the same bytes: RC_CONFLICT journal.tile_differs (somebody rewrote history). */
enum rc journal_export_tiles(struct journal *j, struct str folder, struct err *err) MUST_USE;

#define ERR(id, rc, code, zh, en, hint_zh, hint_en) extern const struct err_kind E_##id;
#include "journal/errors.def"
#undef ERR

#endif
