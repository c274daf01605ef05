/*
 * signer.c - the Ed25519 key that signs checkpoints: one line of text in a file that only its owner can read.
 * Secrets live in memory of libsodium (locked, guarded, wiped) and are wiped from every buffer that they pass through.
 */
#include "journal/inner.h"
#include "journal/note.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIGNER_MAGIC = 0x5349474e, SEED_LEN = crypto_sign_SEEDBYTES, KEY_FILE_MAX = 1024, PATH_BYTES_MAX = 4096 };
#define KEY_PREFIX STR("PRIVATE+KEY+")

struct signer {
    uint32_t magic;
    uint8_t id[4];
    uint8_t pub[NOTE_KEY_LEN];
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    size_t name_len, verifier_len;
    char name[NOTE_NAME_MAX];
    char verifier[NOTE_TEXT_KEY_MAX];
};

static enum rc system_error(struct err *err, struct str path, int code)
{
    return err_set(err, &E_io, NO_PLACE, path, str_c(strerror(code)));
}

static bool path_c(struct str path, char out[PATH_BYTES_MAX])
{
    if (path.len == 0 || path.len >= PATH_BYTES_MAX || memchr(path.ptr, 0, path.len) != NULL) return false;
    memcpy(out, path.ptr, path.len);
    out[path.len] = 0;
    return true;
}

static void sync_folder_of(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash == path) slash++;
    if (slash != NULL) *slash = 0;
    int fd = open(slash != NULL ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return;
    (void)fsync(fd); /* best effort: the key itself is synced */
    close(fd);
}

static int write_all(int fd, const char *p, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, p, len);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return n == 0 ? EIO : errno;
        p += n;
        len -= (size_t)n;
    }
    return fsync(fd) == 0 ? 0 : errno;
}

enum rc signer_make(struct str key_file, struct str name, struct err *err)
{
    char path[PATH_BYTES_MAX];
    if (!note_name_ok(name)) return err_set(err, &E_journal_note_name, NO_PLACE, name);
    if (!path_c(key_file, path)) return system_error(err, key_file, ENAMETOOLONG);
    MUST(sodium_init() >= 0);

    uint8_t key[1 + SEED_LEN] = {0x01}, pub[NOTE_KEY_LEN], secret[crypto_sign_SECRETKEYBYTES], id[4];
    random_bytes(key + 1, SEED_LEN);
    crypto_sign_seed_keypair(pub, secret, key + 1);
    note_key_id(name, pub, id);
    char text[KEY_FILE_MAX], b64[sodium_base64_ENCODED_LEN(sizeof key, sodium_base64_VARIANT_ORIGINAL)], hex[9];
    sodium_bin2base64(b64, sizeof b64, key, sizeof key, sodium_base64_VARIANT_ORIGINAL);
    sodium_bin2hex(hex, sizeof hex, id, sizeof id);
    int len = snprintf(text, sizeof text, STR_FMT STR_FMT "+%s+%s\n", STR_ARG(KEY_PREFIX), STR_ARG(name), hex, b64);
    MUST(len > 0 && (size_t)len < sizeof text);

    enum rc rc = RC_OK;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        rc = errno == EEXIST ? err_set(err, &E_journal_key_exists, NO_PLACE, key_file) : system_error(err, key_file, errno);
    } else {
        int failed = fchmod(fd, 0600) == 0 ? write_all(fd, text, (size_t)len) : errno;
        if (close(fd) != 0 && !failed) failed = errno;
        if (failed) {
            unlink(path);
            rc = system_error(err, key_file, failed);
        } else {
            sync_folder_of(path);
        }
    }
    sodium_memzero(key, sizeof key);
    sodium_memzero(secret, sizeof secret);
    sodium_memzero(text, sizeof text);
    sodium_memzero(b64, sizeof b64);
    return rc;
}

/* The one line, without its end. */
static bool parse_key(struct str line, struct signer *s)
{
    if (!str_starts(line, KEY_PREFIX)) return false;
    struct str rest = str_sub(line, KEY_PREFIX.len, line.len);
    size_t plus = str_find_char(rest, '+');
    if (plus == SIZE_MAX || rest.len - plus < 10 || rest.ptr[plus + 9] != '+') return false;
    struct str name = str_sub(rest, 0, plus), hex = str_sub(rest, plus + 1, plus + 9), b64 = str_sub(rest, plus + 10, rest.len);
    uint8_t key[1 + SEED_LEN];
    size_t len = 0;
    bool ok = note_name_ok(name) && read_base64(b64, key, sizeof key, &len) && len == sizeof key && key[0] == 0x01;
    if (ok) {
        memcpy(s->name, name.ptr, name.len);
        s->name_len = name.len;
        crypto_sign_seed_keypair(s->pub, s->secret, key + 1);
        note_key_id(name, s->pub, s->id);
        char want[9];
        sodium_bin2hex(want, sizeof want, s->id, sizeof s->id);
        ok = str_eq(hex, str_of(want, 8));
    }
    sodium_memzero(key, sizeof key);
    return ok;
}

static bool keep_verifier(struct signer *s)
{
    struct note_key k = {.name = str_of(s->name, s->name_len)};
    memcpy(k.id, s->id, sizeof k.id);
    memcpy(k.pub, s->pub, sizeof k.pub);
    struct buf b;
    buf_init(&b, sizeof s->verifier);
    note_key_print(&k, &b);
    bool ok = !buf_failed(&b);
    if (ok) memcpy(s->verifier, b.ptr, b.len);
    s->verifier_len = ok ? b.len : 0;
    buf_fini(&b);
    return ok;
}

static enum rc read_key(int fd, struct str key_file, struct signer *s, struct err *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0) return system_error(err, key_file, errno);
    if (!S_ISREG(st.st_mode)) return err_set(err, &E_journal_key_file, NO_PLACE, key_file);
    if (st.st_mode & 077) return err_set(err, &E_journal_key_mode, NO_PLACE, key_file);
    char text[KEY_FILE_MAX];
    size_t len = 0;
    ssize_t got = 0;
    while (len < sizeof text && (got = read(fd, text + len, sizeof text - len)) > 0) len += (size_t)got;
    enum rc rc = RC_OK;
    if (got < 0) {
        rc = system_error(err, key_file, errno);
    } else {
        struct str line = str_of(text, len);
        if (len > 0 && text[len - 1] == '\n') line.len--;
        if (!parse_key(line, s) || !keep_verifier(s)) rc = err_set(err, &E_journal_key_file, NO_PLACE, key_file);
    }
    sodium_memzero(text, sizeof text);
    return rc;
}

enum rc signer_open(struct str key_file, struct signer **out, struct err *err)
{
    *out = NULL;
    char path[PATH_BYTES_MAX];
    if (!path_c(key_file, path)) return system_error(err, key_file, ENAMETOOLONG);
    MUST(sodium_init() >= 0);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return errno == ENOENT ? err_set(err, &E_journal_key_absent, NO_PLACE, key_file) : system_error(err, key_file, errno);
    struct signer *s = sodium_malloc(sizeof *s);
    if (s == NULL) {
        close(fd);
        return err_set0(err, &E_no_memory, NO_PLACE);
    }
    memset(s, 0, sizeof *s);
    s->magic = SIGNER_MAGIC;
    enum rc rc = read_key(fd, key_file, s, err);
    close(fd);
    if (rc != RC_OK) signer_close(&s);
    *out = s;
    return rc;
}

void signer_close(struct signer **sp)
{
    struct signer *s = *sp;
    if (s == NULL) return;
    MAGIC_CHECK(s, SIGNER_MAGIC);
    *sp = NULL;
    sodium_free(s); /* wipes */
}

struct str signer_verifier(const struct signer *s)
{
    MAGIC_CHECK(s, SIGNER_MAGIC);
    return str_of(s->verifier, s->verifier_len);
}

struct str signer_name(const struct signer *s)
{
    MAGIC_CHECK(s, SIGNER_MAGIC);
    return str_of(s->name, s->name_len);
}

void signer_sign(const struct signer *s, struct str text, uint8_t id[4], uint8_t sig[NOTE_SIG_LEN])
{
    MAGIC_CHECK(s, SIGNER_MAGIC);
    memcpy(id, s->id, 4);
    MUST(crypto_sign_detached(sig, NULL, (const uint8_t *)text.ptr, text.len, s->secret) == 0);
}
