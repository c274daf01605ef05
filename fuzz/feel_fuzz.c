/*
 * feel_fuzz.c - any bytes as an expression, in both modes, as unary tests and as a message: compiled, run, shown, explained.
 * The first byte chooses nothing: every input goes through every door.  Memory and steps are bounded, so a hang is a find.
 */
#include "feel/feel.h"

static void run(struct arena *a, const struct feel_scope *scope, const struct feel_program *p, const struct fv *vars)
{
    struct feel_run r = {.arena = a, .today = 20454, .vars = vars, .vars_count = 3, .steps_left = 20000};
    struct fv v;
    struct err err;
    struct buf b;
    (void)scope;
    err_clear(&err);
    buf_init(&b, 1 << 20);
    if (feel_run(p, &r, &v, &err) == RC_OK) {
        fv_print(&v, &b);
        fv_show(&r, &v, STR_NONE, LANG_ZH, &b);
        if (v.kind == FV_NULL) feel_cause_show(&r, v.cause, LANG_EN, &b);
        buf_clear(&b);
        struct json_out j;
        json_out_init(&j, &b);
        fv_to_json(&v, &j);
        /* What the checker promised must hold; only numbers and days beyond all bounds are not foreseen. */
        const struct feel_cause *c = v.kind == FV_NULL ? feel_cause_root(v.cause) : NULL;
        bool beyond = c != NULL && (c->kind == &E_feel_c_range || c->kind == &E_feel_c_date_range);
        MUST(v.kind != FV_NULL || beyond || p->may_be_null);
    }
    buf_clear(&b);
    r.steps_left = 20000;
    if (feel_explain(p, &r, LANG_ZH, &b, &err) != RC_OK) err_clear(&err);
    buf_fini(&b);
}

static const struct feel_scope *scope_make(struct arena *a, struct fv vars[3])
{
    static const struct feel_name names[] = {
        {.kind = FN_VARIABLE, .name = STR_INIT("n"), .title = STR_INIT("年限"), .type = &feel_number, .slot = 0, .may_be_null = true},
        {.kind = FN_VARIABLE, .name = STR_INIT("t"), .title = STR_INIT("名称"), .type = &feel_string, .slot = 1, .may_be_null = true},
        {.kind = FN_VARIABLE, .name = STR_INIT("x"), .title = STR_INIT("不详"), .type = &feel_any, .slot = 2, .may_be_null = true},
    };
    struct feel_scope *s = arena_new(a, struct feel_scope);
    *s = (struct feel_scope){.names = names, .names_count = 3};
    feel_scope_seal(a, s);
    vars[0] = fv_i64(10);
    vars[1] = fv_str(STR("县水利局"));
    vars[2] = fv_null();
    return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    arena_init(&a, (size_t)256 << 20);
    struct fv vars[3];
    const struct feel_scope *scope = scope_make(&a, vars);
    struct feel_source src = {.text = str_of((const char *)data, size)};
    for (int mode = 0; mode < 2; mode++) {
        struct diags d;
        struct feel_program *p;
        struct feel_message *m;
        struct buf b;
        src.mode = mode == 0 ? FEEL_DMN : FEEL_PACK;
        diags_init(&d, &a, 50);
        if (feel_compile(&a, scope, &src, &p, &d) == RC_OK) run(&a, scope, p, vars);
        if (feel_compile_tests(&a, scope, &src, &feel_number, &p, &d) == RC_OK) {
            struct fv more[4] = {vars[0], vars[1], vars[2], fv_i64(3)};
            struct feel_run r = {.arena = &a, .vars = more, .vars_count = 4, .steps_left = 20000};
            struct fv v;
            struct err err;
            if (feel_run(p, &r, &v, &err) != RC_OK) err_clear(&err);
        }
        if (feel_message_compile(&a, scope, &src, &m, &d) == RC_OK) {
            struct feel_run r = {.arena = &a, .vars = vars, .vars_count = 3, .steps_left = 20000};
            struct err err;
            buf_init(&b, 1 << 20);
            if (feel_message_show(m, &r, LANG_ZH, &b, &err) != RC_OK) err_clear(&err);
            buf_fini(&b);
        }
        buf_init(&b, 1 << 20);
        diags_sort(&d);
        diags_print(&d, LANG_ZH, &b);
        buf_fini(&b);
    }
    arena_fini(&a);
    return 0;
}
