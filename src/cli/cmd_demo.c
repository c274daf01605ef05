/* cmd_demo.c - guiju demo: an area full of people who do not exist. */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/inner.h"
#include "sample/sample.h"

/* Where packs and examples lie: GUIJU_HOME, the working folder, beside or above the binary, or as installed. */
static bool find_home(struct cli *c, struct str *out)
{
    char exe[4096];
    struct str tries[5];
    size_t n = 0;
    const char *env = getenv("GUIJU_HOME");
    if (env != NULL) tries[n++] = str_c(env);
    tries[n++] = STR(".");
    ssize_t len = readlink("/proc/self/exe", exe, sizeof exe);
    if (len > 0) {
        struct str folder = str_of(exe, (size_t)len);
        while (folder.len > 0 && folder.ptr[folder.len - 1] != '/') folder.len--;
        tries[n++] = str_cat(&c->arena, folder, STR(".."));
        tries[n++] = str_cat(&c->arena, folder, STR("../share/guiju"));
    }
    for (size_t i = 0; i < n; i++) {
        struct stat st;
        if (stat(str_cz(&c->arena, str_cat(&c->arena, tries[i], STR("/packs/cn"))), &st) != 0) continue;
        *out = tries[i];
        return true;
    }
    return false;
}

struct filling {
    struct cli *c;
    struct area *area;       /* NULL: only files */
    struct str folder;
    uint64_t rows;
    bool told;               /* rows that were refused are named already */
    struct map seen;         /* registers whose file has its heading */
};

static enum rc write_piece(struct filling *f, struct str reg, struct str csv, struct err *err)
{
    const char *path = str_cz(&f->c->arena, str_cat(&f->c->arena, f->folder, STR("/"), reg, STR(".csv")));
    bool more = map_find(&f->seen, reg) != NULL;
    if (!more) map_put(&f->c->arena, &f->seen, str_dup(&f->c->arena, reg), f);
    FILE *file = fopen(path, more ? "ab" : "wb");
    size_t from = more ? str_find_char(csv, '\n') + 1 : 0;
    bool ok = file != NULL && fwrite(csv.ptr + from, 1, csv.len - from, file) == csv.len - from;
    if (file != NULL && fclose(file) != 0) ok = false;
    return ok ? RC_OK : err_set(err, &E_io, NO_PLACE, str_c(path), str_c(strerror(errno)));
}

/* Recipe and packs do not fit: which register, which line of its rows, which field, and why. */
static void say_refused(struct cli *c, const struct import_plan *plan)
{
    enum { SHOWN = 5 };
    const struct pack_decl *d = &plan->reg->d;
    struct str title = c->lang == LANG_ZH && d->title.zh.len > 0 ? d->title.zh : d->name;
    for (size_t i = 0; i < plan->bad_count && i < SHOWN; i++) {
        const struct import_bad *b = &plan->bad[i];
        const char *hint = c->lang == LANG_ZH ? b->err.hint_zh : b->err.hint_en;
        fprintf(stderr, say(c, STR_FMT "，第 %u 行", STR_FMT ", line %u"), STR_ARG(title), b->line);
        if (b->field.len > 0) fprintf(stderr, say(c, "，" STR_FMT, ", " STR_FMT), STR_ARG(b->field));
        fprintf(stderr, say(c, "：%s\n", ": %s\n"), c->lang == LANG_ZH ? b->err.zh : b->err.en);
        if (hint[0] != '\0') fprintf(stderr, "  %s\n", hint);
    }
    if (plan->bad_count > SHOWN) fprintf(stderr, say(c, "……共 %zu 处有误\n", "... %zu mistakes in all\n"), plan->bad_count);
}

static enum rc import_piece(struct filling *f, struct str reg, struct str csv, struct err *err)
{
    struct arena a;
    struct area_view v;
    struct import_plan plan = {0};
    struct import_result result = {0};
    arena_init(&a, (size_t)4 << 30);
    enum rc rc = area_view_open(f->area, &v, err);
    if (rc == RC_OK) {
        const struct pack_register *r = pack_register_find(v.set, reg);
        rc = r == NULL ? err_set(err, &E_area_no_register, NO_PLACE, reg, STR("")) : import_read(v.records, r, csv, false, &a, &plan, err);
        if (rc == RC_OK && plan.bad_count > 0) {
            *err = plan.bad[0].err;
            rc = err_rc(err);
        }
        struct args_import args = {.plan = &plan, .arena = &a, .result = &result};
        struct command cmd = {.verb = VERB_IMPORT, .happened = ENTRY_NO_DAY, .args = &args};
        if (rc == RC_OK) rc = area_submit(f->area, &cmd, NULL, err);
        if (rc != RC_OK && plan.bad_count > 0) {
            say_refused(f->c, &plan);
            f->told = true;
        }
        area_view_close(&v);
    }
    arena_fini(&a);
    f->rows += result.created;
    if (isatty(2) != 0) fprintf(stderr, "\r%llu %s ", (unsigned long long)f->rows, say(f->c, "条", "rows"));
    return rc;
}

static enum rc take_piece(void *ctx, struct str reg, struct str csv, struct err *err)
{
    struct filling *f = ctx;
    return f->area == NULL ? write_piece(f, reg, csv, err) : import_piece(f, reg, csv, err);
}

static bool whole_number(struct cli *c, const char *name, int64_t min, int64_t max, int64_t *out, int *status)
{
    struct str text;
    if (!cli_option(c, name, &text)) return true;
    if (str_to_i64(text, out) && *out >= min && *out <= max) return true;
    fprintf(stderr, say(c, "--%s 应是 %lld 到 %lld 的整数\n", "--%s is a whole number from %lld to %lld\n"), name, (long long)min, (long long)max);
    *status = EXIT_USAGE;
    return false;
}

static int make_area(struct cli *c, struct str home)
{
    struct str folder = str_cat(&c->arena, home, STR("/packs/cn"));
    cli_option(c, "pack", &folder);
    struct pack_source *packs;
    struct diags d;
    struct err err;
    size_t n = 0;
    err_clear(&err);
    diags_init(&d, &c->arena, 100);
    int status = read_packs(c, &folder, 1, &packs, &n);
    if (status != EXIT_DONE) return status;
    struct area_options o = area_options_of(c);
    if (area_create(c->words[0], &o, packs, n, &d, &err) == RC_OK) return EXIT_DONE;
    if (d.errors == 0) return fail(c, &err);
    (void)print_diags(c, &d, false);
    return EXIT_REFUSED;
}

int cmd_demo(struct cli *c)
{
    struct str home = STR("."), recipe_file, recipe;
    int status = EXIT_DONE;
    struct sample_options so = {.seed = 1};
    struct filling f = {.c = c};
    struct err err;
    struct diags d;
    err_clear(&err);
    if (!whole_number(c, "people", 1, 10000000, &so.people, &status) || !whole_number(c, "seed", 0, INT32_MAX, &so.seed, &status)) return status;
    if (!find_home(c, &home) && !(cli_flag(c, "pack") && cli_flag(c, "recipe")))
        return usage(c, "找不到 packs/cn：请在源码目录下运行，或设 GUIJU_HOME", "packs/cn is not to be found: run in the source folder, or set GUIJU_HOME");
    recipe_file = str_cat(&c->arena, home, STR("/examples/changgeng/recipe.json"));
    cli_option(c, "recipe", &recipe_file);
    if (read_file(&c->arena, recipe_file, 16 << 20, &recipe, &err) != RC_OK) return fail(c, &err);
    diags_init(&d, &c->arena, 100);
    if (!cli_option(c, "csv", &f.folder)) {
        if ((status = make_area(c, home)) != EXIT_DONE) return status;
        struct area_options o = area_options_of(c);
        if (area_open(c->words[0], &o, &f.area, &err) != RC_OK) return fail(c, &err);
    }
    enum rc rc = sample_each(recipe, &so, &d, take_piece, &f, &err);
    if (d.errors > 0)
        status = print_diags(c, &d, false);
    else if (rc != RC_OK && f.told)
        status = EXIT_REFUSED;
    else if (rc != RC_OK)
        status = fail(c, &err);
    else if (f.area != NULL)
        printf(say(c, "已填入 %llu 条记录：" STR_FMT "\n", "%llu records: " STR_FMT "\n"), (unsigned long long)f.rows, STR_ARG(c->words[0]));
    area_close(&f.area);
    return status;
}
