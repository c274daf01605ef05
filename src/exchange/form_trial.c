/*
 * form_trial.c - an area in memory that holds the forms at hand and nothing else: what the register would refuse is known before anything is
 * written, and rules and the form's own conditions are asked of each person.
 */
#include "exchange/form.h"

struct trial { struct forms_in *in; const struct pack_form_check *check; };

static enum rc found(void *ctx, const struct judged *j, struct err *err)
{
    struct trial *t = ctx;
    (void)err;
    if (j->verdict != VERDICT_HOLDS) return RC_OK;
    uint64_t id = j->id;
    void *file = map_find(&t->in->trial_ids, str_of((const char *)&id, sizeof id));
    if (file == NULL) return RC_OK;
    struct buf zh, en;
    buf_init(&zh, 1 << 16);
    buf_init(&en, 1 << 16);
    judged_note(j, LANG_ZH, &zh);
    judged_note(j, LANG_EN, &en);
    struct form_noting n = noting(t->in, (size_t)(uintptr_t)file - 1);
    NOTE(&n, t->check->element, STR(""), SEV_WARN, &E_form_check, buf_view(&zh), buf_view(&en));
    buf_fini(&zh);
    buf_fini(&en);
    return RC_OK;
}

/* The day on which ages are reckoned: what the form says, by the elements that may say it, best first; else today. */
static day_num as_of(const struct forms_in *in, size_t file)
{
    const struct pack_form *f = in->o.form;
    for (uint32_t d = 0; d < f->as_of_count; d++)
        for (uint32_t e = 0; e < f->elements_count; e++) {
            const struct form_cell *c = &in->people.at[file].values.cells[e];
            bool day = f->elements[e].field->type == FIELD_DATE || f->elements[e].field->type == FIELD_MONTH;
            if (day && str_eq(f->elements[e].element, f->as_of[d]) && c->value.kind == SV_INT) return c->value.i;
        }
    return in->o.today;
}

/* The form's own conditions, asked of the record. */
static enum rc ask(struct trial *t, size_t file, uint64_t id, struct err *err)
{
    struct forms_in *in = t->in;
    const struct feel_host *host;
    void *ctx;
    struct arena a;
    arena_init(&a, (size_t)256 << 20);
    record_host(t->in->trial, &a, &host, &ctx);
    struct fv self = {.kind = FV_RECORD, .reg = &in->o.form->over->feel, .id = (int64_t)id};
    enum rc rc = RC_OK;
    for (uint32_t i = 0; i < in->o.form->checks_count && rc == RC_OK; i++) {
        const struct pack_form_check *c = &in->o.form->checks[i];
        struct feel_run run = {.arena = &a, .host = host, .host_ctx = ctx, .today = as_of(in, file), .vars = &self, .vars_count = 1};
        struct fv v;
        if (c->must == NULL) continue;
        rc = feel_run(c->must, &run, &v, err);
        if (rc != RC_OK || v.kind != FV_BOOL || v.b) continue; /* what cannot be answered is no reproach */
        struct buf zh, en;
        buf_init(&zh, 1 << 16);
        buf_init(&en, 1 << 16);
        rc = feel_message_show(c->say, &run, LANG_ZH, &zh, err);
        if (rc == RC_OK) rc = feel_message_show(c->say_en != NULL ? c->say_en : c->say, &run, LANG_EN, &en, err);
        struct form_noting n = noting(in, file);
        if (rc == RC_OK) NOTE(&n, c->element, STR(""), SEV_WARN, &E_form_check, buf_view(&zh), buf_view(&en));
        buf_fini(&zh);
        buf_fini(&en);
    }
    arena_fini(&a);
    return rc;
}

static void remember(struct forms_in *in, uint64_t made, size_t file)
{
    uint64_t *id = arena_new(in->a, uint64_t);
    *id = made;
    (void)map_put(in->a, &in->trial_ids, str_of((const char *)id, sizeof *id), (void *)(uintptr_t)(file + 1));
}

static struct sv *own_values(struct forms_in *in, size_t i)
{
    const struct pack_form *f = in->o.form;
    struct err why;
    struct sv *own = arena_array(in->a, struct sv, f->over->stored_count + 1u);
    memcpy(own, in->people.at[i].values.own, f->over->stored_count * sizeof *own);
    for (uint32_t k = 0; k < f->fresh_count; k++) {
        struct sv *v = &own[f->fresh[k].field->column];
        if (v->kind == SV_NULL && record_value_parse(in->trial, f->fresh[k].field, f->fresh[k].text, in->a, v, &why) != RC_OK) *v = sv_null();
    }
    if (f->over->key != NULL && own[f->over->key->column].kind == SV_NULL) own[f->over->key->column] = sv_text(str_cat(in->a, STR("T"), str_u64(in->a, i)));
    return own;
}

/* Which value is it that the register does not take?  One without which the rest is taken. */
static bool put_aside(struct forms_in *in, size_t i, const struct change *c, const struct err *why, struct changed *made)
{
    const struct pack_form *f = in->o.form;
    struct person *p = &in->people.at[i];
    for (uint32_t e = 0; e < f->elements_count; e++) {
        const struct pack_form_element *el = &f->elements[e];
        struct err again;
        if (el->group != FORM_OWN || el->field->check == NULL || p->values.own[el->field->column].kind == SV_NULL) continue;
        struct sv was = p->values.own[el->field->column];
        p->values.own[el->field->column] = sv_null();
        if (record_create(in->trial, f->over, c, own_values(in, i), made, &again) == RC_OK) {
            struct form_noting n = noting(in, i);
            NOTE(&n, el->element, STR(""), SEV_WARN, &E_form_value, str_c(why->zh), str_c(why->en));
            p->values.cells[e].value = sv_null();
            p->values.cells[e].fits = false;
            form_aside(in->a, p->values.cells[e].node);
            return true;
        }
        p->values.own[el->field->column] = was;
    }
    return false;
}

static enum rc fill_one(struct trial *t, size_t i, const struct change *c, struct err *err)
{
    struct forms_in *in = t->in;
    const struct pack_form *f = in->o.form;
    struct person *p = &in->people.at[i];
    struct err why;
    struct changed made;
    err_clear(&why);
    enum rc rc = record_create(in->trial, f->over, c, own_values(in, i), &made, &why);
    if (rc == RC_INPUT && put_aside(in, i, c, &why, &made)) rc = RC_OK;
    if (rc == RC_SYSTEM || rc == RC_BROKEN) {
        if (err != NULL) *err = why;
        return rc;
    }
    if (rc == RC_CONFLICT) return RC_OK; /* somebody twice: told where people are looked for */
    if (rc != RC_OK) { /* the door would refuse it too: told now, beside the rest */
        struct form_noting n = noting(in, i);
        NOTE(&n, STR(""), STR(""), SEV_ERROR, &E_form_refused, str_c(why.zh), str_c(why.en));
        p->file->usable = false;
        return RC_OK;
    }
    uint64_t parent = made.id;
    remember(in, parent, i);
    for (size_t k = 0; k < p->values.rows.len; k++) {
        struct form_row *row = &p->values.rows.at[k];
        const struct pack_register *r = f->groups[row->group].reg;
        if (row->missing) continue;
        struct sv *values = arena_array(in->a, struct sv, r->stored_count + 1u);
        memcpy(values, row->values, r->stored_count * sizeof *values);
        values[r->parent->column] = sv_int((int64_t)parent);
        err_clear(&why);
        rc = record_create(in->trial, r, c, values, &made, &why);
        if (rc == RC_OK) {
            remember(in, made.id, i);
            continue;
        }
        struct form_noting n = noting(in, i);
        NOTE(&n, f->groups[row->group].element, STR(""), SEV_WARN, &E_form_value, str_c(why.zh), str_c(why.en));
        row->missing = true; /* it is not taken; the kept file has it */
        form_aside(in->a, row->item);
        for (uint32_t e = 0; e < f->elements_count; e++)
            if (!f->groups[row->group].list && f->groups[row->group].from == NULL && (f->elements[e].group == row->group || (row->also != FORM_OWN && f->elements[e].group == row->also)))
                form_aside(in->a, p->values.cells[e].node);
    }
    return ask(t, i, parent, err);
}

static void trial_close(void *arg)
{
    struct forms_in *in = arg;
    if (in->trial_store != NULL && store_in_transaction(in->trial_store)) store_rollback(in->trial_store);
    records_close(&in->trial);
    journal_close(&in->trial_journal);
    store_close(&in->trial_store);
}

enum rc forms_trial_open(struct forms_in *in, const struct pack_set *set, struct err *err)
{
    struct store_step *steps = NULL;
    struct store_options so = {.mode = STORE_CREATE, .memory = true};
    struct journal_options jo = {.alg = HASH_SHA256};
    arena_defer(in->a, trial_close, in);
    TRY(store_open(STR("trial"), &so, &in->trial_store, err));
    TRY(store_begin_write(in->trial_store, err));
    TRY(journal_create(in->trial_store, &jo, err));
    TRY(records_shape(in->trial_store, set, false, in->a, &steps, err));
    TRY(store_commit(in->trial_store, err));
    TRY(journal_open(in->trial_store, &in->trial_journal, err));
    TRY(records_open(in->trial_store, in->trial_journal, set, &in->trial, err));
    return store_begin_write(in->trial_store, err);
}

enum rc forms_trial(struct forms_in *in, size_t from, size_t to, struct err *err)
{
    struct trial t = {.in = in};
    struct change c = {.command = 1, .today = in->o.today, .happened = ENTRY_NO_DAY};
    for (size_t i = from; i < to; i++)
        if (in->files.at[i].usable) TRY(fill_one(&t, i, &c, err));
    return RC_OK;
}

static enum rc judge_rules(struct trial *t, const struct pack_set *set, struct err *err)
{
    struct forms_in *in = t->in;
    enum rc rc = RC_OK;
    for (uint32_t i = 0; i < in->o.form->checks_count && rc == RC_OK; i++) {
        const struct pack_rule *rule = in->o.form->checks[i].rule;
        struct roster_want *want;
        struct roster *roster = NULL;
        size_t n;
        if (rule == NULL) continue;
        t->check = &in->o.form->checks[i];
        struct judge_options o = {.today = in->o.today, .only = rule, .lang = LANG_ZH};
        rc = judge_want(set, rule, in->a, &want, &n, err);
        if (rc == RC_OK) rc = roster_load(t->in->trial, want, n, &roster, err);
        if (rc == RC_OK) rc = judge(roster, set, &o, found, t, err);
        roster_free(&roster);
    }
    return rc;
}

enum rc forms_in_check(struct forms_in *in, const struct pack_set *set, struct err *err)
{
    struct trial t = {.in = in};
    return judge_rules(&t, set, err);
}
