/*
 * prompt.h - a line typed on a terminal, with a cursor and a history that lasts as long as the program.
 * Editing: arrows, Home and End, Backspace and Delete, Ctrl-A E U K; Ctrl-C drops the line, Ctrl-D on an empty one ends.
 * The terminal is as it was between two reads, so that whatever runs then can be stopped.
 */
#ifndef GUIJU_CLI_PROMPT_H
#define GUIJU_CLI_PROMPT_H

#include "base/base.h"

#include <termios.h>

enum { PROMPT_LINE_MAX = 16 << 10, PROMPT_HISTORY_MAX = 200 };

struct prompt {
    char line[PROMPT_LINE_MAX];
    size_t len, at;                        /* bytes; the cursor stands before byte `at` */
    struct str history[PROMPT_HISTORY_MAX]; /* oldest first, on the heap */
    size_t history_count, shown;
    struct termios before;
};
void prompt_init(struct prompt *p);
void prompt_fini(struct prompt *p);
/* False: the end of input.  *out is valid until the next read. */
bool prompt_read(struct prompt *p, const char *mark, struct str *out);

#endif
