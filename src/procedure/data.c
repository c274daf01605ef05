/* data.c - fields of steps and counts of votes: from what is given, and to and from the JSON that a record keeps. */
#include "procedure/inner.h"

enum { JSON_MAX = 16 * 1024 };

struct str text_cut(struct str s, size_t max)
{
    size_t n = MIN(s.len, max);
    while (n > 0 && n < s.len && ((unsigned char)s.ptr[n] & 0xc0) == 0x80) n--;
    return str_sub(s, 0, n);
}

struct str role_titles(struct doing *k, const struct str *roles, uint32_t n)
{
    struct str out = STR("");
    for (uint32_t i = 0; i < n; i++) {
        struct str title = roles[i];
        for (uint32_t r = 0; r < k->set->roles_count; r++)
            if (str_eq(k->set->roles[r]->d.name, roles[i])) title = k->set->roles[r]->d.title.zh;
        out = str_cat(k->a, out, i > 0 ? STR("、") : STR(""), title);
    }
    return out;
}

/* ---- JSON ---- */

static int by_name(const void *x, const void *y)
{
    const struct pack_item *const *a = x, *const *b = y;
    return str_cmp((*a)->f.name, (*b)->f.name);
}

/* Only what is said; restricted fields apart from the others.  each: those kept for each line, or those that are not. */
enum rc items_json(struct doing *k, const struct pack_item *items, uint32_t n, const struct sv *values, bool restricted, bool each, struct str *out, struct err *err)
{
    const struct pack_item **sorted = arena_array(k->a, const struct pack_item *, n + 1);
    uint32_t count = 0;
    for (uint32_t i = 0; i < n; i++)
        if (items[i].each == each && (items[i].f.class >= PACK_RESTRICTED) == restricted && values[i].kind != SV_NULL) sorted[count++] = &items[i];
    *out = STR("");
    if (count == 0) return RC_OK;
    qsort(sorted, count, sizeof(*sorted), by_name);
    struct buf b;
    struct json_out j;
    buf_init(&b, JSON_MAX);
    json_out_init(&j, &b);
    json_object(&j);
    for (uint32_t i = 0; i < count; i++) {
        json_key(&j, sorted[i]->f.name);
        record_value_json(&sorted[i]->f, &values[sorted[i]->f.idx], &j);
    }
    json_end_object(&j);
    bool failed = buf_failed(&b);
    if (!failed) *out = str_dup(k->a, buf_view(&b));
    buf_fini(&b);
    return failed ? err_set(err, &E_case_too_long, NO_PLACE, k->step == NULL ? STR("case") : k->step->title.zh, str_u64(k->a, JSON_MAX)) : RC_OK;
}

enum rc items_from_json(struct doing *k, const struct pack_item *items, uint32_t n, struct str json, struct sv *values, struct err *err)
{
    if (json.len == 0) return RC_OK;
    struct json *j = NULL;
    TRY(json_parse(k->a, json, &j, err));
    for (const struct json *m = j->first; m != NULL; m = m->next)
        for (uint32_t i = 0; i < n; i++)
            if (str_eq(items[i].f.name, m->key)) TRY(record_value_from_json(&items[i].f, m, k->a, &values[i], err));
    return RC_OK;
}

/* ---- what is given ---- */

static enum rc no_field(struct doing *k, const struct pack_item *items, uint32_t n, struct str where, struct str name)
{
    struct str *names = arena_array(k->a, struct str, (size_t)n * 2 + 1);
    for (uint32_t i = 0; i < n; i++) {
        names[2 * i] = items[i].f.name;
        names[2 * i + 1] = items[i].f.title.zh;
    }
    return err_set(k->err, &E_case_no_field, NO_PLACE, where, name, nearest_name(name, (size_t)n * 2, names));
}

enum rc items_parse(struct doing *k, const struct pack_item *items, uint32_t n, struct str where, bool each, const struct case_pair *given, uint32_t count, struct sv *values)
{
    for (uint32_t g = 0; g < count; g++) {
        uint32_t i = 0;
        while (i < n && !str_eq(items[i].f.name, given[g].name) && !str_eq(items[i].f.title.zh, given[g].name)) i++;
        if (i == n || items[i].each != each) return no_field(k, items, n, where, given[g].name);
        struct err e;
        err_clear(&e);
        enum rc rc = record_value_parse(k->rs, &items[i].f, given[g].text, k->a, &values[i], &e);
        if (rc == RC_OK) continue;
        if (rc != RC_INPUT && rc != RC_ABSENT && rc != RC_CONFLICT && rc != RC_LIMIT) {
            if (k->err != NULL) *k->err = e;
            return rc;
        }
        return err_set(k->err, &E_case_value, NO_PLACE, items[i].f.title.zh, str_dup(k->a, str_c(e.zh)), str_dup(k->a, str_c(e.en)));
    }
    return RC_OK;
}

/* ---- votes ---- */

static int by_count_name(const void *x, const void *y) { return str_cmp(((const struct counted *)x)->name, ((const struct counted *)y)->name); }

enum rc tally_json(struct doing *k, const struct tally *t, struct str *out)
{
    *out = STR("");
    if (!t->voted) return RC_OK;
    uint32_t n = t->count + 2;
    struct counted *all = arena_array(k->a, struct counted, n);
    n = 0;
    for (uint32_t i = 0; i < t->count; i++) all[n++] = t->at[i];
    if (t->has_passed) all[n++] = (struct counted){STR("passed"), t->passed};
    if (t->score.len > 0) all[n++] = (struct counted){STR("score"), 0};
    qsort(all, n, sizeof(*all), by_count_name);
    struct buf b;
    struct json_out j;
    buf_init(&b, 4000);
    json_out_init(&j, &b);
    json_object(&j);
    for (uint32_t i = 0; i < n; i++) {
        json_key(&j, all[i].name);
        if (str_eq(all[i].name, STR("score")))
            json_string(&j, t->score);
        else
            json_i64(&j, all[i].n);
    }
    json_end_object(&j);
    bool failed = buf_failed(&b);
    if (!failed) *out = str_dup(k->a, buf_view(&b));
    buf_fini(&b);
    return failed ? err_set(k->err, &E_case_too_long, NO_PLACE, k->step->title.zh, STR("4000")) : RC_OK;
}

enum rc tally_from_json(struct doing *k, struct str text, struct tally *t, struct err *err)
{
    *t = (struct tally){0};
    if (text.len == 0) return RC_OK;
    struct json *j = NULL;
    TRY(json_parse(k->a, text, &j, err));
    t->at = arena_array(k->a, struct counted, j->count + 1);
    t->voted = true;
    for (const struct json *m = j->first; m != NULL; m = m->next) {
        int64_t n = 0;
        if (str_eq(m->key, STR("score"))) {
            t->score = m->text;
            continue;
        }
        if (!str_to_i64(m->text, &n)) continue;
        if (str_eq(m->key, STR("passed"))) {
            t->has_passed = true;
            t->passed = n == 1;
        } else {
            t->at[t->count++] = (struct counted){m->key, n};
        }
    }
    return RC_OK;
}

int64_t tally_get(const struct tally *t, struct str name, int64_t absent)
{
    for (uint32_t i = 0; i < t->count; i++)
        if (str_eq(t->at[i].name, name)) return t->at[i].n;
    return absent;
}
