/*
 * full.c - a case in full, for pages: every round of every step, and what the steps that are open still wait for.  Nothing is worded here but what
 * gates say; who may see what of it is asked by the caller.
 */
#include "procedure/inner.h"

/* ---- which version of a case somebody has seen ---- */

static enum rc newest(struct doing *k, enum book_reg reg, uint64_t id, uint64_t *seq)
{
    struct record rec;
    TRY(record_get(k->now, k->book.r[reg], id, k->a, &rec, k->err));
    *seq = MAX(*seq, rec.seq);
    return RC_OK;
}

static enum rc newest_all(struct doing *k, uint64_t id, uint64_t *seq)
{
    uint64_t *steps, *notices, *objections;
    uint32_t n, m, o;
    *seq = 0;
    TRY(newest(k, BOOK_CASE, id, seq));
    TRY(children(k, BOOK_CASE, id, BOOK_STEP, S_CASE, &steps, &n, k->err));
    for (uint32_t i = 0; i < n; i++) {
        TRY(newest(k, BOOK_STEP, steps[i], seq));
        TRY(children(k, BOOK_STEP, steps[i], BOOK_NOTICE, N_STEP, &notices, &m, k->err));
        for (uint32_t x = 0; x < m; x++) {
            TRY(newest(k, BOOK_NOTICE, notices[x], seq));
            TRY(children(k, BOOK_NOTICE, notices[x], BOOK_OBJECTION, O_NOTICE, &objections, &o, k->err));
            for (uint32_t y = 0; y < o; y++) TRY(newest(k, BOOK_OBJECTION, objections[y], seq));
        }
        TRY(children(k, BOOK_STEP, steps[i], BOOK_REFERRAL, R_STEP, &notices, &m, k->err));
        for (uint32_t x = 0; x < m; x++) TRY(newest(k, BOOK_REFERRAL, notices[x], seq));
        TRY(children(k, BOOK_STEP, steps[i], BOOK_CASE, C_UNDER, &notices, &m, k->err));
        for (uint32_t x = 0; x < m; x++) TRY(newest(k, BOOK_CASE, notices[x], seq));
    }
    return RC_OK;
}

enum rc case_seq(struct records *rs, uint64_t id, day_num today, struct arena *a, uint64_t *seq, struct err *err)
{
    struct case_door d = {.records = rs, .arena = a, .change = {.today = today, .happened = ENTRY_NO_DAY}, .actor = {.operator_ = true}};
    struct doing k;
    TRY(doing_begin(&k, &d, NULL, NULL, NULL, err));
    enum rc rc = newest_all(&k, id, seq);
    doing_end(&k);
    return rc;
}

/* ---- rounds ---- */

static struct case_votes votes_of(struct doing *k, const struct tally *t)
{
    struct case_told *at = arena_array(k->a, struct case_told, t->count + 1);
    for (uint32_t i = 0; i < t->count; i++) at[i] = (struct case_told){t->at[i].name, t->at[i].n};
    return (struct case_votes){.at = at, .count = t->count, .voted = t->voted, .has_passed = t->has_passed, .passed = t->passed, .score = t->score};
}

static int64_t day_or_none(struct sv v) { return v.kind == SV_INT ? v.i : ENTRY_NO_DAY; }

static enum rc values_read(struct doing *k, const struct pack_item *items, uint32_t n, struct str open, struct str secret, const struct sv **out)
{
    struct sv *v = arena_array(k->a, struct sv, n + 1);
    TRY(items_from_json(k, items, n, open, v, k->err));
    TRY(items_from_json(k, items, n, secret, v, k->err));
    *out = v;
    return RC_OK;
}

static enum rc parts_told(struct doing *k, const struct pack_step *p, struct case_round *r)
{
    uint64_t *ids;
    uint32_t n;
    TRY(children(k, BOOK_STEP, r->id, BOOK_PART, P_STEP, &ids, &n, k->err));
    struct case_part *parts = arena_array(k->a, struct case_part, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        struct record rec;
        struct tally t;
        TRY(record_get(k->now, k->book.r[BOOK_PART], ids[i], k->a, &rec, k->err));
        uint64_t line = (uint64_t)book_value(&k->book, BOOK_PART, &rec, P_LINE).i;
        struct case_part *one = &parts[r->parts_count];
        one->line = UINT32_MAX;
        for (uint32_t l = 0; l < k->c->lines_count; l++)
            if (k->c->lines[l].id == line) one->line = l;
        if (one->line == UINT32_MAX) continue;
        TRY(values_read(k, p->items, p->items_count, book_text(&k->book, BOOK_PART, &rec, P_DATA), book_text(&k->book, BOOK_PART, &rec, P_SECRET), &one->values));
        TRY(tally_from_json(k, book_text(&k->book, BOOK_PART, &rec, P_VOTES), &t, k->err));
        one->votes = votes_of(k, &t);
        r->parts_count++;
    }
    r->parts = parts;
    return RC_OK;
}

static enum rc round_told(struct doing *k, const struct pack_step *p, const struct record *rec, struct case_round *out)
{
    const struct book *b = &k->book;
    struct sv account = book_value(b, BOOK_STEP, rec, S_ACCOUNT), late = book_value(b, BOOK_STEP, rec, S_LATE);
    struct tally t;
    *out = (struct case_round){.id = rec->id, .seq = rec->seq, .round = book_value(b, BOOK_STEP, rec, S_ROUND).i, .state = book_text(b, BOOK_STEP, rec, S_STATE),
                               .opened = day_or_none(book_value(b, BOOK_STEP, rec, S_OPENED)), .happened = day_or_none(book_value(b, BOOK_STEP, rec, S_HAPPENED)),
                               .entered = day_or_none(book_value(b, BOOK_STEP, rec, S_ENTERED)), .account = account.kind == SV_INT ? (uint64_t)account.i : 0,
                               .by = book_text(b, BOOK_STEP, rec, S_BY), .late = late.kind == SV_INT && late.i != 0, .paper = book_text(b, BOOK_STEP, rec, S_PAPER),
                               .second = book_text(b, BOOK_STEP, rec, S_SECOND), .signatures = book_text(b, BOOK_STEP, rec, S_SIGNED), .seen = book_text(b, BOOK_STEP, rec, S_SEEN),
                               .reason = book_text(b, BOOK_STEP, rec, S_REASON), .irregular = book_text(b, BOOK_STEP, rec, S_IRREGULAR)};
    TRY(values_read(k, p->items, p->items_count, book_text(b, BOOK_STEP, rec, S_DATA), book_text(b, BOOK_STEP, rec, S_SECRET), &out->values));
    TRY(tally_from_json(k, book_text(b, BOOK_STEP, rec, S_VOTES), &t, k->err));
    out->votes = votes_of(k, &t);
    TRY(parts_told(k, p, out));
    TRY(opinions_told(k, out->id, &out->said, &out->said_count));
    TRY(subs_told(k, p, out->id, &out->subs, &out->subs_count));
    if (p->ballot != NULL) TRY(ballots_told(k, out->id, &out->ballots, &out->ballots_count));
    if (p->refer != NULL) TRY(referrals_told(k, out->id, &out->referrals, &out->referrals_count));
    return notices_told(k, out->id, &out->notices, &out->notices_count);
}

static enum rc rounds_told(struct doing *k, struct case_full *out)
{
    uint64_t *ids;
    uint32_t n;
    TRY(children(k, BOOK_CASE, k->c->id, BOOK_STEP, S_CASE, &ids, &n, k->err));
    for (uint32_t s = 0; s < out->steps_count; s++) out->steps[s].rounds = arena_array(k->a, struct case_round, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        struct record rec;
        TRY(record_get(k->now, k->book.r[BOOK_STEP], ids[i], k->a, &rec, k->err));
        const struct pack_step *p = pack_step_find(k->c->p, book_text(&k->book, BOOK_STEP, &rec, S_STEP));
        if (p == NULL) continue;
        struct case_step *s = &out->steps[p->idx];
        TRY(round_told(k, p, &rec, &s->rounds[s->rounds_count++]));
    }
    return RC_OK;
}

/* ---- what open steps wait for ---- */

struct needs { struct doing *k; VEC(struct case_need) all; };

static struct case_need *need(struct needs *x, enum case_need_kind kind)
{
    vec_push(x->k->a, &x->all, (struct case_need){.kind = kind, .line = -1, .day = ENTRY_NO_DAY, .say = STR(""), .values = STR("")});
    return &x->all.at[x->all.len - 1];
}

static enum rc gate_told(struct needs *x, const struct pack_gate *g, int64_t line, enum lang lang)
{
    struct doing *k = x->k;
    struct fv *vars = world_vars(k, k->step, line), v;
    struct str say, values = STR("");
    TRY(ask(k, g->must, vars, &v));
    TRY(tell(k, lang == LANG_EN && g->say_en != NULL ? g->say_en : g->say, vars, lang, &say));
    for (uint32_t i = 0; i < g->show_count; i++) {
        struct fv one;
        TRY(ask(k, g->show[i], vars, &one));
        values = str_cat(k->a, values, i > 0 ? (lang == LANG_ZH ? STR("，") : STR(", ")) : STR(""), g->show_titles[i], STR(" = "), text_cut(shown(k, vars, g->show[i], &one, lang), 400));
    }
    struct case_need *n = need(x, NEED_GATE);
    n->gate = g;
    n->line = line;
    n->holds = fv_is_true(&v);
    n->unknown = fv_is_null(&v);
    n->say = n->holds ? STR("") : say;
    n->values = values;
    return RC_OK;
}

static enum rc gates_told(struct needs *x, enum lang lang)
{
    struct doing *k = x->k;
    for (uint32_t i = 0; i < k->step->gates_count; i++) {
        const struct pack_gate *g = &k->step->gates[i];
        if (g->must == NULL || gate_reads_own(k, g->must->root)) {
            need(x, NEED_GATE_LATER)->gate = g;
            continue;
        }
        if (!g->each) TRY(gate_told(x, g, -1, lang));
        for (uint32_t l = 0; g->each && l < k->c->lines_count; l++)
            if (in_play(k, k->step, l)) TRY(gate_told(x, g, l, lang));
    }
    return RC_OK;
}

static enum rc limits_told(struct needs *x)
{
    struct doing *k = x->k;
    struct fv *vars = world_vars(k, k->step, -1), v;
    for (uint32_t i = 0; i < k->step->limits_count; i++) {
        const struct pack_limit *l = &k->step->limits[i];
        day_num day;
        bool known = false;
        if (l->after == NULL) continue;
        TRY(ask(k, l->after, vars, &v));
        if (v.kind != FV_DATE) continue;
        if (l->not_before != NULL) TRY(due_after(k, l->not_before, vars, v.day, &known, &day));
        if (known) {
            struct case_need *n = need(x, NEED_FROM);
            n->limit = l;
            n->day = day;
            n->holds = k->day >= day;
        }
        known = false;
        if (l->within != NULL) TRY(due_after(k, l->within, vars, v.day, &known, &day));
        if (known) {
            struct case_need *n = need(x, NEED_BY);
            n->limit = l;
            n->day = day;
            n->holds = k->day <= day;
        }
    }
    return RC_OK;
}

static void notice_told(struct needs *x)
{
    struct doing *k = x->k;
    const struct step_now *s = &k->c->steps[k->step->idx];
    if (k->step->notice == NULL) return;
    struct case_need *n = need(x, NEED_NOTICE);
    n->holds = s->notice != 0;
    if (s->notice == 0) return;
    n = need(x, NEED_WINDOW);
    n->day = s->to;
    n->holds = k->day > s->to;
    n = need(x, NEED_OBJECTIONS);
    for (uint32_t i = 0; i < s->objections_count; i++) {
        n->count += s->objections[i].answered ? 0 : 1;
        n->unknown = n->unknown || s->objections[i].upheld;
    }
    n->holds = n->count == 0 && !n->unknown;
}

static void sub_told(struct needs *x, int64_t line)
{
    struct doing *k = x->k;
    const struct sub_now *s = sub_latest(&k->c->steps[k->step->idx], line);
    struct case_need *n = need(x, NEED_SUB);
    n->line = line;
    if (s == NULL) return;
    n->values = str_u64(k->a, s->id);
    n->holds = sub_settled(k->step->sub, s);
    n->unknown = str_eq(s->state, STR("open"));
}

static enum rc referral_told(struct needs *x)
{
    struct doing *k = x->k;
    const struct step_now *s = &k->c->steps[k->step->idx];
    struct fv v = fv_bool(true);
    if (k->step->refer == NULL) return RC_OK;
    if (k->step->refer->when != NULL && s->referrals_count == 0) TRY(ask(k, k->step->refer->when, world_vars(k, k->step, -1), &v));
    if (v.kind == FV_BOOL && !v.b) return RC_OK;
    struct case_need *n = need(x, NEED_REFERRAL);
    n->say = k->step->refer->to;
    if (s->referrals_count == 0) return RC_OK;
    const struct referred *r = &s->referrals[s->referrals_count - 1];
    n->unknown = r->outcome.len == 0;
    n->holds = str_eq(r->outcome, STR("agreed"));
    n->day = r->sent;
    return RC_OK;
}

static enum rc step_needs(struct doing *k, struct case_step *s, enum lang lang)
{
    struct needs x = {.k = k};
    k->step = s->step;
    k->own = NULL;
    for (uint32_t i = 0; i < s->step->items_count; i++)
        if (s->step->items[i].f.required) need(&x, NEED_FIELD)->item = &s->step->items[i];
    if (s->step->ballot != NULL) need(&x, NEED_VOTE)->count = s->step->by_ballot;
    if (s->step->discretion) need(&x, NEED_REASON);
    TRY(limits_told(&x));
    if (s->step->sub != NULL && !s->step->sub->each) sub_told(&x, -1);
    for (uint32_t l = 0; s->step->sub != NULL && s->step->sub->each && l < k->c->lines_count; l++)
        if (in_play(k, s->step, l)) sub_told(&x, l);
    TRY(referral_told(&x));
    notice_told(&x);
    TRY(gates_told(&x, lang));
    s->needs = x.all.at;
    s->needs_count = (uint32_t)x.all.len;
    return RC_OK;
}

/* ---- the whole ---- */

static void lines_told(struct doing *k, struct case_full *out)
{
    struct case_line *lines = arena_array(k->a, struct case_line, k->c->lines_count + 1);
    for (uint32_t i = 0; i < k->c->lines_count; i++) {
        const struct line_now *l = &k->c->lines[i];
        lines[i] = (struct case_line){.id = l->id, .record = l->record, .number = l->number, .kind = l->kind, .state = l->state, .left_step = l->left_step,
                                      .left_by = l->left_by, .values = l->items};
    }
    out->lines = lines;
    out->lines_count = k->c->lines_count;
}

static enum rc case_told(struct doing *k, struct case_full *out, enum lang lang)
{
    const struct kase *c = k->c;
    const struct book *b = &k->book;
    struct record rec;
    TRY(record_get(k->now, b->r[BOOK_CASE], c->id, k->a, &rec, k->err));
    struct sv account = book_value(b, BOOK_CASE, &rec, C_ACCOUNT);
    *out = (struct case_full){.procedure = c->p, .id = c->id, .opened_seq = rec.seq, .subject = c->subject, .title = c->title, .state = c->state, .opened = c->opened,
                              .entered = day_or_none(book_value(b, BOOK_CASE, &rec, C_ENTERED)), .ended = day_or_none(book_value(b, BOOK_CASE, &rec, C_ENDED)),
                              .by = book_text(b, BOOK_CASE, &rec, C_BY), .account = account.kind == SV_INT ? (uint64_t)account.i : 0,
                              .reason = book_text(b, BOOK_CASE, &rec, C_REASON), .packs = book_text(b, BOOK_CASE, &rec, C_PACK), .values = c->opening};
    struct case_above above;
    TRY(case_above(k->now, c->id, k->a, &above, k->err));
    out->under = above.case_id;
    out->under_step = above.step_id;
    lines_told(k, out);
    out->steps = arena_array(k->a, struct case_step, c->p->steps_count + 1);
    out->steps_count = c->p->steps_count;
    for (uint32_t i = 0; i < out->steps_count; i++) {
        const struct step_now *s = &c->steps[i];
        out->steps[i] = (struct case_step){.step = c->p->steps[i], .state = s->id == 0 ? STR("") : s->state, .round = s->round};
    }
    TRY(rounds_told(k, out));
    for (uint32_t i = 0; i < out->steps_count; i++)
        if (str_eq(out->steps[i].state, STR("open"))) TRY(step_needs(k, &out->steps[i], lang));
    return newest_all(k, c->id, &out->seq);
}

enum rc case_whole(struct records *rs, uint64_t id, day_num today, struct arena *a, enum lang lang, struct case_full *out, struct err *err)
{
    struct case_door d;
    struct doing k;
    *out = (struct case_full){0};
    TRY(case_looking(&k, &d, rs, id, today, a, err));
    enum rc rc = case_told(&k, out, lang);
    doing_end(&k);
    return rc;
}

/* ---- which classes of fields an expression of a case tells of ---- */

struct reading { const struct pack_procedure *p; const struct pack_step *step; unsigned classes; };

static void items_named(struct reading *r, const struct pack_item *items, uint32_t n, struct str name)
{
    for (uint32_t i = 0; i < n; i++)
        if (str_eq(items[i].f.name, name) || str_eq(items[i].f.title.zh, name)) r->classes |= 1u << items[i].f.class;
}

/* A name of the case's own fields: whichever of them is called so, for the least may be told of it. */
static void named(struct reading *r, struct str name)
{
    items_named(r, r->p->opening->items, r->p->opening->items_count, name);
    if (r->p->lines != NULL) items_named(r, r->p->lines->items, r->p->lines->items_count, name);
    for (uint32_t i = 0; i < r->p->steps_count; i++) items_named(r, r->p->steps[i]->items, r->p->steps[i]->items_count, name);
}

static bool display_node(void *ctx, const struct feel_node *n)
{
    unsigned *classes = ctx;
    if (n->op == FEEL_MEMBER && n->reg != NULL && n->member != NULL) {
        const struct pack_register *r = n->reg->host;
        if (n->member->slot < r->fields_count) *classes |= 1u << ((const struct pack_field *)n->member->host)->class;
    }
    return true;
}

static bool reading_node(void *ctx, const struct feel_node *n)
{
    struct reading *r = ctx;
    if (n->op == FEEL_MEMBER || n->op == FEEL_VARIABLE) {
        if (n->member != NULL && n->reg != NULL) {
            const struct pack_register *reg = n->reg->host;
            if (n->member->slot < reg->fields_count) r->classes |= 1u << ((const struct pack_field *)n->member->host)->class;
        } else {
            named(r, n->member != NULL ? n->member->name : n->name);
        }
        /* A record is called by its display. */
        const struct feel_type *t = n->type;
        if (t != NULL && t->kind == FT_LIST) t = t->item;
        if (t != NULL && t->kind == FT_RECORD && t->reg != NULL) {
            const struct pack_register *reg = t->reg->host;
            if (reg->display != NULL) feel_each_node(reg->display->root, display_node, &r->classes);
        }
    }
    return true;
}

static void message_reads(struct reading *r, const struct feel_message *m)
{
    for (uint32_t i = 0; m != NULL && i < m->pieces_count; i++)
        if (m->pieces[i].program != NULL) feel_each_node(m->pieces[i].program->root, reading_node, r);
}

unsigned case_gate_classes(const struct pack_procedure *p, const struct pack_gate *g)
{
    struct reading r = {.p = p, .classes = 1u << PACK_OPEN};
    if (g->must != NULL) feel_each_node(g->must->root, reading_node, &r);
    message_reads(&r, g->say);
    message_reads(&r, g->say_en);
    for (uint32_t i = 0; i < g->show_count; i++) feel_each_node(g->show[i]->root, reading_node, &r);
    return r.classes;
}
