/*
 * date.h - days, times, durations, and calendars of working days.
 * A day is a count from 1970-01-01 in the proleptic Gregorian calendar (ISO 8601, year 0 exists).
 * Years run from -999,999,999 to 999,999,999 as in XML Schema 1.1 and DMN.
 * Nothing here asks the machine's clock except clock_now_us().
 */
#ifndef GUIJU_BASE_DATE_H
#define GUIJU_BASE_DATE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

typedef int64_t day_num; /* days since 1970-01-01: a unit, not a struct */

/* The first and last day that exist.  What adds to a day from outside asks day_ok() before ymd_of(). */
#define DAY_MIN INT64_C(-365243219162) /* -999999999-01-01 */
#define DAY_MAX INT64_C(365241780471)  /* 999999999-12-31 */
enum { YEAR_MAX = 999999999 };
static inline bool day_ok(day_num d) { return d >= DAY_MIN && d <= DAY_MAX; }

struct ymd {
    int32_t year;
    int8_t month; /* 1..12 */
    int8_t day;   /* 1..31 */
};

struct ymd ymd_of(day_num d); /* d must be ok */
bool ymd_ok(struct ymd v);
day_num day_of(struct ymd v); /* v must be ok */
int days_in_month(int32_t year, int month);
int weekday_of(day_num d); /* 1 = Monday .. 7 = Sunday */
/* Add months; a day beyond the month's end becomes its last day. False: out of range. */
bool day_add_months(day_num d, int64_t months, day_num *out);
/* Whole months from a to b as DMN's years-and-months duration counts (truncated to zero, by day of month). */
int64_t months_between(day_num a, day_num b);
/* Whole months as legal periods end: 2016-02-29 to 2026-02-28 is 120 (last day of a short month):
 * the largest n with a plus n months <= b.  Negative, of the same size, if b < a. */
int64_t full_months(day_num a, day_num b);

/* Strict ISO: 2026-01-31, also -0044-03-15 and years of more than four digits. */
bool day_parse(struct str s, day_num *out);
void day_put(struct buf *b, day_num d);
struct str day_print(struct arena *a, day_num d);

/* The shapes that people type: 1985.03.01 1985-3-1 1985/3/1 19850301 1985年3月1日 and, with day_missing set,
 * 1985.03 1985-03 198503 1985年3月.  Full-width digits and dots fold.  First day of the month where the day is missing.
 * Years 1800 to 2999.  With day_missing NULL a date must have its day. */
bool day_parse_loose(struct str s, day_num *out, bool *day_missing);

/* A time of day with what it says of its zone. */
enum zone_kind { ZONE_NONE, ZONE_OFFSET, ZONE_NAMED };
struct tod {
    int32_t second;   /* 0..86399 */
    int32_t nano;     /* 0..999,999,999 */
    int32_t offset_s; /* seconds east of UTC, for ZONE_OFFSET (and resolved for ZONE_NAMED: in a datetime
                       * for its day, in a time alone for 2000-01-01) */
    uint8_t zone;     /* enum zone_kind */
    const char *zone_name; /* "Asia/Shanghai", kept by the caller's arena; NULL unless ZONE_NAMED */
};
struct datetime {
    day_num day;
    struct tod time;
};

/* Durations of DMN: months, or nanoseconds held as seconds and a rest of the same sign. */
struct dt_span {
    int64_t second;
    int32_t nano; /* same sign as second, |nano| < 1e9 */
};

/* "P1Y2M" gives months; "P1DT2H3.5S" gives span; a mixed one ("P1Y1D") is false. */
bool months_parse(struct str s, int64_t *out);
bool span_parse(struct str s, struct dt_span *out);
void months_put(struct buf *b, int64_t months); /* normalised, "P0M" for zero */
void span_put(struct buf *b, struct dt_span s); /* normalised, "PT0S" for zero */
/* 12:30:00, 12:30:00.5, then nothing, Z, +08:00 (to 18:00) or @Asia/Shanghai (a zone that is known).
 * At most nine decimals.  24:00:00 only in a datetime, where it is the next day's midnight. */
bool tod_parse(struct arena *a, struct str s, struct tod *out);
void tod_put(struct buf *b, struct tod t);
bool datetime_parse(struct arena *a, struct str s, struct datetime *out); /* date "T" time; a date alone is midnight */
void datetime_put(struct buf *b, struct datetime dt);
/* Seconds since 1970 in UTC; a time without a zone counts as UTC. */
bool datetime_to_utc(struct datetime dt, int64_t *second, int32_t *nano);
struct datetime datetime_from_us(int64_t us_utc); /* microseconds since 1970, ZONE_OFFSET 0 */
/* Offset of a named zone (system tzdata) at a local or UTC second; false: no such zone.  A local time that
 * occurs twice, or never, takes the offset from before the change (as java.time and DMN's reference do). */
bool zone_offset_at(const char *name, int64_t second, bool local, int32_t *offset_s);
bool zone_known(const char *name);

/* Working days.  Loaded from a pack: weekend by weekday, then rows that say off or work. */
struct calendar;
enum { CALENDAR_DAYS_MAX = 200000 };
/* last >= first, at most CALENDAR_DAYS_MAX days (both are the caller's to check); calendar_set() only within. */
struct calendar *calendar_make(struct arena *a, day_num first, day_num last, unsigned weekend_bits); /* bit 0 = Monday */
void calendar_set(struct calendar *c, day_num d, bool work);
bool calendar_is_work(const struct calendar *c, day_num d, bool *work); /* false: outside first..last */
/* n working days after d (n > 0; d itself is not counted), before (n < 0), or d if n = 0.
 * RC_INPUT date.calendar_end. */
enum rc calendar_add(const struct calendar *c, day_num d, int64_t n, day_num *out, struct err *err) MUST_USE;
/* Working days in (a, b]; negative if b < a. */
enum rc calendar_between(const struct calendar *c, day_num a, day_num b, int64_t *out, struct err *err) MUST_USE;

int64_t clock_now_us(void); /* microseconds since 1970, UTC */
/* The civil day in a zone at an instant.  The zone must be known. */
day_num civil_day(const char *zone, int64_t us_utc);

#endif
