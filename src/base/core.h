/*
 * core.h - attributes, assertions that stay on, checked arithmetic, and the functions nobody may call.
 */
#ifndef GUIJU_BASE_CORE_H
#define GUIJU_BASE_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUST_USE __attribute__((warn_unused_result))
#define NORETURN __attribute__((noreturn))
#define UNUSED __attribute__((unused))
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Our own mistakes, never the user's: print where and stop.  The store rolls back by itself. */
NORETURN void must_failed(const char *what, const char *file, int line);
#define MUST(c) ((c) ? (void)0 : must_failed(#c, __FILE__, __LINE__))

/* Magic numbers: the first field of a handle; x_check() at public doors. */
#define MAGIC_CHECK(p, m) MUST((p) != NULL && (p)->magic == (m))

/* Sizes are added and multiplied only through these: true means that it overflowed. */
#define add_overflows(a, b, out) __builtin_add_overflow((a), (b), (out))
#define mul_overflows(a, b, out) __builtin_mul_overflow((a), (b), (out))

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

#include "base/banned.h"

#endif
