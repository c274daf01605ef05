/*
 * who.c - grants from records: the account, what it holds, what was lent to it.
 * Grants are kept: a request pays for one only after something that it rests on has changed.  What they rest on is the accounts and roles of
 * packs/core, every register that is a tree, the packs and the day; the journal tells which of these were touched since.
 */
#include "area/inner.h"

enum { GAP_MAX = 512 /* entries looked at before a new grant is cheaper */, HOLDINGS_MAX = 1000 };

void who_regs(const struct pack_set *set, struct who_regs *out)
{
    *out = (struct who_regs){pack_register_find(set, STR("account")), pack_register_find(set, STR("role_holding")),
                             pack_register_find(set, STR("delegation")), pack_register_find(set, STR("api_token"))};
}

struct sv who_value(const struct pack_register *r, const struct record *rec, const char *field)
{
    const struct pack_field *f = pack_field_find(r, str_c(field));
    return f == NULL || f->column == UINT32_MAX ? sv_null() : rec->values[f->column];
}

static struct str text_of(struct sv v) { return v.kind == SV_TEXT ? v.s : STR(""); }
static uint64_t id_of(struct sv v) { return v.kind == SV_INT && v.i > 0 ? (uint64_t)v.i : 0; }
static day_num day_or(struct sv v, day_num absent) { return v.kind == SV_INT ? v.i : absent; }

struct gathered {
    struct records *rs;
    struct who_regs regs;
    struct arena *a;
    VEC(struct access_holding) list;
};

static enum rc each_ref(struct gathered *x, const struct pack_register *r, const char *ref, uint64_t id, uint64_t **ids, size_t *n, struct err *err)
{
    *n = 0;
    const struct pack_field *f = r == NULL ? NULL : pack_field_find(r, str_c(ref));
    return f == NULL ? RC_OK : record_back(x->rs, r, f, id, x->a, ids, n, err);
}

static struct access_holding holding_of(const struct pack_register *r, const struct record *rec)
{
    struct sv levels = who_value(r, rec, "levels");
    return (struct access_holding){.role = text_of(who_value(r, rec, "role")),
                                   .reg = text_of(who_value(r, rec, "scope_register")),
                                   .tree = text_of(who_value(r, rec, "tree")),
                                   .node = id_of(who_value(r, rec, "node")),
                                   .levels = levels.kind == SV_INT ? levels.i : -1,
                                   .from = day_or(who_value(r, rec, "since"), DAY_OPEN),
                                   .to = day_or(who_value(r, rec, "until"), DAY_OPEN),
                                   .lent_to = DAY_OPEN};
}

/* What this account holds itself, into list. */
static enum rc own_holdings(struct gathered *x, uint64_t account, struct err *err)
{
    uint64_t *ids = NULL;
    size_t n = 0;
    TRY(each_ref(x, x->regs.holding, "account", account, &ids, &n, err));
    for (size_t i = 0; i < n && x->list.len < HOLDINGS_MAX; i++) {
        struct record rec;
        TRY(record_get(x->rs, x->regs.holding, ids[i], x->a, &rec, err));
        vec_push(x->a, &x->list, holding_of(x->regs.holding, &rec));
    }
    return RC_OK;
}

static bool account_open(const struct pack_register *r, const struct record *rec, day_num today)
{
    return rec->closed_us == 0 && day_or(who_value(r, rec, "since"), DAY_OPEN) <= today && today <= day_or(who_value(r, rec, "until"), DAY_OPEN);
}

/* Lent roles: the lender's own holdings of that role, as long as both he and the delegation are in time. */
static enum rc lent_holdings(struct gathered *x, uint64_t account, day_num today, struct err *err)
{
    uint64_t *ids = NULL;
    size_t n = 0;
    TRY(each_ref(x, x->regs.delegation, "holder", account, &ids, &n, err));
    for (size_t i = 0; i < n; i++) {
        struct record rec, lender;
        TRY(record_get(x->rs, x->regs.delegation, ids[i], x->a, &rec, err));
        uint64_t from = id_of(who_value(x->regs.delegation, &rec, "lender"));
        TRY(record_get(x->rs, x->regs.account, from, x->a, &lender, err));
        if (!account_open(x->regs.account, &lender, today)) continue;
        size_t before = x->list.len, kept = before;
        TRY(own_holdings(x, from, err));
        for (size_t k = before; k < x->list.len; k++) {
            struct access_holding h = x->list.at[k];
            if (!str_eq(h.role, text_of(who_value(x->regs.delegation, &rec, "role")))) continue;
            h.lender = from;
            h.lent_from = day_or(who_value(x->regs.delegation, &rec, "since"), DAY_OPEN);
            h.lent_to = day_or(who_value(x->regs.delegation, &rec, "until"), INT64_MIN);
            x->list.at[kept++] = h;
        }
        x->list.len = kept;
    }
    return RC_OK;
}

enum rc who_grant(struct records *rs, uint64_t account, const struct access_narrow *narrow, day_num today, struct grant **out, struct err *err)
{
    struct arena a;
    arena_init(&a, 64 << 20);
    struct gathered x = {.rs = rs, .a = &a};
    who_regs(records_set(rs), &x.regs);
    struct record rec;
    enum rc rc = x.regs.account == NULL ? err_set(err, &E_area_core_missing, NO_PLACE, STR("account"), STR("")) : RC_OK;
    if (rc == RC_OK) rc = record_get(rs, x.regs.account, account, &a, &rec, err);
    if (rc == RC_OK) rc = own_holdings(&x, account, err);
    if (rc == RC_OK) rc = lent_holdings(&x, account, today, err);
    if (rc == RC_OK) {
        struct access_facts f = {.account = account,
                                 .name = text_of(who_value(x.regs.account, &rec, "name")),
                                 .title = text_of(who_value(x.regs.account, &rec, "title")),
                                 .open = account_open(x.regs.account, &rec, today),
                                 .person_reg = text_of(who_value(x.regs.account, &rec, "person_register")),
                                 .person = id_of(who_value(x.regs.account, &rec, "person")),
                                 .holdings = x.list.at,
                                 .holdings_count = (uint32_t)x.list.len,
                                 .narrow = narrow,
                                 .today = today};
        struct access_world w = record_world(rs);
        rc = grant_make(records_set(rs), &f, &w, out, err);
    }
    arena_fini(&a);
    return rc;
}

/* ---- kept ---- */

static void drop(struct kept_grant *k)
{
    grant_release(k->grant);
    area_packs_release(k->packs);
    *k = (struct kept_grant){0};
}

void grants_forget(struct grants_kept *k)
{
    for (size_t i = 0; i < GRANTS_KEPT; i++)
        if (k->at[i].grant != NULL) drop(&k->at[i]);
}

static bool rests_on(const struct pack_set *set, const struct pack_register *r)
{
    return r == NULL || r->trees_count > 0 || str_eq(set->packs[r->d.pack].name, STR("core"));
}

/* Did any entry behind `from` touch what grants rest on?  When in doubt, yes. */
static bool touched(struct records *rs, uint64_t from)
{
    uint64_t to = journal_size(records_journal(rs));
    if (to < from || to - from > GAP_MAX) return true;
    if (to == from) return false;
    struct journal_walk *w = NULL;
    const struct entry *e = NULL;
    struct err ignored;
    bool yes = journal_walk(records_journal(rs), from + 1, &w, &ignored) != RC_OK;
    while (!yes && (yes = journal_next(w, &e, NULL, &ignored) != RC_OK) == false && e != NULL) {
        const struct pack_register *r = e->reg == 0 ? NULL : record_register(rs, e->reg);
        /* Findings come in thousands and are nobody's right. */
        bool finding = r != NULL && (str_eq(r->d.name, STR("finding")) || str_eq(r->d.name, STR("read_batch")));
        yes = e->kind != ENTRY_REFUSED && !finding && rests_on(records_set(rs), r);
    }
    journal_walk_close(&w);
    return yes;
}

static struct grant *find_kept(struct grants_kept *g, struct records *rs, const struct area_packs *packs, uint64_t account, uint64_t token, day_num today)
{
    for (size_t i = 0; i < GRANTS_KEPT; i++) {
        struct kept_grant *k = &g->at[i];
        if (k->grant == NULL || k->account != account || k->token != token) continue;
        uint64_t seq = journal_size(records_journal(rs));
        if (k->packs != packs || k->today != today || seq < k->seq) return NULL;
        if (touched(rs, k->seq)) {
            drop(k);
            return NULL;
        }
        k->seq = seq;
        k->used = ++g->clock;
        return grant_hold(k->grant);
    }
    return NULL;
}

static void keep(struct grants_kept *g, struct records *rs, struct area_packs *packs, uint64_t account, uint64_t token, day_num today, struct grant *grant)
{
    struct kept_grant *to = &g->at[0];
    for (size_t i = 0; i < GRANTS_KEPT; i++) {
        struct kept_grant *k = &g->at[i];
        if (k->grant != NULL && k->account == account && k->token == token) {
            to = k;
            break;
        }
        if (k->used < to->used) to = k;
    }
    uint64_t seq = journal_size(records_journal(rs));
    if (to->grant != NULL && to->account == account && to->token == token && to->packs == packs && to->seq > seq) return; /* an older snapshot's */
    if (to->grant != NULL) drop(to);
    atomic_fetch_add(&packs->refs, 1);
    *to = (struct kept_grant){account, token, today, seq, packs, grant_hold(grant), ++g->clock};
}

static enum rc grant_of(struct area_view *v, uint64_t account, uint64_t token, const struct access_narrow *narrow, struct grant **out, struct err *err)
{
    struct area *ar = v->area;
    day_num today = area_today(ar);
    pthread_mutex_lock(&ar->grants_lock);
    *out = find_kept(&ar->grants, v->records, v->packs, account, token, today);
    pthread_mutex_unlock(&ar->grants_lock);
    if (*out != NULL) return RC_OK;
    TRY(who_grant(v->records, account, narrow, today, out, err));
    pthread_mutex_lock(&ar->grants_lock);
    keep(&ar->grants, v->records, v->packs, account, token, today, *out);
    pthread_mutex_unlock(&ar->grants_lock);
    return RC_OK;
}

enum rc area_grant(struct area_view *v, uint64_t account, struct grant **out, struct err *err)
{
    *out = NULL;
    if (account == 0) {
        *out = grant_operator(v->set);
        return RC_OK;
    }
    return grant_of(v, account, 0, NULL, out, err);
}

/* ---- tokens ---- */

static enum rc narrow_of(struct records *rs, uint64_t token, day_num today, struct arena *a, uint64_t *account, struct access_narrow *out, struct err *err);

/* "read write print" */
static unsigned verbs_of(struct str words)
{
    static const struct str names[] = {STR_INIT("read"), STR_INIT("write"), STR_INIT("act"), STR_INIT("print")};
    unsigned verbs = 0;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_find(words, names[i]) != SIZE_MAX) verbs |= 1u << i;
    return verbs;
}

static void registers_of(struct arena *a, struct str words, struct access_narrow *n)
{
    VEC(struct str) list = {0};
    for (size_t from = 0, i = 0; i <= words.len; i++) {
        if (i < words.len && words.ptr[i] != ' ' && words.ptr[i] != ',') continue;
        if (i > from) vec_push(a, &list, str_sub(words, from, i));
        from = i + 1;
    }
    n->registers = list.at;
    n->registers_count = (uint32_t)list.len;
}

static enum rc narrow_of(struct records *rs, uint64_t token, day_num today, struct arena *a, uint64_t *account, struct access_narrow *out, struct err *err)
{
    struct who_regs regs;
    struct record rec;
    who_regs(records_set(rs), &regs);
    if (regs.token == NULL) return err_set0(err, &E_access_no_session, NO_PLACE);
    TRY(record_get(rs, regs.token, token, a, &rec, err));
    if (rec.closed_us != 0 || today < day_or(who_value(regs.token, &rec, "since"), DAY_OPEN) || today > day_or(who_value(regs.token, &rec, "until"), INT64_MIN))
        return err_set0(err, &E_access_no_session, NO_PLACE);
    *account = id_of(who_value(regs.token, &rec, "account"));
    *out = (struct access_narrow){.token = token, .verbs = verbs_of(text_of(who_value(regs.token, &rec, "verbs")))};
    registers_of(a, text_of(who_value(regs.token, &rec, "registers")), out);
    return RC_OK;
}

enum rc who_grant_writer(struct area *ar, uint64_t account, uint64_t token, struct grant **out, struct err *err)
{
    day_num today = area_today(ar);
    struct access_narrow n = {0};
    *out = find_kept(&ar->batch_grants, ar->records, ar->packs, account, token, today);
    if (*out != NULL) return RC_OK;
    if (token != 0) {
        uint64_t owner = 0;
        TRY(narrow_of(ar->records, token, today, &ar->batch, &owner, &n, err));
        if (owner != account) return err_set0(err, &E_access_no_session, NO_PLACE);
    }
    TRY(who_grant(ar->records, account, token != 0 ? &n : NULL, today, out, err));
    keep(&ar->batch_grants, ar->records, ar->packs, account, token, today, *out);
    return RC_OK;
}

static enum rc token_grant(struct area_view *v, struct str token, struct arena *a, struct grant **out, struct err *err)
{
    struct who_regs regs;
    struct hash h;
    uint64_t id = 0;
    who_regs(v->set, &regs);
    const struct pack_field *f = regs.token == NULL ? NULL : pack_field_find(regs.token, STR("hash"));
    if (f == NULL || !access_token_hash(token, &h)) return err_set0(err, &E_access_no_session, NO_PLACE);
    struct sv value = sv_text(str_hex(a, h.b, sizeof h.b));
    TRY(record_find_by(v->records, regs.token, f, &value, &id, err));
    if (id == 0) return err_set0(err, &E_access_no_session, NO_PLACE);
    struct access_narrow n = {0};
    uint64_t account = 0;
    TRY(narrow_of(v->records, id, area_today(v->area), a, &account, &n, err));
    enum rc rc = grant_of(v, account, id, &n, out, err);
    return rc == RC_DENIED || rc == RC_ABSENT ? err_set0(err, &E_access_no_session, NO_PLACE) : rc;
}

enum rc area_grant_token(struct area_view *v, struct str token, struct grant **out, struct err *err)
{
    struct arena a;
    *out = NULL;
    arena_init(&a, 4 << 20);
    enum rc rc = token_grant(v, token, &a, out, err);
    arena_fini(&a);
    return rc;
}
