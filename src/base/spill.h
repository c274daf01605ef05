/*
 * spill.h - more than should stay in memory, in a file without a name.
 * The file is made in a folder, cannot be opened by anybody else, and is gone when it is closed or the process ends.  What is in it is read and written as memory (spill_map);
 * spill_cool() lets go of the pages that were looked at: they come back when they are looked at again, and nothing is lost.
 * Its disk room is taken before it is mapped, so a full disk is an error (sys.io), never a signal.
 * Threads: one at a time.
 */
#ifndef GUIJU_BASE_SPILL_H
#define GUIJU_BASE_SPILL_H

#include "base/arena.h"
#include "base/err.h"

struct spill;
/* folder: where the file lies; RC_SYSTEM sys.io where none can be made there. */
enum rc spill_open(struct str folder, struct spill **out, struct err *err) MUST_USE;
enum rc spill_put(struct spill *s, struct str bytes, struct err *err) MUST_USE;  /* behind what is there; not once it is mapped */
enum rc spill_copy(struct spill *s, struct str path, struct err *err) MUST_USE;  /* a whole file behind what is there */
enum rc spill_room(struct spill *s, size_t len, struct err *err) MUST_USE;       /* zeroed bytes behind what is there, on the disk */
enum rc spill_map(struct spill *s, struct err *err) MUST_USE;
struct str spill_view(const struct spill *s);                                    /* of one that is mapped */
void spill_lend(struct spill *s, struct arena *a);                               /* the whole of it is a's memory from here on: a takes from nowhere else */
void spill_cool(const struct spill *s);                                          /* s may be NULL */
void spill_close(struct spill **sp);                                             /* *sp may be NULL */
void spill_defer(struct arena *a, struct spill *s);                              /* closed with a */
/* The folder that a file lies in. */
struct str spill_folder(struct str path);

#endif
