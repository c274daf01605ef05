/*
 * liable.c - 责任倒查: of a step that is over, whether somebody answers for it, by what facts, and what is done about it.  It is written beside the case, after the
 * event: nothing of the case changes by it, so it may be entered when the case is over or laid down; what was entered is never changed, only followed by another.
 */
#include "procedure/inner.h"

struct liable_args { const struct case_liability *g; };

static enum rc bad(struct doing *k, const char *zh, const char *en) { return stop(k, false, STR("trace"), STR(""), &E_case_liable_form, str_c(zh), str_c(en)); }

void case_tracers(const struct pack_set *now, const struct pack_procedure *p, const struct str **roles, uint32_t *n)
{
    const struct pack_procedure *today = pack_procedure_find(now, p->d.name);
    if (today == NULL || today->trace_by_count == 0) today = p;
    *roles = today->trace_by;
    *n = today->trace_by_count;
}

static bool over(struct str state) { return str_eq(state, STR("done")) || str_eq(state, STR("irregular")) || str_eq(state, STR("returned")); }

/* The link: one round of a step, of this case, that somebody did. */
static enum rc link_find(struct doing *k, const struct case_liability *g, struct record *out)
{
    uint64_t *ids, want = 0;
    uint32_t n;
    bool there = false, begun = false;
    struct str name = str_trim(g->step);
    if (str_starts(name, STR("#")) && !str_to_u64(str_sub(name, 1, name.len), &want)) return bad(k, "环节写步骤的名称，或者 # 和那一轮的编号", "a link is the name of a step, or # and the number of its round");
    if (want == 0) TRY(step_find(k, name));
    TRY(children(k, BOOK_CASE, k->c->id, BOOK_STEP, S_CASE, &ids, &n, k->err));
    for (uint32_t i = 0; i < n; i++) {
        struct record rec;
        TRY(record_get(k->now, k->book.r[BOOK_STEP], ids[i], k->a, &rec, k->err));
        bool this = want != 0 ? rec.id == want : str_eq(book_text(&k->book, BOOK_STEP, &rec, S_STEP), k->step->name);
        begun = begun || this;
        if (!this || !over(book_text(&k->book, BOOK_STEP, &rec, S_STATE))) continue;
        *out = rec;
        there = true;
    }
    if (there) return RC_OK;
    if (begun) return bad(k, "这一步还没有办结，没有可以认定的", "the step is not over: there is nothing to answer for yet");
    return bad(k, "案件里没有这个环节", "the case has no such link");
}

static enum rc texts_check(struct doing *k, const struct case_liability *g, struct str outcome)
{
    bool fault = str_eq(outcome, STR("fault"));
    if (outcome.len == 0) return bad(k, "结论写没有问题（clear）或者有责任（fault）", "the outcome is clear or fault");
    if (str_trim(g->finding).len == 0) return bad(k, "要写认定的事实", "it takes the facts that were found");
    if (str_trim(k->entry->paper).len == 0) return bad(k, "要写认定的文书", "it takes the paper that it stands on");
    if (fault && str_trim(g->person).len == 0) return bad(k, "有责任的，要写是谁", "who is at fault is named");
    if (fault && (str_trim(g->measure).len == 0 || str_trim(g->basis).len == 0)) return bad(k, "有责任的，要写处理措施和依据；不予处理的也写明", "a fault takes a measure and its basis, also where the measure is none");
    if (!fault && (str_trim(g->measure).len > 0 || g->slip != 0)) return bad(k, "没有问题的，没有处理措施", "there is no measure where nothing is at fault");
    if (g->finding.len > 12000 || g->measure.len > 6000 || g->basis.len > 1200 || g->person.len > 180 || k->entry->paper.len > 600)
        return bad(k, "写得太长：事实 4000 字，措施 2000 字，依据 400 字，文书 200 字，姓名 60 字以内", "too long: facts 4000 characters, measure 2000, basis 400, paper 200, name 60");
    return RC_OK;
}

static enum rc slip_check(struct doing *k, uint64_t id)
{
    struct record rec;
    struct err none;
    err_clear(&none);
    if (id == 0) return RC_OK;
    if (record_get(k->now, k->book.r[BOOK_SLIP], id, k->a, &rec, &none) == RC_OK && !str_eq(book_text(&k->book, BOOK_SLIP, &rec, K_STATE), STR("withdrawn"))) return RC_OK;
    return bad(k, "没有这张单，或者已经撤回：它落实不了措施", "there is no such slip, or it was withdrawn: it follows nothing up");
}

static enum rc corrects_check(struct doing *k, uint64_t id, const struct case_found *all, uint32_t n)
{
    if (id == 0) return RC_OK;
    for (uint32_t i = 0; i < n; i++)
        if (all[i].id == id) return all[i].corrected == 0 ? RC_OK : bad(k, "那一条已经更正过了：更正后来的那一条", "that one was corrected already: correct the later one");
    return bad(k, "要更正的认定不是这个环节的", "what is to be corrected is not of this link");
}

static struct str outcome_of(struct str s)
{
    if (str_eq(s, STR("clear")) || str_eq(s, STR("没有问题"))) return STR("clear");
    return str_eq(s, STR("fault")) || str_eq(s, STR("有责任")) ? STR("fault") : STR("");
}

static enum rc liable(struct doing *k, void *arg)
{
    const struct case_liability *g = ((const struct liable_args *)arg)->g;
    const struct str *roles;
    const struct case_found *all;
    struct record link;
    uint32_t n, count;
    TRY(case_load(k, g->id, k->err));
    TRY(seen_check(k));
    if (k->book.r[BOOK_LIABILITY] == NULL) return err_set(k->err, &E_case_core, NO_PLACE, STR("case_liability"));
    case_tracers(k->now_set, k->c->p, &roles, &n);
    if (n == 0 && !k->d->actor.operator_) return bad(k, "这个程序没有写明由谁认定责任（trace）", "the procedure does not say who traces it (trace)");
    TRY(person_check(k, roles, n, STR("责任认定")));
    TRY(day_check(k));
    TRY(link_find(k, g, &link));
    struct str outcome = outcome_of(str_trim(g->outcome));
    TRY(texts_check(k, g, outcome));
    struct sv happened = book_value(&k->book, BOOK_STEP, &link, S_HAPPENED);
    if (happened.kind == SV_INT && k->day < happened.i) return stop(k, false, STR("order"), STR(""), &E_case_day_order, day_print(k->a, k->day), day_print(k->a, happened.i));
    TRY(slip_check(k, g->slip));
    TRY(liabilities_told(k, link.id, &all, &count));
    TRY(corrects_check(k, g->corrects, all, count));
    struct row r = row_of(&k->book, BOOK_LIABILITY);
    row_int(&r, A_STEP, (int64_t)link.id);
    row_int(&r, A_NUMBER, count + 1);
    row_text(&r, A_OUTCOME, outcome);
    row_text(&r, A_PERSON, str_trim(g->person));
    row_text(&r, A_FINDING, str_trim(g->finding));
    row_text(&r, A_MEASURE, str_trim(g->measure));
    row_text(&r, A_BASIS, str_trim(g->basis));
    row_text(&r, A_PAPER, str_trim(k->entry->paper));
    if (g->slip != 0) row_int(&r, A_SLIP, (int64_t)g->slip);
    row_int(&r, A_HAPPENED, k->day);
    row_int(&r, A_ENTERED, k->today);
    if (k->late) row_text(&r, A_SECOND, text_cut(str_trim(k->entry->second), 180));
    actor_put(k, &r, A_ACCOUNT, A_BY);
    if (g->corrects != 0) row_int(&r, A_CORRECTS, (int64_t)g->corrects);
    return put_row(k, &r, 0, &k->done->record);
}

enum rc case_liable(struct case_door *d, const struct case_liability *g, const struct case_entry *e, struct case_done *out, struct case_refused *why, struct err *err)
{
    struct liable_args args = {g};
    return door_act(d, g->id, liable, &args, e, out, why, err);
}

/* ---- for who reads ---- */

static uint64_t id_or_none(struct sv v) { return v.kind == SV_INT ? (uint64_t)v.i : 0; }

enum rc liabilities_told(struct doing *k, uint64_t step, const struct case_found **out, uint32_t *count)
{
    const struct book *b = &k->book;
    uint64_t *ids;
    uint32_t n;
    *out = NULL;
    *count = 0;
    if (b->r[BOOK_LIABILITY] == NULL) return RC_OK;
    TRY(children(k, BOOK_STEP, step, BOOK_LIABILITY, A_STEP, &ids, &n, k->err));
    struct case_found *all = arena_array(k->a, struct case_found, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        struct record rec, slip;
        struct case_found *x = &all[i];
        TRY(record_get(k->now, b->r[BOOK_LIABILITY], ids[i], k->a, &rec, k->err));
        *x = (struct case_found){.id = ids[i], .seq = rec.seq, .slip = id_or_none(book_value(b, BOOK_LIABILITY, &rec, A_SLIP)), .corrects = id_or_none(book_value(b, BOOK_LIABILITY, &rec, A_CORRECTS)),
                                 .number = book_value(b, BOOK_LIABILITY, &rec, A_NUMBER).i, .happened = book_value(b, BOOK_LIABILITY, &rec, A_HAPPENED).i,
                                 .entered = book_value(b, BOOK_LIABILITY, &rec, A_ENTERED).i, .outcome = book_text(b, BOOK_LIABILITY, &rec, A_OUTCOME), .person = book_text(b, BOOK_LIABILITY, &rec, A_PERSON),
                                 .finding = book_text(b, BOOK_LIABILITY, &rec, A_FINDING), .measure = book_text(b, BOOK_LIABILITY, &rec, A_MEASURE), .basis = book_text(b, BOOK_LIABILITY, &rec, A_BASIS),
                                 .paper = book_text(b, BOOK_LIABILITY, &rec, A_PAPER), .second = book_text(b, BOOK_LIABILITY, &rec, A_SECOND), .by = book_text(b, BOOK_LIABILITY, &rec, A_BY),
                                 .slip_kind = STR(""), .slip_state = STR("")};
        for (uint32_t e = 0; e < i; e++)
            if (all[e].id == x->corrects) all[e].corrected = x->id;
        if (x->slip == 0) continue;
        TRY(record_get(k->now, b->r[BOOK_SLIP], x->slip, k->a, &slip, k->err));
        x->slip_kind = book_text(b, BOOK_SLIP, &slip, K_KIND);
        x->slip_state = book_text(b, BOOK_SLIP, &slip, K_STATE);
    }
    *out = all;
    *count = n;
    return RC_OK;
}

enum rc case_links(struct records *rs, uint64_t id, day_num today, struct arena *a, struct case_link **out, size_t *n, struct err *err)
{
    struct doing k;
    struct case_door d;
    uint64_t *ids;
    uint32_t count = 0;
    TRY(case_looking(&k, &d, rs, id, today, a, err));
    enum rc rc = children(&k, BOOK_CASE, id, BOOK_STEP, S_CASE, &ids, &count, err);
    *out = arena_array(a, struct case_link, count + 1);
    *n = 0;
    for (uint32_t i = 0; i < count && rc == RC_OK; i++) {
        struct record rec;
        struct case_link *l = &(*out)[*n];
        rc = record_get(k.now, k.book.r[BOOK_STEP], ids[i], a, &rec, err);
        if (rc != RC_OK || !over(book_text(&k.book, BOOK_STEP, &rec, S_STATE))) continue;
        *l = (struct case_link){.step_id = rec.id, .step = book_text(&k.book, BOOK_STEP, &rec, S_STEP), .round = book_value(&k.book, BOOK_STEP, &rec, S_ROUND).i};
        rc = liabilities_told(&k, rec.id, &l->found, &l->found_count);
        (*n)++;
    }
    doing_end(&k);
    return rc;
}
