/*
 * value_print.c - values as people read them, and as canonical JSON.
 */
#include "record/inner.h"

static const int64_t pow10_i64[SCALE_MAX + 1] = {
    1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000,
    1000000000000, 10000000000000, 100000000000000, 1000000000000000, 10000000000000000, 100000000000000000,
    1000000000000000000};

int64_t pow10_of(uint32_t n)
{
    MUST(n <= SCALE_MAX);
    return pow10_i64[n];
}

static void put2(char *p, int v)
{
    p[0] = (char)('0' + v / 10 % 10);
    p[1] = (char)('0' + v % 10);
}

/* Years 1..9999 only: value_check() lets no other day in. */
size_t put_day_text(char out[16], day_num d, bool month)
{
    struct ymd v = ymd_of(d);
    put2(out, v.year / 100);
    put2(out + 2, v.year % 100);
    out[4] = '-';
    put2(out + 5, v.month);
    if (month) return 7;
    out[7] = '-';
    put2(out + 8, v.day);
    return 10;
}

/* v / 10^scale without trailing zeros. */
static struct str put_scaled(char out[48], int64_t v, uint32_t scale)
{
    char digits[24];
    size_t n = 0, len = 0;
    uint64_t u = v < 0 ? (uint64_t)0 - (uint64_t)v : (uint64_t)v;
    uint32_t drop = scale;
    while (drop > 0 && u % 10 == 0) {
        u /= 10;
        drop--;
    }
    do {
        digits[n++] = (char)('0' + u % 10);
        u /= 10;
    } while (u > 0);
    while (n <= drop) digits[n++] = '0';
    if (v < 0) out[len++] = '-';
    while (n > 0) {
        if (n == drop) out[len++] = '.';
        out[len++] = digits[--n];
    }
    return str_of(out, len);
}

static struct str datetime_text(struct arena *a, int64_t us, const char *zone, bool json)
{
    int32_t offset = 0;
    int64_t second = us / 1000000, rest = us % 1000000;
    if (rest < 0) {
        rest += 1000000;
        second--;
    }
    bool local = zone != NULL && zone_offset_at(zone, second, false, &offset);
    int64_t at = second + offset, day = at / 86400, clock = at % 86400;
    if (clock < 0) {
        clock += 86400;
        day--;
    }
    char t[64];
    size_t n = put_day_text(t, day, false);
    int s = (int)clock;
    int more = snprintf(t + n, sizeof t - n, "%c%02d:%02d:%02d", json || !local ? 'T' : ' ', s / 3600, s / 60 % 60, s % 60);
    n += (size_t)more;
    if (rest != 0) {
        more = snprintf(t + n, sizeof t - n, ".%06d", (int)rest);
        n += (size_t)more;
        while (t[n - 1] == '0') n--;
    }
    if (!local) t[n++] = 'Z';
    return str_dup(a, str_of(t, n));
}

struct str value_plain(struct arena *a, const struct pack_field *f, const struct sv *v)
{
    if (v->kind == SV_NULL) return STR("");
    char t[48];
    switch (f->type) {
    case FIELD_TEXT:
    case FIELD_DURATION:
    case FIELD_FILE: return v->s;
    case FIELD_CHOICE: {
        uint32_t row;
        return feel_codes_find(&f->codes->feel, v->s, &row) ? f->codes->feel.row_title[row] : v->s;
    }
    case FIELD_NUMBER: return str_dup(a, put_scaled(t, v->i, f->len));
    case FIELD_BOOL: return v->i != 0 ? STR("是") : STR("否");
    case FIELD_DATE:
    case FIELD_MONTH:
        if (!day_in_range(v->i)) return str_i64(a, v->i); /* only a damaged row holds such */
        return str_dup(a, str_of(t, put_day_text(t, v->i, f->type == FIELD_MONTH)));
    case FIELD_DATETIME: return datetime_text(a, v->i, NULL, false);
    case FIELD_REF: return id_text(a, (uint64_t)v->i);
    }
    return STR("");
}

enum rc record_value_text(struct records *rs, const struct pack_field *f, const struct sv *v, struct arena *a, struct str *out,
                          struct err *err)
{
    if (v->kind != SV_NULL && f->type == FIELD_DATETIME) {
        *out = datetime_text(a, v->i, zone_of(rs), false);
        return RC_OK;
    }
    *out = value_plain(a, f, v);
    if (v->kind == SV_NULL || f->type != FIELD_REF || rs == NULL || f->ref->key == NULL) return RC_OK;
    struct reg_bind *b = bind_of(rs, f->ref);
    struct record target;
    enum rc rc = row_get(rs, b, (uint64_t)v->i, a, &target, err);
    if (rc == RC_ABSENT) return RC_OK;
    TRY(rc);
    const struct sv *key = &target.values[f->ref->key->column];
    /* A closed record's key may be another's by now: then only the number is sure. */
    if (key->kind != SV_NULL && target.closed_us == 0) *out = value_plain(a, f->ref->key, key);
    return RC_OK;
}

/* ---- as JSON ---- */

void record_value_json(const struct pack_field *f, const struct sv *v, struct json_out *out)
{
    if (v->kind == SV_NULL) {
        json_null(out);
        return;
    }
    char t[64];
    switch (f->type) {
    case FIELD_TEXT:
    case FIELD_CHOICE:
    case FIELD_DURATION:
    case FIELD_FILE: json_string(out, v->s); return;
    case FIELD_NUMBER:
        MUST(f->len <= SCALE_MAX);
        if (v->i % pow10_of(f->len) == 0) json_i64(out, v->i / pow10_of(f->len));
        else json_string(out, put_scaled(t, v->i, f->len));
        return;
    case FIELD_BOOL: json_bool(out, v->i != 0); return;
    case FIELD_DATE:
    case FIELD_MONTH:
        if (!day_in_range(v->i)) json_i64(out, v->i); /* a damaged row: will not fit its entry */
        else json_string(out, str_of(t, put_day_text(t, v->i, f->type == FIELD_MONTH)));
        return;
    case FIELD_DATETIME: {
        struct arena a;
        arena_init(&a, 4096);
        json_string(out, datetime_text(&a, v->i, NULL, true));
        arena_fini(&a);
        return;
    }
    case FIELD_REF: json_i64(out, v->i); return;
    }
}

