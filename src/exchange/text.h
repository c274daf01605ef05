/* text.h - lines of text that are told to who looks for a word in a file: only those that hold it. */
#ifndef GUIJU_EXCHANGE_TEXT_H
#define GUIJU_EXCHANGE_TEXT_H

#include <iconv.h>

#include "exchange/inner.h"

struct text_told {
    void (*line)(void *ctx, struct str line);
    void *ctx;
    struct str word;       /* UTF-8; a line without it is not told */
    iconv_t gbk;           /* from GB18030 to UTF-8 */
    bool open;
};
void text_open(struct text_told *t);
void text_close(struct text_told *t);
void text_tell(struct text_told *t, struct str line);
/* Bytes written to out; what is no GB18030 is left out. */
size_t text_from_gbk(struct text_told *t, struct str s, char *out, size_t max);

#endif
