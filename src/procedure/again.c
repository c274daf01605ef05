/*
 * again.c - cases that do not begin at the beginning: those that were under way when they were taken in, with the steps that they already have; and
 * what a meeting put off, taken up again (复议) in a case of its own that carries what was done before.  Effects of such steps came out in their own
 * time, and do not come out again.
 */
#include "procedure/inner.h"

/* ---- taken in ---- */

static enum rc refuse(struct doing *k, struct str zh, struct str en) { return stop(k, false, STR("taken"), STR(""), &E_case_taken, zh, en); }

static enum rc skipped_put(struct doing *k, const struct pack_step *s, day_num day)
{
    struct row r = row_of(&k->book, BOOK_STEP);
    row_int(&r, S_CASE, (int64_t)k->c->id);
    row_text(&r, S_STEP, s->name);
    row_int(&r, S_ROUND, 1);
    row_text(&r, S_STATE, STR("skipped"));
    row_int(&r, S_OPENED, day);
    row_int(&r, S_TAKEN, 1);
    return put_row(k, &r, 0, NULL);
}

static enum rc values_taken(struct doing *k, const struct pack_step *s, const struct case_close *t, struct sv **once, struct sv ***each)
{
    *once = arena_array(k->a, struct sv, s->items_count + 1);
    *each = arena_array(k->a, struct sv *, k->c->lines_count + 1);
    for (uint32_t i = 0; i < k->c->lines_count; i++) (*each)[i] = arena_array(k->a, struct sv, s->items_count + 1);
    TRY(items_parse(k, s->items, s->items_count, s->title.zh, false, t->set, t->set_count, *once));
    for (uint32_t i = 0; i < t->each_count; i++) {
        uint32_t line;
        TRY(line_find(k, t->each[i].line, &line));
        TRY(items_parse(k, s->items, s->items_count, s->title.zh, true, t->each[i].values, t->each[i].count, (*each)[line]));
    }
    return RC_OK;
}

static enum rc one_taken(struct doing *k, const struct pack_step *s, const struct case_close *t, day_num after)
{
    struct sv *once, **each;
    struct str data, secret;
    day_num day = t->entry.happened;
    struct str paper = str_trim(t->entry.paper.len > 0 ? t->entry.paper : k->entry->paper), second = str_trim(t->entry.second.len > 0 ? t->entry.second : k->entry->second);
    if (day == ENTRY_NO_DAY || day > k->today) return refuse(k, str_cat(k->a, STR("“"), s->title.zh, STR("”要写办成的日期")), str_cat(k->a, s->name, STR(": on what day was it done?")));
    if (day < after) return stop(k, false, STR("order"), STR(""), &E_case_day_order, day_print(k->a, day), day_print(k->a, after));
    if (paper.len == 0 || second.len == 0 || str_eq(second, k->d->actor.name)) return stop(k, false, STR("late"), STR(""), &E_case_late, day_print(k->a, day));
    if (t->counts_count + t->votes_count + t->opinions_count > 0)
        return refuse(k, str_cat(k->a, STR("“"), s->title.zh, STR("”的票数写在文书里，接办时不另录")), str_cat(k->a, s->name, STR(": counts of what was done before stand in its papers")));
    TRY(values_taken(k, s, t, &once, &each));
    TRY(items_json(k, s->items, s->items_count, once, false, false, &data, k->err));
    TRY(items_json(k, s->items, s->items_count, once, true, false, &secret, k->err));
    struct row r = row_of(&k->book, BOOK_STEP);
    uint64_t id;
    row_int(&r, S_CASE, (int64_t)k->c->id);
    row_text(&r, S_STEP, s->name);
    row_int(&r, S_ROUND, 1);
    row_text(&r, S_STATE, STR("done"));
    row_int(&r, S_OPENED, after);
    row_int(&r, S_HAPPENED, day);
    row_int(&r, S_ENTERED, k->today);
    row_int(&r, S_LATE, 1);
    row_int(&r, S_TAKEN, 1);
    row_text(&r, S_REASON, str_cat(k->a, STR("接办登记："), text_cut(k->d->actor.name, 180)));
    row_text(&r, S_PAPER, paper);
    row_text(&r, S_SECOND, second);
    row_text(&r, S_DATA, data);
    row_text(&r, S_SECRET, secret);
    TRY(put_row(k, &r, 0, &id));
    for (uint32_t i = 0; i < k->c->lines_count; i++) {
        TRY(items_json(k, s->items, s->items_count, each[i], false, true, &data, k->err));
        TRY(items_json(k, s->items, s->items_count, each[i], true, true, &secret, k->err));
        if (data.len + secret.len == 0) continue;
        struct row p = row_of(&k->book, BOOK_PART);
        row_int(&p, P_STEP, (int64_t)id);
        row_int(&p, P_LINE, (int64_t)k->c->lines[i].id);
        row_text(&p, P_DATA, data);
        row_text(&p, P_SECRET, secret);
        TRY(put_row(k, &p, 0, NULL));
    }
    return RC_OK;
}

/* In the order of the procedure, from its first step on; only what it may do without is left out. */
enum rc taken_put(struct doing *k, const struct case_opening *g)
{
    const struct pack_procedure *p = k->c->p;
    day_num after = k->c->opened, before = k->c->opened;
    uint32_t next = 0, group = 0;
    if (g->taken_count == 0) return RC_OK;
    for (uint32_t i = 0; i < g->taken_count; i++) {
        TRY(step_find(k, g->taken[i].step));
        const struct pack_step *s = k->step;
        if (s->idx < next) return stop(k, false, STR("order"), STR(""), &E_case_not_open, s->title.zh, text2_in(&s->title, LANG_EN));
        for (; next < s->idx; next++) {
            const struct pack_step *left = p->steps[next];
            if (left->when == NULL && left->kinds_count == 0)
                return stop(k, false, STR("order"), STR(""), &E_case_order, s->title.zh, text2_in(&s->title, LANG_EN), left->title.zh);
            TRY(skipped_put(k, left, after));
        }
        if (s->group != group) before = after; /* those side by side follow the group before */
        group = s->group;
        TRY(one_taken(k, s, &g->taken[i], before));
        after = MAX(after, g->taken[i].entry.happened);
        next = s->idx + 1;
    }
    k->day = MAX(k->day, after); /* what opens now opens after that */
    k->step = NULL;
    return case_load(k, k->c->id, k->err);
}

/* ---- taken up again ---- */

struct again_args { uint64_t id; struct str reason; };

/* A row of today's register like another one, but for what is put. */
static enum rc row_like(struct doing *k, enum book_reg reg, uint64_t id, const struct row *put, uint64_t *made)
{
    struct record rec;
    struct change c = k->d->change;
    struct changed done;
    const struct pack_register *r = k->book.r[reg];
    TRY(record_get(k->now, r, id, k->a, &rec, k->err));
    struct sv *values = arena_array(k->a, struct sv, r->stored_count + 1);
    for (uint32_t i = 0; i < r->stored_count; i++) values[i] = rec.values[i];
    for (uint32_t i = 0; i < put->count; i++) values[put->fields[i]->column] = put->values[i];
    c.happened = k->day;
    TRY(record_create(k->now, r, &c, values, &done, k->err));
    doing_wrote(k);
    if (made != NULL) *made = done.id;
    return RC_OK;
}

static enum rc step_like(struct doing *k, const struct kase *old, uint32_t step, uint64_t fresh, const uint64_t *lines)
{
    uint64_t *ids, id;
    uint32_t n;
    struct row r = row_of(&k->book, BOOK_STEP);
    row_int(&r, S_CASE, (int64_t)fresh);
    row_int(&r, S_ROUND, 1);
    row_int(&r, S_TAKEN, 1);
    row_text(&r, S_PAPER, str_cat(k->a, STR("case/"), str_u64(k->a, old->id)));
    TRY(row_like(k, BOOK_STEP, old->steps[step].id, &r, &id));
    TRY(children(k, BOOK_STEP, old->steps[step].id, BOOK_PART, P_STEP, &ids, &n, k->err));
    for (uint32_t i = 0; i < n; i++) {
        struct record rec;
        TRY(record_get(k->now, k->book.r[BOOK_PART], ids[i], k->a, &rec, k->err));
        uint64_t line = (uint64_t)book_value(&k->book, BOOK_PART, &rec, P_LINE).i;
        for (uint32_t l = 0; l < old->lines_count; l++) {
            if (old->lines[l].id != line || lines[l] == 0) continue;
            struct row p = row_of(&k->book, BOOK_PART);
            row_int(&p, P_STEP, (int64_t)id);
            row_int(&p, P_LINE, (int64_t)lines[l]);
            TRY(row_like(k, BOOK_PART, ids[i], &p, NULL));
        }
    }
    return RC_OK;
}

static enum rc lines_like(struct doing *k, const struct kase *old, const struct pack_step *from, uint64_t fresh, uint64_t *lines)
{
    int64_t number = 0;
    for (uint32_t l = 0; l < old->lines_count; l++) {
        if (!str_eq(old->lines[l].state, STR("deferred")) || !str_eq(old->lines[l].left_step, from->name)) continue;
        struct row r = row_of(&k->book, BOOK_LINE);
        row_int(&r, L_CASE, (int64_t)fresh);
        row_int(&r, L_NUMBER, ++number);
        row_text(&r, L_STATE, STR("in"));
        row_text(&r, L_LEFT_STEP, STR(""));
        row_text(&r, L_LEFT_BY, STR(""));
        row_text(&r, L_REASON, STR(""));
        TRY(row_like(k, BOOK_LINE, old->lines[l].id, &r, &lines[l]));
        struct row was = row_of(&k->book, BOOK_LINE);
        row_text(&was, L_STATE, STR("out"));
        row_text(&was, L_LEFT_BY, str_cat(k->a, STR("case/"), str_u64(k->a, fresh)));
        TRY(put_row(k, &was, old->lines[l].id, NULL));
    }
    return RC_OK;
}

/* The step at which lines were put off, and are still; the earliest of several. */
static const struct pack_step *put_off(const struct kase *c)
{
    const struct pack_step *from = NULL;
    for (uint32_t i = 0; i < c->lines_count; i++) {
        const struct pack_step *s = str_eq(c->lines[i].state, STR("deferred")) ? pack_step_find(c->p, c->lines[i].left_step) : NULL;
        if (s != NULL && (from == NULL || s->idx < from->idx)) from = s;
    }
    return from;
}

/* A sub-case that is taken up again counts above only where the step there still waits. */
static enum rc under_drop(struct doing *k, uint64_t under, struct row *r)
{
    struct record rec;
    TRY(record_get(k->now, k->book.r[BOOK_STEP], under, k->a, &rec, k->err));
    if (str_eq(book_text(&k->book, BOOK_STEP, &rec, S_STATE), STR("open"))) return RC_OK;
    row_none(r, C_UNDER);
    row_none(r, C_UNDER_LINE);
    return RC_OK;
}

static enum rc again(struct doing *k, void *arg)
{
    const struct again_args *g = arg;
    TRY(case_load(k, g->id, k->err));
    TRY(seen_check(k));
    if (str_eq(k->c->state, STR("laid-down"))) return open_check(k);
    const struct kase *old = k->c;
    const struct pack_step *from = put_off(old);
    if (from == NULL) return stop(k, false, STR("defer"), STR(""), &E_case_defer, STR("没有缓议的事项"), STR("nothing of it is put off"));
    TRY(person_check(k, old->p->opening->by, old->p->opening->by_count, STR("提请复议")));
    TRY(day_check(k));
    if (str_trim(g->reason).len == 0 || str_trim(k->entry->paper).len == 0) return stop(k, false, STR("reason"), STR(""), &E_case_reason, STR("复议（理由和同意复议的文书）"));
    struct row r = row_of(&k->book, BOOK_CASE);
    row_text(&r, C_TITLE, text_cut(str_cat(k->a, STR("复议 "), old->title), 880));
    row_int(&r, C_ENTERED, k->today);
    row_text(&r, C_STATE, STR("open"));
    row_text(&r, C_AT, STR(""));
    row_int(&r, C_OF, (int64_t)old->id);
    row_text(&r, C_OF_WHY, text_cut(str_cat(k->a, str_trim(k->entry->paper), STR("；"), str_trim(g->reason)), 2000));
    row_text(&r, C_REASON, STR(""));
    row_text(&r, C_ADOPTED, STR(""));
    actor_put(k, &r, C_ACCOUNT, C_BY);
    row_none(&r, C_ENDED);
    if (old->under != 0) TRY(under_drop(k, old->under, &r));
    uint64_t fresh, *lines = arena_array(k->a, uint64_t, old->lines_count + 1);
    TRY(row_like(k, BOOK_CASE, old->id, &r, &fresh));
    TRY(lines_like(k, old, from, fresh, lines));
    for (uint32_t i = 0; i < old->p->steps_count; i++)
        if (old->steps[i].id != 0 && old->p->steps[i]->group < from->group && !str_eq(old->steps[i].state, STR("open"))) TRY(step_like(k, old, i, fresh, lines));
    k->done->id = fresh;
    TRY(case_load(k, fresh, k->err));
    k->step = NULL;
    return advance(k);
}

enum rc case_again(struct case_door *d, uint64_t id, struct str reason, const struct case_entry *e, struct case_done *out, struct case_refused *why, struct err *err)
{
    struct again_args g = {id, reason};
    return door_act(d, id, again, &g, e, out, why, err);
}
