/* cmd_dmn.c - guiju dmn eval and guiju tck: decision models, and the public kit that judges how we read them. */
#include <dirent.h>

#include "cli/inner.h"
#include "dmn/dmn.h"

enum { MODELS_MAX = 64 };

/* The model, and the other models of its folder: those that it may import. */
static enum rc read_models(struct cli *c, struct str path, struct dmn_source *out, size_t *count, struct err *err)
{
    struct arena *a = &c->arena;
    size_t slash = path.len;
    while (slash > 0 && path.ptr[slash - 1] != '/') slash--;
    struct str folder = slash == 0 ? STR("./") : str_sub(path, 0, slash), own = str_sub(path, slash, path.len);
    out[0].name = own;
    TRY(read_file(a, path, DMN_TEXT_MAX, &out[0].text, err));
    *count = 1;
    DIR *d = opendir(str_cz(a, folder));
    if (d == NULL) return RC_OK;
    enum rc rc = RC_OK;
    for (const struct dirent *e = readdir(d); e != NULL && rc == RC_OK && *count < MODELS_MAX; e = readdir(d)) {
        struct str name = str_dup(a, str_c(e->d_name));
        if (!str_ends(name, STR(".dmn")) || str_eq(name, own)) continue;
        out[*count].name = name;
        rc = read_file(a, str_cat(a, folder, name), DMN_TEXT_MAX, &out[*count].text, err);
        (*count)++;
    }
    (void)closedir(d);
    return rc;
}

static enum rc read_given(struct cli *c, struct str path, struct fv *out, struct err *err)
{
    struct str text;
    struct json *json = NULL;
    TRY(read_file(&c->arena, path, 64 << 20, &text, err));
    TRY(json_parse(&c->arena, text, &json, err));
    return fv_from_json(&c->arena, json, out, err);
}

static int list_decisions(struct cli *c, const struct dmn_model *m)
{
    struct str name;
    enum dmn_kind kind;
    for (size_t i = 0; dmn_each(m, i, &kind, &name); i++) {
        const char *what = kind == DMN_INPUT ? say(c, "输入", "input") : kind == DMN_DECISION ? say(c, "决策", "decision")
                           : kind == DMN_FUNCTION ? say(c, "知识模型", "knowledge") : say(c, "决策服务", "service");
        printf("%s  " STR_FMT "\n", what, STR_ARG(name));
    }
    return EXIT_DONE;
}

int cmd_dmn_eval(struct cli *c)
{
    struct arena *a = &c->arena;
    struct dmn_source *sources = arena_array(a, struct dmn_source, MODELS_MAX);
    struct dmn_model *m = NULL;
    struct diags d;
    struct err err;
    struct str decision = STR_NONE, path;
    struct fv context = {.kind = FV_CONTEXT}, value;
    size_t count = 0;
    int status = EXIT_DONE;
    err_clear(&err);
    if (read_models(c, c->words[0], sources, &count, &err) != RC_OK) return fail(c, &err);
    if (cli_option(c, "context", &path) && read_given(c, path, &context, &err) != RC_OK) return fail(c, &err);
    if (context.kind != FV_CONTEXT) return usage(c, "--context 的文件应是一个 JSON 对象", "the --context file is a JSON object");
    diags_init(&d, a, 100);
    if (dmn_load(a, sources, count, &m, &d) != RC_OK) {
        print_diags(c, &d, false);
        return EXIT_FOUND;
    }
    if (d.errors > 0) print_diags(c, &d, false);
    if (!cli_option(c, "decision", &decision)) return list_decisions(c, m);
    struct dmn_value *given = arena_array(a, struct dmn_value, context.count + 1);
    for (uint32_t i = 0; i < context.count; i++) given[i] = (struct dmn_value){context.entries[i].key, context.entries[i].value};
    int64_t now = clock_now_us();
    struct dmn_run run = {.arena = a, .today = civil_day("Asia/Shanghai", now), .now_us = now, .zone = "Asia/Shanghai", .given = given,
                          .given_count = context.count, .texts = true};
    (void)day_option(c, "today", &run.today, &status);
    if (status != EXIT_DONE) return status;
    enum rc rc = dmn_decide(m, decision, &run, &value, &err);
    if (rc == RC_ABSENT) {
        struct err other; /* the first refusal names what there is */
        rc = dmn_invoke(m, decision, &run, &value, &other);
        if (rc != RC_OK && rc != RC_ABSENT) err = other;
    }
    if (rc != RC_OK) return fail(c, &err);
    struct buf b;
    buf_init(&b, 256 << 20);
    fv_print(&value, &b);
    buf_char(&b, '\n');
    print_buf(&b);
    if (fv_is_null(&value) && value.cause != NULL) {
        struct feel_run shown = {.arena = a};
        feel_cause_show(&shown, value.cause, c->lang, &b);
        fprintf(stderr, "%s" STR_FMT "\n", say(c, "空值的原因：", "why it is null: "), STR_ARG(buf_view(&b)));
    }
    buf_fini(&b);
    return d.errors > 0 ? EXIT_FOUND : EXIT_DONE;
}

/* ---- the kit ---- */

struct report {
    struct cli *c;
    bool quiet, verbose;
};

static void show_folder(void *ctx, struct str name, const struct dmn_tck_count *n)
{
    const struct report *r = ctx;
    if (r->quiet) return;
    printf("%5u %5u %5u   %5u %5u   " STR_FMT "\n", n->cases, n->passed, n->cases - n->passed, n->nonnull_cases, n->nonnull_passed, STR_ARG(name));
}

static void show_failed(void *ctx, struct str folder, struct str test, struct str node, struct str expected, struct str got)
{
    const struct report *r = ctx;
    if (!r->verbose) return;
    fprintf(stderr, STR_FMT " %s " STR_FMT " " STR_FMT "\n  %s " STR_FMT "\n  %s " STR_FMT "\n", STR_ARG(folder), say(r->c, "用例", "case"), STR_ARG(test), STR_ARG(node),
            say(r->c, "应为", "expected"), STR_ARG(expected), say(r->c, "得到", "got"), STR_ARG(got));
}

static void put_ratio(struct buf *b, uint32_t ppm)
{
    struct arena a;
    arena_init(&a, 1 << 16);
    buf_str(b, dec_print(&a, dec_scaled(ppm, 6)));
    arena_fini(&a);
}

int cmd_tck(struct cli *c)
{
    struct report r = {.c = c, .quiet = cli_flag(c, "json"), .verbose = cli_flag(c, "verbose")};
    struct dmn_tck_watch watch = {.folder = show_folder, .failed = show_failed, .ctx = &r};
    struct dmn_tck t;
    struct err err;
    struct buf b;
    err_clear(&err);
    if (!r.quiet) printf("%s\n", say(c, " 用例  通过  未过   非空  通过   文件夹", "cases  pass  fail  non-null pass  folder"));
    if (dmn_tck_run(c->words[0], &watch, &t, &err) != RC_OK) return fail(c, &err);
    buf_init(&b, 1 << 16);
    if (r.quiet) {
        const struct {
            const char *key;
            uint32_t n;
        } rows[] = {{"cases", t.total.cases}, {"passed", t.total.passed}, {"nonnull_cases", t.total.nonnull_cases},
                    {"nonnull_passed", t.total.nonnull_passed}, {"external", t.total.external}, {"folders", t.folders}};
        for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
            buf_char(&b, i == 0 ? '{' : ',');
            json_put_string(&b, str_c(rows[i].key));
            buf_char(&b, ':');
            buf_u64(&b, rows[i].n);
        }
        buf_lit(&b, ",\"folder_mean\":");
        put_ratio(&b, t.folder_mean_ppm);
        buf_lit(&b, ",\"seconds\":");
        put_ratio(&b, (uint32_t)MIN(t.took_us, INT64_C(4000000000)));
        buf_lit(&b, "}\n");
    } else {
        printf("%5u %5u %5u   %5u %5u   %s\n", t.total.cases, t.total.passed, t.total.cases - t.total.passed, t.total.nonnull_cases, t.total.nonnull_passed,
               say(c, "合计", "total"));
        buf_str(&b, str_c(say(c, "文件夹数 ", "folders ")));
        buf_u64(&b, t.folders);
        buf_str(&b, str_c(say(c, "，各文件夹通过率的平均 ", ", mean of their shares ")));
        put_ratio(&b, t.folder_mean_ppm);
        buf_str(&b, str_c(say(c, "，其中因要用别的语言而未过 ", ", failed for want of another language ")));
        buf_u64(&b, t.total.external);
        buf_char(&b, '\n');
    }
    print_buf(&b);
    buf_fini(&b);
    return t.total.passed == t.total.cases ? EXIT_DONE : EXIT_FOUND;
}
