/* hash_test.c - test vectors of the two standards; random bytes over a fork. */
#include "base/test.h"

static void expect_hash(enum hash_alg alg, struct str in, const char *hex)
{
    struct arena a;
    arena_init(&a, 1 << 16);
    struct hasher *h = hasher_make(alg);
    assert_non_null(h);
    assert_int_equal(hasher_alg(h), alg);
    struct hash out;
    hash_of(h, &out, in);
    EXPECT_TEXT(str_hex(&a, out.b, HASH_LEN), hex);
    /* Every way of cutting the input gives the same. */
    for (size_t cut = 0; cut <= in.len; cut += 7) {
        struct hash parts;
        hash_of(h, &parts, str_sub(in, 0, cut), str_sub(in, cut, in.len));
        assert_true(hash_eq(&out, &parts));
        hash_start(h);
        for (size_t i = 0; i < in.len; i++) hash_more(h, in.ptr + i, 1);
        hash_end(h, &parts);
        assert_true(hash_eq(&out, &parts));
    }
    hasher_free(&h);
    assert_null(h);
    arena_fini(&a);
}

static void sha256_of_fips_180_4(void **state)
{
    (void)state;
    expect_hash(HASH_SHA256, STR("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect_hash(HASH_SHA256, STR(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect_hash(HASH_SHA256, STR("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void sm3_of_gbt_32905(void **state)
{
    (void)state;
    expect_hash(HASH_SM3, STR("abc"), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
    expect_hash(HASH_SM3, STR("abcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcd"),
                "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732");
}

static void hashes_differ(void **state)
{
    (void)state;
    struct hasher *h = hasher_make(HASH_SHA256);
    assert_non_null(h);
    struct hash x, y;
    hash_of(h, &x, STR("a"), STR("b"));
    hash_of(h, &y, STR("ab"));
    assert_true(hash_eq(&x, &y)); /* parts are only concatenated: callers frame them */
    hash_of(h, &y, STR("ac"));
    assert_false(hash_eq(&x, &y));
    assert_int_equal(hash_str(&x).len, HASH_LEN);
    hasher_free(&h);
    hasher_free(&h);
}

static void random_bytes_do_not_repeat(void **state)
{
    (void)state;
    enum { N = 2000 };
    static unsigned char got[N][16];
    for (int i = 0; i < N; i++) random_bytes(got[i], 16);
    for (int i = 0; i < N; i++)
        for (int j = 0; j < i; j++) assert_memory_not_equal(got[i], got[j], 16);
    unsigned char large[8192] = {0}, zero[64] = {0};
    random_bytes(large, sizeof large);
    for (size_t i = 0; i < sizeof large; i += 64) assert_memory_not_equal(large + i, zero, 64);
    random_bytes(large, 0);
}

static void a_fork_does_not_repeat_its_parent(void **state)
{
    (void)state;
    unsigned char warm[8], mine[32], other[32];
    random_bytes(warm, sizeof warm); /* the buffer is full: a child has a copy of it */
    int fd[2];
    assert_int_equal(pipe(fd), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        random_bytes(other, sizeof other);
        _exit(write(fd[1], other, sizeof other) == (ssize_t)sizeof other ? 0 : 1);
    }
    random_bytes(mine, sizeof mine);
    assert_int_equal(read(fd[0], other, sizeof other), (int)sizeof other);
    int status = 1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_memory_not_equal(mine, other, sizeof mine);
    (void)close(fd[0]);
    (void)close(fd[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_of_fips_180_4),       cmocka_unit_test(sm3_of_gbt_32905),
        cmocka_unit_test(hashes_differ),              cmocka_unit_test(random_bytes_do_not_repeat),
        cmocka_unit_test(a_fork_does_not_repeat_its_parent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
