/* tell.c - paper votes: two tellers type the pile apart from each other; what they agree on is the count. */
#include "ballot/inner.h"

enum { TELLER_MAX = 60 };

/* ---- what has been typed ---- */

struct pile { struct str teller; struct str *papers; uint32_t count, done; };   /* papers: by number - 1, empty ptr: not typed; done 0: not yet */
struct piles { struct pile of[2]; };

static enum rc piles_read(struct ballot_rows *rows, uint64_t id, int64_t present, struct arena *a, struct piles *out, struct err *err)
{
    struct sheet_row *at;
    size_t n;
    *out = (struct piles){0};
    TRY(sheets_take(rows, id, a, &at, &n, err));
    for (int t = 0; t < 2; t++) out->of[t].papers = arena_array(a, struct str, (size_t)present + 1);
    for (size_t i = 0; i < n; i++) {
        int t = out->of[0].teller.len == 0 || str_eq(out->of[0].teller, at[i].teller) ? 0 : 1;
        struct pile *p = &out->of[t];
        int64_t done = 0;
        p->teller = at[i].teller;
        if (at[i].number == 0 && str_to_i64(at[i].text, &done)) p->done = (uint32_t)done + 1; /* so that an empty pile is done too */
        if (at[i].number < 1 || at[i].number > present) continue;
        p->papers[at[i].number - 1] = at[i].text;
        p->count = MAX(p->count, (uint32_t)at[i].number);
    }
    for (int t = 0; t < 2; t++)
        if (out->of[t].done > 0) out->of[t].count = out->of[t].done - 1;
    return RC_OK;
}

static struct str paper_at(const struct pile *p, uint32_t i) { return i < p->count ? p->papers[i] : STR(""); }

/* By both, or there is nothing to compare. */
static bool both_done(const struct piles *p) { return p->of[0].done > 0 && p->of[1].done > 0; }

static bool differ(const struct piles *p, uint32_t i) { return (i < p->of[0].count) != (i < p->of[1].count) || !str_eq(paper_at(&p->of[0], i), paper_at(&p->of[1], i)); }

static enum rc entering(struct urn *u, struct ballot_rows *rows, struct records *rs, uint64_t id, struct arena *a, struct piles *p, struct err *err)
{
    TRY(urn_open(u, rs, id, a, err));
    if (!str_eq(u->state, STR("entering"))) return err_set0(err, &E_ballot_not_entering, NO_PLACE);
    TRY(ballot_bind(records_store(rs), a, rows, err));
    return piles_read(rows, id, u->present, a, p, err);
}

/* ---- typing ---- */

static enum rc typed_check(struct urn *u, const struct piles *all, const struct pile *mine, uint32_t from, const struct str *papers, uint32_t n, bool done, struct err *err)
{
    if (from < 1 || n > BALLOT_SHEET_MAX || (int64_t)from - 1 + (int64_t)n > u->present)
        return err_set(err, &E_ballot_sheet_many, NO_PLACE, str_u64(u->a, from), str_u64(u->a, n), str_i64(u->a, u->present));
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = from - 1 + i;
        if (!str_eq(papers[i], STR("!")) && !paper_valid(u, papers[i])) return err_set(err, &E_ballot_sheet_paper, NO_PLACE, str_u64(u->a, at + 1u), papers[i]);
        if (mine->done > 0 && !(both_done(all) && differ(all, at))) return err_set(err, &E_ballot_sheet_done, NO_PLACE, str_u64(u->a, at + 1u));
    }
    uint32_t end = from - 1 + n;
    for (uint32_t i = 0; done && i < end; i++)
        if (mine->papers[i].ptr == NULL && (i + 1 < from || i >= end)) return err_set(err, &E_ballot_sheet_gap, NO_PLACE, str_u64(u->a, i + 1u));
    /* To say that the pile is shorter or longer is to correct what differs. */
    if (mine->done > 0 && done && !(both_done(all) && all->of[0].count != all->of[1].count) && end != mine->count) return err_set(err, &E_ballot_sheet_done, NO_PLACE, str_u64(u->a, end + 1u));
    return RC_OK;
}

enum rc ballot_sheet_put(struct ballot_door *d, uint64_t id, struct str teller, uint32_t from, const struct str *papers, uint32_t n, bool done, struct err *err)
{
    struct urn u;
    struct ballot_rows rows;
    struct piles all;
    TRY(entering(&u, &rows, d->records, id, d->arena, &all, err));
    if (teller.len == 0 || teller.len > TELLER_MAX * 3) return err_set(err, &E_ballot_opening, NO_PLACE, STR("要写计票人"), STR("say who the teller is"));
    struct pile *mine = NULL;
    for (int t = 0; t < 2 && mine == NULL; t++)
        if (all.of[t].teller.len == 0 || str_eq(all.of[t].teller, teller)) mine = &all.of[t];
    if (mine == NULL) return err_set(err, &E_ballot_two_tellers, NO_PLACE, all.of[0].teller, all.of[1].teller);
    TRY(typed_check(&u, &all, mine, from, papers, n, done, err));
    TRY(records_hold(d->records, err));
    enum rc rc = RC_OK;
    for (uint32_t i = 0; i < n && rc == RC_OK; i++) {
        struct sheet_row row = {teller, (int64_t)from + i, papers[i].ptr == NULL ? STR("") : papers[i]};
        rc = sheet_put(&rows, id, &row, d->arena, err);
    }
    uint32_t end = from - 1 + n, count = done ? end : mine->done > 0 ? MAX(mine->count, end) : 0;
    if (rc == RC_OK && (done || mine->done > 0)) {
        struct sheet_row row = {teller, 0, str_u64(d->arena, count)};
        rc = sheet_put(&rows, id, &row, d->arena, err);
    }
    return records_settle(d->records, rc, err);
}

/* ---- comparing ---- */

static void differences(const struct piles *p, struct arena *a, struct ballot_sheets *out)
{
    uint32_t most = MAX(p->of[0].count, p->of[1].count);
    out->differences = arena_array(a, struct ballot_difference, most + 1u);
    for (uint32_t i = 0; i < most; i++)
        if (differ(p, i)) out->differences[out->differences_count++] = (struct ballot_difference){i + 1, paper_at(&p->of[0], i), paper_at(&p->of[1], i)};
}

enum rc ballot_sheets_look(struct records *rs, uint64_t id, struct arena *a, struct ballot_sheets *out, struct err *err)
{
    struct urn u;
    struct ballot_rows rows;
    struct piles p;
    *out = (struct ballot_sheets){.differences_count = 0};
    TRY(entering(&u, &rows, rs, id, a, &p, err));
    for (int t = 0; t < 2; t++) {
        out->teller[t] = p.of[t].teller;
        out->papers[t] = p.of[t].count;
        out->done[t] = p.of[t].done > 0;
    }
    if (both_done(&p)) differences(&p, a, out);
    return RC_OK;
}

static enum rc tellers_differ(struct arena *a, const struct ballot_sheets *s, struct err *err)
{
    const struct ballot_difference *x = &s->differences[0];
    return err_set(err, &E_ballot_tellers_differ, NO_PLACE, str_u64(a, x->number), x->first.len > 0 ? x->first : STR("—"), x->second.len > 0 ? x->second : STR("—"),
                   str_u64(a, s->differences_count));
}

enum rc ballot_match(struct ballot_door *d, uint64_t id, struct changed *last, struct err *err)
{
    struct urn u;
    struct ballot_rows rows;
    struct piles p;
    struct ballot_sheets s = {.differences_count = 0};
    TRY(entering(&u, &rows, d->records, id, d->arena, &p, err));
    if (!both_done(&p)) return err_set0(err, &E_ballot_not_done, NO_PLACE);
    differences(&p, d->arena, &s);
    if (s.differences_count > 0) return tellers_differ(d->arena, &s, err);
    struct str tellers = str_cat(d->arena, p.of[0].teller, STR("、"), p.of[1].teller);
    TRY(records_hold(d->records, err));
    enum rc rc = urn_finish(&u, d, p.of[0].papers, p.of[0].count, u.present, tellers, last, err);
    if (rc == RC_OK) rc = rows_drop(&rows, id, d->arena, err);
    return records_settle(d->records, rc, err);
}

/* ---- two files at once ---- */

static struct str *lines_of_text(struct arena *a, struct str text, size_t *n)
{
    struct str *out = arena_array(a, struct str, BALLOT_SEATS_MAX + 1);
    *n = 0;
    while (text.len > 0 && *n < BALLOT_SEATS_MAX) {
        size_t end = str_find_char(text, '\n');
        struct str line = str_trim(str_sub(text, 0, MIN(end, text.len)));
        text = end == SIZE_MAX ? STR("") : str_sub(text, end + 1, text.len);
        out[(*n)++] = line;
    }
    while (*n > 0 && out[*n - 1].len == 0) (*n)--;
    return out;
}

enum rc ballot_enter(struct ballot_door *d, const struct ballot_entered *g, uint64_t *id, struct changed *last, struct err *err)
{
    struct urn u;
    size_t n, m;
    struct ballot_sheets s = {.differences_count = 0};
    TRY(opening_take(&u, d, &g->opening, false, true, err));
    struct str *x = lines_of_text(d->arena, g->first, &n), *y = lines_of_text(d->arena, g->second, &m);
    struct piles p = {.of = {{.papers = x, .count = (uint32_t)n, .done = 1}, {.papers = y, .count = (uint32_t)m, .done = 1}}};
    differences(&p, d->arena, &s);
    if (s.differences_count > 0) return tellers_differ(d->arena, &s, err);
    TRY(present_check(g->entitled, g->present, err));
    if ((int64_t)n > g->present) return err_set(err, &E_ballot_counts, NO_PLACE, STR("收回的票多于发出的票，这次投票无效"), STR("more papers came back than were given out: the vote is void"));
    TRY(records_hold(d->records, err));
    enum rc rc = opening_put(&u, d, &g->opening, STR("entering"), g->entitled, g->present, last, err);
    *id = u.id;
    if (rc == RC_OK) rc = urn_finish(&u, d, x, n, g->present, g->opening.tellers, last, err);
    return records_settle(d->records, rc, err);
}
