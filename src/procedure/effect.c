/* effect.c - what closing a step changes in other registers: through the same door as everything, or the step does not close. */
#include "procedure/inner.h"

enum { EFFECT_OVER_MAX = 2000 };

static enum rc failed(struct doing *k, const struct pack_effect *e, const struct err *why)
{
    return stop(k, false, STR("effect"), STR(""), &E_case_effect, e->reg->d.title.zh, str_dup(k->a, str_c(why->zh)), str_dup(k->a, str_c(why->en)));
}

static bool of_input(enum rc rc) { return rc == RC_INPUT || rc == RC_ABSENT || rc == RC_CONFLICT || rc == RC_DENIED || rc == RC_LIMIT; }

static enum rc values_of(struct doing *k, const struct pack_effect *e, const struct fv *vars, struct sv *out)
{
    for (uint32_t i = 0; i < e->count; i++) {
        struct fv v;
        struct err why;
        err_clear(&why);
        TRY(ask(k, e->values[i], vars, &v));
        out[i] = sv_null();
        if (fv_is_null(&v)) continue;
        uint32_t found;
        if (v.kind == FV_CODE && e->fields[i]->type == FIELD_CHOICE && v.codes != &e->fields[i]->codes->feel &&
            feel_codes_find(&e->fields[i]->codes->feel, v.codes->row_title[v.code], &found)) {
            v.codes = &e->fields[i]->codes->feel; /* the same word of another table */
            v.code = found;
        }
        enum rc rc = record_value_from_fv(e->fields[i], &v, k->a, &out[i], &why);
        if (rc != RC_OK) return of_input(rc) ? failed(k, e, &why) : rc;
    }
    return RC_OK;
}

static enum rc apply(struct doing *k, const struct pack_effect *e, int64_t line, const struct fv *one)
{
    struct fv *vars = world_vars(k, k->step, line), v;
    if (one != NULL) vars[e->one_slot] = *one;
    struct str name = line >= 0 ? str_cat(k->a, STR("（"), k->c->lines[line].display, STR("）")) : STR("");
    struct change c = k->d->change;
    struct changed done;
    struct err why;
    err_clear(&why);
    c.happened = k->day;
    if (e->when != NULL) {
        TRY(ask(k, e->when, vars, &v));
        if (fv_is_null(&v)) return stop(k, false, STR("effect"), STR(""), &E_case_effect_null, e->reg->d.title.zh, name);
        if (!fv_is_true(&v)) return RC_OK;
    }
    struct sv *given = arena_array(k->a, struct sv, e->count + 1);
    TRY(values_of(k, e, vars, given));
    const struct pack_register *reg = register_now(k, e->reg);
    const struct pack_field **fields = arena_array(k->a, const struct pack_field *, e->count + 1);
    for (uint32_t i = 0; i < e->count; i++) fields[i] = reg == NULL ? NULL : field_now(reg, e->fields[i]);
    for (uint32_t i = 0; i < e->count; i++)
        if (fields[i] == NULL) return stop(k, false, STR("effect"), STR(""), &E_case_effect_gone, e->reg->d.title.zh, e->fields[i]->title.zh);
    if (reg == NULL) return stop(k, false, STR("effect"), STR(""), &E_case_effect_gone, e->reg->d.title.zh, STR(""));
    enum rc rc;
    if (e->kind == EFFECT_CREATE) {
        struct sv *values = arena_array(k->a, struct sv, reg->stored_count + 1);
        for (uint32_t i = 0; i < reg->stored_count; i++) values[i] = (struct sv){SV_NULL, 1, {NULL, 0}};
        for (uint32_t i = 0; i < e->count; i++) values[fields[i]->column] = given[i];
        rc = record_create(k->now, reg, &c, values, &done, &why);
    } else {
        TRY(ask(k, e->which, vars, &v));
        if (v.kind != FV_RECORD) return stop(k, false, STR("effect"), STR(""), &E_case_effect_null, e->reg->d.title.zh, name);
        rc = e->kind == EFFECT_CLOSE ? record_close(k->now, reg, (uint64_t)v.id, 0, &c, &done, &why)
                                     : record_update(k->now, reg, (uint64_t)v.id, 0, &c, e->count, fields, given, &done, &why);
    }
    doing_wrote(k);
    if (rc != RC_OK && of_input(rc)) return failed(k, e, &why);
    if (rc != RC_OK && k->err != NULL) *k->err = why;
    return rc;
}

/* Once, or once for each of a list as it stands before the first. */
static enum rc apply_over(struct doing *k, const struct pack_effect *e, int64_t line)
{
    struct fv v;
    if (e->over == NULL) return apply(k, e, line, NULL);
    TRY(ask(k, e->over, world_vars(k, k->step, line), &v));
    struct str name = line >= 0 ? str_cat(k->a, STR("（"), k->c->lines[line].display, STR("）")) : STR("");
    if (v.kind != FV_LIST) return stop(k, false, STR("effect"), STR(""), &E_case_effect_null, e->reg->d.title.zh, name);
    if (v.count > EFFECT_OVER_MAX) return err_set(k->err, &E_case_effect_many, NO_PLACE, e->over->text, str_u64(k->a, v.count), str_u64(k->a, EFFECT_OVER_MAX));
    for (uint32_t i = 0; i < v.count; i++) TRY(apply(k, e, line, &v.items[i]));
    return RC_OK;
}

static bool of_kind(const struct pack_effect *e, struct str kind)
{
    for (uint32_t i = 0; i < e->kinds_count; i++)
        if (str_eq(e->kinds[i], kind)) return true;
    return e->kinds_count == 0;
}

/* The step's own fields, as they were written. */
static void own_again(struct doing *k)
{
    const struct step_now *s = &k->c->steps[k->step->idx];
    k->own = s->items;
    k->own_each = arena_array(k->a, struct sv *, k->c->lines_count + 1);
    for (uint32_t l = 0; l < k->c->lines_count; l++)
        k->own_each[l] = s->each != NULL && s->each[l] != NULL ? s->each[l] : arena_array(k->a, struct sv, k->step->items_count + 1);
}

enum rc effects_run(struct doing *k)
{
    own_again(k);
    for (uint32_t i = 0; i < k->step->effects_count; i++) {
        const struct pack_effect *e = &k->step->effects[i];
        if (!e->each) {
            TRY(apply_over(k, e, -1));
            continue;
        }
        for (uint32_t l = 0; l < k->c->lines_count; l++)
            if (in_play(k, k->step, l) && of_kind(e, k->c->lines[l].kind)) TRY(apply_over(k, e, l));
    }
    return RC_OK;
}
