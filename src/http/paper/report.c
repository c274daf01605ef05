/*
 * report.c - declared cross-tabs as of a day, and who is counted in a cell.  A table counts the whole area: it is for those whose scope is the whole
 * register and who see what its conditions read; who stands behind a cell is told only as far as each record is in sight.
 */
#include "http/paper/leave.h"

enum { WHO_MOST = 500, AT_ONCE_RECORDS = 10000 /* counted while the request waits: one is quickly counted, and no row is written for it */ };

static enum rc report_of(struct req *q, const struct pack_report **out, struct err *err)
{
    *out = pack_report_find(q->view->set, q->args[0]);
    if (*out != NULL && grant_may(q->grant, PACK_READ, (*out)->over)) return RC_OK;
    return err_set(err, &E_http_absent, NO_PLACE, q->args[0]);
}

/* Classes that the conditions read; a table that counts protected ones hides small groups, and only who sees such fields may have it. */
static enum rc may_count(struct req *q, const struct pack_report *p, struct err *err)
{
    unsigned wanted = p->guarded ? 1u << PACK_PROTECTED : 0;
    if (!p->guarded) {
        if (p->where != NULL) TRY(program_allowed(q, p->over, p->where, &wanted, err));
        for (uint32_t i = 0; i < p->rows_count; i++)
            if (p->rows[i].when != NULL) TRY(program_allowed(q, p->over, p->rows[i].when, &wanted, err));
        for (uint32_t i = 0; i < p->columns_count; i++)
            if (p->columns[i].when != NULL) TRY(program_allowed(q, p->over, p->columns[i].when, &wanted, err));
    }
    const struct scope *s = grant_scope(q->grant, PACK_READ, p->over);
    for (uint32_t i = 0; i < s->terms_count; i++)
        if (s->terms[i].all && !s->terms[i].self && (wanted & ~s->terms[i].classes) == 0) return RC_OK;
    return err_set(err, &E_http_denied, NO_PLACE, text2_in(&p->d.title, q->lang));
}

static enum rc as_of(struct req *q, day_num *out, struct err *err)
{
    struct str text = req_query(q, "as_of");
    *out = req_today(q);
    if (text.len == 0 || day_parse(text, out)) return RC_OK;
    return err_set(err, &E_http_query, NO_PLACE, STR("as_of"), STR("日期，如 2026-12-31"), STR("a date like 2026-12-31"));
}

static void titles_put(struct req *q, const char *key, const struct pack_report_line *lines, uint32_t n)
{
    put_key(&q->j, key);
    json_array(&q->j);
    for (uint32_t i = 0; i < n; i++) json_string(&q->j, lines[i].title);
    json_end_array(&q->j);
}

enum rc route_reports(struct req *q, struct err *err)
{
    const struct pack_set *set = q->view->set;
    struct err why;
    (void)err;
    answer_json(q);
    json_object(&q->j);
    put_key(&q->j, "items");
    json_array(&q->j);
    for (uint32_t i = 0; i < set->reports_count; i++) {
        const struct pack_report *p = set->reports[i];
        if (!grant_may(q->grant, PACK_READ, p->over) || may_count(q, p, &why) != RC_OK) continue;
        json_object(&q->j);
        put_text(&q->j, "name", p->d.name);
        put_text(&q->j, "title", text2_in(&p->d.title, q->lang));
        put_text(&q->j, "register", p->over->d.name);
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
    json_end_object(&q->j);
    return RC_OK;
}

/* Whose parts each line is: for how they are set on the page. */
static void wholes_put(struct req *q, const char *key, const struct pack_report_line *lines, uint32_t n)
{
    put_key(&q->j, key);
    json_array(&q->j);
    for (uint32_t i = 0; i < n; i++) {
        if (lines[i].of == UINT32_MAX) json_null(&q->j);
        else json_i64(&q->j, lines[i].of);
    }
    json_end_array(&q->j);
}

static void cells_put(struct req *q, const struct stats *s)
{
    const struct pack_report *p = s->report;
    put_key(&q->j, "cells");
    json_array(&q->j);
    for (uint32_t r = 0; r < p->rows_count; r++) {
        json_array(&q->j);
        for (uint32_t k = 0; k < p->columns_count; k++) {
            const struct stats_cell *c = &s->cells[(size_t)r * p->columns_count + k];
            if (c->hidden) json_null(&q->j);
            else json_i64(&q->j, (int64_t)c->count);
        }
        json_end_array(&q->j);
    }
    json_end_array(&q->j);
}

/* Other tables are counted for the comparison: only for who may have them too. */
static enum rc ties_of(struct req *q, const struct stats *s, bool guarded, struct str *out, struct err *err)
{
    struct err ignored;
    *out = STR("");
    for (uint32_t i = 0; i < s->report->ties_count; i++)
        if (s->report->ties[i].with->guarded || !grant_may(q->grant, PACK_READ, s->report->ties[i].with->over) || may_count(q, s->report->ties[i].with, &ignored) != RC_OK) return RC_OK;
    return guarded || s->report->guarded ? RC_OK : exchange_stats_ties(q->view->records, s, &q->arena, out, err);
}

static const struct pack_register *frozen_register(struct req *q)
{
    const struct pack_register *r = pack_register_find(q->view->set, STR("frozen_report"));
    return r != NULL && grant_may(q->grant, PACK_READ, r) ? r : NULL;
}

enum rc route_report(struct req *q, struct err *err)
{
    const struct pack_report *p;
    const struct pack_register *kept = frozen_register(q);
    struct stats s;
    struct str ties;
    day_num day;
    bool guarded = str_eq(req_query(q, "guarded"), STR("1"));
    TRY(report_of(q, &p, err));
    TRY(may_count(q, p, err));
    TRY(as_of(q, &day, err));
    TRY(exchange_stats(q->view->records, p, day, guarded, &q->arena, &s, err));
    TRY(ties_of(q, &s, guarded, &ties, err));
    answer_json(q);
    json_object(&q->j);
    put_u64(&q->j, "seq", q->view->seq);
    put_text(&q->j, "title", text2_in(&p->d.title, q->lang));
    put_text(&q->j, "register", p->over->d.name);
    put_day(&q->j, "as_of", day);
    titles_put(q, "rows", p->rows, p->rows_count);
    titles_put(q, "columns", p->columns, p->columns_count);
    wholes_put(q, "row_of", p->rows, p->rows_count);
    wholes_put(q, "column_of", p->columns, p->columns_count);
    cells_put(q, &s);
    put_u64(&q->j, "all", s.all);
    put_u64(&q->j, "undetermined", s.undetermined);
    put_text(&q->j, "mistakes", guarded || p->guarded ? STR("") : s.mistakes);
    put_text(&q->j, "ties", ties);
    put_flag(&q->j, "guarded", guarded || p->guarded);
    put_u64(&q->j, "min_group", (uint64_t)MAX(q->view->set->min_group, (int64_t)0));
    put_flag(&q->j, "may_freeze", kept != NULL && grant_may(q->grant, PACK_WRITE, kept));
    put_flag(&q->j, "may_print", grant_may(q->grant, PACK_PRINT, p->over));
    put_flag(&q->j, "may_open", !p->guarded);
    json_end_object(&q->j);
    return RC_OK;
}

/* ---- frozen by year ---- */

struct frozen { struct req *q; const struct pack_report *p; const struct pack_field *report, *year, *as_of, *content; };

static enum rc frozen_put(void *ctx, const struct record *rec, struct err *err)
{
    struct frozen *f = ctx;
    struct req *q = f->q;
    struct sight s;
    struct str bytes;
    const struct sv *name = &rec->values[f->report->column], *hash = &rec->values[f->content->column];
    const struct pack_register *r = frozen_register(q);
    if (name->kind != SV_TEXT || !str_eq(name->s, f->p->d.name) || hash->kind != SV_TEXT) return RC_OK;
    TRY(scope_sight_of(grant_scope(q->grant, PACK_READ, r), rec->id, rec->values, rec->closed_us != 0, &q->world, &s, err));
    if (!s.any || !sight_field(&s, r, f->content)) return RC_OK;
    TRY(area_file_of(q->view, q->grant, r, f->content, rec->id, &q->arena, &bytes, err));
    struct json *table = NULL; /* whoever writes the register may have put another file there */
    struct err no_table;
    if (json_parse(&q->arena, bytes, &table, &no_table) != RC_OK || table->kind != JSON_OBJECT) return RC_OK;
    json_object(&q->j);
    put_u64(&q->j, "id", rec->id);
    put_u64(&q->j, "version", rec->version);
    put_u64(&q->j, "year", (uint64_t)rec->values[f->year->column].i);
    put_day(&q->j, "as_of", rec->values[f->as_of->column].i);
    put_key(&q->j, "table");
    json_raw(&q->j, bytes);
    json_end_object(&q->j);
    return RC_OK;
}

enum rc route_report_frozen(struct req *q, struct err *err)
{
    struct frozen f = {.q = q};
    const struct pack_register *r = frozen_register(q);
    TRY(report_of(q, &f.p, err));
    TRY(may_count(q, f.p, err));
    answer_json(q);
    json_object(&q->j);
    put_u64(&q->j, "seq", q->view->seq);
    put_key(&q->j, "items");
    json_array(&q->j);
    if (r != NULL) {
        const struct pack_field **to[] = {&f.report, &f.year, &f.as_of, &f.content};
        static const char *const names[] = {"report", "year", "as_of", "content"};
        bool whole = true;
        for (size_t i = 0; i < ARRAY_LEN(names); i++) whole = (*to[i] = pack_field_find(r, str_c(names[i]))) != NULL && whole;
        if (whole) TRY(record_each(q->view->records, r, RECORD_BY_ID, false, frozen_put, &f, err));
    }
    json_end_array(&q->j);
    json_end_object(&q->j);
    return RC_OK;
}

/* The table as it stands, for good: who may write the register of frozen tables. */
enum rc route_report_freeze(struct req *q, struct err *err)
{
    const struct json *body;
    const struct pack_report *p;
    struct stats s;
    struct stats_kept kept;
    struct receipt receipt;
    day_num day;
    TRY(report_of(q, &p, err));
    TRY(may_count(q, p, err));
    TRY(req_json(q, "as_of", &body, err));
    TRY(json_day(q, body, "as_of", req_today(q), &day, err));
    if (day > req_today(q)) return err_set(err, &E_http_body, NO_PLACE, STR("as_of"), STR("今天或者以前的日期：还没到的日子不能封存"), STR("today or before: what is to come cannot be frozen"));
    TRY(exchange_stats(q->view->records, p, day, false, &q->arena, &s, err));
    TRY(exchange_stats_keep(&s, q->view->set, &q->arena, &kept, err));
    struct command c = {.verb = VERB_BATCH, .happened = ENTRY_NO_DAY, .args = &kept.args};
    TRY(req_submit(q, &c, &receipt, err));
    q->status = 201;
    receipt_put(q, &receipt);
    return RC_OK;
}

/* What leaves the department hides small groups; the whole numbers are noted as personal data of all that are counted. */
enum rc route_report_export(struct req *q, struct err *err)
{
    const struct json *body;
    const struct pack_report *p;
    struct str reason;
    struct stats s;
    struct made_file m;
    struct buf what;
    struct seeing see;
    day_num day;
    uint64_t records = 0;
    bool whole = false, go = false, later = false;
    TRY(report_of(q, &p, err));
    TRY(may_count(q, p, err));
    if (!grant_may(q->grant, PACK_PRINT, p->over)) return err_set(err, &E_http_denied, NO_PLACE, text2_in(&p->over->d.title, q->lang));
    TRY(req_json(q, "as_of whole reason", &body, err));
    TRY(json_day(q, body, "as_of", req_today(q), &day, err));
    TRY(json_flag(body, "whole", &whole, err));
    TRY(json_reason(body, &reason, err));
    struct list all = {.reg = p->over, .scope = grant_scope(q->grant, PACK_READ, p->over)};
    TRY(list_count(q, &all, &records, err));
    TRY(leave_later(q, p->over, records, AT_ONCE_RECORDS, p->d.name, ".xlsx", &later, err));
    if (later) return RC_OK;
    seeing_of(q, &see, PACK_READ, 0, NULL);
    TRY(exchange_stats_on(q->view->records, p, day, !whole, &see.sight, &q->arena, &s, err));
    s.lang = q->lang;
    buf_init(&what, 4096);
    buf_str(&what, p->d.name);
    buf_str(&what, whole ? STR(" whole ") : STR(" "));
    day_put(&what, day);
    struct args_export note = {.reg = p->over->d.name, .rows = whole ? s.all : 0, .columns = p->d.name, .filter = export_digest(q, buf_view(&what)), .personal = whole, .reason = reason};
    buf_fini(&what);
    s.mark = export_mark(q, note.filter);
    TRY(made_open(&m, ".xlsx", err));
    enum rc rc = exchange_stats_file(&s, str_c(m.path), err);
    if (rc == RC_OK) rc = made_read(&m, &q->out, err);
    made_close(&m);
    TRY(rc);
    leave_as(q, p->d.name, ".xlsx");
    return export_enter(q, &note, &go, err);
}

enum rc route_report_who(struct req *q, struct err *err)
{
    const struct pack_report *p;
    struct seeing see;
    uint64_t row = 0, column = 0, all = 0, *ids = NULL;
    size_t n = 0;
    day_num day;
    TRY(report_of(q, &p, err));
    TRY(may_count(q, p, err));
    if (p->guarded) return err_set(err, &E_http_denied, NO_PLACE, text2_in(&p->d.title, q->lang)); /* who has a protected trait is no list */
    TRY(as_of(q, &day, err));
    TRY(req_u64(q, "row", 0, UINT32_MAX, &row, err));
    TRY(req_u64(q, "column", 0, UINT32_MAX, &column, err));
    seeing_of(q, &see, PACK_READ, 0, NULL);
    enum rc rc = exchange_stats_records(q->view->records, p, day, (uint32_t)row, (uint32_t)column, &see.sight, &q->arena, &ids, &n, &all, err);
    q->run.arena = &q->arena;
    TRY(rc);
    answer_json(q);
    json_object(&q->j);
    put_u64(&q->j, "count", all);
    put_key(&q->j, "items");
    json_array(&q->j);
    for (size_t i = 0; i < n && i < WHO_MOST; i++) TRY(ref_put(q, p->over, ids[i], err));
    json_end_array(&q->j);
    json_end_object(&q->j);
    return RC_OK;
}
