/* gate.c - gates in the order written, each over the lines in play where it says so; and limits of time. */
#include "procedure/inner.h"

struct str basis_text(struct doing *k, const struct pack_cite *cites, uint32_t n)
{
    struct buf b;
    buf_init(&b, 4096);
    pack_basis_print(cites, n, &b);
    struct str s = str_dup(k->a, buf_view(&b));
    buf_fini(&b);
    return s;
}

struct str reason_of(const struct doing *k, struct str name)
{
    for (uint32_t i = 0; i < k->entry->reasons_count; i++)
        if (str_eq(k->entry->reasons[i].name, name)) return str_trim(k->entry->reasons[i].text);
    return STR("");
}

static void reason_note(struct doing *k, const struct pack_gate *g, struct str line, struct str text)
{
    k->reasons = str_cat(k->a, k->reasons, k->reasons.len > 0 ? STR("\n") : STR(""), g->name, line.len > 0 ? STR("（") : STR(""), line,
                         line.len > 0 ? STR("）") : STR(""), STR("："), text);
}

/* "空缺 = 1、拟任人数 = 1" */
static enum rc values_text(struct doing *k, const struct pack_gate *g, const struct fv *vars, struct str *out)
{
    *out = STR("");
    for (uint32_t i = 0; i < g->show_count; i++) {
        struct fv v;
        TRY(ask(k, g->show[i], vars, &v));
        struct str text = shown(k, vars, g->show[i], &v, LANG_ZH);
        *out = str_cat(k->a, *out, i > 0 ? STR("，") : STR(""), g->show_titles[i], STR(" = "), text_cut(text, 400));
    }
    return RC_OK;
}

static void seen_put(struct doing *k, const struct pack_gate *g, struct str line, struct str verdict, struct str values)
{
    if (k->seen.len > 0) buf_char(&k->seen, '\n');
    buf_str(&k->seen, g->name);
    if (line.len > 0) {
        buf_char(&k->seen, ' ');
        buf_str(&k->seen, line);
    }
    buf_lit(&k->seen, "：");
    buf_str(&k->seen, verdict);
    if (values.len > 0) {
        buf_lit(&k->seen, "（");
        buf_str(&k->seen, values);
        buf_lit(&k->seen, "）");
    }
}

static enum rc exception_holds(struct doing *k, const struct pack_gate *g, const struct fv *vars, int64_t line, bool *out)
{
    struct fv v;
    *out = false;
    if (g->unless == NULL) return RC_OK;
    TRY(ask(k, g->unless, vars, &v));
    if (!fv_is_true(&v) || reason_of(k, g->name).len == 0) return RC_OK;
    for (uint32_t i = 0; i < g->needs_count; i++) {
        const struct pack_item *it = g->needs[i];
        const struct sv *paper = k->own == NULL ? NULL : !it->each ? &k->own[it->f.idx] : line < 0 ? NULL : &k->own_each[line][it->f.idx];
        if (paper == NULL || paper->kind == SV_NULL) return RC_OK;
    }
    *out = true;
    return RC_OK;
}

static enum rc gate_shut(struct doing *k, const struct pack_gate *g, const struct fv *vars, const struct fv *v, struct str line, struct str values)
{
    struct str zh, en;
    TRY(tell(k, g->say, vars, LANG_ZH, &zh));
    TRY(tell(k, g->say_en != NULL ? g->say_en : g->say, vars, LANG_EN, &en));
    struct str cause = cause_of(k, v, LANG_ZH);
    if (fv_is_null(v)) zh = str_cat(k->a, zh, STR("（不能判断"), cause.len > 0 ? STR("：") : STR(""), cause, STR("）"));
    struct str basis = basis_text(k, g->basis, g->basis_count);
    for (uint32_t i = 0; g->basis_count == 0 && i < g->implements_count; i++) basis = str_cat(k->a, basis, i > 0 ? STR("；") : STR(""), g->implements[i]); /* nobody's words, but all there is */
    return stop(k, true, g->name, line, &E_case_gate, g->title.zh, zh, text2_in(&g->title, LANG_EN), en, basis, values);
}

static enum rc gate_one(struct doing *k, const struct pack_step *step, const struct pack_gate *g, int64_t line, enum gates_when when)
{
    struct fv *vars = world_vars(k, step, line), v;
    struct str values, name = line >= 0 ? k->c->lines[line].display : STR(""), reason = reason_of(k, g->name);
    TRY(ask(k, g->must, vars, &v));
    if (fv_is_true(&v) && when == GATES_AGENDA) return RC_OK; /* looked at again when the step closes, and noted then */
    TRY(values_text(k, g, vars, &values));
    if (fv_is_true(&v)) {
        seen_put(k, g, name, STR("成立"), values);
        return RC_OK;
    }
    bool excepted = false;
    TRY(exception_holds(k, g, vars, line, &excepted));
    if (excepted || (reason.len > 0 && (g->reason || g->inapplicable))) {
        seen_put(k, g, name, excepted ? STR("例外") : g->reason ? STR("不成立，写明理由") : STR("不适用"), values);
        reason_note(k, g, name, reason);
        return RC_OK;
    }
    seen_put(k, g, name, STR("不成立"), values);
    if (g->fails == GATE_DROP && line >= 0) {
        k->out[line] = true;
        k->out_by[line] = g->name;
        return RC_OK;
    }
    return gate_shut(k, g, vars, &v, name, values);
}

enum rc gates_run(struct doing *k, const struct pack_step *step, enum gates_when when)
{
    for (uint32_t i = 0; i < step->gates_count; i++) {
        const struct pack_gate *g = &step->gates[i];
        if (g->must == NULL || (when != GATES_CLOSING && (g->at == GATE_CLOSE || (g->fails == GATE_DROP) != (when == GATES_AGENDA)))) continue;
        if (!g->each) {
            TRY(gate_one(k, step, g, -1, when));
            continue;
        }
        for (uint32_t l = 0; l < k->c->lines_count; l++)
            if (in_play(k, step, l)) TRY(gate_one(k, step, g, l, when));
    }
    return RC_OK;
}

/* ---- limits ---- */

enum rc limits_run(struct doing *k, const struct pack_step *step)
{
    struct fv *vars = world_vars(k, step, -1), v;
    for (uint32_t i = 0; i < step->limits_count; i++) {
        const struct pack_limit *x = &step->limits[i];
        day_num day;
        bool known;
        if (x->after == NULL) continue;
        TRY(ask(k, x->after, vars, &v));
        if (v.kind != FV_DATE) continue; /* what it counts from has not happened */
        struct str basis = basis_text(k, x->basis, x->basis_count);
        if (x->not_before != NULL) {
            TRY(due_after(k, x->not_before, vars, v.day, &known, &day));
            if (known && k->day < day) TRY(stop(k, true, STR("too-early"), STR(""), &E_case_too_early, step->title.zh, day_print(k->a, day), basis));
        }
        if (x->within == NULL) continue;
        TRY(due_after(k, x->within, vars, v.day, &known, &day));
        if (!known || k->day <= day) continue;
        if (x->refuse) {
            TRY(stop(k, true, STR("too-late"), STR(""), &E_case_too_late, step->title.zh, day_print(k->a, day), basis));
            continue;
        }
        k->reasons = str_cat(k->a, k->reasons, k->reasons.len > 0 ? STR("\n") : STR(""), STR("逾期："), x->name, STR(" 应在 "), day_print(k->a, day), STR(" 以前"));
        TRY(finding_raise(k, str_cat(k->a, step->name, STR("/"), x->name), false));
    }
    return RC_OK;
}
