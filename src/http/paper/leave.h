/* leave.h - what routes that hand out rosters, forms and statistics have in common: who sees what, files made beside, days and ids of bodies. */
#ifndef GUIJU_HTTP_LEAVE_H
#define GUIJU_HTTP_LEAVE_H

#include "exchange/exchange.h"
#include "http/inner.h"

/* What the one who asks sees of a register, for exchange/.  classes: of what it is picked, sorted or grouped by. */
struct seeing {
    struct exchange_sight sight;
    struct req *q;
    enum pack_verb verb;
    unsigned classes;
    const char *purpose;           /* in the read log; NULL: nothing is noted */
    struct arena_mark mark;
    bool marked;
};
void seeing_of(struct req *q, struct seeing *s, enum pack_verb v, unsigned classes, const char *purpose);

/* The same for a job, which has no request: by the grant of who began it, made anew from the job's view.  sight.ctx points into it. */
struct job_here;
struct job_sight {
    struct exchange_sight sight;
    struct grant *grant;
    struct access_world world;
    struct records *rs;
    enum pack_verb verb;
};
enum rc job_sight_open(struct job_here *h, enum pack_verb v, struct job_sight *s, struct err *err) MUST_USE;
void job_sight_close(struct job_sight *s);
bool job_chosen(const struct job_here *h, size_t i); /* of "take": named; of "skip", or of neither: not named */
bool job_named(const struct job_here *h, size_t i);  /* of "take" alone: where silence must not mean all */

/*
 * Lines that a job told and that are named now: as they stand on a snapshot of this moment, through the one door, all or none, in the name of who began it.  At most
 * 2,000 at a time; what is over stays open, and may be taken with the next.  item() says what a line becomes: some false: nothing; or it sets done[i] to LINE_MOVED.
 */
enum { LINE_OPEN, LINE_TAKEN, LINE_MOVED /* somebody was faster */ };
struct job_lines {
    size_t count;
    unsigned char *done;          /* of each: LINE_… */
    enum rc (*item)(struct job_here *h, const struct area_view *v, size_t i, struct batch_item *it, bool *some, struct err *err);
    struct batch_result result;   /* of this time */
    uint64_t taken, moved, last;  /* of this time; last: seq */
};
enum rc job_take(struct job_here *h, struct job_lines *l, struct err *err) MUST_USE;
const char *line_state(unsigned char done);

/* By one term of the grant, all of these classes: protected ones too, which no list may be picked by but a form prints. */
bool grant_shows(const struct grant *g, enum pack_verb v, const struct pack_register *r, unsigned wanted);
bool grant_shows_others(const struct grant *g, enum pack_verb v, const struct pack_register *r, unsigned wanted); /* not by what one sees of oneself alone */

/* A file made by exchange/ in a folder of its own, then in memory; the folder is gone when it is closed. */
struct made_file { char folder[64], path[96]; };
enum rc made_open(struct made_file *m, const char *ending, struct err *err) MUST_USE;
enum rc made_read(struct made_file *m, struct buf *out, struct err *err) MUST_USE;
void made_close(struct made_file *m);

/* Answered as something to save; no names of people in names of files. */
void leave_as(struct req *q, struct str name, const char *ending);
const char *type_of_ending(struct str ending);

/*
 * leaving.c: what takes long is made beside the request.  Called by a handler that hands out a file, when all that can be refused soon was.  rows: at most so many are in it;
 * at_once: up to so many are made while the request waits (0: a thousand).  later: a job was begun and answered (202 {"job"}), and the handler returns; the job runs the
 * same handler again, with later false.  A token's files are always made at once.
 */
enum rc leave_later(struct req *q, const struct pack_register *r, uint64_t rows, uint64_t at_once, struct str name, const char *ending, bool *later, struct err *err) MUST_USE;
void leave_at(struct req *q, uint64_t done, uint64_t total);
enum rc leave_step(struct req *q, struct err *err) MUST_USE; /* one more is done; RC_CONFLICT http.job_cancelled */

enum rc json_day(struct req *q, const struct json *obj, const char *name, day_num absent, day_num *out, struct err *err) MUST_USE;
enum rc json_ids(struct req *q, const struct json *obj, const char *name, size_t max, uint64_t **out, size_t *n, struct err *err) MUST_USE; /* ascending, each once */
enum rc json_reason(const struct json *obj, struct str *out, struct err *err) MUST_USE;
enum rc json_ids_in_order(struct req *q, const struct json *obj, const char *name, size_t max, uint64_t **out, size_t *n, struct err *err) MUST_USE;
/* Each in sight for this verb; RC_ABSENT http.absent. */
enum rc ids_seen(struct req *q, enum pack_verb v, const struct pack_register *r, const uint64_t *ids, size_t n, struct err *err) MUST_USE;

/* ask.c: a question to units; all of its fields are in sight for this verb.  ["A","B"] of a body as "A;B". */
enum { ASK_RECORDS_MOST = 500 };
enum rc ask_question(struct req *q, enum pack_verb v, struct str by, struct str shown, struct str asked, struct unit_ask *out, struct err *err) MUST_USE;
enum rc ask_names(struct req *q, const struct json *body, const char *key, struct str *out, struct err *err) MUST_USE;
/* question.c: one that is kept, and may be seen: RC_ABSENT http.absent; whom it is about; the writes that mark units as asked (sent) or as having answered so many cells today. */
enum rc question_seen(struct req *q, uint64_t id, struct err *err) MUST_USE;
enum rc question_only(struct req *q, uint64_t id, struct unit_ask *ask, struct err *err) MUST_USE;
size_t question_numbers(struct arena *a, struct str text, uint64_t **out);
struct str question_text(struct arena *a, const uint64_t *ids, size_t n);
struct question_mark { uint64_t unit, cells; bool sent; };
enum rc question_marks(struct records *rs, const struct pack_set *set, uint64_t question, const struct question_mark *given, size_t n, day_num today, struct arena *a, struct batch_item **out, size_t *out_n,
                       struct err *err) MUST_USE;

/* form.c: the form that the address names; RC_ABSENT http.absent.  photo.c: what else may be done with it. */
enum rc form_of(struct req *q, const struct pack_form **out, struct err *err) MUST_USE;
/* Classes that the form shows of a register; whether somebody with this grant sees all that it says. */
unsigned form_classes(const struct pack_form *f, const struct pack_register *r);
enum rc form_allowed(struct req *q, enum pack_verb v, const struct pack_form *f, struct err *err) MUST_USE;
/* print.c: a document as it is, or as PDF, of which few are made at once. */
enum rc document_answer(struct req *q, struct str docx, bool pdf, struct err *err) MUST_USE;
bool may_photograph(struct req *q, const struct pack_form *f);
enum rc resume_allowed(struct req *q, const struct pack_form *f, struct err *err) MUST_USE;

#endif
