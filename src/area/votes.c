/* votes.c - the verbs of ballots.  A cast writes no entry, and nothing of it is kept but a used seat and a sealed envelope. */
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

enum rc verb_ballot_open(struct door *d, struct err *err)
{
    const struct args_ballot *g = d->command->args;
    struct ballot_door b = door_of(d);
    struct changed done = {0};
    uint64_t id = 0;
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
    if (d->command->actor != 0) ballot_voter_account(d->command->actor, &voter);
    TRY(ballot_cast(&b, g->id, &voter, g->choices, g->choices_count, err));
    d->receipt->id = g->id;
    return RC_OK;
}

enum rc verb_ballot_close(struct door *d, struct err *err)
{
    const struct args_ballot *g = d->command->args;
    struct ballot_door b = door_of(d);
    struct changed done = {0};
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
    TRY(ballot_enter(&b, &e, &id, &done, err));
    note_done(d, id, &done);
    return RC_OK;
}
