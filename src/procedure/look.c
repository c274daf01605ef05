/* look.c - a case as it stands: its state in short, and what each open step still waits for. */
#include "procedure/inner.h"

enum { WHY_SUB_MAX = 1 << 22 };

/* A door that only looks. */
enum rc case_looking(struct doing *k, struct case_door *d, struct records *rs, uint64_t id, day_num today, struct arena *a, struct err *err)
{
    *d = (struct case_door){.records = rs, .arena = a, .change = {.today = today, .happened = ENTRY_NO_DAY}, .actor = {.operator_ = true}};
    TRY(doing_begin(k, d, NULL, NULL, NULL, err));
    enum rc rc = case_load(k, id, err);
    if (rc != RC_OK) doing_end(k);
    return rc;
}

enum rc case_look(struct records *rs, uint64_t id, day_num today, struct arena *a, struct case_view *out, struct err *err)
{
    struct case_door d;
    struct doing k;
    *out = (struct case_view){0};
    TRY(case_looking(&k, &d, rs, id, today, a, err));
    const struct kase *c = k.c;
    *out = (struct case_view){.procedure = c->p, .title = c->title, .state = c->state};
    out->at = arena_array(a, struct str, c->p->steps_count + 1);
    out->irregular = arena_array(a, struct str, c->p->steps_count + 1);
    for (uint32_t i = 0; i < c->p->steps_count; i++) {
        if (str_eq(c->steps[i].state, STR("open")) || str_eq(c->steps[i].state, STR("locked"))) out->at[out->at_count++] = c->p->steps[i]->name;
        if (c->steps[i].irregular) out->irregular[out->irregular_count++] = c->p->steps[i]->name;
    }
    out->lines = arena_array(a, struct case_line_view, c->lines_count + 1);
    for (uint32_t i = 0; i < c->lines_count; i++) {
        const struct line_now *l = &c->lines[i];
        out->lines[out->lines_count++] = (struct case_line_view){l->id, l->record, l->display, l->kind, l->state, l->left_step, l->left_by};
    }
    doing_end(&k);
    return RC_OK;
}

/* ---- why ---- */

static void put(struct buf *b, enum lang lang, const char *zh, const char *en) { buf_str(b, str_c(lang == LANG_ZH ? zh : en)); }

static struct str title_in(const struct text2 *t, enum lang lang) { return text2_in(t, lang); }

/* A gate may be looked at before the step's fields and votes are there only where it reads none of them. */
bool gate_reads_own(const struct doing *k, const struct feel_node *n)
{
    uint32_t first = PACK_SLOT_STEPS + k->c->p->steps_count, given = k->step->items_count + k->step->own_votes;
    if (n->op == FEEL_VARIABLE && n->ref != NULL && n->ref->kind == FN_VARIABLE && n->slot >= first && n->slot < first + given) return true;
    for (uint32_t i = 0; i < n->kids_count; i++)
        if (n->kids[i] != NULL && gate_reads_own(k, n->kids[i])) return true;
    return false;
}

static enum rc gate_why(struct doing *k, const struct pack_gate *g, int64_t line, enum lang lang, struct buf *b)
{
    struct fv *vars = world_vars(k, k->step, line), v;
    struct str text;
    TRY(ask(k, g->must, vars, &v));
    if (fv_is_true(&v)) return RC_OK;
    TRY(tell(k, lang == LANG_EN && g->say_en != NULL ? g->say_en : g->say, vars, lang, &text));
    put(b, lang, "    ✗ 门槛 ", "    ✗ gate ");
    buf_str(b, title_in(&g->title, lang));
    if (line >= 0) {
        buf_lit(b, " / ");
        buf_str(b, k->c->lines[line].display);
    }
    put(b, lang, "：", ": ");
    buf_str(b, text);
    struct str basis = basis_text(k, g->basis, g->basis_count);
    if (basis.len > 0) {
        put(b, lang, "　依据：", "  basis: ");
        buf_str(b, basis);
    }
    buf_char(b, '\n');
    return RC_OK;
}

static enum rc gates_why(struct doing *k, enum lang lang, struct buf *b)
{
    for (uint32_t i = 0; i < k->step->gates_count; i++) {
        const struct pack_gate *g = &k->step->gates[i];
        if (g->must == NULL || gate_reads_own(k, g->must->root)) {
            put(b, lang, "    · 办结时看门槛 ", "    · looked at when it closes: ");
            buf_str(b, title_in(&g->title, lang));
            buf_char(b, '\n');
            continue;
        }
        if (!g->each) TRY(gate_why(k, g, -1, lang, b));
        for (uint32_t l = 0; g->each && l < k->c->lines_count; l++)
            if (in_play(k, k->step, l)) TRY(gate_why(k, g, l, lang, b));
    }
    return RC_OK;
}

static void fields_why(struct doing *k, enum lang lang, struct buf *b)
{
    bool any = false;
    for (uint32_t i = 0; i < k->step->items_count; i++) {
        const struct pack_item *it = &k->step->items[i];
        if (!it->f.required) continue;
        if (!any) put(b, lang, "    · 要填：", "    · to be given: ");
        else put(b, lang, "、", ", ");
        any = true;
        buf_str(b, title_in(&it->f.title, lang));
        if (it->each) put(b, lang, "（逐人）", " (each)");
        if (it->sign_count > 0) {
            put(b, lang, "（签字：", " (signed by ");
            buf_str(b, role_titles(k, it->sign, it->sign_count));
            put(b, lang, "）", ")");
        }
    }
    if (any) buf_char(b, '\n');
}

static enum rc limits_why(struct doing *k, enum lang lang, struct buf *b)
{
    struct fv *vars = world_vars(k, k->step, -1), v;
    for (uint32_t i = 0; i < k->step->limits_count; i++) {
        const struct pack_limit *x = &k->step->limits[i];
        day_num day;
        bool known = false;
        if (x->after == NULL) continue;
        TRY(ask(k, x->after, vars, &v));
        if (v.kind != FV_DATE) continue;
        if (x->not_before != NULL) TRY(due_after(k, x->not_before, vars, v.day, &known, &day));
        if (known) {
            put(b, lang, "    · 最早 ", "    · from ");
            buf_str(b, day_print(k->a, day));
            buf_char(b, '\n');
        }
        known = false;
        if (x->within != NULL) TRY(due_after(k, x->within, vars, v.day, &known, &day));
        if (known) {
            put(b, lang, k->day > day ? "    ✗ 已逾期，期限 " : "    · 期限 ", k->day > day ? "    ✗ overdue since " : "    · due by ");
            buf_str(b, day_print(k->a, day));
            buf_char(b, '\n');
        }
    }
    return RC_OK;
}

static void notice_why(struct doing *k, enum lang lang, struct buf *b)
{
    const struct step_now *s = &k->c->steps[k->step->idx];
    if (k->step->notice == NULL) return;
    if (s->notice == 0) {
        put(b, lang, "    · 还没有公示：", "    · not posted yet: ");
        buf_str(b, title_in(&k->step->notice->d.title, lang));
        buf_char(b, '\n');
        return;
    }
    int64_t open = 0;
    for (uint32_t i = 0; i < s->objections_count; i++) open += s->objections[i].answered ? 0 : 1;
    put(b, lang, "    · 公示到 ", "    · posted until ");
    buf_str(b, day_print(k->a, s->to));
    put(b, lang, "，未结异议 ", ", open objections: ");
    buf_i64(b, open);
    buf_char(b, '\n');
}

static enum rc why_all(struct doing *k, enum lang lang, struct buf *b);

static void sub_of_line(struct doing *k, int64_t line, struct buf *b)
{
    if (line < 0) return;
    buf_lit(b, " / ");
    buf_str(b, k->c->lines[line].display);
}

/* What a sub-case waits for is what this step waits for: it is told here, indented. */
static enum rc sub_why(struct doing *k, int64_t line, enum lang lang, struct buf *b)
{
    const struct sub_now *s = sub_latest(&k->c->steps[k->step->idx], line);
    struct str title = title_in(&k->step->sub->proc->d.title, lang);
    if (s != NULL && sub_settled(k->step->sub, s)) return RC_OK;
    if (s == NULL || !str_eq(s->state, STR("open"))) {
        put(b, lang, "    ✗ 要开子案：", "    ✗ a sub-case is to be opened: ");
        buf_str(b, title);
        sub_of_line(k, line, b);
        if (s != NULL) {
            put(b, lang, "（上一件没有办成：#", " (the last one came to nothing: #");
            buf_u64(b, s->id);
            put(b, lang, "）", ")");
        }
        buf_char(b, '\n');
        return RC_OK;
    }
    put(b, lang, "    ✗ 子案还没有办完", "    ✗ a sub-case is not over");
    sub_of_line(k, line, b);
    buf_char(b, '\n');
    struct kase *above = k->c;
    const struct pack_step *step = k->step;
    struct records *rs = k->rs;
    struct buf inner;
    buf_init(&inner, WHY_SUB_MAX);
    enum rc rc = case_load(k, s->id, k->err);
    if (rc == RC_OK) rc = why_all(k, lang, &inner);
    k->c = above;
    k->step = step;
    doing_under(k, rs);
    for (size_t i = 0; rc == RC_OK && i < inner.len; i++) {
        if (i == 0 || inner.ptr[i - 1] == '\n') buf_lit(b, "      ");
        buf_char(b, inner.ptr[i]);
    }
    buf_fini(&inner);
    return rc;
}

static enum rc subs_why(struct doing *k, enum lang lang, struct buf *b)
{
    if (k->step->sub == NULL) return RC_OK;
    if (!k->step->sub->each) return sub_why(k, -1, lang, b);
    for (uint32_t l = 0; l < k->c->lines_count; l++)
        if (in_play(k, k->step, l)) TRY(sub_why(k, l, lang, b));
    return RC_OK;
}

static enum rc refer_why(struct doing *k, enum lang lang, struct buf *b)
{
    const struct pack_refer *r = k->step->refer;
    const struct step_now *s = &k->c->steps[k->step->idx];
    struct fv v = fv_bool(true);
    if (r == NULL) return RC_OK;
    const struct referred *last = s->referrals_count == 0 ? NULL : &s->referrals[s->referrals_count - 1];
    if (last == NULL && r->when != NULL) TRY(ask(k, r->when, world_vars(k, k->step, -1), &v));
    if ((v.kind == FV_BOOL && !v.b) || (last != NULL && str_eq(last->outcome, STR("agreed")))) return RC_OK;
    if (last != NULL && last->outcome.len == 0) {
        put(b, lang, "    ✗ 等批复，上报于 ", "    ✗ waits for the answer; sent on ");
        buf_str(b, day_print(k->a, last->sent));
        put(b, lang, "：", ": ");
    } else {
        put(b, lang, last == NULL ? "    ✗ 要上报：" : "    ✗ 没有得到同意，可以重新上报：", last == NULL ? "    ✗ to be put to " : "    ✗ not agreed to, may be put up again: ");
    }
    buf_str(b, r->to);
    buf_char(b, '\n');
    return RC_OK;
}

static enum rc step_why(struct doing *k, const struct pack_step *p, enum lang lang, struct buf *b)
{
    k->step = p;
    k->own = NULL;
    buf_lit(b, "  ▶ ");
    buf_str(b, title_in(&p->title, lang));
    put(b, lang, "：由 ", ": by ");
    buf_str(b, role_titles(k, p->by, p->by_count));
    put(b, lang, " 办\n", "\n");
    fields_why(k, lang, b);
    if (p->ballot != NULL) {
        put(b, lang, "    · 票决：", "    · vote: ");
        buf_str(b, title_in(&p->ballot->d.title, lang));
        if (p->by_ballot) put(b, lang, "（票数取自一次已经结束的投票）", " (the counts of a closed ballot)");
        buf_char(b, '\n');
    }
    TRY(limits_why(k, lang, b));
    TRY(subs_why(k, lang, b));
    TRY(refer_why(k, lang, b));
    notice_why(k, lang, b);
    return gates_why(k, lang, b);
}

static enum rc why_all(struct doing *k, enum lang lang, struct buf *b)
{
    const struct kase *c = k->c;
    static const struct { struct str code; const char *zh, *en; } states[] = {
        {STR_INIT("open"), "在办", "open"}, {STR_INIT("done"), "办结", "done"}, {STR_INIT("laid-down"), "放下", "laid down"}, {STR_INIT("ended"), "终止", "ended"}};
    buf_lit(b, "#");
    buf_u64(b, c->id);
    buf_char(b, ' ');
    buf_str(b, c->title);
    for (size_t i = 0; i < ARRAY_LEN(states); i++)
        if (str_eq(states[i].code, c->state)) {
            put(b, lang, "　", "  ");
            put(b, lang, states[i].zh, states[i].en);
        }
    buf_char(b, '\n');
    for (uint32_t i = 0; i < c->p->steps_count; i++) {
        const struct pack_step *p = c->p->steps[i];
        const struct step_now *s = &c->steps[i];
        if (str_eq(s->state, STR("open"))) {
            TRY(step_why(k, p, lang, b));
            continue;
        }
        buf_str(b, s->id == 0 ? STR("    ") : s->irregular ? STR("  ! ") : str_eq(s->state, STR("skipped")) ? STR("  - ") : str_eq(s->state, STR("locked")) ? STR("  ■ ") : STR("  ✓ "));
        buf_str(b, title_in(&p->title, lang));
        if (s->happened != ENTRY_NO_DAY) {
            buf_char(b, ' ');
            buf_str(b, day_print(k->a, s->happened));
        }
        if (s->irregular) put(b, lang, "　不合规", "  irregular");
        if (str_eq(s->state, STR("skipped"))) put(b, lang, "　不需要", "  not needed");
        buf_char(b, '\n');
    }
    for (uint32_t i = 0; i < c->lines_count; i++) {
        const struct line_now *l = &c->lines[i];
        buf_lit(b, "  ");
        buf_i64(b, l->number);
        buf_lit(b, ". ");
        buf_str(b, l->display);
        if (str_eq(l->state, STR("out"))) {
            put(b, lang, "　出局：", "  left: ");
            buf_str(b, l->left_by);
        }
        buf_char(b, '\n');
    }
    return RC_OK;
}

enum rc case_why(struct records *rs, uint64_t id, day_num today, struct arena *a, enum lang lang, struct buf *out, struct err *err)
{
    struct case_door d;
    struct doing k;
    TRY(case_looking(&k, &d, rs, id, today, a, err));
    enum rc rc = why_all(&k, lang, out);
    doing_end(&k);
    return rc;
}
