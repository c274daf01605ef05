/*
 * roster_host.c - answers FEEL's questions from columns.  Scalar fields cost no memory; lists and instants take the run's arena.
 * A derived field is worked out when first asked for and remembered by row.
 */
#include "record/roster_inner.h"

/* A register may have more records than an expression may make items; the run's arena bounds both. */
enum { LIST_MAX = 4000000, SHOWN_MAX = 64 * 1024 };

static struct fv fv_record(const struct pack_register *reg, int64_t id)
{
    struct fv v = {.kind = FV_RECORD};
    v.reg = &reg->feel;
    v.id = id;
    return v;
}

static enum rc not_loaded(const struct pack_register *reg, struct str member, struct err *err)
{
    char path[128];
    int n = snprintf(path, sizeof path, STR_FMT "." STR_FMT, STR_ARG(reg->d.name), STR_ARG(member));
    return err_set(err, &E_roster_not_loaded, NO_PLACE, str_of(path, n < 0 ? 0 : MIN((size_t)n, sizeof path - 1)));
}

/* ---- stored fields ---- */

static void note_read(struct roster *r, const struct roster_table *t, uint32_t row, const struct pack_field *f)
{
    if (r->reads == NULL) return;
    size_t n = MIN(*r->reads_count, r->reads_max);
    int64_t id = roster_id(t, row);
    for (size_t i = 0; i < n; i++)
        if (r->reads[i].field == f && r->reads[i].id == id) return;
    if (n < r->reads_max)
        r->reads[n] = (struct roster_read){.reg = t->reg, .id = id, .version = roster_row_version(t, row), .field = f};
    (*r->reads_count)++;
}

static enum rc stored(struct feel_run *run, const struct roster *r, const struct roster_column *c, uint32_t row, struct fv *out, struct err *err)
{
    int64_t v;
    if (!roster_get(c, row, &v)) {
        *out = fv_null();
        return RC_OK;
    }
    const struct pack_field *f = c->field;
    switch ((enum column_shape)c->shape) {
    case SHAPE_BOOL: *out = fv_bool(v != 0); break;
    case SHAPE_DAY:
        *out = fv_day(v);
        out->flag = f->type == FIELD_MONTH;
        break;
    case SHAPE_INT:
        if (f->type == FIELD_DATETIME) {
            struct datetime *dt = arena_try(run->arena, sizeof(*dt));
            if (dt == NULL) return err_set0(err, &E_feel_memory, NO_PLACE);
            *dt = datetime_from_us(v);
            *out = (struct fv){.kind = FV_DATETIME};
            out->datetime = dt;
        } else {
            *out = (struct fv){.kind = FV_NUMBER};
            out->num = f->len == 0 ? dec_i64(v) : dec_scaled(v, (int)f->len);
        }
        break;
    case SHAPE_CODE:
        *out = (struct fv){.kind = FV_CODE};
        out->codes = &f->codes->feel;
        out->code = (uint32_t)v;
        break;
    case SHAPE_ID: *out = fv_record(f->ref, v); break;
    case SHAPE_ROW: *out = fv_record(f->ref, roster_id(c->target, (uint32_t)v)); break;
    case SHAPE_TEXT: {
        struct str s = roster_text(r, v);
        int64_t months;
        struct dt_span span;
        if (f->type != FIELD_DURATION) {
            *out = fv_str(s);
        } else if (months_parse(s, &months)) {
            *out = fv_months(months);
        } else if (span_parse(s, &span)) {
            *out = (struct fv){.kind = FV_SPAN};
            out->span = span;
        } else {
            *out = fv_null();
        }
        break;
    }
    }
    return RC_OK;
}

/* ---- derived fields ---- */

/* A run of our own inside the caller's: same arena, day and budget, with this record as the only variable. */
static enum rc sub_run(struct feel_run *run, const struct feel_program *p, const struct fv *self, struct fv *out, struct err *err)
{
    if (run->depth >= FEEL_DEPTH_MAX) return err_set(err, &E_feel_depth, NO_PLACE, STR("64"));
    if (run->steps_left == 0) return err_set0(err, &E_feel_steps, NO_PLACE);
    struct feel_run sub = {.arena = run->arena,
                           .host = run->host,
                           .host_ctx = run->host_ctx,
                           .today = run->today,
                           .now_us = run->now_us,
                           .zone = run->zone,
                           .vars = self,
                           .vars_count = 1,
                           .steps_left = run->steps_left,
                           .depth = run->depth + 1};
    enum rc rc = feel_run(p, &sub, out, err);
    run->steps_left = sub.steps_left;
    return rc;
}

static enum rc derived(struct feel_run *run, struct roster *r, const struct roster_table *t, uint32_t row, struct roster_memo *m,
                       struct fv *out, struct err *err)
{
    struct memo_set *s = r->tracing ? NULL : roster_memo_set(r, m, t, run->today);
    if (s != NULL && roster_memo_get(r, m, s, row, out)) return RC_OK;
    struct fv self = fv_record(t->reg, roster_id(t, row));
    struct arena_mark mark = arena_mark(run->arena);
    TRY(record_derive(run, m->field, &self, out, err));
    if (s != NULL) {
        roster_memo_put(r, m, s, row, out);
        if (roster_memo_get(r, m, s, row, out)) arena_reset(run->arena, mark); /* it is remembered: what it took to get there can go */
    }
    return RC_OK; /* of a null, FEEL says itself which member of which record it was */
}

/* ---- the host ---- */

/* A condition over many records may ask for many lists before its arena is reset: that ends in RC_LIMIT, not in the arena's MUST. */
static enum rc list_make(struct feel_run *run, uint32_t n, struct fv **items, struct err *err)
{
    if (n > LIST_MAX) return err_set(err, &E_feel_list_max, NO_PLACE, STR("4000000"));
    *items = arena_try(run->arena, (size_t)n * sizeof(struct fv));
    return *items == NULL ? err_set0(err, &E_feel_memory, NO_PLACE) : RC_OK;
}

static enum rc back_list(struct feel_run *run, const struct roster_back *b, uint32_t row, struct fv *out, struct err *err)
{
    uint32_t from = b->start[row], n = b->start[row + 1] - from;
    struct fv *items;
    TRY(list_make(run, n, &items, err));
    for (uint32_t i = 0; i < n; i++) items[i] = fv_record(b->from->reg, roster_id(b->from, b->rows[from + i]));
    *out = fv_list(items, n);
    return RC_OK;
}

static enum rc host_member(struct feel_run *run, const struct feel_register *freg, int64_t id, const struct feel_member *m, struct fv *out,
                           struct err *err)
{
    struct roster *r = run->host_ctx;
    const struct pack_register *reg = freg->host;
    const struct roster_table *t = r->tables[reg->idx];
    uint32_t row = t == NULL ? ROSTER_NO_ROW : roster_row(t, id);
    if (row == ROSTER_NO_ROW) return not_loaded(reg, m->name, err);
    if (m->slot < reg->fields_count) {
        const struct roster_column *c = t->columns[m->slot];
        if (c != NULL) {
            if (r->tracing) note_read(r, t, row, c->field);
            return stored(run, r, c, row, out, err);
        }
        if (t->memos[m->slot] != NULL) return derived(run, r, t, row, t->memos[m->slot], out, err);
        return not_loaded(reg, m->name, err);
    }
    const struct roster_back *b = &t->backs[m->slot - reg->fields_count];
    if (b->start == NULL) return not_loaded(reg, m->name, err);
    return back_list(run, b, row, out, err);
}

static enum rc host_all(struct feel_run *run, const struct feel_register *freg, struct fv *out, struct err *err)
{
    const struct roster *r = run->host_ctx;
    const struct pack_register *reg = freg->host;
    const struct roster_table *t = r->tables[reg->idx];
    if (t == NULL) return not_loaded(reg, STR("*"), err);
    struct fv *items;
    uint32_t n = 0;
    TRY(list_make(run, t->open, &items, err));
    for (uint32_t i = 0; i < t->rows; i++)
        if (roster_is_open(t, i)) items[n++] = fv_record(reg, roster_id(t, i));
    *out = fv_list(items, n);
    return RC_OK;
}

static enum rc host_param(struct feel_run *run, uint32_t slot, day_num day, struct fv *out, struct err *err)
{
    const struct roster *r = run->host_ctx;
    (void)err;
    MUST(slot < r->set->params_count);
    *out = pack_param_on(&r->set->params[slot], day);
    return RC_OK;
}

static enum rc text_dup(struct feel_run *run, struct str s, struct str *out, struct err *err)
{
    char *p = arena_try(run->arena, s.len + 1);
    if (p == NULL) return err_set0(err, &E_feel_memory, NO_PLACE);
    if (s.len > 0) memcpy(p, s.ptr, s.len);
    *out = str_of(p, s.len);
    return RC_OK;
}

static enum rc shown(struct feel_run *run, const struct fv *v, struct str *out, struct err *err)
{
    *out = STR_NONE;
    if (v->kind == FV_STRING) *out = v->str;
    if (v->kind == FV_NULL || v->kind == FV_STRING) return RC_OK;
    struct buf b;
    buf_init(&b, SHOWN_MAX);
    fv_show(run, v, STR_NONE, LANG_ZH, &b);
    enum rc rc = text_dup(run, buf_view(&b), out, err);
    buf_fini(&b);
    return rc;
}

/* Its display; its key where that is empty; "#12" where nothing else is there. */
static enum rc host_display(struct feel_run *run, const struct feel_register *freg, int64_t id, struct str *out, struct err *err)
{
    struct roster *r = run->host_ctx;
    const struct pack_register *reg = freg->host;
    const struct roster_table *t = r->tables[reg->idx];
    uint32_t row = t == NULL ? ROSTER_NO_ROW : roster_row(t, id);
    struct fv v = fv_null();
    if (row != ROSTER_NO_ROW && reg->display != NULL) {
        struct fv self = fv_record(reg, id);
        struct err lack;
        err_clear(&lack);
        enum rc rc = sub_run(run, reg->display, &self, &v, &lack);
        if (rc != RC_OK) {
            if (lack.kind != &E_roster_not_loaded) {
                if (err != NULL) *err = lack;
                return rc;
            }
            v = fv_null(); /* a register that nothing was to be shown of */
        }
    }
    TRY(shown(run, &v, out, err));
    if (out->len > 0) return RC_OK;
    if (row != ROSTER_NO_ROW && reg->key != NULL && t->columns[reg->key->idx] != NULL) {
        TRY(stored(run, r, t->columns[reg->key->idx], row, &v, err));
        TRY(shown(run, &v, out, err));
        if (out->len > 0) return RC_OK;
    }
    char number[24];
    int len = snprintf(number, sizeof number, "#%lld", (long long)id);
    return text_dup(run, str_of(number, (size_t)len), out, err);
}

void roster_host_init(struct roster *r)
{
    r->host = (struct feel_host){.member = host_member, .all = host_all, .param = host_param, .display = host_display,
                                 .calendar = r->set->calendar};
}

void roster_host(struct roster *r, const struct feel_host **host, void **ctx)
{
    roster_check(r);
    *host = &r->host;
    *ctx = r;
}
