/*
 * writer.c - the one thread that changes an area: takes what is queued, runs it in one transaction, acknowledges after COMMIT.
 * If a batch's transaction fails, it is undone and its commands are run again one by one, so that each gets its own answer.
 *
 * Whoever has just been answered is likely to ask again at once.  So a batch is not begun before as many commands wait as there were callers when the
 * last one ended, or as much time has passed as that one took (at most GATHER_US): fewer and fuller transactions, and nobody waits more than twice as
 * long.  A caller who is alone never waits.
 */
#include "area/inner.h"

#include <errno.h>

enum { BATCH_ARENA_MAX = 1 << 30, LOG_PAGES_MAX = 4096 /* 32 MiB */, GATHER_US = 3000 };
#define CLOCK_BACK_US INT64_C(1000000)
#define CLOCK_AHEAD_US (INT64_C(86400) * 1000000)

static int64_t mono_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static const struct store_table *const *own_tables(size_t *n)
{
    static const struct store_table *const tables[] = {&table_command_key, &table_pack_text, &table_pack_file, &table_file_chunk, &table_file_piece, &table_file_upload};
    *n = ARRAY_LEN(tables);
    return tables;
}

enum rc area_shape_engine(struct store *s, bool dry, bool *differs, struct err *err)
{
    static const struct store_table *const *(*const sets[])(size_t *) = {own_tables, access_tables, ballot_tables};
    struct arena a;
    arena_init(&a, 1 << 20);
    enum rc rc = RC_OK;
    *differs = false;
    for (size_t i = 0; rc == RC_OK && i < ARRAY_LEN(sets); i++) {
        size_t n = 0;
        struct store_step *steps = NULL;
        const struct store_table *const *tables = sets[i](&n);
        rc = store_shape(s, tables, n, dry, &a, &steps, err);
        *differs = *differs || steps != NULL;
    }
    arena_fini(&a);
    return rc;
}

/* As the operator's own clock shows it: the area's zone, whole seconds. */
static struct str time_text(struct area *ar, int64_t us)
{
    int64_t second = us / 1000000;
    int32_t offset = 0;
    (void)zone_offset_at(ar->packs->set->zone, second, false, &offset);
    struct datetime dt = datetime_from_us((second + offset) * 1000000);
    dt.time.zone = ZONE_NONE;
    struct buf b;
    buf_init(&b, 64);
    datetime_put(&b, dt);
    struct str s = str_dup(&ar->batch, buf_view(&b));
    buf_fini(&b);
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] == 'T') return str_cat(&ar->batch, str_sub(s, 0, i), STR(" "), str_sub(s, i + 1, s.len));
    return s;
}

/* A clock that jumps would write times that nobody can believe: stop until an operator has looked. */
static enum rc clock_check(struct area *ar, struct err *err)
{
    int64_t wall = clock_now_us(), mono = mono_us(), last = journal_last_time(ar->journal);
    int64_t drift = (wall - ar->clock_wall_us) - (mono - ar->clock_mono_us);
    if (ar->o.clock_confirmed || (wall >= last - CLOCK_BACK_US && drift < CLOCK_AHEAD_US && drift > -CLOCK_AHEAD_US)) return RC_OK;
    return err_set(err, &E_area_clock, NO_PLACE, time_text(ar, wall), time_text(ar, last), STR(""));
}

static enum rc disk_check(struct area *ar, const struct verb_kind *v, struct err *err)
{
    if (ar->o.memory || ar->o.disk_min < 0 || v->low_disk) return RC_OK;
    int64_t least = ar->o.disk_min == 0 ? INT64_C(256) << 20 : ar->o.disk_min;
    if (ar->disk_free == DISK_UNASKED) ar->disk_free = store_disk_free(ar->store);
    int64_t left = ar->disk_free;
    if (left < 0 || left >= least) return RC_OK;
    return err_set(err, &E_area_disk_low, NO_PLACE, str_i64(&ar->batch, left >> 20), str_i64(&ar->batch, least >> 20));
}

/* Rebind to the packs that another process, or a verb of ours, has brought into force. */
static enum rc take_packs(struct area *ar, struct area_packs *p, struct err *err)
{
    struct records *fresh = NULL;
    struct past_bound *past = NULL;
    TRY(area_packs_bind(p, ar->store, ar->journal, &fresh, err));
    enum rc rc = past_bind(ar, ar->store, ar->journal, fresh, p, &past, err);
    if (rc != RC_OK) {
        records_close(&fresh);
        return rc;
    }
    past_free(&ar->past);
    ar->past = past;
    records_close(&ar->records);
    ar->records = fresh;
    pthread_mutex_lock(&ar->lock);
    struct area_packs *old = ar->packs;
    ar->packs = p;
    pthread_mutex_unlock(&ar->lock);
    area_packs_release(old);
    return RC_OK;
}

static enum rc batch_begin(struct area *ar, struct err *err)
{
    ar->disk_free = DISK_UNASKED;
    TRY(store_begin_write(ar->store, err));
    bool moved = false;
    enum rc rc = journal_refresh(ar->journal, &moved, err);
    if (rc == RC_OK && moved) {
        uint64_t seq = 0;
        rc = area_install_seq(ar->store, &seq, err);
        if (rc == RC_OK && seq != ar->packs->install_seq) {
            struct area_packs *p = NULL;
            rc = area_packs_read(ar->store, &p, err);
            if (rc == RC_OK && (rc = take_packs(ar, p, err)) != RC_OK) area_packs_release(p);
        } else if (rc == RC_OK) {
            records_refresh(ar->records);
        }
    }
    if (rc == RC_OK) rc = clock_check(ar, err);
    if (rc != RC_OK) store_rollback(ar->store);
    return rc;
}

/* Undo the open transaction, and everything in memory that stood for it. */
static void batch_undo(struct area *ar)
{
    store_rollback(ar->store);
    journal_drop(ar->journal);
    records_drop(ar->records);
    grants_forget(&ar->batch_grants);
}

/* Is this failure one of the command, with nothing written, or one of the whole transaction? */
static bool spoils_batch(enum rc rc) { return rc == RC_SYSTEM || rc == RC_BROKEN; }

/* The one who is refused learns the reason; the audit administrator that it happened. */
static enum rc refused(struct area *ar, struct job *j, struct str what, bool worth, enum rc rc)
{
    bool noted = false;
    struct err ignored;
    j->refused = true;
    enum rc wrote = worth ? refusal_note(ar, j->command, err_code(&j->err), what, &noted, &ignored) : RC_OK;
    if (wrote == RC_OK) return rc;
    j->err = ignored;
    j->refused = false;
    return wrote == RC_BROKEN ? wrote : RC_SYSTEM;
}

static enum rc run_one(struct area *ar, struct job *j, const struct verb_kind *v, bool many, struct area_packs **new_packs)
{
    const struct command *c = j->command;
    int64_t now = clock_now_us();
    if (c->deadline_us != 0 && now > c->deadline_us) return err_set0(&j->err, &E_area_deadline, NO_PLACE);
    bool found = false;
    TRY(key_find(ar, c, &found, &j->receipt, &j->err));
    if (found) return RC_OK;
    TRY(disk_check(ar, v, &j->err));

    uint64_t before = journal_size(ar->journal);
    struct door d = {.area = ar, .command = c, .receipt = &j->receipt, .many = many};
    j->receipt = (struct receipt){.command = journal_last_command(ar->journal) + 1};
    d.change = (struct change){.command = j->receipt.command,
                               .verb = (uint16_t)c->verb,
                               .actor = c->actor,
                               .time_us = now,
                               .today = area_today(ar),
                               .happened = c->happened};
    enum rc rc = door_check(&d, c, c->actor, false, &j->err);
    if (rc != RC_OK && !spoils_batch(rc)) {
        bool worth = c->actor != 0 && (rc == RC_DENIED || rc == RC_ABSENT);
        return refused(ar, j, STR(""), worth, rc);
    }
    if (rc == RC_OK) rc = v->run(&d, &j->err);
    j->spoilt = rc != RC_OK && d.spoilt;
    if (j->spoilt) return rc;
    if (v->act && rc != RC_OK && !spoils_batch(rc)) {
        MUST(journal_size(ar->journal) == before); /* what it wrote before it refused is undone */
        return refused(ar, j, d.refused, rc == RC_DENIED || (c->actor != 0 && rc == RC_ABSENT), rc);
    }
    if (rc == RC_OK) rc = door_after(&d, before, &j->err);
    /* What was only tried is undone as a refused import is: it runs alone. */
    if (rc == RC_OK && c->verb == VERB_IMPORT && ((const struct args_import *)c->args)->dry) rc = err_set0(&j->err, &E_area_dry, NO_PLACE);
    *new_packs = d.new_packs;
    uint64_t after = journal_size(ar->journal);
    if (rc != RC_OK) {
        /* A refusal wrote nothing: that is the verbs' contract.  Those that run alone are rolled back anyway. */
        MUST(v->alone || spoils_batch(rc) || after == before);
        return rc;
    }
    if (after > before) {
        j->receipt.first_seq = before + 1;
        j->receipt.last_seq = after;
    }
    return key_put(ar, c, &j->receipt, now, &j->err);
}

/* A refusal that undid its own batch is noted in the next one.  That it could not be is no reason to answer otherwise. */
static void note_alone(struct area *ar, struct job *j)
{
    struct err ignored;
    bool noted = false;
    if (batch_begin(ar, &ignored) != RC_OK) return;
    enum rc rc = refusal_note(ar, j->command, err_code(&j->err), STR(""), &noted, &ignored);
    if (rc == RC_OK && noted && store_commit(ar->store, &ignored) == RC_OK) {
        journal_keep(ar->journal);
        records_keep(ar->records);
        ar->wrote = true;
    } else {
        batch_undo(ar);
    }
}

/* Run n jobs in one transaction.  False: the transaction failed and was undone, nothing is decided yet (j->err of the
 * first says why, and n = 1 takes it as its answer). */
static bool run_batch(struct area *ar, struct job **jobs, size_t n)
{
    struct arena_mark m = arena_mark(&ar->batch);
    struct err err;
    err_clear(&err);
    struct area_packs *new_packs = NULL;
    struct refusals counted = ar->refusals;
    enum rc rc = batch_begin(ar, &err);
    uint64_t head = journal_size(ar->journal);
    bool spoilt = rc != RC_OK, wrote = false;
    for (size_t i = 0; i < n && !spoilt; i++) {
        err_clear(&jobs[i]->err);
        const struct verb_kind *v = verb_find((uint16_t)jobs[i]->command->verb);
        jobs[i]->refused = jobs[i]->spoilt = false;
        jobs[i]->rc = run_one(ar, jobs[i], v, n > 1, &new_packs);
        if (jobs[i]->rc == RC_OK) wrote = wrote || jobs[i]->receipt.first_seq != 0;
        if (jobs[i]->rc != RC_OK && !jobs[i]->refused && (v->alone || jobs[i]->spoilt || spoils_batch(jobs[i]->rc))) {
            spoilt = true;
            rc = jobs[i]->rc;
            err = jobs[i]->err;
        }
    }
    if (!spoilt && (rc = store_commit(ar->store, &err)) != RC_OK) spoilt = true;
    if (spoilt) {
        batch_undo(ar);
        ar->refusals = counted;
        area_packs_release(new_packs);
        if (n == 1) {
            jobs[0]->rc = rc;
            jobs[0]->err = err;
            if (rc == RC_DENIED && jobs[0]->command->actor != 0) note_alone(ar, jobs[0]);
        }
        arena_reset(&ar->batch, m);
        return n == 1;
    }
    journal_keep(ar->journal);
    records_keep(ar->records);
    ar->wrote = ar->wrote || wrote || journal_size(ar->journal) > head;
    if (new_packs != NULL) {
        enum rc took = take_packs(ar, new_packs, &err);
        MUST(took == RC_OK); /* its tables were made and bound in the transaction that has just been committed */
    }
    arena_reset(&ar->batch, m);
    return true;
}

/* Keep the log short, so that opening is quick and what was erased leaves it.  Readers may hold it: then the next batch tries again. */
static void fold_log(struct area *ar, bool erased)
{
    struct err ignored;
    if (!erased && store_log_pages(ar->store) < LOG_PAGES_MAX) return;
    if (store_checkpoint(ar->store, &ignored) != RC_OK) err_clear(&ignored);
}

/* How many there are who will ask again: those who are answered now, and those who wait. */
static size_t answer(struct area *ar, struct job **jobs, size_t n, size_t commits)
{
    pthread_mutex_lock(&ar->lock);
    ar->commands += n;
    ar->commits += commits;
    size_t callers = n + ar->queue_len;
    pthread_mutex_unlock(&ar->lock);
    for (size_t i = 0; i < n; i++) MUST(sem_post(&jobs[i]->done) == 0); /* the job is gone with that: it lies on the stack of him who waits */
    return callers;
}

/* Under the lock: take the commands of the next batch.  A verb that runs alone is a batch by itself. */
static size_t take(struct area *ar, struct job **jobs, size_t max)
{
    size_t n = 0;
    while (ar->queue_first != NULL && n < max) {
        struct job *j = ar->queue_first;
        bool alone = verb_find((uint16_t)j->command->verb)->alone;
        if (alone && n > 0) break;
        ar->queue_first = j->next;
        if (ar->queue_first == NULL) ar->queue_last = &ar->queue_first;
        ar->queue_len--;
        ar->queue_bytes -= j->bytes;
        jobs[n++] = j;
        if (alone) break;
    }
    return n;
}

/* Under the lock: sleep until work is signalled, at most so long.  False: the time is over. */
static bool work_wait(struct area *ar, int64_t until_mono_us)
{
    struct timespec until = {.tv_sec = until_mono_us / 1000000, .tv_nsec = until_mono_us % 1000000 * 1000};
    return pthread_cond_timedwait(&ar->work, &ar->lock, &until) == 0;
}

/* Under the lock.  True: the read log is due, though nobody asked for anything. */
static bool wait_for_work(struct area *ar)
{
    int64_t due = reads_due(ar), now = clock_now_us();
    ar->wanted = 1;
    if (due == 0) {
        pthread_cond_wait(&ar->work, &ar->lock);
        return false;
    }
    if (now >= due) return true;
    (void)work_wait(ar, mono_us() + (due - now));
    return clock_now_us() >= due;
}

/* Under the lock: until as many wait as there are callers, or the time is over. */
static void gather(struct area *ar, size_t callers, int64_t us)
{
    int64_t until = mono_us() + MIN(us, (int64_t)GATHER_US);
    ar->wanted = callers;
    while (ar->queue_len < callers && !ar->stopping && work_wait(ar, until)) continue;
}

static void write_reads(struct area *ar, bool last)
{
    int64_t due = reads_due(ar);
    if (due == 0 || (!last && clock_now_us() < due)) return;
    struct args_reads g = reads_take(ar, last);
    struct command c = {.verb = VERB_READS, .happened = ENTRY_NO_DAY, .args = &g};
    struct job j = {.command = &c}, *one = &j;
    err_clear(&j.err);
    MUST(run_batch(ar, &one, 1));
    reads_taken(ar, &g, j.rc == RC_OK);
    if (j.rc != RC_OK && !last) (void)nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL); /* a disk that is full is not asked a thousand times a second */
}

static void *writer_main(void *arg)
{
    struct area *ar = arg;
    size_t max = ar->o.batch_max;
    struct job **jobs = calloc(max, sizeof *jobs);
    MUST(jobs != NULL);
    size_t callers = 1;
    int64_t took = 0;
    pthread_mutex_lock(&ar->lock);
    for (;;) {
        bool due = false;
        if (callers > 1) gather(ar, MIN(callers, max), took);
        while (ar->queue_first == NULL && !ar->stopping && !due) due = wait_for_work(ar);
        callers = 1;
        size_t n = take(ar, jobs, max);
        pthread_mutex_unlock(&ar->lock);
        bool last = n == 0 && !due;
        write_reads(ar, last); /* of its own accord: what was read a second ago; at the end, what is left */
        if (last) break;
        if (n == 0) {
            pthread_mutex_lock(&ar->lock);
            continue;
        }
        size_t commits = 1;
        int64_t begun = mono_us();
        if (!run_batch(ar, jobs, n)) {
            for (size_t i = 0; i < n; i++) MUST(run_batch(ar, &jobs[i], 1));
            commits = n;
        }
        bool erased = jobs[0]->command->verb == VERB_ERASE;
        took = mono_us() - begun;
        callers = answer(ar, jobs, n, commits);
        fold_log(ar, erased);
        pthread_mutex_lock(&ar->lock);
    }
    free(jobs);
    return NULL;
}

enum rc writer_start(struct area *ar, struct err *err)
{
    arena_init(&ar->batch, BATCH_ARENA_MAX);
    ar->clock_wall_us = clock_now_us();
    ar->clock_mono_us = mono_us();
    TRY(store_bind(ar->store, &ar->arena, &table_command_key, &ar->keys, err));
    TRY(store_bind(ar->store, &ar->arena, &table_file_chunk, &ar->files, err));
    TRY(store_bind(ar->store, &ar->arena, &table_file_piece, &ar->pieces, err));
    TRY(store_bind(ar->store, &ar->arena, &table_file_upload, &ar->uploads, err));
    TRY(access_bind(ar->store, &ar->arena, &ar->rows, err));
    if (pthread_create(&ar->writer, NULL, writer_main, ar) != 0) return err_set0(err, &E_no_memory, NO_PLACE);
    ar->writer_runs = true;
    return RC_OK;
}

void writer_stop(struct area *ar)
{
    pthread_mutex_lock(&ar->lock);
    ar->stopping = true;
    pthread_cond_broadcast(&ar->work);
    pthread_mutex_unlock(&ar->lock);
    if (ar->writer_runs) pthread_join(ar->writer, NULL);
    ar->writer_runs = false;
}

static size_t command_bytes(const struct command *c)
{
    size_t bytes = 256;
    const struct sv *values = NULL;
    uint32_t count = 0;
    if (c->verb == VERB_CREATE) {
        values = ((const struct args_create *)c->args)->values;
        count = ((const struct args_create *)c->args)->count;
    } else if (c->verb == VERB_UPDATE) {
        values = ((const struct args_update *)c->args)->values;
        count = ((const struct args_update *)c->args)->count;
    }
    for (uint32_t i = 0; i < count; i++) bytes += sizeof *values + values[i].s.len;
    return bytes;
}

/* Under the lock.  One actor may hold only a share of the queue, so that a loop of his leaves room for others. */
static bool room_for(const struct area *ar, const struct command *c, size_t bytes)
{
    if (ar->queue_len >= ar->o.queue_max || ar->queue_bytes + bytes > ar->o.queue_bytes_max) return false;
    size_t share = (size_t)ar->o.queue_max * ar->o.actor_share / 100, his = 0;
    if (ar->queue_len < share) return true;
    for (const struct job *j = ar->queue_first; j != NULL; j = j->next) his += j->command->actor == c->actor;
    return his < share;
}

struct area_writes area_writes(struct area *ar)
{
    MAGIC_CHECK(ar, AREA_MAGIC);
    pthread_mutex_lock(&ar->lock);
    struct area_writes w = {.commands = ar->commands, .commits = ar->commits};
    pthread_mutex_unlock(&ar->lock);
    return w;
}

enum rc area_submit(struct area *ar, const struct command *c, struct receipt *out, struct err *err)
{
    MAGIC_CHECK(ar, AREA_MAGIC);
    MUST(verb_find((uint16_t)c->verb) != NULL);
    if (ar->o.read_only) return err_set0(err, &E_area_read_only, NO_PLACE);
    struct job j = {.command = c, .bytes = command_bytes(c)};
    err_clear(&j.err);
    pthread_mutex_lock(&ar->lock);
    enum rc rc = RC_OK;
    if (ar->stopping) {
        rc = err_set0(err, &E_area_stopping, NO_PLACE);
    } else if (!room_for(ar, c, j.bytes)) {
        char digits[24];
        int len = snprintf(digits, sizeof digits, "%zu", ar->queue_len);
        rc = err_set(err, &E_area_queue_full, NO_PLACE, str_of(digits, (size_t)len), STR(""));
    } else {
        MUST(sem_init(&j.done, 0, 0) == 0);
        *ar->queue_last = &j;
        ar->queue_last = &j.next;
        ar->queue_len++;
        ar->queue_bytes += j.bytes;
        if (ar->queue_len >= ar->wanted) pthread_cond_signal(&ar->work);
    }
    pthread_mutex_unlock(&ar->lock);
    if (rc != RC_OK) return rc;
    while (sem_wait(&j.done) != 0) MUST(errno == EINTR);
    (void)sem_destroy(&j.done);
    if (j.rc != RC_OK && err != NULL) *err = j.err;
    if (j.rc == RC_OK && out != NULL) *out = j.receipt;
    return j.rc;
}

enum rc area_try(struct area *ar, const struct command *c, struct err *err)
{
    struct err own;
    err_clear(&own);
    MUST(c->verb == VERB_IMPORT && ((const struct args_import *)c->args)->dry && c->key.len == 0);
    enum rc rc = area_submit(ar, c, NULL, &own);
    if (rc == RC_CONFLICT && own.kind == &E_area_dry) return RC_OK;
    if (err != NULL) *err = own;
    return rc;
}
