/* world.c - what the expressions of a procedure see: the case as values by slot, and parameters as of the day that counts. */
#include "procedure/inner.h"

enum { SHOWN_MAX = 16 * 1024, STEPS_MAX = 5000000 };

/* ---- the host: the store's, but for parameters ---- */

/* A case keeps the values of the day on which it was opened, unless the parameter or the procedure says otherwise. */
static enum rc param(struct feel_run *run, uint32_t slot, day_num day, struct fv *out, struct err *err)
{
    struct doing *k = run->host_ctx;
    run->host_ctx = k->host_ctx;
    if (k->c != NULL && day == run->today && !k->c->p->as_of_act && !k->set->params[slot].applies_at_act) day = k->c->opened;
    enum rc rc = k->inner_host->param(run, slot, day, out, err);
    run->host_ctx = k;
    return rc;
}

static enum rc member(struct feel_run *run, const struct feel_register *reg, int64_t id, const struct feel_member *m, struct fv *out, struct err *err)
{
    struct doing *k = run->host_ctx;
    run->host_ctx = k->host_ctx;
    const struct feel_host *host = run->host;
    run->host = k->inner_host; /* what a record derives is of the record's own day */
    enum rc rc = k->inner_host->member(run, reg, id, m, out, err);
    run->host = host;
    run->host_ctx = k;
    return rc;
}

static enum rc all(struct feel_run *run, const struct feel_register *reg, struct fv *out, struct err *err)
{
    struct doing *k = run->host_ctx;
    run->host_ctx = k->host_ctx;
    enum rc rc = k->inner_host->all(run, reg, out, err);
    run->host_ctx = k;
    return rc;
}

static enum rc display(struct feel_run *run, const struct feel_register *reg, int64_t id, struct str *out, struct err *err)
{
    struct doing *k = run->host_ctx;
    run->host_ctx = k->host_ctx;
    const struct feel_host *host = run->host;
    run->host = k->inner_host;
    enum rc rc = k->inner_host->display(run, reg, id, out, err);
    run->host = host;
    run->host_ctx = k;
    return rc;
}

static enum rc begin(struct doing *k, const struct case_entry *e, struct err *err)
{
    k->today = k->d->change.today;
    k->day = e == NULL || e->happened == ENTRY_NO_DAY ? k->today : e->happened;
    TRY(case_book(k->now_set, &k->book, err));
    doing_under(k, k->now);
    return RC_OK;
}

void doing_under(struct doing *k, struct records *rs)
{
    if (k->rs == rs && k->inner_host != NULL) return;
    k->rs = rs;
    k->set = records_set(rs);
    if (rs != k->now) records_refresh(rs);
    record_host(k->rs, k->a, &k->inner_host, &k->host_ctx);
    /* The calendar is a fact and no rule: today's knows more days. */
    k->host = (struct feel_host){.member = member, .all = all, .param = param, .display = display, .calendar = k->now_set->calendar};
}

void doing_wrote(struct doing *k)
{
    if (k->rs != k->now) records_refresh(k->rs);
}

enum rc doing_begin(struct doing *k, struct case_door *d, const struct case_entry *e, struct case_done *done, struct case_refused *why, struct err *err)
{
    static const struct case_entry plain = {.happened = ENTRY_NO_DAY};
    *k = (struct doing){.d = d, .now = d->records, .rs = d->records, .now_set = records_set(d->records), .set = records_set(d->records), .a = d->arena, .entry = e == NULL ? &plain : e, .done = done, .why = why, .err = err};
    if (why != NULL) *why = (struct case_refused){STR(""), STR("")};
    k->reasons = STR("");
    buf_init(&k->seen, 1 << 18);
    buf_init(&k->wrong, 1 << 14);
    enum rc rc = begin(k, e, err);
    if (rc != RC_OK) doing_end(k);
    return rc;
}

void doing_end(struct doing *k)
{
    buf_fini(&k->seen);
    buf_fini(&k->wrong);
}

static enum rc guarded(struct doing *k, enum rc (*fn)(struct doing *k, void *g), void *g)
{
    struct store *s = records_store(k->now);
    if (k->d->unmarked) {
        uint64_t before = journal_size(records_journal(k->now));
        enum rc done = fn(k, g);
        k->d->spoilt = done != RC_OK && journal_size(records_journal(k->now)) > before;
        return done;
    }
    TRY(store_mark(s, k->err));
    journal_mark(records_journal(k->now));
    records_mark(k->now);
    enum rc rc = fn(k, g);
    if (rc == RC_OK) return store_mark_keep(s, k->err);
    store_mark_undo(s);
    journal_undo(records_journal(k->now));
    records_undo(k->now);
    doing_wrote(k);
    return rc;
}

enum rc door_act(struct case_door *d, uint64_t id, enum rc (*fn)(struct doing *k, void *arg), void *arg, const struct case_entry *e, struct case_done *out, struct case_refused *why,
                 struct err *err)
{
    struct doing k;
    *out = (struct case_done){.id = id};
    TRY(doing_begin(&k, d, e, out, why, err));
    enum rc rc = guarded(&k, fn, arg);
    doing_end(&k);
    return rc;
}

enum rc stop_n(struct doing *k, bool soft, struct str what, struct str line, const struct err_kind *kind, size_t n, const struct str *args)
{
    struct err e;
    enum rc rc = err_set_n(&e, kind, NO_PLACE, n, args);
    if (soft && k->entry->irregular.len > 0) {
        k->any_wrong = true;
        if (k->wrong.len > 0) buf_char(&k->wrong, '\n');
        buf_str(&k->wrong, what);
        buf_lit(&k->wrong, ": ");
        buf_str(&k->wrong, str_c(e.zh));
        return RC_OK;
    }
    if (k->why != NULL) *k->why = (struct case_refused){str_dup(k->a, what), str_dup(k->a, line)};
    if (k->err != NULL) *k->err = e;
    return rc;
}

/* ---- values ---- */

bool in_play(const struct doing *k, const struct pack_step *step, uint32_t line)
{
    const struct line_now *l = &k->c->lines[line];
    if (!str_eq(l->state, STR("in"))) return false;
    if (k->out != NULL && k->out[line]) return false;
    if (step == NULL || step->kinds_count == 0) return true;
    for (uint32_t i = 0; i < step->kinds_count; i++)
        if (str_eq(step->kinds[i], l->kind)) return true;
    return false;
}

static struct fv days(int64_t v) { return v == ENTRY_NO_DAY ? fv_null() : fv_day(v); }

static struct fv count_value(const struct tally *t, struct str name)
{
    int64_t n = tally_get(t, name, -1);
    return t->voted && n >= 0 ? fv_i64(n) : fv_null();
}

static struct fv of_tally(const struct tally *t, struct str name)
{
    struct dec d;
    if (str_eq(name, STR("passed"))) return t->has_passed ? fv_bool(t->passed) : fv_null();
    if (str_eq(name, STR("score"))) return t->score.len > 0 && dec_parse(t->score, &d) ? fv_num(d) : fv_null();
    return count_value(t, name);
}

/* A word of a table of packs/core. */
static struct fv word_value(const struct feel_member *m, struct str code)
{
    const struct feel_type *t = m->type->kind == FT_LIST ? m->type->item : m->type;
    struct fv v = fv_null();
    uint32_t row;
    if (code.len == 0) return v;
    if (t->kind != FT_CODE) return fv_str(code);
    if (!feel_codes_find(t->codes, code, &row)) return v;
    v.kind = FV_CODE;
    v.codes = t->codes;
    v.code = row;
    return v;
}

/* Of the sub-case that counts, once it is over. */
static struct fv sub_member(const struct pack_step *p, const struct step_now *s, const struct feel_member *m, int64_t line)
{
    const struct sub_now *sub = sub_latest(s, p->sub->each ? line : -1);
    if (sub == NULL || str_eq(sub->state, STR("open"))) return fv_null();
    return str_eq(m->name, STR("ended")) ? days(sub->ended) : word_value(m, sub->state);
}

static struct fv refer_member(const struct step_now *s, const struct feel_member *m)
{
    if (s->referrals_count == 0) return fv_null();
    const struct referred *r = &s->referrals[s->referrals_count - 1];
    return str_eq(m->name, STR("referred")) ? days(r->sent) : str_eq(m->name, STR("answered")) ? days(r->answered) : word_value(m, r->outcome);
}

struct fv step_member(struct doing *k, const struct pack_step *p, const struct step_now *s, const struct feel_member *m, int64_t line)
{
    const struct pack_item *it = m->host;
    struct fv v = fv_null();
    if (it != NULL) {
        const struct sv *from = it->each ? (line < 0 || s->each == NULL || s->each[line] == NULL ? NULL : &s->each[line][it->f.idx]) : s->items == NULL ? NULL : &s->items[it->f.idx];
        if (from != NULL) record_value_fv(&it->f, from, k->a, &v);
        return v;
    }
    if (str_eq(m->name, STR("opened"))) return s->id == 0 ? v : days(s->opened);
    if (str_eq(m->name, STR("closed"))) return days(s->happened);
    if (str_eq(m->name, STR("by"))) return s->by.len == 0 ? v : fv_str(s->by);
    if (p->sub != NULL && (str_eq(m->name, STR("outcome")) || str_eq(m->name, STR("ended")))) return sub_member(p, s, m, line);
    if (p->refer != NULL && (str_eq(m->name, STR("referred")) || str_eq(m->name, STR("answered")) || str_eq(m->name, STR("answer")))) return refer_member(s, m);
    if (str_eq(m->name, STR("from"))) return s->notice == 0 ? v : days(s->from);
    if (str_eq(m->name, STR("to"))) return s->notice == 0 ? v : days(s->to);
    if (str_eq(m->name, STR("open"))) {
        int64_t open = 0;
        for (uint32_t i = 0; i < s->objections_count; i++) open += s->objections[i].answered ? 0 : 1;
        return s->notice == 0 ? v : fv_i64(open);
    }
    if (str_eq(m->name, STR("entitled")) || str_eq(m->name, STR("present")) || str_eq(m->name, STR("valid"))) return count_value(&s->total, m->name);
    if (k->c->p->lines == NULL) return of_tally(&s->total, m->name);
    return line < 0 || s->of_line == NULL ? v : of_tally(&s->of_line[line], m->name);
}

/* Over the lines that are in play: a list of what each has. */
static struct fv step_list(struct doing *k, const struct pack_step *now, const struct pack_step *p, const struct step_now *s, const struct feel_member *m)
{
    struct fv *items = arena_array(k->a, struct fv, k->c->lines_count + 1);
    uint32_t n = 0;
    for (uint32_t l = 0; l < k->c->lines_count; l++)
        if (in_play(k, now, l)) items[n++] = step_member(k, p, s, m, l);
    return fv_list(items, n);
}

static struct fv context(struct fv_entry *e, uint32_t n)
{
    struct fv v = {.kind = FV_CONTEXT, .count = n};
    v.entries = e;
    return v;
}

static struct fv step_value(struct doing *k, const struct pack_step *now, const struct pack_step *p, int64_t line)
{
    const struct feel_type *t = line >= 0 ? p->each_type : p->once_type;
    const struct step_now *s = &k->c->steps[p->idx];
    struct fv_entry *e = arena_array(k->a, struct fv_entry, t->members_count + 1);
    for (uint32_t i = 0; i < t->members_count; i++) {
        const struct feel_member *m = &t->members[i];
        bool list = m->type->kind == FT_LIST;
        e[i] = (struct fv_entry){m->name, list && line < 0 ? step_list(k, now, p, s, m) : step_member(k, p, s, m, line)};
    }
    return context(e, t->members_count);
}

static struct fv case_value(struct doing *k)
{
    const struct pack_step *o = k->c->p->opening;
    struct fv_entry *e = arena_array(k->a, struct fv_entry, o->items_count + 2);
    e[0] = (struct fv_entry){STR("opened"), fv_day(k->c->opened)};
    for (uint32_t i = 0; i < o->items_count; i++) {
        e[i + 1].key = o->items[i].f.name;
        record_value_fv(&o->items[i].f, &k->c->opening[i], k->a, &e[i + 1].value);
    }
    return context(e, o->items_count + 1);
}

/* What the step has besides its fields: votes only while they are taken. */
static void own_values(struct doing *k, const struct pack_step *step, int64_t line, struct fv *out)
{
    if (step->own_count == 0) return;
    struct step_now now = k->c->steps[step->idx];
    if (k->votes != NULL && step == k->step) {
        now.total = k->total;
        now.of_line = k->votes;
    }
    for (uint32_t i = 0; i < step->own_count; i++) {
        const struct feel_member *m = line < 0 ? &step->own_once[i] : &step->own_each[i];
        out[i] = m->type->kind == FT_LIST ? step_list(k, step, step, &now, m) : step_member(k, step, &now, m, line);
    }
}

struct fv *world_vars(struct doing *k, const struct pack_step *step, int64_t line)
{
    const struct kase *c = k->c;
    const struct pack_procedure *p = c->p;
    struct fv *v = arena_array(k->a, struct fv, p->vars_count + 1);
    for (uint32_t i = 0; i < p->vars_count; i++) v[i] = fv_null();
    v[PACK_SLOT_SUBJECT].kind = FV_RECORD;
    v[PACK_SLOT_SUBJECT].reg = &p->subject->feel;
    v[PACK_SLOT_SUBJECT].id = (int64_t)c->subject;
    struct fv *list = arena_array(k->a, struct fv, c->lines_count + 1);
    uint32_t n = 0;
    for (uint32_t i = 0; i < c->lines_count; i++)
        if (in_play(k, step, i)) list[n++] = c->lines[i].value;
    v[PACK_SLOT_LIST] = fv_list(list, n);
    if (line >= 0) v[PACK_SLOT_ONE] = c->lines[line].value;
    v[PACK_SLOT_CASE] = case_value(k);
    bool opening = step == p->opening;
    for (uint32_t i = 0; i < p->steps_count && !opening; i++)
        if (step == NULL || p->steps[i]->group < step->group) v[PACK_SLOT_STEPS + i] = step_value(k, step, p->steps[i], line);
    uint32_t first = PACK_SLOT_STEPS + p->steps_count;
    if (step != NULL && !opening) own_values(k, step, line, &v[first + step->items_count]);
    for (uint32_t i = 0; step != NULL && k->own != NULL && i < step->items_count; i++) {
        const struct pack_item *it = &step->items[i];
        if (!it->each) {
            record_value_fv(&it->f, &k->own[i], k->a, &v[first + i]);
        } else if (line >= 0) {
            record_value_fv(&it->f, &k->own_each[line][i], k->a, &v[first + i]);
        } else {
            struct fv *items = arena_array(k->a, struct fv, c->lines_count + 1);
            uint32_t count = 0;
            for (uint32_t l = 0; l < c->lines_count; l++)
                if (in_play(k, step, l)) record_value_fv(&it->f, &k->own_each[l][i], k->a, &items[count++]);
            v[first + i] = fv_list(items, count);
        }
    }
    return v;
}

/* ---- running ---- */

static struct feel_run run_of(struct doing *k, const struct fv *vars)
{
    return (struct feel_run){.arena = k->a, .host = &k->host, .host_ctx = k, .today = k->day, .zone = k->set->zone, .vars = vars,
                             .vars_count = k->c == NULL ? 0 : k->c->p->vars_count, .steps_left = STEPS_MAX};
}

enum rc ask(struct doing *k, const struct feel_program *p, const struct fv *vars, struct fv *out)
{
    struct feel_run run = run_of(k, vars);
    struct err e;
    err_clear(&e);
    enum rc rc = feel_run(p, &run, out, &e);
    if (rc == RC_LIMIT) return err_set(k->err, &E_case_steps, NO_PLACE, p->text, str_dup(k->a, str_c(e.zh)), str_dup(k->a, str_c(e.en)));
    if (rc != RC_OK && k->err != NULL) *k->err = e;
    return rc;
}

enum rc tell(struct doing *k, const struct feel_message *m, const struct fv *vars, enum lang lang, struct str *out)
{
    struct feel_run run = run_of(k, vars);
    struct buf b;
    *out = STR("");
    if (m == NULL) return RC_OK;
    buf_init(&b, SHOWN_MAX);
    enum rc rc = feel_message_show(m, &run, lang, &b, k->err);
    if (rc == RC_OK) *out = str_dup(k->a, buf_view(&b));
    buf_fini(&b);
    return rc;
}

struct str shown(struct doing *k, const struct fv *vars, const struct feel_program *p, const struct fv *v, enum lang lang)
{
    if (fv_is_null(v)) return lang == LANG_ZH ? STR("空") : STR("empty");
    struct feel_run run = run_of(k, vars);
    struct buf b;
    buf_init(&b, SHOWN_MAX);
    fv_show_as(&run, v, p->type, STR_NONE, lang, &b);
    struct str s = str_dup(k->a, buf_view(&b));
    buf_fini(&b);
    return s;
}

struct str cause_of(struct doing *k, const struct fv *v, enum lang lang)
{
    if (v->kind != FV_NULL || v->cause == NULL) return STR("");
    struct feel_run run = run_of(k, NULL);
    struct buf b;
    buf_init(&b, SHOWN_MAX);
    feel_cause_show(&run, feel_cause_root(v->cause), lang, &b);
    struct str s = str_dup(k->a, buf_view(&b));
    buf_fini(&b);
    return s;
}

enum rc due_after(struct doing *k, const struct feel_program *p, const struct fv *vars, day_num day, bool *known, day_num *out)
{
    struct fv v;
    TRY(ask(k, p, vars, &v));
    struct pack_set today = *k->set;
    today.calendar = k->now_set->calendar;
    return pack_due(&today, p, &v, day, known, out, k->err);
}
