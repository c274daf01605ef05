/* reads_test.c - the read log: who read what is written before restricted fields are answered, once an hour, and cannot be taken out unseen. */
#include "area/people.h"

static struct access_read read_of(struct people *x, const char *reg, uint64_t id, uint64_t reader, enum pack_class class)
{
    struct area_view v;
    OK(area_view_open(x->area, &v, &x->err));
    struct access_read r = {.reader = reader, .reg = record_number(v.records, pack_register_find(v.set, str_c(reg))), .record = id, .class = class, .purpose = STR("card")};
    area_view_close(&v);
    return r;
}

static enum rc lines_as(struct people *x, uint64_t actor, const char *reg, uint64_t id, struct access_read_line **lines, size_t *n)
{
    struct area_view v;
    struct grant *g = NULL;
    OK(area_view_open(x->area, &v, &x->err));
    OK(area_grant(&v, actor, &g, &x->err));
    enum rc rc = area_reads_of(&v, g, pack_register_find(v.set, str_c(reg)), id, &x->arena, lines, n, &x->err);
    grant_release(g);
    area_view_close(&v);
    return rc;
}

static void a_restricted_read_is_there_at_once_and_once_an_hour(void **state)
{
    struct people *x = *state;
    uint64_t reader = people_with(x, "reader", "checker", 0), audit = people_with(x, "auditor", "audit-admin", 0);
    struct access_read r = read_of(x, "cadre", x->east_cadre, reader, PACK_RESTRICTED);
    struct access_read_line *lines = NULL;
    size_t n = 0;
    OK(area_read_note(x->area, &r, 1, &x->err));
    OK(lines_as(x, audit, "cadre", x->east_cadre, &lines, &n));
    assert_int_equal(n, 1);
    assert_int_equal(lines[0].reader, reader);
    assert_int_equal(lines[0].class, PACK_RESTRICTED);
    for (int i = 0; i < 100; i++) OK(area_read_note(x->area, &r, 1, &x->err));
    OK(lines_as(x, audit, "cadre", x->east_cadre, &lines, &n));
    assert_int_equal(n, 1);
    struct access_read open = r;
    open.class = PACK_OPEN;
    OK(area_read_note(x->area, &open, 1, &x->err)); /* what everybody may see is nobody's reading */
    OK(lines_as(x, audit, "cadre", x->east_cadre, &lines, &n));
    assert_int_equal(n, 1);
}

static void who_read_is_told_to_the_person_and_the_auditor_only(void **state)
{
    struct people *x = *state;
    uint64_t reader = people_with(x, "r2", "checker", 0), mine = people_account(x, "mine"), system = people_with(x, "r3", "system-admin", 0), secret = 0;
    OK(people_update(x, 0, "account", mine, LIST("person_register", "cadre", "person", number_text(x, x->west_cadre))));
    OK(people_create(x, 0, "secret", LIST("cadre", number_text(x, x->west_cadre), "name", "内"), &secret));
    struct access_read r[2] = {read_of(x, "cadre", x->west_cadre, reader, PACK_RESTRICTED), read_of(x, "secret", secret, reader, PACK_RESTRICTED)};
    OK(area_read_note(x->area, r, 2, &x->err));
    struct access_read_line *lines = NULL;
    size_t n = 0;
    OK(lines_as(x, mine, "cadre", x->west_cadre, &lines, &n));
    assert_int_equal(n, 1);
    REFUSED(lines_as(x, mine, "secret", secret, &lines, &n), "record.absent"); /* never disclosed: nor is that somebody looked */
    REFUSED(lines_as(x, mine, "cadre", x->east_cadre, &lines, &n), "record.absent");
    REFUSED(lines_as(x, reader, "cadre", x->west_cadre, &lines, &n), "access.denied");
    REFUSED(lines_as(x, system, "cadre", x->west_cadre, &lines, &n), "record.absent");
}

static void personal_reads_are_written_at_the_latest_when_the_area_closes(void **state)
{
    (void)state;
    struct people *x = calloc(1, sizeof *x);
    arena_init(&x->arena, 512 << 20);
    diags_init(&x->diags, &x->arena, 100);
    char folder[64], path[96], line[160];
    snprintf(folder, sizeof folder, "/tmp/guiju-reads-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a.guiju", folder);
    struct pack_source packs[2];
    static struct pack_file field = {STR_INIT("01-field.md"), STR_INIT(FIELD_PACK)};
    OK(pack_read(&x->arena, STR(PACKS_CORE), &packs[0], &x->err));
    packs[1] = (struct pack_source){STR("field"), &field, 1};
    struct area_options o = {.disk_min = -1};
    OK(area_create(str_c(path), &o, packs, 2, &x->diags, &x->err));
    OK(area_open(str_c(path), &o, &x->area, &x->err));
    OK(people_create(x, 0, "cadre", LIST("code", "E", "name", "甲"), &x->east_cadre));
    uint64_t reader = people_account(x, "reader");
    struct access_read r[3];
    for (int i = 0; i < 3; i++) {
        r[i] = read_of(x, "cadre", x->east_cadre + (uint64_t)i, reader, PACK_PERSONAL);
        OK(area_read_note(x->area, &r[i], 1, &x->err));
    }
    area_close(&x->area);
    OK(area_open(str_c(path), &o, &x->area, &x->err));
    struct area_view v;
    OK(area_view_open(x->area, &v, &x->err));
    struct access_rows *rows;
    struct hash h;
    size_t n = 0;
    OK(access_bind(v.store, &x->arena, &rows, &x->err));
    OK(read_log_hash(rows, 0, &h, &n, &x->err));
    assert_int_equal(n, 0); /* none is left without a batch */
    OK(read_log_hash(rows, 1, &h, &n, &x->err));
    assert_int_equal(n, 3);
    area_view_close(&v);
    struct area_report report;
    OK(area_verify(x->area, STR_NONE, &x->arena, &report, &x->err));
    area_close(&x->area);
    /* Somebody takes a row out. */
    struct store_options so = {.mode = STORE_WRITE};
    struct store *s = NULL;
    OK(store_open(str_c(path), &so, &s, &x->err));
    OK(store_begin_write(s, &x->err));
    size_t tables = 0;
    const struct store_table *const *all = access_tables(&tables);
    struct store_rows *log = NULL;
    OK(store_bind(s, &x->arena, all[3], &log, &x->err));
    struct store_query q = {.limit = 1};
    struct store_cursor *c = NULL;
    const struct sv *row = NULL;
    OK(store_select(log, &q, &c, &x->err));
    OK(store_next(c, &row, &x->err));
    struct sv key[6];
    for (int i = 0; i < 6; i++) key[i] = row[i].kind == SV_TEXT ? sv_text(str_dup(&x->arena, row[i].s)) : row[i];
    store_cursor_close(&c);
    OK(store_delete(log, key, &x->err));
    OK(store_commit(s, &x->err));
    store_close(&s);
    OK(area_open(str_c(path), &o, &x->area, &x->err));
    REFUSED(area_verify(x->area, STR_NONE, &x->arena, &report, &x->err), "area.facts");
    area_close(&x->area);
    arena_fini(&x->arena);
    free(x);
    snprintf(line, sizeof line, "rm -rf %s", folder);
    assert_int_equal(system(line), 0);
}

static void a_credential_that_was_exchanged_is_found(void **state)
{
    struct people *x = *state;
    uint64_t id = people_account(x, "exchanged");
    struct area_password p = {.actor = 0, .account = id, .now = STR("青山 绿水 一只船 划过")};
    OK(area_password_set(x->area, &p, &x->err));
    struct area_report report;
    OK(area_verify(x->area, STR_NONE, &x->arena, &report, &x->err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_restricted_read_is_there_at_once_and_once_an_hour),
        cmocka_unit_test(who_read_is_told_to_the_person_and_the_auditor_only),
        cmocka_unit_test(personal_reads_are_written_at_the_latest_when_the_area_closes),
        cmocka_unit_test(a_credential_that_was_exchanged_is_found),
    };
    return cmocka_run_group_tests(tests, people_make, people_free);
}
