/* tck.c - the public DMN Technology Compatibility Kit, read and judged as it is.  A case is a result node of a test case. */
#include <dirent.h>
#include <errno.h>

#include "dmn/inner.h"

enum { FOLDER_DEPTH_MAX = 8, FOLDER_FILES_MAX = 512 };

struct kit {
    const struct dmn_tck_watch *watch;
    struct dmn_tck *out;
    int64_t ppm_sum;
    struct err *err;
};

/* ---- files ---- */

static enum rc read_text(struct arena *a, struct str path, struct str *out, struct err *err)
{
    FILE *f = fopen(str_cz(a, path), "rb");
    if (f == NULL) return err_set(err, &E_dmn_no_folder, NO_PLACE, path, str_c(strerror(errno)));
    struct buf b;
    buf_init(&b, DMN_TEXT_MAX);
    for (;;) {
        char *room = buf_room(&b, 1 << 16);
        size_t got = room == NULL ? 0 : fread(room, 1, 1 << 16, f);
        buf_grew(&b, got);
        if (got == 0) break;
    }
    bool ok = !buf_failed(&b) && ferror(f) == 0;
    (void)fclose(f);
    if (ok) *out = str_dup(a, buf_view(&b));
    buf_fini(&b);
    return ok ? RC_OK : err_set(err, &E_dmn_too_large, NO_PLACE, path, STR(" 16 MiB"), STR("16 MiB"));
}

static int by_name(const void *x, const void *y)
{
    const struct str *a = x, *b = y;
    return str_cmp(*a, *b);
}

static enum rc list_folder(struct arena *a, struct str dir, struct str **names, size_t *count, struct err *err)
{
    DIR *d = opendir(str_cz(a, dir));
    if (d == NULL) return err_set(err, &E_dmn_no_folder, NO_PLACE, dir, str_c(strerror(errno)));
    *names = arena_array(a, struct str, FOLDER_FILES_MAX);
    *count = 0;
    for (const struct dirent *e = readdir(d); e != NULL && *count < FOLDER_FILES_MAX; e = readdir(d))
        if (e->d_name[0] != '.') (*names)[(*count)++] = str_dup(a, str_c(e->d_name));
    (void)closedir(d);
    qsort(*names, *count, sizeof **names, by_name); /* the same report on every file system */
    return RC_OK;
}

/* ---- values as the kit writes them ---- */

static struct fv value_of(struct arena *a, const struct xnode *x)
{
    struct str type = xml_attr(x, "type"), text = x->text, bare = str_trim(text);
    size_t colon = str_find_char(type, ':');
    if (colon != SIZE_MAX) type = str_sub(type, colon + 1, type.len);
    if (str_eq(type, STR("decimal")) || str_eq(type, STR("double")) || str_eq(type, STR("integer")) || str_eq(type, STR("float")) || str_eq(type, STR("int"))) {
        struct dec n;
        return dec_parse(bare, &n) ? fv_num(n) : fv_null();
    }
    if (str_eq(type, STR("boolean"))) return fv_bool(str_eq(bare, STR("true")) || str_eq(bare, STR("1")));
    if (str_eq(type, STR("date"))) {
        day_num d;
        return day_parse(bare, &d) ? fv_day(d) : fv_null();
    }
    if (str_eq(type, STR("dateTime"))) {
        struct datetime *t = arena_new(a, struct datetime);
        return datetime_parse(a, bare, t) ? (struct fv){.kind = FV_DATETIME, .datetime = t} : fv_null();
    }
    if (str_eq(type, STR("time"))) {
        struct tod *t = arena_new(a, struct tod);
        return tod_parse(a, bare, t) ? (struct fv){.kind = FV_TIME, .time = t} : fv_null();
    }
    if (str_eq(type, STR("duration")) || str_eq(type, STR("dayTimeDuration")) || str_eq(type, STR("yearMonthDuration"))) {
        int64_t months;
        struct dt_span span;
        if (months_parse(bare, &months)) return fv_months(months);
        return span_parse(bare, &span) ? (struct fv){.kind = FV_SPAN, .span = span} : fv_null();
    }
    return fv_str(text);
}

static bool is_nil(const struct xnode *x) { return str_eq(str_trim(xml_attr(x, "nil")), STR("true")); }

static struct fv node_of(struct arena *a, const struct xnode *x)
{
    const struct xnode *value = xml_child(x, "value"), *list = xml_child(x, "list"), *component = xml_child(x, "component");
    uint32_t n = 0;
    if (is_nil(x)) return fv_null();
    if (value != NULL) return is_nil(value) ? fv_null() : value_of(a, value);
    if (list != NULL) {
        if (is_nil(list)) return fv_null();
        for (const struct xnode *k = xml_child(list, "item"); k != NULL; k = xml_after(k, "item")) n++;
        struct fv *items = arena_array(a, struct fv, n + 1);
        n = 0;
        for (const struct xnode *k = xml_child(list, "item"); k != NULL; k = xml_after(k, "item")) items[n++] = node_of(a, k);
        return fv_list(items, n);
    }
    if (component == NULL) return fv_null();
    for (const struct xnode *k = component; k != NULL; k = xml_after(k, "component")) n++;
    struct fv_entry *entries = arena_array(a, struct fv_entry, n + 1);
    n = 0;
    for (const struct xnode *k = component; k != NULL; k = xml_after(k, "component"))
        entries[n++] = (struct fv_entry){str_trim(xml_attr(k, "name")), node_of(a, k)};
    return (struct fv){.kind = FV_CONTEXT, .count = n, .entries = entries};
}

static const struct fv *entry_of(const struct fv *c, struct str key)
{
    for (uint32_t i = 0; i < c->count; i++)
        if (str_eq(c->entries[i].key, key)) return &c->entries[i].value;
    return NULL;
}

static bool same(const struct fv *want, const struct fv *got)
{
    if (want->kind != got->kind) return false;
    if (want->kind == FV_NUMBER) {
        struct dec d;
        return dec_sub(want->num, got->num, &d) && dec_cmp(dec_abs(d), dec_scaled(1, 8)) < 0;
    }
    if (want->kind == FV_LIST) {
        if (want->count != got->count) return false;
        for (uint32_t i = 0; i < want->count; i++)
            if (!same(&want->items[i], &got->items[i])) return false;
        return true;
    }
    if (want->kind == FV_CONTEXT) {
        if (want->count != got->count) return false;
        for (uint32_t i = 0; i < want->count; i++) {
            const struct fv *v = entry_of(got, want->entries[i].key);
            if (v == NULL || !same(&want->entries[i].value, v)) return false;
        }
        return true;
    }
    return fv_equal(want, got) == 1;
}

/* ---- running ---- */

static struct str shown(struct arena *a, const struct fv *v)
{
    struct buf b;
    buf_init(&b, 4096);
    fv_print(v, &b);
    struct str s = buf_failed(&b) ? STR("...") : str_dup(a, buf_view(&b));
    buf_fini(&b);
    return s;
}

static void run_node(struct kit *k, struct arena *a, struct str folder, const struct dmn_model *m, const struct xnode *test, const struct xnode *node,
                     const struct dmn_value *given, size_t given_count, struct dmn_tck_count *count)
{
    const struct xnode *expected = xml_child(node, "expected");
    struct fv want = expected == NULL ? fv_null() : node_of(a, expected), got = fv_null();
    struct str name = str_trim(xml_attr(node, "name")), invocable = str_trim(xml_attr(test, "invocableName"));
    bool error_wanted = str_eq(str_trim(xml_attr(node, "errorResult")), STR("true"));
    struct err err;
    err_clear(&err);
    int64_t now = clock_now_us();
    struct dmn_run run = {.arena = a, .today = civil_day("UTC", now), .now_us = now, .given = given, .given_count = given_count};
    enum rc rc = RC_INPUT;
    if (m != NULL) rc = invocable.len > 0 ? dmn_invoke(m, invocable, &run, &got, &err) : dmn_decide(m, name, &run, &got, &err);
    if (rc == RC_ABSENT && m != NULL && invocable.len == 0) rc = dmn_invoke(m, name, &run, &got, &err); /* a node may be a service */
    const struct fv *inner = got.kind == FV_CONTEXT && invocable.len > 0 ? entry_of(&got, name) : NULL;
    if (inner != NULL && xml_after(xml_child(test, "resultNode"), "resultNode") != NULL) got = *inner; /* one of a service's outputs */
    bool external = rc != RC_OK && err.kind == &E_dmn_external;
    bool ok = rc == RC_OK ? same(&want, &got) : error_wanted && !external && m != NULL;
    count->cases++;
    count->passed += ok ? 1 : 0;
    count->external += external ? 1 : 0;
    if (want.kind != FV_NULL) {
        count->nonnull_cases++;
        count->nonnull_passed += ok ? 1 : 0;
    }
    if (ok || k->watch == NULL || k->watch->failed == NULL) return;
    struct str answer = rc == RC_OK ? shown(a, &got) : m == NULL ? STR("the model does not load") : str_dup(a, str_c(err.en));
    if (rc == RC_OK && got.kind == FV_NULL && got.cause != NULL) answer = str_cat(a, answer, STR(" "), str_c(feel_cause_root(got.cause)->kind->code));
    k->watch->failed(k->watch->ctx, folder, str_trim(xml_attr(test, "id")), name, shown(a, &want), answer);
}

static void run_test(struct kit *k, struct arena *a, struct str folder, const struct dmn_model *m, const struct xnode *test, struct dmn_tck_count *count)
{
    size_t n = 0;
    for (const struct xnode *x = xml_child(test, "inputNode"); x != NULL; x = xml_after(x, "inputNode")) n++;
    struct dmn_value *given = arena_array(a, struct dmn_value, n + 1);
    n = 0;
    for (const struct xnode *x = xml_child(test, "inputNode"); x != NULL; x = xml_after(x, "inputNode"))
        given[n++] = (struct dmn_value){str_trim(xml_attr(x, "name")), node_of(a, x)};
    for (const struct xnode *x = xml_child(test, "resultNode"); x != NULL; x = xml_after(x, "resultNode")) {
        struct arena_mark mark = arena_mark(a);
        run_node(k, a, folder, m, test, x, given, n, count);
        arena_reset(a, mark);
    }
}

static enum rc run_file(struct kit *k, struct arena *a, struct str dir, const struct str *names, size_t names_count, const struct xnode *root, struct dmn_tck_count *count)
{
    struct dmn_source *s = arena_array(a, struct dmn_source, names_count + 1);
    const struct xnode *named = xml_child(root, "modelName");
    struct str main = named == NULL ? STR_NONE : str_trim(named->text);
    size_t n = 1;
    for (size_t i = 0; i < names_count; i++) {
        if (!str_ends(names[i], STR(".dmn"))) continue;
        struct dmn_source *to = str_eq(names[i], main) ? &s[0] : &s[n++];
        to->name = names[i];
        TRY(read_text(a, str_cat(a, dir, STR("/"), names[i]), &to->text, k->err));
    }
    struct dmn_model *m = NULL;
    struct diags d;
    diags_init(&d, a, 100);
    if (s[0].name.len == 0 || dmn_load(a, s, n, &m, &d) != RC_OK) m = NULL;
    if (m == NULL && k->watch != NULL && k->watch->failed != NULL)
        k->watch->failed(k->watch->ctx, dir, STR("-"), main, STR("a model"), d.first == NULL ? STR("absent") : str_dup(a, str_c(d.first->err.en)));
    for (const struct xnode *t = xml_child(root, "testCase"); t != NULL; t = xml_after(t, "testCase")) run_test(k, a, dir, m, t, count);
    return RC_OK;
}

static enum rc run_folder(struct kit *k, struct str dir, uint32_t depth)
{
    struct arena a;
    struct str *names = NULL;
    size_t n = 0;
    struct dmn_tck_count count = {0};
    arena_init(&a, (size_t)2 << 30);
    enum rc rc = list_folder(&a, dir, &names, &n, k->err);
    bool model = false;
    for (size_t i = 0; rc == RC_OK && i < n; i++) model = model || str_ends(names[i], STR(".dmn"));
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        struct str path = str_cat(&a, dir, STR("/"), names[i]), text;
        if (model && str_ends(names[i], STR(".xml"))) {
            struct xnode *root = NULL;
            rc = read_text(&a, path, &text, k->err);
            if (rc == RC_OK) rc = xml_read(&a, path, text, &root, k->err);
            if (rc == RC_OK && root != NULL && str_eq(root->name, STR("testCases"))) rc = run_file(k, &a, dir, names, n, root, &count);
        } else if (depth < FOLDER_DEPTH_MAX) {
            DIR *sub = opendir(str_cz(&a, path));
            if (sub == NULL) continue;
            (void)closedir(sub);
            rc = run_folder(k, path, depth + 1);
        }
    }
    if (rc == RC_OK && count.cases > 0) {
        struct dmn_tck_count *t = &k->out->total;
        k->out->folders++;
        k->ppm_sum += (int64_t)count.passed * 1000000 / count.cases;
        t->cases += count.cases;
        t->passed += count.passed;
        t->nonnull_cases += count.nonnull_cases;
        t->nonnull_passed += count.nonnull_passed;
        t->external += count.external;
        if (k->watch != NULL && k->watch->folder != NULL) k->watch->folder(k->watch->ctx, dir, &count);
    }
    arena_fini(&a);
    return rc;
}

enum rc dmn_tck_run(struct str dir, const struct dmn_tck_watch *watch, struct dmn_tck *out, struct err *err)
{
    struct kit k = {.watch = watch, .out = out, .err = err};
    int64_t from = clock_now_us();
    while (dir.len > 1 && dir.ptr[dir.len - 1] == '/') dir.len--;
    *out = (struct dmn_tck){0};
    TRY(run_folder(&k, dir, 0));
    out->took_us = clock_now_us() - from;
    if (out->folders == 0) return err_set(err, &E_dmn_no_kit, NO_PLACE, dir);
    out->folder_mean_ppm = (uint32_t)(k.ppm_sum / out->folders);
    return RC_OK;
}
