/* err.c - one mistake: filled from its kind, in both languages; the nearest name. */
#include "base/err.h"
#include "base/uni.h"

#define ERR(id, rc, code, zh, en, hint_zh, hint_en)                                                \
    const struct err_kind E_##id = {rc, code, zh, en, hint_zh, hint_en};
#include "base/errors.def"
#undef ERR

void err_clear(struct err *e)
{
    if (e == NULL) return;
    /* Only what is looked at: the texts are 1.6 KiB and this runs on hot paths. */
    e->kind = NULL;
    e->place = NO_PLACE;
    e->zh[0] = e->en[0] = e->hint_zh[0] = e->hint_en[0] = '\0';
}

struct out {
    char *to;
    size_t len, max; /* max without the NUL */
    bool full;
};

static void put_char(struct out *o, uint32_t cp)
{
    char t[4];
    size_t n = utf8_put(t, cp);
    if (o->full || o->len + n > o->max) {
        o->full = true; /* whole characters only, and nothing behind a cut */
        return;
    }
    memcpy(o->to + o->len, t, n);
    o->len += n;
}

/* Our own text, as it is; by characters only where it must be cut. */
static void put_text(struct out *o, struct str s)
{
    if (!o->full && o->len + s.len <= o->max) {
        if (s.len > 0) memcpy(o->to + o->len, s.ptr, s.len);
        o->len += s.len;
        return;
    }
    for (size_t at = 0; at < s.len && !o->full;) put_char(o, utf8_next(s, &at));
}

/* Control characters, line separators, and the marks that turn the direction of what follows. */
static bool unprintable(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x200e || cp == 0x200f || (cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069);
}

/* Foreign text ends up on terminals and in JSON: it may not move the cursor, reorder the sentence or break UTF-8. */
static void put_arg(struct out *o, struct str s)
{
    for (size_t at = 0; at < s.len && !o->full;) {
        uint32_t cp = utf8_next(s, &at);
        put_char(o, unprintable(cp) ? ' ' : cp);
    }
}

/* Number of the hole at t ("{3}" is 3), or 0. */
static size_t hole_at(struct str t, size_t at)
{
    if (t.len - at < 3 || t.ptr[at] != '{' || t.ptr[at + 2] != '}') return 0;
    char c = t.ptr[at + 1];
    return c >= '1' && c <= '6' ? (size_t)(c - '0') : 0;
}

/* The first hole of a template that is empty or has no argument leaves the whole out (for hints). */
static void render(char *to, size_t size, const char *pattern, bool hint, size_t n, const struct str *args)
{
    struct out o = {.to = to, .len = 0, .max = size - 1, .full = false};
    struct str t = str_c(pattern);
    bool first_hole = true;
    for (size_t at = 0; at < t.len && !o.full;) {
        size_t hole = hole_at(t, at);
        if (hole == 0) { /* up to the next brace, which may be a brace and no more */
            size_t next = str_find_char(str_sub(t, at + 1, t.len), '{');
            next = next == SIZE_MAX ? t.len : at + 1 + next;
            put_text(&o, str_sub(t, at, next));
            at = next;
            continue;
        }
        struct str arg = hole <= n ? args[hole - 1] : STR_NONE;
        if (hint && first_hole && arg.len == 0) {
            o.len = 0;
            break;
        }
        first_hole = false;
        put_arg(&o, arg);
        at += 3;
    }
    to[o.len] = '\0';
}

enum rc err_set_n(struct err *e, const struct err_kind *kind, struct place place, size_t n,
                  const struct str *args)
{
    MUST(kind != NULL && n <= 6);
    if (e == NULL) return kind->rc;
    e->kind = kind;
    e->place = place;
    render(e->zh, sizeof e->zh, kind->zh, false, n, args);
    render(e->en, sizeof e->en, kind->en, false, n, args);
    render(e->hint_zh, sizeof e->hint_zh, kind->hint_zh, true, n, args);
    render(e->hint_en, sizeof e->hint_en, kind->hint_en, true, n, args);
    return kind->rc;
}

const char *err_code(const struct err *e)
{
    return e == NULL || e->kind == NULL ? "" : e->kind->code;
}

enum rc err_rc(const struct err *e)
{
    return e == NULL || e->kind == NULL ? RC_OK : e->kind->rc;
}

static uint32_t to_u32(size_t v)
{
    return v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
}

struct place place_at(struct str text, uint32_t file, size_t off, size_t len)
{
    off = MIN(off, text.len);
    size_t line = 1, begin = 0;
    for (size_t i = 0; i < off; i++)
        if (text.ptr[i] == '\n') {
            line++;
            begin = i + 1;
        }
    size_t col = utf8_count(str_sub(text, begin, off)) + 1;
    return (struct place){.file = file, .line = to_u32(line), .col = to_u32(col), .off = to_u32(off),
                          .len = to_u32(len)};
}

enum lang lang_from_env(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct str v = str_c(getenv(names[i]));
        if (v.len == 0) continue; /* an empty one counts as unset (POSIX) */
        if (str_starts(v, STR("en")) || str_eq(v, STR("C")) || str_starts(v, STR("C.")) ||
            str_eq(v, STR("POSIX")))
            return LANG_EN;
        return LANG_ZH;
    }
    return LANG_ZH;
}

/* ---- the nearest name ---- */

enum { NAME_MAX_CP = 64 };

static size_t decode(struct str s, uint32_t cp[NAME_MAX_CP])
{
    size_t n = 0;
    for (size_t at = 0; at < s.len; n++) {
        uint32_t c = utf8_next(s, &at);
        if (n == NAME_MAX_CP) return SIZE_MAX;
        cp[n] = c;
    }
    return n;
}

/* Edits (insert, drop, change, swap two neighbours) from a to b. */
static size_t distance(const uint32_t *a, size_t an, const uint32_t *b, size_t bn)
{
    size_t row[3][NAME_MAX_CP + 1];
    for (size_t j = 0; j <= bn; j++) row[0][j] = j;
    for (size_t i = 1; i <= an; i++) {
        size_t *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= bn; j++) {
            size_t d = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            d = MIN(d, last[j] + 1);
            d = MIN(d, now[j - 1] + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d = MIN(d, before[j - 2] + 1);
            now[j] = d;
        }
    }
    return row[an % 3][bn];
}

/* People remember a part of a name, or say more than it: of those that hold the other, the one that differs least.  A letter or two says nothing. */
static struct str nearest_part(struct str wrong, size_t n, const struct str *names)
{
    enum { PART_MIN = 4 };
    struct str found = STR_NONE;
    size_t least = SIZE_MAX;
    for (size_t i = 0; i < n; i++) {
        bool longer = names[i].len > wrong.len;
        struct str part = longer ? wrong : names[i], whole = longer ? names[i] : wrong;
        if (part.len < PART_MIN || whole.len - part.len >= least || str_find(whole, part) == SIZE_MAX) continue;
        least = whole.len - part.len;
        found = names[i];
    }
    return found;
}

struct str nearest_name(struct str wrong, size_t n, const struct str *names)
{
    uint32_t a[NAME_MAX_CP], b[NAME_MAX_CP];
    size_t an = decode(wrong, a);
    if (an == SIZE_MAX || an == 0) return nearest_part(wrong, n, names);
    size_t best = MAX(an / 3, (size_t)1) + 1;
    struct str found = STR_NONE;
    for (size_t i = 0; i < n; i++) {
        size_t bn = decode(names[i], b);
        if (bn == SIZE_MAX || bn == 0) continue;
        if ((an > bn ? an - bn : bn - an) >= best) continue;
        size_t d = distance(a, an, b, bn);
        /* A change of every character is another word, not a slip. */
        if (d < best && d < MAX(an, bn)) {
            best = d;
            found = names[i];
        }
    }
    return found.ptr != NULL ? found : nearest_part(wrong, n, names);
}
