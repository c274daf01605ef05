/* form_read.c - a form's file as a tree: its XML, or the older quoted text ("a","b","c", rows by @, parts by #), whose places the pack names. */
#include "exchange/form.h"

enum { ELEMENTS = 200000, OLD_PARTS_MAX = 64 };

struct xn *xn_make(struct arena *a, struct xn *up, struct str name, struct str text)
{
    struct xn *n = arena_new(a, struct xn);
    n->name = name;
    if (up != NULL) xn_hang(up, n);
    if (text.len > 0) xn_set_text(a, n, text);
    return n;
}

void xn_set_text(struct arena *a, struct xn *n, struct str text)
{
    n->first = n->last = NULL;
    if (text.len == 0) return;
    struct xn *t = arena_new(a, struct xn);
    t->text = text;
    t->up = n;
    n->first = n->last = t;
}

/* ---- the older text ---- */

static size_t cut(struct arena *a, struct str s, char at, struct str **out)
{
    size_t n = 1;
    for (size_t i = 0; i < s.len; i++) n += s.ptr[i] == at;
    *out = arena_array(a, struct str, n);
    size_t from = 0, k = 0;
    for (size_t i = 0; i <= s.len; i++)
        if (i == s.len || s.ptr[i] == at) {
            (*out)[k++] = str_sub(s, from, i);
            from = i + 1;
        }
    return n;
}

/* "9/0/1": part 9, its row 0, its piece 1.  False: not there. */
static bool old_text(struct arena *a, struct str *parts, size_t n, struct str place, size_t row, struct str *out)
{
    struct str *steps, *rows, *pieces;
    size_t steps_n = cut(a, place, '/', &steps);
    uint64_t at;
    if (!str_to_u64(steps[0], &at) || at >= n) return false;
    *out = parts[at];
    if (steps_n > 1) {
        size_t rows_n = cut(a, *out, '@', &rows);
        if (steps[1].len == 0) at = row;
        else if (!str_to_u64(steps[1], &at)) return false;
        if (at >= rows_n) return false;
        *out = rows[at];
    }
    if (steps_n > 2) {
        size_t pieces_n = cut(a, *out, '#', &pieces);
        if (!str_to_u64(steps[2], &at) || at >= pieces_n) return false;
        *out = pieces[at];
    }
    *out = str_trim(*out);
    return true;
}

static void old_list(const struct pack_form *f, uint32_t g, struct arena *a, struct str *parts, size_t n, struct xn *root)
{
    enum { ROWS = 64 };
    struct xn *box = xn_make(a, root, f->groups[g].element, STR(""));
    for (size_t row = 0; row < ROWS; row++) {
        struct xn *item = NULL;
        for (uint32_t i = 0; i < f->elements_count; i++) {
            struct str text;
            if (f->elements[i].group != g || !old_text(a, parts, n, f->elements[i].old, row, &text)) continue;
            if (item == NULL) item = xn_make(a, box, f->groups[g].item, STR(""));
            (void)xn_make(a, item, f->elements[i].element, text);
        }
        if (item == NULL) return;
    }
}

static enum rc old_tree(const struct pack_form *f, struct arena *a, struct str bytes, struct xn **out, struct err *err)
{
    struct str text;
    size_t bad, n = 0;
    if (utf8_ok(bytes, &bad)) text = bytes;
    else TRY(gb18030_to_utf8(a, bytes, &text, err));
    struct str parts[OLD_PARTS_MAX];
    text = str_trim(text);
    if (text.len >= 2 && text.ptr[0] == '"') text = str_sub(text, 1, text.ptr[text.len - 1] == '"' ? text.len - 1 : text.len);
    uint64_t least = 0, place;
    for (uint32_t i = 0; i < f->elements_count; i++) {
        struct str first = str_sub(f->elements[i].old, 0, str_find_char(f->elements[i].old, '/'));
        if (str_to_u64(first, &place)) least = MAX(least, place + 1);
    }
    for (size_t from = 0; n < OLD_PARTS_MAX && from <= text.len;) {
        size_t to = str_find(str_sub(text, from, text.len), STR("\",\""));
        parts[n++] = to == SIZE_MAX ? str_sub(text, from, text.len) : str_sub(text, from, from + to);
        if (to == SIZE_MAX) break;
        from += to + 3;
    }
    if (n < least || least == 0) return err_set(err, &E_form_old, NO_PLACE, str_u64(a, n), str_u64(a, least));
    struct xn *root = xn_make(a, NULL, f->root, STR(""));
    for (uint32_t i = 0; i < f->elements_count; i++) {
        const struct pack_form_element *e = &f->elements[i];
        struct str value;
        bool listed = e->group != FORM_OWN && f->groups[e->group].list;
        if (e->old.len > 0 && !listed && old_text(a, parts, n, e->old, 0, &value)) (void)xn_make(a, root, e->element, value);
    }
    for (uint32_t g = 0; g < f->groups_count; g++)
        if (f->groups[g].list) old_list(f, g, a, parts, n, root);
    *out = root;
    return RC_OK;
}

static struct str start_of(struct str bytes) { return str_trim(str_starts(bytes, STR("\xef\xbb\xbf")) ? str_sub(bytes, 3, bytes.len) : bytes); }

bool form_is_old(struct str bytes) { return str_starts(start_of(bytes), STR("\"")); }

/* The file without its photograph's letters; false: it is to be read as it stands. */
static bool tree_without(const struct pack_form *f, struct arena *a, struct str name, struct str bytes, struct buf *b, struct xn **out)
{
    struct form_photo p = {.f = f};
    struct xml_take take = {.ctx = &p, .take = form_photo_take, .b = b};
    struct arena_mark m = arena_mark(a);
    struct buf rest;
    struct err why;
    buf_init(&rest, FORM_FILE_MAX * 2);
    bool ok = form_photo_cut(&p, a, bytes, &rest) && xml_tree_take(a, name, buf_view(&rest), ELEMENTS, &take, out, &why) == RC_OK && p.used;
    buf_fini(&rest);
    if (!ok) arena_reset(a, m);
    return ok;
}

enum rc form_tree(const struct pack_form *f, struct arena *a, struct str name, struct str bytes, struct buf *b, struct xn **out, struct err *err)
{
    struct form_photo p = {.f = f};
    struct xml_take take = {.ctx = &p, .take = form_photo_take, .b = b};
    *out = NULL;
    if (bytes.len > FORM_FILE_MAX) return err_set(err, &E_form_large, NO_PLACE, STR("24 MiB"));
    if (form_is_old(bytes)) return old_tree(f, a, start_of(bytes), out, err);
    if (b == NULL || !tree_without(f, a, name, bytes, b, out)) TRY(xml_tree_take(a, name, bytes, ELEMENTS, b == NULL ? NULL : &take, out, err));
    if (*out != NULL && str_eq((*out)->name, f->root)) return RC_OK;
    return err_set(err, &E_form_file, NO_PLACE, f->d.title.zh, *out == NULL ? STR("?") : (*out)->name, f->root);
}

/* ---- as it is kept ---- */

static void kept_put(const struct pack_form *f, struct buf *b, const struct xn *root, const struct form_values *v)
{
    struct xn head = *root;
    head.first = head.last = NULL;
    buf_lit(b, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    xn_put(b, &head);
    b->len -= MIN(b->len, (size_t)2); /* open, not closed */
    buf_char(b, '>');
    for (const struct xn *c = root->first; c != NULL; c = c->next) {
        bool photo = false;
        for (uint32_t i = 0; i < f->elements_count; i++) photo = photo || (f->elements[i].as == FORM_AS_PHOTO && v->cells[i].node == c && v->cells[i].value.kind == SV_TEXT);
        if (!photo) {
            if (c->name.len > 0 || str_trim(c->text).len > 0) xn_put(b, c);
            continue;
        }
        struct xn bare = *c;
        bare.first = bare.last = NULL;
        xn_put(b, &bare);
    }
    buf_lit(b, "</");
    if (root->prefix.len > 0) {
        buf_str(b, root->prefix);
        buf_char(b, ':');
    }
    buf_str(b, root->name);
    buf_char(b, '>');
}

struct str form_kept(const struct pack_form *f, struct arena *a, struct xn *root, const struct form_values *v)
{
    struct buf b;
    buf_init(&b, FORM_FILE_MAX * 2);
    kept_put(f, &b, root, v);
    struct str s = str_dup(a, buf_view(&b));
    buf_fini(&b);
    return s;
}
