/* packs.c - the packs in force: their text kept in the area by hash, compiled once, shared until the last user is gone. */
#include "area/inner.h"

enum { PACK_ARENA_MAX = 512 << 20 };

static const struct store_column text_columns[] = {
    {STR_INIT("hash"), SV_TEXT},
    {STR_INIT("body"), SV_BLOB},
};
const struct store_table table_pack_text = {
    .name = STR_INIT("pack_text"), .columns = text_columns, .columns_count = 2, .keys_count = 1};

static const struct store_column file_columns[] = {
    {STR_INIT("install"), SV_INT}, {STR_INIT("ord"), SV_INT},   {STR_INIT("pack_ord"), SV_INT},
    {STR_INIT("place"), SV_TEXT},  {STR_INIT("file"), SV_TEXT}, {STR_INIT("hash"), SV_TEXT},
};
enum { FILE_INSTALL, FILE_ORD, FILE_PACK, FILE_PLACE, FILE_FILE, FILE_HASH, FILE_COLUMNS };
const struct store_table table_pack_file = {
    .name = STR_INIT("pack_file"), .columns = file_columns, .columns_count = FILE_COLUMNS, .keys_count = 2};

#define META_INSTALL STR("install_seq")

static struct area_packs *packs_make(void)
{
    struct area_packs *p = calloc(1, sizeof *p);
    if (p == NULL) return NULL;
    arena_init(&p->arena, PACK_ARENA_MAX);
    atomic_init(&p->refs, 1);
    atomic_init(&p->shapes, NULL);
    return p;
}

void area_packs_release(struct area_packs *p)
{
    if (p == NULL || atomic_fetch_sub(&p->refs, 1) > 1) return;
    struct record_shapes *shapes = atomic_load(&p->shapes);
    record_shapes_release(&shapes);
    arena_fini(&p->arena);
    free(p);
}

enum rc area_packs_bind(struct area_packs *p, struct store *s, struct journal *j, struct records **out, struct err *err)
{
    struct record_shapes *shapes = atomic_load(&p->shapes), *made = NULL;
    if (shapes == NULL) {
        TRY(record_shapes_make(s, p->set, &made, err));
        if (atomic_compare_exchange_strong(&p->shapes, &shapes, made)) shapes = made;
        else record_shapes_release(&made); /* another handle was first */
    }
    return records_open_shaped(s, j, shapes, out, err);
}

struct area_packs *area_packs_hold(struct area *ar)
{
    pthread_mutex_lock(&ar->lock);
    struct area_packs *p = ar->packs;
    if (p != NULL) atomic_fetch_add(&p->refs, 1);
    pthread_mutex_unlock(&ar->lock);
    return p;
}

enum rc area_install_seq(struct store *s, uint64_t *out, struct err *err)
{
    struct arena a;
    arena_init(&a, 4096);
    struct str text;
    enum rc rc = store_meta_get(s, &a, META_INSTALL, &text, err);
    if (rc == RC_OK && !str_to_u64(text, out)) rc = err_set0(err, &E_area_no_packs, NO_PLACE);
    if (rc == RC_ABSENT) rc = err_set0(err, &E_area_no_packs, NO_PLACE);
    arena_fini(&a);
    return rc;
}

/* Compile p->sources.  The area's own text loaded once already; a failure now means that it was changed, or that
 * this program is older than the packs. */
static enum rc packs_compile(struct area_packs *p, struct diags *d)
{
    struct pack_options o = {.today = civil_day(PACK_ZONE, clock_now_us()), .scenarios = false};
    struct pack_set *set = NULL;
    TRY(pack_load(&p->arena, p->sources, p->sources_count, &o, &set, d));
    p->set = set;
    return RC_OK;
}

/* own: of what is bound, which goes before the store does; packs may outlive it. */
static enum rc read_sources(struct store *s, struct area_packs *p, struct arena *own, struct err *err)
{
    struct store_rows *files = NULL, *texts = NULL;
    TRY(store_bind(s, own, &table_pack_file, &files, err));
    TRY(store_bind(s, own, &table_pack_text, &texts, err));
    struct store_where where = {FILE_INSTALL, SO_EQ, sv_int((int64_t)p->install_seq)};
    struct store_order order = {FILE_ORD, false};
    struct store_query q = {.where = &where, .where_count = 1, .order = &order, .order_count = 1};
    struct store_cursor *c = NULL;
    VEC(struct pack_source) sources = {0};
    VEC(struct pack_file) chapters = {0};
    int64_t last_pack = -1;
    TRY(store_select(files, &q, &c, err));
    enum rc rc;
    const struct sv *row = NULL;
    while ((rc = store_next(c, &row, err)) == RC_OK && row != NULL) {
        if (row[FILE_PACK].i != last_pack) {
            last_pack = row[FILE_PACK].i;
            chapters.at = NULL;
            chapters.len = chapters.cap = 0;
            vec_push(&p->arena, &sources, (struct pack_source){.where = str_dup(&p->arena, row[FILE_PLACE].s)});
        }
        struct sv key = sv_text(str_dup(&p->arena, row[FILE_HASH].s)), text[2];
        struct str name = str_dup(&p->arena, row[FILE_FILE].s);
        rc = store_get(texts, &p->arena, &key, text, err);
        if (rc != RC_OK) break;
        vec_push(&p->arena, &chapters, (struct pack_file){name, text[1].s});
        sources.at[sources.len - 1].files = chapters.at;
        sources.at[sources.len - 1].files_count = chapters.len;
    }
    store_cursor_close(&c);
    p->sources = sources.at;
    p->sources_count = sources.len;
    if (rc == RC_OK && sources.len == 0) rc = err_set0(err, &E_area_no_packs, NO_PLACE);
    return rc;
}

enum rc area_packs_read(struct store *s, struct area_packs **out, struct err *err)
{
    uint64_t install = 0;
    TRY(area_install_seq(s, &install, err));
    return area_packs_read_at(s, install, out, err);
}

enum rc area_packs_read_at(struct store *s, uint64_t install, struct area_packs **out, struct err *err)
{
    struct area_packs *p = packs_make();
    if (p == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    struct diags d;
    struct arena own;
    diags_init(&d, &p->arena, 20);
    arena_init(&own, 4 << 20);
    p->install_seq = install;
    enum rc rc = read_sources(s, p, &own, err);
    arena_fini(&own);
    if (rc == RC_OK && packs_compile(p, &d) != RC_OK) {
        rc = err_set(err, &E_area_packs_broken, NO_PLACE, str_c(d.first ? d.first->err.zh : "?"));
    }
    if (rc != RC_OK) {
        area_packs_release(p);
        return rc;
    }
    *out = p;
    return RC_OK;
}

static void release_deferred(void *p) { area_packs_release(p); }

static void copy_source(struct arena *a, const struct pack_source *from, struct pack_source *to)
{
    to->where = str_dup(a, from->where);
    to->files_count = from->files_count;
    to->files = arena_array(a, struct pack_file, from->files_count);
    for (size_t i = 0; i < from->files_count; i++) {
        to->files[i].name = str_dup(a, from->files[i].name);
        to->files[i].text = str_dup(a, from->files[i].text);
    }
}

enum rc area_packs_merge(const struct area *ar, const struct area_packs *now, const struct pack_source *add, size_t n, struct diags *d,
                         struct area_packs **out, struct err *err)
{
    struct area_packs *p = packs_make();
    if (p == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    size_t kept = now == NULL ? 0 : now->sources_count;
    p->sources = arena_array(&p->arena, struct pack_source, kept + n);
    /* A pack given again stands where it stood; a new one comes last. */
    for (size_t i = 0; i < kept; i++) {
        const struct pack_source *use = &now->sources[i];
        struct str name = pack_source_name(use);
        for (size_t k = 0; k < n; k++)
            if (str_eq(pack_source_name(&add[k]), name)) use = &add[k];
        copy_source(&p->arena, use, &p->sources[p->sources_count++]);
    }
    for (size_t k = 0; k < n; k++) {
        bool there = false;
        for (size_t i = 0; i < kept && !there; i++)
            there = str_eq(pack_source_name(&now->sources[i]), pack_source_name(&add[k]));
        if (!there) copy_source(&p->arena, &add[k], &p->sources[p->sources_count++]);
    }
    /* The texts that diagnostics point into are the caller's copies: they outlive p. */
    enum rc rc = packs_compile(p, d);
    if (rc == RC_OK && now != NULL) rc = pack_compare(now->set, p->set, d);
    if (rc == RC_OK && ar->o.forms_check != NULL) rc = ar->o.forms_check(p->set, d);
    if (rc != RC_OK) {
        for (const struct diag *g = d->first; g != NULL && err != NULL; g = g->next)
            if (g->severity == SEV_ERROR) {
                *err = g->err;
                break;
            }
        arena_defer(d->arena, release_deferred, p); /* d names texts that are in p */
        return rc;
    }
    *out = p;
    return RC_OK;
}

static struct str text_hash(struct arena *a, struct hasher *h, struct str text)
{
    struct hash sum;
    hash_of(h, &sum, text);
    return str_hex(a, sum.b, HASH_LEN);
}

enum rc area_packs_write(struct store *s, struct area_packs *p, uint64_t seq, struct err *err)
{
    struct store_rows *files = NULL, *texts = NULL;
    TRY(store_bind(s, &p->arena, &table_pack_file, &files, err));
    TRY(store_bind(s, &p->arena, &table_pack_text, &texts, err));
    struct hasher *h = hasher_make(HASH_SHA256);
    if (h == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    enum rc rc = RC_OK;
    int64_t ord = 0;
    for (size_t i = 0; rc == RC_OK && i < p->sources_count; i++) {
        for (size_t k = 0; rc == RC_OK && k < p->sources[i].files_count; k++) {
            const struct pack_file *f = &p->sources[i].files[k];
            struct sv text[2] = {sv_text(text_hash(&p->arena, h, f->text)), sv_blob(f->text)}, was[2];
            rc = store_get(texts, &p->arena, text, was, err);
            if (rc == RC_ABSENT) rc = store_insert(texts, text, err);
            if (rc != RC_OK) break;
            struct sv row[FILE_COLUMNS] = {sv_int((int64_t)seq), sv_int(ord++),    sv_int((int64_t)i),
                                           sv_text(p->sources[i].where), sv_text(f->name), text[0]};
            rc = store_insert(files, row, err);
        }
    }
    hasher_free(&h);
    p->install_seq = seq;
    if (rc == RC_OK) rc = store_meta_put(s, META_INSTALL, str_u64(&p->arena, seq), err);
    return rc;
}

void area_packs_describe(const struct area_packs *p, struct json_out *j)
{
    json_array(j);
    for (uint32_t i = 0; i < p->set->packs_count; i++) {
        const struct pack *k = &p->set->packs[i];
        char hex[2 * HASH_LEN];
        static const char digits[] = "0123456789abcdef";
        for (size_t b = 0; b < HASH_LEN; b++) {
            hex[2 * b] = digits[k->hash.b[b] >> 4];
            hex[2 * b + 1] = digits[k->hash.b[b] & 15];
        }
        json_object(j);
        json_key(j, STR("hash"));
        json_string(j, str_of(hex, sizeof hex));
        json_key(j, STR("name"));
        json_string(j, k->name);
        json_key(j, STR("version"));
        json_string(j, k->version);
        json_end_object(j);
    }
    json_end_array(j);
}

bool area_packs_same(const struct area_packs *x, const struct area_packs *y)
{
    bool same = x->set->packs_count == y->set->packs_count;
    for (uint32_t i = 0; same && i < x->set->packs_count; i++) {
        const struct pack *a = &x->set->packs[i], *b = &y->set->packs[i];
        same = str_eq(a->name, b->name) && str_eq(a->version, b->version) && hash_eq(&a->hash, &b->hash);
    }
    return same;
}

enum rc area_packs_check_texts(struct store *s, struct err *err)
{
    struct arena a;
    arena_init(&a, PACK_ARENA_MAX);
    struct hasher *h = hasher_make(HASH_SHA256);
    struct store_rows *texts = NULL;
    struct store_cursor *c = NULL;
    struct store_query q = {0};
    enum rc rc = h == NULL ? err_set0(err, &E_no_memory, NO_PLACE) : store_bind(s, &a, &table_pack_text, &texts, err);
    if (rc == RC_OK) rc = store_select(texts, &q, &c, err);
    const struct sv *row = NULL;
    while (rc == RC_OK && (rc = store_next(c, &row, err)) == RC_OK && row != NULL) {
        struct arena_mark m = arena_mark(&a);
        if (!str_eq(text_hash(&a, h, row[1].s), row[0].s))
            rc = err_set(err, &E_area_packs_broken, NO_PLACE, str_cat(&a, STR("pack_text "), row[0].s));
        arena_reset(&a, m);
    }
    store_cursor_close(&c);
    hasher_free(&h);
    arena_fini(&a);
    return rc;
}

/* ---- texts by hash ---- */

struct str pack_text_hash(struct arena *a, struct str text)
{
    struct hasher *h = hasher_make(HASH_SHA256);
    MUST(h != NULL);
    struct str s = text_hash(a, h, text);
    hasher_free(&h);
    return s;
}

enum rc pack_text_put(struct store *s, struct arena *a, struct str text, struct err *err)
{
    struct store_rows *texts = NULL;
    struct sv row[2] = {sv_text(pack_text_hash(a, text)), sv_blob(text)}, was[2];
    struct err none;
    TRY(store_bind(s, a, &table_pack_text, &texts, err));
    enum rc rc = store_get(texts, a, row, was, &none);
    if (rc == RC_ABSENT) return store_insert(texts, row, err);
    if (rc != RC_OK && err != NULL) *err = none;
    return rc;
}

enum rc pack_text_get(struct store *s, struct arena *a, struct str hash, struct str *out, struct err *err)
{
    struct store_rows *texts = NULL;
    struct sv key = sv_text(hash), row[2];
    TRY(store_bind(s, a, &table_pack_text, &texts, err));
    enum rc rc = store_get(texts, a, &key, row, err);
    if (rc == RC_ABSENT) return err_set(err, &E_area_two_text, NO_PLACE, str_sub(hash, 0, 12));
    TRY(rc);
    *out = row[1].s;
    return str_eq(pack_text_hash(a, *out), hash) ? RC_OK : err_set(err, &E_area_packs_broken, NO_PLACE, str_cat(a, STR("pack_text "), hash));
}

static enum rc column_gather(struct store_rows *rows, uint32_t column, struct arena *a, struct map *out, struct err *err)
{
    struct store_query q = {.columns = &column, .columns_count = 1};
    struct store_cursor *c = NULL;
    const struct sv *row = NULL;
    enum rc rc;
    TRY(store_select(rows, &q, &c, err));
    while ((rc = store_next(c, &row, err)) == RC_OK && row != NULL)
        if (map_find(out, row[0].s) == NULL) (void)map_put(a, out, str_dup(a, row[0].s), out);
    store_cursor_close(&c);
    return rc;
}

enum rc pack_texts_sweep(struct store *s, struct arena *a, struct map *named, struct err *err)
{
    struct store_rows *files = NULL, *texts = NULL;
    struct map kept = {0};
    TRY(store_bind(s, a, &table_pack_file, &files, err));
    TRY(store_bind(s, a, &table_pack_text, &texts, err));
    TRY(column_gather(files, FILE_HASH, a, named, err));
    TRY(column_gather(texts, 0, a, &kept, err));
    for (size_t i = 0; i < kept.len; i++) {
        struct sv key = sv_text(kept.entry[i].key);
        if (map_find(named, key.s) == NULL) TRY(store_delete(texts, &key, err));
    }
    return RC_OK;
}
