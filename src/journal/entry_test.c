/*
 * entry_test.c - the bytes of a head, what a reader refuses, commitments, and the list of an erase entry.
 */
#include "journal/test_util.h"

#include "journal/inner.h"

static struct err E;

static struct entry sample(void)
{
    return (struct entry){.seq = 0x0102030405060,
                          .command = 77,
                          .time_us = 1795230000000001,
                          .happened = -3,
                          .actor = 5,
                          .verb = 0xabcd,
                          .kind = ENTRY_UPDATE,
                          .reg = 0xdeadbeef,
                          .record = 4711,
                          .version = 9};
}

static void fill(struct hash commit[CLASS_COUNT])
{
    for (size_t c = 0; c < CLASS_COUNT; c++) memset(commit[c].b, (int)(0x10 * (c + 1)), HASH_LEN);
}

static void same(const struct entry *a, const struct entry *b)
{
    assert_int_equal(a->seq, b->seq);
    assert_int_equal(a->command, b->command);
    assert_int_equal(a->time_us, b->time_us);
    assert_int_equal(a->happened, b->happened);
    assert_int_equal(a->actor, b->actor);
    assert_int_equal(a->verb, b->verb);
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->reg, b->reg);
    assert_int_equal(a->record, b->record);
    assert_int_equal(a->version, b->version);
}

/* The bytes of README.md, written out: whoever changes them changes the format. */
static void bytes_are_frozen(void **state)
{
    (void)state;
    static const char want[] = "01020500deadbeef"
                               "0000102030405060"
                               "000000000000004d"
                               "000660c0a0c0bc01"
                               "fffffffffffffffd"
                               "0000000000000005"
                               "0000000000001267"
                               "00000009abcd0000"
                               "1010101010101010101010101010101010101010101010101010101010101010"
                               "3030303030303030303030303030303030303030303030303030303030303030";
    struct entry e = sample();
    e.time_us = 0x000660c0a0c0bc01;
    struct hash commit[CLASS_COUNT];
    uint8_t head[ENTRY_HEAD_MAX], bytes[ENTRY_HEAD_MAX];
    size_t len;
    fill(commit);
    from_hex(want, bytes, &len);
    assert_int_equal(entry_head_put(&e, 1u << CLASS_OPEN | 1u << CLASS_RESTRICTED, commit, head), len);
    assert_memory_equal(head, bytes, len);
}

static void round_trip(void **state)
{
    (void)state;
    struct hash commit[CLASS_COUNT], back[CLASS_COUNT];
    fill(commit);
    for (uint8_t mask = 0; mask < 16; mask++)
        for (uint8_t kind = ENTRY_CREATE; kind <= ENTRY_REFUSED; kind++) {
            struct entry e = sample(), got;
            e.kind = kind;
            if (kind == ENTRY_CREATE) e.version = 1;
            if (kind == ENTRY_ERASE && !(mask & 1)) {
                assert_string_equal(entry_fault(&e, mask), "classes");
                continue;
            }
            if (kind >= ENTRY_INSTALL) {
                e.reg = e.version = 0;
                e.record = e.actor = 0;
                e.happened = ENTRY_NO_DAY;
            }
            assert_null(entry_fault(&e, mask));
            uint8_t head[ENTRY_HEAD_MAX], got_mask;
            size_t len = entry_head_put(&e, mask, commit, head);
            assert_true(len < 1024);
            assert_true(entry_head_get(str_of((char *)head, len), &got, &got_mask, back));
            assert_int_equal(got_mask, mask);
            same(&e, &got);
            for (size_t c = 0; c < CLASS_COUNT; c++)
                if (mask >> c & 1) assert_hash(back[c], commit[c]);
            assert_false(entry_head_get(str_of((char *)head, len - 1), &got, &got_mask, back));
            uint8_t longer[ENTRY_HEAD_MAX + 1] = {0};
            memcpy(longer, head, len);
            assert_false(entry_head_get(str_of((char *)longer, len + 1), &got, &got_mask, back));
        }
}

static void edges_hold(void **state)
{
    (void)state;
    struct hash commit[CLASS_COUNT], back[CLASS_COUNT];
    struct entry e = sample(), got;
    uint8_t head[ENTRY_HEAD_MAX], mask;
    fill(commit);
    e.seq = e.command = e.actor = e.record = (UINT64_C(1) << 53) - 1;
    e.time_us = INT64_MAX;
    e.happened = DAY_MAX;
    e.verb = UINT16_MAX;
    e.reg = e.version = UINT32_MAX;
    assert_null(entry_fault(&e, 15));
    size_t len = entry_head_put(&e, 15, commit, head);
    assert_int_equal(len, ENTRY_HEAD_MAX);
    assert_true(entry_head_get(str_of((char *)head, len), &got, &mask, back));
    same(&e, &got);
}

static void faults_are_named(void **state)
{
    (void)state;
#define FAULT(change, mask, name)                                                                                                          \
    do {                                                                                                                                   \
        struct entry e = sample();                                                                                                         \
        change;                                                                                                                            \
        assert_non_null(entry_fault(&e, (mask)));                                                                                          \
        assert_string_equal(entry_fault(&e, (mask)), (name));                                                                              \
    } while (0)
    uint64_t over = UINT64_C(1) << 53;
    FAULT(e.kind = 0, 1, "kind");
    FAULT(e.kind = ENTRY_REFUSED + 1, 1, "kind");
    FAULT((void)e, 0x10, "classes");
    FAULT(e.seq = 0, 1, "seq");
    FAULT(e.seq = over, 1, "seq");
    FAULT(e.command = 0, 1, "command");
    FAULT(e.command = over, 1, "command");
    FAULT(e.time_us = 0, 1, "time");
    FAULT(e.time_us = -1, 1, "time");
    FAULT(e.happened = DAY_MAX + 1, 1, "happened");
    FAULT(e.happened = ENTRY_NO_DAY + 1, 1, "happened");
    FAULT(e.actor = over, 1, "actor");
    FAULT(e.record = 0, 1, "record");
    FAULT(e.record = over, 1, "record");
    FAULT(e.reg = 0, 1, "reg");
    FAULT((e.kind = ENTRY_REFUSED, e.reg = 0), 1, "reg");
    FAULT(e.version = 0, 1, "version");
    FAULT(e.version = 1, 1, "version");
    FAULT(e.kind = ENTRY_CREATE, 1, "version");
    FAULT(e.kind = ENTRY_ERASE, 2, "classes");
#undef FAULT
    struct entry fine = sample();
    assert_null(entry_fault(&fine, 0));
}

/* A changed byte either makes another valid head, with other contents, or none; never the same entry twice. */
static void no_two_encodings(void **state)
{
    (void)state;
    struct hash commit[CLASS_COUNT], back[CLASS_COUNT];
    struct entry e = sample(), got;
    uint8_t head[ENTRY_HEAD_MAX], again[ENTRY_HEAD_MAX], mask;
    fill(commit);
    size_t len = entry_head_put(&e, 3, commit, head), refused = 0;
    for (size_t i = 0; i < len; i++)
        for (unsigned bit = 0; bit < 8; bit++) {
            head[i] ^= (uint8_t)(1u << bit);
            if (entry_head_get(str_of((char *)head, len), &got, &mask, back)) {
                assert_int_equal(entry_head_put(&got, mask, back, again), len);
                assert_memory_equal(again, head, len);
            } else {
                refused++;
            }
            head[i] ^= (uint8_t)(1u << bit);
        }
    assert_true(refused >= 8 + 8 + 16); /* at least format, zero and zero2 */
    static const size_t zero[] = {0, 3, 62, 63};
    for (size_t i = 0; i < ARRAY_LEN(zero); i++) {
        head[zero[i]] ^= 0x02;
        assert_false(entry_head_get(str_of((char *)head, len), &got, &mask, back));
        head[zero[i]] ^= 0x02;
    }
    assert_false(entry_head_get(STR(""), &got, &mask, back));
    assert_false(entry_head_get(STR_NONE, &got, &mask, back));
}

static void commitments(void **state)
{
    (void)state;
    struct hasher *h = hasher_make(HASH_SHA256);
    struct hash open, personal, leaf, want;
    struct str salted = STR("0123456789abcdef{\"a\":1}");
    entry_commit(h, CLASS_OPEN, salted, &open);
    hash_of(h, &want, STR("\x02\0" "0123456789abcdef{\"a\":1}"));
    assert_hash(open, want);
    entry_commit(h, CLASS_PERSONAL, salted, &personal);
    assert_memory_not_equal(open.b, personal.b, HASH_LEN); /* a body cannot move to another class */
    merkle_leaf(h, salted, &leaf);
    assert_memory_not_equal(open.b, leaf.b, HASH_LEN);
    entry_commit(h, CLASS_OPEN, STR("1123456789abcdef{\"a\":1}"), &want);
    assert_memory_not_equal(open.b, want.b, HASH_LEN); /* nor be guessed without its salt */
    hasher_free(&h);
}

static void erase_list_round_trip(void **state)
{
    (void)state;
    struct arena a;
    struct buf b;
    struct json_out j;
    arena_init(&a, 1 << 20);
    buf_init(&b, 4096);
    static const struct erased_body list[] = {{3, CLASS_PERSONAL}, {3, CLASS_RESTRICTED}, {17, CLASS_OPEN}};
    json_out_init(&j, &b);
    json_object(&j);
    json_key(&j, STR("basis"));
    json_string(&j, STR("x"));
    journal_put_erased(&j, list, ARRAY_LEN(list));
    json_end_object(&j);
    assert_true(str_eq(buf_view(&b), STR("{\"basis\":\"x\",\"bodies\":[[3,\"personal\"],[3,\"restricted\"],[17,\"open\"]]}")));
    struct erased_body *got = NULL;
    size_t n = 0;
    assert_true(entry_erased_get(&a, buf_view(&b), 18, &got, &n));
    assert_int_equal(n, 3);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(got[i].seq, list[i].seq);
        assert_int_equal(got[i].c, list[i].c);
    }
    assert_false(entry_erased_get(&a, buf_view(&b), 17, &got, &n)); /* itself, or what is to come */
    assert_true(entry_erased_get(&a, STR("{\"bodies\":[]}"), 1, &got, &n));
    assert_int_equal(n, 0);
    static const char *const bad[] = {
        "", "{}", "[]", "null", "{\"bodies\":{}}", "{\"bodies\":[3]}", "{\"bodies\":[[3]]}", "{\"bodies\":[[3,\"personal\",1]]}",
        "{\"bodies\":[[\"3\",\"personal\"]]}", "{\"bodies\":[[3,\"secret\"]]}", "{\"bodies\":[[3,1]]}", "{\"bodies\":[[0,\"open\"]]}",
        "{\"bodies\":[[-3,\"open\"]]}", "{\"bodies\":[[3.0,\"open\"]]}", "{\"bodies\":[[3,\"open\"],[3,\"open\"]]}",
        "{\"bodies\":[[3,\"personal\"],[3,\"open\"]]}", "{\"bodies\":[[4,\"open\"],[3,\"open\"]]}", "{\"bodies\":[[3,\"open\"]]",
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) assert_false(entry_erased_get(&a, str_of(bad[i], strlen(bad[i])), 100, &got, &n));
    buf_fini(&b);
    arena_fini(&a);
}

static void rows_are_taken_apart(void **state)
{
    (void)state;
    struct hash commit[CLASS_COUNT];
    struct entry e = sample();
    uint8_t head[ENTRY_HEAD_MAX];
    fill(commit);
    size_t len = entry_head_put(&e, 3, commit, head);
    struct sv row[EC_COUNT], good[EC_COUNT];
    good[EC_SEQ] = sv_int((int64_t)e.seq);
    good[EC_RECORD] = sv_int((int64_t)e.record);
    good[EC_HEAD] = sv_blob(str_of((char *)head, len));
    good[EC_BODY + CLASS_OPEN] = sv_blob(STR("0123456789abcdef{}"));
    good[EC_BODY + CLASS_PERSONAL] = sv_null();
    good[EC_BODY + CLASS_RESTRICTED] = sv_null();
    good[EC_BODY + CLASS_PROTECTED] = sv_null();
    struct entry_row r;
    assert_null(entry_row_get(good, &r));
    same(&r.e, &e);
    assert_true(str_eq(r.e.body[CLASS_OPEN], STR("{}")));
    assert_true(r.e.erased[CLASS_PERSONAL] && !r.e.erased[CLASS_OPEN] && !r.e.erased[CLASS_RESTRICTED]);
#define ROW(at, value, word)                                                                                                               \
    do {                                                                                                                                   \
        memcpy(row, good, sizeof row);                                                                                                     \
        row[at] = (value);                                                                                                                 \
        assert_non_null(entry_row_get(row, &r));                                                                                           \
        assert_string_equal(entry_row_get(row, &r), (word));                                                                               \
    } while (0)
    ROW(EC_SEQ, sv_int(5), "head");
    ROW(EC_SEQ, sv_null(), "head");
    ROW(EC_HEAD, sv_null(), "head");
    ROW(EC_HEAD, sv_blob(str_of((char *)head, len - 1)), "head");
    ROW(EC_RECORD, sv_int(4712), "record");
    ROW(EC_RECORD, sv_null(), "record");
    ROW(EC_BODY + CLASS_RESTRICTED, sv_blob(STR("0123456789abcdef{}")), "extra.restricted");
    ROW(EC_BODY + CLASS_OPEN, sv_blob(STR("0123456789abcde")), "body.open");
    ROW(EC_BODY + CLASS_PERSONAL, sv_text(STR("0123456789abcdef{}")), "body.personal");
#undef ROW
}

int main(void)
{
    (void)E;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_frozen), cmocka_unit_test(round_trip),  cmocka_unit_test(edges_hold),
        cmocka_unit_test(faults_are_named), cmocka_unit_test(no_two_encodings), cmocka_unit_test(commitments),
        cmocka_unit_test(erase_list_round_trip), cmocka_unit_test(rows_are_taken_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
