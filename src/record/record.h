/*
 * record.h - registers as tables, records, their history, and the rows in memory that rules are judged over.
 *
 * A struct records binds a store connection, its journal and a pack set; it belongs to one thread.  On the writer's connection it
 * changes records inside the open write transaction (area/ opens it, one a batch of commands): every change is a row and a journal entry
 * in one.  On a reader's connection it reads one snapshot.
 * Everything is checked before anything is written.  Derived fields are never stored nor journalled: they are computed by a host
 * (struct feel_host), one over the store for single records, one over the roster for judging.
 * Tables, search columns, text and JSON forms of values: README.md here.
 */
#ifndef GUIJU_RECORD_H
#define GUIJU_RECORD_H

#include "access/access.h"
#include "journal/journal.h"
#include "pack/pack.h"

struct records;

/* ---- values of fields ----
 * In the store: text, code, ISO duration, file hash: SV_TEXT; number: SV_INT scaled by 10^scale; boolean 0/1; date and month: day_num;
 * datetime: microseconds UTC; ref: id.  Empty: SV_NULL. */

/* From what people type or a file holds.  Dates in loose shapes, codes by code or title, booleans 是/否/true/false/1/0, refs by id ("#12"), key or unique
 * display; full-width digits fold.  Blank text is SV_NULL.  rs may be NULL where the field is no ref.
 * RC_INPUT value.*: what was expected, nearest code. */
enum rc record_value_parse(struct records *rs, const struct pack_field *f, struct str text, struct arena *a, struct sv *out, struct err *err) MUST_USE;
/* As in a CSV or a form: 2026-01-31, 2026-01, title of a code, key (or #id) of a ref. */
enum rc record_value_text(struct records *rs, const struct pack_field *f, const struct sv *v, struct arena *a, struct str *out, struct err *err) MUST_USE;
void record_value_json(const struct pack_field *f, const struct sv *v, struct json_out *out);      /* canonical: as in journal bodies */
enum rc record_value_from_json(const struct pack_field *f, const struct json *j, struct arena *a, struct sv *out, struct err *err) MUST_USE;
void record_value_fv(const struct pack_field *f, const struct sv *v, struct arena *a, struct fv *out); /* for FEEL; refs become FV_RECORD; a: datetimes only */
/* From a FEEL value (default:, effects) to a stored one; RC_INPUT value.type. */
enum rc record_value_from_fv(const struct pack_field *f, const struct fv *v, struct arena *a, struct sv *out, struct err *err) MUST_USE;

/* A file as a field holds it: "HASH", or "HASH SIZE TYPE NAME" as it was given: the SHA-256 of its bytes (64 hex digits), how many they are, the media type and
 * the name that its giver called it by.  Name and type stand in the value, so they have its class, its history, and go when it is erased.  Views into text. */
enum { RECORD_FILE_NAME_MAX = 200, RECORD_FILE_TYPE_MAX = 100, RECORD_FILE_TEXT_MAX = 400 };
struct record_file { struct str hash; uint64_t size; struct str type, name; /* empty: only the hash is known */ };
bool record_file_read(struct str text, struct record_file *out);
struct str record_file_text(struct arena *a, const struct record_file *f);
struct str record_file_hash(struct str text);   /* empty: that is no file */
bool record_file_name_ok(struct str s);         /* UTF-8, no way to another place, nothing that hides what it is */

/* ---- tables of an area ---- */

/* Make or migrate the tables of a set, and give new registers their numbers.  dry: only list. Inside the write transaction. */
enum rc records_shape(struct store *s, const struct pack_set *set, bool dry, struct arena *a, struct store_step **steps, struct err *err) MUST_USE;
/* What binding works out from a set and the tables of its area: the same for all handles, until other packs are in force.  It never changes; threads share
 * it, counted.  set must outlive its last holder. */
struct record_shapes;
enum rc record_shapes_make(struct store *s, const struct pack_set *set, struct record_shapes **out, struct err *err) MUST_USE;
struct record_shapes *record_shapes_hold(struct record_shapes *h);
void record_shapes_release(struct record_shapes **hp);
/* Bind by shapes that are there already; rs holds them too. */
enum rc records_open_shaped(struct store *s, struct journal *j, struct record_shapes *shapes, struct records **out, struct err *err) MUST_USE;
/* Bind.  j may be NULL for reading without history.  set must outlive rs. */
enum rc records_open(struct store *s, struct journal *j, const struct pack_set *set, struct records **out, struct err *err) MUST_USE;
void records_close(struct records **rp);
const struct pack_set *records_set(const struct records *rs);
struct store *records_store(struct records *rs);
struct journal *records_journal(struct records *rs);
uint32_t record_number(const struct records *rs, const struct pack_register *r); /* of the register in this area */
const struct pack_register *record_register(const struct records *rs, uint32_t number); /* NULL: unknown */

/* Packs that were in force before `set`, for what was begun under them and is not over.  area/ gives this; where nobody does, there are only those of set.
 * install: the entry that brought a set into force.  at: a handle bound to the packs of that entry, on the same store; only for reading, good as long
 * as the snapshot; after a change through rs, records_refresh() it.  RC_BROKEN: the texts are not there, or this program cannot read them any more. */
struct record_past {
    void *ctx;
    uint64_t install;   /* of rs itself */
    enum rc (*at)(void *ctx, uint64_t install, struct records **out, struct err *err);
};
void record_past_set(struct records *rs, const struct record_past *p);   /* p outlives rs */
const struct record_past *record_past(const struct records *rs);         /* NULL: there is none */

/* Ids come from one counter an area, kept in memory by the writer's handle.  Call these beside the journal's own: a mark inside a batch and
 * undo to it; keep after COMMIT; drop after ROLLBACK; refresh where journal_refresh() says that another process moved the head. */
void records_mark(struct records *rs);
void records_undo(struct records *rs);
void records_keep(struct records *rs);
void records_drop(struct records *rs);
void records_refresh(struct records *rs);
/* For acts that write several rows: a mark over store, journal and ids at once; then keep what was written (rc RC_OK), or undo it and give rc back. */
enum rc records_hold(struct records *rs, struct err *err) MUST_USE;
enum rc records_settle(struct records *rs, enum rc rc, struct err *err) MUST_USE;

/* ---- changing (inside a write transaction) ---- */

struct change {
    uint64_t command;
    uint16_t verb;
    uint64_t actor;
    int64_t time_us;       /* 0: now */
    day_num today;
    int64_t happened;      /* day_num or ENTRY_NO_DAY */
};

struct changed {           /* what a change came to */
    uint64_t id;
    uint32_t version;
    uint64_t seq;
    struct hash leaf;
    bool unchanged;        /* an update that changed nothing wrote nothing */
};

/* values: one per stored field (by field->column).  Runs defaults, required, check, checks, refs, unique, tree circles.
 * RC_INPUT record.required, record.check, record.ref; RC_CONFLICT record.unique. */
enum rc record_create(struct records *rs, const struct pack_register *r, const struct change *c, const struct sv *values, struct changed *out, struct err *err) MUST_USE;
/* Only fields listed.  version 0: whatever it is; else RC_CONFLICT record.version. RC_ABSENT record.absent, RC_CONFLICT record.closed. */
enum rc record_update(struct records *rs, const struct pack_register *r, uint64_t id, uint32_t version, const struct change *c, uint32_t n,
                      const struct pack_field *const *fields, const struct sv *values, struct changed *out, struct err *err) MUST_USE;
enum rc record_close(struct records *rs, const struct pack_register *r, uint64_t id, uint32_t version, const struct change *c, struct changed *out, struct err *err) MUST_USE;
/* Erase fields by law: drops them from the row, from every body of the record's entries, from search columns; writes an ENTRY_ERASE that names the
 * entries and the basis.  n 0: all erasable fields (everything but open class keys). */
enum rc record_erase(struct records *rs, const struct pack_register *r, uint64_t id, const struct change *c, uint32_t n,
                     const struct pack_field *const *fields, struct str basis, struct changed *out, struct err *err) MUST_USE;

/* What a change would be told, without making it; on a reader's connection.  Every problem goes to `problem` (f NULL: of the record as a whole), what
 * derived fields would come to goes to `derived` (may be NULL); what these get is valid during the call.  id 0: a new record. */
struct record_trial {
    const struct sv *values;      /* by field->column, all of them */
    const bool *only;             /* by field->column: what would be changed; NULL: all */
    day_num today;
    enum rc (*problem)(void *ctx, const struct pack_field *f, const struct err *why, struct err *err);
    enum rc (*derived)(void *ctx, const struct pack_field *f, const struct sv *v, struct err *err);
    void *ctx;
};
enum rc record_try(struct records *rs, const struct pack_register *r, uint64_t id, const struct record_trial *t, struct err *err) MUST_USE;

/* ---- reading ---- */

struct record {
    uint64_t id;
    uint32_t version;
    uint64_t seq;           /* of its last entry */
    int64_t closed_us;      /* 0: open */
    const struct sv *values;    /* by field->column */
};

enum rc record_get(struct records *rs, const struct pack_register *r, uint64_t id, struct arena *a, struct record *out, struct err *err) MUST_USE;
/* As it stood after entry seq; from the journal.  RC_ABSENT record.not_yet. */
enum rc record_get_as_of(struct records *rs, const struct pack_register *r, uint64_t id, uint64_t seq, struct arena *a, struct record *out, struct err *err) MUST_USE;
/* "12", "#12", a key, a unique field's value, or a display text that fits one record only.  RC_ABSENT record.absent, RC_CONFLICT record.several. */
enum rc record_resolve(struct records *rs, const struct pack_register *r, struct str text, uint64_t *id, struct err *err) MUST_USE;
/* How it is called: its display; never fails for want of a value ("#12"). */
enum rc record_display(struct records *rs, const struct pack_register *r, uint64_t id, struct arena *a, struct str *out, struct err *err) MUST_USE;
/* Walk a register in the order asked for. */
enum record_order { RECORD_BY_ID, RECORD_BY_KEY, RECORD_BY_TREE, RECORD_BY_PINYIN, RECORD_BY_STROKES };
enum rc record_each(struct records *rs, const struct pack_register *r, enum record_order order, bool closed_too,
                    enum rc (*fn)(void *ctx, const struct record *rec, struct err *err), void *ctx, struct err *err) MUST_USE;
/* The same records as ids, by what the order reads and nothing else: a fraction of the walk.  free() them. */
enum rc record_order_ids(struct records *rs, const struct pack_register *r, enum record_order order, bool closed_too, uint64_t **ids, size_t *n, struct err *err) MUST_USE;

/* Where a record stands in such an order, as bytes that compare; of equal ones the lower id comes first.  Empty for RECORD_BY_ID. */
enum rc record_order_key(struct records *rs, const struct pack_register *r, enum record_order order, const struct record *rec, struct arena *a, struct str *out,
                         struct err *err) MUST_USE;

/* ---- as a grant shows it (access/access.h) ----
 * What leaves the engine for a person goes through these, or asks scope_sight() and sight_field() itself. */

/* Refs, trees and subjects of this snapshot, for grants and scopes.  Valid as long as rs. */
struct access_world record_world(struct records *rs);

/* Give back what a reader's handle keeps for the next question: between requests. */
void records_lean(struct records *rs);

/* What is read of a reader's handle between the two: the registers, by their numbers, of which a change could change what was read.  other: also
 * something that the journal does not tell of (or tells of in another way).  A new host must be made inside (record_host()): an older one remembers
 * rows, and reads them no more.  One at a time a handle. */
struct record_watch { struct records *rs; bool *numbers; uint32_t count; bool other; };
void record_watch(struct records *rs, struct arena *a, struct record_watch *out);
void record_watch_end(struct record_watch *w);

/* Fields out of sight are empty in out->values; sight (may be NULL) tells which.  A record out of scope is RC_ABSENT record.absent, like one that is
 * not there. */
enum rc record_see(struct records *rs, const struct grant *g, const struct pack_register *r, uint64_t id, struct arena *a, struct record *out,
                   struct sight *sight, struct err *err) MUST_USE;
/* How it is called, if its name is open or in sight; else "#12". */
enum rc record_display_for(struct records *rs, const struct grant *g, const struct pack_register *r, uint64_t id, struct arena *a, struct str *out,
                           struct err *err) MUST_USE;
unsigned record_display_classes(struct records *rs, const struct pack_register *r); /* bit n: class n */
/* Ids of all records in scope, ascending, each once: the scope as lists, counts, search, exports and columns take it.  By the refs' indexes where few
 * places are in scope.  Where s->uniform there is no need for it. */
enum rc record_scope_ids(struct records *rs, const struct scope *s, bool closed_too, struct arena *a, uint64_t **ids, size_t *n, struct err *err) MUST_USE;

/* For the engine itself, without a grant: open records whose ref leads to id, ascending; the open record with this value (*id 0: none). */
enum rc record_back(struct records *rs, const struct pack_register *r, const struct pack_field *ref, uint64_t id, struct arena *a, uint64_t **ids, size_t *n,
                    struct err *err) MUST_USE;
/* The same with all that is stored of them, in one statement instead of one a record. */
enum rc record_back_rows(struct records *rs, const struct pack_register *r, const struct pack_field *ref, uint64_t id, struct arena *a, struct record **rows, size_t *n,
                         struct err *err) MUST_USE;
enum rc record_find_by(struct records *rs, const struct pack_register *r, const struct pack_field *f, const struct sv *v, uint64_t *id, struct err *err) MUST_USE;
/* Records, closed ones too, whose file field holds these bytes, whatever they are called there; reads the field's column. */
enum rc record_holding(struct records *rs, const struct pack_register *r, const struct pack_field *file, struct str hash, struct arena *a, uint64_t **ids, size_t *n,
                       struct err *err) MUST_USE;

/* A field's value before and after, by entry. */
struct history_line {
    uint64_t seq, command, actor;
    int64_t time_us, happened;
    uint8_t kind;
    uint32_t version;
    uint16_t verb;
    const struct pack_field **fields;
    struct sv *before, *after;
    bool *erased;
    uint32_t count;
};
enum rc record_history(struct records *rs, const struct pack_register *r, uint64_t id, struct arena *a, struct history_line **lines, size_t *n, struct err *err) MUST_USE;

/* Found by name: substring, pinyin, initials, key.  Best first. */
struct found { const struct pack_register *reg; uint64_t id; struct str display; };
enum rc record_find(struct records *rs, struct str text, size_t max, struct arena *a, struct found **out, size_t *n, struct err *err) MUST_USE;
/* In one register, without displays; a record may come twice. */
enum rc record_find_ids(struct records *rs, const struct pack_register *r, struct str text, size_t max, struct arena *a, struct found **out, size_t *n,
                        struct err *err) MUST_USE;

/* FEEL over the store: members of one record at a time.  The host lives in the arena and is valid for one transaction. */
void record_host(struct records *rs, struct arena *a, const struct feel_host **host, void **ctx);
/* A derived field of record `self` by run->host: derive, else otherwise, then brought to the field's type (numbers rounded half up to their
 * scale, texts of codes to codes).  Both hosts use it, so that they agree. */
enum rc record_derive(struct feel_run *run, const struct pack_field *f, const struct fv *self, struct fv *out, struct err *err) MUST_USE;

/* ---- files ---- */

/* The field that a heading of a file means: a name, title or label, else the only one that fits without units and blanks.  NULL: none. */
const struct pack_field *record_heading(const struct pack_register *r, struct arena *a, struct str heading);

/* A file read and checked against a register, before it is written. */
struct import_row {
    uint32_t line;
    const struct sv *values;      /* by field->column; SV_NULL with i = 1 where this row does not say; a ref to a record of the same
                                     file is its text (SV_TEXT) until the plan is applied.  NULL: the row is bad after all */
    uint64_t id;                  /* of the record, where the file names it by "#"; 0: by key, or new */
};
struct import_bad { uint32_t line; struct err err; struct str field; struct str text; };
struct import_plan {
    const struct pack_register *reg;
    const struct pack_field **given;    /* fields that the file has, in its order */
    uint32_t given_count;
    struct import_row *rows;
    size_t rows_count;
    struct import_bad *bad;       /* by line */
    size_t bad_count;             /* kept: at most 10,000 */
    size_t bad_rows;              /* rows that are bad, all of them */
    bool json;
    struct str encoding;          /* "UTF-8", "GB18030" */
    struct str warnings;          /* lines for people */
    struct import_keep *keep;     /* of a large file: the rows lie in a file without a name beside the area, and come into memory as they are looked at; NULL: in memory */
};
/* CSV (RFC 4180; UTF-8 with or without BOM, or GB18030, found out; headings are names or titles) or JSON (array or lines of objects).
 * text must outlive the plan.  The register is known by its key; without a key by the column "#", else a row that is wholly like an open
 * record is that record.  A blank cell empties the field, but where the field has a default it says nothing of an existing record.
 * Refs to records of the same file (a tree) are resolved when it is applied.  RC_INPUT import.* for what makes the whole unusable (unknown heading …). */
enum rc import_read(struct records *rs, const struct pack_register *r, struct str text, bool json, struct arena *a, struct import_plan *out, struct err *err) MUST_USE;
/* The same of a file that lies in a spill (the caller's; it must outlive the plan): of neither it nor the plan is more in memory than is being looked at. */
enum rc import_read_spill(struct records *rs, const struct pack_register *r, struct spill *text, bool json, struct arena *a, struct import_plan *out, struct err *err) MUST_USE;
/* Where such files may be made: the area's folder. */
struct str import_folder(const struct records *rs);
/* Whoever walks over many rows of a plan lets go of those behind him now and then. */
enum { IMPORT_COOL_EACH = 4096 };
void import_cool(const struct import_plan *plan);
struct import_result { uint64_t created, updated, unchanged, refused; uint64_t first_seq, last_seq;
                       uint64_t *ids; /* room for plan->rows_count, zeroed: the record of each row is told, 0 where it got none.  NULL: not asked */ };
/* Inside the write transaction.  Rows that fail are collected into plan->bad, with all that is wrong with each, by field where it is known.  Without skip_bad the first of them is returned as the error, after
 * all rows were looked at: the caller rolls back and nothing is written.  Parents before children whatever the file's order. */
enum rc import_apply(struct records *rs, struct import_plan *plan, const struct change *c, bool skip_bad, struct arena *a, struct import_result *out, struct err *err) MUST_USE;
/* A row that was written is bad after all, for a reason that only the caller knows; when all are told, they are put in order. */
void import_refuse(struct import_plan *plan, size_t row, struct arena *a, struct err *why);
void import_refused(struct import_plan *plan);
/* The bad rows with their reasons as CSV, to be mended and loaded again. */
void import_bad_csv(const struct import_plan *plan, struct str text, enum lang lang, struct buf *out);
/* CSV with titles as headings (cells that begin with = + - @ are escaped), or JSON lines with names as keys.
 * Without ids what is exported means the same in every area: a record without a key is named by its display where no other is called so.  With
 * ids a register without a key can be edited and loaded again. */
struct export_options {
    enum record_order order;
    bool json;
    bool derived;  /* derived fields too */
    bool ids;      /* the column "#" where the register has no key */
    day_num today; /* of derived fields */
};
enum rc record_export(struct records *rs, const struct pack_register *r, const struct export_options *o,
                      enum rc (*write)(void *ctx, struct str bytes, struct err *err), void *ctx, struct err *err) MUST_USE;

/* ---- verify: replay the journal against the registers ---- */
struct record_report {
    uint64_t entries, records;    /* entries replayed; rows compared */
    uint64_t first_bad;           /* seq of the first entry that does not fit; 0: none.  A row that no entry made: the seq it claims */
    struct str what;              /* why.zh, in a */
    uint64_t erased;              /* values that were erased by law */
    struct err why;               /* register, record, field, expected and found, in both languages */
};
enum rc records_verify(struct records *rs, struct arena *a, struct journal_report *journal, struct record_report *out, struct err *err) MUST_USE;

/* ---- the roster: columns in memory ----
 * Only the columns that are asked for are loaded.  Rows are known by id; closed records are left out.
 * A struct roster is a handle on one version, which never changes: what stood at its seq.  A handle belongs to one thread; further ones on the
 * same version (roster_pin) may be used in other threads at the same time, and share what derived fields came to.  A later version
 * (roster_follow) shares all that did not change.  Every handle is given back by roster_free(); a version goes with its last handle. */
struct roster;
struct roster_want {
    const struct pack_register *reg;
    const struct pack_field *field;   /* NULL: only that the records are there.  Derived fields bring what they read */
    bool back;                        /* a ref: the list on its other side is wanted too */
};
/* A list of wants, each once. */
struct roster_wants { struct roster_want *at; size_t len, cap; };
void roster_want_put(struct arena *a, struct roster_wants *w, struct roster_want want);
/* What a program reads of records, by its checked tree and the functions it calls.  shown: records that it gives are going to be
 * displayed, so their displays are wanted too. */
void roster_want_program(struct arena *a, struct roster_wants *w, const struct feel_program *p, bool shown);
void roster_want_close(struct arena *a, struct roster_wants *w);  /* what derived fields read, until nothing new comes (loading does it too) */
/* What calling a record by its name needs: display and key. */
void roster_want_display(struct arena *a, struct roster_wants *w, const struct pack_register *r);
/* rs: a reader's, inside its snapshot. */
enum rc roster_load(struct records *rs, const struct roster_want *want, size_t n, struct roster **out, struct err *err) MUST_USE;
/* A later version: what the journal's entries between the two seqs changed, over what did not change.  rs: inside a snapshot no older than r.
 * r stays as it is.  Where very much changed all is read anew.  RC_CONFLICT roster.packs (another pack set is in force), roster.ahead. */
enum rc roster_follow(const struct roster *r, struct records *rs, struct roster **out, struct err *err) MUST_USE;
/* The same records, with more columns: only these are read.  rs: inside a snapshot of r's seq. RC_CONFLICT roster.packs, roster.ahead (another seq). */
enum rc roster_extend(const struct roster *r, struct records *rs, const struct roster_want *want, size_t n, struct roster **out, struct err *err) MUST_USE;
/* Was a record erased by law since this roster was loaded?  Its cells are empty, but texts may lie in memory till a roster is loaded anew. */
bool roster_erased(const struct roster *r);
/* Another handle on the same version, for this thread or another. */
enum rc roster_pin(const struct roster *r, struct roster **out, struct err *err) MUST_USE;
void roster_free(struct roster **rp);
uint64_t roster_seq(const struct roster *r);
size_t roster_bytes(const struct roster *r); /* of all versions that are still held */
size_t roster_rows(const struct roster *r, const struct pack_register *reg);
/* Ids in ascending order, as an array that is made when asked for (NULL: none, or no memory); or a part of them, how many came. */
const int64_t *roster_ids(const struct roster *r, const struct pack_register *reg);
size_t roster_ids_at(const struct roster *r, const struct pack_register *reg, size_t from, size_t max, int64_t *out);
bool roster_has(const struct roster *r, const struct pack_register *reg, int64_t id);
void roster_host(struct roster *r, const struct feel_host **host, void **ctx);
/* Forget what daily derived fields came to, where this handle is its version's only one.  Days are told apart without it; of many, the older go. */
void roster_new_day(struct roster *r);
uint32_t roster_version(const struct roster *r, const struct pack_register *reg, int64_t id);   /* of the record; 0: not here */
/* Derived fields are remembered as they are worked out, by version and day.
 * While tracing (a matter of this handle alone), derived fields are worked out anew, so that a null carries its whole cause, and every stored field read goes into
 * `into` (may be NULL with max 0), each once, at most max; *n counts them.  Pairs with roster_trace_end(). */
struct roster_read { const struct pack_register *reg; int64_t id; uint32_t version; const struct pack_field *field; };
void roster_trace(struct roster *r, struct roster_read *into, size_t max, size_t *n);
void roster_trace_end(struct roster *r);

/* ---- columns for the vector evaluator ----
 * Of one handle and one day: stored columns as they lie, derived fields as whole columns, worked out when a program first reads them and kept
 * until the end.  Making programs belongs to one thread; running them (feel_vector_run) to any, each with a room of its own. */
struct roster_vectors;
enum rc roster_vectors_open(struct roster *r, day_num today, struct roster_vectors **out, struct err *err) MUST_USE;
void roster_vectors_close(struct roster_vectors **vp);
/* So many threads make the blocks of a derived column; 1 unless told.  The column is the same. */
void roster_vectors_threads(struct roster_vectors *v, uint32_t threads);
/* A program over the records of `self` by their places; pair (NULL: none): variable 1 is a record of it, by feel_vector_room_pair() with its place.
 * NULL: not by columns; *why may say what stands in the way. */
struct feel_vector *roster_vectors_program(struct roster_vectors *v, const struct feel_program *p, const struct pack_register *self, const struct pack_register *pair,
                                           struct feel_why *why);
/* Open records stand at places below the answer, without those whose bit is set in *gone (NULL: all are open). */
uint32_t roster_places(const struct roster *r, const struct pack_register *reg, const uint64_t **gone);
/* Are the ids a run: that of place n is *first + n? */
bool roster_ids_run(const struct roster *r, const struct pack_register *reg, int64_t *first);
int64_t roster_id_at(const struct roster *r, const struct pack_register *reg, uint32_t place);
uint32_t roster_place(const struct roster *r, const struct pack_register *reg, int64_t id); /* of an open record; UINT32_MAX: it is none here */
/* Refs for grants and scopes from columns, all else (and closed records) from the store's world.  Lives in a; one thread's, as the roster's handle is. */
struct access_world roster_world(const struct roster *r, const struct access_world *store, struct arena *a);

/* ---- a roster made in memory, without a store: benches, generated rolls ----
 * begin; each register (those that others refer to first); its columns and cells; finish.  Cells that nobody puts are empty.  Derived fields of
 * every register that is there can be asked for.  Such a roster has seq 0 and follows no journal.  The builder belongs to one thread.
 * Cells, as columns keep them: boolean 0/1; date, month: day_num; number: times 10^scale; datetime: microseconds; choice: row of the code
 * table; ref: row of the target's table (its id, where the target is not in the roster); text, duration, file: what roster_build_text() gave.
 * Memory: a run of ids costs nothing; a cell 1 bit to 8 bytes as it is wide, and 1 bit that says that there is one; a list 4 bytes a row on either side.
 * RC_INPUT roster.cell: a value that the field cannot hold, with register, field and row.  RC_LIMIT: over 2^28 rows. */
struct roster_build;
enum rc roster_build_begin(const struct pack_set *set, struct roster_build **out, struct err *err) MUST_USE; /* set must outlive the roster */
/* rows records, all open, version 1.  ids: ascending, copied; NULL: a run from first_id on.  Each register once. */
enum rc roster_build_table(struct roster_build *b, const struct pack_register *reg, uint32_t rows, int64_t first_id, const int64_t *ids, struct err *err) MUST_USE;
/* A stored field of a register that is there.  back: the list on the other side of a ref too. */
enum rc roster_build_column(struct roster_build *b, const struct pack_register *reg, const struct pack_field *f, bool back, struct err *err) MUST_USE;
enum rc roster_build_text(struct roster_build *b, struct str s, int64_t *cell, struct err *err) MUST_USE; /* texts met lately are kept once */
/* One cell as the store has it (a text, a code, an id: struct sv as in a record). */
enum rc roster_build_put(struct roster_build *b, const struct pack_register *reg, const struct pack_field *f, uint32_t row, const struct sv *v, struct err *err) MUST_USE;
/* n cells from a row on, checked and copied.  valid: bit i says that cell i has a value; NULL: all have. */
enum roster_cells { ROSTER_CELLS_BIT /* uint64_t words */, ROSTER_CELLS_U8, ROSTER_CELLS_U16, ROSTER_CELLS_U32, ROSTER_CELLS_I32, ROSTER_CELLS_I64 };
struct roster_run { uint32_t row, n; enum roster_cells as; const void *cells; const uint64_t *valid; };
enum rc roster_build_cells(struct roster_build *b, const struct pack_register *reg, const struct pack_field *f, const struct roster_run *run, struct err *err) MUST_USE;
/* Indexes and lists; *bp becomes NULL, also after a failure. */
enum rc roster_build_finish(struct roster_build **bp, struct roster **out, struct err *err) MUST_USE;
void roster_build_free(struct roster_build **bp); /* given up */

#define ERR(id, rc, code, zh, en, hint_zh, hint_en) extern const struct err_kind E_##id;
#include "record/errors.def"
#undef ERR

#endif
