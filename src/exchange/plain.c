/*
 * plain.c - what a package (docx, xlsx, pptx, ofd, zip) says, as lines: enough to look for a word in it.  Nothing is parsed that could be parsed wrongly:
 * tags are left out, ends of paragraphs and cells end a line, characters written as numbers are characters.
 */
#include "exchange/inner.h"

enum { PLAIN_MAX = 8 << 20, INFLATED_MAX = 128 << 20, TAG_MAX = 64 };

struct reading {
    struct buf *out;
    uint64_t inflated;
    bool in_tag, in_ref;
    char tag[TAG_MAX];
    size_t tag_len;
};

/* Paragraphs of text, of slides, shared strings, text of pages. */
static bool ends_line(struct str tag)
{
    static const struct str ends[] = {STR_INIT("/w:p"), STR_INIT("/a:p"), STR_INIT("/si"), STR_INIT("/ofd:TextObject"), STR_INIT("/x:si"), STR_INIT("w:br"), STR_INIT("w:tab")};
    for (size_t i = 0; i < ARRAY_LEN(ends); i++)
        if (str_eq(tag, ends[i])) return true;
    return false;
}

static void tag_done(struct reading *r)
{
    size_t n = 0;
    while (n < r->tag_len && r->tag[n] != ' ' && (r->tag[n] != '/' || n == 0)) n++;
    if (ends_line(str_of(r->tag, n))) buf_char(r->out, '\n');
}

static void ref_done(struct reading *r)
{
    struct str s = str_of(r->tag, r->tag_len);
    uint64_t cp = 0;
    char utf8[4];
    if (s.len < 2 || s.ptr[0] != '#') return;
    if (s.ptr[1] == 'x' || s.ptr[1] == 'X') {
        for (size_t i = 2; i < s.len; i++) {
            char c = s.ptr[i];
            unsigned d = c >= '0' && c <= '9' ? (unsigned)(c - '0') : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10 : 99;
            if (d == 99 || cp > 0x10ffff) return;
            cp = cp * 16 + d;
        }
    } else if (!str_to_u64(str_sub(s, 1, s.len), &cp)) {
        return;
    }
    if (cp == 0 || cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000)) return;
    buf_str(r->out, str_of(utf8, utf8_put(utf8, (uint32_t)cp)));
}

static enum rc part(void *ctx, struct str s, struct err *err)
{
    struct reading *r = ctx;
    r->inflated += s.len;
    if (r->inflated > INFLATED_MAX) return err_set(err, &E_exchange_plain_large, NO_PLACE, STR("128 MiB"));
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        bool ends = r->in_tag ? c == '>' : r->in_ref && (c == ';' || c == '<' || r->tag_len == TAG_MAX);
        if (ends) {
            if (r->in_tag) tag_done(r);
            else ref_done(r);
            r->in_tag = r->in_ref = false;
            if (c != '<') continue;
        }
        if (!r->in_tag && !r->in_ref && (c == '<' || c == '&')) {
            r->in_tag = c == '<';
            r->in_ref = c == '&';
            r->tag_len = 0;
        } else if (r->in_tag || r->in_ref) {
            if (r->tag_len < TAG_MAX) r->tag[r->tag_len++] = c;
        } else {
            buf_char(r->out, c);
        }
    }
    return RC_OK;
}

static bool is_text_part(struct str name)
{
    static const struct str heads[] = {STR_INIT("word/"), STR_INIT("xl/"), STR_INIT("ppt/"), STR_INIT("Doc_"), STR_INIT("docProps/")};
    bool xml = str_ends(name, STR(".xml"));
    for (size_t i = 0; i < ARRAY_LEN(heads) && xml; i++)
        if (str_starts(name, heads[i])) return true;
    return xml && str_find(name, STR("Content.xml")) != SIZE_MAX;
}

enum rc exchange_package_text(struct str what, struct str bytes, struct arena *a, enum package_kind *kind, bool *macros, struct buf *out, struct err *err)
{
    static const struct { struct str part; enum package_kind kind; } signs[] = {
        {STR_INIT("word/document.xml"), PACKAGE_DOCX}, {STR_INIT("xl/workbook.xml"), PACKAGE_XLSX}, {STR_INIT("ppt/presentation.xml"), PACKAGE_PPTX}, {STR_INIT("OFD.xml"), PACKAGE_OFD}};
    struct zip_in *z;
    *kind = PACKAGE_ZIP;
    *macros = false;
    TRY(zip_in_open(a, what, bytes, &z, err));
    for (size_t i = 0; i < ARRAY_LEN(signs); i++)
        if (zip_in_find(z, signs[i].part) != NULL) *kind = signs[i].kind;
    struct reading r = {.out = out};
    buf_init(out, PLAIN_MAX);
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < zip_in_count(z); i++) {
        const struct zip_entry *e = zip_in_at(z, i);
        *macros = *macros || str_find(e->name, STR("vbaProject")) != SIZE_MAX;
        buf_str(out, e->name);
        buf_char(out, '\n');
        r.in_tag = r.in_ref = false;
        if (*kind != PACKAGE_ZIP && is_text_part(e->name)) rc = zip_in_stream(z, e, part, &r, err);
        buf_char(out, '\n');
    }
    /* What could not be looked through whole is not taken for looked through. */
    if (rc == RC_OK && buf_failed(out)) rc = err_set(err, &E_exchange_plain_large, NO_PLACE, STR("8 MiB"));
    if (rc != RC_OK) buf_fini(out);
    return rc;
}
