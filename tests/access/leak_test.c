/*
 * leak_test.c - the shipped roles over the invented county: every role, register and verb, of two places in every tree.
 * What a grant has in scope is compared, record by record, with what a simple reader finds who follows refs and parents by hand; and what is not in scope
 * is not shown by any door, also while somebody writes.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "area/area.h"

struct county {
    struct arena arena;
    struct diags diags;
    struct err err;
    struct area *area;
};

#define OK(call)                                                                          \
    do {                                                                                  \
        err_clear(&x->err);                                                               \
        if ((call) != RC_OK) fail_msg("%s: %s", err_code(&x->err), x->err.zh);            \
    } while (0)

static struct str read_all(struct county *x, struct str path)
{
    struct buf b;
    char piece[65536];
    buf_init(&b, 64 << 20);
    FILE *f = fopen(str_cz(&x->arena, path), "rb");
    assert_non_null(f);
    for (size_t n; (n = fread(piece, 1, sizeof piece, f)) > 0;) buf_put(&b, piece, n);
    fclose(f);
    struct str s = str_dup(&x->arena, buf_view(&b));
    buf_fini(&b);
    return s;
}

static void import_one(struct county *x, struct str name)
{
    struct area_view v;
    struct import_plan plan;
    struct import_result result = {0};
    OK(area_view_open(x->area, &v, &x->err));
    const struct pack_register *r = pack_register_find(v.set, name);
    assert_non_null(r);
    OK(import_read(v.records, r, read_all(x, str_cat(&x->arena, STR(SOURCE "/examples/changgeng/"), name, STR(".csv"))), false, &x->arena, &plan, &x->err));
    struct args_import args = {.plan = &plan, .arena = &x->arena, .result = &result};
    struct command c = {.verb = VERB_IMPORT, .happened = ENTRY_NO_DAY, .args = &args};
    OK(area_submit(x->area, &c, NULL, &x->err));
    area_view_close(&v);
}

static int county_make(void **state)
{
    struct county *x = calloc(1, sizeof *x);
    arena_init(&x->arena, (size_t)2 << 30);
    diags_init(&x->diags, &x->arena, 100);
    struct str folders[] = {STR(SOURCE "/packs/core"), STR(SOURCE "/packs/cn")};
    struct pack_source *packs;
    size_t n = 0;
    OK(pack_read_all(&x->arena, folders, 2, &packs, &n, &x->err));
    struct area_options o = {.memory = true, .name = STR("county")};
    OK(area_create_open(STR("county"), &o, packs, n, &x->diags, &x->area, &x->err));
    struct str order = read_all(x, STR(SOURCE "/examples/changgeng/order"));
    for (size_t from = 0, i = 0; i <= order.len; i++) {
        if (i < order.len && order.ptr[i] != '\n') continue;
        if (i > from) import_one(x, str_sub(order, from, i));
        from = i + 1;
    }
    *state = x;
    return 0;
}

static int county_free(void **state)
{
    struct county *x = *state;
    area_close(&x->area);
    arena_fini(&x->arena);
    free(x);
    return 0;
}

/* ---- by hand ---- */

static uint64_t ref_of(struct county *x, struct area_view *v, const struct pack_register *r, const struct pack_field *f, uint64_t id)
{
    struct arena_mark m = arena_mark(&x->arena);
    struct record rec;
    OK(record_get(v->records, r, id, &x->arena, &rec, &x->err));
    uint64_t to = rec.values[f->column].kind == SV_INT ? (uint64_t)rec.values[f->column].i : 0;
    arena_reset(&x->arena, m);
    return to;
}

static bool below(struct county *x, struct area_view *v, const struct pack_field *tree, uint64_t id, uint64_t node, bool alone)
{
    for (int depth = 0; id != 0 && depth < 40; depth++) {
        if (id == node) return true;
        if (alone) return false;
        id = ref_of(x, v, tree->ref, tree, id);
    }
    return false;
}

static bool stands_in(struct county *x, struct area_view *v, const struct scope_way *ways, size_t n, const struct pack_register *r, const struct pack_field *tree, uint64_t id,
                      uint64_t node, bool alone)
{
    for (size_t i = 0; i < n; i++) {
        const struct pack_register *at = r;
        uint64_t here = id;
        for (uint32_t k = 0; k < ways[i].path_len && here != 0; k++) {
            here = ref_of(x, v, at, ways[i].path[k], here);
            at = ways[i].path[k]->ref;
        }
        if (here != 0 && below(x, v, tree, here, node, alone)) return true;
    }
    return false;
}

struct ids { struct arena *a; VEC(uint64_t) list; };
static enum rc take_id(void *ctx, const struct record *rec, struct err *err)
{
    struct ids *l = ctx;
    (void)err;
    vec_push(l->a, &l->list, rec->id);
    return RC_OK;
}

static struct grant *grant_at(struct county *x, struct area_view *v, const struct pack_role *role, const struct pack_field *tree, uint64_t node)
{
    struct access_holding h = {.role = role->d.name, .reg = tree->ref->d.name, .tree = tree->name, .node = node, .levels = -1, .from = 0, .to = DAY_OPEN};
    struct access_facts f = {.account = 1, .open = true, .holdings = &h, .holdings_count = 1, .today = 20000};
    struct access_world w = record_world(v->records);
    struct grant *g = NULL;
    OK(grant_make(v->set, &f, &w, &g, &x->err));
    return g;
}

static bool may(const struct pack_role *role, enum pack_verb v, const struct pack_register *r)
{
    for (uint32_t i = 0; i < role->may_count; i++)
        if (role->may[i].verb == v && role->may[i].reg == r) return true;
    return false;
}

static size_t compare(struct county *x, struct area_view *v, const struct pack_role *role, const struct pack_field *tree, uint64_t node)
{
    struct arena_mark m = arena_mark(&x->arena);
    struct grant *g = grant_at(x, v, role, tree, node);
    struct access_world w = record_world(v->records);
    bool alone = str_eq(role->scope, STR("unit"));
    size_t in_scope = 0;
    for (uint32_t i = 0; i < v->set->registers_count; i++) {
        const struct pack_register *r = v->set->registers[i];
        if (str_eq(v->set->packs[r->d.pack].name, STR("core"))) continue;
        struct scope_way ways[8];
        size_t n_ways = scope_ways(v->set, r, tree->ref, tree, &x->arena, ways, 8);
        struct ids all = {.a = &x->arena};
        OK(record_each(v->records, r, RECORD_BY_ID, true, take_id, &all, &x->err));
        for (int verb = 0; verb < 4; verb++) {
            const struct scope *s = grant_scope(g, (enum pack_verb)verb, r);
            uint64_t *ids = NULL;
            size_t n = 0, k = 0;
            OK(record_scope_ids(v->records, s, true, &x->arena, &ids, &n, &x->err));
            if (!may(role, (enum pack_verb)verb, r)) {
                assert_int_equal(n, 0);
                assert_int_equal(s->terms_count, 0);
                continue;
            }
            for (size_t at = 0; at < all.list.len; at++) {
                uint64_t id = all.list.at[at];
                bool want = stands_in(x, v, ways, n_ways, r, tree, id, node, alone);
                bool got = k < n && ids[k] == id;
                k += got;
                if (want != got)
                    fail_msg(STR_FMT " at %d in " STR_FMT ": " STR_FMT " #%d is %s scope", STR_ARG(role->d.name), (int)node, STR_ARG(tree->name), STR_ARG(r->d.name), (int)id,
                             got ? "wrongly in" : "wrongly out of");
                in_scope += got;
                if (at % 5 != 0) continue;
                struct sight sight;
                OK(scope_sight(s, id, false, &w, &sight, &x->err));
                assert_int_equal(sight.any, want);
                if (verb != PACK_READ || want) continue;
                struct arena_mark inner = arena_mark(&x->arena);
                struct record rec;
                struct str name;
                assert_int_equal(record_see(v->records, g, r, id, &x->arena, &rec, NULL, &x->err), RC_ABSENT);
                OK(record_display_for(v->records, g, r, id, &x->arena, &name, &x->err));
                if (record_display_classes(v->records, r) != 1u << PACK_OPEN) assert_true(str_starts(name, STR("#")));
                arena_reset(&x->arena, inner);
            }
            assert_int_equal(k, n);
        }
    }
    grant_release(g);
    arena_reset(&x->arena, m);
    return in_scope;
}

/* Two places side by side, in the middle of the tree. */
static size_t places(struct county *x, struct area_view *v, const struct pack_field *tree, uint64_t out[2])
{
    struct ids all = {.a = &x->arena};
    OK(record_each(v->records, tree->ref, RECORD_BY_ID, false, take_id, &all, &x->err));
    size_t n = 0;
    uint64_t parent = 0;
    for (size_t i = 0; i < all.list.len && n < 2; i++) {
        uint64_t up = ref_of(x, v, tree->ref, tree, all.list.at[i]);
        bool has_children = false;
        for (size_t k = 0; k < all.list.len && !has_children; k++) has_children = ref_of(x, v, tree->ref, tree, all.list.at[k]) == all.list.at[i];
        if (up == 0 || !has_children || (n == 1 && up != parent)) continue;
        parent = up;
        out[n++] = all.list.at[i];
    }
    return n;
}

static void every_shipped_role_in_two_places_of_every_tree(void **state)
{
    struct county *x = *state;
    struct area_view v;
    size_t trees = 0, seen = 0;
    OK(area_view_open(x->area, &v, &x->err));
    for (uint32_t i = 0; i < v.set->registers_count; i++)
        for (uint32_t t = 0; t < v.set->registers[i]->trees_count; t++) {
            const struct pack_field *tree = v.set->registers[i]->trees[t];
            uint64_t at[2];
            size_t n = places(x, &v, tree, at);
            trees++;
            for (uint32_t k = 0; k < v.set->roles_count; k++) {
                const struct pack_role *role = v.set->roles[k];
                if (!str_eq(role->scope, STR("subtree")) && !str_eq(role->scope, STR("unit"))) continue;
                for (size_t p = 0; p < n; p++) seen += compare(x, &v, role, tree, at[p]);
            }
        }
    area_view_close(&v);
    assert_true(trees >= 4); /* establishment, place of work, appointing authority, Party */
    assert_true(seen > 1000);
}

/* ---- while somebody writes ---- */

struct reader {
    struct area *area;
    const char *role;
    uint64_t node;
    int leaks, rounds;
};

static void *read_on(void *arg)
{
    struct reader *me = arg;
    struct county local = {.area = me->area}, *x = &local;
    arena_init(&x->arena, (size_t)256 << 20);
    for (int round = 0; round < 12; round++) {
        struct arena_mark m = arena_mark(&x->arena);
        struct area_view v;
        if (area_view_open(me->area, &v, &x->err) != RC_OK) continue;
        const struct pack_register *org = pack_register_find(v.set, STR("party_org")), *member = pack_register_find(v.set, STR("party_member"));
        MUST(org != NULL && member != NULL);
        const struct pack_role *role = NULL;
        for (uint32_t i = 0; i < v.set->roles_count; i++)
            if (str_eq(v.set->roles[i]->d.name, str_c(me->role))) role = v.set->roles[i];
        MUST(role != NULL);
        struct grant *g = grant_at(x, &v, role, org->trees[0], me->node);
        uint64_t *ids = NULL;
        size_t n = 0;
        OK(record_scope_ids(v.records, grant_scope(g, PACK_READ, member), false, &x->arena, &ids, &n, &x->err));
        const struct pack_field *in = pack_field_find(member, STR("org"));
        for (size_t i = 0; i < n; i++) me->leaks += !below(x, &v, org->trees[0], ref_of(x, &v, member, in, ids[i]), me->node, false);
        me->rounds += n > 0;
        grant_release(g);
        area_view_close(&v);
        arena_reset(&x->arena, m);
    }
    arena_fini(&x->arena);
    return NULL;
}

static void nothing_leaks_while_members_move(void **state)
{
    struct county *x = *state;
    struct area_view v;
    uint64_t at[2] = {0, 0};
    OK(area_view_open(x->area, &v, &x->err));
    const struct pack_register *org = pack_register_find(v.set, STR("party_org")), *member = pack_register_find(v.set, STR("party_member"));
    MUST(org != NULL && member != NULL);
    assert_int_equal(places(x, &v, org->trees[0], at), 2);
    struct ids all = {.a = &x->arena};
    OK(record_each(v.records, member, RECORD_BY_ID, false, take_id, &all, &x->err));
    area_view_close(&v);
    struct reader r[2] = {{.area = x->area, .role = "general-branch", .node = at[0]}, {.area = x->area, .role = "organiser", .node = at[1]}};
    pthread_t t[2];
    for (int i = 0; i < 2; i++) assert_int_equal(pthread_create(&t[i], NULL, read_on, &r[i]), 0);
    assert_true(all.list.len > 0);
    for (size_t i = 0; i < 200 && all.list.at != NULL; i++) {
        struct str field = STR("org");
        struct sv to = sv_int((int64_t)at[i % 2]);
        struct args_update g = {STR("party_member"), all.list.at[i % all.list.len], 0, 1, &field, &to};
        struct command c = {.verb = VERB_UPDATE, .happened = ENTRY_NO_DAY, .args = &g};
        OK(area_submit(x->area, &c, NULL, &x->err));
    }
    for (int i = 0; i < 2; i++) {
        pthread_join(t[i], NULL);
        assert_int_equal(r[i].leaks, 0);
        assert_true(r[i].rounds > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_shipped_role_in_two_places_of_every_tree),
        cmocka_unit_test(nothing_leaks_while_members_move),
    };
    return cmocka_run_group_tests(tests, county_make, county_free);
}
