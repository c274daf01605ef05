/*
 * explain.c - one rule on one record, for people: the verdict and why, then the trees of where, when and the exceptions with the value at
 * each node, then how the derived fields that were read came about.
 */
#include "rule/rule_inner.h"

enum { DERIVED_MAX = 24, PARTS_MAX = 8 };

struct explaining {
    struct bench *b;
    const struct pack_rule *rule;
    struct buf *out;
    bool zh, brief;
    struct { const struct pack_field *field; int64_t id; } done[DERIVED_MAX]; /* derived fields whose tree is due, in order met */
    size_t done_count;
};

static void put(struct explaining *x, struct str zh, struct str en) { buf_str(x->out, x->zh ? zh : en); }

static void put_title(struct explaining *x, const struct pack_decl *d)
{
    buf_str(x->out, d->name);
    put(x, STR("（"), STR(" ("));
    buf_str(x->out, text2_in(&d->title, x->b->lang));
    put(x, STR("）"), STR(")"));
}

static void put_answer(struct explaining *x, int answer)
{
    if (answer < 0)
        put(x, STR("空缺"), STR("null"));
    else if (answer > 0)
        put(x, STR("是"), STR("true"));
    else
        put(x, STR("否"), STR("false"));
}

/* Lines of a text, each with two blanks more in front. */
static void put_indented(struct buf *out, struct str text, size_t by)
{
    while (text.len > 0) {
        size_t end = str_find_char(text, '\n');
        struct str line = end == SIZE_MAX ? text : str_sub(text, 0, end);
        buf_fill(out, ' ', by);
        buf_str(out, line);
        buf_char(out, '\n');
        text = end == SIZE_MAX ? STR_NONE : str_sub(text, end + 1, text.len);
    }
}

static enum rc put_tree(struct explaining *x, const struct feel_program *p, size_t by, struct err *err)
{
    struct buf tree;
    buf_init(&tree, RULE_TEXT_MAX);
    x->b->run.locals = NULL;
    x->b->run.depth = 0;
    enum rc rc = feel_explain(p, &x->b->run, x->b->lang, &tree, err);
    if (rc == RC_OK) put_indented(x->out, buf_view(&tree), by);
    buf_fini(&tree);
    return rc;
}

/* ---- which part failed ---- */

/* The parts of a conjunction that are false, as they are written. */
static enum rc put_failed(struct explaining *x, const struct feel_program *p, const struct feel_node *n, size_t *told, struct err *err)
{
    if (n->op == FEEL_AND) {
        for (uint32_t i = 0; i < n->kids_count; i++) TRY(put_failed(x, p, n->kids[i], told, err));
        return RC_OK;
    }
    struct feel_program part = *p; /* the tree is evaluated node by node: a part of it is a program too */
    part.root = n;
    int answer = -1;
    TRY(bench_ask(x->b, &part, &answer, NULL, err));
    if (answer != 0 || *told >= PARTS_MAX) return RC_OK;
    if (*told == 0)
        put(x, STR("，没有满足："), STR(", failed: "));
    else
        put(x, STR("；"), STR("; "));
    buf_str(x->out, str_sub(p->text, n->place.off, (size_t)n->place.off + n->place.len));
    (*told)++;
    return RC_OK;
}

/* ---- derived fields ---- */

static void note_derived(struct explaining *x, const struct pack_field *f, int64_t id)
{
    for (size_t i = 0; i < x->done_count; i++)
        if (x->done[i].field == f && x->done[i].id == id) return;
    if (x->done_count < DERIVED_MAX) {
        x->done[x->done_count].field = f;
        x->done[x->done_count++].id = id;
    }
}

struct collecting {
    struct explaining *x;
    const struct pack_register *reg;
    int64_t id;
};

/* Only fields of the record itself: those of others are explained by their own record. */
static bool collect(void *ctx, const struct feel_node *n)
{
    const struct collecting *c = ctx;
    if (n->op == FEEL_MEMBER && n->member != NULL && n->reg == &c->reg->feel && n->member->slot < c->reg->fields_count && n->kids_count > 0 &&
        n->kids[0]->op == FEEL_VARIABLE && n->kids[0]->slot == 0) {
        const struct pack_field *f = &c->reg->fields[n->member->slot];
        if (f->derive != NULL) note_derived(c->x, f, c->id);
    }
    return true;
}

static void collect_from(struct explaining *x, const struct feel_program *p)
{
    if (p == NULL) return;
    struct collecting c = {.x = x, .reg = x->rule->over, .id = x->b->self[0].id};
    feel_each_node(p->root, collect, &c);
}

static enum rc put_derived(struct explaining *x, struct err *err)
{
    for (size_t i = 0; i < x->done_count; i++) { /* grows while it is walked: a derived field may read another */
        const struct pack_field *f = x->done[i].field;
        if (i == 0) {
            put(x, STR("推算："), STR("derived:"));
            buf_char(x->out, '\n');
        }
        buf_lit(x->out, "  ");
        buf_str(x->out, text2_in(&f->title, x->b->lang));
        buf_lit(x->out, " = ");
        buf_str(x->out, f->derive->text);
        buf_char(x->out, '\n');
        TRY(put_tree(x, f->derive, 4, err));
        collect_from(x, f->derive);
    }
    return RC_OK;
}

/* ---- the whole ---- */

static enum rc put_condition(struct explaining *x, const struct feel_program *p, struct str zh, struct str en, size_t by, struct err *err)
{
    if (p == NULL) return RC_OK;
    int answer = -1;
    TRY(bench_ask(x->b, p, &answer, NULL, err));
    buf_fill(x->out, ' ', by);
    put(x, zh, en);
    put(x, STR(" → "), STR(" -> "));
    put_answer(x, answer);
    buf_char(x->out, '\n');
    TRY(put_tree(x, p, by + 2, err));
    collect_from(x, p);
    return RC_OK;
}

static enum rc put_exceptions(struct explaining *x, const struct pack_rule *rule, size_t by, struct err *err)
{
    if (by / 2 > RULE_EXCEPT_MAX) return RC_OK;
    for (uint32_t i = 0; i < rule->excepted_by_count; i++) {
        const struct pack_rule *e = rule->excepted_by[i];
        if (e->over != rule->over) continue;
        struct ruling r;
        TRY(rule_decide(x->b, e, 1, &r, err));
        buf_fill(x->out, ' ', by);
        put(x, STR("例外 "), STR("exception "));
        put_title(x, &e->d);
        put(x, STR(" → "), STR(" -> "));
        buf_str(x->out, verdict_text(r.verdict, x->b->lang));
        buf_char(x->out, '\n');
        TRY(put_condition(x, e->where, STR("范围（where）"), STR("where"), by + 2, err));
        TRY(put_condition(x, e->when, STR("条件（when）"), STR("when"), by + 2, err));
        TRY(put_exceptions(x, e, by + 2, err));
    }
    return RC_OK;
}

static enum rc put_head(struct explaining *x, uint64_t id, struct err *err)
{
    struct bench *b = x->b;
    const struct pack_rule *rule = x->rule;
    struct str display, key;
    TRY(bench_display(b, rule->over, id, &display, &key, err));
    put(x, STR("规则："), STR("rule: "));
    put_title(x, &rule->d);
    put(x, STR("\n依据："), STR("\nbasis: "));
    pack_basis_print(rule->d.basis, rule->d.basis_count, x->out);
    put(x, STR("\n记录："), STR("\nrecord: "));
    buf_str(x->out, text2_in(&rule->over->d.title, b->lang));
    buf_char(x->out, ' ');
    buf_str(x->out, display);
    if (key.len > 0 && !str_eq(key, display)) {
        buf_lit(x->out, " [");
        buf_str(x->out, key);
        buf_lit(x->out, "]");
    }
    buf_lit(x->out, " #");
    buf_u64(x->out, id);
    put(x, STR(" 第 "), STR(" version "));
    buf_u64(x->out, roster_version(b->roster, rule->over, (int64_t)id));
    put(x, STR(" 版"), STR(""));
    if (rule->each != NULL) {
        TRY(bench_display(b, rule->each, (uint64_t)b->self[1].id, &display, NULL, err));
        put(x, STR("\n对照："), STR("\nwith: "));
        buf_str(x->out, text2_in(&rule->each->d.title, b->lang));
        buf_char(x->out, ' ');
        buf_str(x->out, display);
        buf_lit(x->out, " #");
        buf_i64(x->out, b->self[1].id);
    }
    put(x, STR("\n判断日："), STR("\nas of: "));
    day_put(x->out, b->today);
    buf_char(x->out, '\n');
    return RC_OK;
}

/* "成立：…" on one line. */
static enum rc put_verdict(struct explaining *x, const struct ruling *r, struct err *err)
{
    struct bench *b = x->b;
    const struct pack_rule *rule = x->rule;
    buf_str(x->out, verdict_text(r->verdict, b->lang));
    size_t told = 0;
    enum rc rc = RC_OK;
    switch (r->verdict) {
    case VERDICT_OUT: return put_failed(x, rule->where, rule->where->root, &told, err);
    case VERDICT_NO: return put_failed(x, rule->when, rule->when->root, &told, err);
    case VERDICT_HOLDS:
        if (rule->say == NULL) return RC_OK;
        put(x, STR("："), STR(": "));
        struct buf say;
        buf_init(&say, RULE_TEXT_MAX);
        rc = feel_message_show(rule->say, &b->run, b->lang, &say, err);
        buf_str(x->out, buf_view(&say));
        buf_fini(&say);
        return rc;
    case VERDICT_EXCEPTED:
        put(x, STR("："), STR(": "));
        put_title(x, &r->exception->d);
        return RC_OK;
    case VERDICT_UNDETERMINED:
        put(x, STR("：缺 "), STR(": missing "));
        if (r->unsure != rule) {
            put(x, STR("（例外 "), STR("(exception "));
            put_title(x, &r->unsure->d);
            put(x, STR("）"), STR(") "));
        }
        struct rule_missing missing;
        TRY(rule_missing(b, r->cause, &missing, err));
        missing_put(&missing, b->lang, x->out);
        return RC_OK;
    }
    return RC_OK;
}

static enum rc explain(struct explaining *x, uint64_t id, enum verdict *verdict, struct err *err)
{
    struct ruling r;
    TRY(rule_decide(x->b, x->rule, 0, &r, err));
    *verdict = r.verdict;
    if (x->brief) return put_verdict(x, &r, err);
    TRY(put_head(x, id, err));
    put(x, STR("结论："), STR("verdict: "));
    TRY(put_verdict(x, &r, err));
    buf_char(x->out, '\n');
    TRY(put_condition(x, x->rule->where, STR("范围（where）"), STR("where"), 0, err));
    TRY(put_condition(x, x->rule->when, STR("条件（when）"), STR("when"), 0, err));
    TRY(put_exceptions(x, x->rule, 0, err));
    return put_derived(x, err);
}

static enum rc explain_one(struct explaining *x, struct bench *b, uint64_t id, uint64_t with, enum verdict *verdict, struct err *err)
{
    *verdict = VERDICT_OUT;
    x->b = b;
    if (!roster_has(b->roster, x->rule->over, (int64_t)id))
        return err_set(err, &E_rule_absent, NO_PLACE, text2_in(&x->rule->over->d.title, LANG_ZH), str_u64(&b->told, id));
    if (x->rule->each != NULL && !roster_has(b->roster, x->rule->each, (int64_t)with))
        return err_set(err, &E_rule_absent, NO_PLACE, text2_in(&x->rule->each->d.title, LANG_ZH), str_u64(&b->told, with));
    bench_pair_id(b, x->rule, with);
    bench_aim(b, x->rule, id);
    roster_trace(b->roster, NULL, 0, NULL); /* a null must carry its whole cause */
    enum rc rc = explain(x, id, verdict, err);
    roster_trace_end(b->roster);
    return rc;
}

enum rc judge_explain(struct roster *roster, const struct pack_set *set, const struct pack_rule *rule, uint64_t id, uint64_t with, day_num today, enum lang lang,
                      struct buf *out, enum verdict *verdict, struct err *err)
{
    struct bench b;
    bench_init(&b, roster, set, today, lang);
    struct explaining x = {.rule = rule, .out = out, .zh = lang == LANG_ZH};
    enum rc rc = explain_one(&x, &b, id, with, verdict, err);
    bench_fini(&b);
    return rc;
}

enum rc judge_why(struct roster *roster, const struct pack_set *set, const struct pack_rule *rule, uint64_t id, uint64_t with, day_num today, enum lang lang,
                  struct buf *out, enum verdict *verdict, struct err *err)
{
    struct bench b;
    bench_init(&b, roster, set, today, lang);
    struct explaining x = {.rule = rule, .out = out, .zh = lang == LANG_ZH, .brief = true};
    enum rc rc = explain_one(&x, &b, id, with, verdict, err);
    bench_fini(&b);
    return rc;
}
