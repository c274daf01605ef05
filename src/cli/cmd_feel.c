/*
 * cmd_feel.c - guiju feel: one expression, its value as FEEL on one line; without one, expressions as they come: from a terminal with a
 * prompt (prompt.c), else one a line.
 */
#include "cli/inner.h"
#include "cli/prompt.h"

#include <unistd.h>

/* The static type that a value given from outside has. */
static const struct feel_type *type_of(struct arena *a, const struct fv *v)
{
    struct feel_type *t;
    switch ((enum fv_kind)v->kind) {
    case FV_BOOL: return &feel_bool;
    case FV_NUMBER: return &feel_number;
    case FV_STRING: return &feel_string;
    case FV_CONTEXT: {
        struct feel_member *m = arena_array(a, struct feel_member, v->count + 1);
        for (uint32_t i = 0; i < v->count; i++)
            m[i] = (struct feel_member){.name = v->entries[i].key, .title = v->entries[i].key, .type = type_of(a, &v->entries[i].value),
                                        .slot = i, .may_be_null = true};
        t = arena_new(a, struct feel_type);
        *t = (struct feel_type){.kind = FT_CONTEXT, .members = m, .members_count = v->count};
        return t;
    }
    case FV_LIST: return feel_list_of(a, &feel_any);
    case FV_NULL:
    case FV_DATE:
    case FV_TIME:
    case FV_DATETIME:
    case FV_MONTHS:
    case FV_SPAN:
    case FV_RANGE:
    case FV_FUNCTION:
    case FV_CODE:
    case FV_RECORD:
    default: return &feel_any;
    }
}

static enum rc read_context(struct cli *c, struct str path, struct fv *out, struct err *err)
{
    struct str text;
    struct json *json = NULL;
    TRY(read_file(&c->arena, path, 64 << 20, &text, err));
    TRY(json_parse(&c->arena, text, &json, err));
    return fv_from_json(&c->arena, json, out, err);
}

struct calculator {
    struct cli *c;
    struct feel_scope scope;
    const struct fv *vars;
    uint32_t vars_count;
    day_num today;
    enum feel_mode mode;
};

enum answer { ANSWER_VALUE, ANSWER_TYPE, ANSWER_TREE };

static int answer(struct calculator *k, struct str text, enum answer kind)
{
    struct cli *c = k->c;
    struct arena *a = &c->arena;
    struct err err;
    struct diags d;
    err_clear(&err);
    diags_init(&d, a, 100);
    struct feel_source src = {.text = text, .mode = k->mode};
    src.at = (struct place){.file = diags_file(&d, STR("feel"), text), .line = 1, .col = 1};
    struct feel_program *p = NULL;
    if (feel_compile(a, &k->scope, &src, &p, &d) != RC_OK) {
        print_diags(c, &d, false);
        return EXIT_FOUND;
    }
    if (d.warnings > 0) print_diags(c, &d, false);
    struct feel_run run = {.arena = a, .today = k->today, .now_us = clock_now_us(), .zone = "Asia/Shanghai", .vars = k->vars, .vars_count = k->vars_count};
    struct buf b;
    buf_init(&b, 256 << 20);
    int status = EXIT_DONE;
    struct fv value = fv_null();
    if (kind == ANSWER_TYPE) {
        feel_type_print(p->type, c->lang, &b);
        buf_str(&b, p->may_be_null ? str_c(say(c, "，可能为空", ", may be null")) : STR(""));
        buf_char(&b, '\n');
    } else if (kind == ANSWER_TREE) {
        if (feel_explain(p, &run, c->lang, &b, &err) != RC_OK) status = fail(c, &err);
    } else if (feel_run(p, &run, &value, &err) != RC_OK) {
        status = fail(c, &err);
    } else {
        fv_print(&value, &b);
        buf_char(&b, '\n');
    }
    print_buf(&b);
    if (kind == ANSWER_VALUE && fv_is_null(&value) && value.cause != NULL) {
        feel_cause_show(&run, value.cause, c->lang, &b);
        fprintf(stderr, "%s" STR_FMT "\n", say(c, "空值的原因：", "why it is null: "), STR_ARG(buf_view(&b)));
    }
    buf_fini(&b);
    return status;
}

static void help(const struct cli *c)
{
    (void)printf("%s", say(c,
                     "  式子          计算，例如 1 + 2、date(\"2024-01-31\") + duration(\"P1M\")\n"
                     "  :type 式子    它的类型\n  :tree 式子    每一步的值\n  :quit         结束（或 Ctrl-D）\n"
                     "没有写完时接着读下一行，空行作罢；上下箭头取以前的输入\n",
                     "  EXPR          evaluate, as 1 + 2 or date(\"2024-01-31\") + duration(\"P1M\")\n"
                     "  :type EXPR    its type\n  :tree EXPR    the value of each step\n  :quit         stop (or Ctrl-D)\n"
                     "what is not complete goes on to the next line, an empty one ends it; the arrows up and down bring back what was typed\n"));
}

/* One line that a person or a pipe gave.  False: stop. */
static bool line(struct calculator *k, struct str text, int *status)
{
    struct cli *c = k->c;
    text = str_trim(text);
    struct str word = str_sub(text, 0, MIN(str_find_char(text, ' '), text.len));
    if (text.len == 0 || str_starts(text, STR("//"))) return true;
    if (text.ptr[0] != ':') {
        *status = answer(k, text, ANSWER_VALUE);
    } else if (str_eq(word, STR(":quit")) || str_eq(word, STR(":q"))) {
        return false;
    } else if (str_eq(word, STR(":help"))) {
        help(c);
    } else if ((str_eq(word, STR(":type")) || str_eq(word, STR(":tree"))) && word.len < text.len) {
        *status = answer(k, str_trim(str_sub(text, word.len, text.len)), str_eq(word, STR(":type")) ? ANSWER_TYPE : ANSWER_TREE);
    } else {
        *status = EXIT_USAGE;
        fprintf(stderr, say(c, "没有“" STR_FMT "”这个命令，或后面没有写式子；:help 列出全部\n", "there is no command \"" STR_FMT "\", or no expression follows it; :help lists them\n"),
                STR_ARG(word));
    }
    return true;
}

/* A bracket that is still open, outside of texts. */
static bool goes_on(struct str s)
{
    int open = 0;
    bool text = false;
    for (size_t i = 0; i < s.len; i++) {
        char x = s.ptr[i];
        if (text && x == '\\') i++;
        else if (x == '"') text = !text;
        else if (!text && (x == '(' || x == '[' || x == '{')) open++;
        else if (!text && (x == ')' || x == ']' || x == '}')) open--; /* ranges such as ]1..2[ close at once, and are no longer for it */
    }
    return open > 0;
}

/* So far nothing is wrong but that it ends too soon: `if a then`, `1 +`. */
static bool ends_too_soon(struct calculator *k, struct str text)
{
    struct arena *a = &k->c->arena;
    struct diags d;
    diags_init(&d, a, 100);
    text = str_trim(text);
    if (str_starts(text, STR(":t"))) text = str_sub(text, MIN(str_find_char(text, ' '), text.len), text.len);
    struct feel_source src = {.text = text, .mode = k->mode};
    src.at = (struct place){.file = diags_file(&d, STR("feel"), text), .line = 1, .col = 1};
    struct feel_program *p = NULL;
    if (text.len == 0 || text.ptr[0] == ':' || feel_compile(a, &k->scope, &src, &p, &d) == RC_OK) return false;
    for (const struct diag *one = d.first; one != NULL; one = one->next)
        if (one->err.kind == &E_feel_syntax_end) return true;
    return false;
}

static int from_terminal(struct calculator *k)
{
    struct prompt p;
    int status = EXIT_DONE;
    (void)printf("%s", say(k->c, "FEEL：写一个式子，:help 看说明，:quit 结束\n", "FEEL: write an expression, :help for help, :quit to stop\n"));
    prompt_init(&p);
    for (bool on = true; on;) {
        struct arena_mark mark = arena_mark(&k->c->arena);
        struct str whole = STR(""), part;
        bool first = true;
        while ((on = prompt_read(&p, first ? "> " : "… ", &part))) {
            whole = first ? str_dup(&k->c->arena, part) : str_cat(&k->c->arena, whole, STR("\n"), part);
            first = false;
            if (part.len == 0 || whole.len > FEEL_TEXT_MAX || !(goes_on(whole) || ends_too_soon(k, whole))) break;
        }
        if (on) on = line(k, whole, &status);
        arena_reset(&k->c->arena, mark);
    }
    prompt_fini(&p);
    return EXIT_DONE;
}

static int from_pipe(struct calculator *k)
{
    static const size_t most = 64 << 10;
    char *text = arena_alloc(&k->c->arena, most);
    int worst = EXIT_DONE;
    while (fgets(text, (int)most, stdin) != NULL) {
        struct arena_mark mark = arena_mark(&k->c->arena);
        int status = EXIT_DONE;
        bool on = line(k, str_c(text), &status);
        (void)fflush(stdout); /* answers and complaints in the order of the lines */
        arena_reset(&k->c->arena, mark);
        if (status > worst) worst = status;
        if (!on) break;
    }
    return worst;
}

int cmd_feel(struct cli *c)
{
    struct arena *a = &c->arena;
    struct err err;
    struct str path;
    struct fv context = {.kind = FV_CONTEXT};
    int status = EXIT_DONE;
    err_clear(&err);
    if (cli_option(c, "context", &path) && read_context(c, path, &context, &err) != RC_OK) return fail(c, &err);
    if (context.kind != FV_CONTEXT) return usage(c, "--context 的文件应是一个 JSON 对象", "the --context file is a JSON object");
    struct feel_name *names = arena_array(a, struct feel_name, context.count + 1);
    struct fv *vars = arena_array(a, struct fv, context.count + 1);
    for (uint32_t i = 0; i < context.count; i++) {
        vars[i] = context.entries[i].value;
        names[i] = (struct feel_name){.kind = FN_VARIABLE, .name = context.entries[i].key, .title = context.entries[i].key,
                                      .type = type_of(a, &vars[i]), .slot = i, .may_be_null = true};
    }
    struct calculator k = {.c = c, .scope = {.names = names, .names_count = context.count}, .vars = vars, .vars_count = context.count,
                           .today = civil_day("Asia/Shanghai", clock_now_us()), .mode = cli_flag(c, "pack") ? FEEL_PACK : FEEL_DMN};
    feel_scope_seal(a, &k.scope);
    (void)day_option(c, "today", &k.today, &status);
    if (status != EXIT_DONE) return status;
    if (c->words_count > 0) return answer(&k, c->words[0], ANSWER_VALUE);
    return isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0 ? from_terminal(&k) : from_pipe(&k);
}
