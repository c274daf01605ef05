/* errors.c - the kinds of errors of record/. */
#include "record/record.h"

#define ERR(id, rc, code, zh, en, hint_zh, hint_en)                                                \
    const struct err_kind E_##id = {(rc), (code), (zh), (en), (hint_zh), (hint_en)};
#include "record/errors.def"
#undef ERR
