/*
 * finding.c - what rules found, as far as the grant shows it: a finding is in scope where its subject is, and every field that its rule reads is
 * in sight (record/ knows both).  What is said is worked out now, from the records as they are: findings keep no text.
 */
#include "http/inner.h"

enum { SAY_STEPS = 10000000, TODAY_MAX = 200, CHANGES_BACK = 400, CHANGES_MAX = 20, GROUP_DEPTH = 4 };

struct book { const struct pack_register *reg; const struct pack_field *rule, *subject_register, *subject, *second_register, *second, *opened, *severity; };

static enum rc book_of(struct req *q, struct book *b, struct err *err)
{
    b->reg = pack_register_find(q->view->set, STR("finding"));
    if (b->reg == NULL) return err_set(err, &E_http_absent, NO_PLACE, STR("finding"));
    b->rule = pack_field_find(b->reg, STR("rule"));
    b->subject_register = pack_field_find(b->reg, STR("subject_register"));
    b->subject = pack_field_find(b->reg, STR("subject"));
    b->second_register = pack_field_find(b->reg, STR("second_register"));
    b->second = pack_field_find(b->reg, STR("second"));
    b->opened = pack_field_find(b->reg, STR("opened"));
    b->severity = pack_field_find(b->reg, STR("severity"));
    if (b->rule == NULL || b->subject_register == NULL || b->subject == NULL || b->opened == NULL || b->severity == NULL)
        return err_set(err, &E_http_absent, NO_PLACE, STR("finding"));
    return RC_OK;
}

/* other, second: the other record of a pair. */
struct found_one { uint64_t id; bool closed; const struct pack_rule *rule; const struct pack_register *reg, *other; uint64_t subject, second; struct str severity, rule_name; day_num opened; int64_t closed_us; };

static struct found_one one_of(struct req *q, const struct book *b, const struct record *rec)
{
    struct found_one f = {.id = rec->id, .closed = rec->closed_us != 0, .closed_us = rec->closed_us};
    f.rule_name = rec->values[b->rule->column].s;
    f.rule = pack_rule_find(q->view->set, f.rule_name);
    f.reg = pack_register_find(q->view->set, rec->values[b->subject_register->column].s);
    f.subject = (uint64_t)rec->values[b->subject->column].i;
    if (b->second_register != NULL && b->second != NULL && rec->values[b->second_register->column].kind == SV_TEXT && rec->values[b->second->column].kind == SV_INT) {
        f.other = pack_register_find(q->view->set, rec->values[b->second_register->column].s);
        f.second = (uint64_t)rec->values[b->second->column].i;
    }
    f.severity = rec->values[b->severity->column].s;
    f.opened = rec->values[b->opened->column].i;
    return f;
}

static void record_value(struct fv *v, const struct pack_register *r, uint64_t id)
{
    *v = fv_null();
    if (r == NULL) return;
    v->kind = FV_RECORD;
    v->reg = &r->feel;
    v->id = (int64_t)id;
}

static void aim(struct req *q, struct feel_run *run, struct fv self[2], const struct found_one *f)
{
    record_value(&self[0], f->reg, f->subject);
    record_value(&self[1], f->other, f->second);
    *run = q->run;
    run->arena = &q->scratch;
    run->vars = self;
    run->vars_count = 2;
    run->steps_left = SAY_STEPS;
}

/* By which day: the rule's own date of the record, or its opening and the time to answer. */
static day_num due_day(const struct fv *v, day_num opened)
{
    day_num day = ENTRY_NO_DAY;
    if (v->kind == FV_DATE) return v->day;
    if (v->kind == FV_MONTHS && day_add_months(opened, v->months, &day)) return day;
    if (v->kind == FV_SPAN) return opened + v->span.second / 86400;
    return ENTRY_NO_DAY;
}

static day_num due_of(struct req *q, const struct found_one *f)
{
    struct feel_run run;
    struct fv self[2], v = fv_null();
    struct err ignored;
    const struct feel_program *when = f->rule == NULL ? NULL : f->rule->due;
    if (when == NULL || f->reg == NULL) return ENTRY_NO_DAY;
    struct arena_mark m = arena_mark(&q->scratch);
    aim(q, &run, self, f);
    day_num due = feel_run(when, &run, &v, &ignored) == RC_OK ? due_day(&v, f->opened) : ENTRY_NO_DAY;
    arena_reset(&q->scratch, m);
    return due;
}

static void message_put(struct req *q, const char *key, const struct feel_message *m, const struct found_one *f)
{
    struct feel_run run;
    struct fv self[2];
    struct buf b;
    struct err ignored;
    put_key(&q->j, key);
    if (m == NULL || f->reg == NULL) {
        json_null(&q->j);
        return;
    }
    buf_init(&b, 1 << 16);
    struct arena_mark mark = arena_mark(&q->scratch);
    aim(q, &run, self, f);
    if (feel_message_show(m, &run, q->lang, &b, &ignored) == RC_OK) json_string(&q->j, buf_view(&b).ptr == NULL ? STR("") : buf_view(&b));
    else json_null(&q->j);
    arena_reset(&q->scratch, mark);
    buf_fini(&b);
}

static void shown_put(struct req *q, const struct found_one *f)
{
    put_key(&q->j, "values");
    json_array(&q->j);
    for (uint32_t i = 0; f->rule != NULL && f->reg != NULL && i < f->rule->show_count; i++) {
        struct feel_run run;
        struct fv self[2], v = fv_null();
        struct buf b;
        struct err ignored;
        struct arena_mark m = arena_mark(&q->scratch);
        aim(q, &run, self, f);
        if (feel_run(f->rule->show[i], &run, &v, &ignored) != RC_OK) v = fv_null();
        buf_init(&b, 1 << 16);
        if (!fv_is_null(&v)) fv_show(&run, &v, STR_NONE, q->lang, &b);
        json_object(&q->j);
        put_text(&q->j, "title", f->rule->show_titles[i]);
        put_text_or_null(&q->j, "value", buf_view(&b));
        json_end_object(&q->j);
        buf_fini(&b);
        arena_reset(&q->scratch, m);
    }
    json_end_array(&q->j);
}

static enum rc finding_put(struct req *q, const struct found_one *f, day_num due, struct err *err)
{
    const struct pack_rule *r = f->rule;
    bool zh = q->lang == LANG_ZH;
    json_object(&q->j);
    put_u64(&q->j, "id", f->id);
    put_key(&q->j, "rule");
    json_object(&q->j);
    put_text(&q->j, "name", f->rule_name);
    put_text(&q->j, "title", r == NULL ? f->rule_name : text2_in(&r->d.title, q->lang));
    json_end_object(&q->j);
    put_text(&q->j, "severity", f->severity);
    put_key(&q->j, "record");
    TRY(ref_put(q, f->reg, f->subject, err));
    put_key(&q->j, "with");
    if (f->other == NULL) json_null(&q->j);
    else TRY(ref_put(q, f->other, f->second, err));
    put_day(&q->j, "closed", f->closed ? civil_day(q->view->set->zone != NULL ? q->view->set->zone : "Asia/Shanghai", f->closed_us) : ENTRY_NO_DAY);
    message_put(q, "say", r == NULL || f->closed ? NULL : !zh && r->say_en != NULL ? r->say_en : r->say, f);
    if (f->closed) {
        put_key(&q->j, "values");
        json_array(&q->j);
        json_end_array(&q->j);
    } else {
        shown_put(q, f);
    }
    put_basis(q, r == NULL ? NULL : r->d.basis, r == NULL ? 0 : r->d.basis_count);
    put_day(&q->j, "opened", f->opened);
    put_day(&q->j, "due", due);
    if (r != NULL && r->slip != NULL && r->slip->say != NULL && !f->closed) message_put(q, "what_to_do", r->slip->say, f);
    else put_text_or_null(&q->j, "what_to_do", r == NULL || r->slip == NULL ? STR_NONE : text2_in(&r->slip->d.title, q->lang));
    json_end_object(&q->j);
    /* What a rule says of somebody is a reading of what it reads. */
    if (f->reg != NULL) read_note(q, f->reg, f->subject, PACK_PERSONAL, "finding");
    return RC_OK;
}

/* ---- lists ---- */

struct finding_list {
    struct req *q;
    struct book book;
    struct str severity, rule, reg;
    uint64_t record, limit, shown, total, last_id;
    size_t last_at;
    bool closed, more, count;
};

static bool fits(const struct finding_list *l, const struct found_one *f)
{
    return f->closed == l->closed && (l->severity.len == 0 || str_eq(l->severity, f->severity)) && (l->rule.len == 0 || str_eq(l->rule, f->rule_name)) &&
           (l->reg.len == 0 || (f->reg != NULL && str_eq(l->reg, f->reg->d.name))) && (l->record == 0 || l->record == f->subject);
}

static enum rc finding_row(void *ctx, const struct record *rec, const struct sight *sight, size_t at, bool *stop, struct err *err)
{
    struct finding_list *l = ctx;
    struct found_one f = one_of(l->q, &l->book, rec);
    (void)sight;
    if (!fits(l, &f)) return RC_OK;
    l->total++;
    if (l->shown == l->limit) {
        l->more = true;
        *stop = !l->count;
        return RC_OK;
    }
    l->shown++;
    l->last_at = at;
    l->last_id = rec->id;
    return finding_put(l->q, &f, due_of(l->q, &f), err);
}

static enum rc findings_put(struct req *q, struct finding_list *f, struct err *err)
{
    struct list l = {.reg = f->book.reg, .order = {ORDER_ID, NULL, true}, .closed = f->closed};
    l.scope = grant_scope(q->grant, PACK_READ, l.reg);
    size_t from = 0;
    uint64_t mark = 77 + (uint64_t)f->closed, seq, at, id;
    struct str after = req_query(q, "after");
    if (after.len > 0) {
        TRY(cursor_take(q, after, mark, &seq, &at, &id, err));
        from = (size_t)at + 1;
        const uint64_t *ids;
        size_t n;
        TRY(order_ids(q, l.reg, &l.order, l.closed, l.scope, 0, &ids, &n, err));
        for (size_t i = 0; i < n; i++)
            if (ids[i] <= id) { /* newest first: what is older than the last shown */
                from = ids[i] == id ? i + 1 : i;
                break;
            }
    }
    answer_json(q);
    json_object(&q->j);
    put_u64(&q->j, "seq", q->view->seq);
    put_key(&q->j, "items");
    json_array(&q->j);
    TRY(list_each(q, &l, from, finding_row, f, err));
    json_end_array(&q->j);
    if (f->more) put_text(&q->j, "next", cursor_put(q, q->view->seq, f->last_at, f->last_id, mark));
    else put_null(&q->j, "next");
    if (f->count && from == 0) put_u64(&q->j, "count", f->total);
    json_end_object(&q->j);
    return RC_OK;
}

static bool sees_findings(struct req *q, const struct book *b) { return grant_may(q->grant, PACK_READ, b->reg); }

/* null: out of scope, or not there. */
enum rc finding_one_put(struct req *q, uint64_t id, struct err *err)
{
    struct book b;
    struct record rec;
    struct sight sight;
    TRY(book_of(q, &b, err));
    enum rc rc = sees_findings(q, &b) ? record_seen(q, PACK_READ, b.reg, id, &rec, &sight, err) : RC_ABSENT;
    if (rc == RC_ABSENT) {
        json_null(&q->j);
        return RC_OK;
    }
    TRY(rc);
    struct found_one f = one_of(q, &b, &rec);
    return finding_put(q, &f, due_of(q, &f), err);
}

enum rc route_findings(struct req *q, struct err *err)
{
    struct finding_list f = {.q = q};
    TRY(book_of(q, &f.book, err));
    if (!sees_findings(q, &f.book)) return err_set(err, &E_http_denied, NO_PLACE, text2_in(&f.book.reg->d.title, q->lang));
    TRY(req_u64(q, "limit", PAGE_DEFAULT, PAGE_MAX, &f.limit, err));
    struct str state = req_query(q, "state");
    if (state.len > 0 && !str_eq(state, STR("open")) && !str_eq(state, STR("closed")))
        return err_set(err, &E_http_query, NO_PLACE, STR("state"), STR("应为 open 或 closed"), STR("open or closed"));
    f.closed = str_eq(state, STR("closed"));
    f.severity = req_query(q, "severity");
    f.rule = req_query(q, "rule");
    f.reg = req_query(q, "register");
    f.count = str_eq(req_query(q, "count"), STR("1"));
    return findings_put(q, &f, err);
}

enum rc route_record_findings(struct req *q, struct err *err)
{
    struct finding_list f = {.q = q, .limit = PAGE_MAX};
    struct record rec;
    struct sight sight;
    TRY(book_of(q, &f.book, err));
    TRY(req_id(q, 1, &f.record, err));
    TRY(record_seen(q, PACK_READ, q->reg, f.record, &rec, &sight, err));
    f.reg = q->reg->d.name;
    return findings_put(q, &f, err);
}

/* ---- today ---- */

struct today { struct req *q; struct book book; uint64_t counts[3]; VEC(struct found_one) due; VEC(day_num) days; };

static enum rc today_row(void *ctx, const struct record *rec, const struct sight *sight, size_t at, bool *stop, struct err *err)
{
    struct today *t = ctx;
    struct req *q = t->q;
    (void)sight;
    (void)at;
    (void)stop;
    (void)err;
    struct found_one f = one_of(q, &t->book, rec);
    if (str_eq(f.severity, STR("serious"))) t->counts[0]++;
    else if (str_eq(f.severity, STR("warn"))) t->counts[1]++;
    else t->counts[2]++;
    day_num due = due_of(q, &f);
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
        TRY(finding_put(q, &t->due.at[i], t->days.at[i], err));
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
    TRY(book_of(q, &t.book, err));
    if (sees_findings(q, &t.book)) {
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
