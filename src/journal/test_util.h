/* test_util.h - what the tests of journal/ share.  Include after nothing: brings cmocka in the order it wants. */
#ifndef GUIJU_JOURNAL_TEST_UTIL_H
#define GUIJU_JOURNAL_TEST_UTIL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/base.h"

static inline void from_hex(const char *hex, uint8_t *out, size_t *len)
{
    static const char digits[] = "0123456789abcdef";
    size_t n = strlen(hex) / 2;
    for (size_t i = 0; i < n; i++) {
        const char *hi = strchr(digits, hex[2 * i]), *lo = strchr(digits, hex[2 * i + 1]);
        assert_non_null(hi);
        assert_non_null(lo);
        out[i] = (uint8_t)((hi - digits) << 4 | (lo - digits));
    }
    *len = n;
}

static inline struct hash hash_hex(const char *hex)
{
    struct hash h;
    size_t len;
    from_hex(hex, h.b, &len);
    assert_int_equal(len, HASH_LEN);
    return h;
}

#define assert_code(rc_got, rc_want, e, want)                                                                                             \
    do {                                                                                                                                   \
        assert_int_equal((rc_got), (rc_want));                                                                                             \
        assert_string_equal(err_code(e), (want));                                                                                          \
    } while (0)
#define assert_ok(call)                                                                                                                    \
    do {                                                                                                                                   \
        enum rc assert_rc_ = (call);                                                                                                       \
        if (assert_rc_ != RC_OK) print_message("%s: %s\n", #call, err_code(&E));                                                          \
        assert_int_equal(assert_rc_, RC_OK);                                                                                               \
    } while (0)
#define assert_hash(got, want)                                                                                                             \
    do {                                                                                                                                   \
        struct hash hash_got_ = (got), hash_want_ = (want);                                                                                \
        assert_memory_equal(hash_got_.b, hash_want_.b, HASH_LEN);                                                                          \
    } while (0)

#endif
