/* follow_test.c - judging over a roster that has followed changes says word for word what judging over one loaded anew says, by columns and row by row. */
#include "record/test_walk.h"
#include "rule/rule.h"

static enum rc note(void *ctx, const struct judged *j, struct err *err)
{
    (void)err;
    judged_json(j, ctx);
    return RC_OK;
}

static struct str findings(struct world *w, struct roster *r, day_num today, bool by_rows)
{
    struct judge_options o = {.today = today, .undetermined = true, .excepted = true, .by_rows = by_rows};
    struct buf b;
    buf_init(&b, 64 << 20);
    test_ok(judge(r, w->t.set, &o, note, &b, &w->e), &w->e);
    struct str s = str_dup(&w->t.arena, buf_view(&b));
    buf_fini(&b);
    return s;
}

static void assert_said(struct str a, struct str b)
{
    if (str_eq(a, b)) return;
    size_t i = 0;
    while (i < a.len && i < b.len && a.ptr[i] == b.ptr[i]) i++;
    size_t from = i > 400 ? i - 400 : 0;
    fail_msg("followed …" STR_FMT "…\nloaded …" STR_FMT "…", STR_ARG(str_sub(a, from, MIN(i + 100, a.len))), STR_ARG(str_sub(b, from, MIN(i + 100, b.len))));
}

static size_t walk(uint64_t seed, uint32_t batch)
{
    struct world *w = malloc(sizeof *w);
    assert_non_null(w);
    world_open(w, seed);
    for (int i = 0; i < 4; i++) create(w, 0);
    for (int i = 0; i < 8; i++) create(w, 1);
    commands(w, 150);
    day_num today = w->t.change.today;
    struct roster_want *want;
    struct roster *r = NULL, *pinned = NULL;
    size_t n, said = 0;
    test_ok(judge_want(w->t.set, NULL, &w->t.arena, &want, &n, &w->e), &w->e);
    test_ok(roster_load(w->t.records, want, n, &r, &w->e), &w->e);
    test_ok(roster_pin(r, &pinned, &w->e), &w->e);
    struct str before = findings(w, pinned, today, false);
    for (int round = 0; round < 15; round++) {
        struct roster *next = NULL, *fresh = NULL;
        commands(w, 1 + dice(w, batch));
        test_ok(roster_follow(r, w->t.records, &next, &w->e), &w->e);
        test_ok(roster_load(w->t.records, want, n, &fresh, &w->e), &w->e);
        struct str whole = findings(w, fresh, today, false);
        assert_said(findings(w, next, today, false), whole);
        assert_said(findings(w, next, today, true), whole);
        if (round % 4 == 0) assert_said(findings(w, next, today + 500, false), findings(w, fresh, today + 500, true));
        said += whole.len;
        roster_free(&fresh);
        roster_free(&r);
        r = next;
    }
    assert_said(findings(w, pinned, today, false), before);
    roster_free(&pinned);
    roster_free(&r);
    test_close(&w->t);
    free(w);
    return said;
}

static void test_judging_over_a_roster_that_follows(void **state)
{
    (void)state;
    size_t said = 0;
    for (uint64_t seed = 1; seed <= 12; seed++) said += walk(seed, seed % 2 ? 5 : 40);
    assert_true(said > 10000); /* there was something to find */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_judging_over_a_roster_that_follows)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
