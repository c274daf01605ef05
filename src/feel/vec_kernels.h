/*
 * vec_kernels.h - loops over columns, compiled twice: for any processor, and for x86-64-v3 where the processor has it.
 * All work on whole words of 64 rows: what lies behind the last row of a block is computed too and never looked at.
 * No kernel knows of nulls or allocates; which rows count is in bit sets beside the values.
 */
#ifndef GUIJU_FEEL_VEC_KERNELS_H
#define GUIJU_FEEL_VEC_KERNELS_H

#include <stdbool.h>
#include <stdint.h>

/* Days that the kernels know: some 680,000 years either way.  Others are worked out one by one. */
#define VEC_DAY_MAX INT64_C(250000000)
#define VEC_MONTHS_MAX INT64_C(1000000)

struct vec_kernels {
    const char *name;
    /* By enum feel_cell (NONE and BIT have none): a[i] == k, a[i] < k.  k fits the cell. */
    void (*eq_k[7])(const void *a, int64_t k, uint32_t words, uint64_t *out);
    void (*lt_k[7])(const void *a, int64_t k, uint32_t words, uint64_t *out);
    /* One of up to four values. */
    void (*any_k[7])(const void *a, const int64_t k[4], uint32_t words, uint64_t *out);
    /* Both of the same cell. */
    void (*eq_v[7])(const void *a, const void *b, uint32_t words, uint64_t *out);
    void (*lt_v[7])(const void *a, const void *b, uint32_t words, uint64_t *out);
    void (*widen[7])(const void *a, uint32_t words, int64_t *out);
    void (*narrow)(const int64_t *a, uint32_t words, int32_t *out);
    /* low <= a[i] <= high does not hold. */
    void (*outside)(const int64_t *a, int64_t low, int64_t high, uint32_t words, uint64_t *out);
    void (*outside32)(const int32_t *a, int32_t low, int32_t high, uint32_t words, uint64_t *out);
    /* over: where the result does not fit; the value is then the low bits. */
    void (*add)(const int64_t *a, const int64_t *b, uint32_t words, int64_t *out, uint64_t *over);
    void (*sub)(const int64_t *a, const int64_t *b, uint32_t words, int64_t *out, uint64_t *over);
    void (*mul)(const int64_t *a, const int64_t *b, uint32_t words, int64_t *out, uint64_t *over);
    /* pick bit set: a, else b. */
    void (*blend)(const int64_t *a, const int64_t *b, const uint64_t *pick, uint32_t words, int64_t *out);
    /* A day as months * 32 + day of the month: differences of two count months.  `last`: the month's last day counts as its 31st. */
    void (*month_key)(const int32_t *day, bool last, uint32_t words, int32_t *out);
    /* Whole months between two keys, towards zero. */
    void (*months)(const int32_t *a, const int32_t *b, uint32_t words, int32_t *out);
    void (*full)(const int32_t *a, const int32_t *a_last, const int32_t *b, const int32_t *b_last, uint32_t words, int32_t *out);
    /* The day n months after the day of a key; days of the month beyond the end become the last. */
    void (*add_months)(const int32_t *key, const int64_t *n, uint32_t words, int64_t *out);
    void (*key_part)(const int32_t *key, int part, uint32_t words, int32_t *out); /* 0 year, 1 month, 2 day */
    void (*weekday)(const int32_t *day, uint32_t words, int32_t *out);            /* 1 Monday .. 7 */
    void (*div_trunc)(const int32_t *a, int32_t by, uint32_t words, int32_t *out);
};

const struct vec_kernels *vec_kernels_best(void);
extern const struct vec_kernels vec_kernels_base;
extern const struct vec_kernels vec_kernels_v3;

#endif
