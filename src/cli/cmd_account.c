/* cmd_account.c - accounts and roles, by the operator who has the file.  Passwords come from standard input or are made and shown once; they never stand on
 * the command line, where ps and the shell's history would keep them. */
#include "cli/inner.h"

enum { LINE_MAX_LEN = 512 };

static enum rc account_of(struct session *s, struct str name, uint64_t *id, struct err *err)
{
    const struct pack_register *r = pack_register_find(s->view.set, STR("account"));
    if (r == NULL) return err_set(err, &E_area_core_missing, NO_PLACE, STR("account"), STR(""));
    return record_resolve(s->view.records, r, name, id, err);
}

static const struct pack_register *reg_of(const struct session *s, const char *name) { return pack_register_find(s->view.set, str_c(name)); }

/* "cadre/C0001" to a register and an id. */
static int place_of(struct cli *c, struct session *s, struct str text, const struct pack_register **r, uint64_t *id)
{
    size_t slash = str_find_char(text, '/');
    if (slash == SIZE_MAX) return usage(c, "写成 台账/编号，例如 cadre/C0001", "write REGISTER/ID, such as cadre/C0001");
    int status = find_register(c, s->view.set, str_sub(text, 0, slash), r);
    if (status != EXIT_DONE) return status;
    struct err err;
    err_clear(&err);
    return record_resolve(s->view.records, *r, str_sub(text, slash + 1, text.len), id, &err) == RC_OK ? EXIT_DONE : fail(c, &err);
}

/* From standard input with --stdin, else made here. */
static int password_get(struct cli *c, struct str *out, bool *made)
{
    *made = !cli_flag(c, "stdin");
    char *line = arena_alloc(&c->arena, LINE_MAX_LEN);
    if (*made) {
        access_password_make(line);
        *out = str_c(line);
        return EXIT_DONE;
    }
    if (fgets(line, LINE_MAX_LEN, stdin) == NULL) return usage(c, "标准输入里没有口令", "there is no password on standard input");
    size_t len = strlen(line);
    while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r')) len--;
    *out = str_of(line, len);
    return EXIT_DONE;
}

static void password_show(struct cli *c, struct str name, struct str password)
{
    printf(say(c, "登录名 " STR_FMT "  口令 " STR_FMT "  （只显示这一次）\n", "name " STR_FMT "  password " STR_FMT "  (shown this once)\n"), STR_ARG(name), STR_ARG(password));
}

struct pair { const char *field; struct sv value; };

static enum rc create(struct session *s, const char *reg, const struct pair *pairs, uint64_t *id, struct err *err)
{
    struct str fields[16];
    struct sv values[16];
    uint32_t n = 0;
    for (; pairs[n].field != NULL; n++) {
        fields[n] = str_c(pairs[n].field);
        values[n] = pairs[n].value;
    }
    struct args_create g = {str_c(reg), n, fields, values};
    struct command cmd = {.verb = VERB_CREATE, .happened = ENTRY_NO_DAY, .args = &g};
    struct receipt r;
    TRY(area_submit(s->area, &cmd, &r, err));
    *id = r.id;
    return RC_OK;
}

static struct sv text_or_null(struct str t) { return t.len == 0 ? sv_null() : sv_text(t); }

static enum rc add_account(struct session *s, struct str name, struct str title, day_num since, const struct pack_register *person_reg, uint64_t person, uint64_t *id,
                           struct err *err)
{
    const struct pair pairs[] = {{"name", sv_text(name)},
                                 {"title", sv_text(title)},
                                 {"since", sv_int(since)},
                                 {"person_register", person_reg == NULL ? sv_null() : sv_text(person_reg->d.name)},
                                 {"person", person_reg == NULL ? sv_null() : sv_int((int64_t)person)},
                                 {NULL, {SV_NULL, 0, {NULL, 0}}}};
    return create(s, "account", pairs, id, err);
}

int cmd_account_add(struct cli *c)
{
    struct session s;
    struct str password, person_text;
    bool made = false;
    int status = session_open(c, &s, true);
    if (status != EXIT_DONE) return status;
    struct err err;
    err_clear(&err);
    day_num since = area_today(s.area);
    const struct pack_register *person_reg = NULL;
    uint64_t person = 0, id = 0;
    (void)day_option(c, "since", &since, &status);
    if (status == EXIT_DONE && cli_option(c, "person", &person_text)) status = place_of(c, &s, person_text, &person_reg, &person);
    if (status == EXIT_DONE) status = password_get(c, &password, &made);
    /* A password that would be refused leaves no account behind. */
    if (status == EXIT_DONE && access_password_fit(c->words[1], password, &err) != RC_OK) status = fail(c, &err);
    if (status != EXIT_DONE) return session_close(&s, status);
    enum rc rc = add_account(&s, c->words[1], c->words[2], since, person_reg, person, &id, &err);
    struct area_password p = {.actor = 0, .account = id, .now = password};
    if (rc == RC_OK) rc = area_password_set(s.area, &p, &err);
    if (rc == RC_OK && made) password_show(c, c->words[1], password);
    if (rc == RC_OK && !made) printf(say(c, "已新增使用人 " STR_FMT "\n", "account " STR_FMT " was added\n"), STR_ARG(c->words[1]));
    return session_close(&s, rc == RC_OK ? EXIT_DONE : fail(c, &err));
}

int cmd_account_passwd(struct cli *c)
{
    struct session s;
    struct str password;
    bool made = false;
    int status = session_open(c, &s, true);
    if (status != EXIT_DONE) return status;
    struct err err;
    err_clear(&err);
    uint64_t id = 0;
    enum rc rc = account_of(&s, c->words[1], &id, &err);
    if (rc == RC_OK && (status = password_get(c, &password, &made)) != EXIT_DONE) return session_close(&s, status);
    struct area_password p = {.actor = 0, .account = id};
    if (rc == RC_OK) {
        p.now = password;
        rc = area_password_set(s.area, &p, &err);
    }
    if (rc == RC_OK && made) password_show(c, c->words[1], password);
    if (rc == RC_OK && !made) puts(say(c, "口令已重设，下次登录须更改", "the password was set; it is to be changed at the next sign-in"));
    return session_close(&s, rc == RC_OK ? EXIT_DONE : fail(c, &err));
}

int cmd_account_totp(struct cli *c)
{
    struct session s;
    int status = session_open(c, &s, true);
    if (status != EXIT_DONE) return status;
    struct err err;
    err_clear(&err);
    uint64_t id = 0;
    struct str code;
    struct buf uri;
    buf_init(&uri, 4096);
    enum rc rc = account_of(&s, c->words[1], &id, &err);
    if (rc == RC_OK && cli_flag(c, "drop")) {
        rc = area_totp_drop(s.area, 0, id, &err);
        if (rc == RC_OK) puts(say(c, "验证器已解除", "the authenticator was dropped"));
    } else if (rc == RC_OK && cli_option(c, "code", &code)) {
        rc = area_totp_confirm(s.area, id, code, &err);
        if (rc == RC_OK) puts(say(c, "验证器已启用，从现在起登录要验证码", "the authenticator is on: signing in takes a code from now on"));
    } else if (rc == RC_OK) {
        rc = area_totp_begin(s.area, 0, id, &uri, &err);
        buf_char(&uri, '\n');
        if (rc == RC_OK) print_buf(&uri);
        if (rc == RC_OK) fputs(say(c, "扫入验证器后，用 --code 填一个验证码来启用\n", "read it into an authenticator, then give a code with --code\n"), stderr);
    }
    buf_fini(&uri);
    return session_close(&s, rc == RC_OK ? EXIT_DONE : fail(c, &err));
}

/* ---- lists ---- */

static struct str value_text(struct session *s, const struct pack_register *r, const struct record *rec, const char *field, struct arena *a)
{
    const struct pack_field *f = pack_field_find(r, str_c(field));
    struct str out = STR("");
    struct err ignored;
    if (f == NULL || rec->values[f->column].kind == SV_NULL) return out;
    return record_value_text(s->view.records, f, &rec->values[f->column], a, &out, &ignored) == RC_OK ? str_dup(a, out) : STR("");
}

struct listing {
    struct cli *c;
    struct session *s;
    const struct pack_register *r;
    struct table t;
};

static enum rc list_one(void *ctx, const struct record *rec, struct err *err)
{
    struct listing *l = ctx;
    struct arena *a = &l->c->arena;
    struct area_credential cred;
    TRY(area_credential(&l->s->view, rec->id, &cred, err));
    table_put(&l->t, value_text(l->s, l->r, rec, "name", a));
    table_put(&l->t, value_text(l->s, l->r, rec, "title", a));
    table_put(&l->t, value_text(l->s, l->r, rec, "since", a));
    table_put(&l->t, value_text(l->s, l->r, rec, "until", a));
    table_put(&l->t, str_c(!cred.password     ? say(l->c, "没有口令", "no password")
                           : cred.must_change ? say(l->c, "待改口令", "password to be changed")
                           : cred.totp        ? say(l->c, "口令和验证码", "password and code")
                                              : say(l->c, "口令", "password")));
    return RC_OK;
}

int cmd_account_list(struct cli *c)
{
    struct session s;
    int status = session_open(c, &s, false);
    if (status != EXIT_DONE) return status;
    struct err err;
    err_clear(&err);
    struct listing l = {.c = c, .s = &s, .r = reg_of(&s, "account")};
    struct buf b;
    buf_init(&b, 16 << 20);
    table_init(&l.t, &c->arena, 5);
    enum rc rc = l.r == NULL ? err_set(&err, &E_area_core_missing, NO_PLACE, STR("account"), STR("")) : RC_OK;
    if (rc == RC_OK) rc = record_each(s.view.records, l.r, RECORD_BY_KEY, false, list_one, &l, &err);
    table_print(&l.t, "", 40, &b);
    if (rc == RC_OK) print_buf(&b);
    buf_fini(&b);
    return session_close(&s, rc == RC_OK ? EXIT_DONE : fail(c, &err));
}

static void put_registers(struct cli *c, const struct session *s, const struct grant *g, enum pack_verb v, const char *zh, const char *en, struct buf *b)
{
    bool any = false;
    for (uint32_t i = 0; i < s->view.set->registers_count; i++) {
        const struct pack_register *r = s->view.set->registers[i];
        if (!grant_may(g, v, r)) continue;
        buf_str(b, any ? c->lang == LANG_ZH ? STR("、") : STR(", ") : str_c(say(c, zh, en)));
        buf_str(b, text2_in(&r->d.title, c->lang));
        any = true;
    }
    if (any) buf_char(b, '\n');
}

int cmd_account_roles(struct cli *c)
{
    struct session s;
    int status = session_open(c, &s, false);
    if (status != EXIT_DONE) return status;
    struct err err;
    err_clear(&err);
    uint64_t id = 0, *ids = NULL;
    size_t n = 0;
    struct grant *g = NULL;
    struct arena *a = &c->arena;
    const struct pack_register *r = reg_of(&s, "role_holding");
    enum rc rc = account_of(&s, c->words[1], &id, &err);
    if (rc == RC_OK) rc = area_grant(&s.view, id, &g, &err);
    if (rc == RC_OK && r != NULL) rc = record_back(s.view.records, r, pack_field_find(r, STR("account")), id, a, &ids, &n, &err);
    struct table t;
    struct buf b;
    table_init(&t, a, 6);
    buf_init(&b, 1 << 20);
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        struct record rec;
        if ((rc = record_get(s.view.records, r, ids[i], a, &rec, &err)) != RC_OK) break;
        const struct pack_register *of = pack_register_find(s.view.set, value_text(&s, r, &rec, "scope_register", a));
        struct str node = value_text(&s, r, &rec, "node", a), place = STR("");
        uint64_t node_id = 0;
        if (of != NULL && str_to_u64(node, &node_id)) rc = record_display(s.view.records, of, node_id, a, &place, &err);
        table_put(&t, value_text(&s, r, &rec, "role", a));
        table_put(&t, place);
        table_put(&t, value_text(&s, r, &rec, "tree", a));
        table_put(&t, value_text(&s, r, &rec, "levels", a));
        table_put(&t, value_text(&s, r, &rec, "since", a));
        table_put(&t, value_text(&s, r, &rec, "until", a));
    }
    if (rc == RC_OK) {
        table_print(&t, "", 40, &b);
        size_t idle = 0;
        const struct access_idle *why = grant_why(g, &idle);
        for (size_t i = 0; i < idle; i++) {
            buf_str(&b, str_c(say(c, "不起作用：", "without effect: ")));
            buf_str(&b, why[i].role);
            buf_lit(&b, "  ");
            buf_str(&b, c->lang == LANG_ZH ? why[i].zh : why[i].en);
            buf_char(&b, '\n');
        }
        put_registers(c, &s, g, PACK_READ, "可读：", "may read: ", &b);
        put_registers(c, &s, g, PACK_WRITE, "可写：", "may write: ", &b);
        put_registers(c, &s, g, PACK_PRINT, "可打印、导出：", "may print and export: ", &b);
        print_buf(&b);
    }
    buf_fini(&b);
    grant_release(g);
    return session_close(&s, rc == RC_OK ? EXIT_DONE : fail(c, &err));
}

/* ---- roles ---- */

static enum rc give(struct session *s, uint64_t account, struct str role, const struct pack_register *reg, uint64_t node, struct str tree, struct sv levels, day_num since,
                    struct sv until, struct err *err)
{
    uint64_t id = 0;
    const struct pair pairs[] = {{"account", sv_int((int64_t)account)},
                                 {"role", sv_text(role)},
                                 {"scope_register", reg == NULL ? sv_null() : sv_text(reg->d.name)},
                                 {"tree", text_or_null(tree)},
                                 {"node", reg == NULL ? sv_null() : sv_int((int64_t)node)},
                                 {"levels", levels},
                                 {"since", sv_int(since)},
                                 {"until", until},
                                 {NULL, {SV_NULL, 0, {NULL, 0}}}};
    return create(s, "role_holding", pairs, &id, err);
}

/* Which tree, where only one is there; of several it must be said. */
static struct str only_tree(const struct pack_register *r) { return r != NULL && r->trees_count == 1 ? r->trees[0]->name : STR(""); }

int cmd_grant(struct cli *c)
{
    struct session s;
    int status = session_open(c, &s, true);
    if (status != EXIT_DONE) return status;
    struct err err;
    err_clear(&err);
    const struct pack_register *reg = NULL;
    uint64_t account = 0, node = 0;
    int64_t number = 0;
    day_num since = area_today(s.area), until = 0;
    struct str text, tree = STR("");
    struct sv levels = sv_null();
    (void)day_option(c, "since", &since, &status);
    bool ends = status == EXIT_DONE && day_option(c, "until", &until, &status);
    if (status == EXIT_DONE && cli_option(c, "place", &text)) status = place_of(c, &s, text, &reg, &node);
    tree = only_tree(reg);
    (void)cli_option(c, "tree", &tree);
    if (status == EXIT_DONE && cli_option(c, "levels", &text)) {
        if (!str_to_i64(text, &number)) status = usage(c, "--levels 后面是级数", "--levels takes a number");
        levels = sv_int(number);
    }
    if (status != EXIT_DONE) return session_close(&s, status);
    enum rc rc = account_of(&s, c->words[1], &account, &err);
    if (rc == RC_OK) rc = give(&s, account, c->words[2], reg, node, tree, levels, since, ends ? sv_int(until) : sv_null(), &err);
    if (rc == RC_OK) printf(say(c, "已给 " STR_FMT " 角色 " STR_FMT "\n", STR_FMT " holds " STR_FMT "\n"), STR_ARG(c->words[1]), STR_ARG(c->words[2]));
    return session_close(&s, rc == RC_OK ? EXIT_DONE : fail(c, &err));
}

int cmd_ungrant(struct cli *c)
{
    struct session s;
    int status = session_open(c, &s, true);
    if (status != EXIT_DONE) return status;
    struct err err;
    err_clear(&err);
    uint64_t account = 0, *ids = NULL;
    size_t n = 0, closed = 0;
    const struct pack_register *r = reg_of(&s, "role_holding");
    enum rc rc = account_of(&s, c->words[1], &account, &err);
    if (rc == RC_OK && r != NULL) rc = record_back(s.view.records, r, pack_field_find(r, STR("account")), account, &c->arena, &ids, &n, &err);
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        struct record rec;
        if ((rc = record_get(s.view.records, r, ids[i], &c->arena, &rec, &err)) != RC_OK) break;
        if (!str_eq(rec.values[pack_field_find(r, STR("role"))->column].s, c->words[2])) continue;
        struct args_close g = {STR("role_holding"), ids[i], 0};
        struct command cmd = {.verb = VERB_CLOSE, .happened = ENTRY_NO_DAY, .args = &g};
        rc = area_submit(s.area, &cmd, NULL, &err);
        closed++;
    }
    if (rc != RC_OK) return session_close(&s, fail(c, &err));
    if (closed == 0) fprintf(stderr, say(c, STR_FMT " 没有角色 " STR_FMT "\n", STR_FMT " does not hold " STR_FMT "\n"), STR_ARG(c->words[1]), STR_ARG(c->words[2]));
    return session_close(&s, closed > 0 ? EXIT_DONE : EXIT_REFUSED);
}

/* ---- many, for a demonstration ---- */

static size_t split(struct str line, struct str *cells, size_t max)
{
    size_t n = 0;
    for (size_t from = 0, i = 0; i <= line.len && n < max; i++) {
        if (i < line.len && line.ptr[i] != ',') continue;
        cells[n++] = str_trim(str_sub(line, from, i));
        from = i + 1;
    }
    return n;
}

/* As the area is now: an earlier line may have made it. */
static enum rc accounts_now(struct session *s, struct str name, uint64_t *id, struct err *err)
{
    struct area_view v;
    TRY(area_view_open(s->area, &v, err));
    const struct pack_register *r = pack_register_find(v.set, STR("account"));
    enum rc rc = r == NULL ? err_set(err, &E_area_core_missing, NO_PLACE, STR("account"), STR("")) : record_resolve(v.records, r, name, id, err);
    area_view_close(&v);
    return rc;
}

/* 登录名,姓名,角色,范围,树,对应人员: the last three may be empty. */
static int load_line(struct cli *c, struct session *s, struct str line, struct str password, struct table *t)
{
    struct str cell[6] = {{NULL, 0}};
    struct err err;
    err_clear(&err);
    const struct pack_register *place = NULL, *person_reg = NULL;
    uint64_t node = 0, person = 0, id = 0;
    day_num today = area_today(s->area);
    size_t cells = split(line, cell, 6);
    if (cells < 3) return usage(c, "每行：登录名,姓名,角色,范围,树,对应人员", "each line: name,title,role,place,tree,person");
    if (cell[3].len > 0) {
        int status = place_of(c, s, cell[3], &place, &node);
        if (status != EXIT_DONE) return status;
    }
    if (cell[5].len > 0) {
        int status = place_of(c, s, cell[5], &person_reg, &person);
        if (status != EXIT_DONE) return status;
    }
    /* A line without a full name gives one more role to an account of an earlier line. */
    bool more = cell[1].len == 0;
    enum rc rc = more ? accounts_now(s, cell[0], &id, &err) : add_account(s, cell[0], cell[1], today, person_reg, person, &id, &err);
    struct area_password p = {.actor = 0, .account = id, .now = password, .lasting = true};
    if (rc == RC_OK && !more) rc = area_password_set(s->area, &p, &err);
    if (rc == RC_OK && cell[2].len > 0) rc = give(s, id, cell[2], place, node, cell[4].len > 0 ? cell[4] : only_tree(place), sv_null(), today, sv_null(), &err);
    if (rc != RC_OK) return fail(c, &err);
    table_put(t, cell[0]);
    table_put(t, cell[1]);
    table_put(t, cell[2]);
    return EXIT_DONE;
}

int cmd_account_load(struct cli *c)
{
    struct session s;
    struct str password, text;
    bool made = false;
    struct err err;
    err_clear(&err);
    if (read_file(&c->arena, c->words[1], 1 << 20, &text, &err) != RC_OK) return fail(c, &err);
    int status = password_get(c, &password, &made);
    if (status != EXIT_DONE) return status;
    if (access_password_fit(STR(""), password, &err) != RC_OK) return fail(c, &err);
    if ((status = session_open(c, &s, true)) != EXIT_DONE) return status;
    struct table t;
    struct buf b;
    size_t lines = 0;
    table_init(&t, &c->arena, 3);
    buf_init(&b, 1 << 20);
    for (size_t from = 0, i = 0; i <= text.len && status == EXIT_DONE; i++) {
        if (i < text.len && text.ptr[i] != '\n') continue;
        struct str line = str_trim(str_sub(text, from, i));
        from = i + 1;
        if (line.len > 0 && lines++ > 0) status = load_line(c, &s, line, password, &t); /* the first line names the columns */
    }
    table_print(&t, "  ", 40, &b);
    print_buf(&b);
    buf_fini(&b);
    if (status == EXIT_DONE && made) printf(say(c, "口令都是 " STR_FMT "（只显示这一次）\n", "the password of all is " STR_FMT " (shown this once)\n"), STR_ARG(password));
    return session_close(&s, status);
}
