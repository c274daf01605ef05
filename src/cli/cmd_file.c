/* cmd_file.c - import and export of one register: CSV, JSON, spreadsheets. */
#include <errno.h>
#include <sys/stat.h>

#include "cli/inner.h"
#include "exchange/exchange.h"

enum { FILE_MAX = INT32_MAX, BAD_SHOWN = 20 };

/* sheet: where the rows came from a spreadsheet, else NULL. */
static void print_bad(struct cli *c, const struct import_plan *plan, const struct xlsx_table *sheet)
{
    struct buf b;
    buf_init(&b, 16 << 20);
    for (size_t i = 0; i < plan->bad_count && i < BAD_SHOWN; i++) {
        const struct import_bad *bad = &plan->bad[i];
        buf_str(&b, c->words[2]);
        buf_char(&b, ':');
        buf_u64(&b, exchange_xlsx_row(sheet, bad->line));
        buf_str(&b, c->lang == LANG_ZH ? STR("：") : STR(": "));
        if (bad->field.len > 0) {
            buf_str(&b, bad->field);
            buf_str(&b, c->lang == LANG_ZH ? STR("：") : STR(": "));
        }
        buf_str(&b, str_c(c->lang == LANG_ZH ? bad->err.zh : bad->err.en));
        const char *hint = c->lang == LANG_ZH ? bad->err.hint_zh : bad->err.hint_en;
        if (hint[0] != '\0') {
            buf_lit(&b, "\n  ");
            buf_str(&b, str_c(hint));
        }
        buf_char(&b, '\n');
    }
    struct str s = buf_view(&b);
    fwrite(s.ptr == NULL ? "" : s.ptr, 1, s.len, stderr);
    buf_fini(&b);
    if (plan->bad_count > BAD_SHOWN) fprintf(stderr, say(c, "……共 %zu 处有误\n", "... %zu mistakes in all\n"), plan->bad_count);
}

/* The bad rows beside the file, to be mended and loaded again. */
static int write_bad(struct cli *c, const struct import_plan *plan, struct str text)
{
    const char *path = str_cz(&c->arena, str_cat(&c->arena, c->words[2], STR(".bad.csv")));
    struct buf b;
    buf_init(&b, FILE_MAX);
    import_bad_csv(plan, text, c->lang, &b);
    FILE *f = fopen(path, "wb");
    struct str s = buf_view(&b);
    bool ok = f != NULL && fwrite(s.ptr, 1, s.len, f) == s.len;
    if (f != NULL && fclose(f) != 0) ok = false;
    buf_fini(&b);
    struct err err;
    if (!ok) {
        err_set(&err, &E_io, NO_PLACE, str_c(path), str_c(strerror(errno)));
        return fail(c, &err);
    }
    printf(say(c, "有误的 %zu 行连同原因写在 %s，改正后可再次导入\n", "%zu bad rows are in %s with their reasons: mend and load them again\n"),
           plan->bad_rows, path);
    return EXIT_DONE;
}

static int refused(struct cli *c, const struct import_plan *plan, const struct xlsx_table *sheet, const struct err *err)
{
    bool rows = plan->bad_count > 0 && err_rc(err) != RC_SYSTEM && err_rc(err) != RC_BUSY && err_rc(err) != RC_BROKEN;
    int status = rows ? EXIT_REFUSED : fail(c, err);
    if (plan->bad_count > 0) print_bad(c, plan, sheet);
    fprintf(stderr, "%s\n", rows ? say(c, "一行也没有导入。改正后重试，或用 --skip-bad 先导入无误的行", "nothing was imported. Mend the rows, or load the good ones with --skip-bad")
                                 : say(c, "一行也没有导入", "nothing was imported"));
    return status;
}

static bool is_json(struct cli *c)
{
    return cli_flag(c, "json") || str_ends(c->words[2], STR(".json")) || str_ends(c->words[2], STR(".jsonl"));
}

/* A large file is copied beside the area, into a file without a name: what is read twice is the same both times, and no more of it is in memory than is being looked at. */
enum rc read_large(struct cli *c, struct str path, struct spill **out, struct str *text, struct err *err)
{
    enum { LARGE = 8 << 20 };
    struct stat st;
    struct err none;
    bool large = !str_eq(path, STR("-")) && stat(str_cz(&c->arena, path), &st) == 0 && S_ISREG(st.st_mode) && st.st_size >= LARGE && st.st_size <= FILE_MAX;
    if (!large || spill_open(spill_folder(c->words[0]), out, &none) != RC_OK) return read_file(&c->arena, path, FILE_MAX, text, err);
    spill_defer(&c->arena, *out);
    TRY(spill_copy(*out, path, err));
    TRY(spill_map(*out, err));
    *text = spill_view(*out);
    return RC_OK;
}

int cmd_import(struct cli *c)
{
    if (is_form_import(c)) return import_forms(c);
    if (c->words_count > 3) return usage(c, "一次导入一个表格文件；表单文件（lrmx、lrm、zip）可以写许多个", "one table at a time; of forms (lrmx, lrm, zip) there may be many");
    struct err err;
    struct str text;
    err_clear(&err);
    struct spill *file = NULL;
    if (read_large(c, c->words[2], &file, &text, &err) != RC_OK) return fail(c, &err);
    struct session s;
    int status = session_open(c, &s, true);
    if (status != EXIT_DONE) return status;
    const struct pack_register *r;
    if ((status = find_register(c, s.view.set, c->words[1], &r)) != EXIT_DONE) return session_close(&s, status);
    struct import_plan plan = {0};
    struct xlsx_table sheet = {0};
    bool xlsx = exchange_is_xlsx(text) || str_ends(c->words[2], STR(".xlsx")) || str_ends(c->words[2], STR(".xls"));
    if (xlsx) {
        if (exchange_xlsx_read_spill(text, file, import_folder(s.view.records), r, &c->arena, &sheet, &err) != RC_OK) return session_close(&s, fail(c, &err));
        if (sheet.warnings.len > 0) fprintf(stderr, STR_FMT, STR_ARG(sheet.warnings));
        text = sheet.csv;
        file = sheet.spill;
    }
    bool json = !xlsx && is_json(c);
    if ((file != NULL ? import_read_spill(s.view.records, r, file, json, &c->arena, &plan, &err) : import_read(s.view.records, r, text, json, &c->arena, &plan, &err)) != RC_OK) {
        err.place.line = exchange_xlsx_row(&sheet, err.place.line);
        return session_close(&s, fail(c, &err));
    }
    if (xlsx) plan.encoding = str_cat(&c->arena, STR("xlsx "), sheet.sheet);
    bool skip = cli_flag(c, "skip-bad");
    if (plan.warnings.len > 0) fprintf(stderr, STR_FMT, STR_ARG(plan.warnings));
    struct import_result result = {0};
    struct args_import args = {.plan = &plan, .skip_bad = skip, .arena = &c->arena, .result = &result};
    struct command cmd = {.verb = VERB_IMPORT, .happened = ENTRY_NO_DAY, .args = &args};
    cli_option(c, "key", &cmd.key);
    struct receipt receipt = {0};
    /* A file with bad rows is tried all the same, to be refused: only then are the mistakes known that take a look at the whole. */
    if (area_submit(s.area, &cmd, &receipt, &err) != RC_OK) return session_close(&s, refused(c, &plan, &sheet, &err));
    if (receipt.repeated) {
        printf(say(c, "这个操作编号已办过（纪实 #%llu 至 #%llu），没有再导入\n", "this key was used before (entries #%llu to #%llu): nothing was imported again\n"),
               (unsigned long long)receipt.first_seq, (unsigned long long)receipt.last_seq);
        return session_close(&s, EXIT_DONE);
    }
    printf(say(c, "%s：新增 %llu，更改 %llu，未变 %llu，有误 %zu（%s）\n", "%s: %llu created, %llu updated, %llu unchanged, %zu bad (%s)\n"),
           str_cz(&c->arena, text2_in(&r->d.title, c->lang)), (unsigned long long)result.created, (unsigned long long)result.updated,
           (unsigned long long)result.unchanged, plan.bad_rows, str_cz(&c->arena, plan.encoding));
    if (plan.bad_count > 0) {
        print_bad(c, &plan, &sheet);
        status = write_bad(c, &plan, text);
        if (status == EXIT_DONE) status = EXIT_FOUND;
    }
    return session_close(&s, status);
}

static enum rc to_file_of(void *ctx, struct str bytes, struct err *err)
{
    if (fwrite(bytes.ptr, 1, bytes.len, ctx) == bytes.len) return RC_OK;
    return err_set(err, &E_io, NO_PLACE, ctx == stdout ? STR("stdout") : STR("-o"), str_c(strerror(errno)));
}

static enum rc count_one(void *ctx, const struct record *rec, struct err *err)
{
    uint64_t *n = ctx;
    (void)rec;
    (void)err;
    ++*n;
    return RC_OK;
}

/* A register that leaves whole is held to what a roster of it is: reason, second person, the book of exports. */
static int guarded(struct cli *c, struct session *s, const struct pack_register *r, bool derived)
{
    struct pack_roster asked = {.d = r->d, .over = r, .class = PACK_OPEN};
    struct pack_roster_column *columns = arena_array(&c->arena, struct pack_roster_column, r->fields_count + 1u);
    uint64_t rows = 0;
    struct str mark;
    struct err err;
    err_clear(&err);
    asked.columns = columns;
    for (uint32_t i = 0; i < r->fields_count; i++) {
        const struct pack_field *f = &r->fields[i];
        if (f->derive != NULL && !derived) continue;
        columns[asked.columns_count++].title = f->title.zh;
        asked.class = MAX(asked.class, f->class);
    }
    if (record_each(s->view.records, r, RECORD_BY_ID, false, count_one, &rows, &err) != RC_OK) return fail(c, &err);
    return export_guard(c, s, &asked, rows, area_today(s->area), &mark);
}

int cmd_export(struct cli *c)
{
    if (cli_option(c, "form", NULL)) return export_forms(c);
    if (c->words_count > 2) return usage(c, "一次导出一本台账", "one register at a time");
    static const char *const orders[] = {"id", "key", "tree", "pinyin", "strokes"};
    struct str format = STR("csv"), order = STR("id");
    cli_option(c, "format", &format);
    cli_option(c, "order", &order);
    size_t by = 0;
    while (by < ARRAY_LEN(orders) && !str_eq(order, str_c(orders[by]))) by++;
    if (by == ARRAY_LEN(orders)) return usage(c, "--order 可以是 id、key、tree、pinyin、strokes", "--order is id, key, tree, pinyin or strokes");
    bool json = str_eq(format, STR("json"));
    struct str path = STR("");
    bool to_file = cli_option(c, "o", &path), xlsx = str_eq(format, STR("xlsx")) || (to_file && !json && str_ends(path, STR(".xlsx")));
    if (!json && !xlsx && !str_eq(format, STR("csv"))) return usage(c, "--format 是 csv、json 或 xlsx", "--format is csv, json or xlsx");
    if (xlsx && !to_file) return usage(c, "xlsx 要写到文件：-o 文件.xlsx", "xlsx goes to a file: -o FILE.xlsx");
    struct session s;
    int status = session_open(c, &s, cli_flag(c, "reason"));
    if (status != EXIT_DONE) return status;
    const struct pack_register *r;
    struct err err;
    err_clear(&err);
    day_num today = area_today(s.area);
    (void)day_option(c, "today", &today, &status);
    if (status == EXIT_DONE) status = find_register(c, s.view.set, c->words[1], &r);
    if (status != EXIT_DONE) return session_close(&s, status);
    struct export_options o = {.order = (enum record_order)by, .json = json, .derived = cli_flag(c, "derived"), .ids = cli_flag(c, "ids"), .today = today};
    uint64_t rows = 0;
    enum rc rc;
    if ((status = guarded(c, &s, r, o.derived)) != EXIT_DONE) return session_close(&s, status);
    if (xlsx) {
        rc = exchange_xlsx_register(s.view.records, r, &o, path, &rows, &err);
        if (rc == RC_OK) printf(say(c, "%s：%llu 条，写到 %s\n", "%s: %llu records in %s\n"), str_cz(&c->arena, text2_in(&r->d.title, c->lang)), (unsigned long long)rows, str_cz(&c->arena, path));
        return session_close(&s, rc == RC_OK ? EXIT_DONE : fail(c, &err));
    }
    FILE *file = !to_file ? stdout : fopen(str_cz(&c->arena, path), "wb");
    if (file == NULL) {
        err_set(&err, &E_io, NO_PLACE, path, str_c(strerror(errno)));
        return session_close(&s, fail(c, &err));
    }
    rc = record_export(s.view.records, r, &o, to_file_of, file, &err);
    if (to_file && fclose(file) != 0 && rc == RC_OK) rc = err_set(&err, &E_io, NO_PLACE, path, str_c(strerror(errno)));
    return session_close(&s, rc == RC_OK ? EXIT_DONE : fail(c, &err));
}
