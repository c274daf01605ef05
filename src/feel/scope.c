/* scope.c - names: sealing scopes, registers and code tables, and everything that a bare name may mean at a place. */
#include "feel/inner.h"

static void put_names(struct arena *a, struct map *m, struct str name, struct str title, const void *value)
{
    void *v = (void *)(uintptr_t)value; /* a map holds pointers of any kind; ours are only read */
    if (name.len > 0) (void)map_put(a, m, name_normal(a, name), v);
    if (title.len > 0 && !str_eq(title, name)) (void)map_put(a, m, name_normal(a, title), v);
}

/* At most so many keys: a name, and a title that is another. */
static size_t names_of(uint32_t count, const struct feel_member *members, const struct feel_name *names)
{
    size_t n = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct str name = members != NULL ? members[i].name : names[i].name, title = members != NULL ? members[i].title : names[i].title;
        n += (size_t)(name.len > 0) + (size_t)(title.len > 0 && !str_eq(title, name));
    }
    return n;
}

void feel_register_seal(struct arena *a, struct feel_register *r)
{
    r->by_name = (struct map){0};
    map_room(a, &r->by_name, names_of(r->members_count, r->members, NULL));
    for (uint32_t i = 0; i < r->members_count; i++) put_names(a, &r->by_name, r->members[i].name, r->members[i].title, &r->members[i]);
}

void feel_codes_seal(struct arena *a, struct feel_codes *c)
{
    c->by_text = (struct map){0};
    map_room(a, &c->by_text, 2 * (size_t)c->rows_count);
    for (uint32_t i = 0; i < c->rows_count; i++) (void)map_put(a, &c->by_text, c->code[i], (void *)(uintptr_t)(i + 1));
    for (uint32_t i = 0; i < c->rows_count; i++) (void)map_put(a, &c->by_text, c->row_title[i], (void *)(uintptr_t)(i + 1));
}

bool feel_codes_find(const struct feel_codes *c, struct str code_or_title, uint32_t *row)
{
    uintptr_t at = (uintptr_t)map_find(&c->by_text, code_or_title);
    if (at == 0) return false;
    *row = (uint32_t)at - 1;
    return true;
}

void feel_scope_seal(struct arena *a, struct feel_scope *s)
{
    s->by_name = (struct map){0};
    map_room(a, &s->by_name, names_of(s->names_count, NULL, s->names));
    for (uint32_t i = 0; i < s->names_count; i++) put_names(a, &s->by_name, s->names[i].name, s->names[i].title, &s->names[i]);
}

bool scope_knows(const struct feel_scope *scope, struct str name)
{
    for (; scope != NULL; scope = scope->outer) {
        if (map_find(&scope->by_name, name) != NULL) return true;
        for (uint32_t i = 0; i < scope->names_count; i++) {
            const struct feel_name *n = &scope->names[i];
            if (n->kind == FN_THIS && n->type != NULL && member_find(n->type, name) != NULL) return true;
        }
    }
    return false;
}

uint32_t scope_input_slot(const struct feel_scope *scope)
{
    uint32_t next = 0;
    for (; scope != NULL; scope = scope->outer)
        for (uint32_t i = 0; i < scope->names_count; i++) {
            const struct feel_name *n = &scope->names[i];
            if ((n->kind == FN_VARIABLE || n->kind == FN_THIS) && n->slot >= next) next = n->slot + 1;
        }
    return next;
}

const struct feel_register *scope_this_register(const struct feel_scope *scope)
{
    for (; scope != NULL; scope = scope->outer)
        for (uint32_t i = 0; i < scope->names_count; i++)
            if (scope->names[i].kind == FN_THIS && scope->names[i].type != NULL) return scope->names[i].type->reg;
    return NULL;
}

/* All meanings of a name, innermost first: locals and items, then the scopes outwards, then built-in functions. */
uint32_t scope_find(const struct check *c, struct str name, struct meaning out[MEANINGS_MAX])
{
    uint32_t n = 0;
    for (size_t i = c->locals.len; i-- > 0 && n < MEANINGS_MAX;) {
        const struct local *l = &c->locals.at[i];
        const struct feel_member *own = l->is_item ? member_find(l->type, name) : NULL;
        if (own != NULL && str_eq(l->name, name)) {
            out[n++] = (struct meaning){.local = l, .member = own}; /* the item has a member called item */
        } else if (str_eq(l->name, name)) {
            bool hidden = false; /* the item of an outer filter is behind that of the inner one */
            for (uint32_t k = 0; k < n; k++) hidden = hidden || (l->is_item && out[k].local != NULL && out[k].local->is_item && out[k].member == NULL);
            if (!hidden) out[n++] = (struct meaning){.local = l};
        } else if (l->is_item) {
            const struct feel_member *m = member_find(l->type, name);
            if (m != NULL) out[n++] = (struct meaning){.local = l, .member = m};
        }
    }
    for (const struct feel_scope *s = c->scope; s != NULL; s = s->outer) {
        const struct feel_name *f = map_find(&s->by_name, name);
        if (f != NULL && n < MEANINGS_MAX) out[n++] = (struct meaning){.name = f};
        for (uint32_t i = 0; i < s->names_count && n < MEANINGS_MAX; i++) {
            const struct feel_name *t = &s->names[i];
            const struct feel_member *m = t->kind == FN_THIS && t->type != NULL ? member_find(t->type, name) : NULL;
            if (m != NULL) out[n++] = (struct meaning){.name = t, .member = m};
        }
    }
    const struct builtin *b = builtin_find(name);
    if (b != NULL && n < MEANINGS_MAX) out[n++] = (struct meaning){.builtin = b};
    return n;
}

static void gather(struct arena *a, struct str **at, size_t *len, size_t *cap, struct str name)
{
    if (name.len == 0 || *len >= 4000) return;
    if (*len == *cap) {
        size_t more = *cap == 0 ? 64 : *cap * 2;
        struct str *p = arena_array(a, struct str, more);
        if (*len > 0) memcpy(p, *at, *len * sizeof *p);
        *at = p;
        *cap = more;
    }
    (*at)[(*len)++] = name;
}

static void gather_members(struct arena *a, struct str **at, size_t *len, size_t *cap, const struct feel_type *t)
{
    const struct feel_member *m = t->kind == FT_RECORD && t->reg != NULL ? t->reg->members : t->kind == FT_CONTEXT ? t->members : NULL;
    uint32_t n = t->kind == FT_RECORD && t->reg != NULL ? t->reg->members_count : t->kind == FT_CONTEXT ? t->members_count : 0;
    for (uint32_t i = 0; m != NULL && i < n; i++) {
        gather(a, at, len, cap, m[i].title);
        gather(a, at, len, cap, m[i].name);
    }
}

struct str scope_nearest(const struct check *c, struct str wrong)
{
    struct str *names = NULL;
    size_t len = 0, cap = 0;
    for (size_t i = c->locals.len; i-- > 0;) {
        gather(c->a, &names, &len, &cap, c->locals.at[i].name);
        if (c->locals.at[i].is_item) gather_members(c->a, &names, &len, &cap, c->locals.at[i].type);
    }
    for (const struct feel_scope *s = c->scope; s != NULL; s = s->outer)
        for (uint32_t i = 0; i < s->names_count; i++) {
            gather(c->a, &names, &len, &cap, s->names[i].title);
            gather(c->a, &names, &len, &cap, s->names[i].name);
            if (s->names[i].kind == FN_THIS && s->names[i].type != NULL) gather_members(c->a, &names, &len, &cap, s->names[i].type);
        }
    struct str best = nearest_name(wrong, len, names);
    return best.len > 0 ? best : builtin_nearest(wrong);
}

const struct err_kind *feel_title_check(struct str title)
{
    if (title.len == 0) return &E_feel_title_empty;
    if (!utf8_ok(title, NULL)) return &E_feel_title_char;
    struct arena a;
    arena_init(&a, title.len * 16 + 65536);
    bool nfc = title.len > 4096 || str_eq(uni_nfc(&a, title), title);
    arena_fini(&a);
    if (!nfc) return &E_feel_title_nfc;
    size_t at = 0, run = 0;
    uint32_t first = utf8_next(title, &at);
    if (!is_name_start(first) || first == '?') return &E_feel_title_start;
    bool blank = false;
    for (at = 0; at <= title.len;) {
        size_t here = at;
        uint32_t c = at < title.len ? utf8_next(title, &at) : ' ';
        if (c == ' ') {
            if (blank && here < title.len) return &E_feel_title_char; /* single blanks only */
            if (keyword_of(str_sub(title, run, here)) != KW_NONE) return &E_feel_title_keyword;
            blank = true;
            run = here + 1;
            if (here >= title.len) break;
            continue;
        }
        blank = false;
        if (!is_name_part(c) || c == '?' || c == 0x200c || c == 0x200d || (c >= 0x3000 && c <= 0x303f && c != 0x3005 && c != 0x3007) ||
            (c >= 0xff00 && c <= 0xffef) || (c >= 0xfe00 && c <= 0xfe0f) || (c >= 0xe000 && c <= 0xf8ff))
            return &E_feel_title_char;
    }
    if (title.ptr[title.len - 1] == ' ') return &E_feel_title_char;
    return feel_is_builtin(title) ? &E_feel_title_keyword : NULL;
}

bool feel_is_builtin(struct str name) { return builtin_find(name) != NULL; }

bool feel_is_ours(struct str name)
{
    const struct builtin *b = builtin_find(name);
    return b != NULL && (b->flags & BI_OURS) != 0;
}
