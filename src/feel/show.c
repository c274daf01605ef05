/* show.c - values as FEEL literals, as people read them, and as JSON. */
#include "feel/inner.h"

/* ---- as a literal ---- */

static void print_string(struct str s, struct buf *out)
{
    buf_char(out, '"');
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '"' || c == '\\') {
            buf_char(out, '\\');
            buf_char(out, c);
        } else if (c == '\n') {
            buf_lit(out, "\\n");
        } else if (c == '\r') {
            buf_lit(out, "\\r");
        } else if (c == '\t') {
            buf_lit(out, "\\t");
        } else {
            buf_char(out, c);
        }
    }
    buf_char(out, '"');
}

static void print_range(const struct fv_range *r, struct buf *out)
{
    bool low = r->low.kind != FV_NULL, high = r->high.kind != FV_NULL;
    if (!low && high) {
        buf_str(out, r->high_open ? STR("(< ") : STR("(<= "));
        fv_print(&r->high, out);
        buf_char(out, ')');
    } else if (low && !high) {
        buf_str(out, r->low_open ? STR("(> ") : STR("(>= "));
        fv_print(&r->low, out);
        buf_char(out, ')');
    } else {
        buf_char(out, r->low_open ? '(' : '[');
        fv_print(&r->low, out);
        buf_lit(out, "..");
        fv_print(&r->high, out);
        buf_char(out, r->high_open ? ')' : ']');
    }
}

static bool plain_key(struct str key)
{
    size_t at = 0;
    if (key.len == 0 || !is_name_start(utf8_next(key, &at))) return false;
    while (at < key.len) {
        uint32_t c = utf8_next(key, &at);
        if (!is_name_part(c) && c != ' ') return false;
    }
    return true;
}

void fv_print(const struct fv *v, struct buf *out)
{
    switch ((enum fv_kind)v->kind) {
    case FV_NULL: buf_lit(out, "null"); return;
    case FV_BOOL: buf_str(out, v->b ? STR("true") : STR("false")); return;
    case FV_NUMBER: dec_put(out, v->num); return;
    case FV_STRING: print_string(v->str, out); return;
    case FV_DATE: case FV_TIME: case FV_DATETIME: case FV_MONTHS: case FV_SPAN:
        buf_lit(out, "@\"");
        value_text(v, out, true);
        buf_char(out, '"');
        return;
    case FV_LIST:
        buf_char(out, '[');
        for (uint32_t i = 0; i < v->count; i++) {
            if (i > 0) buf_lit(out, ", ");
            fv_print(&v->items[i], out);
        }
        buf_char(out, ']');
        return;
    case FV_CONTEXT:
        buf_char(out, '{');
        for (uint32_t i = 0; i < v->count; i++) {
            if (i > 0) buf_lit(out, ", ");
            if (plain_key(v->entries[i].key)) buf_str(out, v->entries[i].key);
            else print_string(v->entries[i].key, out);
            buf_lit(out, ": ");
            fv_print(&v->entries[i].value, out);
        }
        buf_char(out, '}');
        return;
    case FV_RANGE: print_range(v->range, out); return;
    case FV_FUNCTION:
        buf_lit(out, "function(");
        for (uint32_t i = 0; v->fn->def != NULL && i < v->fn->def->params_count; i++) {
            if (i > 0) buf_lit(out, ", ");
            buf_str(out, v->fn->def->params[i].name);
        }
        buf_lit(out, ")");
        return;
    case FV_CODE: print_string(v->codes->row_title[v->code], out); return;
    case FV_RECORD:
        buf_str(out, v->reg->name);
        buf_char(out, '#');
        buf_i64(out, v->id);
        return;
    }
}

/* ---- formats: yyyy.MM.dd for moments, 0.00 for numbers ---- */

static bool is_moment(enum ft_kind k) { return k == FT_DATE || k == FT_DATETIME || k == FT_TIME; }

static bool number_format(struct str f, size_t *digits, size_t *decimals, bool *group, bool *percent)
{
    size_t i = 0;
    *digits = *decimals = 0;
    *group = *percent = false;
    while (i < f.len && (f.ptr[i] == '#' || f.ptr[i] == ',' || f.ptr[i] == '0')) {
        if (f.ptr[i] == ',') *group = true;
        if (f.ptr[i] == '0') (*digits)++;
        i++;
    }
    if (i < f.len && f.ptr[i] == '.') {
        i++;
        while (i < f.len && f.ptr[i] == '0') {
            (*decimals)++;
            i++;
        }
        if (*decimals == 0) return false;
    }
    if (i < f.len && f.ptr[i] == '%') {
        *percent = true;
        i++;
    }
    return i == f.len && *digits > 0 && *decimals <= 30;
}

bool format_ok(const struct feel_type *t, struct str format)
{
    size_t a, b;
    bool c, d, moment = false;
    if (t->kind == FT_LIST && t->item != NULL) t = t->item;
    for (size_t i = 0; i < format.len; i++) moment = moment || strchr("yMdHms", format.ptr[i]) != NULL;
    bool number = number_format(format, &a, &b, &c, &d);
    if (is_moment(t->kind)) return moment;
    if (t->kind == FT_NUMBER) return number;
    return t->kind == FT_ANY && (moment || number);
}

static void put_padded(struct buf *out, int64_t v, size_t width)
{
    char t[24];
    size_t n = 0;
    if (v < 0) {
        buf_char(out, '-');
        v = -v;
    }
    do t[n++] = (char)('0' + v % 10);
    while ((v /= 10) > 0 && n < sizeof t);
    if (n < width) buf_fill(out, '0', width - n);
    while (n > 0) buf_char(out, t[--n]);
}

static void show_moment(const struct fv *v, struct str f, struct buf *out)
{
    struct ymd d = {1970, 1, 1};
    struct tod t = {0};
    if (v->kind == FV_DATE) d = ymd_of(v->day);
    if (v->kind == FV_DATETIME) {
        d = ymd_of(v->datetime->day);
        t = v->datetime->time;
    }
    if (v->kind == FV_TIME) t = *v->time;
    for (size_t i = 0; i < f.len;) {
        size_t j = i;
        while (j < f.len && f.ptr[j] == f.ptr[i]) j++;
        size_t width = j - i;
        switch (f.ptr[i]) {
        case 'y': put_padded(out, width == 2 ? d.year % 100 : d.year, width); break;
        case 'M': put_padded(out, d.month, width); break;
        case 'd': put_padded(out, d.day, width); break;
        case 'H': put_padded(out, t.second / 3600, width); break;
        case 'm': put_padded(out, t.second / 60 % 60, width); break;
        case 's': put_padded(out, t.second % 60, width); break;
        default: buf_put(out, f.ptr + i, width); break;
        }
        i = j;
    }
}

static void show_number(struct dec v, struct str f, struct buf *out)
{
    size_t digits, decimals;
    bool group, percent;
    struct dec d = v;
    struct buf b;
    if (f.len == 0 || !number_format(f, &digits, &decimals, &group, &percent)) {
        dec_put(out, v);
        return;
    }
    if (percent) (void)dec_mul(d, dec_i64(100), &d);
    (void)dec_rescale(d, (int)decimals, DEC_HALF_UP, &d);
    buf_init(&b, 8192);
    dec_put(&b, dec_abs(d));
    struct str s = buf_view(&b);
    size_t point = str_find_char(s, '.'), whole = point == SIZE_MAX ? s.len : point, have = point == SIZE_MAX ? 0 : s.len - point - 1;
    if (dec_cmp(d, dec_i64(0)) < 0) buf_char(out, '-');
    if (whole < digits) buf_fill(out, '0', digits - whole);
    for (size_t i = 0; i < whole; i++) {
        if (group && i > 0 && (whole - i) % 3 == 0) buf_char(out, ',');
        buf_char(out, s.ptr[i]);
    }
    if (decimals > 0) {
        buf_char(out, '.');
        if (have > 0) buf_put(out, s.ptr + point + 1, MIN(have, decimals));
        if (have < decimals) buf_fill(out, '0', decimals - have);
    }
    if (percent) buf_char(out, '%');
    buf_fini(&b);
}

/* ---- as people read it ---- */

static void show_span(int64_t v, const char *zh, const char *one, const char *many, bool chinese, bool *first, struct buf *out)
{
    if (v == 0) return;
    if (!*first && !chinese) buf_char(out, ' ');
    *first = false;
    buf_i64(out, v);
    if (chinese) {
        buf_str(out, str_c(zh));
    } else {
        buf_char(out, ' ');
        buf_str(out, str_c(v == 1 ? one : many));
    }
}

static void show_duration(const struct fv *v, bool zh, struct buf *out)
{
    bool first = true;
    if (v->kind == FV_MONTHS) {
        int64_t m = v->months;
        if (m < 0) buf_char(out, '-');
        if (m < 0 && m != INT64_MIN) m = -m;
        show_span(m / 12, "年", "year", "years", zh, &first, out);
        show_span(m % 12, "个月", "month", "months", zh, &first, out);
        if (first) buf_str(out, zh ? STR("0个月") : STR("0 months"));
        return;
    }
    int64_t s = v->span.second;
    if (s < 0 || v->span.nano < 0) buf_char(out, '-');
    if (s < 0 && s != INT64_MIN) s = -s;
    show_span(s / 86400, "天", "day", "days", zh, &first, out);
    show_span(s / 3600 % 24, "小时", "hour", "hours", zh, &first, out);
    show_span(s / 60 % 60, "分", "minute", "minutes", zh, &first, out);
    show_span(s % 60, "秒", "second", "seconds", zh, &first, out);
    if (first) buf_str(out, zh ? STR("0天") : STR("0 days"));
}

static void show_default_moment(const struct fv *v, bool zh, struct buf *out)
{
    struct str day = zh ? STR("y年M月d日") : STR("yyyy-MM-dd");
    if (v->kind == FV_DATE && v->flag) day = zh ? STR("y年M月") : STR("yyyy-MM");
    if (v->kind == FV_DATE) {
        show_moment(v, day, out);
        return;
    }
    const struct tod *t = v->kind == FV_TIME ? v->time : &v->datetime->time;
    if (v->kind == FV_DATETIME) {
        show_moment(v, day, out);
        buf_char(out, ' ');
    }
    show_moment(v, t->second % 60 != 0 ? STR("HH:mm:ss") : STR("HH:mm"), out);
}

/* How an entry of a context is called: by its title where the type knows one. */
static struct str entry_name(const struct feel_type *t, struct str key, bool zh, const struct feel_type **of)
{
    *of = NULL;
    for (uint32_t i = 0; t != NULL && t->kind == FT_CONTEXT && i < t->members_count; i++) {
        const struct feel_member *m = &t->members[i];
        if (!str_eq(m->name, key)) continue;
        *of = m->type;
        return zh && m->title.len > 0 ? m->title : key;
    }
    return key;
}

void fv_show_as(struct feel_run *run, const struct fv *v, const struct feel_type *type, struct str format, enum lang lang, struct buf *out)
{
    bool zh = lang == LANG_ZH;
    switch ((enum fv_kind)v->kind) {
    case FV_NULL: buf_str(out, zh ? STR("空") : STR("null")); return;
    case FV_BOOL: buf_str(out, v->b ? (zh ? STR("是") : STR("yes")) : (zh ? STR("否") : STR("no"))); return;
    case FV_NUMBER: show_number(v->num, format, out); return;
    case FV_STRING: buf_str(out, v->str); return;
    case FV_DATE: case FV_TIME: case FV_DATETIME:
        if (format.len > 0) show_moment(v, format, out);
        else show_default_moment(v, zh, out);
        return;
    case FV_MONTHS: case FV_SPAN: show_duration(v, zh, out); return;
    case FV_LIST:
        for (uint32_t i = 0; i < v->count; i++) {
            if (i > 0) buf_str(out, zh ? STR("、") : STR(", "));
            fv_show_as(run, &v->items[i], type != NULL && type->kind == FT_LIST ? type->item : NULL, format, lang, out);
        }
        return;
    case FV_CONTEXT:
        for (uint32_t i = 0; i < v->count; i++) {
            const struct feel_type *of = NULL;
            if (i > 0) buf_str(out, zh ? STR("；") : STR("; "));
            buf_str(out, entry_name(type, v->entries[i].key, zh, &of));
            buf_str(out, zh ? STR("：") : STR(": "));
            fv_show_as(run, &v->entries[i].value, of, STR_NONE, lang, out);
        }
        return;
    case FV_CODE: buf_str(out, v->codes->row_title[v->code]); return;
    case FV_RECORD: {
        struct str name = STR_NONE;
        struct err err;
        if (run != NULL && run->host != NULL && run->host->display != NULL && run->host->display(run, v->reg, v->id, &name, &err) == RC_OK && name.len > 0) {
            buf_str(out, name);
            return;
        }
        fv_print(v, out);
        return;
    }
    case FV_RANGE: case FV_FUNCTION: fv_print(v, out); return;
    }
}

void fv_show(struct feel_run *run, const struct fv *v, struct str format, enum lang lang, struct buf *out) { fv_show_as(run, v, NULL, format, lang, out); }

/* ---- JSON ---- */

static enum rc from_json(struct arena *a, const struct json *j, struct fv *out, int depth, struct err *err)
{
    struct dec d;
    uint32_t i = 0;
    if (depth > FEEL_NEST_MAX) return err_set(err, &E_feel_too_deep, NO_PLACE, STR("64"));
    switch (j->kind) {
    case JSON_NULL: *out = fv_null(); return RC_OK;
    case JSON_TRUE: *out = fv_bool(true); return RC_OK;
    case JSON_FALSE: *out = fv_bool(false); return RC_OK;
    case JSON_STRING: *out = fv_str(j->text); return RC_OK;
    case JSON_NUMBER:
        if (!dec_parse(j->text, &d)) return err_set(err, &E_feel_c_json, NO_PLACE, j->text);
        *out = fv_num(d);
        return RC_OK;
    case JSON_ARRAY: {
        if (j->count > FEEL_LIST_MAX) return err_set(err, &E_feel_list_max, NO_PLACE, STR("100000"));
        struct fv *items = arena_try(a, (j->count + 1) * sizeof *items);
        if (items == NULL) return err_set0(err, &E_feel_memory, NO_PLACE);
        for (const struct json *k = j->first; k != NULL; k = k->next) TRY(from_json(a, k, &items[i++], depth + 1, err));
        *out = fv_list(items, i);
        return RC_OK;
    }
    case JSON_OBJECT: {
        struct fv_entry *entries = arena_try(a, (j->count + 1) * sizeof *entries);
        if (entries == NULL) return err_set0(err, &E_feel_memory, NO_PLACE);
        for (const struct json *k = j->first; k != NULL; k = k->next, i++) {
            entries[i].key = k->key;
            TRY(from_json(a, k, &entries[i].value, depth + 1, err));
        }
        *out = (struct fv){.kind = FV_CONTEXT, .count = i, .entries = entries};
        return RC_OK;
    }
    }
    return err_set(err, &E_feel_c_json, NO_PLACE, STR("?"));
}

enum rc fv_from_json(struct arena *a, const struct json *j, struct fv *out, struct err *err) { return from_json(a, j, out, 0, err); }

static void text_to_json(const struct fv *v, struct json_out *out)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    value_text(v, &b, false);
    json_string(out, buf_view(&b));
    buf_fini(&b);
}

void fv_to_json(const struct fv *v, struct json_out *out)
{
    int64_t i;
    switch ((enum fv_kind)v->kind) {
    case FV_NULL: json_null(out); return;
    case FV_BOOL: json_bool(out, v->b); return;
    case FV_NUMBER:
        if (dec_to_i64(v->num, &i)) json_i64(out, i);
        else text_to_json(v, out);
        return;
    case FV_STRING: json_string(out, v->str); return;
    case FV_CODE: json_string(out, v->codes->code[v->code]); return;
    case FV_RECORD: json_i64(out, v->id); return;
    case FV_DATE: case FV_TIME: case FV_DATETIME: case FV_MONTHS: case FV_SPAN: case FV_RANGE: case FV_FUNCTION: text_to_json(v, out); return;
    case FV_LIST:
        json_array(out);
        for (uint32_t k = 0; k < v->count; k++) fv_to_json(&v->items[k], out);
        json_end_array(out);
        return;
    case FV_CONTEXT: {
        json_object(out);
        struct str last = STR_NONE;
        for (uint32_t k = 0; k < v->count; k++) { /* keys in the order of their bytes */
            const struct fv_entry *next = NULL;
            for (uint32_t m = 0; m < v->count; m++) {
                const struct fv_entry *c = &v->entries[m];
                if ((k == 0 || str_cmp(c->key, last) > 0) && (next == NULL || str_cmp(c->key, next->key) < 0)) next = c;
            }
            if (next == NULL) break;
            json_key(out, next->key);
            fv_to_json(&next->value, out);
            last = next->key;
        }
        json_end_object(out);
        return;
    }
    }
}
