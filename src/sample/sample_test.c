/* sample_test.c - a recipe gives the same rows for the same seed, at any size, and says where it is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sample/sample.h"

struct made {
    struct arena arena;
    struct diags d;
    struct err err;
    struct buf all;          /* each piece as "register:" and its text */
    size_t pieces;
    const char *stop_at;     /* a register at which the taker gives up */
};

static enum rc take(void *ctx, struct str reg, struct str csv, struct err *err)
{
    struct made *m = ctx;
    if (m->stop_at != NULL && str_eq(reg, str_c(m->stop_at))) return err_set(err, &E_limit, NO_PLACE, STR("test"), STR("1"));
    m->pieces++;
    buf_str(&m->all, reg);
    buf_lit(&m->all, ":\n");
    buf_str(&m->all, csv);
    return RC_OK;
}

static int begin(void **state)
{
    struct made *m = calloc(1, sizeof *m);
    if (m == NULL) return -1;
    arena_init(&m->arena, 8 << 20);
    diags_init(&m->d, &m->arena, 20);
    buf_init(&m->all, 8 << 20);
    err_clear(&m->err);
    *state = m;
    return 0;
}

static int end(void **state)
{
    struct made *m = *state;
    buf_fini(&m->all);
    arena_fini(&m->arena);
    free(m);
    return 0;
}

/* Recipes are written with ' for ", so that they can be read here. */
static struct str recipe_of(struct made *m, const char *text)
{
    struct str s = str_dup(&m->arena, str_c(text));
    char *p = arena_alloc(&m->arena, s.len + 1);
    for (size_t i = 0; i < s.len; i++) p[i] = s.ptr[i] == '\'' ? '"' : s.ptr[i];
    return str_of(p, s.len);
}

static enum rc make(struct made *m, const char *recipe, struct sample_options o)
{
    buf_clear(&m->all);
    m->pieces = 0;
    return sample_each(recipe_of(m, recipe), &o, &m->d, take, m, &m->err);
}

static void expect(struct made *m, const char *want)
{
    struct str got = buf_view(&m->all);
    if (str_eq(got, str_c(want))) return;
    print_error("want %s\n got " STR_FMT "\n", want, STR_ARG(got));
    fail();
}

static void fails(struct made *m, const char *recipe, const char *code)
{
    assert_int_equal(make(m, recipe, (struct sample_options){.seed = 1}), RC_INPUT);
    assert_string_equal(err_code(&m->err), code);
    err_clear(&m->err);
}

static void rows_have_their_values(void **state)
{
    struct made *m = *state;
    const char *recipe = "{'people': 3, 'lists': {'sur': ['张', '王']}, 'registers': [{'register': 'cadre', 'rows': 'people', 'fields': {"
                         "'编号': '\\'C\\' + string(n)', '_i': '1 + modulo(n, 2)', '姓': 'sur[_i]', '生日': 'date(1980, 1, n)', '在职': 'n < 3', '空': 'null', '数': 'n / 4'}}]}";
    assert_int_equal(make(m, recipe, (struct sample_options){0}), RC_OK);
    expect(m, "cadre:\n编号,姓,生日,在职,空,数\nC1,王,1980-01-01,是,,0.25\nC2,张,1980-01-02,是,,0.5\nC3,王,1980-01-03,否,,0.75\n");
}

static void cells_are_quoted_where_they_must_be(void **state)
{
    struct made *m = *state;
    assert_int_equal(make(m, "{'people': 1, 'registers': [{'register': 'a', 'rows': '1', 'fields': {'逗,号': '\\'甲,乙\\'', '引': '\\'a\\\\\\'b\\'', '行': '\\'x\\\\ny\\'', '平': '\\'丙\\''}}]}",
                          (struct sample_options){0}), RC_OK);
    expect(m, "a:\n\"逗,号\",引,行,平\n\"甲,乙\",\"a\"\"b\",\"x\ny\",丙\n");
}

static void children_know_their_parent(void **state)
{
    struct made *m = *state;
    const char *recipe = "{'people': 2, 'registers': [{'register': 'a', 'rows': 'people', 'fields': {'编号': 'n', '_h': '\\'甲\\' + string(n)'}, 'children': ["
                         "{'register': 'b', 'rows': 'parent.编号', 'fields': {'上': 'parent._h', 'k': 'k', 'n': 'n'}, 'children': ["
                         "{'register': 'c', 'rows': '1', 'fields': {'上': 'parent.k'}}]}]}]}";
    assert_int_equal(make(m, recipe, (struct sample_options){0}), RC_OK);
    expect(m, "a:\n编号\n1\n2\nb:\n上,k,n\n甲1,1,1\n甲2,1,2\n甲2,2,2\nc:\n上\n1\n1\n2\n");
}

static const char chance[] = "{'people': 5, 'registers': [{'register': 'a', 'rows': 'people', 'fields': {'x': 'r1', 'y': 'r24'}, 'children': ["
                             "{'register': 'b', 'rows': '2', 'fields': {'x': 'r1'}, 'children': [{'register': 'c', 'rows': '2', 'fields': {'x': 'r1'}}]}]}]}";

static void the_same_seed_gives_the_same(void **state)
{
    struct made *m = *state;
    assert_int_equal(make(m, chance, (struct sample_options){.seed = 7}), RC_OK);
    struct str first = str_dup(&m->arena, buf_view(&m->all));
    assert_int_equal(make(m, chance, (struct sample_options){.seed = 7}), RC_OK);
    assert_true(str_eq(first, buf_view(&m->all)));
    assert_int_equal(make(m, chance, (struct sample_options){.seed = 8}), RC_OK);
    assert_false(str_eq(first, buf_view(&m->all)));
}

static void more_people_keep_the_first_ones(void **state)
{
    struct made *m = *state;
    const char *recipe = "{'people': 5, 'registers': [{'register': 'a', 'rows': 'people', 'fields': {'n': 'n', 'x': 'r1', 'y': 'r2'}}]}";
    assert_int_equal(make(m, recipe, (struct sample_options){.seed = 1}), RC_OK);
    struct str few = str_dup(&m->arena, buf_view(&m->all));
    assert_int_equal(make(m, recipe, (struct sample_options){.seed = 1, .people = 50}), RC_OK);
    assert_true(str_starts(buf_view(&m->all), few));
    assert_true(buf_view(&m->all).len > few.len);
}

/* No two rows anywhere may draw alike: two grandchildren of one row did, once. */
static void no_two_rows_draw_alike(void **state)
{
    struct made *m = *state;
    assert_int_equal(make(m, chance, (struct sample_options){.seed = 1}), RC_OK);
    struct str all = buf_view(&m->all);
    struct map seen = {0};
    size_t numbers = 0;
    while (all.len > 0) {
        size_t nl = str_find_char(all, '\n'), comma;
        struct str line = str_sub(all, 0, nl);
        all = str_sub(all, nl + 1, all.len);
        if (!str_starts(line, STR("0."))) continue;
        comma = str_find_char(line, ',');
        if (comma != SIZE_MAX) line = str_sub(line, 0, comma);
        assert_null(map_find(&seen, line));
        map_put(&m->arena, &seen, line, m);
        numbers++;
    }
    assert_int_equal(numbers, 5 + 10 + 20);
}

/* One register may come from two places of a recipe: their rows differ. */
static void one_register_in_two_places(void **state)
{
    struct made *m = *state;
    const char *recipe = "{'people': 1, 'registers': [{'register': 'a', 'rows': '1', 'fields': {'x': '1'}, 'children': [{'register': 'm', 'rows': '1', 'fields': {'x': 'r1'}}]},"
                         "{'register': 'b', 'rows': '1', 'fields': {'x': '1'}, 'children': [{'register': 'm', 'rows': '1', 'fields': {'x': 'r1'}}]}]}";
    assert_int_equal(make(m, recipe, (struct sample_options){.seed = 1}), RC_OK);
    struct str all = buf_view(&m->all), m1 = STR_NONE;
    size_t at = str_find(all, STR("m:\nx\n"));
    assert_true(at != SIZE_MAX);
    all = str_sub(all, at + 5, all.len);
    m1 = str_sub(all, 0, str_find_char(all, '\n'));
    at = str_find(all, STR("m:\nx\n"));
    assert_true(at != SIZE_MAX);
    all = str_sub(all, at + 5, all.len);
    assert_false(str_eq(m1, str_sub(all, 0, str_find_char(all, '\n'))));
}

/* Parents come before those that refer to them, and each piece has its headings. */
static void pieces(void **state)
{
    struct made *m = *state;
    const char *recipe = "{'people': 3, 'registers': [{'register': 'a', 'rows': 'people', 'fields': {'n': 'n'}, 'children': [{'register': 'b', 'rows': 'if n = 2 then 0 else 1', 'fields': {'n': 'n'}}]}]}";
    assert_int_equal(make(m, recipe, (struct sample_options){.piece_rows = 2}), RC_OK);
    expect(m, "a:\nn\n1\n2\nb:\nn\n1\na:\nn\n3\nb:\nn\n3\n");
    assert_int_equal(m->pieces, 4);
}

static void registers_without_rows_give_nothing(void **state)
{
    struct made *m = *state;
    assert_int_equal(make(m, "{'people': 3, 'registers': [{'register': 'a', 'rows': '0', 'fields': {'n': 'n'}}, {'register': 'b', 'rows': '1.9', 'fields': {'n': 'n'}}]}",
                          (struct sample_options){0}), RC_OK);
    expect(m, "b:\nn\n1\n");
}

static void a_taker_may_stop(void **state)
{
    struct made *m = *state;
    m->stop_at = "b";
    assert_int_equal(make(m, chance, (struct sample_options){.seed = 1}), RC_LIMIT);
    assert_int_equal(m->pieces, 1);
}

static void what_is_malformed_is_told(void **state)
{
    struct made *m = *state;
    fails(m, "{'people': 3}", "sample.shape");
    fails(m, "{'registers': []}", "sample.shape");
    fails(m, "{'people': 1, 'registers': [{'register': 'a', 'fields': {}}]}", "sample.shape");
    fails(m, "{'people': 1, 'registers': [{'register': 'a', 'rows': 1, 'fields': {}}]}", "sample.shape");
    fails(m, "{'people': 1, 'registers': [{'register': 'a', 'rows': '1', 'fields': {'x': 1}}]}", "sample.shape");
    fails(m, "{'people': 1, 'lists': {'l': 'no list'}, 'registers': []}", "sample.shape");
    fails(m, "{'people': 1, 'registers': [{'register': 'a', 'rows': '\\'three\\'', 'fields': {'x': '1'}}]}", "sample.count");
    fails(m, "{'people': 1, 'registers': [{'register': 'a', 'rows': '1', 'fields': {'x': '1'}, 'children': [{'register': 'b', 'rows': '1', 'fields': {'x': '1'}, 'children': ["
             "{'register': 'c', 'rows': '1', 'fields': {'x': '1'}, 'children': [{'register': 'd', 'rows': '1', 'fields': {'x': '1'}, 'children': [{'register': 'e', 'rows': '1', 'fields': {'x': '1'}}]}]}]}]}]}",
          "sample.shape");
}

static void mistakes_in_expressions_are_told(void **state)
{
    struct made *m = *state;
    fails(m, "{'people': 1, 'registers': [{'register': 'a', 'rows': '1', 'fields': {'x': '1 +'}}]}", "sample.feel");
    assert_int_equal(m->d.errors, 1);
    fails(m, "{'people': 1, 'registers': [{'register': 'a', 'rows': '1', 'fields': {'x': 'y', 'y': '1'}}]}", "sample.feel"); /* a later column */
    fails(m, "{'people': 1, 'registers': [{'register': 'a', 'rows': 'x', 'fields': {'x': '1'}}]}", "sample.feel");
    fails(m, "{'people': 1, 'registers': [{'register': 'a', 'rows': '1', 'fields': {'x': '1'}, 'children': [{'register': 'b', 'rows': '1', 'fields': {'x': 'parent.z'}}]}]}", "sample.parent");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rows_have_their_values, begin, end),
        cmocka_unit_test_setup_teardown(cells_are_quoted_where_they_must_be, begin, end),
        cmocka_unit_test_setup_teardown(children_know_their_parent, begin, end),
        cmocka_unit_test_setup_teardown(the_same_seed_gives_the_same, begin, end),
        cmocka_unit_test_setup_teardown(more_people_keep_the_first_ones, begin, end),
        cmocka_unit_test_setup_teardown(no_two_rows_draw_alike, begin, end),
        cmocka_unit_test_setup_teardown(one_register_in_two_places, begin, end),
        cmocka_unit_test_setup_teardown(pieces, begin, end),
        cmocka_unit_test_setup_teardown(registers_without_rows_give_nothing, begin, end),
        cmocka_unit_test_setup_teardown(a_taker_may_stop, begin, end),
        cmocka_unit_test_setup_teardown(what_is_malformed_is_told, begin, end),
        cmocka_unit_test_setup_teardown(mistakes_in_expressions_are_told, begin, end),
    };
    return cmocka_run_group_tests_name("sample", tests, NULL, NULL);
}
