/* cmd_feel.c - guiju feel: one expression, its value as FEEL on one line. */
#include "cli/inner.h"

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
    struct feel_scope scope = {.names = names, .names_count = context.count};
    feel_scope_seal(a, &scope);
    struct diags d;
    diags_init(&d, a, 100);
    struct feel_source src = {.text = c->words[0], .mode = cli_flag(c, "pack") ? FEEL_PACK : FEEL_DMN};
    src.at = (struct place){.file = diags_file(&d, STR("feel"), c->words[0]), .line = 1, .col = 1};
    struct feel_program *p = NULL;
    if (feel_compile(a, &scope, &src, &p, &d) != RC_OK) {
        print_diags(c, &d, false);
        return EXIT_FOUND;
    }
    if (d.warnings > 0) print_diags(c, &d, false);
    struct feel_run run = {.arena = a, .today = civil_day("Asia/Shanghai", clock_now_us()), .now_us = clock_now_us(), .zone = "Asia/Shanghai",
                           .vars = vars, .vars_count = context.count};
    (void)day_option(c, "today", &run.today, &status);
    if (status != EXIT_DONE) return status;
    struct fv value;
    if (feel_run(p, &run, &value, &err) != RC_OK) return fail(c, &err);
    struct buf b;
    buf_init(&b, 256 << 20);
    fv_print(&value, &b);
    buf_char(&b, '\n');
    print_buf(&b);
    if (fv_is_null(&value) && value.cause != NULL) {
        feel_cause_show(&run, value.cause, c->lang, &b);
        fprintf(stderr, "%s" STR_FMT "\n", say(c, "空值的原因：", "why it is null: "), STR_ARG(buf_view(&b)));
    }
    buf_fini(&b);
    return EXIT_DONE;
}
