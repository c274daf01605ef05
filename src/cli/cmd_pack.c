/* cmd_pack.c - pack check, lint, test, coverage, install. */
#include "cli/inner.h"
#include "exchange/exchange.h"
#include "scenario/scenario.h"

static int load(struct cli *c, bool scenarios, struct diags *d, struct pack_set **out)
{
    struct pack_source *packs;
    size_t n = 0;
    int status = read_packs(c, c->words, c->words_count, &packs, &n);
    if (status != EXIT_DONE) return status;
    struct pack_options o = {.today = civil_day(PACK_ZONE, clock_now_us()), .scenarios = scenarios, .portable = cli_flag(c, "portable")};
    (void)day_option(c, "today", &o.today, &status);
    if (status != EXIT_DONE) return status;
    diags_init(d, &c->arena, 2000);
    return pack_load(&c->arena, packs, n, &o, out, d) == RC_OK ? EXIT_DONE : EXIT_FOUND;
}

static void count_line(struct cli *c, const struct pack_set *set)
{
    uint32_t fields = 0, ready = 0;
    for (uint32_t i = 0; i < set->registers_count; i++) fields += set->registers[i]->fields_count;
    for (uint32_t i = 0; i < set->rules_count; i++) ready += set->rules[i]->vector_ready;
    printf(say(c, "规矩集 %u 个，章 %u，台账 %u（字段 %u），代码表 %u，参数 %u，规则 %u（可按列研判 %u），场景 %u\n",
               "%u packs, %u chapters, %u registers (%u fields), %u code tables, %u parameters, %u rules (%u by columns), %u scenarios\n"),
           set->packs_count, set->chapters_count, set->registers_count, fields, set->codes_count, set->params_count, set->rules_count, ready,
           set->scenarios_count);
}

int cmd_pack_check(struct cli *c)
{
    struct diags d;
    struct pack_set *set = NULL;
    int status = load(c, true, &d, &set);
    if (status != EXIT_DONE && status != EXIT_FOUND) return status;
    if (status == EXIT_DONE && exchange_forms_check(set, &d) != RC_OK) status = EXIT_FOUND;
    bool json = cli_flag(c, "json");
    print_diags(c, &d, json);
    if (json) return status;
    if (status == EXIT_FOUND) {
        fprintf(stderr, say(c, "%zu 个错误，%zu 个警告，规矩集没有装入\n", "%zu errors, %zu warnings: the packs do not load\n"), d.errors, d.warnings);
        return status;
    }
    for (uint32_t i = 0; i < set->rules_count && cli_flag(c, "notes"); i++)
        if (!set->rules[i]->vector_ready && set->rules[i]->vector_why.zh.len > 0)
            printf(say(c, "  规则 %s 逐条研判：%s\n", "  the rule %s is judged record by record: %s\n"), str_cz(&c->arena, set->rules[i]->d.name),
                   str_cz(&c->arena, text2_in(&set->rules[i]->vector_why, c->lang)));
    count_line(c, set);
    printf(say(c, "没有错误；警告 %zu 个，提示 %zu 个（--notes 列出，多为未经核实的依据）\n", "no errors; %zu warnings, %zu notes (--notes lists them, mostly unsettled bases)\n"),
           d.warnings, d.notes);
    return EXIT_DONE;
}

/* Leaves only what other tools read otherwise; the number of those. */
static size_t keep_portable(struct diags *d)
{
    d->errors = d->warnings = d->notes = 0;
    struct diag *next = d->first;
    d->first = NULL;
    d->last = &d->first;
    for (struct diag *g = next; g != NULL; g = next) {
        next = g->next;
        if (!str_starts(str_c(err_code(&g->err)), STR("portable."))) continue;
        g->next = NULL;
        *d->last = g;
        d->last = &g->next;
        d->warnings++;
    }
    return d->warnings;
}

int cmd_pack_lint(struct cli *c)
{
    struct diags d;
    struct pack_set *set = NULL;
    bool json = cli_flag(c, "json");
    if (!cli_flag(c, "portable")) return usage(c, "要写 --portable：现在只有这一种检查", "say --portable: there is no other kind of lint yet");
    int status = load(c, false, &d, &set);
    if (status != EXIT_DONE) {
        if (status == EXIT_FOUND) print_diags(c, &d, json);
        return status;
    }
    size_t found = keep_portable(&d);
    print_diags(c, &d, json);
    if (json) return found > 0 ? EXIT_FOUND : EXIT_DONE;
    if (found == 0) printf("%s", say(c, "表达式在别的 DMN 工具里读法相同\n", "other DMN tools read all expressions alike\n"));
    if (found > 0) fprintf(stderr, say(c, "%zu 处：别的 DMN 工具读法不同或读不了\n", "%zu places that other DMN tools read otherwise, or cannot read\n"), found);
    return found > 0 ? EXIT_FOUND : EXIT_DONE;
}

int cmd_pack_test(struct cli *c)
{
    struct diags d;
    struct pack_set *set = NULL;
    struct str only = STR("");
    int status = load(c, true, &d, &set);
    if (status != EXIT_DONE) {
        if (status == EXIT_FOUND) print_diags(c, &d, false);
        return status;
    }
    cli_option(c, "only", &only);
    size_t passed = 0, failed = 0;
    struct scenario_lab *lab = NULL;
    struct err err;
    err_clear(&err);
    enum rc rc = scenario_lab_open(set, &lab, &err);
    for (uint32_t i = 0; rc == RC_OK && i < set->scenarios_count; i++) {
        const struct pack_scenario *s = set->scenarios[i];
        if (only.len > 0 && !str_eq(only, s->d.name)) continue;
        struct scenario_result result;
        struct diags aside;
        diags_init(&aside, &c->arena, 2000);
        rc = scenario_lab_run(lab, s, s->acknowledged ? &aside : &d, &result, &err);
        if (rc != RC_OK) break;
        bool good = result.differ == 0, excused = !good && s->acknowledged;
        passed += good;
        failed += !good && !excused;
        printf("%s  %s  %s%s\n", good ? "ok  " : excused ? "--  " : "FAIL", str_cz(&c->arena, s->d.name),
               str_cz(&c->arena, text2_in(&s->d.title, c->lang)), excused ? say(c, "（上面的规矩集从严，已声明）", " (a pack above tightens, and says so)") : "");
    }
    scenario_lab_close(&lab);
    if (rc != RC_OK) return fail(c, &err);
    if (failed > 0) print_diags(c, &d, false);
    if (only.len > 0 && passed + failed == 0) {
        fprintf(stderr, say(c, "没有场景“" STR_FMT "”\n", "there is no scenario \"" STR_FMT "\"\n"), STR_ARG(only));
        return EXIT_REFUSED;
    }
    printf("%zu passed, %zu failed\n", passed, failed);
    return failed > 0 ? EXIT_FOUND : EXIT_DONE;
}

/* ---- coverage: mechanisms.csv of each pack against what declarations implement ---- */

struct mechanism {
    struct str id, zh, en;
    const struct pack_decl *by;
    size_t scenarios;
};

static bool implements(const struct pack_decl *d, struct str id)
{
    for (uint32_t i = 0; i < d->implements_count; i++)
        if (str_eq(d->implements[i], id)) return true;
    return false;
}

static size_t scenarios_of(const struct pack_set *set, const struct pack_decl *d)
{
    size_t n = 0;
    for (uint32_t i = 0; i < set->scenarios_count; i++)
        for (uint32_t k = 0; k < set->scenarios[i]->tests_count; k++) n += str_eq(set->scenarios[i]->tests[k], d->name);
    return n;
}

/* What implements it, with the most scenarios behind it. */
static void find_implementer(const struct pack_set *set, struct mechanism *m)
{
    for (size_t i = 0; i < set->by_decl.len; i++) {
        const struct pack_decl *d = set->by_decl.entry[i].value;
        if (!implements(d, m->id)) continue;
        size_t n = scenarios_of(set, d);
        if (m->by == NULL || n > m->scenarios) m->by = d;
        m->scenarios = MAX(m->scenarios, n);
    }
}

/* The nth cell of a line; a quoted one may hold commas, and quotes twice. */
static struct str csv_cell(struct arena *a, struct str line, size_t n)
{
    struct buf cell;
    buf_init(&cell, 4096);
    bool quoted = false;
    for (size_t i = 0; i < line.len; i++) {
        char c = line.ptr[i];
        if (c == '"' && quoted && i + 1 < line.len && line.ptr[i + 1] == '"') {
            if (n == 0) buf_char(&cell, '"');
            i++;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (c == ',' && !quoted) {
            if (n-- == 0) break;
        } else if (n == 0) {
            buf_char(&cell, c);
        }
    }
    struct str s = str_dup(a, str_trim(buf_view(&cell)));
    buf_fini(&cell);
    return s;
}

static void put_mechanism(struct cli *c, const struct pack_set *set, const struct mechanism *m, struct table *t)
{
    struct arena *a = &c->arena;
    table_put(t, m->id);
    table_put(t, c->lang == LANG_ZH || m->en.len == 0 ? m->zh : m->en);
    table_put(t, m->by == NULL ? STR("absent") : m->scenarios > 0 ? STR("tested") : STR("declared"));
    if (m->by == NULL) {
        table_put(t, STR("-"));
    } else {
        const struct pack_chapter *ch = m->by->chapter;
        table_put(t, str_cat(a, set->packs[m->by->pack].name, STR("/"), ch == NULL ? STR("?") : ch->file, STR(":"), str_u64(a, m->by->place.line)));
    }
    table_put(t, str_u64(a, m->scenarios));
}

int cmd_pack_coverage(struct cli *c)
{
    struct diags d;
    struct pack_set *set = NULL;
    struct err err;
    err_clear(&err);
    int status = load(c, true, &d, &set);
    if (status != EXIT_DONE) {
        if (status == EXIT_FOUND) print_diags(c, &d, false);
        return status;
    }
    struct table t;
    table_init(&t, &c->arena, 5);
    size_t count[3] = {0, 0, 0};
    for (size_t i = 0; i < c->words_count; i++) {
        struct str text, path = str_cat(&c->arena, c->words[i], STR("/mechanisms.csv"));
        if (read_file(&c->arena, path, 1 << 20, &text, &err) != RC_OK) return fail(c, &err);
        bool heading = true;
        for (size_t from = 0; from < text.len;) {
            size_t to = from;
            while (to < text.len && text.ptr[to] != '\n') to++;
            struct str line = str_trim(str_sub(text, from, to));
            from = to + 1;
            if (heading || line.len == 0) {
                heading = false;
                continue;
            }
            struct mechanism m = {.id = csv_cell(&c->arena, line, 0), .zh = csv_cell(&c->arena, line, 1), .en = csv_cell(&c->arena, line, 2)};
            find_implementer(set, &m);
            count[m.by == NULL ? 2 : m.scenarios > 0 ? 0 : 1]++;
            put_mechanism(c, set, &m, &t);
        }
    }
    struct buf b;
    buf_init(&b, 1 << 20);
    table_print(&t, "", 44, &b);
    print_buf(&b);
    buf_fini(&b);
    fprintf(stderr, say(c, "共 %zu 项：tested %zu，declared %zu，absent %zu\n", "%zu mechanisms: %zu tested, %zu declared, %zu absent\n"),
            count[0] + count[1] + count[2], count[0], count[1], count[2]);
    return EXIT_DONE;
}

/* ---- install ---- */

static void print_steps(struct cli *c, const struct store_step *s)
{
    static const char *const zh[] = {"新建表", "增加列", "新建索引", "去掉索引"}, *const en[] = {"create table", "add column", "create index", "drop index"};
    size_t n = 0;
    for (; s != NULL; s = s->next, n++)
        printf("  %s " STR_FMT "." STR_FMT "  %lld %s\n", c->lang == LANG_ZH ? zh[s->what] : en[s->what], STR_ARG(s->table), STR_ARG(s->name), (long long)s->rows,
               say(c, "行", "rows"));
    if (n == 0) puts(say(c, "  数据表不变", "  the tables stay as they are"));
}

int cmd_pack_install(struct cli *c)
{
    struct pack_source *packs;
    size_t n = 0;
    struct area_options ignored = {0};
    int status = read_packs(c, c->words + 1, c->words_count - 1, &packs, &n);
    if (status == EXIT_DONE) status = leave_out(c, packs, n, &ignored);
    if (status != EXIT_DONE) return status;
    bool dry = cli_flag(c, "dry-run");
    struct session s;
    if ((status = session_open(c, &s, !dry)) != EXIT_DONE) return status;
    struct diags d;
    struct err err;
    struct store_step *steps = NULL;
    err_clear(&err);
    diags_init(&d, &c->arena, 2000);
    enum rc rc = area_install_dry(s.area, packs, n, &c->arena, &steps, &d, &err);
    if (rc == RC_OK) print_steps(c, steps);
    if (rc == RC_OK && !dry) {
        struct args_install args = {.packs = packs, .packs_count = n, .d = &d};
        struct command cmd = {.verb = VERB_INSTALL, .happened = ENTRY_NO_DAY, .args = &args};
        struct receipt receipt = {0};
        rc = area_submit(s.area, &cmd, &receipt, &err);
        if (rc == RC_OK && receipt.first_seq == 0)
            puts(say(c, "现行的就是这些规矩集，未写入", "these packs are in force already, nothing written"));
        else if (rc == RC_OK)
            printf(say(c, "已装入，纪实 #%llu\n", "installed, entry #%llu\n"), (unsigned long long)receipt.last_seq);
    }
    if (rc != RC_OK && d.errors > 0)
        status = print_diags(c, &d, false);
    else if (rc != RC_OK)
        status = fail(c, &err);
    else if (dry)
        puts(say(c, "只是试装，什么也没有改变", "dry run: nothing was changed"));
    if (d.errors > 0) status = EXIT_REFUSED;
    return session_close(&s, status);
}
