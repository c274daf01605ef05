/*
 * heading.c - which field a heading means.  Names, titles and labels first; where none fits, what people add to them (units in brackets,
 * blanks, stars) is left out, and the field is taken if it is the only one.
 */
#include "record/inner.h"

/* Blanks, stars that mark what must be filled in, and full-width forms are no part of a heading. */
struct str heading_text(struct arena *a, struct str h)
{
    h = str_trim(uni_nfkc(a, h));
    while (h.len > 0 && h.ptr[0] == '*') h = str_trim(str_sub(h, 1, h.len));
    while (h.len > 0 && h.ptr[h.len - 1] == '*') h = str_trim(str_sub(h, 0, h.len - 1));
    return h;
}

/* Without brackets and what is in them, without blanks, stars, colons; brackets that do not close stay. */
struct str heading_bare(struct arena *a, struct str h)
{
    static const char *const open = "([{", *const shut = ")]}";
    h = uni_nfkc(a, h);
    char *p = arena_alloc(a, h.len + 1);
    size_t n = 0;
    for (size_t at = 0; at < h.len;) {
        size_t from = at;
        uint32_t cp = utf8_next(h, &at);
        if (cp <= ' ' || cp == '*' || cp == ':' || cp == 0x200b || cp == 0xfeff || cp == 0x203b || cp == 0x2605) continue;
        size_t end = SIZE_MAX;
        const char *which = cp < 0x80 ? strchr(open, (int)cp) : NULL;
        if (which != NULL) end = str_find_char(str_sub(h, at, h.len), shut[which - open]);
        else if (cp == 0x3010) end = str_find(str_sub(h, at, h.len), STR("】"));
        if (end != SIZE_MAX) {
            at += end + (cp == 0x3010 ? sizeof "】" - 1 : 1);
            continue;
        }
        memcpy(p + n, h.ptr + from, at - from);
        n += at - from;
    }
    return uni_lower(a, str_of(p, n));
}

static void names_of(const struct pack_field *f, struct str out[5])
{
    const struct str names[5] = {f->title.zh, f->title.en, f->label.zh, f->label.en, f->name};
    memcpy(out, names, sizeof names);
}

const struct pack_field *heading_field(const struct pack_register *r, struct arena *a, struct str heading)
{
    const struct pack_field *f = pack_field_find(r, heading);
    struct str folded = heading_text(a, heading), names[5];
    if (f == NULL) f = pack_field_find(r, folded);
    for (uint32_t i = 0; i < r->fields_count && f == NULL; i++) {
        const struct pack_field *x = &r->fields[i];
        names_of(x, names);
        for (size_t n = 0; n < ARRAY_LEN(names) && f == NULL; n++)
            if (names[n].len > 0 && str_eq(heading_text(a, names[n]), folded)) f = x;
        for (uint32_t w = 0; w < x->was_count && f == NULL; w++)
            if (str_eq(x->was[w], folded)) f = x;
    }
    return f;
}

const struct pack_field *heading_guess(const struct pack_register *r, struct arena *a, struct str heading)
{
    const struct pack_field *f = NULL;
    struct str bare = heading_bare(a, heading), names[5];
    for (uint32_t i = 0; i < r->fields_count && bare.len > 0; i++) {
        const struct pack_field *x = &r->fields[i];
        bool fits = false;
        names_of(x, names);
        for (size_t n = 0; n < ARRAY_LEN(names) && !fits; n++) fits = names[n].len > 0 && str_eq(heading_bare(a, names[n]), bare);
        if (fits && f != NULL) return NULL; /* two fit: people must say which */
        if (fits) f = x;
    }
    return f;
}

const struct pack_field *record_heading(const struct pack_register *r, struct arena *a, struct str heading)
{
    const struct pack_field *f = heading_field(r, a, heading);
    return f != NULL ? f : heading_guess(r, a, heading);
}
