/* fault_vfs.c - the VFS: passes on, counts, fails, records. */
#include "fault/fault_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct shim {
    sqlite3_file base;
    struct fault_disk *disk;
    uint32_t file;  /* idx, or UINT32_MAX for temporary ones */
    sqlite3_file *real;
};

static struct shim *shim_of(sqlite3_file *f) { return (struct shim *)(void *)f; }
static struct fault_disk *disk_of(sqlite3_vfs *v) { return v->pAppData; }

static void fatal(const char *what) {
    fprintf(stderr, "fault: %s\n", what);
    abort();
}

static void *need(void *p) {
    if (p == NULL) fatal("no memory");
    return p;
}

static void lock(struct fault_disk *d) {
    if (pthread_mutex_lock(&d->mutex) != 0) fatal("mutex");
}

static void unlock(struct fault_disk *d) {
    if (pthread_mutex_unlock(&d->mutex) != 0) fatal("mutex");
}

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* ---- failing ---- */

enum call { CALL_READ, CALL_WRITE, CALL_SYNC, CALL_TRUNCATE, CALL_SIZE, CALL_OPEN, CALL_CREATE, CALL_DELETE, CALL_ACCESS, CALL_LOCK, CALL_SHM };

static const char *const call_names[] = {"read", "write", "sync", "truncate", "size", "open", "create", "delete", "access", "lock", "shm"};

static bool can_meet(enum fault_error e, enum call c) {
    switch (e) {
    case FAULT_EIO: return true;
    case FAULT_FULL: return c == CALL_WRITE || c == CALL_SYNC || c == CALL_CREATE || c == CALL_SHM;
    case FAULT_READONLY: return c == CALL_WRITE || c == CALL_TRUNCATE || c == CALL_CREATE || c == CALL_DELETE || c == CALL_SHM;
    }
    return false;
}

/* Must this call fail? */
static bool fails(struct fault_disk *d, enum call c, const char *name) {
    lock(d);
    bool hit = false, changes = c == CALL_WRITE || c == CALL_SYNC || c == CALL_TRUNCATE || c == CALL_DELETE;
    if (d->kill_at > 0 && changes && ++d->changes == d->kill_at) (void)kill(getpid(), SIGKILL);
    if (d->nth > 0 && can_meet(d->error, c)) {
        d->calls++;
        hit = d->calls == d->nth || (d->forever && d->calls > d->nth);
        if (hit && d->hits++ == 0)
            (void)snprintf(d->where, sizeof d->where, "%s %s", call_names[c], name != NULL ? base_name(name) : "(temporary)");
        if (hit) d->last_errno = d->error == FAULT_EIO ? EIO : d->error == FAULT_FULL ? ENOSPC : EROFS;
    }
    unlock(d);
    return hit;
}

static bool shim_fails(const struct shim *s, enum call c) {
    return fails(s->disk, c, s->file != UINT32_MAX ? s->disk->files[s->file].name : NULL);
}

const char *fault_error_name(enum fault_error e) {
    static const char *const names[] = {"EIO", "ENOSPC", "EROFS"};
    return names[e];
}

void fault_fail(struct fault_disk *d, enum fault_error e, uint64_t nth, bool forever) {
    lock(d);
    d->error = e;
    d->nth = nth;
    d->forever = forever;
    d->calls = d->hits = 0;
    d->where[0] = 0;
    unlock(d);
}

void fault_kill(struct fault_disk *d, uint64_t nth) {
    lock(d);
    d->kill_at = nth;
    d->changes = 0;
    unlock(d);
}

uint64_t fault_hits(const struct fault_disk *d) { return d->hits; }
const char *fault_where(const struct fault_disk *d) { return d->where; }

/* ---- recording ---- */

static void op_put(struct fault_disk *d, enum op_kind kind, uint32_t file, int64_t at, const void *bytes, size_t len) {
    if (file == UINT32_MAX) return;
    lock(d);
    if (d->recording) {
        if (d->ops_count == d->ops_cap) {
            d->ops_cap = d->ops_cap == 0 ? 256 : d->ops_cap * 2;
            d->ops = need(realloc(d->ops, d->ops_cap * sizeof *d->ops));
        }
        struct op *o = &d->ops[d->ops_count++];
        *o = (struct op){.kind = kind, .file = file, .at = at, .len = len};
        if (len > 0) {
            o->bytes = need(malloc(len));
            memcpy(o->bytes, bytes, len);
        }
    }
    unlock(d);
}

/* What is in the file now, read past SQLite.  Only while no connection has it open (closing drops locks), or at the first open. */
static void base_load(struct file_base *f) {
    free(f->bytes);
    f->bytes = NULL;
    f->len = 0;
    struct stat st;
    f->there = stat(f->name, &st) == 0;
    if (!f->there || st.st_size == 0) return;
    f->len = (size_t)st.st_size;
    f->bytes = need(malloc(f->len));
    FILE *in = fopen(f->name, "rb");
    if (in == NULL || fread(f->bytes, 1, f->len, in) != f->len) fatal("cannot read a file to record from");
    (void)fclose(in); /* read only */
}

static uint32_t file_idx(struct fault_disk *d, const char *name) {
    if (name == NULL) return UINT32_MAX;
    lock(d);
    uint32_t i = 0;
    while (i < d->files_count && strcmp(d->files[i].name, name) != 0) i++;
    if (i == d->files_count) {
        if (i == FAULT_FILES_MAX || strlen(name) >= FAULT_NAME_MAX) fatal("too many files, or too long a name");
        (void)snprintf(d->files[i].name, FAULT_NAME_MAX, "%s", name);
        d->files_count++;
        if (d->recording) base_load(&d->files[i]);
    }
    unlock(d);
    return i;
}

static void forget(struct fault_disk *d) {
    for (size_t i = 0; i < d->ops_count; i++) free(d->ops[i].bytes);
    d->ops_count = 0;
}

void fault_record(struct fault_disk *d) {
    lock(d);
    forget(d);
    d->recording = true;
    for (uint32_t i = 0; i < d->files_count; i++) base_load(&d->files[i]);
    unlock(d);
}

void fault_note(struct fault_disk *d, uint64_t n) { op_put(d, OP_NOTE, 0, (int64_t)n, NULL, 0); }

/* ---- files ---- */

static int shim_close(sqlite3_file *f) {
    struct shim *s = shim_of(f);
    int rc = s->real->pMethods != NULL ? s->real->pMethods->xClose(s->real) : SQLITE_OK;
    free(s->real);
    s->real = NULL;
    return rc;
}

static int shim_read(sqlite3_file *f, void *to, int n, sqlite3_int64 at) {
    struct shim *s = shim_of(f);
    if (shim_fails(s, CALL_READ)) return SQLITE_IOERR_READ;
    return s->real->pMethods->xRead(s->real, to, n, at);
}

static int shim_write(sqlite3_file *f, const void *from, int n, sqlite3_int64 at) {
    struct shim *s = shim_of(f);
    bool hit = shim_fails(s, CALL_WRITE);
    int part = !hit ? n : s->disk->error == FAULT_READONLY ? 0 : n / 2;
    int rc = part > 0 ? s->real->pMethods->xWrite(s->real, from, part, at) : SQLITE_OK;
    if (part > 0 && rc == SQLITE_OK) op_put(s->disk, OP_WRITE, s->file, at, from, (size_t)part);
    if (!hit) return rc;
    return s->disk->error == FAULT_FULL ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

static int shim_truncate(sqlite3_file *f, sqlite3_int64 len) {
    struct shim *s = shim_of(f);
    if (shim_fails(s, CALL_TRUNCATE)) return SQLITE_IOERR_TRUNCATE;
    int rc = s->real->pMethods->xTruncate(s->real, len);
    if (rc == SQLITE_OK) op_put(s->disk, OP_TRUNCATE, s->file, len, NULL, 0);
    return rc;
}

static int shim_sync(sqlite3_file *f, int flags) {
    struct shim *s = shim_of(f);
    if (shim_fails(s, CALL_SYNC)) return SQLITE_IOERR_FSYNC;
    /* The real sync would only cost time: the images are made from the record. */
    (void)flags;
    op_put(s->disk, OP_SYNC, s->file, 0, NULL, 0);
    return SQLITE_OK;
}

static int shim_size(sqlite3_file *f, sqlite3_int64 *out) {
    struct shim *s = shim_of(f);
    if (shim_fails(s, CALL_SIZE)) return SQLITE_IOERR_FSTAT;
    return s->real->pMethods->xFileSize(s->real, out);
}

static int shim_lock(sqlite3_file *f, int level) {
    struct shim *s = shim_of(f);
    if (shim_fails(s, CALL_LOCK)) return SQLITE_IOERR_LOCK;
    return s->real->pMethods->xLock(s->real, level);
}

static int shim_unlock(sqlite3_file *f, int level) { return shim_of(f)->real->pMethods->xUnlock(shim_of(f)->real, level); }

static int shim_reserved(sqlite3_file *f, int *out) {
    return shim_of(f)->real->pMethods->xCheckReservedLock(shim_of(f)->real, out);
}

static int shim_control(sqlite3_file *f, int op, void *arg) {
    return shim_of(f)->real->pMethods->xFileControl(shim_of(f)->real, op, arg);
}

static int shim_sector(sqlite3_file *f) { return shim_of(f)->real->pMethods->xSectorSize(shim_of(f)->real); }

static int shim_traits(sqlite3_file *f) { return shim_of(f)->real->pMethods->xDeviceCharacteristics(shim_of(f)->real); }

static int shim_shm_map(sqlite3_file *f, int region, int size, int extend, void volatile **out) {
    struct shim *s = shim_of(f);
    if (shim_fails(s, CALL_SHM)) {
        *out = NULL;
        return extend ? SQLITE_IOERR_SHMSIZE : SQLITE_IOERR_SHMMAP;
    }
    return s->real->pMethods->xShmMap(s->real, region, size, extend, out);
}

static int shim_shm_lock(sqlite3_file *f, int from, int n, int flags) {
    struct shim *s = shim_of(f);
    if ((flags & SQLITE_SHM_LOCK) && shim_fails(s, CALL_LOCK)) return SQLITE_IOERR_SHMLOCK;
    return s->real->pMethods->xShmLock(s->real, from, n, flags);
}

static void shim_shm_barrier(sqlite3_file *f) { shim_of(f)->real->pMethods->xShmBarrier(shim_of(f)->real); }

static int shim_shm_unmap(sqlite3_file *f, int drop) { return shim_of(f)->real->pMethods->xShmUnmap(shim_of(f)->real, drop); }

static const sqlite3_io_methods shim_methods = {
    .iVersion = 2,
    .xClose = shim_close,
    .xRead = shim_read,
    .xWrite = shim_write,
    .xTruncate = shim_truncate,
    .xSync = shim_sync,
    .xFileSize = shim_size,
    .xLock = shim_lock,
    .xUnlock = shim_unlock,
    .xCheckReservedLock = shim_reserved,
    .xFileControl = shim_control,
    .xSectorSize = shim_sector,
    .xDeviceCharacteristics = shim_traits,
    .xShmMap = shim_shm_map,
    .xShmLock = shim_shm_lock,
    .xShmBarrier = shim_shm_barrier,
    .xShmUnmap = shim_shm_unmap,
};

/* Tells a file from one made later under the same name; numbers of inodes alone are used again at once. */
static uint64_t identity(const char *name) {
    struct statx st;
    if (statx(AT_FDCWD, name, 0, STATX_INO | STATX_BTIME, &st) != 0) return 0;
    return (st.stx_ino * UINT64_C(1000003) + (uint64_t)st.stx_btime.tv_sec) * UINT64_C(1000003) + st.stx_btime.tv_nsec + 1;
}

/* Files may also come and go past SQLite: the program removes what it could not finish. */
static void notice(struct fault_disk *d, uint32_t file) {
    if (file == UINT32_MAX) return;
    struct file_base *f = &d->files[file];
    uint64_t inode = identity(f->name);
    if (f->inode != 0 && inode != f->inode) op_put(d, OP_DELETE, file, 1, NULL, 0);
    if (f->inode != 0 && inode != 0 && inode != f->inode) op_put(d, OP_CREATE, file, 0, NULL, 0);
    f->inode = inode;
}

static int vfs_open(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *f, int flags, int *out_flags) {
    struct fault_disk *d = disk_of(vfs);
    struct shim *s = shim_of(f);
    struct stat st;
    memset(s, 0, sizeof *s);
    bool make = (flags & SQLITE_OPEN_CREATE) && (name == NULL || stat(name, &st) != 0);
    s->disk = d;
    s->file = file_idx(d, name);
    notice(d, s->file);
    if (fails(d, make ? CALL_CREATE : CALL_OPEN, name)) return SQLITE_CANTOPEN;
    s->real = need(calloc(1, (size_t)d->real->szOsFile));
    int rc = d->real->xOpen(d->real, name, s->real, flags, out_flags);
    if (rc != SQLITE_OK) {
        lock(d);
        d->last_errno = d->real->xGetLastError != NULL ? d->real->xGetLastError(d->real, 0, NULL) : 0;
        unlock(d);
        if (s->real->pMethods != NULL) (void)s->real->pMethods->xClose(s->real); /* the open failed, that is what counts */
        free(s->real);
        s->real = NULL;
        return rc;
    }
    s->base.pMethods = &shim_methods;
    if (make) op_put(d, OP_CREATE, s->file, 0, NULL, 0);
    if (name != NULL) d->files[s->file].inode = identity(name);
    return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync_folder) {
    struct fault_disk *d = disk_of(vfs);
    if (fails(d, CALL_DELETE, name)) return SQLITE_IOERR_DELETE;
    uint32_t file = file_idx(d, name);
    int rc = d->real->xDelete(d->real, name, 0);
    if (rc == SQLITE_OK) {
        op_put(d, OP_DELETE, file, sync_folder, NULL, 0);
        d->files[file].inode = 0;
    }
    return rc;
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *out) {
    struct fault_disk *d = disk_of(vfs);
    if (fails(d, CALL_ACCESS, name)) return SQLITE_IOERR_ACCESS;
    return d->real->xAccess(d->real, name, flags, out);
}

static int vfs_full_name(sqlite3_vfs *vfs, const char *name, int n, char *out) {
    return disk_of(vfs)->real->xFullPathname(disk_of(vfs)->real, name, n, out);
}
static int vfs_random(sqlite3_vfs *vfs, int n, char *out) { return disk_of(vfs)->real->xRandomness(disk_of(vfs)->real, n, out); }
static int vfs_sleep(sqlite3_vfs *vfs, int us) { return disk_of(vfs)->real->xSleep(disk_of(vfs)->real, us); }
static int vfs_time(sqlite3_vfs *vfs, double *out) { return disk_of(vfs)->real->xCurrentTime(disk_of(vfs)->real, out); }
static int vfs_time64(sqlite3_vfs *vfs, sqlite3_int64 *out) {
    return disk_of(vfs)->real->xCurrentTimeInt64(disk_of(vfs)->real, out);
}
static int vfs_last_error(sqlite3_vfs *vfs, int n, char *out) {
    (void)n, (void)out;
    return disk_of(vfs)->last_errno;
}

struct fault_disk *fault_disk_make(void) {
    if (sqlite3_initialize() != SQLITE_OK) fatal("sqlite3_initialize");
    struct fault_disk *d = need(calloc(1, sizeof *d));
    (void)snprintf(d->name, sizeof d->name, "fault-%p", (void *)d);
    d->real = need(sqlite3_vfs_find(NULL));
    if (pthread_mutex_init(&d->mutex, NULL) != 0) fatal("mutex");
    d->vfs = (sqlite3_vfs){.iVersion = 2,
                           .szOsFile = (int)sizeof(struct shim),
                           .mxPathname = d->real->mxPathname,
                           .zName = d->name,
                           .pAppData = d,
                           .xOpen = vfs_open,
                           .xDelete = vfs_delete,
                           .xAccess = vfs_access,
                           .xFullPathname = vfs_full_name,
                           .xRandomness = vfs_random,
                           .xSleep = vfs_sleep,
                           .xCurrentTime = vfs_time,
                           .xGetLastError = vfs_last_error,
                           .xCurrentTimeInt64 = vfs_time64};
    if (sqlite3_vfs_register(&d->vfs, 0) != SQLITE_OK) fatal("sqlite3_vfs_register");
    return d;
}

void fault_disk_free(struct fault_disk **dp) {
    struct fault_disk *d = *dp;
    if (d == NULL) return;
    (void)sqlite3_vfs_unregister(&d->vfs); /* it is registered: cannot fail */
    forget(d);
    free(d->ops);
    for (uint32_t i = 0; i < d->files_count; i++) free(d->files[i].bytes);
    (void)pthread_mutex_destroy(&d->mutex);
    free(d);
    *dp = NULL;
}

const char *fault_vfs(const struct fault_disk *d) { return d->name; }
