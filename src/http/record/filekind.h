/* filekind.h - which files are taken, and what they are. */
#ifndef GUIJU_HTTP_FILEKIND_H
#define GUIJU_HTTP_FILEKIND_H

#include "http/inner.h"

struct file_kind { int family; size_t max; struct str end, type; const char *also, *zh, *en; };
/* By the bytes alone; NULL: of no kind that is taken. */
const struct file_kind *file_kind_of(struct str bytes);
/* May a file of this media type be called so? */
bool file_name_fits(struct str type, struct str name);
/* said: the media type that came with it.  RC_INPUT http.file_type, http.file_differs, http.file_said, exchange.zip*; RC_DENIED http.file_secret, http.file_macros;
 * RC_LIMIT http.too_large. */
enum rc file_take(struct str name, struct str said, struct str bytes, struct arena *a, const struct file_kind **out, struct err *err) MUST_USE;

#endif
