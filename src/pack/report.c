/* report.c - telling of mistakes: with the place, and with the use that a template was asked for by. */
#include "pack/inner.h"

#define ERR(id, rc, code, zh, en, hint_zh, hint_en) const struct err_kind E_##id = {rc, code, zh, en, hint_zh, hint_en};
#include "pack/errors.def"
#undef ERR

struct str place_text(struct load *l, struct place p)
{
    struct str name = diags_file_name(l->d, p.file);
    return p.line == 0 ? name : str_cat(l->a, name, STR(":"), str_u64(l->a, p.line));
}

/* Put more words behind a text of fixed size; what does not fit is left out whole. */
static void append(char *text, size_t max, struct str more)
{
    size_t len = strlen(text);
    if (len + more.len + 1 > max) return;
    memcpy(text + len, more.ptr, more.len);
    text[len + more.len] = '\0';
}

void err_via(struct load *l, struct err *e, const struct use_site *via)
{
    struct str where = place_text(l, via->at);
    append(e->zh, sizeof e->zh, str_cat(l->a, STR("（由 use: "), via->template_name, STR("("), via->decl_name, STR(") 展开，"), where, STR("）")));
    append(e->en, sizeof e->en, str_cat(l->a, STR(" (made by use: "), via->template_name, STR("("), via->decl_name, STR("), "), where, STR(")")));
}

void tell_n(struct load *l, enum severity sev, const struct err_kind *kind, struct place at, const struct use_site *via,
            size_t n, const struct str *args)
{
    struct err e;
    err_clear(&e);
    (void)err_set_n(&e, kind, at, n, args);
    if (via != NULL) err_via(l, &e, via);
    if (via == NULL || !told_before(l, &e)) diags_add(l->d, sev, &e);
}

/* Does the text stand where something is given a name: as a key, in a table, behind `title:` and the like, or in the first line? */
static bool names_there(struct str text, size_t at, size_t len)
{
    static const struct str before[] = {STR_INIT("title:"), STR_INIT("title："), STR_INIT("name:"), STR_INIT("name："), STR_INIT("back:"), STR_INIT("code:"),
                                        STR_INIT("zh:"),    STR_INIT("|"),       STR_INIT("options:")};
    struct str tail = str_trim(str_sub(text, at + len, text.len));
    size_t end = at + len;
    bool whole = end >= text.len || strchr(" ,}:|\"'\r\n", text.ptr[end]) != NULL || str_starts(str_sub(text, end, text.len), STR("："));
    if (!whole) return false;
    if (str_starts(tail, STR(":")) || str_starts(tail, STR("："))) return true;
    size_t line = at;
    while (line > 0 && text.ptr[line - 1] != '\n') line--;
    if (line == 0) return true;
    struct str head = str_trim(str_sub(text, line, at));
    while (head.len > 0 && (head.ptr[head.len - 1] == '"' || head.ptr[head.len - 1] == '\'')) head = str_trim(str_sub(head, 0, head.len - 1));
    for (size_t i = 0; i < ARRAY_LEN(before); i++)
        if (str_ends(head, before[i])) return true;
    return false;
}

bool may_be_in_failed(const struct load *l, struct str name)
{
    if (name.len == 0) return false;
    for (size_t i = 0; i < l->failed_text.len; i++) {
        struct str text = l->failed_text.at[i];
        for (size_t at = 0; at < text.len;) {
            size_t found = str_find(str_sub(text, at, text.len), name);
            if (found == SIZE_MAX) break;
            if (names_there(text, at + found, name.len)) return true;
            at += found + name.len;
        }
    }
    return false;
}

/* A mistake within a template is told at each use; one place of one use that fills several holes, once. */
bool told_before(struct load *l, const struct err *e)
{
    struct str key = str_cat(l->a, str_u64(l->a, e->place.file), STR(" "), str_u64(l->a, e->place.off), STR(" "), str_c(err_code(e)), STR(" "), str_c(e->zh));
    return !map_put(l->nodes, &l->told, key, l);
}

/* ---- trees ---- */

/* Place of the byte `off` of a text, and where its run ends. */
static struct place byte_place(const struct ynode *n, size_t off)
{
    struct place p = n->at;
    size_t from = 0;
    if (n->segs_count > 0) {
        uint32_t i = 0;
        while (i + 1 < n->segs_count && n->segs[i + 1].off <= off) i++;
        p = n->segs[i].at;
        from = n->segs[i].off;
    }
    p.col += (uint32_t)utf8_count(str_sub(n->text, from, off));
    p.off += (uint32_t)(off - from);
    return p;
}

struct place y_place(const struct ynode *n, size_t off, size_t len)
{
    if (n->kind != Y_SCALAR) return n->at;
    off = MIN(off, n->text.len);
    len = MIN(len, n->text.len - off);
    /* A caret line shows one line. */
    len = MIN(len, str_find_char(str_sub(n->text, off, off + len), '\n'));
    struct place p = byte_place(n, off);
    p.len = (uint32_t)len;
    if (n->segs_count == 0 || len == 0) return p;
    /* What is written otherwise than it reads is as long as it is written. */
    struct place last = byte_place(n, off + len - 1);
    if (last.file == p.file && last.line == p.line && last.off >= p.off) p.len = last.off + 1 - p.off;
    return p;
}

struct ynode *y_get(const struct ynode *map, struct str key)
{
    if (map == NULL || map->kind != Y_MAP) return NULL;
    for (uint32_t i = 0; i < map->count; i++)
        if (str_eq(map->keys[i]->text, key)) return map->kids[i];
    return NULL;
}

const struct ynode *y_key(const struct ynode *map, struct str key)
{
    if (map == NULL || map->kind != Y_MAP) return NULL;
    for (uint32_t i = 0; i < map->count; i++)
        if (str_eq(map->keys[i]->text, key)) return map->keys[i];
    return NULL;
}

uint32_t y_count(const struct ynode *n)
{
    if (n == NULL) return 0;
    return n->kind == Y_LIST ? n->count : 1;
}

struct ynode *y_at(const struct ynode *n, uint32_t i)
{
    if (n->kind == Y_LIST) return n->kids[i];
    union { const struct ynode *c; struct ynode *m; } same = {.c = n};
    return same.m;
}

struct ynode *y_scalar(struct arena *a, struct str text, struct place at)
{
    struct ynode *n = arena_new(a, struct ynode);
    *n = (struct ynode){.kind = Y_SCALAR, .style = YS_PLAIN, .text = text, .at = at};
    return n;
}

struct ynode *y_map(struct arena *a, struct place at, uint32_t cap)
{
    struct ynode *n = arena_new(a, struct ynode);
    *n = (struct ynode){.kind = Y_MAP, .style = YS_BLOCK, .at = at};
    n->keys = arena_array(a, struct ynode *, cap + 1);
    n->kids = arena_array(a, struct ynode *, cap + 1);
    return n;
}

void y_put(struct ynode *map, struct ynode *key, struct ynode *value)
{
    map->keys[map->count] = key;
    map->kids[map->count++] = value;
}

struct str y_kind_zh(const struct ynode *n)
{
    if (n->kind == Y_LIST) return STR("列表");
    if (n->kind == Y_MAP) return STR("一组“键: 值”");
    return n->empty ? STR("空的") : STR("一段文字");
}

struct str y_kind_en(const struct ynode *n)
{
    if (n->kind == Y_LIST) return STR("a list");
    if (n->kind == Y_MAP) return STR("a group of \"key: value\"");
    return n->empty ? STR("empty") : STR("a text");
}
