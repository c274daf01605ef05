/*
 * reads.c - the read log of an area.  A row once an hour for a reader, record, class and purpose, so most reads write nothing at all.
 * Restricted and protected fields are answered only after their rows are durable: area_read_note() waits.  Personal ones are written within a
 * second, by the writer, which also enters the hash of what was read into the journal, at most once a minute.
 * What is remembered as written is what was committed, and of the personal ones, which are answered before they are written anyway, what waits.
 */
#include "area/inner.h"

enum { PENDING_MAX = 100000, SLOTS = 1 << 16 /* a power of two */, SEEN_MAX = SLOTS / 2 };
#define HOUR_US (INT64_C(3600) * 1000000)
#define SECOND_US INT64_C(1000000)
#define BATCH_US (INT64_C(60) * 1000000)

/* 16 bytes of a hash under the area's secret stand for a row. */
struct mark { uint64_t a, b; };

struct reads {
    pthread_mutex_t lock;
    struct hasher *hasher;
    struct access_read *pending; /* grows as rows come, goes with those that are taken */
    size_t pending_len, pending_room;
    int64_t pending_us;   /* of the oldest */
    int64_t hour;
    struct mark *seen;    /* open addressing; 0,0: free */
    size_t seen_len;
    struct arena purposes; /* texts of the hour */
    /* The writer's own. */
    int64_t batch_us;     /* when a batch was last entered */
    bool last;            /* the area is closing */
    bool unbatched;       /* rows were written since, or perhaps before we came */
};

enum rc reads_make(struct area *ar, struct err *err)
{
    struct reads *r = calloc(1, sizeof *r);
    if (r == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    ar->reads = r;
    pthread_mutex_init(&r->lock, NULL);
    arena_init(&r->purposes, 16 << 20);
    r->hasher = hasher_make(HASH_SHA256);
    r->seen = calloc(SLOTS, sizeof *r->seen);
    r->unbatched = true;
    return r->hasher == NULL || r->seen == NULL ? err_set0(err, &E_no_memory, NO_PLACE) : RC_OK;
}

void reads_free(struct area *ar)
{
    struct reads *r = ar->reads;
    if (r == NULL) return;
    hasher_free(&r->hasher);
    free(r->pending);
    free(r->seen);
    arena_fini(&r->purposes);
    pthread_mutex_destroy(&r->lock);
    free(r);
    ar->reads = NULL;
}

/* ---- under the lock ---- */

static struct mark mark_of(struct area *ar, const struct access_read *x)
{
    struct hash h;
    int64_t n[5] = {x->hour, (int64_t)x->reader, x->reg, (int64_t)x->record, (int64_t)x->class};
    struct mark m;
    hash_of(ar->reads->hasher, &h, str_of((const char *)ar->key_secret, sizeof ar->key_secret), str_of((const char *)n, sizeof n), x->purpose);
    memcpy(&m, h.b, sizeof m);
    if (m.a == 0 && m.b == 0) m.a = 1;
    return m;
}

static bool seen(const struct reads *r, struct mark m)
{
    for (size_t i = m.a & (SLOTS - 1);; i = (i + 1) & (SLOTS - 1)) {
        if (r->seen[i].a == 0 && r->seen[i].b == 0) return false;
        if (r->seen[i].a == m.a && r->seen[i].b == m.b) return true;
    }
}

static void remember(struct reads *r, struct mark m)
{
    if (seen(r, m)) return;
    if (r->seen_len == SEEN_MAX) { /* forgetting costs a look at the table, no more */
        memset(r->seen, 0, SLOTS * sizeof *r->seen);
        r->seen_len = 0;
    }
    size_t i = m.a & (SLOTS - 1);
    while (r->seen[i].a != 0 || r->seen[i].b != 0) i = (i + 1) & (SLOTS - 1);
    r->seen[i] = m;
    r->seen_len++;
}

static void new_hour(struct reads *r, int64_t hour)
{
    if (r->hour == hour) return;
    memset(r->seen, 0, SLOTS * sizeof *r->seen);
    r->seen_len = 0;
    r->hour = hour;
}

/* Is there room for n more that wait? */
static bool room_for(struct reads *r, size_t n)
{
    if (r->pending_len + n > PENDING_MAX) return false;
    if (r->pending_len + n <= r->pending_room) return true;
    size_t room = MIN(MAX(r->pending_room * 2, r->pending_len + n + 256), (size_t)PENDING_MAX);
    struct access_read *more = realloc(r->pending, room * sizeof *more);
    if (more == NULL) return false;
    r->pending = more;
    r->pending_room = room;
    return true;
}

/* ---- noting ---- */

static enum rc submit_reads(struct area *ar, const struct access_read *rows, size_t n, struct err *err)
{
    struct args_reads g = {.rows = rows, .count = n};
    struct command c = {.verb = VERB_READS, .happened = ENTRY_NO_DAY, .args = &g};
    return area_submit(ar, &c, NULL, err);
}

enum rc area_read_note(struct area *ar, const struct access_read *rows, size_t n, struct err *err)
{
    if (n == 0) return RC_OK;
    if (ar->o.read_only || ar->reads == NULL) return err_set0(err, &E_area_read_only, NO_PLACE);
    struct reads *r = ar->reads;
    int64_t now = clock_now_us();
    struct access_read *fresh = calloc(n, sizeof *fresh);
    if (fresh == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    size_t count = 0;
    bool wait = false, wake = false;
    pthread_mutex_lock(&r->lock);
    new_hour(r, now / HOUR_US);
    for (size_t i = 0; i < n; i++) {
        struct access_read x = rows[i];
        x.hour = now / HOUR_US;
        if (x.reader == 0 || x.class == PACK_OPEN || seen(r, mark_of(ar, &x))) continue;
        wait = wait || x.class >= PACK_RESTRICTED;
        fresh[count++] = x;
    }
    wait = wait || !room_for(r, count);
    if (!wait && count > 0) {
        wake = r->pending_len == 0;
        if (wake) r->pending_us = now;
        for (size_t i = 0; i < count; i++) {
            fresh[i].purpose = str_dup(&r->purposes, fresh[i].purpose);
            r->pending[r->pending_len++] = fresh[i];
            remember(r, mark_of(ar, &fresh[i]));
        }
    }
    pthread_mutex_unlock(&r->lock);
    enum rc rc = RC_OK;
    if (wait && count > 0) {
        rc = submit_reads(ar, fresh, count, err);
        pthread_mutex_lock(&r->lock);
        for (size_t i = 0; rc == RC_OK && i < count; i++)
            if (fresh[i].hour == r->hour) remember(r, mark_of(ar, &fresh[i]));
        pthread_mutex_unlock(&r->lock);
    }
    free(fresh);
    if (wake) {
        pthread_mutex_lock(&ar->lock);
        pthread_cond_signal(&ar->work);
        pthread_mutex_unlock(&ar->lock);
    }
    return rc;
}

/* ---- the writer's side ---- */

/* When the writer has to come by of itself; 0: not. */
int64_t reads_due(struct area *ar)
{
    struct reads *r = ar->reads;
    if (r == NULL) return 0;
    pthread_mutex_lock(&r->lock);
    int64_t due = r->pending_len > 0 ? r->pending_us + SECOND_US : 0;
    pthread_mutex_unlock(&r->lock);
    int64_t batch = r->unbatched && r->batch_us != 0 ? r->batch_us + BATCH_US : 0;
    return due == 0 ? batch : batch == 0 ? due : MIN(due, batch);
}

/* What waits, as the arguments of a command of the writer's own; to be given back with reads_taken(). */
struct args_reads reads_take(struct area *ar, bool last)
{
    struct reads *r = ar->reads;
    r->last = last;
    pthread_mutex_lock(&r->lock);
    struct args_reads g = {r->pending, r->pending_len, r->pending};
    r->pending = NULL;
    r->pending_len = r->pending_room = 0;
    pthread_mutex_unlock(&r->lock);
    return g;
}

/* Committed: remembered.  Not committed: they wait again, as far as there is room; what has no room makes later readers wait. */
void reads_taken(struct area *ar, const struct args_reads *g, bool committed)
{
    struct reads *r = ar->reads;
    pthread_mutex_lock(&r->lock);
    for (size_t i = 0; i < g->count; i++) {
        if (committed && g->rows[i].hour == r->hour) remember(r, mark_of(ar, &g->rows[i]));
        if (committed || g->mine == NULL) continue;
        if (!room_for(r, 1)) { /* nothing is remembered any more: who reads it again writes it */
            r->hour = 0;
            continue;
        }
        if (r->pending_len == 0) r->pending_us = clock_now_us();
        r->pending[r->pending_len++] = g->rows[i];
    }
    if (committed && r->pending_len == 0 && r->purposes.used > 8 << 20) {
        arena_fini(&r->purposes);
        arena_init(&r->purposes, 16 << 20);
    }
    pthread_mutex_unlock(&r->lock);
    free(g->mine);
}

static enum rc enter_batch(struct door *d, struct err *err)
{
    struct area *ar = d->area;
    const struct pack_register *r = pack_register_find(records_set(ar->records), STR("read_batch"));
    const struct pack_field *batch = r == NULL ? NULL : pack_field_find(r, STR("batch")), *hash = r == NULL ? NULL : pack_field_find(r, STR("hash")),
                            *rows = r == NULL ? NULL : pack_field_find(r, STR("rows"));
    if (batch == NULL || hash == NULL || rows == NULL) return RC_OK;
    struct hash h;
    size_t n = 0;
    TRY(read_log_hash(ar->rows, 0, &h, &n, err));
    if (n == 0) return RC_OK;
    int64_t number = 0;
    TRY(read_log_last_batch(ar->rows, &number, err));
    TRY(read_log_batch(ar->rows, (uint64_t)number + 1, &h, &n, err));
    struct sv *values = arena_array(&ar->batch, struct sv, r->stored_count + 1);
    values[batch->column] = sv_int(number + 1);
    values[hash->column] = sv_text(str_hex(&ar->batch, h.b, sizeof h.b));
    values[rows->column] = sv_int((int64_t)n);
    struct changed done;
    return record_create(ar->records, r, &d->change, values, &done, err);
}

enum rc verb_reads(struct door *d, struct err *err)
{
    const struct args_reads *g = d->command->args;
    struct area *ar = d->area;
    size_t added = 0;
    TRY(read_log_put(ar->rows, g->rows, g->count, &added, err));
    int64_t now = d->change.time_us;
    ar->reads->unbatched = ar->reads->unbatched || added > 0;
    if (!ar->reads->unbatched || (!ar->reads->last && now - ar->reads->batch_us < BATCH_US)) return RC_OK;
    TRY(enter_batch(d, err));
    ar->reads->batch_us = now;
    ar->reads->unbatched = false; /* should the commit fail, the next rows bring it up again */
    return RC_OK;
}

/* ---- who read it ---- */

enum rc area_reads_of(struct area_view *v, const struct grant *g, const struct pack_register *r, uint64_t id, struct arena *a, struct access_read_line **out, size_t *n,
                      struct err *err)
{
    *out = NULL;
    *n = 0;
    struct access_rows *rows = NULL;
    if (!grant_right(g, RIGHT_AUDIT)) {
        /* The person concerned, of what is disclosed: who is being looked into is not told by the log. */
        struct record rec;
        struct sight s;
        TRY(record_see(v->records, g, r, id, a, &rec, &s, err));
        if (s.self_classes == 0) return err_set(err, &E_access_denied, NO_PLACE, STR("查阅记录"), STR("the read log"));
    }
    TRY(view_rows(v, &rows, err));
    return read_log_of(rows, record_number(v->records, r), id, a, out, n, err);
}

/* ---- verify ---- */

struct batches {
    struct area_view *v;
    struct access_rows *rows;
    const struct pack_register *r;
};

static enum rc batch_fits(void *ctx, const struct record *rec, struct err *err)
{
    struct batches *b = ctx;
    struct hash h;
    size_t n = 0;
    struct sv number = who_value(b->r, rec, "batch"), hash = who_value(b->r, rec, "hash"), rows = who_value(b->r, rec, "rows");
    char hex[2 * HASH_LEN];
    TRY(read_log_hash(b->rows, (uint64_t)number.i, &h, &n, err));
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < HASH_LEN; i++) {
        hex[2 * i] = digits[h.b[i] >> 4];
        hex[2 * i + 1] = digits[h.b[i] & 15];
    }
    if ((int64_t)n == rows.i && str_eq(hash.s, str_of(hex, sizeof hex))) return RC_OK;
    char seq[24];
    int len = snprintf(seq, sizeof seq, "%llu", (unsigned long long)rec->seq);
    return err_set(err, &E_area_facts, NO_PLACE, STR("查阅记录"), STR("the read log"), str_of(seq, (size_t)len));
}

static enum rc credential_fits(void *ctx, const struct credential *c, struct err *err)
{
    struct batches *b = ctx;
    struct who_regs regs;
    struct record rec;
    struct arena a;
    who_regs(b->v->set, &regs);
    arena_init(&a, 1 << 20);
    enum rc rc = regs.account == NULL ? RC_ABSENT : record_get(b->v->records, regs.account, c->account, &a, &rec, err);
    bool fits = rc == RC_OK && str_eq(who_value(regs.account, &rec, "credential").s, credential_commitment(c, &a));
    struct str seq = str_dup(&a, STR("0"));
    if (rc == RC_OK) seq = str_u64(&a, rec.seq);
    if ((rc == RC_OK || rc == RC_ABSENT) && !fits) rc = err_set(err, &E_area_facts, NO_PLACE, STR("凭据"), STR("a credential"), seq);
    arena_fini(&a);
    return rc;
}

enum rc area_people_check(struct area_view *v, struct err *err)
{
    struct arena a;
    struct batches b = {.v = v, .r = pack_register_find(v->set, STR("read_batch"))};
    arena_init(&a, 4 << 20);
    enum rc rc = access_bind(v->store, &a, &b.rows, err);
    if (rc == RC_OK) rc = credentials_each(b.rows, credential_fits, &b, err);
    if (rc == RC_OK && b.r != NULL) rc = record_each(v->records, b.r, RECORD_BY_ID, false, batch_fits, &b, err);
    arena_fini(&a);
    return rc;
}
