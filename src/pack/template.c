/*
 * template.c - declarations written once with holes, and used many times.
 * What a use puts in keeps the use's place; the rest keeps the template's, and every mistake names the use.
 */
#include "pack/inner.h"

enum hole_type { HOLE_FEEL, HOLE_TEXT, HOLE_NAME, HOLE_NUMBER, HOLE_CITE };
static const struct str hole_words[] = {STR_INIT("feel"), STR_INIT("text"), STR_INIT("name"), STR_INIT("number"), STR_INIT("cite")};

struct hole {
    struct str name;
    int type;
    const struct ynode *value; /* of the use, or the default */
    bool used;
};
struct expansion {
    struct load *l;
    const struct use_site *via;
    struct hole *holes;
    uint32_t holes_count;
    bool good;
};

static bool hole_char(char c, bool first) { return (c >= 'a' && c <= 'z') || (!first && ((c >= '0' && c <= '9') || c == '_')); }

/* A `$name` at `at`: its length with the sign, or 0. */
static size_t hole_len(struct str s, size_t at)
{
    if (s.ptr[at] != '$') return 0;
    size_t n = 1;
    while (at + n < s.len && hole_char(s.ptr[at + n], n == 1)) n++;
    return n > 1 ? n : 0;
}

static struct hole *hole_find(struct expansion *x, struct str name)
{
    for (uint32_t i = 0; i < x->holes_count; i++)
        if (str_eq(x->holes[i].name, name)) return &x->holes[i];
    return NULL;
}

struct pieces {
    struct buf text;
    VEC(struct yseg) segs;
};

static void piece(struct expansion *x, struct pieces *p, const struct ynode *n, size_t from, size_t to)
{
    struct yseg seg = {.off = (uint32_t)p->text.len, .at = y_place(n, from, to - from)};
    vec_push(x->l->nodes, &p->segs, seg);
    for (uint32_t i = 0; i < n->segs_count; i++)
        if (n->segs[i].off > from && n->segs[i].off < to) {
            seg = (struct yseg){.off = (uint32_t)(p->text.len + n->segs[i].off - from), .at = n->segs[i].at};
            vec_push(x->l->nodes, &p->segs, seg);
        }
    buf_str(&p->text, str_sub(n->text, from, to));
}

static struct ynode *fill(struct expansion *x, const struct ynode *n);

static struct ynode *fill_scalar(struct expansion *x, const struct ynode *n)
{
    struct arena *a = x->l->nodes;
    struct ynode *out = arena_new(a, struct ynode);
    *out = *n;
    out->via = x->via;
    if (str_find_char(n->text, '$') == SIZE_MAX) return out;
    if (hole_len(n->text, 0) == n->text.len) { /* the whole value is one hole */
        struct hole *h = hole_find(x, str_sub(n->text, 1, n->text.len));
        if (h != NULL && h->value != NULL) {
            h->used = true;
            struct ynode *value = arena_new(a, struct ynode);
            *value = *h->value;
            value->via = x->via;
            return value;
        }
    }
    struct pieces p = {0};
    buf_init(&p.text, BLOCK_MAX);
    size_t from = 0;
    for (size_t at = 0; at < n->text.len;) {
        size_t len = hole_len(n->text, at);
        if (len == 0) {
            at++;
            continue;
        }
        struct str name = str_sub(n->text, at + 1, at + len);
        struct hole *h = hole_find(x, name);
        if (h == NULL) {
            struct str names[64];
            uint32_t count = MIN(x->holes_count, 64u);
            for (uint32_t i = 0; i < count; i++) names[i] = x->holes[i].name;
            bad_part(x->l, n, at, len, &E_pack_hole, x->via->template_name, name, nearest_name(name, count, names));
            x->good = false;
        } else if (h->value != NULL) {
            h->used = true;
            if (at > from) piece(x, &p, n, from, at);
            if (h->value->kind != Y_SCALAR) {
                bad_part(x->l, n, at, len, &E_pack_hole_type, name, STR("一段文字"), STR("a text"));
                x->good = false;
            } else {
                struct yseg seg = {.off = (uint32_t)p.text.len, .at = y_place(h->value, 0, 1)};
                if (h->type == HOLE_FEEL) {
                    vec_push(a, &p.segs, seg);
                    buf_char(&p.text, '(');
                }
                piece(x, &p, h->value, 0, h->value->text.len);
                if (h->type == HOLE_FEEL) {
                    seg = (struct yseg){.off = (uint32_t)p.text.len, .at = y_place(h->value, h->value->text.len - 1, 1)}; /* values are not empty */
                    vec_push(a, &p.segs, seg);
                    buf_char(&p.text, ')');
                }
            }
            from = at + len;
        }
        at += len;
    }
    if (from < n->text.len) piece(x, &p, n, from, n->text.len);
    if (buf_failed(&p.text)) {
        bad(x->l, n, &E_pack_too_large, STR("展开后的文字"), STR("64 KiB"));
        x->good = false;
    } else {
        out->text = str_dup(x->l->a, buf_view(&p.text));
        out->segs = p.segs.at;
        out->segs_count = (uint32_t)p.segs.len;
        out->empty = out->text.len == 0;
        if (p.segs.len > 0) out->at = p.segs.at[0].at;
    }
    buf_fini(&p.text);
    return out;
}

static struct ynode *fill(struct expansion *x, const struct ynode *n)
{
    if (n->kind == Y_SCALAR) return fill_scalar(x, n);
    struct ynode *out = arena_new(x->l->nodes, struct ynode);
    *out = *n;
    out->via = x->via;
    out->kids = arena_array(x->l->nodes, struct ynode *, n->count + 1);
    if (n->kind == Y_MAP) out->keys = arena_array(x->l->nodes, struct ynode *, n->count + 1);
    for (uint32_t i = 0; i < n->count; i++) {
        if (n->kind == Y_MAP) out->keys[i] = fill_scalar(x, n->keys[i]);
        out->kids[i] = n->kids[i] == NULL ? NULL : fill(x, n->kids[i]);
    }
    return out;
}

static bool value_fits(int type, const struct ynode *v)
{
    if (type == HOLE_CITE) return v->kind == Y_LIST || (v->kind == Y_SCALAR && !v->empty);
    if (v->kind != Y_SCALAR || v->empty) return false;
    struct dec d;
    if (type == HOLE_NUMBER) return dec_parse(v->text, &d);
    if (type == HOLE_NAME) return name_ok(v->text, false) || feel_title_check(v->text) == NULL;
    return true;
}

static void holes_fill(struct expansion *x, struct decl *t, struct decl *use, const struct ynode *with)
{
    static const struct str type_zh[] = {STR_INIT("表达式"), STR_INIT("文字"), STR_INIT("名称"), STR_INIT("数"), STR_INIT("依据")};
    static const struct str type_en[] = {STR_INIT("an expression"), STR_INIT("a text"), STR_INIT("a name"), STR_INIT("a number"), STR_INIT("a citation")};
    const struct ynode *declared = Y_GET(t->node, "with");
    x->holes_count = declared == NULL ? 0 : declared->count;
    x->holes = arena_array(x->l->nodes, struct hole, x->holes_count + 1);
    struct str *names = arena_array(x->l->nodes, struct str, x->holes_count + 1);
    for (uint32_t i = 0; i < x->holes_count; i++) {
        struct hole *h = &x->holes[i];
        h->name = names[i] = declared->keys[i]->text;
        if (declared->kids[i] == NULL) continue;
        const struct ynode *type = Y_GET(declared->kids[i], "type");
        h->type = type == NULL ? HOLE_TEXT : y_word(x->l, type, HOLE_TEXT, ARRAY_LEN(hole_words), hole_words);
        if (h->type < 0) h->type = HOLE_TEXT;
        h->value = y_get(with, h->name);
        if (h->value == NULL && y_key(with, h->name) == NULL) h->value = Y_GET(declared->kids[i], "default");
        if (h->value == NULL) {
            bad(x->l, use->name_node, &E_pack_hole_missing, t->name, h->name);
            x->good = false;
        } else if (!value_fits(h->type, h->value)) {
            bad(x->l, h->value, &E_pack_hole_type, h->name, type_zh[h->type], type_en[h->type]);
            x->good = false;
        }
    }
    for (uint32_t i = 0; with != NULL && i < with->count; i++)
        if (hole_find(x, with->keys[i]->text) == NULL) {
            bad(x->l, with->keys[i], &E_pack_hole, t->name, with->keys[i]->text, nearest_name(with->keys[i]->text, x->holes_count, names));
            x->good = false;
        }
}

static void use_expand(struct load *l, struct decl *use, const struct map *templates)
{
    struct str text = use->name;
    size_t open = str_find_char(text, '(');
    if (open == SIZE_MAX || text.ptr[text.len - 1] != ')') {
        bad(l, use->name_node, &E_pack_use_form, STR(""));
        use->failed = true;
        return;
    }
    struct str name = str_trim(str_sub(text, 0, open)), made = str_trim(str_sub(text, open + 1, text.len - 1));
    struct decl *t = map_find(templates, name);
    if (t == NULL) {
        struct str *names = arena_array(l->nodes, struct str, templates->len + 1);
        for (size_t i = 0; i < templates->len; i++) names[i] = templates->entry[i].key;
        unknown(l, use->name_node, 0, name.len, STR("模板"), STR("template"), templates->len, names);
        use->failed = true;
        return;
    }
    if (t->failed) {
        use->failed = true;
        return;
    }
    const struct ynode *with = Y_GET(use->node, "with");
    if (with != NULL && with->kind != Y_MAP) {
        bad(l, with, &E_pack_shape, STR("with"), STR("一组“参数: 值”"), y_kind_zh(with), STR("a group of \"parameter: value\""), y_kind_en(with));
        use->failed = true;
        return;
    }
    struct use_site *via = arena_new(l->nodes, struct use_site);
    *via = (struct use_site){.template_name = name, .decl_name = made, .at = use->name_node->at};
    struct expansion x = {.l = l, .via = via, .good = true};
    holes_fill(&x, t, use, with);
    const struct ynode *body = Y_GET(t->node, "body"), *of = Y_GET(t->node, "of");
    if (!x.good || body == NULL || of == NULL) {
        use->failed = true;
        return;
    }
    bool later;
    use->kind = kind_of(of->text, &later);
    struct ynode *map = y_map(l->nodes, use->node->at, use->node->count + body->count + 1);
    struct ynode *kind_key = y_scalar(l->nodes, of->text, use->node->keys[0]->at);
    use->name_node = y_scalar(l->nodes, made, y_place(use->name_node, (size_t)(made.ptr - text.ptr), made.len));
    use->name = made;
    y_put(map, kind_key, use->name_node);
    for (uint32_t i = 1; i < use->node->count; i++)
        if (!str_eq(use->node->keys[i]->text, STR("with"))) y_put(map, use->node->keys[i], use->node->kids[i]);
    for (uint32_t i = 0; i < body->count; i++) {
        if (y_key(map, body->keys[i]->text) != NULL) continue;
        y_put(map, fill_scalar(&x, body->keys[i]), body->kids[i] == NULL ? NULL : fill(&x, body->kids[i]));
    }
    map->at = use->node->at;
    map->via = via;
    use->node = map;
    use->via = via;
    if (!x.good) use->failed = true;
}

/* Does `$name` occur in it? */
static bool mentions(const struct ynode *n, struct str name)
{
    if (n == NULL) return false;
    if (n->kind == Y_SCALAR) {
        for (size_t at = 0; at < n->text.len; at++) {
            size_t len = hole_len(n->text, at);
            if (len > 0 && str_eq(str_sub(n->text, at + 1, at + len), name)) return true;
        }
        return false;
    }
    for (uint32_t i = 0; i < n->count; i++)
        if (mentions(n->kids[i], name) || (n->kind == Y_MAP && mentions(n->keys[i], name))) return true;
    return false;
}

/* Holes that the body uses but that are not declared are told once, here, not at each use. */
static void body_holes_check(struct load *l, struct decl *t, const struct ynode *n, const struct ynode *with)
{
    if (n == NULL) return;
    if (n->kind != Y_SCALAR) {
        for (uint32_t i = 0; i < n->count; i++) {
            if (n->kind == Y_MAP) body_holes_check(l, t, n->keys[i], with);
            body_holes_check(l, t, n->kids[i], with);
        }
        return;
    }
    for (size_t at = 0; at < n->text.len; at++) {
        size_t len = hole_len(n->text, at);
        struct str name = str_sub(n->text, at + 1, at + len);
        if (len == 0 || y_key(with, name) != NULL) continue;
        struct str names[64];
        uint32_t count = with == NULL ? 0 : MIN(with->count, 64u);
        for (uint32_t i = 0; i < count; i++) names[i] = with->keys[i]->text;
        bad_part(l, n, at, len, &E_pack_hole, t->name, name, nearest_name(name, count, names));
        t->failed = true;
    }
}

static void template_check(struct load *l, struct decl *t)
{
    static const struct str kinds[] = {STR_INIT("rule"), STR_INIT("register"), STR_INIT("procedure"), STR_INIT("ballot"), STR_INIT("notice"), STR_INIT("slip")};
    if (!schema_check(l, t->node, CTX_template, t)) return;
    const struct ynode *of = Y_GET(t->node, "of"), *body = Y_GET(t->node, "body"), *with = Y_GET(t->node, "with");
    if (y_word(l, of, -1, ARRAY_LEN(kinds), kinds) < 0) t->failed = true;
    if (body->kind != Y_MAP) {
        bad(l, body, &E_pack_body, STR(""));
        t->failed = true;
        return;
    }
    for (uint32_t i = 0; with != NULL && i < with->count; i++) {
        if (with->kids[i] == NULL) continue;
        const struct ynode *type = Y_GET(with->kids[i], "type");
        if (type != NULL && y_word(l, type, 0, ARRAY_LEN(hole_words), hole_words) < 0) t->failed = true;
        if (!name_ok(with->keys[i]->text, true)) {
            bad(l, with->keys[i], &E_pack_name, with->keys[i]->text, STR("a-z 0-9 _"));
            t->failed = true;
        }
        if (!mentions(body, with->keys[i]->text)) warn(l, with->keys[i], &E_pack_hole_unused, with->keys[i]->text);
    }
    body_holes_check(l, t, body, with);
}

void templates_expand(struct load *l)
{
    struct map templates = {0};
    for (size_t i = 0; i < l->decls.len; i++) {
        struct decl *d = l->decls.at[i];
        if (d->kind != CTX_template) continue;
        template_check(l, d);
        (void)map_put(l->nodes, &templates, d->name, d); /* a second one is told when names are compared */
    }
    for (size_t i = 0; i < l->decls.len; i++) {
        struct decl *d = l->decls.at[i];
        if (d->kind != CTX_use) continue;
        if (schema_check(l, d->node, CTX_use, d)) use_expand(l, d, &templates);
    }
}
