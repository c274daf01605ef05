/*
 * case_test.c - runs the case files: expressions with what they must give, readable by anyone.
 *   mode dmn | pack     this 干部 1     today 2026-01-01      hold until the next of their kind
 *   with {a: 1}                         names of the next case (a FEEL context)
 *   EXPRESSION                          lines that begin with two blanks continue it
 *   = VALUE   ! error.code   ? code of the null's cause   ~ code of a warning
 * In .md files the cases stand in fenced blocks marked feel-case.  usage: case_test FILE…
 */
#include "feel/world.h"

struct runner {
    struct arena *a;
    struct world w;
    enum feel_mode mode;
    const struct feel_register *reg;
    int64_t id;
    day_num today;
    struct str with;
    bool alone;          /* no names but those of `with`: the examples of handbooks */
    size_t line, positive, negative, failed;
    struct str file;
};

static void fail(struct runner *r, struct str expression, struct str wanted, struct str got)
{
    r->failed++;
    expression = str_sub(expression, 0, 300);
    got = str_sub(got, 0, 300);
    fprintf(stderr, STR_FMT ":%zu: " STR_FMT "\n  wanted: " STR_FMT "\n  got:    " STR_FMT "\n", STR_ARG(r->file), r->line, STR_ARG(expression), STR_ARG(wanted), STR_ARG(got));
}

static struct str printed(struct runner *r, const struct fv *v)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    fv_print(v, &b);
    struct str s = str_dup(r->a, buf_view(&b));
    buf_fini(&b);
    return s;
}

static struct str codes(struct runner *r, const struct diags *d, enum severity sev)
{
    struct str s = STR_NONE;
    for (const struct diag *x = d->first; x != NULL; x = x->next)
        if (x->severity == sev) s = s.len == 0 ? str_c(err_code(&x->err)) : str_cat(r->a, s, STR(" "), str_c(err_code(&x->err)));
    return s;
}

static bool has_code(const struct diags *d, enum severity sev, struct str code)
{
    for (const struct diag *x = d->first; x != NULL; x = x->next)
        if (x->severity == sev && str_eq(str_c(err_code(&x->err)), code)) return true;
    return false;
}

/* The names of `with`: compiled as a context, each entry a variable. */
static const struct feel_scope *with_scope(struct runner *r, struct feel_run *run, const struct feel_scope *outer)
{
    struct feel_program *p;
    struct diags d;
    struct fv v = fv_null();
    struct err err;
    if (r->with.len == 0) return outer;
    diags_init(&d, r->a, 5);
    struct feel_source src = {.text = r->with, .mode = FEEL_DMN};
    struct feel_run own = {.arena = r->a, .today = r->today, .host = &r->w.host, .host_ctx = &r->w};
    if (feel_compile(r->a, NULL, &src, &p, &d) != RC_OK || feel_run(p, &own, &v, &err) != RC_OK || v.kind != FV_CONTEXT) {
        fail(r, r->with, STR("a context"), STR("something else"));
        return outer;
    }
    struct feel_name *names = arena_array(r->a, struct feel_name, v.count + 1);
    struct fv *vars = arena_array(r->a, struct fv, v.count + 2);
    vars[0] = run->vars == NULL ? fv_null() : run->vars[0];
    for (uint32_t i = 0; i < v.count; i++) {
        names[i] = (struct feel_name){.kind = FN_VARIABLE, .name = v.entries[i].key, .title = v.entries[i].key, .type = p->type->members[i].type, .slot = i + 1, .may_be_null = true};
        vars[i + 1] = v.entries[i].value;
    }
    run->vars = vars;
    run->vars_count = v.count + 1;
    struct feel_scope *s = arena_new(r->a, struct feel_scope);
    *s = (struct feel_scope){.outer = outer, .names = names, .names_count = v.count};
    feel_scope_seal(r->a, s);
    return s;
}

static void run_case(struct runner *r, struct str expression, char kind, struct str wanted)
{
    struct diags d;
    struct feel_program *p;
    struct fv self = fv_null(), got = fv_null();
    struct err err;
    struct feel_run run = {.arena = r->a, .today = r->today, .host = &r->w.host, .host_ctx = &r->w, .steps_left = 5000000, .now_us = 1767225600000000, .zone = "Asia/Shanghai"};
    if (kind == '=') r->positive++;
    else r->negative++;
    err_clear(&err);
    diags_init(&d, r->a, 50);
    if (r->reg != NULL) {
        self = world_record(r->reg, r->id);
        run.vars = &self;
        run.vars_count = 1;
    }
    const struct feel_scope *scope = with_scope(r, &run, r->alone || (r->mode == FEEL_DMN && r->reg == NULL) ? NULL : world_scope(&r->w, r->reg));
    struct feel_source src = {.text = expression, .mode = r->mode};
    enum rc rc = feel_compile(r->a, scope, &src, &p, &d);
    if (kind == '~') {
        if (rc != RC_OK || !has_code(&d, SEV_WARN, wanted)) fail(r, expression, wanted, rc != RC_OK ? codes(r, &d, SEV_ERROR) : codes(r, &d, SEV_WARN));
        return;
    }
    if (rc != RC_OK) {
        if (kind != '!' || !has_code(&d, SEV_ERROR, wanted)) fail(r, expression, wanted, codes(r, &d, SEV_ERROR));
        return;
    }
    rc = feel_run(p, &run, &got, &err);
    if (rc != RC_OK) {
        if (kind != '!' || !str_eq(wanted, str_c(err_code(&err)))) fail(r, expression, wanted, str_c(err_code(&err)));
        return;
    }
    if (kind == '!') {
        fail(r, expression, wanted, printed(r, &got));
        return;
    }
    if (kind == '?') {
        const struct feel_cause *c = got.kind == FV_NULL ? feel_cause_root(got.cause) : NULL;
        if (got.kind != FV_NULL) fail(r, expression, wanted, printed(r, &got));
        else if (!str_eq(c == NULL ? STR("none") : str_c(c->kind->code), wanted)) fail(r, expression, wanted, c == NULL ? STR("null without a cause") : str_c(c->kind->code));
        else if (!p->may_be_null && c != NULL && c->kind != &E_feel_c_range && c->kind != &E_feel_c_date_range) fail(r, expression, STR("a program that may be null"), STR("one that may not"));
        return;
    }
    struct feel_program *w;
    struct fv want = fv_null();
    struct feel_source wsrc = {.text = wanted, .mode = FEEL_DMN};
    struct feel_run wrun = {.arena = r->a, .today = r->today};
    struct diags wd;
    diags_init(&wd, r->a, 5);
    if (feel_compile(r->a, NULL, &wsrc, &w, &wd) != RC_OK || feel_run(w, &wrun, &want, &err) != RC_OK) {
        fail(r, expression, wanted, STR("an expected value that is no FEEL"));
        return;
    }
    bool same = got.kind == FV_CODE || got.kind == FV_RECORD || got.kind == FV_FUNCTION ? str_eq(printed(r, &got), printed(r, &want)) || (want.kind == FV_STRING && str_eq(printed(r, &got), want.str))
                                                                                        : fv_equal(&got, &want) == 1;
    if (!same && got.kind == FV_LIST) same = str_eq(printed(r, &got), printed(r, &want));
    if (!same) fail(r, expression, wanted, printed(r, &got));
    else if (got.kind == FV_NULL && !p->may_be_null) fail(r, expression, STR("a program that may be null"), STR("one that may not"));
}

static bool directive(struct runner *r, struct str line)
{
    if (str_starts(line, STR("mode "))) {
        r->mode = str_eq(str_trim(str_sub(line, 5, line.len)), STR("pack")) ? FEEL_PACK : FEEL_DMN;
        return true;
    }
    if (str_starts(line, STR("today "))) return day_parse(str_trim(str_sub(line, 6, line.len)), &r->today);
    if (str_starts(line, STR("this "))) {
        struct str rest = str_trim(str_sub(line, 5, line.len));
        size_t blank = str_find_char(rest, ' ');
        r->reg = world_register(&r->w, str_sub(rest, 0, blank == SIZE_MAX ? rest.len : blank));
        return str_eq(rest, STR("nothing")) || (r->reg != NULL && str_to_i64(str_sub(rest, blank + 1, rest.len), &r->id));
    }
    if (str_starts(line, STR("with "))) {
        r->with = str_trim(str_sub(line, 5, line.len));
        return true;
    }
    return false;
}

static void run_text(struct runner *r, struct str text, bool markdown)
{
    struct str expression = STR_NONE;
    bool in_block = !markdown;
    for (size_t at = 0; at < text.len;) {
        size_t end = str_find_char(str_sub(text, at, text.len), '\n');
        struct str line = str_sub(text, at, end == SIZE_MAX ? text.len : at + end);
        at = end == SIZE_MAX ? text.len : at + end + 1;
        r->line++;
        if (markdown && str_starts(line, STR("```"))) {
            in_block = str_eq(str_trim(line), STR("```feel-case"));
            expression = STR_NONE;
            if (in_block) {
                r->mode = FEEL_PACK;
                r->reg = NULL;
                r->alone = true;
            }
            continue;
        }
        struct str bare = str_trim(line);
        if (!in_block || bare.len == 0 || bare.ptr[0] == '#') {
            if (bare.len == 0) expression = r->with = STR_NONE;
            continue;
        }
        if (str_starts(line, STR("  ")) && expression.len > 0) {
            expression = str_cat(r->a, expression, STR("\n"), line);
            continue;
        }
        bool verdict = line.len > 2 && line.ptr[1] == ' ' && strchr("=!?~", line.ptr[0]) != NULL && expression.len > 0;
        if (verdict) run_case(r, expression, line.ptr[0], str_trim(str_sub(line, 2, line.len)));
        else if (!directive(r, line)) expression = line;
    }
}

static bool read_whole(struct arena *a, const char *path, struct str *out)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL) return false;
    char *p = arena_alloc(a, 4 << 20);
    size_t n = fread(p, 1, 4 << 20, f);
    bool ok = feof(f) && !ferror(f);
    *out = str_of(p, n);
    return fclose(f) == 0 && ok;
}

int main(int argc, char **argv)
{
    size_t positive = 0, negative = 0, failed = 0;
    for (int i = 1; i < argc; i++) {
        struct arena a;
        arena_init(&a, (size_t)1 << 30);
        struct runner *r = arena_new(&a, struct runner);
        struct str text;
        *r = (struct runner){.a = &a, .mode = FEEL_DMN, .file = str_c(argv[i])};
        (void)day_parse(STR("2026-01-01"), &r->today);
        world_make(&r->w, &a);
        if (!read_whole(&a, argv[i], &text)) {
            fprintf(stderr, "cannot read %s\n", argv[i]);
            failed++;
        } else {
            run_text(r, text, str_ends(r->file, STR(".md")));
        }
        printf("%s: %zu with a value, %zu mistakes and nulls, %zu failed\n", argv[i], r->positive, r->negative, r->failed);
        positive += r->positive;
        negative += r->negative;
        failed += r->failed;
        arena_fini(&a);
    }
    printf("%zu with a value, %zu mistakes and nulls\n%zu passed, %zu failed\n", positive, negative, positive + negative - failed, failed);
    return failed == 0 && positive + negative > 0 ? 0 : 1;
}
