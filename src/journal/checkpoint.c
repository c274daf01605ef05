/*
 * checkpoint.c - what a signed note says about a journal (C2SP tlog-checkpoint), and the file outside that keeps notes.
 */
#include "journal/inner.h"
#include "journal/note.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHECKPOINT_TEXT_MAX = 64 * 1024, CHECKPOINT_FILE_MAX = 256 * 1024 * 1024, PATH_BYTES_MAX = 4096 };
#define HASH_LINE STR("hash ")   /* the extension line that names another hash than SHA-256 */
#define RULER STR("----\n")      /* behind each note in the file */

static enum rc malformed(struct err *err, size_t line)
{
    struct num n;
    return err_set(err, &E_journal_note_malformed, NO_PLACE, num_str(&n, line));
}

/* ---- signing ---- */

/* A line that a note's text may hold, and that cannot be taken for something else. */
static bool line_ok(struct str line)
{
    return line.len > 0 && note_text_ok(line) && str_find_char(line, '\n') == SIZE_MAX && !str_eq(line, STR("----"));
}

static bool extension_ok(struct str ext)
{
    for (struct str rest = ext; rest.len > 0;) {
        size_t end = MIN(str_find_char(rest, '\n'), rest.len);
        struct str line = str_sub(rest, 0, end);
        if (!line_ok(line) || str_starts(line, HASH_LINE)) return false;
        rest = str_sub(rest, end + 1, rest.len);
    }
    return true;
}

enum rc checkpoint_sign(const struct checkpoint *c, enum hash_alg alg, const struct signer *s, struct buf *note, struct err *err)
{
    struct num n;
    if (!line_ok(c->origin)) return err_set(err, &E_journal_note_text, NO_PLACE, c->origin);
    if (!extension_ok(c->extension)) return err_set(err, &E_journal_note_text, NO_PLACE, c->extension);
    struct buf text;
    buf_init(&text, CHECKPOINT_TEXT_MAX);
    buf_str(&text, c->origin);
    buf_char(&text, '\n');
    buf_u64(&text, c->size);
    buf_char(&text, '\n');
    put_base64(&text, c->root.b, HASH_LEN);
    buf_char(&text, '\n');
    if (alg == HASH_SM3) {
        buf_str(&text, HASH_LINE);
        buf_lit(&text, "sm3\n");
    }
    buf_str(&text, c->extension);
    if (c->extension.len > 0 && c->extension.ptr[c->extension.len - 1] != '\n') buf_char(&text, '\n');
    enum rc rc = RC_OK;
    if (!buf_failed(&text)) note_put_signed(buf_view(&text), s, note);
    if (buf_failed(&text) || buf_failed(note))
        rc = err_set(err, &E_journal_note_big, NO_PLACE, STR("checkpoint"), num_str(&n, CHECKPOINT_TEXT_MAX));
    buf_fini(&text);
    return rc;
}

/* ---- reading ---- */

static bool take_line(struct str *rest, struct str *line)
{
    size_t end = str_find_char(*rest, '\n');
    if (end == SIZE_MAX) return false;
    *line = str_sub(*rest, 0, end);
    *rest = str_sub(*rest, end + 1, rest->len);
    return line->len > 0;
}

static bool copy(struct arena *a, struct str s, struct str *out)
{
    char *p = arena_try(a, s.len + 1);
    if (p == NULL) return false;
    if (s.len > 0) memcpy(p, s.ptr, s.len);
    p[s.len] = 0;
    *out = str_of(p, s.len);
    return true;
}

/* The text's lines.  Returns the number of the line that is wrong, or 0. */
static size_t parse_text(struct str text, struct checkpoint *out)
{
    struct str rest = text, line;
    size_t len = 0;
    if (!take_line(&rest, &out->origin)) return 1;
    if (!take_line(&rest, &line) || !str_to_u64(line, &out->size) || out->size > MERKLE_SIZE_MAX) return 2;
    if (line.ptr[0] == '0' && line.len > 1) return 2;
    if (!take_line(&rest, &line) || !read_base64(line, out->root.b, HASH_LEN, &len) || len != HASH_LEN) return 3;
    out->alg = HASH_SHA256;
    struct str first = rest;
    for (size_t at = 4; rest.len > 0; at++) {
        if (!take_line(&rest, &line)) return at;
        if (!str_starts(line, HASH_LINE)) continue;
        if (at != 4 || !str_eq(line, STR("hash sm3"))) return at; /* a hash that we do not know: nothing can be checked */
        out->alg = HASH_SM3;
        first = rest;
    }
    out->extension = first.len > 0 ? str_sub(first, 0, first.len - 1) : STR("");
    return 0;
}

enum rc checkpoint_read(struct arena *a, struct str note, struct str verifier, struct checkpoint *out, struct err *err)
{
    struct str text, signatures;
    struct note_key key;
    bool check = verifier.ptr != NULL;
    *out = (struct checkpoint){0};
    if (check && !note_key_parse(verifier, &key)) return err_set0(err, &E_journal_note_key, NO_PLACE);
    TRY(note_split(note, &text, &signatures, err));
    if (check) TRY(note_check(text, signatures, &key, err)); /* before anything in it is believed */
    size_t bad = parse_text(text, out);
    if (bad != 0) return malformed(err, bad);
    if (!copy(a, out->origin, &out->origin) || !copy(a, out->extension, &out->extension)) return err_set0(err, &E_no_memory, NO_PLACE);
    return RC_OK;
}

/* ---- the file outside ---- */

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

/* Did the last append arrive whole?  Else what it left is closed by a ruler of its own, and read as a malformed note. */
static int ends_whole(int fd, bool *whole)
{
    off_t end = lseek(fd, 0, SEEK_END);
    char tail[5];
    *whole = end == 0;
    if (end < 0) return errno;
    if (end < (off_t)sizeof tail) return 0;
    ssize_t n = pread(fd, tail, sizeof tail, end - (off_t)sizeof tail);
    if (n != (ssize_t)sizeof tail) return n < 0 ? errno : EIO;
    *whole = memcmp(tail, RULER.ptr, sizeof tail) == 0;
    return 0;
}

static int append(int fd, struct str note)
{
    bool whole = true;
    int failed = ends_whole(fd, &whole);
    if (failed) return failed;
    struct buf b;
    buf_init(&b, NOTE_MAX + 64);
    if (!whole) buf_lit(&b, "\n----\n");
    buf_str(&b, note);
    buf_str(&b, RULER);
    if (buf_failed(&b)) failed = ENOMEM;
    if (!failed) { /* in one call: what others append does not come between */
        ssize_t n = write(fd, b.ptr, b.len);
        if (n < 0) failed = errno;
        else if ((size_t)n != b.len) failed = ENOSPC;
    }
    buf_fini(&b);
    if (!failed && fsync(fd) != 0) failed = errno;
    return failed;
}

enum rc checkpoint_file_append(struct str file, struct str note, struct err *err)
{
    char path[PATH_BYTES_MAX];
    struct str text, signatures;
    if (!path_c(file, path)) return system_error(err, file, ENAMETOOLONG);
    TRY(note_split(note, &text, &signatures, err));
    if (str_starts(note, RULER) || str_find(note, STR("\n----\n")) != SIZE_MAX) return malformed(err, 1);
    struct stat before;
    bool fresh = stat(path, &before) != 0;
    int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (fd < 0) return system_error(err, file, errno);
    int failed = append(fd, note);
    if (close(fd) != 0 && !failed) failed = errno;
    if (!failed && fresh) { /* the name, too, survives a power cut */
        char *slash = strrchr(path, '/');
        if (slash == path) slash++;
        if (slash != NULL) *slash = 0;
        int dir = open(slash != NULL ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (dir >= 0) {
            if (fsync(dir) != 0) failed = errno;
            close(dir);
        }
    }
    return failed ? system_error(err, file, failed) : RC_OK;
}

static size_t next_ruler(struct str rest)
{
    if (str_starts(rest, RULER)) return 0;
    size_t at = str_find(rest, STR("\n----\n"));
    return at == SIZE_MAX ? SIZE_MAX : at + 1;
}

enum rc checkpoint_file_read(struct arena *a, struct str file, struct str **notes, size_t *n, struct err *err)
{
    char path[PATH_BYTES_MAX];
    struct num max;
    *notes = NULL;
    *n = 0;
    if (!path_c(file, path)) return system_error(err, file, ENAMETOOLONG);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return system_error(err, file, errno);
    struct stat st;
    int failed = fstat(fd, &st) != 0 ? errno : 0;
    bool too_big = !failed && st.st_size > CHECKPOINT_FILE_MAX;
    size_t size = failed || too_big ? 0 : (size_t)st.st_size, len = 0;
    char *text = arena_try(a, size + 1);
    while (!failed && text != NULL && len < size) { /* what is appended meanwhile is for the next reading */
        ssize_t got = read(fd, text + len, size - len);
        if (got < 0) failed = errno;
        if (got <= 0) break;
        len += (size_t)got;
    }
    close(fd);
    if (failed) return system_error(err, file, failed);
    if (too_big || text == NULL) return err_set(err, &E_journal_note_big, NO_PLACE, file, num_str(&max, CHECKPOINT_FILE_MAX));

    size_t count = 1;
    for (struct str rest = str_of(text, len);; count++) {
        size_t at = next_ruler(rest);
        if (at == SIZE_MAX) break;
        rest = str_sub(rest, at + RULER.len, rest.len);
    }
    struct str *out = arena_try(a, count * sizeof *out);
    if (out == NULL) return err_set(err, &E_journal_note_big, NO_PLACE, file, num_str(&max, CHECKPOINT_FILE_MAX));
    for (struct str rest = str_of(text, len); rest.len > 0;) {
        size_t at = MIN(next_ruler(rest), rest.len);
        if (at > 0) out[(*n)++] = str_sub(rest, 0, at);
        rest = str_sub(rest, MIN(at + RULER.len, rest.len), rest.len);
    }
    *notes = out;
    return RC_OK;
}
