/*
 * count.c - papers to numbers.  tests/ballot/recount.py does the same from the exported papers, knowing nothing of this file.
 * The result is canonical JSON: {"cast", "entitled", "lines": [{…}], "valid"}; of a small group only what passed.
 */
#include "ballot/inner.h"

struct line { int64_t yes, no, abstain, votes; int64_t *by_option; bool has_passed, passed, tied; struct dec score; bool has_score; };

static void count_paper(const struct urn *u, struct line *lines, const struct paper *p)
{
    for (uint32_t i = 0; i < u->candidates_count; i++) {
        struct line *l = &lines[i];
        struct str word = p->words[i];
        if (word.len == 0) continue;
        for (uint32_t o = 0; o < u->b->options_count; o++)
            if (str_eq(u->b->options[o].name, word)) l->by_option[p->class_idx * u->b->options_count + o]++;
        if (str_eq(word, STR("yes"))) (u->b->kind == BALLOT_APPROVE ? &l->yes : &l->votes)[0]++;
        if (str_eq(word, STR("no"))) l->no++;
        if (str_eq(word, STR("abstain"))) l->abstain++;
    }
}

static bool reaches(const struct pack_share *s, const struct pack_param_value *v, int64_t n, int64_t base)
{
    int64_t q = v->q == 0 ? 1 : v->q;
    return s->more ? n * q > base * v->p : n * q >= base * v->p;
}

static void pass(struct urn *u, struct line *lines, int64_t valid)
{
    const struct pack_param_value *v = urn_value(u, u->b->pass.param), *quorum = urn_value(u, u->b->quorum.param);
    bool enough = u->b->quorum.param == NULL || (quorum != NULL && reaches(&u->b->quorum, quorum, u->present, u->roll));
    int64_t base = u->b->pass.base == BASE_ENTITLED ? u->roll : u->b->pass.base == BASE_PRESENT ? u->present : valid;
    for (uint32_t i = 0; i < u->candidates_count; i++) {
        struct line *l = &lines[i];
        l->has_passed = u->b->pass.param != NULL;
        l->passed = enough && v != NULL && reaches(&u->b->pass, v, u->b->kind == BALLOT_APPROVE ? l->yes : l->votes, base);
    }
    if (u->b->kind != BALLOT_CHOOSE) return;
    bool *wins = arena_array(u->a, bool, u->candidates_count + 1);
    for (uint32_t i = 0; i < u->candidates_count; i++) {
        int64_t above = 0, beside = 0;
        for (uint32_t o = 0; o < u->candidates_count; o++) {
            if (o == i || (lines[o].has_passed && !lines[o].passed)) continue;
            above += lines[o].votes > lines[i].votes;
            beside += lines[o].votes == lines[i].votes;
        }
        bool in = !lines[i].has_passed || lines[i].passed;
        wins[i] = in && above + beside < u->places;
        lines[i].tied = in && u->b->tie != TIE_FAILS && above < u->places && above + beside >= u->places;
    }
    for (uint32_t i = 0; i < u->candidates_count; i++) {
        lines[i].has_passed = true;
        lines[i].passed = wins[i];
    }
}

static bool mean_of(const struct urn *u, const int64_t *counts, struct dec *out)
{
    struct dec sum = dec_i64(0), people = dec_i64(0), x;
    bool any = false;
    for (uint32_t o = 0; o < u->b->options_count; o++) {
        if (!u->b->options[o].has_value) continue;
        if (!dec_mul(dec_i64(counts[o]), dec_i64(u->b->options[o].value), &x) || !dec_add(sum, x, &sum) || !dec_add(people, dec_i64(counts[o]), &people)) return false;
        any = any || counts[o] > 0;
    }
    return any && dec_div(sum, people, out);
}

static void score(const struct urn *u, struct line *l)
{
    struct dec total = dec_i64(0), mean, part;
    if (u->b->classes_count == 0 && !mean_of(u, l->by_option, &total)) return;
    for (uint32_t c = 0; c < u->b->classes_count; c++) {
        if (!mean_of(u, l->by_option + c * u->b->options_count, &mean)) return;
        if (!dec_mul(mean, dec_i64(u->b->classes[c].weight), &part) || !dec_div(part, dec_i64(100), &part) || !dec_add(total, part, &total)) return;
    }
    l->has_score = dec_rescale(total, 2, DEC_HALF_UP, &l->score);
}

static void options_json(const struct urn *u, const struct line *l, struct json_out *j)
{
    json_key(j, STR("options"));
    json_array(j);
    for (uint32_t c = 0; c < MAX(u->b->classes_count, 1); c++)
        for (uint32_t o = 0; o < u->b->options_count; o++) json_i64(j, l->by_option[c * u->b->options_count + o]);
    json_end_array(j);
}

static void line_json(struct urn *u, const struct line *l, uint32_t i, bool small, struct json_out *j)
{
    bool approve = u->b->kind == BALLOT_APPROVE, graded = u->b->kind == BALLOT_GRADE || u->b->kind == BALLOT_SCORE;
    json_object(j);
    if (approve && !small) {
        json_key(j, STR("abstain"));
        json_i64(j, l->abstain);
    }
    json_key(j, STR("name"));
    json_string(j, u->candidates[i]);
    if (approve && !small) {
        json_key(j, STR("no"));
        json_i64(j, l->no);
    }
    if (graded && !small) options_json(u, l, j);
    if (l->has_passed) {
        json_key(j, STR("passed"));
        json_bool(j, l->passed);
    }
    if (l->has_score && !small) {
        struct buf b;
        buf_init(&b, 64);
        dec_put(&b, l->score);
        json_key(j, STR("score"));
        json_string(j, str_dup(u->a, buf_view(&b)));
        buf_fini(&b);
    }
    if (l->tied) {
        json_key(j, STR("tied"));
        json_bool(j, true);
    }
    if (!approve && !graded && !small) {
        json_key(j, STR("votes"));
        json_i64(j, l->votes);
    }
    if (approve && !small) {
        json_key(j, STR("yes"));
        json_i64(j, l->yes);
    }
    json_end_object(j);
}

enum rc papers_count(struct urn *u, const struct str *papers, size_t n, bool small, struct str *out, struct err *err)
{
    struct line *lines = arena_array(u->a, struct line, u->candidates_count + 1);
    int64_t good = 0;
    uint32_t cells = MAX(u->b->classes_count, 1) * (u->b->options_count + 1);
    for (uint32_t i = 0; i < u->candidates_count; i++) lines[i].by_option = arena_array(u->a, int64_t, cells);
    for (size_t i = 0; i < n; i++) {
        struct arena_mark m = arena_mark(u->a);
        struct paper p = paper_read(u, papers[i]);
        good += p.valid;
        if (p.valid) count_paper(u, lines, &p);
        arena_reset(u->a, m);
    }
    pass(u, lines, good);
    struct buf b;
    struct json_out j;
    buf_init(&b, 16000);
    json_out_init(&j, &b);
    json_object(&j);
    json_key(&j, STR("cast"));
    json_i64(&j, (int64_t)n);
    json_key(&j, STR("entitled"));
    json_i64(&j, u->roll);
    json_key(&j, STR("lines"));
    json_array(&j);
    for (uint32_t i = 0; i < u->candidates_count; i++) {
        if (u->b->kind == BALLOT_GRADE || u->b->kind == BALLOT_SCORE) score(u, &lines[i]);
        line_json(u, &lines[i], i, small, &j);
    }
    json_end_array(&j);
    json_key(&j, STR("present"));
    json_i64(&j, u->present);
    if (!small) {
        json_key(&j, STR("valid"));
        json_i64(&j, good);
    }
    json_end_object(&j);
    bool failed = buf_failed(&b);
    if (!failed) *out = str_dup(u->a, buf_view(&b));
    buf_fini(&b);
    return failed ? err_set(err, &E_ballot_counts, NO_PLACE, STR("结果太长"), STR("the result is too long")) : RC_OK;
}
