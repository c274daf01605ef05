/* form_door.c - what was planned, through the one door: all of a file or nothing of it. */
#include "exchange/form.h"

static enum rc submit(struct forms_in *in, struct area *area, size_t from, size_t to, struct receipt *r, struct err *err)
{
    VEC(struct batch_item) items = {0};
    VEC(struct batch_file) files = {0};
    for (size_t i = from; i < to; i++) {
        struct person *p = &in->people.at[i];
        if (!p->file->usable) continue;
        uint32_t base = (uint32_t)items.len;
        for (size_t k = 0; k < p->items.len; k++) {
            struct batch_item it = p->items.at[k];
            if (it.from != NULL && base > 0) {
                uint32_t *moved = arena_array(in->a, uint32_t, it.count + 1u);
                for (uint32_t v = 0; v < it.count; v++) moved[v] = it.from[v] == 0 ? 0 : it.from[v] + base;
                it.from = moved;
            }
            vec_push(in->a, &items, it);
        }
        for (size_t k = 0; k < p->values.files.len && p->items.len > 0; k++) vec_push(in->a, &files, p->values.files.at[k]);
    }
    *r = (struct receipt){0};
    if (items.len == 0) return RC_OK;
    uint64_t *ids = arena_array(in->a, uint64_t, items.len);
    struct args_batch args = {.items = items.at, .count = items.len, .files = files.at, .files_count = files.len, .ids = ids};
    struct command c = {.verb = VERB_BATCH, .actor = in->o.actor, .token = in->o.token, .happened = ENTRY_NO_DAY, .args = &args};
    TRY(area_submit(area, &c, r, err));
    size_t at = 0;
    for (size_t i = from; i < to; i++) {
        struct person *p = &in->people.at[i];
        if (!p->file->usable) continue;
        if (p->file->fresh && p->items.len > 0) p->file->id = ids[at];
        at += p->items.len;
        p->file->written = p->items.len > 0;
    }
    return RC_OK;
}

enum rc forms_in_apply(struct forms_in *in, struct area *area, uint64_t *first_seq, uint64_t *last_seq, struct err *err)
{
    enum { AT_ONCE = 200 };
    *first_seq = *last_seq = 0;
    for (size_t i = 0; i < in->files.len; i += AT_ONCE) {
        size_t to = MIN(i + AT_ONCE, in->files.len);
        struct receipt r;
        struct err why;
        enum rc rc = submit(in, area, i, to, &r, &why);
        for (size_t k = i; rc != RC_OK && k < to; k++) { /* one of them is refused: each alone, so that only that one is */
            if (rc == RC_SYSTEM || rc == RC_BROKEN || rc == RC_BUSY) {
                if (err != NULL) *err = why;
                return rc;
            }
            err_clear(&why);
            enum rc one = submit(in, area, k, k + 1, &r, &why);
            if (one == RC_OK) {
                if (*first_seq == 0) *first_seq = r.first_seq;
                if (r.last_seq != 0) *last_seq = r.last_seq;
                continue;
            }
            struct form_noting n = noting(in, k);
            NOTE(&n, STR(""), STR(""), SEV_ERROR, &E_form_refused, str_c(why.zh), str_c(why.en));
            in->files.at[k].usable = false;
            if (one == RC_SYSTEM || one == RC_BROKEN || one == RC_BUSY) {
                if (err != NULL) *err = why;
                return one;
            }
        }
        if (rc != RC_OK) continue;
        if (*first_seq == 0) *first_seq = r.first_seq;
        if (r.last_seq != 0) *last_seq = r.last_seq;
    }
    return RC_OK;
}
