/*
 * parse.c - tokens into a tree, by recursive descent.
 * Binding, loosest first: or; and; comparisons, between, in; + -; * /; **; unary -; instance of; path, filter, call.
 * `in` takes one test, so that it binds tighter than `and`.  After a mistake the parser skips to the next comma, closing
 * bracket or keyword at its level and goes on.  Depth and the number of mistakes have limits.
 */
#include "feel/parse.h"

static struct inode *parse_expression(struct parse *p);
static struct inode *parse_additive(struct parse *p);

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

static uint32_t end_of_previous(const struct parse *p)
{
    if (p->at == 0) return 0;
    const struct tok *t = &p->toks[p->at - 1];
    return t->off + t->len;
}

static struct inode *make(struct parse *p, enum feel_op op, uint32_t from, uint32_t kids)
{
    uint32_t end = end_of_previous(p);
    return node_make(p->a, op, place_in(p->s, from, end > from ? end - from : 1), kids);
}

static void set_kid(struct parse *p, struct inode *n, uint32_t i, struct inode *k)
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

static struct inode *make1(struct parse *p, enum feel_op op, uint32_t from, struct inode *x)
{
    struct inode *n = make(p, op, from, 1);
    set_kid(p, n, 0, x);
    return n;
}

static struct inode *make2(struct parse *p, enum feel_op op, struct inode *x, struct inode *y)
{
    struct inode *n = make(p, op, x->n.place.off, 2);
    set_kid(p, n, 0, x);
    set_kid(p, n, 1, y);
    return n;
}

struct inodes {
    VEC(struct inode *) v;
};

static struct inode *make_list(struct parse *p, enum feel_op op, uint32_t from, const struct inodes *kids)
{
    struct inode *n = make(p, op, from, (uint32_t)kids->v.len);
    for (uint32_t i = 0; i < kids->v.len; i++) set_kid(p, n, i, kids->v.at[i]);
    return n;
}

/* Go on behind a mistake: to the next comma, closing bracket or keyword of this level. */
static void skip(struct parse *p)
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

static struct inode *wrong(struct parse *p, struct str zh, struct str en)
{
    parse_expected(p, zh, en);
    return make(p, FEEL_MISTAKE, tok(p)->off, 0);
}

/* The closing bracket of one that was opened at `open`. */
static void close_bracket(struct parse *p, enum tok_kind k, const struct tok *open, struct str closing)
{
    if (parse_take(p, k)) return;
    if (tok(p)->kind == TOK_END) {
        parse_mistake(p, &E_feel_unclosed, open->off, open->len, open->text, closing, STR_NONE);
        return;
    }
    struct str quoted = str_cat(p->a, STR("“"), closing, STR("”")), en = str_cat(p->a, STR("\""), closing, STR("\""));
    parse_expected(p, quoted, en);
    skip(p);
    (void)parse_take(p, k);
}

/* ---- primary ---- */

static struct inode *literal(struct parse *p, const struct tok *t, struct fv v)
{
    p->at++;
    struct inode *n = make(p, FEEL_LITERAL, t->off, 0);
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
    return literal(p, t, fv_num(d));
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
    return literal(p, t, v);
}

static bool is_test_op(uint8_t kind)
{
    return kind == TOK_LT || kind == TOK_LE || kind == TOK_GT || kind == TOK_GE || kind == TOK_EQ || kind == TOK_NE;
}

/* One test: "< 5", or an expression; `whole` inside brackets and commas, else only up to the next `and`. */
static struct inode *parse_test(struct parse *p, bool whole)
{
    const struct tok *t = tok(p);
    if (is_test_op(t->kind)) {
        p->at++;
        struct inode *n = make1(p, FEEL_TEST, t->off, parse_additive(p));
        n->n.name = t->text;
        n->n.place = place_in(p->s, t->off, end_of_previous(p) - t->off);
        return n;
    }
    uint32_t inputs = p->inputs;
    struct inode *x = whole ? parse_expression(p) : parse_additive(p);
    if (p->tests && p->inputs > inputs) {
        x = make1(p, FEEL_TEST, t->off, x); /* it speaks of the input itself: a condition, not a value */
        x->n.name = STR("?");
    }
    return x;
}

static struct inode *make_range(struct parse *p, const struct tok *open, struct inode *low)
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
    struct inode *n = make(p, FEEL_RANGE, open->off, 2);
    set_kid(p, n, 0, low);
    set_kid(p, n, 1, high);
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
    close_bracket(p, TOK_RPAREN, open, STR(")"));
    if (op->kind == TOK_NE || op->kind == TOK_EQ) {
        struct inode *t = make1(p, FEEL_TEST, op->off, end);
        t->n.name = op->text;
        return t;
    }
    struct inode *none = node_null(p->a, end->n.place), *n = make(p, FEEL_RANGE, open->off, 2);
    none->n.name = STR("open");
    bool low = op->kind == TOK_GT || op->kind == TOK_GE;
    set_kid(p, n, 0, low ? end : none);
    set_kid(p, n, 1, low ? none : end);
    n->low_open = op->kind != TOK_GE;
    n->high_open = op->kind != TOK_LE;
    n->sign = low ? '>' : '<';
    return n;
}

static struct inode *parse_parens(struct parse *p)
{
    const struct tok *open = tok(p);
    p->at++;
    if (is_test_op(tok(p)->kind)) return parse_half_range(p, open);
    struct inode *x = parse_expression(p);
    if (tok(p)->kind == TOK_DOTS) return make_range(p, open, x);
    close_bracket(p, TOK_RPAREN, open, STR(")"));
    x->in_parens = true;
    x->n.place = place_in(p->s, open->off, end_of_previous(p) - open->off);
    return x;
}

static struct inode *parse_brackets(struct parse *p)
{
    const struct tok *open = tok(p);
    p->at++;
    struct inodes items = {0};
    if (open->kind == TOK_LBRACKET && parse_take(p, TOK_RBRACKET)) return make_list(p, FEEL_LIST, open->off, &items);
    for (bool first = true;; first = false) {
        struct inode *x = is_test_op(tok(p)->kind) ? parse_test(p, true) : parse_expression(p);
        if (first && tok(p)->kind == TOK_DOTS) return make_range(p, open, x);
        if (open->kind == TOK_RBRACKET) return wrong(p, STR("“..”"), STR("\"..\""));
        vec_push(p->a, &items.v, x);
        if (tok(p)->kind != TOK_COMMA && tok(p)->kind != TOK_RBRACKET && tok(p)->kind != TOK_END) {
            parse_expected(p, STR("“,”或“]”"), STR("\",\" or \"]\""));
            skip(p);
        }
        if (!parse_take(p, TOK_COMMA)) break;
    }
    close_bracket(p, TOK_RBRACKET, open, STR("]"));
    return make_list(p, FEEL_LIST, open->off, &items);
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
            skip(p);
        } else {
            struct inode *e = make1(p, FEEL_ENTRY, t->off, parse_expression(p));
            e->n.name = key;
            e->n.place = place_in(p->s, t->off, end_of_previous(p) - t->off);
            vec_push(p->a, &entries.v, e);
        }
        if (tok(p)->kind != TOK_COMMA && tok(p)->kind != TOK_RBRACE && tok(p)->kind != TOK_END) {
            parse_expected(p, STR("“,”或“}”"), STR("\",\" or \"}\""));
            skip(p);
            if (tok(p)->kind == TOK_RPAREN || tok(p)->kind == TOK_RBRACKET || tok(p)->keyword != KW_NONE) break;
        }
        if (!parse_take(p, TOK_COMMA)) break;
    }
    close_bracket(p, TOK_RBRACE, open, STR("}"));
    return make_list(p, FEEL_CONTEXT, open->off, &entries);
}

static struct inode *parse_if(struct parse *p)
{
    uint32_t from = tok(p)->off;
    p->at++;
    struct inode *c = parse_expression(p), *t, *e;
    if (!parse_word(p, KW_THEN)) {
        parse_expected(p, STR("then"), STR("then"));
        skip(p);
        (void)parse_word(p, KW_THEN);
    }
    t = parse_expression(p);
    if (parse_word(p, KW_ELSE)) {
        e = parse_expression(p);
    } else {
        e = wrong(p, STR("else"), STR("else"));
    }
    struct inode *n = make(p, FEEL_IF, from, 3);
    set_kid(p, n, 0, c);
    set_kid(p, n, 1, t);
    set_kid(p, n, 2, e);
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
            skip(p);
        }
        uint32_t name_len = end_of_previous(p) > t->off ? end_of_previous(p) - t->off : 1;
        if (!parse_word(p, KW_IN)) parse_expected(p, STR("in"), STR("in"));
        struct inode *list = parse_expression(p), *last = NULL;
        if (parse_take(p, TOK_DOTS)) last = parse_expression(p);
        struct inode *it = make(p, FEEL_ITER, t->off, last == NULL ? 1 : 2);
        set_kid(p, it, 0, list);
        if (last != NULL) set_kid(p, it, 1, last);
        it->n.name = name;
        it->range_iter = last != NULL;
        it->n.place = place_in(p->s, t->off, name_len);
        vec_push(p->a, &kids.v, it);
        if (kids.v.len >= FEEL_NEST_MAX) break;
        if (parse_take(p, TOK_COMMA)) continue;
        if (tok(p)->kind == TOK_RUN && tok(p)->keyword == KW_NONE && op != FEEL_FOR && tok_at(p, 1)->keyword == KW_IN) continue;
        break;
    }
    if (!parse_word(p, end)) {
        struct str word = op == FEEL_FOR ? STR("return") : STR("satisfies");
        parse_expected(p, word, word);
        skip(p);
        (void)parse_word(p, end);
    }
    vec_push(p->a, &kids.v, parse_expression(p));
    return make_list(p, op, from, &kids);
}

static struct inode *parse_function(struct parse *p)
{
    const struct tok *first = tok(p);
    p->at++;
    const struct tok *open = tok(p);
    if (!parse_take(p, TOK_LPAREN)) return wrong(p, STR("“(”"), STR("\"(\""));
    VEC(struct feel_member) params = {0};
    while (tok(p)->kind != TOK_RPAREN && tok(p)->kind != TOK_END) {
        struct str name = parse_name_until(p, TOK_COMMA, TOK_COLON, TOK_RPAREN, KW_NONE);
        if (name.ptr == NULL) {
            parse_expected(p, STR("参数的名字"), STR("the name of a parameter"));
            skip(p);
        }
        struct feel_member m = {.name = name, .title = name, .type = &feel_any, .may_be_null = true};
        if (parse_take(p, TOK_COLON)) m.type = parse_type(p);
        vec_push(p->a, &params, m);
        if (!parse_take(p, TOK_COMMA)) break;
    }
    close_bracket(p, TOK_RPAREN, open, STR(")"));
    const struct tok *t = tok(p);
    if (parse_word(p, KW_EXTERNAL)) {
        parse_mistake(p, &E_feel_external, t->off, t->len, STR_NONE, STR_NONE, STR_NONE);
        (void)parse_expression(p);
        return make(p, FEEL_MISTAKE, first->off, 0);
    }
    struct inode *n = make1(p, FEEL_FUNCTION, first->off, parse_expression(p));
    n->n.place = place_in(p->s, first->off, end_of_previous(p) - first->off);
    n->params = params.at;
    n->params_count = (uint32_t)params.len;
    return n;
}

static struct inode *parse_primary(struct parse *p)
{
    const struct tok *t = tok(p);
    struct str name;
    switch ((enum tok_kind)t->kind) {
    case TOK_NUMBER: return parse_number(p);
    case TOK_STRING: return literal(p, t, fv_str(t->text.ptr == NULL ? STR("") : t->text));
    case TOK_AT: return parse_at(p);
    case TOK_LPAREN: return parse_parens(p);
    case TOK_LBRACKET: case TOK_RBRACKET: return parse_brackets(p);
    case TOK_LBRACE: return parse_context(p);
    case TOK_RUN: {
        uint32_t used = parse_name(p, false, &name);
        if (used > 0) {
            p->at += used;
            if (str_eq(name, STR("?"))) p->inputs++;
            struct inode *n = make(p, FEEL_NAME, t->off, 0);
            n->n.name = name;
            return n;
        }
        switch ((enum keyword)t->keyword) {
        case KW_TRUE: return literal(p, t, fv_bool(true));
        case KW_FALSE: return literal(p, t, fv_bool(false));
        case KW_NULL: return literal(p, t, fv_null());
        case KW_IF: return parse_if(p);
        case KW_FOR: return parse_loop(p, FEEL_FOR);
        case KW_SOME: return parse_loop(p, FEEL_SOME);
        case KW_EVERY: return parse_loop(p, FEEL_EVERY);
        case KW_FUNCTION: return parse_function(p);
        case KW_NONE: case KW_THEN: case KW_ELSE: case KW_IN: case KW_RETURN: case KW_SATISFIES: case KW_AND: case KW_OR:
        case KW_BETWEEN: case KW_INSTANCE: case KW_OF: case KW_EXTERNAL:
            break;
        }
        return wrong(p, STR("一个值"), STR("a value"));
    }
    case TOK_END: case TOK_RPAREN: case TOK_RBRACE: case TOK_COMMA: case TOK_COLON: case TOK_DOT: case TOK_DOTS: case TOK_ARROW:
    case TOK_PLUS: case TOK_MINUS: case TOK_STAR: case TOK_STARS: case TOK_SLASH: case TOK_APOS: case TOK_EQ: case TOK_NE:
    case TOK_LT: case TOK_LE: case TOK_GT: case TOK_GE:
        break;
    }
    return wrong(p, STR("一个值"), STR("a value"));
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
    vec_push(p->a, &args.v, callee);
    bool named = false;
    while (tok(p)->kind != TOK_RPAREN && tok(p)->kind != TOK_END) {
        struct str name = STR_NONE;
        if (at_named_argument(p)) {
            name = parse_name_until(p, TOK_COLON, TOK_COMMA, TOK_RPAREN, KW_NONE);
            p->at++;
            named = true;
        }
        /* `not(< 5)` and the like: a test where an argument stands */
        struct inode *x = is_test_op(tok(p)->kind) ? parse_test(p, true) : parse_expression(p);
        if (name.ptr != NULL) {
            struct inode *e = make1(p, FEEL_ENTRY, x->n.place.off, x);
            e->n.name = name;
            x = e;
        }
        vec_push(p->a, &args.v, x);
        if (tok(p)->kind != TOK_COMMA && tok(p)->kind != TOK_RPAREN && tok(p)->kind != TOK_END) {
            parse_expected(p, STR("“,”或“)”"), STR("\",\" or \")\""));
            skip(p);
            if (tok(p)->kind != TOK_COMMA && tok(p)->kind != TOK_RPAREN) break;
        }
        if (!parse_take(p, TOK_COMMA)) break;
    }
    close_bracket(p, TOK_RPAREN, open, STR(")"));
    struct inode *n = make_list(p, FEEL_CALL_NAMED, callee->n.place.off, &args);
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
            x = make1(p, FEEL_MEMBER, x->n.place.off, x);
            x->n.name = name;
        } else if (t->kind == TOK_LBRACKET && !closes_range(p)) {
            p->at++;
            bool before = p->range_end;
            p->range_end = false;
            struct inode *cond = parse_expression(p);
            p->range_end = before;
            close_bracket(p, TOK_RBRACKET, t, STR("]"));
            x = make2(p, FEEL_FILTER, x, cond);
            x->n.place = place_in(p->s, kid_mut(&x->n, 0)->n.place.off, end_of_previous(p) - kid_mut(&x->n, 0)->n.place.off);
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
        x = make1(p, FEEL_INSTANCE_OF, x->n.place.off, x);
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
        return make(p, FEEL_MISTAKE, t->off, 0);
    }
    p->at++;
    struct inode *x = parse_unary(p);
    p->depth--;
    if (x->n.op == FEEL_LITERAL && x->n.value.kind == FV_NUMBER && !x->in_parens) { /* -5 is a number */
        x->n.value = fv_num(dec_neg(x->n.value.num));
        x->n.place = place_in(p->s, t->off, end_of_previous(p) - t->off);
        return x;
    }
    return make1(p, FEEL_NEG, t->off, x);
}

static struct inode *parse_power(struct parse *p)
{
    struct inode *x = parse_unary(p);
    while (tok(p)->kind == TOK_STARS) {
        p->at++;
        x = make2(p, FEEL_POW, x, parse_unary(p));
    }
    return x;
}

static struct inode *parse_times(struct parse *p)
{
    struct inode *x = parse_power(p);
    while (tok(p)->kind == TOK_STAR || tok(p)->kind == TOK_SLASH) {
        enum feel_op op = tok(p)->kind == TOK_STAR ? FEEL_MUL : FEEL_DIV;
        p->at++;
        x = make2(p, op, x, parse_power(p));
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

static struct inode *parse_additive(struct parse *p)
{
    warn_date(p);
    struct inode *x = parse_times(p);
    while (tok(p)->kind == TOK_PLUS || tok(p)->kind == TOK_MINUS) {
        enum feel_op op = tok(p)->kind == TOK_PLUS ? FEEL_ADD : FEEL_SUB;
        p->at++;
        x = make2(p, op, x, parse_times(p));
    }
    return x;
}

static struct inode *parse_in(struct parse *p, struct inode *x)
{
    struct inodes kids = {0};
    vec_push(p->a, &kids.v, x);
    uint32_t from = p->at, mistakes = p->mistakes;
    const struct tok *open = tok(p);
    if (parse_take(p, TOK_LPAREN)) {
        bool range = false;
        for (;;) {
            struct inode *t = parse_test(p, true);
            if (kids.v.len == 1 && tok(p)->kind == TOK_DOTS) {
                t = make_range(p, open, t);
                range = true;
            }
            vec_push(p->a, &kids.v, t);
            if (range || !parse_take(p, TOK_COMMA)) break;
        }
        if (!range) close_bracket(p, TOK_RPAREN, open, STR(")"));
        uint8_t k = tok(p)->kind;
        bool goes_on = k == TOK_DOT || k == TOK_LBRACKET || k == TOK_PLUS || k == TOK_MINUS || k == TOK_STAR || k == TOK_SLASH || k == TOK_STARS;
        if (!goes_on || p->mistakes > mistakes || kids.v.len > 2) return make_list(p, FEEL_IN, x->n.place.off, &kids);
        kids.v.len = 1; /* the bracket was only the beginning of a value */
        p->at = from;
    }
    vec_push(p->a, &kids.v, parse_test(p, false));
    return make_list(p, FEEL_IN, x->n.place.off, &kids);
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
            struct inode *n = make(p, FEEL_BETWEEN, x->n.place.off, 3);
            set_kid(p, n, 0, x);
            set_kid(p, n, 1, low);
            set_kid(p, n, 2, high);
            x = n;
        } else {
            x = make2(p, op, x, parse_additive(p));
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
    vec_push(p->a, &kids.v, x);
    while (parse_word(p, word)) {
        struct inode *y = is_or ? parse_joined(p, false) : parse_comparison(p);
        vec_push(p->a, &kids.v, y);
    }
    return make_list(p, is_or ? FEEL_OR : FEEL_AND, x->n.place.off, &kids);
}

static struct inode *parse_expression(struct parse *p)
{
    if (p->depth >= FEEL_NEST_MAX) {
        const struct tok *t = tok(p);
        parse_mistake(p, &E_feel_too_deep, t->off, MAX(t->len, 1u), str_u64(p->a, FEEL_NEST_MAX), STR_NONE, STR_NONE);
        p->hopeless = true;
        p->at = p->count - 1;
        return make(p, FEEL_MISTAKE, t->off, 0);
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
    if (tok(p)->kind == TOK_MINUS && tok_at(p, 1)->kind == TOK_END) return literal(p, tok(p), fv_bool(true));
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
    vec_push(p->a, &kids.v, input_node(p));
    do vec_push(p->a, &kids.v, parse_test(p, true));
    while (parse_take(p, TOK_COMMA));
    if (negate) close_bracket(p, TOK_RPAREN, open, STR(")"));
    struct inode *in = make_list(p, FEEL_IN, first->off, &kids);
    if (!negate) return in;
    struct inodes call = {0};
    struct inode *name = node_make(p->a, FEEL_NAME, place_in(p->s, first->off, first->len), 0);
    name->n.name = STR("not");
    vec_push(p->a, &call.v, name);
    vec_push(p->a, &call.v, in);
    return make_list(p, FEEL_CALL_NAMED, first->off, &call);
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
