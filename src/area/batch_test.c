/*
 * batch_test.c - many callers at once: an act on a case that is refused after it wrote (its effect meets a unique field) goes back whole, and takes nobody
 * with it who shares its transaction.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "area/area.h"

enum { CLIENTS = 8, EACH = 30 };

static const char chapter[] =
    "```guiju\npack: crowd\ntitle: 众\nversion: \"1\"\nover: [core 1]\n```\n"
    "```guiju\nbasis: texts\nrows: [{name: law, title: 办法, full: 办法全文, from: 2000-01-01}]\n```\n"
    "```guiju\nrole: clerk\ntitle: 经办\nscope: area\nmay: {read: [unit]}\n```\n"
    "```guiju\nregister: unit\ntitle: 单位\ndisplay: 名称\nfields:\n  name: {title: 名称, type: text(40), key: yes}\n```\n"
    "```guiju\nregister: sign\ntitle: 牌子\ndisplay: 字样\nfields:\n  text: {title: 字样, type: text(40), key: yes}\n  unit: {title: 单位, type: ref(unit), required: yes}\n```\n"
    "```guiju\nprocedure: hang\ntitle: 挂牌\nbasis: 办法\nsubject: {register: unit, title: 对象}\nopen: {by: clerk}\nlay-down: {by: clerk, basis: 办法}\nsteps:\n"
    "  - step: do\n    title: 挂\n    by: clerk\n    fields: {text: {title: 写, type: text(40), required: yes}}\n"
    "    effects: [{create: sign, set: {字样: 写, 单位: 对象}}]\n```\n";

static struct pack_file file = {STR_INIT("01.md"), {NULL, 0}};

struct crowd { struct area *area; int number, done, refused; };

static enum rc submit(struct area *ar, enum verb verb, const void *args, struct receipt *r, struct err *err)
{
    struct command c = {.verb = verb, .happened = ENTRY_NO_DAY, .args = args};
    err_clear(err);
    return area_submit(ar, &c, r, err);
}

/* Every third sign is one that hangs already: its case stays where it was, and the same act with another text does it. */
static void *caller(void *arg)
{
    struct crowd *c = arg;
    struct err err;
    for (int i = 0; i < EACH; i++) {
        struct receipt r = {0};
        char text[32];
        struct args_case open = {.open = {.procedure = STR("hang"), .subject = STR("U"), .entry = {.happened = ENTRY_NO_DAY}}};
        if (submit(c->area, VERB_CASE_OPEN, &open, &r, &err) != RC_OK) return NULL;
        bool twice = i % 3 == 2;
        for (int turn = twice ? 0 : 1; turn < 2; turn++) {
            snprintf(text, sizeof text, turn == 0 ? "taken" : "%d-%d", c->number, i);
            struct case_pair set = {STR("text"), str_c(text)};
            struct args_case act = {.close = {.id = r.id, .step = STR("do"), .set = &set, .set_count = 1, .entry = {.happened = ENTRY_NO_DAY}}};
            struct receipt done;
            enum rc rc = submit(c->area, VERB_CASE_ACT, &act, &done, &err);
            if (rc == RC_OK) c->done++;
            else if (strcmp(err_code(&err), "case.effect") == 0) c->refused++;
        }
    }
    return NULL;
}

static void who_is_refused_after_he_wrote_takes_nobody_with_him(void **state)
{
    (void)state;
    struct arena a;
    struct diags d;
    struct err err;
    struct area *ar = NULL;
    struct pack_source packs[2];
    arena_init(&a, 512 << 20);
    diags_init(&d, &a, 10);
    err_clear(&err);
    file.text = str_of(chapter, sizeof chapter - 1);
    assert_int_equal(pack_read(&a, STR(PACKS_CORE), &packs[0], &err), RC_OK);
    packs[1] = (struct pack_source){STR("crowd"), &file, 1};
    struct area_options o = {.name = STR("crowd"), .memory = true, .disk_min = -1};
    enum rc made = area_create_open(STR("crowd"), &o, packs, 2, &d, &ar, &err);
    if (made != RC_OK) fail_msg("%s", d.first != NULL ? d.first->err.en : err.en);
    struct receipt unit, sign;
    struct str name = STR("name"), pair[] = {STR("text"), STR("unit")};
    struct sv u = sv_text(STR("U"));
    struct args_create g = {STR("unit"), 1, &name, &u};
    assert_int_equal(submit(ar, VERB_CREATE, &g, &unit, &err), RC_OK);
    struct sv v[] = {sv_text(STR("taken")), sv_int((int64_t)unit.id)};
    struct args_create s = {STR("sign"), 2, pair, v};
    assert_int_equal(submit(ar, VERB_CREATE, &s, &sign, &err), RC_OK);

    pthread_t threads[CLIENTS];
    struct crowd c[CLIENTS];
    for (int i = 0; i < CLIENTS; i++) {
        c[i] = (struct crowd){.area = ar, .number = i};
        assert_int_equal(pthread_create(&threads[i], NULL, caller, &c[i]), 0);
    }
    for (int i = 0; i < CLIENTS; i++) pthread_join(threads[i], NULL);
    for (int i = 0; i < CLIENTS; i++) {
        assert_int_equal(c[i].done, EACH);
        assert_int_equal(c[i].refused, EACH / 3);
    }
    struct area_view view;
    assert_int_equal(area_view_open(ar, &view, &err), RC_OK);
    const struct pack_register *r = pack_register_find(view.set, STR("sign"));
    uint64_t *ids;
    size_t n = 0;
    assert_int_equal(record_back(view.records, r, pack_field_find(r, STR("unit")), unit.id, &a, &ids, &n, &err), RC_OK);
    assert_int_equal(n, CLIENTS * EACH + 1);
    area_view_close(&view);
    struct area_report report;
    enum rc rc = area_verify(ar, STR(""), &a, &report, &err);
    if (rc != RC_OK) fail_msg("%s", err.en);
    area_close(&ar);
    arena_fini(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(who_is_refused_after_he_wrote_takes_nobody_with_him)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
