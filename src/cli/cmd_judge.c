/* cmd_judge.c - judge, explain, findings. */
#include "cli/inner.h"

enum { IDS_AT_ONCE = 1 << 16 };

struct listing {
    struct cli *c;
    struct session *s;
    bool json, record, ids;
    const struct pack_rule *rule; /* whose lines are being gathered */
    struct table table;
    struct arena_mark mark;
    struct buf out;
    size_t count[3], undetermined, excepted, of_rule;
    VEC(struct judge_finding) findings;
    VEC(struct judge_kept) kept;
    struct arena keep;
};

static void print_basis(struct buf *b, const struct pack_rule *r, enum lang lang)
{
    if (r->d.basis_count == 0) return;
    buf_str(b, lang == LANG_ZH ? STR("  依据：") : STR("  basis: "));
    pack_basis_print(r->d.basis, r->d.basis_count, b);
}

static void finish_rule(struct listing *l)
{
    if (l->rule == NULL || l->json) return;
    enum lang lang = l->c->lang;
    buf_str(&l->out, str_c(severity_word(l->rule->severity, lang)));
    buf_lit(&l->out, "  ");
    buf_str(&l->out, text2_in(&l->rule->d.title, lang));
    buf_lit(&l->out, " (");
    buf_str(&l->out, l->rule->d.name);
    buf_lit(&l->out, ")  ");
    buf_u64(&l->out, l->of_rule);
    print_basis(&l->out, l->rule, lang);
    buf_char(&l->out, '\n');
    table_print(&l->table, "    ", 36, &l->out);
    print_buf(&l->out);
    arena_reset(&l->c->arena, l->mark);
}

static struct str verdict_note(struct listing *l, const struct judged *j)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    if (j->verdict != VERDICT_HOLDS) {
        buf_str(&b, verdict_text(j->verdict, l->c->lang));
        buf_str(&b, l->c->lang == LANG_ZH ? STR("：") : STR(": "));
    }
    judged_note(j, l->c->lang, &b);
    struct str s = str_dup(&l->c->arena, buf_view(&b));
    buf_fini(&b);
    return s;
}

static enum rc take(void *ctx, const struct judged *j, struct err *err)
{
    (void)err;
    struct listing *l = ctx;
    struct arena *a = &l->c->arena;
    if (j->verdict == VERDICT_HOLDS) l->count[j->rule->severity]++;
    if (j->verdict == VERDICT_UNDETERMINED) l->undetermined++;
    if (j->verdict == VERDICT_EXCEPTED) l->excepted++;
    if (l->record && j->verdict == VERDICT_HOLDS)
        vec_push(&l->keep, &l->findings, (struct judge_finding){j->rule, j->id, j->with, str_dup(&l->keep, j->reads)});
    if (l->record && j->verdict == VERDICT_UNDETERMINED) vec_push(&l->keep, &l->kept, (struct judge_kept){j->rule, j->id, j->with});
    bool wanted = j->verdict == VERDICT_HOLDS || (j->verdict == VERDICT_UNDETERMINED && cli_flag(l->c, "undetermined")) ||
                  (j->verdict == VERDICT_EXCEPTED && cli_flag(l->c, "excepted"));
    if (!wanted || cli_flag(l->c, "count")) return RC_OK;
    if (l->ids) { /* for programs that compare: what and whom, nothing worked out besides */
        buf_str(&l->out, j->rule->d.name);
        buf_char(&l->out, '\t');
        buf_u64(&l->out, j->id);
        if (j->rule->each != NULL) buf_char(&l->out, '\t');
        if (j->rule->each != NULL) buf_u64(&l->out, j->with);
        buf_char(&l->out, '\n');
        if (l->out.len >= IDS_AT_ONCE) print_buf(&l->out);
        return RC_OK;
    }
    if (l->json) {
        judged_json(j, &l->out);
        if (!str_ends(buf_view(&l->out), STR("\n"))) buf_char(&l->out, '\n');
        print_buf(&l->out);
        return RC_OK;
    }
    if (j->rule != l->rule) {
        finish_rule(l);
        l->rule = j->rule;
        l->of_rule = 0;
        l->mark = arena_mark(a);
        table_init(&l->table, a, 3);
    }
    l->of_rule++;
    struct str key = j->key.len > 0 ? str_dup(a, j->key) : str_cat(a, STR("#"), str_u64(a, j->id));
    table_put(&l->table, key);
    table_put(&l->table, j->rule->each == NULL ? str_dup(a, j->display) : str_cat(a, j->display, STR(" × "), j->with_display));
    table_put(&l->table, verdict_note(l, j));
    return RC_OK;
}

static void print_sum(struct listing *l, size_t rules, day_num today)
{
    struct cli *c = l->c;
    size_t all = l->count[0] + l->count[1] + l->count[2];
    if ((l->json || l->ids) && !cli_flag(c, "count")) return;
    printf(say(c, "%s 研判 %zu 条规则：发现 %zu 条（严重 %zu，注意 %zu，提示 %zu）", "%s: %zu rules, %zu findings (serious %zu, warn %zu, info %zu)"),
           str_cz(&c->arena, day_print(&c->arena, today)), rules, all, l->count[2], l->count[1], l->count[0]);
    if (l->undetermined > 0)
        printf(say(c, "；不能判断 %zu 条（--undetermined 列出）", "; %zu could not be judged (--undetermined lists them)"), l->undetermined);
    if (l->excepted > 0) printf(say(c, "；例外 %zu 条", "; %zu excepted"), l->excepted);
    putchar('\n');
}

static int record_all(struct listing *l, day_num today, const struct pack_rule *only)
{
    struct cli *c = l->c;
    uint64_t opened = 0, closed = 0;
    struct slip_day day = {0};
    struct err err;
    err_clear(&err);
    struct args_judge args = {.findings = l->findings.at,
                              .count = l->findings.len,
                              .today = today,
                              .only = only == NULL ? STR("") : only->d.name,
                              .kept = l->kept.at,
                              .kept_count = l->kept.len,
                              .opened = &opened,
                              .closed = &closed,
                              .slips = &day};
    struct command cmd = {.verb = VERB_JUDGE, .happened = ENTRY_NO_DAY, .args = &args};
    if (area_submit(l->s->area, &cmd, NULL, &err) != RC_OK) return fail(c, &err);
    fprintf(l->json || l->ids ? stderr : stdout, say(c, "入账：新开 %llu 条，了结 %llu 条\n", "on record: %llu opened, %llu closed\n"), (unsigned long long)opened,
            (unsigned long long)closed);
    if (day.issued + day.proposed > 0)
        fprintf(l->json || l->ids ? stderr : stdout, say(c, "逾期的单：改发 %llu 张，建议改发 %llu 张\n", "overdue slips: the next grade issued for %llu, proposed for %llu\n"),
                (unsigned long long)day.issued, (unsigned long long)day.proposed);
    return EXIT_DONE;
}

static int fail_on(struct cli *c, const struct listing *l)
{
    static const char *const words[] = {"info", "warn", "serious"};
    struct str word;
    if (!cli_option(c, "fail-on", &word)) return EXIT_DONE;
    for (size_t i = 0; i < 3; i++) {
        if (!str_eq(word, str_c(words[i]))) continue;
        size_t n = 0;
        for (size_t k = i; k < 3; k++) n += l->count[k];
        return n > 0 ? EXIT_FOUND : EXIT_DONE;
    }
    return usage(c, "--fail-on 是 info、warn 或 serious", "--fail-on is info, warn or serious");
}

static enum rc load_roster(struct cli *c, struct session *s, const struct pack_rule *only, struct roster **out, struct err *err)
{
    struct roster_want *want = NULL;
    size_t n = 0;
    TRY(judge_want(s->view.set, only, &c->arena, &want, &n, err));
    return roster_load(s->view.records, want, n, out, err);
}

/* As many processors as there are, up to JUDGE_THREADS, unless told.  The answer is the same with any number. */
static bool threads_option(struct cli *c, uint32_t *out, int *status)
{
    struct str word;
    uint64_t n = 0;
    *out = crew_cores(JUDGE_THREADS);
    if (!cli_option(c, "threads", &word)) return true;
    if (!str_to_u64(word, &n) || n < 1 || n > CREW_MAX) {
        *status = usage(c, "--threads 是 1 到 16 的整数", "--threads is a whole number from 1 to 16");
        return false;
    }
    *out = (uint32_t)n;
    return true;
}

int cmd_judge(struct cli *c)
{
    struct session s;
    bool record = cli_flag(c, "record");
    int status = session_open(c, &s, record);
    if (status != EXIT_DONE) return status;
    struct err err;
    err_clear(&err);
    struct listing l = {.c = c, .s = &s, .json = cli_flag(c, "json"), .record = record, .ids = cli_flag(c, "ids")};
    arena_init(&l.keep, (size_t)4 << 30);
    buf_init(&l.out, 256 << 20);
    struct judge_options o = {.today = area_today(s.area), .lang = c->lang, .undetermined = true, .excepted = true,
                              .bare = (cli_flag(c, "count") || l.ids) && !record};
    struct str name;
    (void)day_option(c, "today", &o.today, &status);
    if (status == EXIT_DONE) (void)threads_option(c, &o.threads, &status);
    if (status == EXIT_DONE && cli_option(c, "rule", &name)) status = find_rule(c, s.view.set, name, &o.only);
    struct roster *roster = NULL;
    if (status == EXIT_DONE) {
        enum rc rc = load_roster(c, &s, o.only, &roster, &err);
        if (rc == RC_OK) rc = judge(roster, s.view.set, &o, take, &l, &err);
        if (rc == RC_OK) finish_rule(&l);
        if (l.ids) print_buf(&l.out);
        if (rc != RC_OK) status = fail(c, &err);
    }
    if (status == EXIT_DONE) {
        print_sum(&l, o.only != NULL ? 1 : s.view.set->rules_count, o.today);
        if (record) status = record_all(&l, o.today, o.only);
    }
    if (status == EXIT_DONE) status = fail_on(c, &l);
    roster_free(&roster);
    buf_fini(&l.out);
    arena_fini(&l.keep);
    return session_close(&s, status);
}

int cmd_explain(struct cli *c)
{
    size_t slash = str_find_char(c->words[2], '/');
    if (slash == SIZE_MAX) return usage(c, "第三项写成 台账/编号，例如 cadre/C001", "write the third word as REGISTER/ID, such as cadre/C001");
    struct session s;
    int status = session_open(c, &s, false);
    if (status != EXIT_DONE) return status;
    const struct pack_rule *rule = NULL;
    const struct pack_register *r = NULL;
    uint64_t id = 0, with = 0;
    struct err err;
    err_clear(&err);
    day_num today = area_today(s.area);
    (void)day_option(c, "today", &today, &status);
    if (status == EXIT_DONE) status = find_rule(c, s.view.set, c->words[1], &rule);
    if (status == EXIT_DONE) status = find_register(c, s.view.set, str_sub(c->words[2], 0, slash), &r);
    if (status == EXIT_DONE && r != rule->over) {
        fprintf(stderr, say(c, "规则 %s 针对台账 %s，不是 %s\n", "the rule %s is about %s, not %s\n"), str_cz(&c->arena, rule->d.name),
                str_cz(&c->arena, rule->over->d.name), str_cz(&c->arena, r->d.name));
        status = EXIT_USAGE;
    }
    if (status == EXIT_DONE && record_resolve(s.view.records, r, str_sub(c->words[2], slash + 1, c->words[2].len), &id, &err) != RC_OK)
        status = fail(c, &err);
    struct str other = STR("");
    if (status == EXIT_DONE && cli_option(c, "with", &other) != (rule->each != NULL)) {
        fprintf(stderr, rule->each != NULL ? say(c, "规则 %s 是逐对判断的：用 --with 写明对照台账 %s 的哪一条\n", "the rule %s is over pairs: name the record of %s with --with\n")
                                           : say(c, "规则 %s 不是逐对判断的，不用 --with\n", "the rule %s is not over pairs: it takes no --with\n"),
                str_cz(&c->arena, rule->d.name), rule->each == NULL ? "" : str_cz(&c->arena, rule->each->d.name));
        status = EXIT_USAGE;
    }
    if (status == EXIT_DONE && rule->each != NULL && record_resolve(s.view.records, rule->each, other, &with, &err) != RC_OK) status = fail(c, &err);
    if (status != EXIT_DONE) return session_close(&s, status);
    struct roster *roster = NULL;
    struct buf b;
    buf_init(&b, 16 << 20);
    enum verdict verdict;
    enum rc rc = load_roster(c, &s, rule, &roster, &err);
    if (rc == RC_OK) rc = judge_explain(roster, s.view.set, rule, id, with, today, c->lang, &b, &verdict, &err);
    if (rc == RC_OK) print_buf(&b);
    buf_fini(&b);
    roster_free(&roster);
    return session_close(&s, rc == RC_OK ? EXIT_DONE : fail(c, &err));
}

/* ---- findings on record ---- */

struct on_record {
    struct cli *c;
    struct session *s;
    const struct pack_register *reg;
    struct table table;
    struct buf out;
    size_t count;
};

static struct str field_text(struct on_record *o, const struct record *rec, struct str name)
{
    const struct pack_field *f = pack_field_find(o->reg, name);
    struct str text = STR("");
    struct err ignored;
    if (f == NULL || f->derive != NULL || rec->values[f->column].kind == SV_NULL) return text;
    if (record_value_text(o->s->view.records, f, &rec->values[f->column], &o->c->arena, &text, &ignored) != RC_OK) return STR("?");
    return str_dup(&o->c->arena, text); /* a text is the record's own, and that goes with the next */
}

/* For programs the code itself, as judge --json gives it. */
static struct str severity_code(struct on_record *o, const struct record *rec)
{
    const struct pack_field *f = pack_field_find(o->reg, STR("severity"));
    return f == NULL || f->derive != NULL || rec->values[f->column].kind != SV_TEXT ? STR("") : rec->values[f->column].s;
}

/* As judge --json names it: the value of the key, "" where the register has none. */
static enum rc key_of(struct on_record *o, const struct pack_register *r, uint64_t id, struct str *out, struct err *err)
{
    struct record rec;
    if (r->key == NULL) return RC_OK;
    TRY(record_get(o->s->view.records, r, id, &o->c->arena, &rec, err));
    return record_value_text(o->s->view.records, r->key, &rec.values[r->key->column], &o->c->arena, out, err);
}

static enum rc list_one(void *ctx, const struct record *rec, struct err *err)
{
    struct on_record *o = ctx;
    struct arena *a = &o->c->arena;
    struct str rule_name = field_text(o, rec, STR("rule")), reg_name = field_text(o, rec, STR("subject_register")), subject = field_text(o, rec, STR("subject"));
    const struct pack_rule *rule = pack_rule_find(o->s->view.set, rule_name);
    const struct pack_register *r = pack_register_find(o->s->view.set, reg_name);
    uint64_t id = 0;
    struct str display = STR("?"), key = STR("");
    if (r != NULL && str_to_u64(subject, &id)) {
        TRY(record_display(o->s->view.records, r, id, a, &display, err));
        TRY(key_of(o, r, id, &key, err));
    }
    struct str second_name = field_text(o, rec, STR("second_register")), second = field_text(o, rec, STR("second")), second_display = STR("");
    const struct pack_register *other = second_name.len == 0 ? NULL : pack_register_find(o->s->view.set, second_name);
    uint64_t with = 0;
    if (other != NULL && str_to_u64(second, &with)) TRY(record_display(o->s->view.records, other, with, a, &second_display, err));
    o->count++;
    if (cli_flag(o->c, "json")) {
        struct json_out j;
        json_out_init(&j, &o->out);
        json_object(&j);
        json_key(&j, STR("display"));
        json_string(&j, display);
        json_key(&j, STR("finding"));
        json_i64(&j, (int64_t)rec->id);
        json_key(&j, STR("id"));
        json_i64(&j, (int64_t)id);
        json_key(&j, STR("key"));
        json_string(&j, key);
        json_key(&j, STR("opened"));
        json_string(&j, field_text(o, rec, STR("opened")));
        json_key(&j, STR("pack_version"));
        json_string(&j, field_text(o, rec, STR("pack_version")));
        json_key(&j, STR("reads"));
        json_string(&j, field_text(o, rec, STR("reads")));
        json_key(&j, STR("register"));
        json_string(&j, reg_name);
        json_key(&j, STR("rule"));
        json_string(&j, rule_name);
        if (with != 0) {
            json_key(&j, STR("second"));
            json_i64(&j, (int64_t)with);
            json_key(&j, STR("second_display"));
            json_string(&j, second_display);
            json_key(&j, STR("second_register"));
            json_string(&j, second_name);
        }
        json_key(&j, STR("severity"));
        json_string(&j, severity_code(o, rec));
        json_end_object(&j);
        buf_char(&o->out, '\n');
        return RC_OK;
    }
    table_put(&o->table, str_cat(a, STR("#"), str_u64(a, rec->id)));
    table_put(&o->table, field_text(o, rec, STR("severity")));
    table_put(&o->table, field_text(o, rec, STR("opened")));
    table_put(&o->table, rule == NULL ? rule_name : text2_in(&rule->d.title, o->c->lang));
    table_put(&o->table, with == 0 ? display : str_cat(a, display, STR(" × "), second_display));
    return RC_OK;
}

int cmd_findings(struct cli *c)
{
    struct session s;
    int status = session_open(c, &s, false);
    if (status != EXIT_DONE) return status;
    struct on_record o = {.c = c, .s = &s};
    struct err err;
    err_clear(&err);
    status = find_register(c, s.view.set, STR("finding"), &o.reg);
    if (status != EXIT_DONE) return session_close(&s, status);
    buf_init(&o.out, 256 << 20);
    table_init(&o.table, &c->arena, 5);
    enum rc rc = record_each(s.view.records, o.reg, RECORD_BY_ID, false, list_one, &o, &err);
    if (rc == RC_OK) {
        table_print(&o.table, "", 40, &o.out);
        print_buf(&o.out);
        if (!cli_flag(c, "json") && o.count == 0) puts(say(c, "没有入账的研判结果（guiju judge AREA --record 入账）", "no findings on record (guiju judge AREA --record)"));
    }
    buf_fini(&o.out);
    return session_close(&s, rc == RC_OK ? EXIT_DONE : fail(c, &err));
}
