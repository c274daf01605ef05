/*
 * dec.h - IEEE 754 decimal128 by libintelrdfpmath: the only kind of number that FEEL and records know.
 * Arithmetic rounds half-even to 34 digits (DMN 10.3.2.3.1).  Infinity and NaN never leave this module:
 * operations that would give them return false and leave *out alone.
 * Canonical text: no exponent, no leading or trailing zeros, "-0" is "0".  At most 34 digits + zeros;
 * numbers with more than 6144 characters of plain text do not exist in the format.
 */
#ifndef GUIJU_BASE_DEC_H
#define GUIJU_BASE_DEC_H

#include "base/arena.h"
#include "base/str.h"

struct dec {
    _Alignas(16) uint64_t w[2]; /* BID encoding, little end first */
};

enum dec_round { DEC_HALF_EVEN, DEC_HALF_UP, DEC_HALF_DOWN, DEC_UP, DEC_DOWN, DEC_FLOOR, DEC_CEILING };

struct dec dec_i64(int64_t v);
/* v / 10^scale, scale 0..34. */
struct dec dec_scaled(int64_t v, int scale);
/* Strict FEEL/JSON shape: -?digits(.digits)?([eE][+-]?digits)? or .digits; whole of s. False: not a number or out of range. */
bool dec_parse(struct str s, struct dec *out);
struct str dec_print(struct arena *a, struct dec v);
void dec_put(struct buf *b, struct dec v);
/* Exactly representable as int64? */
bool dec_to_i64(struct dec v, int64_t *out);
/* v * 10^scale as int64, exact; false if digits would be lost or it is too large. */
bool dec_to_scaled(struct dec v, int scale, int64_t *out);

bool dec_add(struct dec a, struct dec b, struct dec *out);
bool dec_sub(struct dec a, struct dec b, struct dec *out);
bool dec_mul(struct dec a, struct dec b, struct dec *out);
bool dec_div(struct dec a, struct dec b, struct dec *out); /* false for b = 0 */
bool dec_pow(struct dec a, struct dec b, struct dec *out);
bool dec_mod(struct dec a, struct dec b, struct dec *out); /* floor-mod: sign of the divisor (DMN) */
bool dec_sqrt(struct dec a, struct dec *out);
bool dec_log(struct dec a, struct dec *out);
bool dec_exp(struct dec a, struct dec *out);
struct dec dec_neg(struct dec a);
struct dec dec_abs(struct dec a);
bool dec_rescale(struct dec a, int scale, enum dec_round mode, struct dec *out); /* round to scale decimals; scale may be negative */
int dec_cmp(struct dec a, struct dec b); /* -1, 0, 1 */
bool dec_is_zero(struct dec a);
bool dec_is_int(struct dec a);
uint64_t dec_hash(struct dec a); /* equal values hash alike */

#endif
