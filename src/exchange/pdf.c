/* pdf.c - documents as PDF, by LibreOffice where it is installed.  It has a folder of its own, and a time after which it is ended. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exchange/inner.h"

enum { PDF_MAX = 256 << 20, WAIT_MS = 120000, LOOK_MS = 50 };

extern char **environ;

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

static bool write_file(const char *path, struct str bytes)
{
    FILE *f = fopen(path, "wb");
    bool ok = f != NULL && fwrite(bytes.ptr, 1, bytes.len, f) == bytes.len;
    if (f != NULL && fclose(f) != 0) ok = false;
    return ok;
}

static bool read_file(const char *path, struct arena *a, struct str *out)
{
    FILE *f = fopen(path, "rb");
    struct buf b;
    char part[65536];
    size_t n;
    if (f == NULL) return false;
    buf_init(&b, PDF_MAX);
    while ((n = fread(part, 1, sizeof part, f)) > 0) buf_str(&b, str_of(part, n));
    bool ok = ferror(f) == 0 && !buf_failed(&b) && b.len > 0;
    if (ok) *out = str_dup(a, buf_view(&b));
    buf_fini(&b);
    fclose(f);
    return ok;
}

/* No fork in a process with threads: spawned with its outputs closed, looked at until it ends or its time is over. */
static enum rc run(char *const argv[], struct err *err)
{
    posix_spawn_file_actions_t actions;
    pid_t pid = 0;
    int status = 0, waited = 0;
    if (posix_spawn_file_actions_init(&actions) != 0) return err_set0(err, &E_no_memory, NO_PLACE);
    bool ready = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0) == 0 && posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0) == 0 &&
                 posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0) == 0;
    int failed = ready ? posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ) : ENOMEM;
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) return err_set0(err, &E_pdf_absent, NO_PLACE);
    for (;;) {
        pid_t got = waitpid(pid, &status, WNOHANG);
        if (got == pid) break;
        if (got < 0 && errno != EINTR) return err_set0(err, &E_pdf_failed, NO_PLACE);
        if (waited >= WAIT_MS) {
            (void)kill(pid, SIGKILL);
            (void)waitpid(pid, &status, 0);
            return err_set0(err, &E_pdf_failed, NO_PLACE);
        }
        (void)usleep(LOOK_MS * 1000);
        waited += LOOK_MS;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127) return err_set0(err, &E_pdf_absent, NO_PLACE);
    return RC_OK;
}

bool exchange_pdf_there(void)
{
    const char *path = getenv("PATH");
    char full[512];
    while (path != NULL && *path != '\0') {
        const char *end = strchr(path, ':');
        int len = (int)(end == NULL ? strlen(path) : (size_t)(end - path));
        if (snprintf(full, sizeof full, "%.*s/soffice", len, path) < (int)sizeof full && faccessat(AT_FDCWD, full, X_OK, 0) == 0) return true;
        path = end == NULL ? NULL : end + 1;
    }
    return false;
}

static char *chars(struct arena *a, struct str s)
{
    char *p = arena_alloc(a, s.len + 1);
    memcpy(p, s.ptr, s.len);
    p[s.len] = '\0';
    return p;
}

enum rc exchange_pdf(struct str docx, struct arena *a, struct str *out, struct err *err)
{
    const char *base = getenv("TMPDIR");
    char *folder = chars(a, str_cat(a, str_c(base == NULL || base[0] != '/' ? "/tmp" : base), STR("/guiju-pdf-XXXXXX")));
    if (mkdtemp(folder) == NULL) return err_set(err, &E_io, NO_PLACE, str_c(folder), str_c(strerror(errno)));
    char *in = chars(a, str_cat(a, str_c(folder), STR("/document.docx"))), *profile = chars(a, str_cat(a, STR("-env:UserInstallation=file://"), str_c(folder), STR("/profile")));
    char program[] = "soffice", headless[] = "--headless", convert[] = "--convert-to", pdf[] = "pdf", outdir[] = "--outdir";
    char *argv[] = {program, profile, headless, convert, pdf, outdir, folder, in, NULL};
    enum rc rc = write_file(in, docx) ? RC_OK : err_set(err, &E_io, NO_PLACE, str_c(in), str_c(strerror(errno)));
    if (rc == RC_OK) rc = run(argv, err);
    if (rc == RC_OK && !read_file(str_cz(a, str_cat(a, str_c(folder), STR("/document.pdf"))), a, out)) rc = err_set0(err, &E_pdf_failed, NO_PLACE);
    (void)nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return rc;
}
