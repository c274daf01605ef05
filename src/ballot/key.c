/* key.c - the key that opens the envelopes, wrapped by two tellers; codes that are given out on paper; who a voter is to the roll. */
#include <sodium.h>

#include "ballot/inner.h"

static const char head[] = "guiju-ballot-key 1\n";
enum { SALT_LEN = crypto_pwhash_SALTBYTES, BOX_LEN = crypto_secretbox_MACBYTES + BALLOT_KEY_LEN, FILE_LEN = SALT_LEN + crypto_secretbox_NONCEBYTES + BOX_LEN };

/* Both words go in; in which order they are said does not matter. */
static bool wrap_key(struct str w1, struct str w2, const uint8_t *salt, uint8_t out[crypto_secretbox_KEYBYTES])
{
    uint8_t part[2][32];
    struct str first = str_cmp(w1, w2) < 0 ? w1 : w2, second = str_cmp(w1, w2) < 0 ? w2 : w1;
    bool good = crypto_pwhash(part[0], 32, first.ptr, first.len, salt, 3, (size_t)64 << 20, crypto_pwhash_ALG_ARGON2ID13) == 0 &&
                crypto_pwhash(part[1], 32, second.ptr, second.len, salt, 3, (size_t)64 << 20, crypto_pwhash_ALG_ARGON2ID13) == 0 &&
                crypto_generichash(out, crypto_secretbox_KEYBYTES, part[0], sizeof part, NULL, 0) == 0;
    sodium_memzero(part, sizeof part);
    return good;
}

enum rc ballot_key_make(struct str w1, struct str w2, uint8_t public_key[BALLOT_KEY_LEN], struct buf *wrapped, struct err *err)
{
    uint8_t secret[BALLOT_KEY_LEN], file[FILE_LEN], key[crypto_secretbox_KEYBYTES];
    if (w1.len < BALLOT_WORDS_MIN || w2.len < BALLOT_WORDS_MIN || str_eq(w1, w2)) return err_set(err, &E_ballot_words, NO_PLACE, STR("8"));
    if (sodium_init() < 0) return err_set0(err, &E_no_memory, NO_PLACE);
    random_bytes(file, SALT_LEN + crypto_secretbox_NONCEBYTES);
    bool good = crypto_box_keypair(public_key, secret) == 0 && wrap_key(w1, w2, file, key) &&
                crypto_secretbox_easy(file + SALT_LEN + crypto_secretbox_NONCEBYTES, secret, sizeof secret, file + SALT_LEN, key) == 0;
    sodium_memzero(secret, sizeof secret);
    sodium_memzero(key, sizeof key);
    if (!good) return err_set0(err, &E_no_memory, NO_PLACE);
    buf_lit(wrapped, "guiju-ballot-key 1\n");
    buf_hex(wrapped, file, sizeof file);
    buf_char(wrapped, '\n');
    return RC_OK;
}

enum rc ballot_key_open(struct str wrapped, struct str w1, struct str w2, uint8_t secret[BALLOT_KEY_LEN], struct err *err)
{
    uint8_t file[FILE_LEN], key[crypto_secretbox_KEYBYTES];
    size_t len = 0;
    struct str hex = str_trim(str_sub(wrapped, sizeof head - 1, wrapped.len));
    if (sodium_init() < 0) return err_set0(err, &E_no_memory, NO_PLACE);
    bool good = str_starts(wrapped, STR("guiju-ballot-key 1\n")) && sodium_hex2bin(file, sizeof file, hex.ptr, hex.len, NULL, &len, NULL) == 0 && len == sizeof file;
    good = good && wrap_key(w1, w2, file, key) &&
           crypto_secretbox_open_easy(secret, file + SALT_LEN + crypto_secretbox_NONCEBYTES, BOX_LEN, file + SALT_LEN, key) == 0;
    sodium_memzero(key, sizeof key);
    return good ? RC_OK : err_set0(err, &E_ballot_key, NO_PLACE);
}

/* 100 bits in groups of four, without letters that are read wrongly. */
void ballot_code_make(char out[BALLOT_CODE_TEXT + 1])
{
    static const char letters[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"; /* 32 */
    uint8_t random[20];
    size_t n = 0;
    random_bytes(random, sizeof random);
    for (size_t i = 0; i < sizeof random; i++) {
        if (i > 0 && i % 4 == 0) out[n++] = '-';
        out[n++] = letters[random[i] & 31];
    }
    out[n] = '\0';
    sodium_memzero(random, sizeof random);
}

static void voter(struct str kind, struct str text, struct hash *out)
{
    struct hasher *h = hasher_make(HASH_SHA256);
    MUST(h != NULL);
    hash_of(h, out, STR("guiju ballot "), kind, STR("\n"), text);
    hasher_free(&h);
}

void ballot_voter_code(struct str code, struct hash *out)
{
    char plain[64];
    size_t n = 0;
    for (size_t i = 0; i < code.len && n < sizeof plain; i++) {
        char c = code.ptr[i];
        if (c == '-' || c == ' ') continue;
        plain[n++] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    voter(STR("code"), str_of(plain, n), out);
    sodium_memzero(plain, sizeof plain);
}

void ballot_voter_account(uint64_t account, struct hash *out)
{
    char text[24];
    int n = snprintf(text, sizeof text, "%llu", (unsigned long long)account);
    voter(STR("account"), str_of(text, (size_t)n), out);
}
