/*
 * attack_test.c - who voted what: attack_test CORE DIR.  An attacker has the whole store and its log, the journal, a copy from the middle, the
 * order of the casts, and afterwards the papers.  He must do no better than chance, by every way that we could think of.
 * Beside it: a seat votes once, words open the key or do not, counts are those of the papers, small groups show no numbers.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "ballot/inner.h"
#include "record/test_area.h"

enum { VOTERS = 400 };

static const char chapter[] =
    "```guiju\npack: vote\ntitle: 票\nversion: \"1\"\n```\n"
    "```guiju\nbasis: texts\nrows: [{name: law, title: 办法, full: 办法全文, from: 2000-01-01}]\n```\n"
    "```guiju\nparams: p\nrows: [{name: half, title: 过半, type: fraction, tighten: up, from: 2000-01-01, value: 1/2, basis: 办法},\n"
    "  {name: more, title: 差额比例, type: fraction, tighten: up, from: 2000-01-01, value: 20%, basis: 办法}]\n```\n"
    "```guiju\nballot: yesno\ntitle: 表决\nbasis: 办法\npermit: 办法\nkind: approve\nmode: code\npass: {base: entitled, more-than: 过半}\n```\n"
    "```guiju\nballot: pick\ntitle: 选举\nbasis: 办法\nkind: choose\ndifferential: 差额比例\npass: {base: present, more-than: 过半}\n```\n"
    "```guiju\nballot: marks\ntitle: 测评\nbasis: 办法\nkind: grade\nclasses: [{class: a, title: A类, weight: 40}, {class: b, title: B类, weight: 60}]\n"
    "options: [{option: top, title: 优秀, value: 100}, {option: good, title: 称职, value: 80}, {option: unknown, title: 不了解, value: none}]\n```\n";

struct bed {
    struct arena arena;
    struct diags diags;
    struct pack_set *set;
    struct store *store;
    struct journal *journal;
    struct records *records;
    struct ballot_door door;
    struct str path;
};

static void bed_open(struct bed *b, const char *core, const char *dir)
{
    struct err e;
    struct pack_source s[2];
    static struct pack_file file = {STR_INIT("01.md"), {NULL, 0}};
    file.text = str_c(chapter);
    memset(b, 0, sizeof *b);
    arena_init(&b->arena, (size_t)1 << 30);
    diags_init(&b->diags, &b->arena, 100);
    test_ok(pack_read(&b->arena, str_c(core), &s[0], &e), &e);
    s[1] = (struct pack_source){.where = STR("vote"), .files = &file, .files_count = 1};
    struct pack_options o = {.today = 20454, .scenarios = true};
    if (pack_load(&b->arena, s, 2, &o, &b->set, &b->diags) != RC_OK) {
        struct buf t;
        buf_init(&t, 1 << 20);
        diags_print(&b->diags, LANG_ZH, &t);
        (void)fprintf(stderr, STR_FMT, STR_ARG(buf_view(&t)));
        abort();
    }
    char name[80];
    uint8_t random[8];
    random_bytes(random, sizeof random);
    (void)snprintf(name, sizeof name, "/ballot-%s", str_cz(&b->arena, str_hex(&b->arena, random, sizeof random)));
    b->path = str_cat(&b->arena, str_c(dir), str_c(name));
    struct store_options so = {.mode = STORE_CREATE};
    struct journal_options jo = {.alg = HASH_SHA256};
    struct store_step *steps = NULL;
    test_ok(store_open(b->path, &so, &b->store, &e), &e);
    test_ok(store_begin_write(b->store, &e), &e);
    test_ok(journal_create(b->store, &jo, &e), &e);
    test_ok(records_shape(b->store, b->set, false, &b->arena, &steps, &e), &e);
    size_t n = 0;
    const struct store_table *const *tables = ballot_tables(&n);
    test_ok(store_shape(b->store, tables, n, false, NULL, NULL, &e), &e);
    test_ok(store_commit(b->store, &e), &e);
    test_ok(journal_open(b->store, &b->journal, &e), &e);
    test_ok(records_open(b->store, b->journal, b->set, &b->records, &e), &e);
    b->door = (struct ballot_door){.records = b->records, .arena = &b->arena, .change = {.command = 1, .today = 20454, .happened = ENTRY_NO_DAY}};
}

static void begin(struct bed *b) { struct err e; test_ok(store_begin_write(b->store, &e), &e); }
static void commit(struct bed *b)
{
    struct err e;
    test_ok(store_commit(b->store, &e), &e);
    journal_keep(b->journal);
    records_keep(b->records);
}

static struct str slurp(struct bed *b, const char *end)
{
    FILE *f = fopen(str_cz(&b->arena, str_cat(&b->arena, b->path, str_c(end))), "rb");
    if (f == NULL) return STR("");
    size_t room = 16 << 20;
    char *bytes = arena_alloc(&b->arena, room);
    size_t n = fread(bytes, 1, room, f);
    (void)fclose(f);
    return str_of(bytes, n);
}

static void refused(enum rc rc, const char *code, const struct err *e)
{
    if (rc == RC_OK || strcmp(err_code(e), code) != 0) {
        (void)fprintf(stderr, "wanted %s, got %d %s %s\n", code, rc, rc == RC_OK ? "" : err_code(e), rc == RC_OK ? "" : e->zh);
        abort();
    }
}

/* guess[i] of the voter who cast i-th: as good as chance?  papers: of all, whose shares chance knows too. */
static void no_better(const char *way, const bool *truth, const bool *guess)
{
    double yes = 0, guessed = 0, hit = 0, n = VOTERS;
    for (int i = 0; i < VOTERS; i++) {
        yes += truth[i];
        guessed += guess[i];
        hit += truth[i] == guess[i];
    }
    double p = (yes / n) * (guessed / n) + (1 - yes / n) * (1 - guessed / n), sigma = sqrt(n * p * (1 - p)) + 1;
    (void)printf("%-40s %3.0f of %d right, chance %.1f, off by %.1f sigma\n", way, hit, VOTERS, n * p, (hit - n * p) / sigma);
    MUST(fabs(hit - n * p) < 5.5 * sigma);
}

static bool says_yes(struct str paper) { return str_eq(paper, STR("1=yes")); }

struct linked { struct str bytes; int cast; };
static int by_bytes(const void *x, const void *y) { return str_cmp(((const struct linked *)x)->bytes, ((const struct linked *)y)->bytes); }

static void secrecy(struct bed *b)
{
    struct err e;
    struct str names[] = {STR("某甲")};
    struct ballot_seat *seats = arena_array(&b->arena, struct ballot_seat, VOTERS);
    char (*codes)[BALLOT_CODE_TEXT + 1] = arena_alloc(&b->arena, VOTERS * sizeof *codes);
    struct buf wrapped;
    uint8_t secret[BALLOT_KEY_LEN], other[BALLOT_KEY_LEN];
    struct changed last;
    uint64_t id = 0;
    buf_init(&wrapped, 4096);
    struct ballot_opening g = {.declaration = STR("yesno"), .title = STR("表决一"), .candidates = names, .candidates_count = 1, .places = 1, .seats = seats, .seats_count = VOTERS};
    for (int i = 0; i < VOTERS; i++) {
        ballot_code_make(codes[i]);
        ballot_voter_code(str_c(codes[i]), &seats[i].voter);
    }
    refused(ballot_key_make(STR("短"), STR("another long one"), g.public_key, &wrapped, &e), "ballot.words", &e);
    refused(ballot_key_make(STR("the same words"), STR("the same words"), g.public_key, &wrapped, &e), "ballot.words", &e);
    test_ok(ballot_key_make(STR("first teller's words"), STR("second teller's words"), g.public_key, &wrapped, &e), &e);
    begin(b);
    test_ok(ballot_open(&b->door, &g, &id, &last, &e), &e);
    commit(b);
    uint64_t entries = journal_size(b->journal);
    bool truth[VOTERS], guess[VOTERS];
    int order[VOTERS];
    for (int i = 0; i < VOTERS; i++) order[i] = i;
    for (int i = VOTERS - 1; i > 0; i--) {
        uint32_t r;
        random_bytes(&r, sizeof r);
        int k = (int)(r % (uint32_t)(i + 1)), t = order[i];
        order[i] = order[k];
        order[k] = t;
    }
    struct ballot_rows rows;
    test_ok(ballot_bind(b->store, &b->arena, &rows, &e), &e);
    struct linked envelope[VOTERS]; /* who watches the store sees which envelope came with which cast */
    struct map known = {0};
    for (int i = 0; i < VOTERS; i++) {
        uint8_t coin;
        random_bytes(&coin, 1);
        truth[i] = coin % 3 != 0;
        struct ballot_choice c = {STR("某甲"), truth[i] ? STR("同意") : STR("反对")};
        begin(b);
        test_ok(ballot_cast(&b->door, id, &seats[order[i]].voter, &c, 1, &e), &e);
        if (i % 50 == 0) {
            refused(ballot_cast(&b->door, id, &seats[order[i]].voter, &c, 1, &e), "ballot.no_seat", &e);
            struct hash stranger;
            ballot_voter_code(STR("AAAA-BBBB"), &stranger);
            refused(ballot_cast(&b->door, id, &stranger, &c, 1, &e), "ballot.no_seat", &e);
        }
        commit(b);
        struct str *sealed;
        size_t n;
        begin(b);
        test_ok(envelopes_take(&rows, id, &b->arena, &sealed, &n, &e), &e);
        commit(b);
        MUST(n == (size_t)i + 1);
        for (size_t k = 0; k < n; k++) {
            MUST(sealed[k].len == ENVELOPE_LEN);
            if (map_put(&b->arena, &known, sealed[k], b)) envelope[i] = (struct linked){sealed[k], i};
        }
    }
    MUST(journal_size(b->journal) == entries); /* a cast leaves no entry */
    struct str db = slurp(b, ""), wal = slurp(b, "-wal");
    MUST(db.len + wal.len > 100000);
    static const struct str plain[] = {STR_INIT("1=yes\0\0\0"), STR_INIT("1=no\0\0\0\0"), STR_INIT("同意"), STR_INIT("反对")};
    for (size_t i = 0; i < ARRAY_LEN(plain); i++) /* the packs' text is not in this store */
        MUST(str_find(db, plain[i]) == SIZE_MAX && str_find(wal, plain[i]) == SIZE_MAX);
    for (int i = 0; i < VOTERS; i++) MUST(str_find(db, str_c(codes[i])) == SIZE_MAX && str_find(wal, str_c(codes[i])) == SIZE_MAX);

    refused(ballot_key_open(buf_view(&wrapped), STR("first teller's words"), STR("not the second's"), secret, &e), "ballot.key", &e);
    refused(ballot_key_open(STR("guiju-ballot-key 1\nabc\n"), STR("first teller's words"), STR("second teller's words"), secret, &e), "ballot.key", &e);
    test_ok(ballot_key_open(buf_view(&wrapped), STR("second teller's words"), STR("first teller's words"), secret, &e), &e); /* in either order */
    random_bytes(other, sizeof other);
    begin(b);
    refused(ballot_close(&b->door, id, other, &last, &e), "ballot.key", &e);
    struct str text;
    bool same = false;
    refused(ballot_recount(b->records, id, &b->arena, &text, &same, &e), "ballot.not_closed", &e); /* nothing in between */
    test_ok(ballot_rows_check(b->records, &b->arena, &e), &e);
    test_ok(ballot_close(&b->door, id, secret, &last, &e), &e);
    commit(b);
    begin(b);
    struct ballot_choice late = {STR("某甲"), STR("同意")};
    refused(ballot_cast(&b->door, id, &seats[0].voter, &late, 1, &e), "ballot.closed", &e);
    refused(ballot_close(&b->door, id, secret, &last, &e), "ballot.closed", &e);
    int64_t left, used, rest;
    test_ok(rows_count(&rows, id, &b->arena, &left, &used, &rest, &e), &e);
    MUST(left == 0 && used == 0 && rest == 0);
    test_ok(ballot_rows_check(b->records, &b->arena, &e), &e);
    test_ok(ballot_recount(b->records, id, &b->arena, &text, &same, &e), &e);
    MUST(same);
    commit(b);

    /* What he sees now: the papers in the order of their records. */
    const struct pack_register *r = pack_register_find(b->set, STR("ballot_paper"));
    const struct pack_field *f = pack_field_find(r, STR("text"));
    bool papers[VOTERS];
    int64_t yes = 0, count = 0;
    begin(b);
    struct urn u;
    test_ok(urn_open(&u, b->records, id, &b->arena, &e), &e);
    for (uint64_t record = 1; count < VOTERS && record < 2000; record++) {
        struct record rec;
        struct err none;
        if (record_get(b->records, r, record, &b->arena, &rec, &none) != RC_OK) continue;
        papers[count] = says_yes(rec.values[f->column].s);
        yes += papers[count++];
    }
    commit(b);
    MUST(count == VOTERS);
    int64_t real = 0;
    for (int i = 0; i < VOTERS; i++) real += truth[i];
    MUST(yes == real);
    for (int i = 0; i < VOTERS; i++) guess[i] = papers[i];
    no_better("papers in order against casts in order", truth, guess);
    for (int i = 0; i < VOTERS; i++) guess[i] = papers[VOTERS - 1 - i];
    no_better("papers backwards", truth, guess);
    qsort(envelope, VOTERS, sizeof *envelope, by_bytes);
    for (int i = 0; i < VOTERS; i++) guess[envelope[i].cast] = papers[i];
    no_better("papers by the bytes of envelopes", truth, guess);
    struct linked seat[VOTERS];
    for (int i = 0; i < VOTERS; i++) seat[i] = (struct linked){hash_str(&seats[order[i]].voter), i};
    qsort(seat, VOTERS, sizeof *seat, by_bytes);
    for (int i = 0; i < VOTERS; i++) guess[seat[i].cast] = papers[i];
    no_better("papers by the hash of the seat", truth, guess);
    for (int i = 0; i < VOTERS; i++) guess[envelope[i].cast] = ((unsigned char)envelope[i].bytes.ptr[40] & 1) != 0;
    no_better("a bit of the envelope", truth, guess);
    for (int i = 0; i < VOTERS; i++) guess[order[i] < VOTERS ? i : 0] = papers[order[i]];
    no_better("papers by the order of the roll", truth, guess);
    buf_fini(&wrapped);
}

static void counting(struct bed *b)
{
    struct err e;
    struct changed last;
    uint64_t id = 0;
    struct str text, names[] = {STR("甲"), STR("乙"), STR("丙")};
    bool same = false;
    struct ballot_entered g = {.opening = {.declaration = STR("pick"), .title = STR("选举"), .candidates = names, .candidates_count = 3, .places = 2}, .entitled = 10, .present = 8,
                               .first = STR("1=yes;2=yes\n1=yes\n1=yes;2=yes\n2=yes;3=yes\n1=yes;2=yes\n1=yes;2=yes;3=yes\n!\n"),
                               .second = STR("1=yes;2=yes\n1=yes\n1=yes;2=yes\n2=yes;3=yes\n1=yes;3=yes\n1=yes;2=yes;3=yes\n!\n")};
    begin(b);
    refused(ballot_enter(&b->door, &g, &id, &last, &e), "ballot.tellers_differ", &e);
    g.second = g.first;
    g.present = 6;
    refused(ballot_enter(&b->door, &g, &id, &last, &e), "ballot.counts", &e);
    g.present = 8;
    g.opening.candidates_count = 2;
    refused(ballot_enter(&b->door, &g, &id, &last, &e), "ballot.opening", &e); /* no more candidates than places */
    g.opening.candidates_count = 3;
    test_ok(ballot_enter(&b->door, &g, &id, &last, &e), &e);
    test_ok(ballot_recount(b->records, id, &b->arena, &text, &same, &e), &e);
    MUST(same);
    const char *want = "{\"cast\":7,\"entitled\":10,\"lines\":[{\"name\":\"甲\",\"passed\":false,\"votes\":4},{\"name\":\"乙\",\"passed\":false,\"votes\":4},"
                       "{\"name\":\"丙\",\"passed\":false,\"votes\":1}],\"present\":8,\"valid\":5}";
    if (!str_eq(text, str_c(want))) {
        (void)fprintf(stderr, STR_FMT "\n", STR_ARG(text));
        abort();
    }
    struct str one[] = {STR("丙")};
    struct ballot_entered m = {.opening = {.declaration = STR("marks"), .title = STR("测评"), .candidates = one, .candidates_count = 1, .places = 1}, .entitled = 30, .present = 30,
                               .first = STR("a:1=top\na:1=top\na:1=good\na:1=unknown\nb:1=good\nb:1=top\nc:1=top\n1=top\n")};
    m.second = m.first;
    test_ok(ballot_enter(&b->door, &m, &id, &last, &e), &e);
    test_ok(ballot_recount(b->records, id, &b->arena, &text, &same, &e), &e);
    MUST(same && str_find(text, STR("\"score\":\"91.33\"")) != SIZE_MAX && str_find(text, STR("\"valid\":6")) != SIZE_MAX); /* 0.4 * 280/3 + 0.6 * 90 */
    struct ballot_entered s = g;
    s.first = s.second = STR("1=yes\n1=yes\n2=yes\n");
    test_ok(ballot_enter(&b->door, &s, &id, &last, &e), &e);
    test_ok(ballot_recount(b->records, id, &b->arena, &text, &same, &e), &e);
    MUST(str_find(text, STR("votes")) == SIZE_MAX && str_find(text, STR("valid")) == SIZE_MAX); /* three papers: nothing but what passed */
    commit(b);
}

int main(int argc, char **argv)
{
    MUST(argc == 3);
    static struct bed b;
    bed_open(&b, argv[1], argv[2]);
    secrecy(&b);
    counting(&b);
    records_close(&b.records);
    journal_close(&b.journal);
    store_close(&b.store);
    static const char *const ends[] = {"", "-wal", "-shm", ".lock"};
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) (void)remove(str_cz(&b.arena, str_cat(&b.arena, b.path, str_c(ends[i]))));
    arena_fini(&b.arena);
    (void)printf("ok\n");
    return 0;
}
