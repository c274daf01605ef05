/* parse.h - the parser's state, shared by parse.c and parse_name.c. */
#ifndef GUIJU_FEEL_PARSE_H
#define GUIJU_FEEL_PARSE_H

#include "feel/inner.h"

struct parse {
    const struct text_source *s;
    struct arena *a;
    const struct feel_scope *scope;
    struct tok *toks;
    uint32_t count, at;
    uint32_t depth;
    uint32_t mistakes;
    uint32_t last_mistake;  /* token of the last mistake + 1 */
    uint32_t inputs;        /* how often `?` was seen */
    bool tests;
    bool range_end;         /* the high end of a range: `[` may close it */
    bool hopeless;          /* too deep: nothing behind it can be trusted */
    struct map special;     /* names of several tokens that the text itself or its types bring */
};

static inline const struct tok *tok(const struct parse *p) { return &p->toks[p->at]; }
static inline const struct tok *tok_at(const struct parse *p, uint32_t more)
{
    return &p->toks[p->at + more < p->count ? p->at + more : p->count - 1];
}

void parse_special(struct parse *p, struct str name);
void parse_special_types(struct parse *p);
/* How many tokens from here make a name, and the name in normal form; 0: none begins here. */
uint32_t parse_name(struct parse *p, bool after_dot, struct str *name);
/* All tokens until one of these kinds (and not over END) as one name. */
struct str parse_name_until(struct parse *p, enum tok_kind a, enum tok_kind b, enum tok_kind c, enum keyword k);
const struct feel_type *parse_type(struct parse *p);
void parse_mistake(struct parse *p, const struct err_kind *kind, uint32_t off, uint32_t len, struct str a1, struct str a2, struct str a3);
void parse_expected(struct parse *p, struct str zh, struct str en);
bool parse_take(struct parse *p, enum tok_kind k);
bool parse_word(struct parse *p, enum keyword k);

#endif
