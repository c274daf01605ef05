/* eval_arith.c - + - * / ** on numbers, texts, dates, times and durations (DMN 10.3.2.3, table 57). */
#include "feel/inner.h"

static bool out_of_range(struct ev *e, const struct inode *n, struct fv *out, struct str sign)
{
    return ev_null(e, n, out, &E_feel_c_range, sign, STR_NONE, STR_NONE);
}

static struct str sign_of(enum feel_op op)
{
    return op == FEEL_ADD ? STR("+") : op == FEEL_SUB ? STR("-") : op == FEEL_MUL ? STR("*") : op == FEEL_DIV ? STR("/") : STR("**");
}

static bool numbers(struct ev *e, const struct inode *n, enum feel_op op, const struct fv *a, const struct fv *b, struct fv *out)
{
    struct dec r = a->num;
    bool ok;
    switch ((int)op) {
    case FEEL_ADD: ok = dec_add(a->num, b->num, &r); break;
    case FEEL_SUB: ok = dec_sub(a->num, b->num, &r); break;
    case FEEL_MUL: ok = dec_mul(a->num, b->num, &r); break;
    case FEEL_DIV:
        if (dec_is_zero(b->num)) return ev_null(e, n, out, &E_feel_c_divide, STR_NONE, STR_NONE, STR_NONE);
        ok = dec_div(a->num, b->num, &r);
        break;
    default: ok = dec_pow(a->num, b->num, &r); break;
    }
    if (!ok) return out_of_range(e, n, out, sign_of(op));
    *out = fv_num(r);
    return true;
}

static bool texts(struct ev *e, const struct inode *n, const struct fv *a, const struct fv *b, struct fv *out)
{
    size_t len = a->str.len + b->str.len;
    if (len > FEEL_STRING_MAX) return ev_stop(e, n, &E_feel_text_max, STR("1048576"));
    char *p = ev_alloc(e, n, len + 1);
    if (p == NULL) return false;
    if (a->str.len > 0) memcpy(p, a->str.ptr, a->str.len);
    if (b->str.len > 0) memcpy(p + a->str.len, b->str.ptr, b->str.len);
    p[len] = '\0';
    *out = fv_str(str_of(p, len));
    return true;
}

static wide nanos(struct dt_span s) { return (wide)s.second * 1000000000 + s.nano; }

static bool span_value(struct ev *e, const struct inode *n, wide v, struct fv *out)
{
    struct dt_span s;
    if (!nanos_to_span(v, &s)) return ev_null(e, n, out, &E_feel_c_date_range, STR_NONE, STR_NONE, STR_NONE);
    *out = fv_span(s);
    return true;
}

static wide floor_div(wide a, wide b)
{
    wide q = a / b;
    return a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q;
}

enum { DAY_S = 86400 };
static const wide DAY_N = (wide)DAY_S * 1000000000;

static bool in_years(wide d)
{
    return d >= day_of((struct ymd){.year = -999999999, .month = 1, .day = 1}) && d <= day_of((struct ymd){.year = 999999999, .month = 12, .day = 31});
}

/* A date is a day at midnight; what is left of the day after adding falls away. */
static bool date_plus_span(struct ev *e, const struct inode *n, const struct fv *d, wide add, struct fv *out)
{
    wide day = floor_div((wide)d->day * DAY_N + add, DAY_N);
    if (!in_years(day)) return ev_null(e, n, out, &E_feel_c_date_range, STR_NONE, STR_NONE, STR_NONE);
    *out = fv_day((day_num)day);
    return true;
}

static bool datetime_plus(struct ev *e, const struct inode *n, const struct fv *t, wide add, struct fv *out)
{
    struct datetime *r = ev_alloc(e, n, sizeof *r);
    if (r == NULL) return false;
    *r = *t->datetime;
    wide v = (wide)r->day * DAY_N + (wide)r->time.second * 1000000000 + r->time.nano + add;
    wide day = floor_div(v, DAY_N), rest = v - day * DAY_N;
    if (!in_years(day)) return ev_null(e, n, out, &E_feel_c_date_range, STR_NONE, STR_NONE, STR_NONE);
    r->day = (day_num)day;
    r->time.second = (int32_t)(rest / 1000000000);
    r->time.nano = (int32_t)(rest % 1000000000);
    *out = fv_datetime(r);
    return true;
}

static bool months_plus(struct ev *e, const struct inode *n, const struct fv *d, int64_t months, struct fv *out)
{
    day_num day = d->kind == FV_DATE ? d->day : d->datetime->day, to;
    if (!day_add_months(day, months, &to)) return ev_null(e, n, out, &E_feel_c_date_range, STR_NONE, STR_NONE, STR_NONE);
    if (d->kind == FV_DATE) {
        *out = fv_day(to);
        return true;
    }
    struct datetime *r = ev_alloc(e, n, sizeof *r);
    if (r == NULL) return false;
    *r = *d->datetime;
    r->day = to;
    *out = fv_datetime(r);
    return true;
}

static bool time_plus(struct ev *e, const struct inode *n, const struct fv *t, wide add, struct fv *out)
{
    struct tod *r = ev_alloc(e, n, sizeof *r);
    if (r == NULL) return false;
    *r = *t->time;
    wide v = (wide)r->second * 1000000000 + r->nano + add;
    v -= floor_div(v, DAY_N) * DAY_N;
    r->second = (int32_t)(v / 1000000000);
    r->nano = (int32_t)(v % 1000000000);
    *out = fv_time(r);
    return true;
}

/* Instants of dates and date-times; a date is midnight in UTC where the other side has a zone. */
static bool instant(const struct fv *v, bool zoned, wide *out)
{
    int64_t s;
    int32_t nano;
    if (v->kind == FV_DATE) {
        *out = (wide)v->day * DAY_N;
        return true;
    }
    if ((v->datetime->time.zone != ZONE_NONE) != zoned || !datetime_to_utc(*v->datetime, &s, &nano)) return false;
    *out = (wide)s * 1000000000 + nano;
    return true;
}

static bool moments_minus(struct ev *e, const struct inode *n, const struct fv *a, const struct fv *b, struct fv *out)
{
    bool zoned = (a->kind == FV_DATETIME && a->datetime->time.zone != ZONE_NONE) || (b->kind == FV_DATETIME && b->datetime->time.zone != ZONE_NONE);
    wide x, y;
    bool mixed = a->kind != b->kind && !zoned; /* a date is midnight in UTC, a time without zone is nowhere */
    if (mixed || !instant(a, zoned, &x) || !instant(b, zoned, &y))
        return ev_null(e, n, out, &E_feel_c_operand, STR("-"), kind_text((enum fv_kind)a->kind, LANG_ZH), kind_text((enum fv_kind)b->kind, LANG_ZH));
    return span_value(e, n, x - y, out);
}

static bool times_minus(struct ev *e, const struct inode *n, const struct tod *a, const struct tod *b, struct fv *out)
{
    if ((a->zone == ZONE_NONE) != (b->zone == ZONE_NONE)) return ev_null(e, n, out, &E_feel_c_operand, STR("-"), kind_text(FV_TIME, LANG_ZH), kind_text(FV_TIME, LANG_ZH));
    wide x = (wide)(a->second - (a->zone == ZONE_NONE ? 0 : a->offset_s)) * 1000000000 + a->nano;
    wide y = (wide)(b->second - (b->zone == ZONE_NONE ? 0 : b->offset_s)) * 1000000000 + b->nano;
    return span_value(e, n, x - y, out);
}

static bool from_i128(wide v, struct dec *out)
{
    char text[48];
    size_t at = sizeof text;
    bool neg = v < 0;
    uwide u = neg ? (uwide)-v : (uwide)v;
    do text[--at] = (char)('0' + (int)(u % 10));
    while ((u /= 10) > 0);
    if (neg) text[--at] = '-';
    return dec_parse(str_of(text + at, sizeof text - at), out);
}

/* A duration of v units times or through a number, towards zero. */
static bool scaled(wide v, struct dec by, bool divide, wide *out)
{
    struct dec d;
    int64_t whole;
    if (!from_i128(v, &d)) return false;
    if (divide ? !dec_div(d, by, &d) : !dec_mul(d, by, &d)) return false;
    if (!dec_rescale(d, 0, DEC_DOWN, &d)) return false;
    if (dec_to_i64(d, &whole)) {
        *out = whole;
        return true;
    }
    struct dec billion = dec_i64(1000000000), high, rest; /* nanoseconds beyond int64 */
    if (!dec_div(d, billion, &high) || !dec_rescale(high, 0, DEC_DOWN, &high) || !dec_mul(high, billion, &rest) || !dec_sub(d, rest, &rest)) return false;
    int64_t h, r;
    if (!dec_to_i64(high, &h) || !dec_to_i64(rest, &r)) return false;
    *out = (wide)h * 1000000000 + r;
    return true;
}

static bool duration_scaled(struct ev *e, const struct inode *n, const struct fv *d, struct dec by, bool divide, struct fv *out)
{
    wide v;
    if (divide && dec_is_zero(by)) return ev_null(e, n, out, &E_feel_c_divide, STR_NONE, STR_NONE, STR_NONE);
    if (!scaled(d->kind == FV_MONTHS ? (wide)d->months : nanos(d->span), by, divide, &v) || (d->kind == FV_MONTHS && (v > INT64_MAX || v < INT64_MIN)))
        return out_of_range(e, n, out, divide ? STR("/") : STR("*"));
    if (d->kind == FV_SPAN) return span_value(e, n, v, out);
    *out = fv_months((int64_t)v);
    return true;
}

static bool duration_ratio(struct ev *e, const struct inode *n, const struct fv *a, const struct fv *b, struct fv *out)
{
    struct dec x = dec_i64(0), y = x, r;
    bool ok = from_i128(a->kind == FV_MONTHS ? (wide)a->months : nanos(a->span), &x) && from_i128(b->kind == FV_MONTHS ? (wide)b->months : nanos(b->span), &y);
    if (ok && dec_is_zero(y)) return ev_null(e, n, out, &E_feel_c_divide, STR_NONE, STR_NONE, STR_NONE);
    if (!ok || !dec_div(x, y, &r)) return out_of_range(e, n, out, STR("/"));
    *out = fv_num(r);
    return true;
}

static bool add(struct ev *e, const struct inode *n, const struct fv *a, const struct fv *b, struct fv *out, bool *done)
{
    enum fv_kind x = (enum fv_kind)a->kind, y = (enum fv_kind)b->kind;
    *done = true;
    if (x == FV_STRING && y == FV_STRING) return texts(e, n, a, b, out);
    if (x == FV_MONTHS && y == FV_MONTHS) {
        int64_t m;
        if (add_overflows(a->months, b->months, &m)) return out_of_range(e, n, out, STR("+"));
        *out = fv_months(m);
        return true;
    }
    if (x == FV_SPAN && y == FV_SPAN) return span_value(e, n, nanos(a->span) + nanos(b->span), out);
    if (y == FV_DATE || y == FV_DATETIME || y == FV_TIME) {
        const struct fv *swap = a;
        a = b;
        b = swap;
        x = (enum fv_kind)a->kind;
        y = (enum fv_kind)b->kind;
    }
    if ((x == FV_DATE || x == FV_DATETIME) && y == FV_MONTHS) return months_plus(e, n, a, b->months, out);
    if (x == FV_DATE && y == FV_SPAN) return date_plus_span(e, n, a, nanos(b->span), out);
    if (x == FV_DATETIME && y == FV_SPAN) return datetime_plus(e, n, a, nanos(b->span), out);
    if (x == FV_TIME && y == FV_SPAN) return time_plus(e, n, a, nanos(b->span), out);
    *done = false;
    return true;
}

static bool subtract(struct ev *e, const struct inode *n, const struct fv *a, const struct fv *b, struct fv *out, bool *done)
{
    enum fv_kind x = (enum fv_kind)a->kind, y = (enum fv_kind)b->kind;
    *done = true;
    if (x == FV_MONTHS && y == FV_MONTHS) {
        int64_t m;
        if (__builtin_sub_overflow(a->months, b->months, &m)) return out_of_range(e, n, out, STR("-"));
        *out = fv_months(m);
        return true;
    }
    if (x == FV_SPAN && y == FV_SPAN) return span_value(e, n, nanos(a->span) - nanos(b->span), out);
    bool xm = x == FV_DATE || x == FV_DATETIME, ym = y == FV_DATE || y == FV_DATETIME;
    if (xm && ym) return moments_minus(e, n, a, b, out);
    if (xm && y == FV_MONTHS && b->months != INT64_MIN) return months_plus(e, n, a, -b->months, out);
    if (x == FV_DATE && y == FV_SPAN) return date_plus_span(e, n, a, -nanos(b->span), out);
    if (x == FV_DATETIME && y == FV_SPAN) return datetime_plus(e, n, a, -nanos(b->span), out);
    if (x == FV_TIME && y == FV_SPAN) return time_plus(e, n, a, -nanos(b->span), out);
    if (x == FV_TIME && y == FV_TIME) return times_minus(e, n, a->time, b->time, out);
    *done = false;
    return true;
}

bool ev_arith(struct ev *e, const struct inode *n, enum feel_op op, const struct fv *a, const struct fv *b, struct fv *out)
{
    if (a->kind == FV_NUMBER && b->kind == FV_NUMBER) return numbers(e, n, op, a, b, out);
    if (a->kind == FV_NULL) return ev_null_from(n, a, out);
    if (b->kind == FV_NULL) return ev_null_from(n, b, out);
    bool done = false, dur_a = a->kind == FV_MONTHS || a->kind == FV_SPAN, dur_b = b->kind == FV_MONTHS || b->kind == FV_SPAN;
    if (op == FEEL_ADD) {
        if (!add(e, n, a, b, out, &done)) return false;
        if (done) return true;
    } else if (op == FEEL_SUB) {
        if (!subtract(e, n, a, b, out, &done)) return false;
        if (done) return true;
    } else if (op == FEEL_MUL && dur_a && b->kind == FV_NUMBER) {
        return duration_scaled(e, n, a, b->num, false, out);
    } else if (op == FEEL_MUL && dur_b && a->kind == FV_NUMBER) {
        return duration_scaled(e, n, b, a->num, false, out);
    } else if (op == FEEL_DIV && dur_a && b->kind == FV_NUMBER) {
        return duration_scaled(e, n, a, b->num, true, out);
    } else if (op == FEEL_DIV && dur_a && a->kind == b->kind) {
        return duration_ratio(e, n, a, b, out);
    }
    return ev_null(e, n, out, &E_feel_c_operand, sign_of(op), kind_text((enum fv_kind)a->kind, LANG_ZH), kind_text((enum fv_kind)b->kind, LANG_ZH));
}

bool ev_arith_node(struct ev *e, const struct inode *n, struct fv *out)
{
    struct fv x, y;
    const struct fv *a = ev_get(e, kid(n, 0), &x);
    if (a == NULL) return false;
    const struct fv *b = ev_get(e, kid(n, 1), &y);
    if (b == NULL) return false;
    return ev_arith(e, n, n->n.op, a, b, out);
}

bool ev_neg(struct ev *e, const struct inode *n, struct fv *out)
{
    struct fv room;
    const struct fv *v = ev_get(e, kid(n, 0), &room);
    if (v == NULL) return false;
    if (v->kind == FV_NUMBER) *out = fv_num(dec_neg(v->num));
    else if (v->kind == FV_MONTHS && v->months != INT64_MIN) *out = fv_months(-v->months);
    else if (v->kind == FV_SPAN) return span_value(e, n, -nanos(v->span), out);
    else if (v->kind == FV_NULL) return ev_null_from(n, v, out);
    else return ev_null(e, n, out, &E_feel_c_operand, STR("-"), kind_text((enum fv_kind)v->kind, LANG_ZH), STR_NONE);
    return true;
}
