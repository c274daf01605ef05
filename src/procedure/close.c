/* close.c - an act that closes a step: fields, votes, limits, notice, gates, then all that is written. */
#include "procedure/inner.h"

/* ---- what is given ---- */

static void room_make(struct doing *k)
{
    uint32_t lines = k->c->lines_count, items = k->step->items_count;
    k->own = arena_array(k->a, struct sv, items + 1);
    k->own_each = arena_array(k->a, struct sv *, lines + 1);
    for (uint32_t i = 0; i < lines; i++) k->own_each[i] = arena_array(k->a, struct sv, items + 1);
    k->out = arena_array(k->a, bool, lines + 1);
    k->out_by = arena_array(k->a, struct str, lines + 1);
    k->votes = arena_array(k->a, struct tally, lines + 1);
}

static enum rc fields_take(struct doing *k, const struct case_close *g)
{
    const struct pack_step *s = k->step;
    TRY(items_parse(k, s->items, s->items_count, s->title.zh, false, g->set, g->set_count, k->own));
    for (uint32_t i = 0; i < g->each_count; i++) {
        uint32_t line;
        TRY(line_find(k, g->each[i].line, &line));
        TRY(items_parse(k, s->items, s->items_count, s->title.zh, true, g->each[i].values, g->each[i].count, k->own_each[line]));
    }
    return RC_OK;
}

enum rc given_take(struct doing *k, const struct case_close *g)
{
    room_make(k);
    TRY(fields_take(k, g));
    return g->counts_count + g->votes_count > 0 ? votes_take(k, g) : RC_OK;
}

static bool is_signed(const struct case_close *g, const struct pack_item *it)
{
    for (uint32_t i = 0; i < g->unsigned_count; i++)
        if (str_eq(g->unsigned_[i], it->f.name) || str_eq(g->unsigned_[i], it->f.title.zh)) return false;
    if (g->all_signed) return true;
    for (uint32_t i = 0; i < g->signatures_count; i++)
        if ((str_eq(g->signatures[i].name, it->f.name) || str_eq(g->signatures[i].name, it->f.title.zh)) && str_trim(g->signatures[i].text).len > 0) return true;
    return false;
}

static enum rc value_check(struct doing *k, const struct case_close *g, const struct pack_item *it, const struct sv *v, int64_t line)
{
    struct str name = line >= 0 ? k->c->lines[line].display : STR("");
    struct str of_zh = name.len > 0 ? str_cat(k->a, STR("（"), name, STR("）")) : STR(""), of_en = name.len > 0 ? str_cat(k->a, STR(" for "), name) : STR("");
    if (v->kind == SV_NULL) return it->f.required ? stop(k, true, STR("required"), name, &E_case_required, it->f.title.zh, of_zh, of_en) : RC_OK;
    if (it->sign_count > 0 && !is_signed(g, it))
        TRY(stop(k, true, STR("signature"), name, &E_case_signature, it->f.title.zh, of_zh, of_en, role_titles(k, it->sign, it->sign_count)));
    if (it->f.check == NULL) return RC_OK;
    struct fv ok;
    TRY(ask(k, it->f.check, world_vars(k, k->step, line), &ok));
    return fv_is_true(&ok) ? RC_OK : stop(k, true, STR("check"), name, &E_case_check, it->f.title.zh, it->f.check->text);
}

static enum rc fields_check(struct doing *k, const struct case_close *g)
{
    for (uint32_t i = 0; i < k->step->items_count; i++) {
        const struct pack_item *it = &k->step->items[i];
        if (!it->each) {
            TRY(value_check(k, g, it, &k->own[i], -1));
            continue;
        }
        for (uint32_t l = 0; l < k->c->lines_count; l++)
            if (in_play(k, k->step, l)) TRY(value_check(k, g, it, &k->own_each[l][i], l));
    }
    return RC_OK;
}

/* ---- the notice of this step ---- */

static enum rc notice_check(struct doing *k)
{
    const struct pack_notice *n = k->step->notice;
    const struct step_now *s = &k->c->steps[k->step->idx];
    if (n == NULL) return RC_OK;
    if (s->notice == 0) return stop(k, true, STR("notice"), STR(""), &E_case_no_notice, n->d.title.zh);
    if (k->day <= s->to) TRY(stop(k, true, STR("window"), STR(""), &E_case_window, day_print(k->a, s->to), basis_text(k, n->d.basis, n->d.basis_count)));
    int64_t open = 0;
    for (uint32_t i = 0; i < s->objections_count; i++) open += s->objections[i].answered ? 0 : 1;
    if (open > 0) TRY(stop(k, true, STR("objections"), STR(""), &E_case_objections, str_i64(k->a, open)));
    for (uint32_t i = 0; i < s->objections_count; i++)
        if (s->objections[i].upheld) TRY(stop(k, true, STR("objections"), STR(""), &E_case_upheld, str_i64(k->a, s->objections[i].number)));
    return RC_OK;
}

/* ---- who goes on ---- */

static enum rc keep(struct doing *k)
{
    const struct pack_ballot *b = k->step->ballot;
    for (uint32_t i = 0; i < k->c->lines_count; i++) {
        if (!in_play(k, k->step, i)) continue;
        struct fv v = fv_bool(true);
        bool by_vote = k->step->keep == NULL && b != NULL && b->pass.param != NULL;
        if (k->step->keep != NULL) TRY(ask(k, k->step->keep, world_vars(k, k->step, i), &v));
        if (by_vote) v = fv_bool(k->votes[i].passed);
        if (fv_is_true(&v)) continue;
        if (k->out_by[i].len == 0) k->out_by[i] = k->step->name;
        k->out[i] = true;
    }
    return RC_OK;
}

/* ---- writing ---- */

static struct str signed_text(struct doing *k, const struct case_close *g)
{
    struct str out = STR("");
    for (uint32_t i = 0; i < g->signatures_count; i++)
        out = str_cat(k->a, out, i > 0 ? STR("；") : STR(""), g->signatures[i].name, STR("："), g->signatures[i].text);
    return text_cut(out, 2000);
}

static enum rc parts_put(struct doing *k)
{
    for (uint32_t i = 0; i < k->c->lines_count; i++) {
        struct str data, secret, votes;
        TRY(items_json(k, k->step->items, k->step->items_count, k->own_each[i], false, true, &data, k->err));
        TRY(items_json(k, k->step->items, k->step->items_count, k->own_each[i], true, true, &secret, k->err));
        TRY(tally_json(k, &k->votes[i], &votes));
        if (data.len + secret.len + votes.len == 0) continue;
        struct row r = row_of(&k->book, BOOK_PART);
        row_int(&r, P_STEP, (int64_t)k->c->steps[k->step->idx].id);
        row_int(&r, P_LINE, (int64_t)k->c->lines[i].id);
        row_text(&r, P_DATA, data);
        row_text(&r, P_SECRET, secret);
        row_text(&r, P_VOTES, votes);
        TRY(put_row(k, &r, 0, NULL));
    }
    return RC_OK;
}

static enum rc lines_put(struct doing *k)
{
    for (uint32_t i = 0; i < k->c->lines_count; i++) {
        if (!k->out[i]) continue;
        struct row r = row_of(&k->book, BOOK_LINE);
        row_text(&r, L_STATE, k->deferred[i].len > 0 ? STR("deferred") : STR("out"));
        if (k->deferred[i].len > 0) row_text(&r, L_REASON, text_cut(k->deferred[i], 2000));
        row_text(&r, L_LEFT_STEP, k->step->name);
        row_text(&r, L_LEFT_BY, k->out_by[i]);
        TRY(put_row(k, &r, k->c->lines[i].id, NULL));
        for (uint32_t s = 0; s < k->c->p->steps_count; s++)
            if (str_eq(k->c->steps[s].state, STR("open"))) TRY(subs_lock(k, &k->c->steps[s], i));
    }
    return k->any_wrong ? subs_lock(k, &k->c->steps[k->step->idx], -1) : RC_OK;
}

static enum rc step_put(struct doing *k, const struct case_close *g)
{
    struct row r = row_of(&k->book, BOOK_STEP);
    struct str data, secret, votes;
    TRY(items_json(k, k->step->items, k->step->items_count, k->own, false, false, &data, k->err));
    TRY(items_json(k, k->step->items, k->step->items_count, k->own, true, false, &secret, k->err));
    TRY(tally_json(k, &k->total, &votes));
    if (k->any_wrong) {
        buf_lit(&k->wrong, "\n");
        buf_str(&k->wrong, k->entry->irregular);
    }
    struct str seen = text_cut(buf_view(&k->seen), 18000), wrong = text_cut(buf_view(&k->wrong), 3900);
    row_text(&r, S_STATE, k->any_wrong ? STR("irregular") : STR("done"));
    row_int(&r, S_HAPPENED, k->day);
    row_int(&r, S_ENTERED, k->today);
    actor_put(k, &r, S_ACCOUNT, S_BY);
    if (k->late) {
        row_int(&r, S_LATE, 1);
        row_text(&r, S_PAPER, str_trim(k->entry->paper));
        row_text(&r, S_SECOND, str_trim(k->entry->second));
    }
    row_text(&r, S_DATA, data);
    row_text(&r, S_SECRET, secret);
    row_text(&r, S_VOTES, votes);
    row_text(&r, S_SIGNED, signed_text(k, g));
    row_text(&r, S_SEEN, seen);
    row_text(&r, S_REASON, text_cut(k->reasons, 3900));
    row_text(&r, S_IRREGULAR, wrong);
    return put_row(k, &r, k->c->steps[k->step->idx].id, NULL);
}

/* Nothing comes out of a case in which something irregular stands. */
static enum rc regular_check(struct doing *k)
{
    if (k->step->effects_count == 0 || k->any_wrong) return RC_OK;
    for (uint32_t i = 0; i < k->c->p->steps_count; i++)
        if (k->c->steps[i].irregular) return stop(k, true, STR("irregular"), STR(""), &E_case_irregular, k->c->p->steps[i]->title.zh);
    return RC_OK;
}

static bool vote_lost(const struct doing *k) { return k->c->p->lines == NULL && k->total.has_passed && !k->total.passed && !k->any_wrong; }

static enum rc run(struct doing *k, void *arg)
{
    const struct case_close *g = arg;
    TRY(case_load(k, g->id, k->err));
    TRY(seen_check(k));
    TRY(open_check(k));
    TRY(step_find(k, g->step));
    TRY(step_ready(k));
    room_make(k);
    TRY(defer_take(k, g));
    TRY(gates_run(k, k->step, GATES_OPENING));
    buf_clear(&k->seen);
    k->reasons = STR("");
    TRY(gates_run(k, k->step, GATES_AGENDA)); /* what leaves by them is given no fields and no votes */
    TRY(sub_check(k));
    TRY(refer_check(k));
    TRY(fields_take(k, g));
    TRY(fields_check(k, g));
    TRY(votes_take(k, g));
    TRY(opinions_check(k, g));
    TRY(limits_run(k, k->step));
    TRY(notice_check(k));
    TRY(gates_run(k, k->step, GATES_CLOSING));
    struct str free_reason = reason_of(k, STR("discretion"));
    if (k->step->discretion && free_reason.len == 0) TRY(stop(k, true, STR("reason"), STR(""), &E_case_reason, k->step->title.zh));
    if (free_reason.len > 0) k->reasons = str_cat(k->a, k->reasons, k->reasons.len > 0 ? STR("\n") : STR(""), free_reason);
    TRY(regular_check(k));
    if (k->entry->irregular.len > 0 && !k->any_wrong) return stop(k, false, STR("irregular"), STR(""), &E_case_regular, STR(""));
    TRY(keep(k));
    k->done->step = k->c->steps[k->step->idx].id;
    TRY(step_put(k, g));
    TRY(parts_put(k));
    TRY(opinions_put(k, g));
    TRY(lines_put(k));
    if (k->any_wrong) TRY(finding_raise(k, k->step->name, true));
    TRY(step_stands(k)); /* effects and what is next see this step closed */
    k->own = NULL;
    k->out = NULL;
    if (!k->c->steps[k->step->idx].irregular && !vote_lost(k)) TRY(effects_run(k)); /* what was voted down changes no record */
    return vote_lost(k) ? case_end(k, STR("ended"), str_cat(k->a, k->step->title.zh, STR("：没有通过"))) : advance(k);
}

enum rc case_close(struct case_door *d, const struct case_close *g, struct case_done *out, struct case_refused *why, struct err *err)
{
    struct case_close copy = *g;
    return door_act(d, g->id, run, &copy, &g->entry, out, why, err);
}
