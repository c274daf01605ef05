/*
 * today.c - what falls due, what waits for me, what was found, what changed: the page that a morning begins with.
 */
#include "http/rule/finding.h"

enum { TODAY_MAX = 200, CHANGES_BACK = 400, CHANGES_MAX = 20, GROUP_DEPTH = 4 };

struct today { struct req *q; struct found_book book; uint64_t counts[3]; VEC(struct found_one) due; VEC(day_num) days; };

static enum rc today_row(void *ctx, const struct record *rec, const struct sight *sight, size_t at, bool *stop, struct err *err)
{
    struct today *t = ctx;
    struct req *q = t->q;
    (void)sight;
    (void)at;
    (void)stop;
    (void)err;
    struct found_one f = found_one_of(q, &t->book, rec);
    if (str_eq(f.severity, STR("serious"))) t->counts[0]++;
    else if (str_eq(f.severity, STR("warn"))) t->counts[1]++;
    else t->counts[2]++;
    day_num due = found_due(q, &f);
    if (due == ENTRY_NO_DAY) return RC_OK;
    f.severity = str_dup(&q->arena, f.severity);
    f.rule_name = str_dup(&q->arena, f.rule_name);
    vec_push(&q->arena, &t->due, f);
    vec_push(&q->arena, &t->days, due);
    return RC_OK;
}

static enum rc due_put(struct req *q, const struct today *t, const char *key, day_num from, day_num to, struct err *err)
{
    put_key(&q->j, key);
    json_array(&q->j);
    size_t shown = 0;
    for (size_t i = 0; i < t->due.len && shown < TODAY_MAX; i++) {
        if (t->days.at[i] < from || t->days.at[i] > to) continue;
        TRY(found_put(q, &t->due.at[i], t->days.at[i], err));
        shown++;
    }
    json_end_array(&q->j);
    return RC_OK;
}

/* What an entry of the journal is about: a step of a case is about the case, a record of any other group about itself.  *r NULL: nothing in scope. */
static enum rc change_subject(struct req *q, const struct entry *e, const struct pack_register **r, uint64_t *id, struct err *err)
{
    struct record rec;
    struct sight s = SIGHT_NONE;
    struct err why;
    *r = e->reg == 0 ? NULL : record_register(q->view->records, e->reg);
    *id = e->record;
    for (int up = 0; *r != NULL && up < GROUP_DEPTH; up++) {
        const struct pack_field *parent = (*r)->parent;
        if (str_eq((*r)->d.name, STR("finding")) || !grant_may(q->grant, PACK_READ, *r) || record_get(q->view->records, *r, *id, &q->arena, &rec, &why) != RC_OK) break;
        TRY(scope_sight_of(grant_scope(q->grant, PACK_READ, *r), rec.id, rec.values, rec.closed_us != 0, &q->world, &s, err));
        if (!s.any) break;
        if (parent == NULL || !str_eq(q->view->set->packs[(*r)->d.pack].name, STR("core")) || rec.values[parent->column].kind != SV_INT) return RC_OK;
        *r = parent->ref;
        *id = (uint64_t)rec.values[parent->column].i;
    }
    *r = NULL;
    return RC_OK;
}

/* The newest commands that touched a record in scope, each by the first of them. */
static enum rc changes_put(struct req *q, struct err *err)
{
    struct journal_walk *w = NULL;
    const struct entry *e = NULL;
    struct entry seen[CHANGES_BACK];
    size_t n = 0;
    put_key(&q->j, "changes");
    json_array(&q->j);
    uint64_t from = q->view->seq > CHANGES_BACK ? q->view->seq - CHANGES_BACK + 1 : 1;
    TRY(journal_walk(q->view->journal, from, &w, err));
    enum rc rc;
    while ((rc = journal_next(w, &e, NULL, err)) == RC_OK && e != NULL && n < CHANGES_BACK) seen[n++] = *e;
    journal_walk_close(&w);
    TRY(rc);
    const struct pack_register *accounts = pack_register_find(q->view->set, STR("account"));
    for (size_t shown = 0, end = n, first = n; end > 0 && shown < CHANGES_MAX; end = first) {
        const struct pack_register *r = NULL;
        uint64_t id = 0;
        while (first > 0 && seen[first - 1].command == seen[end - 1].command) first--;
        size_t at = first;
        for (; at < end && r == NULL; at++) TRY(change_subject(q, &seen[at], &r, &id, err));
        if (r == NULL) continue;
        const struct entry *x = &seen[at - 1];
        struct str display;
        TRY(display_of(q, r, id, &display, err));
        json_object(&q->j);
        put_u64(&q->j, "seq", x->seq);
        put_time(&q->j, "time", x->time_us);
        put_key(&q->j, "actor");
        TRY(ref_put(q, accounts, x->actor, err));
        put_text(&q->j, "register", r->d.name);
        put_u64(&q->j, "id", id);
        put_text(&q->j, "display", display);
        put_text(&q->j, "verb", str_c(verb_title(x->verb, q->lang)));
        json_end_object(&q->j);
        shown++;
    }
    json_end_array(&q->j);
    return RC_OK;
}

enum rc route_today(struct req *q, struct err *err)
{
    struct today t = {.q = q};
    day_num today = q->run.today;
    struct ymd d = ymd_of(today);
    TRY(found_book_of(q, &t.book, err));
    if (found_seen(q, &t.book)) {
        struct list l = {.reg = t.book.reg, .order = {ORDER_ID, NULL, true}, .scope = grant_scope(q->grant, PACK_READ, t.book.reg)};
        TRY(list_each(q, &l, 0, today_row, &t, err));
    }
    answer_json(q);
    json_object(&q->j);
    put_u64(&q->j, "seq", q->view->seq);
    put_day(&q->j, "today", today);
    TRY(due_put(q, &t, "due_today", DAY_MIN, today, err));
    d.day = (int8_t)days_in_month(d.year, d.month);
    TRY(due_put(q, &t, "due_month", today + 1, day_of(d), err));
    put_key(&q->j, "waiting");
    json_array(&q->j);
    TRY(waiting_put(q, err));
    TRY(ballot_waiting_put(q, err));
    TRY(case_waiting_put(q, err));
    TRY(slip_waiting_put(q, err));
    json_end_array(&q->j);
    put_key(&q->j, "counts");
    json_object(&q->j);
    put_u64(&q->j, "serious", t.counts[0]);
    put_u64(&q->j, "warn", t.counts[1]);
    put_u64(&q->j, "info", t.counts[2]);
    put_null(&q->j, "undetermined"); /* not entered in the books: POST A/judge tells */
    json_end_object(&q->j);
    TRY(changes_put(q, err));
    json_end_object(&q->j);
    return RC_OK;
}
