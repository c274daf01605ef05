/*
 * secret.c - passwords and tokens.
 * Who is unknown costs as much as who is known: the same Argon2id with the same memory, and an answer that is always no.
 */
#include <sodium.h>

#include "access/inner.h"

const struct access_cost access_cost_shipped = {3, 64u << 20}, access_cost_tests = {1, 8u << 10};

_Static_assert(ACCESS_HASH_TEXT == crypto_pwhash_STRBYTES, "libsodium writes hashes of this length");

/* What every list of leaked passwords begins with and what stands on a keyboard; folded to lower case. */
static const struct str common[] = {
    STR_INIT("1234567890"),   STR_INIT("12345678910"), STR_INIT("123456789a"),   STR_INIT("0123456789"),   STR_INIT("0987654321"),
    STR_INIT("1qaz2wsx3edc"), STR_INIT("1q2w3e4r5t"),  STR_INIT("1q2w3e4r5t6y"), STR_INIT("qwertyuiop"),   STR_INIT("qwerty1234"),
    STR_INIT("qwerty12345"),  STR_INIT("asdfghjkl;"),  STR_INIT("password12"),   STR_INIT("password123"),  STR_INIT("password1234"),
    STR_INIT("passw0rd123"),  STR_INIT("p@ssw0rd123"), STR_INIT("admin12345"),   STR_INIT("admin123456"),  STR_INIT("administrator"),
    STR_INIT("woaini1314"),   STR_INIT("woaini520"),   STR_INIT("5201314520"),   STR_INIT("1314520520"),   STR_INIT("qazwsxedcrfv"),
    STR_INIT("zaq12wsxcde3"), STR_INIT("abcd123456"),  STR_INIT("abc1234567"),   STR_INIT("a123456789"),   STR_INIT("aa123456789"),
    STR_INIT("iloveyou123"),  STR_INIT("welcome123"),  STR_INIT("changeme123"),  STR_INIT("letmein123"),   STR_INIT("guiju12345"),
};

/* One character over and over, or a run like 2345678901. */
static bool is_run(struct str p)
{
    bool same = true, up = true, down = true;
    for (size_t i = 1; i < p.len; i++) {
        int step = (unsigned char)p.ptr[i] - (unsigned char)p.ptr[i - 1];
        same = same && step == 0;
        up = up && (step == 1 || step == -9);
        down = down && (step == -1 || step == 9);
    }
    return same || up || down;
}

enum rc access_password_fit(struct str name, struct str password, struct err *err)
{
    static const struct str least = STR_INIT("10"), most = STR_INIT("200");
    if (password.len > ACCESS_PASSWORD_MAX) return err_set(err, &E_access_password_long, NO_PLACE, most);
    TRY(utf8_check(password, err));
    if (utf8_count(password) < ACCESS_PASSWORD_MIN) return err_set(err, &E_access_password_short, NO_PLACE, least);
    char low[ACCESS_PASSWORD_MAX], low_name[64];
    for (size_t i = 0; i < password.len; i++) {
        char c = password.ptr[i];
        low[i] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    size_t name_len = MIN(name.len, sizeof low_name);
    for (size_t i = 0; i < name_len; i++) {
        char c = name.ptr[i];
        low_name[i] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    struct str p = str_of(low, password.len);
    enum rc rc = RC_OK;
    if (name_len >= 3 && str_find(p, str_of(low_name, name_len)) != SIZE_MAX)
        rc = err_set0(err, &E_access_password_name, NO_PLACE);
    else if (is_run(p))
        rc = err_set0(err, &E_access_password_common, NO_PLACE);
    for (size_t i = 0; rc == RC_OK && i < ARRAY_LEN(common); i++)
        if (str_eq(common[i], p)) rc = err_set0(err, &E_access_password_common, NO_PLACE);
    sodium_memzero(low, sizeof low);
    return rc;
}

enum rc access_password_hash(const struct access_cost *cost, struct str password, char out[ACCESS_HASH_TEXT], struct err *err)
{
    MUST(sodium_init() >= 0);
    memset(out, 0, ACCESS_HASH_TEXT);
    if (crypto_pwhash_str(out, password.len == 0 ? "" : password.ptr, password.len, cost->passes, cost->memory) != 0)
        return err_set0(err, &E_access_memory, NO_PLACE);
    return RC_OK;
}

bool access_password_fits(const struct access_cost *cost, struct str hash, struct str password)
{
    MUST(sodium_init() >= 0);
    const char *p = password.len == 0 ? "" : password.ptr;
    size_t len = MIN(password.len, (size_t)ACCESS_PASSWORD_MAX);
    char text[ACCESS_HASH_TEXT] = {0};
    if (hash.len == 0 || hash.len >= sizeof text) {
        /* Nobody's: the work of a comparison, for no answer. */
        (void)!crypto_pwhash_str(text, p, len, cost->passes, cost->memory);
        return false;
    }
    memcpy(text, hash.ptr, hash.len);
    bool fits = crypto_pwhash_str_verify(text, p, len) == 0;
    return fits && password.len <= ACCESS_PASSWORD_MAX;
}

void access_password_make(char out[25])
{
    /* 32 signs that nobody takes for one another when they are read out: 20 of them are 100 bits. */
    static const char signs[] = "abcdefghjkmnpqrstuvwxyz23456789A";
    _Static_assert(sizeof signs == 33, "five bits a sign");
    uint8_t r[20];
    random_bytes(r, sizeof r);
    size_t at = 0;
    for (size_t i = 0; i < sizeof r; i++) {
        if (i > 0 && i % 4 == 0) out[at++] = '-';
        out[at++] = signs[r[i] & 31];
    }
    out[at] = '\0';
    sodium_memzero(r, sizeof r);
}

void access_token_make(char out[ACCESS_TOKEN_TEXT + 1])
{
    MUST(sodium_init() >= 0);
    uint8_t r[32];
    random_bytes(r, sizeof r);
    _Static_assert(sodium_base64_ENCODED_LEN(32, sodium_base64_VARIANT_URLSAFE_NO_PADDING) == ACCESS_TOKEN_TEXT + 1, "43 characters");
    (void)sodium_bin2base64(out, ACCESS_TOKEN_TEXT + 1, r, sizeof r, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(r, sizeof r);
}

bool access_token_hash(struct str token, struct hash *out)
{
    uint8_t r[32];
    size_t len = 0;
    if (token.len != ACCESS_TOKEN_TEXT) return false;
    if (sodium_base642bin(r, sizeof r, token.ptr, token.len, NULL, &len, NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 || len != sizeof r)
        return false;
    crypto_hash_sha256(out->b, r, sizeof r);
    sodium_memzero(r, sizeof r);
    return true;
}
