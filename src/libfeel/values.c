/* values.c - what names stand for, and what an evaluation gives: one arena, values below, results above a mark. */
#include "libfeel/inner.h"

enum { TEXT_MAX = 64 << 20 };

struct feel_values {
    uint32_t magic;
    struct arena a;
    struct feel_names *names;
    struct fv *vars;             /* by number; the input of unary tests last */
    struct arena_mark empty;     /* nothing set */
    struct arena_mark given;     /* behind what was set: results lie above */
    struct feel_run run;
    struct fv result;
    size_t memory_max;
    char zone[64];
};
#define VALUES_MAGIC 0x56414c53u

/* Results go before anything is set: they lie above. */
static void forget_result(struct feel_values *v)
{
    MAGIC_CHECK(v, VALUES_MAGIC);
    arena_reset(&v->a, v->given);
    v->result = fv_null();
}

static void keep(struct feel_values *v) { v->given = arena_mark(&v->a); }

struct feel_values *feel_values_make(const struct feel_names *names, size_t memory_max)
{
    MAGIC_CHECK(names, NAMES_MAGIC);
    struct feel_values *v = calloc(1, sizeof *v);
    if (v == NULL) return NULL;
    v->memory_max = memory_max == 0 ? VALUES_BYTES_USUAL : MAX(memory_max, (size_t)VALUES_BYTES_LEAST);
    v->vars = calloc((size_t)names->count + 1, sizeof *v->vars);
    if (v->vars == NULL) {
        free(v);
        return NULL;
    }
    v->magic = VALUES_MAGIC;
    v->names = names_hold(names);
    arena_init(&v->a, v->memory_max);
    v->empty = v->given = arena_mark(&v->a);
    v->run = (struct feel_run){.now_us = clock_now_us(), .vars = v->vars, .vars_count = names->count + 1};
    v->run.today = civil_day("UTC", v->run.now_us);
    feel_values_clear(v);
    return v;
}

void feel_values_free(struct feel_values **values)
{
    struct feel_values *v = *values;
    if (v == NULL) return;
    MAGIC_CHECK(v, VALUES_MAGIC);
    *values = NULL;
    v->magic = 0;
    arena_fini(&v->a);
    feel_names_free(&v->names);
    free(v->vars);
    free(v);
}

void feel_values_clear(struct feel_values *v)
{
    MAGIC_CHECK(v, VALUES_MAGIC);
    arena_reset(&v->a, v->empty);
    v->given = v->empty;
    v->result = fv_null();
    for (uint32_t i = 0; i <= v->names->count; i++) v->vars[i] = fv_null();
}

/* ---- setting ---- */

/* Numbers of names; the one behind them is the input of unary tests, of which nobody knows the type yet. */
static const struct feel_type *type_at(const struct feel_values *v, size_t number)
{
    return number < v->names->count ? v->names->scope.names[number].type : &feel_any;
}

static enum feel_status number_ok(struct feel_values *v, size_t number, struct feel_error *error)
{
    forget_result(v);
    if (number <= v->names->count) return FEEL_OK;
    char room[2][24];
    (void)snprintf(room[0], sizeof room[0], "%zu", number);
    (void)snprintf(room[1], sizeof room[1], "%u", v->names->count);
    return wrong(error, &E_libfeel_number, str_c(room[0]), str_c(room[1]));
}

static enum feel_status misfit(struct feel_values *v, struct str name, const struct feel_type *t, struct feel_error *error)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    enum feel_status status = wrong(error, &E_libfeel_type, name, type_name(&a, t, LANG_ZH), type_name(&a, t, LANG_EN));
    arena_fini(&a);
    forget_result(v);
    return status;
}

static struct str name_at(const struct feel_values *v, size_t number)
{
    return number < v->names->count ? v->names->scope.names[number].name : STR("?");
}

static enum feel_status set(struct feel_values *v, size_t number, struct fv value, struct feel_error *error)
{
    const struct feel_type *t = type_at(v, number);
    if (value.kind != FV_NULL && t->kind != FT_ANY && !feel_instance_of(&value, t)) return misfit(v, name_at(v, number), t, error);
    v->vars[number] = value;
    keep(v);
    return FEEL_OK;
}

#define NUMBER_OK(v, number, error)                                            \
    do {                                                                       \
        if (number_ok((v), (number), (error)) != FEEL_OK) return FEEL_WRONG;   \
    } while (0)

enum feel_status feel_set_null(struct feel_values *v, size_t number, struct feel_error *error)
{
    NUMBER_OK(v, number, error);
    return set(v, number, fv_null(), error);
}

enum feel_status feel_set_bool(struct feel_values *v, size_t number, int yes, struct feel_error *error)
{
    NUMBER_OK(v, number, error);
    return set(v, number, fv_bool(yes != 0), error);
}

enum feel_status feel_set_int(struct feel_values *v, size_t number, int64_t i, struct feel_error *error)
{
    NUMBER_OK(v, number, error);
    return set(v, number, fv_i64(i), error);
}

enum feel_status feel_set_date(struct feel_values *v, size_t number, int year, int month, int day, struct feel_error *error)
{
    char text[48];
    NUMBER_OK(v, number, error);
    bool small = month >= 1 && month <= 12 && day >= 1 && day <= 31;
    struct ymd d = {.year = year, .month = (int8_t)(small ? month : 0), .day = (int8_t)(small ? day : 0)};
    if (small && ymd_ok(d)) return set(v, number, fv_day(day_of(d)), error);
    (void)snprintf(text, sizeof text, "%d-%02d-%02d", year, month, day);
    return wrong(error, &E_libfeel_date, str_c(text));
}

enum feel_status feel_set_text(struct feel_values *v, size_t number, const char *text, struct feel_error *error)
{
    struct fv value;
    struct err err;
    NUMBER_OK(v, number, error);
    err_clear(&err);
    struct str s = str_c(text == NULL ? "" : text);
    char *copy = arena_try(&v->a, s.len + 1);
    if (copy == NULL) return wrong(error, &E_feel_memory, STR_NONE);
    memcpy(copy, s.ptr, s.len);
    const struct feel_type *t = type_at(v, number);
    if (!utf8_ok(s, NULL)) return misfit(v, name_at(v, number), t, error);
    if (fv_from_text(&v->a, t, str_of(copy, s.len), &value, &err) != RC_OK) return error_out(&err, false, error);
    return value.kind == FV_NULL ? misfit(v, name_at(v, number), t, error) : set(v, number, value, error);
}

enum feel_status feel_set_clock(struct feel_values *v, int64_t now_us, const char *zone, struct feel_error *error)
{
    struct str s = str_c(zone == NULL ? "UTC" : zone);
    forget_result(v);
    if (s.len >= sizeof v->zone || !zone_known(s.ptr)) return wrong(error, &E_libfeel_zone, str_sub(s, 0, sizeof v->zone));
    memcpy(v->zone, s.ptr, s.len);
    v->zone[s.len] = '\0';
    v->run.now_us = now_us;
    v->run.zone = v->zone;
    v->run.today = civil_day(v->zone, now_us);
    return FEEL_OK;
}

/* ---- from JSON ---- */

/* What came as text becomes what its type means, in place: the values are ours. */
static enum rc fit(struct arena *a, const struct feel_type *t, struct fv *v, bool *ok, struct err *err)
{
    *ok = true;
    if (v->kind == FV_NULL || t->kind == FT_ANY) return RC_OK;
    if (v->kind == FV_STRING && t->kind != FT_STRING) {
        TRY(fv_from_text(a, t, v->str, v, err));
        *ok = v->kind != FV_NULL;
        return RC_OK;
    }
    if (v->kind == FV_LIST && t->kind == FT_LIST) {
        struct fv *items = (struct fv *)(uintptr_t)v->items;
        for (uint32_t i = 0; i < v->count && *ok; i++) TRY(fit(a, t->item == NULL ? &feel_any : t->item, &items[i], ok, err));
        return RC_OK;
    }
    if (v->kind == FV_CONTEXT && t->kind == FT_CONTEXT) {
        struct fv_entry *entries = (struct fv_entry *)(uintptr_t)v->entries;
        for (uint32_t m = 0; m < t->members_count; m++)
            for (uint32_t i = 0; i < v->count && *ok; i++)
                if (str_eq(entries[i].key, t->members[m].name)) TRY(fit(a, t->members[m].type, &entries[i].value, ok, err));
        return RC_OK;
    }
    *ok = feel_instance_of(v, t);
    return RC_OK;
}

static enum rc read_object(struct feel_values *v, struct str json, struct fv *out, struct err *err)
{
    struct json *j = NULL;
    char *copy = arena_try(&v->a, json.len + 1);
    if (copy == NULL) return err_set0(err, &E_feel_memory, NO_PLACE);
    memcpy(copy, json.ptr, json.len);
    TRY(json_parse(&v->a, str_of(copy, json.len), &j, err));
    if (j->kind != JSON_OBJECT) return err_set0(err, &E_libfeel_json_object, NO_PLACE);
    return fv_from_json(&v->a, j, out, err);
}

static enum feel_status take_object(struct feel_values *v, struct str json, struct fv *fresh, struct feel_error *error)
{
    struct fv object;
    struct err err;
    err_clear(&err);
    if (read_object(v, json, &object, &err) != RC_OK) return error_out(&err, false, error);
    for (uint32_t i = 0; i < object.count; i++) {
        uintptr_t number = (uintptr_t)map_find(&v->names->numbers, object.entries[i].key);
        struct fv value = object.entries[i].value;
        bool ok;
        if (number == 0) continue;
        if (fit(&v->a, type_at(v, number - 1), &value, &ok, &err) != RC_OK) return error_out(&err, false, error);
        if (!ok) return misfit(v, name_at(v, number - 1), type_at(v, number - 1), error);
        fresh[number - 1] = value;
    }
    return FEEL_OK;
}

enum feel_status feel_set_json(struct feel_values *v, const char *json, struct feel_error *error)
{
    struct str s = str_c(json == NULL ? "" : json);
    char room[2][24];
    forget_result(v);
    if (s.len > v->memory_max / 128) { /* the reader takes at most so many bytes for each of the text */
        (void)snprintf(room[0], sizeof room[0], "%zu", s.len);
        (void)snprintf(room[1], sizeof room[1], "%zu", v->memory_max / 128);
        return wrong(error, &E_libfeel_json_long, str_c(room[0]), str_c(room[1]));
    }
    size_t size = ((size_t)v->names->count + 1) * sizeof *v->vars;
    struct fv *fresh = malloc(size); /* a wrong object changes nothing */
    if (fresh == NULL) return wrong(error, &E_feel_memory, STR_NONE);
    memcpy(fresh, v->vars, size);
    enum feel_status status = take_object(v, s, fresh, error);
    if (status == FEEL_OK) {
        memcpy(v->vars, fresh, size);
        keep(v);
    } else {
        forget_result(v);
    }
    free(fresh);
    return status;
}

/* ---- evaluating ---- */

static enum feel_status ready(struct feel_values *v, const struct feel_expr *e, struct feel_run *run, struct feel_error *error)
{
    MAGIC_CHECK(e, EXPR_MAGIC);
    forget_result(v);
    if (e->names != v->names) return wrong(error, &E_libfeel_names, STR_NONE);
    *run = v->run;
    run->arena = &v->a;
    if (e->input == NULL) return FEEL_OK;
    struct fv *x = &v->vars[v->names->count];
    struct err err;
    bool ok;
    err_clear(&err);
    if (fit(&v->a, e->input, x, &ok, &err) != RC_OK) return error_out(&err, false, error);
    if (!ok) {
        *x = fv_null();
        return misfit(v, STR("?"), e->input, error);
    }
    keep(v);
    return FEEL_OK;
}

enum feel_status feel_eval(struct feel_values *v, const struct feel_expr *e, struct feel_error *error)
{
    struct feel_run run;
    struct err err;
    enum feel_status status = ready(v, e, &run, error);
    if (status != FEEL_OK) return status;
    err_clear(&err);
    if (feel_run(e->program, &run, &v->result, &err) == RC_OK) return FEEL_OK;
    forget_result(v);
    return error_out(&err, false, error);
}

enum feel_kind feel_result_kind(const struct feel_values *v)
{
    MAGIC_CHECK(v, VALUES_MAGIC);
    switch ((enum fv_kind)v->result.kind) {
    case FV_NULL: case FV_RECORD: case FV_CODE: break; /* registers and codes belong to packs */
    case FV_BOOL: return FEEL_IS_BOOLEAN;
    case FV_NUMBER: return FEEL_IS_NUMBER;
    case FV_STRING: return FEEL_IS_STRING;
    case FV_DATE: return FEEL_IS_DATE;
    case FV_TIME: return FEEL_IS_TIME;
    case FV_DATETIME: return FEEL_IS_DATE_AND_TIME;
    case FV_MONTHS: return FEEL_IS_MONTHS_DURATION;
    case FV_SPAN: return FEEL_IS_DAYS_DURATION;
    case FV_LIST: return FEEL_IS_LIST;
    case FV_CONTEXT: return FEEL_IS_CONTEXT;
    case FV_RANGE: return FEEL_IS_RANGE;
    case FV_FUNCTION: return FEEL_IS_FUNCTION;
    }
    return FEEL_IS_NULL;
}

int feel_result_bool(const struct feel_values *v)
{
    MAGIC_CHECK(v, VALUES_MAGIC);
    return v->result.kind == FV_BOOL ? v->result.b : -1;
}

int feel_result_int(const struct feel_values *v, int64_t *out)
{
    MAGIC_CHECK(v, VALUES_MAGIC);
    return v->result.kind == FV_NUMBER && dec_to_i64(v->result.num, out);
}

/* Copies a text behind the result. */
static const char *text_out(struct feel_values *v, struct buf *b)
{
    char *copy = buf_failed(b) ? NULL : arena_try(&v->a, b->len + 1);
    if (copy != NULL && b->len > 0) memcpy(copy, b->ptr, b->len);
    buf_fini(b);
    return copy;
}

const char *feel_result_text(struct feel_values *v)
{
    struct buf b;
    MAGIC_CHECK(v, VALUES_MAGIC);
    buf_init(&b, TEXT_MAX);
    fv_print(&v->result, &b);
    return text_out(v, &b);
}

const char *feel_result_json(struct feel_values *v)
{
    struct buf b;
    struct json_out j;
    MAGIC_CHECK(v, VALUES_MAGIC);
    buf_init(&b, TEXT_MAX);
    json_out_init(&j, &b);
    fv_to_json(&v->result, &j);
    return text_out(v, &b);
}

const char *feel_result_code(const struct feel_values *v)
{
    MAGIC_CHECK(v, VALUES_MAGIC);
    bool has = v->result.kind == FV_NULL && v->result.cause != NULL;
    return has ? v->result.cause->kind->code : "";
}

const char *feel_result_cause(struct feel_values *v, enum feel_language language)
{
    struct buf b;
    MAGIC_CHECK(v, VALUES_MAGIC);
    buf_init(&b, TEXT_MAX);
    if (v->result.kind == FV_NULL && v->result.cause != NULL) {
        struct feel_run run = v->run;
        run.arena = &v->a;
        feel_cause_show(&run, v->result.cause, language == FEEL_ZH ? LANG_ZH : LANG_EN, &b);
    }
    return text_out(v, &b);
}

enum feel_status feel_expr_explain(struct feel_values *v, const struct feel_expr *e, enum feel_language language, const char **out, struct feel_error *error)
{
    struct feel_run run;
    struct err err;
    struct buf b;
    *out = NULL;
    enum feel_status status = ready(v, e, &run, error);
    if (status != FEEL_OK) return status;
    err_clear(&err);
    buf_init(&b, TEXT_MAX);
    enum rc rc = feel_explain(e->program, &run, language == FEEL_ZH ? LANG_ZH : LANG_EN, &b, &err);
    if (rc != RC_OK) {
        buf_fini(&b);
        return error_out(&err, false, error);
    }
    *out = text_out(v, &b);
    return *out == NULL ? wrong(error, &E_feel_memory, STR_NONE) : FEEL_OK;
}
