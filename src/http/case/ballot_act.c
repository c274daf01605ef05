/*
 * ballot_act.c - ballots on paper: prepared, typed by two tellers apart from each other, taken when they agree; and any closed one counted again.  No
 * answer here speaks of voters, and nothing is told of a paper but to who typed it and, when both are done, where the two differ.
 * Commands go through the one door; their idempotency keys are not kept: a key would keep a hash of papers, or answer for papers that were never entered.
 */
#include "http/case/ballot.h"

enum { PLACES_MOST = 1000 };

enum rc ballot_bad(struct err *err, const char *name, const char *zh, const char *en) { return err_set(err, &E_http_body, NO_PLACE, str_c(name), str_c(zh), str_c(en)); }

enum rc ballot_submit(struct req *q, uint64_t actor, enum verb verb, struct args_ballot *g, struct receipt *r, struct err *err)
{
    struct command c = {.verb = verb, .happened = ENTRY_NO_DAY, .args = g};
    return req_submit_as(q, actor, &c, r, err);
}

static enum rc submit(struct req *q, enum verb verb, struct args_ballot *g, struct receipt *r, struct err *err) { return ballot_submit(q, grant_account(q->grant), verb, g, r, err); }

static enum rc number(const struct json *body, const char *name, uint64_t most, bool wanted, uint64_t *out, struct err *err)
{
    TRY(json_u64(body, name, wanted, out, err));
    return *out <= most ? RC_OK : ballot_bad(err, name, "小一些的数", "a smaller number");
}

enum rc ballot_texts(struct req *q, const struct json *body, const char *name, size_t most, const struct str **out, uint32_t *n, struct err *err)
{
    const struct json *list = json_get(body, str_c(name));
    *n = 0;
    *out = NULL;
    if (list == NULL || list->kind == JSON_NULL) return RC_OK;
    if (list->kind != JSON_ARRAY || list->count > most) return ballot_bad(err, name, "文字的列表，不能太长", "a list of texts, not too long");
    struct str *all = arena_array(&q->arena, struct str, list->count + 1);
    for (const struct json *m = list->first; m != NULL; m = m->next) {
        if (m->kind != JSON_STRING || m->text.len > BALLOT_TEXT_MOST) return ballot_bad(err, name, "文字的列表", "a list of texts");
        all[(*n)++] = m->text.ptr == NULL ? STR("") : m->text;
    }
    *out = all;
    return RC_OK;
}

enum rc ballot_opening_of(struct req *q, const struct json *body, struct ballot_opening *o, const struct pack_ballot **b, struct err *err)
{
    struct ballot_seen s;
    uint64_t places;
    TRY(json_u64(body, "earlier", false, &o->earlier, err));
    TRY(json_text(body, "declaration", o->earlier == 0, &o->declaration, err));
    TRY(json_text(body, "title", true, &o->title, err));
    TRY(ballot_texts(q, body, "candidates", BALLOT_CANDIDATES_MAX, &o->candidates, &o->candidates_count, err));
    TRY(number(body, "places", PLACES_MOST, false, &places, err));
    TRY(json_u64(body, "case", false, &o->of_case, err));
    if (o->of_case != 0) TRY(case_seen_id(q, o->of_case, err));
    if (o->earlier != 0) {
        TRY(ballot_seen(q, o->earlier, &s, err));
        *b = s.v.ballot;
        if (o->of_case == 0) o->of_case = s.v.of_case;
    } else {
        *b = ballot_declared(q->view->set, o->declaration);
        if (*b == NULL) return err_set(err, &E_http_absent, NO_PLACE, o->declaration);
        if (o->candidates_count == 0) return ballot_bad(err, "candidates", "票上的人", "who stands");
    }
    if (o->declaration.ptr == NULL) o->declaration = STR("");
    o->places = places == 0 && o->earlier == 0 ? 1 : (int64_t)places;
    return RC_OK;
}

enum rc route_ballot_prepare(struct req *q, struct err *err)
{
    struct args_ballot g = {0};
    struct receipt r;
    const struct json *body;
    const struct pack_ballot *b;
    uint64_t entitled, present;
    TRY(req_json(q, "declaration title candidates places entitled present earlier case", &body, err));
    TRY(number(body, "entitled", BALLOT_SEATS_MAX, true, &entitled, err));
    TRY(number(body, "present", BALLOT_SEATS_MAX, true, &present, err));
    TRY(ballot_opening_of(q, body, &g.opening, &b, err));
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
    struct ballot_seen s;
    struct ballot_sheets v;
    struct str me = my_name(q);
    TRY(ballot_asked(q, &s, err));
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
    struct ballot_seen s;
    const struct json *body;
    uint64_t from;
    TRY(ballot_asked(q, &s, err));
    TRY(req_json(q, "from papers done", &body, err));
    TRY(number(body, "from", BALLOT_SEATS_MAX, true, &from, err));
    TRY(ballot_texts(q, body, "papers", BALLOT_SHEET_MAX, &g.papers, &g.papers_count, err));
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
    struct ballot_seen s;
    const struct json *body;
    TRY(ballot_asked(q, &s, err));
    TRY(req_json(q, "", &body, err));
    g.id = s.v.id;
    TRY(submit(q, VERB_BALLOT_MATCH, &g, &r, err));
    receipt_put(q, &r);
    return RC_OK;
}

/* Two tellers count the sealed papers anew; that they did, and whether it is the same, goes on the record. */
enum rc route_ballot_recount(struct req *q, struct err *err)
{
    bool same = false;
    struct args_ballot g = {.same = &same};
    struct receipt r;
    struct ballot_seen s;
    const struct json *body;
    const struct str *who;
    uint32_t n;
    TRY(ballot_asked(q, &s, err));
    TRY(req_json(q, "tellers", &body, err));
    TRY(ballot_texts(q, body, "tellers", 2, &who, &n, err));
    if (n != 2 || str_trim(who[0]).len == 0 || str_trim(who[1]).len == 0 || str_eq(str_trim(who[0]), str_trim(who[1])))
        return ballot_bad(err, "tellers", "两位计票人，不能是同一个人", "two tellers, who are not the same person");
    g.id = s.v.id;
    g.teller = str_cat(&q->arena, str_trim(who[0]), STR("、"), str_trim(who[1]));
    TRY(submit(q, VERB_BALLOT_RECOUNT, &g, &r, err));
    answer_json(q);
    json_object(&q->j);
    receipt_members(q, &r);
    put_flag(&q->j, "same", same);
    json_end_object(&q->j);
    return RC_OK;
}
