/* builtin_date.c - days, times, durations. */
#include "feel/builtins.h"

static bool unread(struct ev *e, const struct inode *n, struct str s, enum fv_kind as, struct fv *out)
{
    return ev_null(e, n, out, &E_feel_c_parse, s, kind_text(as, LANG_ZH), STR_NONE);
}

static bool whole(const struct fv *v, int64_t low, int64_t high, int64_t *out) { return dec_to_i64(v->num, out) && *out >= low && *out <= high; }

static day_num day_in(const struct fv *v) { return v->kind == FV_DATE ? v->day : v->datetime->day; }

bool bi_date(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    day_num d;
    if (arg[0].kind != FV_STRING) d = day_in(&arg[0]);
    else if (!day_parse(arg[0].str, &d)) return unread(e, n, arg[0].str, FV_DATE, out);
    *out = fv_day(d);
    return true;
}

static bool day_from_parts(const struct fv *arg, day_num *d)
{
    int64_t y, m, day;
    if (!whole(&arg[0], -999999999, 999999999, &y) || !whole(&arg[1], 1, 12, &m) || !whole(&arg[2], 1, 31, &day)) return false;
    struct ymd v = {.year = (int32_t)y, .month = (int8_t)m, .day = (int8_t)day};
    if (!ymd_ok(v)) return false;
    *d = day_of(v);
    return true;
}

bool bi_date_parts(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    day_num d;
    if (!day_from_parts(arg, &d)) return bad_value(e, n, out, STR("没有这一天"));
    *out = fv_day(d);
    return true;
}

static bool put_datetime(struct ev *e, const struct inode *n, struct datetime v, struct fv *out)
{
    struct datetime *t = ev_alloc(e, n, sizeof *t);
    if (t == NULL) return false;
    *t = v;
    *out = fv_datetime(t);
    return true;
}

static bool put_time(struct ev *e, const struct inode *n, struct tod v, struct fv *out)
{
    struct tod *t = ev_alloc(e, n, sizeof *t);
    if (t == NULL) return false;
    *t = v;
    *out = fv_time(t);
    return true;
}

bool bi_datetime(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    struct datetime t = {0};
    if (arg[0].kind == FV_DATETIME) {
        *out = arg[0];
        return true;
    }
    if (arg[0].kind == FV_DATE) t.day = arg[0].day;
    else if (!ev_room(e, n, arg[0].str.len + 4096)) return false;
    else if (!datetime_parse(e->a, arg[0].str, &t)) return unread(e, n, arg[0].str, FV_DATETIME, out);
    return put_datetime(e, n, t, out);
}

bool bi_datetime_join(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    return put_datetime(e, n, (struct datetime){.day = day_in(&arg[0]), .time = *arg[1].time}, out);
}

/* The same instant in another zone. */
bool bi_datetime_zone(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    int64_t s;
    int32_t nano, offset;
    if (!ev_room(e, n, arg[1].str.len + 64)) return false;
    const char *zone = str_cz(e->a, arg[1].str);
    if (arg[0].datetime->time.zone == ZONE_NONE || !datetime_to_utc(*arg[0].datetime, &s, &nano) || !zone_offset_at(zone, s, false, &offset))
        return bad_value(e, n, out, arg[1].str);
    s += offset;
    int64_t day = s >= 0 ? s / 86400 : -((-s + 86399) / 86400);
    struct datetime t = {.day = day, .time = {.second = (int32_t)(s - day * 86400), .nano = nano, .offset_s = offset, .zone = ZONE_NAMED, .zone_name = zone}};
    return put_datetime(e, n, t, out);
}

static bool tod_from_parts(const struct fv *arg, struct tod *t)
{
    int64_t h, m, s, nano;
    struct dec whole_s, rest;
    if (!whole(&arg[0], 0, 23, &h) || !whole(&arg[1], 0, 59, &m)) return false;
    if (!dec_rescale(arg[2].num, 0, DEC_FLOOR, &whole_s) || !dec_to_i64(whole_s, &s) || s < 0 || s > 59) return false;
    if (!dec_sub(arg[2].num, whole_s, &rest) || !dec_rescale(rest, 9, DEC_DOWN, &rest) || !dec_to_scaled(rest, 9, &nano)) return false;
    *t = (struct tod){.second = (int32_t)(h * 3600 + m * 60 + s), .nano = (int32_t)nano};
    return true;
}

static bool put_offset(struct tod *t, const struct fv *offset)
{
    if (offset->kind != FV_SPAN) return true;
    if (offset->span.nano != 0 || offset->span.second < -14 * 3600 || offset->span.second > 14 * 3600) return false;
    t->zone = ZONE_OFFSET;
    t->offset_s = (int32_t)offset->span.second;
    return true;
}

bool bi_datetime_parts(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    struct datetime t = {0};
    if (!day_from_parts(arg, &t.day) || !tod_from_parts(arg + 3, &t.time) || !put_offset(&t.time, &arg[6])) return bad_value(e, n, out, STR("没有这个时刻"));
    if (arg[6].kind == FV_STRING) {
        if (!ev_room(e, n, arg[6].str.len + 64)) return false;
        t.time.zone = ZONE_NAMED;
        t.time.zone_name = str_cz(e->a, arg[6].str);
        if (!zone_offset_at(t.time.zone_name, t.day * 86400 + t.time.second, true, &t.time.offset_s)) return bad_value(e, n, out, arg[6].str);
    }
    return put_datetime(e, n, t, out);
}

bool bi_time(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    struct tod t = {0};
    struct datetime dt;
    switch ((int)arg[0].kind) {
    case FV_TIME: *out = arg[0]; return true;
    case FV_DATETIME: t = arg[0].datetime->time; break;
    case FV_DATE: t.zone = ZONE_OFFSET; break; /* a date is midnight in UTC (DMN 10.3.4.1) */
    default:
        if (!ev_room(e, n, arg[0].str.len + 4096)) return false;
        if (tod_parse(e->a, arg[0].str, &t)) break;
        if (str_find_char(arg[0].str, 'T') == SIZE_MAX || !datetime_parse(e->a, arg[0].str, &dt) || arg[0].str.ptr[0] == 'T') return unread(e, n, arg[0].str, FV_TIME, out);
        t = dt.time;
        break;
    }
    return put_time(e, n, t, out);
}

bool bi_time_parts(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    struct tod t;
    if (!tod_from_parts(arg, &t) || !put_offset(&t, &arg[3])) return bad_value(e, n, out, STR("没有这个时刻"));
    return put_time(e, n, t, out);
}

bool bi_duration(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    int64_t months;
    struct dt_span span;
    if (arg[0].kind != FV_STRING) *out = arg[0];
    else if (months_parse(arg[0].str, &months)) *out = fv_months(months);
    else if (span_parse(arg[0].str, &span)) *out = fv_span(span);
    else return ev_null(e, n, out, &E_feel_c_parse, arg[0].str, STR("时长"), STR_NONE);
    return true;
}

/* By day of the month; times of day play no part (the TCK's reading). */
bool bi_months_between(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)e, (void)n, (void)args;
    day_num a = day_in(&arg[0]), b = day_in(&arg[1]);
    *out = fv_months(months_between(a, b));
    return true;
}

bool bi_today(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)n, (void)arg, (void)args;
    *out = fv_day(e->run->today);
    return true;
}

bool bi_now(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)arg, (void)args;
    struct datetime t = datetime_from_us(e->run->now_us);
    int32_t offset = 0;
    int64_t s = e->run->now_us >= 0 ? e->run->now_us / 1000000 : -((-e->run->now_us + 999999) / 1000000);
    if (e->run->zone != NULL && zone_offset_at(e->run->zone, s, false, &offset)) {
        s += offset;
        t.day = s >= 0 ? s / 86400 : -((-s + 86399) / 86400);
        t.time.second = (int32_t)(s - t.day * 86400);
        t.time.zone = ZONE_NAMED;
        t.time.zone_name = e->run->zone;
        t.time.offset_s = offset;
    }
    return put_datetime(e, n, t, out);
}

static day_num year_start(int32_t year) { return day_of((struct ymd){.year = year, .month = 1, .day = 1}); }

bool bi_day_of_year(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)e, (void)n, (void)args;
    day_num d = day_in(&arg[0]);
    *out = fv_i64(d - year_start(ymd_of(d).year) + 1);
    return true;
}

bool bi_day_of_week(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)e, (void)n, (void)args;
    static const char *const names[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
    *out = fv_str(str_c(names[weekday_of(day_in(&arg[0])) - 1]));
    return true;
}

bool bi_month_of_year(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)e, (void)n, (void)args;
    static const char *const names[] = {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"};
    *out = fv_str(str_c(names[ymd_of(day_in(&arg[0])).month - 1]));
    return true;
}

/* ISO 8601: a week belongs to the year of its Thursday. */
bool bi_week_of_year(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)e, (void)n, (void)args;
    day_num d = day_in(&arg[0]), thursday = d + 4 - weekday_of(d);
    *out = fv_i64((thursday - year_start(ymd_of(thursday).year)) / 7 + 1);
    return true;
}

/* ---- beyond DMN: periods as the law counts them, and days of work ---- */

bool bi_full_years(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)e, (void)n, (void)args;
    *out = fv_i64(full_months(arg[0].day, arg[1].day) / 12);
    return true;
}

bool bi_full_months(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)e, (void)n, (void)args;
    *out = fv_i64(full_months(arg[0].day, arg[1].day));
    return true;
}

static bool no_calendar(struct ev *e, const struct inode *n, struct fv *out) { return ev_null(e, n, out, &E_feel_c_no_calendar, STR_NONE, STR_NONE, STR_NONE); }

static bool calendar_end(struct ev *e, const struct inode *n, day_num d, struct fv *out)
{
    if (!ev_room(e, n, 64)) return false;
    return ev_null(e, n, out, &E_feel_c_calendar_end, day_print(e->a, d), STR_NONE, STR_NONE);
}

bool bi_workday_add(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    int64_t count;
    day_num d;
    const struct calendar *c = e->run->host == NULL ? NULL : e->run->host->calendar;
    if (!whole(&arg[1], -100000, 100000, &count)) return bad_value(e, n, out, STR("n"));
    if (c == NULL) return no_calendar(e, n, out);
    if (calendar_add(c, arg[0].day, count, &d, NULL) != RC_OK) return calendar_end(e, n, arg[0].day + count, out);
    *out = fv_day(d);
    return true;
}

bool bi_workdays_between(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)args;
    int64_t count;
    const struct calendar *c = e->run->host == NULL ? NULL : e->run->host->calendar;
    if (c == NULL) return no_calendar(e, n, out);
    if (calendar_between(c, arg[0].day, arg[1].day, &count, NULL) != RC_OK) return calendar_end(e, n, MAX(arg[0].day, arg[1].day), out);
    *out = fv_i64(count);
    return true;
}
