/*
 * parse_name.c - where a name ends.
 * A name may be several runs with blanks, and in DMN also . / - ' + * between them.  The longest that is declared wins;
 * where none is, runs with only blanks between them are one (unknown, or a member that only the run can find) name,
 * since two runs side by side mean nothing else.
 */
#include "feel/parse.h"

enum { NAME_TOKENS_MAX = 24, NAME_BYTES_MAX = 400 };

static bool glues(uint8_t kind)
{
    return kind == TOK_DOT || kind == TOK_SLASH || kind == TOK_MINUS || kind == TOK_APOS || kind == TOK_PLUS || kind == TOK_STAR;
}

void parse_special(struct parse *p, struct str name)
{
    if (p->special.len < 2000) (void)map_put(p->s->tmp, &p->special, name, p);
}

static bool has_special(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (strchr(" ./-'+*", s.ptr[i]) != NULL) return true;
    return false;
}

static void special_of_type(struct parse *p, const struct feel_type *t, int depth)
{
    if (t == NULL || depth > 4) return;
    if (t->kind == FT_LIST) special_of_type(p, t->item, depth + 1);
    if (t->kind != FT_CONTEXT) return;
    for (uint32_t i = 0; i < t->members_count; i++) {
        if (has_special(t->members[i].name)) parse_special(p, name_normal(p->s->tmp, t->members[i].name));
        special_of_type(p, t->members[i].type, depth + 1);
    }
}

void parse_special_types(struct parse *p)
{
    for (const struct feel_scope *s = p->scope; s != NULL; s = s->outer)
        for (uint32_t i = 0; i < s->names_count; i++) special_of_type(p, s->names[i].type, 0);
}

static bool declared(const struct parse *p, struct str name, bool after_dot)
{
    if (map_find(&p->special, name) != NULL) return true;
    return !after_dot && (builtin_find(name) != NULL || scope_knows(p->scope, name));
}

/* Append a token to a name in normal form.  False: too long. */
static bool name_add(char *to, size_t *len, const struct tok *t, bool *glue)
{
    bool special = glues(t->kind);
    size_t need = t->text.len + 1;
    if (*len + need > NAME_BYTES_MAX) return false;
    if (*len > 0 && !special && !*glue) to[(*len)++] = ' ';
    memcpy(to + *len, t->text.ptr, t->text.len);
    *len += t->text.len;
    *glue = special;
    return true;
}

uint32_t parse_name(struct parse *p, bool after_dot, struct str *name)
{
    const struct tok *first = tok(p);
    if (first->kind != TOK_RUN) return 0;
    char text[NAME_BYTES_MAX + 8];
    size_t len = 0;
    uint32_t best = first->keyword == KW_NONE ? 1 : 0, plain = best;
    bool glue = false, only_runs = true;
    for (uint32_t n = 0; n < NAME_TOKENS_MAX; n++) {
        const struct tok *t = tok_at(p, n);
        bool word = t->kind == TOK_RUN || t->kind == TOK_NUMBER;
        if (!word && !glues(t->kind)) break;
        /* Two words side by side need a blank: 1e and x2 would be one run otherwise. */
        if (!name_add(text, &len, t, &glue)) break;
        only_runs = only_runs && t->kind == TOK_RUN && t->keyword == KW_NONE && (n == 0 || t->blank);
        if (only_runs) plain = n + 1;
        if (word && n > 0 && declared(p, str_of(text, len), after_dot)) best = n + 1;
    }
    uint32_t used = MAX(best, plain);
    if (used == 0) return 0;
    len = 0;
    glue = false;
    for (uint32_t n = 0; n < used; n++) (void)name_add(text, &len, tok_at(p, n), &glue);
    *name = used == 1 ? first->text : str_dup(p->a, str_of(text, len));
    return used;
}

struct str parse_name_until(struct parse *p, enum tok_kind a, enum tok_kind b, enum tok_kind c, enum keyword k)
{
    char text[NAME_BYTES_MAX + 8];
    size_t len = 0;
    bool glue = false;
    uint32_t n = 0;
    for (;; n++, p->at++) {
        const struct tok *t = tok(p);
        if (t->kind == a || t->kind == b || t->kind == c || (k != KW_NONE && t->keyword == k)) break;
        if (t->kind != TOK_RUN && t->kind != TOK_NUMBER && !glues(t->kind)) break;
        if (n == 0 && t->kind != TOK_RUN) break;
        if (!name_add(text, &len, t, &glue)) break;
    }
    if (n == 0) return STR_NONE;
    struct str name = str_dup(p->a, str_of(text, len));
    if (n > 1) parse_special(p, name);
    return name;
}

static const struct feel_type *type_with(struct parse *p, enum ft_kind kind, const struct feel_type *item, const struct feel_member *m, size_t n)
{
    struct feel_type *t = arena_new(p->a, struct feel_type);
    *t = (struct feel_type){.kind = kind, .item = item, .members = m, .members_count = (uint32_t)n};
    return t;
}

static const struct feel_type *type_context(struct parse *p)
{
    VEC(struct feel_member) members = {0};
    while (tok(p)->kind != TOK_GT) {
        struct str name = tok(p)->kind == TOK_STRING ? tok(p)->text : STR_NONE;
        if (name.ptr != NULL) p->at++;
        else name = parse_name_until(p, TOK_COLON, TOK_GT, TOK_COMMA, KW_NONE);
        if (!parse_take(p, TOK_COLON)) {
            parse_expected(p, STR("“:”"), STR("\":\""));
            break;
        }
        struct feel_member m = {.name = name, .title = name, .type = parse_type(p), .slot = (uint32_t)members.len, .may_be_null = true};
        vec_push(p->a, &members, m);
        if (!parse_take(p, TOK_COMMA)) break;
    }
    return type_with(p, FT_CONTEXT, NULL, members.at, members.len);
}

static const struct feel_type *type_function(struct parse *p)
{
    VEC(struct feel_member) params = {0};
    while (tok(p)->kind != TOK_GT && tok(p)->kind != TOK_END) {
        struct feel_member m = {.type = parse_type(p)};
        vec_push(p->a, &params, m);
        if (!parse_take(p, TOK_COMMA)) break;
    }
    if (!parse_take(p, TOK_GT)) parse_expected(p, STR("“>”"), STR("\">\""));
    const struct feel_type *result = &feel_any;
    if (parse_take(p, TOK_ARROW)) result = parse_type(p);
    static const struct feel_member none;
    return type_with(p, FT_FUNCTION, result, params.len > 0 ? params.at : &none, params.len);
}

/* The longest name of a type that the scope declares.  Returns how many tokens it takes. */
static uint32_t declared_type(struct parse *p, const struct feel_type **out)
{
    char text[NAME_BYTES_MAX + 8];
    size_t len = 0;
    uint32_t best = 0;
    bool glue = false;
    for (uint32_t n = 0; n < NAME_TOKENS_MAX; n++) {
        const struct tok *t = tok_at(p, n);
        if (t->kind != TOK_RUN && t->kind != TOK_NUMBER && !glues(t->kind)) break;
        if (!name_add(text, &len, t, &glue)) break;
        for (const struct feel_scope *s = p->scope; s != NULL; s = s->outer) {
            const struct feel_type *found = s->types == NULL ? NULL : map_find(s->types, str_of(text, len));
            if (found == NULL) continue;
            *out = found;
            best = n + 1;
            break;
        }
    }
    return best;
}

const struct feel_type *parse_type(struct parse *p)
{
    /* The longest type name, so that "date and time" is not "date" and a conjunction. */
    char text[NAME_BYTES_MAX + 8];
    size_t len = 0, best_len = 0;
    uint32_t best = 0;
    bool glue = false;
    if (p->depth >= FEEL_NEST_MAX) {
        parse_expected(p, STR("简单些的类型"), STR("a simpler type"));
        return &feel_any;
    }
    uint32_t from = p->at;
    for (uint32_t n = 0; n < 4 && (tok_at(p, n)->kind == TOK_RUN); n++) {
        if (!name_add(text, &len, tok_at(p, n), &glue)) break;
        if (type_by_name(str_of(text, len)) != NULL) {
            best = n + 1;
            best_len = len;
        }
    }
    const struct feel_type *own = NULL;
    uint32_t own_tokens = declared_type(p, &own);
    if (own_tokens > 0 && own_tokens >= best) {
        p->at += own_tokens;
        return own;
    }
    if (best == 0) {
        const struct tok *t = tok(p);
        if (t->kind != TOK_RUN) {
            parse_expected(p, STR("类型的名字"), STR("the name of a type"));
        } else {
            struct str near = type_nearest_name(t->text);
            parse_mistake(p, &E_feel_bad_type, t->off, t->len, t->text, near, STR_NONE);
            p->at++;
        }
        return &feel_any;
    }
    const struct feel_type *t = type_by_name(str_of(text, best_len));
    p->at += best;
    (void)from;
    if (tok(p)->kind != TOK_LT) return t;
    p->depth++;
    if (t->kind == FT_LIST || t->kind == FT_RANGE) {
        p->at++;
        t = type_with(p, t->kind, parse_type(p), NULL, 0);
        if (!parse_take(p, TOK_GT)) parse_expected(p, STR("“>”"), STR("\">\""));
    } else if (t->kind == FT_CONTEXT) {
        p->at++;
        t = type_context(p);
        if (!parse_take(p, TOK_GT)) parse_expected(p, STR("“>”"), STR("\">\""));
    } else if (t->kind == FT_FUNCTION) {
        p->at++;
        t = type_function(p);
    }
    p->depth--;
    return t;
}
