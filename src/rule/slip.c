/* slip.c - a slip that is there: answered, accepted or sent back, withdrawn; and who may.  What each kind asks is declared; here is only its life. */
#include "rule/slip_inner.h"

enum rc slip_begin(struct slip_act *k, struct slip_door *d, struct changed *last, struct err *err)
{
    *k = (struct slip_act){.d = d, .rs = d->records, .set = records_set(d->records), .a = d->arena, .today = d->change.today, .last = last, .err = err};
    return slip_book(k->set, &k->b, err);
}

/* ---- who ---- */

struct str slip_role_title(const struct slip_act *k, struct str role)
{
    for (uint32_t i = 0; i < k->set->roles_count; i++)
        if (str_eq(k->set->roles[i]->d.name, role)) return k->set->roles[i]->d.title.zh;
    return role;
}

/* Has he one of these roles, held over the record's place?  Without a grant (scenarios) the name is enough. */
enum rc slip_acts(struct slip_act *k, const struct str *roles, size_t n, struct str reg_name, uint64_t id, bool *yes)
{
    const struct slip_actor *who = &k->d->actor;
    const struct pack_register *reg = pack_register_find(k->set, reg_name);
    *yes = who->operator_;
    if (who->operator_ || n == 0) return RC_OK;
    if (who->grant != NULL) {
        struct access_world w = record_world(k->rs);
        enum access_acts acts = ACTS_NOT;
        if (reg != NULL) TRY(grant_acts(who->grant, roles, n, reg, id, &w, &acts, k->err));
        *yes = acts == ACTS_YES;
        return RC_OK;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t x = 0; x < who->roles_count; x++) *yes = *yes || str_eq(roles[i], who->roles[x]);
    return RC_OK;
}

static bool is_person(const struct slip_act *k, struct str reg, uint64_t subject)
{
    const struct pack_register *mine = NULL;
    if (k->d->actor.grant == NULL) return false;
    uint64_t person = grant_person(k->d->actor.grant, &mine);
    return mine != NULL && person == subject && str_eq(mine->d.name, reg);
}

static enum rc not_his(struct slip_act *k, struct str what_zh, struct str what_en, struct str roles)
{
    struct str who = k->d->actor.name.len > 0 ? k->d->actor.name : STR("—");
    return err_set(k->err, &E_slip_role, NO_PLACE, who, what_zh, roles.len > 0 ? roles : STR("收单的本人"), what_en);
}

/* Who may issue it, or see to it afterwards: the roles that it names. */
enum rc slip_issues(struct slip_act *k, const struct pack_slip *kind, struct str reg, uint64_t id, bool *yes)
{
    if (kind->issue_count > 0) return slip_acts(k, kind->issue, kind->issue_count, reg, id, yes);
    return slip_acts(k, &kind->accept, kind->accept.len > 0, reg, id, yes);
}

enum rc slip_issuer_check(struct slip_act *k, const struct pack_slip *kind, struct str reg, uint64_t id, struct str zh, struct str en)
{
    struct str roles = STR("");
    bool yes;
    TRY(slip_issues(k, kind, reg, id, &yes));
    if (yes) return RC_OK;
    for (uint32_t i = 0; i < kind->issue_count; i++) roles = str_cat(k->a, roles, i > 0 ? STR("、") : STR(""), slip_role_title(k, kind->issue[i]));
    return not_his(k, zh, en, roles.len > 0 ? roles : kind->accept.len > 0 ? slip_role_title(k, kind->accept) : STR("操作员"));
}

/* A record that the actor does not see is as if it were not there; *seen instead of the error where the caller only passes it over. */
enum rc slip_sees(struct slip_act *k, struct str reg_name, uint64_t id, bool *seen)
{
    const struct pack_register *reg = pack_register_find(k->set, reg_name);
    const struct grant *g = k->d->actor.grant;
    *seen = true;
    if (g == NULL || k->d->actor.operator_) return RC_OK;
    *seen = false;
    if (reg == NULL) return RC_OK;
    struct access_world w = record_world(k->rs);
    struct sight s;
    TRY(scope_sight(grant_scope(g, PACK_READ, reg), id, false, &w, &s, k->err));
    *seen = s.any;
    return RC_OK;
}

enum rc slip_subject_check(struct slip_act *k, struct str reg, uint64_t id)
{
    bool seen;
    TRY(slip_sees(k, reg, id, &seen));
    if (seen) return RC_OK;
    struct record rec;
    return record_get(k->rs, k->b.reg, 0, k->a, &rec, k->err); /* as absent as any other */
}

/* ---- rows ---- */

void slip_put(struct slip_act *k, struct slip_row *r, enum slip_field f, struct sv v)
{
    r->fields[r->n] = k->b.f[f];
    r->values[r->n++] = v;
}
void slip_put_text(struct slip_act *k, struct slip_row *r, enum slip_field f, struct str s) { slip_put(k, r, f, s.len == 0 ? sv_null() : sv_text(s)); }

enum rc slip_update(struct slip_act *k, struct slip_row *r) { return record_update(k->rs, k->b.reg, k->id, 0, &k->d->change, r->n, r->fields, r->values, k->last, k->err); }

enum rc slip_short(struct slip_act *k, struct str what, struct str text, size_t max)
{
    return text.len <= max ? RC_OK : err_set(k->err, &E_slip_long, NO_PLACE, what, str_u64(k->a, max));
}

enum rc slip_no_kind(struct slip_act *k, struct str name)
{
    size_t n = k->set->slips_count;
    struct str *names = arena_array(k->a, struct str, 2 * n + 1);
    for (size_t i = 0; i < n; i++) {
        names[2 * i] = k->set->slips[i]->d.name;
        names[2 * i + 1] = k->set->slips[i]->d.title.zh;
    }
    return err_set(k->err, &E_slip_no_kind, NO_PLACE, name, nearest_name(name, 2 * n, names));
}

enum rc slip_time(struct slip_act *k, const struct pack_slip *kind, const struct feel_program *p, int64_t *out)
{
    *out = ENTRY_NO_DAY;
    if (p == NULL) return RC_OK;
    const struct feel_host *host;
    void *ctx;
    struct fv v;
    bool known;
    record_host(k->rs, k->a, &host, &ctx);
    struct feel_run run = {.arena = k->a, .host = host, .host_ctx = ctx, .today = k->today, .zone = k->set->zone, .steps_left = SLIP_STEPS};
    TRY(feel_run(p, &run, &v, k->err));
    TRY(pack_due(k->set, p, &v, k->today, &known, out, k->err));
    return known ? RC_OK : err_set(k->err, &E_slip_due, NO_PLACE, kind->d.title.zh);
}

/* *id 0: the finding has no slip that still waits. */
enum rc slip_waiting(struct slip_act *k, uint64_t finding, uint64_t *id)
{
    uint64_t *ids;
    size_t n;
    *id = 0;
    TRY(record_back(k->rs, k->b.reg, k->b.f[SF_FINDING], finding, k->a, &ids, &n, k->err));
    for (size_t i = 0; i < n; i++) {
        struct record rec;
        TRY(record_get(k->rs, k->b.reg, ids[i], k->a, &rec, k->err));
        struct str state = slip_text(&k->b, &rec, SF_STATE);
        if (str_eq(state, STR("open")) || str_eq(state, STR("replied"))) *id = ids[i];
    }
    return RC_OK;
}

/* ---- one that is there ---- */

static struct str state_zh(struct str state) { return slip_state_text(state, LANG_ZH); }

enum rc slip_load(struct slip_act *k, uint64_t id)
{
    TRY(record_get(k->rs, k->b.reg, id, k->a, &k->rec, k->err));
    k->id = id;
    k->state = slip_text(&k->b, &k->rec, SF_STATE);
    struct str name = slip_text(&k->b, &k->rec, SF_KIND);
    k->kind = slip_kind_find(k->set, name);
    if (k->kind == NULL) return slip_no_kind(k, name);
    return slip_subject_check(k, slip_text(&k->b, &k->rec, SF_REG), (uint64_t)slip_int(&k->b, &k->rec, SF_SUBJECT, 0));
}

enum rc slip_state_check(struct slip_act *k, bool open, bool replied, struct str zh, struct str en)
{
    if ((open && str_eq(k->state, STR("open"))) || (replied && str_eq(k->state, STR("replied")))) return RC_OK;
    return err_set(k->err, &E_slip_state, NO_PLACE, state_zh(k->state), zh, k->state, en);
}

/* ---- the answer ---- */

static const struct pack_field *field_of(const struct pack_slip *kind, struct str name)
{
    for (uint32_t i = 0; i < kind->fields_count; i++)
        if (str_eq(kind->fields[i].name, name) || str_eq(kind->fields[i].title.zh, name)) return &kind->fields[i];
    return NULL;
}

static int by_name(const void *x, const void *y) { return str_cmp((*(const struct pack_field *const *)x)->name, (*(const struct pack_field *const *)y)->name); }

/* Restricted fields apart from the others; keys in order. */
static enum rc answer_json(struct slip_act *k, const struct sv *values, bool secret, struct str *out)
{
    const struct pack_field **sorted = arena_array(k->a, const struct pack_field *, k->kind->fields_count + 1);
    uint32_t n = 0;
    for (uint32_t i = 0; i < k->kind->fields_count; i++)
        if ((k->kind->fields[i].class >= PACK_RESTRICTED) == secret && values[i].kind != SV_NULL) sorted[n++] = &k->kind->fields[i];
    *out = STR("");
    if (n == 0) return RC_OK;
    qsort(sorted, n, sizeof(*sorted), by_name);
    struct buf b;
    struct json_out j;
    buf_init(&b, SLIP_ANSWER_MAX);
    json_out_init(&j, &b);
    json_object(&j);
    for (uint32_t i = 0; i < n; i++) {
        json_key(&j, sorted[i]->name);
        record_value_json(sorted[i], &values[sorted[i]->idx], &j);
    }
    json_end_object(&j);
    bool failed = buf_failed(&b);
    if (!failed) *out = str_dup(k->a, buf_view(&b));
    buf_fini(&b);
    return failed ? err_set(k->err, &E_slip_long, NO_PLACE, STR("回复"), str_u64(k->a, SLIP_ANSWER_MAX)) : RC_OK;
}

/* A file is kept here, or named by its number or place, as in the steps of cases; whether he may name one that is kept, the door asks (area/fileask.c). */
static enum rc value_take(struct slip_act *k, const struct pack_field *f, struct str text, struct sv *out)
{
    struct err e;
    err_clear(&e);
    if (f->type == FIELD_FILE) {
        *out = str_trim(text).len == 0 ? sv_null() : sv_text(str_trim(text));
        return slip_short(k, f->title.zh, text, 600);
    }
    enum rc rc = record_value_parse(k->rs, f, text, k->a, out, &e);
    if (rc == RC_OK) return RC_OK;
    if (rc == RC_INPUT || rc == RC_ABSENT || rc == RC_CONFLICT || rc == RC_LIMIT)
        return err_set(k->err, &E_slip_value, NO_PLACE, f->title.zh, str_dup(k->a, str_c(e.zh)), str_dup(k->a, str_c(e.en)));
    if (k->err != NULL) *k->err = e;
    return rc;
}

static enum rc answer_take(struct slip_act *k, const struct slip_value *given, uint32_t n, struct sv *values)
{
    for (uint32_t i = 0; i < n; i++) {
        const struct pack_field *f = field_of(k->kind, given[i].name);
        if (f == NULL) {
            struct str *names = arena_array(k->a, struct str, 2 * (size_t)k->kind->fields_count + 1);
            for (uint32_t x = 0; x < k->kind->fields_count; x++) {
                names[2 * x] = k->kind->fields[x].name;
                names[2 * x + 1] = k->kind->fields[x].title.zh;
            }
            return err_set(k->err, &E_slip_no_field, NO_PLACE, k->kind->d.title.zh, given[i].name, nearest_name(given[i].name, 2 * (size_t)k->kind->fields_count, names));
        }
        TRY(value_take(k, f, given[i].text, &values[f->idx]));
    }
    for (uint32_t i = 0; i < k->kind->fields_count; i++)
        if (k->kind->fields[i].required && values[i].kind == SV_NULL) return err_set(k->err, &E_slip_required, NO_PLACE, k->kind->fields[i].title.zh);
    return RC_OK;
}

/* The role that answers for the record, or the person that the record is. */
static enum rc is_his(struct slip_act *k, bool *yes)
{
    struct str role = slip_text(&k->b, &k->rec, SF_ROLE), reg = slip_text(&k->b, &k->rec, SF_REG);
    uint64_t subject = (uint64_t)slip_int(&k->b, &k->rec, SF_SUBJECT, 0);
    TRY(slip_acts(k, &role, role.len > 0, reg, subject, yes));
    *yes = *yes || is_person(k, reg, subject);
    return RC_OK;
}

enum rc slip_reply(struct slip_door *d, uint64_t id, const struct slip_value *given, uint32_t n, struct changed *last, struct err *err)
{
    struct slip_act k;
    struct slip_row r = {.n = 0};
    struct str text, secret;
    TRY(slip_begin(&k, d, last, err));
    TRY(slip_load(&k, id));
    struct str role = slip_text(&k.b, &k.rec, SF_ROLE);
    bool his;
    TRY(is_his(&k, &his));
    if (!his) return not_his(&k, STR("回复这张单"), STR("answer it"), role.len > 0 ? slip_role_title(&k, role) : STR(""));
    TRY(slip_state_check(&k, true, false, STR("回复"), STR("answered")));
    struct sv *values = arena_array(k.a, struct sv, k.kind->fields_count + 1);
    TRY(answer_take(&k, given, n, values));
    TRY(answer_json(&k, values, false, &text));
    TRY(answer_json(&k, values, true, &secret));
    slip_put_text(&k, &r, SF_STATE, STR("replied"));
    slip_put_text(&k, &r, SF_REPLY, text);
    slip_put_text(&k, &r, SF_SECRET, secret);
    slip_put(&k, &r, SF_REPLIED, sv_int(k.today));
    slip_put(&k, &r, SF_REPLIED_BY, d->actor.account != 0 ? sv_int((int64_t)d->actor.account) : sv_null());
    return slip_update(&k, &r);
}

/* ---- how it ends ---- */

/* Put aside by a person, with a reason, for the very values that the finding rests on. */
struct aside { struct slip_act *k; const struct record *f; bool found; };

static enum rc aside_one(void *ctx, const struct record *rec, struct err *err)
{
    (void)err;
    static const char *const same[] = {"rule", "subject_register", "reads"};
    struct aside *w = ctx;
    const struct pack_register *of = w->k->b.dismissal;
    bool good = true;
    for (size_t i = 0; i < ARRAY_LEN(same) && good; i++) {
        const struct pack_field *f = pack_field_find(of, str_c(same[i]));
        good = f != NULL && rec->values[f->column].kind == SV_TEXT && str_eq(rec->values[f->column].s, finding_text(&w->k->b, w->f, same[i]));
    }
    const struct pack_field *x = pack_field_find(of, STR("subject")), *y = pack_field_find(w->k->b.finding, STR("subject"));
    const struct pack_field *p = pack_field_find(of, STR("second")), *q = pack_field_find(w->k->b.finding, STR("second"));
    if (p != NULL && q != NULL) good = good && rec->values[p->column].i == w->f->values[q->column].i;
    w->found = w->found || (good && x != NULL && y != NULL && rec->values[x->column].i == w->f->values[y->column].i);
    return RC_OK;
}

static enum rc matter_over(struct slip_act *k)
{
    uint64_t finding = (uint64_t)slip_int(&k->b, &k->rec, SF_FINDING, 0);
    struct record f;
    if (finding == 0) return RC_OK;
    TRY(record_get(k->rs, k->b.finding, finding, k->a, &f, k->err));
    if (f.closed_us != 0) return RC_OK;
    struct aside w = {.k = k, .f = &f};
    if (k->b.dismissal != NULL) TRY(record_each(k->rs, k->b.dismissal, RECORD_BY_ID, false, aside_one, &w, k->err));
    return w.found ? RC_OK : err_set(k->err, &E_slip_matter_open, NO_PLACE, str_u64(k->a, finding));
}

static enum rc accepts(struct slip_act *k, struct str zh, struct str en)
{
    bool yes;
    TRY(slip_acts(k, &k->kind->accept, k->kind->accept.len > 0, slip_text(&k->b, &k->rec, SF_REG), (uint64_t)slip_int(&k->b, &k->rec, SF_SUBJECT, 0), &yes));
    if (yes) return RC_OK;
    return not_his(k, zh, en, k->kind->accept.len > 0 ? slip_role_title(k, k->kind->accept) : STR("操作员"));
}

void slip_end_row(struct slip_act *k, struct slip_row *r, struct str state)
{
    slip_put_text(k, r, SF_STATE, state);
    slip_put(k, r, SF_CLOSED, sv_int(k->today));
}

enum rc slip_accept(struct slip_door *d, uint64_t id, struct str note, struct changed *last, struct err *err)
{
    struct slip_act k;
    struct slip_row r = {.n = 0};
    TRY(slip_begin(&k, d, last, err));
    TRY(slip_load(&k, id));
    TRY(accepts(&k, STR("认可回复"), STR("accept the answer")));
    TRY(slip_state_check(&k, false, true, STR("认可"), STR("accepted")));
    TRY(slip_short(&k, STR("意见"), note, SLIP_TEXT_MAX));
    TRY(matter_over(&k));
    slip_end_row(&k, &r, STR("done"));
    slip_put(&k, &r, SF_ACCEPTED, sv_int(k.today));
    if (d->actor.account != 0) slip_put(&k, &r, SF_CLOSED_BY, sv_int((int64_t)d->actor.account));
    if (str_trim(note).len > 0) slip_put_text(&k, &r, SF_REASON, str_trim(note));
    return slip_update(&k, &r);
}

enum rc slip_send_back(struct slip_door *d, uint64_t id, struct str reason, struct changed *last, struct err *err)
{
    struct slip_act k;
    struct slip_row r = {.n = 0};
    int64_t due;
    TRY(slip_begin(&k, d, last, err));
    TRY(slip_load(&k, id));
    TRY(accepts(&k, STR("退回回复"), STR("send the answer back")));
    TRY(slip_state_check(&k, false, true, STR("退回"), STR("sent back")));
    if (str_trim(reason).len == 0) return err_set(err, &E_slip_reason, NO_PLACE, STR("退回"), STR("sending it back"));
    TRY(slip_short(&k, STR("理由"), reason, SLIP_TEXT_MAX));
    TRY(slip_time(&k, k.kind, k.kind->due, &due));
    slip_put_text(&k, &r, SF_STATE, STR("open"));
    slip_put(&k, &r, SF_BACK, sv_int(slip_int(&k.b, &k.rec, SF_BACK, 0) + 1));
    slip_put_text(&k, &r, SF_REASON, str_trim(reason));
    if (due != ENTRY_NO_DAY) slip_put(&k, &r, SF_DUE, sv_int(due));
    slip_put(&k, &r, SF_PROPOSED, sv_null());
    slip_put(&k, &r, SF_DECLINED, sv_null());
    slip_put(&k, &r, SF_DECLINED_WHY, sv_null());
    slip_put(&k, &r, SF_DECLINED_BY, sv_null());
    return slip_update(&k, &r);
}

enum rc slip_withdraw(struct slip_door *d, uint64_t id, struct str reason, struct changed *last, struct err *err)
{
    struct slip_act k;
    struct slip_row r = {.n = 0};
    TRY(slip_begin(&k, d, last, err));
    TRY(slip_load(&k, id));
    TRY(slip_issuer_check(&k, k.kind, slip_text(&k.b, &k.rec, SF_REG), (uint64_t)slip_int(&k.b, &k.rec, SF_SUBJECT, 0), STR("撤回这张单"), STR("withdraw it")));
    TRY(slip_state_check(&k, true, true, STR("撤回"), STR("withdrawn")));
    if (str_trim(reason).len == 0) return err_set(err, &E_slip_reason, NO_PLACE, STR("撤回"), STR("withdrawing it"));
    TRY(slip_short(&k, STR("理由"), reason, SLIP_TEXT_MAX));
    slip_end_row(&k, &r, STR("withdrawn"));
    slip_put_text(&k, &r, SF_REASON, str_trim(reason));
    return slip_update(&k, &r);
}

enum rc slip_may(struct slip_door *d, uint64_t id, unsigned *may, struct err *err)
{
    struct slip_act k;
    bool yes;
    *may = 0;
    TRY(slip_begin(&k, d, NULL, err));
    TRY(slip_load(&k, id));
    struct str reg = slip_text(&k.b, &k.rec, SF_REG);
    uint64_t subject = (uint64_t)slip_int(&k.b, &k.rec, SF_SUBJECT, 0);
    bool open = str_eq(k.state, STR("open")), replied = str_eq(k.state, STR("replied"));
    if (!open && !replied) return RC_OK;
    TRY(slip_issues(&k, k.kind, reg, subject, &yes));
    if (yes) *may |= SLIP_MAY_WITHDRAW;
    if (replied) {
        TRY(slip_acts(&k, &k.kind->accept, k.kind->accept.len > 0, reg, subject, &yes));
        if (yes) *may |= SLIP_MAY_ACCEPT;
        return RC_OK;
    }
    TRY(is_his(&k, &yes));
    if (yes) *may |= SLIP_MAY_REPLY;
    int64_t due = slip_int(&k.b, &k.rec, SF_DUE, ENTRY_NO_DAY);
    if (k.kind->next == NULL || due == ENTRY_NO_DAY || k.today <= due) return RC_OK;
    TRY(slip_issues(&k, k.kind->next, reg, subject, &yes));
    if (yes) *may |= SLIP_MAY_ESCALATE;
    if (yes && slip_int(&k.b, &k.rec, SF_DECLINED, ENTRY_NO_DAY) == ENTRY_NO_DAY) *may |= SLIP_MAY_DECLINE;
    return RC_OK;
}

enum rc slip_finding_gone(struct records *rs, const struct change *c, uint64_t finding, struct arena *a, struct err *err)
{
    struct slip_door d = {.records = rs, .arena = a, .change = *c, .actor = {.operator_ = true}};
    struct changed last;
    struct slip_act k;
    uint64_t id;
    if (pack_register_find(records_set(rs), STR("slip")) == NULL) return RC_OK; /* packs of one's own may do without */
    TRY(slip_begin(&k, &d, &last, err));
    TRY(slip_waiting(&k, finding, &id));
    if (id == 0) return RC_OK;
    struct slip_row r = {.n = 0};
    k.id = id;
    slip_end_row(&k, &r, STR("gone"));
    return slip_update(&k, &r);
}
