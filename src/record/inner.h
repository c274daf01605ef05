/*
 * inner.h - what the files of record/ share.
 * A reg_bind is a register bound to its table: columns, indexes, checks and what they read, all worked out once.
 */
#ifndef GUIJU_RECORD_INNER_H
#define GUIJU_RECORD_INNER_H

#include <stdatomic.h>

#include "record/record.h"

enum {
    COL_ID,
    COL_VERSION,
    COL_SEQ,
    COL_CLOSED,
    COL_FIELDS, /* the stored fields begin here, by field->column */

    TREE_DEPTH_MAX = 32,
    BODY_MAX = 1024 * 1024,
    SCRATCH_MAX = 64 * 1024 * 1024,
    SCALE_MAX = 18, /* decimals of a number */
    IMPORT_ROWS_MAX = 20000000,
    IMPORT_CELL_MAX = 256 * 1024,
    IMPORT_BAD_MAX = 10000, /* kept; all are counted */
    FIELDS_MAX = 500
};

/* A condition that is run on a write, and the fields of the record itself that it reads. */
struct need {
    const struct pack_field *field; /* a field's own check, or NULL */
    const struct pack_check *check; /* a check of the register, or NULL */
    const struct feel_program *program;
    uint64_t *reads; /* bits by field->idx */
};

struct reg_bind {
    const struct pack_register *reg;
    uint32_t number; /* in this area; 0: the area has no table for it */
    struct store_table table;
    struct store_rows *rows;           /* bound on first use */
    const struct pack_field **stored;  /* by column */
    const struct pack_field **sorted;  /* the same, by name: the order of bodies */
    const struct pack_field **refs;
    uint32_t refs_count;
    struct need *needs;
    uint32_t needs_count;
    bool has_init, class_used[CLASS_COUNT];
    unsigned display_classes;            /* of what its display reads; 0: not worked out yet */
    const struct pack_field *name_field; /* display is just this stored text field; NULL: it is computed */
};

/* Register by register, without rows: a handle has a copy of the binds and points to the rest. */
struct record_shapes {
    atomic_int refs;
    const struct pack_set *set;
    struct arena arena;
    struct reg_bind *binds;
    uint32_t binds_count;
    uint32_t numbers;    /* one above the greatest number of a register */
    struct str *retired; /* tables of registers that are no longer in the set: their ids count */
    uint32_t retired_count;
};

struct host; /* the FEEL host over the store, host.c */
struct search;

struct records {
    uint32_t magic;
    struct store *store;
    struct journal *journal;
    const struct pack_set *set;
    struct arena arena;   /* as long as the handle */
    struct arena scratch; /* reset by each door */
    struct record_shapes *shapes;
    struct reg_bind *binds; /* its own: rows are bound to one connection */
    uint32_t binds_count;
    struct reg_bind **by_number;
    uint32_t numbers; /* length of by_number */
    struct store_rows *tree;
    uint64_t next_id, marked_id, kept_id; /* 0: not read yet */
    uint64_t changes;                     /* counts writes, so that caches know when they are old */
    struct buf body[CLASS_COUNT];
    struct host *host; /* for checks, with the record being written laid over the store */
    struct kept_rows *kept;
    struct search *search;
    const struct record_past *past;
    unsigned char *rule_classes; /* by rule idx: classes that it reads; 0: not worked out yet */
};

enum { RECORDS_MAGIC = 0x52454353 };

/* ---- shape.c ---- */
struct reg_bind *bind_of(const struct records *rs, const struct pack_register *r);
struct reg_bind *bind_number(const struct records *rs, uint32_t number);
enum rc bind_rows(struct records *rs, struct reg_bind *b, struct err *err) MUST_USE;
const struct pack_field *bind_field(const struct reg_bind *b, struct str name); /* by name or an earlier name */
extern const struct store_table tree_table;
enum { TREE_REG, TREE_FIELD, TREE_PATH, TREE_ID, TREE_DEPTH, TREE_COLUMNS };
/* Declares the table of a register; names of columns as they were made. */
struct store_table shape_table(struct arena *a, const struct pack_register *r, struct str name, const struct str *made,
                               size_t made_count);
enum rc next_id(struct records *rs, uint64_t *id, struct err *err) MUST_USE;

/* ---- retype.c: under the table's own columns ---- */
enum rc retype_check(struct store *s, const struct pack_register *r, uint32_t number, const struct store_table *t, struct arena *a,
                     struct err *err) MUST_USE;
enum rc retype_apply(struct store *s, const struct pack_register *r, uint32_t number, const struct store_table *t, struct arena *a,
                     struct err *err) MUST_USE;

/* ---- value.c ---- */
enum sv_kind field_kind(const struct pack_field *f);
bool text_kind(const struct pack_field *f); /* kept as SV_TEXT */
struct str field_title(const struct pack_field *f);
struct str reg_title(const struct pack_register *r);
struct str id_text(struct arena *a, uint64_t id); /* "#12" */
struct str value_plain(struct arena *a, const struct pack_field *f, const struct sv *v); /* without a store: refs as #id */
int64_t pow10_of(uint32_t n);
static inline bool day_in_range(day_num d) { return d >= -719162 && d <= 2932896; } /* 0001-01-01 .. 9999-12-31 */
static inline const char *zone_of(const struct records *rs) { return rs == NULL ? NULL : rs->set->zone; }
size_t put_day_text(char out[16], day_num d, bool month);
/* Is a value given from outside one that the field may hold? */
enum rc value_check(const struct pack_field *f, const struct sv *v, struct err *err) MUST_USE;
bool sv_not_given(const struct sv *v);
bool sv_same(const struct sv *a, const struct sv *b);
struct sv sv_copy(struct arena *a, const struct sv *v);
static inline struct sv sv_absent(void) { return (struct sv){SV_NULL, 1, {NULL, 0}}; }

/* ---- body.c: bodies of entries ---- */
/* Canonical bodies of a row's fields into rs->body; only[column] NULL: all that are not null. */
enum rc body_make(struct records *rs, const struct reg_bind *b, const struct sv *values, const bool *only, struct entry *e,
                  struct err *err) MUST_USE;
/* One class of a row as its create entry would have it; empty where there is none. */
void body_put(const struct reg_bind *b, enum field_class c, const struct sv *values, const bool *only, struct buf *out);
/* A body that was dropped by law: seen missing, or named by an erasure. */
struct dropped {
    uint64_t seq;
    uint32_t class;
};
/* A record built up from its entries. */
struct fold {
    const struct reg_bind *b;
    struct arena *a;
    struct sv *values;
    uint64_t *set_by; /* by column: the entry that set it, 0: none */
    bool *touched;    /* by column: by the last entry */
    VEC(struct dropped) seen, named;
    uint32_t version;
    uint64_t seq;
    int64_t closed_us;
    bool made;
    uint64_t erased; /* values erased by law so far */
};
bool fold_drops_explained(const struct fold *f, struct dropped *which);
void fold_init(struct fold *f, const struct reg_bind *b, struct arena *a);
enum rc fold_entry(struct fold *f, const struct entry *e, struct err *err) MUST_USE;

/* ---- change.c ---- */
enum { WRITE_TRUSTED = 1 }; /* values and refs were checked already (import) */
enum rc write_create(struct records *rs, struct reg_bind *b, const struct change *c, const struct sv *values, unsigned how,
                     struct changed *out, struct err *err) MUST_USE;
enum rc write_update(struct records *rs, struct reg_bind *b, const struct record *old, const struct change *c, uint32_t n,
                     const struct pack_field *const *fields, const struct sv *values, unsigned how, struct changed *out,
                     struct err *err) MUST_USE;
/* Fill an entry's head for a change. */
void entry_start(struct records *rs, const struct reg_bind *b, const struct change *c, enum entry_kind kind, uint64_t id,
                 uint32_t version, struct entry *e);

/* ---- say.c ---- */
/* The error of a check that does not hold; the run is the one that it failed in. */
enum rc say_check(struct feel_run *run, const struct reg_bind *b, const struct need *n, const struct sv *values, struct err *err) MUST_USE;
struct str value_shown(struct arena *a, const struct pack_field *f, const struct sv *v); /* as value_plain(); restricted ones in part */

/* ---- tree.c ---- */
bool is_tree(const struct reg_bind *b, const struct pack_field *f);
/* Before the write: is there room, no circle?  id 0: a new record. */
/* Its path and depth (1: a root); depth 0: it stands in no tree. */
enum rc tree_place(struct records *rs, const struct reg_bind *b, const struct pack_field *f, uint64_t id, struct arena *a, struct str *path,
                   int64_t *depth, struct err *err) MUST_USE;
enum rc tree_check(struct records *rs, struct reg_bind *b, const struct pack_field *f, uint64_t id, const struct sv *parent,
                   struct err *err) MUST_USE;
enum rc tree_added(struct records *rs, struct reg_bind *b, uint64_t id, const struct sv *values, struct err *err) MUST_USE;
enum rc tree_moved(struct records *rs, struct reg_bind *b, const struct pack_field *f, uint64_t id, const struct sv *values,
                   struct err *err) MUST_USE;
enum rc tree_rebuild(struct records *rs, struct reg_bind *b, struct err *err) MUST_USE;
/* Ids in the order of the register's first tree. */
enum rc tree_walk(struct records *rs, struct reg_bind *b, enum rc (*fn)(void *ctx, uint64_t id, struct err *err), void *ctx,
                  struct err *err) MUST_USE;
enum rc tree_verify(struct records *rs, struct reg_bind *b, bool *fits, struct err *err) MUST_USE;

/* ---- read.c ---- */
enum rc row_get(struct records *rs, struct reg_bind *b, uint64_t id, struct arena *a, struct record *out, struct err *err) MUST_USE;
struct record record_of_row(const struct sv *row);
enum rc err_absent(struct err *err, const struct pack_register *r, struct str text);
enum rc err_several(struct err *err, const struct pack_register *r, struct str text, uint64_t one, uint64_t other);
/* The steps of record_resolve() around the display: by "#12", a unique value of an open record, a number (*n 1, or 0 for none) … */
enum rc resolve_exact(struct records *rs, struct reg_bind *b, struct str text, uint64_t *id, int *n, struct err *err) MUST_USE;
/* … and behind it: by a unique value of a closed one, for what is past is still referred to. */
enum rc resolve_past(struct records *rs, struct reg_bind *b, struct str text, uint64_t *id, struct err *err) MUST_USE;
/* The one open record (else the one closed record) with this value; *n: 0, 1, or 2 for several. */
enum rc find_by_value(struct records *rs, struct reg_bind *b, uint32_t column, const struct sv *v, bool closed, uint64_t *id, int *n,
                      struct err *err) MUST_USE;

/* ---- kept.c: rows that the writer has by it; nothing is kept by a handle that does not write ---- */
bool kept_get(const struct records *rs, const struct reg_bind *b, uint64_t id, struct arena *a, struct sv *row);
void kept_put(struct records *rs, const struct reg_bind *b, const struct sv *row);
void kept_change(struct records *rs, const struct reg_bind *b, uint64_t id, uint32_t n, const uint32_t *columns, const struct sv *values);
void kept_forget(struct records *rs);

/* ---- host.c ---- */
struct host *host_make(struct records *rs, struct arena *a);
/* Lay a record that is not in the store (yet, or so) over it; values NULL takes it away. */
void host_overlay(struct host *h, const struct reg_bind *b, uint64_t id, const struct sv *values);
/* How a record is called, with the overlay. */
enum rc host_display_text(struct feel_run *run, const struct reg_bind *b, uint64_t id, struct str *out, struct err *err) MUST_USE;
/* A run with `self` as the only variable. */
struct feel_run host_run(struct host *h, struct arena *a, day_num today, const struct fv *self);
/* Which stored fields of the register itself a program reads. */
void program_reads(const struct feel_program *p, const struct pack_register *r, uint64_t *bits);
static inline bool bit_get(const uint64_t *bits, uint32_t n) { return (bits[n / 64] >> (n % 64) & 1) != 0; }
static inline void bit_set(uint64_t *bits, uint32_t n) { bits[n / 64] |= UINT64_C(1) << (n % 64); }

/* ---- find.c ---- */
void search_free(struct search **sp);

/* ---- lookup.c: many texts to ids ---- */
struct lookup; /* of one register */
struct lookups {
    struct records *rs;
    struct arena *arena;
    struct lookup **of; /* by register idx */
    size_t rows;        /* of the file, or a little more */
    bool many;          /* load a register whole on first use, unless it is much larger; else ask the index and remember */
};
void lookups_init(struct lookups *l, struct records *rs, struct arena *a, size_t rows);
/* As record_resolve(). */
enum rc lookup_find(struct lookups *l, const struct pack_register *r, struct str text, uint64_t *id, struct err *err) MUST_USE;

/* ---- heading.c ---- */
struct str heading_text(struct arena *a, struct str h); /* without what marks it as required */
struct str heading_bare(struct arena *a, struct str h); /* without brackets and blanks too, in lower case */
const struct pack_field *heading_field(const struct pack_register *r, struct arena *a, struct str heading);
/* The one field whose bare heading is this one's; NULL: none, or several. */
const struct pack_field *heading_guess(const struct pack_register *r, struct arena *a, struct str heading);

/* ---- decode.c ---- */
/* ---- import_room.c ---- */
struct import_keep {
    struct arena rows;
    struct spill *plan, *text; /* text: the caller's; may be NULL */
};
/* tag, row (idx + 1; 0: free): which keys were met, eight bytes a place; what looks like the same key is compared with the row that has it. */
struct import_room {
    struct arena *a, *big;     /* big: where rows and their texts live: a, or the plan's own */
    struct spill *from;        /* where the text lies; NULL: in memory */
    uint32_t *row, *tag;
    size_t places;             /* a power of two */
};
enum rc import_make_room(struct import_room *g, struct records *rs, const struct pack_register *r, struct str text, bool json, bool own_refs, struct import_plan *plan,
                         size_t *lines, struct err *err) MUST_USE;
struct str import_text(struct import_room *g, struct str s); /* a copy that lives as long as the rows */
/* The line of the row that has this key already; else 0, and it is known from here on as that of the row that comes next. */
uint32_t import_met(struct import_room *g, const struct import_row *rows, size_t next, const struct sv *v, uint32_t column, struct str text);

/* from: where the text lies, or NULL: looked at piece by piece. */
enum rc import_decode(struct arena *a, struct str text, const struct spill *from, struct str *out, struct str *encoding, struct err *err) MUST_USE;
/* The end of the piece of a text that begins at `at`: a line's end some megabytes on. */
size_t import_piece(struct str text, size_t at);

/* ---- import.c ---- */
void import_bad_add(struct import_plan *p, struct arena *a, uint32_t line, uint32_t col, struct str field, struct str text, struct err *err);

/* ---- csv.c: RFC 4180 and what people's files look like ---- */
struct csv {
    struct str text;
    size_t at;
    uint32_t line; /* of the next record, from 1 */
    char comma;
    struct arena *arena; /* for cells with quotes inside */
    struct str *cell;    /* of the record read last */
    size_t cells, cells_max;
    size_t from, to; /* bytes of that record, without its line end */
};
void csv_init(struct csv *c, struct arena *a, struct str text, size_t cells_max);
/* RC_OK with *line 0 at the end; blank lines are passed over. */
enum rc csv_next(struct csv *c, uint32_t *line, struct err *err) MUST_USE;
void csv_put_cell(struct buf *b, struct str cell, bool escape);
/* Undo the escape of export: a leading ' before = + - @ ' and tab. */
struct str csv_unescape(struct str cell);

#endif
