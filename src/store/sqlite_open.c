/* sqlite_open.c - opening and closing an area in SQLite: what is refused, what is set, the lock file. */
#include "store/sqlite_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

const struct backend sqlite_backend = {
    .open = sq_open,
    .open_reader = sq_open_reader,
    .close = sq_close,
    .begin = sq_begin,
    .commit = sq_commit,
    .rollback = sq_rollback,
    .lean = sq_lean,
    .in_transaction = sq_in_transaction,
    .mark = sq_mark,
    .mark_keep = sq_mark_keep,
    .mark_undo = sq_mark_undo,
    .shape = sq_shape,
    .names = sq_names,
    .bind = sq_rows_bind,
    .unbind = sq_rows_unbind,
    .insert = sq_insert,
    .update = sq_update,
    .delete_row = sq_delete,
    .get = sq_get,
    .count = sq_count,
    .last_key = sq_last_key,
    .select = sq_select,
    .next = sq_next,
    .next_many = sq_next_many,
    .cursor_close = sq_cursor_close,
    .meta_get = sq_meta_get,
    .meta_put = sq_meta_put,
    .backup = sq_backup,
    .check = sq_check,
    .checkpoint = sq_checkpoint,
    .log_pages = sq_log_pages,
    .disk_free = sq_disk_free,
};

enum { BUSY_MS = 5000 };

/* ---- once a process ---- */

static pthread_once_t sqlite_once = PTHREAD_ONCE_INIT;

static void sqlite_settle(void) {
    /* Statement journals hold personal data: they stay in memory and never become temporary files.  Refused, and left as it is,
     * where the process has used SQLite before. */
    (void)sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, -1);
    /* Nobody asks how much memory SQLite holds, and counting it takes a lock that all threads share at each allocation. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/* ---- AREA.lock ---- */

/*
 * Whoever writes or checkpoints holds this lock from before BEGIN until after COMMIT.  SQLite before 3.51.3 can lose pages when
 * one process resets the log while another checkpoints; under one lock the two never meet.  An open-file-description lock: it
 * belongs to this handle, not to the process, so two handles of one process exclude each other too, and nobody's close() drops it.
 * The file is never removed: whoever unlinked it would lock a file that others do not see.
 */
static enum rc lock_file_open(struct sq_store *q, struct err *err) {
    char name[4096 + 8];
    int len = snprintf(name, sizeof name, "%s.lock", q->real);
    MUST(len > 0 && (size_t)len < sizeof name);
    q->lock_fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (q->lock_fd < 0) return place_fail(err, str_of(name, (size_t)len), "open", errno);
    /* Whoever may write the area may lock it, also where root made this file. */
    struct stat area, own;
    if (stat(q->real, &area) == 0 && fstat(q->lock_fd, &own) == 0 && own.st_uid == geteuid()) {
        if ((own.st_mode & 0777) != (area.st_mode & 0666) && fchmod(q->lock_fd, area.st_mode & 0666) != 0)
            return place_fail(err, str_of(name, (size_t)len), "fchmod", errno);
        if (geteuid() == 0 && (own.st_uid != area.st_uid || own.st_gid != area.st_gid) &&
            fchown(q->lock_fd, area.st_uid, area.st_gid) != 0)
            return place_fail(err, str_of(name, (size_t)len), "fchown", errno);
    }
    return RC_OK;
}

static int lock_set(const struct sq_store *q, short type) {
    struct flock fl = {.l_type = type, .l_whence = SEEK_SET};
    return fcntl(q->lock_fd, F_OFD_SETLK, &fl) == 0 ? 0 : errno;
}

bool sq_try_lock(struct sq_store *q) {
    if (q->lock_fd >= 0 && lock_set(q, F_WRLCK) != 0) return false;
    q->locked = true;
    return true;
}

enum rc sq_lock(struct sq_store *q, struct err *err) {
    /* F_OFD_SETLKW has no limit of time, so ask again and again, ever more slowly. */
    uint64_t waited_us = 0, limit_us = (uint64_t)q->busy_ms * 1000, nap_us = 200;
    for (;;) {
        int code = q->lock_fd < 0 ? 0 : lock_set(q, F_WRLCK);
        if (code == 0) {
            q->locked = true;
            return RC_OK;
        }
        if (code != EAGAIN && code != EACCES && code != EINTR) return place_fail(err, str_c(q->base.path), "lock", code);
        if (waited_us >= limit_us) return err_set(err, &E_store_locked, NO_PLACE, str_c(q->base.path));
        nap_us = MIN(MIN(nap_us, limit_us - waited_us) + 1, 20000);
        struct timespec t = {.tv_sec = 0, .tv_nsec = (long)nap_us * 1000};
        (void)nanosleep(&t, NULL); /* a signal only makes it shorter */
        waited_us += nap_us;
        nap_us *= 2;
    }
}

void sq_unlock(struct sq_store *q) {
    if (!q->locked) return;
    q->locked = false;
    if (q->lock_fd >= 0) MUST(lock_set(q, F_UNLCK) == 0);
}

/* ---- the connection ---- */

char *sq_uri(const char *path, const char *query) {
    static const char hex[] = "0123456789ABCDEF";
    size_t len = strlen(path), n = 0;
    char *uri = sqlite3_malloc64(8 + 3 * len + (query != NULL ? strlen(query) + 1 : 0));
    if (uri == NULL) return NULL;
    memcpy(uri, "file:", 5);
    n = 5;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)path[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' || c == '.' ||
                     c == '-' || c == '_';
        if (plain) uri[n++] = (char)c;
        else {
            uri[n++] = '%';
            uri[n++] = hex[c >> 4];
            uri[n++] = hex[c & 15];
        }
    }
    if (query != NULL) {
        uri[n++] = '?';
        memcpy(uri + n, query, strlen(query));
        n += strlen(query);
    }
    uri[n] = 0;
    return uri;
}

static char *copy(const char *text, size_t len) {
    char *out = sqlite3_malloc64(len + 1);
    if (out == NULL) return NULL;
    if (len > 0) memcpy(out, text, len);
    out[len] = 0;
    return out;
}

static struct sq_store *make(struct str path, enum store_mode mode, uint32_t busy_ms, const char *vfs) {
    struct sq_store *q = sqlite3_malloc64(sizeof *q);
    if (q == NULL) return NULL;
    memset(q, 0, sizeof *q);
    q->base.magic = STORE_MAGIC;
    q->base.be = &sqlite_backend;
    q->base.mode = mode;
    q->lock_fd = -1;
    q->busy_ms = busy_ms > 0 ? MIN(busy_ms, 600000u) : BUSY_MS;
    q->base.path = copy(path.ptr, path.len);
    q->vfs = vfs != NULL ? copy(vfs, strlen(vfs)) : NULL;
    if (q->base.path == NULL || (vfs != NULL && q->vfs == NULL)) {
        sqlite3_free(q->base.path);
        sqlite3_free(q->vfs);
        sqlite3_free(q);
        return NULL;
    }
    return q;
}

void sq_close(struct store *s) {
    struct sq_store *q = sq_of(s);
    for (int i = 0; i < FIX_COUNT; i++) (void)sqlite3_finalize(q->fixed[i]); /* repeats an error told before */
    if (q->db != NULL) MUST(sqlite3_close(q->db) == SQLITE_OK);
    sq_unlock(q);
    if (q->lock_fd >= 0) (void)close(q->lock_fd); /* nothing was written to it */
    mem_disk_drop(q->disk);
    sqlite3_free(q->real);
    sqlite3_free(q->vfs);
    sqlite3_free(q->base.path);
    sqlite3_free(q);
}

static enum rc set(struct sq_store *q, const char *pragma, struct err *err) {
    int rc = sqlite3_exec(q->db, pragma, NULL, NULL, NULL);
    return rc == SQLITE_OK ? RC_OK : sq_fail(q, rc, err);
}

static enum rc ask(struct sq_store *q, const char *pragma, int64_t *number, struct err *err) {
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(q->db, pragma, -1, &st, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_step(st);
    enum rc out = RC_OK;
    if (rc == SQLITE_ROW) *number = sqlite3_column_int64(st, 0);
    else out = sq_fail(q, rc, err);
    (void)sqlite3_finalize(st); /* told above */
    return out;
}

static int log_grew(void *arg, sqlite3 *db, const char *name, int pages) {
    (void)db, (void)name;
    struct sq_store *q = arg;
    q->log_pages = pages;
    return SQLITE_OK; /* no checkpoint here: only store_checkpoint() makes one */
}

/* Open and set what needs no look into the file. */
static enum rc connect(struct sq_store *q, int flags, struct err *err) {
    char *uri = sq_uri(q->real, q->immutable ? "immutable=1" : NULL);
    if (uri == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    int rc = sqlite3_open_v2(uri, &q->db, flags | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, q->vfs);
    sqlite3_free(uri);
    if (rc != SQLITE_OK) return sq_fail(q, rc, err);
    static const struct {
        int op, value;
    } config[] = {
        {SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1}, {SQLITE_DBCONFIG_DEFENSIVE, 1},     {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_ENABLE_FKEY, 0},      {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0}, {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
        {SQLITE_DBCONFIG_DQS_DDL, 0},          {SQLITE_DBCONFIG_DQS_DML, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(config); i++)
        MUST(sqlite3_db_config(q->db, config[i].op, config[i].value, NULL) == SQLITE_OK);
    (void)sqlite3_limit(q->db, SQLITE_LIMIT_LENGTH, STORE_ROW_MAX);
    (void)sqlite3_limit(q->db, SQLITE_LIMIT_SQL_LENGTH, STORE_SQL_MAX);
    (void)sqlite3_limit(q->db, SQLITE_LIMIT_ATTACHED, 1); /* VACUUM INTO needs one */
    (void)sqlite3_busy_timeout(q->db, (int)q->busy_ms);
    (void)sqlite3_wal_hook(q->db, log_grew, q); /* takes the place of the automatic checkpoint */
    return RC_OK;
}

/* Is it an area?  Read by SQLite's own handle: a descriptor of ours on the same file would, when closed, drop SQLite's locks in
 * this process.  Nothing has been executed yet, so a foreign file is not touched. */
static enum rc check_header(struct sq_store *q, struct err *err) {
    sqlite3_file *f = NULL;
    sqlite3_int64 len = 0;
    unsigned char head[100] = {0};
    int rc = sqlite3_file_control(q->db, "main", SQLITE_FCNTL_FILE_POINTER, (void *)&f);
    if (rc == SQLITE_OK) rc = f->pMethods->xFileSize(f, &len);
    if (rc == SQLITE_OK && len >= (int)sizeof head) rc = f->pMethods->xRead(f, head, sizeof head, 0);
    if (rc != SQLITE_OK) return sq_fail(q, rc, err);
    struct str path = str_c(q->base.path);
    char number[24];
    if (len < (int)sizeof head) {
        (void)snprintf(number, sizeof number, "%lld", (long long)len);
        return err_set(err, &E_store_empty, NO_PLACE, path, str_c(number));
    }
    if (memcmp(head, "SQLite format 3", 16) != 0) return err_set(err, &E_store_not_area, NO_PLACE, path);
    uint32_t id = (uint32_t)head[68] << 24 | (uint32_t)head[69] << 16 | (uint32_t)head[70] << 8 | head[71];
    if (id != AREA_APPLICATION_ID) {
        (void)snprintf(number, sizeof number, "0x%08x", id);
        return err_set(err, &E_store_other_app, NO_PLACE, path, str_c(number));
    }
    return RC_OK;
}

static enum rc check_format(struct sq_store *q, struct err *err) {
    int64_t format = 0;
    TRY(ask(q, "PRAGMA user_version", &format, err));
    char has[24], knows[24];
    (void)snprintf(has, sizeof has, "%lld", (long long)format);
    (void)snprintf(knows, sizeof knows, "%d", STORE_FORMAT);
    if (format > STORE_FORMAT)
        return err_set(err, &E_store_newer, NO_PLACE, str_c(q->base.path), str_c(has), str_c(knows));
    /* Format 1 is the first: nothing older was ever written.  Or the read has just undone a making that was interrupted. */
    if (format < 1) TRY(check_header(q, err));
    if (format < 1) return err_set(err, &E_store_format, NO_PLACE, str_c(q->base.path), STR("user_version"));
    int64_t there = 0;
    TRY(ask(q, "SELECT count(*) FROM sqlite_schema WHERE type='table' AND name='" STORE_META_TABLE "'", &there, err));
    if (there != 1) return err_set(err, &E_store_format, NO_PLACE, str_c(q->base.path), STR(STORE_META_TABLE));
    return RC_OK;
}

static enum rc set_up(struct sq_store *q, struct err *err) {
    TRY(set(q, "PRAGMA mmap_size=0", err));
    /* Sorting must not leave personal data in temporary files. */
    TRY(set(q, "PRAGMA temp_store=MEMORY", err));
    TRY(set(q, "PRAGMA secure_delete=ON", err));
    TRY(set(q, "PRAGMA synchronous=FULL", err));
    TRY(set(q, "PRAGMA cell_size_check=ON", err));
    return set(q, q->base.mode == STORE_READ ? "PRAGMA cache_size=-384" : "PRAGMA cache_size=-32768", err);
}

static enum rc set_log(struct sq_store *q, struct err *err) {
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(q->db, "PRAGMA journal_mode=WAL", -1, &st, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_step(st);
    const char *mode = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(st, 0) : NULL;
    enum rc out = RC_OK;
    if (rc != SQLITE_ROW) out = sq_fail(q, rc, err);
    else if (mode == NULL) out = err_set0(err, &E_no_memory, NO_PLACE);
    else if (strcmp(mode, "wal") != 0) out = err_set(err, &E_store_format, NO_PLACE, str_c(q->base.path), STR("journal_mode"));
    (void)sqlite3_finalize(st); /* told above */
    return out;
}

#define TEXT_OF_(x) #x
#define TEXT_OF(x) TEXT_OF_(x)
#define AREA_FORMAT 1
_Static_assert(AREA_FORMAT == STORE_FORMAT, "the text below names the format");

static const char create_sql[] =
    "PRAGMA application_id=" TEXT_OF(0x4755494A) ";"
    "PRAGMA user_version=" TEXT_OF(AREA_FORMAT) ";"
    "CREATE TABLE " STORE_META_TABLE "(name TEXT PRIMARY KEY NOT NULL,value BLOB NOT NULL) WITHOUT ROWID, STRICT;"
    "COMMIT";

/* In one transaction with a rollback journal, and only then WAL: whenever the power goes, the file is an area or it is not. */
static enum rc create(struct sq_store *q, struct err *err) {
    TRY(set(q, "PRAGMA page_size=" TEXT_OF(8192), err));
    TRY(set(q, "PRAGMA secure_delete=ON", err));
    TRY(set(q, "PRAGMA synchronous=EXTRA", err));
    TRY(set(q, "BEGIN IMMEDIATE", err));
    return set(q, create_sql, err);
}

static enum rc prepare_fixed(struct sq_store *q, struct err *err) {
    static const char *const text[FIX_COUNT] = {
        [FIX_BEGIN_WRITE] = "BEGIN IMMEDIATE",
        [FIX_BEGIN_READ] = "BEGIN",
        [FIX_COMMIT] = "COMMIT",
        [FIX_ROLLBACK] = "ROLLBACK",
        [FIX_MARK] = "SAVEPOINT m",
        [FIX_MARK_KEEP] = "RELEASE m",
        [FIX_MARK_UNDO] = "ROLLBACK TO m",
        [FIX_TOUCH] = "PRAGMA user_version=" TEXT_OF(AREA_FORMAT),
        [FIX_PEEK] = "SELECT 1 FROM " STORE_META_TABLE " LIMIT 1",
        [FIX_META_GET] = "SELECT value FROM " STORE_META_TABLE " WHERE name=?1",
        [FIX_META_PUT] = "INSERT INTO " STORE_META_TABLE " VALUES(?1,?2) ON CONFLICT(name) DO UPDATE SET value=excluded.value",
    };
    for (int i = 0; i < FIX_COUNT; i++) {
        bool writes = i == FIX_BEGIN_WRITE || i == FIX_TOUCH || i == FIX_META_PUT;
        if (writes && q->base.mode == STORE_READ) continue;
        int rc = sqlite3_prepare_v3(q->db, text[i], -1, SQLITE_PREPARE_PERSISTENT, &q->fixed[i], NULL);
        if (rc != SQLITE_OK) return sq_fail(q, rc, err);
    }
    return RC_OK;
}

/* ---- paths ---- */

/* The folder of an area that is not yet there. */
static enum rc check_folder(struct sq_store *q, struct err *err) {
    const char *path = q->base.path, *slash = strrchr(path, '/');
    size_t len = slash == NULL ? 0 : slash == path ? 1 : (size_t)(slash - path);
    char *folder = len == 0 ? copy(".", 1) : copy(path, len);
    if (folder == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    struct stat st;
    enum rc rc = RC_OK;
    if (stat(folder, &st) != 0 && (errno == ENOENT || errno == ENOTDIR)) rc = err_set(err, &E_store_no_folder, NO_PLACE, str_c(path));
    else rc = place_check(folder, str_c(path), err);
    sqlite3_free(folder);
    return rc;
}

/* An empty file that is certainly ours, readable by nobody else: what is in an area concerns people. */
static enum rc make_file(struct sq_store *q, struct err *err) {
    const char *path = q->base.path;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST) return err_set(err, &E_store_exists, NO_PLACE, str_c(path));
    if (fd < 0) return place_fail(err, str_c(path), "open", errno);
    (void)close(fd); /* empty */
    return RC_OK;
}

static void remove_files(const char *real) {
    static const char *const tail[] = {"", "-journal", "-wal", "-shm", ".lock"};
    char name[4096 + 16];
    for (size_t i = 0; i < ARRAY_LEN(tail); i++) {
        int len = snprintf(name, sizeof name, "%s%s", real, tail[i]);
        if (len > 0 && (size_t)len < sizeof name) (void)unlink(name); /* what cannot be removed is told as not an area */
    }
}

static enum rc resolve(struct sq_store *q, struct err *err) {
    char real[4096 + 1];
    struct stat st;
    struct str path = str_c(q->base.path);
    if (realpath(q->base.path, real) == NULL || stat(real, &st) != 0) {
        if (errno == ENOENT || errno == ENOTDIR) return err_set(err, &E_store_absent, NO_PLACE, path);
        return err_set(err, &E_store_cant_open, NO_PLACE, path, str_c(errno_text(errno)));
    }
    if (!S_ISREG(st.st_mode)) return err_set(err, &E_store_not_file, NO_PLACE, path);
    q->real = copy(real, strlen(real));
    return q->real != NULL ? RC_OK : err_set0(err, &E_no_memory, NO_PLACE);
}

static int64_t log_len(const struct sq_store *q) {
    char name[4096 + 8];
    struct stat st;
    int len = snprintf(name, sizeof name, "%s-wal", q->real);
    return len > 0 && (size_t)len < sizeof name && stat(name, &st) == 0 ? (int64_t)st.st_size : 0;
}

static enum rc check_media(struct sq_store *q, bool immutable, struct err *err) {
    if (immutable && q->base.mode != STORE_READ) return err_set(err, &E_store_reader, NO_PLACE, str_c(q->base.path));
    q->immutable = immutable || (q->base.mode == STORE_READ && place_is_readonly(q->real));
    if (!q->immutable) return place_check(q->real, str_c(q->base.path), err);
    if (log_len(q) == 0) return RC_OK;
    char name[4096 + 8];
    (void)snprintf(name, sizeof name, "%s-wal", q->real); /* cut at worst */
    return err_set(err, &E_store_log_left, NO_PLACE, str_c(q->base.path), str_c(name));
}

/* ---- the four ways in ---- */

static enum rc open_memory(struct sq_store *q, struct err *err) {
    q->disk = mem_disk_make();
    q->real = copy("area", 4);
    if (q->disk == NULL || q->real == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    q->vfs = copy(mem_disk_vfs(q->disk), strlen(mem_disk_vfs(q->disk)));
    if (q->vfs == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    q->base.mode = STORE_WRITE;
    TRY(connect(q, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, err));
    TRY(create(q, err));
    TRY(set_up(q, err));
    TRY(set_log(q, err));
    return prepare_fixed(q, err);
}

static enum rc open_new(struct sq_store *q, struct err *err) {
    TRY(resolve(q, err));
    TRY(lock_file_open(q, err));
    TRY(sq_lock(q, err));
    TRY(connect(q, SQLITE_OPEN_READWRITE, err));
    TRY(create(q, err));
    TRY(set_up(q, err));
    TRY(set_log(q, err));
    TRY(prepare_fixed(q, err));
    TRY(place_sync_folder_of(q->real, err));
    q->base.mode = STORE_WRITE;
    sq_unlock(q);
    return RC_OK;
}

static enum rc open_there(struct sq_store *q, const struct store_options *o, struct err *err) {
    TRY(resolve(q, err));
    TRY(check_media(q, o->immutable, err));
    bool write = q->base.mode == STORE_WRITE;
    TRY(connect(q, write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY, err));
    TRY(check_header(q, err));
    if (!write) {
        TRY(check_format(q, err));
        TRY(set_up(q, err));
        return prepare_fixed(q, err);
    }
    if (sqlite3_db_readonly(q->db, "main") == 1)
        return err_set(err, &E_store_readonly, NO_PLACE, str_c(q->base.path), str_c(errno_text(EACCES)));
    TRY(lock_file_open(q, err));
    TRY(check_format(q, err));
    TRY(set_up(q, err));
    /* What a process left behind that was killed may be read before it is durable: sync and fold it first.  Where another process
     * holds the lock, it is alive and does so itself. */
    bool alone = sq_try_lock(q);
    TRY(set_log(q, err));
    TRY(prepare_fixed(q, err));
    if (alone && log_len(q) > 0) {
        int frames = 0, folded = 0, rc = sq_fold(q, &frames, &folded);
        int kind = rc & 0xff;
        if (rc != SQLITE_OK && kind != SQLITE_BUSY && kind != SQLITE_FULL) return sq_fail(q, rc, err);
    }
    sq_unlock(q);
    return RC_OK;
}

enum rc sq_open(struct str path, const struct store_options *o, struct store **out, struct err *err) {
    MUST(pthread_once(&sqlite_once, sqlite_settle) == 0);
    struct sq_store *q = make(path, o->mode, o->busy_ms, o->memory ? NULL : o->vfs);
    if (q == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    enum rc rc;
    bool made = false;
    if (o->memory) {
        rc = open_memory(q, err);
    } else if (o->mode == STORE_CREATE) {
        rc = check_folder(q, err);
        if (rc == RC_OK) rc = make_file(q, err);
        made = rc == RC_OK;
        if (rc == RC_OK) rc = open_new(q, err);
    } else {
        rc = open_there(q, o, err);
    }
    if (rc != RC_OK) {
        char real[4096 + 1];
        if (made && realpath(q->base.path, real) == NULL) made = false;
        sq_close(&q->base);
        if (made) remove_files(real);
        return rc;
    }
    *out = &q->base;
    return RC_OK;
}

/* Reads only what never changes in s: s may be at work in its own thread. */
enum rc sq_open_reader(const struct store *s, struct store **out, struct err *err) {
    const struct sq_store *from = sq_of_const(s);
    struct sq_store *q = make(str_c(s->path), STORE_READ, from->busy_ms, from->vfs);
    if (q == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    q->real = copy(from->real, strlen(from->real));
    q->immutable = from->immutable;
    if (from->disk != NULL) q->disk = mem_disk_hold(from->disk);
    enum rc rc = q->real != NULL ? RC_OK : err_set0(err, &E_no_memory, NO_PLACE);
    if (rc == RC_OK) rc = connect(q, SQLITE_OPEN_READONLY, err);
    if (rc == RC_OK) rc = set_up(q, err);
    if (rc == RC_OK) rc = prepare_fixed(q, err);
    if (rc != RC_OK) {
        sq_close(&q->base);
        return rc;
    }
    *out = &q->base;
    return RC_OK;
}
