/*
 * sample.h - invented data made by a recipe, the same for the same seed, at any size.
 *
 * A recipe is JSON: lists of words, and for each register how many rows and a FEEL expression a column.  What comes out is CSV text with a
 * heading row, in pieces, as if people had typed it: it is loaded by the same import as any file.  Nothing here knows the field.
 * The recipe's format: README.md here.  Memory: one piece at a time.
 */
#ifndef GUIJU_SAMPLE_H
#define GUIJU_SAMPLE_H

#include "feel/feel.h"

struct sample_options {
    int64_t people;          /* 0: what the recipe says */
    int64_t seed;
    size_t piece_rows;       /* rows of a piece, children beside; 0: 20000 */
};

/* Each piece goes to fn: the register's name and CSV text, valid during the call.  RC_INPUT sample.*: the recipe is wrong, mistakes in d. */
enum rc sample_each(struct str recipe, const struct sample_options *o, struct diags *d,
                    enum rc (*fn)(void *ctx, struct str reg, struct str csv, struct err *err), void *ctx, struct err *err) MUST_USE;

#define ERR(id, rc, code, zh, en, hint_zh, hint_en) extern const struct err_kind E_##id;
#include "sample/errors.def"
#undef ERR

#endif
