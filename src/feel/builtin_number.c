/* builtin_number.c - numbers, and the statistics over lists of them. */
#include "feel/builtins.h"

static bool number_out(struct ev *e, const struct inode *n, bool ok, struct dec d, struct fv *out)
{
    if (!ok) return ev_null(e, n, out, &E_feel_c_range, n->n.name, STR_NONE, STR_NONE);
    *out = fv_num(d);
    return true;
}

static bool rounded(struct ev *e, const struct inode *n, const struct fv *arg, enum dec_round mode, struct fv *out)
{
    int64_t scale = 0;
    struct dec d = arg[0].num;
    if (given(&arg[1]) && !dec_to_i64(arg[1].num, &scale)) {
        struct dec whole;
        if (!dec_rescale(arg[1].num, 0, DEC_DOWN, &whole) || !dec_to_i64(whole, &scale)) return bad_value(e, n, out, STR("scale"));
    }
    if (scale < -6111 || scale > 6176) return bad_value(e, n, out, STR("scale"));
    bool ok = dec_rescale(d, (int)scale, mode, &d);
    return number_out(e, n, ok, d, out);
}

#define ROUND(name, mode)                                                                          \
    bool name(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out) \
    {                                                                                              \
        (void)args;                                                                                \
        return rounded(e, n, arg, mode, out);                                                      \
    }
ROUND(bi_decimal, DEC_HALF_EVEN)
ROUND(bi_floor, DEC_FLOOR)
ROUND(bi_ceiling, DEC_CEILING)
ROUND(bi_round_up, DEC_UP)
ROUND(bi_round_down, DEC_DOWN)
ROUND(bi_round_half_up, DEC_HALF_UP)
ROUND(bi_round_half_down, DEC_HALF_DOWN)

bool bi_abs(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    *out = arg[0];
    if (arg[0].kind == FV_NUMBER) out->num = dec_abs(arg[0].num);
    if (arg[0].kind == FV_MONTHS) {
        if (arg[0].months == INT64_MIN) return number_out(e, n, false, dec_i64(0), out);
        out->months = arg[0].months < 0 ? -arg[0].months : arg[0].months;
    }
    if (arg[0].kind == FV_SPAN && (arg[0].span.second < 0 || arg[0].span.nano < 0)) {
        if (arg[0].span.second == INT64_MIN) return number_out(e, n, false, dec_i64(0), out);
        out->span = (struct dt_span){.second = -arg[0].span.second, .nano = -arg[0].span.nano};
    }
    return true;
}

bool bi_modulo(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    struct dec d = arg[0].num;
    if (dec_is_zero(arg[1].num)) return ev_null(e, n, out, &E_feel_c_divide, STR_NONE, STR_NONE, STR_NONE);
    bool ok = dec_mod(arg[0].num, arg[1].num, &d);
    return number_out(e, n, ok, d, out);
}

#define MATH(name, fn)                                                                             \
    bool name(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out) \
    {                                                                                              \
        (void)args;                                                                                \
        struct dec d = arg[0].num;                                                                 \
        bool ok = fn(arg[0].num, &d);                                                              \
        return number_out(e, n, ok, d, out);                                                       \
    }
MATH(bi_sqrt, dec_sqrt)
MATH(bi_log, dec_log)
MATH(bi_exp, dec_exp)

static bool parity(struct ev *e, const struct inode *n, const struct fv *arg, bool odd, struct fv *out)
{
    struct dec r;
    if (!dec_is_int(arg[0].num) || !dec_mod(arg[0].num, dec_i64(2), &r)) return bad_value(e, n, out, STR("小数"));
    *out = fv_bool(dec_is_zero(r) != odd);
    return true;
}

bool bi_odd(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    return parity(e, n, arg, true, out);
}

bool bi_even(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    return parity(e, n, arg, false, out);
}

/* number("1.234,5", ".", ","): the separators must differ and be what DMN allows. */
bool bi_number(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    if (arg[0].kind == FV_NUMBER) {
        *out = arg[0];
        return true;
    }
    bool separated = args == 3;
    struct str s = arg[0].str, group = separated && arg[1].kind == FV_STRING ? arg[1].str : STR_NONE;
    struct str point = separated && arg[2].kind == FV_STRING ? arg[2].str : STR_NONE;
    bool group_ok = !separated || arg[1].kind == FV_NULL || str_eq(group, STR(" ")) || str_eq(group, STR(",")) || str_eq(group, STR("."));
    bool point_ok = !separated || arg[2].kind == FV_NULL || str_eq(point, STR(",")) || str_eq(point, STR("."));
    if (!group_ok || !point_ok || (group.len > 0 && str_eq(group, point))) return bad_value(e, n, out, STR("分隔符"));
    char text[512];
    size_t len = 0;
    bool after_point = false, ok = s.len < sizeof text;
    for (size_t i = 0; i < s.len && ok; i++) {
        char c = s.ptr[i];
        if (group.len > 0 && c == group.ptr[0] && !after_point) continue;
        if (point.len > 0 && c == point.ptr[0]) {
            c = '.';
            after_point = true;
        } else if (c == '.' && point.len > 0) {
            ok = false;
        }
        text[len++] = c;
    }
    struct dec d;
    if (!ok || !dec_parse(str_of(text, len), &d)) return ev_null(e, n, out, &E_feel_c_parse, s, kind_text(FV_NUMBER, LANG_ZH), STR_NONE);
    *out = fv_num(d);
    return true;
}

/* ---- over lists ---- */

static bool nonempty(struct ev *e, const struct inode *n, const struct fv *list, struct fv *out, bool *ok)
{
    *ok = false;
    if (list->count == 0) return ev_null(e, n, out, &E_feel_c_empty_list, n->n.name, STR_NONE, STR_NONE);
    for (uint32_t i = 0; i < list->count; i++)
        if (list->items[i].kind == FV_NULL) return ev_null_from(n, &list->items[i], out);
    *ok = true;
    return true;
}

bool bi_sum(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    bool ok;
    if (!nonempty(e, n, &arg[0], out, &ok) || !ok) return e->rc == RC_OK;
    struct fv s = arg[0].items[0], next;
    if (s.kind != FV_NUMBER && s.kind != FV_MONTHS && s.kind != FV_SPAN) return ev_null(e, n, out, &E_feel_c_argument, n->n.name, STR("list"), kind_text((enum fv_kind)s.kind, LANG_ZH));
    for (uint32_t i = 1; i < arg[0].count; i++) {
        if (arg[0].items[i].kind != s.kind) return ev_null(e, n, out, &E_feel_c_argument, n->n.name, STR("list"), kind_text((enum fv_kind)arg[0].items[i].kind, LANG_ZH));
        if (!ev_arith(e, n, FEEL_ADD, &s, &arg[0].items[i], &next)) return false;
        s = next;
        if (s.kind == FV_NULL) break;
    }
    *out = s;
    return true;
}

static bool sum_of(const struct fv *list, struct dec *out)
{
    struct dec s = dec_i64(0);
    for (uint32_t i = 0; i < list->count; i++)
        if (!dec_add(s, list->items[i].num, &s)) return false;
    *out = s;
    return true;
}

bool bi_mean(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    bool ok;
    struct dec s = dec_i64(0);
    if (!nonempty(e, n, &arg[0], out, &ok) || !ok) return e->rc == RC_OK;
    ok = sum_of(&arg[0], &s) && dec_div(s, dec_i64(arg[0].count), &s);
    return number_out(e, n, ok, s, out);
}

bool bi_product(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    bool ok;
    struct dec p = dec_i64(1);
    if (!nonempty(e, n, &arg[0], out, &ok) || !ok) return e->rc == RC_OK;
    for (uint32_t i = 0; i < arg[0].count && ok; i++) ok = dec_mul(p, arg[0].items[i].num, &p);
    return number_out(e, n, ok, p, out);
}

static int by_number(const void *a, const void *b) { return dec_cmp(((const struct fv *)a)->num, ((const struct fv *)b)->num); }

static struct fv *sorted(struct ev *e, const struct inode *n, const struct fv *list)
{
    struct fv *items = ev_alloc(e, n, (size_t)list->count * sizeof *items);
    if (items == NULL) return NULL;
    memcpy(items, list->items, (size_t)list->count * sizeof *items);
    qsort(items, list->count, sizeof *items, by_number);
    return items;
}

bool bi_median(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    bool ok;
    if (!nonempty(e, n, &arg[0], out, &ok) || !ok) return e->rc == RC_OK;
    struct fv *s = sorted(e, n, &arg[0]);
    if (s == NULL) return false;
    uint32_t count = arg[0].count, mid = count / 2;
    struct dec m = s[mid].num;
    if (count % 2 == 0) ok = dec_add(m, s[mid - 1].num, &m) && dec_div(m, dec_i64(2), &m);
    return number_out(e, n, ok, m, out);
}

/* Of a sample: the squares are divided by n - 1 (DMN table 75). */
bool bi_stddev(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    bool ok;
    struct dec mean = dec_i64(0), s = dec_i64(0), d = dec_i64(0);
    if (!nonempty(e, n, &arg[0], out, &ok) || !ok) return e->rc == RC_OK;
    if (arg[0].count < 2) return bad_value(e, n, out, STR("[x]"));
    ok = sum_of(&arg[0], &mean) && dec_div(mean, dec_i64(arg[0].count), &mean);
    for (uint32_t i = 0; i < arg[0].count && ok; i++) ok = dec_sub(arg[0].items[i].num, mean, &d) && dec_mul(d, d, &d) && dec_add(s, d, &s);
    ok = ok && dec_div(s, dec_i64((int64_t)arg[0].count - 1), &s) && dec_sqrt(s, &s);
    return number_out(e, n, ok, s, out);
}

bool bi_mode(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    bool ok;
    if (arg[0].count == 0) {
        *out = fv_list(NULL, 0);
        return true;
    }
    if (!nonempty(e, n, &arg[0], out, &ok) || !ok) return e->rc == RC_OK;
    struct fv *s = sorted(e, n, &arg[0]);
    if (s == NULL) return false;
    uint32_t best = 0;
    struct fv_vec v = {0};
    for (uint32_t pass = 0; pass < 2; pass++)
        for (uint32_t i = 0, j; i < arg[0].count; i = j) {
            for (j = i + 1; j < arg[0].count && dec_cmp(s[i].num, s[j].num) == 0; j++) continue;
            if (pass == 0) best = MAX(best, j - i);
            else if (j - i == best && !vec_add(e, n, &v, &s[i])) return false;
        }
    *out = vec_list(&v);
    return true;
}
