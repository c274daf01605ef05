/* csv_test.c - RFC 4180 and its relatives. */
#include "record/test_kit.h"

/* Records as "line:cell|cell" joined by '/'. */
static const char *read_all(struct arena *a, const char *text, struct err *e)
{
    static char out[4096];
    struct csv c;
    uint32_t line;
    size_t n = 0;
    csv_init(&c, a, str_c(text), 8);
    for (;;) {
        if (csv_next(&c, &line, e) != RC_OK) return NULL;
        if (line == 0) break;
        n += (size_t)snprintf(out + n, sizeof out - n, "%s%u:", n > 0 ? "/" : "", line);
        for (size_t i = 0; i < MIN(c.cells, c.cells_max); i++)
            n += (size_t)snprintf(out + n, sizeof out - n, "%s" STR_FMT, i > 0 ? "|" : "", STR_ARG(c.cell[i]));
    }
    out[n] = '\0';
    return out;
}

static void reads(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", ""},
        {"\n\r\n  \n", ""},
        {"a,b\n1,2", "1:a|b/2:1|2"},
        {"a,b\r\n1,2\r\n", "1:a|b/2:1|2"},
        {"a,b\r1,2\r", "1:a|b/2:1|2"},
        {"\xef\xbb\xbf" "a,b\n", "1:a|b"},
        {"a\tb\n1\t2\n", "1:a|b/2:1|2"},
        {"a;b\n1;2\n", "1:a|b/2:1|2"},
        {"a,b\n\"x,y\",2\n", "1:a|b/2:x,y|2"},
        {"a,b\n\"say \"\"hi\"\"\",2\n", "1:a|b/2:say \"hi\"|2"},
        {"a,b\n\"two\nlines\",2\nc,d\n", "1:a|b/2:two\nlines|2/4:c|d"},
        {"a,b\n,\n1,\n", "1:a|b/3:1|"},
        {"a,b\n\"\" ,2\n", "1:a|b/2:|2"},
        {"a,b\nx\"y,2\n", "1:a|b/2:x\"y|2"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena a;
        struct err e;
        arena_init(&a, 1 << 20);
        const char *got = read_all(&a, cases[i][0], &e);
        if (got == NULL) fail_msg("case %zu: %s", i, e.zh);
        if (got != NULL) assert_string_equal(got, cases[i][1]);
        arena_fini(&a);
    }
}

static void refuses(void **state)
{
    (void)state;
    static const char *const cases[] = {"a,b\n\"open,2\n", "a,b\n\"x\"y,2\n", "\""};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena a;
        struct err e;
        arena_init(&a, 1 << 20);
        err_clear(&e);
        assert_null(read_all(&a, cases[i], &e));
        assert_string_equal(err_code(&e), "import.quote");
        arena_fini(&a);
    }
}

static void formulas_are_escaped_and_come_back(void **state)
{
    (void)state;
    static const char *const texts[] = {"=1+1", "+86", "-", "@x", "'quoted", "plain", "a,b", "two\nlines", "\"q\"", ""};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct buf b;
        struct arena a;
        struct csv c;
        struct err e;
        uint32_t line;
        buf_init(&b, 4096);
        arena_init(&a, 1 << 20);
        csv_put_cell(&b, str_c(texts[i]), true);
        buf_lit(&b, ",end\r\n");
        assert_false(strchr("=+-@", b.ptr[b.ptr[0] == '"' ? 1 : 0]) != NULL);
        csv_init(&c, &a, buf_view(&b), 8);
        test_ok(csv_next(&c, &line, &e), &e);
        assert_true(str_eq(csv_unescape(c.cell[0]), str_c(texts[i])));
        assert_true(str_eq(c.cell[1], STR("end")));
        arena_fini(&a);
        buf_fini(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(reads), cmocka_unit_test(refuses), cmocka_unit_test(formulas_are_escaped_and_come_back)};
    return cmocka_run_group_tests_name("csv", tests, NULL, NULL);
}
