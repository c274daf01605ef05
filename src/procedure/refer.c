/* refer.c - a step that is put to a superior level: what was sent when by which paper, and what came back; in between it waits. */
#include "procedure/inner.h"

enum rc referrals_load(struct doing *k, struct step_now *s, struct err *err)
{
    uint64_t *ids;
    uint32_t n;
    TRY(children(k, BOOK_STEP, s->id, BOOK_REFERRAL, R_STEP, &ids, &n, err));
    s->referrals = arena_array(k->a, struct referred, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        struct record rec;
        TRY(record_get(k->now, k->book.r[BOOK_REFERRAL], ids[i], k->a, &rec, err));
        struct sv answered = book_value(&k->book, BOOK_REFERRAL, &rec, R_ANSWERED);
        s->referrals[s->referrals_count++] = (struct referred){ids[i], book_value(&k->book, BOOK_REFERRAL, &rec, R_NUMBER).i, book_value(&k->book, BOOK_REFERRAL, &rec, R_SENT).i,
                                                               answered.kind == SV_INT ? answered.i : ENTRY_NO_DAY, book_text(&k->book, BOOK_REFERRAL, &rec, R_OUTCOME)};
    }
    return RC_OK;
}

static const struct referred *latest(const struct step_now *s) { return s->referrals_count == 0 ? NULL : &s->referrals[s->referrals_count - 1]; }

static struct str outcome_zh(struct str outcome)
{
    return str_eq(outcome, STR("agreed")) ? STR("同意") : str_eq(outcome, STR("refused")) ? STR("不同意") : STR("退回补正");
}

enum rc refer_check(struct doing *k)
{
    const struct pack_refer *r = k->step->refer;
    if (r == NULL) return RC_OK;
    const struct referred *last = latest(&k->c->steps[k->step->idx]);
    if (last != NULL && last->outcome.len == 0) return stop(k, false, STR("refer"), STR(""), &E_case_refer_waits, r->to, day_print(k->a, last->sent));
    if (last != NULL && str_eq(last->outcome, STR("agreed")))
        return k->day >= last->answered ? RC_OK : stop(k, false, STR("order"), STR(""), &E_case_day_order, day_print(k->a, k->day), day_print(k->a, last->answered));
    if (last != NULL && str_eq(last->outcome, STR("refused"))) return stop(k, true, STR("refer"), STR(""), &E_case_refer_refused, r->to, outcome_zh(last->outcome), last->outcome);
    struct fv v = fv_bool(true);
    if (r->when != NULL) TRY(ask(k, r->when, world_vars(k, k->step, -1), &v));
    if (v.kind == FV_BOOL && !v.b) return RC_OK; /* what nobody knows is asked for */
    return stop(k, true, STR("refer"), STR(""), &E_case_refer_none, k->step->title.zh, r->to);
}

/* ---- the two acts ---- */

struct refer_args { uint64_t id; struct str step, outcome, text; };

static enum rc bad(struct doing *k, const char *zh, const char *en) { return stop(k, false, STR("refer"), STR(""), &E_case_refer_form, str_c(zh), str_c(en)); }

/* The step is open, and he may put it up: as for closing it, but by who the declaration names. */
static enum rc ready(struct doing *k, const struct refer_args *g)
{
    TRY(case_load(k, g->id, k->err));
    TRY(seen_check(k));
    TRY(open_check(k));
    TRY(step_find(k, g->step));
    const struct pack_refer *r = k->step->refer;
    const struct step_now *s = &k->c->steps[k->step->idx];
    if (r == NULL) return bad(k, "这一步没有上报", "this step is not put to anybody");
    if (!str_eq(s->state, STR("open"))) return step_ready(k); /* says why */
    TRY(person_check(k, r->by_count > 0 ? r->by : k->step->by, r->by_count > 0 ? r->by_count : k->step->by_count, str_cat(k->a, STR("上报“"), k->step->title.zh, STR("”"))));
    TRY(day_check(k));
    return k->day >= s->opened ? RC_OK : stop(k, false, STR("order"), STR(""), &E_case_day_order, day_print(k->a, k->day), day_print(k->a, s->opened));
}

static enum rc put_up(struct doing *k, void *arg)
{
    const struct refer_args *g = arg;
    TRY(ready(k, g));
    const struct step_now *s = &k->c->steps[k->step->idx];
    const struct referred *last = latest(s);
    struct str paper = str_trim(k->entry->paper);
    if (last != NULL && last->outcome.len == 0) return stop(k, false, STR("refer"), STR(""), &E_case_refer_waits, k->step->refer->to, day_print(k->a, last->sent));
    if (last != NULL && str_eq(last->outcome, STR("agreed"))) return bad(k, "已经得到同意", "it was agreed to already");
    if (last != NULL && k->day < last->answered) return stop(k, false, STR("order"), STR(""), &E_case_day_order, day_print(k->a, k->day), day_print(k->a, last->answered));
    if (str_trim(g->text).len == 0 || paper.len == 0) return stop(k, false, STR("reason"), STR(""), &E_case_reason, STR("上报（事由和文书）"));
    for (uint32_t i = 0; i < k->c->p->steps_count; i++)
        if (k->c->steps[i].irregular) return stop(k, false, STR("irregular"), STR(""), &E_case_irregular, k->c->p->steps[i]->title.zh);
    TRY(gates_run(k, k->step, GATES_OPENING));
    struct row r = row_of(&k->book, BOOK_REFERRAL);
    row_int(&r, R_STEP, (int64_t)s->id);
    row_int(&r, R_NUMBER, s->referrals_count + 1);
    row_text(&r, R_TO, text_cut(k->step->refer->to, 300));
    row_text(&r, R_REASON, text_cut(str_trim(g->text), 2000));
    row_text(&r, R_PAPER, text_cut(paper, 200));
    row_int(&r, R_SENT, k->day);
    row_int(&r, R_ENTERED, k->today);
    actor_put(k, &r, R_ACCOUNT, R_BY);
    return put_row(k, &r, 0, &k->done->record);
}

static struct str outcome_of(struct str text)
{
    static const struct { struct str code, zh; } words[] = {{STR_INIT("agreed"), STR_INIT("同意")}, {STR_INIT("refused"), STR_INIT("不同意")}, {STR_INIT("back"), STR_INIT("退回补正")}};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_eq(words[i].code, text) || str_eq(words[i].zh, text)) return words[i].code;
    return STR("");
}

static enum rc answer(struct doing *k, void *arg)
{
    const struct refer_args *g = arg;
    TRY(ready(k, g));
    const struct referred *last = latest(&k->c->steps[k->step->idx]);
    struct str outcome = outcome_of(str_trim(g->outcome)), paper = str_trim(k->entry->paper), text = str_trim(g->text);
    if (last == NULL || last->outcome.len > 0) return bad(k, "没有等着批复的上报", "nothing waits for an answer");
    if (outcome.len == 0) return bad(k, "批复结果写同意、不同意或者退回补正", "the answer is agreed, refused or back");
    if (paper.len == 0) return stop(k, false, STR("reason"), STR(""), &E_case_reason, STR("批复（文书）"));
    if (text.len == 0 && !str_eq(outcome, STR("agreed"))) return stop(k, false, STR("reason"), STR(""), &E_case_reason, STR("批复（意见）"));
    if (k->day < last->sent) return stop(k, false, STR("order"), STR(""), &E_case_day_order, day_print(k->a, k->day), day_print(k->a, last->sent));
    struct row r = row_of(&k->book, BOOK_REFERRAL);
    row_text(&r, R_OUTCOME, outcome);
    row_text(&r, R_ANSWER, text_cut(text, 4000));
    row_text(&r, R_ANSWER_PAPER, text_cut(paper, 200));
    row_int(&r, R_ANSWERED, k->day);
    row_int(&r, R_ANSWER_ENTERED, k->today);
    if (k->late) row_text(&r, R_ANSWER_SECOND, text_cut(str_trim(k->entry->second), 180));
    actor_put(k, &r, R_ANSWER_ACCOUNT, R_ANSWER_BY);
    k->done->record = last->id;
    TRY(put_row(k, &r, last->id, NULL));
    if (!str_eq(outcome, STR("refused")) || k->step->refer->stays) return RC_OK;
    return case_end(k, STR("ended"), str_cat(k->a, k->step->title.zh, STR("："), k->step->refer->to, STR("不同意；"), text));
}

enum rc case_refer(struct case_door *d, uint64_t id, struct str step, struct str reason, const struct case_entry *e, struct case_done *out, struct case_refused *why, struct err *err)
{
    struct refer_args g = {.id = id, .step = step, .text = reason};
    return door_act(d, id, put_up, &g, e, out, why, err);
}

enum rc case_reply(struct case_door *d, uint64_t id, struct str step, struct str outcome, struct str text, const struct case_entry *e, struct case_done *out, struct case_refused *why,
                   struct err *err)
{
    struct refer_args g = {.id = id, .step = step, .outcome = outcome, .text = text};
    return door_act(d, id, answer, &g, e, out, why, err);
}
