/*
 * ask.c - units are asked by a spreadsheet each; what comes back is read as a job, told cell by cell and taken over through the one door; who has not
 * answered is told by what is still blank.  What was asked of whom is kept where the page asks for it
 * (question.c).
 */
#include "http/job/job.h"
#include "http/paper/leave.h"

enum { UNITS_MOST = 500, NOTES_A_FILE = 100, NAMES_MAX = 4000, WORDS_MAX = 600, AT_ONCE = 20 };

/* ["A","B"] as "A;B": a name holds no semicolon. */
enum rc ask_names(struct req *q, const struct json *body, const char *key, struct str *out, struct err *err)
{
    const struct json *list = json_get(body, str_c(key));
    *out = STR("");
    if (list == NULL || list->kind == JSON_NULL) return RC_OK;
    if (list->kind != JSON_ARRAY || list->count > 200) return err_set(err, &E_http_body, NO_PLACE, str_c(key), STR("字段名的列表"), STR("a list of names of fields"));
    for (const struct json *m = list->first; m != NULL; m = m->next) {
        if (m->kind != JSON_STRING || str_find(m->text, STR(";")) != SIZE_MAX) return err_set(err, &E_http_body, NO_PLACE, str_c(key), STR("字段名的列表"), STR("a list of names of fields"));
        *out = str_cat(&q->arena, *out, out->len > 0 ? STR(";") : STR(""), m->text);
    }
    return RC_OK;
}

/* All fields of the question are seen by this verb: else a blank might be one that he may not see. */
enum rc ask_question(struct req *q, enum pack_verb v, struct str by, struct str shown, struct str asked, struct unit_ask *out, struct err *err)
{
    unsigned wanted = 1u;
    TRY(exchange_ask_make(q->reg, by, shown, asked, &q->arena, out, err));
    wanted |= 1u << q->reg->key->class | 1u << out->by->class;
    for (size_t i = 0; i < out->shown_count; i++) wanted |= 1u << out->shown[i]->class;
    for (size_t i = 0; i < out->asked_count; i++) wanted |= 1u << out->asked[i]->class;
    if (!grant_shows_others(q->grant, v, q->reg, wanted)) return err_set(err, &E_http_form_fields, NO_PLACE, text2_in(&q->reg->d.title, q->lang), asked);
    if (!grant_may(q->grant, PACK_READ, out->by->ref)) return err_set(err, &E_http_denied, NO_PLACE, text2_in(&out->by->ref->d.title, q->lang));
    return RC_OK;
}

static enum rc question_of(struct req *q, enum pack_verb v, const struct json *body, struct unit_ask *out, struct err *err)
{
    struct str by, shown, asked;
    TRY(json_text(body, "by", true, &by, err));
    TRY(ask_names(q, body, "shown", &shown, err));
    TRY(ask_names(q, body, "asked", &asked, err));
    uint64_t *only = NULL;
    size_t only_n = 0;
    TRY(json_ids(q, body, "ids", ASK_RECORDS_MOST, &only, &only_n, err));
    TRY(ids_seen(q, v, q->reg, only, only_n, err));
    enum rc rc = ask_question(q, v, by, shown, asked, out, err);
    out->only = only;
    out->only_count = only_n;
    return rc;
}

/* Who still has blanks, in the order of the units' keys. */
static int by_key(const void *x, const void *y)
{
    const struct ask_unit *a = x, *b = y;
    return str_cmp(a->key, b->key);
}

static enum rc units_of(struct req *q, enum pack_verb v, const struct unit_ask *ask, struct seeing *see, struct ask_unit **units, size_t *n, struct err *err)
{
    seeing_of(q, see, v, 0, v == PACK_PRINT ? "export" : NULL);
    enum rc rc = exchange_ask_units(q->view->records, ask, &see->sight, &q->arena, units, n, err);
    q->run.arena = &q->arena;
    TRY(rc);
    if (*n > 1) qsort(*units, *n, sizeof **units, by_key);
    return RC_OK;
}

enum rc route_ask_units(struct req *q, struct err *err)
{
    const struct json *body;
    struct unit_ask ask;
    struct ask_unit *units;
    struct seeing see;
    size_t n;
    TRY(req_json(q, "by shown asked ids", &body, err));
    TRY(question_of(q, PACK_READ, body, &ask, err));
    TRY(units_of(q, PACK_READ, &ask, &see, &units, &n, err));
    answer_json(q);
    json_object(&q->j);
    put_u64(&q->j, "seq", q->view->seq);
    put_flag(&q->j, "may_print", grant_may(q->grant, PACK_PRINT, q->reg));
    put_flag(&q->j, "may_write", register_writable(q, q->reg));
    put_flag(&q->j, "personal", ask.class != PACK_OPEN);
    put_key(&q->j, "items");
    json_array(&q->j);
    for (size_t i = 0; i < n; i++) {
        json_object(&q->j);
        put_key(&q->j, "unit");
        TRY(ref_put(q, ask.by->ref, units[i].unit, err));
        put_text(&q->j, "key", units[i].key);
        put_u64(&q->j, "rows", units[i].rows);
        put_u64(&q->j, "cells", units[i].cells);
        put_u64(&q->j, "blanks", units[i].blanks);
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
    json_end_object(&q->j);
    return RC_OK;
}

/* ---- out ---- */

/* No names in names of files: the unit's key. */
static struct str file_of(struct req *q, const struct ask_unit *u)
{
    char *p = arena_alloc(&q->arena, u->key.len + 1);
    for (size_t i = 0; i < u->key.len; i++) {
        bool plain = (u->key.ptr[i] >= '0' && u->key.ptr[i] <= '9') || (u->key.ptr[i] >= 'A' && u->key.ptr[i] <= 'Z') || (u->key.ptr[i] >= 'a' && u->key.ptr[i] <= 'z') || u->key.ptr[i] == '_';
        p[i] = plain ? u->key.ptr[i] : '-';
    }
    return str_cat(&q->arena, str_of(p, u->key.len), STR("-"), str_u64(&q->arena, u->unit), STR(".xlsx"));
}

static enum rc sheet_of(struct req *q, const struct unit_ask *ask, const struct ask_unit *u, struct str note, struct seeing *see, struct zip_part *out, struct err *err)
{
    struct made_file m;
    struct buf b;
    uint64_t rows;
    TRY(made_open(&m, ".xlsx", err));
    buf_init(&b, OUT_MAX);
    enum rc rc = exchange_ask_write(q->view->records, ask, u, note, &see->sight, str_c(m.path), &rows, err);
    q->run.arena = &q->arena;
    if (rc == RC_OK) rc = made_read(&m, &b, err);
    made_close(&m);
    *out = (struct zip_part){.name = file_of(q, u), .bytes = str_dup(&q->arena, buf_view(&b))};
    buf_fini(&b);
    return rc;
}

static bool among(const uint64_t *ids, size_t n, uint64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (ids[i] == id) return true;
    return n == 0;
}

enum rc route_ask(struct req *q, struct err *err)
{
    const struct json *body;
    struct unit_ask ask;
    struct ask_unit *units;
    struct seeing see;
    struct str words, reason, what = STR("");
    struct made_file m;
    uint64_t *only = NULL, kept = 0;
    size_t n, only_n = 0, made = 0;
    bool go = false, later = false;
    TRY(req_json(q, "by shown asked ids words units reason question", &body, err));
    TRY(json_text(body, "words", false, &words, err));
    TRY(json_ids(q, body, "units", UNITS_MOST, &only, &only_n, err));
    TRY(json_reason(body, &reason, err));
    TRY(json_u64(body, "question", false, &kept, err));
    if (kept != 0) TRY(question_seen(q, kept, err));
    if (words.ptr == NULL) words = STR("");
    if (words.len > WORDS_MAX) return err_set(err, &E_http_body, NO_PLACE, STR("words"), STR("不超过 600 字节"), STR("at most 600 bytes"));
    TRY(question_of(q, PACK_PRINT, body, &ask, err));
    TRY(units_of(q, PACK_PRINT, &ask, &see, &units, &n, err));
    struct args_export note = {.reg = q->reg->d.name, .personal = ask.class != PACK_OPEN, .reason = reason};
    struct buf b;
    buf_init(&b, 1 << 16);
    buf_str(&b, ask.by->name);
    for (size_t i = 0; i < ask.asked_count; i++) {
        what = str_cat(&q->arena, what, i > 0 ? STR(" ") : STR(""), ask.asked[i]->title.zh);
        buf_char(&b, ' ');
        buf_str(&b, ask.asked[i]->name);
    }
    for (size_t i = 0; i < n; i++) {
        if (!among(only, only_n, units[i].unit)) continue;
        units[made++] = units[i];
        note.rows += units[made - 1].rows;
        buf_char(&b, ' ');
        buf_u64(&b, units[made - 1].unit);
    }
    note.columns = what;
    note.filter = export_digest(q, buf_view(&b));
    buf_fini(&b);
    if (made == 0 || made > UNITS_MOST) return err_set(err, &E_http_body, NO_PLACE, STR("units"), STR("1 到 500 个单位"), STR("1 to 500 units"));
    words = str_cat(&q->arena, say_in(q, "白格请填，灰格不能改；填好以后原样交回　", "fill in the white cells and send it back as it is  "), words, words.len > 0 ? STR("　") : STR(""), export_mark(q, note.filter));
    struct str name = str_cat(&q->arena, STR("ask-"), q->reg->d.name);
    TRY(leave_later(q, q->reg, made, AT_ONCE, name, ".zip", &later, err));
    if (later) return RC_OK;
    struct zip_part *parts = arena_array(&q->arena, struct zip_part, made + 1);
    for (size_t i = 0; i < made; i++) {
        TRY(leave_step(q, err));
        TRY(sheet_of(q, &ask, &units[i], words, &see, &parts[i], err));
    }
    TRY(made_open(&m, ".zip", err));
    enum rc rc = exchange_zip_write(str_c(m.path), parts, made, err);
    if (rc == RC_OK) rc = made_read(&m, &q->out, err);
    made_close(&m);
    TRY(rc);
    leave_as(q, name, ".zip");
    struct batch_item *items = NULL;
    size_t items_n = 0;
    if (kept != 0) {
        struct question_mark *sent = arena_array(&q->arena, struct question_mark, made + 1);
        for (size_t i = 0; i < made; i++) sent[i] = (struct question_mark){.unit = units[i].unit, .sent = true};
        TRY(question_marks(q->view->records, q->view->set, kept, sent, made, req_today(q), &q->arena, &items, &items_n, err));
    }
    TRY(export_enter(q, &note, &go, err));
    if (!go || items_n == 0) return RC_OK;
    /* That they went out is entered already; a mark that finds the question ended meanwhile is no reason to keep the sheets back. */
    struct args_batch args = {.items = items, .count = items_n};
    struct command c = {.verb = VERB_BATCH, .happened = ENTRY_NO_DAY, .args = &args};
    struct receipt receipt;
    struct err ignored;
    (void)!req_submit_as(q, 0, &c, &receipt, &ignored);
    return RC_OK;
}

/* ---- back ---- */

struct answering { uint64_t kept, *ids; struct unit_ask q; struct answers list; struct str *units; struct job_sight see; uint64_t last; };

static enum rc answers_read(struct job_here *h, struct err *err)
{
    struct answering *x = h->ctx;
    const struct pack_register *r = pack_register_find(h->view->set, job_word(h, "register"));
    if (r == NULL) return err_set(err, &E_http_absent, NO_PLACE, job_word(h, "register"));
    TRY(exchange_ask_make(r, job_word(h, "by"), job_word(h, "shown"), job_word(h, "asked"), h->arena, &x->q, err));
    if (!str_to_u64(job_word(h, "question"), &x->kept)) x->kept = 0;
    x->q.only_count = question_numbers(h->arena, job_word(h, "only"), &x->ids);
    x->q.only = x->ids;
    TRY(job_sight_open(h, PACK_WRITE, &x->see, err));
    enum rc rc = exchange_answers_read(&x->q, h->view->records, &x->see.sight, job_word(h, "file"), h->bytes, h->arena, &x->list, err);
    x->units = arena_array(h->arena, struct str, x->list.list.len + 1);
    for (size_t i = 0; i < x->list.list.len && rc == RC_OK; i++)
        if (x->list.list.at[i].unit != 0) rc = x->see.sight.called(&x->see, x->q.by->ref, x->list.list.at[i].unit, h->arena, &x->units[i], err);
    job_sight_close(&x->see);
    TRY(rc);
    atomic_store(&h->total, x->list.list.len);
    return RC_OK;
}

/* Units that sent something back have answered the question that is kept. */
static enum rc answered_mark(struct job_here *h, struct answering *x, struct area_view *v, struct err *err)
{
    struct question_mark *back = arena_array(h->arena, struct question_mark, x->list.list.len + 1);
    struct batch_item *items = NULL;
    size_t n = 0, items_n = 0;
    for (size_t i = 0; i < x->list.list.len; i++) {
        const struct answer *w = &x->list.list.at[i];
        size_t k = 0;
        if (w->unit == 0 || !w->usable || !job_chosen(h, i)) continue;
        while (k < n && back[k].unit != w->unit) k++;
        if (k == n) back[n++] = (struct question_mark){.unit = w->unit};
        back[k].cells += w->answered;
    }
    TRY(question_marks(v->records, v->set, x->kept, back, n, h->today, h->arena, &items, &items_n, err));
    struct args_batch args = {.items = items, .count = items_n};
    struct command c = {.verb = VERB_BATCH, .happened = ENTRY_NO_DAY, .args = &args};
    struct receipt receipt;
    return items_n == 0 ? RC_OK : area_submit(h->site->area, &c, &receipt, err);
}

static enum rc answers_apply(struct job_here *h, struct err *err)
{
    struct answering *x = h->ctx;
    for (size_t i = 0; i < x->list.list.len; i++) {
        if (job_chosen(h, i) && x->list.list.at[i].usable) TRY(exchange_answer_apply(&x->list.list.at[i], h->site->area, h->account, h->token, h->arena, err));
        atomic_store(&h->done, i + 1);
    }
    struct area_view v;
    TRY(area_view_open(h->site->area, &v, err));
    enum rc rc = x->kept == 0 ? RC_OK : answered_mark(h, x, &v, err);
    x->last = v.seq;
    area_view_close(&v);
    job_moved(h, x->last);
    return rc;
}

static void file_put(struct req *q, const struct answering *x, size_t i)
{
    const struct answer *w = &x->list.list.at[i];
    size_t cells = 0;
    for (size_t k = 0; k < w->rows.len; k++) cells += w->rows.at[k].n;
    json_object(&q->j);
    put_u64(&q->j, "idx", i);
    put_text(&q->j, "name", w->name);
    put_text_or_null(&q->j, "unit", w->unit == 0 ? STR_NONE : x->units[i]);
    put_u64(&q->j, "answered", w->answered);
    put_u64(&q->j, "changes", cells);
    put_u64(&q->j, "written", w->written);
    put_flag(&q->j, "usable", w->usable);
    put_key(&q->j, "notes");
    json_array(&q->j);
    for (size_t k = 0; k < w->notes.len && k < NOTES_A_FILE; k++) {
        const struct answer_note *n = &w->notes.at[k];
        json_object(&q->j);
        put_u64(&q->j, "row", n->row);
        put_text(&q->j, "field", n->field);
        put_text(&q->j, "text", str_sub(n->text, 0, utf8_offset(n->text, 100)));
        problem_members(&q->j, &n->err, q->lang);
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
    put_u64(&q->j, "more", w->notes.len > NOTES_A_FILE ? w->notes.len - NOTES_A_FILE : 0);
    json_end_object(&q->j);
}

static enum rc answers_put(struct req *q, struct job_here *h, bool applied, bool failed, struct err *err)
{
    struct answering *x = h->ctx;
    uint64_t written = 0, notes = 0;
    (void)err;
    if (failed) return RC_OK;
    put_key(&q->j, "files");
    json_array(&q->j);
    for (size_t i = 0; i < x->list.list.len; i++) {
        file_put(q, x, i);
        written += x->list.list.at[i].written;
        notes += x->list.list.at[i].notes.len;
    }
    json_end_array(&q->j);
    if (!result_open(q, applied)) return RC_OK;
    put_u64(&q->j, "written", written);
    put_u64(&q->j, "notes", notes);
    put_u64(&q->j, "last_seq", x->last);
    json_end_object(&q->j);
    return RC_OK;
}

const struct job_work answers_work = {.kind = "answers", .ctx_len = sizeof(struct answering), .read = answers_read, .apply = answers_apply, .put = answers_put};

enum rc route_answers(struct req *q, struct err *err)
{
    struct unit_ask ask;
    uint64_t kept = 0;
    struct str name, by = req_query(q, "by"), shown = req_query(q, "shown"), asked = req_query(q, "asked");
    if (q->bearer) return err_set(err, &E_http_denied, NO_PLACE, text2_in(&q->reg->d.title, q->lang)); /* its report says what a token may not see */
    if (!register_writable(q, q->reg)) return err_set(err, &E_http_read_only, NO_PLACE, text2_in(&q->reg->d.title, q->lang));
    if (by.len + shown.len + asked.len > NAMES_MAX) return err_set(err, &E_http_query, NO_PLACE, STR("asked"), STR("字段名，用 ; 隔开"), STR("names of fields with ; between"));
    TRY(ask_question(q, PACK_WRITE, by, shown.ptr == NULL ? STR("") : shown, asked, &ask, err));
    TRY(req_u64(q, "question", 0, UINT64_MAX, &kept, err));
    if (kept != 0) TRY(question_only(q, kept, &ask, err));
    TRY(req_file_name(q, STR("answers.xlsx"), &name, err));
    const struct pair words[] = {{STR("file"), name}, {STR("register"), q->reg->d.name}, {STR("by"), by}, {STR("shown"), shown.ptr == NULL ? STR("") : shown}, {STR("asked"), asked},
                                 {STR("question"), str_u64(&q->arena, kept)}, {STR("only"), question_text(&q->arena, ask.only, ask.only_count)}};
    return job_begin(q, &answers_work, words, ARRAY_LEN(words), err);
}
