/*
 * batch.c - many record changes as one command: all of them or none.  An item may name an earlier one, for refs to what it makes.
 */
#include "area/inner.h"

struct batch {
    struct door *d;
    const struct args_batch *g;
    uint64_t *ids;      /* by item */
    const struct pack_field **fields;
    struct sv *values;
};

static enum rc value_of(struct batch *b, const struct batch_item *it, uint32_t i, const struct pack_field *f, struct sv *out, struct err *err)
{
    *out = it->values[i];
    if (it->from == NULL || it->from[i] == 0) return RC_OK;
    MUST(f->type == FIELD_REF && it->from[i] - 1 < (size_t)(it - b->g->items) && b->g->items[it->from[i] - 1].reg == f->ref);
    *out = sv_int((int64_t)b->ids[it->from[i] - 1]);
    (void)err;
    return RC_OK;
}

static enum rc item_run(struct batch *b, const struct batch_item *it, struct changed *c, struct err *err)
{
    struct records *rs = b->d->area->records;
    const struct pack_register *r = it->reg;
    if (it->kind == BATCH_CLOSE) return record_close(rs, r, it->id, it->if_version, &b->d->change, c, err);
    if (it->kind == BATCH_UPDATE) {
        for (uint32_t i = 0; i < it->count; i++) TRY(value_of(b, it, i, it->fields[i], &b->values[i], err));
        return record_update(rs, r, it->id, it->if_version, &b->d->change, it->count, it->fields, b->values, c, err);
    }
    struct sv *all = arena_array(&b->d->area->batch, struct sv, r->stored_count + 1u);
    for (uint32_t i = 0; i < r->stored_count; i++) all[i] = (struct sv){SV_NULL, 1, {NULL, 0}}; /* not given: defaults apply */
    for (uint32_t i = 0; i < it->count; i++) TRY(value_of(b, it, i, it->fields[i], &all[it->fields[i]->column], err));
    return record_create(rs, r, &b->d->change, all, c, err);
}

enum rc verb_batch(struct door *d, struct err *err)
{
    const struct args_batch *g = d->command->args;
    struct area *ar = d->area;
    const struct pack_set *set = records_set(ar->records);
    uint32_t most = 1;
    for (size_t i = 0; i < g->count; i++) {
        const struct pack_register *r = g->items[i].reg;
        /* Planned under a set of packs; under another one columns may stand elsewhere. */
        if (r->idx >= set->registers_count || set->registers[r->idx] != r) return err_set(err, &E_area_packs_moved, NO_PLACE, STR(""));
        TRY(case_owned_check(r, err));
        most = MAX(most, g->items[i].count);
    }
    for (size_t i = 0; i < g->files_count; i++) {
        TRY(file_put(ar, g->files[i].bytes, g->files[i].hash, err));
        if (g->count == 0) TRY(upload_note(ar, d->command->actor, &g->files[i], d->change.time_us, err)); /* to be put somewhere within a day */
    }
    struct batch b = {.d = d, .g = g, .ids = arena_array(&ar->batch, uint64_t, g->count + 1), .values = arena_array(&ar->batch, struct sv, most)};
    struct batch_result none, *out = g->result != NULL ? g->result : &none;
    *out = (struct batch_result){0};
    for (size_t i = 0; i < g->count; i++) {
        struct changed c = {0};
        enum rc rc = item_run(&b, &g->items[i], &c, err);
        if (rc != RC_OK) {
            out->failed = i + 1;
            return rc;
        }
        b.ids[i] = c.id != 0 ? c.id : g->items[i].id;
        if (g->ids != NULL) g->ids[i] = b.ids[i];
        if (c.unchanged) {
            out->unchanged++;
            continue;
        }
        if (g->items[i].kind == BATCH_CREATE) out->created++;
        else if (g->items[i].kind == BATCH_UPDATE) out->updated++;
        else out->closed++;
        d->receipt->leaf = c.leaf;
    }
    return RC_OK;
}
