/*
 * finding.c - what rules found, as far as the grant shows it: a finding is in scope where its subject is, and every field that its rule reads is
 * in sight (record/ knows both).  What is said is worked out now, from the records as they are: findings keep no text.
 */
#include "http/rule/finding.h"

enum { SAY_STEPS = 10000000 };

enum rc found_book_of(struct req *q, struct found_book *b, struct err *err)
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

struct found_one found_one_of(struct req *q, const struct found_book *b, const struct record *rec)
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

day_num found_due(struct req *q, const struct found_one *f)
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

enum rc found_put(struct req *q, const struct found_one *f, day_num due, struct err *err)
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
    put_day(&q->j, "closed", f->closed ? civil_day(q->view->set->zone, f->closed_us) : ENTRY_NO_DAY);
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
    struct found_book book;
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
    struct found_one f = found_one_of(l->q, &l->book, rec);
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
    return found_put(l->q, &f, found_due(l->q, &f), err);
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

bool found_seen(struct req *q, const struct found_book *b) { return grant_may(q->grant, PACK_READ, b->reg); }

/* null: out of scope, or not there. */
enum rc finding_one_put(struct req *q, uint64_t id, struct err *err)
{
    struct found_book b;
    struct record rec;
    struct sight sight;
    TRY(found_book_of(q, &b, err));
    enum rc rc = found_seen(q, &b) ? record_seen(q, PACK_READ, b.reg, id, &rec, &sight, err) : RC_ABSENT;
    if (rc == RC_ABSENT) {
        json_null(&q->j);
        return RC_OK;
    }
    TRY(rc);
    struct found_one f = found_one_of(q, &b, &rec);
    return found_put(q, &f, found_due(q, &f), err);
}

enum rc route_findings(struct req *q, struct err *err)
{
    struct finding_list f = {.q = q};
    TRY(found_book_of(q, &f.book, err));
    if (!found_seen(q, &f.book)) return err_set(err, &E_http_denied, NO_PLACE, text2_in(&f.book.reg->d.title, q->lang));
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
    TRY(found_book_of(q, &f.book, err));
    TRY(req_id(q, 1, &f.record, err));
    TRY(record_seen(q, PACK_READ, q->reg, f.record, &rec, &sight, err));
    f.reg = q->reg->d.name;
    return findings_put(q, &f, err);
}
