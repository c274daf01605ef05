/*
 * files.c - bytes of files, by hash, off the journal: a record's field holds the SHA-256, the journal commits to that.
 * Chunks of 256 KiB; a file that is there already is not written again.  Who may name one, and who may have it: fileask.c.
 * The bytes lie in a table of their own, in the order in which they came: SQLite compares whole rows where a table is ordered by texts, and would read ten photographs
 * to find the place of one.  Areas from before have the bytes beside the hash; they are read there.
 */
#include "area/inner.h"

enum { CHUNK = 256 * 1024, F_HASH = 0, F_ORD, F_BYTES, F_PIECE, F_COLUMNS, P_ID = 0, P_BYTES, P_COLUMNS };

static const struct store_column columns[] = {{STR_INIT("hash"), SV_TEXT}, {STR_INIT("ord"), SV_INT}, {STR_INIT("bytes"), SV_BLOB}, {STR_INIT("piece"), SV_INT}};
const struct store_table table_file_chunk = {.name = STR_INIT("file_chunk"), .columns = columns, .columns_count = F_COLUMNS, .keys_count = 2};
static const struct store_column piece_columns[] = {{STR_INIT("id"), SV_INT}, {STR_INIT("bytes"), SV_BLOB}};
const struct store_table table_file_piece = {.name = STR_INIT("file_piece"), .columns = piece_columns, .columns_count = P_COLUMNS};

/* The bytes of a chunk, wherever they lie; they live in a, or as long as the row does. */
static enum rc chunk_bytes(struct store_rows *pieces, const struct sv *row, struct arena *a, struct str *out, struct err *err)
{
    struct sv piece[P_COLUMNS];
    *out = row[F_BYTES].s;
    if (row[F_PIECE].kind == SV_NULL) return RC_OK;
    if (store_get(pieces, a, &row[F_PIECE], piece, err) != RC_OK) return err_set(err, &E_area_file_broken, NO_PLACE, str_sub(row[F_HASH].s, 0, 12));
    *out = piece[P_BYTES].s;
    return RC_OK;
}

struct str area_file_hash(struct arena *a, struct str bytes)
{
    struct hasher *h = hasher_make(HASH_SHA256);
    struct hash sum;
    MUST(h != NULL);
    hash_of(h, &sum, bytes);
    hasher_free(&h);
    return str_hex(a, sum.b, HASH_LEN);
}

enum rc file_put(struct area *ar, struct str bytes, struct str hash, struct err *err)
{
    struct store_rows *rows = ar->files;
    struct err none;
    if (bytes.len > AREA_FILE_MAX) return err_set(err, &E_area_file_large, NO_PLACE, STR("64 MiB"));
    struct sv keys[2] = {sv_text(hash), sv_int(0)}, was[F_COLUMNS];
    struct arena_mark m = arena_mark(&ar->batch);
    enum rc rc = store_get(rows, &ar->batch, keys, was, &none);
    arena_reset(&ar->batch, m);
    if (rc == RC_OK) return RC_OK;
    for (size_t at = 0, ord = 0; at == 0 || at < bytes.len; at += CHUNK, ord++) {
        int64_t last = 0;
        TRY(store_last_key(ar->pieces, &last, err));
        struct sv piece[P_COLUMNS] = {sv_int(last + 1), sv_blob(str_sub(bytes, at, at + CHUNK))};
        struct sv row[F_COLUMNS] = {sv_text(hash), sv_int((int64_t)ord), sv_null(), piece[P_ID]};
        TRY(store_insert(ar->pieces, piece, err));
        TRY(store_insert(rows, row, err));
    }
    return RC_OK;
}

static enum rc chunks(struct store_rows *rows, struct store_rows *pieces, struct str hash, struct arena *a, struct buf *out, struct err *err)
{
    struct store_where where = {F_HASH, SO_EQ, sv_text(hash)};
    struct store_order order = {F_ORD, false};
    struct store_query q = {.where = &where, .where_count = 1, .order = &order, .order_count = 1};
    struct store_cursor *c;
    const struct sv *row;
    TRY(store_select(rows, &q, &c, err));
    enum rc rc;
    size_t n = 0;
    while ((rc = store_next(c, &row, err)) == RC_OK && row != NULL) {
        struct arena_mark m = arena_mark(a);
        struct str bytes;
        if ((rc = chunk_bytes(pieces, row, a, &bytes, err)) != RC_OK) break;
        buf_str(out, bytes);
        arena_reset(a, m);
        n++;
    }
    store_cursor_close(&c);
    if (rc == RC_OK && n == 0) rc = err_set(err, &E_area_file_absent, NO_PLACE, str_sub(hash, 0, 12));
    return rc;
}

/* Bound once a view: what is bound stays until the view is closed. */
static enum rc view_files(const struct area_view *v, struct store_rows **out, struct store_rows **pieces, struct err *err)
{
    struct area_view *w = (struct area_view *)(uintptr_t)v;
    struct arena *own = NULL;
    if (w->files == NULL) {
        TRY(view_arena(w, &own, err));
        TRY(store_bind(w->store, own, &table_file_piece, &w->pieces, err));
        TRY(store_bind(w->store, own, &table_file_chunk, &w->files, err));
    }
    *out = w->files;
    *pieces = w->pieces;
    return RC_OK;
}

enum rc file_bytes(const struct area_view *v, struct str hash, struct arena *a, struct str *out, struct err *err)
{
    struct store_rows *rows, *pieces;
    struct buf b;
    TRY(view_files(v, &rows, &pieces, err));
    buf_init(&b, AREA_FILE_MAX);
    enum rc rc = chunks(rows, pieces, hash, a, &b, err);
    if (rc == RC_OK && b.len > a->max - a->used) rc = err_set(err, &E_area_file_large, NO_PLACE, STR("64 MiB"));
    if (rc == RC_OK) *out = str_dup(a, buf_view(&b));
    if (rc == RC_OK && !str_eq(area_file_hash(a, *out), hash)) rc = err_set(err, &E_area_file_broken, NO_PLACE, str_sub(hash, 0, 12));
    buf_fini(&b);
    return rc;
}

enum rc files_check(struct area_view *v, struct err *err)
{
    struct arena a;
    struct store_rows *rows, *pieces;
    struct store_cursor *c = NULL;
    arena_init(&a, (size_t)256 << 20);
    struct hasher *h = hasher_make(HASH_SHA256);
    char name[2 * HASH_LEN];
    bool some = false;
    struct store_order order[] = {{F_HASH, false}, {F_ORD, false}};
    struct store_query q = {.order = order, .order_count = 2};
    enum rc rc = h == NULL ? err_set0(err, &E_no_memory, NO_PLACE) : store_bind(v->store, &a, &table_file_chunk, &rows, err);
    if (rc == RC_OK) rc = store_bind(v->store, &a, &table_file_piece, &pieces, err);
    struct err none;
    if (rc == RC_OK && (rc = store_select(rows, &q, &c, &none)) != RC_OK) rc = RC_OK; /* an area made before there were files */
    struct arena_mark m = arena_mark(&a);
    while (rc == RC_OK && c != NULL) {
        const struct sv *row;
        struct hash sum;
        if ((rc = store_next(c, &row, err)) != RC_OK) break;
        bool same = some && row != NULL && str_eq(row[F_HASH].s, str_of(name, sizeof name));
        if (some && !same) {
            hash_end(h, &sum);
            if (!str_eq(str_hex(&a, sum.b, HASH_LEN), str_of(name, sizeof name))) rc = err_set(err, &E_area_file_broken, NO_PLACE, str_of(name, 12));
            arena_reset(&a, m);
        }
        if (row == NULL || rc != RC_OK) break;
        if (!same) {
            if (row[F_HASH].s.len != sizeof name) {
                rc = err_set(err, &E_area_file_broken, NO_PLACE, str_sub(row[F_HASH].s, 0, 12));
                break;
            }
            memcpy(name, row[F_HASH].s.ptr, sizeof name);
            hash_start(h);
            some = true;
        }
        struct str bytes;
        if ((rc = chunk_bytes(pieces, row, &a, &bytes, err)) != RC_OK) break;
        hash_more(h, bytes.ptr == NULL ? "" : bytes.ptr, bytes.len);
        arena_reset(&a, m);
    }
    store_cursor_close(&c);
    hasher_free(&h);
    arena_fini(&a);
    return rc;
}

/* ---- going ---- */

enum rc file_drop(struct area *ar, struct str hash, uint64_t *bytes, struct err *err)
{
    struct err none;
    for (int64_t ord = 0;; ord++) {
        struct sv keys[2] = {sv_text(hash), sv_int(ord)}, was[F_COLUMNS];
        struct arena_mark m = arena_mark(&ar->batch);
        enum rc rc = store_get(ar->files, &ar->batch, keys, was, &none);
        struct str had = STR("");
        struct sv piece = rc == RC_OK ? was[F_PIECE] : sv_null();
        if (rc == RC_OK && chunk_bytes(ar->pieces, was, &ar->batch, &had, &none) == RC_OK) *bytes += had.len;
        arena_reset(&ar->batch, m);
        if (rc != RC_OK) return RC_OK;
        TRY(store_delete(ar->files, keys, err));
        if (piece.kind != SV_NULL) TRY(store_delete(ar->pieces, &piece, err));
    }
}

/* All that the record ever held. */
enum rc files_of_record(struct area *ar, const struct pack_register *r, uint64_t id, struct str **hashes, size_t *n, struct err *err)
{
    struct history_line *lines;
    size_t count = 0;
    bool any = false;
    VEC(struct str) found = {0};
    for (uint32_t i = 0; i < r->fields_count; i++) any = any || (r->fields[i].type == FIELD_FILE && r->fields[i].derive == NULL);
    if (any) TRY(record_history(ar->records, r, id, &ar->batch, &lines, &count, err));
    for (size_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < lines[i].count; k++)
            if (lines[i].fields[k]->type == FIELD_FILE && lines[i].after[k].kind == SV_TEXT) vec_push(&ar->batch, &found, record_file_hash(lines[i].after[k].s));
    *hashes = found.at;
    *n = found.len;
    return RC_OK;
}

/* What was erased is gone from the journal by now: what still names a file is another record, a case, or their history. */
enum rc files_drop_unnamed(struct area *ar, const struct str *hashes, size_t n, struct err *err)
{
    struct map of = {0};
    uint64_t bytes = 0;
    for (size_t i = 0; i < n; i++)
        if (hashes[i].len > 0) (void)map_put(&ar->batch, &of, hashes[i], arena_new(&ar->batch, bool));
    TRY(files_named(ar->journal, 1, &of, err));
    for (size_t i = 0; i < of.len; i++)
        if (!*(const bool *)of.entry[i].value) TRY(file_drop(ar, of.entry[i].key, &bytes, err));
    return RC_OK;
}

enum rc files_each(struct area_view *v, enum rc (*fn)(void *ctx, struct str hash, struct err *err), void *ctx, struct err *err)
{
    static const uint32_t wanted[] = {F_HASH};
    struct store_rows *rows, *pieces;
    struct store_cursor *c;
    const struct sv *row;
    struct store_where where = {F_ORD, SO_EQ, sv_int(0)};
    struct store_query q = {.columns = wanted, .columns_count = 1, .where = &where, .where_count = 1};
    TRY(view_files(v, &rows, &pieces, err));
    TRY(store_select(rows, &q, &c, err));
    enum rc rc;
    while ((rc = store_next(c, &row, err)) == RC_OK && row != NULL)
        if ((rc = fn(ctx, row[0].s, err)) != RC_OK) break;
    store_cursor_close(&c);
    return rc;
}
