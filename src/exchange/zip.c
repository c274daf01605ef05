/* zip.c - packages read from memory: every entry is looked at before any is inflated, and what it says of its size is not believed. */
#include <zip.h>

#include "exchange/inner.h"

struct zip_in {
    zip_t *zip;
    struct str what;
    struct zip_entry *entries;
    size_t count;
};

static void close_zip(void *p)
{
    struct zip_in *z = p;
    if (z->zip != NULL) zip_discard(z->zip);
    z->zip = NULL;
}

static bool outside(struct str name)
{
    if (name.len == 0 || name.ptr[0] == '/' || name.ptr[0] == '\\') return true;
    if (name.len > 1 && name.ptr[1] == ':') return true;
    for (size_t at = 0; at <= name.len;) {
        size_t end = at;
        while (end < name.len && name.ptr[end] != '/' && name.ptr[end] != '\\') end++;
        if (str_eq(str_sub(name, at, end), STR(".."))) return true;
        at = end + 1;
    }
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.ptr[i] < 0x20) return true;
    return false;
}

/* Old tools write names in GBK without saying so. */
static struct str name_text(struct arena *a, const char *raw)
{
    struct str s = str_c(raw), out;
    size_t bad;
    if (utf8_ok(s, &bad)) return str_dup(a, s);
    if (gb18030_to_utf8(a, s, &out, NULL) == RC_OK) return out;
    return STR("?");
}

static enum rc look(struct zip_in *z, struct arena *a, struct err *err)
{
    zip_int64_t n = zip_get_num_entries(z->zip, 0);
    uint64_t all = 0;
    if (n > ZIP_ENTRIES_MAX) return err_set(err, &E_exchange_zip_entries, NO_PLACE, z->what, str_u64(a, ZIP_ENTRIES_MAX));
    z->entries = arena_array(a, struct zip_entry, (size_t)n + 1);
    for (zip_int64_t i = 0; i < n; i++) {
        zip_stat_t st;
        if (zip_stat_index(z->zip, (zip_uint64_t)i, ZIP_FL_ENC_RAW, &st) != 0 || (st.valid & ZIP_STAT_NAME) == 0) continue;
        struct str name = name_text(a, st.name);
        if (outside(name)) return err_set(err, &E_exchange_zip_path, NO_PLACE, z->what, name);
        if ((st.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && st.encryption_method != ZIP_EM_NONE)
            return err_set(err, &E_exchange_zip_locked, NO_PLACE, z->what);
        uint64_t packed = MAX(st.comp_size, (zip_uint64_t)1);
        all += st.size;
        if (st.size > ZIP_ONE_MAX || all > ZIP_ALL_MAX || (st.size > ZIP_RATIO_FROM && st.size / packed > ZIP_RATIO_MAX))
            return err_set(err, &E_exchange_zip_bomb, NO_PLACE, z->what, name);
        z->entries[z->count++] = (struct zip_entry){.name = name, .size = st.size, .idx = (uint32_t)i};
    }
    return RC_OK;
}

/* src: NULL where it could not be made, of which e tells. */
static enum rc open_source(struct arena *a, struct str what, zip_source_t *src, zip_error_t *e, struct zip_in **out, struct err *err)
{
    struct zip_in *z = arena_new(a, struct zip_in);
    *out = NULL;
    z->what = what;
    z->zip = src == NULL ? NULL : zip_open_from_source(src, ZIP_RDONLY, e);
    if (z->zip == NULL) {
        if (src != NULL) zip_source_free(src);
        enum rc rc = err_set(err, &E_exchange_zip, NO_PLACE, what, str_c(zip_error_strerror(e)));
        zip_error_fini(e);
        return rc;
    }
    zip_error_fini(e);
    arena_defer(a, close_zip, z);
    TRY(look(z, a, err));
    *out = z;
    return RC_OK;
}

enum rc zip_in_open(struct arena *a, struct str what, struct str bytes, struct zip_in **out, struct err *err)
{
    zip_error_t e;
    zip_error_init(&e);
    return open_source(a, what, bytes.len == 0 ? NULL : zip_source_buffer_create(bytes.ptr, bytes.len, 0, &e), &e, out, err);
}

enum rc zip_in_open_file(struct arena *a, struct str what, struct str path, struct zip_in **out, struct err *err)
{
    zip_error_t e;
    zip_error_init(&e);
    return open_source(a, what, zip_source_file_create(str_cz(a, path), 0, -1, &e), &e, out, err);
}

size_t zip_in_count(const struct zip_in *z) { return z->count; }
const struct zip_entry *zip_in_at(const struct zip_in *z, size_t i) { return &z->entries[i]; }

const struct zip_entry *zip_in_entry(const struct zip_in *z, uint32_t idx)
{
    /* Entries without a name were left out: it stands at its place or before. */
    for (size_t i = MIN((size_t)idx + 1, z->count); i > 0 && z->entries[i - 1].idx >= idx; i--)
        if (z->entries[i - 1].idx == idx) return &z->entries[i - 1];
    return NULL;
}

static bool same_name(struct str x, struct str y)
{
    if (x.len != y.len) return false;
    for (size_t i = 0; i < x.len; i++) {
        char a = x.ptr[i], b = y.ptr[i];
        if (a >= 'A' && a <= 'Z') a = (char)(a - 'A' + 'a');
        if (b >= 'A' && b <= 'Z') b = (char)(b - 'A' + 'a');
        if (a == '\\') a = '/';
        if (a != b) return false;
    }
    return true;
}

const struct zip_entry *zip_in_find(const struct zip_in *z, struct str name)
{
    for (size_t i = 0; i < z->count; i++)
        if (same_name(z->entries[i].name, name)) return &z->entries[i];
    return NULL;
}

enum rc zip_in_stream(struct zip_in *z, const struct zip_entry *e, enum rc (*fn)(void *ctx, struct str part, struct err *err), void *ctx, struct err *err)
{
    char part[1 << 15];
    uint64_t total = 0;
    zip_file_t *f = zip_fopen_index(z->zip, e->idx, 0);
    if (f == NULL) return err_set(err, &E_exchange_zip, NO_PLACE, z->what, str_c(zip_strerror(z->zip)));
    enum rc rc = RC_OK;
    while (rc == RC_OK) {
        zip_int64_t got = zip_fread(f, part, sizeof part);
        if (got < 0) rc = err_set(err, &E_exchange_zip, NO_PLACE, z->what, str_c(zip_file_strerror(f)));
        if (got <= 0) break;
        total += (uint64_t)got;
        /* The head said how much there would be: more is a trick. */
        if (total > e->size) rc = err_set(err, &E_exchange_zip_bomb, NO_PLACE, z->what, e->name);
        else rc = fn(ctx, str_of(part, (size_t)got), err);
    }
    zip_fclose(f);
    return rc;
}

/* Into one piece of the size that the head says. */
struct whole { char *at; uint64_t len; };

static enum rc collect(void *ctx, struct str part, struct err *err)
{
    struct whole *w = ctx;
    (void)err;
    memcpy(w->at + w->len, part.ptr, part.len);
    w->len += part.len;
    return RC_OK;
}

enum rc zip_in_read(struct zip_in *z, const struct zip_entry *e, uint64_t max, struct arena *a, struct str *out, struct err *err)
{
    struct whole w = {arena_try(a, MIN(e->size, max) + 1), 0};
    if (e->size > max || w.at == NULL) return err_set(err, &E_exchange_zip_bomb, NO_PLACE, z->what, e->name);
    TRY(zip_in_stream(z, e, collect, &w, err)); /* gives no more than the head says */
    *out = str_of(w.at, w.len);
    return RC_OK;
}

enum rc exchange_zip_write(struct str path, const struct zip_part *parts, size_t n, struct err *err)
{
    struct arena a;
    int why = 0;
    zip_error_t e;
    arena_init(&a, 1 << 20);
    /* libzip writes beside and renames: the file is there whole, or not at all. */
    zip_t *z = zip_open(str_cz(&a, path), ZIP_CREATE | ZIP_TRUNCATE, &why);
    if (z == NULL) {
        zip_error_init_with_code(&e, why);
        enum rc rc = err_set(err, &E_exchange_xlsx_write, NO_PLACE, path, str_c(zip_error_strerror(&e)));
        zip_error_fini(&e);
        arena_fini(&a);
        return rc;
    }
    bool ok = true;
    for (size_t i = 0; i < n && ok; i++) {
        struct arena_mark m = arena_mark(&a);
        zip_source_t *s = zip_source_buffer(z, parts[i].bytes.len == 0 ? "" : parts[i].bytes.ptr, parts[i].bytes.len, 0);
        ok = s != NULL && zip_file_add(z, str_cz(&a, parts[i].name), s, ZIP_FL_ENC_UTF_8) >= 0;
        arena_reset(&a, m);
    }
    enum rc rc = RC_OK;
    if (!ok || zip_close(z) != 0) {
        rc = err_set(err, &E_exchange_xlsx_write, NO_PLACE, path, str_c(zip_strerror(z)));
        zip_discard(z);
    }
    arena_fini(&a);
    return rc;
}

enum rc zip_bytes(const struct zip_part *parts, size_t n, struct arena *a, struct str *out, struct err *err)
{
    zip_error_t e;
    zip_stat_t st;
    zip_error_init(&e);
    zip_source_t *src = zip_source_buffer_create(NULL, 0, 0, &e);
    if (src != NULL) zip_source_keep(src);
    zip_t *z = src == NULL ? NULL : zip_open_from_source(src, ZIP_CREATE | ZIP_TRUNCATE, &e);
    bool ok = z != NULL;
    for (size_t i = 0; i < n && ok; i++) {
        zip_source_t *s = zip_source_buffer(z, parts[i].bytes.len == 0 ? "" : parts[i].bytes.ptr, parts[i].bytes.len, 0);
        ok = s != NULL && zip_file_add(z, str_cz(a, parts[i].name), s, ZIP_FL_ENC_UTF_8 | ZIP_FL_OVERWRITE) >= 0;
    }
    if (z != NULL && (!ok || zip_close(z) != 0)) {
        zip_discard(z);
        ok = false;
    }
    zip_stat_init(&st);
    ok = ok && zip_source_open(src) == 0 && zip_source_stat(src, &st) == 0;
    char *p = ok ? arena_try(a, st.size + 1) : NULL;
    ok = ok && p != NULL && zip_source_read(src, p, st.size) == (zip_int64_t)st.size;
    if (src != NULL) zip_source_free(src);
    zip_error_fini(&e);
    if (!ok) return err_set(err, &E_exchange_xlsx_write, NO_PLACE, STR("docx"), STR("zip"));
    *out = str_of(p, st.size);
    return RC_OK;
}

enum rc exchange_zip_read(struct str what, struct str bytes, struct str ending, struct arena *a, struct zip_part **out, size_t *n, struct err *err)
{
    enum { ONE_MAX = 64 << 20 };
    struct zip_in *z;
    *n = 0;
    TRY(zip_in_open(a, what, bytes, &z, err));
    *out = arena_array(a, struct zip_part, zip_in_count(z) + 1);
    for (size_t i = 0; i < zip_in_count(z); i++) {
        const struct zip_entry *e = zip_in_at(z, i);
        if (!str_ends(uni_lower(a, e->name), ending)) continue;
        (*out)[*n].name = str_dup(a, e->name);
        TRY(zip_in_read(z, e, ONE_MAX, a, &(*out)[*n].bytes, err));
        ++*n;
    }
    return *n > 0 ? RC_OK : err_set(err, &E_exchange_zip_absent, NO_PLACE, what, str_cat(a, STR("*"), ending));
}
