/*
 * lex.c - a text into tokens.
 * A run of letters, digits and Han is one token and is never split; which runs together make a name is for
 * the parser to say, who knows the names.  Mistakes are reported and the text goes on as if they were mended,
 * so that one full-width comma does not hide the next mistake.
 */
#include "feel/inner.h"

struct lex {
    const struct text_source *s;
    struct str text;
    size_t at;
    VEC(struct tok) toks;
    uint32_t mistakes;
    bool blank;
    bool in_string;
};

struct place place_in(const struct text_source *s, uint32_t off, uint32_t len)
{
    struct place p = {.file = s->at.file, .line = s->at.line, .col = s->at.col, .off = off, .len = len};
    if (p.line == 0) p.line = p.col = 1;
    for (size_t i = 0; i < off && i < s->text.len;) {
        if (utf8_next(s->text, &i) == '\n') {
            p.line++;
            p.col = 1;
        } else {
            p.col++;
        }
    }
    return p;
}

struct place place_in_file(const struct text_source *s, struct place p)
{
    p.off += s->at.off;
    return p;
}

bool is_name_start(uint32_t c)
{
    if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '?';
    return (c >= 0xc0 && c <= 0xd6) || (c >= 0xd8 && c <= 0xf6) || (c >= 0xf8 && c <= 0x2ff) || (c >= 0x370 && c <= 0x37d) ||
           (c >= 0x37f && c <= 0x1fff && c != 0x1680 && c != 0x180e) || (c >= 0x200c && c <= 0x200d) || (c >= 0x2070 && c <= 0x218f) ||
           (c >= 0x2c00 && c <= 0x2fef) || (c >= 0x3001 && c <= 0xd7ff) || (c >= 0xf900 && c <= 0xfdcf) ||
           (c >= 0xfdf0 && c <= 0xfffc && c != 0xfeff) || (c >= 0x10000 && c <= 0xeffff);
}

bool is_name_part(uint32_t c)
{
    return is_name_start(c) || (c >= '0' && c <= '9') || c == 0xb7 || (c >= 0x300 && c <= 0x36f) || (c >= 0x203f && c <= 0x2040);
}

static bool is_blank(uint32_t c)
{
    return c == ' ' || (c >= 9 && c <= 13) || c == 0x85 || c == 0xa0 || c == 0x1680 || c == 0x180e || (c >= 0x2000 && c <= 0x200b) ||
           c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000 || c == 0xfeff;
}

/* The half-width character meant by a full-width one; 0: not one of those that packs refuse outside strings. */
static uint32_t half_width(uint32_t c)
{
    if (c >= 0xff01 && c <= 0xff5e) return c - 0xff01 + '!';
    switch (c) {
    case 0x3000: return ' ';
    case 0x3001: return ',';
    case 0x3002: return '.';
    case 0x3008: case 0x300a: return '<';
    case 0x3009: case 0x300b: return '>';
    case 0x3010: case 0x3014: return '[';
    case 0x3011: case 0x3015: return ']';
    case 0x300c: case 0x300d: case 0x300e: case 0x300f: case 0x201c: case 0x201d: case 0x2018: case 0x2019: return '"';
    case 0x2264: return '<';
    case 0x2265: return '>';
    case 0x2260: return '!';
    case 0xd7: return '*';
    case 0xf7: return '/';
    default: return (c >= 0x3001 && c <= 0x303f && c != 0x3005 && c != 0x3006 && c != 0x3007) || (c >= 0xff00 && c <= 0xffef) ? '?' : 0;
    }
}

static const char *const keywords[] = {"", "if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "and", "or",
    "between", "instance", "of", "function", "external", "true", "false", "null"};

enum keyword keyword_of(struct str run)
{
    for (size_t i = 1; i < ARRAY_LEN(keywords); i++)
        if (str_eq(run, str_c(keywords[i]))) return (enum keyword)i;
    return KW_NONE;
}

static void lex_mistake(struct lex *l, const struct err_kind *kind, size_t off, size_t len, struct str a1, struct str a2)
{
    if (l->mistakes++ >= FEEL_MISTAKES_MAX) return;
    diags_put(l->s->d, SEV_ERROR, kind, place_in_file(l->s, place_in(l->s, (uint32_t)off, (uint32_t)len)), a1, a2);
}

static void push(struct lex *l, enum tok_kind kind, size_t off, size_t len, struct str text)
{
    enum keyword k = kind == TOK_RUN ? keyword_of(text) : KW_NONE;
    struct tok t = {.kind = (uint8_t)kind, .keyword = (uint8_t)k, .blank = l->blank, .off = (uint32_t)off, .len = (uint32_t)len, .text = text};
    vec_push(l->s->tmp, &l->toks, t);
    l->blank = false;
}

static uint32_t peek(const struct lex *l, size_t more)
{
    return l->at + more < l->text.len ? (uint8_t)l->text.ptr[l->at + more] : 0;
}

static bool is_digit(uint32_t c) { return c >= '0' && c <= '9'; }

static void lex_number(struct lex *l)
{
    size_t from = l->at;
    while (is_digit(peek(l, 0))) l->at++;
    if (peek(l, 0) == '.' && is_digit(peek(l, 1))) {
        l->at++;
        while (is_digit(peek(l, 0))) l->at++;
    }
    uint32_t e = peek(l, 0);
    if (e == 'e' || e == 'E') {
        size_t sign = peek(l, 1) == '+' || peek(l, 1) == '-' ? 1 : 0;
        if (is_digit(peek(l, 1 + sign))) {
            l->at += 1 + sign;
            while (is_digit(peek(l, 0))) l->at++;
        }
    }
    push(l, TOK_NUMBER, from, l->at - from, str_sub(l->text, from, l->at));
}

static bool hex_digits(struct str t, size_t at, size_t n, uint32_t *out)
{
    uint32_t v = 0;
    if (at + n > t.len) return false;
    for (size_t i = 0; i < n; i++) {
        char c = t.ptr[at + i];
        uint32_t d;
        if (c >= '0' && c <= '9') d = (uint32_t)(c - '0');
        else if (c >= 'a' && c <= 'f') d = (uint32_t)(c - 'a') + 10;
        else if (c >= 'A' && c <= 'F') d = (uint32_t)(c - 'A') + 10;
        else return false;
        v = v * 16 + d;
    }
    *out = v;
    return true;
}

/* A backslash that begins no escape stands for itself: "\d" is a pattern's digit. */
static struct str decode(struct arena *a, struct str raw)
{
    if (str_find_char(raw, '\\') == SIZE_MAX) return raw;
    char *to = arena_alloc(a, raw.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < raw.len;) {
        char c = raw.ptr[i];
        if (c != '\\' || i + 1 >= raw.len) {
            to[n++] = c;
            i++;
            continue;
        }
        uint32_t cp = 0, low = 0;
        char k = raw.ptr[i + 1];
        size_t digits = k == 'u' ? 4 : k == 'U' ? 6 : 0;
        if (k == 'n') cp = '\n';
        else if (k == 'r') cp = '\r';
        else if (k == 't') cp = '\t';
        else if (k == '"' || k == '\'' || k == '\\') cp = (uint32_t)k;
        else if (digits == 0 || !hex_digits(raw, i + 2, digits, &cp) || cp > 0x10ffff) {
            to[n++] = c;
            i++;
            continue;
        }
        i += 2 + digits;
        if (cp >= 0xd800 && cp < 0xdc00 && i + 6 <= raw.len && raw.ptr[i] == '\\' && raw.ptr[i + 1] == 'u' &&
            hex_digits(raw, i + 2, 4, &low) && low >= 0xdc00 && low < 0xe000) {
            cp = 0x10000 + ((cp - 0xd800) << 10) + (low - 0xdc00);
            i += 6;
        }
        if (cp >= 0xd800 && cp < 0xe000) cp = 0xfffd; /* half a pair is no character */
        n += utf8_put(to + n, cp);
    }
    to[n] = '\0';
    return str_of(to, n);
}

static void lex_string(struct lex *l, bool at_literal)
{
    size_t from = l->at;
    if (at_literal) l->at++;
    size_t open = l->at++;
    while (l->at < l->text.len && l->text.ptr[l->at] != '"')
        l->at += l->text.ptr[l->at] == '\\' && l->at + 1 < l->text.len ? 2 : 1;
    if (l->at >= l->text.len) {
        l->at = l->text.len;
        lex_mistake(l, &E_feel_unclosed_text, open, 1, STR_NONE, STR_NONE);
        push(l, at_literal ? TOK_AT : TOK_STRING, from, l->at - from, decode(l->s->a, str_sub(l->text, open + 1, l->at)));
        return;
    }
    struct str raw = str_sub(l->text, open + 1, l->at);
    l->at++;
    push(l, at_literal ? TOK_AT : TOK_STRING, from, l->at - from, decode(l->s->a, raw));
}

/* “…” in a pack: reported, then taken as the text that was meant. */
static void lex_curly(struct lex *l, size_t width, struct str shown)
{
    size_t from = l->at;
    lex_mistake(l, &E_feel_fullwidth, from, width, shown, STR("\""));
    size_t inside = from + width;
    size_t i = inside;
    while (i < l->text.len) {
        size_t next = i;
        uint32_t c = utf8_next(l->text, &next);
        if (half_width(c) == '"' || c == '"') {
            l->at = next;
            push(l, TOK_STRING, from, next - from, str_sub(l->text, inside, i));
            return;
        }
        i = next;
    }
    l->at = inside;
    l->blank = true;
}

static const struct op {
    const char *text;
    enum tok_kind kind;
} ops[] = {
    {"**", TOK_STARS}, {"<=", TOK_LE}, {">=", TOK_GE}, {"!=", TOK_NE}, {"..", TOK_DOTS}, {"->", TOK_ARROW}, {"(", TOK_LPAREN}, {")", TOK_RPAREN},
    {"[", TOK_LBRACKET}, {"]", TOK_RBRACKET}, {"{", TOK_LBRACE}, {"}", TOK_RBRACE}, {",", TOK_COMMA}, {":", TOK_COLON},
    {".", TOK_DOT}, {"+", TOK_PLUS}, {"-", TOK_MINUS}, {"*", TOK_STAR}, {"/", TOK_SLASH}, {"'", TOK_APOS}, {"=", TOK_EQ},
    {"<", TOK_LT}, {">", TOK_GT}};

static bool lex_op(struct lex *l)
{
    for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
        struct str o = str_c(ops[i].text);
        if (!str_starts(str_sub(l->text, l->at, l->text.len), o)) continue;
        push(l, ops[i].kind, l->at, o.len, o);
        l->at += o.len;
        return true;
    }
    return false;
}

/* A full-width operator in a pack: reported once, then read as its half-width form, ＞＝ together. */
static void lex_fullwidth(struct lex *l, uint32_t half, size_t width)
{
    size_t from = l->at, second = from + width, end = second;
    struct str shown = str_sub(l->text, from, second);
    if (half == '"') {
        lex_curly(l, width, shown);
        return;
    }
    char meant[3] = {(char)half, 0, 0};
    uint32_t first = 0;
    size_t skip = from;
    first = utf8_next(l->text, &skip);
    if (first >= 0x2260 && first <= 0x2265) meant[1] = '='; /* ≠ ≤ ≥ */
    if (second < l->text.len && (half == '<' || half == '>' || half == '!')) {
        uint32_t next = utf8_next(l->text, &end);
        if (next == 0xff1d || next == '=') meant[1] = '=';
        else end = second;
    } else if (half == '.' && second < l->text.len) {
        uint32_t next = utf8_next(l->text, &end);
        if (next == 0xff0e || next == 0x3002) meant[1] = '.';
        else end = second;
    }
    struct str m = str_dup(l->s->a, str_c(meant));
    lex_mistake(l, &E_feel_fullwidth, from, end - from, str_sub(l->text, from, end), half == ' ' ? STR("半角空格 / a blank") : half == '?' ? STR_NONE : m);
    l->at = end;
    l->blank = true;
    for (size_t i = 0; i < ARRAY_LEN(ops); i++)
        if (str_eq(m, str_c(ops[i].text))) {
            push(l, ops[i].kind, from, end - from, m);
            return;
        }
}

static void lex_run(struct lex *l, bool pack)
{
    size_t from = l->at;
    while (l->at < l->text.len) {
        size_t next = l->at;
        uint32_t c = utf8_next(l->text, &next);
        if (!is_name_part(c) || (pack && half_width(c) != 0) || (c == '?' && l->at > from)) break;
        l->at = next;
        if (c == '?') break; /* the input of a unary test stands alone */
    }
    push(l, TOK_RUN, from, l->at - from, str_sub(l->text, from, l->at));
}

/* Full-width digits, letters and the like are the letters of names in DMN; a pack refuses them, a whole run at once. */
static void lex_fullwidth_run(struct lex *l)
{
    size_t from = l->at;
    bool digits = true;
    char meant[64];
    size_t n = 0;
    while (l->at < l->text.len) {
        size_t next = l->at;
        uint32_t c = utf8_next(l->text, &next), h = half_width(c);
        bool word = h != 0 && (is_digit(h) || (h >= 'a' && h <= 'z') || (h >= 'A' && h <= 'Z') || h == '_');
        if (!word || n + 1 >= sizeof meant) break;
        digits = digits && is_digit(h);
        meant[n++] = (char)h;
        l->at = next;
    }
    struct str m = str_dup(l->s->a, str_of(meant, n));
    lex_mistake(l, &E_feel_fullwidth, from, l->at - from, str_sub(l->text, from, l->at), m);
    push(l, digits ? TOK_NUMBER : TOK_RUN, from, l->at - from, m);
}

static bool skip_comment(struct lex *l)
{
    if (peek(l, 0) != '/' || (peek(l, 1) != '/' && peek(l, 1) != '*')) return false;
    if (peek(l, 1) == '/') {
        while (l->at < l->text.len && l->text.ptr[l->at] != '\n') l->at++;
        return true;
    }
    size_t end = str_find(str_sub(l->text, l->at + 2, l->text.len), STR("*/"));
    if (end == SIZE_MAX) {
        lex_mistake(l, &E_feel_unclosed, l->at, 2, STR("/*"), STR("*/"));
        l->at = l->text.len;
    } else {
        l->at += end + 4;
    }
    return true;
}

bool feel_lex(const struct text_source *s, struct tok **toks, uint32_t *count)
{
    struct lex l = {.s = s, .text = s->text};
    bool pack = s->mode == FEEL_PACK;
    size_t bad = 0;
    if (!utf8_ok(s->text, &bad)) {
        lex_mistake(&l, &E_feel_not_utf8, bad, 1, STR_NONE, STR_NONE);
        l.text.len = bad;
    }
    while (l.at < l.text.len && l.toks.len + 1 < FEEL_TOKENS_MAX) {
        size_t next = l.at;
        uint32_t c = utf8_next(l.text, &next);
        uint32_t half = pack ? half_width(c) : 0;
        if (half != 0) {
            if (is_digit(half) || (half >= 'a' && half <= 'z') || (half >= 'A' && half <= 'Z') || half == '_') lex_fullwidth_run(&l);
            else lex_fullwidth(&l, half, next - l.at);
        } else if (is_blank(c)) {
            l.at = next;
            l.blank = true;
        } else if (skip_comment(&l)) {
            l.blank = true;
        } else if (is_digit(c) || (c == '.' && is_digit(peek(&l, 1)) && (l.toks.len == 0 || l.blank ||
                   (l.toks.at[l.toks.len - 1].kind != TOK_RUN && l.toks.at[l.toks.len - 1].kind != TOK_NUMBER &&
                    l.toks.at[l.toks.len - 1].kind != TOK_RPAREN && l.toks.at[l.toks.len - 1].kind != TOK_RBRACKET)))) {
            lex_number(&l);
        } else if (is_name_start(c)) {
            lex_run(&l, pack);
        } else if (c == '"' || (c == '@' && peek(&l, 1) == '"')) {
            lex_string(&l, c == '@');
        } else if (!lex_op(&l)) {
            lex_mistake(&l, &E_feel_bad_char, l.at, next - l.at, str_sub(l.text, l.at, next), STR_NONE);
            l.at = next;
            l.blank = true;
        }
    }
    push(&l, TOK_END, l.text.len, 0, STR_NONE);
    *toks = l.toks.at;
    *count = (uint32_t)l.toks.len;
    return l.mistakes == 0;
}

struct str name_normal(struct arena *a, struct str name)
{
    name = str_trim(name);
    bool plain = true;
    for (size_t i = 0; i < name.len && plain; i++) {
        char c = name.ptr[i];
        plain = !(c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '.' || c == '/' || c == '-' || c == '\'' || c == '+' || c == '*');
    }
    if (plain) return name;
    char *to = arena_alloc(a, name.len + 1);
    size_t n = 0;
    bool blank = false, glue = true;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            blank = true;
            continue;
        }
        bool special = c == '.' || c == '/' || c == '-' || c == '\'' || c == '+' || c == '*';
        if (blank && !glue && !special) to[n++] = ' ';
        to[n++] = c;
        glue = special;
        blank = false;
    }
    to[n] = '\0';
    return str_of(to, n);
}
