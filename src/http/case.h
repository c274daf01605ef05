/* case.h - what the files about cases share: declarations, what of a case is shown, acts, notices, traces.  Nothing outside http/ includes it. */
#ifndef GUIJU_HTTP_CASE_H
#define GUIJU_HTTP_CASE_H

#include "http/inner.h"

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
void step_members(struct req *q, const struct pack_procedure *p, const struct pack_step *s); /* members of an object that is open */
void item_put(struct req *q, const struct pack_item *it);
void gate_members(struct req *q, const struct pack_gate *g);
/* A threshold of a ballot; now: what it came to on its day, p of q, or NULL. */
void share_put(struct req *q, const char *key, const struct pack_share *s, const struct pack_param_value *now);

/* case.c: values by the class of their field; a value out of sight is named, and said to be withheld */
enum rc items_put(struct req *q, const char *key, const struct pack_item *items, uint32_t n, const struct sv *values, bool each, const struct sight *sight, struct err *err) MUST_USE;
bool case_gate_seen(const struct sight *sight, const struct pack_procedure *p, const struct pack_gate *g);

#endif
