/*
 * vec_kernels.c - see vec_kernels.h.  Plain loops that compilers turn into vector code; only the packing of 64 truth bytes into one
 * word asks for an instruction by name where there is one.  Compiled with VEC_TABLE naming the table it makes.
 */
#include "feel/vec_kernels.h"

#include <string.h>
#if defined(__SSE2__)
#include <immintrin.h>
#endif

#define ROWS 64

/* Bytes of all ones or all zeros to one bit each. */
static inline uint64_t pack(const uint8_t *m)
{
#if defined(__AVX2__)
    uint32_t low = (uint32_t)_mm256_movemask_epi8(_mm256_loadu_si256((const __m256i *)(const void *)m));
    uint32_t high = (uint32_t)_mm256_movemask_epi8(_mm256_loadu_si256((const __m256i *)(const void *)(m + 32)));
    return (uint64_t)high << 32 | low;
#elif defined(__SSE2__)
    uint64_t out = 0;
    for (int i = 0; i < 4; i++)
        out |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_loadu_si128((const __m128i *)(const void *)(m + 16 * i))) << (16 * i);
    return out;
#else
    uint64_t out = 0;
    for (int i = 0; i < ROWS; i++) out |= (uint64_t)(m[i] & 1) << i;
    return out;
#endif
}

#define TRUTH(c) ((uint8_t) - (int)(c))

/* One comparison of a column, 64 rows at a time. */
#define WITH_K(name, type, cond)                                                                   \
    static void name(const void *va, int64_t vk, uint32_t words, uint64_t *out)                    \
    {                                                                                              \
        const type *a = va;                                                                        \
        const type k = (type)vk;                                                                   \
        for (uint32_t w = 0; w < words; w++, a += ROWS) {                                          \
            _Alignas(32) uint8_t m[ROWS];                                                          \
            for (int i = 0; i < ROWS; i++) m[i] = TRUTH(cond);                                     \
            out[w] = pack(m);                                                                      \
        }                                                                                          \
    }
#define WITH_FOUR(name, type)                                                                      \
    static void name(const void *va, const int64_t *k, uint32_t words, uint64_t *out)              \
    {                                                                                              \
        const type *a = va;                                                                        \
        const type p = (type)k[0], q = (type)k[1], r = (type)k[2], s = (type)k[3];                 \
        for (uint32_t w = 0; w < words; w++, a += ROWS) {                                          \
            _Alignas(32) uint8_t m[ROWS];                                                          \
            for (int i = 0; i < ROWS; i++) m[i] = TRUTH((a[i] == p) | (a[i] == q) | (a[i] == r) | (a[i] == s)); \
            out[w] = pack(m);                                                                      \
        }                                                                                          \
    }
#define WITH_V(name, type, cond)                                                                   \
    static void name(const void *va, const void *vb, uint32_t words, uint64_t *out)                \
    {                                                                                              \
        const type *a = va, *b = vb;                                                               \
        for (uint32_t w = 0; w < words; w++, a += ROWS, b += ROWS) {                               \
            _Alignas(32) uint8_t m[ROWS];                                                          \
            for (int i = 0; i < ROWS; i++) m[i] = TRUTH(cond);                                     \
            out[w] = pack(m);                                                                      \
        }                                                                                          \
    }
#define WIDEN(name, type)                                                                          \
    static void name(const void *va, uint32_t words, int64_t *out)                                 \
    {                                                                                              \
        const type *a = va;                                                                        \
        for (uint32_t i = 0; i < words * ROWS; i++) out[i] = (int64_t)a[i];                        \
    }
#define CELL(suffix, type)                                                                         \
    WITH_K(eq_k_##suffix, type, a[i] == k)                                                         \
    WITH_K(lt_k_##suffix, type, a[i] < k)                                                          \
    WITH_FOUR(any_k_##suffix, type)                                                                \
    WITH_V(eq_v_##suffix, type, a[i] == b[i])                                                      \
    WITH_V(lt_v_##suffix, type, a[i] < b[i])                                                       \
    WIDEN(widen_##suffix, type)
CELL(u8, uint8_t)
CELL(u16, uint16_t)
CELL(u32, uint32_t)
CELL(i32, int32_t)
CELL(i64, int64_t)

static void narrow(const int64_t *a, uint32_t words, int32_t *out)
{
    for (uint32_t i = 0; i < words * ROWS; i++) out[i] = (int32_t)a[i];
}

static void outside(const int64_t *a, int64_t low, int64_t high, uint32_t words, uint64_t *out)
{
    for (uint32_t w = 0; w < words; w++, a += ROWS) {
        _Alignas(32) uint8_t m[ROWS];
        for (int i = 0; i < ROWS; i++) m[i] = TRUTH((a[i] < low) | (a[i] > high));
        out[w] = pack(m);
    }
}

static void outside32(const int32_t *a, int32_t low, int32_t high, uint32_t words, uint64_t *out)
{
    for (uint32_t w = 0; w < words; w++, a += ROWS) {
        _Alignas(32) uint8_t m[ROWS];
        for (int i = 0; i < ROWS; i++) m[i] = TRUTH((a[i] < low) | (a[i] > high));
        out[w] = pack(m);
    }
}

/* ---- arithmetic: the sum is taken modulo 2^64, and where the signs say that it went over, the bit is set ---- */

static void add(const int64_t *a, const int64_t *b, uint32_t words, int64_t *out, uint64_t *over)
{
    for (uint32_t w = 0; w < words; w++, a += ROWS, b += ROWS, out += ROWS) {
        _Alignas(32) uint8_t m[ROWS];
        for (int i = 0; i < ROWS; i++) {
            int64_t r = (int64_t)((uint64_t)a[i] + (uint64_t)b[i]);
            m[i] = TRUTH(((a[i] ^ r) & (b[i] ^ r)) < 0);
            out[i] = r;
        }
        over[w] = pack(m);
    }
}

static void sub(const int64_t *a, const int64_t *b, uint32_t words, int64_t *out, uint64_t *over)
{
    for (uint32_t w = 0; w < words; w++, a += ROWS, b += ROWS, out += ROWS) {
        _Alignas(32) uint8_t m[ROWS];
        for (int i = 0; i < ROWS; i++) {
            int64_t r = (int64_t)((uint64_t)a[i] - (uint64_t)b[i]);
            m[i] = TRUTH(((a[i] ^ b[i]) & (a[i] ^ r)) < 0);
            out[i] = r;
        }
        over[w] = pack(m);
    }
}

static void mul(const int64_t *a, const int64_t *b, uint32_t words, int64_t *out, uint64_t *over)
{
    for (uint32_t w = 0; w < words; w++, a += ROWS, b += ROWS, out += ROWS) {
        _Alignas(32) uint8_t m[ROWS];
        for (int i = 0; i < ROWS; i++) {
            int64_t r;
            m[i] = TRUTH(__builtin_mul_overflow(a[i], b[i], &r));
            out[i] = r;
        }
        over[w] = pack(m);
    }
}

static void blend(const int64_t *a, const int64_t *b, const uint64_t *pick, uint32_t words, int64_t *out)
{
    for (uint32_t w = 0; w < words; w++, a += ROWS, b += ROWS, out += ROWS)
        for (int i = 0; i < ROWS; i++) {
            uint64_t take = -(pick[w] >> i & 1);
            out[i] = (int64_t)(((uint64_t)a[i] & take) | ((uint64_t)b[i] & ~take));
        }
}

/* ---- days: Neri and Schneider's way from days to year, month and day, with years that begin in March and eras added so that
 * nothing is negative.  All in 32 bits but for one product. ---- */

#define ERAS 2000u
#define SHIFT (719468u + 146097u * ERAS)

static inline uint32_t key_of(uint32_t z)
{
    uint32_t n1 = 4 * z + 3, c = n1 / 146097, n2 = (n1 - c * 146097) | 3;
    uint64_t p = (uint64_t)2939745 * n2;
    uint32_t y = 100 * c + (uint32_t)(p >> 32), ny = (uint32_t)p / 2939745 / 4, n3 = 2141 * ny + 197913;
    return (y * 12 + (n3 >> 16)) * 32 + (n3 & 0xffff) / 2141 + 1;
}

static void month_key(const int32_t *day, bool last, uint32_t words, int32_t *out)
{
    if (!last) {
        for (uint32_t i = 0; i < words * ROWS; i++) out[i] = (int32_t)key_of((uint32_t)day[i] + SHIFT);
        return;
    }
    for (uint32_t i = 0; i < words * ROWS; i++) {
        uint32_t here = key_of((uint32_t)day[i] + SHIFT), next = key_of((uint32_t)day[i] + SHIFT + 1);
        out[i] = (int32_t)((here >> 5) != (next >> 5) ? here | 31 : here);
    }
}

static inline int32_t months_of(int32_t d) { return d < 0 ? -(int32_t)((0u - (uint32_t)d) >> 5) : (int32_t)((uint32_t)d >> 5); }

static void months(const int32_t *a, const int32_t *b, uint32_t words, int32_t *out)
{
    for (uint32_t i = 0; i < words * ROWS; i++) out[i] = months_of((int32_t)((uint32_t)b[i] - (uint32_t)a[i]));
}

static void full(const int32_t *a, const int32_t *a_last, const int32_t *b, const int32_t *b_last, uint32_t words, int32_t *out)
{
    for (uint32_t i = 0; i < words * ROWS; i++) {
        uint32_t up = ((uint32_t)b_last[i] - (uint32_t)a[i]) >> 5, down = ((uint32_t)a_last[i] - (uint32_t)b[i]) >> 5;
        out[i] = b[i] < a[i] ? -(int32_t)down : (int32_t)up;
    }
}

static inline uint32_t length_of(uint32_t y, uint32_t m) /* m from 3, March, to 14, February of y + 1 */
{
    uint32_t next = y + 1, leap = (next % 4 == 0) & ((next % 100 != 0) | (next % 400 == 0));
    return m == 14 ? 28 + leap : ((979 * (m + 1) - 2919) >> 5) - ((979 * m - 2919) >> 5);
}

static void add_months(const int32_t *key, const int64_t *n, uint32_t words, int64_t *out)
{
    for (uint32_t i = 0; i < words * ROWS; i++) {
        uint32_t months_at = (uint32_t)(key[i] >> 5) + (uint32_t)n[i], day = (uint32_t)key[i] & 31;
        uint32_t y = (months_at - 3) / 12, m = months_at - 12 * y, len = length_of(y, m), c = y / 100;
        uint32_t d = day < len ? day : len;
        out[i] = (int32_t)(1461 * y / 4 - c + c / 4 + ((979 * m - 2919) >> 5) + d - 1 - SHIFT);
    }
}

static void key_part(const int32_t *key, int part, uint32_t words, int32_t *out)
{
    for (uint32_t i = 0; i < words * ROWS; i++) {
        uint32_t at = (uint32_t)key[i] >> 5, y = (at - 3) / 12, m = at - 12 * y, next = m > 12;
        int32_t year = (int32_t)(y + next - 400 * ERAS), month = (int32_t)(m - 12 * next), day = key[i] & 31;
        out[i] = part == 0 ? year : part == 1 ? month : day;
    }
}

static void weekday(const int32_t *day, uint32_t words, int32_t *out)
{
    /* 1970-01-01 was a Thursday; an era of 146,097 days is whole weeks. */
    for (uint32_t i = 0; i < words * ROWS; i++) out[i] = (int32_t)(((uint32_t)day[i] + 146097u * ERAS + 3) % 7 + 1);
}

static void div_trunc(const int32_t *a, int32_t by, uint32_t words, int32_t *out)
{
    if (by == 12) { /* a known divisor is a multiplication */
        for (uint32_t i = 0; i < words * ROWS; i++) out[i] = a[i] / 12;
        return;
    }
    for (uint32_t i = 0; i < words * ROWS; i++) out[i] = a[i] / by;
}

#define ROW(name) {0, 0, name##_u8, name##_u16, name##_u32, name##_i32, name##_i64}
const struct vec_kernels VEC_TABLE = {
    .name = VEC_NAME,
    .eq_k = ROW(eq_k), .lt_k = ROW(lt_k), .any_k = ROW(any_k), .eq_v = ROW(eq_v), .lt_v = ROW(lt_v), .widen = ROW(widen),
    .narrow = narrow, .outside = outside, .outside32 = outside32,
    .add = add, .sub = sub, .mul = mul, .blend = blend,
    .month_key = month_key, .months = months, .full = full, .add_months = add_months, .key_part = key_part, .weekday = weekday,
    .div_trunc = div_trunc,
};
