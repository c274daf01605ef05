/* spill.c - a file without a name, mapped. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/spill.h"

enum { SPILL_MAGIC = 0x7370696c, PATH_TEXT = 4096, PIECE = 1 << 20 };

struct spill {
    uint32_t magic;
    int fd;
    char *at; /* NULL: not mapped */
    size_t len;
    char folder[PATH_TEXT];
};

static enum rc failed(const struct spill *s, struct err *err) { return err_set(err, &E_io, NO_PLACE, str_c(s->folder), str_c(strerror(errno))); }

/* Some file systems make no files without a name: then it loses its name at once. */
static int make(const char *folder)
{
    char path[PATH_TEXT + 32];
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0) return fd;
    (void)snprintf(path, sizeof path, "%s/.guiju-spill-XXXXXX", folder);
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0) (void)unlink(path);
    return fd;
}

enum rc spill_open(struct str folder, struct spill **out, struct err *err)
{
    struct spill *s = calloc(1, sizeof *s);
    *out = NULL;
    if (s == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    s->magic = SPILL_MAGIC;
    (void)snprintf(s->folder, sizeof s->folder, STR_FMT, STR_ARG(folder));
    s->fd = folder.len >= sizeof s->folder ? -1 : make(s->folder);
    if (s->fd < 0) {
        enum rc rc = failed(s, err);
        free(s);
        return rc;
    }
    *out = s;
    return RC_OK;
}

enum rc spill_put(struct spill *s, struct str bytes, struct err *err)
{
    MAGIC_CHECK(s, SPILL_MAGIC);
    MUST(s->at == NULL);
    for (size_t done = 0; done < bytes.len;) {
        ssize_t n = write(s->fd, bytes.ptr + done, bytes.len - done);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return failed(s, err);
        done += (size_t)n;
    }
    s->len += bytes.len;
    return RC_OK;
}

enum rc spill_copy(struct spill *s, struct str path, struct err *err)
{
    char name[PATH_TEXT];
    MAGIC_CHECK(s, SPILL_MAGIC);
    (void)snprintf(name, sizeof name, STR_FMT, STR_ARG(path));
    int fd = path.len >= sizeof name ? -1 : open(name, O_RDONLY | O_CLOEXEC);
    char *piece = fd < 0 ? NULL : malloc(PIECE);
    if (fd < 0) return err_set(err, &E_io, NO_PLACE, path, str_c(strerror(errno)));
    enum rc rc = piece == NULL ? err_set0(err, &E_no_memory, NO_PLACE) : RC_OK;
    while (rc == RC_OK) {
        ssize_t n = read(fd, piece, PIECE);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) rc = err_set(err, &E_io, NO_PLACE, path, str_c(strerror(errno)));
        if (n <= 0) break;
        rc = spill_put(s, str_of(piece, (size_t)n), err);
    }
    free(piece);
    close(fd);
    return rc;
}

enum rc spill_room(struct spill *s, size_t len, struct err *err)
{
    MAGIC_CHECK(s, SPILL_MAGIC);
    MUST(s->at == NULL);
    if (len == 0) return RC_OK;
    errno = posix_fallocate(s->fd, (off_t)s->len, (off_t)len);
    if (errno != 0) return failed(s, err);
    s->len += len;
    return RC_OK;
}

enum rc spill_map(struct spill *s, struct err *err)
{
    MAGIC_CHECK(s, SPILL_MAGIC);
    if (s->at != NULL || s->len == 0) return RC_OK;
    void *at = mmap(NULL, s->len, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, 0);
    if (at == MAP_FAILED) return failed(s, err);
    s->at = at;
    return RC_OK;
}

struct str spill_view(const struct spill *s)
{
    MAGIC_CHECK(s, SPILL_MAGIC);
    MUST(s->at != NULL || s->len == 0);
    return str_of(s->at, s->len);
}

void spill_lend(struct spill *s, struct arena *a)
{
    MAGIC_CHECK(s, SPILL_MAGIC);
    MUST(s->at != NULL);
    arena_init_lent(a, s->at, s->len);
}

void spill_cool(const struct spill *s)
{
    if (s == NULL || s->at == NULL) return;
    MAGIC_CHECK(s, SPILL_MAGIC);
    (void)madvise(s->at, s->len, MADV_DONTNEED); /* of a shared file: the pages stay in it */
}

void spill_close(struct spill **sp)
{
    if (*sp == NULL) return;
    MAGIC_CHECK(*sp, SPILL_MAGIC);
    if ((*sp)->at != NULL) (void)munmap((*sp)->at, (*sp)->len);
    close((*sp)->fd);
    free(*sp);
    *sp = NULL;
}

static void close_deferred(void *arg)
{
    struct spill *s = arg;
    spill_close(&s);
}

void spill_defer(struct arena *a, struct spill *s) { arena_defer(a, close_deferred, s); }

struct str spill_folder(struct str path)
{
    size_t at = path.len;
    while (at > 0 && path.ptr[at - 1] != '/') at--;
    return at == 0 ? STR(".") : at == 1 ? STR("/") : str_sub(path, 0, at - 1);
}
