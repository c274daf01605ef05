/* names.c - what things may be called, and that no two can be taken for one another. */
#include "pack/inner.h"

bool name_ok(struct str name, bool feel)
{
    if (name.len == 0 || name.len > NAME_MAX_LEN || name.ptr[0] < 'a' || name.ptr[0] > 'z') return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || (c == '-' && !feel))) return false;
    }
    return true;
}

bool title_check(struct load *l, const struct ynode *n, struct str title)
{
    const struct err_kind *kind = title.len > TITLE_MAX_LEN ? &E_pack_too_large : feel_title_check(title);
    if (kind == NULL) return true;
    if (kind == &E_pack_too_large)
        bad(l, n, kind, STR("标题"), STR("240"));
    else
        bad(l, n, kind, title, STR(""), STR(""));
    return false;
}

struct str title_of(struct load *l, const struct ynode *title, uint32_t pack)
{
    if (title == NULL) return STR("");
    if (title->kind == Y_SCALAR) return title->text;
    struct ynode *own = y_get(title, l->lang[pack]);
    if (own != NULL) return own->text;
    bool told = false; /* where `languages` asks for it, y_text2() has */
    for (uint32_t i = 0; i < y_count(l->languages[pack]); i++) told = told || str_eq(y_at(l->languages[pack], i)->text, l->lang[pack]);
    if (!told) bad(l, title, &E_pack_missing_lang, l->lang[pack]);
    return STR("");
}

struct name_entry {
    struct str name;
    const struct ynode *at;
    struct place place;
};

bool name_scope_add(struct load *l, struct name_scope *s, struct str name, const struct ynode *at, struct place place)
{
    struct name_entry *e = arena_new(l->nodes, struct name_entry);
    *e = (struct name_entry){.name = name, .at = at, .place = place};
    struct str folded = uni_nfkc(l->nodes, name);
    if (map_put(l->nodes, &s->seen, folded, e)) return true;
    const struct name_entry *first = map_find(&s->seen, folded);
    struct str where = place_text(l, first->place);
    if (at != NULL)
        bad(l, at, &E_pack_name_taken, s->what_zh, name, where, s->what_en);
    else
        bad_place(l, place, &E_pack_name_taken, s->what_zh, name, where, s->what_en);
    return false;
}

/* Nearest names cost time and memory for each mistake; a text with hundreds of them is not helped by more. */
bool nearest_worth(const struct load *l) { return l->d->errors < 300; }

void unknown(struct load *l, const struct ynode *n, size_t off, size_t len, struct str zh, struct str en, size_t count,
             const struct str *names)
{
    struct str wrong = str_sub(n->text, off, off + len);
    if (may_be_in_failed(l, wrong)) return;
    struct str near = nearest_worth(l) ? nearest_name(wrong, count, names) : STR("");
    bad_part(l, n, off, len, &E_pack_unknown, zh, wrong, near, en);
}

struct str_list names_read(struct load *l, const struct ynode *n)
{
    struct str_list out = {.count = y_count(n)};
    out.at = arena_array(l->a, struct str, out.count + 1);
    for (uint32_t i = 0; i < out.count; i++) out.at[i] = y_at(n, i)->text;
    return out;
}
