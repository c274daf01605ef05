/*
 * zone.c - named zones from the system's TZif files (RFC 8536, version 2 and later).
 * A zone is read once under a lock, and is immutable from then on; readers walk the list without it.
 * The list is as long as the zones that were asked for and exist, some hundreds at most.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/date.h"

#define ZONE_DIR "/usr/share/zoneinfo/"
enum { ZONE_NAME_MAX = 64, ZONE_FILE_MAX = 65536, ZONE_TIMES_MAX = 4096, SECONDS_A_DAY = 86400 };

/* When a rule of the footer falls: Mm.w.d, Jn or n, and the second of that day (may lie outside it). */
struct rule {
    char kind; /* 'M', 'J', 'N' */
    int month, week, weekday;
    int day;
    int32_t second;
};

struct footer {
    bool there, has_dst;
    int32_t std_offset, dst_offset;
    struct rule begin, end; /* of summer time */
};

struct change {
    int64_t at; /* UTC second */
    int32_t before, after;
};

struct zone {
    struct zone *next;
    char name[ZONE_NAME_MAX + 1];
    int32_t first_offset;
    size_t len;
    struct change *change;
    struct footer footer;
};

static _Atomic(struct zone *) zones;
static pthread_mutex_t zones_lock = PTHREAD_MUTEX_INITIALIZER;

/* ---- the footer: a POSIX TZ string such as CET-1CEST,M3.5.0,M10.5.0/3 ---- */

static bool eat(const char **p, char c)
{
    if (**p != c) return false;
    (*p)++;
    return true;
}

static bool number(const char **p, int least, int most, int *out)
{
    int v = 0, n = 0;
    for (; **p >= '0' && **p <= '9' && n < 4; (*p)++, n++) v = v * 10 + (**p - '0');
    *out = v;
    return n > 0 && v >= least && v <= most;
}

static bool abbreviation(const char **p)
{
    if (eat(p, '<')) {
        while (**p != '\0' && **p != '>') (*p)++;
        return eat(p, '>');
    }
    const char *from = *p;
    while ((**p >= 'A' && **p <= 'Z') || (**p >= 'a' && **p <= 'z')) (*p)++;
    return *p - from >= 3;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool clock_of(const char **p, int hours_max, int32_t *out)
{
    bool negative = eat(p, '-');
    if (!negative) (void)eat(p, '+');
    int h, m = 0, s = 0;
    if (!number(p, 0, hours_max, &h)) return false;
    if (eat(p, ':')) {
        if (!number(p, 0, 59, &m)) return false;
        if (eat(p, ':') && !number(p, 0, 59, &s)) return false;
    }
    int32_t v = h * 3600 + m * 60 + s;
    *out = negative ? -v : v;
    return true;
}

static bool rule_of(const char **p, struct rule *r)
{
    if (eat(p, 'M')) {
        r->kind = 'M';
        if (!number(p, 1, 12, &r->month) || !eat(p, '.') || !number(p, 1, 5, &r->week) || !eat(p, '.') ||
            !number(p, 0, 6, &r->weekday))
            return false;
    } else if (eat(p, 'J')) {
        r->kind = 'J';
        if (!number(p, 1, 365, &r->day)) return false;
    } else {
        r->kind = 'N';
        if (!number(p, 0, 365, &r->day)) return false;
    }
    r->second = 2 * 3600;
    return !eat(p, '/') || clock_of(p, 167, &r->second);
}

static bool footer_of(const char *p, struct footer *f)
{
    if (*p == '\0') return true; /* nothing is known of later years: the last change goes on */
    int32_t west;
    if (!abbreviation(&p) || !clock_of(&p, 24, &west)) return false;
    f->there = true;
    f->std_offset = -west;
    if (*p == '\0') return true;
    if (!abbreviation(&p)) return false;
    f->has_dst = true;
    f->dst_offset = f->std_offset + 3600;
    if (*p != ',') {
        if (!clock_of(&p, 24, &west)) return false;
        f->dst_offset = -west;
    }
    return eat(&p, ',') && rule_of(&p, &f->begin) && eat(&p, ',') && rule_of(&p, &f->end) && *p == '\0';
}

/* The local second (of standard count since 1970) at which a rule falls in a year. */
static int64_t rule_second(const struct rule *r, int32_t year)
{
    day_num day;
    if (r->kind == 'M') {
        day_num first = day_of((struct ymd){.year = year, .month = (int8_t)r->month, .day = 1});
        int to_first = (r->weekday - weekday_of(first) % 7 + 7) % 7;
        int n = 1 + to_first + (r->week - 1) * 7;
        if (n > days_in_month(year, r->month)) n -= 7; /* week 5 is the last one */
        day = first + n - 1;
    } else {
        day = day_of((struct ymd){.year = year, .month = 1, .day = 1});
        if (r->kind == 'N')
            day += r->day;
        else /* J60 is March 1st in every year */
            day += r->day - 1 + (r->day > 59 && days_in_month(year, 2) == 29 ? 1 : 0);
    }
    return day * SECONDS_A_DAY + r->second;
}

/* ---- the file ---- */

struct bytes {
    const unsigned char *p;
    size_t left;
};

static int64_t big_endian(const unsigned char *p, int n)
{
    uint64_t v = (p[0] & 0x80) != 0 ? UINT64_MAX : 0;
    for (int i = 0; i < n; i++) v = v << 8 | p[i];
    return (int64_t)v;
}

static const unsigned char *take(struct bytes *b, size_t n)
{
    if (b->left < n) return NULL;
    const unsigned char *p = b->p;
    b->p += n;
    b->left -= n;
    return p;
}

struct counts {
    char version;
    size_t isut, isstd, leap, time, type, chars;
};

static bool header(struct bytes *b, struct counts *c)
{
    const unsigned char *p = take(b, 44);
    if (p == NULL || memcmp(p, "TZif", 4) != 0) return false;
    size_t v[6];
    for (int i = 0; i < 6; i++) {
        int64_t n = big_endian(p + 20 + 4 * i, 4);
        if (n < 0 || n > ZONE_TIMES_MAX) return false;
        v[i] = (size_t)n;
    }
    *c = (struct counts){(char)p[4], v[0], v[1], v[2], v[3], v[4], v[5]};
    return true;
}

static size_t body_size(const struct counts *c, size_t time_size)
{
    return c->time * (time_size + 1) + c->type * 6 + c->chars + c->leap * (time_size + 4) + c->isstd + c->isut;
}

static bool parse(struct bytes b, struct zone *z)
{
    struct counts c;
    if (!header(&b, &c) || c.version < '2' || take(&b, body_size(&c, 4)) == NULL) return false;
    if (!header(&b, &c) || c.type == 0 || c.leap != 0) return false; /* civil time has no leap seconds */
    size_t size = body_size(&c, 8);
    const unsigned char *body = take(&b, size);
    if (body == NULL) return false;
    const unsigned char *which = body + c.time * 8, *types = which + c.time;
    z->first_offset = (int32_t)big_endian(types, 4);
    z->change = calloc(c.time + 1, sizeof *z->change);
    if (z->change == NULL) return false;
    int32_t before = z->first_offset;
    for (size_t i = 0; i < c.time; i++) {
        if (which[i] >= c.type) return false;
        struct change *x = &z->change[i];
        x->at = big_endian(body + i * 8, 8);
        x->before = before;
        x->after = (int32_t)big_endian(types + (size_t)which[i] * 6, 4);
        /* Offsets are within a day and a bit; the times keep order, or the search below would stray. */
        if (x->after < -90000 || x->after > 94000) return false;
        if (i > 0 && x->at <= x[-1].at) return false;
        before = x->after;
    }
    z->len = c.time;
    char text[128];
    const unsigned char *line = take(&b, 1);
    if (line == NULL || *line != '\n') return false;
    const unsigned char *end = b.left == 0 ? NULL : memchr(b.p, '\n', b.left);
    if (end == NULL || (size_t)(end - b.p) >= sizeof text) return false;
    memcpy(text, b.p, (size_t)(end - b.p));
    text[end - b.p] = '\0';
    return footer_of(text, &z->footer);
}

/* Letters, digits and _+-/ only; no part that is empty or begins with a dot (there are no dots at all). */
static bool name_ok(const char *name)
{
    if (name == NULL || name[0] == '\0' || name[0] == '/') return false;
    size_t n = 0;
    for (; name[n] != '\0'; n++) {
        char c = name[n];
        bool ok = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
                  c == '+' || c == '-' || (c == '/' && name[n - 1] != '/');
        if (!ok || n >= ZONE_NAME_MAX) return false;
    }
    return name[n - 1] != '/';
}

static bool read_all(const char *name, unsigned char *bytes, size_t max, size_t *len)
{
    char path[sizeof ZONE_DIR + ZONE_NAME_MAX];
    size_t n = strlen(name);
    memcpy(path, ZONE_DIR, sizeof ZONE_DIR - 1);
    memcpy(path + sizeof ZONE_DIR - 1, name, n + 1);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    size_t got = 0;
    bool ok = true;
    while (got < max) {
        ssize_t r = read(fd, bytes + got, max - got);
        if (r < 0 && errno == EINTR) continue;
        if (r < 0) ok = false; /* a folder, for one */
        if (r <= 0) break;
        got += (size_t)r;
    }
    (void)close(fd);
    *len = got;
    return ok && got < max;
}

static struct zone *look_up(const char *name)
{
    for (struct zone *z = atomic_load_explicit(&zones, memory_order_acquire); z != NULL; z = z->next)
        if (strcmp(z->name, name) == 0) return z;
    return NULL;
}

static struct zone *load(const char *name)
{
    struct zone *z = calloc(1, sizeof *z);
    unsigned char *bytes = malloc(ZONE_FILE_MAX);
    size_t len = 0;
    bool ok = z != NULL && bytes != NULL && read_all(name, bytes, ZONE_FILE_MAX, &len) &&
              parse((struct bytes){bytes, len}, z);
    free(bytes);
    if (ok) {
        memcpy(z->name, name, strlen(name) + 1);
        return z;
    }
    if (z != NULL) free(z->change);
    free(z);
    return NULL;
}

static const struct zone *zone_find(const char *name)
{
    if (!name_ok(name)) return NULL;
    struct zone *z = look_up(name);
    if (z != NULL) return z;
    MUST(pthread_mutex_lock(&zones_lock) == 0);
    z = look_up(name); /* another thread may have been faster */
    if (z == NULL) {
        z = load(name);
        if (z != NULL) {
            z->next = atomic_load_explicit(&zones, memory_order_relaxed);
            atomic_store_explicit(&zones, z, memory_order_release);
        }
    }
    MUST(pthread_mutex_unlock(&zones_lock) == 0);
    return z;
}

/* ---- asking ---- */

/* Has the change happened?  A local time that occurs twice or never counts as before it. */
static bool happened(const struct change *c, int64_t second, bool local)
{
    return second >= (local ? c->at + MAX(c->before, c->after) : c->at);
}

/* The footer's changes of the years round a second, in order: the last that has happened decides. */
static int32_t by_footer(const struct footer *f, int64_t second, bool local)
{
    if (!f->has_dst) return f->std_offset;
    day_num day = second / SECONDS_A_DAY;
    if (day < DAY_MIN + 800 || day > DAY_MAX - 800) return f->std_offset;
    int32_t year = ymd_of(day).year;
    bool summer_first = rule_second(&f->begin, year) < rule_second(&f->end, year);
    int32_t offset = summer_first ? f->std_offset : f->dst_offset;
    for (int32_t y = year - 1; y <= year + 1; y++) {
        struct change on = {rule_second(&f->begin, y) - f->std_offset, f->std_offset, f->dst_offset};
        struct change off = {rule_second(&f->end, y) - f->dst_offset, f->dst_offset, f->std_offset};
        const struct change *order[2] = {summer_first ? &on : &off, summer_first ? &off : &on};
        for (int i = 0; i < 2; i++)
            if (happened(order[i], second, local)) offset = order[i]->after;
    }
    return offset;
}

bool zone_offset_at(const char *name, int64_t second, bool local, int32_t *offset_s)
{
    const struct zone *z = zone_find(name);
    if (z == NULL) return false;
    if (second < DAY_MIN * SECONDS_A_DAY || second > DAY_MAX * SECONDS_A_DAY + SECONDS_A_DAY) return false;
    size_t low = 0, high = z->len; /* the number of changes that have happened */
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (happened(&z->change[mid], second, local))
            low = mid + 1;
        else
            high = mid;
    }
    if (low == z->len && z->footer.there)
        *offset_s = by_footer(&z->footer, second, local);
    else
        *offset_s = low == 0 ? z->first_offset : z->change[low - 1].after;
    return true;
}

bool zone_known(const char *name)
{
    return zone_find(name) != NULL;
}
