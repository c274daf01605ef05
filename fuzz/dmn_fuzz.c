/* dmn_fuzz.c - any bytes as a decision model: read, compiled, and every decision, service and function of it asked with a few values. */
#include "dmn/dmn.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct diags d;
    struct dmn_model *m;
    /* The bytes are the model and, to whoever imports it, the imported one too. */
    struct dmn_source s[2] = {{STR("a.dmn"), str_of((const char *)data, size)}, {STR("b.dmn"), str_of((const char *)data, size)}};
    arena_init(&a, (size_t)1 << 30);
    diags_init(&d, &a, 20);
    enum rc rc = dmn_load(&a, s, 2, &m, &d);
    MUST((rc == RC_OK) == (m != NULL) && (rc == RC_OK || d.errors > 0));
    const struct dmn_value given[] = {{STR("n"), fv_i64(3)}, {STR("t"), fv_str(STR("a"))}, {STR("Applicant"), fv_list(NULL, 0)}};
    enum dmn_kind kind;
    struct str name;
    for (size_t i = 0; rc == RC_OK && i < 50 && dmn_each(m, i, &kind, &name); i++) {
        struct arena_mark mark = arena_mark(&a);
        struct dmn_run run = {.arena = &a, .today = 20454, .given = given, .given_count = ARRAY_LEN(given), .texts = (i & 1) != 0, .steps_left = 20000};
        struct fv v;
        struct err err;
        struct buf b;
        err_clear(&err);
        buf_init(&b, 1 << 20);
        enum rc one = kind == DMN_SERVICE || kind == DMN_FUNCTION ? dmn_invoke(m, name, &run, &v, &err) : dmn_decide(m, name, &run, &v, &err);
        MUST(one == RC_OK || err.kind != NULL);
        if (one == RC_OK) fv_print(&v, &b);
        buf_fini(&b);
        arena_reset(&a, mark);
    }
    arena_fini(&a);
    return 0;
}
