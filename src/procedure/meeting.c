/* meeting.c - what was said, member by member, and the lines that a meeting puts off (缓议). */
#include "procedure/inner.h"

static enum rc unfit(struct doing *k, bool soft, struct str line, struct str zh, struct str en) { return stop(k, soft, STR("opinions"), line, &E_case_opinions, zh, en); }

/* Before anything else is taken: what is put off has no fields, votes or gates at this step. */
enum rc defer_take(struct doing *k, const struct case_close *g)
{
    k->deferred = arena_array(k->a, struct str, k->c->lines_count + 1);
    if (g->defer_count == 0) return RC_OK;
    if (k->step->meeting == NULL) return stop(k, false, STR("defer"), STR(""), &E_case_defer, STR("这一步不是会议"), STR("this step is no meeting"));
    for (uint32_t i = 0; i < g->defer_count; i++) {
        uint32_t line;
        TRY(line_find(k, g->defer[i].name, &line));
        if (str_trim(g->defer[i].text).len == 0) return stop(k, false, STR("reason"), k->c->lines[line].display, &E_case_reason, str_cat(k->a, STR("缓议"), k->c->lines[line].display));
        k->deferred[line] = str_trim(g->defer[i].text);
        k->out[line] = true;
        k->out_by[line] = STR("deferred");
    }
    return RC_OK;
}

/* "agree" or "同意" */
static bool stance_of(const struct doing *k, struct str word, struct str *code)
{
    const struct pack_field *f = k->book.f[BOOK_OPINION][V_STANCE];
    uint32_t row;
    *code = STR("");
    if (word.len == 0) return true;
    if (!feel_codes_find(&f->codes->feel, word, &row)) return false;
    *code = f->codes->feel.code[row];
    return true;
}

static bool first_time(const struct case_close *g, uint32_t at)
{
    for (uint32_t i = 0; i < at; i++)
        if (str_eq(g->opinions[i].member, g->opinions[at].member)) return false;
    return true;
}

/* Where opinions are given they are those of all who spoke, in the order in which they spoke.  Beside a secret ballot nobody's stand is written down. */
enum rc opinions_check(struct doing *k, const struct case_close *g)
{
    const struct pack_meeting *m = k->step->meeting;
    if (g->opinions_count == 0) return RC_OK;
    if (m == NULL) return unfit(k, false, STR(""), STR("这一步不是会议"), STR("this step is no meeting"));
    if (g->opinions_count > CASE_OPINIONS_MAX) return unfit(k, false, STR(""), STR("太多"), STR("too many"));
    int64_t members = 0, present = tally_get(&k->total, STR("present"), -1);
    for (uint32_t i = 0; i < g->opinions_count; i++) {
        const struct case_opinion *o = &g->opinions[i];
        struct str code;
        uint32_t line;
        if (str_trim(o->member).len == 0) return unfit(k, false, STR(""), STR("要写发言人"), STR("who spoke is asked for"));
        if (!stance_of(k, o->stance, &code)) return unfit(k, false, STR(""), str_cat(k->a, STR("没有“"), o->stance, STR("”这种表态")), str_cat(k->a, STR("there is no such stand as "), o->stance));
        if (code.len == 0 && str_trim(o->text).len == 0) return unfit(k, false, STR(""), str_cat(k->a, o->member, STR(" 没有表态也没有意见")), str_cat(k->a, o->member, STR(" says nothing")));
        if (code.len > 0 && k->step->ballot != NULL && k->step->ballot->secret)
            return unfit(k, false, STR(""), STR("无记名票决的，不记个人表态，只记意见"), STR("beside a secret ballot only what was said is written down, no stand"));
        if (o->line.len > 0) {
            bool out = false;
            for (uint32_t l = 0; l < k->c->lines_count && !out; l++) out = k->deferred[l].len > 0 && str_eq(k->c->lines[l].display, o->line);
            if (!out) TRY(line_find(k, o->line, &line));
        }
        for (uint32_t x = 0; x < i; x++)
            if (str_eq(g->opinions[x].member, o->member) && str_eq(g->opinions[x].line, o->line))
                return unfit(k, false, STR(""), str_cat(k->a, o->member, STR(" 写了两次")), str_cat(k->a, o->member, STR(" is given twice")));
        members += first_time(g, i);
    }
    if (m->speak_all && present >= 0 && members != present)
        TRY(unfit(k, true, STR(""), str_cat(k->a, STR("实到 "), str_i64(k->a, present), STR(" 人，表态 "), str_i64(k->a, members), STR(" 人；这个会议要逐人表态")),
                  str_cat(k->a, str_i64(k->a, members), STR(" of "), str_i64(k->a, present), STR(" present have spoken, and all are to"))));
    if (m->last_chair && !g->opinions[g->opinions_count - 1].chair) TRY(unfit(k, true, STR(""), STR("主持人应当最后表态"), STR("the chair speaks last")));
    for (uint32_t i = 0; i + 1 < g->opinions_count; i++)
        if (m->last_chair && g->opinions[i].chair && !str_eq(g->opinions[i].member, g->opinions[g->opinions_count - 1].member))
            TRY(unfit(k, true, STR(""), STR("主持人应当最后表态"), STR("the chair speaks last")));
    return RC_OK;
}

enum rc opinions_put(struct doing *k, const struct case_close *g)
{
    for (uint32_t i = 0; i < g->opinions_count; i++) {
        const struct case_opinion *o = &g->opinions[i];
        struct str code;
        (void)stance_of(k, o->stance, &code);
        struct row r = row_of(&k->book, BOOK_OPINION);
        row_int(&r, V_STEP, (int64_t)k->c->steps[k->step->idx].id);
        row_int(&r, V_NUMBER, i + 1);
        row_text(&r, V_MEMBER, text_cut(str_trim(o->member), 180));
        for (uint32_t l = 0; l < k->c->lines_count && o->line.len > 0; l++) {
            uint32_t found = l;
            bool is = str_eq(k->c->lines[l].display, o->line) || (k->deferred[l].len == 0 && line_find(k, o->line, &found) == RC_OK && found == l);
            if (!is) continue;
            row_int(&r, V_LINE, (int64_t)k->c->lines[l].id);
            break;
        }
        if (o->chair) row_int(&r, V_CHAIR, 1);
        row_text(&r, V_STANCE, code);
        row_text(&r, V_TEXT, text_cut(str_trim(o->text), 3900));
        TRY(put_row(k, &r, 0, NULL));
    }
    return RC_OK;
}
