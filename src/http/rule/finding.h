/* finding.h - findings as they are shown, for finding.c and for the page of today. */
#ifndef GUIJU_HTTP_FINDING_H
#define GUIJU_HTTP_FINDING_H

#include "http/inner.h"

/* The register `finding` and its fields. */
struct found_book { const struct pack_register *reg; const struct pack_field *rule, *subject_register, *subject, *second_register, *second, *opened, *severity; };

/* other, second: the other record of a pair. */
struct found_one { uint64_t id; bool closed; const struct pack_rule *rule; const struct pack_register *reg, *other; uint64_t subject, second; struct str severity, rule_name; day_num opened; int64_t closed_us; };

/* RC_ABSENT http.absent: these packs have no findings. */
enum rc found_book_of(struct req *q, struct found_book *b, struct err *err) MUST_USE;
/* May he read findings at all? */
bool found_seen(struct req *q, const struct found_book *b);
/* Of a record of the register; its texts live as long as the record does. */
struct found_one found_one_of(struct req *q, const struct found_book *b, const struct record *rec);
/* By when the matter is to be settled, as the rule says today; ENTRY_NO_DAY. */
day_num found_due(struct req *q, const struct found_one *f);
enum rc found_put(struct req *q, const struct found_one *f, day_num due, struct err *err) MUST_USE;

#endif
