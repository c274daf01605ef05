/*
 * years.c - which posts have been held for too long?  One rule, compiled once, asked of each line of standard input.
 *     cc years.c -o years $(pkg-config --cflags --libs libfeel)
 *     ./years 'full years(since, today()) >= limit and not(retired)' <people.jsonl
 * A line is a JSON object: {"name": "…", "since": "2012-03-01", "limit": 10, "retired": false}
 */
#include <libfeel.h>

#include <stdio.h>

static const struct feel_var vars[] = {{"name", "string"}, {"since", "date"}, {"limit", "number"}, {"retired", "boolean"}};

static void complain(const char *where, const struct feel_error *e)
{
    fprintf(stderr, "%s:%u:%u: %s: %s %s\n", where, e->line, e->column, e->code, e->en, e->hint_en);
}

int main(int argc, char **argv)
{
    const struct feel_options strict = {.strict = 1, .result = "boolean"};
    struct feel_names *names = NULL;
    struct feel_expr *rule = NULL;
    struct feel_error errors[8];
    char line[4096];
    size_t count = 0;
    int status = 0;
    if (argc != 2) return fprintf(stderr, "usage: years RULE\n"), 2;
    if (feel_names_make(vars, sizeof vars / sizeof vars[0], &names, &errors[0]) != FEEL_OK) return complain("names", &errors[0]), 1;
    if (feel_expr_make(names, argv[1], &strict, &rule, errors, 8, &count) != FEEL_OK) {
        for (size_t i = 0; i < count && i < 8; i++) complain("rule", &errors[i]);
        feel_names_free(&names);
        return 1;
    }
    struct feel_values *values = feel_values_make(names, 0);
    while (values != NULL && fgets(line, sizeof line, stdin) != NULL) {
        feel_values_clear(values);
        /* 2026-04-10, whenever the example is run */
        if (feel_set_clock(values, INT64_C(1775779200000000), "UTC", &errors[0]) != FEEL_OK || feel_set_json(values, line, &errors[0]) != FEEL_OK ||
            feel_eval(values, rule, &errors[0]) != FEEL_OK) {
            complain("line", &errors[0]);
            status = 1;
        } else if (feel_result_kind(values) == FEEL_IS_NULL) {
            printf("null: %s\n", feel_result_cause(values, FEEL_EN));
        } else {
            printf("%s\n", feel_result_text(values));
        }
    }
    feel_values_free(&values);
    feel_expr_free(&rule);
    feel_names_free(&names);
    return status;
}
