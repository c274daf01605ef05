/*
 * exreport.c - declared cross-tabs as of a day, and who is counted in a cell.  A table counts the whole area: it is for those whose scope is the whole
 * register and who see what its conditions read; who stands behind a cell is told only as far as each record is in sight.
 */
#include "http/leave.h"

enum { WHO_MOST = 500 };

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

enum rc route_report(struct req *q, struct err *err)
{
    const struct pack_report *p;
    struct stats s;
    day_num day;
    TRY(report_of(q, &p, err));
    TRY(may_count(q, p, err));
    TRY(as_of(q, &day, err));
    TRY(exchange_stats(q->view->records, p, day, false, &q->arena, &s, err));
    answer_json(q);
    json_object(&q->j);
    put_u64(&q->j, "seq", q->view->seq);
    put_text(&q->j, "title", text2_in(&p->d.title, q->lang));
    put_day(&q->j, "as_of", day);
    titles_put(q, "rows", p->rows, p->rows_count);
    titles_put(q, "columns", p->columns, p->columns_count);
    put_key(&q->j, "cells");
    json_array(&q->j);
    for (uint32_t r = 0; r < p->rows_count; r++) {
        json_array(&q->j);
        for (uint32_t k = 0; k < p->columns_count; k++) {
            const struct stats_cell *c = &s.cells[(size_t)r * p->columns_count + k];
            if (c->hidden) json_null(&q->j);
            else json_i64(&q->j, (int64_t)c->count);
        }
        json_end_array(&q->j);
    }
    json_end_array(&q->j);
    put_u64(&q->j, "all", s.all);
    put_u64(&q->j, "undetermined", s.undetermined);
    put_text(&q->j, "mistakes", p->guarded ? STR("") : s.mistakes);
    json_end_object(&q->j);
    return RC_OK;
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
