/*
 * blocks.c - the guiju blocks of a chapter, by CommonMark's own rules (cmark).
 * A block that a reader sees but the program would not is the worst mistake that a handbook can have: a rule that silently is not
 * there.  So every raw line that looks like the beginning of one must be one.
 */
#include "pack/inner.h"

#include <cmark.h>

static struct str line_text(const struct pack_chapter *c, const struct lines *ls, uint32_t line)
{
    return str_of(c->text.ptr + ls->start[line - 1], ls->len[line - 1]);
}

/* ---- lines that look like a fence ---- */

static bool fence_like(uint32_t cp)
{
    return cp == '`' || cp == '~' || cp == 0xB7 || cp == 0xFF40 || cp == 0xFF5E || cp == 0x2018 || cp == 0x2019 || cp == 0x2032 ||
           cp == 0xB4 || cp == 0x30FB || cp == 0x2022;
}

static bool before_fence(uint32_t cp)
{
    return cp == ' ' || cp == '\t' || cp == '>' || cp == '-' || cp == '*' || cp == '+' || cp == '.' || cp == ')' || cp == 0x3001 ||
           (cp >= '0' && cp <= '9') || is_odd_blank(cp);
}

static uint32_t fold_letter(uint32_t cp)
{
    if (cp >= 0xFF21 && cp <= 0xFF5A) cp -= 0xFEE0; /* full-width */
    return cp >= 'A' && cp <= 'Z' ? cp + 32 : cp;
}

/* Where the fence-like characters begin, or false. */
static bool looks_like_block(struct str line, size_t *fence_at)
{
    size_t at = 0, next = 0;
    uint32_t cp = 0;
    while (at < line.len) {
        next = at;
        cp = utf8_next(line, &next);
        if (fence_like(cp) || !before_fence(cp)) break;
        at = next;
    }
    *fence_at = at;
    size_t marks = 0;
    while (at < line.len) {
        next = at;
        cp = utf8_next(line, &next);
        if (!fence_like(cp)) break;
        marks++;
        at = next;
    }
    if (marks < 2) return false;
    while (at < line.len) {
        next = at;
        cp = utf8_next(line, &next);
        if (cp != ' ' && cp != '\t' && cp != '{' && cp != '.' && !is_odd_blank(cp)) break;
        at = next;
    }
    struct str word = STR("guiju");
    for (size_t i = 0; i < word.len; i++) {
        if (at >= line.len || fold_letter(utf8_next(line, &at)) != (uint32_t)word.ptr[i]) return false;
    }
    /* `` ``guiju`` `` within a sentence is code in a line, not a fence. */
    struct str rest = str_sub(line, at, line.len);
    return str_find_char(rest, '`') == SIZE_MAX;
}

/* Say why this line is no block. */
static void lost_block(struct load *l, const struct pack_chapter *c, const struct lines *ls, uint32_t line, size_t fence_at)
{
    struct str text = line_text(c, ls, line), zh = STR("写法不对"), en = STR("it is not written as one");
    bool plain = fence_at < text.len && (text.ptr[fence_at] == '`' || text.ptr[fence_at] == '~');
    struct str head = str_sub(text, 0, fence_at);
    bool blank_head = str_trim(head).len == 0;
    size_t run = 0;
    while (plain && fence_at + run < text.len && text.ptr[fence_at + run] == text.ptr[fence_at]) run++;
    struct str info = plain ? str_trim(str_sub(text, fence_at + run, text.len)) : STR("");
    if (!plain) {
        zh = STR("用的不是半角的反引号");
        en = STR("these are not plain backticks");
    } else if (fence_at > 0 && blank_head) {
        zh = STR("前面有空格");
        en = STR("it is indented");
    } else if (fence_at > 0) {
        zh = STR("它在列表或引用里面");
        en = STR("it is inside a list or a quote");
    } else if (run < 3) {
        zh = STR("反引号不足三个");
        en = STR("it has fewer than three backticks");
    } else if (!str_eq(info, STR("guiju"))) {
        zh = STR("反引号后面应当只有小写的 guiju");
        en = STR("what follows the backticks must be guiju alone, in small letters");
    } else {
        zh = STR("它在别的代码块或 HTML 里面");
        en = STR("it is inside another code block or HTML");
    }
    struct place at = line_place(c, ls, line, fence_at, text.len - fence_at);
    bad_place(l, at, &E_pack_lost_block, zh, en);
}

/* ---- prose ---- */

/* `=name`: a live value quoted in prose. */
static void prose_line(struct load *l, const struct pack_chapter *c, const struct lines *ls, uint32_t line)
{
    struct str text = line_text(c, ls, line);
    for (size_t at = 0; at + 1 < text.len;) {
        size_t from = str_find(str_sub(text, at, text.len), STR("`="));
        if (from == SIZE_MAX) return;
        from += at + 2;
        size_t len = str_find_char(str_sub(text, from, text.len), '`');
        if (len == SIZE_MAX) return;
        struct prose_value v = {.text = str_sub(text, from, from + len)};
        v.at = line_place(c, ls, line, from, len);
        if (l->prose.len == QUOTES_MAX) {
            bad_place(l, v.at, &E_pack_too_many, STR("正文里引用的值"), STR("2000"));
            l->prose_full = true;
            return;
        }
        vec_push(l->nodes, &l->prose, v);
        at = from + len + 1;
    }
}

static struct str heading_text(struct arena *a, cmark_node *heading)
{
    struct str out = STR("");
    cmark_iter *it = cmark_iter_new(heading);
    for (cmark_event_type ev; (ev = cmark_iter_next(it)) != CMARK_EVENT_DONE;) {
        cmark_node *n = cmark_iter_get_node(it);
        if (ev != CMARK_EVENT_ENTER) continue;
        cmark_node_type t = cmark_node_get_type(n);
        if (t == CMARK_NODE_TEXT || t == CMARK_NODE_CODE) out = str_cat(a, out, str_c(cmark_node_get_literal(n)));
    }
    cmark_iter_free(it);
    return out;
}

/* ---- blocks ---- */

static bool is_closing_fence(struct str open, struct str line)
{
    char c = open.ptr[0];
    size_t n = 0, m = 0;
    while (n < open.len && open.ptr[n] == c) n++;
    line = str_trim(line);
    while (m < line.len && line.ptr[m] == c) m++;
    return m >= n && m == line.len;
}

static void take_block(struct load *l, struct pack_chapter *c, const struct lines *ls, uint32_t first, uint32_t last)
{
    struct place fence = line_place(c, ls, first, 0, ls->len[first - 1]);
    if (c->text.len >= 3 && first == 1 && memcmp(c->text.ptr, "\xEF\xBB\xBF", 3) == 0) { /* a BOM stands before it */
        fence.off += 3;
        fence.len -= 3;
    }
    struct str open = str_of(c->text.ptr + fence.off, fence.len);
    if (first == last || !is_closing_fence(open, line_text(c, ls, last))) {
        bad_place(l, fence, &E_pack_unclosed, STR(""));
        return;
    }
    uint32_t from = ls->start[first], to = ls->start[last - 1];
    struct block b = {.chapter = c, .fence = fence, .raw = str_sub(c->text, from, to)};
    b.at = (struct place){.file = c->file_number, .line = first + 1, .col = 1, .off = from};
    if (b.raw.len > BLOCK_MAX) {
        bad_place(l, fence, &E_pack_too_large, STR("这个块"), STR("64 KiB"));
        return;
    }
    uint32_t line = last + 1;
    while (line <= ls->count && str_trim(line_text(c, ls, line)).len == 0) line++;
    if (str_find(b.raw, STR("below")) != SIZE_MAX && line <= ls->count && table_begins(c->text, ls, line)) {
        uint32_t next = line;
        b.table_at = line_place(c, ls, line, 0, ls->len[line - 1]);
        b.table = table_read(l, c, ls, line, str_starts(b.raw, STR("table:")), &next);
    }
    vec_push(l->nodes, &l->blocks, b);
}

void blocks_find(struct load *l, struct pack_chapter *c)
{
    struct lines ls;
    lines_of(l->nodes, c->text, &ls);
    uint8_t *taken = arena_array(l->nodes, uint8_t, (size_t)ls.count + 2); /* 1: a guiju block, 2: other code */
    cmark_node *doc = cmark_parse_document(c->text.ptr, c->text.len, CMARK_OPT_DEFAULT);
    for (cmark_node *n = cmark_node_first_child(doc); n != NULL; n = cmark_node_next(n)) {
        cmark_node_type type = cmark_node_get_type(n);
        if (type == CMARK_NODE_HEADING && c->title.len == 0) c->title = heading_text(l->a, n);
        int first = cmark_node_get_start_line(n), last = cmark_node_get_end_line(n);
        if (type != CMARK_NODE_CODE_BLOCK && type != CMARK_NODE_HTML_BLOCK) continue;
        if (first < 1 || last < first || (uint32_t)last > ls.count) continue;
        const char *info = type == CMARK_NODE_CODE_BLOCK ? cmark_node_get_fence_info(n) : "";
        bool ours = str_eq(str_c(info), STR("guiju")) && cmark_node_get_start_column(n) == 1;
        memset(taken + first, ours ? 1 : 2, (size_t)(last - first + 1));
        if (ours) take_block(l, c, &ls, (uint32_t)first, (uint32_t)last);
    }
    cmark_node_free(doc);
    for (uint32_t line = 1; line <= ls.count; line++) {
        size_t at;
        if (taken[line] != 1 && looks_like_block(line_text(c, &ls, line), &at)) lost_block(l, c, &ls, line, at);
        if (taken[line] == 0 && !l->prose_full) prose_line(l, c, &ls, line);
    }
}
