/*
 * trace.c - from a record back to the cases that wrote it, and the entries of one case.  The entries of a command stand together in the journal, so the
 * case whose step wrote a record is found beside it.  Around it stand the case above, those below, and the one that was put off; what is out of scope is a
 * closed node without a name.
 */
#include "http/case/case.h"

enum { CASES_MAX = 32, NODES_MAX = 100, BESIDE_MAX = 4096, ENTRIES_MAX = 2000 };

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

/* ---- the cases around them ---- */

/* A node of the trace: a case that wrote the record, or one that hangs on such a case.  What is out of sight is a closed one: that there is something, where it
 * hangs, and nothing of what it is. */
enum how { WROTE, ABOVE, BELOW, EARLIER };
struct node { uint64_t id, entry, at; struct str step; enum how how; bool closed; };
struct graph { struct req *q; struct node nodes[NODES_MAX]; size_t count; uint64_t hidden; const struct pack_field *of; bool cut; };

static void node_add(struct graph *g, struct node n)
{
    for (size_t i = 0; i < g->count; i++)
        if (g->nodes[i].id == n.id) return;
    if (g->count == NODES_MAX) g->cut = true;
    else g->nodes[g->count++] = n;
}

static enum rc node_open(struct graph *g, struct node n, const struct record *rec, struct err *err)
{
    struct req *q = g->q;
    struct case_above above;
    struct case_below *subs;
    size_t count;
    TRY(case_above(q->view->records, n.id, &q->arena, &above, err));
    if (above.case_id != 0) node_add(g, (struct node){.id = above.case_id, .at = n.id, .step = above.step, .how = ABOVE});
    const struct sv *of = &rec->values[g->of->column];
    if (of->kind == SV_INT) node_add(g, (struct node){.id = (uint64_t)of->i, .at = n.id, .step = STR(""), .how = EARLIER});
    TRY(case_subs(q->view->records, n.id, q->run.today, &q->arena, &subs, &count, err));
    for (size_t i = 0; i < count; i++) node_add(g, (struct node){.id = subs[i].id, .at = n.id, .step = subs[i].step, .how = BELOW});
    return RC_OK;
}

/* The list grows while it is walked. */
static enum rc graph_walk(struct graph *g, const struct pack_register *cases, struct err *err)
{
    for (size_t i = 0; i < g->count; i++) {
        struct record rec;
        struct sight s;
        struct err why;
        err_clear(&why);
        enum rc rc = record_seen(g->q, PACK_READ, cases, g->nodes[i].id, &rec, &s, &why);
        g->nodes[i].closed = rc != RC_OK;
        if (rc != RC_OK && rc != RC_ABSENT && rc != RC_DENIED) {
            if (err != NULL) *err = why;
            return rc;
        }
        if (g->nodes[i].closed) g->hidden++;
        else TRY(node_open(g, g->nodes[i], &rec, err));
    }
    return RC_OK;
}

static void node_put(struct req *q, const struct node *n)
{
    static const char *const hows[] = {"wrote", "above", "below", "earlier"};
    json_object(&q->j);
    if (n->closed) put_flag(&q->j, "closed", true);
    else put_u64(&q->j, "case", n->id);
    put_text(&q->j, "how", str_c(hows[n->how]));
    if (n->entry != 0) put_u64(&q->j, "entry", n->entry);
    if (n->at != 0) put_u64(&q->j, "at", n->at);
    /* The step that a case hangs on is of the one above: where that is closed, it is not named. */
    if (n->step.len > 0 && !(n->closed && n->how == ABOVE)) put_text(&q->j, "step", n->step);
    json_end_object(&q->j);
}

enum rc route_trace(struct req *q, struct err *err)
{
    struct tracing t = {.q = q};
    struct graph *g = arena_new(&q->arena, struct graph);
    struct record rec;
    struct sight sight;
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
    *g = (struct graph){.q = q};
    TRY(req_field(q, t.cases, STR("of"), &g->of, err));
    for (size_t i = 0; i < t.count; i++) node_add(g, (struct node){.id = t.found[i], .entry = t.by[i], .step = STR(""), .how = WROTE});
    TRY(graph_walk(g, t.cases, err));
    answer_json(q);
    json_object(&q->j);
    put_u64(&q->j, "seq", q->view->seq);
    put_key(&q->j, "record");
    TRY(ref_put(q, q->reg, id, err));
    put_key(&q->j, "items");
    json_array(&q->j);
    for (size_t i = 0; i < g->count; i++) node_put(q, &g->nodes[i]);
    json_end_array(&q->j);
    put_u64(&q->j, "hidden", g->hidden);
    put_flag(&q->j, "cut", g->cut);
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
    *n = 0;
    r = pack_register_find(a->q->view->set, str_c(reg));
    if (r == NULL) return RC_OK; /* a core that has it not yet */
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
        TRY(below(a, "case_opinion", "step", ids[i], &below_ids, &m, err));
        TRY(below(a, "case_referral", "step", ids[i], &below_ids, &m, err));
        TRY(below(a, "case_paper", "step", ids[i], &below_ids, &m, err));
        TRY(below(a, "case_liability", "step", ids[i], &below_ids, &m, err));
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
