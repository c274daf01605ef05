/*
 * trace.c - from a record back to the cases that wrote it, and the entries of one case.  The entries of a command stand together in the journal, so the
 * case whose step wrote a record is found beside it.  Cases out of scope are not named.
 */
#include "http/case.h"

enum { CASES_MAX = 32, BESIDE_MAX = 4096, ENTRIES_MAX = 2000 };

struct tracing { struct req *q; const struct pack_register *steps, *cases; const struct pack_field *of; uint64_t found[CASES_MAX], by[CASES_MAX]; size_t count; };

static enum rc note_case(struct tracing *t, uint64_t step, uint64_t seq, struct err *err)
{
    struct record rec;
    TRY(record_get(t->q->view->records, t->steps, step, &t->q->arena, &rec, err));
    uint64_t id = (uint64_t)rec.values[t->of->column].i;
    for (size_t i = 0; i < t->count; i++)
        if (t->found[i] == id) return RC_OK;
    if (t->count < CASES_MAX) {
        t->by[t->count] = seq;
        t->found[t->count++] = id;
    }
    return RC_OK;
}

/* The entries of one command, from one of them: to one side. */
static enum rc beside(struct tracing *t, uint64_t seq, uint64_t command, int step, struct err *err)
{
    struct req *q = t->q;
    uint32_t reg = record_number(q->view->records, t->steps);
    for (uint64_t at = seq, n = 0; n < BESIDE_MAX && at >= 1 && at <= q->view->seq; at += (uint64_t)(int64_t)step, n++) {
        struct arena_mark m = arena_mark(&q->scratch);
        struct entry e;
        TRY(journal_get(q->view->journal, &q->scratch, at, &e, err));
        bool same = e.command == command;
        uint64_t record = e.reg == reg ? e.record : 0;
        arena_reset(&q->scratch, m);
        if (!same) return RC_OK;
        if (record != 0) TRY(note_case(t, record, seq, err));
    }
    return RC_OK;
}

static enum rc history_traced(struct tracing *t, uint64_t id, struct err *err)
{
    struct history_line *lines;
    size_t n;
    TRY(record_history(t->q->view->records, t->q->reg, id, &t->q->arena, &lines, &n, err));
    for (size_t i = 0; i < n; i++) {
        TRY(beside(t, lines[i].seq, lines[i].command, -1, err));
        TRY(beside(t, lines[i].seq, lines[i].command, 1, err));
    }
    return RC_OK;
}

enum rc route_trace(struct req *q, struct err *err)
{
    struct tracing t = {.q = q};
    struct record rec;
    struct sight sight;
    struct str display;
    uint64_t id;
    TRY(req_id(q, 1, &id, err));
    TRY(record_seen(q, PACK_READ, q->reg, id, &rec, &sight, err));
    TRY(case_register(q, &t.cases, err));
    TRY(req_register(q, STR("case_step"), &t.steps, err));
    t.of = pack_field_find(t.steps, STR("case"));
    if (t.of == NULL) return err_set(err, &E_http_absent, NO_PLACE, STR("case"));
    if (q->reg == t.cases) {
        t.found[t.count] = id;
        t.by[t.count++] = rec.seq;
    } else {
        TRY(history_traced(&t, id, err));
    }
    TRY(display_of(q, q->reg, id, &display, err));
    answer_json(q);
    json_object(&q->j);
    put_u64(&q->j, "seq", q->view->seq);
    put_key(&q->j, "record");
    TRY(ref_put(q, q->reg, id, err));
    put_key(&q->j, "items");
    json_array(&q->j);
    uint64_t hidden = 0;
    for (size_t i = 0; i < t.count; i++) {
        struct record one;
        struct sight s;
        struct err why;
        if (record_seen(q, PACK_READ, t.cases, t.found[i], &one, &s, &why) != RC_OK) {
            hidden++;
            continue;
        }
        json_object(&q->j);
        put_u64(&q->j, "case", t.found[i]);
        put_u64(&q->j, "entry", t.by[i]);
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
    put_u64(&q->j, "hidden", hidden);
    json_end_object(&q->j);
    return RC_OK;
}

/* ---- the entries of a case: 全程纪实 ---- */

struct line { uint64_t seq, actor, id; int64_t time_us, happened; uint16_t verb; const struct pack_register *reg; };
struct account { struct req *q; VEC(struct line) lines; };

static enum rc entries_of(struct account *a, const struct pack_register *r, uint64_t id, struct err *err)
{
    struct history_line *h;
    size_t n;
    TRY(record_history(a->q->view->records, r, id, &a->q->arena, &h, &n, err));
    for (size_t i = 0; i < n && a->lines.len < ENTRIES_MAX; i++)
        vec_push(&a->q->arena, &a->lines, (struct line){h[i].seq, h[i].actor, id, h[i].time_us, h[i].happened, h[i].verb, r});
    return RC_OK;
}

static enum rc below(struct account *a, const char *reg, const char *field, uint64_t id, uint64_t **ids, size_t *n, struct err *err)
{
    const struct pack_register *r;
    const struct pack_field *f;
    TRY(req_register(a->q, str_c(reg), &r, err));
    TRY(req_field(a->q, r, str_c(field), &f, err));
    TRY(record_back(a->q->view->records, r, f, id, &a->q->arena, ids, n, err));
    for (size_t i = 0; i < *n; i++) TRY(entries_of(a, r, (*ids)[i], err));
    return RC_OK;
}

static int by_seq(const void *x, const void *y)
{
    const struct line *a = x, *b = y;
    return a->seq < b->seq ? -1 : a->seq > b->seq;
}

static enum rc account_lines(struct account *a, const struct pack_register *cases, uint64_t id, struct err *err)
{
    uint64_t *ids, *below_ids, *last;
    size_t n, m, o;
    TRY(entries_of(a, cases, id, err));
    TRY(below(a, "case_line", "case", id, &ids, &n, err));
    TRY(below(a, "case_step", "case", id, &ids, &n, err));
    for (size_t i = 0; i < n; i++) {
        TRY(below(a, "case_part", "step", ids[i], &below_ids, &m, err));
        TRY(below(a, "case_notice", "step", ids[i], &below_ids, &m, err));
        for (size_t k = 0; k < m; k++) TRY(below(a, "case_objection", "notice", below_ids[k], &last, &o, err));
    }
    if (a->lines.len > 1) qsort(a->lines.at, a->lines.len, sizeof *a->lines.at, by_seq);
    return RC_OK;
}

enum rc route_case_account(struct req *q, struct err *err)
{
    struct account a = {.q = q};
    struct record rec;
    struct sight sight;
    const struct pack_register *cases, *accounts;
    uint64_t id;
    TRY(case_seen(q, 0, &id, &rec, &sight, err));
    TRY(case_register(q, &cases, err));
    TRY(req_register(q, STR("account"), &accounts, err));
    TRY(account_lines(&a, cases, id, err));
    answer_json(q);
    json_object(&q->j);
    put_u64(&q->j, "seq", q->view->seq);
    put_u64(&q->j, "id", id);
    put_text(&q->j, "area", q->site->title);
    put_day(&q->j, "today", q->run.today);
    put_key(&q->j, "items");
    json_array(&q->j);
    for (size_t i = 0; i < a.lines.len; i++) {
        const struct line *l = &a.lines.at[i];
        json_object(&q->j);
        put_u64(&q->j, "seq", l->seq);
        put_time(&q->j, "time", l->time_us);
        put_day(&q->j, "happened", l->happened);
        put_key(&q->j, "actor");
        TRY(ref_put(q, accounts, l->actor, err));
        put_text(&q->j, "verb", str_c(verb_title(l->verb, q->lang)));
        put_text(&q->j, "register", l->reg->d.name);
        put_text2(q, "register_title", &l->reg->d.title);
        put_u64(&q->j, "id", l->id);
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
    json_end_object(&q->j);
    return RC_OK;
}
