/*
 * urn.c - electronic ballots: opened over a roll with the words of two tellers, cast by who has a seat or a code, closed with the same words.
 * What is on a paper goes from the request into an envelope and is nowhere else: these routes write no line of a log, keep no key of a command, note no read, and
 * tell nobody whether a seat was used or never was.  A ballot that is not there answers like one without a seat.
 */
#include <sodium.h>

#include "http/case/ballot.h"

enum { PAD_MOST = 8192, CODE_MOST = 64, WORDS_MOST = 300, CODES_MOST = 10000, VOTERS_MOST = 2000, CHOICES_MOST = BALLOT_CANDIDATES_MAX };

/* ---- opening ---- */

static enum rc words_of(struct req *q, const struct json *body, struct str words[2], struct err *err)
{
    const struct str *at;
    uint32_t n;
    TRY(ballot_texts(q, body, "words", 2, &at, &n, err));
    if (n != 2 || at[0].len > WORDS_MOST || at[1].len > WORDS_MOST) return ballot_bad(err, "words", "两位监票人各自的口令", "the words of the two tellers");
    words[0] = str_trim(at[0]);
    words[1] = str_trim(at[1]);
    return RC_OK;
}

static enum rc class_of(const struct json *m, struct str *out, struct err *err)
{
    TRY(json_text(m, "class", false, out, err));
    if (out->ptr == NULL) *out = STR("");
    return RC_OK;
}

/* Seats of people who sign in: [{"name","class"}]. */
static enum rc voters_of(struct req *q, const struct json *list, struct ballot_opening *o, struct err *err)
{
    const struct pack_register *r;
    if (list == NULL || list->kind != JSON_ARRAY || list->count == 0 || list->count > VOTERS_MOST) return ballot_bad(err, "voters", "投票人的登录名", "who votes, by the names they sign in with");
    TRY(req_register(q, STR("account"), &r, err));
    struct ballot_seat *seats = arena_array(&q->arena, struct ballot_seat, list->count + 1);
    for (const struct json *m = list->first; m != NULL; m = m->next) {
        struct ballot_seat *s = &seats[o->seats_count++];
        struct str name;
        uint64_t account = 0;
        struct err why;
        if (m->kind != JSON_OBJECT) return ballot_bad(err, "voters", "对象的列表", "a list of objects");
        TRY(json_text(m, "name", true, &name, err));
        TRY(class_of(m, &s->class, err));
        err_clear(&why);
        if (record_resolve(q->view->records, r, name, &account, &why) != RC_OK) return err_set(err, &E_http_absent, NO_PLACE, name);
        ballot_voter_account(account, &s->voter);
        for (size_t i = 0; i + 1 < o->seats_count; i++)
            if (memcmp(&seats[i].voter, &s->voter, sizeof s->voter) == 0) return ballot_bad(err, "voters", "各不相同的登录名", "names that differ");
    }
    o->seats = seats;
    return RC_OK;
}

struct code { char text[BALLOT_CODE_TEXT + 1]; struct str class; };

/* Seats of codes: [{"count","class"}]. */
static enum rc codes_of(struct req *q, const struct json *list, struct ballot_opening *o, struct code **out, struct err *err)
{
    uint64_t total = 0, many;
    if (list == NULL || list->kind != JSON_ARRAY || list->count == 0 || list->count > 16) return ballot_bad(err, "codes", "各发多少个代码", "how many codes are given out");
    for (const struct json *m = list->first; m != NULL; m = m->next) {
        if (m->kind != JSON_OBJECT) return ballot_bad(err, "codes", "对象的列表", "a list of objects");
        TRY(json_u64(m, "count", true, &many, err));
        total += many;
        if (many == 0 || total > CODES_MOST) return ballot_bad(err, "codes", "1 到 10000 个", "1 to 10000 of them");
    }
    struct ballot_seat *seats = arena_array(&q->arena, struct ballot_seat, total);
    *out = arena_array(&q->arena, struct code, total);
    for (const struct json *m = list->first; m != NULL; m = m->next) {
        struct str class;
        TRY(json_u64(m, "count", true, &many, err));
        TRY(class_of(m, &class, err));
        for (uint64_t i = 0; i < many; i++) {
            struct code *c = &(*out)[o->seats_count];
            ballot_code_make(c->text);
            c->class = seats[o->seats_count].class = class;
            ballot_voter_code(str_c(c->text), &seats[o->seats_count++].voter);
        }
    }
    o->seats = seats;
    return RC_OK;
}

static enum rc opened(struct req *q, struct args_ballot *g, const struct str words[2], struct receipt *r, struct err *err)
{
    struct buf wrapped;
    buf_init(&wrapped, 4096);
    enum rc rc = ballot_key_make(words[0], words[1], g->opening.public_key, &wrapped, err);
    if (rc == RC_OK) rc = area_ballot_key_put(q->site->area, g->opening.public_key, buf_view(&wrapped), err);
    buf_fini(&wrapped);
    TRY(rc);
    rc = ballot_submit(q, grant_account(q->grant), VERB_BALLOT_OPEN, g, r, err);
    if (rc != RC_OK) area_ballot_key_drop(q->site->area, g->opening.public_key, STR(""));
    return rc;
}

enum rc route_ballot_open(struct req *q, struct err *err)
{
    struct args_ballot g = {0};
    struct receipt r;
    struct str words[2];
    struct code *codes = NULL;
    const struct json *body;
    const struct pack_ballot *b;
    bool may = false;
    TRY(req_json(q, "declaration title candidates places earlier case voters codes words", &body, err));
    TRY(ballot_opening_of(q, body, &g.opening, &b, err));
    /* Asked here too: a key is slow to make, and who may not open one has no business with names that sign in. */
    TRY(ballot_may(q->view->records, b, g.opening.of_case, q->grant, false, &may, err));
    if (!may) return err_set(err, &E_http_denied, NO_PLACE, say_in(q, "开始投票", "opening a ballot"));
    if (b->mode != MODE_SIGN_IN && b->mode != MODE_CODE) return ballot_bad(err, "declaration", "准许电子投票的票种", "a ballot that is declared for electronic voting");
    TRY(words_of(q, body, words, err));
    if (b->mode == MODE_SIGN_IN) TRY(voters_of(q, json_get(body, STR("voters")), &g.opening, err));
    else TRY(codes_of(q, json_get(body, STR("codes")), &g.opening, &codes, err));
    TRY(opened(q, &g, words, &r, err));
    answer_json(q);
    q->status = 201;
    json_object(&q->j);
    receipt_members(q, &r);
    put_key(&q->j, "codes");
    json_array(&q->j);
    for (size_t i = 0; codes != NULL && i < g.opening.seats_count; i++) {
        json_object(&q->j);
        put_text(&q->j, "code", str_c(codes[i].text));
        put_text_or_null(&q->j, "class", codes[i].class.len > 0 ? codes[i].class : STR_NONE);
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
    json_end_object(&q->j);
    if (codes != NULL) sodium_memzero(codes, g.opening.seats_count * sizeof *codes);
    return RC_OK;
}

/* ---- a seat, and the paper that it gives ---- */

static enum rc no_seat(struct err *err) { return err_set0(err, &E_ballot_no_seat, NO_PLACE); }

/* RC_DENIED ballot.no_seat for all that does not vote here: no ballot, another way of voting, closed, not on the roll, used. */
static enum rc seat_of(struct req *q, enum pack_ballot_mode mode, const struct hash *voter, struct ballot_view *v, struct str *class, struct err *err)
{
    struct err why;
    bool waits = false;
    uint64_t id;
    TRY(req_id(q, 0, &id, err));
    err_clear(&why);
    if (ballot_look(q->view->records, id, &q->arena, v, &why) != RC_OK || !str_eq(v->state, STR("open")) || v->ballot->mode != mode) return no_seat(err);
    TRY(ballot_seat_look(q->view->records, id, voter, &q->arena, &waits, class, err));
    return waits ? RC_OK : no_seat(err);
}

static void paper_put(struct req *q, const struct ballot_view *v, struct str class)
{
    const struct pack_ballot *b = v->ballot;
    answer_json(q);
    json_object(&q->j);
    put_u64(&q->j, "id", v->id);
    put_text(&q->j, "title", v->title);
    put_text2(q, "declared", &b->d.title);
    put_text(&q->j, "kind", str_c(ballot_kind_name(b->kind)));
    put_text(&q->j, "mode", str_c(ballot_mode_name(b->mode)));
    put_flag(&q->j, "secret", b->secret);
    put_u64(&q->j, "round", (uint64_t)v->round);
    put_u64(&q->j, "places", (uint64_t)v->places);
    put_flag(&q->j, "receipts", b->receipts);
    put_text_or_null(&q->j, "class", class.len > 0 ? class : STR_NONE);
    put_basis(q, b->d.basis, b->d.basis_count);
    permit_put(q, b);
    ballot_words_put(q, b);
    put_key(&q->j, "candidates");
    json_array(&q->j);
    for (uint32_t i = 0; i < v->candidates_count; i++) json_string(&q->j, v->candidates[i]);
    json_end_array(&q->j);
    json_end_object(&q->j);
}

static enum rc my_seat(struct req *q, struct ballot_view *v, struct str *class, struct err *err)
{
    struct hash voter;
    if (grant_token(q->grant) != 0) return no_seat(err);
    ballot_voter_account(grant_account(q->grant), &voter);
    return seat_of(q, MODE_SIGN_IN, &voter, v, class, err);
}

enum rc route_ballot_seat(struct req *q, struct err *err)
{
    struct ballot_view v;
    struct str class;
    TRY(my_seat(q, &v, &class, err));
    paper_put(q, &v, class);
    return RC_OK;
}

static enum rc code_seat(struct req *q, const char *members, const struct json **body, struct hash *voter, struct ballot_view *v, struct str *class, struct err *err)
{
    struct str code;
    TRY(req_view(q, err));
    TRY(req_json(q, members, body, err));
    TRY(json_text(*body, "code", true, &code, err));
    if (str_trim(code).len > CODE_MOST) return no_seat(err);
    ballot_voter_code(str_trim(code), voter);
    return seat_of(q, MODE_CODE, voter, v, class, err);
}

enum rc route_ballot_code(struct req *q, struct err *err)
{
    const struct json *body;
    struct hash voter;
    struct ballot_view v;
    struct str class;
    TRY(code_seat(q, "code", &body, &voter, &v, &class, err));
    paper_put(q, &v, class);
    return RC_OK;
}

/* ---- casting ---- */

/* Who sees only sizes on the wire must not tell a yes from a no by them: what fills up a request to one size is taken and not looked at. */
static enum rc pad_skip(const struct json *body, struct err *err)
{
    struct str pad;
    TRY(json_text(body, "pad", false, &pad, err));
    return pad.len <= PAD_MOST ? RC_OK : ballot_bad(err, "pad", "不超过 8192 字节的填充", "filling of at most 8192 bytes");
}

/* [{"candidate":1,"word":"yes"}]; a candidate by number or name. */
static enum rc choices_of(struct req *q, const struct json *body, struct args_ballot *g, struct err *err)
{
    const struct json *list = json_get(body, STR("choices"));
    if (list == NULL || list->kind != JSON_ARRAY || list->count > CHOICES_MOST) return ballot_bad(err, "choices", "选择的列表", "a list of choices");
    struct ballot_choice *all = arena_array(&q->arena, struct ballot_choice, list->count + 1);
    for (const struct json *m = list->first; m != NULL; m = m->next) {
        struct ballot_choice *c = &all[g->choices_count++];
        const struct json *who = m->kind == JSON_OBJECT ? json_get(m, STR("candidate")) : NULL;
        if (who == NULL || (who->kind != JSON_NUMBER && who->kind != JSON_STRING) || who->text.len > BALLOT_TEXT_MOST) return ballot_bad(err, "choices", "写明票上的人", "a candidate in each");
        c->candidate = who->text.ptr == NULL ? STR("") : who->text;
        TRY(json_text(m, "word", true, &c->word, err));
    }
    g->choices = all;
    return pad_skip(body, err);
}

static enum rc cast(struct req *q, uint64_t actor, struct args_ballot *g, struct err *err)
{
    char receipt[BALLOT_RECEIPT_TEXT + 1] = "";
    struct receipt r;
    g->receipt = receipt;
    enum rc rc = ballot_submit(q, actor, VERB_BALLOT_CAST, g, &r, err);
    if (rc == RC_OK) {
        answer_json(q);
        json_object(&q->j);
        put_flag(&q->j, "cast", true);
        put_text_or_null(&q->j, "receipt", receipt[0] == '\0' ? STR_NONE : str_dup(&q->arena, str_c(receipt)));
        json_end_object(&q->j);
    }
    sodium_memzero(receipt, sizeof receipt);
    return rc;
}

enum rc route_ballot_cast(struct req *q, struct err *err)
{
    struct args_ballot g = {0};
    struct ballot_view v;
    struct str class;
    const struct json *body;
    TRY(my_seat(q, &v, &class, err));
    TRY(req_json(q, "choices pad", &body, err));
    TRY(choices_of(q, body, &g, err));
    g.id = v.id;
    return cast(q, grant_account(q->grant), &g, err);
}

/* A code votes whoever holds it; what session came along is not looked at. */
enum rc route_ballot_code_cast(struct req *q, struct err *err)
{
    struct args_ballot g = {0};
    struct ballot_view v;
    struct str class;
    const struct json *body;
    TRY(code_seat(q, "code choices pad", &body, &g.voter, &v, &class, err));
    TRY(choices_of(q, body, &g, err));
    g.id = v.id;
    return cast(q, 0, &g, err);
}

/* ---- closing ---- */

enum rc route_ballot_close(struct req *q, struct err *err)
{
    struct args_ballot g = {0};
    struct ballot_seen s;
    struct receipt r;
    struct str words[2], wrapped;
    const struct json *body;
    TRY(ballot_asked(q, &s, err));
    if (!s.opens) return err_set(err, &E_http_denied, NO_PLACE, say_in(q, "结束投票", "closing a ballot"));
    TRY(req_json(q, "words", &body, err));
    TRY(words_of(q, body, words, err));
    if (!ballot_is(&s, "open")) return err_set0(err, &E_ballot_closed, NO_PLACE);
    TRY(area_ballot_key_get(q->site->area, s.v.key, STR(""), &q->arena, &wrapped, err));
    g.id = s.v.id;
    enum rc rc = ballot_key_open(wrapped, words[0], words[1], g.secret, err);
    if (rc == RC_OK) rc = ballot_submit(q, grant_account(q->grant), VERB_BALLOT_CLOSE, &g, &r, err);
    sodium_memzero(g.secret, sizeof g.secret);
    TRY(rc);
    area_ballot_key_drop(q->site->area, s.v.key, STR(""));
    receipt_put(q, &r);
    return RC_OK;
}

/* ---- where I have a seat that waits ---- */

static enum rc seats_each(struct req *q, enum rc (*fn)(struct req *q, const struct ballot_view *v, struct err *err), struct err *err)
{
    struct hash voter;
    uint64_t *ids;
    size_t n;
    if (grant_account(q->grant) == 0 || grant_token(q->grant) != 0) return RC_OK;
    ballot_voter_account(grant_account(q->grant), &voter);
    TRY(ballot_seats_of(q->view->records, &voter, &q->arena, &ids, &n, err));
    for (size_t i = 0; i < n; i++) {
        struct ballot_view v;
        struct err why;
        err_clear(&why);
        if (ballot_look(q->view->records, ids[i], &q->arena, &v, &why) == RC_OK) TRY(fn(q, &v, err));
    }
    return RC_OK;
}

static enum rc mine_one(struct req *q, const struct ballot_view *v, struct err *err)
{
    (void)err;
    json_object(&q->j);
    put_u64(&q->j, "id", v->id);
    put_text(&q->j, "title", v->title);
    put_text2(q, "declared", &v->ballot->d.title);
    put_day(&q->j, "opened", v->opened);
    json_end_object(&q->j);
    return RC_OK;
}

enum rc route_ballots_mine(struct req *q, struct err *err)
{
    items_open(q, false);
    TRY(seats_each(q, mine_one, err));
    items_close(q);
    return RC_OK;
}

static enum rc waiting_one(struct req *q, const struct ballot_view *v, struct err *err)
{
    (void)err;
    json_object(&q->j);
    put_text(&q->j, "kind", STR("ballot"));
    put_text2(q, "title", &v->ballot->d.title);
    put_text(&q->j, "line", v->title);
    put_text(&q->j, "link", str_cat(&q->arena, STR("/vote/"), str_u64(&q->arena, v->id)));
    json_end_object(&q->j);
    return RC_OK;
}

enum rc ballot_waiting_put(struct req *q, struct err *err) { return seats_each(q, waiting_one, err); }
