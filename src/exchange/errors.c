/* errors.c - the kinds of errors of exchange/. */
#include "exchange/exchange.h"

#define ERR(id, rc, code, zh, en, hint_zh, hint_en)                                                \
    const struct err_kind E_##id = {(rc), (code), (zh), (en), (hint_zh), (hint_en)};
#include "exchange/errors.def"
#undef ERR
