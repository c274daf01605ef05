/*
 * kept_test.c - what the writer has by it is what the store says: random creates, updates, closings, erasures, marks, undos, commits and rollbacks;
 * after each, every row as the writer's handle gives it and as a handle that keeps nothing reads it.
 */
#include "record/test_area.h"

static const char chapter[] =
    "```guiju\npack: kept\ntitle: 试\nversion: \"1\"\n```\n"
    "```guiju\nregister: org\ntitle: 机构\ndisplay: 名称\nfields:\n  code: {title: 编码, type: text(20), key: yes}\n  name: {title: 名称, type: text(20), required: yes}\n"
    "  above: {title: 上级, type: ref(org), tree: yes}\n```\n"
    "```guiju\nregister: man\ntitle: 人\ndisplay: 姓名\nfields:\n  name: {title: 姓名, type: text(20), required: yes}\n  org: {title: 机构, type: ref(org)}\n"
    "  born: {title: 出生, type: month, class: personal}\n  note: {title: 记, type: text(200), class: restricted}\n  n: {title: 数, type: number(2)}\n```\n";

enum { OPS = 4000, MEN = 400 };

struct play {
    struct test_area t;
    struct records *plain;   /* reads only, and is told of every change: keeps nothing */
    uint64_t seed, men[MEN];
    size_t men_count, marked, kept;
};

static uint64_t draw(struct play *p, uint64_t n)
{
    p->seed = p->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (p->seed >> 33) % n;
}

static bool same(const struct sv *x, const struct sv *y)
{
    return x->kind == y->kind && (x->kind == SV_INT ? x->i == y->i : x->kind == SV_NULL || str_eq(x->s, y->s));
}

static void compare(struct play *p)
{
    const struct pack_register *r = test_reg(&p->t, "man");
    struct arena a;
    struct err e, f;
    arena_init(&a, 64 << 20);
    for (size_t i = 0; i < p->men_count; i++) {
        struct record one, other;
        enum rc rc = record_get(p->t.records, r, p->men[i], &a, &one, &e), by_store = record_get(p->plain, r, p->men[i], &a, &other, &f);
        assert_int_equal(rc, by_store);
        if (rc != RC_OK) continue;
        assert_int_equal(one.version, other.version);
        assert_int_equal(one.seq, other.seq);
        assert_int_equal(one.closed_us, other.closed_us);
        for (uint32_t c = 0; c < r->stored_count; c++) assert_true(same(&one.values[c], &other.values[c]));
    }
    arena_fini(&a);
}

static void change_one(struct play *p)
{
    const struct pack_register *r = test_reg(&p->t, "man");
    static const char *const names[] = {"name", "born", "note", "n"};
    const struct pack_field *f = test_field(r, names[draw(p, 4)]);
    char text[24];
    snprintf(text, sizeof text, "新%u", (unsigned)draw(p, 1000));
    struct sv v = f->type == FIELD_TEXT ? sv_text(str_c(text)) : draw(p, 3) == 0 ? sv_null() : sv_int(f->type == FIELD_MONTH ? 0 : (int64_t)draw(p, 500));
    struct changed done;
    struct err e;
    enum rc rc = record_update(p->t.records, r, p->men[draw(p, p->men_count)], 0, &p->t.change, 1, &f, &v, &done, &e);
    assert_true(rc == RC_OK || rc == RC_CONFLICT || rc == RC_ABSENT); /* closed, or undone */
}

static void end_one(struct play *p, bool by_law)
{
    const struct pack_register *r = test_reg(&p->t, "man");
    const struct pack_field *note = test_field(r, "note");
    struct changed done;
    struct err e;
    uint64_t id = p->men[draw(p, p->men_count)];
    enum rc rc = by_law ? record_erase(p->t.records, r, id, &p->t.change, 1, &note, STR("甲法 第一条"), &done, &e) : record_close(p->t.records, r, id, 0, &p->t.change, &done, &e);
    assert_true(rc == RC_OK || rc == RC_CONFLICT || rc == RC_ABSENT);
}

static void undo(struct play *p)
{
    store_mark_undo(p->t.store);
    journal_undo(p->t.journal);
    records_undo(p->t.records);
}

static void settle(struct play *p, bool commit)
{
    struct err e;
    if (commit) {
        test_ok(store_commit(p->t.store, &e), &e);
        journal_keep(p->t.journal);
        records_keep(p->t.records);
    } else {
        store_rollback(p->t.store);
        journal_drop(p->t.journal);
        records_drop(p->t.records);
    }
    test_ok(store_begin_write(p->t.store, &e), &e);
}

static void inside_a_mark(struct play *p)
{
    struct err e;
    test_ok(store_mark(p->t.store, &e), &e);
    journal_mark(p->t.journal);
    records_mark(p->t.records);
    for (int i = 0; i < 3; i++) change_one(p);
    compare(p);
    if (draw(p, 2) == 0) undo(p);
    else test_ok(store_mark_keep(p->t.store, &e), &e);
}

static void what_is_kept_is_what_is_stored(void **state)
{
    struct play *p = *state;
    struct err e;
    for (int i = 0; i < OPS; i++) {
        switch (draw(p, 12)) {
        case 0: case 1:
            if (p->men_count < MEN) p->men[p->men_count++] = test_make(&p->t, "man", draw(p, 2) == 0 ? "姓名=甲 机构=1 出生=1980-01" : "姓名=乙 记=某事 数=3.25");
            break;
        case 2: end_one(p, false); break;
        case 3: end_one(p, true); break;
        case 4: inside_a_mark(p); break;
        case 5: settle(p, draw(p, 3) != 0); break;
        default: change_one(p); break;
        }
        if (i % 20 == 0) compare(p);
    }
    compare(p);
    struct journal_report jr;
    struct record_report rr;
    test_ok(store_commit(p->t.store, &e), &e);
    journal_keep(p->t.journal);
    records_keep(p->t.records);
    test_ok(store_begin_write(p->t.store, &e), &e);
    test_ok(records_verify(p->t.records, &p->t.arena, &jr, &rr, &e), &e);
    assert_int_equal(rr.first_bad, 0);
}

/* Whoever writes by another handle says so, as the area does when the journal's head has moved. */
static void others_are_seen_when_they_are_told_of(void **state)
{
    struct play *p = *state;
    const struct pack_register *r = test_reg(&p->t, "man");
    const struct pack_field *f = test_field(r, "name");
    struct changed done;
    struct err e;
    struct record rec;
    struct sv v = sv_text(STR("丙"));
    uint64_t id = test_make(&p->t, "man", "姓名=甲");
    test_ok(record_update(p->plain, r, id, 0, &p->t.change, 1, &f, &v, &done, &e), &e);
    records_refresh(p->t.records);
    test_ok(record_get(p->t.records, r, id, &p->t.arena, &rec, &e), &e);
    assert_true(str_eq(rec.values[f->column].s, STR("丙")));
}

static int setup(void **state)
{
    struct play *p = calloc(1, sizeof *p);
    struct err e;
    p->seed = 20261122;
    test_open(&p->t, 20454, chapter, NULL);
    test_ok(records_open(p->t.store, p->t.journal, p->t.set, &p->plain, &e), &e);
    test_make(&p->t, "org", "编码=1 名称=局");
    settle(p, true);
    *state = p;
    return 0;
}

static int teardown(void **state)
{
    struct play *p = *state;
    if (store_in_transaction(p->t.store)) store_rollback(p->t.store);
    records_close(&p->plain);
    test_close(&p->t);
    free(p);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_kept_is_what_is_stored, setup, teardown),
        cmocka_unit_test_setup_teardown(others_are_seen_when_they_are_told_of, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
