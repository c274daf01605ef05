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
    uint64_t *ids;
    uint32_t n;
    if (c->p->lines == NULL) return RC_OK;
    TRY(children(k, BOOK_CASE, c->id, BOOK_LINE, L_CASE, &ids, &n, err));
    c->lines = arena_array(k->a, struct line_now, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        struct record rec;
        TRY(record_get(k->now, k->book.r[BOOK_LINE], ids[i], k->a, &rec, err));
        struct line_now *l = &c->lines[c->lines_count++];
        *l = (struct line_now){.id = ids[i], .number = book_value(&k->book, BOOK_LINE, &rec, L_NUMBER).i,
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
    uint64_t *ids;
    uint32_t n;
    s->each = arena_array(k->a, struct sv *, c->lines_count + 1);
    s->of_line = arena_array(k->a, struct tally, c->lines_count + 1);
    if (c->lines_count == 0 || str_eq(s->state, STR("open"))) return RC_OK;
    TRY(children(k, BOOK_STEP, s->id, BOOK_PART, P_STEP, &ids, &n, err));
    for (uint32_t i = 0; i < n; i++) {
        struct record rec;
        TRY(record_get(k->now, k->book.r[BOOK_PART], ids[i], k->a, &rec, err));
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
    TRY(children(k, BOOK_NOTICE, s->notice, BOOK_OBJECTION, O_NOTICE, &ids, &n, err));
    s->objections = arena_array(k->a, struct objection, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        TRY(record_get(k->now, k->book.r[BOOK_OBJECTION], ids[i], k->a, &rec, err));
        struct str outcome = book_text(&k->book, BOOK_OBJECTION, &rec, O_OUTCOME);
        s->objections[s->objections_count++] = (struct objection){ids[i], book_value(&k->book, BOOK_OBJECTION, &rec, O_NUMBER).i, outcome.len > 0,
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
    struct record rec;
    uint64_t *ids;
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
    TRY(children(k, BOOK_CASE, id, BOOK_STEP, S_CASE, &ids, &n, err));
    for (uint32_t i = 0; i < n; i++) {
        TRY(record_get(k->now, k->book.r[BOOK_STEP], ids[i], k->a, &rec, err));
        TRY(step_load(k, &rec, err));
    }
    return RC_OK;
}
