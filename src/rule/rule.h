/*
 * rule.h - judging: every rule over every record of its register gives findings, with their reason and basis.
 * A rule's answer for a record is one of five: it does not concern it (out), does not hold, holds (a finding), is excepted by another rule,
 * or cannot be judged (a null on the way: which field of which record is empty).  Nothing here writes; area/ records findings by its
 * judge command.
 * Threads: one roster, one thread.  Memory: arenas of its own, given back at the end; what the callback gets is valid during the call.
 * Failures: those of FEEL's host; RC_LIMIT rule.steps names the rule and the record.
 */
#ifndef GUIJU_RULE_H
#define GUIJU_RULE_H

#include "record/record.h"

enum verdict { VERDICT_OUT, VERDICT_NO, VERDICT_HOLDS, VERDICT_EXCEPTED, VERDICT_UNDETERMINED };
enum { VERDICT_COUNT = 5 };

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
    enum verdict verdict;
    const struct pack_rule *exception;       /* VERDICT_EXCEPTED */
    const struct pack_rule *conflict;        /* and another exception that holds too and raises something else; or NULL */
    const struct feel_cause *cause;          /* VERDICT_UNDETERMINED: the root: the deepest that is a member of a record, else the deepest */
    const struct feel_cause *chain;          /* and the null itself, whose `inner` lead there */
    struct rule_missing missing;             /* VERDICT_UNDETERMINED */
    struct str display, key;                 /* of the record; filled for what is reported */
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
    /* bare, and many at a time instead of fn: the ids of one verdict from one block of at most 2048, ascending.  NULL: one by one to fn. */
    enum rc (*many)(void *ctx, const struct pack_rule *rule, enum verdict v, const int64_t *ids, size_t n, struct err *err);
    bool by_rows;                            /* record by record even where columns could: the same answers, slowly (tests, benchmarks) */
    enum lang lang;
};

/* The columns that the rules need. */
enum rc judge_want(const struct pack_set *set, const struct pack_rule *only, struct arena *a, struct roster_want **want, size_t *n, struct err *err) MUST_USE;
/* Each finding goes to fn, rule by rule as the set has them, in order of ids; what fn gets is valid during the call.  Anything but RC_OK
 * from fn ends the judging with it. */
enum rc judge(struct roster *roster, const struct pack_set *set, const struct judge_options *o,
              enum rc (*fn)(void *ctx, const struct judged *j, struct err *err), void *ctx, struct err *err) MUST_USE;

/* One rule on one record, with the tree of where, when and exceptions and the value at each node, and how derived fields came about.
 * RC_ABSENT rule.absent. */
enum rc judge_explain(struct roster *roster, const struct pack_set *set, const struct pack_rule *rule, uint64_t id, day_num today, enum lang lang,
                      struct buf *out, enum verdict *verdict, struct err *err) MUST_USE;

/* The verdict alone and why, on one line: "成立：…", "不成立，没有满足：任现职年限 >= 交流年限", "例外：…", "不能判断：缺 …". */
enum rc judge_why(struct roster *roster, const struct pack_set *set, const struct pack_rule *rule, uint64_t id, day_num today, enum lang lang,
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

#define ERR(id, rc, code, zh, en, hint_zh, hint_en) extern const struct err_kind E_##id;
#include "rule/errors.def"
#undef ERR

#endif
