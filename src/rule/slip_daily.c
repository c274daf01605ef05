/*
 * slip_daily.c - what a day brings to slips that nobody answered: where the kind says so and a unit was asked, the next grade is issued; everywhere else
 * it is proposed to a person, who decides.  Nothing that has consequences for a person comes out of a clock.
 */
#include "rule/slip_inner.h"

struct due { uint64_t id; bool issue; };
struct due_all { struct slip_act *k; VEC(struct due) at; };

static enum rc gather(void *ctx, const struct record *rec, struct err *err)
{
    (void)err;
    struct due_all *w = ctx;
    struct slip_act *k = w->k;
    const struct pack_slip *kind = slip_kind_find(k->set, slip_text(&k->b, rec, SF_KIND));
    int64_t due = slip_int(&k->b, rec, SF_DUE, ENTRY_NO_DAY);
    if (kind == NULL || kind->next == NULL || due == ENTRY_NO_DAY || k->today <= due || !str_eq(slip_text(&k->b, rec, SF_STATE), STR("open"))) return RC_OK;
    if (slip_int(&k->b, rec, SF_DECLINED, ENTRY_NO_DAY) != ENTRY_NO_DAY) return RC_OK; /* a person decided */
    bool issue = kind->automatic && slip_text(&k->b, rec, SF_ROLE).len > 0;
    if (issue || slip_int(&k->b, rec, SF_PROPOSED, ENTRY_NO_DAY) == ENTRY_NO_DAY) vec_push(k->a, &w->at, (struct due){rec->id, issue});
    return RC_OK;
}

static enum rc propose(struct slip_act *k)
{
    struct slip_row r = {.n = 0};
    slip_put(k, &r, SF_PROPOSED, sv_int(k->today));
    return slip_update(k, &r);
}

enum rc slip_daily(struct records *rs, const struct change *c, struct arena *a, struct slip_day *out, struct err *err)
{
    struct slip_door d = {.records = rs, .arena = a, .change = *c, .actor = {.operator_ = true, .name = STR("研判")}};
    struct changed last;
    struct slip_act k;
    *out = (struct slip_day){0};
    if (pack_register_find(records_set(rs), STR("slip")) == NULL) return RC_OK; /* packs of one's own may do without */
    TRY(slip_begin(&k, &d, &last, err));
    struct due_all w = {.k = &k};
    TRY(record_each(rs, k.b.reg, RECORD_BY_ID, false, gather, &w, err));
    for (size_t i = 0; i < w.at.len; i++) {
        TRY(slip_load(&k, w.at.at[i].id));
        TRY(w.at.at[i].issue ? slip_next_issue(&k) : propose(&k));
        *(w.at.at[i].issue ? &out->issued : &out->proposed) += 1;
    }
    return RC_OK;
}
