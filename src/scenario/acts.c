/*
 * acts.c - what people do in a scenario: through the same functions as everybody, each on its day, in its role.  An act that must be
 * refused leaves nothing behind; one that must succeed and does not is told at its place.
 */
#include "scenario/scenario_inner.h"

struct opened { const struct pack_procedure *proc; struct str of; uint64_t id; };

struct acting {
    struct play *p;
    const struct pack_act *a;
    struct case_door door;
    struct case_entry entry;
    uint64_t last;            /* the case that acts are done in: the one opened last, unless one says otherwise */
    uint64_t slip;            /* the one issued last */
    VEC(struct opened) opened;
};

static struct case_pair *pairs(struct arena *a, const struct pack_pair *from, uint32_t n)
{
    struct case_pair *out = arena_array(a, struct case_pair, n + 1);
    for (uint32_t i = 0; i < n; i++) out[i] = (struct case_pair){from[i].name, from[i].text};
    return out;
}

static struct case_of_line *lines(struct arena *a, const struct pack_act_line *from, uint32_t n)
{
    struct case_of_line *out = arena_array(a, struct case_of_line, n + 1);
    for (uint32_t i = 0; i < n; i++) out[i] = (struct case_of_line){from[i].line, pairs(a, from[i].values, from[i].count), from[i].count};
    return out;
}

static enum rc change(struct acting *k, struct err *err)
{
    const struct pack_given *g = k->a->change;
    struct play *p = k->p;
    uint64_t id;
    if (g == NULL) return RC_OK;
    TRY(record_resolve(p->records, g->reg, k->a->change_record, &id, err));
    const struct pack_field **fields = arena_array(p->a, const struct pack_field *, g->values_count + 1);
    struct sv *values = arena_array(p->a, struct sv, g->values_count + 1);
    for (uint32_t i = 0; i < g->values_count; i++) {
        fields[i] = g->values[i].field;
        if (!g->values[i].is_null) TRY(record_value_parse(p->records, fields[i], g->values[i].text, p->a, &values[i], err));
    }
    struct changed done;
    return record_update(p->records, g->reg, id, 0, &k->door.change, g->values_count, fields, values, &done, err);
}

static struct case_opinion *opinions(struct arena *a, const struct pack_act *x)
{
    struct case_opinion *out = arena_array(a, struct case_opinion, x->opinions_count + 1);
    for (uint32_t i = 0; i < x->opinions_count; i++) {
        const struct pack_act_opinion *o = &x->opinions[i];
        out[i] = (struct case_opinion){o->member, o->stance, o->text, o->line, o->chair};
    }
    return out;
}

static struct case_close *taken(struct arena *a, const struct pack_act *x)
{
    struct case_close *out = arena_array(a, struct case_close, x->taken_count + 1);
    for (uint32_t i = 0; i < x->taken_count; i++) {
        const struct pack_act_taken *t = &x->taken[i];
        out[i] = (struct case_close){.step = t->step->name, .set = pairs(a, t->set, t->set_count), .set_count = t->set_count, .each = lines(a, t->each, t->each_count),
                                     .each_count = t->each_count, .entry = {.happened = t->happened, .paper = t->paper, .second = t->second}};
    }
    return out;
}

static void opened_note(struct acting *k, const struct pack_procedure *proc, struct str of, uint64_t id)
{
    vec_push(k->p->a, &k->opened, (struct opened){proc, of, id});
    k->last = id;
}

/* The case that the act names. */
static void case_meant(struct acting *k)
{
    const struct pack_act *a = k->a;
    for (size_t i = 0; a->in != NULL && i < k->opened.len; i++)
        if (k->opened.at[i].proc == a->in && (a->of.len == 0 || a->kind == ACT_SUB || str_eq(a->of, k->opened.at[i].of))) k->last = k->opened.at[i].id;
}

/* A correction is of the latest of that step; where there is none, and where no slip was issued, the case's own number is refused as neither. */
static enum rc liable(struct acting *k, struct case_refused *why, struct err *err)
{
    const struct pack_act *a = k->a;
    struct case_liability g = {.id = k->last, .step = a->step->name, .outcome = a->outcome, .person = a->person, .finding = a->text, .measure = a->measure, .basis = a->law};
    struct case_link *links = NULL;
    struct case_done done;
    size_t n = 0;
    if (a->by_slip) g.slip = k->slip != 0 ? k->slip : k->last;
    if (a->corrects) {
        g.corrects = k->last;
        TRY(case_links(k->p->records, k->last, k->door.change.today, k->p->a, &links, &n, err));
    }
    for (size_t i = 0; i < n; i++)
        if (str_eq(links[i].step, a->step->name) && links[i].found_count > 0) g.corrects = links[i].found[links[i].found_count - 1].id;
    return case_liable(&k->door, &g, &k->entry, &done, why, err);
}

static enum rc act(struct acting *k, struct case_refused *why, struct err *err)
{
    const struct pack_act *a = k->a;
    struct arena *m = k->p->a;
    struct case_done done;
    switch (a->kind) {
    case ACT_OPEN: {
        struct case_opening g = {.procedure = a->proc->d.name, .subject = a->subject, .lines = lines(m, a->lines, a->lines_count), .lines_count = a->lines_count,
                                 .set = pairs(m, a->set, a->set_count), .set_count = a->set_count, .taken = taken(m, a), .taken_count = a->taken_count, .entry = k->entry};
        TRY(case_open(&k->door, &g, &done, why, err));
        opened_note(k, a->proc, STR(""), done.id);
        return RC_OK;
    }
    case ACT_SUB: {
        struct case_opening g = {.under = k->last, .under_step = a->step->name, .under_line = a->of, .lines = lines(m, a->lines, a->lines_count), .lines_count = a->lines_count,
                                 .set = pairs(m, a->set, a->set_count), .set_count = a->set_count, .entry = k->entry};
        TRY(case_open(&k->door, &g, &done, why, err));
        opened_note(k, a->step->sub->proc, a->of, done.id);
        return RC_OK;
    }
    case ACT_REFER: return case_refer(&k->door, k->last, a->step->name, a->text, &k->entry, &done, why, err);
    case ACT_REPLY: return case_reply(&k->door, k->last, a->step->name, a->outcome, a->text, &k->entry, &done, why, err);
    case ACT_LIABLE: return liable(k, why, err);
    case ACT_CLOSE: {
        struct case_close g = {.id = k->last, .step = a->step->name, .set = pairs(m, a->set, a->set_count), .set_count = a->set_count,
                               .each = lines(m, a->each, a->each_count), .each_count = a->each_count, .counts = pairs(m, a->counts, a->counts_count),
                               .counts_count = a->counts_count, .by_ballot = a->by_ballot, .votes = lines(m, a->votes, a->votes_count), .votes_count = a->votes_count, .all_signed = true,
                               .unsigned_ = a->unsigned_, .unsigned_count = a->unsigned_count, .opinions = opinions(m, a), .opinions_count = a->opinions_count,
                               .defer = pairs(m, a->defer, a->defer_count), .defer_count = a->defer_count, .entry = k->entry};
        return case_close(&k->door, &g, &done, why, err);
    }
    case ACT_PUBLISH: return case_publish(&k->door, k->last, a->step->name, &k->entry, &done, why, err);
    case ACT_OBJECT: return case_object(&k->door, k->last, a->text, STR(""), &k->entry, &done, why, err);
    case ACT_ANSWER: return case_answer(&k->door, k->last, 0, a->text, str_eq(a->outcome, STR("影响")) || str_eq(a->outcome, STR("upheld")), &k->entry, &done, why, err);
    case ACT_LAY_DOWN: return case_lay_down(&k->door, k->last, a->text, &k->entry, &done, why, err);
    case ACT_RETURN: {
        struct str reason = a->reasons_count > 0 ? a->reasons[0].text : STR("");
        return case_return(&k->door, k->last, a->step->name, reason, &k->entry, &done, why, err);
    }
    case ACT_AGAIN: {
        TRY(case_again(&k->door, k->last, a->text, &k->entry, &done, why, err));
        opened_note(k, a->proc, STR(""), done.id);
        return RC_OK;
    }
    case ACT_CHANGE: return change(k, err);
    case ACT_SLIP:
    case ACT_RESPOND:
    case ACT_ACCEPT:
    case ACT_SEND_BACK:
    case ACT_WITHDRAW:
    case ACT_ESCALATE:
    case ACT_DAILY: {
        struct slip_door d = {.records = k->p->records, .arena = m, .change = k->door.change, .actor = {.name = a->by, .roles = k->door.actor.roles, .roles_count = k->door.actor.roles_count}};
        return play_slip(k->p, &d, a, k->last, &k->slip, err);
    }
    }
    return RC_OK;
}

/* Is it the pack's to answer for, or the machine's? */
static bool of_pack(enum rc rc) { return rc != RC_BUSY && rc != RC_BROKEN && rc != RC_SYSTEM; }

static enum rc play_one(struct acting *k, struct err *err)
{
    const struct pack_act *a = k->a;
    struct play *p = k->p;
    struct case_refused why = {STR(""), STR("")};
    struct err e;
    err_clear(&e);
    p->result->compared++;
    case_meant(k);
    if (a->kind != ACT_OPEN && a->kind != ACT_CHANGE && a->kind < ACT_SLIP && k->last == 0) {
        play_differ(p, &E_scenario_no_case, a->place, STR(""));
        return RC_OK;
    }
    uint64_t before = journal_size(p->lab->journal);
    enum rc rc = act(k, &why, &e);
    if (rc != RC_OK && !of_pack(rc)) {
        if (err != NULL) *err = e;
        return rc;
    }
    struct str what = why.what.len > 0 ? why.what : str_c(rc == RC_OK ? "" : err_code(&e));
    if (p->lab->watch != NULL) {
        struct scenario_seen seen = {p->records, a, k->last, before, journal_size(p->lab->journal), k->door.change.today, rc, what, &e};
        p->lab->watch(p->lab->watch_ctx, &seen);
    }
    struct str zh = str_dup(p->a, str_c(e.zh)), en = str_dup(p->a, str_c(e.en));
    if (rc == RC_OK && a->refused.len > 0)
        play_differ(p, &E_scenario_act_accepted, a->refused_at, a->refused);
    else if (rc != RC_OK && a->refused.len == 0)
        play_differ(p, &E_scenario_act_refused, a->place, what, zh, en, str_dup(p->a, str_c(e.hint_zh)));
    else if (rc != RC_OK && !str_eq(what, a->refused))
        play_differ(p, &E_scenario_act_other, a->refused_at, a->refused, what, zh, en);
    return RC_OK;
}

/* ---- what the case is afterwards ---- */

static bool among(struct str name, const struct str *list, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (str_eq(list[i], name)) return true;
    return false;
}

static struct str joined(struct play *p, const struct str *list, uint32_t n)
{
    struct str out = STR("");
    for (uint32_t i = 0; i < n; i++) out = str_cat(p->a, out, i > 0 ? STR(" ") : STR(""), list[i]);
    return out.len == 0 ? STR("—") : out;
}

static enum rc expect_case(struct acting *k, struct err *err)
{
    struct play *p = k->p;
    const struct pack_scenario *s = p->s;
    struct case_view v;
    if (s->expect_case_count + s->expect_out_count == 0) return RC_OK;
    if (k->last == 0) {
        play_differ(p, &E_scenario_no_case, s->d.place, STR(""));
        return RC_OK;
    }
    TRY(case_look(p->records, k->last, s->today, p->a, &v, err));
    uint32_t at_asked = 0;
    for (uint32_t i = 0; i < s->expect_case_count; i++) {
        const struct pack_pair *x = &s->expect_case[i];
        p->result->compared++;
        bool at = str_eq(x->name, STR("at"));
        at_asked += at;
        if (str_eq(x->name, STR("state")) ? str_eq(x->text, v.state) : among(x->text, at ? v.at : v.irregular, at ? v.at_count : v.irregular_count)) continue;
        play_differ(p, &E_scenario_case, x->place, x->name, x->text, str_eq(x->name, STR("state")) ? v.state : joined(p, at ? v.at : v.irregular, at ? v.at_count : v.irregular_count));
    }
    if (at_asked > 0 && at_asked != v.at_count) play_differ(p, &E_scenario_case, s->d.place, STR("at"), str_u64(p->a, at_asked), joined(p, v.at, v.at_count));
    for (uint32_t i = 0; i < s->expect_out_count; i++) {
        const struct pack_pair *x = &s->expect_out[i];
        struct str found = STR("—");
        bool good = false;
        p->result->compared++;
        for (uint32_t l = 0; l < v.lines_count; l++) {
            if (!str_eq(v.lines[l].display, x->name)) continue;
            found = v.lines[l].left_by.len > 0 ? v.lines[l].left_by : v.lines[l].state;
            good = str_eq(x->text, found) || str_eq(x->text, v.lines[l].left_step);
        }
        if (!good) play_differ(p, &E_scenario_case, x->place, str_cat(p->a, STR("out "), x->name), x->text, found);
    }
    return RC_OK;
}

enum rc play_acts(struct play *p, struct err *err)
{
    struct acting k = {.p = p};
    const struct pack_scenario *s = p->s;
    for (uint32_t i = 0; i < s->acts_count; i++) {
        const struct pack_act *a = &s->acts[i];
        struct str *roles = arena_array(p->a, struct str, s->people_count + 1);
        uint32_t roles_count = 0;
        for (uint32_t n = 0; n < s->people_count; n++)
            if (str_eq(s->people[n].name, a->by)) roles[roles_count++] = s->people[n].text;
        k.a = a;
        k.door = (struct case_door){.records = p->records, .arena = p->a, .change = p->change, .actor = {.name = a->by, .roles = roles, .roles_count = roles_count}};
        k.door.change.today = a->day;
        k.entry = (struct case_entry){.happened = a->happened == INT64_MIN ? a->day : a->happened, .paper = a->paper, .second = a->second,
                                      .irregular = a->irregular, .reasons = pairs(p->a, a->reasons, a->reasons_count), .reasons_count = a->reasons_count};
        TRY(play_one(&k, err));
    }
    if (s->acts_count == 0) return RC_OK;
    TRY(play_slip_expect(p, k.slip, err));
    return expect_case(&k, err);
}
