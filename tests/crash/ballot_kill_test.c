/*
 * ballot_kill_test.c - kill -9 while people vote, by codes and signed in, and while a ballot is closed: what was acknowledged is in the urn once, what was not
 * is in it once or not at all; each receipt that was told is among those counted; a ballot is closed whole or open whole.
 * Children cast from several threads and tell voter and receipt through a pipe after each acknowledgement.  They kill themselves right before the nth write to the
 * disk (tests/fault), so nothing hangs on how fast the machine is.  Then the area is opened and every voter casts again: who was told is refused.
 * ballot_kill_test CORE
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "area/area.h"
#include "fault/fault.h"

enum { VOTERS = 300, WAYS = 2, ROUNDS = 20, THREADS = 4, WRITES_MAX = 150, CLOSE_STEP = 8, BY_CODE = 0, SIGNED_IN = 1 };

#define BALLOT(name, title, mode)                                                                                                                        \
    "```guiju\nballot: " name "\ntitle: " title "\nbasis: 办法\npermit: 办法\nkind: approve\nmode: " mode "\nreceipts: yes\npass: {base: entitled, more-than: 过半}\n```\n"
static const char chapter[] =
    "```guiju\npack: vote\ntitle: 票\nversion: \"1\"\nover: [core 1]\n```\n"
    "```guiju\nbasis: texts\nrows: [{name: law, title: 办法, full: 办法全文, from: 2000-01-01}]\n```\n"
    "```guiju\nparams: p\nrows: [{name: half, title: 过半, type: fraction, tighten: up, from: 2000-01-01, value: 1/2, basis: 办法}]\n```\n"
    BALLOT("coded", "凭码表决", "code") BALLOT("signed", "登录表决", "sign-in");

static char folder[64], path[96], codes[VOTERS][BALLOT_CODE_TEXT + 1];
static uint64_t ballot[WAYS], accounts[VOTERS];

struct told { int32_t voter, way; char receipt[BALLOT_RECEIPT_TEXT + 1]; };

static void ok(enum rc rc, const struct err *e)
{
    if (rc == RC_OK) return;
    (void)fprintf(stderr, "%s %s\n", err_code(e), e->en);
    abort();
}

static enum rc cast(struct area *ar, int way, int voter, char receipt[BALLOT_RECEIPT_TEXT + 1], struct err *err)
{
    struct ballot_choice c = {STR("1"), voter % 3 == 0 ? STR("no") : STR("yes")};
    struct args_ballot g = {.id = ballot[way], .choices = &c, .choices_count = 1, .receipt = receipt};
    struct command cmd = {.verb = VERB_BALLOT_CAST, .happened = ENTRY_NO_DAY, .args = &g};
    if (way == SIGNED_IN) cmd.actor = accounts[voter];
    else ballot_voter_code(str_c(codes[voter]), &g.voter);
    return area_submit(ar, &cmd, NULL, err);
}

static struct area *reopen(struct fault_disk *d)
{
    struct area *ar = NULL;
    struct err e;
    struct area_options o = {.disk_min = -1, .vfs = d == NULL ? NULL : fault_vfs(d)};
    err_clear(&e);
    ok(area_open(str_c(path), &o, &ar, &e), &e);
    return ar;
}

/* ---- children ---- */

struct worker { struct area *area; int pipe, number, round; };

static void *work(void *arg)
{
    struct worker *w = arg;
    enum { STRETCH = VOTERS / ROUNDS };
    /* Each round goes through a stretch of its own; two threads share every voter, so that both may try at once. */
    for (int i = 0; i < STRETCH; i++)
        for (int way = 0; way < WAYS; way++) {
            struct told t = {.voter = w->round * STRETCH + (i + w->number / 2) % STRETCH, .way = way};
            struct err e;
            if (cast(w->area, way, t.voter, t.receipt, &e) == RC_OK) MUST(write(w->pipe, &t, sizeof t) == (ssize_t)sizeof t);
        }
    return NULL;
}

static void vote(int fd, int round, uint64_t nth)
{
    struct fault_disk *d = fault_disk_make();
    struct area *ar = reopen(d);
    pthread_t threads[THREADS];
    struct worker w[THREADS];
    fault_kill(d, nth);
    for (int i = 0; i < THREADS; i++) {
        w[i] = (struct worker){ar, fd, i, round};
        MUST(pthread_create(&threads[i], NULL, work, &w[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) (void)pthread_join(threads[i], NULL);
    (void)kill(getpid(), SIGKILL); /* all have voted */
}

static enum rc close_it(struct area *ar, const uint8_t secret[BALLOT_KEY_LEN], int way, struct err *err)
{
    struct args_ballot g = {.id = ballot[way]};
    memcpy(g.secret, secret, sizeof g.secret);
    struct command cmd = {.verb = VERB_BALLOT_CLOSE, .happened = ENTRY_NO_DAY, .args = &g};
    return area_submit(ar, &cmd, NULL, err);
}

/* ---- the parent ---- */

static void set_up(const char *core, uint8_t secret[BALLOT_KEY_LEN])
{
    struct arena a;
    struct diags d;
    struct err e;
    struct pack_source s[2];
    static struct pack_file file = {STR_INIT("01.md"), {NULL, 0}};
    static const struct str kinds[WAYS] = {STR_INIT("coded"), STR_INIT("signed")};
    struct buf wrapped;
    struct str names[] = {STR("议案")};
    (void)snprintf(folder, sizeof folder, "/tmp/guiju-ballot-kill-XXXXXX");
    MUST(mkdtemp(folder) != NULL);
    (void)snprintf(path, sizeof path, "%s/a.guiju", folder);
    arena_init(&a, 256 << 20);
    diags_init(&d, &a, 10);
    file.text = str_c(chapter);
    err_clear(&e);
    ok(pack_read(&a, str_c(core), &s[0], &e), &e);
    s[1] = (struct pack_source){.where = STR("vote"), .files = &file, .files_count = 1};
    struct area_options o = {.disk_min = -1};
    ok(area_create(str_c(path), &o, s, 2, &d, &e), &e);
    struct area *ar = reopen(NULL);
    static struct ballot_seat seats[WAYS][VOTERS];
    for (int i = 0; i < VOTERS; i++) {
        struct str fields[] = {STR("name"), STR("title"), STR("since")};
        struct sv values[] = {sv_text(str_cat(&a, STR("voter"), str_i64(&a, i))), sv_text(STR("投票人")), sv_int(area_today(ar) - 1)};
        struct args_create g = {STR("account"), ARRAY_LEN(fields), fields, values};
        struct command c = {.verb = VERB_CREATE, .happened = ENTRY_NO_DAY, .args = &g};
        struct receipt r;
        ok(area_submit(ar, &c, &r, &e), &e);
        accounts[i] = r.id;
        ballot_code_make(codes[i]);
        ballot_voter_code(str_c(codes[i]), &seats[BY_CODE][i].voter);
        ballot_voter_account(r.id, &seats[SIGNED_IN][i].voter);
    }
    buf_init(&wrapped, 4096);
    uint8_t public_key[BALLOT_KEY_LEN];
    ok(ballot_key_make(STR("first teller's words"), STR("second teller's words"), public_key, &wrapped, &e), &e);
    ok(ballot_key_open(buf_view(&wrapped), STR("first teller's words"), STR("second teller's words"), secret, &e), &e);
    buf_fini(&wrapped);
    for (int way = 0; way < WAYS; way++) {
        struct args_ballot g = {.opening = {.declaration = kinds[way], .title = STR("表决"), .candidates = names, .candidates_count = 1, .seats = seats[way], .seats_count = VOTERS}};
        memcpy(g.opening.public_key, public_key, sizeof public_key);
        struct receipt r;
        struct command cmd = {.verb = VERB_BALLOT_OPEN, .happened = ENTRY_NO_DAY, .args = &g};
        ok(area_submit(ar, &cmd, &r, &e), &e);
        ballot[way] = r.id;
    }
    area_close(&ar);
    arena_fini(&a);
}

static struct told told[WAYS][VOTERS];  /* receipt empty: nobody was told */
static int acknowledged;

static void listen_to(int fd)
{
    struct told t;
    while (read(fd, &t, sizeof t) == (ssize_t)sizeof t) {
        MUST(t.voter >= 0 && t.voter < VOTERS && (t.way == BY_CODE || t.way == SIGNED_IN));
        MUST(told[t.way][t.voter].receipt[0] == '\0' && strlen(t.receipt) == BALLOT_RECEIPT_TEXT); /* nobody is told twice that he has voted */
        told[t.way][t.voter] = t;
        acknowledged++;
    }
}

static void rounds(void)
{
    for (int round = 0; round < ROUNDS; round++) {
        int ends[2], status = 0;
        uint64_t nth = 1 + (uint64_t)(rand() % WRITES_MAX);
        MUST(pipe(ends) == 0);
        pid_t pid = fork();
        MUST(pid >= 0);
        if (pid == 0) {
            (void)close(ends[0]);
            vote(ends[1], round, nth);
            _exit(3);
        }
        (void)close(ends[1]);
        listen_to(ends[0]);
        MUST(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        (void)close(ends[0]);
    }
}

static int cast_again(struct area *ar)
{
    int again = 0;
    struct err e;
    for (int way = 0; way < WAYS; way++)
        for (int i = 0; i < VOTERS; i++) {
            char receipt[BALLOT_RECEIPT_TEXT + 1] = "";
            enum rc rc = cast(ar, way, i, receipt, &e);
            MUST(rc == RC_OK || strcmp(err_code(&e), "ballot.no_seat") == 0);
            MUST(!(told[way][i].receipt[0] != '\0' && rc == RC_OK)); /* what was acknowledged is there */
            if (rc == RC_OK) memcpy(told[way][i].receipt, receipt, sizeof receipt);
            again += rc == RC_OK;
        }
    return again;
}

static bool counted(struct area *ar, int way)
{
    struct arena a;
    struct area_view v;
    struct ballot_view b;
    struct err e;
    arena_init(&a, 256 << 20);
    ok(area_view_open(ar, &v, &e), &e);
    ok(ballot_look(v.records, ballot[way], &a, &b, &e), &e);
    bool closed = b.result.len > 0;
    if (!closed) { /* as it was: nobody may vote again */
        char receipt[BALLOT_RECEIPT_TEXT + 1];
        for (int i = 0; i < VOTERS; i += 37) MUST(cast(ar, way, i, receipt, &e) != RC_OK && strcmp(err_code(&e), "ballot.no_seat") == 0);
    } else {
        bool there = true;
        MUST(b.cast == VOTERS);
        MUST(str_find(b.result, STR("\"no\":100")) != SIZE_MAX && str_find(b.result, STR("\"yes\":200")) != SIZE_MAX); /* each voter once, as he said */
        for (int i = 0; i < VOTERS; i++) {
            if (told[way][i].receipt[0] == '\0') continue; /* killed between the commit and the answer */
            ok(ballot_receipt_find(v.records, ballot[way], str_c(told[way][i].receipt), &a, &there, &e), &e);
            MUST(there);
        }
        enum rc rc = ballot_receipt_find(v.records, ballot[way], STR("00112233445566778899aabbccddeeff"), &a, &there, &e);
        MUST(rc != RC_OK || !there);
    }
    area_view_close(&v);
    arena_fini(&a);
    return closed;
}

/* Killed before the 1st, 9th, 17th … write of closing: it is open whole, or closed whole. */
static int close_under_kills(const uint8_t secret[BALLOT_KEY_LEN], int way)
{
    int kills = 0;
    for (uint64_t nth = 1;; nth += CLOSE_STEP) {
        int status = 0;
        pid_t pid = fork();
        MUST(pid >= 0);
        if (pid == 0) {
            struct fault_disk *d = fault_disk_make();
            struct area *ar = reopen(d);
            struct err e;
            fault_kill(d, nth);
            ok(close_it(ar, secret, way, &e), &e);
            fault_kill(d, 0);
            _exit(0);
        }
        MUST(waitpid(pid, &status, 0) == pid);
        bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
        MUST(killed || (WIFEXITED(status) && WEXITSTATUS(status) == 0));
        struct area *ar = reopen(NULL);
        bool closed = counted(ar, way);
        area_close(&ar);
        MUST(killed || closed);
        kills += killed;
        if (closed) return kills;
    }
}

int main(int argc, char **argv)
{
    MUST(argc == 2);
    uint8_t secret[BALLOT_KEY_LEN];
    struct err e;
    struct arena a;
    struct area_report report;
    set_up(argv[1], secret);
    srand(20261122);
    rounds();
    arena_init(&a, 512 << 20);
    struct area *ar = reopen(NULL);
    ok(area_verify(ar, STR_NONE, &a, &report, &e), &e); /* as many envelopes as used seats */
    int before = acknowledged, again = cast_again(ar), kills = 0;
    area_close(&ar);
    for (int way = 0; way < WAYS; way++) kills += close_under_kills(secret, way);
    (void)printf("%d votes acknowledged before a kill, %d cast after it; %d kills while closing\n", before, again, kills);
    MUST(before > WAYS * VOTERS / 20 && again > 0 && kills > 2); /* else nothing was tried */
    ar = reopen(NULL);
    ok(area_verify(ar, STR_NONE, &a, &report, &e), &e);
    area_close(&ar);
    arena_fini(&a);
    char line[96];
    (void)snprintf(line, sizeof line, "rm -rf %s", folder);
    return system(line) == 0 ? 0 : 1;
}
