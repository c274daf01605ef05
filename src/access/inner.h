/* inner.h - what the files of access/ share.  Nothing outside includes it. */
#ifndef GUIJU_ACCESS_INNER_H
#define GUIJU_ACCESS_INNER_H

#include <stdatomic.h>

#include "access/access.h"

enum {
    GRANT_MAGIC = 0x544E5247, /* "GRNT" */
    GRANT_ARENA_MAX = 256 << 20,
    VERBS = 4,
    WAYS_MAX = 8,  /* in which a register stands in one tree */
    WAY_DEPTH = 8  /* refs one behind the other */
};
#define ALL_CLASSES 15u
#define OPEN_BIT (1u << PACK_OPEN)

/* A holding that counts today, with its place worked out. */
struct held {
    const struct access_holding *of;
    const struct pack_role *role;
    const struct pack_register *reg;  /* of the place */
    const struct pack_field *tree;
    const uint64_t *ids;
    size_t ids_count;
    bool everywhere, self;
};

struct grant {
    uint32_t magic;
    atomic_int refs;
    struct arena arena;
    const struct pack_set *set;
    bool is_operator;
    uint64_t account;
    struct str name, title;
    day_num today;
    enum access_office office;
    const struct access_narrow *narrow;
    const struct pack_register *person_reg;
    uint64_t person;
    VEC(struct held) held;
    VEC(const struct pack_role *) roles;
    VEC(struct access_idle) idle;
    struct scope *scopes;             /* [register idx * VERBS + verb] */
};

/* ---- engine.c: what the engine's own registers are to whom ---- */
#define ENGINE_OWN (1u << 8)
enum engine_kind { ENGINE_NOT, ENGINE_SUBJECT, ENGINE_CASE, ENGINE_OFFICE };
struct engine_reg {
    struct str name;
    enum engine_kind kind;
    unsigned read, write; /* bit n: office n; ENGINE_OWN: one's own, too */
    bool everyone;        /* open to all who sign in */
    struct str of;        /* the ref that leads to the account (ENGINE_OFFICE), may be empty */
};
const struct engine_reg *engine_reg(const struct pack_set *set, const struct pack_register *r); /* NULL: a field's register */

/* ---- scope.c ---- */
void scopes_make(struct grant *g);

#endif
