/*
 * host.c - FEEL over the store: members of records, one at a time.
 * Rows read are kept for a while; a write anywhere in the handle makes them old.  The record that is being written lies over the
 * store, so that checks see it as it will be.
 */
#include "record/inner.h"

enum { CACHE_ROWS = 256, CACHE_LISTS = 64, CACHE_LIST_MAX = 1024, CACHE_DERIVED = 512, CACHE_BYTES = 4 * 1024 * 1024, CACHE_KEPT = 384 * 1024, HOST_MAX = 256 * 1024 * 1024, HOME_MAX = 16 * 1024 * 1024 };

struct cached {
    const struct reg_bind *b;
    uint64_t id;
    const struct sv *values; /* absences are not kept: a create makes nothing old */
};

/* Who refers to a record: several derived fields of one record ask for the same. */
struct cached_list {
    const struct reg_bind *b; /* of those who refer */
    const struct pack_field *by;
    int64_t target;
    const uint64_t *ids;
    uint32_t count;
};

/* What a derived field came to on a day: others are worked out from it. */
struct cached_derived {
    const struct pack_field *f;
    int64_t id;
    day_num day;
    struct fv value;
};

struct host {
    struct feel_host feel; /* first */
    struct records *rs;
    struct arena arena; /* of the rows, lists and derived values kept */
    struct arena home;  /* of what follows: made when first asked for, as many hosts are asked for nothing.  Its own: the caller resets his meanwhile */
    struct cached *row;
    struct cached_list *list;
    struct cached_derived *derived;
    uint64_t changes, seq;       /* of the handle and its journal, when the rows were read */
    const struct reg_bind *over; /* the overlay */
    uint64_t over_id;
    const struct sv *over_values;
};

static const struct pack_register *register_of(const struct feel_register *reg) { return reg->host; }

static uint64_t seq_of(const struct records *rs) { return rs->journal == NULL ? 0 : journal_size(rs->journal); }

static bool writes(const struct host *h) { return h->rs->next_id != 0; }

/* The writer knows its own changes, and its creates make nothing old.  A reader sees by the journal that its snapshot is another one. */
static bool is_old(const struct host *h) { return h->changes != h->rs->changes || (!writes(h) && h->seq != seq_of(h->rs)); }

/* A reader's handle is kept from request to request, and there are as many as threads. */
static size_t bytes_max(const struct host *h) { return h->rs->host == h && !writes(h) ? CACHE_KEPT : CACHE_BYTES; }

static void forget_old(struct host *h)
{
    if (!is_old(h) && h->arena.used <= bytes_max(h)) return;
    arena_reset(&h->arena, (struct arena_mark){0});
    if (h->row != NULL) memset(h->row, 0, CACHE_ROWS * sizeof *h->row);
    if (h->list != NULL) memset(h->list, 0, CACHE_LISTS * sizeof *h->list);
    if (h->derived != NULL) memset(h->derived, 0, CACHE_DERIVED * sizeof *h->derived);
    h->changes = h->rs->changes;
    h->seq = seq_of(h->rs);
}

static enum rc values_of(struct host *h, struct reg_bind *b, uint64_t id, const struct sv **out, struct err *err)
{
    if (h->over == b && h->over_id == id) {
        *out = h->over_values;
        return RC_OK;
    }
    forget_old(h);
    if (h->row == NULL) h->row = arena_array(&h->home, struct cached, CACHE_ROWS);
    struct cached *c = &h->row[(id * 31 + b->number) % CACHE_ROWS];
    if (c->b != b || c->id != id) {
        struct record rec;
        struct err why;
        enum rc rc = row_get(h->rs, b, id, &h->arena, &rec, &why);
        if (rc != RC_OK && rc != RC_ABSENT) {
            if (err != NULL) *err = why;
            return rc;
        }
        *out = NULL;
        if (rc == RC_ABSENT) return RC_OK;
        *c = (struct cached){b, id, rec.values};
    }
    *out = c->values;
    return RC_OK;
}

static struct fv record_fv(const struct pack_register *r, uint64_t id)
{
    struct fv v = fv_null();
    v.kind = FV_RECORD;
    v.reg = &r->feel;
    v.id = (int64_t)id;
    return v;
}

struct ids {
    uint64_t *at;
    size_t len, cap;
};

/* Open records of a register, all or those that refer to one, as stored. */
static enum rc ids_stored(struct host *h, struct reg_bind *b, const struct pack_field *by, int64_t target, struct arena *a, struct ids *out, struct err *err)
{
    TRY(bind_rows(h->rs, b, err));
    static const uint32_t columns[] = {COL_ID};
    struct store_where where[2] = {{COL_CLOSED, SO_NULL, sv_null()}};
    if (by != NULL) where[1] = (struct store_where){COL_FIELDS + by->column, SO_EQ, sv_int(target)};
    struct store_query q = {.columns = columns, .columns_count = 1, .where = where, .where_count = by != NULL ? 2 : 1};
    struct store_cursor *c;
    TRY(store_select(b->rows, &q, &c, err));
    const struct sv *row;
    enum rc rc;
    while ((rc = store_next(c, &row, err)) == RC_OK && row != NULL) {
        if (out->len >= FEEL_LIST_MAX) {
            rc = err_set(err, &E_record_too_many, NO_PLACE, reg_title(b->reg), STR("100000"));
            break;
        }
        vec_push(a, out, (uint64_t)row[0].i);
    }
    store_cursor_close(&c);
    return rc;
}

/* Those that refer to one, kept for readers: a write makes lists old, and the writer writes. */
static enum rc ids_kept(struct host *h, struct reg_bind *b, const struct pack_field *by, int64_t target, struct arena *a, struct ids *out, struct err *err)
{
    if (by == NULL || writes(h) || h->rs->journal == NULL) return ids_stored(h, b, by, target, a, out, err);
    forget_old(h);
    if (h->list == NULL) h->list = arena_array(&h->home, struct cached_list, CACHE_LISTS);
    struct cached_list *c = &h->list[((uint64_t)target * 31 + b->number * 7 + by->idx) % CACHE_LISTS];
    if (c->b != b || c->by != by || c->target != target) {
        TRY(ids_stored(h, b, by, target, a, out, err));
        if (out->len > CACHE_LIST_MAX) return RC_OK;
        uint64_t *ids = arena_array(&h->arena, uint64_t, out->len + 1);
        for (size_t i = 0; i < out->len; i++) ids[i] = out->at[i];
        *c = (struct cached_list){b, by, target, ids, (uint32_t)out->len};
        return RC_OK;
    }
    for (uint32_t i = 0; i < c->count; i++) vec_push(a, out, c->ids[i]);
    return RC_OK;
}

/* The same as values, with the overlay in its place. */
static enum rc list(struct feel_run *run, struct host *h, struct reg_bind *b, const struct pack_field *by, int64_t target, struct fv *out,
                    struct err *err)
{
    struct ids ids = {0};
    VEC(struct fv) all = {0};
    TRY(ids_kept(h, b, by, target, run->arena, &ids, err));
    for (size_t i = 0; i < ids.len; i++)
        if (h->over != b || h->over_id != ids.at[i]) vec_push(run->arena, &all, record_fv(b->reg, ids.at[i]));
    if (h->over == b && h->over_values != NULL) {
        const struct sv *v = by == NULL ? NULL : &h->over_values[by->column];
        if (v == NULL || (v->kind == SV_INT && v->i == target)) vec_push(run->arena, &all, record_fv(b->reg, h->over_id));
    }
    *out = fv_list(all.at, (uint32_t)all.len);
    return RC_OK;
}

static enum rc derived(struct feel_run *run, struct host *h, const struct pack_register *r, const struct pack_field *f, int64_t id, struct fv *out, struct err *err)
{
    struct fv self = record_fv(r, (uint64_t)id);
    if (writes(h) || h->over_values != NULL || h->rs->journal == NULL) return record_derive(run, f, &self, out, err);
    forget_old(h);
    if (h->derived == NULL) h->derived = arena_array(&h->home, struct cached_derived, CACHE_DERIVED);
    struct cached_derived *c = &h->derived[((uint64_t)id * 61 + f->idx) % CACHE_DERIVED];
    if (c->f == f && c->id == id && c->day == run->today) {
        (void)fv_copy(run->arena, &c->value, out); /* the cache may go before the run */
        return RC_OK;
    }
    TRY(record_derive(run, f, &self, out, err));
    c->f = fv_copy(&h->arena, out, &c->value) ? f : NULL;
    c->id = id;
    c->day = run->today;
    return RC_OK;
}

static enum rc host_member(struct feel_run *run, const struct feel_register *reg, int64_t id, const struct feel_member *m, struct fv *out,
                           struct err *err)
{
    struct host *h = run->host_ctx;
    const struct pack_register *r = register_of(reg);
    struct reg_bind *b = bind_of(h->rs, r);
    *out = fv_null();
    if (m->slot >= r->fields_count) {
        uint32_t back = m->slot - r->fields_count;
        if (back >= r->backs_count) return RC_OK;
        return list(run, h, bind_of(h->rs, r->backs[back].from), r->backs[back].field, id, out, err);
    }
    const struct pack_field *f = &r->fields[m->slot];
    if (f->derive != NULL) return derived(run, h, r, f, id, out, err);
    const struct sv *values;
    TRY(values_of(h, b, (uint64_t)id, &values, err));
    if (values == NULL) return RC_OK;
    record_value_fv(f, &values[f->column], run->arena, out);
    if (out->kind == FV_STRING) out->str = str_dup(run->arena, out->str); /* the cache may go before the run */
    return RC_OK;
}

static enum rc host_all(struct feel_run *run, const struct feel_register *reg, struct fv *out, struct err *err)
{
    struct host *h = run->host_ctx;
    return list(run, h, bind_of(h->rs, register_of(reg)), NULL, 0, out, err);
}

static enum rc host_param(struct feel_run *run, uint32_t slot, day_num day, struct fv *out, struct err *err)
{
    (void)err;
    const struct host *h = run->host_ctx;
    MUST(slot < h->rs->set->params_count);
    *out = pack_param_on(&h->rs->set->params[slot], day);
    return RC_OK;
}

/* ---- derived fields ---- */

static void to_type(const struct pack_field *f, struct fv *v)
{
    struct dec d;
    uint32_t row;
    if (v->kind == FV_NUMBER && f->type == FIELD_NUMBER) {
        if (dec_rescale(v->num, (int)f->len, DEC_HALF_UP, &d)) v->num = d;
    } else if (v->kind == FV_DATE) {
        v->flag = f->type == FIELD_MONTH;
        if (v->flag) v->day -= ymd_of(v->day).day - 1;
    } else if (v->kind == FV_STRING && f->type == FIELD_CHOICE) {
        bool known = feel_codes_find(&f->codes->feel, v->str, &row);
        *v = fv_null();
        if (!known) return;
        v->kind = FV_CODE;
        v->codes = &f->codes->feel;
        v->code = row;
    }
}

static enum rc sub_run(struct feel_run *run, const struct feel_program *p, const struct fv *self, struct fv *out, struct err *err)
{
    struct feel_run sub = *run;
    sub.vars = self;
    sub.vars_count = 1;
    sub.locals = NULL;
    sub.depth = run->depth + 1;
    if (sub.depth > FEEL_DEPTH_MAX) return err_set(err, &E_record_depth, NO_PLACE, p->text, STR("64"));
    enum rc rc = feel_run(p, &sub, out, err);
    run->steps_left = sub.steps_left; /* one budget for the whole */
    return rc;
}

enum rc record_derive(struct feel_run *run, const struct pack_field *f, const struct fv *self, struct fv *out, struct err *err)
{
    MUST(f->derive != NULL);
    TRY(sub_run(run, f->derive, self, out, err));
    if (out->kind == FV_NULL && f->otherwise != NULL) TRY(sub_run(run, f->otherwise, self, out, err));
    to_type(f, out);
    return RC_OK;
}

/* ---- how a record is called ---- */

static struct str key_text(const struct reg_bind *b, const struct sv *values, struct arena *a)
{
    const struct pack_field *key = b->reg->key;
    return key == NULL || values == NULL ? STR_NONE : value_plain(a, key, &values[key->column]);
}

enum rc host_display_text(struct feel_run *run, const struct reg_bind *b, uint64_t id, struct str *out, struct err *err)
{
    struct host *h = run->host_ctx;
    const struct pack_register *r = b->reg;
    struct fv self = record_fv(r, id), v = fv_null();
    *out = STR_NONE;
    const struct sv *values;
    TRY(values_of(h, bind_of(h->rs, r), id, &values, err));
    if (values != NULL && b->name_field != NULL) {
        *out = str_dup(run->arena, value_plain(run->arena, b->name_field, &values[b->name_field->column]));
    } else if (values != NULL && r->display != NULL) {
        TRY(sub_run(run, r->display, &self, &v, err));
        if (v.kind == FV_STRING) {
            *out = v.str;
        } else if (v.kind != FV_NULL) {
            struct buf b2;
            buf_init(&b2, 64 * 1024);
            fv_show(run, &v, STR_NONE, LANG_ZH, &b2);
            *out = str_dup(run->arena, buf_view(&b2));
            buf_fini(&b2);
        }
        TRY(values_of(h, bind_of(h->rs, r), id, &values, err)); /* the run may have emptied the cache */
    }
    if (out->len == 0) *out = str_dup(run->arena, key_text(b, values, run->arena));
    if (out->len == 0) *out = id_text(run->arena, id);
    return RC_OK;
}

static enum rc host_display(struct feel_run *run, const struct feel_register *reg, int64_t id, struct str *out, struct err *err)
{
    struct host *h = run->host_ctx;
    return host_display_text(run, bind_of(h->rs, register_of(reg)), (uint64_t)id, out, err);
}

/* ---- making ---- */

static void host_fini(void *arg)
{
    struct host *h = arg;
    arena_fini(&h->arena);
    arena_fini(&h->home);
}

struct host *host_make(struct records *rs, struct arena *a)
{
    struct host *h = arena_new(a, struct host);
    h->rs = rs;
    h->feel = (struct feel_host){.member = host_member,
                                 .all = host_all,
                                 .param = host_param,
                                 .display = host_display,
                                 .calendar = rs->set->calendar};
    h->changes = rs->changes;
    h->seq = seq_of(rs);
    arena_init(&h->arena, HOST_MAX);
    arena_init(&h->home, HOME_MAX);
    arena_defer(a, host_fini, h);
    return h;
}

void record_host(struct records *rs, struct arena *a, const struct feel_host **host, void **ctx)
{
    MAGIC_CHECK(rs, RECORDS_MAGIC);
    struct host *h = host_make(rs, a);
    *host = &h->feel;
    *ctx = h;
}

void records_lean(struct records *rs)
{
    MAGIC_CHECK(rs, RECORDS_MAGIC);
    rs->changes++;
    arena_fini(&rs->scratch);
    arena_init(&rs->scratch, SCRATCH_MAX);
    struct host *h = rs->host;
    if (h == NULL) return;
    arena_fini(&h->arena);
    arena_fini(&h->home);
    arena_init(&h->arena, HOST_MAX);
    arena_init(&h->home, HOME_MAX);
    h->row = NULL;
    h->list = NULL;
    h->derived = NULL;
}

void host_overlay(struct host *h, const struct reg_bind *b, uint64_t id, const struct sv *values)
{
    h->over = values == NULL ? NULL : b;
    h->over_id = id;
    h->over_values = values;
}

struct feel_run host_run(struct host *h, struct arena *a, day_num today, const struct fv *self)
{
    return (struct feel_run){.arena = a,
                             .host = &h->feel,
                             .host_ctx = h,
                             .today = today,
                             .zone = h->rs->set->zone,
                             .vars = self,
                             .vars_count = 1,
                             .steps_left = FEEL_STEPS_DEFAULT};
}

/* ---- what a program reads of its own record ---- */

struct reads {
    const struct pack_register *r;
    uint64_t *bits;
};

static bool note_read(void *ctx, const struct feel_node *n)
{
    struct reads *s = ctx;
    if (n->op != FEEL_MEMBER || n->member == NULL || n->reg != &s->r->feel || n->member->slot >= s->r->fields_count) return true;
    const struct pack_field *f = &s->r->fields[n->member->slot];
    if (bit_get(s->bits, f->idx)) return true;
    bit_set(s->bits, f->idx);
    if (f->derive != NULL) feel_each_node(f->derive->root, note_read, ctx);
    if (f->otherwise != NULL) feel_each_node(f->otherwise->root, note_read, ctx);
    return true;
}

void program_reads(const struct feel_program *p, const struct pack_register *r, uint64_t *bits)
{
    struct reads s = {r, bits};
    feel_each_node(p->root, note_read, &s);
}
