/*
 * job.h - what a kind of long work gives to job.c: how it reads, how it is applied, what is told of it.
 * read and apply run on a thread of their own, with no request: who asked is an account, and its grant is made anew from the job's view.
 * put is called under the lock of jobs while nothing of the job runs: it may read what the others left in the arena, but not through the view.
 */
#ifndef GUIJU_HTTP_JOB_H
#define GUIJU_HTTP_JOB_H

#include "http/inner.h"

struct job_here {
    struct http *http;
    struct site *site;
    uint64_t account, token;
    struct arena *arena;              /* the job's */
    struct area_view *view;           /* its snapshot lasts while read runs */
    struct str bytes;                 /* the body that it was begun with */
    void *ctx;                        /* the kind's own */
    day_num today;
    const uint64_t *chosen;           /* of the body of apply: "take" or "skip" */
    size_t chosen_count;
    bool skips;                       /* chosen are the ones left out */
    atomic_uint_fast64_t done, total;
};

struct job_work {
    const char *kind;
    enum rc (*read)(struct job_here *h, struct err *err);
    enum rc (*apply)(struct job_here *h, struct err *err);  /* NULL: when it was read it is done */
    enum rc (*put)(struct req *q, struct job_here *h, bool applied, struct err *err);   /* members of the answer */
    bool again;                       /* may be applied more than once */
};

/* The body of the request becomes the job's, and what ctx points to lives in the arena that job_arena() gave.  Answers 202 {"job"}. */
struct job;
enum rc job_new(struct req *q, const struct job_work *w, struct job **out, struct arena **a, struct err *err) MUST_USE;
enum rc job_go(struct req *q, struct job *j, void *ctx, struct err *err) MUST_USE;
/* What was written is told to those who listen. */
void job_moved(struct job_here *h, uint64_t seq);

#endif
