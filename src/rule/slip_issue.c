/* slip_issue.c - slips are issued: on a finding, by hand, on all findings; and the next grade on what was not answered. */
#include "rule/slip_inner.h"

static enum rc create(struct slip_act *k, struct slip_row *r)
{
    struct sv *v = arena_array(k->a, struct sv, k->b.reg->stored_count + 1);
    for (uint32_t i = 0; i < k->b.reg->stored_count; i++) v[i] = (struct sv){SV_NULL, 1, {NULL, 0}};
    for (uint32_t i = 0; i < r->n; i++) v[r->fields[i]->column] = r->values[i];
    return record_create(k->rs, k->b.reg, &k->d->change, v, k->last, k->err);
}

struct issue { const struct pack_slip *kind; uint64_t finding, subject, earlier, of_case; struct str reg, role, matter, basis; };

static enum rc issue(struct slip_act *k, const struct issue *g)
{
    struct slip_row r = {.n = 0};
    int64_t due, effect;
    TRY(slip_time(k, g->kind, g->kind->due, &due));
    TRY(slip_time(k, g->kind, g->kind->expires, &effect));
    slip_put_text(k, &r, SF_KIND, g->kind->d.name);
    if (g->finding != 0) slip_put(k, &r, SF_FINDING, sv_int((int64_t)g->finding));
    slip_put_text(k, &r, SF_REG, g->reg);
    slip_put(k, &r, SF_SUBJECT, sv_int((int64_t)g->subject));
    slip_put_text(k, &r, SF_ROLE, g->role);
    slip_put_text(k, &r, SF_MATTER, g->matter);
    slip_put_text(k, &r, SF_BASIS, g->basis);
    slip_put(k, &r, SF_ISSUED, sv_int(k->today));
    if (k->d->actor.account != 0) slip_put(k, &r, SF_ACCOUNT, sv_int((int64_t)k->d->actor.account));
    slip_put_text(k, &r, SF_NAME, k->d->actor.name);
    if (due != ENTRY_NO_DAY) slip_put(k, &r, SF_DUE, sv_int(due));
    slip_put_text(k, &r, SF_STATE, STR("open"));
    if (g->earlier != 0) slip_put(k, &r, SF_EARLIER, sv_int((int64_t)g->earlier));
    if (g->of_case != 0) slip_put(k, &r, SF_CASE, sv_int((int64_t)g->of_case));
    /* The last day of what follows: a span of six months from 13 March ends on 12 September. */
    if (effect != ENTRY_NO_DAY) slip_put(k, &r, SF_EFFECT, sv_int(MAX(effect - 1, k->today)));
    return create(k, &r);
}

static enum rc role_check(struct slip_act *k, struct str *role)
{
    if (role->len == 0) return RC_OK;
    struct str *names = arena_array(k->a, struct str, 2 * (size_t)k->set->roles_count + 1);
    for (uint32_t i = 0; i < k->set->roles_count; i++) {
        const struct pack_role *r = k->set->roles[i];
        if (str_eq(r->d.name, *role) || str_eq(r->d.title.zh, *role)) {
            *role = r->d.name;
            return RC_OK;
        }
        names[2 * i] = r->d.name;
        names[2 * i + 1] = r->d.title.zh;
    }
    return err_set(k->err, &E_slip_no_role, NO_PLACE, *role, nearest_name(*role, 2 * (size_t)k->set->roles_count, names));
}

static enum rc from_finding(struct slip_act *k, uint64_t finding, struct issue *out)
{
    struct record f;
    struct err mine;
    err_clear(&mine);
    enum rc rc = record_get(k->rs, k->b.finding, finding, k->a, &f, &mine);
    if (rc != RC_OK && rc != RC_ABSENT) {
        if (k->err != NULL) *k->err = mine;
        return rc;
    }
    if (rc == RC_ABSENT || f.closed_us != 0) return err_set(k->err, &E_slip_no_finding, NO_PLACE, str_u64(k->a, finding));
    const struct pack_rule *rule = finding_rule(k->set, &k->b, &f);
    const struct pack_field *subject = pack_field_find(k->b.finding, STR("subject"));
    out->finding = finding;
    out->reg = finding_text(&k->b, &f, "subject_register");
    out->subject = subject == NULL ? 0 : (uint64_t)f.values[subject->column].i;
    if (out->kind == NULL && rule != NULL) out->kind = rule->slip;
    if (out->role.len == 0 && rule != NULL) out->role = rule->to;
    if (out->kind == NULL) return err_set(k->err, &E_slip_rule_none, NO_PLACE, finding_text(&k->b, &f, "rule"));
    return RC_OK;
}

static enum rc no_case(struct slip_act *k, const struct pack_slip *kind, struct str zh, struct str en) { return err_set(k->err, &E_slip_case, NO_PLACE, kind->d.title.zh, zh, en); }

static struct str case_text(const struct slip_act *k, const struct record *rec, const char *field)
{
    const struct pack_field *f = pack_field_find(k->b.of_case, str_c(field));
    return f != NULL && rec->values[f->column].kind == SV_TEXT ? rec->values[f->column].s : STR("");
}

/* What a slip of this kind has for consequence was decided in a case: that case is done, about this record, and no slip rests on it yet. */
static enum rc case_check(struct slip_act *k, const struct issue *g)
{
    const struct pack_procedure *p = g->kind->of_case;
    struct record rec;
    uint64_t *ids;
    size_t n;
    if (p == NULL) return g->of_case == 0 ? RC_OK : no_case(k, g->kind, STR("这种单不依案件"), STR("this kind rests on none"));
    if (g->of_case == 0 || k->b.of_case == NULL) return no_case(k, g->kind, str_cat(k->a, STR("写明是哪件“"), p->d.title.zh, STR("”")), str_cat(k->a, STR("say which case of "), p->d.name));
    const struct grant *who = k->d->actor.grant;
    if (who != NULL) TRY(record_see(k->rs, who, k->b.of_case, g->of_case, k->a, &rec, NULL, k->err)); /* one out of his sight is as one that is not there */
    else TRY(record_get(k->rs, k->b.of_case, g->of_case, k->a, &rec, k->err));
    const struct pack_field *subject = pack_field_find(k->b.of_case, STR("subject"));
    if (!str_eq(case_text(k, &rec, "procedure"), p->d.name)) return no_case(k, g->kind, str_cat(k->a, STR("那不是“"), p->d.title.zh, STR("”的案件")), str_cat(k->a, STR("that is no case of "), p->d.name));
    if (!str_eq(case_text(k, &rec, "state"), STR("done"))) return no_case(k, g->kind, STR("案件还没有办结"), STR("the case is not done"));
    if (subject == NULL || !str_eq(case_text(k, &rec, "subject_register"), g->reg) || rec.values[subject->column].i != (int64_t)g->subject)
        return no_case(k, g->kind, STR("案件说的不是这条记录"), STR("the case is about another record"));
    TRY(record_back(k->rs, k->b.reg, k->b.f[SF_CASE], g->of_case, k->a, &ids, &n, k->err));
    for (size_t i = 0; i < n; i++) {
        TRY(record_get(k->rs, k->b.reg, ids[i], k->a, &rec, k->err));
        if (!str_eq(slip_text(&k->b, &rec, SF_STATE), STR("withdrawn"))) return no_case(k, g->kind, str_cat(k->a, STR("这件案件已经发了单 #"), str_u64(k->a, ids[i])), str_cat(k->a, STR("the slip #"), str_u64(k->a, ids[i]), STR(" rests on it already")));
    }
    return RC_OK;
}

enum rc slip_open(struct slip_door *d, const struct slip_opening *g, struct changed *last, struct err *err)
{
    struct slip_act k;
    struct issue out = {.role = g->role, .matter = str_trim(g->matter), .basis = str_trim(g->basis), .of_case = g->of_case};
    uint64_t again = 0;
    TRY(slip_begin(&k, d, last, err));
    if (g->kind.len > 0) {
        out.kind = slip_kind_find(k.set, g->kind);
        if (out.kind == NULL) return slip_no_kind(&k, g->kind);
    }
    if (g->finding != 0) {
        TRY(from_finding(&k, g->finding, &out));
    } else {
        const struct pack_register *reg = pack_register_find(k.set, g->reg);
        struct record rec;
        if (out.kind == NULL) return slip_no_kind(&k, STR(""));
        if (reg == NULL) return err_set(err, &E_slip_core, NO_PLACE, g->reg);
        TRY(record_get(k.rs, reg, g->subject, k.a, &rec, err));
        out.reg = reg->d.name;
        out.subject = g->subject;
    }
    TRY(slip_subject_check(&k, out.reg, out.subject));
    TRY(slip_issuer_check(&k, out.kind, out.reg, out.subject, str_cat(k.a, STR("发“"), out.kind->d.title.zh, STR("”")), STR("issue it")));
    if (g->finding == 0 && out.matter.len == 0) return err_set0(err, &E_slip_matter, NO_PLACE);
    TRY(slip_short(&k, STR("事由"), out.matter, SLIP_TEXT_MAX));
    TRY(slip_short(&k, STR("依据"), out.basis, 1200));
    TRY(role_check(&k, &out.role));
    TRY(case_check(&k, &out));
    if (out.finding != 0) TRY(slip_waiting(&k, out.finding, &again));
    if (again != 0) return err_set(err, &E_slip_again, NO_PLACE, str_u64(k.a, again));
    return issue(&k, &out);
}

struct open_all { struct slip_act *k; const struct pack_rule *only; struct str only_name; VEC(uint64_t) ids; };

static enum rc open_gather(void *ctx, const struct record *rec, struct err *err)
{
    (void)err;
    struct open_all *w = ctx;
    struct slip_act *k = w->k;
    const struct pack_rule *rule = finding_rule(k->set, &k->b, rec);
    if (rule == NULL || rule->slip == NULL) return RC_OK;
    if (w->only_name.len > 0 && !str_eq(rule->d.name, w->only_name)) return RC_OK;
    vec_push(k->a, &w->ids, rec->id);
    return RC_OK;
}

enum rc slip_open_all(struct slip_door *d, struct str rule, uint64_t *opened, struct changed *last, struct err *err)
{
    struct slip_act k;
    *opened = 0;
    TRY(slip_begin(&k, d, last, err));
    struct open_all w = {.k = &k, .only_name = rule};
    TRY(record_each(k.rs, k.b.finding, RECORD_BY_ID, false, open_gather, &w, err));
    TRY(records_hold(k.rs, err));
    enum rc rc = RC_OK;
    for (size_t i = 0; i < w.ids.len && rc == RC_OK; i++) {
        struct issue out = {.role = STR("")};
        uint64_t again = 0;
        bool seen = false, may = false;
        rc = from_finding(&k, w.ids.at[i], &out);
        if (rc == RC_OK && out.kind->of_case != NULL) continue; /* that is issued by hand, on its case */
        if (rc == RC_OK) rc = slip_sees(&k, out.reg, out.subject, &seen);
        if (rc == RC_OK && seen) rc = slip_issues(&k, out.kind, out.reg, out.subject, &may);
        if (rc == RC_OK && may) rc = slip_waiting(&k, w.ids.at[i], &again);
        if (rc != RC_OK || !may || again != 0) continue;
        rc = issue(&k, &out);
        *opened += rc == RC_OK;
    }
    return records_settle(k.rs, rc, err);
}

/* ---- the next grade ---- */

static bool overdue(const struct slip_act *k)
{
    int64_t due = slip_int(&k->b, &k->rec, SF_DUE, ENTRY_NO_DAY);
    return str_eq(k->state, STR("open")) && due != ENTRY_NO_DAY && k->today > due;
}

enum rc slip_next_issue(struct slip_act *k)
{
    struct slip_row r = {.n = 0};
    struct issue next = {.kind = k->kind->next, .finding = (uint64_t)slip_int(&k->b, &k->rec, SF_FINDING, 0), .subject = (uint64_t)slip_int(&k->b, &k->rec, SF_SUBJECT, 0),
                         .earlier = k->id, .reg = slip_text(&k->b, &k->rec, SF_REG), .role = slip_text(&k->b, &k->rec, SF_ROLE),
                         .matter = slip_text(&k->b, &k->rec, SF_MATTER), .basis = slip_text(&k->b, &k->rec, SF_BASIS)};
    if (next.kind->of_case != NULL) return case_check(k, &next); /* refuses, and says why */
    slip_end_row(k, &r, STR("escalated"));
    TRY(slip_update(k, &r));
    return issue(k, &next);
}

struct overdue_all { struct slip_act *k; VEC(uint64_t) ids; };

static enum rc overdue_gather(void *ctx, const struct record *rec, struct err *err)
{
    (void)err;
    struct overdue_all *w = ctx;
    w->k->rec = *rec;
    w->k->state = slip_text(&w->k->b, rec, SF_STATE);
    const struct pack_slip *kind = slip_kind_find(w->k->set, slip_text(&w->k->b, rec, SF_KIND));
    if (kind != NULL && kind->next != NULL && kind->next->of_case == NULL && overdue(w->k) && slip_int(&w->k->b, rec, SF_DECLINED, ENTRY_NO_DAY) == ENTRY_NO_DAY) vec_push(w->k->a, &w->ids, rec->id);
    return RC_OK;
}

/* Is it overdue, with a next grade that the actor may issue? */
static enum rc next_check(struct slip_act *k)
{
    int64_t due = slip_int(&k->b, &k->rec, SF_DUE, ENTRY_NO_DAY);
    if (k->kind->next == NULL) return err_set(k->err, &E_slip_last_grade, NO_PLACE, k->kind->d.title.zh);
    TRY(slip_issuer_check(k, k->kind->next, slip_text(&k->b, &k->rec, SF_REG), (uint64_t)slip_int(&k->b, &k->rec, SF_SUBJECT, 0), str_cat(k->a, STR("改发“"), k->kind->next->d.title.zh, STR("”")), STR("issue the next grade")));
    return overdue(k) ? RC_OK : err_set(k->err, &E_slip_not_due, NO_PLACE, due == ENTRY_NO_DAY ? STR("—") : day_print(k->a, due));
}

enum rc slip_decline(struct slip_door *d, uint64_t id, struct str reason, struct changed *last, struct err *err)
{
    struct slip_act k;
    struct slip_row r = {.n = 0};
    TRY(slip_begin(&k, d, last, err));
    TRY(slip_load(&k, id));
    TRY(slip_state_check(&k, true, false, STR("决定升级不升级"), STR("decided on")));
    TRY(next_check(&k));
    if (slip_int(&k.b, &k.rec, SF_DECLINED, ENTRY_NO_DAY) != ENTRY_NO_DAY) return err_set(err, &E_slip_declined, NO_PLACE, day_print(k.a, slip_int(&k.b, &k.rec, SF_DECLINED, 0)));
    if (str_trim(reason).len == 0) return err_set(err, &E_slip_reason, NO_PLACE, STR("不升级"), STR("not issuing the next grade"));
    TRY(slip_short(&k, STR("理由"), reason, SLIP_TEXT_MAX));
    slip_put(&k, &r, SF_DECLINED, sv_int(k.today));
    slip_put_text(&k, &r, SF_DECLINED_WHY, str_trim(reason));
    if (d->actor.account != 0) slip_put(&k, &r, SF_DECLINED_BY, sv_int((int64_t)d->actor.account));
    return slip_update(&k, &r);
}

enum rc slip_escalate(struct slip_door *d, uint64_t id, uint64_t *made, struct changed *last, struct err *err)
{
    struct slip_act k;
    *made = 0;
    TRY(slip_begin(&k, d, last, err));
    struct overdue_all w = {.k = &k};
    if (id != 0) {
        TRY(slip_load(&k, id));
        TRY(slip_state_check(&k, true, false, STR("升级"), STR("escalated")));
        TRY(next_check(&k));
        vec_push(k.a, &w.ids, id);
    } else {
        TRY(record_each(k.rs, k.b.reg, RECORD_BY_ID, false, overdue_gather, &w, err));
    }
    TRY(records_hold(k.rs, err));
    enum rc rc = RC_OK;
    for (size_t i = 0; i < w.ids.len && rc == RC_OK; i++) {
        bool seen = false, may = false;
        rc = record_get(k.rs, k.b.reg, w.ids.at[i], k.a, &k.rec, err);
        k.id = w.ids.at[i];
        k.kind = slip_kind_find(k.set, slip_text(&k.b, &k.rec, SF_KIND));
        struct str reg = slip_text(&k.b, &k.rec, SF_REG);
        uint64_t subject = (uint64_t)slip_int(&k.b, &k.rec, SF_SUBJECT, 0);
        if (rc == RC_OK) rc = slip_sees(&k, reg, subject, &seen);
        if (rc == RC_OK && seen) rc = slip_issues(&k, k.kind->next, reg, subject, &may);
        if (rc != RC_OK || !may) continue;
        rc = slip_next_issue(&k);
        *made += rc == RC_OK;
    }
    return records_settle(k.rs, rc, err);
}
