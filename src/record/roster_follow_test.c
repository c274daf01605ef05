/* roster_follow_test.c - a roster that follows the journal is the same as one loaded anew, and what was pinned stays what it was. */
#include "record/roster_follow.h"
#include "record/test_walk.h"

/* Everything of these registers. */
static struct roster *load(struct world *w, int regs)
{
    struct roster_wants wants = {NULL, 0, 0};
    if (regs == 0) { /* refs to what is not loaded stay ids */
        const struct pack_register *org = w->regs[0], *tenure = w->regs[3];
        static const char *const fields[] = {"post", "cadre", "since"};
        for (size_t i = 0; i < ARRAY_LEN(fields); i++)
            roster_want_put(&w->t.arena, &wants, (struct roster_want){.reg = tenure, .field = test_field(tenure, fields[i])});
        roster_want_put(&w->t.arena, &wants, (struct roster_want){.reg = org, .field = test_field(org, "parent"), .back = true});
    }
    for (int i = 0; i < regs; i++) {
        const struct pack_register *r = w->regs[i];
        roster_want_display(&w->t.arena, &wants, r);
        for (uint32_t f = 0; f < r->fields_count; f++)
            roster_want_put(&w->t.arena, &wants, (struct roster_want){.reg = r, .field = &r->fields[f], .back = r->fields[f].ref != NULL && r->fields[f].derive == NULL});
    }
    struct roster *r = NULL;
    test_ok(roster_load(w->t.records, wants.at, wants.len, &r, &w->e), &w->e);
    return r;
}

static struct roster *follow(struct world *w, const struct roster *r)
{
    struct roster *next = NULL;
    test_ok(roster_follow(r, w->t.records, &next, &w->e), &w->e);
    assert_int_equal(roster_seq(next), journal_size(w->t.journal));
    return next;
}

/* ---- what a roster says ---- */

struct telling {
    struct arena arena;
    struct feel_run run;
    struct buf out;
};

static bool loaded(const struct roster_table *t, uint32_t slot)
{
    if (slot >= t->reg->fields_count) return t->backs[slot - t->reg->fields_count].start != NULL;
    return t->columns[slot] != NULL || t->memos[slot] != NULL;
}

static void tell_record(struct telling *l, const struct roster_table *t, int64_t id)
{
    struct err e;
    const struct pack_register *reg = t->reg;
    struct arena_mark m = arena_mark(&l->arena);
    for (uint32_t i = 0; i < reg->feel.members_count; i++) {
        struct fv v;
        if (!loaded(t, reg->feel.members[i].slot)) continue;
        l->run.steps_left = FEEL_STEPS_DEFAULT;
        test_ok(l->run.host->member(&l->run, &reg->feel, id, &reg->feel.members[i], &v, &e), &e);
        buf_str(&l->out, reg->feel.members[i].name);
        buf_char(&l->out, '=');
        if (v.kind == FV_RECORD) buf_i64(&l->out, v.id);
        else if (v.kind != FV_LIST) fv_print(&v, &l->out);
        for (uint32_t k = 0; v.kind == FV_LIST && k < v.count; k++) {
            buf_i64(&l->out, v.items[k].id);
            buf_char(&l->out, ',');
        }
        buf_char(&l->out, '\n');
    }
    struct str shown;
    test_ok(l->run.host->display(&l->run, &reg->feel, id, &shown, &e), &e);
    buf_str(&l->out, shown);
    buf_char(&l->out, '\n');
    arena_reset(&l->arena, m);
}

/* Everything that `r` says of the open records, and of the closed ones that `known` has (they are referred to). */
static struct str tell(struct world *w, struct roster *r, const struct roster *known, day_num today)
{
    struct telling l = {.run = {.today = today}};
    arena_init(&l.arena, (size_t)256 << 20);
    buf_init(&l.out, (size_t)256 << 20);
    l.run.arena = &l.arena;
    roster_host(r, &l.run.host, &l.run.host_ctx);
    for (int i = 0; i < REGS; i++) {
        const struct pack_register *reg = w->regs[i];
        if (known->tables[reg->idx] == NULL) continue;
        const struct roster_table *t = known->tables[reg->idx];
        const int64_t *ids = roster_ids(r, reg);
        buf_str(&l.out, reg->d.name);
        buf_char(&l.out, '\n');
        for (size_t k = 0; k < roster_rows(r, reg); k++) {
            buf_i64(&l.out, ids[k]);
            buf_char(&l.out, '/');
            buf_u64(&l.out, roster_version(r, reg, ids[k]));
            buf_char(&l.out, '\n');
            assert_true(roster_has(r, reg, ids[k]));
            tell_record(&l, t, ids[k]);
        }
        for (uint32_t row = 0; row < t->rows_all; row++) {
            if (roster_is_open(t, row)) continue;
            assert_false(roster_has(r, reg, roster_id(t, row)));
            tell_record(&l, t, roster_id(t, row));
        }
        struct fv all;
        struct err e;
        test_ok(l.run.host->all(&l.run, &reg->feel, &all, &e), &e);
        assert_int_equal(all.count, roster_rows(r, reg));
        for (uint32_t k = 0; k < all.count; k++) assert_int_equal(all.items[k].id, ids[k]);
    }
    struct str s = str_dup(&w->t.arena, buf_view(&l.out));
    buf_fini(&l.out);
    arena_fini(&l.arena);
    return s;
}

static void assert_told(struct str a, struct str b)
{
    if (str_eq(a, b)) return;
    size_t i = 0, from = 0;
    while (i < a.len && i < b.len && a.ptr[i] == b.ptr[i]) i++;
    from = i > 300 ? i - 300 : 0;
    fail_msg("followed …" STR_FMT "…\nloaded …" STR_FMT "…", STR_ARG(str_sub(a, from, MIN(i + 60, a.len))), STR_ARG(str_sub(b, from, MIN(i + 60, b.len))));
}

static void assert_same_ids(struct world *w, const struct roster *a, const struct roster *b)
{
    for (int i = 0; i < REGS; i++) {
        int64_t x[7], y[7];
        assert_int_equal(roster_rows(a, w->regs[i]), roster_rows(b, w->regs[i]));
        for (size_t from = 0; from < roster_rows(a, w->regs[i]) + 7; from += 5) {
            size_t n = roster_ids_at(a, w->regs[i], from, 7, x);
            assert_int_equal(n, roster_ids_at(b, w->regs[i], from, 7, y));
            assert_memory_equal(x, y, n * sizeof x[0]);
        }
    }
}

/* ---- tests ---- */

static void random_walk(uint64_t seed, int regs, uint32_t rounds, uint32_t batch)
{
    struct world *w = malloc(sizeof *w);
    assert_non_null(w);
    world_open(w, seed);
    for (int i = 0; i < 4; i++) create(w, 0);
    for (int i = 0; i < 8; i++) create(w, 1);
    day_num today = w->t.change.today;
    struct roster *r = load(w, regs), *pinned = NULL;
    struct str before = STR("");
    for (uint32_t i = 0; i < rounds; i++) {
        if (dice(w, 3) > 0) (void)tell(w, r, r, today); /* what derived fields come to is remembered, and carried on */
        if (dice(w, 4) == 0) (void)tell(w, r, r, today + 400);
        if (pinned == NULL || dice(w, 6) == 0) {
            roster_free(&pinned);
            test_ok(roster_pin(r, &pinned, &w->e), &w->e);
            before = tell(w, pinned, pinned, today);
        }
        commands(w, 1 + dice(w, batch));
        struct roster *next = follow(w, r), *fresh = load(w, regs);
        assert_same_ids(w, next, fresh);
        assert_told(tell(w, next, fresh, today), tell(w, fresh, fresh, today));
        if (dice(w, 3) == 0) assert_told(tell(w, next, fresh, today + 400), tell(w, fresh, fresh, today + 400));
        assert_told(tell(w, pinned, pinned, today), before);
        roster_free(&fresh);
        roster_free(&r);
        r = next;
    }
    size_t made = 0, open = 0;
    for (int i = 0; i < regs; i++) {
        made += w->count[i];
        open += roster_rows(r, w->regs[i]);
    }
    if (regs == REGS && batch >= 40) assert_true(open > 60 && open < made); /* it was a walk */
    roster_free(&pinned);
    roster_free(&r);
    test_close(&w->t);
    free(w);
}

static void test_random_commands(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 24; seed++) random_walk(seed, REGS, 30, seed % 2 ? 4 : 40);
}

static void test_refs_to_registers_that_are_not_loaded(void **state)
{
    (void)state;
    random_walk(77, 0, 12, 20);
    random_walk(78, 1, 12, 20);
}

/* Columns, lists and displays that come later, between changes: as if all had been loaded at once. */
static void test_columns_that_come_later(void **state)
{
    (void)state;
    for (uint64_t seed = 100; seed < 124; seed++) {
        struct world *w = malloc(sizeof *w);
        assert_non_null(w);
        world_open(w, seed);
        for (int i = 0; i < 4; i++) create(w, 0);
        commands(w, 60);
        day_num today = w->t.change.today;
        struct roster *r = load(w, 0);
        for (int round = 0; round < 12; round++) {
            struct roster *next = NULL, *fresh = NULL;
            if (dice(w, 2)) {
                commands(w, 1 + dice(w, 20));
                next = follow(w, r);
            } else {
                struct roster_want wants[3];
                size_t n = 1 + dice(w, 3);
                for (size_t i = 0; i < n; i++) {
                    const struct pack_register *reg = w->regs[dice(w, REGS)];
                    const struct pack_field *f = &reg->fields[dice(w, reg->fields_count)];
                    wants[i] = (struct roster_want){.reg = reg, .field = f, .back = f->ref != NULL && f->derive == NULL && dice(w, 2)};
                }
                test_ok(roster_extend(r, w->t.records, wants, n, &next, &w->e), &w->e);
                assert_ptr_equal(next->home, r->home);
            }
            test_ok(roster_load(w->t.records, next->version->wants.at, next->version->wants.len, &fresh, &w->e), &w->e);
            assert_same_ids(w, next, fresh);
            assert_told(tell(w, next, fresh, today), tell(w, fresh, fresh, today));
            assert_told(tell(w, r, r, today), tell(w, r, r, today)); /* the earlier one still answers */
            roster_free(&fresh);
            roster_free(&r);
            r = next;
        }
        struct roster *no = NULL;
        struct roster_want want = {.reg = w->regs[0], .field = NULL};
        create(w, 0);
        assert_int_equal(roster_extend(r, w->t.records, &want, 1, &no, &w->e), RC_CONFLICT);
        assert_string_equal(err_code(&w->e), "roster.ahead");
        roster_free(&r);
        test_close(&w->t);
        free(w);
    }
}

static void test_nothing_new_is_the_same_version(void **state)
{
    (void)state;
    struct world *w = malloc(sizeof *w);
    assert_non_null(w);
    world_open(w, 5);
    commands(w, 60);
    struct roster *r = load(w, REGS), *same = follow(w, r);
    assert_ptr_equal(same->version, r->version);
    size_t bytes = roster_bytes(r);
    roster_free(&same);
    for (int i = 0; i < 10; i++) { /* versions that nobody holds leave nothing behind */
        create(w, 2);
        commands(w, 5);
        same = follow(w, r);
        assert_ptr_equal(same->home, r->home);
        assert_ptr_not_equal(same->version, r->version);
        roster_free(&same);
    }
    assert_true(roster_bytes(r) < bytes + 4096); /* texts may have come */
    roster_free(&r);
    test_close(&w->t);
    free(w);
}

static void test_what_did_not_change_is_shared(void **state)
{
    (void)state;
    struct world *w = malloc(sizeof *w);
    assert_non_null(w);
    world_open(w, 9);
    create(w, 0);
    create(w, 1);
    while (w->count[2] < 3000) create(w, 2);
    struct roster *r = load(w, REGS);
    const struct pack_field *name = test_field(w->regs[2], "name"), *born = test_field(w->regs[2], "born"), *tier = test_field(w->regs[2], "tier");
    (void)tell(w, r, r, w->t.change.today);
    struct sv v = sv_text(STR("改名"));
    struct changed done;
    w->t.change.command++;
    test_ok(record_update(w->t.records, w->regs[2], w->ids[2][10], 0, &w->t.change, 1, &name, &v, &done, &w->e), &w->e);
    struct roster *next = follow(w, r);
    const struct roster_table *old = r->tables[w->regs[2]->idx], *now = next->tables[w->regs[2]->idx];
    assert_ptr_not_equal(old->columns[name->idx]->blocks[0], now->columns[name->idx]->blocks[0]);
    assert_ptr_equal(old->columns[name->idx]->blocks[1], now->columns[name->idx]->blocks[1]);
    assert_ptr_equal(old->columns[born->idx]->blocks, now->columns[born->idx]->blocks);
    assert_ptr_equal(old->deltas, now->deltas);
    assert_non_null(now->memos[tier->idx]->sets);
    assert_ptr_equal(old->memos[tier->idx]->sets->blocks[1], now->memos[tier->idx]->sets->blocks[1]);
    assert_int_equal(roster_version(next, w->regs[2], (int64_t)w->ids[2][10]), 2);
    assert_int_equal(roster_version(r, w->regs[2], (int64_t)w->ids[2][10]), 1);
    roster_free(&r); /* the later one does not need the earlier */
    (void)tell(w, next, next, w->t.change.today);
    roster_free(&next);
    test_close(&w->t);
    free(w);
}

static void test_erased_values_are_gone_and_told(void **state)
{
    (void)state;
    struct world *w = malloc(sizeof *w);
    assert_non_null(w);
    world_open(w, 11);
    while (w->count[2] < 5) create(w, 2);
    struct roster *r = load(w, REGS);
    assert_false(roster_erased(r));
    const struct pack_field *f = test_field(w->regs[2], "deferred");
    struct sv v = sv_int(20000);
    struct changed done;
    w->t.change.command++;
    test_ok(record_update(w->t.records, w->regs[2], w->ids[2][3], 0, &w->t.change, 1, &f, &v, &done, &w->e), &w->e);
    struct roster *next = follow(w, r);
    int64_t cell;
    uint32_t row = roster_row(next->tables[w->regs[2]->idx], (int64_t)w->ids[2][3]);
    assert_true(roster_get(next->tables[w->regs[2]->idx]->columns[f->idx], row, &cell));
    w->t.change.command++;
    test_ok(record_erase(w->t.records, w->regs[2], w->ids[2][3], &w->t.change, 1, &f, STR("试用办法 第一条"), &done, &w->e), &w->e);
    struct roster *last = follow(w, next);
    assert_false(roster_get(last->tables[w->regs[2]->idx]->columns[f->idx], row, &cell));
    assert_true(roster_erased(last));
    roster_free(&last);
    roster_free(&next);
    roster_free(&r);
    test_close(&w->t);
    free(w);
}

static void test_very_many_changes_are_loaded_anew(void **state)
{
    (void)state;
    struct world *w = malloc(sizeof *w);
    assert_non_null(w);
    world_open(w, 13);
    create(w, 0);
    struct roster *r = load(w, REGS);
    while (w->count[2] < 1500) create(w, 2);
    struct roster *next = follow(w, r);
    assert_ptr_not_equal(next->home, r->home);
    assert_int_equal(roster_rows(next, w->regs[2]), 1500);
    struct roster *back = NULL;
    roster_free(&r);
    r = next;
    next = NULL;
    assert_int_equal(roster_follow(r, w->t.records, &back, &w->e), RC_OK); /* nothing came */
    roster_free(&back);
    roster_free(&r);
    test_close(&w->t);
    free(w);
}

/* New records at the end of a run, of a plain index, of a hash, and of ids that lie very far apart: found in the new version, not in the old. */
static void grow_by(struct world *w, const int64_t *ids, uint32_t n, const int64_t *more, uint32_t more_n)
{
    const struct pack_register *cadre = w->regs[2];
    struct roster_build *b = NULL;
    struct roster *r = NULL;
    test_ok(roster_build_begin(w->t.set, &b, &w->e), &w->e);
    test_ok(roster_build_table(b, cadre, n, 0, ids, &w->e), &w->e);
    test_ok(roster_build_column(b, cadre, test_field(cadre, "born"), false, &w->e), &w->e);
    test_ok(roster_build_finish(&b, &r, &w->e), &w->e);
    struct arena a;
    arena_init(&a, (size_t)64 << 20);
    for (int round = 0; round < 2; round++) { /* the second goes on from the first */
        struct roster *next = NULL;
        test_ok(roster_make_next(r, &next, &w->e), &w->e);
        struct follow f = {.r = next, .from = r, .a = &a};
        patch_frame(&f);
        const struct roster_table *old = r->tables[cadre->idx];
        struct roster_table *now = next->tables[cadre->idx];
        uint32_t from = round == 0 ? 0 : more_n / 2, to = round == 0 ? more_n / 2 : more_n, row = 0;
        for (uint32_t i = from; i < to; i++) {
            test_ok(patch_append(&f, now, more[i], &row, &w->e), &w->e);
            assert_int_equal(row, n + i);
        }
        struct follow_table t = {.old = old, .now = now};
        test_ok(patch_reach(&f, &t, &w->e), &w->e);
        for (uint32_t i = 0; i < n; i++) {
            assert_int_equal(roster_row(now, ids[i]), i);
            assert_int_equal(roster_row(old, ids[i]), i);
            assert_int_equal(roster_id(now, i), ids[i]);
        }
        for (uint32_t i = 0; i < to; i++) {
            assert_int_equal(roster_row(now, more[i]), n + i);
            assert_int_equal(roster_id(now, n + i), more[i]);
            assert_int_equal(roster_row_version(now, n + i), 1);
            assert_true(i < from || roster_row(old, more[i]) == ROSTER_NO_ROW);
        }
        assert_int_equal(roster_row(now, INT64_MAX), ROSTER_NO_ROW);
        assert_int_equal(roster_row(now, -5), ROSTER_NO_ROW);
        roster_free(&r);
        r = next;
    }
    roster_free(&r);
    arena_fini(&a);
}

static void test_places_of_new_records(void **state)
{
    (void)state;
    struct world *w = malloc(sizeof *w);
    assert_non_null(w);
    world_open(w, 19);
    enum { N = 3000, MORE = 2500 };
    static int64_t ids[N], more[MORE];
    static const struct { int64_t first, step, more_from, more_step; } cases[] = {
        {100, 1, 100 + N, 1},             /* a run goes on */
        {100, 1, 100 + N + 7, 1},         /* a run ends */
        {100, 2, 100 + 2 * N, 3},         /* a plain index */
        {100, 2, 900000, 1},              /* that becomes too thin */
        {100, 50, 100 + 50 * N, 70},      /* a hash, that must grow */
        {100, 50, INT64_C(1) << 40, 11},  /* far away */
        {5000, 1, 100, 1},                /* closed ones that are older than all */
    };
    for (size_t c = 0; c < ARRAY_LEN(cases); c++) {
        for (int64_t i = 0; i < N; i++) ids[i] = cases[c].first + i * cases[c].step;
        /* wide ids are indexed from the start each time: fewer of them */
        uint32_t n = cases[c].more_from > UINT32_MAX || cases[c].more_from < cases[c].first ? 40 : MORE;
        for (int64_t i = 0; i < n; i++) more[i] = cases[c].more_from + i * cases[c].more_step;
        grow_by(w, ids, N, more, n);
    }
    for (int64_t i = 0; i < 10; i++) more[i] = 77 + i;
    grow_by(w, NULL, 0, more, 10); /* an empty register */
    test_close(&w->t);
    free(w);
}

static void test_refusals(void **state)
{
    (void)state;
    struct world *w = malloc(sizeof *w), *other = malloc(sizeof *other);
    assert_true(w != NULL && other != NULL);
    world_open(w, 17);
    world_open(other, 18);
    commands(w, 30);
    struct roster *r = load(w, REGS), *next = NULL;
    assert_int_equal(roster_follow(r, other->t.records, &next, &w->e), RC_CONFLICT);
    assert_string_equal(err_code(&w->e), "roster.packs");
    assert_null(next);
    r->version->seq++; /* as if it stood later than the snapshot */
    assert_int_equal(roster_follow(r, w->t.records, &next, &w->e), RC_CONFLICT);
    assert_string_equal(err_code(&w->e), "roster.ahead");
    roster_free(&r);
    test_close(&w->t);
    test_close(&other->t);
    free(w);
    free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_commands),
        cmocka_unit_test(test_refs_to_registers_that_are_not_loaded),
        cmocka_unit_test(test_columns_that_come_later),
        cmocka_unit_test(test_nothing_new_is_the_same_version),
        cmocka_unit_test(test_what_did_not_change_is_shared),
        cmocka_unit_test(test_erased_values_are_gone_and_told),
        cmocka_unit_test(test_very_many_changes_are_loaded_anew),
        cmocka_unit_test(test_places_of_new_records),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
