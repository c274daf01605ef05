/* vote.c - counts that were entered: do they fit, was there a quorum, what passed. */
#include "procedure/inner.h"

static const struct { struct str name, title; } words[] = {
    {STR_INIT("entitled"), STR_INIT("应到")}, {STR_INIT("present"), STR_INIT("实到")},   {STR_INIT("valid"), STR_INIT("有效票")},
    {STR_INIT("written"), STR_INIT("书面意见")}, {STR_INIT("seats"), STR_INIT("应选")}, {STR_INIT("yes"), STR_INIT("同意")},
    {STR_INIT("no"), STR_INIT("反对")},       {STR_INIT("abstain"), STR_INIT("弃权")},   {STR_INIT("votes"), STR_INIT("得票")},
};
enum { OF_TOTAL = 5 };

static struct str word_of(struct str s, size_t *idx)
{
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_eq(words[i].name, s) || str_eq(words[i].title, s)) {
            *idx = i;
            return words[i].name;
        }
    *idx = ARRAY_LEN(words);
    return STR("");
}

static enum rc bad_counts(struct doing *k, struct str zh, struct str en) { return stop(k, false, STR("counts"), STR(""), &E_case_counts, zh, en); }

static enum rc add(struct doing *k, struct tally *t, struct str name, struct str text)
{
    int64_t n;
    if (!str_to_i64(text, &n) || n < 0 || n > 100000000) return bad_counts(k, str_cat(k->a, name, STR(" 应为不小于 0 的整数")), str_cat(k->a, name, STR(" is a whole number from 0 up")));
    if (t->at == NULL) t->at = arena_array(k->a, struct counted, 256);
    if (t->count == 250) return bad_counts(k, STR("项目太多"), STR("too many"));
    if (tally_get(t, name, -1) >= 0) return bad_counts(k, str_cat(k->a, name, STR(" 写了两次")), str_cat(k->a, name, STR(" is given twice")));
    t->voted = true;
    t->at[t->count++] = (struct counted){name, n};
    return RC_OK;
}

/* "A类/优秀", "优秀" → "a/top", "top" */
static struct str option_name(struct doing *k, const struct pack_ballot *b, struct str text)
{
    size_t slash = str_find_char(text, '/');
    struct str class_text = slash == SIZE_MAX ? STR("") : str_sub(text, 0, slash), option = slash == SIZE_MAX ? text : str_sub(text, slash + 1, text.len);
    struct str class_name = STR("");
    for (uint32_t i = 0; i < b->classes_count; i++)
        if (str_eq(b->classes[i].name, class_text) || str_eq(b->classes[i].title, class_text)) class_name = b->classes[i].name;
    if (class_name.len == 0 && (class_text.len > 0 || b->classes_count > 0)) return STR("");
    for (uint32_t i = 0; i < b->options_count; i++)
        if (str_eq(b->options[i].name, option) || str_eq(b->options[i].title, option))
            return class_name.len == 0 ? b->options[i].name : str_cat(k->a, class_name, STR("/"), b->options[i].name);
    return STR("");
}

static enum rc line_votes(struct doing *k, const struct pack_ballot *b, uint32_t line, const struct case_pair *at, uint32_t n)
{
    bool graded = b->kind == BALLOT_GRADE || b->kind == BALLOT_SCORE;
    for (uint32_t i = 0; i < n; i++) {
        size_t w;
        struct str name = graded ? option_name(k, b, at[i].name) : word_of(at[i].name, &w);
        if (name.len == 0 || (!graded && w < OF_TOTAL)) return bad_counts(k, str_cat(k->a, STR("没有“"), at[i].name, STR("”这一项")), str_cat(k->a, STR("there is no "), at[i].name));
        TRY(add(k, &k->votes[line], name, at[i].text));
    }
    return RC_OK;
}

static enum rc take(struct doing *k, const struct case_close *g)
{
    const struct pack_ballot *b = k->step->ballot;
    for (uint32_t i = 0; i < g->counts_count; i++) {
        size_t w;
        struct str name = word_of(g->counts[i].name, &w);
        if (name.len > 0 && (w < OF_TOTAL || k->c->p->lines == NULL)) {
            TRY(add(k, &k->total, name, g->counts[i].text));
            continue;
        }
        uint32_t line;
        struct case_pair one = {STR("votes"), g->counts[i].text};
        TRY(line_find(k, g->counts[i].name, &line));
        TRY(line_votes(k, b, line, &one, 1));
    }
    for (uint32_t i = 0; i < g->votes_count; i++) {
        uint32_t line;
        TRY(line_find(k, g->votes[i].line, &line));
        TRY(line_votes(k, b, line, g->votes[i].values, g->votes[i].count));
    }
    return RC_OK;
}

/* ---- do they fit ---- */

static enum rc fit(struct doing *k, const struct tally *t, int64_t may)
{
    int64_t sum = tally_get(t, STR("yes"), 0) + tally_get(t, STR("no"), 0) + tally_get(t, STR("abstain"), 0), votes = tally_get(t, STR("votes"), 0);
    if (sum > may || votes > may) return bad_counts(k, str_cat(k->a, STR("票数 "), str_i64(k->a, MAX(sum, votes)), STR(" 多于投票的 "), str_i64(k->a, may), STR(" 人")),
                                                  str_cat(k->a, str_i64(k->a, MAX(sum, votes)), STR(" votes of "), str_i64(k->a, may), STR(" voters")));
    return RC_OK;
}

/* n against p/q of base; more: more than it. */
static bool reaches(const struct pack_param_value *v, bool more, int64_t n, int64_t base)
{
    int64_t q = v->q == 0 ? 1 : v->q;
    return more ? n * q > base * v->p : n * q >= base * v->p;
}

const struct pack_param_value *case_param_on(const struct pack_set *set, const struct pack_procedure *p, const struct pack_param *of, day_num opened, day_num act)
{
    return pack_param_in(set, of, p->as_of_act || of->applies_at_act ? act : opened);
}

static const struct pack_param_value *value_on(const struct doing *k, const struct pack_param *p) { return case_param_on(k->set, k->c->p, p, k->c->opened, k->day); }

static struct str share_text(struct doing *k, const struct pack_param_value *v)
{
    return v->q > 1 ? str_cat(k->a, str_i64(k->a, v->p), STR("/"), str_i64(k->a, v->q)) : str_i64(k->a, v->p);
}

static enum rc quorum(struct doing *k, const struct pack_ballot *b, int64_t entitled, int64_t present)
{
    if (b->quorum.param == NULL) return RC_OK;
    const struct pack_param_value *v = value_on(k, b->quorum.param);
    if (v != NULL && reaches(v, b->quorum.more, present, entitled)) return RC_OK;
    return stop(k, true, STR("quorum"), STR(""), &E_case_quorum, str_i64(k->a, entitled), str_i64(k->a, present), v == NULL ? STR("?") : share_text(k, v),
                basis_text(k, b->d.basis, b->d.basis_count));
}

static void pass_one(struct doing *k, const struct pack_ballot *b, struct tally *t, int64_t entitled, int64_t present, int64_t valid)
{
    if (b->pass.param == NULL || !t->voted) return;
    const struct pack_param_value *v = value_on(k, b->pass.param);
    int64_t base = b->pass.base == BASE_ENTITLED ? entitled : b->pass.base == BASE_PRESENT ? present : valid;
    int64_t yes = b->kind == BALLOT_APPROVE ? tally_get(t, STR("yes"), 0) : tally_get(t, STR("votes"), 0);
    t->has_passed = true;
    t->passed = v != NULL && reaches(v, b->pass.more, yes, base);
}

/* Of those who have enough, as many as there are seats; where the last seat is tied, none of the tied has it yet. */
static void choose_seats(struct doing *k, int64_t seats)
{
    uint32_t n = k->c->lines_count;
    for (uint32_t i = 0; i < n; i++) {
        struct tally *t = &k->votes[i];
        if (!in_play(k, k->step, i) || !t->has_passed || !t->passed) continue;
        int64_t mine = tally_get(t, STR("votes"), 0), above = 0, beside = 0;
        for (uint32_t o = 0; o < n; o++) {
            const struct tally *x = &k->votes[o];
            if (o == i || !in_play(k, k->step, o)) continue;
            int64_t his = tally_get(x, STR("votes"), 0);
            above += his > mine;
            beside += his == mine;
        }
        if (above + beside >= seats && above < seats && beside > 0) k->out_by[i] = STR("tie");
        if (above + beside >= seats) t->passed = t->passed && above + beside < seats;
    }
}

/* Who is level on the last seat is voted on again before the counts are entered, where the declaration says so. */
static enum rc again(struct doing *k)
{
    struct str names = STR("");
    uint32_t n = 0;
    for (uint32_t i = 0; i < k->c->lines_count; i++)
        if (str_eq(k->out_by[i], STR("tie"))) names = str_cat(k->a, names, n++ > 0 ? STR("、") : STR(""), k->c->lines[i].display);
    if (n == 0) return RC_OK;
    return stop(k, true, STR("tie"), STR(""), &E_case_tie, names, basis_text(k, k->step->ballot->d.basis, k->step->ballot->d.basis_count));
}

static enum rc differential(struct doing *k, const struct pack_ballot *b, int64_t seats)
{
    const struct pack_param_value *v = b->differential == NULL ? NULL : value_on(k, b->differential);
    if (v == NULL) return RC_OK;
    int64_t q = v->q == 0 ? 1 : v->q, more = b->differential->type == PARAM_FRACTION ? (seats * v->p + q - 1) / q : v->p, stand = 0;
    for (uint32_t i = 0; i < k->c->lines_count; i++) stand += in_play(k, k->step, i);
    if (stand >= seats + more) return RC_OK;
    return stop(k, true, STR("counts"), STR(""), &E_case_counts,
                str_cat(k->a, STR("候选人 "), str_i64(k->a, stand), STR(" 名，应选 "), str_i64(k->a, seats), STR(" 名，差额至少 "), str_i64(k->a, more), STR(" 名")),
                str_cat(k->a, str_i64(k->a, stand), STR(" candidates for "), str_i64(k->a, seats), STR(" seats: at least "), str_i64(k->a, more), STR(" more are needed")));
}

/* ---- grades ---- */

static bool class_mean(const struct pack_ballot *b, const struct tally *t, struct str class_name, struct arena *a, struct dec *out)
{
    struct dec sum = dec_i64(0), people = dec_i64(0), x;
    bool any = false;
    for (uint32_t i = 0; i < b->options_count; i++) {
        if (!b->options[i].has_value) continue;
        int64_t n = tally_get(t, class_name.len == 0 ? b->options[i].name : str_cat(a, class_name, STR("/"), b->options[i].name), 0);
        if (!dec_mul(dec_i64(n), dec_i64(b->options[i].value), &x) || !dec_add(sum, x, &sum) || !dec_add(people, dec_i64(n), &people)) return false;
        any = any || n > 0;
    }
    return any && dec_div(sum, people, out);
}

static void score_one(struct doing *k, const struct pack_ballot *b, struct tally *t)
{
    struct dec total = dec_i64(0), mean, part, shown_value;
    if (b->classes_count == 0) {
        if (!class_mean(b, t, STR(""), k->a, &total)) return;
    }
    for (uint32_t i = 0; i < b->classes_count; i++) {
        if (!class_mean(b, t, b->classes[i].name, k->a, &mean)) return; /* a class that did not vote: no score */
        if (!dec_mul(mean, dec_i64(b->classes[i].weight), &part) || !dec_div(part, dec_i64(100), &part) || !dec_add(total, part, &total)) return;
    }
    if (!dec_rescale(total, 2, DEC_HALF_UP, &shown_value)) return;
    struct buf buf;
    buf_init(&buf, 64);
    dec_put(&buf, shown_value);
    t->score = str_dup(k->a, buf_view(&buf));
    buf_fini(&buf);
}

enum rc votes_take(struct doing *k, const struct case_close *g)
{
    const struct pack_ballot *b = k->step->ballot;
    k->votes = arena_array(k->a, struct tally, k->c->lines_count + 1);
    if (b == NULL) {
        if (g->counts_count + g->votes_count > 0) return bad_counts(k, STR("这一步没有票决"), STR("this step has no vote"));
        return RC_OK;
    }
    if (k->step->by_ballot && !g->by_ballot) TRY(stop(k, true, STR("counts"), STR(""), &E_case_by_ballot, k->step->title.zh));
    TRY(take(k, g));
    bool graded = b->kind == BALLOT_GRADE || b->kind == BALLOT_SCORE;
    int64_t entitled = tally_get(&k->total, STR("entitled"), -1), present = tally_get(&k->total, STR("present"), -1);
    if (!graded && (entitled < 0 || present < 0)) return bad_counts(k, STR("要填应到和实到"), STR("the entitled and the present are asked for"));
    if (present > entitled) return bad_counts(k, STR("实到多于应到"), STR("more are present than entitled"));
    int64_t written = tally_get(&k->total, STR("written"), 0);
    if (written > 0 && (k->step->meeting == NULL || !k->step->meeting->written)) return bad_counts(k, STR("这个会议不计书面意见"), STR("this meeting does not count written opinions"));
    if (!graded && present + written > entitled) return bad_counts(k, STR("实到和书面意见合计多于应到"), STR("present and written opinions are more than the entitled"));
    int64_t may = present + written, valid = tally_get(&k->total, STR("valid"), may);
    if (!graded && valid > may) return bad_counts(k, STR("有效票多于投票的人"), STR("more valid papers than voters"));
    if (!graded) TRY(quorum(k, b, entitled, present));
    int64_t seats = tally_get(&k->total, STR("seats"), 1);
    if (b->kind == BALLOT_CHOOSE) TRY(differential(k, b, seats));
    if (k->c->p->lines == NULL) {
        TRY(fit(k, &k->total, valid));
        pass_one(k, b, &k->total, entitled, present, valid);
    }
    for (uint32_t i = 0; i < k->c->lines_count; i++) {
        if (!in_play(k, k->step, i)) continue;
        if (!k->votes[i].voted && (b->kind == BALLOT_APPROVE || graded))
            return stop(k, false, STR("counts"), k->c->lines[i].display, &E_case_counts, str_cat(k->a, STR("没有“"), k->c->lines[i].display, STR("”的票数")),
                        str_cat(k->a, k->c->lines[i].display, STR(" has no counts")));
        if (!graded) TRY(fit(k, &k->votes[i], valid));
        pass_one(k, b, &k->votes[i], entitled, present, valid);
        if (graded) score_one(k, b, &k->votes[i]);
    }
    if (b->kind == BALLOT_CHOOSE) choose_seats(k, seats);
    return b->kind == BALLOT_CHOOSE && b->tie == TIE_RUNOFF && !g->by_ballot ? again(k) : RC_OK;
}
