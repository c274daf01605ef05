/* cmd_list.c - rosters, statistics, comparison; and the guard of what leaves with personal data. */
#include "cli/inner.h"
#include "exchange/exchange.h"

enum { GUARD_ROWS = 50, FILE_MAX = 512 << 20 };

static int absent(struct cli *c, const char *zh, const char *en, struct str name, size_t n, const struct str *names)
{
    struct err err;
    struct str near = nearest_name(name, n, names);
    err_clear(&err);
    (void)err_set(&err, &E_list_absent, NO_PLACE, str_c(say(c, zh, en)), name, near);
    return fail(c, &err);
}

static struct str option(const struct cli *c, const char *name)
{
    struct str s = STR("");
    (void)cli_option(c, name, &s);
    return s;
}

/* What was picked, as a digest: the words of a condition may name people. */
static struct str digest(struct cli *c, const struct pack_roster *p)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_str(&b, p->d.name);
    if (p->where != NULL) buf_str(&b, p->where->text);
    struct str s = area_file_hash(&c->arena, buf_view(&b));
    buf_fini(&b);
    return s;
}

/* The export goes into the book before the file is written: reason, columns, how many, who confirmed. */
int export_guard(struct cli *c, struct session *s, const struct pack_roster *p, uint64_t rows, day_num today, struct str *mark)
{
    const struct pack_register *book = pack_register_find(s->view.set, STR("export")), *accounts = pack_register_find(s->view.set, STR("account"));
    struct str reason = option(c, "reason"), second = option(c, "second"), columns = STR("");
    struct err err;
    err_clear(&err);
    bool personal = p->class >= PACK_PERSONAL, whole = cli_flag(c, "unmasked");
    bool needed = (personal && rows >= GUARD_ROWS) || whole;
    if (!needed && reason.len == 0) return EXIT_DONE;
    if (needed && (reason.len == 0 || second.len == 0 || book == NULL || accounts == NULL)) {
        (void)err_set(&err, &E_list_guard, NO_PLACE, str_u64(&c->arena, rows));
        return fail(c, &err);
    }
    if (book == NULL) return EXIT_DONE;
    struct str names[7] = {STR("register_name"), STR("rows"), STR("columns"), STR("filter"), STR("reason"), STR("made"), STR("second")};
    for (uint32_t i = 0; i < p->columns_count; i++) columns = str_cat(&c->arena, columns, i > 0 ? STR("、") : STR(""), p->columns[i].title);
    struct sv values[7] = {sv_text(p->over->d.name), sv_int((int64_t)rows), sv_text(str_sub(columns, 0, utf8_offset(columns, 4000))), sv_text(digest(c, p)), sv_text(reason), sv_int(today), sv_null()};
    uint32_t n = 6;
    if (second.len > 0) {
        uint64_t id;
        if (accounts == NULL || record_resolve(s->view.records, accounts, second, &id, &err) != RC_OK) return fail(c, &err);
        values[n++] = sv_int((int64_t)id);
    }
    struct args_create args = {.reg = book->d.name, .count = n, .fields = names, .values = values};
    struct command cmd = {.verb = VERB_CREATE, .happened = ENTRY_NO_DAY, .args = &args};
    struct receipt r = {0};
    if (area_submit(s->area, &cmd, &r, &err) != RC_OK) return fail(c, &err);
    *mark = str_cat(&c->arena, c->lang == LANG_ZH ? STR("内部使用　导出登记 ") : STR("internal  export "), str_u64(&c->arena, r.id), STR("  "), day_print(&c->arena, today));
    return EXIT_DONE;
}

static int find_roster(struct cli *c, struct session *s, struct pack_roster *made, const struct pack_roster **out)
{
    const struct pack_set *set = s->view.set;
    struct str over = option(c, "over");
    struct err err;
    if (over.len == 0) {
        if (c->words_count < 2) return usage(c, "写名册的名称，或者用 --over 台账 --columns 列 现编一个", "name a roster, or make one with --over REGISTER --columns COLUMNS");
        *out = pack_roster_find(set, c->words[1]);
        if (*out != NULL) return EXIT_DONE;
        struct str *names = arena_array(&c->arena, struct str, 2 * (size_t)set->rosters_count + 1);
        for (uint32_t i = 0; i < set->rosters_count; i++) {
            names[2 * i] = set->rosters[i]->d.name;
            names[2 * i + 1] = set->rosters[i]->d.title.zh;
        }
        return absent(c, "名册", "roster", c->words[1], 2 * (size_t)set->rosters_count, names);
    }
    const struct pack_register *r;
    int status = find_register(c, set, over, &r);
    if (status != EXIT_DONE) return status;
    struct roster_words w = {.title = c->words_count > 1 ? c->words[1] : STR(""), .columns = option(c, "columns"), .where = option(c, "where"), .order = option(c, "order"),
                             .group = option(c, "group"), .a3 = cli_flag(c, "a3"), .portrait = cli_flag(c, "portrait")};
    if (w.columns.len == 0) return usage(c, "--columns 后面写列，用分号隔开，如 \"姓名;出生年月;年龄\"", "--columns lists columns with ; between");
    err_clear(&err);
    if (exchange_roster_make(set, r, &w, &c->arena, made, &err) != RC_OK) return fail(c, &err);
    *out = made;
    return EXIT_DONE;
}

int cmd_roster(struct cli *c)
{
    struct session s;
    struct err err;
    struct pack_roster made;
    const struct pack_roster *p = NULL;
    struct str path = STR("");
    uint64_t rows = 0;
    bool file = cli_option(c, "o", &path);
    int status = session_open(c, &s, true);
    if (status != EXIT_DONE) return status;
    day_num today = area_today(s.area);
    struct list_options o = {.as_of = today, .lang = c->lang, .unmasked = cli_flag(c, "unmasked")};
    (void)day_option(c, "as-of", &o.as_of, &status);
    if (status == EXIT_DONE) status = find_roster(c, &s, &made, &p);
    if (status != EXIT_DONE) return session_close(&s, status);
    err_clear(&err);
    bool guarded = file || o.unmasked;
    if (guarded && exchange_roster_count(s.view.records, p, &o, &rows, &err) != RC_OK) return session_close(&s, fail(c, &err));
    if (guarded && (status = export_guard(c, &s, p, rows, today, &o.mark)) != EXIT_DONE) return session_close(&s, status);
    enum rc rc;
    if (file) {
        rc = exchange_roster_file(s.view.records, p, &o, path, &rows, &err);
        if (rc == RC_OK)
            printf(say(c, "%s：%llu 条，截至 %s，写到 %s\n", "%s: %llu rows as of %s in %s\n"), str_cz(&c->arena, text2_in(&p->d.title, c->lang)), (unsigned long long)rows,
                   str_cz(&c->arena, day_text(&c->arena, o.as_of)), str_cz(&c->arena, path));
    } else {
        struct buf b;
        buf_init(&b, (size_t)1 << 30);
        rc = exchange_roster_text(s.view.records, p, &o, &b, &rows, &err);
        if (rc == RC_OK) print_buf(&b);
        buf_fini(&b);
    }
    return session_close(&s, rc == RC_OK ? EXIT_DONE : fail(c, &err));
}

/* ---- statistics ---- */

/* Who is counted in a cell: "2,3". */
static int print_cell(struct cli *c, struct session *s, const struct pack_report *p, day_num as_of, struct str cell)
{
    uint64_t at[2] = {0, 0}, *ids, all;
    size_t comma = str_find_char(cell, ','), n;
    struct err err;
    bool good = comma != SIZE_MAX && str_to_u64(str_trim(str_sub(cell, 0, comma)), &at[0]) && str_to_u64(str_trim(str_sub(cell, comma + 1, cell.len)), &at[1]) && at[0] > 0 && at[1] > 0 &&
                at[0] < UINT32_MAX && at[1] < UINT32_MAX;
    if (!good) return usage(c, "--cell 写第几行、第几列，如 2,3", "--cell is ROW,COLUMN, as 2,3");
    err_clear(&err);
    if (exchange_stats_records(s->view.records, p, as_of, (uint32_t)at[0] - 1, (uint32_t)at[1] - 1, NULL, &c->arena, &ids, &n, &all, &err) != RC_OK) return fail(c, &err);
    for (size_t i = 0; i < n; i++) {
        struct str called;
        if (record_display(s->view.records, p->over, ids[i], &c->arena, &called, &err) != RC_OK) return fail(c, &err);
        printf("%s/%llu  " STR_FMT "\n", str_cz(&c->arena, p->over->d.name), (unsigned long long)ids[i], STR_ARG(called));
    }
    return EXIT_DONE;
}

/* The table as it stands, kept for good under its year: a record and a file, through the one door. */
static int freeze(struct cli *c, struct session *s, const struct stats *table)
{
    struct stats_kept kept;
    struct err err;
    err_clear(&err);
    if (exchange_stats_keep(table, s->view.set, &c->arena, &kept, &err) != RC_OK) return fail(c, &err);
    struct command cmd = {.verb = VERB_BATCH, .happened = ENTRY_NO_DAY, .args = &kept.args};
    struct receipt receipt;
    if (area_submit(s->area, &cmd, &receipt, &err) != RC_OK) return fail(c, &err);
    printf(say(c, "已封存：%s %d 年\n", "frozen: %s, %d\n"), str_cz(&c->arena, text2_in(&table->report->d.title, c->lang)), ymd_of(table->as_of).year);
    return EXIT_DONE;
}

int cmd_stats(struct cli *c)
{
    struct session s;
    struct err err;
    struct stats out;
    struct str path = STR("");
    int status = session_open(c, &s, cli_flag(c, "freeze"));
    if (status != EXIT_DONE) return status;
    day_num as_of = area_today(s.area);
    (void)day_option(c, "as-of", &as_of, &status);
    if (status != EXIT_DONE) return session_close(&s, status);
    const struct pack_report *p = pack_report_find(s.view.set, c->words[1]);
    if (p == NULL) {
        struct str *names = arena_array(&c->arena, struct str, 2 * (size_t)s.view.set->reports_count + 1);
        for (uint32_t i = 0; i < s.view.set->reports_count; i++) {
            names[2 * i] = s.view.set->reports[i]->d.name;
            names[2 * i + 1] = s.view.set->reports[i]->d.title.zh;
        }
        return session_close(&s, absent(c, "统计表", "report", c->words[1], 2 * (size_t)s.view.set->reports_count, names));
    }
    bool file = cli_option(c, "o", &path);
    struct str cell = option(c, "cell");
    if (cell.len > 0) return session_close(&s, print_cell(c, &s, p, as_of, cell));
    err_clear(&err);
    /* What leaves in a file leaves the department until somebody says otherwise. */
    bool guarded = cli_flag(c, "guarded") || (file && !cli_flag(c, "whole"));
    if (exchange_stats(s.view.records, p, as_of, guarded, &c->arena, &out, &err) != RC_OK) return session_close(&s, fail(c, &err));
    out.lang = c->lang;
    struct str ties = STR("");
    if (exchange_stats_ties(s.view.records, &out, &c->arena, &ties, &err) != RC_OK) return session_close(&s, fail(c, &err));
    if (cli_flag(c, "freeze")) return session_close(&s, freeze(c, &s, &out));
    enum rc rc = RC_OK;
    if (file) rc = exchange_stats_file(&out, path, &err);
    else {
        struct buf b;
        buf_init(&b, 64 << 20);
        exchange_stats_text(&out, c->lang, &b);
        print_buf(&b);
        buf_fini(&b);
    }
    if (rc != RC_OK) return session_close(&s, fail(c, &err));
    fprintf(stderr, say(c, "计入 %llu 条；条件答不了的 %zu 次\n", "%llu records; %zu conditions could not be answered\n"), (unsigned long long)out.all, out.undetermined);
    if (out.mistakes.len > 0 && guarded) fputs(say(c, "有各部分之和与总数不符的，不带 --guarded 可看\n", "some parts do not make their whole: look without --guarded\n"), stderr);
    else if (out.mistakes.len > 0) fprintf(stderr, say(c, "各部分之和与总数不符：\n" STR_FMT, "parts that do not make their whole:\n" STR_FMT), STR_ARG(out.mistakes));
    if (ties.len > 0) fprintf(stderr, say(c, "与别的表对不上：\n" STR_FMT, "cells that differ from another table:\n" STR_FMT), STR_ARG(ties));
    return session_close(&s, out.mistakes.len > 0 || ties.len > 0 ? EXIT_FOUND : EXIT_DONE);
}

/* ---- comparison ---- */

static void print_line(struct cli *c, const struct compare_line *l, struct buf *b)
{
    static const char *const zh[] = {"相同", "文件多出", "文件缺少", "不同", "对不准"}, *const en[] = {"same", "added", "gone", "changed", "several"};
    buf_str(b, str_c(c->lang == LANG_ZH ? zh[l->kind] : en[l->kind]));
    buf_lit(b, "  ");
    if (l->row > 0 || l->was_row > 0) {
        buf_str(b, c->lang == LANG_ZH ? STR("第") : STR("row "));
        buf_u64(b, l->row > 0 ? l->row : l->was_row);
        buf_str(b, c->lang == LANG_ZH ? STR("行  ") : STR("  "));
    }
    if (l->id > 0) {
        buf_char(b, '#');
        buf_u64(b, l->id);
        buf_char(b, ' ');
    }
    buf_str(b, l->called);
    if (l->kind == COMPARE_CHANGED) {
        bool mask = l->field != NULL && l->field->class >= PACK_RESTRICTED;
        buf_lit(b, "  ");
        buf_str(b, l->field != NULL ? text2_in(&l->field->label, c->lang) : l->title);
        buf_str(b, c->lang == LANG_ZH ? STR("：") : STR(": "));
        buf_str(b, mask ? STR("****") : l->was);
        buf_lit(b, " → ");
        buf_str(b, mask ? STR("****") : l->now);
    }
    buf_char(b, '\n');
}

int cmd_compare(struct cli *c)
{
    struct session s;
    struct err err;
    struct compare_sheet sheet[2] = {0};
    struct compare_result out;
    const struct pack_register *r;
    err_clear(&err);
    bool two = c->words_count > 3;
    for (size_t i = 0; i < (two ? 2 : 1); i++) {
        struct spill *from = NULL;
        if (read_large(c, c->words[2 + i], &from, &sheet[i].bytes, &err) != RC_OK) return fail(c, &err);
        sheet[i].from = from;
    }
    int status = session_open(c, &s, false);
    if (status != EXIT_DONE) return status;
    if ((status = find_register(c, s.view.set, c->words[1], &r)) != EXIT_DONE) return session_close(&s, status);
    /* How people are told apart, a form over the register says. */
    const struct pack_field ***by = NULL;
    for (uint32_t i = 0; i < s.view.set->forms_count && by == NULL; i++)
        if (s.view.set->forms[i]->over == r && s.view.set->forms[i]->match != NULL) by = s.view.set->forms[i]->match;
    enum rc rc = two ? exchange_compare_sheets(s.view.records, r, sheet[0], sheet[1], by, &c->arena, &out, &err)
                     : exchange_compare_seen(s.view.records, r, sheet[0].bytes, sheet[0].from, by, NULL, &c->arena, &out, &err);
    if (rc != RC_OK) return session_close(&s, fail(c, &err));
    struct buf b;
    buf_init(&b, 256 << 20);
    for (size_t i = 0; i < out.lines_count; i++) print_line(c, &out.lines[i], &b);
    print_buf(&b);
    buf_fini(&b);
    printf(say(c, "相同 %llu，文件多出 %llu，文件缺少 %llu，不同 %llu，对不准 %llu（工作表 %s）\n", "%llu same, %llu added, %llu gone, %llu changed, %llu several (sheet %s)\n"),
           (unsigned long long)out.count[COMPARE_SAME], (unsigned long long)out.count[COMPARE_ADDED], (unsigned long long)out.count[COMPARE_GONE],
           (unsigned long long)out.count[COMPARE_CHANGED], (unsigned long long)out.count[COMPARE_SEVERAL], str_cz(&c->arena, out.sheet));
    return session_close(&s, out.lines_count > 0 ? EXIT_FOUND : EXIT_DONE);
}
