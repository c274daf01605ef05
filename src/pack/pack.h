/*
 * pack.h - handbooks: CommonMark chapters with fenced `guiju` YAML blocks -> checked declarations.
 *
 * A set of packs (core, the field's, local ones over it) is loaded whole or not at all; every mistake of every chapter is
 * reported with file, line, column, what was expected and the nearest name.  All FEEL is compiled against the registers
 * here, so what runs later is known to be typed.  A loaded set is immutable and shared by threads.
 * The language: docs/packs.md.  Memory: everything lives in the arena given to pack_load(), but the texts of the chapters, which are the caller's and outlive the set.
 */
#ifndef GUIJU_PACK_H
#define GUIJU_PACK_H

#include "feel/feel.h"

/* ---- sources ---- */

struct pack_file {
    struct str name;   /* "10-组织与职位.md"; templates that chapters name: "forms/NAME.docx" */
    struct str text;
};

struct pack_source {
    struct str where;  /* folder as given, for messages */
    struct pack_file *files;   /* chapters: names that begin with two digits and end in .md, in byte order */
    size_t files_count;
};

/* Read the chapters of a folder.  RC_ABSENT pack.no_folder, pack.no_chapters; RC_LIMIT: 1 MiB a chapter, 200 chapters. */
enum rc pack_read(struct arena *a, struct str folder, struct pack_source *out, struct err *err) MUST_USE;

/* Read several folders, and before each the packs that it lies over where they stand beside it (packs/cn over core: packs/core). */
enum rc pack_read_all(struct arena *a, const struct str *folders, size_t n, struct pack_source **out, size_t *count, struct err *err) MUST_USE;

/* The name that the manifest gives (`pack: cn`), found without loading; empty where there is none. */
struct str pack_source_name(const struct pack_source *s);
/* The file of that name replaced, or a new one in its place among the others.  The list is copied, the texts are not. */
void pack_source_put(struct arena *a, struct pack_source *s, struct str name, struct str text);

/* ---- what the declarations have in common ---- */

struct text2 {
    struct str zh, en; /* en empty where there is no translation */
};

struct pack_chapter;
struct pack_basis_row {          /* a text that may be cited */
    struct str name, title, full, issuer, number, url;
    day_num from, to;            /* to: DAY_OPEN where in force */
    int64_t articles;            /* 0: not said */
    bool unsettled;
    struct place place;
};
#define DAY_OPEN INT64_MAX
#define PACK_ZONE "Asia/Shanghai" /* where packs name no zone, and before any is loaded */

struct pack_cite {
    const struct pack_basis_row *text;
    struct str at;               /* "第四十三条" */
    struct place place;
};

struct pack_decl {
    struct str kind, name;       /* "rule", "rotation-due" */
    struct text2 title, label;
    struct str note;
    const struct pack_cite *basis;
    uint32_t basis_count;
    const struct str *implements;   /* M004 … */
    uint32_t implements_count;
    const struct str *was;
    uint32_t was_count;
    day_num retired;             /* DAY_OPEN: not */
    struct place place;          /* of the kind key */
    uint32_t pack;               /* idx into set->packs */
    const struct pack_chapter *chapter;
};

enum pack_profile { PROFILE_PUBLIC, PROFILE_INTERNAL, PROFILE_ALONE };

struct pack_chapter {
    struct str file;
    struct str title;            /* first heading */
    struct str text;
    enum pack_profile profile;
    bool left_out;               /* only its title is here: it asks for more than this area has */
    enum pack_profile wants;     /* then: for what */
    uint32_t file_number;        /* in diags */
    uint32_t pack;
};

/* ---- kinds ---- */

struct pack_codes {
    struct pack_decl d;
    struct feel_codes feel;
    bool open;
    const struct row_span { day_num from, to; } *spans;   /* by row */
    const struct text2 *titles;                           /* by row */
};

enum param_type { PARAM_NUMBER, PARAM_FRACTION, PARAM_DURATION, PARAM_DATE, PARAM_TEXT, PARAM_CHOICE };
enum param_tighten { TIGHTEN_FIXED, TIGHTEN_UP, TIGHTEN_DOWN, TIGHTEN_FREE };

struct pack_param_value {
    day_num from, to;
    struct fv value;             /* a fraction is kept as its quotient; p and q below */
    int64_t p, q;
    const struct pack_cite *basis;
    uint32_t basis_count;
    bool unsettled;
    uint32_t pack;               /* which layer */
    struct place place;
};

struct pack_param {
    struct str name, title;
    enum param_type type;
    struct str unit;
    enum param_tighten tighten;
    bool applies_at_act;
    const struct pack_param_value *values;   /* effective, by day, after all layers */
    uint32_t values_count;
    const struct feel_type *feel_type;
    uint32_t slot;               /* FN_PARAMETER slot = idx into set->params */
    struct place place;
    uint32_t pack;
};

enum field_type { FIELD_TEXT, FIELD_NUMBER, FIELD_BOOL, FIELD_DATE, FIELD_MONTH, FIELD_DATETIME, FIELD_DURATION, FIELD_CHOICE,
                  FIELD_REF, FIELD_FILE };
/* Classes as in journal.h: the numbers are written into entries. */
enum pack_class { PACK_OPEN, PACK_PERSONAL, PACK_RESTRICTED, PACK_PROTECTED };
enum pack_disclose { DISCLOSE_ALWAYS, DISCLOSE_ON_CLOSE, DISCLOSE_NEVER };
enum pack_use { USE_RULE = 1, USE_GATE = 2, USE_SCORE = 4, USE_POINTS = 8, USE_NOTICE = 16, USE_FORM = 32, USE_REPORT = 64, USE_ALL = 127 };

struct pack_register;

struct pack_field {
    struct str name;
    struct text2 title, label;
    enum field_type type;
    uint32_t len;                /* text(n): code points; number(scale): scale */
    const struct pack_codes *codes;
    const struct pack_register *ref;
    bool required, key, unique, tree;
    const struct feel_program *init;      /* default: */
    const struct feel_program *check;     /* over the record; skipped while empty */
    const struct feel_program *derive;    /* NULL: stored */
    const struct feel_program *otherwise;
    bool daily;                  /* derived, and asks for today (through other derived fields too) */
    uint32_t derive_rank;        /* derived fields in an order in which each only needs earlier ones */
    struct str back;             /* name of the list on the other side */
    enum pack_class class;
    unsigned use;
    struct str unit, owner;
    enum pack_disclose disclose;
    const struct pack_cite *basis;
    uint32_t basis_count;
    const struct str *was;
    uint32_t was_count;
    const struct str *scope;     /* a ref: trees of what it refers to in which it says where the record stands */
    uint32_t scope_count;
    day_num retired;
    struct place place;
    uint32_t idx;                /* in register->fields */
    uint32_t column;             /* place among the stored fields, from 0; UINT32_MAX: derived */
    const struct feel_member *member;    /* member->slot == idx, member->host == this field */
};

/* Members of a register's feel_register: fields first (slot = idx), then back lists (slot = fields_count + n, host = struct pack_back *). */
struct pack_back {
    struct str title;
    const struct pack_register *from;    /* the register that refers to this one */
    const struct pack_field *field;      /* by which ref */
    const struct feel_member *member;
};

struct pack_check {
    const struct feel_program *must;
    struct feel_message *say;
    const struct pack_cite *basis;
    uint32_t basis_count;
    struct place place;
    struct feel_message *say_en;         /* NULL: no translation */
};

struct pack_register {
    struct pack_decl d;
    uint32_t idx;                        /* in set->registers; feel.number == idx */
    struct feel_register feel;           /* feel.host == this */
    const struct pack_field *fields;
    uint32_t fields_count;
    uint32_t stored_count;
    const struct pack_back *backs;
    uint32_t backs_count;
    const struct feel_program *display;
    const struct pack_field *parent;     /* repeating group of that record, or NULL */
    const struct pack_field **trees;     /* refs to itself that make trees */
    uint32_t trees_count;
    const struct pack_check *checks;
    uint32_t checks_count;
    const struct unique_set { const uint32_t *fields; uint32_t count; } *uniques;   /* idx of fields; single unique/key fields included */
    uint32_t uniques_count;
    const struct pack_field *key;        /* or NULL */
    enum pack_class class;
    unsigned use;
    struct str owner;
    enum pack_disclose disclose;
    const struct feel_program *keep;
    const struct feel_scope *scope;      /* slot 0 = this record */
    const struct feel_program *const *order; /* `order:`: how lists of it stand unless something else is asked for: refs to registers with trees
                                                (in the tree's order), numbers, dates, codes, booleans; empty last */
    uint32_t order_count;
};
enum { PACK_ORDER_MAX = 4 };

enum pack_severity { PACK_INFO, PACK_WARN, PACK_SERIOUS };

struct pack_slip {
    struct pack_decl d;
    const struct feel_program *due;
    const struct str *issue;             /* roles that may issue it; none: `accept` */
    uint32_t issue_count;
    struct str accept;                   /* role */
    const struct pack_slip *next;
    bool automatic;                      /* the daily run issues `next` where a unit did not answer; else it proposes it to a person */
    const struct pack_procedure *of_case; /* issued only on a case of it that is done, about the same record; NULL: needs none */
    struct feel_message *say;
    const struct feel_program *expires;  /* a duration after which it lapses, or NULL */
    const struct pack_field *fields;     /* of the answer: plain fields only */
    uint32_t fields_count;
};

struct pack_rule {
    struct pack_decl d;
    uint32_t idx;
    const struct pack_register *over;
    const struct pack_register *each;    /* NULL; judged over pairs: each record of `over` with each of this, which variable 1 is */
    struct str each_title;
    const struct feel_scope *scope;      /* what its expressions see: that of `over`, and the other record of the pair */
    const struct feel_program *where;    /* may be NULL: all */
    const struct feel_program *when;
    bool raises;                         /* raise: none → false */
    enum pack_severity severity;
    struct feel_message *say;
    struct feel_message *say_en;         /* NULL: no translation */
    const struct pack_slip *slip;
    struct str to;                       /* role */
    const struct feel_program *due;       /* NULL; a date: the day on which the matter falls due; else the time to answer the slip */
    const struct pack_rule **overrides;  /* the rules this one is an exception to */
    uint32_t overrides_count;
    const struct pack_rule **excepted_by;
    uint32_t excepted_by_count;
    bool exceptions_open;
    bool missing_ignore;
    const struct feel_program **show;    /* values to print; by default the names that `when` reads */
    const struct str *show_titles;
    uint32_t show_count;
    bool daily;
    bool vector_ready;                   /* the vector evaluator could take it: told by pack check */
    struct text2 vector_why;             /* if not, why */
    struct str template_name;            /* made from which template; empty: written out */
};

enum pack_verb { PACK_READ, PACK_WRITE, PACK_ACT, PACK_PRINT };
struct pack_procedure;
/* reg, or proc (the other is NULL).  read of a procedure: its cases are seen, though no step names the role; act: the role acts in these only. */
struct pack_may { enum pack_verb verb; const struct pack_register *reg; const struct pack_procedure *proc; };

struct pack_role {
    struct pack_decl d;
    struct str scope;                    /* area, subtree, unit, self */
    const struct pack_may *may;
    uint32_t may_count;
    unsigned sees;                       /* bit n: fields of class n; open always */
    const struct str *not_with;          /* roles that the same person may not have */
    uint32_t not_with_count;
    unsigned two;                        /* bit n: verb n needs a second person */
    const struct feel_program *term;     /* the longest delegation, or NULL */
};

/* ---- procedures ----
 * A running procedure is a case (procedure/).  Expressions of a procedure see variables by slot:
 *   PACK_SLOT_SUBJECT  the record that the case is about        PACK_SLOT_LIST  its candidates, or lines, that are still in
 *   PACK_SLOT_ONE      the one that is looked at (each: yes)    PACK_SLOT_CASE  {opened, fields of opening}
 *   PACK_SLOT_STEPS+i  step i: {opened, closed, by, ballot, notice, fields}; from PACK_SLOT_STEPS+steps_count on: this step's own fields,
 *   then its own_*, then the one that an effect is at (over).
 * Within each: yes a field that is kept for each line is that line's value; outside it is the list of all lines' values. */
enum { PACK_SLOT_SUBJECT, PACK_SLOT_LIST, PACK_SLOT_ONE, PACK_SLOT_CASE, PACK_SLOT_STEPS };
/* Behind the steps, for papers: how a line stands; what the case is called. */
enum { PACK_PAPER_STATE, PACK_PAPER_TITLE, PACK_PAPER_SLOTS };

struct pack_item {                       /* a field of a step: data, or a paper */
    struct pack_field f;                 /* f.idx: place in its list */
    bool each;                           /* one value a line */
    bool paper;                          /* declared as a file: a text that names the paper, by its number or place, or a file that is kept */
    const struct str *sign;              /* roles that must have signed it */
    uint32_t sign_count;
};

enum pack_gate_at { GATE_OPEN, GATE_AGENDA, GATE_CLOSE };
enum pack_gate_fails { GATE_REFUSE, GATE_DROP, GATE_LAY_DOWN };

struct pack_gate {
    struct str name;
    struct text2 title;
    enum pack_gate_at at;
    enum pack_gate_fails fails;
    bool each, reason;                   /* reason: lets through with a written one */
    bool inapplicable;                   /* "does not apply, because …" is an answer */
    const struct feel_program *must, *unless;
    const struct pack_item **needs;      /* papers that the exception takes */
    uint32_t needs_count;
    struct feel_message *say, *say_en;
    const struct feel_program **show;    /* the values it sees, with how they are called */
    const struct str *show_titles;
    uint32_t show_count;
    const struct pack_cite *basis;
    uint32_t basis_count;
    const struct str *implements;
    uint32_t implements_count;
    struct place place;
};

struct pack_limit {
    struct str name;
    const struct feel_program *after, *not_before, *within, *remind;
    bool refuse;                         /* late: refuse; else a finding */
    const struct pack_cite *basis;
    uint32_t basis_count;
    struct place place;
};

struct pack_form;

enum pack_effect_kind { EFFECT_CREATE, EFFECT_UPDATE, EFFECT_CLOSE };
struct pack_effect {
    enum pack_effect_kind kind;
    const struct pack_register *reg;
    bool each;
    const struct feel_program *which, *when;
    const struct pack_field **fields;
    const struct feel_program **values;
    uint32_t count;
    const struct str *kinds;             /* lines of these kinds only; 0: all */
    uint32_t kinds_count;
    const struct feel_program *over;     /* a list: once for each of it, which stands in one_slot; NULL: once */
    uint32_t one_slot;
    struct place place;
};

/* A step that is worked off in cases of another procedure: one, or one for each line.  It closes when they have ended in a way that is declared. */
enum pack_sub_end { SUB_DONE = 1, SUB_ENDED = 2, SUB_LAID_DOWN = 4 };   /* bits: the states of a case that is over */
struct pack_procedure;
struct pack_sub {
    const struct pack_procedure *proc;
    const struct feel_program *subject;  /* what the case is about: a record of that procedure's subject */
    bool each;
    bool drop;                           /* each: a line whose case ended otherwise leaves; else the step does not close */
    unsigned ends;
};
/* A step that is put to a superior level, and waits for what it says. */
struct pack_refer {
    struct str to;                       /* whom */
    const struct str *by;                /* who sends it and enters the answer; none: those of the step */
    uint32_t by_count;
    const struct feel_program *when;     /* must it be; null: yes.  NULL: always.  It may be in any case */
    bool stays;                          /* refused: the case stays at this step; else it ends */
};

struct pack_return {
    uint32_t to;
    const struct str *by;
    uint32_t by_count;
    const struct feel_program *when;
};

struct pack_meeting { struct str body, chair; bool speak_all, last_chair, written; };

enum pack_base { BASE_ENTITLED, BASE_PRESENT, BASE_VALID };
struct pack_share { enum pack_base base; bool more; const struct pack_param *param; };  /* param NULL: not asked */
enum pack_ballot_kind { BALLOT_NOMINATE, BALLOT_APPROVE, BALLOT_CHOOSE, BALLOT_GRADE, BALLOT_SCORE };
enum pack_ballot_mode { MODE_SIGN_IN, MODE_CODE, MODE_PAPER, MODE_HANDS, MODE_VOICE };
enum pack_tie { TIE_REPORT, TIE_FAILS, TIE_RUNOFF };
enum pack_publish { PUBLISH_NONE, PUBLISH_RESULT, PUBLISH_PAPERS };
struct pack_class_of { struct str name, title; int64_t weight; };     /* of voters */
struct pack_option { struct str name, title; bool has_value; int64_t value; };

struct pack_ballot {
    struct pack_decl d;
    enum pack_ballot_kind kind;
    bool secret;
    enum pack_ballot_mode mode;
    const struct pack_class_of *classes;
    uint32_t classes_count;
    const struct pack_option *options;
    uint32_t options_count;
    const struct pack_param *choose;     /* at most so many; NULL: one */
    const struct pack_param *differential; /* more candidates than seats by a share (rounded up) or a number */
    struct pack_share quorum, pass;
    enum pack_tie tie;
    enum pack_publish publish;
    int64_t rounds;                      /* at most so many; 1: one */
    bool names_given;                    /* names stand as given, not in the order of strokes */
    bool receipts;                       /* who voted is told a word that will be among those counted */
    const struct str *by;                /* roles that open and close it; none: the operator */
    uint32_t by_count;
    const struct str *tellers;           /* roles that enter papers; none: `by` */
    uint32_t tellers_count;
    const struct pack_cite *permit;      /* the text that allows electronic voting */
    uint32_t permit_count;
};

struct pack_notice {
    struct pack_decl d;
    const struct pack_procedure *of;
    const struct feel_program **show;    /* all that is public; NULL until a step uses it */
    struct str *show_texts;
    uint32_t show_count;
    struct feel_message *say;
    const struct feel_program *window;
    bool same_day, staff_place, staff_object, upheld_lay_down, keep;
    const struct pack_step *step;        /* the one step that publishes it */
};

struct pack_step {
    struct str name;
    struct text2 title;
    uint32_t idx, group;                 /* steps of one group run side by side; a group opens when the one before it is done */
    const struct str *by;
    uint32_t by_count;
    const uint32_t *not_by;
    uint32_t not_by_count;
    const struct feel_program *when;
    const struct str *kinds;             /* lines of these kinds only; 0: all */
    uint32_t kinds_count;
    struct pack_item *items;
    uint32_t items_count;
    struct pack_gate *gates;
    uint32_t gates_count;
    struct pack_limit *limits;
    uint32_t limits_count;
    const struct pack_meeting *meeting;
    const struct pack_ballot *ballot;
    const struct pack_notice *notice;
    const struct feel_program *keep;
    struct pack_effect *effects;
    uint32_t effects_count;
    struct pack_return *returns;
    uint32_t returns_count;
    bool by_ballot;                      /* its counts are those of a closed ballot, never typed in */
    const struct pack_sub *sub;
    const struct pack_refer *refer;
    /* What the step itself has besides its fields: votes, days of its notice and of what was put to a superior level, how its sub-cases ended.  Variables behind
     * its own fields, in this order; the first own_votes are only there while it closes. */
    const struct feel_member *own_once, *own_each;
    uint32_t own_count, own_votes;
    const struct pack_form **papers;     /* from which its papers are drafted: pack_paper_of() says of what */
    uint32_t papers_count;
    bool discretion;
    const struct feel_type *once_type, *each_type;   /* what it is to later steps */
    const struct feel_type *paper_once, *paper_each; /* what it is to a paper of the case: what was said, the words of its notice, objections besides */
    const struct pack_cite *basis;
    uint32_t basis_count;
    const struct str *implements;
    uint32_t implements_count;
    struct place place;
};

struct pack_lines {
    struct str title, one;
    const struct pack_register *reg;     /* candidates: records of it; NULL: lines with fields */
    struct pack_item *items;
    uint32_t items_count;
    const struct pack_item *who;         /* the ref by which a line is called */
    const struct pack_item *kind;        /* the choice that selects steps, or NULL */
    const struct pack_register *from;    /* records that hang on the subject and become the lines where none are given; NULL: none */
    const struct pack_field *from_subject, **from_fields; /* their ref to the subject; by item, NULL: it has none of that name */
    const struct feel_type *type;        /* of one */
};

struct pack_procedure {
    struct pack_decl d;
    uint32_t idx;
    const struct pack_register *subject;
    struct str subject_title;
    const struct pack_lines *lines;      /* NULL: a case without lines */
    const struct pack_step *opening;     /* by, when, fields, gates of opening; idx UINT32_MAX */
    const struct str *down_by;
    uint32_t down_by_count;
    const struct pack_cite *down_basis;
    uint32_t down_basis_count;
    const struct str *trace_by;          /* who enters, for a step that was done, whether somebody is at fault and what was done about it */
    uint32_t trace_by_count;
    const struct pack_cite *trace_basis;
    uint32_t trace_basis_count;
    bool as_of_act;                      /* parameters of the act's day, not of the day the case was opened */
    const struct feel_program *late;     /* after how long an entry is a late one; NULL: the same day only */
    const struct str *adopts;            /* "pack version": running cases of these may be moved here by an act */
    uint32_t adopts_count;
    const struct pack_step **steps;
    uint32_t steps_count, groups_count;
    uint32_t vars_count;                 /* slots that a run needs */
    const struct feel_scope *paper_scope, *paper_line;  /* of its papers: of the whole, and of one line; all steps are seen */
    uint32_t paper_vars;                 /* slots of these: up to the steps as above, then PACK_PAPER_* */
};

/* A scenario keeps its YAML as text with places: what it says of fields is checked against the registers at load. */
struct pack_given_value {
    const struct pack_field *field;
    struct str text;
    bool is_null;                        /* written as nothing */
    struct place place;
};
struct pack_given {
    const struct pack_register *reg;
    struct pack_given_value *values;
    uint32_t values_count;
    struct place place;
};
struct pack_expect_finding { const struct pack_rule *rule; struct str *records; struct str *details; uint32_t records_count; struct place place; };
/* records are named by key or display text; details: for undetermined the field expected to be missing, for excepted the exception's name, else empty */
struct pack_expect_record { const struct pack_register *reg; struct str record; struct pack_given_value *values; uint32_t values_count; struct place place; };

/* What a person does in a scenario, and what stops him. */
enum pack_act_kind { ACT_OPEN, ACT_CLOSE, ACT_PUBLISH, ACT_OBJECT, ACT_ANSWER, ACT_LAY_DOWN, ACT_RETURN, ACT_CHANGE, ACT_AGAIN, ACT_SUB, ACT_REFER, ACT_REPLY, ACT_LIABLE, ACT_SLIP, ACT_RESPOND, ACT_ACCEPT, ACT_SEND_BACK, ACT_WITHDRAW,
                     ACT_ESCALATE, ACT_DAILY };
struct pack_pair { struct str name, text; struct place place; };
struct pack_act_line { struct str line; struct pack_pair *values; uint32_t count; struct place place; };
struct pack_act_opinion { struct str member, stance, text, line; bool chair; };
struct pack_act_taken { const struct pack_step *step; day_num happened; struct str paper, second; struct pack_pair *set; uint32_t set_count; struct pack_act_line *each; uint32_t each_count; };
struct pack_act {
    struct pack_act_opinion *opinions;   /* close */
    uint32_t opinions_count;
    struct pack_pair *defer;             /* close: lines put off, and why */
    uint32_t defer_count;
    struct pack_act_taken *taken;        /* open: steps that were done before */
    uint32_t taken_count;
    enum pack_act_kind kind;
    day_num day;
    struct str by;
    const struct pack_procedure *proc;   /* open: which; else that of the case it is done in */
    const struct pack_procedure *in;     /* the case opened last of this one, for the line `of` if that is written; NULL: the one that acts were last done in */
    struct str of;                       /* sub: for which line; in: see there */
    const struct pack_step *step;        /* close, publish, return, sub, refer, reply, liable */
    bool by_ballot;                      /* close: the counts are as from a closed ballot */
    const struct pack_slip *slip;        /* slip: which kind, on which record, to which role; on_case: on the case that acts were last done in */
    const struct pack_register *on_reg;
    struct str on, to;
    bool on_case;
    struct str text;                     /* object, answer, lay-down, refer, reply: the words; liable: the facts */
    struct str person, measure, law;     /* liable: who, what is done about it, and by what */
    bool corrects, by_slip;              /* liable: the latest of that step; followed up by the slip issued last */
    struct str subject;
    struct pack_act_line *lines;         /* open: candidates (no values) or lines */
    uint32_t lines_count;
    struct pack_pair *set;
    uint32_t set_count;
    struct pack_act_line *each;
    uint32_t each_count;
    struct pack_pair *counts;            /* of a ballot, not of a line */
    uint32_t counts_count;
    struct pack_act_line *votes;         /* of a line; a grade is named "class/option" */
    uint32_t votes_count;
    struct pack_pair *reasons;           /* gate or discretion: why */
    uint32_t reasons_count;
    const struct str *unsigned_;         /* fields without signatures */
    uint32_t unsigned_count;
    struct pack_given *change;           /* change: one record, its register and values */
    struct str change_record;
    struct str paper, second, irregular, outcome; /* of late and irregular entries, and of answers */
    int64_t happened;                    /* INT64_MIN: its day */
    struct str refused;                  /* empty: must succeed */
    struct place place, refused_at;
};

struct pack_scenario {
    struct pack_decl d;
    day_num today;
    const struct pack_pair *people;      /* person, role; several roles: several pairs of the name */
    uint32_t people_count;
    struct pack_act *acts;
    uint32_t acts_count;
    struct pack_pair *expect_slip;       /* state, kind, due, effect, proposed of the slip issued last */
    uint32_t expect_slip_count;
    struct pack_pair *expect_case;       /* at, state, irregular: as written */
    uint32_t expect_case_count;
    struct pack_pair *expect_out;        /* line, step or gate that it left by */
    uint32_t expect_out_count;
    const struct str *tests;
    uint32_t tests_count;
    const struct pack_scenario *base;
    struct pack_given *given;            /* base's come first when run */
    uint32_t given_count;
    struct { const struct pack_param *param; struct fv value; int64_t p, q; } *with;
    uint32_t with_count;
    struct pack_expect_finding *findings, *undetermined, *excepted;
    uint32_t findings_count, undetermined_count, excepted_count;
    struct pack_expect_record *records;
    uint32_t records_count;
    bool acknowledged;                   /* a pack above says that it tightens what this one shows: it may fail there */
    struct { const struct pack_register *reg; struct pack_given *row; struct str code; } *refused;   /* given rows that must be refused, with the error code */
    uint32_t refused_count;
};

/* ---- forms, rosters, reports: what is exchanged and printed (src/exchange runs them) ---- */

enum form_format { FORM_XML, FORM_DOCX };
enum form_as { FORM_AS_TEXT, FORM_AS_MONTH /* 199001 */, FORM_AS_DAY /* 20260131 */, FORM_AS_PHOTO /* base64 */ };
/* Records that hang on the form's record: one of them (the first with what is set, and with something in `has`), or all as elements of a list,
 * or all as dated lines of one text. */
/* Dated lines as other records of the same person tell them: posts for a résumé. */
struct pack_form_rebuild {
    const struct pack_register *reg;     /* its parent refers to the form's register */
    const struct pack_field *from, *until;   /* dates or months */
    const struct feel_program *text, *within;   /* over that register; within may be NULL */
};
struct pack_form_group {
    struct str name;
    const struct pack_register *reg;     /* its parent refers to the form's register */
    const struct pack_given_value *set;
    uint32_t set_count;
    const struct pack_field *has;
    struct str element, item;            /* of a list: the element around, and each; of lines: the element */
    const struct pack_field *from, *until, *text, *within; /* of lines; else NULL */
    const struct pack_form_rebuild *rebuild; /* of lines; NULL: nothing else tells them */
    bool list;
};
struct pack_form_element {
    struct str element;
    uint32_t group;                      /* idx of groups; FORM_OWN: the form's record itself */
    const struct pack_field *field;
    enum form_as as;
    struct str old;                      /* place in the old text form: "9/0/1", "20/" for each */
    bool optional;                       /* not written where it says nothing */
    struct place place;
};
#define FORM_OWN UINT32_MAX
/* Looked at before anything is written, and told beside the element: a rule over the form's record or one that hangs on it, or a condition of its own. */
struct pack_form_check { const struct pack_rule *rule; const struct feel_program *must; struct feel_message *say, *say_en; struct str element; };
struct pack_form {
    struct pack_decl d;
    const struct pack_register *over;    /* of a form over cases: the register of cases */
    const struct pack_procedure **of;    /* over cases of these; 0: over records */
    uint32_t of_count;
    enum form_format format;
    struct str template_file, root, extension;
    const struct pack_roster *roster;    /* whose records, in its order, it is filled with where none are named; NULL: none */
    const struct pack_field ***match;    /* NULL ends each list, and the lists */
    const struct pack_given_value *fresh; /* what a new record is given besides */
    uint32_t fresh_count;
    uint32_t keep_group;                 /* where the file as it came is kept: a group and its field; keep NULL: nowhere */
    const struct pack_field *keep;
    const struct str *as_of;             /* elements that hold the day on which ages are reckoned, best first */
    uint32_t as_of_count;
    const struct pack_form_group *groups;
    uint32_t groups_count;
    const struct pack_form_element *elements;
    uint32_t elements_count;
    const struct pack_form_check *checks;
    uint32_t checks_count;
};

struct pack_roster_column {
    struct str title, above, format;
    const struct feel_program *value;
    uint32_t width;
    bool total;
    enum pack_class class;               /* of what it shows: restricted ones are printed in part */
};
struct pack_roster_order {
    const struct feel_program *value;    /* NULL: by how the record is called */
    bool strokes;                        /* else pinyin */
};
struct pack_roster {
    struct pack_decl d;
    const struct pack_register *over;
    const struct feel_program *where, *group;   /* may be NULL */
    const struct pack_roster_column *columns;
    uint32_t columns_count;
    const struct pack_roster_order *order;
    uint32_t order_count;
    bool a3, portrait;
    enum pack_class class;               /* the highest that it shows */
};

struct pack_report_line {
    struct str title;
    const struct feel_program *when;     /* NULL: all */
    uint32_t of;                         /* the line that this one is a part of; UINT32_MAX: of none */
};
struct pack_report;
struct pack_report_tie { uint32_t row, column, with_row, with_column; const struct pack_report *with; }; /* these two cells count the same */
struct pack_report {
    struct pack_decl d;
    const struct pack_register *over;
    const struct feel_program *where;
    const struct pack_report_line *rows, *columns;
    uint32_t rows_count, columns_count;
    const struct pack_report_tie *ties;
    uint32_t ties_count;
    bool guarded;                        /* counts what is protected: small groups are never shown */
};

struct pack {
    struct str name, version, lang;
    struct text2 title;
    struct hash hash;                    /* SHA-256 of the chapters: name, length, text of each in order */
    struct str where;
    const uint32_t *over;                /* idx of packs beneath */
    uint32_t over_count;
};

struct pack_set {
    struct pack *packs;
    uint32_t packs_count;
    struct pack_chapter *chapters;
    uint32_t chapters_count;
    struct pack_basis_row **basis;
    uint32_t basis_count;
    struct pack_codes **codes;
    uint32_t codes_count;
    struct pack_param *params;
    uint32_t params_count;
    struct pack_register **registers;
    uint32_t registers_count;
    struct pack_rule **rules;
    uint32_t rules_count;
    struct pack_slip **slips;
    uint32_t slips_count;
    struct pack_role **roles;
    uint32_t roles_count;
    struct pack_procedure **procedures;
    uint32_t procedures_count;
    struct pack_notice **notices;
    uint32_t notices_count;
    struct pack_ballot **ballots;
    uint32_t ballots_count;
    struct pack_scenario **scenarios;
    uint32_t scenarios_count;
    struct pack_form **forms;
    uint32_t forms_count;
    struct pack_file *assets;            /* templates beside the chapters: "forms/NAME.docx"; a later pack's comes later */
    uint32_t assets_count;
    uint32_t *asset_packs;               /* whose each is: idx of packs */
    uint32_t asset_packs_count;
    struct pack_roster **rosters;
    uint32_t rosters_count;
    struct pack_report **reports;
    uint32_t reports_count;
    struct calendar *calendar;           /* of the packs' defaults; NULL: none declared */
    int64_t min_group;
    const char *zone;                    /* by the packs' defaults; PACK_ZONE where they name none; never NULL in a set that was loaded */
    struct map by_decl;                  /* "kind name" -> struct pack_decl * */
};

struct pack_options {
    day_num today;                       /* for what has expired */
    bool scenarios;                      /* check scenario blocks too (else they are passed over) */
    bool portable;                       /* warn of what other DMN tools read otherwise: codes portable.* */
};

/* Load a set.  Every mistake goes to d.  RC_INPUT if there was an error: *out is NULL then. */
enum rc pack_load(struct arena *a, const struct pack_source *packs, size_t n, const struct pack_options *o, struct pack_set **out,
                  struct diags *d) MUST_USE;

/* How a column of that field is read by the vector evaluator: kind, scale, codes, register.  False: it has none. */
bool pack_column(const struct pack_field *f, struct feel_column *out);
/* By name or title; NULL: absent. */
const struct pack_register *pack_register_find(const struct pack_set *s, struct str name_or_title);
const struct pack_field *pack_field_find(const struct pack_register *r, struct str name_or_title);
const struct pack_rule *pack_rule_find(const struct pack_set *s, struct str name);
const struct pack_procedure *pack_procedure_find(const struct pack_set *s, struct str name_or_title);
const struct pack_step *pack_step_find(const struct pack_procedure *p, struct str name_or_title);
/* Of what in a case a form is filled: the subject, a line's own record (a candidate, a row that became a line), whom a line is about; else nobody. */
enum pack_paper_of { PAPER_OF_NOBODY, PAPER_OF_SUBJECT, PAPER_OF_LINE, PAPER_OF_WHO, PAPER_OF_CASE };
enum pack_paper_of pack_paper_of(const struct pack_procedure *p, const struct pack_form *f);
const struct pack_form *pack_form_find(const struct pack_set *s, struct str name_or_title);
const struct pack_roster *pack_roster_find(const struct pack_set *s, struct str name_or_title);
const struct pack_report *pack_report_find(const struct pack_set *s, struct str name_or_title);
/* The day that a limit of time leads to from a day: v is what its program came to (a duration, or a number in its parameter's unit; working days by the packs'
 * calendar).  *known false: it says no time.  RC_LIMIT calendar.*: beyond the calendar's last year. */
enum rc pack_due(const struct pack_set *s, const struct feel_program *p, const struct fv *v, day_num from, bool *known, day_num *out, struct err *err) MUST_USE;
/* A parameter's value on a day; FV_NULL where none is in force. */
struct fv pack_param_on(const struct pack_param *p, day_num day);
/* The same with its p/q, basis and layer, of the parameter that `s` has in its place (a case or ballot may have begun under other packs); NULL where `p` is NULL or none is in force. */
const struct pack_param_value *pack_param_in(const struct pack_set *s, const struct pack_param *p, day_num day);
struct str text2_in(const struct text2 *t, enum lang lang);
/* "公务员法 第四十三条；…" */
void pack_basis_print(const struct pack_cite *cites, uint32_t n, struct buf *out);

/* ---- profiles ---- */

const char *pack_profile_word(enum pack_profile p);               /* "stand-alone" */
const char *pack_profile_title(enum pack_profile p, enum lang lang);
bool pack_profile_find(struct str word, enum pack_profile *out);
/* How many chapters ask for more than that; *first: one of them. */
size_t pack_profile_above(const struct pack_set *set, enum pack_profile max, const struct pack_chapter **first);
/* Chapters that ask for more become stubs: a title, a sentence, and the names that they declare, which roles may go on naming.  The sources' lists are changed.  set: the same
 * sources, loaded whole.  RC_DENIED pack.profile: a chapter that declares a pack cannot be left out. */
struct pack_left { struct str pack, file, title; enum pack_profile wants; };
/* also: files of chapters that rest on those (may be NULL). */
enum rc pack_leave_out(struct arena *a, struct pack_source *sources, const struct pack_set *set, enum pack_profile max, const struct map *also, struct pack_left **out, size_t *n, struct err *err) MUST_USE;
enum rc pack_profile_fits(const struct pack_set *set, enum pack_profile max, struct err *err) MUST_USE; /* RC_DENIED pack.profile */

/* What an area with `before` would lose under `after`: registers or fields that vanish, types that narrow, codes in use that go.  One
 * line each, in d as errors pack.loses; RC_INPUT if there is one. */
enum rc pack_compare(const struct pack_set *before, const struct pack_set *after, struct diags *d) MUST_USE;

#define ERR(id, rc, code, zh, en, hint_zh, hint_en) extern const struct err_kind E_##id;
#include "pack/errors.def"
#undef ERR

#endif
