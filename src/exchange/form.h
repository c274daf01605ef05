/* form.h - what the files of exchange/ that handle forms share. */
#ifndef GUIJU_EXCHANGE_FORM_H
#define GUIJU_EXCHANGE_FORM_H

#include "exchange/inner.h"

/* ---- base64.c ---- */
bool base64_read(struct arena *a, struct str s, struct str *out);
void base64_put(struct buf *b, struct str s);
bool photo_size(struct str bytes, uint32_t *width, uint32_t *height);

/* ---- form_lines.c ---- */
struct form_line { day_num from, until; bool open, within; struct str text; uint64_t id; /* of its record, where it has one */ };
struct form_lines { VEC(struct form_line) lines; bool fits; struct str odd; };
void form_lines_read(struct arena *a, struct str text, struct form_lines *out);
void form_lines_put(struct buf *b, const struct form_line *lines, size_t n, struct str line_end);
void form_lines_sort(struct form_line *lines, size_t n);
/* Of a record of a group of lines. */
struct form_line form_line_of(const struct pack_form_group *g, const struct sv *values);

/* ---- form_values.c: what a tree says, in terms of registers ---- */

struct form_cell {           /* by element of the declaration: those of the record and of single groups */
    struct xn *node;         /* NULL: the element is not there */
    struct str raw;
    struct sv value;         /* absent (SV_NULL with i = 1): it says nothing, or was not understood */
    bool fits;               /* the value is all that the text says */
};
struct form_row {            /* of a group */
    uint32_t group;
    uint32_t also;           /* another group of the same register that this row serves too; FORM_OWN: none */
    struct sv *values;       /* by column; absent where not said */
    struct xn *item;         /* of a list */
    bool missing;            /* something required is not there: it cannot be taken */
};
struct form_values {
    struct form_cell *cells;
    struct sv *own;
    VEC(struct form_row) rows;
    bool *group_fits;        /* by group: of lines, all was understood */
    VEC(struct batch_file) files;
};
struct form_notes { VEC(struct form_note) list; };
struct form_noting {
    struct arena *a;
    struct form_notes *notes; /* NULL: nobody listens */
    uint32_t file;
};
void form_note(struct form_noting *n, struct str element, struct str text, enum severity severity, const struct err *err);
void form_note_kind(struct form_noting *n, struct str element, struct str text, enum severity severity, const struct err_kind *kind, size_t count, const struct str *args);

void form_parse(const struct pack_form *f, struct records *rs, struct arena *a, struct xn *root, struct form_noting *n, struct form_values *out);
/* Elements that no form of this kind has are told. */
void form_known(const struct pack_form *f, struct arena *a, struct map *known);
void form_unknown(const struct map *known, struct xn *root, struct form_noting *n);
/* A value as the form writes it. */
enum rc form_text(struct records *rs, const struct pack_form_element *e, const struct sv *v, struct arena *a, struct str *out, struct err *err) MUST_USE;
bool form_same(const struct sv *a, const struct sv *b);
void form_aside(struct arena *a, struct xn *n);
struct xn *form_find(struct xn *root, struct str element);
const struct pack_field *form_field_at(const struct pack_form *f, uint32_t group, struct str element);

/* ---- form_photo.c ---- */
struct form_photo { const struct pack_form *f; struct str bytes, hash; bool used; /* the tree has it */ };
bool form_photo_take(void *photo, struct arena *a, struct xn *n, struct str text); /* fits struct xml_take; ctx: a struct form_photo */
/* The file without the letters of its photograph, which are understood by now; false: it is to be read as it stands. */
bool form_photo_cut(struct form_photo *p, struct arena *a, struct str file, struct buf *rest);

/* ---- form_read.c ---- */
/* The file as a tree: XML, or the old quoted text.  b: of who reads files to take them in, a buffer for all of them (of FORM_FILE_MAX): sound photographs are then
 * in the tree as bytes (taken) instead of as text.  NULL: all is as it stands. */
enum rc form_tree(const struct pack_form *f, struct arena *a, struct str name, struct str bytes, struct buf *b, struct xn **out, struct err *err) MUST_USE;
bool form_is_old(struct str bytes); /* the old quoted text: its tree points into the bytes */
struct xn *xn_make(struct arena *a, struct xn *up, struct str name, struct str text);
void xn_set_text(struct arena *a, struct xn *n, struct str text);
/* As it is kept: without the photographs that were understood, which have files of their own. */
struct str form_kept(const struct pack_form *f, struct arena *a, struct xn *root, const struct form_values *v);

/* ---- form_rows.c: the records that hang on one ---- */
struct form_child { uint64_t id; const struct sv *values; bool used; };
struct form_children { struct form_child *at; size_t n; };
enum rc form_children_get(struct records *rs, const struct pack_form *f, const struct pack_register *r, uint64_t id, struct arena *a, struct form_children *out, struct err *err) MUST_USE;
/* The one that a single group means; NULL: none. */
struct form_child *form_single(const struct form_children *c, const struct pack_form_group *g, struct records *rs);
bool form_in_set(const struct pack_form_group *g, struct records *rs, const struct sv *values);
/* Do all values that a row states stand in the record, and nothing more in the columns of the group? */
bool form_row_is(const struct pack_form *f, const struct form_row *row, const struct sv *values);

/* ---- form_files.c, form_in.c, form_trial.c ---- */
struct str form_stem(struct str name); /* without its ending */
struct person {
    struct form_file *file;
    struct xn *root;
    struct form_values values;
    struct str picture;          /* beside an old form */
    struct record now;           /* when the record is there */
    VEC(struct batch_item) items;
    struct str new_key;
};

struct forms_in {
    struct forms_in_options o;
    struct arena *a;
    struct form_notes notes;
    VEC(struct form_file) files;
    VEC(struct person) people;   /* by file */
    struct map pictures;         /* name without ending -> struct str * */
    struct buf text;             /* of the file that is being read */
    struct map known;            /* elements that the form names */
    size_t made;                 /* new keys given */
    struct records *trial;       /* an area in memory that holds the forms alone; goes with the arena */
    struct store *trial_store;
    struct journal *trial_journal;
    struct map trial_ids;        /* id of a record there, as 8 bytes -> file idx + 1 */
};

static inline struct form_noting noting(struct forms_in *in, size_t file) { return (struct form_noting){.a = in->a, .notes = &in->notes, .file = (uint32_t)file}; }
/* Make the trial area; put forms in.  A value that its register refuses is told and taken for absent. */
enum rc forms_trial_open(struct forms_in *in, const struct pack_set *set, struct err *err) MUST_USE;
enum rc forms_trial(struct forms_in *in, size_t from, size_t to, struct err *err) MUST_USE;
/* Planning, some files at a time and in their order.  What was planned may go through the door (form_door.c) while the next are: of its files nothing is touched again. */
struct planning;
enum rc planning_open(struct forms_in *in, struct records *rs, struct planning **out, struct err *err) MUST_USE;
enum rc planning_some(struct planning *pl, size_t from, size_t to, struct err *err) MUST_USE;

#define NOTE(n, element, text, severity, kind, ...) \
    form_note_kind((n), (element), (text), (severity), (kind), sizeof((struct str[]){__VA_ARGS__}) / sizeof(struct str), (struct str[]){__VA_ARGS__})

#endif
