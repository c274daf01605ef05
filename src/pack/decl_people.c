/* decl_people.c - roles and slips: who may do what, and the papers that ask for an answer. */
#include "pack/inner.h"

static const struct str class_words[] = {STR_INIT("open"), STR_INIT("personal"), STR_INIT("restricted"), STR_INIT("protected")};

struct role_made {
    struct pack_role r; /* first */
    struct decl *decl;
};
struct slip_made {
    struct pack_slip s; /* first */
    struct decl *decl;
};

/* ---- roles ---- */

void roles_read(struct load *l, struct decl *d)
{
    static const struct str scopes[] = {STR_INIT("area"), STR_INIT("subtree"), STR_INIT("unit"), STR_INIT("self")};
    struct role_made *m = arena_new(l->a, struct role_made);
    m->decl = d;
    d->made = m;
    decl_common(l, d, &m->r.d);
    const struct ynode *scope = Y_GET(d->node, "scope"), *sees = Y_GET(d->node, "sees");
    (void)y_word(l, scope, 0, ARRAY_LEN(scopes), scopes);
    m->r.scope = y_text(scope);
    m->r.sees = 1u << PACK_OPEN;
    for (uint32_t i = 0; i < y_count(sees); i++) {
        int w = y_word(l, y_at(sees, i), 0, ARRAY_LEN(class_words), class_words);
        if (w >= 0) m->r.sees |= 1u << w;
    }
    (void)map_put(l->nodes, &l->role_by_name, d->name, m);
    vec_push(l->a, &l->roles, &m->r);
}

const struct pack_role *role_named(struct load *l, const struct ynode *n)
{
    if (n == NULL) return NULL;
    const struct pack_role *r = map_find(&l->role_by_name, n->text);
    if (r != NULL) return r;
    size_t some = nearest_worth(l) ? l->roles.len : 0;
    struct str *names = arena_array(l->nodes, struct str, some + 1);
    for (size_t i = 0; i < some; i++) names[i] = l->roles.at[i]->d.name;
    unknown(l, n, 0, n->text.len, STR("角色"), STR("role"), some, names);
    return NULL;
}

static void may_read(struct load *l, struct role_made *m)
{
    static const struct { struct str word; enum pack_verb verb; } verbs[] = {
        {STR_INIT("read"), PACK_READ}, {STR_INIT("write"), PACK_WRITE}, {STR_INIT("act"), PACK_ACT}, {STR_INIT("print"), PACK_PRINT}};
    VEC(struct pack_may) may = {0};
    const struct ynode *n = Y_GET(m->decl->node, "may");
    for (size_t v = 0; v < ARRAY_LEN(verbs); v++) {
        const struct ynode *list = y_get(n, verbs[v].word);
        for (uint32_t i = 0; i < y_count(list); i++) {
            const struct ynode *item = y_at(list, i);
            /* What a chapter that was left out would declare is nobody's to see here. */
            if (map_find(&l->left_out, item->text) != NULL && map_find(&l->register_by_name, item->text) == NULL && map_find(&l->procedure_by_name, item->text) == NULL) continue;
            bool acts = verbs[v].verb == PACK_ACT, of_case = acts || verbs[v].verb == PACK_READ;
            const struct procedure_made *p = of_case ? map_find(&l->procedure_by_name, item->text) : NULL;
            const struct register_made *r = p != NULL && (acts || map_find(&l->register_by_name, item->text) == NULL) ? NULL : register_named(l, item, 0, item->text);
            struct pack_may grant = {.verb = verbs[v].verb, .reg = r == NULL ? NULL : &r->r, .proc = r == NULL && p != NULL ? &p->p : NULL};
            if (grant.reg != NULL || grant.proc != NULL) vec_push(l->a, &may, grant);
        }
    }
    m->r.may = may.at;
    m->r.may_count = (uint32_t)may.len;
}

void roles_link(struct load *l)
{
    static const struct str verbs[] = {STR_INIT("read"), STR_INIT("write"), STR_INIT("act"), STR_INIT("print")};
    for (size_t i = 0; i < l->roles.len; i++) {
        struct role_made *m = (struct role_made *)(void *)l->roles.at[i];
        const struct ynode *n = m->decl->node, *apart = Y_GET(n, "not-with"), *two = Y_GET(n, "two"), *term = Y_GET(n, "term");
        may_read(l, m);
        for (uint32_t k = 0; k < y_count(apart); k++) (void)role_named(l, y_at(apart, k));
        struct str_list list = names_read(l, apart);
        m->r.not_with = list.at;
        m->r.not_with_count = list.count;
        for (uint32_t k = 0; k < y_count(two); k++) {
            int w = y_word(l, y_at(two, k), 0, ARRAY_LEN(verbs), verbs);
            if (w >= 0) m->r.two |= 1u << w;
        }
        if (term != NULL) m->r.term = due_at(l, l->global, term);
    }
}

/* A role that names procedures acts in these only. */
void role_acts_check(struct load *l, const struct pack_procedure *p, const struct ynode *by)
{
    for (uint32_t i = 0; i < y_count(by); i++) {
        const struct pack_role *r = map_find(&l->role_by_name, y_at(by, i)->text);
        bool names = false, this_one = false;
        for (uint32_t k = 0; r != NULL && k < r->may_count; k++) {
            if (r->may[k].verb != PACK_ACT || r->may[k].proc == NULL) continue;
            names = true;
            this_one = this_one || r->may[k].proc == p;
        }
        if (names && !this_one) bad(l, y_at(by, i), &E_pack_role_acts, r->d.name, p->d.name);
    }
}

/* ---- slips ---- */

void slips_read(struct load *l, struct decl *d)
{
    struct slip_made *m = arena_new(l->a, struct slip_made);
    m->decl = d;
    d->made = m;
    decl_common(l, d, &m->s.d);
    (void)map_put(l->nodes, &l->slip_by_name, d->name, m);
    vec_push(l->a, &l->slips, &m->s);
}

const struct pack_slip *slip_named(struct load *l, const struct ynode *n)
{
    if (n == NULL) return NULL;
    const struct pack_slip *s = map_find(&l->slip_by_name, n->text);
    if (s != NULL) return s;
    size_t some = nearest_worth(l) ? l->slips.len : 0;
    struct str *names = arena_array(l->nodes, struct str, some + 1);
    for (size_t i = 0; i < some; i++) names[i] = l->slips.at[i]->d.name;
    unknown(l, n, 0, n->text.len, STR("单"), STR("slip"), some, names);
    return NULL;
}

/* The fields of the answer: plain ones; what computes has no place on a paper. */
static void slip_fields(struct load *l, struct slip_made *m, const struct ynode *fields)
{
    uint32_t n = fields == NULL ? 0 : fields->count;
    struct pack_field *out = arena_array(l->a, struct pack_field, n + 1);
    uint32_t made = 0;
    for (uint32_t i = 0; i < n; i++) {
        static const struct str not_here[] = {STR_INIT("check"), STR_INIT("each"), STR_INIT("signed")};
        struct type_read t;
        if (fields->kids[i] == NULL || !plain_field(l, fields->keys[i], fields->kids[i], m->decl->pack, m->s.d.name, not_here, ARRAY_LEN(not_here), &t, &out[made]))
            continue;
        out[made].idx = out[made].column = made;
        made++;
    }
    m->s.fields = out;
    m->s.fields_count = made;
}

static void case_read(struct load *l, struct slip_made *m, const struct ynode *n)
{
    const struct procedure_made *p = n == NULL ? NULL : map_find(&l->procedure_by_name, n->text);
    if (p != NULL) m->s.of_case = &p->p;
    if (n == NULL || p != NULL) return;
    struct str *names = arena_array(l->nodes, struct str, l->procedures.len + 1);
    for (size_t i = 0; i < l->procedures.len; i++) names[i] = l->procedures.at[i]->d.name;
    unknown(l, n, 0, n->text.len, STR("程序"), STR("procedure"), l->procedures.len, names);
}

/* What has consequences for a person, or rests on a case, is decided by a person. */
static void auto_check(struct load *l, const struct slip_made *m)
{
    const struct ynode *n = Y_GET(m->decl->node, "auto");
    if (!m->s.automatic) return;
    if (m->s.next == NULL)
        bad(l, n, &E_pack_missing_key, STR("slip"), STR("next"));
    else if (m->s.next->expires != NULL)
        bad(l, n, &E_pack_slip_auto, m->s.d.name, str_cat(l->a, STR("“"), m->s.next->d.title.zh, STR("”有影响期")), str_cat(l->a, m->s.next->d.name, STR(" has consequences that last")));
    else if (m->s.next->of_case != NULL)
        bad(l, n, &E_pack_slip_auto, m->s.d.name, str_cat(l->a, STR("“"), m->s.next->d.title.zh, STR("”要依办结的案件")), str_cat(l->a, m->s.next->d.name, STR(" rests on a case that is done")));
}

void slips_compile(struct load *l)
{
    for (size_t i = 0; i < l->slips.len; i++) {
        struct slip_made *m = (struct slip_made *)(void *)l->slips.at[i];
        const struct ynode *n = m->decl->node, *due = Y_GET(n, "due"), *expires = Y_GET(n, "expires"), *accept = Y_GET(n, "accept");
        if (due != NULL) m->s.due = due_at(l, l->global, due);
        if (expires != NULL) m->s.expires = due_at(l, l->global, expires);
        if (accept != NULL && role_named(l, accept) != NULL) m->s.accept = accept->text;
        for (uint32_t k = 0; k < y_count(Y_GET(n, "issue")); k++) (void)role_named(l, y_at(Y_GET(n, "issue"), k));
        struct str_list issue = names_read(l, Y_GET(n, "issue"));
        m->s.issue = issue.at;
        m->s.issue_count = issue.count;
        m->s.next = slip_named(l, Y_GET(n, "next"));
        m->s.automatic = y_yes(Y_GET(n, "auto"), false);
        case_read(l, m, Y_GET(n, "case"));
        m->s.say = say_read(l, l->global, Y_GET(n, "say"), NULL);
        slip_fields(l, m, Y_GET(n, "fields"));
    }
    for (size_t i = 0; i < l->slips.len; i++) auto_check(l, (struct slip_made *)(void *)l->slips.at[i]);
}
