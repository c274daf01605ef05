/* door_test.c - who may do what to which record, through the one door; every refusal changes nothing and is noted. */
#include "area/people.h"

static uint64_t refused_entries(struct people *x, uint64_t from, struct str *last)
{
    struct area_view v;
    struct journal_walk *w = NULL;
    const struct entry *e = NULL;
    uint64_t n = 0;
    OK(area_view_open(x->area, &v, &x->err));
    OK(journal_walk(v.journal, from + 1, &w, &x->err));
    while (journal_next(w, &e, NULL, &x->err) == RC_OK && e != NULL) {
        assert_int_equal(e->kind, ENTRY_REFUSED);
        *last = str_dup(&x->arena, e->body[CLASS_OPEN]);
        n++;
    }
    journal_walk_close(&w);
    area_view_close(&v);
    return n;
}

static void verify_sound(struct people *x)
{
    struct area_report report;
    OK(area_verify(x->area, STR_NONE, &x->arena, &report, &x->err));
    assert_int_equal(report.journal.first_bad, 0);
}

static void what_one_may_do_is_in_ones_own_subtree(void **state)
{
    struct people *x = *state;
    uint64_t east = people_with(x, "east", "clerk", x->east), made = 0;
    OK(people_create(x, east, "tenure", LIST("cadre", number_text(x, x->east_cadre), "job", "科员"), &made));
    OK(people_update(x, east, "tenure", made, LIST("job", "科长")));
    REFUSED(people_create(x, east, "tenure", LIST("cadre", number_text(x, x->west_cadre), "job", "科员"), NULL), "access.scope");
    REFUSED(people_create(x, east, "tenure", LIST("job", "科员"), NULL), "access.scope"); /* of nobody */
    REFUSED(people_update(x, east, "tenure", made, LIST("cadre", number_text(x, x->west_cadre))), "access.scope"); /* pushed out */
    REFUSED(people_update(x, east, "cadre", x->west_cadre, LIST("name", "丙")), "record.absent");
    REFUSED(people_update(x, east, "cadre", 987654, LIST("name", "丙")), "record.absent"); /* the same answer */
    REFUSED(people_close(x, east, "cadre", x->west_cadre), "record.absent");
    REFUSED(people_create(x, east, "org", LIST("code", "9", "name", "新"), NULL), "access.denied");
    REFUSED(people_update(x, east, "cadre", x->east_cadre, LIST("idno", "510001")), "access.field"); /* it is not in sight */
    REFUSED(people_update(x, east, "cadre", x->east_cadre, LIST("name", "丁", "nation", "某")), "access.field");
    OK(people_update(x, east, "cadre", x->east_cadre, LIST("name", "甲")));
    OK(people_close(x, east, "tenure", made));
    uint64_t nobody = people_account(x, "nobody");
    REFUSED(people_create(x, nobody, "tenure", LIST("cadre", number_text(x, x->east_cadre), "job", "科员"), NULL), "access.denied");
    REFUSED(people_create(x, 424242, "tenure", LIST("cadre", number_text(x, x->east_cadre), "job", "科员"), NULL), "access.closed");
    verify_sound(x);
}

static void a_refusal_leaves_one_entry_without_arguments(void **state)
{
    struct people *x = *state;
    uint64_t who = people_with(x, "loud", "clerk", x->east), before = area_size(x->area);
    REFUSED(people_update(x, who, "cadre", x->west_cadre, LIST("name", "秘密的名字")), "record.absent");
    struct str body;
    assert_int_equal(refused_entries(x, before, &body), 1);
    assert_int_equal(str_find(body, STR("秘密")), SIZE_MAX);
    assert_true(str_find(body, STR("record.absent")) != SIZE_MAX);
    for (int i = 0; i < 60; i++) REFUSED(people_create(x, who, "org", LIST("code", "9", "name", "新"), NULL), "access.denied");
    assert_int_equal(refused_entries(x, before, &body), 20 + 1); /* twenty, then one at forty */
    assert_true(str_find(body, STR("\"count\":40")) != SIZE_MAX);
    verify_sound(x);
}

static void refusals_beside_others_in_a_batch_spoil_nothing(void **state)
{
    struct people *x = *state;
    uint64_t who = people_with(x, "erase", "clerk", x->east);
    struct args_erase g = {.reg = STR("cadre"), .id = x->east_cadre, .basis = STR("甲法 第一条")};
    struct command c = {.verb = VERB_ERASE, .actor = who, .happened = ENTRY_NO_DAY, .args = &g};
    REFUSED(area_submit(x->area, &c, NULL, &x->err), "access.two"); /* runs alone, and takes two */
    c.actor = people_account(x, "other");
    REFUSED(area_submit(x->area, &c, NULL, &x->err), "access.denied");
    struct args_epoch e = {.why = STR("x")};
    struct command epoch = {.verb = VERB_EPOCH, .actor = who, .happened = ENTRY_NO_DAY, .args = &e};
    REFUSED(area_submit(x->area, &epoch, NULL, &x->err), "access.denied");
    verify_sound(x);
}

static void roles_are_given_by_the_security_administrator_and_two(void **state)
{
    struct people *x = *state;
    uint64_t system = people_with(x, "s1", "system-admin", 0), security = people_with(x, "s2", "security-admin", 0), audit = people_with(x, "s3", "audit-admin", 0);
    uint64_t plain = 0;
    OK(people_create(x, system, "account", LIST("name", "new-one", "title", "新", "since", today_text(x, 0)), &plain));
    REFUSED(people_create(x, security, "account", LIST("name", "n2", "title", "新", "since", today_text(x, 0)), NULL), "access.denied");
    REFUSED(people_create(x, audit, "account", LIST("name", "n2", "title", "新", "since", today_text(x, 0)), NULL), "access.denied");
    REFUSED(people_role(x, system, plain, "clerk", x->east, NULL), "access.denied");
    REFUSED(people_role(x, security, plain, "clerk", x->east, NULL), "access.two");
    REFUSED(people_role(x, security, security, "clerk", x->east, NULL), "access.two");
    REFUSED(people_update(x, system, "account", plain, LIST("credential", "00")), "access.engine_field");
    static const char *const business[] = {"org", "cadre", "tenure"};
    for (size_t i = 0; i < 3; i++) REFUSED(people_close(x, i == 0 ? system : i == 1 ? security : audit, business[i], x->east_cadre), "access.denied");
    struct area_view v;
    OK(area_view_open(x->area, &v, &x->err));
    uint64_t three[] = {system, security, audit};
    for (size_t i = 0; i < 3; i++) {
        struct grant *g = NULL;
        OK(area_grant(&v, three[i], &g, &x->err));
        for (uint32_t k = 0; k < v.set->registers_count; k++) {
            const struct pack_register *r = v.set->registers[k];
            if (str_eq(v.set->packs[r->d.pack].name, STR("field")))
                for (int verb = 0; verb < 4; verb++) assert_false(grant_may(g, (enum pack_verb)verb, r));
        }
        grant_release(g);
    }
    area_view_close(&v);
}

static void what_cannot_be_right_is_refused_to_the_operator_too(void **state)
{
    struct people *x = *state;
    uint64_t id = people_account(x, "rules"), holding = 0;
    REFUSED(people_role(x, 0, id, "clark", x->east, NULL), "access.role_unknown");
    assert_non_null(strstr(x->err.hint_en, "clerk"));
    REFUSED(people_role(x, 0, id, "clerk", 0, NULL), "access.place");
    REFUSED(people_create(x, 0, "role_holding", LIST("account", number_text(x, id), "role", "clerk", "since", today_text(x, 0), "scope_register", "org", "tree", "nonsense",
                                                    "node", number_text(x, x->east)), NULL), "access.place");
    REFUSED(people_role(x, 0, id, "clerk", 999999, NULL), "record.absent");
    REFUSED(people_role(x, 0, id, "system-admin", x->east, NULL), "access.place");
    OK(people_role(x, 0, id, "clerk", x->east, &holding));
    REFUSED(people_role(x, 0, id, "checker", 0, NULL), "access.apart"); /* not-with */
    REFUSED(people_role(x, 0, id, "audit-admin", 0, NULL), "access.apart");
    OK(people_role(x, 0, id, "clerk", x->west, NULL)); /* the same role for another place */
    REFUSED(people_update(x, 0, "role_holding", holding, LIST("role", "checker")), "access.engine_field");
    OK(people_update(x, 0, "role_holding", holding, LIST("until", today_text(x, 30))));
    REFUSED(people_update(x, 0, "account", id, LIST("person_register", "cadre", "person", "#999999")), "record.absent");
    OK(people_update(x, 0, "account", id, LIST("person_register", "cadre", "person", number_text(x, x->east_cadre))));
}

static struct sight sight_in(struct people *x, struct area_view *v, uint64_t account, const char *reg, uint64_t id)
{
    struct grant *g = NULL;
    struct sight s;
    struct access_world w = record_world(v->records);
    OK(area_grant(v, account, &g, &x->err));
    OK(scope_sight(grant_scope(g, PACK_READ, pack_register_find(v->set, str_c(reg))), id, false, &w, &s, &x->err));
    grant_release(g);
    return s;
}

static void a_role_is_lent_for_a_time_and_no_further(void **state)
{
    struct people *x = *state;
    uint64_t lender = people_with(x, "lender", "clerk", x->east), holder = people_account(x, "holder"), third = people_account(x, "third"), lent = 0;
    uint64_t checker = people_with(x, "chk", "checker", 0), admin = people_with(x, "adm", "audit-admin", 0);
#define LEND(by, from, to, role, days) \
    people_create(x, by, "delegation", LIST("lender", number_text(x, from), "holder", number_text(x, to), "role", role, "since", today_text(x, 0), "until", today_text(x, days)), &lent)
    REFUSED(LEND(holder, lender, holder, "clerk", 5), "access.scope"); /* taken, not given */
    REFUSED(LEND(lender, lender, lender, "clerk", 5), "access.lend");
    REFUSED(LEND(lender, lender, holder, "checker", 5), "access.lend"); /* which he does not hold */
    REFUSED(LEND(lender, lender, holder, "clerk", 31), "access.lend");  /* longer than the role's term */
    REFUSED(LEND(lender, lender, checker, "clerk", 5), "access.apart");
    REFUSED(LEND(admin, admin, holder, "audit-admin", 5), "access.lend");
    OK(LEND(lender, lender, holder, "clerk", 30));
    struct area_view v;
    OK(area_view_open(x->area, &v, &x->err));
    assert_true(sight_in(x, &v, holder, "cadre", x->east_cadre).any);
    assert_false(sight_in(x, &v, holder, "cadre", x->west_cadre).any);
    area_view_close(&v);
    REFUSED(LEND(holder, holder, third, "clerk", 5), "access.lend"); /* not lent on */
    OK(people_close(x, lender, "delegation", lent));
    OK(area_view_open(x->area, &v, &x->err));
    assert_false(sight_in(x, &v, holder, "cadre", x->east_cadre).any);
    area_view_close(&v);
#undef LEND
}

static void a_token_is_ones_own_and_narrows(void **state)
{
    struct people *x = *state;
    uint64_t who = people_with(x, "tok", "clerk", x->east), other = people_account(x, "tok2"), id = 0;
    char token[ACCESS_TOKEN_TEXT + 1];
    struct hash h;
    access_token_make(token);
    assert_true(access_token_hash(str_c(token), &h));
    const char *hash = str_cz(&x->arena, str_hex(&x->arena, h.b, 32));
#define MAKE(by, account, hash_text, verbs, days) \
    people_create(x, by, "api_token", LIST("account", number_text(x, account), "title", "接口", "hash", hash_text, "verbs", verbs, "registers", "cadre", "since", \
                                           today_text(x, 0), "until", today_text(x, days)), &id)
    REFUSED(MAKE(other, who, hash, "read", 30), "access.scope");
    REFUSED(MAKE(who, who, hash, "read everything", 30), "access.token");
    REFUSED(MAKE(who, who, token, "read", 30), "access.token"); /* the token itself never comes here */
    REFUSED(MAKE(who, who, hash, "read", 400), "access.token");
    OK(MAKE(who, who, hash, "read", 30));
    struct area_view v;
    struct grant *g = NULL;
    OK(area_view_open(x->area, &v, &x->err));
    OK(area_grant_token(&v, str_c(token), &g, &x->err));
    assert_int_equal(grant_account(g), who);
    assert_true(grant_may(g, PACK_READ, pack_register_find(v.set, STR("cadre"))));
    assert_false(grant_may(g, PACK_READ, pack_register_find(v.set, STR("tenure"))));
    assert_false(grant_may(g, PACK_WRITE, pack_register_find(v.set, STR("cadre"))));
    grant_release(g);
    token[3] = token[3] == 'A' ? 'B' : 'A';
    REFUSED(area_grant_token(&v, str_c(token), &g, &x->err), "access.no_session");
    area_view_close(&v);
    OK(people_close(x, who, "api_token", id));
    token[3] = 'x';
#undef MAKE
}

static void findings_are_seen_with_what_they_speak_of(void **state)
{
    struct people *x = *state;
    uint64_t east = people_with(x, "f1", "clerk", x->east), checker = people_with(x, "f2", "checker", 0), mine = people_account(x, "f3"), done = 0;
    OK(people_update(x, 0, "account", mine, LIST("person_register", "cadre", "person", number_text(x, x->west_cadre))));
    uint64_t f[4] = {0};
    static const char *const rules[] = {"no-org", "no-idno"};
    uint64_t subject[] = {x->east_cadre, x->west_cadre};
    for (int i = 0; i < 4; i++)
        OK(people_create(x, 0, "finding", LIST("rule", rules[i / 2], "subject_register", "cadre", "subject", number_text(x, subject[i % 2]), "opened", today_text(x, 0), "severity",
                                               "warn", "pack_version", "1", "judged", today_text(x, 0)), &f[i]));
    struct area_view v;
    OK(area_view_open(x->area, &v, &x->err));
    static const struct { bool clerk, checker, mine; } want[4] = {{true, true, false}, {false, true, true}, {false, true, false}, {false, true, true}};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(sight_in(x, &v, east, "finding", f[i]).any, want[i].clerk); /* the third reads a restricted field */
        assert_int_equal(sight_in(x, &v, checker, "finding", f[i]).any, want[i].checker);
        assert_int_equal(sight_in(x, &v, mine, "finding", f[i]).any, want[i].mine);
    }
    area_view_close(&v);
#define DISMISS(who, by, rule, of) \
    people_create(x, who, "dismissal", LIST("rule", rule, "subject_register", "cadre", "subject", number_text(x, of), "reason", "已核实", "by", number_text(x, by)), &done)
    REFUSED(DISMISS(checker, checker, "no-org", x->east_cadre), "access.denied");
    REFUSED(DISMISS(east, east, "no-org", x->west_cadre), "access.scope");
    REFUSED(DISMISS(east, checker, "no-org", x->east_cadre), "access.scope"); /* in another's name */
    OK(DISMISS(east, east, "no-org", x->east_cadre));
#undef DISMISS
}

static void a_case_is_seen_by_the_roles_of_its_procedure_and_never_by_its_subject(void **state)
{
    struct people *x = *state;
    uint64_t checker = people_with(x, "c1", "checker", 0), clerk = people_with(x, "c2", "clerk", x->county), mine = people_account(x, "c3"), office = people_with(x, "c4", "audit-admin", 0);
    uint64_t c = 0, step = 0, who = 0;
    OK(people_create(x, 0, "cadre", LIST("code", "CS", "name", "戊", "idno", "1", "org", number_text(x, x->east)), &who));
    OK(people_update(x, 0, "account", mine, LIST("person_register", "cadre", "person", number_text(x, who))));
    struct args_case open = {.open = {.procedure = STR("look"), .subject = STR("CS"), .entry = {.happened = area_today(x->area)}}};
    struct command act = {.verb = VERB_CASE_OPEN, .actor = checker, .happened = ENTRY_NO_DAY, .args = &open};
    struct receipt r = {0};
    OK(area_submit(x->area, &act, &r, &x->err));
    c = r.id;
    act.actor = clerk; /* whose role the procedure does not name */
    err_clear(&x->err);
    assert_int_not_equal(area_submit(x->area, &act, NULL, &x->err), RC_OK);
    struct area_view v;
    OK(area_view_open(x->area, &v, &x->err));
    assert_true(sight_in(x, &v, checker, "case", c).any);
    uint64_t *steps = NULL;
    size_t n = 0;
    const struct pack_register *step_reg = pack_register_find(v.set, STR("case_step"));
    OK(record_back(v.records, step_reg, pack_field_find(step_reg, STR("case")), c, &x->arena, &steps, &n, &x->err));
    assert_true(n > 0 && steps != NULL);
    step = steps == NULL ? 0 : steps[0];
    assert_true(sight_in(x, &v, checker, "case_step", step).any);
    uint64_t others[] = {clerk, mine, office};
    for (size_t i = 0; i < 3; i++) {
        assert_false(sight_in(x, &v, others[i], "case", c).any);
        assert_false(sight_in(x, &v, others[i], "case_step", step).any);
    }
    area_view_close(&v);
    err_clear(&x->err);
    assert_int_not_equal(people_update(x, checker, "case", c, LIST("title", "改")), RC_OK); /* by the verbs of cases only */
}

static struct command case_command(struct args_case *g, enum verb verb, uint64_t actor)
{
    return (struct command){.verb = verb, .actor = actor, .happened = ENTRY_NO_DAY, .args = g};
}

static void a_step_is_done_by_its_role_where_the_role_is_held(void **state)
{
    struct people *x = *state;
    uint64_t east = people_with(x, "m1", "clerk", x->east), west = people_with(x, "m2", "clerk", x->west), checker = people_with(x, "m3", "checker", 0);
    uint64_t watcher = people_with(x, "m4", "watcher", x->east), other = people_with(x, "m5", "watcher", x->west);
    day_num today = area_today(x->area);
    struct args_case open = {.open = {.procedure = STR("move"), .subject = STR("E"), .entry = {.happened = today}}};
    struct command c = case_command(&open, VERB_CASE_OPEN, west);
    REFUSED(area_submit(x->area, &c, NULL, &x->err), "record.absent"); /* of another place: as if it were not there */
    c.actor = watcher;
    REFUSED(area_submit(x->area, &c, NULL, &x->err), "case.role");
    open.open.subject = STR("nobody at all");
    REFUSED(area_submit(x->area, &c, NULL, &x->err), "case.role"); /* nor is he told who is there */
    open.open.subject = STR("E");
    c.actor = east;
    struct receipt r = {0};
    OK(area_submit(x->area, &c, &r, &x->err));
    struct case_pair none = {STR("件数"), STR("0")}, some = {STR("件数"), STR("2")};
    struct args_case act = {.close = {.id = r.id, .step = STR("ask"), .set = &none, .set_count = 1, .entry = {.happened = today}}};
    struct command a = case_command(&act, VERB_CASE_ACT, west);
    REFUSED(area_submit(x->area, &a, NULL, &x->err), "record.absent");
    a.actor = other;
    REFUSED(area_submit(x->area, &a, NULL, &x->err), "record.absent");
    a.actor = watcher; /* who may read it, and no more */
    REFUSED(area_submit(x->area, &a, NULL, &x->err), "case.role");
    a.actor = checker; /* whose turn it is not */
    REFUSED(area_submit(x->area, &a, NULL, &x->err), "case.role");
    struct area_view v;
    OK(area_view_open(x->area, &v, &x->err));
    assert_true(sight_in(x, &v, watcher, "case", r.id).any);
    assert_false(sight_in(x, &v, other, "case", r.id).any);
    assert_false(sight_in(x, &v, west, "case", r.id).any);
    area_view_close(&v);
    uint64_t before = area_size(x->area);
    a.actor = east;
    REFUSED(area_submit(x->area, &a, NULL, &x->err), "case.gate");
    struct str body;
    assert_int_equal(refused_entries(x, before, &body), 1);
    assert_true(str_find(body, STR("case.gate")) != SIZE_MAX && str_find(body, STR("\"what\":\"some\"")) != SIZE_MAX);
    act.close.set = &some;
    OK(area_submit(x->area, &a, NULL, &x->err));
    act.close = (struct case_close){.id = r.id, .step = STR("agree"), .entry = {.happened = today}};
    REFUSED(area_submit(x->area, &a, NULL, &x->err), "case.role");
    a.actor = checker;
    OK(area_submit(x->area, &a, NULL, &x->err));
    verify_sound(x);
}

/* Every register, every role, every verb: of another subtree nothing is in scope, one by one and as ids. */
static void no_register_leaks_to_another_subtree(void **state)
{
    struct people *x = *state;
    uint64_t east = people_with(x, "leak", "clerk", x->east), secret = 0, tenure = 0;
    OK(people_create(x, 0, "secret", LIST("cadre", number_text(x, x->west_cadre), "name", "内"), &secret));
    OK(people_create(x, 0, "tenure", LIST("cadre", number_text(x, x->west_cadre), "job", "乡长"), &tenure));
    struct { const char *reg; uint64_t id; } foreign[] = {{"org", x->west}, {"org", x->county}, {"cadre", x->west_cadre}, {"tenure", tenure}, {"secret", secret}};
    struct area_view v;
    struct grant *g = NULL;
    struct err e;
    OK(area_view_open(x->area, &v, &x->err));
    OK(area_grant(&v, east, &g, &x->err));
    struct access_world w = record_world(v.records);
    for (uint32_t r = 0; r < v.set->registers_count; r++)
        for (int verb = 0; verb < 4; verb++) {
            const struct pack_register *reg = v.set->registers[r];
            const struct scope *s = grant_scope(g, (enum pack_verb)verb, reg);
            uint64_t *ids = NULL;
            size_t n = 0;
            OK(record_scope_ids(v.records, s, true, &x->arena, &ids, &n, &x->err));
            for (size_t i = 0; i < ARRAY_LEN(foreign); i++) {
                if (!str_eq(reg->d.name, str_c(foreign[i].reg))) continue;
                struct sight sight;
                OK(scope_sight(s, foreign[i].id, false, &w, &sight, &x->err));
                assert_false(sight.any);
                for (size_t k = 0; k < n; k++) assert_int_not_equal(ids[k], foreign[i].id);
                struct record rec;
                assert_int_equal(record_see(v.records, g, reg, foreign[i].id, &x->arena, &rec, NULL, &e), RC_ABSENT);
            }
        }
    grant_release(g);
    area_view_close(&v);
}

static struct import_plan plan_of(struct people *x, struct area_view *v, const char *reg, const char *text)
{
    struct import_plan p;
    OK(import_read(v->records, pack_register_find(v->set, str_c(reg)), str_c(text), false, &x->arena, &p, &x->err));
    return p;
}

static enum rc import_as(struct people *x, uint64_t actor, const char *reg, const char *text)
{
    struct area_view v;
    OK(area_view_open(x->area, &v, &x->err));
    struct import_plan p = plan_of(x, &v, reg, text);
    struct import_result result = {0};
    struct args_import g = {.plan = &p, .arena = &x->arena, .result = &result};
    struct command c = {.verb = VERB_IMPORT, .actor = actor, .happened = ENTRY_NO_DAY, .args = &g};
    err_clear(&x->err);
    enum rc rc = area_submit(x->area, &c, NULL, &x->err);
    area_view_close(&v);
    return rc;
}

static void an_import_stays_in_scope_row_by_row(void **state)
{
    struct people *x = *state;
    uint64_t east = people_with(x, "imp", "clerk", x->east), checker = people_with(x, "imp2", "checker", 0), before = area_size(x->area);
    REFUSED(import_as(x, east, "cadre", "编号,姓名,单位\nE2,丙,1\nW2,丁,2\n"), "access.scope");
    struct str body;
    assert_int_equal(refused_entries(x, before, &body), 1); /* all undone, and noted */
    REFUSED(import_as(x, east, "cadre", "编号,姓名,单位\nW,乙,1\n"), "access.scope"); /* pulling somebody in */
    REFUSED(import_as(x, east, "cadre", "编号,姓名,证件号,单位\nE3,丙,51,1\n"), "access.field");
    REFUSED(import_as(x, east, "org", "编码,名称\n7,新\n"), "access.denied");
    REFUSED(import_as(x, checker, "cadre", "编号,姓名\nX,丙\n"), "access.two");
    OK(import_as(x, east, "cadre", "编号,姓名,单位\nE2,丙,1\nE,甲,1\n"));
    verify_sound(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_one_may_do_is_in_ones_own_subtree),
        cmocka_unit_test(a_refusal_leaves_one_entry_without_arguments),
        cmocka_unit_test(refusals_beside_others_in_a_batch_spoil_nothing),
        cmocka_unit_test(roles_are_given_by_the_security_administrator_and_two),
        cmocka_unit_test(what_cannot_be_right_is_refused_to_the_operator_too),
        cmocka_unit_test(a_role_is_lent_for_a_time_and_no_further),
        cmocka_unit_test(a_token_is_ones_own_and_narrows),
        cmocka_unit_test(findings_are_seen_with_what_they_speak_of),
        cmocka_unit_test(a_case_is_seen_by_the_roles_of_its_procedure_and_never_by_its_subject),
        cmocka_unit_test(a_step_is_done_by_its_role_where_the_role_is_held),
        cmocka_unit_test(no_register_leaks_to_another_subtree),
        cmocka_unit_test(an_import_stays_in_scope_row_by_row),
    };
    return cmocka_run_group_tests(tests, people_make, people_free);
}
