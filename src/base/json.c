/*
 * json.c - the reader.
 * jsmn cuts the text into tokens, but it is lax: it lets "1.2.3", "\ud800" and [1 2] pass.  So a second
 * walk goes over the text and its tokens together, and every byte between two tokens, and every
 * byte in a number or a string, is checked there against RFC 8259.
 */
#define JSMN_STATIC
#define JSMN_STRICT
#define JSMN_PARENT_LINKS
#include <stddef.h>
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wswitch-enum"
#include <jsmn.h>
#pragma GCC diagnostic pop

#include "base/json.h"
#include "base/uni.h"

enum { JSON_DEPTH_MAX = 64, JSON_TEXT_MAX = 1 << 30, FEW_KEYS = 12 };

struct reader {
    struct arena *arena;
    struct err *err;
    struct str src;   /* as given, for places */
    char *text;       /* our copy: strings are decoded in place; one line end and a NUL behind it */
    size_t len;
    size_t at;
    const jsmntok_t *tok;
    size_t toks, next;
};

static enum rc syntax(const struct reader *r, size_t off, struct str zh, struct str en)
{
    struct place p = place_at(r->src, 0, off, 1);
    return err_set(r->err, &E_json_syntax, p, zh, en);
}

/* The caller's arena is sized for the input it accepts: a text that does not fit in it is too large. */
static enum rc no_room(const struct reader *r)
{
    char t[32];
    int n = snprintf(t, sizeof t, "%zu B", r->arena->max);
    MUST(n > 0 && (size_t)n < sizeof t);
    return err_set(r->err, &E_limit, NO_PLACE, STR("JSON"), str_of(t, (size_t)n));
}

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_blanks(struct reader *r)
{
    while (r->at < r->len && blank(r->text[r->at])) r->at++;
}

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

/* RFC 8259 6: -? (0 | [1-9][0-9]*) (.[0-9]+)? ([eE][+-]?[0-9]+)? */
static bool number_ok(struct str s)
{
    size_t i = 0;
    if (i < s.len && s.ptr[i] == '-') i++;
    if (i >= s.len || !digit(s.ptr[i])) return false;
    if (s.ptr[i] == '0')
        i++;
    else
        while (i < s.len && digit(s.ptr[i])) i++;
    if (i < s.len && s.ptr[i] == '.') {
        i++;
        if (i >= s.len || !digit(s.ptr[i])) return false;
        while (i < s.len && digit(s.ptr[i])) i++;
    }
    if (i < s.len && (s.ptr[i] == 'e' || s.ptr[i] == 'E')) {
        i++;
        if (i < s.len && (s.ptr[i] == '+' || s.ptr[i] == '-')) i++;
        if (i >= s.len || !digit(s.ptr[i])) return false;
        while (i < s.len && digit(s.ptr[i])) i++;
    }
    return i == s.len;
}

/* Four hex digits at p; false if not. */
static bool hex4(const char *p, const char *end, uint32_t *out)
{
    if (end - p < 4) return false;
    uint32_t v = 0;
    for (int i = 0; i < 4; i++) {
        char c = p[i];
        uint32_t d;
        if (digit(c))
            d = (uint32_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            d = (uint32_t)(c - 'a') + 10;
        else if (c >= 'A' && c <= 'F')
            d = (uint32_t)(c - 'A') + 10;
        else
            return false;
        v = v << 4 | d;
    }
    *out = v;
    return true;
}

/* \uXXXX, and its second half; *p stands behind the u. */
static bool unicode_escape(const char **p, const char *end, uint32_t *cp)
{
    uint32_t low;
    if (!hex4(*p, end, cp)) return false;
    *p += 4;
    if (*cp < 0xd800 || *cp > 0xdfff) return true;
    if (*cp > 0xdbff || end - *p < 6 || (*p)[0] != '\\' || (*p)[1] != 'u') return false;
    if (!hex4(*p + 2, end, &low) || low < 0xdc00 || low > 0xdfff) return false;
    *p += 6;
    *cp = 0x10000 + ((*cp - 0xd800) << 10) + (low - 0xdc00);
    return true;
}

/* Decode bytes from..to of the copy in place (no escape is shorter than what it stands for). */
static enum rc decode_string(struct reader *r, size_t from, size_t to, struct str *out)
{
    const char *p = r->text + from, *end = r->text + to;
    char *w = r->text + from;
    while (p < end) {
        unsigned char c = (unsigned char)*p;
        if (c < 0x20)
            return syntax(r, (size_t)(p - r->text), STR("文本里有控制字符，应写成 \\u00XX"),
                          STR("a control character in a string: write it as \\u00XX"));
        if (c != '\\') {
            *w++ = *p++;
            continue;
        }
        const char *begin = p++;
        char e = p < end ? *p++ : '\0';
        uint32_t cp = 0;
        bool ok = true;
        switch (e) {
        case '"':
        case '\\':
        case '/': cp = (unsigned char)e; break;
        case 'b': cp = '\b'; break;
        case 'f': cp = '\f'; break;
        case 'n': cp = '\n'; break;
        case 'r': cp = '\r'; break;
        case 't': cp = '\t'; break;
        case 'u': ok = unicode_escape(&p, end, &cp); break;
        default: ok = false; break;
        }
        if (!ok)
            return syntax(r, (size_t)(begin - r->text), STR("反斜杠后面的写法不对"),
                          STR("there is no such escape"));
        w += utf8_put(w, cp);
    }
    *out = str_of(r->text + from, (size_t)(w - (r->text + from)));
    *w = '\0'; /* at the latest over the closing quote, which has been read */
    return RC_OK;
}

/* The next token must begin here: a string's token begins behind its quote. */
static const jsmntok_t *token_here(const struct reader *r)
{
    if (r->next >= r->toks) return NULL;
    const jsmntok_t *t = &r->tok[r->next];
    size_t start = (size_t)t->start - (t->type == JSMN_STRING ? 1 : 0);
    return start == r->at && t->end > 0 && (size_t)t->end <= r->len ? t : NULL;
}

static enum rc expected_value(const struct reader *r)
{
    return syntax(r, r->at, STR("这里应有一个值"), STR("a value is expected here"));
}

static enum rc read_value(struct reader *r, unsigned depth, struct json **out);

static enum rc read_scalar(struct reader *r, const jsmntok_t *t, struct json *v)
{
    struct str s = str_of(r->text + t->start, (size_t)(t->end - t->start));
    size_t off = r->at;
    r->next++;
    if (t->type == JSMN_STRING) {
        r->at = (size_t)t->end + 1;
        v->kind = JSON_STRING;
        return decode_string(r, (size_t)t->start, (size_t)t->end, &v->text);
    }
    r->at = (size_t)t->end;
    if (str_eq(s, STR("null"))) {
        v->kind = JSON_NULL;
    } else if (str_eq(s, STR("true"))) {
        v->kind = JSON_TRUE;
    } else if (str_eq(s, STR("false"))) {
        v->kind = JSON_FALSE;
    } else if (number_ok(s)) {
        v->kind = JSON_NUMBER;
        char *copy = arena_try(r->arena, s.len + 1);
        if (copy == NULL) return no_room(r);
        memcpy(copy, s.ptr, s.len);
        v->text = str_of(copy, s.len);
    } else {
        return syntax(r, off, STR("不是数，也不是 true、false、null"),
                      STR("neither a number nor true, false, null"));
    }
    return RC_OK;
}

static int by_key(const void *a, const void *b)
{
    const struct json *const *x = a, *const *y = b;
    return str_cmp((*x)->key, (*y)->key);
}

/* Where two children have one key, the later of them. */
static enum rc duplicate_key(struct reader *r, const struct json *obj, const struct json **twice)
{
    *twice = NULL;
    if (obj->count <= FEW_KEYS) {
        for (const struct json *x = obj->first; x != NULL; x = x->next)
            for (const struct json *y = x->next; y != NULL; y = y->next)
                if (str_eq(x->key, y->key)) {
                    *twice = y;
                    return RC_OK;
                }
        return RC_OK;
    }
    const struct json **all = malloc(obj->count * sizeof *all);
    if (all == NULL) return no_room(r);
    size_t n = 0;
    for (const struct json *x = obj->first; x != NULL; x = x->next) all[n++] = x;
    qsort(all, n, sizeof *all, by_key);
    for (size_t i = 1; i < n; i++)
        if (str_eq(all[i - 1]->key, all[i]->key)) *twice = all[i]->off > all[i - 1]->off ? all[i] : all[i - 1];
    free(all);
    return RC_OK;
}

static enum rc read_key(struct reader *r, struct str *key)
{
    const jsmntok_t *t = token_here(r);
    if (t == NULL || t->type != JSMN_STRING)
        return syntax(r, r->at, STR("这里应有一个带引号的键"), STR("a key in quotes is expected here"));
    r->next++;
    r->at = (size_t)t->end + 1;
    TRY(decode_string(r, (size_t)t->start, (size_t)t->end, key));
    skip_blanks(r);
    if (r->at >= r->len || r->text[r->at] != ':')
        return syntax(r, r->at, STR("键后面应有冒号"), STR("a colon is expected behind a key"));
    r->at++;
    skip_blanks(r);
    return RC_OK;
}

static enum rc read_children(struct reader *r, unsigned depth, struct json *v)
{
    bool object = v->kind == JSON_OBJECT;
    char close = object ? '}' : ']';
    struct json **last = &v->first;
    r->at++;
    skip_blanks(r);
    if (r->at < r->len && r->text[r->at] == close) {
        r->at++;
        return RC_OK;
    }
    for (;;) {
        struct str key = STR_NONE;
        struct json *child = NULL;
        size_t off = r->at;
        if (object) TRY(read_key(r, &key));
        TRY(read_value(r, depth, &child));
        child->key = key;
        if (object) child->off = (uint32_t)off; /* for the message on a key written twice */
        *last = child;
        last = &child->next;
        v->count++;
        skip_blanks(r);
        char c = r->at < r->len ? r->text[r->at] : '\0';
        if (c != ',' && c != close)
            return syntax(r, r->at, object ? STR("这里应有逗号或右花括号") : STR("这里应有逗号或右方括号"),
                          object ? STR("a comma or a closing brace is expected here")
                                 : STR("a comma or a closing bracket is expected here"));
        r->at++;
        if (c == close) break;
        skip_blanks(r);
    }
    if (!object) return RC_OK;
    const struct json *twice;
    TRY(duplicate_key(r, v, &twice));
    if (twice != NULL) {
        struct str k = str_sub(twice->key, 0, 60);
        struct arena scratch;
        arena_init(&scratch, 4096);
        enum rc rc = syntax(r, twice->off, str_cat(&scratch, STR("键“"), k, STR("”写了两次")),
                            str_cat(&scratch, STR("the key \""), k, STR("\" is there twice")));
        arena_fini(&scratch);
        return rc;
    }
    return RC_OK;
}

static enum rc read_value(struct reader *r, unsigned depth, struct json **out)
{
    const jsmntok_t *t = token_here(r);
    if (t == NULL) return expected_value(r);
    struct json *v = arena_try(r->arena, sizeof *v);
    if (v == NULL) return no_room(r);
    v->off = (uint32_t)r->at;
    *out = v;
    if (t->type != JSMN_OBJECT && t->type != JSMN_ARRAY) return read_scalar(r, t, v);
    MUST(depth < JSON_DEPTH_MAX); /* check_depth() */
    v->kind = t->type == JSMN_OBJECT ? JSON_OBJECT : JSON_ARRAY;
    r->next++;
    return read_children(r, depth + 1, v);
}

/* Tokens on the heap: they go as soon as the tree stands. */
static enum rc tokenize(struct reader *r, jsmntok_t **toks)
{
    jsmn_parser p;
    jsmn_init(&p);
    int n = jsmn_parse(&p, r->text, r->len, NULL, 0);
    if (n >= 0) {
        *toks = malloc(((size_t)n + 1) * sizeof **toks);
        if (*toks == NULL) return no_room(r);
        jsmn_init(&p);
        n = jsmn_parse(&p, r->text, r->len, *toks, (unsigned)n + 1);
    }
    if (n == JSMN_ERROR_PART)
        return syntax(r, r->src.len, STR("到此还没有写完"), STR("it ends too early"));
    if (n < 0) return syntax(r, p.pos, STR("这里的写法不对"), STR("this cannot stand here"));
    r->tok = *toks;
    r->toks = (size_t)n;
    return RC_OK;
}

/* Before jsmn, whose search for the matching bracket takes time by the depth. */
static enum rc check_depth(struct str text, struct err *err)
{
    unsigned depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (quoted) {
            if (c == '\\') i++;
            else if (c == '"') quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (c == '[' || c == '{') {
            if (++depth > JSON_DEPTH_MAX) return err_set(err, &E_json_depth, place_at(text, 0, i, 1), STR("64"));
        } else if (c == ']' || c == '}') {
            if (depth == 0) break; /* malformed, which jsmn says at this place */
            depth--;
        }
    }
    return RC_OK;
}

enum rc json_parse(struct arena *a, struct str text, struct json **out, struct err *err)
{
    *out = NULL;
    if (text.len > JSON_TEXT_MAX) return err_set(err, &E_limit, NO_PLACE, STR("JSON"), STR("1 GiB"));
    TRY(utf8_check(text, err));
    TRY(check_depth(text, err));
    struct reader r = {.arena = a, .err = err, .src = text, .len = text.len + 1};
    r.text = arena_try(a, text.len + 2);
    if (r.text == NULL) return no_room(&r);
    if (text.len > 0) memcpy(r.text, text.ptr, text.len);
    r.text[text.len] = '\n'; /* jsmn in strict mode wants something behind a number */
    jsmntok_t *toks = NULL;
    struct json *v = NULL;
    enum rc rc = tokenize(&r, &toks);
    if (rc == RC_OK) {
        skip_blanks(&r);
        rc = read_value(&r, 0, &v);
    }
    if (rc == RC_OK) {
        skip_blanks(&r);
        if (r.at != r.len || r.next != r.toks)
            rc = syntax(&r, r.at, STR("后面还有多余的内容"), STR("there is more behind the end"));
    }
    free(toks);
    if (rc == RC_OK) *out = v;
    return rc;
}

const struct json *json_get(const struct json *obj, struct str key)
{
    if (obj == NULL || obj->kind != JSON_OBJECT) return NULL;
    for (const struct json *v = obj->first; v != NULL; v = v->next)
        if (str_eq(v->key, key)) return v;
    return NULL;
}
