/*
 * paper.c - what became of the papers of a step: drafted, and then filed with the number that they got or the file that was signed.  One record for each form of a
 * round: later drafts and another file are changes of it.  The draft itself is not kept: it can be had again.
 */
#include "procedure/inner.h"

static int64_t day_or_none(struct sv v) { return v.kind == SV_INT ? v.i : ENTRY_NO_DAY; }

enum rc papers_told(struct doing *k, uint64_t step, const struct case_drafted **out, uint32_t *count)
{
    const struct book *b = &k->book;
    uint64_t *ids;
    uint32_t n = 0;
    *out = NULL;
    *count = 0;
    if (b->r[BOOK_PAPER] == NULL) return RC_OK;
    TRY(children(k, BOOK_STEP, step, BOOK_PAPER, D_STEP, &ids, &n, k->err));
    struct case_drafted *all = arena_array(k->a, struct case_drafted, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        struct record rec;
        TRY(record_get(k->now, b->r[BOOK_PAPER], ids[i], k->a, &rec, k->err));
        all[i] = (struct case_drafted){.id = rec.id, .seq = rec.seq, .step_id = step, .form = book_text(b, BOOK_PAPER, &rec, D_FORM), .title = book_text(b, BOOK_PAPER, &rec, D_TITLE),
                                       .number = book_text(b, BOOK_PAPER, &rec, D_NUMBER), .file = book_text(b, BOOK_PAPER, &rec, D_FILE),
                                       .drafted_by = book_text(b, BOOK_PAPER, &rec, D_DRAFTED_BY), .filed_by = book_text(b, BOOK_PAPER, &rec, D_FILED_BY),
                                       .drafted = day_or_none(book_value(b, BOOK_PAPER, &rec, D_DRAFTED)), .filed = day_or_none(book_value(b, BOOK_PAPER, &rec, D_FILED))};
    }
    *out = all;
    *count = n;
    return RC_OK;
}

static enum rc all_told(struct doing *k, struct case_drafted **out, size_t *n)
{
    uint64_t *steps;
    uint32_t count;
    VEC(struct case_drafted) all = {0};
    TRY(children(k, BOOK_CASE, k->c->id, BOOK_STEP, S_CASE, &steps, &count, k->err));
    for (uint32_t i = 0; i < count; i++) {
        const struct case_drafted *some;
        uint32_t m;
        struct record rec;
        TRY(papers_told(k, steps[i], &some, &m));
        if (m == 0) continue;
        TRY(record_get(k->now, k->book.r[BOOK_STEP], steps[i], k->a, &rec, k->err));
        for (uint32_t x = 0; x < m; x++) {
            struct case_drafted one = some[x];
            one.step = book_text(&k->book, BOOK_STEP, &rec, S_STEP);
            one.round = book_value(&k->book, BOOK_STEP, &rec, S_ROUND).i;
            vec_push(k->a, &all, one);
        }
    }
    *out = all.at;
    *n = all.len;
    return RC_OK;
}

enum rc case_papers(struct records *rs, uint64_t id, day_num today, struct arena *a, struct case_drafted **out, size_t *n, struct err *err)
{
    struct case_door d;
    struct doing k;
    TRY(case_looking(&k, &d, rs, id, today, a, err));
    enum rc rc = all_told(&k, out, n);
    doing_end(&k);
    return rc;
}

/* ---- the act ---- */

/* Where it is filed: any round that counts will do, irregular or not; else the step that may have it drafted. */
static enum rc step_of(struct doing *k, const struct case_paper_given *g, const struct pack_form *f, bool filing)
{
    struct str name = str_trim(g->step);
    if (!filing || name.len == 0) {
        struct err why;
        struct err *kept = k->err;
        err_clear(&why);
        k->err = &why;
        enum rc rc = paper_may(k, f, name, &name);
        k->err = kept;
        if (rc != RC_OK && (!filing || err_code(&why) == NULL || strcmp(err_code(&why), "case.paper_irregular") != 0)) {
            if (k->err != NULL) *k->err = why;
            return rc;
        }
    }
    for (uint32_t i = 0; i < k->c->p->steps_count && name.len == 0; i++)
        for (uint32_t x = 0; x < k->c->p->steps[i]->papers_count; x++)
            if (k->c->steps[i].irregular && str_eq(k->c->p->steps[i]->papers[x]->d.name, f->d.name)) name = k->c->p->steps[i]->name;
    return step_find(k, name);
}

static enum rc paper_put(struct doing *k, void *arg)
{
    const struct case_paper_given *g = arg;
    struct str number = text_cut(str_trim(g->number), 600), file = str_trim(g->file), title;
    bool filing = number.len + file.len > 0;
    struct record_file kept;
    const struct case_drafted *all;
    uint32_t n;
    uint64_t there = 0;
    TRY(case_load(k, g->id, k->err));
    TRY(seen_check(k));
    if (k->book.r[BOOK_PAPER] == NULL) return err_set(k->err, &E_case_core, NO_PLACE, STR("case_paper"));
    const struct pack_form *f = pack_form_find(k->now_set, g->form);
    if (f == NULL) return stop(k, false, STR("paper"), STR(""), &E_case_paper_not, g->form, k->c->p->d.title.zh, g->form, text2_in(&k->c->p->d.title, LANG_EN));
    TRY(step_of(k, g, f, filing));
    const struct step_now *s = &k->c->steps[k->step->idx];
    title = f->d.title.zh;
    if (s->id == 0) return stop(k, false, STR("order"), STR(""), &E_case_paper_early, title, k->step->title.zh, text2_in(&f->d.title, LANG_EN), text2_in(&k->step->title, LANG_EN));
    TRY(person_check(k, k->step->by, k->step->by_count, k->step->title.zh));
    if (file.len > 0 && (!record_file_read(file, &kept) || kept.name.len == 0)) return stop(k, false, STR("paper"), STR(""), &E_case_paper_file, STR(""));
    TRY(papers_told(k, s->id, &all, &n));
    for (uint32_t i = 0; i < n; i++)
        if (str_eq(all[i].form, f->d.name)) there = all[i].id;
    struct row r = row_of(&k->book, BOOK_PAPER);
    if (there == 0) {
        row_int(&r, D_STEP, (int64_t)s->id);
        row_text(&r, D_FORM, f->d.name);
        row_text(&r, D_TITLE, text_cut(title, 300));
    }
    if (number.len > 0) row_text(&r, D_NUMBER, number);
    if (file.len > 0) row_text(&r, D_FILE, file);
    row_int(&r, filing ? D_FILED : D_DRAFTED, k->today);
    actor_put(k, &r, filing ? D_FILED_ACCOUNT : D_DRAFTED_ACCOUNT, filing ? D_FILED_BY : D_DRAFTED_BY);
    k->done->record = there;
    return put_row(k, &r, there, there == 0 ? &k->done->record : NULL);
}

enum rc case_paper_put(struct case_door *d, const struct case_paper_given *g, const struct case_entry *e, struct case_done *out, struct case_refused *why, struct err *err)
{
    struct case_paper_given copy = *g;
    return door_act(d, g->id, paper_put, &copy, e, out, why, err);
}
