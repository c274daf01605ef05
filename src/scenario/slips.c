/* slips.c - what people do with slips in a scenario: issued by hand on a record, or on the case at hand; then answered, accepted, sent back, or passed over by the day. */
#include "scenario/scenario_inner.h"

static enum rc issue(struct play *p, struct slip_door *d, const struct pack_act *a, uint64_t the_case, uint64_t *last, struct err *err)
{
    struct changed done;
    struct slip_opening g = {.kind = a->slip == NULL ? STR("") : a->slip->d.name, .matter = a->text, .role = a->to, .of_case = a->on_case ? the_case : 0};
    if (a->on_reg == NULL) return RC_OK;
    g.reg = a->on_reg->d.name;
    TRY(record_resolve(p->records, a->on_reg, a->on, &g.subject, err));
    TRY(slip_open(d, &g, &done, err));
    *last = done.id;
    return RC_OK;
}

enum rc play_slip(struct play *p, struct slip_door *d, const struct pack_act *a, uint64_t the_case, uint64_t *last, struct err *err)
{
    struct changed done;
    struct slip_day day;
    uint64_t made;
    switch ((int)a->kind) {
    case ACT_SLIP: return issue(p, d, a, the_case, last, err);
    case ACT_RESPOND: {
        struct slip_value *v = arena_array(p->a, struct slip_value, a->set_count + 1);
        for (uint32_t i = 0; i < a->set_count; i++) v[i] = (struct slip_value){a->set[i].name, a->set[i].text};
        return slip_reply(d, *last, v, a->set_count, &done, err);
    }
    case ACT_ACCEPT: return slip_accept(d, *last, a->text, &done, err);
    case ACT_SEND_BACK: return slip_send_back(d, *last, a->text, &done, err);
    case ACT_WITHDRAW: return slip_withdraw(d, *last, a->text, &done, err);
    case ACT_ESCALATE:
        TRY(slip_escalate(d, *last, &made, &done, err));
        *last = done.id;
        return RC_OK;
    case ACT_DAILY: {
        struct slip_view v;
        TRY(slip_daily(p->records, &d->change, p->a, &day, err));
        if (*last == 0) return RC_OK;
        TRY(slip_look(p->records, *last, d->change.today, p->a, &v, err));
        if (v.next != 0) *last = v.next;
        return RC_OK;
    }
    default: break;
    }
    return RC_OK;
}

static struct str day_or(struct play *p, day_num day) { return day == ENTRY_NO_DAY ? STR("—") : day_print(p->a, day); }

enum rc play_slip_expect(struct play *p, uint64_t last, struct err *err)
{
    const struct pack_scenario *s = p->s;
    struct slip_view v;
    if (s->expect_slip_count == 0) return RC_OK;
    if (last == 0) {
        play_differ(p, &E_scenario_no_slip, s->d.place, STR(""));
        return RC_OK;
    }
    TRY(slip_look(p->records, last, s->today, p->a, &v, err));
    for (uint32_t i = 0; i < s->expect_slip_count; i++) {
        const struct pack_pair *x = &s->expect_slip[i];
        struct str found = str_eq(x->name, STR("state")) ? v.state : str_eq(x->name, STR("kind")) ? v.kind_name : str_eq(x->name, STR("due")) ? day_or(p, v.due)
                           : str_eq(x->name, STR("effect")) ? day_or(p, v.effect) : str_eq(x->name, STR("proposed")) ? day_or(p, v.proposed) : STR("?");
        p->result->compared++;
        if (!str_eq(found, x->text.len == 0 ? STR("—") : x->text)) play_differ(p, &E_scenario_slip, x->place, x->name, x->text, found);
    }
    return RC_OK;
}
