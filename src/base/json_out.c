/*
 * json_out.c - the canonical writer.
 * Mistakes of the caller (a key out of order, a value without a key) stop the program: the bytes
 * written here are hashed and signed, so that a wrong order must never reach the disk.
 */
#include "base/json.h"
#include "base/uni.h"

enum { JSON_OUT_DEPTH_MAX = 64 };
#define JSON_INT_MAX ((INT64_C(1) << 53) - 1)

void json_out_init(struct json_out *j, struct buf *b)
{
    j->buf = b;
    j->depth = 0;
    j->first = true;
    j->key_due_value = false;
    j->in_object = 0;
}

static bool inside_object(const struct json_out *j)
{
    return j->depth > 0 && (j->in_object >> (j->depth - 1) & 1) != 0;
}

/* What stands before a value: nothing behind a key, a comma between the items of an array. */
static void before_value(struct json_out *j)
{
    MUST(!inside_object(j) || j->key_due_value);
    if (!j->key_due_value && !j->first && j->depth > 0) buf_char(j->buf, ',');
    j->key_due_value = false;
    j->first = false;
}

static void enter(struct json_out *j, bool object)
{
    before_value(j);
    MUST(j->depth < JSON_OUT_DEPTH_MAX);
    uint64_t bit = UINT64_C(1) << j->depth;
    j->in_object = object ? j->in_object | bit : j->in_object & ~bit;
    j->last_key[j->depth] = STR_NONE;
    j->depth++;
    j->first = true;
    buf_char(j->buf, object ? '{' : '[');
}

static void leave(struct json_out *j, bool object)
{
    MUST(j->depth > 0 && inside_object(j) == object && !j->key_due_value);
    j->depth--;
    j->first = false;
    buf_char(j->buf, object ? '}' : ']');
}

void json_object(struct json_out *j)
{
    enter(j, true);
}

void json_array(struct json_out *j)
{
    enter(j, false);
}

void json_end_object(struct json_out *j)
{
    leave(j, true);
}

void json_end_array(struct json_out *j)
{
    leave(j, false);
}

static void put_key(struct json_out *j, struct str key)
{
    MUST(inside_object(j) && !j->key_due_value);
    if (!j->first) buf_char(j->buf, ',');
    j->first = false;
    j->key_due_value = true;
    json_put_string(j->buf, key);
    buf_char(j->buf, ':');
}

void json_key(struct json_out *j, struct str key)
{
    MUST(j->depth > 0);
    struct str *last = &j->last_key[j->depth - 1];
    if (key.ptr == NULL) key = STR("");
    MUST(last->ptr == NULL || str_cmp(*last, key) < 0);
    *last = key;
    put_key(j, key);
}

void json_key_any(struct json_out *j, struct str key)
{
    put_key(j, key);
}

void json_string(struct json_out *j, struct str s)
{
    before_value(j);
    json_put_string(j->buf, s);
}

void json_i64(struct json_out *j, int64_t v)
{
    before_value(j);
    bool as_text = v > JSON_INT_MAX || v < -JSON_INT_MAX;
    if (as_text) buf_char(j->buf, '"');
    buf_i64(j->buf, v);
    if (as_text) buf_char(j->buf, '"');
}

void json_bool(struct json_out *j, bool v)
{
    before_value(j);
    buf_str(j->buf, v ? STR("true") : STR("false"));
}

void json_null(struct json_out *j)
{
    before_value(j);
    buf_lit(j->buf, "null");
}

void json_raw(struct json_out *j, struct str canonical)
{
    MUST(canonical.len > 0);
    before_value(j);
    buf_str(j->buf, canonical);
}

static bool needs_escape(unsigned char c)
{
    return c < 0x20 || c == '"' || c == '\\';
}

/* Is none of these eight bytes one that needs an escape?  (A byte is zero, or below 0x20, where a subtraction borrows from its top bit.) */
static bool eight_plain(const char *p)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = UINT64_C(0x8080808080808080);
    uint64_t w;
    memcpy(&w, p, 8);
    uint64_t quote = w ^ ones * '"', slash = w ^ ones * '\\';
    return ((((w - ones * 0x20) & ~w) | ((quote - ones) & ~quote) | ((slash - ones) & ~slash)) & tops) == 0;
}

static void put_escaped(struct buf *b, struct str s)
{
    static const char digit[] = "0123456789abcdef";
    size_t from = 0;
    for (size_t i = 0; i < s.len; i++) {
        while (s.len - i > 8 && eight_plain(s.ptr + i)) i += 8;
        unsigned char c = (unsigned char)s.ptr[i];
        if (!needs_escape(c)) continue;
        buf_put(b, s.ptr + from, i - from);
        from = i + 1;
        if (c == '"' || c == '\\') {
            char t[2] = {'\\', (char)c};
            buf_put(b, t, 2);
        } else {
            char t[6] = {'\\', 'u', '0', '0', digit[c >> 4], digit[c & 15]};
            buf_put(b, t, 6);
        }
    }
    if (from < s.len) buf_put(b, s.ptr + from, s.len - from);
}

void json_put_string(struct buf *b, struct str s)
{
    buf_char(b, '"');
    size_t bad = 0;
    while (!utf8_ok(s, &bad)) { /* what is written is always UTF-8 */
        put_escaped(b, str_sub(s, 0, bad));
        buf_utf8(b, 0xfffd);
        s = str_sub(s, bad + 1, s.len);
    }
    put_escaped(b, s);
    buf_char(b, '"');
}
