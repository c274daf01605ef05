/* proof.c - the full-process record as a file that proves itself: text, the journal's entries behind it, a signature over both; `guiju verify` checks it anywhere. */
#include "http/case/case.h"

enum { ACCOUNT_MAX = 16 << 20 };

static const enum pack_class told[] = {PACK_PERSONAL, PACK_RESTRICTED};

static bool whole(const struct sight *s)
{
    for (size_t i = 0; i < ARRAY_LEN(told); i++)
        if ((s->classes >> told[i] & 1) == 0) return false;
    return true;
}

static enum rc denied(struct req *q, struct err *err)
{
    return err_set(err, &E_http_denied, NO_PLACE, say_in(q, "打印带证明的全程纪实（要看得到全部内容，子案也在内）", "the full record with its proof (takes sight of all of it, with its sub-cases)"));
}

/* The account holds all of it, with the accounts of the sub-cases: half of one would pass for the whole. */
static enum rc all_seen(struct req *q, const struct pack_register *cases, const struct case_record *records, size_t n, struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        struct sight s;
        bool open;
        if (records[i].reg != cases) continue;
        TRY(case_open_to(q, records[i].id, &s, &open, err));
        if (!open || !whole(&s)) return denied(q, err);
        for (size_t k = 0; k < ARRAY_LEN(told); k++) read_note(q, cases, records[i].id, told[k], "print");
    }
    return RC_OK;
}

enum rc route_case_proof(struct req *q, struct err *err)
{
    struct record rec;
    struct sight sight;
    struct case_record *records = NULL;
    const struct pack_register *cases;
    struct buf text;
    size_t n = 0;
    uint64_t id;
    TRY(case_seen(q, 0, &id, &rec, &sight, err));
    TRY(case_register(q, &cases, err));
    if (!whole(&sight)) return denied(q, err);
    buf_init(&text, ACCOUNT_MAX);
    buf_clear(&q->out);
    enum rc rc = case_print(q->view->records, id, q->run.today, &q->arena, q->lang, &text, err);
    if (rc == RC_OK) rc = case_records(q->view->records, id, &q->arena, &records, &n, err);
    if (rc == RC_OK) rc = all_seen(q, cases, records, n, err);
    struct area_proof_of *of = arena_array(&q->arena, struct area_proof_of, n + 1);
    for (size_t i = 0; i < n; i++)
        of[i] = (struct area_proof_of){records[i].reg, records[i].id, 1u << CLASS_OPEN | 1u << CLASS_PERSONAL | (records[i].told ? 1u << CLASS_RESTRICTED : 0)};
    if (rc == RC_OK) rc = area_prove(q->view, buf_view(&text), of, n, &q->arena, &q->out, err);
    buf_fini(&text);
    TRY(rc);
    q->type = "text/plain; charset=utf-8";
    answer_header(q, "Content-Disposition", str_cat(&q->arena, STR("attachment; filename=\"case-"), str_u64(&q->arena, id), STR(".txt\"")));
    return RC_OK;
}
