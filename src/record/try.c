/*
 * try.c - what a change would be told, without making it: every check, not only the first that fails, and what derived fields would come to.
 */
#include "record/inner.h"

struct trying {
    struct records *rs;
    struct reg_bind *b;
    const struct record_trial *t;
    struct fv self;
    uint64_t id;
};

static enum rc tell(const struct trying *x, const struct pack_field *f, const struct err *e, struct err *err) { return x->t->problem(x->t->ctx, f, e, err); }

static bool is_asked(const struct record_trial *t, uint32_t column) { return t->only == NULL || t->only[column]; }

static enum rc try_fields(const struct trying *x, struct err *err)
{
    for (uint32_t i = 0; i < x->b->reg->stored_count; i++) {
        const struct pack_field *f = x->b->stored[i];
        const struct sv *v = &x->t->values[i];
        struct err why;
        err_clear(&why);
        if (!is_asked(x->t, i)) continue;
        enum rc rc = RC_OK;
        struct record rec;
        uint64_t other = 0;
        int n = 0;
        if (v->kind == SV_NULL && f->required && f->init == NULL) rc = err_set(&why, &E_record_required, NO_PLACE, reg_title(x->b->reg), field_title(f));
        if (rc == RC_OK && v->kind != SV_NULL) rc = value_check(f, v, &why);
        if (rc == RC_OK && v->kind == SV_INT && f->type == FIELD_REF) rc = row_get(x->rs, bind_of(x->rs, f->ref), (uint64_t)v->i, &x->rs->scratch, &rec, &why);
        if (rc == RC_OK && v->kind != SV_NULL && (f->key || f->unique)) {
            TRY(find_by_value(x->rs, x->b, f->column, v, false, &other, &n, err));
            if (n > 0 && other != x->id)
                rc = err_set(&why, &E_record_unique, NO_PLACE, field_title(f), value_shown(&x->rs->scratch, f, v),
                             str_cat(&x->rs->scratch, reg_title(x->b->reg), id_text(&x->rs->scratch, other)));
        }
        if (rc == RC_SYSTEM || rc == RC_BROKEN || rc == RC_BUSY) {
            if (err != NULL) *err = why;
            return rc;
        }
        if (rc != RC_OK) TRY(tell(x, f, &why, err));
    }
    for (uint32_t i = 0; i < x->b->reg->trees_count; i++) {
        const struct pack_field *f = x->b->reg->trees[i];
        struct err why;
        err_clear(&why);
        if (is_asked(x->t, f->column) && tree_check(x->rs, x->b, f, x->id, &x->t->values[f->column], &why) != RC_OK) TRY(tell(x, f, &why, err));
    }
    return RC_OK;
}

static bool reads_asked(const struct trying *x, const struct need *n)
{
    if (x->t->only == NULL) return true;
    for (uint32_t i = 0; i < x->b->reg->stored_count; i++)
        if (x->t->only[i] && bit_get(n->reads, x->b->stored[i]->idx)) return true;
    return false;
}

static enum rc try_needs(const struct trying *x, struct err *err)
{
    for (uint32_t i = 0; i < x->b->needs_count; i++) {
        const struct need *n = &x->b->needs[i];
        if (!reads_asked(x, n) || (n->field != NULL && x->t->values[n->field->column].kind == SV_NULL)) continue;
        struct arena_mark m = arena_mark(&x->rs->scratch);
        struct feel_run run = host_run(x->rs->host, &x->rs->scratch, x->t->today, &x->self);
        struct fv v;
        struct err why;
        err_clear(&why);
        TRY(feel_run(n->program, &run, &v, err));
        if (v.kind == FV_BOOL && !v.b) {
            enum rc rc = say_check(&run, x->b, n, x->t->values, &why);
            if (rc != RC_OK) TRY(tell(x, n->field, &why, err));
        }
        arena_reset(&x->rs->scratch, m);
    }
    return RC_OK;
}

static enum rc try_derived(const struct trying *x, struct err *err)
{
    if (x->t->derived == NULL) return RC_OK;
    for (uint32_t i = 0; i < x->b->reg->fields_count; i++) {
        const struct pack_field *f = &x->b->reg->fields[i];
        struct fv v;
        struct sv stored = sv_null();
        struct err ignored;
        if (f->derive == NULL) continue;
        struct arena_mark m = arena_mark(&x->rs->scratch);
        struct feel_run run = host_run(x->rs->host, &x->rs->scratch, x->t->today, &x->self);
        TRY(record_derive(&run, f, &x->self, &v, err));
        if (!fv_is_null(&v) && record_value_from_fv(f, &v, &x->rs->scratch, &stored, &ignored) != RC_OK) stored = sv_null();
        TRY(x->t->derived(x->t->ctx, f, &stored, err));
        arena_reset(&x->rs->scratch, m);
    }
    return RC_OK;
}

enum rc record_try(struct records *rs, const struct pack_register *r, uint64_t id, const struct record_trial *t, struct err *err)
{
    struct reg_bind *b = bind_of(rs, r);
    struct trying x = {rs, b, t, {.kind = FV_RECORD, .reg = &r->feel}, id};
    /* A record that is not there yet has a number that none has. */
    uint64_t stand_in = id != 0 ? id : (UINT64_C(1) << 53) - 1;
    x.self.id = (int64_t)stand_in;
    struct arena_mark m = arena_mark(&rs->scratch);
    TRY(bind_rows(rs, b, err));
    if (rs->host == NULL) rs->host = host_make(rs, &rs->arena);
    enum rc rc = try_fields(&x, err);
    host_overlay(rs->host, b, stand_in, t->values);
    if (rc == RC_OK) rc = try_needs(&x, err);
    if (rc == RC_OK) rc = try_derived(&x, err);
    host_overlay(rs->host, NULL, 0, NULL);
    arena_reset(&rs->scratch, m);
    return rc;
}
