/*
 * accounts.c - for tests: makes sign-in accounts in an area, with cheap passwords.
 * Usage: accounts AREA < lines "name password role register/id tree" ("-" for none; register/id and tree say where the role is held)
 */
#include "area/area.h"

static struct str word(struct str line, size_t *at)
{
    while (*at < line.len && line.ptr[*at] == ' ') ++*at;
    size_t from = *at;
    while (*at < line.len && line.ptr[*at] != ' ') ++*at;
    struct str s = str_sub(line, from, *at);
    return str_eq(s, STR("-")) ? STR("") : s;
}

static int stop(const struct err *err)
{
    fprintf(stderr, "%s: %s %s\n", err_code(err), err->zh, err->hint_zh);
    return 1;
}

static int create(struct area *ar, struct str reg, uint32_t n, const struct str *fields, const struct sv *values, uint64_t *id)
{
    struct args_create args = {.reg = reg, .count = n, .fields = fields, .values = values};
    struct command c = {.verb = VERB_CREATE, .happened = ENTRY_NO_DAY, .args = &args};
    struct receipt r;
    struct err err;
    err_clear(&err);
    if (area_submit(ar, &c, &r, &err) != RC_OK) return stop(&err);
    *id = r.id;
    return 0;
}

/* One that is there already: a line without a password gives it a further role. */
static int known(struct area *ar, struct str name, uint64_t *id)
{
    struct area_view v;
    struct err err;
    err_clear(&err);
    if (area_view_open(ar, &v, &err) != RC_OK) return stop(&err);
    enum rc rc = record_resolve(v.records, pack_register_find(v.set, STR("account")), name, id, &err);
    area_view_close(&v);
    return rc == RC_OK ? 0 : stop(&err);
}

static int account(struct area *ar, struct str line)
{
    size_t at = 0;
    uint64_t id = 0, holding = 0, node = 0;
    struct err err;
    err_clear(&err);
    struct str name = word(line, &at), password = word(line, &at), role = word(line, &at), where = word(line, &at), tree = word(line, &at), person = word(line, &at);
    static const struct str fields[] = {STR_INIT("name"), STR_INIT("title"), STR_INIT("since"), STR_INIT("person_register"), STR_INIT("person")};
    size_t slash = str_find_char(person, '/');
    uint64_t who = 0;
    if (slash != SIZE_MAX && !str_to_u64(str_sub(person, slash + 1, person.len), &who)) return 2;
    struct sv values[] = {sv_text(name), sv_text(name), sv_int(0), sv_text(str_sub(person, 0, slash == SIZE_MAX ? 0 : slash)), sv_int((int64_t)who)};
    if (password.len == 0 ? known(ar, name, &id) != 0 : create(ar, STR("account"), slash == SIZE_MAX ? 3 : 5, fields, values, &id) != 0) return 1;
    slash = str_find_char(where, '/');
    if (slash != SIZE_MAX && !str_to_u64(str_sub(where, slash + 1, where.len), &node)) return 2;
    static const struct str places[] = {STR_INIT("account"), STR_INIT("role"), STR_INIT("since"), STR_INIT("scope_register"), STR_INIT("tree"), STR_INIT("node")};
    struct sv held[] = {sv_int((int64_t)id), sv_text(role), sv_int(0), sv_text(str_sub(where, 0, slash == SIZE_MAX ? 0 : slash)), sv_text(tree), sv_int((int64_t)node)};
    if (role.len > 0 && create(ar, STR("role_holding"), slash == SIZE_MAX ? 3 : 6, places, held, &holding) != 0) return 1;
    if (password.len == 0) return 0;
    struct area_password first = {.actor = 0, .account = id, .now = STR("first password of all")}, own = {.actor = id, .account = id, .old = first.now, .now = password};
    if (area_password_set(ar, &first, &err) != RC_OK || area_password_set(ar, &own, &err) != RC_OK) return stop(&err);
    return 0;
}

int main(int argc, char **argv)
{
    struct area_options o = {.disk_min = -1};
    struct area *ar = NULL;
    struct err err;
    char line[512];
    int status = 0;
    err_clear(&err);
    if (argc != 2) return 2;
    if (area_open(str_c(argv[1]), &o, &ar, &err) != RC_OK) return stop(&err);
    area_password_cost(ar, &access_cost_tests);
    while (status == 0 && fgets(line, sizeof line, stdin) != NULL) {
        struct str s = str_trim(str_c(line));
        if (s.len > 0) status = account(ar, s);
    }
    area_close(&ar);
    return status;
}
