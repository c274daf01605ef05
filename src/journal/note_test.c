/*
 * note_test.c - signed notes, keys and checkpoints, against the vectors of Go's sumdb/note and C2SP, and against what must be refused.
 */
#include "journal/test_util.h"

#include "journal/note.h"

#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

static struct err E;

#define PETER_KEY "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
#define PETER_SECRET "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz\n"
#define PETER_TEXT "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
#define PETER_SIG "\xe2\x80\x94 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
#define ENOCH_KEY "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
#define ENOCH_SIG "\xe2\x80\x94 EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"

/* ---- a folder of our own ---- */

static char folder[] = "/tmp/guiju-note-XXXXXX";
static char path_text[128];

static struct str in_folder(const char *name)
{
    int n = snprintf(path_text, sizeof path_text, "%s/%s", folder, name);
    return str_of(path_text, (size_t)n);
}

static int folder_make(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int folder_gone(void **state)
{
    (void)state;
    static const char *const names[] = {"key", "key2", "bad", "wide", "file", "none"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) unlink(in_folder(names[i]).ptr);
    return rmdir(folder);
}

static void write_file(struct str path, struct str text, mode_t mode)
{
    FILE *f = fopen(path.ptr, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(text.ptr, 1, text.len, f), text.len);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(chmod(path.ptr, mode), 0);
}

static struct signer *peter(void)
{
    struct signer *s = NULL;
    write_file(in_folder("key"), STR(PETER_SECRET), 0600);
    assert_ok(signer_open(in_folder("key"), &s, &E));
    return s;
}

static enum rc check(struct str note, struct str verifier)
{
    struct str text, sigs;
    struct note_key key;
    assert_true(note_key_parse(verifier, &key));
    enum rc rc = note_split(note, &text, &sigs, &E);
    return rc == RC_OK ? note_check(text, sigs, &key, &E) : rc;
}

/* ---- notes ---- */

static void published_note_is_accepted_and_made(void **state)
{
    (void)state;
    assert_ok(check(STR(PETER_TEXT "\n" PETER_SIG), STR(PETER_KEY)));
    assert_ok(check(STR(PETER_TEXT "\n" PETER_SIG ENOCH_SIG), STR(PETER_KEY)));
    assert_ok(check(STR(PETER_TEXT "\n" PETER_SIG ENOCH_SIG), STR(ENOCH_KEY)));
    struct signer *s = peter();
    struct buf b;
    buf_init(&b, 4096);
    note_put_signed(STR(PETER_TEXT), s, &b);
    assert_true(str_eq(buf_view(&b), STR(PETER_TEXT "\n" PETER_SIG)));
    assert_true(str_eq(signer_verifier(s), STR(PETER_KEY)));
    buf_fini(&b);
    signer_close(&s);
    assert_null(s);
}

static void text_with_empty_lines_is_split_at_the_last(void **state)
{
    (void)state;
    static const char note[] = "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\n\xc3\xa8" "d \xc3\xa8 subito sera.\n\n" PETER_SIG;
    struct str text, sigs;
    assert_ok(note_split(str_of(note, sizeof note - 1), &text, &sigs, &E));
    assert_true(str_ends(text, STR("sera.\n")));
    assert_true(str_eq(sigs, STR(PETER_SIG)));
}

static void altered_notes_are_refused(void **state)
{
    (void)state;
    static const char good[] = PETER_TEXT "\n" PETER_SIG;
    char bad[sizeof good];
    size_t broken = 0;
    for (size_t i = 0; i + 1 < sizeof good; i++) { /* any one bit anywhere */
        memcpy(bad, good, sizeof good);
        bad[i] ^= 0x01;
        enum rc rc = check(str_of(bad, sizeof good - 1), STR(PETER_KEY));
        assert_true(rc == RC_BROKEN || rc == RC_INPUT);
        broken += rc == RC_BROKEN;
    }
    assert_true(broken > strlen(PETER_TEXT) / 2);
    assert_code(check(STR(PETER_TEXT "\n" ENOCH_SIG), STR(PETER_KEY)), RC_BROKEN, &E, "note.signature");
    /* A right signature does not save a note that a known key also signed wrongly. */
    assert_code(check(STR("x" PETER_TEXT "\n" PETER_SIG), STR(PETER_KEY)), RC_BROKEN, &E, "note.signature");
    /* A signature of another length under the known id. */
    assert_code(check(STR(PETER_TEXT "\n\xe2\x80\x94 PeterNeumann x08goAA=\n"), STR(PETER_KEY)), RC_BROKEN, &E, "note.signature");
}

static void malformed_notes_are_refused(void **state)
{
    (void)state;
    static const char *const notes[] = {
        "",
        "\n",
        "\n\n",
        PETER_TEXT,
        PETER_TEXT "\n",
        PETER_TEXT PETER_SIG,
        PETER_TEXT "\n\xe2\x80\x94 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=",
        "\x01" PETER_TEXT "\n" PETER_SIG,
        "\xff" PETER_TEXT "\n" PETER_SIG,
        "\t" PETER_TEXT "\n" PETER_SIG,
        PETER_TEXT "\r\n" PETER_SIG,
        PETER_TEXT "\n" PETER_SIG "Unexpected line.\n",
        PETER_TEXT "\n- PeterNeumann x08go/Zv\n",
        PETER_TEXT "\n\xe2\x80\x94 Bad Name x08go/Zv\n",
        PETER_TEXT "\n\xe2\x80\x94 a+b x08go/Zv\n",
        PETER_TEXT "\n\xe2\x80\x94  x08go/Zv\n",
        PETER_TEXT "\n\xe2\x80\x94 a\xe3\x80\x80z x08go/Zv\n",
        PETER_TEXT "\n\xe2\x80\x94 PeterNeumann\n",
        PETER_TEXT "\n\xe2\x80\x94 PeterNeumann \n",
        PETER_TEXT "\n\xe2\x80\x94 PeterNeumann x08g\n",
        PETER_TEXT "\n\xe2\x80\x94 PeterNeumann x08go/Z\n",
        PETER_TEXT "\n\xe2\x80\x94 PeterNeumann x08go/Zv===\n",
        PETER_TEXT "\n\xe2\x80\x94 PeterNeumann x08go!Zv\n",
        PETER_TEXT "\n\xe2\x80\x94 PeterNeumann x08goAB=\n", /* bits left over */
    };
    struct str text, sigs;
    for (size_t i = 0; i < ARRAY_LEN(notes); i++) {
        err_clear(&E);
        assert_code(note_split(str_of(notes[i], strlen(notes[i])), &text, &sigs, &E), RC_INPUT, &E, "note.malformed");
    }
    struct buf b;
    buf_init(&b, 2 * NOTE_MAX);
    buf_lit(&b, PETER_TEXT "\n");
    for (size_t i = 0; i < NOTE_SIGNATURES_MAX; i++) buf_lit(&b, PETER_SIG);
    assert_ok(check(buf_view(&b), STR(PETER_KEY)));
    buf_lit(&b, PETER_SIG);
    assert_code(check(buf_view(&b), STR(PETER_KEY)), RC_INPUT, &E, "note.malformed");
    buf_fill(&b, 'x', NOTE_MAX);
    assert_code(check(buf_view(&b), STR(PETER_KEY)), RC_LIMIT, &E, "note.too_big");
    buf_fini(&b);
}

/* ---- keys ---- */

static void mangled_verifier_keys_are_refused(void **state)
{
    (void)state;
    static const char good[] = PETER_KEY;
    struct note_key k;
    size_t len = sizeof good - 1;
    assert_true(note_key_parse(str_of(good, len), &k));
    assert_true(str_eq(k.name, STR("PeterNeumann")));
    for (size_t i = 0; i < len; i++)
        for (size_t n = i + 1; n <= len; n++)
            if (i != 0 || n != len) assert_false(note_key_parse(str_of(good + i, n - i), &k));
    for (size_t i = 0; i < len; i++) {
        char bad[sizeof good];
        memcpy(bad, good, sizeof good);
        bad[i]++;
        assert_false(note_key_parse(str_of(bad, len), &k));
    }
    assert_false(note_key_parse(STR("PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY=="), &k)); /* length */
    assert_false(note_key_parse(STR("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"), &k));         /* kind of key */
    assert_false(note_key_parse(STR("PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"), &k));
}

static void key_files(void **state)
{
    (void)state;
    struct signer *s = NULL, *again = NULL;
    struct str name = STR("guiju.local/\xe6\xb8\x85\xe6\xba\xaa\xe5\x8e\xbf/0190");
    assert_ok(signer_make(in_folder("key2"), name, &E));
    struct stat st;
    assert_int_equal(stat(path_text, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_ok(signer_open(in_folder("key2"), &s, &E));
    assert_ok(signer_open(in_folder("key2"), &again, &E));
    assert_true(str_eq(signer_verifier(s), signer_verifier(again)));
    assert_true(str_starts(signer_verifier(s), name));
    signer_close(&again);
    signer_close(&s);
    signer_close(&s); /* closing nothing is nothing */
    assert_code(signer_make(in_folder("key2"), name, &E), RC_CONFLICT, &E, "note.key_exists");
    static const char *const names[] = {"", "a b", "a+b", "a\nb", "a\xe3\x80\x80z", "\xff"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        assert_code(signer_make(in_folder("none"), str_of(names[i], strlen(names[i])), &E), RC_INPUT, &E, "note.name");
    assert_code(signer_open(in_folder("none"), &s, &E), RC_ABSENT, &E, "note.key_absent");
    assert_null(s);
    write_file(in_folder("wide"), STR(PETER_SECRET), 0640);
    assert_code(signer_open(in_folder("wide"), &s, &E), RC_DENIED, &E, "note.key_mode");
    assert_code(signer_open(str_c(folder), &s, &E), RC_INPUT, &E, "note.key_file");
}

static void mangled_key_files_are_refused(void **state)
{
    (void)state;
    static const char good[] = PETER_SECRET;
    size_t len = sizeof good - 2; /* without the line end, which may lack */
    struct signer *s = NULL;
    write_file(in_folder("bad"), str_of(good, len), 0600);
    assert_ok(signer_open(in_folder("bad"), &s, &E));
    signer_close(&s);
    for (size_t i = 0; i < len; i++) {
        char bad[sizeof good];
        memcpy(bad, good, sizeof good);
        bad[i]++;
        write_file(in_folder("bad"), str_of(bad, len), 0600);
        assert_code(signer_open(in_folder("bad"), &s, &E), RC_INPUT, &E, "note.key_file");
        write_file(in_folder("bad"), str_of(good, i), 0600);
        assert_code(signer_open(in_folder("bad"), &s, &E), RC_INPUT, &E, "note.key_file");
    }
}

/* ---- checkpoints ---- */

static struct checkpoint sample(void)
{
    struct checkpoint c = {.origin = STR("guiju.local/demo/0190"), .size = 20852163, .extension = STR("time 2026-11-22T03:00:00Z\nepoch 2")};
    for (size_t i = 0; i < HASH_LEN; i++) c.root.b[i] = (uint8_t)(7 * i);
    return c;
}

static void checkpoint_round_trip(void **state)
{
    (void)state;
    struct signer *s = peter();
    struct arena a;
    struct buf b;
    arena_init(&a, 1 << 20);
    buf_init(&b, 1 << 16);
    static const enum hash_alg algs[] = {HASH_SHA256, HASH_SM3};
    for (size_t i = 0; i < 2; i++)
        for (size_t ext = 0; ext < 2; ext++) {
            struct checkpoint c = sample(), got;
            if (ext == 0) c.extension = STR_NONE;
            buf_clear(&b);
            assert_ok(checkpoint_sign(&c, algs[i], s, &b, &E));
            assert_ok(checkpoint_read(&a, buf_view(&b), STR(PETER_KEY), &got, &E));
            assert_true(str_eq(got.origin, c.origin));
            assert_true(str_eq(got.extension, ext == 0 ? STR("") : c.extension));
            assert_int_equal(got.size, c.size);
            assert_int_equal(got.alg, algs[i]);
            assert_hash(got.root, c.root);
            bool says = str_find(buf_view(&b), STR("\nhash sm3\n")) != SIZE_MAX;
            assert_int_equal(says, algs[i] == HASH_SM3);
            assert_ok(checkpoint_read(&a, buf_view(&b), STR_NONE, &got, &E));
            assert_code(checkpoint_read(&a, buf_view(&b), STR(ENOCH_KEY), &got, &E), RC_BROKEN, &E, "note.signature");
            assert_code(checkpoint_read(&a, buf_view(&b), STR("EnochRoot"), &got, &E), RC_INPUT, &E, "note.key");
        }
    struct checkpoint empty = {.origin = STR("o")};
    buf_clear(&b);
    assert_ok(checkpoint_sign(&empty, HASH_SHA256, s, &b, &E));
    assert_true(str_starts(buf_view(&b), STR("o\n0\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n\xe2\x80\x94 PeterNeumann ")));
    buf_fini(&b);
    arena_fini(&a);
    signer_close(&s);
}

/* The example of C2SP tlog-checkpoint: parsed, its key is not known. */
static void published_checkpoint_is_read(void **state)
{
    (void)state;
    static const char note[] = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
                               "\xe2\x80\x94 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";
    struct arena a;
    arena_init(&a, 1 << 20);
    struct checkpoint c;
    assert_ok(checkpoint_read(&a, str_of(note, sizeof note - 1), STR_NONE, &c, &E));
    assert_true(str_eq(c.origin, STR("example.com/behind-the-sofa")));
    assert_int_equal(c.size, 20852163);
    assert_hash(c.root, hash_hex("0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62"));
    assert_int_equal(c.alg, HASH_SHA256);
    arena_fini(&a);
}

#define ROOT "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
#define TAIL "\n" PETER_SIG

static void malformed_checkpoints_are_refused(void **state)
{
    (void)state;
    static const char *const notes[] = {
        "o\n" TAIL,
        "o\n1\n" TAIL,
        "\n1\n" ROOT TAIL,
        "o\n\n" ROOT TAIL,
        "o\n01\n" ROOT TAIL,
        "o\n-1\n" ROOT TAIL,
        "o\n+1\n" ROOT TAIL,
        "o\n1 \n" ROOT TAIL,
        "o\nx\n" ROOT TAIL,
        "o\n99999999999999999999\n" ROOT TAIL,
        "o\n9007199254740992\n" ROOT TAIL,
        "o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n" TAIL,
        "o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I\n" TAIL,
        "o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jx\n" TAIL,
        "o\n1\n0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62\n" TAIL,
        "o\n1\n" ROOT "\nx\n" TAIL,
        "o\n1\n" ROOT "hash md5\n" TAIL,
        "o\n1\n" ROOT "hash sha256\n" TAIL,
        "o\n1\n" ROOT "time x\nhash sm3\n" TAIL,
        "o\n1\n" ROOT "hash sm3\nhash sm3\n" TAIL,
    };
    struct arena a;
    struct checkpoint c;
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < ARRAY_LEN(notes); i++) {
        err_clear(&E);
        assert_code(checkpoint_read(&a, str_of(notes[i], strlen(notes[i])), STR_NONE, &c, &E), RC_INPUT, &E, "note.malformed");
    }
    arena_fini(&a);
}

static void what_could_be_misread_is_not_signed(void **state)
{
    (void)state;
    struct signer *s = peter();
    struct buf b;
    buf_init(&b, 1 << 20);
    static const char *const origins[] = {"", "a\nb", "----", "\xff", "a\tb"};
    static const char *const extensions[] = {"\n", "a\n\nb", "----", "a\n----", "hash sm3", "a\nhash sm3", "\x01"};
    for (size_t i = 0; i < ARRAY_LEN(origins); i++) {
        struct checkpoint c = sample();
        c.origin = str_of(origins[i], strlen(origins[i]));
        assert_code(checkpoint_sign(&c, HASH_SHA256, s, &b, &E), RC_INPUT, &E, "note.text");
    }
    for (size_t i = 0; i < ARRAY_LEN(extensions); i++) {
        struct checkpoint c = sample();
        c.extension = str_of(extensions[i], strlen(extensions[i]));
        assert_code(checkpoint_sign(&c, HASH_SHA256, s, &b, &E), RC_INPUT, &E, "note.text");
    }
    assert_int_equal(b.len, 0);
    struct checkpoint c = sample();
    char *big = malloc(100000);
    assert_non_null(big);
    memset(big, 'x', 100000);
    c.extension = str_of(big, 100000);
    assert_code(checkpoint_sign(&c, HASH_SHA256, s, &b, &E), RC_LIMIT, &E, "note.too_big");
    free(big);
    buf_fini(&b);
    signer_close(&s);
}

static void the_file_outside(void **state)
{
    (void)state;
    struct arena a;
    struct str *notes = NULL;
    size_t n = 9;
    arena_init(&a, 1 << 20);
    assert_int_equal(checkpoint_file_read(&a, in_folder("file"), &notes, &n, &E), RC_SYSTEM);
    assert_int_equal(n, 0);
    struct str first = STR("o\n1\n" ROOT TAIL), second = STR("o\n2\n" ROOT TAIL);
    assert_ok(checkpoint_file_append(in_folder("file"), first, &E));
    assert_ok(checkpoint_file_append(in_folder("file"), second, &E));
    assert_ok(checkpoint_file_read(&a, in_folder("file"), &notes, &n, &E));
    assert_int_equal(n, 2);
    assert_true(str_eq(notes[0], first));
    assert_true(str_eq(notes[1], second));
    /* What is no note does not get in. */
    assert_code(checkpoint_file_append(in_folder("file"), STR("o\n1\n"), &E), RC_INPUT, &E, "note.malformed");
    assert_code(checkpoint_file_append(in_folder("file"), STR("o\n----\n1\n" TAIL), &E), RC_INPUT, &E, "note.malformed");
    /* A torn append stays visible and does not spoil what comes behind it. */
    FILE *f = fopen(in_folder("file").ptr, "ab");
    assert_non_null(f);
    fputs("o\n3\nCsUY", f);
    fclose(f);
    assert_ok(checkpoint_file_append(in_folder("file"), first, &E));
    assert_ok(checkpoint_file_read(&a, in_folder("file"), &notes, &n, &E));
    assert_int_equal(n, 4);
    assert_true(str_eq(notes[3], first));
    struct checkpoint c;
    assert_code(checkpoint_read(&a, notes[2], STR_NONE, &c, &E), RC_INPUT, &E, "note.malformed");
    /* One note without a ruler, as people paste it. */
    write_file(in_folder("file"), second, 0600);
    assert_ok(checkpoint_file_read(&a, in_folder("file"), &notes, &n, &E));
    assert_int_equal(n, 1);
    assert_true(str_eq(notes[0], second));
    write_file(in_folder("file"), STR(""), 0600);
    assert_ok(checkpoint_file_read(&a, in_folder("file"), &notes, &n, &E));
    assert_int_equal(n, 0);
    struct arena small; /* an arena that is too small is a limit, not an abort */
    arena_init(&small, 16);
    write_file(in_folder("file"), second, 0600);
    assert_code(checkpoint_file_read(&small, in_folder("file"), &notes, &n, &E), RC_LIMIT, &E, "note.too_big");
    arena_fini(&small);
    arena_fini(&a);
}

int main(void)
{
    if (sodium_init() < 0) return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_note_is_accepted_and_made), cmocka_unit_test(text_with_empty_lines_is_split_at_the_last),
        cmocka_unit_test(altered_notes_are_refused),           cmocka_unit_test(malformed_notes_are_refused),
        cmocka_unit_test(mangled_verifier_keys_are_refused),   cmocka_unit_test(key_files),
        cmocka_unit_test(mangled_key_files_are_refused),       cmocka_unit_test(checkpoint_round_trip),
        cmocka_unit_test(published_checkpoint_is_read),        cmocka_unit_test(malformed_checkpoints_are_refused),
        cmocka_unit_test(what_could_be_misread_is_not_signed), cmocka_unit_test(the_file_outside),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_gone);
}
