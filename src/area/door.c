/*
 * door.c - may this person do this here?  Asked in the writer, in the batch's own transaction, before the verb runs: command k sees what the
 * commands before it did.  A record that is not in the actor's reading scope answers as if it were not there, here too.
 */
#include "area/inner.h"

struct asking {
    struct door *d;
    const struct command *c;
    struct grant *g;
    struct access_world w;
    bool confirmed;
};

static struct str title(const struct pack_register *r) { return r->d.title.zh.len > 0 ? r->d.title.zh : r->d.name; }

static enum rc denied(const struct pack_register *r, struct err *err)
{
    struct str en = r->d.title.en.len > 0 ? r->d.title.en : r->d.name;
    return err_set(err, &E_access_denied, NO_PLACE, title(r), en);
}

static enum rc out_of_scope(const struct pack_register *r, struct err *err) { return err_set(err, &E_access_scope, NO_PLACE, title(r), r->d.name); }

static enum rc needs_two(const struct asking *q, struct err *err)
{
    if (q->confirmed) return RC_OK;
    return err_set(err, &E_access_two, NO_PLACE, str_c(verb_title((uint16_t)q->c->verb, LANG_ZH)), str_c(verb_title((uint16_t)q->c->verb, LANG_EN)));
}

static bool is_core(const struct asking *q, const struct pack_register *r, struct str name)
{
    const struct pack_set *set = records_set(q->d->area->records);
    return str_eq(r->d.name, name) && str_eq(set->packs[r->d.pack].name, STR("core"));
}

/* What is given must be in sight: nobody fills what he cannot see. */
static enum rc fields_in_sight(const struct pack_register *r, const struct sight *s, uint32_t n, const struct str *names, struct err *err)
{
    for (uint32_t i = 0; i < n; i++) {
        const struct pack_field *f = pack_field_find(r, names[i]);
        if (f != NULL && !sight_field(s, r, f)) return err_set(err, &E_access_field, NO_PLACE, f->title.zh);
    }
    return RC_OK;
}

/* A dismissal is judged by the record that its finding is about: who sees that one may put the finding aside, in his own name. */
static enum rc may_dismiss(const struct asking *q, const struct pack_register *r, const struct sv *values, struct sight *out, struct err *err)
{
    const struct pack_field *reg = pack_field_find(r, STR("subject_register")), *subject = pack_field_find(r, STR("subject")), *by = pack_field_find(r, STR("by"));
    *out = SIGHT_NONE;
    if (reg == NULL || subject == NULL || by == NULL || values[reg->column].kind != SV_TEXT || values[subject->column].kind != SV_INT) return RC_OK;
    if (values[by->column].kind == SV_INT && (uint64_t)values[by->column].i != grant_account(q->g)) return RC_OK;
    const struct pack_register *of = pack_register_find(records_set(q->d->area->records), values[reg->column].s);
    if (of == NULL || !grant_may(q->g, PACK_WRITE, r)) return RC_OK;
    TRY(scope_sight(grant_scope(q->g, PACK_READ, of), (uint64_t)values[subject->column].i, false, &q->w, out, err));
    if (out->classes == 0) *out = SIGHT_NONE; /* not of oneself */
    out->classes |= out->any ? 1u << PACK_OPEN | 1u << PACK_PERSONAL : 0;
    return RC_OK;
}

/* To say who an account is in the books, or by which card it comes in, is to say whose data it sees: two persons. */
static bool says_who(const struct asking *q, const struct pack_register *r, uint32_t n, const struct str *names)
{
    static const struct str fields[] = {STR_INIT("person_register"), STR_INIT("person"), STR_INIT("certificate"), STR_INIT("both")};
    for (uint32_t i = 0; i < n && is_core(q, r, STR("account")); i++) {
        const struct pack_field *f = pack_field_find(r, names[i]);
        for (size_t k = 0; f != NULL && k < ARRAY_LEN(fields); k++)
            if (str_eq(f->name, fields[k])) return true;
    }
    return false;
}

static enum rc ask_create(const struct asking *q, struct err *err)
{
    const struct args_create *g = q->c->args;
    const struct pack_register *r = pack_register_find(records_set(q->d->area->records), g->reg);
    if (r == NULL) return RC_OK; /* the verb says so */
    const struct scope *scope = grant_scope(q->g, PACK_WRITE, r);
    if (scope->terms_count == 0) return denied(r, err);
    struct sv *values = arena_array(&q->d->area->batch, struct sv, r->stored_count + 1);
    for (uint32_t i = 0; i < g->count; i++) {
        const struct pack_field *f = pack_field_find(r, g->fields[i]);
        if (f != NULL && f->column != UINT32_MAX) values[f->column] = g->values[i];
    }
    struct sight s;
    if (is_core(q, r, STR("dismissal")))
        TRY(may_dismiss(q, r, values, &s, err));
    else
        TRY(scope_sight_of(scope, 0, values, false, &q->w, &s, err));
    if (!s.any) return out_of_scope(r, err);
    TRY(fields_in_sight(r, &s, g->count, g->fields, err));
    bool role = is_core(q, r, STR("role_holding")); /* to give a role takes two, to take it one */
    return role || says_who(q, r, g->count, g->fields) || grant_two(q->g, PACK_WRITE, r) ? needs_two(q, err) : RC_OK;
}

/* The record as it is: unseen is absent, seen and not to be written is denied. */
static enum rc ask_old(const struct asking *q, const struct pack_register *r, uint64_t id, struct record *old, struct sight *out, struct err *err)
{
    if (grant_scope(q->g, PACK_WRITE, r)->terms_count == 0) return denied(r, err);
    struct record shown;
    TRY(record_see(q->d->area->records, q->g, r, id, &q->d->area->batch, &shown, NULL, err));
    TRY(record_get(q->d->area->records, r, id, &q->d->area->batch, old, err));
    TRY(scope_sight_of(grant_scope(q->g, PACK_WRITE, r), id, old->values, old->closed_us != 0, &q->w, out, err));
    return out->any ? RC_OK : out_of_scope(r, err);
}

static enum rc ask_update(const struct asking *q, struct err *err)
{
    const struct args_update *g = q->c->args;
    const struct pack_register *r = pack_register_find(records_set(q->d->area->records), g->reg);
    if (r == NULL) return RC_OK;
    struct record old;
    struct sight s;
    TRY(ask_old(q, r, g->id, &old, &s, err));
    TRY(fields_in_sight(r, &s, g->count, g->fields, err));
    struct sv *values = arena_array(&q->d->area->batch, struct sv, r->stored_count + 1);
    for (uint32_t i = 0; i < r->stored_count; i++) values[i] = old.values[i];
    for (uint32_t i = 0; i < g->count; i++) {
        const struct pack_field *f = pack_field_find(r, g->fields[i]);
        if (f != NULL && f->column != UINT32_MAX) values[f->column] = g->values[i];
    }
    TRY(scope_sight_of(grant_scope(q->g, PACK_WRITE, r), g->id, values, false, &q->w, &s, err));
    if (!s.any) return out_of_scope(r, err); /* nothing is pushed to where one may not follow */
    return says_who(q, r, g->count, g->fields) || grant_two(q->g, PACK_WRITE, r) ? needs_two(q, err) : RC_OK;
}

static enum rc ask_one(const struct asking *q, struct str reg, uint64_t id, bool two, uint32_t n, const struct str *fields, struct err *err)
{
    const struct pack_register *r = pack_register_find(records_set(q->d->area->records), reg);
    if (r == NULL) return RC_OK;
    struct record old;
    struct sight s;
    TRY(ask_old(q, r, id, &old, &s, err));
    TRY(fields_in_sight(r, &s, n, fields, err));
    return two || grant_two(q->g, PACK_WRITE, r) ? needs_two(q, err) : RC_OK;
}

/* Many rows: at once where everything is in scope; else each is looked at when it has been written (door_after). */
static enum rc ask_import(const struct asking *q, struct err *err)
{
    const struct args_import *g = q->c->args;
    const struct pack_register *r = g->plan->reg;
    const struct pack_set *set = records_set(q->d->area->records);
    if (r->idx >= set->registers_count || set->registers[r->idx] != r) return RC_OK; /* area.packs_moved */
    const struct scope *s = grant_scope(q->g, PACK_WRITE, r);
    if (s->terms_count == 0 || str_eq(set->packs[r->d.pack].name, STR("core"))) return denied(r, err);
    unsigned classes = 0;
    for (uint32_t i = 0; i < s->terms_count; i++) classes |= s->terms[i].classes;
    for (uint32_t i = 0; i < g->plan->given_count; i++)
        if ((classes & (1u << g->plan->given[i]->class)) == 0) return err_set(err, &E_access_field, NO_PLACE, g->plan->given[i]->title.zh);
    return grant_two(q->g, PACK_WRITE, r) ? needs_two(q, err) : RC_OK;
}

/* Many changes as one: each is asked for; a create whose place is only known when it stands is looked at then (door_after). */
static enum rc ask_batch(const struct asking *q, struct err *err)
{
    const struct args_batch *g = q->c->args;
    const struct pack_set *set = records_set(q->d->area->records);
    bool two = false;
    for (size_t i = 0; i < g->count; i++) {
        const struct batch_item *it = &g->items[i];
        const struct pack_register *r = it->reg;
        if (r->idx >= set->registers_count || set->registers[r->idx] != r) return RC_OK; /* area.packs_moved */
        const struct scope *scope = grant_scope(q->g, PACK_WRITE, r);
        if (scope->terms_count == 0 || str_eq(set->packs[r->d.pack].name, STR("core"))) return denied(r, err);
        unsigned classes = 0;
        for (uint32_t t = 0; t < scope->terms_count; t++) classes |= scope->terms[t].classes;
        for (uint32_t k = 0; k < it->count; k++)
            if ((classes & (1u << it->fields[k]->class)) == 0) return err_set(err, &E_access_field, NO_PLACE, it->fields[k]->title.zh);
        if (it->kind != BATCH_CREATE) {
            struct record old;
            struct sight s;
            struct str *names = arena_array(&q->d->area->batch, struct str, it->count + 1u);
            for (uint32_t k = 0; k < it->count; k++) names[k] = it->fields[k]->name;
            TRY(ask_old(q, r, it->id, &old, &s, err));
            TRY(fields_in_sight(r, &s, it->count, names, err));
        }
        two = two || grant_two(q->g, PACK_WRITE, r);
    }
    return two ? needs_two(q, err) : RC_OK;
}

static enum rc right_or_denied(const struct asking *q, enum access_right right, bool two, struct err *err)
{
    if (!grant_right(q->g, right))
        return err_set(err, &E_access_denied, NO_PLACE, str_c(verb_title((uint16_t)q->c->verb, LANG_ZH)), str_c(verb_title((uint16_t)q->c->verb, LANG_EN)));
    return two ? needs_two(q, err) : RC_OK;
}

static enum rc ask(const struct asking *q, struct err *err);

enum { EXPORT_TWO_ROWS = 50 };

static enum rc ask_export(const struct asking *q, struct err *err)
{
    const struct args_export *g = q->c->args;
    const struct pack_register *r = pack_register_find(records_set(q->d->area->records), g->reg);
    if (r == NULL) return RC_OK;
    /* A paper of a case is of who acts at its step: the act that enters the draft asks that. */
    if (!grant_may(q->g, case_owns(r) ? PACK_READ : PACK_PRINT, r)) return denied(r, err);
    return grant_two(q->g, PACK_PRINT, r) || (g->rows >= EXPORT_TWO_ROWS && g->personal) ? needs_two(q, err) : RC_OK;
}

/* Who proposes must be able to do it, but for the second person. */
static enum rc ask_propose(const struct asking *q, struct err *err)
{
    const struct args_propose *g = q->c->args;
    struct asking act = *q;
    act.c = g->act;
    act.confirmed = true;
    TRY(ask(&act, err));
    return door_rules(q->d, g->act, grant_account(q->g), err);
}

/* Who confirms is another, and could do it himself; what is the administrators' own may be confirmed by the other of the two. */
static enum rc ask_confirm(const struct asking *q, struct err *err)
{
    const struct args_confirm *g = q->c->args;
    struct pending p = {0};
    TRY(pending_read(q->d->area, g->id, g->act, q->d->change.today, &p, err));
    if (p.proposed_by == grant_account(q->g)) return err_set(err, &E_access_two, NO_PLACE, STR("自己不能确认自己提请的事"), STR("nobody confirms what he proposed"));
    if (!grant_right(q->g, RIGHT_CONFIRM)) return err_set(err, &E_access_denied, NO_PLACE, STR("确认"), STR("confirming"));
    struct str of = p.act.verb == VERB_CREATE   ? ((const struct args_create *)p.act.args)->reg
                    : p.act.verb == VERB_UPDATE ? ((const struct args_update *)p.act.args)->reg
                                                : STR("");
    bool role = str_eq(of, STR("role_holding")) || str_eq(of, STR("account"));
    bool office = grant_office(q->g) == OFFICE_SYSTEM || grant_office(q->g) == OFFICE_SECURITY;
    struct asking act = *q;
    act.c = &p.act;
    act.confirmed = true;
    if (!office || !(role || p.act.verb == VERB_INSTALL)) TRY(ask(&act, err));
    if (p.proposed_by == 0) return RC_OK;
    /* He who proposed it must still be able to. */
    enum rc rc = who_grant_writer(q->d->area, p.proposed_by, 0, &act.g, err);
    if (rc == RC_OK) rc = ask(&act, err);
    if (rc == RC_OK) rc = door_rules(q->d, &p.act, p.proposed_by, err);
    grant_release(act.g == q->g ? NULL : act.g);
    return rc;
}

static enum rc ask(const struct asking *q, struct err *err)
{
    switch (q->c->verb) {
    case VERB_CREATE: return ask_create(q, err);
    case VERB_UPDATE: return ask_update(q, err);
    case VERB_CLOSE: {
        const struct args_close *g = q->c->args;
        return ask_one(q, g->reg, g->id, false, 0, NULL, err);
    }
    case VERB_ERASE: {
        const struct args_erase *g = q->c->args;
        return ask_one(q, g->reg, g->id, true, g->count, g->fields, err);
    }
    case VERB_IMPORT: return ask_import(q, err);
    case VERB_BATCH: return ask_batch(q, err);
    case VERB_EXPORT: return ask_export(q, err);
    case VERB_PROPOSE: return ask_propose(q, err);
    case VERB_CONFIRM: return ask_confirm(q, err);
    case VERB_INSTALL: return right_or_denied(q, RIGHT_PACKS, true, err);
    case VERB_PASSWORD: {
        const struct args_password *g = q->c->args;
        return g->credential->account == grant_account(q->g) ? RC_OK : right_or_denied(q, RIGHT_ACCOUNTS, false, err);
    }
    case VERB_CASE_OPEN:
    case VERB_CASE_ACT:
    case VERB_CASE_PUBLISH:
    case VERB_CASE_OBJECT:
    case VERB_CASE_ANSWER:
    case VERB_CASE_RETURN:
    case VERB_CASE_ADOPT:
    case VERB_CASE_AGAIN:
    case VERB_CASE_REFER:
    case VERB_CASE_LIABLE:
    case VERB_CASE_PAPER:
    case VERB_CASE_REPLY:
    case VERB_CASE_DOWN: return RC_OK; /* each step names its roles, and procedure/ asks them */
    case VERB_SLIP_OPEN:
    case VERB_SLIP_REPLY:
    case VERB_SLIP_ACCEPT:
    case VERB_SLIP_BACK:
    case VERB_SLIP_ESCALATE:
    case VERB_SLIP_DECLINE:
    case VERB_SLIP_WITHDRAW: return RC_OK; /* each kind names its roles, and rule/ asks them, and whether the record is in sight */
    case VERB_BALLOT_CAST: return RC_OK; /* a seat on the roll is what it takes */
    case VERB_BALLOT_OPEN:
    case VERB_BALLOT_CLOSE:
    case VERB_BALLOT_ENTER:
    case VERB_BALLOT_PREPARE:
    case VERB_BALLOT_SHEET:
    case VERB_BALLOT_MATCH:
    case VERB_BALLOT_RECOUNT: return RC_OK; /* each declaration names its roles, and votes.c asks them */
    case VERB_SESSION:
    case VERB_READS:
    case VERB_JUDGE:
    case VERB_EPOCH:
    case VERB_SWEEP:
    case VERB_END:
    default:
        /* The system's own, and verbs that nobody has thought of here. */
        return err_set(err, &E_access_denied, NO_PLACE, str_c(verb_title((uint16_t)q->c->verb, LANG_ZH)), str_c(verb_title((uint16_t)q->c->verb, LANG_EN)));
    }
}

enum rc door_check(struct door *d, const struct command *c, uint64_t actor, bool confirmed, struct err *err)
{
    if (actor != 0) {
        struct asking q = {.d = d, .c = c, .w = record_world(d->area->records), .confirmed = confirmed};
        enum rc rc = who_grant_writer(d->area, actor, d->command->token, &q.g, err);
        if (rc == RC_ABSENT) rc = err_set0(err, &E_access_closed, NO_PLACE);
        if (rc == RC_OK) rc = ask(&q, err);
        if (rc == RC_OK) rc = files_may_name(d->area, q.g, c, err);
        grant_release(q.g);
        TRY(rc);
    }
    return door_rules(d, c, actor, err);
}

/* ---- after an import of who sees only a part ---- */

static enum rc row_in_scope(struct asking *q, const struct pack_register *r, const struct entry *e, struct err *err)
{
    struct sight s;
    struct record rec;
    struct records *rs = q->d->area->records;
    const struct scope *scope = grant_scope(q->g, PACK_WRITE, r);
    TRY(record_get(rs, r, e->record, &q->d->area->batch, &rec, err));
    TRY(scope_sight_of(scope, e->record, rec.values, rec.closed_us != 0, &q->w, &s, err));
    if (!s.any) return out_of_scope(r, err);
    for (uint32_t c = 0; c < CLASS_COUNT; c++)
        if (e->body[c].ptr != NULL && ((s.classes | s.self_classes) & (1u << c)) == 0) return out_of_scope(r, err);
    if (e->kind != ENTRY_UPDATE) return RC_OK;
    TRY(record_get_as_of(rs, r, e->record, e->seq - 1, &q->d->area->batch, &rec, err));
    TRY(scope_sight_of(scope, e->record, rec.values, false, &q->w, &s, err));
    return s.any ? RC_OK : out_of_scope(r, err);
}

struct made { uint64_t id; size_t row; };

static int by_id(const void *x, const void *y)
{
    const struct made *a = x, *b = y;
    return a->id < b->id ? -1 : a->id > b->id;
}

/* A dry import tells which rows are outside the scope, instead of ending at the first. */
static const struct made *made_of(struct area *ar, const struct args_import *g, size_t *n)
{
    struct made *m = arena_array(&ar->batch, struct made, g->plan->rows_count + 1);
    *n = 0;
    for (size_t i = 0; i < g->plan->rows_count; i++)
        if (g->result->ids[i] != 0) m[(*n)++] = (struct made){g->result->ids[i], i};
    if (*n > 1) qsort(m, *n, sizeof *m, by_id);
    return m;
}

static bool tell_outside(const struct args_import *g, const struct made *made, size_t n, const struct entry *e, struct err *why)
{
    struct made key = {.id = e->record};
    const struct made *m = n == 0 ? NULL : bsearch(&key, made, n, sizeof *made, by_id);
    if (m == NULL) return false;
    if (g->result->ids[m->row] == 0) return true; /* told already */
    g->result->ids[m->row] = 0;
    g->result->refused++;
    if (e->kind == ENTRY_CREATE) g->result->created--;
    else g->result->updated--;
    import_refuse(g->plan, m->row, g->arena, why);
    return true;
}

enum rc door_after(struct door *d, uint64_t before, struct err *err)
{
    struct area *ar = d->area;
    bool batch = d->command->verb == VERB_BATCH;
    if ((d->command->verb != VERB_IMPORT && !batch) || d->command->actor == 0) return RC_OK;
    const struct pack_register *one = batch ? NULL : ((const struct args_import *)d->command->args)->plan->reg;
    struct asking q = {.d = d, .c = d->command, .w = record_world(ar->records)};
    TRY(who_grant_writer(ar, d->command->actor, d->command->token, &q.g, err));
    struct journal_walk *w = NULL;
    const struct entry *e = NULL;
    enum rc rc = RC_OK;
    const struct args_import *import = batch ? NULL : d->command->args;
    const struct made *made = NULL;
    size_t made_n = 0;
    if (import != NULL && import->dry && import->result->ids != NULL) made = made_of(ar, import, &made_n);
    if (batch || !grant_scope(q.g, PACK_WRITE, one)->uniform) {
        rc = journal_walk(ar->journal, before + 1, &w, err);
        while (rc == RC_OK && (rc = journal_next(w, &e, NULL, err)) == RC_OK && e != NULL) {
            struct arena_mark m = arena_mark(&ar->batch);
            const struct pack_register *r = batch ? record_register(ar->records, e->reg) : one;
            if (e->kind <= ENTRY_CLOSE && r != NULL) rc = row_in_scope(&q, r, e, err);
            if (rc == RC_DENIED && made != NULL && tell_outside(import, made, made_n, e, err)) rc = RC_OK;
            arena_reset(&ar->batch, m);
        }
        journal_walk_close(&w);
    }
    if (made != NULL) import_refused(import->plan);
    grant_release(q.g);
    return rc;
}

/* ---- refusals ---- */

enum { REFUSALS_AN_HOUR = 20 };
#define HOUR_US (INT64_C(3600) * 1000000)

/* Each of the first twenty of an actor's hour; then at 40, 80, 160 …, with the count. */
static bool worth_noting(struct refusals *r, uint64_t actor, int64_t hour, uint32_t *count)
{
    struct refusal_count *to = &r->at[0];
    for (size_t i = 0; i < ARRAY_LEN(r->at); i++) {
        if (r->at[i].count > 0 && r->at[i].actor == actor) {
            to = &r->at[i];
            break;
        }
        if (r->at[i].hour < to->hour) to = &r->at[i];
    }
    if (to->actor != actor || to->hour != hour) *to = (struct refusal_count){actor, hour, 0};
    *count = ++to->count;
    if (*count <= REFUSALS_AN_HOUR) return true;
    uint32_t n = REFUSALS_AN_HOUR;
    while (n < *count) n *= 2;
    return n == *count;
}

static void target_of(const struct command *c, struct str *reg, uint64_t *id)
{
    *reg = STR("");
    *id = 0;
    if (c->verb == VERB_CREATE) *reg = ((const struct args_create *)c->args)->reg;
    if (c->verb == VERB_UPDATE) {
        *reg = ((const struct args_update *)c->args)->reg;
        *id = ((const struct args_update *)c->args)->id;
    } else if (c->verb == VERB_CLOSE) {
        *reg = ((const struct args_close *)c->args)->reg;
        *id = ((const struct args_close *)c->args)->id;
    } else if (c->verb == VERB_ERASE) {
        *reg = ((const struct args_erase *)c->args)->reg;
        *id = ((const struct args_erase *)c->args)->id;
    } else if (c->verb >= VERB_CASE_PAPER && c->verb < VERB_BALLOT_OPEN) {
        const struct args_case *g = c->args;
        *reg = STR("case");
        *id = c->verb == VERB_CASE_ACT ? g->close.id : c->verb == VERB_CASE_PAPER ? g->paper.id : g->id;
    } else if (c->verb == VERB_IMPORT) {
        *reg = ((const struct args_import *)c->args)->plan->reg->d.name;
    }
}

enum rc refusal_note(struct area *ar, const struct command *c, const char *code, struct str what, bool *noted, struct err *err)
{
    *noted = false;
    int64_t now = clock_now_us();
    uint32_t count = 0;
    /* Of casting nothing is kept, not even that it was tried, and when. */
    if (c->verb == VERB_SESSION || c->verb == VERB_BALLOT_CAST || !worth_noting(&ar->refusals, c->actor, now / HOUR_US, &count)) return RC_OK;
    struct str name;
    uint64_t id = 0;
    target_of(c, &name, &id);
    const struct pack_register *r = name.len == 0 ? NULL : pack_register_find(records_set(ar->records), name);
    struct buf b;
    struct json_out j;
    buf_init(&b, 4096);
    json_out_init(&j, &b);
    json_object(&j);
    json_key(&j, STR("code"));
    json_string(&j, str_c(code));
    if (count > REFUSALS_AN_HOUR) {
        json_key(&j, STR("count"));
        json_i64(&j, count);
    }
    if (id != 0 && id <= (UINT64_C(1) << 53) - 1) {
        json_key(&j, STR("record"));
        json_i64(&j, (int64_t)id);
    }
    if (what.len > 0) {
        json_key(&j, STR("what"));
        json_string(&j, what);
    }
    json_end_object(&j);
    struct entry e = {.command = journal_last_command(ar->journal) + 1,
                      .time_us = MAX(now, journal_last_time(ar->journal) + 1),
                      .happened = ENTRY_NO_DAY,
                      .actor = c->actor,
                      .verb = (uint16_t)c->verb,
                      .kind = ENTRY_REFUSED,
                      .reg = r == NULL ? 0 : record_number(ar->records, r)};
    e.body[CLASS_OPEN] = buf_view(&b);
    enum rc rc = journal_append(ar->journal, &e, NULL, err);
    buf_fini(&b);
    *noted = rc == RC_OK;
    return rc;
}
