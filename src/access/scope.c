/*
 * scope.c - the predicate: how a register stands in a tree, what terms a grant has over it, and whether a record fits one.
 * Several ways to read a record's place are several doors; where a pack does not say which is meant, all stay shut.
 */
#include "access/inner.h"

/* ---- ways ---- */

struct ways {
    const struct pack_register *to;
    const struct pack_field *tree;
    struct arena *a;
    struct scope_way *out;
    size_t max, len;
    const struct pack_field *path[WAY_DEPTH];
    const struct pack_register *seen[WAY_DEPTH + 1];
};

static void way_put(struct ways *w, uint32_t depth)
{
    if (w->len == w->max) return;
    const struct pack_field **path = arena_array(w->a, const struct pack_field *, depth + 1);
    for (uint32_t i = 0; i < depth; i++) path[i] = w->path[i];
    w->out[w->len++] = (struct scope_way){path, depth};
}

static bool stored_ref(const struct pack_field *f) { return f->type == FIELD_REF && f->column != UINT32_MAX && f->ref != NULL; }

static bool says_tree(const struct pack_field *f, const struct pack_field *tree)
{
    for (uint32_t i = 0; tree != NULL && i < f->scope_count; i++)
        if (str_eq(f->scope[i], tree->name) || str_eq(f->scope[i], tree->title.zh)) return true;
    return false;
}

static bool seen_before(const struct ways *w, uint32_t depth, const struct pack_register *r)
{
    for (uint32_t i = 0; i < depth; i++)
        if (w->seen[i] == r) return true;
    return false;
}

static void walk(struct ways *w, const struct pack_register *r, uint32_t depth)
{
    if (r == w->to) {
        way_put(w, depth);
        return;
    }
    if (depth == WAY_DEPTH || seen_before(w, depth, r)) return;
    w->seen[depth] = r;
    bool said = false;
    for (uint32_t i = 0; i < r->fields_count; i++) {
        const struct pack_field *f = &r->fields[i];
        if (!stored_ref(f) || f->ref != w->to || !says_tree(f, w->tree)) continue;
        said = true;
        w->path[depth] = f;
        way_put(w, depth + 1);
    }
    if (said) return;
    if (r->parent != NULL && stored_ref(r->parent)) {
        size_t before = w->len;
        w->path[depth] = r->parent;
        walk(w, r->parent->ref, depth + 1);
        if (w->len > before) return;
    }
    const struct pack_field *only = NULL;
    for (uint32_t i = 0; i < r->fields_count; i++) {
        const struct pack_field *f = &r->fields[i];
        if (!stored_ref(f) || f->ref != w->to) continue;
        /* A ref that speaks of other trees does not speak of this one; two that are silent contradict each other. */
        if (only != NULL || f->scope_count > 0) return;
        only = f;
    }
    if (only == NULL) return;
    w->path[depth] = only;
    way_put(w, depth + 1);
}

size_t scope_ways(const struct pack_set *set, const struct pack_register *r, const struct pack_register *to, const struct pack_field *tree,
                  struct arena *a, struct scope_way *out, size_t max)
{
    (void)set;
    struct ways w = {.to = to, .tree = tree, .a = a, .out = out, .max = max};
    walk(&w, r, 0);
    return w.len;
}

/* ---- terms ---- */

struct making {
    struct grant *g;
    const struct pack_register *reg;
    enum pack_verb verb;
    VEC(struct scope_term) terms;
};

static void term_put(struct making *m, struct scope_term t)
{
    if (t.all || t.subject || t.ids_count > 0) vec_push(&m->g->arena, &m->terms, t);
}

static void terms_by_ways(struct making *m, const struct pack_register *to, const struct pack_field *tree, struct scope_term like)
{
    struct scope_way ways[WAYS_MAX];
    size_t n = scope_ways(m->g->set, m->reg, to, tree, &m->g->arena, ways, WAYS_MAX);
    for (size_t i = 0; i < n; i++) {
        like.path = ways[i].path;
        like.path_len = ways[i].path_len;
        term_put(m, like);
    }
}

static bool role_names(const struct pack_role *role, enum pack_verb v, const struct pack_register *r)
{
    for (uint32_t i = 0; i < role->may_count; i++)
        if (role->may[i].verb == v && role->may[i].reg == r) return true;
    return false;
}

static void terms_of_roles(struct making *m)
{
    for (size_t i = 0; i < m->g->held.len; i++) {
        const struct held *h = &m->g->held.at[i];
        if (!role_names(h->role, m->verb, m->reg)) continue;
        struct scope_term t = {.classes = h->role->sees | OPEN_BIT, .self = h->self, .all = h->everywhere, .ids = h->ids, .ids_count = h->ids_count};
        if (h->everywhere)
            term_put(m, t);
        else
            terms_by_ways(m, h->reg, h->tree, t);
    }
}

/* Everybody reads what is kept about him or her, as far as `disclose` lets, whatever the roles: the record, and the groups below it. */
static void terms_of_person(struct making *m)
{
    struct grant *g = m->g;
    if (g->person_reg == NULL || m->verb != PACK_READ) return;
    const struct pack_register *r = m->reg;
    const struct pack_field **path = arena_array(&g->arena, const struct pack_field *, WAY_DEPTH);
    uint32_t depth = 0;
    while (r != g->person_reg && r->parent != NULL && stored_ref(r->parent) && depth < WAY_DEPTH) {
        path[depth++] = r->parent;
        r = r->parent->ref;
    }
    if (r == g->person_reg)
        term_put(m, (struct scope_term){.path = path, .path_len = depth, .self = true, .ids = &g->person, .ids_count = 1, .classes = ALL_CLASSES});
}

static const struct pack_field *ref_named(const struct pack_register *r, struct str name)
{
    for (uint32_t i = 0; name.len > 0 && i < r->fields_count; i++)
        if (str_eq(r->fields[i].name, name) && stored_ref(&r->fields[i])) return &r->fields[i];
    return NULL;
}

static void engine_path(struct making *m, const struct engine_reg *e, struct scope_term *t)
{
    const struct pack_field *f = ref_named(m->reg, e->of);
    if (f == NULL) return;
    const struct pack_field **path = arena_array(&m->g->arena, const struct pack_field *, 1);
    path[0] = f;
    t->path = path;
    t->path_len = 1;
}

/* Findings and slips are seen by whoever sees what they are about; to write one is for a role that says so. */
static void terms_of_subject(struct making *m)
{
    bool may = m->verb == PACK_READ && (m->g->held.len > 0 || m->g->person_reg != NULL);
    for (size_t i = 0; i < m->g->roles.len && !may; i++) may = role_names(m->g->roles.at[i], m->verb, m->reg);
    if (!may) return;
    struct scope_term t = {.subject = true, .classes = OPEN_BIT | (1u << PACK_PERSONAL)};
    term_put(m, t);
}

/* A case, and what hangs below it by parents.  Changed by the verbs of cases only, so there is nothing but reading here. */
static void terms_of_case(struct making *m)
{
    struct grant *g = m->g;
    if (m->verb != PACK_READ || g->held.len == 0) return;
    const struct pack_field **path = arena_array(&g->arena, const struct pack_field *, WAY_DEPTH);
    uint32_t depth = 0;
    const struct pack_register *r = m->reg;
    while (!str_eq(r->d.name, STR("case")) && r->parent != NULL && stored_ref(r->parent) && depth < WAY_DEPTH) {
        path[depth++] = r->parent;
        r = r->parent->ref;
    }
    if (str_eq(r->d.name, STR("case"))) term_put(m, (struct scope_term){.path = path, .path_len = depth, .subject = true, .acts = true, .classes = ALL_CLASSES});
}

static void terms_of_office(struct making *m, const struct engine_reg *e)
{
    struct grant *g = m->g;
    unsigned mask = m->verb == PACK_READ ? e->read : m->verb == PACK_WRITE ? e->write : 0;
    bool mine = g->office != OFFICE_NONE && (mask & (1u << g->office)) != 0;
    if (mine || (e->everyone && m->verb == PACK_READ)) {
        term_put(m, (struct scope_term){.all = true, .classes = OPEN_BIT | (mine ? 1u << PACK_PERSONAL : 0)});
        return;
    }
    if (m->verb != PACK_READ && !(m->verb == PACK_WRITE && (e->write & ENGINE_OWN) != 0)) return;
    struct scope_term t = {.ids = &g->account, .ids_count = 1, .classes = OPEN_BIT | (1u << PACK_PERSONAL)};
    engine_path(m, e, &t);
    /* One's own account, and what refers to it. */
    if (t.path_len == 1 || str_eq(m->reg->d.name, STR("account"))) term_put(m, t);
}

static bool narrowed_away(const struct grant *g, enum pack_verb v, const struct pack_register *r)
{
    if (g->narrow == NULL) return false;
    if ((g->narrow->verbs & (1u << v)) == 0) return true;
    for (uint32_t i = 0; i < g->narrow->registers_count; i++)
        if (str_eq(g->narrow->registers[i], r->d.name)) return false;
    return g->narrow->registers_count > 0;
}

static void scope_finish(struct scope *s)
{
    s->all = false;
    for (uint32_t i = 0; i < s->terms_count; i++) s->all = s->all || s->terms[i].all;
    s->uniform = s->all && s->terms_count == 1;
}

static void scope_make(struct grant *g, enum pack_verb v, const struct pack_register *r)
{
    struct making m = {.g = g, .reg = r, .verb = v};
    const struct engine_reg *e = engine_reg(g->set, r);
    if (g->is_operator)
        term_put(&m, (struct scope_term){.all = true, .classes = ALL_CLASSES});
    else if (!narrowed_away(g, v, r)) {
        if (e == NULL) {
            terms_of_roles(&m);
            terms_of_person(&m);
        } else if (e->kind == ENGINE_CASE) {
            terms_of_case(&m);
        } else if (e->kind == ENGINE_OFFICE) {
            terms_of_office(&m, e);
        } else {
            terms_of_subject(&m);
        }
    }
    struct scope *s = &g->scopes[r->idx * VERBS + (uint32_t)v];
    *s = (struct scope){.reg = r, .grant = g, .verb = v, .terms = m.terms.at, .terms_count = (uint32_t)m.terms.len};
    scope_finish(s);
}

void scopes_make(struct grant *g)
{
    g->scopes = arena_array(&g->arena, struct scope, (size_t)g->set->registers_count * VERBS + 1);
    for (uint32_t i = 0; i < g->set->registers_count; i++)
        for (int v = 0; v < VERBS; v++) scope_make(g, (enum pack_verb)v, g->set->registers[i]);
}

const struct scope *grant_scope(const struct grant *g, enum pack_verb v, const struct pack_register *r)
{
    MAGIC_CHECK(g, GRANT_MAGIC);
    MUST(r->idx < g->set->registers_count && g->set->registers[r->idx] == r); /* a register of the very set that the grant was made under */
    return &g->scopes[r->idx * VERBS + (uint32_t)v];
}

const struct scope *grant_scope_by(const struct grant *g, enum pack_verb v, const struct pack_register *r, unsigned classes, struct arena *a)
{
    const struct scope *whole = grant_scope(g, v, r);
    if ((classes & ~OPEN_BIT) == 0 || g->is_operator) return whole;
    struct scope *s = arena_new(a, struct scope);
    struct scope_term *terms = arena_array(a, struct scope_term, whole->terms_count + 1);
    uint32_t n = 0;
    for (uint32_t i = 0; i < whole->terms_count; i++) {
        const struct scope_term *t = &whole->terms[i];
        /* Nobody sorts or picks people by a protected field; and what is disclosed to oneself is not searched by. */
        if (t->self || (classes & (1u << PACK_PROTECTED)) != 0 || (t->classes & classes) != classes) continue;
        terms[n++] = *t;
    }
    *s = (struct scope){.reg = r, .grant = g, .verb = v, .terms = terms, .terms_count = n};
    scope_finish(s);
    return s;
}

/* ---- does a record fit? ---- */

bool scope_has_id(const struct scope_term *t, uint64_t id)
{
    size_t lo = 0, hi = t->ids_count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (t->ids[mid] < id)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < t->ids_count && t->ids[lo] == id;
}

static enum rc end_of_path(const struct scope_term *t, uint64_t id, const struct sv *values, const struct access_world *w, uint64_t *end, struct err *err)
{
    *end = id;
    for (uint32_t i = 0; i < t->path_len && (*end != 0 || (i == 0 && values != NULL)); i++) {
        const struct pack_field *f = t->path[i];
        uint64_t to = 0;
        if (i == 0 && values != NULL)
            to = values[f->column].kind == SV_INT && values[f->column].i > 0 ? (uint64_t)values[f->column].i : 0;
        else
            TRY(w->ref(w->ctx, f, *end, &to, err));
        *end = to;
    }
    return RC_OK;
}

static bool named_in(const struct str *list, uint32_t n, struct str role)
{
    for (uint32_t i = 0; i < n; i++)
        if (str_eq(list[i], role)) return true;
    return false;
}

/* Is the role held over the place of this record? */
static enum rc covers(const struct grant *g, const struct held *h, const struct pack_register *r, uint64_t id, const struct access_world *w, bool *out, struct err *err)
{
    *out = h->everywhere;
    if (h->everywhere || h->reg == NULL) return RC_OK;
    struct arena a;
    struct scope_way ways[WAYS_MAX];
    arena_init(&a, 1 << 16);
    size_t n = h->self && r == h->reg ? 1 : scope_ways(g->set, r, h->reg, h->tree, &a, ways, WAYS_MAX);
    if (h->self && r == h->reg) ways[0] = (struct scope_way){NULL, 0};
    enum rc rc = RC_OK;
    for (size_t i = 0; i < n && rc == RC_OK && !*out; i++) {
        struct scope_term t = {.path = ways[i].path, .path_len = ways[i].path_len, .ids = h->ids, .ids_count = h->ids_count};
        uint64_t end = 0;
        rc = end_of_path(&t, id, NULL, w, &end, err);
        *out = rc == RC_OK && end != 0 && scope_has_id(&t, end);
    }
    arena_fini(&a);
    return rc;
}

enum rc grant_acts(const struct grant *g, const struct str *roles, size_t n, const struct pack_register *r, uint64_t id, const struct access_world *w,
                   enum access_acts *out, struct err *err)
{
    MAGIC_CHECK(g, GRANT_MAGIC);
    *out = g->is_operator ? ACTS_YES : ACTS_NOT;
    if (g->is_operator) return RC_OK;
    if (narrowed_away(g, PACK_ACT, r)) {
        bool cases = (g->narrow->verbs & (1u << PACK_ACT)) != 0 && named_in(g->narrow->registers, g->narrow->registers_count, STR("case"));
        if (!cases) return RC_OK;
    }
    for (size_t i = 0; i < g->held.len && *out != ACTS_YES; i++) {
        bool yes = false;
        if (!named_in(roles, (uint32_t)n, g->held.at[i].role->d.name)) continue;
        TRY(covers(g, &g->held.at[i], r, id, w, &yes, err));
        *out = yes ? ACTS_YES : ACTS_ELSEWHERE;
    }
    return RC_OK;
}

static bool acts_in(const struct pack_role *role, const struct pack_procedure *p)
{
    if (named_in(p->trace_by, p->trace_by_count, role->d.name) || named_in(p->down_by, p->down_by_count, role->d.name) || (p->opening != NULL && named_in(p->opening->by, p->opening->by_count, role->d.name))) return true;
    for (uint32_t k = 0; k < p->steps_count; k++)
        if (named_in(p->steps[k]->by, p->steps[k]->by_count, role->d.name)) return true;
    for (uint32_t k = 0; k < role->may_count; k++)
        if (role->may[k].verb == PACK_READ && role->may[k].proc != NULL && str_eq(role->may[k].proc->d.name, p->d.name)) return true;
    return false;
}

/* The classes that the actor's roles see which this procedure names, and which are held over the place of what the case is about; 0: there is none. */
static enum rc classes_acting(const struct grant *g, const struct pack_procedure *p, const struct pack_register *r, uint64_t id, const struct access_world *w,
                              unsigned *out, struct err *err)
{
    *out = 0;
    for (size_t i = 0; p != NULL && i < g->held.len; i++) {
        const struct held *h = &g->held.at[i];
        bool yes = false;
        /* Who is being looked into is not told while the case runs, however much of the record is his own. */
        if (h->self || !acts_in(h->role, p)) continue;
        TRY(covers(g, h, r, id, w, &yes, err));
        if (yes) *out |= h->role->sees | OPEN_BIT;
    }
    return RC_OK;
}

/* What a finding is about must be in sight, with the classes that it speaks of; a case, for the roles of its procedure. */
static enum rc subject_fits(const struct scope *s, const struct scope_term *t, uint64_t end, const struct access_world *w, struct sight *out,
                            struct err *err)
{
    const struct pack_register *of = t->path_len == 0 ? s->reg : t->path[t->path_len - 1]->ref, *reg = NULL;
    uint64_t to = 0;
    unsigned classes = 0;
    TRY(w->subject(w->ctx, of, end, &reg, &to, &classes, err));
    if (reg == NULL || to == 0 || engine_reg(s->grant->set, reg) != NULL) return RC_OK;
    if (t->acts) {
        const struct pack_procedure *p = NULL;
        unsigned acting = 0;
        if (w->procedure == NULL) return RC_OK;
        TRY(w->procedure(w->ctx, of, end, &p, err));
        TRY(classes_acting(s->grant, p, reg, to, w, &acting, err));
        out->any = out->any || acting != 0;
        out->classes |= acting;
        return RC_OK;
    }
    struct sight there = SIGHT_NONE;
    TRY(scope_sight(grant_scope(s->grant, PACK_READ, reg), to, false, w, &there, err));
    if (!there.any || (classes & ~(there.classes | there.self_classes)) != 0) return RC_OK;
    out->any = true;
    if (there.classes != 0)
        out->classes |= t->classes;
    else
        out->self_classes |= t->classes;
    return RC_OK;
}

static bool disclosed(enum pack_disclose d, bool closed) { return d == DISCLOSE_ALWAYS || (d == DISCLOSE_ON_CLOSE && closed); }

enum rc scope_sight_of(const struct scope *s, uint64_t id, const struct sv *values, bool closed, const struct access_world *w, struct sight *out,
                       struct err *err)
{
    *out = SIGHT_NONE;
    out->closed = closed;
    for (uint32_t i = 0; i < s->terms_count; i++) {
        const struct scope_term *t = &s->terms[i];
        if (t->self && !disclosed(s->reg->disclose, closed)) continue;
        if (!t->all) {
            uint64_t end = 0;
            TRY(end_of_path(t, id, values, w, &end, err));
            if (t->subject) {
                if (end != 0) TRY(subject_fits(s, t, end, w, out, err));
                continue;
            }
            if (end == 0 || !scope_has_id(t, end)) continue;
        }
        out->any = true;
        if (t->self)
            out->self_classes |= t->classes;
        else
            out->classes |= t->classes;
    }
    return RC_OK;
}

enum rc scope_sight(const struct scope *s, uint64_t id, bool closed, const struct access_world *w, struct sight *out, struct err *err)
{
    return scope_sight_of(s, id, NULL, closed, w, out, err);
}

bool sight_field(const struct sight *s, const struct pack_register *r, const struct pack_field *f)
{
    (void)r;
    unsigned bit = 1u << f->class;
    if (!s->any) return false;
    if ((s->classes & bit) != 0) return true;
    return (s->self_classes & bit) != 0 && disclosed(f->disclose, s->closed);
}
