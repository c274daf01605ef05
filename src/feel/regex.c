/*
 * regex.c - matches, replace and split: patterns of XPath (XQuery 1.0 and XPath 2.0 functions, 7.6), run by PCRE2.
 * What XPath writes otherwise is translated; what only PCRE2 knows (look-around, named groups, (*VERBS)) is refused.
 * Matching has a limit of steps, so that no pattern can hold the writer.
 */
#include "feel/builtins.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum { REGEX_MAX = 4096, REGEX_MATCH_LIMIT = 1000000, REGEX_DEPTH_LIMIT = 20000 };

struct translate {
    struct str in;
    size_t at;
    struct buf *out;
    bool dot_all;
    uint32_t groups, open;
};

static const char name_start[] = "\\p{L}_:";
static const char name_part[] = "\\p{L}\\p{Nd}\\p{Mn}\\p{Mc}_:.\\-\\x{B7}";

static bool known_block(struct str name, const char **set)
{
    static const struct {
        const char *name, *set;
    } blocks[] = {{"BasicLatin", "\\x{0}-\\x{7F}"}, {"Latin-1Supplement", "\\x{80}-\\x{FF}"}, {"Greek", "\\x{370}-\\x{3FF}"}, {"Cyrillic", "\\x{400}-\\x{4FF}"},
                  {"CJKUnifiedIdeographs", "\\x{4E00}-\\x{9FFF}"}, {"Hiragana", "\\x{3040}-\\x{309F}"}, {"Katakana", "\\x{30A0}-\\x{30FF}"},
                  {"CJKSymbolsandPunctuation", "\\x{3000}-\\x{303F}"}, {"HalfwidthandFullwidthForms", "\\x{FF00}-\\x{FFEF}"}};
    for (size_t i = 0; i < ARRAY_LEN(blocks); i++)
        if (str_eq(name, str_c(blocks[i].name))) {
            *set = blocks[i].set;
            return true;
        }
    return false;
}

/* An escape; inside a class only its members are written. */
static bool escape(struct translate *t, bool in_class)
{
    if (t->at + 1 >= t->in.len) return false;
    char c = t->in.ptr[t->at + 1];
    struct str two = str_sub(t->in, t->at, t->at + 2);
    t->at += 2;
    if (strchr("nrt\\|.?*+(){}[]^-$dDsSwW", c) != NULL) {
        buf_str(t->out, two);
        return true;
    }
    if (c == 'i' || c == 'I' || c == 'c' || c == 'C') {
        bool negate = c == 'I' || c == 'C';
        if (in_class && negate) return false;
        if (!in_class) buf_str(t->out, negate ? STR("[^") : STR("["));
        buf_str(t->out, str_c(c == 'i' || c == 'I' ? name_start : name_part));
        if (!in_class) buf_char(t->out, ']');
        return true;
    }
    if (c == 'p' || c == 'P') {
        size_t end = str_find_char(str_sub(t->in, t->at, t->in.len), '}');
        if (t->at >= t->in.len || t->in.ptr[t->at] != '{' || end == SIZE_MAX) return false;
        struct str name = str_sub(t->in, t->at + 1, t->at + end);
        t->at += end + 1;
        const char *set;
        if (!str_starts(name, STR("Is"))) {
            if (name.len == 0 || name.len > 2) return false; /* XPath knows general categories only */
            buf_str(t->out, two);
            buf_char(t->out, '{');
            buf_str(t->out, name);
            buf_char(t->out, '}');
            return true;
        }
        if (!known_block(str_sub(name, 2, name.len), &set) || (in_class && c == 'P')) return false;
        if (!in_class) buf_str(t->out, c == 'P' ? STR("[^") : STR("["));
        buf_str(t->out, str_c(set));
        if (!in_class) buf_char(t->out, ']');
        return true;
    }
    if (c >= '1' && c <= '9' && !in_class) { /* a group that is closed already */
        uint32_t group = (uint32_t)(c - '0');
        if (group > t->groups - t->open) return false;
        buf_lit(t->out, "\\g{");
        buf_char(t->out, c);
        buf_char(t->out, '}');
        return true;
    }
    return false;
}

/* [a-z-[aeiou]] is (?![aeiou])[a-z]. */
static bool char_class(struct translate *t, struct buf *to, int depth)
{
    if (depth > 8) return false;
    struct buf own, minus, *saved = t->out;
    buf_init(&own, REGEX_MAX * 4);
    buf_init(&minus, REGEX_MAX * 4);
    t->out = &own;
    t->at++;
    bool ok = true, first = true, closed = false;
    buf_char(&own, '[');
    if (t->at < t->in.len && t->in.ptr[t->at] == '^') {
        buf_char(&own, '^');
        t->at++;
    }
    while (ok && t->at < t->in.len) {
        char c = t->in.ptr[t->at];
        if (c == ']' && !first) {
            closed = true;
            t->at++;
            break;
        }
        if (c == '\\') {
            ok = escape(t, true);
        } else if (c == '-' && t->at + 1 < t->in.len && t->in.ptr[t->at + 1] == '[') {
            t->at++;
            buf_lit(&minus, "(?!");
            ok = char_class(t, &minus, depth + 1);
            buf_char(&minus, ')');
            if (ok && (t->at >= t->in.len || t->in.ptr[t->at] != ']')) ok = false;
        } else if (c == '[' || (c == ']' && first)) {
            ok = false;
        } else {
            buf_char(&own, c);
            t->at++;
        }
        first = false;
    }
    buf_char(&own, ']');
    t->out = saved;
    ok = ok && closed && !buf_failed(&own) && !buf_failed(&minus);
    if (ok) {
        buf_str(to, buf_view(&minus));
        buf_str(to, buf_view(&own));
    }
    buf_fini(&own);
    buf_fini(&minus);
    return ok;
}

static bool translate(struct translate *t)
{
    while (t->at < t->in.len) {
        char c = t->in.ptr[t->at];
        if (c == '\\') {
            if (!escape(t, false)) return false;
        } else if (c == '[') {
            if (!char_class(t, t->out, 0)) return false;
        } else if (c == '(') {
            bool plain = t->at + 1 >= t->in.len || t->in.ptr[t->at + 1] != '?';
            bool group = !plain && t->at + 2 < t->in.len && t->in.ptr[t->at + 2] == ':';
            if (!plain && !group) return false;
            if (t->at + 1 < t->in.len && t->in.ptr[t->at + 1] == '*') return false;
            if (plain) {
                t->groups++;
                t->open++;
            }
            buf_str(t->out, group ? STR("(?:") : STR("("));
            t->at += group ? 3 : 1;
        } else if (c == ')') {
            if (t->open > 0) t->open--;
            buf_char(t->out, c);
            t->at++;
        } else if (c == '{') {
            size_t i = t->at + 1;
            while (i < t->in.len && ((t->in.ptr[i] >= '0' && t->in.ptr[i] <= '9') || (t->in.ptr[i] == ',' && i > t->at + 1))) i++;
            if (i >= t->in.len || t->in.ptr[i] != '}' || i == t->at + 1) return false;
            buf_str(t->out, str_sub(t->in, t->at, i + 1));
            t->at = i + 1;
        } else if (c == '}' || c == ']') {
            return false;
        } else {
            if (c == '.' && !t->dot_all) buf_lit(t->out, "[^\\n\\r]");
            else buf_char(t->out, c);
            t->at++;
        }
    }
    return !buf_failed(t->out);
}

/* Flag x: blanks fall away before anything else is read, except inside a class. */
static void strip_blanks(struct str s, struct buf *out)
{
    int level = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (level == 0 && (c == ' ' || c == '\n' || c == '\t' || c == '\r')) continue;
        buf_char(out, c);
        if (c == '\\' && i + 1 < s.len && level > 0) buf_char(out, s.ptr[++i]);
        else if (c == '[') level++;
        else if (c == ']' && level > 0) level--;
    }
}

/* NULL: the pattern or a flag is wrong. */
static pcre2_code *compile(struct str pattern, struct str flags)
{
    uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C;
    struct translate t = {.in = pattern};
    bool literal = false, extended = false;
    for (size_t i = 0; i < flags.len; i++) {
        if (flags.ptr[i] == 's') {
            options |= PCRE2_DOTALL;
            t.dot_all = true;
        }
        else if (flags.ptr[i] == 'm') options |= PCRE2_MULTILINE;
        else if (flags.ptr[i] == 'i') options |= PCRE2_CASELESS;
        else if (flags.ptr[i] == 'x') extended = true;
        else if (flags.ptr[i] == 'q') literal = true;
        else return NULL;
    }
    if (pattern.len > REGEX_MAX) return NULL;
    struct buf b, stripped;
    buf_init(&b, REGEX_MAX * 8);
    buf_init(&stripped, REGEX_MAX);
    if (extended && !literal) {
        strip_blanks(pattern, &stripped);
        t.in = buf_view(&stripped);
    }
    t.out = &b;
    pcre2_code *code = NULL;
    bool ok = true;
    if (literal) {
        buf_str(&b, pattern);
        options = (options & (PCRE2_UTF | PCRE2_CASELESS)) | PCRE2_LITERAL;
    } else {
        ok = translate(&t);
    }
    if (ok) {
        int error;
        size_t where;
        struct str p = buf_view(&b);
        code = pcre2_compile((PCRE2_SPTR)(p.ptr == NULL ? "" : p.ptr), p.len, options, &error, &where, NULL);
    }
    buf_fini(&b);
    buf_fini(&stripped);
    return code;
}

static void free_code(void *p) { pcre2_code_free(p); }

bool regex_prepare(struct arena *a, struct inode *n)
{
    const struct inode *pattern = kid(n, 1);
    const struct inode *flags = n->n.kids_count > 2 ? kid(n, n->n.kids_count - 1) : NULL;
    bool constant = pattern->n.constant && pattern->n.value.kind == FV_STRING && (flags == NULL || flags->absent || (flags->n.constant && flags->n.value.kind == FV_STRING));
    if (!constant) return true;
    pcre2_code *code = compile(pattern->n.value.str, flags == NULL || flags->absent ? STR_NONE : flags->n.value.str);
    if (code == NULL) return false;
    n->set = code;
    arena_defer(a, free_code, code);
    return true;
}

struct matcher {
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *context;
    bool owned;
};

/* False: *out holds the null, or the run stops (e->rc). */
static bool matcher_open(struct ev *e, const struct inode *n, struct str pattern, struct str flags, struct matcher *m, struct fv *out)
{
    *m = (struct matcher){0};
    memcpy(&m->code, &n->set, sizeof m->code);
    if (n->n.op != FEEL_CALL || n->builtin == NULL || (n->builtin->flags & BI_REGEX) == 0) m->code = NULL;
    if (m->code == NULL) {
        m->code = compile(pattern, flags);
        m->owned = true;
    }
    if (m->code == NULL) {
        (void)ev_null(e, n, out, &E_feel_c_regex, pattern, STR_NONE, STR_NONE);
        return false;
    }
    m->data = pcre2_match_data_create_from_pattern(m->code, NULL);
    m->context = pcre2_match_context_create(NULL);
    if (m->data == NULL || m->context == NULL) {
        (void)ev_stop(e, n, &E_feel_memory, STR_NONE);
        return false;
    }
    (void)pcre2_set_match_limit(m->context, REGEX_MATCH_LIMIT);
    (void)pcre2_set_depth_limit(m->context, REGEX_DEPTH_LIMIT);
    return true;
}

static void matcher_close(struct matcher *m)
{
    pcre2_match_data_free(m->data);
    pcre2_match_context_free(m->context);
    if (m->owned) pcre2_code_free(m->code);
}

/* Groups found, 0 where nothing matches, -1 where the limit was reached. */
static int match_at(const struct matcher *m, struct str text, size_t from)
{
    int r = pcre2_match(m->code, (PCRE2_SPTR)(text.ptr == NULL ? "" : text.ptr), text.len, from, PCRE2_NO_UTF_CHECK, m->data, m->context);
    if (r == PCRE2_ERROR_NOMATCH) return 0;
    return r < 0 ? -1 : r == 0 ? 1 : r;
}

static struct str flags_of(const struct fv *v) { return v->kind == FV_STRING ? v->str : STR_NONE; }

bool bi_matches(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    struct matcher m;
    bool open = matcher_open(e, n, arg[1].str, flags_of(&arg[2]), &m, out);
    if (open) {
        int r = match_at(&m, arg[0].str, 0);
        if (r < 0) (void)ev_stop(e, n, &E_feel_steps, STR_NONE);
        *out = fv_bool(r > 0);
    }
    matcher_close(&m);
    return e->rc == RC_OK;
}

/* The replacement: $1 a group, \$ and \\ themselves.  False: malformed. */
static bool put_replacement(struct buf *b, struct str with, struct str text, const size_t *ends, uint32_t groups, bool literal)
{
    for (size_t i = 0; i < with.len; i++) {
        char c = with.ptr[i];
        if (literal || (c != '$' && c != '\\')) {
            buf_char(b, c);
            continue;
        }
        if (i + 1 >= with.len) return false;
        char d = with.ptr[++i];
        if (c == '\\') {
            if (d != '$' && d != '\\') return false;
            buf_char(b, d);
            continue;
        }
        if (d < '0' || d > '9') return false;
        uint32_t group = (uint32_t)(d - '0');
        while (i + 1 < with.len && with.ptr[i + 1] >= '0' && with.ptr[i + 1] <= '9') { /* $12 is group 12 if there is one, else $1 and a 2 */
            uint32_t more = group * 10 + (uint32_t)(with.ptr[i + 1] - '0');
            if (more >= groups) break;
            group = more;
            i++;
        }
        if (group < groups && ends[2 * group] != PCRE2_UNSET) buf_str(b, str_sub(text, ends[2 * group], ends[2 * group + 1]));
    }
    return true;
}

static size_t next_char(struct str s, size_t at)
{
    if (at < s.len) (void)utf8_next(s, &at);
    else at++;
    return at;
}

bool bi_replace(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    struct matcher m;
    struct str text = arg[0].str, flags = flags_of(&arg[3]);
    if (!matcher_open(e, n, arg[1].str, flags, &m, out)) {
        matcher_close(&m);
        return e->rc == RC_OK;
    }
    struct buf b;
    buf_init(&b, FEEL_STRING_MAX);
    size_t from = 0, copied = 0;
    bool good = true, empty = match_at(&m, STR(""), 0) > 0;
    uint32_t groups = pcre2_get_ovector_count(m.data);
    bool literal = str_find_char(flags, 'q') != SIZE_MAX;
    while (good && !empty && from <= text.len) {
        int r = match_at(&m, text, from);
        if (r < 0) (void)ev_stop(e, n, &E_feel_steps, STR_NONE);
        if (r <= 0 || buf_failed(&b)) break;
        const size_t *ends = pcre2_get_ovector_pointer(m.data);
        buf_str(&b, str_sub(text, copied, ends[0]));
        good = put_replacement(&b, arg[2].str, text, ends, groups, literal);
        copied = ends[1];
        from = ends[1] > ends[0] ? ends[1] : next_char(text, ends[1]);
    }
    if (copied < text.len) buf_str(&b, str_sub(text, copied, text.len));
    if (buf_failed(&b)) (void)ev_stop(e, n, &E_feel_text_max, STR("1048576"));
    if (e->rc == RC_OK) {
        if (empty) (void)ev_null(e, n, out, &E_feel_c_regex, arg[1].str, STR_NONE, STR_NONE); /* XPath: FORX0003 */
        else if (!good) (void)bad_value(e, n, out, arg[2].str);
        else (void)ev_text(e, n, buf_view(&b), out);
    }
    buf_fini(&b);
    matcher_close(&m);
    return e->rc == RC_OK;
}

bool bi_split(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    struct matcher m;
    struct str text = arg[0].str;
    if (!matcher_open(e, n, arg[1].str, STR_NONE, &m, out)) {
        matcher_close(&m);
        return e->rc == RC_OK;
    }
    struct fv_vec v = {0};
    size_t from = 0, copied = 0;
    while (e->rc == RC_OK && from <= text.len) {
        int r = match_at(&m, text, from);
        if (r < 0) (void)ev_stop(e, n, &E_feel_steps, STR_NONE);
        if (r <= 0) break;
        const size_t *ends = pcre2_get_ovector_pointer(m.data);
        if (ends[1] == ends[0]) {
            from = next_char(text, ends[1]);
            continue;
        }
        struct fv part = fv_str(str_sub(text, copied, ends[0]));
        if (!vec_add(e, n, &v, &part)) break;
        copied = from = ends[1];
    }
    struct fv rest = fv_str(str_sub(text, copied, text.len));
    if (e->rc == RC_OK && vec_add(e, n, &v, &rest)) *out = vec_list(&v);
    matcher_close(&m);
    return e->rc == RC_OK;
}
