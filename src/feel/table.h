/* table.h - decision tables, as eval.c and explain.c see them. */
#ifndef GUIJU_FEEL_TABLE_H
#define GUIJU_FEEL_TABLE_H

#include "feel/inner.h"

bool ev_table(struct ev *e, const struct inode *n, struct fv *out);

/* Which rows hold: their numbers in order, and the first of which nobody can say so (UINT32_MAX: none) with its null. */
struct table_pick {
    uint32_t *hits;
    uint32_t hits_count;
    uint32_t unsure;
    bool outside;         /* an input is nothing that the table takes: `why` is the answer */
    struct fv why;
    struct fv *value;     /* by input */
    struct fv *vars;      /* what tests see: the variables, and `?` at its slot */
    uint32_t vars_count;
};
bool table_pick(struct ev *e, const struct inode *n, struct table_pick *p);
static inline const struct feel_table *table_of(const struct inode *n) { return n->set; } /* n must be a TABLE */

#endif
