/*
 * dec.c - decimal128 in the BID encoding.
 * Reading, printing, comparing, rounding and the conversions are done here on the coefficient, an
 * integer below 10^34, because they are exact and because small ones are the common case.  The
 * arithmetic that rounds is libintelrdfpmath's.
 */
#include "base/dec.h"

#define DECIMAL_CALL_BY_REFERENCE 0
#define DECIMAL_GLOBAL_ROUNDING 0
#define DECIMAL_GLOBAL_EXCEPTION_FLAGS 0
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wundef"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wstrict-prototypes"
#include <bid_conf.h>
#include <bid_functions.h>
#pragma GCC diagnostic pop

__extension__ typedef unsigned __int128 wide;

enum { DIGITS = 34, EXP_MIN = -6176, EXP_MAX = 6111, BIAS = 6176, PLAIN_MAX = 6144 + DIGITS + 4 };
#define COEFFICIENT_BITS 49 /* of the upper word */
#define SIGN_BIT (UINT64_C(1) << 63)

/* sign * coef * 10^exp, coef < 10^34. */
struct parts {
    wide coef;
    int exp;
    bool negative;
};

/* 10^n for n 0..38. */
static wide power_of_ten(int n)
{
    static const uint64_t small[] = {UINT64_C(1),
                                     UINT64_C(10),
                                     UINT64_C(100),
                                     UINT64_C(1000),
                                     UINT64_C(10000),
                                     UINT64_C(100000),
                                     UINT64_C(1000000),
                                     UINT64_C(10000000),
                                     UINT64_C(100000000),
                                     UINT64_C(1000000000),
                                     UINT64_C(10000000000),
                                     UINT64_C(100000000000),
                                     UINT64_C(1000000000000),
                                     UINT64_C(10000000000000),
                                     UINT64_C(100000000000000),
                                     UINT64_C(1000000000000000),
                                     UINT64_C(10000000000000000),
                                     UINT64_C(100000000000000000),
                                     UINT64_C(1000000000000000000),
                                     UINT64_C(10000000000000000000)};
    MUST(n >= 0 && n <= 38);
    return n < 20 ? (wide)small[n] : (wide)small[19] * small[n - 19];
}

#define COEF_END (power_of_ten(DIGITS)) /* the first that does not fit */

static struct dec encode(struct parts p)
{
    uint64_t high = (uint64_t)(p.coef >> 64);
    return (struct dec){{(uint64_t)p.coef, (p.negative ? SIGN_BIT : 0) |
                                               (uint64_t)(p.exp + BIAS) << COEFFICIENT_BITS | high}};
}

static struct parts decode(struct dec v)
{
    uint64_t w = v.w[1];
    struct parts p = {.negative = (w & SIGN_BIT) != 0};
    if ((w >> 61 & 3) == 3) return p; /* not made by this module; IEEE 754 reads it as 0 */
    p.exp = (int)(w >> COEFFICIENT_BITS & 0x3fff) - BIAS;
    p.coef = (wide)(w & ((UINT64_C(1) << COEFFICIENT_BITS) - 1)) << 64 | v.w[0];
    if (p.coef >= COEF_END) p.coef = 0;
    return p;
}

static BID_UINT128 to_bid(struct dec v)
{
    BID_UINT128 b;
    memcpy(&b, &v, sizeof b);
    return b;
}

/* The one way out of the library: neither infinity nor NaN. */
static bool from_bid(BID_UINT128 b, struct dec *out)
{
    struct dec v;
    memcpy(&v, &b, sizeof v);
    if ((v.w[1] >> 59 & 0xf) == 0xf) return false;
    *out = v;
    return true;
}

/* Into the format: false when too large.  Digits beyond 34, or below 10^-6176, must be gone before. */
static bool fit(struct parts p, struct dec *out)
{
    if (p.coef == 0) {
        p.exp = MAX(MIN(p.exp, 0), EXP_MIN);
        p.negative = false;
    }
    while (p.exp > EXP_MAX && p.coef < COEF_END / 10) {
        p.coef *= 10;
        p.exp--;
    }
    if (p.coef >= COEF_END || p.exp > EXP_MAX || p.exp < EXP_MIN) return false;
    *out = encode(p);
    return true;
}

struct dec dec_i64(int64_t v)
{
    return encode((struct parts){.coef = v < 0 ? (wide)(0 - (uint64_t)v) : (wide)v, .exp = 0, .negative = v < 0});
}

struct dec dec_scaled(int64_t v, int scale)
{
    MUST(scale >= 0 && scale <= DIGITS);
    return encode(
        (struct parts){.coef = v < 0 ? (wide)(0 - (uint64_t)v) : (wide)v, .exp = -scale, .negative = v < 0});
}

/* ---- rounding ---- */

/* Is the dropped rest (r of the unit d) to carry one into q? */
static bool carries(wide q, wide r, wide d, bool negative, enum dec_round mode)
{
    if (r == 0) return false;
    int half = r > d - r ? 1 : r == d - r ? 0 : -1; /* against d/2, without doubling r */
    switch (mode) {
    case DEC_HALF_EVEN: return half > 0 || (half == 0 && (q & 1) != 0);
    case DEC_HALF_UP: return half >= 0;
    case DEC_HALF_DOWN: return half > 0;
    case DEC_UP: return true;
    case DEC_DOWN: return false;
    case DEC_FLOOR: return negative;
    case DEC_CEILING: return !negative;
    }
    return false;
}

/* Drop n decimal digits. */
static void drop_digits(struct parts *p, int n, enum dec_round mode)
{
    /* 10^38 is more than twice any coefficient: further digits change nothing. */
    wide d = power_of_ten(MIN(n, 38));
    wide q = p->coef / d, r = p->coef % d;
    if (carries(q, r, d, p->negative, mode)) q++;
    p->coef = q;
    p->exp += n;
}

bool dec_rescale(struct dec a, int scale, enum dec_round mode, struct dec *out)
{
    if (scale < -EXP_MAX || scale > -EXP_MIN) return false; /* DMN 10.3.4.5: scale is in [-6111..6176] */
    struct parts p = decode(a);
    if (-p.exp > scale) drop_digits(&p, -p.exp - scale, mode);
    return fit(p, out);
}

/* ---- text ---- */

static bool digit_at(struct str s, size_t at)
{
    return at < s.len && s.ptr[at] >= '0' && s.ptr[at] <= '9';
}

bool dec_parse(struct str s, struct dec *out)
{
    struct parts p = {.coef = 0};
    size_t at = 0;
    if (at < s.len && s.ptr[at] == '-') {
        p.negative = true;
        at++;
    }
    int64_t exp = 0;
    int kept = 0;
    unsigned first_lost = 0; /* the first digit that does not fit, and whether others follow */
    bool lost = false, more_lost = false, any = false, point = false;
    for (;; at++) {
        if (at < s.len && s.ptr[at] == '.' && !point && digit_at(s, at + 1)) {
            point = true;
            continue;
        }
        if (!digit_at(s, at)) break;
        any = true;
        unsigned d = (unsigned)(s.ptr[at] - '0');
        if (kept < DIGITS) {
            if (kept > 0 || d != 0) kept++;
            p.coef = p.coef * 10 + d;
            if (point) exp--;
        } else {
            if (!lost)
                first_lost = d;
            else if (d != 0)
                more_lost = true;
            lost = true;
            if (!point) exp++;
        }
    }
    if (!any) return false;
    if (at < s.len && (s.ptr[at] == 'e' || s.ptr[at] == 'E')) {
        at++;
        bool down = at < s.len && s.ptr[at] == '-';
        if (at < s.len && (s.ptr[at] == '-' || s.ptr[at] == '+')) at++;
        if (!digit_at(s, at)) return false;
        int64_t v = 0;
        for (; digit_at(s, at); at++)
            if (v < 1000000000) v = v * 10 + (s.ptr[at] - '0'); /* more is out of range all the same */
        exp += down ? -v : v;
    }
    if (at != s.len) return false;
    if (exp < EXP_MIN && p.coef != 0) {
        /* Below the format's grain: rounded once, to the digits that are left. */
        if (exp < EXP_MIN - DIGITS - 1) exp = EXP_MIN - DIGITS - 1;
        wide d = power_of_ten((int)(EXP_MIN - exp));
        wide q = p.coef / d, r = p.coef % d;
        bool up = carries(q, r, d, false, DEC_HALF_EVEN);
        if (lost && r == d / 2 && (first_lost != 0 || more_lost)) up = true;
        p.coef = q + (up ? 1 : 0);
        exp = EXP_MIN;
    } else if (lost) {
        if (first_lost > 5 || (first_lost == 5 && (more_lost || (p.coef & 1) != 0))) p.coef++;
        if (p.coef == COEF_END) {
            p.coef /= 10;
            exp++;
        }
    }
    if (p.coef == 0)
        exp = exp > 0 ? 0 : MAX(exp, EXP_MIN);
    else if (exp > EXP_MAX + DIGITS)
        return false;
    p.exp = (int)exp;
    return fit(p, out);
}

/* Digits of coef to the end of t; returns how many. */
static int digits_of(wide coef, char t[40])
{
    int n = 0;
    while (coef > UINT64_MAX) { /* the slow division as rarely as can be */
        uint64_t low = (uint64_t)(coef % UINT64_C(1000000000000000000));
        coef /= UINT64_C(1000000000000000000);
        for (int i = 0; i < 18; i++, low /= 10) t[39 - n++] = (char)('0' + low % 10);
    }
    uint64_t v = (uint64_t)coef;
    do {
        t[39 - n++] = (char)('0' + v % 10);
        v /= 10;
    } while (v != 0);
    return n;
}

/* Without trailing zeros where they stand behind the point. */
static struct parts shortest(struct parts p)
{
    if (p.coef == 0) return (struct parts){.coef = 0};
    while (p.exp < 0) {
        if (p.coef <= UINT64_MAX) {
            uint64_t v = (uint64_t)p.coef;
            while (p.exp < 0 && v % 10 == 0) {
                v /= 10;
                p.exp++;
            }
            p.coef = v;
            break;
        }
        if (p.coef % 10 != 0) break;
        p.coef /= 10;
        p.exp++;
    }
    return p;
}

/* Plain text into t; returns its length. */
static size_t print(struct dec v, char t[PLAIN_MAX + 8])
{
    struct parts p = shortest(decode(v));
    char digits[40];
    int n = digits_of(p.coef, digits);
    const char *first = digits + 40 - n;
    size_t len = 0, count = (size_t)n;
    if (p.negative) t[len++] = '-';
    if (p.exp >= 0) {
        memcpy(t + len, first, count);
        len += count;
        memset(t + len, '0', (size_t)p.exp);
        return len + (size_t)p.exp;
    }
    int whole = n + p.exp; /* digits before the point */
    if (whole > 0) {
        memcpy(t + len, first, (size_t)whole);
        len += (size_t)whole;
        t[len++] = '.';
        memcpy(t + len, first + whole, (size_t)-p.exp);
        return len + (size_t)-p.exp;
    }
    t[len++] = '0';
    t[len++] = '.';
    memset(t + len, '0', (size_t)-whole);
    len += (size_t)-whole;
    memcpy(t + len, first, count);
    return len + count;
}

struct str dec_print(struct arena *a, struct dec v)
{
    char t[PLAIN_MAX + 40];
    size_t len = print(v, t);
    return str_dup(a, str_of(t, len));
}

void dec_put(struct buf *b, struct dec v)
{
    char t[PLAIN_MAX + 40];
    size_t len = print(v, t);
    buf_put(b, t, len);
}

/* ---- conversions ---- */

bool dec_to_scaled(struct dec v, int scale, int64_t *out)
{
    struct parts p = decode(v);
    if (p.coef == 0) {
        *out = 0;
        return true;
    }
    int64_t exp = (int64_t)p.exp + scale;
    if (exp > 0) {
        if (exp > 18 || p.coef > (wide)INT64_MAX + 1) return false;
        p.coef *= power_of_ten((int)exp); /* 2^63 * 10^18 fits */
    } else if (exp < 0) {
        if (exp < -DIGITS) return false;
        wide d = power_of_ten((int)-exp);
        if (p.coef % d != 0) return false;
        p.coef /= d;
    }
    if (p.coef > (wide)INT64_MAX + (p.negative ? 1 : 0)) return false;
    uint64_t m = (uint64_t)p.coef;
    if (!p.negative)
        *out = (int64_t)m;
    else
        *out = m == (uint64_t)INT64_MAX + 1 ? INT64_MIN : -(int64_t)m;
    return true;
}

bool dec_to_i64(struct dec v, int64_t *out)
{
    return dec_to_scaled(v, 0, out);
}

/* ---- arithmetic ---- */

enum { NEAREST_EVEN = 0 }; /* BID_ROUNDING_TO_NEAREST */

/* To one exponent, where the product fits in 128 bits: so it is for money, scores and counts. */
static bool align(struct parts *x, struct parts *y)
{
    struct parts *larger = x->exp > y->exp ? x : y;
    int up = larger == x ? x->exp - y->exp : y->exp - x->exp;
    if (up > 19 || larger->coef > UINT64_MAX) return up == 0;
    larger->coef *= power_of_ten(up);
    larger->exp -= up;
    return true;
}

/* A sum without the library, as long as no digit has to go. */
static bool add_small(struct dec a, struct dec b, struct dec *out)
{
    struct parts x = decode(a), y = decode(b);
    if (!align(&x, &y)) return false;
    if (x.coef >= COEF_END || y.coef >= COEF_END) return false;
    if (x.negative == y.negative) {
        x.coef += y.coef;
    } else if (x.coef >= y.coef) {
        x.coef -= y.coef;
    } else {
        x.coef = y.coef - x.coef;
        x.negative = y.negative;
    }
    if (x.coef >= COEF_END) return false;
    if (x.coef == 0) x.negative = false;
    *out = encode(x);
    return true;
}

bool dec_add(struct dec a, struct dec b, struct dec *out)
{
    if (add_small(a, b, out)) return true;
    _IDEC_flags flags = 0;
    return from_bid(bid128_add(to_bid(a), to_bid(b), NEAREST_EVEN, &flags), out);
}

bool dec_sub(struct dec a, struct dec b, struct dec *out)
{
    return dec_add(a, dec_neg(b), out);
}

bool dec_mul(struct dec a, struct dec b, struct dec *out)
{
    struct parts x = decode(a), y = decode(b);
    if (x.coef <= UINT64_MAX && y.coef <= UINT64_MAX) {
        struct parts p = {.coef = x.coef * y.coef, .exp = x.exp + y.exp, .negative = x.negative != y.negative};
        if (p.coef < COEF_END && p.exp >= EXP_MIN && p.exp <= EXP_MAX) return fit(p, out);
    }
    _IDEC_flags flags = 0;
    return from_bid(bid128_mul(to_bid(a), to_bid(b), NEAREST_EVEN, &flags), out);
}

bool dec_div(struct dec a, struct dec b, struct dec *out)
{
    if (dec_is_zero(b)) return false;
    _IDEC_flags flags = 0;
    return from_bid(bid128_div(to_bid(a), to_bid(b), NEAREST_EVEN, &flags), out);
}

/*
 * A number as the unrounded sum of two, some 67 digits: with it a power is rounded once, at its end.
 * (The library's own power, by logarithms, is off by up to 70 units of the last digit at n = 360.)
 */
struct pair {
    BID_UINT128 high, low;
};

static struct pair pair_mul(struct pair x, struct pair y)
{
    _IDEC_flags f = 0;
    BID_UINT128 p = bid128_mul(x.high, y.high, NEAREST_EVEN, &f);
    BID_UINT128 rest = bid128_fma(x.high, y.high, bid128_negate(p), NEAREST_EVEN, &f);
    rest = bid128_fma(x.high, y.low, rest, NEAREST_EVEN, &f);
    rest = bid128_fma(x.low, y.high, rest, NEAREST_EVEN, &f);
    BID_UINT128 sum = bid128_add(p, rest, NEAREST_EVEN, &f);
    BID_UINT128 gone = bid128_sub(sum, p, NEAREST_EVEN, &f);
    return (struct pair){sum, bid128_sub(rest, gone, NEAREST_EVEN, &f)};
}

static bool whole_power(struct dec a, int64_t n, struct dec *out)
{
    _IDEC_flags f = 0;
    BID_UINT128 one = to_bid(dec_i64(1)), zero = to_bid(dec_i64(0));
    struct pair r = {one, zero}, x = {to_bid(a), zero};
    for (int64_t left = n < 0 ? -n : n; left != 0; left >>= 1) {
        if ((left & 1) != 0) r = pair_mul(r, x);
        if (left > 1) x = pair_mul(x, x);
    }
    struct dec v;
    if (!from_bid(r.high, &v)) return false;
    if (n >= 0) {
        *out = v;
        return true;
    }
    if (dec_is_zero(v)) return false;
    /* 1/r by one step of Newton: q + q (1 - q r). */
    BID_UINT128 q = bid128_div(one, r.high, NEAREST_EVEN, &f);
    BID_UINT128 minus_q = bid128_negate(q);
    BID_UINT128 rest = bid128_fma(minus_q, r.high, one, NEAREST_EVEN, &f);
    rest = bid128_fma(minus_q, r.low, rest, NEAREST_EVEN, &f);
    return from_bid(bid128_fma(q, rest, q, NEAREST_EVEN, &f), out);
}

bool dec_pow(struct dec a, struct dec b, struct dec *out)
{
    int64_t n;
    if (dec_is_zero(a) && b.w[1] >> 63 != 0 && !dec_is_zero(b)) return false; /* 1 / 0 */
    if (dec_to_i64(b, &n) && n >= -1000000000 && n <= 1000000000 && whole_power(a, n, out)) return true;
    if (dec_cmp(b, dec_scaled(5, 1)) == 0) return dec_sqrt(a, out);
    _IDEC_flags flags = 0;
    return from_bid(bid128_pow(to_bid(a), to_bid(b), NEAREST_EVEN, &flags), out);
}

bool dec_mod(struct dec a, struct dec b, struct dec *out)
{
    if (dec_is_zero(b)) return false;
    _IDEC_flags flags = 0;
    struct dec r;
    if (!from_bid(bid128_fmod(to_bid(a), to_bid(b), &flags), &r)) return false;
    /* The rest has the dividend's sign; DMN wants the divisor's. */
    if (!dec_is_zero(r) && (r.w[1] ^ b.w[1]) >> 63 != 0) return dec_add(r, b, out);
    if (dec_is_zero(r)) r.w[1] &= ~SIGN_BIT;
    *out = r;
    return true;
}

bool dec_sqrt(struct dec a, struct dec *out)
{
    _IDEC_flags flags = 0;
    return from_bid(bid128_sqrt(to_bid(a), NEAREST_EVEN, &flags), out);
}

bool dec_log(struct dec a, struct dec *out)
{
    _IDEC_flags flags = 0;
    return from_bid(bid128_log(to_bid(a), NEAREST_EVEN, &flags), out);
}

bool dec_exp(struct dec a, struct dec *out)
{
    _IDEC_flags flags = 0;
    return from_bid(bid128_exp(to_bid(a), NEAREST_EVEN, &flags), out);
}

struct dec dec_neg(struct dec a)
{
    if (!dec_is_zero(a)) a.w[1] ^= SIGN_BIT;
    return a;
}

struct dec dec_abs(struct dec a)
{
    a.w[1] &= ~SIGN_BIT;
    return a;
}

int dec_cmp(struct dec a, struct dec b)
{
    struct parts x = decode(a), y = decode(b);
    if (x.coef == 0 || y.coef == 0) {
        int sx = x.coef == 0 ? 0 : x.negative ? -1 : 1, sy = y.coef == 0 ? 0 : y.negative ? -1 : 1;
        return (sx > sy) - (sx < sy);
    }
    if (x.negative != y.negative) return x.negative ? -1 : 1;
    if (align(&x, &y)) {
        int c = (x.coef > y.coef) - (x.coef < y.coef);
        return x.negative ? -c : c;
    }
    _IDEC_flags flags = 0;
    if (bid128_quiet_less(to_bid(a), to_bid(b), &flags)) return -1;
    return bid128_quiet_greater(to_bid(a), to_bid(b), &flags) ? 1 : 0;
}

bool dec_is_zero(struct dec a)
{
    return decode(a).coef == 0;
}

bool dec_is_int(struct dec a)
{
    return shortest(decode(a)).exp >= 0;
}

uint64_t dec_hash(struct dec a)
{
    struct parts p = decode(a);
    if (p.coef == 0) return UINT64_C(0x9e3779b97f4a7c15);
    while (p.coef % 10 == 0) {
        p.coef /= 10;
        p.exp++;
    }
    uint64_t w[3] = {(uint64_t)p.coef, (uint64_t)(p.coef >> 64), (uint64_t)(uint32_t)p.exp << 1 | (p.negative ? 1 : 0)};
    return str_hash(str_of((const char *)w, sizeof w));
}
