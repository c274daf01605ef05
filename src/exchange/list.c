/*
 * list.c - rosters: records picked, put in order, and shown column by column as of a day.  Only ids and sort keys are kept: cells are worked out
 * when they are written.
 */
#include "exchange/inner.h"

#define KEYS_MAX ((size_t)1 << 32)
enum { ROW_MAX = 256 << 20, NUMBER_SCALE = 6, SHOWN_MAX = 1 << 20 };

struct line { int64_t id; struct str key, group; };

struct rank { uint64_t at; };
struct ranks { const struct pack_register *reg; struct map by_id; uint64_t next; struct arena *a; };

struct listing {
    struct records *rs;
    const struct pack_roster *p;
    const struct list_options *o;
    struct arena keys, row;
    struct roster *roster;
    const struct feel_host *host;
    void *ctx;
    struct fv self;
    struct feel_run run;
    VEC(struct line) lines;
    VEC(struct ranks *) ranks;
    bool counting;               /* nobody asks for the order */
    struct list_cells *cells;    /* NULL: all is worked out line by line */
    uint32_t *places;            /* of the wave at hand */
};

static void about(struct listing *l, int64_t id)
{
    l->self = (struct fv){.kind = FV_RECORD, .reg = &l->p->over->feel, .id = id};
    l->run = (struct feel_run){.arena = &l->row, .host = l->host, .host_ctx = l->ctx, .today = l->o->as_of, .vars = &l->self, .vars_count = 1};
}

static enum rc value(struct listing *l, const struct feel_program *p, int64_t id, struct fv *out, struct err *err)
{
    about(l, id);
    return feel_run(p, &l->run, out, err);
}

/* ---- order ---- */

static enum rc rank_one(void *ctx, const struct record *rec, struct err *err)
{
    struct ranks *r = ctx;
    (void)err;
    uint64_t *id = arena_new(r->a, uint64_t);
    struct rank *at = arena_new(r->a, struct rank);
    *id = rec->id;
    at->at = ++r->next;
    (void)map_put(r->a, &r->by_id, str_of((const char *)id, sizeof *id), at);
    return RC_OK;
}

/* Records of a register with a tree stand as an establishment is listed; of another by their key. */
static enum rc rank_of(struct listing *l, const struct pack_register *reg, int64_t id, uint64_t *out, struct err *err)
{
    struct ranks *r = NULL;
    for (size_t i = 0; i < l->ranks.len && r == NULL; i++)
        if (l->ranks.at[i]->reg == reg) r = l->ranks.at[i];
    if (r == NULL) {
        r = arena_new(&l->keys, struct ranks);
        r->reg = reg;
        r->a = &l->keys;
        vec_push(&l->keys, &l->ranks, r);
        TRY(record_each(l->rs, reg, reg->trees_count > 0 ? RECORD_BY_TREE : reg->key != NULL ? RECORD_BY_KEY : RECORD_BY_ID, true, rank_one, r, err));
    }
    uint64_t key = (uint64_t)id;
    const struct rank *at = map_find(&r->by_id, str_of((const char *)&key, sizeof key));
    *out = at == NULL ? UINT64_MAX : at->at;
    return RC_OK;
}

static void put_u64(struct buf *b, uint64_t v)
{
    for (int i = 56; i >= 0; i -= 8) buf_char(b, (char)(v >> i & 0xff));
}

static enum rc put_key(struct listing *l, struct buf *b, const struct fv *v, struct err *err)
{
    uint64_t rank;
    int64_t n;
    struct dec rounded;
    buf_char(b, v->kind == FV_NULL ? '\2' : '\1'); /* what is not there comes last */
    switch ((enum fv_kind)v->kind) {
    case FV_NUMBER:
        if (!dec_rescale(v->num, NUMBER_SCALE, DEC_HALF_EVEN, &rounded) || !dec_to_scaled(rounded, NUMBER_SCALE, &n)) n = INT64_MAX;
        put_u64(b, (uint64_t)n ^ (UINT64_C(1) << 63));
        return RC_OK;
    case FV_BOOL: buf_char(b, v->b ? '\0' : '\1'); return RC_OK; /* yes first */
    case FV_DATE: put_u64(b, (uint64_t)v->day ^ (UINT64_C(1) << 63)); return RC_OK;
    case FV_MONTHS: put_u64(b, (uint64_t)v->months ^ (UINT64_C(1) << 63)); return RC_OK;
    case FV_CODE: put_u64(b, v->code); return RC_OK; /* as the table has them */
    case FV_RECORD: {
        const struct pack_register *reg = v->reg->host;
        TRY(rank_of(l, reg, v->id, &rank, err));
        put_u64(b, rank);
        return RC_OK;
    }
    case FV_STRING: {
        struct str key = uni_sort_key(&l->row, SORT_PINYIN, v->str);
        buf_str(b, key);
        buf_char(b, '\0');
        return RC_OK;
    }
    case FV_LIST:
        if (v->count > 0) return put_key(l, b, &v->items[0], err);
        return RC_OK;
    case FV_NULL:
    case FV_TIME:
    case FV_DATETIME:
    case FV_SPAN:
    case FV_CONTEXT:
    case FV_RANGE:
    case FV_FUNCTION: return RC_OK;
    }
    return RC_OK;
}

static enum rc show(struct listing *l, const struct fv *v, struct str format, struct str *out)
{
    struct buf b;
    buf_init(&b, SHOWN_MAX);
    if (v->kind == FV_BOOL && format.len == 0) buf_str(&b, v->b ? STR("是") : STR("否"));
    else if (v->kind != FV_NULL) fv_show(&l->run, v, format.len > 0 ? format : STR_NONE, l->o->lang, &b);
    *out = str_dup(&l->row, buf_view(&b));
    buf_fini(&b);
    return RC_OK;
}

static enum rc line_of(struct listing *l, int64_t id, struct err *err)
{
    const struct pack_roster *p = l->p;
    struct fv v;
    struct line line = {.id = id};
    struct buf b;
    if (p->where != NULL) {
        TRY(value(l, p->where, id, &v, err));
        if (!fv_is_true(&v)) return RC_OK; /* who cannot be told is not listed */
    }
    if (l->counting) {
        vec_push(&l->keys, &l->lines, line);
        return RC_OK;
    }
    buf_init(&b, 1 << 20);
    enum rc rc = RC_OK;
    if (p->group != NULL) {
        rc = value(l, p->group, id, &v, err);
        if (rc == RC_OK) rc = put_key(l, &b, &v, err);
        if (rc == RC_OK) rc = show(l, &v, STR(""), &line.group);
        line.group = str_dup(&l->keys, line.group);
    }
    for (uint32_t i = 0; i < p->order_count && rc == RC_OK; i++) {
        if (p->order[i].value != NULL) {
            rc = value(l, p->order[i].value, id, &v, err);
            if (rc == RC_OK) rc = put_key(l, &b, &v, err);
            continue;
        }
        struct str called;
        rc = record_display(l->rs, p->over, (uint64_t)id, &l->row, &called, err);
        if (rc == RC_OK) buf_str(&b, uni_sort_key(&l->row, p->order[i].strokes ? SORT_STROKES : SORT_PINYIN, called));
        buf_char(&b, '\0');
    }
    put_u64(&b, (uint64_t)id);
    line.key = str_dup(&l->keys, buf_view(&b));
    buf_fini(&b);
    if (rc == RC_OK) vec_push(&l->keys, &l->lines, line);
    return rc;
}

static int by_key(const void *x, const void *y)
{
    const struct line *a = x, *b = y;
    int c = memcmp(a->key.ptr, b->key.ptr, MIN(a->key.len, b->key.len));
    return c != 0 ? c : a->key.len < b->key.len ? -1 : a->key.len > b->key.len;
}

static bool among(const struct list_options *o, uint64_t id)
{
    size_t from = 0, to = o->only_count;
    while (from < to) {
        size_t at = from + (to - from) / 2;
        if (o->only[at] == id) return true;
        if (o->only[at] < id) from = at + 1;
        else to = at;
    }
    return false;
}

static void listing_close(struct listing *l)
{
    list_cells_close(l->cells);
    roster_free(&l->roster);
    arena_fini(&l->row);
    arena_fini(&l->keys);
}

static enum rc listing_open(struct listing *l, struct records *rs, const struct pack_roster *p, const struct list_options *o, bool counting, struct err *err)
{
    struct roster_wants w = {0};
    const struct exchange_sight *sight = o->sight;
    *l = (struct listing){.rs = rs, .p = p, .o = o, .counting = counting};
    arena_init(&l->keys, KEYS_MAX);
    arena_init(&l->row, ROW_MAX);
    roster_want_put(&l->keys, &w, (struct roster_want){.reg = p->over});
    roster_want_display(&l->keys, &w, p->over);
    if (p->where != NULL) roster_want_program(&l->keys, &w, p->where, false);
    if (p->group != NULL) roster_want_program(&l->keys, &w, p->group, true);
    for (uint32_t i = 0; i < p->order_count; i++)
        if (p->order[i].value != NULL) roster_want_program(&l->keys, &w, p->order[i].value, false);
    for (uint32_t i = 0; i < p->columns_count; i++) roster_want_program(&l->keys, &w, p->columns[i].value, true);
    roster_want_close(&l->keys, &w);
    TRY(o->view != NULL ? area_roster(o->view, w.at, w.len, &l->roster, err) : roster_load(rs, w.at, w.len, &l->roster, err));
    roster_host(l->roster, &l->host, &l->ctx);
    if (sight != NULL) sight->host(sight->ctx, &l->host, &l->ctx);
    size_t n = roster_rows(l->roster, p->over);
    const int64_t *ids = roster_ids(l->roster, p->over);
    if (ids == NULL && n > 0) return err_set0(err, &E_no_memory, NO_PLACE);
    struct arena_mark m = arena_mark(&l->row);
    for (size_t i = 0; i < n; i++) {
        bool yes = o->only == NULL || among(o, (uint64_t)ids[i]);
        if (sight != NULL && sight->step != NULL && i % 256 == 0) TRY(sight->step(sight->ctx, 0, n, err));
        if (yes && sight != NULL) TRY(sight->record(sight->ctx, p->over, (uint64_t)ids[i], &yes, err));
        if (yes) TRY(line_of(l, ids[i], err));
        arena_reset(&l->row, m);
    }
    if (l->lines.len > 1 && !counting) qsort(l->lines.at, l->lines.len, sizeof *l->lines.at, by_key);
    return RC_OK;
}

enum rc exchange_roster_count(struct records *rs, const struct pack_roster *p, const struct list_options *o, uint64_t *rows, struct err *err)
{
    struct listing *l = calloc(1, sizeof *l);
    if (l == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    enum rc rc = listing_open(l, rs, p, o, true, err);
    *rows = l->lines.len;
    listing_close(l);
    free(l);
    return rc;
}

enum rc exchange_roster_ids(struct records *rs, const struct pack_roster *p, const struct list_options *o, struct arena *a, uint64_t **ids, size_t *n, struct err *err)
{
    struct listing *l = calloc(1, sizeof *l);
    *ids = NULL;
    *n = 0;
    if (l == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    enum rc rc = listing_open(l, rs, p, o, false, err);
    if (rc == RC_OK) {
        *ids = arena_array(a, uint64_t, l->lines.len + 1);
        for (size_t i = 0; i < l->lines.len; i++) (*ids)[i] = (uint64_t)l->lines.at[i].id;
        *n = l->lines.len;
    }
    listing_close(l);
    free(l);
    return rc;
}

/* ---- cells ---- */

static enum rc cell_of(struct listing *l, const struct pack_roster_column *c, const struct fv *v, struct cell *out)
{
    *out = (struct cell){.kind = CELL_BLANK};
    if (v->kind == FV_NULL) return RC_OK;
    bool mask = c->class == PACK_RESTRICTED && !l->o->unmasked;
    if (!mask && c->format.len == 0 && v->kind == FV_NUMBER) {
        for (int scale = 0; scale <= NUMBER_SCALE; scale++)
            if (dec_to_scaled(v->num, scale, &out->number)) {
                out->kind = CELL_NUMBER;
                out->scale = (uint32_t)scale;
                return RC_OK;
            }
    }
    if (!mask && c->format.len == 0 && v->kind == FV_DATE) {
        out->kind = v->flag != 0 ? CELL_MONTH : CELL_DATE;
        out->number = v->day;
        return RC_OK;
    }
    out->kind = CELL_TEXT;
    (void)show(l, v, c->format, &out->text);
    if (mask) out->text = str_masked(&l->row, out->text);
    return RC_OK;
}

struct sums { struct dec *sum; bool *any; uint64_t count; };

static void sums_clear(const struct pack_roster *p, struct sums *s)
{
    for (uint32_t i = 0; i < p->columns_count; i++) {
        s->sum[i] = dec_i64(0);
        s->any[i] = false;
    }
    s->count = 0;
}

static enum rc put_sums(struct listing *l, const struct list_sink *sink, enum list_row kind, const struct sums *s, struct cell *cells, struct err *err)
{
    const struct pack_roster *p = l->p;
    bool labelled = false;
    struct str label = kind == LIST_TOTAL ? (l->o->lang == LANG_ZH ? STR("合计") : STR("total")) : (l->o->lang == LANG_ZH ? STR("小计") : STR("subtotal"));
    cells[0] = (struct cell){.kind = CELL_BLANK, .strong = true};
    for (uint32_t i = 0; i < p->columns_count; i++) {
        struct cell *c = &cells[i + 1];
        *c = (struct cell){.kind = CELL_BLANK, .strong = true};
        if (p->columns[i].total && s->any[i]) {
            for (int scale = 0; scale <= NUMBER_SCALE && c->kind == CELL_BLANK; scale++)
                if (dec_to_scaled(s->sum[i], scale, &c->number)) {
                    c->kind = CELL_NUMBER;
                    c->scale = (uint32_t)scale;
                }
        } else if (!labelled) {
            labelled = true;
            c->kind = CELL_TEXT;
            c->text = str_cat(&l->row, label, STR(" "), str_u64(&l->row, s->count));
        }
    }
    return sink->row(sink->ctx, kind, cells, err);
}

/* Where there are many lines and nothing is out of sight, columns that the column evaluator takes are worked out by it. */
static enum rc cells_begin(struct listing *l, struct err *err)
{
    enum { MANY = 32 };
    if (l->o->sight != NULL || l->lines.len < MANY) return RC_OK;
    l->places = arena_array(&l->keys, uint32_t, list_cells_wave());
    return list_cells_open(l->roster, l->o->as_of, l->p, &l->keys, &l->cells, err);
}

static enum rc cells_wave(struct listing *l, size_t from, struct err *err)
{
    uint32_t n = (uint32_t)MIN(l->lines.len - from, (size_t)list_cells_wave());
    for (uint32_t i = 0; i < n; i++) l->places[i] = roster_place(l->roster, l->p->over, l->lines.at[from + i].id);
    return list_cells_fill(l->cells, l->places, n, err);
}

static enum rc put_rows(struct listing *l, const struct list_sink *sink, struct err *err)
{
    const struct pack_roster *p = l->p;
    struct cell *cells = arena_array(&l->keys, struct cell, p->columns_count + 1u);
    struct sums group = {.sum = arena_array(&l->keys, struct dec, p->columns_count + 1u), .any = arena_array(&l->keys, bool, p->columns_count + 1u)},
                all = {.sum = arena_array(&l->keys, struct dec, p->columns_count + 1u), .any = arena_array(&l->keys, bool, p->columns_count + 1u)};
    bool totals = false;
    for (uint32_t i = 0; i < p->columns_count; i++) totals = totals || p->columns[i].total;
    sums_clear(p, &group);
    sums_clear(p, &all);
    TRY(cells_begin(l, err));
    struct arena_mark m = arena_mark(&l->row);
    for (size_t i = 0; i < l->lines.len; i++) {
        const struct line *line = &l->lines.at[i];
        const struct exchange_sight *sight = l->o->sight;
        if (sight != NULL && sight->step != NULL) TRY(sight->step(sight->ctx, i, l->lines.len, err));
        uint32_t in_wave = (uint32_t)(i % list_cells_wave());
        if (l->cells != NULL && in_wave == 0) TRY(cells_wave(l, i, err));
        if (p->group != NULL && (i == 0 || !str_eq(line->group, l->lines.at[i - 1].group))) {
            if (i > 0) TRY(put_sums(l, sink, LIST_SUBTOTAL, &group, cells, err));
            sums_clear(p, &group);
            for (uint32_t c = 0; c <= p->columns_count; c++) cells[c] = (struct cell){.kind = CELL_BLANK, .strong = true};
            cells[p->columns_count > 0] = (struct cell){.kind = CELL_TEXT, .text = line->group.len > 0 ? line->group : STR("—"), .strong = true};
            TRY(sink->row(sink->ctx, LIST_GROUP, cells, err));
        }
        about(l, line->id); /* what columns give is shown by it too */
        cells[0] = (struct cell){.kind = CELL_NUMBER, .number = (int64_t)all.count + 1};
        for (uint32_t c = 0; c < p->columns_count; c++) {
            struct fv v;
            struct dec sum;
            if (l->cells == NULL || !list_cells_at(l->cells, c, in_wave, &v)) TRY(value(l, p->columns[c].value, line->id, &v, err));
            TRY(cell_of(l, &p->columns[c], &v, &cells[c + 1]));
            if (!p->columns[c].total || v.kind != FV_NUMBER) continue;
            if (dec_add(group.sum[c], v.num, &sum)) group.sum[c] = sum;
            if (dec_add(all.sum[c], v.num, &sum)) all.sum[c] = sum;
            group.any[c] = all.any[c] = true;
        }
        for (unsigned class = PACK_OPEN + 1u; sight != NULL && sight->shown != NULL && class <= (unsigned)p->class; class++) {
            bool has = false;
            for (uint32_t c = 0; c < p->columns_count && !has; c++) has = (unsigned)p->columns[c].class == class;
            if (has) sight->shown(sight->ctx, p->over, (uint64_t)line->id, (enum pack_class)class);
        }
        group.count++;
        all.count++;
        TRY(sink->row(sink->ctx, LIST_DATA, cells, err));
        arena_reset(&l->row, m);
    }
    if (p->group != NULL && l->lines.len > 0) TRY(put_sums(l, sink, LIST_SUBTOTAL, &group, cells, err));
    if (totals || p->group != NULL) TRY(put_sums(l, sink, LIST_TOTAL, &all, cells, err));
    return RC_OK;
}

enum rc exchange_roster_run(struct records *rs, const struct pack_roster *p, const struct list_options *o, const struct list_sink *sink, uint64_t *rows, struct err *err)
{
    struct listing *l = calloc(1, sizeof *l);
    if (l == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    enum rc rc = listing_open(l, rs, p, o, false, err);
    *rows = l->lines.len;
    struct sheet_column *columns = arena_array(&l->keys, struct sheet_column, p->columns_count + 1u);
    columns[0] = (struct sheet_column){.title = o->lang == LANG_ZH ? STR("序号") : STR("no."), .width = 6, .number = true};
    for (uint32_t i = 0; i < p->columns_count; i++) {
        const struct pack_roster_column *c = &p->columns[i];
        const struct feel_type *t = c->value->type;
        columns[i + 1] = (struct sheet_column){.title = c->title, .group = c->above, .width = c->width, .number = t->kind == FT_NUMBER && c->format.len == 0,
                                               .date = t->kind == FT_DATE && !t->month && c->format.len == 0, .month = t->kind == FT_DATE && t->month && c->format.len == 0};
    }
    if (rc == RC_OK) rc = sink->begin(sink->ctx, columns, p->columns_count + 1, err);
    if (rc == RC_OK) rc = put_rows(l, sink, err);
    listing_close(l);
    free(l);
    return rc;
}
