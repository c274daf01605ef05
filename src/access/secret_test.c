/* secret_test.c - passwords, codes, tokens, sessions, lockouts, the read log: that each holds, and that each is refused when it must be. */
#include "access/test.h"

#define SECOND INT64_C(1000000)
static const struct str secret_key = STR_INIT("0123456789abcdef");

struct rows_fixture {
    struct arena arena;
    struct store *store;
    struct access_rows *rows;
    struct err err;
};

static int rows_make(void **state)
{
    struct rows_fixture *x = calloc(1, sizeof *x);
    arena_init(&x->arena, 64 << 20);
    struct store_options o = {.mode = STORE_CREATE, .memory = true};
    assert_int_equal(store_open(STR("access-test"), &o, &x->store, &x->err), RC_OK);
    assert_int_equal(store_begin_write(x->store, &x->err), RC_OK);
    size_t n = 0;
    const struct store_table *const *tables = access_tables(&n);
    assert_int_equal(store_shape(x->store, tables, n, false, NULL, NULL, &x->err), RC_OK);
    assert_int_equal(access_bind(x->store, &x->arena, &x->rows, &x->err), RC_OK);
    *state = x;
    return 0;
}

static int rows_free(void **state)
{
    struct rows_fixture *x = *state;
    store_rollback(x->store);
    store_close(&x->store);
    arena_fini(&x->arena);
    free(x);
    return 0;
}

static void a_password_fits_itself_only(void **state)
{
    (void)state;
    struct err err;
    char hash[ACCESS_HASH_TEXT], again[ACCESS_HASH_TEXT];
    assert_int_equal(access_password_hash(&access_cost_tests, STR("correct horse"), hash, &err), RC_OK);
    assert_true(str_starts(str_c(hash), STR("$argon2id$")));
    assert_true(access_password_fits(&access_cost_tests, str_c(hash), STR("correct horse")));
    assert_false(access_password_fits(&access_cost_tests, str_c(hash), STR("correct horsf")));
    assert_false(access_password_fits(&access_cost_tests, str_c(hash), STR("")));
    assert_false(access_password_fits(&access_cost_tests, STR(""), STR("correct horse"))); /* nobody's */
    assert_false(access_password_fits(&access_cost_tests, STR("plain text"), STR("plain text")));
    assert_int_equal(access_password_hash(&access_cost_tests, STR("correct horse"), again, &err), RC_OK);
    assert_string_not_equal(hash, again); /* salted */
}

static void poor_passwords_are_refused(void **state)
{
    (void)state;
    struct err err;
    static const struct { const char *password, *code; } rows[] = {
        {"short", "access.password_short"},       {"九个汉字的口令不够", "access.password_short"}, {"1234567890", "access.password_common"},
        {"aaaaaaaaaaaa", "access.password_common"}, {"Password123", "access.password_common"},       {"my-WANG-pass-1", "access.password_name"},
        {"4567890123", "access.password_common"}, {"", "access.password_short"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_int_not_equal(access_password_fit(STR("wang"), str_c(rows[i].password), &err), RC_OK);
        assert_string_equal(err_code(&err), rows[i].code);
    }
    char long_one[256];
    memset(long_one, 'a', sizeof long_one);
    assert_int_equal(access_password_fit(STR("wang"), str_of(long_one, 201), &err), RC_LIMIT);
    assert_int_equal(access_password_fit(STR("wang"), STR("\xff\xfe bytes that are no text"), &err), RC_INPUT);
    assert_int_equal(access_password_fit(STR("wang"), STR("青山 绿水 一只船 划过"), &err), RC_OK);
    char made[25];
    access_password_make(made);
    assert_int_equal(strlen(made), 24);
    assert_int_equal(access_password_fit(STR("wang"), str_c(made), &err), RC_OK);
}

/* RFC 6238, appendix B (SHA-1), last six digits. */
static void codes_are_those_of_the_standard_and_work_once(void **state)
{
    (void)state;
    struct str secret = STR("12345678901234567890");
    static const struct { int64_t at; const char *code; } rows[] = {
        {59, "287082"}, {1111111109, "081804"}, {1111111111, "050471"}, {1234567890, "005924"}, {2000000000, "279037"}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int64_t step = 0;
        assert_true(totp_check(secret, str_c(rows[i].code), rows[i].at * SECOND, &step));
        assert_int_equal(step, rows[i].at / 30);
        assert_false(totp_check(secret, str_c(rows[i].code), rows[i].at * SECOND, &step)); /* a replay */
        step = 0;
        assert_true(totp_check(secret, str_c(rows[i].code), (rows[i].at + 30) * SECOND, &step)); /* the neighbour */
        step = 0;
        assert_false(totp_check(secret, str_c(rows[i].code), (rows[i].at + 61) * SECOND, &step));
    }
    int64_t step = 0;
    static const char *const wrong[] = {"287083", "28708", "2870820", "28708a", "", "      "};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) assert_false(totp_check(secret, str_c(wrong[i]), 59 * SECOND, &step));
    assert_false(totp_check(STR(""), STR("287082"), 59 * SECOND, &step));
    assert_int_equal(step, 0);
    struct buf b;
    struct err err;
    buf_init(&b, 4096);
    assert_int_equal(totp_uri(secret, STR("规矩"), STR("wang"), &b, &err), RC_OK);
    assert_true(str_starts(buf_view(&b), STR("otpauth://totp/%E8%A7%84%E7%9F%A9:wang?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=")));
    buf_fini(&b);
}

static void tokens_are_known_by_their_hash(void **state)
{
    (void)state;
    char a[ACCESS_TOKEN_TEXT + 1], b[ACCESS_TOKEN_TEXT + 1];
    struct hash ha, hb;
    access_token_make(a);
    access_token_make(b);
    assert_string_not_equal(a, b);
    assert_true(access_token_hash(str_c(a), &ha));
    assert_true(access_token_hash(str_c(b), &hb));
    assert_false(hash_eq(&ha, &hb));
    assert_false(access_token_hash(str_sub(str_c(a), 0, 42), &ha));
    a[10] = '+'; /* the other alphabet */
    assert_false(access_token_hash(str_c(a), &ha));
    assert_false(access_token_hash(STR(""), &ha));
}

static void failures_lock_longer_and_longer(void **state)
{
    struct rows_fixture *x = *state;
    struct lockout l;
    int64_t now = INT64_C(1800000000) * SECOND;
    for (int i = 1; i < 5; i++) {
        assert_int_equal(lockout_failed(x->rows, secret_key, STR("wang"), now, &l, &x->err), RC_OK);
        assert_int_equal(l.until_us, 0);
    }
    static const int64_t seconds[] = {60, 120, 240, 480, 900, 900};
    for (size_t i = 0; i < ARRAY_LEN(seconds); i++) {
        assert_int_equal(lockout_failed(x->rows, secret_key, STR("WANG"), now, &l, &x->err), RC_OK);
        assert_int_equal(l.until_us - now, seconds[i] * SECOND);
    }
    assert_int_equal(lockout_get(x->rows, secret_key, STR("li"), now, &l, &x->err), RC_OK);
    assert_int_equal(l.failures, 0);
    assert_int_equal(lockout_get(x->rows, secret_key, STR("wang"), now + 86400 * SECOND, &l, &x->err), RC_OK);
    assert_int_equal(l.failures, 0); /* forgotten */
    assert_int_equal(lockout_clear(x->rows, secret_key, STR("wang"), &x->err), RC_OK);
    assert_int_equal(lockout_get(x->rows, secret_key, STR("wang"), now, &l, &x->err), RC_OK);
    assert_int_equal(l.failures, 0);
    assert_int_equal(lockout_clear(x->rows, secret_key, STR("nobody"), &x->err), RC_OK);
}

static struct access_session session_for(uint64_t account, int64_t now, struct hash *h)
{
    char token[ACCESS_TOKEN_TEXT + 1];
    access_token_make(token);
    assert_true(access_token_hash(str_c(token), h));
    return (struct access_session){.hash = *h, .account = account, .made_us = now, .seen_us = now, .ends_us = now + SESSION_LIFE_US,
                                   .factors = FACTOR_PASSWORD, .csrf = STR("abc")};
}

static void sessions_end(void **state)
{
    struct rows_fixture *x = *state;
    int64_t now = INT64_C(1800000000) * SECOND;
    struct hash h, other;
    struct access_session s = session_for(7, now, &h), got;
    assert_int_equal(access_session_put(x->rows, &s, &x->err), RC_OK);
    assert_int_equal(access_session_get(x->rows, &h, now, &x->arena, &got, &x->err), RC_OK);
    assert_int_equal(got.account, 7);
    assert_true(str_eq(got.csrf, STR("abc")));
    (void)session_for(7, now, &other);
    assert_int_equal(access_session_get(x->rows, &other, now, &x->arena, &got, &x->err), RC_DENIED);
    assert_int_equal(access_session_get(x->rows, &h, now + SESSION_IDLE_US + 1, &x->arena, &got, &x->err), RC_DENIED);
    assert_string_equal(err_code(&x->err), "access.no_session");
    /* Kept awake it still ends. */
    for (int64_t t = now; t < now + SESSION_LIFE_US; t += SESSION_IDLE_US / 2) {
        assert_int_equal(access_session_get(x->rows, &h, t, &x->arena, &got, &x->err), RC_OK);
        assert_int_equal(access_session_touch(x->rows, &h, t, &x->err), RC_OK);
    }
    assert_int_equal(access_session_get(x->rows, &h, now + SESSION_LIFE_US, &x->arena, &got, &x->err), RC_DENIED);
    assert_int_equal(access_session_drop(x->rows, &h, &x->err), RC_OK);
    assert_int_equal(access_session_drop(x->rows, &h, &x->err), RC_OK); /* twice is no harm */
    assert_int_equal(access_session_get(x->rows, &h, now, &x->arena, &got, &x->err), RC_DENIED);
}

static void all_sessions_of_one_go_but_this(void **state)
{
    struct rows_fixture *x = *state;
    int64_t now = INT64_C(1800000000) * SECOND;
    struct hash mine, his;
    struct access_session s = session_for(8, now, &mine), got;
    assert_int_equal(access_session_put(x->rows, &s, &x->err), RC_OK);
    s = session_for(9, now, &his);
    assert_int_equal(access_session_put(x->rows, &s, &x->err), RC_OK);
    for (int i = 0; i < 600; i++) {
        struct hash h;
        s = session_for(8, now, &h);
        assert_int_equal(access_session_put(x->rows, &s, &x->err), RC_OK);
    }
    assert_int_equal(access_session_drop_all(x->rows, 8, &mine, now, &x->err), RC_OK);
    assert_int_equal(access_session_get(x->rows, &mine, now, &x->arena, &got, &x->err), RC_OK);
    assert_int_equal(access_session_get(x->rows, &his, now, &x->arena, &got, &x->err), RC_OK);
    assert_int_equal(access_session_drop_all(x->rows, 8, NULL, now, &x->err), RC_OK);
    assert_int_equal(access_session_get(x->rows, &mine, now, &x->arena, &got, &x->err), RC_DENIED);
    assert_int_equal(access_session_drop_all(x->rows, 0, NULL, now + SESSION_LIFE_US, &x->err), RC_OK);
    assert_int_equal(access_session_get(x->rows, &his, now, &x->arena, &got, &x->err), RC_DENIED);
}

static void a_credential_is_kept_and_committed_to(void **state)
{
    struct rows_fixture *x = *state;
    struct credential c = {.account = 7, .hash = STR("$argon2id$x"), .changed_us = 5, .must_change = true, .salt = STR("salt")}, got;
    assert_int_equal(credential_get(x->rows, 7, &x->arena, &got, &x->err), RC_ABSENT);
    assert_int_equal(credential_put(x->rows, &c, &x->err), RC_OK);
    assert_int_equal(credential_get(x->rows, 7, &x->arena, &got, &x->err), RC_OK);
    assert_true(str_eq(got.hash, c.hash) && got.must_change && got.totp.len == 0);
    struct str before = credential_commitment(&got, &x->arena);
    assert_int_equal(before.len, 64);
    got.totp_step = 99; /* moves with every sign-in: not part of it */
    assert_true(str_eq(before, credential_commitment(&got, &x->arena)));
    got.hash = STR("$argon2id$y");
    assert_false(str_eq(before, credential_commitment(&got, &x->arena)));
    assert_int_equal(credential_put(x->rows, &got, &x->err), RC_OK);
    assert_int_equal(credential_get(x->rows, 7, &x->arena, &got, &x->err), RC_OK);
    assert_true(str_eq(got.hash, STR("$argon2id$y")));
}

static void a_read_is_one_row_an_hour_and_batches_are_fixed(void **state)
{
    struct rows_fixture *x = *state;
    struct access_read reads[3] = {{500, 7, 3, 41, PACK_PERSONAL, STR("card")}, {500, 7, 3, 42, PACK_PERSONAL, STR("list")}, {500, 8, 3, 41, PACK_RESTRICTED, STR("card")}};
    size_t n = 0;
    assert_int_equal(read_log_put(x->rows, reads, 3, &n, &x->err), RC_OK);
    assert_int_equal(n, 3);
    assert_int_equal(read_log_put(x->rows, reads, 3, &n, &x->err), RC_OK);
    assert_int_equal(n, 0);
    reads[0].hour = 501;
    assert_int_equal(read_log_put(x->rows, reads, 1, &n, &x->err), RC_OK);
    assert_int_equal(n, 1);
    struct access_read_line *lines = NULL;
    assert_int_equal(read_log_of(x->rows, 3, 41, &x->arena, &lines, &n, &x->err), RC_OK);
    assert_int_equal(n, 3);
    assert_int_equal(lines[0].hour, 501);
    struct hash batch, again;
    assert_int_equal(read_log_batch(x->rows, 1, &batch, &n, &x->err), RC_OK);
    assert_int_equal(n, 4);
    reads[0].hour = 502;
    assert_int_equal(read_log_put(x->rows, reads, 1, &n, &x->err), RC_OK);
    assert_int_equal(read_log_hash(x->rows, 1, &again, &n, &x->err), RC_OK);
    assert_true(hash_eq(&batch, &again));
    assert_int_equal(n, 4);
    assert_int_equal(read_log_batch(x->rows, 2, &again, &n, &x->err), RC_OK);
    assert_int_equal(n, 1);
    assert_false(hash_eq(&batch, &again));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_password_fits_itself_only),
        cmocka_unit_test(poor_passwords_are_refused),
        cmocka_unit_test(codes_are_those_of_the_standard_and_work_once),
        cmocka_unit_test(tokens_are_known_by_their_hash),
        cmocka_unit_test(failures_lock_longer_and_longer),
        cmocka_unit_test(sessions_end),
        cmocka_unit_test(all_sessions_of_one_go_but_this),
        cmocka_unit_test(a_credential_is_kept_and_committed_to),
        cmocka_unit_test(a_read_is_one_row_an_hour_and_batches_are_fixed),
    };
    return cmocka_run_group_tests(tests, rows_make, rows_free);
}
