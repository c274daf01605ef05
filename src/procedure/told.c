/*
 * told.c - what hangs on one round of a step, read once for all who tell of it: notices with their objections, opinions, what was put to a superior
 * level, sub-cases.
 */
#include "procedure/inner.h"

static int64_t day_or_none(struct sv v) { return v.kind == SV_INT ? v.i : ENTRY_NO_DAY; }

static enum rc objections_told(struct doing *k, struct case_posted *n)
{
    uint64_t *ids;
    uint32_t count;
    TRY(children(k, BOOK_NOTICE, n->id, BOOK_OBJECTION, O_NOTICE, &ids, &count, k->err));
    struct case_objected *all = arena_array(k->a, struct case_objected, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        struct record rec;
        const struct book *b = &k->book;
        TRY(record_get(k->now, b->r[BOOK_OBJECTION], ids[i], k->a, &rec, k->err));
        all[i] = (struct case_objected){.id = ids[i], .seq = rec.seq, .number = book_value(b, BOOK_OBJECTION, &rec, O_NUMBER).i,
                                        .received = day_or_none(book_value(b, BOOK_OBJECTION, &rec, O_RECEIVED)), .answered = day_or_none(book_value(b, BOOK_OBJECTION, &rec, O_ANSWERED)),
                                        .receipt = book_text(b, BOOK_OBJECTION, &rec, O_RECEIPT), .text = book_text(b, BOOK_OBJECTION, &rec, O_TEXT),
                                        .by = book_text(b, BOOK_OBJECTION, &rec, O_BY), .answer = book_text(b, BOOK_OBJECTION, &rec, O_ANSWER),
                                        .outcome = book_text(b, BOOK_OBJECTION, &rec, O_OUTCOME)};
    }
    n->objections = all;
    n->objections_count = count;
    return RC_OK;
}

enum rc notices_told(struct doing *k, uint64_t step, const struct case_posted **out, uint32_t *count)
{
    uint64_t *ids;
    uint32_t n;
    TRY(children(k, BOOK_STEP, step, BOOK_NOTICE, N_STEP, &ids, &n, k->err));
    struct case_posted *all = arena_array(k->a, struct case_posted, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        struct record rec;
        const struct book *b = &k->book;
        TRY(record_get(k->now, b->r[BOOK_NOTICE], ids[i], k->a, &rec, k->err));
        all[i] = (struct case_posted){.id = ids[i], .seq = rec.seq, .posted = book_value(b, BOOK_NOTICE, &rec, N_POSTED).i, .from = book_value(b, BOOK_NOTICE, &rec, N_FROM).i,
                                      .to = book_value(b, BOOK_NOTICE, &rec, N_TO).i, .text = book_text(b, BOOK_NOTICE, &rec, N_TEXT)};
        TRY(objections_told(k, &all[i]));
    }
    *out = all;
    *count = n;
    return RC_OK;
}

enum rc opinions_told(struct doing *k, uint64_t step, const struct case_said **out, uint32_t *count)
{
    uint64_t *ids;
    uint32_t n;
    const struct book *b = &k->book;
    TRY(children(k, BOOK_STEP, step, BOOK_OPINION, V_STEP, &ids, &n, k->err));
    struct case_said *said = arena_array(k->a, struct case_said, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        struct record rec;
        TRY(record_get(k->now, b->r[BOOK_OPINION], ids[i], k->a, &rec, k->err));
        struct sv line = book_value(b, BOOK_OPINION, &rec, V_LINE), chair = book_value(b, BOOK_OPINION, &rec, V_CHAIR);
        said[i] = (struct case_said){.number = book_value(b, BOOK_OPINION, &rec, V_NUMBER).i, .line = -1, .member = book_text(b, BOOK_OPINION, &rec, V_MEMBER),
                                     .stance = book_text(b, BOOK_OPINION, &rec, V_STANCE), .text = book_text(b, BOOK_OPINION, &rec, V_TEXT), .chair = chair.kind == SV_INT && chair.i != 0};
        for (uint32_t l = 0; line.kind == SV_INT && l < k->c->lines_count; l++)
            if (k->c->lines[l].id == (uint64_t)line.i) said[i].line = l;
    }
    *out = said;
    *count = n;
    return RC_OK;
}

enum rc referrals_told(struct doing *k, uint64_t step, const struct case_referred **out, uint32_t *count)
{
    uint64_t *ids;
    uint32_t n;
    const struct book *b = &k->book;
    TRY(children(k, BOOK_STEP, step, BOOK_REFERRAL, R_STEP, &ids, &n, k->err));
    struct case_referred *all = arena_array(k->a, struct case_referred, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        struct record rec;
        TRY(record_get(k->now, b->r[BOOK_REFERRAL], ids[i], k->a, &rec, k->err));
        all[i] = (struct case_referred){.id = ids[i], .seq = rec.seq, .number = book_value(b, BOOK_REFERRAL, &rec, R_NUMBER).i, .sent = day_or_none(book_value(b, BOOK_REFERRAL, &rec, R_SENT)),
                                        .entered = day_or_none(book_value(b, BOOK_REFERRAL, &rec, R_ENTERED)), .answered = day_or_none(book_value(b, BOOK_REFERRAL, &rec, R_ANSWERED)),
                                        .answer_entered = day_or_none(book_value(b, BOOK_REFERRAL, &rec, R_ANSWER_ENTERED)), .to = book_text(b, BOOK_REFERRAL, &rec, R_TO),
                                        .reason = book_text(b, BOOK_REFERRAL, &rec, R_REASON), .paper = book_text(b, BOOK_REFERRAL, &rec, R_PAPER), .by = book_text(b, BOOK_REFERRAL, &rec, R_BY),
                                        .outcome = book_text(b, BOOK_REFERRAL, &rec, R_OUTCOME), .answer = book_text(b, BOOK_REFERRAL, &rec, R_ANSWER),
                                        .answer_paper = book_text(b, BOOK_REFERRAL, &rec, R_ANSWER_PAPER), .answer_by = book_text(b, BOOK_REFERRAL, &rec, R_ANSWER_BY)};
    }
    *out = all;
    *count = n;
    return RC_OK;
}

/* Of a ballot what it is and when, whether it was counted again, and nothing of its papers. */
enum rc ballots_told(struct doing *k, uint64_t step, const struct case_ballot **out, uint32_t *count)
{
    uint64_t *ids;
    uint32_t n;
    const struct book *b = &k->book;
    TRY(children(k, BOOK_STEP, step, BOOK_BALLOT, B_TAKEN, &ids, &n, k->err));
    struct case_ballot *all = arena_array(k->a, struct case_ballot, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        struct record rec;
        TRY(record_get(k->now, b->r[BOOK_BALLOT], ids[i], k->a, &rec, k->err));
        struct sv same = book_value(b, BOOK_BALLOT, &rec, B_SAME);
        all[i] = (struct case_ballot){.id = ids[i], .seq = rec.seq, .title = book_text(b, BOOK_BALLOT, &rec, B_TITLE), .closed = day_or_none(book_value(b, BOOK_BALLOT, &rec, B_CLOSED)),
                                      .recounted = day_or_none(book_value(b, BOOK_BALLOT, &rec, B_RECOUNTED)), .recount_same = same.kind == SV_INT && same.i != 0};
    }
    *out = all;
    *count = n;
    return RC_OK;
}

enum rc subs_told(struct doing *k, const struct pack_step *p, uint64_t step, const struct case_below **out, uint32_t *count)
{
    struct step_now s = {.id = step};
    *out = NULL;
    *count = 0;
    if (p->sub == NULL) return RC_OK;
    TRY(subs_load(k, &s, k->err));
    struct case_below *all = arena_array(k->a, struct case_below, s.subs_count + 1);
    for (uint32_t i = 0; i < s.subs_count; i++)
        all[i] = (struct case_below){.id = s.subs[i].id, .step = p->name, .title = s.subs[i].title, .state = s.subs[i].state, .line = s.subs[i].line, .ended = s.subs[i].ended};
    *out = all;
    *count = s.subs_count;
    return RC_OK;
}
