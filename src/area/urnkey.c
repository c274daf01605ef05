/* urnkey.c - the wrapped secret key of an electronic ballot as a file beside the area: what the store, its log and its backups hold cannot open an envelope. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "area/inner.h"

enum { KEY_TEXT_MAX = 4096, NAME_HEX = 16 };

struct str area_ballot_key_file(struct area *ar, const uint8_t public_key[BALLOT_KEY_LEN], struct arena *a)
{
    return str_cat(a, ar->path, STR(".ballot-"), str_sub(str_hex(a, public_key, BALLOT_KEY_LEN), 0, NAME_HEX));
}

enum rc area_ballot_key_put(struct area *ar, const uint8_t public_key[BALLOT_KEY_LEN], struct str wrapped, struct err *err)
{
    struct arena a;
    arena_init(&a, 1 << 16);
    struct str file = area_ballot_key_file(ar, public_key, &a);
    enum rc rc = RC_OK;
    int fd = open(str_cz(&a, file), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, wrapped.ptr, wrapped.len) != (ssize_t)wrapped.len || fsync(fd) != 0) rc = err_set(err, &E_io, NO_PLACE, file, str_c(strerror(errno)));
    if (fd >= 0) (void)close(fd);
    arena_fini(&a);
    return rc;
}

enum rc area_ballot_key_get(struct area *ar, const uint8_t public_key[BALLOT_KEY_LEN], struct str file, struct arena *a, struct str *wrapped, struct err *err)
{
    if (file.len == 0) file = area_ballot_key_file(ar, public_key, a);
    char *text = arena_alloc(a, KEY_TEXT_MAX);
    int fd = open(str_cz(a, file), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    ssize_t n = fd < 0 ? -1 : read(fd, text, KEY_TEXT_MAX);
    if (fd >= 0) (void)close(fd);
    if (n < 0) return err_set(err, &E_area_ballot_key, NO_PLACE, str_sub(str_hex(a, public_key, BALLOT_KEY_LEN), 0, NAME_HEX));
    *wrapped = str_of(text, (size_t)n);
    return RC_OK;
}

void area_ballot_key_drop(struct area *ar, const uint8_t public_key[BALLOT_KEY_LEN], struct str file)
{
    struct arena a;
    arena_init(&a, 1 << 16);
    if (file.len == 0) file = area_ballot_key_file(ar, public_key, &a);
    (void)unlink(str_cz(&a, file));
    arena_fini(&a);
}
