/* date_test.c - days, durations, times, zones, working days. */
#include "base/test.h"

static struct arena arena;

static int begin(void **state)
{
    (void)state;
    arena_init(&arena, 16 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static day_num day(const char *text)
{
    day_num d = 0;
    if (!day_parse(str_c(text), &d)) fail_msg("\"%s\" is not read as a day", text);
    return d;
}

static void days_are_counted_without_a_gap(void **state)
{
    (void)state;
    assert_int_equal(day("1970-01-01"), 0);
    assert_int_equal(day("2000-03-01"), 11017);
    assert_true(day("-999999999-01-01") == DAY_MIN);
    assert_true(day("999999999-12-31") == DAY_MAX);
    /* Day by day over more than two cycles of 400 years, by a calendar kept by hand. */
    int32_t year = -450;
    int month = 1, of_month = 1;
    day_num d = day("-0450-01-01");
    int weekday = weekday_of(d);
    for (; year < 450; d++) {
        struct ymd v = ymd_of(d);
        assert_true(v.year == year && v.month == month && v.day == of_month);
        assert_true(day_of(v) == d);
        assert_int_equal(weekday_of(d), weekday);
        weekday = weekday % 7 + 1;
        if (++of_month > days_in_month(year, month)) {
            of_month = 1;
            if (++month > 12) {
                month = 1;
                year++;
            }
        }
    }
}

static void days_round_trip_over_all_years(void **state)
{
    (void)state;
    uint64_t seed = 5;
    struct arena_mark m = arena_mark(&arena);
    for (int n = 0; n < 50000; n++) {
        day_num d = DAY_MIN + (day_num)(next_random(&seed) % (uint64_t)(DAY_MAX - DAY_MIN + 1)), back;
        if (n < 20) d = n % 2 == 0 ? DAY_MIN + n : DAY_MAX - n;
        assert_true(ymd_ok(ymd_of(d)));
        assert_true(day_of(ymd_of(d)) == d);
        assert_true(day_parse(day_print(&arena, d), &back) && back == d);
        if (d < DAY_MAX) { /* the next day is later in the calendar, too */
            struct ymd x = ymd_of(d), y = ymd_of(d + 1);
            assert_true(y.year > x.year || (y.year == x.year && (y.month > x.month || (y.month == x.month && y.day == x.day + 1))));
        }
        arena_reset(&arena, m);
    }
}

static void weekdays(void **state)
{
    (void)state;
    assert_int_equal(weekday_of(day("1970-01-01")), 4);
    assert_int_equal(weekday_of(day("2026-01-31")), 6);
    assert_int_equal(weekday_of(day("1949-10-01")), 6);
    assert_int_equal(weekday_of(day("1900-01-01")), 1);
}

static void strict_dates(void **state)
{
    (void)state;
    static const char *const good[] = {"2026-01-31", "0000-01-01", "-0044-03-15", "-0001-12-31", "12345-06-07", "2024-02-29", "0001-01-01"};
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        struct buf b;
        buf_init(&b, 64);
        day_put(&b, day(good[i]));
        EXPECT_TEXT(buf_view(&b), good[i]);
        EXPECT_TEXT(day_print(&arena, day(good[i])), good[i]);
        buf_fini(&b);
    }
    static const char *const bad[] = {"",           "2026-1-31",   "2026-01-32",  "2026-13-01", "2026-00-10", "2026-01-00",
                                      "2023-02-29", "1900-02-29",  "02026-01-01", "998-12-31",  "+2026-01-01", "-0000-01-01",
                                      "2026-01-31 ", " 2026-01-31", "2026/01/31", "20260131",   "2026-01-31T", "9999999999-01-01",
                                      "２０２６-01-31", "2026-01", "--01-31"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        day_num d = 42;
        if (day_parse(str_c(bad[i]), &d)) fail_msg("\"%s\" was read as a day", bad[i]);
        assert_int_equal(d, 42);
    }
}

static void dates_as_people_type_them(void **state)
{
    (void)state;
    static const char *const whole[] = {"1985.03.01", "1985-3-1", "1985/3/1", "19850301", "1985年3月1日", "1985年03月01号",
                                        "１９８５．０３．０１", " 1985-03-01 ", "1985年 3月 1日", "１９８５年３月１日", "1985．3．1",
                                        "1985－03－01", "1985. 3. 1", "　19850301"};
    for (size_t i = 0; i < ARRAY_LEN(whole); i++) {
        day_num d = 0;
        bool missing = true;
        if (!day_parse_loose(str_c(whole[i]), &d, &missing)) fail_msg("\"%s\" was not read", whole[i]);
        assert_int_equal(d, day("1985-03-01"));
        assert_false(missing);
        assert_true(day_parse_loose(str_c(whole[i]), &d, NULL));
    }
    static const char *const months[] = {"1985.03", "1985-03", "198503", "1985年3月", "1985.3", "１９８５年０３月"};
    for (size_t i = 0; i < ARRAY_LEN(months); i++) {
        day_num d = 0;
        bool missing = false;
        if (!day_parse_loose(str_c(months[i]), &d, &missing)) fail_msg("\"%s\" was not read", months[i]);
        assert_int_equal(d, day("1985-03-01"));
        assert_true(missing);
        assert_false(day_parse_loose(str_c(months[i]), &d, NULL));
    }
    static const char *const bad[] = {"", "1985", "1985年", "85-3-1", "1985-13-01", "1985-02-30", "1985-3.1", "1985.3/1", "19850230",
                                      "1985030", "198503011", "1985年3月1", "1985年3", "1985-3-1x", "1985 03 01", "1985--03", "850301",
                                      "19 850301", "1985-003-01", "1985-03-01-", "0985-03-01", "3/1/1985", "一九八五年三月", "月", "-",
                                      "1985日3月1年"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        day_num d;
        bool missing;
        if (day_parse_loose(str_c(bad[i]), &d, &missing)) fail_msg("\"%s\" was read as a day", bad[i]);
    }
}

static void months_are_added_and_counted(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        int months;
        const char *want;
    } add[] = {{"2026-01-31", 1, "2026-02-28"},  {"2024-01-31", 1, "2024-02-29"}, {"2024-02-29", 12, "2025-02-28"},
               {"2026-03-31", -1, "2026-02-28"}, {"2026-01-15", -1, "2025-12-15"}, {"2026-12-31", 2, "2027-02-28"},
               {"0000-01-01", -1, "-0001-12-01"}, {"2026-05-05", 0, "2026-05-05"}};
    day_num d;
    for (size_t i = 0; i < ARRAY_LEN(add); i++) {
        assert_true(day_add_months(day(add[i].from), add[i].months, &d));
        EXPECT_TEXT(day_print(&arena, d), add[i].want);
    }
    assert_false(day_add_months(DAY_MAX, 1, &d));
    assert_false(day_add_months(DAY_MIN, -1, &d));
    assert_false(day_add_months(0, INT64_MAX, &d));
    assert_false(day_add_months(0, INT64_MIN, &d));
    static const struct {
        const char *a, *b;
        int between, full;
    } count[] = {{"2016-02-29", "2026-02-28", 119, 120}, {"2026-01-31", "2026-02-28", 0, 1}, {"2026-01-31", "2026-02-27", 0, 0},
                 {"2026-01-15", "2026-02-15", 1, 1},     {"2026-01-15", "2026-02-14", 0, 0}, {"2026-02-28", "2026-03-28", 1, 1},
                 {"2026-02-28", "2026-03-27", 0, 0},     {"2026-02-15", "2026-01-15", -1, -1}, {"2026-02-15", "2026-01-16", 0, 0},
                 {"2011-12-22", "2013-08-24", 20, 20},   {"2013-08-24", "2011-12-22", -20, -20}, {"2026-01-01", "2026-01-01", 0, 0},
                 {"2024-02-29", "2028-02-29", 48, 48}};
    for (size_t i = 0; i < ARRAY_LEN(count); i++) {
        assert_int_equal(months_between(day(count[i].a), day(count[i].b)), count[i].between);
        assert_int_equal(full_months(day(count[i].a), day(count[i].b)), count[i].full);
    }
}

/* full_months(a, b) is the largest n with a + n months <= b. */
static void full_months_agree_with_adding(void **state)
{
    (void)state;
    uint64_t seed = 9;
    for (int n = 0; n < 20000; n++) {
        day_num a = (day_num)(next_random(&seed) % 40000), b = a + (day_num)(next_random(&seed) % 1500), x = 0, y = 0;
        int64_t m = full_months(a, b);
        assert_true(day_add_months(a, m, &x) && x <= b);
        assert_true(day_add_months(a, m + 1, &y) && y > b);
        assert_int_equal(full_months(b, a), -m);
        assert_true(months_between(a, b) == m || months_between(a, b) == m - 1);
    }
}

static void expect_months(const char *in, const char *want)
{
    int64_t m;
    struct buf b;
    buf_init(&b, 100);
    if (!months_parse(str_c(in), &m)) fail_msg("\"%s\" was not read", in);
    months_put(&b, m);
    EXPECT_TEXT(buf_view(&b), want);
    buf_fini(&b);
}

static void expect_span(const char *in, const char *want)
{
    struct dt_span s;
    struct buf b;
    buf_init(&b, 100);
    if (!span_parse(str_c(in), &s)) fail_msg("\"%s\" was not read", in);
    span_put(&b, s);
    EXPECT_TEXT(buf_view(&b), want);
    buf_fini(&b);
}

static void durations(void **state)
{
    (void)state;
    expect_months("P1Y2M", "P1Y2M");
    expect_months("P26M", "P2Y2M");
    expect_months("P0Y", "P0M");
    expect_months("-P100M", "-P8Y4M");
    expect_months("P999999999M", "P83333333Y3M");
    expect_months("-P1Y", "-P1Y");
    expect_span("P1DT2H3M4.123456789S", "P1DT2H3M4.123456789S");
    expect_span("PT1000M", "PT16H40M");
    expect_span("PT1000M0.999999999S", "PT16H40M0.999999999S");
    expect_span("P2DT274M", "P2DT4H34M");
    expect_span("PT24H", "P1D");
    expect_span("P0D", "PT0S");
    expect_span("PT0.S", "PT0S");
    expect_span("PT0.000S", "PT0S");
    expect_span("-PT0.5S", "-PT0.5S");
    expect_span("-PT1H2M", "-PT1H2M");
    expect_span("P106751991167300D", "P106751991167300D");
    static const char *const bad[] = {"",     "P",    "P0",     "1Y",      "P1",     "P1YT",   "P1H",     "P1S",   "PT",    "P1DT",
                                      "P1Y1D", "P1M1D", "PT1D", "P1M1Y",   "PT1S1M", "PT1",    "P-1D",    "+P1D",  "p1d",   "P1D ",
                                      "P 1D", "PT.5S", "PT1.5M", "PT1.1234567890S", "P99999999999999999999D", "P1W", "--P1D",
                                      "P999999999999999999D", "PT1H1H", "P1.5D"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        int64_t m;
        struct dt_span s;
        if (months_parse(str_c(bad[i]), &m) || span_parse(str_c(bad[i]), &s)) fail_msg("\"%s\" was read", bad[i]);
    }
    int64_t m;
    struct dt_span s;
    assert_false(months_parse(STR("P999999999999999999Y"), &m));
    assert_false(months_parse(STR("P1D"), &m));
    assert_false(span_parse(STR("P1M"), &s));
    assert_true(span_parse(STR("-PT1.5S"), &s) && s.second == -1 && s.nano == -500000000);
}

static void expect_time(const char *in, const char *want)
{
    struct tod t;
    struct buf b;
    buf_init(&b, 200);
    if (!tod_parse(&arena, str_c(in), &t)) fail_msg("\"%s\" was not read", in);
    tod_put(&b, t);
    EXPECT_TEXT(buf_view(&b), want);
    buf_fini(&b);
}

static void times(void **state)
{
    (void)state;
    expect_time("12:30:00", "12:30:00");
    expect_time("00:00:00", "00:00:00");
    expect_time("23:59:59.123456789", "23:59:59.123456789");
    expect_time("24:00:00", "00:00:00");
    expect_time("10:30:00.5000", "10:30:00.5");
    expect_time("10:30:00+00:00", "10:30:00Z");
    expect_time("10:30:00Z", "10:30:00Z");
    expect_time("10:30:00-05:30", "10:30:00-05:30");
    expect_time("10:30:00+08:05:43", "10:30:00+08:05:43");
    expect_time("10:30:11@Australia/Melbourne", "10:30:11@Australia/Melbourne");
    struct tod t;
    assert_true(tod_parse(&arena, STR("10:00:00@Asia/Shanghai"), &t) && t.offset_s == 28800);
    assert_true(tod_parse(&arena, STR("10:00:00@Europe/London"), &t) && t.offset_s == 0);
    static const char *const bad[] = {"", "12:30", "12:60:00", "12:00:60", "24:00:01", "25:00:00", "1:00:00", "12:30:00.", "12:30:00.1234567890",
                                      "12:30:00z", "12:30:00+8:00", "12:30:00+19:00", "12:30:00+18:01", "12:30:00+08", "12:30:00+08:60",
                                      "12:30:00@", "12:30:00@Mars/Base", "12:30:00@../../etc/passwd", "12:30:00Z+01:00", " 12:30:00", "T12:30:00",
                                      "12:30:00@Asia/Shanghai ", "12:30:00+08:00x", "-12:30:00"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (tod_parse(&arena, str_c(bad[i]), &t)) fail_msg("\"%s\" was read", bad[i]);
}

static void expect_datetime(const char *in, const char *want, int64_t utc)
{
    struct datetime v;
    struct buf b;
    int64_t second = 0;
    int32_t nano = 0;
    buf_init(&b, 200);
    if (!datetime_parse(&arena, str_c(in), &v)) fail_msg("\"%s\" was not read", in);
    datetime_put(&b, v);
    EXPECT_TEXT(buf_view(&b), want);
    assert_true(datetime_to_utc(v, &second, &nano));
    if (second != utc) fail_msg("%s: %lld", in, (long long)second);
    buf_fini(&b);
}

static void dates_with_times(void **state)
{
    (void)state;
    expect_datetime("1970-01-01T00:00:01", "1970-01-01T00:00:01", 1);
    expect_datetime("2016-12-31", "2016-12-31T00:00:00", 1483142400);
    expect_datetime("2021-01-01T24:00:00", "2021-01-02T00:00:00", 1609545600);
    expect_datetime("2018-10-08T00:00:00+02:00", "2018-10-08T00:00:00+02:00", 1538949600);
    expect_datetime("2018-10-08T00:00:00@Europe/Paris", "2018-10-08T00:00:00@Europe/Paris", 1538949600);
    expect_datetime("2018-02-08T00:00:00@Europe/Paris", "2018-02-08T00:00:00@Europe/Paris", 1518044400);
    expect_datetime("-0044-03-15T12:00:00Z", "-0044-03-15T12:00:00Z", day("-0044-03-15") * 86400 + 43200);
    struct datetime v;
    static const char *const bad[] = {"2026-01-31T", "T10:00:00", "2026-01-31 10:00:00", "2026-01-31T10:00", "2026-01-31T24:00:01", "2026-02-30T10:00:00",
                                      "2026-01-31T10:00:00@Nowhere", "2026-01-31t10:00:00", "999999999-12-31T24:00:00", ""};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (datetime_parse(&arena, str_c(bad[i]), &v)) fail_msg("\"%s\" was read", bad[i]);
    struct buf b;
    buf_init(&b, 100);
    datetime_put(&b, datetime_from_us(-1));
    buf_char(&b, ' ');
    datetime_put(&b, datetime_from_us(1700000000123456));
    EXPECT_TEXT(buf_view(&b), "1969-12-31T23:59:59.999999Z 2023-11-14T22:13:20.123456Z");
    buf_fini(&b);
}

static int32_t offset(const char *zone, const char *local_or_utc, bool local)
{
    struct datetime v;
    int32_t o = -1;
    assert_true(datetime_parse(&arena, str_c(local_or_utc), &v));
    assert_true(zone_offset_at(zone, v.day * 86400 + v.time.second, local, &o));
    return o;
}

static void zones(void **state)
{
    (void)state;
    assert_int_equal(offset("Asia/Shanghai", "2026-06-01T00:00:00", false), 28800);
    assert_int_equal(offset("Asia/Shanghai", "1988-07-01T00:00:00", false), 32400); /* summer time 1986-1991 */
    assert_int_equal(offset("Asia/Shanghai", "1890-01-01T00:00:00", false), 29143); /* local mean time */
    assert_int_equal(offset("Asia/Shanghai", "2500-06-01T00:00:00", false), 28800);
    /* Later years come from the footer: the last Sundays of March and October. */
    assert_int_equal(offset("Europe/Paris", "2345-07-01T00:00:00", false), 7200);
    assert_int_equal(offset("Europe/Paris", "2345-12-31T23:59:59", false), 3600);
    assert_int_equal(offset("Europe/Paris", "2150-03-29T00:59:59", false), 3600);
    assert_int_equal(offset("Europe/Paris", "2150-03-29T01:00:00", false), 7200);
    assert_int_equal(offset("Europe/Paris", "2150-10-25T00:59:59", false), 7200);
    assert_int_equal(offset("Europe/Paris", "2150-10-25T01:00:00", false), 3600);
    /* The southern summer runs over New Year. */
    assert_int_equal(offset("Australia/Melbourne", "2018-12-08T10:30:11", true), 39600);
    assert_int_equal(offset("Australia/Melbourne", "2150-01-01T00:00:00", true), 39600);
    assert_int_equal(offset("Australia/Melbourne", "2150-12-31T23:00:00", true), 39600);
    assert_int_equal(offset("Australia/Melbourne", "2150-07-01T00:00:00", true), 36000);
    /* A local time that never was, and one that was twice, take the offset from before. */
    assert_int_equal(offset("Europe/Paris", "2026-03-29T01:59:59", true), 3600);
    assert_int_equal(offset("Europe/Paris", "2026-03-29T02:30:00", true), 3600);
    assert_int_equal(offset("Europe/Paris", "2026-03-29T03:00:00", true), 7200);
    assert_int_equal(offset("Europe/Paris", "2026-10-25T02:30:00", true), 7200);
    assert_int_equal(offset("Europe/Paris", "2026-10-25T03:00:00", true), 3600);
    assert_int_equal(offset("Etc/UTC", "2026-10-25T03:00:00", true), 0);
    assert_int_equal(offset("America/New_York", "2007-03-11T06:59:59", false), -18000);
    assert_int_equal(offset("America/New_York", "2007-03-11T07:00:00", false), -14400);
    assert_true(zone_known("Etc/GMT+8"));
    static const char *const bad[] = {"", "Nowhere", "../../../etc/passwd", "/etc/localtime", "Asia", "Asia/", "Asia//Shanghai", "asia/shanghai/x",
                                      "Asia/Shanghai\n", "zone.tab", "tzdata.zi", "a b", "posixrules.",
                                      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (zone_known(bad[i])) fail_msg("\"%s\" was taken for a zone", bad[i]);
    assert_false(zone_known(NULL));
    int32_t o;
    assert_false(zone_offset_at("Asia/Shanghai", INT64_MAX, false, &o));
}

static void civil_days(void **state)
{
    (void)state;
    int64_t us = 1767196799LL * 1000000; /* 2025-12-31T15:59:59Z */
    EXPECT_TEXT(day_print(&arena, civil_day("Asia/Shanghai", us)), "2025-12-31");
    EXPECT_TEXT(day_print(&arena, civil_day("Asia/Shanghai", us + 1000000)), "2026-01-01");
    EXPECT_TEXT(day_print(&arena, civil_day("Etc/UTC", us + 1000000)), "2025-12-31");
    assert_true(clock_now_us() > 1700000000LL * 1000000);
}

static void working_days(void **state)
{
    (void)state;
    day_num first = day("2026-01-01"), last = day("2026-12-31"), d;
    struct calendar *c = calendar_make(&arena, first, last, 0x60); /* Saturday and Sunday off */
    struct err e;
    int64_t n;
    bool work;
    calendar_set(c, day("2026-01-01"), false); /* a Thursday off, and the Sunday after it worked */
    calendar_set(c, day("2026-01-04"), true);
    assert_true(calendar_is_work(c, day("2026-01-01"), &work) && !work);
    assert_true(calendar_is_work(c, day("2026-01-02"), &work) && work);
    assert_true(calendar_is_work(c, day("2026-01-03"), &work) && !work);
    assert_true(calendar_is_work(c, day("2026-01-04"), &work) && work);
    assert_false(calendar_is_work(c, first - 1, &work));
    assert_false(calendar_is_work(c, last + 1, &work));
    assert_int_equal(calendar_add(c, day("2026-01-01"), 5, &d, &e), RC_OK);
    EXPECT_TEXT(day_print(&arena, d), "2026-01-07"); /* 2 4 5 6 7 */
    assert_int_equal(calendar_add(c, day("2026-01-07"), -4, &d, &e), RC_OK);
    EXPECT_TEXT(day_print(&arena, d), "2026-01-02"); /* 6 5 4 2 */
    assert_int_equal(calendar_add(c, day("2026-01-03"), 0, &d, &e), RC_OK);
    EXPECT_TEXT(day_print(&arena, d), "2026-01-03");
    assert_int_equal(calendar_between(c, day("2026-01-01"), day("2026-01-07"), &n, &e), RC_OK);
    assert_int_equal(n, 5);
    assert_int_equal(calendar_between(c, day("2026-01-07"), day("2026-01-01"), &n, &e), RC_OK);
    assert_int_equal(n, -5);
    /* Counting agrees with adding over the whole year. */
    for (int64_t k = 1; k < 250; k += 3) {
        assert_int_equal(calendar_add(c, first, k, &d, &e), RC_OK);
        assert_int_equal(calendar_between(c, first, d, &n, &e), RC_OK);
        assert_int_equal(n, k);
    }
    err_clear(&e);
    assert_int_equal(calendar_add(c, day("2026-12-30"), 5, &d, &e), RC_INPUT);
    EXPECT_CODE(e, "date.calendar_end");
    assert_string_equal(e.zh, "工作日历从 2026-01-01 到 2026-12-31，不能推算 2027-01-01");
    assert_int_equal(calendar_add(c, first, -1, &d, &e), RC_INPUT);
    assert_int_equal(calendar_add(c, first, INT64_MAX, &d, &e), RC_INPUT);
    assert_int_equal(calendar_between(c, first, last + 1, &n, &e), RC_INPUT);
    assert_int_equal(calendar_between(c, first - 1, last, &n, NULL), RC_INPUT);
}

static void a_day_that_is_not(void)
{
    (void)day_of((struct ymd){2023, 2, 29});
}

static void a_day_out_of_range(void)
{
    (void)ymd_of(DAY_MAX + 1);
}

static void a_zone_that_is_not(void)
{
    (void)civil_day("Nowhere", 0);
}

static void impossible_days_stop_the_program(void **state)
{
    (void)state;
    assert_true(breaks(a_day_that_is_not));
    assert_true(breaks(a_day_out_of_range));
    assert_true(breaks(a_zone_that_is_not));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_are_counted_without_a_gap), cmocka_unit_test(days_round_trip_over_all_years),
        cmocka_unit_test(weekdays),                       cmocka_unit_test(strict_dates),
        cmocka_unit_test(dates_as_people_type_them),      cmocka_unit_test(months_are_added_and_counted),
        cmocka_unit_test(full_months_agree_with_adding),  cmocka_unit_test(durations),
        cmocka_unit_test(times),                          cmocka_unit_test(dates_with_times),
        cmocka_unit_test(zones),                          cmocka_unit_test(civil_days),
        cmocka_unit_test(working_days),                   cmocka_unit_test(impossible_days_stop_the_program),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
