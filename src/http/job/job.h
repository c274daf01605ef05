/*
 * job.h - work that takes longer than a request, and what a kind of it gives to job.c.
 *
 * A job is its owner's.  Its bytes and what is told of it lie in a folder beside the area (file.c), not in memory: a restart loses none.  They go a day after the job
 * last did something, or when its owner puts it away.
 * read and apply run on a thread of their own, with no request: who asked is an account, and its grant is made anew from the job's view.  After each of them put is asked
 * once in each language, on the same thread; the answer is kept, and nothing of the kind's own need stay in memory.
 * ctx is room of ctx_len bytes, zeroed: at the beginning, and when the job goes on after it was put to sleep or the server was started again.  What a kind needs of
 * the beginning it asks job_word() for.
 */
#ifndef GUIJU_HTTP_JOB_H
#define GUIJU_HTTP_JOB_H

#include "http/inner.h"

struct job;
struct job_here {
    struct http *http;
    struct site *site;
    struct job *job;
    uint64_t account, token;
    struct arena *arena;              /* the job's, while it is awake */
    struct area_view *view;           /* its snapshot lasts while read runs */
    struct str bytes;                 /* the body that it was begun with */
    const struct json *words;         /* what else it was begun with */
    struct str key;                   /* of its command: the same for every try */
    void *ctx;                        /* the kind's own: ctx_len bytes, zeroed when it wakes */
    day_num today;
    const uint64_t *chosen;           /* of the body of apply: "take" or "skip" */
    size_t chosen_count;
    bool skips;                       /* chosen are the ones left out */
    bool skip_bad;
    bool over;                        /* set by read or apply: nothing remains to be done, though it could be applied */
    atomic_bool stop;                 /* its owner or the server wants it to end: job_stops() */
    atomic_uint_fast64_t done, total;
};

struct job_work {
    const char *kind;
    size_t ctx_len;
    enum rc (*read)(struct job_here *h, struct err *err);
    enum rc (*apply)(struct job_here *h, struct err *err);  /* NULL: when it was read it is done */
    /* Members of the answer.  failed: what read or apply came to was a refusal, which is told beside.  Of q: j, lang, arena. */
    enum rc (*put)(struct req *q, struct job_here *h, bool applied, bool failed, struct err *err);
    bool again;                       /* may be applied more than once */
    bool by_bytes;                    /* apply reads the bytes itself: nothing is kept awake for it */
    int64_t kept_s;                   /* how long it is kept when it is done; 0: a day, as any other */
    /* The server stopped while it was applied: was it?  *done: put tells it then, without bytes.  NULL: what was read is read again, and shows it. */
    enum rc (*look)(struct job_here *h, bool *done, struct err *err);
};
extern const struct job_work import_work, verify_work, compare_work, forms_work, answers_work, photos_work, resumes_work, leaving_work;

/* The body of the request becomes the job's.  Answers 202 {"job"}; the same Idempotency-Key with the same body and words: the same job. */
enum rc job_begin(struct req *q, const struct job_work *w, const struct pair *words, size_t n, struct err *err) MUST_USE;
struct str job_word(const struct job_here *h, const char *name);
/* A file of the job's own beside the others ("table.csv"). */
enum rc job_keep(struct job_here *h, const char *name, struct str bytes, struct err *err) MUST_USE;
/* Ask it between one record and the next, where the work is long; what was asked so ends with http.job_cancelled. */
bool job_stops(const struct job_here *h);
uint64_t jobs_bytes(struct site *s); /* on disk, of all jobs of the area */
/* What was written is told to those who listen. */
void job_moved(struct job_here *h, uint64_t seq);

/* ---- file.c: the folder beside the area ---- */

enum { JOB_ID = 32 };
struct jobfile { char folder[4096]; };
/* AREA-jobs, mode 0700; made when it is first needed. */
enum rc jobfile_open(struct str area_path, struct jobfile *out, struct err *err) MUST_USE;
/* Whole or not at all, also when the power goes. */
enum rc jobfile_put(const struct jobfile *f, const char *id, const char *name, struct str bytes, struct err *err) MUST_USE;
enum rc jobfile_get(const struct jobfile *f, const char *id, const char *name, size_t max, struct buf *out, struct err *err) MUST_USE; /* RC_ABSENT http.absent */
void jobfile_drop(const struct jobfile *f, const char *id);
/* Each job that has a "job.json"; what is torn or nobody's is removed. */
void jobfile_each(const struct jobfile *f, void (*fn)(void *ctx, const char *id), void *ctx);
uint64_t jobfile_bytes(const struct jobfile *f);

#endif
