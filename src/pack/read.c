/* read.c - a folder's chapters into memory, and the checks of raw text that come before all others. */
#include "pack/inner.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_chapter(struct str name)
{
    if (name.len < 5 || !str_ends(name, STR(".md"))) return false;
    if (name.ptr[0] < '0' || name.ptr[0] > '9' || name.ptr[1] < '0' || name.ptr[1] > '9') return false;
    /* 01-posts.en.md is a translation of the prose of 01-posts.md. */
    struct str stem = str_sub(name, 0, name.len - 3);
    return !(stem.len > 3 && stem.ptr[stem.len - 3] == '.' && stem.ptr[stem.len - 2] >= 'a' && stem.ptr[stem.len - 2] <= 'z' &&
             stem.ptr[stem.len - 1] >= 'a' && stem.ptr[stem.len - 1] <= 'z');
}

/* What chapters name besides: forms/NAME.docx.  Kept with the chapters, by the same way. */
static bool is_asset(struct str name) { return str_ends(name, STR(".docx")) && name.ptr[0] != '.' && name.ptr[0] != '~'; }

static int by_name(const void *x, const void *y)
{
    return str_cmp(((const struct pack_file *)x)->name, ((const struct pack_file *)y)->name);
}

static enum rc read_one(struct arena *a, struct str folder, struct str name, struct str *out, struct err *err)
{
    struct str path = str_cat(a, folder, STR("/"), name);
    int fd = open(str_cz(a, path), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return err_set(err, &E_pack_io, NO_PLACE, path, str_c(strerror(errno)));
    enum rc rc = RC_OK;
    struct stat st;
    char *text = NULL;
    size_t len = 0;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        rc = err_set(err, &E_pack_io, NO_PLACE, path, STR("not a file"));
        goto done;
    }
    if (st.st_size > CHAPTER_MAX) {
        rc = err_set(err, &E_pack_too_large, NO_PLACE, path, STR("1 MiB"));
        goto done;
    }
    size_t size = (size_t)st.st_size;
    text = arena_alloc(a, size + 1);
    while (len < size) {
        ssize_t n = read(fd, text + len, size - len);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            rc = err_set(err, &E_pack_io, NO_PLACE, path, str_c(strerror(errno)));
            goto done;
        }
        if (n == 0) break;
        len += (size_t)n;
    }
    *out = str_of(text, len);
done:
    (void)close(fd);
    return rc;
}

enum rc pack_read(struct arena *a, struct str folder, struct pack_source *out, struct err *err)
{
    while (folder.len > 1 && folder.ptr[folder.len - 1] == '/') folder.len--;
    DIR *dir = opendir(str_cz(a, folder));
    if (dir == NULL) return err_set(err, &E_pack_no_folder, NO_PLACE, folder);
    VEC(struct pack_file) files = {0};
    enum rc rc = RC_OK;
    for (struct dirent *e; rc == RC_OK && (e = readdir(dir)) != NULL;) {
        struct str name = str_c(e->d_name);
        if (!is_chapter(name)) continue;
        if (files.len == CHAPTERS_MAX) {
            rc = err_set(err, &E_pack_too_many, NO_PLACE, STR("章"), STR("200"));
            break;
        }
        struct pack_file f = {.name = str_dup(a, name)};
        rc = read_one(a, folder, f.name, &f.text, err);
        vec_push(a, &files, f);
    }
    (void)closedir(dir);
    if (rc != RC_OK) return rc;
    size_t chapters = files.len;
    dir = opendir(str_cz(a, str_cat(a, folder, STR("/forms"))));
    for (struct dirent *e; rc == RC_OK && dir != NULL && (e = readdir(dir)) != NULL;) {
        if (!is_asset(str_c(e->d_name))) continue;
        if (files.len == CHAPTERS_MAX) {
            rc = err_set(err, &E_pack_too_many, NO_PLACE, STR("章"), STR("200"));
            break;
        }
        struct pack_file f = {.name = str_cat(a, STR("forms/"), str_c(e->d_name))};
        rc = read_one(a, folder, f.name, &f.text, err);
        vec_push(a, &files, f);
    }
    if (dir != NULL) (void)closedir(dir);
    if (rc != RC_OK) return rc;
    if (chapters == 0) return err_set(err, &E_pack_no_chapters, NO_PLACE, folder, STR(""));
    qsort(files.at, files.len, sizeof files.at[0], by_name);
    *out = (struct pack_source){.where = str_dup(a, folder), .files = files.at, .files_count = files.len};
    return RC_OK;
}

/* ---- lines and places ---- */

/* As CommonMark and YAML see it: a line ends in LF, CR LF, or CR alone. */
void lines_of(struct arena *a, struct str text, struct lines *out)
{
    uint32_t n = 1;
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == '\n' || (text.ptr[i] == '\r' && (i + 1 == text.len || text.ptr[i + 1] != '\n'))) n++;
    *out = (struct lines){.start = arena_array(a, uint32_t, n), .len = arena_array(a, uint32_t, n)};
    size_t from = 0;
    for (size_t i = 0; i <= text.len; i++) {
        bool end = i == text.len;
        if (!end && text.ptr[i] != '\n' && text.ptr[i] != '\r') continue;
        out->start[out->count] = (uint32_t)from;
        out->len[out->count++] = (uint32_t)(i - from);
        if (end) break;
        if (text.ptr[i] == '\r' && i + 1 < text.len && text.ptr[i + 1] == '\n') i++;
        from = i + 1;
    }
}

struct place line_place(const struct pack_chapter *c, const struct lines *ls, uint32_t line, size_t at, size_t len)
{
    size_t start = ls->start[line - 1];
    return (struct place){.file = c->file_number, .line = line, .col = (uint32_t)utf8_count(str_sub(c->text, start, start + at)) + 1,
                          .off = (uint32_t)(start + at), .len = (uint32_t)len};
}

bool is_odd_blank(uint32_t cp)
{
    return cp == 0x3000 || cp == 0x00A0 || (cp >= 0x2000 && cp <= 0x200F) || cp == 0x202F || cp == 0x205F || cp == 0x2060 ||
           cp == 0xFEFF;
}
