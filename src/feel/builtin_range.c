/* builtin_range.c - how points and ranges lie to each other (DMN 10.3.4.9, table 78). */
#include "feel/builtins.h"

/* A point is a range of itself; an open end is further out than any value. */
struct ends {
    const struct fv *low, *high;
    bool low_in, high_in, point;
};

struct rel {
    bool bad; /* two ends do not compare */
};

static struct ends ends_of(const struct fv *v)
{
    if (v->kind != FV_RANGE) return (struct ends){v, v, true, true, true};
    return (struct ends){&v->range->low, &v->range->high, !v->range->low_open, !v->range->high_open, false};
}

/* Order of two ends; `x_high`, `y_high` say on which side an open end lies. */
static int cmp(struct rel *r, const struct fv *x, bool x_high, const struct fv *y, bool y_high)
{
    int order = 0;
    if (x->kind == FV_NULL || y->kind == FV_NULL) {
        int a = x->kind != FV_NULL ? 0 : x_high ? 1 : -1, b = y->kind != FV_NULL ? 0 : y_high ? 1 : -1;
        return a < b ? -1 : a > b;
    }
    if (!fv_compare(x, y, &order)) r->bad = true;
    return order;
}

static bool before(struct rel *r, const struct ends *a, const struct ends *b)
{
    int c = cmp(r, a->high, true, b->low, false);
    return c < 0 || (c == 0 && (!a->high_in || !b->low_in));
}

static bool meets(struct rel *r, const struct ends *a, const struct ends *b) { return a->high_in && b->low_in && cmp(r, a->high, true, b->low, false) == 0; }

/* a ends behind where b begins. */
static bool reaches(struct rel *r, const struct ends *a, const struct ends *b)
{
    int c = cmp(r, a->high, true, b->low, false);
    return c > 0 || (c == 0 && a->high_in && b->low_in);
}

static bool overlaps(struct rel *r, const struct ends *a, const struct ends *b) { return reaches(r, a, b) && reaches(r, b, a); }

static bool overlaps_before(struct rel *r, const struct ends *a, const struct ends *b)
{
    int low = cmp(r, a->low, false, b->low, false), high = cmp(r, a->high, true, b->high, true);
    bool begins = low < 0 || (low == 0 && a->low_in && !b->low_in);
    bool ends = high < 0 || (high == 0 && (!a->high_in || b->high_in));
    return begins && reaches(r, a, b) && ends;
}

static bool overlaps_after(struct rel *r, const struct ends *a, const struct ends *b)
{
    int low = cmp(r, b->low, false, a->low, false), high = cmp(r, b->high, true, a->high, true);
    bool begins = low < 0 || (low == 0 && b->low_in && !a->low_in);
    bool ends = high < 0 || (high == 0 && (!b->high_in || a->high_in));
    return begins && reaches(r, b, a) && ends;
}

static bool finishes(struct rel *r, const struct ends *a, const struct ends *b)
{
    if (a->point) return b->high_in && cmp(r, a->high, true, b->high, true) == 0;
    int low = cmp(r, a->low, false, b->low, false);
    return a->high_in == b->high_in && cmp(r, a->high, true, b->high, true) == 0 && (low > 0 || (low == 0 && (!a->low_in || b->low_in)));
}

static bool includes(struct rel *r, const struct ends *a, const struct ends *b)
{
    int low = cmp(r, a->low, false, b->low, false), high = cmp(r, a->high, true, b->high, true);
    return (low < 0 || (low == 0 && (a->low_in || !b->low_in))) && (high > 0 || (high == 0 && (a->high_in || !b->high_in)));
}

static bool starts(struct rel *r, const struct ends *a, const struct ends *b)
{
    if (a->point) return b->low_in && cmp(r, a->low, false, b->low, false) == 0;
    int high = cmp(r, a->high, true, b->high, true);
    return a->low_in == b->low_in && cmp(r, a->low, false, b->low, false) == 0 && (high < 0 || (high == 0 && (!a->high_in || b->high_in)));
}

static bool coincides(struct rel *r, const struct ends *a, const struct ends *b)
{
    return a->low_in == b->low_in && a->high_in == b->high_in && cmp(r, a->low, false, b->low, false) == 0 && cmp(r, a->high, true, b->high, true) == 0;
}

static bool relate(struct ev *e, const struct inode *n, const struct fv *x, const struct fv *y, bool (*fn)(struct rel *r, const struct ends *a, const struct ends *b), struct fv *out)
{
    struct rel r = {false};
    struct ends a = ends_of(x), b = ends_of(y);
    bool holds = fn(&r, &a, &b);
    if (r.bad) {
        const struct fv *low_x = a.low->kind != FV_NULL ? a.low : a.high, *low_y = b.low->kind != FV_NULL ? b.low : b.high;
        return ev_null(e, n, out, &E_feel_c_compare, kind_text((enum fv_kind)low_x->kind, LANG_ZH), kind_text((enum fv_kind)low_y->kind, LANG_ZH), STR_NONE);
    }
    *out = fv_bool(holds);
    return true;
}

#define RELATION(name, fn, first, second)                                                          \
    bool name(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out) \
    {                                                                                              \
        (void)args;                                                                                \
        return relate(e, n, &arg[first], &arg[second], fn, out);                                   \
    }
RELATION(bi_before, before, 0, 1)
RELATION(bi_after, before, 1, 0)
RELATION(bi_meets, meets, 0, 1)
RELATION(bi_met_by, meets, 1, 0)
RELATION(bi_overlaps, overlaps, 0, 1)
RELATION(bi_overlaps_before, overlaps_before, 0, 1)
RELATION(bi_overlaps_after, overlaps_after, 0, 1)
RELATION(bi_finishes, finishes, 0, 1)
RELATION(bi_finished_by, finishes, 1, 0)
RELATION(bi_includes, includes, 0, 1)
RELATION(bi_during, includes, 1, 0)
RELATION(bi_starts_range, starts, 0, 1)
RELATION(bi_started_by, starts, 1, 0)
RELATION(bi_coincides, coincides, 0, 1)

/* ---- range("[1..5)") ---- */

static bool end_value(struct ev *e, struct str s, struct fv *out)
{
    struct dec d;
    s = str_trim(s);
    *out = fv_null();
    if (s.len == 0 || str_eq(s, STR("null"))) return true;
    if (dec_parse(s, &d)) {
        *out = fv_num(d);
        return true;
    }
    if (s.ptr[0] == '@') s = str_sub(s, 1, s.len);
    static const char *const calls[] = {"date and time(\"", "date(\"", "time(\"", "duration(\""};
    for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
        struct str call = str_c(calls[i]);
        if (!str_starts(s, call) || !str_ends(s, STR("\")"))) continue;
        return value_parse_at(e->a, str_sub(s, call.len, s.len - 2), out);
    }
    if (s.len < 2 || s.ptr[0] != '"' || s.ptr[s.len - 1] != '"') return false;
    struct str inside = str_sub(s, 1, s.len - 1);
    if (str_find_char(inside, '"') != SIZE_MAX) return false;
    if (!value_parse_at(e->a, inside, out)) *out = fv_str(inside);
    return true;
}

bool bi_range(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    struct str s = str_trim(arg[0].str);
    size_t dots = str_find(s, STR(".."));
    struct fv_range *r = ev_alloc(e, n, sizeof *r);
    if (r == NULL || !ev_room(e, n, s.len + 4096)) return false;
    int order = 0;
    bool ok = s.len >= 4 && dots != SIZE_MAX && strchr("[(]", s.ptr[0]) != NULL && strchr("])[", s.ptr[s.len - 1]) != NULL;
    ok = ok && end_value(e, str_sub(s, 1, dots), &r->low) && end_value(e, str_sub(s, dots + 2, s.len - 1), &r->high);
    if (ok) {
        r->low_open = s.ptr[0] != '[';
        r->high_open = s.ptr[s.len - 1] != ']';
        bool low = r->low.kind != FV_NULL, high = r->high.kind != FV_NULL;
        ok = (low || high) && (!low || !high || (fv_compare(&r->low, &r->high, &order) && order <= 0));
        ok = ok && (low || r->low_open) && (high || r->high_open);
    }
    if (!ok) return ev_null(e, n, out, &E_feel_c_parse, arg[0].str, kind_text(FV_RANGE, LANG_ZH), STR_NONE);
    *out = (struct fv){.kind = FV_RANGE, .range = r};
    return true;
}
