/*
 * files.c - bytes of files, by hash, off the journal: a record's field holds the SHA-256, the journal commits to that.
 * Chunks of 256 KiB; a file that is there already is not written again.
 */
#include "area/inner.h"

enum { CHUNK = 256 * 1024, F_HASH = 0, F_ORD, F_BYTES, F_COLUMNS };

static const struct store_column columns[] = {{STR_INIT("hash"), SV_TEXT}, {STR_INIT("ord"), SV_INT}, {STR_INIT("bytes"), SV_BLOB}};
const struct store_table table_file_chunk = {.name = STR_INIT("file_chunk"), .columns = columns, .columns_count = F_COLUMNS, .keys_count = 2};

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
    struct store_rows *rows;
    struct err none;
    if (bytes.len > AREA_FILE_MAX) return err_set(err, &E_area_file_large, NO_PLACE, STR("64 MiB"));
    TRY(store_bind(ar->store, &ar->batch, &table_file_chunk, &rows, err));
    struct sv keys[2] = {sv_text(hash), sv_int(0)}, was[F_COLUMNS];
    struct arena_mark m = arena_mark(&ar->batch);
    enum rc rc = store_get(rows, &ar->batch, keys, was, &none);
    arena_reset(&ar->batch, m);
    if (rc == RC_OK) return RC_OK;
    for (size_t at = 0, ord = 0; at == 0 || at < bytes.len; at += CHUNK, ord++) {
        struct sv row[F_COLUMNS] = {sv_text(hash), sv_int((int64_t)ord), sv_blob(str_sub(bytes, at, at + CHUNK))};
        TRY(store_insert(rows, row, err));
    }
    return RC_OK;
}

static enum rc chunks(struct store_rows *rows, struct str hash, struct buf *out, struct err *err)
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
        buf_str(out, row[F_BYTES].s);
        n++;
    }
    store_cursor_close(&c);
    if (rc == RC_OK && n == 0) rc = err_set(err, &E_area_file_absent, NO_PLACE, str_sub(hash, 0, 12));
    return rc;
}

enum rc area_file_get(const struct area_view *v, struct str hash, struct arena *a, struct str *out, struct err *err)
{
    struct store_rows *rows;
    struct buf b;
    struct arena *own = NULL;
    TRY(view_arena((struct area_view *)(uintptr_t)v, &own, err));
    TRY(store_bind(v->store, own, &table_file_chunk, &rows, err));
    buf_init(&b, AREA_FILE_MAX);
    enum rc rc = chunks(rows, hash, &b, err);
    if (rc == RC_OK && b.len > a->max - a->used) rc = err_set(err, &E_area_file_large, NO_PLACE, STR("64 MiB"));
    if (rc == RC_OK) *out = str_dup(a, buf_view(&b));
    if (rc == RC_OK && !str_eq(area_file_hash(a, *out), hash)) rc = err_set(err, &E_area_file_broken, NO_PLACE, str_sub(hash, 0, 12));
    buf_fini(&b);
    return rc;
}

/* The first record that holds it, by the field's index. */
static enum rc held_in_sight(const struct area_view *v, const struct grant *g, const struct pack_register *r, const struct pack_field *f, const struct access_world *w, struct str hash,
                             struct arena *a, uint64_t *id, bool *seen, struct err *err)
{
    struct sv value = sv_text(hash);
    struct record rec;
    struct sight s;
    *seen = false;
    TRY(record_find_by(v->records, r, f, &value, id, err));
    if (*id == 0) return RC_OK;
    TRY(record_get(v->records, r, *id, a, &rec, err));
    TRY(scope_sight_of(grant_scope(g, PACK_READ, r), *id, rec.values, rec.closed_us != 0, w, &s, err));
    *seen = s.any && sight_field(&s, r, f);
    return RC_OK;
}

enum rc area_file_see(const struct area_view *v, const struct grant *g, struct str hash, struct arena *a, struct str *out, struct area_file_held *held, struct err *err)
{
    struct access_world w = record_world(v->records);
    *held = (struct area_file_held){0};
    for (uint32_t i = 0; i < v->set->registers_count; i++) {
        const struct pack_register *r = v->set->registers[i];
        if (!grant_may(g, PACK_READ, r)) continue;
        for (uint32_t k = 0; k < r->fields_count; k++) {
            const struct pack_field *f = &r->fields[k];
            uint64_t id = 0;
            bool seen = false;
            if (f->type != FIELD_FILE || f->derive != NULL) continue;
            TRY(held_in_sight(v, g, r, f, &w, hash, a, &id, &seen, err));
            if (!seen) continue;
            *held = (struct area_file_held){r, id, f->class};
            return area_file_get(v, hash, a, out, err);
        }
    }
    return err_set(err, &E_area_file_absent, NO_PLACE, str_sub(hash, 0, 12));
}

enum rc files_check(struct area_view *v, struct err *err)
{
    struct arena a;
    struct store_rows *rows;
    struct store_cursor *c = NULL;
    arena_init(&a, (size_t)256 << 20);
    struct hasher *h = hasher_make(HASH_SHA256);
    char name[2 * HASH_LEN];
    bool some = false;
    struct store_order order[] = {{F_HASH, false}, {F_ORD, false}};
    struct store_query q = {.order = order, .order_count = 2};
    enum rc rc = h == NULL ? err_set0(err, &E_no_memory, NO_PLACE) : store_bind(v->store, &a, &table_file_chunk, &rows, err);
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
        hash_more(h, row[F_BYTES].s.ptr == NULL ? "" : row[F_BYTES].s.ptr, row[F_BYTES].s.len);
    }
    store_cursor_close(&c);
    hasher_free(&h);
    arena_fini(&a);
    return rc;
}

/* ---- erasing ---- */

struct asking { struct str hash; const struct pack_register *reg; uint64_t except; bool held; };

static enum rc holds(void *ctx, const struct record *rec, struct err *err)
{
    struct asking *q = ctx;
    (void)err;
    for (uint32_t i = 0; i < q->reg->fields_count && !q->held; i++) {
        const struct pack_field *f = &q->reg->fields[i];
        if (f->type != FIELD_FILE || f->column == UINT32_MAX) continue;
        const struct sv *v = &rec->values[f->column];
        q->held = v->kind == SV_TEXT && str_eq(v->s, q->hash);
    }
    return RC_OK;
}

enum rc file_drop_unheld(struct area *ar, struct str hash, struct err *err)
{
    const struct pack_set *set = records_set(ar->records);
    struct asking q = {.hash = hash};
    for (uint32_t i = 0; i < set->registers_count && !q.held; i++) {
        bool files = false;
        q.reg = set->registers[i];
        for (uint32_t k = 0; k < q.reg->fields_count; k++) files = files || q.reg->fields[k].type == FIELD_FILE;
        if (files) TRY(record_each(ar->records, q.reg, RECORD_BY_ID, true, holds, &q, err));
    }
    if (q.held) return RC_OK;
    struct store_rows *rows;
    struct err none;
    TRY(store_bind(ar->store, &ar->batch, &table_file_chunk, &rows, err));
    for (int64_t ord = 0;; ord++) {
        struct sv keys[2] = {sv_text(hash), sv_int(ord)}, was[F_COLUMNS];
        if (store_get(rows, &ar->batch, keys, was, &none) != RC_OK) return RC_OK;
        TRY(store_delete(rows, keys, err));
    }
}
