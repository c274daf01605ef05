/* rule.c - the handbook as it acts: rules with their scenarios, why a rule holds or not, chapters, a place to try FEEL. */
#include "scenario/scenario.h"

#include "http/inner.h"

enum { EXPLAIN_MAX = 1 << 20, TREE_DEPTH = 24, CHAPTER_ARENA = 256 << 20 };

const char *severity_name(enum pack_severity s)
{
    static const char *const names[] = {"info", "warn", "serious"};
    return names[s];
}

static enum rc find_rule(struct req *q, struct str name, const struct pack_rule **out, struct err *err)
{
    *out = pack_rule_find(q->view->set, name);
    return *out != NULL ? RC_OK : err_set(err, &E_http_absent, NO_PLACE, name);
}

/* ---- may this person see that the rule speaks of this record? ---- */

/* An explanation shows everything that was looked at on the way, names of records too: all of that must be in sight. */
enum rc rule_seen(struct req *q, const struct pack_rule *r, uint64_t id, const struct fv *with, bool *hidden, struct err *err)
{
    TRY(guard_touches(q, r->over, id, with, r->where, hidden, err));
    TRY(guard_touches(q, r->over, id, with, r->when, hidden, err));
    for (uint32_t i = 0; i < r->show_count; i++) TRY(guard_touches(q, r->over, id, with, r->show[i], hidden, err));
    for (uint32_t i = 0; i < r->excepted_by_count; i++) {
        TRY(guard_touches(q, r->over, id, with, r->excepted_by[i]->where, hidden, err));
        TRY(guard_touches(q, r->over, id, with, r->excepted_by[i]->when, hidden, err));
    }
    return RC_OK;
}

/* ---- rules ---- */

struct rule_count { struct req *q; const struct pack_field *rule; struct map *counts; };

static enum rc count_row(void *ctx, const struct record *rec, const struct sight *sight, size_t at, bool *stop, struct err *err)
{
    struct rule_count *c = ctx;
    (void)sight;
    (void)at;
    (void)stop;
    (void)err;
    struct str name = rec->values[c->rule->column].s;
    uint64_t *n = map_find(c->counts, name);
    if (n == NULL) {
        n = arena_new(&c->q->arena, uint64_t);
        map_put(&c->q->arena, c->counts, str_dup(&c->q->arena, name), n);
    }
    ++*n;
    return RC_OK;
}

/* Open findings in scope, by rule. */
static enum rc counts_by_rule(struct req *q, struct map *counts, struct err *err)
{
    const struct pack_register *reg = pack_register_find(q->view->set, STR("finding"));
    struct rule_count c = {.q = q, .rule = reg == NULL ? NULL : pack_field_find(reg, STR("rule")), .counts = counts};
    if (c.rule == NULL || !grant_may(q->grant, PACK_READ, reg)) return RC_OK;
    struct list l = {.reg = reg, .order = {ORDER_ID, NULL, false}, .scope = grant_scope(q->grant, PACK_READ, reg)};
    return list_each(q, &l, 0, count_row, &c, err);
}

struct param_scan { struct req *q; bool *seen; };

static bool scan_param(void *ctx, const struct feel_node *n)
{
    struct param_scan *s = ctx;
    if (n->ref != NULL && n->ref->kind == FN_PARAMETER && n->ref->slot < s->q->view->set->params_count) s->seen[n->ref->slot] = true;
    return true;
}

static void params_put(struct req *q, const struct pack_rule *r)
{
    const struct pack_set *set = q->view->set;
    struct param_scan s = {q, arena_array(&q->arena, bool, set->params_count + 1)};
    if (r->where != NULL) feel_each_node(r->where->root, scan_param, &s);
    if (r->when != NULL) feel_each_node(r->when->root, scan_param, &s);
    put_key(&q->j, "params");
    json_array(&q->j);
    for (uint32_t i = 0; i < set->params_count; i++) {
        if (!s.seen[i]) continue;
        const struct pack_param *p = &set->params[i];
        const struct pack_param_value *now = NULL;
        for (uint32_t k = 0; k < p->values_count; k++)
            if (p->values[k].from <= q->run.today && q->run.today <= p->values[k].to) now = &p->values[k];
        struct buf b;
        buf_init(&b, 1 << 16);
        json_object(&q->j);
        put_text(&q->j, "name", p->name);
        put_text(&q->j, "title", p->title);
        if (now != NULL) fv_show(&q->run, &now->value, STR_NONE, q->lang, &b);
        put_text_or_null(&q->j, "value", buf_view(&b));
        put_text_or_null(&q->j, "unit", p->unit);
        put_day(&q->j, "from", now == NULL ? ENTRY_NO_DAY : now->from);
        put_basis(q, now == NULL ? NULL : now->basis, now == NULL ? 0 : now->basis_count);
        json_end_object(&q->j);
        buf_fini(&b);
    }
    json_end_array(&q->j);
}

static void rule_put(struct req *q, const struct pack_rule *r, const struct map *counts)
{
    const uint64_t *n = map_find(counts, r->d.name);
    struct buf b;
    json_object(&q->j);
    put_text(&q->j, "name", r->d.name);
    put_text2(q, "title", &r->d.title);
    put_text(&q->j, "register", r->over->d.name);
    put_text2(q, "register_title", &r->over->d.title);   /* who may not read the register still reads which one the rule is about */
    put_key(&q->j, "each");
    if (r->each == NULL) {
        json_null(&q->j);
    } else {
        json_object(&q->j);
        put_text(&q->j, "register", r->each->d.name);
        put_text2(q, "register_title", &r->each->d.title);
        put_text(&q->j, "title", r->each_title);
        json_end_object(&q->j);
    }
    put_text_or_null(&q->j, "severity", r->raises ? str_c(severity_name(r->severity)) : STR_NONE);
    put_text_or_null(&q->j, "where", r->where == NULL ? STR_NONE : r->where->text);
    put_text_or_null(&q->j, "when", r->when == NULL ? STR_NONE : r->when->text);
    buf_init(&b, 1 << 16);
    const struct feel_message *m = q->lang == LANG_EN && r->say_en != NULL ? r->say_en : r->say;
    for (uint32_t i = 0; m != NULL && i < m->pieces_count; i++) {
        if (m->pieces[i].program == NULL) {
            buf_str(&b, m->pieces[i].text);
            continue;
        }
        buf_char(&b, '{');
        buf_str(&b, m->pieces[i].program->text);
        buf_char(&b, '}');
    }
    put_text_or_null(&q->j, "say", buf_view(&b));
    buf_fini(&b);
    put_basis(q, r->d.basis, r->d.basis_count);
    put_text_or_null(&q->j, "chapter", r->d.chapter == NULL ? STR_NONE : r->d.chapter->file);
    put_text_or_null(&q->j, "pack", r->d.pack < q->view->set->packs_count ? q->view->set->packs[r->d.pack].name : STR_NONE);
    put_u64(&q->j, "line", r->d.place.line);
    put_u64(&q->j, "findings", n == NULL ? 0 : *n);
}

enum rc route_rules(struct req *q, struct err *err)
{
    struct map counts = {0};
    TRY(counts_by_rule(q, &counts, err));
    answer_json(q);
    json_object(&q->j);
    put_u64(&q->j, "seq", q->view->seq);
    put_key(&q->j, "items");
    json_array(&q->j);
    for (uint32_t i = 0; i < q->view->set->rules_count; i++) {
        rule_put(q, q->view->set->rules[i], &counts);
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
    json_end_object(&q->j);
    return RC_OK;
}

/* ---- scenarios: the packs in force, loaded once more with their tests ---- */

size_t sources_of(const struct pack_set *set, struct arena *a, struct pack_source **out)
{
    *out = arena_array(a, struct pack_source, set->packs_count + 1);
    for (uint32_t i = 0; i < set->packs_count; i++) {
        struct pack_source *s = &(*out)[i];
        s->where = set->packs[i].where;
        s->files = arena_array(a, struct pack_file, set->chapters_count + set->assets_count + 2u); /* one more: a chapter that is tried */
        for (uint32_t k = 0; k < set->chapters_count; k++)
            if (set->chapters[k].pack == i) s->files[s->files_count++] = (struct pack_file){set->chapters[k].file, set->chapters[k].text};
        for (uint32_t k = 0; k < set->assets_count; k++)
            if (set->asset_packs[k] == i) s->files[s->files_count++] = set->assets[k];
    }
    return set->packs_count;
}

static enum rc scenarios_put(struct req *q, const struct pack_rule *rule, struct err *err)
{
    struct arena a;
    struct diags d;
    struct pack_set *set = NULL;
    struct pack_source *sources = NULL;
    struct pack_options o = {.today = q->run.today, .scenarios = true};
    struct scenario_lab *lab = NULL;
    arena_init(&a, CHAPTER_ARENA);
    diags_init(&d, &a, 100);
    put_key(&q->j, "scenarios");
    json_array(&q->j);
    size_t n = sources_of(q->view->set, &a, &sources);
    enum rc rc = pack_load(&a, sources, n, &o, &set, &d);
    if (rc == RC_OK) rc = scenario_lab_open(set, &lab, err);
    const struct pack_rule *mine = rc == RC_OK ? pack_rule_find(set, rule->d.name) : NULL;
    for (uint32_t i = 0; rc == RC_OK && mine != NULL && i < set->scenarios_count; i++) {
        const struct pack_scenario *s = set->scenarios[i];
        struct scenario_result got = {0};
        struct diags report;
        if (!scenario_tests(s, mine)) continue;
        diags_init(&report, &a, 20);
        rc = scenario_lab_run(lab, s, &report, &got, err);
        if (rc != RC_OK) break;
        json_object(&q->j);
        put_text(&q->j, "name", s->d.name);
        put_text2(q, "title", &s->d.title);
        put_flag(&q->j, "passed", got.differ == 0);
        put_text_or_null(&q->j, "detail", report.first == NULL ? STR_NONE : str_c(q->lang == LANG_ZH ? report.first->err.zh : report.first->err.en));
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
    scenario_lab_close(&lab);
    arena_fini(&a);
    if (rc == RC_INPUT) rc = RC_OK; /* packs that are in force loaded before; without their scenarios they still stand */
    return rc;
}

enum rc route_rule(struct req *q, struct err *err)
{
    const struct pack_rule *r = NULL;
    struct map counts = {0};
    TRY(find_rule(q, q->args[0], &r, err));
    TRY(counts_by_rule(q, &counts, err));
    answer_json(q);
    rule_put(q, r, &counts);
    params_put(q, r);
    TRY(scenarios_put(q, r, err));
    json_end_object(&q->j);
    return RC_OK;
}

/* ---- why ---- */

/* The lines of judge_explain(): two blanks a level, "text: value". */
static void tree_put(struct req *q, struct str text)
{
    size_t depth_at[TREE_DEPTH], open = 0;
    json_array(&q->j);
    for (size_t from = 0; from < text.len;) {
        size_t to = from, indent = 0;
        while (to < text.len && text.ptr[to] != '\n') to++;
        struct str line = str_sub(text, from, to);
        from = to + 1;
        while (indent < line.len && line.ptr[indent] == ' ') indent++;
        struct str rest = str_sub(line, indent, line.len);
        /* "→" marks what decided: it stands where two blanks would. */
        bool decided = str_starts(rest, STR("→ "));
        if (decided) {
            size_t skip = strlen("→ ");
            rest = str_sub(rest, skip, rest.len);
            indent += 2;
            while (rest.len > 0 && rest.ptr[0] == ' ') {
                rest = str_sub(rest, 1, rest.len);
                indent++;
            }
        }
        if (rest.len == 0) continue;
        while (open > 0 && depth_at[open - 1] >= indent) {
            json_end_array(&q->j);
            json_end_object(&q->j);
            open--;
        }
        if (open == TREE_DEPTH) continue;
        size_t arrow = str_find(rest, STR(" -> ")), colon = SIZE_MAX;
        for (size_t i = 0; i + 1 < rest.len; i++)
            if (rest.ptr[i] == ':' && rest.ptr[i + 1] == ' ') colon = i;
        size_t cut = arrow != SIZE_MAX ? arrow : colon, skip = arrow != SIZE_MAX ? 4 : 2;
        json_object(&q->j);
        put_text(&q->j, "text", cut == SIZE_MAX ? rest : str_sub(rest, 0, cut));
        put_text_or_null(&q->j, "value", cut == SIZE_MAX ? STR_NONE : str_sub(rest, cut + skip, rest.len));
        put_flag(&q->j, "decided", decided);
        put_key(&q->j, "children");
        json_array(&q->j);
        depth_at[open++] = indent;
    }
    while (open > 0) {
        json_end_array(&q->j);
        json_end_object(&q->j);
        open--;
    }
    json_end_array(&q->j);
}

enum rc route_explain(struct req *q, struct err *err)
{
    const struct pack_rule *r = NULL;
    uint64_t id = 0;
    struct record rec;
    struct sight sight;
    struct roster_want *want = NULL;
    struct roster *roster = NULL;
    struct buf b;
    enum verdict verdict = VERDICT_OUT;
    size_t n = 0;
    TRY(find_rule(q, q->args[0], &r, err));
    TRY(req_id(q, 1, &id, err));
    if (!grant_may(q->grant, PACK_READ, r->over)) return err_set(err, &E_http_denied, NO_PLACE, text2_in(&r->over->d.title, q->lang));
    TRY(record_seen(q, PACK_READ, r->over, id, &rec, &sight, err));
    bool hidden = false;
    uint64_t with = 0;
    struct fv other = fv_null();
    TRY(req_u64(q, "with", 0, UINT64_MAX, &with, err));
    if ((with != 0) != (r->each != NULL))
        return err_set(err, &E_http_query, NO_PLACE, STR("with"), r->each != NULL ? STR("这条规则逐对判断，要写对照的记录编号") : STR("这条规则不是逐对判断的"),
                       r->each != NULL ? STR("the rule is over pairs: the id of the other record") : STR("the rule is not over pairs"));
    if (r->each != NULL) {
        if (!grant_may(q->grant, PACK_READ, r->each)) return err_set(err, &E_http_denied, NO_PLACE, text2_in(&r->each->d.title, q->lang));
        TRY(record_seen(q, PACK_READ, r->each, with, &rec, &sight, err));
        other.kind = FV_RECORD;
        other.reg = &r->each->feel;
        other.id = (int64_t)with;
    }
    TRY(rule_seen(q, r, id, &other, &hidden, err));
    if (hidden) return err_set(err, &E_http_denied, NO_PLACE, text2_in(&r->d.title, q->lang));
    TRY(judge_want(q->view->set, r, &q->arena, &want, &n, err));
    TRY(area_roster(q->view, want, n, &roster, err));
    buf_init(&b, EXPLAIN_MAX);
    enum rc rc = judge_explain(roster, q->view->set, r, id, with, q->run.today, q->lang, &b, &verdict, err);
    if (rc == RC_OK) {
        answer_json(q);
        json_object(&q->j);
        put_u64(&q->j, "seq", q->view->seq);
        put_text(&q->j, "verdict", str_c(verdict_name(verdict)));
        put_text(&q->j, "title", verdict_text(verdict, q->lang));
        put_text(&q->j, "text", buf_view(&b));
        put_key(&q->j, "tree");
        tree_put(q, buf_view(&b));
        json_end_object(&q->j);
        read_note(q, r->over, id, PACK_PERSONAL, "explain");
    }
    buf_fini(&b);
    roster_free(&roster);
    return rc;
}

/* ---- FEEL ---- */

enum rc route_feel(struct req *q, struct err *err)
{
    const struct json *body;
    struct str text, reg_name;
    uint64_t id = 0;
    const struct pack_register *r = NULL;
    struct feel_program *p = NULL;
    struct diags d;
    static const struct feel_scope nothing = {0};
    unsigned classes = 0;
    TRY(req_json(q, "expr register id", &body, err));
    TRY(json_text(body, "expr", true, &text, err));
    TRY(json_text(body, "register", false, &reg_name, err));
    TRY(json_u64(body, "id", false, &id, err));
    if (text.len > FEEL_TEXT_MAX) return err_set(err, &E_http_too_large, NO_PLACE, str_u64(&q->arena, FEEL_TEXT_MAX));
    struct feel_run run;
    struct fv self = fv_null(), v = fv_null();
    guard_run(q, &run);
    run.steps_left = 2000000;
    run.zone = q->view->set->zone;
    if (reg_name.len > 0) {
        struct record rec;
        struct sight s;
        TRY(req_register(q, reg_name, &r, err));
        if (!grant_may(q->grant, PACK_READ, r)) return err_set(err, &E_http_denied, NO_PLACE, text2_in(&r->d.title, q->lang));
        if (id != 0) TRY(record_seen(q, PACK_READ, r, id, &rec, &s, err));
        self.kind = FV_RECORD;
        self.reg = &r->feel;
        self.id = (int64_t)id;
        run.vars = &self;
        run.vars_count = 1;
    }
    diags_init(&d, &q->arena, 10);
    struct feel_source src = {.text = text, .at = {0, 1, 1, 0, 0}, .mode = FEEL_PACK};
    if (feel_compile(&q->arena, r == NULL ? &nothing : r->scope, &src, &p, &d) != RC_OK) {
        for (const struct diag *g = d.first; g != NULL; g = g->next)
            if (g->severity == SEV_ERROR) {
                *err = g->err;
                return err_rc(err);
            }
    }
    if (p == NULL) return err_set0(err, &E_http_filter_shape, NO_PLACE);
    if (r != NULL) TRY(program_allowed(q, r, p, &classes, err));
    struct buf shown, type;
    buf_init(&shown, 1 << 20);
    buf_init(&type, 1 << 12);
    enum rc rc = r != NULL && id == 0 ? RC_OK : feel_run(p, &run, &v, err);
    if (rc == RC_OK) {
        if (!fv_is_null(&v)) fv_show(&run, &v, STR_NONE, q->lang, &shown);
        feel_type_print(p->type, q->lang, &type);
        answer_json(q);
        json_object(&q->j);
        put_text_or_null(&q->j, "value", buf_view(&shown));
        put_text(&q->j, "type", buf_view(&type));
        buf_clear(&shown);
        if (fv_is_null(&v) && v.cause != NULL) feel_cause_show(&run, v.cause, q->lang, &shown);
        put_text_or_null(&q->j, "why_null", buf_view(&shown));
        json_end_object(&q->j);
        if (r != NULL && id != 0) read_note(q, r, id, PACK_PERSONAL, "feel");
    }
    buf_fini(&shown);
    buf_fini(&type);
    return rc;
}
