/*
 * question.c - a question to units as it is kept: who asked what, of whom, by when; to which units a sheet went out, and when each answered.  Records of packs/core
 * (unit_question, unit_question_mark), written by the engine: who made a question changes and ends it, and whoever may ask the same sees it.
 */
#include "http/job/job.h"
#include "http/paper/leave.h"

enum { TITLE_MOST = 80, WORDS_MOST = 600, IDS_TEXT_MAX = 8000, QUESTIONS_MOST = 200 };

static struct sv value_of(const struct pack_register *r, const struct record *rec, const char *field)
{
    const struct pack_field *f = pack_field_find(r, str_c(field));
    return f == NULL || f->derive != NULL ? sv_null() : rec->values[f->column];
}
static struct str text_of(const struct pack_register *r, const struct record *rec, const char *field)
{
    struct sv v = value_of(r, rec, field);
    return v.kind == SV_TEXT ? v.s : STR("");
}

/* "12 15 18": ids as they are kept. */
size_t question_numbers(struct arena *a, struct str text, uint64_t **out)
{
    size_t n = 0;
    *out = arena_array(a, uint64_t, text.len / 2 + 2);
    for (size_t at = 0; at < text.len;) {
        size_t end = at;
        while (end < text.len && text.ptr[end] != ' ') end++;
        if (str_to_u64(str_sub(text, at, end), &(*out)[n])) n++;
        at = end + 1;
    }
    return n;
}
struct str question_text(struct arena *a, const uint64_t *ids, size_t n)
{
    struct buf b;
    buf_init(&b, IDS_TEXT_MAX);
    for (size_t i = 0; i < n; i++) {
        if (i > 0) buf_char(&b, ' ');
        buf_u64(&b, ids[i]);
    }
    struct str s = str_dup(a, buf_view(&b));
    buf_fini(&b);
    return s;
}

static bool mine(struct req *q, const struct pack_register *reg, const struct record *rec)
{
    struct sv by = value_of(reg, rec, "by");
    return by.kind == SV_INT && (uint64_t)by.i == grant_account(q->grant);
}

static bool in_sight(struct req *q, const struct pack_register *r, uint64_t id)
{
    struct record rec;
    struct sight s;
    struct err why;
    return record_seen(q, PACK_READ, r, id, &rec, &s, &why) == RC_OK;
}

/* Of those that are named at least one; where none is named, all are meant. */
static bool some_in_sight(struct req *q, const struct pack_register *r, struct str text)
{
    uint64_t *ids;
    size_t n = question_numbers(&q->arena, text, &ids);
    for (size_t i = 0; i < n; i++)
        if (in_sight(q, r, ids[i])) return true;
    return n == 0;
}

/* Of this register, open, and one that the asker might put himself: its fields are in sight, and somebody whom it is about.  Records and units of it are told as far as each is. */
static enum rc may_see(struct req *q, const struct pack_register *reg, const struct record *rec, struct unit_ask *ask, bool *yes, struct err *err)
{
    struct err why;
    (void)err;
    *yes = rec->closed_us == 0 && str_eq(text_of(reg, rec, "over"), q->reg->d.name) &&
           ask_question(q, PACK_READ, text_of(reg, rec, "level"), text_of(reg, rec, "shown"), text_of(reg, rec, "asked"), ask, &why) == RC_OK &&
           (mine(q, reg, rec) || (some_in_sight(q, q->reg, text_of(reg, rec, "ids")) && some_in_sight(q, ask->by->ref, text_of(reg, rec, "units"))));
    return RC_OK;
}

static enum rc question_get(struct req *q, uint64_t id, const struct pack_register **reg, struct record *rec, struct err *err)
{
    struct unit_ask ask;
    bool yes = false;
    TRY(req_register(q, STR("unit_question"), reg, err));
    enum rc rc = record_get(q->view->records, *reg, id, &q->arena, rec, err);
    if (rc != RC_OK && rc != RC_ABSENT) return rc;
    if (rc == RC_OK) TRY(may_see(q, *reg, rec, &ask, &yes, err));
    return yes ? RC_OK : err_set(err, &E_http_absent, NO_PLACE, str_u64(&q->arena, id));
}

enum rc question_seen(struct req *q, uint64_t id, struct err *err)
{
    const struct pack_register *reg;
    struct record rec;
    return question_get(q, id, &reg, &rec, err);
}

enum rc question_only(struct req *q, uint64_t id, struct unit_ask *ask, struct err *err)
{
    const struct pack_register *reg;
    struct record rec;
    uint64_t *ids;
    TRY(question_get(q, id, &reg, &rec, err));
    ask->only_count = question_numbers(&q->arena, text_of(reg, &rec, "ids"), &ids);
    ask->only = ids;
    return RC_OK;
}

/* ---- what is kept ---- */

struct mark { uint64_t id, question, unit, times, cells; uint32_t version; day_num sent, returned; };
struct marks { const struct pack_register *reg; VEC(struct mark) list; struct arena *a; uint64_t only; };

static day_num day_in(struct sv v) { return v.kind == SV_INT ? v.i : ENTRY_NO_DAY; }
static uint64_t number_of(struct sv v) { return v.kind == SV_INT && v.i > 0 ? (uint64_t)v.i : 0; }

static enum rc mark_take(void *ctx, const struct record *rec, struct err *err)
{
    struct marks *m = ctx;
    struct mark one = {.id = rec->id, .version = rec->version, .question = number_of(value_of(m->reg, rec, "question")), .unit = number_of(value_of(m->reg, rec, "unit")),
                       .times = number_of(value_of(m->reg, rec, "times")), .cells = number_of(value_of(m->reg, rec, "cells")), .sent = day_in(value_of(m->reg, rec, "sent")),
                       .returned = day_in(value_of(m->reg, rec, "returned"))};
    (void)err;
    if (m->only == 0 || m->only == one.question) vec_push(m->a, &m->list, one);
    return RC_OK;
}

static void names_put(struct req *q, const char *key, struct str text)
{
    put_key(&q->j, key);
    json_array(&q->j);
    for (size_t at = 0; at < text.len;) {
        size_t end = at;
        while (end < text.len && text.ptr[end] != ';') end++;
        if (end > at) json_string(&q->j, str_sub(text, at, end));
        at = end + 1;
    }
    json_end_array(&q->j);
}
static void numbers_put(struct req *q, const char *key, const struct pack_register *r, struct str text)
{
    uint64_t *ids;
    size_t n = question_numbers(&q->arena, text, &ids);
    put_key(&q->j, key);
    json_array(&q->j);
    for (size_t i = 0; i < n; i++)
        if (in_sight(q, r, ids[i])) json_i64(&q->j, (int64_t)ids[i]);
    json_end_array(&q->j);
}

struct listing { struct req *q; const struct pack_register *reg; struct marks *marks; size_t n; };

static enum rc question_put(void *ctx, const struct record *rec, struct err *err)
{
    struct listing *l = ctx;
    struct req *q = l->q;
    struct unit_ask ask;
    bool yes = false;
    TRY(may_see(q, l->reg, rec, &ask, &yes, err));
    if (!yes || l->n++ >= QUESTIONS_MOST) return RC_OK;
    json_object(&q->j);
    put_u64(&q->j, "id", rec->id);
    put_u64(&q->j, "version", rec->version);
    put_text(&q->j, "title", text_of(l->reg, rec, "title"));
    put_flag(&q->j, "mine", mine(q, l->reg, rec));
    put_key(&q->j, "by");
    TRY(ref_put(q, pack_register_find(q->view->set, STR("account")), number_of(value_of(l->reg, rec, "by")), err));
    put_text(&q->j, "level", text_of(l->reg, rec, "level"));
    names_put(q, "shown", text_of(l->reg, rec, "shown"));
    names_put(q, "asked", text_of(l->reg, rec, "asked"));
    put_text(&q->j, "words", text_of(l->reg, rec, "words"));
    put_day(&q->j, "since", day_in(value_of(l->reg, rec, "since")));
    put_day(&q->j, "due", day_in(value_of(l->reg, rec, "due")));
    numbers_put(q, "ids", q->reg, text_of(l->reg, rec, "ids"));
    numbers_put(q, "units", ask.by->ref, text_of(l->reg, rec, "units"));
    put_key(&q->j, "marks");
    json_array(&q->j);
    for (size_t i = 0; i < l->marks->list.len; i++) {
        const struct mark *m = &l->marks->list.at[i];
        if (m->question != rec->id || !in_sight(q, ask.by->ref, m->unit)) continue;
        json_object(&q->j);
        put_u64(&q->j, "unit", m->unit);
        put_day(&q->j, "sent", m->sent);
        put_u64(&q->j, "times", m->times);
        put_day(&q->j, "returned", m->returned);
        put_u64(&q->j, "cells", m->cells);
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
    json_end_object(&q->j);
    return RC_OK;
}

enum rc route_questions(struct req *q, struct err *err)
{
    struct marks marks = {.reg = pack_register_find(q->view->set, STR("unit_question_mark")), .a = &q->arena};
    struct listing l = {.q = q, .reg = pack_register_find(q->view->set, STR("unit_question")), .marks = &marks};
    items_open(q, false);
    if (l.reg != NULL && marks.reg != NULL) {
        TRY(record_each(q->view->records, marks.reg, RECORD_BY_ID, false, mark_take, &marks, err));
        TRY(record_each(q->view->records, l.reg, RECORD_BY_ID, false, question_put, &l, err));
    }
    json_end_array(&q->j);
    json_end_object(&q->j);
    return RC_OK;
}

enum rc route_question_keep(struct req *q, struct err *err)
{
    const struct json *body;
    const struct pack_register *reg = NULL;
    struct str title, level, shown, asked, words;
    struct unit_ask ask;
    struct record rec = {0};
    uint64_t id = 0, *ids = NULL, *units = NULL;
    size_t ids_n = 0, units_n = 0;
    day_num due = ENTRY_NO_DAY;
    if (q->bearer) return err_set(err, &E_http_denied, NO_PLACE, text2_in(&q->reg->d.title, q->lang));
    TRY(req_json(q, "id title by shown asked words due ids units", &body, err));
    TRY(json_u64(body, "id", false, &id, err));
    TRY(json_text(body, "title", true, &title, err));
    TRY(json_text(body, "by", true, &level, err));
    TRY(json_text(body, "words", false, &words, err));
    TRY(ask_names(q, body, "shown", &shown, err));
    TRY(ask_names(q, body, "asked", &asked, err));
    TRY(json_day(q, body, "due", ENTRY_NO_DAY, &due, err));
    TRY(json_ids(q, body, "ids", ASK_RECORDS_MOST, &ids, &ids_n, err));
    TRY(json_ids(q, body, "units", ASK_RECORDS_MOST, &units, &units_n, err));
    title = str_trim(title);
    if (words.ptr == NULL) words = STR("");
    if (title.len == 0 || utf8_count(title) > TITLE_MOST) return err_set(err, &E_http_body, NO_PLACE, STR("title"), STR("1 到 80 个字的名目"), STR("a title of 1 to 80 characters"));
    if (words.len > WORDS_MOST) return err_set(err, &E_http_body, NO_PLACE, STR("words"), STR("不超过 600 字节"), STR("at most 600 bytes"));
    if (due != ENTRY_NO_DAY && due < req_today(q)) return err_set(err, &E_http_body, NO_PLACE, STR("due"), STR("今天或者以后的日期"), STR("today or a later day"));
    TRY(ask_question(q, PACK_PRINT, level, shown, asked, &ask, err));
    TRY(ids_seen(q, PACK_READ, q->reg, ids, ids_n, err));
    TRY(ids_seen(q, PACK_READ, ask.by->ref, units, units_n, err));
    TRY(req_register(q, STR("unit_question"), &reg, err));
    if (id != 0) {
        TRY(question_get(q, id, &reg, &rec, err));
        if (!mine(q, reg, &rec)) return err_set(err, &E_http_denied, NO_PLACE, text2_in(&reg->d.title, q->lang));
    }
    struct str ids_text = question_text(&q->arena, ids, ids_n), units_text = question_text(&q->arena, units, units_n);
    struct str names[] = {STR("title"), STR("over"), STR("level"), STR("shown"), STR("asked"), STR("words"), STR("due"), STR("ids"), STR("units"), STR("since"), STR("by")};
    struct sv values[] = {sv_text(title), sv_text(q->reg->d.name), sv_text(level), shown.len > 0 ? sv_text(shown) : sv_null(), sv_text(asked), words.len > 0 ? sv_text(words) : sv_null(),
                          due == ENTRY_NO_DAY ? sv_null() : sv_int(due), ids_n > 0 ? sv_text(ids_text) : sv_null(), units_n > 0 ? sv_text(units_text) : sv_null(), sv_int(req_today(q)),
                          sv_int((int64_t)grant_account(q->grant))};
    return own_keep(q, reg, id, id != 0 ? rec.version : 0, ARRAY_LEN(names), 2, names, values, err); /* since and by stay */
}

enum rc route_question_drop(struct req *q, struct err *err)
{
    const struct pack_register *reg = NULL;
    struct record rec;
    uint64_t id;
    TRY(req_id(q, 1, &id, err));
    TRY(question_get(q, id, &reg, &rec, err));
    if (!mine(q, reg, &rec)) return err_set(err, &E_http_denied, NO_PLACE, text2_in(&reg->d.title, q->lang));
    return own_drop(q, reg, id, rec.version, err);
}

/* ---- to which units it went, which answered ---- */

enum rc question_marks(struct records *rs, const struct pack_set *set, uint64_t question, const struct question_mark *given, size_t n, day_num today, struct arena *a, struct batch_item **out, size_t *out_n,
                       struct err *err)
{
    struct marks m = {.reg = pack_register_find(set, STR("unit_question_mark")), .a = a, .only = question};
    const char *const names[] = {"question", "unit", "times", "sent", "returned", "cells"};
    *out = arena_array(a, struct batch_item, n + 1);
    *out_n = 0;
    if (m.reg == NULL) return RC_OK;
    TRY(record_each(rs, m.reg, RECORD_BY_ID, false, mark_take, &m, err));
    for (size_t i = 0; i < n; i++) {
        const struct mark *was = NULL;
        for (size_t k = 0; k < m.list.len; k++)
            if (m.list.at[k].unit == given[i].unit) was = &m.list.at[k];
        struct mark now = was != NULL ? *was : (struct mark){.sent = ENTRY_NO_DAY, .returned = ENTRY_NO_DAY};
        if (given[i].sent) {
            now.sent = today;
            now.times++;
        } else {
            now.returned = today;
            now.cells += given[i].cells;
        }
        const struct pack_field **fields = arena_array(a, const struct pack_field *, ARRAY_LEN(names));
        struct sv *values = arena_array(a, struct sv, ARRAY_LEN(names));
        for (size_t k = 0; k < ARRAY_LEN(names); k++) fields[k] = pack_field_find(m.reg, str_c(names[k]));
        values[0] = sv_int((int64_t)question);
        values[1] = sv_int((int64_t)given[i].unit);
        values[2] = sv_int((int64_t)now.times);
        values[3] = now.sent == ENTRY_NO_DAY ? sv_null() : sv_int(now.sent);
        values[4] = now.returned == ENTRY_NO_DAY ? sv_null() : sv_int(now.returned);
        values[5] = sv_int((int64_t)now.cells);
        (*out)[(*out_n)++] = was == NULL ? (struct batch_item){.kind = BATCH_CREATE, .reg = m.reg, .count = ARRAY_LEN(names), .fields = fields, .values = values}
                                         : (struct batch_item){.kind = BATCH_UPDATE, .reg = m.reg, .id = was->id, .if_version = was->version, .count = ARRAY_LEN(names), .fields = fields, .values = values};
    }
    return RC_OK;
}
