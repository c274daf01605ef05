/* see_test.c - records as a grant shows them: one by one and as ids the same answer, out of scope as if not there, out of sight empty. */
#include "record/inner.h"
#include "record/test_area.h"

enum { TODAY = 20454 };

#define CHAPTER \
    "# 试\n\n```guiju\npack: t\ntitle: 试\nversion: \"1\"\n```\n\n" \
    "```guiju\nregister: org\ntitle: 组织\ndisplay: 名称\ntree: [parent, party]\nfields:\n" \
    "  code: {title: 编码, type: text(20), key: yes}\n" \
    "  name: {title: 名称, type: text(40), required: yes}\n" \
    "  parent: {title: 上级, type: ref(org), back: 下级}\n" \
    "  party: {title: 党内上级, type: ref(org), back: 党内下级}\n```\n\n" \
    "```guiju\nregister: cadre\ntitle: 干部\ndisplay: 姓名\nfields:\n" \
    "  code: {title: 编号, type: text(20), key: yes}\n" \
    "  name: {title: 姓名, type: text(40), required: yes, class: personal}\n" \
    "  idno: {title: 证件号, type: text(18), class: restricted}\n" \
    "  estab: {title: 编制单位, type: ref(org), back: 编制内, scope: [parent]}\n" \
    "  works: {title: 工作单位, type: ref(org), back: 在岗的, scope: [party]}\n```\n\n" \
    "```guiju\nregister: tenure\ntitle: 任职\ndisplay: 干部.姓名 + 职务\nparent: cadre\nfields:\n" \
    "  cadre: {title: 干部, type: ref(cadre), required: yes, back: 任职}\n" \
    "  job: {title: 职务, type: text(40)}\n```\n\n" \
    "```guiju\nrole: clerk\ntitle: 办事员\nscope: subtree\nmay: {read: [org, cadre, tenure]}\n```\n\n" \
    "```guiju\nrole: office\ntitle: 科室\nscope: subtree\nmay: {read: [cadre, tenure]}\nsees: [personal, restricted]\n```\n\n" \
    "```guiju\nrole: all\ntitle: 全\nscope: area\nmay: {read: [tenure]}\n```\n\n"

struct post_at { const char *role, *tree; uint64_t node; int64_t levels; };

static struct grant *grant_at(struct test_area *t, const struct post_at *p, uint32_t n, uint64_t person)
{
    struct access_holding h[4];
    for (uint32_t i = 0; i < n; i++)
        h[i] = (struct access_holding){.role = str_c(p[i].role), .reg = p[i].node == 0 ? STR("") : STR("org"), .tree = str_c(p[i].tree), .node = p[i].node,
                                       .levels = p[i].levels, .from = TODAY, .to = DAY_OPEN};
    struct access_facts f = {.account = 9, .open = true, .person_reg = STR("cadre"), .person = person, .holdings = h, .holdings_count = n, .today = TODAY};
    struct access_world w = record_world(t->records);
    struct grant *g = NULL;
    struct err e;
    test_ok(grant_make(t->set, &f, &w, &g, &e), &e);
    return g;
}

/* The ids are those of all records whose sight says so, and come once, ascending. */
static size_t same_both_ways(struct test_area *t, const struct grant *g, const char *reg, bool closed_too, uint64_t last)
{
    const struct pack_register *r = test_reg(t, reg);
    const struct scope *s = grant_scope(g, PACK_READ, r);
    struct access_world w = record_world(t->records);
    uint64_t *ids = NULL;
    size_t n = 0, k = 0;
    struct err e;
    test_ok(record_scope_ids(t->records, s, closed_too, &t->arena, &ids, &n, &e), &e);
    for (uint64_t id = 1; id <= last; id++) {
        struct record rec;
        if (record_get(t->records, r, id, &t->arena, &rec, &e) != RC_OK || (rec.closed_us != 0 && !closed_too)) continue;
        struct sight sight;
        test_ok(scope_sight(s, id, rec.closed_us != 0, &w, &sight, &e), &e);
        if (sight.any != (k < n && ids[k] == id)) fail_msg("%s #%d: sight %d", reg, (int)id, sight.any);
        k += sight.any;
    }
    assert_int_equal(k, n);
    return n;
}

struct made { struct test_area t; uint64_t org[6], cadre[6], tenure[6], last; };

/* 0 county > 1, 2 townships > 3 under 1, 4 under 2; 5 stands apart.  A cadre and a tenure in each; all work in 5, which in the Party's tree is under 1. */
static void make(struct made *m)
{
    test_open(&m->t, TODAY, CHAPTER, (char *)NULL);
    static const char *const orgs[] = {"编码=0 名称=县", "编码=1 名称=甲乡 上级=0", "编码=2 名称=乙乡 上级=0", "编码=3 名称=甲村 上级=1", "编码=4 名称=乙村 上级=2", "编码=5 名称=外 党内上级=1"};
    for (int i = 0; i < 6; i++) m->org[i] = test_make(&m->t, "org", orgs[i]);
    for (int i = 0; i < 6; i++) {
        char words[160];
        snprintf(words, sizeof words, "编号=C%d 姓名=甲%d 证件号=51%d 编制单位=%d 工作单位=5", i, i, i, i);
        m->cadre[i] = test_make(&m->t, "cadre", words);
    }
    for (int i = 0; i < 6; i++) {
        char words[160];
        snprintf(words, sizeof words, "干部=C%d 职务=科员", i);
        m->last = m->tenure[i] = test_make(&m->t, "tenure", words);
    }
}

static void ids_and_sight_agree(void **state)
{
    (void)state;
    struct made m;
    make(&m);
    const struct { struct post_at at[2]; uint32_t n; size_t org, cadre, tenure; } rows[] = {
        {{{"clerk", "parent", m.org[0], -1}}, 1, 5, 5, 5},
        {{{"clerk", "parent", m.org[1], -1}}, 1, 2, 2, 2},
        {{{"clerk", "parent", m.org[0], 1}}, 1, 3, 3, 3},
        {{{"clerk", "party", m.org[1], -1}}, 1, 2, 6, 6},
        {{{"clerk", "party", m.org[2], -1}}, 1, 1, 0, 0},
        {{{"clerk", "parent", m.org[1], -1}, {"clerk", "parent", m.org[4], -1}}, 2, 3, 3, 3},
        {{{"clerk", "parent", m.org[1], -1}, {"all", "", 0, -1}}, 2, 2, 2, 6},
        {{{"office", "parent", m.org[2], -1}}, 1, 0, 2, 2},
        {{{"clerk", "parent", 99999, -1}}, 1, 0, 0, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct grant *g = grant_at(&m.t, rows[i].at, rows[i].n, 0);
        assert_int_equal(same_both_ways(&m.t, g, "org", false, m.last), rows[i].org);
        assert_int_equal(same_both_ways(&m.t, g, "cadre", false, m.last), rows[i].cadre);
        assert_int_equal(same_both_ways(&m.t, g, "tenure", false, m.last), rows[i].tenure);
        grant_release(g);
    }
    struct grant *g = grant_at(&m.t, NULL, 0, m.cadre[3]); /* only his own */
    assert_int_equal(same_both_ways(&m.t, g, "org", true, m.last), 0);
    assert_int_equal(same_both_ways(&m.t, g, "cadre", true, m.last), 1);
    assert_int_equal(same_both_ways(&m.t, g, "tenure", true, m.last), 1);
    grant_release(g);
    test_close(&m.t);
}

static void what_is_out_of_scope_is_not_there_and_out_of_sight_is_empty(void **state)
{
    (void)state;
    struct made m;
    struct err e;
    struct record rec;
    struct sight s;
    make(&m);
    const struct pack_register *cadre = test_reg(&m.t, "cadre");
    const struct pack_field *name = test_field(cadre, "name"), *code = test_field(cadre, "code"), *idno = test_field(cadre, "idno");
    struct post_at at[] = {{"clerk", "parent", m.org[0], -1}, {"office", "parent", m.org[1], -1}};
    struct grant *g = grant_at(&m.t, at, 2, 0);
    test_ok(record_see(m.t.records, g, cadre, m.cadre[1], &m.t.arena, &rec, &s, &e), &e);
    assert_true(rec.values[idno->column].kind == SV_TEXT && rec.values[name->column].kind == SV_TEXT);
    test_ok(record_see(m.t.records, g, cadre, m.cadre[2], &m.t.arena, &rec, &s, &e), &e);
    assert_true(rec.values[idno->column].kind == SV_NULL && rec.values[name->column].kind == SV_NULL && rec.values[code->column].kind == SV_TEXT);
    assert_int_equal(record_see(m.t.records, g, cadre, m.cadre[5], &m.t.arena, &rec, &s, &e), RC_ABSENT);
    char there[ERR_TEXT_MAX];
    memcpy(there, e.zh, sizeof there);
    assert_int_equal(record_see(m.t.records, g, cadre, 99999, &m.t.arena, &rec, &s, &e), RC_ABSENT);
    assert_string_equal(err_code(&e), "record.absent");
    assert_int_equal(strlen(there) + 3, strlen(e.zh)); /* but for the number they say the same */
    struct str text;
    test_ok(record_display_for(m.t.records, g, cadre, m.cadre[1], &m.t.arena, &text, &e), &e);
    assert_true(str_eq(text, STR("甲1")));
    test_ok(record_display_for(m.t.records, g, cadre, m.cadre[2], &m.t.arena, &text, &e), &e);
    assert_true(str_starts(text, STR("#")));
    test_ok(record_display_for(m.t.records, g, test_reg(&m.t, "org"), m.org[5], &m.t.arena, &text, &e), &e);
    assert_true(str_eq(text, STR("外"))); /* open: a name on a card */
    test_ok(record_display_for(m.t.records, g, test_reg(&m.t, "tenure"), m.tenure[2], &m.t.arena, &text, &e), &e);
    assert_true(str_starts(text, STR("#"))); /* its name holds a person's */
    grant_release(g);
    test_close(&m.t);
}

static void a_move_moves_the_scope(void **state)
{
    (void)state;
    struct made m;
    struct err e;
    struct changed done;
    make(&m);
    const struct pack_register *org = test_reg(&m.t, "org");
    const struct pack_field *parent = test_field(org, "parent");
    struct post_at at = {"clerk", "parent", m.org[2], -1};
    struct grant *g = grant_at(&m.t, &at, 1, 0);
    assert_int_equal(same_both_ways(&m.t, g, "tenure", false, m.last), 2);
    grant_release(g);
    struct sv to = sv_int((int64_t)m.org[2]);
    m.t.change.command++;
    test_ok(record_update(m.t.records, org, m.org[3], 0, &m.t.change, 1, &parent, &to, &done, &e), &e);
    g = grant_at(&m.t, &at, 1, 0);
    assert_int_equal(same_both_ways(&m.t, g, "tenure", false, m.last), 3);
    m.t.change.command++;
    test_ok(record_close(m.t.records, test_reg(&m.t, "cadre"), m.cadre[3], 0, &m.t.change, &done, &e), &e);
    assert_int_equal(same_both_ways(&m.t, g, "cadre", false, m.last), 2);
    assert_int_equal(same_both_ways(&m.t, g, "cadre", true, m.last), 3);
    assert_int_equal(same_both_ways(&m.t, g, "tenure", false, m.last), 3); /* what is his stays where it was */
    grant_release(g);
    test_close(&m.t);
}

static void many_places_are_found_by_one_pass(void **state)
{
    (void)state;
    struct made m;
    make(&m);
    for (int i = 0; i < 2300; i++) {
        char words[80];
        snprintf(words, sizeof words, "编码=v%d 名称=村 上级=%d", i, 1 + i % 2);
        uint64_t id = test_make(&m.t, "org", words);
        if (i % 100 != 0) continue;
        snprintf(words, sizeof words, "编号=V%d 姓名=乙 编制单位=v%d", i, i);
        m.last = test_make(&m.t, "cadre", words);
        (void)id;
    }
    struct post_at all = {"clerk", "parent", m.org[0], -1}, half = {"clerk", "parent", m.org[1], -1};
    struct grant *g = grant_at(&m.t, &all, 1, 0);
    assert_int_equal(same_both_ways(&m.t, g, "cadre", false, m.last), 5 + 23);
    assert_int_equal(same_both_ways(&m.t, g, "tenure", false, m.last), 5);
    grant_release(g);
    g = grant_at(&m.t, &half, 1, 0);
    assert_int_equal(same_both_ways(&m.t, g, "cadre", false, m.last), 2 + 23);
    grant_release(g);
    test_close(&m.t);
}

static bool watched(const struct record_watch *w, struct test_area *t, const char *reg) { return w->numbers[record_number(t->records, test_reg(t, reg))]; }

static void who_watches_hears_of_every_register_that_is_read(void **state)
{
    (void)state;
    struct made m;
    struct err e;
    struct record rec;
    struct str text;
    struct record_watch w;
    make(&m);
    record_watch(m.t.records, &m.t.arena, &w);
    assert_false(watched(&w, &m.t, "org") || watched(&w, &m.t, "cadre") || watched(&w, &m.t, "tenure") || w.other);
    test_ok(record_get(m.t.records, test_reg(&m.t, "cadre"), m.cadre[0], &m.t.arena, &rec, &e), &e);
    assert_true(watched(&w, &m.t, "cadre") && !watched(&w, &m.t, "tenure"));
    record_watch_end(&w);
    /* The name of a term of office is made of its cadre's, also where the handle called it by name a moment ago. */
    for (int i = 0; i < 2; i++) {
        record_watch(m.t.records, &m.t.arena, &w);
        test_ok(record_display(m.t.records, test_reg(&m.t, "tenure"), m.tenure[0], &m.t.arena, &text, &e), &e);
        assert_true(watched(&w, &m.t, "tenure") && watched(&w, &m.t, "cadre") && !watched(&w, &m.t, "org") && !w.other);
        record_watch_end(&w);
    }
    /* Absence is read too; a path rests on every register that has a tree; facts are not told of by the journal. */
    record_watch(m.t.records, &m.t.arena, &w);
    assert_int_equal(record_get(m.t.records, test_reg(&m.t, "tenure"), 99999, &m.t.arena, &rec, &e), RC_ABSENT);
    struct access_world world = record_world(m.t.records);
    uint64_t *ids = NULL;
    size_t n = 0;
    test_ok(world.below(world.ctx, test_field(test_reg(&m.t, "org"), "parent"), m.org[0], -1, &m.t.arena, &ids, &n, &e), &e);
    assert_true(watched(&w, &m.t, "tenure") && watched(&w, &m.t, "org") && !watched(&w, &m.t, "cadre") && !w.other);
    (void)!store_meta_get(m.t.store, &m.t.arena, STR("area_name"), &text, &e);
    assert_true(w.other);
    record_watch_end(&w);
    w.other = false;
    (void)!store_meta_get(m.t.store, &m.t.arena, STR("area_name"), &text, &e);
    assert_false(w.other); /* nobody watches any more */
    test_close(&m.t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_and_sight_agree),
        cmocka_unit_test(what_is_out_of_scope_is_not_there_and_out_of_sight_is_empty),
        cmocka_unit_test(a_move_moves_the_scope),
        cmocka_unit_test(many_places_are_found_by_one_pass),
        cmocka_unit_test(who_watches_hears_of_every_register_that_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
