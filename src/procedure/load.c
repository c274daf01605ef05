/* load.c - a case from its records: the round of each step that counts, the lines, votes, notices and objections. */
#include "procedure/inner.h"

enum rc children(struct doing *k, enum book_reg of, uint64_t id, enum book_reg reg, int ref, uint64_t **ids, uint32_t *n, struct err *err)
{
    (void)of;
    size_t found = 0;
    TRY(record_back(k->now, k->book.r[reg], k->book.f[reg][ref], id, k->a, ids, &found, err));
    *n = (uint32_t)found;
    return RC_OK;
}

static enum rc child_rows(struct doing *k, uint64_t id, enum book_reg reg, int ref, struct record **rows, uint32_t *n, struct err *err)
{
    size_t found = 0;
    TRY(record_back_rows(k->now, k->book.r[reg], k->book.f[reg][ref], id, k->a, rows, &found, err));
    *n = (uint32_t)found;
    return RC_OK;
}

/* ---- lines ---- */

enum rc line_display(struct doing *k, struct line_now *l, struct err *err)
{
    const struct pack_lines *p = k->c->p->lines;
    const struct pack_register *r = p->reg != NULL ? p->reg : p->who->f.ref;
    return record_display(k->rs, r, l->record, k->a, &l->display, err);
}

static struct fv record_value(const struct pack_register *r, uint64_t id)
{
    struct fv v = fv_null();
    v.kind = FV_RECORD;
    v.reg = &r->feel;
    v.id = (int64_t)id;
    return v;
}

void line_value(struct doing *k, struct line_now *l)
{
    const struct pack_lines *p = k->c->p->lines;
    if (p->reg != NULL) {
        l->value = record_value(p->reg, l->record);
        return;
    }
    struct fv_entry *e = arena_array(k->a, struct fv_entry, p->items_count + 1);
    for (uint32_t i = 0; i < p->items_count; i++) {
        e[i].key = p->items[i].f.name;
        record_value_fv(&p->items[i].f, &l->items[i], k->a, &e[i].value);
    }
    l->value = (struct fv){.kind = FV_CONTEXT, .count = p->items_count};
    l->value.entries = e;
}

static int by_number(const void *x, const void *y)
{
    const struct line_now *a = x, *b = y;
    return a->number < b->number ? -1 : a->number > b->number;
}

static enum rc lines_load(struct doing *k, struct err *err)
{
    struct kase *c = k->c;
    struct record *rows;
    uint32_t n;
    if (c->p->lines == NULL) return RC_OK;
    TRY(child_rows(k, c->id, BOOK_LINE, L_CASE, &rows, &n, err));
    c->lines = arena_array(k->a, struct line_now, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        const struct record rec = rows[i];
        struct line_now *l = &c->lines[c->lines_count++];
        *l = (struct line_now){.id = rec.id, .number = book_value(&k->book, BOOK_LINE, &rec, L_NUMBER).i,
                               .record = (uint64_t)book_value(&k->book, BOOK_LINE, &rec, L_RECORD).i,
                               .kind = book_text(&k->book, BOOK_LINE, &rec, L_KIND), .state = book_text(&k->book, BOOK_LINE, &rec, L_STATE),
                               .left_step = book_text(&k->book, BOOK_LINE, &rec, L_LEFT_STEP), .left_by = book_text(&k->book, BOOK_LINE, &rec, L_LEFT_BY)};
        l->items = arena_array(k->a, struct sv, c->p->lines->items_count + 1);
        TRY(items_from_json(k, c->p->lines->items, c->p->lines->items_count, book_text(&k->book, BOOK_LINE, &rec, L_DATA), l->items, err));
        TRY(items_from_json(k, c->p->lines->items, c->p->lines->items_count, book_text(&k->book, BOOK_LINE, &rec, L_SECRET), l->items, err));
        line_value(k, l);
        TRY(line_display(k, l, err));
    }
    if (c->lines_count > 1) qsort(c->lines, c->lines_count, sizeof *c->lines, by_number);
    return RC_OK;
}

/* ---- steps ---- */

static enum rc parts_load(struct doing *k, const struct pack_step *p, struct step_now *s, struct err *err)
{
    struct kase *c = k->c;
    struct record *rows;
    uint32_t n;
    s->each = arena_array(k->a, struct sv *, c->lines_count + 1);
    s->of_line = arena_array(k->a, struct tally, c->lines_count + 1);
    if (c->lines_count == 0 || str_eq(s->state, STR("open"))) return RC_OK;
    TRY(child_rows(k, s->id, BOOK_PART, P_STEP, &rows, &n, err));
    for (uint32_t i = 0; i < n; i++) {
        const struct record rec = rows[i];
        uint64_t line = (uint64_t)book_value(&k->book, BOOK_PART, &rec, P_LINE).i;
        for (uint32_t l = 0; l < c->lines_count; l++) {
            if (c->lines[l].id != line) continue;
            s->each[l] = arena_array(k->a, struct sv, p->items_count + 1);
            TRY(items_from_json(k, p->items, p->items_count, book_text(&k->book, BOOK_PART, &rec, P_DATA), s->each[l], err));
            TRY(items_from_json(k, p->items, p->items_count, book_text(&k->book, BOOK_PART, &rec, P_SECRET), s->each[l], err));
            TRY(tally_from_json(k, book_text(&k->book, BOOK_PART, &rec, P_VOTES), &s->of_line[l], err));
        }
    }
    return RC_OK;
}

static enum rc notices_load(struct doing *k, struct step_now *s, struct err *err)
{
    uint64_t *ids;
    uint32_t n;
    TRY(children(k, BOOK_STEP, s->id, BOOK_NOTICE, N_STEP, &ids, &n, err));
    if (n == 0) return RC_OK;
    struct record rec;
    s->notice = ids[n - 1];
    TRY(record_get(k->now, k->book.r[BOOK_NOTICE], s->notice, k->a, &rec, err));
    s->posted = book_value(&k->book, BOOK_NOTICE, &rec, N_POSTED).i;
    s->from = book_value(&k->book, BOOK_NOTICE, &rec, N_FROM).i;
    s->to = book_value(&k->book, BOOK_NOTICE, &rec, N_TO).i;
    struct record *rows;
    TRY(child_rows(k, s->notice, BOOK_OBJECTION, O_NOTICE, &rows, &n, err));
    s->objections = arena_array(k->a, struct objection, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        rec = rows[i];
        struct str outcome = book_text(&k->book, BOOK_OBJECTION, &rec, O_OUTCOME);
        s->objections[s->objections_count++] = (struct objection){rec.id, book_value(&k->book, BOOK_OBJECTION, &rec, O_NUMBER).i, outcome.len > 0,
                                                                  str_eq(outcome, STR("upheld"))};
    }
    return RC_OK;
}

static int64_t day_or_none(struct sv v) { return v.kind == SV_INT ? v.i : ENTRY_NO_DAY; }

static enum rc step_load(struct doing *k, const struct record *rec, struct err *err)
{
    struct kase *c = k->c;
    const struct pack_step *p = pack_step_find(c->p, book_text(&k->book, BOOK_STEP, rec, S_STEP));
    if (p == NULL) return RC_OK;
    int64_t round = book_value(&k->book, BOOK_STEP, rec, S_ROUND).i;
    c->rounds[p->idx] = MAX(c->rounds[p->idx], round);
    struct str state = book_text(&k->book, BOOK_STEP, rec, S_STATE);
    struct step_now *s = &c->steps[p->idx];
    if (str_eq(state, STR("returned")) || s->round > round) return RC_OK;
    struct sv account = book_value(&k->book, BOOK_STEP, rec, S_ACCOUNT);
    *s = (struct step_now){.id = rec->id, .round = round, .opened = book_value(&k->book, BOOK_STEP, rec, S_OPENED).i,
                           .happened = day_or_none(book_value(&k->book, BOOK_STEP, rec, S_HAPPENED)), .state = state,
                           .by = book_text(&k->book, BOOK_STEP, rec, S_BY),
                           .reason = book_text(&k->book, BOOK_STEP, rec, S_REASON), .account = account.kind == SV_INT ? (uint64_t)account.i : 0,
                           .irregular = str_eq(state, STR("irregular"))};
    s->items = arena_array(k->a, struct sv, p->items_count + 1);
    TRY(items_from_json(k, p->items, p->items_count, book_text(&k->book, BOOK_STEP, rec, S_DATA), s->items, err));
    TRY(items_from_json(k, p->items, p->items_count, book_text(&k->book, BOOK_STEP, rec, S_SECRET), s->items, err));
    TRY(tally_from_json(k, book_text(&k->book, BOOK_STEP, rec, S_VOTES), &s->total, err));
    TRY(parts_load(k, p, s, err));
    if (p->sub != NULL) TRY(subs_load(k, s, err));
    if (p->refer != NULL) TRY(referrals_load(k, s, err));
    return p->notice == NULL ? RC_OK : notices_load(k, s, err);
}

enum rc case_load(struct doing *k, uint64_t id, struct err *err)
{
    struct record rec, *rows;
    uint32_t n;
    struct kase *c = arena_new(k->a, struct kase);
    k->c = c;
    TRY(record_get(k->now, k->book.r[BOOK_CASE], id, k->a, &rec, err));
    c->id = id;
    c->procedure = book_text(&k->book, BOOK_CASE, &rec, C_PROCEDURE);
    c->title = book_text(&k->book, BOOK_CASE, &rec, C_TITLE);
    c->state = book_text(&k->book, BOOK_CASE, &rec, C_STATE);
    c->subject = (uint64_t)book_value(&k->book, BOOK_CASE, &rec, C_SUBJECT).i;
    c->opened = book_value(&k->book, BOOK_CASE, &rec, C_OPENED).i;
    struct sv under = book_value(&k->book, BOOK_CASE, &rec, C_UNDER), under_line = book_value(&k->book, BOOK_CASE, &rec, C_UNDER_LINE);
    c->under = under.kind == SV_INT ? (uint64_t)under.i : 0;
    c->under_line = under_line.kind == SV_INT ? (uint64_t)under_line.i : 0;
    struct sv install = book_value(&k->book, BOOK_CASE, &rec, C_INSTALL);
    const struct record_past *past = record_past(k->now);
    struct records *then = k->now;
    if (install.kind == SV_INT && past != NULL && past->install != (uint64_t)install.i) TRY(past->at(past->ctx, (uint64_t)install.i, &then, err));
    doing_under(k, then);
    c->p = pack_procedure_find(k->set, c->procedure);
    if (c->p == NULL) return err_set(err, &E_case_no_procedure, NO_PLACE, c->procedure, STR(""));
    c->opening = arena_array(k->a, struct sv, c->p->opening->items_count + 1);
    TRY(items_from_json(k, c->p->opening->items, c->p->opening->items_count, book_text(&k->book, BOOK_CASE, &rec, C_DATA), c->opening, err));
    TRY(items_from_json(k, c->p->opening->items, c->p->opening->items_count, book_text(&k->book, BOOK_CASE, &rec, C_SECRET), c->opening, err));
    TRY(lines_load(k, err));
    c->steps = arena_array(k->a, struct step_now, c->p->steps_count + 1);
    c->rounds = arena_array(k->a, int64_t, c->p->steps_count + 1);
    for (uint32_t i = 0; i < c->p->steps_count; i++) c->steps[i].happened = ENTRY_NO_DAY;
    TRY(child_rows(k, id, BOOK_STEP, S_CASE, &rows, &n, err));
    for (uint32_t i = 0; i < n; i++) TRY(step_load(k, &rows[i], err));
    return RC_OK;
}

/* ---- what an act has just written, without reading it ---- */

static struct tally tally_kept(const struct tally *t)
{
    return t->voted ? *t : (struct tally){0};
}

static bool says(const struct sv *items, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (items[i].kind != SV_NULL) return true;
    return false;
}

static void stands(struct doing *k)
{
    struct kase *c = k->c;
    struct step_now *s = &c->steps[k->step->idx];
    s->state = k->any_wrong ? STR("irregular") : STR("done");
    s->irregular = k->any_wrong;
    s->happened = k->day;
    s->account = k->d->actor.account;
    s->by = text_cut(k->d->actor.name, 180);
    s->reason = text_cut(k->reasons, 3900);
    s->items = k->own;
    s->total = tally_kept(&k->total);
    for (uint32_t i = 0; i < c->lines_count; i++) {
        struct line_now *l = &c->lines[i];
        s->of_line[i] = tally_kept(&k->votes[i]);
        bool part = says(k->own_each[i], k->step->items_count) || s->of_line[i].voted;
        s->each[i] = part ? k->own_each[i] : NULL;
        if (!k->out[i]) continue;
        l->state = k->deferred[i].len > 0 ? STR("deferred") : STR("out");
        l->left_step = k->step->name;
        l->left_by = k->out_by[i];
    }
}

/* ---- the short way against the long one ---- */

static bool same_items(const struct sv *x, const struct sv *y, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        const struct sv one = x == NULL ? sv_null() : x[i], other = y == NULL ? sv_null() : y[i];
        if (one.kind != other.kind || (one.kind == SV_INT ? one.i != other.i : one.kind != SV_NULL && !str_eq(one.s, other.s))) return false;
    }
    return true;
}

static bool same_tally(const struct tally *x, const struct tally *y)
{
    if (x->voted != y->voted || x->has_passed != y->has_passed || x->passed != y->passed || !str_eq(x->score, y->score) || x->count != y->count) return false;
    for (uint32_t i = 0; i < x->count; i++)
        if (tally_get(y, x->at[i].name, -1) != x->at[i].n) return false;
    return true;
}

static bool same_step(const struct kase *x, const struct kase *y, uint32_t idx)
{
    const struct step_now *s = &x->steps[idx], *t = &y->steps[idx];
    uint32_t items = x->p->steps[idx]->items_count;
    bool same = s->id == t->id && s->round == t->round && s->opened == t->opened && s->happened == t->happened && s->account == t->account && s->irregular == t->irregular &&
                str_eq(s->state, t->state) && str_eq(s->by, t->by) && str_eq(s->reason, t->reason) && s->notice == t->notice && s->from == t->from && s->to == t->to &&
                s->objections_count == t->objections_count && x->rounds[idx] == y->rounds[idx] && same_items(s->items, t->items, items) && same_tally(&s->total, &t->total);
    for (uint32_t i = 0; i < x->lines_count && same && s->id != 0; i++) same = same_items(s->each[i], t->each[i], items) && same_tally(&s->of_line[i], &t->of_line[i]);
    return same;
}

static bool same_case(const struct kase *x, const struct kase *y)
{
    bool same = x->id == y->id && x->p == y->p && str_eq(x->state, y->state) && x->subject == y->subject && x->lines_count == y->lines_count;
    for (uint32_t i = 0; i < x->lines_count && same; i++) {
        const struct line_now *l = &x->lines[i], *m = &y->lines[i];
        same = l->id == m->id && l->record == m->record && l->number == m->number && str_eq(l->kind, m->kind) && str_eq(l->state, m->state) &&
               str_eq(l->left_step, m->left_step) && str_eq(l->left_by, m->left_by) && str_eq(l->display, m->display);
    }
    for (uint32_t i = 0; i < x->p->steps_count && same; i++) same = same_step(x, y, i);
    return same;
}

enum rc step_stands(struct doing *k)
{
    stands(k);
    if (!k->d->twice) return RC_OK;
    struct kase *c = k->c;
    enum rc rc = case_load(k, c->id, k->err);
    MUST(rc != RC_OK || same_case(c, k->c));
    k->c = c;
    return rc;
}
