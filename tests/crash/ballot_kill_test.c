/*
 * ballot_kill_test.c - kill -9 while people vote: what was acknowledged is in the urn once, what was not is in it once or not at all.
 * Children cast by codes from several threads and tell each code through a pipe after its acknowledgement; the parent kills them after a random number of these,
 * opens the area, and casts again with every code that was told: each is refused.  At the end the urn is closed and counted.
 * ballot_kill_test CORE
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "area/area.h"

enum { VOTERS = 600, ROUNDS = 20, THREADS = 4, WAIT_MAX = 25 };

static const char chapter[] =
    "```guiju\npack: vote\ntitle: 票\nversion: \"1\"\nover: [core 1]\n```\n"
    "```guiju\nbasis: texts\nrows: [{name: law, title: 办法, full: 办法全文, from: 2000-01-01}]\n```\n"
    "```guiju\nparams: p\nrows: [{name: half, title: 过半, type: fraction, tighten: up, from: 2000-01-01, value: 1/2, basis: 办法}]\n```\n"
    "```guiju\nballot: yesno\ntitle: 表决\nbasis: 办法\npermit: 办法\nkind: approve\nmode: code\nreceipts: yes\npass: {base: entitled, more-than: 过半}\n```\n";

static char folder[64], path[96], codes[VOTERS][BALLOT_CODE_TEXT + 1];
static uint64_t ballot;

static void ok(enum rc rc, const struct err *e)
{
    if (rc == RC_OK) return;
    (void)fprintf(stderr, "%s %s\n", err_code(e), e->en);
    abort();
}

static enum rc cast(struct area *ar, int voter, struct err *err)
{
    char receipt[BALLOT_RECEIPT_TEXT + 1];
    struct ballot_choice c = {STR("1"), voter % 3 == 0 ? STR("no") : STR("yes")};
    struct args_ballot g = {.id = ballot, .choices = &c, .choices_count = 1, .receipt = receipt};
    struct command cmd = {.verb = VERB_BALLOT_CAST, .happened = ENTRY_NO_DAY, .args = &g};
    ballot_voter_code(str_c(codes[voter]), &g.voter);
    return area_submit(ar, &cmd, NULL, err);
}

static struct area *reopen(void)
{
    struct area *ar = NULL;
    struct err e;
    struct area_options o = {.disk_min = -1};
    err_clear(&e);
    ok(area_open(str_c(path), &o, &ar, &e), &e);
    return ar;
}

struct worker { struct area *area; int pipe, number, round; };

static void *work(void *arg)
{
    struct worker *w = arg;
    /* Each round goes through a stretch of its own; two threads share every voter, so that both may try at once. */
    for (int i = 0; i < VOTERS / ROUNDS; i++) {
        int32_t voter = w->round * (VOTERS / ROUNDS) + (i + w->number / 2) % (VOTERS / ROUNDS);
        struct err e;
        if (cast(w->area, voter, &e) == RC_OK) MUST(write(w->pipe, &voter, sizeof voter) == (ssize_t)sizeof voter);
    }
    return NULL;
}

static void child(int fd, int round)
{
    struct area *ar = reopen();
    int32_t ready = -1;
    MUST(write(fd, &ready, sizeof ready) == (ssize_t)sizeof ready);
    pthread_t threads[THREADS];
    struct worker w[THREADS];
    for (int i = 0; i < THREADS; i++) {
        w[i] = (struct worker){ar, fd, i, round};
        MUST(pthread_create(&threads[i], NULL, work, &w[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) (void)pthread_join(threads[i], NULL);
    pause();
}

static void set_up(const char *core, uint8_t secret[BALLOT_KEY_LEN])
{
    struct arena a;
    struct diags d;
    struct err e;
    struct pack_source s[2];
    static struct pack_file file = {STR_INIT("01.md"), {NULL, 0}};
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
    static struct ballot_seat seats[VOTERS];
    for (int i = 0; i < VOTERS; i++) {
        ballot_code_make(codes[i]);
        ballot_voter_code(str_c(codes[i]), &seats[i].voter);
    }
    struct args_ballot g = {.opening = {.declaration = STR("yesno"), .title = STR("表决"), .candidates = names, .candidates_count = 1, .seats = seats, .seats_count = VOTERS}};
    buf_init(&wrapped, 4096);
    ok(ballot_key_make(STR("first teller's words"), STR("second teller's words"), g.opening.public_key, &wrapped, &e), &e);
    ok(ballot_key_open(buf_view(&wrapped), STR("first teller's words"), STR("second teller's words"), secret, &e), &e);
    buf_fini(&wrapped);
    struct area *ar = reopen();
    struct receipt r;
    struct command cmd = {.verb = VERB_BALLOT_OPEN, .happened = ENTRY_NO_DAY, .args = &g};
    ok(area_submit(ar, &cmd, &r, &e), &e);
    ballot = r.id;
    area_close(&ar);
    arena_fini(&a);
}

static bool take(int fd, bool *told, int *acknowledged)
{
    int32_t voter;
    if (read(fd, &voter, sizeof voter) != (ssize_t)sizeof voter) return false;
    MUST(voter >= 0 && voter < VOTERS && !told[voter]); /* nobody is told twice that he has voted */
    told[voter] = true;
    (*acknowledged)++;
    return true;
}

int main(int argc, char **argv)
{
    MUST(argc == 2);
    uint8_t secret[BALLOT_KEY_LEN];
    static bool told[VOTERS];
    struct err e;
    int acknowledged = 0;
    set_up(argv[1], secret);
    srand(20261122);
    for (int round = 0; round < ROUNDS; round++) {
        int ends[2];
        MUST(pipe(ends) == 0);
        pid_t pid = fork();
        MUST(pid >= 0);
        if (pid == 0) {
            (void)close(ends[0]);
            child(ends[1], round);
            _exit(0);
        }
        (void)close(ends[1]);
        int32_t voter = 0;
        MUST(read(ends[0], &voter, sizeof voter) == (ssize_t)sizeof voter && voter == -1); /* the area is open: now they vote */
        for (int wait = rand() % WAIT_MAX; wait > 0; wait--) take(ends[0], told, &acknowledged); /* after so many, in the middle of the next */
        usleep((useconds_t)(rand() % 1000));
        (void)kill(pid, SIGKILL);
        (void)waitpid(pid, NULL, 0);
        while (take(ends[0], told, &acknowledged)) {}
        (void)close(ends[0]);
    }
    struct area *ar = reopen();
    struct arena a;
    struct area_report report;
    arena_init(&a, 512 << 20);
    ok(area_verify(ar, STR_NONE, &a, &report, &e), &e); /* as many envelopes as used seats */
    int again = 0;
    for (int i = 0; i < VOTERS; i++) {
        enum rc rc = cast(ar, i, &e);
        MUST(rc == RC_OK || strcmp(err_code(&e), "ballot.no_seat") == 0);
        MUST(!(told[i] && rc == RC_OK)); /* what was acknowledged is there */
        again += rc == RC_OK;
    }
    struct args_ballot g = {.id = ballot};
    memcpy(g.secret, secret, sizeof secret);
    struct command cmd = {.verb = VERB_BALLOT_CLOSE, .happened = ENTRY_NO_DAY, .args = &g};
    ok(area_submit(ar, &cmd, NULL, &e), &e);
    struct area_view v;
    struct ballot_view b;
    ok(area_view_open(ar, &v, &e), &e);
    ok(ballot_look(v.records, ballot, &a, &b, &e), &e);
    MUST(b.cast == VOTERS && str_find(b.result, STR("\"no\":200")) != SIZE_MAX && str_find(b.result, STR("\"yes\":400")) != SIZE_MAX); /* each voter once, as he said */
    (void)printf("%d acknowledged before a kill, %d cast after it\n", acknowledged, again);
    MUST(acknowledged > VOTERS / 20 && again > 0); /* else nothing was tried */
    area_view_close(&v);
    ok(area_verify(ar, STR_NONE, &a, &report, &e), &e);
    area_close(&ar);
    arena_fini(&a);
    char line[96];
    (void)snprintf(line, sizeof line, "rm -rf %s", folder);
    return system(line) == 0 ? 0 : 1;
}
