/* judge.c - judging on demand, and putting a finding aside. */
#include "http/inner.h"

struct gathering { struct arena arena; VEC(struct judge_finding) found; VEC(struct judge_kept) kept; uint64_t undetermined; };

static enum rc take(void *ctx, const struct judged *j, struct err *err)
{
    struct gathering *g = ctx;
    (void)err;
    if (j->verdict == VERDICT_HOLDS) vec_push(&g->arena, &g->found, (struct judge_finding){j->rule, j->id, j->with, str_dup(&g->arena, j->reads)});
    if (j->verdict == VERDICT_UNDETERMINED) {
        vec_push(&g->arena, &g->kept, (struct judge_kept){j->rule, j->id, j->with});
        g->undetermined++;
    }
    return RC_OK;
}

static enum rc judge_all(struct req *q, struct gathering *g, struct err *err)
{
    struct roster_want *want = NULL;
    struct roster *roster = NULL;
    size_t n = 0;
    struct judge_options o = {.today = q->run.today, .lang = LANG_ZH, .undetermined = true, .threads = crew_cores(JUDGE_THREADS)};
    TRY(judge_want(q->view->set, NULL, &q->arena, &want, &n, err));
    TRY(area_roster(q->view, want, n, &roster, err));
    enum rc rc = judge(roster, q->view->set, &o, take, g, err);
    roster_free(&roster);
    return rc;
}

enum rc route_judge(struct req *q, struct err *err)
{
    struct gathering g = {0};
    uint64_t opened = 0, closed = 0;
    struct receipt r;
    arena_init(&g.arena, (size_t)2 << 30);
    enum rc rc = judge_all(q, &g, err);
    day_num today = q->run.today;
    struct args_judge args = {.findings = g.found.at, .count = g.found.len, .today = today, .kept = g.kept.at, .kept_count = g.kept.len, .opened = &opened, .closed = &closed};
    struct command c = {.verb = VERB_JUDGE, .happened = ENTRY_NO_DAY, .args = &args};
    if (rc == RC_OK) rc = req_submit_as(q, 0, &c, &r, err);
    if (rc == RC_OK) {
        answer_json(q);
        json_object(&q->j);
        put_u64(&q->j, "opened", opened);
        put_u64(&q->j, "closed", closed);
        put_u64(&q->j, "open", g.found.len);
        put_u64(&q->j, "undetermined", g.undetermined);
        json_end_object(&q->j);
    }
    arena_fini(&g.arena);
    return rc;
}

static struct sv text_field(const struct pack_register *r, const struct record *rec, struct str name)
{
    const struct pack_field *f = pack_field_find(r, name);
    return f == NULL || f->derive != NULL ? sv_null() : rec->values[f->column];
}

enum rc route_dismiss(struct req *q, struct err *err)
{
    const struct json *body;
    struct str reason;
    uint64_t id = 0;
    struct record rec, subject_rec;
    struct sight sight;
    struct receipt r;
    const struct pack_register *findings = NULL, *dismissals = NULL, *subjects = NULL;
    TRY(req_register(q, STR("finding"), &findings, err));
    TRY(req_register(q, STR("dismissal"), &dismissals, err));
    TRY(req_id(q, 0, &id, err));
    TRY(record_seen(q, PACK_READ, findings, id, &rec, &sight, err));
    TRY(req_json(q, "reason", &body, err));
    TRY(json_text(body, "reason", true, &reason, err));
    if (str_trim(reason).len == 0) return err_set(err, &E_http_body, NO_PLACE, STR("reason"), STR("理由"), STR("a reason"));
    struct sv reg = text_field(findings, &rec, STR("subject_register")), subject = text_field(findings, &rec, STR("subject"));
    TRY(req_register(q, reg.s, &subjects, err));
    if (!grant_may(q->grant, PACK_WRITE, dismissals)) return err_set(err, &E_http_denied, NO_PLACE, text2_in(&dismissals->d.title, q->lang));
    TRY(record_seen(q, PACK_READ, subjects, (uint64_t)subject.i, &subject_rec, &sight, err));
    static const struct str names[] = {STR_INIT("rule"), STR_INIT("subject_register"), STR_INIT("subject"), STR_INIT("reason"), STR_INIT("by"), STR_INIT("reads"),
                                       STR_INIT("second_register"), STR_INIT("second")};
    struct sv values[] = {text_field(findings, &rec, STR("rule")), reg, subject, sv_text(reason), sv_int((int64_t)grant_account(q->grant)),
                          text_field(findings, &rec, STR("reads")), text_field(findings, &rec, STR("second_register")), text_field(findings, &rec, STR("second"))};
    struct args_create args = {.reg = STR("dismissal"), .count = pack_field_find(dismissals, STR("second")) == NULL ? ARRAY_LEN(names) - 2 : ARRAY_LEN(names), .fields = names, .values = values};
    struct command c = {.verb = VERB_CREATE, .happened = ENTRY_NO_DAY, .args = &args};
    TRY(req_submit(q, &c, &r, err));
    receipt_put(q, &r);
    return RC_OK;
}
