/*
 * list.c - which cases are in scope, where they stand, and which of them wait for me.
 */
#include "http/case/case.h"

struct fields { const struct pack_field *procedure, *title, *subject_register, *subject, *opened, *state, *at, *ended; };
struct listing {
    struct req *q;
    const struct pack_register *reg;
    struct fields f;
    struct str procedure, state;
    bool waiting, brief;
    uint64_t subject, limit, shown;
    struct str subject_register;
    uint64_t last_at, last_id;
    bool more;
};

static struct str text_at(const struct record *rec, const struct pack_field *f)
{
    const struct sv *v = &rec->values[f->column];
    return v->kind == SV_TEXT ? v->s : STR("");
}

static int64_t day_at(const struct record *rec, const struct pack_field *f)
{
    const struct sv *v = &rec->values[f->column];
    return v->kind == SV_INT ? v->i : ENTRY_NO_DAY;
}

/* Steps that are open, by the case's own note of them, and that he may do here; names may be NULL. */
static enum rc waits_for_me(struct listing *l, const struct pack_procedure *p, const struct record *rec, bool *out, struct str *names, struct err *err)
{
    struct req *q = l->q;
    struct str at = text_at(rec, l->f.at);
    *out = false;
    for (size_t from = 0; p != NULL && from < at.len;) {
        size_t to = from;
        while (to < at.len && at.ptr[to] != ' ') to++;
        const struct pack_step *s = pack_step_find(p, str_sub(at, from, to));
        from = to + 1;
        bool may = false;
        if (s != NULL && holds_role(q, s->by, s->by_count))
            TRY(case_acts_on(q, s->by, s->by_count, text_at(rec, l->f.subject_register), (uint64_t)day_at(rec, l->f.subject), &may, err));
        if (!may) continue;
        *out = true;
        if (names != NULL) *names = str_cat(&q->arena, *names, names->len > 0 ? STR("、") : STR(""), text2_in(&s->title, q->lang));
    }
    return RC_OK;
}

/* The nearest day by which a step is to be done. */
static int64_t step_due(const struct case_step *s)
{
    int64_t due = ENTRY_NO_DAY;
    for (uint32_t k = 0; k < s->needs_count; k++)
        if (s->needs[k].kind == NEED_BY && (due == ENTRY_NO_DAY || s->needs[k].day < due)) due = s->needs[k].day;
    return due;
}

/* The nearest day by which an open step is to be done, and how much it still lacks. */
static enum rc steps_now(struct req *q, const struct case_full *c, struct err *err)
{
    put_key(&q->j, "at");
    json_array(&q->j);
    for (uint32_t i = 0; i < c->steps_count; i++) {
        const struct case_step *s = &c->steps[i];
        if (!str_eq(s->state, STR("open"))) continue;
        int64_t due = step_due(s), from = ENTRY_NO_DAY;
        uint64_t shut = 0;
        for (uint32_t k = 0; k < s->needs_count; k++) {
            const struct case_need *n = &s->needs[k];
            if ((n->kind == NEED_FROM || n->kind == NEED_WINDOW) && !n->holds && (from == ENTRY_NO_DAY || n->day > from)) from = n->day;
            if (n->kind == NEED_GATE && !n->holds) shut++;
        }
        bool may;
        TRY(case_acts_in(q, c, s->step->by, s->step->by_count, &may, err));
        json_object(&q->j);
        put_text(&q->j, "step", s->step->name);
        put_text2(q, "title", &s->step->title);
        roles_put(q, "by", s->step->by, s->step->by_count);
        put_flag(&q->j, "mine", may && !case_barred(q, c, s));
        put_day(&q->j, "since", s->rounds_count == 0 ? ENTRY_NO_DAY : s->rounds[s->rounds_count - 1].opened);
        put_day(&q->j, "due", due);
        put_day(&q->j, "not_before", from);
        put_flag(&q->j, "overdue", due != ENTRY_NO_DAY && due < q->run.today);
        put_u64(&q->j, "shut", shut);
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
    return RC_OK;
}

static enum rc row_put(struct listing *l, const struct record *rec, const struct sight *sight, const struct pack_procedure *p, struct err *err)
{
    struct req *q = l->q;
    struct json_out *j = &q->j;
    struct case_full c;
    struct str state = text_at(rec, l->f.state);
    bool whole = str_eq(state, STR("open")) || str_eq(state, STR("laid-down"));
    uint64_t done = 0, all = 0, in = 0;
    if (whole) TRY(case_whole(q->view->records, rec->id, q->run.today, &q->arena, q->lang, &c, err));
    json_object(j);
    put_u64(j, "id", rec->id);
    put_key(j, "procedure");
    json_object(j);
    put_text(j, "name", text_at(rec, l->f.procedure));
    put_text(j, "title", p == NULL ? text_at(rec, l->f.procedure) : text2_in(&p->d.title, q->lang));
    json_end_object(j);
    put_key(j, "subject");
    TRY(ref_put(q, pack_register_find(q->view->set, text_at(rec, l->f.subject_register)), (uint64_t)day_at(rec, l->f.subject), err));
    bool titled = sight_field(sight, l->reg, l->f.title);
    if (titled) read_note(q, l->reg, rec->id, l->f.title->class, "list");
    put_text(j, "title", titled ? text_at(rec, l->f.title) : p == NULL ? STR("") : text2_in(&p->d.title, q->lang));
    put_text(j, "state", state);
    put_day(j, "opened", day_at(rec, l->f.opened));
    put_day(j, "ended", day_at(rec, l->f.ended));
    if (whole) {
        for (uint32_t i = 0; i < c.steps_count; i++) {
            all += !str_eq(c.steps[i].state, STR("skipped"));
            done += str_eq(c.steps[i].state, STR("done")) || str_eq(c.steps[i].state, STR("irregular"));
        }
        for (uint32_t i = 0; i < c.lines_count; i++) in += str_eq(c.lines[i].state, STR("in"));
        put_u64(j, "done", done);
        put_u64(j, "steps", all);
        put_u64(j, "lines", c.lines_count);
        put_u64(j, "lines_in", in);
        TRY(steps_now(q, &c, err));
    }
    json_end_object(j);
    return RC_OK;
}

static const struct pack_procedure *procedure_of(struct req *q, const struct record *rec, const struct fields *f) { return case_procedure(q, rec, text_at(rec, f->procedure)); }

static enum rc one_row(void *ctx, const struct record *rec, const struct sight *sight, size_t at, bool *stop, struct err *err)
{
    struct listing *l = ctx;
    struct req *q = l->q;
    struct str state = text_at(rec, l->f.state), name = text_at(rec, l->f.procedure);
    if (l->state.len > 0 && !str_eq(l->state, state)) return RC_OK;
    if (l->procedure.len > 0 && !str_eq(l->procedure, name)) return RC_OK;
    if (l->subject != 0 && ((uint64_t)day_at(rec, l->f.subject) != l->subject || !str_eq(text_at(rec, l->f.subject_register), l->subject_register))) return RC_OK;
    const struct pack_procedure *p = procedure_of(q, rec, &l->f);
    bool mine = true;
    if (l->waiting) {
        if (!str_eq(state, STR("open"))) return RC_OK;
        TRY(waits_for_me(l, p, rec, &mine, NULL, err));
        if (!mine) return RC_OK;
    }
    if (l->shown == l->limit) {
        l->more = true;
        *stop = true;
        return RC_OK;
    }
    struct record copy = *rec; /* shown values live in the scratch of one row */
    TRY(row_put(l, &copy, sight, p, err));
    l->shown++;
    l->last_at = at;
    l->last_id = rec->id;
    return RC_OK;
}

static enum rc fields_find(const struct pack_register *r, struct fields *f, struct err *err)
{
    static const char *const names[] = {"procedure", "title", "subject_register", "subject", "opened", "state", "at", "ended"};
    const struct pack_field *found[ARRAY_LEN(names)];
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        found[i] = pack_field_find(r, str_c(names[i]));
        if (found[i] == NULL) return err_set(err, &E_http_absent, NO_PLACE, str_c(names[i]));
    }
    *f = (struct fields){found[0], found[1], found[2], found[3], found[4], found[5], found[6], found[7]};
    return RC_OK;
}

static enum rc listing_begin(struct req *q, struct listing *l, struct list *list, struct err *err)
{
    struct str subject = req_query(q, "subject"), waiting = req_query(q, "waiting");
    *l = (struct listing){.q = q, .procedure = req_query(q, "procedure"), .state = req_query(q, "state"), .waiting = str_eq(waiting, STR("1"))};
    if (l->procedure.ptr == NULL) l->procedure = STR("");
    if (l->state.ptr == NULL) l->state = STR("open");
    if (str_eq(l->state, STR("all"))) l->state = STR("");
    if (!named_in("open done laid-down ended", l->state) && l->state.len > 0)
        return err_set(err, &E_http_query, NO_PLACE, STR("state"), STR("open、done、laid-down、ended 或 all"), STR("open, done, laid-down, ended or all"));
    size_t slash = subject.ptr == NULL ? SIZE_MAX : str_find_char(subject, '/');
    if (subject.ptr != NULL && subject.len > 0) {
        if (slash == SIZE_MAX || !str_to_u64(str_sub(subject, slash + 1, subject.len), &l->subject))
            return err_set(err, &E_http_query, NO_PLACE, STR("subject"), STR("写成 台账/编号"), STR("written REGISTER/ID"));
        l->subject_register = str_sub(subject, 0, slash);
    }
    TRY(case_register(q, &l->reg, err));
    TRY(fields_find(l->reg, &l->f, err));
    TRY(req_u64(q, "limit", PAGE_DEFAULT, PAGE_MAX, &l->limit, err));
    if (l->limit == 0) l->limit = PAGE_DEFAULT;
    *list = (struct list){.reg = l->reg, .order = {ORDER_ID, NULL, true}, .scope = grant_scope(q->grant, PACK_READ, l->reg), .limit = l->limit};
    return RC_OK;
}

static uint64_t listing_mark(const struct listing *l)
{
    uint64_t h = UINT64_C(1469598103934665603) ^ l->subject ^ (l->waiting ? 77 : 0);
    for (size_t i = 0; i < l->procedure.len; i++) h = (h ^ (unsigned char)l->procedure.ptr[i]) * UINT64_C(1099511628211);
    for (size_t i = 0; i < l->state.len; i++) h = (h ^ (unsigned char)l->state.ptr[i]) * UINT64_C(1099511628211);
    return h;
}

enum rc route_cases(struct req *q, struct err *err)
{
    struct listing l;
    struct list list;
    struct str after = req_query(q, "after");
    size_t from = 0;
    TRY(listing_begin(q, &l, &list, err));
    TRY(newest_start(q, &list, after, listing_mark(&l), &from, err));
    items_open(q, true);
    TRY(list_each(q, &list, from, one_row, &l, err));
    items_next(q, l.more ? cursor_put(q, q->view->seq, l.last_at, l.last_id, listing_mark(&l)) : STR_NONE);
    return RC_OK;
}

/* ---- what waits for me in cases, for the page of today ---- */

struct waiting { struct listing l; uint64_t most; };

static enum rc waiting_row(void *ctx, const struct record *rec, const struct sight *sight, size_t at, bool *stop, struct err *err)
{
    struct waiting *w = ctx;
    struct listing *l = &w->l;
    struct req *q = l->q;
    (void)at;
    const struct pack_procedure *p = procedure_of(q, rec, &l->f);
    struct str names = STR("");
    bool mine;
    if (p == NULL || !str_eq(text_at(rec, l->f.state), STR("open"))) return RC_OK;
    TRY(waits_for_me(l, p, rec, &mine, &names, err));
    if (!mine) return RC_OK;
    bool titled = sight_field(sight, l->reg, l->f.title);
    if (titled) read_note(q, l->reg, rec->id, l->f.title->class, "list");
    struct record copy = *rec; /* shown values live in the scratch of one row */
    struct case_full c;
    int64_t due = ENTRY_NO_DAY;
    TRY(case_whole(q->view->records, copy.id, q->run.today, &q->arena, q->lang, &c, err));
    for (uint32_t i = 0; i < c.steps_count; i++) {
        int64_t day = str_eq(c.steps[i].state, STR("open")) ? step_due(&c.steps[i]) : ENTRY_NO_DAY;
        if (day != ENTRY_NO_DAY && (due == ENTRY_NO_DAY || day < due)) due = day;
    }
    json_object(&q->j);
    put_text(&q->j, "kind", STR("case"));
    put_text(&q->j, "title", names);
    put_text(&q->j, "line", titled ? text_at(&copy, l->f.title) : text2_in(&p->d.title, q->lang));
    put_text(&q->j, "link", str_cat(&q->arena, STR("/cases/"), str_u64(&q->arena, copy.id)));
    put_day(&q->j, "due", due);
    put_flag(&q->j, "overdue", due != ENTRY_NO_DAY && due < q->run.today);
    json_end_object(&q->j);
    if (++l->shown == w->most) *stop = true;
    return RC_OK;
}

enum rc case_waiting_put(struct req *q, struct err *err)
{
    struct waiting w = {.l = {.q = q}, .most = 30};
    w.l.reg = pack_register_find(q->view->set, STR("case"));
    if (w.l.reg == NULL || q->view->set->procedures_count == 0 || !grant_may(q->grant, PACK_READ, w.l.reg)) return RC_OK;
    TRY(fields_find(w.l.reg, &w.l.f, err));
    struct list list = {.reg = w.l.reg, .order = {ORDER_ID, NULL, true}, .scope = grant_scope(q->grant, PACK_READ, w.l.reg)};
    return list_each(q, &list, 0, waiting_row, &w, err);
}
