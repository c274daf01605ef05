/* errors.c - the kinds of errors.def as constants. */
#include "procedure/procedure.h"

#define ERR(id, rc, code, zh, en, hint_zh, hint_en) \
    const struct err_kind E_##id = {rc, code, zh, en, hint_zh, hint_en};
#include "procedure/errors.def"
#undef ERR
