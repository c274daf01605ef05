/*
 * procedure.h - procedures running: cases, their lines, steps, notices and objections, as records of packs/core.
 *
 * A case is opened over a record (its subject), may carry lines (candidates, or rows with fields), and goes through the groups of steps
 * that its procedure declares.  Every function here that writes runs inside the open write transaction, checks everything that the
 * declaration asks, and then writes; a refusal leaves no change behind, whatever it was that refused.
 *
 * A refusal says which word stopped the act (struct case_refused: a gate's or limit's name, or order, role, not-by, required, check,
 * too-early, too-late, quorum, counts, notice, window, objections, reason, late, signature, irregular, effect, opinions, defer, taken, adopts, sub, refer, trace, laid-down, ended) and why, with
 * basis and the values that were seen (struct err, RC_DENIED).
 *
 * Two days: happened is when the thing was done (order and gates go by it), change.today is when it is written down.  What is written
 * down later than the procedure allows needs a paper and a second person.  An irregular act is recorded on request with what was wrong,
 * raises a finding, and nothing comes out of it: no effects, no notices, until the step is gone back to and done properly.
 *
 * State: only records.  Threads: those of the records handle.  Memory: the door's arena.
 */
#ifndef GUIJU_PROCEDURE_H
#define GUIJU_PROCEDURE_H

#include "rule/rule.h"

enum { CASE_LINES_MAX = 200, CASE_TEXT_MAX = 20000, CASE_OPINIONS_MAX = 2000 };

/* Who acts.  The operator at the command line may do everything, but is one person like any other where two are asked for. */
struct case_actor {
    uint64_t account;          /* 0: none */
    struct str name;
    const struct str *roles;
    size_t roles_count;
    bool operator_;
    const struct grant *grant; /* the account's: its roles count where they are held.  NULL: roles as given, for scenarios and tests */
};

struct case_door {
    struct records *records;
    struct arena *arena;
    struct change change;
    struct case_actor actor;
    bool unmarked;             /* an act that is refused after it wrote says so in `spoilt`, and the caller rolls back; else it is undone to a mark (dearer) */
    bool spoilt;
    bool twice;                /* for tests: what is known of a case without reading it again is read again, and must be the same */
};

struct case_pair { struct str name, text; };
struct case_of_line { struct str line; const struct case_pair *values; uint32_t count; };  /* line: key or display of its record, or its number */

/* How an act is entered. */
struct case_entry {
    int64_t happened;          /* day_num; ENTRY_NO_DAY: today */
    struct str paper, second;  /* of a late entry: by which paper, and who else stands for it */
    struct str irregular;      /* record it though it is not in order: why; empty: refuse */
    const struct case_pair *reasons;   /* gate, or "discretion": the written reason */
    uint32_t reasons_count;
};

/* What was said at a meeting, in the order in which they spoke.  stance: 同意, 不同意, 缓议, 弃权 or their codes; empty: words alone.  line: empty: of the whole. */
struct case_opinion { struct str member, stance, text, line; bool chair; };

struct case_close;
struct case_opening {
    struct str procedure, subject;
    /* A sub-case: opened at the open step of another case, which says the procedure and the subject (both are left empty).  under_line: for which line; empty where the
     * step opens one for each: one for every line that still lacks one, all or none; out->id is the last. */
    uint64_t under;
    struct str under_step, under_line;
    const struct case_of_line *lines;
    uint32_t lines_count;
    const struct case_pair *set;
    uint32_t set_count;
    /* Steps that a case under way has behind it already: step, set, each, and in the entry the day, paper and second person (else those of the opening, whose
     * day is then the day on which the case began).  Their gates are not asked, their effects do not come out. */
    const struct case_close *taken;
    uint32_t taken_count;
    struct case_entry entry;
};

struct case_close {
    uint64_t id;
    struct str step;
    const struct case_pair *set;
    uint32_t set_count;
    const struct case_of_line *each;
    uint32_t each_count;
    const struct case_pair *counts;    /* 应到 实到 有效票 书面意见 应选; in a case without lines the votes too; or a line and its votes */
    uint32_t counts_count;
    bool by_ballot;                    /* the counts are those of a closed ballot, and the caller notes on it that they were taken (out->step) */
    const struct case_of_line *votes;  /* of a line: 同意 反对 弃权 得票, or option, or class/option */
    uint32_t votes_count;
    bool all_signed;
    const struct case_pair *signatures; /* field, by whom */
    uint32_t signatures_count;
    const struct str *unsigned_;       /* with all_signed: but these */
    uint32_t unsigned_count;
    const struct case_opinion *opinions;
    uint32_t opinions_count;
    const struct case_pair *defer;     /* lines that the meeting puts off, and why */
    uint32_t defer_count;
    struct case_entry entry;
};

struct case_refused { struct str what, line; };
struct case_done { uint64_t id, record; struct changed last; uint64_t step; /* case_close(): the record of the step */ };  /* record: that the act made (a notice, an objection) */

enum rc case_open(struct case_door *d, const struct case_opening *g, struct case_done *out, struct case_refused *why, struct err *err) MUST_USE;
enum rc case_close(struct case_door *d, const struct case_close *g, struct case_done *out, struct case_refused *why, struct err *err) MUST_USE;
/* Post the notice of an open step. */
enum rc case_publish(struct case_door *d, uint64_t id, struct str step, const struct case_entry *e, struct case_done *out, struct case_refused *why, struct err *err) MUST_USE;
/* An objection to the notice that hangs; by may be empty. */
enum rc case_object(struct case_door *d, uint64_t id, struct str text, struct str by, const struct case_entry *e, struct case_done *out, struct case_refused *why, struct err *err) MUST_USE;
/* number 0: the oldest without an answer.  upheld: a body decided that it affects the matter. */
enum rc case_answer(struct case_door *d, uint64_t id, uint64_t number, struct str text, bool upheld, const struct case_entry *e, struct case_done *out, struct case_refused *why, struct err *err) MUST_USE;
enum rc case_return(struct case_door *d, uint64_t id, struct str to, struct str reason, const struct case_entry *e, struct case_done *out, struct case_refused *why, struct err *err) MUST_USE;
enum rc case_lay_down(struct case_door *d, uint64_t id, struct str reason, const struct case_entry *e, struct case_done *out, struct case_refused *why, struct err *err) MUST_USE;
/* Put an open step to the superior level that it declares: reason and entry.paper; it waits.  Then the answer: agreed, refused or back (or their titles), with its
 * words and entry.paper; entry.happened is its day.  Refused, the case ends where the step does not say that it stays; sent back, it may be put up again.
 * out->record: the referral. */
enum rc case_refer(struct case_door *d, uint64_t id, struct str step, struct str reason, const struct case_entry *e, struct case_done *out, struct case_refused *why, struct err *err) MUST_USE;
enum rc case_reply(struct case_door *d, uint64_t id, struct str step, struct str outcome, struct str text, const struct case_entry *e, struct case_done *out, struct case_refused *why,
                   struct err *err) MUST_USE;
/* 复议: what a meeting of this case put off goes on in a case of its own, from that step, with what was done before it.  entry.paper: by which it was agreed to.
 * out->id: the new case. */
enum rc case_again(struct case_door *d, uint64_t id, struct str reason, const struct case_entry *e, struct case_done *out, struct case_refused *why, struct err *err) MUST_USE;
/* A case keeps the packs that it began with.  Move one over to those in force, where its procedure there adopts that version: by who may lay it down. */
enum rc case_adopt(struct case_door *d, uint64_t id, struct str reason, const struct case_entry *e, struct case_done *out, struct case_refused *why, struct err *err) MUST_USE;

/* 责任倒查: what was found of one round of a step that is over, and what is done about it; in any state of the case, by who the procedure in force names (trace).
 * step: its name, then the latest round that is over, or "#" and the id of its record.  outcome: clear or fault (or their titles); at fault needs person, measure and
 * basis; always finding and entry.paper.  slip: by which the measure is followed up; 0: none.  corrects: an earlier one of the same
 * step, which stays and is told as corrected; 0: none.  out->record: the new one.  Nothing of the case changes. */
struct case_liability { uint64_t id; struct str step, outcome, person, finding, measure, basis; uint64_t slip, corrects; };
enum rc case_liable(struct case_door *d, const struct case_liability *g, const struct case_entry *e, struct case_done *out, struct case_refused *why, struct err *err) MUST_USE;
/* Who may, by the packs in force; none: nobody but the operator. */
void case_tracers(const struct pack_set *now, const struct pack_procedure *p, const struct str **roles, uint32_t *n);

/* ---- reading ---- */

/* What was found of all rounds of a case, in the order of steps and rounds: as case_round has it. */
struct case_link { uint64_t step_id; struct str step; int64_t round; const struct case_found *found; uint32_t found_count; };
enum rc case_links(struct records *rs, uint64_t id, day_num today, struct arena *a, struct case_link **out, size_t *n, struct err *err) MUST_USE;

/* The case and step that a sub-case was opened at; case_id 0: it stands by itself.  line: record of case_line, or 0. */
struct case_above { uint64_t case_id, step_id, line; struct str step; };
enum rc case_above(struct records *rs, uint64_t id, struct arena *a, struct case_above *out, struct err *err) MUST_USE;
/* Its own sub-cases, in the order of steps and opening; step: name, line: idx or -1. */
struct case_below { uint64_t id; struct str step, title, state; int64_t line, ended; };
enum rc case_subs(struct records *rs, uint64_t id, day_num today, struct arena *a, struct case_below **out, size_t *n, struct err *err) MUST_USE;

struct case_line_view { uint64_t id, record; struct str display, kind, state, left_step, left_by; };
struct case_view {
    const struct pack_procedure *procedure;   /* of the packs that the case began with; good as long as the snapshot */
    struct str title, state;
    struct str *at;                           /* steps that are open */
    uint32_t at_count;
    struct str *irregular;
    uint32_t irregular_count;
    struct case_line_view *lines;
    uint32_t lines_count;
};
enum rc case_look(struct records *rs, uint64_t id, day_num today, struct arena *a, struct case_view *out, struct err *err) MUST_USE;
/* What is done, what is open, and what each open step still waits for, as people read it. */
enum rc case_why(struct records *rs, uint64_t id, day_num today, struct arena *a, enum lang lang, struct buf *out, struct err *err) MUST_USE;
/* The full-process record: every step and round with its days, people, fields, votes, what its gates saw, and the entries of the journal. */
enum rc case_print(struct records *rs, uint64_t id, day_num today, struct arena *a, enum lang lang, struct buf *out, struct err *err) MUST_USE;

/* ---- a case in full, for pages: everything that stands in its records, and what the steps that are open still wait for.  The caller shows of it what
 * the reader may see: each value by the class of its field (values go by the items' idx), what gates say by case_gate_classes(). ---- */
struct case_told { struct str name; int64_t n; };              /* entitled 30, yes 12, "a/top" 5 */
struct case_votes { const struct case_told *at; uint32_t count; bool voted, has_passed, passed; struct str score; };
struct case_line { uint64_t id, record; int64_t number; struct str kind, state, left_step, left_by; const struct sv *values; };
struct case_said { int64_t number, line; struct str member, stance, text; bool chair; };   /* line: idx, or -1: of the whole */
struct case_part { uint32_t line; const struct sv *values; struct case_votes votes; };   /* line: idx of lines */
struct case_objected { uint64_t id, seq; int64_t number; int64_t received, answered; struct str receipt, text, by, answer, outcome; };
struct case_posted { uint64_t id, seq; day_num posted, from, to; struct str text; const struct case_objected *objections; uint32_t objections_count; };
struct case_referred { uint64_t id, seq; int64_t number, sent, entered, answered, answer_entered; struct str to, reason, paper, by, outcome, answer, answer_paper, answer_by; };
struct case_found {                                            /* of one link: whether somebody answers for it, and how */
    uint64_t id, seq, slip, corrects, corrected;               /* 0: none; corrected: by which later one */
    int64_t number, happened, entered;
    struct str outcome, person, finding, measure, basis, paper, second, by, slip_kind, slip_state;
};
struct case_ballot { uint64_t id, seq; struct str title; int64_t closed, recounted; bool recount_same; };
struct case_round {
    uint64_t id, seq, account;
    int64_t round, opened, happened, entered;                  /* days, or ENTRY_NO_DAY */
    struct str state, by, paper, second, signatures, seen, reason, irregular;
    bool late;
    const struct sv *values;
    struct case_votes votes;
    const struct case_part *parts;
    uint32_t parts_count;
    const struct case_posted *notices;
    uint32_t notices_count;
    const struct case_said *said;                              /* in the order in which they spoke */
    uint32_t said_count;
    const struct case_below *subs;                             /* opened in this round */
    uint32_t subs_count;
    const struct case_referred *referrals;
    uint32_t referrals_count;
    const struct case_ballot *ballots;                         /* whose counts it took */
    uint32_t ballots_count;
};
enum case_need_kind { NEED_FIELD, NEED_VOTE, NEED_REASON, NEED_FROM, NEED_BY, NEED_NOTICE, NEED_WINDOW, NEED_OBJECTIONS, NEED_GATE, NEED_GATE_LATER,
                      NEED_SUB /* line; values: the number of the sub-case, or empty */, NEED_REFERRAL /* (of NEED_VOTE: count 1 if the counts must come from a ballot) say: to whom; unknown: it waits for the answer; day: since when */ };
struct case_need {
    enum case_need_kind kind;
    bool holds, unknown;                                       /* unknown: null; of objections: one was upheld */
    const struct pack_item *item;
    const struct pack_gate *gate;
    const struct pack_limit *limit;
    int64_t line;                                              /* idx, or -1 */
    int64_t day, count;
    struct str say, values;                                    /* of a gate that does not hold; what it sees */
};
struct case_step {
    const struct pack_step *step;
    struct str state;                                          /* of the round that counts; empty: not begun */
    int64_t round;
    struct case_round *rounds;
    uint32_t rounds_count;
    const struct case_need *needs;                             /* of an open step */
    uint32_t needs_count;
};
struct case_full {
    const struct pack_procedure *procedure;
    uint64_t under, under_step;                                /* of a sub-case: the case and step above */
    uint64_t id, subject, account, opened_seq, seq;            /* seq: of the newest entry that changed the case: its version for if_seq */
    struct str title, state, by, reason, packs;
    int64_t opened, entered, ended;
    const struct sv *values;                                   /* by the opening's items */
    const struct case_line *lines;
    uint32_t lines_count;
    struct case_step *steps;                                   /* as the procedure has them */
    uint32_t steps_count;
};
enum rc case_whole(struct records *rs, uint64_t id, day_num today, struct arena *a, enum lang lang, struct case_full *out, struct err *err) MUST_USE;
enum rc case_seq(struct records *rs, uint64_t id, day_num today, struct arena *a, uint64_t *seq, struct err *err) MUST_USE;
/* Bit n: what the gate says and sees tells of fields of class n. */
unsigned case_gate_classes(const struct pack_procedure *p, const struct pack_gate *g);

/* ---- papers: what a form over a case sees of it (pack_form.of), by the slots of pack_procedure.paper_scope and, for each line, paper_line.  Forms and their
 * expressions are those of the packs in force, whatever the case began with: what it holds is found by name.  classes: bit n: values of fields of class n are
 * told, others are empty.  given: what is typed of a step that is open, as if it were written (counts must fit); NULL: nothing. ---- */
struct case_sheet_line { uint64_t id, record; struct str display, kind; bool in; const struct fv *vars; };
struct case_sheet {
    const struct pack_procedure *procedure;   /* of the packs in force */
    uint64_t subject;
    struct str title;
    const struct fv *vars;
    const struct case_sheet_line *lines;
    uint32_t lines_count;
};
enum rc case_sheet(struct records *rs, uint64_t id, day_num today, unsigned classes, const struct case_close *given, struct arena *a, struct case_sheet *out, struct err *err) MUST_USE;
/* The step whose paper this is (at: named by the caller, else the latest that may).  RC_DENIED case.paper_irregular: nothing comes out of an irregular step;
 * case.paper_early: it has not begun; RC_ABSENT case.paper_not: no step names the form. */
enum rc case_paper_step(struct records *rs, uint64_t id, day_num today, const struct pack_form *f, struct str at, struct arena *a, struct str *step, struct err *err) MUST_USE;

/* What became of a step's papers: drafted on a day, filed with a number, or with the file that was signed.  step: name; round: of that step. */
struct case_drafted { uint64_t id, seq, step_id; struct str step, form, title, number, file, drafted_by, filed_by; int64_t round, drafted, filed; };
enum rc case_papers(struct records *rs, uint64_t id, day_num today, struct arena *a, struct case_drafted **out, size_t *n, struct err *err) MUST_USE;
/* What a parameter comes to in a case: on the day it was opened, or on that of the act where the procedure or the parameter says so.  NULL: it had no value then.  set: the packs in force. */
const struct pack_param_value *case_param_on(const struct pack_set *set, const struct pack_procedure *p, const struct pack_param *of, day_num opened, day_num act);
/* Note a draft (number and file empty), or file the paper: by its number, its file (record_file_text()), or both; by who acts at the step.  What is irregular is
 * filed as it is; drafts of it do not come out.  out->record: the paper's. */
struct case_paper_given { uint64_t id; struct str step, form, number, file; };
enum rc case_paper_put(struct case_door *d, const struct case_paper_given *g, const struct case_entry *e, struct case_done *out, struct case_refused *why, struct err *err) MUST_USE;

/* The records that a case stands in.  told: what they hold of classes above personal may stand in an account (not so of objections: who made them). */
struct case_record { const struct pack_register *reg; uint64_t id; bool told; };
enum rc case_records(struct records *rs, uint64_t id, struct arena *a, struct case_record **out, size_t *n, struct err *err) MUST_USE;

/* Registers that only the functions above write. */
bool case_owns(const struct pack_register *r);
/* May `next` come into force?  Cases keep their packs; RC_CONFLICT case.would_lose names the first of an older area, which noted none, that would lose what it reads. */
enum rc case_survives(struct records *rs, const struct pack_set *next, struct arena *a, struct err *err) MUST_USE;

#define ERR(id, rc, code, zh, en, hint_zh, hint_en) extern const struct err_kind E_##id;
#include "procedure/errors.def"
#undef ERR

#endif
