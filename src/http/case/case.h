/* case.h - what the files about cases share: declarations, what of a case is shown, acts, notices, traces.  Nothing outside http/ includes it. */
#ifndef GUIJU_HTTP_CASE_H
#define GUIJU_HTTP_CASE_H

#include "http/inner.h"

#define CASE_ENTRY " happened paper second irregular reasons" /* what a body says of how an act is entered */

/* The register `case` of the packs in force; RC_ABSENT where they have none. */
enum rc case_register(struct req *q, const struct pack_register **out, struct err *err) MUST_USE;
/* The case behind {id}: in scope, or as if it were not there.  What of its fields is shown goes by *sight. */
enum rc case_seen(struct req *q, size_t arg, uint64_t *id, struct record *rec, struct sight *sight, struct err *err) MUST_USE;

/* The same of a case that is named in a body. */
enum rc case_seen_id(struct req *q, uint64_t id, struct err *err) MUST_USE;

/* The procedure of a case as it was when the case began; rec is the case's.  NULL: there is none. */
const struct pack_procedure *case_procedure(struct req *q, const struct record *rec, struct str name);

/* procedure.c: as declared */
bool holds_role(struct req *q, const struct str *roles, uint32_t n);
void roles_put(struct req *q, const char *key, const struct str *roles, uint32_t n);
/* Members of an object that is open; opened: the day of the case (today: of none yet), for its thresholds. */
void step_members(struct req *q, const struct pack_procedure *p, const struct pack_step *s, day_num opened);
void item_put(struct req *q, const struct pack_item *it);
void gate_members(struct req *q, const struct pack_gate *g);
/* A threshold of a ballot; now: what it came to on its day, p of q, or NULL. */
/* link.c: the slip by which a measure is followed up, as "slip". */
void link_slip_put(struct req *q, const struct case_found *x);
void share_put(struct req *q, const char *key, const struct pack_share *s, const struct pack_param_value *now);

/* act.c: an act on its way.  begin: the case behind {id}, in sight, as its page showed it (If-Match); submit: the receipt, or the word that refused it. */
struct case_act { enum verb verb; struct args_case args; const struct pack_procedure *p; struct str step; struct sight sight; bool made; };
enum rc case_begin(struct req *q, struct case_act *a, struct err *err) MUST_USE;
enum rc case_submit(struct req *q, struct case_act *a, struct err *err) MUST_USE;
/* A member that is a text; absent: empty. */
enum rc case_text_of(const struct json *body, const char *name, struct str *out, struct err *err) MUST_USE;
enum rc case_entry_of(struct req *q, const struct json *body, struct case_entry *e, struct err *err) MUST_USE;
/* sight: who may not see a field may not fill it either. */
enum rc case_pairs_of(struct req *q, const struct json *obj, struct str name, const struct pack_item *items, uint32_t n, const struct sight *sight,
                      const struct case_pair **out, uint32_t *count, struct err *err) MUST_USE;
/* What a body gives to close a step: members of CaseStepClosed but for the entry. */
enum rc case_close_of(struct req *q, const struct json *body, struct case_act *a, struct err *err) MUST_USE;
enum rc case_opening_lines(struct req *q, const struct pack_procedure *p, const struct json *list, const struct sight *sight, struct case_opening *o, struct err *err) MUST_USE;

/* link.c: is a case in sight, and what its reader sees of it; false: it is as if it were not there. */
enum rc case_open_to(struct req *q, uint64_t id, struct sight *sight, bool *out, struct err *err) MUST_USE;

/* case.c: values by the class of their field; a value out of sight is named, and said to be withheld */
enum rc items_put(struct req *q, const char *key, const struct pack_item *items, uint32_t n, const struct sv *values, bool each, const struct sight *sight, struct err *err) MUST_USE;
/* May he do what is asked of one of these roles, held over the place of this record?  Of the case's subject? */
enum rc case_acts_on(struct req *q, const struct str *roles, uint32_t n, struct str reg, uint64_t id, bool *out, struct err *err) MUST_USE;
enum rc case_acts_in(struct req *q, const struct case_full *c, const struct str *roles, uint32_t n, bool *out, struct err *err) MUST_USE;
/* Did he do a step that this one must not be done by the same hand as? */
bool case_barred(struct req *q, const struct case_full *c, const struct case_step *s);
bool case_gate_seen(const struct sight *sight, const struct pack_procedure *p, const struct pack_gate *g);

#endif
