/*
 * docx.c - documents from templates.  The template's XML is a tree; blocks and rows are copied for each record, then the texts of each paragraph
 * are joined, so that an editor may break a placeholder over as many runs as it likes.
 */
#include "exchange/docx.h"

static struct str paragraph_text(struct doc *d, struct xn *p)
{
    struct docx_texts x;
    docx_texts_of(d, p, &x);
    return x.all;
}

/* ---- blocks, rows ---- */

static enum rc fill(struct doc *d, struct xn *n, struct at at, uint32_t depth, struct err *err);

/* {{#…}}, {{?…}} alone on a line, or the first such in a row.  kind 0: none. */
static char mark_in(struct doc *d, struct str s, bool whole, struct str *inside, struct str *mark)
{
    (void)d;
    struct str t = str_trim(s);
    for (size_t at = 0; at < t.len;) {
        size_t open = str_find(str_sub(t, at, t.len), STR("{{"));
        if (open == SIZE_MAX) return 0;
        open += at;
        size_t shut = str_find(str_sub(t, open, t.len), STR("}}"));
        if (shut == SIZE_MAX) return 0;
        *mark = str_sub(t, open, open + shut + 2);
        struct str body = str_trim(str_sub(t, open + 2, open + shut));
        bool wide_hash = str_starts(body, STR("＃")), wide_ask = str_starts(body, STR("？"));
        char kind = body.len == 0 ? (char)0 : wide_hash ? '#' : wide_ask ? '?' : body.ptr[0];
        if (kind == '#' || kind == '?' || (kind == '/' && body.len == 1)) {
            *inside = str_trim(str_sub(body, wide_hash || wide_ask ? 3 : 1, body.len));
            if (!whole || mark->len == t.len) return kind;
            return 0;
        }
        if (whole) return 0;
        at = open + shut + 2;
    }
    return 0;
}

static enum rc too_large(struct doc *d, struct err *err)
{
    return d->made < DOCX_OUT_ELEMENTS ? RC_OK : err_set(err, &E_docx_large, NO_PLACE, STR("4000000 元素 (elements)"));
}

/* The mark is taken out of a row's texts, wherever its runs are. */
static enum rc mark_out(struct doc *d, struct xn *n, struct str mark, bool *done, struct err *err)
{
    for (struct xn *c = n->first; c != NULL && !*done; c = c->next) {
        if (!is(c, "p")) {
            TRY(mark_out(d, c, mark, done, err));
            continue;
        }
        struct docx_texts x;
        docx_texts_of(d, c, &x);
        struct str all = x.all;
        size_t from = str_find(all, mark), to = from + mark.len;
        if (from == SIZE_MAX) continue;
        *done = true;
        for (size_t i = 0; i < x.list.len; i++) {
            size_t a = x.list.at[i].from, b = i + 1 < x.list.len ? x.list.at[i + 1].from : all.len;
            if (b <= from || a >= to || a == b) continue;
            struct str s = xn_text(d->a, x.list.at[i].t);
            docx_set_text(d, x.list.at[i].t, str_cat(d->a, from > a ? str_sub(s, 0, from - a) : STR(""), to < b ? str_sub(s, to - a, s.len) : STR("")));
        }
    }
    return RC_OK;
}

/* A row that nobody stands in: its placeholders go, its frame stays. */
static void blank(struct doc *d, struct xn *n)
{
    for (struct xn *c = n->first; c != NULL; c = c->next) {
        if (!is(c, "p")) {
            blank(d, c);
            continue;
        }
        struct docx_texts x;
        docx_texts_of(d, c, &x);
        for (size_t i = 0; str_find(x.all, STR("{{")) != SIZE_MAX && i < x.list.len; i++) docx_set_text(d, x.list.at[i].t, STR(""));
    }
}

/* More rows than there is room for share the height of those that there is room for. */
static void lower(struct doc *d, struct xn *tr, uint64_t rows, uint64_t shared)
{
    struct xn *pr = xn_child(tr, "trPr"), *height = pr == NULL ? NULL : xn_child(pr, "trHeight");
    uint64_t twips;
    if (height == NULL || !str_to_u64(xn_attr(height, "val"), &twips) || twips > 100000) return;
    docx_set_attr(d, height, "w", "val", str_u64(d->a, twips * rows / shared));
    docx_set_attr(d, height, "w", "hRule", STR("exact"));
}

static enum rc row(struct doc *d, struct xn *tr, struct at at, uint32_t depth, struct err *err)
{
    struct buf all;
    struct str inside, mark;
    struct at_list list;
    bool done = false;
    buf_init(&all, DOCX_TEXT_MAX);
    for (struct xn *tc = tr->first; tc != NULL; tc = tc->next)
        for (struct xn *p = tc->first; p != NULL; p = p->next)
            if (is(p, "p")) buf_str(&all, paragraph_text(d, p));
    struct str text = str_dup(d->a, buf_view(&all));
    buf_fini(&all);
    if (mark_in(d, text, false, &inside, &mark) != '#') return fill(d, tr, at, depth, err);
    TRY(docx_list(d, at, inside, mark, &list, err));
    TRY(mark_out(d, tr, mark, &done, err));
    size_t number = d->number;
    uint64_t rows = d->rows, shared = d->shared;
    if (list.rows > 0) {
        d->rows = list.rows;
        d->shared = list.count > list.rows ? list.count : 0;
        if (d->shared > 0) lower(d, tr, d->rows, d->shared);
    }
    for (uint32_t i = 0; i < list.count; i++) {
        struct xn *one = docx_copy(d, tr);
        d->number = i + 1u;
        TRY(too_large(d, err));
        docx_put_before(tr, one);
        TRY(fill(d, one, list.at[i], depth, err));
    }
    for (uint32_t i = list.count; i < list.rows && d->check == NULL; i++) {
        struct xn *one = docx_copy(d, tr);
        TRY(too_large(d, err));
        docx_put_before(tr, one);
        blank(d, one);
    }
    d->number = number;
    d->rows = rows;
    d->shared = shared;
    docx_take_out(tr);
    return RC_OK;
}

/* From a line {{#…}} or {{?…}} to its {{/}}. */
static enum rc block(struct doc *d, struct xn *open, char kind, struct str inside, struct str mark, struct at at, uint32_t depth, struct xn **next, struct err *err)
{
    struct xn *shut = NULL;
    int nested = 0;
    for (struct xn *c = open->next; c != NULL && shut == NULL; c = c->next) {
        struct str in, m;
        char k = is(c, "p") ? mark_in(d, paragraph_text(d, c), true, &in, &m) : (char)0;
        if (k == '#' || k == '?') nested++;
        if (k == '/' && nested-- == 0) shut = c;
    }
    if (shut == NULL) return err_set(err, &E_docx_shape, NO_PLACE, str_u64(d->a, d->paragraph), mark, STR("{{/}}"));
    struct at_list list = {0};
    bool yes = false;
    if (kind == '#') TRY(docx_list(d, at, inside, mark, &list, err));
    else TRY(docx_condition(d, at, inside, mark, &yes, err));
    struct xn *holder = docx_make(d, NULL, "holder");
    while (open->next != shut) {
        struct xn *c = open->next;
        docx_take_out(c);
        xn_hang(holder, c);
    }
    uint32_t times = kind == '#' ? list.count : yes;
    size_t number = d->number;
    for (uint32_t i = 0; i < times; i++) {
        struct xn *one = docx_copy(d, holder);
        if (kind == '#') d->number = i + 1u;
        TRY(too_large(d, err));
        TRY(fill(d, one, kind == '#' ? list.at[i] : at, depth + 1, err));
        while (one->first != NULL) {
            struct xn *c = one->first;
            docx_take_out(c);
            docx_put_before(shut, c);
        }
    }
    d->number = number;
    *next = shut->next;
    docx_take_out(open);
    docx_take_out(shut);
    return RC_OK;
}

static enum rc fill(struct doc *d, struct xn *n, struct at at, uint32_t depth, struct err *err)
{
    if (depth > DOCX_DEPTH) return err_set(err, &E_exchange_xml_deep, NO_PLACE, STR("docx"), str_u64(d->a, DOCX_DEPTH));
    for (struct xn *c = n->first, *next; c != NULL; c = next) {
        struct str inside, mark;
        next = c->next;
        if (is(c, "p")) {
            d->paragraph++;
            char kind = mark_in(d, paragraph_text(d, c), true, &inside, &mark);
            if (kind == '#' || kind == '?') TRY(block(d, c, kind, inside, mark, at, depth, &next, err));
            else {
                TRY(docx_paragraph(d, c, at, err));
                TRY(fill(d, c, at, depth + 1, err)); /* text boxes */
            }
        } else if (is(c, "tr")) {
            TRY(row(d, c, at, depth + 1, err));
        } else if (c->first != NULL) {
            TRY(fill(d, c, at, depth + 1, err));
        }
    }
    return RC_OK;
}

/* ---- the package ---- */

/* Does it say {{#所选}}?  Then it is one document of all records, else one part for each. */
static bool of_all(struct doc *d, const struct xn *n)
{
    for (struct xn *c = n->first; c != NULL; c = c->next) {
        struct str inside, mark;
        if (is(c, "p") || is(c, "tc")) {
            struct str text = is(c, "p") ? paragraph_text(d, c) : STR("");
            if (mark_in(d, text, false, &inside, &mark) == '#' && docx_is_chosen(d, inside)) return true;
        }
        if (c->first != NULL && of_all(d, c)) return true;
    }
    return false;
}

/* The one that headers and footers speak of, and bodies that are not of each. */
static struct at at_first(struct doc *d)
{
    if (d->procedure != NULL) return docx_case_whole(d);
    return (struct at){.reg = d->over, .id = d->n > 0 ? (int64_t)d->ids[0] : 0};
}

static enum rc fill_body(struct doc *d, struct xn *root, struct err *err)
{
    struct xn *body = xn_child(root, "body");
    if (body == NULL) return err_set(err, &E_exchange_zip_absent, NO_PLACE, STR("docx"), STR("w:body"));
    struct xn *holder = docx_copy(d, body), *section = NULL;
    body->first = body->last = NULL;
    if (holder->last != NULL && is(holder->last, "sectPr")) {
        section = holder->last;
        docx_take_out(section);
    }
    bool once = of_all(d, holder) || d->procedure != NULL || d->check != NULL;
    for (size_t i = 0; i < (once ? 1 : d->n); i++) {
        struct xn *one = docx_copy(d, holder);
        const struct exchange_sight *sight = d->o->sight;
        if (sight != NULL && sight->step != NULL) TRY(sight->step(sight->ctx, i, once ? 1 : d->n, err));
        TRY(too_large(d, err));
        d->paragraph = 0;
        struct at at = at_first(d);
        if (d->procedure == NULL && i > 0) at.id = (int64_t)d->ids[i];
        TRY(fill(d, one, at, 0, err));
        if (i > 0) { /* each begins on a page of its own */
            struct xn *p = docx_make(d, body, "p"), *r = docx_make(d, p, "r"), *br = docx_make(d, r, "br");
            docx_set_attr(d, br, "w", "type", STR("page"));
        }
        while (one->first != NULL) {
            struct xn *c = one->first;
            docx_take_out(c);
            xn_hang(body, c);
        }
    }
    if (section != NULL) xn_hang(body, section);
    return RC_OK;
}

static struct str put_tree(struct doc *d, struct xn *root)
{
    struct buf b;
    buf_init(&b, (size_t)1 << 30);
    buf_lit(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n");
    xn_put(&b, root);
    struct str s = str_dup(d->a, buf_view(&b));
    buf_fini(&b);
    return s;
}

/* Before the end of the root, which both parts have: relationships, kinds of content. */
static struct str add_before_end(struct doc *d, struct str xml, const char *end, struct str what)
{
    size_t at = str_find(xml, str_c(end));
    return at == SIZE_MAX ? xml : str_cat(d->a, str_sub(xml, 0, at), what, str_sub(xml, at, xml.len));
}

static struct str picture_name(struct doc *d, const struct picture *p)
{
    return str_cat(d->a, STR("media/guiju"), str_u64(d->a, p->number), p->png ? STR(".png") : STR(".jpg"));
}

#define W_SPACE "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\""

/* Small and grey, by itself: it must not push the form to another page. */
static struct str mark_paragraph(struct doc *d)
{
    struct buf b;
    buf_init(&b, 8192);
    buf_lit(&b, "<w:p><w:pPr><w:spacing w:before=\"0\" w:after=\"0\"/><w:jc w:val=\"right\"/></w:pPr><w:r><w:rPr><w:color w:val=\"808080\"/><w:sz w:val=\"13\"/></w:rPr><w:t>");
    xml_put_text(&b, d->o->mark, false);
    buf_lit(&b, "</w:t></w:r></w:p>");
    struct str s = str_dup(d->a, buf_view(&b));
    buf_fini(&b);
    return s;
}

/* In every footer that there is; where a section has none, one of its own. */
static struct str put_mark(struct doc *d, struct zip_part *parts, size_t n)
{
    struct str foot = mark_paragraph(d), bytes;
    bool some = false;
    for (size_t i = 0; i < n; i++) {
        if (!str_starts(parts[i].name, STR("word/footer")) || !str_ends(parts[i].name, STR(".xml"))) continue;
        parts[i].bytes = add_before_end(d, parts[i].bytes, "</w:ftr>", foot);
        some = true;
    }
    if (some) return STR("");
    bytes = str_cat(d->a, STR("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><w:ftr " W_SPACE ">"), foot, STR("</w:ftr>"));
    for (size_t i = 0; i < n; i++) {
        struct zip_part *p = &parts[i];
        if (str_eq(p->name, STR("[Content_Types].xml")))
            p->bytes = add_before_end(d, p->bytes, "</Types>",
                                      STR("<Override PartName=\"/word/footer90.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml\"/>"));
        if (!str_eq(p->name, STR("word/document.xml"))) continue;
        struct buf b;
        buf_init(&b, (size_t)1 << 30);
        for (size_t at = 0; at < p->bytes.len;) {
            struct str rest = str_sub(p->bytes, at, p->bytes.len);
            size_t next = str_find(rest, STR("<w:sectPr")), end = next == SIZE_MAX ? SIZE_MAX : str_find_char(str_sub(rest, next, rest.len), '>');
            if (end == SIZE_MAX) {
                buf_str(&b, rest);
                break;
            }
            bool empty = rest.ptr[next + end - 1] == '/';
            buf_str(&b, str_sub(rest, 0, next + end - (empty ? 1 : 0)));
            buf_lit(&b, "><w:footerReference xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" w:type=\"default\" r:id=\"rIdGuijuMark\"/>");
            if (empty) buf_lit(&b, "</w:sectPr>");
            at += next + end + 1;
        }
        p->bytes = str_dup(d->a, buf_view(&b));
        buf_fini(&b);
    }
    return bytes;
}

/* Who took it out, among the properties of the file; who made the template goes. */
static struct str properties(struct doc *d)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    buf_lit(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" "
                "xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:subject>");
    xml_put_text(&b, d->o->note, false);
    buf_lit(&b, "</dc:subject><cp:keywords>");
    xml_put_text(&b, d->o->note, false);
    buf_lit(&b, "</cp:keywords></cp:coreProperties>");
    struct str s = str_dup(d->a, buf_view(&b));
    buf_fini(&b);
    return s;
}

/* False: the package has no properties yet. */
static bool put_properties(struct doc *d, struct zip_part *parts, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(parts[i].name, STR("docProps/core.xml"))) {
            parts[i].bytes = properties(d);
            return true;
        }
    for (size_t i = 0; i < n; i++) {
        if (str_eq(parts[i].name, STR("[Content_Types].xml")))
            parts[i].bytes = add_before_end(d, parts[i].bytes, "</Types>",
                                            STR("<Override PartName=\"/docProps/core.xml\" ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/>"));
        if (str_eq(parts[i].name, STR("_rels/.rels")))
            parts[i].bytes = add_before_end(d, parts[i].bytes, "</Relationships>",
                                            STR("<Relationship Id=\"rIdGuijuCore\" Type=\"http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties\" "
                                                "Target=\"docProps/core.xml\"/>"));
    }
    return false;
}

enum rc exchange_docx(const struct area_view *v, struct str bytes, const struct pack_register *over, const uint64_t *ids, size_t n, const struct docx_options *o,
                      struct arena *a, struct str *out, struct err *err)
{
    struct doc *d = arena_new(a, struct doc);
    *d = (struct doc){.v = v, .o = o, .a = a, .over = over, .ids = ids, .n = n, .procedure = o->sheet == NULL ? NULL : o->sheet->procedure};
    record_host(v->records, a, &d->host, &d->ctx);
    if (o->sight != NULL) o->sight->host(o->sight->ctx, &d->host, &d->ctx);
    return docx_fill(d, bytes, out, err);
}

enum rc docx_fill(struct doc *d, struct str bytes, struct str *out, struct err *err)
{
    const struct docx_options *o = d->o;
    struct arena *a = d->a;
    struct zip_in *z;
    TRY(zip_in_open(a, STR("docx 模板"), bytes, &z, err));
    if (zip_in_find(z, STR("word/document.xml")) == NULL) return err_set(err, &E_exchange_zip_absent, NO_PLACE, STR("docx 模板"), STR("word/document.xml"));
    size_t count = zip_in_count(z);
    VEC(struct zip_part) parts = {0};
    for (size_t i = 0; i < count; i++) {
        const struct zip_entry *e = zip_in_at(z, i);
        struct zip_part part = {.name = e->name};
        struct xn *root;
        TRY(zip_in_read(z, e, DOCX_PART_MAX, a, &part.bytes, err));
        bool document = str_eq(e->name, STR("word/document.xml"));
        bool around = (str_starts(e->name, STR("word/header")) || str_starts(e->name, STR("word/footer"))) && str_ends(e->name, STR(".xml"));
        if (str_ends(e->name, STR("/"))) continue;
        if (document || (around && (d->n > 0 || d->procedure != NULL || d->check != NULL))) {
            TRY(xml_tree(a, e->name, part.bytes, DOCX_ELEMENTS, &root, err));
            TRY(document ? fill_body(d, root, err) : fill(d, root, at_first(d), 0, err));
            if (d->check == NULL) part.bytes = put_tree(d, root);
        }
        vec_push(a, &parts, part);
    }
    *out = STR("");
    if (d->check != NULL) return RC_OK;
    struct str rels = STR("");
    if (o->note.len > 0 && !put_properties(d, parts.at, parts.len)) {
        struct zip_part part = {.name = STR("docProps/core.xml"), .bytes = properties(d)};
        vec_push(a, &parts, part);
    }
    if (o->mark.len > 0) {
        struct str foot = put_mark(d, parts.at, parts.len);
        if (foot.len > 0) {
            struct zip_part part = {.name = STR("word/footer90.xml"), .bytes = foot};
            vec_push(a, &parts, part);
            rels = STR("<Relationship Id=\"rIdGuijuMark\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer\" Target=\"footer90.xml\"/>");
        }
    }
    for (size_t i = 0; i < d->pictures.len; i++) {
        const struct picture *p = &d->pictures.at[i];
        rels = str_cat(a, rels, STR("<Relationship Id=\"rIdGuiju"), str_u64(a, p->number),
                       STR("\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/image\" Target=\""), picture_name(d, p), STR("\"/>"));
        struct zip_part part = {.name = str_cat(a, STR("word/"), picture_name(d, p)), .bytes = p->bytes};
        vec_push(a, &parts, part);
    }
    bool has_rels = false;
    for (size_t i = 0; i < parts.len && rels.len > 0; i++) {
        if (str_eq(parts.at[i].name, STR("word/_rels/document.xml.rels"))) {
            parts.at[i].bytes = add_before_end(d, parts.at[i].bytes, "</Relationships>", rels);
            has_rels = true;
        }
        if (!str_eq(parts.at[i].name, STR("[Content_Types].xml"))) continue;
        if (str_find(parts.at[i].bytes, STR("Extension=\"png\"")) == SIZE_MAX)
            parts.at[i].bytes = add_before_end(d, parts.at[i].bytes, "</Types>", STR("<Default Extension=\"png\" ContentType=\"image/png\"/>"));
        if (str_find(parts.at[i].bytes, STR("Extension=\"jpg\"")) == SIZE_MAX)
            parts.at[i].bytes = add_before_end(d, parts.at[i].bytes, "</Types>", STR("<Default Extension=\"jpg\" ContentType=\"image/jpeg\"/>"));
    }
    if (rels.len > 0 && !has_rels) {
        struct zip_part part = {.name = STR("word/_rels/document.xml.rels"),
                                .bytes = str_cat(a, STR("<?xml version=\"1.0\"?><Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"), rels, STR("</Relationships>"))};
        vec_push(a, &parts, part);
    }
    if (o->tight != NULL) *o->tight = d->tight;
    return zip_bytes(parts.at, parts.len, a, out, err);
}

enum rc exchange_template(const struct pack_set *set, const struct pack_form *f, struct str *out, struct err *err)
{
    for (uint32_t i = set->assets_count; i-- > 0;) /* a local pack's own goes before */
        if (str_eq(set->assets[i].name, f->template_file)) {
            *out = set->assets[i].text;
            return RC_OK;
        }
    return err_set(err, &E_docx_template, NO_PLACE, f->template_file);
}
