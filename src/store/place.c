/* place.c - the disk under an area: which file systems are refused, free space, syncs that SQLite does not do itself. */
#include "store/inner.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

const char *errno_text(int code) {
    const char *text = strerrordesc_np(code);
    return text != NULL ? text : "unknown error";
}

enum rc place_fail(struct err *err, struct str path, const char *call, int code) {
    struct str why = str_c(errno_text(code));
    if (code == ENOSPC || code == EDQUOT || code == EFBIG) return err_set(err, &E_store_full, NO_PLACE, path);
    if (code == EROFS || code == EACCES || code == EPERM) return err_set(err, &E_store_readonly, NO_PLACE, path, why);
    if (code == ENOMEM) return err_set0(err, &E_no_memory, NO_PLACE);
    return err_set(err, &E_store_io, NO_PLACE, path, why, str_c(call));
}

/* The shared-memory index of the log and byte-range locks do not work between machines, and a server's word that bytes are on
 * disk is not ours to give.  FUSE says nothing of what is behind it: only those over a block device are let in. */
const char *place_refused(long fs_magic, const char *fs_type) {
    static const struct {
        uint32_t magic;
        const char *name;
    } refused[] = {
        {0x00006969, "NFS"},    {0xFF534D42, "CIFS"},   {0xFE534D42, "SMB2"},     {0x0000517B, "SMB"},
        {0x01021997, "9P"},     {0x5346414F, "AFS"},    {0x6B414653, "AFS"},      {0x73757245, "Coda"},
        {0x0000564C, "NCP"},    {0x00C36400, "Ceph"},   {0x01161970, "GFS2"},     {0x7461636F, "OCFS2"},
        {0x0BD00BD0, "Lustre"}, {0x19830326, "BeeGFS"}, {0x47504653, "GPFS"},     {0x786F4256, "vboxsf"},
        {0xAAD7AAEA, "PanFS"},  {0xBACBACBC, "vmhgfs"}, {0x61756673, "aufs"},
    };
    uint32_t magic = (uint32_t)fs_magic;
    for (size_t i = 0; i < ARRAY_LEN(refused); i++)
        if (refused[i].magic == magic) return refused[i].name;
    if (magic == 0x65735546 && strcmp(fs_type, "fuseblk") != 0) return fs_type[0] != 0 ? fs_type : "FUSE";
    return NULL;
}

/* The type that /proc/self/mountinfo gives for the device of path; "" where it cannot be known. */
static void mount_type(const char *path, char *type, size_t size) {
    type[0] = 0;
    struct stat st;
    FILE *f = stat(path, &st) == 0 ? fopen("/proc/self/mountinfo", "re") : NULL;
    if (f == NULL) return;
    char line[4096], want[40];
    int len = snprintf(want, sizeof want, " %u:%u ", major(st.st_dev), minor(st.st_dev));
    while (len > 0 && fgets(line, sizeof line, f) != NULL) {
        const char *dash = strstr(line, " - ");
        const char *dev = strstr(line, want);
        if (dash == NULL || dev == NULL || dev > dash) continue;
        dash += 3;
        size_t n = strcspn(dash, " \n");
        if (n < size) {
            memcpy(type, dash, n);
            type[n] = 0;
        }
        break;
    }
    (void)fclose(f); /* read only */
}

enum rc place_check(const char *path, struct str shown, struct err *err) {
    struct statfs fs;
    if (statfs(path, &fs) != 0) return place_fail(err, shown, "statfs", errno);
    char type[64] = "";
    if ((uint32_t)fs.f_type == 0x65735546) mount_type(path, type, sizeof type);
    const char *name = place_refused((long)fs.f_type, type);
    if (name != NULL) return err_set(err, &E_store_network, NO_PLACE, shown, str_c(name));
    return RC_OK;
}

bool place_is_readonly(const char *path) {
    struct statvfs fs;
    return statvfs(path, &fs) == 0 && (fs.f_flag & ST_RDONLY) != 0;
}

int64_t place_free(const char *path) {
    struct statvfs fs;
    int64_t bytes;
    if (statvfs(path, &fs) != 0) return 0;
    if (mul_overflows((int64_t)fs.f_bavail, (int64_t)fs.f_frsize, &bytes)) return INT64_MAX;
    return bytes;
}

static enum rc sync_opened(int fd, const char *path, struct err *err) {
    int code = fd < 0 || fsync(fd) != 0 ? errno : 0;
    if (fd >= 0) (void)close(fd); /* fsync has told what there is to tell */
    return code == 0 ? RC_OK : place_fail(err, str_c(path), "fsync", code);
}

/* Never for a file that this process has open through SQLite: closing any descriptor of it would drop SQLite's locks. */
enum rc place_sync_file(const char *path, struct err *err) { return sync_opened(open(path, O_RDONLY | O_CLOEXEC), path, err); }

enum rc place_sync_folder_of(const char *path, struct err *err) {
    const char *slash = strrchr(path, '/');
    if (slash == NULL) return sync_opened(open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), ".", err);
    char folder[4096];
    size_t len = slash == path ? 1 : (size_t)(slash - path);
    if (len >= sizeof folder) return place_fail(err, str_c(path), "fsync", ENAMETOOLONG);
    memcpy(folder, path, len);
    folder[len] = 0;
    return sync_opened(open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), folder, err);
}
