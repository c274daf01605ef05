/* cmd_ballot.c - secret votes: open with a roll and two tellers, cast, close, enter papers, tally, check. */
#include "cli/inner.h"

enum { WORDS_FILE_MAX = 1 << 18, PAPERS_MAX = 16 << 20, CODES_MAX = 100000 };

static size_t option_values(const struct cli *c, const char *name, struct str *out, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < c->options_count && n < max; i++)
        if (str_eq(c->options[i].name, str_c(name))) out[n++] = c->options[i].value;
    return n;
}

/* The words of the two tellers, each from a file of his own. */
static int tellers_read(struct cli *c, struct str words[2])
{
    struct str files[3];
    struct err err;
    if (option_values(c, "teller", files, 3) != 2)
        return usage(c, "两位监票人各给一个口令文件：--teller FILE --teller FILE", "each of the two tellers gives a file with words: --teller FILE --teller FILE");
    for (int i = 0; i < 2; i++) {
        err_clear(&err);
        if (read_file(&c->arena, files[i], WORDS_FILE_MAX, &words[i], &err) != RC_OK) return fail(c, &err);
        words[i] = str_trim(words[i]);
    }
    return EXIT_DONE;
}

/* BALLOT TITLE, or with --after a further round: TITLE. */
int ballot_opening_take(struct cli *c, struct ballot_opening *g)
{
    struct str *names = arena_array(&c->arena, struct str, BALLOT_CANDIDATES_MAX + 1), text;
    uint64_t places = 0;
    bool after = cli_option(c, "after", &text);
    *g = (struct ballot_opening){.candidates = names};
    if (after && (!str_to_u64(str_starts(text, STR("#")) ? str_sub(text, 1, text.len) : text, &g->earlier) || g->earlier == 0)) return usage(c, "--after 后面是上一轮的编号", "--after takes the number of the round before");
    if (c->words_count != (after ? 2 : 3)) return usage(c, "写票种和标题；--after 时只写标题", "name the ballot and give a title; with --after only a title");
    if (!after) g->declaration = c->words[1];
    g->title = c->words[after ? 1 : 2];
    g->candidates_count = (uint32_t)option_values(c, "candidate", names, BALLOT_CANDIDATES_MAX + 1);
    if (cli_option(c, "places", &text) && !str_to_u64(text, &places)) return usage(c, "--places 后面是名额", "--places takes a number");
    if (cli_option(c, "case", &text) && (!str_to_u64(str_starts(text, STR("#")) ? str_sub(text, 1, text.len) : text, &g->of_case) || g->of_case == 0)) return usage(c, "--case 后面是案件的编号", "--case takes the number of a case");
    g->places = places == 0 && !after ? 1 : (int64_t)MIN(places, 1000u);
    return g->candidates_count > 0 || after ? EXIT_DONE : usage(c, "票上的人用 --candidate 逐个写", "name who stands with --candidate");
}

/* "30", "a=30": so many codes, of that class. */
static int codes_make(struct cli *c, struct ballot_opening *g, struct buf *codes)
{
    struct str groups[16];
    size_t n = option_values(c, "codes", groups, 16), total = 0;
    uint64_t many[16];
    struct str class[16];
    for (size_t i = 0; i < n; i++) {
        size_t eq = str_find_char(groups[i], '=');
        class[i] = eq == SIZE_MAX ? STR("") : str_sub(groups[i], 0, eq);
        if (!str_to_u64(eq == SIZE_MAX ? groups[i] : str_sub(groups[i], eq + 1, groups[i].len), &many[i]) || many[i] == 0 || many[i] > CODES_MAX)
            return usage(c, "--codes 后面是张数，或者 类别=张数", "--codes takes a number, or CLASS=NUMBER");
        total += many[i];
    }
    if (total > CODES_MAX || (total == 0 && option_values(c, "voter", groups, 1) == 0))
        return usage(c, "--codes 写要发多少个一次性代码，或者用 --voter 逐个写使用人", "say with --codes how many codes are given out, or name the accounts with --voter");
    if (total == 0) return EXIT_DONE;
    struct ballot_seat *seats = arena_array(&c->arena, struct ballot_seat, total);
    for (size_t i = 0; i < n; i++)
        for (uint64_t k = 0; k < many[i]; k++) {
            char code[BALLOT_CODE_TEXT + 1];
            ballot_code_make(code);
            ballot_voter_code(str_c(code), &seats[g->seats_count].voter);
            seats[g->seats_count++].class = class[i];
            buf_str(codes, class[i]);
            if (class[i].len > 0) buf_char(codes, ' ');
            buf_str(codes, str_c(code));
            buf_char(codes, '\n');
        }
    g->seats = seats;
    return EXIT_DONE;
}

/* Seats of accounts: --voter LOGIN, --voter CLASS=LOGIN. */
static int voters_take(struct cli *c, struct session *s, struct ballot_opening *g)
{
    struct str *logins = arena_array(&c->arena, struct str, 512);
    size_t n = option_values(c, "voter", logins, 512);
    const struct pack_register *r;
    struct err err;
    if (n == 0) return EXIT_DONE;
    int status = find_register(c, s->view.set, STR("account"), &r);
    struct ballot_seat *seats = arena_array(&c->arena, struct ballot_seat, n + g->seats_count);
    for (size_t i = 0; i < g->seats_count; i++) seats[i] = g->seats[i];
    for (size_t i = 0; i < n && status == EXIT_DONE; i++) {
        size_t eq = str_find_char(logins[i], '=');
        uint64_t account;
        err_clear(&err);
        struct str login = eq == SIZE_MAX ? logins[i] : str_sub(logins[i], eq + 1, logins[i].len);
        if (record_resolve(s->view.records, r, login, &account, &err) != RC_OK) return fail(c, &err);
        struct ballot_seat *seat = &seats[g->seats_count++];
        seat->class = eq == SIZE_MAX ? STR("") : str_sub(logins[i], 0, eq);
        ballot_voter_account(account, &seat->voter);
    }
    g->seats = seats;
    return status;
}

static int submit(struct cli *c, struct session *s, enum verb verb, struct args_ballot *g, uint64_t *id)
{
    struct err err;
    struct receipt receipt = {0};
    struct command cmd = {.verb = verb, .happened = ENTRY_NO_DAY, .args = g};
    err_clear(&err);
    int status = actor_take(c, s, &cmd.actor);
    if (status != EXIT_DONE) return status;
    if (area_submit(s->area, &cmd, &receipt, &err) != RC_OK) return fail(c, &err);
    *id = receipt.id;
    return EXIT_DONE;
}

int cmd_ballot_open(struct cli *c)
{
    struct session s;
    struct args_ballot g = {0};
    struct str words[2];
    struct err err;
    struct buf wrapped, codes;
    uint64_t id = 0;
    int status = ballot_opening_take(c, &g.opening);
    if (status == EXIT_DONE) status = tellers_read(c, words);
    if (status != EXIT_DONE) return status;
    buf_init(&wrapped, 4096);
    buf_init(&codes, 16 << 20);
    err_clear(&err);
    status = codes_make(c, &g.opening, &codes);
    if (status == EXIT_DONE && ballot_key_make(words[0], words[1], g.opening.public_key, &wrapped, &err) != RC_OK) status = fail(c, &err);
    if (status == EXIT_DONE) status = session_open(c, &s, true);
    if (status == EXIT_DONE) {
        status = voters_take(c, &s, &g.opening);
        if (status == EXIT_DONE && area_ballot_key_put(s.area, g.opening.public_key, buf_view(&wrapped), &err) != RC_OK) status = fail(c, &err);
        if (status == EXIT_DONE && (status = submit(c, &s, VERB_BALLOT_OPEN, &g, &id)) != EXIT_DONE) area_ballot_key_drop(s.area, g.opening.public_key, STR(""));
        if (status == EXIT_DONE) {
            struct str path = area_ballot_key_file(s.area, g.opening.public_key, &c->arena);
            printf(say(c, "#%llu\n", "#%llu\n"), (unsigned long long)id);
            print_buf(&codes);
            fprintf(stderr, say(c, "代码只显示这一次，打乱后分发；票箱的钥匙在 " STR_FMT "，要另行保管\n", "codes are shown this once: shuffle and give them out; the key of the urn is " STR_FMT ": keep it apart\n"), STR_ARG(path));
        }
        status = session_close(&s, status);
    }
    buf_fini(&wrapped);
    buf_fini(&codes);
    return status;
}

static int id_take(struct cli *c, uint64_t *id)
{
    struct str text = str_starts(c->words[1], STR("#")) ? str_sub(c->words[1], 1, c->words[1].len) : c->words[1];
    return str_to_u64(text, id) && *id > 0 ? EXIT_DONE : usage(c, "投票写编号", "a ballot is named by its number");
}

static struct ballot_choice choice_of(struct str word)
{
    size_t eq = str_find_char(word, '=');
    return (struct ballot_choice){str_sub(word, 0, MIN(eq, word.len)), eq == SIZE_MAX ? STR("yes") : str_sub(word, eq + 1, word.len)};
}

int cmd_ballot_cast(struct cli *c)
{
    struct session s;
    struct args_ballot g = {0};
    struct str code;
    struct err err;
    uint64_t id = 0;
    struct ballot_choice *choices = arena_array(&c->arena, struct ballot_choice, c->words_count + BALLOT_CANDIDATES_MAX + 1);
    int status = id_take(c, &g.id);
    if (status != EXIT_DONE) return status;
    struct str login;
    char receipt[BALLOT_RECEIPT_TEXT + 1] = "";
    bool signed_in = cli_option(c, "as", &login), by_code = cli_option(c, "code", &code);
    if (signed_in == by_code) return usage(c, "--code 写一次性代码（写 - 从标准输入读：第一行代码，后面一行一个选择），或者 --as 写使用人", "give --code (- reads standard input: the code, then a choice a line), or --as LOGIN");
    err_clear(&err);
    struct str lines = STR("");
    if (by_code && str_eq(code, STR("-"))) {
        if (read_file(&c->arena, STR("-"), WORDS_FILE_MAX, &code, &err) != RC_OK) return fail(c, &err);
        size_t end = str_find_char(code, '\n');
        lines = end == SIZE_MAX ? STR("") : str_sub(code, end + 1, code.len);
        code = str_sub(code, 0, MIN(end, code.len));
    }
    if (by_code) ballot_voter_code(str_trim(code), &g.voter);
    g.receipt = receipt;
    for (size_t i = 2; i < c->words_count; i++) choices[g.choices_count++] = choice_of(c->words[i]);
    /* Behind the code, a choice a line: what stands on a command line anybody on the machine can read. */
    while (lines.len > 0 && g.choices_count < BALLOT_CANDIDATES_MAX) {
        size_t end = str_find_char(lines, '\n');
        struct str one = str_trim(str_sub(lines, 0, MIN(end, lines.len)));
        if (one.len > 0) choices[g.choices_count++] = choice_of(one);
        lines = end == SIZE_MAX ? STR("") : str_sub(lines, end + 1, lines.len);
    }
    g.choices = choices;
    status = session_open(c, &s, true);
    if (status != EXIT_DONE) return status;
    status = submit(c, &s, VERB_BALLOT_CAST, &g, &id);
    if (status == EXIT_DONE) fputs(say(c, "票已投入\n", "your paper is in the urn\n"), stdout);
    if (status == EXIT_DONE && receipt[0] != '\0') printf(say(c, "回执（只显示这一次）：%s\n", "receipt (shown this once): %s\n"), receipt);
    return session_close(&s, status);
}

int cmd_ballot_close(struct cli *c)
{
    struct session s;
    struct args_ballot g = {0};
    struct str words[2], wrapped, path = STR("");
    struct err err;
    uint64_t id = 0;
    int status = id_take(c, &g.id);
    if (status == EXIT_DONE) status = tellers_read(c, words);
    if (status == EXIT_DONE) status = session_open(c, &s, true);
    if (status != EXIT_DONE) return status;
    struct ballot_view v;
    err_clear(&err);
    if (ballot_look(s.view.records, g.id, &c->arena, &v, &err) != RC_OK) return session_close(&s, fail(c, &err));
    (void)cli_option(c, "key-file", &path);
    enum rc rc = area_ballot_key_get(s.area, v.key, path, &c->arena, &wrapped, &err);
    if (rc == RC_OK) rc = ballot_key_open(wrapped, words[0], words[1], g.secret, &err);
    status = rc == RC_OK ? submit(c, &s, VERB_BALLOT_CLOSE, &g, &id) : fail(c, &err);
    memset(g.secret, 0, sizeof g.secret);
    if (status == EXIT_DONE) area_ballot_key_drop(s.area, v.key, path);
    if (status == EXIT_DONE) printf(say(c, "#%llu 已结束，票已拆封登记，钥匙已销毁\n", "#%llu is closed, its papers are entered, the key is destroyed\n"), (unsigned long long)id);
    return session_close(&s, status);
}

int ballot_present_take(struct cli *c, struct args_ballot *g)
{
    static const char *const names[] = {"entitled", "present"};
    uint64_t n[2] = {0, 0};
    struct str text;
    for (int i = 0; i < 2; i++)
        if (!cli_option(c, names[i], &text) || !str_to_u64(text, &n[i]) || n[i] > CODES_MAX) return usage(c, "要写 --entitled（应到）和 --present（实到）", "--entitled and --present are asked for");
    g->entitled = (int64_t)n[0];
    g->present = (int64_t)n[1];
    return EXIT_DONE;
}

int cmd_ballot_enter(struct cli *c)
{
    struct session s;
    struct args_ballot g = {0};
    struct str files[3];
    struct err err;
    uint64_t id = 0;
    int status = ballot_opening_take(c, &g.opening);
    if (status != EXIT_DONE) return status;
    if (option_values(c, "papers", files, 3) != 2) return usage(c, "两位计票人各录一遍：--papers FILE --papers FILE", "two tellers enter the papers apart: --papers FILE --papers FILE");
    status = ballot_present_take(c, &g);
    if (status != EXIT_DONE) return status;
    err_clear(&err);
    if (read_file(&c->arena, files[0], PAPERS_MAX, &g.first, &err) != RC_OK || read_file(&c->arena, files[1], PAPERS_MAX, &g.second, &err) != RC_OK) return fail(c, &err);
    status = session_open(c, &s, true);
    if (status != EXIT_DONE) return status;
    status = submit(c, &s, VERB_BALLOT_ENTER, &g, &id);
    if (status == EXIT_DONE) printf("#%llu\n", (unsigned long long)id);
    return session_close(&s, status);
}

int cmd_ballot_tally(struct cli *c)
{
    struct session s;
    struct err err;
    struct buf b;
    uint64_t id;
    int status = id_take(c, &id);
    if (status == EXIT_DONE) status = session_open(c, &s, false);
    if (status != EXIT_DONE) return status;
    buf_init(&b, 1 << 20);
    err_clear(&err);
    enum rc rc = ballot_show(s.view.records, id, &c->arena, c->lang, &b, &err);
    if (rc == RC_OK) print_buf(&b);
    buf_fini(&b);
    return session_close(&s, rc == RC_OK ? EXIT_DONE : fail(c, &err));
}

/* --by: the two who count again, and that they did goes on the record. */
static int check_note(struct cli *c, uint64_t id, struct str by)
{
    struct session s;
    bool same = false;
    struct args_ballot g = {.id = id, .teller = by, .same = &same};
    int status = session_open(c, &s, true);
    if (status == EXIT_DONE) status = session_close(&s, submit(c, &s, VERB_BALLOT_RECOUNT, &g, &id));
    return status != EXIT_DONE || same ? status : EXIT_BROKEN;
}

int cmd_ballot_check(struct cli *c)
{
    struct session s;
    struct err err;
    struct str text;
    bool same = false;
    struct str by;
    uint64_t id;
    int status = id_take(c, &id);
    if (status == EXIT_DONE && cli_option(c, "by", &by)) status = check_note(c, id, by);
    if (status == EXIT_DONE) status = session_open(c, &s, false);
    if (status != EXIT_DONE) return status;
    err_clear(&err);
    if (ballot_recount(s.view.records, id, &c->arena, &text, &same, &err) != RC_OK) return session_close(&s, fail(c, &err));
    printf(same ? say(c, "重新点票，与登记的结果相符\n", "counted again: the result stands\n") : say(c, "重新点票，与登记的结果不符\n", "counted again: the result does not fit\n"));
    printf(STR_FMT "\n", STR_ARG(text));
    return session_close(&s, same ? EXIT_DONE : EXIT_BROKEN);
}
