/* xlsx_number.c - what a number in a cell means: digits as typed, or a day of one of the two epochs.  No double anywhere. */
#include "exchange/inner.h"

enum { DIGITS = 15, EXP_MAX = 400 };

/* Digits and the power of ten of the first: "1.1000000000000001" -> 11000000000000001, point behind 1 digit. */
struct digits {
    char d[64];
    size_t n;
    int64_t point; /* digits before the point; may be negative or beyond n */
    bool minus;
};

static bool read_digits(struct str s, struct digits *out)
{
    *out = (struct digits){0};
    size_t i = 0;
    bool point = false, any = false, begun = false;
    if (i < s.len && (s.ptr[i] == '-' || s.ptr[i] == '+')) out->minus = s.ptr[i++] == '-';
    for (; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '.' && !point) {
            point = true;
            continue;
        }
        if (c < '0' || c > '9') break;
        any = true;
        begun = begun || c != '0';
        if (!begun) {
            if (point) out->point--;
            continue;
        }
        if (out->n < sizeof out->d) out->d[out->n++] = c;
        if (!point) out->point++;
    }
    if (!any) return false;
    if (i < s.len && (s.ptr[i] == 'e' || s.ptr[i] == 'E')) {
        int64_t e;
        struct str rest = str_sub(s, i + 1, s.len);
        if (rest.len > 0 && rest.ptr[0] == '+') rest = str_sub(rest, 1, rest.len);
        if (!str_to_i64(rest, &e) || e > EXP_MAX || e < -EXP_MAX) return false;
        out->point += e;
        i = s.len;
    }
    return i == s.len;
}

static void round_at(struct digits *d, size_t keep)
{
    if (d->n <= keep) return;
    bool up = d->d[keep] >= '5';
    d->n = keep;
    while (up && d->n > 0) {
        if (d->d[d->n - 1] != '9') {
            d->d[d->n - 1]++;
            up = false;
            break;
        }
        d->n--;
    }
    if (up) { /* 9.99… became 10 */
        d->d[0] = '1';
        d->n = 1;
        d->point++;
    }
}

static void trim_zeros(struct digits *d)
{
    while (d->n > 0 && d->d[d->n - 1] == '0') d->n--;
}

bool xlsx_number_text(struct arena *a, struct str raw, struct str *out, bool *lost)
{
    struct digits d;
    *lost = false;
    if (!read_digits(str_trim(raw), &d)) return false;
    *lost = d.point > DIGITS && d.n > 0; /* a whole number longer than a spreadsheet can hold */
    round_at(&d, DIGITS);
    trim_zeros(&d);
    if (d.n == 0) {
        *out = STR("0");
        return true;
    }
    struct buf b;
    buf_init(&b, 1024);
    if (d.minus) buf_char(&b, '-');
    if (d.point <= 0) {
        buf_lit(&b, "0.");
        buf_fill(&b, '0', (size_t)-d.point);
        buf_put(&b, d.d, d.n);
    } else if ((size_t)d.point >= d.n) {
        buf_put(&b, d.d, d.n);
        buf_fill(&b, '0', (size_t)d.point - d.n);
    } else {
        buf_put(&b, d.d, (size_t)d.point);
        buf_char(&b, '.');
        buf_put(&b, d.d + d.point, d.n - (size_t)d.point);
    }
    *out = str_dup(a, buf_view(&b));
    buf_fini(&b);
    return true;
}

/* Whole days and seconds of a serial. */
static bool read_serial(struct str raw, int64_t *days, int64_t *seconds)
{
    struct digits d;
    if (!read_digits(str_trim(raw), &d) || d.minus || d.point > 7) return false;
    int64_t whole = 0, part = 0, scale = 1;
    enum { PART_DIGITS = 11 };
    for (int64_t i = 0; i < d.point; i++) whole = whole * 10 + (i < (int64_t)d.n ? d.d[i] - '0' : 0);
    for (int64_t i = d.point; i < d.point + PART_DIGITS; i++) {
        part = part * 10 + (i >= 0 && i < (int64_t)d.n ? d.d[i] - '0' : 0);
        scale *= 10;
    }
    *seconds = (part * 86400 + scale / 2) / scale;
    if (*seconds >= 86400) {
        *seconds -= 86400;
        whole++;
    }
    *days = whole;
    return true;
}

static bool serial_day(int64_t serial, bool epoch_1904, day_num *out)
{
    struct ymd first = epoch_1904 ? (struct ymd){1904, 1, 1} : (struct ymd){1899, 12, 31};
    if (!epoch_1904 && serial == 60) return false; /* 29 February 1900, which never was */
    *out = day_of(first) + serial - (!epoch_1904 && serial > 60 ? 1 : 0);
    return serial >= (epoch_1904 ? 0 : 1) && ymd_of(*out).year <= 9999;
}

static void put2(struct buf *b, int64_t v)
{
    buf_char(b, (char)('0' + v / 10 % 10));
    buf_char(b, (char)('0' + v % 10));
}

bool xlsx_date_text(struct arena *a, struct str raw, enum cell_format format, bool epoch_1904, struct str *out)
{
    int64_t days, seconds;
    day_num day = 0;
    struct buf b;
    if (!read_serial(raw, &days, &seconds)) return false;
    bool time_only = format == FORMAT_TIME && days == 0;
    if (!time_only && !serial_day(days, epoch_1904, &day)) return false;
    buf_init(&b, 64);
    if (!time_only) {
        day_put(&b, day);
        if (format == FORMAT_MONTH) b.len -= 3; /* as it is shown */
    }
    if (time_only || format == FORMAT_DAY_TIME || (format == FORMAT_DAY && seconds > 0)) {
        if (!time_only) buf_char(&b, ' ');
        put2(&b, seconds / 3600);
        buf_char(&b, ':');
        put2(&b, seconds / 60 % 60);
        buf_char(&b, ':');
        put2(&b, seconds % 60);
    }
    *out = str_dup(a, buf_view(&b));
    buf_fini(&b);
    return true;
}

/* What letters of a format code stand outside quotes, escapes and brackets. */
static enum cell_format format_read(struct str code)
{
    bool year = false, month = false, day = false, clock = false, quoted = false;
    for (size_t i = 0; i < code.len; i++) {
        char c = code.ptr[i];
        if (quoted) {
            quoted = c != '"';
            continue;
        }
        if (c == '"') quoted = true;
        else if (c == '\\' || c == '_' || c == '*') i++;
        else if (c == ';') break; /* the first section is for positive numbers */
        else if (c == '[') {
            size_t end = str_find_char(str_sub(code, i, code.len), ']');
            if (end == SIZE_MAX) return FORMAT_PLAIN;
            char unit = i + 1 < code.len ? code.ptr[i + 1] : 0;
            if (end == 2 && (unit == 'h' || unit == 'm' || unit == 's')) clock = true;
            i += end;
        } else if (c == 'y' || c == 'Y' || c == 'e') year = true;
        else if (c == 'd' || c == 'D') day = true;
        else if (c == 'm' || c == 'M') month = true;
        else if (c == 'h' || c == 'H' || c == 's' || c == 'S') clock = true;
        else if (c == '0' || c == '#' || c == '?') {
            if (!clock) return FORMAT_PLAIN; /* 0.00E+00: a number; ss.0: not */
        } else if (c == 'G' && str_starts(str_sub(code, i, code.len), STR("General"))) return FORMAT_PLAIN;
    }
    if (year || day) return clock ? FORMAT_DAY_TIME : year && month && !day ? FORMAT_MONTH : FORMAT_DAY;
    if (clock) return FORMAT_TIME;
    return month ? FORMAT_MONTH : FORMAT_PLAIN;
}

enum cell_format xlsx_format_of(uint32_t id, struct str code)
{
    if (code.len > 0) return format_read(code);
    switch (id) { /* those that need not be declared; 27..36 and 50..58 are the Chinese ones */
    case 14: case 15: case 16: case 28: case 29: case 30: case 31: case 51: case 53: case 54: case 58: return FORMAT_DAY;
    case 17: case 27: case 36: case 50: case 52: case 57: return FORMAT_MONTH;
    case 18: case 19: case 20: case 21: case 32: case 33: case 34: case 35: case 45: case 46: case 47: case 55: case 56: return FORMAT_TIME;
    case 22: return FORMAT_DAY_TIME;
    default: return FORMAT_PLAIN;
    }
}

bool xlsx_ref(struct str ref, uint32_t *row, uint32_t *col)
{
    uint64_t c = 0, r = 0;
    size_t i = 0;
    while (i < ref.len && (ref.ptr[i] == '$')) i++;
    for (; i < ref.len && ref.ptr[i] >= 'A' && ref.ptr[i] <= 'Z' && c < 100000; i++) c = c * 26 + (uint64_t)(ref.ptr[i] - 'A' + 1);
    while (i < ref.len && (ref.ptr[i] == '$')) i++;
    if (c == 0 || c > 16384 || !str_to_u64(str_sub(ref, i, ref.len), &r) || r == 0 || r > 1048576) return false;
    *col = (uint32_t)c - 1;
    *row = (uint32_t)r - 1;
    return true;
}
