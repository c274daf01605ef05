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

struct ymd {
    int32_t year;
    int8_t month; /* 1..12 */
    int8_t day;   /* 1..31 */
};

struct ymd ymd_of(day_num d);
bool ymd_ok(struct ymd v);
day_num day_of(struct ymd v); /* v must be ok */
int days_in_month(int32_t year, int month);
int weekday_of(day_num d); /* 1 = Monday .. 7 = Sunday */
/* Add months; a day beyond the month's end becomes its last day. False: out of range. */
bool day_add_months(day_num d, int64_t months, day_num *out);
/* Whole months from a to b as DMN's years-and-months duration counts (truncated to zero, by day of month). */
int64_t months_between(day_num a, day_num b);
/* Whole months as legal periods end: 2016-02-29 to 2026-02-28 is 120 (last day of a short month). */
int64_t full_months(day_num a, day_num b);

/* Strict ISO: 2026-01-31, also -0044-03-15 and years of more than four digits. */
bool day_parse(struct str s, day_num *out);
void day_put(struct buf *b, day_num d);
struct str day_print(struct arena *a, day_num d);

/* The shapes that people type: 1985.03.01 1985-3-1 1985/3/1 19850301 1985年3月1日 and, with day_missing set,
 * 1985.03 1985-03 198503 1985年3月.  Full-width digits and dots fold.  First day of the month where the day is missing. */
bool day_parse_loose(struct str s, day_num *out, bool *day_missing);

/* A time of day with what it says of its zone. */
enum zone_kind { ZONE_NONE, ZONE_OFFSET, ZONE_NAMED };
struct tod {
    int32_t second;   /* 0..86399 */
    int32_t nano;     /* 0..999,999,999 */
    int32_t offset_s; /* seconds east of UTC, for ZONE_OFFSET (and resolved for ZONE_NAMED) */
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
bool tod_parse(struct arena *a, struct str s, struct tod *out);      /* 12:30:00, .5, Z, +08:00, @Asia/Shanghai */
void tod_put(struct buf *b, struct tod t);
bool datetime_parse(struct arena *a, struct str s, struct datetime *out); /* date "T" time; a date alone is midnight */
void datetime_put(struct buf *b, struct datetime dt);
/* Seconds since 1970 in UTC; a time without a zone counts as UTC. */
bool datetime_to_utc(struct datetime dt, int64_t *second, int32_t *nano);
struct datetime datetime_from_us(int64_t us_utc); /* microseconds since 1970, ZONE_OFFSET 0 */
/* Offset of a named zone (system tzdata) at a local or UTC second; false: no such zone. */
bool zone_offset_at(const char *name, int64_t second, bool local, int32_t *offset_s);
bool zone_known(const char *name);

/* Working days.  Loaded from a pack: weekend by weekday, then rows that say off or work. */
struct calendar;
struct calendar *calendar_make(struct arena *a, day_num first, day_num last, unsigned weekend_bits); /* bit 0 = Monday */
void calendar_set(struct calendar *c, day_num d, bool work);
bool calendar_is_work(const struct calendar *c, day_num d, bool *work); /* false: outside first..last */
/* n working days after d (n > 0; d itself is not counted), before (n < 0), or d if n = 0.
 * RC_INPUT date.calendar_end. */
enum rc calendar_add(const struct calendar *c, day_num d, int64_t n, day_num *out, struct err *err) MUST_USE;
/* Working days in (a, b]; negative if b < a. */
enum rc calendar_between(const struct calendar *c, day_num a, day_num b, int64_t *out, struct err *err) MUST_USE;

int64_t clock_now_us(void); /* microseconds since 1970, UTC */
/* The civil day in a zone at an instant. */
day_num civil_day(const char *zone, int64_t us_utc);

#endif
