/*
 * attack_test.c - who voted what: attack_test CORE DIR.  An attacker has the whole store and its log, the journal, a copy from the middle, the
 * order of the casts, and afterwards the papers.  He must do no better than chance, by every way that we could think of.
 * Beside it: a seat votes once, words open the key or do not, counts are those of the papers, small groups show no numbers.
 */
#include <math.h>
#include <sodium.h>
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
    "```guiju\nballot: yesno\ntitle: 表决\nbasis: 办法\npermit: 办法\nkind: approve\nmode: code\nreceipts: yes\npass: {base: entitled, more-than: 过半}\n```\n"
    "```guiju\nballot: pick\ntitle: 选举\nbasis: 办法\nkind: choose\ndifferential: 差额比例\npass: {base: present, more-than: 过半}\n```\n"
    "```guiju\nballot: marks\ntitle: 测评\nbasis: 办法\nkind: grade\nclasses: [{class: a, title: A类, weight: 40}, {class: b, title: B类, weight: 60}]\n"
    "options: [{option: top, title: 优秀, value: 100}, {option: good, title: 称职, value: 80}, {option: unknown, title: 不了解, value: none}]\n```\n"
    "```guiju\nballot: far\ntitle: 远程测评\nbasis: 办法\npermit: 办法\nkind: grade\nmode: code\nclasses: [{class: a, title: A类, weight: 40}, {class: b, title: B类, weight: 60}]\n"
    "options: [{option: top, title: 优秀, value: 100}, {option: good, title: 称职, value: 80}]\n```\n";

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

/* The attacker holds something of every voter (a receipt, a code, an envelope, a hash): does its rank among its like point at his paper? */
struct linked { struct str bytes; int cast; };
static int by_bytes(const void *x, const void *y) { return str_cmp(((const struct linked *)x)->bytes, ((const struct linked *)y)->bytes); }

static void by_rank(const char *way, struct linked *held, const bool *papers, const bool *truth)
{
    bool guess[VOTERS];
    qsort(held, VOTERS, sizeof *held, by_bytes);
    for (int i = 0; i < VOTERS; i++) guess[held[i].cast] = papers[i];
    no_better(way, truth, guess);
}

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
    char (*receipts)[BALLOT_RECEIPT_TEXT + 1] = arena_alloc(&b->arena, VOTERS * sizeof *receipts);
    struct str middle = STR("");
    for (int i = 0; i < VOTERS; i++) {
        uint8_t coin;
        random_bytes(&coin, 1);
        truth[i] = coin % 3 != 0;
        struct ballot_choice c = {STR("某甲"), truth[i] ? STR("同意") : STR("反对")};
        begin(b);
        test_ok(ballot_cast(&b->door, id, &seats[order[i]].voter, &c, 1, receipts[i], &e), &e);
        MUST(strlen(receipts[i]) == BALLOT_RECEIPT_TEXT);
        if (i == VOTERS / 2) middle = slurp(b, ""); /* a backup while it runs */
        if (i % 50 == 0) {
            refused(ballot_cast(&b->door, id, &seats[order[i]].voter, &c, 1, NULL, &e), "ballot.no_seat", &e);
            struct hash stranger;
            ballot_voter_code(STR("AAAA-BBBB"), &stranger);
            refused(ballot_cast(&b->door, id, &stranger, &c, 1, NULL, &e), "ballot.no_seat", &e);
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
    struct str all[] = {db, wal, middle};
    for (int i = 0; i < VOTERS; i++) { /* neither codes nor receipts, as text or as bytes */
        uint8_t raw[RECEIPT_LEN];
        size_t len;
        MUST(sodium_hex2bin(raw, sizeof raw, receipts[i], BALLOT_RECEIPT_TEXT, NULL, &len, NULL) == 0);
        for (size_t k = 0; k < ARRAY_LEN(all); k++)
            MUST(str_find(all[k], str_c(codes[i])) == SIZE_MAX && str_find(all[k], str_c(receipts[i])) == SIZE_MAX &&
                 str_find(all[k], str_of((const char *)raw, sizeof raw)) == SIZE_MAX);
    }
    bool in_it = false;
    refused(ballot_receipt_find(b->records, id, str_c(receipts[0]), &b->arena, &in_it, &e), "ballot.not_closed", &e);

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
    refused(ballot_cast(&b->door, id, &seats[0].voter, &late, 1, NULL, &e), "ballot.closed", &e);
    refused(ballot_close(&b->door, id, secret, &last, &e), "ballot.closed", &e);
    struct rows_sum left;
    test_ok(rows_count(&rows, id, &b->arena, &left, &e), &e);
    MUST(left.envelopes == 0 && left.used == 0 && left.seats == 0 && left.sheets == 0);
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
    by_rank("papers by the bytes of envelopes", envelope, papers, truth);
    struct linked seat[VOTERS], code[VOTERS], receipt[VOTERS], half[VOTERS];
    for (int i = 0; i < VOTERS; i++) {
        seat[i] = (struct linked){hash_str(&seats[order[i]].voter), i};
        code[i] = (struct linked){str_c(codes[order[i]]), i};
        receipt[i] = (struct linked){str_c(receipts[i]), i};
        uint8_t early = i <= VOTERS / 2; /* what the backup tells: who was among the first */
        half[i] = (struct linked){str_dup(&b->arena, str_of((const char *)&early, 1)), i};
    }
    by_rank("papers by the hash of the seat", seat, papers, truth);
    by_rank("papers by the code", code, papers, truth);
    by_rank("papers by the receipt", receipt, papers, truth);
    by_rank("papers by the half that voted early", half, papers, truth);
    begin(b);
    for (int i = 0; i < VOTERS; i += 40) {
        test_ok(ballot_receipt_find(b->records, id, str_c(receipts[i]), &b->arena, &in_it, &e), &e);
        MUST(in_it);
    }
    test_ok(ballot_receipt_find(b->records, id, STR("00112233445566778899aabbccddeeff"), &b->arena, &in_it, &e), &e);
    MUST(!in_it);
    refused(ballot_published(b->records, id, &b->arena, &text, &e), "ballot.not_published", &e); /* none by default */
    commit(b);
    for (int i = 0; i < VOTERS; i++) guess[envelope[i].cast] = ((unsigned char)envelope[i].bytes.ptr[40] & 1) != 0;
    no_better("a bit of the envelope", truth, guess);
    for (int i = 0; i < VOTERS; i++) guess[order[i] < VOTERS ? i : 0] = papers[order[i]];
    no_better("papers by the order of the roll", truth, guess);
    buf_fini(&wrapped);
}

/* Of an electronic ballot whose class is smaller than the smallest group nothing is kept that tells of the class: of nine papers three would be known by it. */
static void small_class(struct bed *b, size_t of_a, bool kept)
{
    struct err e;
    struct changed last;
    uint64_t id = 0;
    uint8_t secret[BALLOT_KEY_LEN];
    char code[BALLOT_CODE_TEXT + 1];
    struct buf wrapped;
    struct str text, names[] = {STR("某甲")};
    struct ballot_seat seats[16];
    bool same = false;
    buf_init(&wrapped, 4096);
    for (size_t i = 0; i < of_a + 6; i++) {
        ballot_code_make(code);
        seats[i].class = i < of_a ? STR("a") : STR("b");
        ballot_voter_code(str_c(code), &seats[i].voter);
    }
    struct ballot_opening g = {.declaration = STR("far"), .title = STR("测评二"), .candidates = names, .candidates_count = 1, .places = 1, .seats = seats, .seats_count = of_a + 6};
    test_ok(ballot_key_make(STR("first teller's words"), STR("second teller's words"), g.public_key, &wrapped, &e), &e);
    test_ok(ballot_key_open(buf_view(&wrapped), STR("first teller's words"), STR("second teller's words"), secret, &e), &e);
    begin(b);
    test_ok(ballot_open(&b->door, &g, &id, &last, &e), &e);
    for (size_t i = 0; i < of_a + 6; i++) {
        struct ballot_choice c = {STR("某甲"), i < of_a ? STR("good") : STR("top")};
        test_ok(ballot_cast(&b->door, id, &seats[i].voter, &c, 1, NULL, &e), &e);
    }
    test_ok(ballot_close(&b->door, id, secret, &last, &e), &e);
    test_ok(ballot_recount(b->records, id, &b->arena, &text, &same, &e), &e);
    MUST(same && (str_find(text, STR("options")) != SIZE_MAX) == kept && (str_find(text, STR("score")) != SIZE_MAX) == (kept && of_a > 0) && (str_find(text, STR("valid")) != SIZE_MAX) == kept);
    const struct pack_register *r = pack_register_find(b->set, STR("ballot_paper"));
    uint64_t *ids;
    size_t n = 0;
    test_ok(record_back(b->records, r, pack_field_find(r, STR("ballot")), id, &b->arena, &ids, &n, &e), &e);
    MUST(n == (kept ? of_a + 6 : 0));
    commit(b);
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

/* Typing leaves no entry; nothing of it is left when the tellers agree; nobody learns of papers before. */
static void typing(struct bed *b)
{
    struct err e;
    struct changed last;
    uint64_t id = 0;
    struct ballot_sheets v;
    struct rows_sum left;
    struct ballot_rows rows;
    struct str names[] = {STR("张三"), STR("丁一"), STR("王二")}, papers[] = {STR("1=yes;2=yes"), STR("2=yes;3=yes"), STR("!"), STR("1=yes;2=yes"), STR("1=yes;3=yes"), STR("2=yes")};
    struct ballot_opening g = {.declaration = STR("pick"), .title = STR("选举"), .candidates = names, .candidates_count = 3, .places = 2};
    begin(b);
    refused(ballot_prepare(&b->door, &g, 6, 7, &id, &last, &e), "ballot.counts", &e);
    test_ok(ballot_prepare(&b->door, &g, 8, 6, &id, &last, &e), &e);
    uint64_t entries = journal_size(b->journal);
    test_ok(ballot_bind(b->store, &b->arena, &rows, &e), &e);
    for (uint32_t i = 0; i < 6; i++) test_ok(ballot_sheet_put(&b->door, id, STR("甲"), i + 1, &papers[i], 1, i == 5, &e), &e); /* by keypad, one by one */
    test_ok(ballot_sheets_look(b->records, id, &b->arena, &v, &e), &e);
    MUST(v.done[0] && !v.done[1] && v.papers[0] == 6 && v.differences_count == 0);
    test_ok(ballot_sheet_put(&b->door, id, STR("乙"), 1, papers, 5, true, &e), &e);
    test_ok(ballot_sheets_look(b->records, id, &b->arena, &v, &e), &e);
    MUST(v.differences_count == 1 && v.differences[0].number == 6 && v.differences[0].first.len == 0); /* 乙 stands before 甲 */
    refused(ballot_match(&b->door, id, &last, &e), "ballot.tellers_differ", &e);
    refused(ballot_sheet_put(&b->door, id, STR("乙"), 5, &papers[0], 1, false, &e), "ballot.sheet_done", &e);
    test_ok(ballot_sheet_put(&b->door, id, STR("乙"), 6, &papers[5], 1, false, &e), &e);
    MUST(journal_size(b->journal) == entries);
    struct str text;
    bool same = false;
    refused(ballot_recount(b->records, id, &b->arena, &text, &same, &e), "ballot.not_closed", &e);
    test_ok(ballot_match(&b->door, id, &last, &e), &e);
    test_ok(rows_count(&rows, id, &b->arena, &left, &e), &e);
    MUST(left.sheets == 0);
    test_ok(ballot_recount_note(&b->door, id, STR("丙、丁"), &same, &last, &e), &e);
    struct ballot_view look;
    test_ok(ballot_look(b->records, id, &b->arena, &look, &e), &e);
    /* In the order of strokes: 丁 2, 王 4, 张 7. */
    MUST(same && look.recount_same && str_eq(look.candidates[0], STR("丁一")) && str_eq(look.candidates[1], STR("王二")) && str_eq(look.candidates[2], STR("张三")));
    struct ballot_count *counts;
    uint32_t n;
    test_ok(ballot_counts(b->records, id, &b->arena, &counts, &n, &e), &e);
    MUST(n == 7 && str_eq(counts[3].name, STR("seats")) && counts[3].n == 2 && str_eq(counts[4].line, STR("丁一")) && counts[4].n == 3);
    commit(b);
}

int main(int argc, char **argv)
{
    MUST(argc == 3);
    static struct bed b;
    bed_open(&b, argv[1], argv[2]);
    secrecy(&b);
    small_class(&b, 3, false);
    small_class(&b, 6, true);
    small_class(&b, 0, true);  /* nobody of it: nothing to be known */
    counting(&b);
    typing(&b);
    records_close(&b.records);
    journal_close(&b.journal);
    store_close(&b.store);
    static const char *const ends[] = {"", "-wal", "-shm", ".lock"};
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) (void)remove(str_cz(&b.arena, str_cat(&b.arena, b.path, str_c(ends[i]))));
    arena_fini(&b.arena);
    (void)printf("ok\n");
    return 0;
}
