/*
 * note.c - signed notes as C2SP signed-note says: what is signed is the text, each line end included, the blank line not.
 */
#include "journal/note.h"

#include "journal/inner.h"

#include <sodium.h>

enum { KEY_TYPE_ED25519 = 0x01 };
#define DASH STR("\xe2\x80\x94 ") /* U+2014 and a blank */

/* ---- base64 ---- */

void put_base64(struct buf *b, const void *bytes, size_t len)
{
    size_t room = sodium_base64_ENCODED_LEN(len, sodium_base64_VARIANT_ORIGINAL); /* with the NUL */
    char *p = buf_room(b, room);
    if (p == NULL) return;
    sodium_bin2base64(p, room, bytes, len, sodium_base64_VARIANT_ORIGINAL);
    buf_grew(b, room - 1);
}

bool read_base64(struct str text, void *out, size_t max, size_t *len)
{
    /* libsodium refuses missing padding, stray characters and bits left over. */
    return text.len > 0 && sodium_base642bin(out, max, text.ptr, text.len, NULL, len, NULL, sodium_base64_VARIANT_ORIGINAL) == 0;
}

/* ---- names and keys ---- */

static bool is_space(uint32_t cp)
{
    return cp <= 0x20 || cp == 0x7f || cp == 0x85 || cp == 0xa0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200a) || cp == 0x2028 ||
           cp == 0x2029 || cp == 0x202f || cp == 0x205f || cp == 0x3000;
}

bool note_name_ok(struct str name)
{
    if (name.len == 0 || name.len > NOTE_NAME_MAX || !utf8_ok(name, NULL)) return false;
    for (size_t at = 0; at < name.len;) {
        uint32_t cp = utf8_next(name, &at);
        if (is_space(cp) || cp == '+') return false;
    }
    return true;
}

bool note_text_ok(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < 0x20 && text.ptr[i] != '\n') return false;
    return utf8_ok(text, NULL);
}

void note_key_id(struct str name, const uint8_t pub[NOTE_KEY_LEN], uint8_t id[4])
{
    static const uint8_t between[2] = {0x0a, KEY_TYPE_ED25519};
    uint8_t full[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state st;
    crypto_hash_sha256_init(&st);
    crypto_hash_sha256_update(&st, (const uint8_t *)name.ptr, name.len);
    crypto_hash_sha256_update(&st, between, sizeof between);
    crypto_hash_sha256_update(&st, pub, NOTE_KEY_LEN);
    crypto_hash_sha256_final(&st, full);
    memcpy(id, full, 4);
}

bool note_key_parse(struct str verifier, struct note_key *out)
{
    size_t plus = str_find_char(verifier, '+');
    if (plus == SIZE_MAX || verifier.len - plus < 10 || verifier.ptr[plus + 9] != '+') return false;
    struct str hex = str_sub(verifier, plus + 1, plus + 9), b64 = str_sub(verifier, plus + 10, verifier.len);
    out->name = str_sub(verifier, 0, plus);
    uint8_t key[1 + NOTE_KEY_LEN];
    size_t len = 0;
    if (!note_name_ok(out->name) || !read_base64(b64, key, sizeof key, &len)) return false;
    if (len != sizeof key || key[0] != KEY_TYPE_ED25519) return false;
    memcpy(out->pub, key + 1, NOTE_KEY_LEN);
    note_key_id(out->name, out->pub, out->id);
    char want[9];
    sodium_bin2hex(want, sizeof want, out->id, sizeof out->id); /* lower case, as Go prints and we do */
    return str_eq(hex, str_of(want, 8));
}

void note_key_print(const struct note_key *k, struct buf *out)
{
    uint8_t key[1 + NOTE_KEY_LEN] = {KEY_TYPE_ED25519};
    memcpy(key + 1, k->pub, NOTE_KEY_LEN);
    buf_str(out, k->name);
    buf_char(out, '+');
    buf_hex(out, k->id, sizeof k->id);
    buf_char(out, '+');
    put_base64(out, key, sizeof key);
}

/* ---- notes ---- */

static size_t line_of(struct str note, size_t at)
{
    size_t line = 1;
    for (size_t i = 0; i < at && i < note.len; i++) line += note.ptr[i] == '\n';
    return line;
}

static enum rc malformed(struct err *err, size_t line)
{
    struct num n;
    return err_set(err, &E_journal_note_malformed, NO_PLACE, num_str(&n, line));
}

/* The first line of *rest, without its end; *rest moves behind it. */
static struct str take_line(struct str *rest)
{
    size_t end = str_find_char(*rest, '\n');
    MUST(end != SIZE_MAX);
    struct str line = str_sub(*rest, 0, end);
    *rest = str_sub(*rest, end + 1, rest->len);
    return line;
}

/* "— name base64": sig gets key id and signature. */
static bool take_signature(struct str line, struct str *name, uint8_t *sig, size_t max, size_t *len)
{
    if (!str_starts(line, DASH) || line.len > NOTE_LINE_MAX) return false;
    struct str rest = str_sub(line, DASH.len, line.len);
    size_t blank = str_find_char(rest, ' ');
    if (blank == SIZE_MAX) return false;
    *name = str_sub(rest, 0, blank);
    return note_name_ok(*name) && read_base64(str_sub(rest, blank + 1, rest.len), sig, max, len) && *len > 4;
}

enum rc note_split(struct str note, struct str *text, struct str *signatures, struct err *err)
{
    struct num n;
    if (note.len > NOTE_MAX) return err_set(err, &E_journal_note_big, NO_PLACE, STR("checkpoint"), num_str(&n, NOTE_MAX));
    if (note.len == 0 || note.ptr[note.len - 1] != '\n' || !note_text_ok(note)) return malformed(err, line_of(note, note.len));
    size_t sep = SIZE_MAX; /* the last empty line */
    for (size_t i = note.len - 1; i > 0; i--)
        if (note.ptr[i] == '\n' && note.ptr[i - 1] == '\n') {
            sep = i;
            break;
        }
    if (sep == SIZE_MAX || sep + 1 >= note.len) return malformed(err, line_of(note, note.len - 1));
    *text = str_sub(note, 0, sep);
    *signatures = str_sub(note, sep + 1, note.len);
    struct str rest = *signatures;
    for (size_t count = 1; rest.len > 0; count++) {
        size_t line = line_of(note, note.len - rest.len);
        struct str name;
        uint8_t sig[NOTE_LINE_MAX];
        size_t len = 0;
        if (count > NOTE_SIGNATURES_MAX || !take_signature(take_line(&rest), &name, sig, sizeof sig, &len)) return malformed(err, line);
    }
    return RC_OK;
}

enum rc note_check(struct str text, struct str signatures, const struct note_key *key, struct err *err)
{
    bool signed_by_key = false;
    struct str rest = signatures;
    while (rest.len > 0) {
        struct str name;
        uint8_t sig[NOTE_LINE_MAX];
        size_t len = 0;
        if (!take_signature(take_line(&rest), &name, sig, sizeof sig, &len)) return malformed(err, 0);
        if (!str_eq(name, key->name) || memcmp(sig, key->id, 4) != 0) continue; /* C2SP: unknown keys are passed over */
        signed_by_key = len == 4 + NOTE_SIG_LEN &&
                        crypto_sign_verify_detached(sig + 4, (const uint8_t *)text.ptr, text.len, key->pub) == 0;
        if (!signed_by_key) break; /* and one wrong signature of a known key spoils the note */
    }
    return signed_by_key ? RC_OK : err_set(err, &E_journal_note_signature, NO_PLACE, key->name);
}

void note_put_signed(struct str text, const struct signer *s, struct buf *out)
{
    uint8_t sig[4 + NOTE_SIG_LEN];
    signer_sign(s, text, sig, sig + 4);
    buf_str(out, text);
    buf_char(out, '\n');
    buf_str(out, DASH);
    buf_str(out, signer_name(s));
    buf_char(out, ' ');
    put_base64(out, sig, sizeof sig);
    buf_char(out, '\n');
}
