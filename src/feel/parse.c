/*
 * parse.c - tokens into a tree, by recursive descent.
 * Binding, loosest first: or; and; comparisons, between, in; + -; * /; **; unary -; instance of; path, filter, call.
 * `in` takes one test, so that it binds tighter than `and`.  After a mistake the parser skips to the next comma, closing
 * bracket or keyword at its level and goes on.  Depth and the number of mistakes have limits.
 */
#include "feel/parse.h"

struct inode *node_make(struct arena *a, enum feel_op op, struct place place, uint32_t kids)
{
    struct inode *n = arena_new(a, struct inode);
    n->n.op = op;
    n->n.place = place;
    n->n.type = &feel_any;
    n->n.kids_count = kids;
    n->n.kids = kids > 0 ? arena_array(a, struct feel_node *, kids) : NULL;
    n->height = 1;
    return n;
}

struct inode *node_null(struct arena *a, struct place place)
{
    struct inode *n = node_make(a, FEEL_LITERAL, place, 0);
    n->n.value = fv_null();
    return n;
}

void parse_mistake(struct parse *p, const struct err_kind *kind, uint32_t off, uint32_t len, struct str a1, struct str a2, struct str a3)
{
    if (p->hopeless || p->last_mistake == p->at + 1) return; /* one place, one mistake */
    p->last_mistake = p->at + 1;
    if (p->mistakes++ >= FEEL_MISTAKES_MAX) return;
    diags_put(p->s->d, SEV_ERROR, kind, place_in_file(p->s, place_in(p->s, off, len)), a1, a2, a3);
}

void parse_expected(struct parse *p, struct str zh, struct str en)
{
    const struct tok *t = tok(p);
    if (t->kind == TOK_END) parse_mistake(p, &E_feel_syntax_end, t->off, 1, zh, en, STR_NONE);
    else parse_mistake(p, &E_feel_syntax, t->off, t->len, zh, en, str_sub(p->s->text, t->off, t->off + t->len));
}

bool parse_take(struct parse *p, enum tok_kind k)
{
    if (tok(p)->kind != k) return false;
    if (k != TOK_END) p->at++;
    return true;
}

bool parse_word(struct parse *p, enum keyword k)
{
    if (tok(p)->keyword != k) return false;
    p->at++;
    return true;
}

uint32_t parse_end(const struct parse *p)
{
    if (p->at == 0) return 0;
    const struct tok *t = &p->toks[p->at - 1];
    return t->off + t->len;
}

struct inode *parse_node(struct parse *p, enum feel_op op, uint32_t from, uint32_t kids)
{
    uint32_t end = parse_end(p);
    return node_make(p->a, op, place_in(p->s, from, end > from ? end - from : 1), kids);
}

void parse_kid(struct parse *p, struct inode *n, uint32_t i, struct inode *k)
{
    n->n.kids[i] = &k->n;
    if (k->height >= n->height) n->height = k->height + 1;
    if (n->height > FEEL_CHAIN_MAX && !p->hopeless) {
        struct str max = str_u64(p->a, FEEL_CHAIN_MAX);
        parse_mistake(p, &E_feel_too_deep, n->n.place.off, n->n.place.len, max, STR_NONE, STR_NONE);
        p->hopeless = true;
        p->at = p->count - 1;
    }
}

struct inode *parse_node1(struct parse *p, enum feel_op op, uint32_t from, struct inode *x)
{
    struct inode *n = parse_node(p, op, from, 1);
    parse_kid(p, n, 0, x);
    return n;
}

struct inode *parse_node2(struct parse *p, enum feel_op op, struct inode *x, struct inode *y)
{
    struct inode *n = parse_node(p, op, x->n.place.off, 2);
    parse_kid(p, n, 0, x);
    parse_kid(p, n, 1, y);
    return n;
}

struct inode *parse_nodes(struct parse *p, enum feel_op op, uint32_t from, const struct inodes *kids)
{
    struct inode *n = parse_node(p, op, from, (uint32_t)kids->v.len);
    for (uint32_t i = 0; i < kids->v.len; i++) parse_kid(p, n, i, kids->v.at[i]);
    return n;
}

/* Go on behind a mistake: to the next comma, closing bracket or keyword of this level. */
void parse_skip(struct parse *p)
{
    int level = 0;
    for (;; p->at++) {
        const struct tok *t = tok(p);
        if (t->kind == TOK_END) return;
        bool opens = t->kind == TOK_LPAREN || t->kind == TOK_LBRACKET || t->kind == TOK_LBRACE;
        bool closes = t->kind == TOK_RPAREN || t->kind == TOK_RBRACKET || t->kind == TOK_RBRACE;
        if (level == 0 && (closes || t->kind == TOK_COMMA || t->keyword == KW_THEN || t->keyword == KW_ELSE ||
                           t->keyword == KW_RETURN || t->keyword == KW_SATISFIES || t->keyword == KW_AND || t->keyword == KW_OR))
            return;
        if (opens) level++;
        if (closes) level--;
    }
}

struct inode *parse_wrong(struct parse *p, struct str zh, struct str en)
{
    parse_expected(p, zh, en);
    return parse_node(p, FEEL_MISTAKE, tok(p)->off, 0);
}

/* The closing bracket of one that was opened at `open`. */
void parse_close(struct parse *p, enum tok_kind k, const struct tok *open, struct str closing)
{
    if (parse_take(p, k)) return;
    if (tok(p)->kind == TOK_END) {
        parse_mistake(p, &E_feel_unclosed, open->off, open->len, open->text, closing, STR_NONE);
        return;
    }
    struct str quoted = str_cat(p->a, STR("“"), closing, STR("”")), en = str_cat(p->a, STR("\""), closing, STR("\""));
    parse_expected(p, quoted, en);
    parse_skip(p);
    (void)parse_take(p, k);
}

/* ---- postfix ---- */

/* Is "name with blanks :" here?  Then the call names its arguments. */
static bool at_named_argument(const struct parse *p)
{
    for (uint32_t n = 0; n < 8; n++) {
        const struct tok *t = tok_at(p, n);
        if (t->kind == TOK_COLON) return n > 0;
        if (t->kind != TOK_RUN) return false;
    }
    return false;
}

static struct inode *parse_call(struct parse *p, struct inode *callee)
{
    const struct tok *open = tok(p);
    p->at++;
    struct inodes args = {0};
    vec_push(p->s->tmp, &args.v, callee);
    bool named = false;
    while (tok(p)->kind != TOK_RPAREN && tok(p)->kind != TOK_END) {
        struct str name = STR_NONE;
        if (at_named_argument(p)) {
            name = parse_name_until(p, TOK_COLON, TOK_COMMA, TOK_RPAREN, KW_NONE);
            p->at++;
            named = true;
        }
        /* `not(< 5)` and the like: a test where an argument stands */
        struct inode *x = parse_is_test(tok(p)->kind) ? parse_test(p, true) : parse_expression(p);
        if (name.ptr != NULL) {
            struct inode *e = parse_node1(p, FEEL_ENTRY, x->n.place.off, x);
            e->n.name = name;
            x = e;
        }
        vec_push(p->s->tmp, &args.v, x);
        if (tok(p)->kind != TOK_COMMA && tok(p)->kind != TOK_RPAREN && tok(p)->kind != TOK_END) {
            parse_expected(p, STR("“,”或“)”"), STR("\",\" or \")\""));
            parse_skip(p);
            if (tok(p)->kind != TOK_COMMA && tok(p)->kind != TOK_RPAREN) break;
        }
        if (!parse_take(p, TOK_COMMA)) break;
    }
    parse_close(p, TOK_RPAREN, open, STR(")"));
    struct inode *n = parse_nodes(p, FEEL_CALL_NAMED, callee->n.place.off, &args);
    n->named = named;
    return n;
}

/* A `[` behind the high end of a range closes it when nothing that could be a filter follows. */
static bool closes_range(const struct parse *p)
{
    const struct tok *t = tok_at(p, 1);
    return p->range_end && (t->kind == TOK_END || t->kind == TOK_COMMA || t->kind == TOK_RPAREN || t->kind == TOK_RBRACKET || t->kind == TOK_RBRACE ||
                            t->kind == TOK_EQ || t->kind == TOK_NE || t->kind == TOK_DOT || t->kind == TOK_LBRACKET ||
                            (t->kind == TOK_RUN && t->keyword != KW_NONE && t->keyword != KW_TRUE && t->keyword != KW_FALSE && t->keyword != KW_SOME &&
                             t->keyword != KW_EVERY && t->keyword != KW_IF));
}

static struct inode *parse_postfix(struct parse *p)
{
    struct inode *x = parse_primary(p);
    for (;;) {
        const struct tok *t = tok(p);
        if (t->kind == TOK_DOT) {
            p->at++;
            struct str name = STR_NONE;
            uint32_t used = parse_name(p, true, &name);
            if (used == 0 && tok(p)->kind == TOK_RUN) { /* a keyword behind a dot is a name */
                used = 1;
                name = tok(p)->text;
            }
            if (used == 0) {
                parse_expected(p, STR("名字"), STR("a name"));
                return x;
            }
            p->at += used;
            x = parse_node1(p, FEEL_MEMBER, x->n.place.off, x);
            x->n.name = name;
        } else if (t->kind == TOK_LBRACKET && !closes_range(p)) {
            p->at++;
            bool before = p->range_end;
            p->range_end = false;
            struct inode *cond = parse_expression(p);
            p->range_end = before;
            parse_close(p, TOK_RBRACKET, t, STR("]"));
            x = parse_node2(p, FEEL_FILTER, x, cond);
            x->n.place = place_in(p->s, kid_mut(&x->n, 0)->n.place.off, parse_end(p) - kid_mut(&x->n, 0)->n.place.off);
        } else if (t->kind == TOK_LPAREN) {
            x = parse_call(p, x);
        } else {
            return x;
        }
        if (p->hopeless) return x;
    }
}

static struct inode *parse_instance(struct parse *p)
{
    struct inode *x = parse_postfix(p);
    while (tok(p)->keyword == KW_INSTANCE) {
        p->at++;
        if (!parse_word(p, KW_OF)) parse_expected(p, STR("of"), STR("of"));
        const struct feel_type *t = parse_type(p);
        x = parse_node1(p, FEEL_INSTANCE_OF, x->n.place.off, x);
        x->written = t;
    }
    return x;
}

static struct inode *parse_unary(struct parse *p)
{
    const struct tok *t = tok(p);
    if (t->kind != TOK_MINUS) return parse_instance(p);
    if (++p->depth > FEEL_NEST_MAX) {
        parse_mistake(p, &E_feel_too_deep, t->off, t->len, str_u64(p->a, FEEL_NEST_MAX), STR_NONE, STR_NONE);
        p->hopeless = true;
        p->at = p->count - 1;
        return parse_node(p, FEEL_MISTAKE, t->off, 0);
    }
    p->at++;
    struct inode *x = parse_unary(p);
    p->depth--;
    if (x->n.op == FEEL_LITERAL && x->n.value.kind == FV_NUMBER && !x->in_parens) { /* -5 is a number */
        x->n.value = fv_num(dec_neg(x->n.value.num));
        x->n.place = place_in(p->s, t->off, parse_end(p) - t->off);
        return x;
    }
    return parse_node1(p, FEEL_NEG, t->off, x);
}

static struct inode *parse_power(struct parse *p)
{
    struct inode *x = parse_unary(p);
    while (tok(p)->kind == TOK_STARS) {
        p->at++;
        x = parse_node2(p, FEEL_POW, x, parse_unary(p));
    }
    return x;
}

static struct inode *parse_times(struct parse *p)
{
    struct inode *x = parse_power(p);
    while (tok(p)->kind == TOK_STAR || tok(p)->kind == TOK_SLASH) {
        enum feel_op op = tok(p)->kind == TOK_STAR ? FEEL_MUL : FEEL_DIV;
        p->at++;
        x = parse_node2(p, op, x, parse_power(p));
    }
    return x;
}

/* 2010-03-01 without quotes: two subtractions, and never meant so. */
static void warn_date(struct parse *p)
{
    const struct tok *t = tok(p);
    bool shape = t->kind == TOK_NUMBER && t->len == 4 && tok_at(p, 1)->kind == TOK_MINUS && tok_at(p, 2)->kind == TOK_NUMBER &&
                 tok_at(p, 3)->kind == TOK_MINUS && tok_at(p, 4)->kind == TOK_NUMBER && tok_at(p, 2)->len <= 2 && tok_at(p, 4)->len <= 2 &&
                 !tok_at(p, 1)->blank && !tok_at(p, 2)->blank && !tok_at(p, 3)->blank && !tok_at(p, 4)->blank;
    if (!shape || p->hopeless) return;
    uint32_t end = tok_at(p, 4)->off + tok_at(p, 4)->len;
    struct str text = str_sub(p->s->text, t->off, end);
    if (p->s->mode == FEEL_PACK) parse_mistake(p, &E_feel_date_minus, t->off, end - t->off, text, STR_NONE, STR_NONE);
    else diags_put(p->s->d, SEV_WARN, &E_feel_date_minus, place_in_file(p->s, place_in(p->s, t->off, end - t->off)), text);
}

struct inode *parse_additive(struct parse *p)
{
    warn_date(p);
    struct inode *x = parse_times(p);
    while (tok(p)->kind == TOK_PLUS || tok(p)->kind == TOK_MINUS) {
        enum feel_op op = tok(p)->kind == TOK_PLUS ? FEEL_ADD : FEEL_SUB;
        p->at++;
        x = parse_node2(p, op, x, parse_times(p));
    }
    return x;
}

static struct inode *parse_in(struct parse *p, struct inode *x)
{
    struct inodes kids = {0};
    vec_push(p->s->tmp, &kids.v, x);
    uint32_t from = p->at, mistakes = p->mistakes;
    const struct tok *open = tok(p);
    if (parse_take(p, TOK_LPAREN)) {
        bool range = false;
        for (;;) {
            struct inode *t = parse_test(p, true);
            if (kids.v.len == 1 && tok(p)->kind == TOK_DOTS) {
                t = parse_range(p, open, t);
                range = true;
            }
            vec_push(p->s->tmp, &kids.v, t);
            if (range || !parse_take(p, TOK_COMMA)) break;
        }
        if (!range) parse_close(p, TOK_RPAREN, open, STR(")"));
        uint8_t k = tok(p)->kind;
        bool goes_on = k == TOK_DOT || k == TOK_LBRACKET || k == TOK_PLUS || k == TOK_MINUS || k == TOK_STAR || k == TOK_SLASH || k == TOK_STARS;
        if (!goes_on || p->mistakes > mistakes || kids.v.len > 2) return parse_nodes(p, FEEL_IN, x->n.place.off, &kids);
        kids.v.len = 1; /* the bracket was only the beginning of a value */
        p->at = from;
    }
    vec_push(p->s->tmp, &kids.v, parse_test(p, false));
    return parse_nodes(p, FEEL_IN, x->n.place.off, &kids);
}

static struct inode *parse_comparison(struct parse *p)
{
    struct inode *x = parse_additive(p);
    for (;;) {
        enum feel_op op;
        const struct tok *t = tok(p);
        if (t->kind == TOK_EQ) op = FEEL_EQ;
        else if (t->kind == TOK_NE) op = FEEL_NE;
        else if (t->kind == TOK_LT) op = FEEL_LT;
        else if (t->kind == TOK_LE) op = FEEL_LE;
        else if (t->kind == TOK_GT) op = FEEL_GT;
        else if (t->kind == TOK_GE) op = FEEL_GE;
        else if (t->keyword == KW_BETWEEN) op = FEEL_BETWEEN;
        else if (t->keyword == KW_IN) op = FEEL_IN;
        else return x;
        p->at++;
        if (op == FEEL_IN) {
            x = parse_in(p, x);
        } else if (op == FEEL_BETWEEN) {
            struct inode *low = parse_additive(p);
            if (!parse_word(p, KW_AND)) parse_expected(p, STR("and"), STR("and"));
            struct inode *high = parse_additive(p);
            struct inode *n = parse_node(p, FEEL_BETWEEN, x->n.place.off, 3);
            parse_kid(p, n, 0, x);
            parse_kid(p, n, 1, low);
            parse_kid(p, n, 2, high);
            x = n;
        } else {
            x = parse_node2(p, op, x, parse_additive(p));
        }
        if (p->hopeless) return x;
    }
}

static struct inode *parse_joined(struct parse *p, bool is_or)
{
    struct inode *x = is_or ? parse_joined(p, false) : parse_comparison(p);
    enum keyword word = is_or ? KW_OR : KW_AND;
    if (tok(p)->keyword != word) return x;
    struct inodes kids = {0};
    vec_push(p->s->tmp, &kids.v, x);
    while (parse_word(p, word)) {
        struct inode *y = is_or ? parse_joined(p, false) : parse_comparison(p);
        vec_push(p->s->tmp, &kids.v, y);
    }
    return parse_nodes(p, is_or ? FEEL_OR : FEEL_AND, x->n.place.off, &kids);
}

struct inode *parse_expression(struct parse *p)
{
    if (p->depth >= FEEL_NEST_MAX) {
        const struct tok *t = tok(p);
        parse_mistake(p, &E_feel_too_deep, t->off, MAX(t->len, 1u), str_u64(p->a, FEEL_NEST_MAX), STR_NONE, STR_NONE);
        p->hopeless = true;
        p->at = p->count - 1;
        return parse_node(p, FEEL_MISTAKE, t->off, 0);
    }
    p->depth++;
    struct inode *x = parse_joined(p, true);
    p->depth--;
    return x;
}

/* ---- unary tests: - | tests | not(tests) ---- */

static struct inode *input_node(struct parse *p)
{
    struct inode *n = node_make(p->a, FEEL_NAME, place_in(p->s, 0, 1), 0);
    n->n.name = STR("?");
    return n;
}

static struct inode *parse_tests(struct parse *p)
{
    if (tok(p)->kind == TOK_MINUS && tok_at(p, 1)->kind == TOK_END) return parse_literal(p, tok(p), fv_bool(true));
    const struct tok *first = tok(p), *open = tok_at(p, 1);
    bool negate = first->kind == TOK_RUN && str_eq(first->text, STR("not")) && open->kind == TOK_LPAREN;
    if (negate) { /* not(…) over the whole; `not(x) and y` is an expression */
        int level = 0;
        uint32_t n = 1;
        do {
            uint8_t k = tok_at(p, n)->kind;
            if (k == TOK_LPAREN) level++;
            if (k == TOK_RPAREN) level--;
            n++;
        } while (level > 0 && tok_at(p, n)->kind != TOK_END);
        negate = tok_at(p, n)->kind == TOK_END;
    }
    if (negate) p->at += 2;
    struct inodes kids = {0};
    vec_push(p->s->tmp, &kids.v, input_node(p));
    do vec_push(p->s->tmp, &kids.v, parse_test(p, true));
    while (parse_take(p, TOK_COMMA));
    if (negate) parse_close(p, TOK_RPAREN, open, STR(")"));
    struct inode *in = parse_nodes(p, FEEL_IN, first->off, &kids);
    if (!negate) return in;
    struct inodes call = {0};
    struct inode *name = node_make(p->a, FEEL_NAME, place_in(p->s, first->off, first->len), 0);
    name->n.name = STR("not");
    vec_push(p->s->tmp, &call.v, name);
    vec_push(p->s->tmp, &call.v, in);
    return parse_nodes(p, FEEL_CALL_NAMED, first->off, &call);
}

bool feel_parse(const struct text_source *s, const struct feel_scope *scope, bool tests, struct inode **root)
{
    struct parse p = {.s = s, .a = s->a, .scope = scope, .tests = tests};
    if (s->text.len > FEEL_TEXT_MAX) {
        diags_put(s->d, SEV_ERROR, &E_feel_too_long, place_in_file(s, place_in(s, 0, 1)), str_u64(s->a, s->text.len), str_u64(s->a, FEEL_TEXT_MAX));
        *root = node_null(s->a, place_in(s, 0, 1));
        return false;
    }
    bool ok = feel_lex(s, &p.toks, &p.count);
    if (p.count == 1) {
        if (ok) diags_put(s->d, SEV_ERROR, &E_feel_empty, place_in_file(s, place_in(s, 0, 1)), STR_NONE);
        *root = node_null(s->a, place_in(s, 0, 1));
        return false;
    }
    parse_special_types(&p);
    *root = tests ? parse_tests(&p) : parse_expression(&p);
    while (tok(&p)->kind != TOK_END && p.mistakes < FEEL_MISTAKES_MAX) {
        /* What is left over has mistakes of its own: read on, for their sake only. */
        parse_expected(&p, STR("运算符或结尾"), STR("an operator or the end"));
        p.at++;
        p.last_mistake = p.at + 1; /* one word too many is one mistake */
        if (tok(&p)->kind != TOK_END) (void)parse_expression(&p);
    }
    return ok && p.mistakes == 0;
}

enum rc feel_type_parse(struct arena *a, const struct feel_scope *scope, struct str text, const struct feel_type **out, struct diags *d)
{
    struct text_source s = {.text = text, .at = {.file = diags_file(d, STR("type"), text), .line = 1, .col = 1}, .d = d, .a = a, .tmp = a};
    struct parse p = {.s = &s, .a = a, .scope = scope};
    *out = &feel_any;
    if (text.len > FEEL_TEXT_MAX) {
        diags_put(d, SEV_ERROR, &E_feel_too_long, place_in(&s, 0, 1), str_u64(a, text.len), str_u64(a, FEEL_TEXT_MAX));
        return RC_INPUT;
    }
    bool ok = feel_lex(&s, &p.toks, &p.count);
    *out = parse_type(&p);
    if (tok(&p)->kind != TOK_END) parse_expected(&p, STR("结尾"), STR("the end"));
    return ok && p.mistakes == 0 ? RC_OK : RC_INPUT;
}
