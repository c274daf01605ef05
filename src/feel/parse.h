/* parse.h - the parser's state, shared by parse.c, parse_value.c and parse_name.c. */
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

struct inodes {
    VEC(struct inode *) v;
};

/* Nodes from byte `from` to the end of the token before. */
struct inode *parse_node(struct parse *p, enum feel_op op, uint32_t from, uint32_t kids);
struct inode *parse_node1(struct parse *p, enum feel_op op, uint32_t from, struct inode *x);
struct inode *parse_node2(struct parse *p, enum feel_op op, struct inode *x, struct inode *y);
struct inode *parse_nodes(struct parse *p, enum feel_op op, uint32_t from, const struct inodes *kids);
void parse_kid(struct parse *p, struct inode *n, uint32_t i, struct inode *k);
uint32_t parse_end(const struct parse *p); /* of the token before */
/* Go on behind a mistake: to the next comma, closing bracket or keyword of this level. */
void parse_skip(struct parse *p);
struct inode *parse_wrong(struct parse *p, struct str zh, struct str en);
/* The closing bracket of one that was opened at `open`. */
void parse_close(struct parse *p, enum tok_kind k, const struct tok *open, struct str closing);

/* parse.c */
struct inode *parse_expression(struct parse *p);
struct inode *parse_additive(struct parse *p);
/* parse_value.c */
struct inode *parse_primary(struct parse *p);
struct inode *parse_literal(struct parse *p, const struct tok *t, struct fv v);
struct inode *parse_range(struct parse *p, const struct tok *open, struct inode *low); /* behind ".." and low */
bool parse_is_test(uint8_t kind);
/* One test: "< 5", or an expression; `whole` inside brackets and commas, else only up to the next `and`. */
struct inode *parse_test(struct parse *p, bool whole);

#endif
