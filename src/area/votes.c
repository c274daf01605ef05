/* votes.c - the verbs of ballots: who may, and then ballot/ does the rest.  A cast writes no entry, and nothing of it is kept but a used seat and a sealed envelope. */
#include "area/inner.h"

static void note_done(struct door *d, uint64_t id, const struct changed *done)
{
    d->receipt->id = id;
    d->receipt->version = done->version;
    d->receipt->leaf = done->leaf;
}

static struct ballot_door door_of(struct door *d)
{
    struct ballot_door b = {.records = d->area->records, .arena = &d->area->batch, .change = d->change};
    b.change.happened = ENTRY_NO_DAY;
    return b;
}

/* May the actor see to this ballot, or enter its papers?  who: his name, as a teller's; one person with one name. */
static enum rc may(struct door *d, const struct pack_ballot *b, uint64_t of_case, bool enter, struct str *who, struct err *err)
{
    struct grant *g;
    const char *zh = verb_title((uint16_t)d->command->verb, LANG_ZH), *en = verb_title((uint16_t)d->command->verb, LANG_EN);
    if (d->command->actor == 0) return RC_OK;
    TRY(who_grant_writer(d->area, d->command->actor, d->command->token, &g, err));
    bool yes = false;
    enum rc rc = b == NULL ? RC_OK : ballot_may(d->area->records, b, of_case, g, enter, &yes, err);
    if (who != NULL) *who = str_cat(&d->area->batch, grant_title(g), STR("（"), grant_name(g), STR("）"));
    grant_release(g);
    TRY(rc);
    return yes ? RC_OK : err_set(err, &E_access_denied, NO_PLACE, str_c(zh), str_c(en));
}

/* A ballot of a case is one that a step of it which is open declares. */
static enum rc case_asks(struct door *d, uint64_t of_case, const struct pack_ballot *b, struct err *err)
{
    struct case_view v;
    TRY(case_look(d->area->records, of_case, d->change.today, &d->area->batch, &v, err));
    for (uint32_t i = 0; i < v.at_count && v.procedure != NULL; i++) {
        const struct pack_step *s = pack_step_find(v.procedure, v.at[i]);
        if (s != NULL && s->ballot != NULL && str_eq(s->ballot->d.name, b->d.name)) return RC_OK;
    }
    return err_set(err, &E_area_ballot_case, NO_PLACE, str_u64(&d->area->batch, of_case), b->d.title.zh, text2_in(&b->d.title, LANG_EN));
}

static enum rc may_open(struct door *d, const struct ballot_opening *g, struct err *err)
{
    const struct pack_ballot *b = ballot_declared(records_set(d->area->records), g->declaration);
    uint64_t of_case = g->of_case;
    struct ballot_view v;
    if (g->earlier != 0) {
        TRY(ballot_look(d->area->records, g->earlier, &d->area->batch, &v, err));
        b = v.ballot;
        if (of_case == 0) of_case = v.of_case;
    }
    TRY(may(d, b, of_case, false, NULL, err));
    return of_case == 0 || b == NULL ? RC_OK : case_asks(d, of_case, b, err);
}

static enum rc may_touch(struct door *d, uint64_t id, bool enter, struct str *who, struct err *err)
{
    struct ballot_view v;
    TRY(ballot_look(d->area->records, id, &d->area->batch, &v, err));
    return may(d, v.ballot, v.of_case, enter, who, err);
}

enum rc verb_ballot_open(struct door *d, struct err *err)
{
    const struct args_ballot *g = d->command->args;
    struct ballot_door b = door_of(d);
    struct changed done = {0};
    uint64_t id = 0;
    TRY(may_open(d, &g->opening, err));
    TRY(ballot_open(&b, &g->opening, &id, &done, err));
    note_done(d, id, &done);
    return RC_OK;
}

enum rc verb_ballot_cast(struct door *d, struct err *err)
{
    const struct args_ballot *g = d->command->args;
    struct ballot_door b = door_of(d);
    struct hash voter = g->voter;
    MUST(d->command->key.len == 0); /* a key would keep a hash of the paper */
    if (d->command->token != 0) return err_set(err, &E_access_denied, NO_PLACE, STR("用接口令牌投票"), STR("voting by a token"));
    if (d->command->actor != 0) ballot_voter_account(d->command->actor, &voter);
    TRY(ballot_cast(&b, g->id, &voter, g->choices, g->choices_count, g->receipt, err));
    d->receipt->id = g->id;
    return RC_OK;
}

enum rc verb_ballot_close(struct door *d, struct err *err)
{
    const struct args_ballot *g = d->command->args;
    struct ballot_door b = door_of(d);
    struct changed done = {0};
    TRY(may_touch(d, g->id, false, NULL, err));
    TRY(ballot_close(&b, g->id, g->secret, &done, err));
    note_done(d, g->id, &done);
    return RC_OK;
}

enum rc verb_ballot_enter(struct door *d, struct err *err)
{
    const struct args_ballot *g = d->command->args;
    struct ballot_door b = door_of(d);
    struct changed done = {0};
    struct ballot_entered e = {.opening = g->opening, .entitled = g->entitled, .present = g->present, .first = g->first, .second = g->second};
    uint64_t id = 0;
    TRY(may_open(d, &g->opening, err));
    if (d->command->verb == VERB_BALLOT_PREPARE)
        TRY(ballot_prepare(&b, &g->opening, g->entitled, g->present, &id, &done, err));
    else
        TRY(ballot_enter(&b, &e, &id, &done, err));
    note_done(d, id, &done);
    return RC_OK;
}

enum rc verb_ballot_sheet(struct door *d, struct err *err)
{
    const struct args_ballot *g = d->command->args;
    struct ballot_door b = door_of(d);
    struct str teller = g->teller;
    TRY(may_touch(d, g->id, true, &teller, err));
    TRY(ballot_sheet_put(&b, g->id, teller, g->from, g->papers, g->papers_count, g->done, err));
    d->receipt->id = g->id;
    return RC_OK;
}

enum rc verb_ballot_match(struct door *d, struct err *err)
{
    const struct args_ballot *g = d->command->args;
    struct ballot_door b = door_of(d);
    struct changed done = {0};
    TRY(may_touch(d, g->id, false, NULL, err));
    TRY(ballot_match(&b, g->id, &done, err));
    note_done(d, g->id, &done);
    return RC_OK;
}

enum rc verb_ballot_recount(struct door *d, struct err *err)
{
    const struct args_ballot *g = d->command->args;
    struct ballot_door b = door_of(d);
    struct changed done = {0};
    bool same = false;
    TRY(may_touch(d, g->id, false, NULL, err));
    TRY(ballot_recount_note(&b, g->id, g->teller, &same, &done, err));
    if (g->same != NULL) *g->same = same;
    note_done(d, g->id, &done);
    return RC_OK;
}
