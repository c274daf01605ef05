/* grant_test.c - every role on every register: what is in scope, what of it is in sight, and that nothing else is. */
#include "access/test.h"

enum { TODAY = 20454 };

static struct access_holding held(const char *role, uint64_t node)
{
    return (struct access_holding){.role = str_c(role), .reg = node == 0 ? STR("") : STR("org"), .tree = node == 0 ? STR("") : STR("parent"), .node = node,
                                   .levels = -1, .from = TODAY - 10, .to = DAY_OPEN, .lent_to = DAY_OPEN};
}

static struct grant *grant_of(struct fixture *x, const struct access_holding *h, uint32_t n, uint64_t person)
{
    struct access_facts f = {.account = 7, .name = STR("wang"), .title = STR("王某"), .open = true, .person_reg = person == 0 ? STR("") : STR("cadre"),
                             .person = person, .holdings = h, .holdings_count = n, .today = TODAY};
    struct grant *g = NULL;
    assert_int_equal(grant_make(x->set, &f, &test_world, &g, &x->err), RC_OK);
    return g;
}

static struct sight sight_of(struct fixture *x, const struct grant *g, enum pack_verb v, const char *reg, uint64_t id)
{
    struct sight s;
    assert_int_equal(scope_sight(grant_scope(g, v, reg_of(x, reg)), id, false, &test_world, &s, &x->err), RC_OK);
    return s;
}

static bool sees(struct fixture *x, const struct grant *g, const char *reg, uint64_t id, const char *field)
{
    struct sight s = sight_of(x, g, PACK_READ, reg, id);
    return sight_field(&s, reg_of(x, reg), pack_field_find(reg_of(x, reg), str_c(field)));
}

/* The whole table: role, node, verb, register; then which of the records of orgs 1 2 3 21 31 are in scope. */
static void every_role_on_every_register(void **state)
{
    struct fixture *x = *state;
    static const char *const verbs[] = {"read", "write", "act", "print"};
    static const char *const regs[] = {"org", "cadre", "tenure", "reserve", "notice"};
    static const uint64_t base[] = {0, 100, 200, 300, 400}, orgs[] = {1, 2, 3, 21, 31};
    static const struct { const char *role; uint64_t node; const char *in[4][5]; } rows[] = {
        {"clerk", 2, {{"21", "21", "21", "21", ""}, {"", "", "21", "", ""}}},
        {"clerk", 1, {{"all", "all", "all", "all", ""}, {"", "", "all", "", ""}}},
        {"clerk", 21, {{"x", "x", "x", "x", ""}, {"", "", "x", "", ""}}},
        {"clerk", 0, {{NULL}}}, /* a subtree without a place is no place */
        {"checker", 0, {{"all", "all"}, {NULL}, {NULL}, {"", "all"}}},
        {"checker", 3, {{"31", "31"}, {NULL}, {NULL}, {"", "31"}}},
        {"viewer", 0, {{"all", "all"}}},
        {"chief", 2, {{"", "2"}, {"", "2"}}},
        {"nobody", 1, {{NULL}}},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct access_holding h = held(rows[i].role, rows[i].node);
        struct grant *g = grant_of(x, &h, 1, 0);
        for (int v = 0; v < VERBS; v++)
            for (size_t r = 0; r < ARRAY_LEN(regs); r++)
                for (size_t o = 0; o < ARRAY_LEN(orgs); o++) {
                    const char *in = rows[i].in[v][r] == NULL ? "" : rows[i].in[v][r];
                    bool want = strcmp(in, "all") == 0 || (strcmp(in, "21") == 0 && (orgs[o] == 2 || orgs[o] == 21)) ||
                                (strcmp(in, "31") == 0 && (orgs[o] == 3 || orgs[o] == 31)) || (strcmp(in, "x") == 0 && orgs[o] == 21) ||
                                (strcmp(in, "2") == 0 && orgs[o] == 2);
                    struct sight s = sight_of(x, g, (enum pack_verb)v, regs[r], base[r] + orgs[o]);
                    if (s.any != want) fail_msg("%s at %d may %s %s of %d: %d", rows[i].role, (int)rows[i].node, verbs[v], regs[r], (int)orgs[o], s.any);
                    if (!s.any) assert_int_equal(s.classes | s.self_classes, 0);
                }
        grant_release(g);
    }
}

static void classes_go_with_the_role_that_gives_the_record(void **state)
{
    struct fixture *x = *state;
    struct access_holding h[] = {held("viewer", 0), held("chief", 2)};
    struct grant *g = grant_of(x, h, 2, 0);
    assert_true(sees(x, g, "cadre", 102, "idno"));
    assert_false(sees(x, g, "cadre", 103, "idno")); /* there only the viewer sees it */
    assert_true(sees(x, g, "cadre", 103, "name"));
    assert_false(sees(x, g, "cadre", 103, "phone"));
    assert_false(sees(x, g, "cadre", 102, "nation"));
    grant_release(g);
}

static void what_one_may_not_see_one_may_not_search_by(void **state)
{
    struct fixture *x = *state;
    struct access_holding h[] = {held("viewer", 0), held("chief", 2)};
    struct grant *g = grant_of(x, h, 2, 102);
    const struct pack_register *cadre = reg_of(x, "cadre");
    const struct scope *open = grant_scope_by(g, PACK_READ, cadre, 1, &x->arena), *secret = grant_scope_by(g, PACK_READ, cadre, 1 << PACK_RESTRICTED, &x->arena);
    assert_true(open->all);
    assert_false(secret->all);
    assert_int_equal(secret->terms_count, 1);
    struct sight s;
    assert_int_equal(scope_sight(secret, 102, false, &test_world, &s, &x->err), RC_OK);
    assert_true(s.any);
    assert_int_equal(scope_sight(secret, 103, false, &test_world, &s, &x->err), RC_OK);
    assert_false(s.any);
    grant_release(g);
    struct access_holding all = held("checker", 0);
    g = grant_of(x, &all, 1, 0);
    assert_true(sees(x, g, "cadre", 102, "nation"));
    assert_int_equal(grant_scope_by(g, PACK_READ, cadre, 1 << PACK_PROTECTED, &x->arena)->terms_count, 0);
    grant_release(g);
}

static void the_person_concerned_sees_what_is_disclosed(void **state)
{
    struct fixture *x = *state;
    struct grant *g = grant_of(x, NULL, 0, 102);
    assert_true(sees(x, g, "cadre", 102, "idno"));
    assert_true(sees(x, g, "cadre", 102, "nation"));
    assert_true(sees(x, g, "tenure", 202, "job"));
    assert_false(sees(x, g, "tenure", 202, "note"));        /* the field is never disclosed */
    assert_false(sight_of(x, g, PACK_READ, "reserve", 302).any); /* nor is the register */
    assert_false(sight_of(x, g, PACK_READ, "cadre", 103).any);
    assert_false(sight_of(x, g, PACK_READ, "org", 2).any);
    assert_false(sight_of(x, g, PACK_WRITE, "cadre", 102).any);
    grant_release(g);
    struct access_holding me = held("me", 0);
    g = grant_of(x, &me, 1, 0); /* an account that is nobody in the books */
    size_t n;
    (void)grant_why(g, &n);
    assert_int_equal(n, 1);
    assert_false(sight_of(x, g, PACK_READ, "cadre", 102).any);
    grant_release(g);
}

static void trees_are_not_mixed(void **state)
{
    struct fixture *x = *state;
    struct access_holding h = held("clerk", 1);
    h.tree = STR("party"); /* everyone works under 1 there, and no org stands below it */
    struct grant *g = grant_of(x, &h, 1, 0);
    assert_true(sight_of(x, g, PACK_READ, "cadre", 131).any);
    assert_false(sight_of(x, g, PACK_READ, "org", 2).any);
    grant_release(g);
    h = held("clerk", 2);
    h.tree = STR("party");
    g = grant_of(x, &h, 1, 0);
    assert_false(sight_of(x, g, PACK_READ, "cadre", 102).any); /* by establishment it would be */
    grant_release(g);
    h.tree = STR("nonsense");
    g = grant_of(x, &h, 1, 0);
    assert_false(grant_may(g, PACK_READ, reg_of(x, "cadre")));
    grant_release(g);
}

static void one_level_down_is_one_level(void **state)
{
    struct fixture *x = *state;
    struct access_holding h = held("clerk", 1);
    h.levels = 1;
    struct grant *g = grant_of(x, &h, 1, 0);
    assert_true(sight_of(x, g, PACK_READ, "cadre", 102).any);
    assert_false(sight_of(x, g, PACK_READ, "cadre", 121).any);
    grant_release(g);
}

static void what_is_out_of_time_or_excluded_gives_nothing(void **state)
{
    struct fixture *x = *state;
    const struct pack_register *cadre = reg_of(x, "cadre");
    struct access_holding h[2] = {held("viewer", 0), held("viewer", 0)};
    h[0].to = TODAY - 1;
    struct grant *g = grant_of(x, h, 1, 0);
    assert_false(grant_may(g, PACK_READ, cadre));
    grant_release(g);
    h[0].to = TODAY; /* the last day counts */
    g = grant_of(x, h, 1, 0);
    assert_true(grant_may(g, PACK_READ, cadre));
    grant_release(g);
    h[0] = held("viewer", 0);
    h[0].lender = 9;
    h[0].lent_from = TODAY - 2;
    h[0].lent_to = TODAY - 1; /* lent until yesterday */
    g = grant_of(x, h, 1, 0);
    assert_false(grant_may(g, PACK_READ, cadre));
    grant_release(g);
    h[0] = held("clerk", 1);
    h[1] = held("checker", 0); /* not-with, said by one of them only */
    g = grant_of(x, h, 2, 0);
    size_t n;
    (void)grant_roles(g, &n);
    assert_int_equal(n, 0);
    (void)grant_why(g, &n);
    assert_int_equal(n, 2);
    grant_release(g);
    h[1].from = TODAY + 1; /* from tomorrow: today they do not meet */
    g = grant_of(x, h, 2, 0);
    (void)grant_roles(g, &n);
    assert_int_equal(n, 1);
    grant_release(g);
}

static void the_three_administrators_stand_apart(void **state)
{
    struct fixture *x = *state;
    static const char *const names[] = {"system-admin", "security-admin", "audit-admin"};
    static const bool rights[3][RIGHT_COUNT] = {{true, true, false, true, false, true}, {false, false, true, false, false, true}, {false, false, false, false, true, false}};
    for (int i = 0; i < 3; i++) {
        struct access_holding h[2] = {held(names[i], 0), held("viewer", 0)};
        struct grant *g = grant_of(x, h, 1, 0);
        for (int r = 0; r < RIGHT_COUNT; r++) assert_int_equal(grant_right(g, (enum access_right)r), rights[i][r]);
        for (uint32_t k = 0; k < x->set->registers_count; k++)
            for (int v = 0; v < VERBS; v++) assert_false(grant_may(g, (enum pack_verb)v, x->set->registers[k]));
        grant_release(g);
        g = grant_of(x, h, 2, 0); /* beside another role: neither counts */
        assert_int_equal(grant_office(g), OFFICE_NONE);
        assert_false(grant_may(g, PACK_READ, reg_of(x, "cadre")));
        grant_release(g);
        h[1] = held(names[(i + 1) % 3], 0);
        g = grant_of(x, h, 2, 0);
        assert_int_equal(grant_office(g), OFFICE_NONE);
        grant_release(g);
        h[0].lender = 9; /* an office is not lent */
        g = grant_of(x, h, 1, 0);
        assert_int_equal(grant_office(g), OFFICE_NONE);
        grant_release(g);
    }
}

static void a_token_only_narrows(void **state)
{
    struct fixture *x = *state;
    struct access_holding h = held("checker", 0);
    struct str only[] = {STR("org"), STR("tenure")};
    struct access_narrow narrow = {77, 1u << PACK_READ, only, 2};
    struct access_facts f = {.account = 7, .open = true, .holdings = &h, .holdings_count = 1, .narrow = &narrow, .today = TODAY};
    struct grant *g = NULL;
    assert_int_equal(grant_make(x->set, &f, &test_world, &g, &x->err), RC_OK);
    assert_true(grant_may(g, PACK_READ, reg_of(x, "org")));
    assert_false(grant_may(g, PACK_READ, reg_of(x, "cadre")));
    assert_false(grant_may(g, PACK_READ, reg_of(x, "tenure"))); /* the role does not give it */
    assert_false(grant_may(g, PACK_PRINT, reg_of(x, "cadre")));
    assert_false(grant_right(g, RIGHT_CONFIRM));
    assert_int_equal(grant_token(g), 77);
    grant_release(g);
}

static void two_persons_where_every_role_asks_for_it(void **state)
{
    struct fixture *x = *state;
    struct access_holding h = held("checker", 0);
    struct grant *g = grant_of(x, &h, 1, 0);
    assert_true(grant_two(g, PACK_PRINT, reg_of(x, "cadre")));
    assert_false(grant_two(g, PACK_READ, reg_of(x, "cadre")));
    assert_false(grant_two(g, PACK_PRINT, reg_of(x, "org"))); /* which it may not print at all */
    grant_release(g);
}

static void a_closed_account_gets_no_grant_and_the_operator_all(void **state)
{
    struct fixture *x = *state;
    struct access_facts f = {.account = 7, .today = TODAY};
    struct grant *g = NULL;
    assert_int_equal(grant_make(x->set, &f, &test_world, &g, &x->err), RC_DENIED);
    assert_string_equal(err_code(&x->err), "access.closed");
    assert_null(g);
    g = grant_operator(x->set);
    assert_true(sees(x, g, "cadre", 102, "nation"));
    assert_true(sees(x, g, "reserve", 302, "cadre"));
    for (int r = 0; r < RIGHT_COUNT; r++) assert_true(grant_right(g, (enum access_right)r));
    grant_release(g);
}

static void a_new_record_is_judged_by_its_values(void **state)
{
    struct fixture *x = *state;
    struct access_holding h = held("clerk", 2);
    struct grant *g = grant_of(x, &h, 1, 0);
    const struct pack_register *tenure = reg_of(x, "tenure");
    struct sv values[8] = {{SV_NULL, 0, {NULL, 0}}};
    struct sight s;
    const struct scope *scope = grant_scope(g, PACK_WRITE, tenure);
    assert_int_equal(scope_sight_of(scope, 0, values, false, &test_world, &s, &x->err), RC_OK);
    assert_false(s.any); /* of nobody */
    values[pack_field_find(tenure, STR("cadre"))->column] = sv_int(121);
    assert_int_equal(scope_sight_of(scope, 0, values, false, &test_world, &s, &x->err), RC_OK);
    assert_true(s.any);
    values[pack_field_find(tenure, STR("cadre"))->column] = sv_int(131);
    assert_int_equal(scope_sight_of(scope, 0, values, false, &test_world, &s, &x->err), RC_OK);
    assert_false(s.any);
    grant_release(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_role_on_every_register),
        cmocka_unit_test(classes_go_with_the_role_that_gives_the_record),
        cmocka_unit_test(what_one_may_not_see_one_may_not_search_by),
        cmocka_unit_test(the_person_concerned_sees_what_is_disclosed),
        cmocka_unit_test(trees_are_not_mixed),
        cmocka_unit_test(one_level_down_is_one_level),
        cmocka_unit_test(what_is_out_of_time_or_excluded_gives_nothing),
        cmocka_unit_test(the_three_administrators_stand_apart),
        cmocka_unit_test(a_token_only_narrows),
        cmocka_unit_test(two_persons_where_every_role_asks_for_it),
        cmocka_unit_test(a_closed_account_gets_no_grant_and_the_operator_all),
        cmocka_unit_test(a_new_record_is_judged_by_its_values),
    };
    return cmocka_run_group_tests(tests, fixture_make, fixture_free);
}
