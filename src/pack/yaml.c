/*
 * yaml.c - a block's YAML as a tree in which every scalar is text and knows where each of its bytes stands in the chapter.
 * libfyaml parses; what it would let pass though nobody meant it (anchors, joined lines, cut values, blanks it does not know) is
 * refused here.  It stops at its first mistake, so a block tells one mistake of syntax; yaml_why.c says it in our words.
 * Marks: input_pos is bytes into the block; of a `|` scalar it is column 0 of the first line, before the indentation.
 */
#include "pack/inner.h"

#include <libfyaml.h>

struct reader {
    struct load *l;
    const struct block *b;
    struct fy_parser *p;
    struct lines lines;     /* of the block */
    struct arena tmp;       /* what is only needed while a list or a mapping is read: most of what reading takes, and packs stay in memory */
    bool failed;            /* told */
    size_t last_end;        /* of the last token: where an empty value stands */
    uint32_t line;          /* of the place asked for last, */
    size_t off;             /* its byte */
    uint32_t col;           /* and its column: tokens come in order, and lines may be long */
};

static struct place at_off(struct reader *r, size_t off, size_t len)
{
    off = MIN(off, r->b->raw.len);
    if (off < r->off || (r->line + 1 < r->lines.count && r->lines.start[r->line + 1] <= off)) {
        /* Lines are looked up by halving: a block may have thousands. */
        uint32_t low = 0, high = r->lines.count;
        while (high - low > 1) {
            uint32_t mid = low + (high - low) / 2;
            if (r->lines.start[mid] <= off)
                low = mid;
            else
                high = mid;
        }
        r->line = low;
        r->off = r->lines.start[low];
        r->col = 1;
    }
    r->col += (uint32_t)utf8_count(str_sub(r->b->raw, r->off, off));
    r->off = off;
    return (struct place){.file = r->b->at.file, .line = r->b->at.line + r->line, .col = r->col, .off = r->b->at.off + (uint32_t)off,
                          .len = (uint32_t)len};
}

#define fail_at(r, off, len, kind, ...)                                                                                      \
    do {                                                                                                                     \
        if (!(r)->failed) bad_place((r)->l, at_off((r), (off), (len)), (kind), __VA_ARGS__);                                 \
        (r)->failed = true;                                                                                                  \
    } while (0)

/* ---- scalars ---- */

/* Odd blanks, and marks of lists, outside of the quotes of an expression. */
static void plain_check(struct reader *r, struct str s, size_t off, bool in_list, bool is_key)
{
    bool quoted = false;
    for (size_t at = 0; at < s.len && !r->failed;) {
        size_t from = at;
        uint32_t cp = utf8_next(s, &at);
        if (cp == '"') quoted = !quoted;
        if (quoted) continue;
        if (is_odd_blank(cp)) {
            char hex[16];
            int n = snprintf(hex, sizeof hex, "U+%04X", (unsigned)cp);
            fail_at(r, off + from, at - from, &E_pack_yaml_blank, str_of(hex, (size_t)n));
        } else if (in_list && (cp == 0xFF0C || cp == 0x3001 || cp == 0xFF1B)) {
            fail_at(r, off + from, at - from, &E_pack_yaml_fullwidth_mark, str_sub(s, from, at));
        } else if (is_key && cp == 0xFF1A) {
            fail_at(r, off + from, at - from, &E_pack_yaml_fullwidth_colon, str_sub(s, 0, from), str_trim(str_sub(s, at, s.len)));
        }
    }
}

static int open_parens(struct str s)
{
    int depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '"') quoted = !quoted;
        if (quoted) continue;
        if (s.ptr[i] == '(') depth++;
        if (s.ptr[i] == ')') depth--;
    }
    return quoted ? 1 : depth;
}

/* Text of a quoted scalar on one line, with a segment for each run that stands in the file as it is. */
static bool quoted_text(struct reader *r, size_t from, size_t to, char quote, struct str text, struct ynode *n)
{
    struct str raw = str_sub(r->b->raw, from, to);
    if (str_eq(raw, text)) return true;
    VEC(struct yseg) segs = {0};
    size_t out = 0, i = 0;
    bool fresh = true;
    while (i < raw.len && out < text.len) {
        size_t skip = 0, made = 1;
        if (quote == '\'' && raw.ptr[i] == '\'' && i + 1 < raw.len && raw.ptr[i + 1] == '\'') {
            skip = 2;
        } else if (quote == '"' && raw.ptr[i] == '\\' && i + 1 < raw.len) {
            char e = raw.ptr[i + 1];
            skip = e == 'x' ? 4 : e == 'u' ? 6 : e == 'U' ? 10 : 2;
            size_t at = out;
            (void)utf8_next(text, &at);
            made = at - out;
        }
        if (skip > 0) fresh = true;
        if (fresh) {
            struct yseg seg = {.off = (uint32_t)out, .at = at_off(r, from + i, 1)};
            vec_push(r->l->nodes, &segs, seg);
        }
        if (skip == 0 && raw.ptr[i] != text.ptr[out]) return false;
        fresh = skip > 0;
        i += skip == 0 ? 1 : skip;
        out += made;
    }
    n->segs = segs.at;
    n->segs_count = (uint32_t)segs.len;
    return out == text.len && i >= raw.len;
}

/* A `|` text: one segment a line, behind the indentation. */
static void literal_text(struct reader *r, size_t start, struct ynode *n)
{
    uint32_t line = 0;
    while (line + 1 < r->lines.count && r->lines.start[line + 1] <= start) line++;
    VEC(struct yseg) segs = {0};
    for (size_t from = 0; from <= n->text.len && line < r->lines.count; line++) {
        struct str rest = str_sub(n->text, from, n->text.len);
        size_t end = str_find_char(rest, '\n');
        size_t len = end == SIZE_MAX ? rest.len : end;
        size_t indent = r->lines.len[line] >= len ? r->lines.len[line] - len : 0;
        struct yseg seg = {.off = (uint32_t)from, .at = at_off(r, r->lines.start[line] + indent, len)};
        vec_push(r->l->nodes, &segs, seg);
        if (end == SIZE_MAX) break;
        from += end + 1;
    }
    n->segs = segs.at;
    n->segs_count = (uint32_t)segs.len;
    if (segs.len > 0) n->at = segs.at[0].at;
}

/* What stands in the chapter as it reads is not kept twice: the chapter's text outlives the set. */
static struct str text_kept(struct reader *r, size_t from, struct str text)
{
    for (size_t at = from; at < from + 2; at++) /* behind the quote */
        if (at <= r->b->raw.len && text.len <= r->b->raw.len - at && str_eq(str_sub(r->b->raw, at, at + text.len), text)) return str_sub(r->b->raw, at, at + text.len);
    return str_dup(r->l->a, text);
}

static struct ynode *scalar(struct reader *r, struct fy_event *e, bool in_list, bool in_flow, bool is_key)
{
    struct ynode *n = arena_new(r->l->nodes, struct ynode);
    n->kind = Y_SCALAR;
    struct fy_token *t = e->scalar.value;
    const struct fy_mark *start = t == NULL ? NULL : fy_token_start_mark(t);
    const struct fy_mark *end = t == NULL ? NULL : fy_token_end_mark(t);
    size_t len = 0;
    const char *text = t == NULL ? NULL : fy_token_get_text(t, &len);
    if (start == NULL || end == NULL || text == NULL) {
        n->empty = true;
        n->text = STR("");
        n->at = at_off(r, r->last_end, 0);
        return n;
    }
    size_t from = start->input_pos, to = MIN(end->input_pos, r->b->raw.len);
    const char *raw = r->b->raw.ptr;
    n->text = text_kept(r, from, str_of(text, len));
    r->last_end = to;
    enum fy_scalar_style style = fy_token_scalar_style(t);
    if (style == FYSS_FOLDED) {
        while (from > 0 && raw[from] != '>') from--; /* the mark is at the text, the sign above it */
        fail_at(r, from, 1, &E_pack_yaml_folded, STR(""));
        return n;
    }
    if (style == FYSS_LITERAL) {
        n->style = YS_LITERAL;
        while (n->text.len > 0 && n->text.ptr[n->text.len - 1] == '\n') n->text.len--;
        n->empty = n->text.len == 0;
        n->at = at_off(r, from, n->text.len);
        literal_text(r, from, n);
        return n;
    }
    if (style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED) {
        n->style = YS_QUOTED;
        char quote = style == FYSS_SINGLE_QUOTED ? '\'' : '"';
        if (from < to && raw[from] == quote && !(from > 0 && raw[from - 1] == quote && to < r->b->raw.len && raw[to] == quote)) {
            from++;
            if (to > from && raw[to - 1] == quote) to--;
        }
        r->last_end = MIN(to + 1, r->b->raw.len);
        n->at = at_off(r, from, to - from);
        struct str slice = str_sub(r->b->raw, from, to);
        if (str_find_char(slice, '\n') != SIZE_MAX || !quoted_text(r, from, to, quote, n->text, n)) {
            fail_at(r, from, 0, &E_pack_yaml_multiline, STR(""));
            return n;
        }
    } else {
        n->style = YS_PLAIN;
        struct str slice = str_sub(r->b->raw, from, to);
        n->at = at_off(r, from, to - from);
        size_t break_at = str_find_char(slice, '\n');
        if (break_at != SIZE_MAX) {
            /* A line under an expression that was meant as a key of its own. */
            struct str below = str_trim(str_sub(slice, break_at, slice.len));
            size_t colon = str_find(below, STR("："));
            size_t below_at = from + (size_t)(below.ptr - slice.ptr);
            if (colon != SIZE_MAX && str_find(str_sub(below, 0, colon), STR("\n")) == SIZE_MAX)
                fail_at(r, below_at + colon, 3, &E_pack_yaml_fullwidth_colon, str_sub(below, 0, colon),
                        str_trim(str_sub(below, colon + 3, below.len)));
            else
                fail_at(r, from, break_at, &E_pack_yaml_multiline, STR(""));
            return n;
        }
        plain_check(r, slice, from, in_list, is_key);
        if (in_flow && !is_key && open_parens(slice) > 0)
            fail_at(r, from, slice.len, &E_pack_yaml_feel_in_flow, slice);
        if (!is_key && slice.len > 0 && (slice.ptr[0] == '%' || slice.ptr[0] == '@' || slice.ptr[0] == '`'))
            fail_at(r, from, slice.len, &E_pack_yaml_needs_quotes, str_sub(slice, 0, 1), STR(": "));
        n->empty = slice.len == 0;
    }
    if (!is_key) {
        size_t at = r->last_end;
        while (at < r->b->raw.len && (raw[at] == ' ' || raw[at] == '\t')) at++;
        if (at > r->last_end && at < r->b->raw.len && raw[at] == '#') fail_at(r, at, 1, &E_pack_yaml_comment, STR(""));
    }
    return n;
}

/* ---- structure ---- */

static struct ynode *node(struct reader *r, struct fy_event *e, uint32_t depth, bool in_list, bool in_flow, bool is_key);

static void anchor_check(struct reader *r, struct fy_token *anchor, struct fy_token *tag)
{
    struct fy_token *t = anchor != NULL ? anchor : tag;
    if (t == NULL) return;
    const struct fy_mark *m = fy_token_start_mark(t);
    size_t off = m == NULL ? r->last_end : m->input_pos;
    /* The mark stands behind the sign for anchors. */
    char sign = anchor != NULL ? '&' : '!';
    if (off > 0 && off < r->b->raw.len && r->b->raw.ptr[off] != sign && r->b->raw.ptr[off - 1] == sign) off--;
    struct str word = str_sub(r->b->raw, off, off + 1);
    fail_at(r, off, 1, &E_pack_yaml_anchor, word, anchor != NULL ? STR("锚") : STR("标签"), anchor != NULL ? STR("an anchor") : STR("a tag"));
}

static struct ynode **keep_nodes(struct reader *r, struct ynode *const *at, size_t n)
{
    struct ynode **out = arena_array(r->l->nodes, struct ynode *, n + 1);
    if (n > 0) memcpy(out, at, n * sizeof *out);
    return out;
}

static struct ynode *list(struct reader *r, struct fy_event *e, uint32_t depth)
{
    const struct fy_mark *m = fy_event_start_mark(e);
    bool flow = fy_event_get_node_style(e) == FYNS_FLOW;
    anchor_check(r, e->sequence_start.anchor, e->sequence_start.tag);
    struct ynode *n = arena_new(r->l->nodes, struct ynode);
    *n = (struct ynode){.kind = Y_LIST, .style = flow ? YS_FLOW : YS_BLOCK, .at = at_off(r, m == NULL ? r->last_end : m->input_pos, 1)};
    if (m != NULL) r->last_end = m->input_pos + 1;
    fy_parser_event_free(r->p, e);
    VEC(struct ynode *) kids = {0};
    struct arena_mark mark = arena_mark(&r->tmp);
    for (;;) {
        e = r->failed ? NULL : fy_parser_parse(r->p);
        if (e == NULL) return n;
        if (e->type == FYET_SEQUENCE_END) break;
        struct ynode *kid = node(r, e, depth + 1, true, flow, false);
        if (kid == NULL) return n;
        vec_push(&r->tmp, &kids, kid);
    }
    fy_parser_event_free(r->p, e);
    n->kids = keep_nodes(r, kids.at, kids.len);
    n->count = (uint32_t)kids.len;
    arena_reset(&r->tmp, mark);
    return n;
}

static struct ynode *mapping(struct reader *r, struct fy_event *e, uint32_t depth, bool in_flow)
{
    const struct fy_mark *m = fy_event_start_mark(e);
    bool flow = in_flow || fy_event_get_node_style(e) == FYNS_FLOW;
    anchor_check(r, e->mapping_start.anchor, e->mapping_start.tag);
    struct ynode *n = arena_new(r->l->nodes, struct ynode);
    *n = (struct ynode){.kind = Y_MAP, .style = flow ? YS_FLOW : YS_BLOCK, .at = at_off(r, m == NULL ? r->last_end : m->input_pos, 1)};
    if (m != NULL) r->last_end = MAX(r->last_end, m->input_pos + (flow ? 1 : 0));
    fy_parser_event_free(r->p, e);
    VEC(struct ynode *) keys = {0};
    VEC(struct ynode *) kids = {0};
    struct map seen = {0};
    struct arena_mark mark = arena_mark(&r->tmp);
    for (;;) {
        e = r->failed ? NULL : fy_parser_parse(r->p);
        if (e == NULL) return n;
        if (e->type == FYET_MAPPING_END) break;
        struct ynode *key = node(r, e, depth + 1, false, flow, true);
        if (key == NULL) return n;
        if (key->kind != Y_SCALAR || (key->style != YS_PLAIN && key->style != YS_QUOTED)) {
            if (!r->failed) bad(r->l, key, &E_pack_yaml_key, STR(""));
            r->failed = true;
            return n;
        }
        if (str_eq(key->text, STR("<<")) && key->style == YS_PLAIN) {
            fail_at(r, key->at.off - r->b->at.off, 2, &E_pack_yaml_anchor, STR("<<"), STR("合并键"), STR("a merge key"));
            return n;
        }
        if (!map_put(&r->tmp, &seen, key->text, key)) {
            const struct ynode *first = map_find(&seen, key->text);
            fail_at(r, key->at.off - r->b->at.off, key->text.len, &E_pack_yaml_duplicate_key, key->text, str_u64(r->l->a, first->at.line));
            return n;
        }
        e = r->failed ? NULL : fy_parser_parse(r->p);
        if (e == NULL) return n;
        struct ynode *kid = node(r, e, depth + 1, false, flow, false);
        if (kid == NULL) return n;
        vec_push(&r->tmp, &keys, key);
        vec_push(&r->tmp, &kids, kid);
    }
    fy_parser_event_free(r->p, e);
    n->keys = keep_nodes(r, keys.at, keys.len);
    n->kids = keep_nodes(r, kids.at, kids.len);
    n->count = (uint32_t)kids.len;
    arena_reset(&r->tmp, mark);
    if (n->count > 0 && !flow) n->at = n->keys[0]->at;
    return n;
}

/* Takes the event over.  NULL: no more can be read. */
static struct ynode *node(struct reader *r, struct fy_event *e, uint32_t depth, bool in_list, bool in_flow, bool is_key)
{
    struct ynode *n = NULL;
    const struct fy_mark *m = fy_event_start_mark(e);
    if (depth > YAML_DEPTH_MAX) {
        fail_at(r, m == NULL ? r->last_end : m->input_pos, 1, &E_pack_yaml_depth, STR("16"));
        fy_parser_event_free(r->p, e);
        return NULL;
    }
    if (e->type == FYET_SCALAR) {
        anchor_check(r, e->scalar.anchor, e->scalar.tag);
        n = scalar(r, e, in_list, in_flow, is_key);
        fy_parser_event_free(r->p, e);
    } else if (e->type == FYET_SEQUENCE_START) {
        n = list(r, e, depth);
    } else if (e->type == FYET_MAPPING_START) {
        n = mapping(r, e, depth, in_flow);
    } else {
        if (e->type == FYET_ALIAS) {
            size_t off = m == NULL ? r->last_end : m->input_pos;
            if (off > 0 && off < r->b->raw.len && r->b->raw.ptr[off] != '*') off--;
            fail_at(r, off, 1, &E_pack_yaml_anchor, STR("*"), STR("引用"), STR("an alias"));
        }
        fy_parser_event_free(r->p, e);
    }
    return r->failed ? NULL : n;
}

/* A second document, directives: what would be dropped in silence. */
static bool documents_check(struct reader *r)
{
    for (uint32_t i = 0; i < r->lines.count; i++) {
        struct str s = str_of(r->b->raw.ptr + r->lines.start[i], r->lines.len[i]);
        bool mark = str_starts(s, STR("---")) || str_starts(s, STR("...")), directive = s.len > 0 && s.ptr[0] == '%';
        if (mark && s.len > 3 && s.ptr[3] != ' ' && s.ptr[3] != '\t') mark = false;
        if (!mark && !directive) continue;
        fail_at(r, r->lines.start[i], mark ? 3 : s.len, &E_pack_yaml_document, mark ? str_sub(s, 0, 3) : s);
        return false;
    }
    return true;
}

struct ynode *yaml_read(struct load *l, const struct block *b)
{
    struct reader r = {.l = l, .b = b, .col = 1};
    lines_of(l->nodes, b->raw, &r.lines);
    if (!documents_check(&r)) return NULL;
    arena_init(&r.tmp, l->a->max);
    struct fy_diag_cfg dcfg;
    fy_diag_cfg_default(&dcfg);
    dcfg.fp = NULL;
    dcfg.colorize = false;
    struct fy_diag *diag = fy_diag_create(&dcfg);
    MUST(diag != NULL);
    fy_diag_set_collect_errors(diag, true);
    const unsigned flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_ALLOW_DUPLICATE_KEYS;
    struct fy_parse_cfg cfg = {.search_path = "", .flags = (enum fy_parse_cfg_flags)flags, .diag = diag};
    r.p = fy_parser_create(&cfg);
    MUST(r.p != NULL);
    struct ynode *root = NULL;
    if (fy_parser_set_string(r.p, b->raw.ptr, b->raw.len) == 0) {
        for (struct fy_event *e; !r.failed && (e = fy_parser_parse(r.p)) != NULL;) {
            if (e->type == FYET_SCALAR || e->type == FYET_SEQUENCE_START || e->type == FYET_MAPPING_START || e->type == FYET_ALIAS) {
                struct ynode *n = node(&r, e, 1, false, false, false);
                if (root == NULL) root = n;
            } else {
                fy_parser_event_free(r.p, e);
            }
        }
    }
    if (!r.failed && fy_diag_got_error(diag)) {
        void *iter = NULL;
        struct fy_diag_error *err = fy_diag_errors_iterate(diag, &iter);
        uint32_t line = err == NULL || err->line < 1 ? 1 : (uint32_t)err->line, col = err == NULL || err->column < 1 ? 1 : (uint32_t)err->column;
        yaml_explain(l, b, line, col, err == NULL ? STR("?") : str_dup(l->a, str_c(err->msg)));
        r.failed = true;
    }
    fy_parser_destroy(r.p);
    fy_diag_destroy(diag);
    arena_fini(&r.tmp);
    if (r.failed) return NULL;
    if (root == NULL || root->kind != Y_MAP || root->count == 0) {
        struct str first = root != NULL && root->kind == Y_SCALAR ? root->text : STR("");
        size_t colon = str_find(first, STR("："));
        if (colon != SIZE_MAX)
            bad_part(l, root, colon, 3, &E_pack_yaml_fullwidth_colon, str_sub(first, 0, colon), str_trim(str_sub(first, colon + 3, first.len)));
        else
            bad_place(l, b->fence, &E_pack_first_key, STR(""));
        return NULL;
    }
    return root;
}
