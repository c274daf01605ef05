/*
 * json.h - JSON in and out.
 * Out: canonical (docs/formats.md): UTF-8, keys sorted by bytes, no blanks, only \" \\ and \u00xx escaped;
 * integers within 2^53-1 as numbers, all other numbers as strings without exponent or trailing zeros;
 * the writer does not sort: callers put keys in order and the writer asserts it.
 * In: any RFC 8259 text (tokens by jsmn in strict mode); a number keeps its text, never becomes a double.
 * Duplicate keys are errors.  Limits: depth 64, and what the caller says for size.
 */
#ifndef GUIJU_BASE_JSON_H
#define GUIJU_BASE_JSON_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum json_kind { JSON_NULL, JSON_TRUE, JSON_FALSE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json {
    enum json_kind kind;
    struct str text;   /* number: as written; string: decoded */
    struct str key;    /* inside an object */
    struct json *first, *next;
    size_t count;      /* children */
    uint32_t off;      /* byte offset in the source */
};

/* The tree lives in a. RC_INPUT json.syntax (place.off set), text.utf8; RC_LIMIT json.depth. */
enum rc json_parse(struct arena *a, struct str text, struct json **out, struct err *err) MUST_USE;
const struct json *json_get(const struct json *obj, struct str key); /* NULL: absent, or not an object */

struct json_out {
    struct buf *buf;
    uint32_t depth;
    bool first;
    bool key_due_value;      /* a key was written: a value must follow */
    uint64_t in_object;      /* bit d: the container at depth d + 1 is an object */
    struct str last_key[64]; /* checks the order, by depth; a key must live until the next one at its depth */
};
void json_out_init(struct json_out *j, struct buf *b);
void json_object(struct json_out *j);
void json_array(struct json_out *j);
void json_end_object(struct json_out *j);
void json_end_array(struct json_out *j);
void json_key(struct json_out *j, struct str key);   /* must sort after the one before it */
void json_key_any(struct json_out *j, struct str key); /* for output to people: any order */
void json_string(struct json_out *j, struct str s);
void json_i64(struct json_out *j, int64_t v); /* beyond 2^53-1: as a string */
void json_bool(struct json_out *j, bool v);
void json_null(struct json_out *j);
void json_raw(struct json_out *j, struct str canonical); /* a value already in canonical form */
void json_put_string(struct buf *b, struct str s);    /* one canonical JSON string, quotes included */

#endif
