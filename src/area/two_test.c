/* two_test.c - what takes two: proposed by one, confirmed by another who could do it himself, done as proposed and once. */
#include "area/people.h"

static enum rc propose(struct people *x, uint64_t actor, const struct command *act, uint64_t *id)
{
    struct args_propose g = {act, STR("工作需要")};
    struct command c = {.verb = VERB_PROPOSE, .actor = actor, .happened = ENTRY_NO_DAY, .args = &g};
    struct receipt r = {0};
    enum rc rc = area_submit(x->area, &c, &r, &x->err);
    if (rc == RC_OK) *id = r.id;
    return rc;
}

static enum rc confirm(struct people *x, uint64_t actor, uint64_t id, const struct command *act)
{
    struct args_confirm g = {id, act};
    struct command c = {.verb = VERB_CONFIRM, .actor = actor, .happened = ENTRY_NO_DAY, .args = &g};
    return area_submit(x->area, &c, NULL, &x->err);
}

static bool closed(struct people *x, const char *reg, uint64_t id)
{
    struct area_view v;
    struct record rec;
    OK(area_view_open(x->area, &v, &x->err));
    OK(record_get(v.records, pack_register_find(v.set, str_c(reg)), id, &x->arena, &rec, &x->err));
    area_view_close(&v);
    return rec.closed_us != 0;
}

static size_t waiting_for(struct people *x, uint64_t actor)
{
    struct area_view v;
    struct grant *g = NULL;
    uint64_t *ids = NULL;
    size_t n = 0;
    OK(area_view_open(x->area, &v, &x->err));
    OK(area_grant(&v, actor, &g, &x->err));
    OK(area_pending(&v, g, &x->arena, &ids, &n, &x->err));
    grant_release(g);
    area_view_close(&v);
    return n;
}

static void a_role_is_given_by_two(void **state)
{
    struct people *x = *state;
    uint64_t security = people_with(x, "sec", "security-admin", 0), system = people_with(x, "sys", "system-admin", 0), audit = people_with(x, "aud", "audit-admin", 0);
    uint64_t plain = people_account(x, "plain"), clerk = people_with(x, "clerk0", "clerk", x->east), id = 0, more = 0;
    struct words w = words_of(LIST("account", number_text(x, plain), "role", "clerk", "since", today_text(x, 0), "scope_register", "org", "tree", "parent", "node", number_text(x, x->east)));
    struct args_create g = {STR("role_holding"), w.n, w.fields, w.values};
    struct command act = {.verb = VERB_CREATE, .happened = ENTRY_NO_DAY, .args = &g};
    REFUSED(propose(x, system, &act, &id), "access.denied");
    REFUSED(propose(x, clerk, &act, &id), "access.denied");
    OK(propose(x, security, &act, &id));
    assert_int_equal(waiting_for(x, security), 0);
    assert_int_equal(waiting_for(x, system), 1);
    assert_int_equal(waiting_for(x, clerk), 0);
    REFUSED(confirm(x, security, id, NULL), "access.two");
    REFUSED(confirm(x, audit, id, NULL), "access.denied");
    REFUSED(confirm(x, clerk, id, NULL), "access.denied");
    REFUSED(confirm(x, plain, id, NULL), "access.denied");
    struct sv west = sv_int((int64_t)x->west), was = w.values[w.n - 1];
    w.values[w.n - 1] = west; /* another place than was proposed */
    REFUSED(confirm(x, system, id, &act), "area.two_differs");
    w.values[w.n - 1] = was;
    OK(confirm(x, system, id, NULL));
    assert_true(closed(x, "pending_act", id));
    REFUSED(confirm(x, system, id, NULL), "area.two_over"); /* once */
    struct area_view v;
    struct grant *grant = NULL;
    size_t roles = 0;
    OK(area_view_open(x->area, &v, &x->err));
    OK(area_grant(&v, plain, &grant, &x->err));
    (void)grant_roles(grant, &roles);
    assert_int_equal(roles, 1);
    grant_release(grant);
    area_view_close(&v);
    /* What became impossible in between is not done. */
    w = words_of(LIST("account", number_text(x, plain), "role", "clerk", "since", today_text(x, 0), "scope_register", "org", "tree", "parent", "node", number_text(x, x->west)));
    g.count = w.n;
    g.fields = w.fields;
    g.values = w.values;
    OK(propose(x, security, &act, &more));
    OK(people_close(x, 0, "account", security));
    REFUSED(confirm(x, system, more, NULL), "access.closed");
    struct area_report report;
    OK(area_verify(x->area, STR_NONE, &x->arena, &report, &x->err));
}

static void an_erasure_takes_two_of_those_who_may_write(void **state)
{
    struct people *x = *state;
    uint64_t one = people_with(x, "e1", "clerk", x->east), two = people_with(x, "e2", "clerk", x->east), other = people_with(x, "e3", "clerk", x->west), id = 0, cadre = 0;
    OK(people_create(x, 0, "cadre", LIST("code", "GONE", "name", "无名氏", "org", number_text(x, x->east)), &cadre));
    struct str fields[] = {STR("姓名")};
    struct args_erase g = {STR("cadre"), cadre, 1, fields, STR("甲法 第一条")};
    struct command act = {.verb = VERB_ERASE, .happened = ENTRY_NO_DAY, .args = &g};
    REFUSED(propose(x, other, &act, &id), "record.absent");
    OK(propose(x, one, &act, &id));
    REFUSED(confirm(x, other, id, NULL), "record.absent");
    REFUSED(confirm(x, one, id, NULL), "access.two");
    assert_int_equal(waiting_for(x, two), 1);
    assert_int_equal(waiting_for(x, other), 0);
    OK(confirm(x, two, id, NULL));
    struct area_view v;
    struct record rec;
    OK(area_view_open(x->area, &v, &x->err));
    const struct pack_register *r = pack_register_find(v.set, STR("cadre"));
    OK(record_get(v.records, r, cadre, &x->arena, &rec, &x->err));
    assert_int_equal(rec.values[pack_field_find(r, STR("name"))->column].kind, SV_NULL);
    area_view_close(&v);
}

static void a_write_that_its_role_wants_two_for(void **state)
{
    struct people *x = *state;
    uint64_t one = people_with(x, "w1", "checker", 0), two = people_with(x, "w2", "checker", 0), id = 0;
    REFUSED(people_update(x, one, "cadre", x->west_cadre, LIST("idno", "51")), "access.two");
    struct words w = words_of(LIST("idno", "51"));
    struct args_update g = {STR("cadre"), x->west_cadre, 0, w.n, w.fields, w.values};
    struct command act = {.verb = VERB_UPDATE, .happened = ENTRY_NO_DAY, .args = &g};
    OK(propose(x, one, &act, &id));
    OK(confirm(x, two, id, NULL));
    /* The actor of the entry is who made it effective; the pending act names both. */
    struct area_view v;
    struct record rec;
    OK(area_view_open(x->area, &v, &x->err));
    const struct pack_register *p = pack_register_find(v.set, STR("pending_act"));
    OK(record_get(v.records, p, id, &x->arena, &rec, &x->err));
    assert_int_equal(rec.values[pack_field_find(p, STR("proposed_by"))->column].i, one);
    assert_int_equal(rec.values[pack_field_find(p, STR("confirmed_by"))->column].i, two);
    area_view_close(&v);
    struct args_judge j = {0};
    struct command unfit = {.verb = VERB_JUDGE, .happened = ENTRY_NO_DAY, .args = &j};
    REFUSED(propose(x, one, &unfit, &id), "access.denied");
    REFUSED(propose(x, 0, &unfit, &id), "area.two_unfit");
    REFUSED(confirm(x, two, 987654, NULL), "record.absent");
}

static enum rc note_export(struct people *x, uint64_t actor, const struct args_export *g, uint64_t *id)
{
    struct command c = {.verb = VERB_EXPORT, .actor = actor, .happened = ENTRY_NO_DAY, .args = g};
    struct receipt r = {0};
    enum rc rc = area_submit(x->area, &c, &r, &x->err);
    if (rc == RC_OK) *id = r.id;
    return rc;
}

static enum rc allowed(struct people *x, uint64_t id, uint64_t actor, const struct args_export *g)
{
    struct area_view v;
    OK(area_view_open(x->area, &v, &x->err));
    enum rc rc = area_export_allowed(&v, id, actor, g, &x->err);
    area_view_close(&v);
    return rc;
}

static void exports_are_noted_and_large_ones_take_two(void **state)
{
    struct people *x = *state;
    uint64_t one = people_with(x, "x1", "clerk", x->east), two = people_with(x, "x2", "clerk", x->east), id = 0, act_id = 0;
    char filter[65];
    memset(filter, 'a', 64);
    filter[64] = '\0';
    struct args_export g = {STR("cadre"), 49, STR("code name"), str_c(filter), true, STR("年报")};
    OK(note_export(x, one, &g, &id));
    OK(allowed(x, id, one, &g));
    REFUSED(allowed(x, id, two, &g), "access.denied"); /* another's */
    g.rows = 50; /* more than was said */
    REFUSED(allowed(x, id, one, &g), "access.denied");
    REFUSED(note_export(x, one, &g, &id), "access.two");
    g.personal = false;
    OK(note_export(x, one, &g, &id));
    g.personal = true;
    g.reg = STR("tenure");
    REFUSED(note_export(x, one, &g, &id), "access.denied"); /* which the role may not print */
    g.reg = STR("cadre");
    struct command act = {.verb = VERB_EXPORT, .happened = ENTRY_NO_DAY, .args = &g};
    OK(propose(x, one, &act, &act_id));
    struct args_confirm c = {act_id, NULL};
    struct command yes = {.verb = VERB_CONFIRM, .actor = two, .happened = ENTRY_NO_DAY, .args = &c};
    struct receipt r = {0};
    OK(area_submit(x->area, &yes, &r, &x->err));
    OK(allowed(x, r.id, one, &g));
    REFUSED(allowed(x, r.id, two, &g), "access.denied");
    struct args_export other = g;
    other.columns = STR("code name idno");
    REFUSED(allowed(x, r.id, one, &other), "access.denied");
    REFUSED(allowed(x, 987654, one, &g), "access.denied");
}

static void packs_that_wait_are_kept_and_installed_as_proposed(void **state)
{
    struct people *x = *state;
    uint64_t system = people_with(x, "p1", "system-admin", 0), security = people_with(x, "p2", "security-admin", 0), id = 0;
    static const char text[] = "# 加\n\n```guiju\npack: more\ntitle: 加\nversion: \"1\"\nover: [field 1]\n```\n\n```guiju\nregister: thing\ntitle: 物\ndisplay: 名\nfields:\n"
                               "  name: {title: 名, type: text(20)}\n```\n",
                      other[] = "# 加\n\n```guiju\npack: more\ntitle: 加\nversion: \"1\"\nover: [field 1]\n```\n\n```guiju\nregister: trap\ntitle: 坑\ndisplay: 名\nfields:\n"
                                "  name: {title: 名, type: text(20)}\n```\n";
    struct pack_file file = {STR("01-more.md"), str_c(text)};
    struct pack_source src = {STR("more"), &file, 1};
    struct diags d;
    diags_init(&d, &x->arena, 100);
    struct args_install g = {&src, 1, &d};
    struct command act = {.verb = VERB_INSTALL, .happened = ENTRY_NO_DAY, .args = &g};
    act.actor = system;
    REFUSED(area_submit(x->area, &act, NULL, &x->err), "access.two");
    act.actor = 0;
    REFUSED(propose(x, security, &act, &id), "access.denied");
    OK(propose(x, system, &act, &id));
    file.text = str_c(other);
    REFUSED(confirm(x, security, id, &act), "area.two_differs");
    /* What is shown to the second person is the text itself. */
    struct area_view v0;
    struct grant *grant = NULL;
    struct command shown;
    struct str content;
    OK(area_view_open(x->area, &v0, &x->err));
    OK(area_grant(&v0, security, &grant, &x->err));
    OK(area_pending_act(&v0, grant, id, &x->arena, &shown, &content, &x->err));
    const struct args_install *kept = shown.args;
    assert_int_equal(kept->packs_count, 1);
    assert_true(str_eq(kept->packs[0].files[0].text, str_c(text)));
    grant_release(grant);
    area_view_close(&v0);
    REFUSED(confirm(x, system, id, NULL), "access.two");
    OK(confirm(x, security, id, NULL)); /* nobody brings the text again */
    REFUSED(confirm(x, security, id, NULL), "area.two_over");
    /* Two changes of one pack: the second was proposed over what the first changed. */
    static const char more[] = "# 再加\n\n```guiju\nregister: one\ntitle: 一\ndisplay: 名\nfields:\n  name: {title: 名, type: text(20)}\n```\n",
                      less[] = "# 又加\n\n```guiju\nregister: two\ntitle: 二\ndisplay: 名\nfields:\n  name: {title: 名, type: text(20)}\n```\n";
    uint64_t first = 0, second = 0;
    struct pack_file with_one[] = {{STR("01-more.md"), str_c(text)}, {STR("02-one.md"), str_c(more)}}, with_two[] = {{STR("03-two.md"), str_c(less)}, {STR("01-more.md"), str_c(text)}};
    src = (struct pack_source){STR("more"), with_one, 2};
    OK(propose(x, system, &act, &first));
    src = (struct pack_source){STR("more"), with_two, 2};
    OK(propose(x, system, &act, &second));
    OK(confirm(x, security, first, NULL));
    REFUSED(confirm(x, security, second, NULL), "area.two_differs");
    struct area_view v;
    OK(area_view_open(x->area, &v, &x->err));
    assert_non_null(pack_register_find(v.set, STR("thing")));
    area_view_close(&v);
    struct area_report report;
    OK(area_verify(x->area, STR_NONE, &x->arena, &report, &x->err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_role_is_given_by_two),
        cmocka_unit_test(an_erasure_takes_two_of_those_who_may_write),
        cmocka_unit_test(a_write_that_its_role_wants_two_for),
        cmocka_unit_test(exports_are_noted_and_large_ones_take_two),
        cmocka_unit_test(packs_that_wait_are_kept_and_installed_as_proposed),
    };
    return cmocka_run_group_tests(tests, people_make, people_free);
}
