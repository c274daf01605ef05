/* back.c - going back to an earlier step, and laying a case down. */
#include "procedure/inner.h"

struct back_args { uint64_t id; struct str to, reason; };

static enum rc state_put(struct doing *k, struct step_now *s, struct str state, struct str reason)
{
    struct row r = row_of(&k->book, BOOK_STEP);
    row_text(&r, S_STATE, state);
    if (reason.len > 0) row_text(&r, S_REASON, text_cut(str_cat(k->a, s->reason, s->reason.len > 0 ? STR("\n") : STR(""), STR("退回："), reason), 3900));
    TRY(put_row(k, &r, s->id, NULL));
    return RC_OK;
}

/* From which open step, by which declared way? */
static enum rc way_find(struct doing *k, const struct pack_step *to, const struct pack_return **out)
{
    const struct pack_step *from = NULL;
    *out = NULL;
    for (uint32_t i = 0; i < k->c->p->steps_count && *out == NULL; i++) {
        const struct pack_step *s = k->c->p->steps[i];
        if (!str_eq(k->c->steps[i].state, STR("open")) && !(k->c->steps[i].irregular && s == to)) continue;
        from = s;
        for (uint32_t r = 0; r < s->returns_count; r++)
            if (s->returns[r].to == to->idx) *out = &s->returns[r];
    }
    k->step = from;
    if (*out != NULL) return RC_OK;
    /* What was irregular may always be done again: nothing came out of it. */
    if (k->c->steps[to->idx].irregular) {
        k->step = to;
        return RC_OK;
    }
    struct str zh = STR(""), en = STR(""); /* where it may go back to instead */
    for (uint32_t r = 0; from != NULL && r < from->returns_count; r++) {
        const struct pack_step *s = k->c->p->steps[from->returns[r].to];
        zh = str_cat(k->a, zh, r > 0 ? STR("、") : STR(""), s->title.zh);
        en = str_cat(k->a, en, r > 0 ? STR(", ") : STR(""), text2_in(&s->title, LANG_EN));
    }
    if (zh.len == 0) zh = STR("（没有，办下去或者放下）"), en = STR("(nowhere: go on, or lay the case down)");
    return stop(k, false, STR("order"), STR(""), &E_case_no_way_back, from == NULL ? STR("—") : from->title.zh, to->title.zh, zh, en);
}

static enum rc lines_back(struct doing *k, uint32_t group)
{
    for (uint32_t i = 0; i < k->c->lines_count; i++) {
        struct line_now *l = &k->c->lines[i];
        const struct pack_step *left = str_eq(l->state, STR("out")) || str_eq(l->state, STR("deferred")) ? pack_step_find(k->c->p, l->left_step) : NULL;
        if (left == NULL || left->group < group) continue;
        struct row r = row_of(&k->book, BOOK_LINE);
        row_text(&r, L_STATE, STR("in"));
        row_text(&r, L_LEFT_STEP, STR(""));
        row_text(&r, L_LEFT_BY, STR(""));
        row_text(&r, L_REASON, STR(""));
        TRY(put_row(k, &r, l->id, NULL));
    }
    return RC_OK;
}

static enum rc go_back(struct doing *k, void *arg)
{
    const struct back_args *g = arg;
    TRY(case_load(k, g->id, k->err));
    TRY(seen_check(k));
    TRY(open_check(k));
    TRY(step_find(k, g->to));
    const struct pack_step *to = k->step;
    const struct pack_return *way;
    TRY(way_find(k, to, &way));
    const struct str *by = way == NULL || way->by_count == 0 ? k->step->by : way->by;
    TRY(person_check(k, by, way == NULL || way->by_count == 0 ? k->step->by_count : way->by_count, str_cat(k->a, STR("退回"), to->title.zh)));
    TRY(day_check(k));
    if (str_trim(g->reason).len == 0) return stop(k, false, STR("reason"), STR(""), &E_case_reason, str_cat(k->a, STR("退回"), to->title.zh));
    for (uint32_t i = 0; i < k->c->p->steps_count; i++) {
        const struct pack_step *s = k->c->p->steps[i];
        if (s->group >= to->group && ((s->effects_count > 0 && str_eq(k->c->steps[i].state, STR("done"))) || subs_gave(s, &k->c->steps[i])))
            return stop(k, false, STR("effect"), STR(""), &E_case_way_back_effect, s->title.zh);
    }
    for (uint32_t i = 0; i < k->c->p->steps_count; i++) {
        const struct pack_step *s = k->c->p->steps[i];
        struct step_now *now = &k->c->steps[i];
        if (now->id == 0 || (s != to && s->group <= to->group)) continue;
        TRY(state_put(k, now, STR("returned"), g->reason));
        TRY(subs_lock(k, now, -1));
    }
    TRY(lines_back(k, to->group));
    TRY(case_load(k, g->id, k->err));
    k->step = NULL;
    return advance(k);
}

static enum rc down(struct doing *k, void *arg)
{
    const struct back_args *g = arg;
    TRY(case_load(k, g->id, k->err));
    TRY(seen_check(k));
    TRY(open_check(k));
    TRY(person_check(k, k->c->p->down_by, k->c->p->down_by_count, STR("放下")));
    TRY(day_check(k));
    if (str_trim(g->reason).len == 0) return stop(k, false, STR("reason"), STR(""), &E_case_reason, STR("放下"));
    return case_end(k, STR("laid-down"), g->reason);
}

enum rc case_return(struct case_door *d, uint64_t id, struct str to, struct str reason, const struct case_entry *e, struct case_done *out, struct case_refused *why, struct err *err)
{
    struct back_args g = {id, to, reason};
    return door_act(d, id, go_back, &g, e, out, why, err);
}

enum rc case_lay_down(struct case_door *d, uint64_t id, struct str reason, const struct case_entry *e, struct case_done *out, struct case_refused *why, struct err *err)
{
    struct back_args g = {id, STR(""), reason};
    return door_act(d, id, down, &g, e, out, why, err);
}
