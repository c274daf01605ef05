/*
 * roster_follow.h - what the files that make a later version share: what changed by table, and writing to arrays that may be shared.
 *   roster_follow.c  the journal's entries between two seqs, rows read anew, closed records that are referred to
 *   roster_patch.c   copy on write: places and ids, cells, versions, lists of the other side
 *   roster_forget.c  what derived fields came to: which rows of which memos no longer hold
 */
#ifndef GUIJU_RECORD_ROSTER_FOLLOW_H
#define GUIJU_RECORD_ROSTER_FOLLOW_H

#include "record/inner.h"
#include "record/roster_inner.h"

struct row_list { uint32_t *at; size_t len, cap; };

/* A ref that was taken from a row of the target's list, or came to it. */
struct ref_move { uint32_t target, row; };
struct ref_moves { struct ref_move *at; size_t len, cap; };

struct follow_table {
    const struct roster_table *old; /* of the version that is followed */
    struct roster_table *now;
    struct reg_bind *bind;
    VEC(int64_t) ids;               /* of records that entries are about; later ascending, each once */
    struct row_list rows;           /* places of those that are here */
    struct row_list opened, closed; /* places */
    uint64_t *fields;               /* bits by field->idx: a cell of it changed */
    bool any;                       /* something changed, rows came or went included */
    bool came_or_went;
    struct ref_moves *went, *came;  /* by field->idx, of refs with lists */
};

struct follow {
    struct roster *r;               /* the version that is made */
    const struct roster *from;
    struct records *rs;
    struct arena *a;                /* as long as the making */
    struct follow_table **tables;   /* by reg->idx; NULL: not loaded */
    VEC(struct ghost) ghosts;       /* closed records that are referred to: places whose cells are still to be filled */
};
struct ghost { struct follow_table *t; uint32_t row; };

/* ---- roster_follow.c ---- */
struct follow_table *follow_table_make(struct follow *f, uint32_t i);
enum rc follow_ghosts(struct follow *f, struct arena *rows, struct err *err) MUST_USE; /* fills those that are listed, and those that they bring; empties the list */

/* ---- roster_patch.c ---- */
void patch_frame(struct follow *f);                                                                /* tables that share all with the old ones */
enum rc patch_append(struct follow *f, struct roster_table *t, int64_t id, uint32_t *row, struct err *err) MUST_USE;
/* valid false: empty.  The column's array and block become this version's own. */
enum rc patch_cell(struct follow *f, struct roster_column *c, uint32_t row, bool valid, int64_t cell, struct err *err) MUST_USE;
enum rc patch_reach(struct follow *f, struct follow_table *t, struct err *err) MUST_USE;           /* blocks and versions for all places */
enum rc patch_version(struct follow *f, struct roster_table *t, uint32_t row, uint32_t version, struct err *err) MUST_USE;
enum rc patch_open(struct follow *f, struct follow_table *t, struct err *err) MUST_USE;            /* rows, open, gone */
enum rc patch_backs(struct follow *f, struct follow_table *t, struct err *err) MUST_USE;           /* of this table as target */

/* ---- roster_forget.c ---- */
enum rc forget(struct follow *f, struct err *err) MUST_USE;

#endif
