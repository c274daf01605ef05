/* value.c - values: making, comparing, and reading the literals of dates, times and durations. */
#include "feel/inner.h"

struct fv fv_null(void) { return (struct fv){.kind = FV_NULL}; }
struct fv fv_bool(bool b) { return (struct fv){.kind = FV_BOOL, .b = b}; }
struct fv fv_num(struct dec d) { return (struct fv){.kind = FV_NUMBER, .num = d}; }
struct fv fv_i64(int64_t v) { return (struct fv){.kind = FV_NUMBER, .num = dec_i64(v)}; }
struct fv fv_str(struct str s) { return (struct fv){.kind = FV_STRING, .str = s}; }
struct fv fv_day(day_num d) { return (struct fv){.kind = FV_DATE, .day = d}; }
struct fv fv_months(int64_t m) { return (struct fv){.kind = FV_MONTHS, .months = m}; }
struct fv fv_span(struct dt_span s) { return (struct fv){.kind = FV_SPAN, .span = s}; }
struct fv fv_time(const struct tod *t) { return (struct fv){.kind = FV_TIME, .time = t}; }
struct fv fv_datetime(const struct datetime *t) { return (struct fv){.kind = FV_DATETIME, .datetime = t}; }
struct fv fv_list(const struct fv *items, uint32_t count) { return (struct fv){.kind = FV_LIST, .count = count, .items = items}; }

const struct fv *context_find(const struct fv *c, struct str key)
{
    for (uint32_t i = 0; i < c->count; i++)
        if (str_eq(c->entries[i].key, key)) return &c->entries[i].value;
    return NULL;
}

static const struct feel_cause *cause_copy(struct arena *a, const struct feel_cause *c)
{
    const struct feel_cause *first = NULL, **at = &first;
    for (; c != NULL; c = c->inner) {
        struct feel_cause *copy = arena_new(a, struct feel_cause);
        *copy = *c;
        copy->name = str_dup(a, c->name);
        if (c->text != NULL) {
            struct str *text = arena_array(a, struct str, FEEL_CAUSE_TEXTS);
            for (size_t i = 0; i < FEEL_CAUSE_TEXTS; i++) text[i] = str_dup(a, c->text[i]);
            copy->text = text;
        }
        *at = copy;
        at = &copy->inner;
    }
    return first;
}

bool fv_copy(struct arena *a, const struct fv *v, struct fv *out)
{
    *out = *v;
    switch (v->kind) {
    case FV_NULL: out->cause = cause_copy(a, v->cause); return true;
    case FV_STRING: out->str = str_dup(a, v->str); return true;
    case FV_BOOL:
    case FV_NUMBER:
    case FV_DATE:
    case FV_MONTHS:
    case FV_SPAN:
    case FV_CODE:
    case FV_RECORD: return true;
    default: return false;
    }
}

/* Times compare by the instant of a common day: both say their zone, or neither does. */
int tod_compare(const struct tod *a, const struct tod *b, bool *ok)
{
    *ok = (a->zone == ZONE_NONE) == (b->zone == ZONE_NONE);
    int64_t x = a->second, y = b->second;
    if (a->zone != ZONE_NONE) x -= a->offset_s;
    if (b->zone != ZONE_NONE) y -= b->offset_s;
    if (x != y) return x < y ? -1 : 1;
    return a->nano < b->nano ? -1 : a->nano > b->nano;
}

int datetime_compare(const struct datetime *a, const struct datetime *b, bool *ok)
{
    int64_t x = 0, y = 0;
    int32_t xn = 0, yn = 0;
    *ok = (a->time.zone == ZONE_NONE) == (b->time.zone == ZONE_NONE) && datetime_to_utc(*a, &x, &xn) && datetime_to_utc(*b, &y, &yn);
    if (x != y) return x < y ? -1 : 1;
    return xn < yn ? -1 : xn > yn;
}

bool nanos_to_span(wide n, struct dt_span *out)
{
    wide s = n / 1000000000;
    if (s > INT64_MAX || s < INT64_MIN) return false;
    out->second = (int64_t)s;
    out->nano = (int32_t)(n % 1000000000);
    return true;
}

/* Equal means equal to the second: DMN's times have an integer `second` (10.3.2.3.4), and the TCK holds us to it. */
static bool equal_tod(const struct tod *a, const struct tod *b)
{
    bool ok;
    struct tod x = *a, y = *b;
    x.nano = y.nano = 0;
    return tod_compare(&x, &y, &ok) == 0 && ok;
}

static bool equal_datetime(const struct datetime *a, const struct datetime *b)
{
    bool ok;
    struct datetime x = *a, y = *b;
    x.time.nano = y.time.nano = 0;
    return datetime_compare(&x, &y, &ok) == 0 && ok;
}

static int cmp_i64(int64_t a, int64_t b) { return a < b ? -1 : a > b; }

bool fv_compare(const struct fv *a, const struct fv *b, int *out)
{
    bool ok = true;
    if (a->kind != b->kind) return false;
    switch ((enum fv_kind)a->kind) {
    case FV_NUMBER: *out = dec_cmp(a->num, b->num); return true;
    case FV_STRING: *out = str_cmp(a->str, b->str); return true;
    case FV_DATE: *out = cmp_i64(a->day, b->day); return true;
    case FV_MONTHS: *out = cmp_i64(a->months, b->months); return true;
    case FV_SPAN:
        *out = cmp_i64(a->span.second, b->span.second);
        if (*out == 0) *out = cmp_i64(a->span.nano, b->span.nano);
        return true;
    case FV_TIME: *out = tod_compare(a->time, b->time, &ok); return ok;
    case FV_DATETIME: *out = datetime_compare(a->datetime, b->datetime, &ok); return ok;
    case FV_NULL: case FV_BOOL: case FV_LIST: case FV_CONTEXT: case FV_RANGE: case FV_FUNCTION: case FV_CODE: case FV_RECORD:
        return false;
    }
    return false;
}

static int equal_context(const struct fv *a, const struct fv *b)
{
    if (a->count != b->count) return 0;
    int all = 1;
    for (uint32_t i = 0; i < a->count; i++) {
        const struct fv *other = context_find(b, a->entries[i].key);
        if (other == NULL) return 0;
        int one = fv_equal(&a->entries[i].value, other);
        if (one != 1) all = one == 0 ? 0 : all == 1 ? -1 : all;
    }
    return all;
}

static int equal_range(const struct fv_range *a, const struct fv_range *b)
{
    if (a->low_open != b->low_open || a->high_open != b->high_open || a->sign != b->sign || a->null_end != b->null_end) return 0;
    return fv_equal(&a->low, &b->low) == 1 && fv_equal(&a->high, &b->high) == 1;
}

int fv_equal(const struct fv *a, const struct fv *b)
{
    if (a->kind == FV_NULL || b->kind == FV_NULL) return a->kind == b->kind;
    if (a->kind != b->kind) return -1;
    int order = 0;
    switch ((enum fv_kind)a->kind) {
    case FV_NULL: return 1;
    case FV_BOOL: return a->b == b->b;
    case FV_STRING: return str_eq(a->str, b->str);
    case FV_LIST: {
        if (a->count != b->count) return 0;
        int all = 1;
        for (uint32_t i = 0; i < a->count; i++) {
            int one = fv_equal(&a->items[i], &b->items[i]);
            if (one == 0) return 0;
            if (one < 0) all = -1;
        }
        return all;
    }
    case FV_CONTEXT: return equal_context(a, b);
    case FV_RANGE: return equal_range(a->range, b->range);
    case FV_FUNCTION: return a->fn == b->fn;
    case FV_CODE: return a->codes != b->codes ? -1 : a->code == b->code;
    case FV_RECORD: return a->reg != b->reg ? -1 : a->id == b->id;
    case FV_TIME:
        return equal_tod(a->time, b->time);
    case FV_DATETIME:
        return equal_datetime(a->datetime, b->datetime);
    case FV_NUMBER: case FV_DATE: case FV_MONTHS: case FV_SPAN: return fv_compare(a, b, &order) && order == 0;
    }
    return -1;
}

int range_holds(const struct fv_range *r, const struct fv *x)
{
    int order = 0;
    if (x->kind == FV_NULL || r->null_end) return -1;
    if (r->sign == '!') return fv_equal(x, &r->low) == 0;
    if (r->low.kind != FV_NULL) {
        if (!fv_compare(x, &r->low, &order)) return -1;
        if (order < 0 || (order == 0 && r->low_open)) return 0;
    }
    if (r->high.kind != FV_NULL) {
        if (!fv_compare(x, &r->high, &order)) return -1;
        if (order > 0 || (order == 0 && r->high_open)) return 0;
    }
    return 1;
}

bool value_parse_at(struct arena *a, struct str s, struct fv *out)
{
    day_num d;
    int64_t months;
    struct dt_span span;
    if (s.len == 0) return false;
    if (s.ptr[0] == 'P' || (s.ptr[0] == '-' && s.len > 1 && s.ptr[1] == 'P')) {
        if (months_parse(s, &months)) {
            *out = fv_months(months);
            return true;
        }
        if (!span_parse(s, &span)) return false;
        *out = fv_span(span);
        return true;
    }
    if (day_parse(s, &d)) {
        *out = fv_day(d);
        return true;
    }
    if (str_find_char(s, 'T') != SIZE_MAX && s.ptr[0] != 'T') {
        struct datetime *dt = arena_new(a, struct datetime);
        if (datetime_parse(a, s, dt)) {
            *out = fv_datetime(dt);
            return true;
        }
    }
    struct tod *t = arena_new(a, struct tod);
    if (tod_parse(a, s, t)) {
        *out = fv_time(t);
        return true;
    }
    return false;
}

/* string() of DMN: a text is itself at the top and quoted inside lists and contexts. */
void value_text(const struct fv *v, struct buf *out, bool inside)
{
    switch ((enum fv_kind)v->kind) {
    case FV_STRING:
        if (!inside) {
            buf_str(out, v->str);
            return;
        }
        fv_print(v, out);
        return;
    case FV_LIST:
        buf_char(out, '[');
        for (uint32_t i = 0; i < v->count; i++) {
            if (i > 0) buf_lit(out, ", ");
            value_text(&v->items[i], out, true);
        }
        buf_char(out, ']');
        return;
    case FV_CONTEXT:
        buf_char(out, '{');
        for (uint32_t i = 0; i < v->count; i++) {
            if (i > 0) buf_lit(out, ", ");
            struct str key = v->entries[i].key;
            bool plain = key.len > 0;
            for (size_t at = 0; at < key.len && plain;) {
                uint32_t c = utf8_next(key, &at);
                plain = is_name_part(c) || c == ' ';
            }
            if (plain) {
                buf_str(out, key);
            } else {
                struct fv k = fv_str(key);
                fv_print(&k, out);
            }
            buf_lit(out, ": ");
            value_text(&v->entries[i].value, out, true);
        }
        buf_char(out, '}');
        return;
    case FV_DATE: day_put(out, v->day); return;
    case FV_TIME: tod_put(out, *v->time); return;
    case FV_DATETIME: datetime_put(out, *v->datetime); return;
    case FV_MONTHS: months_put(out, v->months); return;
    case FV_SPAN: span_put(out, v->span); return;
    case FV_CODE:
        if (!inside) {
            buf_str(out, v->codes->row_title[v->code]);
            return;
        }
        fv_print(v, out);
        return;
    case FV_RANGE: {
        const struct fv_range *r = v->range;
        buf_char(out, r->low_open ? '(' : '[');
        if (r->low.kind != FV_NULL) value_text(&r->low, out, true);
        else buf_lit(out, "null");
        buf_lit(out, "..");
        if (r->high.kind != FV_NULL) value_text(&r->high, out, true);
        else buf_lit(out, "null");
        buf_char(out, r->high_open ? ')' : ']');
        return;
    }
    case FV_NULL: case FV_BOOL: case FV_NUMBER: case FV_FUNCTION: case FV_RECORD: fv_print(v, out); return;
    }
}

/* ---- from texts ---- */

enum rc fv_from_text(struct arena *a, const struct feel_type *t, struct str text, struct fv *out, struct err *err)
{
    struct dt_span span;
    struct tod tod = {0};
    struct datetime dt = {0};
    day_num day;
    int64_t months;
    struct dec num;
    *out = fv_null();
    if (t->kind == FT_STRING || t->kind == FT_ANY) *out = fv_str(text);
    if (t->kind == FT_NUMBER && dec_parse(text, &num)) *out = fv_num(num);
    if (t->kind == FT_DATE && day_parse(text, &day)) *out = fv_day(day);
    if (t->kind == FT_MONTHS && months_parse(text, &months)) *out = fv_months(months);
    if (t->kind == FT_SPAN && span_parse(text, &span)) *out = fv_span(span);
    bool time = t->kind == FT_TIME && tod_parse(a, text, &tod), datetime = t->kind == FT_DATETIME && datetime_parse(a, text, &dt);
    if (!time && !datetime) return RC_OK;
    void *room = arena_try(a, time ? sizeof tod : sizeof dt);
    if (room == NULL) return err_set0(err, &E_feel_memory, NO_PLACE);
    memcpy(room, time ? (const void *)&tod : (const void *)&dt, time ? sizeof tod : sizeof dt);
    *out = time ? fv_time(room) : fv_datetime(room);
    return RC_OK;
}
