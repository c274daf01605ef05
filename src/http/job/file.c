/* file.c - the folder beside an area in which jobs keep what they were given and what they found: one folder a job, mode 0700, files 0600. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http/job/job.h"

static enum rc failed(const char *path, struct err *err) { return err_set(err, &E_io, NO_PLACE, str_c(path), str_c(strerror(errno))); }

static bool is_id(const char *name)
{
    size_t n = 0;
    for (; name[n] != '\0'; n++)
        if (n >= JOB_ID || !((name[n] >= '0' && name[n] <= '9') || (name[n] >= 'a' && name[n] <= 'f'))) return false;
    return n == JOB_ID;
}

static bool path_of(const struct jobfile *f, const char *id, const char *name, char out[4400])
{
    int n = snprintf(out, 4400, "%s/%s%s%s", f->folder, id, name[0] == '\0' ? "" : "/", name);
    return n > 0 && n < 4400;
}

enum rc jobfile_open(struct str area_path, struct jobfile *out, struct err *err)
{
    static const char ending[] = "-jobs";
    if (area_path.len + sizeof ending > sizeof out->folder) return err_set(err, &E_io, NO_PLACE, area_path, str_c(strerror(ENAMETOOLONG)));
    memcpy(out->folder, area_path.ptr, area_path.len);
    memcpy(out->folder + area_path.len, ending, sizeof ending);
    return RC_OK;
}

static void sync_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return;
    (void)fsync(fd);
    (void)close(fd);
}

static enum rc write_all(int fd, struct str bytes)
{
    for (size_t at = 0; at < bytes.len;) {
        ssize_t n = write(fd, bytes.ptr + at, MIN(bytes.len - at, (size_t)1 << 24));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return RC_SYSTEM;
        at += (size_t)n;
    }
    return fsync(fd) == 0 ? RC_OK : RC_SYSTEM;
}

enum rc jobfile_put(const struct jobfile *f, const char *id, const char *name, struct str bytes, struct err *err)
{
    char folder[4400], path[4400], part[4400];
    char temp[64];
    (void)snprintf(temp, sizeof temp, "%.40s.part", name);
    if (!path_of(f, id, "", folder) || !path_of(f, id, name, path) || !path_of(f, id, temp, part)) return err_set(err, &E_io, NO_PLACE, str_c(name), str_c(strerror(ENAMETOOLONG)));
    if (mkdir(f->folder, 0700) != 0 && errno != EEXIST) return failed(f->folder, err);
    if (mkdir(folder, 0700) == 0) sync_folder(f->folder);
    else if (errno != EEXIST) return failed(folder, err);
    int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return failed(part, err);
    enum rc rc = write_all(fd, bytes);
    if (rc != RC_OK) rc = failed(part, err);
    (void)close(fd);
    if (rc == RC_OK && rename(part, path) != 0) rc = failed(path, err);
    if (rc != RC_OK) (void)unlink(part);
    else sync_folder(folder);
    return rc;
}

enum rc jobfile_get(const struct jobfile *f, const char *id, const char *name, size_t max, struct buf *out, struct err *err)
{
    char path[4400];
    struct stat st;
    if (!path_of(f, id, name, path)) return err_set(err, &E_http_absent, NO_PLACE, str_c(name));
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return errno == ENOENT ? err_set(err, &E_http_absent, NO_PLACE, str_c(name)) : failed(path, err);
    enum rc rc = fstat(fd, &st) != 0 ? failed(path, err) : !S_ISREG(st.st_mode) || (uint64_t)st.st_size > max ? err_set(err, &E_http_absent, NO_PLACE, str_c(name)) : RC_OK;
    size_t left = rc == RC_OK ? (size_t)st.st_size : 0;
    while (rc == RC_OK && left > 0) {
        char *to = buf_room(out, MIN(left, (size_t)1 << 20));
        ssize_t n = to == NULL ? -1 : read(fd, to, MIN(left, (size_t)1 << 20));
        if (n < 0 && to != NULL && errno == EINTR) continue;
        if (n <= 0) rc = to == NULL ? err_set0(err, &E_no_memory, NO_PLACE) : failed(path, err);
        else {
            buf_grew(out, (size_t)n);
            left -= (size_t)n;
        }
    }
    (void)close(fd);
    return rc;
}

/* Every file in a folder, then the folder. */
void jobfile_drop(const struct jobfile *f, const char *id)
{
    char folder[4400], path[4800];
    if (!path_of(f, id, "", folder)) return;
    DIR *d = opendir(folder);
    const struct dirent *e;
    while (d != NULL && (e = readdir(d)) != NULL) {
        if (e->d_name[0] == '.') continue;
        (void)snprintf(path, sizeof path, "%s/%.200s", folder, e->d_name);
        (void)unlink(path);
    }
    if (d != NULL) (void)closedir(d);
    (void)rmdir(folder);
}

void jobfile_each(const struct jobfile *f, void (*fn)(void *ctx, const char *id), void *ctx)
{
    enum { MOST = 4096 };
    DIR *d = opendir(f->folder);
    if (d == NULL) return;
    char (*ids)[JOB_ID + 1] = calloc(MOST, sizeof *ids);
    size_t n = 0;
    const struct dirent *e;
    while (ids != NULL && n < MOST && (e = readdir(d)) != NULL)
        if (is_id(e->d_name)) memcpy(ids[n++], e->d_name, JOB_ID + 1);
    (void)closedir(d);
    for (size_t i = 0; i < n; i++) {
        char path[4400];
        struct stat st;
        /* Its last file is the one that makes it a job. */
        if (path_of(f, ids[i], "job.json", path) && stat(path, &st) == 0) fn(ctx, ids[i]);
        else jobfile_drop(f, ids[i]);
    }
    free(ids);
}

uint64_t jobfile_bytes(const struct jobfile *f)
{
    uint64_t sum = 0;
    DIR *d = opendir(f->folder);
    const struct dirent *e;
    while (d != NULL && (e = readdir(d)) != NULL) {
        char folder[4400], path[4800];
        if (!is_id(e->d_name) || !path_of(f, e->d_name, "", folder)) continue;
        DIR *one = opendir(folder);
        const struct dirent *x;
        while (one != NULL && (x = readdir(one)) != NULL) {
            struct stat st;
            (void)snprintf(path, sizeof path, "%s/%.200s", folder, x->d_name);
            if (stat(path, &st) == 0 && S_ISREG(st.st_mode)) sum += (uint64_t)st.st_size;
        }
        if (one != NULL) (void)closedir(one);
    }
    if (d != NULL) (void)closedir(d);
    return sum;
}
