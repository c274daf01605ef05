/* builtin_text.c - texts.  Positions count code points, from 1, or from the end where negative. */
#include "feel/builtins.h"

bool bi_string(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    if (arg[0].kind == FV_STRING) {
        *out = arg[0];
        return true;
    }
    struct buf b;
    buf_init(&b, FEEL_STRING_MAX);
    value_text(&arg[0], &b, false);
    bool ok = !buf_failed(&b);
    if (ok) ok = ev_text(e, n, buf_view(&b), out);
    else (void)ev_stop(e, n, &E_feel_text_max, STR("1048576"));
    buf_fini(&b);
    return ok;
}

bool bi_string_length(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)e, (void)n, (void)args;
    *out = fv_i64((int64_t)utf8_count(arg[0].str));
    return true;
}

bool bi_substring(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    struct dec whole;
    int64_t from, len = INT64_MAX, count = (int64_t)utf8_count(arg[0].str);
    if (!dec_rescale(arg[1].num, 0, DEC_DOWN, &whole) || !dec_to_i64(whole, &from)) return bad_value(e, n, out, STR("start position"));
    if (given(&arg[2]) && (!dec_rescale(arg[2].num, 0, DEC_DOWN, &whole) || !dec_to_i64(whole, &len))) return bad_value(e, n, out, STR("length"));
    if (from == 0 || from > count || from < -count || len < 1) return bad_value(e, n, out, from == 0 || len < 1 ? STR("0") : STR("start position"));
    int64_t start = from > 0 ? from - 1 : count + from, end = len > count - start ? count : start + len;
    *out = fv_str(str_sub(arg[0].str, utf8_offset(arg[0].str, (size_t)start), utf8_offset(arg[0].str, (size_t)end)));
    return true;
}

static bool case_changed(struct ev *e, const struct inode *n, const struct fv *arg, bool upper, struct fv *out)
{
    if (!ev_room(e, n, arg[0].str.len * 8 + 4096)) return false;
    *out = fv_str(upper ? uni_upper(e->a, arg[0].str) : uni_lower(e->a, arg[0].str));
    return true;
}

bool bi_upper(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    return case_changed(e, n, arg, true, out);
}

bool bi_lower(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    return case_changed(e, n, arg, false, out);
}

bool bi_before_match(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)e, (void)n, (void)args;
    size_t at = str_find(arg[0].str, arg[1].str);
    *out = fv_str(at == SIZE_MAX ? STR("") : str_sub(arg[0].str, 0, at));
    return true;
}

bool bi_after_match(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)e, (void)n, (void)args;
    size_t at = str_find(arg[0].str, arg[1].str);
    *out = fv_str(at == SIZE_MAX ? STR("") : str_sub(arg[0].str, at + arg[1].str.len, arg[0].str.len));
    return true;
}

bool bi_contains(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)e, (void)n, (void)args;
    *out = fv_bool(str_find(arg[0].str, arg[1].str) != SIZE_MAX);
    return true;
}

bool bi_starts(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)e, (void)n, (void)args;
    *out = fv_bool(str_starts(arg[0].str, arg[1].str));
    return true;
}

bool bi_ends(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)e, (void)n, (void)args;
    *out = fv_bool(str_ends(arg[0].str, arg[1].str));
    return true;
}

/* Nulls in the list are left out (DMN table 75). */
bool bi_string_join(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    struct buf b;
    bool first = true;
    buf_init(&b, FEEL_STRING_MAX);
    for (uint32_t i = 0; i < arg[0].count; i++) {
        if (arg[0].items[i].kind != FV_STRING) continue;
        if (!first && arg[1].kind == FV_STRING) buf_str(&b, arg[1].str);
        buf_str(&b, arg[0].items[i].str);
        first = false;
    }
    bool ok = !buf_failed(&b);
    if (ok) ok = ev_text(e, n, buf_view(&b), out);
    else (void)ev_stop(e, n, &E_feel_text_max, STR("1048576"));
    buf_fini(&b);
    return ok;
}
