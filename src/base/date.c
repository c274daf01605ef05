/* date.c - days, times of day, durations.  Integer arithmetic throughout; no clock but clock_now_us(). */
#include "base/date.h"
#include "base/uni.h"

enum { SECONDS_A_DAY = 86400, NANO = 1000000000, OFFSET_MAX_S = 18 * 3600 };

/* ---- days ---- */

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}

/* Days of the Gregorian cycle of 400 years, counted from March so that the leap day comes last. */
static day_num day_count(int64_t year, int month, int day)
{
    int64_t y = year - (month <= 2 ? 1 : 0);
    int64_t era = floor_div(y, 400);
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (int64_t)(month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

struct ymd ymd_of(day_num d)
{
    MUST(day_ok(d));
    int64_t z = d + 719468;
    int64_t era = floor_div(z, 146097);
    int64_t day_of_era = z - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    int64_t day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    int64_t month = month_from_march + (month_from_march < 10 ? 3 : -9);
    int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
    return (struct ymd){.year = (int32_t)year, .month = (int8_t)month, .day = (int8_t)day};
}

int days_in_month(int32_t year, int month)
{
    static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    MUST(month >= 1 && month <= 12);
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

bool ymd_ok(struct ymd v)
{
    return v.year >= -YEAR_MAX && v.year <= YEAR_MAX && v.month >= 1 && v.month <= 12 && v.day >= 1 &&
           v.day <= days_in_month(v.year, v.month);
}

day_num day_of(struct ymd v)
{
    MUST(ymd_ok(v));
    return day_count(v.year, v.month, v.day);
}

int weekday_of(day_num d)
{
    /* 1970-01-01 was a Thursday. */
    int64_t w = (d % 7 + 7 + 3) % 7;
    return (int)w + 1;
}

bool day_add_months(day_num d, int64_t months, day_num *out)
{
    if (!day_ok(d)) return false;
    struct ymd v = ymd_of(d);
    int64_t m;
    if (add_overflows((int64_t)v.year * 12 + v.month - 1, months, &m)) return false;
    int64_t year = floor_div(m, 12);
    if (year < -YEAR_MAX || year > YEAR_MAX) return false;
    v.year = (int32_t)year;
    v.month = (int8_t)(m - year * 12 + 1);
    v.day = (int8_t)MIN((int)v.day, days_in_month(v.year, v.month));
    *out = day_of(v);
    return true;
}

int64_t months_between(day_num a, day_num b)
{
    struct ymd x = ymd_of(a), y = ymd_of(b);
    int64_t n = ((int64_t)y.year - x.year) * 12 + (y.month - x.month);
    if (n > 0 && y.day < x.day) n--;
    if (n < 0 && y.day > x.day) n++;
    return n;
}

int64_t full_months(day_num a, day_num b)
{
    if (b < a) return -full_months(b, a);
    struct ymd x = ymd_of(a), y = ymd_of(b);
    int64_t n = ((int64_t)y.year - x.year) * 12 + (y.month - x.month);
    int due = MIN((int)x.day, days_in_month(y.year, y.month)); /* the day on which the n-th month is full */
    return y.day < due ? n - 1 : n;
}

/* ---- reading digits ---- */

/* Between least and most ASCII digits at *at; moves *at behind all digits there. */
static bool take_digits(struct str s, size_t *at, size_t least, size_t most, int64_t *out)
{
    size_t from = *at;
    int64_t v = 0;
    while (*at < s.len && s.ptr[*at] >= '0' && s.ptr[*at] <= '9') {
        if (*at - from == most) return false;
        v = v * 10 + (s.ptr[*at] - '0');
        (*at)++;
    }
    *out = v;
    return *at - from >= least;
}

static bool take_char(struct str s, size_t *at, char c)
{
    if (*at >= s.len || s.ptr[*at] != c) return false;
    (*at)++;
    return true;
}

bool day_parse(struct str s, day_num *out)
{
    size_t at = 0;
    bool negative = take_char(s, &at, '-');
    size_t from = at;
    int64_t year, month, day;
    if (!take_digits(s, &at, 4, 9, &year)) return false;
    if (at - from > 4 && s.ptr[from] == '0') return false;
    if (negative && year == 0) return false; /* there is no -0000 */
    if (!take_char(s, &at, '-') || !take_digits(s, &at, 2, 2, &month)) return false;
    if (!take_char(s, &at, '-') || !take_digits(s, &at, 2, 2, &day)) return false;
    if (at != s.len) return false;
    struct ymd v = {.year = (int32_t)(negative ? -year : year), .month = (int8_t)month, .day = (int8_t)day};
    if (!ymd_ok(v)) return false;
    *out = day_of(v);
    return true;
}

static void put_padded(struct buf *b, int64_t v, int width)
{
    char t[20];
    int n = 0;
    do {
        t[n++] = (char)('0' + v % 10);
        v /= 10;
    } while (v != 0);
    while (n < width) t[n++] = '0';
    while (n > 0) buf_char(b, t[--n]);
}

void day_put(struct buf *b, day_num d)
{
    struct ymd v = ymd_of(d);
    if (v.year < 0) buf_char(b, '-');
    put_padded(b, v.year < 0 ? -(int64_t)v.year : v.year, 4);
    buf_char(b, '-');
    put_padded(b, v.month, 2);
    buf_char(b, '-');
    put_padded(b, v.day, 2);
}

struct str day_print(struct arena *a, day_num d)
{
    /* Straight into a small array: this runs once a cell of a report. */
    struct ymd v = ymd_of(d);
    char t[24], *p = t + sizeof t;
    int64_t part[3] = {v.day, v.month, v.year < 0 ? -(int64_t)v.year : v.year};
    for (int i = 0; i < 3; i++) {
        int least = i < 2 ? 2 : 4;
        for (int n = 0; n < least || part[i] != 0; n++) {
            *--p = (char)('0' + part[i] % 10);
            part[i] /= 10;
        }
        if (i < 2) *--p = '-';
    }
    if (v.year < 0) *--p = '-';
    return str_dup(a, str_of(p, (size_t)(t + sizeof t - p)));
}

/* ---- dates as people type them ---- */

enum { LOOSE_MAX = 64, LOOSE_YEAR_MIN = 1800, LOOSE_YEAR_MAX = 2999 };

/* Fold to ASCII: full-width digits and signs; 年 and 月 to 'Y' 'M', 日 and 号 to 'D'.  0: not part of a date. */
static char loose_char(uint32_t cp)
{
    if (cp >= 0xff10 && cp <= 0xff19) return (char)('0' + (cp - 0xff10));
    if ((cp >= '0' && cp <= '9') || cp == '-' || cp == '.' || cp == '/' || cp == ' ') return (char)cp;
    switch (cp) {
    case 0xff0e:
    case 0x3002: return '.'; /* ． and 。 */
    case 0xff0d:
    case 0x2010:
    case 0x2013: return '-';
    case 0xff0f: return '/';
    case '\t':
    case 0x00a0:
    case 0x3000: return ' ';
    case 0x5e74: return 'Y';
    case 0x6708: return 'M';
    case 0x65e5:
    case 0x53f7: return 'D';
    default: return 0;
    }
}

/* Into t, without the blanks that stand beside a sign or at the ends; a blank between digits is a mistake. */
static bool loose_fold(struct str s, char t[LOOSE_MAX], size_t *len)
{
    size_t n = 0;
    bool blank = false;
    for (size_t at = 0; at < s.len;) {
        char c = loose_char(utf8_next(s, &at));
        if (c == 0) return false;
        if (c == ' ') {
            blank = true;
            continue;
        }
        bool digit = c >= '0' && c <= '9';
        if (blank && digit && n > 0 && t[n - 1] >= '0' && t[n - 1] <= '9') return false;
        blank = false;
        if (n == LOOSE_MAX) return false;
        t[n++] = c;
    }
    *len = n;
    return true;
}

bool day_parse_loose(struct str s, day_num *out, bool *day_missing)
{
    char t[LOOSE_MAX];
    size_t len = 0, at = 0;
    if (!loose_fold(s, t, &len)) return false;
    struct str f = str_of(t, len);
    int64_t year, month, day = 1;
    bool missing = false;
    if (str_find_char(f, 'Y') != SIZE_MAX) {
        if (!take_digits(f, &at, 4, 4, &year) || !take_char(f, &at, 'Y')) return false;
        if (!take_digits(f, &at, 1, 2, &month) || !take_char(f, &at, 'M')) return false;
        missing = at == f.len;
        if (!missing && (!take_digits(f, &at, 1, 2, &day) || !take_char(f, &at, 'D'))) return false;
    } else if (len >= 5 && t[4] >= '0' && t[4] <= '9') { /* no signs: 19850301 or 198503 */
        if ((len != 8 && len != 6) || !take_digits(f, &at, len, len, &year)) return false;
        missing = len == 6;
        if (!missing) {
            day = year % 100;
            year /= 100;
        }
        month = year % 100;
        year /= 100;
    } else {
        if (!take_digits(f, &at, 4, 4, &year) || at >= f.len) return false;
        char sign = t[at++];
        if (sign != '.' && sign != '-' && sign != '/') return false;
        if (!take_digits(f, &at, 1, 2, &month)) return false;
        missing = at == f.len;
        if (!missing && (!take_char(f, &at, sign) || !take_digits(f, &at, 1, 2, &day))) return false;
    }
    if (at != f.len || (missing && day_missing == NULL)) return false;
    if (year < LOOSE_YEAR_MIN || year > LOOSE_YEAR_MAX) return false;
    struct ymd v = {.year = (int32_t)year, .month = (int8_t)month, .day = (int8_t)day};
    if (!ymd_ok(v)) return false;
    *out = day_of(v);
    if (day_missing != NULL) *day_missing = missing;
    return true;
}

/* ---- durations ---- */

/* One component "12Y": false where there is none; *bad where it is malformed. */
static bool take_unit(struct str s, size_t *at, char unit, int64_t *out, bool *bad)
{
    size_t from = *at;
    int64_t v;
    if (!take_digits(s, at, 1, 18, &v)) {
        if (*at > from + 17) *bad = true; /* more digits than any duration has */
        *at = from;
        return false;
    }
    if (!take_char(s, at, unit)) {
        *at = from;
        return false;
    }
    *out = v;
    return true;
}

bool months_parse(struct str s, int64_t *out)
{
    size_t at = 0;
    bool bad = false, negative = take_char(s, &at, '-');
    if (!take_char(s, &at, 'P')) return false;
    int64_t years = 0, months = 0;
    bool any = take_unit(s, &at, 'Y', &years, &bad);
    any = take_unit(s, &at, 'M', &months, &bad) || any;
    if (!any || bad || at != s.len) return false;
    int64_t all;
    if (mul_overflows(years, (int64_t)12, &all) || add_overflows(all, months, &all)) return false;
    *out = negative ? -all : all;
    return true;
}

/* ".123" to nanoseconds; the digits may be none ("PT0.S" is well formed in DMN's tests). */
static bool take_fraction(struct str s, size_t *at, size_t least, int32_t *nano)
{
    *nano = 0;
    if (!take_char(s, at, '.')) return true;
    size_t from = *at;
    int64_t v;
    if (!take_digits(s, at, least, 9, &v)) return false;
    for (size_t n = *at - from; n < 9; n++) v *= 10;
    *nano = (int32_t)v;
    return true;
}

bool span_parse(struct str s, struct dt_span *out)
{
    size_t at = 0;
    bool bad = false, negative = take_char(s, &at, '-');
    if (!take_char(s, &at, 'P')) return false;
    int64_t days = 0, hours = 0, minutes = 0, seconds = 0, v = 0;
    int32_t nano = 0;
    bool any = take_unit(s, &at, 'D', &days, &bad);
    if (take_char(s, &at, 'T')) {
        bool time = take_unit(s, &at, 'H', &hours, &bad);
        time = take_unit(s, &at, 'M', &minutes, &bad) || time;
        if (at < s.len) {
            if (!take_digits(s, &at, 1, 18, &seconds) || !take_fraction(s, &at, 0, &nano)) return false;
            if (!take_char(s, &at, 'S')) return false;
            time = true;
        }
        if (!time) return false;
        any = true;
    }
    if (!any || bad || at != s.len) return false;
    if (mul_overflows(days, (int64_t)SECONDS_A_DAY, &days) || mul_overflows(hours, (int64_t)3600, &hours) ||
        mul_overflows(minutes, (int64_t)60, &minutes) || add_overflows(days, hours, &v) ||
        add_overflows(v, minutes, &v) || add_overflows(v, seconds, &v))
        return false;
    *out = (struct dt_span){.second = negative ? -v : v, .nano = negative ? -nano : nano};
    return true;
}

static void put_unit(struct buf *b, uint64_t v, char unit)
{
    if (v == 0) return;
    buf_u64(b, v);
    buf_char(b, unit);
}

static uint64_t magnitude(int64_t v)
{
    return v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
}

void months_put(struct buf *b, int64_t months)
{
    if (months == 0) {
        buf_lit(b, "P0M");
        return;
    }
    if (months < 0) buf_char(b, '-');
    buf_char(b, 'P');
    put_unit(b, magnitude(months) / 12, 'Y');
    put_unit(b, magnitude(months) % 12, 'M');
}

/* ".5" for half a second; nothing for zero. */
static void put_fraction(struct buf *b, int32_t nano)
{
    if (nano == 0) return;
    char t[10] = ".";
    size_t len = 10;
    int32_t v = nano;
    for (size_t i = 9; i > 0; i--) {
        t[i] = (char)('0' + v % 10);
        v /= 10;
    }
    while (t[len - 1] == '0') len--;
    buf_put(b, t, len);
}

void span_put(struct buf *b, struct dt_span s)
{
    MUST(s.nano > -NANO && s.nano < NANO);
    MUST(!(s.second > 0 && s.nano < 0) && !(s.second < 0 && s.nano > 0));
    uint64_t v = magnitude(s.second);
    int32_t nano = s.nano < 0 ? -s.nano : s.nano;
    if (v == 0 && nano == 0) {
        buf_lit(b, "PT0S");
        return;
    }
    if (s.second < 0 || s.nano < 0) buf_char(b, '-');
    buf_char(b, 'P');
    put_unit(b, v / SECONDS_A_DAY, 'D');
    v %= SECONDS_A_DAY;
    if (v == 0 && nano == 0) return;
    buf_char(b, 'T');
    put_unit(b, v / 3600, 'H');
    put_unit(b, v % 3600 / 60, 'M');
    if (v % 60 == 0 && nano == 0) return;
    buf_u64(b, v % 60);
    put_fraction(b, nano);
    buf_char(b, 'S');
}

/* ---- times ---- */

/* hh:mm:ss with each part in its range; 24:00:00 is 86400. */
static bool take_clock(struct str s, size_t *at, int32_t *second, int32_t *nano)
{
    int64_t h, m, sec;
    if (!take_digits(s, at, 2, 2, &h) || !take_char(s, at, ':')) return false;
    if (!take_digits(s, at, 2, 2, &m) || !take_char(s, at, ':')) return false;
    if (!take_digits(s, at, 2, 2, &sec) || !take_fraction(s, at, 1, nano)) return false;
    if (m > 59 || sec > 59 || h > 24 || (h == 24 && (m != 0 || sec != 0 || *nano != 0))) return false;
    *second = (int32_t)(h * 3600 + m * 60 + sec);
    return true;
}

static bool take_zone(struct arena *a, struct str s, size_t *at, struct tod *out)
{
    out->zone = ZONE_NONE;
    out->offset_s = 0;
    out->zone_name = NULL;
    if (*at == s.len) return true;
    if (take_char(s, at, 'Z')) {
        out->zone = ZONE_OFFSET;
        return *at == s.len;
    }
    if (take_char(s, at, '@')) {
        struct str name = str_sub(s, *at, s.len);
        if (name.len == 0 || name.len > 64) return false;
        char t[65];
        memcpy(t, name.ptr, name.len);
        t[name.len] = '\0';
        if (memchr(t, '\0', name.len) != NULL) return false;
        /* A time alone has no day: the offset of a winter's day of 2000 stands in for it. */
        if (!zone_offset_at(t, INT64_C(946684800) + out->second, true, &out->offset_s)) return false;
        out->zone = ZONE_NAMED;
        out->zone_name = str_cz(a, name);
        *at = s.len;
        return true;
    }
    bool west = take_char(s, at, '-');
    if (!west && !take_char(s, at, '+')) return false;
    int64_t h, m, sec = 0;
    if (!take_digits(s, at, 2, 2, &h) || !take_char(s, at, ':') || !take_digits(s, at, 2, 2, &m)) return false;
    if (take_char(s, at, ':') && !take_digits(s, at, 2, 2, &sec)) return false;
    int64_t offset = h * 3600 + m * 60 + sec;
    if (m > 59 || sec > 59 || offset > OFFSET_MAX_S || *at != s.len) return false;
    out->zone = ZONE_OFFSET;
    out->offset_s = (int32_t)(west ? -offset : offset);
    return true;
}

bool tod_parse(struct arena *a, struct str s, struct tod *out)
{
    struct tod t = {.zone = ZONE_NONE};
    size_t at = 0;
    if (!take_clock(s, &at, &t.second, &t.nano)) return false;
    t.second %= SECONDS_A_DAY; /* XML Schema has 24:00:00 for 00:00:00 */
    if (!take_zone(a, s, &at, &t)) return false;
    *out = t;
    return true;
}

void tod_put(struct buf *b, struct tod t)
{
    MUST(t.second >= 0 && t.second < SECONDS_A_DAY && t.nano >= 0 && t.nano < NANO);
    put_padded(b, t.second / 3600, 2);
    buf_char(b, ':');
    put_padded(b, t.second % 3600 / 60, 2);
    buf_char(b, ':');
    put_padded(b, t.second % 60, 2);
    put_fraction(b, t.nano);
    if (t.zone == ZONE_NAMED) {
        buf_char(b, '@');
        buf_str(b, str_c(t.zone_name));
    } else if (t.zone == ZONE_OFFSET && t.offset_s == 0) {
        buf_char(b, 'Z');
    } else if (t.zone == ZONE_OFFSET) {
        int32_t v = t.offset_s < 0 ? -t.offset_s : t.offset_s;
        buf_char(b, t.offset_s < 0 ? '-' : '+');
        put_padded(b, v / 3600, 2);
        buf_char(b, ':');
        put_padded(b, v % 3600 / 60, 2);
        if (v % 60 != 0) {
            buf_char(b, ':');
            put_padded(b, v % 60, 2);
        }
    }
}

bool datetime_parse(struct arena *a, struct str s, struct datetime *out)
{
    size_t split = str_find_char(s, 'T');
    struct datetime v = {.day = 0, .time = {.zone = ZONE_NONE}};
    if (!day_parse(str_sub(s, 0, split), &v.day)) return false;
    if (split != SIZE_MAX) {
        struct str time = str_sub(s, split + 1, s.len);
        size_t at = 0;
        if (!take_clock(time, &at, &v.time.second, &v.time.nano)) return false;
        if (v.time.second == SECONDS_A_DAY) {
            v.time.second = 0;
            v.day++;
            if (!day_ok(v.day)) return false;
        }
        if (!take_zone(a, time, &at, &v.time)) return false;
        if (v.time.zone == ZONE_NAMED &&
            !zone_offset_at(v.time.zone_name, v.day * SECONDS_A_DAY + v.time.second, true, &v.time.offset_s))
            return false;
    }
    *out = v;
    return true;
}

void datetime_put(struct buf *b, struct datetime dt)
{
    day_put(b, dt.day);
    buf_char(b, 'T');
    tod_put(b, dt.time);
}

bool datetime_to_utc(struct datetime dt, int64_t *second, int32_t *nano)
{
    if (!day_ok(dt.day)) return false;
    int64_t local = dt.day * SECONDS_A_DAY + dt.time.second;
    int32_t offset = dt.time.zone == ZONE_NONE ? 0 : dt.time.offset_s;
    /* Asked anew: the day may have been moved since the text was read. */
    if (dt.time.zone == ZONE_NAMED && !zone_offset_at(dt.time.zone_name, local, true, &offset)) return false;
    *second = local - offset;
    *nano = dt.time.nano;
    return true;
}

struct datetime datetime_from_us(int64_t us_utc)
{
    int64_t second = floor_div(us_utc, 1000000);
    int64_t day = floor_div(second, SECONDS_A_DAY);
    return (struct datetime){.day = day,
                             .time = {.second = (int32_t)(second - day * SECONDS_A_DAY),
                                      .nano = (int32_t)((us_utc - second * 1000000) * 1000),
                                      .zone = ZONE_OFFSET}};
}

int64_t clock_now_us(void)
{
    struct timespec t;
    MUST(clock_gettime(CLOCK_REALTIME, &t) == 0);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

day_num civil_day(const char *zone, int64_t us_utc)
{
    int64_t second = floor_div(us_utc, 1000000);
    int32_t offset = 0;
    bool known = zone_offset_at(zone, second, false, &offset);
    MUST(known);
    return floor_div(second + offset, SECONDS_A_DAY);
}
