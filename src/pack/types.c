/* types.c - field types as they are written, as FEEL sees them, and their values as text. */
#include "pack/inner.h"

static const struct type_word {
    struct str word, zh, en;
} words[] = {
    [FIELD_TEXT] = {STR_INIT("text"), STR_INIT("文字"), STR_INIT("a text")},
    [FIELD_NUMBER] = {STR_INIT("number"), STR_INIT("数"), STR_INIT("a number")},
    [FIELD_BOOL] = {STR_INIT("boolean"), STR_INIT("是或否"), STR_INIT("yes or no")},
    [FIELD_DATE] = {STR_INIT("date"), STR_INIT("日期（2026-01-31）"), STR_INIT("a date (2026-01-31)")},
    [FIELD_MONTH] = {STR_INIT("month"), STR_INIT("年月（2026-01）"), STR_INIT("a month (2026-01)")},
    [FIELD_DATETIME] = {STR_INIT("datetime"), STR_INIT("日期和时间（2026-01-31T09:00:00）"), STR_INIT("a date and time (2026-01-31T09:00:00)")},
    [FIELD_DURATION] = {STR_INIT("duration"), STR_INIT("时长（P1Y、P30D）"), STR_INIT("a duration (P1Y, P30D)")},
    [FIELD_CHOICE] = {STR_INIT("choice"), STR_INIT("代码表里的一项"), STR_INIT("an item of the code table")},
    [FIELD_REF] = {STR_INIT("ref"), STR_INIT("一条记录"), STR_INIT("a record")},
    [FIELD_FILE] = {STR_INIT("file"), STR_INIT("文件"), STR_INIT("a file")},
};

struct str type_zh(enum field_type t) { return words[t].zh; }
struct str type_en(enum field_type t) { return words[t].en; }

bool type_read(struct load *l, const struct ynode *n, bool size_needed, bool options, struct type_read *out)
{
    *out = (struct type_read){.type = FIELD_TEXT, .ref = STR("")};
    struct str text = str_trim(n->text), arg = STR("");
    size_t open = str_find_char(text, '(');
    struct str word = str_trim(str_sub(text, 0, open));
    bool has_arg = open != SIZE_MAX, closed = !has_arg || text.ptr[text.len - 1] == ')';
    if (has_arg && closed) arg = str_trim(str_sub(text, open + 1, text.len - 1));
    size_t i = 0;
    while (i < ARRAY_LEN(words) && !str_eq(words[i].word, word)) i++;
    if (i == ARRAY_LEN(words) || !closed) {
        bad(l, n, &E_pack_type, n->text, STR(""));
        return false;
    }
    out->type = (enum field_type)i;
    switch (out->type) {
    case FIELD_TEXT:
    case FIELD_NUMBER: {
        bool is_text = out->type == FIELD_TEXT;
        int64_t size = 0, low = is_text ? 1 : 0, high = is_text ? TEXT_LEN_MAX : SCALE_MAX;
        if (!has_arg && !size_needed) return true;
        if (!str_to_i64(arg, &size)) {
            bad(l, n, &E_pack_type_size, word, is_text ? STR("最多字数") : STR("小数位数"), is_text ? STR("text(40)") : STR("number(0)"),
                is_text ? STR("its greatest length") : STR("its decimals"));
            return false;
        }
        if (size < low || size > high) {
            bad(l, n, &E_pack_type_limit, word, str_i64(l->a, low), str_i64(l->a, high));
            return false;
        }
        out->len = (uint32_t)size;
        out->sized = true;
        return true;
    }
    case FIELD_CHOICE:
        if (!has_arg && options) return true;
        if (arg.len == 0) {
            bad(l, n, &E_pack_type_size, word, STR("代码表，或另写 options"), STR("choice(post_level)"), STR("a code table, or options beside it"));
            return false;
        }
        out->codes = codes_named(l, n, (size_t)(arg.ptr - n->text.ptr), arg);
        return out->codes != NULL;
    case FIELD_REF:
        if (arg.len == 0) {
            bad(l, n, &E_pack_type_size, word, STR("台账名称"), STR("ref(org)"), STR("a register"));
            return false;
        }
        out->ref = arg;
        out->ref_off = (size_t)(arg.ptr - n->text.ptr);
        return true;
    case FIELD_BOOL:
    case FIELD_DATE:
    case FIELD_MONTH:
    case FIELD_DATETIME:
    case FIELD_DURATION:
    case FIELD_FILE: break;
    }
    if (!has_arg) return true;
    bad(l, n, &E_pack_type, n->text, STR(""));
    return false;
}

const struct feel_type *type_feel(struct load *l, const struct type_read *t)
{
    switch (t->type) {
    case FIELD_NUMBER: return &feel_number;
    case FIELD_BOOL: return &feel_bool;
    case FIELD_DATE: return &feel_date;
    case FIELD_MONTH: return &feel_month;
    case FIELD_DATETIME: return &feel_datetime;
    case FIELD_DURATION: return &feel_any;
    case FIELD_CHOICE: {
        struct feel_type *f = arena_new(l->a, struct feel_type);
        *f = (struct feel_type){.kind = FT_CODE, .codes = &t->codes->feel};
        return f;
    }
    case FIELD_REF: {
        const struct register_made *r = map_find(&l->register_by_name, t->ref);
        if (r == NULL) return &feel_any;
        struct feel_type *f = arena_new(l->a, struct feel_type);
        *f = (struct feel_type){.kind = FT_RECORD, .reg = &r->r.feel};
        return f;
    }
    case FIELD_TEXT:
    case FIELD_FILE: break;
    }
    return &feel_string;
}

static bool month_read(struct str text, day_num *out)
{
    struct buf b;
    buf_init(&b, 64);
    buf_str(&b, text);
    buf_lit(&b, "-01");
    bool good = text.len >= 7 && !buf_failed(&b) && day_parse(buf_view(&b), out);
    buf_fini(&b);
    return good;
}

static bool bool_read(struct str s, bool *out)
{
    static const struct str yes[] = {STR_INIT("是"), STR_INIT("yes"), STR_INIT("true")}, no[] = {STR_INIT("否"), STR_INIT("no"), STR_INIT("false")};
    for (size_t i = 0; i < 3; i++) {
        *out = str_eq(s, yes[i]);
        if (*out || str_eq(s, no[i])) return true;
    }
    return false;
}

bool value_read(struct load *l, const struct type_read *t, struct str text, struct fv *out)
{
    *out = fv_null();
    switch (t->type) {
    case FIELD_TEXT:
        *out = fv_str(text);
        return t->len == 0 || utf8_count(text) <= t->len;
    case FIELD_NUMBER: {
        struct dec d, rounded;
        if (!dec_parse(text, &d)) return false;
        *out = fv_num(d);
        return !t->sized || (dec_rescale(d, (int)t->len, DEC_HALF_EVEN, &rounded) && dec_cmp(d, rounded) == 0);
    }
    case FIELD_BOOL: {
        bool b;
        if (!bool_read(text, &b)) return false;
        *out = fv_bool(b);
        return true;
    }
    case FIELD_DATE:
    case FIELD_MONTH: {
        day_num d;
        if (t->type == FIELD_DATE ? !day_parse(text, &d) : !month_read(text, &d)) return false;
        *out = fv_day(d);
        if (t->type == FIELD_MONTH) out->flag = 1;
        return true;
    }
    case FIELD_DATETIME: {
        struct datetime *dt = arena_new(l->a, struct datetime);
        if (!datetime_parse(l->a, text, dt)) return false;
        *out = (struct fv){.kind = FV_DATETIME};
        out->datetime = dt;
        return true;
    }
    case FIELD_DURATION: {
        int64_t months;
        struct dt_span span;
        if (months_parse(text, &months)) {
            *out = fv_months(months);
            return true;
        }
        if (!span_parse(text, &span)) return false;
        *out = (struct fv){.kind = FV_SPAN};
        out->span = span;
        return true;
    }
    case FIELD_CHOICE: {
        uint32_t row;
        if (!feel_codes_find(&t->codes->feel, text, &row)) return false;
        *out = (struct fv){.kind = FV_CODE};
        out->codes = &t->codes->feel;
        out->code = row;
        return true;
    }
    case FIELD_REF:
    case FIELD_FILE: break;
    }
    *out = fv_str(text);
    return true;
}
