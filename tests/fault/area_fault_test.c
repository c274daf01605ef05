/*
 * area_fault_test.c - the whole area on disks and memory that fail.
 * Crash: at every sync of a workload, with unsynced writes dropped, reordered or torn, the area opens, verifies, and has every
 * acknowledged command.  Fault: the 1st, 2nd, 3rd … call fails; the answer is a clear error, and nothing acknowledged is lost.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "area/area.h"
#include "area/small_pack.h"
#include "fault/fault.h"

enum { COMMANDS = 12, IMPORT_ROWS = 40 };

static struct pack_file small_file = {STR_INIT("01-small.md"), STR_INIT(SMALL_PACK)};
static char folder[64];

static enum rc make_area(const char *path, const char *vfs, struct err *err)
{
    struct arena a;
    struct diags d;
    arena_init(&a, 64 << 20);
    diags_init(&d, &a, 10);
    struct pack_source src = {STR("small"), &small_file, 1};
    struct area_options o = {.disk_min = -1, .vfs = vfs};
    enum rc rc = area_create(str_c(path), &o, &src, 1, &d, err);
    arena_fini(&a);
    return rc;
}

static enum rc create_unit(struct area *ar, const char *code, struct err *err)
{
    struct str fields[] = {STR("code"), STR("name"), STR("seats")};
    struct sv values[] = {sv_text(str_c(code)), sv_text(STR("单位")), sv_int(1)};
    struct args_create args = {STR("unit"), 3, fields, values};
    struct command c = {.verb = VERB_CREATE, .happened = ENTRY_NO_DAY, .args = &args};
    return area_submit(ar, &c, NULL, err);
}

static enum rc import_units(struct area *ar, int part, struct err *err)
{
    struct arena a;
    struct buf b;
    struct area_view v;
    struct import_plan plan = {0};
    struct import_result result = {0};
    arena_init(&a, 64 << 20);
    buf_init(&b, 1 << 20);
    buf_lit(&b, "编码,名称\n");
    for (int i = 0; i < IMPORT_ROWS; i++) {
        char line[64];
        int n = snprintf(line, sizeof line, "i%d-%d,单位\n", part, i);
        buf_put(&b, line, (size_t)n);
    }
    enum rc rc = area_view_open(ar, &v, err);
    if (rc == RC_OK) {
        rc = import_read(v.records, pack_register_find(v.set, STR("unit")), buf_view(&b), false, &a, &plan, err);
        struct args_import args = {.plan = &plan, .arena = &a, .result = &result};
        struct command c = {.verb = VERB_IMPORT, .happened = ENTRY_NO_DAY, .args = &args};
        if (rc == RC_OK) rc = area_submit(ar, &c, NULL, err);
        area_view_close(&v);
    }
    buf_fini(&b);
    arena_fini(&a);
    return rc;
}

/* Units that must be there once command n was acknowledged: every fourth command is an import. */
static int64_t units_after(uint64_t n)
{
    int64_t units = 0;
    for (uint64_t i = 1; i <= n; i++) units += i % 4 == 0 ? IMPORT_ROWS : 1;
    return units;
}

/* Run the workload; returns how many commands were acknowledged before the first failure. */
static uint64_t work(struct area *ar, struct fault_disk *d, struct err *err)
{
    for (int i = 1; i <= COMMANDS; i++) {
        char code[16];
        snprintf(code, sizeof code, "c%d", i);
        enum rc rc = i % 4 == 0 ? import_units(ar, i, err) : create_unit(ar, code, err);
        if (rc != RC_OK) return (uint64_t)i - 1;
        if (d != NULL) fault_note(d, (uint64_t)i);
    }
    return COMMANDS;
}

static enum rc count_one(void *ctx, const struct record *rec, struct err *err)
{
    (void)rec;
    (void)err;
    ++*(int64_t *)ctx;
    return RC_OK;
}

/* The area must open, verify, and have at least what was acknowledged: whole commands only. */
static void look_again(const char *path, uint64_t acknowledged, const char *what)
{
    struct area *ar = NULL;
    struct area_view v;
    struct err err;
    struct arena a;
    int64_t units = 0;
    struct area_options o = {.disk_min = -1};
    arena_init(&a, 64 << 20);
    err_clear(&err);
    enum rc rc = area_open(str_c(path), &o, &ar, &err);
    struct area_report report;
    if (rc == RC_OK) rc = area_verify(ar, STR_NONE, &a, &report, &err);
    if (rc == RC_OK) rc = area_view_open(ar, &v, &err);
    if (rc == RC_OK) {
        rc = record_each(v.records, pack_register_find(v.set, STR("unit")), RECORD_BY_ID, true, count_one, &units, &err);
        area_view_close(&v);
    }
    area_close(&ar);
    arena_fini(&a);
    if (rc != RC_OK) fprintf(stderr, "%s: %s %s\n", what, err_code(&err), err.en);
    assert_int_equal(rc, RC_OK);
    bool whole = false;
    for (uint64_t n = acknowledged; n <= COMMANDS; n++) whole = whole || units == units_after(n);
    if (!whole) fprintf(stderr, "%s: %lld units, %llu commands acknowledged\n", what, (long long)units, (unsigned long long)acknowledged);
    assert_true(whole);
}

static void clean(const char *path)
{
    char line[256];
    int n = snprintf(line, sizeof line, "rm -rf '%s'*", path);
    assert_true(n > 0 && (size_t)n < sizeof line);
    assert_int_equal(system(line), 0);
}

static void at_every_sync_the_area_is_whole(void **state)
{
    (void)state;
    char path[128], image[128], found[256];
    struct err err;
    struct area *ar = NULL;
    snprintf(path, sizeof path, "%s/a.guiju", folder);
    struct fault_disk *d = fault_disk_make();
    assert_int_equal(make_area(path, fault_vfs(d), &err), RC_OK);
    fault_record(d);
    struct area_options o = {.disk_min = -1, .vfs = fault_vfs(d)};
    assert_int_equal(area_open(str_c(path), &o, &ar, &err), RC_OK);
    assert_int_equal(work(ar, d, &err), COMMANDS);
    area_close(&ar);
    size_t images = 0, moments = fault_moments(d);
    snprintf(image, sizeof image, "%s/image", folder);
    snprintf(found, sizeof found, "%s/a.guiju", image);
    for (size_t m = 0; m <= moments; m++) {
        if (!fault_moment_is_sync(d, m)) continue;
        for (enum fault_how how = FAULT_KEEP; how <= FAULT_TORN; how++) {
            char what[64];
            snprintf(what, sizeof what, "moment %zu %s", m, fault_how_name(how));
            assert_int_equal(mkdir(image, 0700), 0);
            assert_true(fault_image(d, m, how, m * 7 + (size_t)how, image));
            look_again(found, fault_noted(d, m), what);
            char line[160];
            snprintf(line, sizeof line, "rm -rf %s", image);
            assert_int_equal(system(line), 0);
            images++;
        }
    }
    /* A workload without syncs would pass for the wrong reason. */
    assert_true(images > 4 * COMMANDS);
    fault_disk_free(&d);
    clean(path);
}

static void fail_each_call(enum fault_error e, bool forever)
{
    char path[128];
    struct err err;
    snprintf(path, sizeof path, "%s/b.guiju", folder);
    for (uint64_t nth = 1;; nth += 1 + nth / 24) {
        struct fault_disk *d = fault_disk_make();
        struct area *ar = NULL;
        assert_int_equal(make_area(path, fault_vfs(d), &err), RC_OK);
        struct area_options o = {.disk_min = -1, .vfs = fault_vfs(d)};
        uint64_t done = 0;
        err_clear(&err);
        fault_fail(d, e, nth, forever);
        if (area_open(str_c(path), &o, &ar, &err) == RC_OK) done = work(ar, NULL, &err);
        uint64_t hits = fault_hits(d);
        bool failed = hits > 0 && done < COMMANDS;
        if (failed) {
            /* The answer is one of the machine's, with a sentence in both languages. */
            enum rc rc = err_rc(&err);
            assert_true(rc == RC_SYSTEM || rc == RC_BROKEN || rc == RC_BUSY);
            assert_true(err.zh[0] != '\0' && err.en[0] != '\0');
        }
        area_close(&ar);
        fault_fail(d, e, 0, false);
        char what[96];
        snprintf(what, sizeof what, "%s nth %llu (%s)", fault_error_name(e), (unsigned long long)nth, hits > 0 ? fault_where(d) : "none");
        look_again(path, done, what);
        fault_disk_free(&d);
        clean(path);
        if (hits == 0) break;
    }
}

static void a_full_disk_loses_nothing(void **state)
{
    (void)state;
    fail_each_call(FAULT_FULL, true);
}

static void an_io_error_loses_nothing(void **state)
{
    (void)state;
    fail_each_call(FAULT_EIO, false);
}

static void a_disk_that_turns_read_only_loses_nothing(void **state)
{
    (void)state;
    fail_each_call(FAULT_READONLY, true);
}

static void no_memory_loses_nothing(void **state)
{
    (void)state;
    char path[128];
    struct err err;
    snprintf(path, sizeof path, "%s/c.guiju", folder);
    for (uint64_t nth = 1;; nth += 1 + nth / 16) {
        struct area *ar = NULL;
        assert_int_equal(make_area(path, NULL, &err), RC_OK);
        struct area_options o = {.disk_min = -1};
        uint64_t done = 0;
        err_clear(&err);
        fault_alloc_fail(nth, false);
        if (area_open(str_c(path), &o, &ar, &err) == RC_OK) done = work(ar, NULL, &err);
        uint64_t hits = fault_alloc_hits();
        fault_alloc_fail(0, false);
        area_close(&ar);
        look_again(path, done, "memory");
        clean(path);
        if (hits == 0) break;
    }
}

static int setup(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/guiju-fault-XXXXXX");
    return mkdtemp(folder) == NULL;
}

static int teardown(void **state)
{
    (void)state;
    char line[96];
    snprintf(line, sizeof line, "rm -rf %s", folder);
    return system(line);
}

int main(void)
{
    fault_alloc_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_every_sync_the_area_is_whole),
        cmocka_unit_test(a_full_disk_loses_nothing),
        cmocka_unit_test(an_io_error_loses_nothing),
        cmocka_unit_test(a_disk_that_turns_read_only_loses_nothing),
        cmocka_unit_test(no_memory_loses_nothing),
    };
    return cmocka_run_group_tests_name("area_fault", tests, setup, teardown);
}
