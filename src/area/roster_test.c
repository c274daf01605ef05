/* roster_test.c - the roster that an area keeps: loaded once, followed, the same for all threads of one seq; judging over it. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>

#include <cmocka.h>

#include "area/area.h"
#include "area/small_pack.h"

static struct pack_file small_file = {STR_INIT("01-small.md"), STR_INIT(SMALL_PACK)};

struct fixture {
    struct arena arena;
    struct diags diags;
    struct err err;
    struct area *area;
    uint64_t units[64];
    int units_count, persons_count;
};

static void must_ok(enum rc rc, const struct err *e)
{
    if (rc == RC_OK) return;
    fail_msg("%s: %s", err_code(e), e->en);
}
#define OK(call) must_ok((call), &x->err)

static int setup(void **state)
{
    struct fixture *x = calloc(1, sizeof *x);
    assert_non_null(x);
    arena_init(&x->arena, 256 << 20);
    diags_init(&x->diags, &x->arena, 100);
    struct pack_source src = {STR("small"), &small_file, 1};
    struct area_options o = {.memory = true};
    OK(area_create_open(STR("t"), &o, &src, 1, &x->diags, &x->area, &x->err));
    *state = x;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *x = *state;
    area_close(&x->area);
    arena_fini(&x->arena);
    free(x);
    return 0;
}

/* ---- commands ---- */

static void create_unit(struct fixture *x, int64_t seats)
{
    char code[16];
    snprintf(code, sizeof code, "U%d", x->units_count);
    struct str fields[] = {STR("code"), STR("name"), STR("seats")};
    struct sv values[] = {sv_text(str_c(code)), sv_text(STR("甲单位")), sv_int(seats)};
    struct args_create args = {STR("unit"), 3, fields, values};
    struct command c = {.verb = VERB_CREATE, .happened = ENTRY_NO_DAY, .args = &args};
    struct receipt r;
    OK(area_submit(x->area, &c, &r, &x->err));
    x->units[x->units_count++] = r.id;
}

static uint64_t create_person(struct fixture *x, uint64_t unit)
{
    char code[16];
    snprintf(code, sizeof code, "P%d", x->persons_count++);
    struct str fields[] = {STR("code"), STR("name"), STR("unit")};
    struct sv values[] = {sv_text(str_c(code)), sv_text(STR("张三")), sv_int((int64_t)unit)};
    struct args_create args = {STR("person"), 3, fields, values};
    struct command c = {.verb = VERB_CREATE, .happened = ENTRY_NO_DAY, .args = &args};
    struct receipt r;
    OK(area_submit(x->area, &c, &r, &x->err));
    return r.id;
}

static void move_person(struct fixture *x, uint64_t id, uint64_t unit)
{
    struct str field = STR("unit");
    struct sv value = sv_int((int64_t)unit);
    struct args_update args = {STR("person"), id, 0, 1, &field, &value};
    struct command c = {.verb = VERB_UPDATE, .happened = ENTRY_NO_DAY, .args = &args};
    OK(area_submit(x->area, &c, NULL, &x->err));
}

static void close_person(struct fixture *x, uint64_t id)
{
    struct args_close args = {STR("person"), id, 0};
    struct command c = {.verb = VERB_CLOSE, .happened = ENTRY_NO_DAY, .args = &args};
    OK(area_submit(x->area, &c, NULL, &x->err));
}

static void erase_points(struct fixture *x, uint64_t id)
{
    struct str field = STR("name");
    struct args_erase args = {STR("person"), id, 1, &field, STR("办法 第一条")};
    struct command c = {.verb = VERB_ERASE, .happened = ENTRY_NO_DAY, .args = &args};
    OK(area_submit(x->area, &c, NULL, &x->err));
}

/* ---- what is asked ---- */

struct tally { size_t n; uint64_t sum; };

static enum rc count_one(void *ctx, const struct judged *j, struct err *err)
{
    (void)err;
    struct tally *t = ctx;
    if (j->verdict == VERDICT_HOLDS) {
        t->n++;
        t->sum += j->id;
    }
    return RC_OK;
}

static enum rc judged_by(struct roster *r, const struct area_view *v, struct tally *out, struct err *err)
{
    struct judge_options o = {.today = 20000, .bare = true};
    *out = (struct tally){0, 0};
    return judge(r, v->set, &o, count_one, out, err);
}

static enum rc wants_of(const struct area_view *v, struct arena *a, struct roster_wants *w, struct err *err)
{
    struct roster_want *want = NULL;
    size_t n = 0;
    TRY(judge_want(v->set, NULL, a, &want, &n, err));
    *w = (struct roster_wants){want, n, n};
    return RC_OK;
}

/* ---- tests ---- */

static void loaded_once_then_followed(void **state)
{
    struct fixture *x = *state;
    struct area_view v;
    struct roster_wants w = {NULL, 0, 0};
    struct roster *r = NULL, *same = NULL;
    struct tally t;
    struct area_roster_work work;
    create_unit(x, 1);
    create_unit(x, 0);
    uint64_t p = create_person(x, x->units[0]);
    (void)create_person(x, x->units[0]);
    OK(area_view_open(x->area, &v, &x->err));
    OK(wants_of(&v, &x->arena, &w, &x->err));
    OK(area_roster(&v, w.at, w.len, &r, &x->err));
    OK(area_roster(&v, w.at, w.len, &same, &x->err));
    assert_int_equal(roster_seq(r), v.seq);
    assert_int_equal(roster_seq(same), v.seq);
    OK(judged_by(r, &v, &t, &x->err));
    assert_int_equal(t.n, 1);
    assert_int_equal(t.sum, x->units[0]);
    area_roster_work(x->area, &work);
    assert_int_equal(work.loads, 1);
    assert_int_equal(work.follows, 0);
    assert_true(work.bytes > 0);

    move_person(x, p, x->units[1]); /* while the first view is still open */
    struct area_view later;
    struct roster *next = NULL;
    OK(area_view_open(x->area, &later, &x->err));
    OK(area_roster(&later, w.at, w.len, &next, &x->err));
    assert_int_equal(roster_seq(next), later.seq);
    OK(judged_by(next, &later, &t, &x->err));
    assert_int_equal(t.n, 1);
    assert_int_equal(t.sum, x->units[1]);
    roster_free(&same);
    OK(area_roster(&v, w.at, w.len, &same, &x->err)); /* the older view gets what stood at its seq */
    assert_int_equal(roster_seq(same), v.seq);
    OK(judged_by(same, &v, &t, &x->err));
    assert_int_equal(t.sum, x->units[0]);
    area_roster_work(x->area, &work);
    assert_int_equal(work.loads, 1);
    assert_int_equal(work.follows, 1);
    assert_int_equal(work.alone, 0);
    roster_free(&next);
    roster_free(&same);
    roster_free(&r);
    area_view_close(&later);
    area_view_close(&v);
}

static void more_columns_and_much_older_views(void **state)
{
    struct fixture *x = *state;
    struct area_view old, v;
    struct roster *r = NULL;
    struct area_roster_work work;
    create_unit(x, 1);
    OK(area_view_open(x->area, &old, &x->err));
    OK(area_view_open(x->area, &v, &x->err));
    const struct pack_register *unit = pack_register_find(v.set, STR("unit"));
    struct roster_want name = {.reg = unit, .field = pack_field_find(unit, STR("name"))}, held = {.reg = unit, .field = pack_field_find(unit, STR("held"))};
    OK(area_roster(&v, &name, 1, &r, &x->err));
    roster_free(&r);
    OK(area_roster(&v, &held, 1, &r, &x->err)); /* derived: brings the persons; the name stays */
    roster_free(&r);
    OK(area_roster(&v, &name, 1, &r, &x->err));
    roster_free(&r);
    area_roster_work(x->area, &work);
    assert_int_equal(work.loads, 1);
    assert_int_equal(work.widened, 1);
    area_view_close(&v);
    for (int i = 0; i < 6; i++) {
        (void)create_person(x, x->units[0]);
        OK(area_view_open(x->area, &v, &x->err));
        OK(area_roster(&v, &held, 1, &r, &x->err));
        assert_int_equal(roster_rows(r, pack_register_find(v.set, STR("person"))), i + 1);
        roster_free(&r);
        area_view_close(&v);
    }
    OK(area_roster(&old, &held, 1, &r, &x->err)); /* its version went: a roster of its own */
    assert_int_equal(roster_seq(r), old.seq);
    assert_int_equal(roster_rows(r, pack_register_find(old.set, STR("person"))), 0);
    roster_free(&r);
    area_view_close(&old);
    area_roster_work(x->area, &work);
    assert_int_equal(work.follows, 6);
    assert_int_equal(work.alone, 1);
    (void)create_person(x, x->units[0]); /* a change and another column at once */
    OK(area_view_open(x->area, &v, &x->err));
    struct roster_want code = {.reg = unit, .field = NULL};
    code.reg = pack_register_find(v.set, STR("person"));
    code.field = pack_field_find(code.reg, STR("points"));
    OK(area_roster(&v, &code, 1, &r, &x->err));
    assert_int_equal(roster_seq(r), v.seq);
    assert_int_equal(roster_rows(r, code.reg), 7);
    roster_free(&r);
    area_view_close(&v);
    area_roster_work(x->area, &work);
    assert_int_equal(work.follows, 7);
    assert_int_equal(work.loads, 1);
    assert_int_equal(work.widened, 2);
    area_roster_forget(x->area);
    area_roster_work(x->area, &work);
    assert_int_equal(work.bytes, 0);
}

static void erased_texts_leave_memory(void **state)
{
    struct fixture *x = *state;
    struct area_view v;
    struct roster *r = NULL;
    struct area_roster_work work;
    create_unit(x, 1);
    uint64_t p = create_person(x, x->units[0]);
    for (int i = 0; i < 2; i++) {
        OK(area_view_open(x->area, &v, &x->err));
        const struct pack_register *person = pack_register_find(v.set, STR("person"));
        struct roster_want name = {.reg = person, .field = pack_field_find(person, STR("name"))};
        OK(area_roster(&v, &name, 1, &r, &x->err));
        assert_false(roster_erased(r));
        roster_free(&r);
        area_view_close(&v);
        if (i == 0) erase_points(x, p);
    }
    area_roster_work(x->area, &work);
    assert_int_equal(work.loads, 2);
}

/* Other packs: the roster is loaded anew, under them. */
static void packs_that_change(void **state)
{
    struct fixture *x = *state;
    struct area_view v;
    struct roster *r = NULL;
    struct roster_wants w = {NULL, 0, 0};
    struct area_roster_work work;
    create_unit(x, 1);
    OK(area_view_open(x->area, &v, &x->err));
    OK(wants_of(&v, &x->arena, &w, &x->err));
    OK(area_roster(&v, w.at, w.len, &r, &x->err));
    roster_free(&r);
    area_view_close(&v);
    static struct pack_file file = {STR_INIT("01-small.md"), STR_INIT(SMALL_PACK "\n另一版。\n")};
    struct pack_source src = {STR("small"), &file, 1};
    struct args_install args = {&src, 1, &x->diags};
    struct command c = {.verb = VERB_INSTALL, .happened = ENTRY_NO_DAY, .args = &args};
    OK(area_submit(x->area, &c, NULL, &x->err));
    OK(area_view_open(x->area, &v, &x->err));
    OK(wants_of(&v, &x->arena, &w, &x->err));
    OK(area_roster(&v, w.at, w.len, &r, &x->err));
    struct tally t;
    OK(judged_by(r, &v, &t, &x->err));
    roster_free(&r);
    area_view_close(&v);
    area_roster_work(x->area, &work);
    assert_int_equal(work.loads, 2);
    assert_int_equal(work.follows, 0);
}

/* Readers judge over pinned versions while a writer changes what they are judged by; now and then one compares with the store. */
enum { READERS = 5, WRITES = 60 };

struct reader {
    struct fixture *x;
    atomic_bool *stop;
    pthread_t thread;
    int number, rounds;
    struct err err;
    enum rc rc;
    bool same;
};

static enum rc read_once(struct reader *d, struct arena *a)
{
    struct area_view v;
    struct roster_wants w = {NULL, 0, 0};
    struct roster *r = NULL, *fresh = NULL;
    struct tally t = {0, 0}, again = {0, 0}, store = {0, 0};
    TRY(area_view_open(d->x->area, &v, &d->err));
    enum rc rc = wants_of(&v, a, &w, &d->err);
    const struct pack_register *person = pack_register_find(v.set, STR("person"));
    if (d->number == 1 && d->rounds == 2) /* one asks for more than the others */
        roster_want_put(a, &w, (struct roster_want){.reg = person, .field = pack_field_find(person, STR("points"))});
    if (rc == RC_OK) rc = area_roster(&v, w.at, w.len, &r, &d->err);
    if (rc == RC_OK) rc = judged_by(r, &v, &t, &d->err);
    if (rc == RC_OK) rc = judged_by(r, &v, &again, &d->err); /* what was pinned stays what it was */
    bool same = rc == RC_OK && roster_seq(r) == v.seq && t.n == again.n && t.sum == again.sum;
    if (rc == RC_OK && (d->rounds + d->number) % 3 == 0) {
        rc = roster_load(v.records, w.at, w.len, &fresh, &d->err);
        if (rc == RC_OK) rc = judged_by(fresh, &v, &store, &d->err);
        same = same && rc == RC_OK && t.n == store.n && t.sum == store.sum;
    }
    d->same = d->same && same;
    d->rounds++;
    roster_free(&fresh);
    roster_free(&r);
    area_view_close(&v);
    return rc;
}

static void *reader_main(void *arg)
{
    struct reader *d = arg;
    struct arena a;
    arena_init(&a, 64 << 20);
    struct arena_mark m = arena_mark(&a);
    d->same = true;
    do {
        d->rc = read_once(d, &a);
        arena_reset(&a, m);
    } while (d->rc == RC_OK && d->same && (!atomic_load(d->stop) || d->rounds < 3));
    arena_fini(&a);
    return NULL;
}

static void many_threads(void **state)
{
    struct fixture *x = *state;
    struct reader readers[READERS];
    atomic_bool stop = false;
    uint64_t persons[WRITES];
    for (int i = 0; i < 20; i++) create_unit(x, i % 3);
    for (int i = 0; i < READERS; i++) {
        readers[i] = (struct reader){.x = x, .stop = &stop, .number = i};
        err_clear(&readers[i].err);
        assert_int_equal(pthread_create(&readers[i].thread, NULL, reader_main, &readers[i]), 0);
    }
    for (int i = 0; i < WRITES; i++) {
        persons[i] = create_person(x, x->units[i % 20]);
        if (i % 2 == 1) move_person(x, persons[i / 2], x->units[(i * 7) % 20]);
        if (i % 5 == 4) close_person(x, persons[i]);
        if (i % 5 == 4) persons[i] = persons[0];
        if (i == 40) erase_points(x, persons[1]);
        if (i == 50) area_roster_forget(x->area);
    }
    atomic_store(&stop, true);
    for (int i = 0; i < READERS; i++) {
        assert_int_equal(pthread_join(readers[i].thread, NULL), 0);
        if (readers[i].rc != RC_OK) fail_msg("%s: %s", err_code(&readers[i].err), readers[i].err.en);
        assert_true(readers[i].same);
    }
    /* Whatever the readers came to see of the writes: one before another reads, the second follows. */
    struct reader last = {.x = x, .same = true};
    struct arena a;
    arena_init(&a, 64 << 20);
    err_clear(&last.err);
    assert_int_equal(read_once(&last, &a), RC_OK);
    create_person(x, x->units[0]);
    assert_int_equal(read_once(&last, &a), RC_OK);
    arena_fini(&a);
    assert_true(last.same);
    struct area_roster_work work;
    area_roster_work(x->area, &work);
    assert_true(work.follows > 0 && work.loads >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(loaded_once_then_followed, setup, teardown),
        cmocka_unit_test_setup_teardown(more_columns_and_much_older_views, setup, teardown),
        cmocka_unit_test_setup_teardown(erased_texts_leave_memory, setup, teardown),
        cmocka_unit_test_setup_teardown(packs_that_change, setup, teardown),
        cmocka_unit_test_setup_teardown(many_threads, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
