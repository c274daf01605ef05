/*
 * libfeel.h - FEEL, the expression language of OMG DMN 1.5, as a library for C.
 *
 *     struct feel_var vars[] = {{"age", "number"}, {"joined", "date"}};
 *     struct feel_names *names;
 *     struct feel_expr *expr;
 *     feel_names_make(vars, 2, &names, &error);
 *     feel_expr_make(names, "age >= 18 and joined < @\"2026-01-01\"", NULL, &expr, &error, 1, NULL);
 *     struct feel_values *values = feel_values_make(names, 0);
 *     feel_set_json(values, "{\"age\": 40, \"joined\": \"2010-03-01\"}", &error);
 *     feel_eval(values, expr, &error);
 *     puts(feel_result_text(values));                              prints true
 *
 * A text is compiled once, against names with their types, and evaluated many times.  Three outcomes are told apart: a value,
 * null (a value too, which knows why it is null), and an error.  FEEL itself never fails: 1 / 0 is null.  Errors are what the
 * calls of this header return: wrong texts, values that do not fit, limits.
 *
 * Numbers are decimal, 34 digits; there is no double anywhere.  All texts are UTF-8 and end in NUL.
 * Threads: names and expressions are immutable and may be shared; values belong to one thread at a time.
 * Memory: what a call returns as `const char *` lives until the next call that sets, clears or evaluates with the same values.
 * Limits: an expression of 8 KiB, brackets 64 deep, texts of 1 MiB, lists of 100,000, 64 calls deep, 100 million steps.
 * Running out of memory while compiling ends the process; while evaluating it is FEEL_TOO_MUCH.
 * Sentences exist in Chinese and in English; codes ("feel.unknown_name") are stable, match those.
 */
#ifndef LIBFEEL_H
#define LIBFEEL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define FEEL_API __attribute__((visibility("default")))
#else
#define FEEL_API
#endif

enum feel_status {
    FEEL_OK,
    FEEL_WRONG,    /* what was given is wrong: the error says what, where, and what to write */
    FEEL_TOO_MUCH  /* larger, deeper or longer than allowed */
};

enum feel_language { FEEL_ZH, FEEL_EN };

struct feel_error {
    char code[48];           /* stable; "" where there is no error */
    int warning;             /* 1: the expression was made all the same */
    uint32_t line, column;   /* from 1, columns in characters; 0: no place */
    uint32_t offset, length; /* bytes of the text */
    char zh[480], en[480];
    char hint_zh[320], hint_en[320]; /* what to write instead; "" where nothing is known */
};

/* ---- names: what expressions may use ---- */

struct feel_var {
    const char *name; /* any, also 任现职年限 or "full name" */
    const char *type; /* number, string, boolean, date, time, date and time, years and months duration, days and time duration,
                       * list<number>, context<street: string, since: date>, range<date>, Any.  NULL: Any */
};
struct feel_names;
/* Copies what it is given.  The order of vars is the numbers by which feel_set_*() know them. */
FEEL_API enum feel_status feel_names_make(const struct feel_var *vars, size_t count, struct feel_names **out, struct feel_error *error);
/* Sets *names to NULL.  Expressions and values that were made with them stay good. */
FEEL_API void feel_names_free(struct feel_names **names);

/* ---- expressions ---- */

struct feel_options {
    int strict;          /* 0: DMN 1.5 to the letter: what is wrong in meaning is null, and a warning here.
                          * 1: types are checked, mistakes of meaning are errors, and a comparison with null is null (docs/feel.md) */
    const char *input;   /* not NULL: the text is unary tests ("< 5, [7..9]") of a value of this type; its number is the count of names */
    const char *result;  /* not NULL and strict: the type that the expression must have */
};
struct feel_expr;
/* Parse, check, compile.  options may be NULL (all zero).  Every mistake is found, not only the first: up to errors_max are
 * written, all are counted in *errors_count (both may be NULL).  FEEL_WRONG: *out is NULL. */
FEEL_API enum feel_status feel_expr_make(const struct feel_names *names, const char *text, const struct feel_options *options, struct feel_expr **out,
                                         struct feel_error *errors, size_t errors_max, size_t *errors_count);
FEEL_API void feel_expr_free(struct feel_expr **expr);
/* Its static type as FEEL writes it (FEEL_EN) or as people say it in Chinese.  Lives as long as the expression. */
FEEL_API const char *feel_expr_type(const struct feel_expr *expr, enum feel_language language);
FEEL_API int feel_expr_may_be_null(const struct feel_expr *expr);
/* Does it read the name of that number? */
FEEL_API int feel_expr_reads(const struct feel_expr *expr, size_t number);
/* Does it ask for the day or the time? */
FEEL_API int feel_expr_is_daily(const struct feel_expr *expr);

/* ---- values ---- */

struct feel_values;
/* memory_max: bytes that values and one evaluation may take together; 0: 256 MiB.  NULL: no memory.  The clock is the machine's at
 * this moment, the zone UTC. */
FEEL_API struct feel_values *feel_values_make(const struct feel_names *names, size_t memory_max);
FEEL_API void feel_values_free(struct feel_values **values);
/* Everything null again, and its memory free for what comes. */
FEEL_API void feel_values_clear(struct feel_values *values);

/* An object: each name that it has is set, the others stay as they are; what nobody declared is passed over.  Days, times and
 * durations are texts in ISO form, where the declared type says so; numbers may be texts, for more than a double can carry.
 * The input of unary tests is called "?".  The text may be memory_max / 128 long. */
FEEL_API enum feel_status feel_set_json(struct feel_values *values, const char *json, struct feel_error *error);
FEEL_API enum feel_status feel_set_null(struct feel_values *values, size_t number, struct feel_error *error);
FEEL_API enum feel_status feel_set_bool(struct feel_values *values, size_t number, int yes, struct feel_error *error);
FEEL_API enum feel_status feel_set_int(struct feel_values *values, size_t number, int64_t i, struct feel_error *error);
FEEL_API enum feel_status feel_set_date(struct feel_values *values, size_t number, int year, int month, int day, struct feel_error *error);
/* By the declared type: the text itself, or what it stands for: "12.50", "2026-01-31", "P1Y2M", "12:30:00+08:00". */
FEEL_API enum feel_status feel_set_text(struct feel_values *values, size_t number, const char *text, struct feel_error *error);
/* What today() and now() answer: microseconds since 1970 UTC, and a zone by name ("Asia/Shanghai"; NULL: UTC). */
FEEL_API enum feel_status feel_set_clock(struct feel_values *values, int64_t now_us, const char *zone, struct feel_error *error);

/* ---- evaluating ---- */

enum feel_kind {
    FEEL_IS_NULL, FEEL_IS_BOOLEAN, FEEL_IS_NUMBER, FEEL_IS_STRING, FEEL_IS_DATE, FEEL_IS_TIME, FEEL_IS_DATE_AND_TIME, FEEL_IS_MONTHS_DURATION,
    FEEL_IS_DAYS_DURATION, FEEL_IS_LIST, FEEL_IS_CONTEXT, FEEL_IS_RANGE, FEEL_IS_FUNCTION
};
/* expr must have been made with the names of values.  The result is kept in values. */
FEEL_API enum feel_status feel_eval(struct feel_values *values, const struct feel_expr *expr, struct feel_error *error);
FEEL_API enum feel_kind feel_result_kind(const struct feel_values *values);
/* 1 true, 0 false, -1 neither. */
FEEL_API int feel_result_bool(const struct feel_values *values);
/* 1: *out is the number; 0: it is no whole number of 64 bits. */
FEEL_API int feel_result_int(const struct feel_values *values, int64_t *out);
/* A FEEL literal on one line, which reads back; and canonical JSON (docs/formats.md).  NULL: too large. */
FEEL_API const char *feel_result_text(struct feel_values *values);
FEEL_API const char *feel_result_json(struct feel_values *values);
/* Why the result is null: a stable code ("" where it just is), and a sentence. */
FEEL_API const char *feel_result_code(const struct feel_values *values);
FEEL_API const char *feel_result_cause(struct feel_values *values, enum feel_language language);
/* The expression's tree with the value at each node, one line a node; those that decided are marked.  *out lives as results do. */
FEEL_API enum feel_status feel_expr_explain(struct feel_values *values, const struct feel_expr *expr, enum feel_language language, const char **out,
                                            struct feel_error *error);

#ifdef __cplusplus
}
#endif
#endif
