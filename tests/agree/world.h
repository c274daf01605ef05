/* world.h - random columns, and random expressions over them. */
#ifndef GUIJU_AGREE_WORLD_H
#define GUIJU_AGREE_WORLD_H

#include "feel/feel.h"

enum { TABLES = 3, FIELDS_MAX = 24 };

struct world_field {
    const char *name;
    enum feel_column_kind kind;
    uint8_t scale;
    int codes;                       /* which table of codes */
    int to;                          /* which table a ref goes to */
    int back_of;                     /* a list: of which table; -1: a field */
    int back_by;                     /* by which of its fields */
    struct fv *values;
    int64_t *cells;                  /* rows of refs, from 0 */
    struct feel_column column;
    struct feel_back back;
};

struct world_table {
    struct feel_register reg;
    struct feel_type type;
    struct world_field field[FIELDS_MAX];
    uint32_t fields, rows;
};

struct world {
    struct arena a, scratch;
    struct arena_mark mark;
    uint64_t seed;
    uint32_t favourites;             /* rows that most refs lead to */
    struct world_table table[TABLES];
    struct feel_codes codes[2];
    struct feel_type code_type[2], all_type;
    struct feel_scope names, site;
    struct feel_host host;
    struct feel_columns columns;
    char *texts;
    char **pieces;
    struct fv params[3];
    day_num today;
    uint64_t steps;                  /* of one row; 0: as usual */
};

/* Most worlds are small, so that a run sees many.  Long: more rows than a block, in lists too.  Many children: lists of more items than a block. */
enum world_size { WORLD_SMALL, WORLD_LONG, WORLD_MANY_CHILDREN };
struct world *world_make(uint64_t seed, enum world_size size);
void world_free(struct world **wp);
/* A program that the checker takes.  Lives until world_drop(). */
const struct feel_program *world_draw(struct world *w, enum feel_mode *mode);
/* This one; NULL: the checker refuses it. */
const struct feel_program *world_compile(struct world *w, const char *text, enum feel_mode mode);
void world_drop(struct world *w);
struct fv world_record(const struct world *w, int table, uint32_t row);
struct feel_run world_run(struct world *w, const struct fv *self);
struct feel_vector_options world_vector(struct world *w);
void world_row(const struct world *w, uint32_t row, struct buf *out);
uint32_t draw(struct world *w, uint32_t below);

/* Both evaluators on every row, in blocks of 2048, 3 and 1 rows.  False: they differ, and it was told on stderr. */
struct agreed { size_t made, refused, rows, wild, wrong; };
bool world_agree(struct world *w, const struct feel_program *p, struct agreed *sum, void (*refused)(void *ctx, const struct feel_program *p, struct feel_why why),
                 void *ctx);
/* How many rows a program leaves to the other evaluator where a row has so many steps. */
size_t world_wild(struct world *w, const struct feel_program *p, uint64_t steps);

#endif
