/*
 * values.c - the values that records must have, stored and derived.
 */
#include "scenario/scenario_inner.h"

struct reader {
    struct play *p;
    struct feel_run run;
};

static struct str show(struct reader *r, const struct fv *v, enum lang lang)
{
    if (fv_is_null(v)) return lang == LANG_ZH ? STR("空缺") : STR("empty");
    struct buf b;
    buf_init(&b, SCENARIO_TEXT_MAX);
    fv_show(&r->run, v, STR_NONE, lang, &b);
    return play_text(r->p, &b);
}

static enum rc compare_value(struct reader *r, const struct pack_expect_record *x, uint64_t id, const struct pack_given_value *v, struct err *err)
{
    struct play *p = r->p;
    struct fv found, expected = fv_null();
    p->result->compared++;
    TRY(r->run.host->member(&r->run, &x->reg->feel, (int64_t)id, v->field->member, &found, err));
    if (!v->is_null) {
        struct sv sv;
        struct err e;
        err_clear(&e);
        enum rc rc = record_value_parse(p->records, v->field, v->text, p->a, &sv, &e);
        if (rc == RC_INPUT || rc == RC_ABSENT || rc == RC_CONFLICT) {
            play_differ(p, &E_scenario_name, v->place, v->text, str_dup(p->a, str_c(e.zh)), str_dup(p->a, str_c(e.en)));
            return RC_OK;
        }
        if (rc != RC_OK) {
            if (err != NULL) *err = e;
            return rc;
        }
        record_value_fv(v->field, &sv, p->a, &expected);
    }
    bool same = fv_is_null(&expected) ? fv_is_null(&found) : fv_equal(&expected, &found) == 1;
    if (same) return RC_OK;
    struct str cause = STR("");
    if (fv_is_null(&found) && found.cause != NULL) {
        struct buf b;
        buf_init(&b, SCENARIO_TEXT_MAX);
        feel_cause_show(&r->run, feel_cause_root(found.cause), LANG_ZH, &b);
        cause = play_text(p, &b);
    }
    struct str wanted = v->is_null ? STR("null") : v->text;
    play_differ(p, &E_scenario_value, v->place, x->record, text2_in(&v->field->title, LANG_ZH), wanted, show(r, &found, LANG_ZH),
                show(r, &found, LANG_EN), cause);
    return RC_OK;
}

enum rc play_records(struct play *p, struct err *err)
{
    if (p->s->records_count == 0) return RC_OK;
    struct reader r = {.p = p};
    r.run = (struct feel_run){.arena = p->a, .today = p->s->today, .zone = p->set->zone};
    record_host(p->records, p->a, &r.run.host, &r.run.host_ctx);
    for (uint32_t i = 0; i < p->s->records_count; i++) {
        const struct pack_expect_record *x = &p->s->records[i];
        uint64_t id = 0;
        struct err e;
        err_clear(&e);
        enum rc rc = record_resolve(p->records, x->reg, x->record, &id, &e);
        if (rc == RC_ABSENT || rc == RC_CONFLICT || rc == RC_INPUT) {
            play_differ(p, &E_scenario_name, x->place, x->record, str_dup(p->a, str_c(e.zh)), str_dup(p->a, str_c(e.en)));
            continue;
        }
        if (rc != RC_OK) {
            if (err != NULL) *err = e;
            return rc;
        }
        for (uint32_t k = 0; k < x->values_count; k++) {
            r.run.steps_left = FEEL_STEPS_DEFAULT;
            TRY(compare_value(&r, x, id, &x->values[k], err));
        }
    }
    return RC_OK;
}
