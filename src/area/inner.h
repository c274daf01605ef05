/* inner.h - what the files of area/ share.  Nothing outside includes it. */
#ifndef GUIJU_AREA_INNER_H
#define GUIJU_AREA_INNER_H

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "area/area.h"

#define META_VERIFIERS STR("verifiers")
#define AREA_MAGIC 0x47524541u /* "AREG" */

/* A pack set in force, shared by the writer and views; freed with its last user. */
struct area_packs {
    struct arena arena;
    const struct pack_set *set;
    struct pack_source *sources;
    size_t sources_count;
    uint64_t install_seq;  /* the entry that brought it into force */
    _Atomic(struct record_shapes *) shapes; /* made by the first handle that binds them; all others share it */
    atomic_int refs;
};

/* What an account may, kept until an entry comes that it rests on. */
enum { GRANTS_KEPT = 64 };
struct kept_grant {
    uint64_t account, token;
    day_num today;
    uint64_t seq;              /* of the snapshot that it was last found to hold for */
    struct area_packs *packs;
    struct grant *grant;
    uint64_t used;
};
struct grants_kept {
    struct kept_grant at[GRANTS_KEPT];
    uint64_t clock;
};

/* How often each actor was refused in this hour; the writer's own. */
struct refusals {
    struct refusal_count { uint64_t actor; int64_t hour; uint32_t count; } at[256];
};

/* A command on its way.  Lives on the stack of the thread that waits for it. */
struct job {
    const struct command *command;
    struct receipt receipt;
    struct err err;
    enum rc rc;
    bool refused;              /* at the door, before the verb ran: nothing to undo */
    bool spoilt;               /* refused after it wrote: the batch is undone, and its commands run one by one */
    size_t bytes;
    sem_t done;
    struct job *next;
};

struct area {
    uint32_t magic;
    struct arena arena;      /* names and options, for the life of the handle */
    struct area_options o;
    struct str path, name, verifiers;
    struct str key_file, checkpoint_file;
    int32_t key_secret_len;
    uint8_t key_secret[32];

    /* The writer's own; touched by its thread only, once it runs. */
    struct store *store;
    struct journal *journal;
    struct records *records;
    struct past_bound *past;
    struct store_rows *keys, *files, *pieces, *uploads;
    struct access_rows *rows;
    struct refusals refusals;
    struct grants_kept batch_grants; /* as the open batch sees it */
    struct arena batch;
    int64_t clock_wall_us, clock_mono_us;
    int64_t disk_free;         /* of this batch: bytes, -1 unknown, or DISK_UNASKED */
    bool wrote;

    pthread_t writer;
    bool writer_runs;

    pthread_mutex_t lock;    /* guards what stands below */
    pthread_cond_t work;
    struct job *queue_first, **queue_last;
    size_t queue_len, wanted;  /* wanted: from how many on the writer is woken */
    uint64_t queue_bytes;
    bool stopping;
    uint64_t commands, commits; /* committed since the area was opened */
    struct area_packs *packs;

    pthread_mutex_t grants_lock;
    struct grants_kept grants;
    struct access_cost cost;
    struct shelf *shelf;
    struct reads *reads;       /* reads.c; NULL: read-only */
    struct kept_rosters *rosters; /* roster.c; has locks of its own */
    sem_t hashing;             /* how many passwords are worked on at a time: each takes its 64 MiB */
};

#define DISK_UNASKED (-2)

/* One batch's transaction, as verbs see it. */
struct door {
    struct area *area;
    const struct command *command;
    struct change change;
    struct receipt *receipt;
    bool many;                    /* others are in the batch: who is refused after he wrote sets spoilt, and need not undo it */
    bool spoilt;
    struct area_packs *new_packs; /* set by an install; put in place after COMMIT */
    struct str refused;           /* the gate or rule that refused an act on a case: its name, in the batch's arena */
};

/* ---- packs.c ---- */
extern const struct store_table table_pack_text, table_pack_file;
struct area_packs *area_packs_hold(struct area *ar);
/* records_open() for one of its handles: what is the same for all of them is worked out once. */
enum rc area_packs_bind(struct area_packs *p, struct store *s, struct journal *j, struct records **out, struct err *err) MUST_USE;
/* The set in force in this store, as text.  RC_BROKEN area.no_packs. */
enum rc area_packs_read(struct store *s, struct area_packs **out, struct err *err) MUST_USE;
/* Of an earlier install. */
enum rc area_packs_read_at(struct store *s, uint64_t install, struct area_packs **out, struct err *err) MUST_USE;
enum rc area_packs_merge(const struct area *ar, const struct area_packs *now, const struct pack_source *add, size_t n, struct diags *d, struct area_packs **out, struct err *err) MUST_USE;
enum rc area_install_seq(struct store *s, uint64_t *out, struct err *err) MUST_USE;
enum rc area_packs_write(struct store *s, struct area_packs *p, uint64_t seq, struct err *err) MUST_USE;
void area_packs_describe(const struct area_packs *p, struct json_out *j); /* [{"chapters":…}] for the install entry */
/* A text by its hash: kept where it is not there yet; RC_ABSENT area.two_text; all that no install and none of these name go. */
struct str pack_text_hash(struct arena *a, struct str text);
enum rc pack_text_put(struct store *s, struct arena *a, struct str text, struct err *err) MUST_USE;
enum rc pack_text_get(struct store *s, struct arena *a, struct str hash, struct str *out, struct err *err) MUST_USE;
enum rc pack_texts_sweep(struct store *s, struct arena *a, struct map *named, struct err *err) MUST_USE;
bool area_packs_same(const struct area_packs *x, const struct area_packs *y); /* name, version and text of each, in order */
enum rc area_packs_check_texts(struct store *s, struct err *err) MUST_USE;

/* ---- past.c: earlier packs, for the cases that began under them ---- */
struct shelf;
enum rc shelf_make(struct area *ar, struct err *err) MUST_USE;
void shelf_free(struct area *ar);
/* Lets rs find them; the bound ones go with past_clear (a new snapshot) and past_free, both before the store is closed. */
enum rc past_bind(struct area *ar, struct store *s, struct journal *j, struct records *rs, const struct area_packs *now, struct past_bound **out, struct err *err) MUST_USE;
void past_clear(struct past_bound *b);
void past_free(struct past_bound **bp);

/* ---- keys.c ---- */
extern const struct store_table table_command_key;
enum rc key_find(struct area *ar, const struct command *c, bool *found, struct receipt *out, struct err *err) MUST_USE;
enum rc key_put(struct area *ar, const struct command *c, const struct receipt *r, int64_t now_us, struct err *err) MUST_USE;
enum rc keys_check(struct area_view *v, struct err *err) MUST_USE;
enum rc key_sweep(struct area *ar, int64_t now_us, struct err *err) MUST_USE;

/* ---- roster.c ---- */
enum rc area_rosters_init(struct area *ar, struct err *err) MUST_USE;
void area_rosters_fini(struct area *ar);

/* ---- writer.c ---- */
enum rc writer_start(struct area *ar, struct err *err) MUST_USE;
void writer_stop(struct area *ar);
/* Make the engine tables be as this program has them; dry: only tell whether they differ. */
enum rc area_shape_engine(struct store *s, bool dry, bool *differs, struct err *err) MUST_USE;

/* ---- verbs.c ---- */
struct verb_kind {
    uint16_t number;
    const char *name;
    enum rc (*run)(struct door *d, struct err *err);
    const char *zh, *en;
    bool act;       /* on a case: a gate that refuses it is noted */
    bool alone;     /* a batch of its own: it writes much, or changes what the others run under */
    bool low_disk;  /* allowed when the disk is nearly full */
};
const struct verb_kind *verb_find(uint16_t number);
enum rc verb_judge(struct door *d, struct err *err);
enum rc verb_batch(struct door *d, struct err *err);

/* ---- files.c ---- */
extern const struct store_table table_file_chunk, table_file_piece, table_file_upload;
enum rc file_put(struct area *ar, struct str bytes, struct str hash, struct err *err) MUST_USE;
enum rc files_check(struct area_view *v, struct err *err) MUST_USE;
/* Asks nobody: for fileask.c alone. */
enum rc file_bytes(const struct area_view *v, struct str hash, struct arena *a, struct str *out, struct err *err) MUST_USE;
enum rc file_drop(struct area *ar, struct str hash, uint64_t *bytes, struct err *err) MUST_USE;
/* Erased by law: the bytes go with the last entry that names them. */
enum rc files_of_record(struct area *ar, const struct pack_register *r, uint64_t id, struct str **hashes, size_t *n, struct err *err) MUST_USE;
enum rc files_drop_unnamed(struct area *ar, const struct str *hashes, size_t n, struct err *err) MUST_USE;
enum rc files_each(struct area_view *v, enum rc (*fn)(void *ctx, struct str hash, struct err *err), void *ctx, struct err *err) MUST_USE;

/* ---- fileask.c ---- */
enum rc upload_note(struct area *ar, uint64_t account, const struct batch_file *f, int64_t now_us, struct err *err) MUST_USE;
/* Does the command name only files that this grant's account brought, or sees?  RC_DENIED area.file_claim; RC_INPUT area.file_other. */
enum rc files_may_name(struct area *ar, const struct grant *g, const struct command *c, struct err *err) MUST_USE;
/* Sets the bool behind each hash that an entry from this seq on names. */
enum rc files_named(struct journal *j, uint64_t from, const struct map *of, struct err *err) MUST_USE;
enum rc verb_sweep(struct door *d, struct err *err);

/* ---- votes.c ---- */
enum rc verb_ballot_open(struct door *d, struct err *err);
enum rc verb_ballot_cast(struct door *d, struct err *err);
enum rc verb_ballot_close(struct door *d, struct err *err);
enum rc verb_ballot_enter(struct door *d, struct err *err);
enum rc verb_ballot_sheet(struct door *d, struct err *err);
enum rc verb_ballot_match(struct door *d, struct err *err);
enum rc verb_ballot_recount(struct door *d, struct err *err);

/* ---- slips.c ---- */
enum rc verb_slip(struct door *d, struct err *err);
void slip_args_text(const struct args_slip *g, struct buf *b);

/* ---- cases.c ---- */
enum rc verb_case(struct door *d, struct err *err);
/* RC_DENIED area.case_register: only the verbs of cases write there. */
enum rc case_owned_check(const struct pack_register *r, struct err *err) MUST_USE;
void case_args_text(const struct args_case *g, struct buf *b);

/* ---- who.c ---- */
/* What the door reads of an account, a role held, …: the registers of packs/core.  NULL where the packs have none. */
struct who_regs {
    const struct pack_register *account, *holding, *delegation, *token;
};
void who_regs(const struct pack_set *set, struct who_regs *out);
struct sv who_value(const struct pack_register *r, const struct record *rec, const char *field);
/* The grant of an account by these records (a view's, or the writer's in its batch). */
enum rc who_grant(struct records *rs, uint64_t account, const struct access_narrow *narrow, day_num today, struct grant **out, struct err *err) MUST_USE;
enum rc who_grant_writer(struct area *ar, uint64_t account, uint64_t token, struct grant **out, struct err *err) MUST_USE;
void grants_forget(struct grants_kept *k);

/* ---- door.c, rules.c ---- */
/* May the actor do this?  Nothing is written.  confirmed: a second person has said yes.  RC_DENIED access.*, RC_ABSENT record.absent for what he does
 * not see; RC_INPUT, RC_CONFLICT for rows of packs/core that cannot be right. */
enum rc door_check(struct door *d, const struct command *c, uint64_t actor, bool confirmed, struct err *err) MUST_USE;
enum rc door_rules(struct door *d, const struct command *c, uint64_t actor, struct err *err) MUST_USE;
/* After an import: were all rows the actor's?  Else the batch is undone. */
enum rc door_after(struct door *d, uint64_t before, struct err *err) MUST_USE;
/* One entry for a refusal, in the open transaction, at most so many an actor and hour. */
/* what: the gate or rule by its declared name; empty: none. */
enum rc refusal_note(struct area *ar, const struct command *c, const char *code, struct str what, bool *noted, struct err *err) MUST_USE;

/* ---- reads.c ---- */
enum rc reads_make(struct area *ar, struct err *err) MUST_USE;
void reads_free(struct area *ar);
int64_t reads_due(struct area *ar);
struct args_reads reads_take(struct area *ar, bool last); /* last: the area is closing, so the batch is entered now */
void reads_taken(struct area *ar, const struct args_reads *g, bool committed);
enum rc verb_reads(struct door *d, struct err *err);
/* Credentials against their commitments, batches of the read log against their hashes. */
enum rc area_people_check(struct area_view *v, struct err *err) MUST_USE;

/* ---- two.c ---- */
struct pending {
    const struct pack_register *reg;
    uint64_t id, proposed_by;
    struct command act; /* actor: who proposed it */
};
enum rc verb_propose(struct door *d, struct err *err);
enum rc verb_confirm(struct door *d, struct err *err);
enum rc verb_export(struct door *d, struct err *err);
const struct pack_register *pending_reg(const struct pack_set *set);
/* twopack.c: an install that waits.  What is proposed names the files that differ from the packs in force; their texts are kept by hash until it is decided. */
void proposed_put(struct json_out *j, const struct area_packs *now, const struct args_install *g, struct arena *a);
enum rc proposed_back(struct store *s, const struct area_packs *now, const struct json *content, struct arena *a, struct command *out, struct err *err) MUST_USE;
enum rc proposed_room(struct area *ar, const struct pack_register *r, day_num today, struct err *err) MUST_USE;
enum rc proposed_keep(struct area *ar, const struct args_install *g, const struct pack_register *r, day_num today, struct err *err) MUST_USE;
/* The writer's: an act that still waits, compared with what was proposed. */
enum rc pending_read(struct area *ar, uint64_t id, const struct command *given, day_num today, struct pending *out, struct err *err) MUST_USE;

/* ---- sign.c ---- */
enum rc verb_password(struct door *d, struct err *err);
enum rc verb_session(struct door *d, struct err *err);

/* ---- facts.c ---- */
/* RC_BROKEN area.facts: name, keys or packs are not those of the journal's entries. */
enum rc area_facts_check(struct area_view *v, struct err *err) MUST_USE;
enum rc area_shape_check(struct area_view *v, struct err *err) MUST_USE;

/* ---- care.c ---- */
/* A note over the journal's head and the hash of a text; it goes into no file. */
enum rc area_sign_text(struct area *ar, struct journal *j, struct str hash, struct buf *note, struct err *err) MUST_USE;
/* Inside an open area nothing may be absent: what is, was taken out. */
enum rc area_broken_if_absent(enum rc rc, struct err *err) MUST_USE;
enum rc area_key_ready(struct area *ar, struct str *verifier, struct err *err) MUST_USE;

/* ---- view.c ---- */
enum rc view_arena(struct area_view *v, struct arena **out, struct err *err) MUST_USE;
enum rc view_rows(struct area_view *v, struct access_rows **out, struct err *err) MUST_USE;

#endif
