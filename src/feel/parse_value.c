/* parse_value.c - what stands by itself: literals, brackets, ranges, contexts, if, loops, function definitions, names. */
#include "feel/parse.h"

struct inode *parse_literal(struct parse *p, const struct tok *t, struct fv v)
{
    p->at++;
    struct inode *n = parse_node(p, FEEL_LITERAL, t->off, 0);
    n->n.value = v;
    return n;
}

static struct inode *parse_number(struct parse *p)
{
    const struct tok *t = tok(p);
    struct dec d;
    if (!dec_parse(t->text, &d)) {
        parse_mistake(p, &E_feel_bad_number, t->off, t->len, t->text, STR_NONE, STR_NONE);
        d = dec_i64(0);
    }
    return parse_literal(p, t, fv_num(d));
}

static struct inode *parse_at(struct parse *p)
{
    const struct tok *t = tok(p);
    struct fv v = fv_null();
    if (!value_parse_at(p->a, t->text, &v)) {
        if (p->s->mode == FEEL_PACK) parse_mistake(p, &E_feel_bad_literal, t->off, t->len, t->text, STR_NONE, STR_NONE);
        v = fv_null();
        v.cause = cause_make(p->a, &E_feel_bad_literal, place_in(p->s, t->off, t->len), t->text, STR_NONE, STR_NONE);
    }
    return parse_literal(p, t, v);
}

bool parse_is_test(uint8_t kind)
{
    return kind == TOK_LT || kind == TOK_LE || kind == TOK_GT || kind == TOK_GE || kind == TOK_EQ || kind == TOK_NE;
}

/* One test: "< 5", or an expression; `whole` inside brackets and commas, else only up to the next `and`. */
struct inode *parse_test(struct parse *p, bool whole)
{
    const struct tok *t = tok(p);
    if (parse_is_test(t->kind)) {
        p->at++;
        struct inode *n = parse_node1(p, FEEL_TEST, t->off, parse_additive(p));
        n->n.name = t->text;
        n->n.place = place_in(p->s, t->off, parse_end(p) - t->off);
        return n;
    }
    uint32_t inputs = p->inputs;
    struct inode *x = whole ? parse_expression(p) : parse_additive(p);
    if (p->tests && p->inputs > inputs) {
        x = parse_node1(p, FEEL_TEST, t->off, x); /* it speaks of the input itself: a condition, not a value */
        x->n.name = STR("?");
    }
    return x;
}

struct inode *parse_range(struct parse *p, const struct tok *open, struct inode *low)
{
    p->at++; /* .. */
    bool before = p->range_end;
    p->range_end = true;
    struct inode *high = parse_additive(p);
    p->range_end = before;
    bool high_open = tok(p)->kind != TOK_RBRACKET;
    if (tok(p)->kind == TOK_RBRACKET || tok(p)->kind == TOK_RPAREN || tok(p)->kind == TOK_LBRACKET) p->at++;
    else if (tok(p)->kind == TOK_END) parse_mistake(p, &E_feel_unclosed, open->off, open->len, open->text, STR("]"), STR_NONE);
    else parse_expected(p, STR("“]”或“)”"), STR("\"]\" or \")\""));
    struct inode *n = parse_node(p, FEEL_RANGE, open->off, 2);
    parse_kid(p, n, 0, low);
    parse_kid(p, n, 1, high);
    n->low_open = open->kind != TOK_LBRACKET;
    n->high_open = high_open;
    return n;
}

/* (< 5): a range open on one side; (= 5) is [5..5]; (!= 5) only as a test. */
static struct inode *parse_half_range(struct parse *p, const struct tok *open)
{
    const struct tok *op = tok(p);
    p->at++;
    struct inode *end = parse_additive(p);
    parse_close(p, TOK_RPAREN, open, STR(")"));
    if (op->kind == TOK_NE || op->kind == TOK_EQ) {
        struct inode *t = parse_node1(p, FEEL_TEST, op->off, end);
        t->n.name = op->text;
        return t;
    }
    struct inode *none = node_null(p->a, end->n.place), *n = parse_node(p, FEEL_RANGE, open->off, 2);
    none->n.name = STR("open");
    bool low = op->kind == TOK_GT || op->kind == TOK_GE;
    parse_kid(p, n, 0, low ? end : none);
    parse_kid(p, n, 1, low ? none : end);
    n->low_open = op->kind != TOK_GE;
    n->high_open = op->kind != TOK_LE;
    n->sign = low ? '>' : '<';
    return n;
}

static struct inode *parse_parens(struct parse *p)
{
    const struct tok *open = tok(p);
    p->at++;
    if (parse_is_test(tok(p)->kind)) return parse_half_range(p, open);
    struct inode *x = parse_expression(p);
    if (tok(p)->kind == TOK_DOTS) return parse_range(p, open, x);
    parse_close(p, TOK_RPAREN, open, STR(")"));
    x->in_parens = true;
    x->n.place = place_in(p->s, open->off, parse_end(p) - open->off);
    return x;
}

static struct inode *parse_brackets(struct parse *p)
{
    const struct tok *open = tok(p);
    p->at++;
    struct inodes items = {0};
    if (open->kind == TOK_LBRACKET && parse_take(p, TOK_RBRACKET)) return parse_nodes(p, FEEL_LIST, open->off, &items);
    for (bool first = true;; first = false) {
        struct inode *x = parse_is_test(tok(p)->kind) ? parse_test(p, true) : parse_expression(p);
        if (first && tok(p)->kind == TOK_DOTS) return parse_range(p, open, x);
        if (open->kind == TOK_RBRACKET) return parse_wrong(p, STR("“..”"), STR("\"..\""));
        vec_push(p->s->tmp, &items.v, x);
        if (tok(p)->kind != TOK_COMMA && tok(p)->kind != TOK_RBRACKET && tok(p)->kind != TOK_END) {
            parse_expected(p, STR("“,”或“]”"), STR("\",\" or \"]\""));
            parse_skip(p);
        }
        if (!parse_take(p, TOK_COMMA)) break;
    }
    parse_close(p, TOK_RBRACKET, open, STR("]"));
    return parse_nodes(p, FEEL_LIST, open->off, &items);
}

static struct inode *parse_context(struct parse *p)
{
    const struct tok *open = tok(p);
    p->at++;
    struct inodes entries = {0};
    while (tok(p)->kind != TOK_RBRACE && tok(p)->kind != TOK_END) {
        const struct tok *t = tok(p);
        struct str key = t->kind == TOK_STRING ? t->text : STR_NONE;
        if (t->kind == TOK_STRING) {
            p->at++;
            if (key.ptr == NULL) key = STR("");
        } else {
            key = parse_name_until(p, TOK_COLON, TOK_COMMA, TOK_RBRACE, KW_NONE);
        }
        if (key.ptr == NULL) parse_expected(p, STR("名字"), STR("a name"));
        if (!parse_take(p, TOK_COLON)) {
            parse_expected(p, STR("“:”"), STR("\":\""));
            parse_skip(p);
        } else {
            struct inode *e = parse_node1(p, FEEL_ENTRY, t->off, parse_expression(p));
            e->n.name = key;
            e->n.place = place_in(p->s, t->off, parse_end(p) - t->off);
            vec_push(p->s->tmp, &entries.v, e);
        }
        if (tok(p)->kind != TOK_COMMA && tok(p)->kind != TOK_RBRACE && tok(p)->kind != TOK_END) {
            parse_expected(p, STR("“,”或“}”"), STR("\",\" or \"}\""));
            parse_skip(p);
            if (tok(p)->kind == TOK_RPAREN || tok(p)->kind == TOK_RBRACKET || tok(p)->keyword != KW_NONE) break;
        }
        if (!parse_take(p, TOK_COMMA)) break;
    }
    parse_close(p, TOK_RBRACE, open, STR("}"));
    return parse_nodes(p, FEEL_CONTEXT, open->off, &entries);
}

static struct inode *parse_if(struct parse *p)
{
    uint32_t from = tok(p)->off;
    p->at++;
    struct inode *c = parse_expression(p), *t, *e;
    if (!parse_word(p, KW_THEN)) {
        parse_expected(p, STR("then"), STR("then"));
        parse_skip(p);
        (void)parse_word(p, KW_THEN);
    }
    t = parse_expression(p);
    if (parse_word(p, KW_ELSE)) {
        e = parse_expression(p);
    } else {
        e = parse_wrong(p, STR("else"), STR("else"));
    }
    struct inode *n = parse_node(p, FEEL_IF, from, 3);
    parse_kid(p, n, 0, c);
    parse_kid(p, n, 1, t);
    parse_kid(p, n, 2, e);
    return n;
}

/* for / some / every: "x in list, y in 1..n return …" */
static struct inode *parse_loop(struct parse *p, enum feel_op op)
{
    uint32_t from = tok(p)->off;
    p->at++;
    struct inodes kids = {0};
    enum keyword end = op == FEEL_FOR ? KW_RETURN : KW_SATISFIES;
    for (;;) {
        const struct tok *t = tok(p);
        struct str name = parse_name_until(p, TOK_COMMA, TOK_COLON, TOK_END, KW_IN);
        if (name.ptr == NULL) {
            parse_expected(p, STR("变量的名字"), STR("the name of a variable"));
            parse_skip(p);
        }
        uint32_t name_len = parse_end(p) > t->off ? parse_end(p) - t->off : 1;
        if (!parse_word(p, KW_IN)) parse_expected(p, STR("in"), STR("in"));
        struct inode *list = parse_expression(p), *last = NULL;
        if (parse_take(p, TOK_DOTS)) last = parse_expression(p);
        struct inode *it = parse_node(p, FEEL_ITER, t->off, last == NULL ? 1 : 2);
        parse_kid(p, it, 0, list);
        if (last != NULL) parse_kid(p, it, 1, last);
        it->n.name = name;
        it->range_iter = last != NULL;
        it->n.place = place_in(p->s, t->off, name_len);
        vec_push(p->s->tmp, &kids.v, it);
        if (kids.v.len >= FEEL_NEST_MAX) break;
        if (parse_take(p, TOK_COMMA)) continue;
        if (tok(p)->kind == TOK_RUN && tok(p)->keyword == KW_NONE && op != FEEL_FOR && tok_at(p, 1)->keyword == KW_IN) continue;
        break;
    }
    if (!parse_word(p, end)) {
        struct str word = op == FEEL_FOR ? STR("return") : STR("satisfies");
        parse_expected(p, word, word);
        parse_skip(p);
        (void)parse_word(p, end);
    }
    vec_push(p->s->tmp, &kids.v, parse_expression(p));
    return parse_nodes(p, op, from, &kids);
}

static struct inode *parse_function(struct parse *p)
{
    const struct tok *first = tok(p);
    p->at++;
    const struct tok *open = tok(p);
    if (!parse_take(p, TOK_LPAREN)) return parse_wrong(p, STR("“(”"), STR("\"(\""));
    VEC(struct feel_member) params = {0};
    while (tok(p)->kind != TOK_RPAREN && tok(p)->kind != TOK_END) {
        struct str name = parse_name_until(p, TOK_COMMA, TOK_COLON, TOK_RPAREN, KW_NONE);
        if (name.ptr == NULL) {
            parse_expected(p, STR("参数的名字"), STR("the name of a parameter"));
            parse_skip(p);
        }
        struct feel_member m = {.name = name, .title = name, .type = &feel_any, .may_be_null = true};
        if (parse_take(p, TOK_COLON)) m.type = parse_type(p);
        vec_push(p->a, &params, m);
        if (!parse_take(p, TOK_COMMA)) break;
    }
    parse_close(p, TOK_RPAREN, open, STR(")"));
    const struct tok *t = tok(p);
    if (parse_word(p, KW_EXTERNAL)) {
        parse_mistake(p, &E_feel_external, t->off, t->len, STR_NONE, STR_NONE, STR_NONE);
        (void)parse_expression(p);
        return parse_node(p, FEEL_MISTAKE, first->off, 0);
    }
    struct inode *n = parse_node1(p, FEEL_FUNCTION, first->off, parse_expression(p));
    n->n.place = place_in(p->s, first->off, parse_end(p) - first->off);
    n->params = params.at;
    n->params_count = (uint32_t)params.len;
    return n;
}

struct inode *parse_primary(struct parse *p)
{
    const struct tok *t = tok(p);
    struct str name;
    switch ((enum tok_kind)t->kind) {
    case TOK_NUMBER: return parse_number(p);
    case TOK_STRING: return parse_literal(p, t, fv_str(t->text.ptr == NULL ? STR("") : t->text));
    case TOK_AT: return parse_at(p);
    case TOK_LPAREN: return parse_parens(p);
    case TOK_LBRACKET: case TOK_RBRACKET: return parse_brackets(p);
    case TOK_LBRACE: return parse_context(p);
    case TOK_RUN: {
        uint32_t used = parse_name(p, false, &name);
        if (used > 0) {
            p->at += used;
            if (str_eq(name, STR("?"))) p->inputs++;
            struct inode *n = parse_node(p, FEEL_NAME, t->off, 0);
            n->n.name = name;
            return n;
        }
        switch ((enum keyword)t->keyword) {
        case KW_TRUE: return parse_literal(p, t, fv_bool(true));
        case KW_FALSE: return parse_literal(p, t, fv_bool(false));
        case KW_NULL: return parse_literal(p, t, fv_null());
        case KW_IF: return parse_if(p);
        case KW_FOR: return parse_loop(p, FEEL_FOR);
        case KW_SOME: return parse_loop(p, FEEL_SOME);
        case KW_EVERY: return parse_loop(p, FEEL_EVERY);
        case KW_FUNCTION: return parse_function(p);
        case KW_NONE: case KW_THEN: case KW_ELSE: case KW_IN: case KW_RETURN: case KW_SATISFIES: case KW_AND: case KW_OR:
        case KW_BETWEEN: case KW_INSTANCE: case KW_OF: case KW_EXTERNAL:
            break;
        }
        return parse_wrong(p, STR("一个值"), STR("a value"));
    }
    case TOK_END: case TOK_RPAREN: case TOK_RBRACE: case TOK_COMMA: case TOK_COLON: case TOK_DOT: case TOK_DOTS: case TOK_ARROW:
    case TOK_PLUS: case TOK_MINUS: case TOK_STAR: case TOK_STARS: case TOK_SLASH: case TOK_APOS: case TOK_EQ: case TOK_NE:
    case TOK_LT: case TOK_LE: case TOK_GT: case TOK_GE:
        break;
    }
    return parse_wrong(p, STR("一个值"), STR("a value"));
}
