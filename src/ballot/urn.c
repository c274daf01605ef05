/* urn.c - a ballot and its papers as records. */
#include <sodium.h>

#include "ballot/inner.h"

static const char *const ballot_fields[B_FIELDS] = {"declaration", "title", "state", "opened", "candidates", "places", "roll", "present", "public_key", "tellers", "closed", "cast", "result", "round", "earlier", "recounted",
                                                   "recounted_by", "recount_same", "case", "taken"};
static const char *const receipt_fields[R_FIELDS] = {"ballot", "text"};
static const char *const paper_fields[P_FIELDS] = {"ballot", "number", "text", "valid"};

bool ballot_owns(const struct pack_register *r) { return str_eq(r->d.name, STR("ballot")) || str_eq(r->d.name, STR("ballot_paper")) || str_eq(r->d.name, STR("ballot_receipt")); }

enum rc urn_registers(struct urn *u, struct records *rs, struct arena *a, struct err *err)
{
    const struct pack_set *set = records_set(rs);
    *u = (struct urn){.rs = rs, .a = a, .reg = pack_register_find(set, STR("ballot")), .papers = pack_register_find(set, STR("ballot_paper")),
                      .receipts = pack_register_find(set, STR("ballot_receipt"))};
    if (u->reg == NULL || u->papers == NULL || u->receipts == NULL) return err_set(err, &E_ballot_core, NO_PLACE, STR("ballot"));
    for (size_t i = 0; i < B_FIELDS; i++)
        if ((u->f[i] = pack_field_find(u->reg, str_c(ballot_fields[i]))) == NULL && i != B_CASE && i != B_TAKEN) return err_set(err, &E_ballot_core, NO_PLACE, str_c(ballot_fields[i]));
    for (size_t i = 0; i < P_FIELDS; i++)
        if ((u->p[i] = pack_field_find(u->papers, str_c(paper_fields[i]))) == NULL) return err_set(err, &E_ballot_core, NO_PLACE, str_c(paper_fields[i]));
    for (size_t i = 0; i < R_FIELDS; i++)
        if ((u->r[i] = pack_field_find(u->receipts, str_c(receipt_fields[i]))) == NULL) return err_set(err, &E_ballot_core, NO_PLACE, str_c(receipt_fields[i]));
    return RC_OK;
}

static struct str text_of(const struct urn *u, const struct record *rec, int field)
{
    const struct sv *v = &rec->values[u->f[field]->column];
    return v->kind == SV_TEXT ? v->s : STR("");
}
static int64_t int_of(const struct urn *u, const struct record *rec, int field, int64_t absent)
{
    const struct sv *v = &rec->values[u->f[field]->column];
    return v->kind == SV_INT ? v->i : absent;
}

const struct pack_ballot *ballot_declared(const struct pack_set *set, struct str name)
{
    for (uint32_t i = 0; i < set->ballots_count; i++)
        if (str_eq(set->ballots[i]->d.name, name) || str_eq(set->ballots[i]->d.title.zh, name)) return set->ballots[i];
    return NULL;
}

enum rc urn_declared(struct urn *u, struct str name, struct err *err)
{
    const struct pack_set *set = records_set(u->rs);
    u->b = ballot_declared(set, name);
    if (u->b != NULL) return RC_OK;
    struct str *names = arena_array(u->a, struct str, (size_t)set->ballots_count * 2 + 1);
    for (uint32_t i = 0; i < set->ballots_count; i++) {
        names[2 * i] = set->ballots[i]->d.name;
        names[2 * i + 1] = set->ballots[i]->d.title.zh;
    }
    return err_set(err, &E_ballot_no_declaration, NO_PLACE, name, nearest_name(name, (size_t)set->ballots_count * 2, names));
}

static const struct str *roles_asked(const struct pack_ballot *b, bool enter, uint32_t *n)
{
    bool own = enter && b->tellers_count > 0;
    *n = own ? b->tellers_count : b->by_count;
    return own ? b->tellers : b->by;
}

bool ballot_may_somewhere(const struct pack_ballot *b, const struct grant *g, bool enter)
{
    uint32_t asked_n;
    size_t n;
    const struct str *asked = roles_asked(b, enter, &asked_n);
    if (grant_account(g) == 0) return true;
    if (grant_token(g) != 0) return false;
    const struct pack_role *const *roles = grant_roles(g, &n);
    for (uint32_t i = 0; i < asked_n; i++)
        for (size_t k = 0; k < n; k++)
            if (str_eq(asked[i], roles[k]->d.name)) return true;
    return false;
}

/* What the case is about; *reg NULL: nothing that is known. */
static enum rc place_of(struct records *rs, uint64_t of_case, struct arena *a, const struct pack_register **reg, uint64_t *id, struct err *err)
{
    const struct pack_set *set = records_set(rs);
    const struct pack_register *cases = pack_register_find(set, STR("case"));
    const struct pack_field *at = cases == NULL ? NULL : pack_field_find(cases, STR("subject_register")), *subject = cases == NULL ? NULL : pack_field_find(cases, STR("subject"));
    struct record rec;
    *reg = NULL;
    *id = 0;
    if (at == NULL || subject == NULL) return RC_OK;
    TRY(record_get(rs, cases, of_case, a, &rec, err));
    if (rec.values[at->column].kind == SV_TEXT) *reg = pack_register_find(set, rec.values[at->column].s);
    if (rec.values[subject->column].kind == SV_INT) *id = (uint64_t)rec.values[subject->column].i;
    return RC_OK;
}

enum rc ballot_may(struct records *rs, const struct pack_ballot *b, uint64_t of_case, const struct grant *g, bool enter, bool *yes, struct err *err)
{
    const struct pack_register *reg = pack_register_find(records_set(rs), STR("ballot"));
    enum access_acts acts = ACTS_NOT;
    uint64_t id = 0;
    uint32_t n;
    const struct str *asked = roles_asked(b, enter, &n);
    *yes = ballot_may_somewhere(b, g, enter);
    if (!*yes || grant_account(g) == 0) return RC_OK;
    struct arena a;
    arena_init(&a, 4 << 20);
    enum rc rc = of_case == 0 ? RC_OK : place_of(rs, of_case, &a, &reg, &id, err);
    struct access_world w = record_world(rs);
    if (rc == RC_OK && reg != NULL) rc = grant_acts(g, asked, n, reg, id, &w, &acts, err);
    arena_fini(&a);
    *yes = rc == RC_OK && acts == ACTS_YES;
    return rc;
}

const struct pack_param_value *urn_value(const struct urn *u, const struct pack_param *p)
{
    return pack_param_in(records_set(u->rs), p, u->opened);
}

static void candidates_split(struct urn *u, struct str text)
{
    u->candidates = arena_array(u->a, struct str, BALLOT_CANDIDATES_MAX + 1);
    while (text.len > 0 && u->candidates_count < BALLOT_CANDIDATES_MAX) {
        size_t end = str_find_char(text, '\n');
        u->candidates[u->candidates_count++] = str_sub(text, 0, MIN(end, text.len));
        text = end == SIZE_MAX ? STR("") : str_sub(text, end + 1, text.len);
    }
}

enum rc urn_open(struct urn *u, struct records *rs, uint64_t id, struct arena *a, struct err *err)
{
    struct record rec;
    size_t len = 0;
    TRY(urn_registers(u, rs, a, err));
    TRY(record_get(rs, u->reg, id, a, &rec, err));
    u->id = id;
    u->title = text_of(u, &rec, B_TITLE);
    u->state = text_of(u, &rec, B_STATE);
    u->result = text_of(u, &rec, B_RESULT);
    u->places = int_of(u, &rec, B_PLACES, 0);
    u->roll = int_of(u, &rec, B_ROLL, 0);
    u->present = int_of(u, &rec, B_PRESENT, 0);
    u->cast = int_of(u, &rec, B_CAST, 0);
    u->round = int_of(u, &rec, B_ROUND, 1);
    u->earlier = (uint64_t)int_of(u, &rec, B_EARLIER, 0);
    u->of_case = u->f[B_CASE] == NULL ? 0 : (uint64_t)int_of(u, &rec, B_CASE, 0); /* an older core has no such field */
    u->taken = u->f[B_TAKEN] == NULL ? 0 : (uint64_t)int_of(u, &rec, B_TAKEN, 0);
    u->opened = int_of(u, &rec, B_OPENED, 0);
    u->closed = int_of(u, &rec, B_CLOSED, ENTRY_NO_DAY);
    u->recounted_by = text_of(u, &rec, B_RECOUNTED_BY);
    u->recounted = int_of(u, &rec, B_RECOUNTED, ENTRY_NO_DAY);
    u->same = int_of(u, &rec, B_SAME, 0) == 1;
    struct str key = text_of(u, &rec, B_KEY);
    (void)sodium_hex2bin(u->key, sizeof u->key, key.ptr, key.len, NULL, &len, NULL);
    candidates_split(u, text_of(u, &rec, B_CANDIDATES));
    return urn_declared(u, text_of(u, &rec, B_DECLARATION), err);
}

/* ---- verify ---- */

struct rows_look { struct urn *u; struct ballot_rows rows; };

static enum rc rows_one(void *ctx, const struct record *rec, struct err *err)
{
    struct rows_look *k = ctx;
    struct rows_sum n;
    TRY(rows_count(&k->rows, rec->id, k->u->a, &n, err));
    struct str state = rec->values[k->u->f[B_STATE]->column].s;
    bool open = str_eq(state, STR("open")), entering = str_eq(state, STR("entering"));
    if (n.envelopes == n.used && (open || n.envelopes + n.seats == 0) && (entering || n.sheets == 0)) return RC_OK;
    return err_set(err, &E_ballot_rows, NO_PLACE, str_u64(k->u->a, rec->id), str_i64(k->u->a, n.envelopes), str_i64(k->u->a, n.used));
}

enum rc ballot_rows_check(struct records *rs, struct arena *a, struct err *err)
{
    struct urn u;
    if (pack_register_find(records_set(rs), STR("ballot")) == NULL) return RC_OK;
    TRY(urn_registers(&u, rs, a, err));
    struct rows_look k = {.u = &u};
    TRY(ballot_bind(records_store(rs), a, &k.rows, err));
    return record_each(rs, u.reg, RECORD_BY_ID, false, rows_one, &k, err);
}
