/* cmd_slip.c - slips: open, list, show, reply, accept, send-back, escalate, withdraw. */
#include "cli/inner.h"

enum { SLIP_PRINT_MAX = 16 << 20 };

static int number_of(struct cli *c, struct str text, const char *prefix, uint64_t *id)
{
    if (str_starts(text, str_c(prefix))) text = str_sub(text, strlen(prefix), text.len);
    if (str_starts(text, STR("#"))) text = str_sub(text, 1, text.len);
    return str_to_u64(text, id) && *id > 0 ? EXIT_DONE : usage(c, "这里写编号，例如 12 或 #12", "a number is asked for here, as 12 or #12");
}

static int submit(struct cli *c, enum verb verb, struct args_slip *g)
{
    struct session s;
    struct err err;
    struct receipt receipt = {0};
    uint64_t count = 0;
    struct command cmd = {.verb = verb, .happened = ENTRY_NO_DAY, .args = g};
    int status = EXIT_DONE;
    day_num today = 0; /* --today: the day on which it is entered, for examples and trials */
    (void)day_option(c, "today", &today, &status);
    if (status == EXIT_DONE) status = today != 0 ? session_open_on(c, &s, today) : session_open(c, &s, true);
    if (status != EXIT_DONE) return status;
    err_clear(&err);
    g->count = &count;
    (void)cli_option(c, "key", &cmd.key);
    status = actor_take(c, &s, &cmd.actor);
    if (status != EXIT_DONE) return session_close(&s, status);
    if (area_submit(s.area, &cmd, &receipt, &err) != RC_OK) return session_close(&s, fail(c, &err));
    if (g->all || (verb == VERB_SLIP_ESCALATE && g->id == 0))
        printf(say(c, "发单 %llu 张\n", "%llu slips were issued\n"), (unsigned long long)count);
    else
        printf(say(c, "#%llu 纪实 #%llu–#%llu%s\n", "#%llu entries #%llu–#%llu%s\n"), (unsigned long long)receipt.id, (unsigned long long)receipt.first_seq,
               (unsigned long long)receipt.last_seq, receipt.repeated ? say(c, "（已办过）", " (done before)") : "");
    return session_close(&s, EXIT_DONE);
}

/* KIND REGISTER/ID: the record by key, number or name. */
static int by_hand(struct cli *c, struct args_slip *g)
{
    struct session s;
    struct err err;
    const struct pack_register *r;
    struct str where = c->words[2];
    size_t slash = str_find_char(where, '/');
    if (slash == SIZE_MAX) return usage(c, "对谁发单，写成 台账/记录，例如 cadre/C1", "say on which record, as REGISTER/RECORD");
    int status = session_open(c, &s, false);
    if (status == EXIT_DONE) status = find_register(c, s.view.set, str_sub(where, 0, slash), &r);
    if (status != EXIT_DONE) return status;
    err_clear(&err);
    g->opening.kind = c->words[1];
    g->opening.reg = str_dup(&c->arena, r->d.name);
    if (record_resolve(s.view.records, r, str_sub(where, slash + 1, where.len), &g->opening.subject, &err) != RC_OK) status = fail(c, &err);
    return session_close(&s, status);
}

int cmd_slip_open(struct cli *c)
{
    struct args_slip g = {0};
    int status = EXIT_DONE;
    g.all = cli_flag(c, "all");
    (void)cli_option(c, "rule", &g.text);
    (void)cli_option(c, "about", &g.opening.matter);
    (void)cli_option(c, "to", &g.opening.role);
    (void)cli_option(c, "basis", &g.opening.basis);
    struct str of_case;
    if (cli_option(c, "case", &of_case)) status = number_of(c, of_case, "case/", &g.opening.of_case);
    if (status != EXIT_DONE) return status;
    if (g.all) {
        if (c->words_count != 1) return usage(c, "--all 不再写单或者研判结果", "--all takes no slip and no finding");
        return submit(c, VERB_SLIP_OPEN, &g);
    }
    if (c->words_count < 2) return usage(c, "写研判结果的编号，或者 单 台账/记录，或者 --all", "name a finding, or KIND REGISTER/ID, or say --all");
    struct str first = c->words[1];
    bool finding = str_starts(first, STR("finding/")) || str_starts(first, STR("#")) || (first.len > 0 && first.ptr[0] >= '0' && first.ptr[0] <= '9');
    if (finding) {
        status = number_of(c, first, "finding/", &g.opening.finding);
        if (c->words_count > 2) g.opening.kind = c->words[2];
    } else if (c->words_count == 3) {
        status = by_hand(c, &g);
    } else {
        status = usage(c, "对谁发单，写成 台账/记录，例如 cadre/C1", "say on which record, as REGISTER/RECORD");
    }
    return status != EXIT_DONE ? status : submit(c, VERB_SLIP_OPEN, &g);
}

static int with_id(struct cli *c, enum verb verb, const char *option)
{
    struct args_slip g = {0};
    int status = c->words_count > 1 ? number_of(c, c->words[1], "slip/", &g.id) : EXIT_DONE;
    if (status != EXIT_DONE) return status;
    if (option != NULL) (void)cli_option(c, option, &g.text);
    return submit(c, verb, &g);
}

int cmd_slip_accept(struct cli *c) { return with_id(c, VERB_SLIP_ACCEPT, "note"); }
int cmd_slip_back(struct cli *c) { return with_id(c, VERB_SLIP_BACK, "because"); }
int cmd_slip_withdraw(struct cli *c) { return with_id(c, VERB_SLIP_WITHDRAW, "because"); }
int cmd_slip_decline(struct cli *c) { return with_id(c, VERB_SLIP_DECLINE, "because"); }
int cmd_slip_escalate(struct cli *c) { return with_id(c, VERB_SLIP_ESCALATE, NULL); }

int cmd_slip_reply(struct cli *c)
{
    struct args_slip g = {0};
    struct slip_value *values = arena_array(&c->arena, struct slip_value, c->words_count + 1);
    int status = number_of(c, c->words[1], "slip/", &g.id);
    if (status != EXIT_DONE) return status;
    for (size_t i = 2; i < c->words_count; i++) {
        size_t eq = str_find_char(c->words[i], '=');
        if (eq == SIZE_MAX) return usage(c, "回复写成 字段=值", "an answer is written FIELD=VALUE");
        values[g.values_count++] = (struct slip_value){str_sub(c->words[i], 0, eq), str_sub(c->words[i], eq + 1, c->words[i].len)};
    }
    g.values = values;
    return submit(c, VERB_SLIP_REPLY, &g);
}

/* ---- reading ---- */

struct listing { struct cli *c; struct table table; bool overdue; size_t count; };

static enum rc list_one(void *ctx, const struct slip_view *v, struct err *err)
{
    (void)err;
    struct listing *l = ctx;
    struct arena *a = &l->c->arena;
    if (l->overdue && !v->overdue) return RC_OK;
    struct str state = slip_state_text(v->state, l->c->lang);
    table_put(&l->table, str_cat(a, STR("#"), str_u64(a, v->id)));
    table_put(&l->table, str_dup(a, v->kind != NULL ? text2_in(&v->kind->d.title, l->c->lang) : v->kind_name));
    table_put(&l->table, str_dup(a, v->display));
    table_put(&l->table, v->due == ENTRY_NO_DAY ? STR("") : day_print(a, v->due));
    table_put(&l->table, v->overdue ? str_cat(a, state, l->c->lang == LANG_ZH ? STR("（逾期）") : STR(" (overdue)")) : str_dup(a, state));
    l->count++;
    return RC_OK;
}

int cmd_slip_list(struct cli *c)
{
    struct session s;
    struct arena scratch;
    struct err err;
    int status = session_open(c, &s, false);
    if (status != EXIT_DONE) return status;
    day_num today = area_today(s.area);
    (void)day_option(c, "today", &today, &status);
    if (status != EXIT_DONE) return session_close(&s, status);
    struct listing l = {.c = c, .overdue = cli_flag(c, "overdue")};
    table_init(&l.table, &c->arena, 5);
    arena_init(&scratch, (size_t)256 << 20);
    err_clear(&err);
    enum rc rc = slip_each(s.view.records, cli_flag(c, "all"), today, &scratch, list_one, &l, &err);
    if (rc == RC_OK) {
        struct buf b;
        buf_init(&b, SLIP_PRINT_MAX);
        table_print(&l.table, "", 60, &b);
        print_buf(&b);
        buf_fini(&b);
        if (l.count == 0) fputs(say(c, "没有单\n", "there are no slips\n"), stderr);
    }
    arena_fini(&scratch);
    return session_close(&s, rc == RC_OK ? EXIT_DONE : fail(c, &err));
}

int cmd_slip_show(struct cli *c)
{
    struct session s;
    struct slip_view v;
    struct err err;
    uint64_t id;
    int status = number_of(c, c->words[1], "slip/", &id);
    if (status == EXIT_DONE) status = session_open(c, &s, false);
    if (status != EXIT_DONE) return status;
    day_num today = area_today(s.area);
    (void)day_option(c, "today", &today, &status);
    if (status != EXIT_DONE) return session_close(&s, status);
    err_clear(&err);
    if (slip_look(s.view.records, id, today, &c->arena, &v, &err) != RC_OK) return session_close(&s, fail(c, &err));
    struct buf b;
    buf_init(&b, SLIP_PRINT_MAX);
    slip_show(&v, c->lang, &b);
    print_buf(&b);
    buf_fini(&b);
    return session_close(&s, EXIT_DONE);
}
