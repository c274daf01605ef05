/*
 * form_door.c - what was planned, through the one door: all of a file or nothing of it.  Who needs no look between planning and writing has both done at once: a thread of its
 * own hands in what is planned while the next files are.
 */
#include <pthread.h>

#include "exchange/form.h"

enum { AT_ONCE = 200, PLAN_AT_ONCE = 50 };

/* Whoever hands in has memory and notes of his own: the planner is at work on his. */
struct door_work {
    struct forms_in *in;
    struct area *area;
    struct arena a;
    struct form_notes notes;
    uint64_t first_seq, last_seq;
    enum rc rc;
    struct err err;
};

static enum rc submit(struct door_work *w, size_t from, size_t to, struct receipt *r, struct err *err)
{
    struct forms_in *in = w->in;
    VEC(struct batch_item) items = {0};
    VEC(struct batch_file) files = {0};
    for (size_t i = from; i < to; i++) {
        struct person *p = &in->people.at[i];
        if (!p->file->usable) continue;
        uint32_t base = (uint32_t)items.len;
        for (size_t k = 0; k < p->items.len; k++) {
            struct batch_item it = p->items.at[k];
            if (it.from != NULL && base > 0) {
                uint32_t *moved = arena_array(&w->a, uint32_t, it.count + 1u);
                for (uint32_t v = 0; v < it.count; v++) moved[v] = it.from[v] == 0 ? 0 : it.from[v] + base;
                it.from = moved;
            }
            vec_push(&w->a, &items, it);
        }
        for (size_t k = 0; k < p->values.files.len && p->items.len > 0; k++) vec_push(&w->a, &files, p->values.files.at[k]);
    }
    *r = (struct receipt){0};
    if (items.len == 0) return RC_OK;
    uint64_t *ids = arena_array(&w->a, uint64_t, items.len);
    struct args_batch args = {.items = items.at, .count = items.len, .files = files.at, .files_count = files.len, .ids = ids};
    struct command c = {.verb = VERB_BATCH, .actor = in->o.actor, .token = in->o.token, .happened = ENTRY_NO_DAY, .args = &args};
    TRY(area_submit(w->area, &c, r, err));
    if (w->first_seq == 0) w->first_seq = r->first_seq;
    if (r->last_seq != 0) w->last_seq = r->last_seq;
    size_t at = 0;
    for (size_t i = from; i < to; i++) {
        struct person *p = &in->people.at[i];
        if (!p->file->usable) continue;
        if (p->file->fresh && p->items.len > 0) p->file->id = ids[at];
        at += p->items.len;
        p->file->written = p->items.len > 0;
    }
    return RC_OK;
}

static bool ends_all(enum rc rc) { return rc == RC_SYSTEM || rc == RC_BROKEN || rc == RC_BUSY; }

/* Together; where one of them is refused, each alone, so that only that one is. */
static enum rc hand_in(struct door_work *w, size_t from, size_t to)
{
    struct receipt r;
    struct err why;
    err_clear(&why);
    enum rc rc = submit(w, from, to, &r, &why);
    for (size_t k = from; rc != RC_OK && !ends_all(rc) && k < to; k++) {
        err_clear(&why);
        enum rc one = submit(w, k, k + 1, &r, &why);
        if (one == RC_OK) continue;
        struct form_noting n = {.a = &w->a, .notes = &w->notes, .file = (uint32_t)k};
        NOTE(&n, STR(""), STR(""), SEV_ERROR, &E_form_refused, str_c(why.zh), str_c(why.en));
        w->in->files.at[k].usable = false;
        if (ends_all(one)) rc = one;
    }
    if (!ends_all(rc)) return RC_OK;
    w->err = why;
    return w->rc = rc;
}

static void work_free(void *arg) { arena_fini(&((struct door_work *)arg)->a); }

static struct door_work *work_make(struct forms_in *in, struct area *area)
{
    struct door_work *w = arena_new(in->a, struct door_work);
    w->in = in;
    w->area = area;
    arena_init(&w->a, in->a->max - in->a->used);
    arena_defer(in->a, work_free, w);
    return w;
}

static enum rc work_done(struct door_work *w, uint64_t *first_seq, uint64_t *last_seq, struct err *err)
{
    for (size_t i = 0; i < w->notes.list.len; i++) vec_push(w->in->a, &w->in->notes.list, w->notes.list.at[i]);
    *first_seq = w->first_seq;
    *last_seq = w->last_seq;
    if (w->rc != RC_OK && err != NULL) *err = w->err;
    return w->rc;
}

enum rc forms_in_apply(struct forms_in *in, struct area *area, uint64_t *first_seq, uint64_t *last_seq, struct err *err)
{
    struct door_work *w = work_make(in, area);
    for (size_t i = 0; i < in->files.len && w->rc == RC_OK; i += AT_ONCE) (void)hand_in(w, i, MIN(i + AT_ONCE, in->files.len)); /* kept in w->rc */
    return work_done(w, first_seq, last_seq, err);
}

/* ---- both at once ---- */

struct both {
    struct door_work *w;
    struct planning *pl;
    pthread_mutex_t lock;
    pthread_cond_t more;
    size_t planned;      /* files; under the lock */
    bool over;           /* nothing more will be planned, or written */
    enum rc rc;          /* of planning */
    struct err err;
};

/* Plans, some files at a time, and says so. */
static void plan_all(struct both *b)
{
    size_t all = b->w->in->files.len;
    bool over = false;
    for (size_t i = 0; !over; i += PLAN_AT_ONCE) {
        size_t to = MIN(i + PLAN_AT_ONCE, all);
        b->rc = planning_some(b->pl, i, to, &b->err);
        pthread_mutex_lock(&b->lock);
        if (b->rc == RC_OK) b->planned = to;
        over = b->over = b->over || b->rc != RC_OK || to == all;
        pthread_cond_signal(&b->more);
        pthread_mutex_unlock(&b->lock);
    }
}

static void hand_in_all(struct both *b)
{
    for (size_t done = 0;;) {
        pthread_mutex_lock(&b->lock);
        while (b->planned == done && !b->over) pthread_cond_wait(&b->more, &b->lock);
        size_t to = MIN(b->planned, done + AT_ONCE);
        pthread_mutex_unlock(&b->lock);
        if (to == done) return;
        if (hand_in(b->w, done, to) != RC_OK) {
            pthread_mutex_lock(&b->lock);
            b->over = true;
            pthread_mutex_unlock(&b->lock);
            return;
        }
        done = to;
    }
}

static void both_work(void *ctx, uint32_t worker)
{
    if (worker == 0) plan_all(ctx);
    else hand_in_all(ctx);
}

enum rc forms_in_run(struct forms_in *in, struct records *rs, struct area *area, uint64_t *first_seq, uint64_t *last_seq, struct err *err)
{
    struct both b = {.w = work_make(in, area), .lock = PTHREAD_MUTEX_INITIALIZER, .more = PTHREAD_COND_INITIALIZER};
    struct crew crew;
    *first_seq = *last_seq = 0;
    TRY(planning_open(in, rs, &b.pl, err));
    crew_start(&crew, 2, 2, both_work, &b);
    bool alone = crew.others == 0; /* the system gave no thread: one after the other */
    crew_join(&crew);
    if (alone) hand_in_all(&b);
    pthread_cond_destroy(&b.more);
    pthread_mutex_destroy(&b.lock);
    TRY(work_done(b.w, first_seq, last_seq, err));
    if (b.rc != RC_OK && err != NULL) *err = b.err;
    return b.rc;
}
