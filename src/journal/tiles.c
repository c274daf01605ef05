/*
 * tiles.c - full rows of the tree in the store, as C2SP tlog-tiles lays them out, and as files for others.
 */
#include "journal/inner.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(sizeof(struct hash) == HASH_LEN, "a row of hashes is the tile's bytes");

static struct str row_bytes(const struct hash *row, size_t n) { return str_of((const char *)row, n * HASH_LEN); }

enum rc journal_torn_at_tile(struct err *err, uint32_t level, uint64_t idx)
{
    struct num a, b, from, to;
    uint32_t bits = (level + 1) * MERKLE_ROW_BITS;
    uint64_t first = (idx << bits) + 1, last = (idx + 1) << bits;
    return err_set(err, &E_journal_torn_tile, NO_PLACE, num_str(&a, level), num_str(&b, idx), num_str(&from, first), num_str(&to, last));
}

enum rc tiles_put(struct journal *j, uint32_t level, uint64_t idx, const struct hash *row, const struct hash *root, struct err *err)
{
    struct sv v[TC_COUNT];
    v[TC_KEY] = sv_int(tile_key(level, idx));
    v[TC_ROOT] = sv_blob(hash_str(root));
    v[TC_HASHES] = sv_blob(row_bytes(row, MERKLE_ROW));
    return store_insert(j->tiles, v, err);
}

enum rc tiles_get(struct journal *j, uint32_t level, uint64_t idx, struct hash row[MERKLE_ROW], struct hash *root, struct err *err)
{
    struct arena_mark m = arena_mark(&j->scratch);
    struct sv key = sv_int(tile_key(level, idx)), v[TC_COUNT];
    enum rc rc = store_get(j->tiles, &j->scratch, &key, v, err);
    bool sound = rc == RC_OK && v[TC_HASHES].kind == SV_BLOB && v[TC_HASHES].s.len == TILE_BYTES && v[TC_ROOT].kind == SV_BLOB &&
                 v[TC_ROOT].s.len == HASH_LEN;
    if (sound) {
        memcpy(row, v[TC_HASHES].s.ptr, TILE_BYTES);
        memcpy(root->b, v[TC_ROOT].s.ptr, HASH_LEN);
    } else if (rc == RC_OK || rc == RC_ABSENT) {
        rc = journal_torn_at_tile(err, level, idx);
    }
    arena_reset(&j->scratch, m);
    return rc;
}

/* Level `level` of the frontier: the roots of the full tiles below that no full tile above holds yet. */
static enum rc load_row(struct journal *j, uint32_t level, struct err *err)
{
    static const uint32_t columns[] = {TC_KEY, TC_ROOT};
    uint64_t size = j->tree.size;
    uint64_t have = size >> (level * MERKLE_ROW_BITS), first = have & ~(uint64_t)(MERKLE_ROW - 1);
    struct store_where where[] = {{TC_KEY, SO_GE, sv_int(tile_key(level - 1, first))}, {TC_KEY, SO_LT, sv_int(tile_key(level, 0))}};
    struct store_query q = {.columns = columns,
                            .columns_count = ARRAY_LEN(columns),
                            .where = where,
                            .where_count = ARRAY_LEN(where)};
    struct store_cursor *c = NULL;
    TRY(store_select(j->tiles, &q, &c, err));
    enum rc rc = RC_OK;
    for (uint64_t idx = first;; idx++) {
        const struct sv *row = NULL;
        rc = store_next(c, &row, err);
        if (rc != RC_OK || (row == NULL && idx == have)) break;
        bool sound = row != NULL && idx < have && row[0].kind == SV_INT && row[0].i == tile_key(level - 1, idx) &&
                     row[1].kind == SV_BLOB && row[1].s.len == HASH_LEN;
        if (!sound) {
            rc = journal_torn_at_tile(err, level - 1, idx);
            break;
        }
        if (level < MERKLE_LEVELS) memcpy(j->tree.row[level][idx - first].b, row[1].s.ptr, HASH_LEN);
    }
    store_cursor_close(&c);
    return rc;
}

enum rc tiles_load_rows(struct journal *j, struct err *err)
{
    for (uint32_t level = 1; level <= MERKLE_LEVELS; level++) TRY(load_row(j, level, err));
    return RC_OK;
}

/* ---- reading for proofs ---- */

void tiles_forget(struct journal *j)
{
    for (uint32_t level = 0; level < MERKLE_LEVELS; level++) j->cache[level].next = 0;
}

static enum rc read_row(void *ctx, uint32_t level, uint64_t first, size_t n, const struct hash **out, struct err *err)
{
    struct journal *j = ctx;
    uint64_t idx = first >> MERKLE_ROW_BITS;
    size_t off = (size_t)first & (MERKLE_ROW - 1);
    MUST(level < MERKLE_LEVELS && off + n <= MERKLE_ROW);
    if (idx >= tree_tiles(j->tree.size, level)) {
        MUST(off + n <= tree_width(j->tree.size, level));
        *out = &j->tree.row[level][off];
        return RC_OK;
    }
    struct tile_cache *c = &j->cache[level];
    if (c->next != idx + 1) {
        struct hash root;
        c->next = 0;
        TRY(tiles_get(j, level, idx, c->row, &root, err));
        c->next = idx + 1;
    }
    *out = &c->row[off];
    return RC_OK;
}

struct tile_source tiles_source(struct journal *j) { return (struct tile_source){j->hasher, read_row, j}; }

/* ---- files ---- */

enum { PATH_TEXT_MAX = 4096 };

static enum rc system_error(struct err *err, const char *path, int code)
{
    return err_set(err, &E_io, NO_PLACE, str_c(path), str_c(strerror(code)));
}

/* tile/<level>/x001/x234/067 below folder (C2SP tlog-tiles); width 0: a full tile.  False: too long. */
static bool tile_path(struct str folder, uint32_t level, uint64_t idx, size_t width, char out[PATH_TEXT_MAX])
{
    unsigned part[8];
    size_t parts = 0;
    uint64_t v = idx;
    do {
        part[parts++] = (unsigned)(v % 1000);
        v /= 1000;
    } while (v > 0 && parts < ARRAY_LEN(part));
    struct buf b;
    buf_init(&b, PATH_TEXT_MAX - 1);
    buf_str(&b, folder);
    buf_lit(&b, "/tile/");
    buf_u64(&b, level);
    while (parts-- > 0) {
        char text[16];
        int len = snprintf(text, sizeof text, "/%s%03u", parts > 0 ? "x" : "", part[parts]);
        buf_put(&b, text, (size_t)len);
    }
    if (width > 0) {
        buf_lit(&b, ".p/");
        buf_u64(&b, width);
    }
    bool ok = !buf_failed(&b) && v == 0 && memchr(b.ptr, 0, b.len) == NULL;
    if (ok) {
        memcpy(out, b.ptr, b.len);
        out[b.len] = 0;
    }
    buf_fini(&b);
    return ok;
}

/* Make the folders of path that lie below its first `from` bytes. */
static enum rc make_folders(char *path, size_t from, struct err *err)
{
    for (char *p = path + from + 1; (p = strchr(p, '/')) != NULL; p++) {
        *p = 0;
        int failed = mkdir(path, 0777) != 0 && errno != EEXIST ? errno : 0;
        enum rc rc = failed ? system_error(err, path, failed) : RC_OK;
        *p = '/';
        if (rc != RC_OK) return rc;
    }
    return RC_OK;
}

/* Is the file there with these bytes?  RC_OK with *there; RC_CONFLICT if it differs. */
static enum rc compare_file(const char *path, struct str bytes, bool *there, struct err *err)
{
    *there = false;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return errno == ENOENT ? RC_OK : system_error(err, path, errno);
    char have[TILE_BYTES + 1];
    size_t len = 0;
    ssize_t got = 0;
    while (len < sizeof have && (got = read(fd, have + len, sizeof have - len)) > 0) len += (size_t)got;
    int failed = got < 0 ? errno : 0;
    close(fd);
    if (failed) return system_error(err, path, failed);
    *there = true;
    if (str_eq(str_of(have, len), bytes)) return RC_OK;
    return err_set(err, &E_journal_tile_differs, NO_PLACE, str_c(path));
}

static enum rc write_tile(struct str folder, uint32_t level, uint64_t idx, size_t width, struct str bytes, struct err *err)
{
    char path[PATH_TEXT_MAX], part[PATH_TEXT_MAX + 8];
    if (!tile_path(folder, level, idx, width, path)) return err_set(err, &E_io, NO_PLACE, folder, str_c(strerror(ENAMETOOLONG)));
    bool there = false;
    TRY(compare_file(path, bytes, &there, err));
    if (there) return RC_OK;
    TRY(make_folders(path, folder.len, err));
    snprintf(part, sizeof part, "%s.new", path); /* a reader never sees half a tile */
    int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) return system_error(err, part, errno);
    size_t done = 0;
    int failed = 0;
    while (done < bytes.len && !failed) {
        ssize_t n = write(fd, bytes.ptr + done, bytes.len - done);
        if (n > 0) done += (size_t)n;
        else if (n == 0 || errno != EINTR) failed = n == 0 ? EIO : errno;
    }
    if (!failed && fsync(fd) != 0) failed = errno;
    if (close(fd) != 0 && !failed) failed = errno;
    if (!failed && rename(part, path) != 0) failed = errno;
    if (failed) unlink(part);
    return failed ? system_error(err, path, failed) : RC_OK;
}

enum rc journal_export_tiles(struct journal *j, struct str folder, struct err *err)
{
    journal_check(j);
    struct str in = folder.len == 0 ? STR(".") : folder;
    uint64_t size = j->tree.size;
    for (uint32_t level = 0; level < MERKLE_LEVELS; level++) {
        uint64_t full = tree_tiles(size, level);
        for (uint64_t idx = 0; idx < full; idx++) {
            const struct hash *row = NULL;
            TRY(read_row(j, level, idx << MERKLE_ROW_BITS, MERKLE_ROW, &row, err));
            TRY(write_tile(in, level, idx, 0, row_bytes(row, MERKLE_ROW), err));
        }
        size_t width = tree_width(size, level);
        if (width > 0) TRY(write_tile(in, level, full, width, row_bytes(j->tree.row[level], width), err));
    }
    return RC_OK;
}
