/*
 * grant.c - from plain data to a grant.  What cannot be right gives nothing, and says so: an unknown role, a holding out of time, roles
 * that exclude each other.  A doubt is never settled in favour of seeing more.
 */
#include <stdlib.h>

#include "access/inner.h"

static struct grant *grant_new(const struct pack_set *set)
{
    struct grant *g = calloc(1, sizeof *g);
    if (g == NULL) return NULL;
    g->magic = GRANT_MAGIC;
    atomic_init(&g->refs, 1);
    arena_init(&g->arena, GRANT_ARENA_MAX);
    g->set = set;
    return g;
}

struct grant *grant_hold(const struct grant *g)
{
    MAGIC_CHECK(g, GRANT_MAGIC);
    struct grant *mine = (struct grant *)(uintptr_t)g;
    atomic_fetch_add(&mine->refs, 1);
    return mine;
}

void grant_release(struct grant *g)
{
    if (g == NULL) return;
    MAGIC_CHECK(g, GRANT_MAGIC);
    if (atomic_fetch_sub(&g->refs, 1) != 1) return;
    arena_fini(&g->arena);
    g->magic = 0;
    free(g);
}

struct grant *grant_operator(const struct pack_set *set)
{
    struct grant *g = grant_new(set);
    MUST(g != NULL);
    g->is_operator = true;
    g->name = STR("operator");
    g->title = STR("命令行操作者");
    scopes_make(g);
    return g;
}

/* ---- holdings ---- */

static void idle(struct grant *g, struct str role, struct str zh, struct str en)
{
    vec_push(&g->arena, &g->idle, (struct access_idle){str_dup(&g->arena, role), zh, en});
}

static const struct pack_role *role_find(const struct pack_set *set, struct str name)
{
    for (uint32_t i = 0; i < set->roles_count; i++)
        if (str_eq(set->roles[i]->d.name, name)) return set->roles[i];
    return NULL;
}

static bool in_time(const struct access_facts *f, const struct access_holding *h)
{
    bool own = h->from <= f->today && f->today <= h->to;
    return own && (h->lender == 0 || (h->lent_from <= f->today && f->today <= h->lent_to));
}

static bool list_has(const struct pack_role *r, struct str name)
{
    for (uint32_t i = 0; i < r->not_with_count; i++)
        if (str_eq(r->not_with[i], name)) return true;
    return false;
}

static bool exclude_each_other(const struct pack_role *a, const struct pack_role *b)
{
    return list_has(a, b->d.name) || list_has(b, a->d.name);
}

/* The office, or OFFICE_NONE; *spoiled: an office stands beside another or beside a role, and none of them counts. */
static enum access_office office_held(const struct access_facts *f, bool *spoiled)
{
    enum access_office o = OFFICE_NONE;
    bool roles = false;
    *spoiled = false;
    for (uint32_t i = 0; i < f->holdings_count; i++) {
        const struct access_holding *h = &f->holdings[i];
        if (!in_time(f, h)) continue;
        enum access_office mine = office_of(h->role);
        if (mine == OFFICE_NONE) {
            roles = true;
        } else {
            *spoiled = *spoiled || h->lender != 0 || (o != OFFICE_NONE && o != mine);
            o = mine;
        }
    }
    *spoiled = *spoiled || (o != OFFICE_NONE && roles);
    return *spoiled ? OFFICE_NONE : o;
}

static const struct pack_field *tree_find(const struct pack_register *r, struct str name)
{
    for (uint32_t i = 0; r != NULL && i < r->trees_count; i++)
        if (str_eq(r->trees[i]->name, name) || str_eq(r->trees[i]->title.zh, name)) return r->trees[i];
    return NULL;
}

/* The place that a holding is for.  An area role without one is held everywhere; all others need one that is there. */
static enum rc place_held(struct grant *g, struct held *h, const struct access_world *w, bool *ok, struct err *err)
{
    const struct access_holding *of = h->of;
    struct str kind = h->role->scope;
    *ok = true;
    if (str_eq(kind, STR("self"))) {
        h->self = true;
        h->reg = g->person_reg;
        *ok = g->person_reg != NULL;
        if (!*ok) idle(g, of->role, STR("账号没有对应的人员记录"), STR("the account is nobody in the books"));
        h->ids = &g->person;
        h->ids_count = 1;
        return RC_OK;
    }
    if (str_eq(kind, STR("area")) && of->node == 0 && of->reg.len == 0) {
        h->everywhere = true;
        return RC_OK;
    }
    h->reg = of->reg.len == 0 ? NULL : pack_register_find(g->set, of->reg);
    h->tree = of->tree.len == 0 ? NULL : tree_find(h->reg, of->tree);
    *ok = h->reg != NULL && of->node != 0 && (of->tree.len == 0 || h->tree != NULL);
    if (!*ok) {
        idle(g, of->role, STR("没有写明所辖的单位，或没有这棵树"), STR("the place is not said, or there is no such tree"));
        return RC_OK;
    }
    if (h->tree != NULL && !str_eq(kind, STR("unit"))) {
        MUST(w != NULL && w->below != NULL);
        uint64_t *ids = NULL;
        TRY(w->below(w->ctx, h->tree, of->node, of->levels, &g->arena, &ids, &h->ids_count, err));
        h->ids = ids;
        return RC_OK;
    }
    uint64_t *one = arena_new(&g->arena, uint64_t);
    *one = of->node;
    h->ids = one;
    h->ids_count = 1;
    return RC_OK;
}

static enum rc holdings_take(struct grant *g, const struct access_facts *f, const struct access_world *w, struct err *err)
{
    bool spoiled = false;
    g->office = office_held(f, &spoiled);
    for (uint32_t i = 0; i < f->holdings_count; i++) {
        struct access_holding *of = arena_new(&g->arena, struct access_holding);
        *of = f->holdings[i];
        of->role = str_dup(&g->arena, of->role);
        struct held h = {.of = of, .role = role_find(g->set, of->role)};
        if (!in_time(f, of)) {
            idle(g, of->role, STR("不在任期内"), STR("not in time"));
            continue;
        }
        if (office_of(of->role) != OFFICE_NONE || spoiled) {
            if (spoiled) idle(g, of->role, STR("三个管理员角色不能兼任，也不能兼其他角色"), STR("an administrator holds one office and nothing beside it"));
            continue;
        }
        if (h.role == NULL) {
            idle(g, of->role, STR("规矩集里没有这个角色"), STR("no pack declares this role"));
            continue;
        }
        bool apart = false;
        for (uint32_t k = 0; k < f->holdings_count && !apart; k++) {
            const struct pack_role *other = in_time(f, &f->holdings[k]) ? role_find(g->set, f->holdings[k].role) : NULL;
            apart = other != NULL && other != h.role && exclude_each_other(h.role, other);
        }
        if (apart) {
            idle(g, of->role, STR("与同时担任的另一角色互斥"), STR("excluded by another role of the same person"));
            continue;
        }
        bool ok = false;
        TRY(place_held(g, &h, w, &ok, err));
        if (ok) vec_push(&g->arena, &g->held, h);
    }
    for (size_t i = 0; i < g->held.len; i++) {
        bool seen = false;
        for (size_t k = 0; k < g->roles.len; k++) seen = seen || g->roles.at[k] == g->held.at[i].role;
        if (!seen) vec_push(&g->arena, &g->roles, g->held.at[i].role);
    }
    return RC_OK;
}

static void narrow_copy(struct grant *g, const struct access_narrow *n)
{
    if (n == NULL) return;
    struct access_narrow *mine = arena_new(&g->arena, struct access_narrow);
    struct str *names = arena_array(&g->arena, struct str, n->registers_count + 1);
    for (uint32_t i = 0; i < n->registers_count; i++) names[i] = str_dup(&g->arena, n->registers[i]);
    *mine = (struct access_narrow){n->token, n->verbs, names, n->registers_count};
    g->narrow = mine;
}

enum rc grant_make(const struct pack_set *set, const struct access_facts *f, const struct access_world *w, struct grant **out, struct err *err)
{
    MUST(f->account != 0); /* 0 is the operator, whom no request can be */
    *out = NULL;
    if (!f->open) return err_set0(err, &E_access_closed, NO_PLACE);
    struct grant *g = grant_new(set);
    if (g == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    g->account = f->account;
    g->name = str_dup(&g->arena, f->name);
    g->title = str_dup(&g->arena, f->title);
    g->today = f->today;
    g->person_reg = f->person_reg.len == 0 || f->person == 0 ? NULL : pack_register_find(set, f->person_reg);
    g->person = g->person_reg == NULL ? 0 : f->person;
    narrow_copy(g, f->narrow);
    enum rc rc = holdings_take(g, f, w, err);
    if (rc != RC_OK) {
        grant_release(g);
        return rc;
    }
    scopes_make(g);
    *out = g;
    return RC_OK;
}

/* ---- what it says ---- */

uint64_t grant_account(const struct grant *g) { return g->account; }
struct str grant_name(const struct grant *g) { return g->name; }
struct str grant_title(const struct grant *g) { return g->title; }
day_num grant_today(const struct grant *g) { return g->today; }
uint64_t grant_token(const struct grant *g) { return g->narrow == NULL ? 0 : g->narrow->token; }
enum access_office grant_office(const struct grant *g) { return g->office; }

const struct pack_role *const *grant_roles(const struct grant *g, size_t *n)
{
    *n = g->roles.len;
    return g->roles.at;
}

const struct access_idle *grant_why(const struct grant *g, size_t *n)
{
    *n = g->idle.len;
    return g->idle.at;
}

uint64_t grant_person(const struct grant *g, const struct pack_register **reg)
{
    if (reg != NULL) *reg = g->person_reg;
    return g->person;
}

bool grant_may(const struct grant *g, enum pack_verb v, const struct pack_register *r) { return grant_scope(g, v, r)->terms_count > 0; }

static bool role_may(const struct pack_role *role, enum pack_verb v, const struct pack_register *r)
{
    for (uint32_t i = 0; i < role->may_count; i++)
        if (role->may[i].verb == v && role->may[i].reg == r) return true;
    return false;
}

bool grant_two(const struct grant *g, enum pack_verb v, const struct pack_register *r)
{
    bool any = false;
    for (size_t i = 0; i < g->roles.len; i++) {
        if (!role_may(g->roles.at[i], v, r)) continue;
        if ((g->roles.at[i]->two & (1u << v)) == 0) return false;
        any = true;
    }
    return any;
}

bool grant_right(const struct grant *g, enum access_right r)
{
    MAGIC_CHECK(g, GRANT_MAGIC);
    if (g->is_operator) return true;
    if (g->narrow != NULL) return false; /* a token does not administrate */
    switch (r) {
    case RIGHT_ACCOUNTS:
    case RIGHT_PACKS:
    case RIGHT_TOKENS: return g->office == OFFICE_SYSTEM;
    case RIGHT_ROLES: return g->office == OFFICE_SECURITY;
    case RIGHT_AUDIT: return g->office == OFFICE_AUDIT;
    case RIGHT_CONFIRM: return g->office != OFFICE_AUDIT && (g->office != OFFICE_NONE || g->roles.len > 0);
    case RIGHT_COUNT:
    default: return false;
    }
}
