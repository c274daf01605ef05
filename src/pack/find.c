/* find.c - looking things up in a loaded set. */
#include "pack/inner.h"

const struct pack_register *pack_register_find(const struct pack_set *s, struct str name_or_title)
{
    for (uint32_t i = 0; i < s->registers_count; i++) {
        const struct pack_register *r = s->registers[i];
        if (str_eq(r->feel.name, name_or_title) || str_eq(r->feel.title, name_or_title)) return r;
    }
    return NULL;
}

const struct pack_field *pack_field_find(const struct pack_register *r, struct str name_or_title)
{
    for (uint32_t i = 0; i < r->fields_count; i++) {
        const struct pack_field *f = &r->fields[i];
        if (str_eq(f->name, name_or_title) || str_eq(f->member->title, name_or_title)) return f;
    }
    return NULL;
}

const struct pack_rule *pack_rule_find(const struct pack_set *s, struct str name)
{
    for (uint32_t i = 0; i < s->rules_count; i++)
        if (str_eq(s->rules[i]->d.name, name)) return s->rules[i];
    return NULL;
}

const struct pack_procedure *pack_procedure_find(const struct pack_set *s, struct str name_or_title)
{
    for (uint32_t i = 0; i < s->procedures_count; i++) {
        const struct pack_procedure *p = s->procedures[i];
        if (str_eq(p->d.name, name_or_title) || str_eq(p->d.title.zh, name_or_title)) return p;
    }
    return NULL;
}

const struct pack_step *pack_step_find(const struct pack_procedure *p, struct str name_or_title)
{
    for (uint32_t i = 0; i < p->steps_count; i++)
        if (str_eq(p->steps[i]->name, name_or_title) || str_eq(p->steps[i]->title.zh, name_or_title)) return p->steps[i];
    return NULL;
}

struct str text2_in(const struct text2 *t, enum lang lang)
{
    struct str first = lang == LANG_EN ? t->en : t->zh, second = lang == LANG_EN ? t->zh : t->en;
    return first.len > 0 ? first : second;
}

#define FIND(what)                                                                                                           \
    const struct pack_##what *pack_##what##_find(const struct pack_set *s, struct str name_or_title)                         \
    {                                                                                                                        \
        for (uint32_t i = 0; i < s->what##s_count; i++)                                                                      \
            if (str_eq(s->what##s[i]->d.name, name_or_title) || str_eq(s->what##s[i]->d.title.zh, name_or_title))            \
                return s->what##s[i];                                                                                        \
        return NULL;                                                                                                         \
    }
FIND(form)
FIND(roster)
FIND(report)
#undef FIND

enum rc pack_due(const struct pack_set *s, const struct feel_program *p, const struct fv *v, day_num from, bool *known, day_num *out, struct err *err)
{
    int64_t n;
    *known = true;
    if (v->kind == FV_MONTHS && day_add_months(from, v->months, out)) return RC_OK;
    if (v->kind == FV_SPAN) {
        *out = from + v->span.second / 86400;
        return RC_OK;
    }
    struct str unit = p->root->op == FEEL_PARAMETER && p->root->slot < s->params_count ? s->params[p->root->slot].unit : STR("");
    if (v->kind == FV_NUMBER && dec_to_i64(v->num, &n)) {
        if (str_eq(unit, STR("day"))) {
            *out = from + n;
            return RC_OK;
        }
        if (str_eq(unit, STR("month")) && day_add_months(from, n, out)) return RC_OK;
        if (str_eq(unit, STR("year")) && day_add_months(from, n * 12, out)) return RC_OK;
        if (str_eq(unit, STR("workday")) && s->calendar != NULL) return calendar_add(s->calendar, from, n, out, err);
    }
    *known = false;
    return RC_OK;
}
