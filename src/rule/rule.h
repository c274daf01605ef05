/*
 * rule.h - judging: every rule over every record of its register gives findings, with their reason and basis.
 * A rule's answer for a record is one of four: holds (a finding), does not hold, excepted by another rule, or cannot be judged
 * (a null on the way: which field of which record is empty).  Nothing here writes; area/ records findings by its judge command.
 */
#ifndef GUIJU_RULE_H
#define GUIJU_RULE_H

#include "record/record.h"

enum verdict { VERDICT_OUT, VERDICT_NO, VERDICT_HOLDS, VERDICT_EXCEPTED, VERDICT_UNDETERMINED };

struct rule_value { struct str title; struct fv value; };

struct judged {
    const struct pack_rule *rule;
    uint64_t id;
    enum verdict verdict;
    const struct pack_rule *exception;       /* VERDICT_EXCEPTED */
    const struct feel_cause *cause;          /* VERDICT_UNDETERMINED: the root cause */
    struct str display, key;                 /* of the record; filled for what is reported */
    struct str say;                          /* the message */
    const struct rule_value *values;         /* what the rule shows */
    uint32_t values_count;
    struct str reads;                        /* "cadre/12@3.since cadre/12@3.…": the fields that the values came from */
};

struct judge_options {
    day_num today;
    const struct pack_rule *only;            /* NULL: all */
    bool undetermined;                       /* report those too */
    bool excepted;
    bool bare;                               /* ids only: no message, no values (benchmarks, counts) */
    enum lang lang;
};

/* The columns that the rules need. */
enum rc judge_want(const struct pack_set *set, const struct pack_rule *only, struct arena *a, struct roster_want **want, size_t *n, struct err *err) MUST_USE;
/* Each finding goes to fn, rule by rule, in order of ids; what fn gets is valid during the call. */
enum rc judge(struct roster *roster, const struct pack_set *set, const struct judge_options *o,
              enum rc (*fn)(void *ctx, const struct judged *j, struct err *err), void *ctx, struct err *err) MUST_USE;

/* One rule on one record, with the tree of where, when and exceptions and the value at each node. */
enum rc judge_explain(struct roster *roster, const struct pack_set *set, const struct pack_rule *rule, uint64_t id, day_num today, enum lang lang,
                      struct buf *out, enum verdict *verdict, struct err *err) MUST_USE;

/* As people read it: a table aligned by columns, or one JSON object a line (rule, register, id, key, display, severity, basis, say, values, verdict). */
void judged_json(const struct judged *j, struct buf *out);

#define ERR(id, rc, code, zh, en, hint_zh, hint_en) extern const struct err_kind E_##id;
#include "rule/errors.def"
#undef ERR

#endif
