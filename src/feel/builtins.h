/* builtins.h - the functions that builtins.def names. */
#ifndef GUIJU_FEEL_BUILTINS_H
#define GUIJU_FEEL_BUILTINS_H

#include "feel/inner.h"

/* Some rows share a function: a declaration may stand twice. */
#define BUILTIN(name, params, result, flags, fn)                                                   \
    bool fn(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out);
#include "feel/builtins.def"
#undef BUILTIN

/* This value will not do: null, with what it was. */
static inline bool bad_value(struct ev *e, const struct inode *n, struct fv *out, struct str what)
{
    return ev_null(e, n, out, &E_feel_c_value, n->n.name, what, STR_NONE);
}

#endif
