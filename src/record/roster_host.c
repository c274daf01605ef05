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

static enum rc not_loaded(struct roster *r, const struct pack_register *reg, struct str member, struct err *err)
{
    struct arena_mark m = arena_mark(&r->arena);
    struct str path = str_cat(&r->arena, reg->d.name, STR("."), member);
    enum rc rc = err_set(err, &E_roster_not_loaded, NO_PLACE, path);
    arena_reset(&r->arena, m);
    return rc;
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

static size_t memo_bytes(size_t width) { return sizeof(struct memo_block) + ROSTER_BLOCK * width; }

void roster_memo_clear(struct roster *r, struct roster_memo *m)
{
    for (uint32_t i = 0; i < m->blocks_count; i++)
        if (m->blocks[i] != NULL) roster_drop(r, m->blocks[i], memo_bytes(m->blocks[i]->width));
    roster_drop(r, m->blocks, m->blocks_count * sizeof(void *));
    m->blocks = NULL;
    m->blocks_count = 0;
}

static struct memo_block *memo_make(struct roster *r, size_t width)
{
    struct memo_block *b = calloc(1, memo_bytes(width));
    if (b == NULL) return NULL;
    b->width = (uint8_t)width;
    r->bytes += memo_bytes(width);
    return b;
}

/* The block of a row, made where there is none; NULL without memory: then nothing is remembered, and all stays right. */
static struct memo_block **memo_block(struct roster *r, struct roster_memo *m, const struct roster_table *t, uint32_t row)
{
    if (m->shape == MEMO_S_NONE) return NULL;
    if (m->blocks == NULL) {
        uint32_t n = (t->rows_all + ROSTER_BLOCK - 1) >> ROSTER_BLOCK_BITS;
        m->blocks = calloc(n, sizeof(void *));
        if (m->blocks == NULL) return NULL;
        m->blocks_count = n;
        r->bytes += n * sizeof(void *);
    }
    struct memo_block **b = &m->blocks[row >> ROSTER_BLOCK_BITS];
    if (*b == NULL) *b = memo_make(r, m->shape == MEMO_S_BOOL ? 0 : 4);
    return *b == NULL ? NULL : b;
}

static int64_t memo_cell(const struct memo_block *b, uint32_t i)
{
    const void *p = b->cells;
    if (b->width == 8) return ((const int64_t *)p)[i];
    return b->width == 4 ? ((const int32_t *)p)[i] : 0;
}

/* False: a wide value, and no memory to widen the block. */
static bool memo_cell_set(struct roster *r, struct memo_block **bp, uint32_t i, int64_t v)
{
    if ((*bp)->width == 4 && (v < INT32_MIN || v > INT32_MAX)) {
        struct memo_block *w = memo_make(r, 8);
        if (w == NULL) return false;
        memcpy(w->state, (*bp)->state, sizeof w->state);
        int64_t *to = (int64_t *)(void *)w->cells;
        for (uint32_t k = 0; k < ROSTER_BLOCK; k++) to[k] = memo_cell(*bp, k);
        roster_drop(r, *bp, memo_bytes(4));
        *bp = w;
    }
    void *p = (*bp)->cells;
    if ((*bp)->width == 8) ((int64_t *)p)[i] = v;
    if ((*bp)->width == 4) ((int32_t *)p)[i] = (int32_t)v;
    return true;
}

static bool memo_get(const struct roster *r, const struct roster_memo *m, const struct memo_block *b, uint32_t i, struct fv *out)
{
    enum memo_state s = (enum memo_state)b->state[i];
    if (s == MEMO_UNKNOWN || s == MEMO_AGAIN) return false;
    if (s == MEMO_NULL) {
        *out = fv_null();
        return true;
    }
    if (s != MEMO_VALUE) {
        *out = fv_bool(s == MEMO_TRUE);
        return true;
    }
    int64_t v = memo_cell(b, i);
    switch ((enum memo_shape)m->shape) {
    case MEMO_S_NUMBER:
        *out = (struct fv){.kind = FV_NUMBER};
        out->num = m->field->len == 0 ? dec_i64(v) : dec_scaled(v, (int)m->field->len);
        return true;
    case MEMO_S_DAY: /* the last bit says that it is a month */
        *out = fv_day(v >> 1);
        out->flag = (uint8_t)(v & 1);
        return true;
    case MEMO_S_MONTHS: *out = fv_months(v); return true;
    case MEMO_S_CODE:
        *out = (struct fv){.kind = FV_CODE};
        out->codes = &m->field->codes->feel;
        out->code = (uint32_t)v;
        return true;
    case MEMO_S_RECORD: *out = fv_record(m->field->ref, v); return true;
    case MEMO_S_TEXT: *out = fv_str(roster_text(r, v)); return true;
    case MEMO_S_NONE:
    case MEMO_S_BOOL: break;
    }
    return false;
}

static void memo_put(struct roster *r, const struct roster_memo *m, struct memo_block **bp, uint32_t i, const struct fv *v)
{
    int64_t cell = 0;
    bool fits = false;
    enum memo_state as = MEMO_VALUE;
    switch ((enum fv_kind)v->kind) {
    case FV_NULL:
        fits = true;
        as = MEMO_NULL;
        break;
    case FV_BOOL:
        fits = m->shape == MEMO_S_BOOL;
        as = v->b ? MEMO_TRUE : MEMO_FALSE;
        break;
    case FV_NUMBER:
        fits = m->shape == MEMO_S_NUMBER && dec_to_scaled(v->num, (int)m->field->len, &cell);
        break;
    case FV_DATE:
        fits = m->shape == MEMO_S_DAY;
        cell = v->day * 2 + (v->flag & 1);
        break;
    case FV_MONTHS:
        fits = m->shape == MEMO_S_MONTHS;
        cell = v->months;
        break;
    case FV_CODE:
        fits = m->shape == MEMO_S_CODE && v->codes == &m->field->codes->feel;
        cell = v->code;
        break;
    case FV_RECORD:
        fits = m->shape == MEMO_S_RECORD && v->reg == &m->field->ref->feel;
        cell = v->id;
        break;
    case FV_STRING: fits = m->shape == MEMO_S_TEXT && roster_texts_put(r, v->str, &cell, NULL) == RC_OK; break;
    case FV_TIME:
    case FV_DATETIME:
    case FV_SPAN:
    case FV_LIST:
    case FV_CONTEXT:
    case FV_RANGE:
    case FV_FUNCTION: break;
    }
    if (fits && as == MEMO_VALUE) fits = memo_cell_set(r, bp, i, cell);
    (*bp)->state[i] = (uint8_t)(fits ? as : MEMO_AGAIN);
}

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
    if (r->today != run->today) { /* what daily fields came to was of another day */
        roster_new_day(r);
        r->today = run->today;
    }
    struct memo_block **bp = r->tracing ? NULL : memo_block(r, m, t, row);
    uint32_t i = row & ROSTER_MASK;
    if (bp != NULL && memo_get(r, m, *bp, i, out)) return RC_OK;

    const struct pack_field *f = m->field;
    struct fv self = fv_record(t->reg, roster_id(t, row));
    struct arena_mark mark = arena_mark(run->arena);
    TRY(record_derive(run, f, &self, out, err));
    if (bp != NULL) { /* a block stays where it is listed, though it may have been widened meanwhile */
        memo_put(r, m, bp, i, out);
        if (memo_get(r, m, *bp, i, out)) {
            arena_reset(run->arena, mark); /* it is remembered: what it took to get there can go */
            return RC_OK;
        }
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
    if (row == ROSTER_NO_ROW) return not_loaded(r, reg, m->name, err);
    if (m->slot < reg->fields_count) {
        const struct roster_column *c = t->columns[m->slot];
        if (c != NULL) {
            if (r->tracing) note_read(r, t, row, c->field);
            return stored(run, r, c, row, out, err);
        }
        if (t->memos[m->slot] != NULL) return derived(run, r, t, row, t->memos[m->slot], out, err);
        return not_loaded(r, reg, m->name, err);
    }
    const struct roster_back *b = &t->backs[m->slot - reg->fields_count];
    if (b->start == NULL) return not_loaded(r, reg, m->name, err);
    return back_list(run, b, row, out, err);
}

static enum rc host_all(struct feel_run *run, const struct feel_register *freg, struct fv *out, struct err *err)
{
    const struct roster *r = run->host_ctx;
    const struct pack_register *reg = freg->host;
    const struct roster_table *t = r->tables[reg->idx];
    if (t == NULL) return not_loaded(run->host_ctx, reg, STR("*"), err);
    struct fv *items;
    TRY(list_make(run, t->rows, &items, err));
    for (uint32_t i = 0; i < t->rows; i++) items[i] = fv_record(reg, roster_id(t, i));
    *out = fv_list(items, t->rows);
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
    r->today = INT64_MIN;
    r->host = (struct feel_host){.member = host_member, .all = host_all, .param = host_param, .display = host_display,
                                 .calendar = r->set->calendar};
}

void roster_host(struct roster *r, const struct feel_host **host, void **ctx)
{
    roster_check(r);
    *host = &r->host;
    *ctx = r;
}
