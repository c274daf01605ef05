/* area_test.c - the one door: what is acknowledged is there, what is refused is not, and threads do not disturb each other. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

#include "area/area.h"
#include "area/small_pack.h"

static struct pack_file small_file = {STR_INIT("01-small.md"), STR_INIT(SMALL_PACK)};

struct fixture {
    struct arena arena;
    struct diags diags;
    struct err err;
    struct area *area;
    char folder[64], path[96];
};

static struct pack_source one_source(struct pack_file *f) { return (struct pack_source){STR("small"), f, 1}; }

static void print_all(struct fixture *x)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    diags_print(&x->diags, LANG_EN, &b);
    if (x->err.kind != NULL) err_print(&x->err, LANG_EN, STR(""), STR(""), &b);
    fprintf(stderr, STR_FMT "\n", STR_ARG(buf_view(&b)));
    buf_fini(&b);
}

#define OK(call)                                                                                                           \
    do {                                                                                                                   \
        enum rc ok_rc = (call);                                                                                            \
        if (ok_rc != RC_OK) print_all(x);                                                                                  \
        assert_int_equal(ok_rc, RC_OK);                                                                                    \
    } while (0)

static int setup(void **state)
{
    struct fixture *x = calloc(1, sizeof *x);
    arena_init(&x->arena, 256 << 20);
    diags_init(&x->diags, &x->arena, 100);
    snprintf(x->folder, sizeof x->folder, "/tmp/guiju-area-XXXXXX");
    assert_non_null(mkdtemp(x->folder));
    snprintf(x->path, sizeof x->path, "%s/a.guiju", x->folder);
    struct pack_source src = one_source(&small_file);
    struct area_options o = {.disk_min = -1};
    OK(area_create(str_c(x->path), &o, &src, 1, &x->diags, &x->err));
    OK(area_open(str_c(x->path), &o, &x->area, &x->err));
    *state = x;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *x = *state;
    area_close(&x->area);
    arena_fini(&x->arena);
    char line[160];
    snprintf(line, sizeof line, "rm -rf %s", x->folder);
    int gone = system(line);
    free(x);
    return gone;
}

static enum rc create_unit(struct area *ar, const char *code, const char *key, struct receipt *r, struct err *err)
{
    struct str fields[] = {STR("code"), STR("name"), STR("seats")};
    struct sv values[] = {sv_text(str_c(code)), sv_text(STR("甲单位")), sv_int(1)};
    struct args_create args = {STR("unit"), 3, fields, values};
    struct command c = {.verb = VERB_CREATE, .happened = ENTRY_NO_DAY, .args = &args, .key = str_c(key)};
    return area_submit(ar, &c, r, err);
}

static enum rc create_person(struct area *ar, const char *code, uint64_t unit, struct receipt *r, struct err *err)
{
    struct str fields[] = {STR("code"), STR("name"), STR("unit")};
    struct sv values[] = {sv_text(str_c(code)), sv_text(STR("张三")), sv_int((int64_t)unit)};
    struct args_create args = {STR("person"), 3, fields, values};
    struct command c = {.verb = VERB_CREATE, .happened = ENTRY_NO_DAY, .args = &args};
    return area_submit(ar, &c, r, err);
}

static void verify_sound(struct fixture *x, uint64_t entries)
{
    struct area_report report;
    OK(area_verify(x->area, STR_NONE, &x->arena, &report, &x->err));
    assert_int_equal(report.journal.entries, entries);
}

static void a_created_record_is_read_back(void **state)
{
    struct fixture *x = *state;
    struct receipt r;
    OK(create_unit(x->area, "U1", NULL, &r, &x->err));
    assert_int_equal(r.first_seq, 2);
    assert_int_equal(r.version, 1);
    struct area_view v;
    OK(area_view_open(x->area, &v, &x->err));
    struct record rec;
    const struct pack_register *unit = pack_register_find(v.set, STR("unit"));
    OK(record_get(v.records, unit, r.id, &x->arena, &rec, &x->err));
    assert_true(str_eq(rec.values[pack_field_find(unit, STR("code"))->column].s, STR("U1")));
    area_view_close(&v);
    verify_sound(x, 2);
}

static void a_refused_command_changes_nothing(void **state)
{
    struct fixture *x = *state;
    struct receipt r;
    OK(create_unit(x->area, "U1", NULL, &r, &x->err));
    assert_int_equal(create_unit(x->area, "U1", NULL, &r, &x->err), RC_CONFLICT);
    struct str fields[] = {STR("code"), STR("seats")};
    struct sv values[] = {sv_text(STR("U2")), sv_int(1)};
    struct args_create no_name = {STR("unit"), 2, fields, values};
    struct command c = {.verb = VERB_CREATE, .happened = ENTRY_NO_DAY, .args = &no_name};
    assert_int_equal(area_submit(x->area, &c, &r, &x->err), RC_INPUT);
    struct args_create no_register = {STR("unti"), 2, fields, values};
    c.args = &no_register;
    assert_int_equal(area_submit(x->area, &c, &r, &x->err), RC_ABSENT);
    assert_string_equal(err_code(&x->err), "area.no_register");
    assert_non_null(strstr(x->err.en, "unti"));
    assert_non_null(strstr(x->err.hint_en, "unit"));
    struct str derived[] = {STR("held")};
    struct args_create computed = {STR("unit"), 1, derived, values};
    c.args = &computed;
    assert_int_equal(area_submit(x->area, &c, &r, &x->err), RC_INPUT);
    assert_string_equal(err_code(&x->err), "area.derived");
    verify_sound(x, 2);
}

static void the_same_key_does_the_thing_once(void **state)
{
    struct fixture *x = *state;
    struct receipt first, again;
    OK(create_unit(x->area, "U1", "0190-key", &first, &x->err));
    OK(create_unit(x->area, "U1", "0190-key", &again, &x->err));
    assert_true(again.repeated);
    assert_int_equal(first.first_seq, again.first_seq);
    assert_int_equal(first.id, again.id);
    assert_memory_equal(first.leaf.b, again.leaf.b, HASH_LEN);
    assert_int_equal(create_unit(x->area, "U2", "0190-key", &again, &x->err), RC_CONFLICT);
    assert_string_equal(err_code(&x->err), "area.key_reused");
    char long_key[80];
    memset(long_key, 'k', sizeof long_key);
    long_key[79] = '\0';
    assert_int_equal(create_unit(x->area, "U3", long_key, &again, &x->err), RC_INPUT);
    verify_sound(x, 2);
}

static void a_key_outlives_the_process(void **state)
{
    struct fixture *x = *state;
    struct receipt first, again;
    OK(create_unit(x->area, "U1", "0190-key", &first, &x->err));
    area_close(&x->area);
    struct area_options o = {.disk_min = -1};
    OK(area_open(str_c(x->path), &o, &x->area, &x->err));
    OK(create_unit(x->area, "U1", "0190-key", &again, &x->err));
    assert_true(again.repeated);
    assert_int_equal(first.last_seq, again.last_seq);
}

struct crowd {
    struct area *area;
    int number;
    int accepted, refused;
};

static void *crowd_main(void *arg)
{
    struct crowd *w = arg;
    for (int i = 0; i < 40; i++) {
        char code[32];
        struct receipt r;
        struct err err;
        /* Every second code is one that all threads want: one of them gets it. */
        if (i % 2 == 0)
            snprintf(code, sizeof code, "own-%d-%d", w->number, i);
        else
            snprintf(code, sizeof code, "shared-%d", i);
        enum rc rc = create_unit(w->area, code, NULL, &r, &err);
        if (rc == RC_OK)
            w->accepted++;
        else if (rc == RC_CONFLICT)
            w->refused++;
    }
    return NULL;
}

static void many_threads_get_one_answer_each(void **state)
{
    struct fixture *x = *state;
    enum { THREADS = 16 };
    pthread_t threads[THREADS];
    struct crowd crowd[THREADS];
    for (int i = 0; i < THREADS; i++) {
        crowd[i] = (struct crowd){.area = x->area, .number = i};
        assert_int_equal(pthread_create(&threads[i], NULL, crowd_main, &crowd[i]), 0);
    }
    int accepted = 0, refused = 0;
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        accepted += crowd[i].accepted;
        refused += crowd[i].refused;
    }
    assert_int_equal(accepted, THREADS * 20 + 20);
    assert_int_equal(refused, (THREADS - 1) * 20);
    verify_sound(x, 1 + (uint64_t)accepted);
}

static void two_processes_take_turns(void **state)
{
    struct fixture *x = *state;
    /* A second handle is to the first what another process is: own connection, own memory. */
    struct area_options o = {.disk_min = -1};
    struct area *other = NULL;
    struct receipt r;
    OK(area_open(str_c(x->path), &o, &other, &x->err));
    for (int i = 0; i < 20; i++) {
        char code[16];
        snprintf(code, sizeof code, "U%d", i);
        OK(create_unit(i % 3 == 0 ? other : x->area, code, NULL, &r, &x->err));
        assert_int_equal(r.last_seq, i + 2);
        assert_int_equal(create_unit(i % 3 == 0 ? x->area : other, code, NULL, &r, &x->err), RC_CONFLICT);
    }
    area_close(&other);
    verify_sound(x, 21);
}

static const char more_fields[] = SMALL_PACK_HEAD SMALL_PACK_CORE SMALL_PACK_PERSON SMALL_PACK_RULE
    "```guiju\nregister: unit\ntitle: 单位\ndisplay: 名称\nowner: 编办\ndisclose: always\ntree: parent\nfields:\n"
    "  code: {title: 编码, type: text(20), key: yes}\n"
    "  name: {title: 名称, type: text(60), required: yes}\n"
    "  parent: {title: 上级, type: ref(unit), back: 下级}\n"
    "  seats: {title: 职数, type: number(0), check: 职数 >= 0}\n"
    "  phone: {title: 电话, type: text(40)}\n"
    "  held: {title: 现有, type: number(0), derive: count(人员)}\n```\n";
static const char fewer_fields[] = SMALL_PACK_HEAD SMALL_PACK_CORE SMALL_PACK_PERSON
    "```guiju\nregister: unit\ntitle: 单位\ndisplay: 名称\nowner: 编办\ndisclose: always\nfields:\n"
    "  code: {title: 编码, type: text(20), key: yes}\n"
    "  name: {title: 名称, type: text(60), required: yes}\n```\n";

static enum rc install(struct fixture *x, struct area *ar, const char *text)
{
    struct pack_file *f = arena_new(&x->arena, struct pack_file);
    *f = (struct pack_file){STR("01-small.md"), str_c(text)};
    struct pack_source *src = arena_new(&x->arena, struct pack_source);
    *src = one_source(f);
    diags_init(&x->diags, &x->arena, 100);
    struct args_install args = {src, 1, &x->diags};
    struct command c = {.verb = VERB_INSTALL, .happened = ENTRY_NO_DAY, .args = &args};
    return area_submit(ar, &c, NULL, &x->err);
}

static enum rc set_phone(struct area *ar, uint64_t id, struct err *err)
{
    struct str fields[] = {STR("phone")};
    struct sv values[] = {sv_text(STR("12380"))};
    struct args_update args = {STR("unit"), id, 0, 1, fields, values};
    struct command c = {.verb = VERB_UPDATE, .happened = ENTRY_NO_DAY, .args = &args};
    return area_submit(ar, &c, NULL, err);
}

static void a_pack_with_more_fields_migrates(void **state)
{
    struct fixture *x = *state;
    struct receipt r;
    OK(create_unit(x->area, "U1", NULL, &r, &x->err));
    assert_int_equal(set_phone(x->area, r.id, &x->err), RC_INPUT);
    OK(install(x, x->area, more_fields));
    OK(set_phone(x->area, r.id, &x->err));
    area_close(&x->area);
    struct area_options o = {.disk_min = -1};
    OK(area_open(str_c(x->path), &o, &x->area, &x->err));
    verify_sound(x, 4);
}

static void a_pack_that_would_lose_data_is_refused(void **state)
{
    struct fixture *x = *state;
    struct receipt r;
    OK(create_unit(x->area, "U1", NULL, &r, &x->err));
    assert_int_equal(install(x, x->area, fewer_fields), RC_INPUT);
    assert_true(x->diags.errors >= 1);
    bool told = false;
    for (const struct diag *d = x->diags.first; d != NULL; d = d->next) told = told || strcmp(err_code(&d->err), "pack.loses") == 0;
    assert_true(told);
    OK(create_unit(x->area, "U2", NULL, &r, &x->err));
    verify_sound(x, 3);
}

static void packs_of_another_process_are_taken_in(void **state)
{
    struct fixture *x = *state;
    struct area_options o = {.disk_min = -1};
    struct area *other = NULL;
    struct receipt r;
    OK(create_unit(x->area, "U1", NULL, &r, &x->err));
    OK(area_open(str_c(x->path), &o, &other, &x->err));
    OK(install(x, other, more_fields));
    OK(set_phone(x->area, r.id, &x->err));
    area_close(&other);
    verify_sound(x, 4);
}

static enum rc record_findings(struct fixture *x, uint64_t *opened, uint64_t *closed);

static enum rc gather(void *ctx, const struct judged *j, struct err *err)
{
    (void)err;
    struct { struct arena *arena; struct judge_finding *at; size_t n; } *g = ctx;
    if (j->verdict == VERDICT_HOLDS) g->at[g->n++] = (struct judge_finding){j->rule, j->id, j->with, str_dup(g->arena, j->reads)};
    return RC_OK;
}

static enum rc record_findings(struct fixture *x, uint64_t *opened, uint64_t *closed)
{
    struct area_view v;
    TRY(area_view_open(x->area, &v, &x->err));
    struct roster_want *want;
    size_t n = 0;
    struct roster *roster = NULL;
    struct { struct arena *arena; struct judge_finding *at; size_t n; } g = {&x->arena, arena_array(&x->arena, struct judge_finding, 100), 0};
    struct judge_options o = {.today = area_today(x->area)};
    enum rc rc = judge_want(v.set, NULL, &x->arena, &want, &n, &x->err);
    if (rc == RC_OK) rc = roster_load(v.records, want, n, &roster, &x->err);
    if (rc == RC_OK) rc = judge(roster, v.set, &o, gather, &g, &x->err);
    struct args_judge args = {.findings = g.at, .count = g.n, .today = o.today, .only = STR(""), .opened = opened, .closed = closed};
    struct command c = {.verb = VERB_JUDGE, .happened = ENTRY_NO_DAY, .args = &args};
    if (rc == RC_OK) rc = area_submit(x->area, &c, NULL, &x->err);
    roster_free(&roster);
    area_view_close(&v);
    return rc;
}

static void findings_open_and_close(void **state)
{
    struct fixture *x = *state;
    struct receipt unit, p1, p2;
    uint64_t opened = 0, closed = 0;
    OK(create_unit(x->area, "U1", NULL, &unit, &x->err));
    OK(create_person(x->area, "P1", unit.id, &p1, &x->err));
    OK(record_findings(x, &opened, &closed));
    assert_int_equal(opened, 0);
    OK(create_person(x->area, "P2", unit.id, &p2, &x->err));
    OK(record_findings(x, &opened, &closed));
    assert_int_equal(opened, 1);
    OK(record_findings(x, &opened, &closed));
    assert_int_equal(opened, 0);
    assert_int_equal(closed, 0);
    struct args_close args = {STR("person"), p2.id, 0};
    struct command c = {.verb = VERB_CLOSE, .happened = ENTRY_NO_DAY, .args = &args};
    OK(area_submit(x->area, &c, NULL, &x->err));
    OK(record_findings(x, &opened, &closed));
    assert_int_equal(closed, 1);
}

static void a_late_command_is_not_begun(void **state)
{
    struct fixture *x = *state;
    struct str fields[] = {STR("code"), STR("name")};
    struct sv values[] = {sv_text(STR("U1")), sv_text(STR("甲"))};
    struct args_create args = {STR("unit"), 2, fields, values};
    struct command c = {.verb = VERB_CREATE, .happened = ENTRY_NO_DAY, .args = &args, .deadline_us = 1};
    assert_int_equal(area_submit(x->area, &c, NULL, &x->err), RC_BUSY);
    assert_string_equal(err_code(&x->err), "area.deadline");
    verify_sound(x, 1);
}

static void a_backup_is_restored_with_a_new_epoch(void **state)
{
    struct fixture *x = *state;
    struct receipt r;
    char copy[128], again[128];
    snprintf(copy, sizeof copy, "%s/copy", x->folder);
    snprintf(again, sizeof again, "%s/again", x->folder);
    OK(create_unit(x->area, "U1", NULL, &r, &x->err));
    OK(area_backup(x->area, str_c(copy), &x->err));
    assert_int_equal(area_backup(x->area, str_c(copy), &x->err), RC_CONFLICT);
    struct area_options o = {.disk_min = -1};
    OK(area_restore(str_c(copy), str_c(again), &o, &x->err));
    struct area *restored = NULL;
    OK(area_open(str_c(again), &o, &restored, &x->err));
    struct area_report report;
    OK(area_verify(restored, STR_NONE, &x->arena, &report, &x->err));
    assert_int_equal(report.journal.entries, 3);
    area_close(&restored);
    assert_int_equal(area_restore(STR("/tmp/guiju-there-is-no-such-file"), STR("/tmp/guiju-nor-this"), &o, &x->err), RC_ABSENT);
}

static void what_is_not_an_area_is_refused(void **state)
{
    struct fixture *x = *state;
    struct area *none = NULL;
    char path[128];
    snprintf(path, sizeof path, "%s/text", x->folder);
    FILE *f = fopen(path, "w");
    for (int i = 0; i < 1000; i++) fputs("this is no area\n", f);
    fclose(f);
    assert_int_equal(area_open(str_c(path), NULL, &none, &x->err), RC_BROKEN);
    assert_int_equal(area_open(STR("/tmp/guiju-there-is-no-such-file"), NULL, &none, &x->err), RC_ABSENT);
    struct pack_source src = one_source(&small_file);
    assert_int_equal(area_create(str_c(x->path), NULL, &src, 1, &x->diags, &x->err), RC_CONFLICT);
}

static void a_cut_tail_is_seen_by_a_checkpoint(void **state)
{
    struct fixture *x = *state;
    struct receipt r;
    char before[128], notes[128];
    snprintf(before, sizeof before, "%s/before", x->folder);
    snprintf(notes, sizeof notes, "%s.checkpoints", x->path);
    OK(create_unit(x->area, "U1", NULL, &r, &x->err));
    OK(area_backup(x->area, str_c(before), &x->err));
    OK(create_unit(x->area, "U2", NULL, &r, &x->err));
    OK(area_checkpoint(x->area, NULL, &x->err));
    /* The older copy under the newer notes is an area whose last entry was cut off. */
    struct area *cut = NULL;
    struct area_options o = {.read_only = true};
    struct area_report report;
    OK(area_open(str_c(before), &o, &cut, &x->err));
    assert_int_equal(area_verify(cut, str_c(notes), &x->arena, &report, &x->err), RC_BROKEN);
    assert_string_equal(err_code(&x->err), "area.checkpoint");
    area_close(&cut);
}


/* A ref within a batch names an item that came before; one that is refused takes all back, and files are kept by their hash. */
static void many_changes_are_one(void **state)
{
    struct fixture *x = *state;
    struct area_view v;
    OK(area_view_open(x->area, &v, &x->err));
    const struct pack_register *unit = pack_register_find(v.set, STR("unit")), *person = pack_register_find(v.set, STR("person"));
    const struct pack_field *uf[] = {pack_field_find(unit, STR("code")), pack_field_find(unit, STR("name")), pack_field_find(unit, STR("seats"))},
                            *pf[] = {pack_field_find(person, STR("code")), pack_field_find(person, STR("name")), pack_field_find(person, STR("unit"))};
    struct sv uv[] = {sv_text(STR("B1")), sv_text(STR("甲单位")), sv_int(1)}, pv[] = {sv_text(STR("P1")), sv_text(STR("张三")), sv_null()}, bad[] = {sv_text(STR("P1")), sv_text(STR("李四")), sv_null()};
    const uint32_t from[] = {0, 0, 1};
    uint64_t ids[3] = {0};
    struct str bytes = STR("the bytes of a file");
    struct batch_file file = {.bytes = bytes, .hash = area_file_hash(&x->arena, bytes)};
    struct batch_item items[] = {{.kind = BATCH_CREATE, .reg = unit, .count = 3, .fields = uf, .values = uv},
                                 {.kind = BATCH_CREATE, .reg = person, .count = 3, .fields = pf, .values = pv, .from = from},
                                 {.kind = BATCH_CREATE, .reg = person, .count = 3, .fields = pf, .values = bad, .from = from}};
    struct batch_result done;
    struct args_batch args = {.items = items, .count = 3, .files = &file, .files_count = 1, .ids = ids, .result = &done};
    struct command c = {.verb = VERB_BATCH, .happened = ENTRY_NO_DAY, .args = &args};
    struct receipt r;
    struct str got;
    assert_int_equal(area_submit(x->area, &c, &r, &x->err), RC_CONFLICT); /* the same key twice */
    assert_int_equal(done.failed, 3);
    assert_int_equal(area_size(x->area), 1);
    area_view_close(&v);
    OK(area_view_open(x->area, &v, &x->err));
    struct str *unnamed;
    size_t unnamed_count = 1;
    OK(area_files_unnamed(&v, &x->arena, &unnamed, &unnamed_count, &x->err));
    assert_int_equal(unnamed_count, 0); /* taken back with the rest */
    area_view_close(&v);
    args.count = 2;
    OK(area_submit(x->area, &c, &r, &x->err));
    assert_int_equal(done.created, 2);
    assert_int_equal(r.last_seq - r.first_seq, 1);
    OK(area_view_open(x->area, &v, &x->err));
    struct record rec;
    OK(record_get(v.records, person, ids[1], &x->arena, &rec, &x->err));
    assert_int_equal(rec.values[pf[2]->column].i, ids[0]);
    /* Kept, but in no record: nobody gets it by its hash, not even the operator, and a sweep would take it. */
    struct grant *operator_ = NULL;
    struct area_file_held held;
    OK(area_grant(&v, 0, &operator_, &x->err));
    assert_int_equal(area_file_see(&v, operator_, file.hash, &x->arena, &got, &held, &x->err), RC_ABSENT);
    grant_release(operator_);
    OK(area_files_unnamed(&v, &x->arena, &unnamed, &unnamed_count, &x->err));
    assert_int_equal(unnamed_count, 1);
    assert_true(str_eq(unnamed[0], file.hash));
    area_view_close(&v);
    /* The same again: one conflict, nothing written; a close of what is there. */
    struct batch_item shut = {.kind = BATCH_CLOSE, .reg = person, .id = ids[1]};
    args = (struct args_batch){.items = &shut, .count = 1, .result = &done};
    OK(area_submit(x->area, &c, &r, &x->err));
    assert_int_equal(done.closed, 1);
    verify_sound(x, 4);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_created_record_is_read_back),
        TEST(many_changes_are_one),
        TEST(a_refused_command_changes_nothing),
        TEST(the_same_key_does_the_thing_once),
        TEST(a_key_outlives_the_process),
        TEST(many_threads_get_one_answer_each),
        TEST(two_processes_take_turns),
        TEST(a_pack_with_more_fields_migrates),
        TEST(a_pack_that_would_lose_data_is_refused),
        TEST(packs_of_another_process_are_taken_in),
        TEST(findings_open_and_close),
        TEST(a_late_command_is_not_begun),
        TEST(a_backup_is_restored_with_a_new_epoch),
        TEST(what_is_not_an_area_is_refused),
        TEST(a_cut_tail_is_seen_by_a_checkpoint),
    };
    return cmocka_run_group_tests_name("area", tests, NULL, NULL);
}
