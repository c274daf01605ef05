/* totp.c - codes by time (RFC 6238), by liboath.  A code is good for its step and its neighbours, and for nobody a second time. */
#include <liboath/oath.h>
#include <pthread.h>
#include <sodium.h>

#include "access/inner.h"

enum { DIGITS = 6, STEP_S = 30 };

static pthread_once_t once = PTHREAD_ONCE_INIT;
static void start(void) { MUST(oath_init() == OATH_OK); }

void totp_make(uint8_t secret[TOTP_SECRET_LEN]) { random_bytes(secret, TOTP_SECRET_LEN); }

bool totp_check(struct str secret, struct str code, int64_t now_us, int64_t *step)
{
    (void)pthread_once(&once, start);
    char given[DIGITS + 1] = {0}, want[DIGITS + 1] = {0};
    bool digits = code.len == DIGITS && secret.len > 0 && now_us >= 0;
    for (size_t i = 0; digits && i < DIGITS; i++) {
        digits = code.ptr[i] >= '0' && code.ptr[i] <= '9';
        given[i] = code.ptr[i];
    }
    if (!digits) return false;
    int64_t now = now_us / 1000000 / STEP_S, found = -1;
    /* All three are worked out, whichever fits. */
    for (int64_t s = now - 1; s <= now + 1; s++) {
        if (oath_totp_generate(secret.ptr, secret.len, (time_t)(s * STEP_S), STEP_S, 0, DIGITS, want) != OATH_OK) return false;
        if (sodium_memcmp(want, given, DIGITS) == 0) found = s;
    }
    sodium_memzero(want, sizeof want);
    if (found <= *step) return false;
    *step = found;
    return true;
}

/* What stands behind a name in a URI: everything but letters, digits and -._~ as %XX. */
static void put_escaped(struct buf *out, struct str s)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
        if (plain) {
            buf_char(out, (char)c);
        } else {
            buf_char(out, '%');
            buf_char(out, hex[c >> 4]);
            buf_char(out, hex[c & 15]);
        }
    }
}

enum rc totp_uri(struct str secret, struct str issuer, struct str account, struct buf *out, struct err *err)
{
    (void)pthread_once(&once, start);
    char *text = NULL;
    size_t len = 0;
    if (oath_base32_encode(secret.ptr, secret.len, &text, &len) != OATH_OK) return err_set0(err, &E_no_memory, NO_PLACE);
    buf_lit(out, "otpauth://totp/");
    put_escaped(out, issuer);
    buf_char(out, ':');
    put_escaped(out, account);
    buf_lit(out, "?secret=");
    size_t bare = len;
    while (bare > 0 && text[bare - 1] == '=') bare--;
    buf_put(out, text, bare);
    buf_lit(out, "&issuer=");
    put_escaped(out, issuer);
    buf_lit(out, "&algorithm=SHA1&digits=6&period=30");
    sodium_memzero(text, len);
    free(text);
    return RC_OK;
}
