/* value.c - values made to fit their types: DMN 10.3.2.9.4, and what a type allows. */
#include "dmn/inner.h"

enum rc work_alloc(struct work *w, size_t n, size_t size, void **out)
{
    size_t bytes;
    *out = NULL;
    if (!mul_overflows(n + 1, size, &bytes)) *out = arena_try(w->run.arena, bytes);
    return *out == NULL ? err_set0(w->err, &E_dmn_memory, NO_PLACE) : RC_OK;
}

enum rc null_for(struct work *w, const struct err_kind *kind, struct str t1, struct str t2, struct fv *out)
{
    struct feel_cause *c;
    struct str *text;
    TRY(work_alloc(w, 1, sizeof *c, (void **)&c));
    TRY(work_alloc(w, FEEL_CAUSE_TEXTS, sizeof *text, (void **)&text));
    text[0] = t1;
    text[1] = t2;
    *c = (struct feel_cause){.kind = kind, .name = t1, .text = text};
    *out = (struct fv){.kind = FV_NULL, .cause = c};
    return RC_OK;
}

static enum rc fit(struct work *w, const struct dtype *t, struct fv *v, bool *ok, uint32_t depth);

static enum rc fit_simple(struct work *w, const struct feel_type *t, struct fv *v, bool *ok)
{
    if (v->kind == FV_STRING && w->texts) { /* from outside: what JSON has no kind for comes as text */
        struct fv meant;
        TRY(fv_from_text(w->run.arena, t, v->str, &meant, w->err));
        if (meant.kind != FV_NULL) *v = meant;
    }
    if (v->kind == FV_DATE && t->kind == FT_DATETIME) { /* a date is its midnight in UTC */
        struct datetime *dt;
        TRY(work_alloc(w, 1, sizeof *dt, (void **)&dt));
        *dt = (struct datetime){.day = v->day, .time = {.zone = ZONE_OFFSET}};
        *v = (struct fv){.kind = FV_DATETIME, .datetime = dt};
    }
    *ok = feel_instance_of(v, t);
    return RC_OK;
}

static enum rc fit_context(struct work *w, const struct dtype *t, struct fv *v, bool *ok, uint32_t depth)
{
    *ok = false;
    if (v->kind != FV_CONTEXT) return RC_OK;
    struct fv_entry *list;
    uint32_t n = v->count;
    TRY(work_alloc(w, n, sizeof *list, (void **)&list));
    if (n > 0) memcpy(list, v->entries, n * sizeof *list);
    for (uint32_t i = 0; i < t->members_count; i++) {
        uint32_t at = 0;
        while (at < n && !str_eq(list[at].key, t->members[i].name)) at++;
        *ok = false;
        if (at == n) return RC_OK; /* it lacks an entry */
        TRY(fit(w, t->members[i].type, &list[at].value, ok, depth + 1));
        if (!*ok) return RC_OK;
    }
    v->entries = list;
    *ok = true;
    return RC_OK;
}

/* One value, not a collection of them. */
static enum rc fit_one(struct work *w, const struct dtype *t, struct fv *v, bool *ok, uint32_t depth)
{
    *ok = true;
    if (v->kind == FV_NULL) return RC_OK;
    switch (t->kind) {
    case DT_ANY: return RC_OK;
    case DT_ALIAS: return fit(w, t->base, v, ok, depth + 1);
    case DT_CONTEXT: return fit_context(w, t, v, ok, depth);
    case DT_SIMPLE: case DT_FUNCTION: return fit_simple(w, t->simple, v, ok);
    }
    return RC_OK;
}

static enum rc passes(struct work *w, const struct feel_program *tests, const struct fv *v, bool *ok)
{
    struct fv vars[1] = {*v}, answer;
    *ok = true;
    if (tests == NULL) return RC_OK;
    TRY(work_program(w, tests, (struct frame){vars, 1}, &answer));
    *ok = fv_is_true(&answer);
    return RC_OK;
}

static enum rc fit_allowed(struct work *w, const struct dtype *t, struct fv *v, bool *ok, uint32_t depth)
{
    struct fv was = *v;
    TRY(fit_one(w, t, v, ok, depth));
    if (!*ok && was.kind == FV_LIST && was.count == 1) { /* [x] stands for x */
        *v = was.items[0];
        TRY(fit_one(w, t, v, ok, depth));
    }
    if (!*ok || t->allowed == NULL || v->kind == FV_NULL) return RC_OK;
    if (v->kind != FV_LIST) return passes(w, t->allowed, v, ok);
    for (uint32_t i = 0; i < v->count && *ok; i++) TRY(passes(w, t->allowed, &v->items[i], ok));
    return RC_OK;
}

static enum rc fit(struct work *w, const struct dtype *t, struct fv *v, bool *ok, uint32_t depth)
{
    *ok = true;
    if (v->kind == FV_NULL || t == NULL) return RC_OK;
    if (depth > DMN_DEPTH_MAX) return err_set(w->err, &E_dmn_depth, NO_PLACE, str_u64(w->run.arena, DMN_DEPTH_MAX));
    if (!t->collection) {
        TRY(fit_allowed(w, t, v, ok, depth));
    } else {
        struct fv *items;
        uint32_t n = v->kind == FV_LIST ? v->count : 1; /* x stands for [x] */
        TRY(work_alloc(w, n, sizeof *items, (void **)&items));
        if (v->kind == FV_LIST && n > 0) memcpy(items, v->items, n * sizeof *items);
        else if (n > 0) items[0] = *v;
        for (uint32_t i = 0; i < n; i++) {
            TRY(fit_allowed(w, t, &items[i], ok, depth));
            if (!*ok) return RC_OK;
        }
        *v = fv_list(items, n);
    }
    if (*ok && t->whole != NULL) return passes(w, t->whole, v, ok);
    return RC_OK;
}

enum rc value_fit(struct work *w, const struct dtype *t, struct str what, struct fv *v, bool *fits)
{
    *fits = true;
    if (t == NULL || v->kind == FV_NULL) return RC_OK;
    TRY(fit(w, t, v, fits, 0));
    if (*fits) return RC_OK;
    return null_for(w, &E_dmn_c_type, what, t->name, v);
}
