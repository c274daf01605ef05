/*
 * sqlite_mem.c - a VFS whose files are memory.
 * SQLite's own memory data bases know no write-ahead log: their readers stop the writer.  Areas in memory serve tests and
 * scenarios, which should meet the same snapshots and locks as files on a disk; so this VFS has shared memory and locks.
 * Every disk is a VFS of its own with a name that nobody else has; files have names on it; it goes with its last holder.
 * Threads: one mutex a disk.
 */
#include "store/sqlite_inner.h"

#include <pthread.h>

enum { MEM_CHUNK = 64 * 1024, MEM_SHM_SLOTS = SQLITE_SHM_NLOCK, MEM_NAME_MAX = 64, MEM_SHM_REGIONS_MAX = 4096 };

struct mem_file {
    char name[MEM_NAME_MAX]; /* "" for temporary ones */
    uint8_t **chunks;
    size_t chunks_count, chunks_cap;
    int64_t len;
    int holders;
    bool deleted;
    int shared; /* connections with SHARED or more */
    const struct mem_handle *reserved, *pending, *exclusive;
    void **shm;
    int shm_count;
    int shm_shared[MEM_SHM_SLOTS];
    const struct mem_handle *shm_exclusive[MEM_SHM_SLOTS];
    struct mem_file *next;
};

struct mem_disk {
    sqlite3_vfs vfs;
    char name[40];
    sqlite3_vfs *system; /* time, sleep, random bytes */
    pthread_mutex_t mutex;
    int holders;
    struct mem_file *files;
};

struct mem_handle {
    sqlite3_file base;
    struct mem_disk *disk;
    struct mem_file *file;
    int lock;
    unsigned shm_shared_bits;
};

static struct mem_handle *handle_of(sqlite3_file *f) { return (struct mem_handle *)(void *)f; }
static struct mem_disk *disk_of(sqlite3_vfs *v) { return v->pAppData; }
static void lock_disk(struct mem_disk *d) { MUST(pthread_mutex_lock(&d->mutex) == 0); }
static void unlock_disk(struct mem_disk *d) { MUST(pthread_mutex_unlock(&d->mutex) == 0); }

static void file_cut(struct mem_file *f, size_t chunks) {
    while (f->chunks_count > chunks) sqlite3_free(f->chunks[--f->chunks_count]);
}

static void file_free(struct mem_file *f) {
    file_cut(f, 0);
    sqlite3_free(f->chunks);
    for (int i = 0; i < f->shm_count; i++) sqlite3_free(f->shm[i]);
    sqlite3_free(f->shm);
    sqlite3_free(f);
}

/* Chunks up to len bytes, new ones zero. */
static bool file_grow(struct mem_file *f, int64_t len) {
    size_t want = (size_t)((len + MEM_CHUNK - 1) / MEM_CHUNK);
    if (want > f->chunks_cap) {
        size_t cap = MAX(want, f->chunks_cap * 2);
        uint8_t **chunks = sqlite3_realloc64(f->chunks, cap * sizeof *chunks);
        if (chunks == NULL) return false;
        f->chunks = chunks;
        f->chunks_cap = cap;
    }
    while (f->chunks_count < want) {
        uint8_t *chunk = sqlite3_malloc64(MEM_CHUNK);
        if (chunk == NULL) return false;
        memset(chunk, 0, MEM_CHUNK);
        f->chunks[f->chunks_count++] = chunk;
    }
    return true;
}

static int mem_close(sqlite3_file *base) {
    struct mem_handle *h = handle_of(base);
    struct mem_disk *d = h->disk;
    lock_disk(d);
    struct mem_file *f = h->file;
    f->holders--;
    if (f->holders == 0 && f->deleted) file_free(f);
    h->file = NULL;
    unlock_disk(d);
    return SQLITE_OK;
}

static int mem_read(sqlite3_file *base, void *to, int n, sqlite3_int64 at) {
    struct mem_handle *h = handle_of(base);
    struct mem_file *f = h->file;
    uint8_t *out = to;
    lock_disk(h->disk);
    int64_t have = at >= f->len ? 0 : MIN((int64_t)n, f->len - at);
    for (int64_t done = 0; done < have;) {
        int64_t in = (at + done) % MEM_CHUNK, part = MIN(MEM_CHUNK - in, have - done);
        memcpy(out + done, f->chunks[(at + done) / MEM_CHUNK] + in, (size_t)part);
        done += part;
    }
    unlock_disk(h->disk);
    if (have == n) return SQLITE_OK;
    memset(out + have, 0, (size_t)(n - have));
    return SQLITE_IOERR_SHORT_READ;
}

static int mem_write(sqlite3_file *base, const void *from, int n, sqlite3_int64 at) {
    struct mem_handle *h = handle_of(base);
    struct mem_file *f = h->file;
    const uint8_t *in = from;
    lock_disk(h->disk);
    bool ok = file_grow(f, at + n);
    for (int64_t done = 0; ok && done < n;) {
        int64_t off = (at + done) % MEM_CHUNK, part = MIN(MEM_CHUNK - off, n - done);
        memcpy(f->chunks[(at + done) / MEM_CHUNK] + off, in + done, (size_t)part);
        done += part;
    }
    if (ok) f->len = MAX(f->len, at + n);
    unlock_disk(h->disk);
    return ok ? SQLITE_OK : SQLITE_IOERR_NOMEM;
}

static int mem_truncate(sqlite3_file *base, sqlite3_int64 size) {
    struct mem_handle *h = handle_of(base);
    struct mem_file *f = h->file;
    lock_disk(h->disk);
    if (size < f->len) {
        file_cut(f, (size_t)((size + MEM_CHUNK - 1) / MEM_CHUNK));
        /* What is grown into later must read as zeros. */
        int64_t in = size % MEM_CHUNK;
        if (in > 0) memset(f->chunks[size / MEM_CHUNK] + in, 0, (size_t)(MEM_CHUNK - in));
        f->len = size;
    }
    unlock_disk(h->disk);
    return SQLITE_OK;
}

static int mem_sync(sqlite3_file *base, int flags) {
    (void)base, (void)flags;
    return SQLITE_OK;
}

static int mem_size(sqlite3_file *base, sqlite3_int64 *size) {
    struct mem_handle *h = handle_of(base);
    lock_disk(h->disk);
    *size = h->file->len;
    unlock_disk(h->disk);
    return SQLITE_OK;
}

/* SQLite's five states: many SHARED; one RESERVED beside them; PENDING lets no new ones in; EXCLUSIVE is alone. */
static int mem_lock(sqlite3_file *base, int level) {
    struct mem_handle *h = handle_of(base);
    struct mem_file *f = h->file;
    int rc = SQLITE_OK;
    lock_disk(h->disk);
    if (h->lock < level) {
        if (level == SQLITE_LOCK_SHARED) {
            if (f->pending != NULL || f->exclusive != NULL) rc = SQLITE_BUSY;
            else f->shared++;
        } else if (level == SQLITE_LOCK_RESERVED) {
            if (f->reserved != NULL || f->pending != NULL || f->exclusive != NULL) rc = SQLITE_BUSY;
            else f->reserved = h;
        } else {
            if ((f->reserved != NULL && f->reserved != h) || (f->pending != NULL && f->pending != h) ||
                (f->exclusive != NULL && f->exclusive != h)) {
                rc = SQLITE_BUSY;
            } else {
                f->pending = h;
                if (f->shared > 1) {
                    rc = SQLITE_BUSY;
                    h->lock = SQLITE_LOCK_PENDING;
                } else {
                    f->exclusive = h;
                }
            }
        }
        if (rc == SQLITE_OK) h->lock = level;
    }
    unlock_disk(h->disk);
    return rc;
}

static int mem_unlock(sqlite3_file *base, int level) {
    struct mem_handle *h = handle_of(base);
    struct mem_file *f = h->file;
    lock_disk(h->disk);
    if (h->lock > level) {
        if (f->reserved == h) f->reserved = NULL;
        if (f->pending == h) f->pending = NULL;
        if (f->exclusive == h) f->exclusive = NULL;
        if (level == SQLITE_LOCK_NONE) f->shared--;
        h->lock = level;
    }
    unlock_disk(h->disk);
    return SQLITE_OK;
}

static int mem_reserved(sqlite3_file *base, int *out) {
    struct mem_handle *h = handle_of(base);
    lock_disk(h->disk);
    *out = h->file->reserved != NULL || h->file->pending != NULL || h->file->exclusive != NULL;
    unlock_disk(h->disk);
    return SQLITE_OK;
}

static int mem_control(sqlite3_file *base, int op, void *arg) {
    (void)base, (void)op, (void)arg;
    return SQLITE_NOTFOUND;
}

static int mem_sector(sqlite3_file *base) {
    (void)base;
    return 4096;
}

static int mem_traits(sqlite3_file *base) {
    (void)base;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE | SQLITE_IOCAP_SAFE_APPEND;
}

static int mem_shm_map(sqlite3_file *base, int region, int size, int extend, void volatile **out) {
    struct mem_handle *h = handle_of(base);
    struct mem_file *f = h->file;
    int rc = SQLITE_OK;
    *out = NULL;
    lock_disk(h->disk);
    if (region >= f->shm_count && extend) {
        void **shm = region >= MEM_SHM_REGIONS_MAX ? NULL : sqlite3_realloc64(f->shm, ((size_t)region + 1) * sizeof *shm);
        if (shm == NULL) rc = SQLITE_IOERR_NOMEM;
        else f->shm = shm;
        while (rc == SQLITE_OK && f->shm_count <= region) {
            void *bytes = sqlite3_malloc64((sqlite3_uint64)size);
            if (bytes == NULL) rc = SQLITE_IOERR_NOMEM;
            else f->shm[f->shm_count++] = memset(bytes, 0, (size_t)size);
        }
    }
    if (rc == SQLITE_OK && region < f->shm_count) *out = f->shm[region];
    unlock_disk(h->disk);
    return rc;
}

static int mem_shm_lock(sqlite3_file *base, int from, int n, int flags) {
    struct mem_handle *h = handle_of(base);
    struct mem_file *f = h->file;
    int rc = SQLITE_OK;
    lock_disk(h->disk);
    for (int i = from; i < from + n; i++) {
        unsigned bit = 1u << i;
        if (flags & SQLITE_SHM_UNLOCK) {
            if (f->shm_exclusive[i] == h) f->shm_exclusive[i] = NULL;
            if ((flags & SQLITE_SHM_SHARED) && (h->shm_shared_bits & bit)) {
                h->shm_shared_bits &= ~bit;
                f->shm_shared[i]--;
            }
        } else if (flags & SQLITE_SHM_SHARED) {
            if (h->shm_shared_bits & bit) continue;
            if (f->shm_exclusive[i] != NULL) rc = SQLITE_BUSY;
            else {
                h->shm_shared_bits |= bit;
                f->shm_shared[i]++;
            }
        } else if ((f->shm_exclusive[i] != NULL && f->shm_exclusive[i] != h) || f->shm_shared[i] > 0) {
            rc = SQLITE_BUSY;
        }
    }
    if (rc == SQLITE_OK && (flags & SQLITE_SHM_LOCK) && (flags & SQLITE_SHM_EXCLUSIVE))
        for (int i = from; i < from + n; i++) f->shm_exclusive[i] = h;
    unlock_disk(h->disk);
    return rc;
}

static void mem_shm_barrier(sqlite3_file *base) {
    lock_disk(handle_of(base)->disk);
    unlock_disk(handle_of(base)->disk);
}

static int mem_shm_unmap(sqlite3_file *base, int drop) {
    (void)drop; /* the shared memory goes with the disk */
    struct mem_handle *h = handle_of(base);
    struct mem_file *f = h->file;
    lock_disk(h->disk);
    for (int i = 0; i < MEM_SHM_SLOTS; i++) {
        if (f->shm_exclusive[i] == h) f->shm_exclusive[i] = NULL;
        if (h->shm_shared_bits & 1u << i) f->shm_shared[i]--;
    }
    h->shm_shared_bits = 0;
    unlock_disk(h->disk);
    return SQLITE_OK;
}

static const sqlite3_io_methods mem_methods = {
    .iVersion = 2,
    .xClose = mem_close,
    .xRead = mem_read,
    .xWrite = mem_write,
    .xTruncate = mem_truncate,
    .xSync = mem_sync,
    .xFileSize = mem_size,
    .xLock = mem_lock,
    .xUnlock = mem_unlock,
    .xCheckReservedLock = mem_reserved,
    .xFileControl = mem_control,
    .xSectorSize = mem_sector,
    .xDeviceCharacteristics = mem_traits,
    .xShmMap = mem_shm_map,
    .xShmLock = mem_shm_lock,
    .xShmBarrier = mem_shm_barrier,
    .xShmUnmap = mem_shm_unmap,
};

static struct mem_file *disk_find(const struct mem_disk *d, const char *name) {
    for (struct mem_file *f = d->files; f != NULL; f = f->next)
        if (strcmp(f->name, name) == 0) return f;
    return NULL;
}

static int mem_open(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *base, int flags, int *out_flags) {
    struct mem_disk *d = disk_of(vfs);
    struct mem_handle *h = handle_of(base);
    int rc = SQLITE_OK;
    memset(h, 0, sizeof *h);
    lock_disk(d);
    struct mem_file *f = name != NULL ? disk_find(d, name) : NULL;
    if (f == NULL && !(flags & SQLITE_OPEN_CREATE)) rc = SQLITE_CANTOPEN;
    if (f == NULL && rc == SQLITE_OK) {
        f = sqlite3_malloc64(sizeof *f);
        if (f == NULL) rc = SQLITE_NOMEM;
        else {
            memset(f, 0, sizeof *f);
            if (name == NULL) f->deleted = true; /* goes when closed */
            else {
                (void)snprintf(f->name, sizeof f->name, "%s", name); /* fits: mem_full_name */
                f->next = d->files;
                d->files = f;
            }
        }
    }
    if (rc == SQLITE_OK) {
        f->holders++;
        h->disk = d;
        h->file = f;
        h->base.pMethods = &mem_methods;
        if (out_flags != NULL) *out_flags = flags;
    }
    unlock_disk(d);
    return rc;
}

static int mem_delete(sqlite3_vfs *vfs, const char *name, int sync_folder) {
    (void)sync_folder;
    struct mem_disk *d = disk_of(vfs);
    int rc = SQLITE_IOERR_DELETE_NOENT;
    lock_disk(d);
    for (struct mem_file **at = &d->files; *at != NULL; at = &(*at)->next) {
        struct mem_file *f = *at;
        if (strcmp(f->name, name) != 0) continue;
        *at = f->next;
        if (f->holders == 0) file_free(f);
        else f->deleted = true;
        rc = SQLITE_OK;
        break;
    }
    unlock_disk(d);
    return rc;
}

static int mem_access(sqlite3_vfs *vfs, const char *name, int flags, int *out) {
    (void)flags;
    struct mem_disk *d = disk_of(vfs);
    lock_disk(d);
    *out = disk_find(d, name) != NULL;
    unlock_disk(d);
    return SQLITE_OK;
}

static int mem_full_name(sqlite3_vfs *vfs, const char *name, int n, char *out) {
    (void)vfs;
    int len = snprintf(out, (size_t)n, "%s", name);
    return len >= 0 && len < n && len < MEM_NAME_MAX - 10 ? SQLITE_OK : SQLITE_CANTOPEN;
}

static sqlite3_vfs *system_of(sqlite3_vfs *vfs) { return disk_of(vfs)->system; }

static int mem_random(sqlite3_vfs *vfs, int n, char *out) { return system_of(vfs)->xRandomness(system_of(vfs), n, out); }
static int mem_sleep(sqlite3_vfs *vfs, int us) { return system_of(vfs)->xSleep(system_of(vfs), us); }
static int mem_time(sqlite3_vfs *vfs, double *out) { return system_of(vfs)->xCurrentTime(system_of(vfs), out); }
static int mem_time64(sqlite3_vfs *vfs, sqlite3_int64 *out) {
    return system_of(vfs)->xCurrentTimeInt64(system_of(vfs), out);
}
static int mem_last_error(sqlite3_vfs *vfs, int n, char *out) {
    (void)vfs, (void)n, (void)out;
    return 0;
}

struct mem_disk *mem_disk_make(void) {
    if (sqlite3_initialize() != SQLITE_OK) return NULL;
    struct mem_disk *d = sqlite3_malloc64(sizeof *d);
    if (d == NULL) return NULL;
    memset(d, 0, sizeof *d);
    uint64_t random;
    sqlite3_randomness(sizeof random, &random);
    /* The address keeps two disks of one process apart, the random number keeps a stale name from meeting a new disk. */
    (void)snprintf(d->name, sizeof d->name, "mem-%llx-%p", (unsigned long long)(random >> 32), (void *)d);
    d->system = sqlite3_vfs_find(NULL);
    d->holders = 1;
    MUST(pthread_mutex_init(&d->mutex, NULL) == 0);
    d->vfs = (sqlite3_vfs){.iVersion = 2,
                           .szOsFile = (int)sizeof(struct mem_handle),
                           .mxPathname = MEM_NAME_MAX,
                           .zName = d->name,
                           .pAppData = d,
                           .xOpen = mem_open,
                           .xDelete = mem_delete,
                           .xAccess = mem_access,
                           .xFullPathname = mem_full_name,
                           .xRandomness = mem_random,
                           .xSleep = mem_sleep,
                           .xCurrentTime = mem_time,
                           .xGetLastError = mem_last_error,
                           .xCurrentTimeInt64 = mem_time64};
    if (d->system == NULL || sqlite3_vfs_register(&d->vfs, 0) != SQLITE_OK) {
        (void)pthread_mutex_destroy(&d->mutex);
        sqlite3_free(d);
        return NULL;
    }
    return d;
}

const char *mem_disk_vfs(const struct mem_disk *d) { return d->name; }

struct mem_disk *mem_disk_hold(struct mem_disk *d) {
    lock_disk(d);
    d->holders++;
    unlock_disk(d);
    return d;
}

void mem_disk_drop(struct mem_disk *d) {
    if (d == NULL) return;
    lock_disk(d);
    bool last = --d->holders == 0;
    unlock_disk(d);
    if (!last) return;
    (void)sqlite3_vfs_unregister(&d->vfs); /* it is registered: cannot fail */
    for (struct mem_file *f = d->files, *next; f != NULL; f = next) {
        next = f->next;
        file_free(f);
    }
    (void)pthread_mutex_destroy(&d->mutex);
    sqlite3_free(d);
}
