/* inner.h - what the files of exchange/ share: packages, XML, the texts of cells. */
#ifndef GUIJU_EXCHANGE_INNER_H
#define GUIJU_EXCHANGE_INNER_H

#include "exchange/exchange.h"

/* How a record is called, for the one who asks. */
static inline enum rc sight_called(struct records *rs, const struct exchange_sight *s, const struct pack_register *r, uint64_t id, struct arena *a, struct str *out, struct err *err)
{
    return s != NULL && s->called != NULL ? s->called(s->ctx, r, id, a, out, err) : record_display(rs, r, id, a, out, err);
}

/* ---- zip.c: packages, read from memory ---- */

enum { ZIP_ENTRIES_MAX = 10000, ZIP_RATIO_MAX = 250, ZIP_RATIO_FROM = 4 << 20 };
#define ZIP_ONE_MAX (UINT64_C(2) << 30)
#define ZIP_ALL_MAX (UINT64_C(4) << 30)

struct zip_in; /* closed with the arena */
struct zip_entry { struct str name; uint64_t size; uint32_t idx; };
/* Looks at every entry before any is read.  what: how the file is called in errors.  bytes must outlive it. */
enum rc zip_in_open(struct arena *a, struct str what, struct str bytes, struct zip_in **out, struct err *err) MUST_USE;
/* The same of a file, of which no more is in memory than what is being read. */
enum rc zip_in_open_file(struct arena *a, struct str what, struct str path, struct zip_in **out, struct err *err) MUST_USE;
size_t zip_in_count(const struct zip_in *z);
const struct zip_entry *zip_in_at(const struct zip_in *z, size_t i);
const struct zip_entry *zip_in_entry(const struct zip_in *z, uint32_t idx);           /* by its place in the zip; NULL: none */
const struct zip_entry *zip_in_find(const struct zip_in *z, struct str name); /* NULL: absent; case is overlooked */
enum rc zip_in_read(struct zip_in *z, const struct zip_entry *e, uint64_t max, struct arena *a, struct str *out, struct err *err) MUST_USE;
enum rc zip_in_stream(struct zip_in *z, const struct zip_entry *e, enum rc (*fn)(void *ctx, struct str part, struct err *err), void *ctx, struct err *err) MUST_USE;

/* A package in memory. */
enum rc zip_bytes(const struct zip_part *parts, size_t n, struct arena *a, struct str *out, struct err *err) MUST_USE;

/* ---- xml.c ---- */

enum { XML_DEPTH = 128 };
struct xml_attr { struct str name, value; struct str ns; }; /* name is local */
/* Any of these may be NULL.  Texts are valid during the call. */
struct xml_sink {
    void *ctx;
    enum rc (*start)(void *ctx, struct str local, struct str prefix, const struct xml_attr *attrs, uint32_t n, struct err *err);
    enum rc (*end)(void *ctx, struct str local, struct err *err);
    enum rc (*text)(void *ctx, struct str text, struct err *err);
    /* Namespaces declared by the element that starts next: pairs of prefix ("" the default) and address. */
    void (*spaces)(void *ctx, const struct str *pairs, uint32_t n);
};
struct xml_push;
enum rc xml_push_open(struct arena *a, struct str what, const struct xml_sink *sink, uint64_t elements_max, struct xml_push **out, struct err *err) MUST_USE;
enum rc xml_push_part(void *push, struct str part, struct err *err) MUST_USE; /* a struct xml_push; fits zip_in_stream() */
enum rc xml_push_end(struct xml_push *p, struct err *err) MUST_USE;
enum rc xml_parse(struct arena *a, struct str what, struct str text, const struct xml_sink *sink, uint64_t elements_max, struct err *err) MUST_USE;
struct str xml_attr_of(const struct xml_attr *attrs, uint32_t n, const char *local); /* STR_NONE: absent */

/* A tree that can be written again: texts are nodes without a name. */
struct xn {
    struct str name;             /* local; empty: text */
    struct str prefix, text;
    struct str taken, mark;      /* what its text became when it was taken while reading, and what its taker knows of that; then it has no text */
    struct xml_attr *attrs;      /* ns: the prefix as written */
    uint32_t attrs_count;
    const struct str *spaces;    /* pairs */
    uint32_t spaces_count;
    struct xn *first, *last, *next, *prev, *up;
};
enum rc xml_tree(struct arena *a, struct str what, struct str text, uint64_t elements_max, struct xn **out, struct err *err) MUST_USE;
/* The same; take is asked for each element that is nothing but text, when it ends, and may keep the text in another form (n->taken, n->mark): the tree then does without it.
 * Texts are gathered in b, which is the caller's, to be used for the next file too. */
struct xml_take {
    void *ctx;
    bool (*take)(void *ctx, struct arena *a, struct xn *n, struct str text); /* sets n->taken */
    struct buf *b;
};
enum rc xml_tree_take(struct arena *a, struct str what, struct str text, uint64_t elements_max, const struct xml_take *take, struct xn **out, struct err *err) MUST_USE;
struct xn *xn_child(const struct xn *n, const char *local); /* the first of that name; NULL: none */
struct xn *xn_next(const struct xn *n, const char *local);
struct str xn_text(struct arena *a, const struct xn *n);    /* of it and all below, joined */
struct str xn_attr(const struct xn *n, const char *local);
void xn_hang(struct xn *up, struct xn *n);                 /* as its last child, whatever hung it before */
void xml_put_text(struct buf *b, struct str s, bool attr);  /* escaped; what XML cannot hold is left out */
void xn_put(struct buf *b, const struct xn *n);

/* ---- xlsx_number.c: what a number in a cell means ---- */

enum cell_format { FORMAT_PLAIN, FORMAT_DAY, FORMAT_MONTH, FORMAT_TIME, FORMAT_DAY_TIME };
enum cell_format xlsx_format_of(uint32_t id, struct str code); /* code: of a custom format, or empty */
/* 15 digits as spreadsheets have them, without exponent.  *lost: there were more. False: no number. */
bool xlsx_number_text(struct arena *a, struct str raw, struct str *out, bool *lost);
/* A serial as a date; false: not one that exists. */
bool xlsx_date_text(struct arena *a, struct str raw, enum cell_format format, bool epoch_1904, struct str *out);
bool xlsx_ref(struct str ref, uint32_t *row, uint32_t *col); /* "BC12": from 0 */

/* ---- xlsx_book.c: a workbook's parts ---- */

struct book_sheet { struct str name; const struct zip_entry *entry; bool hidden; };
struct merge { uint32_t row, col, row_to, col_to; };
struct book {
    struct arena *a;
    struct zip_in *zip;
    struct str *shared;
    size_t shared_count;
    uint8_t *formats;            /* enum cell_format by style */
    size_t formats_count;
    bool epoch_1904;
    struct book_sheet *sheets;
    size_t sheets_count;
};
enum rc book_open(struct arena *a, struct str bytes, struct book **out, struct err *err) MUST_USE;
/* Rows of a sheet, as texts; cells that are not there are empty.  row counts from 0; cells are valid during the call. */
struct book_row { uint32_t row; const struct str *cells; uint32_t cells_count; };
struct book_walk {
    void *ctx;
    enum rc (*row)(void *ctx, const struct book_row *row, struct err *err);      /* may be NULL */
    void (*merged)(void *ctx, struct merge m);                                   /* may be NULL; comes behind all rows */
    void (*lost)(void *ctx, uint32_t row, uint32_t col, struct str text);        /* digits were lost; may be NULL */
};
enum rc book_walk(struct book *b, const struct book_sheet *s, const struct book_walk *w, struct err *err) MUST_USE;

/* ---- form_rows.c ---- */
/* The values of the fields of a list (up to NULL), as one text to find a record by; empty: something is missing. */
struct str match_text(struct arena *a, const struct pack_field *const *fields, const struct sv *values);

/* ---- compare_keys.c: which record, or row, has a text; 24 bytes each ---- */
struct keys; /* goes with the arena */
struct keys *keys_make(struct arena *a);
enum rc keys_put(struct keys *k, struct str text, uint64_t id, struct err *err) MUST_USE;
void keys_sort(struct keys *k);                                       /* before anything is looked for, and after all was put */
size_t keys_find(struct keys *k, struct str text, uint64_t *id);      /* how many have it: 0, 1 or 2 (several); *id: the least of theirs */

/* ---- compare.c ---- */
size_t csv_cells(struct arena *a, struct str csv, size_t *at, struct str *cells, size_t max);
const struct pack_field ***identities(const struct pack_register *r, const struct pack_field ***by, struct arena *a, size_t *n);

/* ---- list_cells.c: a roster's values by the column evaluator, a wave of lines at a time ---- */
struct list_cells;
enum rc list_cells_open(struct roster *roster, day_num today, const struct pack_roster *p, struct arena *a, struct list_cells **out, struct err *err) MUST_USE;
void list_cells_close(struct list_cells *c); /* c may be NULL; its memory is the arena's */
uint32_t list_cells_wave(void);              /* lines at most */
enum rc list_cells_fill(struct list_cells *c, const uint32_t *places, uint32_t n, struct err *err) MUST_USE; /* of open records */
bool list_cells_at(const struct list_cells *c, uint32_t column, uint32_t at, struct fv *out);               /* line `at` of the wave; false: ask the scalar evaluator */

/* ---- list_docx.c ---- */
enum rc roster_docx(struct records *rs, const struct pack_roster *p, const struct list_options *o, struct str path, uint64_t *rows, struct err *err) MUST_USE;

/* ---- list_out.c ---- */
struct str day_words(struct arena *a, day_num day, enum lang lang); /* "as of …" */
void cell_text_put(struct buf *b, const struct cell *c);

/* ---- list_make.c ---- */
/* An expression over the records of a register, held to what may be listed (picked by, where list). */
enum rc listed_compile(const struct pack_register *over, struct str text, bool list, const struct feel_type *wanted, struct arena *a, struct feel_program **out,
                     enum pack_class *class, struct err *err) MUST_USE;
/* The same for what a document prints, over any scope. */
enum rc printed_compile(const struct feel_scope *scope, struct str text, struct arena *a, struct feel_program **out, struct err *err) MUST_USE;

#endif
