/*
 * account.c - the full-process record of a case: every round of every step with its days, people, fields, votes, and what its gates saw.
 * Spoken opinions and reasons stand here; ballots and the names of those who objected never do.
 */
#include "procedure/inner.h"

static void put(struct buf *b, enum lang lang, const char *zh, const char *en) { buf_str(b, str_c(lang == LANG_ZH ? zh : en)); }

static void line_of(struct buf *b, enum lang lang, const char *zh, const char *en, struct str text)
{
    if (text.len == 0) return;
    buf_lit(b, "    ");
    put(b, lang, zh, en);
    put(b, lang, "：", ": ");
    for (size_t i = 0; i < text.len; i++) {
        buf_char(b, text.ptr[i]);
        if (text.ptr[i] == '\n') buf_lit(b, "      ");
    }
    buf_char(b, '\n');
}

static enum rc items_print(struct doing *k, const struct pack_item *items, uint32_t n, const struct sv *values, bool each, struct str indent, enum lang lang, struct buf *b)
{
    for (uint32_t i = 0; i < n; i++) {
        struct str text;
        if (items[i].each != each || values[i].kind == SV_NULL) continue;
        TRY(record_value_text(k->rs, &items[i].f, &values[i], k->a, &text, k->err));
        struct record_file file;
        if (items[i].paper && record_file_read(text, &file) && file.name.len > 0)
            text = str_cat(k->a, file.name, lang == LANG_ZH ? STR("（") : STR(" ("), str_u64(k->a, file.size), lang == LANG_ZH ? STR(" 字节，SHA-256 ") : STR(" bytes, SHA-256 "), file.hash,
                           lang == LANG_ZH ? STR("）") : STR(")"));
        buf_str(b, indent);
        buf_str(b, text2_in(&items[i].f.title, lang));
        put(b, lang, "：", ": ");
        buf_str(b, text);
        buf_char(b, '\n');
    }
    return RC_OK;
}

static void tally_print(const struct tally *t, enum lang lang, struct str indent, struct buf *b)
{
    static const struct { struct str name; const char *zh; } words[] = {
        {STR_INIT("entitled"), "应到"}, {STR_INIT("present"), "实到"}, {STR_INIT("valid"), "有效票"}, {STR_INIT("written"), "书面意见"},
        {STR_INIT("seats"), "应选"}, {STR_INIT("yes"), "同意"}, {STR_INIT("no"), "反对"}, {STR_INIT("abstain"), "弃权"}, {STR_INIT("votes"), "得票"}};
    if (!t->voted) return;
    buf_str(b, indent);
    put(b, lang, "票数：", "votes: ");
    for (uint32_t i = 0; i < t->count; i++) {
        struct str name = t->at[i].name;
        for (size_t w = 0; w < ARRAY_LEN(words) && lang == LANG_ZH; w++)
            if (str_eq(words[w].name, t->at[i].name)) name = str_c(words[w].zh);
        if (i > 0) put(b, lang, "，", ", ");
        buf_str(b, name);
        buf_char(b, ' ');
        buf_i64(b, t->at[i].n);
    }
    if (t->score.len > 0) {
        put(b, lang, "，得分 ", ", score ");
        buf_str(b, t->score);
    }
    if (t->has_passed) put(b, lang, t->passed ? "，通过" : "，没有通过", t->passed ? ", passed" : ", not passed");
    buf_char(b, '\n');
}

static enum rc parts_print(struct doing *k, const struct pack_step *p, uint64_t step, enum lang lang, struct buf *b)
{
    uint64_t *ids;
    uint32_t n;
    TRY(children(k, BOOK_STEP, step, BOOK_PART, P_STEP, &ids, &n, k->err));
    for (uint32_t i = 0; i < n; i++) {
        struct record rec;
        struct tally t;
        TRY(record_get(k->now, k->book.r[BOOK_PART], ids[i], k->a, &rec, k->err));
        uint64_t line = (uint64_t)book_value(&k->book, BOOK_PART, &rec, P_LINE).i;
        for (uint32_t l = 0; l < k->c->lines_count; l++) {
            if (k->c->lines[l].id != line) continue;
            buf_lit(b, "    ");
            buf_str(b, k->c->lines[l].display);
            buf_char(b, '\n');
        }
        struct sv *values = arena_array(k->a, struct sv, p->items_count + 1);
        TRY(items_from_json(k, p->items, p->items_count, book_text(&k->book, BOOK_PART, &rec, P_DATA), values, k->err));
        TRY(items_from_json(k, p->items, p->items_count, book_text(&k->book, BOOK_PART, &rec, P_SECRET), values, k->err));
        TRY(items_print(k, p->items, p->items_count, values, true, STR("      "), lang, b));
        TRY(tally_from_json(k, book_text(&k->book, BOOK_PART, &rec, P_VOTES), &t, k->err));
        tally_print(&t, lang, STR("      "), b);
    }
    return RC_OK;
}

static enum rc opinions_print(struct doing *k, uint64_t step, enum lang lang, struct buf *b)
{
    const struct case_said *said;
    uint32_t n;
    TRY(opinions_told(k, step, &said, &n));
    for (uint32_t i = 0; i < n; i++) {
        const struct case_said *o = &said[i];
        struct sv s = sv_text(o->stance);
        struct str stance = STR(""), of = o->line < 0 ? STR("") : str_cat(k->a, STR("（"), k->c->lines[o->line].display, STR("）"));
        if (o->stance.len > 0) TRY(record_value_text(k->now, k->book.f[BOOK_OPINION][V_STANCE], &s, k->a, &stance, k->err));
        line_of(b, lang, "表态", "said", str_cat(k->a, o->member, o->chair ? (lang == LANG_ZH ? STR("（主持）") : STR(" (chair)")) : STR(""), of, STR("："), stance,
                                                 stance.len > 0 ? STR(" ") : STR(""), o->text));
    }
    return RC_OK;
}

static enum rc notices_print(struct doing *k, uint64_t step, enum lang lang, struct buf *b)
{
    const struct case_posted *notices;
    uint32_t n;
    TRY(notices_told(k, step, &notices, &n));
    for (uint32_t i = 0; i < n; i++) {
        line_of(b, lang, "公示", "notice", str_cat(k->a, day_print(k->a, notices[i].from), STR(" — "), day_print(k->a, notices[i].to), STR(" #"), str_u64(k->a, notices[i].seq)));
        line_of(b, lang, "正文", "text", notices[i].text);
        for (uint32_t o = 0; o < notices[i].objections_count; o++) {
            const struct case_objected *x = &notices[i].objections[o];
            struct str word = x->outcome.len == 0 ? (lang == LANG_ZH ? STR("没有结论") : STR("open"))
                              : str_eq(x->outcome, STR("upheld")) ? (lang == LANG_ZH ? STR("影响") : STR("upheld")) : (lang == LANG_ZH ? STR("不影响") : STR("dismissed"));
            line_of(b, lang, "异议", "objection", str_cat(k->a, str_i64(k->a, x->number), STR(" "), day_print(k->a, x->received), STR(" "), word));
        }
    }
    return RC_OK;
}

/* A day, and in brackets the one on which it was written down where that is another. */
static struct str two_days(struct doing *k, int64_t day, int64_t entered, enum lang lang)
{
    struct str s = day_print(k->a, day);
    if (entered == ENTRY_NO_DAY || entered == day) return s;
    return str_cat(k->a, s, lang == LANG_ZH ? STR("（登记 ") : STR(" (entered "), day_print(k->a, entered), lang == LANG_ZH ? STR("）") : STR(")"));
}

static enum rc referrals_print(struct doing *k, uint64_t step, enum lang lang, struct buf *b)
{
    const struct case_referred *all;
    uint32_t n;
    TRY(referrals_told(k, step, &all, &n));
    for (uint32_t i = 0; i < n; i++) {
        const struct case_referred *r = &all[i];
        struct str outcome = STR("");
        struct sv v = sv_text(r->outcome);
        line_of(b, lang, "上报", "referred", str_cat(k->a, r->to, STR(" "), two_days(k, r->sent, r->entered, lang), STR(" "), r->paper, STR(" "), r->by, STR("："), r->reason, STR(" #"), str_u64(k->a, r->seq)));
        if (r->outcome.len == 0) continue;
        TRY(record_value_text(k->now, k->book.f[BOOK_REFERRAL][R_OUTCOME], &v, k->a, &outcome, k->err));
        line_of(b, lang, "批复", "answer", str_cat(k->a, outcome, STR(" "), two_days(k, r->answered, r->answer_entered, lang), STR(" "), r->answer_paper, r->answer.len > 0 ? STR("：") : STR(""), r->answer));
    }
    return RC_OK;
}

static struct str case_state_text(struct str state, enum lang lang)
{
    static const struct { struct str code, zh, en; } states[] = {{STR_INIT("open"), STR_INIT("在办"), STR_INIT("open")}, {STR_INIT("done"), STR_INIT("办结"), STR_INIT("done")},
                                                                 {STR_INIT("laid-down"), STR_INIT("放下"), STR_INIT("laid down")}, {STR_INIT("ended"), STR_INIT("终止"), STR_INIT("ended")}};
    for (size_t i = 0; i < ARRAY_LEN(states); i++)
        if (str_eq(states[i].code, state)) return lang == LANG_ZH ? states[i].zh : states[i].en;
    return state;
}

static enum rc ballots_print(struct doing *k, uint64_t step, enum lang lang, struct buf *b)
{
    const struct case_ballot *all;
    uint32_t n;
    TRY(ballots_told(k, step, &all, &n));
    for (uint32_t i = 0; i < n; i++) {
        const struct case_ballot *x = &all[i];
        struct str again = x->recounted == ENTRY_NO_DAY ? STR("") : str_cat(k->a, x->recount_same ? (lang == LANG_ZH ? STR("，复点相符 ") : STR(", recount agrees ")) : (lang == LANG_ZH ? STR("，复点不符 ") : STR(", recount differs ")), day_print(k->a, x->recounted));
        line_of(b, lang, "票数取自", "counts of", str_cat(k->a, STR("ballot/"), str_u64(k->a, x->id), STR(" "), x->title, STR(" "), x->closed == ENTRY_NO_DAY ? STR("") : day_print(k->a, x->closed), again, STR(" #"), str_u64(k->a, x->seq)));
    }
    return RC_OK;
}

static enum rc liabilities_print(struct doing *k, uint64_t step, enum lang lang, struct buf *b)
{
    const struct case_found *all;
    uint32_t n;
    TRY(liabilities_told(k, step, &all, &n));
    for (uint32_t i = 0; i < n; i++) {
        const struct case_found *x = &all[i];
        bool fault = str_eq(x->outcome, STR("fault"));
        struct str word = fault ? (lang == LANG_ZH ? STR("有责任") : STR("at fault")) : (lang == LANG_ZH ? STR("没有问题") : STR("in order"));
        struct str other = x->corrects == 0 ? STR("") : str_cat(k->a, lang == LANG_ZH ? STR("，更正 #") : STR(", corrects #"), str_u64(k->a, x->corrects));
        if (x->corrected != 0) other = str_cat(k->a, other, lang == LANG_ZH ? STR("，已由 #") : STR(", corrected by #"), str_u64(k->a, x->corrected), lang == LANG_ZH ? STR(" 更正") : STR(""));
        line_of(b, lang, "责任认定", "liability", str_cat(k->a, STR("#"), str_u64(k->a, x->id), STR(" "), word, STR(" "), x->person, x->person.len > 0 ? STR(" ") : STR(""), two_days(k, x->happened, x->entered, lang),
                                                          STR(" "), x->paper, STR(" "), x->by, x->second.len > 0 ? STR(" / ") : STR(""), x->second, other, STR(" #"), str_u64(k->a, x->seq)));
        line_of(b, lang, "认定事实", "finding", x->finding);
        line_of(b, lang, "处理措施", "measure", x->slip == 0 ? x->measure : str_cat(k->a, x->measure, STR(" (slip/"), str_u64(k->a, x->slip), STR(")")));
        line_of(b, lang, "处理依据", "basis of the measure", x->basis);
    }
    return RC_OK;
}

static enum rc papers_print(struct doing *k, uint64_t step, enum lang lang, struct buf *b)
{
    const struct case_drafted *all;
    uint32_t n;
    TRY(papers_told(k, step, &all, &n));
    for (uint32_t i = 0; i < n; i++) {
        const struct case_drafted *x = &all[i];
        struct record_file file = {0};
        struct str drafted = x->drafted == ENTRY_NO_DAY ? STR("") : str_cat(k->a, lang == LANG_ZH ? STR(" 起草 ") : STR(" drafted "), day_print(k->a, x->drafted), STR(" "), x->drafted_by);
        struct str filed = x->filed == ENTRY_NO_DAY ? STR("") : str_cat(k->a, lang == LANG_ZH ? STR(" 归案 ") : STR(" filed "), day_print(k->a, x->filed), STR(" "), x->filed_by);
        if (x->number.len > 0) filed = str_cat(k->a, filed, STR(" "), x->number);
        if (x->file.len > 0 && record_file_read(x->file, &file)) filed = str_cat(k->a, filed, STR(" "), file.name, STR(" "), str_sub(file.hash, 0, 16));
        line_of(b, lang, "文书", "paper", str_cat(k->a, x->title, drafted, filed, STR(" #"), str_u64(k->a, x->seq)));
    }
    return RC_OK;
}

static enum rc subs_print(struct doing *k, const struct pack_step *p, uint64_t step, enum lang lang, struct buf *b)
{
    const struct case_below *all;
    uint32_t n;
    TRY(subs_told(k, p, step, &all, &n));
    for (uint32_t i = 0; i < n; i++)
        line_of(b, lang, "子案", "sub-case", str_cat(k->a, STR("case/"), str_u64(k->a, all[i].id), STR(" "), all[i].title, STR(" "), case_state_text(all[i].state, lang), STR(" "),
                                                     all[i].ended == ENTRY_NO_DAY ? STR("") : day_print(k->a, all[i].ended)));
    return RC_OK;
}

static enum rc round_print(struct doing *k, const struct pack_step *p, const struct record *rec, enum lang lang, struct buf *b)
{
    static const struct { struct str code; const char *zh, *en; } states[] = {
        {STR_INIT("open"), "在办", "open"}, {STR_INIT("done"), "办结", "done"}, {STR_INIT("irregular"), "不合规", "irregular"},
        {STR_INIT("skipped"), "不需要", "not needed"}, {STR_INIT("returned"), "已退回", "returned"}, {STR_INIT("locked"), "已锁定", "locked"}};
    const struct book *k_b = &k->book;
    struct str state = book_text(k_b, BOOK_STEP, rec, S_STATE);
    struct sv happened = book_value(k_b, BOOK_STEP, rec, S_HAPPENED), entered = book_value(k_b, BOOK_STEP, rec, S_ENTERED), late = book_value(k_b, BOOK_STEP, rec, S_LATE);
    int64_t round = book_value(k_b, BOOK_STEP, rec, S_ROUND).i;
    buf_lit(b, "  ");
    buf_str(b, text2_in(&p->title, lang));
    if (round > 1) {
        put(b, lang, "（第 ", " (round ");
        buf_i64(b, round);
        put(b, lang, " 轮）", ")");
    }
    for (size_t i = 0; i < ARRAY_LEN(states); i++)
        if (str_eq(states[i].code, state)) {
            buf_lit(b, "  ");
            put(b, lang, states[i].zh, states[i].en);
        }
    if (happened.kind == SV_INT) {
        buf_lit(b, "  ");
        buf_str(b, day_print(k->a, happened.i));
    }
    buf_lit(b, "  #");
    buf_u64(b, rec->seq);
    buf_char(b, '\n');
    if (entered.kind == SV_INT && happened.kind == SV_INT && entered.i != happened.i) line_of(b, lang, "登记", "entered", day_print(k->a, entered.i));
    line_of(b, lang, "经办", "by", book_text(k_b, BOOK_STEP, rec, S_BY));
    if (late.kind == SV_INT && late.i != 0)
        line_of(b, lang, "补录", "late entry", str_cat(k->a, book_text(k_b, BOOK_STEP, rec, S_PAPER), STR(" / "), book_text(k_b, BOOK_STEP, rec, S_SECOND)));
    struct sv *values = arena_array(k->a, struct sv, p->items_count + 1);
    struct tally t;
    TRY(items_from_json(k, p->items, p->items_count, book_text(k_b, BOOK_STEP, rec, S_DATA), values, k->err));
    TRY(items_from_json(k, p->items, p->items_count, book_text(k_b, BOOK_STEP, rec, S_SECRET), values, k->err));
    TRY(items_print(k, p->items, p->items_count, values, false, STR("    "), lang, b));
    TRY(tally_from_json(k, book_text(k_b, BOOK_STEP, rec, S_VOTES), &t, k->err));
    tally_print(&t, lang, STR("    "), b);
    TRY(parts_print(k, p, rec->id, lang, b));
    TRY(opinions_print(k, rec->id, lang, b));
    if (p->ballot != NULL) TRY(ballots_print(k, rec->id, lang, b));
    TRY(subs_print(k, p, rec->id, lang, b));
    if (p->refer != NULL) TRY(referrals_print(k, rec->id, lang, b));
    TRY(notices_print(k, rec->id, lang, b));
    TRY(papers_print(k, rec->id, lang, b));
    TRY(liabilities_print(k, rec->id, lang, b));
    line_of(b, lang, "签字", "signed", book_text(k_b, BOOK_STEP, rec, S_SIGNED));
    line_of(b, lang, "理由", "reasons", book_text(k_b, BOOK_STEP, rec, S_REASON));
    line_of(b, lang, "不合规", "irregular", book_text(k_b, BOOK_STEP, rec, S_IRREGULAR));
    line_of(b, lang, "门槛", "gates", book_text(k_b, BOOK_STEP, rec, S_SEEN));
    return RC_OK;
}

static enum rc print_all(struct doing *k, uint64_t id, enum lang lang, struct buf *b);

/* The accounts of the sub-cases follow that of the case. */
static enum rc below_print(struct doing *k, const uint64_t *steps, uint32_t n, enum lang lang, struct buf *b)
{
    struct kase *above = k->c;
    struct records *rs = k->rs;
    enum rc rc = RC_OK;
    for (uint32_t i = 0; i < n && rc == RC_OK; i++) {
        uint64_t *subs;
        uint32_t count;
        TRY(children(k, BOOK_STEP, steps[i], BOOK_CASE, C_UNDER, &subs, &count, k->err));
        for (uint32_t s = 0; s < count && rc == RC_OK; s++) {
            buf_char(b, '\n');
            rc = case_load(k, subs[s], k->err);
            if (rc == RC_OK) rc = print_all(k, subs[s], lang, b);
            k->c = above;
            doing_under(k, rs);
        }
    }
    return rc;
}

static enum rc print_all(struct doing *k, uint64_t id, enum lang lang, struct buf *b)
{
    struct record rec;
    uint64_t *ids;
    uint32_t n;
    struct case_above above;
    TRY(record_get(k->now, k->book.r[BOOK_CASE], id, k->a, &rec, k->err));
    buf_lit(b, "#");
    buf_u64(b, id);
    buf_char(b, ' ');
    buf_str(b, k->c->title);
    buf_char(b, '\n');
    line_of(b, lang, "立案", "opened", str_cat(k->a, day_print(k->a, k->c->opened), STR(" "), book_text(&k->book, BOOK_CASE, &rec, C_BY), STR(" #"), str_u64(k->a, rec.seq)));
    line_of(b, lang, "规矩集", "packs", book_text(&k->book, BOOK_CASE, &rec, C_PACK));
    struct sv of = book_value(&k->book, BOOK_CASE, &rec, C_OF);
    if (of.kind == SV_INT) line_of(b, lang, "复议", "again", str_cat(k->a, STR("case/"), str_i64(k->a, of.i), STR(" "), book_text(&k->book, BOOK_CASE, &rec, C_OF_WHY)));
    TRY(case_above(k->now, id, k->a, &above, k->err));
    if (above.case_id != 0) line_of(b, lang, "所属案件", "sub-case of", str_cat(k->a, STR("case/"), str_u64(k->a, above.case_id), STR(" "), above.step));
    line_of(b, lang, "版本转换", "versions adopted", book_text(&k->book, BOOK_CASE, &rec, C_ADOPTED));
    line_of(b, lang, "依据", "basis", basis_text(k, k->c->p->d.basis, k->c->p->d.basis_count));
    TRY(items_print(k, k->c->p->opening->items, k->c->p->opening->items_count, k->c->opening, false, STR("    "), lang, b));
    for (uint32_t i = 0; i < k->c->lines_count; i++) {
        const struct line_now *l = &k->c->lines[i];
        buf_lit(b, "    ");
        buf_i64(b, l->number);
        buf_lit(b, ". ");
        buf_str(b, l->display);
        if (str_eq(l->state, STR("deferred"))) put(b, lang, "　缓议", "  put off");
        else if (l->left_by.len > 0) {
            put(b, lang, "　出局：", "  left: ");
            buf_str(b, l->left_by);
        }
        buf_char(b, '\n');
        if (k->c->p->lines->reg == NULL) TRY(items_print(k, k->c->p->lines->items, k->c->p->lines->items_count, l->items, false, STR("       "), lang, b));
    }
    TRY(children(k, BOOK_CASE, id, BOOK_STEP, S_CASE, &ids, &n, k->err));
    for (uint32_t i = 0; i < n; i++) {
        TRY(record_get(k->now, k->book.r[BOOK_STEP], ids[i], k->a, &rec, k->err));
        const struct pack_step *p = pack_step_find(k->c->p, book_text(&k->book, BOOK_STEP, &rec, S_STEP));
        if (p != NULL) TRY(round_print(k, p, &rec, lang, b));
    }
    TRY(record_get(k->now, k->book.r[BOOK_CASE], id, k->a, &rec, k->err));
    line_of(b, lang, "终结", "ended", book_text(&k->book, BOOK_CASE, &rec, C_REASON));
    return below_print(k, ids, n, lang, b);
}

enum rc case_print(struct records *rs, uint64_t id, day_num today, struct arena *a, enum lang lang, struct buf *out, struct err *err)
{
    struct case_door d = {.records = rs, .arena = a, .change = {.today = today, .happened = ENTRY_NO_DAY}, .actor = {.operator_ = true}};
    struct doing k;
    TRY(doing_begin(&k, &d, NULL, NULL, NULL, err));
    enum rc rc = case_load(&k, id, err);
    if (rc == RC_OK) rc = print_all(&k, id, lang, out);
    doing_end(&k);
    return rc;
}

/* ---- the records of a case ---- */

struct listed { VEC(struct case_record) at; };

static enum rc below(struct doing *k, struct listed *l, enum book_reg of, uint64_t id)
{
    static const struct { enum book_reg of, reg; int ref; } kids[] = {{BOOK_CASE, BOOK_LINE, L_CASE}, {BOOK_CASE, BOOK_STEP, S_CASE}, {BOOK_STEP, BOOK_PART, P_STEP}, {BOOK_STEP, BOOK_OPINION, V_STEP}, {BOOK_STEP, BOOK_REFERRAL, R_STEP}, {BOOK_STEP, BOOK_LIABILITY, A_STEP}, {BOOK_STEP, BOOK_PAPER, D_STEP}, {BOOK_STEP, BOOK_CASE, C_UNDER}, {BOOK_STEP, BOOK_BALLOT, B_TAKEN},
                                                                    {BOOK_STEP, BOOK_NOTICE, N_STEP}, {BOOK_NOTICE, BOOK_OBJECTION, O_NOTICE}};
    vec_push(k->a, &l->at, (struct case_record){k->book.r[of], id, of != BOOK_OBJECTION && of != BOOK_BALLOT});
    for (size_t i = 0; i < ARRAY_LEN(kids); i++) {
        uint64_t *ids;
        uint32_t n;
        if (kids[i].of != of || k->book.r[kids[i].reg] == NULL) continue;
        TRY(children(k, of, id, kids[i].reg, kids[i].ref, &ids, &n, k->err));
        for (uint32_t c = 0; c < n; c++) TRY(below(k, l, kids[i].reg, ids[c]));
    }
    return RC_OK;
}

enum rc case_records(struct records *rs, uint64_t id, struct arena *a, struct case_record **out, size_t *n, struct err *err)
{
    struct case_door d = {.records = rs, .arena = a, .change = {.happened = ENTRY_NO_DAY}, .actor = {.operator_ = true}};
    struct doing k;
    struct record rec;
    struct listed l = {0};
    TRY(doing_begin(&k, &d, NULL, NULL, NULL, err));
    enum rc rc = record_get(rs, k.book.r[BOOK_CASE], id, a, &rec, err);
    if (rc == RC_OK) rc = below(&k, &l, BOOK_CASE, id);
    doing_end(&k);
    *out = l.at.at;
    *n = l.at.len;
    return rc;
}
