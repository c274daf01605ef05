/*
 * note.h - C2SP signed notes: text, a blank line, lines of signatures; and the keys that sign them.
 */
#ifndef GUIJU_JOURNAL_NOTE_H
#define GUIJU_JOURNAL_NOTE_H

#include "journal/journal.h"

enum {
    NOTE_MAX = 256 * 1024,       /* bytes of a note */
    NOTE_SIGNATURES_MAX = 100,   /* C2SP asks for at least 16 */
    NOTE_LINE_MAX = 16 * 1024,   /* bytes of a signature line */
    NOTE_NAME_MAX = 200,
    NOTE_KEY_LEN = 32,
    NOTE_SIG_LEN = 64,
    NOTE_TEXT_KEY_MAX = NOTE_NAME_MAX + 96 /* any key as text */
};

/* A verifier key taken apart; name points into the text. */
struct note_key {
    struct str name;
    uint8_t id[4];
    uint8_t pub[NOTE_KEY_LEN];
};

bool note_name_ok(struct str name);
/* No control characters but line ends, valid UTF-8. */
bool note_text_ok(struct str text);
/* First four bytes of SHA-256(name || 0x0A || 0x01 || pub). */
void note_key_id(struct str name, const uint8_t pub[NOTE_KEY_LEN], uint8_t id[4]);
/* "name+0123abcd+base64(0x01 || pub)"; the id must be right. */
bool note_key_parse(struct str verifier, struct note_key *out);
void note_key_print(const struct note_key *k, struct buf *out);

/* Take apart; *text is the part that is signed.  RC_INPUT note.malformed, RC_LIMIT note.too_big. */
enum rc note_split(struct str note, struct str *text, struct str *signatures, struct err *err) MUST_USE;
/* RC_BROKEN note.signature unless the key signed the text, and each signature by it is right. */
enum rc note_check(struct str text, struct str signatures, const struct note_key *key, struct err *err) MUST_USE;
/* text, blank line, one signature line.  text ends in a line end. */
void note_put_signed(struct str text, const struct signer *s, struct buf *out);

/* signer.c */
struct str signer_name(const struct signer *s);
void signer_sign(const struct signer *s, struct str text, uint8_t id[4], uint8_t sig[NOTE_SIG_LEN]);

/* Standard base64 (RFC 4648 4), strict. */
void put_base64(struct buf *b, const void *bytes, size_t len);
bool read_base64(struct str text, void *out, size_t max, size_t *len);

#endif
