/*
 * value.c - one value of a field in its six forms: as stored, as checked, as typed, as JSON, as FEEL; as printed in value_print.c.
 * What is stored is canonical: two values are equal where their stored forms are.
 */
#include "record/inner.h"

enum { LISTED_MAX = 12 };

enum sv_kind field_kind(const struct pack_field *f)
{
    switch (f->type) {
    case FIELD_TEXT:
    case FIELD_CHOICE:
    case FIELD_DURATION:
    case FIELD_FILE: return SV_TEXT;
    case FIELD_NUMBER:
    case FIELD_BOOL:
    case FIELD_DATE:
    case FIELD_MONTH:
    case FIELD_DATETIME:
    case FIELD_REF: return SV_INT;
    }
    return SV_INT;
}

bool text_kind(const struct pack_field *f) { return field_kind(f) == SV_TEXT; }

struct str field_title(const struct pack_field *f) { return f->title.zh.len > 0 ? f->title.zh : f->name; }

struct str reg_title(const struct pack_register *r) { return r->d.title.zh.len > 0 ? r->d.title.zh : r->d.name; }

struct str id_text(struct arena *a, uint64_t id) { return str_cat(a, STR("#"), str_u64(a, id)); }

bool sv_not_given(const struct sv *v) { return v->kind == SV_NULL && v->i == 1; }

bool sv_same(const struct sv *a, const struct sv *b)
{
    if (a->kind != b->kind) return false;
    if (a->kind == SV_NULL) return true;
    return a->kind == SV_INT ? a->i == b->i : str_eq(a->s, b->s);
}

struct sv sv_copy(struct arena *a, const struct sv *v)
{
    struct sv out = *v;
    if (v->kind == SV_TEXT || v->kind == SV_BLOB) out.s = str_dup(a, v->s);
    return out;
}

/* ---- small text ---- */

/* Blanks as people type them: ASCII ones, U+3000, U+00A0, U+FEFF. */
static size_t blank_at(struct str s, size_t at)
{
    unsigned char c = (unsigned char)s.ptr[at];
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') return 1;
    size_t left = s.len - at;
    if (left >= 3 && memcmp(s.ptr + at, "\xe3\x80\x80", 3) == 0) return 3;
    if (left >= 3 && memcmp(s.ptr + at, "\xef\xbb\xbf", 3) == 0) return 3;
    if (left >= 2 && memcmp(s.ptr + at, "\xc2\xa0", 2) == 0) return 2;
    return 0;
}

static struct str trim_wide(struct str s)
{
    size_t n;
    while (s.len > 0 && (n = blank_at(s, 0)) > 0) s = str_sub(s, n, s.len);
    for (;;) {
        if (s.len >= 1 && blank_at(s, s.len - 1) == 1) s.len -= 1;
        else if (s.len >= 2 && blank_at(s, s.len - 2) == 2) s.len -= 2;
        else if (s.len >= 3 && blank_at(s, s.len - 3) == 3) s.len -= 3;
        else return s;
    }
}

enum { FOLD_MAX = 128 };

/* Full-width ASCII to ASCII, for numbers and the like; what is neither, or too long, is passed through as '?'. */
static struct str fold_ascii(char out[FOLD_MAX], struct str s)
{
    size_t n = 0;
    for (size_t at = 0; at < s.len && n < FOLD_MAX - 1;) {
        uint32_t cp = utf8_next(s, &at);
        if (cp >= 0xff01 && cp <= 0xff5e) cp -= 0xfee0;
        if (cp == 0x3000) cp = ' ';
        if (cp == 0x2212 || cp == 0x2013) cp = '-'; /* minus and dash, as Word makes them */
        out[n++] = cp < 0x80 ? (char)cp : '?';
    }
    return str_of(out, n);
}

static bool all_ascii(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] >= 0x80) return false;
    return true;
}

/* ---- checks ---- */

/* Characters that nobody sees: zero width, marks of direction.  With them two names look alike and are not, or a line reads backwards. */
static bool is_hidden(uint32_t cp)
{
    return (cp >= 0x200b && cp <= 0x200f) || (cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069) || cp == 0xfeff;
}

enum { ONE_LINE_MAX = 200 }; /* what is longer may be a text of several lines */

static enum rc check_seen(const struct pack_field *f, struct str s, struct err *err)
{
    bool one_line = f->len > 0 && f->len <= ONE_LINE_MAX;
    char number[24], code[16];
    for (size_t at = 0, count = 1; at < s.len; count++) {
        uint32_t cp = utf8_next(s, &at);
        bool line = one_line && (cp == '\n' || cp == '\r' || cp == 0x85 || cp == 0x2028 || cp == 0x2029);
        if (!line && !is_hidden(cp)) continue;
        int len = snprintf(number, sizeof number, "%zu", count), code_len = snprintf(code, sizeof code, "%04X", cp);
        struct str where = str_of(number, (size_t)len);
        if (line) return err_set(err, &E_value_lines, NO_PLACE, field_title(f), where);
        return err_set(err, &E_value_hidden, NO_PLACE, field_title(f), str_of(code, (size_t)code_len), where);
    }
    return RC_OK;
}

/* new_text: from people; bodies of entries are read as they were written once. */
static enum rc check_text(const struct pack_field *f, struct str s, bool new_text, struct err *err)
{
    bool plain = true, odd = false;
    size_t bad_at;
    if (!utf8_ok(s, &bad_at)) { /* from a command line: files were decoded before */
        char n[24];
        int len = snprintf(n, sizeof n, "%zu", utf8_count(str_sub(s, 0, bad_at)) + 1);
        return err_set(err, &E_value_text, NO_PLACE, field_title(f), str_of(n, (size_t)len));
    }
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if ((c < 0x20 && c != '\n' && c != '\t' && c != '\r') || c == 0x7f) {
            char n[24];
            int len = snprintf(n, sizeof n, "%zu", utf8_count(str_sub(s, 0, i)) + 1);
            return err_set(err, &E_value_text, NO_PLACE, field_title(f), str_of(n, (size_t)len));
        }
        if (c >= 0x80) plain = false;
        /* Line ends and characters that nobody sees begin with these; most texts have none and need no decoding. */
        if (c == '\n' || c == '\r' || c == 0xc2 || c == 0xe2 || c == 0xef) odd = true;
    }
    if (new_text && odd) TRY(check_seen(f, s, err));
    if (f->len == 0 || s.len <= f->len) return RC_OK;
    size_t count = plain ? s.len : utf8_count(s);
    if (count <= f->len) return RC_OK;
    char max[16], now[24];
    int max_len = snprintf(max, sizeof max, "%u", f->len), now_len = snprintf(now, sizeof now, "%zu", count);
    return err_set(err, &E_value_too_long, NO_PLACE, field_title(f), str_of(max, (size_t)max_len), str_of(now, (size_t)now_len));
}

static enum rc bad_choice(const struct pack_field *f, struct str text, struct err *err)
{
    const struct feel_codes *c = &f->codes->feel;
    struct str table = c->title.len > 0 ? c->title : c->name;
    if (c->rows_count <= LISTED_MAX) {
        struct buf b;
        buf_init(&b, ERR_HINT_MAX * 4);
        for (uint32_t i = 0; i < c->rows_count; i++) {
            if (i > 0) buf_lit(&b, "、");
            buf_str(&b, c->row_title[i].len > 0 ? c->row_title[i] : c->code[i]);
        }
        enum rc rc = err_set(err, &E_value_choice_few, NO_PLACE, field_title(f), text, table, buf_view(&b));
        buf_fini(&b);
        return rc;
    }
    struct str near = nearest_name(text, c->rows_count, c->row_title);
    if (near.len == 0) near = nearest_name(text, c->rows_count, c->code);
    return err_set(err, &E_value_choice, NO_PLACE, field_title(f), text, table, near);
}

static bool file_ok(struct str s)
{
    struct record_file f;
    return record_file_read(s, &f);
}

static bool duration_ok(struct str s)
{
    int64_t months;
    struct dt_span span;
    return months_parse(s, &months) || span_parse(s, &span);
}

enum rc value_check(const struct pack_field *f, const struct sv *v, struct err *err)
{
    if (v->kind == SV_NULL) return RC_OK;
    MUST(v->kind == field_kind(f));
    switch (f->type) {
    case FIELD_TEXT: return check_text(f, v->s, true, err);
    case FIELD_CHOICE: {
        uint32_t row;
        if (!feel_codes_find(&f->codes->feel, v->s, &row) || !str_eq(f->codes->feel.code[row], v->s)) return bad_choice(f, v->s, err);
        return RC_OK;
    }
    case FIELD_DURATION: return duration_ok(v->s) ? RC_OK : err_set(err, &E_value_duration, NO_PLACE, field_title(f), v->s);
    case FIELD_FILE: return file_ok(v->s) ? RC_OK : err_set(err, &E_value_file, NO_PLACE, field_title(f), v->s);
    case FIELD_BOOL: MUST(v->i == 0 || v->i == 1); return RC_OK;
    case FIELD_MONTH: MUST(!day_in_range(v->i) || ymd_of(v->i).day == 1); /* fall through */ __attribute__((fallthrough));
    case FIELD_DATE:
        if (day_in_range(v->i)) return RC_OK;
        return err_set(err, &E_value_range, NO_PLACE, field_title(f), STR("?"));
    case FIELD_NUMBER:
    case FIELD_DATETIME:
    case FIELD_REF: return RC_OK;
    }
    return RC_OK;
}

/* ---- as typed ---- */

static enum rc parse_number(const struct pack_field *f, struct str text, struct sv *out, struct err *err)
{
    uint32_t scale = f->len;
    MUST(scale <= SCALE_MAX);
    /* The usual case without a decimal128: digits that fit. */
    if (text.len > 0 && text.len <= 17) {
        size_t i = 0, decimals = 0;
        bool minus = text.ptr[0] == '-', point = false, digit = false, simple = true;
        int64_t v = 0;
        for (i = minus ? 1 : 0; i < text.len && simple; i++) {
            char c = text.ptr[i];
            if (c == '.' && !point) {
                point = true;
            } else if (c >= '0' && c <= '9') {
                v = v * 10 + (c - '0');
                digit = true;
                decimals += point;
            } else {
                simple = false;
            }
        }
        if (simple && digit && decimals <= scale && !mul_overflows(v, pow10_of(scale - (uint32_t)decimals), &v)) {
            *out = sv_int(minus ? -v : v);
            return RC_OK;
        }
    }
    char ascii[FOLD_MAX], packed[FOLD_MAX];
    struct str s = fold_ascii(ascii, text);
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] != ',' && s.ptr[i] != ' ') packed[n++] = s.ptr[i]; /* 1,234.5 */
    struct dec d, rounded;
    if (n > 1 && packed[0] == '+') {
        memmove(packed, packed + 1, n - 1);
        n--;
    }
    if (text.len >= FOLD_MAX || !dec_parse(str_of(packed, n), &d))
        return err_set(err, &E_value_number, NO_PLACE, field_title(f), text);
    int64_t v;
    if (dec_to_scaled(d, (int)scale, &v)) {
        *out = sv_int(v);
        return RC_OK;
    }
    if (dec_rescale(d, (int)scale, DEC_HALF_EVEN, &rounded) && dec_cmp(d, rounded) != 0) {
        char max[16];
        int len = snprintf(max, sizeof max, "%u", scale);
        return err_set(err, &E_value_scale, NO_PLACE, field_title(f), str_of(max, (size_t)len), text);
    }
    return err_set(err, &E_value_range, NO_PLACE, field_title(f), text);
}

static enum rc parse_bool(const struct pack_field *f, struct str text, struct sv *out, struct err *err)
{
    static const struct str yes[] = {STR_INIT("是"), STR_INIT("true"), STR_INIT("1"), STR_INIT("yes"), STR_INIT("y")};
    static const struct str no[] = {STR_INIT("否"), STR_INIT("false"), STR_INIT("0"), STR_INIT("no"), STR_INIT("n")};
    char ascii[FOLD_MAX];
    struct str s = fold_ascii(ascii, text);
    for (size_t i = 0; i < s.len; i++)
        if (ascii[i] >= 'A' && ascii[i] <= 'Z') ascii[i] = (char)(ascii[i] - 'A' + 'a');
    for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
        bool is_yes = str_eq(text, yes[i]) || str_eq(s, yes[i]);
        if (!is_yes && !str_eq(text, no[i]) && !str_eq(s, no[i])) continue;
        *out = sv_int(is_yes);
        return RC_OK;
    }
    return err_set(err, &E_value_boolean, NO_PLACE, field_title(f), text);
}

/* "2026-01-31", for a month also "2026-01": what bodies hold, and most files.  Any year from 1 to 9999. */
static bool iso_day(struct str s, bool month, day_num *out, bool *day_missing)
{
    *day_missing = month && s.len == 7;
    if ((s.len != 10 && !*day_missing) || s.ptr[4] != '-' || (s.len == 10 && s.ptr[7] != '-')) return false;
    int v[10] = {[9] = 1};
    for (size_t i = 0; i < s.len; i++) {
        if (i == 4 || i == 7) continue;
        if (s.ptr[i] < '0' || s.ptr[i] > '9') return false;
        v[i] = s.ptr[i] - '0';
    }
    struct ymd d = {.year = v[0] * 1000 + v[1] * 100 + v[2] * 10 + v[3],
                    .month = (int8_t)(v[5] * 10 + v[6]),
                    .day = (int8_t)(v[8] * 10 + v[9])};
    if (d.year < 1 || !ymd_ok(d)) return false;
    *out = day_of(d);
    return true;
}

static enum rc parse_day(const struct pack_field *f, struct str text, struct sv *out, struct err *err)
{
    bool month = f->type == FIELD_MONTH, day_missing = false;
    day_num d = 0;
    if (!iso_day(text, month, &d, &day_missing) && !day_parse_loose(text, &d, &day_missing))
        return err_set(err, month ? &E_value_month : &E_value_date, NO_PLACE, field_title(f), text);
    if (!day_in_range(d)) return err_set(err, &E_value_range, NO_PLACE, field_title(f), text);
    if (!month && day_missing) return err_set(err, &E_value_day_missing, NO_PLACE, field_title(f), text);
    /* 1985-03-01 is how spreadsheets write 1985年3月; another day would be lost silently. */
    if (month && !day_missing && ymd_of(d).day != 1) return err_set(err, &E_value_month, NO_PLACE, field_title(f), text);
    *out = sv_int(d);
    return RC_OK;
}

static bool parse_clock(struct str s, struct tod *out, struct arena *a)
{
    char ascii[FOLD_MAX], full[FOLD_MAX + 16];
    s = fold_ascii(ascii, s);
    size_t colon = str_find_char(s, ':'), n = 0;
    if (colon == SIZE_MAX || colon == 0 || colon > 2 || s.len < colon + 3) return false;
    if (colon == 1) full[n++] = '0';
    memcpy(full + n, s.ptr, colon + 3);
    n += colon + 3;
    struct str rest = str_sub(s, colon + 3, s.len);
    if (rest.len == 0 || rest.ptr[0] != ':') {
        memcpy(full + n, ":00", 3);
        n += 3;
    }
    memcpy(full + n, rest.ptr, rest.len);
    n += rest.len;
    return tod_parse(a, str_of(full, n), out);
}

static bool datetime_us(const struct datetime *dt, int64_t *us)
{
    int64_t second;
    int32_t nano;
    if (!day_in_range(dt->day) || !datetime_to_utc(*dt, &second, &nano)) return false;
    if (mul_overflows(second, (int64_t)1000000, us)) return false;
    return !add_overflows(*us, (int64_t)(nano / 1000), us) && nano % 1000 == 0;
}

static enum rc parse_datetime(struct records *rs, const struct pack_field *f, struct str text, struct arena *a, struct sv *out,
                              struct err *err)
{
    size_t cut = SIZE_MAX;
    for (size_t i = 0; i < text.len && cut == SIZE_MAX; i++)
        if (text.ptr[i] == 'T' || text.ptr[i] == ' ') cut = i;
    struct datetime dt = {0};
    bool ok = day_parse_loose(str_sub(text, 0, cut == SIZE_MAX ? text.len : cut), &dt.day, NULL);
    if (ok && cut != SIZE_MAX) ok = parse_clock(str_trim(str_sub(text, cut + 1, text.len)), &dt.time, a);
    if (ok && dt.time.zone == ZONE_NONE && zone_of(rs) != NULL) {
        int32_t offset = 0;
        ok = zone_offset_at(zone_of(rs), dt.day * 86400 + dt.time.second, true, &offset);
        dt.time.zone = ZONE_OFFSET;
        dt.time.offset_s = offset;
    }
    int64_t us = 0;
    if (!ok || !datetime_us(&dt, &us)) return err_set(err, &E_value_datetime, NO_PLACE, field_title(f), text);
    *out = sv_int(us);
    return RC_OK;
}

/* Months where it says months, days where it says days; always written in one way. */
static struct str duration_text(struct arena *a, int64_t months, const struct dt_span *span)
{
    struct buf b;
    buf_init(&b, 256);
    if (span == NULL) months_put(&b, months);
    else span_put(&b, *span);
    struct str s = str_dup(a, buf_view(&b));
    buf_fini(&b);
    return s;
}

static enum rc parse_duration(const struct pack_field *f, struct str text, struct arena *a, struct sv *out, struct err *err)
{
    char ascii[FOLD_MAX];
    struct str s = fold_ascii(ascii, text);
    int64_t months;
    struct dt_span span;
    if (text.len < FOLD_MAX && months_parse(s, &months)) *out = sv_text(duration_text(a, months, NULL));
    else if (text.len < FOLD_MAX && span_parse(s, &span)) *out = sv_text(duration_text(a, 0, &span));
    else return err_set(err, &E_value_duration, NO_PLACE, field_title(f), text);
    return RC_OK;
}

static enum rc parse_choice(const struct pack_field *f, struct str text, struct arena *a, struct sv *out, struct err *err)
{
    const struct feel_codes *c = &f->codes->feel;
    uint32_t row;
    if (!feel_codes_find(c, text, &row) && (all_ascii(text) || !feel_codes_find(c, uni_fold_key(a, text), &row)))
        return bad_choice(f, text, err);
    *out = sv_text(c->code[row]);
    return RC_OK;
}

/* Keys fold, so that a full-width digit does not make a second person. */
static struct str fold_text(const struct pack_field *f, struct str text, struct arena *a)
{
    if ((f->key || f->unique) && !all_ascii(text)) return uni_fold_key(a, text);
    return text;
}

enum rc record_value_parse(struct records *rs, const struct pack_field *f, struct str text, struct arena *a, struct sv *out,
                           struct err *err)
{
    text = trim_wide(text);
    if (text.len == 0) {
        *out = sv_null();
        return RC_OK;
    }
    switch (f->type) {
    case FIELD_TEXT:
        if (!all_ascii(text)) TRY(check_seen(f, text, err)); /* before folding, which drops some */
        *out = sv_text(fold_text(f, text, a));
        return check_text(f, out->s, true, err);
    case FIELD_NUMBER: return parse_number(f, text, out, err);
    case FIELD_BOOL: return parse_bool(f, text, out, err);
    case FIELD_DATE:
    case FIELD_MONTH: return parse_day(f, text, out, err);
    case FIELD_DATETIME: return parse_datetime(rs, f, text, a, out, err);
    case FIELD_DURATION: return parse_duration(f, text, a, out, err);
    case FIELD_CHOICE: return parse_choice(f, text, a, out, err);
    case FIELD_FILE:
        /* The hash as any tool prints it; the name behind it is its giver's own. */
        *out = sv_text(text.len <= 64 ? uni_lower(a, text) : str_cat(a, uni_lower(a, str_sub(text, 0, 64)), str_sub(text, 64, text.len)));
        return file_ok(out->s) ? RC_OK : err_set(err, &E_value_file, NO_PLACE, field_title(f), text);
    case FIELD_REF: {
        uint64_t id;
        MUST(rs != NULL);
        TRY(record_resolve(rs, f->ref, text, &id, err));
        *out = sv_int((int64_t)id);
        return RC_OK;
    }
    }
    return RC_OK;
}

/* ---- from JSON ---- */

static enum rc json_type(const struct pack_field *f, const struct json *j, struct err *err)
{
    struct buf b;
    buf_init(&b, 256);
    feel_type_print(f->member->type, LANG_ZH, &b);
    enum rc rc = err_set(err, &E_value_type, NO_PLACE, field_title(f), buf_view(&b),
                         j->kind == JSON_ARRAY || j->kind == JSON_OBJECT ? STR("{…}") : j->text);
    buf_fini(&b);
    return rc;
}

enum rc record_value_from_json(const struct pack_field *f, const struct json *j, struct arena *a, struct sv *out, struct err *err)
{
    if (j->kind == JSON_NULL) {
        *out = sv_null();
        return RC_OK;
    }
    switch (f->type) {
    case FIELD_TEXT:
    case FIELD_CHOICE:
    case FIELD_DURATION:
    case FIELD_FILE:
        if (j->kind != JSON_STRING) return json_type(f, j, err);
        *out = sv_text(f->type == FIELD_TEXT ? fold_text(f, j->text, a) : j->text);
        return f->type == FIELD_TEXT ? check_text(f, out->s, false, err) : value_check(f, out, err);
    case FIELD_NUMBER:
        if (j->kind != JSON_NUMBER && j->kind != JSON_STRING) return json_type(f, j, err);
        return parse_number(f, j->text, out, err);
    case FIELD_BOOL:
        if (j->kind != JSON_TRUE && j->kind != JSON_FALSE) return json_type(f, j, err);
        *out = sv_int(j->kind == JSON_TRUE);
        return RC_OK;
    case FIELD_DATE:
    case FIELD_MONTH:
        if (j->kind != JSON_STRING) return json_type(f, j, err);
        return parse_day(f, j->text, out, err);
    case FIELD_DATETIME:
        if (j->kind != JSON_STRING) return json_type(f, j, err);
        return parse_datetime(NULL, f, j->text, a, out, err);
    case FIELD_REF: {
        int64_t id;
        if (j->kind != JSON_NUMBER || !str_to_i64(j->text, &id) || id <= 0) return json_type(f, j, err);
        *out = sv_int(id);
        return RC_OK;
    }
    }
    return RC_OK;
}

/* ---- as FEEL ---- */

void record_value_fv(const struct pack_field *f, const struct sv *v, struct arena *a, struct fv *out)
{
    *out = fv_null();
    if (v->kind == SV_NULL) return;
    switch (f->type) {
    case FIELD_TEXT:
    case FIELD_FILE: *out = fv_str(v->s); return;
    case FIELD_NUMBER: *out = fv_num(f->len == 0 ? dec_i64(v->i) : dec_scaled(v->i, (int)f->len)); return;
    case FIELD_BOOL: *out = fv_bool(v->i != 0); return;
    case FIELD_DATE:
    case FIELD_MONTH:
        *out = fv_day(v->i);
        out->flag = f->type == FIELD_MONTH;
        return;
    case FIELD_DATETIME: {
        struct datetime *dt = arena_new(a, struct datetime);
        *dt = datetime_from_us(v->i);
        out->kind = FV_DATETIME;
        out->datetime = dt;
        return;
    }
    case FIELD_DURATION: {
        int64_t months;
        struct dt_span span;
        if (months_parse(v->s, &months)) {
            *out = fv_months(months);
        } else if (span_parse(v->s, &span)) {
            out->kind = FV_SPAN;
            out->span = span;
        }
        return;
    }
    case FIELD_CHOICE: {
        uint32_t row;
        if (!feel_codes_find(&f->codes->feel, v->s, &row)) return;
        out->kind = FV_CODE;
        out->codes = &f->codes->feel;
        out->code = row;
        return;
    }
    case FIELD_REF:
        out->kind = FV_RECORD;
        out->reg = &f->ref->feel;
        out->id = v->i;
        return;
    }
}

static enum rc fv_type(const struct pack_field *f, const struct fv *v, struct err *err)
{
    struct buf want, got;
    buf_init(&want, 256);
    buf_init(&got, 4096);
    feel_type_print(f->member->type, LANG_ZH, &want);
    fv_print(v, &got);
    enum rc rc = err_set(err, &E_value_type, NO_PLACE, field_title(f), buf_view(&want), buf_view(&got));
    buf_fini(&want);
    buf_fini(&got);
    return rc;
}

enum rc record_value_from_fv(const struct pack_field *f, const struct fv *v, struct arena *a, struct sv *out, struct err *err)
{
    *out = sv_null();
    if (v->kind == FV_NULL) return RC_OK;
    switch (f->type) {
    case FIELD_TEXT:
        if (v->kind != FV_STRING) return fv_type(f, v, err);
        if (v->str.len == 0) return RC_OK;
        *out = sv_text(fold_text(f, v->str, a));
        return check_text(f, out->s, true, err);
    case FIELD_FILE:
        if (v->kind != FV_STRING || !file_ok(v->str)) return fv_type(f, v, err);
        *out = sv_text(v->str);
        return RC_OK;
    case FIELD_NUMBER:
        if (v->kind != FV_NUMBER) return fv_type(f, v, err);
        if (dec_to_scaled(v->num, (int)f->len, &out->i)) {
            out->kind = SV_INT;
            return RC_OK;
        }
        return parse_number(f, dec_print(a, v->num), out, err); /* says whether it is the scale or the range */
    case FIELD_BOOL:
        if (v->kind != FV_BOOL) return fv_type(f, v, err);
        *out = sv_int(v->b);
        return RC_OK;
    case FIELD_DATE:
    case FIELD_MONTH:
        if (v->kind != FV_DATE) return fv_type(f, v, err);
        *out = sv_int(f->type == FIELD_MONTH ? v->day - (ymd_of(v->day).day - 1) : v->day);
        return value_check(f, out, err);
    case FIELD_DATETIME: {
        int64_t us;
        if (v->kind != FV_DATETIME || !datetime_us(v->datetime, &us)) return fv_type(f, v, err);
        *out = sv_int(us);
        return RC_OK;
    }
    case FIELD_DURATION:
        if (v->kind == FV_MONTHS) *out = sv_text(duration_text(a, v->months, NULL));
        else if (v->kind == FV_SPAN) *out = sv_text(duration_text(a, 0, &v->span));
        else return fv_type(f, v, err);
        return RC_OK;
    case FIELD_CHOICE:
        if (v->kind == FV_CODE && v->codes == &f->codes->feel) {
            *out = sv_text(f->codes->feel.code[v->code]);
            return RC_OK;
        }
        if (v->kind == FV_CODE) return parse_choice(f, v->codes->code[v->code], a, out, err);
        if (v->kind != FV_STRING) return fv_type(f, v, err);
        return parse_choice(f, v->str, a, out, err);
    case FIELD_REF:
        if (v->kind != FV_RECORD || v->reg != &f->ref->feel) return fv_type(f, v, err);
        *out = sv_int(v->id);
        return RC_OK;
    }
    return RC_OK;
}
