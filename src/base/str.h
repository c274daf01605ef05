/*
 * str.h - text as pointer and length, and a buffer that grows up to a stated maximum.
 * A struct str owns nothing.  It need not end in NUL; text made in an arena does, one past len.
 */
#ifndef GUIJU_BASE_STR_H
#define GUIJU_BASE_STR_H

#include "base/core.h"

struct arena;

struct str {
    const char *ptr;
    size_t len;
};

#define STR(lit) ((struct str){("" lit ""), sizeof(lit) - 1})
#define STR_INIT(lit) {("" lit ""), sizeof(lit) - 1}
#define STR_NONE ((struct str){NULL, 0})
#define STR_FMT "%.*s"
#define STR_ARG(s) (int)(s).len, ((s).ptr ? (s).ptr : "")

static inline struct str str_of(const char *ptr, size_t len) { return (struct str){ptr, len}; }
struct str str_c(const char *c_text); /* NULL gives STR_NONE */

bool str_eq(struct str a, struct str b);
int str_cmp(struct str a, struct str b); /* by bytes */
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
/* Place of the first occurrence, or SIZE_MAX. */
size_t str_find(struct str s, struct str needle);
size_t str_find_char(struct str s, char c);
/* Part of s; ends are clipped to s. */
struct str str_sub(struct str s, size_t from, size_t to);
struct str str_trim(struct str s); /* ASCII blanks, tabs, line ends */
uint64_t str_hash(struct str s);   /* stable within a process only */

/* Copy into the arena with a NUL behind it.  NULL ptr gives "". Dies only by arena limit (MUST). */
struct str str_dup(struct arena *a, struct str s);
const char *str_cz(struct arena *a, struct str s); /* the same as a C string */
/* Concatenate n parts: str_cat(a, 3, x, y, z). */
struct str str_cat_n(struct arena *a, size_t n, const struct str *parts);
#define str_cat(a, ...)                                                                            \
    str_cat_n((a), sizeof((struct str[]){__VA_ARGS__}) / sizeof(struct str), (struct str[]){__VA_ARGS__})
/* Decimal text of an integer in the arena. */
struct str str_i64(struct arena *a, int64_t v);
struct str str_u64(struct arena *a, uint64_t v);
struct str str_hex(struct arena *a, const void *bytes, size_t len); /* lower case */
/* Strict: the whole of s, ASCII digits, optional '-' for the signed one.  False if not, or too large. */
bool str_to_i64(struct str s, int64_t *out);
bool str_to_u64(struct str s, uint64_t *out);

/* A growing buffer on the heap.  A buffer that failed (over max, or no memory) stays failed and
 * swallows further writes: write freely, ask once with buf_failed(). */
struct buf {
    char *ptr;
    size_t len;
    size_t cap;
    size_t max;
    bool failed;
};

void buf_init(struct buf *b, size_t max);
void buf_fini(struct buf *b);
void buf_clear(struct buf *b); /* keeps the memory; forgets the failure */
void buf_put(struct buf *b, const void *bytes, size_t len);
void buf_str(struct buf *b, struct str s);
void buf_char(struct buf *b, char c);
void buf_fill(struct buf *b, char c, size_t n);
void buf_i64(struct buf *b, int64_t v);
void buf_u64(struct buf *b, uint64_t v);
void buf_hex(struct buf *b, const void *bytes, size_t len);
#define buf_lit(b, lit) buf_put((b), ("" lit ""), sizeof(lit) - 1)
bool buf_failed(const struct buf *b);
struct str buf_view(const struct buf *b); /* valid until the next write */
/* Make room for len more bytes and return where they go, or NULL; then buf_grew(). */
char *buf_room(struct buf *b, size_t len);
void buf_grew(struct buf *b, size_t len);

#endif
