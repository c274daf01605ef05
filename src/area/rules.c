/*
 * rules.c - what must hold of accounts, roles held, delegations and tokens, whoever writes them: the operator too.
 * A wrong row here would give nothing (access/ doubts in favour of less), but nobody would know why.
 */
#include "area/inner.h"

struct filled {            /* a create or an update, with its fields found */
    struct door *d;
    const struct command *c;
    const struct pack_register *r;
    uint64_t id;           /* 0: a new one */
    const struct str *fields;
    const struct sv *given;
    uint32_t count;
    struct record old;     /* of an update */
};

/* What the field will be; empty where it is not said. */
static struct sv value(const struct filled *f, const char *field)
{
    const struct pack_field *p = pack_field_find(f->r, str_c(field));
    for (uint32_t i = f->count; p != NULL && i-- > 0;)
        if (pack_field_find(f->r, f->fields[i]) == p) return f->given[i];
    return f->id == 0 || p == NULL ? sv_null() : f->old.values[p->column];
}

static struct str text(const struct filled *f, const char *field)
{
    struct sv v = value(f, field);
    return v.kind == SV_TEXT ? v.s : STR("");
}
static uint64_t id_in(const struct filled *f, const char *field)
{
    struct sv v = value(f, field);
    return v.kind == SV_INT && v.i > 0 ? (uint64_t)v.i : 0;
}
static day_num day(const struct filled *f, const char *field, day_num absent)
{
    struct sv v = value(f, field);
    return v.kind == SV_INT ? v.i : absent;
}

static const struct pack_role *role_find(const struct pack_set *set, struct str name)
{
    for (uint32_t i = 0; i < set->roles_count; i++)
        if (str_eq(set->roles[i]->d.name, name)) return set->roles[i];
    return NULL;
}

/* An update may only touch these. */
static enum rc only(const struct filled *f, size_t n, const char *const *allowed, struct err *err)
{
    for (uint32_t i = 0; i < f->count; i++) {
        const struct pack_field *p = pack_field_find(f->r, f->fields[i]);
        bool ok = p == NULL; /* the verb itself tells of a field that is not there */
        for (size_t k = 0; k < n && !ok; k++) ok = str_eq(p->name, str_c(allowed[k]));
        if (!ok) return err_set(err, &E_access_engine_field, NO_PLACE, p->title.zh);
    }
    return RC_OK;
}

/* ---- roles that one person may not have at the same time ---- */

struct other {
    struct str role;
    day_num from, to;
};
struct others {
    struct other at[256];
    size_t len;
};

static enum rc others_of(struct door *d, uint64_t account, struct others *o, struct err *err)
{
    struct area *ar = d->area;
    struct who_regs regs;
    who_regs(records_set(ar->records), &regs);
    const struct pack_register *lists[] = {regs.holding, regs.delegation};
    static const char *const refs[] = {"account", "holder"};
    o->len = 0;
    for (size_t k = 0; k < 2; k++) {
        const struct pack_field *ref = lists[k] == NULL ? NULL : pack_field_find(lists[k], str_c(refs[k]));
        uint64_t *ids = NULL;
        size_t n = 0;
        if (ref == NULL) continue;
        TRY(record_back(ar->records, lists[k], ref, account, &ar->batch, &ids, &n, err));
        for (size_t i = 0; i < n && o->len < ARRAY_LEN(o->at); i++) {
            struct record rec;
            TRY(record_get(ar->records, lists[k], ids[i], &ar->batch, &rec, err));
            struct sv role = who_value(lists[k], &rec, "role"), from = who_value(lists[k], &rec, "since"), to = who_value(lists[k], &rec, "until");
            o->at[o->len++] = (struct other){role.s, from.kind == SV_INT ? from.i : 0, to.kind == SV_INT ? to.i : DAY_OPEN};
        }
    }
    return RC_OK;
}

static bool named(const struct pack_role *r, struct str name)
{
    for (uint32_t i = 0; r != NULL && i < r->not_with_count; i++)
        if (str_eq(r->not_with[i], name)) return true;
    return false;
}

static enum rc check_apart(const struct filled *f, uint64_t account, struct str role, struct err *err)
{
    const struct pack_set *set = records_set(f->d->area->records);
    struct others o;
    day_num from = day(f, "since", 0), to = day(f, "until", DAY_OPEN);
    TRY(others_of(f->d, account, &o, err));
    for (size_t i = 0; i < o.len; i++) {
        if (o.at[i].to < from || to < o.at[i].from || str_eq(o.at[i].role, role)) continue;
        bool office = office_of(role) != OFFICE_NONE || office_of(o.at[i].role) != OFFICE_NONE;
        if (office || named(role_find(set, role), o.at[i].role) || named(role_find(set, o.at[i].role), role))
            return err_set(err, &E_access_apart, NO_PLACE, role, o.at[i].role);
    }
    return RC_OK;
}

static enum rc check_role(const struct filled *f, struct str role, struct err *err)
{
    const struct pack_set *set = records_set(f->d->area->records);
    if (office_of(role) != OFFICE_NONE || role_find(set, role) != NULL) return RC_OK;
    struct str *names = arena_array(&f->d->area->batch, struct str, set->roles_count + 3);
    uint32_t n = 0;
    for (; n < set->roles_count; n++) names[n] = set->roles[n]->d.name;
    names[n++] = ROLE_SYSTEM;
    names[n++] = ROLE_SECURITY;
    names[n++] = ROLE_AUDIT;
    return err_set(err, &E_access_role_unknown, NO_PLACE, role, nearest_name(role, n, names));
}

/* ---- role_holding ---- */

static enum rc check_place(const struct filled *f, const struct pack_role *role, struct err *err)
{
    struct area *ar = f->d->area;
    struct str reg_name = text(f, "scope_register"), tree_name = text(f, "tree");
    uint64_t node = id_in(f, "node");
    bool said = reg_name.len > 0 || tree_name.len > 0 || node != 0, self = role != NULL && str_eq(role->scope, STR("self"));
    if (role == NULL || self || (str_eq(role->scope, STR("area")) && !said))
        return said ? err_set(err, &E_access_place, NO_PLACE, text(f, "role")) : RC_OK;
    const struct pack_register *reg = pack_register_find(records_set(ar->records), reg_name);
    bool tree = tree_name.len == 0 && str_eq(role->scope, STR("unit"));
    for (uint32_t i = 0; reg != NULL && i < reg->trees_count; i++) tree = tree || str_eq(reg->trees[i]->name, tree_name);
    if (reg == NULL || !tree || node == 0) return err_set(err, &E_access_place, NO_PLACE, role->d.name);
    struct record rec;
    return record_get(ar->records, reg, node, &ar->batch, &rec, err);
}

static enum rc rules_holding(const struct filled *f, uint64_t actor, struct err *err)
{
    static const char *const may[] = {"until"};
    if (f->id != 0) return only(f, 1, may, err);
    struct str role = text(f, "role");
    if (actor != 0 && actor == id_in(f, "account"))
        return err_set(err, &E_access_denied, NO_PLACE, STR("给自己角色"), STR("giving oneself a role"));
    TRY(check_role(f, role, err));
    TRY(check_place(f, role_find(records_set(f->d->area->records), role), err));
    return check_apart(f, id_in(f, "account"), role, err);
}

/* ---- delegation ---- */

/* The last day on which a role lent on `from` must be back; DAY_OPEN: the role does not say. */
static enum rc longest(struct door *d, const struct pack_role *role, day_num from, day_num *last, struct err *err)
{
    *last = DAY_OPEN;
    if (role->term == NULL) return RC_OK;
    struct fv v;
    struct feel_run run = {.arena = &d->area->batch, .today = from};
    TRY(feel_run(role->term, &run, &v, err));
    if (v.kind == FV_SPAN)
        *last = from + v.span.second / 86400;
    else if (v.kind != FV_MONTHS || !day_add_months(from, v.months, last))
        *last = from; /* a term that says nothing: it lasts no longer than today */
    return RC_OK;
}

static enum rc rules_delegation(const struct filled *f, uint64_t actor, struct err *err)
{
    static const char *const may[] = {"until"};
    if (f->id != 0) TRY(only(f, 1, may, err));
    struct str role = text(f, "role");
    uint64_t lender = id_in(f, "lender"), holder = id_in(f, "holder");
    const struct pack_role *r = role_find(records_set(f->d->area->records), role);
    if (f->id == 0 && actor != 0 && actor != lender) return err_set(err, &E_access_denied, NO_PLACE, STR("替他人委托"), STR("lending another's role"));
    if (lender == holder) return err_set(err, &E_access_lend, NO_PLACE, STR("委托人和受托人是同一人"), STR("lender and holder are one"));
    if (office_of(role) != OFFICE_NONE) return err_set(err, &E_access_lend, NO_PLACE, STR("三个管理员角色不能委托"), STR("an administrator's office is not lent"));
    TRY(check_role(f, role, err));
    struct who_regs regs;
    struct area *ar = f->d->area;
    day_num from = day(f, "since", 0), to = day(f, "until", DAY_OPEN), last = DAY_OPEN;
    who_regs(records_set(ar->records), &regs);
    const struct pack_field *ref = regs.holding == NULL ? NULL : pack_field_find(regs.holding, STR("account"));
    uint64_t *ids = NULL;
    size_t n = 0;
    bool holds = false;
    if (ref != NULL) TRY(record_back(ar->records, regs.holding, ref, lender, &ar->batch, &ids, &n, err));
    for (size_t i = 0; i < n && !holds; i++) {
        struct record rec;
        TRY(record_get(ar->records, regs.holding, ids[i], &ar->batch, &rec, err));
        struct sv until = who_value(regs.holding, &rec, "until");
        holds = str_eq(who_value(regs.holding, &rec, "role").s, role) && (until.kind != SV_INT || until.i >= from);
    }
    if (!holds) return err_set(err, &E_access_lend, NO_PLACE, STR("委托人自己没有这个角色"), STR("the lender does not hold the role"));
    TRY(longest(f->d, r, from, &last, err));
    if (to > last) return err_set(err, &E_access_lend, NO_PLACE, STR("超过了角色声明的最长委托期"), STR("longer than the role allows"));
    return f->id != 0 ? RC_OK : check_apart(f, holder, role, err);
}

/* ---- api_token, account ---- */

static enum rc rules_token(const struct filled *f, uint64_t actor, struct err *err)
{
    static const char *const may[] = {"until", "title"};
    if (f->id != 0) return only(f, 2, may, err);
    if (actor != 0 && actor != id_in(f, "account")) return err_set(err, &E_access_denied, NO_PLACE, STR("替他人做令牌"), STR("making another's token"));
    struct str hash = text(f, "hash"), verbs = text(f, "verbs");
    bool hex = hash.len == 64;
    for (size_t i = 0; hex && i < 64; i++) hex = (hash.ptr[i] >= '0' && hash.ptr[i] <= '9') || (hash.ptr[i] >= 'a' && hash.ptr[i] <= 'f');
    if (!hex) return err_set(err, &E_access_token_wrong, NO_PLACE, STR("散列"), STR("hash"));
    for (size_t from = 0, i = 0; i <= verbs.len; i++) {
        if (i < verbs.len && verbs.ptr[i] != ' ') continue;
        struct str w = str_sub(verbs, from, i);
        from = i + 1;
        if (!str_eq(w, STR("read")) && !str_eq(w, STR("write")) && !str_eq(w, STR("act")) && !str_eq(w, STR("print")))
            return err_set(err, &E_access_token_wrong, NO_PLACE, STR("动作（read、write、act、print，以空格分开）"), STR("list of verbs (read, write, act, print, by blanks)"));
    }
    if (day(f, "until", DAY_OPEN) - day(f, "since", 0) > 366) return err_set(err, &E_access_token_wrong, NO_PLACE, STR("期限（最长一年）"), STR("term (a year at most)"));
    return RC_OK;
}

static enum rc rules_account(const struct filled *f, struct err *err)
{
    struct area *ar = f->d->area;
    for (uint32_t i = 0; i < f->count; i++) {
        const struct pack_field *p = pack_field_find(f->r, f->fields[i]);
        if (p != NULL && str_eq(p->name, STR("credential"))) return err_set(err, &E_access_engine_field, NO_PLACE, p->title.zh);
    }
    struct str reg_name = text(f, "person_register");
    uint64_t person = id_in(f, "person");
    if (reg_name.len == 0 && person == 0) return RC_OK;
    const struct pack_register *reg = pack_register_find(records_set(ar->records), reg_name);
    struct record rec;
    if (reg == NULL || person == 0) return err_set(err, &E_area_no_register, NO_PLACE, reg_name, STR(""));
    return record_get(ar->records, reg, person, &ar->batch, &rec, err);
}

enum rc door_rules(struct door *d, const struct command *c, uint64_t actor, struct err *err)
{
    struct filled f = {.d = d, .c = c};
    struct str reg;
    const struct pack_set *set = records_set(d->area->records);
    if (c->verb == VERB_CREATE) {
        const struct args_create *g = c->args;
        reg = g->reg;
        f.fields = g->fields;
        f.given = g->values;
        f.count = g->count;
    } else if (c->verb == VERB_UPDATE) {
        const struct args_update *g = c->args;
        reg = g->reg;
        f.fields = g->fields;
        f.given = g->values;
        f.count = g->count;
        f.id = g->id;
    } else {
        return RC_OK;
    }
    f.r = pack_register_find(set, reg);
    if (f.r == NULL || !str_eq(set->packs[f.r->d.pack].name, STR("core"))) return RC_OK;
    if (f.id != 0) TRY(record_get(d->area->records, f.r, f.id, &d->area->batch, &f.old, err));
    if (str_eq(f.r->d.name, STR("role_holding"))) return rules_holding(&f, actor, err);
    if (str_eq(f.r->d.name, STR("delegation"))) return rules_delegation(&f, actor, err);
    if (str_eq(f.r->d.name, STR("api_token"))) return rules_token(&f, actor, err);
    return str_eq(f.r->d.name, STR("account")) ? rules_account(&f, err) : RC_OK;
}
