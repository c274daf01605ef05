/* inner.h - what the files of procedure/ share: the registers of packs/core, a case in memory, and one act on its way. */
#ifndef GUIJU_PROCEDURE_INNER_H
#define GUIJU_PROCEDURE_INNER_H

#include "procedure/procedure.h"

/* ---- the registers (book.c) ---- */

enum book_reg { BOOK_CASE, BOOK_LINE, BOOK_STEP, BOOK_PART, BOOK_OPINION, BOOK_REFERRAL, BOOK_NOTICE, BOOK_OBJECTION, BOOK_LIABILITY, BOOK_PAPER, BOOK_SLIP, BOOK_BALLOT, BOOK_COUNT };
enum { BOOK_FIELDS = 24 };
enum { C_PROCEDURE, C_TITLE, C_SUBJECT_REGISTER, C_SUBJECT, C_OPENED, C_ENTERED, C_STATE, C_AT, C_PACK, C_ACCOUNT, C_BY, C_DATA, C_SECRET, C_ENDED, C_REASON, C_INSTALL, C_ADOPTED, C_OF, C_OF_WHY, C_UNDER, C_UNDER_LINE };
enum { L_CASE, L_NUMBER, L_REGISTER, L_RECORD, L_KIND, L_DATA, L_SECRET, L_STATE, L_LEFT_STEP, L_LEFT_BY, L_REASON };
enum { S_CASE, S_STEP, S_ROUND, S_STATE, S_OPENED, S_HAPPENED, S_ENTERED, S_ACCOUNT, S_BY, S_LATE, S_PAPER, S_SECOND, S_DATA, S_SECRET, S_VOTES,
       S_SIGNED, S_SEEN, S_REASON, S_IRREGULAR, S_TAKEN };
enum { V_STEP, V_NUMBER, V_MEMBER, V_LINE, V_CHAIR, V_STANCE, V_TEXT };
enum { P_STEP, P_LINE, P_DATA, P_SECRET, P_VOTES };
enum { R_STEP, R_NUMBER, R_TO, R_REASON, R_PAPER, R_SENT, R_ENTERED, R_ACCOUNT, R_BY, R_OUTCOME, R_ANSWER, R_ANSWER_PAPER, R_ANSWERED, R_ANSWER_ENTERED,
       R_ANSWER_SECOND, R_ANSWER_ACCOUNT, R_ANSWER_BY };
enum { D_STEP, D_FORM, D_TITLE, D_DRAFTED, D_DRAFTED_ACCOUNT, D_DRAFTED_BY, D_NUMBER, D_FILE, D_FILED, D_FILED_ACCOUNT, D_FILED_BY };
enum { A_STEP, A_NUMBER, A_OUTCOME, A_PERSON, A_FINDING, A_MEASURE, A_BASIS, A_PAPER, A_SLIP, A_HAPPENED, A_ENTERED, A_SECOND, A_ACCOUNT, A_BY, A_CORRECTS };
enum { K_KIND, K_STATE };    /* of a slip only what it is and how far it has come */
enum { B_TAKEN, B_TITLE, B_CLOSED, B_RECOUNTED, B_SAME }; /* of a ballot only what it is and when: never what was on the papers */
enum { N_STEP, N_NOTICE, N_POSTED, N_FROM, N_TO, N_TEXT };
enum { O_NOTICE, O_NUMBER, O_RECEIVED, O_RECEIPT, O_TEXT, O_BY, O_ANSWER, O_OUTCOME, O_ANSWERED };

struct book {
    const struct pack_register *r[BOOK_COUNT];
    const struct pack_field *f[BOOK_COUNT][BOOK_FIELDS];
};
enum rc case_book(const struct pack_set *set, struct book *b, struct err *err) MUST_USE;

/* A row to be written: fields that are put. */
struct row {
    const struct book *b;
    enum book_reg reg;
    const struct pack_field *fields[BOOK_FIELDS];
    struct sv values[BOOK_FIELDS];
    uint32_t count;
};
struct row row_of(const struct book *b, enum book_reg reg);
void row_text(struct row *r, int field, struct str s);   /* empty text: empty */
void row_int(struct row *r, int field, int64_t v);
void row_none(struct row *r, int field);
struct sv book_value(const struct book *b, enum book_reg reg, const struct record *rec, int field);
struct str book_text(const struct book *b, enum book_reg reg, const struct record *rec, int field);

/* ---- a case in memory ---- */

struct counted { struct str name; int64_t n; };
struct tally {                   /* votes on a line, or on the whole */
    struct counted *at;
    uint32_t count;
    bool voted, has_passed, passed;
    struct str score;            /* decimal text; empty: none */
};
struct objection { uint64_t id; int64_t number; bool answered, upheld; };
struct sub_now { uint64_t id; int64_t line, ended; struct str title, state; };       /* line: idx, or -1; ended: ENTRY_NO_DAY while open */
struct referred { uint64_t id; int64_t number, sent, answered; struct str outcome; };   /* outcome: empty while it waits */
struct step_now {                /* the round that counts; id 0: not opened */
    uint64_t id;
    int64_t round, opened, happened;   /* happened: ENTRY_NO_DAY while open */
    struct str state, by, reason;
    uint64_t account;
    bool irregular;
    struct sv *items;            /* by item, of the whole case */
    struct sv **each;            /* by line, then by item; NULL: no part */
    struct tally total, *of_line;
    uint64_t notice;
    int64_t posted, from, to;
    struct objection *objections;
    uint32_t objections_count;
    struct sub_now *subs;        /* in the order in which they were opened */
    uint32_t subs_count;
    struct referred *referrals;
    uint32_t referrals_count;
};
struct line_now {
    uint64_t id, record;
    int64_t number;
    struct str kind, state, left_step, left_by;
    struct sv *items;
    struct fv value;             /* as expressions see it */
    struct str display;
};
struct kase {
    uint64_t id;
    const struct pack_procedure *p;
    struct str procedure, title, state;
    uint64_t subject;
    int64_t opened;
    uint64_t under, under_line;  /* of a sub-case: the step and line above; 0: it stands by itself */
    struct sv *opening;          /* by item */
    struct line_now *lines;
    uint32_t lines_count;
    struct step_now *steps;      /* by step */
    int64_t *rounds;             /* by step: the highest so far */
};

/* ---- one act ---- */

struct doing {
    struct case_door *d;
    /* now: what is in force, under which all is written.  rs, set: what the case began with: its expressions, fields and values are read by these. */
    struct records *now, *rs;
    const struct pack_set *now_set, *set;
    struct arena *a;
    struct book book;
    struct kase *c;
    const struct pack_step *step;
    const struct case_entry *entry;
    day_num day, today;          /* when it happened; when it is written down */
    bool late;
    struct sv *own, **own_each;  /* the step's fields, as given now */
    struct tally total, *votes;  /* and its votes */
    bool *out;                   /* lines that leave now */
    struct str *out_by;
    struct str *deferred;        /* by line: why it is put off; empty: it is not */
    struct feel_host host;       /* the store's, but parameters as of the day that counts */
    const struct feel_host *inner_host;
    void *host_ctx;
    struct buf seen, wrong;      /* what gates saw; what is irregular */
    bool any_wrong;
    struct str reasons;
    struct case_refused *why;
    struct case_done *done;
    struct err *err;
};

void doing_under(struct doing *k, struct records *rs);   /* the packs that count from here on */
void doing_wrote(struct doing *k);                       /* what is read by earlier packs sees it too */
enum rc doing_begin(struct doing *k, struct case_door *d, const struct case_entry *e, struct case_done *done, struct case_refused *why, struct err *err) MUST_USE;
void doing_end(struct doing *k);
/* One act on the case id (0: it has none yet): fn runs inside a mark, what it wrote before it refused is undone. */
enum rc door_act(struct case_door *d, uint64_t id, enum rc (*fn)(struct doing *k, void *arg), void *arg, const struct case_entry *e, struct case_done *out, struct case_refused *why,
                 struct err *err) MUST_USE;

/* Refuse; soft: an act that is entered as irregular notes it and goes on. */
enum rc stop_n(struct doing *k, bool soft, struct str what, struct str line, const struct err_kind *kind, size_t n, const struct str *args) MUST_USE;
#define stop(k, soft, what, line, kind, ...) \
    stop_n((k), (soft), (what), (line), (kind), sizeof((struct str[]){__VA_ARGS__}) / sizeof(struct str), (struct str[]){__VA_ARGS__})

/* ---- open.c ---- */
struct str version_text(struct doing *k, const struct pack_set *set);

/* ---- past.c ---- */
/* The register or field of the packs in force that one of earlier packs has become; NULL: it has none. */
const struct pack_register *register_now(const struct doing *k, const struct pack_register *r);
const struct pack_field *field_now(const struct pack_register *now, const struct pack_field *f);
/* The first of what `old` has that a case under it would miss under `now`; empty: nothing. */
struct str procedure_loses(struct arena *a, const struct pack_procedure *old, const struct pack_procedure *now);

/* ---- load.c ---- */
enum rc case_load(struct doing *k, uint64_t id, struct err *err) MUST_USE;
void line_value(struct doing *k, struct line_now *l);   /* what expressions see of it, from its record or its items */
enum rc line_display(struct doing *k, struct line_now *l, struct err *err) MUST_USE;
enum rc children(struct doing *k, enum book_reg of, uint64_t id, enum book_reg reg, int ref, uint64_t **ids, uint32_t *n, struct err *err) MUST_USE;
/* The step of this act as its records now say that it stands, without reading them again; where the door looks twice, they are read and compared. */
enum rc step_stands(struct doing *k) MUST_USE;

/* ---- data.c ---- */
enum rc items_json(struct doing *k, const struct pack_item *items, uint32_t n, const struct sv *values, bool restricted, bool each, struct str *out, struct err *err) MUST_USE;
enum rc items_from_json(struct doing *k, const struct pack_item *items, uint32_t n, struct str json, struct sv *values, struct err *err) MUST_USE;
enum rc items_parse(struct doing *k, const struct pack_item *items, uint32_t n, struct str where, bool each, const struct case_pair *given, uint32_t count, struct sv *values) MUST_USE;
enum rc tally_json(struct doing *k, const struct tally *t, struct str *out) MUST_USE;
enum rc tally_from_json(struct doing *k, struct str json, struct tally *t, struct err *err) MUST_USE;
int64_t tally_get(const struct tally *t, struct str name, int64_t absent);
struct str text_cut(struct str s, size_t max);   /* at a whole character */
struct str role_titles(struct doing *k, const struct str *roles, uint32_t n);

/* ---- world.c ---- */
/* Values of all slots for one evaluation; line: idx, or -1. */
struct fv *world_vars(struct doing *k, const struct pack_step *step, int64_t line);
/* One member of what a step is to later steps; line -1: of the whole case. */
struct fv step_member(struct doing *k, const struct pack_step *p, const struct step_now *s, const struct feel_member *m, int64_t line);
bool in_play(const struct doing *k, const struct pack_step *step, uint32_t line);
enum rc ask(struct doing *k, const struct feel_program *p, const struct fv *vars, struct fv *out) MUST_USE;
enum rc tell(struct doing *k, const struct feel_message *m, const struct fv *vars, enum lang lang, struct str *out) MUST_USE;
struct str shown(struct doing *k, const struct fv *vars, const struct feel_program *p, const struct fv *v, enum lang lang);
struct str cause_of(struct doing *k, const struct fv *v, enum lang lang);
/* day + a duration, or a parameter with a unit of time.  *known false: null. */
enum rc due_after(struct doing *k, const struct feel_program *p, const struct fv *vars, day_num day, bool *known, day_num *out) MUST_USE;

/* ---- gate.c ---- */
/* Opening: those of open and agenda but for what makes a line leave.  Agenda: only these; what they drop is asked nothing more.  Closing: all. */
enum gates_when { GATES_OPENING, GATES_AGENDA, GATES_CLOSING };
enum rc gates_run(struct doing *k, const struct pack_step *step, enum gates_when when) MUST_USE;
enum rc limits_run(struct doing *k, const struct pack_step *step) MUST_USE;
struct str reason_of(const struct doing *k, struct str name);
struct str basis_text(struct doing *k, const struct pack_cite *cites, uint32_t n);

/* ---- sub.c ---- */
enum rc subs_load(struct doing *k, struct step_now *s, struct err *err) MUST_USE;
const struct sub_now *sub_latest(const struct step_now *s, int64_t line);  /* the one that counts; NULL: none */
bool sub_settled(const struct pack_sub *p, const struct sub_now *s);       /* over, as the step asks */
enum rc sub_check(struct doing *k) MUST_USE;             /* the step that closes: its sub-cases have ended as declared; lines may leave */
/* Sub-cases that are open are laid down, with all below them: of a step (line -1: of all its lines). */
enum rc subs_lock(struct doing *k, const struct step_now *s, int64_t line) MUST_USE;
bool subs_gave(const struct pack_step *p, const struct step_now *s);       /* something came out of one of them */
/* The records that a step opens its sub-cases over: by line, or at 0; null: not known.  line -1 of a step with each: all in play that have none. */
struct sub_wanted { int64_t line; uint64_t subject; };
enum rc subs_wanted(struct doing *k, struct str line, struct sub_wanted **out, uint32_t *n) MUST_USE;

/* ---- refer.c ---- */
enum rc referrals_load(struct doing *k, struct step_now *s, struct err *err) MUST_USE;
enum rc refer_check(struct doing *k) MUST_USE;

/* ---- meeting.c, again.c ---- */
enum rc defer_take(struct doing *k, const struct case_close *g) MUST_USE;
enum rc opinions_check(struct doing *k, const struct case_close *g) MUST_USE;
enum rc opinions_put(struct doing *k, const struct case_close *g) MUST_USE;
enum rc taken_put(struct doing *k, const struct case_opening *g) MUST_USE;

/* ---- close.c ---- */
enum rc given_take(struct doing *k, const struct case_close *g) MUST_USE;   /* the fields and votes that are given for k->step, looked at and not yet held to its gates */

/* ---- vote.c ---- */
enum rc votes_take(struct doing *k, const struct case_close *g) MUST_USE;

/* ---- step.c ---- */
enum rc seen_check(struct doing *k) MUST_USE;            /* a case out of the actor's sight is as one that is not there */
enum rc person_check(struct doing *k, const struct str *roles, uint32_t n, struct str what) MUST_USE;
enum rc day_check(struct doing *k) MUST_USE;
enum rc open_check(struct doing *k) MUST_USE;            /* the case is neither laid down nor over */
enum rc step_find(struct doing *k, struct str name) MUST_USE;
enum rc step_ready(struct doing *k) MUST_USE;            /* the step is open, and he may do it */
enum rc line_find(struct doing *k, struct str name, uint32_t *out) MUST_USE;
enum rc steps_lock(struct doing *k) MUST_USE;           /* what is open of the case, and the sub-cases below */
enum rc case_end(struct doing *k, struct str state, struct str reason) MUST_USE;
enum rc advance(struct doing *k) MUST_USE;               /* open what is due; finish */
enum rc finding_raise(struct doing *k, struct str what, bool serious) MUST_USE;
enum rc put_row(struct doing *k, struct row *r, uint64_t id, uint64_t *made) MUST_USE;   /* id 0: create */
void actor_put(struct doing *k, struct row *r, int account, int by);

/* ---- look.c ---- */
enum rc case_looking(struct doing *k, struct case_door *d, struct records *rs, uint64_t id, day_num today, struct arena *a, struct err *err) MUST_USE; /* doing_end() after */
bool gate_reads_own(const struct doing *k, const struct feel_node *n);   /* of the open step's own fields, which are not there yet */

/* ---- sheet.c, paper.c ---- */
enum rc paper_may(struct doing *k, const struct pack_form *f, struct str at, struct str *step) MUST_USE;   /* case_paper_step() of a case that is loaded */
enum rc papers_told(struct doing *k, uint64_t step, const struct case_drafted **out, uint32_t *count) MUST_USE;

/* ---- told.c ---- */
enum rc notices_told(struct doing *k, uint64_t step, const struct case_posted **out, uint32_t *count) MUST_USE;
enum rc opinions_told(struct doing *k, uint64_t step, const struct case_said **out, uint32_t *count) MUST_USE;
enum rc ballots_told(struct doing *k, uint64_t step, const struct case_ballot **out, uint32_t *count) MUST_USE;
enum rc referrals_told(struct doing *k, uint64_t step, const struct case_referred **out, uint32_t *count) MUST_USE;
enum rc liabilities_told(struct doing *k, uint64_t step, const struct case_found **out, uint32_t *count) MUST_USE;
enum rc subs_told(struct doing *k, const struct pack_step *p, uint64_t step, const struct case_below **out, uint32_t *count) MUST_USE;

/* ---- effect.c ---- */
enum rc effects_run(struct doing *k) MUST_USE;

#endif
