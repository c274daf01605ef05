/* stats_cell.c - who stands behind a cell of a cross-tab, and a table as it is kept for good. */
#include "exchange/inner.h"

struct picking { const struct pack_report *p; const struct feel_program *asked[3]; const struct exchange_sight *sight; day_num as_of; struct arena row; };

static enum rc holds(struct picking *k, struct roster *roster, int64_t id, bool *yes, struct err *err)
{
    const struct feel_host *host;
    void *ctx;
    roster_host(roster, &host, &ctx);
    *yes = true;
    for (size_t i = 0; i < ARRAY_LEN(k->asked) && *yes; i++) {
        struct fv self = {.kind = FV_RECORD, .reg = &k->p->over->feel, .id = id}, v;
        struct feel_run run = {.arena = &k->row, .host = host, .host_ctx = ctx, .today = k->as_of, .vars = &self, .vars_count = 1};
        if (k->asked[i] == NULL) continue;
        TRY(feel_run(k->asked[i], &run, &v, err));
        *yes = fv_is_true(&v);
    }
    return RC_OK;
}

static enum rc pick(struct picking *k, struct roster *roster, uint64_t *out, size_t *n, uint64_t *n_all, struct err *err)
{
    const int64_t *ids = roster_ids(roster, k->p->over);
    size_t rows = roster_rows(roster, k->p->over);
    if (ids == NULL && rows > 0) return err_set0(err, &E_no_memory, NO_PLACE);
    struct arena_mark m = arena_mark(&k->row);
    for (size_t i = 0; i < rows; i++) {
        bool yes, seen = true;
        TRY(holds(k, roster, ids[i], &yes, err));
        arena_reset(&k->row, m);
        if (!yes) continue;
        ++*n_all;
        if (k->sight != NULL) TRY(k->sight->record(k->sight->ctx, k->p->over, (uint64_t)ids[i], &seen, err));
        if (seen) out[(*n)++] = (uint64_t)ids[i];
    }
    return RC_OK;
}

enum rc exchange_stats_records(struct records *rs, const struct pack_report *p, day_num as_of, uint32_t row, uint32_t column, const struct exchange_sight *sight,
                               struct arena *a, uint64_t **ids, size_t *n, uint64_t *n_all, struct err *err)
{
    *ids = NULL;
    *n = 0;
    *n_all = 0;
    if (row >= p->rows_count || column >= p->columns_count) return err_set(err, &E_stats_cell, NO_PLACE, str_u64(a, row + UINT64_C(1)), str_u64(a, column + UINT64_C(1)));
    struct picking k = {.p = p, .asked = {p->where, p->rows[row].when, p->columns[column].when}, .sight = sight, .as_of = as_of};
    struct roster_wants w = {0};
    struct roster *roster = NULL;
    roster_want_put(a, &w, (struct roster_want){.reg = p->over});
    for (size_t i = 0; i < ARRAY_LEN(k.asked); i++)
        if (k.asked[i] != NULL) roster_want_program(a, &w, k.asked[i], false);
    roster_want_close(a, &w);
    TRY(roster_load(rs, w.at, w.len, &roster, err));
    *ids = arena_array(a, uint64_t, roster_rows(roster, p->over) + 1);
    arena_init(&k.row, (size_t)256 << 20);
    enum rc rc = pick(&k, roster, *ids, n, n_all, err);
    arena_fini(&k.row);
    roster_free(&roster);
    return rc;
}

static void titles(struct json_out *o, const struct pack_report_line *lines, uint32_t n)
{
    json_array(o);
    for (uint32_t i = 0; i < n; i++) json_string(o, lines[i].title);
    json_end_array(o);
}

enum rc exchange_stats_freeze(const struct stats *s, struct arena *a, struct str *json, struct err *err)
{
    const struct pack_report *p = s->report;
    struct buf b;
    struct json_out o;
    buf_init(&b, 8 << 20);
    json_out_init(&o, &b);
    json_object(&o);
    json_key(&o, STR("all"));
    json_i64(&o, (int64_t)s->all);
    json_key(&o, STR("as_of"));
    json_string(&o, day_print(a, s->as_of));
    json_key(&o, STR("cells"));
    json_array(&o);
    for (uint32_t r = 0; r < p->rows_count; r++) {
        json_array(&o);
        for (uint32_t k = 0; k < p->columns_count; k++) {
            const struct stats_cell *c = &s->cells[(size_t)r * p->columns_count + k];
            if (c->hidden) json_null(&o);
            else json_i64(&o, (int64_t)c->count);
        }
        json_end_array(&o);
    }
    json_end_array(&o);
    json_key(&o, STR("columns"));
    titles(&o, p->columns, p->columns_count);
    json_key(&o, STR("report"));
    json_string(&o, p->d.name);
    json_key(&o, STR("rows"));
    titles(&o, p->rows, p->rows_count);
    json_key(&o, STR("title"));
    json_string(&o, p->d.title.zh);
    json_end_object(&o);
    bool ok = !buf_failed(&b);
    *json = str_dup(a, buf_view(&b));
    buf_fini(&b);
    return ok ? RC_OK : err_set0(err, &E_no_memory, NO_PLACE);
}

enum rc exchange_stats_keep(const struct stats *s, const struct pack_set *set, struct arena *a, struct stats_kept *out, struct err *err)
{
    static const char *const names[] = {"report", "year", "as_of", "content"};
    const struct pack_register *r = pack_register_find(set, STR("frozen_report"));
    const struct pack_field **fields = arena_array(a, const struct pack_field *, ARRAY_LEN(names));
    struct sv *values = arena_array(a, struct sv, ARRAY_LEN(names));
    uint32_t *from = arena_array(a, uint32_t, ARRAY_LEN(names));
    struct str json;
    bool there = r != NULL;
    for (size_t i = 0; i < ARRAY_LEN(names) && there; i++) there = (fields[i] = pack_field_find(r, str_c(names[i]))) != NULL;
    if (!there) return err_set(err, &E_area_no_register, NO_PLACE, STR("frozen_report"), STR(""));
    TRY(exchange_stats_freeze(s, a, &json, err));
    *out = (struct stats_kept){.file = {.bytes = json, .hash = area_file_hash(a, json)}};
    values[0] = sv_text(s->report->d.name);
    values[1] = sv_int(ymd_of(s->as_of).year);
    values[2] = sv_int(s->as_of);
    values[3] = sv_text(out->file.hash);
    out->item = (struct batch_item){.kind = BATCH_CREATE, .reg = r, .count = ARRAY_LEN(names), .fields = fields, .values = values, .from = from};
    out->args = (struct args_batch){.items = &out->item, .count = 1, .files = &out->file, .files_count = 1, .ids = &out->id};
    return RC_OK;
}
