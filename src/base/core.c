/* core.c - where an assertion ends. */
#include "base/core.h"

void must_failed(const char *what, const char *file, int line)
{
    /* No personal data here: only our own source text. */
    fprintf(stderr, "guiju: broken assertion: %s at %s:%d\n", what, file, line);
    fflush(stderr);
    abort();
}
