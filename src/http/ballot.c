/*
 * ballot.c - ballots: which there are, one with its turnout, papers as two tellers type them apart, and the counts of a closed one.  Nothing here speaks of
 * voters: no seat, no envelope, no receipt, no single paper but those that a teller typed and his fellow typed otherwise.  Casting has no route.
 * Whom the declaration names sees to it (`by`) or types (`tellers`); anybody else sees what his grant shows of the register `ballot`.  No key of a command is
 * kept: it would keep a hash of papers, or answer for papers that were never entered.
 */
#include "http/inner.h"

enum { LIST_MOST = 200, PLACES_MOST = 1000, TEXT_MOST = 600 };

/* opens: sees to it; types: enters papers; who, where and what came of it go by these or by the fields that the grant shows. */
struct seen { const struct pack_register *reg; struct ballot_view v; bool opens, types, candidates, result; };

static enum rc bad(struct err *err, const char *name, const char *zh, const char *en) { return err_set(err, &E_http_body, NO_PLACE, str_c(name), str_c(zh), str_c(en)); }

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
static enum rc ballot_seen(struct req *q, uint64_t id, struct seen *out, struct err *err)
{
    struct record rec;
    struct sight sight = SIGHT_NONE;
    *out = (struct seen){0};
    TRY(req_register(q, STR("ballot"), &out->reg, err));
    enum rc rc = record_get(q->view->records, out->reg, id, &q->arena, &rec, err);
    if (rc == RC_ABSENT) return absent(q, id, err);
    TRY(rc);
    TRY(ballot_look(q->view->records, id, &q->arena, &out->v, err));
    TRY(scope_sight_of(grant_scope(q->grant, PACK_READ, out->reg), id, rec.values, rec.closed_us != 0, &q->world, &sight, err));
    out->opens = ballot_may(out->v.ballot, q->grant, false);
    out->types = ballot_may(out->v.ballot, q->grant, true);
    if (!sight.any && !out->opens && !out->types) return absent(q, id, err);
    out->candidates = out->opens || out->types || field_seen(&sight, out->reg, "candidates");
    out->result = out->opens || field_seen(&sight, out->reg, "result");
    return RC_OK;
}

static enum rc asked(struct req *q, struct seen *out, struct err *err)
{
    uint64_t id;
    TRY(req_id(q, 0, &id, err));
    return ballot_seen(q, id, out, err);
}

/* ---- what is shown ---- */

static bool closed(const struct seen *s) { return str_eq(s->v.state, STR("closed")); }

/* Of a ballot that runs nothing is told of what came in: how many are on the roll and, on paper, how many are present. */
static void members(struct req *q, const struct seen *s)
{
    static const char *const kinds[] = {"nominate", "approve", "choose", "grade", "score"}, *const modes[] = {"sign-in", "code", "paper", "hands", "voice"};
    const struct ballot_view *v = &s->v;
    bool turnout = closed(s) || str_eq(v->state, STR("entering"));
    put_u64(&q->j, "id", v->id);
    put_text(&q->j, "title", v->title);
    put_text(&q->j, "declaration", v->ballot->d.name);
    put_text2(q, "declared", &v->ballot->d.title);
    put_text(&q->j, "kind", str_c(kinds[v->ballot->kind]));
    put_text(&q->j, "mode", str_c(modes[v->ballot->mode]));
    put_flag(&q->j, "secret", v->ballot->secret);
    put_text(&q->j, "state", v->state);
    put_day(&q->j, "opened", v->opened);
    put_day(&q->j, "closed", v->closed);
    put_u64(&q->j, "round", (uint64_t)v->round);
    put_u64(&q->j, "entitled", (uint64_t)v->roll);
    if (turnout) put_u64(&q->j, "present", (uint64_t)v->present);
    else put_null(&q->j, "present");
    if (closed(s)) put_u64(&q->j, "papers", (uint64_t)v->cast);
    else put_null(&q->j, "papers");
    put_flag(&q->j, "may_open", s->opens);
    put_flag(&q->j, "may_type", s->types && str_eq(v->state, STR("entering")));
}

static void words_of_papers(struct req *q, const struct pack_ballot *b)
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
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
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

static enum rc list_put(struct req *q, const struct listing *l, struct str state, uint64_t limit, uint64_t *next, struct err *err)
{
    uint64_t shown = 0, last = 0;
    for (size_t i = l->n; i-- > 0;) { /* newest first */
        struct seen s;
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
    uint64_t limit = 0, next = 0;
    TRY(req_register(q, STR("ballot"), &r, err));
    TRY(req_u64(q, "limit", 50, LIST_MOST, &limit, err));
    TRY(req_u64(q, "after", 0, UINT64_MAX, &l.before, err));
    if (state.len > 0 && !named_in("open entering closed", state))
        return err_set(err, &E_http_query, NO_PLACE, STR("state"), STR("open、entering、closed 之一"), STR("one of open, entering, closed"));
    enum rc rc = record_each(q->view->records, r, RECORD_BY_ID, false, one_id, &l, err);
    if (rc == RC_OK) {
        answer_json(q);
        json_object(&q->j);
        put_u64(&q->j, "seq", q->view->seq);
        put_key(&q->j, "items");
        json_array(&q->j);
        rc = list_put(q, &l, state, MAX(limit, 1u), &next, err);
        json_end_array(&q->j);
        if (next != 0) put_text(&q->j, "next", str_u64(&q->arena, next));
        else put_null(&q->j, "next");
        json_end_object(&q->j);
    }
    free(l.ids);
    if (rc != RC_OK) buf_clear(&q->out);
    return rc;
}

enum rc route_ballot(struct req *q, struct err *err)
{
    struct seen s;
    TRY(asked(q, &s, err));
    if (s.candidates || s.result) read_note(q, s.reg, s.v.id, PACK_PERSONAL, "card");
    answer_json(q);
    json_object(&q->j);
    put_u64(&q->j, "seq", q->view->seq);
    members(q, &s);
    put_u64(&q->j, "places", (uint64_t)s.v.places);
    if (s.v.earlier != 0) put_u64(&q->j, "earlier", s.v.earlier);
    else put_null(&q->j, "earlier");
    put_basis(q, s.v.ballot->d.basis, s.v.ballot->d.basis_count);
    words_of_papers(q, s.v.ballot);
    put_key(&q->j, "candidates");
    if (s.candidates) {
        json_array(&q->j);
        for (uint32_t i = 0; i < s.v.candidates_count; i++) json_string(&q->j, s.v.candidates[i]);
        json_end_array(&q->j);
    } else {
        json_null(&q->j);
    }
    put_key(&q->j, "result");
    if (s.result && closed(&s) && s.v.result.len > 0) json_raw(&q->j, s.v.result);
    else json_null(&q->j);
    put_day(&q->j, "recounted", s.v.recounted);
    json_end_object(&q->j);
    return RC_OK;
}

enum rc route_ballot_counts(struct req *q, struct err *err)
{
    struct seen s;
    struct ballot_count *at;
    uint32_t n;
    TRY(asked(q, &s, err));
    if (!s.result) return err_set(err, &E_http_denied, NO_PLACE, say_in(q, "看投票结果", "seeing the result of a ballot"));
    TRY(ballot_counts(q->view->records, s.v.id, &q->arena, &at, &n, err));
    read_note(q, s.reg, s.v.id, PACK_PERSONAL, "card");
    answer_json(q);
    json_object(&q->j);
    put_u64(&q->j, "seq", q->view->seq);
    put_key(&q->j, "items");
    json_array(&q->j);
    for (uint32_t i = 0; i < n; i++) {
        json_object(&q->j);
        put_text_or_null(&q->j, "candidate", at[i].line.len > 0 ? at[i].line : STR_NONE);
        put_text(&q->j, "name", at[i].name);
        json_key(&q->j, STR("n"));
        json_i64(&q->j, at[i].n);
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
    json_end_object(&q->j);
    return RC_OK;
}

/* ---- acts ---- */

static enum rc submit(struct req *q, enum verb verb, struct args_ballot *g, struct receipt *r, struct err *err)
{
    struct command c = {.verb = verb, .happened = ENTRY_NO_DAY, .args = g};
    return req_submit(q, &c, r, err);
}

static enum rc number(const struct json *body, const char *name, uint64_t most, bool wanted, uint64_t *out, struct err *err)
{
    TRY(json_u64(body, name, wanted, out, err));
    return *out <= most ? RC_OK : bad(err, name, "小一些的数", "a smaller number");
}

static enum rc texts(struct req *q, const struct json *body, const char *name, size_t most, size_t bytes, const struct str **out, uint32_t *n, struct err *err)
{
    const struct json *list = json_get(body, str_c(name));
    *n = 0;
    *out = NULL;
    if (list == NULL || list->kind == JSON_NULL) return RC_OK;
    if (list->kind != JSON_ARRAY || list->count > most) return bad(err, name, "文字的列表，不能太长", "a list of texts, not too long");
    struct str *all = arena_array(&q->arena, struct str, list->count + 1);
    for (const struct json *m = list->first; m != NULL; m = m->next) {
        if (m->kind != JSON_STRING || m->text.len > bytes) return bad(err, name, "文字的列表", "a list of texts");
        all[(*n)++] = m->text.ptr == NULL ? STR("") : m->text;
    }
    *out = all;
    return RC_OK;
}

enum rc route_ballot_prepare(struct req *q, struct err *err)
{
    struct args_ballot g = {0};
    struct receipt r;
    struct seen s;
    const struct json *body;
    uint64_t places, entitled, present;
    TRY(req_json(q, "declaration title candidates places entitled present earlier", &body, err));
    TRY(json_u64(body, "earlier", false, &g.opening.earlier, err));
    TRY(json_text(body, "declaration", g.opening.earlier == 0, &g.opening.declaration, err));
    TRY(json_text(body, "title", true, &g.opening.title, err));
    TRY(texts(q, body, "candidates", BALLOT_CANDIDATES_MAX, TEXT_MOST, &g.opening.candidates, &g.opening.candidates_count, err));
    TRY(number(body, "places", PLACES_MOST, false, &places, err));
    TRY(number(body, "entitled", BALLOT_SEATS_MAX, true, &entitled, err));
    TRY(number(body, "present", BALLOT_SEATS_MAX, true, &present, err));
    if (g.opening.earlier != 0) TRY(ballot_seen(q, g.opening.earlier, &s, err));
    if (g.opening.candidates_count == 0 && g.opening.earlier == 0) return bad(err, "candidates", "票上的人", "who stands");
    if (g.opening.earlier == 0 && ballot_declared(q->view->set, g.opening.declaration) == NULL) return err_set(err, &E_http_absent, NO_PLACE, g.opening.declaration);
    if (g.opening.declaration.ptr == NULL) g.opening.declaration = STR("");
    g.opening.places = places == 0 && g.opening.earlier == 0 ? 1 : (int64_t)places;
    g.entitled = (int64_t)entitled;
    g.present = (int64_t)present;
    TRY(submit(q, VERB_BALLOT_PREPARE, &g, &r, err));
    receipt_put(q, &r);
    q->status = 201;
    return RC_OK;
}

/* As the writer names him (area/votes.c): one person, one name. */
static struct str my_name(struct req *q) { return str_cat(&q->arena, grant_title(q->grant), STR("（"), grant_name(q->grant), STR("）")); }

/* A teller sees how far he is himself; of his fellow only whether he is done.  What differs is shown when both are done, to the two and to whom it is to see to it. */
enum rc route_ballot_sheets(struct req *q, struct err *err)
{
    struct seen s;
    struct ballot_sheets v;
    struct str me = my_name(q);
    TRY(asked(q, &s, err));
    if (!s.opens && !s.types) return err_set(err, &E_http_denied, NO_PLACE, say_in(q, "录入选票", "entering papers"));
    TRY(ballot_sheets_look(q->view->records, s.v.id, &q->arena, &v, err));
    bool both = v.done[0] && v.done[1], in = false;
    answer_json(q);
    json_object(&q->j);
    put_u64(&q->j, "id", s.v.id);
    put_u64(&q->j, "present", (uint64_t)s.v.present);
    put_key(&q->j, "tellers");
    json_array(&q->j);
    for (int t = 0; t < 2; t++) {
        bool mine = str_eq(v.teller[t], me);
        if (v.teller[t].len == 0) continue;
        in = in || mine;
        json_object(&q->j);
        put_text(&q->j, "name", v.teller[t]);
        put_flag(&q->j, "mine", mine);
        put_flag(&q->j, "done", v.done[t]);
        if (mine || both) put_u64(&q->j, "papers", v.papers[t]);
        else put_null(&q->j, "papers");
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
    put_flag(&q->j, "both_done", both);
    put_key(&q->j, "differences");
    if (both && (in || s.opens)) {
        json_array(&q->j);
        for (uint32_t i = 0; i < v.differences_count; i++) {
            json_object(&q->j);
            put_u64(&q->j, "number", v.differences[i].number);
            put_text(&q->j, "first", v.differences[i].first.ptr == NULL ? STR("") : v.differences[i].first);
            put_text(&q->j, "second", v.differences[i].second.ptr == NULL ? STR("") : v.differences[i].second);
            json_end_object(&q->j);
        }
        json_end_array(&q->j);
    } else {
        json_null(&q->j);
    }
    json_end_object(&q->j);
    return RC_OK;
}

enum rc route_ballot_type(struct req *q, struct err *err)
{
    struct args_ballot g = {0};
    struct receipt r;
    struct seen s;
    const struct json *body;
    uint64_t from;
    TRY(asked(q, &s, err));
    TRY(req_json(q, "from papers done", &body, err));
    TRY(number(body, "from", BALLOT_SEATS_MAX, true, &from, err));
    TRY(texts(q, body, "papers", BALLOT_SHEET_MAX, TEXT_MOST, &g.papers, &g.papers_count, err));
    TRY(json_flag(body, "done", &g.done, err));
    g.id = s.v.id;
    g.from = (uint32_t)from;
    TRY(submit(q, VERB_BALLOT_SHEET, &g, &r, err));
    receipt_put(q, &r);
    return RC_OK;
}

enum rc route_ballot_match(struct req *q, struct err *err)
{
    struct args_ballot g = {0};
    struct receipt r;
    struct seen s;
    const struct json *body;
    TRY(asked(q, &s, err));
    TRY(req_json(q, "", &body, err));
    g.id = s.v.id;
    TRY(submit(q, VERB_BALLOT_MATCH, &g, &r, err));
    receipt_put(q, &r);
    return RC_OK;
}
