/* cases.c - the verbs of cases: who acts, by his grant, and then procedure/ does the rest. */
#include "area/inner.h"

/* Who is behind the command: his name and what he may today.  *g: to be given back. */
static enum rc actor_of(struct door *d, struct case_actor *out, struct grant **g, struct err *err)
{
    *g = NULL;
    *out = (struct case_actor){.account = d->command->actor};
    if (d->command->actor == 0) {
        *out = (struct case_actor){.operator_ = true, .name = STR("操作员")};
        return RC_OK;
    }
    TRY(who_grant_writer(d->area, d->command->actor, d->command->token, g, err));
    out->name = str_dup(&d->area->batch, grant_title(*g));
    out->grant = *g;
    return RC_OK;
}

static enum rc run(struct door *d, struct case_door *door, const struct args_case *g, struct case_refused *why, struct case_done *done, struct err *err)
{
    switch ((int)d->command->verb) {
    case VERB_CASE_OPEN: return case_open(door, &g->open, done, why, err);
    case VERB_CASE_ACT: return case_close(door, &g->close, done, why, err);
    case VERB_CASE_PUBLISH: return case_publish(door, g->id, g->step, &g->entry, done, why, err);
    case VERB_CASE_OBJECT: return case_object(door, g->id, g->text, g->by, &g->entry, done, why, err);
    case VERB_CASE_ANSWER: return case_answer(door, g->id, g->number, g->text, g->upheld, &g->entry, done, why, err);
    case VERB_CASE_RETURN: return case_return(door, g->id, g->step, g->text, &g->entry, done, why, err);
    case VERB_CASE_DOWN: return case_lay_down(door, g->id, g->text, &g->entry, done, why, err);
    case VERB_CASE_AGAIN: return case_again(door, g->id, g->text, &g->entry, done, why, err);
    case VERB_CASE_REFER: return case_refer(door, g->id, g->step, g->text, &g->entry, done, why, err);
    case VERB_CASE_REPLY: return case_reply(door, g->id, g->step, g->outcome, g->text, &g->entry, done, why, err);
    case VERB_CASE_LIABLE: return case_liable(door, &g->liable, &g->entry, done, why, err);
    case VERB_CASE_PAPER: return case_paper_put(door, &g->paper, &g->entry, done, why, err);
    case VERB_CASE_ADOPT: return case_adopt(door, g->id, g->text, &g->entry, done, why, err);
    default: break;
    }
    MUST(false);
    return RC_SYSTEM;
}

/* What was seen when the act was decided on: nothing may have come between. */
static enum rc seen_check(struct door *d, const struct args_case *g, struct err *err)
{
    uint64_t id = d->command->verb == VERB_CASE_ACT ? g->close.id : d->command->verb == VERB_CASE_OPEN ? g->open.under : g->id, seq = 0;
    if (g->if_seq == 0 || id == 0) return RC_OK;
    TRY(case_seq(d->area->records, id, d->change.today, &d->area->batch, &seq, err));
    if (seq == g->if_seq) return RC_OK;
    return err_set(err, &E_area_case_moved, NO_PLACE, str_u64(&d->area->batch, id));
}

/* The counts of a ballot as the step takes them; only of the ballot that the step declares. */
static enum rc counts_take(struct door *d, const struct args_case *g, struct case_close *close, struct err *err)
{
    struct records *rs = d->area->records;
    struct arena *a = &d->area->batch;
    struct ballot_view b;
    struct case_view v;
    struct ballot_count *counts;
    uint32_t n;
    TRY(ballot_look(rs, g->ballot, a, &b, err));
    if (b.taken != 0) return err_set(err, &E_ballot_taken, NO_PLACE, b.title, str_u64(a, b.taken));
    TRY(case_look(rs, g->close.id, d->change.today, a, &v, err));
    const struct pack_step *step = v.procedure == NULL ? NULL : pack_step_find(v.procedure, g->close.step);
    if (step == NULL || step->ballot == NULL || !str_eq(step->ballot->d.name, b.ballot->d.name) || g->close.counts_count + g->close.votes_count > 0 ||
        (b.of_case != 0 && b.of_case != g->close.id))
        return err_set(err, &E_area_case_ballot, NO_PLACE, b.title, g->close.step);
    TRY(ballot_counts(rs, g->ballot, a, &counts, &n, err));
    struct case_pair *whole = arena_array(a, struct case_pair, n + 1);
    struct case_of_line *lines = arena_array(a, struct case_of_line, n + 1);
    bool one = v.procedure->lines == NULL; /* a case without lines is voted on as a whole */
    for (uint32_t i = 0; i < n; i++) {
        struct case_pair p = {counts[i].name, str_i64(a, counts[i].n)};
        if (counts[i].line.len == 0 || one) {
            whole[close->counts_count++] = p;
            continue;
        }
        if (close->votes_count == 0 || !str_eq(lines[close->votes_count - 1].line, counts[i].line))
            lines[close->votes_count++] = (struct case_of_line){counts[i].line, arena_array(a, struct case_pair, n + 1), 0};
        struct case_of_line *l = &lines[close->votes_count - 1];
        ((struct case_pair *)(uintptr_t)l->values)[l->count++] = p;
    }
    close->counts = whole;
    close->votes = lines;
    close->by_ballot = true;
    return RC_OK;
}

enum rc verb_case(struct door *d, struct err *err)
{
    const struct args_case *g = d->command->args;
    struct args_case with;
    if (d->command->verb == VERB_CASE_ACT && g->ballot != 0) {
        with = *g;
        TRY(counts_take(d, g, &with.close, err));
        g = &with;
    }
    struct case_door door = {.records = d->area->records, .arena = &d->area->batch, .change = d->change, .unmarked = d->many};
    struct case_refused why = {STR(""), STR("")};
    struct case_done done = {0};
    if (d->area->o.today != 0) door.change.today = d->area->o.today;
    door.change.happened = ENTRY_NO_DAY; /* the act says it, for each record */
    TRY(seen_check(d, g, err));
    struct grant *grant;
    TRY(actor_of(d, &door.actor, &grant, err));
    enum rc rc = run(d, &door, g, &why, &done, err);
    grant_release(grant);
    d->spoilt = door.spoilt;
    if (g->refused != NULL && g->refused_max > 0) {
        size_t n = MIN(why.what.len, g->refused_max - 1);
        memcpy(g->refused, why.what.ptr == NULL ? "" : why.what.ptr, n);
        g->refused[n] = '\0';
    }
    d->refused = why.what;
    TRY(rc);
    if (d->command->verb == VERB_CASE_ACT && g->ballot != 0) {
        struct ballot_door to = {.records = d->area->records, .arena = &d->area->batch, .change = door.change};
        struct changed taken;
        TRY(ballot_take(&to, g->ballot, done.step, &taken, err));
    }
    d->receipt->id = done.record != 0 ? done.record : done.id;
    d->receipt->version = done.last.version;
    d->receipt->leaf = done.last.leaf;
    return RC_OK;
}

enum rc case_owned_check(const struct pack_register *r, struct err *err)
{
    return case_owns(r) || ballot_owns(r) || slip_owns(r) ? err_set(err, &E_area_case_register, NO_PLACE, r->d.title.zh, r->d.title.en) : RC_OK;
}

/* ---- the arguments as one text, for the hash of a key ---- */

static void one(struct buf *b, struct str s)
{
    buf_u64(b, s.len);
    buf_char(b, ':');
    buf_str(b, s);
}

static void pairs(struct buf *b, const struct case_pair *p, uint32_t n)
{
    buf_u64(b, n);
    buf_char(b, ';');
    for (uint32_t i = 0; i < n; i++) {
        one(b, p[i].name);
        one(b, p[i].text);
    }
}

static void lines(struct buf *b, const struct case_of_line *l, uint32_t n)
{
    buf_u64(b, n);
    buf_char(b, ';');
    for (uint32_t i = 0; i < n; i++) {
        one(b, l[i].line);
        pairs(b, l[i].values, l[i].count);
    }
}

static void entry(struct buf *b, const struct case_entry *e)
{
    buf_i64(b, e->happened);
    one(b, e->paper);
    one(b, e->second);
    one(b, e->irregular);
    pairs(b, e->reasons, e->reasons_count);
}

void case_args_text(const struct args_case *g, struct buf *b)
{
    buf_u64(b, g->id);
    one(b, g->step);
    one(b, g->text);
    one(b, g->by);
    one(b, g->outcome);
    buf_u64(b, g->open.under);
    one(b, g->open.under_step);
    one(b, g->open.under_line);
    buf_u64(b, g->number);
    buf_char(b, g->upheld ? '1' : '0');
    entry(b, &g->entry);
    one(b, g->open.procedure);
    one(b, g->open.subject);
    lines(b, g->open.lines, g->open.lines_count);
    pairs(b, g->open.set, g->open.set_count);
    for (uint32_t i = 0; i < g->open.taken_count; i++) {
        const struct case_close *t = &g->open.taken[i];
        one(b, t->step);
        pairs(b, t->set, t->set_count);
        lines(b, t->each, t->each_count);
        entry(b, &t->entry);
    }
    entry(b, &g->open.entry);
    const struct case_liability *l = &g->liable;
    const struct str said[] = {l->step, l->outcome, l->person, l->finding, l->measure, l->basis};
    const uint64_t ids[] = {l->id, l->slip, l->corrects};
    for (size_t i = 0; i < ARRAY_LEN(said); i++) one(b, said[i]);
    for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
        buf_u64(b, ids[i]);
        buf_char(b, ';');
    }
    buf_u64(b, g->ballot);
    buf_char(b, ';');
    buf_u64(b, g->close.id);
    one(b, g->close.step);
    pairs(b, g->close.set, g->close.set_count);
    lines(b, g->close.each, g->close.each_count);
    pairs(b, g->close.counts, g->close.counts_count);
    lines(b, g->close.votes, g->close.votes_count);
    pairs(b, g->close.signatures, g->close.signatures_count);
    for (uint32_t i = 0; i < g->close.opinions_count; i++) {
        const struct case_opinion *o = &g->close.opinions[i];
        one(b, o->member);
        one(b, o->stance);
        one(b, o->text);
        one(b, o->line);
        buf_char(b, o->chair ? '1' : '0');
    }
    pairs(b, g->close.defer, g->close.defer_count);
    buf_u64(b, g->paper.id);
    one(b, g->paper.step);
    one(b, g->paper.form);
    one(b, g->paper.number);
    one(b, g->paper.file);
    entry(b, &g->close.entry);
}
