/* ballot.h - what the files about ballots share: who sees what of one, and how its commands are sent.  Nothing outside http/ includes it. */
#ifndef GUIJU_HTTP_BALLOT_H
#define GUIJU_HTTP_BALLOT_H

#include "http/case/case.h"

enum { BALLOT_TEXT_MOST = 600 };

/* opens: sees to it; types: enters papers; who, where and what came of it go by these or by the fields that the grant shows. */
struct ballot_seen { const struct pack_register *reg; struct ballot_view v; bool opens, types, candidates, result; };

/* What is not there and what may not be seen are told in the same words. */
enum rc ballot_seen(struct req *q, uint64_t id, struct ballot_seen *out, struct err *err) MUST_USE;
enum rc ballot_asked(struct req *q, struct ballot_seen *out, struct err *err) MUST_USE;
bool ballot_is(const struct ballot_seen *s, const char *state);
const char *ballot_kind_name(enum pack_ballot_kind k);
const char *ballot_mode_name(enum pack_ballot_mode m);
/* What a paper may say: options and classes of voters, as members. */
void ballot_words_put(struct req *q, const struct pack_ballot *b);
/* The thresholds with what they come to on the day of opening (NULL values: as declared). */
void ballot_shares_put(struct req *q, const struct pack_ballot *b, const struct ballot_view *v);
void permit_put(struct req *q, const struct pack_ballot *b);

/* ballot_act.c */
enum rc ballot_bad(struct err *err, const char *name, const char *zh, const char *en) MUST_USE;
enum rc ballot_submit(struct req *q, uint64_t actor, enum verb verb, struct args_ballot *g, struct receipt *r, struct err *err) MUST_USE;
/* A list of texts, at most so many of so many bytes. */
enum rc ballot_texts(struct req *q, const struct json *body, const char *name, size_t most, const struct str **out, uint32_t *n, struct err *err) MUST_USE;
/* declaration title candidates places earlier, of a body. */
enum rc ballot_opening_of(struct req *q, const struct json *body, struct ballot_opening *o, const struct pack_ballot **b, struct err *err) MUST_USE;

#endif
