/* test.h - for the tests of this folder: small models as text, asked. */
#ifndef GUIJU_DMN_TEST_H
#define GUIJU_DMN_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dmn/dmn.h"

#define HEAD "<definitions xmlns=\"https://www.omg.org/spec/DMN/20230324/MODEL/\" namespace=\"urn:main\" name=\"m\">"
#define FOOT "</definitions>"
#define TEXT(feel) "<literalExpression><text>" feel "</text></literalExpression>"
#define DECISION(name, body) "<decision id=\"" name "\" name=\"" name "\"><variable name=\"" name "\"/>" body "</decision>"
#define NEEDS(id) "<informationRequirement><requiredDecision href=\"#" id "\"/></informationRequirement>"
#define NEEDS_INPUT(id) "<informationRequirement><requiredInput href=\"#" id "\"/></informationRequirement>"
#define KNOWS(id) "<knowledgeRequirement><requiredKnowledge href=\"#" id "\"/></knowledgeRequirement>"
#define INPUT(name, type) "<inputData id=\"" name "\" name=\"" name "\"><variable name=\"" name "\" typeRef=\"" type "\"/></inputData>"

struct asked {
    enum rc load, rc;
    char code[64];     /* of the first diagnostic, or of the run's error, or of the root cause of null */
    char value[512];   /* as FEEL */
};

static inline void keep(char *to, size_t size, struct str s)
{
    size_t n = MIN(s.len, size - 1);
    if (n > 0) memcpy(to, s.ptr, n);
    to[n] = '\0';
}

/* Load sources, give the entries of a FEEL context, ask for a decision (or, with a leading '!', for a service or function). */
static inline struct asked ask_files(const struct dmn_source *sources, size_t count, const char *given, const char *what)
{
    struct asked r = {.value = ""};
    struct arena a;
    struct diags d;
    struct err err;
    struct dmn_model *m = NULL;
    struct fv context = {.kind = FV_CONTEXT}, v;
    arena_init(&a, (size_t)256 << 20);
    diags_init(&d, &a, 50);
    err_clear(&err);
    r.load = dmn_load(&a, sources, count, &m, &d);
    if (d.first != NULL) keep(r.code, sizeof r.code, str_c(err_code(&d.first->err)));
    if (r.load == RC_OK && what != NULL) {
        if (given != NULL) {
            struct feel_scope none = {0};
            struct feel_source src = {.text = str_c(given), .mode = FEEL_DMN};
            struct feel_program *p;
            struct feel_run fr = {.arena = &a};
            feel_scope_seal(&a, &none);
            assert_int_equal(feel_compile(&a, &none, &src, &p, &d), RC_OK);
            assert_int_equal(feel_run(p, &fr, &context, &err), RC_OK);
        }
        struct dmn_value *list = arena_array(&a, struct dmn_value, context.count + 1);
        for (uint32_t i = 0; i < context.count; i++) list[i] = (struct dmn_value){context.entries[i].key, context.entries[i].value};
        struct dmn_run run = {.arena = &a, .today = 20454, .given = list, .given_count = context.count, .steps_left = 200000};
        r.rc = what[0] == '!' ? dmn_invoke(m, str_c(what + 1), &run, &v, &err) : dmn_decide(m, str_c(what), &run, &v, &err);
        if (r.rc != RC_OK) {
            keep(r.code, sizeof r.code, str_c(err_code(&err)));
        } else {
            struct buf b;
            buf_init(&b, 1 << 16);
            fv_print(&v, &b);
            keep(r.value, sizeof r.value, buf_view(&b));
            buf_fini(&b);
            if (v.kind == FV_NULL && v.cause != NULL) keep(r.code, sizeof r.code, str_c(feel_cause_root(v.cause)->kind->code));
        }
    }
    arena_fini(&a);
    return r;
}

static inline struct asked ask(const char *model, const char *given, const char *what)
{
    struct dmn_source s = {.name = STR("m.dmn"), .text = str_c(model)};
    return ask_files(&s, 1, given, what);
}

static inline void answers(const char *model, const char *given, const char *what, const char *value, const char *file, int line)
{
    struct asked r = ask(model, given, what);
    if (r.load == RC_OK && r.rc == RC_OK && strcmp(r.value, value) == 0) return;
    print_error("want %s\n got %s (load %d, rc %d, %s)\n", value, r.value, (int)r.load, (int)r.rc, r.code);
    _fail(file, line);
}
#define EXPECT(model, given, what, value) answers((model), (given), (what), (value), __FILE__, __LINE__)

/* It does not load, or stops, or is null: with that code. */
static inline void refuses(const char *model, const char *given, const char *what, const char *code, const char *file, int line)
{
    struct asked r = ask(model, given, what);
    bool none = r.load != RC_OK || r.rc != RC_OK || strcmp(r.value, "null") == 0;
    if (none && strcmp(r.code, code) == 0) return;
    print_error("want %s\n got %s (load %d, rc %d, value %s)\n", code, r.code, (int)r.load, (int)r.rc, r.value);
    _fail(file, line);
}
#define EXPECT_CODE(model, given, what, code) refuses((model), (given), (what), (code), __FILE__, __LINE__)

#endif
