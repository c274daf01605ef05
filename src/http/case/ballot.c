/*
 * ballot.c - ballots as they are shown.  No answer here speaks of voters; what came of a ballot is told when it is closed, and of a small group only what
 * passed.  ballot_act.c prepares, types, compares, matches, counts again; urn.c opens the electronic ones, takes papers and closes them.
 */
#include "http/case/ballot.h"

enum { LIST_MOST = 200 };

static enum rc absent(struct req *q, uint64_t id, struct err *err)
{
    return err_set(err, &E_http_absent, NO_PLACE, str_cat(&q->arena, str_c(q->lang == LANG_ZH ? "投票" : "ballot"), STR("/"), str_u64(&q->arena, id)));
}

static bool field_seen(const struct sight *s, const struct pack_register *r, const char *name)
{
    const struct pack_field *f = pack_field_find(r, str_c(name));
    return s->any && f != NULL && sight_field(s, r, f);
}

/* What is not there and what may not be seen are told in the same words. */
enum rc ballot_seen(struct req *q, uint64_t id, struct ballot_seen *out, struct err *err)
{
    struct record rec;
    struct sight sight = SIGHT_NONE;
    *out = (struct ballot_seen){0};
    TRY(req_register(q, STR("ballot"), &out->reg, err));
    enum rc rc = record_get(q->view->records, out->reg, id, &q->arena, &rec, err);
    if (rc == RC_ABSENT) return absent(q, id, err);
    TRY(rc);
    TRY(ballot_look(q->view->records, id, &q->arena, &out->v, err));
    TRY(scope_sight_of(grant_scope(q->grant, PACK_READ, out->reg), id, rec.values, rec.closed_us != 0, &q->world, &sight, err));
    TRY(ballot_may(q->view->records, out->v.ballot, out->v.of_case, q->grant, false, &out->opens, err));
    TRY(ballot_may(q->view->records, out->v.ballot, out->v.of_case, q->grant, true, &out->types, err));
    if (!sight.any && !out->opens && !out->types) return absent(q, id, err);
    out->candidates = out->opens || out->types || field_seen(&sight, out->reg, "candidates");
    out->result = out->opens || field_seen(&sight, out->reg, "result");
    return RC_OK;
}

enum rc ballot_asked(struct req *q, struct ballot_seen *out, struct err *err)
{
    uint64_t id;
    TRY(req_id(q, 0, &id, err));
    return ballot_seen(q, id, out, err);
}

/* ---- what is shown ---- */

bool ballot_is(const struct ballot_seen *s, const char *state) { return str_eq(s->v.state, str_c(state)); }

/* Of a ballot that runs nothing is told of what came in: how many are on the roll and, on paper, how many are present. */
static void members(struct req *q, const struct ballot_seen *s)
{
    const struct ballot_view *v = &s->v;
    bool turnout = ballot_is(s, "closed") || ballot_is(s, "entering");
    put_u64(&q->j, "id", v->id);
    put_text(&q->j, "title", v->title);
    if (v->of_case == 0) put_null(&q->j, "case");
    else put_u64(&q->j, "case", v->of_case);
    put_text(&q->j, "declaration", v->ballot->d.name);
    put_text2(q, "declared", &v->ballot->d.title);
    put_text(&q->j, "kind", str_c(ballot_kind_name(v->ballot->kind)));
    put_text(&q->j, "mode", str_c(ballot_mode_name(v->ballot->mode)));
    put_flag(&q->j, "secret", v->ballot->secret);
    put_text(&q->j, "state", v->state);
    put_day(&q->j, "opened", v->opened);
    put_day(&q->j, "closed", v->closed);
    put_u64(&q->j, "round", (uint64_t)v->round);
    put_u64(&q->j, "rounds", (uint64_t)v->ballot->rounds);
    put_u64(&q->j, "entitled", (uint64_t)v->roll);
    if (turnout) put_u64(&q->j, "present", (uint64_t)v->present);
    else put_null(&q->j, "present");
    if (ballot_is(s, "closed")) put_u64(&q->j, "papers", (uint64_t)v->cast);
    else put_null(&q->j, "papers");
    put_flag(&q->j, "may_open", s->opens);
    put_flag(&q->j, "may_type", s->types && ballot_is(s, "entering"));
}

const char *ballot_kind_name(enum pack_ballot_kind k)
{
    static const char *const names[] = {"nominate", "approve", "choose", "grade", "score"};
    return names[k];
}

const char *ballot_mode_name(enum pack_ballot_mode m)
{
    static const char *const names[] = {"sign-in", "code", "paper", "hands", "voice"};
    return names[m];
}

void ballot_words_put(struct req *q, const struct pack_ballot *b)
{
    put_key(&q->j, "options");
    json_array(&q->j);
    for (uint32_t i = 0; i < b->options_count; i++) {
        json_object(&q->j);
        put_text(&q->j, "name", b->options[i].name);
        put_text(&q->j, "title", b->options[i].title);
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
    put_key(&q->j, "classes");
    json_array(&q->j);
    for (uint32_t i = 0; i < b->classes_count; i++) {
        json_object(&q->j);
        put_text(&q->j, "name", b->classes[i].name);
        put_text(&q->j, "title", b->classes[i].title);
        put_u64(&q->j, "weight", (uint64_t)b->classes[i].weight);
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
}

void ballot_shares_put(struct req *q, const struct pack_ballot *b, const struct ballot_view *v)
{
    static const char *const ties[] = {"report", "fails", "runoff"}, *const shown[] = {"none", "result", "papers"};
    share_put(q, "quorum", &b->quorum, v == NULL ? NULL : v->quorum);
    share_put(q, "pass", &b->pass, v == NULL ? NULL : v->pass);
    put_text_or_null(&q->j, "differential", b->differential == NULL ? STR_NONE : b->differential->title);
    put_text(&q->j, "tie", str_c(ties[b->tie]));
    put_text(&q->j, "publish", str_c(shown[b->publish]));
    put_flag(&q->j, "receipts", b->receipts);
    put_flag(&q->j, "names_given", b->names_given);
}

void permit_put(struct req *q, const struct pack_ballot *b)
{
    put_key(&q->j, "permit");
    json_object(&q->j);
    put_basis(q, b->permit, b->permit_count);
    json_end_object(&q->j);
}

/* Which ballots are declared, and which of them I may see to. */
enum rc route_ballot_kinds(struct req *q, struct err *err)
{
    const struct pack_set *set = q->view->set;
    (void)err;
    items_open(q, false);
    for (uint32_t i = 0; i < set->ballots_count; i++) {
        const struct pack_ballot *b = set->ballots[i];
        json_object(&q->j);
        put_text(&q->j, "name", b->d.name);
        put_text2(q, "title", &b->d.title);
        put_text(&q->j, "kind", str_c(ballot_kind_name(b->kind)));
        put_text(&q->j, "mode", str_c(ballot_mode_name(b->mode)));
        put_flag(&q->j, "secret", b->secret);
        put_u64(&q->j, "rounds", (uint64_t)b->rounds);
        put_flag(&q->j, "may_open", ballot_may_somewhere(b, q->grant, false));
        put_flag(&q->j, "may_type", ballot_may_somewhere(b, q->grant, true));
        put_basis(q, b->d.basis, b->d.basis_count);
        permit_put(q, b);
        ballot_shares_put(q, b, NULL);
        ballot_words_put(q, b);
        json_end_object(&q->j);
    }
    items_close(q);
    return RC_OK;
}

struct listing { uint64_t *ids; size_t n, room; uint64_t before; };

static enum rc one_id(void *ctx, const struct record *rec, struct err *err)
{
    (void)err;
    struct listing *l = ctx;
    if (l->before != 0 && rec->id >= l->before) return RC_OK;
    if (l->n == l->room) {
        size_t room = l->room == 0 ? 256 : l->room * 2;
        uint64_t *more = realloc(l->ids, room * sizeof *more);
        if (more == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
        l->ids = more;
        l->room = room;
    }
    l->ids[l->n++] = rec->id;
    return RC_OK;
}

/* Those of one case, which must be in sight. */
static enum rc ids_of_case(struct req *q, const struct pack_register *r, uint64_t of_case, struct listing *l, struct err *err)
{
    const struct pack_field *f = pack_field_find(r, STR("case"));
    uint64_t *ids;
    size_t n;
    if (f == NULL) return RC_OK; /* an older core */
    TRY(case_seen_id(q, of_case, err));
    TRY(record_back(q->view->records, r, f, of_case, &q->arena, &ids, &n, err));
    for (size_t i = 0; i < n; i++) {
        struct record one = {.id = ids[i]};
        TRY(one_id(l, &one, err));
    }
    return RC_OK;
}

static enum rc list_put(struct req *q, const struct listing *l, struct str state, uint64_t limit, uint64_t *next, struct err *err)
{
    uint64_t shown = 0, last = 0;
    for (size_t i = l->n; i-- > 0;) { /* newest first */
        struct ballot_seen s;
        struct err why;
        err_clear(&why);
        enum rc rc = ballot_seen(q, l->ids[i], &s, &why);
        if (rc == RC_ABSENT) continue; /* not in sight, or its declaration is in no pack any more */
        if (rc != RC_OK) {
            *err = why;
            return rc;
        }
        if (state.len > 0 && !str_eq(state, s.v.state)) continue;
        if (shown == limit) {
            *next = last;
            return RC_OK;
        }
        json_object(&q->j);
        members(q, &s);
        json_end_object(&q->j);
        last = s.v.id;
        shown++;
    }
    return RC_OK;
}

enum rc route_ballots(struct req *q, struct err *err)
{
    const struct pack_register *r;
    struct listing l = {0};
    struct str state = req_query(q, "state");
    uint64_t limit = 0, next = 0, of_case = 0;
    TRY(req_u64(q, "case", 0, UINT64_MAX, &of_case, err));
    TRY(req_register(q, STR("ballot"), &r, err));
    TRY(req_u64(q, "limit", 50, LIST_MOST, &limit, err));
    TRY(req_u64(q, "after", 0, UINT64_MAX, &l.before, err));
    if (state.len > 0 && !named_in("open entering closed", state))
        return err_set(err, &E_http_query, NO_PLACE, STR("state"), STR("open、entering、closed 之一"), STR("one of open, entering, closed"));
    enum rc rc = RC_OK;
    if (of_case != 0) rc = ids_of_case(q, r, of_case, &l, err);
    else rc = record_each(q->view->records, r, RECORD_BY_ID, false, one_id, &l, err);
    if (rc == RC_OK) {
        items_open(q, true);
        rc = list_put(q, &l, state, MAX(limit, 1u), &next, err);
        items_next(q, next != 0 ? str_u64(&q->arena, next) : STR_NONE);
    }
    free(l.ids);
    if (rc != RC_OK) buf_clear(&q->out);
    return rc;
}

enum rc route_ballot(struct req *q, struct err *err)
{
    struct ballot_seen s;
    TRY(ballot_asked(q, &s, err));
    if (s.candidates || s.result) read_note(q, s.reg, s.v.id, PACK_PERSONAL, "card");
    answer_json(q);
    json_object(&q->j);
    put_u64(&q->j, "seq", q->view->seq);
    members(q, &s);
    put_u64(&q->j, "places", (uint64_t)s.v.places);
    if (s.v.earlier != 0) put_u64(&q->j, "earlier", s.v.earlier);
    else put_null(&q->j, "earlier");
    put_basis(q, s.v.ballot->d.basis, s.v.ballot->d.basis_count);
    permit_put(q, s.v.ballot);
    ballot_shares_put(q, s.v.ballot, &s.v);
    ballot_words_put(q, s.v.ballot);
    put_key(&q->j, "candidates");
    if (s.candidates) {
        json_array(&q->j);
        for (uint32_t i = 0; i < s.v.candidates_count; i++) json_string(&q->j, s.v.candidates[i]);
        json_end_array(&q->j);
    } else {
        json_null(&q->j);
    }
    put_key(&q->j, "result");
    if (s.result && ballot_is(&s, "closed") && s.v.result.len > 0) json_raw(&q->j, s.v.result);
    else json_null(&q->j);
    put_day(&q->j, "recounted", s.v.recounted);
    put_text_or_null(&q->j, "recounted_by", s.result ? s.v.recounted_by : STR_NONE);
    put_flag(&q->j, "recount_same", s.v.recount_same);
    put_u64(&q->j, "min_group", (uint64_t)q->view->set->min_group);
    json_end_object(&q->j);
    return RC_OK;
}

enum rc route_ballot_counts(struct req *q, struct err *err)
{
    struct ballot_seen s;
    struct ballot_count *at;
    uint32_t n;
    TRY(ballot_asked(q, &s, err));
    if (!s.result) return err_set(err, &E_http_denied, NO_PLACE, say_in(q, "看投票结果", "seeing the result of a ballot"));
    TRY(ballot_counts(q->view->records, s.v.id, &q->arena, &at, &n, err));
    read_note(q, s.reg, s.v.id, PACK_PERSONAL, "card");
    items_open(q, true);
    for (uint32_t i = 0; i < n; i++) {
        json_object(&q->j);
        put_text_or_null(&q->j, "candidate", at[i].line.len > 0 ? at[i].line : STR_NONE);
        put_text(&q->j, "name", at[i].name);
        json_key(&q->j, STR("n"));
        json_i64(&q->j, at[i].n);
        json_end_object(&q->j);
    }
    items_close(q);
    return RC_OK;
}


/* ---- for everybody, when it is closed ---- */

static enum rc open_view(struct req *q, uint64_t *id, struct err *err)
{
    TRY(req_id(q, 0, id, err));
    return req_view(q, err);
}

/* What its declaration makes public; for the world a ballot that is not published and one that is not there are the same. */
enum rc route_ballot_published(struct req *q, struct err *err)
{
    struct str json;
    struct err why;
    uint64_t id;
    TRY(open_view(q, &id, err));
    err_clear(&why);
    enum rc rc = ballot_published(q->view->records, id, &q->arena, &json, &why);
    if (rc == RC_ABSENT || rc == RC_DENIED) return absent(q, id, err);
    if (rc != RC_OK) *err = why;
    TRY(rc);
    answer_json(q);
    json_raw(&q->j, json);
    return RC_OK;
}

/* Is the paper with this receipt among those counted?  Who asks shows nothing but the receipt, and learns nothing else. */
enum rc route_ballot_receipt(struct req *q, struct err *err)
{
    const struct json *body;
    struct str receipt;
    struct err why;
    bool counted = false;
    uint64_t id;
    TRY(open_view(q, &id, err));
    TRY(req_json(q, "receipt", &body, err));
    TRY(json_text(body, "receipt", true, &receipt, err));
    if (receipt.len > BALLOT_TEXT_MOST) return ballot_bad(err, "receipt", "回执", "a receipt");
    err_clear(&why);
    enum rc rc = ballot_receipt_find(q->view->records, id, receipt, &q->arena, &counted, &why);
    if (rc == RC_ABSENT || rc == RC_DENIED) return absent(q, id, err);
    if (rc != RC_OK) *err = why;
    TRY(rc);
    answer_json(q);
    json_object(&q->j);
    put_flag(&q->j, "counted", counted);
    json_end_object(&q->j);
    return RC_OK;
}
