/* type.c - types: names, fitting, joining, the members that come with a kind of value. */
#include "feel/inner.h"

const struct feel_type feel_any = {.kind = FT_ANY}, feel_bool = {.kind = FT_BOOL}, feel_number = {.kind = FT_NUMBER},
                       feel_string = {.kind = FT_STRING}, feel_date = {.kind = FT_DATE}, feel_month = {.kind = FT_DATE, .month = true},
                       feel_time = {.kind = FT_TIME}, feel_datetime = {.kind = FT_DATETIME}, feel_months = {.kind = FT_MONTHS},
                       feel_span = {.kind = FT_SPAN}, feel_null_type = {.kind = FT_NULL};

static const struct feel_type list_of_any = {.kind = FT_LIST, .item = &feel_any}, context_any = {.kind = FT_CONTEXT},
                              range_any = {.kind = FT_RANGE, .item = &feel_any}, function_any = {.kind = FT_FUNCTION, .item = &feel_any};

const struct feel_type *feel_list_of(struct arena *a, const struct feel_type *item)
{
    if (item == &feel_any) return &list_of_any;
    struct feel_type *t = arena_new(a, struct feel_type);
    *t = (struct feel_type){.kind = FT_LIST, .item = item};
    return t;
}

static const struct {
    const char *zh, *en;
} kind_names[] = {
    [FT_ANY] = {"任意值", "any value"}, [FT_NULL] = {"空", "null"}, [FT_BOOL] = {"真假", "boolean"}, [FT_NUMBER] = {"数", "number"},
    [FT_STRING] = {"文字", "string"}, [FT_DATE] = {"日期", "date"}, [FT_TIME] = {"时间", "time"},
    [FT_DATETIME] = {"日期时间", "date and time"}, [FT_MONTHS] = {"年月时长", "years and months duration"},
    [FT_SPAN] = {"天数时长", "days and time duration"}, [FT_LIST] = {"列表", "list"}, [FT_CONTEXT] = {"一组值", "context"},
    [FT_RANGE] = {"区间", "range"}, [FT_FUNCTION] = {"函数", "function"}, [FT_CODE] = {"代码", "code"}, [FT_RECORD] = {"记录", "record"}};

void feel_type_print(const struct feel_type *t, enum lang lang, struct buf *out)
{
    bool zh = lang == LANG_ZH;
    if (t->kind == FT_DATE && t->month) {
        buf_str(out, zh ? STR("月份") : STR("month"));
        return;
    }
    buf_str(out, str_c(zh ? kind_names[t->kind].zh : kind_names[t->kind].en));
    if ((t->kind == FT_LIST || t->kind == FT_RANGE) && t->item != NULL && t->item->kind != FT_ANY) {
        buf_str(out, zh ? STR("（") : STR("<"));
        feel_type_print(t->item, lang, out);
        buf_str(out, zh ? STR("）") : STR(">"));
    } else if (t->kind == FT_CODE && t->codes != NULL) {
        if (zh) {
            buf_lit(out, "“");
            buf_str(out, t->codes->title);
            buf_lit(out, "”");
        } else {
            buf_lit(out, " of ");
            buf_str(out, t->codes->name);
        }
    } else if (t->kind == FT_RECORD && t->reg != NULL) {
        buf_str(out, zh ? STR("“") : STR(" of "));
        buf_str(out, zh ? t->reg->title : t->reg->name);
        if (zh) buf_lit(out, "”");
    }
}

struct str type_text(struct arena *a, const struct feel_type *t, enum lang lang)
{
    struct buf b;
    buf_init(&b, 400);
    feel_type_print(t, lang, &b);
    struct str s = str_dup(a, buf_view(&b));
    buf_fini(&b);
    return s;
}

struct str kind_text(enum fv_kind k, enum lang lang)
{
    static const enum ft_kind ft[] = {
        [FV_NULL] = FT_NULL, [FV_BOOL] = FT_BOOL, [FV_NUMBER] = FT_NUMBER, [FV_STRING] = FT_STRING, [FV_DATE] = FT_DATE,
        [FV_TIME] = FT_TIME, [FV_DATETIME] = FT_DATETIME, [FV_MONTHS] = FT_MONTHS, [FV_SPAN] = FT_SPAN, [FV_LIST] = FT_LIST,
        [FV_CONTEXT] = FT_CONTEXT, [FV_RANGE] = FT_RANGE, [FV_FUNCTION] = FT_FUNCTION, [FV_CODE] = FT_CODE, [FV_RECORD] = FT_RECORD};
    return str_c(lang == LANG_ZH ? kind_names[ft[k]].zh : kind_names[ft[k]].en);
}

struct str kind_in(struct str zh, enum lang lang)
{
    static const struct {
        const char *zh, *en;
    } others[] = {{"时长", "a duration"}, {"分隔符", "the separators"}, {"没有这一天", "there is no such day"}, {"没有这个时刻", "there is no such time"}, {"小数", "a fraction"}};
    if (lang != LANG_EN || zh.len == 0) return zh;
    for (size_t i = 0; i < ARRAY_LEN(kind_names); i++)
        if (str_eq(zh, str_c(kind_names[i].zh))) return str_c(kind_names[i].en);
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        if (str_eq(zh, str_c(others[i].zh))) return str_c(others[i].en);
    return zh;
}

bool type_same(const struct feel_type *x, const struct feel_type *y)
{
    if (x == y) return true;
    if (x->kind != y->kind) return false;
    switch (x->kind) {
    case FT_LIST: case FT_RANGE: return x->item != NULL && y->item != NULL && type_same(x->item, y->item);
    case FT_CODE: return x->codes == y->codes;
    case FT_RECORD: return x->reg == y->reg;
    case FT_DATE: return x->month == y->month;
    case FT_CONTEXT:
        if (x->members_count != y->members_count) return false;
        for (uint32_t i = 0; i < x->members_count; i++)
            if (!str_eq(x->members[i].name, y->members[i].name) || !type_same(x->members[i].type, y->members[i].type)) return false;
        return true;
    case FT_FUNCTION: return false;
    case FT_ANY: case FT_NULL: case FT_BOOL: case FT_NUMBER: case FT_STRING: case FT_TIME: case FT_DATETIME: case FT_MONTHS: case FT_SPAN:
        return true;
    }
    return false;
}

/* Two contexts of the same keys; of other keys nothing is known. */
static const struct feel_type *context_join(struct arena *a, const struct feel_type *x, const struct feel_type *y)
{
    if (x->members == NULL || x->members_count != y->members_count) return &context_any;
    struct feel_member *m = arena_array(a, struct feel_member, x->members_count);
    for (uint32_t i = 0; i < x->members_count; i++) {
        const struct feel_member *other = member_find(y, x->members[i].name);
        if (other == NULL) return &context_any;
        m[i] = x->members[i];
        m[i].type = type_join(a, x->members[i].type, other->type);
        m[i].may_be_null = x->members[i].may_be_null || other->may_be_null;
    }
    struct feel_type *t = arena_new(a, struct feel_type);
    *t = (struct feel_type){.kind = FT_CONTEXT, .members = m, .members_count = x->members_count};
    return t;
}

const struct feel_type *type_join(struct arena *a, const struct feel_type *x, const struct feel_type *y)
{
    if (x->kind == FT_NULL) return y;
    if (y->kind == FT_NULL) return x;
    if (type_same(x, y)) return x;
    if (x->kind == FT_DATE && y->kind == FT_DATE) return &feel_date;
    if (x->kind == FT_LIST && y->kind == FT_LIST) return feel_list_of(a, type_join(a, x->item, y->item));
    if (x->kind == FT_CONTEXT && y->kind == FT_CONTEXT) return context_join(a, x, y);
    return &feel_any;
}

bool feel_type_fits(const struct feel_type *value, const struct feel_type *wanted)
{
    if (value->kind == FT_ANY || value->kind == FT_NULL || wanted->kind == FT_ANY) return true;
    if (value->kind != wanted->kind) return false;
    switch (wanted->kind) {
    case FT_LIST: case FT_RANGE: return value->item == NULL || wanted->item == NULL || feel_type_fits(value->item, wanted->item);
    case FT_CODE: return wanted->codes == NULL || value->codes == wanted->codes;
    case FT_RECORD: return wanted->reg == NULL || value->reg == wanted->reg;
    case FT_CONTEXT:
        for (uint32_t i = 0; i < wanted->members_count; i++) {
            const struct feel_member *m = member_find(value, wanted->members[i].name);
            if (value->members_count > 0 && (m == NULL || !feel_type_fits(m->type, wanted->members[i].type))) return false;
        }
        return true;
    case FT_ANY: case FT_NULL: case FT_BOOL: case FT_NUMBER: case FT_STRING: case FT_DATE: case FT_TIME: case FT_DATETIME:
    case FT_MONTHS: case FT_SPAN: case FT_FUNCTION:
        return true;
    }
    return false;
}

static const struct {
    const char *name;
    const struct feel_type *type;
} type_names[] = {
    {"Any", &feel_any}, {"number", &feel_number}, {"string", &feel_string}, {"boolean", &feel_bool}, {"date", &feel_date},
    {"time", &feel_time}, {"date and time", &feel_datetime}, {"years and months duration", &feel_months},
    {"days and time duration", &feel_span}, {"Null", &feel_null_type}, {"list", &list_of_any}, {"context", &context_any},
    {"range", &range_any}, {"function", &function_any},
    {"dateTime", &feel_datetime}, {"yearMonthDuration", &feel_months}, {"dayTimeDuration", &feel_span}};

const struct feel_type *type_by_name(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(type_names); i++)
        if (str_eq(name, str_c(type_names[i].name))) return type_names[i].type;
    return NULL;
}

struct str type_nearest_name(struct str name)
{
    struct str names[ARRAY_LEN(type_names)];
    for (size_t i = 0; i < ARRAY_LEN(type_names); i++) names[i] = str_c(type_names[i].name);
    return nearest_name(name, ARRAY_LEN(type_names), names);
}

const struct feel_type *type_of_value(struct arena *a, const struct fv *v)
{
    switch ((enum fv_kind)v->kind) {
    case FV_NULL: return &feel_null_type;
    case FV_BOOL: return &feel_bool;
    case FV_NUMBER: return &feel_number;
    case FV_STRING: return &feel_string;
    case FV_DATE: return v->flag ? &feel_month : &feel_date;
    case FV_TIME: return &feel_time;
    case FV_DATETIME: return &feel_datetime;
    case FV_MONTHS: return &feel_months;
    case FV_SPAN: return &feel_span;
    case FV_LIST: {
        if (v->count == 0) return &list_of_any;
        const struct feel_type *item = type_of_value(a, &v->items[0]);
        for (uint32_t i = 1; i < v->count && item->kind != FT_ANY; i++) item = type_join(a, item, type_of_value(a, &v->items[i]));
        return feel_list_of(a, item);
    }
    case FV_CONTEXT: {
        struct feel_type *t = arena_new(a, struct feel_type);
        struct feel_member *m = arena_array(a, struct feel_member, v->count);
        for (uint32_t i = 0; i < v->count; i++) {
            const struct fv *e = &v->entries[i].value;
            const struct feel_type *et = type_of_value(a, e);
            m[i] = (struct feel_member){.name = v->entries[i].key, .title = v->entries[i].key,
                                        .type = et, .slot = i, .may_be_null = e->kind == FV_NULL};
        }
        *t = (struct feel_type){.kind = FT_CONTEXT, .members = m, .members_count = v->count};
        return t;
    }
    case FV_RANGE: {
        struct feel_type *t = arena_new(a, struct feel_type);
        const struct fv *end = v->range->low.kind != FV_NULL ? &v->range->low : &v->range->high;
        *t = (struct feel_type){.kind = FT_RANGE, .item = type_of_value(a, end)};
        return t;
    }
    case FV_FUNCTION: return &function_any;
    case FV_CODE: {
        struct feel_type *t = arena_new(a, struct feel_type);
        *t = (struct feel_type){.kind = FT_CODE, .codes = v->codes};
        return t;
    }
    case FV_RECORD: {
        struct feel_type *t = arena_new(a, struct feel_type);
        *t = (struct feel_type){.kind = FT_RECORD, .reg = v->reg};
        return t;
    }
    }
    return &feel_any;
}

#define M(n, zh, t, s) {.name = STR_INIT(n), .title = STR_INIT(zh), .type = (t), .slot = (s)}
#define MN(n, zh, t, s) {.name = STR_INIT(n), .title = STR_INIT(zh), .type = (t), .slot = (s), .may_be_null = true}
/* Slots are read by eval_path.c. */
static const struct feel_member day_members[] = {
    M("year", "年", &feel_number, 0), M("month", "月", &feel_number, 1), M("day", "日", &feel_number, 2), M("weekday", "星期", &feel_number, 3)};
static const struct feel_member time_members[] = {
    M("hour", "时", &feel_number, 4), M("minute", "分", &feel_number, 5), M("second", "秒", &feel_number, 6),
    MN("time offset", "时差", &feel_span, 7), MN("timezone", "时区", &feel_string, 8)};
static const struct feel_member datetime_members[] = {
    M("year", "年", &feel_number, 0), M("month", "月", &feel_number, 1), M("day", "日", &feel_number, 2), M("weekday", "星期", &feel_number, 3),
    M("hour", "时", &feel_number, 4), M("minute", "分", &feel_number, 5), M("second", "秒", &feel_number, 6),
    MN("time offset", "时差", &feel_span, 7), MN("timezone", "时区", &feel_string, 8)};
static const struct feel_member months_members[] = {M("years", "年数", &feel_number, 9), M("months", "月数", &feel_number, 10)};
static const struct feel_member span_members[] = {
    M("days", "天数", &feel_number, 11), M("hours", "时数", &feel_number, 12), M("minutes", "分数", &feel_number, 13), M("seconds", "秒数", &feel_number, 14)};
static const struct feel_member range_members[] = {
    MN("start", "起", &feel_any, 15), MN("end", "止", &feel_any, 16), M("start included", "含起", &feel_bool, 17), M("end included", "含止", &feel_bool, 18)};
static const struct feel_member code_members[] = {
    M("code", "代码", &feel_string, CODE_SLOT_CODE), M("title", "名称", &feel_string, CODE_SLOT_TITLE), M("order", "位次", &feel_number, CODE_SLOT_ORDER)};

#define SET(kind, list) [kind] = {list, ARRAY_LEN(list)}
static const struct {
    const struct feel_member *list;
    size_t count;
} member_sets[FT_RECORD + 1] = {SET(FT_DATE, day_members), SET(FT_TIME, time_members), SET(FT_DATETIME, datetime_members), SET(FT_MONTHS, months_members),
                                SET(FT_SPAN, span_members), SET(FT_RANGE, range_members), SET(FT_CODE, code_members)};

size_t type_builtin_members(enum ft_kind kind, const struct feel_member **list)
{
    *list = member_sets[kind].list;
    return member_sets[kind].count;
}

static bool member_is(const struct feel_member *m, struct str name)
{
    return str_eq(m->name, name) || (m->title.len > 0 && str_eq(m->title, name));
}

const struct feel_member *type_builtin_member(enum ft_kind kind, struct str name)
{
    const struct feel_member *list;
    size_t n = type_builtin_members(kind, &list);
    for (size_t i = 0; i < n; i++)
        if (member_is(&list[i], name)) return &list[i];
    return NULL;
}

/* A pack's own column may be called 代码: it is the pack's word that counts. */
const struct feel_member *codes_column(const struct feel_codes *c, struct str name)
{
    for (uint32_t i = 0; c != NULL && i < c->columns_count; i++)
        if (member_is(&c->columns[i], name)) return &c->columns[i];
    return type_builtin_member(FT_CODE, name);
}

const struct feel_member *member_find(const struct feel_type *t, struct str name)
{
    switch (t->kind) {
    case FT_RECORD: return t->reg == NULL ? NULL : map_find(&t->reg->by_name, name);
    case FT_CODE: return codes_column(t->codes, name);
    case FT_CONTEXT:
        for (uint32_t i = 0; i < t->members_count; i++)
            if (member_is(&t->members[i], name)) return &t->members[i];
        return NULL;
    case FT_DATE: case FT_TIME: case FT_DATETIME: case FT_MONTHS: case FT_SPAN: case FT_RANGE: return type_builtin_member(t->kind, name);
    case FT_ANY: case FT_NULL: case FT_BOOL: case FT_NUMBER: case FT_STRING: case FT_LIST: case FT_FUNCTION: return NULL;
    }
    return NULL;
}

bool value_instance_of(const struct fv *v, const struct feel_type *t)
{
    if (t->kind == FT_ANY) return v->kind != FV_NULL;
    switch ((enum fv_kind)v->kind) {
    case FV_NULL: return t->kind == FT_NULL;
    case FV_BOOL: return t->kind == FT_BOOL;
    case FV_NUMBER: return t->kind == FT_NUMBER;
    case FV_STRING: return t->kind == FT_STRING;
    case FV_DATE: return t->kind == FT_DATE;
    case FV_TIME: return t->kind == FT_TIME;
    case FV_DATETIME: return t->kind == FT_DATETIME;
    case FV_MONTHS: return t->kind == FT_MONTHS;
    case FV_SPAN: return t->kind == FT_SPAN;
    case FV_CODE: return t->kind == FT_CODE && (t->codes == NULL || t->codes == v->codes);
    case FV_RECORD: return t->kind == FT_RECORD && (t->reg == NULL || t->reg == v->reg);
    case FV_LIST:
        if (t->kind != FT_LIST) return false;
        if (t->item == NULL || t->item->kind == FT_ANY) return true;
        for (uint32_t i = 0; i < v->count; i++)
            if (!value_instance_of(&v->items[i], t->item)) return false;
        return true;
    case FV_CONTEXT:
        if (t->kind != FT_CONTEXT) return false;
        for (uint32_t i = 0; i < t->members_count; i++) {
            const struct fv *e = context_find(v, t->members[i].name);
            if (e == NULL || (e->kind != FV_NULL && !value_instance_of(e, t->members[i].type))) return false;
        }
        return true;
    case FV_RANGE: {
        if (t->kind != FT_RANGE) return false;
        const struct fv *end = v->range->low.kind != FV_NULL ? &v->range->low : &v->range->high;
        return t->item == NULL || t->item->kind == FT_ANY || value_instance_of(end, t->item);
    }
    case FV_FUNCTION: {
        if (t->kind != FT_FUNCTION) return false;
        const struct inode *def = v->fn->def;
        if (v->fn->native != NULL && t->members != NULL) return v->fn->native->params_count == t->members_count;
        if (def == NULL || t->item == NULL || t->members == NULL) return true;
        if (def->params_count != t->members_count) return false;
        for (uint32_t i = 0; i < t->members_count; i++)
            if (!feel_type_fits(t->members[i].type, def->params[i].type)) return false;
        return t->item->kind == FT_ANY || type_same(def->n.type->item, t->item);
    }
    }
    return false;
}
