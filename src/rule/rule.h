/*
 * rule.h - judging: every rule over every record of its register gives findings, with their reason and basis.
 * A rule's answer for a record is one of five: it does not concern it (out), does not hold, holds (a finding), is excepted by another rule,
 * or cannot be judged (a null on the way: which field of which record is empty).  Nothing here writes; area/ records findings by its
 * judge command.  Slips, which hang on findings or are issued by hand, are written here too (second half).
 * Threads: one roster, one thread; judge() may use further ones meanwhile (judge_options.threads), each on a handle of its own.
 * Memory: arenas of its own, given back at the end; what the callback gets is valid during the call.
 * Failures: those of FEEL's host; RC_LIMIT rule.steps names the rule and the record.
 */
#ifndef GUIJU_RULE_H
#define GUIJU_RULE_H

#include "record/record.h"

enum verdict { VERDICT_OUT, VERDICT_NO, VERDICT_HOLDS, VERDICT_EXCEPTED, VERDICT_UNDETERMINED };
enum { VERDICT_COUNT = 5 };

enum { JUDGE_THREADS = 4 }; /* what commands take unless told: as many as there are processors, up to these */

struct rule_value { struct str title; struct fv value; };

/* What is missing where a rule cannot be judged. */
struct rule_missing {
    const struct pack_register *reg;         /* NULL: no field's emptiness is to blame, see `why` */
    const struct pack_field *field;          /* NULL: a list on the other side */
    uint64_t id;
    struct str display;                      /* of that record */
    struct str owner;                        /* who fills it in: the field's owner, else the register's */
    struct str why;                          /* the sentence, in the language asked for */
};

struct judged {
    const struct pack_rule *rule;
    uint64_t id;
    uint64_t with;                           /* a rule over pairs: the other record, of rule->each; else 0 */
    enum verdict verdict;
    const struct pack_rule *exception;       /* VERDICT_EXCEPTED */
    const struct pack_rule *conflict;        /* and another exception that holds too and raises something else; or NULL */
    const struct feel_cause *cause;          /* VERDICT_UNDETERMINED: the root: the deepest that is a member of a record, else the deepest */
    const struct feel_cause *chain;          /* and the null itself, whose `inner` lead there */
    struct rule_missing missing;             /* VERDICT_UNDETERMINED */
    struct str display, key;                 /* of the record; filled for what is reported */
    struct str with_display, with_key;       /* and of the other one of a pair */
    struct str say;                          /* the message */
    const struct rule_value *values;         /* what the rule shows */
    uint32_t values_count;
    struct str reads;                        /* "cadre/12@3.since tenure/40@1.from": the stored fields that the verdict came from */
};

struct judge_options {
    day_num today;
    const struct pack_rule *only;            /* NULL: all that raise something */
    bool undetermined;                       /* report those too */
    bool excepted;
    bool bare;                               /* ids and verdicts only: no message, no values, no cause (benchmarks, counts) */
    /* bare, and many at a time instead of fn: the ids of one verdict from one block of at most 2048, ascending (of pairs: for one other record after the
     * next, which is not told).  NULL: one by one to fn. */
    enum rc (*many)(void *ctx, const struct pack_rule *rule, enum verdict v, const int64_t *ids, size_t n, struct err *err);
    bool by_rows;                            /* record by record even where columns could: the same answers, slowly (tests, benchmarks) */
    /* 0, 1: this one alone; at most CREW_MAX.  What is told, and in which order, hangs on it as little as on the clock; fn and many are always
     * called in this thread. */
    uint32_t threads;
    enum lang lang;
};

/* The columns that the rules need. */
enum rc judge_want(const struct pack_set *set, const struct pack_rule *only, struct arena *a, struct roster_want **want, size_t *n, struct err *err) MUST_USE;
/* Each finding goes to fn, rule by rule as the set has them, in order of ids (of pairs: of the other record, then of the record); what fn gets is valid during the call.  Anything but RC_OK
 * from fn ends the judging with it.  RC_LIMIT rule.pairs before anything is told: a rule over too many pairs. */
enum rc judge(struct roster *roster, const struct pack_set *set, const struct judge_options *o,
              enum rc (*fn)(void *ctx, const struct judged *j, struct err *err), void *ctx, struct err *err) MUST_USE;

/* One rule on one record (with: the other one of the pair, else 0), with the tree of where, when and exceptions and the value at each node, and how derived fields came about.
 * RC_ABSENT rule.absent. */
enum rc judge_explain(struct roster *roster, const struct pack_set *set, const struct pack_rule *rule, uint64_t id, uint64_t with, day_num today, enum lang lang,
                      struct buf *out, enum verdict *verdict, struct err *err) MUST_USE;

/* The verdict alone and why, on one line: "成立：…", "不成立，没有满足：任现职年限 >= 交流年限", "例外：…", "不能判断：缺 …". */
enum rc judge_why(struct roster *roster, const struct pack_set *set, const struct pack_rule *rule, uint64_t id, uint64_t with, day_num today, enum lang lang,
                  struct buf *out, enum verdict *verdict, struct err *err) MUST_USE;

/* "holds" …: stable, for JSON; and as people say it. */
const char *verdict_name(enum verdict v);
struct str verdict_text(enum verdict v, enum lang lang);
/* One JSON object on a line (rule, register, id, key, display, severity, verdict, say, values, reads, basis; exception, missing). */
void judged_json(const struct judged *j, struct buf *out);
/* What is to be said of the record: the message; what is missing, or by what it is excepted. */
void judged_note(const struct judged *j, enum lang lang, struct buf *out);
/* One line for people: severity or verdict, record, note. */
void judged_text(const struct judged *j, enum lang lang, struct buf *out);

/* ---- slips: papers that ask for an answer (packs: `slip`) ----
 * A slip is a record of packs/core.  It is issued on an open finding, or by hand on a record, to a role that answers for that record; without a
 * role to the person that the record is.  Its life: open -> replied -> done; sent back it is open again; unanswered when it is due it may be
 * escalated: the next grade is issued and this one ends.  A slip on a finding is accepted only when the finding no longer holds or was put aside;
 * judging itself ends the slips of findings that are gone.  Every function that writes runs inside the open write transaction, checks all and then
 * writes; a refusal leaves nothing behind.
 * Refused: RC_DENIED slip.case, slip.role, slip.state, slip.matter_open, slip.not_due, slip.last_grade, slip.declined, slip.reason, slip.required; RC_CONFLICT slip.again;
 * RC_ABSENT slip.no_kind, record.absent (also what the actor does not see). */
struct slip_actor {
    uint64_t account;
    struct str name;
    const struct str *roles;
    size_t roles_count;
    bool operator_;              /* the command line: every role */
    const struct grant *grant;   /* whose sight of the record is asked for; NULL: not asked (scenarios, the operator) */
};
struct slip_door { struct records *records; struct arena *arena; struct change change; struct slip_actor actor; };
struct slip_value { struct str name, text; };
struct slip_opening {
    struct str kind;             /* name or title; empty: that of the finding's rule */
    uint64_t finding;            /* 0: by hand, on the record below */
    struct str reg;
    uint64_t subject;
    struct str role;             /* who answers; empty: the rule's, by hand the person concerned */
    struct str matter;           /* what it is about; by hand it must be said */
    struct str basis;            /* the paper or text it rests on, as people cite it */
    uint64_t of_case;            /* where its kind rests on a case: which; done, of the declared procedure, about that record, and used for no other */
};
enum rc slip_open(struct slip_door *d, const struct slip_opening *g, struct changed *last, struct err *err) MUST_USE;
/* On every open finding (of one rule, where it is named) whose rule declares a slip and that has none: those that the actor may issue and sees. */
enum rc slip_open_all(struct slip_door *d, struct str rule, uint64_t *opened, struct changed *last, struct err *err) MUST_USE;
enum rc slip_reply(struct slip_door *d, uint64_t id, const struct slip_value *values, uint32_t n, struct changed *last, struct err *err) MUST_USE;
enum rc slip_accept(struct slip_door *d, uint64_t id, struct str note, struct changed *last, struct err *err) MUST_USE;
/* The answer will not do: why.  The time to answer runs anew. */
enum rc slip_send_back(struct slip_door *d, uint64_t id, struct str reason, struct changed *last, struct err *err) MUST_USE;
enum rc slip_withdraw(struct slip_door *d, uint64_t id, struct str reason, struct changed *last, struct err *err) MUST_USE;
/* id 0: all that are overdue and have a next grade, as far as the actor may.  last->id: the slip that was issued last. */
enum rc slip_escalate(struct slip_door *d, uint64_t id, uint64_t *made, struct changed *last, struct err *err) MUST_USE;
/* The next grade is not issued this time: a person's decision, with its reason.  Of one that is overdue and has a next grade, once; it may still be escalated by itself, and is
 * passed over where all are, and by the day's run.  Sent back, or answered and sent back, it begins anew. */
enum rc slip_decline(struct slip_door *d, uint64_t id, struct str reason, struct changed *last, struct err *err) MUST_USE;
/* The day's run, with judging: of what is overdue and has a next grade, that is issued where the kind says auto and a role was asked; else it is noted once as proposed,
 * and a person decides. */
struct slip_day { uint64_t issued, proposed; };
enum rc slip_daily(struct records *rs, const struct change *c, struct arena *a, struct slip_day *out, struct err *err) MUST_USE;
/* What the actor may do to it now, by his roles and its state (bits; whether a finding still holds is asked when accepting).  Reads only.
 * RC_ABSENT as the acts themselves. */
enum { SLIP_MAY_REPLY = 1, SLIP_MAY_ACCEPT = 2, SLIP_MAY_WITHDRAW = 4, SLIP_MAY_ESCALATE = 8, SLIP_MAY_DECLINE = 16 };
enum rc slip_may(struct slip_door *d, uint64_t id, unsigned *may, struct err *err) MUST_USE;
/* For who closes a finding (judging): its slips end with it. */
enum rc slip_finding_gone(struct records *rs, const struct change *c, uint64_t finding, struct arena *a, struct err *err) MUST_USE;
bool slip_owns(const struct pack_register *r);

/* paper: a field of type file.  Its text is a file that is kept here (record_file_read()), or the number or place of one that lies elsewhere. */
struct slip_answer { struct str name, title, text; enum pack_class class; bool paper; };
struct slip_view {
    uint64_t id, finding, subject, earlier, next;    /* 0: none; next: the grade that it was escalated to */
    uint32_t version;
    const struct pack_slip *kind;                    /* NULL: the packs in force do not have it */
    struct str kind_name, reg, display;              /* display: of the record it is on */
    struct str role, matter, basis, by, state, reason, say;   /* state: open replied done gone escalated withdrawn */
    uint64_t of_case;                                /* 0: none */
    struct str declined_why;
    day_num declined;                                /* since when a person decided that the next grade is not issued; ENTRY_NO_DAY */
    day_num issued, due, replied, closed, effect, proposed; /* ENTRY_NO_DAY: none; effect: last day of what follows from it; proposed: since when the next grade is */
    bool overdue, lapsed;                            /* as of the day asked for: unanswered after its day; no longer counts */
    int64_t sent_back;
    struct slip_answer *answers;
    uint32_t answers_count;
};
enum rc slip_look(struct records *rs, uint64_t id, day_num today, struct arena *a, struct slip_view *out, struct err *err) MUST_USE;
/* In order of ids; without `all` only those that wait for something.  Nobody's sight is asked: http/ does that by the record. */
enum rc slip_each(struct records *rs, bool all, day_num today, struct arena *a, enum rc (*fn)(void *ctx, const struct slip_view *v, struct err *err),
                  void *ctx, struct err *err) MUST_USE;
struct str slip_state_text(struct str state, enum lang lang);
void slip_show(const struct slip_view *v, enum lang lang, struct buf *out);

#define ERR(id, rc, code, zh, en, hint_zh, hint_en) extern const struct err_kind E_##id;
#include "rule/errors.def"
#undef ERR

#endif
