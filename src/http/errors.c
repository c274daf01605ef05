/* errors.c - defines the kinds of errors.def. */
#include "http/http.h"

#define ERR(id, rc, code, zh, en, hint_zh, hint_en) const struct err_kind E_##id = {rc, code, zh, en, hint_zh, hint_en};
#include "http/errors.def"
#undef ERR
