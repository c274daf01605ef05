/* calendar.c - working days as a string of bits: 1 is a working day.  Immutable once loaded, so threads may share it. */
#include "base/date.h"

struct calendar {
    day_num first, last;
    uint64_t *bits;
};

struct calendar *calendar_make(struct arena *a, day_num first, day_num last, unsigned weekend_bits)
{
    MUST(day_ok(first) && day_ok(last) && first <= last && last - first < CALENDAR_DAYS_MAX);
    struct calendar *c = arena_new(a, struct calendar);
    size_t days = (size_t)(last - first) + 1;
    c->first = first;
    c->last = last;
    c->bits = arena_array(a, uint64_t, days / 64 + 1);
    for (day_num d = first; d <= last; d++)
        calendar_set(c, d, (weekend_bits >> (weekday_of(d) - 1) & 1U) == 0);
    return c;
}

static bool within(const struct calendar *c, day_num d)
{
    return d >= c->first && d <= c->last;
}

void calendar_set(struct calendar *c, day_num d, bool work)
{
    MUST(within(c, d));
    size_t i = (size_t)(d - c->first);
    uint64_t bit = UINT64_C(1) << (i % 64);
    c->bits[i / 64] = work ? c->bits[i / 64] | bit : c->bits[i / 64] & ~bit;
}

bool calendar_is_work(const struct calendar *c, day_num d, bool *work)
{
    if (!within(c, d)) return false;
    size_t i = (size_t)(d - c->first);
    *work = (c->bits[i / 64] >> (i % 64) & 1) != 0;
    return true;
}

static enum rc beyond(const struct calendar *c, day_num wanted, struct err *err)
{
    struct arena scratch;
    arena_init(&scratch, 4096);
    struct str day = day_ok(wanted) ? day_print(&scratch, wanted) : STR("?");
    enum rc rc = err_set(err, &E_calendar_end, NO_PLACE, day_print(&scratch, c->first),
                         day_print(&scratch, c->last), day);
    arena_fini(&scratch);
    return rc;
}

enum rc calendar_add(const struct calendar *c, day_num d, int64_t n, day_num *out, struct err *err)
{
    if (!within(c, d)) return beyond(c, d, err);
    int step = n < 0 ? -1 : 1;
    day_num at = d;
    /* One day at a time: periods of law are days or weeks, and the calendar's length bounds the rest. */
    for (int64_t left = n; left != 0;) {
        bool work;
        at += step;
        if (!calendar_is_work(c, at, &work)) return beyond(c, at, err);
        if (work) left -= step;
    }
    *out = at;
    return RC_OK;
}

/* Working days among the first n days. */
static int64_t count_first(const struct calendar *c, size_t n)
{
    int64_t sum = 0;
    for (size_t w = 0; w < n / 64; w++) sum += __builtin_popcountll(c->bits[w]);
    if (n % 64 != 0) sum += __builtin_popcountll(c->bits[n / 64] & ((UINT64_C(1) << (n % 64)) - 1));
    return sum;
}

enum rc calendar_between(const struct calendar *c, day_num a, day_num b, int64_t *out, struct err *err)
{
    if (!within(c, a)) return beyond(c, a, err);
    if (!within(c, b)) return beyond(c, b, err);
    *out = count_first(c, (size_t)(b - c->first) + 1) - count_first(c, (size_t)(a - c->first) + 1);
    return RC_OK;
}
