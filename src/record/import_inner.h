/*
 * import_inner.h - what the files of an import share: import.c knows what a heading, a cell and a row mean, import_text.c how they stand in CSV and JSON.
 */
#ifndef GUIJU_RECORD_IMPORT_INNER_H
#define GUIJU_RECORD_IMPORT_INNER_H

#include "record/inner.h"

struct column {
    struct str heading;
    const struct pack_field *field; /* NULL: "#" or passed over */
    bool is_id;
};

/* Where a text of the file itself stands: rows by key, rows by name.  Only for registers that refer to themselves. */
struct own {
    size_t row; /* idx of plan->rows */
    uint32_t line, other; /* other: of the second row of that name; 0: it is the only one */
};

struct reading {
    struct records *rs;
    struct reg_bind *b;
    struct arena *a;
    struct import_plan *plan;
    struct lookups lookups;
    struct import_room room;
    struct map keys, names; /* -> struct own */
    VEC(struct import_row) rows;
    struct buf warnings;
    bool own_refs; /* the register refers to itself */
    bool *given;   /* by column */
    VEC(const struct pack_field *) order;
    bool id_given;
    bool row_bad; /* the row at hand is counted already */
    struct err err; /* of the cell at hand: too large for each stack frame */
};

/* ---- import.c ---- */

/* g->err says what is wrong with the row at hand; the row counts once. */
void reading_bad(struct reading *g, uint32_t line, uint32_t col, struct str field, struct str text);
void reading_given(struct reading *g, const struct pack_field *f); /* the file has that field */
enum rc reading_heading(struct reading *g, struct str heading, struct column *out, struct err *err) MUST_USE;
enum rc reading_unknown(const struct reading *g, struct str heading, struct err *err) MUST_USE;
enum rc reading_headings_check(const struct reading *g, struct err *err) MUST_USE;
/* False: g->err says why. */
bool reading_cell(struct reading *g, const struct pack_field *f, struct str text, struct sv *out) MUST_USE;
bool reading_id(struct reading *g, struct str text, uint64_t *id) MUST_USE;
struct sv *reading_values(struct reading *g);
/* The row is whole: is its key given, and only once?  False: it is bad, and was told. */
bool reading_row(struct reading *g, struct import_row *row);

/* ---- import_text.c ---- */

enum rc reading_csv(struct reading *g, struct str text, struct err *err) MUST_USE;
enum rc reading_json(struct reading *g, struct str text, struct err *err) MUST_USE;

#endif
