/* inner.h - a job in memory, for job.c (run), keep.c (on disk, and back) and route.c (what its owner asks). */
#ifndef GUIJU_HTTP_JOB_INNER_H
#define GUIJU_HTTP_JOB_INNER_H

#include "http/job/job.h"

enum { JOBS_MAX = 64, JOBS_OWN = 16, JOBS_RUNNING = 4, LIFE_S = 24 * 3600, AWAKE_S = 600, KEY_TEXT = 64, SHOWN_MAX = 32 << 20 };
#define JOB_MEMORY ((size_t)2 << 30)
#define JOBS_DISK (UINT64_C(1) << 30)

enum job_state { JOB_READING, JOB_READY, JOB_APPLYING, JOB_DONE, JOB_FAILED, JOB_STATES };
extern const char *const job_state_names[];

struct job {
    struct http *http;
    struct site *site;
    struct job *next;
    char id[JOB_ID + 1], key[KEY_TEXT + 1], apply_key[KEY_TEXT + 1], digest[2 * HASH_LEN + 1], command_key[JOB_ID + 8];
    uint64_t account;
    const struct job_work *work;
    char *words;                     /* JSON */
    enum job_state state;
    bool runs, applied, dropped, started, awake, view_open;
    bool stumbled;                   /* what was asked last was refused, and may be asked otherwise */
    bool stopped;                    /* the server stopped while it was applied, and nothing of this try was found written */
    bool asked;                      /* the same, and nobody has looked yet */
    int64_t began_us, moved_us, touched_us;
    struct err err;
    pthread_t thread;
    /* While it is awake. */
    struct arena arena;
    struct area_view view;
    struct buf bytes;
    struct job_here here;
};

struct jobs { pthread_mutex_t lock; struct job *first; size_t count, running; struct jobfile files; };

/* keep.c */
struct job *job_make(struct http *h, struct site *s, const struct job_work *w, uint64_t account, struct str words) MUST_USE; /* NULL: no memory */
void job_free(struct job *j);
enum rc job_wake(struct job *j, bool view, struct err *err) MUST_USE;
void job_sleep(struct job *j);
enum rc job_save(struct job *j, enum job_state state, struct err *err);
void job_copy_text(char *to, size_t room, struct str s);
struct str job_text_of(const struct json *j, const char *name);   /* "": not there, or no text */
int64_t job_ends_us(const struct job *j);                         /* when it goes, if nothing is done with it */

/* job.c */
static inline bool job_busy(enum job_state s) { return s == JOB_READING || s == JOB_APPLYING; }
/* All under the lock.  start false: as many run as may; one that was to be read waits for its turn, anything else is as it was. */
bool job_start(struct jobs *js, struct job *j, enum job_state state);
void jobs_sweep(struct jobs *js);
enum rc job_answer(struct req *q, const char *id);

#endif
