/* area.c - making, opening and closing an area, and the snapshots through which it is read. */
#include <sys/stat.h>
#include <unistd.h>

#include "area/inner.h"

enum { AREA_ARENA_MAX = 16 << 20 };

static const struct area_options defaults = {
    .alg = HASH_SHA256, .queue_max = 4096, .queue_bytes_max = UINT64_C(256) << 20, .actor_share = 50, .batch_max = 256};

static struct area *handle_make(struct str path, const struct area_options *o)
{
    struct area *ar = calloc(1, sizeof *ar);
    if (ar == NULL || area_rosters_init(ar, NULL) != RC_OK || shelf_make(ar, NULL) != RC_OK) {
        free(ar);
        return NULL;
    }
    ar->magic = AREA_MAGIC;
    arena_init(&ar->arena, AREA_ARENA_MAX);
    ar->o = o == NULL ? defaults : *o;
    if (ar->o.alg == 0) ar->o.alg = defaults.alg;
    if (ar->o.queue_max == 0) ar->o.queue_max = defaults.queue_max;
    if (ar->o.queue_bytes_max == 0) ar->o.queue_bytes_max = defaults.queue_bytes_max;
    if (ar->o.actor_share == 0) ar->o.actor_share = defaults.actor_share;
    if (ar->o.batch_max == 0) ar->o.batch_max = defaults.batch_max;
    ar->path = str_dup(&ar->arena, path);
    ar->key_file = ar->o.key_file.len > 0 ? str_dup(&ar->arena, ar->o.key_file) : str_cat(&ar->arena, path, STR(".key"));
    ar->checkpoint_file =
        ar->o.checkpoint_file.len > 0 ? str_dup(&ar->arena, ar->o.checkpoint_file) : str_cat(&ar->arena, path, STR(".checkpoints"));
    pthread_mutex_init(&ar->lock, NULL);
    pthread_condattr_t steady; /* what is waited for is a length of time: a clock that is set does not change it */
    pthread_condattr_init(&steady);
    MUST(pthread_condattr_setclock(&steady, CLOCK_MONOTONIC) == 0);
    pthread_cond_init(&ar->work, &steady);
    pthread_condattr_destroy(&steady);
    pthread_mutex_init(&ar->grants_lock, NULL);
    MUST(sem_init(&ar->hashing, 0, 2) == 0);
    ar->cost = access_cost_shipped;
    ar->queue_last = &ar->queue_first;
    return ar;
}

static void handle_free(struct area *ar)
{
    if (ar->writer_runs) writer_stop(ar);
    area_rosters_fini(ar);
    past_free(&ar->past);
    shelf_free(ar);
    reads_free(ar);
    grants_forget(&ar->grants);
    grants_forget(&ar->batch_grants);
    records_close(&ar->records);
    journal_close(&ar->journal);
    store_close(&ar->store);
    area_packs_release(ar->packs);
    if (ar->batch.max > 0) arena_fini(&ar->batch);
    pthread_mutex_destroy(&ar->grants_lock);
    (void)sem_destroy(&ar->hashing);
    pthread_mutex_destroy(&ar->lock);
    pthread_cond_destroy(&ar->work);
    arena_fini(&ar->arena);
    memset(ar->key_secret, 0, sizeof ar->key_secret);
    ar->magic = 0;
    free(ar);
}

/* ---- names ---- */

/* C2SP names hold neither blanks nor '+'; what is left of a file's name, or "area". */
static struct str plain_name(struct arena *a, struct str wish)
{
    size_t from = 0;
    for (size_t i = 0; i < wish.len; i++)
        if (wish.ptr[i] == '/') from = i + 1;
    struct buf b;
    buf_init(&b, 64);
    for (size_t i = from; i < wish.len && b.len < 40; i++) {
        char c = wish.ptr[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.') buf_char(&b, c);
    }
    struct str s = b.len == 0 ? STR("area") : str_dup(a, buf_view(&b));
    buf_fini(&b);
    return s;
}

static struct str uuid_make(struct arena *a)
{
    uint8_t u[16];
    random_bytes(u, sizeof u);
    u[6] = (uint8_t)((u[6] & 0x0f) | 0x40);
    u[8] = (uint8_t)((u[8] & 0x3f) | 0x80);
    struct str h = str_hex(a, u, sizeof u), dash = STR("-");
    return str_cat(a, str_sub(h, 0, 8), dash, str_sub(h, 8, 12), dash, str_sub(h, 12, 16), dash, str_sub(h, 16, 20), dash, str_sub(h, 20, 32));
}

#define META_NAME STR("area_name")
#define META_SECRET STR("key_secret")

static enum rc read_names(struct area *ar, struct err *err)
{
    struct str secret;
    TRY(store_meta_get(ar->store, &ar->arena, META_NAME, &ar->name, err));
    TRY(store_meta_get(ar->store, &ar->arena, META_VERIFIERS, &ar->verifiers, err));
    TRY(store_meta_get(ar->store, &ar->arena, META_SECRET, &secret, err));
    if (secret.len != sizeof ar->key_secret) return err_set0(err, &E_area_no_packs, NO_PLACE);
    memcpy(ar->key_secret, secret.ptr, secret.len);
    return RC_OK;
}

static enum rc write_names(struct area *ar, struct err *err)
{
    struct str name = plain_name(&ar->arena, ar->o.name.len > 0 ? ar->o.name : ar->path);
    ar->name = str_cat(&ar->arena, STR("guiju/"), name, STR("/"), uuid_make(&ar->arena));
    random_bytes(ar->key_secret, sizeof ar->key_secret);
    ar->verifiers = STR("");
    if (!ar->o.memory) TRY(area_key_ready(ar, &ar->verifiers, err));
    TRY(store_meta_put(ar->store, META_NAME, ar->name, err));
    TRY(store_meta_put(ar->store, META_VERIFIERS, ar->verifiers, err));
    return store_meta_put(ar->store, META_SECRET, str_of((const char *)ar->key_secret, sizeof ar->key_secret), err);
}

/* ---- making ---- */

static enum rc append_first(struct area *ar, struct area_packs *p, struct err *err)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    struct json_out j;
    json_out_init(&j, &b);
    json_object(&j);
    json_key(&j, STR("name"));
    json_string(&j, ar->name);
    json_key(&j, STR("packs"));
    area_packs_describe(p, &j);
    json_key(&j, STR("verifier"));
    json_string(&j, ar->verifiers);
    json_end_object(&j);
    struct entry e = {.command = 1, .time_us = clock_now_us(), .happened = ENTRY_NO_DAY, .verb = VERB_INSTALL, .kind = ENTRY_INSTALL};
    e.body[CLASS_OPEN] = buf_view(&b);
    enum rc rc = journal_append(ar->journal, &e, NULL, err);
    buf_fini(&b);
    return rc;
}

static enum rc fill_new(struct area *ar, struct area_packs *p, struct err *err)
{
    struct arena a;
    arena_init(&a, 64 << 20);
    struct journal_options jo = {.alg = ar->o.alg};
    struct store_step *steps = NULL;
    bool differs;
    enum rc rc = area_shape_engine(ar->store, false, &differs, err);
    if (rc == RC_OK) rc = write_names(ar, err);
    if (rc == RC_OK) rc = journal_create(ar->store, &jo, err);
    if (rc == RC_OK) rc = journal_open(ar->store, &ar->journal, err);
    if (rc == RC_OK) rc = records_shape(ar->store, p->set, false, &a, &steps, err);
    if (rc == RC_OK) rc = append_first(ar, p, err);
    if (rc == RC_OK) rc = area_packs_write(ar->store, p, 1, err);
    arena_fini(&a);
    return rc;
}

static enum rc make_into(struct area *ar, const struct pack_source *packs, size_t n, struct diags *d, struct err *err)
{
    /* The packs are judged before a file is made: a wrong one leaves nothing behind. */
    TRY(area_packs_merge(ar, NULL, packs, n, d, &ar->packs, err));
    struct store_options so = {.mode = STORE_CREATE, .memory = ar->o.memory, .busy_ms = ar->o.busy_ms, .vfs = ar->o.vfs};
    TRY(store_open(ar->path, &so, &ar->store, err));
    TRY(store_begin_write(ar->store, err));
    enum rc rc = fill_new(ar, ar->packs, err);
    if (rc == RC_OK) rc = store_commit(ar->store, err);
    if (rc != RC_OK) {
        store_rollback(ar->store);
        return rc;
    }
    journal_keep(ar->journal);
    return RC_OK;
}

/* Bind the writer's own handles and start it. */
static enum rc writer_ready(struct area *ar, struct err *err)
{
    if (ar->journal == NULL) TRY(journal_open(ar->store, &ar->journal, err));
    TRY(area_packs_bind(ar->packs, ar->store, ar->journal, &ar->records, err));
    TRY(past_bind(ar, ar->store, ar->journal, ar->records, ar->packs, &ar->past, err));
    TRY(reads_make(ar, err));
    return writer_start(ar, err);
}

/* A making that failed leaves nothing that the next one would trip over.  Only files that this call made. */
static void unmake(const char *path, const char *key)
{
    static const char *const ends[] = {"", "-wal", "-shm", ".lock"};
    struct buf b;
    buf_init(&b, 8192);
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        buf_clear(&b);
        buf_str(&b, str_c(path));
        buf_str(&b, str_c(ends[i]));
        buf_char(&b, '\0');
        if (!buf_failed(&b)) (void)unlink(buf_view(&b).ptr);
    }
    buf_fini(&b);
    if (key != NULL) (void)unlink(key);
}

enum rc area_create(struct str path, const struct area_options *o, const struct pack_source *packs, size_t n, struct diags *d, struct err *err)
{
    struct area *ar = handle_make(path, o);
    if (ar == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    struct stat st;
    bool had_key = ar->o.memory || stat(str_cz(&ar->arena, ar->key_file), &st) == 0;
    enum rc rc = make_into(ar, packs, n, d, err);
    if (rc != RC_OK && ar->store != NULL && !ar->o.memory && ar->o.vfs == NULL) {
        store_close(&ar->store);
        unmake(str_cz(&ar->arena, path), had_key ? NULL : str_cz(&ar->arena, ar->key_file));
    }
    if (rc == RC_OK && !ar->o.memory) rc = area_checkpoint(ar, NULL, err);
    /* The log is folded in, so that a fresh area is its file alone.  Best effort: it is whole either way. */
    struct err ignored;
    if (rc == RC_OK && !ar->o.memory && store_checkpoint(ar->store, &ignored) != RC_OK) err_clear(&ignored);
    handle_free(ar);
    return rc;
}

enum rc area_create_open(struct str path, const struct area_options *o, const struct pack_source *packs, size_t n, struct diags *d,
                         struct area **out, struct err *err)
{
    struct area *ar = handle_make(path, o);
    if (ar == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    enum rc rc = make_into(ar, packs, n, d, err);
    if (rc == RC_OK) rc = writer_ready(ar, err);
    if (rc != RC_OK) {
        handle_free(ar);
        return rc;
    }
    *out = ar;
    return RC_OK;
}

/* ---- opening ---- */

/* Tables of ours that an area from before does not have yet: made by who may write, told to who only reads. */
static enum rc engine_tables_ready(struct area *ar, struct err *err)
{
    bool differs;
    TRY(area_shape_engine(ar->store, true, &differs, err));
    if (!differs) return RC_OK;
    if (ar->o.read_only) return err_set(err, &E_area_older, NO_PLACE, ar->path);
    TRY(store_begin_write(ar->store, err));
    enum rc rc = area_shape_engine(ar->store, false, &differs, err);
    if (rc == RC_OK) rc = store_commit(ar->store, err);
    if (rc != RC_OK) store_rollback(ar->store);
    return rc;
}

static enum rc open_into(struct area *ar, struct err *err)
{
    struct store_options so = {.mode = ar->o.read_only ? STORE_READ : STORE_WRITE, .busy_ms = ar->o.busy_ms, .vfs = ar->o.vfs};
    TRY(store_open(ar->path, &so, &ar->store, err));
    TRY(store_begin_read(ar->store, err));
    enum rc rc = read_names(ar, err);
    if (rc == RC_OK) rc = area_packs_read(ar->store, &ar->packs, err);
    store_end(ar->store);
    store_lean(ar->store); /* the pages of the packs' texts are not read again */
    if (rc == RC_OK) rc = engine_tables_ready(ar, err);
    if (rc == RC_OK && !ar->o.read_only) rc = writer_ready(ar, err);
    return area_broken_if_absent(rc, err);
}

enum rc area_open(struct str path, const struct area_options *o, struct area **out, struct err *err)
{
    struct area *ar = handle_make(path, o);
    if (ar == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    enum rc rc = open_into(ar, err);
    if (rc != RC_OK) {
        handle_free(ar);
        return rc;
    }
    *out = ar;
    return RC_OK;
}

void area_close(struct area **ap)
{
    if (ap == NULL || *ap == NULL) return;
    struct area *ar = *ap;
    MAGIC_CHECK(ar, AREA_MAGIC);
    writer_stop(ar);
    if (ar->wrote && !ar->o.memory) {
        /* Best effort: the entries are safe without it, and the next one covers them. */
        struct err ignored;
        if (area_checkpoint(ar, NULL, &ignored) != RC_OK) err_clear(&ignored);
        if (store_checkpoint(ar->store, &ignored) != RC_OK) err_clear(&ignored);
    }
    handle_free(ar);
    *ap = NULL;
}

/* ---- views ---- */

enum rc area_view_open(struct area *ar, struct area_view *out, struct err *err)
{
    MAGIC_CHECK(ar, AREA_MAGIC);
    *out = (struct area_view){.area = ar, .opened_us = clock_now_us()};
    enum rc rc = store_open_reader(ar->store, &out->store, err);
    if (rc == RC_OK) rc = store_begin_read(out->store, err);
    if (rc == RC_OK) rc = journal_open(out->store, &out->journal, err);
    uint64_t install = 0;
    if (rc == RC_OK) rc = area_install_seq(out->store, &install, err);
    if (rc == RC_OK) {
        out->packs = area_packs_hold(ar);
        if (out->packs->install_seq != install) {
            /* Another process, or our writer a moment ago, has put new packs in force. */
            area_packs_release(out->packs);
            out->packs = NULL;
            rc = area_packs_read(out->store, &out->packs, err);
        }
    }
    if (rc == RC_OK) {
        out->set = out->packs->set;
        rc = area_packs_bind(out->packs, out->store, out->journal, &out->records, err);
    }
    if (rc == RC_OK) rc = past_bind(ar, out->store, out->journal, out->records, out->packs, &out->past, err);
    if (rc == RC_OK) out->seq = journal_size(out->journal);
    if (rc != RC_OK) area_view_close(out);
    return area_broken_if_absent(rc, err);
}

void area_view_close(struct area_view *v)
{
    past_free(&v->past);
    records_close(&v->records);
    journal_close(&v->journal);
    if (v->store != NULL) store_end(v->store);
    store_close(&v->store);
    area_packs_release(v->packs);
    if (v->own != NULL) arena_fini(v->own);
    free(v->own);
    *v = (struct area_view){0};
}

struct str area_name(const struct area *ar) { return ar->name; }

day_num area_today(const struct area *ar)
{
    return civil_day(ar->packs != NULL ? ar->packs->set->zone : PACK_ZONE, clock_now_us());
}

uint64_t area_size(const struct area *ar)
{
    struct area *me = (struct area *)(uintptr_t)ar;
    struct area_view v;
    struct err err;
    if (area_view_open(me, &v, &err) != RC_OK) return 0;
    uint64_t n = v.seq;
    area_view_close(&v);
    return n;
}

enum rc area_install_dry(struct area *ar, const struct pack_source *packs, size_t n, struct arena *a, struct store_step **steps,
                         struct diags *d, struct err *err)
{
    struct area_view v;
    TRY(area_view_open(ar, &v, err));
    struct area_packs *p = NULL;
    enum rc rc = area_packs_merge(ar, v.packs, packs, n, d, &p, err);
    if (rc == RC_OK) rc = records_shape(v.store, p->set, true, a, steps, err);
    area_packs_release(p);
    area_view_close(&v);
    return rc;
}
