/* slip_inner.h - what the files of slips share: the register of packs/core, and one slip being dealt with. */
#ifndef GUIJU_RULE_SLIP_INNER_H
#define GUIJU_RULE_SLIP_INNER_H

#include "rule/rule.h"

enum { SLIP_TEXT_MAX = 6000, SLIP_ANSWER_MAX = 40000, SLIP_STEPS = 1000000 };
enum slip_field { SF_KIND, SF_FINDING, SF_REG, SF_SUBJECT, SF_ROLE, SF_MATTER, SF_BASIS, SF_ISSUED, SF_ACCOUNT, SF_NAME, SF_DUE, SF_STATE, SF_REPLY, SF_SECRET,
                  SF_REPLIED, SF_REPLIED_BY, SF_BACK, SF_REASON, SF_ACCEPTED, SF_CLOSED_BY, SF_CLOSED, SF_EARLIER, SF_EFFECT, SF_PROPOSED, SF_CASE, SF_DECLINED, SF_DECLINED_WHY, SF_DECLINED_BY, SF_COUNT };

struct slip_book { const struct pack_register *reg, *finding, *dismissal, *of_case; const struct pack_field *f[SF_COUNT]; };
enum rc slip_book(const struct pack_set *set, struct slip_book *b, struct err *err) MUST_USE;
struct str slip_text(const struct slip_book *b, const struct record *rec, enum slip_field f);
int64_t slip_int(const struct slip_book *b, const struct record *rec, enum slip_field f, int64_t absent);

const struct pack_slip *slip_kind_find(const struct pack_set *set, struct str name_or_title);
const struct pack_rule *finding_rule(const struct pack_set *set, const struct slip_book *b, const struct record *finding);
struct str finding_text(const struct slip_book *b, const struct record *finding, const char *field);

/* One act on its way. */
struct slip_act {
    struct slip_door *d;
    struct records *rs;
    const struct pack_set *set;
    struct arena *a;
    struct slip_book b;
    day_num today;
    struct record rec;              /* the slip that is dealt with */
    uint64_t id;
    const struct pack_slip *kind;
    struct str state;
    struct changed *last;
    struct err *err;
};

struct slip_row { const struct pack_field *fields[SF_COUNT]; struct sv values[SF_COUNT]; uint32_t n; };

enum rc slip_begin(struct slip_act *k, struct slip_door *d, struct changed *last, struct err *err) MUST_USE;
struct str slip_role_title(const struct slip_act *k, struct str role);
enum rc slip_acts(struct slip_act *k, const struct str *roles, size_t n, struct str reg_name, uint64_t id, bool *yes) MUST_USE;
enum rc slip_issues(struct slip_act *k, const struct pack_slip *kind, struct str reg, uint64_t id, bool *yes) MUST_USE;
enum rc slip_issuer_check(struct slip_act *k, const struct pack_slip *kind, struct str reg, uint64_t id, struct str zh, struct str en) MUST_USE;
enum rc slip_sees(struct slip_act *k, struct str reg_name, uint64_t id, bool *seen) MUST_USE;
enum rc slip_subject_check(struct slip_act *k, struct str reg, uint64_t id) MUST_USE;
void slip_put(struct slip_act *k, struct slip_row *r, enum slip_field f, struct sv v);
void slip_put_text(struct slip_act *k, struct slip_row *r, enum slip_field f, struct str s);
enum rc slip_update(struct slip_act *k, struct slip_row *r) MUST_USE;
enum rc slip_short(struct slip_act *k, struct str what, struct str text, size_t max) MUST_USE;
enum rc slip_no_kind(struct slip_act *k, struct str name) MUST_USE;
/* The day that a declared time leads to from today; ENTRY_NO_DAY: none is declared. */
enum rc slip_time(struct slip_act *k, const struct pack_slip *kind, const struct feel_program *p, int64_t *out) MUST_USE;
/* The slip of a finding that still waits; *id 0: none. */
enum rc slip_waiting(struct slip_act *k, uint64_t finding, uint64_t *id) MUST_USE;
enum rc slip_load(struct slip_act *k, uint64_t id) MUST_USE;
enum rc slip_state_check(struct slip_act *k, bool open, bool replied, struct str zh, struct str en) MUST_USE;
enum rc slip_next_issue(struct slip_act *k) MUST_USE;  /* the next grade of the slip that is loaded, which ends */
void slip_end_row(struct slip_act *k, struct slip_row *r, struct str state);

#endif
