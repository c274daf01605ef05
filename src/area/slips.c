/* slips.c - the verbs of slips: who acts, by his grant, and then rule/ does the rest. */
#include "area/inner.h"

static enum rc run(struct door *d, struct slip_door *door, const struct args_slip *g, uint64_t *count, struct changed *done, struct err *err)
{
    *count = 1;
    switch ((int)d->command->verb) {
    case VERB_SLIP_OPEN: return g->all ? slip_open_all(door, g->text, count, done, err) : slip_open(door, &g->opening, done, err);
    case VERB_SLIP_REPLY: return slip_reply(door, g->id, g->values, g->values_count, done, err);
    case VERB_SLIP_ACCEPT: return slip_accept(door, g->id, g->text, done, err);
    case VERB_SLIP_BACK: return slip_send_back(door, g->id, g->text, done, err);
    case VERB_SLIP_ESCALATE: return slip_escalate(door, g->id, count, done, err);
    case VERB_SLIP_DECLINE: return slip_decline(door, g->id, g->text, done, err);
    case VERB_SLIP_WITHDRAW: return slip_withdraw(door, g->id, g->text, done, err);
    default: break;
    }
    MUST(false);
    return RC_SYSTEM;
}

enum rc verb_slip(struct door *d, struct err *err)
{
    const struct args_slip *g = d->command->args;
    struct arena *a = &d->area->batch;
    struct slip_door door = {.records = d->area->records, .arena = a, .change = d->change, .actor = {.account = d->command->actor}};
    struct changed done = {0};
    if (d->area->o.today != 0) door.change.today = d->area->o.today;
    struct grant *grant = NULL;
    uint64_t count = 0;
    if (d->command->actor == 0) {
        door.actor.operator_ = true;
        door.actor.name = STR("操作员");
    } else {
        TRY(who_grant_writer(d->area, d->command->actor, d->command->token, &grant, err));
        door.actor.name = str_dup(a, grant_title(grant));
        door.actor.grant = grant;
    }
    enum rc rc = run(d, &door, g, &count, &done, err);
    grant_release(grant);
    TRY(rc);
    if (g->count != NULL) *g->count = count;
    d->receipt->id = done.id;
    d->receipt->version = done.version;
    d->receipt->leaf = done.leaf;
    return RC_OK;
}

static void one(struct buf *b, struct str s)
{
    buf_u64(b, s.len);
    buf_char(b, ':');
    buf_str(b, s);
}

void slip_args_text(const struct args_slip *g, struct buf *b)
{
    one(b, g->opening.kind);
    buf_u64(b, g->opening.finding);
    one(b, g->opening.reg);
    buf_u64(b, g->opening.subject);
    one(b, g->opening.role);
    one(b, g->opening.matter);
    one(b, g->opening.basis);
    buf_u64(b, g->opening.of_case);
    buf_char(b, g->all ? '1' : '0');
    buf_u64(b, g->id);
    buf_char(b, ';');
    for (uint32_t i = 0; i < g->values_count; i++) {
        one(b, g->values[i].name);
        one(b, g->values[i].text);
    }
    one(b, g->text);
}
