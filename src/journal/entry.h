/*
 * entry.h - the bytes of an entry: head, commitments, what an erase entry names.  Layout: README.md here.
 */
#ifndef GUIJU_JOURNAL_ENTRY_H
#define GUIJU_JOURNAL_ENTRY_H

#include "journal/journal.h"

enum {
    ENTRY_FORMAT = 1,
    ENTRY_FIXED = 64,
    ENTRY_HEAD_MAX = ENTRY_FIXED + CLASS_COUNT * HASH_LEN,
    ENTRY_SALT = 16,
    ENTRY_BODY_MAX = 1024 * 1024
};

/* Which rule of the format the entry breaks, by the field's name; NULL: none.  mask: classes with a commitment. */
const char *entry_fault(const struct entry *e, uint8_t mask);
/* Write the head; e has no fault.  Returns its length. */
size_t entry_head_put(const struct entry *e, uint8_t mask, const struct hash commit[CLASS_COUNT], uint8_t out[ENTRY_HEAD_MAX]);
/* Read a head into everything of e but the bodies.  False: malformed, or another format; e is then undefined. */
bool entry_head_get(struct str head, struct entry *e, uint8_t *mask, struct hash commit[CLASS_COUNT]);
/* H(0x02 || class || salt || body). */
void entry_commit(struct hasher *h, enum field_class c, struct str salted, struct hash *out);
/* The bodies that the open body of an ENTRY_ERASE names, all before seq.  False: not as it must be. */
bool entry_erased_get(struct arena *a, struct str body, uint64_t seq, struct erased_body **out, size_t *n);

/* A row of table journal_entry, taken apart.  Texts point into the row. */
struct entry_row {
    struct entry e;
    struct str head;
    struct str salted[CLASS_COUNT];
    struct hash commit[CLASS_COUNT];
    uint8_t mask;
};
/* NULL, or a word (README.md, "What verify says") for what is wrong with the row itself. */
const char *entry_row_get(const struct sv *row, struct entry_row *out);

#endif
