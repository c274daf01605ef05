/* errors.c - the kinds of errors.def as constants. */
#include "ballot/ballot.h"

#define ERR(id, rc, code, zh, en, hint_zh, hint_en) \
    const struct err_kind E_##id = {rc, code, zh, en, hint_zh, hint_en};
#include "ballot/errors.def"
#undef ERR
