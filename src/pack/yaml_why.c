/*
 * yaml_why.c - where the YAML parser gave up: what a person most likely wrote wrong, in one clear message.
 * The parser often notices lines later than the mistake, so the lines from the block's first to the parser's are looked at, and the
 * suspicious one nearest to the parser's place is told.
 */
#include "pack/inner.h"

struct suspect {
    const struct err_kind *kind;
    size_t off, len;           /* in the block */
    struct str one, two, three;
};

static bool key_char(uint32_t cp)
{
    return cp == '_' || cp == '-' || (cp >= '0' && cp <= '9') || (cp >= 'a' && cp <= 'z') || (cp >= 'A' && cp <= 'Z') || cp_is_han(cp);
}

/* Columns before the value of a line: indentation, dashes.  False: an empty or comment line. */
static size_t content_of(struct str line)
{
    size_t at = 0;
    while (at < line.len && (line.ptr[at] == ' ' || (line.ptr[at] == '-' && at + 1 < line.len && line.ptr[at + 1] == ' '))) at++;
    return at;
}

/* The place of the value behind `key: `, or SIZE_MAX. */
static size_t value_of(struct str line, size_t content)
{
    size_t at = content;
    while (at < line.len) {
        size_t next = at;
        uint32_t cp = utf8_next(line, &next);
        if (!key_char(cp)) break;
        at = next;
    }
    if (at == content || at + 1 >= line.len || line.ptr[at] != ':' || line.ptr[at + 1] != ' ') return SIZE_MAX;
    at += 2;
    while (at < line.len && line.ptr[at] == ' ') at++;
    return at < line.len ? at : SIZE_MAX;
}

/* Does a value that begins with a quote or a bracket go on behind its end? */
static bool goes_on(struct str value)
{
    char open = value.ptr[0], quote = '\0';
    int depth = 0;
    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];
        if (quote != '\0') {
            if (c == '\\' && quote == '"') i++;
            else if (c == quote) quote = '\0';
        } else if (c == '"' || (c == '\'' && i == 0)) {
            quote = c;
        } else if (c == '[' || c == '{') {
            depth++;
        } else if (c == ']' || c == '}') {
            depth--;
        }
        if (quote == '\0' && depth == 0) {
            struct str rest = str_trim(str_sub(value, i + 1, value.len));
            return rest.len > 0 && rest.ptr[0] != '#' && (open == '"' || open == '\'' || open == '[' || open == '{');
        }
    }
    return false;
}

static bool odd_blank_in(struct str line, struct suspect *s, size_t off)
{
    char quote = '\0';
    for (size_t at = 0; at < line.len;) {
        size_t from = at;
        uint32_t cp = utf8_next(line, &at);
        if (quote != '\0') {
            if (cp == (uint32_t)quote) quote = '\0';
        } else if (cp == '"' || cp == '\'') {
            quote = (char)cp;
        } else if (is_odd_blank(cp)) {
            *s = (struct suspect){.kind = &E_pack_yaml_blank, .off = off + from, .len = at - from,
                                  .one = cp == 0x3000 ? STR("U+3000") : cp == 0xA0 ? STR("U+00A0") : STR("U+2000…")};
            return true;
        }
    }
    return false;
}

static bool suspect_line(struct str line, size_t off, struct suspect *s)
{
    size_t content = content_of(line);
    if (content >= line.len || line.ptr[content] == '#') return false;
    if (line.ptr[content] == '\t') {
        *s = (struct suspect){.kind = &E_pack_yaml_tab, .off = off + content, .len = 1};
        return true;
    }
    size_t at = content;
    while (at < line.len) { /* key：value */
        size_t next = at;
        uint32_t cp = utf8_next(line, &next);
        if (cp == 0xFF1A && at > content) {
            *s = (struct suspect){.kind = &E_pack_yaml_fullwidth_colon, .off = off + at, .len = 3, .one = str_sub(line, content, at),
                                  .two = str_trim(str_sub(line, next, line.len))};
            return true;
        }
        if (!key_char(cp)) break;
        at = next;
    }
    if (odd_blank_in(line, s, off)) return true;
    size_t v = value_of(line, content);
    if (v == SIZE_MAX) {
        v = content; /* an item of a list */
        if (content == 0 || line.ptr[content - 1] != ' ' || str_find_char(str_sub(line, 0, content), '-') == SIZE_MAX) return false;
    }
    struct str value = str_sub(line, v, line.len);
    char c = value.ptr[0];
    if (c == '*' || c == '&' || c == '!') {
        *s = (struct suspect){.kind = &E_pack_yaml_anchor, .off = off + v, .len = 1, .one = str_sub(value, 0, 1),
                              .two = c == '*' ? STR("引用") : c == '&' ? STR("锚") : STR("标签"),
                              .three = c == '*' ? STR("an alias") : c == '&' ? STR("an anchor") : STR("a tag")};
        return true;
    }
    bool bad_start = c == '%' || c == '@' || c == '`' || c == '>' || (c == '|' && value.len > 2 && value.ptr[1] == ' ');
    bool inner = c != '"' && c != '\'' && c != '{' && c != '[' && str_find(value, STR(": ")) != SIZE_MAX;
    if (bad_start || inner || goes_on(value)) {
        *s = (struct suspect){.kind = &E_pack_yaml_needs_quotes, .off = off + v, .len = value.len, .one = str_sub(value, 0, 1), .two = STR(": ")};
        size_t end = 0;
        (void)utf8_next(value, &end);
        s->one = str_sub(value, 0, end);
        return true;
    }
    if (c == '{' || c == '[') { /* key：value within brackets */
        for (size_t i = 0; i + 3 <= value.len; i++)
            if (memcmp(value.ptr + i, "：", 3) == 0 && str_find_char(str_sub(value, 0, i), '"') == SIZE_MAX) {
                size_t from = i;
                while (from > 0 && value.ptr[from - 1] != '{' && value.ptr[from - 1] != ',') from--;
                while (from < i && value.ptr[from] == ' ') from++;
                size_t inner_at = str_find(str_sub(value, from, i), STR(": "));
                if (inner_at != SIZE_MAX) { /* key: text：… is a text that wants quotes */
                    from += inner_at + 2;
                    *s = (struct suspect){.kind = &E_pack_yaml_needs_quotes, .off = off + v + from, .len = i - from, .two = STR("{")};
                    size_t first = 0;
                    (void)utf8_next(str_sub(value, from, value.len), &first);
                    s->one = str_sub(value, from, from + first);
                    return true;
                }
                size_t to = i + 3;
                while (to < value.len && value.ptr[to] != ',' && value.ptr[to] != '}') to++;
                *s = (struct suspect){.kind = &E_pack_yaml_fullwidth_colon, .off = off + v + i, .len = 3,
                                      .one = str_sub(value, from, i), .two = str_sub(value, i + 3, to)};
                return true;
            }
    }
    return false;
}

/* A line with a quote that does not end on it. */
static bool open_quote(struct str line, size_t off, struct suspect *s)
{
    size_t v = value_of(line, content_of(line));
    if (v == SIZE_MAX || (line.ptr[v] != '"' && line.ptr[v] != '\'')) return false;
    char q = line.ptr[v];
    for (size_t i = v + 1; i < line.len; i++) {
        if (line.ptr[i] == '\\' && q == '"') i++;
        else if (line.ptr[i] == q) return false;
    }
    *s = (struct suspect){.kind = &E_pack_yaml_quote_end, .off = off + v, .len = 1};
    return true;
}

void yaml_explain(struct load *l, const struct block *b, uint32_t line, uint32_t col, struct str said)
{
    struct lines ls;
    lines_of(l->a, b->raw, &ls);
    line = MIN(line, ls.count);
    struct suspect found = {0}, s = {0};
    for (uint32_t i = 0; i < line; i++) {
        struct str text = str_of(b->raw.ptr + ls.start[i], ls.len[i]);
        if (suspect_line(text, ls.start[i], &s)) found = s;
    }
    for (uint32_t i = 0; i < ls.count && found.kind == NULL; i++) {
        struct str text = str_of(b->raw.ptr + ls.start[i], ls.len[i]);
        if (open_quote(text, ls.start[i], &s)) found = s;
    }
    if (found.kind != NULL) {
        struct place at = place_at(b->raw, b->at.file, (uint32_t)found.off, (uint32_t)found.len);
        at.line += b->at.line - 1;
        at.off += b->at.off;
        bad_place(l, at, found.kind, found.one, found.two, found.three);
        return;
    }
    struct str text = line == 0 ? STR("") : str_of(b->raw.ptr + ls.start[line - 1], ls.len[line - 1]);
    size_t in = utf8_offset(text, col - 1);
    struct place at = place_at(b->raw, b->at.file, ls.start[line - 1] + (uint32_t)in, (uint32_t)(text.len - in));
    at.line += b->at.line - 1;
    at.off += b->at.off;
    bad_place(l, at, &E_pack_yaml_syntax, said);
}
