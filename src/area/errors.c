/* errors.c - the table of this module's errors. */
#include "area/area.h"

#define ERR(id, rc, code, zh, en, hint_zh, hint_en) const struct err_kind E_##id = {rc, code, zh, en, hint_zh, hint_en};
#include "area/errors.def"
#undef ERR
