/*
 * vector.c - may the vector evaluator take a rule?  The compiler itself is asked: columns as the fields are declared, without a cell in
 * them.  What it cannot take is named for `guiju pack check`; such a rule is judged record by record.
 */
#include "pack/inner.h"

bool pack_column(const struct pack_field *f, struct feel_column *out)
{
    *out = (struct feel_column){0};
    switch (f->type) {
    case FIELD_BOOL: out->kind = FEEL_COLUMN_BOOL; break;
    case FIELD_NUMBER:
        out->kind = FEEL_COLUMN_NUMBER;
        out->scale = (uint8_t)f->len;
        return f->len <= 18;
    case FIELD_DATE:
    case FIELD_MONTH: out->kind = FEEL_COLUMN_DAY; break;
    case FIELD_DATETIME: out->kind = FEEL_COLUMN_DATETIME; break;
    case FIELD_DURATION: out->kind = FEEL_COLUMN_MONTHS; break;
    case FIELD_CHOICE:
        out->kind = FEEL_COLUMN_CODE;
        out->codes = &f->codes->feel;
        break;
    case FIELD_REF:
        out->kind = FEEL_COLUMN_ROW;
        out->reg = &f->ref->feel;
        break;
    case FIELD_TEXT:
    case FIELD_FILE:
        out->kind = FEEL_COLUMN_TEXT;
        return f->derive == NULL; /* made text has no column */
    }
    return true;
}

struct seen { bool ok; struct feel_why why; };

struct asked {
    struct arena *a;
    const struct load *l;
    struct map *seen;      /* by "register.field": what became of a derived field */
};

static bool column(void *ctx, const struct feel_register *reg, const struct feel_member *m, struct feel_column *out, struct feel_why *why);

static bool back(void *ctx, const struct feel_register *reg, const struct feel_member *m, struct feel_back *out)
{
    const struct pack_register *r = reg->host;
    (void)ctx;
    if (m->slot < r->fields_count || m->slot - r->fields_count >= r->backs_count) return false;
    *out = (struct feel_back){.from = &r->backs[m->slot - r->fields_count].from->feel};
    return true;
}

static bool rows(void *ctx, const struct feel_register *reg, uint32_t *n, const uint64_t **gone)
{
    (void)ctx, (void)reg;
    *n = 0;
    *gone = NULL;
    return true;
}

static enum rc param(struct feel_run *run, uint32_t slot, day_num day, struct fv *out, struct err *err)
{
    const struct asked *q = run->host_ctx;
    (void)err;
    MUST(slot < q->l->set->params_count);
    *out = pack_param_on(&q->l->set->params[slot], day);
    return RC_OK;
}

static bool takes(struct asked *q, const struct feel_program *p, const struct feel_register *self, const struct feel_register *pair, struct feel_why *why)
{
    static const struct feel_columns columns = {.column = column, .back = back, .rows = rows};
    struct feel_host host = {.param = param, .calendar = q->l->set->calendar};
    struct feel_vector_options o = {.columns = &columns, .columns_ctx = q, .self = self, .pair = pair, .host = &host, .host_ctx = q, .today = q->l->o->today,
                                    .zone = q->l->set->zone};
    return feel_vector_make(q->a, p, &o, why) != NULL;
}

static bool column(void *ctx, const struct feel_register *reg, const struct feel_member *m, struct feel_column *out, struct feel_why *why)
{
    struct asked *q = ctx;
    const struct pack_register *r = reg->host;
    if (m->slot >= r->fields_count) return false;
    const struct pack_field *f = &r->fields[m->slot];
    if (!pack_column(f, out)) {
        *why = (struct feel_why){str_cat(q->a, f->title.zh, STR("（拼出的文字）")), str_cat(q->a, f->name, STR(" (a text that is made)"))};
        return false;
    }
    if (f->derive == NULL) return true;
    struct str key = str_cat(q->a, r->d.name, STR("."), f->name);
    struct seen *s = map_find(q->seen, key);
    if (s == NULL) {
        struct feel_why inner = {STR_NONE, STR_NONE};
        s = arena_new(q->l->a, struct seen);
        s->ok = takes(q, f->derive, reg, NULL, &inner) && (f->otherwise == NULL || takes(q, f->otherwise, reg, NULL, &inner));
        if (!s->ok) s->why = (struct feel_why){str_cat(q->l->a, f->title.zh, STR("："), inner.zh), str_cat(q->l->a, f->name, STR(": "), inner.en)};
        (void)map_put(q->l->a, q->seen, str_dup(q->l->a, key), s);
    }
    *why = s->why;
    return s->ok;
}

void vector_check(struct pack_rule *r, struct load *l)
{
    struct arena scratch;
    struct feel_why why = {STR_NONE, STR_NONE};
    if (r->over == NULL || r->when == NULL) return;
    arena_init(&scratch, (size_t)256 * 1024 * 1024);
    struct asked q = {.a = &scratch, .l = l, .seen = &l->vector_seen};
    const struct feel_register *pair = r->each == NULL ? NULL : &r->each->feel;
    r->vector_ready = (r->where == NULL || takes(&q, r->where, &r->over->feel, pair, &why)) && takes(&q, r->when, &r->over->feel, pair, &why);
    if (!r->vector_ready) r->vector_why = (struct text2){str_dup(l->a, why.zh), str_dup(l->a, why.en)};
    arena_fini(&scratch);
}
