/* sqlite_care.c - backup, structural check, checkpoint, free space. */
#include "store/sqlite_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- backup ---- */

static enum rc vacuum_into(struct sq_store *q, const char *path, struct err *err) {
    /* An area in memory is copied out of memory; a shim sees its copy too. */
    char *uri = sq_uri(path, q->disk != NULL ? "vfs=unix" : NULL);
    if (uri == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(q->db, "VACUUM INTO ?1", -1, &st, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_bind_text(st, 1, uri, -1, SQLITE_STATIC);
    if (rc == SQLITE_OK) rc = sqlite3_step(st);
    enum rc out = RC_OK;
    /* "Output file already exists": the empty file is ours, so its length could not be asked. */
    if (rc == SQLITE_ERROR) out = place_fail(err, str_c(path), "stat", EIO);
    else if (rc != SQLITE_DONE) out = sq_fail(q, rc, err);
    (void)sqlite3_finalize(st); /* told above */
    sqlite3_free(uri);
    return out;
}

/* Is what was written an area, and whole? */
static enum rc check_copy(const struct sq_store *q, const char *path, struct err *err) {
    struct store_options o = {.mode = STORE_READ, .immutable = true, .vfs = q->disk != NULL ? NULL : q->vfs};
    struct store *copy = NULL;
    TRY(store_open(str_c(path), &o, &copy, err));
    struct buf findings;
    buf_init(&findings, 64 * 1024);
    enum rc rc = store_check(copy, &findings, err);
    buf_fini(&findings);
    store_close(&copy);
    return rc;
}

static enum rc backup_to(struct sq_store *q, const char *part, const char *to, struct err *err) {
    TRY(vacuum_into(q, part, err));
    TRY(place_sync_file(part, err));
    TRY(check_copy(q, part, err));
    /* Only a whole copy gets the name that people look for, and it never takes the place of another. */
    if (renameat2(AT_FDCWD, part, AT_FDCWD, to, RENAME_NOREPLACE) != 0) {
        int code = errno;
        if (code == EEXIST) return err_set(err, &E_store_exists, NO_PLACE, str_c(to));
        /* File systems that know no such flag: the check above was a moment ago. */
        if (code != EINVAL && code != ENOSYS) return place_fail(err, str_c(to), "rename", code);
        struct stat st;
        if (lstat(to, &st) == 0) return err_set(err, &E_store_exists, NO_PLACE, str_c(to));
        if (rename(part, to) != 0) return place_fail(err, str_c(to), "rename", errno);
    }
    return place_sync_folder_of(to, err);
}

enum rc sq_backup(struct store *s, struct str to, struct err *err) {
    struct sq_store *q = sq_of(s);
    char name[4096], part[4096 + 8];
    struct stat st;
    if (to.len == 0 || to.len > 3000 || memchr(to.ptr, 0, to.len) != NULL) return err_set(err, &E_store_absent, NO_PLACE, to);
    memcpy(name, to.ptr, to.len);
    name[to.len] = 0;
    (void)snprintf(part, sizeof part, "%s.part", name);
    if (lstat(name, &st) == 0) return err_set(err, &E_store_exists, NO_PLACE, to);
    int fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST) return err_set(err, &E_store_exists, NO_PLACE, str_c(part));
    if (fd < 0 && errno == ENOENT) return err_set(err, &E_store_no_folder, NO_PLACE, to);
    if (fd < 0) return place_fail(err, str_c(part), "open", errno);
    (void)close(fd); /* empty */
    enum rc rc = backup_to(q, part, name, err);
    if (rc != RC_OK) (void)unlink(part); /* a part that stays is refused, and named, next time */
    return rc;
}

/* ---- check ---- */

/* A page that could not be read just now is not a damaged page: the finding names SQLite's code.  What it says of other pages follows
 * from that one. */
static int code_in(struct str line) {
    static const struct str before = STR_INIT("error code=");
    int code = 0;
    size_t at = str_find(line, before);
    if (at == SIZE_MAX) return SQLITE_CORRUPT;
    for (at += before.len; at < line.len && line.ptr[at] >= '0' && line.ptr[at] <= '9' && code < 100000; at++)
        code = code * 10 + (line.ptr[at] - '0');
    return (code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_NOMEM ? code : SQLITE_CORRUPT;
}

enum rc sq_check(struct store *s, struct buf *out, struct err *err) {
    struct sq_store *q = sq_of(s);
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(q->db, "PRAGMA integrity_check(100)", -1, &st, NULL);
    enum rc result = RC_OK;
    while (rc == SQLITE_OK || rc == SQLITE_ROW) {
        rc = sqlite3_step(st);
        if (rc != SQLITE_ROW) break;
        struct sv line;
        sq_column(st, 0, &line);
        if (str_eq(line.s, STR("ok"))) continue;
        int code = code_in(line.s);
        if (result == RC_OK && code == SQLITE_CORRUPT) result = err_set(err, &E_store_corrupt, NO_PLACE, str_c(s->path), line.s);
        else if (result == RC_OK) result = sq_fail(q, code, err);
        buf_str(out, line.s);
        buf_char(out, '\n');
    }
    if (rc != SQLITE_DONE && result == RC_OK) {
        result = sq_fail(q, rc, err);
        if (result == RC_BROKEN) {
            buf_str(out, str_c(sqlite3_errmsg(q->db)));
            buf_char(out, '\n');
        }
    }
    (void)sqlite3_finalize(st); /* told above */
    return result;
}

/* ---- checkpoint ---- */

int sq_fold(struct sq_store *q, int *frames, int *folded) {
    /* Readers are not waited for: what they hold back is folded next time. */
    (void)sqlite3_busy_timeout(q->db, 0);
    int rc = sqlite3_wal_checkpoint_v2(q->db, "main", SQLITE_CHECKPOINT_TRUNCATE, frames, folded);
    (void)sqlite3_busy_timeout(q->db, (int)q->busy_ms);
    if (rc == SQLITE_OK) q->log_pages = 0;
    else if (*frames >= 0) q->log_pages = *frames;
    return rc;
}

enum rc sq_checkpoint(struct store *s, struct err *err) {
    struct sq_store *q = sq_of(s);
    int frames = 0, folded = 0;
    TRY(sq_lock(q, err));
    int rc = sq_fold(q, &frames, &folded);
    sq_unlock(q);
    if ((rc & 0xff) == SQLITE_BUSY && frames >= 0) {
        /* All in the file, only the log could not be emptied under a reader's feet: the next write does that. */
        if (frames == folded) return RC_OK;
        char all[24], some[24];
        (void)snprintf(all, sizeof all, "%d", frames);
        (void)snprintf(some, sizeof some, "%d", folded);
        return err_set(err, &E_store_log_held, NO_PLACE, str_c(s->path), str_c(all), str_c(some));
    }
    return rc == SQLITE_OK ? RC_OK : sq_fail(q, rc, err);
}

int64_t sq_log_pages(const struct store *s) { return sq_of_const(s)->log_pages; }

int64_t sq_disk_free(const struct store *s) {
    const struct sq_store *q = sq_of_const(s);
    return q->disk != NULL ? INT64_MAX : place_free(q->real);
}
