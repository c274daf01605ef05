/* cmd_case.c - cases and notices: open, act, show, why, return, lay down, list, print; publish, object, answer. */
#include "cli/inner.h"

enum { PRINT_MAX = 16 << 20 };

struct given {
    struct case_pair *set;
    uint32_t set_count;
    struct case_of_line *each;
    uint32_t each_count;
};

static int not_pair(struct cli *c, struct str word)
{
    fprintf(stderr, say(c, "“" STR_FMT "”应写成 字段=值\n", "\"" STR_FMT "\" should be FIELD=VALUE\n"), STR_ARG(word));
    return EXIT_USAGE;
}

/* "字段=值" goes to set, "人/字段=值" to that line; room for all is there. */
static int pair_take(struct cli *c, struct given *g, struct str word)
{
    size_t eq = str_find_char(word, '='), slash = str_find_char(word, '/');
    if (eq == SIZE_MAX) return not_pair(c, word);
    struct str text = str_sub(word, eq + 1, word.len);
    if (slash == SIZE_MAX || slash > eq) {
        g->set[g->set_count++] = (struct case_pair){str_sub(word, 0, eq), text};
        return EXIT_DONE;
    }
    struct str line = str_sub(word, 0, slash);
    uint32_t i = 0;
    while (i < g->each_count && !str_eq(g->each[i].line, line)) i++;
    if (i == g->each_count) g->each[g->each_count++] = (struct case_of_line){line, arena_array(&c->arena, struct case_pair, ARGS_MAX + 512), 0};
    struct case_pair *values = (struct case_pair *)(uintptr_t)g->each[i].values;
    values[g->each[i].count++] = (struct case_pair){str_sub(word, slash + 1, eq), text};
    return EXIT_DONE;
}

static struct given given_room(struct cli *c)
{
    return (struct given){.set = arena_array(&c->arena, struct case_pair, ARGS_MAX + 512), .each = arena_array(&c->arena, struct case_of_line, ARGS_MAX + 512)};
}

static int options_take(struct cli *c, const char *name, struct given *g)
{
    for (size_t i = 0; i < c->options_count; i++)
        if (str_eq(c->options[i].name, str_c(name))) {
            int status = pair_take(c, g, c->options[i].value);
            if (status != EXIT_DONE) return status;
        }
    return EXIT_DONE;
}

static int entry_take(struct cli *c, struct case_entry *e)
{
    int status = EXIT_DONE;
    struct given reasons = given_room(c);
    *e = (struct case_entry){.happened = ENTRY_NO_DAY};
    (void)day_option(c, "happened", &e->happened, &status);
    (void)cli_option(c, "paper", &e->paper);
    (void)cli_option(c, "second", &e->second);
    (void)cli_option(c, "irregular", &e->irregular);
    if (status == EXIT_DONE) status = options_take(c, "reason", &reasons);
    e->reasons = reasons.set;
    e->reasons_count = reasons.set_count;
    return status;
}

/* --today: the day on which it is entered, for examples and trials; the journal keeps the clock's time. */
int case_act_open(struct cli *c, struct session *s)
{
    int status = EXIT_DONE;
    day_num today = 0;
    (void)day_option(c, "today", &today, &status);
    return status == EXIT_DONE ? session_open_on(c, s, today) : status;
}

/* --as LOGIN: who acts; without it the operator. */
int actor_take(struct cli *c, struct session *s, uint64_t *account)
{
    struct str login;
    struct err err;
    *account = 0;
    if (!cli_option(c, "as", &login)) return EXIT_DONE;
    const struct pack_register *r;
    int status = find_register(c, s->view.set, STR("account"), &r);
    if (status != EXIT_DONE) return status;
    err_clear(&err);
    return record_resolve(s->view.records, r, login, account, &err) == RC_OK ? EXIT_DONE : fail(c, &err);
}

int case_id(struct cli *c, uint64_t *id)
{
    struct str text = c->words[1];
    if (str_starts(text, STR("case/"))) text = str_sub(text, 5, text.len);
    if (str_starts(text, STR("#"))) text = str_sub(text, 1, text.len);
    return str_to_u64(text, id) && *id > 0 ? EXIT_DONE : usage(c, "案件写编号，例如 12 或 case/12", "a case is named by its number, as 12 or case/12");
}

int case_act_submit(struct cli *c, struct session *s, enum verb verb, struct args_case *g)
{
    struct err err;
    struct receipt receipt = {0};
    char refused[80] = "";
    struct command cmd = {.verb = verb, .happened = ENTRY_NO_DAY, .args = g};
    err_clear(&err);
    g->refused = refused;
    g->refused_max = sizeof refused;
    (void)cli_option(c, "key", &cmd.key);
    int status = actor_take(c, s, &cmd.actor);
    if (status != EXIT_DONE) return session_close(s, status);
    if (area_submit(s->area, &cmd, &receipt, &err) != RC_OK) {
        if (refused[0] != '\0') fprintf(stderr, say(c, "拦下：%s\n", "refused: %s\n"), refused);
        return session_close(s, fail(c, &err));
    }
    printf(say(c, "#%llu 纪实 #%llu–#%llu%s\n", "#%llu entries #%llu–#%llu%s\n"), (unsigned long long)receipt.id, (unsigned long long)receipt.first_seq,
           (unsigned long long)receipt.last_seq, receipt.repeated ? say(c, "（已办过）", " (done before)") : "");
    return session_close(s, EXIT_DONE);
}

/* Lines of a batch: --line '人选=甲;职位=SL01;种类=提拔' */
static int lines_take(struct cli *c, struct args_case *g)
{
    struct case_of_line *lines = arena_array(&c->arena, struct case_of_line, 513);
    for (size_t i = 0; i < c->options_count; i++) {
        bool with = str_eq(c->options[i].name, STR("with"));
        struct str rest = c->options[i].value;
        if (!with && !str_eq(c->options[i].name, STR("line"))) continue;
        if (with) {
            lines[g->open.lines_count++] = (struct case_of_line){.line = rest};
            continue;
        }
        struct given one = given_room(c);
        while (rest.len > 0) {
            size_t end = str_find_char(rest, ';');
            struct str word = str_trim(str_sub(rest, 0, MIN(end, rest.len)));
            rest = end == SIZE_MAX ? STR("") : str_sub(rest, end + 1, rest.len);
            size_t eq = str_find_char(word, '=');
            if (eq == SIZE_MAX) return not_pair(c, word);
            one.set[one.set_count++] = (struct case_pair){str_sub(word, 0, eq), str_sub(word, eq + 1, word.len)};
        }
        lines[g->open.lines_count++] = (struct case_of_line){.values = one.set, .count = one.set_count};
    }
    g->open.lines = lines;
    return EXIT_DONE;
}

/* What any opening is given: its day, values, lines. */
static int opening_take(struct cli *c, struct args_case *g)
{
    struct given given = given_room(c);
    int status = entry_take(c, &g->open.entry);
    for (size_t i = 3; i < c->words_count && status == EXIT_DONE; i++) status = pair_take(c, &given, c->words[i]);
    g->open.set = given.set;
    g->open.set_count = given.set_count;
    return status == EXIT_DONE ? lines_take(c, g) : status;
}

static int opening_submit(struct cli *c, struct args_case *g)
{
    struct session s;
    int status = case_act_open(c, &s);
    return status != EXIT_DONE ? status : case_act_submit(c, &s, VERB_CASE_OPEN, g);
}

int cmd_case_open(struct cli *c)
{
    struct args_case g = {0};
    int status = opening_take(c, &g);
    if (status == EXIT_DONE) status = taken_take(c, &g.open);
    g.open.procedure = c->words[1];
    g.open.subject = c->words[2];
    return status != EXIT_DONE ? status : opening_submit(c, &g);
}

int cmd_case_sub(struct cli *c)
{
    struct args_case g = {0};
    int status = opening_take(c, &g);
    if (status == EXIT_DONE) status = case_id(c, &g.open.under);
    g.open.under_step = c->words[2];
    (void)cli_option(c, "of", &g.open.under_line);
    return status != EXIT_DONE ? status : opening_submit(c, &g);
}

/* --file FIELD=PATH: the bytes are kept, and the field names them.  All files are looked at before anything is closed. */
static int files_take(struct cli *c, struct session *s, struct given *g)
{
    uint64_t actor;
    if (!cli_flag(c, "file")) return EXIT_DONE;
    int status = actor_take(c, s, &actor);
    for (size_t i = 0; i < c->options_count && status == EXIT_DONE; i++) {
        if (!str_eq(c->options[i].name, STR("file"))) continue;
        size_t eq = str_find_char(c->options[i].value, '=');
        struct str text;
        if (eq == SIZE_MAX) return not_pair(c, c->options[i].value);
        status = file_bring(c, s, actor, str_sub(c->options[i].value, eq + 1, c->options[i].value.len), &text);
        if (status == EXIT_DONE) status = pair_take(c, g, str_cat(&c->arena, str_sub(c->options[i].value, 0, eq + 1), text));
    }
    return status;
}

int cmd_case_act(struct cli *c)
{
    struct session s;
    struct args_case g = {0};
    struct given given = given_room(c), votes = given_room(c), signatures = given_room(c), deferred = given_room(c);
    int status = entry_take(c, &g.close.entry);
    for (size_t i = 3; i < c->words_count && status == EXIT_DONE; i++) status = pair_take(c, &given, c->words[i]);
    if (status == EXIT_DONE) status = options_take(c, "vote", &votes);
    if (status == EXIT_DONE) status = options_take(c, "sign", &signatures);
    if (status == EXIT_DONE) status = options_take(c, "defer", &deferred);
    if (status == EXIT_DONE) status = opinions_take(c, &g.close);
    if (status == EXIT_DONE) status = case_id(c, &g.close.id);
    struct str ballot;
    if (status == EXIT_DONE && cli_option(c, "ballot", &ballot) && (!str_to_u64(str_starts(ballot, STR("#")) ? str_sub(ballot, 1, ballot.len) : ballot, &g.ballot) || g.ballot == 0))
        return usage(c, "--ballot 后面是投票的编号", "--ballot takes the number of a ballot");
    if (status == EXIT_DONE) status = case_act_open(c, &s);
    if (status != EXIT_DONE) return status;
    if ((status = files_take(c, &s, &given)) != EXIT_DONE) return session_close(&s, status);
    g.close.step = c->words[2];
    g.close.set = given.set;
    g.close.set_count = given.set_count;
    g.close.each = given.each;
    g.close.each_count = given.each_count;
    g.close.counts = votes.set;
    g.close.counts_count = votes.set_count;
    g.close.votes = votes.each;
    g.close.votes_count = votes.each_count;
    g.close.defer = deferred.set;
    g.close.defer_count = deferred.set_count;
    g.close.signatures = signatures.set;
    g.close.signatures_count = signatures.set_count;
    return case_act_submit(c, &s, VERB_CASE_ACT, &g);
}

static int with_text(struct cli *c, enum verb verb, size_t step_word, struct str text, struct args_case *g)
{
    struct session s;
    int status = entry_take(c, &g->entry);
    if (status == EXIT_DONE) status = case_id(c, &g->id);
    if (status != EXIT_DONE) return status;
    if (step_word > 0) g->step = c->words[step_word];
    g->text = text;
    status = case_act_open(c, &s);
    return status != EXIT_DONE ? status : case_act_submit(c, &s, verb, g);
}

static struct str because(struct cli *c)
{
    struct str text = STR("");
    (void)cli_option(c, "because", &text);
    return text;
}

int cmd_case_return(struct cli *c)
{
    struct args_case g = {0};
    return with_text(c, VERB_CASE_RETURN, 2, because(c), &g);
}

int cmd_case_down(struct cli *c)
{
    struct args_case g = {0};
    return with_text(c, VERB_CASE_DOWN, 0, because(c), &g);
}

int cmd_case_again(struct cli *c)
{
    struct args_case g = {0};
    return with_text(c, VERB_CASE_AGAIN, 0, because(c), &g);
}

int cmd_case_adopt(struct cli *c)
{
    struct args_case g = {0};
    return with_text(c, VERB_CASE_ADOPT, 0, because(c), &g);
}

int cmd_case_refer(struct cli *c)
{
    struct args_case g = {0};
    return with_text(c, VERB_CASE_REFER, 2, because(c), &g);
}

int cmd_case_reply(struct cli *c)
{
    struct args_case g = {0};
    if (!cli_option(c, "outcome", &g.outcome)) return usage(c, "--outcome 写 agreed（同意）、refused（不同意）或 back（退回补正）", "--outcome is agreed, refused or back");
    return with_text(c, VERB_CASE_REPLY, 2, because(c), &g);
}

static bool number_option(struct cli *c, const char *name, uint64_t *out)
{
    struct str text;
    if (!cli_option(c, name, &text)) return true;
    return str_to_u64(str_starts(text, STR("#")) ? str_sub(text, 1, text.len) : text, out) && *out > 0;
}

int cmd_case_liable(struct cli *c)
{
    struct args_case g = {0};
    struct case_liability *l = &g.liable;
    int status = case_id(c, &l->id);
    if (status != EXIT_DONE) return status;
    l->step = c->words[2];
    if (!cli_option(c, "outcome", &l->outcome)) return usage(c, "--outcome 写 clear（没有问题）或 fault（有责任）", "--outcome is clear or fault");
    (void)cli_option(c, "person", &l->person);
    (void)cli_option(c, "finding", &l->finding);
    (void)cli_option(c, "measure", &l->measure);
    (void)cli_option(c, "basis", &l->basis);
    if (!number_option(c, "slip", &l->slip) || !number_option(c, "corrects", &l->corrects)) return usage(c, "--slip 和 --corrects 后面是编号", "--slip and --corrects take a number");
    return with_text(c, VERB_CASE_LIABLE, 0, STR(""), &g);
}

int cmd_notice_publish(struct cli *c)
{
    struct args_case g = {0};
    return with_text(c, VERB_CASE_PUBLISH, 2, STR(""), &g);
}

int cmd_notice_object(struct cli *c)
{
    struct args_case g = {0};
    (void)cli_option(c, "from", &g.by);
    return with_text(c, VERB_CASE_OBJECT, 0, c->words[2], &g);
}

int cmd_notice_answer(struct cli *c)
{
    struct args_case g = {0};
    struct str outcome = STR("");
    if (!str_to_u64(c->words[2], &g.number) || g.number == 0) return usage(c, "异议写编号", "an objection is named by its number");
    if (!cli_option(c, "outcome", &outcome) || (!str_eq(outcome, STR("upheld")) && !str_eq(outcome, STR("dismissed"))))
        return usage(c, "--outcome 写 upheld（影响）或 dismissed（不影响）", "--outcome is upheld or dismissed");
    g.upheld = str_eq(outcome, STR("upheld"));
    return with_text(c, VERB_CASE_ANSWER, 0, c->words[3], &g);
}

/* ---- reading ---- */

typedef enum rc reader(struct records *rs, uint64_t id, day_num today, struct arena *a, enum lang lang, struct buf *out, struct err *err);

static int print_by(struct cli *c, reader *fn)
{
    struct session s;
    uint64_t id;
    int status = case_id(c, &id);
    if (status == EXIT_DONE) status = session_open(c, &s, false);
    if (status != EXIT_DONE) return status;
    day_num today = area_today(s.area);
    (void)day_option(c, "today", &today, &status);
    if (status != EXIT_DONE) return session_close(&s, status);
    struct buf b;
    struct err err;
    buf_init(&b, PRINT_MAX);
    err_clear(&err);
    enum rc rc = fn(s.view.records, id, today, &c->arena, c->lang, &b, &err);
    if (rc == RC_OK) print_buf(&b);
    buf_fini(&b);
    return session_close(&s, rc == RC_OK ? EXIT_DONE : fail(c, &err));
}

int cmd_case_why(struct cli *c) { return print_by(c, case_why); }
int cmd_case_show(struct cli *c) { return print_by(c, case_why); }

/* The account, and behind it what proves it without the area. */
static int print_proof(struct cli *c)
{
    struct session s;
    uint64_t id;
    int status = case_id(c, &id);
    if (status == EXIT_DONE) status = session_open(c, &s, false);
    if (status != EXIT_DONE) return status;
    day_num today = area_today(s.area);
    struct buf text, b;
    struct err err;
    struct case_record *records = NULL;
    size_t n = 0;
    buf_init(&text, PRINT_MAX);
    buf_init(&b, PRINT_MAX * 4);
    err_clear(&err);
    enum rc rc = case_print(s.view.records, id, today, &c->arena, c->lang, &text, &err);
    if (rc == RC_OK) rc = case_records(s.view.records, id, &c->arena, &records, &n, &err);
    struct area_proof_of *of = arena_array(&c->arena, struct area_proof_of, n + 1);
    for (size_t i = 0; i < n; i++)
        of[i] = (struct area_proof_of){records[i].reg, records[i].id, 1u << CLASS_OPEN | 1u << CLASS_PERSONAL | (records[i].told ? 1u << CLASS_RESTRICTED : 0)};
    if (rc == RC_OK) rc = area_prove(&s.view, buf_view(&text), of, n, &c->arena, &b, &err);
    if (rc == RC_OK) print_buf(&b);
    buf_fini(&b);
    buf_fini(&text);
    return session_close(&s, rc == RC_OK ? EXIT_DONE : fail(c, &err));
}

int cmd_case_print(struct cli *c) { return cli_flag(c, "proof") ? print_proof(c) : print_by(c, case_print); }

struct listing {
    struct cli *c;
    struct session *s;
    const struct pack_register *reg;
    struct table table;
    size_t count;
    bool all;
};

static struct str text_of(const struct listing *l, const struct record *rec, const char *name)
{
    const struct pack_field *f = pack_field_find(l->reg, str_c(name));
    const struct sv *v = f == NULL ? NULL : &rec->values[f->column];
    if (v == NULL || v->kind == SV_NULL) return STR("");
    struct str text = STR("");
    struct err ignored;
    if (record_value_text(l->s->view.records, f, v, &l->c->arena, &text, &ignored) != RC_OK) return STR("");
    return str_dup(&l->c->arena, text);
}

static enum rc list_one(void *ctx, const struct record *rec, struct err *err)
{
    (void)err;
    struct listing *l = ctx;
    const struct pack_field *state = pack_field_find(l->reg, STR("state"));
    bool open = state != NULL && str_eq(rec->values[state->column].s, STR("open"));
    if (!open && !l->all) return RC_OK;
    table_put(&l->table, str_cat(&l->c->arena, STR("#"), str_u64(&l->c->arena, rec->id)));
    table_put(&l->table, text_of(l, rec, "opened"));
    table_put(&l->table, text_of(l, rec, "state"));
    table_put(&l->table, text_of(l, rec, "title"));
    table_put(&l->table, text_of(l, rec, "at"));
    l->count++;
    return RC_OK;
}

int cmd_case_list(struct cli *c)
{
    struct session s;
    int status = session_open(c, &s, false);
    if (status != EXIT_DONE) return status;
    struct listing l = {.c = c, .s = &s, .all = cli_flag(c, "all")};
    status = find_register(c, s.view.set, STR("case"), &l.reg);
    if (status != EXIT_DONE) return session_close(&s, status);
    table_init(&l.table, &c->arena, 5);
    struct err err;
    err_clear(&err);
    if (record_each(s.view.records, l.reg, RECORD_BY_ID, false, list_one, &l, &err) != RC_OK) return session_close(&s, fail(c, &err));
    struct buf b;
    buf_init(&b, PRINT_MAX);
    table_print(&l.table, "", 60, &b);
    print_buf(&b);
    buf_fini(&b);
    if (l.count == 0) fputs(say(c, "没有案件\n", "there are no cases\n"), stderr);
    return session_close(&s, EXIT_DONE);
}
