/*
 * form_photo.c - the photograph in a form's file: nine tenths of it.  Its letters are cut out before the XML is parsed and a sign stands in their place; where the
 * parsed tree has the sign as the text of that element and nowhere else, the photograph is what was cut.  Anything else, and the file is read as it stands.
 */
#include "exchange/form.h"

enum { CUT_FROM = 4096, NEEDLE_MAX = 256, HEAD_MAX = 256 };
#define SIGN "*photo*" /* no base64, and nothing that XML escapes */

static const struct pack_form_element *photo_element(const struct pack_form *f, struct str name)
{
    for (uint32_t i = 0; i < f->elements_count; i++) {
        const struct pack_form_element *e = &f->elements[i];
        if (e->as == FORM_AS_PHOTO && e->group == FORM_OWN && e->field->check == NULL && (name.len == 0 || str_eq(e->element, name))) return e;
    }
    return NULL;
}

/* Nothing that could still be refused goes without its text. */
static bool sound(struct arena *a, struct str text, struct str *bytes)
{
    uint32_t w, h;
    struct arena_mark m = arena_mark(a);
    if (base64_read(a, str_trim(text), bytes) && bytes->len > 0 && bytes->len <= PHOTO_MAX && photo_size(*bytes, &w, &h)) return true;
    *bytes = STR_NONE;
    arena_reset(a, m);
    return false;
}

bool form_photo_take(void *ctx, struct arena *a, struct xn *n, struct str text)
{
    struct form_photo *p = ctx;
    if (n->up == NULL || n->up->up != NULL || n->attrs_count > 0 || photo_element(p->f, n->name) == NULL || form_find(n->up, n->name) != n) return false;
    if (p->bytes.len > 0 && str_eq(text, STR(SIGN))) {
        n->taken = p->bytes;
        n->mark = p->hash;
        p->used = true;
        return true;
    }
    if (!sound(a, text, &n->taken)) return false;
    n->mark = area_file_hash(a, n->taken);
    return true;
}

/* Is every ASCII character of the file one byte, and every such byte that character?  UTF-8 and the GB sets are: their other bytes are no '<', and base64 is ASCII alone. */
static bool plain_letters(struct arena *a, struct str file)
{
    struct str head = str_sub(file, 0, MIN(file.len, (size_t)HEAD_MAX));
    if (str_starts(head, STR("\xef\xbb\xbf"))) head = str_sub(head, 3, head.len);
    size_t end = str_find(head, STR("?>"));
    if (!str_starts(head, STR("<?xml"))) return head.len > 0 && head.ptr[0] == '<'; /* UTF-8 by rule */
    if (end == SIZE_MAX) return false;
    head = uni_lower(a, str_sub(head, 0, end));
    if (str_find(head, STR("encoding")) == SIZE_MAX) return true;
    static const struct str known[] = {STR_INIT("\"utf-8\""), STR_INIT("'utf-8'"), STR_INIT("\"gb2312\""), STR_INIT("\"gbk\""), STR_INIT("\"gb18030\"")};
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (str_find(head, known[i]) != SIZE_MAX) return true;
    return false;
}

bool form_photo_cut(struct form_photo *p, struct arena *a, struct str file, struct buf *rest)
{
    const struct pack_form_element *e = photo_element(p->f, STR(""));
    char needle[NEEDLE_MAX];
    if (e == NULL || file.len < CUT_FROM || e->element.len + 2 > sizeof needle || !plain_letters(a, file)) return false;
    needle[0] = '<';
    memcpy(needle + 1, e->element.ptr, e->element.len);
    needle[e->element.len + 1] = '>';
    size_t from = str_find(file, str_of(needle, e->element.len + 2));
    if (from == SIZE_MAX) return false;
    from += e->element.len + 2;
    const char *end = memchr(file.ptr + from, '<', file.len - from);
    if (end == NULL) return false;
    size_t to = (size_t)(end - file.ptr);
    if (to - from < CUT_FROM) return false;
    struct str head = str_sub(file, 0, from), tail = str_sub(file, to, file.len);
    if (str_find(head, STR(SIGN)) != SIZE_MAX || str_find(tail, STR(SIGN)) != SIZE_MAX) return false;
    if (!sound(a, str_sub(file, from, to), &p->bytes)) return false;
    p->hash = area_file_hash(a, p->bytes);
    buf_str(rest, head);
    buf_lit(rest, SIGN);
    buf_str(rest, tail);
    return !buf_failed(rest);
}
