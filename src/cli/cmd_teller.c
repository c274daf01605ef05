/* cmd_teller.c - paper votes as two tellers type them apart: prepare, type, compare, match; and receipts. */
#include "cli/inner.h"

static int number(struct cli *c, struct str text, uint64_t *out)
{
    if (str_starts(text, STR("#"))) text = str_sub(text, 1, text.len);
    return str_to_u64(text, out) && *out > 0 ? EXIT_DONE : usage(c, "这里写编号，例如 12 或 #12", "a number is asked for here, as 12 or #12");
}

static int submit(struct cli *c, enum verb verb, struct args_ballot *g, uint64_t *id)
{
    struct session s;
    struct err err;
    struct receipt receipt = {0};
    struct command cmd = {.verb = verb, .happened = ENTRY_NO_DAY, .args = g};
    int status = session_open(c, &s, true);
    if (status != EXIT_DONE) return status;
    err_clear(&err);
    status = actor_take(c, &s, &cmd.actor);
    if (status == EXIT_DONE && area_submit(s.area, &cmd, &receipt, &err) != RC_OK) status = fail(c, &err);
    *id = receipt.id;
    return session_close(&s, status);
}

int cmd_ballot_prepare(struct cli *c)
{
    struct args_ballot g = {0};
    uint64_t id = 0;
    int status = ballot_opening_take(c, &g.opening);
    if (status == EXIT_DONE) status = ballot_present_take(c, &g);
    if (status == EXIT_DONE) status = submit(c, VERB_BALLOT_PREPARE, &g, &id);
    if (status == EXIT_DONE) printf("#%llu\n", (unsigned long long)id);
    return status;
}

int cmd_ballot_type(struct cli *c)
{
    struct args_ballot g = {0};
    struct str text, as;
    uint64_t from = 1, id = 0;
    int status = number(c, c->words[1], &g.id);
    if (status != EXIT_DONE) return status;
    if (cli_option(c, "from", &text) && (!str_to_u64(text, &from) || from == 0 || from > BALLOT_SEATS_MAX)) return usage(c, "--from 后面是第几张", "--from takes the number of a paper");
    if (!cli_option(c, "by", &g.teller) && !cli_option(c, "as", &as)) return usage(c, "--by 写计票人，或者 --as 写使用人", "--by names the teller, or --as LOGIN");
    g.from = (uint32_t)from;
    g.papers = c->words + 2;
    g.papers_count = (uint32_t)(c->words_count - 2);
    g.done = cli_flag(c, "done");
    status = submit(c, VERB_BALLOT_SHEET, &g, &id);
    if (status == EXIT_DONE) printf(say(c, "录入 %u 张\n", "%u papers typed\n"), g.papers_count);
    return status;
}

int cmd_ballot_match(struct cli *c)
{
    struct args_ballot g = {0};
    uint64_t id = 0;
    int status = number(c, c->words[1], &g.id);
    if (status == EXIT_DONE) status = submit(c, VERB_BALLOT_MATCH, &g, &id);
    if (status == EXIT_DONE) printf(say(c, "#%llu 两人相符，已入账\n", "#%llu: the tellers agree, the papers are entered\n"), (unsigned long long)id);
    return status;
}

int cmd_ballot_compare(struct cli *c)
{
    struct session s;
    struct ballot_sheets v;
    struct err err;
    uint64_t id;
    int status = number(c, c->words[1], &id);
    if (status == EXIT_DONE) status = session_open(c, &s, false);
    if (status != EXIT_DONE) return status;
    err_clear(&err);
    if (ballot_sheets_look(s.view.records, id, &c->arena, &v, &err) != RC_OK) return session_close(&s, fail(c, &err));
    for (int t = 0; t < 2; t++)
        if (v.teller[t].len > 0)
            printf(say(c, STR_FMT " 录入 %u 张%s\n", STR_FMT " typed %u papers%s\n"), STR_ARG(v.teller[t]), v.papers[t], v.done[t] ? say(c, "，已录完", ", done") : "");
    for (uint32_t i = 0; i < v.differences_count; i++) {
        const struct ballot_difference *d = &v.differences[i];
        printf(say(c, "第 %u 张  " STR_FMT "  " STR_FMT "\n", "paper %u  " STR_FMT "  " STR_FMT "\n"), d->number, STR_ARG(d->first.len > 0 ? d->first : STR("—")), STR_ARG(d->second.len > 0 ? d->second : STR("—")));
    }
    bool both = v.done[0] && v.done[1];
    if (both && v.differences_count == 0) fputs(say(c, "两人相符\n", "the tellers agree\n"), stdout);
    if (!both) fputs(say(c, "两人都录完以后才比对\n", "they are compared when both are done\n"), stderr);
    return session_close(&s, both && v.differences_count > 0 ? EXIT_FOUND : EXIT_DONE);
}

int cmd_ballot_receipt(struct cli *c)
{
    struct session s;
    struct err err;
    bool counted = false;
    uint64_t id;
    int status = number(c, c->words[1], &id);
    if (status == EXIT_DONE) status = session_open(c, &s, false);
    if (status != EXIT_DONE) return status;
    err_clear(&err);
    if (ballot_receipt_find(s.view.records, id, c->words[2], &c->arena, &counted, &err) != RC_OK) return session_close(&s, fail(c, &err));
    fputs(counted ? say(c, "这张票在计数之内\n", "that paper is among those counted\n") : say(c, "没有这张回执\n", "there is no such receipt\n"), stdout);
    return session_close(&s, counted ? EXIT_DONE : EXIT_FOUND);
}
