/*
 * sub.c - cases of another procedure that a step opens: which are wanted, how they stand, and that they do not outlive what asked for them.
 * A sub-case is a case like any other, with its own people, gates and effects; it hangs on the round of the step that asked for it.
 */
#include "procedure/inner.h"

static bool is_open(const struct sub_now *s) { return str_eq(s->state, STR("open")); }

static unsigned end_of(struct str state) { return str_eq(state, STR("done")) ? SUB_DONE : str_eq(state, STR("ended")) ? SUB_ENDED : str_eq(state, STR("laid-down")) ? SUB_LAID_DOWN : 0; }

enum rc subs_load(struct doing *k, struct step_now *s, struct err *err)
{
    uint64_t *ids;
    uint32_t n;
    TRY(children(k, BOOK_STEP, s->id, BOOK_CASE, C_UNDER, &ids, &n, err));
    s->subs = arena_array(k->a, struct sub_now, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        struct record rec;
        TRY(record_get(k->now, k->book.r[BOOK_CASE], ids[i], k->a, &rec, err));
        struct sv line = book_value(&k->book, BOOK_CASE, &rec, C_UNDER_LINE), ended = book_value(&k->book, BOOK_CASE, &rec, C_ENDED);
        struct sub_now *x = &s->subs[s->subs_count++];
        *x = (struct sub_now){.id = ids[i], .line = -1, .ended = ended.kind == SV_INT ? ended.i : ENTRY_NO_DAY, .title = book_text(&k->book, BOOK_CASE, &rec, C_TITLE),
                              .state = book_text(&k->book, BOOK_CASE, &rec, C_STATE)};
        for (uint32_t l = 0; line.kind == SV_INT && l < k->c->lines_count; l++)
            if (k->c->lines[l].id == (uint64_t)line.i) x->line = l;
    }
    return RC_OK;
}

const struct sub_now *sub_latest(const struct step_now *s, int64_t line)
{
    const struct sub_now *found = NULL;
    for (uint32_t i = 0; i < s->subs_count; i++)
        if (s->subs[i].line == line) found = &s->subs[i];
    return found;
}

bool sub_settled(const struct pack_sub *p, const struct sub_now *s) { return (end_of(s->state) & p->ends) != 0; }

/* How a sub-case is called to who acts on the one above: by number and title where he sees it, else only that there is one. */
struct called { struct str id, title, title_en; };

static struct called called(struct doing *k, const struct sub_now *s)
{
    const struct grant *g = k->d->actor.grant;
    struct record seen;
    struct err none;
    err_clear(&none);
    if (g == NULL || record_see(k->now, g, k->book.r[BOOK_CASE], s->id, k->a, &seen, NULL, &none) == RC_OK) return (struct called){str_u64(k->a, s->id), s->title, s->title};
    return (struct called){STR("—"), STR("不在您的范围内"), STR("outside your scope")};
}

/* ---- opening ---- */

static enum rc wanted_one(struct doing *k, int64_t line, struct sub_wanted *out)
{
    struct fv v;
    TRY(ask(k, k->step->sub->subject, world_vars(k, k->step, line), &v));
    if (v.kind != FV_RECORD)
        return err_set(k->err, &E_case_sub_form, NO_PLACE, str_cat(k->a, STR("不知道为哪条记录开子案（"), k->step->sub->subject->text, STR("）")),
                       str_cat(k->a, STR("it is not known over which record to open the sub-case ("), k->step->sub->subject->text, STR(")")));
    *out = (struct sub_wanted){line, (uint64_t)v.id};
    return RC_OK;
}

/* One that is open, or came to what was asked, is enough. */
static const struct sub_now *enough(const struct doing *k, int64_t line)
{
    const struct sub_now *s = sub_latest(&k->c->steps[k->step->idx], line);
    return s != NULL && (is_open(s) || sub_settled(k->step->sub, s)) ? s : NULL;
}

static enum rc again(struct doing *k, struct str line, const struct sub_now *s)
{
    struct called c = called(k, s);
    return stop(k, false, STR("sub"), line, &E_case_sub_again, c.id, c.title, c.title_en);
}

enum rc subs_wanted(struct doing *k, struct str line, struct sub_wanted **out, uint32_t *n)
{
    const struct pack_sub *sub = k->step->sub;
    uint32_t one = 0;
    *out = arena_array(k->a, struct sub_wanted, k->c->lines_count + 1);
    *n = 0;
    if (!sub->each && line.len > 0) return err_set(k->err, &E_case_sub_form, NO_PLACE, STR("这一步的子案不分事项"), STR("this step has one sub-case, not one for each line"));
    if (line.len > 0) TRY(line_find(k, line, &one));
    if (!sub->each || line.len > 0) {
        const struct sub_now *there = enough(k, sub->each ? (int64_t)one : -1);
        if (there != NULL) return again(k, line, there);
        *n = 1;
        return wanted_one(k, sub->each ? (int64_t)one : -1, *out);
    }
    for (uint32_t l = 0; l < k->c->lines_count; l++)
        if (in_play(k, k->step, l) && enough(k, l) == NULL) TRY(wanted_one(k, l, &(*out)[(*n)++]));
    if (*n > 0) return RC_OK;
    const struct step_now *s = &k->c->steps[k->step->idx];
    if (s->subs_count == 0) return stop(k, false, STR("sub"), STR(""), &E_case_sub_none, k->step->title.zh, STR(""), sub->proc->d.title.zh, STR(""), sub->proc->d.name);
    return again(k, STR(""), &s->subs[s->subs_count - 1]);
}

/* ---- closing the step ---- */

static struct str state_zh(struct str state)
{
    return str_eq(state, STR("done")) ? STR("办结") : str_eq(state, STR("ended")) ? STR("终止") : STR("放下");
}

static enum rc one_check(struct doing *k, int64_t line)
{
    const struct pack_sub *sub = k->step->sub;
    const struct sub_now *s = sub_latest(&k->c->steps[k->step->idx], line);
    struct str name = line < 0 ? STR("") : k->c->lines[line].display;
    struct str zh = line < 0 ? STR("") : str_cat(k->a, STR("（"), name, STR("）")), en = line < 0 ? STR("") : str_cat(k->a, STR(" for "), name);
    if (s == NULL) return stop(k, true, STR("sub"), name, &E_case_sub_none, k->step->title.zh, zh, sub->proc->d.title.zh, en, sub->proc->d.name);
    struct called c = called(k, s);
    if (is_open(s)) return stop(k, true, STR("sub"), name, &E_case_sub_open, c.id, c.title, c.title_en);
    if (sub_settled(sub, s)) return RC_OK;
    if (!sub->drop || line < 0) return stop(k, true, STR("sub"), name, &E_case_sub_other, c.id, c.title, state_zh(s->state), k->step->title.zh, s->state, c.title_en);
    k->out[line] = true;
    k->out_by[line] = STR("sub");
    return RC_OK;
}

enum rc sub_check(struct doing *k)
{
    if (k->step->sub == NULL) return RC_OK;
    if (!k->step->sub->each) return one_check(k, -1);
    for (uint32_t l = 0; l < k->c->lines_count; l++)
        if (in_play(k, k->step, l)) TRY(one_check(k, l));
    return RC_OK;
}

bool subs_gave(const struct pack_step *p, const struct step_now *s)
{
    bool gives = false, done = false;
    if (p->sub == NULL) return false;
    for (uint32_t i = 0; i < p->sub->proc->steps_count; i++) gives = gives || p->sub->proc->steps[i]->effects_count > 0;
    for (uint32_t i = 0; i < s->subs_count; i++) done = done || str_eq(s->subs[i].state, STR("done"));
    return gives && done;
}

/* ---- they end with what asked for them ---- */

static enum rc lay(struct doing *k, uint64_t id)
{
    struct kase *above = k->c;
    struct records *rs = k->rs;
    TRY(case_load(k, id, k->err));
    enum rc rc = str_eq(k->c->state, STR("open")) ? case_end(k, STR("laid-down"), str_cat(k->a, STR("所属的案件 #"), str_u64(k->a, above->id), STR(" 不再等它"))) : RC_OK;
    k->c = above;
    doing_under(k, rs);
    return rc;
}

enum rc subs_lock(struct doing *k, const struct step_now *s, int64_t line)
{
    for (uint32_t i = 0; i < s->subs_count; i++)
        if (is_open(&s->subs[i]) && (line < 0 || s->subs[i].line == line)) {
            TRY(lay(k, s->subs[i].id));
            s->subs[i].state = STR("laid-down");
        }
    return RC_OK;
}

/* ---- for who reads ---- */

enum rc case_above(struct records *rs, uint64_t id, struct arena *a, struct case_above *out, struct err *err)
{
    struct book b;
    struct record rec;
    *out = (struct case_above){.step = STR("")};
    TRY(case_book(records_set(rs), &b, err));
    TRY(record_get(rs, b.r[BOOK_CASE], id, a, &rec, err));
    struct sv under = book_value(&b, BOOK_CASE, &rec, C_UNDER), line = book_value(&b, BOOK_CASE, &rec, C_UNDER_LINE);
    if (under.kind != SV_INT) return RC_OK;
    out->step_id = (uint64_t)under.i;
    out->line = line.kind == SV_INT ? (uint64_t)line.i : 0;
    TRY(record_get(rs, b.r[BOOK_STEP], out->step_id, a, &rec, err));
    out->case_id = (uint64_t)book_value(&b, BOOK_STEP, &rec, S_CASE).i;
    out->step = str_dup(a, book_text(&b, BOOK_STEP, &rec, S_STEP));
    return RC_OK;
}

enum rc case_subs(struct records *rs, uint64_t id, day_num today, struct arena *a, struct case_below **out, size_t *n, struct err *err)
{
    struct case_door d;
    struct doing k;
    *out = NULL;
    *n = 0;
    TRY(case_looking(&k, &d, rs, id, today, a, err));
    size_t room = 1;
    for (uint32_t i = 0; i < k.c->p->steps_count; i++) room += k.c->steps[i].subs_count;
    *out = arena_array(a, struct case_below, room);
    for (uint32_t i = 0; i < k.c->p->steps_count; i++)
        for (uint32_t s = 0; s < k.c->steps[i].subs_count; s++) {
            const struct sub_now *x = &k.c->steps[i].subs[s];
            (*out)[(*n)++] = (struct case_below){.id = x->id, .step = k.c->p->steps[i]->name, .title = x->title, .state = x->state, .line = x->line, .ended = x->ended};
        }
    doing_end(&k);
    return RC_OK;
}
